//! Admissions' own rules between two clinics.

use super::*;
use crate::{
    domain::rule::{Condition, Field, Rule},
    workflow::rule::{self, State},
};

fn bound() -> Rule {
    Rule { name: "Niemand im Rollstuhl".into(), conditions: vec![Condition { field: Field::Mobility, any: vec![4, 5] }], reason: "care-need".parse().unwrap() }
}

fn wheelchair() -> Inquiry {
    Inquiry { function: verbund_protocol::inquiry::Function { mobility: Some("wheelchair".parse().unwrap()), ..profile().function }, ..profile() }
}

impl Pair {
    fn ask(&mut self, inquiry: &Inquiry, department: &str) -> ConversationId {
        let minutes = self.a.now.plus(Duration::from_secs(86_400)).0 / 60_000;
        let inquiry = &Inquiry { answer_by: verbund_protocol::time::Timestamp(minutes * 60_000), ..inquiry.clone() };
        let (case, targets) = (self.case, [Target { facility: ik(12), department: department.parse().unwrap() }]);
        let id = self.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &targets, inquiry)).unwrap()[0];
        self.deliver();
        id
    }

    /// Adds a rule at `b` and switches it on; only wheelchairs are meant.
    fn rule_on(&mut self) -> LocalId {
        let new = Rule { conditions: vec![Condition { field: Field::Mobility, any: vec![4] }], ..bound() };
        let id = self.b.run(ADMISSIONS, |work| rule::add(work, new)).unwrap();
        self.b.run(ADMISSIONS, |work| rule::switch(work, id, 1, State::On)).unwrap();
        id
    }
}

#[test]
fn a_rule_is_off_at_first_and_declines_once_it_is_on() {
    let mut pair = Pair::new(4);
    let fault = Rule { reason: "staff".parse().unwrap(), ..bound() };
    assert_eq!(pair.b.run(ADMISSIONS, |work| rule::add(work, fault)).unwrap_err().code(), "rule-reason");
    assert!(matches!(pair.b.run(SOCIAL, |work| rule::add(work, bound())), Err(WorkError::Forbidden(_))));
    let id = pair.b.run(ADMISSIONS, |work| rule::add(work, bound())).unwrap();
    let first = pair.ask(&wheelchair(), "2300");
    assert_eq!(pair.step(first), (Step::Requested, Step::Requested), "off at first");

    // Tried on what came: the one that is open would have been declined.
    let (held, trial) = pair.b.run(ADMISSIONS, |work| rule::show(work, id)).unwrap();
    assert_eq!((trial.tried, trial.erased, trial.hits.iter().map(|hit| hit.id).collect::<Vec<_>>()), (1, 0, vec![first]));
    assert!(held.state == State::Off && held.version == 1);
    pair.b.run(ADMISSIONS, |work| rule::switch(work, id, 1, State::On)).unwrap();
    assert_eq!(pair.step(first).1, Step::Requested, "what came before is for people");

    let declined = pair.ask(&wheelchair(), "2800");
    assert_eq!(pair.step(declined), (Step::Declined, Step::Declined), "the answer is there at once");
    assert_eq!(stored::find(pair.a.store.db(), declined).unwrap().unwrap().log.state().reason, Some(4), "the reason is the rule's");
    let lines = pair.b.audit(4);
    assert!(lines.iter().any(|line| line.contains("rule.decline") && line.contains(&format!("rule={id}/1 on-by=p-admissions"))), "{lines:?}");

    // Another version is off until somebody has seen what it does; the switch of the first does not count for it.
    let other = Rule { name: "Anders".into(), ..bound() };
    pair.b.run(ADMISSIONS, |work| rule::change(work, id, other)).unwrap();
    assert_eq!(pair.b.run(ADMISSIONS, |work| rule::switch(work, id, 1, State::On)).unwrap_err().code(), "rule-changed");
    pair.a.run(SOCIAL, |work| crate::workflow::referral::withdraw(work, first, "mistake".parse().unwrap())).unwrap();
    let open = pair.ask(&wheelchair(), "2300");
    assert_eq!(pair.step(open).1, Step::Requested);
}

#[test]
fn what_is_not_said_is_not_declined() {
    let mut pair = Pair::new(4);
    pair.rule_on();
    let silent = Inquiry { function: verbund_protocol::inquiry::Function { mobility: None, ..profile().function }, ..profile() };
    let (silent, crutches) = (pair.ask(&silent, "2300"), pair.ask(&profile(), "2800"));
    assert_eq!((pair.step(silent).1, pair.step(crutches).1), (Step::Requested, Step::Requested));
}

#[test]
fn what_a_rule_declined_is_reopened_and_asked_again() {
    let mut pair = Pair::new(4);
    pair.rule_on();
    let first = pair.ask(&wheelchair(), "2300");
    assert_eq!(pair.step(first).1, Step::Declined);
    let row = pair.b.run(ADMISSIONS, rule::recent).unwrap().remove(0);
    assert!(row.row.id == first && row.by.on_by == "p-admissions" && row.until == NOW.plus(rule::REOPEN_WITHIN) && row.by.reopened.is_none());

    pair.b.run(ADMISSIONS, |work| rule::reopen(work, first)).unwrap();
    assert_eq!(pair.b.run(ADMISSIONS, |work| rule::reopen(work, first)).unwrap_err().code(), "reopen-late");
    pair.deliver();
    let at_a = stored::find(pair.a.store.db(), first).unwrap().unwrap();
    assert!(at_a.log.state().reopened && at_a.log.state().step == Step::Declined && at_a.ended_at.is_some(), "the end stands");

    // The same question passes; another one meets the rule again.
    let again = pair.ask(&wheelchair(), "2300");
    assert_eq!(pair.step(again), (Step::Requested, Step::Requested));
    let other = pair.ask(&Inquiry { single_room: true, ..wheelchair() }, "2800");
    assert_eq!(pair.step(other).1, Step::Declined);
    pair.b.run(ADMISSIONS, |work| offer::make(work, again, new_offer(7))).unwrap();
    pair.deliver();
    assert_eq!(pair.step(again).0, Step::Offered);
}

#[test]
fn after_a_day_a_decline_by_a_rule_stands() {
    let mut pair = Pair::new(4);
    pair.rule_on();
    let id = pair.ask(&wheelchair(), "2300");
    pair.pass(rule::REOPEN_WITHIN);
    assert_eq!(pair.b.run(ADMISSIONS, |work| rule::reopen(work, id)).unwrap_err().code(), "reopen-late");
    // Nor can a person's own decline be reopened here.
    let by_hand = pair.ask(&profile(), "2800");
    pair.b.run(ADMISSIONS, |work| offer::decline(work, by_hand, "no-place".parse().unwrap())).unwrap();
    assert!(matches!(pair.b.run(ADMISSIONS, |work| rule::reopen(work, by_hand)), Err(WorkError::NotFound(_))));
    // Two weeks later its content is gone, and a trial says so.
    pair.pass(BODY_KEPT + Duration::from_secs(60));
    let new = pair.b.run(ADMISSIONS, |work| rule::add(work, bound())).unwrap();
    let (_, trial) = pair.b.run(ADMISSIONS, |work| rule::show(work, new)).unwrap();
    assert_eq!((trial.tried, trial.erased, trial.hits.len()), (0, 2, 0));
}

/// Declined on Monday afternoon, reopened on Tuesday morning: the day on which somebody could have come is over by then, and its place has taken
/// the day of asking. That is the same question, at both ends.
#[test]
fn a_day_that_has_begun_since_makes_no_other_question() {
    use crate::{domain::plan::Plan, workflow::caseload};
    let mut pair = Pair::new(4);
    pair.rule_on();
    let case = pair.case;
    let plan =
        |earliest| Plan { indication: "locomotor".parse().ok(), mobility: "wheelchair".parse().ok(), earliest: Some(earliest), payer: "gkv".parse().ok(), ..Plan::default() };
    pair.a.run(SOCIAL, |work| caseload::write_plan(work, case, &plan(day(0)), None, None)).unwrap();
    let [first, other] = ["2300", "2800"].map(|department| Target { facility: ik(12), department: department.parse().unwrap() });
    let declined = pair.a.run(SOCIAL, |work| caseload::ask(work, case, &ik(11), std::slice::from_ref(&first), None)).unwrap()[0];
    pair.deliver();
    assert_eq!(pair.step(declined).1, Step::Declined);

    pair.pass(Duration::from_secs(20 * 3_600));
    assert_eq!(pair.b.now.day(), day(1));
    pair.b.run(ADMISSIONS, |work| rule::reopen(work, declined)).unwrap();
    pair.deliver();
    let onward = pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap().onward;
    assert!(onward.unchanged && onward.reopened == [first.clone()], "one click is enough: {onward:?}");
    let again = pair.a.run(SOCIAL, |work| caseload::ask_on(work, case, &first)).unwrap();
    pair.deliver();
    assert_eq!(pair.step(again), (Step::Requested, Step::Requested));
    // A day that somebody has changed is another question.
    pair.a.run(SOCIAL, |work| caseload::write_plan(work, case, &plan(day(5)), None, None)).unwrap();
    assert!(!pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap().onward.unchanged);
    let later = pair.a.run(SOCIAL, |work| caseload::ask(work, case, &ik(11), &[other], None)).unwrap()[0];
    pair.deliver();
    assert_eq!(pair.step(later).1, Step::Declined);
}

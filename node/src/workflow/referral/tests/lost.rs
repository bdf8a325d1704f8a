//! A place that is lost: somebody calls, and the search goes on meanwhile.

use super::*;
use crate::{
    domain::plan::Plan,
    workflow::{
        caseload::{self, Next, Row},
        inbox,
    },
};

impl Pair {
    fn row(&mut self) -> Row {
        let case = self.case;
        self.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap().row
    }

    /// Writes down all that clinics need to know.
    fn plan(&mut self) {
        let case = self.case;
        let plan = Plan { indication: "locomotor".parse().ok(), earliest: Some(day(7)), payer: "gkv".parse().ok(), ..Plan::default() };
        self.a.run(SOCIAL, |work| caseload::write_plan(work, case, &plan, Some(day(6)), None)).unwrap();
    }
}

#[test]
fn a_lost_place_does_not_hide_what_is_next() {
    let mut pair = Pair::new(3);
    pair.plan();
    let first = pair.referred();
    assert_eq!(pair.row().next, Next::Unaccepted(first));
    pair.b.run(ADMISSIONS, |work| refuse(work, first, "findings".parse().unwrap())).unwrap();
    pair.deliver();
    let row = pair.row();
    assert_eq!((row.next, row.calls, row.may_ask), (Next::Ask, vec![first], true));
    let case = pair.case;
    assert!(pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap().onward.wanted, "others are proposed");

    let second = pair.inquire(&["2800"])[0];
    pair.deliver();
    assert_eq!(pair.row().next, Next::Wait(1));
    pair.b.run(ADMISSIONS, |work| offer::make(work, second, new_offer(8))).unwrap();
    pair.deliver();
    assert_eq!(pair.row().next, Next::Choose(1));
    pair.a.run(SOCIAL, |work| choose(work, second)).unwrap();
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::confirm(work, second)).unwrap();
    pair.deliver();
    let row = pair.row();
    assert_eq!((row.next, row.calls, row.may_ask), (Next::Refer(second), vec![first], false));

    pair.b.run(ADMISSIONS, |work| cancel(work, second, "infection".parse().unwrap())).unwrap();
    pair.deliver();
    assert_eq!((pair.row().next, pair.row().calls.len()), (Next::Ask, 2));
    for id in [first, second] {
        pair.a.run(SOCIAL, |work| settle_trouble(work, id)).unwrap();
    }
    let row = pair.row();
    assert_eq!((row.next, row.calls, row.may_ask), (Next::Ask, vec![], true));
}

/// Who was told no for the sake of the place that is lost may be the next best.
#[test]
fn who_was_let_go_for_a_lost_place_is_proposed_again() {
    let mut pair = Pair::new(3);
    pair.plan();
    let other = pair.inquire(&["2800"])[0];
    let chosen = pair.referred();
    assert_eq!((pair.step(other).0, pair.step(chosen).0), (Step::Withdrawn, Step::Referred));
    pair.b.run(ADMISSIONS, |work| refuse(work, chosen, "findings".parse().unwrap())).unwrap();
    pair.deliver();
    let case = pair.case;
    let onward = pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap().onward;
    let departments: Vec<String> = onward.asked.iter().map(|target| target.department.to_string()).collect();
    assert_eq!(departments, ["2300"]);
}

/// A clinic that cannot be told is called before anything else; where something is agreed with another, that goes on.
#[test]
fn a_call_about_a_question_that_is_open_comes_first() {
    let mut pair = Pair::new(3);
    pair.plan();
    let [first, second] = pair.inquire(&["2300", "2800"])[..] else { panic!() };
    pair.deliver();
    let about = |pair: &mut Pair, id, what: &str| {
        let what = what.to_owned();
        pair.a.run(SOCIAL, |work| trouble(work, &mut load(work, id)?, &what)).unwrap();
    };
    about(&mut pair, first, "diverged");
    let row = pair.row();
    assert_eq!((row.next, row.calls, row.may_ask), (Next::Call(first), vec![first], true), "others can be asked all the same");
    pair.b.run(ADMISSIONS, |work| offer::make(work, second, new_offer(8))).unwrap();
    pair.deliver();
    pair.release();
    pair.a.run(SOCIAL, |work| choose(work, second)).unwrap();
    assert_eq!(pair.row().next, Next::Unconfirmed(second));
    about(&mut pair, second, "undeliverable");
    assert_eq!(pair.row().next, Next::Call(second), "it is the chosen one that must be called");
}

/// What ended here alone stands where it stood: nothing follows in it, and others are proposed.
#[test]
fn what_ended_here_alone_asks_for_another_place() {
    let mut pair = Pair::new(3);
    pair.plan();
    let id = pair.confirmed();
    assert_eq!(pair.row().next, Next::Refer(id));
    pair.a.run(SOCIAL, |work| conversation::abandon(work, &mut load(work, id)?, "member-removed")).unwrap();
    let case = pair.case;
    let overview = pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap();
    assert_eq!((overview.row.next, overview.row.calls, overview.onward.wanted), (Next::Ask, vec![id], true));
}

/// A clinic has far more patients than inquiries: these are in the list however many those are, and the page says what it leaves out.
#[test]
fn an_inquiry_is_in_the_inbox_however_many_patients_are_there() {
    let mut pair = Pair::new(3);
    let asked = pair.inquire(&["2800"])[0];
    pair.deliver();
    let here = pair.referred();
    pair.b.run(ADMISSIONS, |work| accept(work, here, None, None)).unwrap();
    pair.deliver();
    // Only a place that is confirmed withdraws the others: it is asked once more.
    let open = pair.inquire(&["2800"])[0];
    pair.deliver();
    assert_eq!((pair.step(asked).1, pair.step(here).1, pair.step(open).1), (Step::Withdrawn, Step::Accepted, Step::Requested));
    pair.pass(Duration::from_secs(60));
    let mut ids = |over, most| {
        let listed = pair.b.run(ADMISSIONS, |work| inbox::listed(work, over, most)).unwrap();
        (listed.rows.iter().map(|row| row.id).collect::<Vec<_>>(), listed.more)
    };
    assert_eq!(ids(false, 1), (vec![open], true));
    assert_eq!(ids(false, 2), (vec![open, here], false));
    assert_eq!(ids(true, 1), (vec![asked], false), "what is open leaves room for what is over");
}

/// The choice came when the place was not held any more: somebody calls, and others are proposed and can be asked meanwhile.
#[test]
fn a_choice_that_came_too_late_leaves_the_search_open() {
    let mut pair = Pair::new(1);
    pair.plan();
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, NewOffer { hold_hours: 1, ..new_offer(8) })).unwrap();
    pair.deliver();
    pair.release();
    pair.a.now = pair.a.now.plus(Duration::from_secs(3_600 - 301));
    pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
    pair.b.now = pair.b.now.plus(Duration::from_secs(3_600));
    pair.b.follow(Actor::Node, clock::tick).unwrap();
    pair.deliver();
    let case = pair.case;
    let overview = pair.a.run(SOCIAL, |work| caseload::show(work, case)).unwrap();
    assert_eq!((overview.row.next, overview.row.may_ask, overview.onward.wanted), (Next::Call(id), true, true));
    pair.a.run(SOCIAL, |work| settle_trouble(work, id)).unwrap();
    assert_eq!(pair.row().next, Next::Wait(1));
}

//! What visitors may see and decide, and what they may not.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    id::{ConversationId, LocalId},
    inquiry::Variant,
};

use super::*;
use crate::{
    domain::{
        actor::Role,
        consent::{DecidedBy, How},
        patient::tests::anna,
        wish::{About, Wish},
    },
    store::audit,
    workflow::{
        bench::Bench,
        caseload::{self, Paper},
        consent,
        inquiry::NewCase,
        patient,
    },
};

fn visitor(patient: LocalId, in_person: bool) -> Actor {
    Actor::Visitor {
        name: format!("{} 0011223344556677", if in_person { "patient" } else { "proxy" }),
        account: LocalId([0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]),
        patient,
        in_person,
    }
}

/// A clinic, one patient in person, and somebody who acts for her.
fn bench() -> (Bench, Actor, Actor, LocalId) {
    let mut bench = Bench::new();
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    (bench, visitor(id, true), visitor(id, false), id)
}

#[test]
fn she_decides_and_everything_says_that_it_was_she() {
    let (mut bench, she, _, id) = bench();
    let next = |bench: &mut Bench, she: &Actor| bench.follow(she.clone(), today).unwrap().0.next;
    assert_eq!(next(&mut bench, &she), Next::Consent);
    let given = bench.follow(she.clone(), |work| decide(work, true, "Text 1".into())).unwrap().0;
    assert_eq!((given.decision.how, given.decision.form.as_deref(), given.recorded_by.as_str()), (How::Electronic, Some("Text 1"), "patient 0011223344556677"));
    assert_eq!(bench.audit(1), [format!("patient 0011223344556677 consent.record {id} consent={} kind=discharge-management decision=given", given.id)]);
    assert_eq!(next(&mut bench, &she), Next::Wishes);
    bench.follow(she.clone(), withdraw_consent).unwrap();
    assert_eq!(next(&mut bench, &she), Next::TakenBack);
    bench.follow(she.clone(), withdraw_consent).unwrap();
    bench.follow(she.clone(), |work| decide(work, false, "Text 1".into())).unwrap();
    assert_eq!(next(&mut bench, &she), Next::Refused);
}

#[test]
fn the_next_step_alone_is_a_look_that_the_audit_tells_of() {
    let (mut bench, she, other, id) = bench();
    assert_eq!(bench.follow(she.clone(), step_alone).unwrap().0, Some((Next::Consent, Scope::Decide)));
    assert_eq!(bench.audit(1), [format!("patient 0011223344556677 journey.show {id}")]);
    let before = bench.audit(100).len();
    assert_eq!(bench.follow(she, |work| now_to_do(work)).unwrap().0, Some((Next::Consent, Scope::Decide)));
    assert_eq!(bench.follow(other, step_alone).unwrap().0, None, "nobody has let them act");
    assert_eq!(bench.audit(100).len(), before);
}

#[test]
fn refusing_ends_what_was_agreed() {
    let (mut bench, she, _, id) = bench();
    let given = bench.follow(she.clone(), |work| decide(work, true, "Text 1".into())).unwrap().0;
    bench.follow(she, |work| decide(work, false, "Text 1".into())).unwrap();
    let all = bench.run(Role::SocialService, |work| consent::list(work, id)).unwrap();
    assert!(all[0].id == given.id && all[0].revoked_at.is_some() && !all[1].decision.given);
}

/// Whatever rests on a consent rests on one: a second one, by another tab or on paper, would leave the first's behind when it is taken back.
#[test]
fn agreeing_to_what_is_agreed_changes_nothing_and_paper_counts_as_much() {
    let (mut bench, she, _, id) = bench();
    let new = NewCase { patient: id, variant: Variant::Rehab, discharge: None, exception: None };
    let case = bench.run(Role::SocialService, |work| caseload::open(work, &new)).unwrap();
    let paper = |bench: &mut Bench, given| {
        let paper = Paper { form: "Anlage 1b".into(), by: DecidedBy::Patient, kept: "Akte".into() };
        bench.run(Role::SocialService, |work| caseload::decided_on_paper(work, case, given, paper)).unwrap();
        bench.run(Role::SocialService, |work| consent::list(work, id)).unwrap()
    };
    let given = bench.follow(she.clone(), |work| decide(work, true, "Text 1".into())).unwrap().0;
    assert_eq!(bench.follow(she.clone(), |work| decide(work, true, "Text 2".into())).unwrap().0, given);
    assert_eq!(paper(&mut bench, true), [given]);
    let refused = paper(&mut bench, false);
    assert!(refused.len() == 2 && refused[0].revoked_at.is_some() && !refused[1].decision.given, "{refused:?}");
    assert_eq!(paper(&mut bench, true).len(), 3);
    assert_eq!(bench.follow(she, |work| decide(work, true, "Text 1".into())).unwrap().0.decision.how, How::Paper);
}

#[test]
fn wishes_are_hers_and_staff_read_them() {
    let (mut bench, she, _, id) = bench();
    let wish = Wish { about: About::NearHome, what: String::new(), why: "Meine Tochter".into() };
    for _ in 0..2 {
        bench.follow(she.clone(), |work| state_wishes(work, std::slice::from_ref(&wish))).unwrap();
    }
    let read = bench.run(Role::SocialService, |work| wishes(work, id)).unwrap();
    assert_eq!(read.len(), 1, "the same again is no new statement");
    assert_eq!((read[0].list[0].why.as_str(), read[0].stated_by.as_str()), ("Meine Tochter", "patient 0011223344556677"));
    assert!(matches!(bench.run(Role::It, |work| wishes(work, id)), Err(WorkError::Forbidden(_))));
    let unnamed = [Wish { about: About::Clinic, ..wish }];
    assert!(matches!(bench.follow(she, |work| state_wishes(work, &unnamed)), Err(WorkError::Invalid { .. })));
}

#[test]
fn nobody_else_decides_and_staff_come_in_by_their_own_door() {
    let (mut bench, she, other, _) = bench();
    bench.follow(she, |work| decide(work, true, "Text 1".into())).unwrap();
    let id = ConversationId([7; 16]);
    let staff = crate::workflow::bench::person(Role::SocialService);
    for actor in [other, staff.clone(), Actor::Node] {
        assert!(matches!(bench.follow(actor.clone(), agreement), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), |work| decide(work, false, "x".into())), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), withdraw_consent), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), |work| to_choose(work, id)), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), |work| choose(work, id, "", "x".into())), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), |work| withdraw(work, id, true)), Err(WorkError::NotFound(_))), "{actor:?}");
        assert!(matches!(bench.follow(actor.clone(), |work| ask_again(work, id)), Err(WorkError::NotFound(_))), "{actor:?}");
    }
    assert!(matches!(bench.follow(staff.clone(), today), Err(WorkError::NotFound(_))));
    assert!(matches!(bench.follow(staff.clone(), offers), Err(WorkError::NotFound(_))));
    assert!(matches!(bench.follow(staff.clone(), shared), Err(WorkError::NotFound(_))));
    assert!(matches!(bench.follow(staff, own_wishes), Err(WorkError::NotFound(_))));
}

#[test]
fn who_looked_is_told_once_a_day_and_not_oneself() {
    let (mut bench, she, _, id) = bench();
    for _ in 0..3 {
        bench.run(Role::Ward, |work| patient::show(work, id)).unwrap();
        bench.follow(she.clone(), today).unwrap();
    }
    let looks = bench.follow(she.clone(), shared).unwrap().0.looks;
    let told = |looks: &[Glance]| looks.iter().map(|look| (look.who.clone(), look.deed)).collect::<Vec<_>>();
    let ward = |deed| ("p-ward".to_owned(), deed);
    assert_eq!(told(&looks), [ward(Deed::Looked), ward(Deed::Changed)]);
    assert_eq!(looks[0].roles, "ward");
    // However often she looks herself: her page lies open for weeks, and asks for news.
    let own = audit::Line::of(&audit::Entry { at: bench.now, actor: she.name(), roles: "patient", action: "journey.today", subject: Some(id), purpose: "own", detail: "" });
    audit::append_all(bench.store.db(), std::iter::repeat_n(own, 5_000)).unwrap();
    assert_eq!(bench.follow(she.clone(), shared).unwrap().0.looks, looks);
    // Another day, another look; both are told by their first moment.
    for hours in [24, 1, 1] {
        bench.now = bench.now.plus(Duration::from_secs(hours * 3600));
        bench.run(Role::Ward, |work| patient::show(work, id)).unwrap();
    }
    let later = bench.follow(she, shared).unwrap().0.looks;
    assert_eq!(told(&later), [ward(Deed::Looked), ward(Deed::Looked), ward(Deed::Changed)]);
    assert_eq!((later[0].at, &later[1..]), (bench.now.minus(Duration::from_secs(2 * 3600)), &looks[..]));
}

#[test]
fn whose_name_stands_in_a_list_is_told_and_does_not_drown() {
    let (mut bench, she, _, id) = bench();
    let new = crate::workflow::inquiry::NewCase { patient: id, variant: verbund_protocol::inquiry::Variant::Rehab, discharge: None, exception: None };
    bench.run(Role::SocialService, |work| crate::workflow::caseload::open(work, &new)).unwrap();
    for _ in 0..3 {
        bench.run(Role::Physician, |work| crate::workflow::caseload::list(work, true)).unwrap();
    }
    bench.run(Role::Physician, |work| crate::workflow::caseload::list(work, false)).unwrap();
    let listed = |bench: &Bench| bench.lines(id).iter().filter(|line| line.action == "case.list").map(|line| line.actor.clone()).collect::<Vec<_>>();
    assert_eq!(listed(&bench), ["p-physician"], "once an hour, and only where her name stands");
    assert_eq!(bench.audit(50).iter().filter(|line| *line == "p-physician case.list -").count(), 4, "every look");
    let looks = bench.follow(she, shared).unwrap().0.looks;
    assert!(looks.iter().any(|look| (look.who.as_str(), look.deed) == ("p-physician", Deed::Looked)), "{looks:?}");
    // What was undone is noted anew.
    let undone = bench.run(Role::SocialService, |work| crate::workflow::caseload::list(work, true).and_then(|_| Err::<(), _>(WorkError::NotFound("something"))));
    assert!(undone.is_err() && listed(&bench).len() == 1);
    bench.run(Role::SocialService, |work| crate::workflow::caseload::list(work, true)).unwrap();
    bench.now = bench.now.plus(crate::workflow::recall::LISTED_FOR);
    bench.run(Role::Physician, |work| crate::workflow::caseload::list(work, true)).unwrap();
    assert_eq!(listed(&bench), ["p-physician", "p-social-service", "p-physician"]);
}

#[test]
fn a_decision_that_is_sent_twice_is_one() {
    let (mut bench, she, _, id) = bench();
    let first = bench.follow(she.clone(), |work| decide(work, true, "Text 1".into())).unwrap().0;
    assert_eq!(bench.follow(she.clone(), |work| decide(work, true, "Text 1".into())).unwrap().0.id, first.id);
    assert_eq!(bench.follow(she.clone(), |work| decide(work, true, "Text 2".into())).unwrap().0.id, first.id, "what is agreed is agreed");
    let refused = bench.follow(she.clone(), |work| decide(work, false, "Text 2".into())).unwrap().0;
    assert_eq!(bench.follow(she.clone(), |work| decide(work, false, "Text 2".into())).unwrap().0.id, refused.id);
    let all = bench.run(Role::SocialService, |work| consent::list(work, id)).unwrap();
    assert_eq!(all.len(), 2);
}

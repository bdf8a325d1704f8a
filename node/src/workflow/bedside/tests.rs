#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;
use crate::{
    domain::{account::Site, consent::Kind, patient::tests::anna},
    store::{audit, consent},
    workflow::{
        bench::{Bench, person},
        journey,
    },
};

fn from() -> From {
    From { site: Site::Patient, device: "?".into(), browser: [0; 16], network: "10.0.0".into() }
}

/// A clinic and a patient of it.
fn bench() -> (Bench, LocalId) {
    let mut bench = Bench::new();
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    (bench, id)
}

fn opened(bench: &mut Bench, code: &Code) -> Option<Bedside> {
    let tried = bench.follow(Actor::Node, |work| open(work, code, &from())).unwrap().0;
    let Tried::Right((token, _)) = tried else { return None };
    of_tablet(bench.store.db(), &token, "/").unwrap().map(|at| at.bedside)
}

fn tablet(at: &Bedside) -> Actor {
    Actor::Bedside { name: at.name(), id: at.id, patient: at.patient, role: at.role }
}

#[test]
fn what_she_decides_there_says_who_stood_beside_her() {
    let (mut bench, id) = bench();
    let begun = bench.run(Role::Ward, |work| begin(work, id, Matter::Consent, true)).unwrap();
    let at = opened(&mut bench, &begun.code).unwrap();
    assert_eq!((at.patient, at.matter, at.role, at.standing(bench.now)), (id, Matter::Consent, Role::Ward, Standing::Open));
    bench.follow(tablet(&at), |work| journey::decide(work, true, "Text 1".into())).unwrap();
    bench.follow(tablet(&at), |work| leave(work, End::Done)).unwrap();
    let given = consent::list(bench.store.db(), id).unwrap().remove(0);
    assert!(given.decision.kind == Kind::DischargeManagement && given.decision.given);
    assert_eq!(given.recorded_by, at.name());
    assert_eq!(given.decision.document, Some(format!("portal at the bedside with ward, {}", at.name())));
    let lines = audit::list(bench.store.db(), &audit::Filter::default(), 20).unwrap();
    let recorded = lines.iter().find(|line| line.action == "consent.record").unwrap();
    assert_eq!((recorded.actor.as_str(), recorded.roles.as_str()), (at.name().as_str(), "bedside with ward"));
    assert_eq!(bench.run(Role::Physician, |work| beside(work, &given.recorded_by)).unwrap(), Some(Role::Ward));
    let story = bench.run(Role::Ward, |work| journey::followed(work, id)).unwrap().story;
    assert_eq!(story.iter().map(|line| line.with).collect::<Vec<_>>(), [Some(Role::Ward)]);
    let (shown, _) = bench.run(Role::Ward, |work| show(work, at.id)).unwrap();
    assert_eq!(shown.standing(bench.now), Standing::Ended(End::Done));
}

#[test]
fn a_code_opens_one_tablet_once_and_in_time() {
    let (mut bench, id) = bench();
    let begin_one = |bench: &mut Bench| bench.run(Role::Physician, |work| begin(work, id, Matter::Wishes, true)).unwrap();
    let first = begin_one(&mut bench);
    assert!(opened(&mut bench, &first.code).is_some());
    assert!(opened(&mut bench, &first.code).is_none(), "once");
    let second = begin_one(&mut bench);
    assert_eq!(bench.run(Role::Ward, |work| show(work, first.id)).unwrap().0.standing(bench.now), Standing::Ended(End::Replaced));
    bench.now = bench.now.plus(CODE_FOR);
    assert!(opened(&mut bench, &second.code).is_none(), "too late");
    let third = begin_one(&mut bench);
    bench.run(Role::Ward, |work| end(work, third.id)).unwrap();
    assert!(opened(&mut bench, &third.code).is_none(), "ended by staff");
    let fourth = begin_one(&mut bench);
    let at = opened(&mut bench, &fourth.code).unwrap();
    bench.now = bench.now.plus(Duration::from_secs(14 * 60));
    bench.follow(Actor::Node, |work| touch(work, at.id)).unwrap();
    bench.now = bench.now.plus(Duration::from_secs(14 * 60));
    let standing = |bench: &mut Bench| bench.run(Role::Ward, |work| show(work, at.id)).unwrap().0.standing(bench.now);
    assert_eq!(standing(&mut bench), Standing::Open);
    bench.now = bench.now.plus(Duration::from_secs(60));
    assert_eq!(standing(&mut bench), Standing::Idle);
}

#[test]
fn only_who_stands_beside_her_begins_and_only_the_tablet_ends_itself() {
    let (mut bench, id) = bench();
    for role in [Role::It, Role::Admissions, Role::PrivacyOfficer] {
        assert!(matches!(bench.run(role, |work| begin(work, id, Matter::Consent, true)), Err(WorkError::Forbidden(_))), "{role}");
    }
    assert!(matches!(bench.run(Role::Ward, |work| begin(work, id, Matter::Consent, false)), Err(WorkError::Invalid { .. })));
    assert!(matches!(bench.run(Role::Ward, |work| begin(work, LocalId([9; 8]), Matter::Consent, true)), Err(WorkError::NotFound("patient"))));
    assert!(matches!(bench.run(Role::Ward, |work| show(work, LocalId([9; 8]))), Err(WorkError::NotFound("bedside"))));
    assert!(matches!(bench.run(Role::Ward, |work| end(work, LocalId([9; 8]))), Err(WorkError::NotFound("bedside"))));
    assert!(matches!(bench.follow(person(Role::Ward), |work| leave(work, End::Done)), Err(WorkError::NotFound("bedside"))));
    let begun = bench.run(Role::Ward, |work| begin(work, id, Matter::Consent, true)).unwrap();
    let at = opened(&mut bench, &begun.code).unwrap();
    // What is hers alone at her own device is not there: who acts for her, and her messages' news.
    assert!(matches!(bench.follow(tablet(&at), journey::proxies), Err(WorkError::NotFound(_))));
    assert!(bench.follow(tablet(&at), |work| begin(work, id, Matter::Consent, true)).is_err());
}

#[test]
fn guessing_codes_is_slowed_down() {
    let (mut bench, id) = bench();
    for _ in 0..200 {
        let wrong = Code::new(&mut bench.entropy);
        assert!(opened(&mut bench, &wrong).is_none());
    }
    let begun = bench.run(Role::Ward, |work| begin(work, id, Matter::Consent, true)).unwrap();
    let tried = bench.follow(Actor::Node, |work| open(work, &begun.code, &from())).unwrap().0;
    assert!(matches!(tried, Tried::Wait(_)), "too many failed from that network");
}

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    holds::Hold,
    id::ConversationId,
    search::{Query, Reason},
};

use super::*;
use crate::{
    domain::actor::Actor,
    workflow::{
        bench::{Bench, ik, key, person},
        conversation,
        search::{self, LiveState, Wanted},
    },
};

fn id(seed: u8, key: &str) -> DepartmentId {
    DepartmentId { facility: ik(seed), department: key.parse().unwrap() }
}
fn stated(bench: &Bench, id: DepartmentId, free: &[u16]) -> Stated {
    Stated {
        beds: 20,
        first_day: bench.now.day(),
        free: free.to_vec(),
        indications: vec!["locomotor".parse().unwrap()],
        payers: vec!["drv".parse().unwrap()],
        settings: vec!["inpatient".parse().unwrap()],
        name: "Orthopädie".into(),
        ..Stated::new(id)
    }
}
fn shown(bench: &mut Bench) -> Vec<Shown> {
    bench.run(Role::Ward, |work| show(work, None, false)).unwrap()
}

#[test]
fn only_who_may_states_and_only_for_own_facilities() {
    let mut a = Bench::new();
    let good = stated(&a, id(11, "2300"), &[1]);
    let refused = a.run(Role::Ward, |work| state(work, vec![good.clone()]));
    assert!(matches!(refused, Err(WorkError::Forbidden(roles)) if roles == "capacity, admissions"));
    let foreign = stated(&a, id(12, "2300"), &[1]);
    let too_many = stated(&a, id(11, "0300"), &[21]);
    let unknown = Stated { payers: vec![Payer::new(77)], ..stated(&a, id(11, "0400"), &[1]) };
    let error = a.run(Role::Capacity, |work| state(work, vec![good.clone(), foreign, too_many, unknown])).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[0].ends_with("not a facility of this clinic in the network document"));
    assert!(lines[1].contains("more free places than the 20 beds") && lines[2].contains("payer has no code 77"), "{error}");
    assert_eq!(shown(&mut a), [], "one fault, and nothing is taken");
    a.run(Role::Capacity, |work| state(work, vec![good])).unwrap();
    assert_eq!(a.audit(1), [format!("p-capacity capacity.state - {}", id(11, "2300"))]);
}

#[test]
fn a_change_leaves_the_rest_as_it_was_and_renewal_only_the_age() {
    let mut a = Bench::new();
    let first = stated(&a, id(11, "2300"), &[1, 1]);
    a.run(Role::Capacity, |work| state(work, vec![first])).unwrap();
    a.now = a.now.plus(Duration::from_secs(30 * 3600));
    assert_eq!(shown(&mut a)[0].age, "stale");
    let blank = serde_json::json!({"id": id(11, "2300"), "beds": 25});
    let only_beds: Change = serde_json::from_value(blank).unwrap();
    a.run(Role::Capacity, |work| change(work, only_beds)).unwrap();
    let after = shown(&mut a).remove(0);
    assert_eq!((after.beds, after.free.as_slice(), after.age.as_str(), after.department.as_str()), (25, [1, 1].as_slice(), "fresh", "Orthopädie"));
    a.now = a.now.plus(Duration::from_secs(30 * 3600));
    a.run(Role::Capacity, |work| renew(work, &[])).unwrap();
    assert_eq!((shown(&mut a)[0].age_s, shown(&mut a)[0].beds), (0, 25));
    assert!(matches!(a.run(Role::Capacity, |work| renew(work, &[id(11, "9999")])), Err(WorkError::NotFound(_))));
}

#[test]
fn a_held_place_is_published_as_taken_in_the_same_transaction() {
    let mut a = Bench::new();
    let today = a.now.day();
    let first = stated(&a, id(11, "2300"), &[2, 2, 2, 2]);
    a.run(Role::Capacity, |work| state(work, vec![first])).unwrap();
    let conversation = ConversationId([7; 16]);
    let place = |work: &mut Work<'_>| {
        let blank = conversation::blank(conversation, verbund_protocol::referral::Side::Owner, ik(11), "b".parse().unwrap(), ik(12), work.now);
        store::conversation::save(work.db, &blank)?;
        let held = hold::Held { facility: ik(11), department: "2300".parse().unwrap(), hold: Hold { from: today.plus(1), days: 2 } };
        hold::place(work.db, conversation, &held, work.now)?;
        republish(work, &id(11, "2300"))
    };
    let (_, effects) = a.follow(Actor::Node, place).unwrap();
    assert_eq!(effects.len(), 1, "everybody is told");
    assert_eq!(shown(&mut a)[0].free, [2, 1, 1, 2]);
    assert_eq!(shown(&mut a)[0].stated.as_deref(), Some([2, 2, 2, 2].as_slice()));
    let (_, effects) = a.follow(Actor::Node, |work| republish(work, &id(11, "2300"))).unwrap();
    assert_eq!(effects, [], "nothing changed, nothing is said");
    // The live answer says the same.
    let question = ConfirmationQuestion { id: id(11, "2300"), from: today, days: 4 };
    let body = Question::Capacity(question.clone()).to_bytes();
    let answer = a.follow(Actor::Node, |work| confirm(work, &key(112).public(), &body)).unwrap().0;
    let confirmed = a.follow(Actor::Node, |work| verify(work, &question, &answer)).unwrap().0;
    assert_eq!(confirmed.free, [2, 1, 1, 2]);
}

#[test]
fn a_live_question_is_answered_for_own_departments_only() {
    let mut a = Bench::new();
    let ask = |a: &mut Bench, question: &Question| a.follow(Actor::Node, |work| confirm(work, &key(112).public(), &question.to_bytes())).map(|(answer, _)| answer);
    let today = a.now.day();
    let question = |seed: u8, days: u16| ConfirmationQuestion { id: id(seed, "2300"), from: today, days };
    assert!(matches!(ask(&mut a, &Question::Capacity(question(12, 3))), Err(WorkError::Invalid { .. })));
    assert!(matches!(ask(&mut a, &Question::Capacity(question(11, 0))), Err(WorkError::Invalid { .. })));
    let nothing = ask(&mut a, &Question::Capacity(question(11, 3)));
    let live = a.follow(Actor::Node, |work| Ok(search::judge(work, &question(11, 3), nothing.map_err(|error| error.to_string())))).unwrap().0;
    assert_eq!(live.state, LiveState::Gone);
    let silence = a.follow(Actor::Node, |work| Ok(search::judge(work, &question(11, 3), Err("not reachable".into())))).unwrap().0;
    assert_eq!((silence.state, silence.detail.as_str()), (LiveState::NoAnswer, "not reachable"));
    let heads = ask(&mut a, &Question::AuditHeads { node: "1".parse().unwrap() }).unwrap();
    assert_eq!(WitnessedHeads::read(&heads).unwrap().heads, []);
}

#[test]
fn what_b_publishes_a_finds_and_own_places_are_not_offered() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    let (own, theirs) = (stated(&a, id(11, "2300"), &[5]), stated(&b, id(12, "2300"), &[0, 3, 3]));
    a.run(Role::Capacity, |work| state(work, vec![own])).unwrap();
    b.run(Role::Capacity, |work| state(work, vec![theirs])).unwrap();
    let record = b.public.board.get(&id(12, "2300")).unwrap().record.clone();
    a.follow(Actor::Node, |work| replication::keep_capacity(work, record)).unwrap();
    let today = a.now.day();
    let query = Query { indication: Some("locomotor".parse().unwrap()), max_km: Some(50), ..Query::between(today, today.plus(7)) };
    let wanted = |place: &str| Wanted { query: query.clone(), from_place: Some(place.into()), near_place: None };
    let outcome = a.run(Role::SocialService, |work| search::find(work, wanted("Rosenheim").locate()?)).unwrap();
    assert_eq!(outcome.origin.as_deref(), Some("Rosenheim, BY"));
    assert_eq!(outcome.found.hits, [], "Munich is 52 km away");
    let outcome = a.run(Role::SocialService, |work| search::find(work, wanted("80331").locate()?)).unwrap();
    assert_eq!(outcome.found.hits.len(), 1);
    assert_eq!((&outcome.found.hits[0].id, outcome.found.hits[0].earliest), (&id(12, "2300"), today.plus(1)));
    assert_eq!(outcome.found.excluded.iter().map(|e| e.reason).collect::<Vec<_>>(), [Reason::Own]);
    let question = search::question(&outcome.found.hits[0], query.until);
    assert_eq!((question.from, question.days), (today.plus(1), 7));
    let error = wanted("Neustadt").locate().unwrap_err();
    assert!(error.to_string().starts_with("\"Neustadt\" may be "), "{error}");
    let nobody = Actor::Person { name: "x".into(), roles: vec![] };
    assert!(matches!(a.follow(nobody, |work| search::find(work, wanted("80331").locate()?)), Err(WorkError::Forbidden(_))));
    assert_eq!(person(Role::It).name(), "p-it");
}

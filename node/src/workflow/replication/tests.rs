#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    membership::{Suspension, SuspensionReason},
    sign::{Kind, MultiSigned},
    time::Day,
};

use super::*;
use crate::{
    domain::{
        actor::{Actor, Role},
        capacity::Stated,
    },
    workflow::{
        bench::{Bench, NOW, document, ik, key},
        capacity,
    },
};

/// Departments of member `a` (11) or `b` (12).
fn department(seed: u8, key: &str) -> DepartmentId {
    DepartmentId { facility: ik(seed), department: key.parse().unwrap() }
}

fn state(bench: &mut Bench, id: DepartmentId, free: u16) -> Vec<Effect> {
    let today = bench.now.day();
    let stated = Stated { beds: 9, first_day: today, free: vec![free; 7], ..Stated::new(id) };
    let actor = Actor::Person { name: "desk".into(), roles: vec![Role::Capacity] };
    bench.follow(actor, |work| capacity::state(work, vec![stated])).unwrap().1
}

/// One whole round: `asking` opens it with `asked`. Both are told how the other is named.
fn round(asking: &mut Bench, asked: &mut Bench) {
    let (peer, own) = (asked.me.auth, asking.me.auth);
    let ((mut session, mut request), _) = asking.follow(Actor::Node, |work| open(work, &peer)).unwrap();
    for _ in 0..10 {
        let (response, _) = asked.follow(Actor::Node, |work| respond(work, &own, &request)).unwrap();
        let (next, _) = asking.follow(Actor::Node, |work| on_response(work, &mut session, &peer, &response)).unwrap();
        match next {
            Some(next) => request = next,
            None => return,
        }
    }
    panic!("the round does not end");
}
fn sums(public: &Public) -> Vec<Vec<u64>> {
    public.indexes.iter().map(|index| index.sums().to_vec()).collect()
}
fn free(bench: &Bench, id: &DepartmentId) -> Option<u16> {
    bench.public.board.get(id).map(|held| held.record.record.free_on(bench.now.day()))
}
fn gossip(bench: &mut Bench, bytes: &[u8]) -> bool {
    bench.follow(Actor::Node, |work| on_gossip(work, bytes)).unwrap().0
}

#[test]
fn two_nodes_come_to_hold_the_same_and_keep_it_over_a_restart() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    state(&mut a, department(11, "2300"), 3);
    state(&mut a, department(11, "0300"), 1);
    state(&mut b, department(12, "2300"), 2);
    a.follow(Actor::Node, |work| renew_address(work, &["/dns/a.example/tcp/443".into()])).unwrap();
    round(&mut b, &mut a);
    assert_eq!(sums(&a.public), sums(&b.public));
    assert_eq!((free(&b, &department(11, "2300")), free(&a, &department(12, "2300"))), (Some(3), Some(2)));
    let book = addresses(&b.membership, &b.public, &b.me.auth);
    assert_eq!(book, [(a.me.auth, vec!["/dns/a.example/tcp/443".to_owned()])]);
    let kept = store::audit::witness::kept(b.store.db(), &a.me.member, &a.me.node, 9).unwrap();
    assert_eq!((kept.len(), kept[0].len), (1, 2), "two statements were in the audit when the address was renewed");
    let (membership, public) = load(b.store.db(), b.membership.clone()).unwrap();
    assert_eq!((sums(&public), membership.held().digest()), (sums(&b.public), b.membership.held().digest()));
}

#[test]
fn an_announcement_is_passed_on_once() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    let effects = state(&mut a, department(11, "2300"), 3);
    let [Effect::Announce(told)] = &effects[..] else { panic!("{effects:?}") };
    assert!(gossip(&mut b, told));
    assert_eq!(free(&b, &department(11, "2300")), Some(3));
    assert!(!gossip(&mut b, told), "a repeat is no news");
    assert!(!gossip(&mut b, b"noise"));
    let mut forged = told.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert!(!gossip(&mut b, &forged));
    // Stated anew without change: nothing is told.
    assert_eq!(state(&mut a, department(11, "2300"), 3), []);
}

#[test]
fn who_is_removed_takes_his_records_along_and_hears_no_more() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    state(&mut b, department(12, "2300"), 2);
    b.follow(Actor::Node, |work| renew_address(work, &[])).unwrap();
    round(&mut a, &mut b);
    let without_b = document(2, &[("a", 11)]);
    let told = Announcement::Document(without_b.bytes().to_vec()).to_bytes().unwrap();
    let (news, effects) = a.follow(Actor::Node, |work| on_gossip(work, &told)).unwrap();
    assert!(news);
    assert_eq!(effects, [Effect::MembershipChanged]);
    assert_eq!((free(&a, &department(12, "2300")), a.public.addresses.len()), (None, 0));
    assert_eq!(load(a.store.db(), a.membership.clone()).unwrap().1.board.len(), 0, "nor in the store");
    // The removed one learns that it is, and nothing else.
    state(&mut a, department(11, "2300"), 3);
    round(&mut b, &mut a);
    assert_eq!((b.membership.held().document.version, free(&b, &department(11, "2300"))), (2, None));
    // An older document does not bring it back.
    assert!(!gossip(&mut a, &Announcement::Document(document(1, &[("a", 11), ("b", 12)]).bytes().to_vec()).to_bytes().unwrap()));
    assert_eq!(a.membership.held().document.version, 2);
}

#[test]
fn a_newer_document_given_at_the_start_takes_along_the_records_of_who_is_gone() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    state(&mut a, department(11, "2300"), 3);
    state(&mut b, department(12, "2300"), 2);
    round(&mut a, &mut b);
    assert_eq!(a.public.board.len(), 2);
    let (membership, public) = load(a.store.db(), Membership::new(document(2, &[("a", 11)])).unwrap()).unwrap();
    assert_eq!((membership.held().document.version, public.board.len()), (2, 1));
    assert_eq!(store::capacity::all(a.store.db()).unwrap().len(), 1, "nor in the store");
}

#[test]
fn a_document_brought_by_a_peer_is_told_to_all() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    let newer = document(2, &[("a", 11), ("b", 12), ("c", 13)]);
    assert_eq!(a.follow(Actor::Node, |work| take_document(work, newer.bytes())).unwrap().0, Brought::News);
    let (session, request) = b.follow(Actor::Node, |work| open(work, &key(111).public())).unwrap().0;
    let (response, _) = a.follow(Actor::Node, |work| respond(work, &key(112).public(), &request)).unwrap();
    let mut session = session;
    let (_, effects) = b.follow(Actor::Node, |work| on_response(work, &mut session, &key(111).public(), &response)).unwrap();
    let told = Announcement::Document(newer.bytes().to_vec()).to_bytes().unwrap();
    assert_eq!(effects, [Effect::MembershipChanged, Effect::Announce(told)]);
}

#[test]
fn a_board_that_contradicts_itself_is_kept_as_proof() {
    let mut a = Bench::of("a", 11);
    let other = document(1, &[("a", 11)]);
    let told = Announcement::Document(other.bytes().to_vec()).to_bytes().unwrap();
    assert!(!gossip(&mut a, &told));
    assert_eq!(a.membership.held().document.members.len(), 2, "the held one stays");
    let kept = store::membership::contradictions(a.store.db()).unwrap();
    assert_eq!((kept.len(), kept[0].version, kept[0].digest), (1, 1, other.digest()));
    assert_eq!(a.audit(1), [format!("node document.contradiction - 1 {}", other.digest())]);
}

#[test]
fn a_board_that_contradicts_itself_is_kept_as_proof_whoever_brings_it() {
    let mut a = Bench::of("a", 11);
    let other = document(1, &[("a", 11)]);
    let it = Actor::Person { name: "it".into(), roles: vec![Role::It] };
    for _ in 0..2 {
        let (brought, effects) = a.follow(it.clone(), |work| take_document(work, other.bytes())).unwrap();
        let Brought::Contradiction(why) = brought else { panic!("{brought:?}") };
        assert!(why.contains("version 1") && effects.is_empty(), "{why}");
    }
    assert_eq!(a.membership.held().document.members.len(), 2, "the held one stays");
    let kept = store::membership::contradictions(a.store.db()).unwrap();
    assert_eq!((kept.len(), kept[0].digest), (1, other.digest()));
    assert_eq!(a.audit(9), [format!("it document.contradiction - 1 {}", other.digest())], "told once");
}

#[test]
fn a_suspension_cuts_off_and_is_told() {
    let mut a = Bench::of("a", 11);
    let until = NOW.plus(Duration::from_secs(3600));
    let content = Suspension { network: "test".parse().unwrap(), member: "b".parse().unwrap(), from: NOW, until, reason: SuspensionReason::Malfunction, ends: None };
    let mut signed = MultiSigned::new(cbor::write(&content));
    signed.add_signature(&content.network, Kind::Suspension, &key(1));
    let (news, effects) = a.follow(Actor::Node, |work| take_suspension(work, &signed.to_bytes())).unwrap();
    assert!(news && effects.contains(&Effect::MembershipChanged) && effects.len() == 2);
    assert!(matches!(a.membership.standing(&key(112).public(), NOW), Standing::Suspended { .. }));
    assert!(!a.follow(Actor::Node, |work| take_suspension(work, &signed.to_bytes())).unwrap().0);
    let forged = MultiSigned::new(cbor::write(&content));
    assert!(matches!(a.follow(Actor::Node, |work| take_suspension(work, &forged.to_bytes())), Err(WorkError::Invalid { .. })));
    let (membership, _) = load(a.store.db(), a.membership.clone()).unwrap();
    assert!(matches!(membership.standing(&key(112).public(), NOW), Standing::Suspended { .. }), "after a restart too");
    a.now = until.plus(verbund_protocol::limits::SUSPENSION_AGAIN + std::time::Duration::from_secs(1));
    let ((), effects) = a.follow(Actor::Node, forget_past_suspensions).unwrap();
    assert!(effects.contains(&Effect::MembershipChanged) && a.membership.suspensions().iter().next().is_none());
    assert!(store::membership::suspensions(a.store.db()).unwrap().is_empty(), "what is long past is forgotten");
}

#[test]
fn one_writer_with_two_tongues_is_kept_as_proof_by_everybody() {
    let (mut a, mut a_copy, mut b) = (Bench::of("a", 11), Bench::of("a", 11), Bench::of("b", 12));
    let id = department(11, "2300");
    let first = state(&mut a, id.clone(), 3);
    let second = state(&mut a_copy, id.clone(), 5);
    let tell = |effects: &[Effect]| match &effects[0] {
        Effect::Announce(told) => told.clone(),
        other => panic!("{other:?}"),
    };
    assert!(gossip(&mut b, &tell(&first)) && gossip(&mut b, &tell(&second)));
    let proofs = b.follow(Actor::Node, |work| capacity::proofs(work)).unwrap().0;
    assert_eq!((proofs.len(), &proofs[0].id, proofs[0].order.seq), (1, &id, 1));
    assert!(b.audit(1)[0].starts_with("node capacity.contradiction - "));
    assert!(b.public.board.get(&id).unwrap().proof.is_some());
    // Whoever hears of it later holds the same statement and the same proof.
    let mut late = Bench::of("b", 12);
    assert!(gossip(&mut late, &tell(&second)) && gossip(&mut late, &tell(&first)));
    assert_eq!(sums(&late.public), sums(&b.public));
    let (_, public) = load(b.store.db(), b.membership.clone()).unwrap();
    assert_eq!(sums(&public), sums(&b.public), "after a restart too");
}

#[test]
fn a_node_that_was_set_back_goes_on_above_what_its_peers_hold() {
    let (mut a, mut b) = (Bench::of("a", 11), Bench::of("b", 12));
    let id = department(11, "2300");
    for free in [1, 2, 3] {
        state(&mut a, id.clone(), free);
    }
    a.follow(Actor::Node, |work| renew_address(work, &[])).unwrap();
    round(&mut b, &mut a);
    // The disk is replaced by an empty one, without `verbund restore`; staff state 4 places.
    let mut back = Bench::of("a", 11);
    state(&mut back, id.clone(), 4);
    round(&mut back, &mut b);
    back.follow(Actor::Node, |work| renew_address(work, &[])).unwrap();
    round(&mut back, &mut b);
    assert_eq!((free(&b, &id), free(&back, &id)), (Some(4), Some(4)));
    assert_eq!(b.public.board.get(&id).unwrap().record.record.order.epoch, 2);
    assert_eq!(sums(&back.public), sums(&b.public));
    assert_eq!(b.public.board.get(&id).unwrap().proof, None, "an honest restore is no lie");
}

#[test]
fn an_address_is_renewed_every_hour_or_when_it_changes() {
    let mut a = Bench::of("a", 11);
    let renew = |a: &mut Bench, address: &str| a.follow(Actor::Node, |work| renew_address(work, &[address.to_owned()])).unwrap().1.len();
    let said = renew(&mut a, "/ip4/10.0.0.1/tcp/443");
    assert!(said > 0);
    assert_eq!(renew(&mut a, "/ip4/10.0.0.1/tcp/443"), 0);
    assert_eq!(renew(&mut a, "/ip4/10.0.0.2/tcp/443"), said);
    a.now = a.now.plus(Duration::from_secs(3599));
    assert_eq!(renew(&mut a, "/ip4/10.0.0.2/tcp/443"), 0);
    a.now = a.now.plus(Duration::from_secs(1));
    assert_eq!(renew(&mut a, "/ip4/10.0.0.2/tcp/443"), said);
}

#[test]
fn what_is_not_of_the_protocol_is_refused() {
    let mut a = Bench::of("a", 11);
    let peer = key(112).public();
    assert!(matches!(a.follow(Actor::Node, |work| respond(work, &peer, b"GET / HTTP/1.1")), Err(WorkError::Invalid { .. })));
    let day: Day = NOW.day();
    assert!(a.follow(Actor::Node, |work| respond(work, &peer, &cbor::write(&day))).is_err());
}

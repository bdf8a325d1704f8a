#![allow(clippy::unwrap_used)]

use verbund_protocol::{document::segment, id::DocumentRoot, membership::Membership, time::Timestamp};

use super::*;
use crate::{
    domain::{
        actor::{Actor, Role},
        consent::{Decision, Kind, Recipient, tests::decision},
        patient::tests::anna,
    },
    workflow::{
        bench::{Bench, NOW},
        consent as consents, patient as patients,
    },
};

const SIZE: u64 = 200_000;

fn conversation() -> ConversationId {
    ConversationId([9; 16])
}

fn added(seed: u8) -> Added {
    Added { root: DocumentRoot([seed; 32]), cipher_size: segment::cipher_size(SIZE), plain_size: SIZE, media_type: "application/pdf" }
}

fn key(seed: u8) -> DocumentKey {
    DocumentKey::new([seed; 32])
}

/// A clinic with a patient, a consent that names `b`, and a document.
struct Ward {
    bench: Bench,
    patient: LocalId,
    consent: LocalId,
    document: LocalId,
}

fn ward() -> Ward {
    let mut bench = Bench::new();
    let patient = bench.run(Role::Ward, |work| patients::add(work, &anna())).unwrap().id;
    let to = Recipient { member: "b".parse().unwrap(), facility: "108310400".parse().unwrap() };
    let release = Decision { recipient: Some(to), ..decision(Kind::DocumentHandoff) };
    let consent = bench.run(Role::Ward, |work| consents::record(work, patient, release)).unwrap().id;
    let document = bench.run(Role::Ward, |work| add(work, &new(patient), &added(1), &key(1))).unwrap().id;
    Ward { bench, patient, consent, document }
}

fn new(patient: LocalId) -> NewDocument {
    NewDocument { patient, kind: "AD010115".parse().unwrap(), title: "Entlassungsbericht".into(), replaces: None }
}

impl Ward {
    fn offer(&mut self) -> Vec<DocumentOffer> {
        let Self { bench, patient, consent, document } = self;
        bench.run(Role::SocialService, |work| offer(work, conversation(), *consent, *patient, &[*document], &"b".parse().unwrap())).unwrap()
    }
    fn code<T: std::fmt::Debug>(&mut self, role: Role, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> &'static str {
        self.bench.run(role, piece).unwrap_err().code()
    }
}

#[test]
fn what_is_said_about_a_document_is_checked_by_name() {
    let mut ward = ward();
    let patient = ward.patient;
    let refused = |ward: &mut Ward, change: fn(&mut NewDocument), size| {
        let mut about = new(patient);
        change(&mut about);
        ward.bench.run(Role::Ward, |work| check(work, &about, size)).unwrap_err().to_string()
    };
    assert!(refused(&mut ward, |new| new.kind = "ZZ000000".parse().unwrap(), SIZE).contains("ZZ000000"));
    assert!(refused(&mut ward, |new| new.title = " x".into(), SIZE).contains("title"));
    assert!(refused(&mut ward, |new| new.patient = LocalId([0xee; 8]), SIZE).contains("patient"));
    assert!(refused(&mut ward, |new| new.replaces = Some(LocalId([0xee; 8])), SIZE).contains("document"));
    assert!(refused(&mut ward, |_| {}, 0).contains("empty"));
    assert!(refused(&mut ward, |_| {}, u64::MAX).contains("MiB"));
    assert_eq!(ward.code(Role::It, |work| check(work, &new(patient), SIZE)), "forbidden");
}

#[test]
fn a_newer_version_says_what_it_replaces() {
    let mut ward = ward();
    let about = NewDocument { replaces: Some(ward.document), ..new(ward.patient) };
    let newer = ward.bench.run(Role::Ward, |work| add(work, &about, &added(2), &key(2))).unwrap();
    assert_eq!(newer.manifest.unwrap().replaces, Some(added(1).root));
}

#[test]
fn nobody_without_treating_reads_and_every_reading_is_in_the_audit() {
    let mut ward = ward();
    let id = ward.document;
    for role in [Role::It, Role::Capacity, Role::PrivacyOfficer] {
        assert_eq!(ward.code(role, |work| open(work, id)), "forbidden", "{role}");
        assert_eq!(ward.code(role, |work| show(work, id)), "forbidden", "{role}");
        assert_eq!(ward.code(role, |work| list(work, &Filter::default(), 9)), "forbidden", "{role}");
    }
    assert_eq!(ward.bench.run(Role::Physician, |work| open(work, id)).unwrap().1, key(1));
    let patient = ward.patient;
    assert_eq!(ward.bench.audit(1), [format!("p-physician document.read {patient} {id}")]);
}

#[test]
fn an_offer_holds_for_its_conversation_and_ends_with_its_consent() {
    let mut ward = ward();
    let offers = ward.offer();
    let grant = offers[0].open(&members(&mut ward.bench)).unwrap();
    assert_eq!((grant.conversation, grant.to.as_str(), grant.root), (conversation(), "b", added(1).root));
    assert!(grant.expires_at <= NOW.plus(GRANT_SPAN));
    let (consent, document) = (ward.consent, ward.document);
    let nurse = Actor::Person { name: "n".into(), roles: vec![Role::Ward] };
    let (revoked, follows) = ward.bench.follow(nurse, |work| consents::revoke(work, consent)).unwrap();
    assert_eq!(revoked.grants, vec![grant.id]);
    assert!(follows.contains(&Effect::StopTransfer(added(1).root)));
    let given = ward.bench.run(Role::Ward, |work| show(work, document)).unwrap().given;
    assert_eq!(given[0].revoked_why.as_deref(), Some("consent-revoked"));
}

fn members(bench: &mut Bench) -> Membership {
    bench.run(Role::Ward, |work| Ok(work.membership.clone())).unwrap()
}

#[test]
fn what_arrives_twice_is_taken_once_and_what_was_erased_may_come_again() {
    let mut ward = ward();
    let offers = ward.offer();
    let mut other = Bench::of("b", 12);
    let mut take = |offers: &[DocumentOffer]| other.follow(Actor::Node, |work| accept(work, &"a".parse().unwrap(), conversation(), None, offers));
    let (taken, follows) = take(&offers).unwrap();
    assert_eq!(follows, vec![Effect::Fetch]);
    assert_eq!(take(&offers).unwrap().0, taken);
    let id = taken[0];
    assert_eq!(other.run(Role::Ward, |work| open(work, id)).unwrap_err().code(), "arriving");
    let (roots, follows) = other.follow(Actor::Node, |work| erase_received(work, conversation())).unwrap();
    assert_eq!((roots, follows), (vec![added(1).root], vec![Effect::StopTransfer(added(1).root)]));
    assert_eq!(other.run(Role::Ward, |work| open(work, id)).unwrap_err().code(), "erased");
    assert_eq!(other.follow(Actor::Node, |work| accept(work, &"a".parse().unwrap(), conversation(), None, &offers)).unwrap().0, taken);
    other.run(Role::Ward, |work| arrived(work, id)).unwrap();
    assert_eq!(other.run(Role::Ward, |work| open(work, id)).unwrap().1, key(1));
}

#[test]
fn a_withdrawal_takes_what_is_on_its_way_and_leaves_what_is_here() {
    let mut ward = ward();
    let (patient, consent, first) = (ward.patient, ward.consent, ward.document);
    let second = ward.bench.run(Role::Ward, |work| add(work, &new(patient), &added(2), &key(2))).unwrap().id;
    let offers = ward.bench.run(Role::Ward, |work| offer(work, conversation(), consent, patient, &[first, second], &"b".parse().unwrap())).unwrap();
    let mut other = Bench::of("b", 12);
    let taken = other.run(Role::Ward, |work| accept(work, &"a".parse().unwrap(), conversation(), None, &offers)).unwrap();
    other.run(Role::Ward, |work| arrived(work, taken[0])).unwrap();
    other.run(Role::Ward, |work| withdrawn_by_sender(work, conversation())).unwrap();
    let state = |other: &mut Bench, id| other.run(Role::Ward, |work| show(work, id)).unwrap().document.state;
    assert_eq!((state(&mut other, taken[0]), state(&mut other, taken[1])), (State::Held, State::Withdrawn));
    // The transfer that was just ending cannot bring it back.
    let (_, follows) = other.follow(Actor::Node, |work| arrived(work, taken[1])).unwrap();
    assert_eq!((state(&mut other, taken[1]), follows), (State::Withdrawn, vec![Effect::StopTransfer(added(2).root)]));
}

#[test]
fn a_received_document_is_filed_once() {
    let mut ward = ward();
    let offers = ward.offer();
    let mut other = Bench::of("b", 12);
    let id = other.run(Role::Ward, |work| accept(work, &"a".parse().unwrap(), conversation(), None, &offers)).unwrap()[0];
    let patient = other.run(Role::Ward, |work| patients::add(work, &anna())).unwrap().id;
    other.run(Role::Ward, |work| assign(work, id, patient)).unwrap();
    other.run(Role::Ward, |work| assign(work, id, patient)).unwrap();
    assert_eq!(other.run(Role::Ward, |work| assign(work, id, LocalId([0xee; 8]))).unwrap_err().code(), "not-found");
    let listed = other.run(Role::Ward, |work| list(work, &Filter { patient: Some(patient), ..Filter::default() }, 9)).unwrap();
    assert_eq!(listed.iter().map(|document| document.id).collect::<Vec<_>>(), vec![id]);
}

#[test]
fn erasing_a_patient_erases_the_documents() {
    let mut ward = ward();
    ward.offer();
    let (patient, document) = (ward.patient, ward.document);
    let officer = Actor::Person { name: "o".into(), roles: vec![Role::PrivacyOfficer] };
    let (erased, follows) = ward.bench.follow(officer, |work| patients::erase(work, patient)).unwrap();
    assert_eq!(erased.documents, 1);
    assert!(follows.contains(&Effect::StopTransfer(added(1).root)));
    let left = ward.bench.run(Role::Ward, |work| show(work, document)).unwrap();
    assert_eq!((left.document.state, left.document.manifest, left.document.patient), (State::Erased, None, None));
    assert!(left.given[0].revoked_at.is_some());
}

#[test]
fn waiting_is_noted_and_a_person_may_hurry_it() {
    let mut ward = ward();
    let offers = ward.offer();
    let mut other = Bench::of("b", 12);
    let id = other.run(Role::Ward, |work| accept(work, &"a".parse().unwrap(), conversation(), None, &offers)).unwrap()[0];
    let later = Timestamp::from_secs(NOW.secs() + 60);
    other.run(Role::Ward, |work| postpone(work, id, 4, later, "unreachable")).unwrap();
    let waiting = |other: &mut Bench| other.run(Role::Ward, |work| arriving(work, 9)).unwrap().remove(0).waiting.unwrap();
    assert_eq!((waiting(&mut other).attempts, waiting(&mut other).next_at), (4, later));
    other.run(Role::Ward, |work| give_up(work, id, "expired", false)).unwrap();
    let nurse = Actor::Person { name: "n".into(), roles: vec![Role::Ward] };
    let ((), follows) = other.follow(nurse, |work| fetch_again(work, id)).unwrap();
    assert_eq!((follows, waiting(&mut other).next_at), (vec![Effect::Fetch], NOW));
    other.run(Role::Ward, |work| arrived(work, id)).unwrap();
    assert_eq!(other.run(Role::Ward, |work| fetch_again(work, id)).unwrap_err().code(), "not-arriving");
}

#[test]
fn a_release_is_a_physicians_ends_with_the_document_and_is_never_rewritten() {
    let mut ward = ward();
    let Ward { patient, document, .. } = ward;
    for role in [Role::Ward, Role::SocialService, Role::Admissions, Role::It] {
        assert_eq!(ward.code(role, |work| release(work, document)), "forbidden", "{role}");
        assert_eq!(ward.code(role, |work| take_back(work, document)), "forbidden", "{role}");
    }
    let open = |ward: &mut Ward, whose| ward.bench.follow(Actor::Node, move |work| open_released(work, whose, document, "own").map(drop)).is_ok();
    assert!(!open(&mut ward, patient));
    for _ in 0..2 {
        assert_eq!(ward.bench.run(Role::Physician, |work| release(work, document)).unwrap(), patient);
    }
    assert_eq!(ward.bench.audit(1), [format!("p-physician document.release {patient} {document}")]);
    assert!(open(&mut ward, patient) && !open(&mut ward, LocalId([7; 8])));
    let lines = |ward: &Ward| ward.bench.audit(100).iter().filter(|line| line.contains("document.release")).count();
    assert_eq!(lines(&ward), 1, "a repeat changes nothing");
    let rewrite = ward.bench.store.db().execute("UPDATE document_release SET released_by = 'x'", []);
    assert!(rewrite.is_err());
    for _ in 0..2 {
        ward.bench.run(Role::Physician, |work| take_back(work, document)).unwrap();
    }
    assert!(!open(&mut ward, patient));
    ward.bench.run(Role::Physician, |work| release(work, document)).unwrap();
    ward.bench.run(Role::Ward, |work| erase(work, document)).unwrap();
    assert!(!open(&mut ward, patient));
    let in_force = "SELECT count(*) FROM document_release WHERE withdrawn_at IS NULL";
    let count: i64 = ward.bench.store.db().query_row(in_force, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 0, "if it comes again, a physician looks again");
}

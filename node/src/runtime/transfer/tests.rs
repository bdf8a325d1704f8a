//! Two clinics with real stores, files and cores, joined by a line that a test can cut, count and spoil.
#![allow(clippy::unwrap_used)]

mod clinic;
mod full;
mod together;

use std::sync::atomic::Ordering;

use verbund_protocol::{
    document::{Grant, RangeAnswer, RangeRequest, Refusal, segment},
    id::{Digest, GrantId},
    limits::{DOCUMENT_RANGE, MAX_TRANSFERS, RANGES_PER_PEER, RETRY_MAX},
};

use self::clinic::{Clinic, Fault, NOW, PATIENT, conversation, joined, pdf};
use crate::{
    store::document::State,
    workflow::document::{self as chapter, Details, Fetched},
};

const RANGES: usize = 12;

/// A document of [`RANGES`] ranges.
fn large() -> Vec<u8> {
    pdf(RANGES * DOCUMENT_RANGE - 100_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_arrives_whole() {
    let (akut, reha) = joined();
    let bytes = large();
    let document = akut.add(&bytes).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.start();
    reha.until(received, State::Held).await;
    assert_eq!(reha.read(received).await, bytes);
    assert_eq!(reha.asked.load(Ordering::SeqCst), RANGES, "each range once");
    assert_eq!(akut.details(document).await.given[0].fetched, Fetched::At(NOW));
    assert_eq!(akut.audit().await.iter().filter(|action| *action == "document.fetched").count(), 1);
    let actions = reha.audit().await;
    assert!(actions.contains(&"document.await".to_owned()) && actions.contains(&"document.received".to_owned()), "{actions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_documents_are_fetched_at_once() {
    let (akut, reha) = joined();
    let mut documents = Vec::new();
    for _ in 0..MAX_TRANSFERS + 3 {
        documents.push(akut.add(&pdf(200_000)).await);
    }
    let received = akut.hand_to(&reha, &documents).await;
    reha.fault(Fault::HoldAfter(0));
    let (mut running, mut due) = Default::default();
    for _ in 0..2 {
        reha.transfers.start_due(&mut running, &mut due).await;
        assert_eq!((running.len(), due.len()), (MAX_TRANSFERS, 3), "the others wait");
    }
    reha.fault(Fault::None);
    running.join_next().await.unwrap().unwrap();
    reha.transfers.start_due(&mut running, &mut due).await;
    assert_eq!((running.len(), due.len()), (MAX_TRANSFERS, 2), "one that ends makes room for one");
    // Nothing of them is broken off: what a thread still writes would be in the way of a second run, which no dead process has.
    while running.join_next().await.is_some() {}
    reha.start();
    for id in received {
        reha.until(id, State::Held).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_dies_fetches_only_what_is_missing() {
    let (akut, reha) = joined();
    let bytes = large();
    let document = akut.add(&bytes).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.fault(Fault::HoldAfter(5));
    reha.start();
    reha.line_reaches(5).await;
    reha.kill();
    let before = reha.parts_here(received).await;
    assert_eq!(akut.details(document).await.given[0].fetched, Fetched::NotYet);
    assert!(before >= 5 - 1, "what was answered was kept: {before}");
    reha.fault(Fault::None);
    reha.asked.store(0, Ordering::SeqCst);
    reha.start();
    reha.until(received, State::Held).await;
    // What was being written when it died may have reached the disk after that look.
    let asked = reha.asked.load(Ordering::SeqCst);
    assert!((RANGES - 5..=RANGES - before).contains(&asked), "{before} of {RANGES} were there, {asked} were asked for");
    assert_eq!(reha.read(received).await, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_was_away_is_asked_again_when_it_comes_back() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.fault(Fault::CutAfter(3));
    reha.start();
    assert_eq!(reha.trouble(received).await, "unreachable");
    reha.fault(Fault::None);
    reha.transfers.peer_up(&akut.auth);
    reha.until(received, State::Held).await;
    assert_eq!(reha.asked.load(Ordering::SeqCst), RANGES + reha.lost.load(Ordering::SeqCst), "nothing verified is fetched twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_consent_back_stops_a_running_transfer_on_both_sides() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.fault(Fault::HoldAfter(3));
    reha.start();
    reha.line_reaches(3).await;
    akut.work(|work| chapter::revoke_conversation(work, conversation(), "consent-revoked")).await.unwrap();
    reha.fault(Fault::None);
    reha.until(received, State::Withdrawn).await;
    let asked = reha.asked.load(Ordering::SeqCst);
    assert!(asked < RANGES, "stopped in the middle, after {asked} of {RANGES}");
    assert!(reha.no_files().await, "what had arrived is erased");
    assert!(reha.key(received).await.is_none());
    assert!(akut.key(document).await.is_some(), "the sender keeps its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_may_erase_in_the_middle() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.fault(Fault::HoldAfter(2));
    reha.start();
    reha.line_reaches(2).await;
    let roots = reha.work(|work| chapter::erase_received(work, conversation())).await.unwrap();
    assert_eq!(roots.len(), 1);
    reha.fault(Fault::None);
    assert!(reha.no_files().await);
    assert_eq!(reha.details(received).await.document.state, State::Erased);
}

#[tokio::test(flavor = "multi_thread")]
async fn spoilt_ranges_are_never_kept() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.fault(Fault::Spoil);
    reha.start();
    assert_eq!(reha.trouble(received).await, "damaged-at-sender");
    assert_eq!(reha.parts_here(received).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_not_what_it_says_is_not_kept() {
    let (akut, reha) = joined();
    let document = akut.add(b"%PDF-1.7 not a picture").await;
    let mut offers = akut.offers(&reha, &[document]).await;
    offers[0].manifest.media_type = "image/png".into();
    let received = reha.accept(&akut, offers).await.unwrap()[0];
    reha.start();
    reha.until(received, State::Failed).await;
    let Details { waiting, .. } = reha.details(received).await;
    assert_eq!(waiting.unwrap().trouble.as_deref(), Some("not-what-it-says"));
    assert!(reha.no_files().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_does_not_fit_its_conversation_is_refused() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let offers = akut.offers(&reha, &[document]).await;
    let mut other_size = offers.clone();
    other_size[0].manifest.plain_size += 1;
    assert!(reha.accept(&akut, other_size).await.is_err());
    assert!(reha.accept(&reha, offers.clone()).await.is_err(), "not from this sender");
    assert!(akut.accept(&akut, offers).await.is_err(), "not to this clinic");
}

/// Every single condition, asked of the serving side.
#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_measured_against_its_grant() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let offer = akut.offers(&reha, &[document]).await.remove(0);
    let (root, size) = (offer.manifest.root, offer.manifest.cipher_size);
    let good = RangeRequest { grant: offer.grant.clone(), root, offset: 0, length: DOCUMENT_RANGE as u64, further: None };
    let answer = async |from, request: &RangeRequest| {
        let bytes = akut.transfers.answer(from, request.to_bytes()).await;
        match RangeAnswer::read(&bytes).unwrap() {
            RangeAnswer::Range(_) => None,
            RangeAnswer::Refused { why, .. } => Some(why),
        }
    };
    assert_eq!(answer(reha.auth, &good).await, None);
    let last = (segment::ranges(size) - 1) * DOCUMENT_RANGE as u64;
    assert_eq!(answer(reha.auth, &RangeRequest { offset: last, length: size - last, ..good.clone() }).await, None);
    assert_eq!(answer(reha.auth, &RangeRequest { offset: 5, ..good.clone() }).await, Some(Refusal::Range));
    assert_eq!(answer(akut.auth, &good).await, Some(Refusal::NotYours));
    let stranger = verbund_protocol::sign::SecretKey::from_seed(&[99; 32]).public();
    assert_eq!(answer(stranger, &good).await, Some(Refusal::NotMember));
    let mut forged = good.clone();
    *forged.grant.last_mut().unwrap() ^= 1;
    assert_eq!(answer(reha.auth, &forged).await, Some(Refusal::Invalid));
    let opened = Grant::open(&clinic::network(), &clinic::membership(), &offer.grant).unwrap();
    let unknown = Grant { id: GrantId([0xee; 16]), consent: Digest([0; 32]), ..opened };
    let unknown = RangeRequest { grant: unknown.sign(&clinic::network(), &akut.sign).into(), ..good.clone() };
    assert_eq!(answer(reha.auth, &unknown).await, Some(Refusal::Revoked), "well signed, and never given by this store");
    akut.set_clock(NOW.plus(std::time::Duration::from_secs(31 * 86_400)));
    assert_eq!(answer(reha.auth, &good).await, Some(Refusal::Expired));
    akut.set_clock(NOW);
    akut.work(move |work| chapter::withdraw(work, document)).await.unwrap();
    assert_eq!(answer(reha.auth, &good).await, Some(Refusal::Revoked));
    assert!(akut.transfers.answer(reha.auth, vec![0xff; 3]).await.len() < 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_peer_cannot_take_all() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let offer = akut.offers(&reha, &[document]).await.remove(0);
    let request = RangeRequest { grant: offer.grant.clone(), root: offer.manifest.root, offset: 0, length: DOCUMENT_RANGE as u64, further: None };
    let held = akut.occupy(reha.auth, RANGES_PER_PEER);
    let bytes = akut.transfers.answer(reha.auth, request.to_bytes()).await;
    assert!(matches!(RangeAnswer::read(&bytes), Ok(RangeAnswer::Refused { why: Refusal::Busy, .. })));
    drop(held);
    let bytes = akut.transfers.answer(reha.auth, request.to_bytes()).await;
    assert!(matches!(RangeAnswer::read(&bytes), Ok(RangeAnswer::Range(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_offer_ends_where_a_person_sees_it() {
    let (akut, reha) = joined();
    let document = akut.add(&large()).await;
    let received = akut.hand_to(&reha, &[document]).await[0];
    reha.set_clock(NOW.plus(std::time::Duration::from_secs(31 * 86_400)).plus(RETRY_MAX));
    reha.start();
    reha.until(received, State::Failed).await;
    assert_eq!(reha.details(received).await.waiting.unwrap().trouble.as_deref(), Some("expired"));
    assert_eq!(reha.asked.load(Ordering::SeqCst), 0);
    // Handed over once more, it comes.
    reha.set_clock(NOW);
    akut.hand_to(&reha, &[document]).await;
    reha.until(received, State::Held).await;
}

/// What a disk did not confirm is neither kept nor promised, and the node stops, as it does for its database: at the end of a
/// document, and where it is written out while more of it arrives.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_confirms_no_document_stops_the_node() {
    for bytes in [pdf(100), large()] {
        stops_for(&bytes).await;
    }
}

async fn stops_for(bytes: &[u8]) {
    let (akut, reha) = joined();
    let document = akut.add(bytes).await;
    akut.hand_to(&reha, &[document]).await;
    reha.break_disk();
    reha.start();
    reha.stopped().await;
    assert!(reha.names().is_empty(), "{:?}", reha.names());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_documents_at_once() {
    let (akut, reha) = joined();
    let mut documents = Vec::new();
    for number in 0..12 {
        documents.push(akut.add(&pdf(10_000 + number * 300_000)).await);
    }
    let received = akut.hand_to(&reha, &documents).await;
    reha.start();
    for id in &received {
        reha.until(*id, State::Held).await;
    }
    assert_eq!(reha.read(received[11]).await, pdf(10_000 + 11 * 300_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_documents_of_the_patient_are_offered() {
    let (akut, reha) = joined();
    let document = akut.add(&pdf(100)).await;
    let to = reha.member.clone();
    let other = verbund_protocol::id::LocalId([0x77; 8]);
    let on = akut.consent;
    assert!(akut.work(move |work| chapter::offer(work, conversation(), on, other, &[document], &to)).await.is_err());
    assert_ne!(other, PATIENT);
    let _: &Clinic = &akut;
}

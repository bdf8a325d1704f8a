//! Golden vectors and properties of what travels for documents.
//!
//! A vector is the hexadecimal of the exact bytes one version wrote. A released vector never changes; a later version
//! must read it and come to the same value.
#![allow(clippy::unwrap_used)]

#[path = "shared/golden.rs"]
mod golden;
#[path = "shared/members.rs"]
mod members;

use minicbor::bytes::ByteVec;
use proptest::prelude::*;
use verbund_protocol::{
    cbor,
    document::{DocumentKey, DocumentOffer, Further, Grant, GrantError, Manifest, OfferError, RangeAnswer, RangeRequest, Refusal, segment},
    id::{ConversationId, Digest, DocumentRoot, GrantId, Ik},
    limits::{DOCUMENT_RANGE, DOCUMENT_SEGMENT, GRANT_SPAN, MAX_FURTHER, MAX_GRANT, MAX_RANGE_REQUEST, SMALL_DOCUMENT},
    membership::Membership,
    sign::{self, Kind},
    time::Timestamp,
};

use golden::vector;
use members::{key, network};

fn manifest() -> Manifest {
    Manifest {
        root: DocumentRoot([0xd0; 32]),
        cipher_size: segment::cipher_size(1_500_000),
        plain_size: 1_500_000,
        segment: DOCUMENT_SEGMENT as u32,
        kind: "AD010115".parse().unwrap(),
        media_type: "application/pdf".into(),
        title: "Entlassungsbericht".into(),
        created_at: Timestamp(1_795_000_000_000),
        replaces: None,
    }
}

fn grant() -> Grant {
    Grant {
        id: GrantId([1; 16]),
        root: manifest().root,
        size: manifest().cipher_size,
        conversation: ConversationId([2; 16]),
        consent: Digest([3; 32]),
        from: "kh-akut".parse().unwrap(),
        to: "reha-sued".parse().unwrap(),
        made_at: Timestamp(1_795_000_000_000),
        expires_at: Timestamp(1_795_000_000_000).plus(GRANT_SPAN),
    }
}

fn signed_grant() -> Vec<u8> {
    grant().sign(&network(), &key(7))
}

/// A network of two: `kh-akut`, whose sign key is that of [`signed_grant`], and `reha-sued`.
fn membership() -> Membership {
    let member = |id: &str, seed: u8| members::member(id, Ik::with_check_digit(10_831_000 + u32::from(seed)), seed);
    members::membership(vec![member("kh-akut", 7), member("reha-sued", 8)], Timestamp(1_795_000_000_000).plus(GRANT_SPAN))
}

#[test]
fn a_grant_is_its_givers_and_ends_in_time() {
    let open = |grant: Grant, seed: u8| Grant::open(&network(), &membership(), &grant.sign(&network(), &key(seed)));
    assert_eq!(open(grant(), 7), Ok(grant()));
    assert_eq!(open(grant(), 9), Err(GrantError::Signer), "a key that nobody here has");
    assert_eq!(open(grant(), 8), Err(GrantError::Signer), "another member's");
    assert_eq!(open(Grant { expires_at: grant().made_at, ..grant() }, 7), Err(GrantError::Span));
    let soon = Grant { expires_at: Timestamp(grant().made_at.0 + 1), ..grant() };
    assert_eq!(open(soon.clone(), 7), Ok(soon));
    assert_eq!(open(Grant { expires_at: Timestamp(grant().expires_at.0 + 1), ..grant() }, 7), Err(GrantError::Span));
}

#[test]
fn in_a_message_of_its_giver_a_grant_need_not_be_verified_but_is_still_its_givers() {
    let enclosed = |grant: Grant, seed: u8| Grant::enclosed(&membership(), &grant.sign(&network(), &key(seed)));
    assert_eq!(enclosed(grant(), 7), Ok(grant()));
    assert_eq!(enclosed(grant(), 9), Err(GrantError::Signer), "a key that nobody here has");
    assert_eq!(enclosed(grant(), 8), Err(GrantError::Signer), "another member's");
    assert_eq!(enclosed(Grant { expires_at: grant().made_at, ..grant() }, 7), Err(GrantError::Span));
    let mut forged = signed_grant();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(Grant::enclosed(&membership(), &forged), Ok(grant()), "the message's signature covers it");
    assert!(matches!(Grant::open(&network(), &membership(), &forged), Err(GrantError::Signature(_))), "its giver verifies it");
}

#[test]
fn an_offer_speaks_of_one_document() {
    let offer = |manifest: Manifest, grant: Grant| {
        let grant = grant.sign(&network(), &key(7));
        DocumentOffer { manifest, grant: ByteVec::from(grant), key: DocumentKey::new([5; 32]) }.open(&membership())
    };
    assert_eq!(offer(manifest(), grant()), Ok(grant()));
    assert_eq!(offer(manifest(), Grant { root: DocumentRoot([0xd1; 32]), ..grant() }), Err(OfferError::Mismatch));
    assert_eq!(offer(manifest(), Grant { size: grant().size + 1, ..grant() }), Err(OfferError::Mismatch));
    assert!(matches!(offer(Manifest { title: String::new(), ..manifest() }, grant()), Err(OfferError::Manifest(_))));
}

#[test]
fn vector_grant_1() {
    let bytes = vector("grant-1");
    let opened = sign::open(&network(), Kind::Grant, &bytes, MAX_GRANT).unwrap();
    assert_eq!(cbor::read::<Grant>(&opened.payload, MAX_GRANT), Ok(grant()));
    golden::check("grant-1", &signed_grant());
}

#[test]
fn vector_offer_1() {
    let bytes = vector("document-offer-1");
    let offer = DocumentOffer { manifest: manifest(), grant: ByteVec::from(signed_grant()), key: DocumentKey::new([5; 32]) };
    assert_eq!(cbor::read::<DocumentOffer>(&bytes, 4096), Ok(offer.clone()));
    golden::check("document-offer-1", &cbor::write(&offer));
}

#[test]
fn vector_range_request_1() {
    let bytes = vector("range-request-1");
    let request = RangeRequest { grant: ByteVec::from(signed_grant()), root: manifest().root, offset: DOCUMENT_RANGE as u64, length: 451_792, further: None };
    assert_eq!(RangeRequest::read(&bytes), Ok(request.clone()));
    golden::check("range-request-1", &request.to_bytes());
}

#[test]
fn vector_range_request_2() {
    let further = (0..2).map(|_| Further { grant: ByteVec::from(signed_grant()), root: manifest().root, size: 20_496 }).collect();
    let request = RangeRequest { grant: ByteVec::from(signed_grant()), root: manifest().root, offset: 0, length: 20_496, further: Some(further) };
    golden::check("range-request-2", &request.to_bytes());
    assert_eq!(RangeRequest::read(&vector("range-request-2")), Ok(request));
}

#[test]
fn vector_range_answer_2() {
    let refusal = RangeAnswer::refuse(Refusal::Gone, None);
    let written = RangeAnswer::with(&vector("range-answer-1"), &[refusal.clone(), vector("range-answer-1")]).unwrap();
    golden::check("range-answer-2", &written);
    let bytes = vector("range-answer-2");
    assert_eq!(RangeAnswer::read(&bytes), Ok(RangeAnswer::Range(b"bytes")));
    assert_eq!(RangeAnswer::further(&bytes), Ok(vec![refusal.as_slice(), vector("range-answer-1").as_slice()]));
}

#[test]
fn vector_range_answer_1() {
    let bytes = vector("range-answer-1");
    assert_eq!(RangeAnswer::read(&bytes), Ok(RangeAnswer::Range(b"bytes")));
    let refusal = vector("range-refusal-1");
    assert_eq!(RangeAnswer::read(&refusal), Ok(RangeAnswer::Refused { why: Refusal::Revoked, retry_after_ms: None }));
}

/// What the next version may add is skipped, so that it can still speak to this one.
#[test]
fn an_unknown_field_is_skipped() {
    let mut bytes = cbor::write(&grant());
    assert_eq!(bytes[0], 0xa9, "a map of nine");
    bytes[0] = 0xaa;
    bytes.extend_from_slice(&[0x18, 0x63, 0x82, 0x01, 0x02]); // 99: [1, 2]
    assert_eq!(cbor::read::<Grant>(&bytes, MAX_GRANT), Ok(grant()));
}

#[test]
fn one_past_each_bound_is_refused() {
    let request = RangeRequest { grant: ByteVec::from(vec![0; MAX_RANGE_REQUEST]), root: manifest().root, offset: 0, length: 1, further: None };
    assert!(RangeRequest::read(&request.to_bytes()).is_err());
    let with = |count| {
        let further = vec![Further { grant: ByteVec::from(vec![0; 5]), root: manifest().root, size: 1 }; count];
        RangeRequest { grant: ByteVec::from(vec![0; 5]), root: manifest().root, offset: 0, length: 1, further: Some(further) }
    };
    assert!(RangeRequest::read(&with(MAX_FURTHER).to_bytes()).is_ok());
    assert!(RangeRequest::read(&with(MAX_FURTHER + 1).to_bytes()).is_err());
    let largest = Further { grant: ByteVec::from(vec![0; MAX_GRANT]), root: manifest().root, size: SMALL_DOCUMENT };
    let largest = RangeRequest { grant: largest.grant.clone(), root: largest.root, offset: 0, length: 1, further: Some(vec![largest; MAX_FURTHER]) };
    assert!(RangeRequest::read(&largest.to_bytes()).is_ok());
    assert!(sign::claimed_signer(&[0; MAX_GRANT + 1], MAX_GRANT).is_err());
}

proptest! {
    /// Foreign bytes never panic a decoder, and what decodes encodes to something that decodes the same.
    #[test]
    fn foreign_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = cbor::read::<Manifest>(&bytes, 4096).map(|manifest| manifest.check());
        let _ = cbor::read::<DocumentOffer>(&bytes, 4096);
        let _ = RangeAnswer::read(&bytes);
        let _ = RangeAnswer::further(&bytes);
        if let Ok(request) = RangeRequest::read(&bytes) {
            prop_assert_eq!(RangeRequest::read(&request.to_bytes()), Ok(request));
        }
    }

    /// One changed bit anywhere in a grant is noticed.
    #[test]
    fn a_changed_grant_is_noticed(at in 0..1024_usize, bit in 0..8_u32) {
        let mut bytes = signed_grant();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let opened = sign::open(&network(), Kind::Grant, &bytes, MAX_GRANT);
        let unchanged = opened.is_ok_and(|o| o.signer == key(7).public() && o.payload != cbor::write(&grant()));
        prop_assert!(!unchanged);
    }
}

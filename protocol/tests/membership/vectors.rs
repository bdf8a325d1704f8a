//! Golden vectors: the exact bytes of version 1, which every later version reads, and which say the same in every language.

use verbund_protocol::{
    id::Digest,
    membership::{Edition, Membership, SignedSuspension, Suspension, SuspensionReason},
};

use super::*;

fn suspension() -> Suspension {
    Suspension { network: network(), member: member_id(1), from: start(), until: "2026-11-25T00:00:00Z".parse().unwrap(), reason: SuspensionReason::KeyCompromise, ends: None }
}

#[test]
fn network_document_version_1() {
    let vector = golden::vector("network-document-1");
    let read = SignedDocument::read(&network(), &vector).unwrap();
    assert_eq!(read.accept_first(), Ok(()));
    let mut expected = document(2, &[1, 2, 3], 2);
    expected.members[1].relay = true;
    expected.members[1].roles = vec![Role::Observer];
    expected.members[1].nodes[0].former_sign = publics(&[77]);
    assert_eq!(read.document, expected);
    golden::check("network-document-1", &signed_bytes(&expected, &[1, 3]));
    assert_eq!(read.document.board_fingerprint().to_string(), include_str!("../vectors/network-document-1.fingerprint").trim());
}

#[test]
fn suspension_version_1() {
    let board = document(1, &[1, 2, 3], 2);
    let vector = golden::vector("suspension-1");
    let read = SignedSuspension::read(&board, &vector).unwrap();
    let reasons = [SuspensionReason::KeyCompromise, SuspensionReason::Malfunction, SuspensionReason::Breach, SuspensionReason::OwnRequest];
    assert_eq!(reasons.map(|reason| reason.to_string()), ["key-compromise", "malfunction", "breach", "own-request"], "as people read it");
    assert_eq!((&read.suspension, read.signers.as_slice()), (&suspension(), publics(&[2]).as_slice()));
    let mut again = MultiSigned::new(cbor::write(&suspension()));
    again.add_signature(&network(), Kind::Suspension, &key(2));
    golden::check("suspension-1", &again.to_bytes());

    let vector = golden::vector("suspension-end-1");
    let read = SignedSuspension::read(&board, &vector).unwrap();
    assert_eq!(read.suspension.ends, Some(Digest::of(&cbor::write(&suspension()))));
    assert!(read.by_board);
}

#[test]
fn fields_of_a_later_version_are_skipped() {
    // The same map with one more key, 99, as version N+1 might write it; the signature covers it and still holds.
    let mut payload = cbor::write(&suspension());
    assert_eq!(payload[0], 0xa0 | 5, "a map of five entries (nothing is written for `ends`)");
    payload[0] += 1;
    payload.extend([0x18, 99, 0x63, b'n', b'e', b'w']);
    let mut signed = MultiSigned::new(payload);
    signed.add_signature(&network(), Kind::Suspension, &key(2));
    let read = SignedSuspension::read(&document(1, &[1, 2, 3], 2), &signed.to_bytes()).unwrap();
    assert_eq!(read.suspension, suspension());
}

#[test]
fn the_digest_over_all_suspensions_is_written_as_the_hello_says() {
    let mut view = Membership::new(signed(&document(8, &[1, 2, 3], 2), &[1, 2])).unwrap();
    assert_eq!(view.suspensions().digest(), Digest::of(&[0x80]), "none: an empty list");
    let mut one = MultiSigned::new(cbor::write(&suspension()));
    one.add_signature(&network(), Kind::Suspension, &key(2));
    assert!(view.suspend(&one.to_bytes(), start()).unwrap());
    let name = Digest::of(&cbor::write(&suspension()));
    let list = [&[0x81, 0x82, 0x58, 0x20], &name.0[..], &[0x81, 0x58, 0x20], key(2).public().as_bytes()].concat();
    assert_eq!(view.edition(), Edition { document: 8, suspensions: Digest::of(&list) });
}

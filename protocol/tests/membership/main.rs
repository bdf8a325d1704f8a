//! Who belongs, as rules: the network document and its succession, suspensions as a set, and the exact bytes of both.
#![allow(clippy::unwrap_used)]

mod documents;
mod evidence;
#[path = "../shared/golden.rs"]
mod golden;
mod limits;
mod suspensions;
mod vectors;

use verbund_protocol::{
    cbor,
    id::{Ik, MemberId, NetworkId},
    membership::{Facility, FacilityKind, Member, NetworkDocument, Node, Role, SignedDocument},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
};

/// The start of all validity here.
const START: &str = "2026-11-23T00:00:00Z";

fn network() -> NetworkId {
    "test".parse().unwrap()
}

fn start() -> Timestamp {
    START.parse().unwrap()
}

/// Returns the key number `n`, the same in every run.
fn key(n: u16) -> SecretKey {
    let mut seed = [0x42; 32];
    seed[..2].copy_from_slice(&n.to_be_bytes());
    SecretKey::from_seed(&seed)
}

fn publics(numbers: &[u16]) -> Vec<PublicKey> {
    numbers.iter().map(|n| key(*n).public()).collect()
}

fn member_id(n: u16) -> MemberId {
    format!("member-{n}").parse().unwrap()
}

/// Returns a member with one node and one facility; its keys are numbers 1000 + 2n and 1001 + 2n.
fn member(n: u16) -> Member {
    Member {
        id: member_id(n),
        name: format!("Klinik {n}"),
        facilities: vec![Facility {
            ik: Ik::with_check_digit(26_000_000 + u32::from(n)),
            name: format!("Haus {n}"),
            site: Some(771_234_000 + u32::from(n)),
            kind: FacilityKind::Rehab,
            latitude: 48_137_000,
            longitude: 11_575_000,
            place: "Musterstadt".into(),
        }],
        nodes: vec![Node { id: "1".parse().unwrap(), auth: key(1000 + 2 * n).public(), sign: key(1001 + 2 * n).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![Role::Clinic],
    }
}

/// Returns a document with these board keys and as many members as its version says, so that versions differ in content.
fn document(version: u64, board: &[u16], threshold: u8) -> NetworkDocument {
    NetworkDocument {
        network: network(),
        version,
        valid_from: start(),
        valid_until: "2027-11-23T00:00:00Z".parse().unwrap(),
        board: publics(board),
        threshold,
        authorities: vec![vec![0x30, 0x03, 0x02, 0x01, 0x01]],
        members: (1..=u16::try_from(version.min(20)).unwrap()).map(member).collect(),
        bootstrap: vec!["/dns4/verbund.example/tcp/443".into()],
        min_protocol: 1,
        catalogues: vec![("ahb".into(), 2025)],
    }
}

fn signed_bytes(document: &NetworkDocument, signers: &[u16]) -> Vec<u8> {
    let mut signed = MultiSigned::new(cbor::write(document));
    signers.iter().for_each(|n| signed.add_signature(&document.network, Kind::NetworkDocument, &key(*n)));
    signed.to_bytes()
}

fn signed(document: &NetworkDocument, signers: &[u16]) -> SignedDocument {
    SignedDocument::read(&network(), &signed_bytes(document, signers)).unwrap()
}

//! A small network for tests: its members have one facility and one node each, and its board is one key.
#![allow(dead_code, clippy::unwrap_used, reason = "for tests, each of which uses a part of it")]

use verbund_protocol::{
    cbor,
    id::{Ik, NetworkId},
    membership::{Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role, SignedDocument},
    sign::{Kind, MultiSigned, SecretKey},
    time::Timestamp,
};

/// The board's key is this one.
const BOARD: u8 = 1;

/// The network's name.
pub fn network() -> NetworkId {
    "test".parse().unwrap()
}

/// Returns the key of this number, the same in every run.
pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Returns a clinic that speaks for the facility `ik` and signs with the key of number `seed`, which is at most 155.
pub fn member(id: &str, ik: Ik, seed: u8) -> Member {
    let facility = Facility { ik, name: id.into(), site: None, kind: FacilityKind::Both, latitude: 48_137_000, longitude: 11_575_000, place: "München".into() };
    let node = Node { id: "1".parse().unwrap(), auth: key(seed + 100).public(), sign: key(seed).public(), former_sign: vec![] };
    Member { id: id.parse().unwrap(), name: id.into(), facilities: vec![facility], nodes: vec![node], relay: false, roles: vec![Role::Clinic] }
}

/// Returns what a node knows that holds the first document of a network with these members.
pub fn membership(members: Vec<Member>, valid_until: Timestamp) -> Membership {
    let document = NetworkDocument {
        network: network(),
        version: 1,
        valid_from: Timestamp(0),
        valid_until,
        board: vec![key(BOARD).public()],
        threshold: 1,
        authorities: vec![],
        members,
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    let mut signed = MultiSigned::new(cbor::write(&document));
    signed.add_signature(&network(), Kind::NetworkDocument, &key(BOARD));
    Membership::new(SignedDocument::read(&network(), &signed.to_bytes()).unwrap()).unwrap()
}

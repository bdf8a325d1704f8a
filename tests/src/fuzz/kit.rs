//! What the targets have at hand: a network of two members whose keys are known, and the golden vectors as seeds.

use std::{fs, path::Path, time::Duration};

use verbund_protocol::{
    cbor,
    id::{Ik, NetworkId},
    membership::{Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role, SignedDocument},
    sign::{self, Kind, MultiSigned, SecretKey},
    time::Timestamp,
};

/// The moment of everything here, that of the golden vectors.
pub(super) const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
/// Members: name, seed of the sign key, seed of the auth key, stem of the facility's IK. The first is the one of the golden vectors.
const MEMBERS: [(&str, u8, u8, u32); 2] = [("reha-see", 7, 8, 10_831_040), ("akut", 11, 111, 10_000_011)];

pub(super) fn network() -> NetworkId {
    "test".parse().expect("a network's name")
}
pub(super) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}
/// The sign key of the member with this place in the list.
pub(super) fn sign_key(at: usize) -> SecretKey {
    key(MEMBERS[at].1)
}
pub(super) fn auth_key(at: usize) -> SecretKey {
    key(MEMBERS[at].2)
}
pub(super) fn ik(at: usize) -> Ik {
    Ik::with_check_digit(MEMBERS[at].3)
}
pub(super) fn member_name(at: usize) -> &'static str {
    MEMBERS[at].0
}

/// The network document of both members; the board's only key is that of the seed 7.
pub(super) fn document() -> SignedDocument {
    let member = |(id, sign, auth, stem): (&str, u8, u8, u32)| Member {
        id: id.parse().expect("a member's name"),
        name: id.into(),
        facilities: vec![Facility {
            ik: Ik::with_check_digit(stem),
            name: id.into(),
            site: None,
            kind: FacilityKind::Rehab,
            latitude: 47_860_000,
            longitude: 12_350_000,
            place: "Prien".into(),
        }],
        nodes: vec![Node { id: "1".parse().expect("a node's name"), auth: key(auth).public(), sign: key(sign).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![Role::Clinic],
    };
    let document = NetworkDocument {
        network: network(),
        version: 1,
        valid_from: Timestamp(0),
        valid_until: NOW.plus(Duration::from_secs(86_400 * 300)),
        board: vec![key(7).public()],
        threshold: 1,
        authorities: vec![vector("authority-1")],
        members: MEMBERS.into_iter().map(member).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    SignedDocument::read(&network(), &board_signed(Kind::NetworkDocument, cbor::write(&document))).expect("a good document")
}

pub(super) fn membership() -> Membership {
    Membership::new(document()).expect("a good document")
}

/// Returns `payload` as the board signs it.
pub(super) fn board_signed(kind: Kind, payload: Vec<u8>) -> Vec<u8> {
    let mut signed = MultiSigned::new(payload);
    signed.add_signature(&network(), kind, &key(7));
    signed.to_bytes()
}

/// Returns what an input stands for where something signed is expected: as it is after an even byte; after an odd one it is
/// the content, which the first member signs, so that a mutation comes through to the reader of the content.
pub(super) fn signed(kind: Kind, input: &[u8]) -> Vec<u8> {
    match input.split_first() {
        Some((how, content)) if how % 2 == 1 => sign::sign(&network(), kind, content.to_vec(), &sign_key(0)),
        Some((_, bytes)) => bytes.to_vec(),
        None => Vec::new(),
    }
}

/// Returns seeds for [`signed`]: something signed as it is, and its content.
pub(super) fn signed_seeds(bytes: &[u8]) -> Vec<Vec<u8>> {
    let content = sign::reopen(bytes, 1 << 20).map(|opened| opened.payload).unwrap_or_default();
    vec![[&[0], bytes].concat(), [&[1], &content[..]].concat()]
}

/// Returns the bytes of a golden vector of the protocol.
pub(super) fn vector(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/tests/vectors").join(format!("{name}.hex"));
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Returns how something went, as a word: that it was taken, or why not, without what the error quotes of the input.
pub(super) fn went<T, E: std::fmt::Display>(result: &Result<T, E>) -> String {
    let Err(error) = result else { return "taken".into() };
    let mut quote = None;
    let mut word = String::new();
    for c in error.to_string().chars().take(300) {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None => {
                word.push(c);
                quote = matches!(c, '"' | '`' | '\'').then_some(c);
            }
        }
    }
    word
}

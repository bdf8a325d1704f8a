//! Golden vectors of the public records and the sync protocol, and hostile bytes. A vector never changes: version N+1 reads
//! what version N wrote.
#![allow(clippy::unwrap_used)]

#[path = "shared/golden.rs"]
mod golden;
#[path = "shared/members.rs"]
mod members;

use std::time::Duration;

use proptest::prelude::*;
use verbund_protocol::{
    address::{AddressRecord, Order},
    capacity::{CapacityRecord, Confirmation, ConfirmationQuestion, DepartmentId, EquivocationProof, Held, SignedCapacity, SignedConfirmation},
    cbor,
    id::{Digest, Ik},
    membership::Membership,
    query::Question,
    sign::{Kind, SecretKey},
    sync::{Announcement, Bucket, Head, Holding, Item, Request, Response, Set, Stamp, Sum, Want},
    time::{Day, Timestamp},
};

use golden::vector;
use members::network;

const MADE: Timestamp = Timestamp::from_secs(1_795_000_000);

fn key() -> SecretKey {
    members::key(7)
}
fn membership() -> Membership {
    members::membership(vec![members::member("reha-see", department().facility, 7)], MADE.plus(Duration::from_secs(86_400 * 300)))
}
fn department() -> DepartmentId {
    DepartmentId { facility: Ik::with_check_digit(10_831_040), department: "2300".parse().unwrap() }
}
fn record() -> CapacityRecord {
    CapacityRecord {
        id: department(),
        order: Order { epoch: 1, seq: 42 },
        observed_at: MADE,
        valid_until: MADE.plus(Duration::from_secs(72 * 3600)),
        beds: 40,
        first_day: Day(20_775),
        free: vec![3, 3, 0, 40],
        settings: vec!["inpatient".parse().unwrap()],
        indications: vec!["locomotor".parse().unwrap(), "acute".parse().unwrap()],
        constraints: vec!["dialysis".parse().unwrap()],
        payers: vec!["drv".parse().unwrap(), "gkv".parse().unwrap()],
        rooms: vec!["single".parse().unwrap(), "companion".parse().unwrap()],
        languages: vec!["tr".parse().unwrap()],
        name: "Orthopädie".into(),
    }
}
fn capacity() -> SignedCapacity {
    record().sign(&network(), &key()).unwrap()
}
fn proof() -> EquivocationProof {
    let mut held = Held::first(capacity());
    held.take(CapacityRecord { beds: 41, ..record() }.sign(&network(), &key()).unwrap());
    held.proof.unwrap()
}
fn address() -> AddressRecord {
    AddressRecord {
        member: "reha-see".parse().unwrap(),
        node: "1".parse().unwrap(),
        order: Order { epoch: 1, seq: 7 },
        addresses: vec!["/dns/verbund.reha-see.example/tcp/443".into()],
        made_at: MADE,
        protocol_min: 1,
        protocol_max: 1,
        audit_len: 9,
        audit_head: Digest([0xab; 32]),
    }
}
fn question() -> ConfirmationQuestion {
    ConfirmationQuestion { id: department(), from: Day(20_775), days: 4 }
}
fn confirmation() -> Confirmation {
    Confirmation { question: question(), answered_at: MADE, observed_at: Some(MADE), order: Some(Order { epoch: 1, seq: 42 }), free: vec![3, 3, 0, 40] }
}
fn holding() -> Holding {
    Holding { document: 7, digest: Digest([0xcd; 32]) }
}
fn request() -> Request {
    Request {
        holding: holding(),
        document: Some(vec![1, 2, 3]),
        sums: vec![Sum { set: Set::Suspensions, buckets: vec![0] }, Sum { set: Set::Capacity, buckets: vec![u64::MAX; 2] }],
        push: vec![Item { set: Set::Capacity, bytes: vec![4, 5] }],
        pull: vec![Want { set: Set::Addresses, key: vec![6] }],
    }
}
fn response() -> Response {
    let head = Head { key: vec![9; 20], stamp: Stamp::new(Order { epoch: 1, seq: 3 }, &Digest([0xef; 32])) };
    Response {
        holding: holding(),
        document: None,
        differing: vec![Bucket { set: Set::Capacity, bucket: 63, heads: vec![head] }],
        items: vec![Item { set: Set::Proofs, bytes: vec![1] }],
        dealt: 1,
        refused: None,
    }
}

/// Every vector: its file and what this version writes.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("capacity-1", capacity().bytes().to_vec()),
        ("equivocation-1", proof().to_bytes()),
        ("address-1", address().sign(&network(), &key())),
        ("confirmation-question-1", Question::Capacity(question()).to_bytes()),
        ("confirmation-1", confirmation().sign(&network(), &key()).bytes().to_vec()),
        ("sync-request-1", request().to_bytes()),
        ("sync-response-1", response().to_bytes()),
        ("announcement-1", Announcement::Record(Item { set: Set::Capacity, bytes: vec![1, 2] }).to_bytes().unwrap()),
    ]
}

#[test]
fn this_version_writes_the_golden_vectors() {
    for (name, bytes) in written() {
        golden::check(name, &bytes);
    }
}

#[test]
fn this_version_reads_the_golden_vectors() {
    let (network, membership) = (network(), membership());
    assert_eq!(SignedCapacity::open(&network, &membership, &vector("capacity-1")).unwrap().record, record());
    assert_eq!(EquivocationProof::open(&network, &membership, &vector("equivocation-1")), Ok(proof()));
    assert_eq!(AddressRecord::open(&network, &membership, &vector("address-1")), Ok(address()));
    assert_eq!(Question::read(&vector("confirmation-question-1")), Ok(Question::Capacity(question())));
    assert_eq!(SignedConfirmation::open(&network, &membership, &question(), &vector("confirmation-1")).unwrap().confirmation, confirmation());
    assert_eq!(Request::read(&vector("sync-request-1")), Ok(request()));
    assert_eq!(Response::read(&vector("sync-response-1")), Ok(response()));
    assert_eq!(Announcement::read(&vector("announcement-1")), Ok(Announcement::Record(Item { set: Set::Capacity, bytes: vec![1, 2] })));
}

/// A later version adds a key to the map at the front of `bytes` (whose head byte holds its size).
fn with_another_key(bytes: &[u8]) -> Vec<u8> {
    assert!((0xa0..0xb7).contains(&bytes[0]), "a small map");
    [&[bytes[0] + 1], &bytes[1..], &[0x18, 99, 0x63, b'n', b'e', b'w']].concat()
}

#[test]
fn what_a_later_version_adds_is_skipped() {
    let payload = with_another_key(&cbor::write(&record()));
    let bytes = verbund_protocol::sign::sign(&network(), Kind::Capacity, payload, &key());
    let read = SignedCapacity::open(&network(), &membership(), &bytes).unwrap();
    assert_eq!((&read.record, read.bytes()), (&record(), bytes.as_slice()), "and the exact bytes are passed on");
    assert_eq!(Request::read(&with_another_key(&request().to_bytes())), Ok(request()));
    assert_eq!(Response::read(&with_another_key(&response().to_bytes())), Ok(response()));
}

/// Reads `bytes` as everything they could be. Returns whether anything signed was accepted with another content than the
/// golden one.
fn accepted_as_something_else(bytes: &[u8]) -> bool {
    let (network, membership) = (network(), membership());
    let _ = (Question::read(bytes), ConfirmationQuestion::read(bytes), Request::read(bytes), Response::read(bytes), Announcement::read(bytes));
    let _ = (SignedCapacity::trusted(bytes), EquivocationProof::trusted(bytes));
    SignedCapacity::open(&network, &membership, bytes).is_ok_and(|signed| signed.record != record())
        || EquivocationProof::open(&network, &membership, bytes).is_ok_and(|other| other.digests != proof().digests)
        || AddressRecord::open(&network, &membership, bytes).is_ok_and(|other| other != address())
        || SignedConfirmation::open(&network, &membership, &question(), bytes).is_ok_and(|other| other.confirmation != confirmation())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Nothing that comes from the network makes a reader panic, and nothing signed is accepted with another content.
    #[test]
    fn hostile_bytes_are_refused(which in 0..8_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..64)) {
        let (_, good) = &written()[which];
        let mut changed = good.clone();
        let at = at.index(changed.len());
        changed[at] = byte;
        prop_assert!(!accepted_as_something_else(&changed));
        prop_assert!(!accepted_as_something_else(&good[..cut.index(good.len())]));
        prop_assert!(!accepted_as_something_else(&noise));
    }
}

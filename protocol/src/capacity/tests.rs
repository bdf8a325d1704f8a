#![allow(clippy::unwrap_used)]

#[path = "../../tests/shared/members.rs"]
mod members;

use std::time::Duration;

use members::{key, network};
use proptest::prelude::*;

use super::*;
use crate::{
    cbor::{self, Malformed},
    id::Ik,
    limits::{MAX_CAPACITY_CODES, MAX_CAPACITY_RECORD, MAX_CAPACITY_VALIDITY, MAX_DEPARTMENT_NAME, MAX_HORIZON_DAYS},
    membership::Membership,
    sign::{self, Kind, SecretKey, SignatureError},
    time::{Day, Timestamp},
};

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

fn ik(which: u32) -> Ik {
    Ik::with_check_digit(10_000_000 + which)
}

/// A network of two members: `a` signs with key 11, `b` with key 12; each speaks for one facility.
fn membership() -> Membership {
    let member = |id: &str, seed: u8| members::member(id, ik(seed.into()), seed);
    members::membership(vec![member("a", 11), member("b", 12)], NOW.plus(Duration::from_secs(86_400 * 300)))
}

fn record(seq: u64, free: u16) -> CapacityRecord {
    CapacityRecord {
        id: DepartmentId { facility: ik(11), department: "2300".parse().unwrap() },
        order: Order { epoch: 1, seq },
        observed_at: NOW,
        valid_until: NOW.plus(Duration::from_secs(72 * 3600)),
        beds: 40,
        first_day: NOW.day(),
        free: vec![free; 28],
        settings: vec!["inpatient".parse().unwrap()],
        indications: vec!["locomotor".parse().unwrap()],
        constraints: vec!["isolation-contact".parse().unwrap(), "dialysis".parse().unwrap()],
        payers: vec!["drv".parse().unwrap(), "gkv".parse().unwrap()],
        rooms: vec!["single".parse().unwrap(), "companion".parse().unwrap()],
        languages: vec!["en".parse().unwrap()],
        name: "Orthopädie".into(),
    }
}
fn signed(seq: u64, free: u16) -> SignedCapacity {
    record(seq, free).sign(&network(), &key(11)).unwrap()
}

#[test]
fn a_record_comes_back_and_only_its_member_may_sign_it() {
    let made = signed(1, 3);
    assert_eq!(SignedCapacity::open(&network(), &membership(), made.bytes()), Ok(made.clone()));
    assert_eq!(SignedCapacity::trusted(made.bytes()), Ok(made.clone()));
    let open = |key: &SecretKey| SignedCapacity::open(&network(), &membership(), record(1, 3).sign(&network(), key).unwrap().bytes());
    assert!(matches!(open(&key(12)), Err(CapacityError::Facility { member, .. }) if member.as_str() == "b"));
    assert_eq!(open(&key(13)), Err(CapacityError::Stranger));
    assert_eq!(open(&key(111)), Err(CapacityError::Stranger), "the auth key signs no evidence");
    let as_address = sign::sign(&network(), Kind::Address, cbor::write(&record(1, 3)), &key(11));
    assert_eq!(SignedCapacity::open(&network(), &membership(), &as_address), Err(SignatureError::Mismatch.into()));
    let other = "other".parse().unwrap();
    assert!(SignedCapacity::open(&other, &membership(), made.bytes()).is_err());
}

#[test]
fn content_out_of_bounds_is_refused_at_both_ends() {
    let refused = |change: fn(&mut CapacityRecord), rule: &str| {
        let mut bad = record(1, 3);
        change(&mut bad);
        let error = bad.clone().sign(&network(), &key(11)).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
        // Whoever leaves the check out when signing is refused when the record is opened.
        let bytes = sign::sign(&network(), Kind::Capacity, cbor::write(&bad), &key(11));
        let error = SignedCapacity::open(&network(), &membership(), &bytes).unwrap_err().to_string();
        assert!(error.contains(rule), "{error}");
    };
    refused(|r| r.free = vec![1; MAX_HORIZON_DAYS + 1], "57 days");
    refused(|r| r.free[3] = 41, "40 beds");
    refused(|r| r.valid_until = r.observed_at, "before it was observed");
    refused(|r| r.valid_until = r.observed_at.plus(MAX_CAPACITY_VALIDITY + Duration::from_millis(1)), "14 days");
    refused(|r| r.payers = vec!["drv".parse().unwrap(); MAX_CAPACITY_CODES + 1], "40 codes");
    refused(|r| r.name = "Frau Muster, geb. 03.04.1951".into(), "three digits");
    refused(|r| r.name = "Station\u{7}".into(), "department's name");
    refused(|r| r.name = "x".repeat(MAX_DEPARTMENT_NAME + 1), "60 bytes");
    let full = CapacityRecord { name: "x".repeat(MAX_DEPARTMENT_NAME), payers: vec!["drv".parse().unwrap(); MAX_CAPACITY_CODES], free: vec![40; MAX_HORIZON_DAYS], ..record(1, 3) };
    assert!(full.sign(&network(), &key(11)).is_ok(), "at each bound it is said");
}

#[test]
fn age_decides_how_a_record_is_shown() {
    let record = record(1, 3);
    let after = |hours: u64| NOW.plus(Duration::from_secs(hours * 3600));
    assert_eq!(record.age(after(24)), Age::Fresh(Duration::from_secs(24 * 3600)));
    assert_eq!(record.age(after(25)), Age::Stale(Duration::from_secs(25 * 3600)));
    assert_eq!(record.age(after(72)), Age::Expired);
    assert_eq!(record.age(NOW.minus(Duration::from_secs(121))), Age::Stale(Duration::ZERO), "from the future is not fresh");
    assert_eq!(record.free_on(NOW.day()), 3);
    assert_eq!(record.free_on(NOW.day().plus(28)), 0);
    assert_eq!(record.free_on(NOW.day().minus(1)), 0);
}

#[test]
fn two_statements_with_one_order_are_kept_as_proof() {
    let (low, high) = if signed(7, 1).digest < signed(7, 2).digest { (signed(7, 1), signed(7, 2)) } else { (signed(7, 2), signed(7, 1)) };
    let mut first = Held::first(high.clone());
    assert_eq!(first.take(high.clone()), Merged::Known);
    assert_eq!(first.take(low.clone()), Merged::Contradiction { replaced: true });
    let mut second = Held::first(low.clone());
    assert_eq!(second.take(high), Merged::Contradiction { replaced: false });
    assert_eq!(first, second, "every node shows the same one");
    let proof = first.proof.clone().unwrap();
    assert_eq!(EquivocationProof::open(&network(), &membership(), &proof.to_bytes()), Ok(proof.clone()));
    // The proof stays when the writer goes on.
    assert_eq!(first.take(signed(8, 1)), Merged::Newer);
    assert_eq!(first.proof, Some(proof));
    let no_proof = EquivocationProof::of(&low, &low).to_bytes();
    assert_eq!(EquivocationProof::open(&network(), &membership(), &no_proof), Err(ProofError::NoContradiction));
    let harmless = EquivocationProof::of(&low, &signed(8, 1)).to_bytes();
    assert_eq!(EquivocationProof::open(&network(), &membership(), &harmless), Err(ProofError::NoContradiction));
}

/// Two records of the largest kind and what holds them together; one byte more is refused before anything of it is parsed.
#[test]
fn a_proof_is_as_large_as_its_two_records() {
    let too_large = |size: usize| {
        let bytes = vec![0; size];
        let refusals = [EquivocationProof::open(&network(), &membership(), &bytes), EquivocationProof::trusted(&bytes)];
        refusals.map(|refused| matches!(refused, Err(ProofError::Malformed(Malformed::TooLarge { .. }))))
    };
    let most = 2 * MAX_CAPACITY_RECORD + 16;
    assert_eq!([too_large(most), too_large(most + 1)], [[false; 2], [true; 2]]);
}

#[test]
fn a_confirmation_answers_its_question_only() {
    let question = ConfirmationQuestion { id: record(1, 1).id, from: Day(20_000), days: 7 };
    assert_eq!(ConfirmationQuestion::read(&question.to_bytes()), Ok(question.clone()));
    let answer = Confirmation { question: question.clone(), answered_at: NOW, observed_at: Some(NOW), order: Some(Order { epoch: 1, seq: 4 }), free: vec![0, 1, 2, 2, 2, 2, 2] };
    assert_eq!((answer.free_on(Day(20_001)), answer.free_on(Day(20_007))), (1, 0));
    let made = answer.clone().sign(&network(), &key(11));
    let open = |question: &ConfirmationQuestion, bytes: &[u8]| SignedConfirmation::open(&network(), &membership(), question, bytes);
    assert_eq!(open(&question, made.bytes()), Ok(made.clone()));
    let other = ConfirmationQuestion { from: Day(20_001), ..question.clone() };
    assert_eq!(open(&other, made.bytes()), Err(ConfirmationError::OtherQuestion));
    assert!(matches!(open(&question, answer.clone().sign(&network(), &key(12)).bytes()), Err(ConfirmationError::Facility { .. })));
    assert_eq!(open(&question, answer.sign(&network(), &key(13)).bytes()), Err(ConfirmationError::Stranger));
    for days in [0, 57] {
        let bytes = ConfirmationQuestion { days, ..question.clone() }.to_bytes();
        assert_eq!(ConfirmationQuestion::read(&bytes), Err(ConfirmationError::Days));
    }
}

#[test]
fn the_writer_counts_on_and_a_restored_one_starts_a_new_epoch() {
    let order = |epoch, seq| Order { epoch, seq };
    assert_eq!(next_order(None, 1), order(1, 1));
    assert_eq!(next_order(Some(order(1, 4)), 1), order(1, 5));
    assert_eq!(next_order(Some(order(1, 4)), 2), order(2, 1));
    // A node that was set back below what it once published never goes below it.
    assert_eq!(next_order(Some(order(3, 4)), 2), order(3, 5));
}

prop_compose! {
    /// Few orders and few contents, so that contradictions are common.
    fn any_signed()(seq in 1..4_u64, free in 0..4_u16) -> SignedCapacity { signed(seq, free) }
}
fn held(records: &[SignedCapacity]) -> Held {
    let mut held = Held::first(records[0].clone());
    for record in &records[1..] {
        held.take(record.clone());
    }
    held
}
fn merged(a: &Held, b: &Held) -> Held {
    let mut both = a.clone();
    both.merge(b.clone());
    both
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What counts is the same however records come: in any order, grouping and number.
    #[test]
    fn merge_is_commutative_associative_idempotent(a in prop::collection::vec(any_signed(), 1..4), b in prop::collection::vec(any_signed(), 1..4), c in prop::collection::vec(any_signed(), 1..4)) {
        let (a, b, c) = (held(&a), held(&b), held(&c));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &c).record, merged(&a, &merged(&b, &c)).record);
    }

    /// Nothing that comes ever sets a node back, and a proof once made does not vanish.
    #[test]
    fn merge_is_monotone(a in prop::collection::vec(any_signed(), 1..4), next in any_signed()) {
        let before = held(&a);
        let mut after = before.clone();
        let merged = after.take(next.clone());
        prop_assert!(after.record.rank() >= before.record.rank());
        prop_assert!(after.record.rank() >= next.rank());
        prop_assert!(before.proof.is_none() || after.proof.is_some());
        prop_assert_eq!(merged == Merged::Known, after == before);
    }
}

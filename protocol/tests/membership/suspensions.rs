//! Suspensions: a set whose meaning does not depend on the order in which it was learnt.

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::subsequence};
use verbund_protocol::{
    id::Digest,
    limits::{MAX_SUSPENSIONS, MAX_SUSPENSIONS_OF_OFFICER, SUSPENSION_AGAIN, SUSPENSION_SPAN, SUSPENSIONS_PER_OFFICER},
    membership::{Membership, Standing, Suspension, SuspensionError, SuspensionReason},
};

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const BOARD: [u16; 3] = [1, 2, 3];

fn view() -> Membership {
    Membership::new(signed(&document(8, &BOARD, 2), &[1, 2])).unwrap()
}

fn suspension(member: u16, from: u32, hours: u32) -> Suspension {
    let from = start().plus(HOUR * from);
    Suspension { network: network(), member: member_id(member), from, until: from.plus(HOUR * hours), reason: SuspensionReason::Malfunction, ends: None }
}

fn object(content: &Suspension, signers: &[u16]) -> Vec<u8> {
    let mut signed = MultiSigned::new(cbor::write(content));
    signers.iter().for_each(|n| signed.add_signature(&content.network, Kind::Suspension, &key(*n)));
    signed.to_bytes()
}

fn digest(content: &Suspension) -> Digest {
    Digest::of(&cbor::write(content))
}

/// The early end of `content`, one hour after it began.
fn end_of(content: &Suspension) -> Suspension {
    Suspension { from: content.from.plus(HOUR), ends: Some(digest(content)), ..content.clone() }
}

fn is_suspended(view: &Membership, member: u16, hour: u32) -> bool {
    matches!(view.member_standing(&member_id(member), start().plus(HOUR * hour)), Standing::Suspended { .. })
}

fn any_object() -> impl Strategy<Value = (Suspension, Vec<u16>)> {
    let signers = prop_oneof![4 => (1..=3_u16).prop_map(|n| vec![n]), 1 => subsequence(BOARD.to_vec(), 2..=3)];
    (1..=6_u16, 0..900_u32, 2..=72_u32, signers).prop_map(|(member, from, hours, signers)| (suspension(member, from, hours), signers))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two nodes that learn the same objects, in any order, some twice and some signature by signature, agree on everything.
    #[test]
    fn order_does_not_matter(objects in vec(any_object(), 1..25), ended in any::<prop::sample::Index>(), shuffle in any::<u64>()) {
        let mut deliveries: Vec<Vec<u8>> = objects.iter().map(|(content, signers)| object(content, signers)).collect();
        // The same decisions, one signature at a time.
        deliveries.extend(objects.iter().flat_map(|(content, signers)| signers.iter().map(|signer| object(content, &[*signer]))));
        let (content, _) = &objects[ended.index(objects.len())];
        deliveries.push(object(&end_of(content), &[1, 3]));

        let (mut one, mut other) = (view(), view());
        for bytes in &deliveries {
            one.suspend(bytes, start()).unwrap();
        }
        let mut order: Vec<usize> = (0..deliveries.len()).collect();
        order.sort_by_key(|at| Digest::of(&[at.to_be_bytes(), shuffle.to_be_bytes()].concat()));
        for at in order {
            other.suspend(&deliveries[at], start()).unwrap();
        }
        prop_assert_eq!(one.suspensions().digest(), other.suspensions().digest());
        for hour in (0..1000).step_by(7) {
            for member in 1..=6 {
                prop_assert_eq!(is_suspended(&one, member, hour), is_suspended(&other, member, hour), "member {} at hour {}", member, hour);
            }
        }
        let news = deliveries.iter().filter(|bytes| one.suspend(bytes, start()) != Ok(false)).count();
        prop_assert_eq!(news, 0, "a repeat is never news");
    }

    /// No officer alone gets past the limits, whatever it signs.
    #[test]
    fn one_officer_stays_within_the_limits(objects in vec((1..=6_u16, 0..2_000_u32, 1..=72_u32), 1..40)) {
        let mut node = view();
        for (member, from, hours) in &objects {
            node.suspend(&object(&suspension(*member, *from, *hours), &[2]), start()).unwrap();
        }
        let counts = |s: &&verbund_protocol::membership::SignedSuspension| node.suspensions().without_effect(&s.digest).is_none();
        let effective: Vec<_> = node.suspensions().iter().filter(counts).map(|s| s.suspension.clone()).collect();
        prop_assert!(!effective.is_empty());
        for s in &effective {
            let running = effective.iter().filter(|other| other.from <= s.from && s.from < other.until).count();
            prop_assert!(running <= SUSPENSIONS_PER_OFFICER, "{} at once", running);
            let near = effective.iter().filter(|other| other.member == s.member && other.from >= s.from && other.from.since(s.from) < SUSPENSION_AGAIN).count();
            prop_assert_eq!(near, 1, "twice within 30 days");
            prop_assert!(s.until.since(s.from) <= SUSPENSION_SPAN);
        }
    }
}

#[test]
fn one_officer_suspends_at_once_and_not_longer_than_72_hours() {
    let mut node = view();
    assert_eq!(node.suspend(&object(&suspension(1, 0, 72), &[3]), start()), Ok(true));
    assert!(is_suspended(&node, 1, 0) && is_suspended(&node, 1, 71) && !is_suspended(&node, 1, 72));
    assert!(!node.may_converse(&member_id(1), start()));
    assert_eq!(node.suspend(&object(&suspension(2, 0, 73), &[3]), start()), Err(SuspensionError::Span));
    assert_eq!(node.suspend(&object(&suspension(2, 5, 0), &[3]), start()), Err(SuspensionError::Span));
    assert_eq!(node.suspend(&object(&suspension(2, 0, 1), &[9]), start()), Err(SuspensionError::TooFewSignatures { valid: 0, needed: 1 }));
}

#[test]
fn who_may_not_converse_is_listed_as_it_is_judged_one_by_one() {
    let mut node = view();
    assert_eq!(node.not_conversing(start()), []);
    for member in 1..=2 {
        node.suspend(&object(&suspension(member, 0, 72), &[1]), start()).unwrap();
    }
    for hour in [0, 71, 72] {
        let now = start().plus(HOUR * hour);
        let mut judged: Vec<_> = node.held().document.members.iter().map(|member| member.id.clone()).filter(|member| !node.may_converse(member, now)).collect();
        judged.sort();
        assert_eq!((node.not_conversing(now), judged.len()), (judged, if hour < 72 { 2 } else { 0 }));
    }
    let first = &node.held().document.members[0];
    assert_eq!(node.member(&first.id), Some(first));
    assert_eq!(node.member_by_ik(&first.facilities[0].ik), Some(first));
    assert_eq!(node.member(&"nobody".parse().unwrap()), None);
}

#[test]
fn a_fourth_member_at_once_needs_the_board() {
    let mut node = view();
    for member in 1..=4 {
        node.suspend(&object(&suspension(member, u32::from(member), 72), &[1]), start()).unwrap();
    }
    assert_eq!((1..=4).map(|member| is_suspended(&node, member, 5)).collect::<Vec<_>>(), [true, true, true, false]);
    let fourth = suspension(4, 4, 72);
    assert_eq!(node.suspensions().without_effect(&digest(&fourth)), Some(&SuspensionError::TooMany));
    // The signature of a second officer makes it the board's own decision, which no limit binds.
    assert_eq!(node.suspend(&object(&fourth, &[3]), start()), Ok(true));
    assert!(is_suspended(&node, 4, 5));
}

#[test]
fn the_same_member_again_within_30_days_needs_another_officer() {
    let mut node = view();
    node.suspend(&object(&suspension(1, 0, 72), &[1]), start()).unwrap();
    node.suspend(&object(&suspension(1, 72, 72), &[1]), start()).unwrap();
    assert!(!is_suspended(&node, 1, 80));
    node.suspend(&object(&suspension(1, 73, 72), &[2]), start()).unwrap();
    assert!(is_suspended(&node, 1, 80));
    node.suspend(&object(&suspension(1, 720, 72), &[1]), start()).unwrap();
    assert!(is_suspended(&node, 1, 725), "after thirty days");
}

#[test]
fn ending_a_suspension_early_takes_the_threshold() {
    let mut node = view();
    let cut_off = suspension(1, 0, 72);
    node.suspend(&object(&cut_off, &[1]), start()).unwrap();
    let end = end_of(&cut_off);
    assert_eq!(node.suspend(&object(&end, &[1]), start()), Err(SuspensionError::TooFewSignatures { valid: 1, needed: 2 }));
    assert_eq!(node.suspend(&object(&end, &[1, 2]), start()), Ok(true));
    assert!(!is_suspended(&node, 1, 2));
}

#[test]
fn a_flood_from_one_key_has_no_effect_and_stays_bounded() {
    let mut node = view();
    node.suspend(&object(&suspension(8, 0, 72), &[2]), start()).unwrap();
    let most = u32::try_from(MAX_SUSPENSIONS_OF_OFFICER).unwrap();
    for n in 0..=most {
        // Old enough not to break another limit, and all different.
        let _ = node.suspend(&object(&suspension(1, 72 * 10 * n, 1), &[1]), start());
    }
    let void = node.suspensions().all_without_effect();
    assert_eq!(void.len(), MAX_SUSPENSIONS_OF_OFFICER + 1);
    assert!(void.values().all(|limit| *limit == SuspensionError::Flood));
    for n in 0..20 {
        let _ = node.suspend(&object(&suspension(2, 72 * 10 * n, 1), &[1]), start());
    }
    assert_eq!(node.suspensions().iter().count(), MAX_SUSPENSIONS_OF_OFFICER + 2, "bounded, and the other officer's stays");
    assert!(is_suspended(&node, 8, 1));
}

/// With as many of the whole board as are kept a further one waits until some are past; an officer alone can still cut off.
#[test]
fn of_the_whole_board_so_many_are_kept_and_no_more() {
    let mut node = view();
    let most = u32::try_from(MAX_SUSPENSIONS).unwrap();
    for n in 0..most {
        assert_eq!(node.suspend(&object(&suspension(1, n, 1), &[1, 2]), start()), Ok(true), "{n}");
    }
    let further = object(&suspension(2, 0, 1), &[1, 2]);
    assert_eq!(node.suspend(&further, start()), Err(SuspensionError::Full));
    assert_eq!(node.suspensions().iter().count(), MAX_SUSPENSIONS);
    assert_eq!(node.suspend(&object(&suspension(2, 0, 1), &[1]), start()), Ok(true));
}

#[test]
fn what_is_long_past_is_forgotten_and_not_taken_again() {
    let mut node = view();
    let bytes = object(&suspension(1, 0, 72), &[1]);
    node.suspend(&bytes, start()).unwrap();
    let later = start().plus(HOUR * 72).plus(SUSPENSION_AGAIN).plus(HOUR);
    assert!(matches!(node.suspend(&bytes, later), Err(SuspensionError::Past { .. })));
    assert_eq!(node.suspensions().iter().count(), 0);
}

#[test]
fn suspensions_end_with_the_board_that_made_them() {
    let mut node = view();
    node.suspend(&object(&suspension(1, 0, 72), &[1]), start()).unwrap();
    node.suspend(&object(&suspension(2, 0, 72), &[2]), start()).unwrap();
    node.advance(signed(&document(9, &[2, 4, 5], 2), &[1, 2, 4])).unwrap();
    assert!(!is_suspended(&node, 1, 1) && is_suspended(&node, 2, 1), "officer 2 stays on the board, officer 1 does not");
}

#[test]
fn a_signature_for_something_else_does_not_suspend() {
    let mut node = view();
    let content = suspension(1, 0, 72);
    let mut other_kind = MultiSigned::new(cbor::write(&content));
    other_kind.add_signature(&network(), Kind::NetworkDocument, &key(1));
    assert!(matches!(node.suspend(&other_kind.to_bytes(), start()), Err(SuspensionError::TooFewSignatures { valid: 0, .. })));
    let foreign = Suspension { network: "other".parse().unwrap(), ..content };
    assert!(matches!(node.suspend(&object(&foreign, &[1]), start()), Err(SuspensionError::OtherNetwork { .. })));
}

#[test]
fn nodes_forget_a_past_suspension_by_their_clocks_and_then_know_the_same() {
    let content = suspension(1, 0, 48);
    let (mut knows, mut came_late) = (view(), view());
    assert_eq!(knows.suspend(&object(&content, &[1]), start()), Ok(true));
    let last = content.until.plus(SUSPENSION_AGAIN);
    assert!(!knows.forget_past(last), "an officer's limit still depends on it");
    let past = last.plus(HOUR);
    assert_eq!(came_late.suspend(&object(&content, &[1]), past), Err(SuspensionError::Past { until: content.until }));
    assert!(knows.forget_past(past) && !knows.forget_past(past));
    assert_eq!(knows.suspensions().digest(), came_late.suspensions().digest());
}

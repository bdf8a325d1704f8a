//! Succession of network documents.

use std::{collections::BTreeSet, time::Duration};

use proptest::{collection::vec, prelude::*, sample::subsequence};
use verbund_protocol::{
    limits::{DOCUMENT_GRACE_DAYS, DOCUMENT_RUNOUT_DAYS, DOCUMENT_WARN_DAYS},
    membership::{DocumentError, Freshness, Membership, SignedDocument, Standing},
};

use super::*;

const DAY: Duration = Duration::from_secs(86_400);

/// A document that somebody offers: how far its version is from the held one, its board, threshold and signers.
#[derive(Clone, Debug)]
struct Offer {
    step: i64,
    board: Vec<u16>,
    threshold: u8,
    signers: Vec<u16>,
}

fn offer() -> impl Strategy<Value = Offer> {
    let board = subsequence(vec![1_u16, 2, 3, 4, 5], 2..=3);
    let signers = subsequence(vec![1_u16, 2, 3, 4, 5, 6], 0..=6);
    (-2..4_i64, board, 1..=2_u8, signers).prop_map(|(step, board, threshold, signers)| Offer { step, board, threshold, signers })
}

/// The rule, said a second time in other words: a successor needs the held board, and a new board itself too.
fn may_follow(held: &NetworkDocument, next: &NetworkDocument, signers: &[u16]) -> bool {
    let keys: BTreeSet<_> = publics(signers).into_iter().collect();
    let agreed = |by: &NetworkDocument| by.board.iter().filter(|key| keys.contains(key)).count() >= usize::from(by.threshold);
    let unchanged = held.threshold == next.threshold && held.board.iter().collect::<BTreeSet<_>>() == next.board.iter().collect::<BTreeSet<_>>();
    next.version > held.version && agreed(held) && (unchanged || agreed(next))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is offered, the held document changes only to a successor that the rule allows, and never goes back.
    #[test]
    fn only_what_the_boards_signed_follows(offers in vec(offer(), 1..30)) {
        let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
        for Offer { step, board, threshold, signers } in offers {
            let held = view.held().document.clone();
            let next = document(held.version.saturating_add_signed(step).max(1), &board, threshold);
            let result = view.advance(signed(&next, &signers));
            let allowed = may_follow(&held, &next, &signers);
            prop_assert_eq!(result == Ok(true), allowed, "{:?}", result);
            prop_assert_eq!(&view.held().document, if allowed { &next } else { &held });
        }
    }

    /// A member that was away for any time catches up one by one, through every change of keys, and each step verifies.
    #[test]
    fn catching_up_one_by_one(changes in vec(any::<bool>(), 1..12), away_since in 0..12_usize) {
        let mut board: Vec<u16> = vec![1, 2, 3];
        let mut node = Membership::new(signed(&document(1, &board, 2), &[1, 2])).unwrap();
        let mut absent = (away_since == 0).then(|| node.clone());
        for (at, change) in changes.iter().enumerate() {
            let before = board.clone();
            if *change {
                board = board.iter().map(|n| n + 10).collect();
            }
            let next = document(at as u64 + 2, &board, 2);
            prop_assert_eq!(node.advance(signed(&next, &[before[0], before[1], board[1], board[2]])), Ok(true));
            if at + 1 == away_since {
                absent = Some(node.clone());
            }
        }
        let mut absent = absent.unwrap_or_else(|| node.clone());
        let missed = changes.iter().skip(away_since).filter(|change| **change).count();
        let mut steps = 0;
        while let Some(next) = node.next_after(absent.held().document.version).cloned() {
            prop_assert_eq!(absent.advance(next), Ok(true));
            steps += 1;
        }
        prop_assert_eq!(absent.held().digest(), node.held().digest());
        prop_assert!(steps <= missed + 1, "{} steps over {} changes", steps, missed);
        // And it can now help others as well as the one that helped it, for what it went through.
        let from = absent.worth_keeping().first().map_or(0, |document| document.document.version);
        prop_assert_eq!(absent.next_after(from).map(SignedDocument::digest), node.next_after(from).map(SignedDocument::digest));
    }

    /// What a node keeps in its store brings back the same view.
    #[test]
    fn a_view_comes_back_from_what_is_worth_keeping(changes in vec(any::<bool>(), 0..8)) {
        let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
        for (at, change) in changes.iter().enumerate() {
            let threshold = if *change { 5 - view.held().document.threshold } else { view.held().document.threshold };
            prop_assert_eq!(view.advance(signed(&document(at as u64 + 2, &[1, 2, 3], threshold), &[1, 2, 3])), Ok(true));
        }
        let kept: Vec<_> = view.worth_keeping().into_iter().map(|document| SignedDocument::read(&network(), document.bytes()).unwrap()).collect();
        let restored = Membership::restore(kept).unwrap();
        prop_assert_eq!(restored.held().digest(), view.held().digest());
        for version in 0..10 {
            let digest = |view: &Membership| view.next_after(version).map(SignedDocument::digest);
            // The view itself began at version 1.
            if version >= 1 {
                prop_assert_eq!(digest(&restored), digest(&view), "after version {}", version);
            }
        }
    }

    /// No changed byte makes another document that counts.
    #[test]
    fn a_changed_byte_counts_for_nothing(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let original = document(2, &[1, 2, 3], 2);
        let mut bytes = signed_bytes(&original, &[1, 2]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
        if let Ok(read) = SignedDocument::read(&network(), &bytes)
            && view.advance(read).is_ok() {
            prop_assert_eq!(&view.held().document, &original, "byte {}", at);
        }
    }

    /// No bytes make a reader fall over, or count.
    #[test]
    fn stray_bytes_are_refused(bytes in vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let whole = signed_bytes(&document(1, &[1], 1), &[1]);
        for hostile in [bytes.as_slice(), &whole[..cut.index(whole.len())], &[whole.as_slice(), &bytes, &[0]].concat()] {
            prop_assert!(SignedDocument::read(&network(), hostile).is_err());
            prop_assert!(verbund_protocol::membership::SignedSuspension::read(&document(1, &[1], 1), hostile).is_err());
        }
    }

    /// As time goes on a document only ages: its grades follow each other and none comes back.
    #[test]
    fn a_document_only_ages(hours in vec(0..20_000_u64, 2..40)) {
        let view = Membership::new(signed(&document(1, &[1], 1), &[1])).unwrap();
        let mut hours = hours;
        hours.sort_unstable();
        let grade = |hour: &u64| match view.freshness(start().plus(Duration::from_secs(hour * 3600))) {
            Freshness::Good => 0,
            Freshness::EndsIn(_) => 1,
            Freshness::Grace(_) => 2,
            Freshness::RunningOnly(_) => 3,
            Freshness::SyncOnly => 4,
        };
        let grades: Vec<u8> = hours.iter().map(grade).collect();
        prop_assert!(grades.is_sorted(), "{:?}", grades);
    }
}

#[test]
fn each_grade_begins_on_its_day() {
    let view = Membership::new(signed(&document(1, &[1], 1), &[1])).unwrap();
    let end = view.held().document.valid_until;
    let moment = Duration::from_millis(1);
    let days = |days: u64| DAY * u32::try_from(days).unwrap();
    let (grace, all) = (days(DOCUMENT_GRACE_DAYS), days(DOCUMENT_GRACE_DAYS + DOCUMENT_RUNOUT_DAYS));
    assert_eq!(view.freshness(end.minus(days(DOCUMENT_WARN_DAYS))), Freshness::Good);
    assert_eq!(view.freshness(end.minus(days(DOCUMENT_WARN_DAYS)).plus(moment)), Freshness::EndsIn(DOCUMENT_WARN_DAYS - 1));
    assert_eq!(view.freshness(end), Freshness::Grace(DOCUMENT_GRACE_DAYS));
    assert_eq!(view.freshness(end.plus(grace).minus(moment)), Freshness::Grace(1));
    assert_eq!(view.freshness(end.plus(grace)), Freshness::RunningOnly(DOCUMENT_RUNOUT_DAYS));
    assert_eq!(view.freshness(end.plus(all).minus(moment)), Freshness::RunningOnly(1));
    assert_eq!(view.freshness(end.plus(all)), Freshness::SyncOnly);
    let may = |after: Duration| (view.freshness(end.plus(after)).may_start(), view.freshness(end.plus(after)).may_continue());
    assert_eq!((may(Duration::ZERO), may(grace), may(all)), ((true, true), (false, true), (false, false)));
}

#[test]
fn a_first_document_needs_its_own_boards_threshold() {
    let alone = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[3])).map(|_| ());
    assert_eq!(alone, Err(DocumentError::TooFewSignatures { version: 1, valid: 1, needed: 2, board: "current" }));
    let strangers = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[4, 5])).map(|_| ());
    assert_eq!(strangers, Err(DocumentError::TooFewSignatures { version: 1, valid: 0, needed: 2, board: "current" }));
}

#[test]
fn an_older_document_is_a_replay() {
    let first = signed(&document(1, &[1, 2, 3], 2), &[1, 2]);
    let mut view = Membership::new(first.clone()).unwrap();
    view.advance(signed(&document(2, &[1, 2, 3], 2), &[1, 2])).unwrap();
    assert_eq!(view.advance(first), Err(DocumentError::Older { found: 1, held: 2 }));
    // The same decision with one more signature is no news and no contradiction.
    assert_eq!(view.advance(signed(&document(2, &[1, 2, 3], 2), &[1, 2, 3])), Ok(false));
}

#[test]
fn a_document_for_another_network_is_not_even_read() {
    let foreign = NetworkDocument { network: "other".parse().unwrap(), ..document(1, &[1], 1) };
    let refused = SignedDocument::read(&network(), &signed_bytes(&foreign, &[1])).map(|_| ());
    assert_eq!(refused, Err(DocumentError::OtherNetwork { found: "other".parse().unwrap(), wanted: network() }));
}

#[test]
fn two_documents_of_one_version_are_a_contradiction_only_if_both_are_signed() {
    let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
    let other = NetworkDocument { bootstrap: vec![], ..document(1, &[1, 2, 3], 2) };
    assert_eq!(view.advance(signed(&other, &[2, 3])), Err(DocumentError::Contradiction { version: 1 }));
    assert!(matches!(view.advance(signed(&other, &[2])), Err(DocumentError::TooFewSignatures { .. })), "a forgery is none");
    assert_eq!(view.held().document, document(1, &[1, 2, 3], 2));
}

#[test]
fn a_board_that_handed_over_twice_is_caught() {
    let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
    view.advance(signed(&document(2, &[11, 12, 13], 2), &[1, 2, 11, 12])).unwrap();
    let to_others = signed(&document(2, &[21, 22, 23], 2), &[1, 2, 21, 22]);
    assert_eq!(view.advance(to_others), Err(DocumentError::Contradiction { version: 2 }));
}

#[test]
fn a_jump_over_a_change_of_keys_is_a_gap() {
    let mut view = Membership::new(signed(&document(1, &[1, 2, 3], 2), &[1, 2])).unwrap();
    let far = signed(&document(3, &[11, 12, 13], 2), &[11, 12]);
    assert_eq!(view.advance(far.clone()), Err(DocumentError::Gap { held: 1, found: 3 }));
    view.advance(signed(&document(2, &[11, 12, 13], 2), &[2, 3, 12, 13])).unwrap();
    assert_eq!(view.advance(far), Ok(true));
}

#[test]
fn who_left_the_list_is_told_apart_from_a_stranger() {
    let mut view = Membership::new(signed(&document(2, &[1], 1), &[1])).unwrap();
    let (gone, stays, stranger) = (key(1004).public(), key(1002).public(), key(999).public());
    assert_eq!(view.standing(&gone, start()), Standing::Member(member_id(2)));
    let mut next = document(3, &[1], 1);
    next.members.retain(|member| member.id == member_id(1));
    view.advance(signed(&next, &[1])).unwrap();
    assert_eq!(view.standing(&gone, start()), Standing::Removed { member: member_id(2), last_version: 2 });
    assert_eq!(view.standing(&stays, start()), Standing::Member(member_id(1)));
    assert_eq!(view.standing(&stranger, start()), Standing::Unlisted);
    assert!(view.may_converse(&member_id(1), start()) && !view.may_converse(&member_id(2), start()));
    // Admitted again, it is a member like any other.
    view.advance(signed(&document(4, &[1], 1), &[1])).unwrap();
    assert_eq!(view.standing(&gone, start()), Standing::Member(member_id(2)));
}

#[test]
fn who_left_long_ago_is_remembered_also_by_what_is_kept() {
    let without = |version: u64| {
        let mut next = document(version, &[1], 1);
        next.members.retain(|member| member.id != member_id(2));
        signed(&next, &[1])
    };
    let mut view = Membership::new(signed(&document(2, &[1], 1), &[1])).unwrap();
    view.advance(signed(&document(3, &[1], 1), &[1])).unwrap();
    (4..9).for_each(|version| assert_eq!(view.advance(without(version)), Ok(true)));
    let versions = |view: &Membership| view.worth_keeping().iter().map(|document| document.document.version).collect::<Vec<_>>();
    assert_eq!(versions(&view), [3, 7, 8]);
    let back = |view: &Membership| Membership::restore(view.worth_keeping().into_iter().cloned()).unwrap();
    let mut restored = back(&view);
    for view in [&view, &restored, &back(&restored)] {
        assert_eq!(view.standing(&key(1004).public(), start()), Standing::Removed { member: member_id(2), last_version: 3 });
        assert_eq!(view.member_standing(&member_id(2), start()), Standing::Removed { member: member_id(2), last_version: 3 });
        let former: Vec<_> = view.former_members().into_iter().map(|(member, last)| (member.id.clone(), last)).collect();
        assert_eq!(former, [(member_id(2), 3)]);
        assert_eq!(view.next_after(1).map(|next| next.document.version), Some(8), "it is no step that others must take");
    }
    // Admitted again, nothing has to be remembered of it.
    restored.advance(signed(&document(9, &[1], 1), &[1])).unwrap();
    restored.advance(signed(&document(10, &[1], 1), &[1])).unwrap();
    assert_eq!((versions(&restored), restored.former_members().len()), (vec![9, 10], 0));
}

#[test]
fn an_auth_key_signs_no_evidence() {
    let view = Membership::new(signed(&document(1, &[1], 1), &[1])).unwrap();
    assert!(view.member_by_sign(&key(1003).public()).is_some());
    assert!(view.member_by_sign(&key(1002).public()).is_none());
    assert!(view.node_by_auth(&key(1002).public()).is_some());
    assert!(view.node_by_auth(&key(1003).public()).is_none());
}

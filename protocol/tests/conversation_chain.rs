//! What a chain makes of every way in which messages can come: in order, again, early, forked, lying about what they saw.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use verbund_protocol::{
    conversation::{Batch, Chain, Head, Header, Item, Party, SignedHeader, Verdict, body_hash, chain::Conflict},
    id::{ConversationId, Digest, NetworkId},
    limits::{MAX_BATCH_MESSAGES, MAX_BODY, MAX_MESSAGES},
    sign::SecretKey,
    time::Timestamp,
};

fn message(seq: u64, previous: Option<Digest>, seen: Option<Head>, epoch: u32) -> SignedHeader {
    let network: NetworkId = "test".parse().unwrap();
    let party = |member: &str, facility: &str| Party { member: member.parse().unwrap(), facility: facility.parse().unwrap() };
    let header = Header {
        conversation: ConversationId([1; 16]),
        author: party("akut", "108310400"),
        recipient: party("reha", "260326822"),
        seq,
        previous,
        seen,
        message: 1,
        body: body_hash(&[0; 16], &seq.to_be_bytes()),
        made_at: Timestamp(seq),
        epoch,
    };
    header.sign(&network, &SecretKey::from_seed(&[1; 32]))
}

fn chain(length: u64) -> Vec<SignedHeader> {
    let mut all: Vec<SignedHeader> = Vec::new();
    for seq in 0..length {
        all.push(message(seq, all.last().map(|last| last.digest), None, 1));
    }
    all
}

#[test]
fn every_fault_has_its_name() {
    let all = chain(3);
    // The other has written 0 to 4, each with its number as its digest.
    let other = |seq: u64| (seq <= 4).then_some(Digest([seq as u8; 32]));
    let held = Chain::default().after(&all[0]).after(&all[1]);
    assert_eq!(held.judge(&all[2], other), Verdict::Next);
    assert_eq!(held.judge(&all[1], other), Verdict::Known);
    assert_eq!(Chain::default().judge(&all[2], other), Verdict::Gap { expected: 0 });
    assert_eq!(held.judge(&message(2, Some(Digest([9; 32])), None, 1), other), Verdict::Fork);
    let seeing = |seq, digest| message(2, Some(all[1].digest), Some(Head { seq, digest: Digest([digest; 32]) }), 1);
    assert_eq!(held.judge(&seeing(4, 4), other), Verdict::Next);
    assert_eq!(held.judge(&seeing(5, 4), other), Verdict::BadSeen, "never sent");
    assert_eq!(held.judge(&seeing(4, 5), other), Verdict::BadSeen, "another message than was sent");
    assert_eq!(held.judge(&seeing(2, 2), other), Verdict::Next, "messages cross");
    assert_eq!(held.judge(&seeing(2, 5), other), Verdict::BadSeen, "another message than was sent, long before the last");
    let further = Chain { seen: Some(3), ..held };
    assert_eq!(further.judge(&seeing(2, 2), other), Verdict::BadSeen, "less than it saw before");
    let long = Chain { head: Some(Head { seq: MAX_MESSAGES - 1, digest: Digest([1; 32]) }), seen: None };
    assert_eq!(long.judge(&message(MAX_MESSAGES, Some(Digest([1; 32])), None, 1), other), Verdict::TooLong);
}

#[test]
fn a_restored_node_is_told_from_a_liar() {
    let stored = message(1, Some(Digest([1; 32])), None, 1);
    let seen = Some(Head { seq: 0, digest: Digest([2; 32]) });
    assert_eq!(Chain::conflict(&stored, &stored.clone()), Conflict::Repeat);
    assert_eq!(Chain::conflict(&stored, &message(1, Some(Digest([1; 32])), seen, 1)), Conflict::Equivocation);
    assert_eq!(Chain::conflict(&stored, &message(1, Some(Digest([1; 32])), seen, 2)), Conflict::Restored);
}

#[test]
fn a_body_is_checked_before_it_is_read() {
    let header = message(7, None, None, 1);
    assert_eq!(header.check_body(&[0; 16], &7_u64.to_be_bytes()), Ok(()));
    assert!(header.check_body(&[1; 16], &7_u64.to_be_bytes()).is_err());
    assert!(header.check_body(&[0; 16], &vec![0; MAX_BODY + 1]).is_err());
}

#[test]
fn a_batch_has_its_limit() {
    let item = || Item { header: vec![1], salt: [0; 16], body: vec![] };
    let batch = |count| Batch { items: (0..count).map(|_| item()).collect() }.write();
    assert!(Batch::read(&batch(MAX_BATCH_MESSAGES)).is_ok());
    assert!(Batch::read(&batch(MAX_BATCH_MESSAGES + 1)).is_err());
}

proptest! {
    /// However often and in whatever order messages come, each is taken in exactly once and in order.
    #[test]
    fn exactly_once_and_in_order(length in 1_u64..12, arrivals in prop::collection::vec(0_usize..12, 0..80)) {
        let all = chain(length);
        let mut held = Chain::default();
        let mut taken = Vec::new();
        for at in arrivals.into_iter().filter(|at| *at < all.len()).chain(0..all.len()) {
            match held.judge(&all[at], |_| None) {
                Verdict::Next => {
                    held = held.after(&all[at]);
                    taken.push(at);
                }
                Verdict::Known => prop_assert!(taken.contains(&at)),
                Verdict::Gap { expected } => prop_assert_eq!(expected, taken.len() as u64),
                verdict => prop_assert!(false, "{verdict:?}"),
            }
        }
        prop_assert_eq!(taken, (0..all.len()).collect::<Vec<_>>());
    }

    /// Whatever bytes come as a batch, reading them ends without a panic.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        drop(Batch::read(&bytes));
        drop(verbund_protocol::conversation::frame::Replies::read(&bytes));
        for kind in verbund_protocol::referral::MessageKind::ALL {
            drop(verbund_protocol::referral::Message::read(kind.number(), &bytes));
        }
    }
}

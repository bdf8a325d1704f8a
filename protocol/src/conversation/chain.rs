//! One author's chain in one conversation, as the other side checks it.

use minicbor::{Decode, Encode};

use super::header::{Head, SignedHeader};
use crate::{
    id::Digest,
    limits::MAX_MESSAGES,
    planted::{Bug, planted},
};

/// What is known of one author's chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Chain {
    /// The last message taken in; none before the first.
    #[n(0)]
    pub head: Option<Head>,
    /// The highest number of the other chain that this author has said it saw.
    #[n(1)]
    pub seen: Option<u64>,
}

/// What a header is to a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The next message.
    Next,
    /// Has this number or a lower one: a repeat if the stored header is the same, otherwise [`Chain::conflict`] decides.
    Known,
    /// Messages are missing before it.
    Gap {
        /// The number that would have been next.
        expected: u64,
    },
    /// It follows another previous message than the one held here under that number: the author's chain has forked.
    Fork,
    /// It claims to have seen what was never sent to it, or less than it said before.
    BadSeen,
    /// The chain is as long as it may be.
    TooLong,
}

/// Two different messages under one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The very same message: answer with the same receipt.
    Repeat,
    /// Written in a later restore epoch: an honest node came back from a backup and does not know its own message. It is
    /// told the number it has reached.
    Restored,
    /// Two messages under one number in one epoch: kept as proof against the author.
    Equivocation,
}

impl Chain {
    /// Returns the number the next message must have.
    pub fn expected(&self) -> u64 {
        self.head.map_or(0, |head| head.seq + 1)
    }

    /// Returns what a verified header of this author is. `answered` gives the digest of a message of the chain that it answers by its number, and
    /// nothing for one that was never written: who answers another message than was sent would spoil the evidence of both.
    pub fn judge(&self, header: &SignedHeader, answered: impl Fn(u64) -> Option<Digest>) -> Verdict {
        let expected = self.expected();
        let h = &header.header;
        if h.seq < expected {
            return Verdict::Known;
        }
        if h.seq > expected && !planted(Bug::AcceptAnyNumber) {
            return Verdict::Gap { expected };
        }
        if !planted(Bug::AcceptAnyNumber) && h.previous != self.head.map(|head| head.digest) {
            return Verdict::Fork;
        }
        if h.seq >= MAX_MESSAGES {
            return Verdict::TooLong;
        }
        let told = h.seen.map(|head| head.seq) >= self.seen;
        let written = h.seen.is_none_or(|head| answered(head.seq) == Some(head.digest)) || planted(Bug::TakeAnyAnswer);
        if told && written { Verdict::Next } else { Verdict::BadSeen }
    }

    /// Returns the chain after taking the header in.
    pub fn after(&self, header: &SignedHeader) -> Self {
        Self { head: Some(header.head()), seen: header.header.seen.map(|head| head.seq).max(self.seen) }
    }

    /// Compares a header with the one stored under the same author, conversation and number.
    pub fn conflict(stored: &SignedHeader, came: &SignedHeader) -> Conflict {
        if stored.digest == came.digest {
            Conflict::Repeat
        } else if stored.header.epoch == came.header.epoch {
            Conflict::Equivocation
        } else {
            Conflict::Restored
        }
    }
}

//! The four protocols between two nodes, and which versions of them are spoken.
//!
//! Each is a request with one answer, bytes both ways. `/verbund/<word>/<version>` is its libp2p name; a node offers its
//! own version and the one before, and the best common one is taken.

use std::{fmt, ops::RangeInclusive, time::Duration};

use crate::limits::{
    DOCUMENT_QUOTA, MAX_BATCH, MAX_BATCH_REPLY, MAX_QUERY, MAX_RANGE_ANSWER, MAX_RANGE_REQUEST, MAX_SYNC, MESSAGE_QUOTA, QUERY_QUOTA, QUERY_TIMEOUT, Quota, REQUEST_TIMEOUT,
    SYNC_QUOTA,
};

/// The protocol version this build speaks.
pub const VERSION: u16 = if cfg!(feature = "raised-version") { 2 } else { 1 };
/// The lowest protocol version this build still understands.
pub const VERSION_MIN: u16 = before(VERSION);

/// Returns the version before this one; the first has none before it.
const fn before(version: u16) -> u16 {
    if version > 1 { version - 1 } else { 1 }
}

/// A protocol between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Public records: network document, suspensions, addresses, capacity. All that a peer outside the member list may use.
    Sync,
    /// Signed messages of conversations, with receipts.
    Message,
    /// Ranges of documents.
    Document,
    /// Live questions about capacity.
    Query,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 4] = [Self::Sync, Self::Message, Self::Document, Self::Query];

    /// Returns the word in the protocol's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Message => "message",
            Self::Document => "document",
            Self::Query => "query",
        }
    }

    /// Returns the name of a version of this protocol on the wire, for example `/verbund/message/1`.
    pub fn name(self, version: u16) -> String {
        format!("/verbund/{self}/{version}")
    }

    /// Returns the longest request, bytes.
    pub const fn max_request(self) -> usize {
        match self {
            Self::Sync => MAX_SYNC,
            Self::Message => MAX_BATCH,
            Self::Document => MAX_RANGE_REQUEST,
            Self::Query => MAX_QUERY,
        }
    }

    /// Returns the longest answer, bytes.
    pub const fn max_answer(self) -> usize {
        match self {
            Self::Sync => MAX_SYNC,
            Self::Message => MAX_BATCH_REPLY,
            Self::Document => MAX_RANGE_ANSWER,
            Self::Query => MAX_QUERY,
        }
    }

    /// Returns how often one peer may ask.
    pub const fn quota(self) -> Quota {
        match self {
            Self::Sync => SYNC_QUOTA,
            Self::Message => MESSAGE_QUOTA,
            Self::Document => DOCUMENT_QUOTA,
            Self::Query => QUERY_QUOTA,
        }
    }

    /// Returns how long an answer is waited for.
    pub const fn timeout(self) -> Duration {
        match self {
            Self::Sync | Self::Message | Self::Document => REQUEST_TIMEOUT,
            Self::Query => QUERY_TIMEOUT,
        }
    }

    /// Returns whether a peer outside the member list may use it.
    pub const fn open_to_guests(self) -> bool {
        matches!(self, Self::Sync)
    }
}

/// Returns the highest version in both ranges, or nothing if they do not meet.
pub fn best_common(ours: &RangeInclusive<u16>, theirs: &RangeInclusive<u16>) -> Option<u16> {
    let best = *ours.end().min(theirs.end());
    (ours.contains(&best) && theirs.contains(&best)).then_some(best)
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_person_waits_less_long() {
        assert_eq!(Protocol::ALL.map(Protocol::timeout), [REQUEST_TIMEOUT, REQUEST_TIMEOUT, REQUEST_TIMEOUT, QUERY_TIMEOUT]);
        assert_eq!(Protocol::ALL.map(Protocol::quota), [SYNC_QUOTA, MESSAGE_QUOTA, DOCUMENT_QUOTA, QUERY_QUOTA]);
        assert_eq!(Protocol::ALL.map(Protocol::open_to_guests), [true, false, false, false]);
        assert!(QUERY_TIMEOUT < REQUEST_TIMEOUT);
    }

    #[test]
    fn the_version_before_is_still_understood() {
        assert_eq!([1, 2, 3].map(before), [1, 1, 2]);
    }

    #[test]
    fn neighbouring_versions_meet_and_distant_ones_do_not() {
        assert_eq!(best_common(&(1..=1), &(1..=2)), Some(1));
        assert_eq!(best_common(&(2..=3), &(1..=2)), Some(2));
        assert_eq!(best_common(&(2..=3), &(2..=3)), Some(3));
        assert_eq!(best_common(&(1..=1), &(2..=3)), None);
        assert_eq!(best_common(&(2..=3), &(1..=1)), None);
    }
}

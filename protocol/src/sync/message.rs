//! What travels on the sync protocol.

use std::fmt;

use minicbor::{Decode, Encode};

use super::{Head, Set};
use crate::{
    cbor::{self, Malformed},
    id::Digest,
    limits::{MAX_CLOCK_SKEW, MAX_SYNC, MAX_SYNC_KEY},
    time::Timestamp,
};

/// How a node introduces itself in every message of the sync protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// Lowest protocol version it speaks.
    #[n(0)]
    pub protocol_min: u16,
    /// Highest protocol version it speaks.
    #[n(1)]
    pub protocol_max: u16,
    /// Its clock.
    #[n(2)]
    pub clock: Timestamp,
    /// Its epoch: raised each time it was restored from a backup.
    #[n(3)]
    pub epoch: u32,
    /// Version of the network document it holds.
    #[n(4)]
    pub document: u64,
    /// Hash of that document's content.
    #[n(5)]
    pub document_digest: Digest,
}

impl Hello {
    /// Returns how many milliseconds the other's clock is ahead of `now`.
    pub fn clock_offset_ms(&self, now: Timestamp) -> i64 {
        let ahead = i128::from(self.clock.0) - i128::from(now.0);
        i64::try_from(ahead).unwrap_or(if ahead > 0 { i64::MAX } else { i64::MIN })
    }

    /// Returns why nothing but documents is exchanged with the node that says this, if clock or version does not fit.
    pub fn misfit(&self, own: &Self, now: Timestamp) -> Option<Notice> {
        let ahead_ms = self.clock_offset_ms(now);
        if u128::from(ahead_ms.unsigned_abs()) > MAX_CLOCK_SKEW.as_millis() {
            return Some(Notice::Clock { ahead_ms });
        }
        let common = self.protocol_max.min(own.protocol_max) >= self.protocol_min.max(own.protocol_min);
        (!common).then_some(Notice::Version { min: own.protocol_min, max: own.protocol_max })
    }
}

/// Why a peer gets documents and suspensions only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// Its clock is this many milliseconds ahead of the other's: more than [`MAX_CLOCK_SKEW`].
    #[n(0)]
    Clock {
        /// How far ahead, negative if behind.
        #[n(0)]
        ahead_ms: i64,
    },
    /// No common protocol version; the other speaks these.
    #[n(1)]
    Version {
        /// The lowest.
        #[n(0)]
        min: u16,
        /// The highest.
        #[n(1)]
        max: u16,
    },
    /// Not in the member list that the other holds.
    #[n(2)]
    Unlisted,
    /// Suspended until this moment.
    #[n(3)]
    Suspended {
        /// Until when.
        #[n(0)]
        until: Timestamp,
    },
    /// No longer in the member list.
    #[n(4)]
    Removed,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock { ahead_ms } => {
                let (seconds, side) = (ahead_ms.unsigned_abs() / 1000, if *ahead_ms > 0 { "ahead of" } else { "behind" });
                write!(f, "its clock is {seconds} s {side} the other's, more than {} s", MAX_CLOCK_SKEW.as_secs())
            }
            Self::Version { min, max } => write!(f, "it speaks no protocol version from {min} to {max}"),
            Self::Unlisted => f.write_str("it is not in the member list"),
            Self::Suspended { until } => write!(f, "it is suspended until {until}"),
            Self::Removed => f.write_str("it was removed from the member list"),
        }
    }
}

/// The sums of one set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Sum {
    /// Which set.
    #[n(0)]
    pub set: Set,
    /// The sum of each bucket.
    #[n(1)]
    pub buckets: Vec<u64>,
}

/// A bucket that differs, with all that the asked side has in it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Bucket {
    /// Which set.
    #[n(0)]
    pub set: Set,
    /// Which bucket.
    #[n(1)]
    pub bucket: u16,
    /// What is in it.
    #[n(2)]
    pub heads: Vec<Head>,
}

/// A record that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Want {
    /// Which set.
    #[n(0)]
    pub set: Set,
    /// Its name.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: Vec<u8>,
}

/// A record that is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Item {
    /// Which set.
    #[n(0)]
    pub set: Set,
    /// Its exact bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// The asking side's message. All parts but the first may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Request {
    /// Who asks.
    #[n(0)]
    pub hello: Hello,
    /// A network document that the other side does not have.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub document: Option<Vec<u8>>,
    /// Sums to compare; empty when there is nothing to compare (any more).
    #[n(2)]
    pub sums: Vec<Sum>,
    /// Records that the other side does not have.
    #[n(3)]
    pub push: Vec<Item>,
    /// Records asked for.
    #[n(4)]
    pub pull: Vec<Want>,
}

/// The asked side's message. All parts but the first may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Response {
    /// Who answers, as it stands after what was pushed.
    #[n(0)]
    pub hello: Hello,
    /// Why the asking side gets documents and suspensions only.
    #[n(1)]
    pub notice: Option<Notice>,
    /// The next network document for the asking side.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub document: Option<Vec<u8>>,
    /// Buckets that differ.
    #[n(3)]
    pub differing: Vec<Bucket>,
    /// Records that were asked for.
    #[n(4)]
    pub items: Vec<Item>,
    /// How many of those asked for were dealt with, in their order; the others did not fit.
    #[n(5)]
    pub dealt: u32,
}

impl Request {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads a request.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let request: Self = cbor::read(bytes, MAX_SYNC)?;
        let fits = request.pull.iter().all(|want| want.key.len() <= MAX_SYNC_KEY);
        if fits { Ok(request) } else { Err(Malformed::Shape("the name of a record is too long".into())) }
    }
}

impl Response {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads a response.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let response: Self = cbor::read(bytes, MAX_SYNC)?;
        let fits = response.differing.iter().flat_map(|bucket| &bucket.heads).all(|head| head.key.len() <= MAX_SYNC_KEY);
        if fits { Ok(response) } else { Err(Malformed::Shape("the name of a record is too long".into())) }
    }
}

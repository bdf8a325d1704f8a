//! The first words on every connection, and its heartbeat.
//!
//! Each side says which versions it speaks, what time it has, how much of the membership it knows and how it sees the other. The
//! last is why a peer that is refused can tell its people the reason. `/verbund/hello/1` never gets another version; it only
//! gains keys.

use std::{fmt, ops::RangeInclusive};

use minicbor::{Decode, Encode};

use crate::{
    cbor::{self, Malformed},
    id::Digest,
    limits::MAX_HELLO,
    membership::{Edition, Standing},
    time::Timestamp,
};

/// The libp2p name of the hello.
pub const NAME: &str = "/verbund/hello/1";

/// What one side says about itself and about the other.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// Lowest protocol version spoken.
    #[n(0)]
    pub version_min: u16,
    /// Highest protocol version spoken.
    #[n(1)]
    pub version_max: u16,
    /// The speaker's clock.
    #[n(2)]
    pub now: Timestamp,
    /// Version of the network document the speaker holds.
    #[n(3)]
    pub document: u64,
    /// How the speaker sees the listener.
    #[n(4)]
    pub you: View,
    /// One digest over the suspensions that the speaker knows ([`crate::membership::Suspensions::digest`]).
    #[n(5)]
    pub suspensions: Digest,
}

/// How one node sees another; all but [`View::Member`] may only synchronise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum View {
    /// In the member list.
    #[n(0)]
    Member,
    /// Holds a valid certificate and is in no member list held there.
    #[n(1)]
    Unlisted,
    /// Suspended.
    #[n(2)]
    Suspended,
    /// Was listed and no longer is.
    #[n(3)]
    Removed,
    /// The clocks differ by more than [`crate::limits::MAX_CLOCK_SKEW`].
    #[n(4)]
    Clock,
    /// The speaker's own network document ended long ago, so that it does nothing but synchronise.
    #[n(5)]
    Stale,
}

impl View {
    /// Returns the view that follows from a standing alone.
    pub const fn of(standing: &Standing) -> Self {
        match standing {
            Standing::Member(_) => Self::Member,
            Standing::Suspended { .. } => Self::Suspended,
            Standing::Removed { .. } => Self::Removed,
            Standing::Unlisted => Self::Unlisted,
        }
    }
}

impl fmt::Display for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "is a member",
            Self::Unlisted => "is not in the member list",
            Self::Suspended => "is suspended",
            Self::Removed => "was removed from the member list",
            Self::Clock => "has a clock that differs by more than two minutes",
            Self::Stale => "is met by a node whose own network document is too old",
        })
    }
}

impl Hello {
    /// Returns the hello as bytes.
    pub fn write(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads a hello.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::read(bytes, MAX_HELLO)
    }
    /// Returns how much of the membership the speaker knows.
    pub fn edition(&self) -> Edition {
        Edition { document: self.document, suspensions: self.suspensions }
    }
    /// Returns the versions spoken; empty if the speaker contradicts itself.
    pub fn versions(&self) -> RangeInclusive<u16> {
        self.version_min..=self.version_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden: map of six keys. Once released it may only gain keys.
    #[test]
    fn a_hello_reads_back_and_keeps_its_bytes() {
        let hello = Hello { version_min: 1, version_max: 2, now: Timestamp(1_000), document: 7, you: View::Suspended, suspensions: Digest([0xab; 32]) };
        let bytes = hello.write();
        let head = [0xa6, 0x00, 0x01, 0x01, 0x02, 0x02, 0x19, 0x03, 0xe8, 0x03, 0x07, 0x04, 0x02, 0x05, 0x58, 0x20];
        assert_eq!(bytes, [&head[..], &[0xab; 32]].concat());
        assert_eq!(hello.edition(), Edition { document: 7, suspensions: Digest([0xab; 32]) });
        assert_eq!(Hello::read(&bytes), Ok(hello));
    }

    #[test]
    fn a_later_version_may_add_keys_and_no_one_may_send_more_than_the_limit() {
        let head = [0xa7, 0x00, 0x01, 0x01, 0x02, 0x02, 0x19, 0x03, 0xe8, 0x03, 0x07, 0x04, 0x02, 0x05, 0x58, 0x20];
        let longer = [&head[..], &[0xab; 32], &[0x06, 0x41, 0xff]].concat();
        assert!(Hello::read(&longer).is_ok());
        assert!(Hello::read(&vec![0; MAX_HELLO + 1]).is_err());
    }
}

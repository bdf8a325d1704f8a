//! What travels on the sync protocol.

use minicbor::{Decode, Encode};

use super::{Head, Set};
use crate::{
    cbor::{self, Malformed},
    id::Digest,
    limits::{MAX_GOSSIP, MAX_REASON, MAX_SYNC, MAX_SYNC_KEY},
};

/// Which network document a node holds; every message of the sync protocol says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Holding {
    /// Its version.
    #[n(0)]
    pub document: u64,
    /// Hash of its content.
    #[n(1)]
    pub digest: Digest,
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
    /// What the asking side holds.
    #[n(0)]
    pub holding: Holding,
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
    /// What the asked side holds, after what was handed over.
    #[n(0)]
    pub holding: Holding,
    /// The next network document for the asking side.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub document: Option<Vec<u8>>,
    /// Buckets that differ.
    #[n(2)]
    pub differing: Vec<Bucket>,
    /// Records that were asked for.
    #[n(3)]
    pub items: Vec<Item>,
    /// How many of those asked for were dealt with, in their order; the others did not fit.
    #[n(4)]
    pub dealt: u32,
    /// Why the first thing handed over was not taken, for the people at the asking side; at most [`MAX_REASON`] bytes.
    #[n(5)]
    pub refused: Option<String>,
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
        if !fits {
            return Err(Malformed::Shape("the name of a record is too long".into()));
        }
        let bounded = response.refused.as_ref().is_none_or(|why| why.len() <= MAX_REASON);
        if bounded { Ok(response) } else { Err(Malformed::Shape("the reason is too long".into())) }
    }
}

/// One public thing, told to everybody at once by gossip. What gossip loses, the next round of synchronisation brings.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Announcement {
    /// A network document.
    #[n(0)]
    Document(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// A record of a set.
    #[n(1)]
    Record(#[n(0)] Item),
}

impl Announcement {
    /// Returns the bytes to tell; nothing if they are too large for gossip.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        Some(cbor::write(self)).filter(|bytes| bytes.len() <= MAX_GOSSIP)
    }
    /// Reads an announcement.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::read(bytes, MAX_GOSSIP)
    }
}

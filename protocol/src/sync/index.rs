//! What is held of one set, as far as two nodes need it to compare: names, orders and hashes, no content.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::Set;
use crate::{address::Order, id::Digest};

/// Which version of a record is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Stamp {
    /// The record's order; zero in sets without one.
    #[n(0)]
    pub order: Order,
    /// The first half of the hash of its signed content.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub digest: [u8; 16],
}

impl Stamp {
    /// Returns the stamp of a record.
    pub fn new(order: Order, digest: &Digest) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&digest.0[..16]);
        Self { order, digest: half }
    }
}

/// A record's name and version.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Head {
    /// The record's name within its set, at most [`MAX_SYNC_KEY`](crate::limits::MAX_SYNC_KEY) bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: Vec<u8>,
    /// Its version.
    #[n(1)]
    pub stamp: Stamp,
}

/// Names and versions of all records of one set, and a sum for each bucket that is equal on nodes that hold the same.
#[derive(Clone, Debug)]
pub struct Index {
    buckets: Vec<BTreeMap<Vec<u8>, Stamp>>,
    sums: Vec<u64>,
}

impl Index {
    /// Returns the index of a set of which nothing is held.
    pub fn new(set: Set) -> Self {
        Self { buckets: vec![BTreeMap::new(); set.buckets()], sums: vec![0; set.buckets()] }
    }

    /// Notes that this version of a record is held.
    pub fn put(&mut self, key: &[u8], stamp: Stamp) {
        let bucket = self.bucket_of(key);
        let before = self.buckets[bucket].insert(key.to_vec(), stamp);
        self.sums[bucket] ^= sum(key, &stamp) ^ before.map_or(0, |before| sum(key, &before));
    }

    /// Notes that a record is no longer held.
    pub fn remove(&mut self, key: &[u8]) {
        let bucket = self.bucket_of(key);
        if let Some(stamp) = self.buckets[bucket].remove(key) {
            self.sums[bucket] ^= sum(key, &stamp);
        }
    }

    /// Returns which version of a record is held.
    pub fn get(&self, key: &[u8]) -> Option<Stamp> {
        self.buckets[self.bucket_of(key)].get(key).copied()
    }
    /// Returns how many records are held.
    pub fn len(&self) -> usize {
        self.buckets.iter().map(BTreeMap::len).sum()
    }
    /// Returns whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Returns the sum of each bucket.
    pub fn sums(&self) -> &[u64] {
        &self.sums
    }
    /// Returns the names and versions in one bucket; nothing if there is no such bucket.
    pub fn bucket(&self, bucket: usize) -> impl Iterator<Item = Head> {
        let heads = self.buckets.get(bucket).into_iter().flatten();
        heads.map(|(key, stamp)| Head { key: key.clone(), stamp: *stamp })
    }
    /// Returns the names of all records held.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.buckets.iter().flat_map(BTreeMap::keys).map(Vec::as_slice)
    }

    fn bucket_of(&self, key: &[u8]) -> usize {
        usize::from(Digest::of(key).0[0]) % self.sums.len()
    }
}

/// Exclusive-or of these is the same whatever order records came in. Somebody who finds records with equal sums hides
/// nothing but own records.
fn sum(key: &[u8], stamp: &Stamp) -> u64 {
    let hash = Digest::of(&crate::cbor::write(&Head { key: key.to_vec(), stamp: *stamp }));
    hash.0[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

//! One file: what the program sees, what the medium holds, and the writes in between.

use super::Losses;
use crate::simulator::Random;

/// A write reaches the medium in units of this, bytes.
const SECTOR: usize = 512;

#[derive(Debug, Default)]
pub(super) struct File {
    seen: Vec<u8>,
    /// Nothing: the file itself was never synced.
    medium: Option<Vec<u8>>,
    waiting: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Write { offset, data } => put(to, *offset, data),
            Self::Length(length) => to.resize(*length, 0),
        }
    }
}

fn put(to: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[offset..end].copy_from_slice(data);
}

impl File {
    /// Returns a file that lies on the medium.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { seen: bytes.to_vec(), medium: Some(bytes.to_vec()), waiting: Vec::new() }
    }
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }
    /// Returns whether there is anything on the medium.
    pub(super) fn exists(&self) -> bool {
        self.medium.is_some()
    }

    pub(super) fn write(&mut self, offset: u64, data: &[u8]) {
        let change = Change::Write { offset: offset as usize, data: data.to_vec() };
        change.apply(&mut self.seen);
        self.waiting.push(change);
    }
    pub(super) fn set_length(&mut self, length: u64) {
        let change = Change::Length(length as usize);
        change.apply(&mut self.seen);
        self.waiting.push(change);
    }

    /// Brings every waiting change to the medium.
    pub(super) fn sync(&mut self) {
        let medium = self.medium.get_or_insert_default();
        self.waiting.drain(..).for_each(|change| change.apply(medium));
    }

    /// Decides of every waiting change what of it reaches the medium.
    pub(super) fn settle(&mut self, random: &mut Random, losses: &mut Losses) {
        let Some(medium) = &mut self.medium else {
            losses.dropped += self.waiting.len() as u64;
            return self.waiting.clear();
        };
        for change in self.waiting.drain(..) {
            match (random.below(5), &change) {
                (0 | 1, _) => {
                    change.apply(medium);
                    losses.kept += 1;
                }
                (2, Change::Write { offset, data }) if data.len() > SECTOR => {
                    for (at, sector) in data.chunks(SECTOR).enumerate().filter(|_| random.chance(500)) {
                        put(medium, offset + at * SECTOR, sector);
                    }
                    losses.torn += 1;
                }
                _ => losses.dropped += 1,
            }
        }
    }

    /// After a restart of the machine the program sees what the medium holds.
    pub(super) fn forget_cache(&mut self) {
        self.seen = self.medium.clone().unwrap_or_default();
    }

    /// Flips one bit on the medium and in what the program sees. Returns whether there was one.
    pub(super) fn rot(&mut self, random: &mut Random) -> bool {
        let Some(medium) = self.medium.as_mut().filter(|medium| !medium.is_empty()) else { return false };
        let (at, bit) = (random.below(medium.len() as u64) as usize, 1 << random.below(8));
        medium[at] ^= bit;
        if let Some(byte) = self.seen.get_mut(at) {
            *byte ^= bit;
        }
        true
    }
}

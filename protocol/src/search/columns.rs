//! What the search reads of all departments, column by column: a bit for each department and code, so that sixty-four departments
//! are compared at once, and the few numbers that only some searches and hits need.

use super::mask;
use crate::{capacity::SignedCapacity, time::Timestamp};

/// Departments in one word of a column.
pub(super) const WORD: usize = 64;

/// The columns. A department is a row; its number is its place in all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    len: usize,
    /// For each bit of [`mask`], which rows have it. A column that nobody has is empty.
    bits: Vec<Vec<u64>>,
    /// Rows in which a code was folded onto another's bit, so that the record itself must be asked.
    folded: Vec<u64>,
    /// Rows whose facility is nobody's.
    unplaced: Vec<u64>,
    /// For each word, when the first of its rows ends.
    ends: Vec<Timestamp>,
    pub(super) valid_until: Vec<Timestamp>,
    pub(super) observed_at: Vec<Timestamp>,
    pub(super) first_day: Vec<u32>,
    /// Bit `n`: a place is free `n` days after the first day.
    pub(super) free_days: Vec<u64>,
    /// The kind of department: the first four digits of its key.
    pub(super) department: Vec<[u8; 4]>,
    /// The site, meaningless where the facility is nobody's.
    pub(super) site: Vec<u32>,
    /// Where it is, as [`crate::place::Coordinates::unit`].
    pub(super) unit: Vec<[f64; 3]>,
}

/// Where a department's facility is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) site: u32,
    pub(super) unit: [f64; 3],
}

impl Columns {
    pub(super) fn len(&self) -> usize {
        self.len
    }
    pub(super) fn words(&self) -> usize {
        self.ends.len()
    }
    /// Returns the rows of a word as bits.
    pub(super) fn rows(&self, word: usize) -> u64 {
        let left = self.len - word * WORD;
        if left >= WORD { u64::MAX } else { (1 << left) - 1 }
    }
    /// Returns which rows of a word have a bit of [`mask`].
    pub(super) fn having(&self, bit: usize, word: usize) -> u64 {
        self.bits.get(bit).and_then(|column| column.get(word)).copied().unwrap_or(0)
    }
    pub(super) fn folded(&self, word: usize) -> u64 {
        self.folded[word]
    }
    pub(super) fn unplaced(&self, word: usize) -> u64 {
        self.unplaced[word]
    }
    /// Returns the first moment at which a row of the word has ended.
    pub(super) fn ends(&self, word: usize) -> Timestamp {
        self.ends[word]
    }

    /// Adds a row.
    pub(super) fn push(&mut self, record: &SignedCapacity, spot: Option<Spot>) {
        let row = self.len;
        self.len += 1;
        if row.is_multiple_of(WORD) {
            self.folded.push(0);
            self.unplaced.push(0);
            self.ends.push(Timestamp(u64::MAX));
        }
        self.valid_until.push(Timestamp(u64::MAX));
        self.observed_at.push(Timestamp(0));
        self.first_day.push(0);
        self.free_days.push(0);
        self.department.push([0; 4]);
        self.site.push(0);
        self.unit.push([0.0; 3]);
        self.fill(row, record, spot);
    }

    /// Replaces a row.
    pub(super) fn set(&mut self, row: usize, record: &SignedCapacity, spot: Option<Spot>) {
        let (word, bit) = (row / WORD, 1 << (row % WORD));
        for column in &mut self.bits {
            if let Some(bits) = column.get_mut(word) {
                *bits &= !bit;
            }
        }
        self.folded[word] &= !bit;
        self.unplaced[word] &= !bit;
        self.fill(row, record, spot);
    }

    fn fill(&mut self, row: usize, record: &SignedCapacity, spot: Option<Spot>) {
        let (word, bit, record) = (row / WORD, 1 << (row % WORD), &record.record);
        let mut folded = false;
        self.bits.resize_with(mask::BITS, Vec::new);
        for (place, was_folded) in mask::offered(record) {
            let column = &mut self.bits[place];
            column.resize(column.len().max(word + 1), 0);
            column[word] |= bit;
            folded |= was_folded;
        }
        self.folded[word] |= if folded { bit } else { 0 };
        self.unplaced[word] |= if spot.is_none() { bit } else { 0 };
        self.valid_until[row] = record.valid_until;
        self.observed_at[row] = record.observed_at;
        self.first_day[row] = record.first_day.0;
        self.free_days[row] = record.free.iter().enumerate().filter(|(_, free)| **free > 0).fold(0, |days, (at, _)| days | 1 << at);
        self.department[row] = kind(record.id.department.as_str());
        if let Some(spot) = spot {
            self.site[row] = spot.site;
            self.unit[row] = spot.unit;
        }
        let rows = word * WORD..self.len.min((word + 1) * WORD);
        self.ends[word] = self.valid_until[rows].iter().copied().min().unwrap_or(Timestamp(u64::MAX));
    }
}

/// Returns the kind of department that a key names.
pub(super) fn kind(key: &str) -> [u8; 4] {
    let mut kind = [0; 4];
    kind.iter_mut().zip(key.bytes()).for_each(|(place, byte)| *place = byte);
    kind
}

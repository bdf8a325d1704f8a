//! The board: every department's statement in memory, with a compact row for each that the search runs over.

use std::collections::BTreeMap;

use super::mask;
use crate::{
    capacity::{DepartmentId, EquivocationProof, Held, Merged, SignedCapacity},
    id::{Ik, MemberId},
    limits::MAX_DEPARTMENTS,
    membership::NetworkDocument,
    place::Coordinates,
    time::Timestamp,
};

/// What the search looks at for one department: 64 bytes, so that ten thousand of them fit a processor's cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) indications: u128,
    pub(super) traits: u128,
    /// Bit `n`: a place is free `n` days after `first_day`.
    pub(super) free_days: u64,
    pub(super) observed_at: Timestamp,
    pub(super) valid_until: Timestamp,
    pub(super) first_day: u32,
    /// Which site; the highest bit says that a code was folded.
    site: u32,
}

const FOLDED: u32 = 1 << 31;
const NO_SITE: u32 = FOLDED - 1;

impl Row {
    fn of(record: &SignedCapacity, site: u32) -> Self {
        let record = &record.record;
        let (indications, traits) = mask::offered(record);
        let free_days = record.free.iter().enumerate().filter(|(_, free)| **free > 0).fold(0, |days, (at, _)| days | 1 << at);
        let folded = if indications.folded || traits.folded { FOLDED } else { 0 };
        Self {
            indications: indications.bits,
            traits: traits.bits,
            free_days,
            observed_at: record.observed_at,
            valid_until: record.valid_until,
            first_day: record.first_day.0,
            site: site | folded,
        }
    }
    pub(super) fn site(&self) -> Option<usize> {
        let site = self.site & !FOLDED;
        (site != NO_SITE).then_some(site as usize)
    }
    pub(super) fn folded(&self) -> bool {
        self.site & FOLDED != 0
    }
}

/// A facility of the network document.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) ik: Ik,
    pub(super) name: String,
    pub(super) place: String,
}

/// Every department's statement that this node holds, ready to be searched.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub(super) rows: Vec<Row>,
    pub(super) held: Vec<Held>,
    pub(super) sites: Vec<Site>,
    /// Of each site, apart from its words so that the scan reads nothing else: its member, and where it is.
    pub(super) site_members: Vec<u32>,
    pub(super) units: Vec<[f64; 3]>,
    pub(super) members: Vec<MemberId>,
    at: BTreeMap<DepartmentId, u32>,
    site_of: BTreeMap<Ik, u32>,
}

impl Board {
    /// Returns an empty board for the members of `document`.
    pub fn new(document: &NetworkDocument) -> Self {
        let mut board = Self::default();
        board.set_members(document);
        board
    }

    /// Takes over facilities from a newer document. What departments of facilities that nobody speaks for any more stated
    /// is dropped; their names are returned.
    pub fn set_members(&mut self, document: &NetworkDocument) -> Vec<DepartmentId> {
        self.members = document.members.iter().map(|member| member.id.clone()).collect();
        self.sites.clear();
        self.site_members.clear();
        self.units.clear();
        for (at, member) in (0..).zip(&document.members) {
            for f in &member.facilities {
                self.sites.push(Site { ik: f.ik.clone(), name: f.name.clone(), place: f.place.clone() });
                self.site_members.push(at);
                self.units.push(Coordinates { latitude: f.latitude, longitude: f.longitude }.unit());
            }
        }
        self.site_of = (0..).zip(&self.sites).map(|(at, site)| (site.ik.clone(), at)).collect();
        let known: Vec<Ik> = self.site_of.keys().cloned().collect();
        self.retain(|record| known.binary_search(&record.record.id.facility).is_ok())
    }

    /// Drops the records that `keep` does not hold for; their names are returned.
    pub fn retain(&mut self, keep: impl Fn(&SignedCapacity) -> bool) -> Vec<DepartmentId> {
        let (stay, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held).into_iter().partition(|held| keep(&held.record));
        self.rows.clear();
        self.at.clear();
        stay.into_iter().for_each(|held| self.insert(held));
        gone.into_iter().map(|held| held.record.record.id).collect()
    }

    fn site_index(&self, ik: &Ik) -> u32 {
        self.site_of.get(ik).copied().unwrap_or(NO_SITE)
    }

    fn insert(&mut self, held: Held) {
        let id = held.record.record.id.clone();
        self.rows.push(Row::of(&held.record, self.site_index(&id.facility)));
        self.at.insert(id, self.held.len() as u32);
        self.held.push(held);
    }

    /// Takes a verified record. Returns nothing if the facility already has [`MAX_DEPARTMENTS`] others.
    pub fn take(&mut self, record: SignedCapacity) -> Option<Merged> {
        let Some(at) = self.at.get(&record.record.id).map(|at| *at as usize) else {
            if self.of_facility(&record.record.id.facility).count() >= MAX_DEPARTMENTS {
                return None;
            }
            self.insert(Held::first(record));
            return Some(Merged::Newer);
        };
        let merged = self.held[at].take(record);
        let record = &self.held[at].record;
        self.rows[at] = Row::of(record, self.site_index(&record.record.id.facility));
        Some(merged)
    }

    /// Takes a verified proof. Returns whether it is news. For a department that states nothing here, nothing is kept.
    pub fn take_proof(&mut self, proof: EquivocationProof) -> bool {
        let at = self.at.get(&proof.id).map(|at| *at as usize);
        at.is_some_and(|at| self.held[at].keep(proof))
    }

    /// Returns what is held of a department.
    pub fn get(&self, id: &DepartmentId) -> Option<&Held> {
        self.at.get(id).map(|at| &self.held[*at as usize])
    }
    /// Returns everything held, in the order of facility and department.
    pub fn iter(&self) -> impl Iterator<Item = &Held> {
        self.at.values().map(|at| &self.held[*at as usize])
    }
    /// Returns what is held of one facility's departments.
    pub fn of_facility(&self, ik: &Ik) -> impl Iterator<Item = &Held> {
        let ik = ik.clone();
        let first = DepartmentId { facility: ik.clone(), department: crate::id::DepartmentKey::lowest() };
        self.at.range(first..).take_while(move |(id, _)| id.facility == ik).map(|(_, at)| &self.held[*at as usize])
    }
    /// Returns the facility's name and place for people.
    pub fn facility(&self, ik: &Ik) -> Option<(&str, &str)> {
        let site = self.sites.get(*self.site_of.get(ik)? as usize)?;
        Some((&site.name, &site.place))
    }
    /// Returns the member that speaks for the facility.
    pub fn member_of(&self, ik: &Ik) -> Option<&MemberId> {
        let member = self.site_members.get(*self.site_of.get(ik)? as usize)?;
        self.members.get(*member as usize)
    }
    /// Returns how many departments are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }
    /// Returns whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

//! The board: every department's statement in memory, and the columns that the search runs over.

use std::collections::BTreeMap;

use super::columns::{Columns, Spot, WORD};
use crate::{
    capacity::{DepartmentId, EquivocationProof, Held, Merged, SignedCapacity},
    id::{Ik, MemberId},
    limits::MAX_DEPARTMENTS,
    membership::NetworkDocument,
    place::Coordinates,
};

/// A facility of the network document.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) ik: Ik,
    /// Its member's place in the member list.
    pub(super) member: u32,
    pub(super) unit: [f64; 3],
    pub(super) name: String,
    pub(super) place: String,
}

/// Every department's statement that this node holds, ready to be searched.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub(super) columns: Columns,
    pub(super) held: Vec<Held>,
    pub(super) sites: Vec<Site>,
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
        for (at, member) in (0..).zip(&document.members) {
            for f in &member.facilities {
                let unit = Coordinates { latitude: f.latitude, longitude: f.longitude }.unit();
                self.sites.push(Site { ik: f.ik.clone(), member: at, unit, name: f.name.clone(), place: f.place.clone() });
            }
        }
        self.site_of = (0..).zip(&self.sites).map(|(at, site)| (site.ik.clone(), at)).collect();
        let known: Vec<Ik> = self.site_of.keys().cloned().collect();
        self.retain(|record| known.binary_search(&record.record.id.facility).is_ok())
    }

    /// Drops the records that `keep` does not hold for; their names are returned.
    pub fn retain(&mut self, keep: impl Fn(&SignedCapacity) -> bool) -> Vec<DepartmentId> {
        let (stay, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut self.held).into_iter().partition(|held| keep(&held.record));
        self.columns = Columns::default();
        self.at.clear();
        stay.into_iter().for_each(|held| self.insert(held));
        gone.into_iter().map(|held| held.record.record.id).collect()
    }

    fn spot(&self, ik: &Ik) -> Option<Spot> {
        self.site_of.get(ik).map(|site| Spot { site: *site, unit: self.sites[*site as usize].unit })
    }

    fn insert(&mut self, held: Held) {
        let id = held.record.record.id.clone();
        let spot = self.spot(&id.facility);
        self.columns.push(&held.record, spot);
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
        let spot = self.spot(&self.held[at].record.record.id.facility);
        self.columns.set(at, &self.held[at].record, spot);
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
        self.rows_of_facility(ik).map(|row| &self.held[row])
    }
    /// Returns the rows of one facility's departments.
    pub(super) fn rows_of_facility(&self, ik: &Ik) -> impl Iterator<Item = usize> {
        let ik = ik.clone();
        let first = DepartmentId { facility: ik.clone(), department: crate::id::DepartmentKey::lowest() };
        self.at.range(first..).take_while(move |(id, _)| id.facility == ik).map(|(_, at)| *at as usize)
    }
    /// Returns the rows of all departments of a member's facilities.
    pub(super) fn rows_of_member(&self, member: &MemberId) -> impl Iterator<Item = usize> {
        let place = self.members.iter().position(|listed| listed == member).map_or(u32::MAX, |at| at as u32);
        // Sites stand in the order of their members.
        let first = self.sites.partition_point(|site| site.member < place);
        self.sites[first..].iter().take_while(move |site| site.member == place).flat_map(|site| self.rows_of_facility(&site.ik))
    }
    /// Returns rows as bits, a word for each [`WORD`] of them; nothing if there are none.
    pub(super) fn as_bits(&self, rows: impl Iterator<Item = usize>) -> Vec<u64> {
        let mut bits = Vec::new();
        for row in rows {
            bits.resize(self.columns.words(), 0);
            bits[row / WORD] |= 1 << (row % WORD);
        }
        bits
    }
    /// Returns the facility's name and place for people.
    pub fn facility(&self, ik: &Ik) -> Option<(&str, &str)> {
        let site = self.sites.get(*self.site_of.get(ik)? as usize)?;
        Some((&site.name, &site.place))
    }
    /// Returns the member that speaks for the facility.
    pub fn member_of(&self, ik: &Ik) -> Option<&MemberId> {
        let site = self.sites.get(*self.site_of.get(ik)? as usize)?;
        self.members.get(site.member as usize)
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

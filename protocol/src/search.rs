//! Search for a free place: hard constraints first, then an order that explains itself.
//!
//! A search reads this node's own copies ([`Board`]) and asks nobody, so nobody learns that somebody is looking. It hides
//! nothing silently: places that are left out are counted by the reason, and every place shown carries the points that put
//! it where it is. What is shown can be asked for: expired records, suspended members and the own member are left out.

mod board;
mod columns;
mod mask;
mod scan;
#[cfg(test)]
mod tests;

pub use board::Board;

use crate::{
    address::Order,
    capacity::DepartmentId,
    catalogue::{Ahb, Constraint, Language, Payer, Room, Setting},
    id::{DepartmentKey, Ik, MemberId},
    place::Coordinates,
    time::{Day, Timestamp},
};

/// What is looked for. All but `wishes` and `origin` are hard: a place that does not meet them is not shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Query {
    /// The indication group that must be treated.
    pub indication: Option<Ahb>,
    /// The kind of department, by the first four digits of its key.
    pub department: Option<DepartmentKey>,
    /// First day on which the patient can come.
    pub from: Day,
    /// Last day on which the patient can come.
    pub until: Day,
    /// Inpatient, day care or acute.
    pub setting: Option<Setting>,
    /// Needs that must be met, all of them.
    pub constraints: Vec<Constraint>,
    /// The payer with whom there must be a contract.
    pub payer: Option<Payer>,
    /// The kind of room there must be.
    pub room: Option<Room>,
    /// Languages that must be spoken besides German.
    pub languages: Vec<Language>,
    /// From where distances count.
    pub origin: Option<Coordinates>,
    /// Greatest straight-line distance from `origin`, kilometres.
    pub max_km: Option<u16>,
    /// What the patient wishes; moves places up, excludes none.
    pub wishes: Wishes,
    /// Most hits wanted.
    pub limit: usize,
}

/// The patient's wishes (Wunsch- und Wahlrecht, §8 SGB IX).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wishes {
    /// Facilities named by the patient.
    pub facilities: Vec<Ik>,
    /// A place to be near to, such as where relatives live, and how near, in kilometres.
    pub near: Option<(Coordinates, u16)>,
}

impl Query {
    /// Returns a search for any place in a span of days.
    pub fn between(from: Day, until: Day) -> Self {
        Self {
            indication: None,
            department: None,
            from,
            until,
            setting: None,
            constraints: Vec::new(),
            payer: None,
            room: None,
            languages: Vec::new(),
            origin: None,
            max_km: None,
            wishes: Wishes::default(),
            limit: 20,
        }
    }
}

/// The order is a sum of points, the fewest first. The numbers are a convention of the network, not a medical judgement,
/// and every hit lists its own.
pub mod points {
    /// For each day later than the earliest wished day.
    pub const PER_DAY: i32 = 100;
    /// For each kilometre: 25 km weigh as much as a day.
    pub const PER_KM: i32 = 4;
    /// For a statement that nobody renewed for a day.
    pub const STALE: i32 = 150;
    /// For a facility that the patient named: worth two weeks.
    pub const NAMED: i32 = -1_400;
    /// For a facility near to where the patient wishes to be: worth five days.
    pub const NEAR: i32 = -500;
}

/// Why a hit stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Days of waiting after the earliest wished day.
    Wait(u32),
    /// Kilometres from the origin, rounded.
    Distance(u32),
    /// Hours since somebody last said that the figures are right.
    Stale(u64),
    /// The patient named the facility.
    Named,
    /// Near to where the patient wishes to be: kilometres, rounded.
    Near(u32),
}

/// A place that can be asked for.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Hit {
    /// Facility and department.
    pub id: DepartmentId,
    /// The member to ask.
    pub member: MemberId,
    /// The facility's name and place for people.
    pub facility: String,
    /// Where the facility is, for people.
    pub place: String,
    /// The department's short name.
    pub department: String,
    /// The first day within the wished span with a free place.
    pub earliest: Day,
    /// Free places on that day.
    pub free: u16,
    /// All beds of the department.
    pub beds: u16,
    /// Straight-line distance from the origin, kilometres.
    pub km: Option<f64>,
    /// When somebody there last said that the figures are right.
    pub observed_at: Timestamp,
    /// Seconds since then.
    pub age_s: u64,
    /// Whether it is shown grey: older than a day.
    pub stale: bool,
    /// Whether its writer was caught saying two different things.
    pub contradicted: bool,
    /// The statement's order, to compare with a live confirmation.
    pub order: Order,
    /// The sum of the points.
    pub points: i32,
    /// What the points are for.
    pub why: Vec<(Why, i32)>,
}

/// Why places are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It belongs to the searching member itself.
    Own,
    /// Its member is suspended or may not hold conversations.
    NotServing,
    /// Its figures are no longer valid.
    Expired,
    /// It treats other indication groups.
    Indication,
    /// It is another kind of department.
    Department,
    /// It is not inpatient, day care or acute as asked.
    Setting(Setting),
    /// It cannot meet this need.
    Constraint(Constraint),
    /// It has no contract with the payer.
    Payer(Payer),
    /// It has no such room.
    Room(Room),
    /// The language is not spoken.
    Language(Language),
    /// No day in the span has a free place.
    Full,
    /// It is farther away than allowed.
    TooFar,
}

/// How many places are not shown for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exclusion {
    /// The reason.
    pub reason: Reason,
    /// Places to which it applies. A place that fails in several ways counts under each, except that one which cannot be
    /// asked at all, or treats something else, counts under that only.
    pub places: u32,
    /// Places to which nothing else applies: they would be shown without it.
    pub alone: u32,
}

/// The outcome of a search.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// The best places, in order.
    pub hits: Vec<Hit>,
    /// How many places meet the hard constraints; `hits` holds the best of them.
    pub matching: u32,
    /// How many departments state anything.
    pub departments: u32,
    /// Why the others are not shown.
    pub excluded: Vec<Exclusion>,
}

/// Why no department of a member can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// The searching member itself.
    Own,
    /// Suspended, removed, or no clinic.
    NotServing,
}

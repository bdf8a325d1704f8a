//! What staff state about a department's free places, before held ones are taken off.

pub mod file;

use std::time::Duration;

use verbund_protocol::{
    address::Order,
    capacity::{CapacityRecord, DepartmentId},
    catalogue::{Ahb, Constraint, Language, Payer, Room, Setting},
    time::{Day, Timestamp},
};

/// How long a statement counts if nobody says otherwise, hours.
pub const DEFAULT_VALID_HOURS: u16 = 72;

/// A statement as staff or a file give it. In JSON all but the department may be left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// Which department: `{"facility":"…","department":"…"}`.
    pub id: DepartmentId,
    /// Short name of the department.
    #[serde(default)]
    pub name: String,
    /// All beds or treatment places.
    #[serde(default)]
    pub beds: u16,
    /// The day that the first entry of `free` is for.
    #[serde(default)]
    pub first_day: Day,
    /// Places free on each day from then on, held ones included.
    #[serde(default)]
    pub free: Vec<u16>,
    /// Inpatient, day care, acute.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// Indication groups treated.
    #[serde(default)]
    pub indications: Vec<Ahb>,
    /// Needs that can be met.
    #[serde(default)]
    pub constraints: Vec<Constraint>,
    /// Payers with whom there is a contract.
    #[serde(default)]
    pub payers: Vec<Payer>,
    /// Kinds of rooms.
    #[serde(default)]
    pub rooms: Vec<Room>,
    /// Languages spoken besides German.
    #[serde(default)]
    pub languages: Vec<Language>,
    /// For how many hours the statement counts unless it is renewed.
    #[serde(default = "default_valid_hours")]
    pub valid_hours: u16,
}

fn default_valid_hours() -> u16 {
    DEFAULT_VALID_HOURS
}

impl Stated {
    /// Returns a statement about a department that says nothing yet.
    pub fn new(id: DepartmentId) -> Self {
        Self {
            id,
            name: String::new(),
            beds: 0,
            first_day: Day(0),
            free: Vec::new(),
            settings: Vec::new(),
            indications: Vec::new(),
            constraints: Vec::new(),
            payers: Vec::new(),
            rooms: Vec::new(),
            languages: Vec::new(),
            valid_hours: DEFAULT_VALID_HOURS,
        }
    }

    /// Returns the record to publish: this statement as somebody last found it right at `observed_at`, with `free` places
    /// left after the held ones are taken off.
    pub fn record(&self, order: Order, observed_at: Timestamp, free: Vec<u16>) -> CapacityRecord {
        CapacityRecord {
            id: self.id.clone(),
            order,
            observed_at,
            valid_until: observed_at.plus(Duration::from_secs(u64::from(self.valid_hours) * 3600)),
            beds: self.beds,
            first_day: self.first_day,
            free,
            settings: self.settings.clone(),
            indications: self.indications.clone(),
            constraints: self.constraints.clone(),
            payers: self.payers.clone(),
            rooms: self.rooms.clone(),
            languages: self.languages.clone(),
            name: self.name.clone(),
            // Whatever the figure, an older version must carry it on.
            #[cfg(feature = "raised-version")]
            waiting: Some(3),
        }
    }
}

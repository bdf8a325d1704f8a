//! What people call a clinic, and where it lies: as the network document has it.

use verbund_protocol::{id::Ik, place::Coordinates};

use super::Work;

/// A clinic as people know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clinic {
    /// Its name.
    pub name: String,
    /// Its town.
    pub place: String,
    /// Where it lies; nothing once it has left the network.
    pub at: Option<Coordinates>,
}

impl Clinic {
    /// Returns the clinic of this name, of which nothing else is known.
    pub const fn named(name: String) -> Self {
        Self { name, place: String::new(), at: None }
    }
    /// Returns name and town on one line.
    pub fn line(&self) -> String {
        if self.place.is_empty() { self.name.clone() } else { format!("{}, {}", self.name, self.place) }
    }
}

/// Returns the clinic with this number; one that has left the network is called by its number.
pub fn of(work: &Work<'_>, ik: &Ik) -> Clinic {
    let member = work.membership.member_by_ik(ik);
    match member.and_then(|member| member.facilities.iter().find(|facility| facility.ik == *ik)) {
        Some(facility) => {
            let at = Coordinates { latitude: facility.latitude, longitude: facility.longitude };
            Clinic { name: facility.name.clone(), place: facility.place.clone(), at: Some(at) }
        }
        None => Clinic::named(ik.to_string()),
    }
}

//! Lists of codes as bits, so that one comparison tells which departments meet a need.

use crate::{
    capacity::CapacityRecord,
    catalogue::Language,
    search::{Query, Reason},
};

/// Where each list lies among the bits: first bit and number of bits. A code's bit is its number; a number beyond the list's bits is
/// folded back onto them, and the exact lists are compared too where that happened.
const CONSTRAINTS: (usize, u16) = (0, 48);
const PAYERS: (usize, u16) = (48, 12);
const ROOMS: (usize, u16) = (60, 12);
const SETTINGS: (usize, u16) = (72, 8);
const LANGUAGES: (usize, u16) = (80, 48);
const INDICATIONS: (usize, u16) = (128, 128);
/// Bits of all lists together.
pub(super) const BITS: usize = 256;

/// Returns a code's bit, and whether it was folded onto another's.
fn place((first, width): (usize, u16), number: u16) -> (usize, bool) {
    (first + usize::from(number % width), number >= width)
}

/// Returns the bits of everything that a department offers, each with whether it was folded.
pub(super) fn offered(record: &CapacityRecord) -> impl Iterator<Item = (usize, bool)> {
    let indications = record.indications.iter().map(|code| place(INDICATIONS, code.number()));
    let constraints = record.constraints.iter().map(|code| place(CONSTRAINTS, code.number()));
    let payers = record.payers.iter().map(|code| place(PAYERS, code.number()));
    let rooms = record.rooms.iter().map(|code| place(ROOMS, code.number()));
    let settings = record.settings.iter().map(|code| place(SETTINGS, code.number()));
    let languages = record.languages.iter().map(|code| place(LANGUAGES, code.number()));
    indications.chain(constraints).chain(payers).chain(rooms).chain(settings).chain(languages)
}

/// Something that a department must have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// Its bit.
    pub(super) bit: usize,
    /// Whether its code was folded onto another's bit.
    pub(super) folded: bool,
    /// The reason that a lack of it is.
    pub(super) reason: Reason,
}

impl Need {
    fn new(list: (usize, u16), number: u16, reason: Reason) -> Self {
        let (bit, folded) = place(list, number);
        Self { bit, folded, reason }
    }

    /// Returns whether `record` meets the need, by the exact lists.
    pub(super) fn met_by(&self, record: &CapacityRecord, query: &Query) -> bool {
        match self.reason {
            Reason::Indication => query.indication.is_none_or(|code| record.indications.contains(&code)),
            Reason::Setting(code) => record.settings.contains(&code),
            Reason::Constraint(code) => record.constraints.contains(&code),
            Reason::Payer(code) => record.payers.contains(&code),
            Reason::Room(code) => record.rooms.contains(&code),
            Reason::Language(code) => record.languages.contains(&code),
            Reason::Own | Reason::NotServing | Reason::Expired | Reason::Department | Reason::Full | Reason::TooFar => true,
        }
    }
}

/// Returns the need of the indication, which comes before all others.
pub(super) fn indication(query: &Query) -> Option<Need> {
    query.indication.map(|code| Need::new(INDICATIONS, code.number(), Reason::Indication))
}

/// Returns the other needs of `query`.
pub(super) fn needs(query: &Query) -> impl Iterator<Item = Need> {
    // German is spoken everywhere and stated nowhere.
    const GERMAN: Language = Language::new(1);
    let setting = query.setting.map(|code| Need::new(SETTINGS, code.number(), Reason::Setting(code)));
    let constraints = query.constraints.iter().map(|code| Need::new(CONSTRAINTS, code.number(), Reason::Constraint(*code)));
    let payer = query.payer.map(|code| Need::new(PAYERS, code.number(), Reason::Payer(code)));
    let room = query.room.map(|code| Need::new(ROOMS, code.number(), Reason::Room(code)));
    let spoken = query.languages.iter().filter(|language| **language != GERMAN);
    let languages = spoken.map(|code| Need::new(LANGUAGES, code.number(), Reason::Language(*code)));
    setting.into_iter().chain(constraints).chain(payer).chain(room).chain(languages)
}

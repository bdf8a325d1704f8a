//! Lists of codes as bits, so that one comparison tells whether a department meets every need.

use crate::{
    capacity::CapacityRecord,
    catalogue::{Constraint, Language, Payer, Room, Setting},
    search::{Query, Reason},
};

/// Where each list lies within the word: first bit and number of bits. A code's bit is its number; a number beyond the
/// list's bits is folded back onto them, and the row and query say so, so that the exact lists are compared too.
const CONSTRAINTS: (u32, u32) = (0, 48);
const PAYERS: (u32, u32) = (48, 12);
const ROOMS: (u32, u32) = (60, 12);
const SETTINGS: (u32, u32) = (72, 8);
const LANGUAGES: (u32, u32) = (80, 48);
const INDICATIONS: (u32, u32) = (0, 128);

/// Bits of codes, and whether any was folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) bits: u128,
    pub(super) folded: bool,
}

impl Bits {
    fn add(&mut self, (first, width): (u32, u32), numbers: impl Iterator<Item = u16>) {
        for number in numbers.map(u32::from) {
            self.bits |= 1 << (first + number % width);
            self.folded |= number >= width;
        }
    }
}

/// Returns the indications treated, and everything else offered, as bits.
pub(super) fn offered(record: &CapacityRecord) -> (Bits, Bits) {
    let (mut indications, mut traits) = (Bits::default(), Bits::default());
    indications.add(INDICATIONS, record.indications.iter().map(|code| code.number()));
    traits.add(CONSTRAINTS, record.constraints.iter().map(|code| code.number()));
    traits.add(PAYERS, record.payers.iter().map(|code| code.number()));
    traits.add(ROOMS, record.rooms.iter().map(|code| code.number()));
    traits.add(SETTINGS, record.settings.iter().map(|code| code.number()));
    traits.add(LANGUAGES, record.languages.iter().map(|code| code.number()));
    (indications, traits)
}

/// Returns the bits that a department must have: for the indication, and for everything else.
pub(super) fn needed(query: &Query) -> (Bits, Bits) {
    let (mut indications, mut traits) = (Bits::default(), Bits::default());
    indications.add(INDICATIONS, query.indication.iter().map(|code| code.number()));
    traits.add(CONSTRAINTS, query.constraints.iter().map(|code| code.number()));
    traits.add(PAYERS, query.payer.iter().map(|code| code.number()));
    traits.add(ROOMS, query.room.iter().map(|code| code.number()));
    traits.add(SETTINGS, query.setting.iter().map(|code| code.number()));
    traits.add(LANGUAGES, spoken(query).map(Language::number));
    (indications, traits)
}

/// German is spoken everywhere and stated nowhere.
fn spoken(query: &Query) -> impl Iterator<Item = Language> {
    const GERMAN: Language = Language::new(1);
    query.languages.iter().copied().filter(|language| *language != GERMAN)
}

/// Returns whether `reason` does not keep `record` out, by the exact lists.
pub(super) fn has(record: &CapacityRecord, reason: Reason) -> bool {
    match reason {
        Reason::Setting(code) => record.settings.contains(&code),
        Reason::Constraint(code) => record.constraints.contains(&code),
        Reason::Payer(code) => record.payers.contains(&code),
        Reason::Room(code) => record.rooms.contains(&code),
        Reason::Language(code) => record.languages.contains(&code),
        Reason::Own | Reason::NotServing | Reason::Expired | Reason::Indication | Reason::Department | Reason::Full | Reason::TooFar => true,
    }
}

/// Returns what `query` needs, each with its bit and the reason that a lack of it is.
pub(super) fn needs(query: &Query) -> impl Iterator<Item = (u128, Reason)> {
    let bit = |(first, width): (u32, u32), number: u16| 1_u128 << (first + u32::from(number) % width);
    let setting = query.setting.map(|code: Setting| (bit(SETTINGS, code.number()), Reason::Setting(code)));
    let payer = query.payer.map(|code: Payer| (bit(PAYERS, code.number()), Reason::Payer(code)));
    let room = query.room.map(|code: Room| (bit(ROOMS, code.number()), Reason::Room(code)));
    let constraints = query.constraints.iter().map(move |code: &Constraint| (bit(CONSTRAINTS, code.number()), Reason::Constraint(*code)));
    let languages = spoken(query).map(move |code| (bit(LANGUAGES, code.number()), Reason::Language(code)));
    setting.into_iter().chain(constraints).chain(payer).chain(room).chain(languages)
}

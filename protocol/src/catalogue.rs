//! Code lists as versioned data: what a number on the wire means, from when, and in both languages.
//!
//! Messages carry numbers, never words, so a pseudonymous message cannot hold a name. A list changes by a new row with a
//! `valid_from`, not by new code: the shipped rows are `protocol/data/codes.csv` and `protocol/data/rare_icd.csv`. A number
//! this version does not know (from a newer list) is kept and shown as "unknown", never refused; senders use only what
//! [`Catalogue::check`] allows on that day.

mod codes;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

pub use codes::*;

use crate::time::Day;

/// Defines the lists once: variant, its word in the data file and in commands, and what it holds.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident = $word:literal),* $(,)?) => {
        /// The names of all code lists.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum List { $($(#[$doc])* $name),* }

        impl List {
            /// Every list, in the order they are defined.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Returns the list's name in data files and commands.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
            /// Returns the list with that name.
            pub fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

lists! {
    /// Indication groups for follow-on rehabilitation (DRV; the GKV's own entries from 20).
    Ahb = "ahb",
    /// Classes of operations.
    Surgery = "surgery",
    /// Side of the body.
    Laterality = "laterality",
    /// Bands of the SINGER profile.
    Singer = "singer",
    /// Bands of the Barthel index.
    Barthel = "barthel",
    /// Walking aids.
    Mobility = "mobility",
    /// Weight-bearing classes.
    WeightBearing = "weight-bearing",
    /// Ability to travel.
    Travel = "travel",
    /// Inpatient, day care, acute.
    Setting = "setting",
    /// Kinds of transport.
    Transport = "transport",
    /// Hard constraints a clinic must be able to meet.
    Constraint = "constraint",
    /// Diets.
    Diet = "diet",
    /// Languages.
    Language = "language",
    /// Kinds of payer.
    Payer = "payer",
    /// State of the payer's approval.
    Approval = "approval",
    /// Urgency of a transfer.
    Urgency = "urgency",
    /// Why a transfer is necessary without consent.
    Necessity = "necessity",
    /// Why a rare code is sent all the same.
    RareReason = "rare-reason",
    /// Questions to the asking clinic.
    Question = "question",
    /// Answers to them.
    Answer = "answer",
    /// Why an inquiry or referral is declined.
    Decline = "decline",
    /// Why an offer ended.
    OfferEnd = "offer-end",
    /// Why an admission date changes.
    DateChange = "date-change",
    /// Why the asking clinic withdraws.
    Withdraw = "withdraw",
    /// Why the owner of the bed cancels.
    Cancel = "cancel",
    /// Why a patient did not come.
    NoShow = "no-show",
    /// What the payer decided.
    PayerDecision = "payer-decision",
    /// Why an AHB begins later than 14 days after discharge.
    AhbException = "ahb-exception",
    /// Kinds of room.
    Room = "room",
    /// Therapies offered.
    Therapy = "therapy",
    /// Why there is no discharge report.
    ReportMissing = "report-missing",
    /// Why bodies were erased.
    Erasure = "erasure",
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// The number that travels; never reused for another meaning.
    pub number: u16,
    /// The word for commands and interfaces.
    pub key: String,
    /// First day it may be used.
    pub valid_from: Day,
    /// Last day it may be used; open if absent.
    pub valid_until: Option<Day>,
    /// Whether so few people carry it that it counts towards the re-identification guard.
    pub rare: bool,
    /// German label.
    pub de: String,
    /// English label.
    pub en: String,
}

impl Entry {
    fn valid_on(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }
}

/// A code list file cannot be used, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// A row is not understood.
    #[error("line {line} of the code lists: {what}")]
    Row {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A code is not in its list or not on this day.
    #[error("{list} has no code {code} valid on {day}; see `verbund inquiry codes {list}`")]
    Unknown {
        /// The list.
        list: &'static str,
        /// The number.
        code: u16,
        /// The day asked for.
        day: Day,
    },
}

/// All lists in force.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    lists: BTreeMap<List, BTreeMap<u16, Entry>>,
    rare_icd: BTreeSet<u16>,
}

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    // A test parses both files, so this holds in every build that passed.
    Catalogue::parse(include_str!("../data/codes.csv"), include_str!("../data/rare_icd.csv")).expect("the shipped code lists are well-formed")
});

impl Catalogue {
    /// Returns the lists shipped with this version.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads lists from the text of the two data files (their heads describe the columns).
    ///
    /// # Errors
    /// [`CatalogueError::Row`] names the first line that is not understood.
    pub fn parse(codes: &str, rare_icd: &str) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        for (line, text) in rows(codes) {
            let (list, entry) = row(text).map_err(|what| CatalogueError::Row { line, what })?;
            if catalogue.lists.entry(list).or_default().insert(entry.number, entry).is_some() {
                return Err(CatalogueError::Row { line, what: "this number is in the list already" });
            }
        }
        for (line, text) in rows(rare_icd) {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let number = |text: &str| text.parse::<Icd3>().map(Icd3::number).map_err(|_| CatalogueError::Row { line, what: "not a three-character ICD code" });
            catalogue.rare_icd.extend(number(first)?..=number(last)?);
        }
        Ok(catalogue)
    }

    /// Returns the row of a number, valid today or not.
    pub fn entry(&self, list: List, number: u16) -> Option<&Entry> {
        self.lists.get(&list)?.get(&number)
    }
    /// Returns the number with that key, or written as that number.
    pub fn find(&self, list: List, word: &str) -> Option<u16> {
        let rows = self.lists.get(&list)?;
        rows.values().find(|entry| entry.key == word).map(|entry| entry.number).or_else(|| word.parse().ok().filter(|number| rows.contains_key(number)))
    }
    /// Returns all rows of a list in the order of their numbers.
    pub fn rows(&self, list: List) -> impl Iterator<Item = &Entry> {
        self.lists.get(&list).into_iter().flat_map(BTreeMap::values)
    }
    /// Returns the key of a number, or the number itself where a newer list defines it.
    pub fn key(&self, list: List, number: u16) -> String {
        self.entry(list, number).map_or_else(|| number.to_string(), |entry| entry.key.clone())
    }
    /// Returns the English label, or says that the number is from a newer list.
    pub fn label(&self, list: List, number: u16) -> String {
        self.entry(list, number).map_or_else(|| format!("unknown code {number}"), |entry| entry.en.clone())
    }
    /// Returns whether a code counts towards the re-identification guard. One that is not known here counts.
    pub fn rare(&self, list: List, number: u16) -> bool {
        self.entry(list, number).is_none_or(|entry| entry.rare)
    }
    /// Returns whether a diagnosis is on the shipped list of rare ones.
    pub fn rare_icd(&self, icd: Icd3) -> bool {
        self.rare_icd.contains(&icd.number())
    }
    /// Checks that a sender may use the code on `day`.
    ///
    /// # Errors
    /// [`CatalogueError::Unknown`] names list and number.
    pub fn check(&self, list: List, number: u16, day: Day) -> Result<(), CatalogueError> {
        let known = self.entry(list, number).is_some_and(|entry| entry.valid_on(day));
        if known { Ok(()) } else { Err(CatalogueError::Unknown { list: list.word(), code: number, day }) }
    }
}

fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn row(text: &str) -> Result<(List, Entry), &'static str> {
    let parts: Vec<&str> = text.split(';').collect();
    let [list, number, key, from, until, rare, de, en] = parts[..] else { return Err("a row has eight columns") };
    let valid_until = if until.is_empty() { None } else { Some(until.parse().map_err(|_| "valid_until is a day such as 2026-01-01")?) };
    if key.is_empty() || key.parse::<u16>().is_ok() || de.is_empty() || en.is_empty() {
        return Err("key and both labels are needed, and a key is not a number");
    }
    let entry = Entry {
        number: number.parse().map_err(|_| "the number is between 0 and 65535")?,
        key: key.to_owned(),
        valid_from: from.parse().map_err(|_| "valid_from is a day such as 2026-01-01")?,
        valid_until,
        rare: match rare {
            "" => false,
            "1" => true,
            _ => return Err("rare is 1 or empty"),
        },
        de: de.to_owned(),
        en: en.to_owned(),
    };
    Ok((List::named(list).ok_or("no such list")?, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_lists_are_complete() {
        let catalogue = Catalogue::shipped();
        for list in List::ALL {
            assert!(catalogue.rows(*list).count() >= 2, "{}", list.word());
            assert_eq!(List::named(list.word()), Some(*list));
            let keys: BTreeSet<&str> = catalogue.rows(*list).map(|entry| entry.key.as_str()).collect();
            assert_eq!(keys.len(), catalogue.rows(*list).count(), "a key twice in {}", list.word());
        }
        assert!(catalogue.rare_icd("Q90".parse().unwrap()) && catalogue.rare_icd("B22".parse().unwrap()));
        assert!(!catalogue.rare_icd("M16".parse().unwrap()) && !catalogue.rare_icd("B25".parse().unwrap()));
    }

    #[test]
    fn a_code_is_used_only_while_valid() {
        let catalogue = Catalogue::parse("ahb;1;a;2026-01-01;2026-12-31;;x;y", "").unwrap();
        assert_eq!(catalogue.check(List::Ahb, 1, "2026-06-01".parse().unwrap()), Ok(()));
        for day in ["2025-12-31", "2027-01-01"] {
            let day = day.parse().unwrap();
            assert_eq!(catalogue.check(List::Ahb, 1, day), Err(CatalogueError::Unknown { list: "ahb", code: 1, day }));
        }
        assert_eq!(catalogue.label(List::Ahb, 7), "unknown code 7");
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let bad = |codes, rare| Catalogue::parse(codes, rare).map(|_| ()).unwrap_err();
        assert_eq!(bad("# head\nahb;1;a;2026-01-01;;;x", ""), CatalogueError::Row { line: 2, what: "a row has eight columns" });
        assert_eq!(bad("foo;1;a;2026-01-01;;;x;y", ""), CatalogueError::Row { line: 1, what: "no such list" });
        assert_eq!(bad("ahb;1;a;2026-01-01;;;x;y\nahb;1;b;2026-01-01;;;x;y", ""), CatalogueError::Row { line: 2, what: "this number is in the list already" });
        assert_eq!(bad("", "M1"), CatalogueError::Row { line: 1, what: "not a three-character ICD code" });
    }

    #[test]
    fn codes_read_as_key_or_number() {
        let by_key: Constraint = "dialysis".parse().unwrap();
        assert_eq!(Ok(by_key), "4".parse());
        assert_eq!(by_key.to_string(), "dialysis");
        assert!("Erika Mustermann".parse::<Constraint>().is_err());
    }
}

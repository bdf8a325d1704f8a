//! What identifies a person: only in an identified referral to the one clinic the patient chose, and in a clinic's own records.
//!
//! `Debug` shows none of it, so that no log ever does.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};
use time::{Date, Month};

use crate::time::Day;

/// Not what identifies a person. The text itself is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPerson {
    /// Not a capital letter and nine digits.
    #[error("a KVNR is one capital letter and nine digits, such as X110411675")]
    KvnrShape,
    /// The last digit does not follow from the rest.
    #[error("the check digit of this KVNR is wrong: compare it with the insurance card")]
    KvnrCheckDigit,
    /// Not a calendar day between 1875 and 9999.
    #[error("a birth date is a calendar day written as 1951-04-03")]
    BirthDate,
    /// None of the words.
    #[error("a gender is one of: female, male, other, unknown")]
    Gender,
}

/// Krankenversichertennummer, the unchanging ten places of it: one letter, eight digits, one check digit (§290 SGB V).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kvnr(String);

impl Kvnr {
    /// Returns the KVNR as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Kvnr {
    type Err = InvalidPerson;
    /// The letter counts as two digits (A is 01); the ten digits before the check digit are weighted 1,2,1,2,…, cross sums added,
    /// modulo 10 (§290 SGB V, GKV-Spitzenverband's rule).
    fn from_str(text: &str) -> Result<Self, InvalidPerson> {
        let [letter @ b'A'..=b'Z', digits @ ..] = text.as_bytes() else { return Err(InvalidPerson::KvnrShape) };
        if digits.len() != 9 || !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidPerson::KvnrShape);
        }
        let number = letter - b'A' + 1;
        let places = [number / 10, number % 10].into_iter().chain(digits[..8].iter().map(|digit| digit - b'0'));
        let sum: u32 = places.zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).map(|p| u32::from(p / 10 + p % 10)).sum();
        if sum % 10 == u32::from(digits[8] - b'0') { Ok(Self(text.to_owned())) } else { Err(InvalidPerson::KvnrCheckDigit) }
    }
}

/// A day of birth. Unlike a [`Day`] it may lie before 1970.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BirthDate(Date);

impl BirthDate {
    /// Returns the completed years of life on `day`; 0 before birth.
    pub fn age_on(self, day: Day) -> u32 {
        let Some(today) = day.date() else { return 0 };
        let years = today.year() - self.0.year();
        let before_birthday = (today.month() as u8, today.day()) < (self.0.month() as u8, self.0.day());
        u32::try_from(years - i32::from(before_birthday)).unwrap_or(0)
    }
}

impl FromStr for BirthDate {
    type Err = InvalidPerson;
    fn from_str(text: &str) -> Result<Self, InvalidPerson> {
        let parse = || {
            let mut parts = text.split('-');
            let mut next = |len: usize| parts.next().filter(|part| part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))?.parse::<u16>().ok();
            let (year, month, day) = (next(4)?, next(2)?, next(2)?);
            let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
            let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
            // Nobody alive was born earlier; a year such as 0051 is a slip.
            (parts.next().is_none() && year >= 1875).then_some(Self(date))
        };
        parse().ok_or(InvalidPerson::BirthDate)
    }
}

impl fmt::Display for BirthDate {
    /// Writes ISO 8601, for example `1951-04-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month() as u8, self.0.day())
    }
}

/// Administrative gender, with the words of FHIR.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Other, such as `divers`.
    Other,
    /// Not known.
    Unknown,
}

impl Gender {
    /// Returns FHIR's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for Gender {
    type Err = InvalidPerson;
    fn from_str(text: &str) -> Result<Self, InvalidPerson> {
        [Self::Female, Self::Male, Self::Other, Self::Unknown].into_iter().find(|gender| gender.word() == text).ok_or(InvalidPerson::Gender)
    }
}

impl fmt::Display for Kvnr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// All are text on the wire and in JSON, and hide themselves in `Debug`.
macro_rules! personal_text {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidPerson;
            fn try_from(text: String) -> Result<Self, InvalidPerson> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.to_string())?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                d.str()?.parse().map_err(|error: InvalidPerson| minicbor::decode::Error::custom(error).at(at))
            }
        }
    )*};
}
personal_text!(Kvnr BirthDate Gender);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn kvnr_follows_the_check_digit_rule() {
        // The examples of shared DOMAIN.md, section 5; the last is a public one that fails.
        for kvnr in ["X110411675", "T024791905", "A123456780", "X110465770"] {
            assert!(kvnr.parse::<Kvnr>().is_ok(), "{kvnr}");
        }
        assert_eq!("G995030567".parse::<Kvnr>(), Err(InvalidPerson::KvnrCheckDigit));
        for bad in ["", "X11041167", "X1104116750", "x110411675", "1110411675", "X11041167a", "Ä110411675"] {
            assert_eq!(bad.parse::<Kvnr>(), Err(InvalidPerson::KvnrShape), "{bad:?}");
        }
    }

    proptest! {
        /// Exactly one of the ten last digits is right, and no single wrong digit goes unnoticed.
        #[test]
        fn one_slip_is_always_caught(letter in b'A'..=b'Z', stem in 0_u32..100_000_000, place in 1_usize..10, slip in 1_u8..10) {
            let right: Vec<String> = (0..10).map(|check| format!("{}{stem:08}{check}", letter as char)).filter(|text| text.parse::<Kvnr>().is_ok()).collect();
            prop_assert_eq!(right.len(), 1);
            let mut wrong = right[0].clone().into_bytes();
            wrong[place] = b'0' + (wrong[place] - b'0' + slip) % 10;
            prop_assert_eq!(String::from_utf8(wrong).unwrap().parse::<Kvnr>(), Err(InvalidPerson::KvnrCheckDigit));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,12}") {
            if let Ok(date) = text.parse::<BirthDate>() {
                prop_assert_eq!(date.to_string(), text.clone());
            }
            if let Ok(kvnr) = text.parse::<Kvnr>() {
                prop_assert_eq!(kvnr.to_string(), text);
            }
        }
    }

    #[test]
    fn birth_dates_before_1970_and_ages() {
        let born: BirthDate = "1951-04-03".parse().unwrap();
        assert_eq!(born.to_string(), "1951-04-03");
        assert_eq!(born.age_on("2026-04-02".parse().unwrap()), 74);
        assert_eq!(born.age_on("2026-04-03".parse().unwrap()), 75);
        assert_eq!("2000-02-29".parse::<BirthDate>().unwrap().age_on("2001-02-28".parse().unwrap()), 0);
        assert_eq!("2030-01-01".parse::<BirthDate>().unwrap().age_on("2026-04-03".parse().unwrap()), 0);
        for bad in ["1951-4-3", "1951-02-30", "03.04.1951", "0051-04-03", "1951-04-03-1", "+951-04-03"] {
            assert_eq!(bad.parse::<BirthDate>(), Err(InvalidPerson::BirthDate), "{bad}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let kvnr: Kvnr = "X110411675".parse().unwrap();
        assert_eq!(format!("{kvnr:?} {:?} {:?}", "1951-04-03".parse::<BirthDate>().unwrap(), Gender::Male), "Kvnr(..) BirthDate(..) Gender(..)");
    }

    #[test]
    fn the_wire_checks_too() {
        let kvnr: Kvnr = "X110411675".parse().unwrap();
        assert_eq!(crate::cbor::read::<Kvnr>(&crate::cbor::write(&kvnr), 100), Ok(kvnr));
        assert!(crate::cbor::read::<Kvnr>(&crate::cbor::write(&"G995030567"), 100).is_err());
    }
}

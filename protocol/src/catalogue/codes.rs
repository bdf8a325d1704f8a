//! Numbers of the code lists, one type for each list, and the few bounded numbers that are not lists.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};

use super::{Catalogue, List};

/// A word is not a code. The word is not repeated: it could be what must not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCode {
    /// Not in the list.
    #[error("not a code of the list {list}; see `verbund inquiry codes {list}`")]
    NotListed {
        /// The list asked.
        list: &'static str,
    },
    /// Not a bounded number or short code.
    #[error("{what}")]
    Shape {
        /// How it is written.
        what: &'static str,
    },
}

/// Defines a code type over a list: a number on the wire, its key in commands and JSON.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] u16);

        impl $name {
            /// The list the number belongs to.
            pub const LIST: List = List::$name;
            /// Returns the code with this number, which need not be known to this version.
            pub const fn new(number: u16) -> Self {
                Self(number)
            }
            /// Returns the number that travels.
            pub const fn number(self) -> u16 {
                self.0
            }
            /// Returns the English label.
            pub fn label(self) -> String {
                Catalogue::shipped().label(Self::LIST, self.0)
            }
        }
        impl FromStr for $name {
            type Err = InvalidCode;
            fn from_str(text: &str) -> Result<Self, InvalidCode> {
                Catalogue::shipped().find(Self::LIST, text).map(Self).ok_or(InvalidCode::NotListed { list: Self::LIST.word() })
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidCode;
            fn try_from(text: String) -> Result<Self, InvalidCode> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.to_string()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&Catalogue::shipped().key(Self::LIST, self.0))
            }
        }
    )* };
}

codes! {
    /// An indication group.
    Ahb,
    /// A class of operation.
    Surgery,
    /// A side of the body.
    Laterality,
    /// A band of the SINGER profile.
    Singer,
    /// A band of the Barthel index.
    Barthel,
    /// A walking aid.
    Mobility,
    /// A weight-bearing class.
    WeightBearing,
    /// Ability to travel.
    Travel,
    /// Inpatient, day care or acute.
    Setting,
    /// A kind of transport.
    Transport,
    /// A hard constraint.
    Constraint,
    /// A diet.
    Diet,
    /// A language.
    Language,
    /// A kind of payer.
    Payer,
    /// State of the payer's approval.
    Approval,
    /// Urgency of a transfer.
    Urgency,
    /// Why a transfer is necessary without consent.
    Necessity,
    /// Why a rare code is sent all the same.
    RareReason,
    /// A question.
    Question,
    /// An answer.
    Answer,
    /// Why an inquiry or referral is declined.
    Decline,
    /// Why an offer ended.
    OfferEnd,
    /// Why an admission date changes.
    DateChange,
    /// Why the asking clinic withdraws.
    Withdraw,
    /// Why the owner of the bed cancels.
    Cancel,
    /// Why a patient did not come.
    NoShow,
    /// What the payer decided.
    PayerDecision,
    /// Why an AHB begins late.
    AhbException,
    /// A kind of room.
    Room,
    /// A therapy.
    Therapy,
    /// Why there is no discharge report.
    ReportMissing,
    /// Why bodies were erased.
    Erasure,
}

/// Codes that the rules themselves use, by name. A test holds them against the shipped lists.
macro_rules! named_codes {
    ($($list:ident { $($(#[$doc:meta])* $name:ident = $number:literal $key:literal),* $(,)? })*) => {
        $(impl $list { $($(#[$doc])* pub const $name: Self = Self($number);)* })*

        #[cfg(test)]
        const NAMED: &[(List, u16, &str)] = &[$($((List::$list, $number, $key)),*),*];
    };
}

named_codes! {
    Withdraw {
        /// Another clinic was chosen.
        CHOSE_OTHER = 1 "chose-other",
        /// The consent was revoked.
        CONSENT_REVOKED = 2 "consent-revoked",
        /// The patient's wish.
        PATIENT_WISH = 7 "patient-wish",
        /// No answer in time.
        NO_ANSWER = 8 "no-answer",
        /// Placed by another route.
        OTHER_ROUTE = 10 "other-route",
    }
    OfferEnd {
        /// The hold has expired.
        EXPIRED = 1 "expired",
        /// The chosen place was not confirmed in time.
        NOT_CONFIRMED = 5 "not-confirmed",
    }
    Cancel {
        /// The referral did not come.
        NO_REFERRAL = 5 "no-referral",
    }
    NoShow {
        /// Concluded from silence.
        UNKNOWN = 4 "unknown",
    }
    ReportMissing {
        /// Not received in time.
        OVERDUE = 4 "overdue",
    }
    Erasure {
        /// Declined after reading the referral.
        DECLINED = 1 "declined-after-referral",
        /// Not chosen, and the period is over.
        NOT_CHOSEN = 2 "not-chosen",
        /// Withdrawn.
        WITHDRAWN = 3 "withdrawn",
    }
    Payer {
        /// Statutory health insurance.
        GKV = 2 "gkv",
    }
    Necessity {
        /// The specialty is not available where the patient is.
        SPECIALTY = 2 "specialty",
    }
}

/// A number with an upper bound, so small that it cannot carry more than it is for.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $max:expr, $what:literal, |$text:ident| $parse:expr, |$value:ident, $f:ident| $show:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name($inner);

        impl $name {
            /// Returns the value of this number, if it is within the bound.
            pub fn new(number: $inner) -> Option<Self> {
                (number <= $max).then_some(Self(number))
            }
            /// Returns the number that travels.
            pub const fn number(self) -> $inner {
                self.0
            }
        }
        impl FromStr for $name {
            type Err = InvalidCode;
            fn from_str($text: &str) -> Result<Self, InvalidCode> {
                let number: Option<$inner> = $parse;
                number.and_then(Self::new).ok_or(InvalidCode::Shape { what: $what })
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidCode;
            fn try_from(text: String) -> Result<Self, InvalidCode> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, $f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let $value = self.0;
                $show
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, ctx: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                self.0.encode(e, ctx)
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::new(<$inner>::decode(d, ctx)?).ok_or_else(|| minicbor::decode::Error::message($what).at(at))
            }
        }
    };
}

bounded!(
    /// A decade of life: 7 is 70 to 79. The oldest band is 100 and above.
    AgeBand, u8, 10, "an age band is written by its first year: 0, 10, 20 to 100",
    |text| text.trim_end_matches('+').split('-').next().and_then(|first| first.parse::<u8>().ok()).filter(|years| years % 10 == 0).map(|years| years / 10),
    |band, f| if band == 10 { write!(f, "100+") } else { write!(f, "{0}0-{0}9", band) }
);

impl AgeBand {
    /// Returns the band of an age in years.
    pub fn of(years: u32) -> Self {
        Self((years / 10).min(10) as u8)
    }
}

bounded!(
    /// The first two digits of a postal code: the region the patient lives in.
    Region, u8, 99, "a region is the first two digits of a postal code, such as 80",
    |text| if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None },
    |region, f| write!(f, "{region:02}")
);

bounded!(
    /// An ICD-10-GM category of three characters (letter, two digits): never the full code.
    Icd3, u16, 2599, "a diagnosis in an inquiry is an ICD category of three characters, such as M16",
    |text| icd_number(text),
    |number, f| write!(f, "{}{:02}", char::from(b'A' + (number / 100) as u8), number % 100)
);

fn icd_number(text: &str) -> Option<u16> {
    let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
    let digits = text.get(1..)?;
    let fits = bytes[0].is_ascii_uppercase() && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse::<u16>().ok().map(|rest| u16::from(bytes[0] - b'A') * 100 + rest))?
}

bounded!(
    /// An ISO 8601 week: weeks since 1970-W01 (which began on Thursday's Monday, 1969-12-29). Never the day of an operation.
    Week, u16, 10_000, "a week is written by any day in it, such as 2026-11-23",
    |text| text.strip_prefix("week of ").unwrap_or(text).parse::<crate::time::Day>().ok().map(|day| Week::of(day).0),
    |week, f| write!(f, "week of {}", crate::time::Day((u32::from(week) * 7).saturating_sub(3)))
);

impl Week {
    /// Returns the week a day is in.
    pub fn of(day: crate::time::Day) -> Self {
        // 1970-01-01 was a Thursday, the fourth day of its week.
        Self(((day.0 + 3) / 7).min(10_000) as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounded_numbers_refuse_what_does_not_fit() {
        let week = Week::of("2026-11-18".parse().unwrap());
        assert_eq!(week.to_string().parse(), Ok(week), "what is written is read again");
        assert_eq!("M16".parse::<Icd3>().unwrap().to_string(), "M16");
        for bad in ["M161", "m16", "M1", "16M", "Ä1", "M1x", "Müller"] {
            assert!(bad.parse::<Icd3>().is_err(), "{bad}");
        }
        assert_eq!("05".parse::<Region>().unwrap().to_string(), "05");
        assert!("80331".parse::<Region>().is_err());
        assert_eq!(AgeBand::of(79).to_string(), "70-79");
        assert_eq!(AgeBand::of(104), "100+".parse().unwrap());
        assert!("75".parse::<AgeBand>().is_err());
        assert!(crate::cbor::read::<AgeBand>(&crate::cbor::write(&11_u8), 10).is_err());
    }

    #[test]
    fn named_codes_are_those_of_the_lists() {
        for (list, number, key) in NAMED {
            assert_eq!(Catalogue::shipped().key(*list, *number), *key);
        }
    }

    #[test]
    fn a_week_hides_the_day() {
        let week = |day: &str| Week::of(day.parse().unwrap());
        // 2026-11-23 is a Monday.
        assert_eq!(week("2026-11-23"), week("2026-11-29"));
        assert_ne!(week("2026-11-22"), week("2026-11-23"));
        assert_eq!(week("2026-11-26").to_string(), "week of 2026-11-23");
    }
}

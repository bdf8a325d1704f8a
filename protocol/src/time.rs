//! Moments and days. Moments are UTC; days are calendar days as people in the clinics mean them.

use std::{fmt, str::FromStr, time::Duration};

use minicbor::{Decode, Encode};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] pub u64);

impl Timestamp {
    /// Returns the moment `seconds` after the epoch.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// Returns whole seconds since the epoch.
    pub const fn secs(self) -> u64 {
        self.0 / 1000
    }
    /// Returns this moment plus `span`, at most the end of time.
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.as_millis().try_into().unwrap_or(u64::MAX)))
    }
    /// Returns this moment minus `span`, at least the epoch.
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.as_millis().try_into().unwrap_or(u64::MAX)))
    }
    /// Returns how long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
    /// Returns whether this moment, until which something waits, has come at `now`. One further off than `longest`, the longest such wait, was
    /// set by a clock that has been put back since: waiting for it might take for ever.
    pub fn has_come(self, now: Self, longest: Duration) -> bool {
        self <= now || self > now.plus(longest)
    }
    /// Returns the calendar day of this moment in UTC.
    pub fn day(self) -> Day {
        Day((self.0 / 86_400_000).min(u64::from(u32::MAX)) as u32)
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 in UTC with whole seconds, for example `2026-11-23T04:41:16Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.secs()).unwrap_or(i64::MAX);
        match OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|t| t.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            None => f.write_str("beyond year 9999"),
        }
    }
}

/// A word is not a moment or day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTime {
    /// Not an RFC 3339 time after 1970.
    #[error("a time is written as 2026-11-23T04:41:16Z")]
    Timestamp,
    /// Not an ISO 8601 calendar day after 1970.
    #[error("a day is written as 2026-11-23")]
    Day,
}

impl FromStr for Timestamp {
    type Err = InvalidTime;
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTime::Timestamp)?;
        let millis = parsed.unix_timestamp_nanos() / 1_000_000;
        u64::try_from(millis).map(Self).map_err(|_| InvalidTime::Timestamp)
    }
}

/// A calendar day: days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Day(#[n(0)] pub u32);

impl Day {
    /// Returns the day `days` later.
    pub const fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days))
    }
    /// Returns the day `days` earlier, at least 1970-01-01.
    pub const fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }
    /// Returns how many days this is after `earlier`; negative if before.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }
    /// Returns the first moment of the day in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(u64::from(self.0) * 86_400_000)
    }
    pub(crate) fn date(self) -> Option<Date> {
        let epoch = 2_440_588; // Julian day of 1970-01-01
        Date::from_julian_day(i32::try_from(self.0).ok()?.checked_add(epoch)?).ok()
    }
}

impl fmt::Display for Day {
    /// Writes ISO 8601, for example `2026-11-23`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{date}"),
            None => f.write_str("beyond year 9999"),
        }
    }
}

impl FromStr for Day {
    type Err = InvalidTime;
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| InvalidTime::Day)?;
        u32::try_from(date.to_julian_day() - 2_440_588).map(Self).map_err(|_| InvalidTime::Day)
    }
}

impl Timestamp {
    /// Returns the moment as RFC 3339 with its milliseconds, if it has any: nothing is lost in JSON.
    fn exact(self) -> String {
        let (whole, millis) = (self.to_string(), self.0 % 1000);
        match whole.strip_suffix('Z') {
            Some(seconds) if millis > 0 => format!("{seconds}.{millis:03}Z"),
            _ => whole,
        }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact())
    }
}
impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// In JSON and TOML both are text, as people write them.
macro_rules! text_serde {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
text_serde!(Timestamp);
text_serde!(Day);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_waits_for_a_clock_that_was_wrong() {
        let (until, longest) = (Timestamp(10_000), Duration::from_millis(500));
        let come = [9_499, 9_500, 9_999, 10_000, 20_000].map(|now| until.has_come(Timestamp(now), longest));
        assert_eq!(come, [true, false, false, true, true]);
    }

    #[test]
    fn days_and_moments_read_back() {
        let day: Day = "2026-11-23".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-23");
        assert_eq!(day.start().to_string(), "2026-11-23T00:00:00Z");
        assert_eq!("2026-11-23T04:41:16Z".parse::<Timestamp>().unwrap().day(), day);
        let exact = Timestamp(1_795_408_876_123);
        assert_eq!(exact.exact().parse(), Ok(exact));
        assert_eq!("23.11.2026".parse::<Day>(), Err(InvalidTime::Day));
        assert_eq!("1969-12-31".parse::<Day>(), Err(InvalidTime::Day));
    }
}

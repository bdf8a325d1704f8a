//! Which day it is at the clinics. All of them lie in Germany. What clinics say to each other counts days in UTC
//! ([`Timestamp::day`]), which is never ahead of Germany's, so a day of here is not over there.

use std::time::Duration;

use jiff::{ZonedDateTime, civil::DateTime, tz::TimeZone};
use verbund_protocol::time::{Day, Timestamp};

/// Every clinic of the network lies there.
const ZONE: TimeZone = jiff::tz::get!("Europe/Berlin");

/// Returns a moment as clocks in Germany show it.
pub fn local(at: Timestamp) -> ZonedDateTime {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX).to_zoned_datetime(ZONE)
}

/// Returns the day of a moment in Germany.
pub fn day(at: Timestamp) -> Day {
    at.plus(ahead(at)).day()
}

/// Returns the first moment of a day in Germany.
pub fn start(day: Day) -> Timestamp {
    // It is an hour or two before that of UTC, and clocks are never changed between the two.
    day.start().minus(ahead(day.start()))
}

/// Returns the moment at which clocks in Germany show this; nothing where time ends, or before it is counted.
pub fn moment(shown: DateTime) -> Option<Timestamp> {
    u64::try_from(ZONE.to_timestamp(shown).ok()?.as_millisecond()).ok().map(Timestamp)
}

/// Returns by how much Germany's clocks are ahead of UTC.
fn ahead(at: Timestamp) -> Duration {
    Duration::from_secs(local(at).offset().seconds().unsigned_abs().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn days_begin_at_midnight_in_germany() {
        // Winter, summer, and the days on which clocks are changed (29 March and 25 October 2026).
        for (text, begins) in [
            ("2026-11-29", "2026-11-28T23:00:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("2026-03-29", "2026-03-28T23:00:00Z"),
            ("2026-03-30", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "2026-10-24T22:00:00Z"),
            ("2026-10-26", "2026-10-25T23:00:00Z"),
        ] {
            let today: Day = text.parse().unwrap();
            assert_eq!(start(today), begins.parse().unwrap(), "{text}");
            assert_eq!((day(start(today)), day(Timestamp(start(today).0 - 1))), (today, Day(today.0 - 1)), "{text}");
        }
    }

    #[test]
    fn every_moment_lies_in_its_day_and_is_not_over_in_utc() {
        for hours in (0..24 * 366).map(|hours| hours * 3_600) {
            let at = Timestamp::from_secs(1_767_222_000 + hours);
            let today = day(at);
            assert!(start(today) <= at && at < start(today.plus(1)) && at.day() <= today);
        }
    }
}

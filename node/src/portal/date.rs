//! Days and moments as people in Germany write them: shown and typed in.

use jiff::civil;
use verbund_protocol::{
    catalogue::Week,
    person::BirthDate,
    time::{Day, Timestamp},
};

use super::words::Language;
use crate::domain::calendar::{self, local};

/// The months in English.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns a date as people write it: `3.4.1951`, in English `3 Apr 1951`.
fn written(date: civil::Date, language: Language) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    match MONTHS.get((month - 1).unsigned_abs() as usize) {
        Some(name) if language == Language::English => format!("{day} {name} {year}"),
        _ => format!("{day}.{month}.{year}"),
    }
}

/// Returns a date with a time of it, in whole minutes: 24:00 is its end.
fn with_time(date: civil::Date, (hour, minute): (i8, i8), language: Language) -> String {
    let clock = if language == Language::English { "" } else { "\u{a0}Uhr" };
    format!("{}, {hour:02}:{minute:02}{clock}", written(date, language))
}

/// Returns the day of a moment: `3.4.1951`, in English `3 Apr 1951`.
pub fn day(at: Timestamp, language: Language) -> String {
    written(local(at).date(), language)
}

/// Returns a moment: `3.4.1951, 14:05 Uhr`, where no line ends before the last word.
pub fn moment(at: Timestamp, language: Language) -> String {
    let at = local(at);
    with_time(at.date(), (at.hour(), at.minute()), language)
}

/// Returns the moment until which something is promised, as [`moment`]: midnight ends a day, as people count, and does not begin the next.
pub fn until(at: Timestamp, language: Language) -> String {
    let end = local(at);
    match end.yesterday() {
        Ok(last) if end.time() == civil::Time::midnight() => with_time(last.date(), (24, 0), language),
        _ => moment(at, language),
    }
}

/// Returns a calendar day as people write it, as [`day`].
pub fn calendar(day: Day, language: Language) -> String {
    date(day).map_or_else(|| day.to_string(), |date| written(date, language))
}

/// Returns a calendar day; nothing for one after the year 9999.
fn date(day: Day) -> Option<civil::Date> {
    civil::date(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * i64::from(day.0))).ok()
}

/// Returns a calendar day's weekday (Monday is 1), day, month and year.
pub fn parts(day: Day) -> Option<(i8, i8, i8, i16)> {
    let date = date(day)?;
    Some((date.weekday().to_monday_one_offset(), date.day(), date.month(), date.year()))
}

/// Reads a calendar day as people type it, as [`typed`].
pub fn typed_day(text: &str) -> Option<Day> {
    typed(text)?.to_string().parse().ok()
}

/// Reads a local moment as people type it: a day as [`typed`], and the time as `14:05`, `14.05` or `14`.
pub fn typed_moment(day: &str, time: &str) -> Option<Timestamp> {
    let date: civil::Date = typed(day)?.to_string().parse().ok()?;
    let (hour, minute) = time.split_once([':', '.']).unwrap_or((time, "0"));
    let time = civil::Time::new(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0, 0).ok()?;
    calendar::moment(date.to_datetime(time))
}

/// Returns the time of a moment: `14:05`.
pub fn time(at: Timestamp) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// Returns a week by its Monday and Sunday.
pub fn week(week: Week, language: Language) -> String {
    // Weeks are counted from Monday, 29 December 1969 (see `Week::of`): three days before day 0.
    let monday = u32::from(week.number()) * 7;
    let (first, last) = (Day(monday.saturating_sub(3)), Day((monday + 6).saturating_sub(3)));
    format!("{} – {}", calendar(first, language), calendar(last, language))
}

/// Returns a birth date as people write it.
pub fn birth(date: &BirthDate, language: Language) -> String {
    let iso = date.to_string();
    let Ok(day) = iso.parse::<civil::Date>() else { return iso };
    written(day, language)
}

/// Returns a birth date as it stands in a field, to be typed over: `3.4.1951` in every language.
pub fn numeric(date: &BirthDate) -> String {
    birth(date, Language::German)
}

/// Reads a date as people type it: `3.4.1951`, `03.04.1951`, `3. April 1951` no, `1951-04-03` yes, `3/4/1951` and `3 4 1951` too.
pub fn typed(text: &str) -> Option<BirthDate> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [day, month, year] if year.len() == 4 => (*year, *month, *day),
        [all] if all.len() == 8 => (&all[4..], &all[2..4], &all[..2]),
        _ => return None,
    };
    let date = civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    date.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_are_read_however_people_write_them() {
        for text in ["3.4.1951", "03.04.1951", " 3. 4. 1951", "1951-04-03", "3/4/1951", "3 4 1951", "03041951"] {
            assert_eq!(typed(text).unwrap().to_string(), "1951-04-03", "{text}");
        }
        for text in ["", "3.4.51", "31.2.1951", "1951", "heute", "3.13.1951"] {
            assert!(typed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_typed_as_a_local_day_and_time() {
        let at = typed_moment("1.7.2026", "14:05").unwrap();
        assert_eq!((moment(at, Language::German), time(at)), ("1.7.2026, 14:05\u{a0}Uhr".to_owned(), "14:05".to_owned()));
        assert_eq!(typed_moment("1.7.2026", "14.05"), Some(at));
        for wrong in ["", "25:00", "14:60", "gleich", "-1:00"] {
            assert!(typed_moment("1.7.2026", wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_local_in_summer_and_winter() {
        let at = |secs| Timestamp::from_secs(secs);
        assert_eq!(moment(at(1_782_907_200), Language::German), "1.7.2026, 14:00\u{a0}Uhr");
        assert_eq!(moment(at(1_797_854_400), Language::English), "21 Dec 2026, 13:00");
        assert_eq!(day(at(1_797_854_400), Language::German), "21.12.2026");
        let midnight = typed_moment("1.12.2026", "0:00").unwrap();
        assert_eq!([until(midnight, Language::German), until(midnight, Language::English)], ["30.11.2026, 24:00\u{a0}Uhr", "30 Nov 2026, 24:00"]);
        assert_eq!(until(at(1_782_907_200), Language::German), "1.7.2026, 14:00\u{a0}Uhr");
        assert_eq!(calendar(typed_day("21.12.2026").unwrap(), Language::German), "21.12.2026");
        assert_eq!(birth(&"1951-04-03".parse().unwrap(), Language::English), "3 Apr 1951");
    }
}

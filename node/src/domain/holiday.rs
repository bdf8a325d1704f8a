//! Public holidays of Bavaria, on which nobody is promised an answer: Art. 1 of the Feiertagsgesetz (FTG; read at
//! gesetze.io/gesetze/by/ftg/1, as last changed on 26 March 2019).

use jiff::{
    ToSpan as _,
    civil::{Date, Weekday, date},
};

/// What depends on where a clinic lies. All other holidays are the same in all of Bavaria.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Holidays {
    /// Assumption (Mariä Himmelfahrt, 15 August): in communities with mainly Catholic people. These are most of Bavaria's (about 1,700 of
    /// 2,056); the Landesamt für Statistik has the list.
    pub assumption: bool,
    /// The Peace Festival (Friedensfest, 8 August): in the city of Augsburg.
    pub augsburg_peace: bool,
}

impl Default for Holidays {
    fn default() -> Self {
        Self { assumption: true, augsburg_peace: false }
    }
}

/// Holidays on the same day of every year: month and day.
const FIXED: &[(i8, i8)] = &[
    (1, 1),   // New Year
    (1, 6),   // Epiphany
    (5, 1),   // May Day
    (10, 3),  // German Unity
    (11, 1),  // All Saints
    (12, 25), // Christmas Day
    (12, 26), // the day after it
];
/// Holidays that go with Easter: days after Easter Sunday.
const MOVING: &[i32] = &[
    -2, // Good Friday
    1,  // Easter Monday
    39, // Ascension
    50, // Whit Monday
    60, // Corpus Christi
];

impl Holidays {
    /// Returns whether a day is a public holiday. Sundays are none, unless one falls on them.
    pub fn fall_on(self, day: Date) -> bool {
        let (month, of_month) = (day.month(), day.day());
        let moves = || MOVING.iter().any(|after| easter(day.year()).checked_add(after.days()).is_ok_and(|holiday| holiday == day));
        let local = (self.assumption && (month, of_month) == (8, 15)) || (self.augsburg_peace && (month, of_month) == (8, 8));
        FIXED.contains(&(month, of_month)) || local || moves()
    }
    /// Returns whether people work on a day who do not work on weekends.
    pub fn leave_for_work(self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.fall_on(day)
    }
}

/// Returns Easter Sunday of a year, by the rule that was printed in Nature of 20 April 1876 and in Butcher's "Ecclesiastical Calendar", as
/// J. Meeus gives it (Astronomical Algorithms, chapter 8). It holds for every year of the Gregorian calendar; the letters are his.
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    date(year as i16, (n / 31) as i8, (n % 31 + 1) as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_where_the_calendars_have_it() {
        // The earliest and the latest possible, and those where simpler rules go wrong (1954, 1981, 2049, 2076).
        let known = [
            (1818, 3, 22),
            (1943, 4, 25),
            (1954, 4, 18),
            (1981, 4, 19),
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
            (2049, 4, 18),
            (2076, 4, 19),
        ];
        for (year, month, day) in known {
            assert_eq!(easter(year), date(year, month, day));
        }
        for year in 1970..=2300 {
            let found = easter(year);
            assert!(found.weekday() == Weekday::Sunday && (date(year, 3, 22)..=date(year, 4, 25)).contains(&found), "{found}");
        }
    }

    fn of(year: i16, holidays: Holidays) -> Vec<String> {
        let days = std::iter::successors(Some(date(year, 1, 1)), |day| day.tomorrow().ok().filter(|next| next.year() == year));
        days.filter(|day| holidays.fall_on(*day)).map(|day| day.strftime("%-d.%-m.").to_string()).collect()
    }

    #[test]
    fn a_year_has_the_holidays_of_bavaria() {
        let most = Holidays::default();
        assert_eq!(of(2026, most), ["1.1.", "6.1.", "3.4.", "6.4.", "1.5.", "14.5.", "25.5.", "4.6.", "15.8.", "3.10.", "1.11.", "25.12.", "26.12."]);
        assert_eq!(of(2025, most), ["1.1.", "6.1.", "18.4.", "21.4.", "1.5.", "29.5.", "9.6.", "19.6.", "15.8.", "3.10.", "1.11.", "25.12.", "26.12."]);
        // In 2008 Ascension fell on May Day.
        assert_eq!(of(2008, most), ["1.1.", "6.1.", "21.3.", "24.3.", "1.5.", "12.5.", "22.5.", "15.8.", "3.10.", "1.11.", "25.12.", "26.12."]);
        let local = |assumption, augsburg_peace| of(2027, Holidays { assumption, augsburg_peace });
        assert_eq!(local(false, false), ["1.1.", "6.1.", "26.3.", "29.3.", "1.5.", "6.5.", "17.5.", "27.5.", "3.10.", "1.11.", "25.12.", "26.12."]);
        assert!(local(true, true).contains(&"8.8.".to_owned()) && local(true, true).contains(&"15.8.".to_owned()));
    }

    #[test]
    fn people_work_on_days_that_are_neither_weekend_nor_holiday() {
        let works = |month, day| Holidays::default().leave_for_work(date(2026, month, day));
        assert!(works(12, 24) && works(12, 28) && works(8, 10));
        assert!(!works(12, 25) && !works(12, 26) && !works(12, 27) && !works(4, 6));
    }
}

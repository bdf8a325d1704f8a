//! Where something is: coordinates, straight-line distance, and a small open table of German places and postal codes.
//!
//! Names are searched line by line on each call: that takes about a millisecond, is asked for once per search, and
//! costs no memory in a hundred nodes on one machine. Postal codes stand in order and are found by halving. Sources and licences:
//! `protocol/data/README.md`.

use std::fmt;

use minicbor::{Decode, Encode};

const PLACES: &str = include_str!("../data/places.csv");
const POSTCODES: &str = include_str!("../data/postcodes.csv");

/// A point on Earth (WGS 84), in micro-degrees as in the network document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(array)]
pub struct Coordinates {
    /// Degrees north, times a million.
    #[n(0)]
    pub latitude: i32,
    /// Degrees east, times a million.
    #[n(1)]
    pub longitude: i32,
}

/// Mean radius of the Earth, kilometres (IUGG).
const EARTH_KM: f64 = 6371.0088;

impl Coordinates {
    /// Returns the point at these degrees; nothing if they are not on Earth.
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        on_earth.then(|| Self { latitude: (latitude * 1e6).round() as i32, longitude: (longitude * 1e6).round() as i32 })
    }

    /// Returns the point as a vector of length 1 from the middle of the Earth, for fast comparison of many distances.
    pub fn unit(self) -> [f64; 3] {
        let (lat, lon) = ((f64::from(self.latitude) / 1e6).to_radians(), (f64::from(self.longitude) / 1e6).to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    }

    /// Returns the straight-line (great-circle) distance to `other` in kilometres.
    pub fn km_to(self, other: Self) -> f64 {
        km_between(&self.unit(), &other.unit())
    }
}

/// Returns the great-circle distance in kilometres between two points given as [`Coordinates::unit`]. It is the haversine
/// formula with the chord worked out beforehand: half the chord is the sine of half the angle.
pub fn km_between(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let half = chord_squared(a, b).sqrt() / 2.0;
    // Within 1,270 km four terms of the series are exact to a millimetre, and much faster than the arc sine.
    let angle = if half < 0.1 { half * (1.0 + half * half * (1.0 / 6.0 + half * half * (3.0 / 40.0 + half * half * (15.0 / 336.0)))) } else { half.min(1.0).asin() };
    2.0 * EARTH_KM * angle
}

/// Returns a distance in kilometres that [`km_between`] is not below: the straight line through the Earth is shorter than the way over it.
pub fn km_at_least(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    chord_squared(a, b).sqrt() * EARTH_KM
}

/// Returns the square of the straight line through the Earth between two points, its radius being 1.
pub fn chord_squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    x * x + y * y + z * z
}

/// Returns [`chord_squared`] of two points that are `km` apart.
pub fn chord_squared_of(km: f64) -> f64 {
    let half = (km / (2.0 * EARTH_KM)).min(std::f64::consts::FRAC_PI_2).sin();
    4.0 * half * half
}

impl fmt::Display for Coordinates {
    /// Writes degrees with four decimals, for example `48.1370,11.5750`: the form that [`find`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degrees = |f: &mut fmt::Formatter<'_>, micro: i32| {
            let ten_thousandths = (micro.unsigned_abs() + 50) / 100;
            write!(f, "{}{}.{:04}", if micro < 0 { "-" } else { "" }, ten_thousandths / 10_000, ten_thousandths % 10_000)
        };
        degrees(f, self.latitude)?;
        f.write_str(",")?;
        degrees(f, self.longitude)
    }
}

/// How exactly a place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// The coordinates were given.
    Given,
    /// The middle of the place.
    Place,
    /// The middle of the postal code's place.
    PostalCode,
    /// The middle of the postal codes with the same first three digits.
    Region,
}

/// A place that a person named.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// How it is shown: name and state, postal code, or coordinates.
    pub name: String,
    /// Where it is.
    pub at: Coordinates,
    /// How exactly.
    pub precision: Precision,
}

/// A word names no place, or more than one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing of this name.
    #[error("no place called \"{asked}\" is known{}; a postal code or \"latitude,longitude\" works too", near(.similar))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// Names that begin alike.
        similar: Vec<String>,
    },
    /// Several places of this name.
    #[error("\"{asked}\" may be {}; name one of them, or its postal code", .candidates.join(" or "))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// The places, largest first, each in a form that can be asked for.
        candidates: Vec<String>,
    },
    /// Five digits that are no German postal code in the table.
    #[error("{0} is no German postal code in the table; a place name or \"latitude,longitude\" works too")]
    PostalCode(String),
    /// Two numbers that are no point on Earth.
    #[error("coordinates are written as latitude,longitude in degrees, for example 48.137,11.575")]
    Coordinates,
}

fn near(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!(" (similar: {})", similar.join("; ")) }
}

/// Most candidates or similar names in an error.
const SHOWN: usize = 8;
/// A town is meant without asking if it has this many times the inhabitants of each namesake.
const DOMINATES: u32 = 10;
/// Namesakes nearer to each other than this are one place, kilometres.
const SAME_PLACE_KM: f64 = 10.0;

/// Returns the place that `text` names: `latitude,longitude` in degrees, a five-digit postal code, or a place name with or
/// without its state (`Krumbach` or `Krumbach, BY`). Umlauts may be written as `ae`, `oe`, `ue`, case does not matter.
///
/// # Errors
/// [`PlaceError`] says what can be asked for instead.
pub fn find(text: &str) -> Result<Place, PlaceError> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        return if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) { postcode(text) } else { coordinates(text) };
    }
    named(text)
}

/// Returns where the places of a state lie, for example of `BY`: enough to see its shape.
pub fn of_state(state: &str) -> impl Iterator<Item = Coordinates> {
    rows().filter(move |row| row.state == state).map(|row| row.at)
}

fn coordinates(text: &str) -> Result<Place, PlaceError> {
    let (lat, lon) = text.split_once([',', ' ']).ok_or(PlaceError::Coordinates)?;
    let degrees = |word: &str| word.trim().parse::<f64>().map_err(|_| PlaceError::Coordinates);
    let at = Coordinates::from_degrees(degrees(lat)?, degrees(lon)?).ok_or(PlaceError::Coordinates)?;
    Ok(Place { name: at.to_string(), at, precision: Precision::Given })
}

fn postcode(code: &str) -> Result<Place, PlaceError> {
    let unknown = || PlaceError::PostalCode(code.to_owned());
    let line = line_of(code).ok_or_else(unknown)?;
    let mut parts = line.split(',').skip(1);
    let at = point(parts.next(), parts.next()).ok_or_else(unknown)?;
    let precision = if parts.next() == Some("p") { Precision::PostalCode } else { Precision::Region };
    Ok(Place { name: code.to_owned(), at, precision })
}

/// Returns the line of a postal code. The lines stand in the order of their codes, below those of the heading, which begin with `#`.
fn line_of(code: &str) -> Option<&'static str> {
    let (mut from, mut to) = (POSTCODES.rfind("\n#").map_or(0, |at| at + 1), POSTCODES.len());
    from += POSTCODES[from..].find('\n')? + 1;
    while from < to {
        let middle = from + (to - from) / 2;
        let begin = POSTCODES[from..middle].rfind('\n').map_or(from, |at| from + at + 1);
        let end = POSTCODES[begin..to].find('\n').map_or(to, |at| begin + at);
        let line = &POSTCODES[begin..end];
        match line.split(',').next().unwrap_or_default().cmp(code) {
            std::cmp::Ordering::Equal => return Some(line),
            std::cmp::Ordering::Less => from = (end + 1).min(to),
            std::cmp::Ordering::Greater => to = begin,
        }
    }
    None
}

/// A line of the table.
struct Row<'a> {
    name: &'a str,
    state: &'a str,
    at: Coordinates,
    inhabitants: u32,
}

impl Row<'_> {
    fn label(&self) -> String {
        format!("{}, {}", self.name, self.state)
    }
}

fn rows() -> impl Iterator<Item = Row<'static>> {
    PLACES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.split(',');
        let (name, state) = (parts.next()?, parts.next()?);
        let at = point(parts.next(), parts.next())?;
        Some(Row { name, state, at, inhabitants: parts.next()?.parse().ok()? })
    })
}

fn point(latitude: Option<&str>, longitude: Option<&str>) -> Option<Coordinates> {
    Coordinates::from_degrees(latitude?.parse().ok()?, longitude?.parse().ok()?)
}

fn named(text: &str) -> Result<Place, PlaceError> {
    let (name, state) = match text.rsplit_once(',') {
        Some((name, state)) => (name, Some(state.trim().to_uppercase())),
        None => (text, None),
    };
    let asked = plain(name);
    let of_state = |row: &Row<'_>| state.as_ref().is_none_or(|state| row.state == state);
    let meant = |row: &Row<'_>| {
        let full = plain(row.name);
        full == asked || (full.starts_with(&asked) && plain(short(row.name)) == asked)
    };
    let mut found: Vec<Row<'_>> = rows().filter(of_state).filter(meant).collect();
    found.sort_by_key(|row| std::cmp::Reverse(row.inhabitants));
    let Some(first) = found.first() else {
        let begins = |row: &Row<'_>| asked.len() >= 3 && plain(row.name).starts_with(&asked);
        return Err(PlaceError::Unknown { asked: text.to_owned(), similar: rows().filter(begins).take(SHOWN).map(|row| row.label()).collect() });
    };
    // Asked for by its whole name and state, a place is meant even where another's name is longer.
    let exact = found.iter().find(|row| state.is_some() && plain(row.name) == asked).filter(|_| found.iter().filter(|row| plain(row.name) == asked).count() == 1);
    let chosen = exact.unwrap_or(first);
    let clear = |other: &Row<'_>| other.at == chosen.at || first.inhabitants / DOMINATES >= other.inhabitants.max(1) || chosen.at.km_to(other.at) < SAME_PLACE_KM;
    if exact.is_some() || found.iter().all(clear) {
        return Ok(Place { name: chosen.label(), at: chosen.at, precision: Precision::Place });
    }
    Err(PlaceError::Ambiguous { asked: text.to_owned(), candidates: candidates(&found) })
}

/// Names that can be asked for; where name and state are shared too, the coordinates.
fn candidates(found: &[Row<'_>]) -> Vec<String> {
    let label = |row: &Row<'_>| {
        let shared = found.iter().filter(|other| other.label() == row.label()).count() > 1;
        if shared { format!("{} ({})", row.label(), row.at) } else { row.label() }
    };
    found.iter().take(SHOWN).map(label).collect()
}

/// Returns the name without what tells namesakes apart: `Neustadt an der Donau` and `Halle (Saale)` without their rivers.
fn short(name: &str) -> &str {
    let cut = [" (", " an der ", " a. d. ", " a.d. ", " am ", " bei ", " in der ", " im ", " in ", " vor der ", " ob der ", " ob ", "/"];
    let at = cut.iter().filter_map(|word| name.find(word)).min();
    at.map_or(name, |at| &name[..at])
}

/// Returns the name in small letters and digits only, umlauts written out.
fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() => out.push(c),
            _ if !out.ends_with(' ') && !out.is_empty() => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_place_is_found_as_people_write_it() {
        let munich = find("München").unwrap();
        assert_eq!((munich.name.as_str(), munich.precision), ("München, BY", Precision::Place));
        for word in ["muenchen", " MÜNCHEN ", "München, BY", "münchen,by"] {
            assert_eq!(find(word).unwrap().at, munich.at, "{word}");
        }
        assert!(find("Bad Kissingen").unwrap().at.km_to(Coordinates::from_degrees(50.2, 10.08).unwrap()) < 5.0);
        assert_eq!(find("Frankfurt").unwrap().name, "Frankfurt am Main, HE", "eleven times the other's inhabitants");
        assert_eq!(find("Neustadt an der Donau").unwrap().name, "Neustadt an der Donau, BY");
        assert_eq!(find("Halle, NW").unwrap().name, "Halle, NW");
    }

    #[test]
    fn postal_codes_and_coordinates_work_too() {
        assert_eq!(find("80331").unwrap().precision, Precision::PostalCode);
        assert!(find("80331").unwrap().at.km_to(find("München").unwrap().at) < 1.0);
        assert_eq!(find("00000"), Err(PlaceError::PostalCode("00000".into())));
        let given = find("48.137, 11.575").unwrap();
        assert_eq!((given.precision, find(&given.name).unwrap().at), (Precision::Given, given.at));
        for bad in ["91,11", "48.1", "48,181", "48.1,x", "nan,1", "8033"] {
            assert!(find(bad).is_err(), "{bad}");
        }
        assert_eq!(find("48.1,x"), Err(PlaceError::Coordinates));
    }

    #[test]
    fn what_cannot_be_told_apart_is_asked_back() {
        let Err(PlaceError::Ambiguous { candidates, .. }) = find("Neustadt") else { panic!("Neustadt is many places") };
        assert!(candidates.len() > 3);
        for candidate in &candidates {
            assert!(find(candidate.split(" (4").next().unwrap()).is_ok() || candidate.contains(" ("), "{candidate} can be asked for");
        }
        let Err(PlaceError::Unknown { similar, .. }) = find("Rosenhei") else { panic!("no such place") };
        assert_eq!(similar, ["Rosenheim, BY"]);
        assert!(matches!(find("Entenhausen"), Err(PlaceError::Unknown { .. })));
        let told = |name: &str| find(name).unwrap_err().to_string();
        assert!(told("Rosenhei").starts_with("no place called \"Rosenhei\" is known (similar: Rosenheim, BY); a postal code"), "{}", told("Rosenhei"));
        assert!(told("Entenhausen").starts_with("no place called \"Entenhausen\" is known; a postal code"), "{}", told("Entenhausen"));
        assert!(find("").is_err());
    }

    #[test]
    fn distances_are_those_of_the_map() {
        let at = |name: &str| find(name).unwrap().at;
        // Great-circle distances between the cities' middles as atlases give them.
        assert!((at("München").km_to(at("Nürnberg")) - 150.0).abs() < 5.0);
        assert!((at("München").km_to(at("Berlin")) - 504.0).abs() < 5.0);
        assert_eq!(at("München").km_to(at("München")), 0.0);
        let (pole, equator) = (Coordinates { latitude: 90_000_000, longitude: 0 }, Coordinates { latitude: 0, longitude: 0 });
        assert!((pole.km_to(equator) - 10_007.56).abs() < 0.1, "a quarter of the Earth");
        assert!((chord_squared_of(150.0) - chord_squared(&at("München").unit(), &at("Nürnberg").unit())).abs() < 1e-4);
        // The series and the arc sine agree where one ends and the other begins.
        let east = |micro: i32| Coordinates { latitude: 0, longitude: micro };
        let (below, above) = (equator.km_to(east(11_478_340)), equator.km_to(east(11_478_344)));
        assert!((above - below - 0.000_445).abs() < 0.000_01, "{below} {above}");
    }

    #[test]
    fn every_line_of_the_tables_is_read() {
        let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(rows().count(), lines(PLACES));
        let in_germany = |at: Coordinates| (47_200_000..55_200_000).contains(&at.latitude) && (5_800_000..15_100_000).contains(&at.longitude);
        assert!(rows().all(|row| in_germany(row.at)));
        let points = POSTCODES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| point(line.split(',').nth(1), line.split(',').nth(2)));
        assert_eq!(points.filter(|at| in_germany(*at)).count(), lines(POSTCODES));
        let codes: Vec<&str> = POSTCODES.lines().filter(|line| !line.starts_with('#')).map(|line| &line[..5]).collect();
        assert!(codes.is_sorted() && codes.iter().all(|code| find(code).is_ok_and(|place| place.name == *code)));
        assert!(["00000", "01068", "99999", "50000"].iter().all(|code| !codes.contains(code) && find(code).is_err()));
    }
}

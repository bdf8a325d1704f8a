//! A small map drawn by ourselves: the clinics and the patient's home by their coordinates, on a rough outline of Bavaria. It is a
//! picture beside the list, which says everything the map shows.

use std::sync::LazyLock;

use verbund_protocol::place::{self, Coordinates};

/// How wide the picture is, in its own units.
const WIDTH: f64 = 640.0;
/// Room for names around the outermost places.
const MARGIN: f64 = 70.0;
/// Kilometres that a degree of latitude is long.
const KM_PER_DEGREE: f64 = 111.2;
/// Least width and height shown, kilometres.
const LEAST_KM: f64 = 60.0;
/// From where the outline is looked for: every part of Bavaria is seen from there.
const MIDDLE: Coordinates = Coordinates { latitude: 48_950_000, longitude: 11_400_000 };
/// Height of a line of a name.
const LINE: i32 = 28;
/// Where a name begins beside its mark.
const BESIDE: i32 = 18;
/// Room that a letter takes, generously.
const LETTER: i32 = 15;
/// Room at the lower edge: the scale stands there.
const FOOT: i32 = 60;
/// How wide a direction is, degrees.
const SECTOR: f64 = 4.0;

/// A picture's parts.
pub struct Map {
    /// Height in its own units.
    pub height: u32,
    /// The outline, in kilometres from where the meridian of Greenwich meets the equator, with meridians as far apart as there.
    pub outline: &'static str,
    /// What brings the outline into the picture. So the outline stays one text for all patients and is not written anew for each.
    pub transform: String,
    /// What is marked.
    pub marks: Vec<Mark>,
    /// Length of the scale bar in units, and in kilometres.
    pub scale: (u32, u32),
}

/// One mark.
pub struct Mark {
    /// Where.
    pub x: i32,
    /// Where.
    pub y: i32,
    /// Where its name stands.
    pub text_x: i32,
    /// Where its name stands.
    pub text_y: i32,
    /// Whether the name ends there instead of beginning.
    pub ends: bool,
    /// Its name, as far as there is room; empty where there is none.
    pub name: String,
    /// Whether it is where distances count from.
    pub home: bool,
}

/// The edge of Bavaria, roughly: the outermost place in each direction from the middle.
static OUTLINE: LazyLock<String> = LazyLock::new(|| {
    let mut edge = std::collections::BTreeMap::<i32, (f64, Coordinates)>::new();
    let middle = flat(MIDDLE, 49.0);
    for at in place::of_state("BY") {
        let (x, y) = flat(at, 49.0);
        let (x, y) = (x - middle.0, y - middle.1);
        let (sector, far) = ((y.atan2(x).to_degrees() / SECTOR).floor() as i32, x.hypot(y));
        let outermost = edge.entry(sector).or_insert((far, at));
        if far > outermost.0 {
            *outermost = (far, at);
        }
    }
    let points = edge.into_values().map(|(_, at)| flat(at, 0.0));
    points.map(|(x, y)| format!("{x:.0},{y:.0}")).collect::<Vec<_>>().join(" ")
});

/// Kilometres to the east and to the south of a point.
fn flat(at: Coordinates, middle: f64) -> (f64, f64) {
    let degrees = |micro: i32| f64::from(micro) / 1e6;
    (degrees(at.longitude) * middle.to_radians().cos() * KM_PER_DEGREE, -degrees(at.latitude) * KM_PER_DEGREE)
}

/// Returns the picture of these places, and of where distances count from; nothing without a place.
pub fn draw(places: Vec<(String, Coordinates)>, home: Option<(String, Coordinates)>) -> Option<Map> {
    if places.is_empty() {
        return None;
    }
    let marked: Vec<(String, Coordinates, bool)> = places.into_iter().map(|(name, at)| (name, at, false)).chain(home.map(|(name, at)| (name, at, true))).collect();
    let middle = marked.iter().map(|(_, at, _)| f64::from(at.latitude) / 1e6).sum::<f64>() / marked.len() as f64;
    let points: Vec<(f64, f64)> = marked.iter().map(|(_, at, _)| flat(*at, middle)).collect();
    let (left, right) = bounds(points.iter().map(|point| point.0));
    let (top, bottom) = bounds(points.iter().map(|point| point.1));
    let per_km = (WIDTH - 2.0 * MARGIN) / (right - left).max((bottom - top) * 0.8);
    let height = (bottom - top) * per_km + 2.0 * MARGIN;
    let inset = (WIDTH - (right - left) * per_km) / 2.0;
    let seen = |(x, y): (f64, f64)| ((x - left) * per_km + inset, (y - top) * per_km + MARGIN);
    let mut marks: Vec<Mark> = Vec::new();
    for ((name, _, home), point) in marked.into_iter().zip(&points) {
        let (x, y) = seen(*point);
        marks.push(mark(&marks, &name, home, (x.round() as i32, y.round() as i32), height.round() as i32));
    }
    let km = [5, 10, 20, 50, 100, 200].into_iter().rev().find(|km| f64::from(*km) * per_km < WIDTH / 3.0).unwrap_or(5);
    let narrowing = middle.to_radians().cos();
    let transform = format!("matrix({} 0 0 {} {} {})", fixed(narrowing * per_km), fixed(per_km), fixed(inset - left * per_km), fixed(MARGIN - top * per_km));
    Some(Map { height: height.round() as u32, outline: &OUTLINE, transform, marks, scale: ((f64::from(km) * per_km).round() as u32, km) })
}

/// Returns a number with three decimals: the general way is exact to the last digit, and slow.
fn fixed(number: f64) -> String {
    let thousandths = (number * 1e3).round() as i64;
    format!("{}{}.{:03}", if thousandths < 0 { "-" } else { "" }, thousandths.abs() / 1000, thousandths.abs() % 1000)
}

/// The least and the greatest, at least [`LEAST_KM`] apart.
fn bounds(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (least, most) = (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max));
    let wanting = (LEAST_KM - (most - least)).max(0.0) / 2.0;
    (least - wanting, most + wanting)
}

/// Returns a mark whose name stands beside it, towards the middle, in the nearest line that no other name takes. Names stay in the picture:
/// the list has them whole.
fn mark(before: &[Mark], name: &str, home: bool, (x, y): (i32, i32), height: i32) -> Mark {
    let width = WIDTH as i32;
    let ends = x > width / 2;
    let (text_x, room) = if ends { (x - BESIDE, x - BESIDE) } else { (x + BESIDE, width - x - BESIDE) };
    let free = |text_y: i32| {
        let taken = |other: &Mark| (other.text_y - text_y).abs() < LINE && (other.ends == ends || (other.x - x).abs() < 300);
        (LINE..=height - FOOT).contains(&text_y) && !before.iter().filter(|other| !other.name.is_empty()).any(taken)
    };
    // Below and above by turns, ever further away.
    let mut lines = (0..2 * height / LINE).map(|nth| y + 8 + LINE * if nth % 2 == 1 { (nth + 1) / 2 } else { -nth / 2 });
    let place = lines.find(|line| free(*line));
    Mark { x, y, text_x, text_y: place.unwrap_or(y), ends, name: place.map(|_| shortened(name, room / LETTER)).unwrap_or_default(), home }
}

/// Returns a name in so many letters.
fn shortened(name: &str, room: i32) -> String {
    let room = usize::try_from(room).unwrap_or(0);
    if name.chars().count() <= room {
        return name.to_owned();
    }
    let kept: String = name.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_north_is_up_and_names_do_not_cover_each_other() {
        let at = |name: &str| (name.to_owned(), place::find(name).unwrap().at);
        let map = draw(vec![at("Bayreuth"), at("Kempten"), at("Sonthofen")], Some(at("München"))).unwrap();
        let y = |name: &str| map.marks.iter().find(|mark| mark.name == name).unwrap().y;
        assert!(y("Bayreuth") < y("München") && y("München") < y("Sonthofen"), "north is up");
        for (nth, mark) in map.marks.iter().enumerate() {
            assert!((0..640).contains(&mark.x) && (0..map.height as i32).contains(&mark.y));
            assert!(map.marks[..nth].iter().all(|other| (other.text_y - mark.text_y).abs() >= 28 || other.ends != mark.ends));
        }
        assert!(map.outline.split(' ').count() > 40, "{}", map.outline);
        // The outline is where the places are: Sonthofen, in the far south, lies inside and near the edge.
        let numbers: Vec<f64> = map.transform.trim_matches(|c| "matrix()".contains(c)).split(' ').map(|number| number.parse().unwrap()).collect();
        let edge = map.outline.split(' ').map(|point| {
            let (x, y) = point.split_once(',').unwrap();
            (x.parse::<f64>().unwrap() * numbers[0] + numbers[4], y.parse::<f64>().unwrap() * numbers[3] + numbers[5])
        });
        let sonthofen = map.marks.iter().find(|mark| mark.name == "Sonthofen").unwrap();
        let nearest = edge.clone().map(|(x, y)| (x - f64::from(sonthofen.x)).hypot(y - f64::from(sonthofen.y))).fold(f64::INFINITY, f64::min);
        let southernmost = edge.map(|(_, y)| y).fold(f64::NEG_INFINITY, f64::max);
        assert!(nearest < 60.0 && southernmost > f64::from(sonthofen.y) && southernmost < f64::from(sonthofen.y) + 60.0, "{nearest} {southernmost}");
        assert!(draw(vec![], Some(at("München"))).is_none());
        assert_eq!([1.2345, -0.0015, 12.0, -3.9996].map(fixed), ["1.235", "-0.002", "12.000", "-4.000"]);
        let alone = draw(vec![at("Kempten")], None).unwrap();
        assert_eq!(alone.marks.len(), 1);
    }

    #[test]
    fn many_clinics_with_long_names_in_one_southern_town_stay_in_the_picture() {
        let town = |name: &str| place::find(name).unwrap().at;
        let name = |nth: usize| format!("{nth}. Fachklinik für Orthopädie und Rehabilitation");
        for (count, all_named) in [(4, true), (60, false)] {
            let clinics = (0..count).map(|nth| (name(nth), town("Sonthofen"))).collect();
            let map = draw(clinics, Some(("Ihr Zuhause".into(), town("Kempten")))).unwrap();
            let named: Vec<&Mark> = map.marks.iter().filter(|mark| !mark.name.is_empty()).collect();
            assert_eq!((map.marks.len(), named.len() == count + 1), (count + 1, all_named), "{}", named.len());
            assert!(named.len() > 4);
            for (nth, mark) in named.iter().enumerate() {
                let width = mark.name.chars().count() as i32 * LETTER;
                let (left, right) = if mark.ends { (mark.text_x - width, mark.text_x) } else { (mark.text_x, mark.text_x + width) };
                assert!(left >= 0 && right <= 640, "{left} to {right}: {}", mark.name);
                assert!((LINE..=map.height as i32 - FOOT).contains(&mark.text_y), "{} of {}", mark.text_y, map.height);
                assert!(mark.home || mark.name.ends_with('…'), "{}", mark.name);
                assert!(named[..nth].iter().all(|other| (other.text_y - mark.text_y).abs() >= LINE || other.ends != mark.ends));
            }
        }
    }
}

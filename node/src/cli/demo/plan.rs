//! Which fictional clinics a demo has: recognisably invented names at real distances.

use verbund_protocol::{
    id::{Ik, MemberId},
    membership::{Facility, FacilityKind},
};

/// One clinic to be founded.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its member id.
    pub member: MemberId,
    /// Its facility.
    pub facility: Facility,
    /// Further facilities that it speaks for; a demo's clinics have none.
    pub branches: Vec<Facility>,
    /// Beds to state in the demo's capacity records.
    pub beds: u32,
}

/// Towns for the demo's geography: real coordinates (degrees), so that distances make sense.
const TOWNS: &[(&str, f64, f64)] = &[
    ("München", 48.137, 11.575),
    ("Nürnberg", 49.454, 11.077),
    ("Augsburg", 48.371, 10.898),
    ("Regensburg", 49.013, 12.101),
    ("Ingolstadt", 48.766, 11.425),
    ("Würzburg", 49.791, 9.953),
    ("Bamberg", 49.898, 10.902),
    ("Bayreuth", 49.946, 11.577),
    ("Passau", 48.566, 13.431),
    ("Kempten", 47.726, 10.314),
    ("Rosenheim", 47.857, 12.118),
    ("Landshut", 48.537, 12.152),
    ("Hof", 50.313, 11.913),
    ("Ansbach", 49.300, 10.572),
    ("Weiden", 49.676, 12.156),
    ("Garmisch-Partenkirchen", 47.492, 11.095),
];

const ACUTE: &[&str] = &["Klinikum Musterstadt", "Kreiskrankenhaus Beispielheim", "Klinikum Erfundenau", "Stadtklinik Probebach"];
const REHAB: &[&str] = &["Rehaklinik Waldmuster", "Rehazentrum Seebeispiel", "Reha-Klinik Höhenprobe", "Kurklinik Bad Muster"];

/// Returns `clinics` plans, half of them acute hospitals (the odd one too), sharing `beds` beds.
pub fn plans(clinics: usize, beds: u32) -> Vec<Plan> {
    let acute = clinics.div_ceil(2);
    let each = beds / clinics.max(1) as u32;
    let rest = beds as usize - each as usize * clinics;
    (0..clinics)
        .map(|at| {
            let (kind, nth) = if at < acute { (FacilityKind::Acute, at) } else { (FacilityKind::Rehab, at - acute) };
            plan(at, kind, nth, each + u32::from(at < rest))
        })
        .collect()
}

fn plan(at: usize, kind: FacilityKind, nth: usize, beds: u32) -> Plan {
    let (names, slug) = if kind == FacilityKind::Acute { (ACUTE, "klinik") } else { (REHAB, "reha") };
    let round = nth / names.len();
    let name = if round == 0 { names[nth].to_owned() } else { format!("{} {}", names[nth % names.len()], round + 1) };
    let (place, latitude, longitude) = TOWNS[(at * 5) % TOWNS.len()];
    // Clinics of one town lie a few kilometres apart.
    let aside = (at / TOWNS.len()) as f64 * 0.031;
    let member = format!("{slug}-{}", nth + 1).parse().expect("a word and a number make a slug");
    let facility = Facility {
        ik: Ik::with_check_digit(26_990_000 + at as u32),
        name,
        site: Some(770_000 + at as u32),
        kind,
        latitude: micro(latitude + aside),
        longitude: micro(longitude - aside),
        place: place.to_owned(),
    };
    Plan { member, facility, branches: Vec::new(), beds }
}

fn micro(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beds_are_shared_out_exactly_and_names_are_unique() {
        let plans = plans(110, 26_000);
        assert_eq!(plans.iter().map(|plan| plan.beds).sum::<u32>(), 26_000);
        let names: std::collections::BTreeSet<_> = plans.iter().map(|plan| &plan.facility.name).collect();
        let iks: std::collections::BTreeSet<_> = plans.iter().map(|plan| &plan.facility.ik).collect();
        assert_eq!((names.len(), iks.len()), (110, 110));
        assert_eq!(plans.iter().filter(|plan| plan.facility.kind == FacilityKind::Acute).count(), 55);
    }
}

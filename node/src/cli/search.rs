//! `verbund search`: find a free place among all members.

use std::{io::Write, time::SystemTime};

use clap::Args;
use verbund_protocol::{
    catalogue::{Ahb, Constraint, Language, Payer, Room, Setting},
    id::{DepartmentKey, Ik},
    search::{Hit, Query, Reason, Why, Wishes},
    time::{Day, Timestamp},
};

use super::{Terminal, table::Table};
use crate::{
    control::{Command, search},
    domain::calendar,
    workflow::search::{LiveState, Outcome, Wanted},
};

/// Find a free place among all members
///
/// Reads this node's own copies, so nobody learns that you are looking; --confirm then asks the best few clinics.
#[derive(Debug, Args)]
pub struct Search {
    /// Indication group that must be treated, for example locomotor
    #[arg(long, value_name = "CODE")]
    indication: Option<Ahb>,
    /// Kind of department, four digits
    #[arg(long, value_name = "KEY")]
    department: Option<DepartmentKey>,
    /// First day on which the patient can come [default: today]
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// How many days from then on are possible
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// inpatient, day or acute
    #[arg(long, value_name = "CODE")]
    setting: Option<Setting>,
    /// Needs that must be met: dialysis, isolation-contact, …; may be repeated
    #[arg(long, value_name = "CODE")]
    need: Vec<Constraint>,
    /// Payer with whom there must be a contract
    #[arg(long, value_name = "CODE")]
    payer: Option<Payer>,
    /// Kind of room there must be
    #[arg(long, value_name = "CODE")]
    room: Option<Room>,
    /// Language that must be spoken besides German; may be repeated
    #[arg(long, value_name = "CODE")]
    language: Vec<Language>,
    /// Measure distances from here: a place name, postal code, or "latitude,longitude"
    #[arg(long, value_name = "PLACE")]
    place: Option<String>,
    /// Greatest straight-line distance, kilometres
    #[arg(long, value_name = "KM", requires = "place")]
    max_km: Option<u16>,
    /// Wish: a facility that the patient named; may be repeated
    #[arg(long, value_name = "IK")]
    wish: Vec<Ik>,
    /// Wish: near to this place
    #[arg(long, value_name = "PLACE")]
    wish_near: Option<String>,
    /// How near, kilometres
    #[arg(long, value_name = "KM", default_value_t = 30)]
    wish_km: u16,
    /// Most hits shown
    #[arg(long, default_value_t = 10)]
    limit: usize,
    /// Ask this many of the best clinics live whether it is still right
    #[arg(long, value_name = "N", default_value_t = 0, default_missing_value = "3", num_args = 0..=1)]
    confirm: usize,
}

/// Returns today by this machine's clock.
pub(super) fn today() -> Day {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    calendar::day(Timestamp::from_secs(since.as_secs()))
}

impl Search {
    /// Runs the command.
    ///
    /// # Errors
    /// If no node answers or a place is unknown.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let from = self.from.unwrap_or_else(today);
        let query = Query {
            indication: self.indication,
            department: self.department,
            setting: self.setting,
            constraints: self.need,
            payer: self.payer,
            room: self.room,
            languages: self.language,
            max_km: self.max_km,
            wishes: Wishes { facilities: self.wish, near: None },
            limit: self.limit,
            ..Query::between(from, from.plus(self.days))
        };
        let near_place = self.wish_near.map(|place| (place, self.wish_km));
        let wanted = Box::new(Wanted { query, from_place: self.place, near_place });
        let outcome: Outcome = terminal.ask(&Command::Search(search::Command::Find { wanted, confirm: self.confirm }))?;
        terminal.show(&outcome, show)
    }
}

fn show(outcome: &Outcome, out: &mut impl Write) -> std::io::Result<()> {
    let found = &outcome.found;
    let mut table = Table::new(&["", "facility", "place", "department", "free from", "places", "km", "age", "ask as", "points", "because"]);
    for (at, hit) in found.hits.iter().enumerate() {
        let km = hit.km.map_or_else(String::new, |km| format!("{km:.0}"));
        let mark = if hit.contradicted { " (contradicted itself)" } else { "" };
        let age = if hit.stale { format!("STALE {}", age(hit.age_s)) } else { age(hit.age_s) };
        let places = format!("{} of {}", hit.free, hit.beds);
        table.row([
            (at + 1).to_string(),
            format!("{}{mark}", hit.facility),
            hit.place.clone(),
            hit.department.clone(),
            hit.earliest.to_string(),
            places,
            km,
            age,
            hit.id.to_string(),
            hit.points.to_string(),
            because(hit),
        ]);
    }
    table.write(out, "no free place meets all of this")?;
    if found.matching as usize > found.hits.len() {
        writeln!(out, "{} more meet it; --limit shows more", found.matching as usize - found.hits.len())?;
    }
    if let Some(origin) = &outcome.origin {
        writeln!(out, "distances are straight lines from {origin}")?;
    }
    if !found.excluded.is_empty() {
        writeln!(out, "not shown, of {} departments:", found.departments)?;
    }
    for excluded in &found.excluded {
        let alone =
            if excluded.alone > 0 && !matches!(excluded.reason, Reason::Own | Reason::NotServing) { format!(" ({} for this alone)", excluded.alone) } else { String::new() };
        writeln!(out, "  {:4}  {}{alone}", excluded.places, reason(excluded.reason))?;
    }
    for live in &outcome.confirmed {
        let word = match live.state {
            LiveState::Free => "confirmed",
            LiveState::Later => "changed",
            LiveState::Gone => "gone",
            LiveState::NoAnswer => "no answer",
        };
        writeln!(out, "asked live  {}  {word}: {}", live.id, live.detail)?;
    }
    Ok(())
}

/// Returns an age in the largest unit that fits.
pub(super) fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn because(hit: &Hit) -> String {
    let word = |why: &Why| match why {
        Why::Wait(0) => "no wait".to_owned(),
        Why::Wait(days) => format!("{days} d wait"),
        Why::Distance(km) => format!("{km} km"),
        Why::Stale(hours) => format!("{hours} h old"),
        Why::Named => "named by the patient".to_owned(),
        Why::Near(km) => format!("{km} km from the wished place"),
    };
    hit.why.iter().map(|(why, points)| format!("{} {points:+}", word(why))).collect::<Vec<_>>().join(", ")
}

fn reason(reason: Reason) -> String {
    match reason {
        Reason::Own => "are this clinic's own".into(),
        Reason::NotServing => "cannot be asked: suspended, or no clinic any more".into(),
        Reason::Expired => "have figures that are no longer valid".into(),
        Reason::Indication => "treat other indications".into(),
        Reason::Department => "are another kind of department".into(),
        Reason::Setting(code) => format!("do not offer: {}", code.label()),
        Reason::Constraint(code) => format!("cannot meet: {}", code.label()),
        Reason::Payer(code) => format!("have no contract with: {}", code.label()),
        Reason::Room(code) => format!("have no room of this kind: {}", code.label()),
        Reason::Language(code) => format!("do not speak: {}", code.label()),
        Reason::Full => "have no free place in these days".into(),
        Reason::TooFar => "are too far away".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::{
        address::Order,
        capacity::DepartmentId,
        search::{Exclusion, Found},
    };

    use super::*;
    use crate::workflow::search::Live;

    #[test]
    fn a_search_reads_as_a_person_needs_it() {
        let id = DepartmentId { facility: "108310400".parse().unwrap(), department: "2300".parse().unwrap() };
        let hit = Hit {
            id: id.clone(),
            member: "reha-see".parse().unwrap(),
            facility: "Rehaklinik am See".into(),
            place: "Prien".into(),
            department: "Orthopädie".into(),
            earliest: "2026-12-02".parse().unwrap(),
            free: 2,
            beds: 40,
            km: Some(17.4),
            observed_at: Timestamp(0),
            age_s: 108_000,
            stale: true,
            contradicted: false,
            order: Order::default(),
            points: 318,
            why: vec![(Why::Wait(1), 100), (Why::Distance(17), 68), (Why::Stale(30), 150)],
        };
        let excluded = vec![Exclusion { reason: Reason::Constraint("dialysis".parse().unwrap()), places: 12, alone: 5 }, Exclusion { reason: Reason::Own, places: 1, alone: 1 }];
        let outcome = Outcome {
            found: Found { hits: vec![hit], matching: 4, departments: 17, excluded },
            origin: Some("Rosenheim, BY".into()),
            near: None,
            took_us: 9,
            confirmed: vec![Live { id, state: LiveState::Later, detail: "none on 2026-12-02, 1 free on 2026-12-04".into() }],
        };
        let mut out = Vec::new();
        show(&outcome, &mut out).unwrap();
        let expected = "   FACILITY           PLACE  DEPARTMENT  FREE FROM   PLACES   KM  AGE         ASK AS          POINTS  BECAUSE
1  Rehaklinik am See  Prien  Orthopädie  2026-12-02  2 of 40  17  STALE 30 h  108310400/2300  318     1 d wait +100, 17 km +68, 30 h old +150
3 more meet it; --limit shows more
distances are straight lines from Rosenheim, BY
not shown, of 17 departments:
    12  cannot meet: dialysis (5 for this alone)
     1  are this clinic's own
asked live  108310400/2300  changed: none on 2026-12-02, 1 free on 2026-12-04
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

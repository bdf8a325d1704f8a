//! Whether memory stays flat: clinics at work for as long as asked, and the slope of what they hold.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Plan, Row, fleet::Fleet, scene, scene::Desk, tell};

/// Clinics at work.
const CLINICS: usize = 4;
/// How often memory is read.
const LOOK: Duration = Duration::from_secs(5);
/// Pages that the store's writer keeps in memory (`node/src/store/open.rs`), MiB: until the database is larger, memory grows with it.
const PAGES_KEPT: f64 = 16.0;
/// Fewest samples that a slope is drawn through.
const ENOUGH: usize = 30;
/// Bytes of the document that is handed over and erased again.
const DOCUMENT: u64 = 4 << 20;

/// Measures the row.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let span = if plan.quick { Duration::from_secs(6) } else { Duration::from_secs(60 * plan.minutes) };
    let look = plan.size(Duration::from_secs(1), LOOK);
    let mut fleet = Fleet::start(CLINICS)?;
    let (begun, mut looked) = (Instant::now(), Instant::now());
    let (mut samples, mut round, mut full_from) = (Vec::new(), 0, None);
    while begun.elapsed() < span {
        work(&mut fleet, round)?;
        round += 1;
        if looked.elapsed() >= look {
            looked = Instant::now();
            let memory = (0..CLINICS).map(|at| fleet.town.node(at).resident_mib()).sum::<anyhow::Result<f64>>()? / CLINICS as f64;
            samples.push((begun.elapsed().as_secs_f64() / 3600.0, memory));
            if full_from.is_none() && smallest_database(&fleet)? > PAGES_KEPT {
                full_from = Some(samples.len());
            }
            if samples.len() % 60 == 0 {
                tell(&format!("memory: {memory:.1} MiB after {:.0} minutes, {round} rounds", begun.elapsed().as_secs_f64() / 60.0));
            }
        }
    }
    // The pages kept fill at first; what counts is whether memory goes on growing then.
    let full_from = full_from.filter(|from| samples.len() - from >= ENOUGH);
    let settled = &samples[full_from.unwrap_or(samples.len() / 3)..];
    let filling = if full_from.is_some() { "" } else { "; the store's pages in memory were still filling, measure for longer" };
    let per_hour = slope(settled);
    let (first, last) = (settled.first().map_or(0.0, |sample| sample.1), settled.last().map_or(0.0, |sample| sample.1));
    Ok(vec![Row {
        name: "memory",
        what: format!("memory of {CLINICS} nodes at work for {} minutes ({round} rounds)", span.as_secs() / 60),
        against: "–".into(),
        aim: "flat: at most 1 MiB an hour".into(),
        measured: format!("{:+.0} KiB an hour a node, from {first:.1} to {last:.1} MiB{filling}", per_hour * 1024.0),
        ratio: None,
        reached: per_hour <= 1.0,
        figures: json!({ "mib_per_hour": per_hour, "pages_kept_filled": full_from.is_some(), "rounds": round, "samples_hours_mib": samples }),
    }])
}

/// Returns the size of the smallest database, MiB.
fn smallest_database(fleet: &Fleet) -> anyhow::Result<f64> {
    let sizes = fleet.town.village.clinics.iter().map(|clinic| Ok(std::fs::metadata(clinic.folder.join("data/verbund.db"))?.len()));
    let smallest = sizes.collect::<std::io::Result<Vec<u64>>>()?.into_iter().min().unwrap_or(0);
    Ok(smallest as f64 / 1024.0 / 1024.0)
}

/// A bit of everything: free places, searches, a discharge that ends declined, a document that comes and goes.
fn work(fleet: &mut Fleet, round: usize) -> anyhow::Result<()> {
    let (asker, owner) = (round % CLINICS, (round + 1) % CLINICS);
    fleet.publish(owner, 1 + (round % 50) as u16)?;
    let to = scene::ik(&fleet.town, owner).to_owned();
    let from = scene::ik(&fleet.town, asker).to_owned();
    let recipient = json!({ "member": fleet.town.village.clinics[owner].plan.member, "facility": to });
    let desk = fleet.desk(asker);
    let query = verbund_protocol::search::Query::between(scene::today(), scene::today().plus(20));
    for _ in 0..5 {
        desk.ask("search", json!({ "find": { "wanted": { "query": query, "from_place": "Nürnberg", "near_place": null }, "confirm": 0 } }))?;
    }
    let patient = desk.patient()?;
    let case = desk.open_case(patient)?;
    let conversations = desk.inquire(std::slice::from_ref(&case), &from, &[&to])?;
    desk.until_drained(Duration::from_millis(10))?;
    fleet.desk(owner).ask("referral", json!({ "decline": { "id": conversations[0], "reason": "no-place" } }))?;
    if round.is_multiple_of(10) {
        let desk = fleet.desk(asker);
        desk.consent(patient, "document-handoff", recipient)?;
        let document = desk.add_document(patient, DOCUMENT, round as u64 + 1)?["id"].clone();
        desk.ask("document", json!({ "handoff": { "alone": { "patient": patient, "from": from, "to": to, "documents": [document] } } }))?;
        desk.until_drained(Duration::from_millis(10))?;
        until_arrived(fleet.desk(owner))?;
        fleet.desk(asker).ask("document", json!({ "erase": document }))?;
        for shown in fleet.desk(owner).ask("document", json!({ "list": { "patient": null, "conversation": null } }))?["list"].as_array().into_iter().flatten() {
            if shown["source"].is_string() {
                fleet.desk(owner).ask("document", json!({ "erase": shown["id"] }))?;
            }
        }
    }
    Ok(())
}

fn until_arrived(desk: &mut Desk) -> anyhow::Result<()> {
    desk.until("the document is here", Duration::from_millis(20), |desk| Ok(desk.has_arrived()?.then_some(())))
}

/// Returns the slope of the straight line through `samples` that fits best (least squares).
pub(super) fn slope(samples: &[(f64, f64)]) -> f64 {
    let count = samples.len() as f64;
    let (mean_x, mean_y) = (samples.iter().map(|(x, _)| x).sum::<f64>() / count, samples.iter().map(|(_, y)| y).sum::<f64>() / count);
    let above: f64 = samples.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = samples.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if below > 0.0 { above / below } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_slope_is_that_of_the_line() {
        let line: Vec<(f64, f64)> = (0..10).map(|x| (f64::from(x), 3.0 + 2.5 * f64::from(x))).collect();
        assert!((super::slope(&line) - 2.5).abs() < 1e-9);
        assert_eq!(super::slope(&[(1.0, 5.0)]).to_bits(), 0.0_f64.to_bits());
    }
}

//! How soon a node with a long history is ready.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    Plan, Row,
    report::Runs,
    scene::{self, Desk},
    tell,
};
use crate::town::Town;

/// Clinics that are asked; one member takes at most 20,000 open conversations from another.
const ASKED: usize = 5;

/// Measures the row.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let cases = plan.size(40, 20_000);
    let mut town = Town::start(1 + ASKED, 200);
    tell(&format!("making {} referrals", cases * ASKED));
    let from = scene::ik(&town, 0).to_owned();
    let to: Vec<String> = (1..=ASKED).map(|at| scene::ik(&town, at).to_owned()).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    scene::spread(&scene::socket(&town, 0), 32, cases, |desk, _| {
        // Everybody has one case: what a patient's own history costs is not what is measured.
        let patient = desk.patient()?;
        let case = desk.open_case(patient)?;
        desk.inquire(std::slice::from_ref(&case), &from, &to)
    })?;
    Desk::at(&town, 0)?.until_drained(Duration::from_millis(50))?;
    let mut clean = Vec::new();
    let mut killed = Vec::new();
    for _ in 0..plan.runs {
        town.stop(0);
        clean.push(start(&mut town)?);
        town.kill(0);
        killed.push(start(&mut town)?);
    }
    let (clean, killed) = (Runs::of(&clean), Runs::of(&killed));
    let conversations = cases * ASKED;
    Ok(vec![Row {
        name: "start",
        what: format!("start to ready with {conversations} referrals in the store"),
        against: "–".into(),
        aim: "≤ 1 s".into(),
        measured: format!("{clean} s after a clean stop, {killed} s after kill -9"),
        ratio: None,
        reached: clean.max.max(killed.max) <= 1.0,
        figures: json!({ "referrals": conversations, "clean_s": clean, "killed_s": killed, "rss_mib": town.node(0).resident_mib()? }),
    }])
}

fn start(town: &mut Town) -> anyhow::Result<f64> {
    let begun = Instant::now();
    town.restart(0);
    let took = begun.elapsed().as_secs_f64();
    // Ready means that it answers, not only that it says so.
    Desk::at(town, 0)?.status()?;
    Ok(took)
}

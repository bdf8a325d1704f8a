//! What a node costs as the cooperative grows: bytes a day, memory, search, convergence.

mod drawing;
mod simulated;

use std::{path::Path, process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use verbund_protocol::search::Query;

use super::{Plan, Row, fleet::Fleet, report::percentile, scene::today, tell};

/// Set in the process that has a network of its own, so that the bytes on its loopback are the nodes' alone.
const OWN_NETWORK: &str = "VERBUND_BENCH_OWN_NETWORK";
/// How often a clinic changes its free places on a day.
const CHANGES_A_DAY: f64 = 24.0;

/// What one size costs.
#[derive(Clone, Debug, serde::Serialize)]
struct Point {
    clinics: usize,
    /// Sent and received by one node a day, MiB: idle, and every clinic's changes.
    mib_a_day: f64,
    /// Bytes that one node receives and sends for one change somewhere.
    bytes_a_change: f64,
    rss_mib: f64,
    search_us: f64,
    /// From a change's commit until the last node has kept it, p99.
    visible_ms: f64,
    directory_s: f64,
    /// Of simulated nodes it is not known: they share one process.
    cpu_percent: Option<f64>,
}

/// Measures the row.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    if std::env::var_os(OWN_NETWORK).is_some() {
        let up = Command::new("ip").args(["link", "set", "lo", "up"]).status().context("cannot start ip (Debian: iproute2)")?;
        ensure!(up.success(), "the loopback of the own network could not be switched on");
        return points(plan, true);
    }
    match in_own_network(plan) {
        Ok(row) => Ok(vec![row]),
        Err(error) => {
            tell(&format!("growth: no network of its own ({error:#}), so whatever else uses loopback is counted too"));
            points(plan, false)
        }
    }
}

/// Starts this program again in a network namespace of its own and takes over its row.
fn in_own_network(plan: &Plan) -> anyhow::Result<Row> {
    let out = tempfile::NamedTempFile::new()?;
    let mut command = Command::new("unshare");
    command.args(["--net", "--"]).arg(std::env::current_exe()?).args(["--only", "growth", "--out"]).arg(out.path()).arg("--drawings").arg(folder(&plan.drawings));
    command.env(OWN_NETWORK, "1").stdout(std::process::Stdio::null());
    if plan.quick {
        command.arg("--quick");
    }
    ensure!(command.status().context("cannot start unshare")?.success(), "a network namespace is not allowed here, or measuring in it failed");
    let report: Value = serde_json::from_slice(&std::fs::read(out.path())?)?;
    let row = &report["rows"][0];
    let word = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Ok(Row {
        name: "growth",
        what: word("what"),
        against: word("against"),
        aim: word("aim"),
        measured: word("measured"),
        ratio: row["ratio"].as_f64(),
        reached: row["reached"] == true,
        figures: row["figures"].clone(),
    })
}

fn folder(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn points(plan: &Plan, alone: bool) -> anyhow::Result<Vec<Row>> {
    let sizes = plan.size(vec![3, 6], vec![10, 30, 110]);
    let real = Series { name: "real", points: sizes.into_iter().map(|clinics| point(plan, clinics)).collect::<anyhow::Result<_>>()? };
    let sizes = plan.size(vec![6, 12], vec![110, 330, 1_000]);
    let simulated = Series { name: "simulated", points: sizes.into_iter().map(|clinics| simulated::point(plan, clinics)).collect::<anyhow::Result<_>>()? };
    let drawing = folder(&plan.drawings).join("growth.svg");
    let panels: Vec<_> = real.costs().into_iter().zip(simulated.costs()).flat_map(|(real, simulated)| [real, simulated]).collect();
    std::fs::write(&drawing, drawing::draw("Cost of one node by the number of clinics", &panels)).with_context(|| format!("cannot write {}", drawing.display()))?;
    let worst = panels.iter().map(|(_, costs)| steepness(costs)).fold(0.0, f64::max);
    let measured = format!("{real}; {simulated}; steepest cost is the records to the power of {worst:.2}");
    Ok(vec![Row {
        name: "growth",
        what: format!("cost per node at {} real clinics and {} simulated", real.list(|point| point.clinics as f64, 0), simulated.list(|point| point.clinics as f64, 0)),
        against: if alone { "the number of records" } else { "the number of records (bytes of others on loopback included)" }.into(),
        aim: "grows no faster than the records (≤ 1)".into(),
        measured,
        ratio: Some(worst),
        reached: worst <= 1.0,
        figures: json!({ "real": real.points, "simulated": simulated.points, "changes_a_day": CHANGES_A_DAY, "steepest": worst, "drawing": drawing }),
    }])
}

/// One way of measuring at several sizes.
struct Series {
    name: &'static str,
    points: Vec<Point>,
}

impl Series {
    /// Returns every cost with its name, by the number of clinics.
    fn costs(&self) -> [(String, Vec<(f64, f64)>); 4] {
        let cost = |what: &str, pick: fn(&Point) -> f64| (format!("{}: {what}", self.name), self.points.iter().map(|point| (point.clinics as f64, pick(point))).collect());
        [
            cost("MiB a day", |point| point.mib_a_day),
            cost("resident MiB", |point| point.rss_mib),
            cost("search µs", |point| point.search_us),
            cost("visible at all, p99 ms", |point| point.visible_ms),
        ]
    }
    fn list(&self, pick: fn(&Point) -> f64, digits: usize) -> String {
        self.points.iter().map(|point| format!("{:.digits$}", pick(point))).collect::<Vec<_>>().join(", ")
    }
}

impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let traffic = self.list(|point| point.mib_a_day, 1);
        let memory = self.list(|point| point.rss_mib, 1);
        let search = self.list(|point| point.search_us, 0);
        let visible = self.list(|point| point.visible_ms, 0);
        write!(f, "{} {traffic} MiB a day, {memory} MiB of memory, search {search} µs, visible p99 {visible} ms", self.name)
    }
}

/// Returns by which power of the number of clinics a cost grows between the last two sizes: 1 is in proportion.
fn steepness(series: &[(f64, f64)]) -> f64 {
    match series {
        [.., (few, before), (many, after)] if *before > 0.0 => (after / before).ln() / (many / few).ln(),
        _ => 0.0,
    }
}

fn point(plan: &Plan, clinics: usize) -> anyhow::Result<Point> {
    let mut fleet = Fleet::start(clinics)?;
    for at in 0..clinics {
        fleet.publish(at, 1)?;
    }
    for at in 0..clinics {
        fleet.visible(at, 1)?;
    }
    std::thread::sleep(plan.size(Duration::from_secs(1), Duration::from_secs(20)));
    let span = plan.size(Duration::from_secs(2), Duration::from_secs(60));
    let before = loopback()?;
    let super::fleet::Idle { memory, percent: cpu_percent, .. } = fleet.idle(span)?;
    let idle = loopback()?.saturating_sub(before) as f64 / clinics as f64 / span.as_secs_f64();
    let (changes, begun, before) = (plan.size(3, 30), std::time::Instant::now(), loopback()?);
    let visible = (0..changes).map(|number| fleet.publish(number % clinics, 2).and_then(|()| fleet.visible(number % clinics, 2))).collect::<anyhow::Result<Vec<f64>>>();
    let quiet = idle * clinics as f64 * begun.elapsed().as_secs_f64();
    let bytes_a_change = ((loopback()?.saturating_sub(before) as f64 - quiet) / f64::from(changes as u32) / clinics as f64).max(0.0);
    let query = Query::between(today(), today().plus(20));
    let search = (0..plan.size(10, 500)).map(|_| {
        let found = fleet.desk(0).ask("search", json!({ "find": { "wanted": { "query": query, "from_place": null, "near_place": null }, "confirm": 0 } }))?;
        found["took_us"].as_f64().context("a search says how long it took")
    });
    let search = search.collect::<anyhow::Result<Vec<f64>>>()?;
    let point = Point {
        clinics,
        mib_a_day: (idle * 86_400.0 + bytes_a_change * CHANGES_A_DAY * clinics as f64) / 1024.0 / 1024.0,
        bytes_a_change,
        rss_mib: percentile(&memory, 50.0),
        search_us: percentile(&search, 50.0),
        visible_ms: percentile(&visible?, 99.0),
        directory_s: fleet.directory_s,
        cpu_percent: Some(cpu_percent),
    };
    tell(&format!("growth: {point:?}"));
    Ok(point)
}

/// Returns the bytes that have crossed loopback. What one node sends another receives: here it is counted once, a node's share twice.
fn loopback() -> anyhow::Result<u64> {
    let text = std::fs::read_to_string("/proc/net/dev")?;
    let line = text.lines().find_map(|line| line.trim().strip_prefix("lo:")).context("no loopback in /proc/net/dev")?;
    let received: u64 = line.split_whitespace().next().context("no figures of loopback")?.parse()?;
    Ok(2 * received)
}

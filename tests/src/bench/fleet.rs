//! The cooperative at full size: 110 processes on this machine.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use verbund_node::cli::demo::figures::Spread;

use super::{Plan, Row, alone, machine, report::percentile, scene::Desk, tell};
use crate::town::Town;

/// How long nodes are left in peace before memory and processor time are read.
const SETTLE: Duration = Duration::from_secs(5);

/// Running clinics with a connection to each.
pub(super) struct Fleet {
    pub(super) town: Town,
    desks: Vec<Desk>,
    /// From the start of the first process until every node knew the address of every other, seconds.
    pub(super) directory_s: f64,
    /// What all nodes together needed of processors for that, seconds: other programs on the machine do not change it.
    pub(super) directory_cpu_s: f64,
}

impl Fleet {
    /// Starts all clinics and waits until everybody knows everybody.
    ///
    /// # Errors
    /// If a node does not come up.
    pub(super) fn start(clinics: usize) -> anyhow::Result<Self> {
        let mut town = Town::found(clinics, 240 * clinics as u32);
        let begun = Instant::now();
        (0..clinics).for_each(|at| town.launch(at));
        (0..clinics).for_each(|at| town.wait_ready(at));
        let others = clinics as u64 - 1;
        let mut desks = (0..clinics).map(|at| Desk::at(&town, at)).collect::<anyhow::Result<Vec<_>>>()?;
        for desk in &mut desks {
            desk.until("all addresses are known", Duration::from_millis(5), |desk| Ok((desk.status()?["addresses_known"].as_u64() == Some(others)).then_some(())))?;
        }
        let directory_s = begun.elapsed().as_secs_f64();
        let directory_cpu_s = (0..clinics).map(|at| town.node(at).processor_time()).sum::<anyhow::Result<Duration>>()?.as_secs_f64();
        tell(&format!("{clinics} clinics: complete directory after {directory_s:.2} s, {directory_cpu_s:.2} s of processor time"));
        Ok(Self { town, desks, directory_s, directory_cpu_s })
    }

    pub(super) fn len(&self) -> usize {
        self.desks.len()
    }
    pub(super) fn desk(&mut self, at: usize) -> &mut Desk {
        &mut self.desks[at]
    }

    /// States free places at one clinic.
    ///
    /// # Errors
    /// What the node refuses.
    pub(super) fn publish(&mut self, at: usize, free: u16) -> anyhow::Result<()> {
        let change = json!({
            "id": { "facility": self.town.village.clinics[at].plan.facility.ik, "department": "2300" }, "name": "Orthopädie", "beds": 200, "free": vec![free; 28],
            "settings": ["inpatient"], "indications": ["locomotor"], "payers": ["drv"], "rooms": ["single", "double"], "constraints": [],
        });
        self.desks[at].ask("capacity", json!({ "publish": change })).map(drop)
    }

    /// Returns, for the department of the clinic at `at`, when each node kept what it shows, milliseconds; the clinic's own comes first.
    fn kept(&mut self, at: usize) -> anyhow::Result<Vec<f64>> {
        let facility = self.town.village.clinics[at].plan.facility.ik.clone();
        let order = (at..at + 1).chain((0..self.len()).filter(|other| *other != at));
        order.map(|node| kept_at(&mut self.desks[node], &json!(facility))).collect()
    }

    /// Waits until the number of free places stated at `at` is known at every node, and returns how long after its commit the last
    /// node had kept it, milliseconds.
    ///
    /// # Errors
    /// If it does not become known.
    pub(super) fn visible(&mut self, at: usize, free: u16) -> anyhow::Result<f64> {
        let facility = json!(self.town.village.clinics[at].plan.facility.ik);
        for desk in &mut self.desks {
            desk.until("the statement is known", Duration::from_millis(5), |desk| {
                let shown = desk.ask("capacity", json!({ "show": { "facility": facility, "all": true } }))?;
                Ok((shown["departments"][0]["free"][0].as_u64() == Some(free.into())).then_some(()))
            })?;
        }
        let kept = self.kept(at)?;
        let last = kept.iter().copied().fold(0.0, f64::max);
        Ok(last - kept[0])
    }

    /// Returns resident memory of each node in MiB, and the mean share of a core that one uses in `span`, percent.
    ///
    /// # Errors
    /// If a process is gone.
    pub(super) fn idle(&mut self, span: Duration) -> anyhow::Result<Idle> {
        let clinics = self.len();
        let used = |town: &mut Town| (0..clinics).map(|at| town.node(at).processor_time()).sum::<anyhow::Result<Duration>>();
        let before = used(&mut self.town)?;
        std::thread::sleep(span);
        let spent = used(&mut self.town)?.saturating_sub(before);
        let memory = (0..clinics).map(|at| self.town.node(at).resident_mib()).collect::<anyhow::Result<Vec<f64>>>()?;
        let own = (0..clinics).map(|at| self.town.node(at).own_mib()).collect::<anyhow::Result<Vec<f64>>>()?;
        Ok(Idle { memory, own, percent: spent.as_secs_f64() / span.as_secs_f64() / clinics as f64 * 100.0 })
    }
}

/// What nodes cost that have nothing to do.
pub(super) struct Idle {
    /// Memory of each, MiB, with the pages of the program's file.
    pub(super) memory: Vec<f64>,
    /// The part of it that is each one's own.
    own: Vec<f64>,
    /// Processor time of one, per cent of a core.
    pub(super) percent: f64,
}

fn kept_at(desk: &mut Desk, facility: &Value) -> anyhow::Result<f64> {
    let shown = desk.ask("capacity", json!({ "show": { "facility": facility, "all": true } }))?;
    let at = shown["departments"][0]["kept_at"].as_str().context("a record says when it was kept")?;
    Ok(at.parse::<verbund_protocol::time::Timestamp>().map_err(|_| anyhow::anyhow!("not a moment: {at}"))?.0 as f64)
}

/// Measures the rows of the whole cooperative.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let clinics = plan.size(6, 110);
    let mut fleet = Fleet::start(clinics)?;
    let mut rows = vec![Row {
        name: "directory",
        what: format!("{clinics} processes from start to complete directory"),
        against: "–".into(),
        aim: "≤ 10 s".into(),
        measured: format!("{:.2} s, with {:.2} s of processor time on {} cores", fleet.directory_s, fleet.directory_cpu_s, machine::cores()),
        ratio: None,
        reached: fleet.directory_s <= 10.0,
        figures: json!({ "directory_s": fleet.directory_s, "processor_s": fleet.directory_cpu_s, "cores": machine::cores() }),
    }];
    std::thread::sleep(plan.size(Duration::ZERO, SETTLE));
    if plan.wants("visible") {
        rows.push(visible(plan, &mut fleet)?);
    }
    if plan.wants("idle") {
        std::thread::sleep(plan.size(Duration::ZERO, SETTLE));
        let span = Duration::from_secs(plan.size(2, 60));
        let found = fleet.idle(span)?;
        drop(fleet);
        rows.push(idle(plan, clinics, &found, span)?);
    }
    Ok(rows)
}

fn visible(plan: &Plan, fleet: &mut Fleet) -> anyhow::Result<Row> {
    let clinics = fleet.len();
    // One change after the other, as on a working day; then every clinic at once, as at eight in the morning.
    let mut single = Vec::new();
    for number in 0..plan.size(6, 100) {
        let at = number * 7 % clinics;
        let free = 1 + (number / clinics) as u16;
        fleet.publish(at, free)?;
        single.push(fleet.visible(at, free)?);
    }
    for at in 0..clinics {
        fleet.publish(at, 77)?;
    }
    let burst = (0..clinics).map(|at| fleet.visible(at, 77)).collect::<anyhow::Result<Vec<f64>>>()?;
    let (one, all) = (Spread::of(&single), Spread::of(&burst));
    tell(&format!("visible: one {one:?}, all {all:?}"));
    Ok(Row {
        name: "visible",
        what: format!("a capacity change visible at all of {clinics} processes"),
        against: "–".into(),
        aim: "p99 ≤ 300 ms".into(),
        measured: format!("one at a time p50 {:.0}, p99 {:.0} ms; all at once p50 {:.0}, p99 {:.0} ms", one.p50, one.p99, all.p50, all.p99),
        ratio: None,
        reached: one.p99 <= 300.0 && all.p99 <= 300.0,
        figures: json!({ "one_ms": one, "all_at_once_ms": all, "clinics": clinics }),
    })
}

fn idle(plan: &Plan, clinics: usize, Idle { memory, own, percent }: &Idle, span: Duration) -> anyhow::Result<Row> {
    let (bare_memory, bare_percent) = alone::idle(clinics, plan.size(Duration::from_secs(1), SETTLE), span)?;
    let (median, most) = (percentile(memory, 50.0), memory.iter().copied().fold(0.0, f64::max));
    let (bare, own) = (percentile(&bare_memory, 50.0), percentile(own, 50.0));
    Ok(Row {
        name: "idle",
        what: format!("node process at {clinics} members, idle {} s", span.as_secs()),
        against: format!("the mesh alone (same behaviours, no node around it): {bare:.1} MiB, {bare_percent:.2} % of a core"),
        aim: "≤ 25 MiB, ≤ 0.2 % of a core".into(),
        measured: format!("{median:.1} MiB (largest {most:.1}), of which {own:.1} are its own and the rest the program's file; {percent:.2} % of a core"),
        ratio: Some(median / bare),
        reached: median <= 25.0 && *percent <= 0.2,
        figures: json!({ "rss_mib_median": median, "rss_mib_max": most, "own_mib_median": own, "cpu_percent": percent, "bare_rss_mib": bare, "bare_cpu_percent": bare_percent }),
    })
}

//! The same costs at sizes that no machine holds as processes: the node's own core and store for every clinic, on a virtual clock,
//! network and disk in this process.
//!
//! Bytes are those of questions, answers and announcements; TLS and the multiplexer are not there. Announcements are flooded over all
//! links, so there are more of them than gossip sends. Memory is that of this process, with each node's disk in it.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use verbund_node::{
    domain::capacity::Stated,
    store::capacity::kept_at,
    workflow::{WorkError, capacity, replication, search::Wanted},
};
use verbund_protocol::{capacity::DepartmentId, search::Query};

use super::{CHANGES_A_DAY, Point};
use crate::{
    bench::{Plan, report::percentile, tell},
    simulator::{
        World,
        cooperative::{self, START, Size},
    },
};

/// Virtual time within which everybody must know everybody.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Lets a cooperative of `clinics` live until all is known everywhere, then for a quiet while, then with changes.
///
/// # Errors
/// If something does not become known.
pub(super) fn point(plan: &Plan, clinics: usize) -> anyhow::Result<Point> {
    let before = resident_mib()?;
    let mut world = found(clinics)?;
    for at in 0..clinics {
        state(&mut world, at, 1)?;
    }
    let directory_s = settle(&mut world)?;
    let memory = (resident_mib()? - before) / clinics as f64;
    let quiet = plan.size(Duration::from_secs(60), Duration::from_secs(180));
    let carried = world.carried_bytes;
    world.run(quiet);
    let idle = (world.carried_bytes - carried) as f64 / quiet.as_secs_f64();
    let (visible, bytes) = changes(&mut world, plan.size(2, 4), idle)?;
    let search = searches(&mut world, plan.size(5, 200))?;
    // What one node sends another receives.
    let share = |bytes: f64| 2.0 * bytes / clinics as f64;
    let point = Point {
        clinics,
        mib_a_day: (share(idle) * 86_400.0 + share(bytes) * CHANGES_A_DAY * clinics as f64) / 1024.0 / 1024.0,
        bytes_a_change: share(bytes),
        rss_mib: memory,
        search_us: percentile(&search, 50.0),
        visible_ms: percentile(&visible, 99.0),
        directory_s,
        cpu_percent: None,
    };
    tell(&format!("growth, simulated: {point:?}"));
    Ok(point)
}

fn found(clinics: usize) -> anyhow::Result<World> {
    let acute = clinics * Size::FULL.acute / Size::FULL.members();
    let mut document = cooperative::document(Size { acute, rehab: clinics - acute }, 1, None);
    for (at, member) in document.members.iter_mut().enumerate() {
        // All within Bavaria, however many there are.
        let (row, column) = (at as i32 / 40, at as i32 % 40);
        member.facilities[0].latitude = 47_500_000 + row * 100_000;
        member.facilities[0].longitude = 9_500_000 + column * 100_000;
    }
    let world = World::new(clinics as u64, START, &document, false);
    for at in 0..clinics {
        // A thousand logs of the usual length would not find room in memory, which is where these disks are.
        let store = world.store(at).context("a new disk is good")?;
        store.db().execute_batch("PRAGMA wal_autocheckpoint = 64")?;
    }
    Ok(world)
}

fn department(at: usize) -> DepartmentId {
    cooperative::department(at, 0)
}

fn state(world: &mut World, at: usize, free: u16) -> anyhow::Result<()> {
    let today = world.clock(at).day();
    let stated = Stated { name: "Reha".into(), beds: 40, first_day: today, free: vec![free; 28], ..Stated::new(department(at)) };
    Ok(world.ask(at, move |work| capacity::state(work, vec![stated]).map(drop))?)
}

/// Returns after how many virtual seconds every node knows every address and every department.
fn settle(world: &mut World) -> anyhow::Result<f64> {
    let begun = world.now;
    let others = world.len() - 1;
    let mut at = 0;
    while at < world.len() {
        let (addresses, departments) = world.ask(at, |work| Ok((replication::addresses(&work.membership, &work.public, &work.me.auth).len(), work.public.board.iter().count())))?;
        if (addresses, departments) == (others, others + 1) {
            at += 1;
            continue;
        }
        ensure!(world.now.since(begun) < PATIENCE, "node {at} knows {addresses} of {others} addresses and {departments} departments after {PATIENCE:?}");
        world.run(Duration::from_secs(1));
    }
    Ok(world.now.since(begun).as_secs_f64())
}

/// Has `count` clinics change something and returns after how many virtual milliseconds the last node had kept each change, and the
/// bytes of one change.
fn changes(world: &mut World, count: usize, idle: f64) -> anyhow::Result<(Vec<f64>, f64)> {
    let span = Duration::from_secs(30);
    let (mut visible, carried) = (Vec::new(), world.carried_bytes);
    for number in 0..count {
        let at = number * 7 % world.len();
        let begun = world.now;
        state(world, at, 2 + number as u16)?;
        world.run(span);
        let mut last = begun;
        for node in 0..world.len() {
            let store = world.store(node).context("no disk fails here")?;
            let kept = kept_at(store.db(), &department(at))?.filter(|kept| *kept >= begun);
            last = last.max(kept.with_context(|| format!("node {node} does not know the change after {span:?}"))?);
        }
        visible.push(last.since(begun).as_secs_f64() * 1e3);
    }
    let seconds = span.as_secs_f64() * count as f64;
    Ok((visible, ((world.carried_bytes - carried) as f64 - idle * seconds).max(0.0) / count as f64))
}

/// Returns how long searches at one node take, microseconds.
fn searches(world: &mut World, count: usize) -> anyhow::Result<Vec<f64>> {
    let today = world.clock(0).day();
    let search = move |work: &mut verbund_node::workflow::Work<'_>| -> Result<f64, WorkError> {
        let wanted = Wanted { query: Query::between(today, today.plus(20)), from_place: None, near_place: None };
        Ok(verbund_node::workflow::search::find(work, wanted.locate()?)?.took_us as f64)
    };
    (0..count).map(|_| Ok(world.ask(0, search)?)).collect()
}

fn resident_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<f64>()? / 1024.0)
}

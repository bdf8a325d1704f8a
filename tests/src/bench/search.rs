//! Searching among a thousand and ten thousand facilities at a real node, against a bare scan over the same records.

use std::{hint::black_box, time::Duration, time::Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use verbund_node::{
    cli::demo::{found::Village, plan, process::Process},
    domain::identity::Identity,
    runtime::service,
    store::{Store, capacity, key::KeyFile},
};
use verbund_protocol::{
    address::Order,
    capacity::{CapacityRecord, DepartmentId},
    catalogue::{Ahb, Constraint, Payer, Room, Setting},
    certificate::NodeName,
    id::Ik,
    limits::MAX_FACILITIES,
    membership::Facility,
    search::Query,
    sign::SecretKey,
    time::Timestamp,
};

use super::{
    Plan, Row,
    report::percentile,
    scene::{Desk, today},
    tell,
};
use crate::town::programs;

/// What one size showed, microseconds.
struct Measured {
    facilities: usize,
    median: f64,
    p99: f64,
    bare: f64,
}

/// Measures the row.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let sizes = plan.size(vec![200], vec![1_000, 10_000]);
    let measured = sizes.into_iter().map(|facilities| at_size(facilities, plan.size(20, 2_000))).collect::<anyhow::Result<Vec<Measured>>>()?;
    let ratios: Vec<f64> = measured.iter().map(|size| size.median / size.bare).collect();
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    let slowest = measured.iter().map(|size| size.p99).fold(0.0, f64::max);
    let list = |what: &dyn Fn(&Measured) -> String| measured.iter().map(what).collect::<Vec<_>>().join("; ");
    let figures: Vec<Value> = measured
        .iter()
        .map(|size| json!({ "facilities": size.facilities, "median_us": size.median, "p99_us": size.p99, "bare_scan_us": size.bare, "ratio": size.median / size.bare }))
        .collect();
    Ok(vec![Row {
        name: "search",
        what: format!("search over {} facilities: constraints, ranking, explanation", list(&|size| size.facilities.to_string())),
        against: format!("a bare scan of the same records for the same constraints: {} µs", list(&|size| format!("{:.1}", size.bare))),
        aim: "≤ 3 ×, p99 ≤ 0.3 ms".into(),
        measured: list(&|size| format!("{:.1} ×, median {:.0} µs, p99 {:.0} µs", size.median / size.bare, size.median, size.p99)),
        ratio: Some(worst),
        reached: worst <= 3.0 && slowest <= 300.0,
        figures: json!(figures),
    }])
}

fn at_size(facilities: usize, rounds: usize) -> anyhow::Result<Measured> {
    tell(&format!("search: a network of {facilities} facilities"));
    let folder = tempfile::tempdir()?;
    let now = service::now();
    let village = Village::found(&folder.path().join("v"), plans(facilities), now)?;
    let records = records(&village, now)?;
    let searcher = &village.clinics[0];
    let mut process = Process::start(&programs().join("verbund"), &searcher.folder)?;
    process.wait_ready()?;
    let mut desk = Desk::open(&searcher.folder.join("control.sock"))?;
    let queries = queries()?;
    for query in queries.iter().cycle().take(rounds / 10) {
        find(&mut desk, query)?; // the first ones warm up
    }
    // Search and bare scan in turn, so that both begin where a machine begins that has done something else in between.
    let bare = Bare::new(&records);
    let (mut took, mut scanned) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for query in queries.iter().cycle().take(rounds) {
        took.push(find(&mut desk, query)?);
        scanned.push(bare.scan(query));
    }
    Ok(Measured { facilities, median: percentile(&took, 50.0), p99: percentile(&took, 99.0), bare: percentile(&scanned, 50.0) })
}

/// One clinic that searches, and members with as many facilities as a member may have.
fn plans(facilities: usize) -> Vec<plan::Plan> {
    let mut plans = plan::plans(1 + facilities.div_ceil(MAX_FACILITIES), 1_000);
    let mut number = 0;
    for plan in &mut plans[1..] {
        let count = MAX_FACILITIES.min(facilities - number);
        let facility = |at: usize| {
            let place = plan.facility.clone();
            // Spread over Bavaria, every place its own.
            let (north, east) = (at as i32 * 7_919 % 2_700_000, at as i32 * 104_729 % 4_300_000);
            Facility { ik: Ik::with_check_digit(26_000_000 + at as u32), name: format!("Rehaklinik {at}"), latitude: 47_500_000 + north, longitude: 9_300_000 + east, ..place }
        };
        let mut all: Vec<Facility> = (number..number + count).map(facility).collect();
        plan.facility = all.remove(0);
        plan.branches = all;
        number += count;
    }
    plans
}

/// Signs a statement of every facility with its member's key and puts it into the searching node's store, as synchronisation would.
fn records(village: &Village, now: Timestamp) -> anyhow::Result<Vec<CapacityRecord>> {
    let searcher = &village.clinics[0];
    let data = searcher.folder.join("data");
    let store = Store::unlock(&data, &KeyFile::new(&searcher.folder.join("identity/database.key"), &data)?)?;
    let mut records = Vec::new();
    for clinic in &village.clinics[1..] {
        let name = NodeName { network: village.network.clone(), member: clinic.plan.member.clone(), node: "1".parse()? };
        let key = Identity::load(&clinic.folder.join("identity"), &name)?.sign_key;
        store.write(|db| {
            for facility in std::iter::once(&clinic.plan.facility).chain(&clinic.plan.branches) {
                let record = record(records.len() as u32, facility, now);
                let signed = sign(record.clone(), village, &key)?;
                capacity::put(db, &record.id, &signed, now)?;
                records.push(record);
            }
            Ok::<_, anyhow::Error>(())
        })?;
    }
    Ok(records)
}

fn sign(record: CapacityRecord, village: &Village, key: &SecretKey) -> anyhow::Result<Vec<u8>> {
    Ok(record.sign(&village.network, key).context("a statement that keeps the rules")?.bytes().to_vec())
}

/// A department that differs from its neighbours in everything that a search asks about.
fn record(at: u32, facility: &Facility, now: Timestamp) -> CapacityRecord {
    let mixed = at.wrapping_mul(2_654_435_761);
    let some = |from: u32, of: u16| (1..=of).filter(move |number| mixed >> ((from + u32::from(*number)) % 32) & 1 == 1);
    CapacityRecord {
        id: DepartmentId { facility: facility.ik.clone(), department: "2300".parse().expect("a department key") },
        order: Order { epoch: 1, seq: 1 },
        observed_at: now,
        valid_until: now.plus(Duration::from_secs(72 * 3600)),
        beds: 40 + (at % 160) as u16,
        first_day: now.day(),
        free: (0..28).map(|day| if mixed >> (day % 32) & 3 == 0 { 0 } else { 1 + (day % 3) as u16 }).collect(),
        settings: vec![Setting::new(1)],
        indications: [1, 4, 5, 9, 11].into_iter().filter(|number| !(at + u32::from(*number)).is_multiple_of(3)).map(Ahb::new).collect(),
        constraints: some(3, 8).map(Constraint::new).collect(),
        payers: some(11, 4).chain([1]).collect::<std::collections::BTreeSet<u16>>().into_iter().map(Payer::new).collect(),
        rooms: vec![Room::new(1), Room::new(2)],
        languages: vec![],
        name: "Orthopädie".into(),
    }
}

/// What people look for: from hardly any condition to many.
fn queries() -> anyhow::Result<Vec<Query>> {
    let base = Query { indication: Some(Ahb::new(4)), ..Query::between(today().plus(5), today().plus(18)) };
    let munich = verbund_protocol::place::Coordinates::from_degrees(48.137, 11.575);
    Ok(vec![
        Query { payer: Some(Payer::new(1)), origin: munich, ..base.clone() },
        Query { payer: Some(Payer::new(1)), origin: munich, max_km: Some(100), constraints: vec![Constraint::new(1)], ..base.clone() },
        Query { payer: Some(Payer::new(2)), setting: Some(Setting::new(1)), constraints: vec![Constraint::new(2), Constraint::new(5)], origin: munich, ..base.clone() },
        Query { room: Some(Room::new(1)), constraints: vec![Constraint::new(3)], ..base },
    ])
}

fn find(desk: &mut Desk, query: &Query) -> anyhow::Result<f64> {
    let found = desk.ask("search", json!({ "find": { "wanted": { "query": query, "from_place": null, "near_place": null }, "confirm": 0 } }))?;
    found["took_us"].as_f64().context("a search says how long it took")
}

/// A record packed as tightly as the question allows.
struct Packed {
    indications: u32,
    constraints: u32,
    payers: u32,
    rooms_and_settings: u32,
    free: u64,
    valid_until: u64,
}

impl Packed {
    fn of(record: &CapacityRecord) -> Self {
        let bits = |numbers: &mut dyn Iterator<Item = u16>| numbers.fold(0, |bits, number| bits | 1_u32 << (number % 32));
        Self {
            indications: bits(&mut record.indications.iter().map(|code| code.number())),
            constraints: bits(&mut record.constraints.iter().map(|code| code.number())),
            payers: bits(&mut record.payers.iter().map(|code| code.number())),
            rooms_and_settings: bits(&mut record.rooms.iter().map(|code| code.number()).chain(record.settings.iter().map(|code| 16 + code.number()))),
            free: record.free.iter().enumerate().filter(|(_, free)| **free > 0).fold(0, |days, (day, _)| days | 1 << day),
            valid_until: record.valid_until.0,
        }
    }
}

/// The records as a bare scan needs them.
struct Bare {
    rows: Vec<Packed>,
    first_day: u32,
}

impl Bare {
    fn new(records: &[CapacityRecord]) -> Self {
        Self { rows: records.iter().map(Packed::of).collect(), first_day: records.first().map_or(0, |record| record.first_day.0) }
    }

    /// Returns how long it takes to test every record for what a query demands and to keep the numbers of those that meet it,
    /// microseconds. It orders and explains nothing, and leaves distances out.
    fn scan(&self, query: &Query) -> f64 {
        let begun = Instant::now();
        let (demand, now) = (demand(query, self.first_day), service::now().0);
        let mut found: Vec<u32> = Vec::with_capacity(64);
        for (at, row) in (0..).zip(black_box(&self.rows)) {
            let meets = row.indications & demand.indications == demand.indications
                && row.constraints & demand.constraints == demand.constraints
                && row.payers & demand.payers == demand.payers
                && row.rooms_and_settings & demand.rooms_and_settings == demand.rooms_and_settings
                && row.free & demand.free != 0
                && row.valid_until > now;
            if meets {
                found.push(at);
            }
        }
        black_box(&found);
        begun.elapsed().as_secs_f64() * 1e6
    }
}

fn demand(query: &Query, first: u32) -> Packed {
    let bits = |numbers: &mut dyn Iterator<Item = u16>| numbers.fold(0, |bits, number| bits | 1_u32 << (number % 32));
    let days = |day: u32| day.saturating_sub(first).min(63);
    Packed {
        indications: bits(&mut query.indication.iter().map(|code| code.number())),
        constraints: bits(&mut query.constraints.iter().map(|code| code.number())),
        payers: bits(&mut query.payer.iter().map(|code| code.number())),
        rooms_and_settings: bits(&mut query.room.iter().map(|code| code.number()).chain(query.setting.iter().map(|code| 16 + code.number()))),
        free: (days(query.from.0)..=days(query.until.0)).fold(0, |bits, day| bits | 1 << day),
        valid_until: 0,
    }
}

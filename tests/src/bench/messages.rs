//! Signed referral messages between two clinics: a thousand in flight, and one alone.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{
    Plan, Row, floor, machine,
    report::{Runs, percentile},
    scene::{self, Desk},
    tell,
};
use crate::town::Town;

const ASKER: usize = 0;
const OWNER: usize = 1;
/// Conversations, each with one message on its way.
const IN_FLIGHT: usize = 1_000;
/// Connections by which the messages are handed in at each clinic, each with as many commands under way as it may: together all of them.
const HANDS: usize = IN_FLIGHT.div_ceil(scene::AHEAD);

/// Who says something after the inquiry: the owner asks, the asker answers, and again.
const TURNS: [usize; 4] = [OWNER, ASKER, OWNER, ASKER];
/// How long nobody asks whether a lone message has arrived.
const ON_ITS_WAY: Duration = Duration::from_millis(10);

/// Two clinics with cases of discharge.
struct Story {
    town: Town,
    cases: Vec<String>,
}

impl Story {
    fn begin(cases: usize) -> anyhow::Result<Self> {
        let mut story = Self { town: Town::start(2, 40), cases: Vec::new() };
        story.open(cases)?;
        Ok(story)
    }

    /// Opens cases about which nothing was said yet.
    fn open(&mut self, count: usize) -> anyhow::Result<()> {
        let patient = Desk::at(&self.town, ASKER)?.patient()?;
        self.cases = scene::spread(&scene::socket(&self.town, ASKER), HANDS, count, |desk, _| desk.open_case(patient))?;
        Ok(())
    }

    /// Asks the owner in each case. Returns the conversations, and how long it took until the last signed receipt was kept.
    fn inquire(&self) -> anyhow::Result<(Vec<String>, Duration)> {
        let (from, to) = (scene::ik(&self.town, ASKER), scene::ik(&self.town, OWNER));
        let begun = Instant::now();
        let shares: Vec<&[String]> = self.cases.chunks(scene::AHEAD).collect();
        let made = scene::spread(&scene::socket(&self.town, ASKER), HANDS, shares.len(), |desk, share| desk.inquire(shares[share], from, &[to]))?;
        Desk::at(&self.town, ASKER)?.until_drained(Duration::from_millis(2))?;
        Ok((made.concat(), begun.elapsed()))
    }

    /// Says one thing in each conversation, the owner a question or the asker its answer, and returns how long it took until the
    /// last signed receipt was kept.
    fn round(&self, conversations: &[String], at: usize) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let shares: Vec<&[String]> = conversations.chunks(scene::AHEAD).collect();
        scene::spread(&scene::socket(&self.town, at), HANDS, shares.len(), |desk, share| desk.ask_all("referral", shares[share].iter().map(|id| next(at, id))))?;
        Desk::at(&self.town, at)?.until_drained(Duration::from_millis(2))?;
        Ok(begun.elapsed())
    }

    /// Returns the processor time of both nodes so far.
    fn processor_time(&mut self) -> anyhow::Result<Duration> {
        Ok(self.town.node(ASKER).processor_time()? + self.town.node(OWNER).processor_time()?)
    }
}

/// The next message of the side at `at`: a question and its answer, again and again.
fn next(at: usize, id: &str) -> Value {
    if at == OWNER {
        json!({ "ask": { "id": id, "questions": ["stairs"] } })
    } else {
        json!({ "answer": { "id": id, "answers": { "answers": [["stairs", "yes"]], "rare_reason": null } } })
    }
}

/// Measures the rows of messages.
///
/// # Errors
/// If a step does not work.
pub(super) fn measure(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    if plan.wants("messages") {
        rows.push(many(plan)?);
    }
    if plan.wants("lone-message") {
        rows.push(alone(plan)?);
    }
    Ok(rows)
}

fn many(plan: &Plan) -> anyhow::Result<Row> {
    let (in_flight, sets) = (plan.size(100, IN_FLIGHT), plan.size(1, plan.runs.max(2)));
    let mut story = Story::begin(in_flight)?;
    let span = Duration::from_millis(plan.size(100, 1_000));
    let mut limits = vec![floor::signature_limit(machine::cores(), span)];
    let (mut rates, mut spent) = (Vec::new(), Duration::ZERO);
    for set in 0..sets {
        if set > 0 {
            story.open(in_flight)?;
        }
        let before = story.processor_time()?;
        // Conversations as long as they are in life: an inquiry, two questions, two answers.
        let (conversations, took) = story.inquire()?;
        rates.push(in_flight as f64 / took.as_secs_f64());
        for at in TURNS {
            rates.push(in_flight as f64 / story.round(&conversations, at)?.as_secs_f64());
        }
        spent += story.processor_time()?.saturating_sub(before);
        limits.push(floor::signature_limit(machine::cores(), span));
    }
    let (rate, limit) = (Runs::of(&rates), Runs::of(&limits).median);
    let ratio = rate.median / limit;
    let cpu_us = spent.as_secs_f64() * 1e6 / (5 * sets * in_flight) as f64;
    tell(&format!("messages: {rate} a second, signatures alone {limit:.0}; {cpu_us:.0} µs of processor time a message"));
    Ok(Row {
        name: "messages",
        what: format!("durable signed messages, {in_flight} in flight, from command to receipt"),
        against: format!("two signatures and two strict verifications a message on {} cores: {limit:.0} a second", machine::cores()),
        aim: "≥ 0.6 ×, ≥ 6,000 a second".into(),
        measured: format!("{ratio:.2} ×, {rate} a second; both nodes together {cpu_us:.0} µs of processor time a message"),
        ratio: Some(ratio),
        reached: ratio >= 0.6 && rate.median >= 6_000.0,
        figures: json!({
            "messages_per_s": rate, "rates": rates, "signature_limit_per_s": limit, "sets": sets, "in_flight": in_flight,
            "cpu_us_per_message": cpu_us, "signatures_cpu_us_per_message": 1e6 * machine::cores() as f64 / limit,
        }),
    })
}

fn alone(plan: &Plan) -> anyhow::Result<Row> {
    // Conversations as long as they are in life: an inquiry, two questions, two answers.
    let cases = plan.size(5, 75);
    let count = cases * TURNS.len();
    let story = Story::begin(cases)?;
    let (conversations, _) = story.inquire()?;
    let before = floor::lone_messages(story.town.folder(), count)?;
    let mut desks = [Desk::at(&story.town, ASKER)?, Desk::at(&story.town, OWNER)?];
    let mut took = Vec::new();
    for id in &conversations {
        for at in TURNS {
            desks[at].ask("referral", next(at, id))?;
            // Who asks whether it has arrived is work for the node, too: not while the message is on its way.
            std::thread::sleep(ON_ITS_WAY);
            desks[at].until_drained(ON_ITS_WAY)?;
            took.push(desks[at].status()?["delivery_us"]["last"].as_f64().context("a node says how long a delivery took")?);
        }
    }
    let after = floor::lone_messages(story.town.folder(), count)?;
    let floor = percentile(&[before, after].concat(), 50.0);
    let (median, p99) = (percentile(&took, 50.0), percentile(&took, 99.0));
    let ratio = median / floor;
    Ok(Row {
        name: "lone-message",
        what: "one message alone, from its commit to the durable receipt".into(),
        against: format!("two fdatasyncs, two signatures, two strict verifications, one round trip: {floor:.0} µs"),
        aim: "≤ 2.5 ×".into(),
        measured: format!("{ratio:.2} ×: median {median:.0} µs, p99 {p99:.0} µs"),
        ratio: Some(ratio),
        reached: ratio <= 2.5,
        figures: json!({ "floor_us": floor, "median_us": median, "p99_us": p99, "messages": count }),
    })
}

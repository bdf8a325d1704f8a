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
/// Connections by which the messages are handed in at each clinic.
const HANDS: usize = 48;

/// Two clinics with conversations.
struct Story {
    town: Town,
    conversations: Vec<String>,
}

impl Story {
    fn begin(conversations: usize) -> anyhow::Result<Self> {
        let town = Town::start(2, 40);
        let patient = Desk::at(&town, ASKER)?.patient()?;
        let (from, to) = (scene::ik(&town, ASKER).to_owned(), scene::ik(&town, OWNER).to_owned());
        let begin = |desk: &mut Desk, _| {
            let case = desk.open_case(patient)?;
            desk.inquire(&case, &from, &[&to])
        };
        let made = scene::spread(&scene::socket(&town, ASKER), HANDS, conversations, begin)?;
        Desk::at(&town, ASKER)?.until_drained(Duration::from_millis(20))?;
        Ok(Self { town, conversations: made.concat() })
    }

    /// Says one thing in each conversation, the owner a question or the asker its answer, and returns how long it took until the
    /// last signed receipt was kept.
    fn round(&self, at: usize) -> anyhow::Result<Duration> {
        let mut watch = Desk::at(&self.town, at)?;
        let begun = Instant::now();
        scene::spread(&scene::socket(&self.town, at), HANDS, self.conversations.len(), |desk, which| desk.ask("referral", next(at, &self.conversations[which])))?;
        watch.until_drained(Duration::from_millis(2))?;
        Ok(begun.elapsed())
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
    let story = Story::begin(plan.size(100, IN_FLIGHT))?;
    let rounds = plan.size(2, 5 * plan.runs.max(2));
    let limit_before = floor::signature_limit(machine::cores(), Duration::from_millis(plan.size(100, 1_000)));
    let mut rates = Vec::new();
    for round in 0..rounds {
        let took = story.round(if round % 2 == 0 { OWNER } else { ASKER })?;
        rates.push(story.conversations.len() as f64 / took.as_secs_f64());
    }
    let limit = limit_before.midpoint(floor::signature_limit(machine::cores(), Duration::from_millis(plan.size(100, 1_000))));
    let rate = Runs::of(&rates);
    let ratio = rate.median / limit;
    tell(&format!("messages: {rate} a second, signatures alone {limit:.0}"));
    Ok(Row {
        name: "messages",
        what: format!("durable signed messages, {} in flight, from command to receipt", story.conversations.len()),
        against: format!("two signatures and two strict verifications a message on {} cores: {limit:.0} a second", machine::cores()),
        aim: "≥ 0.6 ×, ≥ 6,000 a second".into(),
        measured: format!("{ratio:.2} ×, {rate} a second"),
        ratio: Some(ratio),
        reached: ratio >= 0.6 && rate.median >= 6_000.0,
        figures: json!({ "messages_per_s": rate, "signature_limit_per_s": limit, "rounds": rounds, "conversations": story.conversations.len() }),
    })
}

fn alone(plan: &Plan) -> anyhow::Result<Row> {
    let count = plan.size(20, 300);
    let story = Story::begin(1)?;
    let id = story.conversations.first().context("an inquiry makes a conversation")?;
    let before = floor::lone_messages(story.town.folder(), count)?;
    let mut desks = [Desk::at(&story.town, ASKER)?, Desk::at(&story.town, OWNER)?];
    let mut took = Vec::new();
    for number in 0..count {
        let at = if number % 2 == 0 { OWNER } else { ASKER };
        desks[at].ask("referral", next(at, id))?;
        desks[at].until_drained(Duration::from_micros(200))?;
        took.push(desks[at].status()?["delivery_us"]["last"].as_f64().context("a node says how long a delivery took")?);
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

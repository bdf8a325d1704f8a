//! What the rows share: clinics with a patient, documents of noise, many commands at once.

use std::{
    io::Read,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use verbund_node::{
    control::{Command, client::Client},
    domain::calendar,
    runtime::service,
};
use verbund_protocol::{id::LocalId, time::Day};

use crate::town::Town;

/// How long something may take before the bench says that it does not happen. A bound, never an expectation.
const PATIENCE: Duration = Duration::from_secs(600);

/// Returns a command from its JSON on the control socket.
///
/// # Errors
/// If there is no such command.
pub(crate) fn command(area: &str, what: Value) -> anyhow::Result<Command> {
    serde_json::from_value(json!({ "area": area, "do": what })).with_context(|| format!("no such command: {area}"))
}

/// Commands of one connection under way at once, as many as a node works off together.
pub(crate) const AHEAD: usize = 32;

/// A connection to one clinic's node, kept for many commands.
pub(crate) struct Desk(Client);

impl Desk {
    pub(crate) fn at(town: &Town, at: usize) -> anyhow::Result<Self> {
        Ok(Self(Client::connect(&socket(town, at))?))
    }
    pub(crate) fn open(socket: &std::path::Path) -> anyhow::Result<Self> {
        Ok(Self(Client::connect(socket)?))
    }

    /// Returns how the node says it is.
    ///
    /// # Errors
    /// If it does not answer.
    pub(crate) fn status(&mut self) -> anyhow::Result<Value> {
        Ok(self.ask("status", json!("show"))?["status"].take())
    }

    /// Returns whether every document that was announced is here.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn has_arrived(&mut self) -> anyhow::Result<bool> {
        Ok(self.ask("document", json!("status"))?["arriving"].as_array().is_some_and(Vec::is_empty))
    }

    /// Hands in a command and returns the reply.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn ask(&mut self, area: &str, what: Value) -> anyhow::Result<Value> {
        self.0.ask(&command(area, what)?).with_context(|| area.to_owned())
    }

    /// Hands in many commands at once and returns their replies in the same order.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn ask_all(&mut self, area: &str, many: impl IntoIterator<Item = Value>) -> anyhow::Result<Vec<Value>> {
        let commands = many.into_iter().map(|what| command(area, what)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut replies = Vec::with_capacity(commands.len());
        for some in commands.chunks(AHEAD) {
            some.iter().try_for_each(|command| self.0.send(command))?;
            for _ in some {
                replies.push(self.0.answer().with_context(|| area.to_owned())?);
            }
        }
        Ok(replies)
    }

    /// Adds a document of noise and returns its name.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn add_document(&mut self, patient: LocalId, size: u64, seed: u64) -> anyhow::Result<Value> {
        let add = json!({ "add": { "patient": patient, "kind": "AD010115", "title": "Bilddaten", "size": size, "extension": "pdf" } });
        self.0.send(&command("document", add)?)?;
        self.0.send_bytes(&mut Noise::new(seed), size)?;
        let reply: Value = self.0.answer()?;
        Ok(reply["added"].clone())
    }

    /// Looks again and again, pausing in between, until `look` returns something.
    ///
    /// # Errors
    /// What the node refuses, or that it took too long.
    pub(crate) fn until<T>(&mut self, what: &str, pause: Duration, mut look: impl FnMut(&mut Self) -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                bail!("waited {PATIENCE:?} in vain until {what}");
            }
            std::thread::sleep(pause);
        }
    }

    /// Waits until nothing waits to be sent.
    ///
    /// # Errors
    /// As [`Self::until`].
    pub(crate) fn until_drained(&mut self, pause: Duration) -> anyhow::Result<()> {
        self.until("the outbox is empty", pause, |desk| {
            let queues = desk.ask("referral", json!("queues"))?;
            let waiting: u64 = queues["queues"].as_array().into_iter().flatten().filter_map(|queue| queue["waiting"].as_u64()).sum();
            Ok((waiting == 0).then_some(()))
        })
    }

    /// Enters a patient who allows discharge management.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn patient(&mut self) -> anyhow::Result<LocalId> {
        let person = json!({ "family": "Mustermann", "given": "Erika", "birth_date": "1951-04-03", "gender": "female", "insurance": "GKV" });
        let patient = serde_json::from_value(self.ask("patient", json!({ "add": person }))?["added"]["id"].clone())?;
        self.consent(patient, "discharge-management", Value::Null)?;
        Ok(patient)
    }

    /// Records a consent of the patient.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn consent(&mut self, patient: LocalId, kind: &str, recipient: Value) -> anyhow::Result<()> {
        let decision = json!({ "kind": kind, "given": true, "recipient": recipient, "form": "Anlage 1b", "by": "patient", "how": "desk", "at": service::now() });
        self.ask("consent", json!({ "record": { "patient": patient, "decision": decision } })).map(drop)
    }

    /// Opens a discharge case of the patient and returns its name.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn open_case(&mut self, patient: LocalId) -> anyhow::Result<String> {
        let new = json!({ "patient": patient, "variant": "rehab", "discharge": today().plus(5), "exception": null });
        text(&self.ask("referral", json!({ "open-case": new }))?["case"]["case"])
    }

    /// Asks clinics for a place in each of the cases and returns the conversations.
    ///
    /// # Errors
    /// What the node refuses.
    pub(crate) fn inquire(&mut self, cases: &[String], from: &str, to: &[&str]) -> anyhow::Result<Vec<String>> {
        let to: Vec<Value> = to.iter().map(|ik| json!({ "facility": ik, "department": "2300" })).collect();
        let inquiry = profile();
        let asked = self.ask_all("referral", cases.iter().map(|case| json!({ "inquire": { "case": case, "from": from, "to": to, "inquiry": inquiry } })))?;
        let made = asked.iter().map(|reply| reply["inquired"]["conversations"].as_array().context("an inquiry names its conversations")).collect::<anyhow::Result<Vec<_>>>()?;
        made.into_iter().flatten().map(text).collect()
    }
}

/// Returns the control socket of a clinic's node.
pub(crate) fn socket(town: &Town, at: usize) -> PathBuf {
    town.village.clinics[at].folder.join("control.sock")
}

/// Returns the IK of a clinic's facility.
pub(crate) fn ik(town: &Town, at: usize) -> &str {
    town.village.clinics[at].plan.facility.ik.as_str()
}

pub(crate) fn today() -> Day {
    calendar::day(service::now())
}

/// Returns a JSON text.
pub(crate) fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().with_context(|| format!("expected a text, got {value}"))?.to_owned())
}

/// An ordinary inquiry: a new hip.
fn profile() -> Value {
    let in_a_day = (service::now().secs() / 60 + 24 * 60) * 60;
    json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70", "sex": null, "indication": "locomotor", "icd": "M16",
        "operation": null, "function": { "singer": null, "barthel": null, "mobility": null, "weight_bearing": null, "travel": null },
        "earliest": today().plus(9), "flexible_days": 5, "setting": "inpatient", "region": "80", "single_room": false, "companion": false,
        "transport": null, "constraints": [], "diet": null, "language": null, "payer": "drv", "approval": "applied", "urgency": null,
        "answer_by": verbund_protocol::time::Timestamp::from_secs(in_a_day), "rare_reason": null,
    })
}

/// Works off `count` pieces on `threads` threads with a connection each, and returns what came of them in their order.
///
/// # Errors
/// The first that any piece meets.
pub(crate) fn spread<T: Send>(socket: &std::path::Path, threads: usize, count: usize, piece: impl Fn(&mut Desk, usize) -> anyhow::Result<T> + Sync) -> anyhow::Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<Vec<(usize, T)>> {
        let mut desk = Desk::open(socket)?;
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return Ok(done);
            }
            done.push((at, piece(&mut desk, at)?));
        }
    };
    let done = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(count)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow::anyhow!("a worker broke off"))?).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let mut all: Vec<(usize, T)> = done.into_iter().flatten().collect();
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, done)| done).collect())
}

/// A document-like stream: a PDF's head, then noise that nothing compresses.
struct Noise {
    head: &'static [u8],
    state: u64,
}

impl Noise {
    fn new(seed: u64) -> Self {
        Self { head: b"%PDF-1.7\n% fictional\n", state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }
}

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let head = self.head.len().min(buffer.len());
        buffer[..head].copy_from_slice(&self.head[..head]);
        self.head = &self.head[head..];
        for piece in buffer[head..].chunks_mut(8) {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            piece.copy_from_slice(&self.state.to_ne_bytes()[..piece.len()]);
        }
        Ok(buffer.len())
    }
}

//! What the demo counts and verifies afterwards: both stores compared, evidence checked offline, memory and processor time.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use serde_json::{Value, json};
use verbund_protocol::{evidence, membership::SignedDocument, time::Timestamp};

use super::{cast::Player, figures::Memory};
use crate::control::{Command, evidence as area};

/// How long the nodes are left in peace to see what they use then.
const QUIET: Duration = Duration::from_secs(10);

/// What comparing both sides' stores has shown.
#[derive(Debug, Default, PartialEq)]
pub struct Compared {
    /// Messages one side wrote and the other does not have.
    pub lost: usize,
    /// Messages that one side has more than once.
    pub duplicated: usize,
    /// Milliseconds from commit to receipt, of every message that has one at its sender.
    pub receipt_ms: Vec<f64>,
}

/// Compares, message by message, what both sides of each conversation hold.
///
/// # Errors
/// If a node does not answer, or messages stay without receipt.
pub fn compare(players: &[Player], conversations: &[(String, usize)]) -> anyhow::Result<Compared> {
    let mut compared = Compared::default();
    for (id, owner) in conversations {
        let sides = [settled(&players[0], id)?, settled(&players[*owner], id)?];
        let [ours, theirs] = sides.each_ref().map(|messages| digests(messages));
        for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
            compared.lost += one.keys().filter(|digest| !other.contains_key(*digest)).count();
            compared.duplicated += one.values().map(|copies| copies - 1).sum::<usize>();
        }
        for message in sides.iter().flatten().filter(|message| message["by"] == "us") {
            let at = |field: &str| message[field].as_str().and_then(|text| text.parse::<Timestamp>().ok());
            if let (Some(stored), Some(receipted)) = (at("stored_at"), at("receipted_at")) {
                compared.receipt_ms.push(receipted.since(stored).as_secs_f64() * 1e3);
            }
        }
    }
    Ok(compared)
}

/// Returns the messages of a conversation once all have their receipts.
fn settled(player: &Player, id: &str) -> anyhow::Result<Vec<Value>> {
    player.until("every message has its receipt", |player| {
        let messages = player.conversation(id)?["messages"].take();
        let messages = messages.as_array().context("a conversation lists its messages")?.clone();
        Ok(messages.iter().all(|message| !message["outcome"].is_null()).then_some(messages))
    })
}

fn digests(messages: &[Value]) -> BTreeMap<String, usize> {
    let mut digests = BTreeMap::new();
    for message in messages {
        *digests.entry(message["digest"].as_str().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    digests
}

/// Exports the evidence of each conversation at both sides and verifies it with nothing but the network document.
///
/// # Errors
/// If a node does not answer or a bundle is not readable.
pub fn verify(players: &[Player], conversations: &[(String, usize)], trusted: &SignedDocument) -> anyhow::Result<bool> {
    let mut holds = true;
    for (id, owner) in conversations {
        for player in [&players[0], &players[*owner]] {
            let mut client = player.process.client()?;
            let export = area::Command::Export { conversation: Some(id.parse()?), case: None, bodies: true };
            let exported: area::Exported = client.ask(&Command::Evidence(export))?;
            let mut bundle = Vec::new();
            client.receive_bytes(&mut bundle, exported.bytes)?;
            holds &= evidence::verify(&bundle, trusted)?.holds();
        }
    }
    Ok(holds)
}

/// For every publication: milliseconds from when its owner kept it until the last of all nodes had.
///
/// # Errors
/// If a node does not answer.
pub fn visibility(players: &[Player]) -> anyhow::Result<Vec<f64>> {
    let mut kept: BTreeMap<String, (Option<Timestamp>, Timestamp)> = BTreeMap::new();
    for player in players {
        let shown = player.ask("capacity", json!({ "show": { "facility": null, "all": true } }))?;
        for row in shown["departments"].as_array().context("a board lists departments")? {
            let at: Timestamp = row["kept_at"].as_str().context("a record says when it was kept")?.parse()?;
            let entry = kept.entry(row["id"].to_string()).or_default();
            entry.1 = entry.1.max(at);
            if row["own"] == true {
                entry.0 = Some(at);
            }
        }
    }
    Ok(kept.values().filter_map(|(own, last)| Some(last.since((*own)?).as_secs_f64() * 1e3)).collect())
}

/// Returns the nodes' resident memory, and the mean share of a core one uses in ten quiet seconds, percent.
///
/// # Errors
/// If a process is gone.
pub fn idle(players: &[Player]) -> anyhow::Result<(Memory, f64)> {
    let used = || players.iter().map(|player| player.process.processor_time()).sum::<anyhow::Result<Duration>>();
    let before = used()?;
    std::thread::sleep(QUIET);
    let percent = (used()?.saturating_sub(before)).as_secs_f64() / QUIET.as_secs_f64() / players.len() as f64 * 100.0;
    let resident = players.iter().map(|player| player.process.resident_mib()).collect::<anyhow::Result<Vec<f64>>>()?;
    Ok((Memory::of(&resident), percent))
}

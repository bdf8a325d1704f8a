//! The cast of the demo: running nodes that are spoken to over their control sockets, as any program would.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{found::Clinic, process::Process};
use crate::control::Command;

/// How long the demo waits for something to happen before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// One clinic on stage.
#[derive(Debug)]
pub struct Player {
    /// The clinic.
    pub clinic: Clinic,
    /// Its process.
    pub process: Process,
}

impl Player {
    /// Hands in a command of `area`, in the JSON of the control socket, and returns the reply.
    ///
    /// # Errors
    /// What the node refuses, with the clinic's name.
    pub fn ask(&self, area: &str, command: Value) -> anyhow::Result<Value> {
        self.ask_with(area, command, &mut std::io::empty(), 0)
    }

    /// Like [`Self::ask`], followed by `size` bytes.
    ///
    /// # Errors
    /// What the node refuses, with the clinic's name.
    pub fn ask_with(&self, area: &str, command: Value, bytes: &mut impl std::io::Read, size: u64) -> anyhow::Result<Value> {
        let context = || format!("{} ({area})", self.clinic.plan.member);
        let command: Command = serde_json::from_value(json!({ "area": area, "do": command })).with_context(context)?;
        let mut client = self.process.client().with_context(context)?;
        client.send(&command).with_context(context)?;
        client.send_bytes(bytes, size).with_context(context)?;
        client.answer().with_context(context)
    }

    /// Looks again and again until `look` returns something.
    ///
    /// # Errors
    /// If it does not within a minute; `what` says what was waited for.
    pub fn until<T>(&self, what: &str, mut look: impl FnMut(&Self) -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self)? {
                return Ok(found);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{}: waited {PATIENCE:?} in vain until {what}", self.clinic.plan.member);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Returns a conversation as this clinic sees it.
    ///
    /// # Errors
    /// What the node refuses.
    pub fn conversation(&self, id: &str) -> anyhow::Result<Value> {
        Ok(self.ask("referral", json!({ "show": id }))?["detail"].take())
    }

    /// Waits until a conversation has come to `step` here.
    ///
    /// # Errors
    /// If it does not.
    pub fn until_step(&self, id: &str, step: &str) -> anyhow::Result<Value> {
        self.until(&format!("the conversation is {step}"), |player| {
            let list = player.ask("referral", json!({ "list": { "side": null, "case": null, "all": true } }))?;
            let here = list["list"].as_array().is_some_and(|rows| rows.iter().any(|row| row["id"] == id && row["step"] == step));
            if here { player.conversation(id).map(Some) } else { Ok(None) }
        })
    }

    /// Returns the clinic's name.
    pub fn name(&self) -> &str {
        &self.clinic.plan.facility.name
    }

    /// Returns the facility's IK.
    pub fn ik(&self) -> &str {
        self.clinic.plan.facility.ik.as_str()
    }
}

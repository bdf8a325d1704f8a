//! All commands, by area. Each area's module holds its commands, their replies and what each asks of the workflow.

use tokio::io::{AsyncBufRead, AsyncRead};

use super::{account, audit, backup, capacity, consent, doctor, document, evidence, key, membership, notice, patient, referral, search, status};
use crate::{
    domain::actor::Actor,
    workflow::{Desk, WorkError},
};

/// One command as it crosses the socket.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(tag = "area", content = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Accounts of staff at the web pages.
    Account(account::Command),
    /// Free places.
    Capacity(capacity::Command),
    /// Finding a free place.
    Search(search::Command),
    /// Cases, inquiries, offers, referrals.
    Referral(Box<referral::Command>),
    /// How the node is.
    Status(status::Command),
    /// What is wrong, and what to do.
    Doctor(doctor::Command),
    /// Who belongs.
    Membership(membership::Command),
    /// What the mail server sends back.
    Notice(notice::Command),
    /// This clinic's patients.
    Patient(patient::Command),
    /// What they allowed.
    Consent(consent::Command),
    /// Who did what.
    Audit(audit::Command),
    /// Backups and integrity.
    Backup(backup::Command),
    /// The database key.
    Key(key::Command),
    /// Documents.
    Document(document::Command),
    /// Proof of what was said and received.
    Evidence(evidence::Command),
}

/// A command being answered: who asks, where work is handed in, and the connection for those that carry bytes.
pub struct Call<'a> {
    /// Where work is handed in.
    pub desk: &'a Desk,
    /// Who asks.
    pub actor: Actor,
    /// Bytes that follow the command's line.
    pub input: &'a mut (dyn AsyncBufRead + Unpin + Send),
    /// Bytes to send after the answer's line; the reply says how many.
    pub then_send: Option<Box<dyn AsyncRead + Unpin + Send>>,
}

impl Command {
    /// Returns whether the command is one piece of work for the core and nothing else: those are taken in the order in which they came,
    /// whether or not the one before was answered.
    pub fn is_for_the_core(&self) -> bool {
        matches!(self, Self::Referral(_) | Self::Patient(_) | Self::Consent(_))
    }

    /// Runs the command and returns its reply as JSON.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<serde_json::Value, WorkError> {
        match self {
            Self::Account(command) => json(command.run(call).await?),
            Self::Evidence(command) => json(command.run(call).await?),
            Self::Capacity(command) => json(command.run(call).await?),
            Self::Search(command) => json(command.run(call).await?),
            Self::Referral(command) => json(command.run(call).await?),
            Self::Status(command) => json(command.run(call).await?),
            Self::Doctor(command) => json(command.run(call).await?),
            Self::Membership(command) => json(command.run(call).await?),
            Self::Notice(command) => json(command.run(call).await?),
            Self::Patient(command) => json(command.run(call).await?),
            Self::Consent(command) => json(command.run(call).await?),
            Self::Audit(command) => json(command.run(call).await?),
            Self::Backup(command) => json(command.run(call).await?),
            Self::Key(command) => json(command.run(call).await?),
            Self::Document(command) => json(command.run(call).await?),
        }
    }
}

/// Returns a reply as JSON.
fn json<T: serde::Serialize>(reply: T) -> Result<serde_json::Value, WorkError> {
    serde_json::to_value(reply).map_err(|error| WorkError::unavailable(format!("the reply cannot be written as JSON: {error}"), "report this as a fault of the software"))
}

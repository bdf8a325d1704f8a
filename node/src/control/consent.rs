//! `consent`: what patients allowed, refused or took back.

use verbund_protocol::id::LocalId;

use super::Call;
use crate::{
    domain::consent::{Consent, Decision},
    workflow::{
        WorkError,
        consent::{self, Revoked},
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Record a decision.
    Record {
        /// About whom.
        patient: LocalId,
        /// What was decided.
        decision: Box<Decision>,
    },
    /// List all decisions about a patient.
    List(LocalId),
    /// Take a consent back.
    Revoke(LocalId),
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The recorded decision.
    Recorded(Box<Consent>),
    /// All decisions about a patient, oldest first.
    Decisions(Vec<Consent>),
    /// What ended.
    Revoked(Revoked),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        call.desk
            .ask(&call.actor, move |work| match self {
                Self::Record { patient, decision } => consent::record(work, patient, *decision).map(|consent| Reply::Recorded(Box::new(consent))),
                Self::List(patient) => consent::list(work, patient).map(Reply::Decisions),
                Self::Revoke(id) => consent::revoke(work, id).map(Reply::Revoked),
            })
            .await
    }
}

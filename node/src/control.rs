//! The control socket: the door for a person or program on this machine.
//!
//! One JSON object a line: `{"area":"status","do":"show"}` in, `{"ok":…}` or `{"error":{"code":…,"message":…,"remedy":…}}`
//! out. Some commands are followed by raw bytes in one direction, announced with their length in the JSON. Who asks is
//! the operating system's user of the connection (SO_PEERCRED), mapped to a person with roles in the configuration.

pub mod audit;
pub mod backup;
pub mod capacity;
pub mod client;
pub mod command;
pub mod consent;
pub mod doctor;
pub mod document;
pub mod evidence;
pub mod key;
pub mod membership;
pub mod patient;
pub mod referral;
pub mod search;
pub mod server;
pub mod status;

pub use command::{Call, Command};

/// An error as it crosses the socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("{message}")]
pub struct Refusal {
    /// Stable word for programs.
    pub code: String,
    /// What was wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl From<crate::workflow::WorkError> for Refusal {
    fn from(error: crate::workflow::WorkError) -> Self {
        let source = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self { code: error.code().to_owned(), message: format!("{error}{source}"), remedy: error.remedy() }
    }
}

/// One answer line.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The command's reply.
    Ok(serde_json::Value),
    /// The command was refused; nothing has changed.
    Error(Refusal),
}

//! The control socket: the door for a person or program on this machine.
//!
//! One JSON object a line: `{"area":"status","do":"show"}` in, `{"ok":…}` or `{"error":{"code":…,"message":…,"remedy":…}}`
//! out. Some commands are followed by raw bytes in one direction, announced with their length in the JSON. Further commands may be sent
//! before the answers are there; they are answered in their order. Who asks is the operating system's user of the connection
//! (SO_PEERCRED), mapped to a person with roles in the configuration.

pub mod account;
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
pub mod notice;
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Every reply of an area says which one it is: an empty list of one kind is never read as one of another.
    #[test]
    fn a_reply_says_which_it_is_even_when_it_is_empty() {
        fn says(reply: impl serde::Serialize, expected: &str) {
            assert_eq!(serde_json::to_string(&reply).unwrap(), expected);
        }
        says(account::Reply::Accounts(vec![]), r#"{"accounts":[]}"#);
        says(patient::Reply::Versions(vec![]), r#"{"versions":[]}"#);
        says(patient::Reply::Found(vec![]), r#"{"found":[]}"#);
        says(consent::Reply::Decisions(vec![]), r#"{"decisions":[]}"#);
        says(audit::Reply::Lines(vec![]), r#"{"lines":[]}"#);
        says(document::Reply::List(vec![]), r#"{"list":[]}"#);
        says(document::Reply::Arriving(vec![]), r#"{"arriving":[]}"#);
        says(document::Reply::Kinds(vec![]), r#"{"kinds":[]}"#);
        says(status::Reply::Peers(vec![]), r#"{"peers":[]}"#);
        assert!(matches!(serde_json::from_str(r#"{"found":[]}"#).unwrap(), patient::Reply::Found(none) if none.is_empty()));
        assert!(serde_json::from_str::<patient::Reply>("[]").is_err());
    }
}

//! `notice`: what the mail server sends back.

use super::Call;
use crate::{
    domain::notice::Bounce,
    workflow::{WorkError, notice::outbox},
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A mail came back. The report is read where it came in; only what it says of which mail crosses the socket.
    Bounce {
        /// The mail's random name, hexadecimal digits.
        id: String,
        /// The status code.
        status: String,
    },
}

/// What is answered.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// Whether the mail was known.
    Bounced(bool),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`] for whoever does not operate the node; [`WorkError::Invalid`] for what names no mail.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let Self::Bounce { id, status } = self;
        let no_bounce = || WorkError::invalid("this names no mail that came back", "hand in the mail server's report as it came");
        let bounce = Bounce::of(&id, &status).ok_or_else(no_bounce)?;
        call.desk.ask(&call.actor, move |work| outbox::bounced(work, &bounce)).await.map(Reply::Bounced)
    }
}

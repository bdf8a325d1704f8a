//! `evidence export`: proof of what was said and received. Verifying needs no node; the command line does it.

use verbund_protocol::id::{ConversationId, LocalId};

use super::Call;
use crate::workflow::{WorkError, evidence};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Make a bundle; its bytes follow the reply.
    Export {
        /// Of one conversation.
        conversation: Option<ConversationId>,
        /// Of all conversations of a case.
        case: Option<LocalId>,
        /// Whether bodies and their salts go in.
        bodies: bool,
    },
}

/// The bundle that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exported {
    /// How many bytes follow.
    pub bytes: u64,
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing follows then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Exported, WorkError> {
        let Self::Export { conversation, case, bodies } = self;
        let bundle = call.desk.ask(&call.actor, move |work| evidence::export(work, conversation, case, bodies)).await?;
        let exported = Exported { bytes: bundle.len() as u64 };
        call.then_send = Some(Box::new(std::io::Cursor::new(bundle)));
        Ok(exported)
    }
}

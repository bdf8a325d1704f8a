//! `key`: the database key. It is never shown; an export is a file that only the node's user may read.

use std::path::PathBuf;

use verbund_protocol::id::LocalId;

use super::Call;
use crate::workflow::{WorkError, safekeeping};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Which key is in use.
    Show,
    /// Write a copy of the key into a new file on the node's machine.
    Export(PathBuf),
}

/// Which key is in use.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    /// Tells keys apart without saying anything about them; backups name it too.
    pub key_id: LocalId,
    /// Where the copy is, if one was made.
    pub exported: Option<PathBuf>,
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn run(self, call: &mut Call<'_>) -> Result<Shown, WorkError> {
        let readers = call.desk.outside().readers();
        let Self::Export(target) = self else {
            let key_id = call.desk.ask(&call.actor, move |work| safekeeping::key_id(work, &readers)).await?;
            return Ok(Shown { key_id, exported: None });
        };
        if !target.is_absolute() {
            return Err(WorkError::invalid("the target is not an absolute path", "the node works in another directory than you: begin the path with /"));
        }
        let to = target.clone();
        let key_id = call.desk.ask(&call.actor, move |work| safekeeping::export_key(work, &readers, &to)).await?;
        Ok(Shown { key_id, exported: Some(target) })
    }
}

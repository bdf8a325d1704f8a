//! `key`: the database key. It is never shown; an export is a file that only the node's user may read.

use std::path::PathBuf;

use verbund_protocol::id::LocalId;

use super::Call;
use crate::{
    domain::actor::Role,
    workflow::WorkError,
    workflow::records::{StoreError, key::KeyError},
};

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
        let (readers, exported) = (call.desk.outside().readers(), if let Self::Export(target) = &self { Some(target.clone()) } else { None });
        if exported.as_ref().is_some_and(|target| !target.is_absolute()) {
            return Err(WorkError::invalid("the target is not an absolute path", "the node works in another directory than you: begin the path with /"));
        }
        let target = exported.clone();
        let key_id = call.desk.ask(&call.actor, move |work| {
            work.require(&[Role::It])?;
            // The audit first: should writing the file fail, an attempt is recorded; the other way round an export might not be.
            let Some(target) = target else { return Ok(readers.key_id()?) };
            work.audit("key.export", None, "operation", "")?;
            Ok(readers.export_key(&target)?)
        });
        let key_id = key_id.await.map_err(|error| match error {
            WorkError::Store(StoreError::Key(error)) => refused(&error),
            other => other,
        })?;
        Ok(Shown { key_id, exported })
    }
}

fn refused(error: &KeyError) -> WorkError {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    WorkError::unavailable(format!("{error}{cause}"), "name a new file in a directory that the node's user may write, outside the data directory, best on a medium for the safe")
}

//! `backup`, `integrity` and the recovery after a restore: on the running node. Restoring and key rotation need the node stopped; the command line does them.

use std::path::PathBuf;

use verbund_protocol::{
    id::{DocumentRoot, LocalId, MemberId},
    time::Timestamp,
};

use super::Call;
use crate::workflow::{
    WorkError,
    recovery::{self, Progress},
    safekeeping::{self, Integrity},
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Write a backup into a new directory on the node's machine.
    Make(PathBuf),
    /// Check that everything is still what was written.
    Check,
    /// How far the recovery after a restore has come.
    Recovery,
    /// Go on with a member although it has not answered after a restore.
    Release(MemberId),
}

/// A backup that was made.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Made {
    /// Where it is.
    pub target: PathBuf,
    /// The moment it holds.
    pub made_at: Timestamp,
    /// Size of the database in bytes.
    pub database_size: u64,
    /// How many documents it holds.
    pub documents: usize,
    /// Documents whose file was not there.
    pub missing: Vec<DocumentRoot>,
    /// Length of the audit chain in it.
    pub audit_len: u64,
    /// Which key opens it; the key itself is not part of the backup.
    pub key_id: LocalId,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// A backup was made.
    Made(Made),
    /// What the check found.
    Checked(Integrity),
    /// How far the recovery has come.
    Recovery(Progress),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; what was written of a backup has no manifest and does not count as one.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        match self {
            Self::Make(target) => make(call, target).await.map(Reply::Made),
            Self::Check => check(call).await.map(Reply::Checked),
            Self::Recovery => call.desk.ask(&call.actor, |work| recovery::progress(work)).await.map(Reply::Recovery),
            Self::Release(member) => {
                let work = call.desk.ask(&call.actor, move |work| {
                    recovery::release(work, &member)?;
                    recovery::progress(work)
                });
                work.await.map(Reply::Recovery)
            }
        }
    }
}

async fn make(call: &mut Call<'_>, target: PathBuf) -> Result<Made, WorkError> {
    if !target.is_absolute() {
        return Err(WorkError::invalid("the target is not an absolute path", "the node works in another directory than you: begin the path with /"));
    }
    let maker = call.desk.ask(&call.actor, |work| safekeeping::begin_backup(work)).await?;
    let (now, readers, place) = (call.desk.outside().now(), call.desk.outside().readers(), target.clone());
    let manifest = call.desk.wait(move || safekeeping::write_backup(&readers, &place, &maker, now)).await?;
    let made = Made {
        target,
        made_at: manifest.made_at,
        database_size: manifest.database_size,
        documents: manifest.documents.len(),
        missing: manifest.missing.clone(),
        audit_len: manifest.audit_len,
        key_id: manifest.key_id,
    };
    call.desk.ask(&call.actor, move |work| safekeeping::backup_made(work, &manifest)).await?;
    Ok(made)
}

async fn check(call: &mut Call<'_>) -> Result<Integrity, WorkError> {
    call.desk.ask(&call.actor, |work| safekeeping::begin_check(work)).await?;
    let data = call.desk.outside().data_dir();
    call.desk.read(move |db| safekeeping::check(db, &data)).await
}

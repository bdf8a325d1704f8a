//! `backup`, `integrity` and the recovery after a restore: on the running node. Restoring and key rotation need the node stopped; the command line does them.

use std::path::PathBuf;

use verbund_protocol::{
    id::{DocumentRoot, LocalId, MemberId},
    time::Timestamp,
};

use super::Call;
use crate::{
    domain::actor::Role,
    workflow::records::{
        backup::{self, BackupError, Maker},
        blob::BlobStore,
        integrity::{self, Integrity},
    },
    workflow::{
        WorkError,
        recovery::{self, Progress},
    },
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
#[serde(untagged)]
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
    let begin = call.desk.ask(&call.actor, |work| {
        work.require(&[Role::It])?;
        let me = work.me;
        Ok(Maker { network: me.network.clone(), member: me.member.clone(), node: me.node.clone(), key: me.key.clone() })
    });
    let (maker, now, readers, place) = (begin.await?, call.desk.outside().now(), call.desk.outside().readers(), target.clone());
    let manifest = call.desk.wait(move || backup::write(&readers, &place, &maker, now).map_err(refused)).await?;
    let made = Made {
        target,
        made_at: manifest.made_at,
        database_size: manifest.database_size,
        documents: manifest.documents.len(),
        missing: manifest.missing,
        audit_len: manifest.audit_len,
        key_id: manifest.key_id,
    };
    let detail = format!("documents={} missing={} audit-len={}", made.documents, made.missing.len(), made.audit_len);
    call.desk.ask(&call.actor, move |work| work.audit("store.backup", None, "operation", &detail)).await?;
    Ok(made)
}

/// A failed backup is the operator's to see in full: paths and causes.
fn refused(error: BackupError) -> WorkError {
    match error {
        BackupError::Store(error) => error.into(),
        error => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            WorkError::unavailable(format!("{error}{cause}"), "name a new directory that the node's user may write, with room for the data, outside the data directory")
        }
    }
}

async fn check(call: &mut Call<'_>) -> Result<Integrity, WorkError> {
    call.desk
        .ask(&call.actor, |work| {
            work.require(&[Role::It, Role::PrivacyOfficer])?;
            work.audit("store.integrity", None, "operation", "")
        })
        .await?;
    let data = call.desk.outside().data_dir();
    let blobs = BlobStore::open(&data).map_err(|error| WorkError::unavailable(error.to_string(), "see that the node's user owns the data directory"))?;
    call.desk.read(move |db| Ok(integrity::check(db, &blobs)?)).await
}

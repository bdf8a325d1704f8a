//! Safekeeping: backups of the running node, whether everything is still what was written, and copies of the database key.
//!
//! What takes long runs beside the writer, on a thread that may wait; who asked is checked and noted in turns of the writer before
//! and after it.

use std::path::Path;

use verbund_protocol::{id::LocalId, time::Timestamp};

pub use crate::store::{
    backup::{Maker, Manifest},
    integrity::Integrity,
};

use super::{Work, WorkError};
use crate::{
    domain::actor::Role,
    store::{
        Db, Readers, StoreError,
        backup::{self, BackupError},
        blob::BlobStore,
        integrity,
        key::KeyError,
    },
};

/// Checks that the actor may make a backup, and returns who signs it.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of IT.
pub fn begin_backup(work: &Work<'_>) -> Result<Maker, WorkError> {
    work.require(&[Role::It])?;
    let me = work.me;
    Ok(Maker { network: me.network.clone(), member: me.member.clone(), node: me.node.clone(), key: me.key.clone() })
}

/// Writes a backup into `target`, a new or empty directory.
///
/// # Errors
/// [`WorkError::Invalid`] with path and cause, [`WorkError::Unavailable`] on a full disk; what was written has no manifest and does
/// not count as a backup.
pub fn write_backup(readers: &Readers, target: &Path, maker: &Maker, now: Timestamp) -> Result<Manifest, WorkError> {
    const REMEDY: &str = "name a new directory that the node's user may write, with room for the data, outside the data directory";
    backup::write(readers, target, maker, now).map_err(|error| match error {
        BackupError::Store(error) => error.into(),
        BackupError::Disk { ref source, .. } if source.kind() == std::io::ErrorKind::StorageFull => WorkError::unavailable(in_full(&error), REMEDY),
        error => WorkError::invalid(in_full(&error), REMEDY),
    })
}

/// Notes in the audit that a backup was made.
///
/// # Errors
/// The store's.
pub fn backup_made(work: &Work<'_>, made: &Manifest) -> Result<(), WorkError> {
    let detail = format!("documents={} missing={} audit-len={}", made.documents.len(), made.missing.len(), made.audit_len);
    work.audit("store.backup", None, "operation", &detail)
}

/// Checks that the actor may have everything checked, and notes it.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer or IT.
pub fn begin_check(work: &Work<'_>) -> Result<(), WorkError> {
    work.require(&[Role::It, Role::PrivacyOfficer])?;
    work.audit("store.integrity", None, "operation", "")
}

/// Checks database, audit and the documents of the data directory `data`.
///
/// # Errors
/// The store's, if the check itself could not run; what it finds is in its result.
pub fn check(db: &Db, data: &Path) -> Result<Integrity, WorkError> {
    let blobs = BlobStore::open(data).map_err(|error| WorkError::unavailable(in_full(&error), "see that the node's user owns the data directory"))?;
    Ok(integrity::check(db, &blobs)?)
}

/// Returns what tells the database key in use from others.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of IT.
pub fn key_id(work: &Work<'_>, readers: &Readers) -> Result<LocalId, WorkError> {
    work.require(&[Role::It])?;
    Ok(readers.key_id()?)
}

/// Writes a copy of the database key into the new file `target` and returns the key's id.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of IT; [`WorkError::Invalid`] with path and cause.
pub fn export_key(work: &Work<'_>, readers: &Readers, target: &Path) -> Result<LocalId, WorkError> {
    work.require(&[Role::It])?;
    // The audit first: should writing the file fail, an attempt is recorded; the other way round an export might not be.
    work.audit("key.export", None, "operation", "")?;
    readers.export_key(target).map_err(|error| match error {
        StoreError::Key(error) => unusable(&error),
        error => error.into(),
    })
}

fn unusable(error: &KeyError) -> WorkError {
    WorkError::invalid(in_full(error), "name a new file in a directory that the node's user may write, outside the data directory, best on a medium for the safe")
}

/// What went wrong is the operator's to see in full: paths and causes.
fn in_full(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        store::{DatabaseKey, Store},
        workflow::bench::{Bench, NOW},
    };

    /// A place that cannot be used is wrong input, whatever is tried again later; nothing is left there and nothing is overwritten.
    #[test]
    fn a_wrong_place_is_said_to_be_wrong() {
        let mut bench = Bench::new();
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let store = Store::open(&data, &DatabaseKey::from_bytes([1; 32])).unwrap();
        let readers = store.readers().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "mine").unwrap();
        let maker = bench.run(Role::It, |work| begin_backup(work)).unwrap();
        for target in [&file, &data.join("inside"), &file.join("below"), &data] {
            assert_eq!(write_backup(&readers, target, &maker, NOW).unwrap_err().code(), "invalid", "{}", target.display());
        }
        for target in [&file, &data.join("inside"), &file.join("below")] {
            let refused = bench.run(Role::It, |work| export_key(work, &readers, target)).unwrap_err();
            assert_eq!(refused.code(), "invalid", "{}", target.display());
        }
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
        let made = bench.run(Role::It, |work| export_key(work, &readers, &dir.path().join("key"))).unwrap();
        assert_eq!(made, bench.run(Role::It, |work| key_id(work, &readers)).unwrap());
        let nobody: [Result<(), WorkError>; 4] = [
            bench.run(Role::Ward, |work| begin_backup(work).map(drop)),
            bench.run(Role::Ward, |work| begin_check(work)),
            bench.run(Role::Ward, |work| key_id(work, &readers).map(drop)),
            bench.run(Role::Ward, |work| export_key(work, &readers, &dir.path().join("key-2")).map(drop)),
        ];
        assert!(nobody.iter().all(|refused| matches!(refused, Err(WorkError::Forbidden(_)))));
        assert!(!dir.path().join("key-2").exists());
    }
}

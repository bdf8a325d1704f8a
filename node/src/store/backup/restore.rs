//! Restoring: everything is checked before the database gets its name, and the node then starts *recovering*.

use std::{fs, io, path::Path};

use rusqlite::OpenFlags;
use verbund_protocol::{id::NetworkId, sign::PublicKey, time::Timestamp};

use super::{BackupError, DOCUMENTS, Manifest, copy_durably, empty, manifest, verify, verify_documents};
use crate::store::{
    DATABASE_FILE, DatabaseKey, Db, Store, StoreError, audit, integrity,
    key::{private_directory, sync_parent},
    meta, migrations,
    open::{self, LOCK_FILE, RESTORING_FILE},
};

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup held.
    pub manifest: Manifest,
    /// The node's new epoch.
    pub epoch: u32,
}

/// Restores the backup in `from` into `data`, a new or empty directory. The database must open with `key`.
///
/// The restored node is *recovering*: its epoch is raised, so that nothing it says can contradict what it said after the backup was made,
/// and towards each member it makes no hold, offer or message in an old conversation until that member has given back what it has
/// ([`meta::may_speak_to`]). `actor` and `roles` go into the audit.
///
/// # Errors
/// [`BackupError`]. The backup is untouched; `data` is left without a database that a node would start with.
pub fn restore(from: &Path, data: &Path, key: &DatabaseKey, network: &NetworkId, trusted: &[PublicKey], actor: (&str, &str), now: Timestamp) -> Result<Restored, BackupError> {
    let manifest = manifest(from, network, trusted)?;
    if manifest.key_id != key.id() {
        return Err(BackupError::Key { wanted: manifest.key_id, given: key.id() });
    }
    if data.exists() && !empty(data)? {
        return Err(BackupError::InUse { path: data.into() });
    }
    verify(from, &manifest)?;
    let _lock = open::lock(data)?;
    let copied = copy(from, data, &manifest).and_then(|()| revive(data, &manifest, key, actor, now));
    if copied.is_err() {
        clear(data);
    }
    Ok(Restored { epoch: copied?, manifest })
}

/// Copies, never links: the node's files must not share their fate with the backup's.
fn copy(from: &Path, data: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let (source, target) = (from.join(DATABASE_FILE), data.join(RESTORING_FILE));
    copy_durably(&source, &target).map_err(BackupError::disk("copy", &source))?;
    let documents = data.join(DOCUMENTS);
    private_directory(&documents).map_err(BackupError::disk("create", &documents))?;
    for document in &manifest.documents {
        let name = document.root.to_string();
        let source = from.join(DOCUMENTS).join(&name);
        copy_durably(&source, &documents.join(&name)).map_err(BackupError::disk("copy", &source))?;
    }
    fs::File::open(&documents).and_then(|dir| dir.sync_all()).map_err(BackupError::disk("write", &documents))?;
    verify_documents(data, manifest).map_err(|root| BackupError::Damaged { file: format!("{DOCUMENTS}/{root}") })
}

/// Checks the copied database, begins recovery in it and gives it its name. Returns the new epoch.
fn revive(data: &Path, manifest: &Manifest, key: &DatabaseKey, (actor, roles): (&str, &str), now: Timestamp) -> Result<u32, BackupError> {
    let (temporary, path) = (data.join(RESTORING_FILE), data.join(DATABASE_FILE));
    let damaged = || BackupError::Damaged { file: DATABASE_FILE.into() };
    let db = open::connect(&temporary, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    migrations::check(&db)?;
    let chain = audit::verify(&db)?;
    let head = audit::head(&db)?;
    if !integrity::pages(&db)?.is_empty() || chain.fault.is_some() || (head.len, head.hash) != (manifest.audit_len, manifest.audit_head) {
        return Err(damaged());
    }
    let tx = rusqlite::Transaction::new_unchecked(&db, rusqlite::TransactionBehavior::Immediate).map_err(StoreError::from)?;
    let epoch = recover(&tx, manifest.made_at, (actor, roles), now)?;
    tx.commit().map_err(StoreError::from)?;
    drop(db);
    fs::rename(&temporary, &path).and_then(|()| sync_parent(&path)).map_err(BackupError::disk("name", &path))?;
    Ok(epoch)
}

/// Begins recovery in a store that was put back by other means than [`restore`], such as a simulated disk. Returns the new epoch.
///
/// # Errors
/// The store's.
pub fn begin_recovery(store: &Store, made_at: Timestamp, by: (&str, &str), now: Timestamp) -> Result<u32, StoreError> {
    store.write(|db| recover(db, made_at, by, now))
}

fn recover(db: &Db, made_at: Timestamp, (actor, roles): (&str, &str), now: Timestamp) -> Result<u32, StoreError> {
    let len = audit::head(db)?.len;
    let epoch = meta::begin_recovery(db, len, now)?;
    let detail = format!("made={} epoch={epoch} lost-after={len}", made_at.secs());
    audit::append(db, &audit::Entry { at: now, actor, roles, action: "store.restore", subject: None, purpose: "operation", detail: &detail })?;
    Ok(epoch)
}

/// Removes what an unsuccessful restore put into a directory that was empty before, as far as it can: a node does not start with the rest.
fn clear(data: &Path) {
    let gone = |result: io::Result<()>| result.is_ok() || result.is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    // The unfinished database goes last: as long as it is there, no node starts here.
    let others = gone(fs::remove_dir_all(data.join(DOCUMENTS))) && gone(fs::remove_file(data.join(LOCK_FILE)));
    let _ = others && gone(fs::remove_file(data.join(format!("{RESTORING_FILE}-journal")))) && gone(fs::remove_file(data.join(RESTORING_FILE)));
}

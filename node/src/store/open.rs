//! Opening the file: lock, key, checks that change nothing, then the settings and the migrations.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use nix::fcntl::{Flock, FlockArg};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use verbund_protocol::planted::{Bug, planted};

use super::{
    DatabaseKey, Store, StoreError,
    key::{self, KeyFile},
    migrations,
    readers::Gate,
    room::{self, Room},
};

/// Name of the database within the data directory.
pub const DATABASE_FILE: &str = "verbund.db";
/// Name of a database that is being restored; it becomes [`DATABASE_FILE`] when everything about it has been checked.
pub(super) const RESTORING_FILE: &str = "verbund.db.restoring";
pub(super) const LOCK_FILE: &str = "lock";

/// `VRBD`: tells a Verbund database from any other SQLite file. Set by the first migration.
const APPLICATION_ID: i32 = 0x5652_4244;

/// Where a store on disk lives.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) gate: Arc<Gate>,
    pub(super) room: Room,
    /// Held as long as the store lives; the system releases it even after kill -9.
    _lock: Flock<File>,
}

impl Store {
    /// Opens the database in the data directory `dir`, which is created (0700) with an empty database if need be, with `key`.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::WrongKey`], [`StoreError::TooNew`], [`StoreError::Foreign`]: the file is as it was.
    pub fn open(dir: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        open_with(dir, key, lock)
    }

    /// Opens the database in `dir` with the key in `file`. If a key rotation was interrupted the key may be the one written beside it;
    /// whichever opens the database becomes the key file, and the other is removed.
    ///
    /// # Errors
    /// As [`Store::open`], and [`StoreError::Key`] if the key file is missing, inside `dir`, or readable by others.
    pub fn unlock(dir: &Path, file: &KeyFile) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        let current = file.read()?;
        let Some(next) = file.read_next()? else {
            file.discard_next()?;
            return open_with(dir, &current, lock);
        };
        // The current key first: a rekeying cut off midway leaves a journal that only the old key can roll back.
        match probe(&dir.join(DATABASE_FILE), &current) {
            Ok(_) => {
                file.discard_next()?;
                open_with(dir, &current, lock)
            }
            Err(StoreError::WrongKey { .. }) => {
                probe(&dir.join(DATABASE_FILE), &next)?;
                file.promote_next()?;
                open_with(dir, &next, lock)
            }
            Err(error) => Err(error),
        }
    }

    /// Returns an empty unencrypted store in memory with all migrations, for tests and the simulator.
    ///
    /// # Errors
    /// Memory ran out.
    pub fn in_memory() -> Result<Self, StoreError> {
        #[cfg_attr(not(test), expect(unused_mut, reason = "tests watch it"))]
        let mut conn = Connection::open_in_memory()?;
        settings(&conn)?;
        migrations::run(&conn)?;
        Ok(Self {
            #[cfg(test)]
            _watched: Some(super::scans::watch(&mut conn)),
            conn,
            place: None,
        })
    }

    /// Opens the database at `path` of the file system `vfs`, which tests have registered with SQLite, with `key` if it is encrypted.
    /// Such a file system needs no shared memory; everything else is as on a disk.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn on_vfs(vfs: &str, path: &str, key: Option<&DatabaseKey>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags_and_vfs(path, flags, vfs)?;
        conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
        if let Some(key) = key {
            key.apply(&conn)?;
        }
        conn.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
        settings(&conn)?;
        migrations::run(&conn)?;
        Ok(Self {
            conn,
            place: None,
            #[cfg(test)]
            _watched: None,
        })
    }

    /// Returns a copy in memory of a store in memory, as a backup of this moment would be.
    #[cfg(test)]
    pub(crate) fn copy(&self) -> Result<Self, StoreError> {
        let mut copy = Self::in_memory()?;
        rusqlite::backup::Backup::new(&self.conn, &mut copy.conn)?.run_to_completion(1_000, std::time::Duration::ZERO, None)?;
        Ok(copy)
    }

    /// Returns the database file.
    ///
    /// # Errors
    /// [`StoreError::InMemory`].
    pub fn path(&self) -> Result<&Path, StoreError> {
        self.place().map(|place| place.path.as_path())
    }

    /// Copies the write-ahead log into the database and empties it, so that what was erased is gone from the log too. After the
    /// daily erasures, and at a clean stop; outside any batch.
    ///
    /// # Errors
    /// The store's. A reader in the middle of a question leaves the rest to the next time, which is no error.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let emptied: bool = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0).map(|busy| busy == 0))?;
        if let (true, Some(place)) = (emptied, &self.place) {
            place.room.emptied();
        }
        Ok(())
    }

    /// Makes room for the next commits, between batches.
    pub fn keep_room(&self) {
        if let Some(place) = &self.place {
            place.room.keep();
        }
    }

    pub(super) fn place(&self) -> Result<&Place, StoreError> {
        self.place.as_ref().ok_or(StoreError::InMemory)
    }
}

pub(super) fn lock(dir: &Path) -> Result<Flock<File>, StoreError> {
    key::private_directory(dir).map_err(|source| StoreError::Directory { path: dir.into(), source })?;
    let path = dir.join(LOCK_FILE);
    let file = key::private_options().read(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|source| StoreError::Directory { path: path.clone(), source })?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
        nix::errno::Errno::EWOULDBLOCK => StoreError::Locked { path: dir.into() },
        other => StoreError::Directory { path, source: other.into() },
    })
}

fn open_with(dir: &Path, key: &DatabaseKey, lock: Flock<File>) -> Result<Store, StoreError> {
    let path = dir.join(DATABASE_FILE);
    let unfinished = dir.join(RESTORING_FILE);
    if unfinished.exists() {
        return Err(StoreError::HalfRestored { path: dir.into() });
    }
    let new = !path.exists();
    if !new {
        probe(&path, key)?;
    }
    let mut conn = connect(&path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    settings(&conn)?;
    migrations::run(&conn)?;
    if new {
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(|source| StoreError::Directory { path: path.clone(), source })?;
    }
    let room = Room::watch(&mut conn, &path)?;
    let place = Place { path, gate: Arc::new(Gate::new(key.clone())), room, _lock: lock };
    Ok(Store {
        conn,
        place: Some(place),
        #[cfg(test)]
        _watched: None,
    })
}

/// Returns another writing connection to the database of a store that is open, in place of the one before.
pub(super) fn again(path: &Path, key: &DatabaseKey) -> Result<(Connection, Room), StoreError> {
    let mut conn = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settings(&conn)?;
    let room = Room::watch(&mut conn, path)?;
    Ok((conn, room))
}

/// Checks key, application and schema before any setting could write to the file.
pub(super) fn probe(path: &Path, key: &DatabaseKey) -> Result<u32, StoreError> {
    let conn = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let version = match migrations::check(&conn) {
        Err(StoreError::Damaged(_)) => Err(StoreError::WrongKey { path: path.into() }),
        other => other,
    }?;
    let application: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let empty = version == 0 && conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))? == 0;
    if application == APPLICATION_ID || empty { Ok(version) } else { Err(StoreError::Foreign { path: path.into() }) }
}

/// Opens `path` with the raw key; the first read shows whether it fits.
pub(super) fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection, StoreError> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // A wrong key is our error to report, not a line that SQLCipher writes on standard error.
    conn.execute_batch("PRAGMA cipher_log_level = NONE")?;
    key.apply(&conn)?;
    Ok(conn)
}

/// What every connection of the node is set to, and why.
pub(super) fn settings(conn: &Connection) -> Result<(), StoreError> {
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(128);
    // Plans do not depend on the values bound: otherwise many a statement is prepared anew whenever other values are bound.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let frames = room::FRAMES;
    conn.execute_batch(&format!(
        // Nothing unencrypted in /tmp.
        "PRAGMA temp_store = MEMORY;
         PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         -- Readers see the last commit while the writer works; FULL makes each commit wait for the disk.
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         -- What is deleted is overwritten: deleting a document key must be erasure, also for who holds the database key.
         PRAGMA secure_delete = ON;
         -- At most 16 MiB of pages, which only a database of that size fills: a page that is not here costs a decryption.
         PRAGMA cache_size = -16384;
         -- The log is copied back when it has grown to its limit below, not four times as often.
         PRAGMA wal_autocheckpoint = {frames};
         -- A burst may grow the log; after the next checkpoint it shrinks again.
         PRAGMA journal_size_limit = 16777216;"
    ))?;
    if planted(Bug::TrustTheDisk) {
        conn.execute_batch("PRAGMA synchronous = OFF")?;
    }
    Ok(())
}

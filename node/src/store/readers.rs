//! Read-only connections for status, search and lists, so that no question waits for the writer.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::OpenFlags;
use verbund_protocol::id::LocalId;

use super::{DatabaseKey, Db, Store, StoreError, key::KeyFile, open};

/// Most idle connections kept. More may be open at once; each costs its page cache (2 MiB at most).
const IDLE: usize = 2;

/// Counts what reads, and knows the key. Shared by the store and all its readers.
#[derive(Debug)]
pub(super) struct Gate(Mutex<State>);

#[derive(Debug)]
struct State {
    open: usize,
    idle: Vec<Db>,
    /// Nothing while the key is being rotated, which needs the file to itself.
    key: Option<DatabaseKey>,
}

impl Gate {
    pub(super) fn new(key: DatabaseKey) -> Self {
        Self(Mutex::new(State { open: 0, idle: Vec::new(), key: Some(key) }))
    }
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Lets no reader in any more and returns the key, if nobody reads now.
    pub(super) fn close(&self) -> Result<DatabaseKey, StoreError> {
        let mut state = self.state();
        if state.open > 0 {
            return Err(StoreError::Busy);
        }
        state.idle.clear();
        state.key.take().ok_or(StoreError::Busy)
    }
    /// Lets readers in with `key`.
    pub(super) fn reopen(&self, key: DatabaseKey) {
        self.state().key = Some(key);
    }
}

/// A source of read-only connections; cheap to clone and to send to other threads.
#[derive(Clone, Debug)]
pub struct Readers {
    path: PathBuf,
    gate: Arc<Gate>,
}

impl Store {
    /// Returns a source of readers of this store's last commit.
    ///
    /// # Errors
    /// [`StoreError::InMemory`]: a store in memory is read through [`Store::db`].
    pub fn readers(&self) -> Result<Readers, StoreError> {
        let place = self.place()?;
        Ok(Readers { path: place.path.clone(), gate: place.gate.clone() })
    }
}

impl Readers {
    /// Returns a connection that reads the last commit. Statements that write fail.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while the key is being rotated.
    pub fn get(&self) -> Result<Reader, StoreError> {
        let mut state = self.gate.state();
        let key = state.key.clone().ok_or(StoreError::Busy)?;
        state.open += 1;
        let idle = state.idle.pop();
        drop(state);
        let mut reader = Reader { conn: idle, gate: self.gate.clone() };
        if reader.conn.is_none() {
            let conn = open::connect(&self.path, &key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            conn.busy_timeout(std::time::Duration::from_secs(5))?;
            conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048; PRAGMA query_only = ON;")?;
            reader.conn = Some(conn);
        }
        Ok(reader)
    }

    /// Returns a connection of its own that may write to other files than the database, for a backup. It counts as a reader.
    pub(super) fn copier(&self) -> Result<(Reader, DatabaseKey), StoreError> {
        let mut state = self.gate.state();
        let key = state.key.clone().ok_or(StoreError::Busy)?;
        state.open += 1;
        drop(state);
        let mut reader = Reader { conn: None, gate: self.gate.clone() };
        reader.conn = Some(open::connect(&self.path, &key, OpenFlags::SQLITE_OPEN_READ_WRITE)?);
        Ok((reader, key))
    }

    /// Returns what tells the key in use from others.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while the key is being rotated.
    pub fn key_id(&self) -> Result<LocalId, StoreError> {
        Ok(self.gate.state().key.as_ref().ok_or(StoreError::Busy)?.id())
    }

    /// Writes a copy of the key in use to `target`, which must not exist yet and not lie in the data directory. Returns the key's id.
    ///
    /// # Errors
    /// [`StoreError::Key`]; [`StoreError::Busy`] while the key is being rotated.
    pub fn export_key(&self, target: &std::path::Path) -> Result<LocalId, StoreError> {
        let key = self.gate.state().key.clone().ok_or(StoreError::Busy)?;
        KeyFile::new(target, self.data_dir())?.create(&key)?;
        Ok(key.id())
    }

    /// Returns the data directory.
    pub fn data_dir(&self) -> &std::path::Path {
        self.path.parent().unwrap_or(std::path::Path::new("."))
    }
}

/// A borrowed read-only connection; goes back when dropped.
#[derive(Debug)]
pub struct Reader {
    conn: Option<Db>,
    gate: Arc<Gate>,
}

impl Deref for Reader {
    type Target = Db;
    fn deref(&self) -> &Db {
        self.conn.as_ref().expect("a reader holds its connection until it is dropped")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.open -= 1;
        // One left inside a transaction would pin an old state of the file: it is closed instead of kept.
        let read_only = |conn: &Db| conn.is_readonly("main").unwrap_or(false);
        let room = state.idle.len() < IDLE && state.key.is_some();
        if let Some(conn) = self.conn.take().filter(|conn| room && conn.is_autocommit() && read_only(conn)) {
            state.idle.push(conn);
        }
    }
}

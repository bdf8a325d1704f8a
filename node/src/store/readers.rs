//! Read-only connections for status, search and lists, so that no question waits for the writer.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::OpenFlags;

use super::{DatabaseKey, Db, Store, StoreError, open};

/// Most idle connections kept. More may be open at once; each costs its page cache (2 MiB at most).
const IDLE: usize = 2;

/// Counts what reads; a key rotation needs the file to itself and closes the gate.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    open: usize,
    idle: Vec<Db>,
    closed: bool,
}

impl Gate {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Closes the gate for good if nobody reads.
    pub(super) fn close(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.open > 0 {
            return Err(StoreError::Busy);
        }
        state.idle.clear();
        state.closed = true;
        Ok(())
    }
}

/// A source of read-only connections; cheap to clone and to send to other threads.
#[derive(Clone, Debug)]
pub struct Readers {
    path: PathBuf,
    key: DatabaseKey,
    gate: Arc<Gate>,
}

impl Store {
    /// Returns a source of readers of this store's last commit.
    ///
    /// # Errors
    /// [`StoreError::InMemory`]: a store in memory is read through [`Store::db`].
    pub fn readers(&self) -> Result<Readers, StoreError> {
        let place = self.place()?;
        Ok(Readers { path: place.path.clone(), key: place.key.clone(), gate: place.gate.clone() })
    }
}

impl Readers {
    /// Returns a connection that reads the last commit. Statements that write fail.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after the key was rotated: ask the store for new [`Readers`].
    pub fn get(&self) -> Result<Reader, StoreError> {
        let idle = {
            let mut state = self.gate.state();
            if state.closed {
                return Err(StoreError::Busy);
            }
            state.open += 1;
            state.idle.pop()
        };
        let mut reader = Reader { conn: idle, gate: self.gate.clone() };
        if reader.conn.is_none() {
            let conn = open::connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            conn.busy_timeout(std::time::Duration::from_secs(5))?;
            conn.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2048; PRAGMA query_only = ON;")?;
            reader.conn = Some(conn);
        }
        Ok(reader)
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
        if let Some(conn) = self.conn.take().filter(|conn| conn.is_autocommit() && state.idle.len() < IDLE && !state.closed) {
            state.idle.push(conn);
        }
    }
}

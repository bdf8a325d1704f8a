//! Room in the write-ahead log. A commit that makes the log longer has the disk write the file's new size too, which takes several
//! times as long as writing where the file was already; so the log is made longer ahead, many commits at a time.
//!
//! What is written ahead is zeros, which SQLite never takes for a part of its log: each frame carries the log's own salt and a checksum.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::hooks::Wal;

use super::{Db, StoreError};

/// Bytes of a page in the log, with its head.
const FRAME: u64 = 4096 + 24;
/// Frames after which the log is copied back into the database and begun anew.
pub(super) const FRAMES: u64 = 4_000;
/// Bytes written ahead at a time.
const STEP: u64 = 1 << 20;
/// As soon as less than this is left, there is more.
const LEFT: u64 = STEP / 4;

/// The log of a database and how much of it is in use.
#[derive(Debug)]
pub(super) struct Room {
    log: PathBuf,
    frames: Arc<AtomicU64>,
}

impl Room {
    /// Watches the log of the database at `path` through its writing connection, and has it copied back when it is full, as SQLite
    /// does by itself where nobody watches.
    ///
    /// # Errors
    /// SQLite's.
    pub fn watch(conn: &mut Db, path: &Path) -> Result<Self, StoreError> {
        let frames = Arc::new(AtomicU64::new(0));
        let seen = frames.clone();
        conn.wal_hook(Some(move |wal: &mut Wal, count: std::ffi::c_int| {
            let count = u64::from(count.unsigned_abs());
            seen.store(count, Ordering::Relaxed);
            if count >= FRAMES {
                // The commit holds whatever comes of this. A reader in the middle of a question leaves the rest to the next one.
                if let Err(error) = wal.checkpoint() {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be copied back; it is tried again after the next commit");
                }
            }
            Ok(())
        }))?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self { log: log.into(), frames })
    }

    /// Makes the log longer if the next commits need it. Call it between batches: nobody else writes the file then.
    pub fn keep(&self) {
        let used = self.frames.load(Ordering::Relaxed) * FRAME;
        let Ok(length) = self.log.metadata().map(|found| found.len()) else { return };
        if used + LEFT <= length || length >= FRAMES * FRAME {
            return;
        }
        if let Err(error) = OpenOptions::new().write(true).open(&self.log).and_then(|file| lengthen(&file, length)) {
            // A full disk is told by the commit that finds no room.
            tracing::debug!(%error, "the log was not made longer ahead");
        }
    }

    /// Notes that the log was emptied.
    pub fn emptied(&self) {
        self.frames.store(0, Ordering::Relaxed);
    }
}

fn lengthen(file: &File, length: u64) -> std::io::Result<()> {
    file.write_all_at(&vec![0; STEP as usize], length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::{DATABASE_FILE, DatabaseKey, Store};

    fn write(store: &Store, bytes: usize) {
        store.write(|db| db.execute("INSERT INTO counter (name, value) VALUES (hex(randomblob(?1)), 1)", [bytes as i64 / 2]).map_err(StoreError::from)).unwrap();
    }
    fn written(store: &Store) -> i64 {
        store.db().query_row("SELECT count(*) FROM counter", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn commits_find_room_and_a_crash_finds_the_commits() {
        let (dir, key) = (tempfile::tempdir().unwrap(), DatabaseKey::from_bytes([1; 32]));
        let store = Store::open(dir.path(), &key).unwrap();
        let length = || dir.path().join(format!("{DATABASE_FILE}-wal")).metadata().unwrap().len();
        store.checkpoint().unwrap();
        assert_eq!(length(), 0);
        store.keep_room();
        assert_eq!(length(), STEP, "a whole step at once");
        for _ in 0..20 {
            write(&store, 2_000);
            store.keep_room();
        }
        assert_eq!(length(), STEP, "twenty commits, and the file is as long as it was");
        // What a crash leaves: commits, and behind them zeros, the length of which no commit has said.
        let crashed = tempfile::tempdir().unwrap();
        for file in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
            std::fs::copy(dir.path().join(&file), crashed.path().join(&file)).unwrap();
        }
        assert_eq!(written(&Store::open(crashed.path(), &key).unwrap()), 20);
        while length() < FRAMES * FRAME {
            write(&store, 100_000);
            store.keep_room();
        }
        for _ in 0..100 {
            write(&store, 100_000);
            store.keep_room();
        }
        assert!(length() < FRAMES * FRAME + 2 * STEP, "it is begun anew, not made longer for ever");
        store.checkpoint().unwrap();
        assert_eq!(length(), 0);
        assert!(crate::store::integrity::pages(store.db()).unwrap().is_empty());
    }
}

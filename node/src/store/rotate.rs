//! Key rotation: the whole file is encrypted anew in one transaction, and at no moment could a crash leave it without its key.

use rusqlite::Connection;

use super::{DatabaseKey, Store, StoreError, key::KeyFile, open};

impl Store {
    /// Encrypts the database anew with `new` and makes `new` the key in `file`. Readers are turned away meanwhile; with a large database
    /// this takes as long as writing it twice.
    ///
    /// The order makes it safe: the new key is on disk beside the old one before the first page changes, the pages change in one
    /// transaction, and only then does the new key take the old one's place. [`Store::unlock`] tries both. Backups made before keep
    /// needing the old key, so whoever keeps them keeps an export of it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if somebody reads; [`StoreError::Key`]. Unless the error is fatal the database is open and has the key in `file`.
    pub fn rotate_key(&mut self, file: &KeyFile, new: &DatabaseKey) -> Result<(), StoreError> {
        let gate = self.place()?.gate.clone();
        let old = gate.close()?;
        let result = self.rekey(file, &old, new);
        gate.reopen(if result.is_ok() { new.clone() } else { old });
        result
    }

    fn rekey(&mut self, file: &KeyFile, old: &DatabaseKey, new: &DatabaseKey) -> Result<(), StoreError> {
        file.write_next(new)?;
        // One file that one key opens: no log beside it whose pages have another key.
        let answer = self.journal("DELETE", "delete").and_then(|()| new.pragma(&self.conn, "rekey"));
        // SQLCipher answers "ok" also when the change could not be committed, and its connection then has a key that the file has not. So
        // what counts is which key opens the file; the old one first, since only it reads the journal of a change that was cut off.
        self.conn = Connection::open_in_memory()?;
        let path = self.path()?.to_owned();
        let changed = match open::probe(&path, old) {
            Ok(_) => false,
            Err(StoreError::WrongKey { .. }) => open::probe(&path, new).map(|_| true)?,
            // Both keys stay beside the file.
            Err(error) => return Err(error),
        };
        if changed {
            file.promote_next()?;
        } else {
            file.discard_next()?;
        }
        let (conn, room) = open::again(&path, if changed { new } else { old })?;
        self.conn = conn;
        if let Some(place) = &mut self.place {
            place.room = room;
        }
        if changed { Ok(()) } else { Err(answer.err().unwrap_or(StoreError::KeyNotChanged)) }
    }

    fn journal(&self, mode: &str, expected: &str) -> Result<(), StoreError> {
        let mode: String = self.conn.query_row(&format!("PRAGMA journal_mode = {mode}"), [], |row| row.get(0))?;
        if mode == expected { Ok(()) } else { Err(StoreError::Busy) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        fs,
        io::{BufRead as _, BufReader},
        path::{Path, PathBuf},
        process::{Command, Stdio},
    };

    use super::*;
    use crate::store::{DATABASE_FILE, Db, key::KeyError};

    fn key(seed: u8) -> DatabaseKey {
        DatabaseKey::from_bytes([seed; 32])
    }

    struct Place {
        _dir: tempfile::TempDir,
        data: PathBuf,
        file: KeyFile,
    }

    fn place() -> Place {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let file = KeyFile::new(&dir.path().join("key"), &data).unwrap();
        file.create(&key(1)).unwrap();
        let store = Store::unlock(&data, &file).unwrap();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                    INSERT INTO counter (name, value) SELECT i || hex(randomblob(1000)), i FROM n";
        store.write(|db: &Db| db.execute(fill, []).map_err(StoreError::from)).unwrap();
        Place { _dir: dir, data, file }
    }

    fn whole(store: &Store) -> bool {
        let sum: i64 = store.db().query_row("SELECT sum(value) FROM counter", [], |row| row.get(0)).unwrap();
        sum == 500 * 501 / 2 && crate::store::integrity::pages(store.db()).unwrap().is_empty()
    }

    #[test]
    fn the_new_key_opens_and_the_old_does_not() {
        let Place { data, file, _dir } = place();
        let mut store = Store::unlock(&data, &file).unwrap();
        let readers = store.readers().unwrap();
        let reading = readers.get().unwrap();
        assert!(matches!(store.rotate_key(&file, &key(2)), Err(StoreError::Busy)));
        assert_eq!(file.read().unwrap(), key(1));
        drop(reading);
        store.rotate_key(&file, &key(2)).unwrap();
        assert!(whole(&store));
        assert_eq!(readers.get().unwrap().query_row("SELECT count(*) FROM counter", [], |row| row.get::<_, i64>(0)).unwrap(), 500);
        store.rotate_key(&file, &key(3)).unwrap();
        drop((store, readers));
        assert_eq!(file.read().unwrap(), key(3));
        assert!(matches!(Store::open(&data, &key(1)), Err(StoreError::WrongKey { .. })));
        assert!(whole(&Store::unlock(&data, &file).unwrap()));
    }

    #[test]
    fn cut_off_before_the_database_changed() {
        let Place { data, file, _dir } = place();
        file.write_next(&key(2)).unwrap();
        let store = Store::unlock(&data, &file).unwrap();
        assert!(whole(&store) && file.read().unwrap() == key(1) && file.read_next().unwrap().is_none());
    }

    #[test]
    fn cut_off_after_the_database_changed() {
        let Place { data, file, _dir } = place();
        let mut store = Store::unlock(&data, &file).unwrap();
        store.rotate_key(&file, &key(2)).unwrap();
        drop(store);
        // As it was just before the last step.
        let next = file.path().with_extension("next");
        fs::rename(file.path(), &next).unwrap();
        file.create(&key(1)).unwrap();
        let store = Store::unlock(&data, &file).unwrap();
        assert!(whole(&store) && file.read().unwrap() == key(2) && !next.exists());
    }

    #[test]
    fn cut_off_while_the_new_key_was_written() {
        let Place { data, file, _dir } = place();
        file.write_next(&key(2)).unwrap();
        fs::write(file.path().with_extension("next"), "verbund-database-key-1 0202").unwrap();
        let mut store = Store::unlock(&data, &file).unwrap();
        assert!(whole(&store) && file.read().unwrap() == key(1));
        store.rotate_key(&file, &key(3)).unwrap();
        assert_eq!(file.read().unwrap(), key(3));
    }

    /// Somebody who reads keeps the change from being committed, which SQLCipher does not say.
    #[test]
    fn a_change_that_cannot_be_committed_leaves_the_old_key() {
        let Place { data, file, _dir } = place();
        let mut store = Store::unlock(&data, &file).unwrap();
        store.journal("DELETE", "delete").unwrap();
        let reader = open::connect(&data.join(DATABASE_FILE), &key(1), rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM counter;").unwrap();
        store.conn.busy_timeout(std::time::Duration::ZERO).unwrap();
        let refused = store.rotate_key(&file, &key(2));
        assert!(refused.is_err(), "the key cannot have been changed");
        drop(reader);
        drop(store);
        let store = Store::unlock(&data, &file).unwrap();
        assert!(whole(&store) && file.read().unwrap() == key(1) && file.read_next().unwrap().is_none());
    }

    #[test]
    fn neither_key_fits() {
        let Place { data, file, _dir } = place();
        fs::remove_file(file.path()).unwrap();
        file.create(&key(8)).unwrap();
        file.write_next(&key(9)).unwrap();
        assert!(matches!(Store::unlock(&data, &file), Err(StoreError::WrongKey { .. })));
        assert_eq!((file.read().unwrap(), file.read_next().unwrap()), (key(8), Some(key(9))), "no key is thrown away");
    }

    #[test]
    fn a_disk_that_cannot_take_the_new_key_stops_it_early() {
        let Place { data, file, _dir } = place();
        let mut store = Store::unlock(&data, &file).unwrap();
        fs::create_dir(file.path().with_extension("next")).unwrap();
        assert!(matches!(store.rotate_key(&file, &key(2)), Err(StoreError::Key(KeyError::File { .. }))));
        assert!(whole(&store));
        assert!(store.readers().unwrap().get().is_ok());
    }

    const CHILD: &str = "VERBUND_TEST_ROTATE";

    /// Not a test of its own: the process that [`killed_anywhere_the_database_opens`] kills.
    #[test]
    fn rotate_until_killed() {
        let Some(dir) = std::env::var_os(CHILD) else { return };
        let dir = Path::new(&dir);
        let data = dir.join("data");
        let file = KeyFile::new(&dir.join("key"), &data).unwrap();
        let mut store = Store::unlock(&data, &file).unwrap();
        println!("\nrotating");
        loop {
            store.rotate_key(&file, &DatabaseKey::generate().unwrap()).unwrap();
        }
    }

    #[test]
    fn killed_anywhere_the_database_opens() {
        let Place { data, file, _dir: dir } = place();
        let next = file.path().with_extension("next");
        let journal = data.join(format!("{DATABASE_FILE}-journal"));
        let large = |path: &Path, bytes: u64| fs::metadata(path).is_ok_and(|meta| meta.len() > bytes);
        let moments: [&dyn Fn() -> bool; 4] = [&|| next.exists(), &|| large(&journal, 0), &|| large(&journal, 200_000), &|| next.exists() && !journal.exists()];
        for round in 0..12 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "store::rotate::tests::rotate_until_killed", "--nocapture"])
                .env(CHILD, dir.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert!(lines.any(|line| line.unwrap() == "rotating"), "the child began");
            while !moments[round % moments.len()]() {
                assert!(child.try_wait().unwrap().is_none(), "the child rotates until it is killed");
                std::thread::yield_now();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(whole(&Store::unlock(&data, &file).unwrap()), "round {round}");
            assert!(!next.exists());
        }
    }
}

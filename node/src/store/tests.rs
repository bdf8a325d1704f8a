//! The promises of the store itself: encryption, keys, migrations, batches, full disks.
#![allow(clippy::unwrap_used)]

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{key::KeyFile, *};

const CANARY: &str = "Kanarienvogel-Weißenhorn";

fn key(seed: u8) -> DatabaseKey {
    DatabaseKey::from_bytes([seed; 32])
}

fn remember(db: &Db, text: &str) -> Result<(), StoreError> {
    db.execute("INSERT INTO counter (name, value) VALUES (?1, 1)", [text])?;
    Ok(())
}

fn remembered(db: &Db) -> i64 {
    db.query_row("SELECT count(*) FROM counter", [], |row| row.get(0)).unwrap()
}

#[test]
fn nothing_readable_reaches_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1)).unwrap();
    store.write(|db| remember(db, CANARY)).unwrap();
    let mut seen = 0;
    // While open (database, log and shared index), and after closing.
    let mut scan = || {
        for file in fs::read_dir(dir.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            seen += bytes.len();
            for plain in [CANARY.as_bytes(), b"SQLite format 3", b"CREATE TABLE"] {
                assert!(!bytes.windows(plain.len()).any(|window| window == plain));
            }
        }
    };
    scan();
    drop(store);
    scan();
    assert!(seen > 50_000, "the files were looked at");
    assert_eq!(fs::metadata(dir.path().join(DATABASE_FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(remembered(Store::open(dir.path(), &key(1)).unwrap().db()), 1);
}

#[test]
fn a_wrong_key_is_said_and_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path(), &key(1)).unwrap().write(|db| remember(db, CANARY)).unwrap();
    let before = fs::read(dir.path().join(DATABASE_FILE)).unwrap();
    assert!(matches!(Store::open(dir.path(), &key(2)), Err(StoreError::WrongKey { .. })));
    assert_eq!(fs::read(dir.path().join(DATABASE_FILE)).unwrap(), before);
    assert_eq!(remembered(Store::open(dir.path(), &key(1)).unwrap().db()), 1);
}

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1)).unwrap();
    assert!(matches!(Store::open(dir.path(), &key(1)), Err(StoreError::Locked { .. })));
    drop(store);
    assert!(Store::open(dir.path(), &key(1)).is_ok());
}

#[test]
fn a_key_file_is_private_and_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    assert!(matches!(KeyFile::new(&data.join("key"), &data), Err(key::KeyError::Inside { .. })));
    assert!(matches!(KeyFile::new(&data.join("../data/x/key"), &data), Err(key::KeyError::Inside { .. })));
    std::os::unix::fs::symlink(&data, dir.path().join("elsewhere")).unwrap();
    assert!(matches!(KeyFile::new(&dir.path().join("elsewhere/key"), &data), Err(key::KeyError::Inside { .. })));
    let file = KeyFile::new(&dir.path().join("key"), &data).unwrap();
    assert!(matches!(Store::unlock(&data, &file), Err(StoreError::Key(key::KeyError::File { .. }))));
    file.create(&key(7)).unwrap();
    assert!(file.create(&key(8)).is_err(), "a key is never overwritten");
    assert_eq!(file.read().unwrap(), key(7));
    let readers = Store::unlock(&data, &file).unwrap().readers().unwrap();
    let safe = dir.path().join("safe");
    assert_eq!(readers.export_key(&safe).unwrap(), key(7).id());
    assert!(readers.export_key(&safe).is_err(), "a file is never overwritten");
    assert!(matches!(readers.export_key(&data.join("safe")), Err(StoreError::Key(key::KeyError::Inside { .. }))));
    assert_eq!(KeyFile::new(&safe, &data).unwrap().read().unwrap(), key(7));
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Store::unlock(&data, &file), Err(StoreError::Key(key::KeyError::Permissions { mode: 0o640, .. }))));
    fs::write(file.path(), "secret").unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(Store::unlock(&data, &file), Err(StoreError::Key(key::KeyError::Shape { .. }))));
}

#[test]
fn the_future_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1)).unwrap();
    store.db().pragma_update(None, "user_version", KNOWN_SCHEMA + 1).unwrap();
    drop(store);
    let before = fs::read(dir.path().join(DATABASE_FILE)).unwrap();
    let refused = Store::open(dir.path(), &key(1)).unwrap_err();
    assert!(matches!(refused, StoreError::TooNew { found, known } if found == KNOWN_SCHEMA + 1 && known == KNOWN_SCHEMA));
    assert_eq!(fs::read(dir.path().join(DATABASE_FILE)).unwrap(), before);
}

#[test]
fn migrations_apply_all_or_nothing() {
    let db = Db::open_in_memory().unwrap();
    let first = "CREATE TABLE one (x INTEGER) STRICT;";
    migrations::apply(&db, &[first]).unwrap();
    assert!(migrations::apply(&db, &[first, "CREATE TABLE two (x INTEGER) STRICT; SELECT nonsense;"]).is_err());
    assert_eq!(schema_version(&db).unwrap(), 1);
    assert!(db.prepare("SELECT * FROM two").is_err());
    migrations::apply(&db, &[first, "CREATE TABLE two (x INTEGER) STRICT;"]).unwrap();
    migrations::apply(&db, &[first, "CREATE TABLE two (x INTEGER) STRICT;"]).unwrap();
    assert_eq!(schema_version(&db).unwrap(), 2);
    assert!(matches!(migrations::apply(&db, &[first]), Err(StoreError::TooNew { found: 2, known: 1 })));
}

/// A file of schema 6, in which each message lay by its conversation's random name.
fn of_schema_six() -> Db {
    let db = Db::open_in_memory().unwrap();
    migrations::apply(&db, &migrations::MIGRATIONS[..6]).unwrap();
    let conversation = |id: u8, opened: i64, ended: Option<i64>| {
        let sql = "INSERT INTO conversation (id, side, own_facility, peer, peer_facility, step, log, own_chain, peer_chain, opened_at, changed_at, ended_at, trouble, trouble_at)
                   VALUES (?1, 'asker', '1', 'b', '2', 'offered', x'01', x'02', x'03', ?2, ?2, ?3, 'refused', 9)";
        db.execute(sql, rusqlite::params![[id; 16], opened, ended]).unwrap();
    };
    conversation(9, 100, None);
    conversation(1, 200, Some(300));
    let message = |id: u8, side: &str, seq: i64, stored: i64, receipted: bool| {
        let (header, digest) = (vec![id, seq as u8], [seq as u8; 32]);
        let receipt = receipted.then_some(vec![7_u8]);
        let sql = "INSERT INTO message (conversation, side, seq, kind, header, digest, stored_at, receipt) VALUES (?1, ?2, ?3, 4, ?4, ?5, ?6, ?7)";
        db.execute(sql, rusqlite::params![[id; 16], side, seq, header, digest, stored, receipt]).unwrap();
        let sql = "INSERT INTO body (conversation, side, seq, salt, body) VALUES (?1, ?2, ?3, ?4, ?5)";
        db.execute(sql, rusqlite::params![[id; 16], side, seq, [0_u8; 16], vec![id, seq as u8]]).unwrap();
        if !receipted {
            db.execute("INSERT INTO outbox (member, conversation, side, seq, queued_at) VALUES ('b', ?1, ?2, ?3, ?4)", rusqlite::params![[id; 16], side, seq, stored]).unwrap();
        }
    };
    message(1, "asker", 0, 210, true);
    message(9, "owner", 0, 150, true);
    // The clock was put back between them: the number still says which came first.
    message(9, "asker", 1, 90, false);
    message(9, "asker", 0, 110, false);
    let hold = "INSERT INTO hold (conversation, facility, department, from_day, days, state, since) VALUES (?1, '1', '2300', 1, 1, 'held', 1)";
    db.execute(hold, [[9_u8; 16]]).unwrap();
    db
}

#[test]
fn messages_laid_out_anew_are_the_same_messages() {
    let db = of_schema_six();
    migrations::run(&db).unwrap();
    assert_eq!((schema_version(&db).unwrap(), integrity::pages(&db).unwrap()), (KNOWN_SCHEMA, vec![]));
    let read = "SELECT m.conversation, m.side, m.seq, m.header, m.stored_at, m.receipt, b.body FROM message m JOIN body b ON b.message = m.place ORDER BY m.place";
    let mut statement = db.prepare(read).unwrap();
    let rows =
        statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?[0], row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, Vec<u8>>(3)?, row.get::<_, i64>(4)?)));
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let expected = [(9, "asker", 0, 110), (9, "asker", 1, 90), (9, "owner", 0, 150), (1, "asker", 0, 210)];
    assert_eq!(rows, expected.map(|(id, side, seq, stored)| (id, side.to_owned(), seq, vec![id, seq as u8], stored)));
    let bodies: i64 = db.query_row("SELECT count(*) FROM message m JOIN body b ON b.message = m.place WHERE b.body = m.header", [], |row| row.get(0)).unwrap();
    assert_eq!(bodies, 4);
    let waiting = "SELECT m.seq FROM outbox o JOIN message m ON m.place = o.message WHERE o.member = 'b' ORDER BY o.message";
    let waiting: Vec<i64> = db.prepare(waiting).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(waiting, [0, 1], "what was written first is sent first");
    let troubles: i64 = db.query_row("SELECT count(*) FROM conversation WHERE trouble = 'refused' AND trouble_at = 9 AND log = x'01'", [], |row| row.get(0)).unwrap();
    assert_eq!(troubles, 2);
    // Rules that stood in the old tables stand in the new ones.
    assert!(db.execute("DELETE FROM message", []).is_err());
    assert!(db.execute("UPDATE message SET header = x'00'", []).is_err());
    assert!(db.execute("UPDATE message SET receipt = x'00' WHERE receipt IS NOT NULL", []).is_err());
    assert!(db.execute("DELETE FROM conversation WHERE id = ?1", [[9_u8; 16]]).is_err(), "foreign keys count again");
    let open = || db.query_row("SELECT count FROM open_conversations WHERE peer = 'b'", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(open(), 1);
    db.execute("UPDATE conversation SET ended_at = 400 WHERE ended_at IS NULL", []).unwrap();
    assert_eq!(open(), 0);
}

#[test]
fn a_step_that_loses_what_others_refer_to_is_undone() {
    let db = of_schema_six();
    let steps = [migrations::MIGRATIONS, &["DROP TABLE conversation; CREATE TABLE conversation (id BLOB PRIMARY KEY) STRICT;"]].concat();
    assert!(matches!(migrations::apply(&db, &steps), Err(StoreError::Corrupt(_))));
    assert_eq!(schema_version(&db).unwrap(), 6);
    assert!(db.execute("DELETE FROM conversation WHERE id = ?1", [[9_u8; 16]]).is_err(), "foreign keys count again");
}

#[test]
fn another_programs_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let other = open::connect(&dir.path().join(DATABASE_FILE), &key(1), rusqlite::OpenFlags::default()).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(other);
    assert!(matches!(Store::open(dir.path(), &key(1)), Err(StoreError::Foreign { .. })));
}

#[test]
fn a_step_fails_alone() {
    let store = Store::in_memory().unwrap();
    let batch = store.begin().unwrap();
    savepoint(&batch, |db| remember(db, "a")).unwrap();
    let failed: Result<(), StoreError> = savepoint(&batch, |db| {
        remember(db, "b")?;
        savepoint(db, |db| remember(db, "c"))?;
        remember(db, "a")
    });
    assert!(matches!(failed, Err(StoreError::Conflict(_))));
    savepoint(&batch, |db| remember(db, "d")).unwrap();
    batch.commit().unwrap();
    assert_eq!(remembered(store.db()), 2);
    let dropped = store.begin().unwrap();
    remember(&dropped, "e").unwrap();
    drop(dropped);
    assert_eq!(remembered(store.db()), 2);
}

#[test]
fn a_full_disk_refuses_the_batch_and_keeps_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1)).unwrap();
    store.write(|db| remember(db, "acknowledged")).unwrap();
    let pages: i64 = store.db().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.db().query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |row| row.get::<_, i64>(0)).unwrap();
    let batch = store.begin().unwrap();
    let mut written = 0;
    let error = loop {
        let long = format!("{written}{}", "x".repeat(3000));
        match savepoint(&batch, |db| remember(db, &long)) {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(written > 0);
    assert!(matches!(error, StoreError::Full));
    assert!(error.ends_batch() && !error.is_fatal());
    drop(batch);
    assert_eq!(remembered(store.db()), 1);
    // With room again, work goes on in the same process.
    store.db().query_row("PRAGMA max_page_count = 1000000", [], |row| row.get::<_, i64>(0)).unwrap();
    store.write(|db| remember(db, "afterwards")).unwrap();
    drop(store);
    assert_eq!(remembered(Store::open(dir.path(), &key(1)).unwrap().db()), 2);
}

#[test]
fn a_batch_that_sqlite_ended_takes_no_more_writes() {
    let store = Store::in_memory().unwrap();
    let batch = store.begin().unwrap();
    remember(&batch, "lost").unwrap();
    // What SQLite does by itself when a full disk leaves it no other way.
    batch.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(savepoint(&batch, |db| remember(db, "stray")), Err(StoreError::RolledBack)));
    assert!(matches!(batch.commit(), Err(StoreError::RolledBack)));
    assert_eq!(remembered(store.db()), 0);
}

#[test]
fn readers_see_commits_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1)).unwrap();
    let readers = store.readers().unwrap();
    let batch = store.begin().unwrap();
    remember(&batch, "a").unwrap();
    assert_eq!(remembered(&readers.get().unwrap()), 0);
    batch.commit().unwrap();
    assert_eq!(remembered(&readers.get().unwrap()), 1);
    assert!(remember(&readers.get().unwrap(), "b").is_err());
    assert!(matches!(Store::in_memory().unwrap().readers(), Err(StoreError::InMemory)));
}

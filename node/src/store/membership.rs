//! Network documents and suspensions, as the exact bytes that came.

use rusqlite::params;
use verbund_protocol::{id::Digest, time::Timestamp};

use super::{Db, StoreError, millis, moment};

/// Returns the documents kept, oldest first; the last is the held one.
///
/// # Errors
/// The store's.
pub fn documents(db: &Db) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM network_document ORDER BY version")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps exactly these documents, given as version and bytes.
///
/// # Errors
/// The store's.
pub fn keep_documents<'a>(db: &Db, documents: impl IntoIterator<Item = (u64, &'a [u8])>, now: Timestamp) -> Result<(), StoreError> {
    db.execute("CREATE TEMP TABLE IF NOT EXISTS kept_version (version INTEGER PRIMARY KEY)", [])?;
    db.execute("DELETE FROM kept_version", [])?;
    let mut insert = db.prepare_cached("INSERT INTO network_document (version, bytes, kept_at) VALUES (?1, ?2, ?3) ON CONFLICT (version) DO UPDATE SET bytes = excluded.bytes")?;
    for (version, bytes) in documents {
        insert.execute(params![version, bytes, millis(now)])?;
        db.execute("INSERT OR IGNORE INTO kept_version (version) VALUES (?1)", [version])?;
    }
    db.execute("DELETE FROM network_document WHERE version NOT IN (SELECT version FROM kept_version)", [])?;
    Ok(())
}

/// A document that contradicts another of its version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contradiction {
    /// The version that both carry.
    pub version: u64,
    /// Hash of this one's content.
    pub digest: Digest,
    /// When it was first seen here.
    pub seen_at: Timestamp,
}

/// Keeps a document that contradicts the held one. Returns whether it is news.
///
/// # Errors
/// The store's.
pub fn keep_contradiction(db: &Db, version: u64, digest: &Digest, bytes: &[u8], now: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO document_contradiction (version, digest, bytes, seen_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    Ok(db.prepare_cached(sql)?.execute(params![version, digest.0, bytes, millis(now)])? > 0)
}

/// Returns all contradictions kept, oldest version first.
///
/// # Errors
/// The store's.
pub fn contradictions(db: &Db) -> Result<Vec<Contradiction>, StoreError> {
    let mut statement = db.prepare_cached("SELECT version, digest, seen_at FROM document_contradiction ORDER BY version, digest")?;
    let rows = statement.query_map([], |row| Ok(Contradiction { version: row.get("version")?, digest: Digest(row.get("digest")?), seen_at: moment(row, "seen_at")? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns all suspension objects kept.
///
/// # Errors
/// The store's.
pub fn suspensions(db: &Db) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM suspension ORDER BY digest")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps exactly these suspension objects, given as hash and bytes.
///
/// # Errors
/// The store's.
pub fn keep_suspensions<'a>(db: &Db, suspensions: impl IntoIterator<Item = (&'a Digest, &'a [u8])>, now: Timestamp) -> Result<(), StoreError> {
    db.execute("CREATE TEMP TABLE IF NOT EXISTS kept_suspension (digest BLOB PRIMARY KEY)", [])?;
    db.execute("DELETE FROM kept_suspension", [])?;
    // More signatures on a known object replace its bytes.
    let mut insert = db.prepare_cached("INSERT INTO suspension (digest, bytes, kept_at) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes")?;
    for (digest, bytes) in suspensions {
        insert.execute(params![digest.0, bytes, millis(now)])?;
        db.execute("INSERT OR IGNORE INTO kept_suspension (digest) VALUES (?1)", [digest.0])?;
    }
    db.execute("DELETE FROM suspension WHERE digest NOT IN (SELECT digest FROM kept_suspension)", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn what_is_kept_is_what_was_asked_for() {
        let store = Store::in_memory().unwrap();
        let db = store.db();
        keep_documents(db, [(2, b"two".as_slice()), (1, b"one")], NOW).unwrap();
        assert_eq!(documents(db).unwrap(), [b"one".to_vec(), b"two".to_vec()]);
        keep_documents(db, [(1, b"one".as_slice()), (3, b"three")], NOW).unwrap();
        assert_eq!(documents(db).unwrap(), [b"one".to_vec(), b"three".to_vec()]);
        let (a, b) = (Digest([1; 32]), Digest([2; 32]));
        keep_suspensions(db, [(&a, b"a".as_slice()), (&b, b"b")], NOW).unwrap();
        keep_suspensions(db, [(&b, b"b signed twice".as_slice())], NOW).unwrap();
        assert_eq!(suspensions(db).unwrap(), [b"b signed twice".to_vec()]);
    }

    #[test]
    fn a_contradiction_is_kept_once() {
        let store = Store::in_memory().unwrap();
        let digest = Digest([3; 32]);
        assert!(keep_contradiction(store.db(), 7, &digest, b"other", NOW).unwrap());
        assert!(!keep_contradiction(store.db(), 7, &digest, b"other", NOW).unwrap());
        assert_eq!(contradictions(store.db()).unwrap(), [Contradiction { version: 7, digest, seen_at: NOW }]);
    }
}

//! Capacity records of all departments, proofs of contradictions, and what this clinic's own staff stated.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{capacity::DepartmentId, id::Ik, limits::MAX_PROOFS, time::Timestamp};

use super::{Db, StoreError, json, millis, moment};
use crate::domain::capacity::Stated;

/// Keeps `bytes` as the record of a department, in place of an earlier one.
///
/// # Errors
/// The store's.
pub fn put(db: &Db, id: &DepartmentId, bytes: &[u8], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO capacity (facility, department, bytes, kept_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (facility, department) DO UPDATE SET bytes = excluded.bytes, kept_at = excluded.kept_at";
    db.prepare_cached(sql)?.execute(params![id.facility.as_str(), id.department.as_str(), bytes, millis(now)])?;
    Ok(())
}

/// Returns when the record held of a department was kept.
///
/// # Errors
/// The store's.
pub fn kept_at(db: &Db, id: &DepartmentId) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = db.prepare_cached("SELECT kept_at FROM capacity WHERE facility = ?1 AND department = ?2")?;
    Ok(statement.query_row(names(id), |row| moment(row, "kept_at")).optional()?)
}

/// Forgets the record of a department. A proof against its writer stays.
///
/// # Errors
/// The store's.
pub fn remove(db: &Db, id: &DepartmentId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM capacity WHERE facility = ?1 AND department = ?2")?.execute(names(id))?;
    Ok(())
}

/// Returns all records.
///
/// # Errors
/// The store's.
pub fn all(db: &Db) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM capacity ORDER BY facility, department")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps `bytes` as the proof against a department's writer, in place of another. Of more than [`MAX_PROOFS`] those seen longest ago go.
///
/// # Errors
/// The store's.
pub fn put_proof(db: &Db, id: &DepartmentId, bytes: &[u8], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO equivocation (facility, department, bytes, seen_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (facility, department) DO UPDATE SET bytes = excluded.bytes";
    db.prepare_cached(sql)?.execute(params![id.facility.as_str(), id.department.as_str(), bytes, millis(now)])?;
    let oldest = "DELETE FROM equivocation WHERE (facility, department) IN
                  (SELECT facility, department FROM equivocation ORDER BY seen_at DESC, facility, department LIMIT -1 OFFSET ?1)";
    db.prepare_cached(oldest)?.execute([MAX_PROOFS as i64])?;
    Ok(())
}

/// Returns all proofs, each with when the contradiction was first seen here.
///
/// # Errors
/// The store's.
pub fn proofs(db: &Db) -> Result<Vec<(Vec<u8>, Timestamp)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT bytes, seen_at FROM equivocation ORDER BY facility, department")?;
    let rows = statement.query_map([], |row| Ok((row.get("bytes")?, moment(row, "seen_at")?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What staff stated, and when they last said that it is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedRow {
    /// The statement.
    pub stated: Stated,
    /// When somebody last said that it is right.
    pub observed_at: Timestamp,
    /// Who.
    pub stated_by: String,
}

fn row_to_stated(row: &Row<'_>) -> rusqlite::Result<StatedRow> {
    Ok(StatedRow { stated: json(row, "entry")?, observed_at: moment(row, "observed_at")?, stated_by: row.get("stated_by")? })
}

/// Keeps what staff stated about a department, in place of what they stated before.
///
/// # Errors
/// The store's.
pub fn put_stated(db: &Db, stated: &Stated, observed_at: Timestamp, by: &str) -> Result<(), StoreError> {
    let entry = serde_json::to_string(stated).map_err(|_| StoreError::unreadable("stated capacity"))?;
    let sql = "INSERT INTO stated_capacity (facility, department, entry, observed_at, stated_by) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (facility, department) DO UPDATE SET entry = excluded.entry, observed_at = excluded.observed_at, stated_by = excluded.stated_by";
    let [facility, department] = names(&stated.id);
    db.prepare_cached(sql)?.execute(params![facility, department, entry, millis(observed_at), by])?;
    Ok(())
}

/// Returns what staff stated about a department.
///
/// # Errors
/// The store's.
pub fn stated(db: &Db, id: &DepartmentId) -> Result<Option<StatedRow>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM stated_capacity WHERE facility = ?1 AND department = ?2")?;
    Ok(statement.query_row(names(id), row_to_stated).optional()?)
}

/// Returns everything staff stated; of one facility only, if one is given.
///
/// # Errors
/// The store's.
pub fn all_stated(db: &Db, facility: Option<&Ik>) -> Result<Vec<StatedRow>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM stated_capacity WHERE ?1 IS NULL OR facility = ?1 ORDER BY facility, department")?;
    let rows = statement.query_map([facility.map(Ik::as_str)], row_to_stated)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn names(id: &DepartmentId) -> [&str; 2] {
    [id.facility.as_str(), id.department.as_str()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    fn id(department: &str) -> DepartmentId {
        DepartmentId { facility: Ik::with_check_digit(10_000_001), department: department.parse().unwrap() }
    }

    #[test]
    fn records_and_proofs_are_kept_by_department() {
        let store = Store::in_memory().unwrap();
        let db = store.db();
        put(db, &id("2300"), b"old", Timestamp(1)).unwrap();
        put(db, &id("2300"), b"new", Timestamp(2)).unwrap();
        put(db, &id("0300"), b"heart", Timestamp(2)).unwrap();
        put_proof(db, &id("2300"), b"proof", Timestamp(3)).unwrap();
        put_proof(db, &id("2300"), b"better proof", Timestamp(4)).unwrap();
        assert_eq!(all(db).unwrap(), [b"heart".to_vec(), b"new".to_vec()]);
        remove(db, &id("2300")).unwrap();
        assert_eq!(all(db).unwrap(), [b"heart".to_vec()]);
        assert_eq!(proofs(db).unwrap(), [(b"better proof".to_vec(), Timestamp(3))], "the proof outlives the record");
    }

    #[test]
    fn proofs_have_their_number() {
        let store = Store::in_memory().unwrap();
        let db = store.db();
        for nth in 0..=MAX_PROOFS {
            put_proof(db, &id(&format!("{nth:04}")), &nth.to_be_bytes(), Timestamp(nth as u64)).unwrap();
        }
        let kept = proofs(db).unwrap();
        assert_eq!((kept.len(), kept[0].1), (MAX_PROOFS, Timestamp(1)), "the first has made room for the last");
    }

    #[test]
    fn what_staff_stated_reads_back() {
        let store = Store::in_memory().unwrap();
        let stated = Stated { free: vec![1, 2], beds: 9, ..Stated::new(id("2300")) };
        put_stated(store.db(), &stated, Timestamp(5), "capacity-desk").unwrap();
        let row = StatedRow { stated: stated.clone(), observed_at: Timestamp(5), stated_by: "capacity-desk".into() };
        assert_eq!(self::stated(store.db(), &id("2300")).unwrap(), Some(row.clone()));
        assert_eq!(all_stated(store.db(), Some(&stated.id.facility)).unwrap(), [row]);
        assert_eq!(all_stated(store.db(), Some(&Ik::with_check_digit(1))).unwrap(), []);
    }
}

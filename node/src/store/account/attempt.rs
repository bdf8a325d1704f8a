//! Failed attempts to sign in.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::time::Timestamp;

use crate::store::{Db, StoreError, millis, moment};

/// Returns how many failures are counted under `what`, and when the last was.
///
/// # Errors
/// The store's.
pub fn count(db: &Db, what: &[u8; 32]) -> Result<Option<(u32, Timestamp)>, StoreError> {
    let sql = "SELECT failures, last_at FROM attempt WHERE what = ?1";
    Ok(db.prepare_cached(sql)?.query_row([what], |row| Ok((row.get(0)?, moment(row, "last_at")?))).optional()?)
}

/// Sets the count under `what`.
///
/// # Errors
/// The store's.
pub fn set(db: &Db, what: &[u8; 32], failures: u32, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempt (what, failures, last_at) VALUES (?1, ?2, ?3) ON CONFLICT (what) DO UPDATE SET failures = ?2, last_at = ?3";
    db.prepare_cached(sql)?.execute(params![what, failures, millis(now)])?;
    Ok(())
}

/// Takes one failure back that was none.
///
/// # Errors
/// The store's.
pub fn give_back(db: &Db, what: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE attempt SET failures = failures - 1 WHERE what = ?1 AND failures > 0")?.execute([what])?;
    Ok(())
}

/// Forgets the count under `what`.
///
/// # Errors
/// The store's.
pub fn forget(db: &Db, what: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM attempt WHERE what = ?1")?.execute([what])?;
    Ok(())
}

/// Forgets all counts whose last failure was before `then`. Returns how many.
///
/// # Errors
/// The store's.
pub fn forget_before(db: &Db, then: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM attempt WHERE last_at < ?1")?.execute([millis(then)])?)
}

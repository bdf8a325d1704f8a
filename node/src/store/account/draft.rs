//! What somebody had typed when their session ran out.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::store::{Db, StoreError, column, millis};

/// Keeps what was typed; an earlier draft of the account goes.
///
/// # Errors
/// The store's.
pub fn keep(db: &Db, account: LocalId, path: &str, fields: &[(String, String)], now: Timestamp) -> Result<(), StoreError> {
    let fields = serde_json::to_string(fields).map_err(|_| StoreError::unreadable("draft"))?;
    let sql = "INSERT INTO draft (account, path, fields, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (account) DO UPDATE SET path = ?2, fields = ?3, at = ?4";
    db.prepare_cached(sql)?.execute(params![account.0, path, fields, millis(now)])?;
    Ok(())
}

/// Returns what an account's owner had typed at a page.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, account: LocalId, path: &str) -> Result<Option<Vec<(String, String)>>, StoreError> {
    let sql = "SELECT fields FROM draft WHERE account = ?1 AND path = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![account.0, path], |row| column::json(row, "fields")).optional()?)
}

/// Returns whether anything of an account's owner is kept.
///
/// # Errors
/// The store's.
pub fn any(db: &Db, account: LocalId) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM draft WHERE account = ?1")?.exists([account.0])?)
}

/// Forgets what was typed at a page.
///
/// # Errors
/// The store's.
pub fn forget(db: &Db, account: LocalId, path: &str) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM draft WHERE account = ?1 AND path = ?2")?.execute(params![account.0, path])?;
    Ok(())
}

/// Forgets all drafts from before `then`. Returns how many.
///
/// # Errors
/// The store's.
pub fn forget_before(db: &Db, then: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM draft WHERE at < ?1")?.execute([millis(then)])?)
}

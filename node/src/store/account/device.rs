//! Browsers in which somebody has signed in before, by the hash of what each keeps.

use rusqlite::params;
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::store::{Db, StoreError, millis};

/// Notes that an account's owner has signed in there.
///
/// # Errors
/// The store's.
pub fn note(db: &Db, account: LocalId, device: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO known_device (account, device, seen_at) VALUES (?1, ?2, ?3) ON CONFLICT (account, device) DO UPDATE SET seen_at = ?3";
    db.prepare_cached(sql)?.execute(params![account.0, device, millis(now)])?;
    Ok(())
}

/// Returns whether an account's owner has signed in there before.
///
/// # Errors
/// The store's.
pub fn is_known(db: &Db, account: LocalId, device: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM known_device WHERE account = ?1 AND device = ?2")?.exists(params![account.0, device])?)
}

/// Forgets browsers in which nobody has signed in since `then`. Returns how many.
///
/// # Errors
/// The store's.
pub fn forget_before(db: &Db, then: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM known_device WHERE seen_at < ?1")?.execute([millis(then)])?)
}

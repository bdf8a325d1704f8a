//! Passkeys: what the WebAuthn library keeps of each, as JSON.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::store::{Db, StoreError, millis, moment, moment_opt};

/// A passkey.
#[derive(Clone)]
pub struct Passkey {
    /// The credential id.
    pub id: Vec<u8>,
    /// Whose.
    pub account: LocalId,
    /// What the WebAuthn library keeps.
    pub credential: String,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

/// Adds a passkey.
///
/// # Errors
/// [`StoreError::Conflict`] if the credential id is known.
pub fn add(db: &Db, passkey: &Passkey) -> Result<(), StoreError> {
    let sql = "INSERT INTO passkey (id, account, credential, label, made_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![passkey.id, passkey.account.0, passkey.credential, passkey.label, millis(passkey.made_at)])?;
    Ok(())
}

/// Returns the passkey with this credential id.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM passkey WHERE id = ?1")?.query_row([id], row).optional()?)
}

/// Returns the passkeys of an account, oldest first.
///
/// # Errors
/// The store's.
pub fn of_account(db: &Db, account: LocalId) -> Result<Vec<Passkey>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM passkey WHERE account = ?1 ORDER BY made_at, id")?;
    let rows = statement.query_map([account.0], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that a passkey was used, and what the library keeps of it since.
///
/// # Errors
/// The store's.
pub fn used(db: &Db, id: &[u8], credential: &str, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE passkey SET credential = ?2, used_at = ?3 WHERE id = ?1")?.execute(params![id, credential, millis(now)])?;
    Ok(())
}

/// Removes a passkey of `account`. Returns whether there was one.
///
/// # Errors
/// The store's.
pub fn remove(db: &Db, account: LocalId, id: &[u8]) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("DELETE FROM passkey WHERE account = ?1 AND id = ?2")?.execute(params![account.0, id])? > 0)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Passkey> {
    Ok(Passkey {
        id: row.get("id")?,
        account: LocalId(row.get("account")?),
        credential: row.get("credential")?,
        label: row.get("label")?,
        made_at: moment(row, "made_at")?,
        used_at: moment_opt(row, "used_at")?,
    })
}

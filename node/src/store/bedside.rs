//! Tablets at the bedside. Codes and tokens are known here by their hashes only.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment};
use crate::domain::bedside::{Bedside, End};

/// Adds one, which the code with this hash opens.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient.
pub fn add(db: &Db, begun: &Bedside, code: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "INSERT INTO bedside (id, patient, matter, made_by, role, made_at, code, csrf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let bound = params![begun.id.0, begun.patient.0, begun.matter.word(), begun.made_by, begun.role.word(), millis(begun.made_at), code, begun.csrf];
    db.prepare_cached(sql)?.execute(bound)?;
    Ok(())
}

/// Returns one.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Bedside>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM bedside WHERE id = ?1")?.query_row([id.0], row).optional()?)
}

/// Returns the one that a code with this hash opens, or opened.
///
/// # Errors
/// The store's.
pub fn by_code(db: &Db, code: &[u8; 32]) -> Result<Option<Bedside>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM bedside WHERE code = ?1")?.query_row([code], row).optional()?)
}

/// Returns the one whose tablet has a token with this hash.
///
/// # Errors
/// The store's.
pub fn by_token(db: &Db, token: &[u8; 32]) -> Result<Option<Bedside>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM bedside WHERE token = ?1")?.query_row([token], row).optional()?)
}

/// Notes that a tablet was opened. Returns whether it is the first.
///
/// # Errors
/// The store's.
pub fn open(db: &Db, id: LocalId, token: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE bedside SET token = ?2, opened_at = ?3, seen_at = ?3 WHERE id = ?1 AND token IS NULL AND ended IS NULL";
    Ok(db.prepare_cached(sql)?.execute(params![id.0, token, millis(now)])? > 0)
}

/// Notes a touch.
///
/// # Errors
/// The store's.
pub fn touch(db: &Db, id: LocalId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE bedside SET seen_at = max(seen_at, ?2) WHERE id = ?1")?.execute(params![id.0, millis(now)])?;
    Ok(())
}

/// Ends one. Returns whether it had not ended.
///
/// # Errors
/// The store's.
pub fn end(db: &Db, id: LocalId, why: End, now: Timestamp) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("UPDATE bedside SET ended = ?2, ended_at = ?3 WHERE id = ?1 AND ended IS NULL")?.execute(params![id.0, why.word(), millis(now)])? > 0)
}

/// Ends all of a patient that have not ended.
///
/// # Errors
/// The store's.
pub fn replace(db: &Db, patient: LocalId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE bedside SET ended = ?2, ended_at = ?3 WHERE patient = ?1 AND ended IS NULL";
    db.prepare_cached(sql)?.execute(params![patient.0, End::Replaced.word(), millis(now)])?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Bedside> {
    let role: String = row.get("role")?;
    Ok(Bedside {
        id: LocalId(row.get("id")?),
        patient: LocalId(row.get("patient")?),
        matter: column::parsed(row, "matter")?,
        made_by: row.get("made_by")?,
        role: role.parse().map_err(|error: String| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into()))?,
        made_at: moment(row, "made_at")?,
        opened_at: column::moment_opt(row, "opened_at")?,
        seen_at: column::moment_opt(row, "seen_at")?,
        ended: column::parsed_opt(row, "ended")?,
        csrf: row.get("csrf")?,
    })
}

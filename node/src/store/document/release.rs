//! Which documents patients may read on their own pages.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Document, SELECT, State, row};
use crate::store::{Db, StoreError, millis, moment};

/// Releases a document. A [`StoreError::Conflict`] if it is released already.
///
/// # Errors
/// The store's.
pub fn release(db: &Db, document: LocalId, by: &str, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO document_release (document, released_at, released_by) VALUES (?1, ?2, ?3)")?.execute(params![document.0, millis(now), by])?;
    Ok(())
}

/// Notes that the release of a document ended. Returns whether there was one.
///
/// # Errors
/// The store's.
pub fn take_back(db: &Db, document: LocalId, by: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE document_release SET withdrawn_at = ?2, withdrawn_by = ?3 WHERE document = ?1 AND withdrawn_at IS NULL";
    Ok(db.prepare_cached(sql)?.execute(params![document.0, millis(now), by])? > 0)
}

/// Returns since when a document is released, if it is.
///
/// # Errors
/// The store's.
pub fn released_at(db: &Db, document: LocalId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT released_at FROM document_release WHERE document = ?1 AND withdrawn_at IS NULL";
    Ok(db.prepare_cached(sql)?.query_row([document.0], |row| moment(row, "released_at")).optional()?)
}

/// Returns the newest `limit` documents of a patient that are here and released, newest first.
///
/// # Errors
/// The store's.
pub fn released(db: &Db, patient: LocalId, limit: usize) -> Result<Vec<Document>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE document.patient = ?1 AND document.state = ?2
            AND EXISTS (SELECT 1 FROM document_release WHERE document_release.document = document.id AND withdrawn_at IS NULL)
         ORDER BY document.added_at DESC, document.id LIMIT ?3"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![patient.0, State::Held.word(), limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

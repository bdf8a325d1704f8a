//! Photographs of signed papers.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, millis, moment};

/// A photograph of the paper that a decision stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photograph {
    /// The document with the picture.
    pub document: LocalId,
    /// When it was added.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Notes which document shows the paper of a decision.
///
/// # Errors
/// [`StoreError::Conflict`] if there is one already, or no such decision or document.
pub fn add(db: &Db, consent: LocalId, photograph: &Photograph) -> Result<(), StoreError> {
    let Photograph { document, at, by } = photograph;
    db.prepare_cached("INSERT INTO paper (consent, document, at, by) VALUES (?1, ?2, ?3, ?4)")?.execute(params![consent.0, document.0, millis(*at), by])?;
    Ok(())
}

/// Returns the photograph of a decision's paper.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, consent: LocalId) -> Result<Option<Photograph>, StoreError> {
    let mut statement = db.prepare_cached("SELECT document, at, by FROM paper WHERE consent = ?1")?;
    Ok(statement.query_row([consent.0], |row| Ok(Photograph { document: LocalId(row.get(0)?), at: moment(row, "at")?, by: row.get(2)? })).optional()?)
}

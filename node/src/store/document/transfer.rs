//! Documents still to be fetched.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    id::{DocumentRoot, LocalId, MemberId},
    limits::RETRY_MAX,
    time::Timestamp,
};

use super::State;
use crate::store::{Db, StoreError, column, millis, moment};

/// A document to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its local name.
    pub document: LocalId,
    /// Its root.
    pub root: DocumentRoot,
    /// Bytes of ciphertext.
    pub cipher_size: u64,
    /// Whom to ask.
    pub source: MemberId,
    /// The grant to show, exact bytes.
    pub signed: Vec<u8>,
    /// When the grant ends, by the giver's clock.
    pub expires_at: Timestamp,
    /// How often it was tried without coming further.
    pub attempts: u32,
    /// Not before this moment.
    pub next_at: Timestamp,
    /// Why the last attempt ended, as a code.
    pub trouble: Option<String>,
}

impl Waiting {
    /// Returns whether the next attempt is due.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_at.has_come(now, RETRY_MAX)
    }
}

const SELECT: &str = "SELECT t.*, d.root, d.cipher_size FROM document_transfer t CROSS JOIN document d ON d.id = t.document";

fn row(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    Ok(Waiting {
        document: LocalId(row.get("document")?),
        root: DocumentRoot(row.get("root")?),
        cipher_size: row.get::<_, i64>("cipher_size")?.unsigned_abs(),
        source: column::parsed(row, "source")?,
        signed: row.get("signed")?,
        expires_at: moment(row, "expires_at")?,
        attempts: row.get("attempts")?,
        next_at: moment(row, "next_at")?,
        trouble: row.get("trouble")?,
    })
}

/// Notes that a document is to be fetched from `source`. A newer grant replaces an older one.
///
/// # Errors
/// The store's.
pub fn await_document(db: &Db, document: LocalId, source: &MemberId, signed: &[u8], expires_at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO document_transfer (document, source, signed, expires_at, next_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (document) DO UPDATE SET source = ?2, signed = ?3, expires_at = ?4, attempts = 0, next_at = ?5, trouble = NULL",
    )?
    .execute(params![document.0, source.as_str(), signed, millis(expires_at), millis(now)])?;
    Ok(())
}

/// Returns at most `limit` documents to fetch, those due first.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db, limit: usize) -> Result<Vec<Waiting>, StoreError> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE d.state = 'arriving' ORDER BY t.next_at, t.document LIMIT ?1"))?;
    let rows = statement.query_map([limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the transfer of one document, if it is still to be fetched or was given up.
///
/// # Errors
/// The store's.
pub fn waiting_for(db: &Db, document: LocalId) -> Result<Option<Waiting>, StoreError> {
    Ok(db.prepare_cached(&format!("{SELECT} WHERE t.document = ?1"))?.query_row([document.0], row).optional()?)
}

/// Notes that an attempt ended without success and when to try again.
///
/// # Errors
/// The store's.
pub fn postpone(db: &Db, document: LocalId, attempts: u32, next_at: Timestamp, trouble: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE document_transfer SET attempts = ?2, next_at = ?3, trouble = ?4 WHERE document = ?1")?.execute(params![
        document.0,
        attempts,
        millis(next_at),
        trouble
    ])?;
    Ok(())
}

/// Notes that the document is complete and durable. Returns whether that was news: it is not if it was erased meanwhile.
///
/// # Errors
/// The store's.
pub fn arrived(db: &Db, document: LocalId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = db.prepare_cached("UPDATE document SET state = 'held', changed_at = ?2 WHERE id = ?1 AND state = 'arriving'")?.execute(params![document.0, millis(now)])?;
    if changed == 1 {
        db.prepare_cached("DELETE FROM document_transfer WHERE document = ?1")?.execute([document.0])?;
    }
    Ok(changed == 1)
}

/// Notes that the document cannot be fetched with this grant any more, and why. What it is stays readable, for people.
///
/// # Errors
/// The store's.
pub fn end(db: &Db, document: LocalId, trouble: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE document SET state = ?2, changed_at = ?3 WHERE id = ?1 AND state = 'arriving'";
    let changed = db.prepare_cached(sql)?.execute(params![document.0, State::Failed.word(), millis(now)])?;
    if changed == 1 {
        db.prepare_cached("UPDATE document_transfer SET trouble = ?2 WHERE document = ?1")?.execute(params![document.0, trouble])?;
    }
    Ok(changed == 1)
}

/// Lets a person have a document tried again at once, also one that was given up. Returns whether there was one.
///
/// # Errors
/// The store's.
pub fn retry(db: &Db, document: LocalId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = db.prepare_cached("UPDATE document_transfer SET attempts = 0, next_at = ?2 WHERE document = ?1")?.execute(params![document.0, millis(now)])?;
    if changed == 1 {
        db.prepare_cached("UPDATE document SET state = 'arriving', changed_at = ?2 WHERE id = ?1 AND state = 'failed'")?.execute(params![document.0, millis(now)])?;
    }
    Ok(changed == 1)
}

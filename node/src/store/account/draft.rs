//! What somebody had typed when their session ran out.

use rusqlite::{Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::store::{Db, StoreError, column, millis};

/// Most drafts kept of an account. A form more, and the oldest goes.
pub const MAX_DRAFTS: usize = 12;

/// What was typed in a form.
#[derive(Clone)]
pub struct Draft {
    /// Where the form is sent to.
    pub form: String,
    /// The page that shows it.
    pub page: String,
    /// Pairs of name and text, without the form's token.
    pub fields: Vec<(String, String)>,
}

/// Whose drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An account's.
    Account(LocalId),
    /// Of the patient with this id, typed at a tablet at the bedside.
    AtBedside(LocalId),
}

impl Whose {
    /// Returns the table of such drafts, and its column and value that say whose they are.
    fn place(self) -> (&'static str, &'static str, [u8; 8]) {
        match self {
            Self::Account(id) => ("draft", "account", id.0),
            Self::AtBedside(id) => ("bedside_draft", "patient", id.0),
        }
    }
}

/// Keeps what was typed; an earlier draft of the same form goes.
///
/// # Errors
/// The store's.
pub fn keep(db: &Db, whose: Whose, draft: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let fields = serde_json::to_string(&draft.fields).map_err(|_| StoreError::unreadable("draft"))?;
    let (table, column, id) = whose.place();
    let sql =
        format!("INSERT INTO {table} ({column}, path, page, fields, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT ({column}, path) DO UPDATE SET page = ?3, fields = ?4, at = ?5");
    db.prepare_cached(&sql)?.execute(params![id, draft.form, draft.page, fields, millis(now)])?;
    let sql = format!(
        "DELETE FROM {table} WHERE {column} = ?1 AND path <> ?2
            AND path NOT IN (SELECT path FROM {table} WHERE {column} = ?1 AND path <> ?2 ORDER BY at DESC, path LIMIT ?3)"
    );
    db.prepare_cached(&sql)?.execute(params![id, draft.form, MAX_DRAFTS as i64 - 1])?;
    Ok(())
}

/// Returns what somebody had typed in the forms of a page, or in the form that is sent to `path`; the latest first.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, whose: Whose, path: &str) -> Result<Vec<Draft>, StoreError> {
    let (table, column, id) = whose.place();
    let sql = format!("SELECT path, page, fields FROM {table} WHERE {column} = ?1 AND (page = ?2 OR path = ?2) ORDER BY at DESC, path");
    let read = |row: &Row<'_>| Ok(Draft { form: row.get("path")?, page: row.get("page")?, fields: column::json(row, "fields")? });
    Ok(db.prepare_cached(&sql)?.query_map(params![id, path], read)?.collect::<Result<_, _>>()?)
}

/// Returns whether anything of an account's owner is kept.
///
/// # Errors
/// The store's.
pub fn any(db: &Db, account: LocalId) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM draft WHERE account = ?1")?.exists([account.0])?)
}

/// Forgets what was typed in the form that is sent to `path`.
///
/// # Errors
/// The store's.
pub fn forget(db: &Db, whose: Whose, path: &str) -> Result<(), StoreError> {
    let (table, column, id) = whose.place();
    db.prepare_cached(&format!("DELETE FROM {table} WHERE {column} = ?1 AND path = ?2"))?.execute(params![id, path])?;
    Ok(())
}

/// Forgets all drafts from before `then`. Returns how many.
///
/// # Errors
/// The store's.
pub fn forget_before(db: &Db, then: Timestamp) -> Result<usize, StoreError> {
    let mut gone = 0;
    for table in ["draft", "bedside_draft"] {
        gone += db.prepare_cached(&format!("DELETE FROM {table} WHERE at < ?1"))?.execute([millis(then)])?;
    }
    Ok(gone)
}

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

/// Keeps what was typed; an earlier draft of the same form goes.
///
/// # Errors
/// The store's.
pub fn keep(db: &Db, account: LocalId, draft: &Draft, now: Timestamp) -> Result<(), StoreError> {
    let fields = serde_json::to_string(&draft.fields).map_err(|_| StoreError::unreadable("draft"))?;
    let sql = "INSERT INTO draft (account, path, page, fields, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, path) DO UPDATE SET page = ?3, fields = ?4, at = ?5";
    db.prepare_cached(sql)?.execute(params![account.0, draft.form, draft.page, fields, millis(now)])?;
    let sql = "DELETE FROM draft WHERE account = ?1 AND path <> ?2
        AND path NOT IN (SELECT path FROM draft WHERE account = ?1 AND path <> ?2 ORDER BY at DESC, path LIMIT ?3)";
    db.prepare_cached(sql)?.execute(params![account.0, draft.form, MAX_DRAFTS as i64 - 1])?;
    Ok(())
}

/// Returns what an account's owner had typed in the forms of a page, or in the form that is sent to `path`; the latest first.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, account: LocalId, path: &str) -> Result<Vec<Draft>, StoreError> {
    let sql = "SELECT path, page, fields FROM draft WHERE account = ?1 AND (page = ?2 OR path = ?2) ORDER BY at DESC, path";
    let read = |row: &Row<'_>| Ok(Draft { form: row.get("path")?, page: row.get("page")?, fields: column::json(row, "fields")? });
    Ok(db.prepare_cached(sql)?.query_map(params![account.0, path], read)?.collect::<Result<_, _>>()?)
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

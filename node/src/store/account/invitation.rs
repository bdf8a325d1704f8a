//! Codes on paper that open an account once.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::store::{Db, StoreError, millis, moment, moment_opt};

/// Why a code no longer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It opened the account.
    Used,
    /// A newer one replaced it.
    Replaced,
    /// Too many wrong birth dates.
    Tries,
}

impl End {
    const fn word(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Replaced => "replaced",
            Self::Tries => "tries",
        }
    }
}

/// A code that is out, without the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The hash of the code.
    pub hash: [u8; 32],
    /// What it opens.
    pub account: LocalId,
    /// How many wrong birth dates were typed.
    pub tries: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it works.
    pub ends_at: Timestamp,
    /// When it ended, if it did.
    pub ended_at: Option<Timestamp>,
    /// Whether it ended by too many wrong birth dates.
    pub ended_by_tries: bool,
}

/// Adds a code; others of the account end.
///
/// # Errors
/// The store's.
pub fn add(db: &Db, hash: &[u8; 32], account: LocalId, by: &str, now: Timestamp, ends_at: Timestamp) -> Result<(), StoreError> {
    let replace = "UPDATE invitation SET ended = ?2, ended_at = ?3 WHERE account = ?1 AND ended IS NULL";
    db.prepare_cached(replace)?.execute(params![account.0, End::Replaced.word(), millis(now)])?;
    let sql = "INSERT INTO invitation (hash, account, made_at, made_by, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![hash, account.0, millis(now), by, millis(ends_at)])?;
    Ok(())
}

/// Returns the invitation of a code.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, hash: &[u8; 32]) -> Result<Option<Invitation>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM invitation WHERE hash = ?1")?.query_row([hash], row).optional()?)
}

/// Returns the latest invitation of an account.
///
/// # Errors
/// The store's.
pub fn latest(db: &Db, account: LocalId) -> Result<Option<Invitation>, StoreError> {
    let sql = "SELECT * FROM invitation WHERE account = ?1 ORDER BY made_at DESC, hash LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([account.0], row).optional()?)
}

/// Returns those that ended by too many wrong birth dates since `since`, newest first: staff are to know.
///
/// # Errors
/// The store's.
pub fn ended_by_tries(db: &Db, since: Timestamp, limit: usize) -> Result<Vec<Invitation>, StoreError> {
    let sql = "SELECT * FROM invitation WHERE ended = 'tries' AND ended_at >= ?1 ORDER BY ended_at DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![millis(since), limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts a wrong birth date. Returns how many there are now.
///
/// # Errors
/// The store's.
pub fn count_try(db: &Db, hash: &[u8; 32]) -> Result<u32, StoreError> {
    Ok(db.prepare_cached("UPDATE invitation SET tries = tries + 1 WHERE hash = ?1 RETURNING tries")?.query_row([hash], |row| row.get(0))?)
}

/// Ends a code.
///
/// # Errors
/// The store's.
pub fn end(db: &Db, hash: &[u8; 32], end: End, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE invitation SET ended = ?2, ended_at = ?3 WHERE hash = ?1 AND ended IS NULL";
    db.prepare_cached(sql)?.execute(params![hash, end.word(), millis(now)])?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Invitation> {
    let ended: Option<String> = row.get("ended")?;
    Ok(Invitation {
        hash: row.get("hash")?,
        account: LocalId(row.get("account")?),
        tries: row.get("tries")?,
        made_at: moment(row, "made_at")?,
        ends_at: moment(row, "ends_at")?,
        ended_at: moment_opt(row, "ended_at")?,
        ended_by_tries: ended.as_deref() == Some(End::Tries.word()),
    })
}

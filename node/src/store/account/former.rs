//! Sessions that are over: what is needed to give their owners back what they type in a form that lay open meanwhile, and no more.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::{
    domain::account::{LATE_FOR, SESSION_FOR, Site},
    store::{Db, StoreError, millis},
};

/// Most sessions kept of an account. One more, and the oldest goes.
pub const MAX_FORMER: usize = 32;

/// Moves the sessions here that are about to be swept out, with the hash of their token: their owner never signed out, and the browser still
/// has the cookie.
///
/// # Errors
/// The store's.
pub fn retire(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO former_session (account, csrf, token, site, ended_at)
        SELECT account, csrf, id, site, seen_at FROM session WHERE seen_at < ?1 AND stage = 'open'";
    if db.prepare_cached(sql)?.execute([millis(now.minus(SESSION_FOR))])? > 0 {
        trim(db)?;
    }
    Ok(())
}

/// Keeps what the forms of a session carry that its owner ends now. The token is forgotten: with the cookie alone nothing comes back.
///
/// # Errors
/// The store's.
pub fn sign_out(db: &Db, account: LocalId, id: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO former_session (account, csrf, token, site, ended_at)
        SELECT account, csrf, NULL, site, ?3 FROM session WHERE account = ?1 AND id = ?2 AND stage = 'open'";
    db.prepare_cached(sql)?.execute(params![account.0, id, millis(now)])?;
    trim(db)
}

/// The same for all sessions of `account` but one, and the tokens of those that were over before.
///
/// # Errors
/// The store's.
pub fn sign_out_others(db: &Db, account: LocalId, but: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO former_session (account, csrf, token, site, ended_at)
        SELECT account, csrf, NULL, site, ?3 FROM session WHERE account = ?1 AND id <> ?2 AND stage = 'open'";
    db.prepare_cached(sql)?.execute(params![account.0, but, millis(now)])?;
    db.prepare_cached("UPDATE former_session SET token = NULL WHERE account = ?1")?.execute([account.0])?;
    trim(db)
}

/// Returns whose session at a site had the token with this hash, if it ended lately and not by signing out.
///
/// # Errors
/// The store's.
pub fn owner(db: &Db, token: &[u8; 32], site: Site, now: Timestamp) -> Result<Option<LocalId>, StoreError> {
    let sql = "SELECT account FROM former_session WHERE token = ?1 AND site = ?2 AND ended_at >= ?3";
    let found = db.prepare_cached(sql)?.query_row(params![token, site.word(), millis(now.minus(LATE_FOR))], |row| row.get(0)).optional()?;
    Ok(found.map(LocalId))
}

/// Returns whether a form that carries `csrf` was made for this very account at this site: in one of its sessions, or in one that ended
/// lately.
///
/// # Errors
/// The store's.
pub fn gave(db: &Db, account: LocalId, csrf: &[u8; 16], site: Site, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM former_session WHERE account = ?1 AND csrf = ?2 AND site = ?3 AND ended_at >= ?4
        UNION ALL SELECT 1 FROM session WHERE account = ?1 AND csrf = ?2 AND site = ?3 AND stage = 'open'";
    Ok(db.prepare_cached(sql)?.exists(params![account.0, csrf, site.word(), millis(now.minus(LATE_FOR))])?)
}

/// Forgets all that ended too long ago. Returns how many.
///
/// # Errors
/// The store's.
pub fn sweep(db: &Db, now: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM former_session WHERE ended_at < ?1")?.execute([millis(now.minus(LATE_FOR))])?)
}

/// Of each account the latest stay.
fn trim(db: &Db) -> Result<(), StoreError> {
    let sql = "DELETE FROM former_session WHERE (account, csrf) IN (SELECT account, csrf FROM
        (SELECT account, csrf, row_number() OVER (PARTITION BY account ORDER BY ended_at DESC, csrf) AS nth FROM former_session) WHERE nth > ?1)";
    db.prepare_cached(sql)?.execute([MAX_FORMER as i64])?;
    Ok(())
}

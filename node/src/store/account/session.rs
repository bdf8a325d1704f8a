//! Sessions of browsers. The cookie's token is known here by its hash only.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::{
    domain::account::{SESSION_FOR, Session, Site, Stage, TOKEN_FOR},
    store::{Db, StoreError, column, millis, moment},
};

/// Adds a session.
///
/// # Errors
/// The store's.
pub fn add(db: &Db, session: &Session) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (id, changed_at, account, site, stage, csrf, device, opened_at, seen_at, proved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    db.prepare_cached(sql)?.execute(params![
        session.id,
        millis(session.changed_at),
        session.account.0,
        session.site.word(),
        session.stage.word(),
        session.csrf,
        session.device,
        millis(session.opened_at),
        millis(session.seen_at),
        millis(session.proved_at)
    ])?;
    Ok(())
}

/// Returns the session whose token has this hash, or had it until a moment before `now`.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, token: &[u8; 32], now: Timestamp) -> Result<Option<Session>, StoreError> {
    let found = db.prepare_cached("SELECT * FROM session WHERE id = ?1")?.query_row([token], row).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let former = db.prepare_cached("SELECT * FROM session WHERE former = ?1")?.query_row([token], row).optional()?;
    Ok(former.filter(|session| now.since(session.changed_at) < TOKEN_FOR.1))
}

/// Notes a request.
///
/// # Errors
/// The store's.
pub fn seen(db: &Db, id: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE session SET seen_at = max(seen_at, ?2) WHERE id = ?1")?.execute(params![id, millis(now)])?;
    Ok(())
}

/// Gives a session another token. Returns whether it was there.
///
/// # Errors
/// The store's.
pub fn change_token(db: &Db, id: &[u8; 32], to: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET id = ?2, former = ?1, changed_at = ?3, seen_at = ?3 WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.execute(params![id, to, millis(now)])? > 0)
}

/// Notes which session the browser had before this one, which has just begun and is no open one yet.
///
/// # Errors
/// The store's.
pub fn will_replace(db: &Db, id: &[u8; 32], held: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE session SET former = ?2 WHERE id = ?1 AND stage <> 'open'")?.execute(params![id, held])?;
    Ok(())
}

/// Returns the session that the browser had before this one, with whose it is, if it is still there.
///
/// # Errors
/// The store's.
pub fn replaced(db: &Db, id: &[u8; 32]) -> Result<Option<(LocalId, [u8; 32])>, StoreError> {
    let sql = "SELECT held.account, held.id FROM session AS this JOIN session AS held ON held.id = this.former OR held.former = this.former
        WHERE this.id = ?1 AND this.stage <> 'open' AND held.id <> this.id AND held.stage = 'open'";
    let found = db.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(found.map(|(account, id)| (LocalId(account), id)))
}

/// Returns the open sessions of an account, the one used last first.
///
/// # Errors
/// The store's.
pub fn of_account(db: &Db, account: LocalId) -> Result<Vec<Session>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM session WHERE account = ?1 AND stage = 'open' ORDER BY seen_at DESC, id")?;
    let rows = statement.query_map([account.0], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the sessions at a site of those who are signed in, or were when they were last seen.
///
/// # Errors
/// The store's.
pub fn open_at(db: &Db, site: Site) -> Result<Vec<Session>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM session WHERE site = ?1 AND stage = 'open'")?;
    let rows = statement.query_map([site.word()], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends a session of `account`. Returns whether there was one.
///
/// # Errors
/// The store's.
pub fn end(db: &Db, account: LocalId, id: &[u8; 32]) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("DELETE FROM session WHERE account = ?1 AND id = ?2")?.execute(params![account.0, id])? > 0)
}

/// Ends all sessions of `account` but one. Returns how many.
///
/// # Errors
/// The store's.
pub fn end_others(db: &Db, account: LocalId, but: &[u8; 32]) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM session WHERE account = ?1 AND id != ?2")?.execute(params![account.0, but])?)
}

/// Ends what was begun with codes on paper of `account` and not finished. Returns how many.
///
/// # Errors
/// The store's.
pub fn end_setting_up(db: &Db, account: LocalId) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM session WHERE account = ?1 AND stage = 'setup'")?.execute([account.0])?)
}

/// Removes sessions that can no longer stand at `now`. Returns how many.
///
/// # Errors
/// The store's.
pub fn sweep(db: &Db, now: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM session WHERE seen_at < ?1")?.execute([millis(now.minus(SESSION_FOR))])?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        account: LocalId(row.get("account")?),
        site: column::parsed(row, "site")?,
        stage: column::parsed::<Stage>(row, "stage")?,
        csrf: row.get("csrf")?,
        device: row.get("device")?,
        opened_at: moment(row, "opened_at")?,
        seen_at: moment(row, "seen_at")?,
        changed_at: moment(row, "changed_at")?,
        proved_at: moment(row, "proved_at")?,
    })
}

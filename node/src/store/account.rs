//! Accounts of the web pages and what opens them. Secrets lie here as hashes, except those of authenticator apps, which must be known.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment};
use crate::domain::{
    account::{Account, Kind, Login, State},
    actor::Role,
};

pub mod attempt;
pub mod device;
pub mod draft;
pub mod former;
pub mod invitation;
pub mod passkey;
pub mod session;

/// What signs an account in besides passkeys.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The password's hash, Argon2id in PHC form.
    pub password: Option<String>,
    /// The secret shared with an authenticator app.
    pub totp: Option<Vec<u8>>,
    /// The last time step whose code was accepted.
    pub totp_step: Option<u64>,
}

/// Adds an account.
///
/// # Errors
/// [`StoreError::Conflict`] if the user name is taken or the patient has an account.
pub fn add(db: &Db, account: &Account, by: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO account (id, kind, login, name, patient, roles, state, language, made_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let bound = params![
        account.id.0,
        account.kind.word(),
        account.login,
        account.name,
        account.patient.map(|id| id.0),
        words(&account.roles),
        account.state.word(),
        account.language,
        millis(account.made_at),
        by
    ];
    db.prepare_cached(sql)?.execute(bound)?;
    Ok(())
}

/// Returns an account.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Account>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM account WHERE id = ?1")?.query_row([id.0], row).optional()?)
}

/// Returns the account with this user name.
///
/// # Errors
/// The store's.
pub fn by_login(db: &Db, login: &Login) -> Result<Option<Account>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM account WHERE login = ?1")?.query_row([login.as_str()], row).optional()?)
}

/// Returns the accounts that have to do with a patient, the patient's own first.
///
/// # Errors
/// The store's.
pub fn of_patient(db: &Db, patient: LocalId) -> Result<Vec<Account>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM account WHERE patient = ?1 ORDER BY kind, made_at, id")?;
    let rows = statement.query_map([patient.0], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the accounts of staff, by name.
///
/// # Errors
/// The store's.
pub fn staff(db: &Db) -> Result<Vec<Account>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM account WHERE kind = 'staff' ORDER BY name, id")?;
    let rows = statement.query_map([], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Changes who somebody is here: name and roles.
///
/// # Errors
/// The store's.
pub fn set_person(db: &Db, id: LocalId, name: &str, roles: &[Role]) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET name = ?2, roles = ?3 WHERE id = ?1")?.execute(params![id.0, name, words(roles)])?;
    Ok(())
}

/// Changes by what name somebody is greeted and others read of them.
///
/// # Errors
/// The store's.
pub fn set_name(db: &Db, id: LocalId, name: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET name = ?2 WHERE id = ?1")?.execute(params![id.0, name])?;
    Ok(())
}

/// Changes how far an account is.
///
/// # Errors
/// The store's.
pub fn set_state(db: &Db, id: LocalId, state: State) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET state = ?2 WHERE id = ?1")?.execute(params![id.0, state.word()])?;
    Ok(())
}

/// Notes the language somebody chose.
///
/// # Errors
/// The store's.
pub fn set_language(db: &Db, id: LocalId, language: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET language = ?2 WHERE id = ?1")?.execute(params![id.0, language])?;
    Ok(())
}

/// Returns what signs an account in besides passkeys.
///
/// # Errors
/// The store's.
pub fn secrets(db: &Db, id: LocalId) -> Result<Secrets, StoreError> {
    let read = |row: &Row<'_>| {
        let step: Option<i64> = row.get("totp_step")?;
        Ok(Secrets { password: row.get("password")?, totp: row.get("totp")?, totp_step: step.map(i64::unsigned_abs) })
    };
    Ok(db.prepare_cached("SELECT password, totp, totp_step FROM account WHERE id = ?1")?.query_row([id.0], read).optional()?.unwrap_or_default())
}

/// Sets user name and password.
///
/// # Errors
/// [`StoreError::Conflict`] if the user name is taken.
pub fn set_password(db: &Db, id: LocalId, login: &Login, hash: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET login = ?2, password = ?3 WHERE id = ?1")?.execute(params![id.0, login.as_str(), hash])?;
    Ok(())
}

/// Sets the secret of an authenticator app, whose code of `step` was just shown.
///
/// # Errors
/// The store's.
pub fn set_totp(db: &Db, id: LocalId, secret: &[u8], step: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET totp = ?2, totp_step = ?3 WHERE id = ?1")?.execute(params![id.0, secret, step as i64])?;
    Ok(())
}

/// Notes that the code of `step` was used. Returns whether it had not been.
///
/// # Errors
/// The store's.
pub fn use_totp(db: &Db, id: LocalId, step: u64) -> Result<bool, StoreError> {
    let sql = "UPDATE account SET totp_step = ?2 WHERE id = ?1 AND (totp_step IS NULL OR totp_step < ?2)";
    Ok(db.prepare_cached(sql)?.execute(params![id.0, step as i64])? > 0)
}

/// Replaces the printed list of one-time codes by these hashes.
///
/// # Errors
/// The store's.
pub fn set_codes(db: &Db, id: LocalId, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM one_time_code WHERE account = ?1")?.execute([id.0])?;
    for (nth, hash) in (1_i64..).zip(hashes) {
        db.prepare_cached("INSERT INTO one_time_code (account, nth, hash) VALUES (?1, ?2, ?3)")?.execute(params![id.0, nth, hash])?;
    }
    Ok(())
}

/// Returns how many codes of the printed list are left; nothing if there is no list.
///
/// # Errors
/// The store's.
pub fn codes_left(db: &Db, id: LocalId) -> Result<Option<u32>, StoreError> {
    let sql = "SELECT count(*) AS all_codes, count(*) FILTER (WHERE used_at IS NULL) AS left FROM one_time_code WHERE account = ?1";
    let (all, left): (u32, u32) = db.prepare_cached(sql)?.query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((all > 0).then_some(left))
}

/// Uses a code of the printed list. Returns whether it was on it and unused.
///
/// # Errors
/// The store's.
pub fn use_code(db: &Db, id: LocalId, hash: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE one_time_code SET used_at = ?3 WHERE account = ?1 AND hash = ?2 AND used_at IS NULL";
    Ok(db.prepare_cached(sql)?.execute(params![id.0, hash, millis(now)])? > 0)
}

/// Takes away every way to sign in and ends all sessions; the user name stays.
///
/// # Errors
/// The store's.
pub fn revoke_all(db: &Db, id: LocalId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE account SET password = NULL, totp = NULL, totp_step = NULL WHERE id = ?1")?.execute([id.0])?;
    for table in ["passkey", "one_time_code", "session", "former_session", "known_device", "mailbox", "mail_code", "post"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?.execute([id.0])?;
    }
    Ok(())
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",")
}

fn row(row: &Row<'_>) -> rusqlite::Result<Account> {
    // A role that a later program knew and this one does not is left out: nobody gains by it.
    let roles: String = row.get("roles")?;
    Ok(Account {
        id: LocalId(row.get("id")?),
        kind: column::parsed::<Kind>(row, "kind")?,
        login: row.get("login")?,
        name: row.get("name")?,
        patient: row.get::<_, Option<[u8; 8]>>("patient")?.map(LocalId),
        roles: roles.split(',').filter_map(|word| word.parse().ok()).collect(),
        state: column::parsed(row, "state")?,
        language: row.get("language")?,
        made_at: moment(row, "made_at")?,
    })
}

#[cfg(test)]
mod tests;

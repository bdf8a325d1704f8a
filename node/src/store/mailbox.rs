//! Addresses for e-mail: proved by a code, what is told there, and the code on its way.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment, moment_opt};
use crate::domain::notice::{Address, Silent};

/// Somebody's mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The address, once it was proved.
    pub address: Option<Address>,
    /// Whether codes by e-mail are a second factor.
    pub second: bool,
    /// What is not told.
    pub silent: Silent,
    /// The status with which a mail server refused the address for good, and since when.
    pub failed: Option<(String, Timestamp)>,
    /// An address that was typed and not proved yet.
    pub wanted: Option<Address>,
    /// By whom.
    pub wanted_by: Option<String>,
}

/// What a code by e-mail proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// That the wanted address is its holder's.
    Address,
    /// Who signs in.
    SignIn,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::SignIn => "sign-in",
        }
    }
}

/// The code that an account may type now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its hash.
    pub hash: [u8; 32],
    /// Wrong tries so far.
    pub tries: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it works.
    pub ends_at: Timestamp,
}

/// Returns an account's mailbox; an empty one if nothing is known.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, account: LocalId) -> Result<Mailbox, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM mailbox WHERE account = ?1")?.query_row([account.0], row).optional()?.unwrap_or_default())
}

/// Keeps an address that was typed and must be proved; one typed before is forgotten.
///
/// # Errors
/// The store's.
pub fn want(db: &Db, account: LocalId, address: &Address, by: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO mailbox (account, wanted, wanted_by, wanted_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (account) DO UPDATE SET wanted = ?2, wanted_by = ?3, wanted_at = ?4";
    db.prepare_cached(sql)?.execute(params![account.0, address.as_str(), by, millis(now)])?;
    Ok(())
}

/// Makes the wanted address the proved one.
///
/// # Errors
/// The store's.
pub fn prove(db: &Db, account: LocalId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE mailbox SET address = wanted, proved_at = ?2, wanted = NULL, wanted_by = NULL, wanted_at = NULL, failed = NULL, failed_at = NULL
               WHERE account = ?1 AND wanted IS NOT NULL";
    db.prepare_cached(sql)?.execute(params![account.0, millis(now)])?;
    Ok(())
}

/// Makes codes by e-mail a second factor, or no longer one.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no proved address.
pub fn set_second(db: &Db, account: LocalId, second: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE mailbox SET second = ?2 WHERE account = ?1")?.execute(params![account.0, second])?;
    Ok(())
}

/// Notes what is not to be told.
///
/// # Errors
/// The store's.
pub fn set_silent(db: &Db, account: LocalId, silent: Silent) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE mailbox SET silent = ?2 WHERE account = ?1")?.execute(params![account.0, silent.0])?;
    Ok(())
}

/// Notes that a mail server refused the address for good, if `address` is still the account's. Returns whether it is.
///
/// # Errors
/// The store's.
pub fn failed(db: &Db, account: LocalId, address: &str, status: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mailbox SET failed = ?3, failed_at = ?4, known_at = NULL WHERE account = ?1 AND address = ?2";
    Ok(db.prepare_cached(sql)?.execute(params![account.0, address, status, millis(now)])? > 0)
}

/// An address of a patient's own that refuses mails, and nobody has told her.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusing {
    /// Who.
    pub patient: LocalId,
    /// Since when.
    pub since: Timestamp,
    /// Whether somebody who acts for her has an address that works.
    pub others: bool,
}

/// Returns the patients whose own address refuses mails and whom nobody has told, the longest refusing first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn refusing(db: &Db, limit: usize) -> Result<Vec<Refusing>, StoreError> {
    let sql = "SELECT a.patient AS patient, m.failed_at AS since,
                      EXISTS (SELECT 1 FROM account o JOIN mailbox om ON om.account = o.id JOIN proxy x ON x.account = o.id
                              WHERE o.patient = a.patient AND o.state = 'open' AND om.address IS NOT NULL AND om.failed IS NULL AND x.ended_at IS NULL) AS others
               FROM mailbox m CROSS JOIN account a ON a.id = m.account
               WHERE m.failed IS NOT NULL AND m.known_at IS NULL AND a.kind = 'patient' AND a.state = 'open' ORDER BY m.failed_at, a.patient LIMIT ?1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([limit as i64], |row| Ok(Refusing { patient: LocalId(row.get("patient")?), since: moment(row, "since")?, others: row.get("others")? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that staff have told a patient of her address that refuses mails, or typed another one. Returns whether there was one.
///
/// # Errors
/// The store's.
pub fn know(db: &Db, patient: LocalId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mailbox SET known_at = ?2 WHERE failed IS NOT NULL AND known_at IS NULL AND account IN (SELECT id FROM account WHERE patient = ?1 AND kind = 'patient')";
    Ok(db.prepare_cached(sql)?.execute(params![patient.0, millis(now)])? > 0)
}

/// Forgets everything about an account's e-mail.
///
/// # Errors
/// The store's.
pub fn forget(db: &Db, account: LocalId) -> Result<(), StoreError> {
    for table in ["mail_code", "post", "mailbox"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE account = ?1"))?.execute([account.0])?;
    }
    Ok(())
}

/// Keeps the hash of a new code; a former one no longer works.
///
/// # Errors
/// The store's.
pub fn set_code(db: &Db, account: LocalId, purpose: Purpose, hash: &[u8; 32], now: Timestamp, ends_at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO mail_code (account, purpose, hash, made_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (account) DO UPDATE SET purpose = ?2, hash = ?3, tries = 0, made_at = ?4, ends_at = ?5";
    db.prepare_cached(sql)?.execute(params![account.0, purpose.word(), hash, millis(now), millis(ends_at)])?;
    Ok(())
}

/// Returns the code that an account may type for `purpose`.
///
/// # Errors
/// The store's.
pub fn code(db: &Db, account: LocalId, purpose: Purpose) -> Result<Option<Held>, StoreError> {
    let read = |row: &Row<'_>| Ok(Held { hash: row.get("hash")?, tries: row.get("tries")?, made_at: moment(row, "made_at")?, ends_at: moment(row, "ends_at")? });
    let sql = "SELECT hash, tries, made_at, ends_at FROM mail_code WHERE account = ?1 AND purpose = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![account.0, purpose.word()], read).optional()?)
}

/// Counts a wrong try.
///
/// # Errors
/// The store's.
pub fn count_try(db: &Db, account: LocalId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE mail_code SET tries = tries + 1 WHERE account = ?1")?.execute([account.0])?;
    Ok(())
}

/// Forgets the code: it was used.
///
/// # Errors
/// The store's.
pub fn forget_code(db: &Db, account: LocalId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM mail_code WHERE account = ?1")?.execute([account.0])?;
    Ok(())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Mailbox> {
    let address = |column: &str| row.get::<_, Option<String>>(column)?.map(|_| column::parsed::<Address>(row, column)).transpose();
    let failed: Option<String> = row.get("failed")?;
    Ok(Mailbox {
        address: address("address")?,
        second: row.get("second")?,
        silent: Silent(row.get("silent")?),
        failed: failed.zip(moment_opt(row, "failed_at")?),
        wanted: address("wanted")?,
        wanted_by: row.get("wanted_by")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{
            account::{Account, Kind as Whose, State},
            consent::tests::NOW,
            notice::{Errand, Kind, Mail, MailId},
            patient::tests::anna,
        },
        store::{Store, account, news, patient, post},
    };

    const ANNA: LocalId = LocalId([1; 8]);
    const MINE: LocalId = LocalId([2; 8]);

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        patient::add(store.db(), ANNA, &anna(), "ben", NOW).unwrap();
        let account =
            Account { id: MINE, kind: Whose::Patient, login: None, name: "Anna".into(), patient: Some(ANNA), roles: vec![], state: State::Open, language: None, made_at: NOW };
        account::add(store.db(), &account, "ben").unwrap();
        store
    }

    #[test]
    fn an_address_counts_once_it_is_proved() {
        let store = store();
        let db = store.db();
        let (first, second): (Address, Address) = ("a@b.de".parse().unwrap(), "c@d.de".parse().unwrap());
        want(db, MINE, &first, "ben", NOW).unwrap();
        assert!(find(db, MINE).unwrap().address.is_none() && set_second(db, MINE, true).is_err());
        prove(db, MINE, NOW).unwrap();
        set_second(db, MINE, true).unwrap();
        want(db, MINE, &second, "ben", NOW).unwrap();
        let held = find(db, MINE).unwrap();
        assert_eq!((&held.address, held.second, &held.wanted), (&Some(first), true, &Some(second.clone())), "what somebody typed changes nothing yet");
        assert!(!failed(db, MINE, second.as_str(), "5.1.1", NOW).unwrap());
        assert!(failed(db, MINE, "a@b.de", "5.1.1", NOW).unwrap() && find(db, MINE).unwrap().failed.is_some());
        prove(db, MINE, NOW).unwrap();
        assert!(find(db, MINE).unwrap().failed.is_none());
        forget(db, MINE).unwrap();
        assert_eq!(find(db, MINE).unwrap(), Mailbox::default());
    }

    #[test]
    fn whom_no_mail_reaches_is_called() {
        let store = store();
        let db = store.db();
        news::raise(db, ANNA, Kind::Offer, NOW).unwrap();
        let later = |secs| NOW.plus(std::time::Duration::from_secs(secs));
        let listed = |by_mail| news::unreached(db, by_mail, later(60), 9).unwrap().len();
        want(db, MINE, &"a@b.de".parse().unwrap(), "ben", NOW).unwrap();
        assert_eq!(listed(true), 1, "an address that nobody has proved");
        prove(db, MINE, NOW).unwrap();
        assert_eq!((listed(true), listed(false)), (0, 1));
        set_silent(db, MINE, Silent::but(&[Kind::Place])).unwrap();
        assert_eq!(listed(true), 0, "she has chosen what she wants to hear of");
        set_silent(db, MINE, Silent::ALL).unwrap();
        assert_eq!(listed(true), 1, "all switched off");
        set_silent(db, MINE, Silent::default()).unwrap();
        let mail = Mail { id: MailId([1; 16]), errand: Errand::Notice, to: Some("a@b.de".parse().unwrap()), code: None };
        post::queue(db, &mail, Some(MINE), later(1_000), later(50)).unwrap();
        assert_eq!(listed(true), 1, "it should have left by now");
        post::taken(db, mail.id, later(70)).unwrap();
        assert_eq!(listed(true), 0);
        post::failed(db, mail.id, "5.7.1", later(80)).unwrap();
        assert_eq!(listed(true), 1, "it will never arrive");
        failed(db, MINE, "a@b.de", "5.1.1", later(80)).unwrap();
        assert!(news::unreached(db, true, NOW, 9).unwrap()[0].refused);
        account::set_state(db, MINE, State::Locked).unwrap();
        assert_eq!(listed(true), 1);
    }

    #[test]
    fn one_code_at_a_time() {
        let store = store();
        let db = store.db();
        let end = NOW.plus(std::time::Duration::from_secs(600));
        set_code(db, MINE, Purpose::Address, &[1; 32], NOW, end).unwrap();
        count_try(db, MINE).unwrap();
        assert_eq!(code(db, MINE, Purpose::Address).unwrap().unwrap().tries, 1);
        set_code(db, MINE, Purpose::SignIn, &[2; 32], NOW, end).unwrap();
        assert_eq!(code(db, MINE, Purpose::Address).unwrap(), None);
        assert_eq!(code(db, MINE, Purpose::SignIn).unwrap(), Some(Held { hash: [2; 32], tries: 0, made_at: NOW, ends_at: end }));
        forget_code(db, MINE).unwrap();
        assert_eq!(code(db, MINE, Purpose::SignIn).unwrap(), None);
    }
}

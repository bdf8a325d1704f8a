//! The outbox of e-mail: a mail stays here until the mail server has it, so that a crash only sends again.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment_opt};
use crate::domain::notice::{Errand, Mail, MailId, pause};

/// A mail that was queued, as far as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Whose; nobody's for what goes to admissions.
    pub account: Option<LocalId>,
    /// What for.
    pub errand: Errand,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Whether the mail server has it.
    pub sent: bool,
    /// The address it went to.
    pub recipient: Option<String>,
}

/// What waits to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u32,
    /// Since when the oldest.
    pub since: Option<Timestamp>,
    /// Why the last attempt failed, if one did.
    pub cause: Option<String>,
}

/// Queues a mail, to be given up at `ends_at`.
///
/// # Errors
/// The store's.
pub fn queue(db: &Db, mail: &Mail, account: Option<LocalId>, ends_at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO post (id, errand, account, recipient, code, state, queued_at, ends_at, next_try) VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?6)";
    let to = mail.to.as_ref().map(|address| address.as_str());
    db.prepare_cached(sql)?.execute(params![mail.id.0, mail.errand.word(), account.map(|id| id.0), to, mail.code, millis(now), millis(ends_at)])?;
    Ok(())
}

/// Returns the mails to be sent at `now`, those first that have waited longest for their turn.
///
/// # Errors
/// The store's.
pub fn due(db: &Db, now: Timestamp, limit: usize) -> Result<Vec<Mail>, StoreError> {
    let sql = "SELECT id, errand, recipient, code FROM post WHERE state = 'waiting' AND (next_try <= ?1 OR next_try > ?3) AND ends_at > ?1 ORDER BY next_try, id LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    // As `Timestamp::has_come` has it.
    let furthest = millis(now.plus(pause(u32::MAX)));
    let rows = statement.query_map(params![millis(now), limit as i64, furthest], |row| {
        let to: Option<String> = row.get("recipient")?;
        let to = to.map(|_| column::parsed(row, "recipient")).transpose()?;
        Ok(Mail { id: MailId(row.get("id")?), errand: column::parsed(row, "errand")?, to, code: row.get("code")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns when the next waiting mail is due or given up.
///
/// # Errors
/// The store's.
pub fn next(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    Ok(db.prepare_cached("SELECT min(min(next_try, ends_at)) FROM post WHERE state = 'waiting'")?.query_row([], |row| moment_opt(row, 0))?)
}

/// Returns what is remembered of a mail.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: MailId) -> Result<Option<Queued>, StoreError> {
    let sql = "SELECT account, errand, attempts, state IN ('sent', 'seen') AS sent, recipient FROM post WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id.0], queued).optional()?)
}

fn queued(row: &Row<'_>) -> rusqlite::Result<Queued> {
    let account = row.get::<_, Option<[u8; 8]>>("account")?.map(LocalId);
    Ok(Queued { account, errand: column::parsed(row, "errand")?, attempts: row.get("attempts")?, sent: row.get("sent")?, recipient: row.get("recipient")? })
}

/// Notes that the mail server has a mail. What it carried is no longer known here.
///
/// # Errors
/// The store's.
pub fn taken(db: &Db, id: MailId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE post SET state = 'sent', code = NULL, cause = NULL, done_at = ?2 WHERE id = ?1 AND state = 'waiting'";
    db.prepare_cached(sql)?.execute(params![id.0, millis(now)])?;
    Ok(())
}

/// Notes that a mail could not be sent now, and when it is tried again.
///
/// # Errors
/// The store's.
pub fn later(db: &Db, id: MailId, cause: &str, next_try: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE post SET attempts = attempts + 1, cause = ?2, next_try = ?3 WHERE id = ?1 AND state = 'waiting'";
    db.prepare_cached(sql)?.execute(params![id.0, cause, millis(next_try)])?;
    Ok(())
}

/// Notes that a mail will never arrive. Returns whether that is news.
///
/// # Errors
/// The store's.
pub fn failed(db: &Db, id: MailId, cause: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE post SET state = 'failed', code = NULL, cause = ?2, done_at = ?3 WHERE id = ?1 AND state != 'failed'";
    Ok(db.prepare_cached(sql)?.execute(params![id.0, cause, millis(now)])? > 0)
}

/// Gives up what has waited too long. Returns whose and what for.
///
/// # Errors
/// The store's.
pub fn give_up(db: &Db, now: Timestamp) -> Result<Vec<(Option<LocalId>, Errand)>, StoreError> {
    let sql = "UPDATE post SET state = 'failed', code = NULL, done_at = ?1 WHERE state = 'waiting' AND ends_at <= ?1 RETURNING account, errand";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([millis(now)], |row| Ok((row.get::<_, Option<[u8; 8]>>(0)?.map(LocalId), column::parsed(row, "errand")?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns whether a mail about news is on its way or arrived, and whoever it told has not looked since.
///
/// # Errors
/// The store's.
pub fn unread(db: &Db, account: Option<LocalId>) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM post WHERE account IS ?1 AND errand != 'code' AND state IN ('waiting', 'sent'))";
    Ok(db.prepare_cached(sql)?.query_row([account.map(|id| id.0)], |row| row.get(0))?)
}

/// Notes that somebody has looked: mails about news that have not left need not, and the next news is told again.
///
/// # Errors
/// The store's.
pub fn seen(db: &Db, account: Option<LocalId>) -> Result<(), StoreError> {
    let whose = [account.map(|id| id.0)];
    db.prepare_cached("DELETE FROM post WHERE account IS ?1 AND errand != 'code' AND state = 'waiting'")?.execute(whose)?;
    db.prepare_cached("UPDATE post SET state = 'seen' WHERE account IS ?1 AND errand != 'code' AND state = 'sent'")?.execute(whose)?;
    Ok(())
}

/// Returns how many codes an account was sent since `then`.
///
/// # Errors
/// The store's.
pub fn codes_since(db: &Db, account: LocalId, then: Timestamp) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) FROM post WHERE account = ?1 AND errand = 'code' AND queued_at >= ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![account.0, millis(then)], |row| row.get(0))?)
}

/// Takes back the codes to an account that have not left.
///
/// # Errors
/// The store's.
pub fn drop_codes(db: &Db, account: LocalId) -> Result<(), StoreError> {
    // Still counted: whoever asks again and again gets no more for it.
    db.prepare_cached("UPDATE post SET state = 'failed', code = NULL WHERE account = ?1 AND errand = 'code' AND state = 'waiting'")?.execute([account.0])?;
    Ok(())
}

/// Returns what waits to be sent.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db) -> Result<Waiting, StoreError> {
    let sql = "SELECT count(*) AS count, min(queued_at) AS since FROM post WHERE state = 'waiting'";
    let (count, since) = db.prepare_cached(sql)?.query_row([], |row| Ok((row.get("count")?, moment_opt(row, "since")?)))?;
    let sql = "SELECT cause FROM post WHERE state = 'waiting' AND cause IS NOT NULL ORDER BY next_try DESC LIMIT 1";
    Ok(Waiting { count, since, cause: db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()? })
}

/// Forgets what was queued before `then` and waits no more. Returns how many.
///
/// # Errors
/// The store's.
pub fn forget_before(db: &Db, then: Timestamp) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("DELETE FROM post WHERE queued_at < ?1 AND state != 'waiting'")?.execute([millis(then)])?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::{domain::consent::tests::NOW, store::Store};

    fn mail(id: u8, errand: Errand) -> Mail {
        Mail { id: MailId([id; 16]), errand, to: None, code: None }
    }

    #[test]
    fn a_mail_waits_until_it_has_left_and_is_told_once_until_somebody_looks() {
        let store = Store::in_memory().unwrap();
        let (db, at) = (store.db(), |secs| NOW.plus(Duration::from_secs(secs)));
        queue(db, &mail(1, Errand::Inquiry), None, at(1_000), NOW).unwrap();
        assert_eq!(due(db, NOW, 9).unwrap(), [mail(1, Errand::Inquiry)]);
        later(db, MailId([1; 16]), "nobody answers", at(10)).unwrap();
        assert_eq!((due(db, at(9), 9).unwrap(), next(db).unwrap()), (vec![], Some(at(10))));
        assert_eq!(waiting(db).unwrap(), Waiting { count: 1, since: Some(NOW), cause: Some("nobody answers".into()) });
        assert!(unread(db, None).unwrap());
        taken(db, MailId([1; 16]), at(10)).unwrap();
        assert!(unread(db, None).unwrap() && due(db, at(10), 9).unwrap().is_empty() && find(db, MailId([1; 16])).unwrap().unwrap().sent);
        seen(db, None).unwrap();
        assert!(!unread(db, None).unwrap());
        queue(db, &mail(2, Errand::Inquiry), None, at(1_000), at(20)).unwrap();
        assert_eq!(next(db).unwrap(), Some(at(20)));
        assert!(due(db, at(1_000), 9).unwrap().is_empty(), "too late");
        assert_eq!(give_up(db, at(999)).unwrap(), []);
        assert_eq!(give_up(db, at(1_000)).unwrap(), [(None, Errand::Inquiry)]);
        assert!(!failed(db, MailId([2; 16]), "x", at(1_000)).unwrap() && failed(db, MailId([1; 16]), "x", at(1_000)).unwrap());
        assert_eq!((forget_before(db, at(20)).unwrap(), forget_before(db, at(21)).unwrap()), (1, 1));
    }
}

//! What patients have not seen yet, and whom staff have called about it.

use rusqlite::{Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, millis, moment};
use crate::domain::notice::{Kind, Silent};

/// A patient whom nobody but people can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// Who.
    pub patient: LocalId,
    /// Since when there is something new.
    pub since: Timestamp,
    /// Whether there is an address, which refused a mail for good.
    pub refused: bool,
}

/// A call that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// Who was called.
    pub patient: LocalId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Notes that there is something new. What nobody was called about keeps its first moment.
///
/// # Errors
/// The store's.
pub fn raise(db: &Db, patient: LocalId, kind: Kind, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO news (patient, kind, raised_at) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM patient WHERE id = ?1) ON CONFLICT (patient, kind) DO UPDATE SET
               raised_at = CASE WHEN called_at IS NULL THEN raised_at ELSE excluded.raised_at END, called_at = NULL, called_by = NULL";
    db.prepare_cached(sql)?.execute(params![patient.0, kind.word(), millis(now)])?;
    Ok(())
}

/// Forgets a patient's news: the patient has looked.
///
/// # Errors
/// The store's.
pub fn seen(db: &Db, patient: LocalId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM news WHERE patient = ?1")?.execute([patient.0])?;
    Ok(())
}

/// Notes that somebody called. Returns whether there was anything to call about.
///
/// # Errors
/// The store's.
pub fn called(db: &Db, patient: LocalId, by: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE news SET called_at = ?2, called_by = ?3 WHERE patient = ?1 AND called_at IS NULL";
    Ok(db.prepare_cached(sql)?.execute(params![patient.0, millis(now), by])? > 0)
}

/// Whom a mail reaches: the patient, or somebody who may do more than look for her, at an address that was proved and does not refuse
/// mails, with any kind switched on, and with no mail that should have left before `late` and waits or was given up since the news came.
const REACHED: &str = "EXISTS (SELECT 1 FROM account a JOIN mailbox m ON m.account = a.id LEFT JOIN proxy x ON x.account = a.id
    WHERE a.patient = n.patient AND a.state = 'open' AND m.address IS NOT NULL AND m.failed IS NULL AND m.silent != ?2
      AND (a.kind = 'patient' OR (x.scope != 'look' AND x.ended_at IS NULL))
      AND NOT EXISTS (SELECT 1 FROM post p WHERE p.account = a.id AND p.errand = 'notice'
                      AND ((p.state = 'waiting' AND p.queued_at < ?1) OR (p.state = 'failed' AND p.done_at >= n.raised_at))))";

/// Returns the patients with something new whom no mail reaches and nobody has called, the longest waiting first. `by_mail` says whether
/// this clinic sends any; mails queued before `late` should have left.
///
/// # Errors
/// The store's.
pub fn unreached(db: &Db, by_mail: bool, late: Timestamp, limit: usize) -> Result<Vec<Unreached>, StoreError> {
    let sql = format!(
        "SELECT n.patient AS patient, min(n.raised_at) AS since,
                EXISTS (SELECT 1 FROM account a JOIN mailbox m ON m.account = a.id WHERE a.patient = n.patient AND m.failed IS NOT NULL) AS refused
         FROM news n WHERE n.called_at IS NULL AND NOT (?3 AND {REACHED}) GROUP BY n.patient ORDER BY since, n.patient LIMIT ?4"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![millis(late), Silent::ALL.0, by_mail, limit as i64], |row| {
        Ok(Unreached { patient: LocalId(row.get("patient")?), since: moment(row, "since")?, refused: row.get("refused")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the calls since `then` after which the patient has not looked yet, newest first.
///
/// # Errors
/// The store's.
pub fn calls(db: &Db, then: Timestamp, limit: usize) -> Result<Vec<Called>, StoreError> {
    let sql = "SELECT patient, max(called_at) AS at, called_by AS by_whom FROM news INDEXED BY news_called WHERE called_at >= ?1 GROUP BY patient ORDER BY at DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok(Called { patient: LocalId(row.get("patient")?), at: moment(row, "at")?, by: row.get("by_whom")? });
    let rows = statement.query_map(params![millis(then), limit as i64], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::{
        domain::{consent::tests::NOW, patient::tests::anna},
        store::{Store, patient},
    };

    #[test]
    fn nobody_is_called_twice_about_the_same() {
        let (store, id) = (Store::in_memory().unwrap(), LocalId([1; 8]));
        let (db, at) = (store.db(), |secs| NOW.plus(Duration::from_secs(secs)));
        patient::add(db, id, &anna(), "ben", NOW).unwrap();
        raise(db, id, Kind::Offer, at(5)).unwrap();
        raise(db, id, Kind::Place, at(6)).unwrap();
        raise(db, id, Kind::Offer, at(7)).unwrap();
        let waits = |since| vec![Unreached { patient: id, since, refused: false }];
        assert_eq!(unreached(db, true, NOW, 9).unwrap(), waits(at(5)));
        assert!(called(db, id, "ben", at(9)).unwrap() && !called(db, id, "ben", at(10)).unwrap());
        assert!(unreached(db, true, NOW, 9).unwrap().is_empty());
        assert_eq!(calls(db, NOW, 9).unwrap(), [Called { patient: id, at: at(9), by: "ben".into() }]);
        raise(db, id, Kind::Offer, at(20)).unwrap();
        assert_eq!(unreached(db, true, NOW, 9).unwrap(), waits(at(20)), "what is newer is told again");
        seen(db, id).unwrap();
        assert!(unreached(db, true, NOW, 9).unwrap().is_empty() && calls(db, NOW, 9).unwrap().is_empty());
    }
}

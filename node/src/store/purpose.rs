//! Why staff looked at patients who were not in treatment here, and what tells whether a patient is.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, millis, moment, moment_opt};
use crate::domain::purpose::{Purpose, STATED_FOR, Stated, Traces};

/// Keeps a stated purpose.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient.
pub fn add(db: &Db, stated: &Stated) -> Result<(), StoreError> {
    let Stated { id, patient, by, roles, purpose, words, at, .. } = stated;
    let sql = "INSERT INTO purpose (id, patient, by, roles, purpose, words, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![id.0, patient.0, by, roles, purpose.word(), words, millis(*at)])?;
    Ok(())
}

/// Returns what `by` last stated about a patient after `since`.
///
/// # Errors
/// The store's.
pub fn latest(db: &Db, patient: LocalId, by: &str, since: Timestamp) -> Result<Option<Stated>, StoreError> {
    let sql = "SELECT * FROM purpose WHERE patient = ?1 AND by = ?2 AND at > ?3 ORDER BY at DESC LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row(params![patient.0, by, millis(since)], row_to_stated).optional()?)
}

/// Returns what was stated, newest first: what nobody has looked at, or what somebody has.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, seen: bool, limit: usize) -> Result<Vec<Stated>, StoreError> {
    let which = if seen { "NOT NULL" } else { "NULL" };
    let mut statement = db.prepare_cached(&format!("SELECT * FROM purpose WHERE seen_at IS {which} ORDER BY at DESC, id LIMIT ?1"))?;
    let rows = statement.query_map([limit as i64], row_to_stated)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns how many nobody has looked at.
///
/// # Errors
/// The store's.
pub fn unseen(db: &Db) -> Result<usize, StoreError> {
    Ok(db.prepare_cached("SELECT count(*) FROM purpose WHERE seen_at IS NULL")?.query_row([], |row| row.get(0))?)
}

/// Notes who looked at one on the list. Returns whether it is there and was not looked at before.
///
/// # Errors
/// The store's.
pub fn see(db: &Db, id: LocalId, by: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(db.execute("UPDATE purpose SET seen_at = ?2, seen_by = ?3 WHERE id = ?1 AND seen_at IS NULL", params![id.0, millis(now), by])? == 1)
}

/// Returns what is known of a patient's treatment here. An entry that was changed under a stated purpose is none of it: whoever only needs her
/// address for a bill must not make her everybody's patient again. Who prepares her return does.
///
/// # Errors
/// The store's.
pub fn traces(db: &Db, patient: LocalId) -> Result<Traces, StoreError> {
    // Mostly something is open, and then nobody needs to know what was before.
    let sql = "SELECT EXISTS (SELECT 1 FROM discharge_case WHERE patient = ?1 AND closed_at IS NULL)
                      OR EXISTS (SELECT 1 FROM conversation WHERE patient = ?1 AND ended_at IS NULL)";
    if db.prepare_cached(sql)?.query_row([patient.0], |row| row.get(0))? {
        return Ok(Traces { open: true, last: None });
    }
    let sql = "SELECT max(coalesce((SELECT max(changed_at) FROM (SELECT changed_at, changed_by FROM patient WHERE id = ?1
                                                                 UNION ALL SELECT changed_at, changed_by FROM patient_version WHERE patient = ?1)
                                    WHERE coalesce((SELECT max(purpose = ?3) FROM purpose
                                                    WHERE patient = ?1 AND by = changed_by AND at <= changed_at AND at > changed_at - ?2), 1)), 0),
                          coalesce((SELECT max(closed_at) FROM discharge_case WHERE patient = ?1), 0),
                          coalesce((SELECT max(ended_at) FROM conversation WHERE patient = ?1), 0))";
    Ok(db.prepare_cached(sql)?.query_row(params![patient.0, STATED_FOR.as_millis() as i64, Purpose::Return.word()], |row| {
        let last: i64 = row.get(0)?;
        Ok(Traces { open: false, last: (last > 0).then_some(Timestamp(last.unsigned_abs())) })
    })?)
}

fn row_to_stated(row: &Row<'_>) -> rusqlite::Result<Stated> {
    let purpose: String = row.get("purpose")?;
    let seen_by: Option<String> = row.get("seen_by")?;
    Ok(Stated {
        id: LocalId(row.get("id")?),
        patient: LocalId(row.get("patient")?),
        by: row.get("by")?,
        roles: row.get("roles")?,
        // A word of a newer version.
        purpose: Purpose::named(&purpose).unwrap_or(Purpose::Other),
        words: row.get("words")?,
        at: moment(row, "at")?,
        seen: moment_opt(row, "seen_at")?.zip(seen_by),
    })
}

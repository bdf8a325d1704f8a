//! What the social service writes about a discharge case: the plan in all its versions, who looks after it, notes and calls, favourites.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    catalogue::Ahb,
    id::{DepartmentKey, Ik, LocalId},
    time::Timestamp,
};

use super::{Db, StoreError, column, millis, moment, moment_opt};
use crate::domain::plan::Plan;

pub mod phone;

/// A version of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanVersion {
    /// From 1.
    pub version: u32,
    /// What it says.
    pub plan: Plan,
    /// When it was written.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
}

/// What a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Written.
    Note,
    /// Of a call.
    Call,
}

impl NoteKind {
    /// Returns the word used in forms and store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Call => "call",
        }
    }
}

/// A note about a case. Its text is in no `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// When it was.
    pub at: Timestamp,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Note or call.
    pub kind: NoteKind,
    /// What it says.
    pub text: String,
    /// By whom.
    pub made_by: String,
}

/// Who looks after a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Since when.
    pub since: Timestamp,
    /// Who.
    pub owner: String,
    /// Who gave it to them.
    pub given_by: String,
}

/// Writes the next version of a plan.
///
/// # Errors
/// The store's.
pub fn write_plan(db: &Db, case: LocalId, plan: &Plan, now: Timestamp, by: &str) -> Result<(), StoreError> {
    let text = serde_json::to_string(plan).map_err(|_| StoreError::unreadable("plan"))?;
    let sql = "INSERT INTO case_plan (discharge_case, version, plan, made_at, made_by)
        SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4 FROM case_plan WHERE discharge_case = ?1";
    db.prepare_cached(sql)?.execute(params![case.0, text, millis(now), by])?;
    Ok(())
}

/// Returns the present version of a plan.
///
/// # Errors
/// The store's.
pub fn plan(db: &Db, case: LocalId) -> Result<Option<PlanVersion>, StoreError> {
    let sql = "SELECT * FROM case_plan WHERE discharge_case = ?1 ORDER BY version DESC LIMIT 1";
    let row = |row: &Row<'_>| Ok(PlanVersion { version: row.get("version")?, plan: column::json(row, "plan")?, made_at: moment(row, "made_at")?, made_by: row.get("made_by")? });
    Ok(db.prepare_cached(sql)?.query_row([case.0], row).optional()?)
}

/// Notes who looks after a case from now on.
///
/// # Errors
/// The store's.
pub fn give(db: &Db, case: LocalId, owner: &str, now: Timestamp, by: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_owner (discharge_case, since, owner, given_by) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (discharge_case, since) DO UPDATE SET owner = ?3, given_by = ?4";
    db.prepare_cached(sql)?.execute(params![case.0, millis(now), owner, by])?;
    Ok(())
}

/// Has whoever looks after open cases as `from` look after them as `to` from now on: somebody who bears another name. Returns how many they are.
///
/// # Errors
/// The store's.
pub fn rename_owner(db: &Db, from: &str, to: &str, now: Timestamp, by: &str) -> Result<usize, StoreError> {
    let sql = "INSERT INTO case_owner (discharge_case, since, owner, given_by)
        SELECT c.id, ?3, ?2, ?4 FROM discharge_case AS c WHERE c.closed_at IS NULL
            AND coalesce((SELECT owner FROM case_owner WHERE discharge_case = c.id ORDER BY since DESC LIMIT 1), c.opened_by) = ?1
        ON CONFLICT (discharge_case, since) DO UPDATE SET owner = excluded.owner, given_by = excluded.given_by";
    Ok(db.prepare_cached(sql)?.execute(params![from, to, millis(now), by])?)
}

/// Returns everybody who has looked after a case, the latest first.
///
/// # Errors
/// The store's.
pub fn owners(db: &Db, case: LocalId) -> Result<Vec<Owner>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM case_owner WHERE discharge_case = ?1 ORDER BY since DESC")?;
    let rows = statement.query_map([case.0], |row| Ok(Owner { since: moment(row, "since")?, owner: row.get("owner")?, given_by: row.get("given_by")? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a note.
///
/// # Errors
/// The store's.
pub fn add_note(db: &Db, case: LocalId, note: &Note) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_note (discharge_case, at, number, kind, text, made_by, recorded_at)
        SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3, ?4, ?5, ?6 FROM case_note WHERE discharge_case = ?1 AND at = ?2";
    db.prepare_cached(sql)?.execute(params![case.0, millis(note.at), note.kind.word(), note.text, note.made_by, millis(note.recorded_at)])?;
    Ok(())
}

/// Returns the note about a case that was written down last.
///
/// # Errors
/// The store's.
pub fn last_note(db: &Db, case: LocalId) -> Result<Option<Note>, StoreError> {
    let sql = "SELECT * FROM case_note WHERE discharge_case = ?1 ORDER BY coalesce(recorded_at, at) DESC, number DESC LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([case.0], row_to_note).optional()?)
}

/// Returns the notes about a case, the latest first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn notes(db: &Db, case: LocalId, limit: usize) -> Result<Vec<Note>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM case_note WHERE discharge_case = ?1 ORDER BY at DESC, number DESC LIMIT ?2")?;
    let rows = statement.query_map(params![case.0, limit as i64], row_to_note)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row_to_note(row: &Row<'_>) -> rusqlite::Result<Note> {
    let kind = if row.get::<_, String>("kind")? == "call" { NoteKind::Call } else { NoteKind::Note };
    let at = moment(row, "at")?;
    Ok(Note { at, recorded_at: moment_opt(row, "recorded_at")?.unwrap_or(at), kind, text: row.get("text")?, made_by: row.get("made_by")? })
}

/// Marks a department as a favourite for an indication group, or no longer.
///
/// # Errors
/// The store's.
pub fn mark_favourite(db: &Db, indication: Ahb, facility: &Ik, department: &DepartmentKey, marked: bool) -> Result<(), StoreError> {
    let sql = if marked {
        "INSERT OR IGNORE INTO favourite (indication, facility, department) VALUES (?1, ?2, ?3)"
    } else {
        "DELETE FROM favourite WHERE indication = ?1 AND facility = ?2 AND department = ?3"
    };
    db.prepare_cached(sql)?.execute(params![indication.number(), facility.to_string(), department.to_string()])?;
    Ok(())
}

/// Returns the favourites for an indication group, as facility and department.
///
/// # Errors
/// The store's.
pub fn favourites(db: &Db, indication: Ahb) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT facility, department FROM favourite WHERE indication = ?1")?;
    let rows = statement.query_map([indication.number()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    #[test]
    fn a_favourite_for_one_indication_group_is_none_for_another() {
        let store = Store::in_memory().unwrap();
        let (hips, hearts): (Ahb, Ahb) = ("locomotor".parse().unwrap(), "heart".parse().unwrap());
        let (facility, department): (Ik, DepartmentKey) = (Ik::with_check_digit(10_000_011), "2300".parse().unwrap());
        let of = |indication| favourites(store.db(), indication).unwrap();
        for _ in 0..2 {
            mark_favourite(store.db(), hips, &facility, &department, true).unwrap();
        }
        assert_eq!((of(hips), of(hearts)), (vec![(facility.to_string(), department.to_string())], vec![]));
        mark_favourite(store.db(), hearts, &facility, &department, false).unwrap();
        assert_eq!(of(hips).len(), 1, "no longer for the other leaves this one");
        mark_favourite(store.db(), hips, &facility, &department, false).unwrap();
        assert!(of(hips).is_empty());
    }
}

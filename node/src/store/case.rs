//! Discharge cases: what is being arranged for a patient, and the inquiries that belong to it.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    catalogue::AhbException,
    id::{ConversationId, LocalId},
    inquiry::Variant,
    time::{Day, Timestamp},
};

use super::{Db, StoreError, millis, moment, moment_opt};
use crate::domain::end::{Carer, End, How};

/// How [`How::NoPlace`] is stored.
const NO_PLACE: &str = "no-place";
/// How [`How::Otherwise`] is stored.
const OTHERWISE: &str = "otherwise";

/// A discharge case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Case {
    /// Random name of the case.
    pub id: LocalId,
    /// The patient; nobody once erased.
    pub patient: Option<LocalId>,
    /// Rehabilitation or transfer.
    pub variant: Variant,
    /// Day of discharge, planned or done.
    pub discharge: Option<Day>,
    /// Why an AHB may begin later than 14 days after it.
    pub exception: Option<AhbException>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: String,
    /// The conversation whose offer the patient chose.
    pub chosen: Option<ConversationId>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

fn variant_word(variant: Variant) -> &'static str {
    match variant {
        Variant::Rehab => "rehab",
        Variant::Transfer => "transfer",
    }
}

/// Opens a case.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient.
pub fn open(db: &Db, case: &Case) -> Result<(), StoreError> {
    let sql = "INSERT INTO discharge_case (id, patient, variant, discharge, exception, opened_at, opened_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let exception = case.exception.map(AhbException::number);
    db.execute(
        sql,
        params![case.id.0, case.patient.map(|id| id.0), variant_word(case.variant), case.discharge.map(|day| day.0), exception, millis(case.opened_at), case.opened_by],
    )?;
    Ok(())
}

/// Returns a case.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Case>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM discharge_case WHERE id = ?1")?.query_row([id.0], row_to_case).optional()?)
}

/// Returns the conversation whose offer the patient chose in a case, if there is one. Asked for with every message.
///
/// # Errors
/// The store's.
pub fn chosen(db: &Db, id: LocalId) -> Result<Option<ConversationId>, StoreError> {
    let chosen: Option<Option<[u8; 16]>> = db.prepare_cached("SELECT chosen FROM discharge_case WHERE id = ?1")?.query_row([id.0], |row| row.get(0)).optional()?;
    Ok(chosen.flatten().map(ConversationId))
}

/// Returns the cases of a patient, or all open ones, newest first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, patient: Option<LocalId>, limit: usize) -> Result<Vec<Case>, StoreError> {
    let which = if patient.is_some() { "patient = ?1" } else { "closed_at IS NULL AND ?1 IS NULL" };
    let mut statement = db.prepare_cached(&format!("SELECT * FROM discharge_case WHERE {which} ORDER BY opened_at DESC LIMIT ?2"))?;
    let rows = statement.query_map(params![patient.map(|id| id.0), limit as i64], row_to_case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the open cases that somebody looks after, or all others, oldest first, at most `limit`. Whoever opened a case looks after it until it
/// is given to somebody.
///
/// # Errors
/// The store's.
pub fn open_of(db: &Db, owner: &str, own: bool, limit: usize) -> Result<Vec<Case>, StoreError> {
    let sql = "SELECT * FROM discharge_case WHERE closed_at IS NULL AND (?1 = coalesce(
            (SELECT owner FROM case_owner WHERE discharge_case = discharge_case.id ORDER BY since DESC LIMIT 1), opened_by)) = ?2
        ORDER BY opened_at, id LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![owner, own, limit as i64], row_to_case)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes day of discharge and exception.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn set_discharge(db: &Db, id: LocalId, discharge: Option<Day>, exception: Option<AhbException>) -> Result<(), StoreError> {
    let changed = db.prepare_cached("UPDATE discharge_case SET discharge = ?2, exception = ?3 WHERE id = ?1")?.execute(params![
        id.0,
        discharge.map(|day| day.0),
        exception.map(AhbException::number)
    ])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("case")) }
}

/// Notes which offer the patient chose, or that none is chosen any more.
///
/// # Errors
/// The store's.
pub fn choose(db: &Db, id: LocalId, chosen: Option<ConversationId>) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE discharge_case SET chosen = ?2 WHERE id = ?1")?.execute(params![id.0, chosen.map(|id| id.0)])?;
    Ok(())
}

/// Closes a case. A repeat changes nothing.
///
/// # Errors
/// The store's.
pub fn close(db: &Db, id: LocalId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE discharge_case SET closed_at = ?2 WHERE id = ?1 AND closed_at IS NULL")?.execute(params![id.0, millis(now)])?;
    Ok(())
}

/// Closes a case and keeps how it ended.
///
/// # Errors
/// [`StoreError::Conflict`] if that is kept already.
pub fn end(db: &Db, id: LocalId, end: &End) -> Result<(), StoreError> {
    close(db, id, end.at)?;
    let how = if matches!(end.how, How::NoPlace(_)) { NO_PLACE } else { OTHERWISE };
    let carer = end.carer();
    let sql = "INSERT INTO case_end (discharge_case, how, carer, phone, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    db.prepare_cached(sql)?.execute(params![id.0, how, carer.map(Carer::name), carer.map(Carer::phone), millis(end.at), end.by])?;
    Ok(())
}

/// Returns how a case ended; nothing while it is open, and of one that a report ended.
///
/// # Errors
/// The store's.
pub fn ended(db: &Db, id: LocalId) -> Result<Option<End>, StoreError> {
    let found = db.prepare_cached("SELECT * FROM case_end WHERE discharge_case = ?1")?.query_row([id.0], row_to_end).optional()?;
    found.transpose()
}

fn row_to_end(row: &Row<'_>) -> rusqlite::Result<Result<End, StoreError>> {
    let carer = row.get::<_, Option<String>>("carer")?.zip(row.get::<_, Option<String>>("phone")?);
    let carer = carer.map(|(name, phone)| Carer::new(&name, &phone)).transpose();
    let (how, at, by): (String, _, _) = (row.get("how")?, moment(row, "at")?, row.get("by")?);
    Ok(match (how.as_str(), carer) {
        (NO_PLACE, Ok(Some(carer))) => Ok(End { how: How::NoPlace(carer), at, by }),
        (OTHERWISE, Ok(carer)) => Ok(End { how: How::Otherwise(carer), at, by }),
        _ => Err(StoreError::unreadable("case end")),
    })
}

fn row_to_case(row: &Row<'_>) -> rusqlite::Result<Case> {
    Ok(Case {
        id: LocalId(row.get("id")?),
        patient: row.get::<_, Option<[u8; 8]>>("patient")?.map(LocalId),
        variant: if row.get::<_, String>("variant")? == "transfer" { Variant::Transfer } else { Variant::Rehab },
        discharge: row.get::<_, Option<u32>>("discharge")?.map(Day),
        exception: row.get::<_, Option<u16>>("exception")?.map(AhbException::new),
        opened_at: moment(row, "opened_at")?,
        opened_by: row.get("opened_by")?,
        chosen: row.get::<_, Option<[u8; 16]>>("chosen")?.map(ConversationId),
        closed_at: moment_opt(row, "closed_at")?,
    })
}

//! Clinics without a node that were asked in a case, and their answers. Rows are added and never changed.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    catalogue::{NoShow, PayerDecision},
    id::LocalId,
    time::Day,
};

use crate::{
    domain::phone::{Answer, Came, Done, Event, Phone, Said, Step},
    store::{Db, StoreError, column, millis, moment},
};

/// Adds a clinic that is asked. Its answers are added by [`answer`].
///
/// # Errors
/// The store's.
pub fn add(db: &Db, phone: &Phone) -> Result<(), StoreError> {
    let inquiry = serde_json::to_string(&phone.inquiry).map_err(|_| StoreError::unreadable("inquiry"))?;
    let sql = "INSERT INTO case_phone (id, discharge_case, clinic, number, inquiry, asked_at, asked_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![phone.id.0, phone.case.0, phone.clinic, phone.number, inquiry, millis(phone.asked_at), phone.asked_by])?;
    Ok(())
}

/// Adds an answer after those there are.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such entry.
pub fn answer(db: &Db, entry: LocalId, answer: &Answer) -> Result<(), StoreError> {
    let (offered, declined) = match &answer.said {
        Said::Offered(day) => (Some(day.0), None),
        Said::Declined(why) => (None, Some(why)),
    };
    let sql = "INSERT INTO case_phone_answer (entry, number, offered, declined, answered_at, answered_by, recorded_at, recorded_by)
        SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM case_phone_answer WHERE entry = ?1";
    let (answered_at, recorded_at) = (millis(answer.answered_at), millis(answer.recorded_at));
    db.prepare_cached(sql)?.execute(params![entry.0, offered, declined, answered_at, answer.answered_by, recorded_at, answer.recorded_by])?;
    Ok(())
}

/// Returns what was asked in a case, oldest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, case: LocalId) -> Result<Vec<Phone>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM case_phone WHERE discharge_case = ?1 ORDER BY asked_at, id")?;
    let rows: Vec<Phone> = statement.query_map([case.0], row_to_phone)?.collect::<Result<_, _>>()?;
    rows.into_iter().map(|phone| with_answers(db, phone)).collect()
}

/// Returns one entry of a case.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, case: LocalId, entry: LocalId) -> Result<Option<Phone>, StoreError> {
    let sql = "SELECT * FROM case_phone WHERE id = ?1 AND discharge_case = ?2";
    let found = db.prepare_cached(sql)?.query_row([entry.0, case.0], row_to_phone).optional()?;
    found.map(|phone| with_answers(db, phone)).transpose()
}

fn with_answers(db: &Db, phone: Phone) -> Result<Phone, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM case_phone_answer WHERE entry = ?1 ORDER BY number")?;
    let answers = statement.query_map([phone.id.0], row_to_answer)?.collect::<Result<_, _>>()?;
    let sql = "SELECT s.*, c.revoked_at IS NULL AS stands FROM case_phone_step s LEFT JOIN consent c ON c.id = s.release WHERE s.entry = ?1 ORDER BY s.number";
    let steps = db.prepare_cached(sql)?.query_map([phone.id.0], row_to_step)?.collect::<Result<_, _>>()?;
    let sql = "SELECT * FROM case_phone_event WHERE entry = ?1 ORDER BY number";
    let events = db.prepare_cached(sql)?.query_map([phone.id.0], row_to_event)?.collect::<Result<_, _>>()?;
    Ok(Phone { answers, steps, events, ..phone })
}

/// Adds what this side did after what it did before.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such entry or release.
pub fn step(db: &Db, entry: LocalId, step: &Step) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_phone_step (entry, number, done, release, at, by)
        SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM case_phone_step WHERE entry = ?1";
    db.prepare_cached(sql)?.execute(params![entry.0, step.done.word(), step.release.map(|(id, _)| id.0), millis(step.at), step.by])?;
    Ok(())
}

/// Adds what came of a choice after what came before.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such entry or release.
pub fn event(db: &Db, entry: LocalId, event: &Event) -> Result<(), StoreError> {
    let (word, day, code) = match event.came {
        Came::Named(day) => ("named", day, None),
        Came::Payer(decision, day) => ("payer", day, Some(decision.number())),
        Came::Arrived(day) => ("arrived", day, None),
        Came::Absent(reason, day) => ("absent", day, Some(reason.number())),
    };
    let sql = "INSERT INTO case_phone_event (entry, number, came, release, day, code, said_by, papers, at, by)
        SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM case_phone_event WHERE entry = ?1";
    db.prepare_cached(sql)?.execute(params![entry.0, word, event.release.0, day.0, code, event.said_by, event.papers, millis(event.at), event.by])?;
    Ok(())
}

fn row_to_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let (word, day) = (row.get::<_, String>("came")?, Day(row.get("day")?));
    let code = || row.get::<_, u16>("code");
    let came = match word.as_str() {
        "named" => Came::Named(day),
        "payer" => Came::Payer(PayerDecision::new(code()?), day),
        "arrived" => Came::Arrived(day),
        "absent" => Came::Absent(NoShow::new(code()?), day),
        _ => return Err(rusqlite::Error::InvalidColumnType(0, word, rusqlite::types::Type::Text)),
    };
    Ok(Event { came, release: LocalId(row.get("release")?), said_by: row.get("said_by")?, papers: row.get("papers")?, at: moment(row, "at")?, by: row.get("by")? })
}

fn row_to_step(row: &Row<'_>) -> rusqlite::Result<Step> {
    let word: String = row.get("done")?;
    let done = Done::named(&word).ok_or_else(|| rusqlite::Error::InvalidColumnType(0, word, rusqlite::types::Type::Text))?;
    let release: Option<[u8; 8]> = row.get("release")?;
    let stands: bool = row.get("stands")?;
    Ok(Step { done, at: moment(row, "at")?, by: row.get("by")?, release: release.map(|id| (LocalId(id), stands)) })
}

fn row_to_phone(row: &Row<'_>) -> rusqlite::Result<Phone> {
    Ok(Phone {
        id: LocalId(row.get("id")?),
        case: LocalId(row.get("discharge_case")?),
        clinic: row.get("clinic")?,
        number: row.get("number")?,
        inquiry: column::json(row, "inquiry")?,
        asked_at: moment(row, "asked_at")?,
        asked_by: row.get("asked_by")?,
        answers: vec![],
        steps: vec![],
        events: vec![],
    })
}

fn row_to_answer(row: &Row<'_>) -> rusqlite::Result<Answer> {
    let said = match row.get::<_, Option<u32>>("offered")? {
        Some(day) => Said::Offered(Day(day)),
        None => Said::Declined(row.get("declined")?),
    };
    Ok(Answer {
        said,
        answered_at: moment(row, "answered_at")?,
        answered_by: row.get("answered_by")?,
        recorded_at: moment(row, "recorded_at")?,
        recorded_by: row.get("recorded_by")?,
    })
}

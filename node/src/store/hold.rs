//! Places held for offers. The single writer decides about holds and writes them in one transaction.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{
    holds::Hold,
    id::{ConversationId, DepartmentKey, Ik},
    time::{Day, Timestamp},
};

use super::{Db, StoreError, millis, parsed};

/// A hold with the department it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where.
    pub facility: Ik,
    /// In which department.
    pub department: DepartmentKey,
    /// From when and how long.
    pub hold: Hold,
}

/// Returns the holds that reduce what `department` has stated at `observed_at`: those in force, and those of patients who have
/// arrived since (staff who count later already see the bed taken). `without` leaves one conversation's own hold out.
///
/// # Errors
/// The store's.
pub fn active(db: &Db, facility: &Ik, department: &DepartmentKey, observed_at: Timestamp, without: Option<ConversationId>) -> Result<Vec<Hold>, StoreError> {
    let sql = "SELECT from_day, days FROM hold WHERE facility = ?1 AND department = ?2 AND state <> 'ended' AND (state = 'held' OR (state = 'admitted' AND since >= ?3)) AND conversation IS NOT ?4";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement
        .query_map(params![facility.as_str(), department.as_str(), millis(observed_at), without.map(|id| id.0)], |row| Ok(Hold { from: Day(row.get(0)?), days: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Holds a place for a conversation, in place of what was held for it before. The caller has asked
/// `Ledger::room_for` in this transaction.
///
/// # Errors
/// The store's.
pub fn place(db: &Db, id: ConversationId, held: &Held, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO hold (conversation, facility, department, from_day, days, state, since) VALUES (?1, ?2, ?3, ?4, ?5, 'held', ?6)
               ON CONFLICT (conversation) DO UPDATE SET facility = ?2, department = ?3, from_day = ?4, days = ?5, state = 'held', since = ?6";
    let Held { facility, department, hold } = held;
    db.prepare_cached(sql)?.execute(params![id.0, facility.as_str(), department.as_str(), hold.from.0, hold.days.max(1), millis(now)])?;
    Ok(())
}

/// Ends a conversation's hold, or marks that its patient has arrived. Returns the department if that changed anything.
///
/// # Errors
/// The store's.
pub fn settle(db: &Db, id: ConversationId, admitted: bool, now: Timestamp) -> Result<Option<(Ik, DepartmentKey)>, StoreError> {
    let state = if admitted { "admitted" } else { "ended" };
    let sql = "UPDATE hold SET state = ?2, since = ?3 WHERE conversation = ?1 AND state <> ?2 AND state <> 'ended' RETURNING facility, department";
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, state, millis(now)], |row| Ok((parsed(row, "facility")?, parsed(row, "department")?))).optional()?)
}

/// Returns a conversation's hold, if one is in force.
///
/// # Errors
/// The store's.
pub fn of(db: &Db, id: ConversationId) -> Result<Option<Held>, StoreError> {
    let sql = "SELECT facility, department, from_day, days FROM hold WHERE conversation = ?1 AND state <> 'ended'";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Held { facility: parsed(row, "facility")?, department: parsed(row, "department")?, hold: Hold { from: Day(row.get("from_day")?), days: row.get("days")? } })
    };
    Ok(db.prepare_cached(sql)?.query_row([id.0], read).optional()?)
}

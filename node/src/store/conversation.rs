//! Conversations: where each stands, both chains as exact bytes, and the bodies that can be erased.

mod message;

use rusqlite::{OptionalExtension as _, Row, params, types::Type};
use verbund_protocol::{
    cbor,
    conversation::Chain,
    id::{ConversationId, DepartmentKey, Ik, LocalId, MemberId},
    referral::{Log, Side, Step},
    time::Timestamp,
};

pub use message::{
    Place, Stored, add_message, add_receipt, add_receipt_at, add_receipted, body, contradiction, contradictions, erase_bodies, header_at, last_body, message, messages,
};

use super::{Db, StoreError, millis, moment, moment_opt, parsed, parsed_opt, select::Select};

/// Largest log or chain as stored: the messages of both sides at their limit.
const MAX_LOG: usize = 1 << 20;

macro_rules! select {
    () => {
        "SELECT id, side, discharge_case, patient, consent, release, own_facility, peer, peer_facility, department, log, own_chain, peer_chain, opened_at,
             changed_at, due_at, remind_at, end_at, ended_at, erase_at, erased_at, auto_confirm, trouble FROM conversation"
    };
}

/// A conversation as this side sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its name, the same at both ends.
    pub id: ConversationId,
    /// Which side this node is.
    pub side: Side,
    /// The discharge case it belongs to, at the asker.
    pub case: Option<LocalId>,
    /// The patient here; at the owner once the patient is accepted.
    pub patient: Option<LocalId>,
    /// What the inquiry rests on: a consent to discharge management or a necessity of treatment.
    pub consent: Option<LocalId>,
    /// What the identified part rests on: a release that names the other clinic.
    pub release: Option<LocalId>,
    /// The facility this node speaks for in it.
    pub own_facility: Ik,
    /// The other member.
    pub peer: MemberId,
    /// The other's facility.
    pub peer_facility: Ik,
    /// The department asked, later the one that offered.
    pub department: Option<DepartmentKey>,
    /// Both chains as the table of steps needs them.
    pub log: Log,
    /// Our chain.
    pub own: Chain,
    /// The other's chain.
    pub theirs: Chain,
    /// When it began here.
    pub opened_at: Timestamp,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// When it is overdue.
    pub due_at: Option<Timestamp>,
    /// When our staff are to be reminded.
    pub remind_at: Option<Timestamp>,
    /// When our clock ends it.
    pub end_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When bodies are to be erased.
    pub erase_at: Option<Timestamp>,
    /// When they were.
    pub erased_at: Option<Timestamp>,
    /// Whether a choice is confirmed at once.
    pub auto_confirm: bool,
    /// Why a person must call the other clinic.
    pub trouble: Option<String>,
}

/// Saves a conversation, new or changed.
///
/// # Errors
/// The store's.
pub fn save(db: &Db, c: &Conversation) -> Result<(), StoreError> {
    let step = c.log.state().step;
    let sql = "INSERT INTO conversation (id, side, discharge_case, own_facility, peer, peer_facility, department, step, log, own_chain, peer_chain, opened_at, changed_at,
                   remind_at, due_at, end_at, ended_at, erase_at, erased_at, auto_confirm, trouble, trouble_at,
                   patient, consent, release)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, CASE WHEN ?21 IS NULL THEN NULL ELSE ?13 END, ?22, ?23, ?24)
               ON CONFLICT (id) DO UPDATE SET department = ?7, step = ?8, log = ?9, own_chain = ?10, peer_chain = ?11, changed_at = ?13, remind_at = ?14, due_at = ?15, end_at = ?16,
                   ended_at = ?17, erase_at = ?18, erased_at = ?19, auto_confirm = ?20, trouble = ?21, patient = ?22, consent = ?23, release = ?24,
                   trouble_at = CASE WHEN ?21 IS NULL THEN NULL WHEN trouble IS ?21 THEN trouble_at ELSE ?13 END";
    db.prepare_cached(sql)?.execute(params![
        c.id.0,
        c.side.word(),
        c.case.map(|id| id.0),
        c.own_facility.as_str(),
        c.peer.as_str(),
        c.peer_facility.as_str(),
        c.department.as_ref().map(DepartmentKey::as_str),
        step.word(),
        cbor::write(&c.log),
        cbor::write(&c.own),
        cbor::write(&c.theirs),
        millis(c.opened_at),
        millis(c.changed_at),
        c.remind_at.map(millis),
        c.due_at.map(millis),
        c.end_at.map(millis),
        c.ended_at.map(millis),
        c.erase_at.map(millis),
        c.erased_at.map(millis),
        c.auto_confirm,
        c.trouble,
        c.patient.map(|id| id.0),
        c.consent.map(|id| id.0),
        c.release.map(|id| id.0),
    ])?;
    Ok(())
}

/// Returns a conversation.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    Ok(db.prepare_cached(concat!(select!(), " WHERE id = ?1"))?.query_row([id.0], row_to_conversation).optional()?)
}

/// Takes back a trouble that is over.
///
/// # Errors
/// The store's.
pub fn end_trouble(db: &Db, id: ConversationId, trouble: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE conversation SET trouble = NULL, trouble_at = NULL WHERE id = ?1 AND trouble = ?2")?.execute(params![id.0, trouble])?;
    Ok(())
}

/// Which conversations to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only where this node is this side.
    pub side: Option<Side>,
    /// Only of this case.
    pub case: Option<LocalId>,
    /// Only about this patient.
    pub patient: Option<LocalId>,
    /// Only with this member.
    pub peer: Option<MemberId>,
    /// Only at this step.
    pub step: Option<Step>,
    /// Ended ones too.
    pub ended: bool,
}

/// Returns conversations, last changed first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, filter: &Filter, limit: usize) -> Result<Vec<Conversation>, StoreError> {
    let (side, step) = (filter.side.map(Side::word), filter.step.map(Step::word));
    let (case, patient, peer, limit) = (filter.case.map(|id| id.0), filter.patient.map(|id| id.0), filter.peer.as_ref().map(MemberId::as_str), limit as i64);
    let mut select = Select::new(select!());
    select.only_if("side = ?", &side);
    select.only_if("discharge_case = ?", &case);
    select.only_if("patient = ?", &patient);
    select.only_if("peer = ?", &peer);
    select.only_if("step = ?", &step);
    if !filter.ended {
        select.only("ended_at IS NULL");
    }
    let (sql, bound) = select.limited(" ORDER BY changed_at DESC, id", &limit);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(&bound[..], row_to_conversation)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the conversations in which this clinic owns the bed, at most `limit`: those that are over, last changed first; or the open ones,
/// where nothing is agreed yet or something is wrong before all others, and then what is due first.
///
/// # Errors
/// The store's.
pub fn owned(db: &Db, over: bool, limit: usize) -> Result<Vec<Conversation>, StoreError> {
    let sql = if over {
        concat!(select!(), " WHERE side = ?1 AND ended_at IS NOT NULL ORDER BY changed_at DESC, id LIMIT ?2")
    } else {
        concat!(select!(), " WHERE side = ?1 AND ended_at IS NULL ORDER BY step IN ('accepted', 'admitted') AND trouble IS NULL, due_at IS NULL, due_at, id LIMIT ?2")
    };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![Side::Owner.word(), limit as i64], row_to_conversation)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns how many conversations this clinic was asked in and has not answered yet.
///
/// # Errors
/// The store's.
pub fn unanswered(db: &Db) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) FROM conversation WHERE side = ?1 AND step = 'requested' AND ended_at IS NULL";
    let count: i64 = db.prepare_cached(sql)?.query_row([Side::Owner.word()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Returns how many conversations with `peer` are open.
///
/// # Errors
/// The store's.
pub fn open_with(db: &Db, peer: &MemberId) -> Result<u64, StoreError> {
    let count = db.prepare_cached("SELECT count FROM open_conversations WHERE peer = ?1")?.query_row([peer.as_str()], |row| row.get::<_, i64>(0)).optional()?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

/// Returns the members with whom a conversation is open.
///
/// # Errors
/// The store's.
pub fn peers(db: &Db) -> Result<Vec<MemberId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT peer FROM conversation WHERE ended_at IS NULL ORDER BY peer")?;
    let rows = statement.query_map([], |row| parsed(row, "peer"))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the clock finds due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Our staff are to be reminded.
    Remind,
    /// Our clock ends it.
    End,
    /// Bodies are to be erased.
    Erase,
}

/// Returns the conversations for which this is due at `now`, longest due first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn due(db: &Db, what: Due, now: Timestamp, limit: usize) -> Result<Vec<ConversationId>, StoreError> {
    let sql = match what {
        Due::Remind => "SELECT id FROM conversation WHERE remind_at <= ?1 ORDER BY remind_at LIMIT ?2",
        Due::End => "SELECT id FROM conversation WHERE end_at <= ?1 ORDER BY end_at LIMIT ?2",
        Due::Erase => "SELECT id FROM conversation WHERE erase_at <= ?1 ORDER BY erase_at LIMIT ?2",
    };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![millis(now), limit as i64], |row| Ok(ConversationId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns when the next conversation becomes due for anything; nothing if none does.
///
/// # Errors
/// The store's.
pub fn next_due(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    Ok(db.prepare_cached(NEXT_DUE)?.query_row([], |row| moment_opt(row, "at"))?)
}
/// Asked at every tick while nothing waits to be sent. Without its conditions SQLite reads all conversations for it: the indexes hold those that become due.
const NEXT_DUE: &str = "SELECT min(at) AS at FROM (SELECT min(remind_at) AS at FROM conversation WHERE remind_at IS NOT NULL
    UNION ALL SELECT min(end_at) FROM conversation WHERE end_at IS NOT NULL UNION ALL SELECT min(erase_at) FROM conversation WHERE erase_at IS NOT NULL)";

fn local(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<LocalId>> {
    Ok(row.get::<_, Option<[u8; 8]>>(column)?.map(LocalId))
}

fn side(row: &Row<'_>, column: usize) -> rusqlite::Result<Side> {
    Ok(if row.get_ref(column)?.as_str()? == "owner" { Side::Owner } else { Side::Asker })
}

fn decoded<T: for<'b> minicbor::Decode<'b, ()>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let bytes = row.get_ref(column)?.as_blob()?;
    cbor::read(bytes, MAX_LOG).map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error)))
}

/// Reads a row of `select!`: by number, since every message reads its conversation at both ends.
fn row_to_conversation(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: ConversationId(row.get(0)?),
        side: side(row, 1)?,
        case: local(row, 2)?,
        patient: local(row, 3)?,
        consent: local(row, 4)?,
        release: local(row, 5)?,
        own_facility: parsed(row, 6)?,
        peer: parsed(row, 7)?,
        peer_facility: parsed(row, 8)?,
        department: parsed_opt(row, 9)?,
        log: decoded(row, 10)?,
        own: decoded(row, 11)?,
        theirs: decoded(row, 12)?,
        opened_at: moment(row, 13)?,
        changed_at: moment(row, 14)?,
        due_at: moment_opt(row, 15)?,
        remind_at: moment_opt(row, 16)?,
        end_at: moment_opt(row, 17)?,
        ended_at: moment_opt(row, 18)?,
        erase_at: moment_opt(row, 19)?,
        erased_at: moment_opt(row, 20)?,
        auto_confirm: row.get(21)?,
        trouble: row.get(22)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    /// A clinic has some thousand conversations that are long over, and this is asked at every tick.
    #[test]
    fn what_is_due_next_is_found_without_reading_all_conversations() {
        let store = Store::in_memory().unwrap();
        let mut statement = store.db().prepare(&format!("EXPLAIN QUERY PLAN {NEXT_DUE}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        let of_conversations: Vec<&String> = plan.iter().filter(|step| step.contains(" conversation ")).collect();
        assert!(of_conversations.len() == 3 && of_conversations.iter().all(|step| step.contains("INDEX conversation_")), "{plan:?}");
    }
}

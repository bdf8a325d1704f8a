//! Conversations: where each stands, both chains as exact bytes, and the bodies that can be erased.

use rusqlite::{OptionalExtension as _, Row, params, types::Type};
use verbund_protocol::{
    cbor,
    conversation::{Chain, Outcome, Salt, SignedHeader},
    id::{ConversationId, DepartmentKey, Digest, Ik, LocalId, MemberId},
    referral::{Log, Side, Step},
    time::Timestamp,
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
macro_rules! select_message {
    () => {
        "SELECT side, seq, kind, header, digest, stored_at, receipt, receipted_at, outcome FROM message"
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

/// A message as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Whose it is.
    pub side: Side,
    /// Its number.
    pub seq: u64,
    /// Its type's number.
    pub kind: u16,
    /// Exact signed bytes.
    pub header: Vec<u8>,
    /// Its digest.
    pub digest: Digest,
    /// When it was stored here.
    pub stored_at: Timestamp,
    /// The signed receipt.
    pub receipt: Option<Vec<u8>>,
    /// When the receipt was made or came.
    pub receipted_at: Option<Timestamp>,
    /// `stored` or the refusal's word.
    pub outcome: Option<String>,
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
    let (case, peer, limit) = (filter.case.map(|id| id.0), filter.peer.as_ref().map(MemberId::as_str), limit as i64);
    let mut select = Select::new(select!());
    select.only_if("side = ?", &side);
    select.only_if("discharge_case = ?", &case);
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
    let sql =
        "SELECT min(at) AS at FROM (SELECT min(remind_at) AS at FROM conversation UNION ALL SELECT min(end_at) FROM conversation UNION ALL SELECT min(erase_at) FROM conversation)";
    Ok(db.prepare_cached(sql)?.query_row([], |row| moment_opt(row, "at"))?)
}

/// Where a message lies: messages are in the order in which they were written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub(super) i64);

/// Stores a message's header, and its body if it is kept. Returns where it lies.
///
/// # Errors
/// [`StoreError::Conflict`] if there is one under this author, conversation and number.
pub fn add_message(db: &Db, side: Side, header: &SignedHeader, body: Option<(&Salt, &[u8])>, now: Timestamp) -> Result<Place, StoreError> {
    let h = &header.header;
    let sql = "INSERT INTO message (conversation, side, seq, kind, header, digest, stored_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute(params![h.conversation.0, side.word(), h.seq as i64, h.message, header.bytes, header.digest.0, millis(now)])?;
    add_body(db, body)
}

/// Stores a message of the other side together with the receipt that it gets, and its body if it is kept.
///
/// # Errors
/// [`StoreError::Conflict`] if there is one under this author, conversation and number.
pub fn add_receipted(db: &Db, side: Side, header: &SignedHeader, body: Option<(&Salt, &[u8])>, receipt: &[u8], outcome: Outcome, now: Timestamp) -> Result<(), StoreError> {
    let h = &header.header;
    let sql = "INSERT INTO message (conversation, side, seq, kind, header, digest, stored_at, receipt, outcome, receipted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7)";
    let named = params![h.conversation.0, side.word(), h.seq as i64, h.message, header.bytes, header.digest.0, millis(now), receipt, word(outcome)];
    db.prepare_cached(sql)?.execute(named)?;
    add_body(db, body).map(drop)
}

/// Stores the body of the message that was written just now.
fn add_body(db: &Db, body: Option<(&Salt, &[u8])>) -> Result<Place, StoreError> {
    let place = db.last_insert_rowid();
    if let Some((salt, body)) = body {
        db.prepare_cached("INSERT INTO body (message, salt, body) VALUES (?1, ?2, ?3)")?.execute(params![place, salt, body])?;
    }
    Ok(Place(place))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Stored => "stored",
        Outcome::Refused(refusal) => refusal.word(),
    }
}

/// Keeps the receipt of a message. One that is there already stays.
///
/// # Errors
/// The store's.
pub fn add_receipt(db: &Db, id: ConversationId, side: Side, seq: u64, receipt: &[u8], outcome: Outcome, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE message SET receipt = ?4, outcome = ?5, receipted_at = ?6 WHERE conversation = ?1 AND side = ?2 AND seq = ?3 AND receipt IS NULL";
    db.prepare_cached(sql)?.execute(params![id.0, side.word(), seq as i64, receipt, word(outcome), millis(at)])?;
    Ok(())
}

/// Returns one message.
///
/// # Errors
/// The store's.
pub fn message(db: &Db, id: ConversationId, side: Side, seq: u64) -> Result<Option<Stored>, StoreError> {
    let sql = concat!(select_message!(), " WHERE conversation = ?1 AND side = ?2 AND seq = ?3");
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, side.word(), seq as i64], row_to_message).optional()?)
}

/// Returns all messages of a conversation: the asker's, then the owner's, each in order.
///
/// # Errors
/// The store's.
pub fn messages(db: &Db, id: ConversationId) -> Result<Vec<Stored>, StoreError> {
    let mut statement = db.prepare_cached(concat!(select_message!(), " WHERE conversation = ?1 ORDER BY side, seq"))?;
    let rows = statement.query_map([id.0], row_to_message)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns salt and body of a message; nothing once erased.
///
/// # Errors
/// The store's.
pub fn body(db: &Db, id: ConversationId, side: Side, seq: u64) -> Result<Option<(Salt, Vec<u8>)>, StoreError> {
    let sql = "SELECT b.salt, b.body FROM message m JOIN body b ON b.message = m.place WHERE m.conversation = ?1 AND m.side = ?2 AND m.seq = ?3";
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, side.word(), seq as i64], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Returns number, salt and body of a side's last message of a type; nothing if there is none or it is erased.
///
/// # Errors
/// The store's.
pub fn last_body(db: &Db, id: ConversationId, side: Side, kind: u16) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let sql = "SELECT m.seq, b.body FROM message m JOIN body b ON b.message = m.place WHERE m.conversation = ?1 AND m.side = ?2 AND m.kind = ?3 ORDER BY m.seq DESC LIMIT 1";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?));
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, side.word(), kind], read).optional()?)
}

/// Erases the bodies of one side's messages and returns the digests of their headers.
///
/// # Errors
/// The store's.
pub fn erase_bodies(db: &Db, id: ConversationId, side: Side) -> Result<Vec<Digest>, StoreError> {
    let sql = "SELECT m.digest FROM message m JOIN body b ON b.message = m.place WHERE m.conversation = ?1 AND m.side = ?2 ORDER BY m.seq";
    let mut statement = db.prepare_cached(sql)?;
    let digests: Vec<Digest> = statement.query_map(params![id.0, side.word()], |row| Ok(Digest(row.get(0)?)))?.collect::<Result<_, _>>()?;
    db.execute("DELETE FROM body WHERE message IN (SELECT place FROM message WHERE conversation = ?1 AND side = ?2)", params![id.0, side.word()])?;
    Ok(digests)
}

/// Keeps two different messages under one number as proof. The first proof stays.
///
/// # Errors
/// The store's.
pub fn contradiction(db: &Db, held: &[u8], other: &SignedHeader, now: Timestamp) -> Result<(), StoreError> {
    let h = &other.header;
    let sql = "INSERT INTO contradiction (conversation, author, seq, held, other, found_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    db.execute(sql, params![h.conversation.0, h.author.member.as_str(), h.seq as i64, held, other.bytes, millis(now)])?;
    Ok(())
}

/// Returns the proofs kept in a conversation: what was held, what came.
///
/// # Errors
/// The store's.
pub fn contradictions(db: &Db, id: ConversationId) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT held, other FROM contradiction WHERE conversation = ?1 ORDER BY author, seq")?;
    let rows = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

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

/// Reads a row of `select_message!`.
fn row_to_message(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        side: side(row, 0)?,
        seq: row.get::<_, i64>(1)?.unsigned_abs(),
        kind: row.get(2)?,
        header: row.get(3)?,
        digest: Digest(row.get(4)?),
        stored_at: moment(row, 5)?,
        receipt: row.get(6)?,
        receipted_at: moment_opt(row, 7)?,
        outcome: row.get(8)?,
    })
}

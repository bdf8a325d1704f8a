//! Messages: both chains as exact bytes, their receipts, and the bodies that can be erased.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    conversation::{Outcome, Salt, SignedHeader},
    id::{ConversationId, Digest},
    referral::Side,
    time::Timestamp,
};

use super::{Db, StoreError, millis, moment, moment_opt, side};

macro_rules! select_message {
    () => {
        "SELECT side, seq, kind, header, digest, stored_at, receipt, receipted_at, outcome FROM message"
    };
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

/// Where a message lies: messages are in the order in which they were written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub(in crate::store) i64);

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

/// Keeps the receipt of the message that lies here, as [`add_receipt`] does.
///
/// # Errors
/// The store's.
pub fn add_receipt_at(db: &Db, place: Place, receipt: &[u8], outcome: Outcome, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE message SET receipt = ?2, outcome = ?3, receipted_at = ?4 WHERE place = ?1 AND receipt IS NULL";
    db.prepare_cached(sql)?.execute(params![place.0, receipt, word(outcome), millis(at)])?;
    Ok(())
}

/// Returns the header of the message that lies here, exact bytes.
///
/// # Errors
/// The store's.
pub fn header_at(db: &Db, place: Place) -> Result<Vec<u8>, StoreError> {
    let found = db.prepare_cached("SELECT header FROM message WHERE place = ?1")?.query_row([place.0], |row| row.get(0)).optional()?;
    found.ok_or_else(|| StoreError::unreadable("message"))
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

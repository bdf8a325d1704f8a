//! The outbox: the only way out. A message stays here until its signed receipt is stored, so a crash only sends again.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{
    conversation::Item,
    id::{ConversationId, MemberId},
    limits::{RETRY_MAX, RETRY_MIN},
    planted::{Bug, planted},
    referral::Side,
    time::Timestamp,
};

use super::{Db, StoreError, conversation::Place, millis, moment, moment_opt, parsed};

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Where it lies.
    pub place: Place,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its number.
    pub seq: u64,
    /// What travels.
    pub item: Item,
}

/// How sending to a member goes when it does not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// The member.
    pub member: MemberId,
    /// Since when nothing was acknowledged.
    pub since: Timestamp,
    /// How often it was tried since.
    pub attempts: u32,
    /// When it is tried again.
    pub next_try: Timestamp,
    /// Why the last attempt failed.
    pub cause: String,
}

impl Failing {
    /// Returns whether the next attempt is due.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_try.has_come(now, RETRY_MAX)
    }
}

/// Queues a message that is stored already.
///
/// # Errors
/// [`StoreError::Conflict`] if it is queued.
pub fn queue(db: &Db, member: &MemberId, message: Place, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO outbox (message, member, queued_at) VALUES (?1, ?2, ?3)")?.execute(params![message.0, member.as_str(), millis(now)])?;
    Ok(())
}

/// Queues again everything of ours from `seq` on: the other side says that it misses it.
///
/// # Errors
/// The store's.
pub fn queue_from(db: &Db, member: &MemberId, id: ConversationId, side: Side, seq: u64, now: Timestamp) -> Result<(), StoreError> {
    // What waits goes in the order in which it was written, so what is missing goes before what came after it. What waits already has waited
    // since it was first queued: whoever misses it for ever must not keep it waiting for ever.
    let sql = "INSERT INTO outbox (message, member, queued_at) SELECT place, ?1, ?5 FROM message WHERE conversation = ?2 AND side = ?3 AND seq >= ?4
               ON CONFLICT (message) DO UPDATE SET member = excluded.member";
    db.execute(sql, params![member.as_str(), id.0, side.word(), seq as i64, millis(now)])?;
    Ok(())
}

/// Returns what is to be sent to a member, oldest first, at most so many messages of so many bytes together, without those that `sent`
/// names and what `waits` says of a conversation. A message whose body is erased travels without one and is refused by its hash; it keeps
/// its place in the chain.
///
/// # Errors
/// The store's.
pub fn pending(
    db: &Db,
    member: &MemberId,
    (count, bytes): (usize, usize),
    sent: impl Fn(Place) -> bool,
    waits: impl Fn(&ConversationId) -> bool,
) -> Result<Vec<Pending>, StoreError> {
    // The list alone lies in an index: what is on its way already costs next to nothing to pass over.
    let mut list = db.prepare_cached("SELECT message FROM outbox WHERE member = ?1 ORDER BY message")?;
    let sql = "SELECT m.conversation, m.seq, m.header, b.salt, b.body FROM message m LEFT JOIN body b ON b.message = m.place WHERE m.place = ?1";
    let mut content = db.prepare_cached(sql)?;
    let (mut found, mut size) = (Vec::new(), 0);
    let mut places = list.query([member.as_str()])?;
    while let (true, Some(row)) = (found.len() < count, places.next()?) {
        let place = Place(row.get(0)?);
        if sent(place) {
            continue;
        }
        let mut rows = content.query([place.0])?;
        let row = rows.next()?.ok_or_else(|| StoreError::unreadable("outbox"))?;
        let conversation = ConversationId(row.get(0)?);
        if waits(&conversation) {
            continue;
        }
        let salt = row.get::<_, Option<[u8; 16]>>(3)?.unwrap_or_default();
        let item = Item { header: row.get(2)?, salt, body: row.get::<_, Option<Vec<u8>>>(4)?.unwrap_or_default() };
        size += item.header.len() + item.body.len() + 64;
        if size > bytes && !found.is_empty() {
            break;
        }
        found.push(Pending { place, conversation, seq: row.get::<_, i64>(1)?.unsigned_abs(), item });
    }
    Ok(found)
}

/// Takes a message out of the outbox: it has its receipt, or will never have one.
///
/// # Errors
/// The store's.
pub fn done(db: &Db, message: Place) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM outbox WHERE message = ?1")?.execute([message.0])?;
    Ok(())
}

/// Returns whether nothing waits for anybody.
///
/// # Errors
/// The store's.
pub fn is_empty(db: &Db) -> Result<bool, StoreError> {
    Ok(!db.prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox)")?.query_row([], |row| row.get::<_, bool>(0))?)
}

/// Returns the members for whom something is to be sent at `now` (as [`Failing::is_due`] says).
///
/// # Errors
/// The store's.
pub fn members_due(db: &Db, now: Timestamp) -> Result<Vec<MemberId>, StoreError> {
    let sql = "SELECT DISTINCT o.member AS member FROM outbox o LEFT JOIN delivery d USING (member) WHERE d.member IS NULL OR d.next_try <= ?1 OR d.next_try > ?2 ORDER BY 1";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([millis(now), millis(now.plus(RETRY_MAX))], |row| parsed(row, "member"))?;
    let mut due: Vec<MemberId> = rows.collect::<Result<_, _>>()?;
    if planted(Bug::GiveUpEarly) {
        due.retain(|member| failing(db, member).is_ok_and(|failing| failing.is_none()));
    }
    Ok(due)
}

/// Returns the conversations that have something waiting for `member`.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db, member: &MemberId) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT m.conversation FROM outbox o CROSS JOIN message m ON m.place = o.message WHERE o.member = ?1")?;
    let rows = statement.query_map([member.as_str()], |row| Ok(ConversationId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns since when a conversation's oldest message waits; nothing if none does.
///
/// # Errors
/// The store's.
pub fn waiting_since(db: &Db, id: ConversationId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT min(o.queued_at) AS since FROM message m CROSS JOIN outbox o ON o.message = m.place WHERE m.conversation = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id.0], |row| moment_opt(row, "since"))?)
}

/// Takes everything of a conversation out of the outbox: it stays in its chain and is not sent any more.
///
/// # Errors
/// The store's.
pub fn drop_conversation(db: &Db, id: ConversationId) -> Result<(), StoreError> {
    db.execute("DELETE FROM outbox WHERE message IN (SELECT place FROM message WHERE conversation = ?1)", [id.0])?;
    Ok(())
}

/// Gives up everything that waits for `member`: it stays in its chain and is not sent any more.
///
/// # Errors
/// The store's.
pub fn give_up(db: &Db, member: &MemberId) -> Result<(), StoreError> {
    db.execute("DELETE FROM outbox WHERE member = ?1", [member.as_str()])?;
    db.execute("DELETE FROM delivery WHERE member = ?1", [member.as_str()])?;
    Ok(())
}

/// Notes a failed attempt and returns how it stands. The wait doubles from [`RETRY_MIN`] to [`RETRY_MAX`].
///
/// # Errors
/// The store's.
pub fn failed(db: &Db, member: &MemberId, cause: &str, now: Timestamp) -> Result<Failing, StoreError> {
    let before = failing(db, member)?;
    let (since, attempts) = before.map_or((now, 1), |before| (before.since, before.attempts.saturating_add(1)));
    let wait = RETRY_MIN.saturating_mul(1_u32.checked_shl(attempts - 1).unwrap_or(u32::MAX)).min(RETRY_MAX);
    let failing = Failing { member: member.clone(), since, attempts, next_try: now.plus(wait), cause: cause.to_owned() };
    let sql = "INSERT INTO delivery (member, failing_since, attempts, next_try, cause) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (member) DO UPDATE SET attempts = ?3, next_try = ?4, cause = ?5";
    db.execute(sql, params![member.as_str(), millis(since), attempts, millis(failing.next_try), cause])?;
    Ok(failing)
}

/// Notes that a member acknowledged something: failures are forgotten.
///
/// # Errors
/// The store's.
pub fn went_well(db: &Db, member: &MemberId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM delivery WHERE member = ?1")?.execute([member.as_str()])?;
    Ok(())
}

/// Makes the next attempt due at once: the member has come within reach.
///
/// # Errors
/// The store's.
pub fn try_now(db: &Db, member: &MemberId, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE delivery SET next_try = min(next_try, ?2) WHERE member = ?1")?.execute(params![member.as_str(), millis(now)])?;
    Ok(())
}

/// Puts the next attempt off without counting a failure: the member is busy.
///
/// # Errors
/// The store's.
pub fn put_off(db: &Db, member: &MemberId, wait: Duration, now: Timestamp) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO delivery (member, failing_since, attempts, next_try, cause) VALUES (?1, ?2, 0, ?3, 'busy') ON CONFLICT (member) DO UPDATE SET next_try = ?3, cause = 'busy'";
    db.execute(sql, params![member.as_str(), millis(now), millis(now.plus(wait))])?;
    Ok(())
}

/// Returns how sending to a member goes, if it does not go well.
///
/// # Errors
/// The store's.
pub fn failing(db: &Db, member: &MemberId) -> Result<Option<Failing>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Failing {
            member: parsed(row, "member")?,
            since: moment(row, "failing_since")?,
            attempts: row.get("attempts")?,
            next_try: moment(row, "next_try")?,
            cause: row.get("cause")?,
        })
    };
    Ok(db.prepare_cached("SELECT * FROM delivery WHERE member = ?1")?.query_row([member.as_str()], read).optional()?)
}

/// Returns how many messages wait for each member.
///
/// # Errors
/// The store's.
pub fn depth(db: &Db) -> Result<Vec<(MemberId, u64)>, StoreError> {
    let mut statement = db.prepare("SELECT member, count(*) FROM outbox GROUP BY member ORDER BY member")?;
    let rows = statement.query_map([], |row| Ok((parsed(row, "member")?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

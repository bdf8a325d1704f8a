//! Heads of audit chains that one node keeps for another. Each node's signed address record carries its head every hour; whoever
//! rewrites or cuts a chain would have to do the same at every other clinic.

use rusqlite::params;
pub use verbund_protocol::query::WitnessedHead as Seen;
use verbund_protocol::{
    id::{Digest, MemberId, NodeId},
    time::Timestamp,
};

use crate::store::{Db, StoreError, meta, millis, moment};

/// Heads younger than this are all kept; of older ones the last of each day.
const KEEP_ALL_MS: i64 = 7 * 86_400_000;
const DAY_MS: i64 = 86_400_000;

/// Keeps what `member`'s `node` says about its chain. A repeat changes nothing; two heads of one length are both kept, as proof.
///
/// # Errors
/// The store's.
pub fn record(db: &Db, member: &MemberId, node: &NodeId, seen: &Seen) -> Result<(), StoreError> {
    let sql = "INSERT INTO witness (member, node, epoch, len, head, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    db.prepare_cached(sql)?.execute(params![member.as_str(), node.as_str(), seen.epoch, seen.len, seen.head.0, millis(seen.seen_at)])?;
    Ok(())
}

/// Returns at most `limit` heads kept of a node's chain, newest first.
///
/// # Errors
/// The store's.
pub fn kept(db: &Db, member: &MemberId, node: &NodeId, limit: usize) -> Result<Vec<Seen>, StoreError> {
    let sql = "SELECT epoch, len, head, seen_at FROM witness WHERE member = ?1 AND node = ?2 ORDER BY epoch DESC, len DESC, head LIMIT ?3";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![member.as_str(), node.as_str(), limit as i64], |row| {
        Ok(Seen { epoch: row.get(0)?, len: row.get(1)?, head: Digest(row.get(2)?), seen_at: moment(row, "seen_at")? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Thins heads older than a week to the last of each day, for every node. Returns how many went.
///
/// # Errors
/// The store's.
pub fn prune(db: &Db, now: Timestamp) -> Result<usize, StoreError> {
    // Two heads of one length are proof of rewriting: they stay.
    let sql = "DELETE FROM witness AS w WHERE w.seen_at < ?1
               AND EXISTS (SELECT 1 FROM witness AS l WHERE l.member = w.member AND l.node = w.node AND l.epoch = w.epoch
                           AND l.len > w.len AND l.seen_at / ?2 = w.seen_at / ?2)
               AND NOT EXISTS (SELECT 1 FROM witness AS o WHERE o.member = w.member AND o.node = w.node AND o.epoch = w.epoch
                               AND o.len = w.len AND o.head <> w.head)";
    Ok(db.execute(sql, params![millis(now) - KEEP_ALL_MS, DAY_MS])?)
}

/// How one kept head compares with our chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Our chain still holds it.
    Holds,
    /// A restore from a backup lost it, openly: our epoch was raised since.
    LostInRestore,
    /// Our chain ends before it: entries were cut off.
    CutOff,
    /// Our chain has another hash there: entries were rewritten.
    Rewritten,
}

/// Compares what a peer saw of our chain with the chain as it is now.
///
/// # Errors
/// The store's.
pub fn compare(db: &Db, seen: &Seen) -> Result<Verdict, StoreError> {
    if seen.len == 0 {
        return Ok(if seen.head == super::Head::EMPTY.hash { Verdict::Holds } else { Verdict::Rewritten });
    }
    if meta::audit_kept_since(db, seen.epoch)?.is_some_and(|kept| seen.len > kept) {
        return Ok(Verdict::LostInRestore);
    }
    let mut statement = db.prepare_cached("SELECT hash FROM audit WHERE seq = ?1")?;
    let mut rows = statement.query([seen.len])?;
    Ok(match rows.next()? {
        None => Verdict::CutOff,
        Some(row) if row.get::<_, [u8; 32]>(0)? == seen.head.0 => Verdict::Holds,
        Some(_) => Verdict::Rewritten,
    })
}

//! Whose data directory this is, the order numbers it has given out, and whether it recovers from a restore.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{
    address::Order,
    id::{MemberId, NetworkId, NodeId},
    planted::{Bug, planted},
    time::Timestamp,
};

use super::{Db, StoreError, millis, moment, moment_opt, parsed};

/// How the last run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastRun {
    /// There was none.
    None,
    /// It stopped in order, then.
    Clean(Timestamp),
    /// It was cut off: power, kill, crash. SQLite has put the file right; what was acknowledged is there.
    CutOff,
}

/// Binds the data directory to a node at its first start, and checks at every later one that it is still the same node's.
///
/// # Errors
/// [`StoreError::OtherNode`]: the configuration and the data directory do not belong together.
pub fn bind(db: &Db, network: &NetworkId, member: &MemberId, node: &NodeId) -> Result<(), StoreError> {
    let wanted = [network.as_str(), member.as_str(), node.as_str()];
    db.execute("UPDATE node SET network = ?1, member = ?2, node = ?3 WHERE network IS NULL", wanted)?;
    let found: [String; 3] = db.query_row("SELECT network, member, node FROM node", [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
    if found == wanted { Ok(()) } else { Err(StoreError::OtherNode { found: found.join(" / "), wanted: wanted.join(" / ") }) }
}

/// Notes that the program `version` starts now; returns how the run before ended.
///
/// # Errors
/// The store's.
pub fn started(db: &Db, version: &str, now: Timestamp) -> Result<LastRun, StoreError> {
    let last = db.query_row("SELECT started_at, stopped_at FROM node", [], |row| {
        Ok(match (moment_opt(row, "started_at")?, moment_opt(row, "stopped_at")?) {
            (None, _) => LastRun::None,
            (Some(_), Some(at)) => LastRun::Clean(at),
            (Some(_), None) => LastRun::CutOff,
        })
    })?;
    db.execute("UPDATE node SET started_at = ?1, stopped_at = NULL, app_version = ?2", params![millis(now), version])?;
    Ok(last)
}

/// Notes that the program stops in order, as its last write.
///
/// # Errors
/// The store's.
pub fn stopped(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    db.execute("UPDATE node SET stopped_at = ?1", [millis(now)])?;
    Ok(())
}

/// Notes that the clock is right now, as far as anybody can tell.
///
/// # Errors
/// The store's.
pub fn clock_is_good(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE node SET clock_good_at = ?1")?.execute([millis(now)])?;
    Ok(())
}

/// Returns when the clock was right last, as far as is known.
///
/// # Errors
/// The store's.
pub fn clock_good_at(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    Ok(db.query_row("SELECT clock_good_at FROM node", [], |row| moment_opt(row, "clock_good_at"))?)
}

/// Returns the node's epoch: 1 at first, raised by every restore.
///
/// # Errors
/// The store's.
pub fn epoch(db: &Db) -> Result<u32, StoreError> {
    Ok(db.prepare_cached("SELECT epoch FROM node")?.query_row([], |row| row.get(0))?)
}

/// Gives out the next order number for `purpose`. It is used up when the batch commits, together with what carries it.
///
/// # Errors
/// The store's.
pub fn next_order(db: &Db, purpose: &str) -> Result<Order, StoreError> {
    let sql = "INSERT INTO counter (name, value) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value";
    let seq: i64 = db.prepare_cached(sql)?.query_row([purpose], |row| row.get(0))?;
    Ok(Order { epoch: epoch(db)?, seq: seq.unsigned_abs() })
}

/// Returns whether this is the first time on the day of `now` that this is asked for `purpose`. A clock set back does not make it so again.
///
/// # Errors
/// The store's.
pub fn first_today(db: &Db, purpose: &str, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "INSERT INTO counter (name, value) VALUES ('day ' || ?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value < excluded.value";
    Ok(db.prepare_cached(sql)?.execute(params![purpose, now.day().0])? > 0)
}

/// Begins recovery in a restored database: raises the epoch and remembers how long the audit chain was.
///
/// The new epoch is one more than the old, and at least the seconds since 1970: a backup restored twice must not use the same epoch
/// twice, and which epochs were used after the backup was made cannot be known from it. Should the clock be wrong, peers' copies of
/// our own records correct it through [`raise_epoch_above`].
pub(crate) fn begin_recovery(db: &Db, audit_len: u64, now: Timestamp) -> Result<u32, StoreError> {
    if planted(Bug::RestoreAsIfNothing) {
        return epoch(db);
    }
    let raised = epoch(db)?.saturating_add(1).max(u32::try_from(now.secs()).unwrap_or(u32::MAX));
    db.execute("UPDATE node SET epoch = ?1, recovering_at = ?2, stopped_at = NULL", params![raised, millis(now)])?;
    db.execute("DELETE FROM recovered_member", [])?;
    db.execute("INSERT INTO restore_point (epoch, audit_len, at) VALUES (?1, ?2, ?3)", params![raised, audit_len, millis(now)])?;
    Ok(raised)
}

/// Raises the epoch above `seen`, an epoch found in one of our own records that a peer kept. Returns whether it had to.
///
/// # Errors
/// The store's.
pub fn raise_epoch_above(db: &Db, seen: u32) -> Result<bool, StoreError> {
    let raised = seen.saturating_add(1);
    if epoch(db)? > seen {
        return Ok(false);
    }
    // The restore point keeps naming the epoch that begins with it.
    db.execute("UPDATE restore_point SET epoch = ?1 WHERE epoch = (SELECT epoch FROM node)", [raised])?;
    db.execute("UPDATE node SET epoch = ?1", [raised])?;
    Ok(true)
}

/// Returns since when the node recovers from a restore, if it does.
///
/// # Errors
/// The store's.
pub fn recovering_since(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    Ok(db.prepare_cached("SELECT recovering_at FROM node")?.query_row([], |row| moment_opt(row, "recovering_at"))?)
}

/// Returns whether holds, offers and messages in old conversations with `member` are allowed: always, unless the node recovers and
/// `member` has neither answered nor been released.
///
/// # Errors
/// The store's.
pub fn may_speak_to(db: &Db, member: &MemberId) -> Result<bool, StoreError> {
    let sql = "SELECT recovering_at IS NULL OR EXISTS (SELECT 1 FROM recovered_member WHERE member = ?1) FROM node";
    Ok(db.prepare_cached(sql)?.query_row([member.as_str()], |row| row.get(0))?)
}

/// Notes that `member` has given back everything it had from us and for us, or, with `released_by`, that this person goes on without
/// its answer. A repeat changes nothing.
///
/// # Errors
/// The store's.
pub fn recovered(db: &Db, member: &MemberId, released_by: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
    let how = if released_by.is_some() { "released" } else { "answered" };
    // An answer after the release is worth more; a release after the answer says nothing new.
    let sql = "INSERT INTO recovered_member (member, how, actor, at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (member) DO UPDATE SET how = excluded.how, at = excluded.at WHERE excluded.how = 'answered' AND how = 'released'";
    db.execute(sql, params![member.as_str(), how, released_by, millis(now)])?;
    Ok(())
}

/// A member that may be spoken to again during recovery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The member.
    pub member: MemberId,
    /// The person who released it without an answer; nobody if it answered.
    pub released_by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Returns the members that may be spoken to again, by name.
///
/// # Errors
/// The store's.
pub fn recovered_members(db: &Db) -> Result<Vec<Recovered>, StoreError> {
    let mut statement = db.prepare("SELECT member, CASE how WHEN 'released' THEN actor END AS released_by, at FROM recovered_member ORDER BY member")?;
    let rows = statement.query_map([], |row| Ok(Recovered { member: parsed(row, "member")?, released_by: row.get("released_by")?, at: moment(row, "at")? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends recovery: every member has answered or been released, which is the workflow's to decide.
///
/// # Errors
/// The store's.
pub fn end_recovery(db: &Db) -> Result<(), StoreError> {
    db.execute("UPDATE node SET recovering_at = NULL", [])?;
    db.execute("DELETE FROM recovered_member", [])?;
    Ok(())
}

/// Returns the length of the audit chain up to which something said in `epoch` about it must still hold: a later restore may have
/// lost what came after, honestly. Nothing: no restore since.
pub(super) fn audit_kept_since(db: &Db, epoch: u32) -> Result<Option<u64>, StoreError> {
    Ok(db.query_row("SELECT min(audit_len) FROM restore_point WHERE epoch > ?1", [epoch], |row| row.get(0)).optional()?.flatten())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    #[test]
    fn a_data_directory_belongs_to_one_node() {
        let store = Store::in_memory().unwrap();
        let (network, member) = ("bayern".parse().unwrap(), "kh-a".parse().unwrap());
        bind(store.db(), &network, &member, &"1".parse().unwrap()).unwrap();
        bind(store.db(), &network, &member, &"1".parse().unwrap()).unwrap();
        let other = bind(store.db(), &network, &member, &"2".parse().unwrap()).unwrap_err();
        assert_eq!(other.to_string(), "the data directory belongs to bayern / kh-a / 1, the configuration to bayern / kh-a / 2: correct `node.data_dir` or `node.member`");
    }

    #[test]
    fn a_cut_off_run_is_noticed() {
        let store = Store::in_memory().unwrap();
        assert_eq!(started(store.db(), "1", NOW).unwrap(), LastRun::None);
        assert_eq!(started(store.db(), "1", NOW).unwrap(), LastRun::CutOff);
        stopped(store.db(), NOW).unwrap();
        assert_eq!(started(store.db(), "1", NOW).unwrap(), LastRun::Clean(NOW));
    }

    #[test]
    fn no_order_number_is_given_twice() {
        let store = Store::in_memory().unwrap();
        let first = next_order(store.db(), "address").unwrap();
        assert_eq!(first, Order { epoch: 1, seq: 1 });
        assert_eq!(next_order(store.db(), "capacity").unwrap(), Order { epoch: 1, seq: 1 });
        begin_recovery(store.db(), 0, NOW).unwrap();
        let second = next_order(store.db(), "address").unwrap();
        assert!(second > first && second.epoch == NOW.secs() as u32);
        assert!(!raise_epoch_above(store.db(), 7).unwrap());
        assert!(raise_epoch_above(store.db(), second.epoch).unwrap(), "the clock was behind what a peer saw of us");
        assert!(next_order(store.db(), "address").unwrap() > second);
        begin_recovery(store.db(), 0, Timestamp::default()).unwrap();
        assert_eq!(epoch(store.db()).unwrap(), second.epoch + 2, "a wrong clock does not lower it");
    }

    #[test]
    fn recovery_ends_member_by_member() {
        let store = Store::in_memory().unwrap();
        let (a, b): (MemberId, MemberId) = ("kh-a".parse().unwrap(), "kh-b".parse().unwrap());
        assert!(may_speak_to(store.db(), &a).unwrap());
        begin_recovery(store.db(), 0, NOW).unwrap();
        assert_eq!(recovering_since(store.db()).unwrap(), Some(NOW));
        assert!(!may_speak_to(store.db(), &a).unwrap());
        recovered(store.db(), &a, None, NOW).unwrap();
        recovered(store.db(), &b, Some("it-huber"), NOW).unwrap();
        recovered(store.db(), &a, Some("it-huber"), NOW).unwrap();
        assert!(may_speak_to(store.db(), &a).unwrap() && may_speak_to(store.db(), &b).unwrap());
        let by: Vec<_> = recovered_members(store.db()).unwrap().into_iter().map(|r| r.released_by).collect();
        assert_eq!(by, [None, Some("it-huber".to_owned())]);
        end_recovery(store.db()).unwrap();
        assert_eq!(recovering_since(store.db()).unwrap(), None);
    }
}

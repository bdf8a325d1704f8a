//! What patients and teams write to each other. Entries never change.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment};
use crate::domain::{
    team::Waiting,
    thread::{Entry, Thread, What},
};

/// An entry that is to be made.
pub struct New<'a> {
    /// What it is.
    pub what: What,
    /// What was written.
    pub text: &'a str,
    /// By whom, as in the audit.
    pub made_by: &'a str,
    /// The team it goes to.
    pub team: Option<LocalId>,
    /// The person it goes to.
    pub person: Option<LocalId>,
}

/// Begins a thread. It has no entry yet.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient or team.
pub fn begin(db: &Db, id: LocalId, patient: LocalId, team: LocalId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO thread (id, patient, team, last, changed_at) VALUES (?1, ?2, ?3, 0, ?4)";
    db.prepare_cached(sql)?.execute(params![id.0, patient.0, team.0, millis(now)])?;
    Ok(())
}

/// Adds an entry and returns its place.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such thread.
pub fn add(db: &Db, thread: LocalId, new: &New<'_>, now: Timestamp) -> Result<i64, StoreError> {
    let sql = "INSERT INTO thread_entry (thread, at, kind, text, made_by, team, person) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING place";
    let bound = params![thread.0, millis(now), new.what.word(), new.text, new.made_by, new.team.map(|id| id.0), new.person.map(|id| id.0)];
    let place: i64 = db.prepare_cached(sql)?.query_row(bound, |row| row.get(0))?;
    db.prepare_cached("UPDATE thread SET last = ?2, changed_at = ?3 WHERE id = ?1")?.execute(params![thread.0, place, millis(now)])?;
    Ok(place)
}

/// Keeps whose a thread is and what waits in it.
///
/// # Errors
/// The store's.
pub fn stand(db: &Db, thread: &Thread) -> Result<(), StoreError> {
    let sql = "UPDATE thread SET team = ?2, taken_by = ?3, waiting_since = ?4, due = ?5, all_at = ?6 WHERE id = ?1";
    let of = |pick: fn(&Waiting) -> Timestamp| thread.waiting.as_ref().map(|waiting| millis(pick(waiting)));
    let bound = params![thread.id.0, thread.team.0, thread.taken_by.map(|id| id.0), of(|w| w.since), of(|w| w.due), of(|w| w.all_at)];
    db.prepare_cached(sql)?.execute(bound)?;
    Ok(())
}

/// Returns a thread.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Thread>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM thread WHERE id = ?1")?.query_row([id.0], row).optional()?)
}

/// Returns a patient's threads, the one that changed last first.
///
/// # Errors
/// The store's.
pub fn of_patient(db: &Db, patient: LocalId, limit: usize) -> Result<Vec<Thread>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM thread WHERE patient = ?1 ORDER BY last DESC LIMIT ?2")?;
    let rows = statement.query_map(params![patient.0, limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns what waits in a team, what is due first first.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db, team: LocalId, limit: usize) -> Result<Vec<Thread>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM thread WHERE team = ?1 AND due IS NOT NULL ORDER BY due, id LIMIT ?2")?;
    let rows = statement.query_map(params![team.0, limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the threads of a team in which nothing waits, what changed last first.
///
/// # Errors
/// The store's.
pub fn settled(db: &Db, team: LocalId, limit: usize) -> Result<Vec<Thread>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM thread WHERE team = ?1 AND due IS NULL ORDER BY changed_at DESC, id LIMIT ?2")?;
    let rows = statement.query_map(params![team.0, limit as i64], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns how many messages were to be answered before `now` and are not.
///
/// # Errors
/// The store's.
pub fn late(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    Ok(db.prepare_cached("SELECT count(*) FROM thread WHERE due <= ?1")?.query_row([millis(now)], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Returns the entries of a thread, oldest first; the latest `limit` of them.
///
/// # Errors
/// The store's.
pub fn entries(db: &Db, thread: LocalId, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM thread_entry WHERE thread = ?1 ORDER BY place DESC LIMIT ?2")?;
    let mut found = statement.query_map(params![thread.0, limit as i64], entry)?.collect::<Result<Vec<_>, _>>()?;
    found.reverse();
    Ok(found)
}

/// Returns how many messages came from a patient, or somebody for the patient, since `then`.
///
/// # Errors
/// The store's.
pub fn asked_since(db: &Db, patient: LocalId, then: Timestamp) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) FROM thread_entry WHERE thread IN (SELECT id FROM thread WHERE patient = ?1) AND kind = 'asked' AND at > ?2";
    let count: i64 = db.prepare_cached(sql)?.query_row(params![patient.0, millis(then)], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Notes that an account has read a thread as far as `place`.
///
/// # Errors
/// The store's.
pub fn see(db: &Db, thread: LocalId, account: LocalId, place: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO thread_seen (thread, account, place) VALUES (?1, ?2, ?3) ON CONFLICT (thread, account) DO UPDATE SET place = max(place, ?3)";
    db.prepare_cached(sql)?.execute(params![thread.0, account.0, place])?;
    Ok(())
}

/// Returns the patient's threads in which the team has said something that `account` has not read.
///
/// # Errors
/// The store's.
pub fn unseen(db: &Db, patient: LocalId, account: LocalId) -> Result<Vec<LocalId>, StoreError> {
    let sql = "SELECT id FROM thread WHERE patient = ?1 AND EXISTS (SELECT 1 FROM thread_entry WHERE thread = thread.id AND kind IN ('answered', 'closed')
               AND place > coalesce((SELECT place FROM thread_seen WHERE thread = thread.id AND account = ?2), 0)) ORDER BY last DESC";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![patient.0, account.0], |row| Ok(LocalId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Thread> {
    let since = column::moment_opt(row, "waiting_since")?;
    let waiting = match (since, column::moment_opt(row, "due")?, column::moment_opt(row, "all_at")?) {
        (Some(since), Some(due), Some(all_at)) => Some(Waiting { since, due, all_at }),
        _ => None,
    };
    Ok(Thread {
        id: LocalId(row.get("id")?),
        patient: LocalId(row.get("patient")?),
        team: LocalId(row.get("team")?),
        taken_by: row.get::<_, Option<[u8; 8]>>("taken_by")?.map(LocalId),
        waiting,
        last: row.get("last")?,
        changed_at: moment(row, "changed_at")?,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        place: row.get("place")?,
        at: moment(row, "at")?,
        what: column::parsed(row, "kind")?,
        text: row.get("text")?,
        made_by: row.get("made_by")?,
        team: row.get::<_, Option<[u8; 8]>>("team")?.map(LocalId),
        person: row.get::<_, Option<[u8; 8]>>("person")?.map(LocalId),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{consent::tests::NOW, patient::tests::anna, team::tests::team},
        store::{Store, patient},
    };

    const ANNA: LocalId = LocalId([1; 8]);
    const THREAD: LocalId = LocalId([2; 8]);

    #[test]
    fn a_thread_reads_back_whole_and_goes_with_its_patient() {
        let store = Store::in_memory().unwrap();
        let db = store.db();
        patient::add(db, ANNA, &anna(), "ben", NOW).unwrap();
        let first = crate::store::team::list(db).unwrap().remove(0);
        assert!(first.first && first.role.is_some() && first.ended_at.is_none(), "there is a team on the first day: {first:?}");
        begin(db, THREAD, ANNA, first.id, NOW).unwrap();
        let new = |what, text| New { what, text, made_by: "patient 1", team: None, person: None };
        let asked = add(db, THREAD, &new(What::Asked, "Wann?"), NOW).unwrap();
        let waiting = team().promise(NOW, crate::domain::holiday::Holidays::default());
        stand(db, &Thread { waiting: Some(waiting), ..find(db, THREAD).unwrap().unwrap() }).unwrap();
        let held = find(db, THREAD).unwrap().unwrap();
        assert_eq!((held.waiting, held.last, held.patient), (Some(waiting), asked, ANNA));
        assert_eq!((waiting_in(db, first.id), late(db, NOW).unwrap(), late(db, waiting.due).unwrap()), (1, 0, 1));
        let answered = add(db, THREAD, &new(What::Answered, "Morgen."), NOW).unwrap();
        assert!(answered > asked);
        let account = LocalId([9; 8]);
        assert_eq!(unseen(db, ANNA, account).unwrap(), [THREAD]);
        assert_eq!(entries(db, THREAD, 10).unwrap().iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>(), ["Wann?", "Morgen."]);
        assert_eq!(entries(db, THREAD, 1).unwrap().len(), 1);
        assert_eq!((asked_since(db, ANNA, Timestamp(NOW.0 - 1)).unwrap(), asked_since(db, ANNA, NOW).unwrap()), (1, 0));
        assert!(db.execute("UPDATE thread_entry SET text = 'x'", []).is_err());
        assert!(matches!(begin(db, LocalId([3; 8]), LocalId([9; 8]), first.id, NOW), Err(StoreError::Conflict(_))));
        patient::erase(db, ANNA).unwrap();
        assert!(find(db, THREAD).unwrap().is_none() && entries(db, THREAD, 10).unwrap().is_empty());
    }

    fn waiting_in(db: &Db, team: LocalId) -> usize {
        waiting(db, team, 10).unwrap().len()
    }
}

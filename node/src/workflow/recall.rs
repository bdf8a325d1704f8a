//! What was read from the store and may be read again: kept in memory for as long as nothing but the audit has been written.
//!
//! Most work on a quiet node is somebody looking at a page, and looks change nothing but the audit. What a page needs is read once, and
//! once more after the next change, whatever that was about: so nothing kept can be out of date, and no workflow has to say what it touches.

use std::{
    any::{Any, TypeId},
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::WorkError;
use crate::store::Db;

/// Most things kept at once: what the patients of a clinic look at, at some kilobytes each.
const MAX_HELD: usize = 512;
/// How long anything is kept: what nobody looks at any more does not lie about.
const HELD_FOR: Duration = Duration::from_secs(60);
/// For how long a list that is looked at again and again is one look at each of those in it.
pub const LISTED_FOR: Duration = Duration::from_secs(3_600);

/// What the writer's thread remembers of the store.
#[derive(Debug, Default)]
pub struct Recall {
    /// Rows written by the audit: they are among the store's changes, but change nothing that is kept here.
    audited: Cell<u64>,
    /// How much else had been changed when everything was settled last.
    settled: Cell<u64>,
    since: Cell<Timestamp>,
    held: RefCell<HashMap<(TypeId, LocalId), Arc<dyn Any + Send + Sync>>>,
    listed: RefCell<HashMap<String, Listed>>,
    edition: StoreEdition,
}

/// Whose names somebody was shown in one kind of list.
#[derive(Debug)]
struct Listed {
    since: Timestamp,
    whom: HashSet<LocalId>,
}

/// A number that is another one after every change of the store but those of the audit, and before anybody is told of the change. Cheap to
/// clone, and read on any thread.
#[derive(Clone, Debug, Default)]
pub struct StoreEdition(Arc<AtomicU64>);

impl StoreEdition {
    /// Returns the number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Recall {
    /// Returns the edition, for those on other threads.
    pub fn edition(&self) -> StoreEdition {
        self.edition.clone()
    }

    /// Notes that the audit has written so many rows.
    pub fn audited(&self, rows: u64) {
        self.audited.set(self.audited.get() + rows);
    }

    /// Returns who of `whom` has not been noted under `list`, which names the reader and the kind of list, within the last [`LISTED_FOR`], and
    /// notes them: the caller writes an entry of the audit about each.
    pub fn newly_listed(&self, list: &str, whom: impl IntoIterator<Item = LocalId>, now: Timestamp) -> Vec<LocalId> {
        let mut listed = self.listed.borrow_mut();
        if listed.len() >= MAX_HELD && !listed.contains_key(list) {
            listed.clear();
        }
        let fresh = || Listed { since: now, whom: HashSet::new() };
        let held = listed.entry(list.to_owned()).or_insert_with(fresh);
        if now < held.since || now.since(held.since) >= LISTED_FOR {
            *held = fresh();
        }
        whom.into_iter().filter(|one| held.whom.insert(*one)).collect()
    }

    /// Forgets who was listed: something was undone, and perhaps an entry of the audit with it. What is noted twice is no harm.
    pub fn forget_listed(&self) {
        self.listed.borrow_mut().clear();
    }

    fn changes(&self, db: &Db) -> u64 {
        // What a rolled back transaction had changed stays counted: that forgets too much, never too little.
        db.total_changes().wrapping_sub(self.audited.get())
    }

    /// Forgets what is out of date: between two transactions, and before anybody is told what came of one.
    pub fn settle(&self, db: &Db, now: Timestamp) {
        let changes = self.changes(db);
        if changes != self.settled.get() {
            self.settled.set(changes);
            self.edition.0.fetch_add(1, Ordering::Release);
        } else if self.since.get() <= now && now.since(self.since.get()) < HELD_FOR {
            return;
        }
        self.since.set(now);
        self.held.borrow_mut().clear();
    }

    /// Returns what `read` reads about `whom`, or what it read before. In a transaction that has changed something it reads anew, and nothing
    /// of that is kept.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn of<T: Any + Send + Sync>(&self, db: &Db, whom: LocalId, read: impl FnOnce() -> Result<T, WorkError>) -> Result<Arc<T>, WorkError> {
        let name = (TypeId::of::<T>(), whom);
        let settled = || self.changes(db) == self.settled.get();
        let held = if settled() { self.held.borrow().get(&name).cloned() } else { None };
        if let Some(held) = held.and_then(|held| held.downcast().ok()) {
            return Ok(held);
        }
        let fresh = Arc::new(read()?);
        if settled() {
            let mut held = self.held.borrow_mut();
            if held.len() >= MAX_HELD {
                held.clear();
            }
            held.insert(name, fresh.clone());
        }
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::{Store, audit};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
    const WHOM: LocalId = LocalId([1; 8]);

    struct Place {
        store: Store,
        recall: Recall,
        reads: Cell<u32>,
    }

    impl Place {
        fn new() -> Self {
            let (store, recall) = (Store::in_memory().unwrap(), Recall::default());
            recall.settle(store.db(), NOW);
            Self { store, recall, reads: Cell::new(0) }
        }
        /// Reads, and returns how often something was read so far.
        fn look(&self, db: &Db) -> u32 {
            let read = || {
                self.reads.set(self.reads.get() + 1);
                Ok(self.reads.get())
            };
            let found = *self.recall.of(db, WHOM, read).unwrap();
            assert!(found <= self.reads.get());
            self.reads.get()
        }
        fn change(&self, db: &Db) {
            db.execute("UPDATE node SET app_version = 'next'", []).unwrap();
        }
        fn audit(&self, db: &Db) {
            let entry = audit::Entry { at: NOW, actor: "a", roles: "", action: "look", subject: Some(WHOM), purpose: "own", detail: "" };
            self.recall.audited(audit::append(db, &entry).unwrap());
        }
    }

    #[test]
    fn looks_are_remembered_and_changes_forgotten() {
        let place = Place::new();
        let edition = place.recall.edition();
        let first = edition.get();
        for _ in 0..3 {
            let batch = place.store.begin().unwrap();
            place.audit(&batch);
            assert_eq!(place.look(&batch), 1);
            batch.commit().unwrap();
            place.recall.settle(place.store.db(), NOW);
        }
        assert_eq!(edition.get(), first, "looks change nothing");
        let batch = place.store.begin().unwrap();
        assert_eq!(place.look(&batch), 1);
        place.change(&batch);
        assert_eq!((place.look(&batch), place.look(&batch)), (2, 3), "what is not settled yet is not kept");
        batch.commit().unwrap();
        place.recall.settle(place.store.db(), NOW);
        assert_ne!(edition.get(), first);
        assert_eq!((place.look(place.store.db()), place.look(place.store.db())), (4, 4));
    }

    #[test]
    fn what_was_undone_is_not_remembered() {
        let place = Place::new();
        let batch = place.store.begin().unwrap();
        place.change(&batch);
        assert_eq!(place.look(&batch), 1);
        drop(batch);
        assert_eq!((place.look(place.store.db()), place.look(place.store.db())), (2, 3), "not settled after the undoing");
        place.recall.settle(place.store.db(), NOW);
        assert_eq!((place.look(place.store.db()), place.look(place.store.db())), (4, 4));
        // An entry of the audit that nobody counted forgets too much.
        audit::append(place.store.db(), &audit::Entry { at: NOW, actor: "a", roles: "", action: "look", subject: None, purpose: "own", detail: "" }).unwrap();
        place.recall.settle(place.store.db(), NOW);
        assert_eq!(place.look(place.store.db()), 5);
    }

    #[test]
    fn who_is_listed_is_noted_once_an_hour_for_each_reader() {
        let recall = Recall::default();
        let (one, other) = (LocalId([1; 8]), LocalId([2; 8]));
        assert_eq!(recall.newly_listed("a", [one, one], NOW), [one]);
        assert_eq!(recall.newly_listed("a", [one, other], NOW.plus(LISTED_FOR / 2)), [other]);
        assert_eq!(recall.newly_listed("b", [one], NOW), [one]);
        assert_eq!(recall.newly_listed("a", [one], NOW.plus(LISTED_FOR)), [one]);
        assert_eq!(recall.newly_listed("a", [one], NOW), [one], "a clock that was put back");
        recall.forget_listed();
        assert_eq!(recall.newly_listed("a", [one], NOW), [one]);
    }

    #[test]
    fn nothing_is_kept_for_long() {
        let place = Place::new();
        assert_eq!(place.look(place.store.db()), 1);
        place.recall.settle(place.store.db(), NOW.plus(HELD_FOR / 2));
        assert_eq!(place.look(place.store.db()), 1);
        place.recall.settle(place.store.db(), NOW.plus(HELD_FOR));
        assert_eq!(place.look(place.store.db()), 2);
        place.recall.settle(place.store.db(), NOW);
        assert_eq!(place.look(place.store.db()), 3, "a clock that was put back");
    }
}

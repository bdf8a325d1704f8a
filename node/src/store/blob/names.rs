//! Waiting until the disk has the names in the folder. Whoever waits at the same time waits for the same sync: with many small documents
//! at once, one serves them all.

use std::{
    fs::File,
    io,
    path::Path,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::BlobError;

/// The names in a folder.
#[derive(Debug)]
pub(super) struct Names {
    /// Open all the time, so that the system tells of every failure since the last sync.
    folder: File,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Names that were given, by whoever waits for the disk to have them.
    given: u64,
    /// How many of them the disk has.
    confirmed: u64,
    /// Somebody waits for the disk just now.
    syncing: bool,
    /// The disk did not confirm once. What it has is unknown from then on.
    broken: bool,
}

impl Names {
    /// Returns the names in `folder`.
    ///
    /// # Errors
    /// [`BlobError::Disk`].
    pub fn of(folder: &Path) -> Result<Self, BlobError> {
        let folder = File::open(folder).map_err(BlobError::disk("open the documents folder"))?;
        Ok(Self { folder, state: Mutex::default(), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once the disk has every name given before the call.
    ///
    /// # Errors
    /// [`BlobError::Fsync`].
    pub fn confirm(&self) -> Result<(), BlobError> {
        let mut state = self.state();
        state.given += 1;
        let mine = state.given;
        while state.syncing && state.confirmed < mine && !state.broken {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.broken {
            return Err(BlobError::Fsync(io::Error::other("the disk did not confirm the names of documents")));
        }
        if state.confirmed >= mine {
            return Ok(());
        }
        state.syncing = true;
        let given = state.given;
        drop(state);
        let synced = self.folder.sync_all();
        let mut state = self.state();
        state.syncing = false;
        match &synced {
            Ok(()) => state.confirmed = state.confirmed.max(given),
            Err(_) => state.broken = true,
        }
        drop(state);
        self.changed.notify_all();
        synced.map_err(BlobError::Fsync)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn everybody_is_told_once_the_names_are_on_disk() {
        let dir = tempfile::tempdir().unwrap();
        let names = Names::of(dir.path()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| (0..20).for_each(|_| names.confirm().unwrap()));
            }
        });
        let state = names.state();
        assert_eq!((state.given, state.confirmed, state.syncing, state.broken), (320, 320, false, false));
    }

    #[test]
    fn a_disk_that_did_not_confirm_once_is_not_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let names = Names::of(dir.path()).unwrap();
        names.state().broken = true;
        assert!(matches!(names.confirm(), Err(BlobError::Fsync(_))));
    }
}

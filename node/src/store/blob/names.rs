//! Waiting until the disk has what is in the folder: the names, or also what small files hold. Whoever waits at the same time waits for
//! the same sync: with many small documents at once, one serves them all.

use std::{
    fs::File,
    io,
    path::Path,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use super::BlobError;

/// What is in a folder.
#[derive(Debug)]
pub(super) struct Names {
    /// Open all the time, so that the system tells of every failure since the last sync.
    folder: File,
    sync: fn(&File) -> io::Result<()>,
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
        Self::synced_by(folder, File::sync_all)
    }

    /// Returns the names in `folder` with what their files hold. One sync of the whole file system is cheaper than one for each of many
    /// files; it also waits for what others have written there, so it is for small files.
    ///
    /// # Errors
    /// [`BlobError::Disk`].
    pub fn and_contents(folder: &Path) -> Result<Self, BlobError> {
        // Since Linux 5.8 this tells of a write that failed, as fsync does.
        Self::synced_by(folder, |folder| Ok(nix::unistd::syncfs(folder)?))
    }

    fn synced_by(folder: &Path, sync: fn(&File) -> io::Result<()>) -> Result<Self, BlobError> {
        let folder = File::open(folder).map_err(BlobError::disk("open the documents folder"))?;
        Ok(Self { folder, sync, state: Mutex::default(), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once the disk has everything that was there before the call.
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
        let synced = (self.sync)(&self.folder);
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
        for names in [Names::of(dir.path()).unwrap(), Names::and_contents(dir.path()).unwrap()] {
            std::thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| (0..20).for_each(|_| names.confirm().unwrap()));
                }
            });
            let state = names.state();
            assert_eq!((state.given, state.confirmed, state.syncing, state.broken), (320, 320, false, false));
        }
    }

    #[test]
    fn a_disk_that_did_not_confirm_once_is_not_asked_again() {
        let dir = tempfile::tempdir().unwrap();
        let names = Names::of(dir.path()).unwrap();
        names.state().broken = true;
        assert!(matches!(names.confirm(), Err(BlobError::Fsync(_))));
    }
}

//! A disk in memory under SQLite, for tests that cut the power, fail syncs, fill the disk or damage what lies on it.
//!
//! A [`Disk`] holds what a store writes twice: as the program sees it (the operating system's cache), and as the medium holds it,
//! which is what was synced. In between lies the list of writes since the last sync.
//!
//! - [`Disk::store`] opens the node's real store on it; one connection at a time. WAL without shared memory, otherwise the same settings.
//! - [`Disk::kill`] is the end of the process: everything written stays. Connections still open find every operation failing; drop them.
//! - [`Disk::power_cut`] is the end of the machine: each write that was not synced is kept, dropped, or torn at a sector, as the
//!   disk's seed decides, independently of the writes before and after it, so that order is lost as well.
//! - [`Disk::stop_after`] lets that many more writes, truncations and syncs happen and then fails all. With [`Disk::operations`] and
//!   [`Image`] this visits every crash point: count the operations of a piece of work once, then for each number below it take a
//!   fresh disk from the image, stop there, cut the power, open and check.
//! - [`Disk::fail_syncs`] makes syncs fail; what was to be synced is then on the medium in part, for good, as on Linux.
//! - [`Disk::limit`] fills the disk. [`Disk::rot`] flips bits on the medium; only a store with a key notices that by itself.
//!
//! Deleting a file is durable at once; a file that was never synced is gone after a power cut. The dice are the disk's own, so
//! the same operations under the same seed lose the same writes (SQLite salts its log with numbers of its own, so bytes may differ).

mod file;
mod vfs;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use verbund_node::store::{DATABASE_FILE, DatabaseKey, Store, StoreError};

use self::file::File;
use crate::simulator::Random;

/// What a power cut did to the writes that were not synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Written whole, although nobody had waited for it.
    pub kept: u64,
    /// Not written at all.
    pub dropped: u64,
    /// Written in part.
    pub torn: u64,
}

/// What lies on a disk at one moment, as a program would read it; a disk made from it is in that state, all synced.
#[derive(Clone, Debug)]
pub struct Image(BTreeMap<String, Vec<u8>>);

/// A disk; clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk {
    id: u64,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    files: BTreeMap<String, File>,
    random: Random,
    /// Raised by every kill and power cut; handles of an earlier life fail.
    life: u64,
    operations: u64,
    stop_at: Option<u64>,
    fail_syncs: bool,
    failed_syncs: u64,
    limit: Option<u64>,
    refused: u64,
}

impl Disk {
    /// Returns an empty disk whose dice follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self::of(&Image(BTreeMap::new()), seed)
    }

    /// Returns a disk on which `image` lies.
    pub fn of(image: &Image, seed: u64) -> Self {
        let files = image.0.iter().map(|(name, bytes)| (name.clone(), File::of(bytes))).collect();
        let inner = Inner { files, random: Random::new(seed), life: 0, operations: 0, stop_at: None, fail_syncs: false, failed_syncs: 0, limit: None, refused: 0 };
        let inner = Arc::new(Mutex::new(inner));
        Self { id: vfs::enter(&inner), inner }
    }

    /// Opens the node's store on this disk, with the key it is encrypted under, if it is.
    ///
    /// # Errors
    /// The store's, as on a real disk.
    pub fn store(&self, key: Option<&DatabaseKey>) -> Result<Store, StoreError> {
        Store::on_vfs(&vfs::name(), &format!("/{}/{DATABASE_FILE}", self.id), key)
    }

    /// Ends the process: open connections fail from here on; what was written stays.
    pub fn kill(&self) {
        let mut inner = self.inner();
        inner.life += 1;
        inner.recover();
    }

    /// Ends the machine: what was not synced is kept, dropped or torn. The disk then works again.
    pub fn power_cut(&self) -> Losses {
        let inner = &mut *self.inner();
        inner.life += 1;
        inner.recover();
        let mut losses = Losses::default();
        for file in inner.files.values_mut() {
            file.settle(&mut inner.random, &mut losses);
            file.forget_cache();
        }
        inner.files.retain(|_, file| file.exists());
        losses
    }

    /// Fails everything after `operations` more writes, truncations and syncs, until the next kill or power cut.
    pub fn stop_after(&self, operations: u64) {
        let mut inner = self.inner();
        inner.stop_at = Some(inner.operations + operations);
    }

    /// Takes back [`Disk::stop_after`], if it has not struck yet.
    pub fn power_on(&self) {
        self.inner().stop_at = None;
    }

    /// Returns whether the disk was told to stop and has reached that point.
    pub fn has_stopped(&self) -> bool {
        self.inner().working().is_err()
    }

    /// Returns how many writes, truncations and syncs there have been.
    pub fn operations(&self) -> u64 {
        self.inner().operations
    }

    /// Makes syncs fail, or succeed again.
    pub fn fail_syncs(&self, fail: bool) {
        self.inner().fail_syncs = fail;
    }

    /// Returns how many syncs failed.
    pub fn failed_syncs(&self) -> u64 {
        self.inner().failed_syncs
    }

    /// Leaves room for `bytes` more than there are now; nothing: as much as anybody wants.
    pub fn limit(&self, bytes: Option<u64>) {
        let mut inner = self.inner();
        inner.limit = bytes.map(|bytes| inner.size() + bytes);
    }

    /// Returns how many writes found no room.
    pub fn refused(&self) -> u64 {
        self.inner().refused
    }

    /// Flips `bits` bits of the database on the medium, anywhere. Returns how many it could: none on an empty disk.
    pub fn rot(&self, bits: u64) -> u64 {
        let inner = &mut *self.inner();
        let Some(file) = inner.files.get_mut(DATABASE_FILE) else { return 0 };
        (0..bits).filter(|_| file.rot(&mut inner.random)).count() as u64
    }

    /// Returns what a program would read now.
    pub fn image(&self) -> Image {
        Image(self.inner().files.iter().map(|(name, file)| (name.clone(), file.seen().to_vec())).collect())
    }

    /// Returns the bytes that all files take.
    pub fn size(&self) -> u64 {
        self.inner().size()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // One of the two is this very disk; handles of connections hold the inner part too and keep working.
        if Arc::strong_count(&self.inner) == 1 {
            vfs::leave(self.id);
        }
    }
}

impl Inner {
    fn size(&self) -> u64 {
        self.files.values().map(|file| file.seen().len() as u64).sum()
    }

    fn recover(&mut self) {
        (self.stop_at, self.fail_syncs) = (None, false);
    }

    /// Counts one operation that changes the disk. Fails if the disk has stopped.
    fn operate(&mut self) -> io::Result<()> {
        self.working()?;
        self.operations += 1;
        Ok(())
    }

    fn working(&self) -> io::Result<()> {
        if self.stop_at.is_some_and(|stop| self.operations >= stop) { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }

    fn file(&mut self, name: &str) -> io::Result<&mut File> {
        self.files.get_mut(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&mut self, name: &str, offset: u64, data: &[u8]) -> io::Result<()> {
        self.operate()?;
        let (limit, size) = (self.limit, self.size());
        let file = self.file(name)?;
        let grown = (offset + data.len() as u64).saturating_sub(file.seen().len() as u64);
        if grown > 0 && limit.is_some_and(|limit| size + grown > limit) {
            self.refused += 1;
            // SQLite is told "full" by this kind of error.
            return Err(io::ErrorKind::WriteZero.into());
        }
        file.write(offset, data);
        Ok(())
    }

    fn sync(&mut self, name: &str) -> io::Result<()> {
        self.operate()?;
        let Some(file) = self.files.get_mut(name) else { return Err(io::ErrorKind::NotFound.into()) };
        if self.fail_syncs {
            self.failed_syncs += 1;
            file.settle(&mut self.random, &mut Losses::default());
            return Err(io::Error::other("the disk did not confirm"));
        }
        file.sync();
        Ok(())
    }
}

#[cfg(test)]
mod tests;

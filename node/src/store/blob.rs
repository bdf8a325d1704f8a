//! Document files: ciphertext on disk, each file named by the root of what it holds.
//!
//! A file is the ciphertext followed by its tree of hashes ([`Tree`], 64 bytes for each MiB). Beside the finished ones lie
//! only `<root>.part` (being received) and `*.tmp` (being added), which a crash may leave and [`BlobStore::sweep`] removes.
//! Nothing here knows whose document it is; keys live in the database, and without its key a file is noise.
//!
//! A new file is written under another name, confirmed by the disk once, then renamed; nothing is ever overwritten. Small ones that come
//! together ([`BlobStore::place`]) have their names from the start and are confirmed together, so a finished name alone says little after
//! a power cut: what the database does not yet count as held is verified before it does.

mod add;
mod cipher;
mod incoming;
mod names;
mod place;
mod read;
mod sniff;
#[cfg(test)]
mod tests;
mod tree;

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use verbund_protocol::{document::range::Refusal, id::DocumentRoot, limits::MAX_DOCUMENT};

pub use add::Added;
pub use incoming::Incoming;
pub use place::Whole;
pub use read::{Blob, PlainReader};
pub use sniff::{Named, SniffError, sniff};
pub use tree::Tree;

/// A document file could not be written, read or trusted. Nothing half-written remains under a finished name.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No room left.
    #[error("the disk is full: free some space and try again; nothing of this document was kept")]
    Full,
    /// The disk could not confirm a write: fatal for the node, as for the database.
    #[error("the disk did not confirm a write (fsync failed): replace the disk or check its mount, then start again")]
    Fsync(#[source] io::Error),
    /// Another disk error.
    #[error("cannot {doing} in the documents folder")]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The bytes to add could not be read.
    #[error("the document could not be read to its end")]
    Source(#[source] io::Error),
    /// Nothing to add.
    #[error("the document is empty")]
    Empty,
    /// Larger than a document may be.
    #[error("a document has at most {} GiB: split it", MAX_DOCUMENT >> 30)]
    TooLarge,
    /// Fewer or more bytes came than were announced.
    #[error("{announced} bytes were announced and {came} came: add the document again")]
    Length {
        /// What was announced.
        announced: u64,
        /// What came, as far as it was read.
        came: u64,
    },
    /// The content is refused.
    #[error(transparent)]
    Sniff(#[from] SniffError),
    /// The file is missing.
    #[error("the document's file is missing: restore it from a backup, or fetch the document again")]
    Missing,
    /// The file is not what was written, or the key is not its key.
    #[error("the document's file is damaged or cut off: restore it from a backup, or fetch the document again")]
    Damaged,
    /// A received range does not belong to the document. Nothing of it was kept.
    #[error("the range received is not part of the document")]
    Unverified,
    /// No range begins there.
    #[error("the document has no such range")]
    Range,
    /// A received document is not complete yet.
    #[error("the document is not complete yet")]
    Incomplete,
}

impl BlobError {
    fn disk(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Disk { doing, source },
        }
    }
    /// Returns what a peer that asked for a range is told.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Range => Refusal::Range,
            Self::Missing | Self::Damaged => Refusal::Gone,
            _ => Refusal::Busy,
        }
    }
}

/// The folder of document files. It may be used by many threads at once.
#[derive(Debug)]
pub struct BlobStore {
    folder: PathBuf,
    serial: AtomicU64,
    disk: Disk,
    names: names::Names,
    contents: names::Names,
}

impl BlobStore {
    /// Opens the folder `documents` below the node's data directory, making it for this user alone if it is not there.
    ///
    /// # Errors
    /// [`BlobError::Disk`].
    pub fn open(data: &Path) -> Result<Self, BlobError> {
        let folder = data.join("documents");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(BlobError::disk("make the documents folder"))?;
        let (names, contents) = (names::Names::of(&folder)?, names::Names::and_contents(&folder)?);
        Ok(Self { folder, serial: AtomicU64::new(0), disk: Disk::default(), names, contents })
    }

    /// Has the disk confirm nothing from now on.
    #[cfg(test)]
    pub(crate) fn break_disk(&self) {
        self.disk.broken.store(true, Ordering::SeqCst);
    }

    /// Returns whether the finished file of `root` is there.
    pub fn holds(&self, root: &DocumentRoot) -> bool {
        self.path(root).is_file()
    }

    /// Removes the files of `root`, finished or not. What is not there is no error. Call it after the key's erasure is committed.
    ///
    /// # Errors
    /// [`BlobError::Disk`].
    pub fn remove(&self, root: &DocumentRoot) -> Result<(), BlobError> {
        for path in [self.path(root), self.part(root)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BlobError::disk("remove a document")(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what a crash left behind: unfinished additions, and files of documents the database does not know. Run it once,
    /// at start-up, before anything is added. Returns how many files went.
    ///
    /// # Errors
    /// [`BlobError::Disk`].
    pub fn sweep(&self, known: &HashSet<DocumentRoot>) -> Result<usize, BlobError> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder).map_err(BlobError::disk("list the documents"))? {
            let entry = entry.map_err(BlobError::disk("list the documents"))?;
            let name = entry.file_name();
            let stem = name.to_str().map(|name| name.strip_suffix(".part").unwrap_or(name));
            let root = stem.and_then(|stem| stem.parse::<DocumentRoot>().ok());
            if !root.is_some_and(|root| known.contains(&root)) {
                fs::remove_file(entry.path()).map_err(BlobError::disk("remove a leftover"))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn path(&self, root: &DocumentRoot) -> PathBuf {
        self.folder.join(root.to_string())
    }

    fn part(&self, root: &DocumentRoot) -> PathBuf {
        self.folder.join(format!("{root}.part"))
    }

    /// Returns a new file for an addition, removed again unless it is finished.
    fn temporary(&self) -> Result<Temporary, BlobError> {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{}-{serial}.tmp", std::process::id()));
        let file = create(&path)?;
        Ok(Temporary { file, path, kept: false })
    }

    /// Makes a file that is complete under `from` durable and gives it its final name.
    fn settle(&self, file: &File, from: &Path, root: &DocumentRoot) -> Result<(), BlobError> {
        if let Err(error) = self.disk.confirm(file) {
            // What the file holds now is unknown, and reading it back would only show what memory remembers of it.
            let _ = fs::remove_file(from);
            return Err(error);
        }
        fs::rename(from, self.path(root)).map_err(BlobError::disk("name a document"))?;
        self.names.confirm()
    }
}

/// Waits for the disk; in tests it can be had to confirm nothing.
#[derive(Clone, Debug, Default)]
struct Disk {
    #[cfg(test)]
    broken: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Disk {
    /// Whether it works, as far as tests let it.
    #[allow(clippy::unused_self)]
    fn works(&self) -> Result<(), BlobError> {
        #[cfg(test)]
        if self.broken.load(Ordering::SeqCst) {
            return Err(BlobError::Fsync(io::ErrorKind::Other.into()));
        }
        Ok(())
    }

    /// Waits until the disk has what was written.
    fn confirm(&self, file: &File) -> Result<(), BlobError> {
        self.works()?;
        // A file system that finds room late says so here.
        file.sync_data().map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full,
            _ => BlobError::Fsync(error),
        })
    }
}

/// Creates a file that must not exist yet, for this user alone. Always a new file: cutting an old one makes ext4 flush.
fn create(path: &Path) -> Result<File, BlobError> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path).map_err(BlobError::disk("make a file"))
}

/// A file that vanishes unless it is finished.
struct Temporary {
    file: File,
    path: PathBuf,
    kept: bool,
}

impl Temporary {
    fn finish(mut self, store: &BlobStore, root: &DocumentRoot) -> Result<(), BlobError> {
        store.settle(&self.file, &self.path, root)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about a failure here; `sweep` removes it at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

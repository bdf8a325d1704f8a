//! A document being received. What is on disk proves itself: after a crash, exactly those ranges count that verify against
//! the root, so there is no progress record that could lie and nothing verified is fetched twice.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt as _,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use verbund_protocol::{
    document::segment,
    id::DocumentRoot,
    limits::{DOCUMENT_RANGE, MAX_DOCUMENT_LOSS},
};

use super::{
    BlobError, BlobStore, Disk, Tree, create,
    tree::{Shape, verify},
};

/// What verifies is on disk and counts, so a crash costs at most the range that was being written, and what was in flight.
const _: () = assert!(DOCUMENT_RANGE as u64 <= MAX_DOCUMENT_LOSS);

/// Bytes after which the disk is asked to write what has arrived, while more arrives: at the end little is left to wait for.
const WRITE_OUT: u64 = if cfg!(test) { 2 * DOCUMENT_RANGE as u64 } else { 64 << 20 };

/// A `.part` file: ciphertext at its final offsets, its hash pairs behind it, holes where nothing has arrived. Ranges may be
/// accepted by several threads at once.
#[derive(Debug)]
pub struct Incoming {
    root: DocumentRoot,
    shape: Shape,
    file: File,
    path: PathBuf,
    disk: Disk,
    have: Mutex<Vec<bool>>,
    /// Bytes kept since the disk was last asked to write.
    waiting: AtomicU64,
    /// The disk did not confirm a write: nothing in this file counts any more.
    lost: AtomicBool,
}

impl BlobStore {
    /// Begins to receive `root`, or goes on with what an earlier run left. Reads and verifies what is already there, so it
    /// blocks for as long as that takes (about a second for each few GiB).
    ///
    /// # Errors
    /// [`BlobError::Full`], [`BlobError::Disk`].
    pub fn incoming(&self, root: DocumentRoot, cipher_size: u64) -> Result<Incoming, BlobError> {
        let shape = Shape::new(cipher_size);
        let path = self.part(&root);
        let whole = cipher_size + shape.tree_size();
        let ranges = segment::ranges(cipher_size) as usize;
        if let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) {
            if file.metadata().is_ok_and(|found| found.len() == whole) {
                let have = verified(&file, root, cipher_size)?;
                return Ok(Incoming::new(root, shape, file, path, self.disk.clone(), have));
            }
            // Cut off before it had its size, or of another size: nothing in it can be trusted to be in place.
            std::fs::remove_file(&path).map_err(BlobError::disk("remove an unusable part"))?;
        }
        let file = create(&path)?;
        file.set_len(whole).map_err(BlobError::disk("make room for a document"))?;
        Ok(Incoming::new(root, shape, file, path, self.disk.clone(), vec![false; ranges]))
    }
}

fn verified(file: &File, root: DocumentRoot, cipher_size: u64) -> Result<Vec<bool>, BlobError> {
    let tree = Tree::read(file, root, cipher_size)?;
    let mut buffer = Vec::new();
    (0..segment::ranges(cipher_size)).map(|number| tree.proves(file, number * DOCUMENT_RANGE as u64, &mut buffer)).collect()
}

impl Incoming {
    fn new(root: DocumentRoot, shape: Shape, file: File, path: PathBuf, disk: Disk, have: Vec<bool>) -> Self {
        Self { root, shape, file, path, disk, have: Mutex::new(have), waiting: AtomicU64::new(0), lost: AtomicBool::new(false) }
    }

    /// Returns which ranges are already there, by number.
    pub fn have(&self) -> Vec<bool> {
        self.have.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Verifies the range at `offset` and keeps it. A repeat changes nothing. Returns how many bytes of ciphertext it has.
    ///
    /// # Errors
    /// [`BlobError::Unverified`] if a single bit is wrong; then nothing was written. [`BlobError::Full`], [`BlobError::Disk`];
    /// [`BlobError::Fsync`] as [`Self::finish`].
    pub fn accept(&self, offset: u64, encoded: &[u8]) -> Result<usize, BlobError> {
        let verified = verify(self.shape, self.root, offset, encoded)?;
        let number = (offset / DOCUMENT_RANGE as u64) as usize;
        if !self.have.lock().unwrap_or_else(PoisonError::into_inner)[number] {
            let write = BlobError::disk("write a document");
            let written = self.file.write_all_at(verified.bytes, offset);
            let pairs = || verified.pairs.iter().try_for_each(|(at, pair)| self.file.write_all_at(*pair, self.shape.cipher_size() + at));
            written.and_then(|()| pairs()).map_err(write)?;
            self.have.lock().unwrap_or_else(PoisonError::into_inner)[number] = true;
            self.write_out(verified.bytes.len() as u64)?;
        }
        Ok(verified.bytes.len())
    }

    /// Has the disk write now and then, on the thread of one range while others go on.
    fn write_out(&self, bytes: u64) -> Result<(), BlobError> {
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes < WRITE_OUT {
            return Ok(());
        }
        self.waiting.store(0, Ordering::Relaxed);
        self.disk.confirm(&self.file).inspect_err(|_| {
            // The system may show bytes now that are not on the disk, so the file goes: what is fetched again is written again.
            self.lost.store(true, Ordering::Relaxed);
            let _ = std::fs::remove_file(&self.path);
        })
    }

    /// Makes the complete document durable under its final name.
    ///
    /// # Errors
    /// [`BlobError::Incomplete`] if a range is missing; [`BlobError::Fsync`] if the disk did not confirm it; then the file is gone.
    pub fn finish(&self, store: &BlobStore) -> Result<(), BlobError> {
        if self.have().contains(&false) || self.lost.load(Ordering::Relaxed) {
            return Err(BlobError::Incomplete);
        }
        store.settle(&self.file, &self.path, &self.root)
    }
}

//! Small documents that come together: their files are written one after the other, and the disk confirms them all at once.

use std::{
    fs::{self, File},
    io::{self, Write as _},
};

use verbund_protocol::id::DocumentRoot;

use super::{
    BlobError, BlobStore, create,
    tree::{Shape, verify},
};

/// A small document as it came.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'b> {
    /// Names it.
    pub root: DocumentRoot,
    /// Bytes of ciphertext.
    pub cipher_size: u64,
    /// Its only range, to be verified.
    pub encoded: &'b [u8],
}

impl BlobStore {
    /// Verifies documents of one range each, writes those that hold under their final names, and returns once the disk has them. For
    /// each it says whether it is there now; of one that is not, nothing is.
    ///
    /// # Errors
    /// [`BlobError::Fsync`] if the disk did not confirm them; then none of them is there.
    pub fn place(&self, all: &[Whole<'_>]) -> Result<Vec<Result<(), BlobError>>, BlobError> {
        let placed: Vec<Result<(), BlobError>> = all.iter().map(|whole| self.write(whole)).collect();
        let there = || all.iter().zip(&placed).filter(|(_, placed)| placed.is_ok()).map(|(whole, _)| &whole.root);
        if there().next().is_some() {
            self.disk.works().and_then(|()| self.contents.confirm()).inspect_err(|_| {
                // What the files hold now is unknown, and reading them back would only show what memory remembers.
                there().for_each(|root| drop(self.remove(root)));
            })?;
        }
        Ok(placed)
    }

    /// Returns whether the finished file of `root` is whole, once the disk has it: what an earlier run left may be neither. One that is not
    /// whole goes. Reads all of it.
    ///
    /// # Errors
    /// [`BlobError::Fsync`] if the disk did not confirm it; then it is gone. [`BlobError::Disk`].
    pub fn make_sure(&self, root: DocumentRoot, cipher_size: u64) -> Result<bool, BlobError> {
        match self.blob(root, cipher_size).and_then(|blob| blob.verify()) {
            Ok(()) => {}
            Err(BlobError::Damaged | BlobError::Missing) => return self.remove(&root).map(|()| false),
            Err(error) => return Err(error),
        }
        let file = File::open(self.path(&root)).map_err(BlobError::disk("open a document"))?;
        let sure = self.disk.confirm(&file).and_then(|()| self.names.confirm());
        sure.map(|()| true).inspect_err(|_| drop(self.remove(&root)))
    }

    fn write(&self, whole: &Whole<'_>) -> Result<(), BlobError> {
        let shape = Shape::new(whole.cipher_size);
        if shape.tree_size() != 0 {
            return Err(BlobError::Range);
        }
        let verified = verify(shape, whole.root, 0, whole.encoded)?;
        let path = self.path(&whole.root);
        // What an earlier attempt left is either this very document or of no use.
        let _ = fs::remove_file(self.part(&whole.root));
        let file = match create(&path) {
            Err(BlobError::Disk { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => self.remove(&whole.root).and_then(|()| create(&path)),
            made => made,
        };
        file?.write_all(verified.bytes).map_err(|error| {
            let _ = fs::remove_file(&path);
            BlobError::disk("write a document")(error)
        })
    }
}

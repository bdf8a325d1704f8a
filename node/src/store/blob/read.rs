//! Reading back: ranges of ciphertext for peers, plaintext for people.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::FileExt as _,
};

use verbund_protocol::{
    document::{
        DocumentKey, RangeAnswer,
        segment::{self, SEALED_SEGMENT},
    },
    id::DocumentRoot,
};

use super::{BlobError, BlobStore, Tree, cipher::Cipher};

/// A finished document file, open for serving: the file and its tree of hashes. Many threads may read it at once.
#[derive(Debug)]
pub struct Blob {
    file: File,
    tree: Tree,
}

impl BlobStore {
    /// Opens the finished file of `root`.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Damaged`] if its size is not that of `cipher_size` bytes and their tree.
    pub fn blob(&self, root: DocumentRoot, cipher_size: u64) -> Result<Blob, BlobError> {
        let file = File::open(self.path(&root)).map_err(BlobError::disk("open a document"))?;
        let tree = Tree::read(&file, root, cipher_size)?;
        let length = file.metadata().map_err(BlobError::disk("open a document"))?.len();
        if length == cipher_size + tree.shape().tree_size() { Ok(Blob { file, tree }) } else { Err(BlobError::Damaged) }
    }
}

impl Blob {
    /// Returns a whole range answer for the range at `offset`, in one allocation: hash pairs, then bytes. The range is not
    /// hashed again here; whoever receives it verifies every byte.
    ///
    /// # Errors
    /// [`BlobError::Range`], [`BlobError::Damaged`], [`BlobError::Disk`].
    pub fn answer(&self, offset: u64) -> Result<Vec<u8>, BlobError> {
        let (mut answer, at) = RangeAnswer::frame(self.tree.encoded_len(offset)?);
        self.tree.encode(&self.file, offset, &mut answer[at..])?;
        Ok(answer)
    }

    /// Verifies the whole file against its root.
    ///
    /// # Errors
    /// [`BlobError::Damaged`] at the first range that does not hold.
    pub fn verify(&self) -> Result<(), BlobError> {
        let mut buffer = Vec::new();
        let cipher_size = self.tree.shape().cipher_size();
        for number in 0..segment::ranges(cipher_size) {
            if !self.tree.proves(&self.file, number * verbund_protocol::limits::DOCUMENT_RANGE as u64, &mut buffer)? {
                return Err(BlobError::Damaged);
            }
        }
        Ok(())
    }

    /// Returns the plaintext as a stream. Only verified bytes come out of it; a damaged or cut-off file ends in an error.
    pub fn plain(self, key: &DocumentKey) -> PlainReader {
        let left = self.tree.shape().cipher_size();
        PlainReader { file: self.file, cipher: Cipher::new(key), left, number: 0, buffer: Vec::with_capacity(SEALED_SEGMENT), taken: 0, plain: 0 }
    }
}

/// Decrypts a document segment by segment; holds one segment in memory.
pub struct PlainReader {
    file: File,
    cipher: Cipher,
    /// Ciphertext not yet read.
    left: u64,
    number: u64,
    buffer: Vec<u8>,
    /// Bytes of the buffered plaintext already handed out, and how many there are.
    taken: usize,
    plain: usize,
}

impl PlainReader {
    fn next_segment(&mut self) -> Result<(), BlobError> {
        let length = self.left.min(SEALED_SEGMENT as u64);
        self.buffer.resize(length as usize, 0);
        self.file.read_exact_at(&mut self.buffer, self.number * SEALED_SEGMENT as u64).map_err(BlobError::disk("read a document"))?;
        self.left -= length;
        // The size comes from the manifest; the seal of the last segment says the same, so a cut cannot go unseen.
        self.plain = self.cipher.open(self.number, self.left == 0, &mut self.buffer)?.len();
        self.taken = 0;
        self.number += 1;
        Ok(())
    }
}

impl Read for PlainReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.plain {
            if self.left == 0 {
                return Ok(0);
            }
            self.next_segment().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        let count = out.len().min(self.plain - self.taken);
        out[..count].copy_from_slice(&self.buffer[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

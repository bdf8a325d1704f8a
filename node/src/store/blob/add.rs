//! Adding a document: one pass from the source to its encrypted file, in memory that does not grow with it.

use std::{
    fs::File,
    io::{self, Read, Write as _},
};

use verbund_protocol::{
    document::{
        DocumentKey,
        segment::{self, SEALED_SEGMENT, TAG},
    },
    id::DocumentRoot,
    limits::{DOCUMENT_SEGMENT, MAX_DOCUMENT},
};

use super::{BlobError, BlobStore, Named, cipher::Cipher, sniff, tree::TreeBuilder};

/// Segments encrypted before they are written together: about 1 MiB.
const SEGMENTS_AT_ONCE: usize = 16;

/// A document that was added: its file is durable under its root. The database is told next; if it never is, the file is
/// swept at the next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Names the document.
    pub root: DocumentRoot,
    /// Bytes of ciphertext.
    pub cipher_size: u64,
    /// Bytes of plaintext.
    pub plain_size: u64,
    /// What the first bytes show it to be.
    pub media_type: &'static str,
}

impl BlobStore {
    /// Encrypts everything `source` gives under `key`, which must never have sealed anything else, and keeps it. Blocks the
    /// calling thread; needs about 2 MiB however large the document is.
    ///
    /// # Errors
    /// [`BlobError`]; then nothing is kept.
    pub fn add(&self, source: impl Read, announced: Option<u64>, named: &Named<'_>, key: &DocumentKey) -> Result<Added, BlobError> {
        if announced.is_some_and(|size| size > MAX_DOCUMENT) {
            return Err(BlobError::TooLarge);
        }
        let mut lookahead = Lookahead::new(source, announced)?;
        let media_type = sniff(lookahead.head(), named)?;
        let temporary = self.temporary()?;
        let mut writer =
            Writer { file: &temporary.file, cipher: Cipher::new(key), hashes: TreeBuilder::new(), number: 0, block: Vec::with_capacity(SEGMENTS_AT_ONCE * SEALED_SEGMENT) };
        loop {
            let (text, last) = lookahead.segment();
            writer.seal(text, last)?;
            if last {
                break;
            }
            lookahead.advance()?;
        }
        let plain_size = lookahead.came;
        if let Some(announced) = announced.filter(|announced| *announced != plain_size) {
            return Err(BlobError::Length { announced, came: plain_size });
        }
        let tree = writer.flush()?.hashes.finish()?;
        (&temporary.file).write_all(tree.pairs()).map_err(BlobError::disk("write a document"))?;
        let added = Added { root: tree.root(), cipher_size: segment::cipher_size(plain_size), plain_size, media_type };
        temporary.finish(self, &added.root)?;
        Ok(added)
    }
}

/// Reads segments and always one byte further, because a segment's seal says whether it is the last.
struct Lookahead<R> {
    source: R,
    buffer: Vec<u8>,
    held: usize,
    came: u64,
    limit: u64,
}

impl<R: Read> Lookahead<R> {
    fn new(source: R, announced: Option<u64>) -> Result<Self, BlobError> {
        // One byte beyond what is allowed shows that there is too much without reading on.
        let limit = announced.unwrap_or(MAX_DOCUMENT) + 1;
        let mut this = Self { source, buffer: vec![0; DOCUMENT_SEGMENT + 1], held: 0, came: 0, limit };
        this.fill(announced)?;
        if this.held == 0 && announced.is_none_or(|size| size == 0) {
            return Err(BlobError::Empty);
        }
        Ok(this)
    }

    fn head(&self) -> &[u8] {
        &self.buffer[..self.held]
    }

    /// Returns the segment at hand and whether it is the last.
    fn segment(&self) -> (&[u8], bool) {
        (&self.buffer[..self.held.min(DOCUMENT_SEGMENT)], self.held <= DOCUMENT_SEGMENT)
    }

    fn advance(&mut self) -> Result<(), BlobError> {
        self.buffer[0] = self.buffer[DOCUMENT_SEGMENT];
        self.held = 1;
        self.fill((self.limit <= MAX_DOCUMENT).then_some(self.limit - 1))
    }

    fn fill(&mut self, announced: Option<u64>) -> Result<(), BlobError> {
        while self.held < self.buffer.len() && self.came < self.limit {
            let room = (self.buffer.len() - self.held).min((self.limit - self.came).try_into().unwrap_or(usize::MAX));
            match self.source.read(&mut self.buffer[self.held..self.held + room]) {
                Ok(0) => break,
                Ok(count) => {
                    self.held += count;
                    self.came += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BlobError::Source(error)),
            }
        }
        match announced {
            _ if self.came < self.limit => Ok(()),
            Some(announced) => Err(BlobError::Length { announced, came: self.came }),
            None => Err(BlobError::TooLarge),
        }
    }
}

/// Seals segments into a block, and writes and hashes the block when it is full.
struct Writer<'f> {
    file: &'f File,
    cipher: Cipher,
    hashes: TreeBuilder,
    number: u64,
    block: Vec<u8>,
}

impl Writer<'_> {
    fn seal(&mut self, text: &[u8], last: bool) -> Result<(), BlobError> {
        let at = self.block.len();
        self.block.extend_from_slice(text);
        self.block.extend_from_slice(&[0; TAG]);
        self.cipher.seal(self.number, last, &mut self.block[at..]);
        self.number += 1;
        if self.block.len() >= SEGMENTS_AT_ONCE * SEALED_SEGMENT { self.drain() } else { Ok(()) }
    }

    fn drain(&mut self) -> Result<(), BlobError> {
        self.hashes.update(&self.block);
        self.file.write_all(&self.block).map_err(BlobError::disk("write a document"))?;
        self.block.clear();
        Ok(())
    }

    fn flush(mut self) -> Result<Self, BlobError> {
        self.drain()?;
        Ok(self)
    }
}

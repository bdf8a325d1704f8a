//! The document files as doors and transfers see them: adding and reading without waiting for the core, and how far each
//! transfer has come. All of it blocks and belongs on a thread for that.

use std::{
    collections::HashMap,
    io::Read,
    sync::{Mutex, PoisonError},
};

use verbund_protocol::{
    document::{DocumentKey, Manifest},
    id::DocumentRoot,
};

use crate::store::blob::{Added, BlobError, BlobStore, Named, PlainReader, sniff};

/// How far a transfer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Bytes of ciphertext that are here and verified.
    pub here: u64,
    /// Bytes of ciphertext there will be.
    pub whole: u64,
}

/// The document files of this node.
#[derive(Debug)]
pub struct Files {
    blobs: BlobStore,
    progress: Mutex<HashMap<DocumentRoot, Progress>>,
}

impl Files {
    /// Returns the files in `blobs`.
    pub fn new(blobs: BlobStore) -> Self {
        Self { blobs, progress: Mutex::default() }
    }

    /// Returns the folder of files.
    pub fn blobs(&self) -> &BlobStore {
        &self.blobs
    }

    /// Encrypts what `source` gives under a new random key and keeps it.
    ///
    /// # Errors
    /// [`BlobError`]; nothing is kept then.
    pub fn add(&self, source: impl Read, announced: u64, named: &Named<'_>) -> Result<(Added, DocumentKey), BlobError> {
        let key = fresh_key();
        Ok((self.blobs.add(source, Some(announced), named, &key)?, key))
    }

    /// As [`Files::add`], for whoever does not know beforehand how much will come. A source that fails keeps nothing.
    ///
    /// # Errors
    /// [`BlobError`]; nothing is kept then.
    pub fn take_in(&self, source: impl Read, named: &Named<'_>) -> Result<(Added, DocumentKey), BlobError> {
        let key = fresh_key();
        Ok((self.blobs.add(source, None, named, &key)?, key))
    }

    /// Returns the plaintext as a stream, after the whole file was verified: what begins to come out will come to its end.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Damaged`].
    pub fn read(&self, root: DocumentRoot, cipher_size: u64, key: &DocumentKey) -> Result<PlainReader, BlobError> {
        let blob = self.blobs.blob(root, cipher_size)?;
        blob.verify()?;
        Ok(blob.plain(key))
    }

    /// Checks that a document that has arrived opens with its key and is of the type its manifest says: another clinic may
    /// have been careless or worse, and nobody here should open a program that is called a discharge letter.
    ///
    /// # Errors
    /// [`BlobError::Damaged`] if the key is not its key, [`BlobError::Sniff`].
    pub fn examine(&self, manifest: &Manifest, key: &DocumentKey) -> Result<(), BlobError> {
        let mut head = Vec::new();
        let plain = self.blobs.blob(manifest.root, manifest.cipher_size)?.plain(key);
        plain.take(verbund_protocol::limits::DOCUMENT_SEGMENT as u64).read_to_end(&mut head).map_err(|_| BlobError::Damaged)?;
        sniff(&head, &Named { extension: None, media_type: Some(&manifest.media_type) })?;
        Ok(())
    }

    /// Notes how far a transfer has come; nothing ends the note.
    pub fn note(&self, root: DocumentRoot, progress: Option<Progress>) {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Some(progress) => all.insert(root, progress),
            None => all.remove(&root),
        };
    }

    /// Returns how far a running transfer has come; nothing if none is running.
    pub fn progress(&self, root: &DocumentRoot) -> Option<Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).get(root).copied()
    }
}

fn fresh_key() -> DocumentKey {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    DocumentKey::new(bytes)
}

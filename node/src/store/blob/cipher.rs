//! Sealing and opening single segments with AES-256-GCM.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use verbund_protocol::document::{
    DocumentKey,
    segment::{self, TAG},
};

use super::BlobError;

/// The cipher of one document. Nonces come from the segment number, so a key must never seal two documents.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(key: &DocumentKey) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_bytes()).expect("AES-256 takes every key of 32 bytes")))
    }

    /// Encrypts `segment` in place and appends its tag: the last [`TAG`] bytes of the slice are overwritten by it.
    pub(super) fn seal(&self, number: u64, last: bool, segment: &mut [u8]) {
        let (text, place) = segment.split_at_mut(segment.len() - TAG);
        let nonce = Nonce::assume_unique_for_key(segment::nonce(number, last));
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::empty(), text).expect("a segment is far below the cipher's bound");
        place.copy_from_slice(tag.as_ref());
    }

    /// Verifies and decrypts a sealed segment in place; returns its plaintext.
    pub(super) fn open<'s>(&self, number: u64, last: bool, sealed: &'s mut [u8]) -> Result<&'s [u8], BlobError> {
        let nonce = Nonce::assume_unique_for_key(segment::nonce(number, last));
        let opened = self.0.open_in_place(nonce, Aad::empty(), sealed).map_err(|_| BlobError::Damaged)?;
        Ok(opened)
    }
}

//! The key of one document version.

use std::fmt;

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

/// An AES-256-GCM key that encrypts exactly one document. It is wiped from memory when dropped and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentKey(Zeroizing<[u8; 32]>);

impl DocumentKey {
    /// Returns the key of these bytes; the caller draws them from a secure random source, anew for every document.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
    /// Returns the key held in `bytes`, or nothing if they are not 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }
    /// Returns the raw key, for the cipher, the store and the offer.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentKey(hidden)")
    }
}
impl<C> Encode<C> for DocumentKey {
    fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(self.as_bytes())?.ok()
    }
}
impl<'b, C> Decode<'b, C> for DocumentKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Self::from_slice(d.bytes()?).ok_or_else(|| minicbor::decode::Error::message("a document key has 32 bytes").at(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_never_shown() {
        assert_eq!(format!("{:?}", DocumentKey::new([0xab; 32])), "DocumentKey(hidden)");
    }

    #[test]
    fn a_key_has_one_length() {
        assert!(DocumentKey::from_slice(&[0; 31]).is_none());
        let key = DocumentKey::new([7; 32]);
        assert_eq!(crate::cbor::read::<DocumentKey>(&crate::cbor::write(&key), 100), Ok(key));
    }
}

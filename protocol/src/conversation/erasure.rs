//! A signed statement that bodies and documents were erased.

use minicbor::{Decode, Encode};

use crate::{
    catalogue,
    cbor::{self, Malformed},
    id::{ConversationId, Digest, DocumentRoot, MemberId, NetworkId},
    limits::{MAX_ERASED, MAX_ERASURE},
    sign::{self, Kind, PublicKey, SecretKey, SignatureError},
    time::Timestamp,
};

/// What a clinic states when it has erased what it had received.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erasure {
    /// In which conversation.
    #[n(0)]
    pub conversation: ConversationId,
    /// Who erased.
    #[n(1)]
    pub by: MemberId,
    /// Headers whose body and salt were erased.
    #[n(2)]
    pub bodies: Vec<Digest>,
    /// Documents whose key and content were erased.
    #[n(3)]
    pub documents: Vec<DocumentRoot>,
    /// Why.
    #[n(4)]
    pub reason: catalogue::Erasure,
    /// When it was done, by the eraser's clock.
    #[n(5)]
    pub at: Timestamp,
}

/// A statement of erasure does not hold, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErasureError {
    /// Not validly signed.
    #[error("erasure: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("erasure: {0}")]
    Malformed(#[from] Malformed),
    /// Signed by a key that is not the eraser's.
    #[error("erasure signed by a key that is not {by}'s")]
    Signer {
        /// Whom it names.
        by: MemberId,
    },
    /// More digests than [`MAX_ERASED`].
    #[error("an erasure names at most {MAX_ERASED} bodies and documents")]
    TooMany,
}

impl Erasure {
    /// Returns the statement signed by the erasing node.
    pub fn sign(&self, network: &NetworkId, key: &SecretKey) -> Vec<u8> {
        sign::sign(network, Kind::Erasure, cbor::write(self), key)
    }
    /// Verifies a statement where `may_sign` says which key may sign for which member.
    ///
    /// # Errors
    /// [`ErasureError`].
    pub fn open_by(network: &NetworkId, bytes: &[u8], may_sign: impl Fn(&PublicKey, &MemberId) -> bool) -> Result<Self, ErasureError> {
        let opened = sign::open(network, Kind::Erasure, bytes, MAX_ERASURE)?;
        let erasure: Self = cbor::read(&opened.payload, MAX_ERASURE)?;
        if erasure.bodies.len() + erasure.documents.len() > MAX_ERASED {
            return Err(ErasureError::TooMany);
        }
        if may_sign(&opened.signer, &erasure.by) { Ok(erasure) } else { Err(ErasureError::Signer { by: erasure.by }) }
    }
}

//! Suspension: one officer may cut a member off at once, for at most 72 hours; k officers end it early.

use minicbor::{Decode, Encode};

use super::document::NetworkDocument;
use crate::{
    cbor,
    id::{Digest, MemberId, NetworkId},
    limits::{MAX_SUSPENSION, MAX_SUSPENSIONS, MAX_SUSPENSIONS_OF_OFFICER, SUSPENSION_SPAN, SUSPENSIONS_PER_OFFICER},
    sign::{Kind, MultiSigned, PublicKey, SignatureError},
    time::Timestamp,
};

/// Why a member is suspended. A code, never free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum SuspensionReason {
    /// A key is or may be in foreign hands.
    #[n(0)]
    KeyCompromise,
    /// The node behaves wrongly.
    #[n(1)]
    Malfunction,
    /// A breach of the cooperative's rules.
    #[n(2)]
    Breach,
    /// The member asked for it.
    #[n(3)]
    OwnRequest,
}

impl std::fmt::Display for SuspensionReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::KeyCompromise => "key-compromise",
            Self::Malfunction => "malfunction",
            Self::Breach => "breach",
            Self::OwnRequest => "own-request",
        })
    }
}

/// The signed content: a suspension, or the early end of one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Suspension {
    /// The network.
    #[n(0)]
    pub network: NetworkId,
    /// Whom it concerns.
    #[n(1)]
    pub member: MemberId,
    /// From when.
    #[n(2)]
    pub from: Timestamp,
    /// Until when, at most [`SUSPENSION_SPAN`] after `from`.
    #[n(3)]
    pub until: Timestamp,
    /// Why.
    #[n(4)]
    pub reason: SuspensionReason,
    /// If present, this object ends the suspension with that digest early, and needs the board's threshold. Its own span then
    /// reaches from the decision to the end of the suspension that it ends.
    #[n(5)]
    pub ends: Option<Digest>,
}

/// A suspension object is refused or has no effect, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspensionError {
    /// Not a signed suspension.
    #[error("not a suspension: {0}")]
    Signature(#[from] SignatureError),
    /// For another network.
    #[error("this suspension is for network {found}, not {wanted}")]
    OtherNetwork {
        /// What it names.
        found: NetworkId,
        /// What was expected.
        wanted: NetworkId,
    },
    /// Signed by too few current board keys.
    #[error("the suspension has {valid} valid signatures of the current board, {needed} needed")]
    TooFewSignatures {
        /// How many hold.
        valid: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Longer than allowed, or ends before it begins.
    #[error("a suspension lasts more than nothing and at most 72 hours")]
    Span,
    /// Over for so long that no limit depends on it any more.
    #[error("this suspension ended at {until}, too long ago to matter")]
    Past {
        /// When it ended.
        until: Timestamp,
    },
    /// More board decisions than a node keeps.
    #[error("{MAX_SUSPENSIONS} suspensions are held, no more are kept until some have ended")]
    Full,
    /// Without effect: the officer had too many members suspended at once.
    #[error("without effect: the officer already had {SUSPENSIONS_PER_OFFICER} members suspended at that time; the board together may suspend more")]
    TooMany,
    /// Without effect: the officer suspended the same member within 30 days.
    #[error("without effect: the officer suspended the same member within 30 days before; only the board together may do so again")]
    Again,
    /// Without effect: the officer made so many that the key must be in foreign hands.
    #[error("without effect: the officer made more than {MAX_SUSPENSIONS_OF_OFFICER} suspensions in a month; the board should replace this key")]
    Flood,
}

/// A suspension whose signatures hold, with its exact bytes and who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSuspension {
    /// The content.
    pub suspension: Suspension,
    /// The board keys whose signatures hold, in the board's order.
    pub signers: Vec<PublicKey>,
    /// Whether the board's threshold signed, which no officer's limit binds.
    pub by_board: bool,
    /// Hash of the signed content: the object's name.
    pub digest: Digest,
    /// The bytes to store and send: the content with exactly the signatures that hold.
    pub bytes: Vec<u8>,
}

impl SignedSuspension {
    /// Parses and verifies against the board of `document`. The limits on what one officer may do are not looked at here:
    /// they depend on the other suspensions known (see [`Suspensions`](super::Suspensions)).
    ///
    /// # Errors
    /// [`SuspensionError`] for wrong bytes, another network, a wrong span, or too few signatures.
    pub fn read(document: &NetworkDocument, bytes: &[u8]) -> Result<Self, SuspensionError> {
        Self::from_signed(document, MultiSigned::read(bytes, MAX_SUSPENSION)?)
    }

    /// Returns this object with the signatures of `other`, another copy of it, added.
    pub(super) fn merged(&self, document: &NetworkDocument, other: &Self) -> Result<Self, SuspensionError> {
        let mut signed = MultiSigned::read(&self.bytes, MAX_SUSPENSION)?;
        signed.take_signatures(&MultiSigned::read(&other.bytes, MAX_SUSPENSION)?);
        Self::from_signed(document, signed)
    }

    fn from_signed(document: &NetworkDocument, mut signed: MultiSigned) -> Result<Self, SuspensionError> {
        let suspension: Suspension = cbor::read(signed.payload(), MAX_SUSPENSION).map_err(SignatureError::from)?;
        if suspension.network != document.network {
            return Err(SuspensionError::OtherNetwork { found: suspension.network, wanted: document.network.clone() });
        }
        if suspension.until <= suspension.from || suspension.until.since(suspension.from) > SUSPENSION_SPAN {
            return Err(SuspensionError::Span);
        }
        let signers = signed.keep_valid(&document.network, Kind::Suspension, &document.board);
        let threshold = usize::from(document.threshold);
        let needed = if suspension.ends.is_some() { threshold } else { 1 };
        if signers.len() < needed {
            return Err(SuspensionError::TooFewSignatures { valid: signers.len(), needed });
        }
        Ok(Self { by_board: signers.len() >= threshold, signers, digest: Digest::of(signed.payload()), bytes: signed.to_bytes(), suspension })
    }
}

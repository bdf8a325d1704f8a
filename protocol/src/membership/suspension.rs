//! Suspension: one officer may cut a member off at once, for at most 72 hours; k officers end it early.

use minicbor::{Decode, Encode};

use super::document::NetworkDocument;
use crate::{
    cbor,
    id::{Digest, MemberId, NetworkId},
    limits::{MAX_SUSPENSION, SUSPENSION_AGAIN, SUSPENSION_SPAN, SUSPENSIONS_PER_OFFICER},
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
    /// If present, this object ends the suspension with that digest early, and needs the board's threshold.
    #[n(5)]
    pub ends: Option<Digest>,
}

/// A suspension object is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuspensionError {
    /// Not a signed suspension.
    #[error("not a suspension: {0}")]
    Signature(#[from] SignatureError),
    /// For another network.
    #[error("this suspension is for another network")]
    OtherNetwork,
    /// Signed by too few current board keys.
    #[error("{valid} valid board signatures, {needed} needed")]
    TooFewSignatures {
        /// How many hold.
        valid: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Longer than allowed, or ends before it begins.
    #[error("a suspension lasts more than nothing and at most 72 hours")]
    Span,
    /// The officer has too many members suspended at once.
    #[error("this officer already has {SUSPENSIONS_PER_OFFICER} members suspended")]
    TooMany,
    /// The officer suspended the same member within 30 days.
    #[error("this officer suspended the same member within the last 30 days")]
    Again,
}

/// A verified suspension with its exact bytes and the officer who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSuspension {
    /// The content.
    pub suspension: Suspension,
    /// The first valid board signer.
    pub officer: PublicKey,
    /// Hash of the signed bytes: the object's name.
    pub digest: Digest,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

impl SignedSuspension {
    /// Parses and verifies against the board of `document`, and against what is already `known` (a set, merged by union).
    ///
    /// # Errors
    /// [`SuspensionError`].
    pub fn accept(document: &NetworkDocument, known: &[Self], bytes: &[u8]) -> Result<Self, SuspensionError> {
        let signed = MultiSigned::read(bytes, MAX_SUSPENSION)?;
        let suspension: Suspension = cbor::read(signed.payload(), MAX_SUSPENSION).map_err(SignatureError::from)?;
        if suspension.network != document.network {
            return Err(SuspensionError::OtherNetwork);
        }
        let signers = signed.signers(&document.network, Kind::Suspension, &document.board);
        let needed = if suspension.ends.is_some() { usize::from(document.threshold) } else { 1 };
        let officer = *signers.first().ok_or(SuspensionError::TooFewSignatures { valid: 0, needed })?;
        if signers.len() < needed {
            return Err(SuspensionError::TooFewSignatures { valid: signers.len(), needed });
        }
        let accepted = Self { officer, digest: Digest::of(signed.payload()), bytes: bytes.to_vec(), suspension };
        accepted.within_rules(known, signers.len() >= usize::from(document.threshold))?;
        Ok(accepted)
    }

    /// The limits on what one officer alone may do; they do not bind k officers together.
    fn within_rules(&self, known: &[Self], by_threshold: bool) -> Result<(), SuspensionError> {
        let s = &self.suspension;
        if s.ends.is_some() || known.iter().any(|other| other.digest == self.digest) {
            return Ok(());
        }
        if s.until <= s.from || s.until.since(s.from) > SUSPENSION_SPAN {
            return Err(SuspensionError::Span);
        }
        if by_threshold {
            return Ok(());
        }
        let mine = || known.iter().filter(|other| other.officer == self.officer && other.suspension.ends.is_none());
        let overlaps = |other: &&Self| other.suspension.from < s.until && s.from < other.suspension.until && other.suspension.member != s.member;
        if mine().filter(overlaps).count() >= SUSPENSIONS_PER_OFFICER {
            return Err(SuspensionError::TooMany);
        }
        let near = |other: &Self| other.suspension.from.since(s.from).max(s.from.since(other.suspension.from)) < SUSPENSION_AGAIN;
        if mine().any(|other| other.suspension.member == s.member && near(other)) {
            return Err(SuspensionError::Again);
        }
        Ok(())
    }

    /// Returns whether this suspends `member` at `now`, given the others that may have ended it.
    pub fn in_force(&self, all: &[Self], member: &MemberId, now: Timestamp) -> bool {
        let s = &self.suspension;
        s.ends.is_none() && &s.member == member && s.from <= now && now < s.until && !all.iter().any(|other| other.suspension.ends == Some(self.digest))
    }
}

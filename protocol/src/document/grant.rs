//! Permission to fetch one document: signed by who holds it, for one member, until a moment, under one consent.
//!
//! The serving node checks the grant at every request, so that withdrawing the consent stops a transfer in the middle.

use minicbor::{Decode, Encode};

use super::{range::Refusal, segment};
use crate::{
    cbor::{self, Malformed},
    id::{ConversationId, Digest, DocumentRoot, GrantId, MemberId, NetworkId},
    limits::{GRANT_SPAN, MAX_GRANT},
    membership::Membership,
    sign::{self, Kind, SecretKey, SignatureError},
    time::Timestamp,
};

/// What a grant says. It names no patient.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Its own random name, by which it is revoked.
    #[n(0)]
    pub id: GrantId,
    /// The document.
    #[n(1)]
    pub root: DocumentRoot,
    /// Bytes of ciphertext, so that the recipient reserves no more than was granted.
    #[n(2)]
    pub size: u64,
    /// The conversation it was given in.
    #[n(3)]
    pub conversation: ConversationId,
    /// Salted hash of the consent (or recorded necessity of treatment) it rests on.
    #[n(4)]
    pub consent: Digest,
    /// Who holds the document and gives it.
    #[n(5)]
    pub from: MemberId,
    /// Who may fetch it.
    #[n(6)]
    pub to: MemberId,
    /// When it was given, by the giver's clock.
    #[n(7)]
    pub made_at: Timestamp,
    /// From when it no longer counts, by the giver's clock; at most [`GRANT_SPAN`] after `made_at`.
    #[n(8)]
    pub expires_at: Timestamp,
}

/// A grant is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Not validly signed.
    #[error("grant: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("grant: {0}")]
    Malformed(#[from] Malformed),
    /// The signer speaks for no member, or for another than the grant names as giver.
    #[error("grant: signed by a key that does not speak for its giver")]
    Signer,
    /// It ends before it begins or later than allowed.
    #[error("grant: it must end after it was made and within {} days", GRANT_SPAN.as_secs() / 86_400)]
    Span,
}

/// One request measured against a grant.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Who asks; the certificate of the connection says so.
    pub by: &'a MemberId,
    /// Who is asked.
    pub of: &'a MemberId,
    /// The document asked for.
    pub root: DocumentRoot,
    /// Where the range begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
    /// The serving node's clock.
    pub now: Timestamp,
}

impl Grant {
    /// Returns the grant signed by the giver's sign key.
    pub fn sign(&self, network: &NetworkId, key: &SecretKey) -> Vec<u8> {
        sign::sign(network, Kind::Grant, cbor::write(self), key)
    }

    /// Verifies a signed grant: signer known, signature, then content. It does not yet say who may use it: [`Grant::check`].
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, GrantError> {
        // Whoever does not belong costs no signature.
        let giver = giver(membership, bytes)?;
        Self::of(giver, &sign::open(network, Kind::Grant, bytes, MAX_GRANT)?.payload)
    }

    /// Returns a grant that stands in a message of its giver: the message's signature, verified before, covers it, and the grant's own is
    /// for the giver alone to verify, which serves by it. Signer and content are checked.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn enclosed(membership: &Membership, bytes: &[u8]) -> Result<Self, GrantError> {
        Self::of(giver(membership, bytes)?, &sign::reopen(bytes, MAX_GRANT)?.payload)
    }

    /// Returns the grant in `bytes` without verifying anything: for one of which the giver's own store says that it gave exactly these bytes.
    ///
    /// # Errors
    /// [`GrantError`] if it is none.
    pub fn reopen(bytes: &[u8]) -> Result<Self, GrantError> {
        Ok(cbor::read(&sign::reopen(bytes, MAX_GRANT)?.payload, MAX_GRANT)?)
    }

    /// Returns the grant in `payload`, which `giver` signed.
    fn of(giver: &MemberId, payload: &[u8]) -> Result<Self, GrantError> {
        let grant: Self = cbor::read(payload, MAX_GRANT)?;
        if grant.from != *giver {
            return Err(GrantError::Signer);
        }
        let spans = grant.made_at < grant.expires_at && grant.expires_at <= grant.made_at.plus(GRANT_SPAN);
        if spans { Ok(grant) } else { Err(GrantError::Span) }
    }

    /// Decides whether this request may be served. `revoked` says whether the giver has taken this grant back.
    ///
    /// # Errors
    /// [`Refusal`] is what the asker is told.
    pub fn check(&self, ask: &Ask<'_>, revoked: impl FnOnce(&GrantId) -> bool) -> Result<(), Refusal> {
        if self.from != *ask.of || self.to != *ask.by {
            return Err(Refusal::NotYours);
        }
        if self.root != ask.root {
            return Err(Refusal::OtherDocument);
        }
        if revoked(&self.id) {
            return Err(Refusal::Revoked);
        }
        if ask.now >= self.expires_at {
            return Err(Refusal::Expired);
        }
        let length = segment::range_len(self.size, ask.offset).ok_or(Refusal::Range)?;
        if ask.length == length as u64 { Ok(()) } else { Err(Refusal::Range) }
    }
}

/// Returns the member for whom the signer of a grant speaks, before anything is verified.
fn giver<'m>(membership: &'m Membership, bytes: &[u8]) -> Result<&'m MemberId, GrantError> {
    let signer = sign::claimed_signer(bytes, MAX_GRANT)?;
    membership.member_by_sign(&signer).map(|member| &member.id).ok_or(GrantError::Signer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::DOCUMENT_RANGE;

    fn member(text: &str) -> MemberId {
        text.parse().unwrap()
    }

    fn grant() -> Grant {
        Grant {
            id: GrantId([1; 16]),
            root: DocumentRoot([2; 32]),
            size: DOCUMENT_RANGE as u64 + 5,
            conversation: ConversationId([3; 16]),
            consent: Digest([4; 32]),
            from: member("akut"),
            to: member("reha"),
            made_at: Timestamp::from_secs(100),
            expires_at: Timestamp::from_secs(200),
        }
    }

    #[test]
    fn every_condition_is_asked_each_time() {
        let (akut, reha, other) = (member("akut"), member("reha"), member("fremd"));
        let ask = Ask { by: &reha, of: &akut, root: DocumentRoot([2; 32]), offset: 0, length: DOCUMENT_RANGE as u64, now: Timestamp::from_secs(150) };
        let check = |ask: Ask<'_>| grant().check(&ask, |_| false);
        assert_eq!(check(ask), Ok(()));
        assert_eq!(check(Ask { offset: DOCUMENT_RANGE as u64, length: 5, ..ask }), Ok(()));
        assert_eq!(check(Ask { by: &other, ..ask }), Err(Refusal::NotYours));
        assert_eq!(check(Ask { of: &other, ..ask }), Err(Refusal::NotYours));
        assert_eq!(check(Ask { root: DocumentRoot([9; 32]), ..ask }), Err(Refusal::OtherDocument));
        assert_eq!(check(Ask { now: Timestamp::from_secs(200), ..ask }), Err(Refusal::Expired));
        assert_eq!(check(Ask { offset: 7, ..ask }), Err(Refusal::Range));
        assert_eq!(check(Ask { length: 9, ..ask }), Err(Refusal::Range));
        assert_eq!(check(Ask { offset: 2 * DOCUMENT_RANGE as u64, ..ask }), Err(Refusal::Range));
        assert_eq!(grant().check(&ask, |id| *id == GrantId([1; 16])), Err(Refusal::Revoked));
    }
}

//! The live question to a clinic: is this still right, this minute. It names department and days, and nothing else, so
//! that whoever is asked learns no more about a patient than that somebody is looking.

use minicbor::{Decode, Encode};

use super::DepartmentId;
use crate::{
    address::Order,
    cbor::{self, Malformed},
    id::{Digest, Ik, MemberId, NetworkId},
    limits::{MAX_CONFIRMATION, MAX_HORIZON_DAYS},
    membership::Membership,
    sign::{self, Kind, SecretKey, SignatureError},
    time::{Day, Timestamp},
};

/// "How many places of this department are free on these days?"
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ConfirmationQuestion {
    /// The department asked about.
    #[n(0)]
    pub id: DepartmentId,
    /// The first day asked about.
    #[n(1)]
    pub from: Day,
    /// How many days from then on, at least 1 and at most [`MAX_HORIZON_DAYS`].
    #[n(2)]
    pub days: u16,
}

/// The signed answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Confirmation {
    /// What was asked.
    #[n(0)]
    pub question: ConfirmationQuestion,
    /// When it was answered, by the answering node's clock.
    #[n(1)]
    pub answered_at: Timestamp,
    /// When a person or system there last said that its figures are right; nothing if the department states none.
    #[n(2)]
    pub observed_at: Option<Timestamp>,
    /// The order of the figures the answer rests on; a higher one than the asker holds means its copy is old.
    #[n(3)]
    pub order: Option<Order>,
    /// Places free on each day asked about, held ones taken off; empty if the department states none.
    #[n(4)]
    pub free: Vec<u16>,
}

/// A confirmation is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmationError {
    /// Not a validly signed object.
    #[error("capacity confirmation: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("capacity confirmation: {0}")]
    Malformed(#[from] Malformed),
    /// Signed by nobody in the member list.
    #[error("capacity confirmation signed by a key that is no member's")]
    Stranger,
    /// The signer does not speak for the facility asked about.
    #[error("member {member} does not speak for facility {facility}")]
    Facility {
        /// Who signed.
        member: MemberId,
        /// About which facility.
        facility: Ik,
    },
    /// It answers another question, or too many days.
    #[error("the confirmation answers another question than was asked")]
    OtherQuestion,
    /// The question itself asks for no day or too many.
    #[error("a confirmation is asked for 1 to {MAX_HORIZON_DAYS} days")]
    Days,
}

impl ConfirmationQuestion {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads a question.
    ///
    /// # Errors
    /// [`ConfirmationError`] for wrong bytes or a number of days out of bounds.
    pub fn read(bytes: &[u8]) -> Result<Self, ConfirmationError> {
        let question: Self = cbor::read(bytes, MAX_CONFIRMATION)?;
        if (1..=MAX_HORIZON_DAYS).contains(&usize::from(question.days)) { Ok(question) } else { Err(ConfirmationError::Days) }
    }
}

impl Confirmation {
    /// Returns the answer signed by the node's sign key.
    pub fn sign(self, network: &NetworkId, key: &SecretKey) -> SignedConfirmation {
        let payload = cbor::write(&self);
        SignedConfirmation { digest: Digest::of(&payload), bytes: sign::sign(network, Kind::Confirmation, payload, key), confirmation: self }
    }
    /// Returns how many places are free on `day` according to this answer.
    pub fn free_on(&self, day: Day) -> u16 {
        let at = usize::try_from(day.days_since(self.question.from)).ok();
        at.and_then(|at| self.free.get(at)).copied().unwrap_or(0)
    }
}

/// A verified confirmation with the exact bytes it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedConfirmation {
    /// The content.
    pub confirmation: Confirmation,
    /// Hash of the signed content.
    pub digest: Digest,
    bytes: Vec<u8>,
}

impl SignedConfirmation {
    /// Verifies the answer to `question`: signature, then who signed and for whom, then that it answers this question.
    ///
    /// # Errors
    /// [`ConfirmationError`].
    pub fn open(network: &NetworkId, membership: &Membership, question: &ConfirmationQuestion, bytes: &[u8]) -> Result<Self, ConfirmationError> {
        let opened = sign::open(network, Kind::Confirmation, bytes, MAX_CONFIRMATION)?;
        let member = membership.member_by_sign(&opened.signer).ok_or(ConfirmationError::Stranger)?;
        let confirmation: Confirmation = cbor::read(&opened.payload, MAX_CONFIRMATION)?;
        let facility = &confirmation.question.id.facility;
        if !member.speaks_for(facility) {
            return Err(ConfirmationError::Facility { member: member.id.clone(), facility: facility.clone() });
        }
        if &confirmation.question != question || confirmation.free.len() > usize::from(question.days) {
            return Err(ConfirmationError::OtherQuestion);
        }
        Ok(Self { digest: Digest::of(&opened.payload), bytes: bytes.to_vec(), confirmation })
    }
    /// Returns the exact bytes, to store and send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

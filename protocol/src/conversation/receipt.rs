//! A receipt: the recipient's signed word that a message is durably stored, or refused with a code.
//!
//! It never says "read": opened and filed are later messages. A repeat gets the same receipt, byte for byte.

use minicbor::{Decode, Encode};

use super::header::SignedHeader;
use crate::{
    cbor::{self, Malformed},
    id::{ConversationId, Digest, MemberId, NetworkId},
    limits::MAX_RECEIPT,
    membership::Membership,
    planted::{Bug, planted},
    sign::{self, Checked, Kind, Opened, PublicKey, SecretKey, SignatureError},
    time::Timestamp,
};

/// Why a message has no effect although it has its place in the chain. Numbers travel, so that a newer one is readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Refusal {
    /// The conversation is over.
    #[n(1)]
    Ended,
    /// Not at this step.
    #[n(2)]
    OutOfTurn,
    /// Only the other side may say this.
    #[n(3)]
    NotYours,
    /// The offer it cites is not, or no longer, the one that stands.
    #[n(4)]
    OfferEnded,
    /// The other side changed the date at the same time; the owner's change stands.
    #[n(5)]
    Superseded,
    /// The body is not what its type promises.
    #[n(6)]
    Unreadable,
    /// A message type this version does not know.
    #[n(7)]
    UnknownType,
    /// The facility or department addressed is not the recipient's.
    #[n(8)]
    NotAddressed,
    /// Breaks a rule on content: a code list, a bound, or the re-identification guard.
    #[n(9)]
    Content,
}

impl Refusal {
    /// Returns the word for people and interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::OutOfTurn => "out-of-turn",
            Self::NotYours => "not-yours",
            Self::OfferEnded => "offer-ended",
            Self::Superseded => "superseded",
            Self::Unreadable => "unreadable",
            Self::UnknownType => "unknown-type",
            Self::NotAddressed => "not-addressed",
            Self::Content => "content",
        }
    }
}

impl Refusal {
    /// Returns whether the recipient could not read the message or would not accept its content, whatever the step.
    pub const fn is_of_content(self) -> bool {
        matches!(self, Self::Unreadable | Self::UnknownType | Self::NotAddressed | Self::Content)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(flat)]
pub enum Outcome {
    /// Durably stored, and its effect with it.
    #[n(0)]
    Stored,
    /// It has its place in the chain but no effect, and its body was not kept.
    #[n(1)]
    Refused(#[n(0)] Refusal),
}

/// What the recipient signs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// Digest of the header received.
    #[n(0)]
    pub header: Digest,
    /// Its conversation.
    #[n(1)]
    pub conversation: ConversationId,
    /// Its author.
    #[n(2)]
    pub author: MemberId,
    /// Its number.
    #[n(3)]
    pub seq: u64,
    /// What became of it.
    #[n(4)]
    pub outcome: Outcome,
    /// Who received it.
    #[n(5)]
    pub receiver: MemberId,
    /// When it was durably stored, by the receiver's clock.
    #[n(6)]
    pub at: Timestamp,
}

/// A receipt does not prove what it should, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not validly signed.
    #[error("receipt: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("receipt: {0}")]
    Malformed(#[from] Malformed),
    /// Signed by a key that is not the receiver's.
    #[error("receipt signed by a key that is not {receiver}'s")]
    Signer {
        /// Whom the receipt names.
        receiver: MemberId,
    },
    /// For another message, or not by its recipient.
    #[error("this receipt is for another message")]
    OtherMessage,
}

impl Receipt {
    /// Returns the receipt for a header.
    pub fn of(header: &SignedHeader, outcome: Outcome, at: Timestamp) -> Self {
        let h = &header.header;
        Self { header: header.digest, conversation: h.conversation, author: h.author.member.clone(), seq: h.seq, outcome, receiver: h.recipient.member.clone(), at }
    }
    /// Returns the receipt signed by the receiving node.
    pub fn sign(&self, network: &NetworkId, key: &SecretKey) -> Vec<u8> {
        sign::sign(network, Kind::Receipt, cbor::write(self), key)
    }
    /// Verifies a receipt against the member list.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, ReceiptError> {
        Self::open_checked(network, membership, bytes, &Checked::default())
    }
    /// Verifies a receipt as [`Receipt::open`] does; its signature may have been found to hold before.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn open_checked(network: &NetworkId, membership: &Membership, bytes: &[u8], checked: &Checked) -> Result<Self, ReceiptError> {
        let opened = checked.open(network, Kind::Receipt, bytes, MAX_RECEIPT)?;
        Self::in_opened(&opened, |key, member| membership.member_by_sign(key).is_some_and(|m| &m.id == member))
    }
    /// Verifies a receipt where `may_sign` says which key may sign for which member.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn open_by(network: &NetworkId, bytes: &[u8], may_sign: impl Fn(&PublicKey, &MemberId) -> bool) -> Result<Self, ReceiptError> {
        Self::in_opened(&sign::open(network, Kind::Receipt, bytes, MAX_RECEIPT)?, may_sign)
    }
    fn in_opened(opened: &Opened, may_sign: impl Fn(&PublicKey, &MemberId) -> bool) -> Result<Self, ReceiptError> {
        let receipt: Self = cbor::read(&opened.payload, MAX_RECEIPT)?;
        if may_sign(&opened.signer, &receipt.receiver) { Ok(receipt) } else { Err(ReceiptError::Signer { receiver: receipt.receiver }) }
    }
    /// Checks that this is the receipt of `header`'s recipient for `header`.
    ///
    /// # Errors
    /// [`ReceiptError::OtherMessage`].
    pub fn matches(&self, header: &SignedHeader) -> Result<(), ReceiptError> {
        let same = *self == Self::of(header, self.outcome, self.at);
        if same || planted(Bug::TakeAnyReceipt) { Ok(()) } else { Err(ReceiptError::OtherMessage) }
    }
}

//! Evidence: what two clinics said to each other and when it was received, provable to a third party.
//!
//! A [`Bundle`] holds headers, receipts and the network documents that say who signs for whom; bodies with their salts only where
//! asked for; never a key. [`verify`] needs nothing but the bundle and a network document the reader trusts: no node, no network.

mod verify;

use minicbor::{Decode, Encode, bytes::ByteVec};

pub use verify::{ConversationReport, Line, Proven, Report, verify};

use crate::{
    cbor,
    conversation::Salt,
    id::{ConversationId, MemberId, NetworkId},
    sign::{self, Kind, SecretKey},
    time::{Day, Timestamp},
};

/// One message with what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Message {
    /// The signed header, exact bytes.
    #[n(0)]
    pub header: ByteVec,
    /// The recipient's signed receipt; none: nothing proves that it arrived.
    #[n(1)]
    pub receipt: Option<ByteVec>,
    /// The body, where asked for and not erased.
    #[n(2)]
    pub body: Option<Body>,
}

/// A body with the salt that went into its signed hash.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Body {
    /// The salt.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: Salt,
    /// The body.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// Two different headers under one number: proof against their author.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Contradiction {
    /// The one held.
    #[n(0)]
    pub held: ByteVec,
    /// The one that came later.
    #[n(1)]
    pub other: ByteVec,
}

/// One conversation.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Conversation {
    /// Its name.
    #[n(0)]
    pub id: ConversationId,
    /// Both chains, each in order.
    #[n(1)]
    pub messages: Vec<Message>,
    /// Proofs of lies.
    #[n(2)]
    pub contradictions: Vec<Contradiction>,
}

/// What was noted of a clinic without a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Noted {
    /// It offered a place from a day on.
    #[n(0)]
    Offered,
    /// It declined.
    #[n(1)]
    Declined,
    /// The question was taken back before it was answered.
    #[n(2)]
    Withdrawn,
    /// The patient chose its place.
    #[n(3)]
    Chosen,
    /// The patient left it again.
    #[n(4)]
    Left,
    /// It was told by fax who comes on a day.
    #[n(5)]
    Named,
    /// The payer decided on a day.
    #[n(6)]
    PayerDecided,
    /// The patient arrived on a day.
    #[n(7)]
    Arrived,
    /// The patient did not come on a day.
    #[n(8)]
    DidNotCome,
}

impl Noted {
    /// Returns the word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Chosen => "chosen",
            Self::Left => "left",
            Self::Named => "told the name",
            Self::PayerDecided => "payer decided",
            Self::Arrived => "arrived",
            Self::DidNotCome => "did not come",
        }
    }
}

/// One entry about a clinic without a node.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(map)]
pub struct Entry {
    /// When it was said or done, as staff noted it.
    #[n(0)]
    pub at: Timestamp,
    /// When it was written down.
    #[n(1)]
    pub recorded_at: Timestamp,
    /// What.
    #[n(2)]
    pub what: Noted,
    /// From which day on there is a place; for what came of a choice, the day it is about.
    #[n(3)]
    pub day: Option<Day>,
    /// Why not, in words, or the payer's decision as a code's word; only with bodies.
    #[n(4)]
    pub why: Option<String>,
    /// Who said it there; only with bodies.
    #[n(5)]
    pub said_by: Option<String>,
    /// Who wrote it down; only with bodies.
    #[n(6)]
    pub recorded_by: Option<String>,
}

/// What staff of the exporting member wrote down of a clinic without a node. Nobody there has signed any of it: it is that member's word alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(map)]
pub struct Recorded {
    /// The clinic, as staff wrote its name.
    #[n(0)]
    pub clinic: String,
    /// When it was asked by fax.
    #[n(1)]
    pub asked_at: Timestamp,
    /// What came of it, oldest first.
    #[n(2)]
    pub entries: Vec<Entry>,
}

/// How staff ended a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Outcome {
    /// No clinic had a place.
    #[n(0)]
    NoPlace,
    /// No place is needed any more, or one was found by other ways.
    #[n(1)]
    Otherwise,
}

impl Outcome {
    /// Returns the words for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoPlace => "no place found",
            Self::Otherwise => "ended otherwise",
        }
    }
}

/// How staff of the exporting member ended the case. Nobody else has signed any of it: it is that member's word alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(map)]
pub struct Ending {
    /// When.
    #[n(0)]
    pub at: Timestamp,
    /// How.
    #[n(1)]
    pub outcome: Outcome,
    /// Who takes care of the patient from then on; only with bodies.
    #[n(2)]
    pub carer: Option<String>,
    /// Their telephone number; only with bodies.
    #[n(3)]
    pub phone: Option<String>,
    /// Who ended it; only with bodies.
    #[n(4)]
    pub recorded_by: Option<String>,
}

/// What is handed to a payer, a court or a patient.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bundle {
    /// The network.
    #[n(0)]
    pub network: NetworkId,
    /// Who made it.
    #[n(1)]
    pub made_by: MemberId,
    /// When.
    #[n(2)]
    pub made_at: Timestamp,
    /// The conversations.
    #[n(3)]
    pub conversations: Vec<Conversation>,
    /// Network documents that say who signs for whom, exact bytes.
    #[n(4)]
    pub documents: Vec<ByteVec>,
    /// What staff wrote down of clinics without a node; absent where there is none.
    #[n(5)]
    pub recorded: Option<Vec<Recorded>>,
    /// How staff ended the case; absent while it is open, if a report ended it, and where the bundle is of one conversation.
    #[n(6)]
    pub ending: Option<Ending>,
}

impl Bundle {
    /// Returns the bundle signed by the node that exports it.
    pub fn sign(&self, key: &SecretKey) -> Vec<u8> {
        sign::sign(&self.network, Kind::Manifest, cbor::write(self), key)
    }
}

/// A file is no evidence bundle, or not one of this network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Not signed, or changed since.
    #[error("not an evidence bundle of network {network}, or changed after it was made: {cause}")]
    Signature {
        /// The network of the document given.
        network: NetworkId,
        /// Why.
        cause: crate::sign::SignatureError,
    },
    /// Not the expected content.
    #[error("evidence bundle: {0}")]
    Malformed(#[from] crate::cbor::Malformed),
    /// More messages than a bundle may hold.
    #[error("an evidence bundle holds at most {limit} messages", limit = crate::limits::MAX_EVIDENCE_MESSAGES)]
    TooMany,
    /// The network document given is not signed by its own board.
    #[error("the network document given is not valid: {0}")]
    Document(#[from] crate::membership::DocumentError),
}

//! What the message protocol's request and answer carry: many messages of many conversations, one reply for each.

use minicbor::{Decode, Encode};

use super::header::Salt;
use crate::{
    cbor::{self, Malformed},
    id::{ConversationId, NetworkId},
    limits::{MAX_BATCH, MAX_BATCH_MESSAGES, MAX_BATCH_REPLY, MAX_HEADER, MAX_RECEIPT},
    sign::{Checked, Kind},
};

/// One message on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Item {
    /// The signed header, exact bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// The body's salt.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub salt: Salt,
    /// The body.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// A request: messages in the order they are to be taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Batch {
    /// The messages.
    #[n(0)]
    pub items: Vec<Item>,
}

/// The answer to one message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Reply {
    /// A signed [`super::Receipt`]: the message has its place, stored or refused.
    #[n(0)]
    Receipt(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// Messages are missing before this one.
    #[n(1)]
    Gap {
        /// In which conversation.
        #[n(0)]
        conversation: ConversationId,
        /// The number that would have been next.
        #[n(1)]
        expected: u64,
    },
    /// The inbox is full: again later.
    #[n(2)]
    Busy,
    /// Not taken in and never will be as it is: not a message, not signed by a member, or contradicting the chain held.
    #[n(3)]
    Rejected(#[n(0)] Rejection),
}

/// Why a message gets no receipt at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Rejection {
    /// Not a validly signed header of a member, or not addressed to this one.
    #[n(1)]
    NotAMessage,
    /// The body is not the one that was signed.
    #[n(2)]
    WrongBody,
    /// Contradicts an earlier message of the same author: kept as proof.
    #[n(3)]
    Equivocation,
    /// Does not fit the chain held here; the sender should recover its own messages first.
    #[n(4)]
    Diverged,
    /// The sender may not hold conversations now (suspended, removed, or the network document is too old).
    #[n(5)]
    NotAllowed,
}

/// An answer: one reply for each message of the request, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Replies {
    /// The replies.
    #[n(0)]
    pub replies: Vec<Reply>,
}

impl Batch {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Malformed`], also for more than [`MAX_BATCH_MESSAGES`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let batch: Self = cbor::read(bytes, MAX_BATCH)?;
        count(batch.items.len()).map(|()| batch)
    }
    /// Returns which headers in the request's bytes are validly signed, for whoever takes it in later; none if this is no request.
    pub fn check_ahead(network: &NetworkId, bytes: &[u8]) -> Checked {
        let mut checked = Checked::default();
        for item in Self::read(bytes).unwrap_or_default().items {
            checked.check(network, Kind::Header, &item.header, MAX_HEADER);
        }
        checked
    }
    /// Returns the request's bytes.
    pub fn write(&self) -> Vec<u8> {
        cbor::write(self)
    }
}

impl Replies {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Malformed`], also for more than [`MAX_BATCH_MESSAGES`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let replies: Self = cbor::read(bytes, MAX_BATCH_REPLY)?;
        count(replies.replies.len()).map(|()| replies)
    }
    /// Returns which receipts in the answer's bytes are validly signed, for whoever takes it in later; none if this is no answer.
    pub fn check_ahead(network: &NetworkId, bytes: &[u8]) -> Checked {
        let mut checked = Checked::default();
        for reply in Self::read(bytes).unwrap_or_default().replies {
            if let Reply::Receipt(receipt) = reply {
                checked.check(network, Kind::Receipt, &receipt, MAX_RECEIPT);
            }
        }
        checked
    }
    /// Returns the answer's bytes.
    pub fn write(&self) -> Vec<u8> {
        cbor::write(self)
    }
}

fn count(found: usize) -> Result<(), Malformed> {
    if found <= MAX_BATCH_MESSAGES { Ok(()) } else { Err(Malformed::Shape(format!("{found} messages, at most {MAX_BATCH_MESSAGES} are allowed"))) }
}

//! After a restore from a backup: "what have you and I said beyond what I know?" Asked of every member, by the message protocol.
//!
//! Nothing here is believed because a peer says it: headers are verified like any other, the asker's own by its own key, and bodies by
//! the hash that was signed. A peer can withhold messages, but the next one it sends would show the gap.

use minicbor::{Decode, Decoder, Encode, bytes::ByteVec};

use super::header::Salt;
use crate::{
    cbor::{self, Malformed},
    id::ConversationId,
    limits::{MAX_BATCH, MAX_BATCH_REPLY},
    referral::Side,
};

/// A conversation as the asking node knows it: the numbers its two chains go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Known {
    /// Which.
    #[n(0)]
    pub conversation: ConversationId,
    /// The next number of the asking node's own chain.
    #[n(1)]
    pub own: u64,
    /// The next number of the asked member's chain.
    #[n(2)]
    pub theirs: u64,
}

/// The question. Its keys differ from those of a batch, so that both can travel by one protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Recover {
    /// Every conversation with the asked member that the asking node knows.
    #[n(1)]
    pub known: Vec<Known>,
}

/// A message that the asked member holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Held {
    /// The signed header, exact bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    /// Salt and body; nothing once they are erased.
    #[n(1)]
    pub content: Option<Content>,
    /// The signed receipt, exact bytes: the asked member's for the asking node's message, or the other way round.
    #[n(2)]
    pub receipt: Option<ByteVec>,
}

/// What a header's body hash is over.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Content {
    /// The body's salt.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: Salt,
    /// The body.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// What the asked member holds of one conversation beyond what is known.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeldConversation {
    /// Which.
    #[n(0)]
    pub conversation: ConversationId,
    /// Which side the asking node is.
    #[n(1)]
    pub side: Side,
    /// The messages, each chain in the order of its numbers.
    #[n(2)]
    pub messages: Vec<Held>,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Recovered {
    /// Conversations that go beyond what is known, oldest first, as many as fit.
    #[n(0)]
    pub conversations: Vec<HeldConversation>,
    /// Whether there is more: ask again, with what is known then.
    #[n(1)]
    pub more: bool,
}

impl Recover {
    /// Returns whether a request of the message protocol is this question and not a batch.
    pub fn is(bytes: &[u8]) -> bool {
        let mut decoder = Decoder::new(bytes);
        decoder.map().is_ok() && decoder.u8().is_ok_and(|key| key == 1)
    }
    /// Reads a question.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::read(bytes, MAX_BATCH)
    }
    /// Returns the question's bytes.
    pub fn write(&self) -> Vec<u8> {
        cbor::write(self)
    }
}

impl Recovered {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::read(bytes, MAX_BATCH_REPLY)
    }
    /// Returns the answer's bytes.
    pub fn write(&self) -> Vec<u8> {
        cbor::write(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::conversation::{Batch, Item};

    #[test]
    fn questions_and_batches_are_told_apart() {
        let question = Recover { known: vec![Known { conversation: ConversationId([1; 16]), own: 3, theirs: 300 }] };
        assert!(Recover::is(&question.write()) && Recover::is(&Recover::default().write()));
        assert_eq!(Recover::read(&question.write()), Ok(question.clone()));
        let batch = Batch { items: vec![Item { header: vec![1], salt: [0; 16], body: vec![2] }] };
        assert!(!Recover::is(&batch.write()) && !Recover::is(&Batch::default().write()) && !Recover::is(&[]) && !Recover::is(&[0xff]));
        assert!(Batch::read(&question.write()).is_err() && Recover::read(&batch.write()).is_err());
    }

    #[test]
    fn an_answer_reads_back() {
        let held = Held { header: vec![1, 2], content: Some(Content { salt: [7; 16], body: vec![3] }), receipt: Some(vec![4].into()) };
        let erased = Held { content: None, receipt: None, ..held.clone() };
        let answer = Recovered { conversations: vec![HeldConversation { conversation: ConversationId([1; 16]), side: Side::Owner, messages: vec![held, erased] }], more: true };
        assert_eq!(Recovered::read(&answer.write()), Ok(answer));
    }
}

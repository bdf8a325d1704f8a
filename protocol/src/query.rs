//! Live questions to a member ([`crate::wire::Protocol::Query`]): each asks for nothing about a patient.

use minicbor::{Decode, Encode};

use crate::{
    capacity::ConfirmationQuestion,
    cbor::{self, Malformed},
    id::{Digest, NodeId},
    limits::{MAX_QUERY, MAX_WITNESSED_HEADS},
    time::Timestamp,
};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(flat)]
pub enum Question {
    /// "How many places are free, this minute?" Answered by a signed [`crate::capacity::Confirmation`].
    #[n(0)]
    Capacity(#[n(0)] ConfirmationQuestion),
    /// "Which heads of my audit chain have you kept?" Answered by [`WitnessedHeads`].
    #[n(1)]
    AuditHeads {
        /// Which of the asking member's nodes.
        #[n(0)]
        node: NodeId,
    },
}

impl Question {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads a question.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::read(bytes, MAX_QUERY)
    }
}

/// What a node was once seen to say, in its signed address record, about its audit chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct WitnessedHead {
    /// The node's epoch then.
    #[n(0)]
    pub epoch: u32,
    /// Length of the chain then.
    #[n(1)]
    pub len: u64,
    /// Its head then.
    #[n(2)]
    pub head: Digest,
    /// When the witness saw it, by the witness's clock.
    #[n(3)]
    pub seen_at: Timestamp,
}

/// Heads of the asker's audit chain that a peer has kept, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WitnessedHeads {
    /// At most [`MAX_WITNESSED_HEADS`].
    #[n(0)]
    pub heads: Vec<WitnessedHead>,
}

impl WitnessedHeads {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Malformed`], also if there are more heads than allowed.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let answer: Self = cbor::read(bytes, MAX_QUERY)?;
        if answer.heads.len() > MAX_WITNESSED_HEADS {
            return Err(Malformed::Shape(format!("more than {MAX_WITNESSED_HEADS} heads")));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn head(len: u64) -> WitnessedHead {
        WitnessedHead { epoch: 1, len, head: Digest([7; 32]), seen_at: Timestamp(len) }
    }

    #[test]
    fn questions_and_answers_read_back() {
        let question = Question::AuditHeads { node: "1".parse().unwrap() };
        assert_eq!(Question::read(&question.to_bytes()), Ok(question));
        let answer = WitnessedHeads { heads: (0..MAX_WITNESSED_HEADS as u64).map(head).collect() };
        assert!(answer.to_bytes().len() <= MAX_QUERY);
        assert_eq!(WitnessedHeads::read(&answer.to_bytes()), Ok(answer.clone()));
        let more = WitnessedHeads { heads: [answer.heads, vec![head(0)]].concat() };
        assert!(matches!(WitnessedHeads::read(&more.to_bytes()), Err(Malformed::Shape(_))));
        assert!(matches!(Question::read(&[0; MAX_QUERY + 1]), Err(Malformed::TooLarge { .. })));
    }
}

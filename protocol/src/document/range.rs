//! Asking for one range of a document, and the answer.
//!
//! The range in an answer is BLAKE3 verified streaming over chunk groups of [`DOCUMENT_RANGE`](crate::limits::DOCUMENT_RANGE) bytes: the hash pairs from
//! the root down to the range (64 bytes each, pre-order), then its bytes. The reader verifies all of it against the root
//! before it keeps a byte.

use minicbor::{
    Decode, Encode,
    bytes::{ByteSlice, ByteVec},
};

use crate::{
    cbor::{self, Malformed},
    id::DocumentRoot,
    limits::{MAX_FURTHER, MAX_RANGE_ANSWER, MAX_RANGE_REQUEST},
};

/// Asks for one range of a document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RangeRequest {
    /// The signed grant that allows it.
    #[n(0)]
    pub grant: ByteVec,
    /// Which document.
    #[n(1)]
    pub root: DocumentRoot,
    /// Where the range begins: a multiple of [`DOCUMENT_RANGE`](crate::limits::DOCUMENT_RANGE).
    #[n(2)]
    pub offset: u64,
    /// How long it is: [`DOCUMENT_RANGE`](crate::limits::DOCUMENT_RANGE), or what is left of the document.
    #[n(3)]
    pub length: u64,
    /// Small documents asked for at the same time, at most [`MAX_FURTHER`]: a hundred letters are not a hundred questions.
    #[n(4)]
    pub further: Option<Vec<Further>>,
}

/// A small document asked for whole: at most [`SMALL_DOCUMENT`](crate::limits::SMALL_DOCUMENT) bytes of ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Further {
    /// The signed grant that allows it.
    #[n(0)]
    pub grant: ByteVec,
    /// Which document.
    #[n(1)]
    pub root: DocumentRoot,
    /// Its size, bytes of ciphertext.
    #[n(2)]
    pub size: u64,
}

impl RangeRequest {
    /// Returns the bytes to send.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::write(self)
    }
    /// Returns the request in `bytes`.
    ///
    /// # Errors
    /// [`Malformed`], also if there are too many further documents.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let request: Self = cbor::read(bytes, MAX_RANGE_REQUEST)?;
        if request.further.as_ref().is_some_and(|further| further.len() > MAX_FURTHER) {
            return Err(Malformed::Shape(format!("at most {MAX_FURTHER} further documents in one request")));
        }
        Ok(request)
    }
}

/// Why a range is not given. The number is on the wire; one not known here reads as [`Refusal::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a request, or not a valid grant.
    #[error("the request or its grant is not valid")]
    Invalid,
    /// The grant is for another member, or was given by another.
    #[error("the grant was not given by the clinic asked to the clinic asking")]
    NotYours,
    /// The grant is for another document.
    #[error("the grant is for another document")]
    OtherDocument,
    /// The consent was withdrawn or the referral ended.
    #[error("the permission was withdrawn")]
    Revoked,
    /// The grant has ended.
    #[error("the permission has expired; ask the sending clinic to hand the document off again")]
    Expired,
    /// The document is erased, or its file is missing or damaged.
    #[error("the sending clinic no longer holds the document")]
    Gone,
    /// No range begins there, or it is not that long.
    #[error("no such range")]
    Range,
    /// Too much at once; ask again later.
    #[error("the sending clinic is busy")]
    Busy,
    /// The asker is no member in good standing, as the serving node knows it.
    #[error("the clinic asking is not a member in good standing")]
    NotMember,
    /// A reason of a newer version.
    #[error("refused for reason {0}, which this version does not know")]
    Other(u16),
}

impl Refusal {
    /// Returns the number on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::Invalid => 1,
            Self::NotYours => 2,
            Self::OtherDocument => 3,
            Self::Revoked => 4,
            Self::Expired => 5,
            Self::Gone => 6,
            Self::Range => 7,
            Self::Busy => 8,
            Self::NotMember => 9,
            Self::Other(code) => code,
        }
    }
    /// Returns the reason of a number on the wire.
    pub const fn from_code(code: u16) -> Self {
        match code {
            1 => Self::Invalid,
            2 => Self::NotYours,
            3 => Self::OtherDocument,
            4 => Self::Revoked,
            5 => Self::Expired,
            6 => Self::Gone,
            7 => Self::Range,
            8 => Self::Busy,
            9 => Self::NotMember,
            code => Self::Other(code),
        }
    }
    /// Returns whether asking again later with the same grant can succeed. A suspension ends, and a newer network document
    /// may still be on its way, so [`Refusal::NotMember`] can pass.
    pub const fn may_pass(self) -> bool {
        matches!(self, Self::Busy | Self::NotMember)
    }
}

/// The answer to a [`RangeRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeAnswer<'b> {
    /// Hash pairs and bytes of the range, still to be verified.
    Range(&'b [u8]),
    /// Not given.
    Refused {
        /// Why.
        why: Refusal,
        /// When asking again makes sense, if the giver knows.
        retry_after_ms: Option<u32>,
    },
}

impl<'b> RangeAnswer<'b> {
    /// Returns the answer in `bytes`, borrowing the range: a megabyte is not copied to be verified.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(bytes: &'b [u8]) -> Result<Self, Malformed> {
        let raw: Raw<'b> = cbor::read(bytes, MAX_RANGE_ANSWER)?;
        match (raw.range, raw.refused) {
            (Some(range), None) => Ok(Self::Range(range)),
            (None, Some(code)) => Ok(Self::Refused { why: Refusal::from_code(code), retry_after_ms: raw.retry_after_ms }),
            _ => Err(Malformed::Shape("a range answer holds either a range or a refusal".into())),
        }
    }
    /// Returns the answers for the further documents in `bytes`, in the order they were asked for, each to be [read](Self::read) by
    /// itself. There may be fewer: a node of an earlier version gives none, and what does not fit is to be asked for again.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn further(bytes: &'b [u8]) -> Result<Vec<&'b [u8]>, Malformed> {
        let raw: Raw<'b> = cbor::read(bytes, MAX_RANGE_ANSWER)?;
        Ok(raw.further.unwrap_or_default().into_iter().map(|answer| &**answer).collect())
    }
    /// Returns the bytes of a refusal.
    pub fn refuse(why: Refusal, retry_after_ms: Option<u32>) -> Vec<u8> {
        cbor::write(&Raw { range: None, refused: Some(why.code()), retry_after_ms, further: None })
    }
    /// Returns an answer with those for further documents, each whole as it would be alone.
    ///
    /// # Errors
    /// [`Malformed`] if `first` is no answer.
    pub fn with(first: &[u8], further: &[Vec<u8>]) -> Result<Vec<u8>, Malformed> {
        let raw: Raw<'_> = cbor::read(first, MAX_RANGE_ANSWER)?;
        Ok(cbor::write(&Raw { further: Some(further.iter().map(|answer| <&ByteSlice>::from(answer.as_slice())).collect()), ..raw }))
    }
    /// Returns an answer with room for exactly `length` bytes of hash pairs and range, and where they begin: they are written
    /// in place, so that a megabyte is not copied to be sent.
    pub fn frame(length: usize) -> (Vec<u8>, usize) {
        let mut head = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut head);
        let written = encoder.map(1).and_then(|e| e.u8(0)).and_then(|e| e.bytes_len(length as u64));
        written.expect("writing to memory does not fail");
        let mut answer = vec![0; head.len() + length];
        answer[..head.len()].copy_from_slice(&head);
        (answer, head.len())
    }
}

/// The answer as it lies on the wire.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Raw<'b> {
    #[cbor(n(0), with = "minicbor::bytes")]
    range: Option<&'b [u8]>,
    #[n(1)]
    refused: Option<u16>,
    #[n(2)]
    retry_after_ms: Option<u32>,
    #[cbor(borrow, n(3))]
    further: Option<Vec<&'b ByteSlice>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back() {
        let (mut buffer, at) = RangeAnswer::frame(5);
        buffer[at..].copy_from_slice(b"bytes");
        assert_eq!(RangeAnswer::read(&buffer), Ok(RangeAnswer::Range(b"bytes")));
        let refused = RangeAnswer::refuse(Refusal::Busy, Some(250));
        assert_eq!(RangeAnswer::read(&refused), Ok(RangeAnswer::Refused { why: Refusal::Busy, retry_after_ms: Some(250) }));
        assert!(RangeAnswer::read(&[0xa0]).is_err());
        assert!(RangeAnswer::read(&vec![0; MAX_RANGE_ANSWER + 1]).is_err());
    }

    #[test]
    fn further_answers_go_with_the_first() {
        let refused = RangeAnswer::refuse(Refusal::Gone, None);
        let (mut range, at) = RangeAnswer::frame(5);
        range[at..].copy_from_slice(b"bytes");
        for first in [&range, &refused] {
            let all = RangeAnswer::with(first, &[refused.clone(), range.clone()]).unwrap();
            assert_eq!(RangeAnswer::read(&all), RangeAnswer::read(first), "whoever does not know further ones reads the first");
            let further: Vec<_> = RangeAnswer::further(&all).unwrap().into_iter().map(|bytes| RangeAnswer::read(bytes).unwrap()).collect();
            assert_eq!(further, [RangeAnswer::Refused { why: Refusal::Gone, retry_after_ms: None }, RangeAnswer::Range(b"bytes")]);
        }
        assert_eq!(RangeAnswer::further(&range), Ok(vec![]));
        assert!(RangeAnswer::with(&[0xff], &[]).is_err());
    }

    #[test]
    fn every_refusal_has_its_number() {
        for code in 0..50 {
            assert_eq!(Refusal::from_code(code).code(), code);
        }
    }
}

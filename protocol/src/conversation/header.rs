//! The header of a message: the part that is signed, chained and kept.

use minicbor::{Decode, Encode};

use crate::{
    cbor::{self, Malformed},
    id::{ConversationId, Digest, Ik, MemberId, NetworkId},
    limits::{MAX_BODY, MAX_HEADER, SALT_BYTES},
    membership::Membership,
    sign::{self, Checked, Kind, Opened, PublicKey, SecretKey, SignatureError},
    time::Timestamp,
};

/// Random bytes that go into a body's hash, so that the hash of a body drawn from few possible ones tells nothing once
/// body and salt are erased.
pub type Salt = [u8; SALT_BYTES];

/// Returns the salted hash of a body: SHA-256 over salt, then body.
pub fn body_hash(salt: &Salt, body: &[u8]) -> Digest {
    let mut salted = Vec::with_capacity(salt.len() + body.len());
    salted.extend_from_slice(salt);
    salted.extend_from_slice(body);
    Digest::of(&salted)
}

/// Who speaks in a conversation: a member, for one of its facilities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Party {
    /// The member, on whom the conversation hangs whatever its keys.
    #[n(0)]
    pub member: MemberId,
    /// The facility it speaks for.
    #[n(1)]
    pub facility: Ik,
}

/// A place in a chain: the message's number and the digest of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(array)]
pub struct Head {
    /// Counts from 0 within one author's chain of one conversation.
    #[n(0)]
    pub seq: u64,
    /// [`SignedHeader::digest`].
    #[n(1)]
    pub digest: Digest,
}

/// The signed part of a message. It names nobody but the two clinics.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// The conversation.
    #[n(0)]
    pub conversation: ConversationId,
    /// Who wrote it.
    #[n(1)]
    pub author: Party,
    /// For whom.
    #[n(2)]
    pub recipient: Party,
    /// Number in the author's chain, from 0.
    #[n(3)]
    pub seq: u64,
    /// Digest of the author's header before this one; absent in the first.
    #[n(4)]
    pub previous: Option<Digest>,
    /// The last message of the other chain that the author had taken in when writing this.
    #[n(5)]
    pub seen: Option<Head>,
    /// What the body is (`referral::Message::number`).
    #[n(6)]
    pub message: u16,
    /// [`body_hash`] of salt and body.
    #[n(7)]
    pub body: Digest,
    /// When it was written, by the author's clock; for people and evidence, never for order.
    #[n(8)]
    pub made_at: Timestamp,
    /// The author's restore epoch: raised after a restore from backup, so that a fork by an old backup is told from a lie.
    #[n(9)]
    pub epoch: u32,
}

/// A header is refused before it can count, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not validly signed.
    #[error("header: {0}")]
    Signature(#[from] SignatureError),
    /// Not the expected content.
    #[error("header: {0}")]
    Malformed(#[from] Malformed),
    /// The signer does not speak for the author.
    #[error("header signed by a key that is not {author}'s")]
    Signer {
        /// Whom the header names.
        author: MemberId,
    },
    /// The author does not speak for the facility it names, or talks to itself.
    #[error("{member} does not speak for facility {facility}")]
    Facility {
        /// The member.
        member: MemberId,
        /// The facility it named.
        facility: Ik,
    },
    /// Salt and body do not give the signed hash.
    #[error("the body is not the one that was signed")]
    Body,
    /// The body is longer than [`MAX_BODY`].
    #[error("a body of {size} bytes, at most {MAX_BODY} are allowed")]
    BodySize {
        /// Its size.
        size: usize,
    },
}

/// A header with the exact bytes it came in, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    /// The parsed content.
    pub header: Header,
    /// SHA-256 of the signed content: what chains, receipts and choices cite. (Not of the whole object, whose unsigned
    /// part anybody on the way could change.)
    pub digest: Digest,
    /// The key that signed.
    pub signer: PublicKey,
    /// The exact bytes, to store and pass on.
    pub bytes: Vec<u8>,
}

impl Header {
    /// Returns the header signed by the author's node.
    pub fn sign(self, network: &NetworkId, key: &SecretKey) -> SignedHeader {
        let payload = cbor::write(&self);
        let digest = Digest::of(&payload);
        SignedHeader { digest, signer: key.public(), bytes: sign::sign(network, Kind::Header, payload, key), header: self }
    }
}

impl SignedHeader {
    /// Verifies a header against the member list: signature, then the signer's right, then the content.
    ///
    /// # Errors
    /// [`HeaderError`].
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, HeaderError> {
        Self::open_checked(network, membership, bytes, &Checked::default())
    }

    /// Verifies a header as [`SignedHeader::open`] does; its signature may have been found to hold before.
    ///
    /// # Errors
    /// [`HeaderError`].
    pub fn open_checked(network: &NetworkId, membership: &Membership, bytes: &[u8], checked: &Checked) -> Result<Self, HeaderError> {
        let opened = checked.open(network, Kind::Header, bytes, MAX_HEADER)?;
        let opened = Self::of(opened, bytes, |key, member| membership.member_by_sign(key).is_some_and(|m| &m.id == member))?;
        let author = &opened.header.author;
        let speaks = membership.member(&author.member).is_some_and(|m| m.speaks_for(&author.facility));
        if !speaks || opened.header.author.member == opened.header.recipient.member {
            return Err(HeaderError::Facility { member: author.member.clone(), facility: author.facility.clone() });
        }
        Ok(opened)
    }

    /// Verifies a header where `may_sign` says which key may sign for which member (evidence checks against a document of then).
    ///
    /// # Errors
    /// [`HeaderError`].
    pub fn open_by(network: &NetworkId, bytes: &[u8], may_sign: impl Fn(&PublicKey, &MemberId) -> bool) -> Result<Self, HeaderError> {
        Self::of(sign::open(network, Kind::Header, bytes, MAX_HEADER)?, bytes, may_sign)
    }

    fn of(opened: Opened, bytes: &[u8], may_sign: impl Fn(&PublicKey, &MemberId) -> bool) -> Result<Self, HeaderError> {
        let header: Header = cbor::read(&opened.payload, MAX_HEADER)?;
        if !may_sign(&opened.signer, &header.author.member) {
            return Err(HeaderError::Signer { author: header.author.member });
        }
        Ok(Self { header, digest: Digest::of(&opened.payload), signer: opened.signer, bytes: bytes.to_vec() })
    }

    /// Returns a header this node verified before (read back from its own store).
    ///
    /// # Errors
    /// [`HeaderError`] if the bytes are not a signed header at all.
    pub fn trusted(bytes: &[u8]) -> Result<Self, HeaderError> {
        let opened = sign::reopen(bytes, MAX_HEADER)?;
        Ok(Self { header: cbor::read(&opened.payload, MAX_HEADER)?, digest: Digest::of(&opened.payload), signer: opened.signer, bytes: bytes.to_vec() })
    }

    /// Returns the message's place in its chain.
    pub fn head(&self) -> Head {
        Head { seq: self.header.seq, digest: self.digest }
    }

    /// Checks that this is the body whose hash was signed, before anything of it is parsed.
    ///
    /// # Errors
    /// [`HeaderError::BodySize`] and [`HeaderError::Body`].
    pub fn check_body(&self, salt: &Salt, body: &[u8]) -> Result<(), HeaderError> {
        if body.len() > MAX_BODY {
            return Err(HeaderError::BodySize { size: body.len() });
        }
        if body_hash(salt, body) == self.header.body { Ok(()) } else { Err(HeaderError::Body) }
    }
}

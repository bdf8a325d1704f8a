//! What a signed thing is: COSE_Sign1 (RFC 9052) with EdDSA, or COSE_Sign where several people must sign.
//!
//! The exact bytes are signed, stored and passed on; nothing is encoded anew to be verified. The external additional
//! data names the network and the kind of thing, so that a signature made for one purpose counts for no other.

mod ahead;
mod pem;
mod points;

use std::fmt;

pub use ahead::Checked;
use coset::{CborSerializable, CoseSign, CoseSign1, CoseSign1Builder, CoseSignBuilder, CoseSignatureBuilder, HeaderBuilder, TaggedCborSerializable, iana::Algorithm};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use minicbor::{Decode, Encode};

use crate::{
    cbor::{self, Malformed},
    id::NetworkId,
    limits::MAX_SIGNATURES,
    planted::{Bug, planted},
    remembered,
};

/// What a signature is for. The text enters the signed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A network document, signed by board keys.
    NetworkDocument,
    /// A suspension or its early end, signed by board keys.
    Suspension,
    /// A node's address record.
    Address,
    /// A department's free places.
    Capacity,
    /// A conversation header.
    Header,
    /// A receipt for a conversation header.
    Receipt,
    /// A signed statement that a body and its documents were erased.
    Erasure,
    /// A permission to fetch one document.
    Grant,
    /// A live answer to a capacity query.
    Confirmation,
    /// A manifest of an evidence bundle or backup.
    Manifest,
}

impl Kind {
    /// Returns the word that enters the signed bytes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NetworkDocument => "network-document",
            Self::Suspension => "suspension",
            Self::Address => "address",
            Self::Capacity => "capacity",
            Self::Header => "header",
            Self::Receipt => "receipt",
            Self::Erasure => "erasure",
            Self::Grant => "grant",
            Self::Confirmation => "confirmation",
            Self::Manifest => "manifest",
        }
    }
    /// Returns the external additional data: `verbund/1`, network and kind, separated by spaces (none of them holds a space).
    pub(in crate::sign) fn context(self, network: &NetworkId) -> Vec<u8> {
        format!("verbund/1 {network} {}", self.word()).into_bytes()
    }
}

/// A signed thing is not what it claims to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not the expected bytes at all.
    #[error("not a signed object: {0}")]
    Malformed(#[from] Malformed),
    /// The algorithm is not EdDSA.
    #[error("signed with another algorithm than EdDSA")]
    Algorithm,
    /// The key id is missing or not a public key.
    #[error("the signing key is missing or not an Ed25519 public key")]
    Key,
    /// A private key file is not PKCS#8 PEM with an Ed25519 key. What the file holds is not repeated.
    #[error("not a private Ed25519 key in PKCS#8 PEM (\"-----BEGIN PRIVATE KEY-----\")")]
    PrivateKey,
    /// The signature does not match bytes, network and kind.
    #[error("the signature does not match")]
    Mismatch,
}

/// An Ed25519 public key that is a point of the large subgroup; small-order keys cannot be made into one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "crate::id::Digest", into = "crate::id::Digest")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Returns the key held in `bytes`.
    ///
    /// # Errors
    /// [`SignatureError::Key`] if this is no valid point or one of small order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        remembered::point(bytes, || points::point(bytes).map(|key| key.to_bytes())).map(Self)
    }
    /// Returns the 32 bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// Checks `signature` over `message` strictly (no malleable encodings).
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        if planted(Bug::TrustSignatures) {
            return Ok(());
        }
        remembered::verdict(&self.0, message, signature, || verify(&points::point(&self.0)?, message, signature))
    }
}

fn verify(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Mismatch)?;
    key.verify_strict(message, &signature).map_err(|_| SignatureError::Mismatch)
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::id::Digest(self.0).fmt(f)
    }
}
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}
impl TryFrom<crate::id::Digest> for PublicKey {
    type Error = SignatureError;
    fn try_from(bytes: crate::id::Digest) -> Result<Self, SignatureError> {
        Self::from_bytes(&bytes.0)
    }
}
impl From<PublicKey> for crate::id::Digest {
    fn from(key: PublicKey) -> Self {
        Self(key.0)
    }
}
impl<C> Encode<C> for PublicKey {
    fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}
impl<'b, C> Decode<'b, C> for PublicKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        Self::from_bytes(d.bytes()?).map_err(|error| minicbor::decode::Error::custom(error).at(at))
    }
}

/// A private signing key. It is wiped from memory when dropped and shows only its public half.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Returns the key with this seed; the caller draws the seed from a secure random source.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }
    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
    /// Returns the seed, for writing the key to its file.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }
    /// Returns the 64-byte signature over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        remembered::signature(self.0.verifying_key().as_bytes(), message, || self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(public {})", self.public())
    }
}

/// The opened parts of a COSE_Sign1: who signed which bytes. The payload is still to be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The key that signed.
    pub signer: PublicKey,
    /// The exact signed bytes.
    pub payload: Vec<u8>,
}

/// Returns `payload` signed by `key` as a tagged COSE_Sign1 whose key id is the public key.
pub fn sign(network: &NetworkId, kind: Kind, payload: Vec<u8>, key: &SecretKey) -> Vec<u8> {
    let protected = HeaderBuilder::new().algorithm(Algorithm::EdDSA).key_id(key.public().as_bytes().to_vec()).build();
    CoseSign1Builder::new()
        .protected(protected)
        .payload(payload)
        .create_signature(&kind.context(network), |message| key.sign(message).to_vec())
        .build()
        .to_tagged_vec()
        .expect("writing to memory does not fail")
}

/// Returns who claims to have signed, without verifying: to look the signer up before spending time on the signature.
///
/// # Errors
/// [`SignatureError`] if the bytes are no signed object or longer than `limit`.
pub fn claimed_signer(bytes: &[u8], limit: usize) -> Result<PublicKey, SignatureError> {
    parse(bytes, limit).and_then(|sign1| key_of(&sign1.protected.header))
}

/// Verifies a COSE_Sign1 of at most `limit` bytes and returns what was signed and by which key. Whether that key may sign
/// this is the caller's question, asked before the payload is parsed.
///
/// # Errors
/// [`SignatureError`] names what does not hold.
pub fn open(network: &NetworkId, kind: Kind, bytes: &[u8], limit: usize) -> Result<Opened, SignatureError> {
    let sign1 = parse(bytes, limit)?;
    let key: [u8; 32] = sign1.protected.header.key_id.as_slice().try_into().map_err(|_| SignatureError::Key)?;
    sign1.verify_signature(&kind.context(network), |signature, message| remembered::verdict(&key, message, signature, || verify(&points::point(&key)?, message, signature)))?;
    let signer = PublicKey(key);
    let payload = sign1.payload.ok_or(SignatureError::Malformed(Malformed::Shape("no payload".into())))?;
    Ok(Opened { signer, payload })
}

/// Returns the parts of a COSE_Sign1 that was verified before and comes back from the node's own store. Nothing is verified, the key
/// neither: working a point out costs as much as half a signature.
///
/// # Errors
/// [`SignatureError`] if the bytes are no signed object or longer than `limit`.
pub fn reopen(bytes: &[u8], limit: usize) -> Result<Opened, SignatureError> {
    let sign1 = parse(bytes, limit)?;
    let signer = PublicKey(sign1.protected.header.key_id.as_slice().try_into().map_err(|_| SignatureError::Key)?);
    let payload = sign1.payload.ok_or(SignatureError::Malformed(Malformed::Shape("no payload".into())))?;
    Ok(Opened { signer, payload })
}

fn parse(bytes: &[u8], limit: usize) -> Result<CoseSign1, SignatureError> {
    cbor::check(bytes, limit)?;
    let sign1 = CoseSign1::from_tagged_slice(bytes).map_err(|error| Malformed::Shape(error.to_string()))?;
    eddsa(&sign1.protected.header)?;
    Ok(sign1)
}

fn eddsa(header: &coset::Header) -> Result<(), SignatureError> {
    let wanted = coset::RegisteredLabelWithPrivate::Assigned(Algorithm::EdDSA);
    if header.alg == Some(wanted) && header.crit.is_empty() { Ok(()) } else { Err(SignatureError::Algorithm) }
}

fn key_of(header: &coset::Header) -> Result<PublicKey, SignatureError> {
    PublicKey::from_bytes(&header.key_id)
}

/// A payload with any number of signatures (COSE_Sign, tagged), for what a board decides.
#[derive(Clone, Debug)]
pub struct MultiSigned(CoseSign);

impl MultiSigned {
    /// Returns `payload` without any signature yet.
    pub fn new(payload: Vec<u8>) -> Self {
        Self(CoseSignBuilder::new().payload(payload).build())
    }
    /// Returns the object in `bytes`, at most `limit` long. Nothing is verified yet.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`].
    pub fn read(bytes: &[u8], limit: usize) -> Result<Self, SignatureError> {
        cbor::check(bytes, limit)?;
        let sign = CoseSign::from_tagged_slice(bytes).map_err(|error| Malformed::Shape(error.to_string()))?;
        if sign.payload.is_none() {
            return Err(Malformed::Shape("no payload".into()).into());
        }
        if sign.signatures.len() > MAX_SIGNATURES {
            return Err(Malformed::Shape(format!("more than {MAX_SIGNATURES} signatures")).into());
        }
        Ok(Self(sign))
    }
    /// Returns the bytes to store and send.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.clone().to_tagged_vec().expect("writing to memory does not fail")
    }
    /// Returns the exact signed bytes.
    pub fn payload(&self) -> &[u8] {
        self.0.payload.as_deref().unwrap_or_default()
    }
    /// Adds a signature by `key`; one that is already there is replaced.
    pub fn add_signature(&mut self, network: &NetworkId, kind: Kind, key: &SecretKey) {
        let public = key.public();
        self.0.signatures.retain(|signature| signature.protected.header.key_id != public.as_bytes());
        let protected = HeaderBuilder::new().algorithm(Algorithm::EdDSA).key_id(public.as_bytes().to_vec()).build();
        let signature = CoseSignatureBuilder::new().protected(protected).build();
        let built = CoseSign { protected: self.0.protected.clone(), unprotected: self.0.unprotected.clone(), payload: self.0.payload.clone(), signatures: vec![] };
        let message = built.tbs_data(&kind.context(network), &signature);
        self.0.signatures.push(coset::CoseSignature { signature: key.sign(&message).to_vec(), ..signature });
    }
    /// Returns the keys among `allowed` whose signature over this payload holds, each once, in the order of `allowed`.
    pub fn signers(&self, network: &NetworkId, kind: Kind, allowed: &[PublicKey]) -> Vec<PublicKey> {
        self.valid(network, kind, allowed).into_iter().map(|(key, _)| key).collect()
    }
    /// Returns each key with the position of a signature of it that holds.
    fn valid(&self, network: &NetworkId, kind: Kind, allowed: &[PublicKey]) -> Vec<(PublicKey, usize)> {
        let context = kind.context(network);
        let holds = |key: &PublicKey| {
            self.0.signatures.iter().enumerate().position(|(which, signature)| {
                signature.protected.header.key_id == key.as_bytes()
                    && eddsa(&signature.protected.header).is_ok()
                    && self.0.verify_signature(which, &context, |sig, message| key.verify(message, sig)).is_ok()
            })
        };
        let mut found: Vec<(PublicKey, usize)> = Vec::new();
        for key in allowed {
            if !found.iter().any(|(earlier, _)| earlier == key) {
                found.extend(holds(key).map(|which| (*key, which)));
            }
        }
        found
    }
    /// Takes the signatures of another copy that are not attached here yet, valid or not.
    pub fn take_signatures(&mut self, other: &Self) {
        for signature in &other.0.signatures {
            if !self.0.signatures.iter().any(|mine| mine.protected.header.key_id == signature.protected.header.key_id) {
                self.0.signatures.push(signature.clone());
            }
        }
    }
    /// Drops every signature but one valid one for each key among `allowed`, in their order. Returns those keys.
    pub fn keep_valid(&mut self, network: &NetworkId, kind: Kind, allowed: &[PublicKey]) -> Vec<PublicKey> {
        let found = self.valid(network, kind, allowed);
        self.0.signatures = found.iter().map(|(_, which)| self.0.signatures[*which].clone()).collect();
        found.into_iter().map(|(key, _)| key).collect()
    }
    /// Returns how many signatures are attached, valid or not.
    pub fn attached(&self) -> usize {
        self.0.signatures.len()
    }
}

// Used by `to_bytes`; named here so that the untagged form is never written by mistake.
const _: fn(CoseSign1) -> coset::Result<Vec<u8>> = CborSerializable::to_vec;

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> NetworkId {
        "test".parse().unwrap()
    }

    #[test]
    fn a_signature_counts_for_its_network_and_kind_only() {
        let key = SecretKey::from_seed(&[7; 32]);
        let bytes = sign(&network(), Kind::Capacity, b"payload".to_vec(), &key);
        let opened = open(&network(), Kind::Capacity, &bytes, 1000).unwrap();
        assert_eq!(opened, Opened { signer: key.public(), payload: b"payload".to_vec() });
        assert_eq!(open(&network(), Kind::Address, &bytes, 1000), Err(SignatureError::Mismatch));
        assert_eq!(open(&"other".parse().unwrap(), Kind::Capacity, &bytes, 1000), Err(SignatureError::Mismatch));
        let mut forged = bytes.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(open(&network(), Kind::Capacity, &forged, 1000), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_key_is_shown_as_its_bytes_in_hexadecimal() {
        let key = SecretKey::from_seed(&[7; 32]).public();
        let digits: String = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((key.to_string(), format!("{key:?}")), (digits.clone(), format!("PublicKey({digits})")));
    }

    #[test]
    fn small_order_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(SignatureError::Key));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(SignatureError::Key));
    }

    #[test]
    fn several_people_sign_and_each_counts_once() {
        let keys: Vec<_> = (1..=3).map(|seed| SecretKey::from_seed(&[seed; 32])).collect();
        let allowed: Vec<_> = keys.iter().map(SecretKey::public).collect();
        let mut signed = MultiSigned::new(b"document".to_vec());
        for key in [&keys[0], &keys[0], &keys[2]] {
            signed.add_signature(&network(), Kind::NetworkDocument, key);
        }
        let read = MultiSigned::read(&signed.to_bytes(), 10_000).unwrap();
        assert_eq!(read.attached(), 2);
        assert_eq!(read.signers(&network(), Kind::NetworkDocument, &allowed), vec![allowed[0], allowed[2]]);
        assert_eq!(read.signers(&network(), Kind::Suspension, &allowed), vec![]);
        assert_eq!(read.signers(&network(), Kind::NetworkDocument, &[allowed[0], allowed[0]]), vec![allowed[0]]);
    }
}

//! Documents: what travels beside a referral, and what each side must know to keep it safe.
//!
//! A document is encrypted once, when it is added, under a key of its own ([`DocumentKey`], [`segment`]). What is stored,
//! sent and verified is the ciphertext, named by its BLAKE3 root. A [`Manifest`] says what it is, a [`Grant`] lets one
//! member fetch it until a moment, and ranges of it are asked for and answered one by one ([`range`]). Manifest and key
//! travel only inside a [`DocumentOffer`], within the body of an identified message; erasing the key erases the document.

pub mod grant;
pub mod kdl;
pub mod key;
pub mod range;
pub mod segment;

use minicbor::{Decode, Encode, bytes::ByteVec};

pub use grant::{Ask, Grant, GrantError};
pub use key::DocumentKey;
pub use range::{Further, RangeAnswer, RangeRequest, Refusal};

use crate::{
    id::{DocumentRoot, KdlCode},
    limits::{DOCUMENT_SEGMENT, MAX_DOCUMENT, MAX_DOCUMENT_TITLE, MAX_MEDIA_TYPE},
    time::Timestamp,
};

/// What a document is. Type and title are identified data: a manifest leaves the clinic only inside a [`DocumentOffer`].
#[derive(Clone, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Manifest {
    /// BLAKE3 root over the ciphertext.
    #[n(0)]
    pub root: DocumentRoot,
    /// Bytes of ciphertext.
    #[n(1)]
    pub cipher_size: u64,
    /// Bytes of plaintext.
    #[n(2)]
    pub plain_size: u64,
    /// Bytes of plaintext in one segment; version 1 knows [`DOCUMENT_SEGMENT`] alone.
    #[n(3)]
    pub segment: u32,
    /// What kind of document, after the KDL.
    #[n(4)]
    pub kind: KdlCode,
    /// Media type found in the first bytes when it was added, such as `application/pdf`.
    #[n(5)]
    pub media_type: String,
    /// What people call it.
    #[n(6)]
    pub title: String,
    /// When it was added, by the adding node's clock.
    #[n(7)]
    pub created_at: Timestamp,
    /// The document this one is a newer version of.
    #[n(8)]
    pub replaces: Option<DocumentRoot>,
}

/// A manifest contradicts itself or breaks a bound. What it says is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Empty or too large.
    #[error("a document has 1 to {MAX_DOCUMENT} bytes")]
    Size,
    /// The sizes do not belong together.
    #[error("the manifest's sizes of plaintext and ciphertext do not belong together")]
    Sizes,
    /// Another segment size than this version knows.
    #[error("the document is cut into segments of another size than {DOCUMENT_SEGMENT} bytes; a newer version may read it")]
    Segment,
    /// Not a media type.
    #[error("a media type is written as type/subtype in small letters, at most {MAX_MEDIA_TYPE} bytes")]
    MediaType,
    /// Title empty, too long, or with control characters.
    #[error("a title is one line of 1 to {MAX_DOCUMENT_TITLE} bytes")]
    Title,
}

impl Manifest {
    /// Checks that the manifest is within bounds and agrees with itself. Whoever takes one from outside calls this first.
    ///
    /// # Errors
    /// [`ManifestError`] names the first fault.
    pub fn check(&self) -> Result<(), ManifestError> {
        if self.plain_size == 0 || self.plain_size > MAX_DOCUMENT {
            return Err(ManifestError::Size);
        }
        if self.segment as usize != DOCUMENT_SEGMENT {
            return Err(ManifestError::Segment);
        }
        if self.cipher_size != segment::cipher_size(self.plain_size) {
            return Err(ManifestError::Sizes);
        }
        if !is_media_type(&self.media_type) {
            return Err(ManifestError::MediaType);
        }
        if is_title(&self.title) { Ok(()) } else { Err(ManifestError::Title) }
    }
}

impl std::fmt::Debug for Manifest {
    /// Leaves out type and title: they say something about a person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manifest").field("root", &self.root).field("plain_size", &self.plain_size).finish_non_exhaustive()
    }
}

/// Returns whether `text` may be a document's title: one line, trimmed, 1 to [`MAX_DOCUMENT_TITLE`] bytes.
pub fn is_title(text: &str) -> bool {
    (1..=MAX_DOCUMENT_TITLE).contains(&text.len()) && text.trim() == text && !text.chars().any(char::is_control)
}

/// Returns whether `text` is a media type as written here: `type/subtype`, no parameters, at most [`MAX_MEDIA_TYPE`] bytes.
pub fn is_media_type(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    text.len() <= MAX_MEDIA_TYPE && text.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

/// Everything the recipient needs to fetch and read one document. It stands only in the erasable body of an identified message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentOffer {
    /// What it is.
    #[n(0)]
    pub manifest: Manifest,
    /// The signed [`Grant`].
    #[n(1)]
    pub grant: ByteVec,
    /// What decrypts it.
    #[n(2)]
    pub key: DocumentKey,
}

/// An offer is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The manifest.
    #[error("document offer: {0}")]
    Manifest(#[from] ManifestError),
    /// The grant.
    #[error("document offer: {0}")]
    Grant(#[from] GrantError),
    /// Manifest and grant speak of different documents.
    #[error("document offer: the grant is for another document than the manifest")]
    Mismatch,
}

impl DocumentOffer {
    /// Checks an offer that came in a verified message of its giver and returns its grant ([`Grant::enclosed`]). Whether the grant names the
    /// reader, the sender and the conversation it came in is the caller's question.
    ///
    /// # Errors
    /// [`OfferError`].
    pub fn open(&self, membership: &crate::membership::Membership) -> Result<Grant, OfferError> {
        self.manifest.check()?;
        let grant = Grant::enclosed(membership, &self.grant)?;
        let same = grant.root == self.manifest.root && grant.size == self.manifest.cipher_size;
        if same { Ok(grant) } else { Err(OfferError::Mismatch) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            root: DocumentRoot([1; 32]),
            cipher_size: segment::cipher_size(100_000),
            plain_size: 100_000,
            segment: DOCUMENT_SEGMENT as u32,
            kind: "AD010115".parse().unwrap(),
            media_type: "application/pdf".into(),
            title: "Entlassungsbericht".into(),
            created_at: Timestamp::from_secs(1),
            replaces: None,
        }
    }

    #[test]
    fn each_bound_of_a_manifest_is_checked() {
        assert_eq!(manifest().check(), Ok(()));
        let with = |change: fn(&mut Manifest)| {
            let mut changed = manifest();
            change(&mut changed);
            changed.check()
        };
        assert_eq!(with(|m| m.plain_size = 0), Err(ManifestError::Size));
        assert_eq!(with(|m| m.plain_size = MAX_DOCUMENT + 1), Err(ManifestError::Size));
        assert_eq!(with(|m| m.cipher_size += 1), Err(ManifestError::Sizes));
        assert_eq!(with(|m| m.segment *= 2), Err(ManifestError::Segment));
        assert_eq!(with(|m| m.media_type = "Text/HTML; x".into()), Err(ManifestError::MediaType));
        assert_eq!(with(|m| m.title = "a\nb".into()), Err(ManifestError::Title));
        assert_eq!(with(|m| m.title = "x".repeat(MAX_DOCUMENT_TITLE + 1)), Err(ManifestError::Title));
    }

    #[test]
    fn nothing_about_a_person_is_shown_by_debug() {
        let shown = format!("{:?}", manifest());
        assert!(!shown.contains("Entlassung") && !shown.contains("AD010115"), "{shown}");
        assert!(shown.contains(&manifest().root.to_string()) && shown.contains("100000"), "which document is shown: {shown}");
    }
}

//! The network document: TUF's root and X-Road's global configuration in one signed object.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};

use crate::{
    cbor::{self, Malformed},
    id::{Digest, Ik, MemberId, NetworkId, NodeId},
    limits::{
        MAX_ADDRESS_TEXT, MAX_AUTHORITIES, MAX_BOARD_KEYS, MAX_BOOTSTRAP, MAX_CATALOGUES, MAX_CERTIFICATE, MAX_FACILITIES, MAX_FORMER_SIGN_KEYS, MAX_MEMBERS, MAX_NAME,
        MAX_NETWORK_DOCUMENT, MAX_NODES_PER_MEMBER,
    },
    sign::{Kind, MultiSigned, PublicKey, SignatureError},
    time::Timestamp,
};

/// What the board agreed on: who belongs, until when, and who decides next.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NetworkDocument {
    /// The network this is for.
    #[n(0)]
    pub network: NetworkId,
    /// Counts from 1; a higher version replaces a lower one.
    #[n(1)]
    pub version: u64,
    /// When the board made it, for people. A document counts as soon as it is held: versions decide, not clocks, so that a
    /// clock gone wrong cannot bring an older one back.
    #[n(2)]
    pub valid_from: Timestamp,
    /// End of validity; graded consequences follow (see [`super::Freshness`]).
    #[n(3)]
    pub valid_until: Timestamp,
    /// Keys that may sign the next document and suspensions.
    #[n(4)]
    pub board: Vec<PublicKey>,
    /// How many of them must sign.
    #[n(5)]
    pub threshold: u8,
    /// DER of the authority certificates under which members' certificates are issued.
    #[cbor(n(6), with = "cbor::byte_strings")]
    pub authorities: Vec<Vec<u8>>,
    /// The members. Who is not here is not a member.
    #[n(7)]
    pub members: Vec<Member>,
    /// Addresses to try when no other is known, as multiaddr text.
    #[n(8)]
    pub bootstrap: Vec<String>,
    /// The lowest protocol version a node may speak.
    #[n(9)]
    pub min_protocol: u16,
    /// Versions of the code lists in force, name and version, for example `("ahb", 2025)`.
    #[n(10)]
    pub catalogues: Vec<(String, u32)>,
}

/// One member: an owner, with its facilities and nodes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Member {
    /// The member's id.
    #[n(0)]
    pub id: MemberId,
    /// The member's name as people write it.
    #[n(1)]
    pub name: String,
    /// Facilities it speaks for.
    #[n(2)]
    pub facilities: Vec<Facility>,
    /// Nodes that speak for it.
    #[n(3)]
    pub nodes: Vec<Node>,
    /// Whether its nodes relay for members without an inbound port.
    #[n(4)]
    pub relay: bool,
    /// What it does in the network.
    #[n(5)]
    pub roles: Vec<Role>,
}

/// A site of care with its own Institutionskennzeichen.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Facility {
    /// Institutionskennzeichen.
    #[n(0)]
    pub ik: Ik,
    /// Name as people write it.
    #[n(1)]
    pub name: String,
    /// Standortnummer (77…), where it has one.
    #[n(2)]
    pub site: Option<u32>,
    /// What kind of care.
    #[n(3)]
    pub kind: FacilityKind,
    /// Latitude in micro-degrees (WGS 84).
    #[n(4)]
    pub latitude: i32,
    /// Longitude in micro-degrees (WGS 84).
    #[n(5)]
    pub longitude: i32,
    /// Place name for people.
    #[n(6)]
    pub place: String,
}

/// What kind of care a facility gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum FacilityKind {
    /// Acute hospital.
    #[n(0)]
    Acute,
    /// Rehabilitation clinic.
    #[n(1)]
    Rehab,
    /// Both under one IK.
    #[n(2)]
    Both,
}

/// What a member does in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Role {
    /// Sends and receives patients.
    #[n(0)]
    Clinic,
    /// Sees public records only and may not open conversations (for example the cooperative's own monitoring node).
    #[n(1)]
    Observer,
}

/// One node of a member: its two public keys. The keys themselves stand here, not hashes of them (a key is as short as
/// its hash), so that evidence verifies from the bundle and this document alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Node {
    /// The node's name within the member.
    #[n(0)]
    pub id: NodeId,
    /// TLS key; also the libp2p identity.
    #[n(1)]
    pub auth: PublicKey,
    /// Evidence key.
    #[n(2)]
    pub sign: PublicKey,
    /// Sign keys this node had before, still good for what they signed then.
    #[n(3)]
    pub former_sign: Vec<PublicKey>,
}

/// A document is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not a document at all.
    #[error("not a network document: {0}")]
    Malformed(#[from] Malformed),
    /// The signed wrapper does not hold.
    #[error("not a signed network document: {0}")]
    Signature(#[from] SignatureError),
    /// For another network.
    #[error("this document is for network {found}, this node belongs to {wanted}")]
    OtherNetwork {
        /// What it names.
        found: NetworkId,
        /// What was expected.
        wanted: NetworkId,
    },
    /// Too few valid board signatures.
    #[error("document version {version} has {valid} valid signatures of the {board} board, {needed} are needed")]
    TooFewSignatures {
        /// The document's version.
        version: u64,
        /// How many signatures hold.
        valid: usize,
        /// How many are needed.
        needed: u8,
        /// Whose signatures were counted: `current`, `next` or `previous`.
        board: &'static str,
    },
    /// Older than what is held: a replay.
    #[error("document version {found} is older than version {held} held here")]
    Older {
        /// The version offered.
        found: u64,
        /// The version held.
        held: u64,
    },
    /// Same version, other content: the board contradicted itself. The held one stays.
    #[error("two different documents carry version {version}; the one held stays, tell the cooperative")]
    Contradiction {
        /// The version both carry.
        version: u64,
    },
    /// Keys changed in between; the versions that changed them come first.
    #[error("board keys changed between version {held} and {found}; the versions between are needed first")]
    Gap {
        /// The version held.
        held: u64,
        /// The version offered.
        found: u64,
    },
    /// The content breaks a rule.
    #[error("network document: {0}")]
    Content(String),
}

/// A network document with the exact bytes it came in.
#[derive(Clone, Debug)]
pub struct SignedDocument {
    /// The parsed content.
    pub document: NetworkDocument,
    bytes: Vec<u8>,
    signed: MultiSigned,
    digest: Digest,
}

impl SignedDocument {
    /// Parses and checks everything but who signed.
    ///
    /// # Errors
    /// [`DocumentError`] for wrong bytes, another network, or content that breaks a rule.
    pub fn read(network: &NetworkId, bytes: &[u8]) -> Result<Self, DocumentError> {
        let signed = MultiSigned::read(bytes, MAX_NETWORK_DOCUMENT)?;
        let document: NetworkDocument = cbor::read(signed.payload(), MAX_NETWORK_DOCUMENT)?;
        if &document.network != network {
            return Err(DocumentError::OtherNetwork { found: document.network, wanted: network.clone() });
        }
        document.check().map_err(DocumentError::Content)?;
        // Every greeting and comparison names it, and the document of a large network has many pages.
        let digest = Digest::of(signed.payload());
        Ok(Self { document, bytes: bytes.to_vec(), signed, digest })
    }

    /// Accepts the first document a node ever sees. It must carry its own board's threshold; that it is the right board is
    /// what the person who runs `verbund join` compares (the fingerprint of [`NetworkDocument::board_fingerprint`]).
    ///
    /// # Errors
    /// [`DocumentError::TooFewSignatures`].
    pub fn accept_first(&self) -> Result<(), DocumentError> {
        self.signed_by(&self.document, "current")
    }

    /// Accepts this document as the successor of `held`.
    ///
    /// Returns whether it is news: false for the very same bytes' content.
    ///
    /// # Errors
    /// [`DocumentError`] names why `held` stays.
    pub fn accept_after(&self, held: &Self) -> Result<bool, DocumentError> {
        let (found, now) = (self.document.version, held.document.version);
        if found < now {
            return Err(DocumentError::Older { found, held: now });
        }
        if found == now {
            // A copy with one more signature is the same decision.
            return if self.signed.payload() == held.signed.payload() { Ok(false) } else { Err(self.contradiction(held)) };
        }
        if self.document.same_board(&held.document) {
            self.signed_by(&held.document, "current")?;
            return Ok(true);
        }
        let by_current = self.signed_by(&held.document, "current");
        if by_current.is_err() && found > now + 1 {
            return Err(DocumentError::Gap { held: now, found });
        }
        by_current?;
        self.signed_by(&self.document, "next")?;
        Ok(true)
    }

    /// Only a properly signed second document is a contradiction; anything else is a forgery.
    fn contradiction(&self, held: &Self) -> DocumentError {
        match self.signed_by(&held.document, "current") {
            Ok(()) => DocumentError::Contradiction { version: self.document.version },
            Err(error) => error,
        }
    }

    /// Checks that the threshold of `by`'s board signed this document. `board` names that board in the error.
    pub(super) fn signed_by(&self, by: &NetworkDocument, board: &'static str) -> Result<(), DocumentError> {
        let valid = self.signed.signers(&self.document.network, Kind::NetworkDocument, &by.board).len();
        if valid >= usize::from(by.threshold) { Ok(()) } else { Err(DocumentError::TooFewSignatures { version: self.document.version, valid, needed: by.threshold, board }) }
    }

    /// Returns the keys of `board` whose signatures hold.
    pub fn signers(&self, board: &[PublicKey]) -> Vec<PublicKey> {
        self.signed.signers(&self.document.network, Kind::NetworkDocument, board)
    }
    /// Returns the exact bytes, to store and send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
    /// Returns the hash of what was signed: equal for copies that differ in signatures only.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl NetworkDocument {
    /// Returns the member with this id.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|member| &member.id == id)
    }
    /// Returns whether both documents have the same board keys, in whatever order, and the same threshold.
    pub fn same_board(&self, other: &Self) -> bool {
        let keys = |document: &Self| document.board.iter().copied().collect::<BTreeSet<_>>();
        self.threshold == other.threshold && keys(self) == keys(other)
    }
    /// Returns a fingerprint of board keys and threshold, to be compared by people at `verbund join`.
    pub fn board_fingerprint(&self) -> Digest {
        let mut keys = self.board.clone();
        keys.sort();
        Digest::of(&cbor::write(&(self.network.clone(), keys, self.threshold)))
    }
    /// Checks the rules within one document.
    ///
    /// # Errors
    /// Says which rule is broken.
    pub fn check(&self) -> Result<(), String> {
        ensure(self.version >= 1, || "version starts at 1".into())?;
        ensure(self.valid_from < self.valid_until, || "it ends before it begins".into())?;
        ensure(!self.board.is_empty() && self.board.len() <= MAX_BOARD_KEYS, || format!("{} board keys, 1 to {MAX_BOARD_KEYS} are allowed", self.board.len()))?;
        ensure(distinct(self.board.iter()), || "a board key is listed twice".into())?;
        let threshold = usize::from(self.threshold);
        ensure(threshold >= 1 && threshold <= self.board.len(), || format!("threshold {threshold} of {} board keys", self.board.len()))?;
        ensure(self.authorities.len() <= MAX_AUTHORITIES, || format!("{} authorities, at most {MAX_AUTHORITIES} are allowed", self.authorities.len()))?;
        ensure(self.authorities.iter().all(|der| der.len() <= MAX_CERTIFICATE), || format!("an authority certificate is longer than {MAX_CERTIFICATE} bytes"))?;
        ensure(self.bootstrap.len() <= MAX_BOOTSTRAP, || format!("{} bootstrap addresses, at most {MAX_BOOTSTRAP} are allowed", self.bootstrap.len()))?;
        ensure(self.catalogues.len() <= MAX_CATALOGUES, || format!("{} code lists, at most {MAX_CATALOGUES} are allowed", self.catalogues.len()))?;
        ensure(self.members.len() <= MAX_MEMBERS, || format!("{} members, at most {MAX_MEMBERS} are allowed", self.members.len()))?;
        ensure(self.bootstrap.iter().all(|address| address.len() <= MAX_ADDRESS_TEXT), || "a bootstrap address is too long".into())?;
        ensure(distinct(self.members.iter().map(|m| &m.id)), || "a member is listed twice".into())?;
        ensure(distinct(self.members.iter().flat_map(|m| &m.facilities).map(|f| &f.ik)), || "a facility (IK) belongs to two members or is listed twice".into())?;
        let nodes = || self.members.iter().flat_map(|m| &m.nodes);
        ensure(distinct(nodes().flat_map(|n| [n.auth, n.sign].into_iter().chain(n.former_sign.iter().copied()))), || "a node key is listed twice".into())?;
        self.members.iter().try_for_each(Member::check)
    }
}

impl Member {
    fn check(&self) -> Result<(), String> {
        let id = &self.id;
        ensure(is_name(&self.name), || format!("member {id}: {NAME_RULE}"))?;
        ensure(self.facilities.iter().all(|f| is_name(&f.name) && is_name(&f.place)), || format!("member {id}, name or place of a facility: {NAME_RULE}"))?;
        let former = |node: &Node| node.former_sign.len() <= MAX_FORMER_SIGN_KEYS;
        ensure(self.nodes.iter().all(former), || format!("member {id}: a node has more than {MAX_FORMER_SIGN_KEYS} former sign keys"))?;
        ensure(self.facilities.len() <= MAX_FACILITIES, || format!("member {id}: more than {MAX_FACILITIES} facilities"))?;
        ensure(self.nodes.len() <= MAX_NODES_PER_MEMBER, || format!("member {id}: more than {MAX_NODES_PER_MEMBER} nodes"))?;
        ensure(distinct(self.nodes.iter().map(|n| &n.id)), || format!("member {id}: a node is listed twice"))?;
        let on_earth = |f: &Facility| f.latitude.unsigned_abs() <= 90_000_000 && f.longitude.unsigned_abs() <= 180_000_000;
        ensure(self.facilities.iter().all(on_earth), || format!("member {id}: a facility's coordinates are not on Earth"))
    }
    /// Returns whether `key` is or was one of this member's sign keys.
    pub fn signs_with(&self, key: &PublicKey) -> bool {
        self.nodes.iter().any(|node| &node.sign == key || node.former_sign.contains(key))
    }
    /// Returns whether the member speaks for the facility.
    pub fn speaks_for(&self, ik: &Ik) -> bool {
        self.facilities.iter().any(|facility| &facility.ik == ik)
    }
}

const NAME_RULE: &str = "a name has 1 to 200 bytes and no control characters";

/// Names are shown on terminals and pages, so they hold nothing that could steer one.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

//! What can be wrong with a node's identity.

use std::{io, path::PathBuf};

use verbund_protocol::{
    certificate::{CertificateError, Purpose},
    id::Digest,
    membership::DocumentError,
    sign::SignatureError,
    time::Timestamp,
};

/// A node's keys, certificates or network document cannot be used. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// `read` or `write`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file would be overwritten.
    #[error("{} exists already and is not overwritten: this node has been founded before; choose another folder for a new node", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A private key that others may read.
    #[error("{} is open to others (mode {mode:03o}): run chmod 600 on it, and if anyone may have read it, ask the cooperative to replace the key", path.display())]
    Permissions {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A key file holds no key.
    #[error("cannot use key file {}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SignatureError,
    },
    /// A request could not be made.
    #[error("cannot make the certificate request")]
    Request(#[from] rcgen::Error),
    /// The node has keys but no papers yet.
    #[error("this node has not joined yet (no network document in {}): send its two .csr files to the cooperative, then run `verbund join` with what comes back", dir.display())]
    NotJoined {
        /// The identity folder.
        dir: PathBuf,
    },
    /// A first join lacks a paper.
    #[error("a first join needs --{0} too")]
    Needs(&'static str),
    /// A file is not a certificate in PEM.
    #[error("{} is not a certificate in PEM (\"-----BEGIN CERTIFICATE-----\")", path.display())]
    NotPem {
        /// Which file.
        path: PathBuf,
    },
    /// A certificate is refused.
    #[error("certificate {} is refused", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// This node's own certificate is not valid now.
    #[error("this node's {purpose} certificate cannot be used")]
    Validity {
        /// Which one.
        purpose: Purpose,
        /// Why.
        source: CertificateError,
    },
    /// A certificate for another node.
    #[error("certificate {} is for {found}, this node is {wanted}", path.display())]
    OtherNode {
        /// Which file.
        path: PathBuf,
        /// Whom it names.
        found: String,
        /// Who this node is.
        wanted: String,
    },
    /// A certificate over another key.
    #[error("certificate {} does not belong to this node's {purpose} key; ask for one with this node's own {purpose}.csr", path.display())]
    OtherKey {
        /// Which file.
        path: PathBuf,
        /// Which key.
        purpose: Purpose,
    },
    /// A certificate that was issued before the one held.
    #[error("certificate {} was issued before the one this node has (valid from {held}); an older one is not taken", path.display())]
    OlderCertificate {
        /// Which file.
        path: PathBuf,
        /// Begin of the one held.
        held: Timestamp,
    },
    /// The network document is refused.
    #[error("network document {} is refused", path.display())]
    Document {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: DocumentError,
    },
    /// The issuing certificate handed over is not one of the document's.
    #[error("authority certificate {} is not among those in the network document; one of the two is not the cooperative's", path.display())]
    OtherAuthority {
        /// Which file.
        path: PathBuf,
    },
    /// The board is not the one that the person was told.
    #[error("the board's fingerprint is {found}, not {wanted}: this network document is not the cooperative's; nothing was stored")]
    OtherBoard {
        /// What the document says.
        found: Digest,
        /// What was expected.
        wanted: Digest,
    },
    /// The document does not list this node with these keys.
    #[error("network document {version} does not list {name} with these keys; the cooperative has to admit the node and publish that first")]
    NotListed {
        /// The document's version.
        version: u64,
        /// This node.
        name: String,
    },
}

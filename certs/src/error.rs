//! What can go wrong in the cooperative's office.

use std::{io, path::PathBuf};

use verbund_protocol::{
    certificate::{CertificateError, Purpose},
    id::{MemberId, NetworkId},
    membership::{DocumentError, SuspensionError},
    sign::SignatureError,
};

/// An act of the authority is refused or failed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// `read`, `write` or `create`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file would be overwritten.
    #[error("{} exists already; nothing is overwritten, name another place or move it away", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// The directory is no authority's.
    #[error("{} holds no authority (no {missing}); found one with `verbund-authority init` or name its directory with --dir", dir.display())]
    NoAuthority {
        /// The directory.
        dir: PathBuf,
        /// The file that is missing.
        missing: &'static str,
    },
    /// A file of the authority does not hold what it should.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Not an address of a node.
    #[error("{0:?} is not an address of a node, such as /dns4/verbund.klinikum.example/tcp/443")]
    Address(String),
    /// A key file does not hold a key.
    #[error("cannot use key file {}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SignatureError,
    },
    /// Not the PEM that was expected.
    #[error("this is not a {what} in PEM (\"-----BEGIN {label}-----\")")]
    NotPem {
        /// What was expected.
        what: &'static str,
        /// The words of its first line.
        label: &'static str,
    },
    /// A request is not signed by its own key or does not follow the profile.
    #[error("this request is refused; a clinic makes a correct one with `verbund init`")]
    Request(#[source] CertificateError),
    /// A certificate does not fit.
    #[error("the {purpose} certificate is refused")]
    Certificate {
        /// What it was given for.
        purpose: Purpose,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// A request or object is for another network.
    #[error("this is for network {found}, this authority serves {wanted}")]
    OtherNetwork {
        /// What it names.
        found: NetworkId,
        /// Whom this authority serves.
        wanted: NetworkId,
    },
    /// The key is in use for something else.
    #[error("this key already has a certificate for {purpose} ({name}); every node makes two keys of its own with `verbund init`")]
    KeyInUse {
        /// The purpose of the earlier certificate.
        purpose: Purpose,
        /// The node it names.
        name: String,
    },
    /// A certificate is signed by the issuing key, yet is not in the register.
    #[error("certificate {serial} is not in this authority's register of issued certificates; if the issuing key may be in foreign hands, replace the authority")]
    NotRegistered {
        /// Its serial number.
        serial: String,
    },
    /// Two certificates that should name the same node do not.
    #[error("the auth certificate is for {auth}, the sign certificate for {sign}; both must name the same node")]
    TwoNodes {
        /// The node in the auth certificate.
        auth: String,
        /// The node in the sign certificate.
        sign: String,
    },
    /// No such member.
    #[error("{0} is not in the member list")]
    NoMember(MemberId),
    /// There is no draft to sign or publish.
    #[error("there is no draft; changes open one, or `verbund-authority document new` makes one with a new year of validity")]
    NoDraft,
    /// There is no published document yet.
    #[error("no network document has been published yet; sign the draft and publish it first")]
    NothingPublished,
    /// The signing key is not one of the board's.
    #[error("key {key} is not on the board; the board's keys are listed by `verbund-authority document show`")]
    NotOnBoard {
        /// The public half of the key.
        key: String,
    },
    /// A rule of the network document would be broken.
    #[error("this would break a rule of the network document: {0}")]
    Content(String),
    /// The member is not suspended.
    #[error("{0} is not suspended now")]
    NotSuspended(MemberId),
    /// A document is refused.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A suspension is refused.
    #[error(transparent)]
    Suspension(#[from] SuspensionError),
    /// A certificate could not be written.
    #[error("cannot write the certificate")]
    Issuing(#[from] rcgen::Error),
}

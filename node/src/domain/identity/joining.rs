//! Taking the papers that come back from the cooperative: everything is checked before anything is stored.

use std::path::{Path, PathBuf};

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use verbund_protocol::{
    certificate::{MemberCertificate, NodeName, Purpose},
    id::Digest,
    membership::SignedDocument,
    time::Timestamp,
};

use super::{IdentityError, certificate_der, certificate_path, check_certificate, check_key, document_path, files, lists, read_document, read_key};

/// The files that came from the cooperative. A node that has joined before may bring only what is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// The auth certificate, PEM.
    pub auth: Option<PathBuf>,
    /// The sign certificate, PEM.
    pub sign: Option<PathBuf>,
    /// The issuing authority's certificate, PEM: compared with the document's.
    pub authority: Option<PathBuf>,
    /// The network document.
    pub document: Option<PathBuf>,
    /// The board's fingerprint as the cooperative told it by another way.
    pub board: Option<Digest>,
}

/// What a node has joined.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Joined {
    /// This node: `urn:verbund:…`.
    pub name: String,
    /// The member's name in the document.
    pub member_name: String,
    /// The document's version.
    pub document_version: u64,
    /// How many members it lists.
    pub members: usize,
    /// The board's fingerprint, for people to compare with what the cooperative tells them by another way.
    pub board_fingerprint: Digest,
    /// Whether the fingerprint was given and compared.
    pub board_compared: bool,
    /// Whether anything was new.
    pub changed: bool,
}

/// A certificate to be stored: its PEM and what it says.
struct Candidate {
    pem: Vec<u8>,
    says: MemberCertificate,
}

/// Checks the papers for the node `name` against its keys, each other and what it holds, then stores them in `dir`.
///
/// # Errors
/// [`IdentityError`] names file and remedy; nothing was stored then.
pub fn join(dir: &Path, name: &NodeName, papers: &Papers, now: Timestamp) -> Result<Joined, IdentityError> {
    let held = read_document(dir, name)?;
    let document = choose_document(name, papers, held.as_ref())?;
    if let Some(path) = &papers.authority {
        check_authority(path, &document)?;
    }
    let auth = choose_certificate(dir, name, Purpose::Auth, papers.auth.as_deref(), &document, now)?;
    let sign = choose_certificate(dir, name, Purpose::Sign, papers.sign.as_deref(), &document, now)?;
    let version = document.document.version;
    let member = document.document.member(&name.member).filter(|_| lists(&document, name, auth.says.key, sign.says.key));
    let member_name = member.ok_or_else(|| IdentityError::NotListed { version, name: name.to_string() })?.name.clone();

    let mut changed = false;
    let mut store = |path: PathBuf, bytes: &[u8]| {
        if files::read(&path).is_ok_and(|held| held == bytes) {
            return Ok(());
        }
        changed = true;
        files::write_atomically(&path, bytes)
    };
    store(certificate_path(dir, Purpose::Auth), &auth.pem)?;
    store(certificate_path(dir, Purpose::Sign), &sign.pem)?;
    // Last: a node counts as joined when the document is there.
    store(document_path(dir), document.bytes())?;
    Ok(Joined {
        name: name.to_string(),
        member_name,
        document_version: version,
        members: document.document.members.len(),
        board_fingerprint: document.document.board_fingerprint(),
        board_compared: papers.board.is_some(),
        changed,
    })
}

/// Returns the document to hold from now on: the new one if it may follow the held one, else the held one.
fn choose_document(name: &NodeName, papers: &Papers, held: Option<&SignedDocument>) -> Result<SignedDocument, IdentityError> {
    let document = match (&papers.document, held) {
        (None, Some(held)) => held.clone(),
        (None, None) => return Err(IdentityError::Needs("document")),
        (Some(path), held) => {
            let refused = |source| IdentityError::Document { path: path.clone(), source };
            let new = SignedDocument::read(&name.network, &files::read(path)?).map_err(refused)?;
            match held {
                None => new.accept_first().map_err(refused)?,
                Some(held) => drop(new.accept_after(held).map_err(refused)?),
            }
            new
        }
    };
    let found = document.document.board_fingerprint();
    match papers.board {
        Some(wanted) if wanted != found => Err(IdentityError::OtherBoard { found, wanted }),
        _ => Ok(document),
    }
}

fn check_authority(path: &Path, document: &SignedDocument) -> Result<(), IdentityError> {
    let pem = files::read(path)?;
    for der in CertificateDer::pem_slice_iter(&pem) {
        let der = der.map_err(|_| IdentityError::NotPem { path: path.to_owned() })?;
        if document.document.authorities.iter().any(|authority| authority.as_slice() == der.as_ref()) {
            return Ok(());
        }
    }
    Err(IdentityError::OtherAuthority { path: path.to_owned() })
}

/// Returns the certificate to hold from now on: the one given, else the one in the folder.
fn choose_certificate(dir: &Path, name: &NodeName, purpose: Purpose, given: Option<&Path>, document: &SignedDocument, now: Timestamp) -> Result<Candidate, IdentityError> {
    let key = read_key(dir, purpose)?;
    let own = certificate_path(dir, purpose);
    let path = match given {
        Some(path) => path,
        None if own.exists() => &own,
        None => {
            return Err(IdentityError::Needs(match purpose {
                Purpose::Auth => "auth-cert",
                Purpose::Sign => "sign-cert",
            }));
        }
    };
    let (der, pem) = (certificate_der(path)?, files::read(path)?);
    let says = check_certificate(path, &der, name, purpose, document, now)?;
    check_key(path, &says, &key)?;
    let held = certificate_der(&own).ok().and_then(|der| MemberCertificate::read(&der).ok());
    match held {
        Some(held) if says.not_before < held.not_before => Err(IdentityError::OlderCertificate { path: path.to_owned(), held: held.not_before }),
        _ => Ok(Candidate { pem, says }),
    }
}

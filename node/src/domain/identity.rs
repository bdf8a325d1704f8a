//! Who this node is: two keys that never leave it, the certificates over them, and the network document it joined by.
//!
//! ```text
//! auth.key, sign.key      private keys (PKCS#8 PEM, 0600), made once by `verbund init`
//! auth.csr, sign.csr      requests for the cooperative
//! auth.pem, sign.pem      certificates that came back, stored by `verbund join`
//! network.cbor            the network document handed over with them, or the newest one since
//! ```

mod error;
mod files;
mod joining;
mod request;
#[cfg(all(test, feature = "demo"))]
mod tests;

use std::path::{Path, PathBuf};

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use verbund_protocol::{
    certificate::{MemberCertificate, NodeName, Purpose},
    membership::{Facility, SignedDocument},
    sign::{PublicKey, SecretKey},
    time::Timestamp,
};
use zeroize::Zeroizing;

pub use error::IdentityError;
pub use files::write_atomically;
pub use joining::{Joined, Papers, join};

/// Days before the end of a node's certificates from which their renewal is asked for.
pub const RENEW_DAYS: u64 = 60;

/// From when until when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last.
    pub until: Timestamp,
}

impl Validity {
    /// Returns how many whole days it is still good at `now`.
    pub fn days_left(self, now: Timestamp) -> u64 {
        self.until.since(now).as_secs() / 86_400
    }
    /// Returns for how many days it was made.
    pub fn days(self) -> u64 {
        self.until.since(self.from).as_secs() / 86_400
    }
}

/// A certificate with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The exact bytes, to present to peers.
    pub der: Vec<u8>,
    /// What it says.
    pub says: MemberCertificate,
}

/// A node that has joined: everything it needs to speak for its member.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Network, member and node.
    pub name: NodeName,
    /// The TLS key.
    pub auth_key: SecretKey,
    /// The evidence key.
    pub sign_key: SecretKey,
    /// The certificate over the TLS key.
    pub auth: Certificate,
    /// The certificate over the evidence key.
    pub sign: Certificate,
    /// The document in the identity folder. The store may hold a newer one.
    pub document: SignedDocument,
}

/// The two public keys of a node and where its requests lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requests {
    /// Public half of the auth key.
    pub auth: PublicKey,
    /// Public half of the sign key.
    pub sign: PublicKey,
    /// The request for the auth certificate.
    pub auth_csr: PathBuf,
    /// The request for the sign certificate.
    pub sign_csr: PathBuf,
}

/// Makes a node's keys and requests in `dir`. Nothing that exists is overwritten; keys are drawn from the system's random source.
///
/// # Errors
/// [`IdentityError::Exists`] if any of the files is there, [`IdentityError::File`], or [`IdentityError::Request`] for a name that
/// does not fit a certificate.
pub fn found(dir: &Path, name: &NodeName, organization: &str) -> Result<Requests, IdentityError> {
    for purpose in [Purpose::Auth, Purpose::Sign] {
        for path in [key_path(dir, purpose), request_path(dir, purpose)] {
            if path.exists() {
                return Err(IdentityError::Exists { path });
            }
        }
    }
    files::create_private_dir(dir)?;
    let make = |purpose| {
        let mut seed = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(seed.as_mut()).expect("the operating system gives random bytes");
        let key = SecretKey::from_seed(&seed);
        let csr = request::write(name, organization, purpose, &key)?;
        files::write_new_private(&key_path(dir, purpose), Zeroizing::new(key.to_pem()).as_bytes())?;
        write_atomically(&request_path(dir, purpose), csr.as_bytes())?;
        Ok::<_, IdentityError>(key.public())
    };
    let (auth, sign) = (make(Purpose::Auth)?, make(Purpose::Sign)?);
    Ok(Requests { auth, sign, auth_csr: request_path(dir, Purpose::Auth), sign_csr: request_path(dir, Purpose::Sign) })
}

impl Identity {
    /// Reads the identity folder of the node `name` and checks that keys, certificates, document and name belong together.
    ///
    /// Neither an expired certificate nor a document that no longer lists this node stops a clinic from using its own node:
    /// both are asked for separately ([`Self::check_validity`], [`Self::listed`]) and told to people; peers decide for themselves.
    ///
    /// # Errors
    /// [`IdentityError`] names the file and the remedy.
    pub fn load(dir: &Path, name: &NodeName) -> Result<Self, IdentityError> {
        let document = read_document(dir, name)?.ok_or_else(|| IdentityError::NotJoined { dir: dir.to_owned() })?;
        let (auth_key, sign_key) = (read_key(dir, Purpose::Auth)?, read_key(dir, Purpose::Sign)?);
        let certificate = |purpose, key: &SecretKey| {
            let path = certificate_path(dir, purpose);
            let der = certificate_der(&path)?;
            let wrong = |source| IdentityError::Certificate { path: path.clone(), source };
            let issued_at = MemberCertificate::read(&der).map_err(wrong)?.not_before;
            let says = check_certificate(&path, &der, name, purpose, &document, issued_at)?;
            check_key(&path, &says, key)?;
            Ok::<_, IdentityError>(Certificate { der, says })
        };
        let (auth, sign) = (certificate(Purpose::Auth, &auth_key)?, certificate(Purpose::Sign, &sign_key)?);
        Ok(Self { name: name.clone(), auth_key, sign_key, auth, sign, document })
    }

    /// Returns whether the document in the identity folder lists this node with exactly these keys.
    pub fn listed(&self) -> bool {
        lists(&self.document, &self.name, self.auth.says.key, self.sign.says.key)
    }

    /// Checks that both certificates are valid at `now`.
    ///
    /// # Errors
    /// [`IdentityError::Validity`] names the certificate.
    pub fn check_validity(&self, now: Timestamp) -> Result<(), IdentityError> {
        [&self.auth, &self.sign].into_iter().try_for_each(|certificate| {
            let says = &certificate.says;
            says.valid_at(now).map_err(|source| IdentityError::Validity { purpose: says.purpose, source })
        })
    }

    /// Returns how long both certificates are good.
    pub fn validity(&self) -> Validity {
        let (auth, sign) = (&self.auth.says, &self.sign.says);
        Validity { from: auth.not_before.max(sign.not_before), until: auth.not_after.min(sign.not_after) }
    }

    /// Returns the facilities this node's member speaks for, by the document in the identity folder.
    pub fn facilities(&self) -> &[Facility] {
        self.document.document.member(&self.name.member).map(|member| member.facilities.as_slice()).unwrap_or_default()
    }

    /// Returns the certificates of the network's authorities (DER).
    pub fn authorities(&self) -> &[Vec<u8>] {
        &self.document.document.authorities
    }
}

fn key_path(dir: &Path, purpose: Purpose) -> PathBuf {
    dir.join(format!("{purpose}.key"))
}
fn request_path(dir: &Path, purpose: Purpose) -> PathBuf {
    dir.join(format!("{purpose}.csr"))
}
fn certificate_path(dir: &Path, purpose: Purpose) -> PathBuf {
    dir.join(format!("{purpose}.pem"))
}
/// Returns where the network document lies in an identity directory.
pub fn document_path(dir: &Path) -> PathBuf {
    dir.join("network.cbor")
}

/// Returns a private key, refusing a file that others may read.
fn read_key(dir: &Path, purpose: Purpose) -> Result<SecretKey, IdentityError> {
    let path = key_path(dir, purpose);
    let text = Zeroizing::new(files::read_private(&path)?);
    SecretKey::from_pem(&text).map_err(|source| IdentityError::Key { path, source })
}

/// Returns the document that the node joined by, if it has joined.
fn read_document(dir: &Path, name: &NodeName) -> Result<Option<SignedDocument>, IdentityError> {
    let path = document_path(dir);
    if !path.exists() {
        return Ok(None);
    }
    SignedDocument::read(&name.network, &files::read(&path)?).map(Some).map_err(|source| IdentityError::Document { path, source })
}

/// Returns the DER of the certificate in a PEM file.
fn certificate_der(path: &Path) -> Result<Vec<u8>, IdentityError> {
    let pem = files::read(path)?;
    CertificateDer::from_pem_slice(&pem).map(|der| der.to_vec()).map_err(|_| IdentityError::NotPem { path: path.to_owned() })
}

/// Checks a certificate against the network's authorities at `at`, and that it names this very node.
fn check_certificate(path: &Path, der: &[u8], name: &NodeName, purpose: Purpose, document: &SignedDocument, at: Timestamp) -> Result<MemberCertificate, IdentityError> {
    let authorities = document.document.authorities.iter().map(Vec::as_slice);
    let says = MemberCertificate::verify(der, &name.network, purpose, authorities, at).map_err(|source| IdentityError::Certificate { path: path.to_owned(), source })?;
    if &says.name == name { Ok(says) } else { Err(IdentityError::OtherNode { path: path.to_owned(), found: says.name.to_string(), wanted: name.to_string() }) }
}

fn check_key(path: &Path, says: &MemberCertificate, key: &SecretKey) -> Result<(), IdentityError> {
    if says.key == key.public() { Ok(()) } else { Err(IdentityError::OtherKey { path: path.to_owned(), purpose: says.purpose }) }
}

fn lists(document: &SignedDocument, name: &NodeName, auth: PublicKey, sign: PublicKey) -> bool {
    let member = document.document.member(&name.member);
    member.is_some_and(|member| member.nodes.iter().any(|node| node.id == name.node && node.auth == auth && node.sign == sign))
}

//! The authority's directory and what is done with it.
//!
//! ```text
//! ca.key                      the issuing key (0600)
//! ca.pem                      its certificate
//! register.json               every certificate issued
//! draft.cbor                  the next network document, with the signatures it has so far
//! document-<version>.cbor     published network documents
//! suspension-<digest>.cbor    suspensions and reinstatements in force here
//! ```

mod drafting;
mod register;
mod suspending;

use std::path::{Path, PathBuf};

use verbund_protocol::{
    cbor,
    certificate::{AuthorityCertificate, CertificateError, MemberCertificate, Purpose, Request},
    id::NetworkId,
    limits::MAX_NETWORK_DOCUMENT,
    membership::{Membership, NetworkDocument, SignedDocument},
    sign::{MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
};

use crate::{
    AuthorityError,
    files::{self, Access},
    issuing::{self, IssuedCertificate, Profile},
    keys,
};

pub use drafting::Admission;
use register::Register;
pub use register::Registered;

const CA_KEY: &str = "ca.key";
const CA_CERTIFICATE: &str = "ca.pem";
const DRAFT: &str = "draft.cbor";

/// What a new authority is founded with.
#[derive(Clone, Debug)]
pub struct NewAuthority {
    /// The network's name; it enters every signature and cannot change.
    pub network: NetworkId,
    /// The board's public keys.
    pub board: Vec<PublicKey>,
    /// How many of them must sign.
    pub threshold: u8,
}

/// A draft of the next network document.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it says.
    pub document: NetworkDocument,
    /// The same as bytes to sign, with the signatures so far.
    pub signed: MultiSigned,
}

/// The cooperative's issuing authority in its directory.
#[derive(Debug)]
pub struct Authority {
    dir: PathBuf,
    network: NetworkId,
    key: SecretKey,
    /// The issuing certificate, DER.
    certificate: Vec<u8>,
    register: Register,
    draft: Option<Draft>,
    /// Published documents and suspensions, held as every node holds them.
    membership: Option<Membership>,
}

impl Authority {
    /// Founds an authority in `dir`: a new issuing key and a draft of network document 1 without members.
    ///
    /// # Errors
    /// [`AuthorityError::Exists`] if there is one, [`AuthorityError::Content`] for a board that breaks a rule, or a file error.
    pub fn create(dir: &Path, new: NewAuthority, now: Timestamp) -> Result<Self, AuthorityError> {
        files::create_dir(dir)?;
        let key = keys::new_key();
        let pem = issuing::authority(&new.network, &key, now)?;
        let certificate = issuing::certificate_der(&pem)?;
        let document = drafting::first(&new, &certificate, now)?;
        keys::write_key(&dir.join(CA_KEY), &key)?;
        files::write_new(&dir.join(CA_CERTIFICATE), pem.as_bytes(), Access::Public)?;
        let register = Register::create(dir, new.network.clone())?;
        let mut authority = Self { dir: dir.to_owned(), network: new.network, key, certificate, register, draft: None, membership: None };
        authority.save_draft(document)?;
        Ok(authority)
    }

    /// Opens the authority in `dir`. Published documents are verified anew, each as the successor of the one before.
    ///
    /// # Errors
    /// [`AuthorityError::NoAuthority`], or what is wrong with one of the files.
    pub fn open(dir: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        for missing in [CA_KEY, CA_CERTIFICATE, register::FILE] {
            if !dir.join(missing).is_file() {
                return Err(AuthorityError::NoAuthority { dir: dir.to_owned(), missing });
            }
        }
        let register = Register::open(dir)?;
        let network = register.network().clone();
        let key = keys::read_key(&dir.join(CA_KEY))?;
        let certificate = issuing::certificate_der(&files::read_text(&dir.join(CA_CERTIFICATE))?)?;
        let unreadable = |why: String| AuthorityError::Unreadable { path: dir.join(CA_CERTIFICATE), why };
        let says = AuthorityCertificate::read(&certificate).map_err(|error| unreadable(error.to_string()))?;
        if says.key != key.public() {
            return Err(unreadable(format!("this certificate does not belong to the key in {CA_KEY}")));
        }
        let mut authority = Self { dir: dir.to_owned(), network, key, certificate, register, draft: None, membership: None };
        authority.membership = authority.read_documents()?;
        authority.read_suspensions(now)?;
        authority.draft = authority.read_draft()?;
        Ok(authority)
    }

    /// Returns the network this authority serves.
    pub fn network(&self) -> &NetworkId {
        &self.network
    }
    /// Returns the directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// Returns where the issuing certificate (PEM) lies, for handing it to clinics.
    pub fn certificate_path(&self) -> PathBuf {
        self.dir.join(CA_CERTIFICATE)
    }
    /// Returns the issuing certificate as DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }
    /// Returns the draft, if there is one.
    pub fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref()
    }
    /// Returns the published document, if there is one.
    pub fn published(&self) -> Option<&SignedDocument> {
        self.membership.as_ref().map(Membership::held)
    }
    /// Returns the published documents and suspensions as a node holds them.
    pub fn membership(&self) -> Option<&Membership> {
        self.membership.as_ref()
    }
    /// Returns every certificate issued, oldest first.
    pub fn issued(&self) -> &[Registered] {
        self.register.issued()
    }

    /// Reads a request (PEM) and checks that this authority may grant it: signed by its own key, of the profile, for this
    /// network, and its key not in use for the other purpose or another node. Issues nothing: an officer looks at it first.
    ///
    /// # Errors
    /// [`AuthorityError`] names what does not hold.
    pub fn review(&self, csr_pem: &str) -> Result<Request, AuthorityError> {
        let request = Request::read(&issuing::request_der(csr_pem)?).map_err(AuthorityError::Request)?;
        if request.name.network != self.network {
            return Err(AuthorityError::OtherNetwork { found: request.name.network, wanted: self.network.clone() });
        }
        let name = request.name.to_string();
        let other_use = self.issued().iter().find(|issued| issued.key == request.key && (issued.purpose != request.purpose || issued.name != name));
        match other_use {
            Some(earlier) => Err(AuthorityError::KeyInUse { purpose: earlier.purpose, name: earlier.name.clone() }),
            None => Ok(request),
        }
    }

    /// Issues the certificate that a request (PEM) asks for, after [`Self::review`]; enters it in the register first.
    ///
    /// # Errors
    /// [`AuthorityError`]; then nothing was issued.
    pub fn issue(&mut self, csr_pem: &str, now: Timestamp) -> Result<IssuedCertificate, AuthorityError> {
        let request = self.review(csr_pem)?;
        let profile = Profile::of(request.purpose, now);
        let (der, pem) = issuing::certificate(&self.certificate, &self.key, &request.name, &request.organization, request.key, profile)?;
        let certificate = self.verify(&der, request.purpose, now)?;
        self.register.enter(&self.dir, Registered::of(&certificate, now))?;
        Ok(IssuedCertificate { certificate, pem, der })
    }

    /// Issues a certificate that departs from the profile, without entering it in the register. For tests of refusals only.
    #[doc(hidden)]
    pub fn issue_wrong(&self, csr_pem: &str, profile: Profile) -> Result<String, AuthorityError> {
        let request = self.review(csr_pem)?;
        let (_, pem) = issuing::certificate(&self.certificate, &self.key, &request.name, &request.organization, request.key, profile)?;
        Ok(pem)
    }

    fn verify(&self, der: &[u8], purpose: Purpose, now: Timestamp) -> Result<MemberCertificate, AuthorityError> {
        let wrong = |source: CertificateError| AuthorityError::Certificate { purpose, source };
        MemberCertificate::verify(der, &self.network, purpose, [self.certificate.as_slice()], now).map_err(wrong)
    }

    fn read_draft(&self) -> Result<Option<Draft>, AuthorityError> {
        let path = self.dir.join(DRAFT);
        if !path.exists() {
            return Ok(None);
        }
        let unreadable = |why: String| AuthorityError::Unreadable { path: path.clone(), why };
        let signed = MultiSigned::read(&files::read(&path)?, MAX_NETWORK_DOCUMENT).map_err(|error| unreadable(error.to_string()))?;
        let document: NetworkDocument = cbor::read(signed.payload(), MAX_NETWORK_DOCUMENT).map_err(|error| unreadable(error.to_string()))?;
        // A crash between publishing and tidying up leaves a draft that is published already.
        let published = self.published().is_some_and(|held| document.version <= held.document.version);
        Ok((!published).then_some(Draft { document, signed }))
    }

    fn read_documents(&self) -> Result<Option<Membership>, AuthorityError> {
        let mut documents = Vec::new();
        for path in self.files_named("document-")? {
            let unreadable = |why: String| AuthorityError::Unreadable { path: path.clone(), why };
            documents.push(SignedDocument::read(&self.network, &files::read(&path)?).map_err(|error| unreadable(error.to_string()))?);
        }
        documents.sort_by_key(|document| document.document.version);
        let mut documents = documents.into_iter();
        let Some(first) = documents.next() else { return Ok(None) };
        let mut membership = Membership::new(first)?;
        for next in documents {
            membership.advance(next)?;
        }
        Ok(Some(membership))
    }

    fn read_suspensions(&mut self, now: Timestamp) -> Result<(), AuthorityError> {
        let paths = self.files_named("suspension-")?;
        let Some(membership) = &mut self.membership else { return Ok(()) };
        for path in paths {
            // One that the present board did not sign, or that is long past, no longer matters.
            let _ = membership.suspend(&files::read(&path)?, now);
        }
        Ok(())
    }

    fn files_named(&self, prefix: &str) -> Result<Vec<PathBuf>, AuthorityError> {
        let fail = |source| AuthorityError::File { doing: "read", path: self.dir.clone(), source };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.dir).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let fits = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)) && path.extension().is_some_and(|end| end == "cbor");
            found.extend(fits.then_some(path));
        }
        Ok(found)
    }
}

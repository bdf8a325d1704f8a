//! The register of issued certificates: a clinic is admitted only with certificates that stand in it.

use std::path::Path;

use verbund_protocol::{
    certificate::{MemberCertificate, Purpose},
    id::{Digest, NetworkId},
    sign::PublicKey,
    time::Timestamp,
};

use crate::{
    AuthorityError,
    files::{self, Access},
};

pub(super) const FILE: &str = "register.json";

/// One issued certificate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// The node named: `urn:verbund:…`.
    pub name: String,
    /// The member's name (subject O).
    pub organization: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The certified key.
    pub key: PublicKey,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// SHA-256 of the DER.
    pub fingerprint: Digest,
}

impl Registered {
    pub(super) fn of(certificate: &MemberCertificate, issued_at: Timestamp) -> Self {
        let MemberCertificate { name, organization, purpose, key, serial, not_after, fingerprint, .. } = certificate.clone();
        Self { serial, name: name.to_string(), organization, purpose, key, issued_at, not_after, fingerprint }
    }
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    network: NetworkId,
    issued: Vec<Registered>,
}

impl Register {
    pub(super) fn create(dir: &Path, network: NetworkId) -> Result<Self, AuthorityError> {
        let register = Self { network, issued: Vec::new() };
        files::write_new(&dir.join(FILE), &register.to_json(), Access::Public)?;
        Ok(register)
    }

    pub(super) fn open(dir: &Path) -> Result<Self, AuthorityError> {
        let path = dir.join(FILE);
        serde_json::from_slice(&files::read(&path)?).map_err(|error| AuthorityError::Unreadable { path, why: error.to_string() })
    }

    pub(super) fn network(&self) -> &NetworkId {
        &self.network
    }
    pub(super) fn issued(&self) -> &[Registered] {
        &self.issued
    }

    /// Enters a certificate and saves the register; on error it is not entered.
    pub(super) fn enter(&mut self, dir: &Path, new: Registered) -> Result<(), AuthorityError> {
        self.issued.push(new);
        files::write(&dir.join(FILE), &self.to_json(), Access::Public).inspect_err(|_| drop(self.issued.pop()))
    }

    /// Checks that a certificate stands in the register.
    pub(super) fn check(&self, certificate: &MemberCertificate) -> Result<(), AuthorityError> {
        let known = self.issued.iter().any(|issued| issued.fingerprint == certificate.fingerprint);
        if known { Ok(()) } else { Err(AuthorityError::NotRegistered { serial: certificate.serial.clone() }) }
    }

    fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("the register holds plain data");
        json.push(b'\n');
        json
    }
}

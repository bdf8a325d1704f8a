//! Writing X.509 certificates of the profile in `verbund_protocol::certificate`.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SanType,
    SerialNumber, SignatureAlgorithm, SigningKey,
    string::{Ia5String, PrintableString},
};
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer, pem::PemObject as _};
use time::OffsetDateTime;
use verbund_protocol::{
    certificate::{AUTHORITY_VALIDITY_DAYS, EKU_SIGN, MemberCertificate, NodeName, Purpose, TLS_NAME, VALIDITY_DAYS},
    id::NetworkId,
    sign::{PublicKey, SecretKey},
    time::Timestamp,
};

use crate::AuthorityError;

/// How far back a certificate's validity begins, so that a clock that lags a little does not refuse a fresh one.
const BACKDATED: Duration = Duration::from_secs(5 * 60);
/// subject serialNumber (X.520 2.5.4.5).
const SERIAL_NUMBER: &[u64] = &[2, 5, 4, 5];

/// A certificate as it leaves the office.
#[derive(Clone, Debug)]
pub struct IssuedCertificate {
    /// What it says.
    pub certificate: MemberCertificate,
    /// The certificate as PEM.
    pub pem: String,
    /// The certificate as DER.
    pub der: Vec<u8>,
}

/// What distinguishes one certificate from another. The authority fills it by the profile; tests make wrong ones.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Key usages.
    pub key_usages: Vec<KeyUsagePurpose>,
    /// Extended key usages; none leaves the extension out.
    pub extended_key_usages: Vec<ExtendedKeyUsagePurpose>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
}

impl Profile {
    /// Returns the profile of a certificate for `purpose` issued at `now`.
    pub fn of(purpose: Purpose, now: Timestamp) -> Self {
        let (key_usages, extended_key_usages) = match purpose {
            Purpose::Auth => (vec![KeyUsagePurpose::DigitalSignature], vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]),
            Purpose::Sign => (vec![KeyUsagePurpose::ContentCommitment], vec![ExtendedKeyUsagePurpose::Other(EKU_SIGN.to_vec())]),
        };
        Self { key_usages, extended_key_usages, not_before: now.minus(BACKDATED), not_after: now.plus(days(VALIDITY_DAYS)) }
    }
}

fn days(days: u32) -> Duration {
    Duration::from_secs(u64::from(days) * 86_400)
}

/// One of our keys as rcgen wants it.
pub(crate) struct Signer<'a> {
    pub(crate) key: &'a SecretKey,
    pub(crate) public: PublicKey,
}

impl<'a> From<&'a SecretKey> for Signer<'a> {
    fn from(key: &'a SecretKey) -> Self {
        Self { key, public: key.public() }
    }
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.public.as_bytes()
    }
    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.key.sign(message).to_vec())
    }
}

/// A public key to be certified.
struct Subject(PublicKey);

impl PublicKeyData for Subject {
    fn der_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

/// Returns the self-signed certificate (PEM) of a network's new issuing authority.
pub(crate) fn authority(network: &NetworkId, key: &SecretKey, now: Timestamp) -> Result<String, AuthorityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, format!("Verbund {network}"));
    params.distinguished_name.push(DnType::CommonName, format!("Verbund {network} issuing authority {}", now.day()));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.serial_number = Some(random_serial());
    params.not_before = moment(now.minus(BACKDATED));
    params.not_after = moment(now.plus(days(AUTHORITY_VALIDITY_DAYS)));
    Ok(params.self_signed(&Signer::from(key))?.pem())
}

/// Returns a member's certificate (DER and PEM), signed by `key` in the name of the authority whose certificate is `authority`.
pub(crate) fn certificate(
    authority: &[u8],
    key: &SecretKey,
    name: &NodeName,
    organization: &str,
    subject: PublicKey,
    profile: Profile,
) -> Result<(Vec<u8>, String), AuthorityError> {
    let mut params = subject_params(name, organization)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = profile.key_usages;
    params.extended_key_usages = profile.extended_key_usages;
    params.serial_number = Some(random_serial());
    params.not_before = moment(profile.not_before);
    params.not_after = moment(profile.not_after);
    params.use_authority_key_identifier_extension = true;
    let issuer = Issuer::from_ca_cert_der(&CertificateDer::from(authority), Signer::from(key))?;
    let certificate = params.signed_by(&Subject(subject), &issuer)?;
    Ok((certificate.der().to_vec(), certificate.pem()))
}

pub(crate) fn subject_params(name: &NodeName, organization: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, organization);
    params.distinguished_name.push(DnType::from_oid(SERIAL_NUMBER), DnValue::PrintableString(PrintableString::try_from(name.member.as_str())?));
    params.subject_alt_names = vec![SanType::URI(Ia5String::try_from(name.to_string())?), SanType::DnsName(Ia5String::try_from(TLS_NAME)?)];
    Ok(params)
}

/// Returns the DER of one certificate in PEM.
pub(crate) fn certificate_der(pem: &str) -> Result<Vec<u8>, AuthorityError> {
    let not_pem = AuthorityError::NotPem { what: "certificate", label: "CERTIFICATE" };
    CertificateDer::from_pem_slice(pem.as_bytes()).map(|der| der.to_vec()).map_err(|_| not_pem)
}

/// Returns the DER of one request in PEM.
pub(crate) fn request_der(pem: &str) -> Result<Vec<u8>, AuthorityError> {
    let not_pem = AuthorityError::NotPem { what: "certificate request", label: "CERTIFICATE REQUEST" };
    CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).map(|der| der.to_vec()).map_err(|_| not_pem)
}

/// A random serial number of 126 bits; RFC 5280 wants it positive and unpredictable.
fn random_serial() -> SerialNumber {
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).expect("the operating system gives random bytes");
    serial[0] = serial[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&serial)
}

pub(crate) fn moment(at: Timestamp) -> OffsetDateTime {
    let seconds = i64::try_from(at.secs()).unwrap_or(i64::MAX);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

//! Reading certificates and requests, and holding them against the profile.

use x509_parser::{
    certificate::X509Certificate,
    certification_request::X509CertificationRequest,
    extensions::{ExtendedKeyUsage, GeneralName, KeyUsage, ParsedExtension},
    oid_registry::{OID_SIG_ED25519, OID_X509_SERIALNUMBER, Oid},
    prelude::FromDer as _,
    x509::{SubjectPublicKeyInfo, X509Name},
};

use super::{EKU_SIGN, InvalidNodeName, NodeName, Purpose, TLS_NAME};
use crate::{
    id::{Digest, NetworkId},
    sign::PublicKey,
    time::Timestamp,
};

/// Key usage digitalSignature alone, as x509-parser numbers the bits.
const DIGITAL_SIGNATURE: u16 = 1;
/// Key usage nonRepudiation (contentCommitment) alone.
const NON_REPUDIATION: u16 = 1 << 1;

/// A certificate or request is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not DER of the expected kind.
    #[error("not a readable X.509 {what}")]
    Malformed {
        /// `certificate` or `request`.
        what: &'static str,
    },
    /// Another algorithm than Ed25519, or a key that is none.
    #[error("not an Ed25519 key and signature, which the profile asks for")]
    Algorithm,
    /// Signed with its own key.
    #[error("the certificate is self-signed; a member's certificate is issued by the cooperative's authority")]
    SelfSigned,
    /// Signed by none of the network's authorities.
    #[error("the certificate is not issued by an authority of network {network}")]
    UnknownAuthority {
        /// The network whose authorities were tried.
        network: NetworkId,
    },
    /// Names an authority of the network as issuer, but the signature does not match.
    #[error("the signature on the {what} does not match")]
    Signature {
        /// `certificate` or `request`.
        what: &'static str,
    },
    /// Its time has not come.
    #[error("the certificate is not valid before {from}, it is {now} here; check the clocks")]
    NotYetValid {
        /// First moment of validity.
        from: Timestamp,
        /// The moment of the check.
        now: Timestamp,
    },
    /// Its time is over.
    #[error("the certificate expired at {until}; ask the cooperative for a new one")]
    Expired {
        /// End of validity.
        until: Timestamp,
    },
    /// A critical extension that the profile does not know.
    #[error("critical extension {oid} is not part of the profile")]
    Extension {
        /// Its object identifier.
        oid: String,
    },
    /// An authority where a member's certificate was expected, or the other way round.
    #[error("{0}")]
    Authority(&'static str),
    /// No extended key usage at all.
    #[error("the extended key usage is missing, so the certificate is for nothing")]
    MissingUsage,
    /// An extended key usage that is neither of the two.
    #[error("the extended key usage fits neither TLS (clientAuth and serverAuth) nor evidence")]
    ForeignUsage,
    /// The key usage does not fit the purpose.
    #[error("the key usage is not the one of a certificate for {purpose}")]
    KeyUsage {
        /// The purpose that the extended key usage states.
        purpose: Purpose,
    },
    /// For the other purpose.
    #[error("a certificate for {found} is used for {wanted}")]
    Purpose {
        /// What it was used for.
        wanted: Purpose,
        /// What it is for.
        found: Purpose,
    },
    /// Not exactly one URI of the expected form.
    #[error("the subject alternative name holds no single node name (urn:verbund:…)")]
    NoName,
    /// The URI is not a node name.
    #[error("the URI in the subject alternative name: {0}")]
    Name(#[from] InvalidNodeName),
    /// Not exactly the DNS name of the profile.
    #[error("the DNS name in the subject alternative name is not exactly {TLS_NAME}")]
    DnsName,
    /// Subject O or serialNumber is missing or contradicts the node name.
    #[error("the subject needs O = the member's name and serialNumber = the member id of the node name")]
    Subject,
    /// For another network.
    #[error("the certificate is for network {found}, not {wanted}")]
    OtherNetwork {
        /// Where it was used.
        wanted: NetworkId,
        /// What it is for.
        found: NetworkId,
    },
}

/// A member's certificate that follows the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCertificate {
    /// The node it names.
    pub name: NodeName,
    /// The member's name (subject O).
    pub organization: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The certified key.
    pub key: PublicKey,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// SHA-256 of the DER, as `openssl x509 -fingerprint -sha256` shows it.
    pub fingerprint: Digest,
}

impl MemberCertificate {
    /// Reads a certificate and checks that it follows the profile. Who issued it and when it is valid is not checked.
    ///
    /// # Errors
    /// [`CertificateError`] names the first departure from the profile.
    pub fn read(der: &[u8]) -> Result<Self, CertificateError> {
        Self::from_parsed(&parse_certificate(der)?, der)
    }

    /// Reads a certificate and checks everything about it: issued by one of `authorities` (DER), valid at `now`, of the
    /// profile, for `purpose` and for `network`. In this order, so that the reason named is the deepest one. Whether the
    /// key is in the member list is asked of [`Membership`](crate::membership::Membership).
    ///
    /// # Errors
    /// [`CertificateError`] names the first thing that does not hold.
    pub fn verify<'a>(der: &[u8], network: &NetworkId, purpose: Purpose, authorities: impl IntoIterator<Item = &'a [u8]>, now: Timestamp) -> Result<Self, CertificateError> {
        let parsed = parse_certificate(der)?;
        let (issuer_from, issuer_until) = check_issuer(&parsed, network, authorities)?;
        let (not_before, not_after) = validity(&parsed);
        check_validity(not_before, not_after, now)?;
        check_validity(issuer_from, issuer_until, now).map_err(|_| CertificateError::Authority("the authority's own certificate is not valid now"))?;
        let certificate = Self::from_parsed(&parsed, der)?;
        if certificate.purpose != purpose {
            return Err(CertificateError::Purpose { wanted: purpose, found: certificate.purpose });
        }
        if &certificate.name.network != network {
            return Err(CertificateError::OtherNetwork { wanted: network.clone(), found: certificate.name.network });
        }
        if !wrapped_as_ed25519(der) {
            return Err(CertificateError::Malformed { what: "certificate" });
        }
        Ok(certificate)
    }

    fn from_parsed(parsed: &X509Certificate<'_>, der: &[u8]) -> Result<Self, CertificateError> {
        if parsed.is_ca() {
            return Err(CertificateError::Authority("this is an authority's certificate, not a member's"));
        }
        let key = ed25519_key(parsed.public_key())?;
        let extensions = parsed.extensions();
        if let Some(unknown) = extensions.iter().find(|extension| extension.critical && !of_the_profile(extension.parsed_extension())) {
            return Err(CertificateError::Extension { oid: unknown.oid.to_id_string() });
        }
        let profile = Profile::read(extensions.iter().map(|extension| extension.parsed_extension()), parsed.subject())?;
        let (not_before, not_after) = validity(parsed);
        let Profile { name, organization, purpose } = profile;
        Ok(Self { name, organization, purpose, key, serial: format!("{:x}", parsed.tbs_certificate.serial), not_before, not_after, fingerprint: Digest::of(der) })
    }

    /// Checks that `now` lies in the certificate's validity.
    ///
    /// # Errors
    /// [`CertificateError::NotYetValid`] or [`CertificateError::Expired`].
    pub fn valid_at(&self, now: Timestamp) -> Result<(), CertificateError> {
        check_validity(self.not_before, self.not_after, now)
    }
}

/// The certificate of an issuing authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityCertificate {
    /// The authority's name (subject CN).
    pub common_name: String,
    /// Its key.
    pub key: PublicKey,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// SHA-256 of the DER.
    pub fingerprint: Digest,
}

impl AuthorityCertificate {
    /// Reads an authority's self-signed certificate.
    ///
    /// # Errors
    /// [`CertificateError`] if it is not a certificate authority with an Ed25519 key that may sign certificates.
    pub fn read(der: &[u8]) -> Result<Self, CertificateError> {
        let parsed = parse_certificate(der)?;
        let key = ed25519_key(parsed.public_key())?;
        let may_issue = parsed.is_ca() && matches!(parsed.key_usage(), Ok(Some(usage)) if usage.value.key_cert_sign());
        if !may_issue {
            return Err(CertificateError::Authority("this is not an authority's certificate"));
        }
        verify_signed(&parsed, &key)?;
        let (not_before, not_after) = validity(&parsed);
        let common_name = parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok()).unwrap_or_default().to_owned();
        Ok(Self { common_name, key, not_before, not_after, fingerprint: Digest::of(der) })
    }
}

/// A node's request for a certificate: what it says about itself, signed with the key to be certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The node it names.
    pub name: NodeName,
    /// The member's name.
    pub organization: String,
    /// What the key is for.
    pub purpose: Purpose,
    /// The key to be certified.
    pub key: PublicKey,
}

impl Request {
    /// Reads a PKCS#10 request and checks that it is signed with its own key and asks for nothing beyond the profile.
    ///
    /// # Errors
    /// [`CertificateError`] names the first thing that does not hold.
    pub fn read(der: &[u8]) -> Result<Self, CertificateError> {
        const WHAT: &str = "request";
        let (rest, parsed) = X509CertificationRequest::from_der(der).map_err(|_| CertificateError::Malformed { what: WHAT })?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed { what: WHAT });
        }
        let info = &parsed.certification_request_info;
        let key = ed25519_key(&info.subject_pki)?;
        if parsed.signature_algorithm.algorithm != OID_SIG_ED25519 {
            return Err(CertificateError::Algorithm);
        }
        key.verify(info.raw, &parsed.signature_value.data).map_err(|_| CertificateError::Signature { what: WHAT })?;
        let extensions: Vec<_> = parsed.requested_extensions().map(Iterator::collect).unwrap_or_default();
        if extensions.iter().any(|extension| !of_the_profile(extension)) {
            return Err(CertificateError::Extension { oid: "in the request".into() });
        }
        let Profile { name, organization, purpose } = Profile::read(extensions.into_iter(), &info.subject)?;
        if !wrapped_as_ed25519(der) {
            return Err(CertificateError::Malformed { what: WHAT });
        }
        Ok(Self { name, organization, purpose, key })
    }
}

/// What subject and extensions say, the same in certificates and requests.
struct Profile {
    name: NodeName,
    organization: String,
    purpose: Purpose,
}

impl Profile {
    fn read<'a>(extensions: impl Iterator<Item = &'a ParsedExtension<'a>>, subject: &X509Name<'_>) -> Result<Self, CertificateError> {
        let (mut usage, mut extended, mut names) = (None, None, None);
        for extension in extensions {
            match extension {
                ParsedExtension::KeyUsage(value) => usage = Some(value),
                ParsedExtension::ExtendedKeyUsage(value) => extended = Some(value),
                ParsedExtension::SubjectAlternativeName(value) => names = Some(value),
                _ => {} // key identifiers and whatever else is not critical
            }
        }
        let purpose = purpose(extended.ok_or(CertificateError::MissingUsage)?)?;
        check_usage(purpose, usage)?;
        let name = node_name(names.map(|names| names.general_names.as_slice()).unwrap_or_default())?;
        let organization = only_text(subject.iter_organization())?;
        let serial = only_text(subject.iter_by_oid(&OID_X509_SERIALNUMBER))?;
        if serial != name.member.as_str() || organization.is_empty() {
            return Err(CertificateError::Subject);
        }
        Ok(Self { name, organization, purpose })
    }
}

fn only_text<'a, 'b: 'a>(mut values: impl Iterator<Item = &'a x509_parser::x509::AttributeTypeAndValue<'b>>) -> Result<String, CertificateError> {
    let first = values.next().and_then(|value| value.as_str().ok()).ok_or(CertificateError::Subject)?;
    if values.next().is_some() { Err(CertificateError::Subject) } else { Ok(first.to_owned()) }
}

fn of_the_profile(extension: &ParsedExtension<'_>) -> bool {
    matches!(extension, ParsedExtension::KeyUsage(_) | ParsedExtension::ExtendedKeyUsage(_) | ParsedExtension::SubjectAlternativeName(_) | ParsedExtension::BasicConstraints(_))
}

fn purpose(extended: &ExtendedKeyUsage<'_>) -> Result<Purpose, CertificateError> {
    let foreign = extended.any || extended.code_signing || extended.email_protection || extended.time_stamping || extended.ocsp_signing;
    let sign = Oid::from(EKU_SIGN).expect("the object identifier is a valid one");
    match (extended.client_auth, extended.server_auth, extended.other.as_slice()) {
        (true, true, []) if !foreign => Ok(Purpose::Auth),
        (false, false, [only]) if !foreign && *only == sign => Ok(Purpose::Sign),
        _ => Err(CertificateError::ForeignUsage),
    }
}

fn check_usage(purpose: Purpose, usage: Option<&KeyUsage>) -> Result<(), CertificateError> {
    let wanted = match purpose {
        Purpose::Auth => DIGITAL_SIGNATURE,
        Purpose::Sign => NON_REPUDIATION,
    };
    if usage.is_some_and(|usage| usage.flags == wanted) { Ok(()) } else { Err(CertificateError::KeyUsage { purpose }) }
}

fn node_name(names: &[GeneralName<'_>]) -> Result<NodeName, CertificateError> {
    let (mut uri, mut dns) = (None, None);
    for name in names {
        match name {
            GeneralName::URI(text) if uri.is_none() => uri = Some(*text),
            GeneralName::DNSName(text) if dns.is_none() => dns = Some(*text),
            _ => return Err(CertificateError::NoName),
        }
    }
    if dns != Some(TLS_NAME) {
        return Err(CertificateError::DnsName);
    }
    Ok(uri.ok_or(CertificateError::NoName)?.parse()?)
}

/// Whether what surrounds the signed part (tag, algorithm, signature) is DER to the letter, which the parser does not ask: no
/// byte of a certificate or request may be another and mean the same.
fn wrapped_as_ed25519(der: &[u8]) -> bool {
    // SEQUENCE { OBJECT IDENTIFIER 1.3.101.112 }, BIT STRING of 64 bytes (RFC 8410, section 6).
    const BEFORE_SIGNATURE: [u8; 10] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x41, 0x00];
    const SEQUENCE: u8 = 0x30;
    der.first() == Some(&SEQUENCE) && der.len().checked_sub(64).is_some_and(|signed| der[..signed].ends_with(&BEFORE_SIGNATURE))
}

fn parse_certificate(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    const WHAT: &str = "certificate";
    let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed { what: WHAT })?;
    if rest.is_empty() { Ok(parsed) } else { Err(CertificateError::Malformed { what: WHAT }) }
}

fn ed25519_key(info: &SubjectPublicKeyInfo<'_>) -> Result<PublicKey, CertificateError> {
    if info.algorithm.algorithm != OID_SIG_ED25519 {
        return Err(CertificateError::Algorithm);
    }
    PublicKey::from_bytes(&info.subject_public_key.data).map_err(|_| CertificateError::Algorithm)
}

/// Finds the authority that issued the certificate, by name, then by signature, and returns that authority's own validity.
fn check_issuer<'a>(parsed: &X509Certificate<'_>, network: &NetworkId, authorities: impl IntoIterator<Item = &'a [u8]>) -> Result<(Timestamp, Timestamp), CertificateError> {
    let mut named = false;
    for der in authorities {
        let authority = parse_certificate(der)?;
        if authority.subject().as_raw() != parsed.issuer().as_raw() {
            continue;
        }
        named = true;
        if verify_signed(parsed, &ed25519_key(authority.public_key())?).is_ok() {
            return Ok(validity(&authority));
        }
    }
    let own_key = ed25519_key(parsed.public_key());
    if own_key.is_ok_and(|key| verify_signed(parsed, &key).is_ok()) {
        return Err(CertificateError::SelfSigned);
    }
    Err(if named { CertificateError::Signature { what: "certificate" } } else { CertificateError::UnknownAuthority { network: network.clone() } })
}

fn verify_signed(parsed: &X509Certificate<'_>, key: &PublicKey) -> Result<(), CertificateError> {
    if parsed.signature_algorithm.algorithm != OID_SIG_ED25519 || parsed.tbs_certificate.signature.algorithm != OID_SIG_ED25519 {
        return Err(CertificateError::Algorithm);
    }
    key.verify(parsed.tbs_certificate.as_ref(), &parsed.signature_value.data).map_err(|_| CertificateError::Signature { what: "certificate" })
}

fn validity(parsed: &X509Certificate<'_>) -> (Timestamp, Timestamp) {
    let moment = |time: x509_parser::time::ASN1Time| Timestamp::from_secs(u64::try_from(time.timestamp()).unwrap_or(0));
    (moment(parsed.validity().not_before), moment(parsed.validity().not_after))
}

fn check_validity(from: Timestamp, until: Timestamp, now: Timestamp) -> Result<(), CertificateError> {
    if now < from {
        Err(CertificateError::NotYetValid { from, now })
    } else if now > until {
        Err(CertificateError::Expired { until })
    } else {
        Ok(())
    }
}

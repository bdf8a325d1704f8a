//! Verifies a peer's certificate for one connection.
//!
//! [`MemberCertificate::verify`] decides and names the reason; webpki checks the chain a second time, independently. Neither
//! alone would do: webpki accepts a missing extended key usage and does not look at an end entity's key usage. Time comes from
//! the node's clock, authorities from the network document held at this moment.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures_rustls::rustls;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::verify_tls13_signature,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use verbund_protocol::{
    certificate::{CertificateError, MemberCertificate, Purpose},
    sign::PublicKey,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{refusal::Refusal, rules::Rules, tls::ALGORITHMS};

/// Verifies one peer and remembers what it found, because TLS passes on no more than an alert.
pub(super) struct Verifier {
    rules: Arc<Rules>,
    found: Mutex<Option<Result<PublicKey, Refusal>>>,
}

/// Which side's certificate is looked at.
#[derive(Clone, Copy)]
enum Side {
    Client,
    Server,
}

impl Verifier {
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, found: Mutex::new(None) }
    }

    /// Returns what was found, if the handshake came that far.
    pub fn take(&self) -> Option<Result<PublicKey, Refusal>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the verified peer.
    pub fn peer(&self) -> Option<PublicKey> {
        self.take()?.ok()
    }

    fn verify(&self, certificate: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>], side: Side) -> Result<(), Error> {
        let found = self.check(certificate, intermediates, side);
        let outcome = found.as_ref().map(|_| ()).map_err(as_tls);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        outcome
    }

    fn check(&self, certificate: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>], side: Side) -> Result<PublicKey, Refusal> {
        let (membership, now) = (self.rules.membership(), self.rules.now());
        let authorities = &membership.held().document.authorities;
        let member = MemberCertificate::verify(certificate, &self.rules.network, Purpose::Auth, authorities.iter().map(Vec::as_slice), now)?;
        let ders: Vec<_> = authorities.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let anchors: Vec<_> = ders.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        let usage = match side {
            Side::Client => KeyUsage::client_auth(),
            Side::Server => KeyUsage::server_auth(),
        };
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now.secs()));
        EndEntityCert::try_from(certificate)
            .and_then(|end| end.verify_for_usage(ALGORITHMS.all, &anchors, intermediates, time, usage, None, None).map(|_| ()))
            .map_err(|error| Refusal::Chain(error.to_string()))?;
        Ok(member.key)
    }
}

/// Chooses the alert that comes closest to the reason, since that is all the other side is told.
fn as_tls(refusal: &Refusal) -> Error {
    use rustls::CertificateError as Tls;
    let Refusal::Certificate(reason) = refusal else { return Error::InvalidCertificate(Tls::BadEncoding) };
    Error::InvalidCertificate(match reason {
        CertificateError::SelfSigned | CertificateError::UnknownAuthority { .. } => Tls::UnknownIssuer,
        CertificateError::Signature { .. } => Tls::BadSignature,
        CertificateError::NotYetValid { .. } => Tls::NotValidYet,
        CertificateError::Expired { .. } => Tls::Expired,
        CertificateError::MissingUsage | CertificateError::ForeignUsage | CertificateError::KeyUsage { .. } | CertificateError::Purpose { .. } => Tls::InvalidPurpose,
        CertificateError::OtherNetwork { .. } => Tls::ApplicationVerificationFailure,
        _ => Tls::BadEncoding, // departs from the profile: bad_certificate
    })
}

/// TLS 1.2 is not offered, so nothing signed in it can arrive.
fn never_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::General("TLS 1.2 is not spoken here".into()))
}

impl ServerCertVerifier for Verifier {
    /// The name in the certificate is checked as part of the profile; it is the same for all members.
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(certificate, intermediates, Side::Server).map(|()| ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        never_tls12()
    }
    fn verify_tls13_signature(&self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &ALGORITHMS)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

impl ClientCertVerifier for Verifier {
    /// No hints: they would tell any stranger which authorities this network has.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }
    fn verify_client_cert(&self, certificate: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>], _: UnixTime) -> Result<ClientCertVerified, Error> {
        self.verify(certificate, intermediates, Side::Client).map(|()| ClientCertVerified::assertion())
    }
    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        never_tls12()
    }
    fn verify_tls13_signature(&self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &ALGORITHMS)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ALGORITHMS.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}

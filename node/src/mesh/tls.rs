//! The security layer: mutual TLS 1.3 from the first byte.
//!
//! Both sides present their member certificate; who the peer is follows from it. After the handshake the listener writes
//! [`WELCOME`] inside TLS and the dialler waits for it: in TLS 1.3 a dialler's own handshake is over before the listener has
//! looked at its certificate, so only these first bytes say that it was let in, and a refused dialler sees the alert with
//! the reason instead of a connection that dies.

use std::{fmt, io, sync::Arc};

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use futures_rustls::{TlsAcceptor, TlsConnector, TlsStream, rustls};
use rustls::{
    ClientConfig, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    server::NoServerSessionStorage,
    sign::{CertifiedKey, SingleCertAndKey},
};
use verbund_protocol::{
    certificate::{ALPN, CertificateError, MemberCertificate, Purpose, TLS_NAME},
    sign::{PublicKey, SecretKey},
};

use super::{refusal::Refusal, rules::Rules, verify::Verifier};

/// What a listener says once it has verified the dialler.
pub(super) const WELCOME: &[u8; 10] = b"verbund/1\n";

/// Only Ed25519, in handshakes and chains alike.
pub(super) static ALGORITHMS: WebPkiSupportedAlgorithms =
    WebPkiSupportedAlgorithms { all: &[webpki::aws_lc_rs::ED25519], mapping: &[(rustls::SignatureScheme::ED25519, &[webpki::aws_lc_rs::ED25519])] };

/// This node's own certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No certificate given.
    #[error("there is no auth certificate; run `verbund join` with the files from the cooperative")]
    Missing,
    /// The certificate departs from the profile.
    #[error("the auth certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// It is for another key.
    #[error("the auth certificate is for key {certified}, but the auth key file holds {held}")]
    OtherKey {
        /// The key in the certificate.
        certified: PublicKey,
        /// The key of the node.
        held: PublicKey,
    },
    /// The key cannot be loaded by the cryptography library.
    #[error("the auth key cannot be used: {0}")]
    Key(String),
}

/// Makes secured connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tls {
    rules: Arc<Rules>,
    own: PublicKey,
    identity: Arc<SingleCertAndKey>,
    provider: Arc<CryptoProvider>,
}

impl Tls {
    /// Returns the layer for a node with this key and chain (its own certificate first).
    ///
    /// Whether the certificate is valid today is left to the peers: a node whose certificate expired still starts, serves its
    /// own patients, and hears from its peers why they refuse it.
    pub fn new(rules: Arc<Rules>, key: &SecretKey, chain: Vec<CertificateDer<'static>>) -> Result<Self, IdentityError> {
        let certificate = MemberCertificate::read(chain.first().ok_or(IdentityError::Missing)?)?;
        if certificate.key != key.public() {
            return Err(IdentityError::OtherKey { certified: certificate.key, held: key.public() });
        }
        if certificate.purpose != Purpose::Auth {
            return Err(CertificateError::Purpose { wanted: Purpose::Auth, found: certificate.purpose }.into());
        }
        Self::unchecked(rules, key, chain)
    }

    /// As [`Self::new`], for tests that present bad certificates.
    pub fn unchecked(rules: Arc<Rules>, key: &SecretKey, chain: Vec<CertificateDer<'static>>) -> Result<Self, IdentityError> {
        let provider = provider();
        let signer = provider.key_provider.load_private_key(pkcs8(key)).map_err(|error| IdentityError::Key(error.to_string()))?;
        let identity = Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, signer)));
        Ok(Self { rules, own: key.public(), identity, provider })
    }

    /// Secures a connection. Returns whose it is.
    pub async fn secure<C>(self, io: C, outbound: bool) -> Result<(PublicKey, TlsStream<C>), Refusal>
    where
        C: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let verifier = Arc::new(Verifier::new(self.rules.clone()));
        let handshake = async { if outbound { self.dial(io, verifier.clone()).await } else { self.accept(io, verifier.clone()).await } };
        let stream = match (handshake.await, verifier.take()) {
            (Ok(stream), _) => stream,
            (Err(_), Some(Err(refusal))) => return Err(refusal),
            (Err(error), _) => return Err(Refusal::from_handshake(&error)),
        };
        let peer = verifier.peer().ok_or(Refusal::NoCertificate)?;
        if peer == self.own { Err(Refusal::OwnKey) } else { Ok((peer, stream)) }
    }

    async fn dial<C: AsyncRead + AsyncWrite + Unpin>(&self, io: C, verifier: Arc<Verifier>) -> io::Result<TlsStream<C>> {
        let name = ServerName::try_from(TLS_NAME).expect("the profile's name is a DNS name");
        let mut stream = TlsConnector::from(Arc::new(self.client(verifier)?)).connect(name, io).await?;
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(Refusal::Handshake("the other side speaks TLS, but not verbund/1".into()).into());
        }
        let mut welcome = [0; WELCOME.len()];
        stream.read_exact(&mut welcome).await?;
        if &welcome != WELCOME {
            return Err(Refusal::Handshake("the other side speaks TLS, but not verbund/1".into()).into());
        }
        Ok(stream.into())
    }

    async fn accept<C: AsyncRead + AsyncWrite + Unpin>(&self, io: C, verifier: Arc<Verifier>) -> io::Result<TlsStream<C>> {
        let mut stream = TlsAcceptor::from(Arc::new(self.server(verifier)?)).accept(io).await?;
        // rustls lets a client without any ALPN in.
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            stream.close().await?;
            return Err(Refusal::Handshake("the other side does not offer ALPN verbund/1".into()).into());
        }
        stream.write_all(WELCOME).await?;
        stream.flush().await?;
        Ok(stream.into())
    }

    /// A configuration for one connection, since the verifier remembers what it found. Making one costs a few allocations,
    /// a handshake a thousand times that.
    fn client(&self, verifier: Arc<Verifier>) -> io::Result<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone()).with_protocol_versions(&[&rustls::version::TLS13]).map_err(io::Error::other)?;
        let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_client_cert_resolver(self.identity.clone());
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// No tickets and no session storage: a resumed session would not ask the verifier again, and a removed member could stay.
    fn server(&self, verifier: Arc<Verifier>) -> io::Result<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(self.provider.clone()).with_protocol_versions(&[&rustls::version::TLS13]).map_err(io::Error::other)?;
        let mut config = builder.with_client_cert_verifier(verifier).with_cert_resolver(self.identity.clone());
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("own", &self.own).finish_non_exhaustive()
    }
}

/// The cryptography, named explicitly because more than one provider is linked. AES-256-GCM comes first (every hospital server
/// has AES in hardware), and the key exchange is safe against recorded traffic and later quantum computers where both can.
fn provider() -> Arc<CryptoProvider> {
    use aws_lc_rs::{cipher_suite as suite, kx_group};
    Arc::new(CryptoProvider {
        cipher_suites: vec![suite::TLS13_AES_256_GCM_SHA384, suite::TLS13_CHACHA20_POLY1305_SHA256],
        kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519],
        signature_verification_algorithms: ALGORITHMS,
        ..aws_lc_rs::default_provider()
    })
}

/// RFC 8410: an Ed25519 private key in PKCS#8 is a fixed prefix and the seed.
pub(super) fn pkcs8(key: &SecretKey) -> PrivateKeyDer<'static> {
    const PREFIX: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from([&PREFIX[..], &key.seed()].concat()))
}

//! Serves a site: TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2, a certificate that is read again when its file changes.

use std::{
    net::SocketAddr,
    path::PathBuf,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use arc_swap::ArcSwap;
use axum::{Router, extract::ConnectInfo};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::{
    ServerConfig,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tracing::{debug, info, warn};
use verbund_protocol::time::Timestamp;

use self::places::{InUse, Shares, Uses};
use crate::domain::{config::web::SiteSection, identity::Validity};

mod places;

/// Most connections of one site at once; further ones wait.
const MAX_CONNECTIONS: usize = 1_024;
/// Most of one address, unless it is a proxy's; further ones are closed.
const MAX_OF_ADDRESS: usize = MAX_CONNECTIONS / 2;
/// After how long without a request a connection is closed; browsers open another by themselves.
const IDLE_FOR: Duration = Duration::from_secs(3 * 60);
/// How long saying goodbye may take.
const GOODBYE_FOR: Duration = Duration::from_secs(5);
/// How long a TLS handshake may take.
const HANDSHAKE_FOR: Duration = Duration::from_secs(10);
/// How long a request's header may take.
const HEADER_FOR: Duration = Duration::from_secs(20);
/// Most requests of one HTTP/2 connection at once.
const MAX_STREAMS: u32 = 32;
/// How often the certificate's files are looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A site cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address.
    #[error("cannot listen on {address}: choose a free address and port in the configuration")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A certificate or key file.
    #[error("{path}: {what}")]
    Certificate {
        /// Which file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The TLS library.
    #[error("TLS")]
    Tls(#[from] rustls::Error),
}

/// The certificate in its files, read again when they change.
#[derive(Debug)]
struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    held: ArcSwap<CertifiedKey>,
    looked: Mutex<(Instant, Option<SystemTime>)>,
}

impl Certificate {
    fn open(section: &SiteSection) -> Result<Self, ListenError> {
        let (chain, key) = (section.certificate.clone(), section.private_key.clone());
        let held = ArcSwap::from_pointee(read(&chain, &key)?);
        let looked = Mutex::new((Instant::now(), changed(&chain, &key)));
        Ok(Self { chain, key, held, looked })
    }

    /// Reads the files again if they are newer. A certificate that cannot be used never replaces one that can.
    fn look(&self) {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.0.elapsed() < LOOK_EVERY {
            return;
        }
        looked.0 = Instant::now();
        let found = changed(&self.chain, &self.key);
        if found == looked.1 {
            return;
        }
        match read(&self.chain, &self.key) {
            Ok(fresh) => {
                looked.1 = found;
                self.held.store(Arc::new(fresh));
                info!(certificate = %self.chain.display(), "web certificate read again");
            }
            Err(error) => warn!(%error, "the web certificate changed and cannot be used; the former one stays"),
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.look();
        Some(self.held.load_full())
    }
}

/// Days before its end from which a site's certificate is to be renewed.
pub const RENEW_DAYS: u64 = 21;

/// Returns how long a site's certificate is good, after checking that it can be used.
///
/// # Errors
/// [`ListenError::Certificate`].
pub fn validity(section: &SiteSection) -> Result<Validity, ListenError> {
    let held = read(&section.certificate, &section.private_key)?;
    let wrong = |what: String| ListenError::Certificate { path: section.certificate.display().to_string(), what };
    let leaf = held.end_entity_cert().map_err(|error| wrong(error.to_string()))?;
    let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(|error| wrong(format!("no X.509 certificate: {error}")))?;
    let moment = |at: x509_parser::time::ASN1Time| Timestamp::from_secs(u64::try_from(at.timestamp()).unwrap_or(0));
    Ok(Validity { from: moment(leaf.validity().not_before), until: moment(leaf.validity().not_after) })
}

fn changed(chain: &PathBuf, key: &PathBuf) -> Option<SystemTime> {
    [chain, key].into_iter().filter_map(|path| std::fs::metadata(path).and_then(|meta| meta.modified()).ok()).max()
}

fn read(chain: &PathBuf, key: &PathBuf) -> Result<CertifiedKey, ListenError> {
    let wrong = |path: &PathBuf, what: String| ListenError::Certificate { path: path.display().to_string(), what };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(chain).and_then(Iterator::collect).map_err(|error| wrong(chain, format!("no PEM certificate can be read: {error}")))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, format!("no PEM private key can be read: {error}")))?;
    let certified = CertifiedKey::from_der(certificates, private, &rustls::crypto::aws_lc_rs::default_provider());
    certified.map_err(|error| wrong(chain, format!("certificate and key do not belong together: {error}")))
}

/// A site's open port.
pub struct Listener {
    port: TcpListener,
    tls: TlsAcceptor,
    shares: Arc<Shares>,
}

impl Listener {
    /// Opens the port and reads the certificate.
    ///
    /// # Errors
    /// [`ListenError`].
    pub async fn bind(section: &SiteSection) -> Result<Self, ListenError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_no_client_auth().with_cert_resolver(Arc::new(Certificate::open(section)?));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let port = TcpListener::bind(section.listen).await.map_err(|source| ListenError::Bind { address: section.listen, source })?;
        Ok(Self { port, tls: TlsAcceptor::from(Arc::new(config)), shares: Shares::new(MAX_OF_ADDRESS, &section.trusted_proxies) })
    }

    /// Returns the address, whose port may have been chosen by the system.
    ///
    /// # Errors
    /// The operating system's.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.port.local_addr()
    }

    /// Answers until the task is dropped.
    pub async fn serve(self, router: Router) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            match self.port.accept().await {
                Ok((stream, peer)) => {
                    let Some(share) = self.shares.enter(peer.ip()) else {
                        debug!("too many connections come from one address; this one is closed");
                        continue;
                    };
                    let (tls, router) = (self.tls.clone(), router.clone());
                    tokio::spawn(async move {
                        let _ = stream.set_nodelay(true); // a comfort
                        match tokio::time::timeout(HANDSHAKE_FOR, tls.accept(stream)).await {
                            Ok(Ok(stream)) => converse(stream, peer, router).await,
                            Ok(Err(error)) => debug!(%error, "a browser's TLS handshake failed"),
                            Err(_) => debug!("a browser's TLS handshake took too long"),
                        }
                        drop((place, share));
                    });
                }
                Err(error) => {
                    warn!(%error, "the web site cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

async fn converse(stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>, peer: SocketAddr, router: Router) {
    let uses = Uses::new();
    let asked = uses.clone();
    let service = tower::service_fn(move |mut request: axum::http::Request<hyper::body::Incoming>| {
        let (held, router) = (asked.begin(), router.clone());
        request.extensions_mut().insert(ConnectInfo(peer));
        async move { router.oneshot(request).await.map(|response| response.map(|body| InUse::new(body, held))) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_FOR);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).keep_alive_interval(Some(Duration::from_secs(60)));
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service)));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = uses.idle(IDLE_FOR) => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(GOODBYE_FOR, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a browser's connection ended");
    }
}

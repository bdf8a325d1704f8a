//! The floor of a page: axum over rustls, one read from SQLite, and the bytes.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use axum::{Router, extract::State, response::Html, routing::get};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{net::TcpListener, sync::Mutex};
use tokio_rustls::TlsAcceptor;
use verbund_node::store::{Store, key::DatabaseKey};

/// A server in this process, on two threads as the node's; it ends with this value.
pub(super) struct Server {
    /// Its address.
    pub origin: String,
    _runtime: tokio::runtime::Runtime,
}

/// One connection is enough: a read takes some microseconds.
type Held = Arc<Mutex<Store>>;

impl Server {
    /// Serves `body`, which lies in an encrypted database like the node's, under the certificate in `folder`.
    ///
    /// # Errors
    /// If port, certificate or database are not usable.
    pub fn start(folder: &Path, body: &[u8]) -> anyhow::Result<Self> {
        let place = folder.join("bare");
        std::fs::create_dir_all(place.join("data"))?;
        let store = Store::open(&place.join("data"), &DatabaseKey::generate()?)?;
        store.db().execute_batch("CREATE TABLE page (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")?;
        store.db().execute("INSERT INTO page (id, body) VALUES (1, ?1)", [std::str::from_utf8(body)?])?;
        let chain = CertificateDer::pem_file_iter(folder.join("web.crt"))?.collect::<Result<Vec<_>, _>>()?;
        let private = PrivateKeyDer::from_pem_file(folder.join("web.key"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_no_client_auth().with_single_cert(chain, private)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let port = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let origin = format!("https://localhost:{}", port.local_addr()?.port());
        let router = Router::new().route("/offers", get(page)).with_state(Arc::new(Mutex::new(store)));
        runtime.spawn(serve(port, TlsAcceptor::from(Arc::new(tls)), router));
        Ok(Self { origin, _runtime: runtime })
    }
}

async fn page(State(store): State<Held>) -> Html<String> {
    let store = store.lock().await;
    Html(store.db().prepare_cached("SELECT body FROM page WHERE id = 1").and_then(|mut page| page.query_row([], |row| row.get(0))).unwrap_or_default())
}

async fn serve(port: TcpListener, tls: TlsAcceptor, router: Router) {
    while let Ok((stream, _)) = port.accept().await {
        let (tls, router) = (tls.clone(), router.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = tls.accept(stream).await.context("TLS") else { return };
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).await;
        });
    }
}

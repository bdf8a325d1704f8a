//! Somebody who asks for pages over a connection that stays open, as cheaply as it can be done: the caller works on the same cores.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};

/// Longest head of an answer, bytes.
const MAX_HEAD: usize = 16 << 10;

/// What a browser keeps, by name.
pub(super) type Cookies = BTreeMap<String, String>;

/// Trust in the certificate of the town's pages.
pub(super) fn trust(pem: &Path) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(Arc::new(ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth()))
}

/// Somebody with an open connection and a session.
pub(super) struct Caller {
    stream: StreamOwned<ClientConnection, TcpStream>,
    authority: String,
    pub(super) cookies: Cookies,
    head: String,
    /// The last answer, and where its body begins.
    held: Vec<u8>,
    body: usize,
}

fn head(authority: &str, cookies: &Cookies) -> String {
    let cookies = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    format!("host: {authority}\r\ncookie: {cookies}\r\naccept-language: de\r\n")
}

impl Caller {
    pub(super) fn open(origin: &str, cookies: &Cookies, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        let authority = origin.strip_prefix("https://").context("an https address")?;
        let stream = TcpStream::connect(authority)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let host = authority.split(':').next().unwrap_or(authority).to_owned();
        let connection = ClientConnection::new(tls.clone(), ServerName::try_from(host)?)?;
        let (authority, cookies) = (authority.to_owned(), cookies.clone());
        Ok(Self { stream: StreamOwned::new(connection, stream), head: head(&authority, &cookies), authority, cookies, held: Vec::new(), body: 0 })
    }

    /// Asks for a page and returns how large it is, bytes.
    pub(super) fn ask(&mut self, path: &str) -> anyhow::Result<usize> {
        self.stream.write_all(format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head).as_bytes())?;
        self.answer(path, "200")
    }

    /// Sends a form of the page that was asked for last; it must be taken, which leads on to another page.
    pub(super) fn send_form(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        let page = std::str::from_utf8(&self.held[self.body..])?;
        let token = page.split_once("name=\"form\" value=\"").and_then(|(_, rest)| rest.split('"').next()).context("a page with a form")?;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(std::iter::once(&("form", token)).chain(fields)).finish();
        let form = format!("origin: https://{}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n", self.authority, body.len());
        self.stream.write_all(format!("POST {path} HTTP/1.1\r\n{}{form}\r\n{body}", self.head).as_bytes())?;
        self.answer(path, "303").map(drop)
    }

    /// Reads the answer, which must have this status, and returns how long its body is.
    fn answer(&mut self, path: &str, status: &str) -> anyhow::Result<usize> {
        self.held.clear();
        let mut piece = [0; 16 << 10];
        let (end, length) = loop {
            let count = self.stream.read(&mut piece)?;
            ensure!(count > 0 && self.held.len() < MAX_HEAD, "{path}: no whole answer");
            self.held.extend_from_slice(&piece[..count]);
            if let Some(end) = self.held.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.held[..end])?;
                ensure!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {}", head.lines().next().unwrap_or_default());
                for (name, value) in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()?.split_once('=')) {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                    self.head = self::head(&self.authority, &self.cookies);
                }
                let lengths = head.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
                let length = lengths.map(|(_, value)| value.trim().parse::<usize>()).next();
                break (end + 4, length.with_context(|| format!("{path}: no length"))??);
            }
        };
        while self.held.len() < end + length {
            let count = self.stream.read(&mut piece)?;
            ensure!(count > 0, "{path}: cut off");
            self.held.extend_from_slice(&piece[..count]);
        }
        self.body = end;
        Ok(length)
    }
}

/// The stream of news that an open page listens to.
pub(super) struct News {
    stream: StreamOwned<ClientConnection, TcpStream>,
    /// News heard so far.
    pub(super) heard: usize,
}

impl News {
    pub(super) fn open(origin: &str, cookies: &Cookies, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        let mut caller = Caller::open(origin, cookies, tls)?;
        caller.stream.write_all(format!("GET /live HTTP/1.1\r\n{}\r\n", caller.head).as_bytes())?;
        let mut first = [0; MAX_HEAD];
        let count = caller.stream.read(&mut first)?;
        ensure!(first[..count].starts_with(b"HTTP/1.1 200"), "/live: {}", String::from_utf8_lossy(&first[..count]));
        let mut this = Self { stream: caller.stream, heard: 0 };
        this.count(&first[..count]);
        this.stream.sock.set_nonblocking(true)?;
        Ok(this)
    }

    /// Takes in what has come since.
    pub(super) fn hear(&mut self) -> anyhow::Result<()> {
        let mut piece = [0; MAX_HEAD];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => bail!("/live: ended"),
                Ok(count) => self.count(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn count(&mut self, piece: &[u8]) {
        self.heard += piece.windows(5).filter(|window| *window == b"data:").count();
    }
}

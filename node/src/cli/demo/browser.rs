//! A browser for programs: asks a node's pages over TLS, keeps cookies, fills in forms as they are shown. The demo sets its people up with
//! it, through the ordinary pages; tests walk all pages with it.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser at one site.
#[derive(Clone)]
pub struct Browser {
    /// The site's address, without a slash at the end.
    pub origin: String,
    /// What it keeps, by name.
    pub cookies: BTreeMap<String, String>,
    /// The language it asks for.
    pub language: &'static str,
    tls: Arc<ClientConfig>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// What it holds.
    pub body: Vec<u8>,
    /// Where it came from.
    pub path: String,
}

impl Answer {
    /// Returns a header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
    /// Returns the page's text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// Returns the value of the first hidden field of this name.
    pub fn hidden(&self, name: &str) -> Option<String> {
        between(&self.text(), &format!("name=\"{name}\" value=\""), "\"")
    }
    /// Returns the text of the first element whose start tag has this attribute.
    pub fn element(&self, attribute: &str) -> Option<String> {
        let text = self.text();
        let at = text.find(attribute)?;
        between(&text[at..], ">", "<").map(|text| text.trim().to_owned())
    }
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let from = text.find(before)? + before.len();
    let to = text[from..].find(after)? + from;
    Some(text[from..to].to_owned())
}

impl Browser {
    /// Returns a browser that trusts the certificate in a PEM file, at a site.
    ///
    /// # Errors
    /// If the file holds no certificate.
    pub fn new(origin: &str, trusted: &Path) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted).with_context(|| format!("no certificate in {}", trusted.display()))?)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { origin: origin.to_owned(), cookies: BTreeMap::new(), language: "de", tls: Arc::new(tls) })
    }

    /// Asks for a page, and follows where it leads.
    ///
    /// # Errors
    /// If the site does not answer.
    pub fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        let answer = self.ask("GET", path, &[], b"")?;
        self.follow(answer)
    }

    /// Sends a form with the token that `page` carries, and follows where it leads.
    ///
    /// # Errors
    /// If the page has no form, or the site does not answer.
    pub fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let token = page.hidden("form").with_context(|| format!("{} (status {}) has no form", page.path, page.status))?;
        let mut all = vec![("form", token.as_str())];
        all.extend_from_slice(fields);
        let answer = self.post(action, &all)?;
        self.follow(answer)
    }

    /// Sends a form as it is, and follows nothing.
    ///
    /// # Errors
    /// If the site does not answer.
    pub fn post(&mut self, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let origin = self.origin.clone();
        self.ask("POST", action, &[("content-type", "application/x-www-form-urlencoded"), ("origin", &origin)], body.as_bytes())
    }

    fn follow(&mut self, mut answer: Answer) -> anyhow::Result<Answer> {
        for _ in 0..8 {
            if !(300..400).contains(&answer.status) {
                return Ok(answer);
            }
            let to = answer.header("location").context("led nowhere")?.to_owned();
            answer = self.ask("GET", &to, &[], b"")?;
        }
        bail!("{} leads round in circles", answer.path)
    }

    /// Asks once.
    ///
    /// # Errors
    /// If the site does not answer.
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> anyhow::Result<Answer> {
        let authority = self.origin.strip_prefix("https://").context("an https address")?;
        let host = authority.split(':').next().unwrap_or(authority);
        let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:443") };
        let stream = TcpStream::connect(&address).with_context(|| format!("nobody answers at {address}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let connection = ClientConnection::new(self.tls.clone(), ServerName::try_from(host.to_owned())?)?;
        let mut stream = StreamOwned::new(connection, stream);
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\naccept-language: {}\r\ncontent-length: {}\r\n", self.language, body.len());
        if !cookies.is_empty() {
            head.push_str(&format!("cookie: {cookies}\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Err(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => return Err(error.into()),
            _ => {}
        }
        let answer = read(path, &bytes)?;
        self.keep(&answer);
        Ok(answer)
    }

    fn keep(&mut self, answer: &Answer) {
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn read(path: &str, bytes: &[u8]) -> anyhow::Result<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").with_context(|| format!("{path}: no whole answer"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).with_context(|| format!("{path}: no status"))?;
    let headers: Vec<(String, String)> = lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked { dechunk(&bytes[end + 4..])? } else { bytes[end + 4..].to_vec() };
    Ok(Answer { status, headers, body, path: path.to_owned() })
}

fn dechunk(mut bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n").context("a chunk without a length")?;
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end])?.trim(), 16)?;
        if length == 0 {
            return Ok(body);
        }
        ensure!(bytes.len() >= end + 4 + length, "a chunk was cut off");
        body.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
}

//! A foreign TLS client: what an administrator sees with `openssl s_client`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    super::{Refusal, tls::WELCOME},
    world::{Node, World, key},
};

/// Runs `openssl s_client` against a node and returns all it printed.
async fn s_client(node: &Node, arguments: Vec<String>) -> String {
    let port = node.address.rsplit('/').next().unwrap().to_owned();
    let run = move || {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-showcerts", "-ign_eof", "-servername", "member.verbund"]);
        // The server waits for a client that speaks; closing the input lets openssl wait for the server's first words only.
        let child = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("openssl is installed");
        let output = child.wait_with_output().unwrap();
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn pem(place: &Path, name: &str, label: &str, der: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in base64(der).as_bytes().chunks(64) {
        writeln!(text, "{}", String::from_utf8_lossy(line)).unwrap();
    }
    writeln!(text, "-----END {label}-----").unwrap();
    let path: PathBuf = place.join(name);
    fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * place)) as usize & 63] as char;
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

fn alpn(protocol: &str) -> Vec<String> {
    vec!["-alpn".into(), protocol.into()]
}

#[tokio::test]
async fn without_a_certificate_the_connection_ends_inside_tls() {
    let world = World::new(&["a"]);
    let mut a = world.start("a").await;
    let said = s_client(&a, alpn("verbund/1")).await;
    assert!(said.contains("certificate required") || said.contains("alert number 116"), "{said}");
    assert_eq!(a.refused().await, Refusal::NoCertificate);
}

#[tokio::test]
async fn with_a_members_certificate_the_chain_and_the_welcome_are_shown() {
    let world = World::new(&["a", "b"]);
    let a = world.start("a").await;
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, label: &str, der: &[u8]| pem(place.path(), name, label, der);
    let mut arguments = alpn("verbund/1");
    arguments.extend(["-cert".into(), file("cert.pem", "CERTIFICATE", &world.certificate("b"))]);
    arguments.extend(["-key".into(), file("key.pem", "PRIVATE KEY", super::super::tls::pkcs8(&key("b")).secret_der())]);
    arguments.extend(["-CAfile".into(), file("authority.pem", "CERTIFICATE", &world.authority.der)]);
    arguments.extend(["-verify_hostname".into(), "member.verbund".into()]);
    let stopping = a.handle.clone();
    // openssl would wait for more words; the node hangs up on whoever does not speak yamux, at the latest when it stops.
    let (said, ()) = tokio::join!(s_client(&a, arguments), async move {
        while stopping.peers().await.is_empty() {
            tokio::task::yield_now().await;
        }
        stopping.stop().await;
    });
    let welcome = std::str::from_utf8(WELCOME).unwrap().trim();
    for expected in ["Verify return code: 0 (ok)", "ALPN protocol: verbund/1", "TLS_AES_256_GCM_SHA384", "serialNumber = a", "BEGIN CERTIFICATE", welcome] {
        assert!(said.contains(expected), "{expected} is missing in {said}");
    }
}

#[tokio::test]
async fn another_application_protocol_is_refused() {
    let world = World::new(&["a", "b"]);
    let mut a = world.start("a").await;
    let said = s_client(&a, alpn("h2")).await;
    assert!(said.contains("no application protocol") || said.contains("alert number 120"), "{said}");
    assert!(matches!(a.refused().await, Refusal::Handshake(_)));
}

#[tokio::test]
async fn older_tls_is_refused() {
    let world = World::new(&["a"]);
    let mut a = world.start("a").await;
    let said = s_client(&a, ["-tls1_2", "-alpn", "verbund/1"].map(String::from).to_vec()).await;
    assert!(said.contains("protocol version") && !said.contains("BEGIN CERTIFICATE"), "{said}");
    assert!(matches!(a.refused().await, Refusal::Handshake(_)));
}

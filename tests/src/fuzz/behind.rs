//! Behind TLS: the port of the mesh as those reach it who can complete a handshake. A member's own node that says anything in frames of the
//! muxer; one that does not belong any more; a stranger with papers of its own making; and papers that were tampered with.
//!
//! The first byte of what a peer says chooses between raw bytes and a question in one of the protocols, whose frames are then right, so
//! that what is in them is read. After every few inputs a good member says hello and must be answered.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::aws_lc_rs,
    sign::{CertifiedKey, SingleCertAndKey},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _};
use verbund_certs::{
    new_key,
    testing::{self, Profile},
};
use verbund_node::{
    mesh::{Command, Event},
    runtime::service,
};
use verbund_protocol::{
    certificate::{ALPN, Purpose, TLS_NAME},
    hello::{self, Hello, View},
    id::Digest,
    sign::SecretKey,
    wire::Protocol,
};

use super::{
    Run, Target,
    doors::{PATIENCE, Port, papers},
    kit::vector,
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "mesh-member", brief: 150, seeds: talks, make: members },
    Target { name: "mesh-guest", brief: 60, seeds: talks, make: guests },
    Target { name: "mesh-papers", brief: 100, seeds: certificates, make: tampered },
];

/// What a listener says once it has verified the dialler.
const WELCOME: &[u8] = b"verbund/1\n";
/// After so many inputs it is looked whether others are still served.
const LOOK_EVERY: u64 = 16;
/// The streams on which the hello and another question are said.
const FIRST: u32 = 1;
const NEXT: u32 = 3;

// ---- what is said ----

/// The frames of the muxer (yamux): a head of twelve bytes, and the bytes of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    kind: u8,
    flags: u16,
    stream: u32,
    length: u32,
    data: Vec<u8>,
}

const DATA: u8 = 0;
const PING: u8 = 2;
const SYN: u16 = 1;
const ACK: u16 = 2;
const FIN: u16 = 4;
const RST: u16 = 8;

impl Frame {
    fn data(stream: u32, flags: u16, data: Vec<u8>) -> Self {
        Self { kind: DATA, flags, stream, length: data.len() as u32, data }
    }
    fn ping() -> Self {
        Self { kind: PING, flags: SYN, stream: 0, length: 0x5eed, data: vec![] }
    }
    fn bytes(&self) -> Vec<u8> {
        [&[0, self.kind][..], &self.flags.to_be_bytes(), &self.stream.to_be_bytes(), &self.length.to_be_bytes(), &self.data].concat()
    }
    /// Takes the first frame off `bytes`; nothing while it is not complete.
    fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let head: [u8; 12] = bytes.first_chunk().copied()?;
        let length = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
        let size = if head[1] == DATA { length as usize } else { 0 };
        if bytes.len() - 12 < size {
            return None;
        }
        let data = bytes[12..12 + size].to_vec();
        bytes.drain(..12 + size);
        Some(Self { kind: head[1], flags: u16::from_be_bytes([head[2], head[3]]), stream: u32::from_be_bytes([head[4], head[5], head[6], head[7]]), length, data })
    }
}

/// Whether `bytes` are frames and nothing else: then the other side owes an answer to what follows, or an end.
fn complete(bytes: &[u8]) -> bool {
    let mut rest = bytes.to_vec();
    while !rest.is_empty() {
        if Frame::take(&mut rest).is_none() {
            return false;
        }
    }
    true
}

/// The names by which questions are asked, the hello first.
fn names() -> Vec<String> {
    [vec![hello::NAME.to_owned()], Protocol::ALL.iter().map(|protocol| protocol.name(1)).collect()].concat()
}

/// One question on a stream of its own: which protocol, its length, and its bytes.
fn question(stream: u32, name: &str, body: &[u8]) -> Frame {
    let line = |text: &str| [&[text.len() as u8 + 1], text.as_bytes(), b"\n"].concat();
    let length = (body.len() as u32).to_be_bytes();
    Frame::data(stream, SYN, [&line("/multistream/1.0.0")[..], &line(name), &length, body].concat())
}

fn good_hello() -> Vec<u8> {
    Hello { version_min: 1, version_max: 1, now: service::now(), document: 1, you: View::Member, suspensions: Digest([0; 32]) }.write()
}

/// Questions of every protocol, the same as raw frames, and other frames.
fn talks() -> Vec<Vec<u8>> {
    let bodies = [good_hello(), vector("sync-request-1"), vector("batch-1"), vector("range-request-1"), vector("confirmation-question-1")];
    let asked = bodies.iter().enumerate().map(|(which, body)| [&[which as u8 + 1], &body[..]].concat());
    let raw = names().into_iter().zip(&bodies).map(|(name, body)| [&[0], &question(FIRST, &name, body).bytes()[..]].concat());
    let window = Frame { kind: 1, flags: SYN, stream: 3, length: 1 << 16, data: vec![] };
    let away = Frame { kind: 3, flags: 0, stream: 0, length: 0, data: vec![] };
    let frames = [Frame::ping(), window, Frame::data(FIRST, SYN | FIN, b"\x13/multistream/1.0.0\n\x03ls\n".to_vec()), Frame::data(FIRST, RST, vec![]), away];
    asked.chain(raw).chain(frames.map(|frame| [&[0], &frame.bytes()[..]].concat())).collect()
}

// ---- who says it ----

/// Takes whatever certificate the node shows: it is not what is tried here.
#[derive(Debug)]
struct Trusting;

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(&self, _: &CertificateDer<'_>, _: &[CertificateDer<'_>], _: &ServerName<'_>, _: &[u8], _: UnixTime) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(&self, _: &[u8], _: &CertificateDer<'_>, _: &DigitallySignedStruct) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Returns a peer's side of TLS with this key and this certificate, whatever the certificate says.
fn client(key: &SecretKey, certificate: Vec<u8>) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let private = PrivateKeyDer::from_pem_slice(key.to_pem().as_bytes()).expect("a key of our own");
    let signer = provider.key_provider.load_private_key(private).expect("a key of our own");
    let shown = Arc::new(SingleCertAndKey::from(CertifiedKey::new(vec![certificate.into()], signer)));
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13]).expect("TLS 1.3");
    let mut config = builder.dangerous().with_custom_certificate_verifier(Arc::new(Trusting)).with_client_cert_resolver(shown);
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

/// A node's port, with a second clinic's papers to come there with.
struct Door {
    port: Port,
    good: Arc<ClientConfig>,
    came: u64,
}

/// How far a peer came.
enum Way {
    /// It was welcomed.
    In(Box<Stream>),
    /// It was turned away; how, in a word.
    Out(String),
}

impl Door {
    fn open(gone: Option<usize>) -> Self {
        let mut port = Port::without(gone);
        let own = papers(&port.village, 1);
        let good = client(&own.auth_key, own.auth.der);
        // Whoever asks is answered with the question: what the node behind would do is tried elsewhere.
        let (_, none) = tokio::sync::mpsc::channel(1);
        let mut events = std::mem::replace(&mut port.events, none);
        let handle = port.handle.clone();
        port.runtime.spawn(async move {
            while let Some(event) = events.recv().await {
                match event {
                    Event::Request { respond, body, .. } => respond.answer(body),
                    // From then on it may ask everything that its standing allows.
                    Event::Up { peer, greeting, .. } => drop(handle.send(Command::Synchronised { peer, edition: greeting.edition }).await),
                    _ => {}
                }
            }
        });
        Self { port, good, came: 0 }
    }

    /// Completes TLS, as far as the node lets it, and says `early` at once.
    fn come(&self, config: &Arc<ClientConfig>, early: &[u8]) -> Way {
        let socket = TcpStream::connect(("127.0.0.1", self.port.port)).expect("the port is open");
        socket.set_read_timeout(Some(PATIENCE)).expect("a span");
        let name = ServerName::try_from(TLS_NAME).expect("the profile's name is a DNS name");
        let mut stream = StreamOwned::new(ClientConnection::new(config.clone(), name).expect("a good configuration"), socket);
        // Who is turned away learns it while writing or while reading.
        let said = stream.write_all(early).and_then(|()| stream.flush());
        let mut welcome = [0; WELCOME.len()];
        match said.and_then(|()| stream.read_exact(&mut welcome)) {
            Ok(()) => {
                assert_eq!(welcome, WELCOME, "a listener's first words");
                Way::In(Box::new(stream))
            }
            Err(error) => Way::Out(patient(&error)),
        }
    }

    /// Waits until the node has noticed that the peer is gone: it lets in few connections of one peer at a time.
    fn wait_until_gone(&self) {
        let peer = papers(&self.port.village, 1).auth_key.public();
        let gone = async {
            while self.port.handle.peers().await.iter().any(|seen| seen.key == peer && seen.link.is_some()) {
                tokio::task::yield_now().await;
            }
        };
        self.port.runtime.block_on(async { tokio::time::timeout(PATIENCE, gone).await }).expect("the node notices that a peer has gone");
    }

    /// Now and then: a good member says hello and is answered.
    fn look(&mut self) {
        self.came += 1;
        if !self.came.is_multiple_of(LOOK_EVERY) {
            return;
        }
        // Few connections of one peer stand at a time, and those before may not be gone yet.
        let heard = (0..100).find_map(|_| {
            self.wait_until_gone();
            let Way::In(mut stream) = self.come(&self.good, &[]) else { return None };
            let heard = talk(&mut stream, &question(FIRST, hello::NAME, &good_hello()).bytes(), Some(FIRST));
            let said: Vec<u8> = heard.into_iter().filter(|frame| frame.stream == FIRST).flat_map(|frame| frame.data).collect();
            (String::from_utf8_lossy(&said).contains(hello::NAME) && said.len() > 60).then_some(said)
        });
        assert!(heard.is_some(), "a hello is answered");
    }
}

/// Returns an error of the connection as a word. One that says that nothing came for a long time is a finding.
fn patient(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    assert!(!matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "the node neither answers nor ends");
    format!("{:?} {error}", error.kind())
}

/// Says `bytes`, which are complete frames, with a ping behind them, and returns what comes back until the node has answered that, and the
/// question on a stream if one is asked; or until it ends the connection.
fn talk(stream: &mut Stream, bytes: &[u8], asked: Option<u32>) -> Vec<Frame> {
    let (mut heard, mut rest, mut buffer) = (Vec::new(), Vec::new(), [0; 4_096]);
    let (mut pinged, mut answered) = (false, asked.is_none());
    let mut said = stream.write_all(bytes).and_then(|()| stream.write_all(&Frame::ping().bytes())).and_then(|()| stream.flush());
    while said.is_ok() && !(pinged && answered) {
        let size = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(size) => size,
            Err(error) => {
                patient(&error);
                break;
            }
        };
        rest.extend_from_slice(&buffer[..size]);
        while let Some(frame) = Frame::take(&mut rest) {
            pinged |= frame.kind == PING && frame.flags & ACK != 0;
            answered |= asked == Some(frame.stream) && (frame.flags & (FIN | RST) != 0 || frame.data.windows(3).any(|three| three == b"na\n"));
            if frame.kind == PING && frame.flags & SYN != 0 {
                let pong = Frame { flags: ACK, ..frame.clone() };
                said = stream.write_all(&pong.bytes()).and_then(|()| stream.flush());
            }
            heard.push(frame);
        }
    }
    heard
}

/// Says bytes that are no complete frames, and that nothing follows; returns what comes back.
fn break_off(stream: &mut Stream, bytes: &[u8]) -> Vec<Frame> {
    let _ = stream.write_all(bytes);
    stream.conn.send_close_notify();
    let _ = stream.flush();
    let _ = stream.sock.shutdown(std::net::Shutdown::Write);
    let mut rest = Vec::new();
    if let Err(error) = stream.read_to_end(&mut rest) {
        patient(&error);
    }
    std::iter::from_fn(|| Frame::take(&mut rest)).collect()
}

/// Returns what came back as a word: what the node asks on streams of its own is not part of it.
fn word(heard: &[Frame]) -> String {
    let letters = |data: &[u8]| data.iter().skip(20).take(48).map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect::<String>();
    let own = heard.iter().filter(|frame| frame.stream == 0 || frame.stream % 2 == 1);
    let kinds: BTreeSet<String> =
        own.map(|frame| format!("{}{}{}", char::from(b'a' + frame.kind % 26), char::from(b'A' + (frame.flags % 16) as u8), letters(&frame.data))).collect();
    kinds.into_iter().collect::<Vec<_>>().join(" ")
}

/// Says an input to a node that has let its author in.
fn say(stream: &mut Stream, input: &[u8]) -> String {
    let Some((how, rest)) = input.split_first() else { return word(&break_off(stream, &[])) };
    let names = names();
    match usize::from(*how) % (names.len() + 1) {
        0 if complete(rest) => word(&talk(stream, rest, None)),
        0 => format!("broken off {}", word(&break_off(stream, rest))),
        1 => format!("hello {}", word(&talk(stream, &question(FIRST, hello::NAME, rest).bytes(), Some(FIRST)))),
        which => {
            // Nobody is asked anything before the hello.
            talk(stream, &question(FIRST, hello::NAME, &good_hello()).bytes(), Some(FIRST));
            format!("{} {}", names[which - 1], word(&talk(stream, &question(NEXT, &names[which - 1], rest).bytes(), Some(NEXT))))
        }
    }
}

fn known(gone: Option<usize>) -> Run {
    let mut door = Door::open(gone);
    Box::new(move |input| {
        let went = match door.come(&door.good, &[]) {
            Way::In(mut stream) => say(&mut stream, input),
            // On a busy machine a handshake may take too long; that members are let in is looked at below.
            Way::Out(why) => why,
        };
        door.wait_until_gone();
        door.look();
        went
    })
}

fn members() -> Run {
    known(None)
}

fn guests() -> Run {
    known(Some(1))
}

/// Papers to begin with: whole certificates, changes to the good one, and what a stranger says who has signed its own.
fn certificates() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = ["certificate-auth-1", "certificate-sign-1", "authority-1"].map(|name| [&[0], &vector(name)[..]].concat()).to_vec();
    // Places in the good certificate and what is put there.
    seeds.extend((0..24_u8).map(|place| [1, place * 10, 0x80, place].to_vec()));
    seeds.push(vec![1]);
    seeds.push([&[2], &question(FIRST, hello::NAME, &good_hello()).bytes()[..]].concat());
    seeds
}

/// Papers that nobody is let in with. By the first byte the rest is a whole certificate shown under a member's key, or changes the member's
/// own byte by byte, or is what a stranger says at once behind a certificate that nobody but itself has signed.
fn tampered() -> Run {
    let mut door = Door::open(None);
    let own = papers(&door.port.village, 1);
    let key = new_key();
    let pem = testing::self_signed(&own.name, "Selbst", &key, Profile::of(Purpose::Auth, service::now()));
    let stranger = client(&key, CertificateDer::from_pem_slice(pem.as_bytes()).expect("just made").to_vec());
    Box::new(move |input| {
        let (how, rest) = input.split_first().map_or((0, input), |(how, rest)| (how % 3, rest));
        let shown = match how {
            1 => rest.chunks_exact(3).fold(own.auth.der.clone(), |mut changed, change| {
                let place = (usize::from(change[0]) << 8 | usize::from(change[1])) % changed.len();
                changed[place] ^= change[2];
                changed
            }),
            _ => rest.to_vec(),
        };
        let came = if how == 2 { door.come(&stranger, rest) } else { door.come(&client(&own.auth_key, shown.clone()), &[]) };
        let went = match came {
            Way::In(stream) => {
                assert!(how < 2 && shown == own.auth.der, "whoever has no papers of the network is let in");
                drop(stream);
                door.wait_until_gone();
                "in".into()
            }
            Way::Out(why) => format!("{how} {why}"),
        };
        door.look();
        went
    })
}

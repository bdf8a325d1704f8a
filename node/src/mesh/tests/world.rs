//! A small network for tests: an authority, a board of one, and nodes with certificates good and bad.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SanType,
    SignatureAlgorithm, SigningKey,
    string::{Ia5String, PrintableString},
};
use tokio::sync::mpsc;
use verbund_protocol::{
    cbor,
    certificate::{NodeName, TLS_NAME},
    id::NetworkId,
    membership::{Edition, Member, Membership, NetworkDocument, Node as MemberNode, Role, SignedDocument, Suspension, SuspensionReason},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
    wire::Protocol,
};

use super::super::{Command, Event, Greeting, MeshConfig, MeshHandle, PeerInfo, Refusal, Tuning, rules::Rules, start, tls::Tls};

/// Long enough that only a fault reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

pub const DAY: Duration = Duration::from_secs(86_400);

/// Returns a key that depends on the name alone.
pub fn key(name: &str) -> SecretKey {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    SecretKey::from_seed(&seed)
}

struct Signer<'a>(&'a SecretKey, PublicKey);

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.1.as_bytes()
    }
    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message).to_vec())
    }
}

fn signer(key: &SecretKey) -> Signer<'_> {
    Signer(key, key.public())
}

/// What a certificate says; tests change it before it is signed.
pub struct Paper {
    pub params: CertificateParams,
    pub key: SecretKey,
}

/// An issuing authority.
pub struct Authority {
    key: SecretKey,
    params: CertificateParams,
    pub der: Vec<u8>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = key(name);
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let der = params.self_signed(&signer(&key)).unwrap().der().to_vec();
        Self { key, params, der }
    }

    /// Keeps the name and takes another key, as a forger would.
    pub fn forge(&mut self) {
        self.key = key("forger");
    }

    pub fn issue(&self, paper: &Paper) -> Vec<u8> {
        let issuer = Issuer::from_params(&self.params, signer(&self.key));
        paper.params.signed_by(&signer(&paper.key), &issuer).unwrap().der().to_vec()
    }
}

impl Paper {
    /// Returns what the auth certificate of a member of `network` says.
    pub fn auth(network: &str, member: &str, now: Timestamp) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, member);
        params.distinguished_name.push(DnType::from_oid(&[2, 5, 4, 5]), DnValue::PrintableString(PrintableString::try_from(member).unwrap()));
        let name = NodeName { network: network.parse().unwrap(), member: member.parse().unwrap(), node: "1".parse().unwrap() };
        let text = |text: &str| Ia5String::try_from(text).unwrap();
        params.subject_alt_names = vec![SanType::URI(text(&name.to_string())), SanType::DnsName(text(TLS_NAME))];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.is_ca = IsCa::ExplicitNoCa;
        let paper = Self { params, key: key(member) };
        paper.valid(now.minus(DAY), now.plus(DAY * 700))
    }

    pub fn valid(mut self, from: Timestamp, until: Timestamp) -> Self {
        let moment = |at: Timestamp| time::OffsetDateTime::from_unix_timestamp(at.secs() as i64).unwrap();
        (self.params.not_before, self.params.not_after) = (moment(from), moment(until));
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut CertificateParams)) -> Self {
        change(&mut self.params);
        self
    }

    pub fn self_signed(&self) -> Vec<u8> {
        self.params.self_signed(&signer(&self.key)).unwrap().der().to_vec()
    }
}

/// A network and its present membership.
pub struct World {
    pub authority: Authority,
    pub now: Timestamp,
    pub membership: Membership,
    board: SecretKey,
    bootstrap: Vec<String>,
}

impl World {
    pub const NETWORK: &str = "test";

    pub fn new(members: &[&str]) -> Self {
        let now = Timestamp(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64);
        let (authority, board) = (Authority::new("authority"), key("board"));
        let first = document(&authority, &board, now, 1, members, vec![]);
        Self { authority, now, membership: Membership::new(first).unwrap(), board, bootstrap: vec![] }
    }

    /// Publishes the next network document with these members.
    pub fn publish(&mut self, members: &[&str]) {
        let version = self.membership.held().document.version + 1;
        let next = document(&self.authority, &self.board, self.now, version, members, self.bootstrap.clone());
        assert!(self.membership.advance(next).unwrap());
    }

    pub fn suspend(&mut self, member: &str) {
        let network: NetworkId = Self::NETWORK.parse().unwrap();
        let suspension =
            Suspension { network: network.clone(), member: member.parse().unwrap(), from: self.now, until: self.now.plus(DAY), reason: SuspensionReason::Breach, ends: None };
        let mut signed = MultiSigned::new(cbor::write(&suspension));
        signed.add_signature(&network, Kind::Suspension, &self.board);
        assert!(self.membership.suspend(&signed.to_bytes(), self.now).unwrap());
    }

    pub fn held(&self) -> Arc<Membership> {
        Arc::new(self.membership.clone())
    }

    /// Returns a member's proper certificate.
    pub fn certificate(&self, member: &str) -> Vec<u8> {
        self.authority.issue(&Paper::auth(Self::NETWORK, member, self.now))
    }

    /// Lets the next documents name these bootstrap addresses.
    pub fn bootstrap(&mut self, addresses: &[&str]) {
        self.bootstrap = addresses.iter().map(|address| (*address).into()).collect();
    }

    /// Starts a member's node.
    pub async fn start(&self, member: &str) -> Node {
        self.start_as(member, self.certificate(member), |_| {}).await
    }

    /// Starts a node with whatever certificate, changed as `change` says.
    pub async fn start_as(&self, name: &str, certificate: Vec<u8>, change: impl FnOnce(&mut MeshConfig)) -> Node {
        let clock = Arc::new(AtomicU64::new(self.now.0));
        let reading = clock.clone();
        let mut config = MeshConfig::new(vec!["/ip4/127.0.0.1/tcp/0".into()], key(name), vec![certificate], Arc::new(move || Timestamp(reading.load(Ordering::Relaxed))));
        // Nothing is dialled that the test does not ask for.
        config.tuning = Tuning { standing_links: 0, chance: 0, ..Tuning::default() };
        change(&mut config);
        let rules = Arc::new(Rules::new(self.held(), config.clock.clone()));
        let tls = Tls::unchecked(rules.clone(), &config.auth_key, config.chain.iter().cloned().map(Into::into).collect()).unwrap();
        let (handle, events) = start(tls, rules, &config.auth_key, &config.listen, config.versions, config.tuning).unwrap();
        let mut node = Node { key: config.auth_key.public(), handle, events, address: String::new(), clock };
        node.address = node.until(|event| if let Event::Listening { address } = event { Some(address) } else { None }).await;
        node
    }
}

fn document(authority: &Authority, board: &SecretKey, now: Timestamp, version: u64, members: &[&str], bootstrap: Vec<String>) -> SignedDocument {
    let network: NetworkId = World::NETWORK.parse().unwrap();
    let member = |name: &&str| Member {
        id: name.parse().unwrap(),
        name: (*name).into(),
        facilities: vec![],
        nodes: vec![MemberNode { id: "1".parse().unwrap(), auth: key(name).public(), sign: key(&format!("{name}-sign")).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![Role::Clinic],
    };
    let document = NetworkDocument {
        network: network.clone(),
        version,
        valid_from: now.minus(DAY),
        valid_until: now.plus(DAY * 365),
        board: vec![board.public()],
        threshold: 1,
        authorities: vec![authority.der.clone()],
        members: members.iter().map(member).collect(),
        bootstrap,
        min_protocol: 1,
        catalogues: vec![],
    };
    let mut signed = MultiSigned::new(cbor::write(&document));
    signed.add_signature(&network, Kind::NetworkDocument, board);
    SignedDocument::read(&network, &signed.to_bytes()).unwrap()
}

/// A running node as a test sees it.
pub struct Node {
    pub key: PublicKey,
    pub handle: MeshHandle,
    pub events: mpsc::Receiver<Event>,
    pub address: String,
    pub clock: Arc<AtomicU64>,
}

impl Node {
    /// Waits for an event; others are let go.
    pub async fn until<T>(&mut self, wanted: impl Fn(Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the mesh runs");
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the event comes")
    }

    pub async fn up(&mut self, peer: PublicKey) -> Greeting {
        self.until(|event| match event {
            Event::Up { peer: who, greeting, .. } if who == peer => Some(greeting),
            _ => None,
        })
        .await
    }

    pub async fn down(&mut self, peer: PublicKey) {
        self.until(|event| matches!(event, Event::Down { peer: who } if who == peer).then_some(())).await;
    }

    pub async fn refused(&mut self) -> Refusal {
        self.until(|event| if let Event::Refused { reason, .. } = event { Some(reason) } else { None }).await
    }

    /// Waits for a question and answers it with its protocol and its bytes turned round.
    pub async fn answer_one(&mut self) -> PublicKey {
        self.until(|event| match event {
            Event::Request { from, protocol, body, respond, .. } => {
                respond.answer(turned(protocol, &body));
                Some(from)
            }
            _ => None,
        })
        .await
    }

    /// Looks again and again until what is known of a peer is as wanted.
    pub async fn sees(&self, peer: PublicKey, wanted: impl Fn(&PeerInfo) -> bool) {
        let look = async {
            while !self.handle.peers().await.iter().any(|info| info.key == peer && wanted(info)) {
                tokio::time::sleep(Duration::from_millis(20)).await; // only to look less often
            }
        };
        tokio::time::timeout(PATIENCE, look).await.expect("it comes to that");
    }

    pub async fn knows(&self, other: &Self) {
        self.knows_at(other.key, &[&other.address]).await;
    }

    pub async fn knows_at(&self, peer: PublicKey, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| (*address).into()).collect();
        self.handle.send(Command::Addresses { peer, addresses }).await.unwrap();
    }

    pub async fn hears(&self, world: &World) {
        self.handle.send(Command::Membership(world.held())).await.unwrap();
    }

    /// Tells the mesh that a round with `peer` is complete, as the core does.
    pub async fn synchronised(&self, peer: PublicKey, edition: Edition) {
        self.handle.send(Command::Synchronised { peer, edition }).await.unwrap();
    }

    pub async fn ask(&self, to: PublicKey, protocol: Protocol) -> Result<super::super::Answer, super::super::RequestError> {
        let answer = self.handle.request(to, protocol, Bytes::from_static(b"ask"));
        tokio::time::timeout(PATIENCE, answer).await.expect("an answer or an error comes")
    }
}

/// The answer that [`Node::answer_one`] gives.
pub fn turned(protocol: Protocol, body: &[u8]) -> Bytes {
    [protocol.word().as_bytes(), &body.iter().rev().copied().collect::<Vec<_>>()].concat().into()
}

/// Connects two nodes; both are up when it returns.
pub async fn connect(a: &mut Node, b: &mut Node) {
    a.knows(b).await;
    a.handle.send(Command::Dial(b.key)).await.unwrap();
    a.up(b.key).await;
    b.up(a.key).await;
}

/// Returns an address where nobody listens.
pub fn closed_address() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("/ip4/127.0.0.1/tcp/{port}")
}

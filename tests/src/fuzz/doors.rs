//! The doors of a running node: the control socket with a real core behind it, and the port of the mesh, at which strangers knock.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tokio::{
    runtime::Runtime,
    sync::mpsc::{self, Receiver},
};
use verbund_node::{
    cli::demo::{found::Village, plan},
    control::{Answer, server},
    domain::{
        actor::Role,
        config::{People, Person, Terms},
        entropy::Seeded,
        identity::Identity,
    },
    mesh::{self, Event, MeshConfig, MeshHandle},
    runtime::{
        core::{Core, Input, Settings},
        engine, service,
    },
    store::{DatabaseKey, Readers, Store, blob::BlobStore},
    workflow::{
        Author, Desk, Job,
        desk::{Later, Outside, PeerSight},
        document::Files,
        took::Took,
    },
};
use verbund_protocol::{
    certificate::NodeName,
    id::MemberId,
    membership::{Membership, SignedDocument},
    time::Timestamp,
};

use super::{
    Run, Target,
    kit::{NOW, auth_key, member_name, membership, network, sign_key},
};

pub(super) const TARGETS: &[Target] =
    &[Target { name: "control-socket", brief: 400, seeds: commands, make: sockets }, Target { name: "mesh-port", brief: 300, seeds: knocks, make: ports }];

/// How long an answer may take before it counts as none.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

// ---- the control socket ----

/// Commands of every area, some several in a row and some followed by bytes.
fn commands() -> Vec<Vec<u8>> {
    const PATIENT: &str = r#"{"area":"patient","do":{"add":{"family":"Muster","given":"Max","birth_date":"1951-04-03"}}}"#;
    const ID: &str = "0011223344556677";
    let lines = [
        PATIENT.to_owned(),
        r#"{"area":"status","do":"show"}"#.into(),
        r#"{"area":"status","do":"peers"}"#.into(),
        r#"{"area":"doctor","do":"examine"}"#.into(),
        r#"{"area":"membership","do":"list"}"#.into(),
        "{\"area\":\"membership\",\"do\":{\"take\":4}}\nabcd".into(),
        r#"{"area":"capacity","do":{"show":{"facility":null,"all":true}}}"#.into(),
        r#"{"area":"capacity","do":{"import":{"text":"facility,department,beds,free\n108310400,2300,10,3 3"}}}"#.into(),
        r#"{"area":"capacity","do":{"renew":[]}}"#.into(),
        r#"{"area":"search","do":{"find":{"wanted":{"query":{"from":20775,"until":20790,"limit":5},"from_place":"80331","near_place":null},"confirm":0}}}"#.into(),
        r#"{"area":"patient","do":{"find":{"name":"mus"}}}"#.into(),
        format!(r#"{{"area":"patient","do":{{"show":"{ID}"}}}}"#),
        format!(r#"{{"area":"patient","do":{{"erase":"{ID}"}}}}"#),
        format!(r#"{{"area":"consent","do":{{"list":"{ID}"}}}}"#),
        r#"{"area":"audit","do":{"list":{"filter":{"subject":null,"actor":null,"action":null,"from":null,"until":null,"before":null},"limit":5}}}"#.into(),
        r#"{"area":"audit","do":{"verify":{"with_peers":false}}}"#.into(),
        r#"{"area":"backup","do":"recovery"}"#.into(),
        r#"{"area":"referral","do":{"list":{"side":null,"case":null,"all":true}}}"#.into(),
        r#"{"area":"referral","do":"queues"}"#.into(),
        format!(r#"{{"area":"referral","do":{{"open-case":{{"patient":"{ID}","variant":"rehab","discharge":20780,"exception":null}}}}}}"#),
        r#"{"area":"referral","do":{"choose":"00112233445566770011223344556677"}}"#.into(),
        r#"{"area":"document","do":"kinds"}"#.into(),
        r#"{"area":"document","do":{"list":{"patient":null,"conversation":null}}}"#.into(),
        format!("{{\"area\":\"document\",\"do\":{{\"add\":{{\"patient\":\"{ID}\",\"kind\":\"AD010109\",\"title\":\"x\",\"size\":9}}}}}}\n%PDF-1.7\n"),
        r#"{"area":"evidence","do":{"export":{"conversation":null,"case":null,"bodies":false}}}"#.into(),
    ];
    lines.into_iter().map(|line| (line + "\n" + PATIENT + "\n").into_bytes()).collect()
}

/// A node without a mesh.
struct Alone {
    readers: Readers,
    files: Arc<Files>,
    data: PathBuf,
    took: Took,
}

impl Outside for Alone {
    fn peers(&self) -> Later<'_, Vec<PeerSight>> {
        Box::pin(async { Vec::new() })
    }
    fn query(&self, _: MemberId, _: Vec<u8>) -> Later<'_, Result<Vec<u8>, String>> {
        Box::pin(async { Err("nobody is there".into()) })
    }
    fn took(&self) -> &Took {
        &self.took
    }
    fn edition(&self) -> Option<u64> {
        None
    }
    fn now(&self) -> Timestamp {
        NOW
    }
    fn data_dir(&self) -> PathBuf {
        self.data.clone()
    }
    fn readers(&self) -> Readers {
        self.readers.clone()
    }
    fn files(&self) -> Arc<Files> {
        self.files.clone()
    }
}

/// Everybody in this test is one person with every role but IT's: a mutated path must not write files anywhere.
fn people() -> People {
    let uid = std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own)).expect("Linux");
    let user = std::process::Command::new("id").arg("-un").output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    let roles = vec![Role::Ward, Role::Physician, Role::SocialService, Role::Admissions, Role::Capacity, Role::PrivacyOfficer];
    let person = |user: String| Person { user, name: "Sim Beispiel".into(), roles: roles.clone() };
    People::new(&[person(user), person(uid.to_string())])
}

/// A node without a mesh, at work.
pub(super) struct House {
    pub desk: Desk,
    pub runtime: Runtime,
    pub folder: tempfile::TempDir,
    /// The core ends with it.
    _inputs: mpsc::Sender<Input>,
}

impl House {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let store = Store::open(&data, &DatabaseKey::from_bytes([7; 32])).expect("a new store");
        let readers = store.readers().expect("the store is a file");
        let me = Author { network: network(), member: member_name(0).parse().expect("a member"), node: "1".parse().expect("a node"), auth: auth_key(0).public(), key: sign_key(0) };
        let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
        let core = Core::start(store, me, membership(), Box::new(Seeded::new(7)), settings).expect("a new store");
        let (inputs, queue) = mpsc::channel(64);
        let (jobs, waiting) = mpsc::channel::<Job>(64);
        engine::start(core, engine::Queues { inputs: queue, jobs: waiting }, Took::default().deliveries, || NOW, drop).expect("a thread");
        let files = Arc::new(Files::new(BlobStore::open(&data).expect("a new folder")));
        let desk = Desk::new(jobs, Arc::new(Alone { readers, files, data, took: Took::default() }));
        Self { desk, runtime: Runtime::new().expect("threads"), folder, _inputs: inputs }
    }
}

struct Socket {
    path: PathBuf,
    _house: House,
}

impl Socket {
    fn open() -> Self {
        let house = House::open();
        let path = house.folder.path().join("control.sock");
        let listener = house.runtime.block_on(async { server::bind(&path) }).expect("a new socket");
        house.runtime.spawn(server::serve(listener, house.desk.clone(), Arc::new(people())));
        Self { path, _house: house }
    }

    /// Sends everything, says that nothing more comes, and returns what is answered.
    fn talk(&self, input: &[u8]) -> Vec<u8> {
        let mut stream = UnixStream::connect(&self.path).expect("the door is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a span");
        // The node may close first, after a line that is far too long; what it said before counts.
        let _ = stream.write_all(input);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the node answers and closes");
        answer
    }
}

fn sockets() -> Run {
    let socket = Socket::open();
    Box::new(move |input| {
        let answer = socket.talk(input);
        let first = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first.is_empty() {
            assert!(input.is_empty(), "a line is answered by a line");
            return "nothing".into();
        }
        match serde_json::from_slice(first).expect("an answer is JSON") {
            Answer::Ok(reply) => reply.as_object().and_then(|reply| reply.keys().next().cloned()).unwrap_or_else(|| "ok".into()),
            Answer::Error(refusal) => {
                assert!(!refusal.remedy.is_empty(), "{}: every refusal says what to do", refusal.code);
                format!("{} {}", refusal.code, refusal.remedy)
            }
        }
    })
}

// ---- the port of the mesh ----

/// A hello of TLS as this software says it, and what else comes to a port.
fn knocks() -> Vec<Vec<u8>> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let mut port = Port::open();
    let dialler = port.runtime.spawn({
        let handle = port.handle.clone();
        async move { drop(handle.probe(format!("/ip4/127.0.0.1/tcp/{}", address.port())).await) }
    });
    let (mut stream, _) = listener.accept().expect("the dialler comes");
    let mut hello = vec![0; 2_048];
    let size = stream.read(&mut hello).expect("it speaks first");
    drop((stream, listener));
    let _ = port.runtime.block_on(dialler);
    port.drain();
    hello.truncate(size);
    vec![hello, b"GET / HTTP/1.1\r\nHost: verbund\r\n\r\n".to_vec(), b"\x16\x03\x01\0\x05\x01\0\0\x01\0".to_vec(), b"\x13/multistream/1.0.0\n".to_vec()]
}

pub(super) struct Port {
    pub runtime: Runtime,
    pub handle: MeshHandle,
    pub events: Receiver<Event>,
    pub port: u16,
    pub village: Village,
    _folder: tempfile::TempDir,
}

impl Port {
    pub fn open() -> Self {
        Self::without(None)
    }

    /// As [`Port::open`]; this clinic does not belong any more, as the node at the port knows.
    pub fn without(gone: Option<usize>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut village = Village::found(&folder.path().join("v"), plan::plans(2, 20), service::now()).expect("a cooperative");
        let identity = papers(&village, 0);
        let mut document = identity.document.clone();
        if let Some(gone) = gone {
            let member = village.clinics[gone].plan.member.clone();
            village.authority.remove(&member, service::now()).expect("the member is there");
            let published = village.publish().and_then(|path| Ok(std::fs::read(path)?)).expect("the board signs");
            document = SignedDocument::read(&village.network, &published).expect("a good document");
        }
        let held = Membership::trusted(document);
        let port = village.clinics[0].port;
        let listen = vec![format!("/ip4/127.0.0.1/tcp/{port}")];
        let mut config = MeshConfig::new(listen, identity.auth_key.clone(), vec![identity.auth.der.clone()], Arc::new(service::now));
        config.tuning.handshake = Duration::from_millis(500);
        let runtime = Runtime::new().expect("threads");
        let (handle, events) = runtime.block_on(async { mesh::spawn(config, Arc::new(held)) }).expect("the port is free");
        Self { port, runtime, handle, events, village, _folder: folder }
    }

    fn drain(&mut self) {
        while self.events.try_recv().is_ok() {}
    }
}

/// Returns what a clinic's node shows others.
pub(super) fn papers(village: &Village, at: usize) -> Identity {
    let clinic = &village.clinics[at];
    let name = NodeName { network: village.network.clone(), member: clinic.plan.member.clone(), node: "1".parse().expect("a node") };
    Identity::load(&clinic.folder.join("identity"), &name).expect("papers in order")
}

fn ports() -> Run {
    let mut port = Port::open();
    let mut knocked = 0_u64;
    Box::new(move |input| {
        let mut stream = TcpStream::connect(("127.0.0.1", port.port)).expect("the port is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a span");
        // The node may have closed already.
        let _ = stream.write_all(input);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        knocked += 1;
        if knocked.is_multiple_of(64) {
            let alive = port.runtime.block_on(async { tokio::time::timeout(PATIENCE, port.handle.peers()).await });
            assert!(alive.is_ok_and(|peers| peers.iter().all(|peer| peer.link.is_none())), "the mesh goes on, and nobody came in");
        }
        port.drain();
        // The kind of the first record, and of an alert which one.
        answer
            .iter()
            .take(1)
            .chain(answer.iter().skip(5).take(2))
            .map(|byte| char::from(b'A' + byte / 16))
            .chain(answer.get(6).map(|alert| char::from(b'a' + alert % 16)))
            .collect()
    })
}

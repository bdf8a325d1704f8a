//! One clinic of the tests: a real core over a real store, files on disk, transfers, and its end of the line.

use std::{
    io::Read as _,
    sync::{
        OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};
use verbund_protocol::{
    cbor,
    document::{DocumentKey, DocumentOffer, RangeRequest},
    id::{ConversationId, Ik},
    membership::{Facility, FacilityKind, Member, NetworkDocument, Node, Role as MemberRole, SignedDocument},
    sign::{Kind, MultiSigned, SecretKey},
};

use super::super::*;
use crate::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        consent::{self, DecidedBy, Decision, How},
        entropy::Seeded,
        patient::tests::anna,
    },
    runtime::core::{Core, Input, Output, Settings},
    store::{
        self, DatabaseKey, Store, audit,
        blob::{BlobError, BlobStore, Named},
    },
    workflow::{
        Author, Job, Work, WorkError,
        desk::{Outside, PeerSight},
        document::{self as chapter, Details, NewDocument},
        took::Took,
    },
};

pub const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
/// Names the folder that is a small disk, inside its namespace: there lie the documents of the receiving clinic.
pub const SMALL_DISK: &str = "VERBUND_TEST_SMALL_DISK";
pub const PATIENT: LocalId = LocalId([1; 8]);

pub fn network() -> NetworkId {
    "test".parse().unwrap()
}
pub fn conversation() -> ConversationId {
    ConversationId([9; 16])
}

/// Returns something that begins like a PDF and in which no two places look alike.
pub fn pdf(size: usize) -> Vec<u8> {
    let mut state = size as u64 | 1;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    b"%PDF-1.7\n".iter().copied().chain(noise).take(size).collect()
}

pub fn membership() -> Membership {
    let member = |id: &str, seed: u8| Member {
        id: id.parse().unwrap(),
        name: id.into(),
        facilities: vec![Facility {
            ik: Ik::with_check_digit(10_000_000 + u32::from(seed)),
            name: id.into(),
            site: None,
            kind: FacilityKind::Rehab,
            latitude: 48_137_000,
            longitude: 11_575_000,
            place: "München".into(),
        }],
        nodes: vec![Node { id: "1".parse().unwrap(), auth: key(seed + 100).public(), sign: key(seed).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![MemberRole::Clinic],
    };
    let document = NetworkDocument {
        network: network(),
        version: 1,
        valid_from: Timestamp(0),
        valid_until: NOW.plus(Duration::from_secs(86_400 * 300)),
        board: vec![key(1).public()],
        threshold: 1,
        authorities: vec![],
        members: vec![member("akut", 11), member("reha", 12)],
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    let mut signed = MultiSigned::new(cbor::write(&document));
    signed.add_signature(&network(), Kind::NetworkDocument, &key(1));
    Membership::new(SignedDocument::read(&network(), &signed.to_bytes()).unwrap()).unwrap()
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// What the line does to requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Answers so many, then is silent until the fault is lifted.
    HoldAfter(usize),
    /// Answers so many, then loses everything.
    CutAfter(usize),
    /// Changes one bit of every answer.
    Spoil,
    /// Leaves out what was asked for beside the first document, as a node of an earlier version does.
    FirstOnly,
}

/// One end of the line.
struct Line {
    peer: OnceLock<Transfers>,
    me: PublicKey,
    fault: watch::Sender<Fault>,
    asked: Arc<AtomicUsize>,
    answered: watch::Sender<usize>,
    lost: Arc<AtomicUsize>,
}

impl Ask for Line {
    fn ask(&self, _to: PublicKey, body: Vec<u8>) -> Later<'_, Result<Bytes, AskError>> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            let mut fault = self.fault.subscribe();
            let now = *fault.borrow_and_update();
            match now {
                Fault::HoldAfter(count) if number >= count => {
                    fault.wait_for(|fault| !matches!(fault, Fault::HoldAfter(_))).await.unwrap();
                }
                Fault::CutAfter(count) if number >= count => {
                    self.lost.fetch_add(1, Ordering::SeqCst);
                    return Err(AskError::Unreachable);
                }
                Fault::None | Fault::HoldAfter(_) | Fault::CutAfter(_) | Fault::Spoil | Fault::FirstOnly => {}
            }
            let body = if now == Fault::FirstOnly { RangeRequest { further: None, ..RangeRequest::read(&body).unwrap() }.to_bytes() } else { body };
            let mut answer = self.peer.get().unwrap().answer(self.me, body).await;
            if now == Fault::Spoil {
                let middle = answer.len() / 2;
                answer[middle] ^= 1;
            }
            self.answered.send_modify(|count| *count += 1);
            Ok(answer.into())
        })
    }
}

struct Nowhere(store::Readers, Arc<Files>, Took);

impl Outside for Nowhere {
    fn took(&self) -> &Took {
        &self.2
    }
    fn peers(&self) -> Later<'_, Vec<PeerSight>> {
        Box::pin(async { Vec::new() })
    }
    fn query(&self, _: MemberId, _: Vec<u8>) -> Later<'_, Result<Vec<u8>, String>> {
        Box::pin(async { Err("nowhere".into()) })
    }
    fn edition(&self) -> Option<u64> {
        None
    }
    fn now(&self) -> Timestamp {
        NOW
    }
    fn data_dir(&self) -> std::path::PathBuf {
        std::path::PathBuf::new()
    }
    fn readers(&self) -> store::Readers {
        self.0.clone()
    }
    fn files(&self) -> Arc<Files> {
        self.1.clone()
    }
}

pub struct Clinic {
    pub member: MemberId,
    pub auth: PublicKey,
    pub sign: SecretKey,
    pub consent: LocalId,
    pub transfers: Transfers,
    pub asked: Arc<AtomicUsize>,
    pub lost: Arc<AtomicUsize>,
    desk: Desk,
    files: Arc<Files>,
    line: Arc<Line>,
    clock: Arc<AtomicU64>,
    turns: watch::Receiver<u64>,
    run: Mutex<Option<JoinHandle<()>>>,
    dir: tempfile::TempDir,
}

/// Returns an acute clinic that holds documents and a rehabilitation clinic, joined by a line.
pub fn joined() -> (Clinic, Clinic) {
    let (akut, reha) = (Clinic::new("akut", 11), Clinic::new("reha", 12));
    assert!(akut.line.peer.set(reha.transfers.clone()).is_ok() && reha.line.peer.set(akut.transfers.clone()).is_ok());
    (akut, reha)
}

impl Clinic {
    fn new(member: &str, seed: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &DatabaseKey::from_bytes([seed; 32])).unwrap();
        let readers = store.readers().unwrap();
        let consent = LocalId([seed; 8]);
        store
            .write(|db| {
                store::patient::add(db, PATIENT, &anna(), "test", NOW)?;
                store::consent::record(db, consent, PATIENT, &release(), "test", NOW).map(|_| ())
            })
            .unwrap();
        let me = Author { network: network(), member: member.parse().unwrap(), node: "1".parse().unwrap(), auth: key(seed + 100).public(), key: key(seed) };
        let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
        let core = Core::start(store, me.clone(), membership(), Box::new(Seeded::new(seed.into())), settings).unwrap();
        let (jobs, queue) = mpsc::channel::<Job>(64);
        if let Some(small) = std::env::var_os(SMALL_DISK).filter(|_| member == "reha") {
            std::os::unix::fs::symlink(small, dir.path().join("documents")).unwrap();
        }
        let files = Arc::new(Files::new(BlobStore::open(dir.path()).unwrap()));
        let desk = Desk::new(jobs, Arc::new(Nowhere(readers.clone(), files.clone(), Took::default())));
        let (asked, lost) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (fault, answered) = (watch::Sender::new(Fault::None), watch::Sender::new(0));
        let line = Arc::new(Line { peer: OnceLock::new(), me: me.auth, fault, asked: asked.clone(), answered, lost: lost.clone() });
        let clock = Arc::new(AtomicU64::new(NOW.0));
        let time = clock.clone();
        let transfers = Transfers::new(Parts {
            network: network(),
            me: me.member.clone(),
            membership: Arc::new(ArcSwap::from_pointee(membership())),
            files: files.clone(),
            readers,
            desk: desk.clone(),
            ask: line.clone(),
            clock: Arc::new(move || Timestamp(time.load(Ordering::SeqCst))),
        });
        let turns = work_off(core, queue, transfers.clone(), clock.clone());
        Self { member: me.member, auth: me.auth, sign: me.key, consent, transfers, asked, lost, desk, files, line, clock, turns, run: Mutex::default(), dir }
    }

    pub fn set_clock(&self, to: Timestamp) {
        self.clock.store(to.0, Ordering::SeqCst);
    }
    pub fn fault(&self, fault: Fault) {
        self.line.fault.send_replace(fault);
    }
    pub async fn line_reaches(&self, answers: usize) {
        self.line.answered.subscribe().wait_for(|count| *count >= answers).await.unwrap();
    }

    pub fn start(&self) {
        *self.run.lock().unwrap() = Some(tokio::spawn(self.transfers.clone().run()));
    }
    /// Waits until the core has stopped for good.
    pub async fn stopped(&self) {
        let mut turns = self.turns.clone();
        let end = async { while turns.changed().await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(60), end).await.expect("the node went on");
    }
    /// Has the disk confirm no document from now on.
    pub fn break_disk(&self) {
        self.files.blobs().break_disk();
    }
    /// Returns the names of all files in the documents folder.
    pub fn names(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.dir.path().join("documents")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
    /// Waits until so many files are left in the documents folder: some go after what becomes of their document is written down.
    pub async fn until_files(&self, count: usize) {
        let left = async {
            while self.names().len() != count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), left).await.unwrap_or_else(|_| panic!("{:?}", self.names()));
    }
    /// Returns a file of the documents folder.
    pub fn take(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.dir.path().join("documents").join(name)).unwrap()
    }
    /// Puts a file into the documents folder.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.dir.path().join("documents").join(name), bytes).unwrap();
    }
    /// Ends everything that moves, at once and without a word, as kill -9 does to the tasks of a process.
    pub fn kill(&self) {
        if let Some(run) = self.run.lock().unwrap().take() {
            run.abort();
        }
        self.transfers.state().running.clear();
    }

    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let actor = Actor::Person { name: "Eva".into(), roles: vec![Role::SocialService] };
        self.desk.ask(&actor, work).await
    }

    pub async fn add(&self, bytes: &[u8]) -> LocalId {
        let (added, key) = self.files.add(bytes, bytes.len() as u64, &Named::default()).unwrap();
        let new = NewDocument { patient: PATIENT, kind: "AD010115".parse().unwrap(), title: "Bericht".into(), replaces: None };
        self.work(move |work| chapter::add(work, &new, &added, &key)).await.unwrap().id
    }

    /// Adds bytes to the files alone.
    pub async fn try_add(&self, bytes: &[u8]) -> Result<(), BlobError> {
        self.files.add(bytes, bytes.len() as u64, &Named::default()).map(drop)
    }

    pub async fn offers(&self, to: &Clinic, documents: &[LocalId]) -> Vec<DocumentOffer> {
        let (documents, member, on) = (documents.to_vec(), to.member.clone(), self.consent);
        self.work(move |work| chapter::offer(work, conversation(), on, PATIENT, &documents, &member)).await.unwrap()
    }
    pub async fn accept(&self, from: &Clinic, offers: Vec<DocumentOffer>) -> Result<Vec<LocalId>, WorkError> {
        let from = from.member.clone();
        self.work(move |work| chapter::accept(work, &from, conversation(), None, &offers)).await
    }
    pub async fn hand_to(&self, to: &Clinic, documents: &[LocalId]) -> Vec<LocalId> {
        let offers = self.offers(to, documents).await;
        to.accept(self, offers).await.unwrap()
    }

    pub async fn details(&self, id: LocalId) -> Details {
        self.work(move |work| chapter::show(work, id)).await.unwrap()
    }
    /// Waits until a document stands so; each turn of the core is an occasion to look.
    pub async fn until(&self, id: LocalId, state: State) {
        self.watch(id, |details| (details.document.state == state).then_some(())).await;
    }
    /// Waits until an attempt has ended without the document and returns why.
    pub async fn trouble(&self, id: LocalId) -> String {
        self.watch(id, |details| details.waiting.and_then(|waiting| waiting.trouble)).await
    }
    /// Waits until a look finds something.
    pub async fn watch<T>(&self, id: LocalId, look: impl Fn(Details) -> Option<T>) -> T {
        let mut turns = self.turns.clone();
        let found = async {
            loop {
                // Looking is a turn too, so what it causes is marked as seen before the next wait. What shares its turn may come after it,
                // and no turn need follow: so it is looked again soon.
                let before = *turns.borrow_and_update();
                if let Some(found) = look(self.details(id).await) {
                    return found;
                }
                if let Ok(turned) = tokio::time::timeout(Duration::from_millis(50), turns.wait_for(|now| *now > before + 1)).await {
                    turned.unwrap();
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), found).await {
            Ok(found) => found,
            Err(_) => {
                let trouble = self.details(id).await.waiting.map(|waiting| (waiting.attempts, waiting.next_at, waiting.trouble));
                panic!("the document never came to stand so: {trouble:?}")
            }
        }
    }

    pub async fn read(&self, id: LocalId) -> Vec<u8> {
        let (document, key) = self.work(move |work| chapter::open(work, id)).await.unwrap();
        let mut bytes = Vec::new();
        self.files.read(document.root, document.cipher_size, &key).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }
    pub async fn key(&self, id: LocalId) -> Option<DocumentKey> {
        self.work(move |work| Ok(document::key(work.db, id)?)).await.unwrap()
    }
    pub async fn audit(&self) -> Vec<String> {
        self.work(|work| Ok(audit::list(work.db, &audit::Filter::default(), 1_000)?.into_iter().map(|line| line.action).collect())).await.unwrap()
    }
    /// Returns how many ranges of a document are here and verify.
    pub async fn parts_here(&self, id: LocalId) -> usize {
        let document = self.details(id).await.document;
        self.files.blobs().incoming(document.root, document.cipher_size).unwrap().have().into_iter().filter(|there| *there).count()
    }
    /// Returns whether the documents folder is empty, after everything that stops transfers had its turn.
    pub async fn no_files(&self) -> bool {
        let roots = self.work(|work| Ok(document::list(work.db, &document::Filter { all: true, ..Default::default() }, 100)?)).await.unwrap();
        for document in roots {
            self.transfers.stop(document.root).await;
        }
        std::fs::read_dir(self.dir.path().join("documents")).unwrap().next().is_none()
    }
    /// Takes `count` places for ranges of `peer` until the result is dropped.
    pub fn occupy(&self, peer: PublicKey, count: usize) -> impl Drop + use<> {
        struct Places(Transfers, PublicKey);
        impl Drop for Places {
            fn drop(&mut self) {
                self.0.state().serving.remove(&self.1);
            }
        }
        self.transfers.state().serving.insert(peer, count);
        Places(self.transfers.clone(), peer)
    }
}

fn release() -> Decision {
    Decision {
        kind: consent::Kind::IdentifiedRelease,
        given: true,
        recipient: Some(consent::Recipient { member: "reha".parse().unwrap(), facility: Ik::with_check_digit(10_000_012) }),
        named: None,
        form: Some("Anlage 1b 2024-03".into()),
        by: DecidedBy::Patient,
        how: How::Desk,
        document: None,
        at: NOW,
        until: None,
    }
}

/// Gives the core its turns on a thread, carries out what concerns transfers, and counts the turns.
fn work_off(mut core: Core, mut queue: mpsc::Receiver<Job>, transfers: Transfers, clock: Arc<AtomicU64>) -> watch::Receiver<u64> {
    let (count, turns) = watch::channel(0);
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        while let Some(job) = queue.blocking_recv() {
            // A core that stops for good takes the counter of turns with it.
            let Ok(outputs) = core.turn(Timestamp(clock.load(Ordering::SeqCst)), vec![Input::Job(job)]) else { return };
            for output in outputs {
                match output {
                    Output::Finish(finish, result) => finish(result),
                    Output::Fetch => transfers.fetch(),
                    Output::StopTransfer(root) => {
                        let transfers = transfers.clone();
                        runtime.spawn(async move { transfers.stop(root).await });
                    }
                    _ => {}
                }
            }
            count.send_modify(|count| *count += 1);
        }
    });
    turns
}

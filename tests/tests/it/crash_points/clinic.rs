//! Two clinics on disks in memory. Every step of their story is first taken as it should be, and then cut off at every point.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, mpsc},
    time::Duration,
};

use verbund_node::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        consent::{DecidedBy, Decision, How, Kind, Recipient},
        entropy::Seeded,
    },
    runtime::core::{Core, Fatal, Input, Output, Settings},
    store::{Db, Store, StoreError, audit, backup, conversation, integrity},
    workflow::{Author, Job, Work, WorkError, dispatch, inbound, recall::Recall, recovery, replication, work::Memory},
};
use verbund_protocol::{
    cbor,
    conversation::{Batch, SignedHeader},
    id::{ConversationId, Digest, Ik, MemberId},
    membership::{Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role as MemberRole, SignedDocument, Suspension, SuspensionReason},
    referral::MessageKind,
    sign::{Checked, Kind as Signed, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
};
use verbund_tests::disk::{Disk, Image};

pub const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Returns the key by which others see the node of the asker (0) or the owner (1).
pub fn auth(at: usize) -> PublicKey {
    key(111 + at as u8).public()
}

/// Returns the facility of the member with this seed.
pub fn ik(seed: u8) -> Ik {
    Ik::with_check_digit(10_000_000 + u32::from(seed))
}

/// Returns the bytes of the network document of this version with these members.
pub fn document(version: u64, members: &[(&str, u8)]) -> Vec<u8> {
    let member = |id: &str, seed: u8| Member {
        id: id.parse().unwrap(),
        name: id.into(),
        facilities: vec![Facility { ik: ik(seed), name: id.into(), site: None, kind: FacilityKind::Both, latitude: 48_137_000, longitude: 11_575_000, place: "München".into() }],
        nodes: vec![Node { id: "1".parse().unwrap(), auth: key(seed + 100).public(), sign: key(seed).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![MemberRole::Clinic],
    };
    let document = NetworkDocument {
        network: "test".parse().unwrap(),
        version,
        valid_from: Timestamp(0),
        valid_until: NOW.plus(Duration::from_secs(86_400 * 300)),
        board: vec![key(1).public()],
        threshold: 1,
        authorities: vec![],
        members: members.iter().map(|(id, seed)| member(id, *seed)).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    signed(cbor::write(&document), Signed::NetworkDocument)
}

/// Returns a suspension of a member for two days.
pub fn suspension(member: &str, from: Timestamp) -> Vec<u8> {
    let until = from.plus(Duration::from_secs(2 * 86_400));
    let suspension = Suspension { network: "test".parse().unwrap(), member: member.parse().unwrap(), from, until, reason: SuspensionReason::Malfunction, ends: None };
    signed(cbor::write(&suspension), Signed::Suspension)
}

fn signed(payload: Vec<u8>, kind: Signed) -> Vec<u8> {
    let mut signed = MultiSigned::new(payload);
    signed.add_signature(&"test".parse().unwrap(), kind, &key(1));
    signed.to_bytes()
}

pub fn decision(kind: Kind, recipient: Option<Recipient>) -> Decision {
    Decision { kind, given: true, recipient, named: None, form: Some("Anlage 1b 2024-03".into()), by: DecidedBy::Patient, how: How::Desk, document: None, at: NOW, until: None }
}

/// Returns everything a database holds, table by table, row by row.
pub fn dump(db: &Db) -> Vec<String> {
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for name in names {
        let mut rows = db.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        let mut table = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..columns)
                .map(|at| {
                    let cell = row.get_ref(at).unwrap();
                    // Long ones by their hash: they are only compared.
                    cell.as_blob().map_or_else(|_| format!("{cell:?}"), |bytes| Digest::of(bytes).to_string())
                })
                .collect();
            table.push(format!("{name}: {}", cells.join(", ")));
        }
        table.sort();
        all.push(format!("{name}: {} rows", table.len()));
        all.extend(table);
    }
    all
}

/// A clinic between two steps: only its disk is left.
pub struct Clinic {
    me: Author,
    image: Image,
}

/// How a step is cut off.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The process ends; what was written stays.
    Kill,
    /// The machine ends; the dice say what of the unsynced stays.
    Power(u64),
}

/// `scripts/test --large` loses the power with other dice, too, and cuts a step also when one like it has been cut before.
fn large() -> bool {
    std::env::var_os("VERBUND_TEST_LARGE").is_some()
}

/// The power goes at every point; that a process is killed there takes less from the disk, and is tried at some.
fn cuts(stop: u64) -> &'static [Cut] {
    const CUTS: [Cut; 4] = [Cut::Power(1), Cut::Kill, Cut::Power(2), Cut::Power(3)];
    match (large(), stop % 4) {
        (true, _) => &CUTS,
        (false, 0) => &CUTS[..2],
        (false, _) => &CUTS[..1],
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Transactions.
    pub steps: u64,
    /// Writes, truncations and syncs at which one was cut off, each in several ways.
    pub points: u64,
    /// After how many of them there was what had been before.
    pub before: u64,
    /// After how many there was what comes after.
    pub after: u64,
    /// After how many a whole core was started on what was left, and took a further turn.
    pub starts: u64,
    /// Failed syncs and full disks.
    pub refused: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, points, before, after, starts, refused } = self;
        let found = format!("{before} times all was as before, {after} times as after");
        write!(f, "{steps} transactions cut off at {points} points: {found}; a node went on from {starts} of them; {refused} failed syncs and full disks")
    }
}

/// The story of two clinics.
pub struct Story {
    clinics: [Clinic; 2],
    now: Timestamp,
    number: u64,
    tally: Tally,
    /// Steps that have been cut off everywhere.
    cut: BTreeSet<String>,
    /// In a rehearsal nothing is cut off.
    rehearsed: bool,
    /// At each of how many points a step is cut off; the first place is another one for each step, and the last ones are always among them.
    every: u64,
    /// What the audits of both say was done.
    deeds: BTreeSet<String>,
}

/// A piece of work that a door hands in.
type Piece = Arc<dyn Fn(&mut Work<'_>) -> Result<(), WorkError> + Send + Sync>;

/// One input of a turn.
#[derive(Clone)]
pub enum Given {
    /// Work.
    Work(Piece),
    /// A look, whose audit is written with that of all others of the turn.
    Look(Piece),
    /// Time has passed.
    Tick,
    /// An announcement.
    Gossip(Vec<u8>),
}

impl Given {
    pub fn work(piece: impl Fn(&mut Work<'_>) -> Result<(), WorkError> + Send + Sync + 'static) -> Self {
        Self::Work(Arc::new(piece))
    }
    pub fn look(piece: impl Fn(&mut Work<'_>) -> Result<(), WorkError> + Send + Sync + 'static) -> Self {
        Self::Look(Arc::new(piece))
    }
}

/// Returns the numbers of the types of the messages in a batch.
fn kinds(batch: &[u8]) -> String {
    let headers = Batch::read(batch).unwrap().items.into_iter().map(|item| SignedHeader::trusted(&item.header).unwrap().header);
    let kinds: Vec<String> = headers.map(|header| format!("{:?}", MessageKind::numbered(header.message).unwrap())).collect();
    kinds.join(" and ")
}

/// Whoever does a step, unless the step says otherwise: somebody who may do everything.
pub fn person() -> Actor {
    Actor::Person { name: "Sim Beispiel".into(), roles: Role::ALL.to_vec() }
}

fn terms() -> Terms {
    Terms { mail: true, mail_admissions: true, ..Terms::default() }
}

impl Story {
    /// Returns two clinics that have just been started for the first time. Steps are cut off at each point, or at each of `every` unless
    /// there is time for all.
    pub fn begin(every: u64) -> Self {
        Self { every: if large() { 1 } else { every }, ..Self::of(false) }
    }

    /// Returns the same for a story that is only told: nothing is cut off.
    pub fn rehearsal() -> Self {
        Self::of(true)
    }

    fn of(rehearsed: bool) -> Self {
        let clinic = |member: &str, seed: u8| {
            let me = Author { network: "test".parse().unwrap(), member: member.parse().unwrap(), node: "1".parse().unwrap(), auth: key(seed + 100).public(), key: key(seed) };
            let mut clinic = Clinic { me, image: Disk::new(0).image() };
            let disk = Disk::new(0);
            clinic.work(&disk, NOW, 0, |_| Ok(())).unwrap();
            clinic.image = disk.image();
            clinic
        };
        Self { clinics: [clinic("a", 11), clinic("b", 12)], now: NOW, number: 0, tally: Tally::default(), cut: BTreeSet::new(), rehearsed, every: 1, deeds: BTreeSet::new() }
    }

    /// Returns the actions that the audits of both clinics name.
    pub fn deeds(&self) -> &BTreeSet<String> {
        &self.deeds
    }
    /// Returns the moment of the next step.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// Returns the id of a clinic's member.
    pub fn member(&self, at: usize) -> MemberId {
        self.clinics[at].me.member.clone()
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }
    pub fn pass(&mut self, span: Duration) {
        self.now = self.now.plus(span);
    }
    pub fn image(&self, at: usize) -> Image {
        self.clinics[at].image.clone()
    }
    pub fn put_back(&mut self, at: usize, image: Image) {
        self.clinics[at].image = image;
    }

    /// Returns what a piece of work finds, and keeps nothing of it.
    pub fn look<T>(&mut self, at: usize, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.clinics[at].work(&Disk::of(&self.clinics[at].image, 0), self.now, 0, piece).unwrap()
    }

    /// Returns the step of a conversation at both clinics.
    pub fn steps_of(&mut self, id: ConversationId) -> [String; 2] {
        [0, 1].map(|at| self.look(at, |work| Ok(conversation::find(work.db, id)?.unwrap().log.state().step.word().to_owned())))
    }

    /// Returns the contradictions kept of a conversation.
    pub fn evidence(&mut self, at: usize, id: ConversationId) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.look(at, |work| Ok(conversation::contradictions(work.db, id)?))
    }

    /// Takes a step, and cuts it off everywhere. Where nothing of it stayed it is taken again.
    pub fn step<T: fmt::Debug>(&mut self, name: &str, at: usize, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.cut_everywhere(name, at, false, |clinic, disk, now, seed| clinic.work(disk, now, seed, &piece))
    }

    /// Gives a node that has just started one turn with several inputs, as in daily work, and cuts it off everywhere: one transaction with a
    /// savepoint each. Returns what became of each piece of work, in words; what is refused undoes only itself.
    pub fn turn(&mut self, name: &str, at: usize, given: &[Given]) -> Vec<String> {
        self.cut_everywhere(name, at, false, |clinic, disk, now, seed| clinic.turn(disk, now, seed, given))
    }

    /// Puts a clinic back to what its disk held at some time, as a restore from a backup does.
    pub fn restore(&mut self, at: usize, backup: Image) {
        self.put_back(at, backup);
        self.on_store("a restore begins", at, |store, now| backup::begin_recovery(store, now, ("it", "it"), now));
    }

    /// Takes a step that is no piece of work of the core's, but one with the store before it runs or after.
    pub fn on_store<T: fmt::Debug>(&mut self, name: &str, at: usize, piece: impl Fn(&Store, Timestamp) -> Result<T, StoreError>) -> T {
        self.cut_everywhere(name, at, false, |_, disk, now, _| Ok(piece(&disk.store(None)?, now)?))
    }

    /// One asks the other what was said after its backup, and takes in the answer.
    pub fn recover(&mut self, at: usize) {
        let (me, other) = (self.member(at), self.member(1 - at));
        let asked = other.clone();
        let question = self.look(at, move |work| recovery::question(work, &asked));
        let given = self.step("what was said is given back", 1 - at, move |work| recovery::give(work, &me, &question));
        self.step("what was said is taken back in", at, move |work| recovery::take(work, &other, &given));
    }

    /// Like [`Self::step`], for what may come twice: it is taken again also where all of it stayed, and that changes nothing.
    pub fn repeat<T: fmt::Debug>(&mut self, name: &str, at: usize, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.cut_everywhere(name, at, true, |clinic, disk, now, seed| clinic.work(disk, now, seed, &piece))
    }

    /// Tells what went before, all of which is cut off in another story.
    pub fn known<T>(&mut self, tell: impl FnOnce(&mut Self) -> T) -> T {
        let rehearsed = std::mem::replace(&mut self.rehearsed, true);
        let told = tell(self);
        self.rehearsed = rehearsed;
        told
    }

    /// Everything that waits at a clinic goes to the other, and back and forth until nothing waits; each arrival of messages and of receipts is
    /// a step of its own.
    pub fn deliver(&mut self, from: usize) {
        self.deliver_anew("", from);
    }

    /// Like [`Self::deliver`], for messages whose arrival means something that it did not mean before: it is cut off again.
    pub fn deliver_anew(&mut self, why: &str, from: usize) {
        let (mut from, mut idle) = (from, 0);
        while idle < 2 {
            let to = 1 - from;
            let (sender, recipient): (MemberId, MemberId) = (self.clinics[from].me.member.clone(), self.clinics[to].me.member.clone());
            let sent = self.look(from, |work| dispatch::due(work, &recipient, &dispatch::UnderWay::default()));
            idle = if sent.is_some() { 0 } else { idle + 1 };
            if let Some(sent) = sent {
                let (body, what) = (sent.body.clone(), format!("{}{}{why}", kinds(&sent.body), if why.is_empty() { "" } else { " " }));
                let answer = self.repeat(&format!("{what} at {recipient}"), to, move |work| inbound::receive(work, &sender, &body, &Checked::default()));
                self.repeat(&format!("receipts for {what} at {from}"), from, move |work| dispatch::on_response(work, &sent, &answer, &Checked::default()));
            }
            from = to;
        }
    }

    fn cut_everywhere<T: fmt::Debug>(&mut self, name: &str, at: usize, repeats: bool, run: impl Fn(&Clinic, &Disk, Timestamp, u64) -> Result<T, WorkError>) -> T {
        self.number += 1;
        let (now, seed) = (self.now, self.number);
        let clinic = &self.clinics[at];
        let clean = Disk::of(&clinic.image, 0);
        let run = |disk: &Disk| run(clinic, disk, now, seed);
        let out = run(&clean).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        if self.rehearsed {
            self.deeds.extend(deeds(&clean));
        }
        let known = !self.cut.insert(name.to_owned());
        if self.rehearsed || (known && !large()) {
            self.clinics[at].image = clean.image();
            return out;
        }
        let (before, after) = (contents(&clinic.image), contents(&clean.image()));
        let again = |disk: &Disk| {
            let result = run(disk).unwrap_or_else(|error| panic!("{name}, again: {error:?}"));
            assert_eq!(format!("{result:?}"), format!("{out:?}"), "{name}, again, says the same");
            assert!(contents(&disk.image()) == after, "{name}, again, has its effect once");
        };
        let (last, every) = (clean.operations(), self.every);
        // The commit is among the last: there it is decided what stays.
        let tried = |stop: &u64| (stop + seed).is_multiple_of(every) || stop + 3 > last;
        for stop in (0..=last).filter(tried) {
            for cut in cuts(stop) {
                let place = format!("{name}, {cut:?} after {stop} operations");
                let disk = Disk::of(&clinic.image, cut.dice(stop));
                disk.stop_after(stop);
                let result = run(&disk);
                cut.off(&disk);
                let found = contents(&disk.image());
                let (was, is) = (found == before, found == after);
                assert!(was || is, "{place}: neither before nor after: {:#?}", differing(&after, &found));
                assert!(is || result.is_err(), "{place}: what was acknowledged is lost");
                (self.tally.before, self.tally.after) = (self.tally.before + u64::from(!is), self.tally.after + u64::from(is));
                self.tally.points += 1;
                let goes_on = large() || stop % 9 == 0;
                if goes_on {
                    clinic.goes_on(&disk.image(), now, &place);
                }
                self.tally.starts += u64::from(goes_on);
                if !is || repeats {
                    again(&disk);
                }
            }
        }
        self.tally.refused += clinic.refused(seed, &run, name, (&before, &after), &again);
        self.tally.steps += 1;
        self.clinics[at].image = clean.image();
        out
    }
}

impl Cut {
    fn dice(self, stop: u64) -> u64 {
        if let Self::Power(dice) = self { stop * 100 + dice } else { 0 }
    }
    fn off(self, disk: &Disk) {
        match self {
            Self::Kill => disk.kill(),
            Self::Power(_) => {
                disk.power_cut();
            }
        }
    }
}

impl Clinic {
    /// Opens the store as a start of the node does, and does a piece of work in a transaction.
    fn work<T>(&self, disk: &Disk, now: Timestamp, seed: u64, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> Result<T, WorkError> {
        let store = disk.store(None)?;
        let network = self.me.network.clone();
        let first = SignedDocument::read(&network, &document(1, &[("a", 11), ("b", 12)])).unwrap();
        let (mut membership, mut public) = replication::load(store.db(), Membership::new(first).unwrap())?;
        let (terms, recall, mut entropy) = (terms(), Recall::default(), Seeded::new(seed));
        store.write(|db| {
            let mut work = Work {
                db,
                now,
                me: &self.me,
                membership: Memory::new(&mut membership),
                public: Memory::new(&mut public),
                recall: &recall,
                terms: &terms,
                entropy: &mut entropy,
                actor: person(),
                clock_agrees: true,
                effects: Vec::new(),
                looks: None,
            };
            piece(&mut work)
        })
    }

    /// Starts the node's core on a store, as a start of the node does.
    fn core(&self, store: Store, seed: u64) -> Result<Core, Fatal> {
        let first = SignedDocument::read(&self.me.network, &document(1, &[("a", 11), ("b", 12)])).unwrap();
        let settings = Settings { sync_seconds: 15, announce: vec!["/dns4/clinic.example/tcp/443".into()], terms: terms() };
        Core::start(store, self.me.clone(), Membership::new(first).unwrap(), Box::new(Seeded::new(seed)), settings)
    }

    /// Starts a core and gives it one turn.
    fn turn(&self, disk: &Disk, now: Timestamp, seed: u64, given: &[Given]) -> Result<Vec<String>, WorkError> {
        let mut core = self.core(disk.store(None)?, seed).map_err(|Fatal(error)| error)?;
        let (tell, told) = mpsc::channel();
        let input = |(place, given): (usize, &Given)| {
            let tell = tell.clone();
            let job = |piece: &Piece| {
                let piece = piece.clone();
                Job::new(person(), move |work| piece(work), move |result| drop(tell.send((place, result))))
            };
            match given {
                Given::Work(piece) => Input::Job(job(piece)),
                Given::Look(piece) => Input::Job(job(piece).that_only_looks()),
                Given::Tick => Input::Tick,
                Given::Gossip(bytes) => Input::Gossip { id: place as u64, bytes: bytes.clone() },
            }
        };
        let mut inputs: Vec<Input> = given.iter().enumerate().map(input).collect();
        // Whoever comes last learns whether the turn holds, also where nobody else is told anything.
        let last = tell.clone();
        inputs.push(Input::Job(Job::new(person(), |_| Ok(()), move |result| drop(last.send((usize::MAX, result))))));
        for output in core.turn(now, inputs).map_err(|Fatal(error)| error)? {
            if let Output::Finish(finish, result) = output {
                finish(result);
            }
        }
        let mut told: Vec<_> = told.try_iter().collect();
        told.sort_by_key(|(place, _)| *place);
        let lost = told.iter().any(|(_, result)| matches!(result, Err(WorkError::Store(_))));
        assert!(!lost || told.iter().all(|(_, result)| result.is_err()), "a turn that is lost is acknowledged to nobody");
        if lost {
            return Err(StoreError::RolledBack.into());
        }
        told.retain(|(place, _)| *place < usize::MAX);
        Ok(told.into_iter().map(|(_, result)| result.map_or_else(|error| error.code().to_owned(), |()| "done".into())).collect())
    }

    /// A node that starts on what a crash has left goes on with its work.
    fn goes_on(&self, left: &Image, now: Timestamp, place: &str) {
        let disk = Disk::of(left, 0);
        let entries = |store: &Store| audit::head(store.db()).unwrap().len;
        let mut core = self.core(disk.store(None).unwrap(), 1).unwrap_or_else(|error| panic!("{place}: no node starts on it: {error}"));
        let before = entries(core.store());
        let (tell, told) = mpsc::channel();
        let verify = Job::new(person(), verbund_node::workflow::audit::begin_verify, move |result| tell.send(result).unwrap());
        for output in core.turn(now, vec![Input::Tick, Input::Job(verify)]).unwrap_or_else(|error| panic!("{place}: the next turn: {error}")) {
            if let Output::Finish(finish, result) = output {
                finish(result);
            }
        }
        told.recv().unwrap().unwrap_or_else(|error| panic!("{place}: the next piece of work: {error}"));
        assert!(entries(core.store()) > before, "{place}: the next entry of the audit");
        core.stop(now).unwrap_or_else(|error| panic!("{place}: it stops in order: {error}"));
    }

    /// A disk that does not confirm, and one that is full at several sizes: refused, and nothing has changed; or done whole.
    fn refused<T>(&self, seed: u64, run: &impl Fn(&Disk) -> Result<T, WorkError>, name: &str, (before, after): (&[String], &[String]), again: &impl Fn(&Disk)) -> u64 {
        let mut refused = 0;
        for room in [None, Some(0), Some(4_000), Some(8_300), Some(20_000)] {
            let disk = Disk::of(&self.image, seed);
            match room {
                None => disk.fail_syncs(true),
                Some(room) => disk.limit(Some(room)),
            }
            let done = run(&disk).is_ok();
            disk.limit(None);
            disk.power_cut();
            let found = contents(&disk.image());
            let (was, is) = (found == before, found == after);
            assert!(was || is, "{name}, room {room:?}: neither before nor after");
            assert!(is || !done, "{name}, room {room:?}: what was acknowledged is lost");
            if !is {
                again(&disk);
            }
            refused += u64::from(!done);
        }
        refused
    }
}

/// Opens what lies on a disk, checks that it is whole, and returns what it holds.
fn contents(image: &Image) -> Vec<String> {
    let disk = Disk::of(image, 0);
    let store = disk.store(None).expect("the store opens after a crash");
    assert_eq!(integrity::pages(store.db()).unwrap(), Vec::<String>::new());
    let audit = audit::verify(store.db()).unwrap();
    assert!(audit.fault.is_none(), "{audit:?}");
    dump(store.db())
}

/// Returns which actions the audit on a disk names.
fn deeds(disk: &Disk) -> Vec<String> {
    let store = disk.store(None).unwrap();
    let mut actions = store.db().prepare("SELECT DISTINCT action FROM audit").unwrap();
    actions.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn differing<'a>(wanted: &'a [String], found: &'a [String]) -> Vec<&'a String> {
    wanted.iter().filter(|line| !found.contains(line)).chain(found.iter().filter(|line| !wanted.contains(line))).collect()
}

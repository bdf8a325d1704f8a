//! Two clinics on disks in memory. Every step of their story is first taken as it should be, and then cut off at every point.

use std::{collections::BTreeSet, fmt, time::Duration};

use verbund_node::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        consent::{DecidedBy, Decision, How, Kind, Recipient},
        entropy::Seeded,
    },
    store::{Db, audit, conversation, integrity},
    workflow::{Author, Work, WorkError, dispatch, inbound, recall::Recall, replication, work::Memory},
};
use verbund_protocol::{
    cbor,
    conversation::{Batch, SignedHeader},
    id::{ConversationId, Digest, Ik, MemberId},
    membership::{Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role as MemberRole, SignedDocument, Suspension, SuspensionReason},
    referral::MessageKind,
    sign::{Checked, Kind as Signed, MultiSigned, SecretKey},
    time::Timestamp,
};
use verbund_tests::disk::{Disk, Image};

pub const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
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
    /// Failed syncs and full disks.
    pub refused: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, points, before, after, refused } = self;
        write!(f, "{steps} transactions cut off at {points} points: {before} times all was as before, {after} times as after; {refused} failed syncs and full disks")
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
}

/// Returns the numbers of the types of the messages in a batch.
fn kinds(batch: &[u8]) -> String {
    let headers = Batch::read(batch).unwrap().items.into_iter().map(|item| SignedHeader::trusted(&item.header).unwrap().header);
    let kinds: Vec<String> = headers.map(|header| format!("{:?}", MessageKind::numbered(header.message).unwrap())).collect();
    kinds.join(" and ")
}

fn person() -> Actor {
    Actor::Person { name: "Sim Beispiel".into(), roles: Role::ALL.to_vec() }
}

impl Story {
    /// Returns two clinics that have just been started for the first time.
    pub fn begin() -> Self {
        let clinic = |member: &str, seed: u8| {
            let me = Author { network: "test".parse().unwrap(), member: member.parse().unwrap(), node: "1".parse().unwrap(), auth: key(seed + 100).public(), key: key(seed) };
            let mut clinic = Clinic { me, image: Disk::new(0).image() };
            let disk = Disk::new(0);
            clinic.work(&disk, NOW, 0, |_| Ok(())).unwrap();
            clinic.image = disk.image();
            clinic
        };
        Self { clinics: [clinic("a", 11), clinic("b", 12)], now: NOW, number: 0, tally: Tally::default(), cut: BTreeSet::new() }
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

    /// Takes a step, and cuts it off everywhere. Where nothing of it stayed it is taken again.
    pub fn step<T: fmt::Debug>(&mut self, name: &str, at: usize, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.cut_everywhere(name, at, false, piece)
    }

    /// Like [`Self::step`], for what may come twice: it is taken again also where all of it stayed, and that changes nothing.
    pub fn repeat<T: fmt::Debug>(&mut self, name: &str, at: usize, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.cut_everywhere(name, at, true, piece)
    }

    /// Everything that waits at a clinic goes to the other, and back and forth until nothing waits; each arrival of messages and of receipts is
    /// a step of its own.
    pub fn deliver(&mut self, from: usize) {
        let (mut from, mut idle) = (from, 0);
        while idle < 2 {
            let to = 1 - from;
            let (sender, recipient): (MemberId, MemberId) = (self.clinics[from].me.member.clone(), self.clinics[to].me.member.clone());
            let sent = self.look(from, |work| dispatch::due(work, &recipient, &dispatch::UnderWay::default()));
            idle = if sent.is_some() { 0 } else { idle + 1 };
            if let Some(sent) = sent {
                let (body, what) = (sent.body.clone(), kinds(&sent.body));
                let answer = self.repeat(&format!("{what} at {recipient}"), to, move |work| inbound::receive(work, &sender, &body, &Checked::default()));
                self.repeat(&format!("receipts for {what} at {from}"), from, move |work| dispatch::on_response(work, &sent, &answer, &Checked::default()));
            }
            from = to;
        }
    }

    fn cut_everywhere<T: fmt::Debug>(&mut self, name: &str, at: usize, repeats: bool, piece: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> T {
        self.number += 1;
        let (now, seed) = (self.now, self.number);
        let clinic = &self.clinics[at];
        let clean = Disk::of(&clinic.image, 0);
        let out = clinic.work(&clean, now, seed, &piece).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        if !self.cut.insert(name.to_owned()) && !large() {
            self.clinics[at].image = clean.image();
            return out;
        }
        let (before, after) = (contents(&clinic.image), contents(&clean.image()));
        let again = |disk: &Disk| {
            let result = clinic.work(disk, now, seed, &piece).unwrap_or_else(|error| panic!("{name}, again: {error:?}"));
            assert_eq!(format!("{result:?}"), format!("{out:?}"), "{name}, again, says the same");
            assert!(contents(&disk.image()) == after, "{name}, again, has its effect once");
        };
        for stop in 0..=clean.operations() {
            for cut in cuts(stop) {
                let place = format!("{name}, {cut:?} after {stop} operations");
                let disk = Disk::of(&clinic.image, cut.dice(stop));
                disk.stop_after(stop);
                let result = clinic.work(&disk, now, seed, &piece);
                cut.off(&disk);
                let found = contents(&disk.image());
                let (was, is) = (found == before, found == after);
                assert!(was || is, "{place}: neither before nor after: {:#?}", differing(&after, &found));
                assert!(is || result.is_err(), "{place}: what was acknowledged is lost");
                (self.tally.before, self.tally.after) = (self.tally.before + u64::from(!is), self.tally.after + u64::from(is));
                self.tally.points += 1;
                if !is || repeats {
                    again(&disk);
                }
            }
        }
        self.tally.refused += clinic.refused(now, seed, &piece, name, (&before, &after), &again);
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
        let (terms, recall, mut entropy) = (Terms::default(), Recall::default(), Seeded::new(seed));
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

    /// A disk that does not confirm, and one that is full at several sizes: refused, and nothing has changed; or done whole.
    fn refused<T>(
        &self,
        now: Timestamp,
        seed: u64,
        piece: &impl Fn(&mut Work<'_>) -> Result<T, WorkError>,
        name: &str,
        (before, after): (&[String], &[String]),
        again: &impl Fn(&Disk),
    ) -> u64 {
        let mut refused = 0;
        for room in [None, Some(0), Some(4_000), Some(8_300), Some(20_000)] {
            let disk = Disk::of(&self.image, seed);
            match room {
                None => disk.fail_syncs(true),
                Some(room) => disk.limit(Some(room)),
            }
            let done = self.work(&disk, now, seed, piece).is_ok();
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

fn differing<'a>(wanted: &'a [String], found: &'a [String]) -> Vec<&'a String> {
    wanted.iter().filter(|line| !found.contains(line)).chain(found.iter().filter(|line| !wanted.contains(line))).collect()
}

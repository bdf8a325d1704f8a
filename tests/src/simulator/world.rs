//! The world: nodes, clock, and the events that are still to come.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{OnceLock, mpsc},
    time::Duration,
};

use sha2::Digest as _;
use verbund_node::{
    domain::actor::{Actor, Role},
    runtime::{
        core::{Core, Failure, Input, Output},
        engine::MAX_TURN,
    },
    store::{DatabaseKey, Store},
    workflow::{Author, Job, Work, WorkError},
};
use verbund_protocol::{
    conversation::frame::Replies,
    later::as_a_later_version,
    membership::{Membership, NetworkDocument, SignedDocument},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
    wire::Protocol,
};

use super::{
    Counts, Faults, Random, Said,
    counts::Way,
    liars::Liars,
    links::Links,
    naming::named,
    node::{End, Node, State},
    trace::Trace,
};
use crate::disk::{Disk, Image};

/// How long a request may stay unanswered before the sender's core is told, milliseconds.
pub(super) const TIME_OUT_MS: u64 = 10_000;

pub(super) enum Event {
    Tick {
        starts: u64,
    },
    /// All connections say hello again.
    Beat,
    /// Links that flap change over.
    Flap,
    /// A connection stands or is gone.
    Link {
        other: usize,
        up: bool,
    },
    Gossip {
        from: usize,
        bytes: Vec<u8>,
    },
    /// The answer, or its failure, to a question of this node.
    Answer {
        token: u64,
        starts: u64,
        result: Result<Vec<u8>, Failure>,
    },
    /// What has gathered is worked off.
    Turn {
        starts: u64,
    },
    /// Another node's question.
    Question {
        from: usize,
        starts: u64,
        restores: u64,
        token: u64,
        protocol: Protocol,
        body: Vec<u8>,
    },
    /// The end of a transfer to this node: what the sender's node said to the grant.
    Carried {
        starts: u64,
        document: verbund_protocol::id::LocalId,
        answer: Option<Vec<u8>>,
    },
}

impl Event {
    /// Returns how many bytes travel with it.
    fn bytes(&self) -> u64 {
        match self {
            Self::Gossip { bytes, .. } | Self::Question { body: bytes, .. } | Self::Answer { result: Ok(bytes), .. } => bytes.len() as u64,
            Self::Answer { result: Err(_), .. } | Self::Tick { .. } | Self::Turn { .. } | Self::Beat | Self::Flap | Self::Link { .. } | Self::Carried { .. } => 0,
        }
    }
}

/// A cooperative of simulated clinics.
pub struct World {
    /// The present moment by a true clock.
    pub now: Timestamp,
    /// What the network does.
    pub faults: Faults,
    /// The dice.
    pub random: Random,
    /// What the faults came to.
    pub counts: Counts,
    /// What left the nodes with a name in it since somebody last emptied this.
    pub said: Vec<Said>,
    /// Nodes on whose disk bits have flipped, until somebody looks it over.
    pub rotten: BTreeSet<usize>,
    /// Bytes of all questions, answers and announcements on their way so far.
    pub carried_bytes: u64,
    pub(super) nodes: Vec<Node>,
    /// Which nodes have a TLS key: one, or a node and its clone.
    pub(super) book: HashMap<PublicKey, Vec<usize>>,
    pub(super) links: Links,
    pub(super) counter: u64,
    pub(super) membership: Membership,
    pub(super) key: Option<DatabaseKey>,
    pub(super) trace: Trace,
    pub(super) liars: Liars,
    events: BTreeMap<(Timestamp, u64), (usize, Event)>,
}

/// Returns a person with every role that treats patients, for jobs.
pub fn staff() -> Actor {
    let roles = vec![Role::Physician, Role::SocialService, Role::Admissions, Role::Capacity, Role::It];
    Actor::Person { name: "Sim Beispiel".into(), roles }
}

/// Returns an empty store's image, made once: migrations take longer than anything else at a node's first start.
fn empty(key: Option<&DatabaseKey>) -> &'static Image {
    static EMPTY: [OnceLock<Image>; 2] = [OnceLock::new(), OnceLock::new()];
    EMPTY[usize::from(key.is_some())].get_or_init(|| {
        let disk = Disk::new(0);
        let store = disk.store(key).expect("an empty disk takes a store");
        store.checkpoint().expect("a good disk");
        drop(store);
        disk.image()
    })
}

impl World {
    /// Returns a world whose nodes speak for the members of `document`, one node each, with keys derived by
    /// [`World::key`]. The board's single key is `World::key("board")`. With `encrypted` their stores have a key, so that they notice
    /// bits that flip.
    pub fn new(seed: u64, now: Timestamp, document: &NetworkDocument, encrypted: bool) -> Self {
        let read = SignedDocument::read(&document.network, &Self::signed(document)).expect("the document was just made");
        let membership = Membership::new(read).expect("the board signed");
        let mut world = Self {
            now,
            faults: Faults::none(),
            random: Random::new(seed),
            counts: Counts::default(),
            said: Vec::new(),
            rotten: BTreeSet::new(),
            carried_bytes: 0,
            nodes: Vec::new(),
            book: HashMap::new(),
            links: Links::default(),
            membership,
            key: encrypted.then(|| DatabaseKey::from_bytes([9; 32])),
            events: BTreeMap::new(),
            counter: 0,
            trace: Trace::default(),
            liars: Liars::default(),
        };
        for member in &document.members {
            let name = member.id.as_str();
            let author = Author {
                network: document.network.clone(),
                member: member.id.clone(),
                node: member.nodes[0].id.clone(),
                auth: Self::key(&format!("{name} auth")).public(),
                key: Self::key(&format!("{name} sign")),
            };
            let disk = Disk::of(empty(world.key.as_ref()), world.random.bits());
            world.enter(author, disk);
        }
        for at in 0..world.nodes.len() {
            world.start(at);
        }
        world.schedule(5_000, 0, Event::Beat);
        world.schedule(5_500, 0, Event::Flap);
        world
    }

    /// Puts a further node into the world; it is down. Returns its number.
    pub(super) fn enter(&mut self, author: Author, disk: Disk) -> usize {
        let at = self.nodes.len();
        self.book.entry(author.auth).or_default().push(at);
        self.nodes.push(Node::new(author, disk, self.key.as_ref()));
        self.links.grow(self.nodes.len());
        at
    }

    /// Returns the key that belongs to a name.
    pub fn key(name: &str) -> SecretKey {
        SecretKey::from_seed(&sha2::Sha256::digest(name).into())
    }
    /// Returns a network document as the board signs it.
    pub fn signed(document: &NetworkDocument) -> Vec<u8> {
        let mut signed = MultiSigned::new(verbund_protocol::cbor::write(document));
        signed.add_signature(&document.network, Kind::NetworkDocument, &Self::key("board"));
        signed.to_bytes()
    }

    /// Returns how many nodes there are, clones included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// Returns whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
    /// Returns whether a node runs.
    pub fn is_up(&self, at: usize) -> bool {
        matches!(self.nodes[at].state, State::Up(_))
    }
    /// Returns the core of a node that runs.
    pub fn core(&self, at: usize) -> Option<&Core> {
        if let State::Up(core) = &self.nodes[at].state { Some(core) } else { None }
    }
    /// Returns who a node signs as.
    pub fn author(&self, at: usize) -> &Author {
        &self.nodes[at].author
    }
    /// Returns a node's disk.
    pub fn disk(&self, at: usize) -> &Disk {
        &self.nodes[at].disk
    }
    /// Returns whether a backup of a node was taken.
    pub fn has_backup(&self, at: usize) -> bool {
        self.nodes[at].backup.is_some()
    }
    /// Returns how often a node was set back to a backup.
    pub fn restores(&self, at: usize) -> u64 {
        self.nodes[at].restores
    }
    /// Returns a number that is another one once a node's store has changed.
    pub fn changes(&self, at: usize) -> Option<(u64, u64)> {
        Some((self.nodes[at].opened, self.store(at)?.db().total_changes()))
    }
    /// Returns what a node's own clock shows.
    pub fn clock(&self, at: usize) -> Timestamp {
        Timestamp(self.now.0.saturating_add_signed(self.nodes[at].clock_ms))
    }
    /// Sets a node's clock this far from the true time, milliseconds.
    pub fn set_clock(&mut self, at: usize, offset_ms: i64) {
        self.nodes[at].clock_ms = offset_ms;
        self.note(format!("clock {at} {offset_ms}").as_bytes());
    }
    /// Returns how far a node's clock is from the true time, milliseconds.
    pub fn clock_offset(&self, at: usize) -> i64 {
        self.nodes[at].clock_ms
    }
    /// Returns a node's store, unless its disk is damaged or may be: one that the power has left answers no question.
    pub fn store(&self, at: usize) -> Option<&Store> {
        if self.nodes[at].disk.has_stopped() || self.rotten.contains(&at) {
            return None;
        }
        match &self.nodes[at].state {
            State::Up(core) => Some(core.store()),
            State::Down(store) => Some(store),
            State::Gone => None,
        }
    }

    /// Heals network and disks, and starts every node that can start.
    pub fn heal(&mut self) {
        self.faults = Faults { newer: std::mem::take(&mut self.faults.newer), ..Faults::none() };
        for at in 0..self.len() {
            self.nodes[at].disk.fail_syncs(false);
            self.nodes[at].disk.limit(None);
            if !self.is_up(at) {
                self.start(at);
            }
        }
    }

    /// Adds what the disks have counted.
    pub(super) fn count_disks(&mut self) {
        for node in &self.nodes {
            self.counts.syncs_failed += node.disk.failed_syncs();
            self.counts.disk_full += node.disk.refused();
        }
    }

    /// Runs `work` at a running node as [`staff`] and returns its result; what follows is sent.
    ///
    /// # Errors
    /// What the work refuses; [`WorkError::Unavailable`] if the node crashes before it has told anybody.
    pub fn ask<T: Send + 'static>(&mut self, at: usize, work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let (tell, told) = mpsc::channel();
        let job = Job::new(staff(), work, move |result| drop(tell.send(result)));
        self.turn(at, Input::Job(job));
        told.try_recv().unwrap_or_else(|_| Err(WorkError::unavailable("the node crashed before it told anybody", "look whether it was done")))
    }

    /// Lets `span` pass, event by event.
    pub fn run(&mut self, span: Duration) {
        let until = self.now.plus(span);
        self.counts.node_ms += span.as_millis() as u64 * self.len() as u64;
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), (node, event)) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(node, event);
        }
        self.now = until;
    }

    fn happen(&mut self, at: usize, event: Event) {
        match event {
            Event::Beat => return self.on_beat(),
            Event::Flap => return self.on_flap(),
            _ => {}
        }
        if !self.is_up(at) {
            if let Event::Question { from, token, starts, .. } = event {
                self.schedule(50, from, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
            }
            return;
        }
        match event {
            Event::Beat | Event::Flap => {}
            Event::Tick { starts } if starts == self.nodes[at].starts => {
                self.schedule(1_000, at, Event::Tick { starts });
                self.turn(at, Input::Tick);
            }
            Event::Turn { starts } if starts == self.nodes[at].starts => self.take_turn(at),
            Event::Tick { .. } | Event::Turn { .. } => {}
            Event::Link { other, up } => self.on_link(at, other, up),
            Event::Gossip { from, bytes } => self.on_gossip(at, from, bytes),
            // The first answer counts; a repeat, a late one, or one to an earlier life finds nothing open.
            Event::Answer { token, starts, result } if starts == self.nodes[at].starts && self.nodes[at].open.remove(&token).is_some() => {
                let body = result.as_deref().unwrap_or_default();
                let checked = self.checked_ahead(at, token.is_multiple_of(2), body, Replies::check_ahead);
                self.turn(at, Input::Response { token, result, checked });
            }
            Event::Answer { .. } => {}
            // What a node said before it was set back to a backup went down with its connections.
            Event::Question { from, restores, .. } if restores != self.nodes[from].restores => {}
            Event::Question { from, starts, token, protocol, body, .. } => {
                if protocol == Protocol::Message {
                    self.overhear(at, &body);
                }
                self.on_question(at, from, starts, token, protocol, body);
            }
            Event::Carried { starts, document, answer } if starts == self.nodes[at].starts => self.on_carried(at, document, answer),
            Event::Carried { .. } => {}
        }
    }

    /// Hands a core something. Where inputs gather, it gets its turn a moment later, together with what else comes until then; what a person
    /// asks for is worked off at once, after all that waits.
    pub(super) fn turn(&mut self, at: usize, input: Input) {
        self.note_input(at, &input);
        if !self.is_up(at) {
            return;
        }
        let at_once = self.faults.gather_ms == 0 || matches!(input, Input::Job(_));
        let node = &mut self.nodes[at];
        node.gathered.push(input);
        let (waiting, starts) = (node.gathered.len(), node.starts);
        if at_once || waiting >= MAX_TURN {
            self.take_turn(at);
        } else if waiting == 1 {
            let delay = 1 + self.random.below(self.faults.gather_ms);
            self.schedule(delay, at, Event::Turn { starts });
        }
    }

    /// Gives a core a turn and carries out what follows. A node whose disk fails under it goes down.
    pub(super) fn take_turn(&mut self, at: usize) {
        let (inputs, now) = (std::mem::take(&mut self.nodes[at].gathered), self.clock(at));
        let State::Up(core) = &mut self.nodes[at].state else { return };
        if inputs.is_empty() {
            return;
        }
        self.counts.turns += 1;
        self.counts.shared += u64::from(inputs.len() > 1);
        self.counts.rotten += u64::from(self.rotten.contains(&at));
        let outputs = if self.faults.newer.contains(&at) { as_a_later_version(|| core.turn(now, inputs)) } else { core.turn(now, inputs) };
        if self.nodes[at].disk.has_stopped() {
            // The power went in the middle of this turn: nothing of what it wanted to say was said.
            return self.crash(at, End::PowerCut);
        }
        let Ok(outputs) = outputs else { return self.crash(at, End::PowerCut) };
        let looping = self.faults.crash_loop.contains(&at) && self.random.chance(20);
        if looping || (self.faults.crash > 0 && self.random.chance(self.faults.crash)) {
            // What was committed stays; nothing that was to follow it happens.
            self.counts.crashes_after_commit += 1;
            let end = if self.random.chance(500) { End::Killed } else { End::PowerCut };
            return self.crash(at, end);
        }
        for output in outputs {
            self.carry_out(at, output);
        }
    }

    fn carry_out(&mut self, at: usize, output: Output) {
        match output {
            Output::Request { token, to, protocol, body } => {
                self.search(at, Way::Question(protocol), &body);
                self.send(at, token, &to, protocol, body);
            }
            Output::Respond { id, body } => {
                let Some((asker, starts, token)) = self.nodes[at].asked.remove(&id) else { return };
                self.search(at, Way::Answer(asker), body.as_deref().unwrap_or_default());
                self.answered_a_fork(at, token, body.as_deref());
                let result = self.twist(at, body).ok_or(Failure::Busy);
                for delay in self.deliveries(at, asker) {
                    self.schedule(delay, asker, Event::Answer { token, starts, result: result.clone() });
                }
            }
            Output::Announce(bytes) => {
                self.search(at, Way::Announcement, &bytes);
                self.spread(at, &bytes);
            }
            Output::Verdict { id, accept } => {
                let heard = self.nodes[at].heard.remove(&id);
                if let Some(bytes) = heard.filter(|_| accept) {
                    self.spread(at, &bytes);
                }
            }
            Output::Finish(finish, result) => finish(result),
            Output::Fetch => self.fetch(at),
            Output::Membership(_) | Output::Synchronised { .. } | Output::Addresses { .. } | Output::StopTransfer(_) | Output::Post => {}
        }
    }

    /// Keeps what leaves a node if a name is in it.
    fn search(&mut self, from: usize, way: Way, bytes: &[u8]) {
        if named(bytes) {
            self.said.push(Said { from, way, body: bytes.to_vec() });
        }
    }

    pub(super) fn schedule(&mut self, delay_ms: u64, node: usize, event: Event) {
        self.counter += 1;
        self.carried_bytes += event.bytes();
        let at = self.now.plus(Duration::from_millis(delay_ms));
        self.events.insert((at, self.counter), (node, event));
    }
}

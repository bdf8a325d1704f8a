//! The world: nodes, clock, and the events that are still to come.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
    time::Duration,
};

use sha2::Digest as _;
use verbund_node::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        entropy::Seeded,
    },
    runtime::core::{Core, Failure, Input, Output, Settings},
    store::Store,
    workflow::{Author, Job, Work, WorkError},
};
use verbund_protocol::{
    membership::{Membership, NetworkDocument, SignedDocument},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
    wire::Protocol,
};

use super::{Counts, Faults, Random, Said, links::Links};

/// How long a request may stay unanswered before the sender's core is told, milliseconds.
pub(super) const TIME_OUT_MS: u64 = 10_000;

/// One node: running with a core, or down with only its store left.
pub(super) struct Node {
    pub author: Author,
    state: State,
    /// Questions this node is to answer: who asked, in which of its lives, with which token.
    pub asked: BTreeMap<u64, (usize, u64, u64)>,
    /// Tokens of its own questions that are still open.
    pub open: BTreeSet<u64>,
    /// Announcements that wait for the core's verdict.
    heard: BTreeMap<u64, Vec<u8>>,
    /// How often it was started: answers to an earlier life find nobody.
    pub starts: u64,
    /// Its clock minus the true time, milliseconds.
    pub clock_ms: i64,
}

enum State {
    Up(Box<Core>),
    Down(Box<Store>),
    /// Only while a turn is being taken.
    Busy,
}

pub(super) enum Event {
    Tick {
        starts: u64,
    },
    /// All connections say hello again.
    Beat,
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
    /// Another node's question.
    Question {
        from: usize,
        starts: u64,
        token: u64,
        protocol: Protocol,
        body: Vec<u8>,
    },
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
    /// Batches that arrived since somebody last emptied this.
    pub said: Vec<Said>,
    pub(super) nodes: Vec<Node>,
    pub(super) links: Links,
    pub(super) counter: u64,
    membership: Membership,
    events: BTreeMap<(Timestamp, u64), (usize, Event)>,
    trace: sha2::Sha256,
}

/// Returns a person with every role that treats patients, for jobs.
pub fn staff() -> Actor {
    let roles = vec![Role::Physician, Role::SocialService, Role::Admissions, Role::Capacity];
    Actor::Person { name: "Sim Beispiel".into(), roles }
}

impl World {
    /// Returns a world whose nodes speak for the members of `document`, one node each, with keys derived by
    /// [`World::key`]. The board's single key is `World::key("board")`.
    pub fn new(seed: u64, now: Timestamp, document: &NetworkDocument) -> Self {
        let read = SignedDocument::read(&document.network, &Self::signed(document)).expect("the document was just made");
        let membership = Membership::new(read).expect("the board signed");
        let mut world = Self {
            now,
            faults: Faults::none(),
            random: Random::new(seed),
            counts: Counts::default(),
            said: Vec::new(),
            nodes: Vec::new(),
            links: Links::new(),
            membership,
            events: BTreeMap::new(),
            counter: 0,
            trace: sha2::Sha256::new(),
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
            let state = State::Down(Box::new(Store::in_memory().expect("memory is there")));
            world.nodes.push(Node { author, state, asked: BTreeMap::new(), open: BTreeSet::new(), heard: BTreeMap::new(), starts: 0, clock_ms: 0 });
        }
        for at in 0..world.nodes.len() {
            world.start(at);
        }
        world.schedule(5_000, 0, Event::Beat);
        world
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

    /// Returns how many nodes there are.
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
    /// Returns the node with this TLS key.
    fn node_of(&self, key: &PublicKey) -> Option<usize> {
        self.nodes.iter().position(|node| node.author.auth == *key)
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
    /// Returns a hash over everything that happened, equal for two runs of one seed.
    pub fn trace(&self) -> String {
        self.trace.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
    /// Returns a node's store.
    pub fn store(&self, at: usize) -> &Store {
        match &self.nodes[at].state {
            State::Up(core) => core.store(),
            State::Down(store) => store,
            State::Busy => unreachable!("no turn is under way"),
        }
    }

    /// Kills a node between two turns; its store stays.
    pub fn crash(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.state = match std::mem::replace(&mut node.state, State::Busy) {
            State::Up(core) => State::Down(Box::new(core.into_store())),
            other => other,
        };
        node.asked.clear();
        node.open.clear();
        node.heard.clear();
        self.counts.crashes += 1;
        self.note(format!("crash {at}").as_bytes());
        for other in 0..self.len() {
            self.disconnect(at, other);
        }
    }

    /// Starts a node that is down.
    pub fn start(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.starts += 1;
        let starts = node.starts;
        let State::Down(store) = std::mem::replace(&mut node.state, State::Busy) else { panic!("node {at} is not down") };
        let entropy = Box::new(Seeded::new(self.random.bits()));
        let settings = Settings { sync_seconds: 15, announce: vec![format!("/dns4/node{at}.sim/tcp/443")], terms: Terms::default() };
        let core = Core::start(*store, node.author.clone(), self.membership.clone(), entropy, settings).expect("the store reads back");
        node.state = State::Up(Box::new(core));
        self.note(format!("start {at}").as_bytes());
        self.schedule(10 + at as u64, at, Event::Tick { starts });
        for other in 0..self.len() {
            self.connect(at, other);
        }
    }

    /// Heals the network, starts every node and connects everybody.
    pub fn heal(&mut self) {
        self.faults = Faults::none();
        for at in 0..self.len() {
            if !self.is_up(at) {
                self.start(at);
            }
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
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), (node, event)) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(node, event);
        }
        self.now = until;
    }

    fn happen(&mut self, at: usize, event: Event) {
        if matches!(event, Event::Beat) {
            return self.on_beat();
        }
        if !self.is_up(at) {
            if let Event::Question { from, token, starts, .. } = event {
                self.schedule(50, from, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
            }
            return;
        }
        match event {
            Event::Beat => {}
            Event::Tick { starts } if starts == self.nodes[at].starts => {
                self.schedule(1_000, at, Event::Tick { starts });
                self.turn(at, Input::Tick);
            }
            Event::Tick { .. } => {}
            Event::Link { other, up } => self.on_link(at, other, up),
            Event::Gossip { from, bytes } if self.allows(at, from) => {
                self.counter += 1;
                let id = self.counter;
                self.nodes[at].heard.insert(id, bytes.clone());
                self.turn(at, Input::Gossip { id, bytes });
            }
            Event::Gossip { .. } => self.counts.gated += 1,
            // The first answer counts; a repeat, a late one, or one to an earlier life finds nothing open.
            Event::Answer { token, starts, result } if starts == self.nodes[at].starts && self.nodes[at].open.remove(&token) => {
                self.turn(at, Input::Response { token, result });
            }
            Event::Answer { .. } => {}
            Event::Question { from, starts, token, protocol, body } => {
                if protocol == Protocol::Message {
                    self.said.push(Said { from, to: at, body: body.clone() });
                }
                self.on_question(at, from, starts, token, protocol, body);
            }
        }
    }

    pub(super) fn turn(&mut self, at: usize, input: Input) {
        self.note_input(at, &input);
        let State::Up(mut core) = std::mem::replace(&mut self.nodes[at].state, State::Busy) else { panic!("node {at} is down") };
        let outputs = core.turn(self.clock(at), vec![input]).expect("memory does not fail to sync");
        self.nodes[at].state = State::Up(core);
        self.counts.turns += 1;
        if self.random.chance(self.faults.crash) {
            // What was committed stays; nothing that was to follow it happens.
            self.counts.crashes_after_commit += 1;
            return self.crash(at);
        }
        for output in outputs {
            self.carry_out(at, output);
        }
    }

    fn carry_out(&mut self, at: usize, output: Output) {
        match output {
            Output::Request { token, to, protocol, body } => {
                let target = self.node_of(&to);
                self.send(at, token, target, protocol, body);
            }
            Output::Respond { id, body } => {
                let Some((asker, starts, token)) = self.nodes[at].asked.remove(&id) else { return };
                let result = body.ok_or(Failure::Busy);
                for _ in 0..self.copies(at, asker) {
                    let delay = 2 + self.faults.delay(&mut self.random);
                    self.schedule(delay, asker, Event::Answer { token, starts, result: result.clone() });
                }
            }
            Output::Announce(bytes) => self.spread(at, &bytes),
            Output::Verdict { id, accept } => {
                let heard = self.nodes[at].heard.remove(&id);
                if let Some(bytes) = heard.filter(|_| accept) {
                    self.spread(at, &bytes);
                }
            }
            Output::Finish(finish, result) => finish(result),
            Output::Membership(_) | Output::Synchronised { .. } | Output::Addresses { .. } | Output::Fetch | Output::StopTransfer(_) => {}
        }
    }

    pub(super) fn schedule(&mut self, delay_ms: u64, node: usize, event: Event) {
        self.counter += 1;
        let at = self.now.plus(Duration::from_millis(delay_ms));
        self.events.insert((at, self.counter), (node, event));
    }

    fn note_input(&mut self, at: usize, input: &Input) {
        let head = |word: &str| format!("{} {at} {word}", self.now.0);
        let (head, bytes): (String, &[u8]) = match input {
            Input::Tick => (head("tick"), &[]),
            Input::Up { peer, clock_offset_ms, edition } => (head(&format!("up {peer} {clock_offset_ms} {} {}", edition.document, edition.suspensions)), &[]),
            Input::Down(peer) => (head(&format!("down {peer}")), &[]),
            Input::Request { id, from, protocol, body } => (head(&format!("request {id} {from} {protocol}")), body),
            Input::Response { token, result: Ok(body) } => (head(&format!("response {token}")), body),
            Input::Response { token, result: Err(failure) } => (head(&format!("failure {token} {}", failure.word())), &[]),
            Input::Gossip { id, bytes } => (head(&format!("gossip {id}")), bytes),
            Input::Job(_) => (head("job"), &[]),
        };
        self.note(head.as_bytes());
        self.note(bytes);
    }

    pub(super) fn note(&mut self, what: &[u8]) {
        self.trace.update((what.len() as u64).to_le_bytes());
        self.trace.update(what);
    }
}

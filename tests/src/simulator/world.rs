//! The world: nodes, clock, and the events that are still to come.

use std::{
    collections::{BTreeMap, HashMap},
    sync::mpsc,
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
};

use super::{Faults, Random};

/// How long a request may stay unanswered before the sender's core is told, milliseconds.
const TIME_OUT_MS: u64 = 10_000;

/// One node: running with a core, or down with only its store left.
struct Node {
    author: Author,
    state: State,
    /// Questions this node is to answer: who asked, with which token.
    asked: HashMap<u64, (usize, u64)>,
    /// Tokens of its own questions that are still open.
    open: BTreeMap<u64, ()>,
    starts: u64,
}

enum State {
    Up(Box<Core>),
    Down(Box<Store>),
    /// Only while a turn is being taken.
    Busy,
}

enum Event {
    Tick,
    Input(Input),
    /// The answer, or its failure, to a question of this node.
    Answer {
        token: u64,
        result: Result<Vec<u8>, Failure>,
    },
    /// Another node's question.
    Question {
        from: usize,
        token: u64,
        protocol: verbund_protocol::wire::Protocol,
        body: Vec<u8>,
    },
}

/// A cooperative of simulated clinics.
pub struct World {
    /// The present moment.
    pub now: Timestamp,
    /// What the network does.
    pub faults: Faults,
    /// The dice.
    pub random: Random,
    nodes: Vec<Node>,
    membership: Membership,
    events: BTreeMap<(Timestamp, u64), (usize, Event)>,
    counter: u64,
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
    pub fn new(seed: u64, now: Timestamp, document: NetworkDocument) -> Self {
        let mut signed = MultiSigned::new(verbund_protocol::cbor::write(&document));
        signed.add_signature(&document.network, Kind::NetworkDocument, &Self::key("board"));
        let read = SignedDocument::read(&document.network, &signed.to_bytes()).expect("the document was just made");
        let membership = Membership::new(read).expect("the board signed");
        let mut world =
            Self { now, faults: Faults::none(), random: Random::new(seed), nodes: Vec::new(), membership, events: BTreeMap::new(), counter: 0, trace: sha2::Sha256::new() };
        for member in &document.members {
            let name = member.id.as_str();
            let author = Author {
                network: document.network.clone(),
                member: member.id.clone(),
                node: member.nodes[0].id.clone(),
                auth: Self::key(&format!("{name} auth")).public(),
                key: Self::key(&format!("{name} sign")),
            };
            let store = Store::in_memory().expect("memory is there");
            world.nodes.push(Node { author, state: State::Down(Box::new(store)), asked: HashMap::new(), open: BTreeMap::new(), starts: 0 });
        }
        for at in 0..world.nodes.len() {
            world.start(at);
        }
        world
    }

    /// Returns the key that belongs to a name.
    pub fn key(name: &str) -> SecretKey {
        SecretKey::from_seed(&sha2::Sha256::digest(name).into())
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
        let key = node.author.auth;
        self.note(&format!("crash {at}"));
        self.connections(at, key, false);
    }

    /// Starts a node that is down.
    pub fn start(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.starts += 1;
        let State::Down(store) = std::mem::replace(&mut node.state, State::Busy) else { panic!("node {at} is not down") };
        let entropy = Box::new(Seeded::new(self.random.bits()));
        let settings = Settings { sync_seconds: 15, announce: vec![format!("/dns4/node{at}.sim/tcp/443")], terms: Terms::default() };
        let core = Core::start(*store, node.author.clone(), self.membership.clone(), entropy, settings).expect("the store reads back");
        node.state = State::Up(Box::new(core));
        let key = node.author.auth;
        self.note(&format!("start {at}"));
        self.schedule(1 + at as u64, at, Event::Tick);
        self.connections(at, key, true);
    }

    /// Tells both ends of every connection of a node that it stands or fell.
    fn connections(&mut self, at: usize, key: PublicKey, up: bool) {
        let input = |peer| if up { Input::Up { peer, clock_offset_ms: 0 } } else { Input::Down(peer) };
        for other in (0..self.nodes.len()).filter(|other| *other != at) {
            if !self.is_up(other) || !self.faults.passes(at, other) || !self.faults.passes(other, at) {
                continue;
            }
            let other_key = self.nodes[other].author.auth;
            self.schedule(1, other, Event::Input(input(key)));
            if up {
                self.schedule(1, at, Event::Input(input(other_key)));
            }
        }
    }

    /// Heals the network and connects everybody again.
    pub fn heal(&mut self) {
        self.faults = Faults::none();
        for at in 0..self.nodes.len() {
            if !self.is_up(at) {
                self.start(at);
            } else {
                self.connections(at, self.nodes[at].author.auth, true);
            }
        }
    }

    /// Runs `work` at a node as [`staff`] and returns its result; what follows is sent.
    ///
    /// # Errors
    /// What the work refuses.
    pub fn ask<T: Send + 'static>(&mut self, at: usize, work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let (tell, told) = mpsc::channel();
        let job = Job::new(staff(), work, move |result| drop(tell.send(result)));
        self.turn(at, Input::Job(job));
        told.try_recv().expect("a job is answered within its turn")
    }

    /// Lets `span` pass, event by event.
    pub fn run(&mut self, span: std::time::Duration) {
        let until = self.now.plus(span);
        while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), (node, event)) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(node, event);
        }
        self.now = until;
    }

    fn happen(&mut self, at: usize, event: Event) {
        if !self.is_up(at) {
            if let Event::Question { from, token, .. } = event {
                self.schedule(50, from, Event::Answer { token, result: Err(Failure::Unreachable) });
            }
            return;
        }
        match event {
            Event::Tick => {
                self.schedule(1_000, at, Event::Tick);
                self.turn(at, Input::Tick);
            }
            Event::Input(input) => self.turn(at, input),
            Event::Answer { token, result } => {
                // The first answer counts; a repeat, a late one, or one to a node that has crashed since finds nothing open.
                if self.nodes[at].open.remove(&token).is_some() {
                    self.turn(at, Input::Response { token, result });
                }
            }
            Event::Question { from, token, protocol, body } => {
                self.counter += 1;
                let id = self.counter;
                self.nodes[at].asked.insert(id, (from, token));
                let from = self.nodes[from].author.auth;
                self.turn(at, Input::Request { id, from, protocol, body });
            }
        }
    }

    fn turn(&mut self, at: usize, input: Input) {
        self.note(&format!("{} {at} {input:?}", self.now.0));
        let State::Up(mut core) = std::mem::replace(&mut self.nodes[at].state, State::Busy) else { panic!("node {at} is down") };
        let outputs = core.turn(self.now, vec![input]).expect("memory does not fail to sync");
        self.nodes[at].state = State::Up(core);
        for output in outputs {
            self.carry_out(at, output);
        }
    }

    fn carry_out(&mut self, at: usize, output: Output) {
        match output {
            Output::Request { token, to, protocol, body } => self.send(at, token, to, protocol, body),
            Output::Respond { id, body } => {
                let Some((asker, token)) = self.nodes[at].asked.remove(&id) else { return };
                let result = body.ok_or(Failure::Busy);
                for _ in 0..self.copies(at, asker) {
                    let delay = self.faults.delay(&mut self.random);
                    self.schedule(delay, asker, Event::Answer { token, result: result.clone() });
                }
            }
            Output::Announce(bytes) => {
                for other in (0..self.nodes.len()).filter(|other| *other != at) {
                    for _ in 0..self.copies(at, other) {
                        let delay = self.faults.delay(&mut self.random);
                        self.counter += 1;
                        let input = Input::Gossip { id: self.counter, bytes: bytes.clone() };
                        self.schedule(delay, other, Event::Input(input));
                    }
                }
            }
            Output::Finish(finish, result) => finish(result),
            Output::Verdict { .. } | Output::Membership(_) | Output::Addresses { .. } | Output::Fetch | Output::StopTransfer(_) => {}
        }
    }

    fn send(&mut self, at: usize, token: u64, to: PublicKey, protocol: verbund_protocol::wire::Protocol, body: Vec<u8>) {
        self.nodes[at].open.insert(token, ());
        self.schedule(TIME_OUT_MS, at, Event::Answer { token, result: Err(Failure::Unreachable) });
        let Some(target) = self.nodes.iter().position(|node| node.author.auth == to) else { return };
        for _ in 0..self.copies(at, target) {
            let delay = self.faults.delay(&mut self.random);
            self.schedule(delay, target, Event::Question { from: at, token, protocol, body: body.clone() });
        }
    }

    /// Returns how often a delivery arrives: lost, once, or twice.
    fn copies(&mut self, from: usize, to: usize) -> usize {
        let (lost, repeated) = (self.random.chance(self.faults.loss), self.random.chance(self.faults.repeat));
        match (lost || !self.faults.passes(from, to), repeated) {
            (true, _) => 0,
            (false, repeated) => 1 + usize::from(repeated),
        }
    }

    fn schedule(&mut self, delay_ms: u64, node: usize, event: Event) {
        self.counter += 1;
        let at = self.now.plus(std::time::Duration::from_millis(delay_ms));
        self.events.insert((at, self.counter), (node, event));
    }

    fn note(&mut self, what: &str) {
        self.trace.update(what.as_bytes());
    }
}

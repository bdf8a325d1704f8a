//! One simulated node: its disk, its core while it runs, and the ways in which both fail.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use verbund_node::{
    domain::{config::Terms, entropy::Seeded},
    runtime::core::{Core, Input, Settings},
    store::{DatabaseKey, Store, backup, integrity},
    workflow::Author,
};
use verbund_protocol::{id::ConversationId, sign::PublicKey, time::Timestamp};

use super::{World, world::Event};
use crate::disk::{Disk, Image};

/// One node: running with a core, or down with only its store left.
pub(super) struct Node {
    pub author: Author,
    pub disk: Disk,
    pub state: State,
    /// What waits for the core's next turn.
    pub gathered: Vec<Input>,
    /// Questions this node is to answer: who asked, in which of its lives, with which token.
    pub asked: BTreeMap<u64, (usize, u64, u64)>,
    /// Its own questions that are still open: whom they ask, and the conversations whose messages they carry.
    pub open: BTreeMap<u64, (PublicKey, BTreeSet<ConversationId>)>,
    /// Announcements that wait for the core's verdict, with their hash.
    pub heard: BTreeMap<u64, Vec<u8>>,
    /// Hashes of announcements that came already: gossip hands each to the core once.
    pub known: HashSet<u64>,
    /// How often it was started: answers to an earlier life find nobody.
    pub starts: u64,
    /// How often its disk was opened: each time the store counts its changes anew.
    pub opened: u64,
    /// How often it was set back to a backup: what it had said before is not under way any more.
    pub restores: u64,
    /// When it was started last, by the true clock.
    pub since: Timestamp,
    /// Its clock minus the true time, milliseconds.
    pub clock_ms: i64,
    /// The last backup.
    pub backup: Option<Image>,
}

pub(super) enum State {
    Up(Box<Core>),
    Down(Box<Store>),
    /// Only while a turn is being taken, or when the disk cannot be read.
    Gone,
}

impl Node {
    pub(super) fn new(author: Author, disk: Disk, key: Option<&DatabaseKey>) -> Self {
        let store = disk.store(key).expect("a good disk opens");
        Self {
            author,
            disk,
            state: State::Down(Box::new(store)),
            gathered: Vec::new(),
            asked: BTreeMap::new(),
            open: BTreeMap::new(),
            heard: BTreeMap::new(),
            known: HashSet::new(),
            starts: 0,
            opened: 0,
            restores: 0,
            since: Timestamp::default(),
            clock_ms: 0,
            backup: None,
        }
    }

    fn forget(&mut self) {
        self.gathered.clear();
        self.asked.clear();
        self.open.clear();
        self.heard.clear();
        self.known.clear();
    }
}

/// How a node goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The process is killed; what it wrote stays.
    Killed,
    /// The machine loses power; what was not synced is lost, in part or whole.
    PowerCut,
}

impl World {
    /// Ends a node between two turns; its disk stays.
    pub(super) fn crash(&mut self, at: usize, end: End) {
        let node = &mut self.nodes[at];
        match end {
            End::Killed => {
                node.disk.kill();
                self.counts.crashes += 1;
            }
            End::PowerCut => {
                let losses = node.disk.power_cut();
                self.counts.power_cuts += 1;
                self.counts.writes_dropped += losses.dropped;
                self.counts.writes_torn += losses.torn;
            }
        }
        // The old connection is dead already: dropping it changes nothing on the disk.
        node.state = State::Gone;
        node.forget();
        self.open_disk(at);
        self.note(format!("crash {at}").as_bytes());
        for other in self.linked_with(at) {
            self.disconnect(at, other);
        }
    }

    /// Opens the disk of a node that is down, or finds it damaged.
    fn open_disk(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        node.opened += 1;
        node.state = match node.disk.store(self.key.as_ref()) {
            Ok(store) => State::Down(Box::new(store)),
            Err(_) => State::Gone,
        };
    }

    /// Starts a node that is down. Returns whether it could: not with a damaged disk.
    pub fn start(&mut self, at: usize) -> bool {
        let node = &mut self.nodes[at];
        let State::Down(store) = std::mem::replace(&mut node.state, State::Gone) else { return false };
        node.starts += 1;
        node.since = self.now;
        let starts = node.starts;
        let entropy = Box::new(Seeded::new(self.random.bits()));
        let settings = Settings { sync_seconds: 15, announce: vec![format!("/dns4/node{at}.sim/tcp/443")], terms: Terms::default() };
        let Ok(core) = Core::start(*store, node.author.clone(), self.membership.clone(), entropy, settings) else { return false };
        node.state = State::Up(Box::new(core));
        self.note(format!("start {at}").as_bytes());
        // Spread over the second, as real nodes are.
        self.schedule(10 + (at as u64 * 7_919) % 990, at, Event::Tick { starts });
        self.stand(at);
        true
    }

    /// Returns since when a node has been running, if it runs.
    pub fn up_since(&self, at: usize) -> Option<Timestamp> {
        self.is_up(at).then_some(self.nodes[at].since)
    }

    /// Bits flip on a node's disk. Whoever reads it from outside has nothing to go by until it was looked at ([`Self::look_over`]).
    pub fn rot(&mut self, at: usize, bits: u64) {
        self.counts.bits_flipped += self.nodes[at].disk.rot(bits);
        self.rotten.insert(at);
    }

    /// Stops a node on whose disk bits have flipped, and has the disk looked over, as `verbund integrity` does. Returns whether it is damaged.
    pub fn look_over(&mut self, at: usize) -> bool {
        if self.is_up(at) {
            self.crash(at, End::Killed);
        }
        self.rotten.remove(&at);
        self.is_damaged(at)
    }

    /// Returns whether a node that is down has a disk that does not read back, as `verbund integrity` finds out.
    pub fn is_damaged(&self, at: usize) -> bool {
        self.store(at).is_none_or(|store| !integrity::pages(store.db()).is_ok_and(|faults| faults.is_empty()))
    }

    /// Starts a second node from a copy of a node's disk, with the same keys. Returns its number.
    pub fn clone_node(&mut self, at: usize) -> usize {
        let disk = Disk::of(&self.nodes[at].disk.image(), self.random.bits());
        let copy = self.enter(self.nodes[at].author.clone(), disk);
        self.nodes[copy].clock_ms = self.nodes[at].clock_ms;
        self.counts.clones += 1;
        self.start(copy);
        copy
    }

    /// Stops a node for good.
    pub fn retire(&mut self, at: usize) {
        if self.is_up(at) {
            self.crash(at, End::Killed);
        }
        self.nodes[at].state = State::Gone;
        if let Some(nodes) = self.book.get_mut(&self.nodes[at].author.auth) {
            nodes.retain(|node| *node != at);
        }
    }

    /// Takes a backup of a node: what its disk holds at this moment.
    pub fn back_up(&mut self, at: usize) {
        self.nodes[at].backup = Some(self.nodes[at].disk.image());
        self.counts.backups += 1;
    }

    /// Puts a node's last backup on a new disk, in its place, as `verbund restore` does; the node is down then. Returns whether there
    /// was a backup.
    pub fn restore(&mut self, at: usize) -> bool {
        let Some(image) = self.nodes[at].backup.clone() else { return false };
        if self.is_up(at) {
            self.crash(at, End::Killed);
        }
        let seed = self.random.bits();
        let now = self.clock(at);
        self.rotten.remove(&at);
        let node = &mut self.nodes[at];
        node.state = State::Gone;
        node.disk = Disk::of(&image, seed);
        node.restores += 1;
        self.open_disk(at);
        let State::Down(store) = &self.nodes[at].state else { panic!("a backup opens") };
        backup::begin_recovery(store, now, ("it", "it"), now).expect("a good disk takes it");
        self.counts.restores += 1;
        self.note(format!("restore {at}").as_bytes());
        true
    }
}

//! Connections of the virtual network, and the gate that the real mesh has before the core.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use verbund_node::runtime::core::{Failure, Input};
use verbund_protocol::{
    conversation::{Batch, SignedHeader},
    id::NetworkId,
    limits::{HEARTBEAT, IDLE_CONNECTION, MAX_CLOCK_SKEW, STANDING_LINKS},
    membership::Standing,
    sign::{Checked, PublicKey},
    time::Timestamp,
    wire::Protocol,
};

use super::{
    World,
    network::LATEST_MS,
    world::{Event, TIME_OUT_MS},
};

/// Most announcements a node remembers as heard.
const MAX_KNOWN: usize = 4_096;

/// A connection that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// The second's clock minus the first's as last measured, milliseconds.
    offset_ms: i64,
    /// When something was asked on it last, by the true clock.
    used: Timestamp,
    /// Since when it stands, by the true clock.
    since: Timestamp,
}

/// The connections that stand, and who is connected with whom.
#[derive(Default)]
pub(super) struct Links {
    all: BTreeMap<(usize, usize), Link>,
    with: Vec<BTreeSet<usize>>,
    /// Whom each node keeps a standing link to.
    standing: Vec<Vec<usize>>,
}

impl Links {
    pub(super) fn grow(&mut self, nodes: usize) {
        self.with.resize_with(nodes, BTreeSet::new);
        self.standing.resize_with(nodes, Vec::new);
    }
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn apart(offset_ms: i64) -> bool {
    u128::from(offset_ms.unsigned_abs()) > MAX_CLOCK_SKEW.as_millis()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl World {
    fn offset(&self, a: usize, b: usize) -> i64 {
        self.nodes[b].clock_ms - self.nodes[a].clock_ms
    }
    pub(super) fn linked(&self, a: usize, b: usize) -> bool {
        self.links.all.contains_key(&pair(a, b))
    }
    pub(super) fn linked_with(&self, at: usize) -> Vec<usize> {
        self.links.with[at].iter().copied().collect()
    }
    fn reaches(&self, a: usize, b: usize) -> bool {
        a != b && self.is_up(a) && self.is_up(b) && self.faults.passes(a, b) && self.faults.passes(b, a)
    }

    /// Connects two nodes if both run and the network lets them; both cores are told.
    pub(super) fn connect(&mut self, a: usize, b: usize) {
        let (a, b) = pair(a, b);
        if self.linked(a, b) || !self.reaches(a, b) {
            return;
        }
        self.links.all.insert((a, b), Link { offset_ms: self.offset(a, b), used: self.now, since: self.now });
        self.links.with[a].insert(b);
        self.links.with[b].insert(a);
        self.schedule(1, a, Event::Link { other: b, up: true });
        self.schedule(1, b, Event::Link { other: a, up: true });
    }

    /// Ends a connection; both cores are told if they run.
    pub(super) fn disconnect(&mut self, a: usize, b: usize) {
        let (a, b) = pair(a, b);
        if self.links.all.remove(&(a, b)).is_some() {
            self.links.with[a].remove(&b);
            self.links.with[b].remove(&a);
            self.schedule(1, a, Event::Link { other: b, up: false });
            self.schedule(1, b, Event::Link { other: a, up: false });
        }
    }

    /// Tells a core of a connection, unless that has changed again meanwhile.
    pub(super) fn on_link(&mut self, at: usize, other: usize, up: bool) {
        if self.linked(at, other) != up {
            return;
        }
        let peer = self.nodes[other].author.auth;
        let edition = self.core(other).map(|core| core.membership().edition());
        if let Some(edition) = edition.filter(|_| up) {
            let clock_offset_ms = self.offset(at, other);
            self.turn(at, Input::Up { peer, clock_offset_ms, edition });
        } else if !self.links.with[at].iter().any(|other| self.nodes[*other].author.auth == peer) {
            self.turn(at, Input::Down(peer));
        }
    }

    /// Opens a node's standing links, replacing those that cannot be reached. The first leads to the next node on the ring that can be
    /// reached, as the mesh has it, so that parts of a network that was cut apart find each other again.
    pub(super) fn stand(&mut self, at: usize) {
        let mut standing = std::mem::take(&mut self.links.standing[at]);
        standing.retain(|other| self.reaches(at, *other));
        let wanted = STANDING_LINKS.min(self.len() - 1);
        let same = |other: usize| self.nodes[other].author.auth == self.nodes[at].author.auth;
        let next = (1..self.len()).map(|step| (at + step) % self.len()).find(|other| self.reaches(at, *other) && !same(*other));
        if let Some(next) = next.filter(|next| !standing.contains(next)) {
            standing.insert(0, next);
            standing.truncate(wanted);
        }
        for _ in 0..4 * STANDING_LINKS {
            if standing.len() >= wanted {
                break;
            }
            let other = self.random.below(self.len() as u64) as usize;
            if self.reaches(at, other) && !standing.contains(&other) && self.nodes[other].author.auth != self.nodes[at].author.auth {
                standing.push(other);
            }
        }
        for other in &standing {
            self.connect(at, *other);
        }
        self.links.standing[at] = standing;
    }

    /// Every connection says hello again: a cut one is noticed, an idle one closed, clocks are compared, and standing links renewed.
    pub(super) fn on_beat(&mut self) {
        self.schedule(HEARTBEAT.as_millis() as u64, 0, Event::Beat);
        let all: Vec<((usize, usize), Link)> = self.links.all.iter().map(|(ends, link)| (*ends, *link)).collect();
        for ((a, b), link) in all {
            let standing = self.links.standing[a].contains(&b) || self.links.standing[b].contains(&a);
            if !self.reaches(a, b) || !(standing || self.now.since(link.used) < IDLE_CONNECTION) {
                self.disconnect(a, b);
            } else {
                self.greet_again(a, b);
            }
        }
        for at in 0..self.len() {
            if self.is_up(at) {
                self.stand(at);
            }
        }
        self.on_carriers_beat();
    }

    fn greet_again(&mut self, a: usize, b: usize) {
        let offset_ms = self.offset(a, b);
        if let Some(link) = self.links.all.get_mut(&(a, b)) {
            link.offset_ms = offset_ms;
        }
        self.schedule(1, a, Event::Link { other: b, up: true });
        self.schedule(1, b, Event::Link { other: a, up: true });
    }

    /// Links that flap change over.
    pub(super) fn on_flap(&mut self) {
        self.schedule(3_000, 0, Event::Flap);
        for (a, b) in self.faults.flapping.clone() {
            self.counts.flaps += 1;
            if self.linked(a, b) {
                self.disconnect(a, b);
            } else {
                self.connect(a, b);
            }
        }
    }

    /// Returns whether a node has been connected with somebody since `moment`: it has heard whether its clock is right.
    pub fn hears_since(&self, at: usize, moment: Timestamp) -> bool {
        self.links.with[at].iter().any(|other| self.links.all[&pair(at, *other)].since <= moment)
    }

    /// Returns whether everybody whom a node is connected with has found its clock to be wrong.
    pub fn clock_is_known_wrong(&self, at: usize) -> bool {
        let mut offsets = self.links.with[at].iter().map(|other| self.links.all[&pair(at, *other)].offset_ms).peekable();
        offsets.peek().is_some() && offsets.all(apart)
    }

    /// Returns whether the gate of `at` lets `other` ask (or be asked) anything but synchronisation.
    pub(super) fn allows(&self, at: usize, other: usize) -> bool {
        let (key, now) = (self.nodes[other].author.auth, self.clock(at));
        let member = self.core(at).is_some_and(|core| matches!(core.membership().standing(&key, now), Standing::Member(_)));
        member && !self.links.all.get(&pair(at, other)).is_some_and(|link| apart(link.offset_ms))
    }

    /// Returns the node with this TLS key; of a node and its clone the one that is connected, or either.
    fn target(&mut self, at: usize, key: &PublicKey) -> Option<usize> {
        let same = self.book.get(key)?.clone();
        let linked: Vec<usize> = same.iter().copied().filter(|other| self.linked(at, *other)).collect();
        let among = if linked.is_empty() { &same } else { &linked };
        Some(if among.len() == 1 { among[0] } else { *self.random.pick(among) })
    }

    /// Sends a question: dials if need be; the sender's own gate and the network decide whether it leaves.
    pub(super) fn send(&mut self, at: usize, token: u64, to: &PublicKey, protocol: Protocol, body: Vec<u8>) {
        let starts = self.nodes[at].starts;
        self.in_order(at, token, to, protocol, &body);
        self.schedule(TIME_OUT_MS, at, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
        let Some(target) = self.target(at, to) else { return };
        self.connect(at, target);
        if !self.linked(at, target) {
            return self.schedule(200, at, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
        }
        if protocol != Protocol::Sync && !self.allows(at, target) {
            return self.schedule(1, at, Event::Answer { token, starts, result: Err(Failure::Refused("own gate".into())) });
        }
        let now = self.now;
        if let Some(link) = self.links.all.get_mut(&pair(at, target)) {
            link.used = now;
        }
        self.counts.newer += u64::from(self.faults.newer.contains(&at));
        let restores = self.nodes[at].restores;
        for delay in self.deliveries(at, target) {
            self.schedule(delay, target, Event::Question { from: at, starts, restores, token, protocol, body: body.clone() });
        }
    }

    /// Notes an open question. While one carries messages of a conversation, no other may: on streams of their own they could overtake.
    fn in_order(&mut self, at: usize, token: u64, to: &PublicKey, protocol: Protocol, body: &[u8]) {
        let items = if protocol == Protocol::Message { Batch::read(body).unwrap_or_default().items } else { Vec::new() };
        let carries: BTreeSet<_> = items.iter().filter_map(|item| Some(SignedHeader::trusted(&item.header).ok()?.header.conversation)).collect();
        let open = &mut self.nodes[at].open;
        assert!(open.values().all(|(_, other)| carries.is_disjoint(other)), "{at} sends messages of one conversation in two requests at once");
        self.counts.beside += u64::from(!carries.is_empty() && open.values().any(|(whom, other)| whom == to && !other.is_empty()));
        open.insert(token, (*to, carries));
    }

    /// A question has arrived: the gate decides whether the core hears it.
    pub(super) fn on_question(&mut self, at: usize, from: usize, starts: u64, token: u64, protocol: Protocol, body: Vec<u8>) {
        let late = self.faults.late_gate && protocol == Protocol::Message;
        if protocol != Protocol::Sync && !late && !self.allows(at, from) {
            self.counts.gated += 1;
            return self.schedule(2, from, Event::Answer { token, starts, result: Err(Failure::Refused("gate".into())) });
        }
        if protocol == Protocol::Document {
            return self.serve(at, from, starts, token, &body);
        }
        self.counter += 1;
        let id = self.counter;
        self.nodes[at].asked.insert(id, (from, starts, token));
        let from = self.nodes[from].author.auth;
        let checked = self.checked_ahead(at, protocol == Protocol::Message && id.is_multiple_of(2), &body, Batch::check_ahead);
        self.turn(at, Input::Request { id, from, protocol, body, checked });
    }

    /// What came over the network has its signatures verified before the core's turn, as at a real node, or in it: it must not matter.
    pub(super) fn checked_ahead(&self, at: usize, ahead: bool, body: &[u8], check: impl Fn(&NetworkId, &[u8]) -> Checked) -> Checked {
        if ahead { check(&self.nodes[at].author.network, body) } else { Checked::default() }
    }

    /// An announcement has arrived: each reaches the core once.
    pub(super) fn on_gossip(&mut self, at: usize, from: usize, bytes: Vec<u8>) {
        if !self.allows(at, from) {
            self.counts.gated += 1;
            return;
        }
        let known = &mut self.nodes[at].known;
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        if !known.insert(hash(&bytes)) {
            return;
        }
        self.counter += 1;
        let id = self.counter;
        self.nodes[at].heard.insert(id, bytes.clone());
        self.turn(at, Input::Gossip { id, bytes });
    }

    /// Tells everybody connected a public record.
    pub(super) fn spread(&mut self, at: usize, bytes: &[u8]) {
        self.nodes[at].known.insert(hash(bytes));
        for other in self.linked_with(at) {
            for delay in self.deliveries(at, other) {
                self.schedule(delay, other, Event::Gossip { from: at, bytes: bytes.to_vec() });
            }
        }
    }

    /// Returns after how many milliseconds a delivery arrives: never, once, or several times.
    pub(super) fn deliveries(&mut self, from: usize, to: usize) -> Vec<u64> {
        let (loss, repeat, late) = (self.faults.loss, self.faults.repeat, self.faults.late);
        if !self.faults.passes(from, to) || (loss > 0 && self.random.chance(loss)) {
            self.counts.lost += 1;
            return Vec::new();
        }
        let mut all = vec![2 + self.faults.delay(&mut self.random)];
        self.counts.slow += u64::from(all[0] > 1_000);
        if repeat > 0 && self.random.chance(repeat) {
            self.counts.repeated += 1;
            all.push(2 + self.faults.delay(&mut self.random));
        }
        if late > 0 && self.random.chance(late) {
            let hours = 60_000 + self.random.below(LATEST_MS - 60_000);
            if self.random.chance(500) {
                self.counts.late += 1;
                all.push(hours);
            } else {
                self.counts.overdue += 1;
                all[0] = hours;
            }
        }
        all
    }
}

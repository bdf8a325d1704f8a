//! Connections of the virtual network, and the gate that the real mesh has before the core.

use std::collections::BTreeMap;

use verbund_node::runtime::core::{Failure, Input};
use verbund_protocol::{limits::MAX_CLOCK_SKEW, membership::Standing, wire::Protocol};

use super::{
    World,
    world::{Event, TIME_OUT_MS},
};

/// How often the ends of a connection say hello, milliseconds.
const BEAT_MS: u64 = 30_000;

/// The connections that stand: between whom, and the second's clock minus the first's as last measured, milliseconds.
pub(super) type Links = BTreeMap<(usize, usize), i64>;

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn apart(offset_ms: i64) -> bool {
    u128::from(offset_ms.unsigned_abs()) > MAX_CLOCK_SKEW.as_millis()
}

impl World {
    fn offset(&self, a: usize, b: usize) -> i64 {
        self.nodes[b].clock_ms - self.nodes[a].clock_ms
    }
    pub(super) fn linked(&self, a: usize, b: usize) -> bool {
        self.links.contains_key(&pair(a, b))
    }

    /// Connects two nodes if both run and the network lets them; both cores are told.
    pub(super) fn connect(&mut self, a: usize, b: usize) {
        let (a, b) = pair(a, b);
        if a == b || self.linked(a, b) || !self.is_up(a) || !self.is_up(b) || !self.faults.passes(a, b) || !self.faults.passes(b, a) {
            return;
        }
        let offset = self.offset(a, b);
        self.links.insert((a, b), offset);
        self.schedule(1, a, Event::Link { other: b, up: true });
        self.schedule(1, b, Event::Link { other: a, up: true });
    }

    /// Ends a connection; both cores are told if they run.
    pub(super) fn disconnect(&mut self, a: usize, b: usize) {
        let (a, b) = pair(a, b);
        if self.links.remove(&(a, b)).is_some() {
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
        let input = match edition.filter(|_| up) {
            Some(edition) => Input::Up { peer, clock_offset_ms: self.offset(at, other), edition },
            None => Input::Down(peer),
        };
        self.turn(at, input);
    }

    /// Every connection says hello again: a cut one is noticed, clocks are compared, and who is not connected is dialled.
    pub(super) fn on_beat(&mut self) {
        self.schedule(BEAT_MS, 0, Event::Beat);
        for a in 0..self.len() {
            for b in a + 1..self.len() {
                let passes = self.faults.passes(a, b) && self.faults.passes(b, a);
                match self.links.get(&(a, b)).copied() {
                    Some(_) if !passes => self.disconnect(a, b),
                    Some(_) => self.greet_again(a, b),
                    None => self.connect(a, b),
                }
            }
        }
    }

    fn greet_again(&mut self, a: usize, b: usize) {
        let offset = self.offset(a, b);
        self.links.insert((a, b), offset);
        self.schedule(1, a, Event::Link { other: b, up: true });
        self.schedule(1, b, Event::Link { other: a, up: true });
    }

    /// Returns whether everybody whom a node is connected with has found its clock to be wrong.
    pub fn clock_is_known_wrong(&self, at: usize) -> bool {
        let mut offsets = self.links.iter().filter(|((a, b), _)| *a == at || *b == at).map(|(_, offset)| apart(*offset)).peekable();
        offsets.peek().is_some() && offsets.all(|apart| apart)
    }

    /// Returns whether the gate of `at` lets `other` ask (or be asked) anything but synchronisation.
    pub(super) fn allows(&self, at: usize, other: usize) -> bool {
        let (key, now) = (self.nodes[other].author.auth, self.clock(at));
        let member = self.core(at).is_some_and(|core| matches!(core.membership().standing(&key, now), Standing::Member(_)));
        member && !self.links.get(&pair(at, other)).is_some_and(|offset| apart(*offset))
    }

    /// Sends a question: dials if need be; the sender's own gate and the network decide whether it leaves.
    pub(super) fn send(&mut self, at: usize, token: u64, target: Option<usize>, protocol: Protocol, body: Vec<u8>) {
        let starts = self.nodes[at].starts;
        self.nodes[at].open.insert(token);
        self.schedule(TIME_OUT_MS, at, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
        let Some(target) = target else { return };
        self.connect(at, target);
        if !self.linked(at, target) {
            return self.schedule(200, at, Event::Answer { token, starts, result: Err(Failure::Unreachable) });
        }
        if protocol != Protocol::Sync && !self.allows(at, target) {
            return self.schedule(1, at, Event::Answer { token, starts, result: Err(Failure::Refused("own gate".into())) });
        }
        for _ in 0..self.copies(at, target) {
            let delay = 2 + self.faults.delay(&mut self.random);
            self.schedule(delay, target, Event::Question { from: at, starts, token, protocol, body: body.clone() });
        }
    }

    /// A question has arrived: the gate decides whether the core hears it.
    pub(super) fn on_question(&mut self, at: usize, from: usize, starts: u64, token: u64, protocol: Protocol, body: Vec<u8>) {
        let late = self.faults.late_gate && protocol == Protocol::Message;
        if protocol != Protocol::Sync && !late && !self.allows(at, from) {
            self.counts.gated += 1;
            return self.schedule(2, from, Event::Answer { token, starts, result: Err(Failure::Refused("gate".into())) });
        }
        self.counter += 1;
        let id = self.counter;
        self.nodes[at].asked.insert(id, (from, starts, token));
        let from = self.nodes[from].author.auth;
        self.turn(at, Input::Request { id, from, protocol, body });
    }

    /// Tells everybody connected a public record.
    pub(super) fn spread(&mut self, at: usize, bytes: &[u8]) {
        for other in (0..self.len()).filter(|other| *other != at) {
            if !self.linked(at, other) {
                continue;
            }
            for _ in 0..self.copies(at, other) {
                let delay = 2 + self.faults.delay(&mut self.random);
                self.schedule(delay, other, Event::Gossip { from: at, bytes: bytes.to_vec() });
            }
        }
    }

    /// Returns how often a delivery arrives: not at all, once, or twice.
    pub(super) fn copies(&mut self, from: usize, to: usize) -> usize {
        let (lost, repeated) = (self.random.chance(self.faults.loss), self.random.chance(self.faults.repeat));
        match (lost || !self.faults.passes(from, to), repeated) {
            (true, _) => {
                self.counts.lost += 1;
                0
            }
            (false, repeated) => {
                self.counts.repeated += u64::from(repeated);
                1 + usize::from(repeated)
            }
        }
    }
}

//! Looks after the links once a second: who is dialled, who is kept, who is let go.

use std::time::Duration;

use libp2p::{Multiaddr, swarm::ConnectionId, swarm::dial_opts::DialOpts};
use tracing::warn;
use verbund_protocol::{hello::View, limits::REQUEST_TIMEOUT, sign::PublicKey};

use super::{
    super::{backoff::Backoff, links::Ring, peers::Peer, refusal::Refusal},
    Bootstrap, Dial, Engine,
};

/// Most dials for standing links at one time; the rest follow.
const DIALS_AT_ONCE: usize = 8;
/// How long a connection may stay without a hello.
const HELLO_WITHIN: Duration = Duration::from_secs(15);
/// How long a connection that is one too many, or carries too little, is left to finish what it is doing.
const LEFT_TO_FINISH: Duration = Duration::from_secs(3);

impl Engine {
    pub(super) fn on_tick(&mut self) {
        self.review_standings();
        self.choose_standing();
        self.dial_standing();
        self.dial_bootstrap();
        self.keep_alive();
        self.let_go();
        self.expire_asked();
        self.announce_unheard();
        self.swarm.behaviour_mut().nudge.tick();
        let now = self.mono();
        if let Some(more) = self.callers.rest(now) {
            warn!(more, "further callers were refused; the log shows some of them");
        }
        self.peers.values_mut().for_each(|entry| entry.expire_waiting(now, REQUEST_TIMEOUT));
    }

    /// Takes over what follows from the network document: the ring and the bootstrap addresses.
    pub(super) fn follow_membership(&mut self) {
        let membership = self.rules.membership();
        let document = &membership.held().document;
        self.ring = Ring::new(document.members.iter().flat_map(|member| &member.nodes).map(|node| node.auth));
        let mut before = std::mem::take(&mut self.bootstrap);
        let addresses = document.bootstrap.iter().filter_map(|text| text.parse::<Multiaddr>().ok());
        self.bootstrap = addresses
            .map(|address| match before.iter().position(|entry| entry.address == address) {
                Some(at) => before.swap_remove(at),
                None => Bootstrap { address, backoff: Backoff::default(), own: false },
            })
            .collect();
    }

    /// Ends connections that were made under another standing. Losing rights is immediate; gaining them waits for what is being
    /// synchronised, because that is how the rights came about.
    pub(super) fn review_standings(&mut self) {
        let now = self.mono();
        for overtaken in self.swarm.behaviour().gate.overtaken() {
            if !overtaken.gained {
                self.swarm.close_connection(overtaken.connection);
                continue;
            }
            match self.peer_mut(overtaken.peer).gained {
                // The hello tells the peer that it is now seen as a member, so that it comes back at once.
                None => {
                    self.peer_mut(overtaken.peer).gained = Some(now);
                    self.say_hello(overtaken.peer);
                }
                Some(since) if now.saturating_sub(since) > LEFT_TO_FINISH => {
                    self.swarm.close_connection(overtaken.connection);
                }
                Some(_) => self.finish_gain(overtaken.peer),
            }
        }
    }

    /// Closes a connection that carries too little as soon as nothing is in progress on it. Another one follows.
    pub(super) fn finish_gain(&mut self, peer: PublicKey) {
        let said = |entry: &Peer| entry.gained.is_some() && entry.is_quiet() && !self.hellos.values().any(|(other, _)| *other == peer);
        if self.peers.get(&peer).is_some_and(said) {
            let links: Vec<ConnectionId> = self.peers[&peer].links.iter().map(|link| link.id).collect();
            for id in links {
                self.swarm.close_connection(id);
            }
        }
    }

    fn choose_standing(&mut self) {
        let reachable = |peer: &PublicKey| match self.peers.get(peer) {
            Some(entry) => !entry.links.is_empty() || !(entry.addresses.is_empty() || entry.backoff.is_unreachable()),
            None => false,
        };
        let skip = |peer: &PublicKey| !reachable(peer) || !self.rules.access(peer).is_full();
        let chosen = self.ring.choose(&self.me, self.tuning.standing_links, self.tuning.chance, skip);
        for (key, entry) in &mut self.peers {
            entry.standing = chosen.contains(key);
        }
    }

    fn dial_standing(&mut self) {
        let now = self.mono();
        let dialling = self.peers.values().filter(|entry| entry.dialling).count();
        let due = |entry: &Peer| entry.links.is_empty() && !entry.dialling && !entry.addresses.is_empty() && entry.backoff.wait(now).is_zero();
        // An unreachable peer is no standing link, yet is tried now and then: it may be back.
        let wanted = self.peers.iter().filter(|(_, entry)| due(entry) && (entry.standing || entry.backoff.is_unreachable()));
        let members = wanted.map(|(key, _)| *key).filter(|key| self.rules.access(key).is_full());
        let next: Vec<_> = members.take(DIALS_AT_ONCE.saturating_sub(dialling)).collect();
        for peer in next {
            self.dial(peer, false);
        }
    }

    /// With no peer at all, asks at the addresses that the network document names.
    fn dial_bootstrap(&mut self) {
        if self.peers.values().any(|entry| !entry.links.is_empty()) || self.dials.values().any(|dial| matches!(dial, Dial::Bootstrap(_))) {
            return;
        }
        let (now, waits) = (self.mono(), self.waits());
        let mut due = Vec::new();
        for entry in self.bootstrap.iter_mut().filter(|entry| !entry.own && entry.backoff.wait(now).is_zero()).take(DIALS_AT_ONCE) {
            // Every attempt counts as failed until a peer has said hello.
            entry.backoff.failed(waits, now, self.chance.next());
            due.push(entry.address.clone());
        }
        for address in due {
            self.start_dial(DialOpts::unknown_peer_id().address(address.clone()).allocate_new_port().build(), Dial::Bootstrap(address));
        }
    }

    /// Says hello on standing links, and to peers that have been silent for long: if they do not answer, they are gone.
    fn keep_alive(&mut self) {
        let (now, beat) = (self.mono(), self.tuning.heartbeat);
        let due = |entry: &Peer| {
            let Some(greeting) = &entry.greeting else { return false };
            let mutual = greeting.access.is_full() && greeting.sees_us_as == View::Member;
            let kept = mutual && entry.standing && now.saturating_sub(entry.last_hello) >= beat;
            let silent = now.saturating_sub(entry.last_heard.max(entry.last_hello)) >= 4 * beat;
            kept || silent
        };
        let due: Vec<_> = self.peers.iter().filter(|(_, entry)| due(entry)).map(|(key, _)| *key).collect();
        for peer in due {
            self.say_hello(peer);
        }
    }

    /// Lets go of connections nobody uses, of second ones, and of those that never said hello.
    fn let_go(&mut self) {
        let (now, idle, me) = (self.mono(), self.tuning.idle, self.me);
        let mut silent = Vec::new();
        let mut close = Vec::new();
        for (key, entry) in &self.peers {
            if entry.greeting.is_none() {
                let late = entry.links.iter().any(|link| now.saturating_sub(link.opened) > HELLO_WITHIN);
                silent.extend(late.then_some(*key));
            } else if entry.is_quiet() {
                close.extend(surplus(entry, &me, key, now));
                close.extend(unused(entry, now, idle));
            }
        }
        for peer in silent {
            self.part(peer, &Refusal::Hello("it said nothing".into()));
        }
        for connection in close {
            self.swarm.close_connection(connection);
        }
    }
}

/// When both dialled at once there are two connections. Both sides keep the same one: that dialled by the smaller key, and of
/// several the newest, because an older one may be dead.
fn surplus(entry: &Peer, me: &PublicKey, peer: &PublicKey, now: Duration) -> Vec<ConnectionId> {
    let settled = entry.links.iter().all(|link| now.saturating_sub(link.opened) > LEFT_TO_FINISH);
    if entry.links.len() < 2 || !settled {
        return Vec::new();
    }
    let preferred = |outbound: bool| outbound == (me < peer);
    let keep = entry.links.iter().max_by_key(|link| (preferred(link.outbound), link.opened)).map(|link| link.id);
    entry.links.iter().map(|link| link.id).filter(|id| Some(*id) != keep).collect()
}

/// Whoever dialled on demand hangs up. The other side does not know whether it is a standing link.
fn unused(entry: &Peer, now: Duration, idle: Duration) -> Vec<ConnectionId> {
    let last_used = entry.links.iter().map(|link| link.opened).fold(entry.last_used, Duration::max);
    if entry.standing || now.saturating_sub(last_used) < idle {
        return Vec::new();
    }
    entry.links.iter().filter(|link| link.outbound).map(|link| link.id).collect()
}

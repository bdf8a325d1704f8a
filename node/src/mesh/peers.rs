//! What the engine remembers of each peer.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use libp2p::{Multiaddr, swarm::ConnectionId};
use tokio::sync::oneshot;
use verbund_protocol::{limits::GOSSIP_QUOTA, membership::Edition, sign::PublicKey, time::Timestamp, wire::Protocol};

use super::{
    Tuning,
    api::{Answer, Greeting, LinkInfo, PeerInfo, ProbeError, Probed, RequestError},
    backoff::{Backoff, Waits},
    bucket::{Buckets, TokenBucket},
    refusal::Refusal,
    rules::Access,
};

/// A question that waits for a connection or an answer.
#[derive(Debug)]
pub(super) struct Question {
    pub protocol: Protocol,
    pub body: Bytes,
    pub reply: oneshot::Sender<Result<Answer, RequestError>>,
    /// When it was asked here.
    pub asked: Duration,
}

/// Where a probe's report goes.
pub(super) type ProbeReply = oneshot::Sender<Result<Probed, ProbeError>>;

/// One open connection.
#[derive(Debug)]
pub(super) struct Link {
    pub id: ConnectionId,
    pub outbound: bool,
    pub address: Multiaddr,
    pub opened: Duration,
    /// Why it is of no use was already told.
    pub reported: bool,
}

/// One peer. Moments are counted from the start of the mesh.
pub(super) struct Peer {
    pub links: Vec<Link>,
    pub greeting: Option<Greeting>,
    /// The last edition of the peer's membership that this node has too, as far as it holds.
    pub settled: Option<Edition>,
    pub since: Timestamp,
    pub round_trip: Option<Duration>,
    pub addresses: Vec<Multiaddr>,
    pub backoff: Backoff,
    pub last_failure: Option<Refusal>,
    pub dialling: bool,
    /// Whether this node keeps a link to it all the time.
    pub standing: bool,
    pub waiting: VecDeque<Question>,
    pub probes: Vec<ProbeReply>,
    pub open_out: [usize; Protocol::ALL.len()],
    pub open_in: [usize; Protocol::ALL.len()],
    pub quota_out: Buckets,
    pub quota_in: Buckets,
    pub quota_gossip: TokenBucket,
    /// When it last asked or was asked something other than hello.
    pub last_used: Duration,
    /// When anything was last heard of it.
    pub last_heard: Duration,
    /// When this node last said hello.
    pub last_hello: Duration,
    /// Since when its connections carry less than it may.
    pub gained: Option<Duration>,
}

impl Peer {
    pub fn new(tuning: &Tuning, now: Duration) -> Self {
        let doubled = |protocol| {
            let quota = (tuning.quota)(protocol);
            verbund_protocol::limits::Quota { burst: quota.burst.saturating_mul(2), ..quota }
        };
        Self {
            links: Vec::new(),
            greeting: None,
            settled: None,
            since: Timestamp(0),
            round_trip: None,
            addresses: Vec::new(),
            backoff: Backoff::default(),
            last_failure: None,
            dialling: false,
            standing: false,
            waiting: VecDeque::new(),
            probes: Vec::new(),
            open_out: Default::default(),
            open_in: Default::default(),
            quota_out: Buckets::new(tuning.quota, now),
            quota_in: Buckets::new(doubled, now),
            quota_gossip: TokenBucket::new(GOSSIP_QUOTA, now),
            last_used: now,
            last_heard: now,
            last_hello: now,
            gained: None,
        }
    }

    /// Returns whether nothing worth keeping is known of it.
    pub fn is_forgettable(&self) -> bool {
        self.links.is_empty() && !self.dialling && self.addresses.is_empty() && self.waiting.is_empty() && self.open_in.iter().all(|open| *open == 0)
    }

    /// Returns whether more than synchronisation may go to and come from it: see [`Edition`].
    pub fn is_settled(&self) -> bool {
        self.greeting.as_ref().is_some_and(|greeting| self.settled == Some(greeting.edition))
    }

    /// Notes that there is nothing to synchronise if it knows what this node knows. Returns whether that is so.
    pub fn settle_if_alike(&mut self, own: Edition) -> bool {
        let alike = self.greeting.as_ref().is_some_and(|greeting| greeting.edition == own);
        if alike {
            self.settled = Some(own);
        }
        alike
    }

    /// Returns whether nothing is being asked in either direction.
    pub fn is_quiet(&self) -> bool {
        self.open_in.iter().chain(&self.open_out).all(|open| *open == 0)
    }

    /// Fails everything that waits for a connection.
    pub fn fail_waiting(&mut self, why: impl Fn() -> RequestError) {
        for question in self.waiting.drain(..) {
            let _ = question.reply.send(Err(why())); // whoever asked may have given up
        }
    }

    /// Fails what has waited for longer than `patience`.
    pub fn expire_waiting(&mut self, now: Duration, patience: Duration) {
        while self.waiting.front().is_some_and(|question| now.saturating_sub(question.asked) > patience) {
            if let Some(question) = self.waiting.pop_front() {
                let _ = question.reply.send(Err(RequestError::Timeout)); // whoever asked may have given up
            }
        }
    }

    /// Notes that it was not reached, or reached and not understood; whatever waits for its hello fails.
    pub fn fail_to_greet(&mut self, reason: &Refusal, waits: Waits, now: Duration, chance: u64) {
        self.backoff.failed(waits, now, chance);
        self.last_failure = Some(reason.clone());
        self.fail_probes(reason);
        let retry_after = self.backoff.wait(now);
        self.fail_waiting(|| RequestError::Unreachable { reason: reason.clone(), retry_after });
    }

    /// Fails the probes that wait for its hello.
    fn fail_probes(&mut self, why: &Refusal) {
        for probe in self.probes.drain(..) {
            let _ = probe.send(Err(ProbeError::Refused(why.clone()))); // whoever asked may have given up
        }
    }

    pub fn info(&self, key: PublicKey, access: Access) -> PeerInfo {
        let link = self.greeting.as_ref().zip(self.links.last()).map(|(greeting, link)| LinkInfo {
            since: self.since,
            address: shown(&link.address),
            outbound: link.outbound,
            connections: self.links.len(),
            standing: self.standing,
            round_trip: self.round_trip,
            greeting: greeting.clone(),
        });
        PeerInfo { key, access, link, addresses: self.addresses.iter().map(shown).collect(), last_failure: self.last_failure.clone() }
    }
}

/// Returns an address as people write it, without the peer id that libp2p adds.
pub(super) fn shown(address: &Multiaddr) -> String {
    let known = |part: &libp2p::multiaddr::Protocol<'_>| !matches!(part, libp2p::multiaddr::Protocol::P2p(_));
    address.iter().filter(known).collect::<Multiaddr>().to_string()
}

//! The one loop of the mesh. Handlers are short and never wait; what they do is in the files beside.

mod commands;
mod connections;
mod gossip;
mod hello;
mod links;
mod requests;

use std::{
    collections::{HashMap, VecDeque},
    ops::RangeInclusive,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::StreamExt as _;
use libp2p::{
    Multiaddr, Swarm,
    request_response::OutboundRequestId,
    swarm::{ConnectionId, SwarmEvent},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tracing::{debug, trace, warn};
use verbund_protocol::{sign::PublicKey, wire::Protocol};

use super::{
    Tuning,
    api::{Answer, Back, Command, Event, RequestError},
    backoff::Backoff,
    behaviour::{Behaviour, BehaviourEvent, MembersEvent},
    links::Ring,
    peers::{Peer, ProbeReply, shown},
    refusal::{Ledger, Refusal},
    rules::Rules,
};

/// How often links, idle connections and standings are looked after.
const TICK: Duration = Duration::from_secs(1);
/// How soon the links follow when something happened; long enough to take in a burst of new addresses first.
const HURRY: Duration = Duration::from_millis(20);

/// Runs the mesh.
pub(super) struct Engine {
    swarm: Swarm<Behaviour>,
    rules: Arc<Rules>,
    me: PublicKey,
    versions: RangeInclusive<u16>,
    tuning: Tuning,
    commands: mpsc::Receiver<Command>,
    back: mpsc::UnboundedReceiver<Back>,
    back_to: mpsc::UnboundedSender<Back>,
    events: mpsc::Sender<Event>,
    /// Events for which there was no room. While it is long, nothing is taken from the network.
    backlog: VecDeque<Event>,
    peers: HashMap<PublicKey, Peer>,
    asked: HashMap<(Protocol, OutboundRequestId), Asked>,
    hellos: HashMap<OutboundRequestId, (PublicKey, Duration)>,
    dials: HashMap<ConnectionId, Dial>,
    bootstrap: Vec<Bootstrap>,
    /// When this node last found out that it had dialled itself.
    dialled_itself: Option<Duration>,
    ring: Ring,
    chance: Chance,
    /// Who called and was refused, as far as it is logged.
    callers: Ledger,
    unanswered: usize,
    unanswered_bytes: usize,
    unchecked: usize,
    /// Announcements nobody was there to hear, and since when.
    unheard: Vec<(Duration, Bytes)>,
    started: Instant,
    /// Something happened that the links should follow at once, not at the next tick.
    hurry: bool,
}

/// A question on its way.
struct Asked {
    peer: PublicKey,
    reply: oneshot::Sender<Result<Answer, RequestError>>,
    sent: Duration,
}

/// Why a connection is being made.
enum Dial {
    Peer(PublicKey),
    Bootstrap(Multiaddr),
    Probe(Multiaddr, ProbeReply),
}

/// An address from the network document, for when no peer is connected.
struct Bootstrap {
    address: Multiaddr,
    backoff: Backoff,
    /// It leads to this node itself.
    own: bool,
}

/// Numbers that need only differ between nodes, not be secret: splitmix64, seeded by the process's hash seed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        use std::hash::{BuildHasher as _, RandomState};
        Self(RandomState::new().hash_one(0))
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// What an engine is made of.
pub(super) struct Parts {
    pub swarm: Swarm<Behaviour>,
    pub rules: Arc<Rules>,
    pub me: PublicKey,
    pub versions: RangeInclusive<u16>,
    pub tuning: Tuning,
    pub commands: mpsc::Receiver<Command>,
    pub events: mpsc::Sender<Event>,
}

impl Engine {
    pub fn new(parts: Parts) -> Self {
        let Parts { swarm, rules, me, versions, tuning, commands, events } = parts;
        let (back_to, back) = mpsc::unbounded_channel();
        let mut engine = Self {
            swarm,
            rules,
            me,
            versions,
            tuning,
            commands,
            back,
            back_to,
            events,
            backlog: VecDeque::new(),
            peers: HashMap::new(),
            asked: HashMap::new(),
            hellos: HashMap::new(),
            dials: HashMap::new(),
            bootstrap: Vec::new(),
            dialled_itself: None,
            ring: Ring::default(),
            chance: Chance::new(),
            callers: Ledger::new(Duration::ZERO),
            unanswered: 0,
            unanswered_bytes: 0,
            unchecked: 0,
            unheard: Vec::new(),
            started: Instant::now(),
            hurry: false,
        };
        engine.follow_membership();
        engine
    }

    /// Runs until told to stop, or until nobody holds the other end any more.
    pub async fn run(mut self) {
        let room = self.events.clone(); // waited on while handlers need the engine
        let mut hurried = false;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopped = loop {
            if std::mem::take(&mut self.hurry) && !hurried {
                tick.reset_after(HURRY);
                hurried = true; // what follows does not put it off again
            }
            tokio::select! {
                event = self.swarm.select_next_some(), if self.backlog.len() < self.tuning.events => self.on_swarm(event),
                Some(back) = self.back.recv() => self.on_back(back),
                command = self.commands.recv() => match command {
                    Some(Command::Stop(done)) => break Some(done),
                    Some(command) => self.on_command(command),
                    None => break None,
                },
                permit = room.reserve(), if !self.backlog.is_empty() => match (permit, self.backlog.pop_front()) {
                    (Ok(permit), Some(event)) => permit.send(event),
                    _ => break None,
                },
                _ = tick.tick() => {
                    hurried = false;
                    self.on_tick();
                }
            }
        };
        self.close().await;
        if let Some(done) = stopped {
            let _ = done.send(()); // whoever asked may be gone
        }
    }

    /// Closes the connections, so that peers see an end and not a silence.
    async fn close(&mut self) {
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let _ = self.swarm.disconnect_peer_id(peer); // only fails if it is gone already
        }
        let all_closed = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(2), all_closed).await.is_err() {
            debug!("some peers did not answer the end of their connection");
        }
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => self.on_established(&peer_id, connection_id, &endpoint),
            SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } => self.on_closed(&peer_id, connection_id, cause.as_ref()),
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => self.on_dial_failed(connection_id, error),
            SwarmEvent::IncomingConnectionError { send_back_addr, error, peer_id, .. } => self.on_incoming_failed(&send_back_addr, error, peer_id),
            SwarmEvent::NewListenAddr { address, .. } => self.emit(Event::Listening { address: shown(&address) }),
            SwarmEvent::ListenerError { error, .. } => warn!(%error, "a listening socket reports an error"),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => warn!(?addresses, ?reason, "a listening socket closed; this node can no longer be reached there"),
            other => trace!(?other, "swarm event without a handler"),
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Hello(event) => self.on_hello(event),
            BehaviourEvent::Sync(event) => self.on_exchange(Protocol::Sync, event),
            BehaviourEvent::Members(MembersEvent::Message(event)) => self.on_exchange(Protocol::Message, event),
            BehaviourEvent::Members(MembersEvent::Document(event)) => self.on_exchange(Protocol::Document, event),
            BehaviourEvent::Members(MembersEvent::Query(event)) => self.on_exchange(Protocol::Query, event),
            BehaviourEvent::Members(MembersEvent::Gossip(event)) => self.on_gossip(event),
            BehaviourEvent::Gate(never) => match never {},
            BehaviourEvent::Limits(never) => match never {},
            BehaviourEvent::Nudge(never) => match never {},
        }
    }

    fn on_back(&mut self, back: Back) {
        match back {
            Back::Reply(reply, outcome) => self.on_reply(reply, outcome),
            Back::Verdict(key, verdict) => self.on_verdict(&key, verdict),
        }
    }

    /// Tells the node, at once if there is room.
    fn emit(&mut self, event: Event) {
        if !self.backlog.is_empty() {
            self.backlog.push_back(event);
        } else if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
            self.backlog.push_back(event);
        }
    }

    fn refuse(&mut self, peer: Option<PublicKey>, address: &Multiaddr, outbound: bool, reason: Refusal) {
        let (address, direction) = (shown(address), if outbound { "outbound" } else { "inbound" });
        let peer_shown = peer.map(|peer| peer.to_string());
        let peer_shown = peer_shown.as_deref().unwrap_or("unknown");
        if !reason.deserves_a_look() || !outbound && !self.callers.has_room(self.started.elapsed()) {
            debug!(peer = peer_shown, %address, direction, %reason, "no connection");
        } else {
            warn!(peer = peer_shown, %address, direction, %reason, "connection refused");
        }
        self.emit(Event::Refused { peer, address, outbound, reason });
    }

    /// Time since the start; never goes back.
    fn mono(&self) -> Duration {
        self.started.elapsed()
    }

    fn peer_mut(&mut self, key: PublicKey) -> &mut Peer {
        let now = self.started.elapsed();
        self.peers.entry(key).or_insert_with(|| Peer::new(&self.tuning, now))
    }

    fn forget_if_unneeded(&mut self, key: &PublicKey) {
        if self.peers.get(key).is_some_and(Peer::is_forgettable) {
            self.peers.remove(key);
        }
    }
}

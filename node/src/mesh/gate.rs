//! The gate: asked first about every connection, by being the first field of the behaviour.
//!
//! A connection is made under the standing its peer has at that moment, and carries only the protocols of that standing: to a
//! guest the others do not exist, so not a byte of them is read. When the standing changes the connection ends and another may
//! be made under the new one. Nothing can be left over from before.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    multiaddr::Protocol,
    swarm::{ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm, dummy},
};
use verbund_protocol::{
    limits::{MAX_CONNECTIONS_PER_PEER, MAX_GUESTS, MAX_HALF_OPEN_PER_ADDRESS},
    sign::PublicKey,
};

use super::{keys, refusal::Refusal, rules::Rules};

/// What was decided about each open connection; the gate writes it, [`super::gated::Gated`] reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Admissions(Arc<Mutex<HashMap<ConnectionId, bool>>>);

impl Admissions {
    fn note(&self, connection: ConnectionId, full: bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(connection, full);
    }
    fn forget(&self, connection: ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection);
    }
    /// Returns whether the connection carries everything.
    pub fn is_full(&self, connection: ConnectionId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&connection).copied().unwrap_or(false)
    }
}

/// A connection whose peer's standing has changed since it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overtaken {
    pub connection: ConnectionId,
    pub peer: PublicKey,
    /// Whether the peer may do more now than the connection carries; otherwise less, which is urgent.
    pub gained: bool,
}

/// The behaviour.
pub(super) struct Gate {
    rules: Arc<Rules>,
    admissions: Admissions,
    open: HashMap<ConnectionId, PublicKey>,
    guests: HashSet<ConnectionId>,
    half_open: HashMap<ConnectionId, IpAddr>,
}

impl Gate {
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, admissions: Admissions::default(), open: HashMap::new(), guests: HashSet::new(), half_open: HashMap::new() }
    }

    pub fn admissions(&self) -> Admissions {
        self.admissions.clone()
    }

    /// Returns the connections that no longer fit their peer's standing.
    pub fn overtaken(&self) -> Vec<Overtaken> {
        let compare = |(connection, peer): (&ConnectionId, &PublicKey)| {
            let (carries, may) = (self.admissions.is_full(*connection), self.rules.standing(peer).is_full());
            (carries != may).then_some(Overtaken { connection: *connection, peer: *peer, gained: may })
        };
        self.open.iter().filter_map(compare).collect()
    }

    /// Returns whether there is a connection with the peer that carries everything.
    pub fn carries_all(&self, peer: &PublicKey) -> bool {
        self.open.iter().any(|(connection, other)| other == peer && self.admissions.is_full(*connection))
    }

    fn admit(&mut self, connection: ConnectionId, peer: PeerId) -> Result<dummy::ConnectionHandler, ConnectionDenied> {
        self.half_open.remove(&connection);
        let key = keys::public_key(&peer).ok_or_else(|| denied("the peer's name holds no key"))?;
        if self.open.values().filter(|other| **other == key).count() >= MAX_CONNECTIONS_PER_PEER as usize {
            return Err(ConnectionDenied::new(Refusal::Surplus));
        }
        let full = self.rules.standing(&key).is_full();
        if !full {
            if self.guests.len() >= MAX_GUESTS {
                return Err(denied("too many connections with peers that are not members"));
            }
            self.guests.insert(connection);
        }
        self.admissions.note(connection, full);
        self.open.insert(connection, key);
        Ok(dummy::ConnectionHandler)
    }

    fn forget(&mut self, connection: ConnectionId) {
        self.half_open.remove(&connection);
        self.guests.remove(&connection);
        self.open.remove(&connection);
        self.admissions.forget(connection);
    }
}

fn denied(why: &str) -> ConnectionDenied {
    ConnectionDenied::new(Refusal::Limit(why.into()))
}

fn ip(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        Protocol::Ip6(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    })
}

impl NetworkBehaviour for Gate {
    type ConnectionHandler = dummy::ConnectionHandler;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(&mut self, connection: ConnectionId, _: &Multiaddr, remote: &Multiaddr) -> Result<(), ConnectionDenied> {
        let Some(ip) = ip(remote) else { return Ok(()) };
        if self.half_open.values().filter(|other| **other == ip).count() >= MAX_HALF_OPEN_PER_ADDRESS {
            return Err(denied("too many unfinished connections from this address"));
        }
        self.half_open.insert(connection, ip);
        Ok(())
    }

    fn handle_established_inbound_connection(&mut self, connection: ConnectionId, peer: PeerId, _: &Multiaddr, _: &Multiaddr) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, peer)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(connection, peer)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(closed) => self.forget(closed.connection_id),
            FromSwarm::ListenFailure(failed) => self.forget(failed.connection_id),
            FromSwarm::DialFailure(failed) => self.forget(failed.connection_id),
            _ => {} // addresses are none of the gate's business
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

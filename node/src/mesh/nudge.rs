//! Wakes connections on which gossip has put something to send.
//!
//! Gossipsub (libp2p 0.57) puts messages into a queue that all connections of a peer share, and only a connection that
//! already has its stream waits on that queue. Where two connections had been made at once and the one with the stream is
//! closed, the other does not notice a message until something else happens on it, and drops it when it is older than five
//! seconds. A nudge is an empty event: it makes the connection look. Connections of peers that had two at once get it with every
//! announcement that passes. The others get one a second while there are announcements, in case a peer closed the stream alone.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    convert::Infallible,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse, upgrade::DeniedUpgrade},
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, SubstreamProtocol, THandler,
        THandlerInEvent, THandlerOutEvent, ToSwarm, handler::ConnectionEvent,
    },
};

/// The behaviour.
#[derive(Default)]
pub(super) struct Nudge {
    connections: HashMap<ConnectionId, PeerId>,
    /// Who had two connections at once, and has at least one of them still.
    doubled: HashSet<PeerId>,
    waiting: VecDeque<(PeerId, ConnectionId)>,
    /// Whether something was announced since the last tick.
    announced: bool,
}

impl Nudge {
    /// Something is to be sent: makes those connections look that may well not know it.
    pub fn announced(&mut self) {
        self.announced = true;
        // One nudge for each connection is enough, however many messages there are.
        let doubtful = self.connections.iter().filter(|(_, peer)| self.doubled.contains(peer));
        self.waiting = doubtful.map(|(connection, peer)| (*peer, *connection)).collect();
    }

    /// Once a second: makes all connections look if anything was announced.
    pub fn tick(&mut self) {
        if std::mem::take(&mut self.announced) {
            self.waiting = self.connections.iter().map(|(connection, peer)| (*peer, *connection)).collect();
        }
    }
}

impl NetworkBehaviour for Nudge {
    type ConnectionHandler = Nudged;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(&mut self, _: ConnectionId, _: PeerId, _: &Multiaddr, _: &Multiaddr) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Nudged)
    }
    fn handle_established_outbound_connection(&mut self, _: ConnectionId, _: PeerId, _: &Multiaddr, _: Endpoint, _: PortUse) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Nudged)
    }
    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(event) => {
                self.connections.insert(event.connection_id, event.peer_id);
                if event.other_established > 0 {
                    self.doubled.insert(event.peer_id);
                }
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, peer_id, remaining_established, .. }) => {
                self.connections.remove(&connection_id);
                if remaining_established == 0 {
                    self.doubled.remove(&peer_id);
                }
                self.waiting.retain(|(_, waiting)| *waiting != connection_id);
            }
            _ => {}
        }
    }
    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Nobody needs to be woken for what these two add: they are called by the task that polls the swarm next.
        match self.waiting.pop_front() {
            Some((peer_id, connection)) => Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::One(connection), event: () }),
            None => Poll::Pending,
        }
    }
}

/// What runs on each connection: nothing, but it can be woken.
pub(super) struct Nudged;

impl ConnectionHandler for Nudged {
    type FromBehaviour = ();
    type ToBehaviour = Infallible;
    type InboundProtocol = DeniedUpgrade;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(DeniedUpgrade, ())
    }
    fn on_behaviour_event(&mut self, (): ()) {}
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), Self::ToBehaviour>> {
        Poll::Pending
    }
    fn on_connection_event(&mut self, _: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol>) {}
}

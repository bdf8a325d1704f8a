//! Wakes connections on which gossip has put something to send.
//!
//! Gossipsub (libp2p 0.57) puts messages into a queue that all connections of a peer share, and only a connection that
//! already has its stream waits on that queue. Where two connections had been made at once and the one with the stream is
//! closed, the other does not notice a message until something else happens on it, and drops it when it is older than five
//! seconds. A nudge is an empty event: it makes the connection look.

use std::{
    collections::{HashMap, VecDeque},
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
    waiting: VecDeque<(PeerId, ConnectionId)>,
}

impl Nudge {
    /// Makes every connection look whether there is something to send.
    pub fn all(&mut self) {
        // One nudge for each connection is enough, however many messages there are.
        self.waiting = self.connections.iter().map(|(connection, peer)| (*peer, *connection)).collect();
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
            FromSwarm::ConnectionEstablished(event) => drop(self.connections.insert(event.connection_id, event.peer_id)),
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. }) => {
                self.connections.remove(&connection_id);
                self.waiting.retain(|(_, waiting)| *waiting != connection_id);
            }
            _ => {}
        }
    }
    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // Nobody needs to be woken for what `all` adds: it is called by the task that polls the swarm next.
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

//! Wraps the protocols that are for members only: on a guest's connection they do not exist.

use std::{
    collections::HashMap,
    task::{Context, Poll},
};

use either::Either;
use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        behaviour::ConnectionEstablished, dummy,
    },
};

use super::gate::Admissions;

/// A behaviour that sees only the connections which carry everything.
pub(super) struct Gated<B> {
    inner: B,
    admissions: Admissions,
    /// The connections that `inner` knows, by peer.
    known: HashMap<PeerId, Vec<ConnectionId>>,
}

impl<B> Gated<B> {
    pub fn new(inner: B, admissions: Admissions) -> Self {
        Self { inner, admissions, known: HashMap::new() }
    }

    pub fn inner_mut(&mut self) -> &mut B {
        &mut self.inner
    }

    fn knows(&self, peer: &PeerId, connection: ConnectionId) -> bool {
        self.known.get(peer).is_some_and(|known| known.contains(&connection))
    }
}

impl<B: NetworkBehaviour> Gated<B> {
    /// The swarm counts all connections of a peer; `inner` must hear how many of those that it knows.
    fn established(&mut self, event: ConnectionEstablished<'_>) {
        if self.admissions.is_full(event.connection_id) {
            let known = self.known.entry(event.peer_id).or_default();
            let other_established = known.len();
            known.push(event.connection_id);
            self.inner.on_swarm_event(FromSwarm::ConnectionEstablished(ConnectionEstablished { other_established, ..event }));
        }
    }

    fn closed(&mut self, event: ConnectionClosed<'_>) {
        let Some(known) = self.known.get_mut(&event.peer_id) else { return };
        let before = known.len();
        known.retain(|connection| *connection != event.connection_id);
        let remaining_established = known.len();
        if remaining_established == 0 {
            self.known.remove(&event.peer_id);
        }
        if remaining_established < before {
            self.inner.on_swarm_event(FromSwarm::ConnectionClosed(ConnectionClosed { remaining_established, ..event }));
        }
    }

    /// "Any connection of this peer" must not become one that `inner` does not know.
    fn narrowed(&self, peer: &PeerId, handler: NotifyHandler) -> Option<NotifyHandler> {
        match handler {
            NotifyHandler::One(connection) => self.knows(peer, connection).then_some(NotifyHandler::One(connection)),
            NotifyHandler::Any => Some(NotifyHandler::One(*self.known.get(peer)?.last()?)),
        }
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Gated<B> {
    type ConnectionHandler = Either<B::ConnectionHandler, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_pending_inbound_connection(&mut self, connection: ConnectionId, local: &Multiaddr, remote: &Multiaddr) -> Result<(), ConnectionDenied> {
        self.inner.handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(&mut self, connection: ConnectionId, peer: PeerId, local: &Multiaddr, remote: &Multiaddr) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.admissions.is_full(connection) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_inbound_connection(connection, peer, local, remote).map(Either::Left)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.admissions.is_full(connection) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner.handle_established_outbound_connection(connection, peer, address, role, port).map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(event) => self.established(event),
            FromSwarm::ConnectionClosed(event) => self.closed(event),
            FromSwarm::AddressChange(event) if !self.knows(&event.peer_id, event.connection_id) => {}
            other => self.inner.on_swarm_event(other),
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        loop {
            let action = std::task::ready!(self.inner.poll(cx));
            let ToSwarm::NotifyHandler { peer_id, handler, event } = action else { return Poll::Ready(action.map_in(Either::Left)) };
            if let Some(handler) = self.narrowed(&peer_id, handler) {
                return Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler, event: Either::Left(event) });
            }
        }
    }
}

//! Connections come and go.

use std::num::NonZeroU8;

use libp2p::{
    Multiaddr, PeerId,
    connection_limits::Exceeded,
    core::{ConnectedPoint, transport::TransportError},
    swarm::{
        ConnectionDenied, ConnectionError, ConnectionId, DialError, ListenError,
        dial_opts::{DialOpts, PeerCondition},
    },
};
use tracing::debug;
use verbund_protocol::{limits::HANDSHAKE_TIMEOUT, sign::PublicKey};

use super::{
    super::{
        api::{Event, ProbeError, RequestError},
        backoff::Waits,
        keys,
        peers::Link,
        refusal::Refusal,
    },
    Dial, Engine,
};

impl Engine {
    /// Connects to a peer if it is not connected; `now` passes over the back-off. What waits for the connection fails with the reason.
    pub(super) fn dial(&mut self, peer: PublicKey, now: bool) {
        let mono = self.mono();
        let entry = self.peer_mut(peer);
        if !entry.links.is_empty() || entry.dialling {
            return;
        }
        let retry_after = entry.backoff.wait(mono);
        if entry.addresses.is_empty() {
            entry.fail_waiting(|| RequestError::NoAddress);
            return self.forget_if_unneeded(&peer);
        }
        if !now && !retry_after.is_zero() {
            let reason = entry.last_failure.clone().unwrap_or_else(|| Refusal::Network("it ended the last connection".into()));
            return entry.fail_waiting(|| RequestError::Unreachable { reason: reason.clone(), retry_after });
        }
        entry.dialling = true;
        let addresses = entry.addresses.clone();
        let options = DialOpts::peer_id(keys::peer_id(&peer))
            .addresses(addresses)
            .condition(PeerCondition::Always)
            .override_dial_concurrency_factor(NonZeroU8::MIN) // in the order the owner gave
            // From the listening port a connection that has just ended could not be made again for a minute.
            .allocate_new_port()
            .build();
        self.start_dial(options, Dial::Peer(peer));
    }

    pub(super) fn start_dial(&mut self, options: DialOpts, dial: Dial) {
        let connection = options.connection_id();
        self.dials.insert(connection, dial);
        if let Err(error) = self.swarm.dial(options) {
            self.on_dial_failed(connection, error);
        }
    }

    pub(super) fn on_established(&mut self, peer: &PeerId, connection: ConnectionId, endpoint: &ConnectedPoint) {
        let Some(key) = keys::public_key(peer) else { return }; // the gate let it in, so there is a key
        let opened = self.mono();
        let dial = self.dials.remove(&connection);
        let entry = self.peer_mut(key);
        let outbound = endpoint.is_dialer();
        entry.links.push(Link { id: connection, outbound, address: endpoint.get_remote_address().clone(), opened, reported: false });
        entry.last_heard = opened;
        entry.gained = None;
        match dial {
            Some(Dial::Peer(_)) => entry.dialling = false,
            Some(Dial::Probe(_, reply)) => entry.probes.push(reply),
            Some(Dial::Bootstrap(_)) | None => {}
        }
        if outbound {
            self.say_hello(key);
        }
    }

    pub(super) fn on_closed(&mut self, peer: &PeerId, connection: ConnectionId, cause: Option<&ConnectionError>) {
        let Some(key) = keys::public_key(peer) else { return };
        let (mono, waits, chance) = (self.mono(), self.waits(), self.chance.next());
        let idle = self.tuning.idle;
        let Some(entry) = self.peers.get_mut(&key) else { return };
        let Some(at) = entry.links.iter().position(|link| link.id == connection) else { return };
        let link = entry.links.remove(at);
        debug!(peer = %key, ?cause, "connection closed");
        if !entry.links.is_empty() {
            return;
        }
        entry.settled = None;
        match entry.greeting.take() {
            Some(greeting) => {
                // A guest, here or there, comes to synchronise from time to time and does not stay.
                if !(greeting.access.is_full() && greeting.sees_us_as == verbund_protocol::hello::View::Member) {
                    entry.backoff.rest(mono + idle);
                }
                self.hurry |= entry.standing;
                let wanted = !entry.waiting.is_empty() && !entry.addresses.is_empty();
                self.emit(Event::Down { peer: key });
                if wanted {
                    self.dial(key, true);
                }
            }
            None => {
                let reason = cause.map_or_else(|| Refusal::Hello("it closed the connection".into()), as_refusal);
                if !link.reported {
                    entry.fail_to_greet(&reason, waits, mono, chance);
                    self.refuse(Some(key), &link.address, link.outbound, reason);
                }
            }
        }
        self.rules.forget(&key);
        self.forget_if_unneeded(&key);
    }

    pub(super) fn on_dial_failed(&mut self, connection: ConnectionId, error: DialError) {
        let Some(dial) = self.dials.remove(&connection) else { return };
        match dial {
            Dial::Peer(peer) => self.on_peer_not_reached(peer, &error),
            Dial::Bootstrap(address) => self.on_bootstrap_failed(&address, &reason(&error)),
            Dial::Probe(address, reply) => {
                debug!(%address, %error, "probe failed");
                let _ = reply.send(Err(ProbeError::Refused(reason(&error)))); // whoever asked may have given up
            }
        }
    }

    fn on_peer_not_reached(&mut self, peer: PublicKey, error: &DialError) {
        let reasons = reasons(error);
        let last = reasons.last().map_or_else(|| reason(error), |(_, last)| last.clone());
        let (mono, waits, chance) = (self.mono(), self.waits(), self.chance.next());
        let entry = self.peer_mut(peer);
        entry.dialling = false;
        // It may have reached this node in the meantime; then what waits is sent on that connection.
        if entry.links.is_empty() {
            entry.fail_to_greet(&last, waits, mono, chance);
        }
        for (address, reason) in reasons {
            self.refuse(Some(peer), &address, true, reason);
        }
        self.forget_if_unneeded(&peer);
    }

    fn on_bootstrap_failed(&mut self, address: &Multiaddr, reason: &Refusal) {
        let own = *reason == Refusal::OwnKey;
        if let Some(entry) = self.bootstrap.iter_mut().find(|entry| entry.address == *address) {
            entry.own |= own;
        }
        if own {
            self.dialled_itself = Some(self.mono()); // the first member of a network is its own bootstrap address
        } else {
            self.refuse(None, address, true, reason.clone());
        }
    }

    pub(super) fn on_incoming_failed(&mut self, address: &Multiaddr, error: ListenError, peer: Option<PeerId>) {
        let reason = match &error {
            ListenError::Transport(error) => transport_reason(error),
            ListenError::LocalPeerId { .. } => Refusal::OwnKey,
            ListenError::Denied { cause } => denial(cause),
            ListenError::Aborted | ListenError::WrongPeerId { .. } => Refusal::Network(error.to_string()),
        };
        if reason == Refusal::OwnKey && self.dials_itself() {
            return;
        }
        self.refuse(peer.as_ref().and_then(keys::public_key), address, false, reason);
    }

    /// Whether this node itself may be the one that presents its own key.
    fn dials_itself(&self) -> bool {
        let recently = self.dialled_itself.is_some_and(|at| self.mono().saturating_sub(at) < HANDSHAKE_TIMEOUT);
        recently || self.dials.values().any(|dial| !matches!(dial, Dial::Peer(_)))
    }

    pub(super) fn waits(&self) -> Waits {
        Waits { min: self.tuning.retry_min, max: self.tuning.retry_max }
    }
}

fn as_refusal(error: &ConnectionError) -> Refusal {
    match error {
        ConnectionError::IO(error) => Refusal::from_io(error),
        ConnectionError::KeepAliveTimeout => Refusal::Hello("it said nothing".into()),
    }
}

/// The gate says why itself; the other bounds are libp2p's.
fn denial(cause: &ConnectionDenied) -> Refusal {
    let limit = |exceeded: &Exceeded| Refusal::Limit(exceeded.to_string());
    let own = cause.downcast_ref::<Refusal>().cloned();
    own.or_else(|| cause.downcast_ref().map(limit)).unwrap_or_else(|| Refusal::Limit(cause.to_string()))
}

fn transport_reason(error: &TransportError<std::io::Error>) -> Refusal {
    match error {
        TransportError::Other(error) => Refusal::from_io(error),
        TransportError::MultiaddrNotSupported(address) => Refusal::Network(format!("{address} is not an address over TCP")),
    }
}

/// Returns the reason at each address that was tried.
fn reasons(error: &DialError) -> Vec<(Multiaddr, Refusal)> {
    match error {
        DialError::Transport(tried) => tried.iter().map(|(address, error)| (address.clone(), transport_reason(error))).collect(),
        DialError::WrongPeerId { address, .. } | DialError::LocalPeerId { address } => vec![(address.clone(), reason(error))],
        DialError::NoAddresses | DialError::DialPeerConditionFalse(_) | DialError::Aborted | DialError::Denied { .. } => Vec::new(),
    }
}

fn reason(error: &DialError) -> Refusal {
    match error {
        DialError::Transport(tried) => tried.last().map_or_else(|| Refusal::Network("no address was tried".into()), |(_, error)| transport_reason(error)),
        DialError::LocalPeerId { .. } => Refusal::OwnKey,
        DialError::WrongPeerId { obtained, .. } => Refusal::OtherNode { found: keys::public_key(obtained) },
        DialError::Denied { cause } => denial(cause),
        DialError::NoAddresses | DialError::DialPeerConditionFalse(_) | DialError::Aborted => Refusal::Network(error.to_string()),
    }
}

//! All behaviours of a node, the gate first.

use std::{ops::RangeInclusive, sync::Arc};

use libp2p::{
    connection_limits::{self, ConnectionLimits},
    gossipsub,
    swarm::NetworkBehaviour,
};
use verbund_protocol::{
    limits::{MAX_DIALS, MAX_HALF_OPEN},
    wire::Protocol,
};

use super::{Tuning, exchange, exchange::Exchange, gate::Gate, gated::Gated, gossip, nudge::Nudge, rules::Rules};

/// What runs on every connection.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    pub gate: Gate,
    pub limits: connection_limits::Behaviour,
    pub hello: Exchange,
    pub sync: Exchange,
    pub members: Gated<Members>,
    pub nudge: Nudge,
}

/// What runs on the connections of members only.
#[derive(NetworkBehaviour)]
pub(super) struct Members {
    pub gossip: gossipsub::Behaviour,
    pub message: Exchange,
    pub document: Exchange,
    pub query: Exchange,
}

impl Behaviour {
    pub fn new(rules: Arc<Rules>, versions: &RangeInclusive<u16>, tuning: &Tuning) -> Self {
        let gossip = gossip::behaviour(&rules.network);
        let gate = Gate::new(rules);
        let exchange = |protocol| exchange::protocol(protocol, versions);
        let members = Members { gossip, message: exchange(Protocol::Message), document: exchange(Protocol::Document), query: exchange(Protocol::Query) };
        let members = Gated::new(members, gate.admissions());
        let limits =
            ConnectionLimits::default().with_max_pending_incoming(Some(MAX_HALF_OPEN)).with_max_pending_outgoing(Some(MAX_DIALS)).with_max_established(Some(tuning.connections));
        Self { gate, limits: connection_limits::Behaviour::new(limits), hello: exchange::hello(tuning.hello), sync: exchange(Protocol::Sync), members, nudge: Nudge::default() }
    }

    /// Returns the behaviour of a protocol.
    pub fn exchange(&mut self, protocol: Protocol) -> &mut Exchange {
        match protocol {
            Protocol::Sync => &mut self.sync,
            Protocol::Message => &mut self.members.inner_mut().message,
            Protocol::Document => &mut self.members.inner_mut().document,
            Protocol::Query => &mut self.members.inner_mut().query,
        }
    }

    pub fn gossip(&mut self) -> &mut gossipsub::Behaviour {
        &mut self.members.inner_mut().gossip
    }
}

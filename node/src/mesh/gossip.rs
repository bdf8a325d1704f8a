//! Announcements to all members. Only an accelerator: what gets lost comes with synchronisation.
//!
//! Messages are anonymous to libp2p; each carries its author's own signature inside, which the node checks once before it passes
//! the message on. libp2p would sign and check every copy again.

use std::time::Duration;

use libp2p::{PeerId, gossipsub as gs};
use verbund_protocol::{
    id::{Digest, NetworkId},
    limits::MAX_GOSSIP,
};

/// What libp2p wraps around an announcement: topic, lengths, control messages that travel along.
const ENVELOPE: usize = 1 << 10;

/// Names an announcement on its way through this node.
#[derive(Clone, Debug)]
pub(super) struct MessageKey {
    pub id: gs::MessageId,
    pub from: PeerId,
}

/// Returns the one topic of a network.
pub(super) fn topic(network: &NetworkId) -> gs::IdentTopic {
    gs::IdentTopic::new(format!("verbund/{network}/1"))
}

/// Returns the behaviour, subscribed to the topic.
pub(super) fn behaviour(network: &NetworkId) -> gs::Behaviour {
    let mut builder = gs::ConfigBuilder::default();
    builder
        .protocol_id_prefix("/verbund/gossip")
        .validation_mode(gs::ValidationMode::Anonymous)
        .validate_messages()
        .max_transmit_size(MAX_GOSSIP + ENVELOPE)
        .message_id_fn(|message| gs::MessageId::new(&Digest::of(&message.data).0[..20]))
        // A node has about ten links. Four to six of them carry whole messages; 110 nodes are then three or four steps across. Each more is one
        // more copy of everything for everybody.
        .mesh_n(4)
        .mesh_n_low(3)
        .mesh_n_high(6)
        .mesh_outbound_min(2)
        .gossip_lazy(3)
        // What is published goes to all links at once, since a lost first step is a lost message.
        .flood_publish(true)
        // The heartbeat repairs the mesh and offers what a neighbour missed. Once in five seconds costs an idle node nothing.
        .heartbeat_interval(Duration::from_secs(5))
        .heartbeat_initial_delay(Duration::from_secs(1))
        .history_length(6)
        .history_gossip(4)
        .duplicate_cache_time(Duration::from_secs(120))
        // Instead of 5,000 messages for each neighbour.
        .connection_handler_queue_len(1_024);
    let config = builder.build().expect("the parameters fit each other");
    let mut behaviour = gs::Behaviour::new(gs::MessageAuthenticity::Anonymous, config).expect("anonymous fits the validation mode");
    behaviour.subscribe(&topic(network)).expect("no filter forbids the topic");
    behaviour
}

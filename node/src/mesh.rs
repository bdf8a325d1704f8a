//! The mesh: connections between nodes, and nothing about what they say. libp2p and TLS live here and nowhere else.
//!
//! Bytes go in by [`Command`] and come out by [`Event`]; peers are named by their auth keys. From the outside in, a connection
//! passes `transport` (TCP, names), `tls` and `verify` (who is it), `mux` (streams), `gate` (may it), and then `exchange` and
//! `gossip` (what it says). `engine` is the one loop that ties them together; `links`, `bucket` and `backoff` are its rules.

mod api;
mod backoff;
mod behaviour;
mod bucket;
mod engine;
mod exchange;
mod gate;
mod gated;
mod gossip;
mod handle;
mod keys;
mod links;
mod mux;
mod names;
mod nudge;
mod peers;
mod refusal;
mod rules;
mod tls;
mod transport;
mod verify;

#[cfg(test)]
mod tests;

use std::{fmt, ops::RangeInclusive, sync::Arc, time::Duration};

use futures_rustls::rustls::pki_types::CertificateDer;
use libp2p::{Multiaddr, Swarm, core::upgrade::Version, swarm};
use tokio::sync::mpsc;
use verbund_protocol::{
    limits::{
        DIAL_RETRY_MAX, DIAL_RETRY_MIN, HANDSHAKE_TIMEOUT, HEARTBEAT, IDLE_CONNECTION, MAX_CONNECTIONS, MAX_MESH_COMMANDS, MAX_MESH_EVENTS, MAX_OPEN_REQUESTS, QUERY_TIMEOUT,
        Quota, STANDING_LINKS,
    },
    membership::Membership,
    sign::SecretKey,
    wire::{Protocol, VERSION, VERSION_MIN},
};

pub use api::{Answer, Command, Event, Greeting, LinkInfo, PeerInfo, ProbeError, Probed, RequestError, Responder, Ticket, Verdict};
pub use bucket::TokenBucket;
pub use handle::{MeshHandle, NotTaken};
pub use refusal::{Alert, Refusal};
pub use rules::{Access, Clock};
pub use tls::IdentityError;

/// What a mesh needs to know.
pub struct MeshConfig {
    /// Where to accept connections, as multiaddr text, for example `/ip4/0.0.0.0/tcp/443`. Port 0 lets the system choose.
    pub listen: Vec<String>,
    /// The node's auth key.
    pub auth_key: SecretKey,
    /// The node's auth certificate in DER first, then intermediates if there are any.
    pub chain: Vec<Vec<u8>>,
    /// Protocol versions spoken.
    pub versions: RangeInclusive<u16>,
    /// Bounds that a test may want otherwise.
    pub tuning: Tuning,
    /// The node's clock.
    pub clock: Clock,
}

impl MeshConfig {
    /// Returns a configuration with this build's versions and the limits of the protocol.
    pub fn new(listen: Vec<String>, auth_key: SecretKey, chain: Vec<Vec<u8>>, clock: Clock) -> Self {
        Self { listen, auth_key, chain, versions: VERSION_MIN..=VERSION, tuning: Tuning::default(), clock }
    }
}

impl fmt::Debug for MeshConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeshConfig").field("listen", &self.listen).field("key", &self.auth_key.public()).field("versions", &self.versions).finish_non_exhaustive()
    }
}

/// Bounds of a running mesh; [`Default`] takes them from [`verbund_protocol::limits`].
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// How often one peer may ask in a protocol.
    pub quota: fn(Protocol) -> Quota,
    /// Requests of one protocol open with one peer.
    pub open_requests: usize,
    /// Connections in all.
    pub connections: u32,
    /// Events that wait for the node, and as many again beside them before nothing more is taken from the network.
    pub events: usize,
    /// Standing links this node opens.
    pub standing_links: usize,
    /// Decides the one standing link that is left to chance.
    pub chance: u64,
    /// How long an unused connection stays.
    pub idle: Duration,
    /// How often the hello is repeated. At most half of `idle` is taken, since the hello is what keeps a standing link open.
    pub heartbeat: Duration,
    /// How long TCP and TLS may take together.
    pub handshake: Duration,
    /// How long the answer to a hello may take.
    pub hello: Duration,
    /// Shortest wait after a failed dial.
    pub retry_min: Duration,
    /// Longest wait after failed dials.
    pub retry_max: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        use std::hash::{BuildHasher as _, RandomState};
        Self {
            quota: Protocol::quota,
            open_requests: MAX_OPEN_REQUESTS,
            connections: MAX_CONNECTIONS,
            events: MAX_MESH_EVENTS,
            standing_links: STANDING_LINKS,
            chance: RandomState::new().hash_one("standing link"),
            idle: IDLE_CONNECTION,
            heartbeat: HEARTBEAT,
            handshake: HANDSHAKE_TIMEOUT,
            hello: QUERY_TIMEOUT,
            retry_min: DIAL_RETRY_MIN,
            retry_max: DIAL_RETRY_MAX,
        }
    }
}

/// The mesh cannot start.
#[derive(Debug, thiserror::Error)]
pub enum MeshError {
    /// This node's own certificate or key is of no use.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A listen address cannot be read.
    #[error("{address} is not a listen address; write /ip4/0.0.0.0/tcp/443 or /ip6/::/tcp/443")]
    Address {
        /// What was given.
        address: String,
    },
    /// A listen address cannot be used.
    #[error("cannot listen on {address}: {reason}; is the port free, and may this user open it?")]
    Listen {
        /// What was given.
        address: String,
        /// What the system says.
        reason: String,
    },
}

/// Starts the mesh on the running tokio runtime.
///
/// # Errors
/// [`MeshError`]; nothing keeps running.
///
/// # Panics
/// Outside a tokio runtime.
pub fn spawn(config: MeshConfig, membership: Arc<Membership>) -> Result<(MeshHandle, mpsc::Receiver<Event>), MeshError> {
    let rules = Arc::new(rules::Rules::new(membership, config.clock));
    let chain = config.chain.into_iter().map(CertificateDer::from).collect();
    let tls = tls::Tls::new(rules.clone(), &config.auth_key, chain)?;
    start(tls, rules, &config.auth_key, &config.listen, config.versions, config.tuning)
}

fn start(
    tls: tls::Tls,
    rules: Arc<rules::Rules>,
    key: &SecretKey,
    listen: &[String],
    versions: RangeInclusive<u16>,
    tuning: Tuning,
) -> Result<(MeshHandle, mpsc::Receiver<Event>), MeshError> {
    let tuning = Tuning { heartbeat: tuning.heartbeat.min(tuning.idle / 2), ..tuning };
    let behaviour = behaviour::Behaviour::new(rules.clone(), &versions, &tuning);
    let me = keys::keypair(key).public().to_peer_id();
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(tuning.idle)
        // Where one version is offered, the question travels with the offer and saves a round trip.
        .with_substream_upgrade_protocol_override(Version::V1Lazy);
    let mut swarm = Swarm::new(transport::build(tls, tuning.handshake), behaviour, me, config);
    for text in listen {
        let address: Multiaddr = text.parse().map_err(|_| MeshError::Address { address: text.clone() })?;
        transport::check_free(&address).map_err(|error| MeshError::Listen { address: text.clone(), reason: error.to_string() })?;
        swarm.listen_on(address).map_err(|error| MeshError::Listen { address: text.clone(), reason: error.to_string() })?;
    }
    let (commands_to, commands) = mpsc::channel(MAX_MESH_COMMANDS);
    let (events, events_from) = mpsc::channel(tuning.events);
    let parts = engine::Parts { swarm, rules, me: key.public(), versions, tuning, commands, events };
    tokio::spawn(engine::Engine::new(parts).run());
    Ok((MeshHandle(commands_to), events_from))
}

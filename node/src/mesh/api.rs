//! What goes into the mesh and what comes out of it.

use std::{fmt, time::Duration};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use verbund_protocol::{hello::View, membership::Edition, sign::PublicKey, time::Timestamp, wire::Protocol};

use super::{exchange::Reply, refusal::Refusal};

use super::rules::Access;

/// What the node wants of the mesh.
#[derive(Debug)]
pub enum Command {
    /// Ask a peer; it is dialled if need be.
    Request {
        /// Whom.
        to: PublicKey,
        /// In which protocol.
        protocol: Protocol,
        /// The question.
        body: Bytes,
        /// Where the answer goes.
        reply: oneshot::Sender<Result<Answer, RequestError>>,
    },
    /// Tell all members; may get lost, synchronisation repairs it.
    Announce(Bytes),
    /// The membership changed: the gate follows at once, on open connections too.
    Membership(std::sync::Arc<verbund_protocol::membership::Membership>),
    /// A round of synchronisation with a peer is complete: whatever was in this edition of the peer's is here, or does not hold.
    Synchronised {
        /// With whom.
        peer: PublicKey,
        /// What the peer said it knew when the round began.
        edition: Edition,
    },
    /// Where a peer can be reached, best first, as multiaddr text. Replaces what was known; what is not an address is skipped.
    Addresses {
        /// Whose addresses.
        peer: PublicKey,
        /// The addresses.
        addresses: Vec<String>,
    },
    /// Connect now, whatever the back-off says.
    Dial(PublicKey),
    /// Connect to whoever answers at an address and report what it says.
    Probe {
        /// Multiaddr text.
        address: String,
        /// Where the report goes.
        reply: oneshot::Sender<Result<Probed, ProbeError>>,
    },
    /// List what is known of all peers.
    Peers(oneshot::Sender<Vec<PeerInfo>>),
    /// Close all connections with a peer.
    Disconnect(PublicKey),
    /// Close everything and end; the receiver is told when it is done.
    Stop(oneshot::Sender<()>),
}

/// What the mesh tells the node.
#[derive(Debug)]
pub enum Event {
    /// This node accepts connections here.
    Listening {
        /// Multiaddr text.
        address: String,
    },
    /// A peer has said hello. Comes again when what it says has changed.
    Up {
        /// Who.
        peer: PublicKey,
        /// Whether this node dialled.
        outbound: bool,
        /// Its address as seen here.
        address: String,
        /// What it said.
        greeting: Greeting,
    },
    /// The last connection with a peer that was up has ended.
    Down {
        /// Who.
        peer: PublicKey,
    },
    /// A peer asks. Dropping `respond` answers `busy`.
    Request {
        /// Who asks. Its key is proven by TLS; for all but [`Protocol::Sync`] it was in the member list a moment ago.
        from: PublicKey,
        /// In which protocol.
        protocol: Protocol,
        /// In which version of it.
        version: u16,
        /// The question.
        body: Bytes,
        /// Takes the answer.
        respond: Responder,
    },
    /// A member passes on an announcement. It travels further only when accepted.
    Gossip {
        /// The neighbour it came from, not its author.
        from: PublicKey,
        /// The announcement.
        bytes: Bytes,
        /// Takes the verdict.
        ticket: Ticket,
    },
    /// A connection was refused, by this node or the other side.
    Refused {
        /// Who, when known.
        peer: Option<PublicKey>,
        /// Where, as multiaddr text.
        address: String,
        /// Whether this node dialled.
        outbound: bool,
        /// Why.
        reason: Refusal,
    },
}

/// What a peer said in its latest hello, and what this node makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The best common protocol version.
    pub version: u16,
    /// How much of the membership the peer knows.
    pub edition: Edition,
    /// Its clock minus ours, milliseconds.
    pub clock_offset_ms: i64,
    /// What it may do here.
    pub access: Access,
    /// How it sees this node.
    pub sees_us_as: View,
}

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The version of the protocol it was given in.
    pub version: u16,
    /// The answer.
    pub body: Bytes,
}

/// A request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The membership held here does not let this peer do more than synchronise.
    #[error("not sent: the peer {0}")]
    NotAllowed(Access),
    /// No address is known.
    #[error("no address of the peer is known; it may be reachable only when it connects itself")]
    NoAddress,
    /// It cannot be reached.
    #[error("the peer cannot be reached: {reason}")]
    Unreachable {
        /// Why the last address failed.
        reason: Refusal,
        /// When another attempt makes sense.
        retry_after: Duration,
    },
    /// A quota of this node or the peer is used up, or the peer has too much to do.
    #[error("{} busy", if *.by_peer { "the peer is" } else { "this node's quota for the peer keeps it" })]
    Busy {
        /// Whether the peer said so.
        by_peer: bool,
    },
    /// The peer refuses to answer.
    #[error("the peer refuses: {0}")]
    Refused(String),
    /// The body is longer than the protocol allows.
    #[error("{size} bytes are too many for the {protocol} protocol")]
    TooLarge {
        /// The protocol.
        protocol: Protocol,
        /// The size.
        size: usize,
    },
    /// No answer in time. Whether the peer acted is not known.
    #[error("no answer in time")]
    Timeout,
    /// The connection ended. Whether the peer acted is not known.
    #[error("the connection ended before the answer: {0}")]
    Closed(String),
    /// The request is for this node itself.
    #[error("a node does not ask itself")]
    Own,
    /// The mesh has stopped.
    #[error("the mesh has stopped")]
    Stopped,
}

/// What answered at a probed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// Who.
    pub peer: PublicKey,
    /// What it said.
    pub greeting: Greeting,
}

/// A probe failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Not an address.
    #[error("{0} is not an address; write /dns/name/tcp/port or /ip4/1.2.3.4/tcp/port")]
    Address(String),
    /// Refused or unreachable.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The mesh has stopped.
    #[error("the mesh has stopped")]
    Stopped,
}

/// What is known of one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerInfo {
    /// Its auth key.
    pub key: PublicKey,
    /// What it may do here.
    pub access: Access,
    /// The connection, if it is up.
    pub link: Option<LinkInfo>,
    /// Addresses to dial.
    pub addresses: Vec<String>,
    /// Why the last dial failed, if none succeeded since.
    pub last_failure: Option<Refusal>,
}

/// A connection that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkInfo {
    /// Since when.
    pub since: Timestamp,
    /// The peer's address as seen here.
    pub address: String,
    /// Whether this node dialled.
    pub outbound: bool,
    /// How many connections there are; more than one only for moments, when both sides dialled at once.
    pub connections: usize,
    /// Whether it is one of the links kept open all the time.
    pub standing: bool,
    /// Time from hello to answer.
    pub round_trip: Option<Duration>,
    /// What the peer said.
    pub greeting: Greeting,
}

/// Takes the answer to one request. Dropping it unused answers `busy`.
pub struct Responder(pub(super) Option<(Reply, mpsc::UnboundedSender<Back>)>);

impl Responder {
    /// Answers.
    pub fn answer(self, body: impl Into<Bytes>) {
        self.finish(Outcome::Answer(body.into()));
    }
    /// Asks to come again later.
    pub fn busy(self) {
        self.finish(Outcome::Busy);
    }
    /// Refuses for a reason that the asking side shows; at most [`verbund_protocol::limits::MAX_REASON`] bytes are sent.
    pub fn refuse(self, reason: impl Into<String>) {
        self.finish(Outcome::Refused(reason.into()));
    }
    fn finish(mut self, outcome: Outcome) {
        self.send(outcome);
    }
    fn send(&mut self, outcome: Outcome) {
        if let Some((reply, back)) = self.0.take() {
            // Only fails when the mesh has stopped, and then nobody waits any more.
            let _ = back.send(Back::Reply(reply, outcome));
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.send(Outcome::Busy);
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Responder")
    }
}

/// The answer to a request, of whichever kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answer(Bytes),
    Busy,
    Refused(String),
}

/// What comes back from whoever consumed an event. The channel needs no bound of its own: there are never more of these than
/// open requests and unchecked announcements, and both are bounded.
#[derive(Debug)]
pub(super) enum Back {
    Reply(Reply, Outcome),
    Verdict(super::gossip::MessageKey, Verdict),
}

/// What the node thinks of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// True and news: pass it on.
    Accept,
    /// False: do not pass it on, and think less of the neighbour.
    Reject,
    /// Not worth passing on, for example known already.
    Ignore,
}

/// Takes the verdict on one announcement. Dropping it unused ignores the announcement.
pub struct Ticket(pub(super) Option<(super::gossip::MessageKey, mpsc::UnboundedSender<Back>)>);

impl Ticket {
    /// Says what becomes of the announcement.
    pub fn judge(mut self, verdict: Verdict) {
        self.send(verdict);
    }
    fn send(&mut self, verdict: Verdict) {
        if let Some((key, back)) = self.0.take() {
            // Only fails when the mesh has stopped.
            let _ = back.send(Back::Verdict(key, verdict));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.send(Verdict::Ignore);
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket")
    }
}

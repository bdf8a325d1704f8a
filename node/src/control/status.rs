//! `status` and `peers`: how the node is and whom it sees.

use verbund_protocol::{
    id::{MemberId, NetworkId, NodeId},
    membership::{Freshness, Standing},
    time::Timestamp,
};

use super::Call;
use crate::workflow::{WorkError, desk::PeerSight, replication, took::Times};

/// What can be asked.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// The node at a glance.
    Show,
    /// All peers.
    Peers,
}

/// The node at a glance.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Status {
    /// The software's version.
    pub version: String,
    /// The network.
    pub network: NetworkId,
    /// The member this node speaks for.
    pub member: MemberId,
    /// Which of its nodes.
    pub node: NodeId,
    /// The node's clock.
    pub now: Timestamp,
    /// Version of the network document held.
    pub document_version: u64,
    /// When it ends.
    pub document_until: Timestamp,
    /// What its age means now, in words.
    pub document_state: String,
    /// How this node's own member stands, in words.
    pub standing: String,
    /// How many members it lists.
    pub members: usize,
    /// Of how many other nodes the address is known.
    pub addresses_known: usize,
    /// How many departments' free places are known.
    pub departments: usize,
    /// How many peers are connected.
    pub peers_up: usize,
    /// Whether the clock agrees with the peers'.
    pub clock_agrees: bool,
    /// How long deliveries to other clinics took lately, microseconds.
    pub delivery_us: Times,
    /// How long pages and forms took lately, microseconds.
    pub page_us: Times,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Command::Show`].
    Status(Box<Status>),
    /// To [`Command::Peers`].
    Peers(Vec<PeerSight>),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError::Unavailable`] if the node is stopping.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let peers = call.desk.outside().peers().await;
        if let Self::Peers = self {
            return Ok(Reply::Peers(peers));
        }
        let peers_up = peers.iter().filter(|peer| peer.up).count();
        let took = call.desk.outside().took();
        let (delivery_us, page_us) = (took.deliveries.times(), took.pages.times());
        let status = call.desk.ask(&call.actor, move |work| {
            let document = &work.membership.held().document;
            Ok(Status {
                version: env!("CARGO_PKG_VERSION").into(),
                network: work.me.network.clone(),
                member: work.me.member.clone(),
                node: work.me.node.clone(),
                now: work.now,
                document_version: document.version,
                document_until: document.valid_until,
                document_state: freshness_words(work.membership.freshness(work.now)),
                standing: standing_words(&work.membership.member_standing(&work.me.member, work.now)),
                members: document.members.len(),
                addresses_known: replication::addresses(&work.membership, &work.public, &work.me.auth).len(),
                departments: work.public.board.iter().count(),
                peers_up,
                clock_agrees: work.clock_agrees,
                delivery_us,
                page_us,
            })
        });
        Ok(Reply::Status(Box::new(status.await?)))
    }
}

/// Returns how this node's own member stands, in words for its people.
pub fn standing_words(standing: &Standing) -> String {
    const OWN_WORK: &str = "own patients are served on, other clinics take and give nothing";
    match standing {
        Standing::Member(_) => "member".into(),
        Standing::Suspended { until, reason, .. } => format!("SUSPENDED until {until} ({reason}): {OWN_WORK}; call the cooperative"),
        Standing::Removed { last_version, .. } => format!("REMOVED from the member list after version {last_version}: {OWN_WORK}; call the cooperative"),
        Standing::Unlisted => format!("NOT in the member list: {OWN_WORK}; call the cooperative"),
    }
}

/// Returns what the age of the network document means, in words for people.
pub fn freshness_words(freshness: Freshness) -> String {
    match freshness {
        Freshness::Good => "good".into(),
        Freshness::EndsIn(days) => format!("ends in {days} days: ask the cooperative for the next one"),
        Freshness::Grace(days) => format!("has ended; full work for {days} more days: get the next one now"),
        Freshness::RunningOnly(days) => format!("has ended; only running conversations go on, for {days} more days"),
        Freshness::SyncOnly => "ended too long ago: only synchronisation until a new one arrives".into(),
    }
}

//! `audit`: who did what, and whether the record of it still holds, also in the eyes of the other clinics.

use futures::{StreamExt as _, stream};
use verbund_protocol::{
    id::{MemberId, NodeId},
    query::{Question, WitnessedHeads},
};

use super::Call;
use crate::workflow::{
    Desk, WorkError,
    audit::{self, Filter, Line, Report, Witnessed},
};

/// Most members asked at once.
const ASKED_AT_ONCE: usize = 8;

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// List entries, newest first.
    List {
        /// Which.
        filter: Filter,
        /// At most so many.
        limit: usize,
    },
    /// Recompute the chain; with `with_peers` also compare it with what every reachable member has kept of it.
    Verify {
        /// Ask the other members.
        with_peers: bool,
    },
}

/// What a verification found.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Verified {
    /// The chain itself.
    pub chain: Report,
    /// What each member asked has kept of it.
    pub peers: Vec<Peer>,
}

impl Verified {
    /// Returns whether nothing contradicts the chain. A member that did not answer contradicts nothing.
    pub fn is_good(&self) -> bool {
        self.chain.fault.is_none() && self.peers.iter().all(|peer| peer.found.as_ref().is_none_or(Witnessed::is_good))
    }
}

/// What one member has kept.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Peer {
    /// The member.
    pub member: MemberId,
    /// How it compares; nothing if it did not answer.
    pub found: Option<Witnessed>,
    /// Why it did not answer.
    pub trouble: Option<String>,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// Entries.
    Lines(Vec<Line>),
    /// What a verification found.
    Verified(Verified),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        match self {
            Self::List { filter, limit } => {
                let filter = call.desk.ask(&call.actor, move |work| audit::begin_list(work, filter)).await?;
                call.desk.read(move |db| audit::list(db, &filter, limit)).await.map(Reply::Lines)
            }
            Self::Verify { with_peers } => verify(call, with_peers).await.map(Reply::Verified),
        }
    }
}

async fn verify(call: &mut Call<'_>, with_peers: bool) -> Result<Verified, WorkError> {
    let (node, others) = call
        .desk
        .ask(&call.actor, move |work| {
            audit::begin_verify(work)?;
            let members = work.membership.held().document.members.iter().map(|member| member.id.clone());
            let others: Vec<MemberId> = members.filter(|member| with_peers && *member != work.me.member).collect();
            Ok((work.me.node.clone(), others))
        })
        .await?;
    let chain = call.desk.read(audit::verify).await?;
    let desk = call.desk;
    let mut peers: Vec<Peer> = stream::iter(others).map(|member| ask(desk, member, node.clone())).buffer_unordered(ASKED_AT_ONCE).collect().await;
    peers.sort_by(|a, b| a.member.cmp(&b.member));
    Ok(Verified { chain, peers })
}

async fn ask(desk: &Desk, member: MemberId, node: NodeId) -> Peer {
    let found = async {
        let answer = desk.outside().query(member.clone(), Question::AuditHeads { node }.to_bytes()).await?;
        let kept = WitnessedHeads::read(&answer).map_err(|error| error.to_string())?;
        desk.read(move |db| audit::compare(db, &kept)).await.map_err(|error| error.to_string())
    };
    match found.await {
        Ok(found) => Peer { member, found: Some(found), trouble: None },
        Err(trouble) => Peer { member, found: None, trouble: Some(trouble) },
    }
}

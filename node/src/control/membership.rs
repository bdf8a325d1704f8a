//! `membership`: who belongs, and taking a network document or suspension from a person.

use tokio::io::AsyncReadExt as _;
use verbund_protocol::{
    id::{Ik, MemberId, NodeId},
    limits::MAX_NETWORK_DOCUMENT,
    membership::{DocumentError, Role as MemberRole, SignedDocument, SignedSuspension, Standing, SuspensionReason},
    time::Timestamp,
};

use super::Call;
use crate::{
    domain::actor::Role,
    workflow::{
        Work, WorkError,
        replication::{self, Brought},
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Everyone in the member list, and how each stands now.
    List,
    /// Take a network document, suspension or reinstatement; so many bytes of it follow.
    Take(u64),
}

/// One member.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Listed {
    /// The member's id.
    pub id: MemberId,
    /// Its name.
    pub name: String,
    /// Its nodes.
    pub nodes: Vec<NodeId>,
    /// Its facilities.
    pub facilities: Vec<Ik>,
    /// Whether its nodes relay for others.
    pub relay: bool,
    /// Whether it only observes.
    pub observer: bool,
    /// Until when it is suspended, and why.
    pub suspended: Option<(Timestamp, SuspensionReason)>,
}

/// The member list.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct List {
    /// Version of the network document.
    pub document_version: u64,
    /// Its members.
    pub members: Vec<Listed>,
    /// Who was one before.
    pub former: Vec<Former>,
}

/// Somebody who is no member any more.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Former {
    /// The former member's id.
    pub id: MemberId,
    /// Its name.
    pub name: String,
    /// The last version of the network document held here that listed it.
    pub last_version: u64,
}

/// What was taken.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Taken {
    /// `network document` or `suspension`.
    pub what: String,
    /// Whether it was new here.
    pub news: bool,
    /// Why a suspension that was taken, and is passed on, has no effect: it breaks a limit on what one officer may do.
    pub without_effect: Option<String>,
    /// Version of the document held now.
    pub document_version: u64,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To [`Command::List`].
    Members(List),
    /// To [`Command::Take`].
    Taken(Taken),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]: what is brought does not count here; it says why.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        match self {
            Self::List => call.desk.ask(&call.actor, |work| Ok(Reply::Members(list(work)))).await,
            Self::Take(size) => {
                let bytes = receive(call, size).await?;
                // The refusal comes after the work is done: an error within it would undo that the proof was kept.
                call.desk.ask(&call.actor, move |work| take(work, &bytes)).await?.map(Reply::Taken).map_err(contradiction)
            }
        }
    }
}

async fn receive(call: &mut Call<'_>, size: u64) -> Result<Vec<u8>, WorkError> {
    if size > MAX_NETWORK_DOCUMENT as u64 {
        return Err(WorkError::invalid(format!("{size} bytes are more than a network document may have ({MAX_NETWORK_DOCUMENT})"), "bring the file the cooperative sent"));
    }
    let mut bytes = Vec::new();
    let broken = |_| WorkError::invalid("the file did not arrive whole", "try again");
    let got = (&mut *call.input).take(size).read_to_end(&mut bytes).await.map_err(broken)?;
    if got as u64 == size { Ok(bytes) } else { Err(WorkError::invalid("the file did not arrive whole", "try again")) }
}

fn list(work: &Work<'_>) -> List {
    let document = &work.membership.held().document;
    let listed = |member: &verbund_protocol::membership::Member| Listed {
        id: member.id.clone(),
        name: member.name.clone(),
        nodes: member.nodes.iter().map(|node| node.id.clone()).collect(),
        facilities: member.facilities.iter().map(|facility| facility.ik.clone()).collect(),
        relay: member.relay,
        observer: member.roles.contains(&MemberRole::Observer),
        suspended: match work.membership.member_standing(&member.id, work.now) {
            Standing::Suspended { until, reason, .. } => Some((until, reason)),
            Standing::Member(_) | Standing::Removed { .. } | Standing::Unlisted => None,
        },
    };
    let former = |(member, last_version): (&verbund_protocol::membership::Member, u64)| Former { id: member.id.clone(), name: member.name.clone(), last_version };
    List { document_version: document.version, members: document.members.iter().map(listed).collect(), former: work.membership.former_members().into_iter().map(former).collect() }
}

/// What a person hears who has brought proof that the board signed two different documents of one version.
fn contradiction(why: String) -> WorkError {
    WorkError::state("contradiction", format!("{why}; it is kept as proof"), "do not use the file; tell the cooperative's board and your privacy officer where it came from")
}

/// Returns what was taken, or how it contradicts what is held.
fn take(work: &mut Work<'_>, bytes: &[u8]) -> Result<Result<Taken, String>, WorkError> {
    work.require(&[Role::It])?;
    // Both are signed by a board; what is not a document inside may be a suspension, and that reading names the fault.
    let is_document = !matches!(SignedDocument::read(&work.me.network, bytes), Err(DocumentError::Malformed(_)));
    let (what, news) = if is_document {
        match replication::take_document(work, bytes)? {
            Brought::News => ("network document", true),
            Brought::Known => ("network document", false),
            Brought::Contradiction(why) => return Ok(Err(why)),
        }
    } else {
        ("suspension", replication::take_suspension(work, bytes)?)
    };
    let held = &work.membership.held().document;
    let without_effect = SignedSuspension::read(held, bytes).ok().and_then(|taken| work.membership.suspensions().without_effect(&taken.digest).map(ToString::to_string));
    Ok(Ok(Taken { what: what.into(), news, without_effect, document_version: held.version }))
}

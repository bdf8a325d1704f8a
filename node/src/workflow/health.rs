//! How the node is, for IT: no patient data is in it.

use verbund_protocol::{
    membership::{Freshness, Standing},
    time::Timestamp,
};

use super::{
    Work, WorkError,
    overview::{self, Queue},
    recovery::{self, Progress},
    replication, thread,
};
use crate::domain::actor::Role;

pub use crate::store::disk::room as disk_room;

/// How the node is at a glance.
#[derive(Clone, Debug)]
pub struct Health {
    /// Version of the network document held.
    pub document_version: u64,
    /// When it ends.
    pub document_until: Timestamp,
    /// What its age means now.
    pub freshness: Freshness,
    /// Whether this node's own member may work with the others.
    pub is_member: bool,
    /// Members in the document.
    pub members: usize,
    /// Of how many other nodes the address is known.
    pub addresses_known: usize,
    /// Departments whose free places are known.
    pub departments: usize,
    /// Whether the clock agrees with the peers'.
    pub clock_agrees: bool,
    /// What waits for a member's receipt.
    pub queues: Vec<Queue>,
    /// How far a restored node has come.
    pub recovery: Progress,
    /// How patients' messages are.
    pub messages: thread::Sight,
}

/// Returns how the node is.
///
/// # Errors
/// [`WorkError::Forbidden`] for others than IT and the privacy officer; the store's.
pub fn show(work: &mut Work<'_>) -> Result<Health, WorkError> {
    work.require(&[Role::It, Role::PrivacyOfficer])?;
    let document = &work.membership.held().document;
    Ok(Health {
        document_version: document.version,
        document_until: document.valid_until,
        freshness: work.membership.freshness(work.now),
        is_member: matches!(work.membership.member_standing(&work.me.member, work.now), Standing::Member(_)),
        members: document.members.len(),
        addresses_known: replication::addresses(&work.membership, &work.public, &work.me.auth).len(),
        departments: work.public.board.iter().count(),
        clock_agrees: work.clock_agrees,
        queues: overview::queues(work)?,
        recovery: recovery::progress(work)?,
        messages: thread::sight(work)?,
    })
}

//! What the store knows of a patient's rehabilitation: read once for all pages about it, until something changes.

use std::sync::Arc;

use verbund_protocol::{
    id::LocalId,
    referral::{Message, MessageKind, Offer, Side},
};

use super::{conversations, current};
use crate::{
    domain::{end::End, phone::Phone},
    store::{
        case::{self, Case},
        caseload::phone,
        conversation::Conversation,
        outbox, patient, wish,
    },
    workflow::{Work, WorkError, conversation::last},
};

/// What does not depend on the moment: what follows from it by the clock is for each look to say.
pub(super) struct Known {
    /// The postal code of the patient's home.
    pub home: Option<String>,
    /// The rehabilitation that is being arranged, or the last one that was.
    pub case: Option<Case>,
    /// How it ended, if the social service ended it.
    pub end: Option<End>,
    /// Its inquiries, oldest first.
    pub talks: Vec<Talk>,
    /// The clinics without a node that were asked.
    pub phones: Vec<Phone>,
    /// Whether wishes were stated.
    pub wishes: bool,
}

/// A conversation with a clinic that was asked.
pub(super) struct Talk {
    /// The conversation.
    pub c: Conversation,
    /// The clinic's last offer.
    pub offer: Option<Offer>,
    /// Whether our last word has not reached it because it cannot be reached.
    pub unreachable: bool,
}

/// Returns what is known about a patient.
///
/// # Errors
/// The store's.
pub(super) fn known(work: &Work<'_>, patient: LocalId) -> Result<Arc<Known>, WorkError> {
    let read = || {
        let case = current(work, patient)?;
        Ok(Known {
            home: patient::find(work.db, patient)?.and_then(|patient| patient.person.address).map(|address| address.postal_code),
            talks: case.as_ref().map(|case| talks(work, case)).transpose()?.unwrap_or_default(),
            phones: case.as_ref().map(|case| phone::list(work.db, case.id)).transpose()?.unwrap_or_default(),
            end: case.as_ref().map(|case| case::ended(work.db, case.id)).transpose()?.flatten(),
            wishes: !wish::list(work.db, patient)?.is_empty(),
            case,
        })
    };
    work.recall.of(work.db, patient, read)
}

/// Returns the conversations of a case, in the order in which they began.
///
/// # Errors
/// The store's.
pub(super) fn talks(work: &Work<'_>, case: &Case) -> Result<Vec<Talk>, WorkError> {
    conversations(work, case)?.into_iter().map(|c| talk(work, c)).collect()
}

/// Returns a conversation with what else is known of it.
///
/// # Errors
/// The store's.
pub(super) fn talk(work: &Work<'_>, c: Conversation) -> Result<Talk, WorkError> {
    let offer = match last(work, &c, Side::Owner, MessageKind::Offer)? {
        Some(Message::Offer(offer)) => Some(offer),
        _ => None,
    };
    let unreachable = outbox::waiting_since(work.db, c.id)?.is_some() && outbox::failing(work.db, &c.peer)?.is_some();
    Ok(Talk { c, offer, unreachable })
}

//! Documents from others: taking an offer, and what becomes of the transfer. The transfer itself runs outside the
//! transaction (`runtime::transfer`) and reports here.

use verbund_protocol::{
    document::{DocumentOffer, Grant},
    id::{ConversationId, DocumentRoot, LocalId, MemberId},
    limits::MAX_DOCUMENTS_PER_MESSAGE,
    time::Timestamp,
};

use super::{end, find, note};
use crate::{
    domain::actor::Role,
    store::document::{self, Document, Filter, State},
    workflow::{Effect, Work, WorkError},
};

/// Takes the documents that `from` offers in a conversation: they are recorded, and fetching begins after the commit. An
/// offer that came before changes nothing but its grant. `patient` is whom they are about, if that is known here already.
///
/// # Errors
/// [`WorkError::Invalid`] if any offer is not what it claims; then none is taken.
pub fn accept(work: &mut Work<'_>, from: &MemberId, conversation: ConversationId, patient: Option<LocalId>, offers: &[DocumentOffer]) -> Result<Vec<LocalId>, WorkError> {
    let foreign = |what: String| WorkError::invalid(what, "the sending clinic must offer the document again");
    if offers.len() > MAX_DOCUMENTS_PER_MESSAGE {
        return Err(foreign(format!("at most {MAX_DOCUMENTS_PER_MESSAGE} documents in one message")));
    }
    let mut taken = Vec::new();
    for offer in offers {
        let grant = offer.open(&work.membership).map_err(|error| foreign(error.to_string()))?;
        if grant.from != *from || grant.to != work.me.member || grant.conversation != conversation {
            return Err(foreign("the grant is not from this sender, to this clinic, in this conversation".into()));
        }
        taken.push(accept_one(work, patient, offer, &grant)?);
    }
    if !taken.is_empty() {
        work.then(Effect::Fetch);
    }
    Ok(taken)
}

fn accept_one(work: &mut Work<'_>, patient: Option<LocalId>, offer: &DocumentOffer, grant: &Grant) -> Result<LocalId, WorkError> {
    let known = document::find_root(work.db, &grant.root)?;
    let document = Document {
        id: known.as_ref().map_or_else(|| work.entropy.local_id(), |known| known.id),
        root: grant.root,
        cipher_size: grant.size,
        patient: patient.or(known.as_ref().and_then(|known| known.patient)),
        source: Some(grant.from.clone()),
        conversation: Some(grant.conversation),
        state: State::Arriving,
        added_by: work.actor.name().to_owned(),
        added_at: work.now,
        manifest: None,
    };
    match known.map(|known| known.state) {
        None => document::add(work.db, &document, &offer.manifest, &offer.key)?,
        Some(State::Held) => return Ok(document.id),
        Some(State::Arriving) => {}
        Some(State::Failed | State::Withdrawn | State::Erased) => document::revive(work.db, document.id, &document, &offer.manifest, &offer.key)?,
    }
    document::await_document(work.db, document.id, &grant.from, &offer.grant, grant.expires_at, work.now)?;
    note(work, "document.await", &document, "handoff", &format!("{} {}", grant.from, grant.id))?;
    Ok(document.id)
}

/// Notes that a document is complete, verified and durable. If it was withdrawn meanwhile, its file goes.
///
/// # Errors
/// The store's.
pub fn arrived(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    let document = find(work, id)?;
    if document::arrived(work.db, id, work.now)? {
        return note(work, "document.received", &document, "handoff", "");
    }
    if document.state != State::Held {
        work.then(Effect::StopTransfer(document.root));
    }
    Ok(())
}

/// Notes that an attempt to fetch ended without the whole document, and when to try again.
///
/// # Errors
/// The store's.
pub fn postpone(work: &mut Work<'_>, id: LocalId, attempts: u32, next_at: Timestamp, trouble: &str) -> Result<(), WorkError> {
    Ok(document::postpone(work.db, id, attempts, next_at, trouble)?)
}

/// Notes that a document cannot be fetched any more. If its sender took it back, what had arrived is erased.
///
/// # Errors
/// The store's.
pub fn give_up(work: &mut Work<'_>, id: LocalId, trouble: &'static str, taken_back: bool) -> Result<(), WorkError> {
    let document = find(work, id)?;
    if document.state != State::Arriving {
        return Ok(());
    }
    if taken_back {
        return end(work, &document, State::Withdrawn, "document.withdrawn");
    }
    document::end(work.db, id, trouble, work.now)?;
    note(work, "document.failed", &document, "handoff", trouble)
}

/// Lets a person have a document tried again at once.
///
/// # Errors
/// [`WorkError::State`] if it is not one that could still come.
pub fn fetch_again(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let document = find(work, id)?;
    if !document::retry(work.db, id, work.now)? {
        let what = format!("the document is {}, so there is nothing to fetch", document.state.word());
        return Err(WorkError::state("not-arriving", what, "see `verbund document show`"));
    }
    note(work, "document.fetch", &document, "treatment", "")?;
    work.then(Effect::Fetch);
    Ok(())
}

/// Stops and erases what is still on its way from a conversation whose sender took its permission back. What had
/// arrived complete before stays: it was lawfully received and is part of the treatment's record.
///
/// # Errors
/// The store's.
pub fn withdrawn_by_sender(work: &mut Work<'_>, conversation: ConversationId) -> Result<(), WorkError> {
    for document in received(work, conversation)?.into_iter().filter(|document| document.state == State::Arriving) {
        end(work, &document, State::Withdrawn, "document.withdrawn")?;
    }
    Ok(())
}

/// Erases everything that came in a conversation, complete or not: for a clinic that declines after reading, and for
/// retention. Returns the roots, for the signed statement of erasure.
///
/// # Errors
/// The store's.
pub fn erase_received(work: &mut Work<'_>, conversation: ConversationId) -> Result<Vec<DocumentRoot>, WorkError> {
    let mut roots = Vec::new();
    for document in received(work, conversation)? {
        document::revoke_document(work.db, document.id, "erased", work.now)?;
        end(work, &document, State::Erased, "document.erase")?;
        roots.push(document.root);
    }
    Ok(roots)
}

fn received(work: &Work<'_>, conversation: ConversationId) -> Result<Vec<Document>, WorkError> {
    let filter = Filter { conversation: Some(conversation), all: true, ..Filter::default() };
    let all = document::list(work.db, &filter, usize::MAX >> 1)?;
    Ok(all.into_iter().filter(|document| document.source.is_some() && document.manifest.is_some()).collect())
}

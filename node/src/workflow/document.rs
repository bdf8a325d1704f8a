//! Documents: adding, showing, handing over, receiving, erasing.
//!
//! A document leaves the clinic only as an offer inside an identified message: the referral's chapter asks [`offer`] for
//! it and gives what arrives to [`accept`]. Whatever ends the right to it (consent taken back, referral ended) ends the
//! grants here, and the very next range is refused; whatever ends ours erases what has arrived.

pub mod files;
mod receive;
mod release;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use verbund_protocol::{
    document::{DocumentKey, DocumentOffer, Grant, Manifest, is_title, kdl},
    id::{ConversationId, GrantId, KdlCode, LocalId, MemberId},
    limits::{DOCUMENT_SEGMENT, GRANT_SPAN, MAX_DOCUMENTS_PER_MESSAGE},
};

pub use crate::store::{
    blob::{Added, BlobError, Named, SniffError},
    document::{Document, Fetched, Filter, Given, State, Waiting},
};
pub use files::Files;
pub use receive::{accept, arrived, erase_received, fetch_again, give_up, postpone, withdrawn_by_sender};
pub use release::{RELEASING, release, released_at, take_back};
pub(super) use release::{open_released, released};

use super::{Desk, Effect, Work, WorkError, purpose};
use crate::{
    domain::{
        actor::{Actor, Role},
        calendar,
        consent::Use,
    },
    store::{StoreError, consent, document, patient},
};

/// What a person says about a document to be added.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Whom it is about.
    pub patient: LocalId,
    /// What kind, after the KDL.
    pub kind: KdlCode,
    /// What people call it.
    pub title: String,
    /// The document it is a newer version of.
    #[serde(default)]
    pub replaces: Option<LocalId>,
}

/// A document with everything there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The document.
    pub document: Document,
    /// Who was allowed to fetch it, newest first.
    pub given: Vec<Given>,
    /// What stands in the way of its arrival.
    pub waiting: Option<Waiting>,
}

/// Has the node stop if `error` says that the disk did not confirm a document's file: nothing after it could be trusted, in the
/// database either.
pub async fn stop_if_unconfirmed(desk: &Desk, error: &BlobError) {
    if let BlobError::Fsync(_) = error {
        // Nobody is left to answer.
        let _ = desk.ask(&Actor::Node, |_| Err::<(), _>(StoreError::file_sync().into())).await;
    }
}

/// Checks what is said about a document of `size` bytes, before they are taken in.
///
/// # Errors
/// [`WorkError`] names what is wrong; [`WorkError::Purpose`].
pub fn check(work: &Work<'_>, new: &NewDocument, size: u64) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    if size == 0 {
        return Err(WorkError::invalid("the document is empty", "check the file"));
    }
    if size > work.terms.max_document {
        let most = work.terms.max_document >> 20;
        return Err(WorkError::invalid(format!("a document here has at most {most} MiB"), "split it, or ask IT about documents.max_mib in the configuration"));
    }
    if kdl::find(&new.kind, calendar::day(work.now)).is_none() {
        return Err(WorkError::invalid(format!("{} is not among the document types in use", new.kind), "see `verbund document kinds`"));
    }
    if !is_title(&new.title) {
        return Err(WorkError::invalid("a title is one line of 1 to 160 bytes, without spaces at its ends", "shorten the title"));
    }
    patient::find(work.db, new.patient)?.ok_or(WorkError::NotFound("patient"))?;
    purpose::require(work, Some(new.patient))?;
    if let Some(replaced) = new.replaces {
        let replaced = find(work, replaced)?;
        if replaced.patient != Some(new.patient) {
            return Err(WorkError::invalid("the document to be replaced is about another patient", "name a document of this patient"));
        }
    }
    Ok(())
}

/// Records a document whose bytes are on disk already, encrypted under `key`.
///
/// # Errors
/// As [`check`]; then whoever put the bytes there removes them.
pub fn add(work: &mut Work<'_>, new: &NewDocument, added: &Added, key: &DocumentKey) -> Result<Document, WorkError> {
    check(work, new, added.plain_size)?;
    let replaces = new.replaces.map(|id| find(work, id).map(|document| document.root)).transpose()?;
    let manifest = Manifest {
        root: added.root,
        cipher_size: added.cipher_size,
        plain_size: added.plain_size,
        segment: DOCUMENT_SEGMENT as u32,
        kind: new.kind.clone(),
        media_type: added.media_type.to_owned(),
        title: new.title.clone(),
        created_at: work.now,
        replaces,
    };
    let document = Document {
        id: work.entropy.local_id(),
        root: added.root,
        cipher_size: added.cipher_size,
        patient: Some(new.patient),
        source: None,
        conversation: None,
        state: State::Held,
        added_by: work.actor.name().to_owned(),
        added_at: work.now,
        manifest: Some(manifest.clone()),
    };
    document::add(work.db, &document, &manifest, key)?;
    note(work, "document.add", &document, why(work, &document)?, new.kind.as_str())?;
    Ok(document)
}

/// Returns documents on their way here, with what stands in the way of each.
///
/// # Errors
/// [`WorkError::Forbidden`] without a role that treats patients.
pub fn arriving(work: &mut Work<'_>, limit: usize) -> Result<Vec<Details>, WorkError> {
    work.require(Role::CARE)?;
    let documents = document::list(work.db, &Filter { all: true, ..Filter::default() }, limit)?;
    let open = documents.into_iter().filter(|document| matches!(document.state, State::Arriving | State::Failed));
    open.map(|document| Ok(Details { given: Vec::new(), waiting: document::waiting_for(work.db, document.id)?, document })).collect()
}

/// Returns documents, newest first. Among those of many patients, a former patient's are left out until somebody states what for. Whose
/// documents are shown is in the audit.
///
/// # Errors
/// [`WorkError::Forbidden`] without a role that treats patients; [`WorkError::Purpose`].
pub fn list(work: &mut Work<'_>, filter: &Filter, limit: usize) -> Result<Vec<Document>, WorkError> {
    work.require(Role::CARE)?;
    let mut documents = document::list(work.db, filter, limit)?;
    let Some(patient) = filter.patient else {
        documents.retain(|document| !matches!(why(work, document), Err(WorkError::Purpose(_))));
        let patients: BTreeSet<LocalId> = documents.iter().filter_map(|document| document.patient).collect();
        for patient in patients {
            work.audit("document.list", Some(patient), purpose::of_look(work, patient)?, "")?;
        }
        return Ok(documents);
    };
    work.audit("document.list", Some(patient), purpose::of_look(work, patient)?, "")?;
    Ok(documents)
}

/// Returns everything there is to say about a document.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn show(work: &mut Work<'_>, id: LocalId) -> Result<Details, WorkError> {
    work.require(Role::CARE)?;
    let document = find(work, id)?;
    note(work, "document.show", &document, why(work, &document)?, "")?;
    Ok(Details { given: document::given(work.db, id)?, waiting: document::waiting_for(work.db, id)?, document })
}

/// Says which patient a received document is about, once a person has looked.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`]; [`WorkError::State`] if it is about another patient already.
pub fn assign(work: &mut Work<'_>, id: LocalId, patient: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let mut document = find(work, id)?;
    patient::find(work.db, patient)?.ok_or(WorkError::NotFound("patient"))?;
    if document.patient.is_some_and(|known| known != patient) {
        return Err(WorkError::state("assigned", "the document is filed under another patient", "add it anew for this patient if it is about both"));
    }
    document.patient = Some(patient);
    let why = why(work, &document)?;
    document::assign(work.db, id, patient)?;
    note(work, "document.assign", &document, why, "")
}

/// Returns a document with its key, for a person to read it. The reading is in the audit before a byte is shown.
///
/// # Errors
/// [`WorkError::State`] if it is not here yet or no longer.
pub fn open(work: &mut Work<'_>, id: LocalId) -> Result<(Document, DocumentKey), WorkError> {
    work.require(Role::CARE)?;
    let document = held(work, id)?;
    let key = document::key(work.db, id)?.ok_or(WorkError::NotFound("document"))?;
    note(work, "document.read", &document, why(work, &document)?, "")?;
    Ok((document, key))
}

/// Makes offers of documents for the member on the other side of a conversation. `on` is the consent (or necessity of
/// treatment) that names this recipient; the caller has checked that it is in force and gives it so that the grants end with it.
///
/// # Errors
/// [`WorkError`] if a document is not here, is about another patient, or there are too many.
pub fn offer(
    work: &mut Work<'_>,
    conversation: ConversationId,
    on: LocalId,
    patient: LocalId,
    documents: &[LocalId],
    recipient: &MemberId,
) -> Result<Vec<DocumentOffer>, WorkError> {
    if documents.len() > MAX_DOCUMENTS_PER_MESSAGE {
        return Err(WorkError::invalid(format!("at most {MAX_DOCUMENTS_PER_MESSAGE} documents in one message"), "hand over the rest in a further message"));
    }
    documents.iter().map(|id| offer_one(work, conversation, on, patient, *id, recipient)).collect()
}

/// Returns whether a document was handed over in a conversation, and may still be fetched there.
///
/// # Errors
/// The store's.
pub(super) fn is_given(work: &Work<'_>, id: LocalId, conversation: ConversationId) -> Result<bool, WorkError> {
    let in_force = |given: &Given| given.conversation == conversation && given.revoked_at.is_none() && given.expires_at > work.now;
    Ok(document::given(work.db, id)?.iter().any(in_force))
}

fn offer_one(work: &mut Work<'_>, conversation: ConversationId, on: LocalId, patient: LocalId, id: LocalId, recipient: &MemberId) -> Result<DocumentOffer, WorkError> {
    let document = held(work, id)?;
    if document.patient != Some(patient) {
        return Err(WorkError::invalid("a document is about another patient than the handoff", "check the document's number"));
    }
    let key = document::key(work.db, id)?.ok_or(WorkError::NotFound("document"))?;
    let manifest = document.manifest.clone().ok_or(WorkError::NotFound("document"))?;
    let grant = Grant {
        id: GrantId(work.entropy.bytes()),
        root: document.root,
        size: document.cipher_size,
        conversation,
        consent: consent::proof(work.db, on)?,
        from: work.me.member.clone(),
        to: recipient.clone(),
        made_at: work.now,
        expires_at: work.now.plus(work.terms.grant_for.min(GRANT_SPAN)),
    };
    let signed = grant.sign(&work.me.network, &work.me.key);
    document::give(work.db, &grant, id, Some(on), &signed)?;
    consent::rests_on(work.db, on, Use::Grant(grant.id), work.now)?;
    note(work, "document.offer", &document, "handoff", &format!("{} {} {}", recipient, grant.id, conversation))?;
    Ok(DocumentOffer { manifest, grant: signed.into(), key })
}

/// Notes that recipients have fetched what these grants allow to the end, for the patient to see. A repeat changes nothing.
///
/// # Errors
/// The store's.
pub fn fetched(work: &mut Work<'_>, grants: &[GrantId]) -> Result<(), WorkError> {
    for grant in grants {
        if let Some(id) = document::fetched(work.db, *grant, work.now)? {
            note(work, "document.fetched", &find(work, id)?, "handoff", &grant.to_string())?;
        }
    }
    Ok(())
}

/// Takes back every grant given in a conversation: it ended, or what it rested on did. A running transfer stops at the next range.
///
/// # Errors
/// The store's.
pub fn revoke_conversation(work: &mut Work<'_>, conversation: ConversationId, why: &'static str) -> Result<(), WorkError> {
    let ended = document::revoke_conversation(work.db, conversation, why, work.now)?;
    stop(work, &ended, why)
}

/// Takes back single grants, such as those that rested on a consent.
///
/// # Errors
/// The store's.
pub fn revoke_grants(work: &mut Work<'_>, grants: &[GrantId], why: &'static str) -> Result<(), WorkError> {
    for grant in grants {
        let ended = document::revoke_one(work.db, *grant, why, work.now)?;
        stop(work, &ended, why)?;
    }
    Ok(())
}

/// Takes back all permissions for one document, on a person's word. It stays here.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn withdraw(work: &mut Work<'_>, id: LocalId) -> Result<usize, WorkError> {
    work.require(Role::CARE)?;
    let document = find(work, id)?;
    purpose::require(work, document.patient)?;
    let in_force = document::given(work.db, id)?.iter().filter(|grant| grant.revoked_at.is_none() && grant.expires_at > work.now).count();
    let ended = document::revoke_document(work.db, id, "withdrawn", work.now)?;
    stop(work, &ended, "withdrawn")?;
    Ok(in_force)
}

/// Erases a document here for good: grants end, the key is deleted, the file follows.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn erase(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let document = find(work, id)?;
    purpose::require(work, document.patient)?;
    let ended = document::revoke_document(work.db, id, "erased", work.now)?;
    stop(work, &ended, "erased")?;
    end(work, &document, State::Erased, "document.erase")
}

/// Erases every document about a patient, for whoever erases the patient and has checked who may. Returns how many.
///
/// # Errors
/// The store's.
pub(super) fn erase_of(work: &mut Work<'_>, patient: LocalId) -> Result<usize, WorkError> {
    let filter = Filter { patient: Some(patient), all: true, ..Filter::default() };
    let here = document::list(work.db, &filter, usize::MAX >> 1)?.into_iter().filter(|document| document.manifest.is_some());
    let mut erased = 0;
    for document in here {
        let ended = document::revoke_document(work.db, document.id, "erased", work.now)?;
        stop(work, &ended, "erased")?;
        end(work, &document, State::Erased, "document.erase")?;
        erased += 1;
    }
    Ok(erased)
}

fn stop(work: &mut Work<'_>, documents: &[LocalId], why: &str) -> Result<(), WorkError> {
    for id in documents {
        let document = find(work, *id)?;
        note(work, "document.revoke", &document, why, "")?;
        work.then(Effect::StopTransfer(document.root));
    }
    Ok(())
}

/// Erases the secret of a document, lets its file go, and says so in the audit.
fn end(work: &mut Work<'_>, document: &Document, state: State, action: &'static str) -> Result<(), WorkError> {
    document::erase(work.db, document.id, state, work.now)?;
    // Should it ever come again, a physician looks again.
    document::take_back(work.db, document.id, work.actor.name(), work.now)?;
    note(work, action, document, "erasure", state.word())?;
    work.then(Effect::StopTransfer(document.root));
    Ok(())
}

/// What a look at a document is for; one that is filed under nobody yet has just come.
fn why(work: &Work<'_>, document: &Document) -> Result<&'static str, WorkError> {
    document.patient.map_or(Ok("treatment"), |patient| purpose::of_look(work, patient))
}

fn find(work: &Work<'_>, id: LocalId) -> Result<Document, WorkError> {
    document::find(work.db, id)?.ok_or(WorkError::NotFound("document"))
}

fn held(work: &Work<'_>, id: LocalId) -> Result<Document, WorkError> {
    let document = find(work, id)?;
    match document.state {
        State::Held => Ok(document),
        State::Arriving => Err(WorkError::state("arriving", "the document is still on its way here", "see `verbund document status`")),
        State::Failed => Err(WorkError::state("failed", "the document could not be fetched", "ask the sending clinic to hand it off again")),
        State::Withdrawn => Err(WorkError::state("withdrawn", "the sending clinic took the document back before it had arrived", "ask the sending clinic")),
        State::Erased => Err(WorkError::state("erased", "the document was erased", "nothing brings it back; ask its author for it")),
    }
}

fn note(work: &Work<'_>, action: &str, document: &Document, purpose: &str, detail: &str) -> Result<(), WorkError> {
    work.audit(action, document.patient, purpose, format!("{} {detail}", document.id).trim_end())
}

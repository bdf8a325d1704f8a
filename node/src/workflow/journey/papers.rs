//! What the patient may read: documents about the patient, from here and from the rehabilitation clinic, that a physician has released.

use verbund_protocol::{
    document::DocumentKey,
    id::{KdlCode, LocalId},
    time::Timestamp,
};

use super::{MAX_ROWS, PURPOSE, Scope, allowed, clinic};
use crate::{
    store::conversation as stored,
    workflow::{
        Work, WorkError,
        document::{self, Document},
    },
};

/// A document as the patient sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its local name.
    pub id: LocalId,
    /// What people call it.
    pub title: String,
    /// What kind, after the KDL.
    pub kind: KdlCode,
    /// When it was made.
    pub made_at: Timestamp,
    /// The clinic it came from; nothing if it is this one.
    pub from: Option<String>,
}

/// Returns what the patient may read, newest first.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn papers(work: &mut Work<'_>) -> Result<Vec<Paper>, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("document.list", Some(patient), PURPOSE, "")?;
    let mut papers = Vec::new();
    for document in document::released(work, patient, MAX_ROWS)? {
        let from = from(work, &document)?;
        let Some(manifest) = document.manifest else { continue };
        papers.push(Paper { id: document.id, title: manifest.title, kind: manifest.kind, made_at: manifest.created_at, from });
    }
    Ok(papers)
}

/// Returns a document with its key, for the patient to read it.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look, and for what is not the patient's, not released, or not here.
pub fn open_paper(work: &mut Work<'_>, id: LocalId) -> Result<(Document, DocumentKey), WorkError> {
    let patient = allowed(work, Scope::Look)?;
    document::open_released(work, patient, id, PURPOSE)
}

/// Returns the clinic on the other side of the conversation that a document came in, or the member that sent it.
fn from(work: &Work<'_>, document: &Document) -> Result<Option<String>, WorkError> {
    let Some(source) = &document.source else { return Ok(None) };
    let conversation = document.conversation.map(|id| stored::find(work.db, id)).transpose()?.flatten();
    let member = || work.membership.member(source).map_or_else(|| source.to_string(), |member| member.name.clone());
    Ok(Some(conversation.map_or_else(member, |c| clinic(work, &c.peer_facility).name)))
}

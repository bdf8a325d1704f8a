//! What patients may read on their own pages: only what a physician has released, and only as long as the release stands.

use std::collections::HashMap;

use verbund_protocol::{document::DocumentKey, id::LocalId, time::Timestamp};

use super::{Document, State, document, find, held, note, why};
use crate::{
    domain::actor::Role,
    workflow::{Work, WorkError, notice},
};

/// Who releases documents for patients.
pub const RELEASING: &[Role] = &[Role::Physician];

/// Lets the patient read a document. A repeat changes nothing. Returns whom it is about.
///
/// # Errors
/// [`WorkError::Forbidden`] for whoever is no physician; [`WorkError::State`] if the document is not here or nobody's yet;
/// [`WorkError::Purpose`].
pub fn release(work: &mut Work<'_>, id: LocalId) -> Result<LocalId, WorkError> {
    work.require(RELEASING)?;
    let document = held(work, id)?;
    let Some(patient) = document.patient else {
        return Err(WorkError::state("unassigned", "it is not known yet whom the document is about", "file it under its patient first"));
    };
    let why = why(work, &document)?;
    if document::released_at(work.db, id)?.is_none() {
        document::release(work.db, id, work.actor.name(), work.now)?;
        note(work, "document.release", &document, why, "")?;
        notice::raise(work, patient, notice::Kind::Document)?;
    }
    Ok(patient)
}

/// Ends what [`release`] allowed. A repeat changes nothing. Returns whom the document is about.
///
/// # Errors
/// [`WorkError::Forbidden`], [`WorkError::NotFound`], [`WorkError::Purpose`].
pub fn take_back(work: &mut Work<'_>, id: LocalId) -> Result<LocalId, WorkError> {
    work.require(RELEASING)?;
    let document = find(work, id)?;
    let patient = document.patient.ok_or(WorkError::NotFound("document"))?;
    let why = why(work, &document)?;
    if document::take_back(work.db, id, work.actor.name(), work.now)? {
        note(work, "document.take-back", &document, why, "")?;
    }
    Ok(patient)
}

/// Returns which of `documents`, as just listed, are released, and since when.
///
/// # Errors
/// [`WorkError::Forbidden`] without a role that treats patients.
pub fn released_at(work: &Work<'_>, documents: &[Document]) -> Result<HashMap<LocalId, Timestamp>, WorkError> {
    work.require(Role::CARE)?;
    let mut found = HashMap::new();
    for document in documents {
        found.extend(document::released_at(work.db, document.id)?.map(|at| (document.id, at)));
    }
    Ok(found)
}

/// Returns the released documents of a patient, for the patient's own part, which has checked who asks and says so in the audit.
///
/// # Errors
/// The store's.
pub(in crate::workflow) fn released(work: &Work<'_>, patient: LocalId, limit: usize) -> Result<Vec<Document>, WorkError> {
    Ok(document::released(work.db, patient, limit)?)
}

/// Returns a released document of a patient with its key, for the patient's own part, which has checked who asks. The reading is in the audit.
///
/// # Errors
/// [`WorkError::NotFound`] if it is another's, not released, or not here.
pub(in crate::workflow) fn open_released(work: &mut Work<'_>, patient: LocalId, id: LocalId, purpose: &str) -> Result<(Document, DocumentKey), WorkError> {
    let document = find(work, id)?;
    let may = document.patient == Some(patient) && document.state == State::Held && document::released_at(work.db, id)?.is_some();
    let key = if may { document::key(work.db, id)? } else { None };
    let key = key.ok_or(WorkError::NotFound("document"))?;
    note(work, "document.read", &document, purpose, "")?;
    Ok((document, key))
}

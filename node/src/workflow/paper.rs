//! Decisions on signed paper, and photographs of the papers: who has no device signs, and staff put the signed sheet on record.

use verbund_protocol::id::{KdlCode, LocalId};

pub use crate::{domain::consent::Consent, store::paper::Photograph};

use super::{
    Work, WorkError,
    clinic::{self, Clinic},
    consent,
    document::Document,
    purpose,
};
use crate::{
    domain::consent::{How, Kind},
    store::{consent as decided, paper},
};

/// A decision with what there is of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The decision.
    pub consent: Consent,
    /// The clinic it names, if it names one.
    pub clinic: Option<Clinic>,
    /// The photograph of its paper.
    pub photograph: Option<Photograph>,
}

impl Entry {
    /// Returns whether the signed sheet is still to be photographed.
    pub fn wants_photograph(&self) -> bool {
        self.consent.decision.how == How::Paper && self.photograph.is_none()
    }
}

/// Returns all decisions about a patient, newest first.
///
/// # Errors
/// As [`consent::list`].
pub fn entries(work: &mut Work<'_>, patient: LocalId) -> Result<Vec<Entry>, WorkError> {
    let mut all = consent::list(work, patient)?;
    all.reverse();
    let entry = |consent: Consent| {
        let decision = &consent.decision;
        let clinic = decision.recipient.as_ref().map(|recipient| clinic::of(work, &recipient.facility)).or_else(|| decision.named.clone().map(Clinic::named));
        Ok(Entry { clinic, photograph: paper::find(work.db, consent.id)?, consent })
    };
    all.into_iter().map(entry).collect()
}

/// Returns the type of the document that shows a decision of this kind (KDL: consent to discharge management, release from confidentiality).
///
/// # Errors
/// [`WorkError::Invalid`] if the list of types lacks it.
pub fn document_kind(kind: Kind) -> Result<KdlCode, WorkError> {
    let code = if kind == Kind::DischargeManagement { "AM050106" } else { "AM050107" };
    code.parse().map_err(|_| WorkError::invalid("the list of document types is incomplete", "tell whoever made this program"))
}

/// Returns one decision on paper of this patient that has no photograph yet.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's and for decisions that stand on no paper; [`WorkError::State`] `photographed`;
/// [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn open(work: &Work<'_>, patient: LocalId, id: LocalId) -> Result<Consent, WorkError> {
    work.require(crate::domain::actor::Role::CARE)?;
    let found = decided::find(work.db, id)?.filter(|consent| consent.patient == patient && consent.decision.how == How::Paper);
    let found = found.ok_or(WorkError::NotFound("consent"))?;
    purpose::require(work, Some(patient))?;
    if paper::find(work.db, id)?.is_some() {
        return Err(WorkError::state("photographed", "the paper of this decision is on record already", "look at the one that is there"));
    }
    Ok(found)
}

/// Notes that `document`, which was just added, shows the signed paper of a decision.
///
/// # Errors
/// As [`open`].
pub fn photographed(work: &mut Work<'_>, patient: LocalId, id: LocalId, document: &Document) -> Result<(), WorkError> {
    open(work, patient, id)?;
    paper::add(work.db, id, &Photograph { document: document.id, at: work.now, by: work.actor.name().to_owned() })?;
    work.audit("consent.paper", Some(patient), "consent", &format!("consent={id} document={}", document.id))
}

//! Who may look at a patient: whoever treats her, and others for a purpose that they state and the privacy officer sees.

use verbund_protocol::id::LocalId;

pub use crate::domain::purpose::{MAX_WORDS, Purpose, STATED_FOR, Stated};

use super::{SENT_TWICE, Work, WorkError, patient};
use crate::{
    domain::actor::{Actor, Role},
    store::purpose as stored,
};

/// Most rows of the privacy officer's list.
pub const MAX_ROWS: usize = 200;
/// What the audit says of a look at somebody in treatment.
const TREATMENT: &str = "treatment";

/// Returns what the audit is to say of a look of staff at a patient: `treatment`, or the purpose that was stated.
///
/// # Errors
/// [`WorkError::Purpose`] if the patient is not in treatment here and none was stated within [`STATED_FOR`].
pub fn of_look(work: &Work<'_>, patient: LocalId) -> Result<&'static str, WorkError> {
    if !matches!(work.actor, Actor::Person { .. }) || stored::traces(work.db, patient)?.in_treatment(work.terms.after_treatment, work.now) {
        return Ok(TREATMENT);
    }
    let stated = stored::latest(work.db, patient, work.actor.name(), work.now.minus(STATED_FOR))?;
    stated.map(|stated| stated.purpose.word()).ok_or(WorkError::Purpose(patient))
}

/// Checks that staff may look at a patient, where the audit says what the look was for by itself. Nobody is anybody's business.
///
/// # Errors
/// As [`of_look`].
pub fn require(work: &Work<'_>, patient: Option<LocalId>) -> Result<(), WorkError> {
    patient.map_or(Ok(()), |patient| of_look(work, patient).map(drop))
}

/// States a purpose: for [`STATED_FOR`] its author may look at the patient. The same again within ten minutes is a form that was sent twice.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn state(work: &mut Work<'_>, id: LocalId, purpose: Purpose, words: &str) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, id)?;
    purpose.check(words)?;
    let last = stored::latest(work.db, id, work.actor.name(), work.now.minus(SENT_TWICE))?;
    if last.is_some_and(|last| last.purpose == purpose && last.words == words.trim()) {
        return Ok(());
    }
    let stated = Stated {
        id: work.entropy.local_id(),
        patient: id,
        by: work.actor.name().to_owned(),
        roles: work.actor.role_words(),
        purpose,
        words: words.trim().to_owned(),
        at: work.now,
        seen: None,
    };
    stored::add(work.db, &stated)?;
    work.audit("purpose.state", Some(id), purpose.word(), &stated.id.to_string())
}

/// Returns what was stated, newest first: what nobody has looked at, and the last of what somebody has.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer.
pub fn list(work: &mut Work<'_>) -> Result<(Vec<Stated>, Vec<Stated>), WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    work.audit("purpose.list", None, "supervision", "")?;
    Ok((stored::list(work.db, false, MAX_ROWS)?, stored::list(work.db, true, MAX_ROWS)?))
}

/// Returns how many wait for the privacy officer.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn waiting(work: &Work<'_>) -> Result<usize, WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    Ok(stored::unseen(work.db)?)
}

/// Notes that the privacy officer has looked at one. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn see(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    if stored::see(work.db, id, work.actor.name(), work.now)? {
        work.audit("purpose.see", None, "supervision", &id.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

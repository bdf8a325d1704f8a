//! Wishes: stated by the patient, read by whoever arranges the rehabilitation.

use verbund_protocol::id::LocalId;

use super::{PURPOSE, Scope, acted, allowed};
use crate::{
    domain::{
        actor::Role,
        wish::{self, Wish, Wishes},
    },
    store::wish as stated,
    workflow::{Work, WorkError, patient, purpose},
};

/// Returns what the visitor's patient stated, newest first, each with who stated it for the patient if somebody did.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn own_wishes(work: &mut Work<'_>) -> Result<Vec<Wishes>, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("wish.list", Some(patient), PURPOSE, "")?;
    let mut found = stated::list(work.db, patient)?;
    for wishes in &mut found {
        wishes.stated_by = acted(work, &wishes.stated_by)?.unwrap_or_default();
    }
    Ok(found)
}

/// Keeps wishes as the patient's own statement, in place of the last one. The same again is no new statement.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not arrange; [`WorkError::Invalid`] names the field.
pub fn state_wishes(work: &mut Work<'_>, list: &[Wish]) -> Result<(), WorkError> {
    let patient = allowed(work, Scope::Arrange)?;
    wish::check(list)?;
    if stated::list(work.db, patient)?.first().is_some_and(|last| last.list == list) {
        return Ok(());
    }
    let version = stated::state(work.db, patient, list, work.actor.name(), work.now)?;
    work.audit("wish.state", Some(patient), PURPOSE, &format!("version={version} wishes={}", list.len()))
}

/// Returns what a patient stated, newest first: for staff who arrange the rehabilitation.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn wishes(work: &mut Work<'_>, patient: LocalId) -> Result<Vec<Wishes>, WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, patient)?;
    purpose::require(work, Some(patient))?;
    work.audit("wish.list", Some(patient), "discharge", "")?;
    Ok(stated::list(work.db, patient)?)
}

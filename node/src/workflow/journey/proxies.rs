//! Those who act for the patient: invited by the patient, as far as the patient says, and ended at once.

use verbund_protocol::id::LocalId;

use super::{PURPOSE, in_person};
use crate::{
    domain::proxy::Mandate,
    workflow::{
        Work, WorkError,
        account::invite::Invited,
        proxy::{self, Helper},
    },
};

/// Returns who acts for the patient now.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not the patient in person.
pub fn proxies(work: &mut Work<'_>) -> Result<Vec<Helper>, WorkError> {
    let patient = in_person(work)?;
    work.audit("proxy.list", Some(patient), PURPOSE, "")?;
    proxy::acting(work, patient)
}

/// Invites somebody to act for the patient. `reads` is how others read it: "Anna Beispiel für Erna Beispiel".
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not the patient in person; [`WorkError::Invalid`] names the field; [`WorkError::State`]
/// `too-many`, `invited-already`.
pub fn invite_proxy(work: &mut Work<'_>, mandate: &Mandate, reads: String) -> Result<Invited, WorkError> {
    let patient = in_person(work)?;
    proxy::add(work, patient, mandate, reads, None, PURPOSE)
}

/// Ends what somebody may do, and their sessions. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's, and for whoever is not the patient in person.
pub fn end_proxy(work: &mut Work<'_>, account: LocalId) -> Result<(), WorkError> {
    let patient = in_person(work)?;
    proxy::finish(work, patient, account, PURPOSE)
}

//! "Bitte anrufen": patients with something new whom no mail reaches. Somebody calls, and says so here.

use std::time::Duration;

use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::{
    domain::{actor::Role, notice::LATE_AFTER},
    store::news,
    workflow::{Work, WorkError, patient},
};

/// Most patients on the list at once: more than a clinic calls in a day.
const MAX_LISTED: usize = 200;
/// How long calls that were made are shown.
const SHOWN_FOR: Duration = Duration::from_secs(3 * 86_400);

/// A patient to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who.
    pub patient: LocalId,
    /// The patient's name.
    pub name: String,
    /// The telephone number, if one is known.
    pub phone: Option<String>,
    /// Since when there is something new.
    pub since: Timestamp,
    /// Whether there is an e-mail address that does not work.
    pub refused: bool,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The patient's name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Returns how many patients are to be called.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn count(work: &Work<'_>) -> Result<usize, WorkError> {
    work.require(Role::CARE)?;
    Ok(unreached(work)?.len())
}

fn unreached(work: &Work<'_>) -> Result<Vec<news::Unreached>, WorkError> {
    Ok(news::unreached(work.db, work.terms.mail, work.now.minus(LATE_AFTER), MAX_LISTED)?)
}

/// Returns who is to be called, the longest waiting first, and who was called lately and has not looked yet. Each is in the audit.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn list(work: &mut Work<'_>) -> Result<(Vec<Call>, Vec<Made>), WorkError> {
    work.require(Role::CARE)?;
    let (mut calls, mut made) = (Vec::new(), Vec::new());
    for found in unreached(work)? {
        let person = patient::existing(work, found.patient)?.person;
        work.audit("patient.list", Some(found.patient), "notice", "")?;
        calls.push(Call { patient: found.patient, name: person.full_name(), phone: person.phone, since: found.since, refused: found.refused });
    }
    for found in news::calls(work.db, work.now.minus(SHOWN_FOR), MAX_LISTED)? {
        let name = patient::existing(work, found.patient)?.person.full_name();
        work.audit("patient.list", Some(found.patient), "notice", "")?;
        made.push(Made { name, at: found.at, by: found.by });
    }
    Ok((calls, made))
}

/// Notes that somebody called a patient. Somebody else may have been quicker; that changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn done(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, id)?;
    if news::called(work.db, id, work.actor.name(), work.now)? {
        work.audit("notice.called", Some(id), "notice", "")?;
    }
    Ok(())
}

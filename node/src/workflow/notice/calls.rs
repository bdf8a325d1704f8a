//! "Bitte anrufen": patients with something new whom no mail reaches, and those whose own address refuses mails, though relatives may be
//! reached. Somebody calls, and says so here. Whoever is on the list is work in hand, also after the end of a treatment: it shows whom to call
//! and no more, and asks for no purpose.

use std::time::Duration;

use verbund_protocol::{id::LocalId, time::Timestamp};

use crate::{
    domain::{actor::Role, notice::LATE_AFTER},
    store::{mailbox, news},
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
    /// What to call about.
    pub about: About,
}

/// What somebody is to be called about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// There is something new, and no mail reaches anybody.
    News {
        /// Since when.
        since: Timestamp,
        /// Whether there is an e-mail address that does not work.
        refused: bool,
    },
    /// The patient's own address refuses mails.
    Address {
        /// Since when.
        since: Timestamp,
        /// Whether mails reach somebody who acts for her.
        others: bool,
    },
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
    Ok(to_call(work)?.len())
}

/// Returns each patient once: who has news comes first.
fn to_call(work: &Work<'_>) -> Result<Vec<(LocalId, About)>, WorkError> {
    let news = news::unreached(work.db, work.terms.mail, work.now.minus(LATE_AFTER), MAX_LISTED)?;
    let mut all: Vec<(LocalId, About)> = news.into_iter().map(|found| (found.patient, About::News { since: found.since, refused: found.refused })).collect();
    let refusing = if work.terms.mail { mailbox::refusing(work.db, MAX_LISTED)? } else { vec![] };
    let also: Vec<_> = refusing.into_iter().filter(|found| !all.iter().any(|(patient, _)| *patient == found.patient)).collect();
    all.extend(also.into_iter().map(|found| (found.patient, About::Address { since: found.since, others: found.others })));
    Ok(all)
}

/// Returns who is to be called, the longest waiting first, and who was called lately and has not looked yet. Each is in the audit.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn list(work: &mut Work<'_>) -> Result<(Vec<Call>, Vec<Made>), WorkError> {
    work.require(Role::CARE)?;
    let (mut calls, mut made) = (Vec::new(), Vec::new());
    for (id, about) in to_call(work)? {
        let person = patient::existing(work, id)?.person;
        work.audit("patient.list", Some(id), "notice", "")?;
        calls.push(Call { patient: id, name: person.full_name(), phone: person.phone, about });
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
    let (told, known) = (news::called(work.db, id, work.actor.name(), work.now)?, mailbox::know(work.db, id, work.now)?);
    if told || known {
        work.audit("notice.called", Some(id), "notice", "")?;
    }
    Ok(())
}

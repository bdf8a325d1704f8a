//! Asking clinics without a node: what the fax says, and the answer on the phone as staff write it down.

use verbund_protocol::{
    id::{DepartmentKey, LocalId},
    limits::MAX_RECIPIENTS,
    time::Timestamp,
};

use super::{MAX_NOTE, open_case, written};
use crate::{
    domain::{
        consent::Kind,
        phone::{Answer, Phone, Said},
    },
    store::caseload::phone,
    workflow::{Work, WorkError, consent, conversation::ASKING, inquiry},
};

/// Longest name or number, characters.
pub const MAX_NAME: usize = 120;
/// How far the clock on the desk may be off from the one on the wall.
const SLACK: std::time::Duration = std::time::Duration::from_secs(60);

/// Writes down that a clinic is asked by fax, with what the plan says now. What could point to the person is left out.
///
/// # Errors
/// [`WorkError::State`] `consent-missing`, `closed`, `plan`, `many`, or `rare` if what is left would still point to the person;
/// [`WorkError::Invalid`] without name or number.
pub fn add(work: &mut Work<'_>, case: LocalId, clinic: &str, number: &str) -> Result<LocalId, WorkError> {
    let found = open_case(work, case)?;
    let patient = found.patient.ok_or(WorkError::NotFound("patient"))?;
    consent::require(work, patient, Kind::DischargeManagement, None)?;
    let (clinic, number) = (text(clinic, MAX_NAME)?, text(number, MAX_NAME)?);
    if phone::list(work.db, case)?.iter().filter(|phone| phone.is_open()).count() >= MAX_RECIPIENTS {
        return Err(WorkError::state("many", format!("{MAX_RECIPIENTS} clinics have not answered yet"), "enter an answer first"));
    }
    let preview = inquiry::preview(work, written(work, case, DepartmentKey::lowest(), None)?)?;
    let inquiry = match (preview.fault, preview.coarsened) {
        (None, _) => preview.inquiry,
        (Some(_), Some(coarsened)) => coarsened,
        (Some(fault), None) => return Err(WorkError::state("plan", fault, "correct the plan")),
    };
    if let Some(fault) = inquiry::preview(work, inquiry.clone())?.fault {
        return Err(WorkError::state("rare", fault, "leave a field of the plan out"));
    }
    let id = work.entropy.local_id();
    phone::add(work.db, &Phone { id, case, clinic, number, inquiry, asked_at: work.now, asked_by: work.actor.name().to_owned(), answers: vec![] })?;
    work.audit("case.phone.ask", Some(patient), "discharge", &id.to_string())?;
    Ok(id)
}

fn text(typed: &str, most: usize) -> Result<String, WorkError> {
    let typed = typed.trim();
    let fits = !typed.is_empty() && typed.chars().count() <= most && !typed.chars().any(|c| c.is_control() && !c.is_whitespace());
    if fits { Ok(typed.to_owned()) } else { Err(WorkError::invalid(format!("a text has 1 to {most} characters"), "fill it in, or shorten it")) }
}

/// Returns an entry of a case, and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`] also for an entry of another case.
pub fn show(work: &mut Work<'_>, case: LocalId, entry: LocalId) -> Result<Phone, WorkError> {
    look(work, case, entry, "case.phone.read")
}

fn look(work: &mut Work<'_>, case: LocalId, entry: LocalId, action: &str) -> Result<Phone, WorkError> {
    work.require(ASKING)?;
    let found = inquiry::find_case(work, case)?;
    let phone = phone::find(work.db, case, entry)?.ok_or(WorkError::NotFound("entry"))?;
    work.audit(action, found.patient, "discharge", &entry.to_string())?;
    Ok(phone)
}

/// Returns what is to be faxed.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::State`] `consent-missing` if the patient has changed their mind since.
pub fn fax(work: &mut Work<'_>, case: LocalId, entry: LocalId) -> Result<Phone, WorkError> {
    let phone = look(work, case, entry, "case.phone.fax")?;
    let patient = inquiry::find_case(work, case)?.patient.ok_or(WorkError::NotFound("patient"))?;
    consent::require(work, patient, Kind::DischargeManagement, None)?;
    Ok(phone)
}

/// Returns whether an answer can have been given at that moment: after the question, and not later than now.
pub fn plausible(phone: &Phone, at: Timestamp, now: Timestamp) -> bool {
    at.plus(SLACK) >= phone.asked_at && at <= now.plus(SLACK)
}

/// Writes down what somebody at the clinic said. Answers before it stay.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::Invalid`] without a person or a reason; [`WorkError::State`] `when` for a moment before the
/// question or after now, `day` for a place in the past.
pub fn answer(work: &mut Work<'_>, case: LocalId, entry: LocalId, said: Said, by: &str, at: Timestamp) -> Result<(), WorkError> {
    let phone = look(work, case, entry, "case.phone.answer")?;
    if !plausible(&phone, at, work.now) {
        return Err(WorkError::state("when", "nobody answers before they are asked, or after now", "correct the time"));
    }
    let said = match said {
        Said::Declined(why) => Said::Declined(text(&why, MAX_NOTE)?),
        Said::Offered(day) if day < work.now.day() => return Err(WorkError::state("day", "the place is offered for a day that is over", "correct the day")),
        offered @ Said::Offered(_) => offered,
    };
    let answer = Answer { said, answered_at: at, answered_by: text(by, MAX_NAME)?, recorded_at: work.now, recorded_by: work.actor.name().to_owned() };
    Ok(phone::answer(work.db, entry, &answer)?)
}

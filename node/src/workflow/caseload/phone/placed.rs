//! What follows once the patient has chosen a clinic without a node: the fax that says who comes, the payer's decision, and whether the
//! patient came. All of it rests on the signed release that names the clinic.

use verbund_protocol::{
    catalogue::{NoShow, PayerDecision},
    id::LocalId,
    time::Day,
};

use super::{MAX_NAME, look, open_case, text};
use crate::{
    domain::{
        calendar,
        consent::Kind,
        patient::Person,
        phone::{Came, Event, Phone},
    },
    store::{caseload::phone, consent as consents, patient},
    workflow::{SENT_TWICE, Work, WorkError, consent},
};

/// Longest list of documents that follow, characters.
pub const MAX_PAPERS: usize = 400;

/// What a fax with the patient's name says besides the record.
#[derive(Clone)]
pub struct Naming {
    /// The day of admission that was agreed on the phone.
    pub admission: Day,
    /// Whom to call here.
    pub staff: String,
    /// Which documents follow, and how; empty if none do.
    pub papers: String,
}

/// A fax with the patient's name, as it is to be written.
#[derive(Clone)]
pub struct Named {
    /// The clinic and what it was asked.
    pub phone: Phone,
    /// The patient.
    pub person: Person,
    /// What else it says.
    pub naming: Naming,
    /// The form by which the patient released it, and on which day.
    pub form: String,
    /// See `form`.
    pub released: Day,
}

/// Whether the patient came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Arrived.
    Came,
    /// Did not come, for this reason.
    Absent(NoShow),
}

/// Writes down that the clinic is told by fax who comes, and returns what the fax says.
///
/// # Errors
/// [`WorkError::State`] `not-chosen` unless the patient's choice stands, `consent-missing` unless a release names this clinic, `arrived`,
/// `day` for an admission in the past, `closed`; [`WorkError::Invalid`] without somebody to call.
pub fn name(work: &mut Work<'_>, case: LocalId, entry: LocalId, naming: Naming) -> Result<Named, WorkError> {
    let (phone, patient, release) = placed(work, case, entry, "case.phone.name")?;
    still_to_come(&phone)?;
    let released = consents::find(work.db, release)?.filter(|consent| consent.releases_to(&phone.clinic, work.now));
    let released = released.ok_or_else(|| WorkError::state("consent-missing", "no release names this clinic", "let the patient sign one"))?;
    if naming.admission < calendar::day(work.now) {
        return Err(WorkError::state("day", "the day of admission is over", "correct the day"));
    }
    let papers = if naming.papers.trim().is_empty() { None } else { Some(text(&naming.papers, MAX_PAPERS)?) };
    let naming = Naming { staff: text(&naming.staff, MAX_NAME)?, papers: papers.clone().unwrap_or_default(), ..naming };
    let person = patient::find(work.db, patient)?.ok_or(WorkError::NotFound("patient"))?.person;
    if write(work, &phone, release, Came::Named(naming.admission), None, papers)? {
        work.audit("disclosure", Some(patient), "discharge", &format!("{entry} consent={release} fax"))?;
    }
    let (form, released) = (released.decision.form.unwrap_or_default(), calendar::day(released.decision.at));
    Ok(Named { phone, person, naming, form, released })
}

/// Writes down what the payer decided.
///
/// # Errors
/// [`WorkError::State`] `not-chosen`, `consent-missing`, `closed`, `day` for a day to come.
pub fn payer(work: &mut Work<'_>, case: LocalId, entry: LocalId, decision: PayerDecision, on: Day) -> Result<(), WorkError> {
    let (phone, _, release) = placed(work, case, entry, "case.phone.payer")?;
    if on > calendar::day(work.now) {
        return Err(WorkError::state("day", "that day is to come", "correct the day"));
    }
    write(work, &phone, release, Came::Payer(decision, on), None, None).map(drop)
}

/// Writes down whether the patient came, as `said_by` said at the clinic.
///
/// # Errors
/// [`WorkError::State`] `not-chosen`, `consent-missing`, `closed`, `arrived` if that is written down already, `day` for a day to come or
/// before the clinic was asked; [`WorkError::Invalid`] without a person.
pub fn arrival(work: &mut Work<'_>, case: LocalId, entry: LocalId, arrival: Arrival, on: Day, said_by: &str) -> Result<(), WorkError> {
    let (phone, _, release) = placed(work, case, entry, "case.phone.arrival")?;
    still_to_come(&phone)?;
    if on > calendar::day(work.now) || on < calendar::day(phone.asked_at) {
        return Err(WorkError::state("day", "nobody arrives on a day to come, or before the clinic was asked", "correct the day"));
    }
    let came = match arrival {
        Arrival::Came => Came::Arrived(on),
        Arrival::Absent(reason) => Came::Absent(reason, on),
    };
    write(work, &phone, release, came, Some(text(said_by, MAX_NAME)?), None).map(drop)
}

fn still_to_come(phone: &Phone) -> Result<(), WorkError> {
    if phone.arrived().is_some() { Err(WorkError::state("arrived", "the patient has arrived there", "nothing is to be done")) } else { Ok(()) }
}

/// Returns an entry whose place is chosen, with the patient and the release on which the choice rests.
fn placed(work: &mut Work<'_>, case: LocalId, entry: LocalId, action: &str) -> Result<(Phone, LocalId, LocalId), WorkError> {
    let patient = open_case(work, case)?.patient.ok_or(WorkError::NotFound("patient"))?;
    let phone = look(work, case, entry, action)?;
    consent::require(work, patient, Kind::DischargeManagement, None)?;
    let release = phone.chosen().and_then(|step| step.release).map(|(id, _)| id);
    let release = release.ok_or_else(|| WorkError::state("not-chosen", "the patient has not chosen this clinic, or not any more", "enter the signed choice first"))?;
    Ok((phone, patient, release))
}

/// Writes an event down, unless it is the last one once more: then a form was sent twice. Returns whether it is written.
fn write(work: &Work<'_>, phone: &Phone, release: LocalId, came: Came, said_by: Option<String>, papers: Option<String>) -> Result<bool, WorkError> {
    let event = Event { came, release, said_by, papers, at: work.now, by: work.actor.name().to_owned() };
    let same = |last: &Event| work.now.since(last.at) < SENT_TWICE && Event { at: work.now, ..last.clone() } == event;
    if phone.events.last().is_some_and(same) {
        return Ok(false);
    }
    phone::event(work.db, phone.id, &event)?;
    Ok(true)
}

#[cfg(test)]
mod tests;

//! Asking: a discharge case, pseudonymous inquiries to several clinics, and answers to their questions.
//!
//! Nothing leaves before the patient's consent to discharge management (or, for a transfer, a recorded necessity of treatment),
//! and staff see the exact fields first: [`preview`] returns what [`send`] would sign.

use verbund_protocol::{
    catalogue::{AhbException, Catalogue},
    id::{ConversationId, DepartmentKey, Ik, LocalId},
    inquiry::{Answers, Basis, Flag, Inquiry, Variant},
    limits::MAX_RECIPIENTS,
    referral::{Message, MessageKind, Side},
    time::Day,
};

use super::{
    Work, WorkError,
    conversation::{self, ASKING, begin, load_as, say},
};
use crate::{
    domain::calendar,
    domain::consent::{Kind, Use},
    store::{
        case::{self, Case},
        consent,
        conversation::{self as stored, Conversation, Filter},
    },
};

/// Where an inquiry goes: a department of a facility.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The facility.
    pub facility: Ik,
    /// Its department.
    pub department: DepartmentKey,
}

/// What a discharge case is opened with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// The patient.
    pub patient: LocalId,
    /// Rehabilitation or transfer.
    pub variant: Variant,
    /// Day of discharge, planned or done.
    pub discharge: Option<Day>,
    /// Why an AHB may begin later than 14 days after it.
    pub exception: Option<AhbException>,
}

/// What the asked clinics would read, and what of it is rare.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Preview {
    /// The exact fields.
    pub inquiry: Inquiry,
    /// Fields whose code few people carry.
    pub rare: Vec<Flag>,
    /// Why it cannot be sent like this, if it cannot.
    pub fault: Option<String>,
    /// The same without what the guard stops at, if it stops.
    pub coarsened: Option<Inquiry>,
}

/// Opens a discharge case.
///
/// # Errors
/// [`WorkError::NotFound`] if there is no such patient; [`WorkError::Invalid`] for a day that cannot be meant.
pub fn open_case(work: &mut Work<'_>, new: &NewCase) -> Result<LocalId, WorkError> {
    work.require(ASKING)?;
    super::patient::existing(work, new.patient)?;
    super::purpose::require(work, Some(new.patient))?;
    plausible(work, new.discharge)?;
    let id = work.entropy.local_id();
    let NewCase { patient, variant, discharge, exception } = new.clone();
    case::open(
        work.db,
        &Case { id, patient: Some(patient), variant, discharge, exception, opened_at: work.now, opened_by: work.actor.name().to_owned(), chosen: None, closed_at: None },
    )?;
    work.audit("case.open", Some(patient), "discharge", &id.to_string())?;
    Ok(id)
}

/// Notes a case's day of discharge, and why an AHB may begin later than 14 days after it.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Purpose`]; [`WorkError::Invalid`] for a day that cannot be meant.
pub fn set_discharge(work: &mut Work<'_>, id: LocalId, discharge: Option<Day>, exception: Option<AhbException>) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let case = find_case(work, id)?;
    super::purpose::require(work, case.patient)?;
    plausible(work, discharge)?;
    case::set_discharge(work.db, id, discharge.or(case.discharge), exception.or(case.exception))?;
    let code = exception.map_or_else(|| "-".to_owned(), |code| code.to_string());
    work.audit("case.discharge", case.patient, "discharge", &format!("{id} {code}"))
}

/// Refuses a day of discharge that can only be a slip: the spans that follow from it would all be wrong.
fn plausible(work: &Work<'_>, discharge: Option<Day>) -> Result<(), WorkError> {
    const YEAR: u32 = 366;
    match discharge {
        Some(day) if day.0.abs_diff(calendar::day(work.now).0) > YEAR => Err(WorkError::invalid("the day of discharge is more than a year from today", "correct the day")),
        _ => Ok(()),
    }
}

/// Returns a case.
///
/// # Errors
/// [`WorkError::NotFound`].
pub fn find_case(work: &Work<'_>, id: LocalId) -> Result<Case, WorkError> {
    case::find(work.db, id)?.ok_or(WorkError::NotFound("case"))
}

/// Returns what the asked clinics would read.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn preview(work: &Work<'_>, inquiry: Inquiry) -> Result<Preview, WorkError> {
    work.require(ASKING)?;
    let catalogue = Catalogue::shipped();
    let fault = inquiry.check(catalogue, work.now).and_then(|()| inquiry.guard(catalogue)).err().map(|error| error.to_string());
    let rare = inquiry.rare(catalogue);
    let coarsened = inquiry.guard(catalogue).is_err().then(|| inquiry.clone().coarsened(catalogue));
    Ok(Preview { inquiry, rare, fault, coarsened })
}

/// Asks each of `targets`, each in a conversation of its own. Returns the conversations in the order of the targets.
///
/// # Errors
/// [`WorkError`] names what stands in the way; nothing is sent then.
pub fn send(work: &mut Work<'_>, case: LocalId, own_facility: &Ik, targets: &[Target], inquiry: &Inquiry) -> Result<Vec<ConversationId>, WorkError> {
    work.require(ASKING)?;
    ask(work, case, own_facility, targets, inquiry)
}

/// Asks, for whoever has checked that the actor may.
///
/// # Errors
/// As [`send`].
pub(super) fn ask(work: &mut Work<'_>, case: LocalId, own_facility: &Ik, targets: &[Target], inquiry: &Inquiry) -> Result<Vec<ConversationId>, WorkError> {
    work.may_promise()?;
    let case = find_case(work, case)?;
    let patient = case.patient.ok_or(WorkError::NotFound("patient"))?;
    if case.closed_at.is_some() {
        return Err(WorkError::state("closed", "the case is closed", "open a new case"));
    }
    if inquiry.variant != case.variant {
        return Err(WorkError::invalid("the inquiry is for another kind of care than the case", "rehab and transfer are two cases"));
    }
    let asked = stored::list(work.db, &Filter { case: Some(case.id), side: Some(Side::Asker), ..Filter::default() }, MAX_RECIPIENTS)?;
    if targets.is_empty() || asked.len() + targets.len() > MAX_RECIPIENTS {
        return Err(WorkError::invalid(
            format!("a case asks 1 to {MAX_RECIPIENTS} clinics at a time, {} are being asked", asked.len()),
            "withdraw an inquiry before asking another clinic: `verbund referral withdraw`",
        ));
    }
    if targets.iter().enumerate().any(|(at, target)| targets[..at].contains(target)) {
        return Err(WorkError::invalid("a department is named twice", "name each clinic and department once"));
    }
    let ground = ground(work, patient, inquiry)?;
    let asking = Asking { case: case.id, patient, ground, own_facility, inquiry, asked };
    targets.iter().map(|target| send_one(work, &asking, target)).collect()
}

/// What every clinic asked at once has in common.
struct Asking<'a> {
    case: LocalId,
    patient: LocalId,
    ground: LocalId,
    own_facility: &'a Ik,
    inquiry: &'a Inquiry,
    asked: Vec<Conversation>,
}

fn send_one(work: &mut Work<'_>, asking: &Asking<'_>, target: &Target) -> Result<ConversationId, WorkError> {
    let again = asking.asked.iter().any(|c| c.peer_facility == target.facility && c.department.as_ref() == Some(&target.department));
    if again {
        return Err(WorkError::state("asked", format!("{} is being asked already", target.facility), "wait for its answer, or withdraw that inquiry"));
    }
    let mut c = begin(work, asking.own_facility.clone(), target.facility.clone())?;
    if !work.membership.may_converse(&c.peer, work.now) {
        return Err(WorkError::unavailable(format!("{} is suspended or takes part as an observer only", c.peer), "leave it out"));
    }
    (c.case, c.patient, c.consent, c.department) = (Some(asking.case), Some(asking.patient), Some(asking.ground), Some(target.department.clone()));
    say(work, &mut c, &Message::Inquiry(Inquiry { department: target.department.clone(), ..asking.inquiry.clone() }))?;
    consent::rests_on(work.db, asking.ground, Use::Conversation(c.id), work.now)?;
    Ok(c.id)
}

/// Returns what the inquiry rests on, by its random id.
fn ground(work: &Work<'_>, patient: LocalId, inquiry: &Inquiry) -> Result<LocalId, WorkError> {
    let kind = match inquiry.basis {
        Basis::Consent => Kind::DischargeManagement,
        Basis::Necessity(_) => Kind::TreatmentNecessity,
    };
    Ok(super::consent::require(work, patient, kind, None)?.id)
}

/// Answers the questions of an asked clinic. The guard counts what inquiry and answers say together.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn answer(work: &mut Work<'_>, id: ConversationId, answers: Answers) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let mut c = load_as(work, id, Side::Asker)?;
    if let Some(Message::Inquiry(inquiry)) = conversation::last(work, &c, Side::Asker, MessageKind::Inquiry)? {
        answers.guard(&inquiry, Catalogue::shipped()).map_err(|error| WorkError::state("rare", error.to_string(), "leave an answer out, or give --rare-reason"))?;
    }
    say(work, &mut c, &Message::Answers(answers))?;
    Ok(())
}

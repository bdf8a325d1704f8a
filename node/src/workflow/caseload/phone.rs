//! Asking clinics without a node: what the fax says, and the answer on the phone as staff write it down.

use verbund_protocol::{
    catalogue::{RareReason, Withdraw},
    id::{DepartmentKey, LocalId},
    limits::MAX_RECIPIENTS,
    referral::{Message, Side, Withdrawn},
    time::Timestamp,
};

use super::{MAX_NOTE, Paper, conversations, open_case, written};
use crate::{
    domain::{
        calendar,
        consent::{Decision, Kind},
        phone::{Answer, Done, Phone, Said, Step},
        plan::asks_the_same,
    },
    store::caseload::phone,
    workflow::{
        SENT_TWICE, Work, WorkError, consent,
        conversation::{ASKING, load, say},
        inquiry, purpose, referral,
    },
};

pub mod placed;

/// Longest name or number, characters.
pub const MAX_NAME: usize = 120;
/// How far the clock on the desk may be off from the one on the wall.
const SLACK: std::time::Duration = std::time::Duration::from_secs(60);

/// What is done about fields that few people share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rare {
    /// Nothing was decided: such an inquiry is not written.
    Ask,
    /// What could point to the person is left out.
    LeaveOut,
    /// It is sent all the same, for this reason.
    Because(RareReason),
}

/// Writes down that a clinic is asked by fax, with what the plan says now. The same again within ten minutes is a form that was sent twice, and
/// one fax: its entry is returned. What could point to the person needs a second word: a reason, or
/// that it is left out, as for every other inquiry.
///
/// # Errors
/// [`WorkError::State`] `consent-missing`, `closed`, `plan`, `many`, or `rare` if what is to be written could point to the person;
/// [`WorkError::Invalid`] without name or number.
pub fn add(work: &mut Work<'_>, case: LocalId, clinic: &str, number: &str, rare: Rare) -> Result<LocalId, WorkError> {
    let found = open_case(work, case)?;
    let patient = found.patient.ok_or(WorkError::NotFound("patient"))?;
    consent::require(work, patient, Kind::DischargeManagement, None)?;
    let (clinic, number) = (text(clinic, MAX_NAME)?, text(number, MAX_NAME)?);
    let reason = if let Rare::Because(reason) = rare { Some(reason) } else { None };
    let preview = inquiry::preview(work, written(work, case, DepartmentKey::lowest(), reason)?)?;
    let inquiry = match (preview.fault, preview.coarsened) {
        (None, _) => preview.inquiry,
        (Some(_), Some(coarsened)) if rare == Rare::LeaveOut => coarsened,
        (Some(fault), Some(_)) => return Err(WorkError::state("rare", fault, "give a reason, or leave it out")),
        (Some(fault), None) => return Err(WorkError::state("plan", fault, "correct the plan")),
    };
    if let Some(fault) = inquiry::preview(work, inquiry.clone())?.fault {
        return Err(WorkError::state("rare", fault, "give a reason, or leave a field of the plan out"));
    }
    let open: Vec<Phone> = phone::list(work.db, case)?.into_iter().filter(Phone::is_open).collect();
    let just_now = |phone: &&Phone| phone.asked_by == work.actor.name() && work.now.since(phone.asked_at) < SENT_TWICE;
    let same = |phone: &&Phone| phone.clinic == clinic && phone.number == number && asks_the_same(&phone.inquiry, &inquiry, calendar::day(work.now));
    if let Some(before) = open.iter().filter(just_now).find(same) {
        return Ok(before.id);
    }
    if open.len() >= MAX_RECIPIENTS {
        return Err(WorkError::state("many", format!("{MAX_RECIPIENTS} clinics have not answered yet"), "enter an answer first"));
    }
    let id = work.entropy.local_id();
    phone::add(work.db, &Phone { id, case, clinic, number, inquiry, asked_at: work.now, asked_by: work.actor.name().to_owned(), answers: vec![], steps: vec![], events: vec![] })?;
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
/// [`WorkError::NotFound`] also for an entry of another case; [`WorkError::Purpose`].
pub fn show(work: &mut Work<'_>, case: LocalId, entry: LocalId) -> Result<Phone, WorkError> {
    look(work, case, entry, "case.phone.read")
}

fn look(work: &mut Work<'_>, case: LocalId, entry: LocalId, action: &str) -> Result<Phone, WorkError> {
    work.require(ASKING)?;
    let found = inquiry::find_case(work, case)?;
    purpose::require(work, found.patient)?;
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
    between(phone.asked_at, at, now)
}

/// Returns whether a moment that was typed lies between two others, as far as clocks agree.
pub(super) fn between(from: Timestamp, at: Timestamp, until: Timestamp) -> bool {
    at.plus(SLACK) >= from && at <= until.plus(SLACK)
}

/// Writes down what somebody at the clinic said. Answers before it stay; the same again within ten minutes is a form that was sent twice.
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
        Said::Offered(day) if day < calendar::day(work.now) => return Err(WorkError::state("day", "the place is offered for a day that is over", "correct the day")),
        offered @ Said::Offered(_) => offered,
    };
    let answer = Answer { said, answered_at: at, answered_by: text(by, MAX_NAME)?, recorded_at: work.now, recorded_by: work.actor.name().to_owned() };
    if phone.is_withdrawn() {
        return Err(WorkError::state("withdrawn", "the question was taken back", "ask the clinic anew"));
    }
    let same = |last: &Answer| {
        // Whoever leaves the time out says "now", twice.
        let answered_at = if last.answered_at.0.abs_diff(at.0) < SLACK.as_millis() as u64 { at } else { last.answered_at };
        work.now.since(last.recorded_at) < SENT_TWICE && Answer { recorded_at: work.now, answered_at, ..last.clone() } == answer
    };
    if phone.answers.last().is_some_and(same) {
        return Ok(());
    }
    Ok(phone::answer(work.db, entry, &answer)?)
}

fn step(work: &Work<'_>, entry: LocalId, done: Done, release: Option<LocalId>) -> Result<(), WorkError> {
    let by = work.actor.name().to_owned();
    Ok(phone::step(work.db, entry, &Step { done, at: work.now, by, release: release.map(|id| (id, true)) })?)
}

/// Takes back a question that nobody has answered. What the fax said stays on record.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::State`] `answered` once there is an answer, `closed`.
pub fn withdraw(work: &mut Work<'_>, case: LocalId, entry: LocalId) -> Result<(), WorkError> {
    open_case(work, case)?;
    let phone = look(work, case, entry, "case.phone.withdraw")?;
    if !phone.is_open() {
        return Err(WorkError::state("answered", "the clinic has answered, or the question was taken back before", "nothing is to be done"));
    }
    step(work, entry, Done::Withdrawn, None)
}

/// Records that the patient chose a place that was offered by phone: the signed release that names the clinic, and the choice. Every other
/// clinic that is being asked is told no; nothing goes to the chosen one but by phone and paper.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::State`] `no-offer` if no place is offered for a day to come, `chosen` if another is chosen,
/// `closed`, `consent-missing`.
pub fn choose(work: &mut Work<'_>, case: LocalId, entry: LocalId, paper: Paper) -> Result<(), WorkError> {
    let found = open_case(work, case)?;
    let phone = look(work, case, entry, "case.phone.choose")?;
    let patient = found.patient.ok_or(WorkError::NotFound("patient"))?;
    if phone.chosen().is_some_and(|step| step.by == work.actor.name() && work.now.since(step.at) < SENT_TWICE) {
        return Ok(()); // a form that was sent twice
    }
    consent::require(work, patient, Kind::DischargeManagement, None)?;
    if phone.offer().is_none_or(|day| day < calendar::day(work.now)) {
        return Err(WorkError::state("no-offer", "no place is offered for a day to come", "call the clinic"));
    }
    if found.chosen.is_some() || phone::list(work.db, case)?.iter().any(|phone| phone.chosen().is_some()) {
        return Err(WorkError::state("chosen", "another place is chosen already", "withdraw that first"));
    }
    let decision = Decision { named: Some(phone.clinic), ..paper.decision(Kind::IdentifiedRelease, true, None, work.now) };
    let release = consent::record(work, patient, decision)?;
    step(work, entry, Done::Chosen, Some(release.id))?;
    for mut other in conversations(work, case)?.into_iter().filter(|c| c.side == Side::Asker && c.ended_at.is_none()) {
        match say(work, &mut other, &Message::Withdrawn(Withdrawn { reason: Withdraw::OTHER_ROUTE })) {
            Ok(_) => {}
            Err(WorkError::Store(error)) => return Err(error.into()),
            Err(error) => referral::trouble(work, &mut load(work, other.id)?, error.code())?,
        }
    }
    Ok(())
}

/// Records that the patient left the clinic that was chosen by phone. The release ends with it.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::State`] `not-chosen`, `arrived` once the patient is there.
pub fn leave(work: &mut Work<'_>, case: LocalId, entry: LocalId) -> Result<(), WorkError> {
    open_case(work, case)?;
    let phone = look(work, case, entry, "case.phone.leave")?;
    if phone.arrived().is_some() {
        return Err(WorkError::state("arrived", "the patient has arrived there", "nothing is to be done"));
    }
    let release = phone.chosen().and_then(|step| step.release).map(|(id, _)| id);
    let release = release.ok_or_else(|| WorkError::state("not-chosen", "this clinic is not the chosen one", "look at the case"))?;
    step(work, entry, Done::Left, None)?;
    consent::revoke(work, release).map(drop)
}

//! The bed owner's part: taking the patient or not, arrival, the report home.

use verbund_protocol::{
    catalogue::{self, AhbException, Decline, NoShow, ReportMissing},
    id::{ConversationId, LocalId},
    referral::{Accepted, Arrived, DidNotCome, Identified, Message, MessageKind, Refused, Report, Side, Step},
    time::Day,
};

use super::{check_ahb, move_hold, release};
use crate::{
    domain::{
        consent::{DecidedBy, Decision, How, Kind, Recipient},
        patient::Person,
    },
    store::{conversation::Conversation, document as documents, patient},
    workflow::{
        Work, WorkError, consent,
        conversation::{self, ANSWERING, erase, load_as, note, say},
        document,
    },
};

/// What a patient signs so that the report goes home.
const REPORT_CONSENT: &str = "Weitergabe des Entlassungsberichts";
/// More documents than one referral ever has.
const MAX_DOCUMENTS_LISTED: usize = 4_096;

/// Takes the patient on a day, and enters the patient in this clinic's records. Returns the patient's local name.
///
/// # Errors
/// [`WorkError::State`] `ahb-late` or `full` for the day, and everything else that stands in the way.
pub fn accept(work: &mut Work<'_>, id: ConversationId, date: Option<Day>, exception: Option<AhbException>) -> Result<LocalId, WorkError> {
    work.require(ANSWERING)?;
    work.may_promise()?;
    let mut c = load_as(work, id, Side::Owner)?;
    let date = date.or(c.log.state().date).ok_or_else(|| WorkError::invalid("no day of admission is agreed", "give one with --date"))?;
    check_ahb(work, &c, date, exception)?;
    let Some(Message::Referral(referral)) = conversation::last(work, &c, Side::Asker, MessageKind::Referral)? else {
        return Err(WorkError::state("no-referral", "there is no referral to accept", "look at it with `verbund referral show`"));
    };
    move_hold(work, &c, date)?;
    let patient = enter(work, &referral)?;
    c.patient = Some(patient);
    say(work, &mut c, &Message::Accepted(Accepted { date, exception }))?;
    let received = documents::Filter { conversation: Some(c.id), all: true, ..documents::Filter::default() };
    for document in documents::list(work.db, &received, MAX_DOCUMENTS_LISTED)? {
        documents::assign(work.db, document.id, patient)?;
    }
    Ok(patient)
}

/// Returns the patient of a referral in this clinic's records: known by KVNR, or entered now.
fn enter(work: &mut Work<'_>, referral: &Identified) -> Result<LocalId, WorkError> {
    let p = &referral.person;
    if let Some(known) = p.kvnr.as_ref().map(|kvnr| patient::by_kvnr(work.db, kvnr)).transpose()?.flatten() {
        return Ok(known.id);
    }
    let id = work.entropy.local_id();
    let person = Person {
        family: p.family.clone(),
        given: p.given.clone(),
        birth_date: p.birth_date,
        gender: p.gender,
        kvnr: p.kvnr.clone(),
        insurance: None,
        payer: referral.payer_ik.clone(),
        case_number: None,
        address: None, // one line on the wire; staff enter its parts at admission
        phone: p.phone.clone(),
        contact: None,
        representative: None,
    };
    patient::add(work.db, id, &person, work.actor.name(), work.now)?;
    work.audit("patient.add", Some(id), "treatment", "referral")?;
    Ok(id)
}

/// Declines after reading the referral: erases it with its documents, and says so under this clinic's signature.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn refuse(work: &mut Work<'_>, id: ConversationId, reason: Decline) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    let erasure = erase(work, &mut c, catalogue::Erasure::DECLINED)?;
    say(work, &mut c, &Message::Refused(Refused { reason, erasure })).map(drop)
}

/// Notes that the patient has arrived. Once more with another day, before the report: the first was entered wrongly, and both clinics hold the
/// right one from then on.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn arrived(work: &mut Work<'_>, id: ConversationId, on: Day) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    let before = c.log.state();
    say(work, &mut c, &Message::Arrived(Arrived { on }))?;
    match before.date.filter(|_| before.step == Step::Admitted) {
        Some(wrong) => note(work, "arrival.correct", &c, &format!("{wrong} {on}")),
        None => Ok(()),
    }
}

/// Notes that the patient did not come.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn did_not_come(work: &mut Work<'_>, id: ConversationId, reason: NoShow) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    say(work, &mut c, &Message::DidNotCome(DidNotCome { reason })).map(drop)
}

/// Records the patient's signed consent that the report may go to the clinic the patient came from; `paper` says where it is kept.
///
/// # Errors
/// [`WorkError::NotFound`] before the patient is accepted; [`WorkError::Invalid`] for a place that is no short line.
pub fn report_consented(work: &mut Work<'_>, id: ConversationId, paper: String) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let c = load_as(work, id, Side::Owner)?;
    let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
    let decision = Decision {
        kind: Kind::DocumentHandoff,
        given: true,
        recipient: Some(Recipient { member: c.peer, facility: c.peer_facility }),
        named: None,
        form: Some(REPORT_CONSENT.into()),
        by: DecidedBy::Patient,
        how: How::Paper,
        document: Some(paper),
        at: work.now,
        until: None,
    };
    consent::record(work, patient, decision).map(drop)
}

/// Sends the discharge report home, on a consent that names the clinic the patient came from; or says why there is none.
///
/// # Errors
/// [`WorkError::State`] `no-consent`, and everything else that stands in the way.
pub fn report(work: &mut Work<'_>, id: ConversationId, documents: &[LocalId], discharged: Option<Day>, missing: Option<ReportMissing>) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c: Conversation = load_as(work, id, Side::Owner)?;
    let mut offers = Vec::new();
    if !documents.is_empty() {
        let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
        let ground = release(work, &mut c, patient, &[Kind::DocumentHandoff, Kind::IdentifiedRelease])?;
        offers = document::offer(work, c.id, ground.id, patient, documents, &c.peer)?;
        note(work, "disclosure", &c, "report")?;
    }
    say(work, &mut c, &Message::Report(Report { documents: offers, discharged, missing })).map(drop)
}

//! The asking clinic's part: the choice, the identified referral, the documents.

use verbund_protocol::{
    catalogue::{Necessity, Payer, Withdraw},
    id::{ConversationId, Ik, LocalId},
    inquiry::{Basis, Variant},
    planted::{Bug, planted},
    referral::{
        Choice, Handoff, Identified, Message, MessageKind, Side, Step, Withdrawn, clock, identified::Clinical, identified::MAX_LINE, identified::Person, identified::Release,
    },
};

use super::{check_ahb, release};
use crate::{
    domain::{
        actor::Role,
        consent::{Consent, DecidedBy, Kind},
        patient as known,
    },
    store::{
        case, consent,
        conversation::{self as stored, Conversation, Filter},
        patient,
    },
    workflow::{
        Work, WorkError,
        conversation::{self, ASKING, begin, load_as, note, say},
        document,
        inquiry::find_case,
        purpose,
    },
};

/// What a person adds to what the records hold, for the identified referral.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewReferral {
    /// Diagnoses in full, the first being the one this is for.
    pub diagnoses: Vec<Clinical>,
    /// Procedures.
    pub procedures: Vec<Clinical>,
    /// Name of the payer.
    pub payer_name: Option<String>,
    /// Whom to call here.
    pub staff: Option<String>,
    /// What else the next clinic should know.
    pub note: Option<String>,
}

/// The kinds of decision on which an identified referral of this conversation may rest.
fn grounds(work: &Work<'_>, c: &Conversation) -> Result<&'static [Kind], WorkError> {
    let transfer = c.case.map(|id| find_case(work, id)).transpose()?.is_some_and(|case| case.variant == Variant::Transfer);
    Ok(if transfer { &[Kind::IdentifiedRelease, Kind::TreatmentNecessity] } else { &[Kind::IdentifiedRelease] })
}

/// The patient chooses the offer that stands. Nobody is named yet; but a release that names the clinic must be there, since the
/// referral follows as soon as the place is confirmed.
///
/// # Errors
/// [`WorkError::State`] with `no-consent`, `ahb-late`, `too-late` or the table's word.
pub fn choose(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(ASKING)?;
    take(work, id)
}

/// Chooses, for whoever has checked that the actor may.
///
/// # Errors
/// As [`choose`].
pub(in crate::workflow) fn take(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let mut c = load_as(work, id, Side::Asker)?;
    let state = c.log.state();
    let offer = state.offer.filter(|_| state.step == Step::Offered);
    let offer = offer.ok_or_else(|| WorkError::state("no-offer", format!("there is no offer to choose: the conversation is {}", state.step), "look at `verbund offer list`"))?;
    if !clock::choosable(&state, work.now) {
        return Err(WorkError::state("too-late", "the hold ends within five minutes, or has ended; a choice would not arrive in time", "ask the clinic for a new offer"));
    }
    let case = c.case.ok_or(WorkError::NotFound("case"))?;
    if let Some(other) = find_case(work, case)?.chosen.filter(|other| *other != id && !planted(Bug::ChooseTwice)) {
        return Err(WorkError::state("chosen", format!("another offer of this case is chosen: {other}"), "withdraw that one first"));
    }
    if let Some(date) = state.date {
        check_ahb(work, &c, date, None)?;
    }
    let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
    let kinds = grounds(work, &c)?;
    release(work, &mut c, patient, kinds)?;
    case::choose(work.db, case, Some(id))?;
    say(work, &mut c, &Message::Choice(Choice { offer: offer.digest })).map(drop)
}

/// Withdraws every other inquiry of the case, once a place is confirmed.
///
/// # Errors
/// The store's. One that cannot be told is marked for a person.
pub fn withdraw_others(work: &mut Work<'_>, case: LocalId, confirmed: ConversationId) -> Result<(), WorkError> {
    let open = Filter { case: Some(case), side: Some(Side::Asker), ..Filter::default() };
    for mut c in stored::list(work.db, &open, verbund_protocol::limits::MAX_RECIPIENTS * 2)? {
        if c.id == confirmed {
            continue;
        }
        match say(work, &mut c, &Message::Withdrawn(Withdrawn { reason: Withdraw::CHOSE_OTHER })) {
            Ok(_) => {}
            Err(WorkError::Store(error)) => return Err(error.into()),
            Err(error) => super::trouble(work, &mut conversation::load(work, c.id)?, error.code())?,
        }
    }
    Ok(())
}

/// Sends the identified referral, with documents if there are any, to the clinic that has confirmed the place.
///
/// # Errors
/// [`WorkError`] names what stands in the way; nothing is sent then.
pub fn send(work: &mut Work<'_>, id: ConversationId, new: NewReferral, documents: &[LocalId]) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let mut c = load_as(work, id, Side::Asker)?;
    let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
    let kinds = grounds(work, &c)?;
    let ground = release(work, &mut c, patient, kinds)?;
    let identified = identified(work, &c, patient, &ground, new)?;
    say(work, &mut c, &Message::Referral(identified))?;
    note(work, "disclosure", &c, "referral")?;
    if documents.is_empty() { Ok(()) } else { give(work, &mut c, patient, &ground, documents, None) }
}

/// Hands further documents to the clinic that has the referral. A repeat changes nothing.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn hand_over(work: &mut Work<'_>, id: ConversationId, documents: &[LocalId]) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let mut c = load_as(work, id, Side::Asker)?;
    let mut new = Vec::with_capacity(documents.len());
    for document in documents {
        if !document::is_given(work, *document, id)? {
            new.push(*document);
        }
    }
    if new.is_empty() && !documents.is_empty() {
        return Ok(());
    }
    let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
    purpose::require(work, Some(patient))?;
    let kinds = if c.log.state().step == Step::Handed { &[Kind::DocumentHandoff][..] } else { grounds(work, &c)? };
    let ground = release(work, &mut c, patient, kinds)?;
    give(work, &mut c, patient, &ground, &new, None)
}

/// Hands documents to a clinic outside a referral, on a consent of its own. Returns the conversation.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn hand_over_alone(work: &mut Work<'_>, patient: LocalId, own_facility: Ik, recipient: Ik, documents: &[LocalId]) -> Result<ConversationId, WorkError> {
    work.require(Role::CARE)?;
    work.may_promise()?;
    crate::workflow::patient::existing(work, patient)?;
    purpose::require(work, Some(patient))?;
    let mut c = begin(work, own_facility, recipient)?;
    c.patient = Some(patient);
    let ground = release(work, &mut c, patient, &[Kind::DocumentHandoff])?;
    let about = identified(work, &c, patient, &ground, NewReferral::default())?;
    give(work, &mut c, patient, &ground, documents, Some(about))?;
    Ok(c.id)
}

fn give(work: &mut Work<'_>, c: &mut Conversation, patient: LocalId, ground: &Consent, documents: &[LocalId], about: Option<Identified>) -> Result<(), WorkError> {
    let documents = document::offer(work, c.id, ground.id, patient, documents, &c.peer)?;
    say(work, c, &Message::Handoff(Handoff { documents, about }))?;
    note(work, "disclosure", c, "documents")
}

/// Returns the referral from the patient's record and what was added.
fn identified(work: &Work<'_>, c: &Conversation, id: LocalId, ground: &Consent, new: NewReferral) -> Result<Identified, WorkError> {
    let known::Person { family, given, birth_date, gender, kvnr, payer, address, phone, contact, representative, .. } =
        patient::find(work.db, id)?.ok_or(WorkError::NotFound("patient"))?.person;
    let contact = whom_to_call(representative.as_ref(), contact.as_ref());
    let address = address.map(|a| format!("{}, {} {}", a.street, a.postal_code, a.city));
    let case = c.case.map(|id| find_case(work, id)).transpose()?;
    let inquiry = match conversation::last(work, c, Side::Asker, MessageKind::Inquiry)? {
        Some(Message::Inquiry(inquiry)) => Some(inquiry),
        _ => None,
    };
    let reason = inquiry.as_ref().and_then(|inquiry| if let Basis::Necessity(code) = inquiry.basis { Some(code) } else { None });
    Ok(Identified {
        person: Person { family, given, birth_date, gender, kvnr, address, phone, contact },
        release: rests_on(work, ground, reason)?,
        diagnoses: new.diagnoses,
        procedures: new.procedures,
        payer: inquiry.map_or(Payer::GKV, |inquiry| inquiry.payer),
        payer_ik: payer,
        payer_name: new.payer_name,
        discharge: case.as_ref().filter(|case| case.variant == Variant::Rehab).and_then(|case| case.discharge),
        exception: case.and_then(|case| case.exception),
        staff: new.staff,
        note: new.note,
    })
}

/// Returns whom the next clinic calls: first who decides for the patient, then the relative, if both fit on one line. People at that clinic
/// read it, so it is German as the rest of what is typed.
fn whom_to_call(representative: Option<&known::Representative>, contact: Option<&known::Contact>) -> Option<String> {
    let decides = representative.map(|r| format!("{} ({}), {}", r.name, r.basis.german(), r.phone));
    let relative = contact.map(|c| format!("{} ({}), {}", c.name, c.relation, c.phone));
    match (decides, relative) {
        (Some(decides), Some(relative)) if decides.len() + relative.len() + 2 <= MAX_LINE => Some(format!("{decides}; {relative}")),
        (decides, relative) => decides.or(relative),
    }
}

fn rests_on(work: &Work<'_>, ground: &Consent, reason: Option<Necessity>) -> Result<Release, WorkError> {
    Ok(match &ground.decision.by {
        DecidedBy::Physician { name, reason: recorded } => Release::Necessity { reason: recorded.parse().ok().or(reason).unwrap_or(Necessity::SPECIALTY), physician: name.clone() },
        DecidedBy::Patient | DecidedBy::Representative { .. } => {
            Release::Consent { proof: consent::proof(work.db, ground.id)?, version: ground.decision.form.clone().unwrap_or_default(), given_at: ground.decision.at }
        }
    })
}

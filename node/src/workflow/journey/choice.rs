//! Choosing an offer, changing one's mind, and asking again for an offer that ended.

use verbund_protocol::{
    id::{ConversationId, Digest},
    referral::{Message, MessageKind, Side, Step},
    time::Timestamp,
};

use super::{
    Answer, Asked, PURPOSE, Scope, Span, allowed, current, decide,
    known::{talk, talks},
    mine, offers, story,
};
use crate::{
    domain::consent::Recipient,
    store::{
        case::Case,
        document::{self, Filter},
    },
    workflow::{
        Work, WorkError,
        conversation::last,
        inquiry::{self, Target},
        referral,
    },
};

/// Most documents that a page names.
const MAX_DOCUMENTS: usize = 50;

/// What a choice means: which clinic learns what, and which are told no.
#[derive(Clone, Debug)]
pub struct Deal {
    /// The clinic.
    pub asked: Asked,
    /// Titles of the documents that are here and that the patient may read.
    pub documents: Vec<String>,
    /// How many more are here that no physician has let the patient read: what they are called stays unsaid.
    pub unseen: usize,
    /// The other clinics that are still being asked or have offered.
    pub others: Vec<String>,
    /// Another that is chosen already.
    pub chosen: Option<String>,
    /// The days between which the AHB begins.
    pub span: Option<Span>,
}

/// Returns what choosing this offer would mean, or what has become of it.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's, and for whoever may not decide.
pub fn to_choose(work: &mut Work<'_>, id: ConversationId) -> Result<Deal, WorkError> {
    deal(work, id, "offer.show")
}

/// Returns what leaving this clinic would mean.
///
/// # Errors
/// As [`to_choose`]; [`WorkError::NotFound`] too if there is nothing to leave.
pub fn to_withdraw(work: &mut Work<'_>, id: ConversationId) -> Result<Deal, WorkError> {
    let deal = deal(work, id, "offer.show")?;
    match deal.asked.answer {
        Answer::Chosen | Answer::Confirmed | Answer::Accepted => Ok(deal),
        _ => Err(WorkError::NotFound("conversation")),
    }
}

fn deal(work: &mut Work<'_>, id: ConversationId, action: &str) -> Result<Deal, WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    let c = mine(work, patient, id)?;
    let case = case_of(work, &c)?;
    work.audit(action, Some(patient), PURPOSE, &id.to_string())?;
    let documents = document::list(work.db, &Filter { patient: Some(patient), ..Filter::default() }, MAX_DOCUMENTS)?;
    let (mut seen, mut unseen) = (Vec::new(), 0);
    for document in documents {
        let Some(manifest) = document.manifest else { continue };
        match document::released_at(work.db, document.id)? {
            Some(_) => seen.push(manifest.title),
            None => unseen += 1,
        }
    }
    let (mut others, all) = (Vec::new(), talks(work, &case)?);
    for other in all.iter().map(|talk| &talk.c).filter(|other| other.id != id && other.ended_at.is_none()) {
        others.push(super::clinic(work, &other.peer_facility).name);
    }
    let chosen = case.chosen.filter(|chosen| *chosen != id).map(|chosen| mine(work, patient, chosen)).transpose()?;
    let chosen = chosen.map(|c| super::clinic(work, &c.peer_facility).name);
    Ok(Deal { asked: offers::asked(work, &case, &talk(work, c)?, &all), documents: seen, unseen, others, chosen, span: story::span(&case) })
}

/// The case to which a conversation belongs; what is handed over outside a case is nobody's choice.
fn case_of(work: &Work<'_>, c: &crate::store::conversation::Conversation) -> Result<Case, WorkError> {
    inquiry::find_case(work, c.case.ok_or(WorkError::NotFound("case"))?)
}

/// Chooses the offer that was `shown`, and consents to what follows: the clinic is named, and learns who the patient is as soon as it
/// has confirmed. `form` names the text and its version as it was shown. Choosing once more what was chosen changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] as in [`to_choose`]; [`WorkError::State`] `no-offer`, `too-late`, `changed`, `chosen` or `ahb-late`. Then
/// nothing is decided, the consent neither.
pub fn choose(work: &mut Work<'_>, id: ConversationId, shown: &str, form: String) -> Result<(), WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    let c = mine(work, patient, id)?;
    let state = c.log.state();
    let cited = state.offer.filter(|_| state.step == Step::Offered).map(|offer| offer.digest);
    let chosen = state.offer.filter(|_| matches!(state.step, Step::Chosen | Step::Confirmed)).map(|offer| offer.digest);
    if chosen.is_some_and(|digest: Digest| digest.to_string() == shown) {
        return Ok(());
    }
    if cited.is_some_and(|digest: Digest| digest.to_string() != shown) {
        return Err(WorkError::state("changed", "the clinic has made another offer since", "look at it first"));
    }
    let recipient = Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() };
    decide::release(work, patient, recipient, form)?;
    referral::take(work, id)
}

/// Leaves the clinic that was chosen, at whatever step, and takes back what it was allowed to learn. `accepted` says that whoever leaves knows
/// that the clinic has accepted, and what follows.
///
/// # Errors
/// [`WorkError::NotFound`] as in [`to_choose`]; [`WorkError::State`] if it is over, `accepted` if the clinic has accepted and they do not know.
pub fn withdraw(work: &mut Work<'_>, id: ConversationId, accepted: bool) -> Result<(), WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    let mut c = mine(work, patient, id)?;
    match c.log.state().step {
        Step::Accepted if !accepted => Err(WorkError::state("accepted", "the clinic has accepted the patient", "read first what leaving it means")),
        Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted => decide::leave(work, &mut c),
        step => Err(WorkError::state("not-chosen", format!("the conversation is {step}"), "look at the offers")),
    }
}

/// Asks the same department the same again, because its offer ended before it was chosen.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's, and for whoever may not arrange; [`WorkError`] names what stands in the way.
pub fn ask_again(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let patient = allowed(work, Scope::Arrange)?;
    let mut c = mine(work, patient, id)?;
    let case = case_of(work, &c)?;
    if current(work, patient)?.is_none_or(|current| current.id != case.id) {
        return Err(WorkError::NotFound("conversation"));
    }
    let (all, this) = (talks(work, &case)?, talk(work, c.clone())?);
    if !offers::asked(work, &case, &this, &all).again {
        return Err(WorkError::state("not-ended", "the clinic's answer stands", "look at the offers"));
    }
    let Some(Message::Inquiry(inquiry)) = last(work, &c, Side::Asker, MessageKind::Inquiry)? else { return Err(WorkError::NotFound("inquiry")) };
    let (own_facility, target) = (c.own_facility.clone(), Target { facility: c.peer_facility.clone(), department: inquiry.department.clone() });
    if c.ended_at.is_none() {
        decide::leave(work, &mut c)?;
    }
    // As much time for the answer as it had before, on a full minute, as the rule wants it.
    let span = inquiry.answer_by.since(c.opened_at);
    let answer_by = Timestamp(work.now.plus(span).0 / 60_000 * 60_000);
    inquiry::ask(work, case.id, &own_facility, &[target], &verbund_protocol::inquiry::Inquiry { answer_by, ..inquiry }).map(drop)
}

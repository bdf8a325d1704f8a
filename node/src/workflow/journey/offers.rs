//! The answers of the asked clinics, side by side.

use verbund_protocol::{
    capacity::DepartmentId,
    id::{ConversationId, Digest},
    place::{self, Coordinates},
    referral::{Ahb, MessageKind, Offer, Side, State, Step, ahb, clock},
    time::{Day, Timestamp},
};

use super::{
    ByPhone, Clinic, PURPOSE, Scope, Span, allowed, clinic,
    known::{Talk, known},
    phone::by_phone,
    story,
};
use crate::{
    domain::calendar,
    store::{case::Case, conversation::Conversation},
    workflow::{Work, WorkError},
};

/// What the asked clinics said.
#[derive(Clone, Debug)]
pub struct Offers {
    /// The clinics.
    pub asked: Vec<Asked>,
    /// The clinics without a node.
    pub phones: Vec<ByPhone>,
    /// The days between which the AHB begins.
    pub span: Option<Span>,
    /// From where distances count; nothing before [`Offers::measure`], or if it is not known.
    pub origin: Option<Coordinates>,
    /// Whether that is the patient's home, by its postal code.
    pub from_home: bool,
    home: Option<String>,
    house: Option<Coordinates>,
}

/// A clinic that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The conversation.
    pub id: ConversationId,
    /// The clinic.
    pub clinic: Clinic,
    /// The department.
    pub department: Option<String>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What it says.
    pub answer: Answer,
    /// When it said so.
    pub answered_at: Option<Timestamp>,
    /// Its last offer, if it made one.
    pub offer: Option<Offer>,
    /// Day of admission, as far as agreed or offered.
    pub date: Option<Day>,
    /// What the offer that stands is cited by.
    pub digest: Option<Digest>,
    /// Whether an AHB would begin later there than it should.
    pub late: bool,
    /// Kilometres in a straight line.
    pub km: Option<u32>,
    /// Whether our last word has not reached it because it cannot be reached.
    pub unreachable: bool,
    /// Whether it can be asked again: its offer ended, and it was not asked again since.
    pub again: bool,
}

/// What an asked clinic says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Waiting,
    /// It wants to know more first.
    Question,
    /// A place, which can be chosen.
    Offer,
    /// An offer that ended before anybody chose it, or ends within minutes.
    Ended,
    /// No, with the reason's code if it gave one.
    Declined(Option<u16>),
    /// The chosen place is gone.
    Gone,
    /// Chosen, not yet confirmed.
    Chosen,
    /// Confirmed, or further.
    Confirmed,
    /// It takes the patient, or the patient is there.
    Accepted,
    /// We withdrew the inquiry: another was chosen, or nobody is to be asked any more.
    Withdrawn,
    /// It cancelled.
    Cancelled,
}

/// Returns what the asked clinics said.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn offers(work: &mut Work<'_>) -> Result<Offers, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("offer.list", Some(patient), PURPOSE, "")?;
    let known = known(work, patient)?;
    let mut found = Offers { asked: vec![], phones: vec![], span: None, origin: None, from_home: false, home: known.home.clone(), house: None };
    if let Some(case) = &known.case {
        found.span = story::span(case);
        found.phones = by_phone(&known.phones, calendar::day(work.now));
        for talk in &known.talks {
            found.house = found.house.or(clinic(work, &talk.c.own_facility).at);
            found.asked.push(asked(work, case, talk, &known.talks));
        }
    }
    Ok(found)
}

/// Returns what a clinic says in one of the conversations of a case.
pub(super) fn asked(work: &Work<'_>, case: &Case, talk: &Talk, all: &[Talk]) -> Asked {
    let Talk { c, offer, unreachable } = talk;
    let state = c.log.state();
    let department = c.department.clone().map(|department| DepartmentId { facility: c.peer_facility.clone(), department });
    let department = department.and_then(|id| work.public.board.get(&id)).map(|held| held.record.record.name.clone());
    let answer = answer(work, c, &state);
    let since = |other: &Conversation| other.opened_at >= c.opened_at && other.id != c.id && other.peer_facility == c.peer_facility && other.department == c.department;
    let again = matches!(answer, Answer::Ended | Answer::Gone) && !all.iter().any(|other| since(&other.c));
    let late = case.discharge.zip(state.date).is_some_and(|(discharge, date)| matches!(ahb(discharge, date, case.exception), Ahb::Late(_)));
    Asked {
        id: c.id,
        clinic: clinic(work, &c.peer_facility),
        department,
        asked_at: c.opened_at,
        answer,
        again,
        answered_at: c.log.chain(Side::Owner).iter().rfind(|entry| entry.event.as_ref().is_some_and(|event| event.kind != MessageKind::Erased)).map(|entry| entry.made_at),
        date: state.date.or(offer.as_ref().map(|offer| offer.date)),
        offer: offer.clone(),
        digest: state.offer.map(|offer| offer.digest),
        late,
        km: None,
        unreachable: *unreachable,
    }
}

fn answer(work: &Work<'_>, c: &Conversation, state: &State) -> Answer {
    let offered_before = c.log.chain(Side::Owner).iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == MessageKind::OfferEnded);
    match state.step {
        step if c.ended_at.is_some() && !step.ended() => Answer::Withdrawn,
        Step::Offered if clock::choosable(state, work.now) => Answer::Offer,
        Step::Offered => Answer::Ended,
        Step::Requested if offered_before => Answer::Ended,
        Step::New | Step::Requested | Step::Handed => Answer::Waiting,
        Step::Asked => Answer::Question,
        Step::Chosen => Answer::Chosen,
        Step::Confirmed | Step::Referred => Answer::Confirmed,
        Step::Accepted | Step::Admitted | Step::Completed => Answer::Accepted,
        Step::Declined | Step::Refused => Answer::Declined(state.reason),
        Step::Gone => Answer::Gone,
        Step::Withdrawn => Answer::Withdrawn,
        Step::Cancelled | Step::NoShow => Answer::Cancelled,
    }
}

impl Offers {
    /// Measures the distances, from the patient's home or else from this clinic, and puts the nearest first: nothing for the single writer to
    /// do.
    pub fn measure(&mut self) {
        let home = self.home.as_deref().and_then(|code| place::find(code).ok()).map(|place| place.at);
        self.from_home = home.is_some();
        self.origin = home.or(self.house);
        for asked in &mut self.asked {
            asked.km = self.origin.zip(asked.clinic.at).map(|(origin, at)| origin.km_to(at).round() as u32);
        }
        self.asked.sort_by(|a, b| (a.km.unwrap_or(u32::MAX), &a.clinic.name).cmp(&(b.km.unwrap_or(u32::MAX), &b.clinic.name)));
    }
}

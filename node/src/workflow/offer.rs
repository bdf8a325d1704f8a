//! Answering an inquiry: a question, an offer with a held place, or a decline; then the word on a choice.
//!
//! The hold is decided and written in the same transaction that signs the offer, by the only writer of this clinic's
//! store: two offers of the last place cannot both be written.

use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::{Decline, OfferEnd, Question, Room, Therapy},
    holds::{Hold, HoldError, Ledger},
    id::{ConversationId, DepartmentKey},
    inquiry::Questions,
    limits::{MAX_CODES, MAX_HOLD},
    referral::{Confirmed, Declined, Gone, Message, Offer, OfferEnded, Side, Step},
    time::Day,
};

use super::{
    SENT_TWICE, Work, WorkError, capacity,
    conversation::{self, ANSWERING, load_as, say},
    recovery,
};
use crate::store::{self, conversation::Conversation, hold, hold::Held, meta};

/// What an offer says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// The department, if not the one asked.
    pub department: Option<DepartmentKey>,
    /// Day of admission.
    pub date: Day,
    /// How many days the place is held for.
    pub stay_days: u16,
    /// For how many hours the place is held.
    pub hold_hours: u16,
    /// Kind of room.
    pub room: Room,
    /// Therapies offered.
    pub therapies: Vec<Therapy>,
    /// Whether a choice within the hold is confirmed at once.
    pub auto_confirm: bool,
}

/// Asks the asking clinic. The same within ten minutes, if nothing was said since, is the same form sent twice, and is asked once.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn ask(work: &mut Work<'_>, id: ConversationId, questions: Vec<Question>) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    if questions.len() > MAX_CODES {
        return Err(WorkError::invalid(format!("at most {MAX_CODES} questions at once"), "ask the rest when these are answered"));
    }
    let question = Message::Questions(Questions { questions });
    if conversation::said_last(work, &c)?.is_some_and(|(said, at)| said == question && work.now.since(at) < SENT_TWICE) {
        return Ok(());
    }
    say(work, &mut c, &question).map(drop)
}

/// Offers a place and holds it. The same offer within ten minutes is the same form sent twice, and changes nothing: the patient may be reading it.
///
/// # Errors
/// [`WorkError::State`] `full` if no place is left, and everything else that stands in the way.
pub fn make(work: &mut Work<'_>, id: ConversationId, new: NewOffer) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    work.may_promise()?;
    let mut c = load_as(work, id, Side::Owner)?;
    let asked = c.department.clone().ok_or(WorkError::NotFound("department"))?;
    let department = new.department.clone().unwrap_or(asked);
    let hours = std::time::Duration::from_secs(u64::from(new.hold_hours) * 3600);
    if hours.is_zero() || hours > MAX_HOLD {
        return Err(WorkError::invalid(format!("a place is held for 1 to {} hours", MAX_HOLD.as_secs() / 3600), "give --hold-hours within that"));
    }
    if is_made(work, &c, &department, hours, &new)? {
        return Ok(());
    }
    take_place(work, &c, &department, Hold { from: new.date, days: new.stay_days })?;
    (c.department, c.auto_confirm) = (Some(department.clone()), new.auto_confirm);
    let offer = Offer { department, date: new.date, stay_days: new.stay_days, held_until: work.now.plus(hours), room: new.room, therapies: new.therapies };
    say(work, &mut c, &Message::Offer(offer)).map(drop)
}

/// Returns whether just this offer is the last that was said.
fn is_made(work: &Work<'_>, c: &Conversation, department: &DepartmentKey, hold: std::time::Duration, new: &NewOffer) -> Result<bool, WorkError> {
    let Some((Message::Offer(said), at)) = conversation::said_last(work, c)? else { return Ok(false) };
    let held_until = at.plus(hold);
    let same = Offer { department: department.clone(), date: new.date, stay_days: new.stay_days, held_until, room: new.room, therapies: new.therapies.clone() };
    Ok(said == same && c.auto_confirm == new.auto_confirm && work.now.since(at) < SENT_TWICE)
}

/// Holds a place for `c`, in place of the one held for it before, and shows one less as free.
///
/// # Errors
/// [`WorkError::State`] `full`; [`WorkError::Unavailable`] after a restore.
pub fn take_place(work: &mut Work<'_>, c: &Conversation, department: &DepartmentKey, wanted: Hold) -> Result<(), WorkError> {
    all_promises_known(work)?;
    let id = DepartmentId { facility: c.own_facility.clone(), department: department.clone() };
    let stated = store::capacity::stated(work.db, &id)?;
    let stated =
        stated.ok_or_else(|| WorkError::state("not-stated", format!("no free places are stated for department {department}"), "state them first: `verbund capacity publish`"))?;
    let holds = hold::active(work.db, &id.facility, department, stated.observed_at, Some(c.id))?;
    let ledger = Ledger { first_day: stated.stated.first_day, stated: &stated.stated.free, holds: &holds };
    ledger.room_for(wanted).map_err(|error| match error {
        HoldError::Full(_) => WorkError::state("full", error.to_string(), "offer another day or department, or decline"),
        HoldError::NotStated(_) => WorkError::state("not-stated", error.to_string(), "state free places up to that day: `verbund capacity publish`"),
    })?;
    let before = hold::of(work.db, c.id)?;
    store::conversation::save(work.db, c)?;
    hold::place(work.db, c.id, &Held { facility: id.facility.clone(), department: department.clone(), hold: wanted }, work.now)?;
    if let Some(Held { facility, department, .. }) = before.filter(|held| held.department != id.department) {
        capacity::republish(work, &DepartmentId { facility, department })?;
    }
    capacity::republish(work, &id)
}

/// After a restore any member that has not answered yet may hold a promise that the backup does not know, for this very place.
fn all_promises_known(work: &Work<'_>) -> Result<(), WorkError> {
    if meta::recovering_since(work.db)?.is_none() {
        return Ok(());
    }
    match recovery::outstanding(work)?.first() {
        Some(member) => Err(WorkError::unavailable(
            format!("this node was restored from a backup, and {member}, which may hold a promise of this place, has not yet said so"),
            format!("wait until it is reachable, or release it: `verbund restore release {member}`"),
        )),
        None => Ok(()),
    }
}

/// Declines an inquiry.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn decline(work: &mut Work<'_>, id: ConversationId, reason: Decline) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    say(work, &mut c, &Message::Declined(Declined { reason })).map(drop)
}

/// Takes an offer back that was not chosen yet.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn take_back(work: &mut Work<'_>, id: ConversationId, reason: OfferEnd) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    let offer = standing(&c)?;
    say(work, &mut c, &Message::OfferEnded(OfferEnded { offer, reason })).map(drop)
}

/// Confirms the chosen place.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn confirm(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    work.may_promise()?;
    let mut c = load_as(work, id, Side::Owner)?;
    confirm_choice(work, &mut c)
}

/// Confirms the chosen place of `c`, as a person or the offer's own word has it.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn confirm_choice(work: &mut Work<'_>, c: &mut Conversation) -> Result<(), WorkError> {
    let offer = standing(c)?;
    say(work, c, &Message::Confirmed(Confirmed { offer })).map(drop)
}

/// Says that the chosen place is gone.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn gone(work: &mut Work<'_>, id: ConversationId, reason: OfferEnd) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    let offer = standing(&c)?;
    say(work, &mut c, &Message::Gone(Gone { offer, reason })).map(drop)
}

fn standing(c: &Conversation) -> Result<verbund_protocol::id::Digest, WorkError> {
    let state = c.log.state();
    let open = matches!(state.step, Step::Offered | Step::Chosen);
    let none = || WorkError::state("no-offer", format!("no offer stands: the conversation is {}", state.step), "look at it with `verbund referral show`");
    state.offer.filter(|_| open).map(|offer| offer.digest).ok_or_else(none)
}

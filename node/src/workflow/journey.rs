//! The patient's own part: what somebody at the patients' site sees of their case, and what they decide.
//!
//! A visitor acts only on the case of their own patient. What belongs to anybody else is not there, and what the patient decides
//! in person is not there for others either. Every look and every act is in the audit with its actor; the steps themselves are those
//! that staff take, behind their own checks of who may.

mod choice;
mod decide;
mod followed;
mod known;
mod next;
mod offers;
mod papers;
mod phone;
mod proxies;
mod shared;
mod story;
#[cfg(test)]
mod tests;
mod threads;
mod wishes;

use verbund_protocol::{
    id::{ConversationId, LocalId},
    inquiry::Variant,
    referral::Side,
};

pub use choice::{Deal, ask_again, choose, to_choose, to_withdraw, withdraw};
pub use decide::{Agreement, Consented, agreement, decide, withdraw_consent};
pub use followed::{Arranged, FOLLOWING, Followed, followed};
pub use next::{Ended, Next, Seen, Situation, next};
pub use offers::{Answer, Asked, Offers, offers};
pub use papers::{Paper, open_paper, papers};
pub use phone::ByPhone;
pub use proxies::{end_proxy, invite_proxy, proxies};
pub use shared::{Deed, Glance, Part, Shared, With, shared};
pub use story::{Line, Span, Today, What, now_to_do, step_alone, today};
pub use threads::{Addressed, Addressee, Letters, Line as Letter, letter, letters, write};
pub use wishes::{own_wishes, state_wishes, wishes};

use super::{Work, WorkError, clinic::of as clinic, conversation::load_as};
pub use super::{clinic::Clinic, document::Fetched};
use crate::{
    domain::{
        actor::Actor,
        calendar,
        proxy::{Proxy, Scope},
    },
    store::{
        account,
        case::{self, Case},
        conversation::{self as stored, Conversation, Filter},
        proxy,
    },
};

/// Why a patient's data are looked at here: the patient does it.
const PURPOSE: &str = "own";
/// Most cases and conversations of one patient that are looked at.
const MAX_ROWS: usize = 200;

/// Returns the patient of a visitor who may go as far as `scope`: the patient in person, or somebody whose mandate reaches so far today.
fn allowed(work: &Work<'_>, scope: Scope) -> Result<LocalId, WorkError> {
    let Some(patient) = work.actor.patient() else { return Err(WorkError::NotFound("patient")) };
    if reaches(work)? >= Some(scope) { Ok(patient) } else { Err(WorkError::NotFound("patient")) }
}

/// Returns the patient who is here in person: for what nobody else does.
fn in_person(work: &Work<'_>) -> Result<LocalId, WorkError> {
    match work.actor {
        Actor::Visitor { patient, in_person: true, .. } => Ok(patient),
        _ => Err(WorkError::NotFound("patient")),
    }
}

fn reaches(work: &Work<'_>) -> Result<Option<Scope>, WorkError> {
    match work.actor {
        Actor::Visitor { in_person: true, .. } | Actor::Bedside { .. } => Ok(Some(Scope::Decide)),
        Actor::Visitor { .. } => Ok(acting(work)?.map(|proxy| proxy.mandate.reaches(calendar::day(work.now)))),
        Actor::Person { .. } | Actor::Node => Ok(None),
    }
}

/// Returns who acts for the patient, if it is not the patient in person.
fn acting(work: &Work<'_>) -> Result<Option<Proxy>, WorkError> {
    match work.actor {
        Actor::Visitor { account, patient, in_person: false, .. } => Ok(proxy::find(work.db, account)?.filter(|proxy| proxy.patient == patient && proxy.ended_at.is_none())),
        _ => Ok(None),
    }
}

/// Returns how far the visitor may go, for the pages that offer it.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is no visitor.
pub fn reach(work: &Work<'_>) -> Result<Scope, WorkError> {
    reaches(work)?.ok_or(WorkError::NotFound("patient"))
}

/// Returns who did something, as others read it, if it was not the patient in person: `by` is what the records keep.
pub(super) fn acted(work: &Work<'_>, by: &str) -> Result<Option<String>, WorkError> {
    let Some(account) = by.strip_prefix("proxy ").and_then(|id| id.parse().ok()) else { return Ok(None) };
    Ok(account::find(work.db, account)?.map(|account| account.name))
}

/// Returns a conversation that this clinic began for `patient`.
fn mine(work: &Work<'_>, patient: LocalId, id: ConversationId) -> Result<Conversation, WorkError> {
    load_as(work, id, Side::Asker).and_then(|c| if c.patient == Some(patient) { Ok(c) } else { Err(WorkError::NotFound("conversation")) })
}

/// Returns the rehabilitation that is being arranged, or the last one that was.
fn current(work: &Work<'_>, patient: LocalId) -> Result<Option<Case>, WorkError> {
    let cases = case::list(work.db, Some(patient), MAX_ROWS)?;
    let mut rehab = cases.into_iter().filter(|case| case.variant == Variant::Rehab);
    let newest = rehab.next();
    if newest.as_ref().is_some_and(|case| case.closed_at.is_none()) {
        return Ok(newest);
    }
    Ok(rehab.find(|case| case.closed_at.is_none()).or(newest))
}

/// Returns the conversations of a case, in the order in which they began.
fn conversations(work: &Work<'_>, case: &Case) -> Result<Vec<Conversation>, WorkError> {
    let filter = Filter { side: Some(Side::Asker), case: Some(case.id), ended: true, ..Filter::default() };
    let mut found = stored::list(work.db, &filter, MAX_ROWS)?;
    found.sort_by_key(|c| (c.opened_at, c.id));
    Ok(found)
}

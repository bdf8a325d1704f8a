//! Asking on after a "no": the next clinic reads what the last one read, so one click is enough; once a field has changed, and not by the calendar
//! alone, a person looks first.

use verbund_protocol::{
    catalogue::{Catalogue, Withdraw},
    id::{ConversationId, LocalId},
    inquiry::Inquiry,
    referral::{Message, MessageKind, Side, Step},
};

use super::{conversations, open_case, written};
use crate::{
    domain::{calendar, plan::asks_the_same},
    store::conversation::Conversation,
    workflow::{
        Work, WorkError,
        conversation::last,
        inquiry::{self, Target},
    },
};

/// What can be asked on with.
#[derive(Clone, Debug, Default)]
pub struct Onward {
    /// Whether somebody who was asked has no place: it declined, its offer ended, or it never answered.
    pub wanted: bool,
    /// Departments that were asked in the case and are not proposed: all but those that were let go for the one that was chosen.
    pub asked: Vec<Target>,
    /// Departments that declined, took that back, and were not asked since.
    pub reopened: Vec<Target>,
    /// Whether the fields are the very ones that somebody looked at when the last clinic was asked.
    pub unchanged: bool,
}

fn target(c: &Conversation) -> Option<Target> {
    Some(Target { facility: c.peer_facility.clone(), department: c.department.clone()? })
}

/// Returns whether an inquiry came to nothing at the other clinic.
fn came_to_nothing(c: &Conversation) -> bool {
    let state = c.log.state();
    match state.step {
        Step::Declined | Step::Gone | Step::Refused | Step::Cancelled => true,
        Step::Withdrawn => state.reason == Some(Withdraw::NO_ANSWER.number()),
        // It ended here alone: the clinic cannot be reached any more, or could not read the inquiry.
        _ if c.ended_at.is_some() && !state.step.ended() => true,
        Step::Requested => c.log.owner.iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == MessageKind::OfferEnded),
        _ => false,
    }
}

/// Returns whether a clinic was told no because the patient had chosen another: its place may still be free.
fn let_go(c: &Conversation) -> bool {
    let state = c.log.state();
    state.step == Step::Withdrawn && state.reason == Some(Withdraw::CHOSE_OTHER.number())
}

/// Returns how a case can be asked on.
///
/// # Errors
/// The store's.
pub(super) fn onward(work: &Work<'_>, case: LocalId) -> Result<Onward, WorkError> {
    let all: Vec<Conversation> = conversations(work, case)?.into_iter().filter(|c| c.side == Side::Asker).collect();
    let asked_since = |c: &Conversation| all.iter().any(|other| other.opened_at > c.opened_at && target(other) == target(c));
    let reopened = all.iter().filter(|c| c.log.state().reopened && !asked_since(c)).filter_map(target).collect();
    Ok(Onward {
        wanted: all.iter().any(came_to_nothing),
        reopened,
        unchanged: same_as_last(work, case, &all)?.is_some(),
        asked: all.iter().filter(|c| !let_go(c)).filter_map(target).collect(),
    })
}

/// Returns what the plan says now with the conversation that said the same last, if nothing has changed since but what moves with the calendar.
fn same_as_last(work: &Work<'_>, case: LocalId, all: &[Conversation]) -> Result<Option<(Inquiry, Conversation)>, WorkError> {
    let Some(before) = all.iter().max_by_key(|c| (c.opened_at, c.id)) else { return Ok(None) };
    let Some(Message::Inquiry(said)) = last(work, before, Side::Asker, MessageKind::Inquiry)? else { return Ok(None) };
    let now = match written(work, case, said.department.clone(), said.rare_reason) {
        Ok(now) => now,
        Err(WorkError::State { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(asks_the_same(&said, &now, calendar::day(work.now)).then(|| (now, before.clone())))
}

/// Asks one more clinic with the very fields that the last one was asked with, for the same facility.
///
/// # Errors
/// [`WorkError::State`] `fields-changed` if something has changed since somebody looked at them; as [`inquiry::send`].
pub fn ask_on(work: &mut Work<'_>, case: LocalId, to: &Target) -> Result<ConversationId, WorkError> {
    open_case(work, case)?;
    let all: Vec<Conversation> = conversations(work, case)?.into_iter().filter(|c| c.side == Side::Asker).collect();
    let Some((inquiry, before)) = same_as_last(work, case, &all)? else {
        return Err(WorkError::state("fields-changed", "what would be sent is not what was looked at last", "look at it first"));
    };
    inquiry.guard(Catalogue::shipped()).map_err(|error| WorkError::state("rare", error.to_string(), "leave something out of the plan, or confirm with a reason"))?;
    let sent = inquiry::send(work, case, &before.own_facility, std::slice::from_ref(to), &inquiry)?;
    sent.into_iter().next().ok_or(WorkError::NotFound("conversation"))
}

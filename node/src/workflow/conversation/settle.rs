//! What a new state asks of this clinic: deadlines, the hold, the case, the end, erasure.

use verbund_protocol::{
    capacity::DepartmentId,
    catalogue,
    conversation::Erasure,
    id::Digest,
    limits::{BODY_KEPT, MAX_ERASED},
    planted::{Bug, planted},
    referral::{Side, State, Step, clock},
};

use super::note;
use crate::{
    store::{case, conversation, conversation::Conversation, hold, outbox},
    workflow::{Work, WorkError, capacity, document, notice},
};

/// Takes in that `c` has left the state `before`, and saves it.
///
/// # Errors
/// The store's.
pub fn settle(work: &mut Work<'_>, c: &mut Conversation, before: &State) -> Result<(), WorkError> {
    let state = c.log.state();
    c.changed_at = work.now;
    deadlines(c, before, &state);
    // At the beginning again: what opened it was refused, and nothing can follow.
    if (state.step.ended() || state.step == Step::New) && c.ended_at.is_none() {
        end(work, c, &state)?;
    }
    match c.side {
        Side::Owner => the_hold(work, c, &state)?,
        Side::Asker => the_case(work, c, &state)?,
    }
    conversation::save(work.db, c)?;
    notice::moved(work, c, before, &state)
}

fn deadlines(c: &mut Conversation, before: &State, state: &State) {
    let Some(deadline) = clock::deadline(state) else {
        (c.due_at, c.remind_at, c.end_at) = (None, None, None);
        return;
    };
    c.due_at = Some(deadline.due);
    c.end_at = (deadline.ends_by == c.side).then_some(deadline.end);
    // A reminder comes once for each step.
    let moved = (before.step, before.since, before.date) != (state.step, state.since, state.date);
    if moved {
        c.remind_at = (deadline.turn == c.side).then_some(deadline.remind);
    }
}

fn end(work: &mut Work<'_>, c: &mut Conversation, state: &State) -> Result<(), WorkError> {
    c.ended_at = Some(work.now);
    if state.step == Step::Completed {
        return Ok(());
    }
    // Nobody may fetch a document any more, and what was learned here is erased in time.
    document::revoke_conversation(work, c.id, "ended")?;
    if c.side == Side::Owner {
        document::withdrawn_by_sender(work, c.id)?;
        c.erase_at = Some(if state.erased { work.now } else { work.now.plus(BODY_KEPT) });
    }
    Ok(())
}

fn the_hold(work: &mut Work<'_>, c: &Conversation, state: &State) -> Result<(), WorkError> {
    let settled = if !state.step.holds() && planted(Bug::ForgetHoldsEnd) {
        None
    } else if !state.step.holds() {
        hold::settle(work.db, c.id, false, work.now)?
    } else if state.step == Step::Admitted {
        hold::settle(work.db, c.id, true, work.now)?
    } else {
        None
    };
    match settled {
        Some((facility, department)) => capacity::republish(work, &DepartmentId { facility, department }),
        None => Ok(()),
    }
}

fn the_case(work: &mut Work<'_>, c: &Conversation, state: &State) -> Result<(), WorkError> {
    let Some(id) = c.case else { return Ok(()) };
    let chosen = case::chosen(work.db, id)?;
    match state.step {
        Step::Completed => case::close(work.db, id, work.now)?,
        // The choice came to nothing: it is over, or the offer it cited was taken back or replaced while the choice was under way.
        step if chosen == Some(c.id) && (step.ended() || matches!(step, Step::Requested | Step::Asked | Step::Offered)) => case::choose(work.db, id, None)?,
        _ => {}
    }
    Ok(())
}

/// Ends `c` here alone, because the other clinic cannot be told: held place and grants end, what was learned is erased in time, and a
/// person is told why. What both had agreed stays as it was in the chains.
///
/// # Errors
/// The store's.
pub fn abandon(work: &mut Work<'_>, c: &mut Conversation, why: &str) -> Result<(), WorkError> {
    c.changed_at = work.now;
    c.ended_at = c.ended_at.or(Some(work.now));
    (c.due_at, c.remind_at, c.end_at) = (None, None, None);
    c.trouble = Some(why.to_owned());
    outbox::drop_conversation(work.db, c.id)?;
    document::revoke_conversation(work, c.id, "ended")?;
    match c.side {
        Side::Owner => {
            document::withdrawn_by_sender(work, c.id)?;
            c.erase_at = Some(work.now.plus(BODY_KEPT));
            if let Some((facility, department)) = hold::settle(work.db, c.id, false, work.now)? {
                capacity::republish(work, &DepartmentId { facility, department })?;
            }
        }
        Side::Asker => {
            if let Some(case) = c.case
                && case::chosen(work.db, case)? == Some(c.id)
            {
                case::choose(work.db, case, None)?;
            }
        }
    }
    conversation::save(work.db, c)?;
    note(work, "conversation.abandon", c, why)
}

/// Erases what the other side said in `c`, with the documents it gave, and returns the signed statement of it.
///
/// # Errors
/// The store's.
pub fn erase(work: &mut Work<'_>, c: &mut Conversation, reason: catalogue::Erasure) -> Result<Vec<u8>, WorkError> {
    let documents = document::erase_received(work, c.id)?;
    let mut bodies: Vec<Digest> = conversation::erase_bodies(work.db, c.id, c.side.other())?;
    bodies.truncate(MAX_ERASED.saturating_sub(documents.len()));
    c.erased_at = Some(work.now);
    c.erase_at = None;
    note(work, "conversation.erase", c, &reason.to_string())?;
    let erasure = Erasure { conversation: c.id, by: work.me.member.clone(), bodies, documents, reason, at: work.now };
    Ok(erasure.sign(&work.me.network, &work.me.key))
}

//! What time brings: reminders, ends by silence, erasure.

use verbund_protocol::{
    catalogue,
    id::ConversationId,
    planted::{Bug, planted},
    referral::{self as rules, Erased, Message, Side, Step},
    time::Timestamp,
};

use super::{
    Work, WorkError,
    conversation::{abandon, erase, load, note, say},
    replication, retention,
};
use crate::store::{
    conversation::{self, Due},
    meta, outbox,
};

/// Most of each kind worked off at one tick; the rest waits for the next, a second later.
const AT_ONCE: usize = 64;

/// Works off what has become due.
///
/// # Errors
/// The store's.
pub fn tick(work: &mut Work<'_>) -> Result<(), WorkError> {
    for id in conversation::due(work.db, Due::Remind, work.now, AT_ONCE)? {
        remind(work, id)?;
    }
    // A clock in doubt ends no promise.
    if (work.clock_agrees || planted(Bug::EndByAWrongClock)) && !planted(Bug::ForgetOffersEnd) {
        for id in conversation::due(work.db, Due::End, work.now, AT_ONCE)? {
            end(work, id)?;
        }
    }
    // Nor does it erase anything: what is gone does not come back when the clock is put right.
    if work.clock_agrees || planted(Bug::EraseByAWrongClock) {
        for id in conversation::due(work.db, Due::Erase, work.now, AT_ONCE)? {
            retire(work, id)?;
        }
        retention::daily(work)?;
    }
    Ok(())
}

/// Returns until when a tick has nothing to do, if nothing else happens; nothing: the next one has.
///
/// # Errors
/// The store's.
pub fn quiet_until(work: &Work<'_>, addresses: &[String]) -> Result<Option<Timestamp>, WorkError> {
    if meta::recovering_since(work.db)?.is_some() || !outbox::is_empty(work.db)? {
        return Ok(None);
    }
    let tomorrow = work.now.day().plus(1).start();
    let due = [conversation::next_due(work.db)?, replication::address_due(work, addresses), Some(tomorrow)];
    Ok(due.into_iter().flatten().min())
}

/// Marks that it is this clinic's turn and half of the time is gone.
fn remind(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let mut c = load(work, id)?;
    c.remind_at = None;
    conversation::save(work.db, &c)?;
    note(work, "conversation.remind", &c, c.log.state().step.word())
}

/// Nobody has acted in time: this side's clock says the last word.
fn end(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let mut c = load(work, id)?;
    let deadline = rules::clock::deadline(&c.log.state()).filter(|deadline| deadline.ends_by == c.side && deadline.end <= work.now);
    let Some(deadline) = deadline else {
        c.end_at = None;
        conversation::save(work.db, &c)?;
        return Ok(());
    };
    match say(work, &mut c, &deadline.last_word) {
        Ok(_) => Ok(()),
        Err(WorkError::Store(error)) => Err(error.into()),
        // The other clinic cannot be told (any more): it ends here, and a person sees it.
        Err(error) => {
            let mut c = load(work, id)?;
            abandon(work, &mut c, error.code())
        }
    }
}

/// Erases what a clinic that was not chosen had learned, and says so.
fn retire(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let mut c = load(work, id)?;
    let reason = if c.log.state().step == Step::Withdrawn { catalogue::Erasure::WITHDRAWN } else { catalogue::Erasure::NOT_CHOSEN };
    let erasure = erase(work, &mut c, reason)?;
    conversation::save(work.db, &c)?;
    if c.side == Side::Owner {
        // It is erased whether or not the other clinic can be told.
        if let Err(WorkError::Store(error)) = say(work, &mut c, &Message::Erased(Erased { erasure })) {
            return Err(error.into());
        }
    }
    Ok(())
}

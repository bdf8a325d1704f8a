//! The outbox of e-mail: what is due, and what came of it.

use verbund_protocol::time::Timestamp;

pub use crate::store::post::Waiting;
use crate::{
    domain::{
        actor::Role,
        notice::{Bounce, Errand, Mail, MailId, REMEMBERED_FOR, blames_address, pause},
    },
    store::{Db, account, mailbox, post},
    workflow::{Work, WorkError},
};

/// Most mails handed over in one connection.
const MAX_AT_ONCE: usize = 20;

/// What came of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The mail server has it.
    Sent,
    /// It will never take it: its status, and whether the address is at fault.
    Refused(String, bool),
    /// Not now, and why.
    Later(String),
}

/// Returns what is to be sent now, and when to look again if nothing happens before. Reads only.
///
/// # Errors
/// The store's.
pub fn due(db: &Db, now: Timestamp) -> Result<(Vec<Mail>, Option<Timestamp>), WorkError> {
    Ok((post::due(db, now, MAX_AT_ONCE)?, post::next(db)?))
}

/// Keeps what came of mails, and gives up what has waited too long.
///
/// # Errors
/// The store's.
pub fn settle(work: &mut Work<'_>, results: &[(MailId, Came)]) -> Result<(), WorkError> {
    for (id, came) in results {
        match came {
            Came::Sent => post::taken(work.db, *id, work.now)?,
            Came::Later(cause) => {
                let attempts = post::find(work.db, *id)?.map_or(0, |queued| queued.attempts);
                post::later(work.db, *id, cause, work.now.plus(pause(attempts + 1)))?;
            }
            Came::Refused(status, address) => refused(work, *id, status, *address)?,
        }
    }
    for (account, errand) in post::give_up(work.db, work.now)? {
        let patient = account.map(|id| account::find(work.db, id)).transpose()?.flatten().and_then(|account| account.patient);
        work.audit("notice.given-up", patient, "notice", errand.word())?;
    }
    Ok(())
}

/// A mail will never arrive. If its address is at fault, nothing more is sent there until it is proved anew, and people call.
fn refused(work: &mut Work<'_>, id: MailId, status: &str, address: bool) -> Result<(), WorkError> {
    let Some(queued) = post::find(work.db, id)? else { return Ok(()) };
    if !post::failed(work.db, id, status, work.now)? {
        return Ok(());
    }
    let Some(whose) = queued.account else {
        tracing::warn!(status, "the mail server refuses the address of admissions in [mail]: nobody hears of new inquiries by e-mail");
        return Ok(());
    };
    if let Some(recipient) = queued.recipient.filter(|_| address) {
        mailbox::failed(work.db, whose, &recipient, status, work.now)?;
    }
    let patient = account::find(work.db, whose)?.and_then(|account| account.patient);
    work.audit("notice.refused", patient, "notice", &format!("{} status={status} address={address}", queued.errand.word()))
}

/// Takes what the mail server sent back. Returns whether it was about a mail of ours that is still remembered.
///
/// # Errors
/// [`WorkError::Forbidden`] for whoever does not operate the node.
pub fn bounced(work: &mut Work<'_>, bounce: &Bounce) -> Result<bool, WorkError> {
    work.require(&[Role::It])?;
    let known = post::find(work.db, bounce.id)?.is_some_and(|queued| queued.sent || queued.errand != Errand::Code);
    if known {
        refused(work, bounce.id, &bounce.status, blames_address(&bounce.status))?;
    }
    Ok(known)
}

/// Returns what waits to be sent. Reads only.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db) -> Result<Waiting, WorkError> {
    Ok(post::waiting(db)?)
}

/// Forgets mails that have left long ago.
///
/// # Errors
/// The store's.
pub(in crate::workflow) fn tidy(work: &Work<'_>) -> Result<usize, WorkError> {
    Ok(post::forget_before(work.db, work.now.minus(REMEMBERED_FOR))?)
}

//! Notices: whoever causes news for a patient raises it in the same transaction; the mail that tells of it leaves through an outbox of its
//! own, and says only that there is something new. Whom no mail reaches, staff call.
//!
//! At most one mail tells of news until its reader has looked: ten events are one mail, and after the look the next event is a new one.
//! Looking means opening the start page or signing in, not a page that lies open and asks for news by itself. A mail nobody looked after is
//! forgotten with [`REMEMBERED_FOR`](crate::domain::notice::REMEMBERED_FOR); the next news is then told again.

pub mod calls;
pub mod code;
pub mod outbox;
pub mod own;
#[cfg(test)]
mod tests;

use verbund_protocol::{
    id::LocalId,
    referral::{Side, State, Step},
};

use super::{Effect, Work, WorkError};
pub use crate::domain::notice::Kind;
use crate::{
    domain::{
        account::{Account, Kind as Whose, Site, State as Standing},
        actor::{Actor, Role},
        calendar,
        notice::{Errand, GIVE_UP_AFTER, Mail, MailId},
    },
    store::{
        account::{self, session},
        conversation::Conversation,
        mailbox, news, post, proxy,
    },
};

/// Notes that there is something new for a patient, and queues the mails that say so: to the patient and to those who act for her, each to
/// an address that was proved, of a kind that is not switched off, and unless an earlier mail was not looked after yet. Whoever caused the
/// news at the patients' site is not told of it.
///
/// # Errors
/// The store's.
pub fn raise(work: &mut Work<'_>, patient: LocalId, kind: Kind) -> Result<(), WorkError> {
    news::raise(work.db, patient, kind, work.now)?;
    if !work.terms.mail {
        return Ok(());
    }
    for account in account::of_patient(work.db, patient)? {
        let own_doing = matches!(&work.actor, Actor::Visitor { account: actor, .. } if *actor == account.id);
        if own_doing || account.state != Standing::Open || !acts(work, &account)? {
            continue;
        }
        let mailbox = mailbox::find(work.db, account.id)?;
        let Some(to) = mailbox.address.filter(|_| mailbox.failed.is_none() && !mailbox.silent.has(kind)) else { continue };
        if !post::unread(work.db, Some(account.id))? {
            queue(work, Errand::Notice, Some((account.id, to)))?;
            work.audit("notice.mail", Some(patient), "notice", &format!("account={} kind={}", account.id, kind.word()))?;
        }
    }
    Ok(())
}

/// Whether somebody at the patients' site is the patient or still acts for her.
fn acts(work: &Work<'_>, account: &Account) -> Result<bool, WorkError> {
    Ok(account.kind == Whose::Patient || proxy::find(work.db, account.id)?.is_some_and(|proxy| proxy.ended_at.is_none()))
}

/// Notes that somebody at the patients' site has looked at the news. What the patient, or somebody who may do more than look for her, has
/// seen, nobody is called about.
///
/// # Errors
/// The store's.
pub fn looked(work: &mut Work<'_>) -> Result<(), WorkError> {
    let Actor::Visitor { account, patient, .. } = work.actor else { return Ok(()) };
    seen_by(work, account, patient)
}

fn seen_by(work: &Work<'_>, account: LocalId, patient: LocalId) -> Result<(), WorkError> {
    post::seen(work.db, Some(account))?;
    let scope = proxy::find(work.db, account)?.map(|proxy| proxy.mandate.reaches(calendar::day(work.now)));
    if scope.is_none_or(|scope| scope > crate::domain::proxy::Scope::Look) {
        news::seen(work.db, patient)?;
    }
    Ok(())
}

/// Notes that somebody has signed in: they see what is new, patients as admissions.
///
/// # Errors
/// The store's.
pub(in crate::workflow) fn signed_in(work: &Work<'_>, account: &Account) -> Result<(), WorkError> {
    match account.patient {
        Some(patient) => seen_by(work, account.id, patient),
        None if account.roles.contains(&Role::Admissions) => Ok(post::seen(work.db, None)?),
        None => Ok(()),
    }
}

/// Takes in that a conversation has gone from one state to the next: what that means for the patient, or for admissions.
///
/// # Errors
/// The store's.
pub(in crate::workflow) fn moved(work: &mut Work<'_>, c: &Conversation, before: &State, state: &State) -> Result<(), WorkError> {
    match (c.side, c.patient) {
        (Side::Owner, _) if before.step == Step::New && state.step == Step::Requested => inquiry_came(work),
        (Side::Asker, Some(patient)) if !matches!(work.actor, Actor::Visitor { .. }) => means(before, state).map_or(Ok(()), |kind| raise(work, patient, kind)),
        _ => Ok(()),
    }
}

/// Returns what a step of the other clinic means for the patient.
fn means(before: &State, state: &State) -> Option<Kind> {
    if before.step == state.step {
        let agreed = matches!(state.step, Step::Confirmed | Step::Referred | Step::Accepted);
        return (agreed && before.date != state.date).then_some(Kind::Place);
    }
    match state.step {
        // What was chosen is no longer there.
        Step::Requested | Step::Asked | Step::Offered if before.step == Step::Chosen => Some(Kind::Place),
        Step::Offered | Step::Declined => Some(Kind::Offer),
        Step::Confirmed | Step::Accepted | Step::Gone | Step::Refused | Step::Cancelled => Some(Kind::Place),
        _ => None,
    }
}

/// Tells admissions of a new inquiry by e-mail, unless one of them is signed in or has not looked since the last mail.
fn inquiry_came(work: &mut Work<'_>) -> Result<(), WorkError> {
    if !work.terms.mail_admissions || post::unread(work.db, None)? || somebody_answers(work)? {
        return Ok(());
    }
    queue(work, Errand::Inquiry, None)?;
    work.audit("notice.mail", None, "notice", "to=admissions")
}

fn somebody_answers(work: &Work<'_>) -> Result<bool, WorkError> {
    for open in session::open_at(work.db, Site::Staff)? {
        let stands = open.stands(work.now);
        if stands && account::find(work.db, open.account)?.is_some_and(|account| account.state == Standing::Open && account.roles.contains(&Role::Admissions)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn queue(work: &mut Work<'_>, errand: Errand, to: Option<(LocalId, crate::domain::notice::Address)>) -> Result<(), WorkError> {
    let (account, to) = to.unzip();
    let mail = Mail { id: MailId::new(work.entropy), errand, to, code: None };
    post::queue(work.db, &mail, account, work.now.plus(GIVE_UP_AFTER), work.now)?;
    work.then(Effect::Post);
    Ok(())
}

//! Codes by e-mail: six digits that prove an address or are a second factor. One at a time, ten minutes, five tries, once.

use std::time::Duration;

use verbund_protocol::id::LocalId;

pub use crate::store::mailbox::Purpose;
use crate::{
    domain::{
        account::Account,
        notice::{CODE_FOR, CODE_PAUSE, CODE_TRIES, CODES_AN_HOUR, Errand, Mail, MailCode, MailId},
    },
    store::{mailbox, post},
    workflow::{Effect, Work, WorkError},
};

/// What came of asking for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is on its way, to an address of which this is enough to know it by.
    Sent(String),
    /// One was sent already: another may be asked for after so long.
    Wait(Duration),
}

/// Sends a code to an account: to the address it wants to prove, or to the proved one that is its second factor. The former code no longer
/// works.
///
/// # Errors
/// [`WorkError::NotFound`] if there is no such address, or this clinic sends no mails.
pub fn send(work: &mut Work<'_>, account: &Account, purpose: Purpose) -> Result<Asked, WorkError> {
    const HOUR: Duration = Duration::from_secs(3_600);
    let (id, mailbox) = (account.id, mailbox::find(work.db, account.id)?);
    let to = match purpose {
        Purpose::Address => mailbox.wanted,
        Purpose::SignIn => mailbox.address.filter(|_| mailbox.second),
    };
    let to = to.filter(|_| work.terms.mail).ok_or(WorkError::NotFound("address"))?;
    let made = mailbox::code(work.db, id, purpose)?.map_or(Duration::MAX, |held| work.now.since(held.made_at));
    if made < CODE_PAUSE {
        return Ok(Asked::Wait(CODE_PAUSE.saturating_sub(made)));
    }
    if post::codes_since(work.db, id, work.now.minus(HOUR))? >= CODES_AN_HOUR {
        return Ok(Asked::Wait(HOUR));
    }
    let (code, ends_at) = (MailCode::new(work.entropy), work.now.plus(CODE_FOR));
    post::drop_codes(work.db, id)?;
    mailbox::set_code(work.db, id, purpose, &code.hash(id), work.now, ends_at)?;
    let hint = to.hint();
    let mail = Mail { id: MailId::new(work.entropy), errand: Errand::Code, to: Some(to), code: Some(code.digits().to_owned()) };
    post::queue(work.db, &mail, Some(id), ends_at, work.now)?;
    work.then(Effect::Post);
    work.audit("account.mail-code", account.patient, "account", &format!("account={id}"))?;
    Ok(Asked::Sent(hint))
}

/// Takes a code. A right one is used up; a wrong one is counted, so whoever calls must not fail afterwards.
///
/// # Errors
/// The store's.
pub(in crate::workflow) fn check(work: &Work<'_>, account: LocalId, purpose: Purpose, typed: &str) -> Result<bool, WorkError> {
    let Some(held) = mailbox::code(work.db, account, purpose)?.filter(|held| held.ends_at > work.now && held.tries < CODE_TRIES) else { return Ok(false) };
    let Some(code) = MailCode::typed(typed) else { return Ok(false) };
    if code.hash(account) != held.hash {
        mailbox::count_try(work.db, account)?;
        return Ok(false);
    }
    mailbox::forget_code(work.db, account)?;
    Ok(true)
}

//! One's own address at the patients' site: typed, proved by a code, what is told there. Staff may type it for a patient; it counts only
//! once the patient has proved it.

use verbund_protocol::id::LocalId;

use super::code::{self, Asked, Purpose};
pub use crate::store::mailbox::Mailbox;
use crate::{
    domain::{
        account::Kind as Whose,
        actor::Role,
        notice::{Address, Kind, Silent},
    },
    store::{Db, mailbox},
    workflow::{
        Work, WorkError,
        account::{Visit, invite, setup},
        purpose,
    },
};

/// Returns whether this clinic sends e-mails to patients.
pub fn is_offered(work: &Work<'_>) -> bool {
    work.terms.mail
}

/// Returns an account's mailbox. Reads only.
///
/// # Errors
/// The store's.
pub fn mailbox(db: &Db, account: LocalId) -> Result<Mailbox, WorkError> {
    Ok(mailbox::find(db, account)?)
}

/// Takes an address and sends a code there. The proved one counts until the code is typed.
///
/// # Errors
/// [`WorkError::NotFound`] for staff, and where this clinic sends no mails; [`WorkError::State`] `prove-again`.
pub fn want(work: &mut Work<'_>, visit: &Visit, address: &Address) -> Result<Asked, WorkError> {
    may_change(work, visit)?;
    if mailbox::find(work.db, visit.account.id)?.wanted.as_ref() != Some(address) {
        // A code on its way to another address proves nothing about this one.
        mailbox::forget_code(work.db, visit.account.id)?;
        mailbox::want(work.db, visit.account.id, address, work.actor.name(), work.now)?;
    }
    code::send(work, &visit.account, Purpose::Address)
}

/// Sends a code to the address that was typed before, by oneself or by staff.
///
/// # Errors
/// As [`want`]; [`WorkError::NotFound`] if none was.
pub fn send_again(work: &mut Work<'_>, visit: &Visit) -> Result<Asked, WorkError> {
    may_change(work, visit)?;
    code::send(work, &visit.account, Purpose::Address)
}

/// Takes the code that came by e-mail: the address is proved. Returns whether it was right. `second` makes codes by e-mail a second factor.
///
/// # Errors
/// As [`want`].
pub fn prove(work: &mut Work<'_>, visit: &Visit, typed: &str, second: bool) -> Result<bool, WorkError> {
    may_change(work, visit)?;
    let id = visit.account.id;
    if !code::check(work, id, Purpose::Address, typed)? {
        return Ok(false);
    }
    mailbox::prove(work.db, id, work.now)?;
    if second {
        mailbox::set_second(work.db, id, true)?;
    }
    work.audit("account.set-mail", visit.account.patient, "account", &format!("account={id} second={second}"))?;
    Ok(true)
}

/// Notes what is to be told by e-mail.
///
/// # Errors
/// [`WorkError::NotFound`] without a proved address.
pub fn hear(work: &mut Work<'_>, visit: &Visit, kinds: &[Kind]) -> Result<(), WorkError> {
    let id = visit.account.id;
    if mailbox::find(work.db, id)?.address.is_none() {
        return Err(WorkError::NotFound("address"));
    }
    mailbox::set_silent(work.db, id, Silent::but(kinds))?;
    let words = kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(",");
    work.audit("account.set-notices", visit.account.patient, "account", &format!("account={id} kinds={words}"))
}

/// Makes codes by e-mail a second factor, or no longer one.
///
/// # Errors
/// [`WorkError::NotFound`] without a proved address; [`WorkError::State`] `last-way` if nobody could sign in without it; `prove-again`.
pub fn set_second(work: &mut Work<'_>, visit: &Visit, second: bool) -> Result<(), WorkError> {
    may_change(work, visit)?;
    let id = visit.account.id;
    if mailbox::find(work.db, id)?.address.is_none() {
        return Err(WorkError::NotFound("address"));
    }
    mailbox::set_second(work.db, id, second)?;
    still_a_way(work, visit)?;
    work.audit("account.set-mail", visit.account.patient, "account", &format!("account={id} second={second}"))
}

/// Forgets the address.
///
/// # Errors
/// [`WorkError::State`] `last-way` if nobody could sign in without it; `prove-again`.
pub fn remove(work: &mut Work<'_>, visit: &Visit) -> Result<(), WorkError> {
    may_change(work, visit)?;
    mailbox::forget(work.db, visit.account.id)?;
    still_a_way(work, visit)?;
    work.audit("account.remove-mail", visit.account.patient, "account", &format!("account={}", visit.account.id))
}

fn still_a_way(work: &Work<'_>, visit: &Visit) -> Result<(), WorkError> {
    let complete = setup::is_complete(work, &visit.account)?;
    if complete { Ok(()) } else { Err(WorkError::state("last-way", "without codes by e-mail nobody could sign in any more", "set up another way first")) }
}

/// Staff sign in otherwise and have no address here.
fn may_change(work: &Work<'_>, visit: &Visit) -> Result<(), WorkError> {
    if visit.account.kind == Whose::Staff || !work.terms.mail {
        return Err(WorkError::NotFound("address"));
    }
    setup::may_change(work, &visit.session)
}

/// Returns a patient's mailbox for staff; nothing if the patient has no access to the pages.
///
/// # Errors
/// [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn of_patient(work: &Work<'_>, patient: LocalId) -> Result<Option<Mailbox>, WorkError> {
    work.require(Role::CARE)?;
    purpose::require(work, Some(patient))?;
    let account = invite::own_account(work, patient)?;
    Ok(account.map(|account| mailbox::find(work.db, account.id)).transpose()?)
}

/// Takes an address that a patient told staff. It counts once the patient has proved it at her own pages; until then the former one does.
///
/// # Errors
/// [`WorkError::NotFound`] if the patient has no access to the pages; [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn type_in(work: &mut Work<'_>, patient: LocalId, address: &Address) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let account = invite::own_account(work, patient)?.filter(|_| work.terms.mail).ok_or(WorkError::NotFound("account"))?;
    let why = purpose::of_look(work, patient)?;
    mailbox::forget_code(work.db, account.id)?;
    mailbox::want(work.db, account.id, address, work.actor.name(), work.now)?;
    mailbox::know(work.db, patient, work.now)?;
    work.audit("account.type-mail", Some(patient), why, &format!("account={}", account.id))
}

//! Accounts of staff: made by IT, first of all by the command line.

use verbund_protocol::id::LocalId;

use super::{existing, invite};
use crate::{
    domain::{
        account::{Account, Kind, Login, State},
        actor::Role,
    },
    store::{
        StoreError,
        account::{self},
    },
    workflow::{SENT_TWICE, Work, WorkError},
};

/// Longest name, characters.
const MAX_NAME: usize = 120;

/// Adds an account for somebody who works here, with a code that its holder uses once, with the user name, to set up a way to sign in. The same
/// again within ten minutes is a form that was sent twice: nobody has seen the first code, so there is another one.
///
/// # Errors
/// [`WorkError::State`] `login-taken`; [`WorkError::Invalid`], [`WorkError::Forbidden`].
pub fn add(work: &mut Work<'_>, login: &Login, name: &str, roles: &[Role]) -> Result<invite::Invited, WorkError> {
    work.require(&[Role::It])?;
    check_name(name)?;
    let same = |held: &Account| held.login.as_deref() == Some(login.as_str()) && held.name == name && held.roles == roles;
    let unused = |held: &Account| held.state == State::Invited && work.now.since(held.made_at) < SENT_TWICE;
    if let Some(before) = account::staff(work.db)?.into_iter().find(|held| same(held) && unused(held)) {
        let invited = invite::make_code(work, &before)?;
        work.audit("account.invite", None, "account", &format!("account={}", before.id))?;
        return Ok(invited);
    }
    let id = work.entropy.local_id();
    let login = Some(login.as_str().to_owned());
    let account = Account { id, kind: Kind::Staff, login, name: name.to_owned(), patient: None, roles: roles.to_vec(), state: State::Invited, language: None, made_at: work.now };
    match account::add(work.db, &account, work.actor.name()) {
        Err(StoreError::Conflict(_)) => return Err(WorkError::state("login-taken", "somebody else has this user name", "choose another one")),
        other => other?,
    }
    let invited = invite::make_code(work, &account)?;
    work.audit("account.add", None, "account", &format!("account={id} roles={}", words(roles)))?;
    Ok(invited)
}

/// Returns all accounts of staff, by name.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn list(work: &mut Work<'_>) -> Result<Vec<Account>, WorkError> {
    work.require(&[Role::It])?;
    Ok(account::staff(work.db)?)
}

/// Returns somebody's name.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn name(work: &mut Work<'_>, id: LocalId) -> Result<String, WorkError> {
    work.require(&[Role::It])?;
    Ok(staff_account(work, id)?.name)
}

/// Changes somebody's name and roles. What they may do changes with the next click.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Invalid`], [`WorkError::Forbidden`].
pub fn change(work: &mut Work<'_>, id: LocalId, name: &str, roles: &[Role]) -> Result<(), WorkError> {
    work.require(&[Role::It])?;
    check_name(name)?;
    staff_account(work, id)?;
    account::set_person(work.db, id, name, roles)?;
    work.audit("account.change", None, "account", &format!("account={id} roles={}", words(roles)))
}

/// Locks somebody out at once, sessions included, or lets them in again.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn lock(work: &mut Work<'_>, id: LocalId, locked: bool) -> Result<(), WorkError> {
    work.require(&[Role::It])?;
    let account = staff_account(work, id)?;
    let state = match (locked, account.state) {
        (true, _) => State::Locked,
        (false, State::Locked) => State::Open,
        (false, other) => other,
    };
    account::set_state(work.db, id, state)?;
    work.audit(if locked { "account.lock" } else { "account.unlock" }, None, "account", &format!("account={id}"))
}

/// Takes away every way to sign in, ends all sessions and makes a new code.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn start_over(work: &mut Work<'_>, id: LocalId) -> Result<invite::Invited, WorkError> {
    work.require(&[Role::It])?;
    let account = staff_account(work, id)?;
    account::revoke_all(work.db, id)?;
    account::set_state(work.db, id, State::Invited)?;
    let invited = invite::make_code(work, &account)?;
    work.audit("account.start-over", None, "account", &format!("account={id}"))?;
    Ok(invited)
}

fn staff_account(work: &Work<'_>, id: LocalId) -> Result<Account, WorkError> {
    let account = existing(work, id)?;
    if account.kind == Kind::Staff { Ok(account) } else { Err(WorkError::NotFound("account")) }
}

fn check_name(name: &str) -> Result<(), WorkError> {
    let fits = !name.trim().is_empty() && name.trim() == name && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(WorkError::invalid("the name must have 1 to 120 characters on one line, without spaces at either end", "correct the name")) }
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",")
}

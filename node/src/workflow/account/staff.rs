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
        caseload,
    },
    workflow::{SENT_TWICE, Work, WorkError},
};

/// Longest name, characters.
const MAX_NAME: usize = 120;

/// Adds an account for somebody who works here, with a code that its holder uses once, with the user name, to set up a way to sign in. The same
/// again within ten minutes is a form that was sent twice: nobody has seen the first code, so there is another one.
///
/// # Errors
/// [`WorkError::State`] `login-taken`, `name-taken`; [`WorkError::Invalid`], [`WorkError::Forbidden`].
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
    only_one(work, name, id)?;
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

/// Returns who of staff waits for a new code, because the last one ended by wrong user names.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn blocked(work: &mut Work<'_>) -> Result<Vec<LocalId>, WorkError> {
    let mut found = Vec::new();
    for account in list(work)? {
        if invite::is_blocked(work, &account)? {
            found.push(account.id);
        }
    }
    Ok(found)
}

/// Returns somebody's name.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn name(work: &mut Work<'_>, id: LocalId) -> Result<String, WorkError> {
    work.require(&[Role::It])?;
    Ok(staff_account(work, id)?.name)
}

/// Changes somebody's name and roles. What they may do changes with the next click; the open cases that they look after stay theirs.
///
/// # Errors
/// [`WorkError::State`] `name-taken`; [`WorkError::NotFound`], [`WorkError::Invalid`], [`WorkError::Forbidden`].
pub fn change(work: &mut Work<'_>, id: LocalId, name: &str, roles: &[Role]) -> Result<(), WorkError> {
    work.require(&[Role::It])?;
    check_name(name)?;
    let former = staff_account(work, id)?.name;
    let mut cases = String::new();
    if former != name {
        only_one(work, name, id)?;
        // Two who had the same name before this was refused keep what nobody can tell apart.
        let alone = account::staff(work.db)?.iter().all(|other| other.id == id || other.name != former);
        let moved = if alone { caseload::rename_owner(work.db, &former, name, work.now, work.actor.name())? } else { 0 };
        cases = format!(" cases={moved}");
    }
    account::set_person(work.db, id, name, roles)?;
    work.audit("account.change", None, "account", &format!("account={id} roles={}{cases}", words(roles)))
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

/// What somebody does stands under their name: cases, stated purposes, the audit. So no two who work here bear the same, those who are locked out
/// included; how it is written makes no difference.
fn only_one(work: &Work<'_>, name: &str, but: LocalId) -> Result<(), WorkError> {
    let plain = |name: &str| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    if account::staff(work.db)?.iter().any(|other| other.id != but && plain(&other.name) == plain(name)) {
        return Err(WorkError::state("name-taken", "somebody else who works here has this name", "add what tells the two apart, such as the ward"));
    }
    Ok(())
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",")
}

//! Setting up ways to sign in: a passkey, or user name and password with a second factor. The first complete way opens the account and ends
//! the code on paper.

use super::{From, Tried, Visit, charge, existing, open_session, refund};
use crate::{
    domain::account::{Account, CODES_IN_LIST, Code, Counted, Login, Session, Stage, State, Token, factor},
    store::{
        StoreError,
        account::{self, invitation, passkey, session},
        mailbox,
    },
    workflow::{Work, WorkError},
};

/// Sets user name and password. With a second factor there already, the account is open. [`Tried::Wrong`]: somebody else has this user name. That
/// is counted, so that nobody asks for one name after the other which of them are there.
///
/// # Errors
/// [`WorkError::State`] `prove-again` if the session's proof is too old.
pub fn password(work: &mut Work<'_>, visit: &Visit, login: &Login, hash: &str) -> Result<Tried<()>, WorkError> {
    may_change(work, &visit.session)?;
    let asking: Login = format!("setup-{}", visit.account.id).parse().map_err(|_| WorkError::NotFound("account"))?;
    let counted = [Counted::Account(&asking)];
    if let Some(wait) = charge(work, &counted)? {
        return Ok(Tried::Wait(wait));
    }
    match account::set_password(work.db, visit.account.id, login, hash) {
        Err(StoreError::Conflict(_)) => return Ok(Tried::Wrong),
        other => other?,
    }
    refund(work, &counted)?;
    work.audit("account.set-password", visit.account.patient, "account", &format!("account={}", visit.account.id))?;
    Ok(Tried::Right(()))
}

/// Adds an authenticator app, if `code` is what it shows. Returns whether it is.
///
/// # Errors
/// [`WorkError::State`] `prove-again` if the session's proof is too old.
pub fn totp(work: &mut Work<'_>, visit: &Visit, secret: &[u8], code: &str) -> Result<bool, WorkError> {
    may_change(work, &visit.session)?;
    let Some(step) = factor::totp_step(secret, code, work.now) else { return Ok(false) };
    account::set_totp(work.db, visit.account.id, secret, step)?;
    work.audit("account.set-app", visit.account.patient, "account", &format!("account={}", visit.account.id))?;
    Ok(true)
}

/// Makes a new printed list of one-time codes; a former one no longer works.
///
/// # Errors
/// [`WorkError::State`] `prove-again` if the session's proof is too old.
pub fn codes(work: &mut Work<'_>, visit: &Visit) -> Result<Vec<Code>, WorkError> {
    may_change(work, &visit.session)?;
    let codes: Vec<Code> = (0..CODES_IN_LIST).map(|_| Code::new(work.entropy)).collect();
    let hashes: Vec<[u8; 32]> = codes.iter().map(Code::hash).collect();
    account::set_codes(work.db, visit.account.id, &hashes)?;
    work.audit("account.set-list", visit.account.patient, "account", &format!("account={} codes={}", visit.account.id, codes.len()))?;
    Ok(codes)
}

/// Adds a passkey.
///
/// # Errors
/// [`WorkError::State`] `passkey-known`; `prove-again` if the session's proof is too old.
pub fn passkey(work: &mut Work<'_>, visit: &Visit, id: Vec<u8>, credential: String, label: String) -> Result<(), WorkError> {
    may_change(work, &visit.session)?;
    let added = passkey::Passkey { id, account: visit.account.id, credential, label, made_at: work.now, used_at: None };
    match passkey::add(work.db, &added) {
        Err(StoreError::Conflict(_)) => return Err(WorkError::state("passkey-known", "this passkey is set up already", "sign in with it")),
        other => other?,
    }
    work.audit("account.set-passkey", visit.account.patient, "account", &format!("account={}", visit.account.id))
}

/// Removes the passkey that `which` picks by its credential id, unless it is the last way to sign in.
///
/// # Errors
/// [`WorkError::State`] `last-way`; [`WorkError::NotFound`]; `prove-again` if the session's proof is too old.
pub fn remove_passkey(work: &mut Work<'_>, visit: &Visit, which: impl Fn(&[u8]) -> bool) -> Result<(), WorkError> {
    may_change(work, &visit.session)?;
    let found = passkey::of_account(work.db, visit.account.id)?.into_iter().find(|passkey| which(&passkey.id)).ok_or(WorkError::NotFound("passkey"))?;
    passkey::remove(work.db, visit.account.id, &found.id)?;
    if !is_complete(work, &visit.account)? {
        return Err(WorkError::state("last-way", "without this passkey nobody could sign in any more", "set up another way first"));
    }
    work.audit("account.remove-passkey", visit.account.patient, "account", &format!("account={}", visit.account.id))
}

/// Ends setting up: if a complete way to sign in is there, the account is open, the code on paper has ended, and the session is a full one
/// with a new token. Who was signed in and added a way keeps their session, no younger than it was, under a new token, and their other
/// sessions. Returns nothing while something is missing.
///
/// # Errors
/// [`WorkError::State`] `prove-again` if the session's proof is too old; [`WorkError::NotFound`] if it is over.
pub fn finish(work: &mut Work<'_>, visit: &Visit, from: &From) -> Result<Option<Token>, WorkError> {
    may_change(work, &visit.session)?;
    let account = existing(work, visit.account.id)?;
    if !is_complete(work, &account)? {
        return Ok(None);
    }
    if visit.session.stage == Stage::Open {
        // Nothing was proved by adding a way: neither the proof nor the session begins anew.
        let token = Token::new(work.entropy);
        return if session::change_token(work.db, &visit.session.id, &token.hash(), work.now)? { Ok(Some(token)) } else { Err(WorkError::NotFound("session")) };
    }
    session::end(work.db, account.id, &visit.session.id)?;
    let token = open_session(work, &account, from, Stage::Open)?;
    account::set_state(work.db, account.id, State::Open)?;
    if let Some(held) = invitation::latest(work.db, account.id)? {
        invitation::end(work.db, &held.hash, invitation::End::Used, work.now)?;
    }
    // Whoever else holds the paper's code and began to set up something does not go on.
    session::end_others(work.db, account.id, &token.hash())?;
    work.audit("account.open", account.patient, "account", &format!("account={}", account.id))?;
    Ok(Some(token))
}

/// Returns whether somebody can sign in with what is set up.
pub(in crate::workflow) fn is_complete(work: &Work<'_>, account: &Account) -> Result<bool, WorkError> {
    if !passkey::of_account(work.db, account.id)?.is_empty() {
        return Ok(true);
    }
    let secrets = account::secrets(work.db, account.id)?;
    let second = || Ok::<_, WorkError>(secrets.totp.is_some() || account::codes_left(work.db, account.id)?.is_some() || mailbox::find(work.db, account.id)?.second);
    Ok(secrets.password.is_some() && second()?)
}

/// Ways to sign in are changed while setting up, or soon after a proof of who one is.
pub(in crate::workflow) fn may_change(work: &Work<'_>, held: &Session) -> Result<(), WorkError> {
    match held.stage {
        Stage::Setup => Ok(()),
        Stage::Open if held.is_fresh(work.now) => Ok(()),
        _ => Err(WorkError::state("prove-again", "for this you prove once more that it is you", "sign in again")),
    }
}

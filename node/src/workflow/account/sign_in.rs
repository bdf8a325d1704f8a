//! Signing in: password and second factor, or a passkey.
//!
//! However somebody proves who they are, it ends in `admit`, the one place where an open session begins. Another way to prove it, such
//! as a clinic's own identity provider (OIDC), is one more `Proof` and one more function that finds the account and calls it; nothing
//! behind it, sessions, roles, audit, would change.

use verbund_protocol::id::LocalId;

use super::{From, Tried, Visit, charge, existing, open_session, refund, setup};
use crate::{
    domain::account::{Account, Code, Counted, Login, Stage, State, Token, factor},
    store::{
        account::{self, device, former, passkey, session},
        mailbox,
    },
    workflow::{
        Work, WorkError,
        notice::{
            self,
            code::{Asked, Purpose},
        },
    },
};

/// By what somebody has proved who they are, as the audit has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// Password and a code of an authenticator app.
    App,
    /// Password and a code of the printed list.
    List,
    /// Password and a code that came by e-mail.
    Mail,
    /// A passkey.
    Passkey,
}

impl Proof {
    const fn word(self) -> &'static str {
        match self {
            Self::App => "by=password,app",
            Self::List => "by=password,list",
            Self::Mail => "by=password,mail",
            Self::Passkey => "by=passkey",
        }
    }
}

/// Opens the session of somebody who has proved who they are, unless they may not sign in here or any more. The session that their browser had
/// so far ends: nobody holds its token any more.
fn admit(work: &mut Work<'_>, account: &Account, from: &From, proof: Proof, replaced: Option<(LocalId, [u8; 32])>) -> Result<Tried<Token>, WorkError> {
    if !may_sign_in(account, from) {
        return Ok(Tried::Wrong);
    }
    if let Some((whose, id)) = replaced {
        former::sign_out(work.db, whose, &id, work.now)?;
        session::end(work.db, whose, &id)?;
    }
    let token = open_session(work, account, from, Stage::Open)?;
    work.audit("account.sign-in", account.patient, "account", proof.word())?;
    Ok(Tried::Right(token))
}

/// What a password is compared with, outside the transaction, since that takes long. Without an account it is compared with nothing and
/// takes as long.
#[derive(Clone, Default)]
pub struct Compare {
    account: Option<LocalId>,
    /// The hash, in PHC form.
    pub hash: Option<String>,
}

/// Begins with user name and password: counts the attempt as failed and returns what to compare the password with.
///
/// # Errors
/// The store's.
pub fn begin(work: &mut Work<'_>, login: &Login, from: &From) -> Result<Tried<Compare>, WorkError> {
    let account = account::by_login(work.db, login)?.filter(|account| may_sign_in(account, from));
    let known = account.as_ref().map_or(Ok(false), |account| device::is_known(work.db, account.id, &from.device()))?;
    if let Some(wait) = charge(work, &counted(login, known, from))? {
        return Ok(Tried::Wait(wait));
    }
    let Some(account) = account else { return Ok(Tried::Right(Compare::default())) };
    let hash = account::secrets(work.db, account.id)?.password;
    Ok(Tried::Right(Compare { account: Some(account.id), hash }))
}

/// Goes on after the password was right: to the second factor, or to set one up if that was never finished. `held` is whose session this browser
/// has until then: it ends with the second factor.
///
/// # Errors
/// The store's.
pub fn password_right(work: &mut Work<'_>, compared: &Compare, login: &Login, from: &From, held: Option<&Visit>) -> Result<Tried<Token>, WorkError> {
    let Some(id) = compared.account else { return Ok(Tried::Wrong) };
    let account = existing(work, id)?;
    // Meanwhile everything may have been revoked.
    if !may_sign_in(&account, from) || account::secrets(work.db, id)?.password != compared.hash {
        return Ok(Tried::Wrong);
    }
    let known = device::is_known(work.db, id, &from.device())?;
    refund(work, &counted(login, known, from))?;
    let stage = if setup::is_complete(work, &account)? { Stage::Second } else { Stage::Setup };
    let token = open_session(work, &account, from, stage)?;
    if let Some(held) = held {
        session::will_replace(work.db, &token.hash(), &held.session.id)?;
    }
    Ok(Tried::Right(token))
}

/// Takes the second factor: a code of the authenticator app, of the printed list or that came by e-mail. Each works once.
///
/// # Errors
/// The store's; [`WorkError::State`] if the session is at another step.
pub fn second(work: &mut Work<'_>, visit: &Visit, typed: &str, from: &From) -> Result<Tried<Token>, WorkError> {
    if visit.session.stage != Stage::Second {
        return Err(WorkError::state("other-step", "this step is over", "go on where the page leads"));
    }
    let login: Login = format!("second-{}", visit.account.id).parse().map_err(|_| WorkError::NotFound("account"))?;
    let counted = [Counted::Account(&login)];
    if let Some(wait) = charge(work, &counted)? {
        return Ok(Tried::Wait(wait));
    }
    let (id, secrets) = (visit.account.id, account::secrets(work.db, visit.account.id)?);
    let by_app = match secrets.totp.and_then(|secret| factor::totp_step(&secret, typed, work.now)) {
        Some(step) => account::use_totp(work.db, id, step)?,
        None => false,
    };
    let by_list = !by_app
        && match typed.parse::<Code>() {
            Ok(code) => account::use_code(work.db, id, &code.hash(), work.now)?,
            Err(_) => false,
        };
    let by_mail = !by_app && !by_list && mailbox::find(work.db, id)?.second && notice::code::check(work, id, Purpose::SignIn, typed)?;
    let proof = match (by_app, by_list, by_mail) {
        (true, ..) => Proof::App,
        (_, true, _) => Proof::List,
        (.., true) => Proof::Mail,
        _ => return Ok(Tried::Wrong),
    };
    refund(work, &counted)?;
    let replaced = session::replaced(work.db, &visit.session.id)?;
    session::end(work.db, id, &visit.session.id)?;
    // As the account is now: it may have been locked since the password was right.
    admit(work, &existing(work, id)?, from, proof, replaced)
}

/// Sends a code by e-mail to whoever has given the right password, if that is one of their second factors.
///
/// # Errors
/// [`WorkError::NotFound`] if it is not; [`WorkError::State`] if the session is at another step.
pub fn send_code(work: &mut Work<'_>, visit: &Visit) -> Result<Asked, WorkError> {
    if visit.session.stage != Stage::Second {
        return Err(WorkError::state("other-step", "this step is over", "go on where the page leads"));
    }
    notice::code::send(work, &visit.account, Purpose::SignIn)
}

/// Returns what the WebAuthn library needs to check a passkey, and whose it is.
///
/// # Errors
/// The store's.
pub fn passkey(work: &mut Work<'_>, id: &[u8]) -> Result<Option<passkey::Passkey>, WorkError> {
    Ok(passkey::find(work.db, id)?)
}

/// Signs in after a passkey was checked; `credential` is what the library keeps of it since. `held` is whose session this browser has until then:
/// it ends.
///
/// # Errors
/// The store's.
pub fn passkey_right(work: &mut Work<'_>, id: &[u8], credential: &str, from: &From, held: Option<&Visit>) -> Result<Tried<Token>, WorkError> {
    let Some(known) = passkey::find(work.db, id)? else { return Ok(Tried::Wrong) };
    passkey::used(work.db, id, credential, work.now)?;
    let replaced = held.map(|held| (held.account.id, held.session.id));
    admit(work, &existing(work, known.account)?, from, Proof::Passkey, replaced)
}

fn may_sign_in(account: &Account, from: &From) -> bool {
    from.site.serves(account.kind) && account.state != State::Locked
}

/// On a device where the account's owner has signed in before, only what fails there counts.
fn counted<'a>(login: &'a Login, known: bool, from: &'a From) -> [Counted<'a>; 2] {
    let account = if known { Counted::OnDevice(login, &from.browser) } else { Counted::Account(login) };
    [account, Counted::Network(&from.network)]
}

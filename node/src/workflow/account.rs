//! Accounts of the web pages: who is invited, how a way to sign in is set up, signing in, sessions, and starting over when everything is
//! lost.
//!
//! What a stranger may try (a code, a password, a second factor) never ends in an error: an error undoes what was done, and a failed
//! attempt must stay counted. These pieces of work return what came of it instead, and say no more than a stranger may know.

use std::time::Duration;

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Work, WorkError, inbox, notice};
use crate::{
    domain::account::{Account, Counted, LONGEST_WAIT, Session, Site, Stage, Token},
    store::{
        account::{self, attempt, device, draft, former, passkey, session},
        mailbox,
    },
};

pub use crate::store::account::draft::{Draft, Whose};

pub mod invite;
pub mod setup;
pub mod sign_in;
pub mod staff;

#[cfg(test)]
mod tests;

/// How long what somebody typed waits for them.
pub const DRAFT_FOR: Duration = Duration::from_secs(86_400);

/// How long a browser in which nobody signs in any more is known: as long as it keeps its cookie, 400 days, the longest browsers allow.
pub const BROWSER_FOR: Duration = Duration::from_secs(400 * 86_400);

/// From where somebody tries to sign in, as far as it is counted or shown.
#[derive(Clone, Debug)]
pub struct From {
    /// Which site.
    pub site: Site,
    /// The browser in coarse words: `Firefox, Linux`.
    pub device: String,
    /// What the browser keeps to be known again, or will keep once somebody has signed in there. Anybody may send anything: it counts only
    /// for accounts that have signed in with it before.
    pub browser: [u8; 16],
    /// The network it comes from, coarsely.
    pub network: String,
}

impl From {
    /// Returns what the store keeps of the browser.
    fn device(&self) -> [u8; 32] {
        crate::domain::account::hash("browser", &self.browser)
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried<T> {
    /// It was right.
    Right(T),
    /// It was not; that is counted.
    Wrong,
    /// Too many failed attempts: this one was not looked at. The next may come after so long.
    Wait(Duration),
}

/// Somebody's session with the account it belongs to.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The session.
    pub session: Session,
    /// The account.
    pub account: Account,
}

/// Returns whose session a token belongs to, if it stands.
pub(super) fn visit(db: &crate::store::Db, token: &Token, site: Site, now: Timestamp) -> Result<Option<Visit>, WorkError> {
    let Some(session) = session::find(db, &token.hash(), now)?.filter(|session| session.site == site && session.stands(now)) else { return Ok(None) };
    let account = account::find(db, session.account)?;
    Ok(account.filter(|account| account.state != crate::domain::account::State::Locked).map(|account| Visit { session, account }))
}

/// Somebody who comes with a token.
pub struct Arrival {
    /// Whose session it is.
    pub visit: Visit,
    /// What they had typed at this page when their session ran out.
    pub typed: Vec<Draft>,
    /// Whether something they had typed is kept, for this page or another.
    pub drafted: bool,
    /// How many inquiries nobody has answered yet, for whoever answers them.
    pub waiting: Option<usize>,
}

impl Arrival {
    /// Returns whether it is time to note that the session is in use: not at every picture of a page, but often enough for the shortest
    /// limit.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let session = &self.visit.session;
        now.since(session.seen_at) >= SEEN_EVERY || now.since(session.changed_at) >= crate::domain::account::TOKEN_FOR.0
    }
}

/// How often it is noted that a session is in use.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Finds out who comes to the page at `path`: all that every page needs, asked for at once. Reads only.
///
/// # Errors
/// The store's.
pub fn arrive(db: &crate::store::Db, token: &Token, site: Site, path: &str, now: Timestamp) -> Result<Option<Arrival>, WorkError> {
    let Some(visit) = visit(db, token, site, now)? else { return Ok(None) };
    let drafted = draft::any(db, visit.account.id)?;
    let typed = if drafted { draft::find(db, Whose::Account(visit.account.id), path)? } else { vec![] };
    let waiting = if visit.session.stage == Stage::Open { inbox::waiting_for(db, &visit.account.roles)? } else { None };
    Ok(Some(Arrival { visit, typed, drafted, waiting }))
}

/// Notes that a session is in use, and gives it another token if the present one is old. Returns the new token.
///
/// # Errors
/// The store's.
pub fn keep(work: &mut Work<'_>, held: &Session) -> Result<Option<Token>, WorkError> {
    if work.now.since(held.changed_at) < crate::domain::account::TOKEN_FOR.0 {
        session::seen(work.db, &held.id, work.now)?;
        return Ok(None);
    }
    let token = Token::new(work.entropy);
    Ok(session::change_token(work.db, &held.id, &token.hash(), work.now)?.then_some(token))
}

/// Ends a session.
///
/// # Errors
/// [`WorkError::NotFound`] if the account has no such session.
pub fn sign_out(work: &mut Work<'_>, account: &Account, id: &[u8; 32]) -> Result<(), WorkError> {
    former::sign_out(work.db, account.id, id, work.now)?;
    if !session::end(work.db, account.id, id)? {
        return Err(WorkError::NotFound("session"));
    }
    work.audit("account.sign-out", account.patient, "account", "")
}

/// Ends all sessions of an account but the one it is asked from. Returns how many.
///
/// # Errors
/// The store's.
pub fn sign_out_elsewhere(work: &mut Work<'_>, visit: &Visit) -> Result<usize, WorkError> {
    former::sign_out_others(work.db, visit.account.id, &visit.session.id, work.now)?;
    let ended = session::end_others(work.db, visit.account.id, &visit.session.id)?;
    work.audit("account.sign-out-elsewhere", visit.account.patient, "account", &format!("sessions={ended}"))?;
    Ok(ended)
}

/// The ways somebody can sign in, and where they are signed in.
#[derive(Clone, Default)]
pub struct Ways {
    /// Passkeys, oldest first.
    pub passkeys: Vec<passkey::Passkey>,
    /// Whether there is a password.
    pub password: bool,
    /// Whether there is an authenticator app.
    pub app: bool,
    /// Codes left on a printed list, if there is one.
    pub codes_left: Option<u32>,
    /// Where codes by e-mail go, if they are a second factor: as much of the address as its owner needs.
    pub mail: Option<String>,
    /// Sessions, the one used last first; some may have ended by time.
    pub sessions: Vec<Session>,
}

/// Returns the ways an account's owner can sign in. Reads only.
///
/// # Errors
/// The store's.
pub fn ways(db: &crate::store::Db, id: LocalId) -> Result<Ways, WorkError> {
    let (secrets, mailbox) = (account::secrets(db, id)?, mailbox::find(db, id)?);
    Ok(Ways {
        mail: mailbox.address.filter(|_| mailbox.second).map(|address| address.hint()),
        passkeys: passkey::of_account(db, id)?,
        password: secrets.password.is_some(),
        app: secrets.totp.is_some(),
        codes_left: account::codes_left(db, id)?,
        sessions: session::of_account(db, id)?,
    })
}

/// Notes the language somebody chose.
///
/// # Errors
/// The store's.
pub fn set_language(work: &mut Work<'_>, account: &Account, language: &str) -> Result<(), WorkError> {
    Ok(account::set_language(work.db, account.id, language)?)
}

/// Returns whose session a token belonged to that has run out, a night away included. Reads only.
///
/// # Errors
/// The store's.
pub fn who_was(db: &crate::store::Db, token: &Token, site: Site, now: Timestamp) -> Result<Option<LocalId>, WorkError> {
    let found = session::find(db, &token.hash(), now)?;
    if found.is_none() {
        return Ok(former::owner(db, &token.hash(), site, now)?);
    }
    let over = found.filter(|session| session.site == site && session.stage == Stage::Open && !session.stands(now));
    Ok(over.map(|session| session.account))
}

/// Returns whether a form that carries `csrf` was made for this very account: in another of its sessions, or in one that is over. Nobody
/// else can know what it carries, so that whoever sent it has seen the form; it is not enough to act. Reads only.
///
/// # Errors
/// The store's.
pub fn made_for(db: &crate::store::Db, account: LocalId, csrf: &[u8; 16], site: Site, now: Timestamp) -> Result<bool, WorkError> {
    Ok(former::gave(db, account, csrf, site, now)?)
}

/// Keeps what somebody sent in a form of a session that is over: nothing is done with it, and they find it again at the same page.
///
/// # Errors
/// The store's.
pub fn keep_draft(work: &mut Work<'_>, whose: Whose, draft: &Draft) -> Result<(), WorkError> {
    Ok(draft::keep(work.db, whose, draft, work.now)?)
}

/// Forgets what was kept of the form that is sent to `path`, because it was sent.
///
/// # Errors
/// The store's.
pub fn forget_draft(work: &mut Work<'_>, whose: Whose, path: &str) -> Result<(), WorkError> {
    Ok(draft::forget(work.db, whose, path)?)
}

/// Forgets sessions that are over, drafts nobody came back for, and counts that no longer matter.
///
/// # Errors
/// The store's.
pub fn tidy(work: &mut Work<'_>) -> Result<usize, WorkError> {
    former::retire(work.db, work.now)?;
    Ok(session::sweep(work.db, work.now)?
        + former::sweep(work.db, work.now)?
        + device::forget_before(work.db, work.now.minus(BROWSER_FOR))?
        + draft::forget_before(work.db, work.now.minus(DRAFT_FOR))?
        + attempt::forget_before(work.db, work.now.minus(LONGEST_WAIT))?
        + notice::outbox::tidy(work)?)
}

/// Opens a session and returns its token.
fn open_session(work: &mut Work<'_>, account: &Account, from: &From, stage: Stage) -> Result<Token, WorkError> {
    let (token, now) = (Token::new(work.entropy), work.now);
    let opened = Session {
        id: token.hash(),
        account: account.id,
        site: from.site,
        stage,
        csrf: work.entropy.bytes(),
        device: from.device.chars().take(60).collect(),
        opened_at: now,
        seen_at: now,
        changed_at: now,
        proved_at: now,
    };
    session::add(work.db, &opened)?;
    if stage == Stage::Open {
        device::note(work.db, account.id, &from.device(), now)?;
        notice::signed_in(work, account)?;
    }
    Ok(token)
}

/// Counts an attempt under all of `what` as failed before it is looked at, or says how long to wait. [`refund`] takes it back.
pub(super) fn charge(work: &Work<'_>, what: &[Counted<'_>]) -> Result<Option<Duration>, WorkError> {
    let mut counts = Vec::new();
    for counted in what {
        let held = attempt::count(work.db, &counted.key())?.filter(|(_, last)| work.now.since(*last) < LONGEST_WAIT);
        let (failures, last) = held.unwrap_or((0, work.now));
        let left = counted.wait(failures).saturating_sub(work.now.since(last));
        if !left.is_zero() {
            return Ok(Some(left));
        }
        counts.push((counted.key(), failures + 1));
    }
    for (key, failures) in counts {
        attempt::set(work.db, &key, failures, work.now)?;
    }
    Ok(None)
}

/// Takes a charge back, since the attempt was right: an account's count begins anew, a network's is what it was before.
pub(super) fn refund(work: &Work<'_>, what: &[Counted<'_>]) -> Result<(), WorkError> {
    for counted in what {
        match counted {
            Counted::Network(_) => attempt::give_back(work.db, &counted.key())?,
            Counted::Account(_) | Counted::OnDevice(..) => attempt::forget(work.db, &counted.key())?,
        }
    }
    Ok(())
}

/// Returns an account that must be there.
fn existing(work: &Work<'_>, id: LocalId) -> Result<Account, WorkError> {
    account::find(work.db, id)?.ok_or(WorkError::NotFound("account"))
}

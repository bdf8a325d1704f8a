//! Codes on paper: made by staff, used once by whoever holds the paper and knows the birth date.

use verbund_protocol::{id::LocalId, person::BirthDate, time::Timestamp};

use super::{From, Tried, charge, existing, open_session, refund};
use crate::{
    domain::{
        account::{Account, Code, Counted, INVITATION_FOR, INVITATION_TRIES, Kind, Login, Stage, State, Token},
        actor::Role,
        patient::Person,
    },
    store::{
        account::{self, invitation, session},
        patient,
    },
    workflow::{Work, WorkError, patient as patients, purpose},
};

/// A code that was just made: shown once, on paper or at the desk.
#[derive(Clone)]
pub struct Invited {
    /// The account it opens.
    pub account: LocalId,
    /// The code.
    pub code: Code,
    /// Until when it works.
    pub ends_at: Timestamp,
}

/// Invites a patient to the clinic's pages. A code made before no longer works.
///
/// # Errors
/// [`WorkError::State`] `account-open` if the patient signs in already; [`WorkError::NotFound`], [`WorkError::Forbidden`],
/// [`WorkError::Purpose`].
pub fn patient(work: &mut Work<'_>, id: LocalId) -> Result<Invited, WorkError> {
    work.require(Role::CARE)?;
    let entry = patients::existing(work, id)?;
    let why = purpose::of_look(work, id)?;
    let name = called(&entry.person);
    let account = match own_account(work, id)? {
        Some(account) if account.state == State::Invited => account,
        Some(_) => {
            return Err(WorkError::state("account-open", "the patient has an account and can sign in", "if everything was lost, check an identity card and start over"));
        }
        None => new(work, Kind::Patient, name, Some(id))?,
    };
    let invited = make_code(work, &account)?;
    work.audit("account.invite", Some(id), why, &format!("account={}", account.id))?;
    Ok(invited)
}

/// How a patient is greeted.
fn called(person: &Person) -> String {
    format!("{} {}", person.given, person.family)
}

/// Has a patient's account, and those of whoever acts for the patient, bear the name that the entry has now.
pub(in crate::workflow) fn renamed(work: &Work<'_>, patient: LocalId, former: &Person, person: &Person) -> Result<(), WorkError> {
    let (before, name) = (called(former), called(person));
    if before == name {
        return Ok(());
    }
    for account in account::of_patient(work.db, patient)? {
        let new = match account.kind {
            Kind::Patient => Some(name.clone()),
            // `Anna Beispiel for Erna Beispiel`, in the words of whoever invited her.
            Kind::Proxy => account.name.strip_suffix(&before).map(|own| format!("{own}{name}")),
            Kind::Staff => None,
        };
        if let Some(new) = new {
            account::set_name(work.db, account.id, &new)?;
        }
    }
    Ok(())
}

/// Takes away every way to sign in, ends all sessions and makes a new code: for somebody who lost everything and showed an identity card.
///
/// # Errors
/// As [`patient()`]; [`WorkError::Invalid`] unless the card was looked at.
pub fn start_over(work: &mut Work<'_>, id: LocalId, card_seen: bool) -> Result<Invited, WorkError> {
    work.require(Role::CARE)?;
    if !card_seen {
        return Err(WorkError::invalid("an identity card must be looked at first", "look at the card and confirm it"));
    }
    let account = own_account(work, id)?.ok_or(WorkError::NotFound("account"))?;
    let why = purpose::of_look(work, id)?;
    account::revoke_all(work.db, account.id)?;
    account::set_state(work.db, account.id, State::Invited)?;
    let invited = make_code(work, &account)?;
    work.audit("account.start-over", Some(id), why, &format!("account={} identity-card=seen", account.id))?;
    Ok(invited)
}

/// Returns the account with which a patient signs in, if there is one.
///
/// # Errors
/// The store's.
pub fn own_account(work: &Work<'_>, patient: LocalId) -> Result<Option<Account>, WorkError> {
    Ok(account::of_patient(work.db, patient)?.into_iter().find(|account| account.kind == Kind::Patient))
}

/// Returns whether `code` is the one that opens `account` now: for the letter, which is printed from it.
///
/// # Errors
/// [`WorkError::NotFound`] if it is not; [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn check(work: &mut Work<'_>, id: LocalId, code: &Code) -> Result<Invited, WorkError> {
    work.require(Role::CARE)?;
    let account = own_account(work, id)?.ok_or(WorkError::NotFound("account"))?;
    let why = purpose::of_look(work, id)?;
    let held = invitation::find(work.db, &code.hash())?.filter(|held| held.account == account.id && held.ended_at.is_none() && held.ends_at > work.now);
    let held = held.ok_or(WorkError::NotFound("invitation"))?;
    work.audit("account.letter", Some(id), why, &format!("account={}", account.id))?;
    Ok(Invited { account: account.id, code: code.clone(), ends_at: held.ends_at })
}

/// How far a patient's access is, for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Never invited.
    None,
    /// A code is out.
    Invited {
        /// Until when it works or worked.
        until: Timestamp,
    },
    /// The code ended by wrong birth dates.
    Blocked,
    /// The patient signs in.
    Open,
}

/// Returns how far a patient's access is.
///
/// # Errors
/// [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn standing(work: &mut Work<'_>, patient: LocalId) -> Result<Standing, WorkError> {
    work.require(Role::CARE)?;
    purpose::require(work, Some(patient))?;
    let Some(account) = own_account(work, patient)? else { return Ok(Standing::None) };
    if account.state == State::Open {
        return Ok(Standing::Open);
    }
    Ok(match invitation::latest(work.db, account.id)? {
        Some(latest) if latest.ended_by_tries => Standing::Blocked,
        Some(latest) => Standing::Invited { until: latest.ends_at },
        None => Standing::None,
    })
}

/// Makes a code for `account`; one made before no longer works, nor does what was begun with it and not finished.
pub(in crate::workflow) fn make_code(work: &mut Work<'_>, account: &Account) -> Result<Invited, WorkError> {
    let (code, ends_at) = (Code::new(work.entropy), work.now.plus(INVITATION_FOR));
    session::end_setting_up(work.db, account.id)?;
    invitation::add(work.db, &code.hash(), account.id, work.actor.name(), work.now, ends_at)?;
    Ok(Invited { account: account.id, code, ends_at })
}

/// Adds an account that nobody has signed in to.
pub(in crate::workflow) fn new(work: &mut Work<'_>, kind: Kind, name: String, patient: Option<LocalId>) -> Result<Account, WorkError> {
    let id = work.entropy.local_id();
    let account = Account { id, kind, login: None, name, patient, roles: vec![], state: State::Invited, language: None, made_at: work.now };
    account::add(work.db, &account, work.actor.name())?;
    Ok(account)
}

/// What somebody types beside the code.
#[derive(Clone, Debug)]
pub enum Knows {
    /// The patient's birth date.
    Birth(BirthDate),
    /// The user name that an administrator gave.
    Login(Login),
}

/// Takes a code with what its holder must know beside it, and opens the steps that set up a way to sign in. A code that is unknown, used or
/// too old and a wrong birth date look the same. After [`INVITATION_TRIES`] wrong ones the code ends, and staff see it.
///
/// # Errors
/// The store's.
pub fn redeem(work: &mut Work<'_>, code: &Code, knows: &Knows, from: &From) -> Result<Tried<Token>, WorkError> {
    if let Some(wait) = charge(work, &[Counted::Network(&from.network)])? {
        return Ok(Tried::Wait(wait));
    }
    let Some(held) = invitation::find(work.db, &code.hash())?.filter(|held| held.ended_at.is_none() && held.ends_at > work.now) else { return Ok(Tried::Wrong) };
    let account = existing(work, held.account)?;
    if !from.site.serves(account.kind) {
        return Ok(Tried::Wrong);
    }
    let fits = match (knows, account.patient) {
        (Knows::Birth(date), Some(id)) => patient::find(work.db, id)?.is_some_and(|entry| entry.person.birth_date == *date),
        (Knows::Login(login), None) => account.login.as_deref() == Some(login.as_str()),
        _ => false,
    };
    if fits {
        refund(work, &[Counted::Network(&from.network)])?;
        return Ok(Tried::Right(open_session(work, &account, from, Stage::Setup)?));
    }
    if invitation::count_try(work.db, &held.hash)? >= INVITATION_TRIES {
        invitation::end(work.db, &held.hash, invitation::End::Tries, work.now)?;
        work.audit("account.code-blocked", account.patient, "account", &format!("account={} tries={INVITATION_TRIES}", account.id))?;
    }
    Ok(Tried::Wrong)
}

/// Somebody whose code ended by wrong birth dates, for the staff's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The patient.
    pub patient: LocalId,
    /// Who acts for the patient, if it was their code: as others read it.
    pub helper: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Returns whose codes ended by wrong birth dates in the last fortnight and who still waits for a new one, newest first: patients, and those who
/// act for them.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn blocked(work: &mut Work<'_>) -> Result<Vec<Blocked>, WorkError> {
    const SHOWN: usize = 50;
    work.require(Role::CARE)?;
    let mut found = Vec::new();
    for ended in invitation::ended_by_tries(work.db, work.now.minus(INVITATION_FOR), SHOWN)? {
        let account = existing(work, ended.account)?;
        if let (Some(patient), true) = (account.patient, is_blocked(work, &account)?) {
            let helper = Some(account.name).filter(|_| account.kind == Kind::Proxy);
            found.push(Blocked { patient, helper, at: ended.ended_at.unwrap_or(ended.made_at) });
        }
    }
    Ok(found)
}

/// Returns whether somebody waits for a new code because the last one ended by wrong tries.
pub(in crate::workflow) fn is_blocked(work: &Work<'_>, account: &Account) -> Result<bool, WorkError> {
    Ok(account.state == State::Invited && invitation::latest(work.db, account.id)?.is_some_and(|latest| latest.ended_by_tries))
}

/// Returns the same with the patients' names; each look is in the audit. A letter that no longer works is work in hand, so it
/// is no look at the patient for which a purpose would have to be stated; her own page is.
///
/// # Errors
/// As [`blocked`].
pub fn blocked_with_names(work: &mut Work<'_>) -> Result<Vec<(Blocked, String)>, WorkError> {
    let mut named = Vec::new();
    for found in blocked(work)? {
        let name = patients::existing(work, found.patient)?.person.full_name();
        work.audit("patient.list", Some(found.patient), "account", "")?;
        named.push((found, name));
    }
    Ok(named)
}

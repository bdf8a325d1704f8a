//! Those who act for the patient: invited by the patient, as far as the patient says, and ended at once.

use verbund_protocol::id::LocalId;

use super::{PURPOSE, in_person};
use crate::{
    domain::{
        account::{Kind, State},
        proxy::{MAX_PROXIES, Mandate, Proxy},
    },
    store::{account, proxy},
    workflow::{
        Work, WorkError,
        account::invite::{self, Invited},
    },
};

/// Somebody who acts for the patient, as the patient sees it.
#[derive(Clone, Debug)]
pub struct Helper {
    /// What they may do, and since when.
    pub proxy: Proxy,
    /// Whether they have signed in.
    pub open: bool,
}

/// Returns who acts for the patient now.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not the patient in person.
pub fn proxies(work: &mut Work<'_>) -> Result<Vec<Helper>, WorkError> {
    let patient = in_person(work)?;
    work.audit("proxy.list", Some(patient), PURPOSE, "")?;
    let mut found = Vec::new();
    for proxy in proxy::list(work.db, patient)?.into_iter().filter(|proxy| proxy.ended_at.is_none()) {
        let open = account::find(work.db, proxy.account)?.is_some_and(|account| account.state == State::Open);
        found.push(Helper { proxy, open });
    }
    Ok(found)
}

/// Invites somebody to act for the patient. `reads` is how others read it: "Anna Beispiel für Erna Beispiel".
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not the patient in person; [`WorkError::Invalid`] names the field; [`WorkError::State`]
/// `too-many`.
pub fn invite_proxy(work: &mut Work<'_>, mandate: &Mandate, reads: String) -> Result<Invited, WorkError> {
    let patient = in_person(work)?;
    mandate.check(work.now.day())?;
    if proxy::list(work.db, patient)?.iter().filter(|proxy| proxy.ended_at.is_none()).count() >= MAX_PROXIES {
        return Err(WorkError::state("too-many", format!("at most {MAX_PROXIES} people act for a patient"), "end one first"));
    }
    let account = invite::new(work, Kind::Proxy, reads, Some(patient))?;
    proxy::add(work.db, account.id, patient, mandate, work.actor.name(), work.now)?;
    let invited = invite::make_code(work, &account)?;
    let power = mandate.power.map_or("-", |power| power.word());
    work.audit("proxy.invite", Some(patient), PURPOSE, &format!("account={} scope={} power={power}", account.id, mandate.scope.word()))?;
    Ok(invited)
}

/// Ends what somebody may do, and their sessions. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's, and for whoever is not the patient in person.
pub fn end_proxy(work: &mut Work<'_>, account: LocalId) -> Result<(), WorkError> {
    let patient = in_person(work)?;
    let proxy = proxy::find(work.db, account)?.filter(|proxy| proxy.patient == patient).ok_or(WorkError::NotFound("proxy"))?;
    if proxy.ended_at.is_some() {
        return Ok(());
    }
    proxy::end(work.db, account, work.actor.name(), work.now)?;
    if let Some(latest) = account::invitation::latest(work.db, account)? {
        account::invitation::end(work.db, &latest.hash, account::invitation::End::Replaced, work.now)?;
    }
    account::revoke_all(work.db, account)?;
    account::set_state(work.db, account, State::Locked)?;
    work.audit("proxy.end", Some(patient), PURPOSE, &format!("account={account}"))
}

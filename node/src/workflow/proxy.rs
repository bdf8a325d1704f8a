//! Those who act for a patient, as staff see them: invited with a proof that was seen and is kept, for patients who cannot do it themselves.
//! What the patient does about them is in [`super::journey`].

use verbund_protocol::id::LocalId;

use super::{
    Work, WorkError,
    account::invite::{self, Invited},
    document::Document,
    patient, purpose,
};
use crate::{
    domain::{
        account::{Kind, State},
        actor::Role,
        calendar,
        proxy::{MAX_PROXIES, Mandate, Proxy},
    },
    store::{account, proxy},
};

/// Somebody who acts for the patient.
#[derive(Clone, Debug)]
pub struct Helper {
    /// What they may do, and since when.
    pub proxy: Proxy,
    /// Whether they have signed in.
    pub open: bool,
    /// Whether their code ended by wrong birth dates.
    pub blocked: bool,
}

/// Returns who acts for a patient now, for whoever has checked that the actor may see it.
///
/// # Errors
/// The store's.
pub(super) fn acting(work: &Work<'_>, patient: LocalId) -> Result<Vec<Helper>, WorkError> {
    let mut found = Vec::new();
    for proxy in proxy::list(work.db, patient)?.into_iter().filter(|proxy| proxy.ended_at.is_none()) {
        let account = account::find(work.db, proxy.account)?;
        let blocked = account.as_ref().map_or(Ok(false), |account| invite::is_blocked(work, account))?;
        found.push(Helper { proxy, open: account.is_some_and(|account| account.state == State::Open), blocked });
    }
    Ok(found)
}

/// Returns who acts for a patient now.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn list(work: &mut Work<'_>, id: LocalId) -> Result<Vec<Helper>, WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, id)?;
    work.audit("proxy.list", Some(id), purpose::of_look(work, id)?, "")?;
    acting(work, id)
}

/// Invites somebody to act for a patient, for whoever has checked that the actor may. `reads` is how others read it.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::State`] `too-many`, `invited-already`.
pub(super) fn add(work: &mut Work<'_>, id: LocalId, mandate: &Mandate, reads: String, proof: Option<LocalId>, why: &str) -> Result<Invited, WorkError> {
    mandate.check(calendar::day(work.now))?;
    let acting = acting(work, id)?;
    if acting.iter().any(|helper| helper.proxy.mandate == *mandate) {
        return Err(WorkError::state("invited-already", "somebody is invited under this name for just this", "end that access first"));
    }
    if acting.len() >= MAX_PROXIES {
        return Err(WorkError::state("too-many", format!("at most {MAX_PROXIES} people act for a patient"), "end one first"));
    }
    let account = invite::new(work, Kind::Proxy, reads, Some(id))?;
    proxy::add(work.db, account.id, id, mandate, proof, work.actor.name(), work.now)?;
    let invited = invite::make_code(work, &account)?;
    let power = mandate.power.map_or("-", |power| power.word());
    let proof = proof.map_or_else(String::new, |document| format!(" proof={document}"));
    work.audit("proxy.invite", Some(id), why, &format!("account={} scope={} power={power}{proof}", account.id, mandate.scope.word()))?;
    Ok(invited)
}

/// Invites somebody on a proof that was seen: `proof`, a document of this patient that was just added.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::State`] `too-many`, `invited-already`; [`WorkError::NotFound`], [`WorkError::Forbidden`],
/// [`WorkError::Purpose`].
pub fn invite(work: &mut Work<'_>, id: LocalId, mandate: &Mandate, reads: String, proof: &Document) -> Result<Invited, WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, id)?;
    let why = purpose::of_look(work, id)?;
    if proof.patient != Some(id) {
        return Err(WorkError::invalid("the proof is about another patient", "add the proof to this patient"));
    }
    add(work, id, mandate, reads, Some(proof.id), why)
}

/// Ends what somebody may do, and their sessions, for whoever has checked that the actor may. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's.
pub(super) fn finish(work: &mut Work<'_>, id: LocalId, account: LocalId, why: &str) -> Result<(), WorkError> {
    let proxy = proxy::find(work.db, account)?.filter(|proxy| proxy.patient == id).ok_or(WorkError::NotFound("proxy"))?;
    if proxy.ended_at.is_some() {
        return Ok(());
    }
    proxy::end(work.db, account, work.actor.name(), work.now)?;
    if let Some(latest) = account::invitation::latest(work.db, account)? {
        account::invitation::end(work.db, &latest.hash, account::invitation::End::Replaced, work.now)?;
    }
    account::revoke_all(work.db, account)?;
    account::set_state(work.db, account, State::Locked)?;
    work.audit("proxy.end", Some(id), why, &format!("account={account}"))
}

/// Ends what somebody may do on the patient's word, or because what it rested on is over.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's; [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn end(work: &mut Work<'_>, id: LocalId, account: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let why = purpose::of_look(work, id)?;
    finish(work, id, account, why)
}

//! Consents: recorded, asked for, taken back. Whoever is about to tell another clinic anything asks [`require`] first.

use verbund_protocol::{
    id::{ConversationId, GrantId, LocalId},
    limits::MAX_CLOCK_SKEW,
    time::Timestamp,
};

use super::{SENT_TWICE, Work, WorkError, document, patient, purpose, referral};
use crate::{
    domain::{
        actor::Role,
        consent::{Consent, Decision, Kind, Recipient, Use},
    },
    store::consent,
};

/// Records what a patient (or who decides for them) allowed or refused, or a physician's necessity of treatment. Who refuses discharge
/// management ends what an earlier consent to it had begun.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::Forbidden`]: a necessity of treatment needs a physician; [`WorkError::Purpose`].
pub fn record(work: &mut Work<'_>, patient: LocalId, decision: Decision) -> Result<Consent, WorkError> {
    work.require(if decision.kind == Kind::TreatmentNecessity { &[Role::Physician] } else { Role::CARE })?;
    patient::existing(work, patient)?;
    purpose::require(work, Some(patient))?;
    if decision.kind == Kind::DischargeManagement && !decision.given {
        end_agreement(work, patient)?;
    }
    take_down(work, patient, decision)
}

/// Records what was decided about discharge management. Agreeing once more to what is agreed without an end changes nothing, so that all
/// that rests on it rests on one consent. Refusing ends what an earlier consent had begun. The same again within ten minutes is a form that was
/// sent twice, and one decision.
///
/// # Errors
/// As [`record`], without its check of who may.
pub(super) fn agree(work: &mut Work<'_>, patient: LocalId, decision: Decision) -> Result<Consent, WorkError> {
    let last = consent::list(work.db, patient)?.pop().filter(|last| last.revoked_at.is_none() && last.recorded_by == work.actor.name());
    if let Some(last) = last.filter(|last| work.now.since(last.recorded_at) < SENT_TWICE && last.decision == Decision { at: last.decision.at, ..decision.clone() }) {
        return Ok(last);
    }
    if !decision.given {
        end_agreement(work, patient)?;
    } else if let Some(held) = consent::in_force(work.db, patient, Kind::DischargeManagement, None, work.now)?.filter(|held| held.decision.until.is_none()) {
        return Ok(held);
    }
    take_down(work, patient, decision)
}

/// Takes back all that was agreed about discharge management. What rested on it ends. A repeat changes nothing.
///
/// # Errors
/// As [`revoke`], without its check of who may.
pub(super) fn end_agreement(work: &mut Work<'_>, patient: LocalId) -> Result<(), WorkError> {
    let agreed = |consent: &Consent| consent.decision.kind == Kind::DischargeManagement && consent.decision.given && consent.revoked_at.is_none();
    match consent::list(work.db, patient)?.into_iter().rfind(agreed) {
        Some(consent) => take_back(work, consent.id).map(drop),
        None => Ok(()),
    }
}

/// Records a decision, for whoever has checked that the actor may.
///
/// # Errors
/// As [`record`].
pub(super) fn take_down(work: &mut Work<'_>, patient: LocalId, mut decision: Decision) -> Result<Consent, WorkError> {
    patient::existing(work, patient)?;
    decision.at = present(decision.at, work.now);
    decision.check(work.now)?;
    let id = work.entropy.local_id();
    consent::record(work.db, id, patient, &decision, work.actor.name(), work.now)?;
    let verdict = if decision.given { "given" } else { "refused" };
    work.audit("consent.record", Some(patient), "consent", &format!("consent={id} kind={} decision={verdict}{}", decision.kind.word(), to(&decision)))?;
    consent::find(work.db, id)?.ok_or(WorkError::NotFound("consent"))
}

/// A desk's clock may run a little ahead of the node's: what is that little in the future was decided now.
fn present(at: Timestamp, now: Timestamp) -> Timestamp {
    if at > now && at.since(now) <= MAX_CLOCK_SKEW { now } else { at }
}

fn to(decision: &Decision) -> String {
    decision.recipient.as_ref().map_or_else(String::new, |recipient| format!(" to={}/{}", recipient.member, recipient.facility))
}

/// Returns all decisions about a patient, oldest first.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn list(work: &mut Work<'_>, patient: LocalId) -> Result<Vec<Consent>, WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, patient)?;
    purpose::require(work, Some(patient))?;
    work.audit("consent.list", Some(patient), "consent", "")?;
    Ok(consent::list(work.db, patient)?)
}

/// Returns the decision that allows `kind` (for `recipient`) now. Whoever goes on notes with [`consent::rests_on`] what rests on it.
///
/// # Errors
/// [`WorkError::State`] `consent-missing` says what is to be recorded first.
pub fn require(work: &Work<'_>, patient: LocalId, kind: Kind, recipient: Option<&Recipient>) -> Result<Consent, WorkError> {
    if let Some(consent) = consent::in_force(work.db, patient, kind, recipient, work.now)? {
        return Ok(consent);
    }
    let for_whom = recipient.map_or_else(String::new, |recipient| format!(" --member {} --facility {}", recipient.member, recipient.facility));
    let what = match kind {
        Kind::DischargeManagement => "the patient has not agreed to discharge management, so nobody may be asked, not even without a name",
        Kind::IdentifiedRelease => "the patient has not released the identified referral to this clinic",
        Kind::DocumentHandoff => "the patient has not agreed that documents go to this clinic",
        Kind::TreatmentNecessity => "no physician has recorded a necessity of treatment",
    };
    let proof = if kind == Kind::TreatmentNecessity { "--physician NAME --reason CODE" } else { "--form FORM" };
    Err(WorkError::state("consent-missing", what, format!("record it with `verbund consent record {patient} --kind {}{for_whom} {proof}`", kind.word())))
}

/// What a revocation ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Revoked {
    /// The decisions no longer in force, the one taken back among them.
    pub consents: Vec<Consent>,
    /// Conversations with other clinics that were withdrawn.
    pub conversations: Vec<ConversationId>,
    /// Permissions to fetch documents that ended.
    pub grants: Vec<GrantId>,
}

/// Takes a consent back: nothing is sent on its ground any more, and what already rested on it ends. What another clinic has received
/// already cannot be called back; it is told.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`]; then nothing has ended.
pub fn revoke(work: &mut Work<'_>, id: LocalId) -> Result<Revoked, WorkError> {
    work.require(Role::CARE)?;
    purpose::require(work, consent::find(work.db, id)?.map(|consent| consent.patient))?;
    take_back(work, id)
}

/// Takes a consent back, for whoever has checked that the actor may.
///
/// # Errors
/// As [`revoke`].
pub(super) fn take_back(work: &mut Work<'_>, id: LocalId) -> Result<Revoked, WorkError> {
    consent::find(work.db, id)?.ok_or(WorkError::NotFound("consent"))?;
    let consent::Revoked { consents, uses } = consent::revoke(work.db, id, work.actor.name(), work.now)?;
    let mut revoked = Revoked { consents, conversations: Vec::new(), grants: Vec::new() };
    for what in uses {
        match what {
            Use::Conversation(id) => revoked.conversations.push(id),
            Use::Grant(id) => revoked.grants.push(id),
        }
    }
    document::revoke_grants(work, &revoked.grants, "consent-revoked")?;
    referral::consent_revoked(work, &revoked.conversations)?;
    let patient = revoked.consents.first().map(|consent| consent.patient);
    let detail = format!("consent={id} conversations={} grants={}", revoked.conversations.len(), revoked.grants.len());
    work.audit("consent.revoke", patient, "consent", &detail)?;
    Ok(revoked)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{
            consent::tests::{decision, rehab},
            patient::tests::anna,
        },
        workflow::bench::{Bench, NOW},
    };

    fn with_patient() -> (Bench, LocalId) {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
        (bench, id)
    }

    #[test]
    fn nothing_goes_out_without_and_the_remedy_says_how() {
        let (mut bench, patient) = with_patient();
        let missing = bench.run(Role::SocialService, |work| require(work, patient, Kind::IdentifiedRelease, Some(&rehab(1)))).unwrap_err();
        assert_eq!(missing.code(), "consent-missing");
        let facility = rehab(1).facility;
        assert_eq!(missing.remedy(), format!("record it with `verbund consent record {patient} --kind identified-release --member reha-1 --facility {facility} --form FORM`"));
        let given = bench.run(Role::Ward, |work| record(work, patient, decision(Kind::IdentifiedRelease))).unwrap();
        let found = bench.run(Role::SocialService, |work| require(work, patient, Kind::IdentifiedRelease, Some(&rehab(1)))).unwrap();
        assert_eq!(found, given);
        assert_eq!(bench.audit(1), [format!("p-ward consent.record {patient} consent={} kind=identified-release decision=given to=reha-1/{facility}", given.id)]);
    }

    #[test]
    fn a_necessity_needs_a_physician() {
        let (mut bench, patient) = with_patient();
        assert!(matches!(bench.run(Role::Ward, |work| record(work, patient, decision(Kind::TreatmentNecessity))), Err(WorkError::Forbidden(_))));
        bench.run(Role::Physician, |work| record(work, patient, decision(Kind::TreatmentNecessity))).unwrap();
        assert!(matches!(bench.run(Role::It, |work| list(work, patient)), Err(WorkError::Forbidden(_))));
    }

    #[test]
    fn refusing_discharge_management_ends_what_was_begun_on_it() {
        let (mut bench, patient) = with_patient();
        let id = bench.run(Role::Ward, |work| record(work, patient, decision(Kind::DischargeManagement))).unwrap().id;
        let grant = GrantId([3; 16]);
        bench.run(Role::Ward, |work| Ok(consent::rests_on(work.db, id, Use::Grant(grant), work.now)?)).unwrap();
        bench.run(Role::Ward, |work| record(work, patient, Decision { given: false, ..decision(Kind::DischargeManagement) })).unwrap();
        assert_eq!(bench.audit(2)[1], format!("p-ward consent.revoke {patient} consent={id} conversations=0 grants=1"));
        assert!(bench.run(Role::Ward, |work| list(work, patient)).unwrap()[0].revoked_at.is_some());
    }

    #[test]
    fn a_clock_a_little_ahead_is_no_future() {
        let (mut bench, patient) = with_patient();
        let ahead = |seconds: u64| Decision { at: Timestamp(NOW.0 + seconds * 1000), ..decision(Kind::DischargeManagement) };
        assert_eq!(bench.run(Role::Ward, |work| record(work, patient, ahead(100))).unwrap().decision.at, NOW);
        assert_eq!(bench.run(Role::Ward, |work| record(work, patient, ahead(200))).unwrap_err().code(), "invalid");
    }

    #[test]
    fn taking_back_ends_what_rested_on_it() {
        let (mut bench, patient) = with_patient();
        let id = bench.run(Role::Ward, |work| record(work, patient, decision(Kind::DocumentHandoff))).unwrap().id;
        let grant = GrantId([3; 16]);
        bench.run(Role::Ward, |work| Ok(consent::rests_on(work.db, id, Use::Grant(grant), work.now)?)).unwrap();
        let revoked = bench.run(Role::Ward, |work| revoke(work, id)).unwrap();
        assert_eq!((revoked.consents[0].id, revoked.grants), (id, vec![grant]));
        assert_eq!(bench.audit(1), [format!("p-ward consent.revoke {patient} consent={id} conversations=0 grants=1")]);
        assert!(bench.run(Role::Ward, |work| require(work, patient, Kind::DocumentHandoff, Some(&rehab(1)))).is_err());
        assert!(matches!(bench.run(Role::Ward, |work| revoke(work, LocalId([9; 8]))), Err(WorkError::NotFound("consent"))));
    }
}

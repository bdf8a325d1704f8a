//! Discharge management (Entlassmanagement, §39(1a) SGB V): agreed to, refused and taken back at a screen, by the patient or whoever may decide for them.

use verbund_protocol::{
    catalogue::Withdraw,
    id::LocalId,
    referral::{Message, Side, Withdrawn},
};

use super::{Clinic, MAX_ROWS, PURPOSE, Scope, acted, acting, allowed, clinic};
use crate::{
    domain::{
        actor::Actor,
        consent::{Consent, DecidedBy, Decision, How, Kind, Recipient},
        proxy::{Mandate, Power},
    },
    store::{
        consent as recorded,
        conversation::{self as stored, Conversation, Filter},
    },
    workflow::{Work, WorkError, consent, conversation::say},
};

/// What was decided about discharge management.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consented {
    /// Nothing yet.
    #[default]
    Open,
    /// Agreed, and still so.
    Given,
    /// Refused.
    Refused,
    /// Agreed once and taken back, or run out.
    TakenBack,
}

/// How a patient stands to discharge management, for the page on it.
#[derive(Clone, Debug)]
pub struct Agreement {
    /// Where it stands.
    pub stands: Consented,
    /// The last decision.
    pub last: Option<Consent>,
    /// Who took it for the patient, if somebody did at these pages.
    pub by: Option<String>,
    /// Clinics with which something is open, which would end with the consent.
    pub open: Vec<Clinic>,
}

/// Returns how the patient stands to discharge management.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not decide.
pub fn agreement(work: &mut Work<'_>) -> Result<Agreement, WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    work.audit("consent.list", Some(patient), PURPOSE, "")?;
    let (stands, last) = stands(work, patient)?;
    let open = open(work, patient)?.iter().map(|c| clinic(work, &c.peer_facility)).collect();
    let by = last.as_ref().map(|consent| acted(work, &consent.recorded_by)).transpose()?.flatten();
    Ok(Agreement { stands, last, by, open })
}

/// Returns where the consent to discharge management stands, and the last decision about it.
pub(super) fn stands(work: &Work<'_>, patient: LocalId) -> Result<(Consented, Option<Consent>), WorkError> {
    let last = recorded::list(work.db, patient)?.into_iter().rfind(|consent| consent.decision.kind == Kind::DischargeManagement);
    let in_force = recorded::in_force(work.db, patient, Kind::DischargeManagement, None, work.now)?.is_some();
    let stands = match &last {
        None => Consented::Open,
        Some(_) if in_force => Consented::Given,
        Some(consent) if consent.decision.given => Consented::TakenBack,
        Some(_) => Consented::Refused,
    };
    Ok((stands, last))
}

fn open(work: &Work<'_>, patient: LocalId) -> Result<Vec<Conversation>, WorkError> {
    Ok(stored::list(work.db, &Filter { side: Some(Side::Asker), patient: Some(patient), ..Filter::default() }, MAX_ROWS)?)
}

/// Records what the patient decides about discharge management. `form` names the text and its version as it was shown. Agreeing to what is
/// agreed already changes nothing, refusing ends what an earlier consent had begun. The same again within ten minutes is a form that was sent
/// twice, and one decision.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not decide.
pub fn decide(work: &mut Work<'_>, given: bool, form: String) -> Result<Consent, WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    let decision = electronic(work, Kind::DischargeManagement, given, None, form)?;
    consent::agree(work, patient, decision)
}

/// Records that the clinic of an offer may be told who the patient is.
pub(super) fn release(work: &mut Work<'_>, patient: LocalId, recipient: Recipient, form: String) -> Result<Consent, WorkError> {
    let decision = electronic(work, Kind::IdentifiedRelease, true, Some(recipient), form)?;
    consent::take_down(work, patient, decision)
}

/// Returns a decision that is taken at a screen, under an account of one's own: by the patient, or by whoever may decide for them.
fn electronic(work: &Work<'_>, kind: Kind, given: bool, recipient: Option<Recipient>, form: String) -> Result<Decision, WorkError> {
    // Nothing is signed: the proof is the account that was signed in, and its entry in the audit.
    let document = Some(match &work.actor {
        Actor::Bedside { name, role, .. } => format!("portal at the bedside with {role}, {name}"),
        actor => format!("portal, {}", actor.name()),
    });
    let by = match acting(work)?.map(|proxy| proxy.mandate) {
        None => DecidedBy::Patient,
        Some(Mandate { name, power, until, .. }) => {
            let ends = until.map_or_else(|| "-".to_owned(), |day| day.to_string());
            DecidedBy::Representative { name, proof: format!("{} until {ends}", power.map_or("-", Power::word)) }
        }
    };
    Ok(Decision { kind, given, recipient, named: None, form: Some(form), by, how: How::Electronic, document, at: work.now, until: None })
}

/// Takes the consent to discharge management back. What rested on it ends; the clinics are told. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not decide.
pub fn withdraw_consent(work: &mut Work<'_>) -> Result<(), WorkError> {
    let patient = allowed(work, Scope::Decide)?;
    consent::end_agreement(work, patient)
}

/// Ends a conversation at the patient's wish, with the release that named its clinic.
pub(super) fn leave(work: &mut Work<'_>, c: &mut Conversation) -> Result<(), WorkError> {
    allowed(work, Scope::Arrange)?;
    say(work, c, &Message::Withdrawn(Withdrawn { reason: Withdraw::PATIENT_WISH }))?;
    match c.release {
        Some(release) => consent::take_back(work, release).map(drop),
        None => Ok(()),
    }
}

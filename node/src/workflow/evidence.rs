//! Evidence of what was said and received: a signed file that anyone can verify offline.

use verbund_protocol::{
    evidence::{Body, Bundle, Contradiction, Conversation, Ending, Entry, Message, Noted, Outcome, Recorded},
    id::{ConversationId, LocalId},
    limits::MAX_EVIDENCE_MESSAGES,
    referral::MessageKind,
};

use super::{
    Work, WorkError,
    conversation::{load, note},
    purpose,
};
use crate::{
    domain::{
        actor::Role,
        end::{End, How},
        phone::{Came, Done, Phone, Said},
    },
    store::{
        self,
        caseload::phone,
        conversation::{self as stored, Filter},
        membership,
    },
};

/// Who may take evidence out of the house.
const EXPORTING: &[Role] = &[Role::SocialService, Role::Admissions, Role::Physician, Role::PrivacyOfficer];

/// Most conversations of one case, ended ones included.
const MAX_CONVERSATIONS: usize = 256;

/// Returns the signed bundle of one conversation, or of all of a case.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`]; [`WorkError::Invalid`] if neither or both are named.
pub fn export(work: &mut Work<'_>, conversation: Option<ConversationId>, case: Option<LocalId>, bodies: bool) -> Result<Vec<u8>, WorkError> {
    work.require(EXPORTING)?;
    let ids = match (conversation, case) {
        (Some(id), None) => vec![id],
        (None, Some(case)) => {
            may_look(work, super::inquiry::find_case(work, case)?.patient)?;
            let all = Filter { case: Some(case), ended: true, ..Filter::default() };
            stored::list(work.db, &all, MAX_CONVERSATIONS)?.into_iter().map(|c| c.id).collect()
        }
        _ => return Err(WorkError::invalid("evidence is of one conversation or of one case", "name either")),
    };
    let mut conversations = Vec::new();
    for id in ids {
        let c = load(work, id)?;
        may_look(work, c.patient)?;
        note(work, "evidence.export", &c, if bodies { "with-bodies" } else { "headers" })?;
        conversations.push(one(work, id, bodies)?);
    }
    if conversations.iter().map(|c| c.messages.len()).sum::<usize>() > MAX_EVIDENCE_MESSAGES {
        return Err(WorkError::invalid(format!("more than {MAX_EVIDENCE_MESSAGES} messages"), "export the conversations one by one"));
    }
    let mut documents: Vec<_> = membership::documents(work.db)?.into_iter().map(Into::into).collect();
    if documents.is_empty() {
        documents.push(work.membership.held().bytes().to_vec().into());
    }
    let recorded = case.map(|case| recorded(work, case, bodies)).transpose()?.filter(|recorded| !recorded.is_empty());
    let ending = case.map(|case| ending(work, case, bodies)).transpose()?.flatten();
    let bundle = Bundle { network: work.me.network.clone(), made_by: work.me.member.clone(), made_at: work.now, conversations, documents, recorded, ending };
    Ok(bundle.sign(&work.me.key))
}

/// Whoever treats patients states what for, as for every look; the privacy officer, who treats nobody, supervises.
fn may_look(work: &Work<'_>, patient: Option<LocalId>) -> Result<(), WorkError> {
    if work.actor.has_any(Role::CARE) { purpose::require(work, patient) } else { Ok(()) }
}

/// Returns how staff ended a case, if they did: this member's word alone. Who takes care then, and who said so, is a body.
fn ending(work: &Work<'_>, case: LocalId, bodies: bool) -> Result<Option<Ending>, WorkError> {
    let Some(End { how, at, by }) = store::case::ended(work.db, case)? else { return Ok(None) };
    work.audit("evidence.export", None, "discharge", &format!("{case} ending"))?;
    let (outcome, carer) = match how {
        How::NoPlace(carer) => (Outcome::NoPlace, Some(carer)),
        How::Otherwise(carer) => (Outcome::Otherwise, carer),
    };
    let carer = carer.filter(|_| bodies);
    let (name, phone) = carer.map(|carer| (carer.name().to_owned(), carer.phone().to_owned())).unzip();
    Ok(Some(Ending { at, outcome, carer: name, phone, recorded_by: bodies.then_some(by) }))
}

/// Returns what staff wrote down of clinics without a node in a case: this member's word alone. Who said what and why is a body.
fn recorded(work: &Work<'_>, case: LocalId, bodies: bool) -> Result<Vec<Recorded>, WorkError> {
    let one = |phone: Phone| {
        let text = |text: &str| bodies.then(|| text.to_owned());
        let answers = phone.answers.iter().map(|answer| {
            let (what, day, why) = match &answer.said {
                Said::Offered(day) => (Noted::Offered, Some(*day), None),
                Said::Declined(why) => (Noted::Declined, None, text(why)),
            };
            Entry { at: answer.answered_at, recorded_at: answer.recorded_at, what, day, why, said_by: text(&answer.answered_by), recorded_by: text(&answer.recorded_by) }
        });
        let steps = phone.steps.iter().map(|step| {
            let what = match step.done {
                Done::Withdrawn => Noted::Withdrawn,
                Done::Chosen => Noted::Chosen,
                Done::Left => Noted::Left,
            };
            Entry { at: step.at, recorded_at: step.at, what, day: None, why: None, said_by: None, recorded_by: text(&step.by) }
        });
        let events = phone.events.iter().map(|event| {
            let (what, day, why) = match event.came {
                Came::Named(day) => (Noted::Named, day, None),
                Came::Payer(decision, day) => (Noted::PayerDecided, day, Some(decision.to_string())),
                Came::Arrived(day) => (Noted::Arrived, day, None),
                Came::Absent(reason, day) => (Noted::DidNotCome, day, Some(reason.to_string())),
            };
            let said_by = event.said_by.as_deref().and_then(text);
            Entry { at: event.at, recorded_at: event.at, what, day: Some(day), why: why.filter(|_| bodies), said_by, recorded_by: text(&event.by) }
        });
        let mut entries: Vec<Entry> = answers.chain(steps).chain(events).collect();
        entries.sort_by_key(|entry| entry.recorded_at);
        Recorded { clinic: phone.clinic.clone(), asked_at: phone.asked_at, entries }
    };
    let phones = phone::list(work.db, case)?;
    if !phones.is_empty() {
        work.audit("evidence.export", None, "discharge", &format!("{case} recorded={}", phones.len()))?;
    }
    Ok(phones.into_iter().map(one).collect())
}

/// Bodies that hand over documents hold their keys, and a key never leaves in evidence: their headers and receipts do.
fn one(work: &Work<'_>, id: ConversationId, bodies: bool) -> Result<Conversation, WorkError> {
    let mut messages = Vec::new();
    for message in stored::messages(work.db, id)? {
        let keyless = ![MessageKind::Handoff, MessageKind::Report].map(MessageKind::number).contains(&message.kind);
        let body = if bodies && keyless { stored::body(work.db, id, message.side, message.seq)? } else { None };
        let body = body.map(|(salt, body)| Body { salt, body });
        messages.push(Message { header: message.header.into(), receipt: message.receipt.map(Into::into), body });
    }
    let contradictions = stored::contradictions(work.db, id)?.into_iter().map(|(held, other)| Contradiction { held: held.into(), other: other.into() }).collect();
    Ok(Conversation { id, messages, contradictions })
}

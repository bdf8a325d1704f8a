//! What is to be done next in a case, and by when: one pure answer for the list of cases and for the page of each.

use verbund_protocol::{
    id::{ConversationId, LocalId},
    referral::{Side, Step, clock},
    time::Timestamp,
};

use crate::{
    domain::{
        calendar,
        consent::{Consent, Kind},
        phone::Phone,
        plan::Plan,
    },
    store::{case::Case, conversation::Conversation},
};

/// How the patient stands to discharge management.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consented {
    /// Nobody has asked yet.
    Open,
    /// Allowed, and still so.
    Given(Timestamp),
    /// Refused.
    Refused(Timestamp),
    /// Taken back.
    Revoked(Timestamp),
}

impl Consented {
    /// Returns how the patient stands by all decisions so far, oldest first.
    pub fn of(decisions: &[Consent], now: Timestamp) -> Self {
        let last = decisions.iter().rev().find(|consent| consent.decision.kind == Kind::DischargeManagement);
        match last {
            None => Self::Open,
            Some(Consent { revoked_at: Some(at), .. }) => Self::Revoked(*at),
            Some(consent) if consent.decision.until.is_some_and(|until| until <= now) => Self::Revoked(consent.decision.until.unwrap_or(now)),
            Some(consent) if consent.decision.given => Self::Given(consent.decision.at),
            Some(consent) => Self::Refused(consent.decision.at),
        }
    }
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Call a clinic: a message could not be delivered, or something else needs a person.
    Call(ConversationId),
    /// Ask the patient for consent.
    Consent,
    /// The patient does not want it; nothing may be done.
    Refused,
    /// Fill in the plan.
    Plan,
    /// Search and ask clinics.
    Ask,
    /// Answer a clinic's questions.
    Answer(ConversationId),
    /// The patient can choose among so many offers.
    Choose(usize),
    /// So many clinics are being asked.
    Wait(usize),
    /// Chosen; the clinic has not confirmed yet.
    Unconfirmed(ConversationId),
    /// The place is confirmed: send the referral.
    Refer(ConversationId),
    /// The referral is there; the clinic has not accepted yet.
    Unaccepted(ConversationId),
    /// Accepted: the patient goes there.
    Travel(ConversationId),
    /// The patient is there; the report is to come.
    Report(ConversationId),
    /// A place that was offered by phone is chosen: the patient goes there.
    ByPhone(LocalId),
    /// The patient has arrived there: close the case.
    ThereByPhone(LocalId),
    /// It is over.
    Done,
}

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// What is next.
    pub next: Next,
    /// By when.
    pub due: Option<Timestamp>,
    /// Conversations about which somebody has to call.
    pub calls: Vec<ConversationId>,
    /// Whether clinics can be asked now.
    pub may_ask: bool,
}

/// Returns where a case stands. `conversations` are those of the case, the ended ones too; `phones` the clinics without a node.
pub fn next(case: &Case, consented: Consented, plan: &Plan, conversations: &[Conversation], phones: &[Phone], now: Timestamp) -> Ahead {
    if case.closed_at.is_some() {
        return Ahead { next: Next::Done, due: None, calls: vec![], may_ask: false };
    }
    let asked: Vec<&Conversation> = conversations.iter().filter(|c| c.side == Side::Asker).collect();
    let called = |c: &&&Conversation| c.trouble.is_some();
    let calls: Vec<ConversationId> = asked.iter().filter(called).map(|c| c.id).collect();
    let (step, due) = step(consented, plan, &asked, phones, now);
    let may_ask = matches!(step, Next::Ask | Next::Wait(_) | Next::Choose(_) | Next::Answer(_));
    let (next, due) = match step {
        Next::Answer(c) | Next::Unconfirmed(c) | Next::Refer(c) | Next::Unaccepted(c) | Next::Travel(c) | Next::Report(c) if calls.contains(&c) => (Next::Call(c), due),
        Next::Unconfirmed(_) | Next::Refer(_) | Next::Unaccepted(_) | Next::Travel(_) | Next::Report(_) | Next::ByPhone(_) | Next::ThereByPhone(_) => (step, due),
        // Nothing is agreed yet. What is over with one clinic keeps nobody from going on with another.
        _ => asked.iter().filter(called).find(|c| c.ended_at.is_none()).map_or((step, due), |c| (Next::Call(c.id), None)),
    };
    Ahead { next, due, calls, may_ask }
}

/// What would be next if nobody had to call, and by when.
fn step(consented: Consented, plan: &Plan, asked: &[&Conversation], phones: &[Phone], now: Timestamp) -> (Next, Option<Timestamp>) {
    // One that ended here alone stands where it stood, and nothing follows in it.
    let asking = || asked.iter().copied().filter(|c| c.ended_at.is_none() || c.log.state().step.ended());
    let at = |step: Step| asking().filter(move |c| c.log.state().step == step);
    if let Some(phone) = phones.iter().find(|phone| phone.chosen().is_some()) {
        return if phone.arrived().is_some() { (Next::ThereByPhone(phone.id), None) } else { (Next::ByPhone(phone.id), phone.offer().map(calendar::start)) };
    }
    let later: [(Step, fn(ConversationId) -> Next); 5] =
        [(Step::Confirmed, Next::Refer), (Step::Asked, Next::Answer), (Step::Chosen, Next::Unconfirmed), (Step::Referred, Next::Unaccepted), (Step::Accepted, Next::Travel)];
    for (step, next) in later {
        if let Some(c) = at(step).next() {
            let due = if step == Step::Accepted { c.log.state().date.map(calendar::start) } else { c.due_at };
            return (next(c.id), due);
        }
    }
    if let Some(c) = at(Step::Admitted).next() {
        return (Next::Report(c.id), c.due_at);
    }
    if at(Step::Completed).next().is_some() {
        return (Next::Done, None);
    }
    match consented {
        Consented::Open => return (Next::Consent, None),
        Consented::Refused(_) | Consented::Revoked(_) => return (Next::Refused, None),
        Consented::Given(_) => {}
    }
    let offers: Vec<_> = at(Step::Offered).map(|c| c.log.state()).filter(|state| clock::choosable(state, now)).collect();
    let told = phones.iter().filter(|phone| phone.offer().is_some_and(|day| day >= calendar::day(now))).count();
    if offers.len() + told > 0 {
        return (Next::Choose(offers.len() + told), offers.iter().filter_map(|state| state.offer.map(|offer| offer.held_until)).min());
    }
    let unanswered = || phones.iter().filter(|phone| phone.is_open());
    let waiting = at(Step::Requested).count() + unanswered().count();
    if waiting > 0 {
        let due = at(Step::Requested).filter_map(|c| c.due_at).chain(unanswered().map(|phone| phone.inquiry.answer_by));
        return (Next::Wait(waiting), due.min());
    }
    if !plan.missing().is_empty() { (Next::Plan, None) } else { (Next::Ask, None) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::inquiry::Variant;

    use super::*;

    fn case() -> Case {
        let (id, opened_at) = (LocalId([1; 8]), Timestamp::from_secs(1_000));
        Case { id, patient: Some(id), variant: Variant::Rehab, discharge: None, exception: None, opened_at, opened_by: "s".into(), chosen: None, closed_at: None }
    }

    fn full() -> Plan {
        let day = "2026-12-01".parse().ok();
        Plan { indication: "heart".parse().ok(), earliest: day, payer: "gkv".parse().ok(), ..Plan::default() }
    }

    fn consent(given: bool, revoked: bool) -> Consent {
        let at = Timestamp::from_secs(5);
        let decision = serde_json::json!({ "kind": "discharge-management", "given": given, "form": "Anlage 1b", "by": "patient", "how": "paper", "at": at });
        let decision = serde_json::from_value(decision).unwrap();
        Consent {
            id: LocalId([2; 8]),
            patient: LocalId([1; 8]),
            ordinal: 1,
            decision,
            recorded_at: at,
            recorded_by: "s".into(),
            revoked_at: revoked.then_some(at),
            revoked_by: None,
        }
    }

    #[test]
    fn first_the_patient_is_asked_then_the_plan_is_written_then_clinics_are_asked() {
        let now = Timestamp::from_secs(2_000);
        let step = |consented, plan: &Plan| next(&case(), consented, plan, &[], &[], now).next;
        assert_eq!(step(Consented::Open, &full()), Next::Consent);
        assert_eq!(step(Consented::of(&[consent(true, false)], now), &Plan::default()), Next::Plan);
        assert_eq!(step(Consented::of(&[consent(true, false)], now), &full()), Next::Ask);
        assert_eq!(step(Consented::of(&[consent(false, false)], now), &full()), Next::Refused);
        assert_eq!(step(Consented::of(&[consent(true, true)], now), &full()), Next::Refused);
        let closed = Case { closed_at: Some(now), ..case() };
        assert_eq!(next(&closed, Consented::Open, &full(), &[], &[], now).next, Next::Done);
    }
}

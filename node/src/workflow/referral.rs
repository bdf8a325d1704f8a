//! From the choice to the report back, at both ends; and withdrawing or cancelling at every point.
//!
//! The choice is still without a name. Only when the owner has confirmed does the identified referral leave, to this one clinic,
//! and only on a release that names it. Whoever learns of the end erases, and says so under its signature.

mod asking;
mod owning;

use verbund_protocol::{
    catalogue::{AhbException, Cancel, DateChange, PayerDecision, Withdraw},
    id::{ConversationId, Digest, LocalId},
    planted::{Bug, planted},
    referral::{Ahb, Cancelled, DateChanged, Filed, Message, Opened, PayerDecided, Side, Step, Withdrawn, ahb},
    time::Day,
};

pub(super) use asking::take;
pub use asking::{NewReferral, choose, hand_over, hand_over_alone, send, withdraw_others};
pub use owning::{accept, arrived, did_not_come, refuse, report, report_consented};

use super::{
    Work, WorkError,
    conversation::{self, ANSWERING, ASKING, load, load_as, note, say},
    inquiry::find_case,
    offer::take_place,
    purpose,
};
use crate::{
    domain::{
        actor::Role,
        consent::{Consent, Kind, Recipient, Use},
    },
    store::{consent, conversation as stored, conversation::Conversation, hold},
};

/// Changes the day of admission: the owner sets it, the asker wishes it. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::State`] `ahb-late` if an AHB would begin too late without a reason; `full` if no place is left that day.
pub fn change_date(work: &mut Work<'_>, id: ConversationId, date: Day, reason: DateChange, exception: Option<AhbException>) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let mut c = load(work, id)?;
    purpose::require(work, c.patient)?;
    check_ahb(work, &c, date, exception)?;
    let message = Message::DateChanged(DateChanged { date, reason, exception });
    if is_said(work, &c, &message)? {
        return Ok(());
    }
    if c.side == Side::Owner {
        work.may_promise()?;
        move_hold(work, &c, date)?;
    }
    say(work, &mut c, &message).map(drop)
}

/// Returns whether this is the last that was said, by us: then a form was sent twice, and once is enough.
fn is_said(work: &Work<'_>, c: &Conversation, message: &Message) -> Result<bool, WorkError> {
    Ok(conversation::said_last(work, c)?.is_some_and(|(said, _)| said == *message))
}

/// Moves the held place of `c` to another day of admission.
fn move_hold(work: &mut Work<'_>, c: &Conversation, date: Day) -> Result<(), WorkError> {
    let held = hold::of(work.db, c.id)?.ok_or_else(|| WorkError::state("no-hold", "no place is held in this conversation", "make an offer first"))?;
    if held.hold.from == date {
        return Ok(());
    }
    take_place(work, c, &held.department, verbund_protocol::holds::Hold { from: date, ..held.hold })
}

/// Refuses a day on which an AHB would begin later than 14 days after discharge without a documented reason (§40(6) SGB V).
fn check_ahb(work: &Work<'_>, c: &Conversation, date: Day, exception: Option<AhbException>) -> Result<(), WorkError> {
    let (discharge, known) = discharge(work, c)?;
    match discharge.map(|discharge| ahb(discharge, date, exception.or(known))) {
        Some(Ahb::Late(days)) => Err(WorkError::state(
            "ahb-late",
            format!("the AHB would begin {days} days after the 14 days of §40(6) SGB V"),
            "choose an earlier day, or give the reason with --exception; `verbund inquiry codes ahb-exception` shows them",
        )),
        Some(Ahb::InTime(_) | Ahb::Excused(_)) | None => Ok(()),
    }
}

/// Returns day of discharge and reason for a late AHB, as this side knows them; nothing for a transfer.
fn discharge(work: &Work<'_>, c: &Conversation) -> Result<(Option<Day>, Option<AhbException>), WorkError> {
    if let Some(case) = c.case {
        let case = find_case(work, case)?;
        let rehab = case.variant == verbund_protocol::inquiry::Variant::Rehab;
        return Ok((case.discharge.filter(|_| rehab), case.exception));
    }
    Ok(match conversation::last(work, c, Side::Asker, verbund_protocol::referral::MessageKind::Referral)? {
        Some(Message::Referral(referral)) => (referral.discharge, referral.exception),
        _ => (None, None),
    })
}

/// Records what the payer decided, and tells the other clinic. A repeat changes nothing.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn payer_decided(work: &mut Work<'_>, id: ConversationId, decision: PayerDecision, on: Day) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let mut c = load(work, id)?;
    purpose::require(work, c.patient)?;
    let message = Message::PayerDecided(PayerDecided { decision, on });
    if is_said(work, &c, &message)? {
        return Ok(());
    }
    say(work, &mut c, &message).map(drop)
}

/// Tells the owner that the patient's transport is booked: only the tests' raised version says it.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
#[cfg(feature = "raised-version")]
pub fn transport_booked(work: &mut Work<'_>, id: ConversationId, on: Day) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let mut c = load_as(work, id, Side::Asker)?;
    say(work, &mut c, &Message::TransportBooked(verbund_protocol::referral::TransportBooked { on })).map(drop)
}

/// Withdraws as the asking clinic, at whatever step.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn withdraw(work: &mut Work<'_>, id: ConversationId, reason: Withdraw) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let mut c = load_as(work, id, Side::Asker)?;
    say(work, &mut c, &Message::Withdrawn(Withdrawn { reason })).map(drop)
}

/// Cancels as the owner of the bed, at whatever step.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn cancel(work: &mut Work<'_>, id: ConversationId, reason: Cancel) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    say(work, &mut c, &Message::Cancelled(Cancelled { reason })).map(drop)
}

/// Withdraws the conversations that rested on a consent taken back. Those in which this clinic owns the bed go on: the patient is
/// here, only nothing more is fetched.
///
/// # Errors
/// The store's. A clinic that cannot be told any more is marked for a person.
pub fn consent_revoked(work: &mut Work<'_>, conversations: &[ConversationId]) -> Result<(), WorkError> {
    for id in conversations {
        let mut c = load(work, *id)?;
        if c.side == Side::Owner || c.log.state().step.ended() {
            continue;
        }
        match say(work, &mut c, &Message::Withdrawn(Withdrawn { reason: Withdraw::CONSENT_REVOKED })) {
            Ok(_) => {}
            Err(WorkError::Store(error)) => return Err(error.into()),
            Err(error) => trouble(work, &mut load(work, *id)?, error.code())?,
        }
    }
    Ok(())
}

/// Marks a conversation for a person: "call them".
///
/// # Errors
/// The store's.
pub fn trouble(work: &mut Work<'_>, c: &mut Conversation, what: &str) -> Result<(), WorkError> {
    if c.trouble.as_deref() != Some(what) {
        c.trouble = Some(what.to_owned());
        stored::save(work.db, c)?;
        note(work, "conversation.trouble", c, what)?;
    }
    Ok(())
}

/// A person has dealt with a conversation's trouble by other means.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Purpose`].
pub fn settle_trouble(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let mut c = load(work, id)?;
    purpose::require(work, c.patient)?;
    c.trouble = None;
    stored::save(work.db, &c)?;
    note(work, "conversation.trouble.settled", &c, "")
}

/// Notes that a person has opened the identified referral or report here, tells the other clinic once, and returns it.
///
/// # Errors
/// [`WorkError::NotFound`] if there is nothing to open (any more); [`WorkError::Purpose`].
pub fn open(work: &mut Work<'_>, id: ConversationId) -> Result<Message, WorkError> {
    use verbund_protocol::referral::MessageKind as M;
    work.require(Role::CARE)?;
    let mut c = load(work, id)?;
    purpose::require(work, c.patient)?;
    let theirs = c.side.other();
    let kinds: &[M] = if c.side == Side::Owner { &[M::Referral, M::Handoff] } else { &[M::Report] };
    let mut found = None;
    for kind in kinds {
        if found.is_none() {
            found = stored::last_body(work.db, id, theirs, kind.number())?.map(|(seq, body)| (*kind, seq, body));
        }
    }
    let (kind, seq, body) = found.ok_or(WorkError::NotFound("referral"))?;
    note(work, "referral.read", &c, kind.word())?;
    let subject = stored::message(work.db, id, theirs, seq)?.ok_or(WorkError::NotFound("referral"))?.digest;
    let said = c.log.chain(c.side).iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == M::Opened && event.cites == Some(subject));
    let step = c.log.state().step;
    if !said && (!step.ended() || step == Step::Completed) {
        // Failing to tell must not keep a physician from reading.
        if let Err(WorkError::Store(error)) = say(work, &mut c, &Message::Opened(Opened { subject })) {
            return Err(error.into());
        }
    }
    Message::read(kind.number(), &body).map_err(|_| crate::store::StoreError::unreadable("message body").into())
}

/// Notes that the last identified message is in the patient's record here, and tells the other clinic, once.
///
/// # Errors
/// [`WorkError`] names what stands in the way.
pub fn filed(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    use verbund_protocol::referral::MessageKind as M;
    work.require(Role::CARE)?;
    let mut c = load(work, id)?;
    purpose::require(work, c.patient)?;
    let kinds = if c.side == Side::Owner { [M::Referral, M::Handoff] } else { [M::Report, M::Report] };
    let chain = c.log.chain(c.side.other());
    let subject = chain.iter().rev().find(|entry| entry.event.as_ref().is_some_and(|event| kinds.contains(&event.kind))).map(|entry| entry.digest);
    let subject: Digest = subject.ok_or(WorkError::NotFound("referral"))?;
    let said = c.log.chain(c.side).iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == M::Filed && event.cites == Some(subject));
    if said {
        return Ok(());
    }
    say(work, &mut c, &Message::Filed(Filed { subject })).map(drop)
}

/// Returns the decision that lets identified data go to the other clinic of `c`: the first of `kinds` in force, noted as what `c` rests on.
fn release(work: &Work<'_>, c: &mut Conversation, patient: LocalId, kinds: &[Kind]) -> Result<Consent, WorkError> {
    let recipient = Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() };
    let found = kinds.iter().map(|kind| super::consent::require(work, patient, *kind, Some(&recipient)));
    let ground = found.reduce(|first, next| first.or_else(|error| next.map_err(|_| error))).unwrap_or(Err(WorkError::NotFound("consent")))?;
    c.release = Some(ground.id).filter(|_| !planted(Bug::NameWithoutRelease));
    stored::save(work.db, c)?;
    consent::rests_on(work.db, ground.id, Use::Conversation(c.id), work.now)?;
    Ok(ground)
}

#[cfg(test)]
mod tests;

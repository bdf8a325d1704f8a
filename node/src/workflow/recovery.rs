//! Recovering after a restore from a backup: every member is asked what was said that the backup does not know.
//!
//! Until a member has answered, or a person has released it by name, nothing is said to it ([`meta::may_speak_to`]); so an honest node
//! never signs a second message under a number it has used. What comes back is verified like anything from a peer, takes its place in
//! the chains with the receipts of then, and is marked for a person: what only the lost part of the database knew (which patient, which
//! case) no other clinic can give back.

use std::collections::{HashMap, VecDeque};

use verbund_protocol::{
    capacity::DepartmentId,
    conversation::{
        Chain, Outcome, Receipt, SignedHeader, Verdict,
        recovery::{Content, Held, HeldConversation, Known, Recover, Recovered},
    },
    holds::Hold,
    id::{ConversationId, MemberId},
    limits::MAX_BATCH_REPLY,
    referral::{Entry, Message, MessageKind, Side},
};

use super::{
    Effect, Work, WorkError, capacity,
    conversation::{blank, last, note, settle},
    dispatch, document, referral,
};
use crate::{
    domain::actor::Role,
    store::{
        self, StoreError, case,
        conversation::{self, Conversation, Filter, Stored},
        hold, meta, outbox,
    },
};

/// Room left in an answer for its frame.
const MARGIN: usize = 64 << 10;
/// All of a member's conversations; there is no page to turn.
const ALL: usize = usize::MAX >> 1;

/// Returns the members that have to be asked now.
///
/// # Errors
/// The store's.
pub fn members_due(work: &Work<'_>) -> Result<Vec<MemberId>, WorkError> {
    if meta::recovering_since(work.db)?.is_none() {
        return Ok(Vec::new());
    }
    let mut due = Vec::new();
    for member in outstanding(work)? {
        if outbox::failing(work.db, &member)?.is_none_or(|failing| failing.is_due(work.now)) {
            due.push(member);
        }
    }
    Ok(due)
}

/// Returns the members that have neither answered nor been released.
///
/// # Errors
/// The store's.
pub fn outstanding(work: &Work<'_>) -> Result<Vec<MemberId>, WorkError> {
    let mut outstanding = Vec::new();
    for member in work.membership.held().document.members.iter().map(|member| &member.id).filter(|member| **member != work.me.member) {
        if !meta::may_speak_to(work.db, member)? {
            outstanding.push(member.clone());
        }
    }
    Ok(outstanding)
}

/// Returns the question for `member`: everything beyond what is known here.
///
/// # Errors
/// The store's.
pub fn question(work: &Work<'_>, member: &MemberId) -> Result<Vec<u8>, WorkError> {
    let known = with(work, member)?.into_iter().map(|c| Known { conversation: c.id, own: c.own.expected(), theirs: c.theirs.expected() });
    Ok(Recover { known: known.collect() }.write())
}

fn with(work: &Work<'_>, member: &MemberId) -> Result<Vec<Conversation>, StoreError> {
    conversation::list(work.db, &Filter { peer: Some(member.clone()), ended: true, ..Filter::default() }, ALL)
}

/// Answers the question of a member that recovers: what is held here of the conversations with it, beyond what it knows.
///
/// # Errors
/// [`WorkError::Invalid`] if this is no such question; the store's.
pub fn give(work: &mut Work<'_>, to: &MemberId, bytes: &[u8]) -> Result<Vec<u8>, WorkError> {
    let question = Recover::read(bytes).map_err(|error| WorkError::invalid(format!("not a question after a restore: {error}"), "compare the versions of both nodes"))?;
    let known: HashMap<ConversationId, Known> = question.known.into_iter().map(|known| (known.conversation, known)).collect();
    let (mut answer, mut size, mut given) = (Recovered::default(), 0, 0);
    let mut conversations = with(work, to)?;
    conversations.sort_by_key(|c| (c.opened_at, c.id));
    for c in conversations {
        let (own, theirs) = known.get(&c.id).map_or((0, 0), |known| (known.own, known.theirs));
        let mut held = HeldConversation { conversation: c.id, side: c.side.other(), messages: Vec::new() };
        for stored in conversation::messages(work.db, c.id)? {
            if stored.seq < if stored.side == c.side { theirs } else { own } {
                continue;
            }
            let message = hold_out(work, c.id, stored)?;
            size += message.header.len() + message.content.as_ref().map_or(0, |content| content.body.len()) + 512;
            if size > MAX_BATCH_REPLY - MARGIN {
                answer.more = true;
                break;
            }
            held.messages.push(message);
        }
        given += held.messages.len();
        if !held.messages.is_empty() {
            answer.conversations.push(held);
        }
        if answer.more {
            break;
        }
    }
    work.audit("recovery.give", None, "operation", &format!("{to} messages={given}"))?;
    Ok(answer.write())
}

fn hold_out(work: &Work<'_>, id: ConversationId, stored: Stored) -> Result<Held, StoreError> {
    let content = conversation::body(work.db, id, stored.side, stored.seq)?.map(|(salt, body)| Content { salt, body });
    Ok(Held { header: stored.header, content, receipt: stored.receipt.map(Into::into) })
}

/// Takes in what `from` holds. When it has given everything it may be spoken to again, and when all have, recovery ends.
///
/// # Errors
/// The store's. What does not verify is left out; a member that gives nothing usable and says there is more counts as failed.
pub fn take(work: &mut Work<'_>, from: &MemberId, answer: &[u8]) -> Result<(), WorkError> {
    let Ok(answer) = Recovered::read(answer) else { return dispatch::on_failure(work, from, "answer not understood") };
    let mut taken = 0;
    for held in answer.conversations {
        taken += revive(work, from, held)?;
    }
    if answer.more {
        if taken == 0 {
            return dispatch::on_failure(work, from, "gives back nothing usable");
        }
        work.then(Effect::Wake(from.clone()));
        return Ok(());
    }
    outbox::went_well(work.db, from)?;
    meta::recovered(work.db, from, None, work.now)?;
    work.audit("recovery.answered", None, "operation", from.as_str())?;
    work.then(Effect::Wake(from.clone()));
    finish(work)
}

/// Goes on with `member` although it has not answered, on a person's word.
///
/// # Errors
/// [`WorkError::State`] if the node does not recover; [`WorkError::NotFound`]; [`WorkError::Forbidden`] without the role of IT.
pub fn release(work: &mut Work<'_>, member: &MemberId) -> Result<(), WorkError> {
    work.require(&[Role::It])?;
    if meta::recovering_since(work.db)?.is_none() {
        return Err(WorkError::state("not-recovering", "the node is not recovering from a restore", "nothing is to be done"));
    }
    work.membership.member(member).ok_or(WorkError::NotFound("member"))?;
    let name = work.actor.name().to_owned();
    meta::recovered(work.db, member, Some(&name), work.now)?;
    work.audit("recovery.release", None, "operation", member.as_str())?;
    finish(work)
}

fn finish(work: &mut Work<'_>) -> Result<(), WorkError> {
    if outstanding(work)?.is_empty() {
        meta::end_recovery(work.db)?;
        work.audit("recovery.complete", None, "operation", "")?;
        tracing::info!("recovered from the restore: every member has answered or was released");
    }
    Ok(())
}

/// How far a recovery has come.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// Since when the node recovers; nothing if it does not.
    pub since: Option<verbund_protocol::time::Timestamp>,
    /// Members that have answered.
    pub answered: Vec<MemberId>,
    /// Members released without an answer, with the person who did.
    pub released: Vec<(MemberId, String)>,
    /// Members still to answer, with the reason of the last failure.
    pub outstanding: Vec<(MemberId, Option<String>)>,
}

/// Returns how far a recovery has come.
///
/// # Errors
/// The store's.
pub fn progress(work: &Work<'_>) -> Result<Progress, WorkError> {
    let mut progress = Progress { since: meta::recovering_since(work.db)?, answered: Vec::new(), released: Vec::new(), outstanding: Vec::new() };
    for recovered in meta::recovered_members(work.db)? {
        match recovered.released_by {
            Some(by) => progress.released.push((recovered.member, by)),
            None => progress.answered.push(recovered.member),
        }
    }
    for member in outstanding(work)? {
        let cause = outbox::failing(work.db, &member)?.map(|failing| failing.cause);
        progress.outstanding.push((member, cause));
    }
    Ok(progress)
}

/// Takes in what is held of one conversation; returns how many messages found their place.
fn revive(work: &mut Work<'_>, from: &MemberId, held: HeldConversation) -> Result<usize, WorkError> {
    let mut waiting: [VecDeque<(SignedHeader, Held)>; 2] = Default::default();
    for message in held.messages {
        let Some(signed) = verified(work, from, held.conversation, &message) else { continue };
        let own = signed.header.author.member == work.me.member;
        waiting[usize::from(own)].push_back((signed, message));
    }
    let Some((first, _)) = waiting.iter().flatten().next() else { return Ok(0) };
    let mut c = match conversation::find(work.db, held.conversation)? {
        Some(c) if c.peer == *from => c,
        Some(_) => return Ok(0),
        None => {
            let h = &first.header;
            let (own, theirs) = if h.author.member == work.me.member { (&h.author, &h.recipient) } else { (&h.recipient, &h.author) };
            blank(held.conversation, held.side, own.facility.clone(), from.clone(), theirs.facility.clone(), work.now)
        }
    };
    let mut taken = 0;
    // Each message waits until those it says it has seen are there; the chains themselves say in which order.
    while let Some((signed, message)) = next(&c, &work.me.member, &mut waiting) {
        take_one(work, &mut c, &signed, &message)?;
        taken += 1;
    }
    if taken > 0 {
        hold_again(work, &c)?;
        referral::trouble(work, &mut c, "restored")?;
    }
    Ok(taken)
}

/// Opens a header like any other from outside: it must be by one of the two, for the other, in this conversation, with its own body.
fn verified(work: &Work<'_>, from: &MemberId, id: ConversationId, message: &Held) -> Option<SignedHeader> {
    let signed = SignedHeader::open(&work.me.network, &work.membership, &message.header).ok()?;
    let h = &signed.header;
    let between = [(&h.author.member, &h.recipient.member), (&h.recipient.member, &h.author.member)].contains(&(&work.me.member, from));
    let whole = message.content.as_ref().is_none_or(|content| signed.check_body(&content.salt, &content.body).is_ok());
    (between && whole && h.conversation == id).then_some(signed)
}

fn next(c: &Conversation, me: &MemberId, waiting: &mut [VecDeque<(SignedHeader, Held)>; 2]) -> Option<(SignedHeader, Held)> {
    for queue in waiting {
        while let Some((signed, _)) = queue.front() {
            let (chain, other) = if signed.header.author.member == *me { (&c.own, c.side.other()) } else { (&c.theirs, c.side) };
            match Chain::judge(chain, signed, |seq| c.log.digest(other, seq)) {
                Verdict::Next => return queue.pop_front(),
                // Known by now, or never to fit.
                Verdict::Known | Verdict::Fork | Verdict::TooLong => drop(queue.pop_front()),
                Verdict::Gap { .. } | Verdict::BadSeen => break,
            }
        }
    }
    None
}

fn take_one(work: &mut Work<'_>, c: &mut Conversation, signed: &SignedHeader, held: &Held) -> Result<(), WorkError> {
    let own = signed.header.author.member == work.me.member;
    let side = if own { c.side } else { c.side.other() };
    let receipt = held.receipt.as_ref().and_then(|bytes| Some((bytes, Receipt::open(&work.me.network, &work.membership, bytes).ok()?)));
    let receipt = receipt.filter(|(_, receipt)| receipt.matches(signed).is_ok());
    let message = held.content.as_ref().and_then(|content| Message::read(signed.header.message, &content.body).ok());
    let before = c.log.state();
    let effect = c.log.append(side, Entry::of(signed, message.as_ref().map(Message::event)));
    let outcome = receipt.as_ref().map_or_else(|| effect.outcome.map_or_else(Outcome::Refused, |()| Outcome::Stored), |(_, receipt)| receipt.outcome);
    if let Outcome::Refused(refusal) = outcome {
        c.log.refused(side, signed.header.seq, refusal);
    }
    if own {
        c.own = c.own.after(signed)
    } else {
        c.theirs = c.theirs.after(signed)
    }
    match &message {
        Some(Message::Inquiry(inquiry)) => c.department = Some(inquiry.department.clone()),
        Some(Message::Offer(offer)) => c.department = Some(offer.department.clone()),
        _ => {}
    }
    settle(work, c, &before)?;
    let kept = held.content.as_ref().filter(|_| own || outcome == Outcome::Stored).map(|content| (&content.salt, &content.body[..]));
    let place = conversation::add_message(work.db, side, signed, kept, work.now)?;
    match receipt {
        Some((bytes, receipt)) => conversation::add_receipt(work.db, c.id, side, signed.header.seq, bytes, outcome, receipt.at)?,
        // Theirs, and our receipt never reached them: it is given now.
        None if !own => {
            let receipt = Receipt::of(signed, outcome, work.now).sign(&work.me.network, &work.me.key);
            conversation::add_receipt(work.db, c.id, side, signed.header.seq, &receipt, outcome, work.now)?;
        }
        // Ours without its receipt: the next one they send proves that they have it; sending again brings it.
        None => outbox::queue(work.db, &c.peer, place, work.now)?,
    }
    let word = MessageKind::numbered(signed.header.message).map_or("unknown", MessageKind::word);
    note(work, &format!("{word}.recover"), c, c.log.state().step.word())?;
    match (message, outcome) {
        (Some(message), Outcome::Stored) => follow(work, c, own, &message),
        _ => Ok(()),
    }
}

/// What a message brings with it that only this clinic's own tables know. Nothing is said to anybody.
fn follow(work: &mut Work<'_>, c: &Conversation, own: bool, message: &Message) -> Result<(), WorkError> {
    let offered = match message {
        Message::Choice(_) if own => return c.case.map_or(Ok(()), |id| Ok(case::choose(work.db, id, Some(c.id))?)),
        Message::Handoff(handoff) if !own => &handoff.documents,
        Message::Report(report) if !own => &report.documents,
        _ => return Ok(()),
    };
    match document::accept(work, &c.peer, c.id, c.patient, offered) {
        Ok(_) => Ok(()),
        Err(WorkError::Store(error)) => Err(error.into()),
        // A grant that has ended meanwhile: a person sees the conversation anyway.
        Err(_) => Ok(()),
    }
}

/// A place that was promised stays promised, whether or not the restored figures have room for it.
fn hold_again(work: &mut Work<'_>, c: &Conversation) -> Result<(), WorkError> {
    let state = c.log.state();
    if c.side != Side::Owner || !state.step.holds() || hold::of(work.db, c.id)?.is_some() {
        return Ok(());
    }
    let Some(Message::Offer(offer)) = last(work, c, Side::Owner, MessageKind::Offer)? else { return Ok(()) };
    let (facility, department) = (c.own_facility.clone(), offer.department);
    let wanted = Hold { from: state.date.unwrap_or(offer.date), days: offer.stay_days };
    hold::place(work.db, c.id, &store::hold::Held { facility: facility.clone(), department: department.clone(), hold: wanted }, work.now)?;
    capacity::republish(work, &DepartmentId { facility, department })
}

#[cfg(test)]
mod tests;

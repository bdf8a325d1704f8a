//! What other clinics say: taken in, judged, answered with a signed receipt, all in one transaction.
//!
//! Signature and membership are checked before a body is parsed. A repeat gets the same receipt, byte for byte; a gap is
//! answered with the number expected; two messages under one number are kept as proof. What a message means is the table's
//! to say; what follows here is [`super::conversation::settle`]'s.

use verbund_protocol::{
    conversation::{Batch, Chain, Item, Outcome, Receipt, Refusal, Reply, SignedHeader, Verdict, chain::Conflict, frame::Rejection, frame::Replies, recovery::Recover},
    document::Grant,
    id::MemberId,
    limits::MAX_OPEN_CONVERSATIONS,
    planted::{Bug, planted},
    referral::{Entry, Message, MessageKind, Side},
    sign::Checked,
};

use super::{
    Work, WorkError,
    conversation::{blank, note, settle},
    document, offer, recovery, referral, rule,
};
use crate::store::{
    StoreError,
    conversation::{self, Conversation},
    meta,
};

/// Takes in a batch from `from` and returns the answer: one reply for each message. `checked` are signatures in it that were verified before.
///
/// # Errors
/// [`WorkError::Invalid`] if this is no batch; the store's. Then nothing was taken in, and the sender tries again.
pub fn receive(work: &mut Work<'_>, from: &MemberId, bytes: &[u8], checked: &Checked) -> Result<Vec<u8>, WorkError> {
    if Recover::is(bytes) {
        let allowed = work.membership.may_converse(from, work.now);
        return if allowed { recovery::give(work, from, bytes) } else { Err(WorkError::Forbidden("member".into())) };
    }
    let batch =
        Batch::read(bytes).map_err(|error| WorkError::invalid(format!("not a batch of messages: {error}"), "the sending node must be of a version this one understands"))?;
    let allowed = work.membership.may_converse(from, work.now) && work.membership.freshness(work.now).may_continue() || planted(Bug::HearTheRemoved);
    // After a restore nothing new is judged by what the backup knew: first comes what this member has held all along.
    let recovering = !meta::may_speak_to(work.db, from)?;
    let mut replies = Replies::default();
    for item in batch.items {
        replies.replies.push(match (allowed, recovering) {
            (false, _) => Reply::Rejected(Rejection::NotAllowed),
            (true, true) => Reply::Busy,
            (true, false) => take(work, from, item, checked)?,
        });
    }
    Ok(replies.write())
}

fn take(work: &mut Work<'_>, from: &MemberId, item: Item, checked: &Checked) -> Result<Reply, WorkError> {
    let signed = match SignedHeader::open_checked(&work.me.network, &work.membership, &item.header, checked) {
        Ok(signed) => signed,
        Err(error) => {
            tracing::warn!(member = %from, error = &error as &dyn std::error::Error, "a message was refused");
            return Ok(Reply::Rejected(Rejection::NotAMessage));
        }
    };
    let header = &signed.header;
    if header.author.member != *from || header.recipient.member != work.me.member {
        return Ok(Reply::Rejected(Rejection::NotAMessage));
    }
    if signed.check_body(&item.salt, &item.body).is_err() {
        return Ok(Reply::Rejected(Rejection::WrongBody));
    }
    let (mut c, new) = match conversation::find(work.db, header.conversation)? {
        Some(c) => (c, false),
        None => (blank(header.conversation, Side::Owner, header.recipient.facility.clone(), from.clone(), header.author.facility.clone(), work.now), true),
    };
    let parties = header.author.member == c.peer && header.author.facility == c.peer_facility && header.recipient.facility == c.own_facility;
    if !parties {
        return Ok(Reply::Rejected(Rejection::NotAMessage));
    }
    match c.theirs.judge(&signed, |seq| c.log.digest(c.side, seq)) {
        Verdict::Known => known(work, &mut c, &signed),
        Verdict::Gap { expected } => Ok(Reply::Gap { conversation: c.id, expected }),
        Verdict::Fork | Verdict::BadSeen | Verdict::TooLong => Ok(Reply::Rejected(Rejection::Diverged)),
        Verdict::Next if new && busy(work, &c)? => Ok(Reply::Busy),
        Verdict::Next => next(work, &mut c, &signed, &item),
    }
}

/// A new conversation waits while there are too many.
fn busy(work: &Work<'_>, c: &Conversation) -> Result<bool, WorkError> {
    Ok(conversation::open_with(work.db, &c.peer)? >= MAX_OPEN_CONVERSATIONS)
}

/// A number we have already: the same message gets the same receipt.
fn known(work: &mut Work<'_>, c: &mut Conversation, signed: &SignedHeader) -> Result<Reply, WorkError> {
    let unreadable = || StoreError::unreadable("message");
    let stored = conversation::message(work.db, c.id, c.side.other(), signed.header.seq)?.ok_or_else(unreadable)?;
    let held = SignedHeader::trusted(&stored.header).map_err(|_| unreadable())?;
    if planted(Bug::SkipInboxKey) {
        note(work, "repeat.receive", c, c.log.state().step.word())?;
    }
    match Chain::conflict(&held, signed) {
        Conflict::Repeat => Ok(Reply::Receipt(stored.receipt.ok_or_else(unreadable)?)),
        Conflict::Restored => Ok(Reply::Gap { conversation: c.id, expected: c.theirs.expected() }),
        Conflict::Equivocation => {
            conversation::contradiction(work.db, &held.bytes, signed, work.now)?;
            referral::trouble(work, c, "contradiction")?;
            Ok(Reply::Rejected(Rejection::Equivocation))
        }
    }
}

/// The next message: it gets its place, its effect and its receipt.
fn next(work: &mut Work<'_>, c: &mut Conversation, signed: &SignedHeader, item: &Item) -> Result<Reply, WorkError> {
    let theirs = c.side.other();
    let before = c.log.state();
    let read = readable(work, c, signed, &item.body);
    let effect = c.log.append(theirs, Entry::of(signed, read.as_ref().ok().map(Message::event)));
    let outcome = match read.as_ref().map_or_else(|refusal| Err(*refusal), |_| effect.outcome) {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(()) => Outcome::Stored,
    };
    c.theirs = c.theirs.after(signed);
    if let (Ok(Message::Inquiry(inquiry)), Outcome::Stored) = (&read, outcome) {
        c.department = Some(inquiry.department.clone());
    }
    settle(work, c, &before)?;
    let kept = (outcome == Outcome::Stored).then_some((&item.salt, &item.body[..]));
    let receipt = Receipt::of(signed, outcome, work.now).sign(&work.me.network, &work.me.key);
    conversation::add_receipted(work.db, theirs, signed, kept, &receipt, outcome, work.now)?;
    let word = MessageKind::numbered(signed.header.message).map_or("unknown", MessageKind::word);
    if !planted(Bug::ForgetAudit) {
        note(work, &format!("{word}.receive"), c, c.log.state().step.word())?;
    }
    if let (Ok(message), Outcome::Stored, false) = (read, outcome, effect.repeat) {
        match follow(work, c, &message) {
            Ok(()) => {}
            Err(WorkError::Store(error)) => return Err(error.into()),
            // The message counts whatever comes of it here; a person sees that something did not.
            Err(error) => referral::trouble(work, c, error.code())?,
        }
    }
    Ok(Reply::Receipt(receipt))
}

/// Reads the body, and refuses what its own rules or ours about addresses refuse. Whatever is refused here counts for neither side.
fn readable(work: &Work<'_>, c: &Conversation, signed: &SignedHeader, body: &[u8]) -> Result<Message, Refusal> {
    let message = Message::read(signed.header.message, body).map_err(|error| error.refusal())?;
    message.bounded().map_err(|_| Refusal::Content)?;
    let here = work.membership.member_by_ik(&c.own_facility).is_some_and(|member| member.id == work.me.member);
    if !here {
        return Err(Refusal::NotAddressed);
    }
    let documents = match &message {
        Message::Handoff(handoff) => &handoff.documents[..],
        Message::Report(report) => &report.documents[..],
        _ => &[],
    };
    // A grant that is not ours to use hands nothing over.
    let ours = |grant: Grant| grant.from == c.peer && grant.to == work.me.member && grant.conversation == c.id;
    let usable = documents.iter().all(|offer| offer.open(&work.membership).is_ok_and(ours));
    if usable { Ok(message) } else { Err(Refusal::Content) }
}

/// What a message that counts brings with it here, beyond the state.
fn follow(work: &mut Work<'_>, c: &mut Conversation, message: &Message) -> Result<(), WorkError> {
    match message {
        Message::Inquiry(inquiry) => rule::apply(work, c, inquiry),
        // With the clock in doubt a person confirms; the deadline reminds.
        Message::Choice(_) if c.auto_confirm && work.may_promise().is_ok() => offer::confirm_choice(work, c),
        Message::Confirmed(_) => c.case.map_or(Ok(()), |case| referral::withdraw_others(work, case, c.id)),
        Message::Handoff(handoff) => document::accept(work, &c.peer, c.id, c.patient, &handoff.documents).map(drop),
        Message::Report(report) if !report.documents.is_empty() => document::accept(work, &c.peer, c.id, c.patient, &report.documents).map(drop),
        // The patient's place came to nothing: a person must find another.
        Message::Gone(_) | Message::Cancelled(_) | Message::Refused(_) if c.side == Side::Asker => referral::trouble(work, c, "place-lost"),
        _ => Ok(()),
    }
}

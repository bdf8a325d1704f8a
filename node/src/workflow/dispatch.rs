//! The way out: what waits in the outbox for a member, and what its answer means. Without input or output: the runtime
//! (or the simulator) carries the bytes.

use std::{collections::BTreeSet, time::Duration};

use verbund_protocol::{
    conversation::{Batch, Outcome, Receipt, Reply, SignedHeader, frame::Rejection, frame::Replies},
    id::{ConversationId, MemberId},
    limits::{MAX_BATCH, MAX_BATCH_MESSAGES, MAX_BATCHES, UNDELIVERABLE_AFTER},
    membership::Standing,
    planted::{Bug, planted},
    referral::MessageKind,
    sign::Checked,
};

use super::{
    Effect, Work, WorkError,
    conversation::{abandon, load, settle},
    recovery,
    referral::trouble,
};
use crate::store::{
    StoreError, conversation,
    conversation::Place,
    meta,
    outbox::{self, Pending},
};

/// How long a busy member is left alone.
const BUSY_WAIT: Duration = Duration::from_secs(2);

/// What was sent to a member: kept by the runtime until the answer comes, for [`on_response`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// To whom.
    pub member: MemberId,
    /// The request's bytes.
    pub body: Vec<u8>,
    what: Vec<What>,
    /// After a restore: asks what this node does not know any more, and carries no message.
    recovers: bool,
}

/// One message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct What {
    place: Place,
    conversation: ConversationId,
    seq: u64,
}

/// What is under way to one member already, as far as the next request depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    requests: usize,
    /// Their next messages wait for the answer: in a request of their own they could overtake those before them.
    conversations: BTreeSet<ConversationId>,
    messages: BTreeSet<Place>,
    /// What this node does not know any more is asked first, and alone.
    recovers: bool,
}

impl UnderWay {
    /// Adds a request.
    pub fn add(&mut self, sent: &Sent) {
        self.requests += 1;
        self.conversations.extend(sent.what.iter().map(|what| what.conversation));
        self.messages.extend(sent.what.iter().map(|what| what.place));
        self.recovers |= sent.recovers;
    }
    /// Returns whether another request may join.
    pub fn has_room(&self) -> bool {
        self.requests < MAX_BATCHES && !self.recovers
    }
}

/// Returns the members for whom something is to be sent now.
///
/// # Errors
/// The store's.
pub fn members_due(work: &Work<'_>) -> Result<Vec<MemberId>, WorkError> {
    let mut due = outbox::members_due(work.db, work.now)?;
    due.extend(recovery::members_due(work)?);
    Ok(due)
}

/// Returns what is to be sent to `member` now, if anything is: oldest first, many messages in one request, and none of a conversation
/// that has messages under way.
///
/// # Errors
/// The store's.
pub fn due(work: &mut Work<'_>, member: &MemberId, under_way: &UnderWay) -> Result<Option<Sent>, WorkError> {
    match work.membership.member_standing(member, work.now) {
        Standing::Member(_) => {}
        Standing::Suspended { .. } => return Ok(None), // it may come back; the messages wait
        Standing::Removed { .. } | Standing::Unlisted => return undeliverable(work, member).map(|()| None),
    }
    let alone = under_way.requests == 0;
    // A member that does not take what it gets is tried with one request, not with several.
    if !under_way.has_room() || outbox::failing(work.db, member)?.is_some_and(|failing| !(alone && failing.is_due(work.now))) {
        return Ok(None);
    }
    if !meta::may_speak_to(work.db, member)? {
        if !alone {
            return Ok(None);
        }
        return Ok(Some(Sent { member: member.clone(), body: recovery::question(work, member)?, what: Vec::new(), recovers: true }));
    }
    let waits = |id: &ConversationId| under_way.conversations.contains(id) && !planted(Bug::Overtake);
    let sent = |place: Place| under_way.messages.contains(&place);
    let pending = outbox::pending(work.db, member, (MAX_BATCH_MESSAGES, MAX_BATCH - (16 << 10)), sent, waits)?;
    if pending.is_empty() {
        return Ok(None);
    }
    if planted(Bug::ForgetOnSend) {
        pending.iter().try_for_each(|pending| outbox::done(work.db, pending.place))?;
    }
    let what = pending.iter().map(|Pending { place, conversation, seq, .. }| What { place: *place, conversation: *conversation, seq: *seq }).collect();
    let body = Batch { items: pending.into_iter().map(|pending| pending.item).collect() }.write();
    Ok(Some(Sent { member: member.clone(), body, what, recovers: false }))
}

/// Takes in a member's answer to what was sent. `checked` are signatures in it that were verified before.
///
/// # Errors
/// The store's. An answer that is none counts as a failed attempt.
pub fn on_response(work: &mut Work<'_>, sent: &Sent, answer: &[u8], checked: &Checked) -> Result<(), WorkError> {
    if sent.recovers {
        return recovery::take(work, &sent.member, answer);
    }
    let Some(replies) = Replies::read(answer).ok().filter(|replies| replies.replies.len() == sent.what.len()) else {
        return on_failure(work, &sent.member, "answer not understood");
    };
    let (mut progress, mut stuck, mut gaps) = (false, Vec::new(), Vec::new());
    for (what, reply) in sent.what.iter().zip(replies.replies) {
        let What { conversation: id, seq, .. } = *what;
        match reply {
            Reply::Receipt(bytes) if receipted(work, &sent.member, what, &bytes, checked)? => progress = true,
            Reply::Receipt(_) | Reply::Busy => stuck.push(id),
            Reply::Gap { expected, .. } => {
                missing(work, id, expected)?;
                gaps.push(id);
            }
            Reply::Rejected(Rejection::NotAllowed) => return on_failure(work, &sent.member, "the other clinic says we may not send now"),
            Reply::Rejected(rejection) => {
                // It will never be taken in as it is, nor what follows it: a person must look.
                outbox::drop_conversation(work.db, id)?;
                tracing::warn!(conversation = %id, seq, ?rejection, member = %sent.member, "a message was rejected without a receipt");
                trouble(work, &mut load(work, id)?, "rejected")?;
            }
        }
    }
    if progress {
        outbox::went_well(work.db, &sent.member)?;
    }
    // What the other side misses goes again at once, and what it misses for days is given up like what it never takes.
    for id in stuck.iter().chain(&gaps) {
        give_up_if_old(work, *id)?;
    }
    if !stuck.is_empty() || !progress {
        outbox::put_off(work.db, &sent.member, BUSY_WAIT, work.now)?;
    } else {
        work.then(Effect::Wake(sent.member.clone()));
    }
    Ok(())
}

/// The member answers and does not take a message of this conversation: after three days a person is told to call, as when it
/// cannot be reached. What else goes to the member goes on.
fn give_up_if_old(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    let Some(since) = outbox::waiting_since(work.db, id)? else { return Ok(()) };
    // A clock in doubt gives nothing up.
    if !work.clock_agrees || work.now.since(since) < UNDELIVERABLE_AFTER {
        return Ok(());
    }
    trouble(work, &mut load(work, id)?, "undeliverable")?;
    Ok(outbox::drop_conversation(work.db, id)?)
}

/// The other side misses messages from `expected` on: they are sent again. If it claims to hold what was never written here, a person
/// must look.
fn missing(work: &mut Work<'_>, id: ConversationId, expected: u64) -> Result<(), WorkError> {
    let mut c = load(work, id)?;
    if expected < c.own.expected() {
        return Ok(outbox::queue_from(work.db, &c.peer, id, c.side, expected, work.now)?);
    }
    outbox::drop_conversation(work.db, id)?;
    trouble(work, &mut c, "diverged")
}

/// Keeps a receipt, if it is one for this message. Returns whether it was.
fn receipted(work: &mut Work<'_>, member: &MemberId, what: &What, bytes: &[u8], checked: &Checked) -> Result<bool, WorkError> {
    let What { place, conversation: id, seq } = *what;
    let header = SignedHeader::trusted(&conversation::header_at(work.db, place)?).map_err(|_| StoreError::unreadable("header"))?;
    let receipt = Receipt::open_checked(&work.me.network, &work.membership, bytes, checked).ok().filter(|receipt| receipt.matches(&header).is_ok());
    let Some(receipt) = receipt else {
        tracing::warn!(conversation = %id, seq, %member, "a receipt does not prove what it should");
        return Ok(false);
    };
    conversation::add_receipt_at(work.db, place, bytes, receipt.outcome, receipt.at)?;
    outbox::done(work.db, place)?;
    conversation::end_trouble(work.db, id, "undeliverable")?;
    if let Outcome::Refused(refusal) = receipt.outcome {
        refused(work, &mut load(work, id)?, seq, refusal)?;
    }
    Ok(true)
}

/// The other side refused a message. What the table refuses, our own log finds too once the other's messages are here; what its recipient
/// could not read or would not accept may count for neither side, and a person is told.
fn refused(work: &mut Work<'_>, c: &mut conversation::Conversation, seq: u64, refusal: verbund_protocol::conversation::Refusal) -> Result<(), WorkError> {
    if refusal.is_of_content() {
        let before = c.log.state();
        if c.log.refused(c.side, seq, refusal) {
            settle(work, c, &before)?;
        }
        return trouble(work, c, refusal.word());
    }
    // The patient's choice came too late: a person must find another place.
    let choice = c.log.chain(c.side).get(seq as usize).and_then(|entry| entry.event.as_ref()).is_some_and(|event| event.kind == MessageKind::Choice);
    if choice { trouble(work, c, refusal.word()) } else { Ok(()) }
}

/// Notes that an attempt failed; after three days a person is told to call.
///
/// # Errors
/// The store's.
pub fn on_failure(work: &mut Work<'_>, member: &MemberId, cause: &str) -> Result<(), WorkError> {
    // Requests that were under way together fail together: the first is the attempt that counts.
    let counted = outbox::failing(work.db, member)?.filter(|failing| failing.attempts > 0 && !failing.is_due(work.now));
    let failing = counted.map_or_else(|| outbox::failed(work.db, member, cause, work.now), Ok)?;
    // A clock in doubt gives nothing up.
    if work.clock_agrees && work.now.since(failing.since) >= UNDELIVERABLE_AFTER { undeliverable(work, member) } else { Ok(()) }
}

/// A member has come within reach: what waits for it is sent now.
///
/// # Errors
/// The store's.
pub fn on_reachable(work: &mut Work<'_>, member: &MemberId) -> Result<(), WorkError> {
    outbox::try_now(work.db, member, work.now)?;
    work.then(Effect::Wake(member.clone()));
    Ok(())
}

/// What waits for a member that is gone will not arrive: each conversation is marked, and nothing is tried any more.
fn undeliverable(work: &mut Work<'_>, member: &MemberId) -> Result<(), WorkError> {
    for id in outbox::waiting(work.db, member)? {
        trouble(work, &mut load(work, id)?, "undeliverable")?;
    }
    Ok(outbox::give_up(work.db, member)?)
}

/// A network document was taken: conversations with members it does not list any more end here, each marked for a person.
///
/// # Errors
/// The store's.
pub fn members_left(work: &mut Work<'_>) -> Result<(), WorkError> {
    for member in conversation::peers(work.db)? {
        if !matches!(work.membership.member_standing(&member, work.now), Standing::Removed { .. } | Standing::Unlisted) {
            continue;
        }
        let open = conversation::Filter { peer: Some(member.clone()), ..Default::default() };
        for mut c in conversation::list(work.db, &open, usize::MAX >> 1)? {
            abandon(work, &mut c, "member-removed")?;
        }
        outbox::give_up(work.db, &member)?;
    }
    Ok(())
}

/// Sends again what was given up for `member`: a person asks for it.
///
/// # Errors
/// [`WorkError::NotFound`] if there is no such member; the store's.
pub fn try_again(work: &mut Work<'_>, member: &MemberId) -> Result<(), WorkError> {
    work.require(crate::domain::actor::Role::CARE)?;
    work.membership.held().document.member(member).ok_or(WorkError::NotFound("member in the member list"))?;
    for mut c in conversation::list(work.db, &conversation::Filter { peer: Some(member.clone()), ended: true, ..Default::default() }, usize::MAX >> 1)? {
        let first = conversation::messages(work.db, c.id)?.into_iter().find(|message| message.side == c.side && message.receipt.is_none());
        if let Some(first) = first {
            outbox::queue_from(work.db, member, c.id, c.side, first.seq, work.now)?;
            c.trouble = None;
            conversation::save(work.db, &c)?;
        }
    }
    work.then(Effect::Wake(member.clone()));
    Ok(())
}

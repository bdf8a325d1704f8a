//! What every step of a conversation shares: saying something, taking in what follows from it, and ending.
//!
//! [`say`] signs and stores a message, its effect, the audit entry and the outbox entry together; the dispatcher sends it after
//! the commit. [`settle`] does what a new state asks of this clinic, whoever caused it: deadlines, holds, the case, the end.

mod settle;

use verbund_protocol::{
    catalogue::Catalogue,
    conversation::{Chain, Header, Party, Refusal, SignedHeader, body_hash},
    id::{ConversationId, Digest, Ik, MemberId},
    limits::{MAX_BODY, MAX_MESSAGES},
    membership::Standing,
    referral::{Entry, Log, Message, MessageKind, Side, Step},
    time::Timestamp,
};

pub use settle::{abandon, erase, settle};

use super::{Effect, Work, WorkError};
use crate::{
    domain::actor::Role,
    store::{conversation, conversation::Conversation, meta, outbox},
};

/// Roles that ask other clinics for places.
pub const ASKING: &[Role] = &[Role::SocialService, Role::Physician];
/// Roles that answer.
pub const ANSWERING: &[Role] = &[Role::Admissions, Role::Physician];

/// Returns a conversation by name.
///
/// # Errors
/// [`WorkError::NotFound`].
pub fn load(work: &Work<'_>, id: ConversationId) -> Result<Conversation, WorkError> {
    conversation::find(work.db, id)?.ok_or(WorkError::NotFound("conversation"))
}

/// Returns a conversation in which this node is `side`.
///
/// # Errors
/// [`WorkError::NotFound`] also if it is the other side: what is not yours is not there.
pub fn load_as(work: &Work<'_>, id: ConversationId, side: Side) -> Result<Conversation, WorkError> {
    load(work, id).and_then(|c| if c.side == side { Ok(c) } else { Err(WorkError::NotFound("conversation")) })
}

/// Returns a new conversation, not yet stored. `peer_facility` names the member.
///
/// # Errors
/// [`WorkError`] if the facility is nobody's or this node's own.
pub fn begin(work: &mut Work<'_>, own_facility: Ik, peer_facility: Ik) -> Result<Conversation, WorkError> {
    let peer = work.membership.member_by_ik(&peer_facility).map(|member| member.id.clone());
    let peer = peer.ok_or_else(|| WorkError::invalid(format!("no member speaks for facility {peer_facility}"), "look facilities up with `verbund search`"))?;
    if peer == work.me.member {
        return Err(WorkError::invalid(format!("facility {peer_facility} is this node's own"), "places of one's own need no inquiry"));
    }
    let id = work.entropy.conversation_id();
    Ok(blank(id, Side::Asker, own_facility, peer, peer_facility, work.now))
}

/// Returns a conversation in which nothing has been said.
pub fn blank(id: ConversationId, side: Side, own_facility: Ik, peer: MemberId, peer_facility: Ik, now: Timestamp) -> Conversation {
    Conversation {
        id,
        side,
        case: None,
        patient: None,
        consent: None,
        release: None,
        own_facility,
        peer,
        peer_facility,
        department: None,
        log: Log::default(),
        own: Chain::default(),
        theirs: Chain::default(),
        opened_at: now,
        changed_at: now,
        due_at: None,
        remind_at: None,
        end_at: None,
        ended_at: None,
        erase_at: None,
        erased_at: None,
        auto_confirm: false,
        trouble: None,
    }
}

/// Says `message` in `c`: checks it, signs it, stores it with what follows from it, and queues it. Returns the header's digest.
///
/// # Errors
/// [`WorkError`] names what stands in the way; nothing has changed then.
pub fn say(work: &mut Work<'_>, c: &mut Conversation, message: &Message) -> Result<Digest, WorkError> {
    may_say(work, c, message)?;
    let body = message.body();
    if body.len() > MAX_BODY {
        return Err(WorkError::invalid(format!("the message has {} bytes, at most {MAX_BODY} are allowed", body.len()), "shorten the texts or hand over fewer documents at once"));
    }
    let salt = work.entropy.bytes();
    let header = Header {
        conversation: c.id,
        author: Party { member: work.me.member.clone(), facility: c.own_facility.clone() },
        recipient: Party { member: c.peer.clone(), facility: c.peer_facility.clone() },
        seq: c.own.expected(),
        previous: c.own.head.map(|head| head.digest),
        seen: c.theirs.head,
        message: message.kind().number(),
        body: body_hash(&salt, &body),
        made_at: work.now,
        epoch: meta::epoch(work.db)?,
    };
    let signed = header.sign(&work.me.network, &work.me.key);
    let before = c.log.state();
    let effect = c.log.append(c.side, Entry::of(&signed, Some(message.event())));
    match effect.outcome {
        Err(refusal) => return Err(out_of_turn(message.kind(), before.step, refusal)),
        Ok(()) if effect.repeat => return Err(WorkError::state("repeat", format!("the conversation is {} already", before.step), "nothing is to be done")),
        Ok(()) => {}
    }
    c.own = c.own.after(&signed);
    settle(work, c, &before)?;
    let place = conversation::add_message(work.db, c.side, &signed, Some((&salt, &body)), work.now)?;
    outbox::queue(work.db, &c.peer, place, work.now)?;
    note(work, &format!("{}.send", message.kind().word()), c, c.log.state().step.word())?;
    work.then(Effect::Wake(c.peer.clone()));
    Ok(signed.digest)
}

/// What must hold before anything is said, whatever it is.
fn may_say(work: &Work<'_>, c: &Conversation, message: &Message) -> Result<(), WorkError> {
    if !meta::may_speak_to(work.db, &c.peer)? {
        return Err(WorkError::unavailable(
            format!("this node was restored from a backup and {} has not yet given back what it holds of our conversations", c.peer),
            format!("wait until it is reachable, or release it: `verbund restore release {}`", c.peer),
        ));
    }
    match work.membership.member_standing(&c.peer, work.now) {
        Standing::Member(_) | Standing::Suspended { .. } => {}
        Standing::Removed { .. } | Standing::Unlisted => return Err(WorkError::state("undeliverable", format!("{} is no longer a member", c.peer), "call the clinic")),
    }
    if !work.membership.freshness(work.now).may_continue() {
        return Err(WorkError::unavailable("the network document ended too long ago to hold conversations", "get the current one: `verbund join --document FILE`"));
    }
    // The last numbers are kept for ending.
    let last_word = matches!(message.kind(), MessageKind::Withdrawn | MessageKind::Cancelled | MessageKind::Erased);
    if c.own.expected() >= if last_word { MAX_MESSAGES } else { MAX_MESSAGES - 8 } {
        return Err(WorkError::state("too-long", "this conversation has as many messages as it may have", "end it and begin a new one"));
    }
    message.check(Catalogue::shipped(), work.now).map_err(|error| WorkError::invalid(error.to_string(), "correct it and send again; `verbund inquiry codes LIST` shows the codes"))
}

fn out_of_turn(kind: MessageKind, step: Step, refusal: Refusal) -> WorkError {
    let what = match refusal {
        Refusal::Ended => format!("the conversation is over ({step})"),
        Refusal::OfferEnded => "the offer is not, or no longer, the one that stands".into(),
        Refusal::Superseded => "the other clinic has changed the date meanwhile".into(),
        Refusal::NotYours => format!("only the other clinic can say this ({})", kind.word()),
        _ => format!("not now: the conversation is {step}, which does not allow {}", kind.word()),
    };
    WorkError::state(refusal.word(), what, "look at it with `verbund referral show`")
}

/// Writes an audit entry about a conversation. `detail` holds codes only.
///
/// # Errors
/// The store's.
pub fn note(work: &Work<'_>, action: &str, c: &Conversation, detail: &str) -> Result<(), WorkError> {
    work.audit(action, c.patient, "discharge", format!("{} {} {detail}", c.id, c.peer).trim_end())
}

/// Returns the last body of a type that a side sent, if it is not erased.
///
/// # Errors
/// The store's, also for a body that does not read back.
pub fn last(work: &Work<'_>, c: &Conversation, side: Side, kind: MessageKind) -> Result<Option<Message>, WorkError> {
    let found = conversation::last_body(work.db, c.id, side, kind.number())?;
    found.map(|(_, body)| Message::read(kind.number(), &body).map_err(|_| crate::store::StoreError::unreadable("message body").into())).transpose()
}

/// Returns the message that is the last of the conversation if this clinic has said it, with the time it was made: what a form says that was
/// sent twice has been said already.
///
/// # Errors
/// The store's, also for a message that does not read back.
pub fn said_last(work: &Work<'_>, c: &Conversation) -> Result<Option<(Message, Timestamp)>, WorkError> {
    let unreadable = || crate::store::StoreError::unreadable("message");
    let Some(head) = c.own.head else { return Ok(None) };
    let Some(stored) = conversation::message(work.db, c.id, c.side, head.seq)? else { return Ok(None) };
    let header = SignedHeader::trusted(&stored.header).map_err(|_| unreadable())?.header;
    let Some((_, body)) = conversation::body(work.db, c.id, c.side, head.seq)?.filter(|_| header.seen == c.theirs.head) else { return Ok(None) };
    Ok(Some((Message::read(header.message, &body).map_err(|_| unreadable())?, header.made_at)))
}

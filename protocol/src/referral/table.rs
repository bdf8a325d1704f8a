//! The table of steps: who may say what when, and what follows. Total: whatever is not in it is refused with a code.

use minicbor::{Decode, Encode};

use super::{
    message::MessageKind,
    step::{Side, Step},
};
use crate::{
    catalogue::PayerDecision,
    conversation::Refusal,
    id::Digest,
    planted::{Bug, planted},
    time::{Day, Timestamp},
};

/// What a message means to the table: no patient data, so it stays when the body is erased.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Event {
    /// The message type.
    #[n(0)]
    pub kind: MessageKind,
    /// The header it cites: an offer, or what was opened.
    #[n(1)]
    pub cites: Option<Digest>,
    /// The day it names.
    #[n(2)]
    pub day: Option<Day>,
    /// How many days from then on.
    #[n(3)]
    pub days: Option<u16>,
    /// Until when it stands.
    #[n(4)]
    pub until: Option<Timestamp>,
    /// The reason or decision code.
    #[n(5)]
    pub code: Option<u16>,
}

impl Event {
    /// Returns the event of a message that says no more than its type.
    pub const fn new(kind: MessageKind) -> Self {
        Self { kind, cites: None, day: None, days: None, until: None, code: None }
    }
}

/// Where a message stands: what its signed header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number in its author's chain.
    pub seq: u64,
    /// Its header's digest.
    pub digest: Digest,
    /// The other chain's last number its author had seen.
    pub seen: Option<u64>,
    /// When it was written, by its author's clock.
    pub made_at: Timestamp,
}

/// The offer that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(map)]
pub struct Standing {
    /// Digest of its header, which a choice cites.
    #[n(0)]
    pub digest: Digest,
    /// When its hold ends, by the owner's clock.
    #[n(1)]
    pub held_until: Timestamp,
    /// How many days the place is held for from the admission on.
    #[n(2)]
    pub stay_days: u16,
}

/// What both sides know of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(map)]
pub struct State {
    /// Where it stands.
    #[n(0)]
    pub step: Step,
    /// When that step was entered, by the clock of who caused it.
    #[n(1)]
    pub since: Timestamp,
    /// Until when an answer is useful.
    #[n(2)]
    pub answer_by: Timestamp,
    /// The offer that stands.
    #[n(3)]
    pub offer: Option<Standing>,
    /// Day of admission.
    #[n(4)]
    pub date: Option<Day>,
    /// Number of the owner's message that last set the day.
    #[n(5)]
    pub date_set_by: Option<u64>,
    /// The day the asker wishes instead; the owner answers by setting a day.
    #[n(6)]
    pub wished: Option<Day>,
    /// The payer's decision.
    #[n(7)]
    pub payer: Option<PayerDecision>,
    /// Whether a question has been asked at all.
    #[n(8)]
    pub questioned: bool,
    /// Whether the owner has opened the referral or a document.
    #[n(9)]
    pub opened: bool,
    /// Whether the owner has filed it.
    #[n(10)]
    pub filed: bool,
    /// Whether the owner has stated that it erased what it had.
    #[n(11)]
    pub erased: bool,
    /// Reason code of the end, in the list of the message that ended it.
    #[n(12)]
    pub reason: Option<u16>,
    /// Whether the owner has taken its decline back. The end stands; the asker may ask again in a conversation of its own.
    #[n(13)]
    pub reopened: bool,
}

/// What a message does to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts, and this is the state after it.
    Next(State),
    /// It says what is so already.
    Repeat,
    /// It does not count.
    Refused(Refusal),
}

/// Who may say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The asker only.
    Asker,
    /// The owner only.
    Owner,
    /// Either.
    Either,
}

impl Who {
    const fn is(self, side: Side) -> bool {
        matches!((self, side), (Self::Either, _) | (Self::Asker, Side::Asker) | (Self::Owner, Side::Owner))
    }
}

/// One row: this message, by this side, at these steps, leads there (or stays).
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What is said.
    pub kind: MessageKind,
    /// By whom.
    pub by: Who,
    /// At which steps.
    pub from: &'static [Step],
    /// Where it leads; nothing: the step stays.
    pub to: Option<Step>,
}

/// The table. A message type may have several rows; the first that fits counts.
pub const RULES: &[Rule] = {
    use MessageKind as M;
    use Step::*;
    const fn rule(kind: MessageKind, by: Who, from: &'static [Step], to: Option<Step>) -> Rule {
        Rule { kind, by, from, to }
    }
    const OPEN: &[Step] = &[Requested, Asked, Offered, Chosen, Confirmed, Referred, Accepted, Admitted, Handed];
    const ENDED: &[Step] = &[Completed, Declined, Gone, Refused, Withdrawn, Cancelled, NoShow];
    const KNOWN: &[Step] = &[Referred, Accepted, Admitted, Handed, Completed];
    &[
        rule(M::Inquiry, Who::Asker, &[New], Some(Requested)),
        rule(M::Questions, Who::Owner, &[Requested, Asked], Some(Asked)),
        rule(M::Answers, Who::Asker, &[Asked], Some(Requested)),
        rule(M::Answers, Who::Asker, &[Requested, Offered], None),
        rule(M::Offer, Who::Owner, &[Requested, Asked, Offered], Some(Offered)),
        rule(M::OfferEnded, Who::Owner, &[Offered], Some(Requested)),
        rule(M::Declined, Who::Owner, &[Requested, Asked, Offered], Some(Declined)),
        rule(M::Choice, Who::Asker, &[Offered], Some(Chosen)),
        rule(M::Confirmed, Who::Owner, &[Chosen], Some(Confirmed)),
        rule(M::Gone, Who::Owner, &[Chosen], Some(Gone)),
        rule(M::Referral, Who::Asker, &[Confirmed], Some(Referred)),
        rule(M::Handoff, Who::Asker, &[New], Some(Handed)),
        rule(M::Handoff, Who::Asker, &[Referred, Accepted, Admitted, Handed], None),
        rule(M::Opened, Who::Either, KNOWN, None),
        rule(M::Filed, Who::Owner, &[Handed], Some(Completed)),
        rule(M::Filed, Who::Either, &[Referred, Accepted, Admitted, Completed], None),
        rule(M::Accepted, Who::Owner, &[Referred], Some(Accepted)),
        rule(M::Refused, Who::Owner, &[Referred], Some(Refused)),
        rule(M::DateChanged, Who::Either, &[Confirmed, Referred, Accepted], None),
        rule(M::PayerDecided, Who::Either, &[Chosen, Confirmed, Referred, Accepted, Admitted], None),
        #[cfg(feature = "raised-version")]
        rule(M::TransportBooked, Who::Asker, &[Confirmed, Referred, Accepted], None),
        rule(M::Arrived, Who::Owner, &[Accepted], Some(Admitted)),
        // The day was entered wrongly: until the report its owner may correct it.
        rule(M::Arrived, Who::Owner, &[Admitted], None),
        rule(M::DidNotCome, Who::Owner, &[Accepted], Some(NoShow)),
        rule(M::Report, Who::Owner, &[Admitted], Some(Completed)),
        rule(M::Report, Who::Owner, &[Completed], None),
        rule(M::Withdrawn, Who::Asker, OPEN, Some(Withdrawn)),
        rule(M::Cancelled, Who::Owner, OPEN, Some(Cancelled)),
        rule(M::Erased, Who::Owner, ENDED, None),
        // Nothing leads out of an end: what follows is another conversation, if the asker wants it.
        rule(M::Reopened, Who::Owner, &[Declined], None),
    ]
};

/// Returns what `event`, said by `by` at `place`, does to `state`.
pub fn transition(state: &State, by: Side, event: &Event, place: &Place) -> Outcome {
    let mine = || RULES.iter().filter(|rule| rule.kind == event.kind && rule.by.is(by));
    let Some(rule) = mine().find(|rule| rule.from.contains(&state.step) || named_early(state, rule)) else {
        return refused(state, by, event);
    };
    // Who says the same day once more corrects nothing.
    if event.kind == MessageKind::Arrived && rule.to.is_none() && (event.day.is_none() || event.day == state.date) {
        return Outcome::Repeat;
    }
    match guard(state, by, event, place) {
        Some(refusal) => Outcome::Refused(refusal),
        None => Outcome::Next(after(state, by, rule.to, event, place)),
    }
}

fn named_early(state: &State, rule: &Rule) -> bool {
    planted(Bug::NameBeforeConfirmation) && state.step == Step::Chosen && rule.kind == MessageKind::Referral
}

/// No row fits: says why, or that it is so already.
fn refused(state: &State, by: Side, event: &Event) -> Outcome {
    let mut rows = RULES.iter().filter(|rule| rule.kind == event.kind);
    if !rows.clone().any(|rule| rule.by.is(by)) {
        return Outcome::Refused(Refusal::NotYours);
    }
    let cites = |event: &Event| event.cites.is_none() || event.cites == state.offer.map(|offer| offer.digest);
    if rows.any(|rule| rule.to == Some(state.step)) && cites(event) && state.step != Step::Requested {
        return Outcome::Repeat;
    }
    Outcome::Refused(match event.kind {
        _ if state.step.ended() => Refusal::Ended,
        // The offer ended before the choice arrived.
        MessageKind::Choice if state.step != Step::New => Refusal::OfferEnded,
        _ => Refusal::OutOfTurn,
    })
}

/// What the row leaves open: the offer cited, and dates changed by both at once.
fn guard(state: &State, by: Side, event: &Event, place: &Place) -> Option<Refusal> {
    use MessageKind as M;
    match event.kind {
        M::Choice if planted(Bug::ChooseWhatWasReplaced) => None,
        M::Choice | M::Confirmed | M::Gone | M::OfferEnded => (event.cites != state.offer.map(|offer| offer.digest)).then_some(Refusal::OfferEnded),
        // The asker had not seen the day the owner set: the owner's stands.
        M::DateChanged if by == Side::Asker => (place.seen < state.date_set_by).then_some(Refusal::Superseded),
        M::Answers => (!state.questioned).then_some(Refusal::OutOfTurn),
        // Documents come alone only as what a conversation is about, never in place of an inquiry that was refused.
        M::Handoff if state.step == Step::New => (place.seq != 0).then_some(Refusal::OutOfTurn),
        _ => None,
    }
}

fn after(state: &State, by: Side, to: Option<Step>, event: &Event, place: &Place) -> State {
    use MessageKind as M;
    let mut next = state.clone();
    if let Some(step) = to {
        next.step = step;
        next.since = place.made_at;
        next.reason = if step.ended() { event.code } else { None };
    }
    match event.kind {
        M::Inquiry => next.answer_by = event.until.unwrap_or(place.made_at),
        M::Questions => next.questioned = true,
        M::Offer => {
            next.offer = Some(Standing { digest: place.digest, held_until: event.until.unwrap_or(place.made_at), stay_days: event.days.unwrap_or(1) });
            (next.date, next.date_set_by, next.wished) = (event.day, Some(place.seq), None);
        }
        M::OfferEnded => (next.offer, next.date) = (None, None),
        M::Accepted => (next.date, next.date_set_by, next.wished) = (event.day, Some(place.seq), None),
        M::DateChanged => match by {
            Side::Owner => (next.date, next.date_set_by, next.wished) = (event.day, Some(place.seq), None),
            Side::Asker => next.wished = event.day,
        },
        M::PayerDecided => next.payer = event.code.map(PayerDecision::new),
        M::Opened => next.opened |= by == Side::Owner,
        M::Filed => next.filed |= by == Side::Owner,
        M::Erased | M::Refused => next.erased = true,
        M::Reopened => next.reopened = true,
        M::Arrived => next.date = event.day.or(state.date),
        #[cfg(feature = "raised-version")]
        M::TransportBooked => {}
        M::Answers | M::Declined | M::Choice | M::Confirmed | M::Gone | M::Referral | M::Handoff | M::DidNotCome | M::Report | M::Withdrawn | M::Cancelled => {}
    }
    next
}

//! Both chains of a conversation as the table needs them, and the state that follows.

use minicbor::{Decode, Encode};

use super::{
    step::Side,
    table::{Event, Outcome, Place, State, transition},
};
use crate::{
    conversation::{Refusal, SignedHeader},
    id::Digest,
    time::Timestamp,
};

/// One message: where it stands, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry {
    /// Its header's digest.
    #[n(0)]
    pub digest: Digest,
    /// The other chain's last number its author had seen.
    #[n(1)]
    pub seen: Option<u64>,
    /// When it was written, by its author's clock.
    #[n(2)]
    pub made_at: Timestamp,
    /// What it means; nothing if its recipient could not read it or refused its content, so that it counts for neither side.
    #[n(3)]
    pub event: Option<Event>,
}

impl Entry {
    /// Returns the entry of a message.
    pub fn of(header: &SignedHeader, event: Option<Event>) -> Self {
        Self { digest: header.digest, seen: header.header.seen.map(|head| head.seq), made_at: header.header.made_at, event }
    }
}

/// The messages of both sides, each in the order of its chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Log {
    /// The asker's chain, from 0.
    #[n(0)]
    pub asker: Vec<Entry>,
    /// The owner's chain, from 0.
    #[n(1)]
    pub owner: Vec<Entry>,
}

/// What a message did, as its recipient receipts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The state after all messages known.
    pub state: State,
    /// What the message in question came to, in the common order.
    pub outcome: Result<(), Refusal>,
    /// Whether it said only what was so already.
    pub repeat: bool,
}

impl Log {
    /// Returns one side's chain.
    pub fn chain(&self, side: Side) -> &[Entry] {
        match side {
            Side::Asker => &self.asker,
            Side::Owner => &self.owner,
        }
    }
    /// Returns the digest of a side's message by its number; nothing if there is none.
    pub fn digest(&self, side: Side, seq: u64) -> Option<Digest> {
        self.chain(side).get(usize::try_from(seq).ok()?).map(|entry| entry.digest)
    }
    fn chain_mut(&mut self, side: Side) -> &mut Vec<Entry> {
        match side {
            Side::Asker => &mut self.asker,
            Side::Owner => &mut self.owner,
        }
    }

    /// Returns the state that follows from all messages known.
    pub fn state(&self) -> State {
        self.walk(|_, _, _| {})
    }

    /// Returns what one message came to, in the common order; nothing if there is no such message.
    pub fn outcome(&self, side: Side, seq: u64) -> Option<Outcome> {
        let mut found = None;
        self.walk(|by, at, outcome| {
            if by == side && at == seq {
                found = Some(outcome.clone());
            }
        });
        found
    }

    /// Adds the next message of a side and says what it came to.
    pub fn append(&mut self, side: Side, entry: Entry) -> Effect {
        let seq = self.chain(side).len() as u64;
        self.chain_mut(side).push(entry);
        let mut effect = Effect { state: State::default(), outcome: Ok(()), repeat: false };
        effect.state = self.walk(|by, at, outcome| {
            if by == side && at == seq {
                effect.repeat = *outcome == Outcome::Repeat;
                effect.outcome = if let Outcome::Refused(refusal) = outcome { Err(*refusal) } else { Ok(()) };
            }
        });
        effect
    }

    /// Returns what would follow if the side said this now, without adding it.
    pub fn preview(&self, side: Side, entry: Entry) -> Effect {
        self.clone().append(side, entry)
    }

    /// Takes in that the recipient of `side`'s message under `seq` refused it. Returns whether the message has lost its meaning here.
    ///
    /// What the table refuses both ends find by themselves. What its recipient could not read or would not accept counts for neither side; but
    /// no receipt takes back what the owner has said about its place ([`MessageKind::promises`](super::MessageKind::promises)): the place may
    /// have been promised to somebody else since.
    pub fn refused(&mut self, side: Side, seq: u64, refusal: Refusal) -> bool {
        let Some(entry) = usize::try_from(seq).ok().and_then(|seq| self.chain_mut(side).get_mut(seq)) else { return false };
        let stands = side == Side::Owner && entry.event.as_ref().is_some_and(|event| event.kind.promises());
        let loses = refusal.is_of_content() && !stands;
        if loses {
            entry.event = None;
        }
        loses
    }

    /// Steps through all messages in the common order: each of the owner's stands behind the asker's it says it saw and
    /// before all others.
    fn walk(&self, mut visit: impl FnMut(Side, u64, &Outcome)) -> State {
        let mut state = State::default();
        let mut asker = (0_u64..).zip(&self.asker).peekable();
        for (seq, entry) in (0_u64..).zip(&self.owner) {
            while let Some((seq, entry)) = asker.next_if(|(seq, _)| Some(*seq) <= entry.seen) {
                step(&mut state, Side::Asker, seq, entry, &mut visit);
            }
            step(&mut state, Side::Owner, seq, entry, &mut visit);
        }
        for (seq, entry) in asker {
            step(&mut state, Side::Asker, seq, entry, &mut visit);
        }
        state
    }
}

fn step(state: &mut State, by: Side, seq: u64, entry: &Entry, visit: &mut impl FnMut(Side, u64, &Outcome)) {
    let Some(event) = &entry.event else { return };
    let place = Place { seq, digest: entry.digest, seen: entry.seen, made_at: entry.made_at };
    let outcome = transition(state, by, event, &place);
    visit(by, seq, &outcome);
    if let Outcome::Next(next) = outcome {
        *state = next;
    }
}

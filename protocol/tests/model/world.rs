//! Clinics, their conversations and the network between them, as small as a state can be: what each has written and taken in.

use std::{collections::HashMap, rc::Rc};

use verbund_protocol::{
    conversation::Refusal,
    holds::Hold,
    id::Digest,
    referral::{Deadline, Entry, Event, Log, MessageKind, Side, State, Step, clock},
    time::Timestamp,
};

use super::{
    letters::{Letter, Letters, Where},
    referral::Fault,
};

/// How many conversations and clinics there are.
pub const CONVERSATIONS: usize = 2;
pub const CLINICS: usize = 3;

/// What one side of a conversation has written, and what came of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Part {
    /// Its last message.
    pub letter: Letter,
    /// How many of them the other side has taken in.
    pub taken: u8,
    /// For how many of them a receipt has come back.
    pub receipts: u8,
    /// What the receipts say, four bits each.
    pub verdicts: u64,
    /// How many messages it may still write of its own accord.
    pub left: u8,
}

impl Part {
    /// Returns the receipt for a message.
    pub fn verdict(&self, seq: u8) -> Result<(), Refusal> {
        verdict(self.verdicts, seq)
    }
    /// Returns whether its recipient would not accept the content of one of them.
    pub fn has_unacceptable(&self) -> bool {
        (0..self.taken).any(|seq| self.verdict(seq).is_err_and(Refusal::is_of_content))
    }
    pub fn set_verdict(&mut self, seq: u8, verdict: Result<(), Refusal>) {
        let number = verdict.map_or_else(|refusal| REFUSALS.iter().position(|known| *known == refusal).unwrap() as u64 + 1, |()| 0);
        self.verdicts |= number << (4 * seq);
    }
}

fn verdict(verdicts: u64, seq: u8) -> Result<(), Refusal> {
    match (verdicts >> (4 * seq)) & 0xf {
        0 => Ok(()),
        number => Err(REFUSALS[number as usize - 1]),
    }
}

const REFUSALS: [Refusal; 9] = [
    Refusal::Ended,
    Refusal::OutOfTurn,
    Refusal::NotYours,
    Refusal::OfferEnded,
    Refusal::Superseded,
    Refusal::Unreadable,
    Refusal::UnknownType,
    Refusal::NotAddressed,
    Refusal::Content,
];

/// On what the asker's inquiries of a case rest.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Ground {
    /// The patient's consent.
    #[default]
    Consent,
    /// It was taken back.
    Revoked,
    /// A physician's word that treatment needs it: an acute-to-acute transfer.
    Necessity,
}

/// The state of the whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct World {
    /// Every conversation: the asker's part and the owner's.
    pub parts: [[Part; 2]; CONVERSATIONS],
    /// Every clinic's clock, and how often it may still jump to what it waits for.
    pub clocks: [(Timestamp, u8); CLINICS],
    /// Every case: its ground, and the conversation chosen.
    pub cases: [(Ground, Option<u8>); CONVERSATIONS],
    /// How many messages the other side may still be unable to accept.
    pub unacceptable: u8,
}

/// A conversation as one end sees it.
pub struct View {
    pub log: Log,
    pub state: State,
    pub deadline: Option<Deadline>,
    /// Whether a person may end it here and now, at least as this end sees it.
    pub can_end: bool,
}

impl View {
    fn new(log: Log, at: Side) -> Self {
        let state = log.state();
        let kind = if at == Side::Asker { MessageKind::Withdrawn } else { MessageKind::Cancelled };
        let seen = (log.chain(at.other()).len() as u64).checked_sub(1);
        let last_word = Entry { digest: Digest([9; 32]), seen, made_at: state.since, event: Some(Event::new(kind)) };
        let can_end = log.preview(at, last_word).state.step.ended();
        Self { deadline: clock::deadline(&state), state, log, can_end }
    }

    /// The place it takes at its owner's, while it holds one.
    ///
    /// A patient who has arrived counts as a place taken, which the owner's next statement of free places shows.
    pub fn hold(&self) -> Option<Hold> {
        let state = &self.state;
        (state.step.holds() && state.step != Step::Admitted).then(|| Hold { from: state.date.unwrap(), days: state.offer.map_or(1, |offer| offer.stay_days) })
    }
}

/// The common order of one conversation, as one end has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Known {
    letters: [Letter; 2],
    /// What this end knows of the receipts for them, four bits each.
    verdicts: [u64; 2],
}

/// Views are computed once: the real log of the real entries.
pub struct Views {
    pub letters: Letters,
    fault: Fault,
    known: HashMap<(Known, Side), Rc<View>>,
    said: HashMap<(Known, Where, Event, Timestamp), Option<Letter>>,
}

impl Views {
    pub fn new(fault: Fault) -> Self {
        Self { letters: Letters::new(), fault, known: HashMap::new(), said: HashMap::new() }
    }

    fn known_at(&self, parts: &[Part; 2], at: Side) -> Known {
        let (own, other) = (at as usize, at.other() as usize);
        let mut known = Known { letters: [0; 2], verdicts: [0; 2] };
        known.letters[own] = parts[own].letter;
        known.letters[other] = self.letters.upto(parts[other].letter, parts[other].taken);
        known.verdicts[other] = parts[other].verdicts;
        // The author learns from the receipt what did not count.
        let told = if self.fault == Fault::ForgetsRefusals { 0 } else { parts[own].receipts };
        known.verdicts[own] = parts[own].verdicts & ((1 << (4 * told)) - 1);
        known
    }

    /// Returns a conversation as the side `at` sees it.
    pub fn view(&mut self, parts: &[Part; 2], at: Side) -> Rc<View> {
        let known = self.known_at(parts, at);
        if let Some(view) = self.known.get(&(known, at)) {
            return Rc::clone(view);
        }
        let mut log = Log { asker: self.entries(known.letters[0]), owner: self.entries(known.letters[1]) };
        for side in [Side::Asker, Side::Owner] {
            for seq in 0..log.chain(side).len() as u8 {
                if let Err(refusal) = verdict(known.verdicts[side as usize], seq) {
                    log.refused(side, u64::from(seq), refusal);
                    if self.fault == Fault::ReceiptsTakeBack && refusal.is_of_content() && side == Side::Owner {
                        log.owner[usize::from(seq)].event = None;
                    }
                }
            }
        }
        if self.fault == Fault::OrdersByArrival && at == Side::Asker {
            let all = (log.asker.len() as u64).checked_sub(1);
            log.owner.iter_mut().for_each(|entry| entry.seen = all);
        }
        let view = Rc::new(View::new(log, at));
        self.known.insert((known, at), Rc::clone(&view));
        view
    }

    fn entries(&self, letter: Letter) -> Vec<Entry> {
        self.letters.chain(letter).into_iter().map(|letter| self.letters.get(letter).unwrap().entry.clone()).collect()
    }

    /// Writes a message if the author's own node lets it, as `workflow::conversation::say` asks: the log previews it, and what does not count
    /// or says nothing new is not written.
    pub fn say(&mut self, parts: &[Part; 2], conversation: usize, side: Side, event: &Event, now: Timestamp, lies: bool) -> Option<Letter> {
        let known = self.known_at(parts, side);
        let (own, seen) = (known.letters[side as usize], known.letters[side.other() as usize]);
        let place = Where { conversation: conversation as u8, side, own, seen };
        let key = (known, place, event.clone(), now);
        if let Some(said) = self.said.get(&key) {
            return *said;
        }
        let log = self.view(parts, side);
        let letter = self.letters.write(place, event, now);
        let effect = log.log.preview(side, self.letters.get(letter).unwrap().entry.clone());
        let said = (lies || effect.outcome.is_ok() && !effect.repeat).then_some(letter);
        self.said.insert(key, said);
        said
    }

    /// Returns the event of the message `side` wrote under `seq`.
    pub fn event(&self, part: &Part, seq: u8) -> &Event {
        let letter = self.letters.upto(part.letter, seq + 1);
        self.letters.get(letter).unwrap().entry.event.as_ref().unwrap()
    }
    /// Returns the digest of the message under `seq`, and how many of the other's its author had seen.
    pub fn place(&self, part: &Part, seq: u8) -> (Digest, u8) {
        let written = self.letters.get(self.letters.upto(part.letter, seq + 1)).unwrap();
        (written.header.digest, written.header.header.seen.map_or(0, |head| head.seq as u8 + 1))
    }
}

//! What can happen between clinics: people act as their nodes let them, messages and receipts are lost, repeated and overtake each
//! other, clocks go on, a patient takes consent back.
//!
//! What has once been written can arrive at any later time or never; what arrives again or too early changes nothing, which
//! [`Letters::judge_all`](super::letters::Letters::judge_all) shows in every state. So loss, repetition and reordering of any length are all there
//! although the network itself holds no state.

use std::{collections::HashSet, rc::Rc};

use verbund_protocol::{
    conversation::Refusal,
    holds::{Hold, Ledger},
    referral::{Event, MessageKind, Side, Step, clock},
    time::{Day, Timestamp},
};

use super::{
    promises,
    search::Model,
    world::{CLINICS, CONVERSATIONS, Ground, Part, View, Views, World},
};

/// A rule that this model breaks on purpose, to show that the promises notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every rule is kept.
    None,
    /// An owner offers without asking its ledger.
    NoRoomAsked,
    /// A consent taken back ends nothing, and the referral is sent all the same.
    IgnoresRevocation,
    /// The asker sends the referral as soon as the patient has chosen.
    NamesEarly,
    /// The asker's screen says "confirmed" for "chosen".
    ShowsChosenAsConfirmed,
    /// The asker takes its own messages as said before all the owner's.
    OrdersByArrival,
    /// The author does not learn from a receipt that its message did not count.
    ForgetsRefusals,
    /// A receipt takes back what the owner has promised.
    ReceiptsTakeBack,
    /// The owner's clock ends nothing.
    NeverEnds,
    /// The asker lets the patient choose two offers.
    ChoosesTwice,
}

/// What happens. Numbers name conversations, clinics and cases.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "shown by Debug on the way to a fault")]
pub enum Deed {
    /// Somebody says something.
    Says(usize, Side, MessageKind),
    /// What this side said arrives.
    Arrives(usize, Side, MessageKind),
    /// It arrives, and its recipient's node will not have its content.
    NotAcceptable(usize, Side, MessageKind),
    /// A receipt for what this side said comes back.
    Receipt(usize, Side),
    /// This side's clock says the last word.
    Ends(usize, Side),
    /// A clinic's clock goes on.
    Clock(usize, Timestamp),
    /// The patient takes consent back.
    Revokes(usize),
}

/// Who plays, and what may be said.
#[derive(Clone)]
pub struct Play {
    /// Asker and owner of each conversation, and the case it belongs to.
    pub conversations: Vec<(usize, usize, usize)>,
    /// On what the cases rest.
    pub ground: Ground,
    /// What an asker may say, and an owner.
    pub kinds: [&'static [MessageKind]; 2],
    /// How many messages each side of a conversation may write, last words not counted.
    pub messages: [u8; 2],
    /// How often each clinic's clock jumps to what it waits for.
    pub jumps: u8,
    /// How many messages their recipient may find unacceptable.
    pub unacceptable: u8,
    /// Whether an owner's node confirms a choice by itself.
    pub auto_confirm: bool,
    /// Whether askers say what their nodes would not let them say.
    pub askers_lie: bool,
    /// The rule that is broken.
    pub fault: Fault,
}

/// Free places of every owner by day: one.
const STATED: [u16; 3] = [1, 1, 1];
/// The first day; the clocks begin 10 days before.
const FIRST: Day = Day(20_000);
const LAST_WORDS: [MessageKind; 2] = [MessageKind::Withdrawn, MessageKind::Cancelled];

/// A play under search.
pub struct Referrals {
    pub play: Play,
    pub views: Views,
    /// Conversations in which every promise was found kept.
    pub kept: HashSet<([Part; 2], Ground)>,
}

impl Referrals {
    pub fn new(play: Play) -> Self {
        Self { views: Views::new(play.fault), kept: HashSet::new(), play }
    }
    pub fn view(&mut self, world: &World, conversation: usize, at: Side) -> Rc<View> {
        self.views.view(&world.parts[conversation], at)
    }
    /// Returns the clinic that is `side` in a conversation.
    pub fn clinic(&self, conversation: usize, side: Side) -> usize {
        let (asker, owner, _) = self.play.conversations[conversation];
        if side == Side::Asker { asker } else { owner }
    }
    pub fn case(&self, conversation: usize) -> usize {
        self.play.conversations[conversation].2
    }
    /// Returns both ends of every conversation.
    pub fn both_ends(&self) -> impl Iterator<Item = (usize, Side)> + use<> {
        (0..self.play.conversations.len()).flat_map(|c| [(c, Side::Asker), (c, Side::Owner)])
    }

    fn lies(&self, side: Side) -> bool {
        self.play.askers_lie && side == Side::Asker
    }

    /// What a message of this type would say now.
    fn events(&self, view: &View, side: Side, kind: MessageKind) -> Vec<Event> {
        use MessageKind as M;
        let event = Event { cites: None, ..Event::new(kind) };
        let offer = view.state.offer.map(|offer| offer.digest);
        let day = |day| Event { day: Some(day), ..event.clone() };
        match kind {
            M::Inquiry => vec![Event { until: Some(FIRST.start()), ..event }],
            M::Choice | M::Confirmed | M::Gone | M::OfferEnded => vec![Event { cites: offer, ..event }],
            M::Offer => vec![Event { until: Some(FIRST.start()), days: Some(2), ..day(FIRST) }],
            M::DateChanged => vec![day(FIRST.plus(if side == Side::Owner { 1 } else { 2 }))],
            M::Accepted => vec![day(view.state.date.unwrap_or(FIRST))],
            _ => vec![event],
        }
    }

    /// Whether a node that keeps its clinic's rules would let a person say this: what `workflow` asks beyond the table.
    fn may_say(&mut self, world: &World, c: usize, side: Side, view: &View, event: &Event) -> bool {
        use MessageKind as M;
        let (ground, chosen) = world.cases[self.case(c)];
        let consent = ground != Ground::Revoked;
        let clock = world.clocks[self.clinic(c, side)].0;
        match (side, event.kind) {
            (Side::Asker, M::Referral) if matches!(self.play.fault, Fault::IgnoresRevocation | Fault::NamesEarly) => true,
            (Side::Asker, M::Inquiry | M::Referral | M::Handoff) => consent,
            (Side::Asker, M::Choice) => {
                let free = chosen.is_none_or(|other| usize::from(other) == c) || self.play.fault == Fault::ChoosesTwice;
                consent && clock::choosable(&view.state, clock) && free
            }
            (Side::Owner, M::Offer | M::Accepted | M::DateChanged) => self.room(world, c, view, event),
            _ => true,
        }
    }

    fn room(&mut self, world: &World, c: usize, view: &View, event: &Event) -> bool {
        let wanted = Hold { from: event.day.unwrap(), days: event.days.or(view.state.offer.map(|offer| offer.stay_days)).unwrap_or(1) };
        if view.hold().is_some_and(|held| held.from == wanted.from) || self.play.fault == Fault::NoRoomAsked {
            return true;
        }
        let owner = self.clinic(c, Side::Owner);
        let holds = self.holds(world, owner, Some(c));
        Ledger { first_day: FIRST, stated: &STATED, holds: &holds }.room_for(wanted).is_ok()
    }

    /// Returns what an owner holds, but for one conversation.
    pub fn holds(&mut self, world: &World, owner: usize, without: Option<usize>) -> Vec<Hold> {
        let mine = (0..self.play.conversations.len()).filter(|c| Some(*c) != without && self.clinic(*c, Side::Owner) == owner);
        mine.collect::<Vec<_>>().into_iter().filter_map(|c| self.view(world, c, Side::Owner).hold()).collect()
    }

    /// Returns the free places an owner has stated for each day.
    pub fn stated() -> impl Iterator<Item = (Day, u16)> {
        (0..).zip(STATED).map(|(at, free)| (FIRST.plus(at), free))
    }

    fn say(&mut self, world: &World, c: usize, side: Side, event: &Event) -> Option<World> {
        let now = world.clocks[self.clinic(c, side)].0;
        let lies = self.lies(side) || self.play.fault == Fault::NamesEarly && event.kind == MessageKind::Referral;
        let letter = self.views.say(&world.parts[c], c, side, event, now, lies)?;
        let mut next = *world;
        next.parts[c][side as usize].letter = letter;
        if event.kind == MessageKind::Choice {
            next.cases[self.case(c)].1 = Some(c as u8);
        }
        self.settle(&mut next, c);
        Some(next)
    }

    /// The choice came to nothing: the case is free again, as `workflow::conversation::settle` has it.
    fn settle(&mut self, world: &mut World, c: usize) {
        let step = self.view(world, c, Side::Asker).state.step;
        let chosen = &mut world.cases[self.case(c)].1;
        if *chosen == Some(c as u8) && (step.ended() || matches!(step, Step::Requested | Step::Asked | Step::Offered)) {
            *chosen = None;
        }
    }

    /// The next message of `side` arrives, is judged and receipted, and what follows from it is done in the same transaction.
    fn arrive(&mut self, world: &World, c: usize, side: Side, acceptable: bool) -> World {
        let (mut next, at) = (*world, side.other());
        let seq = world.parts[c][side as usize].taken;
        let event = self.views.event(&world.parts[c][side as usize], seq).clone();
        let letter = self.views.letters.upto(world.parts[c][side as usize].letter, seq + 1);
        let (verdict, news) = if acceptable {
            let entry = self.views.letters.get(letter).unwrap().entry.clone();
            let effect = self.view(world, c, at).log.preview(side, entry);
            (effect.outcome, effect.outcome.is_ok() && !effect.repeat)
        } else {
            (Err(Refusal::Content), false)
        };
        let part = &mut next.parts[c][side as usize];
        part.taken += 1;
        part.set_verdict(seq, verdict);
        match event.kind {
            _ if !news => {}
            MessageKind::Confirmed => next = self.end_all(&next, self.case(c), Some(c)),
            MessageKind::Choice if self.play.auto_confirm => {
                let confirmed = Event { cites: event.cites, ..Event::new(MessageKind::Confirmed) };
                next = self.say(&next, c, at, &confirmed).unwrap_or(next);
            }
            _ => {}
        }
        self.settle(&mut next, c);
        next
    }

    /// The asker withdraws every conversation of a case but one.
    fn end_all(&mut self, world: &World, case: usize, but: Option<usize>) -> World {
        let others: Vec<usize> = (0..self.play.conversations.len()).filter(|c| self.case(*c) == case && Some(*c) != but).collect();
        others.into_iter().fold(*world, |world, c| self.say(&world, c, Side::Asker, &Event::new(MessageKind::Withdrawn)).unwrap_or(world))
    }

    fn network(&mut self, world: &World, c: usize, side: Side, add: &mut Vec<(Deed, World)>) {
        let part: Part = world.parts[c][side as usize];
        if part.taken < self.views.letters.count(part.letter) {
            let what = self.views.event(&part, part.taken).kind;
            add.push((Deed::Arrives(c, side, what), self.arrive(world, c, side, true)));
            if world.unacceptable > 0 && (self.play.askers_lie && side == Side::Owner || refusable(what)) {
                let fewer = World { unacceptable: world.unacceptable - 1, ..*world };
                add.push((Deed::NotAcceptable(c, side, what), self.arrive(&fewer, c, side, false)));
            }
        }
        if part.receipts < part.taken {
            add.push((Deed::Receipt(c, side), self.receipt(world, c, side)));
        }
    }

    fn receipt(&mut self, world: &World, c: usize, side: Side) -> World {
        let mut next = *world;
        next.parts[c][side as usize].receipts += 1;
        self.settle(&mut next, c);
        next
    }

    fn people(&mut self, world: &World, c: usize, side: Side, add: &mut Vec<(Deed, World)>) {
        let view = self.view(world, c, side);
        let part = world.parts[c][side as usize];
        for kind in self.play.kinds[side as usize] {
            let last_word = LAST_WORDS.contains(kind) && !self.lies(side);
            if part.left == 0 && !last_word || self.views.letters.count(part.letter) == 15 {
                continue;
            }
            for event in self.events(&view, side, *kind) {
                if !self.lies(side) && !self.may_say(world, c, side, &view, &event) {
                    continue;
                }
                if let Some(mut next) = self.say(world, c, side, &event) {
                    next.parts[c][side as usize].left -= u8::from(!last_word);
                    add.push((Deed::Says(c, side, *kind), next));
                }
            }
        }
    }

    /// This side's clock has come to the end of what it waited for: the last word, if it is said.
    fn ends(&mut self, world: &World, c: usize, side: Side) -> Option<World> {
        let deadline = self.view(world, c, side).deadline.clone().filter(|deadline| deadline.ends_by == side)?;
        let due = deadline.end <= world.clocks[self.clinic(c, side)].0 && !(self.play.fault == Fault::NeverEnds && side == Side::Owner);
        due.then(|| self.say(world, c, side, &deadline.last_word.event())).flatten()
    }

    /// What a clinic's clock comes to next: something is due, or ends.
    fn waits_for(&mut self, world: &World, clinic: usize, only_ends: bool) -> Option<Timestamp> {
        let now = world.clocks[clinic].0;
        let mine: Vec<_> = self.both_ends().filter(|(c, side)| self.clinic(*c, *side) == clinic).collect();
        let times = mine.into_iter().filter_map(|(c, side)| {
            let view = self.view(world, c, side);
            let deadline = view.deadline.as_ref()?;
            let end = (deadline.ends_by == side).then_some(deadline.end);
            let due = (!only_ends).then_some(deadline.due);
            [due, end].into_iter().flatten().filter(|time| *time > now).min()
        });
        times.min()
    }
}

/// What an honest node of another version or with another member list may find unacceptable: long content, codes, grants. The others say a
/// code and a digest.
const fn refusable(kind: MessageKind) -> bool {
    use MessageKind as M;
    matches!(kind, M::Inquiry | M::Questions | M::Answers | M::Referral | M::Handoff | M::Report)
}

impl Model for Referrals {
    type State = World;
    type Event = Deed;

    fn begin(&self) -> Vec<World> {
        let part = |side| Part { left: self.play.messages[side as usize], ..Part::default() };
        vec![World {
            parts: [[part(Side::Asker), part(Side::Owner)]; CONVERSATIONS],
            clocks: [(FIRST.minus(10).start(), self.play.jumps); CLINICS],
            cases: [(self.play.ground, None); CONVERSATIONS],
            unacceptable: self.play.unacceptable,
        }]
    }

    fn next(&mut self, world: &World, add: &mut Vec<(Deed, World)>) {
        for (c, side) in self.both_ends() {
            self.network(world, c, side, add);
            self.people(world, c, side, add);
            add.extend(self.ends(world, c, side).map(|next| (Deed::Ends(c, side), next)));
        }
        for clinic in 0..CLINICS {
            if world.clocks[clinic].1 > 0
                && let Some(time) = self.waits_for(world, clinic, false)
            {
                let mut next = *world;
                next.clocks[clinic] = (time, world.clocks[clinic].1 - 1);
                add.push((Deed::Clock(clinic, time), next));
            }
        }
        for case in 0..CONVERSATIONS {
            if world.cases[case].0 == Ground::Consent && self.play.conversations.iter().any(|(_, _, of)| *of == case) {
                let mut next = *world;
                next.cases[case].0 = Ground::Revoked;
                let ended = if self.play.fault == Fault::IgnoresRevocation { next } else { self.end_all(&next, case, None) };
                add.push((Deed::Revokes(case), ended));
            }
        }
    }

    fn check(&mut self, world: &World) -> Result<(), String> {
        promises::always(self, world)
    }

    fn quiet(&mut self, world: &World) -> Option<World> {
        for (c, side) in self.both_ends() {
            let part = world.parts[c][side as usize];
            if part.taken < self.views.letters.count(part.letter) {
                return Some(self.arrive(world, c, side, true));
            }
            if part.receipts < part.taken {
                return Some(self.receipt(world, c, side));
            }
            if let Some(next) = self.ends(world, c, side) {
                return Some(next);
            }
        }
        let next = (0..CLINICS).filter_map(|clinic| Some((self.waits_for(world, clinic, true)?, clinic))).min()?;
        let mut later = *world;
        later.clocks[next.1].0 = next.0;
        Some(later)
    }

    fn rest(&mut self, world: &World) -> Result<(), String> {
        promises::at_rest(self, world)
    }
}

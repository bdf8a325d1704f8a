//! Both ends of a conversation agree, whatever the network does: every interleaving of small conversations, and random long ones.

#![allow(clippy::unwrap_used)]

use std::collections::{HashSet, VecDeque};

use proptest::prelude::*;
use verbund_protocol::{
    conversation::Refusal,
    id::Digest,
    referral::{Entry, Event, Log, MessageKind, Outcome, Side, Step, table::RULES},
    time::{Day, Timestamp},
};

/// Two ends and the messages under way between them. Chains make each direction an ordered, exactly-once queue (shown in
/// `conversation_chain.rs`); what remains is how the two directions interleave.
#[derive(Clone, PartialEq, Eq, Hash)]
struct World {
    asker: Known,
    owner: Known,
}

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Known {
    /// What this end has said: event, and how much of the other chain it had seen.
    said: Vec<(Event, Option<u64>)>,
    /// The verdict signed for each of the other's messages that has arrived here.
    verdicts: Vec<Result<(), Refusal>>,
}

impl World {
    fn new() -> Self {
        Self { asker: Known::default(), owner: Known::default() }
    }
    fn known(&self, side: Side) -> &Known {
        match side {
            Side::Asker => &self.asker,
            Side::Owner => &self.owner,
        }
    }
    fn known_mut(&mut self, side: Side) -> &mut Known {
        match side {
            Side::Asker => &mut self.asker,
            Side::Owner => &mut self.owner,
        }
    }
    /// The log as one end has it: all it said, and what has arrived of the other.
    fn log(&self, at: Side) -> Log {
        let mine = entries(at, &self.known(at).said);
        let arrived = self.known(at).verdicts.len();
        let theirs = entries(at.other(), &self.known(at.other()).said[..arrived]);
        match at {
            Side::Asker => Log { asker: mine, owner: theirs },
            Side::Owner => Log { asker: theirs, owner: mine },
        }
    }
    fn step(&self, at: Side) -> Step {
        self.log(at).state().step
    }
    fn say(&mut self, side: Side, event: Event) {
        let seen = (self.known(side).verdicts.len() as u64).checked_sub(1);
        self.known_mut(side).said.push((event, seen));
    }
    /// Would this end's own node let it say this?
    fn allows(&self, side: Side, event: &Event) -> bool {
        let seen = (self.known(side).verdicts.len() as u64).checked_sub(1);
        let effect = self.log(side).preview(side, entry(side, self.known(side).said.len(), event, seen));
        effect.outcome.is_ok() && !effect.repeat
    }
    /// The next message of `side` arrives at the other end, which judges it.
    fn arrive(&mut self, side: Side) -> bool {
        let at = side.other();
        let next = self.known(at).verdicts.len();
        let Some((event, seen)) = self.known(side).said.get(next).cloned() else { return false };
        let effect = self.log(at).append(side, entry(side, next, &event, seen));
        self.known_mut(at).verdicts.push(effect.outcome);
        true
    }
    fn settled(&self) -> bool {
        self.owner.verdicts.len() == self.asker.said.len() && self.asker.verdicts.len() == self.owner.said.len()
    }
    /// Everything arrives; both ends must agree on the state and on what every message came to.
    fn check_settled(mut self) {
        while self.arrive(Side::Asker) || self.arrive(Side::Owner) {}
        let (asker, owner) = (self.log(Side::Asker), self.log(Side::Owner));
        assert_eq!(asker.state(), owner.state());
        for side in [Side::Asker, Side::Owner] {
            for (seq, verdict) in (0..).zip(&self.known(side.other()).verdicts) {
                let now = if let Outcome::Refused(refusal) = owner.outcome(side, seq).unwrap() { Err(refusal) } else { Ok(()) };
                assert_eq!(*verdict, now, "the receipt for {side:?} {seq} no longer says what happened");
            }
        }
    }
}

fn digest(side: Side, seq: usize) -> Digest {
    let mut bytes = [0; 32];
    (bytes[0], bytes[1]) = (side as u8 + 1, seq as u8);
    Digest(bytes)
}

fn entry(side: Side, seq: usize, event: &Event, seen: Option<u64>) -> Entry {
    Entry { digest: digest(side, seq), seen, made_at: Timestamp(seq as u64), event: Some(event.clone()) }
}

fn entries(side: Side, said: &[(Event, Option<u64>)]) -> Vec<Entry> {
    said.iter().enumerate().map(|(seq, (event, seen))| entry(side, seq, event, *seen)).collect()
}

/// What a side could say now, honest or not: every type, citing the offer it believes to stand.
fn event(kind: MessageKind, log: &Log) -> Event {
    use MessageKind as M;
    let mut event = Event::new(kind);
    if matches!(kind, M::Choice | M::Confirmed | M::Gone | M::OfferEnded) {
        event.cites = log.state().offer.map(|offer| offer.digest);
    }
    if matches!(kind, M::Offer | M::Accepted | M::DateChanged | M::Arrived) {
        event.day = Some(Day(20_000 + log.asker.len() as u32 * 7 + log.owner.len() as u32));
        event.until = Some(Timestamp(1_000));
    }
    event
}

/// Conversations that stand at every step of the main road, from which the exhaustive search begins.
fn beginnings() -> Vec<World> {
    use MessageKind as M;
    use Side::{Asker, Owner};
    let before = [(Asker, M::Inquiry), (Owner, M::Questions), (Asker, M::Answers), (Owner, M::Offer), (Asker, M::Choice), (Owner, M::Confirmed)];
    let after = [(Asker, M::Referral), (Asker, M::Handoff), (Owner, M::Accepted), (Owner, M::Arrived), (Owner, M::Report)];
    let mut world = World::new();
    let mut all = vec![world.clone()];
    for (side, kind) in before.into_iter().chain(after) {
        let event = event(kind, &world.log(side));
        assert!(world.allows(side, &event), "{kind:?} is not allowed on the main road");
        world.say(side, event);
        world.arrive(side);
        all.push(world.clone());
    }
    let mut handed = World::new();
    handed.say(Asker, Event::new(M::Handoff));
    handed.arrive(Asker);
    all.push(handed);
    all
}

/// Every way in which up to `each` further messages of both sides can be said and arrive.
fn explore(start: World, each: usize) -> usize {
    let (asker, owner) = (start.asker.said.len(), start.owner.said.len());
    let mut seen = HashSet::new();
    let mut queue = VecDeque::from([start]);
    while let Some(world) = queue.pop_front() {
        if !seen.insert(world.clone()) {
            continue;
        }
        if world.settled() {
            world.clone().check_settled();
        }
        for (side, used) in [(Side::Asker, world.asker.said.len() - asker), (Side::Owner, world.owner.said.len() - owner)] {
            let mut next = world.clone();
            if next.arrive(side) {
                queue.push_back(next);
            }
            if used == each {
                continue;
            }
            let log = world.log(side);
            for event in MessageKind::ALL.iter().map(|kind| event(*kind, &log)).filter(|event| world.allows(side, event)) {
                let mut next = world.clone();
                next.say(side, event);
                queue.push_back(next);
            }
        }
    }
    seen.len()
}

#[test]
fn every_interleaving_of_two_messages_each_ends_equal() {
    let mut worlds = 0;
    let mut steps = HashSet::new();
    for start in beginnings() {
        steps.insert(start.step(Side::Owner));
        worlds += explore(start, 2);
    }
    assert!(steps.len() >= 11, "the beginnings cover only {steps:?}");
    println!("{worlds} worlds");
    assert!(worlds > 10_000, "only {worlds} worlds: the search has become trivial");
}

#[test]
fn every_message_and_step_is_reachable_and_ends_stay() {
    for kind in MessageKind::ALL {
        assert!(RULES.iter().any(|rule| rule.kind == *kind), "{kind:?} is in no row");
        assert_eq!(MessageKind::numbered(kind.number()), Some(*kind));
    }
    for step in Step::ALL.iter().filter(|step| **step != Step::New) {
        assert!(RULES.iter().any(|rule| rule.to == Some(*step)), "{step} is not reachable");
        assert_eq!(Step::named(step.word()), Some(*step));
        if step.ended() {
            assert!(RULES.iter().all(|rule| !rule.from.contains(step) || rule.to.is_none()), "something leads out of {step}");
            continue;
        }
        for last_word in [MessageKind::Withdrawn, MessageKind::Cancelled] {
            assert!(RULES.iter().any(|rule| rule.kind == last_word && rule.from.contains(step)), "no {last_word:?} at {step}");
        }
    }
}

fn at(step: Step) -> World {
    beginnings().into_iter().find(|world| world.step(Side::Owner) == step).unwrap()
}

#[test]
fn the_owner_decides_a_race_for_the_date() {
    let mut world = at(Step::Accepted);
    let day = |day| Event { day: Some(Day(day)), ..Event::new(MessageKind::DateChanged) };
    world.say(Side::Asker, day(111));
    world.say(Side::Owner, day(222));
    assert!(world.arrive(Side::Owner) && world.arrive(Side::Asker));
    let state = world.log(Side::Asker).state();
    assert_eq!((state.date, state.wished), (Some(Day(222)), None));
    assert_eq!(world.owner.verdicts.last(), Some(&Err(Refusal::Superseded)));
    world.check_settled();
}

#[test]
fn the_owner_corrects_the_day_of_an_arrival_until_the_report() {
    let mut world = at(Step::Admitted);
    let was = world.log(Side::Owner).state();
    let on = |day| Event { day, ..Event::new(MessageKind::Arrived) };
    let other = on(was.date.map(|day| day.plus(1)));
    assert!(!world.allows(Side::Owner, &on(was.date)) && !world.allows(Side::Owner, &on(None)), "the same day is no news");
    assert!(world.allows(Side::Owner, &other) && !world.allows(Side::Asker, &other));
    world.say(Side::Owner, other.clone());
    world.arrive(Side::Owner);
    let state = world.log(Side::Asker).state();
    assert_eq!((state.step, state.date, state.since), (Step::Admitted, other.day, was.since));
    let report = event(MessageKind::Report, &world.log(Side::Owner));
    world.say(Side::Owner, report);
    assert!(!world.allows(Side::Owner, &on(was.date)), "what the report stands on stays");
    world.check_settled();
}

#[test]
fn what_was_opened_and_filed_is_what_the_owner_says_so_of() {
    let mut world = at(Step::Referred);
    for side in [Side::Asker, Side::Owner] {
        for kind in [MessageKind::Opened, MessageKind::Filed] {
            world.say(side, Event::new(kind));
            assert!(world.arrive(side) && world.known(side.other()).verdicts.last() == Some(&Ok(())), "{side:?} may say {kind:?}");
        }
        let state = world.log(side.other()).state();
        assert_eq!([state.opened, state.filed], [side == Side::Owner; 2]);
    }
    world.check_settled();
}

#[test]
fn what_comes_out_of_turn_is_refused_and_no_repeat() {
    let mut ended = at(Step::Requested);
    let declined = event(MessageKind::Declined, &ended.log(Side::Owner));
    ended.say(Side::Owner, declined);
    ended.arrive(Side::Owner);
    for (mut world, refusal) in [(at(Step::Referred), Refusal::OutOfTurn), (ended, Refusal::Ended)] {
        world.say(Side::Owner, Event::new(MessageKind::Offer));
        assert!(world.arrive(Side::Owner));
        assert_eq!(world.asker.verdicts.last(), Some(&Err(refusal)), "an offer at {}", world.step(Side::Asker));
        world.check_settled();
    }
}

#[test]
fn a_choice_of_an_offer_that_has_ended_is_refused_at_both_ends() {
    let mut world = at(Step::Offered);
    let ended = event(MessageKind::OfferEnded, &world.log(Side::Owner));
    let choice = event(MessageKind::Choice, &world.log(Side::Asker));
    world.say(Side::Owner, ended);
    world.say(Side::Asker, choice);
    assert_eq!(world.step(Side::Asker), Step::Chosen, "the asker hopes");
    world.arrive(Side::Asker);
    assert_eq!(world.owner.verdicts.last(), Some(&Err(Refusal::OfferEnded)));
    world.arrive(Side::Owner);
    assert_eq!(world.step(Side::Asker), Step::Requested, "the asker knows");
    world.check_settled();
}

proptest! {
    /// Long random conversations, with messages that an honest node would not send, end equal too.
    #[test]
    fn random_conversations_end_equal(moves in prop::collection::vec((any::<bool>(), 0..MessageKind::ALL.len() + 12), 0..60)) {
        let mut world = World::new();
        for (asker, choice) in moves {
            let side = if asker { Side::Asker } else { Side::Owner };
            match MessageKind::ALL.get(choice) {
                Some(kind) => {
                    let event = event(*kind, &world.log(side));
                    world.say(side, event);
                }
                None => {
                    world.arrive(side);
                }
            }
        }
        world.check_settled();
    }
}

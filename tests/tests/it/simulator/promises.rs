//! What Verbund promises, each as a function that panics when it does not hold. Most are asked after every step of a run,
//! the long ones now and then and at the end.

use std::{collections::BTreeMap, time::Duration};

use verbund_node::store::{
    audit, capacity, case,
    conversation::{self, Conversation, Filter, Stored},
    hold,
};
use verbund_protocol::{
    address::Order,
    capacity::{DepartmentId, SignedCapacity},
    conversation::{Batch, SignedHeader},
    id::{ConversationId, MemberId},
    referral::{MessageKind, Side, Step},
};
use verbund_tests::simulator::World;

use super::{
    cooperative::{self, MEMBERS, NAME},
    play::Play,
};

/// What was seen before: for promises about what changes, and so that only what has changed is read again.
#[derive(Default)]
pub struct Memory {
    orders: BTreeMap<(usize, DepartmentId), Order>,
    /// The store's count of changes when it was last looked at.
    changes: [u64; MEMBERS],
    /// How many batches with a name in them were looked at.
    pub named: u64,
}

/// A conversation with all messages of both sides.
type Told = (Conversation, Vec<Stored>);

pub fn conversations(world: &World, at: usize) -> Vec<Conversation> {
    conversation::list(world.store(at).db(), &Filter { ended: true, ..Filter::default() }, 10_000).unwrap()
}
pub fn messages(world: &World, at: usize, id: ConversationId) -> Vec<Stored> {
    conversation::messages(world.store(at).db(), id).unwrap()
}
pub fn node_of(member: &MemberId) -> usize {
    (0..MEMBERS).find(|at| cooperative::name(*at) == member.as_str()).unwrap()
}

/// Returns whether a conversation was ended here without a word, because the other clinic is no longer a member.
fn abandoned(c: &Conversation) -> bool {
    c.ended_at.is_some() && !c.log.state().step.ended()
}

/// Asked after every step, of every node whose store has changed since.
pub fn hold_now(play: &mut Play, memory: &mut Memory) {
    nobody_is_named_before_the_owner_has_confirmed(&mut play.world, memory);
    for at in 0..MEMBERS {
        let world = &play.world;
        let changes = world.store(at).db().total_changes();
        if std::mem::replace(&mut memory.changes[at], changes) == changes {
            continue;
        }
        let told: Vec<Told> = conversations(world, at).into_iter().map(|c| (messages(world, at, c.id), c)).map(|(all, c)| (c, all)).collect();
        no_place_is_promised_twice(world, at);
        a_promise_has_its_place_and_no_other(world, at, &told);
        a_promise_ends_by_a_good_clock_alone(world, at, &told);
        a_patient_chooses_one_offer_at_a_time(world, at, &told);
        a_receipt_means_that_both_have_the_same_bytes(world, &told);
        each_chain_is_in_order_and_counts_once(at, &told);
        statements_of_free_places_only_move_on(world, at, memory);
    }
    who_has_the_wrong_time_promises_nothing(play);
}

/// Asked now and then, and at the end.
pub fn hold_on_the_whole(play: &Play) {
    the_audit_holds_and_every_message_took_effect_once(&play.world);
    nothing_from_the_cut_off_counts(play);
}

/// At every owner, on every day: no more holds than places stated.
fn no_place_is_promised_twice(world: &World, at: usize) {
    let db = world.store(at).db();
    for row in capacity::all_stated(db, None).unwrap() {
        let DepartmentId { facility, department } = &row.stated.id;
        let holds = hold::active(db, facility, department, row.observed_at, None).unwrap();
        for (offset, stated) in (0_u32..).zip(&row.stated.free) {
            let day = row.stated.first_day.plus(offset);
            let held = holds.iter().filter(|hold| hold.covers(day)).count();
            assert!(held <= usize::from(*stated), "{held} holds on {day} in {department} of {at}, {stated} places are stated");
        }
    }
}

/// At the owner, an open promise has exactly one hold, on the day both speak of; without a promise nothing is held.
fn a_promise_has_its_place_and_no_other(world: &World, at: usize, told: &[Told]) {
    for (c, _) in told {
        let (state, held) = (c.log.state(), hold::of(world.store(at).db(), c.id).unwrap());
        let promised = c.side == Side::Owner && state.step.holds() && !abandoned(c);
        assert_eq!(held.is_some(), promised, "{}: a hold at step {} of {at} ({:?})", c.id, state.step, c.side);
        if let Some(held) = held.filter(|_| state.step != Step::Admitted) {
            assert_eq!(Some(held.hold.from), state.date, "{}: the place held is not on the day agreed", c.id);
        }
    }
}

/// An offer that its owner's clock ended has lasted as long as it said, by the true time; so has an inquiry.
fn a_promise_ends_by_a_good_clock_alone(world: &World, at: usize, told: &[Told]) {
    let latest = world.now.plus(Duration::from_secs(46));
    for (c, _) in told {
        let (asker, owner) = (c.log.chain(Side::Asker), c.log.chain(Side::Owner));
        let ended = owner.iter().filter_map(|entry| entry.event.as_ref()).filter(|event| event.kind == MessageKind::OfferEnded && event.code == Some(1));
        for event in ended {
            let offer = owner.iter().find(|entry| Some(entry.digest) == event.cites).and_then(|entry| entry.event.as_ref()?.until);
            assert!(offer.is_some_and(|until| until <= latest), "{} at {at}: the offer until {offer:?} ended at {}", c.id, world.now);
        }
        let withdrawn = asker.iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == MessageKind::Withdrawn && event.code == Some(8));
        let state = c.log.state();
        if withdrawn && !owner.iter().any(|entry| entry.event.as_ref().is_some_and(|event| event.kind == MessageKind::Confirmed)) {
            assert!(state.answer_by <= latest, "{} at {at}: the inquiry until {} ended at {}", c.id, state.answer_by, world.now);
        }
    }
}

/// Of one case at most one offer is chosen, and the case says which; a case that says so has one.
fn a_patient_chooses_one_offer_at_a_time(world: &World, at: usize, told: &[Told]) {
    let mut chosen = BTreeMap::new();
    for (c, _) in told.iter().filter(|(c, _)| c.side == Side::Asker) {
        let (step, Some(case)) = (c.log.state().step, c.case) else { continue };
        let is_chosen = matches!(step, Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted | Step::Admitted);
        let is_chosen = is_chosen && !abandoned(c);
        if is_chosen && let Some(other) = chosen.insert(case, c.id) {
            panic!("case {case} has two chosen offers: {other} and {}", c.id);
        }
    }
    for case in case::list(world.store(at).db(), None, 1_000).unwrap() {
        assert_eq!(case.chosen, chosen.get(&case.id).copied(), "case {} of {at} does not say which offer is chosen", case.id);
    }
}

/// A message with a receipt is in the stores of both ends, with the same header, receipt and outcome.
fn a_receipt_means_that_both_have_the_same_bytes(world: &World, told: &[Told]) {
    for (c, all) in told {
        for mine in all.iter().filter(|message| message.side == c.side && message.receipt.is_some()) {
            let theirs = conversation::message(world.store(node_of(&c.peer)).db(), c.id, mine.side, mine.seq).unwrap();
            let theirs = theirs.unwrap_or_else(|| panic!("{} {:?} {}: receipted, but not in the other's store", c.id, mine.side, mine.seq));
            assert_eq!((&mine.header, &mine.receipt, &mine.outcome), (&theirs.header, &theirs.receipt, &theirs.outcome), "{} {:?} {}", c.id, mine.side, mine.seq);
        }
    }
}

/// Both chains are numbered without gaps, and the log by which the table goes has exactly these messages in this order.
fn each_chain_is_in_order_and_counts_once(at: usize, told: &[Told]) {
    for (c, all) in told {
        for side in [Side::Asker, Side::Owner] {
            let stored: Vec<_> = all.iter().filter(|message| message.side == side).map(|message| (message.seq, message.digest)).collect();
            let counted: Vec<_> = (0_u64..).zip(c.log.chain(side)).map(|(seq, entry)| (seq, entry.digest)).collect();
            assert_eq!(stored, counted, "{} {side:?} at {at}", c.id);
            let chain = if side == c.side { &c.own } else { &c.theirs };
            assert_eq!(chain.head.map(|head| (head.seq, head.digest)), stored.last().copied(), "{} {side:?} at {at}", c.id);
        }
        if let Some(message) = all.iter().find(|message| message.side != c.side && message.receipt.is_none()) {
            panic!("{} {}: taken in without a receipt at {at}", c.id, message.seq);
        }
        assert!(c.ended_at.is_some() || !c.log.state().step.ended(), "{}: ended without saying when", c.id);
    }
}

/// The order of what a department states never falls, at any node, whatever comes again or late.
fn statements_of_free_places_only_move_on(world: &World, at: usize, memory: &mut Memory) {
    for bytes in capacity::all(world.store(at).db()).unwrap() {
        let record = SignedCapacity::trusted(&bytes).unwrap().record;
        let order = record.order;
        let before = memory.orders.insert((at, record.id.clone()), order);
        assert!(before.is_none_or(|before| before <= order), "{} went back at {at}: {before:?}, then {order:?}", record.id);
    }
}

/// A node that all its peers find hours off makes no promise.
fn who_has_the_wrong_time_promises_nothing(play: &mut Play) {
    let wrong = play.wild.filter(|at| play.world.is_up(*at) && play.world.clock_is_known_wrong(*at));
    if let Some(at) = wrong {
        let may = play.world.ask(at, |work| work.may_promise());
        assert!(may.is_err(), "{at} promises although its clock is off by {} ms", play.world.clock_offset(at));
    }
}

/// On the wire: a name leaves in a referral alone, and only once its recipient has confirmed the place.
fn nobody_is_named_before_the_owner_has_confirmed(world: &mut World, memory: &mut Memory) {
    for said in std::mem::take(&mut world.said) {
        let named = said.body.windows(NAME.len()).any(|window| window == NAME.as_bytes());
        if !named {
            continue;
        }
        memory.named += 1;
        for item in Batch::read(&said.body).unwrap().items {
            if !item.body.windows(NAME.len()).any(|window| window == NAME.as_bytes()) {
                continue;
            }
            let header = SignedHeader::trusted(&item.header).unwrap().header;
            assert_eq!(header.message, MessageKind::Referral.number(), "a name in another message than the referral");
            let owners = messages(world, said.to, header.conversation).into_iter().filter(|message| message.side == Side::Owner);
            assert!(owners.into_iter().any(|message| message.kind == MessageKind::Confirmed.number()), "{}: named before it was confirmed", header.conversation);
        }
    }
}

/// The audit verifies, and tells of every message once: sent by its author, received by its recipient.
fn the_audit_holds_and_every_message_took_effect_once(world: &World) {
    for at in 0..MEMBERS {
        let db = world.store(at).db();
        assert_eq!(audit::verify(db).unwrap().fault, None, "the audit of {at}");
        let mut told: BTreeMap<(String, bool), usize> = BTreeMap::new();
        for line in audit::list(db, &audit::Filter::default(), 100_000).unwrap() {
            let received = line.action.ends_with(".receive");
            if received || line.action.ends_with(".send") {
                let id = line.detail.split(' ').next().unwrap_or_default().to_owned();
                *told.entry((id, received)).or_default() += 1;
            }
        }
        for c in conversations(world, at) {
            let all = messages(world, at, c.id);
            for received in [false, true] {
                let stored = all.iter().filter(|message| (message.side != c.side) == received).count();
                assert_eq!(told.remove(&(c.id.to_string(), received)).unwrap_or_default(), stored, "{}: effects of messages at {at}, received: {received}", c.id);
            }
        }
        assert!(told.is_empty(), "the audit of {at} tells of messages that are not there: {told:?}");
    }
}

/// Once a node knows that a member is removed or suspended, nothing that the member says is taken in there.
fn nothing_from_the_cut_off_counts(play: &Play) {
    let world = &play.world;
    for at in 0..MEMBERS {
        let mut lines = audit::list(world.store(at).db(), &audit::Filter::default(), 100_000).unwrap();
        lines.reverse();
        let from = |line: &audit::Line, who: usize| line.action.ends_with(".receive") && line.detail.split(' ').nth(1) == Some(&cooperative::name(who));
        let after = |action: &str| lines.iter().position(|line| line.action == action).map_or(&[][..], |found| &lines[found..]);
        if let Some(removed) = play.removed {
            let taken = after("document.taken").iter().find(|line| from(line, removed));
            assert!(taken.is_none(), "{at} took in {taken:?} although it knew that {removed} is removed");
        }
        if let Some((suspended, from_when, until)) = play.suspended {
            let taken = after("suspension.taken").iter().find(|line| from(line, suspended) && line.at >= from_when && line.at < until);
            assert!(taken.is_none(), "{at} took in {taken:?} although it knew that {suspended} is suspended");
        }
    }
}

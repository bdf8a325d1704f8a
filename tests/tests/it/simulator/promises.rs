//! What Verbund promises, each as a function that panics when it does not hold. Most are asked after every step of a run,
//! the long ones now and then and at the end.

use std::collections::BTreeMap;

use verbund_node::store::{
    audit, capacity,
    conversation::{self, Conversation, Filter, Stored},
    hold, outbox,
};
use verbund_protocol::{
    address::Order,
    capacity::{DepartmentId, SignedCapacity},
    conversation::{Batch, SignedHeader},
    id::ConversationId,
    referral::{Entry, Log, Message, MessageKind, Side, Step},
};
use verbund_tests::simulator::World;

use super::{
    cooperative::{self, MEMBERS, NAME},
    play::Play,
};

/// What was seen before, for promises about what changes.
#[derive(Default)]
pub struct Memory {
    orders: BTreeMap<(usize, DepartmentId), Order>,
    /// How many batches with a name in them were looked at.
    pub named: u64,
}

fn conversations(world: &World, at: usize) -> Vec<Conversation> {
    conversation::list(world.store(at).db(), &Filter { ended: true, ..Filter::default() }, 10_000).unwrap()
}
fn messages(world: &World, at: usize, id: ConversationId) -> Vec<Stored> {
    conversation::messages(world.store(at).db(), id).unwrap()
}
fn node_of(member: &verbund_protocol::id::MemberId) -> usize {
    (0..MEMBERS).find(|at| cooperative::name(*at) == member.as_str()).unwrap()
}

/// Asked after every step.
pub fn hold_now(play: &mut Play, memory: &mut Memory) {
    no_place_is_promised_twice(&play.world);
    a_promise_has_its_place_and_no_other(&play.world);
    a_patient_chooses_one_offer_at_a_time(&play.world);
    a_receipt_means_that_both_have_the_same_bytes(&play.world);
    each_chain_is_in_order_and_counts_once(&play.world);
    nobody_is_named_before_the_owner_has_confirmed(&mut play.world, memory);
    statements_of_free_places_only_move_on(&play.world, memory);
}

/// Asked now and then, and at the end.
pub fn hold_on_the_whole(play: &Play) {
    the_audit_holds_and_every_message_took_effect_once(&play.world);
    nothing_from_the_cut_off_counts(play);
}

/// At every owner, on every day: no more holds than places stated.
fn no_place_is_promised_twice(world: &World) {
    for at in 0..MEMBERS {
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
}

/// At the owner, an open promise has exactly one hold, on the day both speak of; without a promise nothing is held.
fn a_promise_has_its_place_and_no_other(world: &World) {
    for at in 0..MEMBERS {
        for c in conversations(world, at) {
            let (state, held) = (c.log.state(), hold::of(world.store(at).db(), c.id).unwrap());
            let promised = c.side == Side::Owner && state.step.holds();
            assert_eq!(held.is_some(), promised, "{}: a hold at step {} of {at} ({:?})", c.id, state.step, c.side);
            if let Some(held) = held.filter(|_| state.step != Step::Admitted) {
                assert_eq!(Some(held.hold.from), state.date, "{}: the place held is not on the day agreed", c.id);
            }
        }
    }
}

/// Of one case at most one offer is chosen, and the case says which.
fn a_patient_chooses_one_offer_at_a_time(world: &World) {
    for at in 0..MEMBERS {
        let mut chosen = BTreeMap::new();
        for c in conversations(world, at).into_iter().filter(|c| c.side == Side::Asker) {
            let (step, Some(case)) = (c.log.state().step, c.case) else { continue };
            let is_chosen = matches!(step, Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted | Step::Admitted);
            if is_chosen && let Some(other) = chosen.insert(case, c.id) {
                panic!("case {case} has two chosen offers: {other} and {}", c.id);
            }
        }
        for (case, id) in chosen {
            let held = verbund_node::store::case::find(world.store(at).db(), case).unwrap().unwrap();
            assert_eq!(held.chosen, Some(id), "case {case} does not say which offer is chosen");
        }
    }
}

/// A message with a receipt is in the stores of both ends, with the same header, receipt and outcome.
fn a_receipt_means_that_both_have_the_same_bytes(world: &World) {
    for at in 0..MEMBERS {
        for c in conversations(world, at) {
            for mine in messages(world, at, c.id).into_iter().filter(|message| message.side == c.side && message.receipt.is_some()) {
                let theirs = conversation::message(world.store(node_of(&c.peer)).db(), c.id, mine.side, mine.seq).unwrap();
                let theirs = theirs.unwrap_or_else(|| panic!("{} {:?} {}: receipted, but not in the other's store", c.id, mine.side, mine.seq));
                assert_eq!((&mine.header, &mine.receipt, &mine.outcome), (&theirs.header, &theirs.receipt, &theirs.outcome), "{} {:?} {}", c.id, mine.side, mine.seq);
            }
        }
    }
}

/// Both chains are numbered without gaps, and the log by which the table goes has exactly these messages in this order.
fn each_chain_is_in_order_and_counts_once(world: &World) {
    for at in 0..MEMBERS {
        for c in conversations(world, at) {
            let all = messages(world, at, c.id);
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
            assert_eq!(c.ended_at.is_some() || !c.log.state().step.ended(), true, "{}: ended without saying when", c.id);
        }
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
            let header = SignedHeader::trusted(&"sim".parse().unwrap(), &item.header).unwrap().header;
            assert_eq!(header.message, MessageKind::Referral.number(), "a name in another message than the referral");
            let owners = messages(world, said.to, header.conversation).into_iter().filter(|message| message.side == Side::Owner);
            assert!(owners.into_iter().any(|message| message.kind == MessageKind::Confirmed.number()), "{}: named before it was confirmed", header.conversation);
        }
    }
}

/// The order of what a department states never falls, at any node, whatever comes again or late.
fn statements_of_free_places_only_move_on(world: &World, memory: &mut Memory) {
    for at in 0..MEMBERS {
        for bytes in capacity::all(world.store(at).db()).unwrap() {
            let record = SignedCapacity::trusted(&bytes).unwrap().record;
            let order = record.order;
            let before = memory.orders.insert((at, record.id.clone()), order);
            assert!(before.is_none_or(|before| before <= order), "{} went back at {at}: {before:?}, then {order:?}", record.id);
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

// ---- Once everything is mended ----

/// Returns what is not yet as it must be in the end, if anything.
pub fn unsettled(play: &mut Play) -> Option<String> {
    outboxes_are_empty(play).or_else(|| both_sides_agree(play)).or_else(|| all_know_the_same(play))
}

fn outboxes_are_empty(play: &Play) -> Option<String> {
    for at in (0..MEMBERS).filter(|at| Some(*at) != play.removed) {
        for (member, waiting) in outbox::depth(play.world.store(at).db()).unwrap() {
            if Some(node_of(&member)) != play.removed {
                let failing = outbox::failing(play.world.store(at).db(), &member).unwrap();
                return Some(format!("{waiting} messages of {at} for {member} wait; {failing:?}"));
            }
        }
    }
    None
}

fn both_sides_agree(play: &Play) -> Option<String> {
    for at in (0..MEMBERS).filter(|at| Some(*at) != play.removed) {
        for c in conversations(&play.world, at) {
            let other = node_of(&c.peer);
            if Some(other) == play.removed {
                continue;
            }
            let theirs = conversation::find(play.world.store(other).db(), c.id).unwrap();
            let (mine, theirs) = (c.log.state(), theirs.map(|c| c.log.state()));
            if theirs.as_ref() != Some(&mine) {
                return Some(format!("{} between {at} and {other}: {mine:?} here, {theirs:?} there", c.id));
            }
        }
    }
    None
}

fn all_know_the_same(play: &mut Play) -> Option<String> {
    let mut first = None;
    for at in (0..MEMBERS).filter(|at| Some(*at) != play.removed) {
        let known = play
            .world
            .ask(at, move |work| {
                let version = work.membership.held().document.version;
                let board: Vec<_> = work.public.board.iter().map(|held| (held.record.record.id.clone(), held.record.digest)).collect();
                let nobody = verbund_tests::simulator::World::key("nobody").public();
                let book = verbund_node::workflow::replication::addresses(work.membership, work.public, &nobody);
                Ok((version, board, book))
            })
            .unwrap();
        match &first {
            None => first = Some((at, known)),
            Some((other, expected)) if *expected != known => return Some(format!("{at} and {other} know different things: {known:?} and {expected:?}")),
            Some(_) => {}
        }
    }
    None
}

/// The state at both ends is what the stored messages say, read anew: headers chain, bodies match, and so do receipts.
pub fn logs_are_what_the_messages_say(play: &Play) {
    let network = "sim".parse().unwrap();
    for at in 0..MEMBERS {
        for c in conversations(&play.world, at) {
            let mut log = Log::default();
            for side in [Side::Asker, Side::Owner] {
                let mut previous = None;
                for message in messages(&play.world, at, c.id).into_iter().filter(|message| message.side == side) {
                    let header = SignedHeader::trusted(&network, &message.header).unwrap();
                    assert_eq!(header.header.previous, previous, "{} {side:?} {}: the chain is broken at {at}", c.id, message.seq);
                    previous = Some(header.digest);
                    log.append(side, Entry::of(&header, meaning(play, &c, side, &message)));
                }
            }
            assert_eq!(log.state().step, c.log.state().step, "{} at {at}: messages and log disagree", c.id);
        }
    }
}

/// What a message means by its body, in whichever store that still is.
fn meaning(play: &Play, c: &Conversation, side: Side, message: &Stored) -> Option<verbund_protocol::referral::Event> {
    let mut stores = [node_of(&c.peer)].into_iter().chain(0..MEMBERS);
    let body = stores.find_map(|at| conversation::body(play.world.store(at).db(), c.id, side, message.seq).unwrap());
    match body {
        Some((_, body)) => Some(Message::read(message.kind, &body).unwrap().event()),
        None => c.log.chain(side)[message.seq as usize].event.clone(),
    }
}

/// Returns how many conversations went to their good end.
pub fn completed(play: &Play) -> u64 {
    let ended = |at| conversations(&play.world, at).into_iter().filter(|c| c.side == Side::Owner && c.log.state().step == Step::Completed).count() as u64;
    (0..MEMBERS).map(ended).sum()
}

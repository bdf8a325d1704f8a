//! What Verbund promises, each as a function that panics when it does not hold. Most are asked after every step of a run,
//! the long ones now and then and at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use verbund_node::store::{
    address, audit, capacity, case,
    conversation::{self, Conversation, Filter, Stored},
    hold, meta, outbox,
};
use verbund_protocol::{
    address::Order,
    capacity::{DepartmentId, EquivocationProof, SignedCapacity},
    conversation::{Receipt, SignedHeader},
    id::ConversationId,
    limits::{BODY_KEPT, MAX_MESSAGES},
    referral::{MessageKind, Side, Step},
};

use super::{
    World,
    cooperative::{self, START, member_of},
    naming,
    play::Play,
};

/// What was seen before: for promises about what changes, and so that only what has changed is read again.
#[derive(Default)]
pub struct Memory {
    orders: BTreeMap<(usize, DepartmentId), Order>,
    /// The version of the network document that each node held.
    versions: BTreeMap<usize, u64>,
    /// The most places that a clinic has ever stated for a department.
    stated: BTreeMap<(usize, DepartmentId), u16>,
    /// What the store said of its changes when it was last looked at.
    changes: BTreeMap<usize, (u64, u64)>,
    /// How often each node was set back when it was last looked at.
    restores: BTreeMap<usize, u64>,
    /// How many batches with a name in them were looked at.
    pub named: u64,
}

/// A conversation with all messages of both sides.
pub(super) type Told = (Conversation, Vec<Stored>);

/// Returns all conversations of a node whose store can be read.
pub fn conversations(world: &World, at: usize) -> Vec<Conversation> {
    world.store(at).map_or_else(Vec::new, |store| conversation::list(store.db(), &Filter { ended: true, ..Filter::default() }, 10_000).expect("a good store"))
}
/// Returns all messages of one of them.
pub fn messages(world: &World, at: usize, id: ConversationId) -> Vec<Stored> {
    world.store(at).map_or_else(Vec::new, |store| conversation::messages(store.db(), id).expect("a good store"))
}

/// Returns whether a node does not know all that it has said: it was set back, and not everybody has answered yet.
pub(super) fn recovers(world: &World, at: usize) -> bool {
    world.store(at).is_none_or(|store| meta::recovering_since(store.db()).is_ok_and(|since| since.is_some()))
}

/// Returns whether a conversation was ended here without a word, because the other clinic is no longer a member.
fn abandoned(c: &Conversation) -> bool {
    c.ended_at.is_some() && !c.log.state().step.ended()
}

/// Returns whether a node's store has changed since this was last asked.
fn news(world: &World, at: usize, memory: &mut Memory) -> bool {
    let Some(changes) = world.changes(at) else { return memory.changes.remove(&at).is_some() };
    memory.changes.insert(at, changes) != Some(changes)
}

/// Returns conversations of a node with their messages.
fn told(world: &World, at: usize, which: impl Fn(&Conversation) -> bool) -> Vec<Told> {
    conversations(world, at).into_iter().filter(which).map(|c| (messages(world, at, c.id), c)).map(|(all, c)| (c, all)).collect()
}

/// Asked after every step, of every honest node whose store has changed since.
pub fn hold_now(play: &mut Play, memory: &mut Memory) {
    memory.named += naming::nobody_is_named_before_the_owner_has_confirmed(play);
    let changed: BTreeSet<usize> = (0..play.plan.size.members()).filter(|at| news(&play.world, *at, memory)).collect();
    for at in play.honest() {
        let world = &play.world;
        if world.store(at).is_none() {
            continue;
        }
        if !changed.contains(&at) {
            // Here nothing has changed; what the others have acknowledged must still be there.
            let told = told(world, at, |c| changed.contains(&member_of(&c.peer)));
            if !recovers(world, at) {
                a_receipt_means_that_both_have_the_same_bytes(play, at, &told);
            }
            continue;
        }
        let told = told(world, at, |_| true);
        after_a_restore_memory_begins_anew(world, at, memory);
        statements_of_free_places_only_move_on(world, at, memory);
        the_network_document_only_moves_on(world, at, memory);
        queues_and_rows_are_bounded(play, at, &told);
        if recovers(world, at) {
            continue;
        }
        no_place_is_promised_twice(play, at, memory);
        a_promise_has_its_place_and_no_other(world, at, &told);
        a_promise_ends_by_a_good_clock_alone(world, at, &told);
        a_patient_chooses_one_offer_at_a_time(play, at, &told);
        a_receipt_means_that_both_have_the_same_bytes(play, at, &told);
        each_chain_is_in_order_and_counts_once(at, &told);
        what_is_chosen_is_the_offer_that_stands(at, &told);
        what_has_ended_is_over(play, at, &told);
        nothing_is_erased_before_its_time(world, at, &told);
        naming::who_is_named_has_released_it(play, at, &told);
        nothing_of_the_removed_is_kept(play, at);
    }
    who_has_the_wrong_time_promises_nothing(play);
}

/// Asked now and then, and at the end.
pub fn hold_on_the_whole(play: &Play) {
    a_receipt_is_for_its_message(play);
    the_audit_holds_and_every_message_took_effect_once(play);
    nothing_from_the_cut_off_counts(play);
    no_honest_node_is_taken_for_a_liar(play);
}

/// At every owner, on every day: no more holds than places stated. A clinic that was set back may have lost its last statement, and gets
/// back the promises made on it: it is measured by the most that it has ever stated.
fn no_place_is_promised_twice(play: &Play, at: usize, memory: &mut Memory) {
    let Some(db) = play.world.store(at).map(|store| store.db()) else { return };
    for row in capacity::all_stated(db, None).expect("a good store") {
        let DepartmentId { facility, department } = &row.stated.id;
        let holds = hold::active(db, facility, department, row.observed_at, None).expect("a good store");
        let most = memory.stated.entry((at, row.stated.id.clone())).or_default();
        *most = row.stated.free.iter().copied().fold(*most, u16::max);
        for (offset, stated) in (0_u32..).zip(&row.stated.free) {
            let day = row.stated.first_day.plus(offset);
            let held = holds.iter().filter(|hold| hold.covers(day)).count();
            let places = if play.set_back.contains(&at) { *most } else { *stated };
            assert!(held <= usize::from(places), "{held} holds on {day} in {department} of {at}, {places} places are stated");
        }
    }
}

/// At the owner, an open promise has exactly one hold, on the day both speak of; without a promise nothing is held.
fn a_promise_has_its_place_and_no_other(world: &World, at: usize, told: &[Told]) {
    let Some(db) = world.store(at).map(|store| store.db()) else { return };
    for (c, _) in told {
        let (state, held) = (c.log.state(), hold::of(db, c.id).expect("a good store"));
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
fn a_patient_chooses_one_offer_at_a_time(play: &Play, at: usize, told: &[Told]) {
    let Some(db) = play.world.store(at).map(|store| store.db()) else { return };
    let mut chosen = BTreeMap::new();
    for (c, _) in told.iter().filter(|(c, _)| c.side == Side::Asker) {
        let (step, Some(case)) = (c.log.state().step, c.case) else { continue };
        let is_chosen = matches!(step, Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted | Step::Admitted);
        let is_chosen = is_chosen && !abandoned(c);
        if is_chosen && let Some(other) = chosen.insert(case, c.id) {
            panic!("case {case} has two chosen offers: {other} and {}", c.id);
        }
    }
    for case in case::list(db, None, 1_000).expect("a good store") {
        assert_eq!(case.chosen, chosen.get(&case.id).copied(), "case {} of {at} does not say which offer is chosen", case.id);
    }
}

/// A message with a receipt is in the stores of both ends, with the same header, receipt and outcome.
fn a_receipt_means_that_both_have_the_same_bytes(play: &Play, at: usize, told: &[Told]) {
    for (c, all) in told {
        let other = member_of(&c.peer);
        // Who lies may give receipts for what it has thrown away; who was set back has to be given back first what it had, and is not
        // given it by a member that was removed.
        let lost = play.removed == Some(at) && play.set_back.contains(&other);
        if play.suspects.contains(&other) || recovers(&play.world, other) || lost {
            continue;
        }
        let Some(theirs) = play.world.store(other).map(|store| store.db()) else { continue };
        for mine in all.iter().filter(|message| message.side == c.side && message.receipt.is_some()) {
            let found = conversation::message(theirs, c.id, mine.side, mine.seq).expect("a good store");
            let found = found.unwrap_or_else(|| panic!("{} {:?} {}: receipted at {at}, but not in the store of {other}", c.id, mine.side, mine.seq));
            assert_eq!((&mine.header, &mine.receipt, &mine.outcome), (&found.header, &found.receipt, &found.outcome), "{} {:?} {}", c.id, mine.side, mine.seq);
        }
    }
}

/// A receipt that is kept proves that the other clinic has this very message: compared here field by field, not by the product.
fn a_receipt_is_for_its_message(play: &Play) {
    for at in play.honest() {
        for c in conversations(&play.world, at) {
            for message in messages(&play.world, at, c.id) {
                let Some(receipt) = &message.receipt else { continue };
                let header = SignedHeader::trusted(&message.header).expect("a header");
                let receipt = Receipt::open_by(&cooperative::network(), receipt, |_, _| true).expect("a receipt");
                let h = &header.header;
                let said = (receipt.header, receipt.conversation, &receipt.author, receipt.seq, &receipt.receiver);
                let meant = (header.digest, h.conversation, &h.author.member, h.seq, &h.recipient.member);
                assert_eq!(said, meant, "{} {:?} {} at {at}: the receipt is for another message", c.id, message.side, message.seq);
            }
        }
    }
}

/// What is chosen is the offer that stands.
fn what_is_chosen_is_the_offer_that_stands(at: usize, told: &[Told]) {
    for (c, _) in told {
        let state = c.log.state();
        if !matches!(state.step, Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted) {
            continue;
        }
        let offer = state.offer.map(|offer| offer.digest);
        let cited = c.log.chain(Side::Asker).iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == MessageKind::Choice && event.cites == offer);
        assert!(cited, "{} of {at} is {}, but no choice names the offer that stands", c.id, state.step);
    }
}

/// Nothing outlives its end for long where the clock is right and the node works. One whose clock was just put right first hears from
/// its peers that it is, and so does one that was down.
fn what_has_ended_is_over(play: &Play, at: usize, told: &[Told]) {
    let for_a_while = |since: verbund_protocol::time::Timestamp| play.world.now.since(since).as_secs() > 120;
    let right = play.wild.is_none() && for_a_while(play.righted_at);
    let works = right && play.world.is_up(at) && !play.sick.contains_key(&at) && play.world.up_since(at).is_some_and(for_a_while);
    let heard = works && play.world.hears_since(at, play.world.now.minus(Duration::from_secs(120)));
    for (c, _) in told.iter().filter(|_| heard) {
        let over = c.end_at.is_some_and(|end| play.world.clock(at).since(end).as_secs() > 600 && c.ended_at.is_none());
        assert!(!over, "{} of {at} should have ended at {:?}, it is {}", c.id, c.end_at, play.world.clock(at));
    }
}

/// What a clinic learned of a patient who went elsewhere stays for its time, by the true time, unless it refused the referral and so said
/// itself that nothing is left. No play lasts so long.
fn nothing_is_erased_before_its_time(world: &World, at: usize, told: &[Told]) {
    for (c, _) in told.iter().filter(|(c, _)| c.side == Side::Owner && c.erased_at.is_some()) {
        let refused = c.log.chain(Side::Owner).iter().filter_map(|entry| entry.event.as_ref()).any(|event| event.kind == MessageKind::Refused);
        assert!(refused || world.now >= START.plus(BODY_KEPT), "{} at {at}: erased at {}, long before its time", c.id, world.now);
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

fn after_a_restore_memory_begins_anew(world: &World, at: usize, memory: &mut Memory) {
    let restores = world.restores(at);
    if memory.restores.insert(at, restores).is_some_and(|before| before != restores) {
        memory.orders.retain(|(node, _), _| *node != at);
        memory.versions.remove(&at);
    }
}

/// The version of the network document that a node holds never falls, whatever old one comes again.
fn the_network_document_only_moves_on(world: &World, at: usize, memory: &mut Memory) {
    let Some(core) = world.core(at) else { return };
    let version = core.membership().held().document.version;
    let before = memory.versions.insert(at, version).unwrap_or_default();
    assert!(before <= version, "{at} held network document {before}, and then {version}");
}

/// The order of what a department states never falls, at any node, whatever comes again or late.
fn statements_of_free_places_only_move_on(world: &World, at: usize, memory: &mut Memory) {
    let Some(db) = world.store(at).map(|store| store.db()) else { return };
    for bytes in capacity::all(db).expect("a good store") {
        let record = SignedCapacity::trusted(&bytes).expect("a record").record;
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

/// Nothing piles up: what waits for others is bounded by what people said, and a lying member cannot fill the store.
fn queues_and_rows_are_bounded(play: &Play, at: usize, told: &[Told]) {
    let Some(db) = play.world.store(at).map(|store| store.db()) else { return };
    let own: u64 = told.iter().map(|(c, all)| all.iter().filter(|message| message.side == c.side).count() as u64).sum();
    let waiting: u64 = outbox::depth(db).expect("a good store").iter().map(|(_, waiting)| waiting).sum();
    assert!(waiting <= own, "{waiting} messages wait at {at}, which has said {own}");
    let departments = capacity::all(db).expect("a good store").len();
    assert!(departments <= play.size_in_departments(), "{at} keeps {departments} records of free places");
    let proofs = capacity::proofs(db).expect("a good store").len();
    assert!(proofs <= play.size_in_departments(), "{at} keeps {proofs} proofs of two statements");
    let addresses = address::all(db).expect("a good store").len();
    assert!(addresses <= play.plan.size.members(), "{at} keeps the addresses of {addresses} nodes");
    for (c, all) in told {
        let against = conversation::contradictions(db, c.id).expect("a good store").len();
        assert!(against <= all.len() && all.len() as u64 <= 2 * MAX_MESSAGES, "{}: {} messages and {against} proofs at {at}", c.id, all.len());
    }
}

/// Where it is known that another member was removed, none of its free places count.
fn nothing_of_the_removed_is_kept(play: &Play, at: usize) {
    let Some((removed, (core, store))) = play.removed.zip(play.world.core(at).zip(play.world.store(at))) else { return };
    if at == removed || core.membership().held().document.version < play.removed_by {
        return;
    }
    let kept =
        capacity::all(store.db()).expect("a good store").iter().any(|bytes| SignedCapacity::trusted(bytes).expect("a record").record.id.facility == cooperative::ik(removed));
    assert!(!kept, "{at} knows that {removed} is removed, and keeps its free places");
}

/// Whom the stores hold proofs against is somebody who lied, or of whom there were two.
fn no_honest_node_is_taken_for_a_liar(play: &Play) {
    for at in play.honest() {
        let Some(db) = play.world.store(at).map(|store| store.db()) else { continue };
        for c in conversations(&play.world, at).into_iter().filter(|c| !play.suspects.contains(&member_of(&c.peer))) {
            if let Some((held, other)) = conversation::contradictions(db, c.id).expect("a good store").into_iter().next() {
                let read = |bytes: &[u8]| SignedHeader::trusted(bytes).expect("a header").header;
                panic!("{at} holds a proof against {}: {:?} and {:?}", c.peer, read(&held), read(&other));
            }
        }
        for (bytes, _) in capacity::proofs(db).expect("a good store") {
            let proof = EquivocationProof::trusted(&bytes).expect("a proof");
            let writer = cooperative::of_ik(&proof.id.facility);
            assert!(play.suspects.contains(&writer), "{at} holds a proof against {writer}: two records of {} under {:?}", proof.id, proof.order);
        }
    }
}

/// The audit verifies, and tells of every message once: sent by its author, received by its recipient, or given back after a restore.
fn the_audit_holds_and_every_message_took_effect_once(play: &Play) {
    for at in play.honest() {
        let Some(db) = play.world.store(at).map(|store| store.db()) else { continue };
        assert_eq!(audit::verify(db).expect("a good store").fault, None, "the audit of {at}");
        let mut told: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for line in audit::list(db, &audit::Filter::default(), 1_000_000).expect("a good store") {
            let kind = line.action.rsplit('.').next().unwrap_or_default();
            if matches!(kind, "receive" | "send" | "recover") {
                let tally = told.entry(line.detail.split(' ').next().unwrap_or_default().to_owned()).or_default();
                (tally.0, tally.1) = (tally.0 + 1, tally.1 + usize::from(kind == "receive"));
            }
        }
        for c in conversations(&play.world, at) {
            let all = messages(&play.world, at, c.id);
            let (effects, received) = told.remove(&c.id.to_string()).unwrap_or_default();
            let theirs = all.iter().filter(|message| message.side != c.side).count();
            assert_eq!(effects, all.len(), "{}: effects of messages at {at}", c.id);
            assert!(received == theirs || (play.set_back.contains(&at) && received <= theirs), "{}: {received} received of {theirs} at {at}", c.id);
        }
        assert!(told.is_empty(), "the audit of {at} tells of messages that are not there: {told:?}");
    }
}

/// Once a node knows that a member is removed or suspended, nothing that the member says is taken in there.
fn nothing_from_the_cut_off_counts(play: &Play) {
    for at in play.honest() {
        let Some(db) = play.world.store(at).map(|store| store.db()) else { continue };
        let mut lines = audit::list(db, &audit::Filter::default(), 1_000_000).expect("a good store");
        lines.reverse();
        let from = |line: &audit::Line, who: usize| line.action.ends_with(".receive") && line.detail.split(' ').nth(1) == Some(&cooperative::name(who));
        let after = |found: Option<usize>| found.map_or(&[][..], |found| &lines[found..]);
        if let Some(removed) = play.removed {
            let knows = |line: &audit::Line| line.action == "document.taken" && line.detail.parse::<u64>().is_ok_and(|version| version >= play.removed_by);
            let taken = after(lines.iter().position(knows)).iter().find(|line| from(line, removed));
            assert!(taken.is_none(), "{at} took in {taken:?} although it knew that {removed} is removed");
        }
        if let Some((suspended, from_when, until)) = play.suspended {
            let taken = after(lines.iter().position(|line| line.action == "suspension.taken")).iter().find(|line| from(line, suspended) && line.at >= from_when && line.at < until);
            assert!(taken.is_none(), "{at} took in {taken:?} although it knew that {suspended} is suspended");
        }
    }
}

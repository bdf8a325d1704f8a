//! What must be so once everything is mended: all is delivered, both sides of every conversation stand at the same step, all
//! nodes know the same, and every node makes promises again.

use verbund_node::{
    store::{
        address, capacity,
        conversation::{self, Conversation, Stored},
        outbox,
    },
    workflow::{evidence, replication},
};
use verbund_protocol::{
    address::AddressRecord,
    capacity::SignedCapacity,
    conversation::SignedHeader,
    evidence::verify,
    membership::SignedDocument,
    referral::{Entry, Log, Message, Side, Step},
};

use super::{
    World,
    cooperative::{self, member_of},
    liars,
    naming::given_back,
    play::Play,
    promises::{conversations, messages},
    run::Scale,
};

/// Returns what is not yet as it must be in the end, if anything.
pub fn unsettled(play: &mut Play) -> Option<String> {
    outboxes_are_empty(play).or_else(|| both_sides_agree(play)).or_else(|| all_know_the_same(play)).or_else(|| all_promise_again(play)).or_else(|| liars::proof_missing(play))
}

/// Returns the members that keep to the rules and belong.
fn members(play: &Play) -> Vec<usize> {
    play.honest().filter(|at| Some(*at) != play.removed).collect()
}

fn outboxes_are_empty(play: &Play) -> Option<String> {
    for at in members(play) {
        let Some(db) = play.world.store(at).map(|store| store.db()) else { return Some(format!("{at} is down")) };
        for (member, waiting) in outbox::depth(db).expect("a good store") {
            let other = member_of(&member);
            if Some(other) != play.removed && !play.suspects.contains(&other) {
                let failing = outbox::failing(db, &member).expect("a good store");
                return Some(format!("{waiting} messages of {at} for {member} wait; {failing:?}"));
            }
        }
    }
    None
}

fn both_sides_agree(play: &Play) -> Option<String> {
    for at in members(play) {
        for c in conversations(&play.world, at) {
            let other = member_of(&c.peer);
            if Some(other) == play.removed || play.suspects.contains(&other) {
                continue;
            }
            let theirs = play.world.store(other).and_then(|store| conversation::find(store.db(), c.id).expect("a good store"));
            // What was erased at the other clinic cannot be given back: whoever was set back knows headers and receipts then, not the step.
            let erased = c.erased_at.is_some() || theirs.as_ref().is_some_and(|theirs| theirs.erased_at.is_some());
            if erased && (given_back(play, at).contains(&c.id) || given_back(play, other).contains(&c.id)) {
                continue;
            }
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
    for at in members(play) {
        let known = play
            .world
            .ask(at, move |work| {
                let version = work.membership.held().document.version;
                let board: Vec<_> = work.public.board.iter().map(|held| (held.record.record.id.clone(), held.record.digest)).collect();
                let nobody = World::key("nobody").public();
                let book = replication::addresses(&work.membership, &work.public, &nobody);
                Ok((version, board, book))
            })
            .expect("a healed node answers");
        match &first {
            None => first = Some((at, known)),
            Some((other, expected)) if *expected != known => return Some(format!("{at} and {other} know different things: {known:?} and {expected:?}")),
            Some(_) => {}
        }
    }
    None
}

fn all_promise_again(play: &mut Play) -> Option<String> {
    members(play).into_iter().find_map(|at| {
        let refused = play.world.ask(at, |work| work.may_promise()).err();
        refused.map(|error| format!("{at} makes no promises: {error}"))
    })
}

/// The state at both ends is what the stored messages say, read anew: headers chain, bodies match, and so do receipts.
pub fn logs_are_what_the_messages_say(play: &Play) {
    for at in members(play) {
        for c in conversations(&play.world, at) {
            let mut log = Log::default();
            for side in [Side::Asker, Side::Owner] {
                let mut previous = None;
                for message in messages(&play.world, at, c.id).into_iter().filter(|message| message.side == side) {
                    let header = SignedHeader::trusted(&message.header).expect("a header");
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
    let mut stores = [member_of(&c.peer)].into_iter().chain(0..play.plan.size.members());
    let body = stores.find_map(|at| conversation::body(play.world.store(at)?.db(), c.id, side, message.seq).expect("a good store"));
    match body {
        Some((_, body)) => Some(Message::read(message.kind, &body).expect("a message").event()),
        None => c.log.chain(side)[message.seq as usize].event.clone(),
    }
}

/// Evidence of what was said verifies with nothing but the bundle and the network document.
pub fn evidence_verifies_offline(play: &mut Play) {
    let held = SignedDocument::read(&cooperative::network(), &World::signed(&cooperative::document(play.plan.size, 1, None))).expect("a document");
    // Of the whole cooperative's thousands the longest at each clinic.
    let most = if play.plan.scale != Scale::Full { usize::MAX } else { 1 };
    for at in members(play) {
        let mut all = conversations(&play.world, at);
        all.sort_by_key(|c| std::cmp::Reverse((c.own.expected(), c.id)));
        for c in all.into_iter().take(most) {
            let bundle = play.world.ask(at, move |work| evidence::export(work, Some(c.id), None, true)).expect("a healed node exports");
            let report = verify(&bundle, &held).expect("a bundle");
            let faults: Vec<&String> = report.faults.iter().chain(report.conversations.iter().flat_map(|c| &c.faults)).collect();
            assert!(report.holds(), "{} at {at}: {faults:?}", c.id);
        }
    }
}

/// What everybody holds in the end about those who keep to the rules is what they themselves have signed: records verify by the network
/// document, free places lie at their author as at the others, and addresses lead to their author (the record itself is renewed all the time).
pub fn records_are_their_authors(play: &Play) {
    for at in members(play) {
        let (Some(core), Some(store)) = (play.world.core(at), play.world.store(at)) else { panic!("{at} is down") };
        let (network, membership) = (cooperative::network(), core.membership());
        let keeps_rules = |author: usize| !play.suspects.contains(&author) && Some(author) != play.removed;
        for bytes in capacity::all(store.db()).expect("a good store") {
            let record = SignedCapacity::open(&network, membership, &bytes).unwrap_or_else(|error| panic!("{at} keeps free places that do not count: {error}"));
            let author = cooperative::of_ik(&record.record.id.facility);
            if keeps_rules(author) {
                let own = play.world.store(author).map(|store| capacity::all(store.db()).expect("a good store"));
                assert!(own.is_some_and(|own| own.contains(&bytes)), "{at} holds free places of {author} that {author} does not know");
            }
        }
        for bytes in address::all(store.db()).expect("a good store") {
            // One of a removed member may lie there until the next start; it does not count.
            let Ok(record) = AddressRecord::open(&network, membership, &bytes) else { continue };
            let author = member_of(&record.member);
            if keeps_rules(author) {
                assert!(record.addresses.iter().all(|address| address.contains(&format!("node{author}."))), "{at} holds {:?} for {author}", record.addresses);
            }
        }
    }
}

/// Returns how many conversations went to their good end.
pub fn completed(play: &Play) -> u64 {
    let ended = |at| conversations(&play.world, at).into_iter().filter(|c| c.side == Side::Owner && c.log.state().step == Step::Completed).count() as u64;
    play.honest().map(ended).sum()
}

//! What must be so once everything is mended: all is delivered, both sides of every conversation stand at the same step, all
//! nodes know the same, and every node makes promises again.

use verbund_node::{
    store::{
        conversation::{self, Conversation, Stored},
        outbox,
    },
    workflow::replication,
};
use verbund_protocol::{
    conversation::SignedHeader,
    referral::{Entry, Log, Message, Side, Step},
};
use verbund_tests::simulator::World;

use super::{
    cooperative::MEMBERS,
    play::Play,
    promises::{conversations, messages, node_of},
};

/// Returns what is not yet as it must be in the end, if anything.
pub fn unsettled(play: &mut Play) -> Option<String> {
    outboxes_are_empty(play).or_else(|| both_sides_agree(play)).or_else(|| all_know_the_same(play)).or_else(|| all_promise_again(play))
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
                let nobody = World::key("nobody").public();
                let book = replication::addresses(&work.membership, &work.public, &nobody);
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

fn all_promise_again(play: &mut Play) -> Option<String> {
    (0..MEMBERS).filter(|at| Some(*at) != play.removed).find_map(|at| {
        let refused = play.world.ask(at, |work| work.may_promise()).err();
        refused.map(|error| format!("{at} makes no promises: {error}"))
    })
}

/// The state at both ends is what the stored messages say, read anew: headers chain, bodies match, and so do receipts.
pub fn logs_are_what_the_messages_say(play: &Play) {
    for at in 0..MEMBERS {
        for c in conversations(&play.world, at) {
            let mut log = Log::default();
            for side in [Side::Asker, Side::Owner] {
                let mut previous = None;
                for message in messages(&play.world, at, c.id).into_iter().filter(|message| message.side == side) {
                    let header = SignedHeader::trusted(&message.header).unwrap();
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

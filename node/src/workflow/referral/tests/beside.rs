//! Several requests to one member under way at once.

use verbund_protocol::{
    conversation::SignedHeader,
    id::MemberId,
    limits::{MAX_BATCHES, RETRY_MIN},
};

use super::*;
use crate::{
    store::outbox,
    workflow::dispatch::{Sent, UnderWay},
};

/// Asks in a case of its own.
fn inquire(pair: &mut Pair) -> ConversationId {
    let case = NewCase { patient: pair.patient, variant: Variant::Rehab, discharge: Some(day(6)), exception: None };
    pair.case = pair.a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
    pair.inquire(&["2300"])[0]
}

/// Returns what `a` would send to `b` beside what is under way.
fn due(pair: &mut Pair, under_way: &UnderWay) -> Option<Sent> {
    let member = pair.b.me.member.clone();
    pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, under_way)).unwrap().0
}

/// Sends what is due beside what is under way.
fn sent(pair: &mut Pair, under_way: &mut UnderWay) -> Sent {
    let sent = due(pair, under_way).expect("something is due");
    under_way.add(&sent);
    sent
}

fn conversations(sent: &Sent) -> Vec<ConversationId> {
    Batch::read(&sent.body).unwrap().items.iter().map(|item| SignedHeader::trusted(&item.header).unwrap().header.conversation).collect()
}

/// The network brings a request and its answer.
fn carry(pair: &mut Pair, sent: &Sent) {
    let sender: MemberId = pair.a.me.member.clone();
    let answer = pair.b.follow(Actor::Node, |work| inbound::receive(work, &sender, &sent.body, &Checked::default())).unwrap().0;
    pair.a.follow(Actor::Node, |work| dispatch::on_response(work, sent, &answer, &Checked::default())).unwrap();
}

#[test]
fn no_message_overtakes_one_of_its_conversation() {
    let mut pair = Pair::new(2);
    let first = inquire(&mut pair);
    let mut under_way = UnderWay::default();
    let before = sent(&mut pair, &mut under_way);
    assert_eq!(due(&mut pair, &under_way), None, "what is under way is not sent again");
    pair.a.run(SOCIAL, |work| withdraw(work, first, "mistake".parse().unwrap())).unwrap();
    assert_eq!(due(&mut pair, &under_way), None, "what comes after it waits for its answer");
    let second = inquire(&mut pair);
    let beside = sent(&mut pair, &mut under_way);
    assert_eq!((conversations(&before), conversations(&beside)), (vec![first], vec![second]), "another conversation goes on meanwhile");
    // The second is there before the first.
    carry(&mut pair, &beside);
    assert_eq!(pair.step(second), (Step::Requested, Step::Requested));
    carry(&mut pair, &before);
    let after = due(&mut pair, &UnderWay::default()).expect("the withdrawal");
    assert_eq!(conversations(&after), [first]);
    carry(&mut pair, &after);
    assert_eq!(pair.step(first), (Step::Withdrawn, Step::Withdrawn));
    assert_eq!(due(&mut pair, &UnderWay::default()), None);
}

#[test]
fn there_are_at_most_so_many_requests_to_one_member() {
    let mut pair = Pair::new(2);
    let mut under_way = UnderWay::default();
    for _ in 0..MAX_BATCHES {
        assert!(under_way.has_room());
        inquire(&mut pair);
        sent(&mut pair, &mut under_way);
    }
    assert!(!under_way.has_room());
    inquire(&mut pair);
    assert_eq!(due(&mut pair, &under_way), None);
    assert!(due(&mut pair, &UnderWay::default()).is_some(), "it waits");
}

#[test]
fn requests_that_fail_together_are_one_attempt_and_the_next_goes_alone() {
    let mut pair = Pair::new(2);
    let (member, mut under_way) = (pair.b.me.member.clone(), UnderWay::default());
    for _ in 0..2 {
        inquire(&mut pair);
        sent(&mut pair, &mut under_way);
    }
    for _ in 0..2 {
        pair.a.follow(Actor::Node, |work| dispatch::on_failure(work, &member, "unreachable")).unwrap();
    }
    let failing = outbox::failing(pair.a.store.db(), &member).unwrap().unwrap();
    assert_eq!((failing.attempts, failing.next_try), (1, pair.a.now.plus(RETRY_MIN)));
    assert_eq!(due(&mut pair, &UnderWay::default()), None, "it is given time");
    pair.a.now = failing.next_try;
    let mut under_way = UnderWay::default();
    let attempt = sent(&mut pair, &mut under_way);
    assert_eq!(conversations(&attempt).len(), 2);
    inquire(&mut pair);
    assert_eq!(due(&mut pair, &under_way), None, "one attempt at a time until something is acknowledged");
    pair.b.now = pair.a.now;
    carry(&mut pair, &attempt);
    assert!(due(&mut pair, &UnderWay::default()).is_some());
}

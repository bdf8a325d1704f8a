//! Clinics that answer wrongly for ever, or with what was never said; and clocks in doubt.

use verbund_protocol::{
    conversation::{Head, Header, Item, SignedHeader, body_hash, frame::Rejection},
    id::Digest,
};

use super::*;

fn trouble(pair: &Pair, id: ConversationId) -> Option<String> {
    stored::find(pair.a.store.db(), id).unwrap().unwrap().trouble
}

/// `a` sends what is due, and `b` says that it misses everything from the beginning on.
fn misses_all(pair: &mut Pair, id: ConversationId) {
    let member = pair.b.me.member.clone();
    let sent = pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, &dispatch::UnderWay::default())).unwrap().0.expect("something is due");
    let count = Batch::read(&sent.body).unwrap().items.len();
    let answer = Replies { replies: vec![Reply::Gap { conversation: id, expected: 0 }; count] }.write();
    pair.a.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
}

#[test]
fn a_clinic_that_always_misses_something_has_an_end_that_a_person_sees() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    misses_all(&mut pair, id);
    for _ in 0..3 {
        pair.a.now = pair.a.now.plus(UNDELIVERABLE_AFTER / 4);
        misses_all(&mut pair, id);
        assert_eq!(trouble(&pair, id), None);
    }
    pair.a.now = pair.a.now.plus(UNDELIVERABLE_AFTER / 4);
    misses_all(&mut pair, id);
    assert_eq!(trouble(&pair, id).as_deref(), Some("undeliverable"));
    let member = pair.b.me.member.clone();
    assert!(pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, &dispatch::UnderWay::default())).unwrap().0.is_none());
}

#[test]
fn an_answer_to_what_was_never_said_is_not_taken_in() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(8))).unwrap();
    pair.deliver();
    pair.a.run(SOCIAL, |work| withdraw(work, id, "mistake".parse().unwrap())).unwrap();
    // `b` has the withdrawal, too, by now; what it says next answers the inquiry, but another one than it was sent.
    let own = stored::message(pair.b.store.db(), id, Side::Owner, 0).unwrap().unwrap();
    let offered = SignedHeader::trusted(&own.header).unwrap();
    let says = |seen: Option<Head>| {
        let (salt, body) = ([7; 16], b"whatever".to_vec());
        let header = Header { seq: 1, previous: Some(offered.digest), seen, body: body_hash(&salt, &body), message: 60_000, ..offered.header.clone() };
        Batch { items: vec![Item { header: header.sign(&pair.b.me.network, &pair.b.me.key).bytes, salt, body }] }.write()
    };
    let (lie, truth) = (says(Some(Head { seq: 0, digest: Digest([9; 32]) })), says(offered.header.seen));
    let sender = pair.b.me.member.clone();
    let answer = |pair: &mut Pair, batch: &[u8]| {
        let answer = pair.a.follow(Actor::Node, |work| inbound::receive(work, &sender, batch, &Checked::default())).unwrap().0;
        Replies::read(&answer).unwrap().replies
    };
    assert_eq!(answer(&mut pair, &lie), [Reply::Rejected(Rejection::Diverged)]);
    assert!(matches!(answer(&mut pair, &truth)[..], [Reply::Receipt(_)]), "what crosses a message of ours is taken in");
}

#[test]
fn a_clock_in_doubt_erases_nothing() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::decline(work, id, "no-place".parse().unwrap())).unwrap();
    pair.deliver();
    pair.b.clock_agrees = false;
    pair.pass(BODY_KEPT * 2);
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_some());
    pair.b.clock_agrees = true;
    pair.pass(Duration::ZERO);
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_none());
}

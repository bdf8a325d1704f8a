//! Announcements reach everyone, travel only when accepted, and do not reach guests.

use bytes::Bytes;
use verbund_protocol::{
    limits::{MAX_GOSSIP, MAX_GOSSIP_UNCHECKED, MAX_GOSSIP_UNHEARD},
    wire::Protocol,
};

use super::{
    super::{Command, Event, PeerInfo, Verdict},
    world::{Node, World, connect},
};

/// Waits for an announcement and judges it.
async fn judge(node: &mut Node, verdict: Verdict) -> Bytes {
    node.until(|event| match event {
        Event::Gossip { bytes, ticket, .. } => {
            ticket.judge(verdict);
            Some(bytes)
        }
        _ => None,
    })
    .await
}

/// Announces different bytes until one arrives: the overlay forms a moment after the connection.
async fn announce_until_heard(from: &Node, to: &mut Node, word: &str) -> Bytes {
    for n in 0.. {
        from.handle.send(Command::Announce(format!("{word} {n}").into())).await.unwrap();
        let heard = judge(to, Verdict::Accept);
        if let Ok(bytes) = tokio::time::timeout(std::time::Duration::from_millis(200), heard).await {
            return bytes;
        }
    }
    unreachable!("the loop has no end")
}

#[tokio::test]
async fn an_announcement_passes_on_when_accepted() {
    let world = World::new(&["a", "b", "c"]);
    let (mut a, mut b, mut c) = (world.start("a").await, world.start("b").await, world.start("c").await);
    connect(&mut a, &mut b).await;
    connect(&mut b, &mut c).await;
    let (first, passed_on) = tokio::join!(announce_until_heard(&a, &mut b, "news"), judge(&mut c, Verdict::Accept));
    assert!(first.starts_with(b"news") && passed_on.starts_with(b"news"));
}

#[tokio::test]
async fn an_announcement_finds_the_connection_that_is_left_of_two() {
    let world = World::new(&["a", "b"]);
    let (a, b) = (world.start("a").await, world.start("b").await);
    let (mut smaller, mut larger) = if a.key < b.key { (a, b) } else { (b, a) };
    // Both sides keep the connection that the smaller key dialled. The other one is first, and gossip has its streams on it.
    connect(&mut larger, &mut smaller).await;
    announce_until_heard(&smaller, &mut larger, "warm").await;
    announce_until_heard(&larger, &mut smaller, "warm too").await;
    smaller.handle.probe(larger.address.clone()).await.unwrap();
    let one = |info: &PeerInfo| info.link.as_ref().is_some_and(|link| link.connections == 1);
    let outbound = |info: &PeerInfo| one(info) && info.link.as_ref().is_some_and(|link| link.outbound);
    smaller.sees(larger.key, outbound).await;
    larger.sees(smaller.key, one).await;
    // Each is said once, and nothing else happens on the connection that could make it look.
    smaller.handle.send(Command::Announce("to the larger".into())).await.unwrap();
    while judge(&mut larger, Verdict::Accept).await != "to the larger" {}
    larger.handle.send(Command::Announce("to the smaller".into())).await.unwrap();
    while judge(&mut smaller, Verdict::Accept).await != "to the smaller" {}
}

#[tokio::test]
async fn what_nobody_was_there_to_hear_is_told_to_the_first_who_comes() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    a.handle.send(Command::Announce("here I am".into())).await.unwrap();
    connect(&mut a, &mut b).await;
    assert_eq!(judge(&mut b, Verdict::Accept).await, "here I am");
}

#[tokio::test]
async fn only_so_much_waits_for_the_first_who_comes() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    for n in 0..MAX_GOSSIP_UNHEARD + 4 {
        a.handle.send(Command::Announce(format!("{n}").into())).await.unwrap();
    }
    connect(&mut a, &mut b).await;
    for n in 0..MAX_GOSSIP_UNHEARD {
        assert_eq!(judge(&mut b, Verdict::Accept).await, n.to_string());
    }
    a.handle.send(Command::Announce("later".into())).await.unwrap();
    assert_eq!(judge(&mut b, Verdict::Accept).await, "later", "the others are left to synchronisation");
}

#[tokio::test]
async fn a_rejected_or_ignored_announcement_goes_no_further() {
    let world = World::new(&["a", "b", "c"]);
    let (mut a, mut b, mut c) = (world.start("a").await, world.start("b").await, world.start("c").await);
    connect(&mut a, &mut b).await;
    connect(&mut b, &mut c).await;
    tokio::join!(announce_until_heard(&a, &mut b, "warm"), judge(&mut c, Verdict::Accept));
    for (word, verdict) in [("false", Verdict::Reject), ("known", Verdict::Ignore)] {
        a.handle.send(Command::Announce(word.into())).await.unwrap();
        while judge(&mut b, verdict).await != word {}
    }
    // Announcements keep their order on a link, so if one of the two had been passed on, c would hear it before this one.
    a.handle.send(Command::Announce("last".into())).await.unwrap();
    tokio::join!(async { while judge(&mut b, Verdict::Accept).await != "last" {} }, async {
        loop {
            let heard = judge(&mut c, Verdict::Accept).await;
            assert!(heard != "false" && heard != "known");
            if heard == "last" {
                break;
            }
        }
    });
}

#[tokio::test]
async fn what_is_too_long_is_not_announced() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    announce_until_heard(&a, &mut b, "warm").await;
    for announcement in [vec![1; MAX_GOSSIP + 1], vec![2; MAX_GOSSIP]] {
        a.handle.send(Command::Announce(announcement.into())).await.unwrap();
    }
    loop {
        let heard = judge(&mut b, Verdict::Accept).await;
        assert!(heard.len() <= MAX_GOSSIP);
        if heard.len() == MAX_GOSSIP {
            break;
        }
    }
}

#[tokio::test]
async fn only_so_many_announcements_wait_for_a_verdict() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    announce_until_heard(&a, &mut b, "warm").await;
    let mut tickets = Vec::new();
    for n in 0..MAX_GOSSIP_UNCHECKED {
        a.handle.send(Command::Announce(format!("held {n}").into())).await.unwrap();
        tickets.push(b.until(|event| if let Event::Gossip { ticket, .. } = event { Some(ticket) } else { None }).await);
    }
    a.handle.send(Command::Announce("one too many".into())).await.unwrap();
    // Two questions later it has surely arrived, and was not passed up.
    let to = b.key;
    for _ in 0..2 {
        let (answer, _) = tokio::join!(a.ask(to, Protocol::Sync), b.until(no_gossip_before_the_question));
        assert!(answer.is_ok());
    }
    tickets.clear();
    assert!(announce_until_heard(&a, &mut b, "room again").await.starts_with(b"room"));
}

fn no_gossip_before_the_question(event: Event) -> Option<()> {
    match event {
        Event::Gossip { bytes, .. } => panic!("heard {bytes:?}"),
        Event::Request { respond, .. } => {
            respond.answer("yes");
            Some(())
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_guest_neither_hears_nor_is_heard() {
    let mut world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    world.publish(&["a", "b", "guest"]);
    let mut guest = world.start("guest").await; // sees itself as a member; a and b do not
    connect(&mut a, &mut b).await;
    connect(&mut guest, &mut a).await;
    announce_until_heard(&a, &mut b, "warm").await;
    guest.handle.send(Command::Announce("from the guest".into())).await.unwrap();
    a.handle.send(Command::Announce("among members".into())).await.unwrap();
    while judge(&mut b, Verdict::Accept).await != "among members" {}
    // Whatever had been said would be there by now: a answers a question of the guest after everything before it.
    let to = a.key;
    let (answer, _) = tokio::join!(guest.ask(to, Protocol::Sync), a.answer_one());
    assert!(answer.is_ok());
    while let Ok(event) = guest.events.try_recv() {
        assert!(!matches!(event, Event::Gossip { .. }), "the guest heard {event:?}");
    }
    while let Ok(event) = a.events.try_recv() {
        assert!(!matches!(event, Event::Gossip { .. }), "the guest was heard: {event:?}");
    }
}

//! Dialling, names, several addresses, asking and answering, and the end of connections.

use std::time::Duration;

use verbund_protocol::{hello::View, wire::Protocol};

use super::{
    super::{Access, Command, ProbeError, Refusal, RequestError, Tuning},
    world::{World, closed_address, connect, turned},
};

#[tokio::test]
async fn a_question_dials_and_every_protocol_answers() {
    let world = World::new(&["a", "b"]);
    let (a, mut b) = (world.start("a").await, world.start("b").await);
    let to = b.key;
    a.knows(&b).await;
    for protocol in Protocol::ALL {
        let (answer, from) = tokio::join!(a.ask(to, protocol), b.answer_one());
        assert_eq!(from, a.key);
        let answer = answer.unwrap();
        assert_eq!((answer.version, answer.body), (1, turned(protocol, b"ask")));
    }
}

#[tokio::test]
async fn both_sides_learn_who_is_up_and_how_they_are_seen() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    a.knows(&b).await;
    a.handle.send(Command::Dial(b.key)).await.unwrap();
    for greeting in [a.up(b.key).await, b.up(a.key).await] {
        assert_eq!((greeting.access, greeting.sees_us_as), (Access::Full, View::Member));
        assert_eq!((greeting.version, greeting.edition.document), (1, 1));
        assert!(greeting.clock_offset_ms.abs() < 60_000);
    }
    let peers = a.handle.peers().await;
    let link = peers[0].link.as_ref().unwrap();
    assert_eq!((peers.len(), peers[0].key, link.outbound, &link.address), (1, b.key, true, &b.address));
    assert!(link.round_trip.is_some());
    let listed = b.handle.peers().await;
    assert!(!listed[0].link.as_ref().unwrap().outbound);
}

#[tokio::test]
async fn the_one_asked_may_ask_back_on_the_same_connection() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await; // b knows no address of a
    let (answer, _) = tokio::join!(b.ask(a.key, Protocol::Message), a.answer_one());
    assert_eq!(answer.unwrap().body, turned(Protocol::Message, b"ask"));
}

#[tokio::test]
async fn names_are_addresses_and_the_next_address_is_tried() {
    let world = World::new(&["a", "b"]);
    let (a, mut b) = (world.start("a").await, world.start("b").await);
    let port = b.address.rsplit('/').next().unwrap();
    let (closed, named) = (closed_address(), format!("/dns4/localhost/tcp/{port}"));
    a.knows_at(b.key, &[&closed, "/dns/nowhere.invalid/tcp/1", &named]).await;
    let (answer, _) = tokio::join!(a.ask(b.key, Protocol::Sync), b.answer_one());
    assert_eq!(answer.unwrap().body, turned(Protocol::Sync, b"ask"));
    assert_eq!(a.handle.peers().await[0].link.as_ref().unwrap().address, named);
}

#[tokio::test]
async fn the_longest_bodies_pass_and_longer_ones_do_not() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    let to = b.key;
    for protocol in Protocol::ALL {
        let longest = vec![7; protocol.max_request()];
        let answer_longest = async {
            let respond = b.until(|event| if let super::super::Event::Request { body, respond, .. } = event { Some((body, respond)) } else { None }).await;
            assert_eq!(respond.0.len(), protocol.max_request());
            respond.1.answer(vec![8; protocol.max_answer()]);
        };
        let (answer, ()) = tokio::join!(a.handle.request(to, protocol, longest), answer_longest);
        assert_eq!(answer.unwrap().body.len(), protocol.max_answer());
        let size = protocol.max_request() + 1;
        assert_eq!(a.handle.request(to, protocol, vec![7; size]).await, Err(RequestError::TooLarge { protocol, size }));
    }
}

#[tokio::test]
async fn who_cannot_be_reached_is_named_with_the_reason() {
    let world = World::new(&["a", "b"]);
    let a = world.start("a").await;
    let b = super::world::key("b").public();
    assert_eq!(a.ask(b, Protocol::Sync).await, Err(RequestError::NoAddress));
    assert_eq!(a.ask(a.key, Protocol::Sync).await, Err(RequestError::Own));
    a.knows_at(b, &[&closed_address()]).await;
    let Err(RequestError::Unreachable { reason: Refusal::Network(text), retry_after }) = a.ask(b, Protocol::Sync).await else { panic!("reached nobody") };
    assert!(text.contains("refused"), "{text}");
    assert!(retry_after > Duration::ZERO);
    // Within the back-off nothing is dialled, and the reason is still told.
    assert!(matches!(a.ask(b, Protocol::Sync).await, Err(RequestError::Unreachable { reason: Refusal::Network(_), .. })));
    assert!(matches!(a.handle.peers().await[0].last_failure, Some(Refusal::Network(_))));
}

#[tokio::test]
async fn another_node_at_the_address_is_not_taken_for_the_one_asked() {
    let world = World::new(&["a", "b", "c"]);
    let (a, b) = (world.start("a").await, world.start("b").await);
    let c = super::world::key("c").public();
    a.knows_at(c, &[&b.address]).await;
    let Err(RequestError::Unreachable { reason, .. }) = a.ask(c, Protocol::Message).await else { panic!("asked the wrong node") };
    assert_eq!(reason, Refusal::OtherNode { found: Some(b.key) });
}

#[tokio::test]
async fn a_second_node_with_the_same_key_is_found_out() {
    let world = World::new(&["a"]);
    let (mut a, mut copy) = (world.start("a").await, world.start("a").await);
    let copied = copy.handle.probe(a.address.clone()).await;
    assert_eq!(copied, Err(ProbeError::Refused(Refusal::OwnKey)));
    assert_eq!(a.refused().await, Refusal::OwnKey);
    copy.events.close();
}

#[tokio::test]
async fn a_probe_reports_who_answers() {
    let world = World::new(&["a", "b"]);
    let (a, b) = (world.start("a").await, world.start("b").await);
    let probed = a.handle.probe(b.address.clone()).await.unwrap();
    assert_eq!((probed.peer, probed.greeting.sees_us_as), (b.key, View::Member));
    assert!(matches!(a.handle.probe(closed_address()).await, Err(ProbeError::Refused(Refusal::Network(_)))));
    assert!(matches!(a.handle.probe("443").await, Err(ProbeError::Address(_))));
}

#[tokio::test]
async fn standing_links_come_up_by_themselves_and_come_back() {
    let world = World::new(&["a", "b"]);
    let standing = |config: &mut super::super::MeshConfig| config.tuning = Tuning { standing_links: 5, ..Tuning::default() };
    let mut a = world.start_as("a", world.certificate("a"), standing).await;
    let mut b = world.start("b").await;
    a.knows(&b).await;
    a.up(b.key).await;
    b.up(a.key).await;
    b.handle.send(Command::Disconnect(a.key)).await.unwrap();
    a.down(b.key).await;
    a.up(b.key).await;
    assert!(a.handle.peers().await[0].link.as_ref().unwrap().standing);
}

#[tokio::test]
async fn a_connection_on_demand_ends_when_nobody_uses_it() {
    let world = World::new(&["a", "b"]);
    let impatient = |config: &mut super::super::MeshConfig| config.tuning.idle = Duration::from_millis(100);
    let mut a = world.start_as("a", world.certificate("a"), impatient).await;
    let mut b = world.start("b").await;
    connect(&mut a, &mut b).await;
    a.down(b.key).await;
    b.down(a.key).await;
    // And is made again when needed.
    let (answer, _) = tokio::join!(a.ask(b.key, Protocol::Message), b.answer_one());
    assert!(answer.is_ok());
}

#[tokio::test]
async fn two_who_dial_each_other_at_once_end_with_one_connection() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    let (key_a, key_b) = (a.key, b.key);
    // Probes dial in any case, so that there surely are two connections.
    let (first, second) = tokio::join!(a.handle.probe(b.address.clone()), b.handle.probe(a.address.clone()));
    first.and(second).unwrap();
    let connections = |wanted: usize| move |info: &super::super::PeerInfo| info.link.as_ref().is_some_and(|link| link.connections == wanted);
    a.sees(key_b, connections(2)).await;
    // Both sides let go of the same one, and nobody notices.
    a.sees(key_b, connections(1)).await;
    b.sees(key_a, connections(1)).await;
    let (answer, _) = tokio::join!(a.ask(key_b, Protocol::Message), b.answer_one());
    assert!(answer.is_ok());
    let (answer, _) = tokio::join!(b.ask(key_a, Protocol::Message), a.answer_one());
    assert!(answer.is_ok());
    while let Ok(event) = a.events.try_recv() {
        assert!(!matches!(event, super::super::Event::Down { .. }));
    }
}

#[tokio::test]
async fn a_node_that_knows_nobody_asks_at_the_bootstrap_addresses() {
    let mut world = World::new(&["a", "b"]);
    let mut b = world.start("b").await;
    let own = closed_address(); // a will listen there itself
    world.bootstrap(&[&own, &b.address]);
    world.publish(&["a", "b"]);
    let mut a = world.start_as("a", world.certificate("a"), |config| config.listen = vec![own]).await;
    assert_eq!(a.up(b.key).await.edition.document, 1);
    b.up(a.key).await;
    while let Ok(event) = a.events.try_recv() {
        assert!(!matches!(event, super::super::Event::Refused { .. }), "that it found itself is no news: {event:?}");
    }
}

#[test]
fn a_peer_that_has_gone_silent_is_given_up() {
    let world = World::new(&["a", "b"]);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (of_a, of_b) = (runtime(), runtime());
    let mut b = of_b.block_on(world.start("b"));
    let impatient = |config: &mut super::super::MeshConfig| {
        config.tuning = Tuning { standing_links: 1, heartbeat: Duration::from_millis(100), hello: Duration::from_secs(1), ..Tuning::default() };
    };
    let mut a = of_a.block_on(world.start_as("a", world.certificate("a"), impatient));
    let (key_a, key_b, address) = (a.key, b.key, b.address.clone());
    let frozen = std::thread::spawn(move || {
        of_b.block_on(b.up(key_a));
        (of_b, b) // from here on nobody drives b: its sockets are open and silent
    });
    of_a.block_on(async {
        a.knows_at(key_b, &[&address]).await;
        a.up(key_b).await;
        a.down(key_b).await;
    });
    assert!(frozen.join().is_ok());
}

#[tokio::test]
async fn a_stopped_mesh_says_goodbye() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    a.handle.stop().await;
    b.down(a.key).await;
    assert_eq!(a.ask(b.key, Protocol::Sync).await, Err(RequestError::Stopped));
}

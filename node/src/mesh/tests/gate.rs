//! Who may do what, and what happens when that changes on an open connection.

use std::{sync::atomic::Ordering, time::Duration};

use verbund_protocol::{hello::View, wire::Protocol};

use super::{
    super::{Access, Command, Event, RequestError, api::Greeting},
    world::{Node, World, connect, turned},
};

/// The protocols that are for members only.
const MEMBERS_ONLY: [Protocol; 3] = [Protocol::Message, Protocol::Document, Protocol::Query];

/// `guest` may synchronise with `host` and nothing else, in either direction, and both know why.
async fn only_sync(guest: &mut Node, host: &mut Node, view: View) {
    let (guest_key, host_key) = (guest.key, host.key);
    let (answer, from) = tokio::join!(guest.ask(host_key, Protocol::Sync), host.answer_one());
    assert_eq!((answer.unwrap().body, from), (turned(Protocol::Sync, b"ask"), guest_key));
    for protocol in MEMBERS_ONLY {
        let refused = guest.ask(host_key, protocol).await;
        assert!(matches!(&refused, Err(RequestError::Refused(text)) if text.contains(&view.to_string())), "{protocol} at the guest: {refused:?}");
        let kept = host.ask(guest_key, protocol).await;
        assert!(matches!(&kept, Err(RequestError::NotAllowed(access)) if access.view() == view), "{protocol} at the host: {kept:?}");
    }
}

#[tokio::test]
async fn whoever_is_not_in_the_list_only_synchronises() {
    let mut world = World::new(&["host"]);
    let mut host = world.start("host").await;
    world.publish(&["host", "guest"]); // the guest knows it already, the host not yet
    let mut guest = world.start("guest").await;
    guest.knows(&host).await;
    guest.handle.send(Command::Dial(host.key)).await.unwrap();
    let greeting = guest.up(host.key).await;
    assert_eq!((greeting.access, greeting.sees_us_as), (Access::Full, View::Unlisted));
    let greeting = host.up(guest.key).await;
    assert_eq!((greeting.access, greeting.edition.document), (Access::Unlisted, 2));
    only_sync(&mut guest, &mut host, View::Unlisted).await;
}

#[tokio::test]
async fn a_new_member_works_as_soon_as_the_document_it_brought_is_known() {
    let mut world = World::new(&["host"]);
    let mut host = world.start("host").await;
    world.publish(&["host", "guest"]);
    let mut guest = world.start_as("guest", world.certificate("guest"), |config| config.tuning.standing_links = 1).await;
    let (guest_key, host_key) = (guest.key, host.key);
    guest.knows(&host).await;
    guest.up(host_key).await;
    // While it synchronises, the host learns the document; the answer still arrives.
    let take_document = async {
        let respond = host.until(|event| if let Event::Request { respond, .. } = event { Some(respond) } else { None }).await;
        host.hears(&world).await;
        host.handle.peers().await; // taken in
        respond.answer("thanks");
    };
    let (answer, ()) = tokio::join!(guest.ask(host_key, Protocol::Sync), take_document);
    assert_eq!(answer.unwrap().body, "thanks");
    let member = |event: Event| match event {
        Event::Up { greeting: Greeting { access: Access::Full, sees_us_as: View::Member, .. }, .. } => Some(()),
        _ => None,
    };
    guest.until(member).await;
    guest.down(host_key).await; // the connection that carried too little
    guest.until(member).await;
    let (answer, from) = tokio::join!(guest.ask(host_key, Protocol::Message), host.answer_one());
    assert_eq!((answer.unwrap().body, from), (turned(Protocol::Message, b"ask"), guest_key));
}

#[tokio::test]
async fn a_removed_member_loses_everything_else_at_once_on_open_connections() {
    let mut world = World::new(&["host", "guest"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    let (guest_key, host_key) = (guest.key, host.key);
    connect(&mut guest, &mut host).await;
    let (answer, _) = tokio::join!(guest.ask(host_key, Protocol::Message), host.answer_one());
    assert!(answer.is_ok());
    // A question is open at the very moment of the removal. The answer must not leave any more.
    let removal = async {
        let respond = host.until(|event| if let Event::Request { respond, .. } = event { Some(respond) } else { None }).await;
        world.publish(&["host"]);
        host.hears(&world).await;
        host.handle.peers().await; // taken in
        respond.answer("what a member may know");
        host.down(guest_key).await;
    };
    let (answer, ()) = tokio::join!(guest.ask(host_key, Protocol::Document), removal);
    assert!(matches!(answer, Err(RequestError::Closed(_))), "{answer:?}");
    guest.down(host_key).await;
    guest.handle.send(Command::Dial(host_key)).await.unwrap();
    assert_eq!(guest.up(host_key).await.sees_us_as, View::Removed);
    assert_eq!(host.up(guest_key).await.access, Access::Removed { last_version: 1 });
    only_sync(&mut guest, &mut host, View::Removed).await;
}

#[tokio::test]
async fn a_suspension_acts_at_once_and_ends_by_itself() {
    let mut world = World::new(&["host", "guest"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    let (guest_key, host_key) = (guest.key, host.key);
    connect(&mut guest, &mut host).await;
    world.suspend("guest");
    host.hears(&world).await;
    guest.down(host_key).await;
    host.down(guest_key).await;
    guest.hears(&world).await;
    guest.handle.send(Command::Dial(host_key)).await.unwrap();
    assert_eq!(guest.up(host_key).await.sees_us_as, View::Suspended);
    assert!(matches!(host.up(guest_key).await.access, Access::Suspended { .. }));
    only_sync(&mut guest, &mut host, View::Suspended).await;
    // A day later by both clocks it is over; nobody has to say so. What is asked now waits for a connection that carries it.
    for node in [&host, &guest] {
        node.clock.fetch_add(super::world::DAY.as_millis() as u64, Ordering::Relaxed);
    }
    host.knows(&guest).await;
    let (answer, _) = tokio::join!(host.ask(guest_key, Protocol::Message), guest.answer_one());
    assert_eq!(answer.unwrap().body, turned(Protocol::Message, b"ask"));
    assert_eq!(guest.handle.peers().await[0].link.as_ref().unwrap().greeting.sees_us_as, View::Member);
}

#[tokio::test]
async fn a_clock_off_by_more_than_two_minutes_only_synchronises() {
    let world = World::new(&["host", "guest"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    guest.clock.fetch_add(Duration::from_secs(125).as_millis() as u64, Ordering::Relaxed);
    let (guest_key, host_key) = (guest.key, host.key);
    guest.knows(&host).await;
    guest.handle.send(Command::Dial(host_key)).await.unwrap();
    let at_host = host.up(guest_key).await;
    assert!(matches!(at_host.access, Access::Clock { offset_ms } if (120_000..130_000).contains(&offset_ms)), "{at_host:?}");
    let at_guest = guest.up(host_key).await;
    assert!(matches!(at_guest.access, Access::Clock { offset_ms } if (-130_000..-120_000).contains(&offset_ms)), "{at_guest:?}");
    let refused = guest.ask(host_key, Protocol::Message).await;
    assert!(matches!(&refused, Err(RequestError::NotAllowed(access)) if access.to_string().contains("check both clocks")), "{refused:?}");
    let (answer, _) = tokio::join!(guest.ask(host_key, Protocol::Sync), host.answer_one());
    assert!(answer.is_ok());
}

#[tokio::test]
async fn a_clock_off_by_less_is_nobodys_business() {
    let world = World::new(&["host", "guest"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    guest.clock.fetch_add(Duration::from_secs(115).as_millis() as u64, Ordering::Relaxed);
    connect(&mut guest, &mut host).await;
    let to = host.key;
    let (answer, _) = tokio::join!(guest.ask(to, Protocol::Message), host.answer_one());
    assert!(answer.is_ok());
}

#[tokio::test]
async fn a_node_whose_document_ended_long_ago_only_synchronises() {
    let world = World::new(&["host", "guest"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    let (guest_key, host_key) = (guest.key, host.key);
    for node in [&host, &guest] {
        node.clock.fetch_add((super::world::DAY * (365 + 121)).as_millis() as u64, Ordering::Relaxed);
    }
    guest.knows(&host).await;
    guest.handle.send(Command::Dial(host_key)).await.unwrap();
    guest.up(host_key).await;
    assert_eq!(host.up(guest_key).await.access, Access::Stale);
    assert_eq!(host.ask(guest_key, Protocol::Message).await, Err(RequestError::NotAllowed(Access::Stale)));
    let (answer, _) = tokio::join!(guest.ask(host_key, Protocol::Sync), host.answer_one());
    assert!(answer.is_ok());
}

/// A guest that knows more of the membership than the host, as `learn` says. Neither sends the other anything else, and the host
/// takes nothing else, until the round of synchronisation that `finish` stands for.
async fn what_one_knows_comes_first(learn: impl FnOnce(&mut World), finish: impl AsyncFnOnce(&World, &Node, &Greeting)) {
    let mut world = World::new(&["host", "guest", "third"]);
    let mut host = world.start("host").await;
    learn(&mut world);
    let mut guest = world.start("guest").await;
    let (guest_key, host_key) = (guest.key, host.key);
    guest.knows(&host).await;
    guest.handle.send(Command::Dial(host_key)).await.unwrap();
    let (at_guest, at_host) = (guest.up(host_key).await, host.up(guest_key).await);
    assert_ne!(at_guest.edition, at_host.edition);
    // The guest waits for a round as the host does; here only the guest has had its own.
    guest.synchronised(host_key, at_guest.edition).await;
    for protocol in MEMBERS_ONLY {
        assert_eq!(guest.ask(host_key, protocol).await, Err(RequestError::Busy { by_peer: true }));
    }
    let handle = host.handle.clone();
    let held_back = tokio::spawn(async move { handle.request(guest_key, Protocol::Message, "ask").await });
    let (answer, _) = tokio::join!(host.ask(guest_key, Protocol::Sync), guest.answer_one()); // the first that arrives is this
    assert_eq!(answer.unwrap().body, turned(Protocol::Sync, b"ask"));
    finish(&world, &host, &at_host).await;
    guest.answer_one().await;
    assert_eq!(held_back.await.unwrap().unwrap().body, turned(Protocol::Message, b"ask"));
    for protocol in MEMBERS_ONLY {
        let (answer, _) = tokio::join!(guest.ask(host_key, protocol), host.answer_one());
        assert!(answer.is_ok());
    }
}

#[tokio::test]
async fn a_newer_document_comes_before_the_first_message() {
    what_one_knows_comes_first(|world| world.publish(&["host", "guest"]), async |world, host, _| host.hears(world).await).await;
}

#[tokio::test]
async fn a_suspension_comes_before_the_first_message() {
    what_one_knows_comes_first(|world| world.suspend("third"), async |world, host, _| host.hears(world).await).await;
}

#[tokio::test]
async fn who_says_it_knows_more_and_never_hands_it_over_holds_nothing_up() {
    let finish = async |_: &World, host: &Node, greeting: &Greeting| host.synchronised(super::world::key("guest").public(), greeting.edition).await;
    what_one_knows_comes_first(|world| world.suspend("third"), finish).await;
}

#[tokio::test]
async fn what_is_learned_on_an_open_connection_is_told_at_once_and_comes_before_the_next_message() {
    let mut world = World::new(&["host", "guest", "third"]);
    let (mut host, mut guest) = (world.start("host").await, world.start("guest").await);
    let (guest_key, host_key) = (guest.key, host.key);
    connect(&mut guest, &mut host).await;
    world.suspend("third");
    guest.hears(&world).await;
    let later = host.up(guest_key).await;
    assert_eq!(later.edition, world.held().edition());
    assert_eq!(guest.ask(host_key, Protocol::Query).await, Err(RequestError::Busy { by_peer: true }));
    // A round that was about an earlier edition does not count for this one.
    host.synchronised(guest_key, World::new(&["host", "guest", "third"]).held().edition()).await;
    assert_eq!(guest.ask(host_key, Protocol::Query).await, Err(RequestError::Busy { by_peer: true }));
    host.synchronised(guest_key, later.edition).await;
    let (answer, _) = tokio::join!(guest.ask(host_key, Protocol::Query), host.answer_one());
    assert!(answer.is_ok());
}

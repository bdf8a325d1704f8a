//! Quotas and bounds, one past each.

use std::time::Duration;

use verbund_protocol::{
    limits::{
        MAX_CONNECTIONS_PER_PEER, MAX_GUESTS, MAX_HALF_OPEN_PER_ADDRESS, MAX_OPEN_REQUESTS, MAX_REASON, MAX_SYNC, MAX_UNANSWERED, MAX_UNANSWERED_BYTES, MAX_WAITING_REQUESTS, Quota,
    },
    wire::Protocol,
};

use super::{
    super::{Event, MeshConfig, ProbeError, Refusal, RequestError, Responder},
    world::{Node, Paper, World, connect, key},
};

const BUSY_HERE: RequestError = RequestError::Busy { by_peer: false };
const BUSY_THERE: RequestError = RequestError::Busy { by_peer: true };

fn quota(quota: fn(Protocol) -> Quota) -> impl FnOnce(&mut MeshConfig) {
    move |config| config.tuning.quota = quota
}

async fn question(node: &mut Node) -> Responder {
    node.until(|event| if let Event::Request { respond, .. } = event { Some(respond) } else { None }).await
}

#[tokio::test]
async fn a_node_keeps_to_its_own_quota() {
    let world = World::new(&["a", "b"]);
    let three = quota(|_| Quota { per_second: 0, burst: 3 });
    let mut a = world.start_as("a", world.certificate("a"), three).await;
    let mut b = world.start("b").await;
    connect(&mut a, &mut b).await;
    let to = b.key;
    for _ in 0..3 {
        let (answer, _) = tokio::join!(a.ask(to, Protocol::Message), b.answer_one());
        assert!(answer.is_ok());
    }
    assert_eq!(a.ask(to, Protocol::Message).await, Err(BUSY_HERE));
    // Each protocol has its own.
    let (answer, _) = tokio::join!(a.ask(to, Protocol::Sync), b.answer_one());
    assert!(answer.is_ok());
}

#[tokio::test]
async fn who_asks_too_often_is_told_busy_and_the_node_does_not_notice() {
    let world = World::new(&["a", "b"]);
    let two = quota(|_| Quota { per_second: 0, burst: 2 });
    let mut a = world.start("a").await;
    let mut b = world.start_as("b", world.certificate("b"), two).await;
    connect(&mut a, &mut b).await;
    let to = b.key;
    for _ in 0..4 {
        let (answer, _) = tokio::join!(a.ask(to, Protocol::Query), b.answer_one()); // twice the burst is taken in
        assert!(answer.is_ok());
    }
    assert_eq!(a.ask(to, Protocol::Query).await, Err(BUSY_THERE));
    assert!(b.events.try_recv().is_err(), "the question never came through");
}

#[tokio::test]
async fn only_so_many_questions_are_open_at_once() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    let to = b.key;
    let ask = || {
        let handle = a.handle.clone();
        tokio::spawn(async move { handle.request(to, Protocol::Document, "range").await })
    };
    let open: Vec<_> = (0..MAX_OPEN_REQUESTS).map(|_| ask()).collect();
    let mut held = Vec::new();
    for _ in 0..MAX_OPEN_REQUESTS {
        held.push(question(&mut b).await);
    }
    assert_eq!(a.ask(to, Protocol::Document).await, Err(BUSY_HERE));
    held.drain(..).for_each(|respond| respond.answer("bytes"));
    for answer in open {
        assert_eq!(answer.await.unwrap().unwrap().body, "bytes");
    }
    let (answer, _) = tokio::join!(a.ask(to, Protocol::Document), b.answer_one());
    assert!(answer.is_ok(), "once they are answered there is room again");
}

#[tokio::test]
async fn more_open_questions_than_an_honest_peer_has_are_answered_busy() {
    let world = World::new(&["a", "b"]);
    let few = |config: &mut MeshConfig| config.tuning.open_requests = 1; // so that two are taken in
    let mut a = world.start("a").await;
    let mut b = world.start_as("b", world.certificate("b"), few).await;
    connect(&mut a, &mut b).await;
    let to = b.key;
    let handle = a.handle.clone();
    let first = tokio::spawn(async move { handle.request(to, Protocol::Document, "first").await });
    let kept = question(&mut b).await;
    let handle = a.handle.clone();
    let second = tokio::spawn(async move { handle.request(to, Protocol::Document, "second").await });
    let kept_too = question(&mut b).await;
    assert_eq!(a.ask(to, Protocol::Document).await, Err(BUSY_THERE));
    kept.answer("bytes");
    kept_too.busy();
    assert!(first.await.unwrap().is_ok());
    assert_eq!(second.await.unwrap(), Err(BUSY_THERE));
}

#[tokio::test]
async fn only_so_many_questions_wait_for_a_connection() {
    let world = World::new(&["a", "b"]);
    let a = world.start("a").await;
    let to = key("b").public();
    // A socket that accepts and never says anything: the dial is under way for as long as the test lasts.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    a.knows_at(to, &[&format!("/ip4/127.0.0.1/tcp/{}", silent.local_addr().unwrap().port())]).await;
    for _ in 0..MAX_WAITING_REQUESTS {
        let (reply, _) = tokio::sync::oneshot::channel();
        let command = super::super::Command::Request { to, protocol: Protocol::Sync, body: "wait".into(), reply };
        a.handle.send(command).await.unwrap();
    }
    assert_eq!(a.ask(to, Protocol::Sync).await, Err(BUSY_HERE));
}

#[tokio::test]
async fn dropped_questions_are_busy_and_refusals_carry_their_reason() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    let to = b.key;
    let (answer, ()) = tokio::join!(a.ask(to, Protocol::Message), async { drop(question(&mut b).await) });
    assert_eq!(answer, Err(BUSY_THERE));
    let (answer, ()) = tokio::join!(a.ask(to, Protocol::Message), async { question(&mut b).await.refuse("x".repeat(MAX_REASON + 1)) });
    assert_eq!(answer, Err(RequestError::Refused("x".repeat(MAX_REASON))));
}

#[tokio::test]
async fn only_so_many_guests_are_let_in() {
    let world = World::new(&["host"]);
    let mut host = world.start("host").await;
    let mut guests = Vec::new();
    for n in 0..=MAX_GUESTS {
        let name = format!("guest-{n}");
        let certificate = world.authority.issue(&Paper::auth(World::NETWORK, &name, world.now));
        guests.push(world.start_as(&name, certificate, |_| {}).await);
        let probed = guests[n].handle.probe(host.address.clone()).await;
        if n < MAX_GUESTS {
            assert!(probed.is_ok(), "guest {n}: {probed:?}");
        } else {
            assert!(matches!(probed, Err(ProbeError::Refused(_))), "one guest too many: {probed:?}");
        }
    }
    assert!(matches!(host.refused().await, Refusal::Limit(text) if text.contains("not members")));
}

#[tokio::test]
async fn only_so_many_bytes_wait_for_an_answer() {
    let world = World::new(&["a", "b"]);
    let (mut a, mut b) = (world.start("a").await, world.start("b").await);
    connect(&mut a, &mut b).await;
    let to = b.key;
    assert_eq!(MAX_UNANSWERED_BYTES, MAX_OPEN_REQUESTS * MAX_SYNC, "so that one protocol fills it");
    let mut held = Vec::new();
    let longest = bytes::Bytes::from(vec![1; MAX_SYNC]);
    for _ in 0..MAX_OPEN_REQUESTS {
        let (handle, body) = (a.handle.clone(), longest.clone());
        tokio::spawn(async move { handle.request(to, Protocol::Sync, body).await });
        held.push(question(&mut b).await);
    }
    assert_eq!(a.ask(to, Protocol::Query).await, Err(BUSY_THERE));
    held.clear();
    let (answer, _) = tokio::join!(a.ask(to, Protocol::Query), b.answer_one());
    assert!(answer.is_ok());
}

#[tokio::test]
async fn only_so_many_questions_of_all_peers_wait_for_an_answer() {
    const ASKERS: [&str; 3] = ["a", "b", "c"];
    const EACH: usize = 43; // of every protocol: with three askers just over the bound
    assert!(ASKERS.len() * Protocol::ALL.len() * EACH > MAX_UNANSWERED && ASKERS.len() * Protocol::ALL.len() * (EACH - 1) < MAX_UNANSWERED);
    let world = World::new(&["a", "b", "c", "host"]);
    let many = |config: &mut MeshConfig| config.tuning.open_requests = EACH;
    let mut host = world.start_as("host", world.certificate("host"), many).await;
    let to = host.key;
    let mut asked = tokio::task::JoinSet::new();
    let mut askers = Vec::new();
    for name in ASKERS {
        let mut asker = world.start_as(name, world.certificate(name), many).await;
        connect(&mut asker, &mut host).await;
        askers.push(asker);
    }
    for asker in &askers {
        for protocol in Protocol::ALL {
            for _ in 0..EACH {
                let handle = asker.handle.clone();
                asked.spawn(async move { handle.request(to, protocol, "?").await });
            }
        }
    }
    let mut held = Vec::new();
    for _ in 0..MAX_UNANSWERED {
        held.push(question(&mut host).await);
    }
    let over = ASKERS.len() * Protocol::ALL.len() * EACH - MAX_UNANSWERED;
    for _ in 0..over {
        assert_eq!(asked.join_next().await.unwrap().unwrap(), Err(BUSY_THERE));
    }
    held.drain(..).for_each(|respond| respond.answer("!"));
    while let Some(answer) = asked.join_next().await {
        assert!(answer.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_silent_caller_is_hung_up_on_and_many_of_them_are_not_let_in() {
    let world = World::new(&["a"]);
    let mut a = world.start_as("a", world.certificate("a"), |config| config.tuning.handshake = Duration::from_secs(3)).await;
    let port = a.address.rsplit('/').next().unwrap();
    let mut silent = Vec::new();
    for _ in 0..=MAX_HALF_OPEN_PER_ADDRESS {
        silent.push(tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap());
    }
    assert!(matches!(a.refused().await, Refusal::Limit(text) if text.contains("this address")), "one too many");
    for _ in 0..MAX_HALF_OPEN_PER_ADDRESS {
        assert_eq!(a.refused().await, Refusal::Timeout);
    }
}

#[tokio::test]
async fn only_so_many_connections_with_one_peer() {
    let world = World::new(&["a", "b"]);
    let (a, mut b) = (world.start("a").await, world.start("b").await);
    for _ in 0..MAX_CONNECTIONS_PER_PEER {
        a.handle.probe(b.address.clone()).await.unwrap();
    }
    let surplus = a.handle.probe(b.address.clone()).await;
    assert_eq!(surplus, Err(ProbeError::Refused(Refusal::Surplus)));
    assert!(!Refusal::Surplus.deserves_a_look(), "both sides may dial at once; other limits are worth a warning");
    assert!(Refusal::Limit("too many".into()).deserves_a_look());
    drop(a);
    b.until(|event| matches!(event, Event::Down { .. }).then_some(())).await;
}

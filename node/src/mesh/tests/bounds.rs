//! Bounds that are handed to libp2p and tokio, one past each.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use verbund_protocol::{
    limits::{HANDSHAKE_TIMEOUT, MAX_CONNECTIONS, MAX_DIALS, MAX_HALF_OPEN, MAX_HALF_OPEN_PER_ADDRESS, MAX_MESH_COMMANDS, MAX_MESH_EVENTS},
    wire::Protocol,
};

use super::{
    super::{Command, MeshConfig, NotTaken, ProbeError, Refusal, RequestError, Tuning},
    world::{Node, World, connect, key},
};

/// What a hospital's node runs with, where a test takes less.
#[test]
fn a_node_runs_with_the_bounds_of_the_protocol() {
    let tuning = Tuning::default();
    assert_eq!((tuning.connections, tuning.events, tuning.handshake), (MAX_CONNECTIONS, MAX_MESH_EVENTS, HANDSHAKE_TIMEOUT));
}

#[tokio::test]
async fn only_so_many_connections_in_all() {
    let world = World::new(&["host", "a", "b", "c"]);
    let two = |config: &mut MeshConfig| config.tuning.connections = 2;
    let mut host = world.start_as("host", world.certificate("host"), two).await;
    let (mut a, mut b, c) = (world.start("a").await, world.start("b").await, world.start("c").await);
    connect(&mut a, &mut host).await;
    connect(&mut b, &mut host).await;
    assert!(matches!(c.handle.probe(host.address.clone()).await, Err(ProbeError::Refused(_))));
    assert!(matches!(host.refused().await, Refusal::Limit(text) if text.contains("at most 2 established connections")));
    a.handle.send(Command::Disconnect(host.key)).await.unwrap();
    host.down(a.key).await;
    assert!(c.handle.probe(host.address.clone()).await.is_ok(), "with one gone there is room again");
}

#[tokio::test]
async fn only_so_many_dials_at_once() {
    let world = World::new(&["a"]);
    let a = world.start("a").await;
    // A socket that accepts and never says anything: dials are under way for as long as the test lasts.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", silent.local_addr().unwrap().port());
    for n in 0..=MAX_DIALS {
        let peer = key(&format!("peer-{n}")).public();
        a.knows_at(peer, &[&address]).await;
        if n < MAX_DIALS {
            a.handle.send(Command::Dial(peer)).await.unwrap();
        } else {
            let refused = a.ask(peer, Protocol::Sync).await;
            let Err(RequestError::Unreachable { reason: Refusal::Limit(text), .. }) = &refused else { panic!("{refused:?}") };
            assert!(text.contains("pending outgoing"), "{text}");
        }
    }
}

/// Connects from another address of this machine and says nothing.
async fn silent_from(last: u8, node: &Node) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, last], 0).into()).unwrap();
    let port: u16 = node.address.rsplit('/').next().unwrap().parse().unwrap();
    socket.connect(([127, 0, 0, 1], port).into()).await.unwrap()
}

#[tokio::test]
async fn only_so_many_unfinished_connections_in_all() {
    let world = World::new(&["a"]);
    let mut a = world.start("a").await;
    let mut silent = Vec::new();
    for n in 0..MAX_HALF_OPEN as usize {
        let from = 2 + u8::try_from(n / MAX_HALF_OPEN_PER_ADDRESS).unwrap();
        silent.push(silent_from(from, &a).await);
    }
    assert!(a.events.try_recv().is_err(), "so many may be in the making");
    let mut surplus = silent_from(200, &a).await;
    assert!(matches!(a.refused().await, Refusal::Limit(text) if text.contains("pending incoming")));
    assert_eq!(surplus.read(&mut [0]).await.unwrap_or(0), 0, "it is hung up on");
}

#[tokio::test]
async fn only_so_many_commands_wait_for_the_mesh() {
    let world = World::new(&["a"]);
    let a = world.start("a").await;
    // The mesh runs on this same thread, so it takes nothing until this test waits for something.
    for _ in 0..MAX_MESH_COMMANDS {
        a.handle.try_send(Command::Dial(a.key)).unwrap();
    }
    assert_eq!(a.handle.try_send(Command::Dial(a.key)), Err(NotTaken::Full));
    a.handle.peers().await;
    assert_eq!(a.handle.try_send(Command::Dial(a.key)), Ok(()));
}

#[tokio::test]
async fn a_node_that_takes_no_events_takes_nothing_more_from_the_network_until_it_does() {
    const FEW: usize = 4;
    let world = World::new(&["host", "a"]);
    let few = |config: &mut MeshConfig| config.tuning.events = FEW;
    let impatient = |config: &mut MeshConfig| config.tuning.handshake = Duration::from_millis(500);
    let mut host = world.start_as("host", world.certificate("host"), few).await;
    let a = world.start_as("a", world.certificate("a"), impatient).await;
    // Each stranger is one event, since it does not speak TLS: as many as fit the queue, and as many beside it.
    for _ in 0..2 * FEW {
        let mut stranger = silent_from(2, &host).await;
        stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        while stranger.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
    }
    assert_eq!(a.handle.probe(host.address.clone()).await, Err(ProbeError::Refused(Refusal::Timeout)), "nobody is let in any more");
    for _ in 0..2 * FEW {
        assert!(matches!(host.refused().await, Refusal::Handshake(_)), "nothing was lost");
    }
    assert!(a.handle.probe(host.address.clone()).await.is_ok());
}

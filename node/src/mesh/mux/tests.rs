//! A peer that speaks yamux by hand and keeps to no bound.
#![allow(clippy::unwrap_used)]

use std::{future::poll_fn, net::SocketAddr};

use futures::FutureExt as _;
use libp2p::tcp::tokio::TcpStream as Compat;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;

/// What every stream may carry before it is read (yamux specification).
const STREAM_WINDOW: usize = 256 << 10;
const DATA: u8 = 0;
const GO_AWAY: u8 = 3;
const SYN: u8 = 1;

/// The peer's end: writes frames, and notes whether the other side ended the connection.
struct Rogue {
    io: TcpStream,
}

impl Rogue {
    /// Opens a stream, or goes on with it, and sends so many bytes on it.
    async fn data(&mut self, stream: u32, syn: bool, bytes: usize) {
        let mut frame = vec![0, DATA, 0, if syn { SYN } else { 0 }];
        frame.extend(stream.to_be_bytes());
        frame.extend(u32::try_from(bytes).unwrap().to_be_bytes());
        frame.resize(frame.len() + bytes, 7);
        self.io.write_all(&frame).await.unwrap();
    }

    /// Reads until the other side says that it ends the connection.
    async fn is_sent_away(&mut self) {
        loop {
            let mut head = [0; 12];
            self.io.read_exact(&mut head).await.unwrap();
            match head[1] {
                GO_AWAY => return,
                DATA => panic!("nobody writes here"),
                _ => {} // acknowledged streams, windows, pings
            }
        }
    }
}

/// A muxer that is listening, whose streams are all taken and never read, and the peer at its other end.
struct Scene {
    rogue: Rogue,
    muxer: Muxer<Compat>,
    taken: Vec<yamux::Stream>,
}

impl Scene {
    async fn new() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (dialled, accepted) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let muxer = Muxer::new(Compat(accepted.unwrap().0), false);
        Self { rogue: Rogue { io: dialled.unwrap() }, muxer, taken: Vec::new() }
    }

    /// Takes the streams that the peer opens until there are so many.
    async fn take(&mut self, count: usize) {
        while self.taken.len() < count {
            self.taken.push(poll_fn(|cx| Pin::new(&mut self.muxer).poll_inbound(cx)).await.unwrap());
        }
    }

    /// Runs the muxer while the peer writes what must end the connection, until it does; no further stream comes of it.
    async fn ends(mut self, stream: u32, syn: bool) {
        let mut ended = Box::pin(async {
            self.rogue.data(stream, syn, 1).await;
            self.rogue.is_sent_away().await;
        });
        poll_fn(|cx| {
            if let Poll::Ready(Ok(_)) = Pin::new(&mut self.muxer).poll_inbound(cx) {
                panic!("one stream too many is handed on");
            }
            ended.poll_unpin(cx)
        })
        .await;
    }
}

/// Streams a dialler opens have odd numbers.
fn stream(number: usize) -> u32 {
    u32::try_from(2 * number + 1).unwrap()
}

/// All streams that may be, each with all the bytes that it may carry unread: all that one connection may make this node keep.
async fn full() -> Scene {
    let mut scene = Scene::new().await;
    for number in 0..MAX_STREAMS {
        let Scene { rogue, muxer, taken } = &mut scene;
        let mut sent = Box::pin(rogue.data(stream(number), true, STREAM_WINDOW)).fuse();
        poll_fn(|cx| {
            while let Poll::Ready(stream) = Pin::new(&mut *muxer).poll_inbound(cx) {
                taken.push(stream.unwrap());
            }
            sent.poll_unpin(cx)
        })
        .await;
    }
    scene.take(MAX_STREAMS).await;
    scene
}

#[tokio::test]
async fn one_stream_more_than_a_connection_may_have_ends_it() {
    let mut scene = Scene::new().await;
    for number in 0..MAX_STREAMS {
        scene.rogue.data(stream(number), true, 0).await;
    }
    scene.take(MAX_STREAMS).await;
    scene.ends(stream(MAX_STREAMS), true).await;
}

#[tokio::test]
async fn one_byte_more_than_a_connection_may_keep_unread_ends_it() {
    assert_eq!(MAX_STREAMS * STREAM_WINDOW, MAX_CONNECTION_WINDOW, "no stream gets more than its share");
    let scene = full().await;
    scene.ends(stream(MAX_STREAMS / 2), false).await;
}

//! Between a connection, which is asynchronous, and document files, which block: bounded, with buffers used again.

use std::{
    io::{self, Read},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, ReadBuf},
    sync::mpsc,
};

/// Bytes handed over at once.
const CHUNK: usize = 256 << 10;
/// Chunks on their way at most.
const CHUNKS: usize = 4;

/// A filled buffer and how much of it is filled.
type Filled = (Vec<u8>, usize);

/// Reads `size` bytes from `input` and gives them to `take`, which runs on a thread for blocking work. Whatever `take`
/// leaves unread is skipped, so that the next command begins where it should.
///
/// # Errors
/// The connection's. An `input` that ends early is not one: `take` sees the end.
pub(super) async fn feed<T: Send + 'static>(input: &mut (dyn tokio::io::AsyncBufRead + Unpin + Send), size: u64, take: impl FnOnce(Source) -> T + Send + 'static) -> io::Result<T> {
    let (full, filled) = mpsc::channel(CHUNKS);
    let (empty, mut emptied) = mpsc::channel(CHUNKS);
    let taker = tokio::task::spawn_blocking(move || take(Source { filled, empty, at_hand: (Vec::new(), 0), taken: 0 }));
    let mut left = size;
    let mut wanted = true;
    while left > 0 {
        let mut buffer: Vec<u8> = emptied.try_recv().unwrap_or_else(|_| vec![0; CHUNK]);
        let room = left.min(CHUNK as u64) as usize;
        let count = input.read(&mut buffer[..room]).await?;
        if count == 0 {
            break;
        }
        left -= count as u64;
        wanted = wanted && full.send((buffer, count)).await.is_ok();
    }
    drop(full);
    taker.await.map_err(io::Error::other)
}

/// Reads and forgets `size` bytes.
///
/// # Errors
/// The connection's.
pub(super) async fn skip(input: &mut (dyn tokio::io::AsyncBufRead + Unpin + Send), size: u64) -> io::Result<()> {
    tokio::io::copy(&mut input.take(size), &mut tokio::io::sink()).await.map(drop)
}

/// What the other side of [`feed`] reads from.
pub(super) struct Source {
    filled: mpsc::Receiver<Filled>,
    empty: mpsc::Sender<Vec<u8>>,
    at_hand: Filled,
    taken: usize,
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.at_hand.1 {
            let Some(next) = self.filled.blocking_recv() else { return Ok(0) };
            let (used, _) = std::mem::replace(&mut self.at_hand, next);
            if !used.is_empty() {
                // A full way back only means that enough buffers are about.
                let _ = self.empty.try_send(used);
            }
            self.taken = 0;
        }
        let count = out.len().min(self.at_hand.1 - self.taken);
        out[..count].copy_from_slice(&self.at_hand.0[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

/// Returns what `source` gives, read on a thread for blocking work while it is sent. An error of `source` breaks the
/// connection off, so that nobody takes a part for the whole.
pub(super) fn pour(mut source: impl Read + Send + 'static) -> Stream {
    let (full, filled) = mpsc::channel(CHUNKS);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut buffer = vec![0; CHUNK];
            let result = source.read(&mut buffer);
            let last = !matches!(result, Ok(1..));
            if matches!(result, Ok(0)) || full.blocking_send(result.map(|count| (buffer, count))).is_err() || last {
                return;
            }
        }
    });
    Stream { filled, at_hand: (Vec::new(), 0), taken: 0 }
}

/// What [`pour`] returns.
pub(super) struct Stream {
    filled: mpsc::Receiver<io::Result<Filled>>,
    at_hand: Filled,
    taken: usize,
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.taken == self.at_hand.1 {
            match ready!(self.filled.poll_recv(cx)) {
                None => return Poll::Ready(Ok(())),
                Some(next) => self.at_hand = next?,
            }
            self.taken = 0;
        }
        let count = out.remaining().min(self.at_hand.1 - self.taken);
        out.put_slice(&self.at_hand.0[self.taken..self.taken + count]);
        self.taken += count;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn noise(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at * 31 % 251) as u8).collect()
    }

    #[tokio::test]
    async fn everything_goes_through_and_the_next_command_stays() {
        for size in [0, 1, CHUNK - 1, CHUNK, 7 * CHUNK + 13] {
            let mut sent = noise(size);
            sent.extend_from_slice(b"next");
            let mut input = tokio::io::BufReader::new(&sent[..]);
            let take = |mut source: Source| {
                let mut all = Vec::new();
                source.read_to_end(&mut all).map(|_| all)
            };
            assert_eq!(feed(&mut input, size as u64, take).await.unwrap().unwrap(), noise(size));
            let mut next = String::new();
            input.read_to_string(&mut next).await.unwrap();
            assert_eq!(next, "next");
        }
    }

    #[tokio::test]
    async fn what_is_refused_early_is_skipped_to_its_end() {
        let mut sent = noise(20 * CHUNK);
        sent.extend_from_slice(b"next");
        let mut input = tokio::io::BufReader::new(&sent[..]);
        feed(&mut input, 20 * CHUNK as u64, drop).await.unwrap();
        let mut next = String::new();
        input.read_to_string(&mut next).await.unwrap();
        assert_eq!(next, "next");
    }

    #[tokio::test]
    async fn an_early_end_is_seen_as_such() {
        let sent = noise(10);
        let mut input = tokio::io::BufReader::new(&sent[..]);
        let count = feed(&mut input, 100, |mut source| io::copy(&mut source, &mut io::sink())).await.unwrap();
        assert_eq!(count.unwrap(), 10);
    }

    #[tokio::test]
    async fn what_is_poured_arrives_and_an_error_is_one() {
        let mut all = Vec::new();
        pour(io::Cursor::new(noise(3 * CHUNK + 5))).read_to_end(&mut all).await.unwrap();
        assert_eq!(all, noise(3 * CHUNK + 5));
        struct Bad;
        impl Read for Bad {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("damaged"))
            }
        }
        assert!(pour(Read::chain(io::Cursor::new(noise(10)), Bad)).read_to_end(&mut Vec::new()).await.is_err());
    }
}

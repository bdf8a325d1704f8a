//! One question, one answer, each on a stream of its own: the frames of the four protocols and of the hello.
//!
//! A question is its length (four bytes, big-endian) and that many bytes. An answer begins with a byte that says which kind it is:
//! an answer, `busy`, or a refusal with its reason.

use std::{fmt, io, ops::RangeInclusive, time::Duration};

use bytes::Bytes;
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::request_response::{self as rr, ProtocolSupport};
use verbund_protocol::{
    hello,
    limits::{MAX_HELLO, MAX_OPEN_REQUESTS, MAX_REASON},
    wire::Protocol,
};

use super::api::Outcome;

/// The behaviour of one protocol.
pub(super) type Exchange = rr::Behaviour<Codec>;
/// Its events.
pub(super) type ExchangeEvent = rr::Event<Frame, (u16, Outcome)>;

/// Up to this size a body is written together with its head: in one frame, one record and one segment.
const TOGETHER: usize = 16 << 10;

const ANSWER: u8 = 0;
const BUSY: u8 = 1;
const REFUSED: u8 = 2;

/// A question, with the version of the protocol it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Set by the stream on arrival. On departure the stream's negotiation decides, so it is not looked at.
    pub version: u16,
    pub body: Bytes,
}

/// Where an answer goes.
pub(super) struct Reply {
    pub peer: verbund_protocol::sign::PublicKey,
    pub protocol: Protocol,
    pub size: usize,
    pub channel: rr::ResponseChannel<(u16, Outcome)>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("peer", &self.peer).field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

/// One version of one protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    text: String,
    version: u16,
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Returns the behaviour of a protocol in these versions, the highest preferred.
pub(super) fn protocol(protocol: Protocol, versions: &RangeInclusive<u16>) -> Exchange {
    let names = versions.clone().rev().map(|version| Name { text: protocol.name(version), version });
    let codec = Codec { max_request: protocol.max_request(), max_answer: protocol.max_answer() };
    behaviour(codec, names, protocol.timeout())
}

/// Returns the behaviour of the hello.
pub(super) fn hello(timeout: Duration) -> Exchange {
    let codec = Codec { max_request: MAX_HELLO, max_answer: MAX_HELLO };
    behaviour(codec, [Name { text: hello::NAME.into(), version: 1 }], timeout)
}

fn behaviour(codec: Codec, names: impl IntoIterator<Item = Name>, timeout: Duration) -> Exchange {
    // Both directions count; beyond that a stream is dropped unread, which an honest peer never meets.
    let config = rr::Config::default().with_request_timeout(timeout).with_max_concurrent_streams(4 * MAX_OPEN_REQUESTS);
    rr::Behaviour::with_codec(codec, names.into_iter().map(|name| (name, ProtocolSupport::Full)), config)
}

/// Reads and writes frames within the limits of one protocol.
#[derive(Clone, Debug)]
pub(super) struct Codec {
    max_request: usize,
    max_answer: usize,
}

impl rr::Codec for Codec {
    type Protocol = Name;
    type Request = Frame;
    type Response = (u16, Outcome);

    async fn read_request<T: AsyncRead + Unpin + Send>(&mut self, name: &Name, io: &mut T) -> io::Result<Frame> {
        Ok(Frame { version: name.version, body: read_bytes(io, self.max_request).await? })
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(&mut self, name: &Name, io: &mut T) -> io::Result<(u16, Outcome)> {
        let mut kind = [0];
        io.read_exact(&mut kind).await?;
        let outcome = match kind[0] {
            ANSWER => Outcome::Answer(read_bytes(io, self.max_answer).await?),
            BUSY => Outcome::Busy,
            REFUSED => Outcome::Refused(printable(&read_bytes(io, MAX_REASON).await?)),
            other => return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{other} is not a kind of answer"))),
        };
        Ok((name.version, outcome))
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(&mut self, _: &Name, io: &mut T, frame: Frame) -> io::Result<()> {
        write_bytes(io, &[], &frame.body, self.max_request).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(&mut self, _: &Name, io: &mut T, (_, outcome): (u16, Outcome)) -> io::Result<()> {
        match outcome {
            Outcome::Answer(body) => write_bytes(io, &[ANSWER], &body, self.max_answer).await,
            Outcome::Busy => io.write_all(&[BUSY]).await,
            Outcome::Refused(reason) => write_bytes(io, &[REFUSED], shortened(&reason).as_bytes(), MAX_REASON).await,
        }
    }
}

async fn read_bytes<T: AsyncRead + Unpin>(io: &mut T, limit: usize) -> io::Result<Bytes> {
    let mut length = [0; 4];
    io.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length) as usize;
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{length} bytes announced, {limit} allowed")));
    }
    // Zeroed memory of this size costs nothing until it is touched, so a peer that announces much and sends little takes little,
    // and what arrives is written once, where it stays.
    let mut body = vec![0; length];
    io.read_exact(&mut body).await?;
    Ok(body.into())
}

async fn write_bytes<T: AsyncWrite + Unpin>(io: &mut T, kind: &[u8], body: &[u8], limit: usize) -> io::Result<()> {
    let length = u32::try_from(body.len()).ok().filter(|_| body.len() <= limit);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("{} bytes to send, {limit} allowed", body.len())))?;
    let mut head = [kind, &length.to_be_bytes()].concat();
    if body.len() <= TOGETHER {
        head.extend_from_slice(body);
        return io.write_all(&head).await;
    }
    io.write_all(&head).await?;
    io.write_all(body).await
}

/// A peer's words end up in logs and on terminals, so only printable characters stay.
fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect()
}

fn shortened(text: &str) -> &str {
    let end = (0..=MAX_REASON.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
#[path = "exchange/tests.rs"]
mod tests;

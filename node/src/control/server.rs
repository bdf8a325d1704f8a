//! Answers commands on the control socket.

use std::{os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use futures::{FutureExt as _, StreamExt as _, stream::FuturesOrdered};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream, unix::OwnedWriteHalf},
    sync::Semaphore,
};
use tracing::{debug, info, warn};

use super::{Answer, Call, Command, Refusal};
use crate::{domain::config::People, workflow::Desk};

/// Longest command line, bytes.
pub const MAX_LINE: u64 = 4 << 20;
/// Most connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 64;
/// Most commands of one connection under way at once; further ones wait unread.
const MAX_AHEAD: usize = 32;

/// The socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another process answers there.
    #[error("another node already answers at {0}")]
    InUse(String),
    /// The path cannot be bound.
    #[error("cannot open the control socket {path}")]
    Bind {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Opens the socket: a left-over one of a dead process is replaced, a living one is not. Only owner and group may connect.
///
/// # Errors
/// [`ServerError`].
pub fn bind(path: &Path) -> Result<UnixListener, ServerError> {
    let shown = || path.display().to_string();
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(ServerError::InUse(shown()));
        }
        std::fs::remove_file(path).map_err(|source| ServerError::Bind { path: shown(), source })?;
    }
    let listener = UnixListener::bind(path).map_err(|source| ServerError::Bind { path: shown(), source })?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).map_err(|source| ServerError::Bind { path: shown(), source })?;
    Ok(listener)
}

/// Answers until the task is dropped.
pub async fn serve(listener: UnixListener, desk: Desk, people: Arc<People>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (desk, people) = (desk.clone(), people.clone());
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &desk, &people).await {
                        debug!(%error, "control connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, "control socket cannot accept");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

/// An answer that is on its way.
type Later<'a> = std::pin::Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Answers the commands of one connection, in their order. Commands that only hand work to the core need not wait for each other's
/// answers: a program that sends many at once has them share syncs of the disk.
async fn converse(stream: UnixStream, desk: &Desk, people: &People) -> std::io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let actor = people.actor(uid);
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    let (mut line, mut under_way) = (Vec::new(), FuturesOrdered::<Later<'_>>::new());
    loop {
        let mut rest = (&mut input).take(MAX_LINE - line.len() as u64);
        tokio::select! {
            Some(answer) = under_way.next() => {
                send(&mut output, answer, &mut under_way).await?;
                continue;
            }
            // What was read of a line before an answer was there stays in `line`.
            read = rest.read_until(b'\n', &mut line), if under_way.len() < MAX_AHEAD => read?,
        };
        let whole = std::mem::take(&mut line);
        if whole.is_empty() {
            return drain(&mut output, &mut under_way).await;
        }
        match (&actor, parse(&whole)) {
            (_, Err(refusal)) => under_way.push_back(Box::pin(async { Answer::Error(refusal) })),
            (None, _) => {
                info!(uid, "control command by a user without a person in the configuration");
                under_way.push_back(Box::pin(async move { Answer::Error(stranger(uid)) }));
            }
            (Some(actor), Ok(command)) if command.is_for_the_core() => {
                let actor = actor.clone();
                under_way.push_back(Box::pin(async move { answer(command, &mut Call { desk, actor, input: &mut tokio::io::empty(), then_send: None }).await }));
            }
            (Some(actor), Ok(command)) => {
                drain(&mut output, &mut under_way).await?;
                let mut call = Call { desk, actor: actor.clone(), input: &mut input, then_send: None };
                let answer = answer(command, &mut call).await;
                let then_send = call.then_send;
                send(&mut output, answer, &mut under_way).await?;
                if let Some(mut more) = then_send {
                    tokio::io::copy(&mut more, &mut output).await?;
                }
            }
        }
        if whole.last() != Some(&b'\n') {
            return drain(&mut output, &mut under_way).await; // too long, or cut off: what follows cannot be told apart
        }
    }
}

async fn answer(command: Command, call: &mut Call<'_>) -> Answer {
    match command.run(call).await {
        Ok(reply) => Answer::Ok(reply),
        Err(error) => Answer::Error(error.into()),
    }
}

/// Writes an answer, and with it those behind it that are there already.
async fn send(output: &mut OwnedWriteHalf, first: Answer, under_way: &mut FuturesOrdered<Later<'_>>) -> std::io::Result<()> {
    let (mut bytes, mut next) = (Vec::new(), Some(first));
    while let Some(answer) = next {
        serde_json::to_writer(&mut bytes, &answer)?;
        bytes.push(b'\n');
        next = under_way.next().now_or_never().flatten();
    }
    output.write_all(&bytes).await
}

/// Writes what is still on its way.
async fn drain(output: &mut OwnedWriteHalf, under_way: &mut FuturesOrdered<Later<'_>>) -> std::io::Result<()> {
    while let Some(answer) = under_way.next().await {
        send(output, answer, under_way).await?;
    }
    Ok(())
}

fn parse(line: &[u8]) -> Result<Command, Refusal> {
    let refuse = |message: String, remedy: &str| Refusal { code: "invalid".into(), message, remedy: remedy.into() };
    if line.len() as u64 >= MAX_LINE {
        return Err(refuse(format!("a command is at most {MAX_LINE} bytes"), "send files with the commands made for them"));
    }
    // serde's text may quote a value, which could be personal data; its class and place are enough.
    serde_json::from_slice(line).map_err(|error| {
        refuse(
            format!("not a command ({:?} error at column {})", error.classify(), error.column()),
            "one JSON object a line; this program and the node must be of the same version",
        )
    })
}

fn stranger(uid: u32) -> Refusal {
    Refusal {
        code: "unknown-person".into(),
        message: format!("the operating system's user {uid} is no person of this clinic's node"),
        remedy: "IT adds a [[person]] with this user and its roles to the configuration and restarts the node".into(),
    }
}

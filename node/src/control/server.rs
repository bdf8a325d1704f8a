//! Answers commands on the control socket.

use std::{os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
};
use tracing::{debug, info, warn};

use super::{Answer, Call, Command, Refusal};
use crate::{domain::config::People, workflow::Desk};

/// Longest command line, bytes.
pub const MAX_LINE: u64 = 4 << 20;
/// Most connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 64;

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

async fn converse(stream: UnixStream, desk: &Desk, people: &People) -> std::io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let actor = people.actor(uid);
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    loop {
        let mut line = Vec::new();
        let read = (&mut input).take(MAX_LINE).read_until(b'\n', &mut line).await?;
        if read == 0 {
            return Ok(());
        }
        let (answer, then_send) = match (&actor, parse(&line)) {
            (_, Err(refusal)) => (Answer::Error(refusal), None),
            (None, _) => {
                info!(uid, "control command by a user without a person in the configuration");
                (Answer::Error(stranger(uid)), None)
            }
            (Some(actor), Ok(command)) => {
                let mut call = Call { desk, actor: actor.clone(), input: &mut input, then_send: None };
                let answer = match command.run(&mut call).await {
                    Ok(reply) => Answer::Ok(reply),
                    Err(error) => Answer::Error(error.into()),
                };
                (answer, call.then_send)
            }
        };
        let mut bytes = serde_json::to_vec(&answer)?;
        bytes.push(b'\n');
        output.write_all(&bytes).await?;
        if let Some(mut more) = then_send {
            tokio::io::copy(&mut more, &mut output).await?;
        }
        if line.last() != Some(&b'\n') {
            return Ok(()); // too long, or cut off: what follows cannot be told apart
        }
    }
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

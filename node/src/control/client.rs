//! Asks a running node, from a program on the same machine.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
};

use super::{Answer, Command, Refusal};

/// No answer could be had.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answers at the socket.
    #[error("no node answers at {path}; is `verbund run` running with this configuration?")]
    Unreachable {
        /// The socket.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system lets this user not use the socket.
    #[error("{path} may not be used by this user: IT adds the user to the group of the node's user, and a [[person]] to the configuration")]
    Denied {
        /// The socket.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The connection broke off.
    #[error("the node broke off the connection")]
    Broken(#[source] std::io::Error),
    /// The answer is not understood.
    #[error("the node's answer is not understood; program and node must be of the same version")]
    Answer(#[source] serde_json::Error),
    /// The reply is one to another command.
    #[error("the node's answer belongs to another command; program and node must be of the same version")]
    Unexpected,
    /// The node refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A connection to the node.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects to the socket at `path`.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`].
    pub fn connect(path: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(path).map_err(|source| {
            let path = path.display().to_string();
            if source.kind() == std::io::ErrorKind::PermissionDenied { ClientError::Denied { path, source } } else { ClientError::Unreachable { path, source } }
        })?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends a command and returns its reply.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn ask<T: serde::de::DeserializeOwned>(&mut self, command: &Command) -> Result<T, ClientError> {
        self.send(command)?;
        self.answer()
    }

    /// Sends a command without waiting, for commands followed by bytes.
    ///
    /// # Errors
    /// [`ClientError::Broken`].
    pub fn send(&mut self, command: &Command) -> Result<(), ClientError> {
        let mut line = serde_json::to_vec(command).map_err(ClientError::Answer)?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).map_err(ClientError::Broken)
    }

    /// Sends `size` bytes of `from` after a command.
    ///
    /// # Errors
    /// [`ClientError::Broken`], also when `from` ends early.
    pub fn send_bytes(&mut self, from: &mut impl std::io::Read, size: u64) -> Result<(), ClientError> {
        let sent = std::io::copy(&mut from.take(size), self.stream.get_mut()).map_err(ClientError::Broken)?;
        if sent == size { Ok(()) } else { Err(ClientError::Broken(std::io::ErrorKind::UnexpectedEof.into())) }
    }

    /// Receives `size` bytes into `into`.
    ///
    /// # Errors
    /// [`ClientError::Broken`], also when the node ends early.
    pub fn receive_bytes(&mut self, into: &mut impl std::io::Write, size: u64) -> Result<(), ClientError> {
        let got = std::io::copy(&mut (&mut self.stream).take(size), into).map_err(ClientError::Broken)?;
        if got == size { Ok(()) } else { Err(ClientError::Broken(std::io::ErrorKind::UnexpectedEof.into())) }
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn answer<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, ClientError> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).map_err(ClientError::Broken)?;
        if read == 0 {
            return Err(ClientError::Broken(std::io::ErrorKind::UnexpectedEof.into()));
        }
        match serde_json::from_str(&line).map_err(ClientError::Answer)? {
            Answer::Ok(reply) => serde_json::from_value(reply).map_err(ClientError::Answer),
            Answer::Error(refusal) => Err(refusal.into()),
        }
    }
}

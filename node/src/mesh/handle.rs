//! The handle by which the rest of the node reaches the mesh.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use verbund_protocol::{sign::PublicKey, wire::Protocol};

use super::api::{Answer, Command, PeerInfo, ProbeError, Probed, RequestError};

/// The mesh did not take a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// [`verbund_protocol::limits::MAX_MESH_COMMANDS`] commands wait already.
    #[error("the mesh has too much to do")]
    Full,
    /// The mesh has stopped.
    #[error("the mesh has stopped")]
    Stopped,
}

/// Reaches the mesh. Cheap to clone. When the last one is dropped the mesh stops.
#[derive(Clone, Debug)]
pub struct MeshHandle(pub(super) mpsc::Sender<Command>);

impl MeshHandle {
    /// Gives a command without waiting.
    ///
    /// # Errors
    /// [`NotTaken`]; the command has no effect.
    pub fn try_send(&self, command: Command) -> Result<(), NotTaken> {
        self.0.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotTaken::Full,
            mpsc::error::TrySendError::Closed(_) => NotTaken::Stopped,
        })
    }

    /// Gives a command, waiting until the mesh takes it.
    ///
    /// # Errors
    /// [`NotTaken::Stopped`].
    pub async fn send(&self, command: Command) -> Result<(), NotTaken> {
        self.0.send(command).await.map_err(|_| NotTaken::Stopped)
    }

    /// Gives a command, waiting until the mesh takes it; on a thread of no runtime.
    ///
    /// # Errors
    /// [`NotTaken::Stopped`].
    pub fn send_blocking(&self, command: Command) -> Result<(), NotTaken> {
        self.0.blocking_send(command).map_err(|_| NotTaken::Stopped)
    }

    /// Asks a peer and waits for the answer, which takes at most the protocol's timeout after the time to connect.
    ///
    /// # Errors
    /// [`RequestError`] says why there is none and whether another attempt makes sense.
    pub async fn request(&self, to: PublicKey, protocol: Protocol, body: impl Into<Bytes>) -> Result<Answer, RequestError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Request { to, protocol, body: body.into(), reply };
        self.send(command).await.map_err(|_| RequestError::Stopped)?;
        answer.await.unwrap_or(Err(RequestError::Stopped))
    }

    /// Lists what is known of all peers, in the order of their keys.
    pub async fn peers(&self) -> Vec<PeerInfo> {
        let (reply, peers) = oneshot::channel();
        match self.send(Command::Peers(reply)).await {
            Ok(()) => peers.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// Connects to whoever answers at `address`, for `verbund doctor`.
    ///
    /// # Errors
    /// [`ProbeError`].
    pub async fn probe(&self, address: impl Into<String>) -> Result<Probed, ProbeError> {
        let (reply, report) = oneshot::channel();
        self.send(Command::Probe { address: address.into(), reply }).await.map_err(|_| ProbeError::Stopped)?;
        report.await.unwrap_or(Err(ProbeError::Stopped))
    }

    /// Closes all connections and ends the mesh. Returns when it is done.
    pub async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.send(Command::Stop(done)).await.is_ok() {
            let _ = stopped.await; // an error means that it had stopped already
        }
    }
}

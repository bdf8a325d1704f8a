//! Carries what happens in the mesh to the core, and what the core decided to the mesh.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc, oneshot},
};
use tracing::{debug, info, warn};
use verbund_protocol::{
    conversation::{Batch, frame::Replies},
    id::NetworkId,
    membership::Membership,
    sign::Checked,
    wire::Protocol,
};

use crate::{
    mesh::{Answer, Command, Event, MeshHandle, RequestError, Responder, Ticket, Verdict},
    runtime::{
        core::{Failure, Input, Output},
        transfer::Transfers,
    },
};

/// Most events of the mesh made ready for the core at once: their signatures are verified side by side, and none overtakes another.
const MAX_AHEAD: usize = 8;
/// Up to this size a body's few signatures are verified where it arrives: handing them to another thread would take as long.
const FEW: usize = 2 << 10;

/// Answers and verdicts that the core still owes, by the id it was told.
#[derive(Default)]
struct Owed {
    last: u64,
    responders: HashMap<u64, Responder>,
    tickets: HashMap<u64, Ticket>,
}

/// Stands between core and mesh. Cheap to clone.
#[derive(Clone)]
pub(super) struct Carrier {
    network: NetworkId,
    mesh: MeshHandle,
    /// The core's thread holds this: it ends when nobody else brings inputs any more.
    inputs: mpsc::WeakSender<Input>,
    membership: Arc<ArcSwap<Membership>>,
    transfers: Transfers,
    /// Rung when mails wait.
    bell: Arc<Notify>,
    owed: Arc<Mutex<Owed>>,
    runtime: Handle,
}

impl Carrier {
    /// `membership` is kept up to date with what the core says. Called on the runtime that is to do what takes time.
    pub fn new(network: NetworkId, mesh: MeshHandle, inputs: &mpsc::Sender<Input>, membership: Arc<ArcSwap<Membership>>, transfers: Transfers, bell: Arc<Notify>) -> Self {
        Self { network, mesh, inputs: inputs.downgrade(), membership, transfers, bell, owed: Arc::default(), runtime: Handle::current() }
    }

    fn owed(&self) -> std::sync::MutexGuard<'_, Owed> {
        // Nothing panics while the lock is held, and the maps would be whole even then.
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the mesh tells, until it stops. The core hears it in the same order.
    pub async fn hear(self, events: mpsc::Receiver<Event>, inputs: mpsc::Sender<Input>) {
        let told = stream::unfold(events, |mut events| async move { events.recv().await.map(|event| (event, events)) });
        let mut ready = std::pin::pin!(told.map(|event| self.make_ready(event)).buffered(MAX_AHEAD));
        while let Some(input) = ready.next().await {
            if let Some(input) = input
                && inputs.send(input).await.is_err()
            {
                return;
            }
        }
    }

    /// Returns what the core must hear of an event, with its signatures verified.
    async fn make_ready(&self, event: Event) -> Option<Input> {
        match event {
            Event::Up { peer, greeting, .. } => {
                self.transfers.peer_up(&peer);
                Some(Input::Up { peer, clock_offset_ms: greeting.clock_offset_ms, edition: greeting.edition })
            }
            Event::Request { from, protocol: Protocol::Document, body, respond, .. } => {
                // Megabytes do not go through the core; the transfers check every range themselves.
                let transfers = self.transfers.clone();
                tokio::spawn(async move { respond.answer(transfers.answer(from, body).await) });
                None
            }
            Event::Down { peer } => Some(Input::Down(peer)),
            Event::Request { from, protocol, body, respond, .. } => {
                let id = {
                    let mut owed = self.owed();
                    owed.last += 1;
                    let id = owed.last;
                    owed.responders.insert(id, respond);
                    id
                };
                let (body, checked) = match protocol {
                    Protocol::Message => self.check_ahead(body, Batch::check_ahead).await,
                    Protocol::Sync | Protocol::Query | Protocol::Document => (body.into(), Checked::default()),
                };
                Some(Input::Request { id, from, protocol, body, checked })
            }
            Event::Gossip { bytes, ticket, .. } => {
                let id = {
                    let mut owed = self.owed();
                    owed.last += 1;
                    let id = owed.last;
                    owed.tickets.insert(id, ticket);
                    id
                };
                Some(Input::Gossip { id, bytes: bytes.into() })
            }
            Event::Listening { address } => {
                info!(%address, "listening");
                None
            }
            // The mesh has logged why.
            Event::Refused { .. } => None,
        }
    }

    /// Verifies the signatures in `body`, so that the core's thread, of which there is one, need not.
    async fn check_ahead(&self, body: Bytes, check: fn(&NetworkId, &[u8]) -> Checked) -> (Vec<u8>, Checked) {
        if body.len() <= FEW {
            let checked = check(&self.network, &body);
            return (body.into(), checked);
        }
        let (network, held) = (self.network.clone(), body.clone());
        let checked = tokio::task::spawn_blocking(move || check(&network, &held)).await;
        // Without it the core verifies them itself.
        (body.into(), checked.unwrap_or_default())
    }

    /// Carries out one thing, on the core's own thread: another one would first have to be woken. It only ever waits for the mesh to take
    /// a command, and the mesh never waits for the core, so this cannot lock up.
    pub fn carry_out(&self, output: Output) {
        match output {
            Output::Request { token, to, protocol, body } => {
                let (reply, answer) = oneshot::channel();
                self.command(Command::Request { to, protocol, body: body.into(), reply });
                let carrier = self.clone();
                self.runtime.spawn(async move { carrier.take_answer(token, protocol, answer.await.unwrap_or(Err(RequestError::Stopped))).await });
            }
            Output::Respond { id, body } => {
                let responder = self.owed().responders.remove(&id);
                match (responder, body) {
                    (Some(responder), Some(body)) => responder.answer(body),
                    (Some(responder), None) => responder.busy(),
                    (None, _) => warn!(id, "an answer without a question"),
                }
            }
            Output::Verdict { id, accept } => {
                if let Some(ticket) = self.owed().tickets.remove(&id) {
                    ticket.judge(if accept { Verdict::Accept } else { Verdict::Ignore });
                }
            }
            Output::Announce(bytes) => self.command(Command::Announce(bytes.into())),
            Output::Membership(membership) => {
                info!(version = membership.held().document.version, "membership changed");
                self.membership.store(membership.clone());
                self.command(Command::Membership(membership));
            }
            Output::Synchronised { peer, edition } => self.command(Command::Synchronised { peer, edition }),
            Output::Addresses { peer, addresses } => self.command(Command::Addresses { peer, addresses }),
            Output::Fetch => self.transfers.fetch(),
            Output::Post => self.bell.notify_one(),
            Output::StopTransfer(root) => {
                let transfers = self.transfers.clone();
                self.runtime.spawn(async move { transfers.stop(root).await });
            }
            Output::Finish(finish, result) => finish(result),
        }
    }

    fn command(&self, command: Command) {
        if self.mesh.send_blocking(command).is_err() {
            debug!("the mesh has stopped");
        }
    }

    /// Tells the core what a peer answered, or why it did not.
    async fn take_answer(&self, token: u64, protocol: Protocol, result: Result<Answer, RequestError>) {
        let (result, checked) = match result {
            Ok(answer) if protocol == Protocol::Message => {
                let (body, checked) = self.check_ahead(answer.body, Replies::check_ahead).await;
                (Ok(body), checked)
            }
            other => (other.map(|answer| answer.body.into()).map_err(failure), Checked::default()),
        };
        if let Some(inputs) = self.inputs.upgrade() {
            // The core has ended if it does not take the answer.
            let _ = inputs.send(Input::Response { token, result, checked }).await;
        }
    }
}

fn failure(error: RequestError) -> Failure {
    match error {
        RequestError::Busy { .. } => Failure::Busy,
        RequestError::Refused(_) | RequestError::NotAllowed(_) | RequestError::TooLarge { .. } | RequestError::Own => Failure::Refused(error.to_string()),
        RequestError::NoAddress | RequestError::Unreachable { .. } | RequestError::Timeout | RequestError::Closed(_) | RequestError::Stopped => Failure::Unreachable,
    }
}

//! Carries what happens in the mesh to the core, and what the core decided to the mesh.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, mpsc};
use tracing::{debug, info, warn};
use verbund_protocol::{membership::Membership, wire::Protocol};

use crate::{
    mesh::{Command, Event, MeshHandle, RequestError, Responder, Ticket, Verdict},
    runtime::{
        core::{Failure, Input, Output},
        transfer::Transfers,
    },
};

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
    mesh: MeshHandle,
    inputs: mpsc::Sender<Input>,
    membership: Arc<ArcSwap<Membership>>,
    transfers: Transfers,
    /// Rung when mails wait.
    bell: Arc<Notify>,
    owed: Arc<Mutex<Owed>>,
}

impl Carrier {
    /// `membership` is kept up to date with what the core says.
    pub fn new(mesh: MeshHandle, inputs: mpsc::Sender<Input>, membership: Arc<ArcSwap<Membership>>, transfers: Transfers, bell: Arc<Notify>) -> Self {
        Self { mesh, inputs, membership, transfers, bell, owed: Arc::default() }
    }

    fn owed(&self) -> std::sync::MutexGuard<'_, Owed> {
        // Nothing panics while the lock is held, and the maps would be whole even then.
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what the mesh tells, until it stops.
    pub async fn hear(self, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            let input = match event {
                Event::Up { peer, greeting, .. } => {
                    self.transfers.peer_up(&peer);
                    Input::Up { peer, clock_offset_ms: greeting.clock_offset_ms, edition: greeting.edition }
                }
                Event::Request { from, protocol: Protocol::Document, body, respond, .. } => {
                    // Megabytes do not go through the core; the transfers check every range themselves.
                    let transfers = self.transfers.clone();
                    tokio::spawn(async move { respond.answer(transfers.answer(from, body).await) });
                    continue;
                }
                Event::Down { peer } => Input::Down(peer),
                Event::Request { from, protocol, body, respond, .. } => {
                    let id = {
                        let mut owed = self.owed();
                        owed.last += 1;
                        let id = owed.last;
                        owed.responders.insert(id, respond);
                        id
                    };
                    Input::Request { id, from, protocol, body: body.into() }
                }
                Event::Gossip { bytes, ticket, .. } => {
                    let id = {
                        let mut owed = self.owed();
                        owed.last += 1;
                        let id = owed.last;
                        owed.tickets.insert(id, ticket);
                        id
                    };
                    Input::Gossip { id, bytes: bytes.into() }
                }
                Event::Listening { address } => {
                    info!(%address, "listening");
                    continue;
                }
                // The mesh has logged why.
                Event::Refused { .. } => continue,
            };
            if self.inputs.send(input).await.is_err() {
                return;
            }
        }
    }

    /// Carries out what the core decided, until the core ends; then `dead` is dropped, which tells the service.
    pub async fn carry(self, mut outputs: mpsc::Receiver<Output>, dead: mpsc::Sender<()>) {
        while let Some(output) = outputs.recv().await {
            self.carry_out(output).await;
        }
        drop(dead);
    }

    /// Carries out one thing.
    pub async fn carry_out(&self, output: Output) {
        let command = match output {
            Output::Request { token, to, protocol, body } => {
                let carrier = self.clone();
                tokio::spawn(async move {
                    let result = carrier.mesh.request(to, protocol, body).await.map(|answer| answer.body.into()).map_err(failure);
                    // The core has ended if it does not take the answer.
                    let _ = carrier.inputs.send(Input::Response { token, result }).await;
                });
                return;
            }
            Output::Respond { id, body } => {
                let responder = self.owed().responders.remove(&id);
                match (responder, body) {
                    (Some(responder), Some(body)) => responder.answer(body),
                    (Some(responder), None) => responder.busy(),
                    (None, _) => warn!(id, "an answer without a question"),
                }
                return;
            }
            Output::Verdict { id, accept } => {
                if let Some(ticket) = self.owed().tickets.remove(&id) {
                    ticket.judge(if accept { Verdict::Accept } else { Verdict::Ignore });
                }
                return;
            }
            Output::Announce(bytes) => Command::Announce(bytes.into()),
            Output::Membership(membership) => {
                info!(version = membership.held().document.version, "membership changed");
                self.membership.store(membership.clone());
                Command::Membership(membership)
            }
            Output::Synchronised { peer, edition } => Command::Synchronised { peer, edition },
            Output::Addresses { peer, addresses } => Command::Addresses { peer, addresses },
            Output::Fetch => {
                self.transfers.fetch();
                return;
            }
            Output::Post => {
                self.bell.notify_one();
                return;
            }
            Output::StopTransfer(root) => {
                let transfers = self.transfers.clone();
                tokio::spawn(async move { transfers.stop(root).await });
                return;
            }
            Output::Finish(finish, result) => {
                finish(result);
                return;
            }
        };
        if self.mesh.send(command).await.is_err() {
            debug!("the mesh has stopped");
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

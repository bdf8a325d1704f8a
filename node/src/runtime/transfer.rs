//! Moves documents: serves ranges to peers and fetches what was offered here.
//!
//! Neither goes through the core: ranges are read, verified and written on threads for blocking work, and only the end of
//! a transfer is a piece of work in a transaction. What may be served is asked of the store at every range, so a grant
//! taken back counts from the commit on. What was fetched is proved by its hashes ([`crate::store::blob`]), so a node that
//! dies goes on where it was.

mod fetch;
mod plan;
mod serve;
#[cfg(test)]
mod tests;
mod together;

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::{sync::Notify, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use verbund_protocol::{
    id::{DocumentRoot, LocalId, MemberId, NetworkId},
    limits::{MAX_TRANSFERS, SMALL_DOCUMENT},
    membership::Membership,
    sign::PublicKey,
    time::Timestamp,
    wire::Protocol,
};

use crate::{
    mesh::{MeshHandle, RequestError},
    store::{
        Readers,
        blob::Blob,
        document::{self, State, Waiting},
    },
    workflow::{Desk, desk::Later, document::Files},
};

/// Document files kept open for serving; a further one closes the others.
const MAX_OPEN: usize = 32;
/// How long to wait before looking for due transfers again when nothing happens.
const LOOK: Duration = Duration::from_secs(30);
/// Most waiting documents read at once.
const MOST_READ: usize = 64 * MAX_TRANSFERS;

/// Asks a peer for a range.
pub trait Ask: Send + Sync + 'static {
    /// Sends a request of the document protocol and returns the answer.
    fn ask(&self, to: PublicKey, body: Vec<u8>) -> Later<'_, Result<Bytes, AskError>>;
}

/// A peer did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It, or our quota for it, is busy.
    #[error("busy")]
    Busy,
    /// It cannot be reached, or the line broke.
    #[error("unreachable")]
    Unreachable,
}

impl Ask for MeshHandle {
    fn ask(&self, to: PublicKey, body: Vec<u8>) -> Later<'_, Result<Bytes, AskError>> {
        Box::pin(async move {
            match self.request(to, Protocol::Document, body).await {
                Ok(answer) => Ok(answer.body),
                Err(RequestError::Busy { .. }) => Err(AskError::Busy),
                Err(_) => Err(AskError::Unreachable),
            }
        })
    }
}

/// What the transfers need of the node.
pub struct Parts {
    /// The network.
    pub network: NetworkId,
    /// The member this node speaks for.
    pub me: MemberId,
    /// Who belongs, as the core last said.
    pub membership: Arc<ArcSwap<Membership>>,
    /// The files.
    pub files: Arc<Files>,
    /// Reads the last commit.
    pub readers: Readers,
    /// Where the end of a transfer is handed in.
    pub desk: Desk,
    /// Reaches peers.
    pub ask: Arc<dyn Ask>,
    /// The node's clock.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Moves documents. Cheap to clone.
#[derive(Clone)]
pub struct Transfers(Arc<Inner>);

struct Inner {
    parts: Parts,
    wake: Notify,
    state: Mutex<Moving>,
}

/// A transfer that this task alone works on.
#[derive(Clone)]
struct Claimed {
    transfer: Waiting,
    /// Set when the document is not wanted any more.
    stopped: CancellationToken,
}

/// A transfer to here that runs.
struct Running {
    /// How to stop it.
    stopped: CancellationToken,
    source: MemberId,
    cipher_size: u64,
}

#[derive(Default)]
struct Moving {
    /// Transfers to here that run.
    running: HashMap<DocumentRoot, Running>,
    /// Transfers that have ended since the store was last asked: what it says of them may be from before.
    ended: HashSet<DocumentRoot>,
    /// Members that have just come up: what waits for them is due now.
    up: HashSet<MemberId>,
    /// Members something waited for when the store was asked last; nothing if it was not, or held more than was read.
    sources: Option<HashSet<MemberId>>,
    /// Files open for serving.
    open: HashMap<DocumentRoot, Arc<Blob>>,
    /// What was due may not be wanted any more.
    outdated: bool,
    /// Ranges being prepared, by peer.
    serving: HashMap<PublicKey, usize>,
}

impl Transfers {
    /// Returns the transfers of a node; nothing moves until [`Transfers::run`].
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, wake: Notify::new(), state: Mutex::default() }))
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }
    fn now(&self) -> Timestamp {
        (self.parts().clock)()
    }
    fn state(&self) -> MutexGuard<'_, Moving> {
        // Nothing panics while the lock is held, and the maps would be whole even then.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that documents wait to be fetched.
    pub fn fetch(&self) {
        self.0.wake.notify_one();
    }

    /// Tells that a peer can be reached (again): what waits for its member is tried at once. If nothing does, the store is not asked again:
    /// what is added tells so itself ([`Self::fetch`]).
    pub fn peer_up(&self, peer: &PublicKey) {
        let membership = self.parts().membership.load();
        let Some((member, _)) = membership.node_by_auth(peer) else { return };
        let mut state = self.state();
        if state.sources.as_ref().is_none_or(|sources| sources.contains(&member.id)) {
            state.up.insert(member.id.clone());
            self.0.wake.notify_one();
        }
    }

    /// Stops moving a document, in both directions, and removes its file unless it is still meant to be here.
    pub async fn stop(&self, root: DocumentRoot) {
        {
            let mut state = self.state();
            state.open.remove(&root);
            state.outdated = true;
            if let Some(running) = state.running.get(&root) {
                running.stopped.cancel();
            }
        }
        let this = self.clone();
        let removed = blocking(move || {
            let reader = this.parts().readers.get().ok()?;
            let wanted = document::find_root(&reader, &root).ok()?.is_some_and(|document| matches!(document.state, State::Held | State::Arriving));
            if wanted { Some(Ok(())) } else { Some(this.parts().files.blobs().remove(&root)) }
        });
        match removed.await {
            Some(Ok(())) => {}
            // The next start sweeps it.
            Some(Err(error)) => warn!(%root, error = &error as &dyn std::error::Error, "the file of an erased document could not be removed yet"),
            None => warn!(%root, "the store could not be asked about an erased document's file"),
        }
    }

    /// Fetches what waits, until the task is dropped; running transfers end with it and go on at the next start.
    pub async fn run(self) {
        let (mut running, mut due): (JoinSet<()>, VecDeque<Waiting>) = Default::default();
        loop {
            let until = self.start_due(&mut running, &mut due).await;
            tokio::select! {
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(until) => {}
                Some(_) = running.join_next() => {}
            }
        }
    }

    /// Starts what is due, as far as there is room, and returns how long nothing else will be. The store is asked when all that was due
    /// has begun: of ten thousand waiting documents each would otherwise be read ten thousand times.
    async fn start_due(&self, running: &mut JoinSet<()>, due: &mut VecDeque<Waiting>) -> Duration {
        let (mut until, mut fresh) = (LOOK, false);
        loop {
            if running.len() >= MAX_TRANSFERS {
                return LOOK; // one that ends makes room
            }
            if due.is_empty() || std::mem::take(&mut self.state().outdated) {
                (until, fresh) = (self.look(due).await, true);
            }
            let Some(transfer) = due.pop_front() else { return until.max(Duration::from_millis(10)) };
            let some = together::gather(transfer, due);
            // A few small ones wait for the question before theirs: more may come meanwhile, and a question costs the same for fifty.
            if due.is_empty() && together::has_room(&some) && self.asks_for_small(&some[0].source) {
                due.extend(some);
                if fresh {
                    return LOOK; // that question's end wakes
                }
                self.state().outdated = true;
                continue;
            }
            let claimed: Vec<Claimed> = some.into_iter().filter_map(|transfer| self.claim(transfer)).collect();
            if !claimed.is_empty() {
                let this = self.clone();
                running.spawn(async move {
                    let roots: Vec<_> = claimed.iter().map(|claimed| claimed.transfer.root).collect();
                    this.fetch_all(claimed).await;
                    this.release(&roots);
                });
            }
        }
    }

    /// Asks the store what is due and not yet running; returns how long nothing else will be.
    async fn look(&self, due: &mut VecDeque<Waiting>) -> Duration {
        self.begin_look();
        let this = self.clone();
        let waiting = blocking(move || this.parts().readers.get().and_then(|reader| document::waiting(&reader, MOST_READ))).await;
        match waiting {
            Ok(waiting) => self.sort_out(waiting, due),
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "the store could not be asked what to fetch");
                due.clear();
                self.state().sources = None;
                LOOK
            }
        }
    }

    /// What ends or changes from now on, the store may not say yet.
    fn begin_look(&self) {
        let mut state = self.state();
        state.outdated = false;
        state.ended.clear();
    }

    /// Takes what of `waiting`, as the store said since the look began, is due and not yet running; returns how long nothing else will be.
    fn sort_out(&self, waiting: Vec<Waiting>, due: &mut VecDeque<Waiting>) -> Duration {
        let now = self.now();
        let mut state = self.state();
        let up = std::mem::take(&mut state.up);
        state.sources = (waiting.len() < MOST_READ).then(|| waiting.iter().map(|transfer| transfer.source.clone()).collect());
        let (now_due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|transfer| transfer.is_due(now) || up.contains(&transfer.source));
        let later = later.iter().map(|transfer| transfer.next_at.since(now)).min();
        *due = now_due.into_iter().filter(|transfer| !state.running.contains_key(&transfer.root) && !state.ended.contains(&transfer.root)).collect();
        later.unwrap_or(LOOK).min(LOOK)
    }

    /// Marks a transfer as running; nothing if it runs already.
    fn claim(&self, transfer: Waiting) -> Option<Claimed> {
        match self.state().running.entry(transfer.root) {
            Entry::Occupied(_) => None,
            Entry::Vacant(free) => {
                let stopped = CancellationToken::new();
                free.insert(Running { stopped: stopped.clone(), source: transfer.source.clone(), cipher_size: transfer.cipher_size });
                Some(Claimed { transfer, stopped })
            }
        }
    }

    fn release(&self, roots: &[DocumentRoot]) {
        let mut state = self.state();
        for root in roots {
            state.running.remove(root);
            state.ended.insert(*root);
            self.parts().files.note(*root, None);
        }
        self.0.wake.notify_one();
    }

    /// Returns whether a question for small documents of this member is under way.
    fn asks_for_small(&self, source: &MemberId) -> bool {
        self.state().running.values().any(|running| running.source == *source && running.cipher_size <= SMALL_DOCUMENT)
    }
}

/// Runs `work` on a thread for blocking work.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.try_into_panic().unwrap_or_else(|error| Box::new(error.to_string()))),
    }
}

fn tell_end(document: LocalId, what: &str) {
    info!(%document, what, "transfer ended");
}

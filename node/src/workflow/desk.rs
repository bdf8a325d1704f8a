//! The desk: where doors hand in work. Each piece runs in the node's single writing transaction and is answered only
//! after the commit is on disk.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc};

use tokio::sync::{mpsc, oneshot};
use verbund_protocol::{id::MemberId, sign::PublicKey, time::Timestamp};

use super::{Work, WorkError, document::Files, took::Took};
use crate::{
    domain::actor::Actor,
    store::{Db, Readers, StoreError},
};

/// What a job leaves behind: told after the commit whether it holds.
pub type Finish = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// What becomes of a job's changes.
#[derive(Debug)]
pub enum Kept {
    /// They stay, if the turn's commit holds.
    Yes,
    /// The job was refused; only its own changes are undone.
    No,
    /// The store failed in a way that takes the whole turn with it.
    TurnLost(StoreError),
}

/// Does a job's work. Without anything at hand (the turn is lost already) it only says so to whoever asked.
pub type Run = Box<dyn FnOnce(Option<&mut Work<'_>>) -> (Kept, Finish) + Send>;

/// Looks at what is committed and tells whoever asked.
pub type Glance = Box<dyn FnOnce(&Db) + Send>;

/// What a job is about.
pub enum Task {
    /// Work in the turn's transaction. It returns what becomes of its changes, and whom to tell after the commit.
    Work(Run),
    /// As work, but nothing is written except what the audit says of it.
    Look(Run),
    /// A short question about what is committed already, answered before the turn's work begins: it waits for no disk.
    Glance(Glance),
}

/// Something handed in, with its actor.
pub struct Job {
    /// Who asks.
    pub actor: Actor,
    /// What.
    pub task: Task,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("actor", &self.actor.name()).finish_non_exhaustive()
    }
}

impl Job {
    /// Returns the job that runs `work` and hands its result to `tell` once it is durable (or has failed).
    pub fn new<T: Send + 'static>(
        actor: Actor,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static,
        tell: impl FnOnce(Result<T, WorkError>) + Send + 'static,
    ) -> Self {
        let run = move |at_hand: Option<&mut Work<'_>>| {
            let result = at_hand.map_or(Err(WorkError::Store(StoreError::RolledBack)), work);
            let kept = match &result {
                Ok(_) => Kept::Yes,
                Err(WorkError::Store(error)) if error.ends_batch() => Kept::TurnLost(error.for_others()),
                Err(_) => Kept::No,
            };
            // A job's own refusal says more than what became of the turn.
            let finish: Finish = Box::new(move |commit| tell(result.and_then(|out| commit.map(|()| out).map_err(WorkError::from))));
            (kept, finish)
        };
        Self { actor, task: Task::Work(Box::new(run)) }
    }

    /// Returns the job as one that changes nothing.
    #[must_use]
    pub fn that_only_looks(self) -> Self {
        let task = match self.task {
            Task::Work(run) => Task::Look(run),
            other => other,
        };
        Self { task, ..self }
    }
}

/// A boxed future, as trait objects need it.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a peer looks from here, for people.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PeerSight {
    /// The member, if the peer is in the member list.
    pub member: Option<MemberId>,
    /// The peer's auth key.
    pub key: PublicKey,
    /// Whether a connection stands and has carried the peer's first bytes.
    pub up: bool,
    /// Who dialled: `out` or `in`.
    pub direction: String,
    /// The address in use or last tried.
    pub address: String,
    /// Last round trip in milliseconds.
    pub rtt_ms: Option<u64>,
    /// How the gate treats it, and why the last dial failed if it did.
    pub gate: String,
    /// The best common protocol version.
    pub version: Option<u16>,
    /// The peer's clock minus ours, milliseconds.
    pub clock_offset_ms: Option<i64>,
}

/// What doors may ask of the world outside the store. The runtime answers.
pub trait Outside: Send + Sync {
    /// Returns all peers known to the mesh.
    fn peers(&self) -> Later<'_, Vec<PeerSight>>;
    /// Asks one member a live question (query protocol) and returns its answer.
    fn query(&self, to: MemberId, body: Vec<u8>) -> Later<'_, Result<Vec<u8>, String>>;
    /// Returns the number that is another one after every change of the store but those of the audit; nothing if it is not known here.
    fn edition(&self) -> Option<u64>;
    /// Returns the present moment by the node's clock.
    fn now(&self) -> Timestamp;
    /// Returns where the node keeps its data.
    fn data_dir(&self) -> PathBuf;
    /// Returns a source of read-only connections to the store.
    fn readers(&self) -> Readers;
    /// Returns the document files.
    fn files(&self) -> Arc<Files>;
    /// Returns what is known of how long things took lately, and where doors note it.
    fn took(&self) -> &Took;
}

/// Where doors hand in work. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    jobs: mpsc::Sender<Job>,
    outside: Arc<dyn Outside>,
}

impl Desk {
    /// Returns the desk in front of `jobs`.
    pub fn new(jobs: mpsc::Sender<Job>, outside: Arc<dyn Outside>) -> Self {
        Self { jobs, outside }
    }

    /// Runs `work` for `actor` in the writing transaction and returns its result once it is durable.
    ///
    /// # Errors
    /// What `work` refuses; [`WorkError::Unavailable`] if the node is stopping.
    pub async fn ask<T: Send + 'static>(&self, actor: &Actor, work: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let (tell, told) = oneshot::channel();
        let job = Job::new(actor.clone(), work, move |result| {
            // Whoever asked may have gone; the work is done all the same.
            let _ = tell.send(result);
        });
        self.hand_in(job, told).await
    }

    /// Runs `look` for `actor` as [`Desk::ask`] runs work, but cheaper: it changes nothing, and what the audit says of it is written together
    /// with what it says of all others who look at the same time. The answer waits until that is durable.
    ///
    /// # Errors
    /// What `look` refuses; [`WorkError::Unavailable`] if the node is stopping.
    pub async fn look<T: Send + 'static>(&self, actor: Actor, look: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let (tell, told) = oneshot::channel();
        let job = Job::new(actor, look, move |result| {
            // Whoever asked may have gone; the audit says that they looked.
            let _ = tell.send(result);
        });
        self.hand_in(job.that_only_looks(), told).await
    }

    async fn hand_in<T>(&self, job: Job, told: oneshot::Receiver<Result<T, WorkError>>) -> Result<T, WorkError> {
        let stopping = |()| WorkError::unavailable("the node is stopping", "try again once it runs");
        self.jobs.send(job).await.map_err(drop).map_err(stopping)?;
        told.await.map_err(drop).map_err(stopping)?
    }

    /// Answers a short question about what is committed, on the writer's connection: its pages of the database are at hand, where a reader
    /// would have to decrypt them anew after each commit. For what every page needs; what takes longer is for [`Desk::read`].
    ///
    /// # Errors
    /// What `look` refuses; [`WorkError::Unavailable`] if the node is stopping.
    pub async fn glance<T: Send + 'static>(&self, look: impl FnOnce(&Db) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let (tell, told) = oneshot::channel();
        let look: Glance = Box::new(move |db| {
            // Whoever asked may have gone.
            let _ = tell.send(look(db));
        });
        self.hand_in(Job { actor: Actor::Node, task: Task::Glance(look) }, told).await
    }

    /// Runs `read` on a read-only connection, beside the writer and on a thread that may wait: for questions that take long.
    ///
    /// # Errors
    /// What `read` refuses; [`WorkError::Unavailable`] if the node is stopping.
    pub async fn read<T: Send + 'static>(&self, read: impl FnOnce(&Db) -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let readers = self.outside.readers();
        self.wait(move || read(&*readers.get()?)).await
    }

    /// Runs `long` on a thread that may wait.
    ///
    /// # Errors
    /// What `long` refuses; [`WorkError::Unavailable`] if the node is stopping.
    pub async fn wait<T: Send + 'static>(&self, long: impl FnOnce() -> Result<T, WorkError> + Send + 'static) -> Result<T, WorkError> {
        let stopped = |_| WorkError::unavailable("the work was cut off", "try again; if it happens again, the node's log has more");
        tokio::task::spawn_blocking(long).await.map_err(stopped)?
    }

    /// Returns the world outside the store.
    pub fn outside(&self) -> &dyn Outside {
        &*self.outside
    }
}

//! The node's core, without input or output: inputs and a moment in, outputs out. It owns the store's single writer.
//!
//! One *turn* takes any number of inputs, works them off in one transaction (each in a savepoint of its own, so that one
//! refused piece of work undoes only itself), commits, and only then returns what must happen outside. So many small
//! pieces of work share one sync of the disk, and nothing leaves the node that is not on disk. The simulator drives this
//! same type with a virtual clock and network.

mod mind;
mod peers;
mod quiet;
mod watch;

use std::{collections::BTreeSet, sync::Arc};

use verbund_protocol::{
    id::DocumentRoot,
    membership::{Edition, Membership},
    planted::{Bug, planted},
    sign::{Checked, PublicKey},
    time::{Day, Timestamp},
    wire::Protocol,
};

use self::mind::Mind;
use crate::{
    domain::{config::Terms, entropy::Entropy},
    store::{Store, StoreError, audit, meta},
    workflow::{
        Author,
        desk::{Finish, Job, Task},
        recall::StoreEdition,
    },
};

/// Why a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not connected and not reachable now.
    Unreachable,
    /// The peer (or our own quota) is busy: try again later.
    Busy,
    /// The peer or our gate does not allow this.
    Refused(String),
}

impl Failure {
    /// Returns the failure as a word for people, without anything a peer has written.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Refused(_) => "refused",
        }
    }
}

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// Time has passed.
    Tick,
    /// A peer has said hello on a connection, or said it again.
    Up {
        /// Who.
        peer: PublicKey,
        /// Its clock minus ours, milliseconds.
        clock_offset_ms: i64,
        /// How much of the membership it knows.
        edition: Edition,
    },
    /// The last connection to a peer is gone.
    Down(PublicKey),
    /// A peer asks.
    Request {
        /// Names the request in [`Output::Respond`].
        id: u64,
        /// Who asks.
        from: PublicKey,
        /// By which protocol.
        protocol: Protocol,
        /// The question.
        body: Vec<u8>,
        /// Signatures in it that were verified already; all others are verified in the turn.
        checked: Checked,
    },
    /// A peer answered, or not.
    Response {
        /// The token of [`Output::Request`].
        token: u64,
        /// The answer.
        result: Result<Vec<u8>, Failure>,
        /// Signatures in it that were verified already.
        checked: Checked,
    },
    /// A public record came by gossip.
    Gossip {
        /// Names it in [`Output::Verdict`].
        id: u64,
        /// The record.
        bytes: Vec<u8>,
    },
    /// A door hands in work.
    Job(Job),
}

/// Something to be done, in this order, after the turn.
#[allow(missing_debug_implementations, reason = "a finish is a closure")]
pub enum Output {
    /// Ask a peer.
    Request {
        /// Names the request in [`Input::Response`].
        token: u64,
        /// Whom.
        to: PublicKey,
        /// By which protocol.
        protocol: Protocol,
        /// The question.
        body: Vec<u8>,
    },
    /// Answer a peer; nothing means busy.
    Respond {
        /// The request's id.
        id: u64,
        /// The answer.
        body: Option<Vec<u8>>,
    },
    /// Say whether a gossiped record is good and new enough to be passed on.
    Verdict {
        /// The record's id.
        id: u64,
        /// Whether to pass it on.
        accept: bool,
    },
    /// Tell everybody.
    Announce(Vec<u8>),
    /// The gate must use this from now on.
    Membership(Arc<Membership>),
    /// A round of synchronisation with a peer is complete: what was in this edition of the peer's is here, or does not hold.
    Synchronised {
        /// With whom.
        peer: PublicKey,
        /// What the peer said it knew when the round began.
        edition: Edition,
    },
    /// Addresses of a node became known.
    Addresses {
        /// The node's auth key.
        peer: PublicKey,
        /// Its addresses, best first.
        addresses: Vec<String>,
    },
    /// Documents are waiting to be fetched.
    Fetch,
    /// Stop sending and fetching this document.
    StopTransfer(DocumentRoot),
    /// Mails are waiting to be sent.
    Post,
    /// Tell whoever handed in a job.
    Finish(Finish, Result<(), StoreError>),
}

/// What the core is told once, at start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Seconds between comparisons with a random member.
    pub sync_seconds: u64,
    /// Addresses this node announces.
    pub announce: Vec<String>,
    /// The spans this clinic has set for itself.
    pub terms: Terms,
}

/// The core: the store's single writer, and what the node has in mind between turns.
pub struct Core {
    store: Store,
    mind: Mind,
    /// The day on which the store's log was emptied last.
    tidied: Option<Day>,
}

/// The node cannot go on: what was acknowledged can no longer be guaranteed.
#[derive(Debug, thiserror::Error)]
#[error("the store can no longer be trusted; the node stops")]
pub struct Fatal(#[from] pub StoreError);

impl Core {
    /// Returns the core over an opened store. `membership` is what a new node starts with; a store that holds a newer
    /// network document keeps it.
    ///
    /// # Errors
    /// [`Fatal`] if the store cannot be read.
    pub fn start(store: Store, me: Author, membership: Membership, entropy: Box<dyn Entropy>, settings: Settings) -> Result<Self, Fatal> {
        let mind = Mind::new(store.db(), me, membership, entropy, settings)?;
        Ok(Self { store, mind, tidied: None })
    }

    /// Returns what must happen once, before the first turn.
    pub fn opening(&self) -> Vec<Output> {
        self.mind.opening()
    }

    /// Works off `inputs` in one transaction and returns what follows.
    ///
    /// # Errors
    /// [`Fatal`] if the disk can no longer be trusted. A full disk is not fatal: every piece of work of the turn is
    /// undone, jobs are told, peers are answered busy.
    pub fn turn(&mut self, now: Timestamp, inputs: Vec<Input>) -> Result<Vec<Output>, Fatal> {
        let mut turn = Turn::default();
        self.mind.look_at_the_clock(now);
        self.mind.recall().settle(self.store.db(), now);
        let inputs = self.glance(inputs);
        if inputs.iter().all(|input| self.mind.is_light(self.store.db(), now, input)) {
            inputs.into_iter().for_each(|input| self.mind.step_lightly(now, input));
            return Ok(turn.done());
        }
        let waiting: Vec<u64> = inputs.iter().filter_map(Input::awaited).collect();
        let batch = self.store.begin()?;
        for input in inputs {
            self.mind.step(&batch, now, input, &mut turn);
        }
        self.mind.record_looks(&batch, &mut turn);
        self.mind.flush(&batch, now, &mut turn);
        let ended = match turn.lost.take() {
            None => batch.commit(),
            Some(error) => {
                drop(batch);
                Err(error)
            }
        };
        self.mind.recall().settle(self.store.db(), now);
        match ended {
            Ok(()) => {
                self.tidy(now)?;
                self.store.keep_room();
                Ok(turn.done())
            }
            Err(_) if planted(Bug::SendBeforeCommit) => Ok(turn.done()),
            Err(error) if error.is_fatal() => Err(error.into()),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "nothing of this turn was kept");
                self.mind.recall().forget_listed();
                if turn.touched {
                    self.mind.reload(self.store.db())?;
                }
                if !planted(Bug::KeepQuestions) {
                    self.mind.unask(&turn);
                }
                Ok(turn.undone(waiting, &error))
            }
        }
    }

    /// Answers the questions about what is committed and returns the other inputs.
    fn glance(&self, inputs: Vec<Input>) -> Vec<Input> {
        let look = |input| match input {
            Input::Job(Job { task: Task::Glance(look), .. }) => {
                look(self.store.db());
                None
            }
            other => Some(other),
        };
        inputs.into_iter().filter_map(look).collect()
    }

    /// Empties the store's log on the first turn and then once a day, after the day's erasures: what was erased is gone from it too.
    fn tidy(&mut self, now: Timestamp) -> Result<(), Fatal> {
        if self.tidied.is_some_and(|day| day >= now.day()) {
            return Ok(());
        }
        self.tidied = Some(now.day());
        match self.store.checkpoint() {
            Err(error) if error.is_fatal() => return Err(error.into()),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "the store's log was not emptied; it is tried again tomorrow"),
            Ok(()) => {}
        }
        Ok(())
    }

    /// Returns who belongs.
    pub fn membership(&self) -> &Membership {
        self.mind.membership()
    }
    /// Returns the number that is another one after every change of the store but those of the audit.
    pub fn edition(&self) -> StoreEdition {
        self.mind.recall().edition()
    }
    /// Ends the core in order: notes the clean stop and empties the log.
    ///
    /// # Errors
    /// [`Fatal`] if the disk refuses; the next start then says that this run was cut off.
    pub fn stop(self, now: Timestamp) -> Result<(), Fatal> {
        self.store.write(|db| {
            if self.mind.clock_agrees() {
                meta::clock_is_good(db, now)?;
            }
            meta::stopped(db, now)
        })?;
        Ok(self.store.checkpoint()?)
    }

    /// Returns the store, for tests and the simulator to look into.
    pub fn store(&self) -> &Store {
        &self.store
    }
    /// Ends the core and returns its store, for the simulator's crashes.
    pub fn into_store(self) -> Store {
        self.store
    }
}

impl Input {
    /// Returns the id of the peer's request that this is, if it is one.
    fn awaited(&self) -> Option<u64> {
        if let Self::Request { id, .. } = self { Some(*id) } else { None }
    }
}

/// What has gathered during a turn.
#[derive(Default)]
struct Turn {
    outputs: Vec<Output>,
    finishes: Vec<Finish>,
    /// What the audit will say of those who looked.
    looks: Vec<audit::Line>,
    /// Memory of public records was changed: it is ahead of the store if the turn is undone.
    touched: bool,
    /// The store failed in a way that takes the whole turn with it.
    lost: Option<StoreError>,
}

impl Turn {
    /// Notes a failure of the store. What memory holds may be ahead of the store after one that ends the batch: the whole turn is
    /// undone then and memory is read anew. One that stops the node is never hidden by another that came first.
    fn lose(&mut self, error: &StoreError) {
        if error.ends_batch() && (self.lost.is_none() || error.is_fatal()) {
            self.lost = Some(error.for_others());
        }
    }
    fn done(mut self) -> Vec<Output> {
        self.outputs.extend(self.finishes.into_iter().map(|finish| Output::Finish(finish, Ok(()))));
        self.outputs
    }
    fn undone(self, waiting: Vec<u64>, why: &StoreError) -> Vec<Output> {
        // Questions kept from earlier turns were to be answered in this one, too.
        let kept = self.outputs.iter().filter_map(|output| if let Output::Respond { id, .. } = output { Some(*id) } else { None });
        let busy: BTreeSet<u64> = waiting.into_iter().chain(kept).collect();
        let busy = busy.into_iter().map(|id| Output::Respond { id, body: None });
        busy.chain(self.finishes.into_iter().map(|finish| Output::Finish(finish, Err(why.for_others())))).collect()
    }
}

#[cfg(test)]
mod tests;

//! What the node has in mind between turns, and how each input is worked off.

use std::sync::Arc;

use verbund_protocol::{membership::Membership, time::Timestamp};

use super::{Input, Output, Settings, Turn};
use crate::{
    domain::{actor::Actor, config::Terms, entropy::Entropy},
    store::{Db, StoreError, savepoint},
    workflow::{
        Author, Effect, Public, Work, WorkError,
        desk::{Finish, Job},
        replication,
    },
};

pub(super) struct Mind {
    me: Author,
    terms: Terms,
    membership: Membership,
    public: Public,
    entropy: Box<dyn Entropy>,
    settings: Settings,
    clock_agrees: bool,
}

impl Mind {
    pub(super) fn new(db: &Db, me: Author, first: Membership, entropy: Box<dyn Entropy>, settings: Settings) -> Result<Self, StoreError> {
        let (membership, public) = replication::load(db, first)?;
        Ok(Self { me, terms: settings.terms, membership, public, entropy, settings, clock_agrees: true })
    }

    pub(super) fn membership(&self) -> &Membership {
        &self.membership
    }

    /// Reads back from the store what is kept in memory, after a turn was undone.
    pub(super) fn reload(&mut self, db: &Db) -> Result<(), StoreError> {
        (self.membership, self.public) = replication::load(db, self.membership.clone())?;
        Ok(())
    }

    pub(super) fn step(&mut self, db: &Db, now: Timestamp, input: Input, turn: &mut Turn) {
        match input {
            Input::Job(job) => self.job(db, now, job, turn),
            Input::Request { id, .. } => turn.outputs.push(Output::Respond { id, body: None }),
            Input::Gossip { id, .. } => turn.outputs.push(Output::Verdict { id, accept: false }),
            Input::Tick | Input::Up { .. } | Input::Down(_) | Input::Response { .. } => {}
        }
    }

    /// Sends what the turn's work put into the outbox.
    pub(super) fn flush(&mut self, _db: &Db, _now: Timestamp, _turn: &mut Turn) {}

    fn job(&mut self, db: &Db, now: Timestamp, job: Job, turn: &mut Turn) {
        let Job { actor, run } = job;
        let mut finish: Option<Finish> = None;
        let done = self.within(db, now, actor, turn, |work| {
            let (keep, tell) = run(work);
            finish = Some(tell);
            if keep { Ok(()) } else { Err(WorkError::NotFound("undo")) }
        });
        // An error here is the job's own and already in its finish, or the batch's, which the commit reports.
        drop(done);
        turn.finishes.extend(finish);
    }

    /// Runs one piece of work in a savepoint; what must follow is noted only if it holds.
    fn within<T>(&mut self, db: &Db, now: Timestamp, actor: Actor, turn: &mut Turn, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> Result<T, WorkError> {
        let mut effects = Vec::new();
        let result = savepoint(db, |db| {
            let mut work = Work {
                db,
                now,
                me: &self.me,
                terms: &self.terms,
                membership: &mut self.membership,
                public: &mut self.public,
                entropy: &mut *self.entropy,
                actor,
                clock_agrees: self.clock_agrees,
                effects: Vec::new(),
            };
            let result = piece(&mut work);
            effects = work.effects;
            result
        })?;
        for effect in effects {
            self.follow(effect, turn);
        }
        Ok(result)
    }

    fn follow(&mut self, effect: Effect, turn: &mut Turn) {
        turn.outputs.push(match effect {
            Effect::Wake(_) => return,
            Effect::Announce(bytes) => Output::Announce(bytes),
            Effect::MembershipChanged => Output::Membership(Arc::new(self.membership.clone())),
            Effect::Addresses { peer, addresses } => Output::Addresses { peer, addresses },
            Effect::Fetch => Output::Fetch,
            Effect::StopTransfer(root) => Output::StopTransfer(root),
        });
    }
}

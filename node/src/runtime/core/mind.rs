//! What the node has in mind between turns, and how each input is worked off.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc, time::Duration};

use verbund_protocol::{
    id::MemberId,
    membership::{Edition, Membership},
    planted::{Bug, planted},
    sign::{Checked, PublicKey},
    sync::{Session, clock_agreement},
    time::Timestamp,
    wire::Protocol,
};

use super::{
    Failure, Input, Output, Settings, Turn,
    peers::{Asked, Peers},
    quiet::Quiet,
    watch::Watch,
};
use crate::{
    domain::{actor::Actor, config::Terms, entropy::Entropy},
    store::{Db, StoreError, audit, meta, savepoint},
    workflow::{
        Author, Effect, Memory, Public, Work, WorkError, capacity, clock,
        desk::{Finish, Job, Kept, Run, Task},
        dispatch::{self, Sent, UnderWay},
        inbound,
        recall::Recall,
        replication,
    },
};

/// Most questions kept until their connection is synchronised.
const MAX_EARLY: usize = 64;

/// A peer's question.
struct Question {
    id: u64,
    from: PublicKey,
    protocol: Protocol,
    body: Vec<u8>,
    checked: Checked,
}

pub(super) struct Mind {
    me: Author,
    terms: Terms,
    membership: Membership,
    public: Public,
    /// The network document given at `verbund join`, until it has been looked at.
    given: Option<Vec<u8>>,
    recall: Recall,
    entropy: Box<dyn Entropy>,
    settings: Settings,
    peers: Peers,
    sessions: BTreeMap<PublicKey, Session>,
    /// Questions that came before the first round on their connection was complete.
    early: Vec<Question>,
    watch: Watch,
    clock_agrees: bool,
    quiet: Quiet,
}

impl Mind {
    pub(super) fn new(db: &Db, me: Author, first: Membership, entropy: Box<dyn Entropy>, settings: Settings) -> Result<Self, StoreError> {
        let given = Some(first.held().bytes().to_vec());
        let (membership, public) = replication::load(db, first)?;
        // Where there is no other clinic, none can say whether the clock is right, and none is promised anything.
        let alone = membership.held().document.members.len() < 2;
        let watch = Watch::resume(if alone { None } else { meta::clock_good_at(db)? });
        let mind = Self {
            me,
            terms: settings.terms,
            membership,
            public,
            given,
            recall: Recall::default(),
            entropy,
            settings,
            peers: Peers::default(),
            sessions: BTreeMap::new(),
            early: Vec::new(),
            watch,
            clock_agrees: true,
            quiet: Quiet::default(),
        };
        Ok(mind)
    }

    pub(super) fn membership(&self) -> &Membership {
        &self.membership
    }

    /// Returns what was read from the store lately.
    pub(super) fn recall(&self) -> &Recall {
        &self.recall
    }

    /// Returns what the mesh must know at the start: where everybody is, as far as the store remembers.
    pub(super) fn opening(&self) -> Vec<Output> {
        let known = replication::addresses(&self.membership, &self.public, &self.me.auth);
        known.into_iter().map(|(peer, addresses)| Output::Addresses { peer, addresses }).collect()
    }

    /// Reads back from the store what is kept in memory, after a turn was undone.
    pub(super) fn reload(&mut self, db: &Db) -> Result<(), StoreError> {
        (self.membership, self.public) = replication::reload(db, &self.me.network)?;
        Ok(())
    }

    /// Forgets what the turn wanted to ask: it was undone, so nobody is asked, and nobody will answer.
    pub(super) fn unask(&mut self, turn: &Turn) {
        for output in &turn.outputs {
            if let Output::Request { token, .. } = output
                && let Some(Asked::Sync(peer)) = self.peers.answered(*token)
            {
                self.sessions.remove(&peer);
            }
        }
    }

    /// Looks at the clock before anything is done by it, once after the start.
    pub(super) fn look_at_the_clock(&mut self, now: Timestamp) {
        if self.watch.is_new() {
            self.watch_clock(now);
        }
    }

    /// Returns whether the clock agrees with the peers', as far as is known.
    pub(super) fn clock_agrees(&self) -> bool {
        self.clock_agrees
    }

    pub(super) fn step(&mut self, db: &Db, now: Timestamp, input: Input, turn: &mut Turn) {
        match input {
            Input::Job(job) => self.job(db, now, job, turn),
            Input::Tick => self.tick(db, now, turn),
            Input::Up { peer, clock_offset_ms, edition } => self.up(db, now, peer, clock_offset_ms, edition, turn),
            Input::Down(peer) => {
                self.peers.down(&peer);
                self.drop_early(&peer, turn);
                self.judge_clock(now);
            }
            Input::Request { id, from, protocol, body, checked } => self.asked(db, now, Question { id, from, protocol, body, checked }, turn),
            Input::Response { token, result, checked } => self.response(db, now, token, result, &checked, turn),
            Input::Gossip { id, bytes } => {
                let accept = self.within(db, now, Actor::Node, turn, |work| replication::on_gossip(work, &bytes)).unwrap_or(false);
                turn.outputs.push(Output::Verdict { id, accept });
            }
        }
    }

    /// Returns whether an input neither reads nor writes what is stored, and leads to nothing being sent.
    pub(super) fn is_light(&self, db: &Db, now: Timestamp, input: &Input) -> bool {
        self.peers.nobody_waits()
            && match input {
                Input::Tick => self.quiet.lasts(db, self.clock_agrees, now) && !self.peers.round_is_due(now, self.round_every()),
                Input::Up { peer, edition, .. } => self.peers.says_nothing_new(peer, edition),
                Input::Down(_) | Input::Request { .. } | Input::Response { .. } | Input::Gossip { .. } | Input::Job(_) => false,
            }
    }

    /// Works off an input that [`Self::is_light`].
    pub(super) fn step_lightly(&mut self, now: Timestamp, input: Input) {
        match input {
            Input::Tick => self.watch_clock(now),
            Input::Up { peer, clock_offset_ms, edition } => {
                self.peers.up(peer, clock_offset_ms, edition, self.membership.edition());
                self.judge_clock(now);
            }
            Input::Down(_) | Input::Request { .. } | Input::Response { .. } | Input::Gossip { .. } | Input::Job(_) => {}
        }
    }

    fn round_every(&self) -> Duration {
        Duration::from_secs(self.settings.sync_seconds)
    }

    fn watch_clock(&mut self, now: Timestamp) {
        if self.watch.tick(now) {
            self.peers.forget_clocks();
        }
        self.judge_clock(now);
    }

    fn tick(&mut self, db: &Db, now: Timestamp, turn: &mut Turn) {
        self.watch_clock(now);
        if self.clock_agrees && self.watch.is_to_be_noted(now) {
            self.own_work(db, now, turn, "noting that the clock is right", |work| Ok(meta::clock_is_good(work.db, work.now)?));
        }
        if let Some(given) = self.given.take() {
            self.own_work(db, now, turn, "looking at the network document given at the start", |work| replication::look_at_given(work, &given));
        }
        let announce = self.settings.announce.clone();
        self.own_work(db, now, turn, "telling where this node is", |work| replication::renew_address(work, &announce));
        self.own_work(db, now, turn, "what has become due", clock::tick);
        if self.membership.suspensions().iter().next().is_some() {
            self.own_work(db, now, turn, "forgetting suspensions long past", replication::forget_past_suspensions);
        }
        match self.within(db, now, Actor::Node, turn, |work| dispatch::members_due(work)) {
            Ok(members) => members.into_iter().for_each(|member| self.peers.wake(member)),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "the outbox cannot be read"),
        }
        let quiet = self.within(db, now, Actor::Node, turn, |work| clock::quiet_until(work, &announce)).ok().flatten();
        self.quiet = quiet.map_or_else(Quiet::default, |until| Quiet::after(db, self.clock_agrees, now, until));
        if self.peers.round_due(now, self.round_every()) {
            let connected = self.peers.connected();
            let any = self.entropy.below(connected.len() as u64) as usize;
            // Beside the random one, those whose round failed.
            for peer in self.peers.unsettled().into_iter().chain(connected.get(any).copied()) {
                self.open_round(db, now, peer, turn);
            }
        }
    }

    fn up(&mut self, db: &Db, now: Timestamp, peer: PublicKey, clock_offset_ms: i64, edition: Edition, turn: &mut Turn) {
        let must_sync = self.peers.up(peer, clock_offset_ms, edition, self.membership.edition());
        self.judge_clock(now);
        if must_sync {
            self.open_round(db, now, peer, turn);
        }
    }

    /// A node whose clock has jumped or is far from its peers' median neither makes nor ends promises.
    fn judge_clock(&mut self, now: Timestamp) {
        let agrees = self.watch.agrees(clock_agreement(&self.peers.clock_offsets()), now);
        if agrees != self.clock_agrees {
            tracing::warn!(agrees, "whether this node's clock may be trusted has changed; see `verbund doctor`");
        }
        self.clock_agrees = agrees;
    }

    /// Begins a round of synchronisation unless one with this peer is under way.
    fn open_round(&mut self, db: &Db, now: Timestamp, peer: PublicKey, turn: &mut Turn) {
        if self.peers.syncing(&peer) {
            return;
        }
        let opened = self.within(db, now, Actor::Node, turn, |work| replication::open(work, &peer));
        if let Ok((session, body)) = opened {
            self.sessions.insert(peer, session);
            self.peers.begin_round(&peer);
            self.request(Asked::Sync(peer), peer, Protocol::Sync, body, turn);
        }
    }

    fn request(&mut self, asked: Asked, to: PublicKey, protocol: Protocol, body: Vec<u8>, turn: &mut Turn) {
        let token = self.peers.ask(asked);
        turn.outputs.push(Output::Request { token, to, protocol, body });
    }

    /// Answers a peer's question, or keeps it until this connection is synchronised.
    fn asked(&mut self, db: &Db, now: Timestamp, asked: Question, turn: &mut Turn) {
        if asked.protocol != Protocol::Sync && !self.peers.synced(&asked.from) {
            // Synchronisation precedes application messages on every connection (DESIGN section 4).
            self.open_round(db, now, asked.from, turn);
            if self.early.len() < MAX_EARLY {
                self.early.push(asked);
            } else {
                turn.outputs.push(Output::Respond { id: asked.id, body: None });
            }
            return;
        }
        let body = self.answer(db, now, &asked, turn);
        turn.outputs.push(Output::Respond { id: asked.id, body });
    }

    /// Returns the answer to a peer's question; nothing means busy, and the peer asks again later.
    fn answer(&mut self, db: &Db, now: Timestamp, asked: &Question, turn: &mut Turn) -> Option<Vec<u8>> {
        let Question { from, protocol, body, checked, .. } = asked;
        let result = self.within(db, now, Actor::Node, turn, |work| match protocol {
            Protocol::Sync => replication::respond(work, from, body),
            Protocol::Message => {
                let member = work.membership.node_by_auth(from).map(|(member, _)| member.id.clone());
                inbound::receive(work, &member.ok_or(WorkError::NotFound("member"))?, body, checked)
            }
            Protocol::Query => capacity::confirm(work, from, body),
            Protocol::Document => Err(WorkError::NotFound("document on this path")),
        });
        result.inspect_err(|error| tracing::info!(%protocol, peer = %from, error = error as &dyn std::error::Error, "a peer's question was not answered")).ok()
    }

    fn response(&mut self, db: &Db, now: Timestamp, token: u64, result: Result<Vec<u8>, Failure>, checked: &Checked, turn: &mut Turn) {
        match self.peers.answered(token) {
            Some(Asked::Sync(peer)) => self.on_sync(db, now, peer, result, turn),
            Some(Asked::Batch(sent)) => self.on_receipts(db, now, &sent, result, checked, turn),
            None => {} // asked before a crash, or answered already
        }
    }

    fn on_sync(&mut self, db: &Db, now: Timestamp, peer: PublicKey, result: Result<Vec<u8>, Failure>, turn: &mut Turn) {
        let Some(mut session) = self.sessions.remove(&peer) else { return };
        let body = match result {
            Ok(body) => body,
            Err(failure) => return self.unreachable(db, now, &peer, &failure, turn),
        };
        let next = self.within(db, now, Actor::Node, turn, |work| replication::on_response(work, &mut session, &peer, &body));
        if session.tally.news > 0 {
            self.peers.something_went_by(now);
        }
        match next {
            Ok(Some(body)) => {
                self.sessions.insert(peer, session);
                self.request(Asked::Sync(peer), peer, Protocol::Sync, body, turn);
            }
            Ok(None) => self.synced(db, now, peer, turn),
            Err(error) => tracing::warn!(peer = %peer, error = &error as &dyn std::error::Error, "a peer's synchronisation was refused"),
        }
    }

    /// A round is complete: what waited for it goes on.
    fn synced(&mut self, db: &Db, now: Timestamp, peer: PublicKey, turn: &mut Turn) {
        let first = !self.peers.synced(&peer);
        if let Some(edition) = self.peers.end_round(&peer) {
            turn.outputs.push(Output::Synchronised { peer, edition });
        }
        if !self.peers.synced(&peer) {
            // The peer has learned something since the round began, and said so. One that is gone again is asked when it is back.
            if self.peers.is_up(&peer) {
                self.open_round(db, now, peer, turn);
            }
            return;
        }
        if let Some(member) = self.member_of(&peer).filter(|_| first) {
            self.own_work(db, now, turn, "waking the outbox", |work| dispatch::on_reachable(work, &member));
            self.peers.wake(member);
        }
        let (ready, waiting) = std::mem::take(&mut self.early).into_iter().partition(|asked: &Question| asked.from == peer);
        self.early = waiting;
        for asked in ready {
            self.asked(db, now, asked, turn);
        }
    }

    /// What a lost connection asked has nobody to be answered.
    fn drop_early(&mut self, peer: &PublicKey, turn: &mut Turn) {
        let (gone, waiting): (Vec<Question>, _) = std::mem::take(&mut self.early).into_iter().partition(|asked| asked.from == *peer);
        self.early = waiting;
        turn.outputs.extend(gone.into_iter().map(|asked| Output::Respond { id: asked.id, body: None }));
    }

    fn member_of(&self, peer: &PublicKey) -> Option<MemberId> {
        self.membership.node_by_auth(peer).map(|(member, _)| member.id.clone())
    }

    /// A round failed: what waits for the member is tried again later, and after days a person is told.
    fn unreachable(&mut self, db: &Db, now: Timestamp, peer: &PublicKey, failure: &Failure, turn: &mut Turn) {
        if let Some(member) = self.member_of(peer).filter(|member| self.peers.is_woken(member)) {
            self.peers.rest(&member);
            self.own_work(db, now, turn, "noting an unreachable member", |work| dispatch::on_failure(work, &member, failure.word()));
        }
    }

    fn on_receipts(&mut self, db: &Db, now: Timestamp, sent: &Sent, result: Result<Vec<u8>, Failure>, checked: &Checked, turn: &mut Turn) {
        let member = &sent.member;
        match result {
            Ok(body) => self.own_work(db, now, turn, "taking in receipts", |work| dispatch::on_response(work, sent, &body, checked)),
            Err(failure) => {
                tracing::debug!(%member, ?failure, "not delivered yet");
                self.peers.rest(member);
                self.own_work(db, now, turn, "noting a failed delivery", |work| dispatch::on_failure(work, member, failure.word()));
            }
        }
    }

    /// Sends what the outbox holds for members that can be sent to now.
    pub(super) fn flush(&mut self, db: &Db, now: Timestamp, turn: &mut Turn) {
        for member in self.peers.woken() {
            let mut under_way = self.peers.under_way(&member);
            while under_way.has_room() && self.send_to(db, now, &member, &mut under_way, turn) {}
        }
    }

    /// Sends one request with what waits for `member`. Returns whether another may follow.
    fn send_to(&mut self, db: &Db, now: Timestamp, member: &MemberId, under_way: &mut UnderWay, turn: &mut Turn) -> bool {
        let sent = match self.within(db, now, Actor::Node, turn, |work| dispatch::due(work, member, under_way)) {
            Ok(Some(sent)) => sent,
            Ok(None) => {
                self.peers.rest(member);
                return false;
            }
            Err(error) => {
                tracing::error!(%member, error = &error as &dyn std::error::Error, "the outbox cannot be read");
                self.peers.rest(member);
                return false;
            }
        };
        let nodes = self.membership.member(member).map(|listed| listed.nodes.iter().map(|node| node.auth).collect());
        let keys: Vec<PublicKey> = nodes.unwrap_or_default();
        if let Some(peer) = keys.iter().find(|key| self.peers.synced(key)) {
            under_way.add(&sent);
            let body = sent.body.clone();
            self.request(Asked::Batch(sent), *peer, Protocol::Message, body, turn);
            return true;
        }
        if let Some(peer) = keys.first() {
            // Not connected: a round of synchronisation dials, and the batch follows when it is complete.
            self.open_round(db, now, *peer, turn);
        }
        false
    }

    fn job(&mut self, db: &Db, now: Timestamp, job: Job, turn: &mut Turn) {
        // What is only looked at was answered before the turn.
        let Job { actor, task } = job;
        let run = match task {
            Task::Work(run) => run,
            Task::Look(run) => return self.look(db, now, actor, run, turn),
            Task::Glance(_) => return,
        };
        let (mut run, mut finish): (Option<Run>, Option<Finish>) = (Some(run), None);
        let done = self.within(db, now, actor, turn, |work| {
            let (kept, tell) = run.take().map(|run| run(Some(work))).ok_or(WorkError::NotFound("work"))?;
            finish = Some(tell);
            match kept {
                Kept::Yes => Ok(()),
                Kept::No => Err(WorkError::NotFound("result to keep")),
                Kept::TurnLost(error) => Err(error.into()),
            }
        });
        drop(done); // the job's own error is in its finish; the turn's is reported by its end
        turn.finishes.extend(finish.or_else(|| run.map(|run| run(None).1)));
    }

    /// Lets somebody look. There is nothing to undo, so it needs no savepoint; what the audit says of it follows at the turn's end.
    fn look(&mut self, db: &Db, now: Timestamp, actor: Actor, run: Run, turn: &mut Turn) {
        let (before, looks) = (db.total_changes(), RefCell::default());
        let mut work = Work { looks: Some(&looks), ..self.at_hand(db, now, actor) };
        let (kept, finish) = run(Some(&mut work));
        let touched = work.membership.is_touched() || work.public.is_touched();
        let is_look = work.effects.is_empty() && !touched && db.total_changes() == before;
        turn.touched |= touched;
        turn.finishes.push(finish);
        match kept {
            _ if !is_look => {
                debug_assert!(is_look, "a look has changed something");
                tracing::error!("a look has changed something; the turn is undone");
                turn.lose(&StoreError::RolledBack);
            }
            Kept::Yes => turn.looks.append(&mut looks.into_inner()),
            Kept::No => self.recall.forget_listed(),
            Kept::TurnLost(error) => turn.lose(&error),
        }
    }

    /// Writes what the audit says of all who looked in this turn.
    pub(super) fn record_looks(&self, db: &Db, turn: &mut Turn) {
        let looks = std::mem::take(&mut turn.looks);
        if looks.is_empty() || turn.lost.is_some() {
            return;
        }
        match audit::append_all(db, looks) {
            Ok(rows) => self.recall.audited(rows),
            // Nobody has looked whose look is not in the audit.
            Err(error) => turn.lost = Some(error),
        }
    }

    fn own_work(&mut self, db: &Db, now: Timestamp, turn: &mut Turn, what: &str, piece: impl FnOnce(&mut Work<'_>) -> Result<(), WorkError>) {
        if let Err(error) = self.within(db, now, Actor::Node, turn, piece) {
            tracing::error!(error = &error as &dyn std::error::Error, "{what} failed");
        }
    }

    /// Returns what a piece of work has at hand.
    fn at_hand<'a>(&'a mut self, db: &'a Db, now: Timestamp, actor: Actor) -> Work<'a> {
        Work {
            db,
            now,
            me: &self.me,
            membership: Memory::new(&mut self.membership),
            public: Memory::new(&mut self.public),
            recall: &self.recall,
            terms: &self.terms,
            entropy: &mut *self.entropy,
            actor,
            clock_agrees: self.clock_agrees,
            effects: Vec::new(),
            looks: None,
        }
    }

    /// Runs one piece of work in a savepoint; what must follow is noted only if it holds.
    fn within<T>(&mut self, db: &Db, now: Timestamp, actor: Actor, turn: &mut Turn, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> Result<T, WorkError> {
        let (mut effects, mut touched) = (Vec::new(), false);
        let result = savepoint(db, |db| {
            let mut work = self.at_hand(db, now, actor);
            let result = piece(&mut work);
            touched = work.membership.is_touched() || work.public.is_touched();
            turn.touched |= touched;
            effects = work.effects;
            result
        });
        if let Err(error) = &result {
            self.undo(db, touched, error, turn);
        }
        let result = result?;
        for effect in effects {
            self.follow(now, effect, turn);
        }
        Ok(result)
    }

    /// A piece of work failed and the store has forgotten it: memory must not be ahead. Where the whole turn is lost, that is done
    /// at its end.
    fn undo(&mut self, db: &Db, touched: bool, error: &WorkError, turn: &mut Turn) {
        self.recall.forget_listed();
        match error {
            WorkError::Store(error) if error.ends_batch() => turn.lose(error),
            _ if touched && !planted(Bug::KeepUndone) => {
                if let Err(error) = self.reload(db) {
                    turn.lost.get_or_insert(error);
                }
            }
            _ => {}
        }
    }

    fn follow(&mut self, now: Timestamp, effect: Effect, turn: &mut Turn) {
        turn.outputs.push(match effect {
            Effect::Wake(member) => {
                self.peers.wake(member);
                return;
            }
            Effect::ClockConfirmed => {
                self.watch.confirm(now);
                return self.judge_clock(now);
            }
            Effect::Announce(bytes) => Output::Announce(bytes),
            Effect::MembershipChanged => Output::Membership(Arc::new(self.membership.clone())),
            Effect::Addresses { peer, addresses } => Output::Addresses { peer, addresses },
            Effect::Fetch => Output::Fetch,
            Effect::StopTransfer(root) => Output::StopTransfer(root),
            Effect::Post => Output::Post,
        });
    }
}

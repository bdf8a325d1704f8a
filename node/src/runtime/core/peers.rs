//! Which peers are there, what has been asked of them, and when to ask again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use verbund_protocol::{id::MemberId, sign::PublicKey, time::Timestamp};

use crate::workflow::dispatch::Sent;

/// What an open question was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A round of synchronisation.
    Sync(PublicKey),
    /// A batch of messages from the outbox.
    Batch(Sent),
}

#[derive(Clone, Debug, Default)]
struct Link {
    /// Whether a round of synchronisation was completed on this connection.
    synced: bool,
    /// Whether a round is under way.
    syncing: bool,
    /// The peer's clock minus ours, milliseconds.
    clock_offset_ms: Option<i64>,
}

/// Connections and open questions. Nothing here outlives the process; the store knows what must be sent.
#[derive(Debug, Default)]
pub(super) struct Peers {
    links: BTreeMap<PublicKey, Link>,
    asked: BTreeMap<u64, Asked>,
    tokens: u64,
    /// Members with something in the outbox.
    woken: BTreeSet<MemberId>,
    next_round: Timestamp,
}

impl Peers {
    /// Notes that a connection stands. Returns whether it is a new one.
    pub fn up(&mut self, peer: PublicKey, clock_offset_ms: i64) -> bool {
        let new = !self.links.contains_key(&peer);
        self.links.entry(peer).or_default().clock_offset_ms = Some(clock_offset_ms);
        new
    }
    pub fn down(&mut self, peer: &PublicKey) {
        self.links.remove(peer);
    }
    /// Returns the clock offsets of all connected peers, milliseconds.
    pub fn clock_offsets(&self) -> Vec<i64> {
        self.links.values().filter_map(|link| link.clock_offset_ms).collect()
    }
    /// Forgets what the peers' clocks said: ours has jumped since.
    pub fn forget_clocks(&mut self) {
        self.links.values_mut().for_each(|link| link.clock_offset_ms = None);
    }
    /// Returns all connected peers.
    pub fn connected(&self) -> Vec<PublicKey> {
        self.links.keys().copied().collect()
    }
    /// Returns whether application messages may flow on the connection to `peer`.
    pub fn synced(&self, peer: &PublicKey) -> bool {
        self.links.get(peer).is_some_and(|link| link.synced)
    }

    /// Notes a question and returns its token.
    pub fn ask(&mut self, asked: Asked) -> u64 {
        self.tokens += 1;
        if let Asked::Sync(peer) = &asked
            && let Some(link) = self.links.get_mut(peer)
        {
            link.syncing = true;
        }
        self.asked.insert(self.tokens, asked);
        self.tokens
    }
    /// Returns what the answered question was for.
    pub fn answered(&mut self, token: u64) -> Option<Asked> {
        let asked = self.asked.remove(&token);
        if let Some(Asked::Sync(peer)) = &asked
            && let Some(link) = self.links.get_mut(peer)
        {
            link.syncing = false;
        }
        asked
    }
    /// Returns whether a round with `peer` is under way.
    pub fn syncing(&self, peer: &PublicKey) -> bool {
        self.asked.values().any(|asked| matches!(asked, Asked::Sync(other) if other == peer))
    }
    /// Notes that a round with `peer` is complete.
    pub fn mark_synced(&mut self, peer: &PublicKey) {
        if let Some(link) = self.links.get_mut(peer) {
            link.synced = true;
        }
    }
    /// Returns whether a periodic round is due, and if so sets the next one.
    pub fn round_due(&mut self, now: Timestamp, every: Duration) -> bool {
        // One further off than the span was set by a clock that has been put back since.
        let due = now >= self.next_round || self.next_round > now.plus(every);
        if due {
            self.next_round = now.plus(every);
        }
        due
    }

    /// Notes that the outbox holds something for `member`.
    pub fn wake(&mut self, member: MemberId) {
        self.woken.insert(member);
    }
    /// Returns the members to be sent to now: woken, and nothing under way.
    pub fn ready(&self) -> Vec<MemberId> {
        let idle = |member: &&MemberId| !self.asked.values().any(|asked| matches!(asked, Asked::Batch(sent) if sent.member == **member));
        self.woken.iter().filter(idle).cloned().collect()
    }
    /// Returns whether the outbox is known to hold something for `member`.
    pub fn is_woken(&self, member: &MemberId) -> bool {
        self.woken.contains(member)
    }
    /// Notes that nothing more is to be sent to `member` now.
    pub fn rest(&mut self, member: &MemberId) {
        self.woken.remove(member);
    }
}

//! Which peers are there, what has been asked of them, and when to ask again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use verbund_protocol::{id::MemberId, sign::PublicKey, time::Timestamp};

/// First pause after a member could not be reached; doubled each time up to [`LAST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// What an open question was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A round of synchronisation.
    Sync(PublicKey),
    /// A batch of messages from the outbox.
    Batch(MemberId),
}

#[derive(Clone, Debug, Default)]
struct Link {
    /// Whether a round of synchronisation was completed on this connection.
    synced: bool,
    /// Whether a round is under way.
    syncing: bool,
    /// The peer's clock minus ours, milliseconds.
    clock_offset_ms: i64,
}

/// Pauses between attempts to reach one member.
#[derive(Clone, Debug, Default)]
struct Pause {
    attempts: u32,
    until: Timestamp,
}

/// Connections, open questions and pauses. Nothing here outlives the process; the store knows what must be sent.
#[derive(Debug, Default)]
pub(super) struct Peers {
    links: BTreeMap<PublicKey, Link>,
    asked: BTreeMap<u64, Asked>,
    tokens: u64,
    /// Members with something in the outbox.
    woken: BTreeSet<MemberId>,
    pauses: BTreeMap<MemberId, Pause>,
    next_round: Timestamp,
}

impl Peers {
    /// Notes that a connection stands. Returns whether it is a new one.
    pub fn up(&mut self, peer: PublicKey, clock_offset_ms: i64) -> bool {
        let new = !self.links.contains_key(&peer);
        self.links.entry(peer).or_default().clock_offset_ms = clock_offset_ms;
        new
    }
    pub fn down(&mut self, peer: &PublicKey) {
        self.links.remove(peer);
    }
    /// Returns the clock offsets of all connected peers, milliseconds.
    pub fn clock_offsets(&self) -> Vec<i64> {
        self.links.values().map(|link| link.clock_offset_ms).collect()
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
        let due = now >= self.next_round;
        if due {
            self.next_round = now.plus(every);
        }
        due
    }

    /// Notes that the outbox holds something for `member`.
    pub fn wake(&mut self, member: MemberId) {
        self.woken.insert(member);
    }
    /// Returns the members to be sent to now: woken, not paused, nothing under way.
    pub fn ready(&self, now: Timestamp) -> Vec<MemberId> {
        let paused = |member: &&MemberId| self.pauses.get(*member).is_none_or(|pause| pause.until <= now);
        let idle = |member: &&MemberId| !self.asked.values().any(|asked| matches!(asked, Asked::Batch(other) if other == *member));
        self.woken.iter().filter(paused).filter(idle).cloned().collect()
    }
    /// Notes that the outbox holds nothing more for `member`.
    pub fn drained(&mut self, member: &MemberId) {
        self.woken.remove(member);
        self.pauses.remove(member);
    }
    /// Notes that `member` answered.
    pub fn reached(&mut self, member: &MemberId) {
        self.pauses.remove(member);
    }
    /// Notes that `member` could not be reached or was busy, and when to try again.
    pub fn pause(&mut self, member: &MemberId, now: Timestamp) {
        let pause = self.pauses.entry(member.clone()).or_default();
        let span = FIRST_PAUSE.saturating_mul(1 << pause.attempts.min(16)).min(LAST_PAUSE);
        pause.attempts += 1;
        pause.until = now.plus(span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_cannot_be_reached_is_tried_ever_less_often() {
        let (mut peers, member) = (Peers::default(), "reha-1".parse::<MemberId>().unwrap());
        peers.wake(member.clone());
        let mut now = Timestamp::from_secs(1000);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            assert_eq!(peers.ready(now), vec![member.clone()]);
            peers.pause(&member, now);
            let before = now;
            while peers.ready(now).is_empty() {
                now = now.plus(Duration::from_millis(50));
            }
            pauses.push(now.since(before));
        }
        assert!(pauses.is_sorted());
        assert_eq!((pauses[0], pauses[11]), (FIRST_PAUSE, LAST_PAUSE));
        peers.reached(&member);
        peers.pause(&member, now);
        assert!(!peers.ready(now.plus(FIRST_PAUSE)).is_empty(), "an answer makes the next pause short again");
        peers.drained(&member);
        assert!(peers.ready(now.plus(LAST_PAUSE)).is_empty());
    }

    #[test]
    fn one_batch_at_a_time() {
        let (mut peers, member) = (Peers::default(), "reha-1".parse::<MemberId>().unwrap());
        peers.wake(member.clone());
        let token = peers.ask(Asked::Batch(member.clone()));
        assert!(peers.ready(Timestamp::from_secs(1)).is_empty());
        assert_eq!(peers.answered(token), Some(Asked::Batch(member.clone())));
        assert_eq!(peers.ready(Timestamp::from_secs(1)), vec![member]);
        assert_eq!(peers.answered(token), None, "a repeated answer finds nothing");
    }
}

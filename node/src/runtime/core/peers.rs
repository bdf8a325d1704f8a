//! Which peers are there, what has been asked of them, and when to ask again.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use verbund_protocol::{id::MemberId, membership::Edition, sign::PublicKey, time::Timestamp};

use crate::workflow::dispatch::{Sent, UnderWay};

/// How soon after a round that brought news the next one comes, at most: what went by this node once may have done so twice.
const SOON: Duration = Duration::from_secs(5);

/// What an open question was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A round of synchronisation.
    Sync(PublicKey),
    /// A batch of messages from the outbox.
    Batch(Sent),
}

#[derive(Clone, Debug)]
struct Link {
    /// How much of the membership the peer says it knows.
    told: Edition,
    /// What it had told when the round began that is under way.
    opened: Option<Edition>,
    /// What it had told when the round began that was completed last on this connection.
    settled: Option<Edition>,
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
    /// How long after that the following one comes, if that brings nothing new.
    pause: Duration,
}

impl Peers {
    /// Notes that a connection stands, and what the peer says on it; `own` is how much of the membership this node knows. Returns
    /// whether a round of synchronisation must come before anything else.
    pub fn up(&mut self, peer: PublicKey, clock_offset_ms: i64, told: Edition, own: Edition) -> bool {
        // A round begun before there was a connection waited for it, and is answered by who says this.
        let opened = self.syncing(&peer).then_some(told);
        let link = self.links.entry(peer).or_insert(Link { told, opened, settled: None, clock_offset_ms: None });
        link.told = told;
        link.clock_offset_ms = Some(clock_offset_ms);
        // The first round on a connection also brings what is no part of an edition.
        if link.settled.is_some() && told == own {
            link.settled = Some(told);
        }
        link.settled != Some(told)
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
    /// Returns whether a connection stands with `peer`.
    pub fn is_up(&self, peer: &PublicKey) -> bool {
        self.links.contains_key(peer)
    }
    /// Returns all connected peers.
    pub fn connected(&self) -> Vec<PublicKey> {
        self.links.keys().copied().collect()
    }
    /// Returns whether application messages may flow on the connection to `peer`.
    pub fn synced(&self, peer: &PublicKey) -> bool {
        self.links.get(peer).is_some_and(|link| link.settled == Some(link.told))
    }
    /// Returns the connected peers that a round must be completed with before anything else.
    pub fn unsettled(&self) -> Vec<PublicKey> {
        self.links.iter().filter(|(_, link)| link.settled != Some(link.told)).map(|(peer, _)| *peer).collect()
    }

    /// Notes a question and returns its token.
    pub fn ask(&mut self, asked: Asked) -> u64 {
        self.tokens += 1;
        self.asked.insert(self.tokens, asked);
        self.tokens
    }
    /// Returns what the answered question was for.
    pub fn answered(&mut self, token: u64) -> Option<Asked> {
        self.asked.remove(&token)
    }
    /// Returns whether a round with `peer` is under way.
    pub fn syncing(&self, peer: &PublicKey) -> bool {
        self.asked.values().any(|asked| matches!(asked, Asked::Sync(other) if other == peer))
    }
    /// Notes that a round with `peer` begins.
    pub fn begin_round(&mut self, peer: &PublicKey) {
        if let Some(link) = self.links.get_mut(peer) {
            link.opened = Some(link.told);
        }
    }
    /// Notes that a round with `peer` is complete. Returns the edition that is settled by that.
    pub fn end_round(&mut self, peer: &PublicKey) -> Option<Edition> {
        let link = self.links.get_mut(peer)?;
        let ended = link.opened.take()?;
        link.settled = Some(ended);
        Some(ended)
    }
    /// Returns whether a periodic round is due, and if so sets the next one: after twice the pause before, and at most after `every`.
    pub fn round_due(&mut self, now: Timestamp, every: Duration) -> bool {
        let due = self.round_is_due(now, every);
        if due {
            self.pause = (2 * self.pause).clamp(SOON.min(every), every);
            self.next_round = now.plus(self.pause);
        }
        due
    }
    /// Notes that a round brought what no announcement had: the next one comes soon.
    pub fn something_went_by(&mut self, now: Timestamp) {
        self.pause = Duration::ZERO;
        self.next_round = self.next_round.min(now.plus(SOON));
    }

    /// Returns whether a periodic round is due.
    pub fn round_is_due(&self, now: Timestamp, every: Duration) -> bool {
        self.next_round.has_come(now, every)
    }
    /// Returns whether nothing is known to wait in the outbox.
    pub fn nobody_waits(&self) -> bool {
        self.woken.is_empty()
    }
    /// Returns whether a hello of `peer` says what it said before, and what a round has settled.
    pub fn says_nothing_new(&self, peer: &PublicKey, told: &Edition) -> bool {
        self.links.get(peer).is_some_and(|link| link.told == *told && link.settled == Some(link.told))
    }

    /// Notes that the outbox holds something for `member`.
    pub fn wake(&mut self, member: MemberId) {
        self.woken.insert(member);
    }
    /// Returns the members to be sent to now.
    pub fn woken(&self) -> Vec<MemberId> {
        self.woken.iter().cloned().collect()
    }
    /// Returns what is under way to `member`.
    pub fn under_way(&self, member: &MemberId) -> UnderWay {
        let mut found = UnderWay::default();
        for asked in self.asked.values() {
            if let Asked::Batch(sent) = asked
                && sent.member == *member
            {
                found.add(sent);
            }
        }
        found
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::id::Digest;

    use super::*;

    const fn edition(document: u64) -> Edition {
        Edition { document, suspensions: Digest([0; 32]) }
    }
    fn peer() -> PublicKey {
        verbund_protocol::sign::SecretKey::from_seed(&[7; 32]).public()
    }
    #[test]
    fn rounds_come_sooner_as_long_as_they_bring_something() {
        let (mut peers, every) = (Peers::default(), Duration::from_secs(15));
        let mut due = |from: u64, news: bool| {
            let found: Vec<u64> = (from..from + 60).filter(|second| peers.round_due(Timestamp(second * 1000), every)).collect();
            if news {
                peers.something_went_by(Timestamp((from + 60) * 1000));
            }
            found
        };
        assert_eq!(due(100, true), [100, 105, 115, 130, 145]);
        assert_eq!(due(160, false), [160, 165, 175, 190, 205]);
        let hasty = Duration::from_secs(1);
        let mut peers = Peers::default();
        assert_eq!((0..9).filter(|second| peers.round_due(Timestamp(second * 1000), hasty)).count(), 9, "what is set to be sooner stays so");
    }

    /// Runs one round to its end.
    fn round(peers: &mut Peers) -> Option<Edition> {
        peers.begin_round(&peer());
        peers.end_round(&peer())
    }

    #[test]
    fn the_first_round_on_a_connection_comes_before_anything_else() {
        let mut peers = Peers::default();
        assert!(peers.up(peer(), 0, edition(1), edition(1)), "also where both know the same");
        assert!(!peers.synced(&peer()));
        assert_eq!((round(&mut peers), peers.synced(&peer())), (Some(edition(1)), true));
        assert!(!peers.up(peer(), 0, edition(1), edition(1)), "a heartbeat");
        peers.down(&peer());
        assert!(peers.up(peer(), 0, edition(1), edition(1)));
        assert!(!peers.synced(&peer()), "another connection");
    }

    #[test]
    fn what_a_peer_has_learned_since_needs_a_round_of_its_own() {
        let mut peers = Peers::default();
        peers.up(peer(), 0, edition(1), edition(1));
        peers.begin_round(&peer());
        assert!(peers.up(peer(), 0, edition(2), edition(1)), "said while the round is under way");
        assert_eq!(peers.end_round(&peer()), Some(edition(1)));
        assert!(!peers.synced(&peer()));
        assert_eq!(peers.unsettled(), [peer()]);
        assert_eq!((round(&mut peers), peers.synced(&peer())), (Some(edition(2)), true));
        assert!(!peers.up(peer(), 0, edition(2), edition(1)), "it was offered once; this node does not take it");
        assert!(!peers.up(peer(), 0, edition(3), edition(3)), "known here already by another way");
        assert!(peers.synced(&peer()));
    }

    #[test]
    fn a_round_that_waited_for_the_connection_counts_for_it() {
        let mut peers = Peers::default();
        peers.begin_round(&peer());
        peers.ask(Asked::Sync(peer()));
        peers.up(peer(), 0, edition(4), edition(1));
        assert_eq!(peers.end_round(&peer()), Some(edition(4)));
        assert!(peers.synced(&peer()));
    }
}

//! Announcements: out to all links, and in through this node's own check.

use std::time::Duration;

use bytes::Bytes;
use libp2p::gossipsub as gs;
use tracing::debug;
use verbund_protocol::limits::{MAX_GOSSIP, MAX_GOSSIP_UNCHECKED, MAX_GOSSIP_UNHEARD};

use super::{
    super::{
        api::{Event, Ticket, Verdict},
        gossip::{MessageKey, topic},
        keys,
    },
    Engine,
};

/// How long an announcement waits for somebody to hear it. Whoever comes later is told by synchronisation.
const UNHEARD_FOR: Duration = Duration::from_secs(60);

impl Engine {
    /// Tells all members. What does not get through comes with synchronisation, so failures are only noted. While nobody is there to hear
    /// it, as when a node starts and says where it is, an announcement waits for the first who is.
    pub(super) fn announce(&mut self, bytes: Bytes) {
        if bytes.len() > MAX_GOSSIP {
            return debug!(size = bytes.len(), "too long to announce; synchronisation carries it");
        }
        if !self.publish(bytes.clone()) && self.unheard.len() < MAX_GOSSIP_UNHEARD {
            self.unheard.push((self.mono(), bytes));
        }
    }

    /// Tells what nobody heard yet.
    pub(super) fn announce_unheard(&mut self) {
        let now = self.mono();
        for (since, bytes) in std::mem::take(&mut self.unheard) {
            if now.saturating_sub(since) < UNHEARD_FOR && !self.publish(bytes.clone()) {
                self.unheard.push((since, bytes));
            }
        }
    }

    /// Tells all members that are there. Returns whether any is.
    fn publish(&mut self, bytes: Bytes) -> bool {
        let topic = topic(&self.rules.network);
        let published = self.swarm.behaviour_mut().gossip().publish(topic, bytes);
        self.swarm.behaviour_mut().nudge.announced();
        match published {
            Err(gs::PublishError::NoPeersSubscribedToTopic) => false,
            Err(error) => {
                debug!(%error, "not announced; synchronisation carries it");
                true
            }
            Ok(_) => true,
        }
    }

    pub(super) fn on_gossip(&mut self, event: gs::Event) {
        match event {
            gs::Event::Message { propagation_source, message_id, message } => {
                self.on_announcement(MessageKey { id: message_id, from: propagation_source }, message.data);
            }
            gs::Event::SlowPeer { peer_id, .. } => debug!(peer = %peer_id, "a neighbour takes announcements slowly; some are left to synchronisation"),
            gs::Event::Subscribed { .. } | gs::Event::Unsubscribed { .. } | gs::Event::GossipsubNotSupported { .. } => {}
        }
    }

    fn on_announcement(&mut self, key: MessageKey, data: Vec<u8>) {
        let mono = self.mono();
        let from = keys::public_key(&key.from).filter(|from| self.rules.access(from).is_full());
        let Some(from) = from else { return self.on_verdict_now(&key, Verdict::Ignore) };
        if self.unchecked >= MAX_GOSSIP_UNCHECKED || self.peer_mut(from).quota_gossip.take(mono).is_err() {
            return self.on_verdict_now(&key, Verdict::Ignore);
        }
        self.peer_mut(from).last_heard = mono;
        self.unchecked += 1;
        let ticket = Ticket(Some((key, self.back_to.clone())));
        self.emit(Event::Gossip { from, bytes: data.into(), ticket });
    }

    pub(super) fn on_verdict(&mut self, key: &MessageKey, verdict: Verdict) {
        self.unchecked = self.unchecked.saturating_sub(1);
        self.on_verdict_now(key, verdict);
    }

    fn on_verdict_now(&mut self, key: &MessageKey, verdict: Verdict) {
        let acceptance = match verdict {
            Verdict::Accept => gs::MessageAcceptance::Accept,
            Verdict::Reject => gs::MessageAcceptance::Reject,
            Verdict::Ignore => gs::MessageAcceptance::Ignore,
        };
        self.swarm.behaviour_mut().gossip().report_message_validation_result(&key.id, &key.from, acceptance);
        if verdict == Verdict::Accept {
            self.swarm.behaviour_mut().nudge.announced();
        }
    }
}

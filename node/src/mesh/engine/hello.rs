//! The first words on a connection, and its heartbeat.
//!
//! libp2p's ping would say only that the other side lives; the hello says that too, and with it which versions are spoken, what
//! time it is there and how this node is seen.

use std::time::Duration;

use bytes::Bytes;
use libp2p::request_response::{Event as Rr, Message};
use tracing::{debug, info};
use verbund_protocol::{hello::Hello, sign::PublicKey, wire::best_common};

use super::{
    super::{
        api::{Event, Greeting, Outcome, Probed},
        exchange::{ExchangeEvent, Frame},
        keys,
        refusal::Refusal,
    },
    Engine,
};

impl Engine {
    pub(super) fn say_hello(&mut self, peer: PublicKey) {
        let body = self.hello_for(&peer);
        let id = self.swarm.behaviour_mut().hello.send_request(&keys::peer_id(&peer), Frame { version: 1, body });
        let now = self.mono();
        self.hellos.insert(id, (peer, now));
        self.peer_mut(peer).last_hello = now;
    }

    fn hello_for(&self, peer: &PublicKey) -> Bytes {
        let edition = self.rules.membership().edition();
        let hello = Hello {
            version_min: *self.versions.start(),
            version_max: *self.versions.end(),
            now: self.rules.now(),
            document: edition.document,
            you: self.rules.access(peer).view(),
            suspensions: edition.suspensions,
        };
        hello.write().into()
    }

    pub(super) fn on_hello(&mut self, event: ExchangeEvent) {
        match event {
            Rr::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                let Some(peer) = keys::public_key(&peer) else { return };
                let known = self.greet(peer, &request.body, None);
                // After greeting, so that the answer already says what the peer's clock made of its access.
                let answer = (1, Outcome::Answer(self.hello_for(&peer)));
                let _ = self.swarm.behaviour_mut().hello.send_response(channel, answer); // fails if the connection is gone
                match known {
                    Ok(greeting) => self.on_greeting(peer, greeting),
                    // The peer finds the same in the answer and closes; if not, the connection ends for want of a hello.
                    Err(reason) => self.note_failure(peer, &reason),
                }
            }
            Rr::Message { message: Message::Response { request_id, response: (_, outcome) }, .. } => {
                let Some((peer, said)) = self.hellos.remove(&request_id) else { return };
                let round_trip = self.mono().saturating_sub(said);
                let known = match outcome {
                    Outcome::Answer(body) => self.greet(peer, &body, Some(round_trip)),
                    Outcome::Busy | Outcome::Refused(_) => Err(Refusal::Hello("it does not answer with a hello".into())),
                };
                match known {
                    Ok(greeting) => self.on_greeting(peer, greeting),
                    Err(reason) => self.part(peer, &reason),
                }
            }
            Rr::OutboundFailure { request_id, error, .. } => {
                let Some((peer, _)) = self.hellos.remove(&request_id) else { return };
                debug!(%peer, %error, "hello failed");
                // A connection that closed says so itself.
                if !matches!(error, libp2p::request_response::OutboundFailure::ConnectionClosed) {
                    self.part(peer, &Refusal::Hello(error.to_string()));
                }
            }
            Rr::InboundFailure { .. } | Rr::ResponseSent { .. } => {}
        }
    }

    /// Takes in what a peer says.
    fn greet(&mut self, peer: PublicKey, body: &[u8], round_trip: Option<Duration>) -> Result<Greeting, Refusal> {
        let hello = Hello::read(body).map_err(|error| Refusal::Hello(error.to_string()))?;
        let theirs = hello.versions();
        let version = best_common(&self.versions, &theirs).ok_or_else(|| Refusal::Version { ours: self.versions.clone(), theirs })?;
        // On the way the peer's clock went on: half the round trip.
        let travelled = i64::try_from(round_trip.unwrap_or_default().as_millis() / 2).unwrap_or(i64::MAX);
        let offset = i128::from(hello.now.0) - i128::from(self.rules.now().0) + i128::from(travelled);
        let clock_offset_ms = offset.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        self.rules.note_clock(&peer, clock_offset_ms);
        let mono = self.mono();
        let entry = self.peer_mut(peer);
        entry.last_heard = mono;
        entry.round_trip = round_trip.or(entry.round_trip);
        Ok(Greeting { version, edition: hello.edition(), clock_offset_ms, access: self.rules.access(&peer), sees_us_as: hello.you })
    }

    fn on_greeting(&mut self, peer: PublicKey, greeting: Greeting) {
        let (now, own) = (self.rules.now(), self.rules.membership().edition());
        let entry = self.peer_mut(peer);
        let Some(link) = entry.links.last() else { return }; // closed meanwhile
        let (outbound, address) = (link.outbound, super::shown(&link.address));
        let before = entry.greeting.replace(greeting.clone());
        entry.settle_if_alike(own);
        entry.backoff.succeeded();
        entry.last_failure = None;
        for probe in entry.probes.drain(..) {
            let _ = probe.send(Ok(Probed { peer, greeting: greeting.clone() })); // whoever asked may have given up
        }
        if before.is_none() {
            self.bootstrap.iter_mut().for_each(|entry| entry.backoff.succeeded());
            let entry = self.peer_mut(peer);
            entry.since = now;
            info!(%peer, %address, outbound, version = greeting.version, access = %greeting.access, seen = %greeting.sees_us_as, "peer is up");
        }
        // Every hello is told: the node needs each peer's clock anew after its own has jumped.
        self.emit(Event::Up { peer, outbound, address, greeting });
        self.send_waiting(peer);
        self.finish_gain(peer);
    }

    /// Ends the connections with a peer that cannot be talked to.
    pub(super) fn part(&mut self, peer: PublicKey, reason: &Refusal) {
        self.note_failure(peer, reason);
        let links: Vec<_> = self.peer_mut(peer).links.iter().map(|link| link.id).collect();
        for id in links {
            self.swarm.close_connection(id);
        }
    }

    /// Notes and reports why a connected peer cannot be talked to; whatever waits for it fails.
    fn note_failure(&mut self, peer: PublicKey, reason: &Refusal) {
        let (mono, waits, chance) = (self.mono(), self.waits(), self.chance.next());
        let entry = self.peer_mut(peer);
        entry.fail_to_greet(reason, waits, mono, chance);
        let fresh: Vec<_> = entry.links.iter_mut().filter_map(|link| (!std::mem::replace(&mut link.reported, true)).then(|| (link.address.clone(), link.outbound))).collect();
        for (address, outbound) in fresh {
            self.refuse(Some(peer), &address, outbound, reason.clone());
        }
    }
}

//! Questions and answers, with quotas in both directions.

use bytes::Bytes;
use libp2p::{
    core::upgrade::NegotiationError,
    request_response::{Event as Rr, InboundFailure, Message, OutboundFailure, ResponseChannel},
};
use tracing::debug;
use verbund_protocol::{
    hello::View,
    limits::{HANDSHAKE_TIMEOUT, MAX_UNANSWERED, MAX_UNANSWERED_BYTES, MAX_WAITING_REQUESTS},
    sign::PublicKey,
    wire::Protocol,
};

use super::{
    super::{
        api::{Answer, Event, Outcome, RequestError, Responder},
        exchange::{ExchangeEvent, Frame, Reply},
        keys,
        peers::{Peer, Question},
    },
    Asked, Engine,
};

impl Engine {
    /// Sends a question, or dials first, or waits until what the peer knows of the membership is here too.
    pub(super) fn ask(&mut self, peer: PublicKey, question: Question) {
        match self.may_ask(&peer, &question) {
            Err(error) => fail(question, error),
            Ok(()) => {
                self.peer_mut(peer).waiting.push_back(question);
                if self.peer_mut(peer).greeting.is_some() {
                    self.send_waiting(peer);
                } else {
                    self.dial(peer, false);
                }
            }
        }
    }

    fn may_ask(&mut self, peer: &PublicKey, question: &Question) -> Result<(), RequestError> {
        let (protocol, size, mono) = (question.protocol, question.body.len(), self.mono());
        if *peer == self.me {
            return Err(RequestError::Own);
        }
        if size > protocol.max_request() {
            return Err(RequestError::TooLarge { protocol, size });
        }
        let access = self.rules.access(peer);
        if !access.is_full() && !protocol.open_to_guests() {
            return Err(RequestError::NotAllowed(access));
        }
        let (max_open, busy) = (self.tuning.open_requests, RequestError::Busy { by_peer: false });
        let entry = self.peer_mut(*peer);
        if let Some(greeting) = entry.greeting.as_ref().filter(|greeting| greeting.sees_us_as != View::Member && !protocol.open_to_guests()) {
            return Err(RequestError::Refused(seen(greeting.sees_us_as)));
        }
        if entry.waiting.len() >= MAX_WAITING_REQUESTS || entry.open_out[protocol as usize] >= max_open {
            return Err(busy);
        }
        entry.quota_out.take(protocol, mono).map_err(|_| busy)
    }

    /// Sends what waited, as far as it may be sent now.
    pub(super) fn send_waiting(&mut self, peer: PublicKey) {
        let entry = self.peer_mut(peer);
        let Some(greeting) = entry.greeting.clone() else { return };
        let (waiting, settled) = (std::mem::take(&mut entry.waiting), entry.is_settled());
        // A connection made when the peer was a guest carries nothing else; another one follows.
        let not_yet = !settled || !self.swarm.behaviour().gate.carries_all(&peer);
        let access = self.rules.access(&peer);
        for question in waiting {
            if question.protocol.open_to_guests() {
                self.send(peer, question);
            } else if !access.is_full() {
                fail(question, RequestError::NotAllowed(access.clone()));
            } else if greeting.sees_us_as != View::Member {
                fail(question, RequestError::Refused(seen(greeting.sees_us_as)));
            } else if not_yet {
                self.peer_mut(peer).waiting.push_back(question);
            } else {
                self.send(peer, question);
            }
        }
    }

    fn send(&mut self, peer: PublicKey, question: Question) {
        let Question { protocol, body, reply, asked: _ } = question;
        let mono = self.mono();
        let entry = self.peer_mut(peer);
        entry.open_out[protocol as usize] += 1;
        entry.last_used = mono;
        let id = self.swarm.behaviour_mut().exchange(protocol).send_request(&keys::peer_id(&peer), Frame { version: 0, body });
        self.asked.insert((protocol, id), Asked { peer, reply, sent: mono });
    }

    pub(super) fn on_exchange(&mut self, protocol: Protocol, event: ExchangeEvent) {
        match event {
            Rr::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                if let Some(peer) = keys::public_key(&peer) {
                    self.on_request(peer, protocol, request, channel);
                }
            }
            Rr::Message { message: Message::Response { request_id, response: (version, outcome) }, .. } => {
                let result = match outcome {
                    Outcome::Answer(body) => Ok(Answer { version, body }),
                    Outcome::Busy => Err(RequestError::Busy { by_peer: true }),
                    Outcome::Refused(reason) => Err(RequestError::Refused(reason)),
                };
                self.settle((protocol, request_id), |_| result);
            }
            Rr::OutboundFailure { request_id, error, .. } => self.settle((protocol, request_id), |view| Err(request_error(protocol, &error, view))),
            Rr::InboundFailure { peer, error, .. } => {
                // The asking side repeats what it still wants to know.
                if !matches!(error, InboundFailure::ConnectionClosed) {
                    debug!(%peer, %protocol, %error, "a question could not be answered");
                }
            }
            Rr::ResponseSent { .. } => {}
        }
    }

    /// Fails questions that should long have ended by themselves, so that whatever libp2p does nobody waits for ever.
    pub(super) fn expire_asked(&mut self) {
        let now = self.mono();
        let late = |protocol: Protocol, asked: &Asked| now.saturating_sub(asked.sent) > protocol.timeout() + HANDSHAKE_TIMEOUT;
        let overdue: Vec<_> = self.asked.iter().filter(|((protocol, _), asked)| late(*protocol, asked)).map(|(key, _)| *key).collect();
        for key in overdue {
            self.settle(key, |_| Err(RequestError::Timeout));
        }
    }

    /// Hands a result to whoever asked.
    fn settle(&mut self, key: (Protocol, libp2p::request_response::OutboundRequestId), result: impl FnOnce(View) -> Result<Answer, RequestError>) {
        let Some(Asked { peer, reply, .. }) = self.asked.remove(&key) else { return };
        let mono = self.mono();
        let entry = self.peer_mut(peer);
        let open = &mut entry.open_out[key.0 as usize];
        *open = open.saturating_sub(1);
        entry.last_used = mono;
        let view = entry.greeting.as_ref().map_or(View::Member, |greeting| greeting.sees_us_as);
        let result = result(view);
        if result.is_ok() {
            entry.last_heard = mono;
        }
        let _ = reply.send(result); // whoever asked may have given up
    }

    fn on_request(&mut self, peer: PublicKey, protocol: Protocol, frame: Frame, channel: ResponseChannel<(u16, Outcome)>) {
        let Frame { version, body } = frame;
        let reply = Reply { peer, protocol, size: body.len(), channel };
        match self.may_be_asked(&peer, protocol, &body) {
            Ok(()) => {
                self.unanswered += 1;
                self.unanswered_bytes += body.len();
                self.peer_mut(peer).open_in[protocol as usize] += 1;
                let respond = Responder(Some((reply, self.back_to.clone())));
                self.emit(Event::Request { from: peer, protocol, version, body, respond });
            }
            Err(outcome) => self.answer(reply, outcome),
        }
    }

    fn may_be_asked(&mut self, peer: &PublicKey, protocol: Protocol, body: &Bytes) -> Result<(), Outcome> {
        let mono = self.mono();
        // The connection was made under the peer's standing; this catches a clock that went wrong since.
        let access = self.rules.access(peer);
        if !access.is_full() && !protocol.open_to_guests() {
            return Err(Outcome::Refused(seen(access.view())));
        }
        if !protocol.open_to_guests() && !self.peers.get(peer).is_some_and(Peer::is_settled) {
            return Err(Outcome::Busy); // this node synchronises first
        }
        if self.unanswered >= MAX_UNANSWERED || self.unanswered_bytes + body.len() > MAX_UNANSWERED_BYTES {
            return Err(Outcome::Busy);
        }
        // A little more than an honest peer opens, since its count goes down before ours.
        let max_open = 2 * self.tuning.open_requests;
        let entry = self.peer_mut(*peer);
        entry.last_heard = mono;
        entry.last_used = mono;
        if entry.open_in[protocol as usize] >= max_open {
            return Err(Outcome::Busy);
        }
        entry.quota_in.take(protocol, mono).map_err(|_| Outcome::Busy)
    }

    pub(super) fn on_reply(&mut self, reply: Reply, outcome: Outcome) {
        self.unanswered = self.unanswered.saturating_sub(1);
        self.unanswered_bytes = self.unanswered_bytes.saturating_sub(reply.size);
        let peer = reply.peer;
        if let Some(entry) = self.peers.get_mut(&peer) {
            let open = &mut entry.open_in[reply.protocol as usize];
            *open = open.saturating_sub(1);
        }
        // Between question and answer the peer may have lost the right to it.
        let access = self.rules.access(&peer);
        let outcome = if access.is_full() || reply.protocol.open_to_guests() { outcome } else { Outcome::Refused(seen(access.view())) };
        self.answer(reply, outcome);
        self.forget_if_unneeded(&peer);
    }

    fn answer(&mut self, reply: Reply, outcome: Outcome) {
        let version = 0; // the stream knows it
        let _ = self.swarm.behaviour_mut().exchange(reply.protocol).send_response(reply.channel, (version, outcome)); // fails if the connection is gone
    }
}

fn fail(question: Question, error: RequestError) {
    let _ = question.reply.send(Err(error)); // whoever asked may have given up
}

/// What a refused node is told, in words for its people.
fn seen(view: View) -> String {
    format!("this node {view} there")
}

fn request_error(protocol: Protocol, error: &OutboundFailure, view: View) -> RequestError {
    let refused = view != View::Member && !protocol.open_to_guests();
    match error {
        _ if refused => RequestError::Refused(seen(view)),
        OutboundFailure::Timeout => RequestError::Timeout,
        OutboundFailure::UnsupportedProtocols => unsupported(protocol),
        OutboundFailure::Io(error) if is_unsupported(error) => unsupported(protocol),
        OutboundFailure::Io(error) => RequestError::Closed(error.to_string()),
        OutboundFailure::ConnectionClosed | OutboundFailure::DialFailure => RequestError::Closed("the connection closed".into()),
    }
}

/// When only one version is offered, the negotiation's "no" arrives in place of the answer.
fn is_unsupported(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<NegotiationError>());
    matches!(inner, Some(NegotiationError::Failed))
}

fn unsupported(protocol: Protocol) -> RequestError {
    RequestError::Refused(format!("it does not offer the {protocol} protocol to this node at present"))
}

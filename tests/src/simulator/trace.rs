//! Everything that happens, as one hash: two runs of a seed are the same if their hashes are.

use sha2::Digest as _;
use verbund_node::{runtime::core::Input, store::audit};

use super::World;

/// The hash so far.
#[derive(Clone, Default)]
pub(super) struct Trace(sha2::Sha256);

impl Trace {
    fn add(&mut self, what: &[u8]) {
        self.0.update((what.len() as u64).to_le_bytes());
        self.0.update(what);
    }
    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }
}

impl World {
    /// Returns a hash over everything that happened, equal for two runs of one seed.
    pub fn trace(&self) -> String {
        self.trace.clone().0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Adds what all stores came to: the head of an audit stands for all that was done there, when and by whom.
    pub(super) fn note_stores(&mut self) {
        for at in 0..self.len() {
            if let Some(head) = self.store(at).and_then(|store| audit::head(store.db()).ok()) {
                self.trace.number(head.len);
                self.trace.add(&head.hash.0);
            }
        }
    }

    pub(super) fn note(&mut self, what: &[u8]) {
        self.trace.add(what);
    }

    pub(super) fn note_input(&mut self, at: usize, input: &Input) {
        let trace = &mut self.trace;
        trace.number(self.now.0);
        trace.number(at as u64);
        match input {
            Input::Tick => trace.number(0),
            Input::Up { peer, clock_offset_ms, edition } => {
                trace.number(edition.document);
                trace.add(edition.suspensions.as_bytes());
                trace.number(1);
                trace.add(peer.as_bytes());
                trace.number(clock_offset_ms.cast_unsigned());
            }
            Input::Down(peer) => {
                trace.number(2);
                trace.add(peer.as_bytes());
            }
            Input::Request { id, from, protocol, body, checked: _ } => {
                trace.number(3);
                trace.number(*id);
                trace.add(from.as_bytes());
                trace.number(*protocol as u64);
                trace.add(body);
            }
            Input::Response { token, result: Ok(body), .. } => {
                trace.number(4);
                trace.number(*token);
                trace.add(body);
            }
            Input::Response { token, result: Err(failure), .. } => {
                trace.number(5);
                trace.number(*token);
                trace.add(failure.word().as_bytes());
            }
            Input::Gossip { id, bytes } => {
                trace.number(6);
                trace.number(*id);
                trace.add(bytes);
            }
            Input::Job(_) => trace.number(7),
        }
    }
}

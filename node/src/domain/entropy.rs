//! Randomness as an argument, so that the simulator can replay a run from its seed.

use verbund_protocol::id::{ConversationId, LocalId};

/// A source of random bytes.
pub trait Entropy: Send {
    /// Fills `bytes` with random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// Returns `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
    /// Returns a new local name for a patient, case or other thing.
    pub fn local_id(&mut self) -> LocalId {
        LocalId(self.bytes())
    }
    /// Returns a new conversation id.
    pub fn conversation_id(&mut self) -> ConversationId {
        ConversationId(self.bytes())
    }
    /// Returns a number below `bound` (0 if `bound` is 0), for choices where a slight bias does not matter.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(bound).unwrap_or(0)
    }
}

/// The operating system's secure random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Entropy for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// A replayable stream from a seed, for simulator runs and tests only: SHA-256 in counter mode.
#[derive(Clone, Debug)]
pub struct Seeded {
    seed: [u8; 32],
    counter: u64,
    left: Vec<u8>,
}

impl Seeded {
    /// Returns the stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        use sha2::Digest as _;
        Self { seed: sha2::Sha256::digest(seed.to_le_bytes()).into(), counter: 0, left: Vec::new() }
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        use sha2::Digest as _;
        for byte in bytes {
            if self.left.is_empty() {
                let block = sha2::Sha256::new_with_prefix(self.seed).chain_update(self.counter.to_le_bytes()).finalize();
                self.counter += 1;
                self.left = block.to_vec();
            }
            *byte = self.left.pop().unwrap_or_default();
        }
    }
}

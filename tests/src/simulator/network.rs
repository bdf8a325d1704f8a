//! What the virtual network does to what is sent.

use std::collections::BTreeSet;

use super::Random;

/// How bad the network is. Chances are per mille of all deliveries.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Lost: the sender sees a time-out, whether the question or the answer was lost.
    pub loss: u64,
    /// Delivered twice.
    pub repeat: u64,
    /// Delivered up to three hours later: once more, or for the first time.
    pub late: u64,
    /// Delay between these bounds, milliseconds; a wide span reorders.
    pub delay_ms: (u64, u64),
    /// Crashes right after a commit, before anything that was to follow it, per mille of all turns.
    pub crash: u64,
    /// Up to how long inputs gather for one turn, milliseconds; 0: each has a turn of its own.
    pub gather_ms: u64,
    /// The gate learns of removals and suspensions late: messages reach the core, which must refuse them itself.
    pub late_gate: bool,
    /// Pairs between which nothing passes, one way.
    pub cut: BTreeSet<(usize, usize)>,
    /// Pairs whose link goes up and down every few seconds, both ways.
    pub flapping: BTreeSet<(usize, usize)>,
    /// Nodes that fall over again soon after every start.
    pub crash_loop: BTreeSet<usize>,
    /// Nodes of a later version: whatever they write, signed or not, carries a field that others do not know.
    pub newer: BTreeSet<usize>,
}

/// The longest that a delivery may take: three hours.
pub const LATEST_MS: u64 = 3 * 3_600_000;

impl Faults {
    /// A network without faults.
    pub fn none() -> Self {
        Self {
            loss: 0,
            repeat: 0,
            late: 0,
            delay_ms: (1, 5),
            crash: 0,
            gather_ms: 0,
            late_gate: false,
            cut: BTreeSet::new(),
            flapping: BTreeSet::new(),
            crash_loop: BTreeSet::new(),
            newer: BTreeSet::new(),
        }
    }
    /// A bad day: losses, repeats, delays of seconds.
    pub fn bad_day() -> Self {
        Self { loss: 100, repeat: 100, late: 5, delay_ms: (1, 4_000), crash: 1, ..Self::none() }
    }
    /// Cuts two nodes off from each other, both ways.
    pub fn part(&mut self, a: usize, b: usize) {
        self.cut.extend([(a, b), (b, a)]);
    }
    /// Returns whether something from `from` reaches `to` at all.
    pub fn passes(&self, from: usize, to: usize) -> bool {
        self.cut.is_empty() || !self.cut.contains(&(from, to))
    }
    /// Returns the delay of one delivery, milliseconds.
    pub fn delay(&self, random: &mut Random) -> u64 {
        let (least, most) = self.delay_ms;
        least + random.below(most.saturating_sub(least) + 1)
    }
}

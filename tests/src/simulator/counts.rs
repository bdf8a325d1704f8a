//! What is noted of a run besides its trace.

/// A batch of messages as it arrived at a gate that lets it pass or not.
#[derive(Clone, Debug)]
pub struct Said {
    /// Who sent it.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// The batch's bytes.
    pub body: Vec<u8>,
}

/// How often each fault struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Turns taken by all cores.
    pub turns: u64,
    /// Deliveries lost, to chance or to a cut.
    pub lost: u64,
    /// Deliveries repeated.
    pub repeated: u64,
    /// Crashes.
    pub crashes: u64,
    /// Of these, between commit and what was to follow it.
    pub crashes_after_commit: u64,
    /// Questions that a gate turned away.
    pub gated: u64,
}

impl Counts {
    /// Adds another run's.
    pub fn add(&mut self, other: Self) {
        self.turns += other.turns;
        self.lost += other.lost;
        self.repeated += other.repeated;
        self.crashes += other.crashes;
        self.crashes_after_commit += other.crashes_after_commit;
        self.gated += other.gated;
    }
}

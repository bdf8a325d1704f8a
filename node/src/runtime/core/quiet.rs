//! When an idle node's tick has nothing to do: then the store is not even asked, of which a machine with many nodes has a good deal.

use verbund_protocol::time::Timestamp;

use crate::store::Db;

/// What must still be so for a tick to have nothing to do.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// How much the store had been changed.
    changes: u64,
    /// Whether promises could be ended.
    clock_agrees: bool,
    from: Timestamp,
    until: Timestamp,
}

impl Quiet {
    /// Returns the quiet after a tick at `now` that left nothing to do until `until`.
    pub fn after(db: &Db, clock_agrees: bool, now: Timestamp, until: Timestamp) -> Self {
        Self { changes: db.total_changes(), clock_agrees, from: now, until }
    }
    /// Returns whether it lasts: nothing was written since, no clock was put back, and nothing has become due.
    pub fn lasts(&self, db: &Db, clock_agrees: bool, now: Timestamp) -> bool {
        self.from <= now && now < self.until && self.clock_agrees == clock_agrees && self.changes == db.total_changes()
    }
}

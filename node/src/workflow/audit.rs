//! The audit as people read it, and what peers keep of each other's.

use verbund_protocol::query::{WitnessedHead, WitnessedHeads};

pub use crate::store::audit::{FaultKind, Filter, Line, Report};

use super::{Work, WorkError};
use crate::{
    domain::actor::Role,
    store::{
        Db,
        audit::{
            self,
            witness::{self, Verdict},
        },
    },
};

/// Most entries of one answer.
pub const MAX_LINES: usize = 1_000;

/// Returns the entries that pass `filter`, newest first, at most `limit` and [`MAX_LINES`]. Reading the audit is itself in the audit.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer.
pub fn list(work: &mut Work<'_>, filter: &Filter, limit: usize) -> Result<Vec<Line>, WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    let lines = audit::list(work.db, filter, limit.min(MAX_LINES))?;
    work.audit("audit.list", filter.subject, "supervision", &format!("entries={}", lines.len()))?;
    Ok(lines)
}

/// Checks that the actor may have the chain verified, and notes it.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer or IT; a verification shows no entry.
pub fn begin_verify(work: &mut Work<'_>) -> Result<(), WorkError> {
    work.require(&[Role::PrivacyOfficer, Role::It])?;
    work.audit("audit.verify", None, "supervision", "")
}

/// Recomputes the chain. It reads every entry, so it runs on a reader, beside the writer.
///
/// # Errors
/// The store's; a chain that does not hold is a finding, not an error.
pub fn verify(db: &Db) -> Result<Report, WorkError> {
    Ok(audit::verify(db)?)
}

/// How what one peer has kept compares with this node's chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Witnessed {
    /// Heads that the chain still holds.
    pub hold: usize,
    /// Heads that a restore from a backup lost, openly.
    pub lost_in_restore: usize,
    /// Heads beyond the chain's end: entries were cut off.
    pub cut_off: Vec<WitnessedHead>,
    /// Heads that the chain contradicts: entries were rewritten.
    pub rewritten: Vec<WitnessedHead>,
}

impl Witnessed {
    /// Returns whether nothing contradicts the chain.
    pub fn is_good(&self) -> bool {
        self.cut_off.is_empty() && self.rewritten.is_empty()
    }
}

/// Compares what a peer has kept with this node's chain.
///
/// # Errors
/// The store's.
pub fn compare(db: &Db, kept: &WitnessedHeads) -> Result<Witnessed, WorkError> {
    let mut found = Witnessed::default();
    for head in &kept.heads {
        match witness::compare(db, head)? {
            Verdict::Holds => found.hold += 1,
            Verdict::LostInRestore => found.lost_in_restore += 1,
            Verdict::CutOff => found.cut_off.push(*head),
            Verdict::Rewritten => found.rewritten.push(*head),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::id::Digest;

    use super::*;
    use crate::workflow::bench::{Bench, other};

    #[test]
    fn reading_the_audit_is_in_the_audit() {
        let mut bench = Bench::new();
        assert!(matches!(bench.run(Role::It, |work| list(work, &Filter::default(), 10)), Err(WorkError::Forbidden(_))));
        bench.run(Role::It, begin_verify).unwrap();
        let lines = bench.run(Role::PrivacyOfficer, |work| list(work, &Filter::default(), 10)).unwrap();
        assert_eq!(lines.iter().map(|line| line.action.as_str()).collect::<Vec<_>>(), ["audit.verify"]);
        assert_eq!(bench.audit(1), ["p-privacy-officer audit.list - entries=1"]);
    }

    #[test]
    fn a_peer_tells_what_it_kept_and_we_compare() {
        let mut bench = Bench::new();
        bench.run(Role::It, begin_verify).unwrap();
        let head = audit::head(bench.store.db()).unwrap();
        let good = WitnessedHead { epoch: 1, len: head.len, head: head.hash, seen_at: bench.now };
        let beyond = WitnessedHead { len: 9, ..good };
        let foreign = WitnessedHead { head: Digest([1; 32]), ..good };
        let node = "1".parse().unwrap();
        for seen in [&good, &beyond, &foreign] {
            witness::record(bench.store.db(), &other(), &node, seen).unwrap();
        }
        let kept = WitnessedHeads { heads: witness::kept(bench.store.db(), &other(), &node, 10).unwrap() };
        let found = compare(bench.store.db(), &kept).unwrap();
        assert_eq!(found, Witnessed { hold: 1, lost_in_restore: 0, cut_off: vec![beyond], rewritten: vec![foreign] });
        assert!(!found.is_good());
    }
}

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

/// Checks that the actor may read the audit, and notes it: reading the audit is itself in the audit. Returns what to look for: entries from before
/// this was asked.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer.
pub fn begin_list(work: &mut Work<'_>, filter: Filter) -> Result<Filter, WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    let next = audit::head(work.db)?.len + 1;
    work.audit("audit.list", filter.subject, "supervision", "")?;
    Ok(Filter { before: Some(filter.before.map_or(next, |before| before.min(next))), ..filter })
}

/// Returns the entries that pass `filter`, newest first, at most `limit` and [`MAX_LINES`]. It may read through years of them, so it runs on a reader,
/// beside the writer.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, filter: &Filter, limit: usize) -> Result<Vec<Line>, WorkError> {
    Ok(audit::list(db, filter, limit.min(MAX_LINES))?)
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
        assert!(matches!(bench.run(Role::It, |work| begin_list(work, Filter::default())), Err(WorkError::Forbidden(_))));
        bench.run(Role::It, begin_verify).unwrap();
        let listed = |bench: &mut Bench, filter: Filter| {
            let filter = bench.run(Role::PrivacyOfficer, |work| begin_list(work, filter)).unwrap();
            list(bench.store.db(), &filter, 10).unwrap().into_iter().map(|line| line.action).collect::<Vec<_>>()
        };
        assert_eq!(listed(&mut bench, Filter::default()), ["audit.verify"]);
        assert_eq!(bench.audit(1), ["p-privacy-officer audit.list -"]);
        assert_eq!(listed(&mut bench, Filter::default()), ["audit.list", "audit.verify"]);
        assert_eq!(listed(&mut bench, Filter { before: Some(2), ..Filter::default() }), ["audit.verify"]);
        assert_eq!(listed(&mut bench, Filter { before: Some(900), ..Filter::default() }), ["audit.list", "audit.list", "audit.list", "audit.verify"]);
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

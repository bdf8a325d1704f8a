//! Free places: what one department states, who may state it, and which of two statements holds.
//!
//! There is one record per facility and department. It has one writer, the node of the member that speaks for the
//! facility, and is ordered by the writer's own count ([`Order`]), never by a clock. No field can hold data of a patient:
//! all but the department's short name are numbers, days and codes of shared code lists.

mod confirmation;
mod equivocation;
mod record;
#[cfg(test)]
mod tests;

pub use confirmation::{Confirmation, ConfirmationError, ConfirmationQuestion, SignedConfirmation};
pub use equivocation::{EquivocationProof, ProofError};
pub use record::{Age, CapacityError, CapacityRecord, DepartmentId, SignedCapacity, age};

use crate::{
    address::Order,
    planted::{Bug, planted},
};

/// What a node holds for one department: the statement that counts, and a proof if its writer was ever caught saying two
/// different things under one count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The statement that counts.
    pub record: SignedCapacity,
    /// The first contradiction known.
    pub proof: Option<EquivocationProof>,
}

/// What taking a record or proof changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Nothing: known or older.
    Known,
    /// A newer statement now counts.
    Newer,
    /// Another statement with the order of the held one: a proof was made. Says whether the new statement is the one that counts.
    Contradiction {
        /// Whether the new statement replaces the held one.
        replaced: bool,
    },
}

impl Held {
    /// Returns what is held after a first record.
    pub fn first(record: SignedCapacity) -> Self {
        Self { record, proof: None }
    }

    /// Takes another signed record of the same department.
    ///
    /// The higher order counts. Of two statements with the same order, the one whose hash is lower counts, at every node the
    /// same one, so that all show the same whatever came first; both are kept as proof.
    pub fn take(&mut self, other: SignedCapacity) -> Merged {
        if other.record.order == self.record.record.order && other.digest != self.record.digest {
            let news = self.keep(EquivocationProof::of(&self.record, &other));
            let replaced = other.rank() > self.record.rank();
            if replaced {
                self.record = other;
            }
            return if news || replaced { Merged::Contradiction { replaced } } else { Merged::Known };
        }
        if other.rank() <= self.record.rank() && !planted(Bug::LowerOrderWins) {
            return Merged::Known;
        }
        self.record = other;
        Merged::Newer
    }

    /// Keeps a proof; of several, the one with the lowest order, then the lowest hashes. Returns whether it is news.
    pub fn keep(&mut self, proof: EquivocationProof) -> bool {
        let better = self.proof.as_ref().is_none_or(|held| proof.rank() < held.rank());
        if better {
            self.proof = Some(proof);
        }
        better
    }

    /// Takes all that another node holds of the same department.
    pub fn merge(&mut self, other: Self) {
        self.take(other.record);
        if let Some(proof) = other.proof {
            self.keep(proof);
        }
    }
}

/// Returns the order that follows `last`, in this node's present epoch.
pub fn next_order(last: Option<Order>, epoch: u32) -> Order {
    match last {
        Some(last) if last.epoch >= epoch => Order { epoch: last.epoch, seq: last.seq.saturating_add(1) },
        _ => Order { epoch, seq: 1 },
    }
}

//! Anti-entropy: how two nodes come to hold the same public records, whatever gossip lost.
//!
//! One side opens a round by telling digests of what it holds; the other names what differs; then records travel both
//! ways until both hold the same. The rule is pure: a [`Replica`] is what a node (or a test) holds, [`respond`] is the
//! asked side, [`Session`] the asking one. A round ends by itself: every step hands over something or is the last.
//!
//! The network document comes first, then suspensions, then the rest, because the later are judged by the earlier. A peer
//! that is not in the member list, or suspended, exchanges documents and suspensions only ([`Scope::Documents`]).

mod clock;
mod exchange;
mod index;
mod message;
#[cfg(test)]
mod tests;

pub use clock::{ClockVerdict, clock_agreement};
pub use exchange::{Replica, Session, Taken, Tally, respond};
pub use index::{Head, Index, Stamp};
pub use message::{Announcement, Bucket, Holding, Item, Request, Response, Sum, Want};

use minicbor::{Decode, Encode};

/// The sets that are replicated beside the network document, in the order in which they are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Set {
    /// Suspensions and their early ends; nothing is ever replaced.
    #[n(0)]
    Suspensions,
    /// Address records, one for each node.
    #[n(1)]
    Addresses,
    /// Capacity records, one for each department.
    #[n(2)]
    Capacity,
    /// Equivocation proofs, one for each department.
    #[n(3)]
    Proofs,
}

impl Set {
    /// All sets, in the order in which they are exchanged.
    pub const ALL: [Self; 4] = [Self::Suspensions, Self::Addresses, Self::Capacity, Self::Proofs];

    /// Returns into how many buckets the set is divided for comparison: about one for every hundred records of a large network.
    pub const fn buckets(self) -> usize {
        match self {
            Self::Suspensions | Self::Proofs => 1,
            Self::Addresses => 16,
            Self::Capacity => 64,
        }
    }
    /// Returns whether a record of higher order replaces one of lower order. If not, what differs is exchanged both ways.
    const fn ordered(self) -> bool {
        matches!(self, Self::Addresses | Self::Capacity)
    }
}

/// What two nodes may exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Network document and suspensions only.
    Documents,
    /// All public records.
    All,
}

impl Scope {
    /// Returns whether `set` is within this scope.
    pub fn allows(self, set: Set) -> bool {
        self == Self::All || set == Set::Suspensions
    }
}

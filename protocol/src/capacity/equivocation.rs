//! Proof that a writer said two different things under one count.

use minicbor::{Decode, Encode};

use super::{CapacityError, DepartmentId, SignedCapacity};
use crate::{
    address::Order,
    cbor::{self, Malformed},
    id::{Digest, NetworkId},
    limits::MAX_CAPACITY_RECORD,
    membership::Membership,
};

/// Two validly signed records of one department with one order and different content. Anyone can verify it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquivocationProof {
    /// Which department.
    pub id: DepartmentId,
    /// The order that both records carry.
    pub order: Order,
    /// Hashes of the two contents, the lower first.
    pub digests: [Digest; 2],
    /// The exact bytes of the two records, in the order of `digests`.
    pub records: [Vec<u8>; 2],
}

/// A proof does not prove, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not the expected CBOR.
    #[error("equivocation proof: {0}")]
    Malformed(#[from] Malformed),
    /// One of the records does not hold.
    #[error("equivocation proof: {0}")]
    Record(#[from] CapacityError),
    /// The records differ in department or order, or say the same.
    #[error("equivocation proof: the two records do not contradict each other")]
    NoContradiction,
}

/// The proof on the wire.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[cbor(n(0), with = "minicbor::bytes")]
    first: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    second: Vec<u8>,
}

impl EquivocationProof {
    /// Returns the proof made of two records that are known to contradict each other.
    pub(super) fn of(a: &SignedCapacity, b: &SignedCapacity) -> Self {
        let (low, high) = if a.digest <= b.digest { (a, b) } else { (b, a) };
        Self { id: low.record.id.clone(), order: low.record.order, digests: [low.digest, high.digest], records: [low.bytes().to_vec(), high.bytes().to_vec()] }
    }

    /// Verifies the bytes of a proof: both records, and that they contradict each other.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, ProofError> {
        let Wire { first, second } = cbor::read(bytes, 2 * MAX_CAPACITY_RECORD + 16)?;
        let first = SignedCapacity::open(network, membership, &first)?;
        let second = SignedCapacity::open(network, membership, &second)?;
        let same = first.record.id == second.record.id && first.record.order == second.record.order;
        if same && first.digest != second.digest { Ok(Self::of(&first, &second)) } else { Err(ProofError::NoContradiction) }
    }

    /// Reads back a proof that was verified before (from the node's own store).
    ///
    /// # Errors
    /// [`ProofError`] if the bytes are no proof.
    pub fn trusted(bytes: &[u8]) -> Result<Self, ProofError> {
        let Wire { first, second } = cbor::read(bytes, 2 * MAX_CAPACITY_RECORD + 16)?;
        Ok(Self::of(&SignedCapacity::trusted(&first)?, &SignedCapacity::trusted(&second)?))
    }

    /// Returns the proof as it is stored and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = self.records.clone();
        cbor::write(&Wire { first, second })
    }

    /// Which of two proofs about one department is kept: the lower.
    pub(super) fn rank(&self) -> (Order, &[Digest; 2]) {
        (self.order, &self.digests)
    }
}

//! What this node holds, as the exchange sees it.

use verbund_protocol::{
    cbor,
    id::Digest,
    sync::{Holding, Index, Replica, Set, Taken},
};

use super::{Told, address, document, take};
use crate::workflow::{Work, WorkError};

/// The node's public records within one piece of work.
pub(super) struct Held<'w, 'a>(pub(super) &'w mut Work<'a>);

impl Replica for Held<'_, '_> {
    type Error = WorkError;

    fn holding(&self) -> Holding {
        let held = self.0.membership.held();
        Holding { document: held.document.version, digest: held.digest() }
    }
    fn document_after(&self, version: u64) -> Option<Vec<u8>> {
        self.0.membership.next_after(version).map(|document| document.bytes().to_vec())
    }
    fn index(&self, set: Set) -> &Index {
        &self.0.public.indexes[set as usize]
    }
    fn record(&self, set: Set, key: &[u8]) -> Result<Option<Vec<u8>>, WorkError> {
        let public = &self.0.public;
        let department = || cbor::read(key, key.len()).ok().and_then(|id| public.board.get(&id));
        Ok(match set {
            Set::Suspensions => Digest::from_slice(key).and_then(|digest| self.0.membership.suspensions().get(&digest)).map(|suspension| suspension.bytes.clone()),
            Set::Addresses => address::bytes(public, key),
            Set::Capacity => department().map(|held| held.record.bytes().to_vec()),
            Set::Proofs => department().and_then(|held| held.proof.as_ref()).map(|proof| proof.to_bytes()),
        })
    }
    fn take_document(&mut self, bytes: &[u8]) -> Result<Taken, WorkError> {
        Ok(document::take(self.0, bytes, Told::Nobody)?.into())
    }
    fn take(&mut self, set: Set, bytes: &[u8]) -> Result<Taken, WorkError> {
        take(self.0, set, bytes, Told::Nobody)
    }
}

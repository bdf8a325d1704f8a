//! Answering peers that ask for ranges.

use std::sync::Arc;

use tracing::{debug, warn};
use verbund_protocol::{
    document::{Ask as Asked, Grant, RangeAnswer, RangeRequest, Refusal},
    id::{DocumentRoot, MemberId},
    limits::RANGES_PER_PEER,
    membership::{Membership, Standing},
    sign::PublicKey,
};

use super::{MAX_OPEN, Transfers, blocking};
use crate::store::{blob::Blob, document};

/// What a peer that asks too much at once is told to wait, milliseconds.
const BUSY_MS: u32 = 50;

impl Transfers {
    /// Returns the answer to a request of the document protocol. Everything is checked anew for each range: standing of the
    /// asker, signature, giver and recipient, document and range, whether the grant was taken back, expiry.
    pub async fn answer(&self, from: PublicKey, body: impl AsRef<[u8]> + Send + 'static) -> Vec<u8> {
        if !self.enter(from) {
            return RangeAnswer::refuse(Refusal::Busy, Some(BUSY_MS));
        }
        let this = self.clone();
        let answer = blocking(move || this.prepare(&from, body.as_ref())).await;
        self.leave(from);
        answer.unwrap_or_else(|why| {
            debug!(%why, "range refused");
            RangeAnswer::refuse(why, None)
        })
    }

    fn enter(&self, peer: PublicKey) -> bool {
        let mut state = self.state();
        let count = state.serving.entry(peer).or_default();
        let free = *count < RANGES_PER_PEER;
        *count += usize::from(free);
        free
    }

    fn leave(&self, peer: PublicKey) {
        let mut state = self.state();
        if let Some(count) = state.serving.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                state.serving.remove(&peer);
            }
        }
    }

    fn prepare(&self, from: &PublicKey, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let request = RangeRequest::read(body).map_err(|_| Refusal::Invalid)?;
        let grant = self.allowed(from, &request)?;
        let blob = self.blob(grant.root, grant.size)?;
        blob.answer(request.offset).map_err(|error| {
            warn!(root = %grant.root, error = &error as &dyn std::error::Error, "a range could not be read");
            error.refusal()
        })
    }

    fn allowed(&self, from: &PublicKey, request: &RangeRequest) -> Result<Grant, Refusal> {
        let now = self.now();
        let membership = self.parts().membership.load();
        let by = match membership.standing(from, now) {
            Standing::Member(member) if membership.freshness(now).may_continue() => member,
            Standing::Member(_) | Standing::Suspended { .. } | Standing::Removed { .. } | Standing::Unlisted => return Err(Refusal::NotMember),
        };
        let grant = self.grant(&membership, &request.grant)?;
        let ask = Asked { by: &by, of: &self.parts().me as &MemberId, root: request.root, offset: request.offset, length: request.length, now };
        let reader = self.parts().readers.get().map_err(|_| Refusal::Busy)?;
        let live = document::is_live(&reader, &grant.id, &request.grant).map_err(|_| Refusal::Busy)?;
        grant.check(&ask, |_| !live)?;
        Ok(grant)
    }

    /// Returns a grant whose signature holds by this network document. Everything else about it is asked at every range.
    fn grant(&self, membership: &Membership, bytes: &[u8]) -> Result<Grant, Refusal> {
        let version = membership.held().document.version;
        {
            let state = self.state();
            if let Some(grant) = state.grants.1.get(bytes).filter(|_| state.grants.0 == version) {
                return Ok(grant.clone());
            }
        }
        let grant = Grant::open(&self.parts().network, membership, bytes).map_err(|_| Refusal::Invalid)?;
        let mut state = self.state();
        let (held, grants) = &mut state.grants;
        if *held != version || grants.len() >= MAX_OPEN {
            grants.clear();
        }
        *held = version;
        grants.insert(bytes.to_vec(), grant.clone());
        Ok(grant)
    }

    fn blob(&self, root: DocumentRoot, size: u64) -> Result<Arc<Blob>, Refusal> {
        if let Some(open) = self.state().open.get(&root) {
            return Ok(open.clone());
        }
        let blob = self.parts().files.blobs().blob(root, size).map(Arc::new).map_err(|error| {
            warn!(%root, error = &error as &dyn std::error::Error, "a document that was offered cannot be served");
            error.refusal()
        })?;
        let mut state = self.state();
        if state.open.len() >= MAX_OPEN {
            state.open.clear();
        }
        state.open.insert(root, blob.clone());
        Ok(blob)
    }
}

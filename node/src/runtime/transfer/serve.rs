//! Answering peers that ask for ranges.

use std::sync::Arc;

use tracing::{debug, warn};
use verbund_protocol::{
    document::{Ask as Asked, Grant, RangeAnswer, RangeRequest, Refusal},
    id::{DocumentRoot, GrantId, MemberId},
    limits::{MAX_RANGE_ANSWER, RANGES_PER_PEER, SMALL_DOCUMENT},
    membership::Standing,
    sign::PublicKey,
};

use super::{MAX_OPEN, Transfers, blocking};
use crate::{
    domain::actor::Actor,
    store::{Db, blob::Blob, document},
    workflow::document as workflow,
};

/// What a peer that asks too much at once is told to wait, milliseconds.
const BUSY_MS: u32 = 50;
/// More bytes than an answer has around what it carries.
const WRAPPING: usize = 16;

impl Transfers {
    /// Returns the answer to a request of the document protocol. Everything is checked anew for each range: standing of the
    /// asker, signature, giver and recipient, document and range, whether the grant was taken back, expiry. The end of a document is given
    /// out only after it is written down that it was.
    pub async fn answer(&self, from: PublicKey, body: impl AsRef<[u8]> + Send + 'static) -> Vec<u8> {
        if !self.enter(from) {
            return RangeAnswer::refuse(Refusal::Busy, Some(BUSY_MS));
        }
        let this = self.clone();
        let answer = match blocking(move || this.prepare(&from, body.as_ref())).await {
            Ok((answer, ended)) => self.written_down(ended).await.map(|()| answer),
            Err(why) => Err(why),
        };
        self.leave(from);
        answer.unwrap_or_else(refused)
    }

    /// Writes down what is about to be fetched to its end.
    async fn written_down(&self, ended: Vec<GrantId>) -> Result<(), Refusal> {
        if ended.is_empty() {
            return Ok(());
        }
        let written = self.parts().desk.ask(&Actor::Node, move |work| workflow::fetched(work, &ended)).await;
        written.map_err(|error| {
            warn!(error = &error as &dyn std::error::Error, "that a document is fetched could not be written down");
            Refusal::Busy
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

    /// Returns the answer, and the grants whose documents it brings to their end for the first time.
    fn prepare(&self, from: &PublicKey, body: &[u8]) -> Result<(Vec<u8>, Vec<GrantId>), Refusal> {
        let request = RangeRequest::read(body).map_err(|_| Refusal::Invalid)?;
        let now = self.now();
        let membership = self.parts().membership.load();
        let by = match membership.standing(from, now) {
            Standing::Member(member) if membership.freshness(now).may_continue() => member,
            Standing::Member(_) | Standing::Suspended { .. } | Standing::Removed { .. } | Standing::Unlisted => return Err(Refusal::NotMember),
        };
        let reader = self.parts().readers.get().map_err(|_| Refusal::Busy)?;
        // One view of the store for all: each commit makes a reader read its pages anew.
        let view = reader.unchecked_transaction().map_err(|_| Refusal::Busy)?;
        let ask = Asked { by: &by, of: &self.parts().me as &MemberId, root: request.root, offset: request.offset, length: request.length, now };
        let mut ended = Vec::new();
        let first = granted(&view, &request.grant).and_then(|(grant, live)| {
            if !live {
                // Whether it ever was a grant, its signature says.
                Grant::open(&self.parts().network, &membership, &request.grant).map_err(|_| Refusal::Invalid)?;
            }
            let answer = self.given(&grant, &ask, live)?;
            ended.extend(last(&view, &grant, &ask)?);
            Ok(answer)
        });
        let Some(further) = request.further else { return first.map(|first| (first, ended)) };
        let first = first.unwrap_or_else(refused);
        // What does not fit is asked for again.
        let mut room = MAX_RANGE_ANSWER.saturating_sub(first.len() + WRAPPING);
        let mut answers = Vec::with_capacity(further.len());
        for one in further {
            if one.size > SMALL_DOCUMENT {
                return Err(Refusal::Invalid);
            }
            let ask = Asked { root: one.root, offset: 0, length: one.size, ..ask };
            // Signatures are not verified by the dozen: what is no live grant is told why when it is asked for alone.
            let answer = match granted(&view, &one.grant) {
                Ok((grant, true)) => self.given(&grant, &ask, true).and_then(|answer| Ok((answer, last(&view, &grant, &ask)?))),
                Ok((_, false)) => Err(Refusal::Revoked),
                Err(why) => Err(why),
            };
            let (answer, last) = answer.unwrap_or_else(|why| (refused(why), None));
            let Some(left) = room.checked_sub(answer.len() + WRAPPING) else { break };
            room = left;
            answers.push(answer);
            ended.extend(last);
        }
        Ok((RangeAnswer::with(&first, &answers).map_err(|_| Refusal::Invalid)?, ended))
    }

    /// Returns the answer for one range. Everything is asked anew each time.
    fn given(&self, grant: &Grant, ask: &Asked<'_>, live: bool) -> Result<Vec<u8>, Refusal> {
        grant.check(ask, |_| !live)?;
        let blob = self.blob(grant.root, grant.size)?;
        blob.answer(ask.offset).map_err(|error| {
            warn!(root = %grant.root, error = &error as &dyn std::error::Error, "a range could not be read");
            error.refusal()
        })
    }

    fn blob(&self, root: DocumentRoot, size: u64) -> Result<Arc<Blob>, Refusal> {
        if let Some(open) = self.state().open.get(&root) {
            return Ok(open.clone());
        }
        let blob = self.parts().files.blobs().blob(root, size).map(Arc::new).map_err(|error| {
            warn!(%root, error = &error as &dyn std::error::Error, "a document that was offered cannot be served");
            error.refusal()
        })?;
        if size <= SMALL_DOCUMENT {
            return Ok(blob); // asked for once
        }
        let mut state = self.state();
        if state.open.len() >= MAX_OPEN {
            state.open.clear();
        }
        state.open.insert(root, blob.clone());
        Ok(blob)
    }
}

/// Returns a grant as it says it is, and whether this node's own store says that it gave exactly these bytes and has not taken them back.
/// Then nothing need be verified: the signature is its own.
fn granted(reader: &Db, signed: &[u8]) -> Result<(Grant, bool), Refusal> {
    let grant = Grant::reopen(signed).map_err(|_| Refusal::Invalid)?;
    let live = document::is_live(reader, &grant.id, signed).map_err(|_| Refusal::Busy)?;
    Ok((grant, live))
}

/// Returns the grant if its document comes to its end with this range, and nobody has noted that before.
fn last(reader: &Db, grant: &Grant, ask: &Asked<'_>) -> Result<Option<GrantId>, Refusal> {
    let ends = ask.offset.saturating_add(ask.length) >= grant.size;
    let unfetched = ends && document::is_unfetched(reader, &grant.id).map_err(|_| Refusal::Busy)?;
    Ok(unfetched.then_some(grant.id))
}

fn refused(why: Refusal) -> Vec<u8> {
    debug!(%why, "range refused");
    RangeAnswer::refuse(why, None)
}

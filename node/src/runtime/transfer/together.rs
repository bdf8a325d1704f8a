//! Fetching small documents together: one question, one wait for the disk and one turn of the core serve as many as fit into an answer.
//! Whatever does not go smoothly is left to the way of a single document.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use futures::future::join_all;
use tracing::{info, warn};
use verbund_protocol::{
    document::{Further, RangeAnswer, RangeRequest},
    limits::{DOCUMENT_RANGE, MAX_FURTHER, RETRY_MIN, SMALL_DOCUMENT},
};

use super::{AskError, Claimed, Transfers, Waiting, blocking, plan::End};
use crate::{
    domain::actor::Actor,
    store::blob::{BlobError, Whole},
    workflow::document,
};

/// Returns `first` and what else of `due` may come with it, in its order.
pub(super) fn gather(first: Waiting, due: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut room = DOCUMENT_RANGE as u64;
    let mut fits = |one: &Waiting| {
        let fits = one.cipher_size <= SMALL_DOCUMENT.min(room);
        room -= if fits { one.cipher_size } else { 0 };
        fits
    };
    if !fits(&first) {
        return vec![first];
    }
    let mut some = vec![first];
    while some.len() <= MAX_FURTHER && due.front().is_some_and(|next| next.source == some[0].source && fits(next)) {
        some.extend(due.pop_front());
    }
    some
}

/// Returns whether these are small documents, and a question for them would leave room for more.
pub(super) fn has_room(some: &[Waiting]) -> bool {
    let bytes: u64 = some.iter().map(|one| one.cipher_size).sum();
    bytes < DOCUMENT_RANGE as u64 * 3 / 4 && some.len() < (MAX_FURTHER + 1) * 3 / 4 && some.iter().all(|one| one.cipher_size <= SMALL_DOCUMENT)
}

impl Transfers {
    /// Makes one attempt to fetch each of these, together as far as that goes.
    pub(super) async fn fetch_all(&self, all: Vec<Claimed>) {
        let now = self.now();
        let alone = |one: &Claimed| now >= one.transfer.expires_at || self.parts().files.blobs().holds(&one.transfer.root);
        let (mut rest, together): (Vec<_>, Vec<_>) = all.into_iter().partition(alone);
        rest.extend(if together.len() > 1 { self.fetch_together(together).await } else { together });
        for one in rest {
            self.fetch_one(one).await;
        }
    }

    /// Returns those that did not come whole.
    async fn fetch_together(&self, all: Vec<Claimed>) -> Vec<Claimed> {
        let answer = match self.ask_for(&all).await {
            Ok(answer) => answer,
            Err(error) => {
                let why = if error == AskError::Busy { "busy" } else { "unreachable" };
                let waiting = all.iter().filter(|one| !one.stopped.is_cancelled());
                join_all(waiting.map(|one| self.hand_in(&one.transfer, End::Later(why), 0))).await;
                return Vec::new();
            }
        };
        let (this, asked) = (self.clone(), Arc::new(all));
        let kept = blocking({
            let asked = asked.clone();
            move || this.keep_all(&asked, &answer)
        });
        let ends = match kept.await {
            Ok(ends) => ends,
            Err(error) => {
                document::stop_if_unconfirmed(&self.parts().desk, &error).await;
                tokio::time::sleep(RETRY_MIN).await;
                return Vec::new();
            }
        };
        let came: Vec<_> = asked.iter().zip(&ends).filter(|(one, end)| **end == Some(End::Complete) && !one.stopped.is_cancelled()).map(|(one, _)| one.transfer.document).collect();
        let (count, handed) = (came.len(), came.clone());
        if let Err(error) = self.parts().desk.ask(&Actor::Node, move |work| handed.iter().try_for_each(|id| document::arrived(work, *id))).await {
            // What has arrived is found there again.
            warn!(count, error = &error as &dyn std::error::Error, "the end of transfers could not be written down together");
            return asked.to_vec();
        }
        info!(count, "documents arrived together");
        asked.iter().filter(|one| !came.contains(&one.transfer.document) && !one.stopped.is_cancelled()).cloned().collect()
    }

    /// Asks for all at the first node of their sender that answers.
    async fn ask_for(&self, all: &[Claimed]) -> Result<Bytes, AskError> {
        let (first, further) = all.split_first().ok_or(AskError::Unreachable)?;
        let further = further.iter().map(|Claimed { transfer, .. }| Further { grant: transfer.signed.clone().into(), root: transfer.root, size: transfer.cipher_size });
        let Waiting { signed, root, cipher_size, source, .. } = &first.transfer;
        let request = RangeRequest { grant: signed.clone().into(), root: *root, offset: 0, length: *cipher_size, further: Some(further.collect()) };
        let nodes = self.parts().membership.load().member(source).map(|member| member.nodes.clone()).unwrap_or_default();
        let mut answer = Err(AskError::Unreachable);
        for node in nodes {
            answer = self.parts().ask.ask(node.auth, request.to_bytes()).await;
            if answer.is_ok() {
                break;
            }
        }
        answer
    }

    /// Keeps what an answer brought and looks at it. For each document asked for: how it ended, if it came.
    fn keep_all(&self, asked: &[Claimed], answer: &Bytes) -> Result<Vec<Option<End>>, BlobError> {
        let further = RangeAnswer::further(answer).unwrap_or_default();
        let answers = std::iter::once(answer.as_ref()).chain(further);
        let mut wholes = Vec::new();
        for (place, (Claimed { transfer, stopped }, answer)) in asked.iter().zip(answers).enumerate() {
            if let (Ok(RangeAnswer::Range(encoded)), false) = (RangeAnswer::read(answer), stopped.is_cancelled()) {
                wholes.push((place, Whole { root: transfer.root, cipher_size: transfer.cipher_size, encoded }));
            }
        }
        let mut ends = vec![None; asked.len()];
        let placed = self.parts().files.blobs().place(&wholes.iter().map(|(_, whole)| *whole).collect::<Vec<_>>())?;
        // One view of the store for all: each commit makes a reader read its pages anew.
        let reader = self.parts().readers.get();
        let view = reader.as_ref().ok().and_then(|reader| reader.unchecked_transaction().ok());
        for ((place, _), placed) in wholes.iter().zip(placed) {
            let examine = || view.as_ref().map_or(End::Later("store"), |view| self.examine(view, &asked[*place].transfer));
            ends[*place] = placed.is_ok().then(examine);
        }
        Ok(ends)
    }
}

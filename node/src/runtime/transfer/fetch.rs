//! Fetching one document.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::stream::{FuturesUnordered, StreamExt as _};
use tracing::{info, warn};
use verbund_protocol::{
    document::{RangeAnswer, RangeRequest, Refusal, segment},
    limits::{DOCUMENT_RANGE, RETRY_MIN},
    sign::PublicKey,
    time::Timestamp,
};

use super::{
    AskError, Claimed, Transfers, Waiting, blocking,
    plan::{End, Next, Outcome, Plan, pause},
    tell_end,
};
use crate::{
    domain::actor::Actor,
    store::{
        Db,
        blob::{BlobError, Incoming},
        document as store,
    },
    workflow::document::{self, files::Progress},
};

impl Transfers {
    /// Makes one attempt to fetch a document and hands in how it ended. Stopped from outside, it hands in nothing: whoever
    /// stopped it has written down why.
    pub(super) async fn fetch_one(&self, Claimed { transfer, stopped }: Claimed) {
        let attempt = async {
            if self.now() >= transfer.expires_at {
                return (End::Never("expired"), 0);
            }
            self.attempt(&transfer).await
        };
        let Some((end, kept)) = stopped.run_until_cancelled(attempt).await else { return };
        let end = if end == End::Complete { self.complete(&transfer).await } else { end };
        if !stopped.is_cancelled() {
            self.hand_in(&transfer, end, kept).await;
        }
    }

    async fn attempt(&self, transfer: &Waiting) -> (End, usize) {
        let files = self.parts().files.clone();
        let (root, size) = (transfer.root, transfer.cipher_size);
        if files.blobs().holds(&root) {
            // An earlier run left it, perhaps before the disk had it.
            let files = files.clone();
            match blocking(move || files.blobs().make_sure(root, size)).await {
                Ok(true) => return (End::Complete, 0),
                Ok(false) => {}
                Err(error) => {
                    document::stop_if_unconfirmed(&self.parts().desk, &error).await;
                    return (trouble(&error), 0);
                }
            }
        }
        let incoming = match blocking(move || files.blobs().incoming(root, size)).await {
            Ok(incoming) => Arc::new(incoming),
            Err(error) => return (trouble(&error), 0),
        };
        let nodes = self.parts().membership.load().member(&transfer.source).map(|member| member.nodes.clone()).unwrap_or_default();
        let (mut end, mut kept) = (End::Later("not-member"), 0);
        for node in nodes {
            let brought;
            (end, brought) = self.ask_node(transfer, node.auth, &incoming).await;
            kept += brought;
            // Another node of the same member may hold it or be reachable.
            if !matches!(end, End::Never("gone") | End::Later("unreachable")) {
                break;
            }
        }
        if end != End::Complete {
            return (end, kept);
        }
        let files = self.parts().files.clone();
        match blocking(move || incoming.finish(files.blobs())).await {
            Ok(()) => (End::Complete, kept),
            Err(error) => {
                document::stop_if_unconfirmed(&self.parts().desk, &error).await;
                (trouble(&error), kept)
            }
        }
    }

    /// Fetches what is missing from one node, several ranges at a time.
    async fn ask_node(&self, transfer: &Waiting, node: PublicKey, incoming: &Arc<Incoming>) -> (End, usize) {
        let have = incoming.have();
        let mut here: u64 = have.iter().enumerate().filter(|(_, there)| **there).map(|(number, _)| length(transfer, number)).sum();
        let mut plan = Plan::new(&have);
        // Pauses within an attempt go by a clock that cannot be set.
        let begun = tokio::time::Instant::now();
        let now = || Timestamp::default().plus(begun.elapsed());
        let mut flying = FuturesUnordered::new();
        self.note(transfer, here);
        loop {
            let wait = match plan.next(now()) {
                Next::Ask(number) => {
                    flying.push(self.range(transfer, node, number, incoming.clone()));
                    continue;
                }
                Next::Listen => Duration::MAX,
                Next::Pause(until) => until.since(now()),
                Next::End(end) => return (end, plan.kept()),
            };
            tokio::select! {
                Some((number, outcome)) = flying.next() => {
                    if outcome == Outcome::Kept {
                        here += length(transfer, number);
                        self.note(transfer, here);
                    }
                    plan.take(number, outcome, now());
                }
                () = tokio::time::sleep(wait.min(Duration::from_secs(3600))) => {}
            }
        }
    }

    async fn range(&self, transfer: &Waiting, node: PublicKey, number: usize, incoming: Arc<Incoming>) -> (usize, Outcome) {
        let offset = (number * DOCUMENT_RANGE) as u64;
        let request = RangeRequest { grant: transfer.signed.clone().into(), root: transfer.root, offset, length: length(transfer, number), further: None };
        let outcome = match self.parts().ask.ask(node, request.to_bytes()).await {
            Ok(answer) => match blocking(move || keep(&incoming, offset, &answer)).await {
                Ok(outcome) => outcome,
                Err(error) => {
                    document::stop_if_unconfirmed(&self.parts().desk, &error).await;
                    Outcome::Disk
                }
            },
            Err(AskError::Busy) => Outcome::Busy(None),
            Err(AskError::Unreachable) => Outcome::Unreachable,
        };
        (number, outcome)
    }

    fn note(&self, transfer: &Waiting, here: u64) {
        self.parts().files.note(transfer.root, Some(Progress { here, whole: transfer.cipher_size }));
    }

    /// Looks at a document whose file is complete before anybody else may: it must be whole, open, and be what it says.
    async fn complete(&self, transfer: &Waiting) -> End {
        let (this, transfer) = (self.clone(), transfer.clone());
        blocking(move || match this.parts().readers.get() {
            Ok(reader) => this.examine(&reader, &transfer),
            Err(_) => End::Later("store"),
        })
        .await
    }

    /// As [`Transfers::complete`], on this thread.
    pub(super) fn examine(&self, reader: &Db, Waiting { document, root, .. }: &Waiting) -> End {
        let known = || {
            let manifest = store::find(reader, *document).ok()??.manifest?;
            Some((manifest, store::key(reader, *document).ok()??))
        };
        // Erased meanwhile, or the store could not be asked.
        let Some((manifest, key)) = known() else { return End::Later("store") };
        let result = self.parts().files.examine(&manifest, &key);
        if result.is_err() {
            // Kept as an unreadable file it would only be in the way of a better copy.
            let _ = self.parts().files.blobs().remove(root);
        }
        match result {
            Ok(()) => End::Complete,
            Err(BlobError::Sniff(error)) => {
                warn!(%document, %error, "a document that arrived is not what its sender says");
                End::Never("not-what-it-says")
            }
            Err(BlobError::Damaged) => End::Never("wrong-key"),
            Err(error) => trouble(&error),
        }
    }

    pub(super) async fn hand_in(&self, transfer: &Waiting, end: End, kept: usize) {
        let id = transfer.document;
        // Whoever came further starts counting anew.
        let attempts = if kept > 0 { 0 } else { transfer.attempts.saturating_add(1) };
        let next_at = self.now().plus(pause(attempts));
        let handed = self.parts().desk.ask(&Actor::Node, move |work| match end {
            End::Complete => document::arrived(work, id),
            End::TakenBack => document::give_up(work, id, "withdrawn", true),
            End::Never(why) => document::give_up(work, id, why, false),
            End::Later(why) => document::postpone(work, id, attempts, next_at, why),
        });
        match (handed.await, end) {
            // Nothing was lost: the transfer is still waiting in the store, and what has arrived proves itself.
            (Err(error), _) => {
                warn!(document = %id, error = &error as &dyn std::error::Error, "the end of a transfer could not be written down");
                tokio::time::sleep(RETRY_MIN).await;
            }
            (Ok(()), End::Complete) => tell_end(id, "complete"),
            (Ok(()), End::TakenBack) => tell_end(id, "taken back by its sender"),
            (Ok(()), End::Never(why)) => warn!(document = %id, why, "a document cannot be fetched; a person must ask its sender"),
            (Ok(()), End::Later(why)) => info!(document = %id, why, attempts, "transfer is tried again later"),
        }
    }
}

fn length(transfer: &Waiting, number: usize) -> u64 {
    segment::range_len(transfer.cipher_size, (number * DOCUMENT_RANGE) as u64).unwrap_or(0) as u64
}

/// Keeps what a range brought, if it is one. An error is our own disk's.
fn keep(incoming: &Incoming, offset: u64, answer: &Bytes) -> Result<Outcome, BlobError> {
    Ok(match RangeAnswer::read(answer) {
        Ok(RangeAnswer::Range(encoded)) => match incoming.accept(offset, encoded) {
            Ok(_) => Outcome::Kept,
            Err(BlobError::Full) => Outcome::Full,
            Err(BlobError::Unverified) => Outcome::Unverified,
            Err(error) => return Err(error),
        },
        Ok(RangeAnswer::Refused { why: Refusal::Busy, retry_after_ms }) => Outcome::Busy(retry_after_ms.map(|ms| Duration::from_millis(ms.into()))),
        Ok(RangeAnswer::Refused { why, .. }) => Outcome::Refused(why),
        Err(_) => Outcome::Unverified,
    })
}

fn trouble(error: &BlobError) -> End {
    match error {
        BlobError::Full => End::Later("disk-full"),
        error => {
            warn!(error = error as &dyn std::error::Error, "a document could not be written");
            End::Later("disk")
        }
    }
}

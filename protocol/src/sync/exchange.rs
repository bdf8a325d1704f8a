//! The rule of a round: the asked side in one function, the asking side as a session.

use std::collections::{BTreeMap, VecDeque};

use super::{Bucket, Head, Holding, Index, Item, Request, Response, Scope, Set, Stamp, Sum, Want};
use crate::{
    id::Digest,
    limits::{MAX_REASON, MAX_SYNC_STEPS, SYNC_BUDGET},
};

/// What a node holds, as the exchange needs it.
pub trait Replica {
    /// What can go wrong in reading and keeping; ends the round.
    type Error;
    /// Returns which network document is held.
    fn holding(&self) -> Holding;
    /// Returns the network document to give to a node that holds `version`: the next one that changed keys, else the held
    /// one, else nothing.
    fn document_after(&self, version: u64) -> Option<Vec<u8>>;
    /// Returns what is held of a set.
    fn index(&self, set: Set) -> &Index;
    /// Returns the exact bytes of a record.
    ///
    /// # Errors
    /// If it cannot be read.
    fn record(&self, set: Set, key: &[u8]) -> Result<Option<Vec<u8>>, Self::Error>;
    /// Takes a network document, after verifying it.
    ///
    /// # Errors
    /// If it cannot be kept; that it does not hold is no error but [`Taken::Refused`].
    fn take_document(&mut self, bytes: &[u8]) -> Result<Taken, Self::Error>;
    /// Takes a record of a set, after verifying it.
    ///
    /// # Errors
    /// If it cannot be kept; that it does not hold is no error but [`Taken::Refused`].
    fn take(&mut self, set: Set, bytes: &[u8]) -> Result<Taken, Self::Error>;
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Kept: it was news.
    News,
    /// Known, or older than what is held.
    Known,
    /// Not kept, and why. The text names no more than public data.
    Refused(String),
}

/// What a round brought, for the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents and records that were news here.
    pub news: u32,
    /// Those that were known.
    pub known: u32,
    /// Those that were refused.
    pub refused: u32,
    /// Why the first of them was.
    pub first_refusal: Option<String>,
    /// Records handed to the other side.
    pub given: u32,
}

impl Tally {
    fn count(&mut self, taken: Taken) {
        match taken {
            Taken::News => self.news += 1,
            Taken::Known => self.known += 1,
            Taken::Refused(why) => {
                self.refused += 1;
                self.first_refusal.get_or_insert(why);
            }
        }
    }
}

/// Answers one request of a peer that may exchange `scope`.
///
/// # Errors
/// Those of the replica.
pub fn respond<R: Replica>(replica: &mut R, request: &Request, scope: Scope) -> Result<(Response, Tally), R::Error> {
    let mut tally = Tally::default();
    take_all(replica, request.document.as_deref(), &request.push, scope, &mut tally)?;
    let document = if request.sums.is_empty() { None } else { document_for(replica, &request.holding) };
    let mut room = Room(SYNC_BUDGET);
    let differing = differing(replica, &request.sums, scope, &mut room);
    let (items, dealt) = records(replica, &request.pull, scope, &mut room)?;
    tally.given = items.len() as u32;
    let refused = tally.first_refusal.as_deref().map(shortened);
    Ok((Response { holding: replica.holding(), document, differing, items, dealt, refused }, tally))
}

/// Cuts a reason to what a message may carry.
fn shortened(reason: &str) -> String {
    let end = (0..=MAX_REASON.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
    reason[..end].to_owned()
}

/// Returns the document that the node which says `theirs` needs next. Two documents of one version go both ways, so that
/// both sides hold the proof.
fn document_for<R: Replica>(replica: &R, theirs: &Holding) -> Option<Vec<u8>> {
    let own = replica.holding();
    let contradicts = own.document == theirs.document && own.digest != theirs.digest;
    replica.document_after(if contradicts { theirs.document.saturating_sub(1) } else { theirs.document })
}

/// Takes the document first, then the sets in their order: the later are judged by the earlier.
fn take_all<R: Replica>(replica: &mut R, document: Option<&[u8]>, items: &[Item], scope: Scope, tally: &mut Tally) -> Result<(), R::Error> {
    if let Some(document) = document {
        tally.count(replica.take_document(document)?);
    }
    for set in Set::ALL.into_iter().filter(|set| scope.allows(*set)) {
        for item in items.iter().filter(|item| item.set == set) {
            tally.count(replica.take(set, &item.bytes)?);
        }
    }
    Ok(())
}

/// How many bytes of records and names a message may still grow; a document comes on top ([`crate::limits::MAX_SYNC`]).
struct Room(usize);

impl Room {
    /// Takes `bytes` if they fit.
    fn take(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.0;
        if fits {
            self.0 -= bytes;
        }
        fits
    }
}

/// About what a name takes on the wire beside its bytes.
const HEAD: usize = 40;

/// Returns the buckets that differ, as many as fit, at least one if there is any; the others are compared again later.
fn differing<R: Replica>(replica: &R, sums: &[Sum], scope: Scope, room: &mut Room) -> Vec<Bucket> {
    let mut found: Vec<Bucket> = Vec::new();
    for Sum { set, buckets } in sums.iter().filter(|sum| scope.allows(sum.set) && sum.buckets.len() == sum.set.buckets()) {
        let index = replica.index(*set);
        let differ = (0_u16..).zip(buckets.iter().zip(index.sums())).filter(|(_, (theirs, own))| theirs != own);
        for (bucket, _) in differ {
            let heads: Vec<Head> = index.bucket(bucket.into()).collect();
            let fits = room.take(HEAD + heads.iter().map(|head| head.key.len() + HEAD).sum::<usize>());
            if !fits && !found.is_empty() {
                return found;
            }
            found.push(Bucket { set: *set, bucket, heads });
        }
    }
    found
}

/// Returns as many of the records as fit, at least one if there is any, and how many names were dealt with.
fn records<R: Replica>(replica: &R, wants: impl IntoIterator<Item = impl std::borrow::Borrow<Want>>, scope: Scope, room: &mut Room) -> Result<(Vec<Item>, u32), R::Error> {
    let (mut items, mut dealt) = (Vec::new(), 0);
    for want in wants {
        let Want { set, key } = want.borrow();
        if let Some(bytes) = if scope.allows(*set) { replica.record(*set, key)? } else { None } {
            if !room.take(bytes.len() + HEAD) && !items.is_empty() {
                break;
            }
            items.push(Item { set: *set, bytes });
        }
        dealt += 1;
    }
    Ok((items, dealt))
}

/// The asking side of one round with one peer.
#[derive(Clone, Debug)]
pub struct Session {
    scope: Scope,
    pull: VecDeque<Want>,
    push: VecDeque<Want>,
    /// How many names the last request asked for.
    asked: usize,
    /// Whether anything has moved since sums were compared last.
    moved: bool,
    /// For which of the other side's documents the next one was handed over.
    gave_after: Option<(u64, Digest)>,
    /// Versions asked for (true) or handed over, so that what one side refuses is not carried round in circles.
    tried: BTreeMap<(bool, Set, Vec<u8>), Stamp>,
    steps: usize,
    /// What the round brought.
    pub tally: Tally,
}

impl Session {
    /// Opens a round with a peer that may exchange `scope`, and returns the first request.
    pub fn open<R: Replica>(replica: &R, scope: Scope) -> (Self, Request) {
        let session =
            Self { scope, pull: VecDeque::new(), push: VecDeque::new(), asked: 0, moved: false, gave_after: None, tried: BTreeMap::new(), steps: 1, tally: Tally::default() };
        let request = Request { holding: replica.holding(), document: None, sums: session.sums(replica), push: Vec::new(), pull: Vec::new() };
        (session, request)
    }

    /// Takes the answer to the last request. Returns the next request, or nothing when the round is over: when both sides
    /// hold the same, or nothing more that one has is wanted by the other, or after [`MAX_SYNC_STEPS`].
    ///
    /// # Errors
    /// Those of the replica; the round is over then.
    pub fn on_response<R: Replica>(&mut self, replica: &mut R, response: &Response) -> Result<Option<Request>, R::Error> {
        let held = replica.holding().document;
        take_all(replica, response.document.as_deref(), &response.items, self.scope, &mut self.tally)?;
        self.moved |= replica.holding().document > held;
        let dealt = (response.dealt as usize).min(self.asked);
        let stuck = self.asked > 0 && dealt == 0;
        self.pull.drain(..dealt);
        self.compare(replica, &response.differing);
        self.steps += 1;
        if stuck || self.steps > MAX_SYNC_STEPS { Ok(None) } else { self.next(replica, &response.holding) }
    }

    fn next<R: Replica>(&mut self, replica: &R, theirs: &Holding) -> Result<Option<Request>, R::Error> {
        let holding = replica.holding();
        let document = self.document_to_give(replica, theirs);
        let mut room = Room(SYNC_BUDGET);
        let (push, given) = records(replica, &self.push, self.scope, &mut room)?;
        self.push.drain(..given as usize);
        self.tally.given += push.len() as u32;
        let pull: Vec<Want> = self.pull.iter().take_while(|want| room.take(want.key.len() + HEAD)).cloned().collect();
        self.asked = pull.len();
        if document.is_some() || !push.is_empty() || !pull.is_empty() {
            self.moved = true;
            return Ok(Some(Request { holding, document, sums: Vec::new(), push, pull }));
        }
        let again = std::mem::take(&mut self.moved);
        Ok(again.then(|| Request { holding, document, sums: self.sums(replica), push, pull }))
    }

    /// Returns the document that the other side needs, once for each document that it says it holds.
    fn document_to_give<R: Replica>(&mut self, replica: &R, theirs: &Holding) -> Option<Vec<u8>> {
        let after = Some((theirs.document, theirs.digest));
        if self.gave_after == after {
            return None;
        }
        let document = document_for(replica, theirs)?;
        self.gave_after = after;
        Some(document)
    }

    fn sums<R: Replica>(&self, replica: &R) -> Vec<Sum> {
        Set::ALL.into_iter().filter(|set| self.scope.allows(*set)).map(|set| Sum { set, buckets: replica.index(set).sums().to_vec() }).collect()
    }

    /// Notes what differs: what is older here is asked for, what is older there is handed over.
    fn compare<R: Replica>(&mut self, replica: &R, differing: &[Bucket]) {
        let scope = self.scope;
        for Bucket { set, bucket, heads } in differing.iter().filter(|bucket| scope.allows(bucket.set)) {
            let index = replica.index(*set);
            let theirs: BTreeMap<&[u8], Stamp> = heads.iter().map(|head| (head.key.as_slice(), head.stamp)).collect();
            for head in heads.iter().filter(|head| wanted(*set, index.get(&head.key), head.stamp)) {
                if self.first_try(true, *set, head) {
                    self.pull.push_back(Want { set: *set, key: head.key.clone() });
                }
            }
            for head in index.bucket((*bucket).into()).filter(|head| wanted(*set, theirs.get(head.key.as_slice()).copied(), head.stamp)) {
                if self.first_try(false, *set, &head) {
                    self.push.push_back(Want { set: *set, key: head.key });
                }
            }
        }
    }

    fn first_try(&mut self, pull: bool, set: Set, head: &Head) -> bool {
        self.tried.insert((pull, set, head.key.clone()), head.stamp) != Some(head.stamp)
    }
}

/// Returns whether who holds `held` wants `offered`. Of one order and other content is wanted too: it is a proof.
fn wanted(set: Set, held: Option<Stamp>, offered: Stamp) -> bool {
    held.is_none_or(|held| held != offered && (!set.ordered() || offered.order >= held.order))
}

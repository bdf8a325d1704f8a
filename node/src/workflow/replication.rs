//! Public records: taking them in from peers, giving them out, and telling our own.
//!
//! Every public record is signed by its writer and verified here before it is kept, whichever way it came: by a round of
//! synchronisation, by gossip, or from a file. What is kept is on disk and in memory ([`Public`]); the memory is what the
//! search and the exchange read.

mod address;
mod document;
mod replica;
#[cfg(test)]
mod tests;

use verbund_protocol::{
    capacity::{DepartmentId, EquivocationProof, SignedCapacity},
    cbor,
    id::{Digest, MemberId, NetworkId, NodeId},
    membership::{Membership, SignedDocument, SignedSuspension, Standing},
    planted::{Bug, planted},
    search::Board,
    sign::PublicKey,
    sync::{Announcement, Index, Item, Request, Response, Scope, Session, Set, Stamp, Taken, Tally, respond as answer},
    time::Timestamp,
};

pub use self::address::{addresses, due as address_due};
use self::{address::HeldAddress, replica::Held};
use super::{Effect, Work, WorkError};
use crate::store::{self, Db, StoreError};

/// The public records in memory.
#[derive(Debug)]
pub struct Public {
    /// What departments state about their free places.
    pub board: Board,
    addresses: std::collections::BTreeMap<(MemberId, NodeId), HeldAddress>,
    indexes: [Index; 4],
    /// The epoch in which everything of our own was published last.
    restated: Option<u32>,
}

impl Public {
    fn empty(membership: &Membership) -> Self {
        let board = Board::new(&membership.held().document);
        Self { board, addresses: std::collections::BTreeMap::new(), indexes: Set::ALL.map(Index::new), restated: None }
    }
    fn index(&mut self, set: Set) -> &mut Index {
        &mut self.indexes[set as usize]
    }

    fn index_suspensions(&mut self, membership: &Membership) {
        let mut index = Index::new(Set::Suspensions);
        for suspension in membership.suspensions().iter() {
            index.put(suspension.digest.as_bytes(), suspension_stamp(suspension));
        }
        *self.index(Set::Suspensions) = index;
    }
    fn index_department(&mut self, id: &DepartmentId) {
        let key = department_key(id);
        let Some(held) = self.board.get(id) else {
            self.index(Set::Capacity).remove(&key);
            self.index(Set::Proofs).remove(&key);
            return;
        };
        let record = Stamp::new(held.record.record.order, &held.record.digest);
        let proof = held.proof.as_ref().map(|proof| Stamp::new(proof.order, &Digest::of(&proof.to_bytes())));
        self.index(Set::Capacity).put(&key, record);
        if let Some(proof) = proof {
            self.index(Set::Proofs).put(&key, proof);
        }
    }
}

/// A suspension's version is who signed it: more signatures may be added to a known one.
fn suspension_stamp(suspension: &SignedSuspension) -> Stamp {
    Stamp::new(Default::default(), &Digest::of(&cbor::write(&suspension.signers)))
}
fn department_key(id: &DepartmentId) -> Vec<u8> {
    cbor::write(id)
}

/// Reads back what the store holds, at the start. `first` is the network document given at `verbund join`; it counts if it is newer.
///
/// # Errors
/// The store's; [`StoreError::Corrupt`] if it holds what cannot be read.
pub fn load(db: &Db, first: Membership) -> Result<(Membership, Public), StoreError> {
    let given = first.held().clone();
    let restored = load_membership(db, &given.document.network)?;
    let stored = restored.as_ref().map(|membership| membership.held().document.version);
    let mut membership = restored.unwrap_or(first);
    if let Err(error) = membership.advance(given) {
        tracing::debug!(error = &error as &dyn std::error::Error, "the document given at the start is not taken; the one held stays");
    }
    if stored != Some(membership.held().document.version) {
        document::keep(db, &membership, membership.held().document.valid_from)?;
    }
    let public = load_public(db, &membership)?;
    Ok((membership, public))
}

/// Reads back what the store holds, after work was undone there that memory had taken in already.
///
/// # Errors
/// As [`load`].
pub fn reload(db: &Db, network: &NetworkId) -> Result<(Membership, Public), StoreError> {
    let membership = load_membership(db, network)?.ok_or_else(|| StoreError::unreadable("network document"))?;
    let public = load_public(db, &membership)?;
    Ok((membership, public))
}

fn load_membership(db: &Db, network: &NetworkId) -> Result<Option<Membership>, StoreError> {
    let mut documents = Vec::new();
    for bytes in store::membership::documents(db)? {
        documents.push(SignedDocument::read(network, &bytes).map_err(|_| StoreError::unreadable("network document"))?);
    }
    let Some(mut membership) = Membership::restore(documents) else { return Ok(None) };
    for bytes in store::membership::suspensions(db)? {
        // One that a later document's board does not carry any more is left behind.
        drop(membership.suspend(&bytes, Timestamp(0)));
    }
    Ok(Some(membership))
}

fn load_public(db: &Db, membership: &Membership) -> Result<Public, StoreError> {
    let unreadable = |what: &str| StoreError::unreadable(what);
    let mut public = Public::empty(membership);
    public.index_suspensions(membership);
    address::load(db, membership, &mut public)?;
    for bytes in store::capacity::all(db)? {
        let record = SignedCapacity::trusted(&bytes).map_err(|_| unreadable("capacity record"))?;
        if speaks(membership, &record) {
            public.board.take(record);
        } else {
            // A newer document was given at the start; by it this member is gone.
            store::capacity::remove(db, &record.record.id)?;
        }
    }
    for (bytes, _) in store::capacity::proofs(db)? {
        public.board.take_proof(EquivocationProof::trusted(&bytes).map_err(|_| unreadable("equivocation proof"))?);
    }
    let departments: Vec<DepartmentId> = public.board.iter().map(|held| held.record.record.id.clone()).collect();
    departments.iter().for_each(|id| public.index_department(id));
    Ok(public)
}

/// Returns whether the held document still lists the key that signed a record as one that speaks for its facility.
fn speaks(membership: &Membership, record: &SignedCapacity) -> bool {
    membership.member_by_sign(&record.signer).is_some_and(|member| member.speaks_for(&record.record.id.facility))
}

/// Returns what may be exchanged with a peer: everything with a member in good standing, else documents and suspensions.
fn scope(work: &Work<'_>, peer: &PublicKey) -> Scope {
    match work.membership.standing(peer, work.now) {
        Standing::Member(_) => Scope::All,
        Standing::Suspended { .. } | Standing::Removed { .. } | Standing::Unlisted => Scope::Documents,
    }
}

/// Opens a round of synchronisation with a peer. Returns the session and the first request.
///
/// # Errors
/// None today; the form is that of all pieces of work.
pub fn open(work: &mut Work<'_>, peer: &PublicKey) -> Result<(Session, Vec<u8>), WorkError> {
    let scope = scope(work, peer);
    let (session, request) = Session::open(&Held(work), scope);
    Ok((session, request.to_bytes()))
}

/// Answers a peer's request.
///
/// # Errors
/// [`WorkError::Invalid`] if it is not a request of the sync protocol; the store's.
pub fn respond(work: &mut Work<'_>, peer: &PublicKey, body: &[u8]) -> Result<Vec<u8>, WorkError> {
    let request = Request::read(body).map_err(|error| not_understood(&error))?;
    let scope = scope(work, peer);
    let (response, tally) = answer(&mut Held(work), &request, scope)?;
    report(&tally, peer);
    Ok(response.to_bytes())
}

/// Takes a peer's answer. Returns the next request, or nothing when the round is over.
///
/// # Errors
/// [`WorkError::Invalid`] if it is not an answer of the sync protocol; the store's.
pub fn on_response(work: &mut Work<'_>, session: &mut Session, peer: &PublicKey, body: &[u8]) -> Result<Option<Vec<u8>>, WorkError> {
    let response = Response::read(body).map_err(|error| not_understood(&error))?;
    if let Some(why) = &response.refused {
        tracing::warn!(peer = %peer, why, "the peer did not take what this node handed over");
    }
    let next = session.on_response(&mut Held(work), &response)?;
    if next.is_none() {
        report(&session.tally, peer);
    }
    Ok(next.map(|request| request.to_bytes()))
}

fn not_understood(error: &cbor::Malformed) -> WorkError {
    WorkError::invalid(format!("the peer's synchronisation message is not understood: {error}"), "compare the versions of both nodes with `verbund peers`")
}

fn report(tally: &Tally, peer: &PublicKey) {
    if let Some(why) = &tally.first_refusal {
        tracing::warn!(peer = %peer, refused = tally.refused, why, "public records from a peer were not taken");
    }
    if tally.news > 0 {
        tracing::debug!(peer = %peer, news = tally.news, known = tally.known, given = tally.given, "synchronised");
    }
}

/// Says where this node is reached when that is due, and publishes anew what a node that was set back had published before.
/// Called with every tick.
///
/// # Errors
/// The store's.
pub fn renew_address(work: &mut Work<'_>, addresses: &[String]) -> Result<(), WorkError> {
    address::renew(work, addresses)?;
    let epoch = store::meta::epoch(work.db)?;
    if work.public.restated != Some(epoch) {
        super::capacity::restate(work)?;
        work.public.restated = Some(epoch);
    }
    Ok(())
}

/// Takes an announcement. Returns whether it is good and news, so that it is passed on.
///
/// # Errors
/// The store's; anything else about it is only a reason not to pass it on.
pub fn on_gossip(work: &mut Work<'_>, bytes: &[u8]) -> Result<bool, WorkError> {
    let taken = match Announcement::read(bytes) {
        Ok(Announcement::Document(document)) => document::take(work, &document, Told::Everybody)?.into(),
        Ok(Announcement::Record(item)) => take(work, item.set, &item.bytes, Told::Everybody)?,
        Err(error) => Taken::Refused(error.to_string()),
    };
    if let Taken::Refused(why) = &taken {
        tracing::info!(why, "an announcement was not taken");
    }
    Ok(taken == Taken::News)
}

/// What came of a network document that a person brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is held now.
    News,
    /// It was held already.
    Known,
    /// The board signed another one of the same version; it says so. That is no error: an error undoes what was done, and the proof must stay.
    Contradiction(String),
}

/// Takes a network document that a person brings (`verbund membership take`).
///
/// # Errors
/// [`WorkError::Invalid`] says why it is not taken; the store's.
pub fn take_document(work: &mut Work<'_>, bytes: &[u8]) -> Result<Brought, WorkError> {
    match document::take(work, bytes, Told::Nobody)? {
        document::Outcome::Taken(Taken::News) => Ok(Brought::News),
        document::Outcome::Taken(Taken::Known) => Ok(Brought::Known),
        document::Outcome::Taken(Taken::Refused(why)) => Err(WorkError::invalid(why, "ask the cooperative for the current network document")),
        document::Outcome::Contradiction(why) => Ok(Brought::Contradiction(why)),
    }
}

/// Looks at the network document that was given at `verbund join`, once after the start: one that contradicts the held one is kept as proof, as
/// whoever else brings it.
///
/// # Errors
/// The store's.
pub fn look_at_given(work: &mut Work<'_>, bytes: &[u8]) -> Result<(), WorkError> {
    document::take(work, bytes, Told::Nobody).map(drop)
}

/// Forgets suspensions that ended too long ago to matter.
///
/// # Errors
/// The store's.
pub fn forget_past_suspensions(work: &mut Work<'_>) -> Result<(), WorkError> {
    document::forget_past_suspensions(work)
}

/// Takes a suspension that a person brings. Returns whether it is news.
///
/// # Errors
/// [`WorkError::Invalid`] says why it is not taken; the store's.
pub fn take_suspension(work: &mut Work<'_>, bytes: &[u8]) -> Result<bool, WorkError> {
    match take(work, Set::Suspensions, bytes, Told::Nobody)? {
        Taken::News => Ok(true),
        Taken::Known => Ok(false),
        Taken::Refused(why) => Err(WorkError::invalid(why, "ask the officer who made it")),
    }
}

/// Whether what came has been told to everybody already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It came by gossip.
    Everybody,
    /// It came from one peer or person: documents and suspensions are told on, so that a removal is everywhere in seconds.
    Nobody,
}

fn announce(work: &mut Work<'_>, announcement: &Announcement) {
    if let Some(bytes) = announcement.to_bytes() {
        work.then(Effect::Announce(bytes));
    }
}

/// Verifies and keeps one record. At the start of a network each comes from several peers at once: what is held, byte for byte, is not
/// verified again (it goes when its writer leaves).
pub(super) fn take(work: &mut Work<'_>, set: Set, bytes: &[u8], told: Told) -> Result<Taken, WorkError> {
    match set {
        Set::Addresses if address::holds(&work.public, bytes) => Ok(Taken::Known),
        Set::Capacity if holds_capacity(&work.public, bytes) => Ok(Taken::Known),
        Set::Suspensions => document::take_suspension(work, bytes, told),
        Set::Addresses => address::take(work, bytes),
        Set::Capacity => take_capacity(work, bytes),
        Set::Proofs => take_proof(work, bytes),
    }
}

/// Returns whether exactly this is held: it was verified then.
fn holds_capacity(public: &Public, bytes: &[u8]) -> bool {
    SignedCapacity::trusted(bytes).is_ok_and(|claimed| public.board.get(&claimed.record.id).is_some_and(|held| held.record.bytes() == bytes))
}

fn take_capacity(work: &mut Work<'_>, bytes: &[u8]) -> Result<Taken, WorkError> {
    let record = match SignedCapacity::open(&work.me.network, &work.membership, bytes) {
        Ok(record) => record,
        Err(error) => return Ok(Taken::Refused(error.to_string())),
    };
    let restored = record.signer == work.me.key.public() && record.record.order.epoch >= store::meta::epoch(work.db)?;
    let taken = keep_capacity(work, record.clone())?;
    if taken == Taken::News && restored {
        // A peer knows more of our own statements than we do: this node was set back. Its next statements must count.
        store::meta::raise_epoch_above(work.db, record.record.order.epoch)?;
    }
    Ok(taken)
}

/// Keeps a verified record, on disk and in memory.
pub(super) fn keep_capacity(work: &mut Work<'_>, record: SignedCapacity) -> Result<Taken, WorkError> {
    let id = record.record.id.clone();
    let had_proof = work.public.board.get(&id).is_some_and(|held| held.proof.is_some());
    let Some(merged) = work.public.board.take(record) else {
        return Ok(Taken::Refused(format!("facility {} states more departments than are kept", id.facility)));
    };
    if merged == verbund_protocol::capacity::Merged::Known {
        return Ok(Taken::Known);
    }
    work.public.index_department(&id);
    let held = work.public.board.get(&id).ok_or(WorkError::NotFound("department"))?;
    store::capacity::put(work.db, &id, held.record.bytes(), work.now)?;
    if let Some(proof) = held.proof.as_ref().filter(|_| !planted(Bug::ForgetProofs)) {
        store::capacity::put_proof(work.db, &id, &proof.to_bytes(), work.now)?;
        if !had_proof {
            contradicted(work, &id)?;
        }
    }
    Ok(Taken::News)
}

fn take_proof(work: &mut Work<'_>, bytes: &[u8]) -> Result<Taken, WorkError> {
    let proof = match EquivocationProof::open(&work.me.network, &work.membership, bytes) {
        Ok(proof) => proof,
        Err(error) => return Ok(Taken::Refused(error.to_string())),
    };
    let id = proof.id.clone();
    let had_proof = work.public.board.get(&id).is_some_and(|held| held.proof.is_some());
    if !work.public.board.take_proof(proof) {
        return Ok(Taken::Known);
    }
    work.public.index_department(&id);
    store::capacity::put_proof(work.db, &id, bytes, work.now)?;
    if !had_proof {
        contradicted(work, &id)?;
    }
    Ok(Taken::News)
}

/// Somebody said two things under one order: people are told, the audit keeps it.
fn contradicted(work: &Work<'_>, id: &DepartmentId) -> Result<(), WorkError> {
    tracing::warn!(department = %id, "a clinic stated two different things under one order; both are kept as proof (`verbund capacity proofs`)");
    record(work, "capacity.contradiction", &id.to_string())
}

/// Writes an entry of the node's own doing into the audit.
fn record(work: &Work<'_>, action: &str, detail: &str) -> Result<(), WorkError> {
    work.audit(action, None, "operation", detail)
}

/// Returns a record as an announcement.
fn announcement(set: Set, bytes: &[u8]) -> Announcement {
    Announcement::Record(Item { set, bytes: bytes.to_vec() })
}

/// Tells everybody a capacity record of our own.
pub(super) fn announce_capacity(work: &mut Work<'_>, bytes: &[u8]) {
    let told = announcement(Set::Capacity, bytes);
    announce(work, &told);
}

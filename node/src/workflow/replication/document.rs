//! Network documents and suspensions: who belongs.

use verbund_protocol::{
    membership::{DocumentError, Membership, SignedDocument},
    sync::{Announcement, Set, Taken},
    time::Timestamp,
};

use super::{Told, address, announce, announcement, record};
use crate::{
    store::{self, Db, StoreError},
    workflow::{Effect, Work, WorkError},
};

/// Writes the documents worth keeping, and the suspensions that still hold under the last of them.
pub(super) fn keep(db: &Db, membership: &Membership, now: Timestamp) -> Result<(), StoreError> {
    let documents = membership.worth_keeping();
    store::membership::keep_documents(db, documents.iter().map(|document| (document.document.version, document.bytes())), now)?;
    store::membership::keep_suspensions(db, membership.suspensions().iter().map(|s| (&s.digest, s.bytes.as_slice())), now)
}

/// Keeps a document that the board signed although it had signed another one of the same version. Returns whether that is new.
fn keep_proof(db: &Db, document: &SignedDocument, now: Timestamp) -> Result<bool, StoreError> {
    let version = document.document.version;
    let new = store::membership::keep_contradiction(db, version, &document.digest(), document.bytes(), now)?;
    if new {
        tracing::error!(version, "the board signed two different network documents of one version; both are kept, tell the cooperative");
    }
    Ok(new)
}

/// What came of a network document.
pub(super) enum Outcome {
    /// As of any record.
    Taken(Taken),
    /// It is not held, but kept as proof against the board.
    Contradiction(String),
}

impl From<Outcome> for Taken {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Taken(taken) => taken,
            Outcome::Contradiction(why) => Self::Refused(why),
        }
    }
}

/// Verifies a network document against the held one, keeps it, and drops what members that it does not list any more said.
pub(super) fn take(work: &mut Work<'_>, bytes: &[u8], told: Told) -> Result<Outcome, WorkError> {
    let refused = |error: DocumentError| Ok(Outcome::Taken(Taken::Refused(error.to_string())));
    let document = match SignedDocument::read(&work.me.network, bytes) {
        Ok(document) => document,
        Err(error) => return refused(error),
    };
    let (version, digest) = (document.document.version, document.digest());
    let mut next = work.membership.clone();
    match next.advance(document.clone()) {
        Ok(true) => {}
        Ok(false) => return Ok(Outcome::Taken(Taken::Known)),
        Err(error @ DocumentError::Contradiction { .. }) => {
            if keep_proof(work.db, &document, work.now)? {
                record(work, "document.contradiction", &format!("{version} {digest}"))?;
            }
            return Ok(Outcome::Contradiction(error.to_string()));
        }
        Err(error) => return refused(error),
    }
    keep(work.db, &next, work.now)?;
    *work.membership = next;
    drop_the_gone(work)?;
    crate::workflow::dispatch::members_left(work)?;
    record(work, "document.taken", &version.to_string())?;
    tracing::info!(version, "a newer network document is held");
    work.then(Effect::MembershipChanged);
    if told == Told::Nobody {
        announce(work, &Announcement::Document(bytes.to_vec()));
    }
    Ok(Outcome::Taken(Taken::News))
}

fn drop_the_gone(work: &mut Work<'_>) -> Result<(), WorkError> {
    let membership = &*work.membership;
    let mut gone = work.public.board.set_members(&membership.held().document);
    // A key that the document does not list any more signs nothing that others would take.
    gone.extend(work.public.board.retain(|held| super::speaks(membership, held)));
    for id in &gone {
        work.public.index_department(id);
        store::capacity::remove(work.db, id)?;
    }
    address::drop_the_gone(work)?;
    work.public.index_suspensions(&work.membership);
    Ok(())
}

/// Verifies a suspension and keeps it.
pub(super) fn take_suspension(work: &mut Work<'_>, bytes: &[u8], told: Told) -> Result<Taken, WorkError> {
    let mut next = work.membership.clone();
    match next.suspend(bytes, work.now) {
        Ok(true) => {}
        Ok(false) => return Ok(Taken::Known),
        Err(error) => return Ok(Taken::Refused(error.to_string())),
    }
    store::membership::keep_suspensions(work.db, next.suspensions().iter().map(|s| (&s.digest, s.bytes.as_slice())), work.now)?;
    *work.membership = next;
    work.public.index_suspensions(&work.membership);
    record(work, "suspension.taken", "")?;
    work.then(Effect::MembershipChanged);
    if told == Told::Nobody {
        announce(work, &announcement(Set::Suspensions, bytes));
    }
    Ok(Taken::News)
}

/// Forgets suspensions that ended too long ago to matter, unless the clock is in doubt.
pub(super) fn forget_past_suspensions(work: &mut Work<'_>) -> Result<(), WorkError> {
    // Asked at every round: the members are copied only when something is to be forgotten.
    if !work.clock_agrees || !work.membership.has_past(work.now) {
        return Ok(());
    }
    let mut next = work.membership.clone();
    if next.forget_past(work.now) {
        store::membership::keep_suspensions(work.db, next.suspensions().iter().map(|s| (&s.digest, s.bytes.as_slice())), work.now)?;
        *work.membership = next;
        work.public.index_suspensions(&work.membership);
        work.then(Effect::MembershipChanged);
    }
    Ok(())
}

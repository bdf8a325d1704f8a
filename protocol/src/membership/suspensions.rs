//! All suspensions a node knows: a set, merged by union.
//!
//! Which of them have effect follows from the set alone, not from the order in which they came: two nodes that know the
//! same suspensions cut off the same members. So an object that breaks an officer's limit is kept (and passed on), but has
//! no effect; the limits bind by the moments written in the objects, earliest first.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::NetworkDocument,
    suspension::{SignedSuspension, SuspensionError},
};
use crate::{
    cbor,
    id::{Digest, MemberId},
    limits::{MAX_SUSPENSIONS, MAX_SUSPENSIONS_OF_OFFICER, SUSPENSION_AGAIN, SUSPENSIONS_PER_OFFICER},
    sign::PublicKey,
    time::Timestamp,
};

/// The suspensions a node knows, and which of them count.
#[derive(Clone, Debug, Default)]
pub struct Suspensions {
    known: BTreeMap<Digest, SignedSuspension>,
    /// Those without effect, and the limit they break.
    void: BTreeMap<Digest, SuspensionError>,
    /// Those that the board ended early.
    ended: BTreeSet<Digest>,
}

impl Suspensions {
    /// Takes an object, or more signatures on one that is known. Returns whether that is news.
    ///
    /// # Errors
    /// [`SuspensionError`] if the object itself does not hold. One that merely breaks an officer's limit is taken:
    /// ask [`Self::without_effect`].
    pub fn add(&mut self, document: &NetworkDocument, bytes: &[u8], now: Timestamp) -> Result<bool, SuspensionError> {
        let new = SignedSuspension::read(document, bytes)?;
        if is_past(&new, now) {
            return Err(SuspensionError::Past { until: new.suspension.until });
        }
        let merged = match self.known.get(&new.digest) {
            Some(known) => known.merged(document, &new)?,
            None => new,
        };
        if self.known.get(&merged.digest) == Some(&merged) {
            return Ok(false);
        }
        if merged.by_board && self.known.values().filter(|s| s.by_board).count() >= MAX_SUSPENSIONS {
            return Err(SuspensionError::Full);
        }
        let digest = merged.digest;
        self.known.insert(digest, merged);
        self.bound_officers();
        self.judge();
        Ok(self.known.contains_key(&digest))
    }

    /// Returns whether anything is too long past for any limit to depend on it.
    pub fn has_past(&self, now: Timestamp) -> bool {
        self.known.values().any(|s| is_past(s, now))
    }

    /// Forgets what is too long past for any limit to depend on it. Returns whether there was anything.
    pub fn forget_past(&mut self, now: Timestamp) -> bool {
        let before = self.known.len();
        self.known.retain(|_, s| !is_past(s, now));
        let forgot = self.known.len() != before;
        if forgot {
            self.judge();
        }
        forgot
    }

    /// Verifies everything anew against a document with another board: only what its officers signed stays.
    pub(super) fn keep_for(&mut self, document: &NetworkDocument) {
        let still_holds = |s: &SignedSuspension| SignedSuspension::read(document, &s.bytes).ok();
        self.known = self.known.values().filter_map(still_holds).map(|s| (s.digest, s)).collect();
        self.judge();
    }

    /// Returns every object known, effective or not, in the order of their digests.
    pub fn iter(&self) -> impl Iterator<Item = &SignedSuspension> {
        self.known.values()
    }
    /// Returns the object with this digest.
    pub fn get(&self, digest: &Digest) -> Option<&SignedSuspension> {
        self.known.get(digest)
    }
    /// Returns why this object has no effect, if it breaks a limit.
    pub fn without_effect(&self, digest: &Digest) -> Option<&SuspensionError> {
        self.void.get(digest)
    }
    /// Returns every object without effect, with the limit it breaks.
    pub fn all_without_effect(&self) -> &BTreeMap<Digest, SuspensionError> {
        &self.void
    }
    /// Returns the suspension that cuts `member` off at `now`; of several the one that lasts longest.
    pub fn in_force(&self, member: &MemberId, now: Timestamp) -> Option<&SignedSuspension> {
        let counts = |s: &&SignedSuspension| s.suspension.ends.is_none() && !self.void.contains_key(&s.digest) && !self.ended.contains(&s.digest);
        let holds = |s: &&SignedSuspension| &s.suspension.member == member && s.suspension.from <= now && now < s.suspension.until;
        self.known.values().filter(holds).filter(counts).max_by_key(|s| s.suspension.until)
    }
    /// Returns one digest over the set, equal on nodes that know the same objects with the same signers.
    pub fn digest(&self) -> Digest {
        let names: Vec<(Digest, &[PublicKey])> = self.known.values().map(|s| (s.digest, s.signers.as_slice())).collect();
        Digest::of(&cbor::write(&names))
    }

    /// Keeps one object more than an officer alone may have, so that the flood shows; which ones follows from the set alone.
    fn bound_officers(&mut self) {
        for officer in self.officers() {
            let surplus: Vec<Digest> = self.alone(officer).map(|s| s.digest).skip(MAX_SUSPENSIONS_OF_OFFICER + 1).collect();
            self.known.retain(|digest, _| !surplus.contains(digest));
        }
    }

    fn officers(&self) -> BTreeSet<PublicKey> {
        self.known.values().filter(|s| !s.by_board).flat_map(|s| s.signers.iter().copied()).collect()
    }

    /// What this officer signed without the board's threshold, in the order of the digests.
    fn alone(&self, officer: PublicKey) -> impl Iterator<Item = &SignedSuspension> {
        self.known.values().filter(move |s| !s.by_board && s.signers.contains(&officer))
    }

    /// Decides anew which objects have effect. One that any of its signers may make has effect.
    fn judge(&mut self) {
        self.ended = self.known.values().filter_map(|s| s.suspension.ends).collect();
        let (mut allowed, mut void) = (BTreeSet::new(), BTreeMap::new());
        for officer in self.officers() {
            for (digest, verdict) in self.verdicts(officer) {
                match verdict {
                    Ok(()) => drop(allowed.insert(digest)),
                    Err(limit) => drop(void.insert(digest, limit)),
                }
            }
        }
        void.retain(|digest, _| !allowed.contains(digest));
        self.void = void;
    }

    fn verdicts(&self, officer: PublicKey) -> Vec<(Digest, Result<(), SuspensionError>)> {
        let mut mine: Vec<_> = self.alone(officer).collect();
        mine.sort_by_key(|s| (s.suspension.from, s.digest));
        let flood = mine.len() > MAX_SUSPENSIONS_OF_OFFICER;
        let mut allowed: Vec<&SignedSuspension> = Vec::new();
        let mut verdicts = Vec::with_capacity(mine.len());
        for s in mine {
            let verdict = if flood { Err(SuspensionError::Flood) } else { self.within_limits(s, &allowed) };
            if verdict.is_ok() {
                allowed.push(s);
            }
            verdicts.push((s.digest, verdict));
        }
        verdicts
    }

    /// `earlier` are the officer's own suspensions that count and begin no later.
    fn within_limits(&self, s: &SignedSuspension, earlier: &[&SignedSuspension]) -> Result<(), SuspensionError> {
        let (member, from) = (&s.suspension.member, s.suspension.from);
        if earlier.iter().any(|other| &other.suspension.member == member && from.since(other.suspension.from) < SUSPENSION_AGAIN) {
            return Err(SuspensionError::Again);
        }
        let running = |other: &&&SignedSuspension| other.suspension.until > from && !self.ended.contains(&other.digest);
        let members: BTreeSet<_> = earlier.iter().filter(running).map(|other| &other.suspension.member).collect();
        if members.len() >= SUSPENSIONS_PER_OFFICER { Err(SuspensionError::TooMany) } else { Ok(()) }
    }
}

fn is_past(s: &SignedSuspension, now: Timestamp) -> bool {
    s.suspension.until.plus(SUSPENSION_AGAIN) < now
}

//! What a node holds of the membership, and the two questions asked of it: who is this, and may we still work.

use std::collections::BTreeMap;

use super::{
    document::{DocumentError, Member, Node, Role, SignedDocument},
    suspension::{SignedSuspension, SuspensionError, SuspensionReason},
};
use crate::{
    id::{Digest, Ik, MemberId},
    limits::{DOCUMENT_GRACE_DAYS, DOCUMENT_RUNOUT_DAYS, DOCUMENT_WARN_DAYS, MAX_SUSPENSIONS},
    sign::PublicKey,
    time::Timestamp,
};

/// How a peer stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Everything is allowed.
    Member(MemberId),
    /// Only synchronisation of documents, until the moment given.
    Suspended {
        /// Who.
        member: MemberId,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: SuspensionReason,
    },
    /// Was in the list up to a version and no longer is: only synchronisation of documents.
    Removed {
        /// Who.
        member: MemberId,
        /// The last version held here that listed it.
        last_version: u64,
    },
    /// Has a valid certificate but is in no list held here: only synchronisation of documents.
    Unlisted,
}

/// How old the document is, and what follows (DESIGN section 4: never fail open, never stop a whole network at once).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Full work.
    Good,
    /// Full work; ends in this many days. People are told.
    EndsIn(u64),
    /// Full work for this many more days although it has ended. People are warned.
    Grace(u64),
    /// Running conversations only, for this many more days.
    RunningOnly(u64),
    /// Synchronisation only, until a newer document arrives.
    SyncOnly,
}

impl Freshness {
    /// Returns whether new inquiries, offers and referrals may start.
    pub fn may_start(self) -> bool {
        matches!(self, Self::Good | Self::EndsIn(_) | Self::Grace(_))
    }
    /// Returns whether running conversations may go on.
    pub fn may_continue(self) -> bool {
        self.may_start() || matches!(self, Self::RunningOnly(_))
    }
}

/// The held document, what came before it, and suspensions.
#[derive(Clone, Debug)]
pub struct Membership {
    held: SignedDocument,
    /// Keys of nodes that an earlier held document listed and the present one does not: whose, and in which version last.
    former: BTreeMap<PublicKey, (MemberId, u64)>,
    suspensions: Vec<SignedSuspension>,
    by_auth: BTreeMap<PublicKey, (usize, usize)>,
    by_sign: BTreeMap<PublicKey, usize>,
}

impl Membership {
    /// Returns the view from a node's first document.
    ///
    /// # Errors
    /// [`DocumentError`] if it is not signed by its own board.
    pub fn new(first: SignedDocument) -> Result<Self, DocumentError> {
        first.accept_first()?;
        Ok(Self::trusted(first))
    }

    /// Returns the view from a document that was accepted before (read back from the node's own store).
    pub fn trusted(held: SignedDocument) -> Self {
        let mut view = Self { held, former: BTreeMap::new(), suspensions: Vec::new(), by_auth: BTreeMap::new(), by_sign: BTreeMap::new() };
        view.index();
        view
    }

    /// Takes a newer document. Returns whether it was news.
    ///
    /// # Errors
    /// [`DocumentError`]; the held one stays.
    pub fn advance(&mut self, next: SignedDocument) -> Result<bool, DocumentError> {
        let news = next.accept_after(&self.held)?;
        if news {
            self.replace(next);
        }
        Ok(news)
    }

    /// Replaces the held document by one already accepted as its successor.
    pub fn replace(&mut self, next: SignedDocument) {
        let version = self.held.document.version;
        for member in &self.held.document.members {
            for node in &member.nodes {
                self.former.insert(node.auth, (member.id.clone(), version));
            }
        }
        self.held = next;
        self.index();
    }

    fn index(&mut self) {
        self.by_auth.clear();
        self.by_sign.clear();
        for (m, member) in self.held.document.members.iter().enumerate() {
            for (n, node) in member.nodes.iter().enumerate() {
                self.by_auth.insert(node.auth, (m, n));
                self.by_sign.insert(node.sign, m);
                self.by_sign.extend(node.former_sign.iter().map(|key| (*key, m)));
            }
        }
        self.former.retain(|key, _| !self.by_auth.contains_key(key));
    }

    /// Takes a suspension object. Returns whether it was news.
    ///
    /// # Errors
    /// [`SuspensionError`].
    pub fn suspend(&mut self, bytes: &[u8]) -> Result<bool, SuspensionError> {
        let accepted = SignedSuspension::accept(&self.held.document, &self.suspensions, bytes)?;
        if self.suspensions.iter().any(|known| known.digest == accepted.digest) {
            return Ok(false);
        }
        self.suspensions.push(accepted);
        if self.suspensions.len() > MAX_SUSPENSIONS {
            let oldest = self.suspensions.iter().enumerate().min_by_key(|(_, s)| s.suspension.until).map(|(at, _)| at);
            oldest.map(|at| self.suspensions.remove(at));
        }
        Ok(true)
    }

    /// Returns the held document.
    pub fn held(&self) -> &SignedDocument {
        &self.held
    }
    /// Returns all suspension objects known.
    pub fn suspensions(&self) -> &[SignedSuspension] {
        &self.suspensions
    }
    /// Returns one digest over the set of suspensions, equal on nodes that know the same ones.
    pub fn suspensions_digest(&self) -> Digest {
        let mut digests: Vec<_> = self.suspensions.iter().map(|s| s.digest).collect();
        digests.sort();
        Digest::of(&crate::cbor::write(&digests))
    }

    /// Returns how the holder of this auth key stands at `now`.
    pub fn standing(&self, auth: &PublicKey, now: Timestamp) -> Standing {
        match self.by_auth.get(auth) {
            Some((member, _)) => self.member_standing(&self.held.document.members[*member].id, now),
            None => match self.former.get(auth) {
                Some((member, last_version)) => Standing::Removed { member: member.clone(), last_version: *last_version },
                None => Standing::Unlisted,
            },
        }
    }

    /// Returns how a member stands at `now`.
    pub fn member_standing(&self, member: &MemberId, now: Timestamp) -> Standing {
        if self.held.document.member(member).is_none() {
            let last = self.former.values().filter(|(m, _)| m == member).map(|(_, version)| *version).max();
            return last.map_or(Standing::Unlisted, |last_version| Standing::Removed { member: member.clone(), last_version });
        }
        let suspended = self.suspensions.iter().filter(|s| s.in_force(&self.suspensions, member, now)).max_by_key(|s| s.suspension.until);
        match suspended {
            Some(s) => Standing::Suspended { member: member.clone(), until: s.suspension.until, reason: s.suspension.reason },
            None => Standing::Member(member.clone()),
        }
    }

    /// Returns the member and node with this auth key.
    pub fn node_by_auth(&self, auth: &PublicKey) -> Option<(&Member, &Node)> {
        let (member, node) = self.by_auth.get(auth)?;
        let member = &self.held.document.members[*member];
        Some((member, &member.nodes[*node]))
    }
    /// Returns the member whose present or former sign key this is.
    pub fn member_by_sign(&self, sign: &PublicKey) -> Option<&Member> {
        self.by_sign.get(sign).map(|member| &self.held.document.members[*member])
    }
    /// Returns the member that speaks for a facility.
    pub fn member_by_ik(&self, ik: &Ik) -> Option<&Member> {
        self.held.document.members.iter().find(|member| member.speaks_for(ik))
    }
    /// Returns whether the member may open and hold conversations at `now`: listed, not suspended, and a clinic.
    pub fn may_converse(&self, member: &MemberId, now: Timestamp) -> bool {
        let clinic = self.held.document.member(member).is_some_and(|m| m.roles.contains(&Role::Clinic));
        clinic && matches!(self.member_standing(member, now), Standing::Member(_))
    }

    /// Returns how old the document is at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        const DAY: u64 = 86_400;
        let end = self.held.document.valid_until;
        if now < end {
            let left = end.since(now).as_secs() / DAY;
            return if left < DOCUMENT_WARN_DAYS { Freshness::EndsIn(left) } else { Freshness::Good };
        }
        let past = now.since(end).as_secs() / DAY;
        match past.checked_sub(DOCUMENT_GRACE_DAYS) {
            None => Freshness::Grace(DOCUMENT_GRACE_DAYS - past),
            Some(run) if run < DOCUMENT_RUNOUT_DAYS => Freshness::RunningOnly(DOCUMENT_RUNOUT_DAYS - run),
            Some(_) => Freshness::SyncOnly,
        }
    }
}

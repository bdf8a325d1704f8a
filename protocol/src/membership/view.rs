//! What a node holds of the membership, and the two questions asked of it: who is this, and may we still work.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    document::{DocumentError, Member, Node, Role, SignedDocument},
    suspension::{SuspensionError, SuspensionReason},
    suspensions::Suspensions,
};
use crate::{
    id::{Digest, Ik, MemberId},
    limits::{DOCUMENT_GRACE_DAYS, DOCUMENT_RUNOUT_DAYS, DOCUMENT_WARN_DAYS},
    planted::{Bug, planted},
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

/// How much of the membership a node knows. Nodes of one edition judge every peer alike.
///
/// The rule that rests on it: while a peer's edition is not this node's own, nothing but synchronisation goes to or comes from
/// that peer, until one round of it is complete; what the peer's edition holds is here then, or does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edition {
    /// Version of the network document held.
    pub document: u64,
    /// One digest over the suspensions known ([`Suspensions::digest`]).
    pub suspensions: Digest,
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
    /// The document before the first of `changes`, so that what is read back from the store shows that one as a change too.
    origin: Option<SignedDocument>,
    /// Documents that changed board keys or threshold, oldest first, for members that must catch up one by one.
    changes: Vec<SignedDocument>,
    /// The document before the held one, if it was held here: its board may prove that the held version was contradicted.
    previous: Option<SignedDocument>,
    /// The last documents held here that listed somebody who is no member any more, by version: they say who signed for whom then.
    partings: BTreeMap<u64, Arc<SignedDocument>>,
    /// Keys of nodes that an earlier held document listed and the present one does not: whose, and in which version last.
    former: BTreeMap<PublicKey, (MemberId, u64)>,
    suspensions: Suspensions,
    by_auth: BTreeMap<PublicKey, (usize, usize)>,
    by_sign: BTreeMap<PublicKey, usize>,
    by_id: BTreeMap<MemberId, usize>,
    by_ik: BTreeMap<Ik, usize>,
    /// Members that hold no conversations because of what they are.
    no_clinics: Vec<MemberId>,
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

    /// Returns the view from documents that were accepted before and read back from the node's own store, oldest first: every
    /// one [worth keeping](Self::worth_keeping), the last of which is held. Nothing is verified again. Returns nothing if there is none.
    pub fn restore(documents: impl IntoIterator<Item = SignedDocument>) -> Option<Self> {
        let mut documents = documents.into_iter();
        let mut view = Self::trusted(documents.next()?);
        documents.for_each(|next| view.replace(next));
        Some(view)
    }

    /// Returns the view from one document that was accepted before.
    pub fn trusted(held: SignedDocument) -> Self {
        let mut view = Self {
            held,
            origin: None,
            changes: Vec::new(),
            previous: None,
            partings: BTreeMap::new(),
            former: BTreeMap::new(),
            suspensions: Suspensions::default(),
            by_auth: BTreeMap::new(),
            by_sign: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_ik: BTreeMap::new(),
            no_clinics: Vec::new(),
        };
        view.index();
        view
    }

    /// Takes a newer document. Returns whether it was news.
    ///
    /// # Errors
    /// [`DocumentError`]; the held one stays. At [`DocumentError::Contradiction`] the caller keeps both as proof; at
    /// [`DocumentError::Gap`] it asks for the document that follows the held one ([`Self::next_after`] at the peer).
    pub fn advance(&mut self, next: SignedDocument) -> Result<bool, DocumentError> {
        match next.accept_after(&self.held) {
            Ok(false) | Err(_) if planted(Bug::AcceptOldDocument) && next.document.version < self.held.document.version => self.replace(next),
            Ok(true) => self.replace(next),
            Ok(false) => return Ok(false),
            Err(error) => return Err(self.contradiction(&next).unwrap_or(error)),
        }
        Ok(true)
    }

    /// A second document of the held version is a contradiction also when the board *before* signed it: the board that
    /// handed over to another may have signed two hand-overs.
    fn contradiction(&self, next: &SignedDocument) -> Option<DocumentError> {
        let held = &self.held;
        let same_version = next.document.version == held.document.version && next.digest() != held.digest();
        let signed = |previous: &SignedDocument| next.signed_by(&previous.document, "previous").is_ok();
        let contradicts = same_version && self.previous.as_ref().is_some_and(signed);
        contradicts.then_some(DocumentError::Contradiction { version: next.document.version })
    }

    /// Returns the document to give to a member that holds `version`: the next one that changed keys, else the held one,
    /// else nothing because it is up to date. Asking again with each answer's version catches up one by one.
    pub fn next_after(&self, version: u64) -> Option<&SignedDocument> {
        let next_change = self.changes.iter().find(|change| change.document.version > version);
        next_change.or_else(|| Some(&self.held).filter(|held| held.document.version > version))
    }

    /// Returns every document to keep in the store, oldest first: those that changed keys and the one before them, those that were the last to list a
    /// former member, the one before the held one, and the held one. The others may be deleted.
    pub fn worth_keeping(&self) -> Vec<&SignedDocument> {
        let mut keep: Vec<_> = self.origin.iter().chain(&self.changes).chain(self.partings.values().map(Arc::as_ref)).chain(&self.previous).chain([&self.held]).collect();
        keep.sort_by_key(|document| document.document.version);
        keep.dedup_by_key(|document| document.document.version);
        keep
    }

    /// Replaces the held document by one already accepted as its successor.
    pub fn replace(&mut self, next: SignedDocument) {
        let version = self.held.document.version;
        for member in &self.held.document.members {
            for node in &member.nodes {
                self.former.insert(node.auth, (member.id.clone(), version));
            }
        }
        let changes_keys = !next.document.same_board(&self.held.document);
        if changes_keys {
            if self.changes.is_empty() {
                self.origin = Some(self.held.clone());
            }
            self.changes.push(next.clone());
            self.suspensions.keep_for(&next.document);
        }
        let before = std::mem::replace(&mut self.held, next);
        self.index();
        let left = self.left();
        if left.values().any(|last| *last == version) {
            self.partings.insert(version, Arc::new(before.clone()));
        }
        self.partings.retain(|version, _| left.values().any(|last| last == version));
        self.previous = Some(before);
    }

    /// Returns who was a member by an earlier held document and is none by the present one, and the last version that listed it.
    fn left(&self) -> BTreeMap<MemberId, u64> {
        let mut left = BTreeMap::new();
        for (member, version) in self.former.values().filter(|(member, _)| self.held.document.member(member).is_none()) {
            let last = left.entry(member.clone()).or_insert(*version);
            *last = (*last).max(*version);
        }
        left
    }

    /// Returns the former members that are known here, as the last document that listed each described it, with its version.
    pub fn former_members(&self) -> Vec<(&Member, u64)> {
        let listed = |(member, version): (MemberId, u64)| Some((self.partings.get(&version)?.document.member(&member)?, version));
        self.left().into_iter().filter_map(listed).collect()
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
        let members = &self.held.document.members;
        self.by_id = members.iter().enumerate().map(|(m, member)| (member.id.clone(), m)).collect();
        self.by_ik = members.iter().enumerate().flat_map(|(m, member)| member.facilities.iter().map(move |facility| (facility.ik.clone(), m))).collect();
        self.no_clinics = members.iter().filter(|member| !member.roles.contains(&Role::Clinic)).map(|member| member.id.clone()).collect();
        self.former.retain(|key, _| !self.by_auth.contains_key(key));
    }

    /// Takes a suspension object, or more signatures on a known one. Returns whether it was news. One that breaks an
    /// officer's limits is kept and passed on, but has no effect ([`Suspensions::without_effect`]).
    ///
    /// # Errors
    /// [`SuspensionError`] if the object itself does not hold.
    pub fn suspend(&mut self, bytes: &[u8], now: Timestamp) -> Result<bool, SuspensionError> {
        self.suspensions.forget_past(now);
        self.suspensions.add(&self.held.document, bytes, now)
    }

    /// Returns whether there are suspensions that ended too long ago to matter.
    pub fn has_past(&self, now: Timestamp) -> bool {
        self.suspensions.has_past(now)
    }

    /// Forgets suspensions that ended too long ago to matter. Returns whether there was one. Every node does it by its clock: two that
    /// never did would know different suspensions for ever, since none takes a past one.
    pub fn forget_past(&mut self, now: Timestamp) -> bool {
        self.suspensions.forget_past(now)
    }

    /// Returns the held document.
    pub fn held(&self) -> &SignedDocument {
        &self.held
    }
    /// Returns how much of the membership is known.
    pub fn edition(&self) -> Edition {
        Edition { document: self.held.document.version, suspensions: self.suspensions.digest() }
    }
    /// Returns the suspensions known.
    pub fn suspensions(&self) -> &Suspensions {
        &self.suspensions
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
        if self.member(member).is_none() {
            let last = self.former.values().filter(|(m, _)| m == member).map(|(_, version)| *version).max();
            return last.map_or(Standing::Unlisted, |last_version| Standing::Removed { member: member.clone(), last_version });
        }
        let suspended = self.suspensions.in_force(member, now);
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
        self.by_ik.get(ik).map(|member| &self.held.document.members[*member])
    }
    /// Returns the listed member with this id.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.by_id.get(id).map(|member| &self.held.document.members[*member])
    }
    /// Returns the listed members that may not hold conversations at `now`: all for which [`Self::may_converse`] does not hold.
    pub fn not_conversing(&self, now: Timestamp) -> Vec<MemberId> {
        let suspended: BTreeSet<&MemberId> = self.suspensions.iter().map(|known| &known.suspension.member).collect();
        let cut_off = suspended.into_iter().filter(|member| self.member(member).is_some() && !self.may_converse(member, now)).cloned();
        let mut members: Vec<MemberId> = self.no_clinics.iter().cloned().chain(cut_off).collect();
        members.sort();
        members.dedup();
        members
    }
    /// Returns whether the member may open and hold conversations at `now`: listed, not suspended, and a clinic.
    pub fn may_converse(&self, member: &MemberId, now: Timestamp) -> bool {
        let clinic = self.member(member).is_some_and(|m| m.roles.contains(&Role::Clinic));
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

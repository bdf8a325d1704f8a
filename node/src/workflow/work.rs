//! What a piece of work has at hand: the open transaction, the clock, who the node is, who acts, and what is to follow.

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
};

use verbund_protocol::{
    id::{DocumentRoot, LocalId, MemberId, NetworkId, NodeId},
    membership::Membership,
    planted::{Bug, planted},
    sign::{Kind, PublicKey, SecretKey, sign},
    time::Timestamp,
};

use super::{WorkError, recall::Recall, replication::Public};
use crate::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        entropy::Entropy,
    },
    store::{Db, audit},
};

/// Who this node signs as.
#[derive(Clone, Debug)]
pub struct Author {
    /// The network.
    pub network: NetworkId,
    /// The member this node speaks for.
    pub member: MemberId,
    /// Which of the member's nodes.
    pub node: NodeId,
    /// The TLS key's public half: how peers see this node.
    pub auth: PublicKey,
    /// The evidence key.
    pub key: SecretKey,
}

impl Author {
    /// Returns `payload` signed as `kind`.
    pub fn sign(&self, kind: Kind, payload: Vec<u8>) -> Vec<u8> {
        sign(&self.network, kind, payload, &self.key)
    }
}

/// What must happen outside once the transaction is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The outbox holds something for this member.
    Wake(MemberId),
    /// A public record changed: tell everybody.
    Announce(Vec<u8>),
    /// The held network document or a suspension changed: the gate must know, and peers too.
    MembershipChanged,
    /// Addresses of a node became known.
    Addresses {
        /// The node's auth key.
        peer: PublicKey,
        /// Its addresses, best first.
        addresses: Vec<String>,
    },
    /// A person answers for this node's clock.
    ClockConfirmed,
    /// Documents are waiting to be fetched.
    Fetch,
    /// Stop sending and fetching this document now.
    StopTransfer(DocumentRoot),
    /// Mails are waiting to be sent.
    Post,
}

/// Something that memory holds beside the store, for one piece of work. It notes whether the piece has touched it: when the piece
/// fails, the store forgets what it did, and memory must be read anew.
#[derive(Debug)]
pub struct Memory<'a, T> {
    held: &'a mut T,
    touched: bool,
}

impl<'a, T> Memory<'a, T> {
    /// Lends `held` to a piece of work.
    pub fn new(held: &'a mut T) -> Self {
        Self { held, touched: false }
    }
    /// Returns whether it may have been changed.
    pub fn is_touched(&self) -> bool {
        self.touched
    }
}

impl<T> Deref for Memory<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held
    }
}

impl<T> DerefMut for Memory<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.touched = true;
        self.held
    }
}

/// One piece of work inside the open transaction.
pub struct Work<'a> {
    /// The open transaction's connection. Nobody here commits.
    pub db: &'a Db,
    /// The moment everything in this piece of work happens.
    pub now: Timestamp,
    /// Who this node is.
    pub me: &'a Author,
    /// Who belongs.
    pub membership: Memory<'a, Membership>,
    /// The public records held.
    pub public: Memory<'a, Public>,
    /// What was read from the store lately.
    pub recall: &'a Recall,
    /// The spans this clinic has set for itself.
    pub terms: &'a Terms,
    /// Random bytes.
    pub entropy: &'a mut dyn Entropy,
    /// Who acts.
    pub actor: Actor,
    /// Whether the clock agrees with the peers' (DESIGN section 8): without it, promises are neither made nor ended.
    pub clock_agrees: bool,
    /// What is to follow after the commit.
    pub effects: Vec<Effect>,
    /// Where somebody only looks: what the audit will say of it. The turn writes that at its end, for all who looked together.
    pub looks: Option<&'a RefCell<Vec<audit::Line>>>,
}

impl Work<'_> {
    /// Checks that the actor has one of `roles`.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`] names the roles.
    pub fn require(&self, roles: &[Role]) -> Result<(), WorkError> {
        if self.actor.has_any(roles) { Ok(()) } else { Err(WorkError::Forbidden(roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", "))) }
    }

    /// Checks that promises may be made now.
    ///
    /// # Errors
    /// [`WorkError::Unavailable`] when the clock is in doubt or the network document has run out.
    pub fn may_promise(&self) -> Result<(), WorkError> {
        if !self.clock_agrees && !planted(Bug::PromiseByAWrongClock) {
            return Err(WorkError::unavailable(
                "this node's clock does not agree with the other clinics' clocks, or none of them was heard since it changed, so no promise with a time in it is made",
                "set the clock (NTP), see `verbund doctor`, or answer for it with `verbund doctor --confirm-clock`",
            ));
        }
        if !self.membership.freshness(self.now).may_start() {
            return Err(WorkError::unavailable(
                "the network document ended too long ago to start anything new",
                "get the current network document: `verbund join --document FILE`",
            ));
        }
        Ok(())
    }

    /// Writes an audit entry in this transaction. `detail` holds codes and random ids, never a name or free text.
    ///
    /// # Errors
    /// The store's.
    pub fn audit(&self, action: &str, subject: Option<LocalId>, purpose: &str, detail: &str) -> Result<(), WorkError> {
        let roles = self.actor.role_words();
        let entry = audit::Entry { at: self.now, actor: self.actor.name(), roles: &roles, action, subject, purpose, detail };
        if let Some(looks) = self.looks {
            looks.borrow_mut().push(audit::Line::of(&entry));
            return Ok(());
        }
        self.recall.audited(audit::append(self.db, &entry)?);
        Ok(())
    }

    /// Writes an audit entry about each of `whom`, whose names stand in a list that is looked at often: about the same patient only once an hour
    /// ([`super::recall::LISTED_FOR`]) for each reader. So what a patient is shown of her lookers does not drown, nor does the start page write
    /// dozens of entries at every look. That the list was looked at is an entry of its own, without a patient, every time.
    ///
    /// # Errors
    /// The store's.
    pub fn audit_listed(&self, action: &str, whom: impl IntoIterator<Item = LocalId>, purpose: &str) -> Result<(), WorkError> {
        for patient in self.recall.newly_listed(&format!("{action} {}", self.actor.name()), whom, self.now) {
            self.audit(action, Some(patient), purpose, "")?;
        }
        Ok(())
    }

    /// Notes that `effect` follows the commit; a repeat within one piece of work is noted once.
    pub fn then(&mut self, effect: Effect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }
}

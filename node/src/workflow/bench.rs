//! A place to try pieces of work in tests: a store in memory, a network of two members, a clock that is set by hand.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    cbor,
    id::{Ik, LocalId, MemberId},
    membership::{Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role as MemberRole, SignedDocument},
    sign::{Kind, MultiSigned, SecretKey},
    time::Timestamp,
};

use super::{Author, Effect, Memory, Public, Work, WorkError, recall::Recall, replication};
use crate::{
    domain::{
        actor::{Actor, Role},
        config::Terms,
        entropy::Seeded,
    },
    store::{Store, audit},
};

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

pub(crate) struct Bench {
    pub store: Store,
    pub me: Author,
    pub membership: Membership,
    pub public: Public,
    pub recall: Recall,
    pub entropy: Seeded,
    pub now: Timestamp,
    pub terms: Terms,
    pub clock_agrees: bool,
}

pub(crate) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Returns the only facility of member `a` (11) or `b` (12).
pub(crate) fn ik(seed: u8) -> Ik {
    Ik::with_check_digit(10_000_000 + u32::from(seed))
}

/// Returns the network document of this version with these members: each has one node `1` and one facility.
pub(crate) fn document(version: u64, members: &[(&str, u8)]) -> SignedDocument {
    let network = "test".parse().unwrap();
    let member = |id: &str, seed: u8| Member {
        id: id.parse().unwrap(),
        name: id.into(),
        facilities: vec![Facility { ik: ik(seed), name: id.into(), site: None, kind: FacilityKind::Rehab, latitude: 48_137_000, longitude: 11_575_000, place: "München".into() }],
        nodes: vec![Node { id: "1".parse().unwrap(), auth: key(seed + 100).public(), sign: key(seed).public(), former_sign: vec![] }],
        relay: false,
        roles: vec![MemberRole::Clinic],
    };
    let document = NetworkDocument {
        network,
        version,
        valid_from: Timestamp(0),
        valid_until: NOW.plus(Duration::from_secs(86_400 * 300)),
        board: vec![key(1).public()],
        threshold: 1,
        authorities: vec![],
        members: members.iter().map(|(id, seed)| member(id, *seed)).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    let mut signed = MultiSigned::new(cbor::write(&document));
    signed.add_signature(&document.network, Kind::NetworkDocument, &key(1));
    SignedDocument::read(&document.network, &signed.to_bytes()).unwrap()
}

/// Two members, `a` and `b`.
fn membership() -> Membership {
    Membership::new(document(1, &[("a", 11), ("b", 12)])).unwrap()
}

impl Bench {
    /// Returns the bench of member `a`.
    pub fn new() -> Self {
        Self::of("a", 11)
    }

    /// Returns the bench of a member, whose keys follow from its seed: 11 for `a`, 12 for `b`.
    pub fn of(member: &str, seed: u8) -> Self {
        let me = Author { network: "test".parse().unwrap(), member: member.parse().unwrap(), node: "1".parse().unwrap(), auth: key(seed + 100).public(), key: key(seed) };
        let store = Store::in_memory().unwrap();
        let (membership, public) = replication::load(store.db(), membership()).unwrap();
        Self { store, me, membership, public, recall: Recall::default(), entropy: Seeded::new(seed.into()), now: NOW, terms: Terms::default(), clock_agrees: true }
    }

    /// Runs `piece` as `actor` in a transaction of its own; what it wants to follow comes with its result.
    pub fn follow<T>(&mut self, actor: Actor, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> Result<(T, Vec<Effect>), WorkError> {
        let Self { store, me, membership, public, recall, entropy, now, terms, clock_agrees } = self;
        recall.settle(store.db(), *now);
        let result = store.write(|db| {
            let mut work = Work {
                db,
                now: *now,
                me,
                membership: Memory::new(membership),
                public: Memory::new(public),
                recall,
                terms,
                entropy,
                actor,
                clock_agrees: *clock_agrees,
                effects: Vec::new(),
                looks: None,
            };
            let out = piece(&mut work)?;
            Ok((out, work.effects))
        });
        if result.is_err() {
            recall.forget_listed();
        }
        result
    }

    /// Runs `piece` as a person with `role`.
    pub fn run<T>(&mut self, role: Role, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> Result<T, WorkError> {
        self.follow(person(role), piece).map(|(out, _)| out)
    }

    /// Returns the audit's entries about a patient, newest first.
    pub fn lines(&self, patient: LocalId) -> Vec<audit::Line> {
        audit::list(self.store.db(), &audit::Filter { subject: Some(patient), ..audit::Filter::default() }, 1_000).unwrap()
    }

    /// Returns the newest audit entries, newest first, as `actor action subject? detail`.
    pub fn audit(&self, limit: usize) -> Vec<String> {
        let lines = audit::list(self.store.db(), &audit::Filter::default(), limit).unwrap();
        let shown = |line: audit::Line| format!("{} {} {} {}", line.actor, line.action, line.subject.map_or("-".into(), |id| id.to_string()), line.detail).trim_end().to_owned();
        lines.into_iter().map(shown).collect()
    }
}

/// Returns a person with one role, named after it.
pub(crate) fn person(role: Role) -> Actor {
    Actor::Person { name: format!("p-{}", role.word()), roles: vec![role] }
}

/// Returns the other member.
pub(crate) fn other() -> MemberId {
    "b".parse().unwrap()
}

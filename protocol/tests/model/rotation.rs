//! Board and network document change while nodes are away: documents, forgeries and suspensions come in any order, again, or never, and
//! nodes bring each other up to date one document at a time.

use std::collections::HashMap;

use verbund_protocol::{
    cbor,
    id::{Digest, Ik, MemberId, NetworkId},
    limits::SUSPENSION_AGAIN,
    membership::{DocumentError, Facility, FacilityKind, Member, Membership, NetworkDocument, Node, Role, SignedDocument, Standing, Suspension, SuspensionReason},
    sign::{Kind, MultiSigned, PublicKey, SecretKey},
    time::Timestamp,
};

use super::search::Model;

/// A rule that this model breaks on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every rule is kept.
    None,
    /// A new board counts on its own word.
    NewBoardAlone,
    /// An older document counts.
    TakesOlder,
    /// A node gives only the document it holds, not the one that comes next.
    GivesTheLastOnly,
    /// A node does not pass suspensions on.
    KeepsSuspensions,
}

const MOST_NODES: usize = 3;

/// The state of the whole: what each node holds, how many documents are published, and what time it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct World {
    nodes: [u16; MOST_NODES],
    published: u8,
    phase: u8,
}

/// What happens. Numbers name nodes and what is delivered.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "shown by Debug on the way to a fault")]
pub enum Deed {
    Published(u8),
    Document(usize, usize),
    Suspension(usize, usize),
    Clock(u8),
}

/// Documents, forgeries and suspensions, and every view of them that a node can have.
pub struct Rotation {
    count: usize,
    fault: Fault,
    documents: Vec<SignedDocument>,
    /// The board's own line is the first of them; what follows, others made.
    line: usize,
    /// One more than the line: the board's second word on one version.
    contradiction: usize,
    suspensions: Vec<Vec<u8>>,
    phases: [Timestamp; 3],
    views: Vec<Membership>,
    names: HashMap<String, u16>,
    steps: HashMap<(u16, usize, bool, u8), u16>,
    syncs: HashMap<(u16, u16, u8), u16>,
    ticks: HashMap<(u16, u8), u16>,
}

fn network() -> NetworkId {
    "model".parse().unwrap()
}

fn key(n: u8) -> SecretKey {
    SecretKey::from_seed(&[n; 32])
}

fn publics(numbers: &[u8]) -> Vec<PublicKey> {
    numbers.iter().map(|n| key(*n).public()).collect()
}

fn start() -> Timestamp {
    Timestamp::from_secs(1_800_000_000)
}

fn member_id(n: u8) -> MemberId {
    format!("member-{n}").parse().unwrap()
}

fn member(n: u8) -> Member {
    let facility = Facility {
        ik: Ik::with_check_digit(26_000_000 + u32::from(n)),
        name: format!("Haus {n}"),
        site: None,
        kind: FacilityKind::Both,
        latitude: 48_000_000,
        longitude: 11_000_000,
        place: "Musterstadt".into(),
    };
    let node = Node { id: "1".parse().unwrap(), auth: key(100 + n).public(), sign: key(120 + n).public(), former_sign: vec![] };
    Member { id: member_id(n), name: format!("Klinik {n}"), facilities: vec![facility], nodes: vec![node], relay: false, roles: vec![Role::Clinic] }
}

/// Returns a document with these members and board, signed by these keys.
fn document(version: u64, members: &[u8], board: &[u8], threshold: u8, signers: &[u8]) -> SignedDocument {
    let content = NetworkDocument {
        network: network(),
        version,
        valid_from: start(),
        valid_until: Timestamp::from_secs(1_900_000_000),
        board: publics(board),
        threshold,
        authorities: vec![vec![0x30, 0]],
        members: members.iter().map(|n| member(*n)).collect(),
        bootstrap: vec![],
        min_protocol: 1,
        catalogues: vec![],
    };
    SignedDocument::read(&network(), &signed(cbor::write(&content), Kind::NetworkDocument, signers)).unwrap()
}

fn signed(payload: Vec<u8>, kind: Kind, signers: &[u8]) -> Vec<u8> {
    let mut signed = MultiSigned::new(payload);
    signers.iter().for_each(|n| signed.add_signature(&network(), kind, &key(*n)));
    signed.to_bytes()
}

fn suspension(member: u8, hours: u64, ends: Option<Digest>) -> Vec<u8> {
    let until = Timestamp::from_secs(start().secs() + hours * 3600);
    cbor::write(&Suspension { network: network(), member: member_id(member), from: start(), until, reason: SuspensionReason::Malfunction, ends })
}

impl Rotation {
    pub fn new(count: usize, fault: Fault) -> Self {
        let line = [
            document(1, &[1, 2, 3], &[1, 2, 3], 2, &[1, 2]),
            document(2, &[1, 2], &[1, 2, 3], 2, &[2, 3]),
            document(3, &[1, 2, 3], &[4, 5, 6], 2, &[1, 3, 4, 6]),
            document(4, &[1, 2, 3], &[4, 5, 6], 3, &[4, 5, 6]),
            document(5, &[1, 3], &[4, 5, 6], 3, &[4, 5, 6]),
            document(6, &[1, 3], &[6, 7, 8], 2, &[4, 5, 6, 7]),
        ];
        let others = [
            // The board signed a second version 2.
            document(2, &[2, 3], &[1, 2, 3], 2, &[1, 2]),
            // A board that nobody handed over to.
            document(3, &[1, 2], &[10, 11, 12], 2, &[10, 11]),
            // A hand-over the new board did not agree to, and one by too few of the old.
            document(3, &[1, 2], &[10, 11, 12], 2, &[1, 2]),
            document(3, &[1, 2], &[10, 11, 12], 2, &[1, 10, 11]),
            // Signed by the board before, whose keys may be anywhere by now.
            document(7, &[2], &[1, 2, 3], 2, &[1, 2, 3]),
        ];
        let first = suspension(2, 48, None);
        let end = suspension(2, 48, Some(Digest::of(&first)));
        let suspensions = [(&first, &[1][..]), (&first, &[2]), (&end, &[1, 3]), (&end, &[4, 5, 6]), (&suspension(1, 24, None), &[6])];
        let suspensions = suspensions.map(|(payload, signers)| signed(payload.clone(), Kind::Suspension, signers)).to_vec();
        let day = std::time::Duration::from_secs(86_400);
        let phases = [start().plus(day / 2), start().plus(day * 3), start().plus(day * 4 + SUSPENSION_AGAIN)];
        let first = Membership::new(line[0].clone()).unwrap();
        let published = line.len();
        let documents = line.into_iter().chain(others).collect();
        let mut rotation = Self {
            count,
            fault,
            documents,
            line: published,
            contradiction: published,
            suspensions,
            phases,
            views: vec![],
            names: HashMap::new(),
            steps: HashMap::new(),
            syncs: HashMap::new(),
            ticks: HashMap::new(),
        };
        rotation.name(first);
        rotation
    }

    /// Returns the number of a view: two that answer alike are one.
    fn name(&mut self, view: Membership) -> u16 {
        let kept: Vec<_> = view.worth_keeping().iter().map(|document| document.digest()).collect();
        let known: Vec<_> = view.suspensions().iter().map(|s| (s.digest, s.signers.clone(), s.by_board)).collect();
        let standing: Vec<_> = (1..=3).flat_map(|n| self.phases.map(|now| view.member_standing(&member_id(n), now))).collect();
        let name = format!("{kept:?} {known:?} {standing:?} {:?}", view.held().digest());
        let next = self.views.len() as u16;
        *self.names.entry(name).or_insert_with(|| {
            self.views.push(view);
            next
        })
    }

    /// Gives a node a document or a suspension, from whomever.
    fn give(&mut self, node: u16, what: usize, is_document: bool, phase: u8) -> u16 {
        if let Some(known) = self.steps.get(&(node, what, is_document, phase)) {
            return *known;
        }
        let mut view = self.views[node as usize].clone();
        if is_document {
            let document = self.documents[what].clone();
            match view.advance(document.clone()) {
                Err(DocumentError::TooFewSignatures { .. }) if self.fault == Fault::NewBoardAlone && document.accept_first().is_ok() => view.replace(document),
                Err(DocumentError::Older { .. }) if self.fault == Fault::TakesOlder => view.replace(document),
                Ok(_) | Err(_) => {}
            }
        } else {
            // What does not hold changes nothing, which is checked.
            let _ = view.suspend(&self.suspensions[what].clone(), self.phases[phase as usize]);
        }
        let next = self.name(view);
        self.steps.insert((node, what, is_document, phase), next);
        next
    }

    fn which(&self, document: &SignedDocument) -> usize {
        self.documents.iter().position(|known| known.digest() == document.digest()).unwrap()
    }

    /// A node asks another, as synchronisation does: the next document, and the suspensions it knows.
    fn sync(&mut self, to: u16, from: u16, phase: u8) -> u16 {
        if let Some(known) = self.syncs.get(&(to, from, phase)) {
            return *known;
        }
        let (mine, theirs) = (&self.views[to as usize], &self.views[from as usize]);
        let version = mine.held().document.version;
        let next = if self.fault == Fault::GivesTheLastOnly { Some(theirs.held()) } else { theirs.next_after(version) };
        let next = next.map(|document| self.which(document));
        let node = next.map_or(to, |next| self.give(to, next, true, phase));
        let mut view = self.views[node as usize].clone();
        if self.fault != Fault::KeepsSuspensions {
            let known: Vec<Vec<u8>> = self.views[from as usize].suspensions().iter().map(|s| s.bytes.clone()).collect();
            for bytes in known {
                let _ = view.suspend(&bytes, self.phases[phase as usize]);
            }
        }
        let after = self.name(view);
        self.syncs.insert((to, from, phase), after);
        after
    }

    /// A node's clock ticks.
    fn tick(&mut self, node: u16, phase: u8) -> u16 {
        if let Some(known) = self.ticks.get(&(node, phase)) {
            return *known;
        }
        let mut view = self.views[node as usize].clone();
        view.forget_past(self.phases[phase as usize]);
        let after = self.name(view);
        self.ticks.insert((node, phase), after);
        after
    }
}

impl Model for Rotation {
    type State = World;
    type Event = Deed;

    fn begin(&self) -> Vec<World> {
        vec![World { nodes: [0; MOST_NODES], published: 1, phase: 0 }]
    }

    fn next(&mut self, world: &World, add: &mut Vec<(Deed, World)>) {
        if usize::from(world.published) < self.line {
            add.push((Deed::Published(world.published), World { published: world.published + 1, ..*world }));
        }
        if usize::from(world.phase) + 1 < self.phases.len() {
            add.push((Deed::Clock(world.phase + 1), World { phase: world.phase + 1, ..*world }));
        }
        for node in 0..self.count {
            let mut go = |this: &mut Self, what, is_document: bool| {
                let mut next = *world;
                next.nodes[node] = this.give(world.nodes[node], what, is_document, world.phase);
                let deed = if is_document { Deed::Document(node, what) } else { Deed::Suspension(node, what) };
                add.push((deed, next));
            };
            // A node that still holds a document of the old board cannot know that it has gone; all others know.
            let handed_over = self.views[world.nodes[node] as usize].held().document.version >= 3;
            let last = self.documents.len() - usize::from(!handed_over);
            let unpublished = usize::from(world.published)..self.line;
            for document in (0..last).filter(|document| !unpublished.contains(document)) {
                go(self, document, true);
            }
            for suspension in 0..self.suspensions.len() {
                go(self, suspension, false);
            }
        }
    }

    fn check(&mut self, world: &World) -> Result<(), String> {
        for node in 0..self.count {
            let view = &self.views[world.nodes[node] as usize];
            let held = self.which(view.held());
            let published = held < usize::from(world.published) || held == self.contradiction;
            if !published {
                return Err(format!("node {node} holds document {held}, which the board never made"));
            }
            let document = &view.held().document;
            for n in 1..=3 {
                let listed = document.member(&member_id(n)).is_some();
                let works = matches!(view.member_standing(&member_id(n), self.phases[world.phase as usize]), Standing::Member(_) | Standing::Suspended { .. });
                if listed != works {
                    return Err(format!("node {node}, document {held}: member {n} is listed: {listed}, and works: {works}"));
                }
            }
            // Whatever comes: a node never goes back, and never changes its mind about a version.
            for what in 0..self.documents.len() {
                let next = self.give(world.nodes[node], what, true, world.phase);
                let (before, after) = (self.views[world.nodes[node] as usize].held(), self.views[next as usize].held());
                let (old, new) = (before.document.version, after.document.version);
                if new < old || new == old && before.digest() != after.digest() {
                    return Err(format!("node {node} goes from version {old} to {new}"));
                }
            }
        }
        Ok(())
    }

    fn quiet(&mut self, world: &World) -> Option<World> {
        for to in 0..self.count {
            let ticked = self.tick(world.nodes[to], world.phase);
            let mut next = *world;
            next.nodes[to] = (0..self.count).fold(ticked, |node, from| self.sync(node, world.nodes[from], world.phase));
            if next != *world {
                return Some(next);
            }
        }
        None
    }

    fn rest(&mut self, world: &World) -> Result<(), String> {
        (1..self.count).try_for_each(|other| self.agree(world.nodes[0], world.nodes[other], world.phase))
    }
}

impl Rotation {
    fn agree(&self, one: u16, other: u16, phase: u8) -> Result<(), String> {
        let [one, other] = [one, other].map(|node| &self.views[node as usize]);
        let (a, b) = (self.which(one.held()), self.which(other.held()));
        let contradicted = [a, b].contains(&self.contradiction) && one.held().document.version == other.held().document.version;
        if a != b && !contradicted {
            return Err(format!("one node holds document {a}, the other {b}"));
        }
        if one.suspensions().digest() != other.suspensions().digest() {
            return Err("they know different suspensions".into());
        }
        let now = self.phases[phase as usize];
        for n in 1..=3 {
            let suspended = |view: &Membership| matches!(view.member_standing(&member_id(n), now), Standing::Suspended { .. });
            if a == b && suspended(one) != suspended(other) {
                return Err(format!("member {n} is suspended at one node only"));
            }
        }
        Ok(())
    }
}

//! Members that lie: up to a third of them. A liar's node runs the real core, and beside it says whatever it likes under its own keys.
//!
//! It equivocates in public and in conversations, replays what it heard and what it said, withholds, forges, floods, sends wrong
//! sizes, poisons its addresses, brings back old documents, gives receipts for other messages, misses what it has for ever, and answers what
//! was never said. Honest nodes must stay right, and
//! where a lie is provable the proof must be kept.

use std::collections::BTreeMap;

use verbund_node::store::{capacity, conversation, membership};
use verbund_protocol::{
    address::{AddressRecord, Order},
    capacity::{CapacityRecord, DepartmentId, EquivocationProof, SignedCapacity},
    cbor,
    conversation::{
        Batch, Head, Header, Item, Reply, SignedHeader, body_hash,
        frame::{Rejection, Replies},
    },
    id::{ConversationId, Digest},
    limits::{MAX_ADDRESSES, MAX_BATCH, MAX_BATCH_MESSAGES},
    sync::{Announcement, Item as Record, Set},
    wire::Protocol,
};

use super::{
    World,
    cooperative::{self, member_of},
    play::Play,
    promises::{conversations, messages},
    staff::Staff,
    world::Event,
};

/// Most batches a liar keeps to replay them.
const KEPT: usize = 64;

/// What a world knows of its liars.
#[derive(Debug, Default)]
pub(super) struct Liars {
    /// Who lies.
    pub members: Vec<usize>,
    /// Batches that came to liars, or left them.
    heard: Vec<Vec<u8>>,
    /// Departments of which two statements under one order were made.
    two_tongued: Vec<TwoTongued>,
    /// By their tokens: second messages under a number that an honest member had acknowledged.
    forks: BTreeMap<u64, (usize, ConversationId)>,
    /// Members that have answered such a one with the word that it contradicts the first, in which conversation, and in which life.
    forked: Vec<(usize, ConversationId, u64)>,
}

/// A liar's two statements under one order.
#[derive(Debug)]
struct TwoTongued {
    /// Of which department.
    id: DepartmentId,
    /// The honest member that heard both at once, and how often it had been set back then.
    witness: (usize, u64),
    /// Whether the proof was seen at another honest member since: then it must reach everybody.
    told_on: bool,
}

impl Liars {
    pub(super) fn lies(&self, at: usize) -> bool {
        self.members.contains(&at)
    }
}

impl World {
    /// Says something as a member, past its core.
    fn say_as(&mut self, from: usize, to: usize, protocol: Protocol, body: Vec<u8>) -> u64 {
        self.counts.lies += 1;
        self.connect(from, to);
        let (starts, restores) = (self.nodes[from].starts, self.nodes[from].restores);
        let token = u64::MAX - self.counts.lies;
        for delay in self.deliveries(from, to) {
            self.schedule(delay, to, Event::Question { from, starts, restores, token, protocol, body: body.clone() });
        }
        token
    }

    /// What an honest node answers to a contradiction: it may not take it in, and if it says that it is one, it keeps the proof.
    pub(super) fn answered_a_fork(&mut self, at: usize, token: u64, body: Option<&[u8]>) {
        let Some(&(to, id)) = self.liars.forks.get(&token).filter(|(to, _)| *to == at) else { return };
        let Some(replies) = body.and_then(|body| Replies::read(body).ok()) else { return };
        for reply in &replies.replies {
            assert!(!matches!(reply, Reply::Receipt(_)), "{at} has given a receipt for a second message under one number in {id}");
            if *reply == Reply::Rejected(Rejection::Equivocation) {
                self.counts.proofs += 1;
                self.liars.forked.push((to, id, self.restores(to)));
            }
        }
    }

    /// Announces something as a member, past its core, to one other.
    fn announce_as(&mut self, from: usize, to: usize, what: &Announcement) {
        self.counts.lies += 1;
        let Some(bytes) = what.to_bytes() else { return };
        self.connect(from, to);
        for delay in self.deliveries(from, to) {
            self.schedule(delay, to, Event::Gossip { from, bytes: bytes.clone() });
        }
    }

    /// A liar hears a batch: it may come in handy.
    pub(super) fn overhear(&mut self, at: usize, body: &[u8]) {
        if self.liars.lies(at) && self.liars.heard.len() < KEPT {
            self.liars.heard.push(body.to_vec());
        }
    }

    /// Returns what a liar's node answers instead of what its core wants to: nothing, another message's receipts, or that it misses everything.
    pub(super) fn twist(&mut self, at: usize, body: Option<Vec<u8>>) -> Option<Vec<u8>> {
        if !self.liars.lies(at) || self.random.chance(700) {
            return body;
        }
        self.counts.lies += 1;
        let other = self.any_receipt(at);
        let misses = self.random.chance(300);
        match (body.as_deref().and_then(|body| Replies::read(body).ok()), other) {
            (Some(replies), Some(other)) if !replies.replies.is_empty() && self.random.chance(600) => {
                let swapped = replies.replies.into_iter().map(|reply| if matches!(reply, Reply::Receipt(_)) { Reply::Receipt(other.clone()) } else { reply });
                Some(Replies { replies: swapped.collect() }.write())
            }
            (Some(replies), _) if misses => {
                let of = self.any_conversation(at);
                Some(Replies { replies: replies.replies.into_iter().map(|reply| of.map_or(reply, |conversation| Reply::Gap { conversation, expected: 0 })).collect() }.write())
            }
            _ => None,
        }
    }

    fn any_conversation(&self, at: usize) -> Option<ConversationId> {
        conversations(self, at).first().map(|c| c.id)
    }

    /// Returns a receipt that a node has given at some time.
    fn any_receipt(&self, at: usize) -> Option<Vec<u8>> {
        conversations(self, at).iter().flat_map(|c| messages(self, at, c.id).into_iter().filter(|message| message.side != c.side)).find_map(|message| message.receipt)
    }
}

impl Play {
    /// One liar tells a lie.
    pub fn lie(&mut self) {
        if self.world.liars.members.is_empty() {
            return;
        }
        let from = *self.dice.pick(&self.world.liars.members.clone());
        let honest: Vec<usize> = self.honest().filter(|at| self.world.is_up(*at)).collect();
        if !self.world.is_up(from) || honest.is_empty() {
            return;
        }
        let to = *self.dice.pick(&honest);
        let kinds = if self.plan.staff == Staff::Purposeful { 14 } else { 10 };
        match self.dice.below(kinds) {
            0 => self.two_statements(from, &honest),
            1 => self.two_messages(from),
            2 => self.replay(from, to),
            3 | 4 => self.forge(from, to),
            5 => self.flood(from, to),
            6 => self.wrong_size(from, to),
            7 => self.poison_addresses(from, to),
            8 => self.old_document(from, to),
            10 | 11 => self.skip_numbers(from),
            12 | 13 => self.answer_another(from),
            _ => self.foreign_message(from, to),
        }
        self.tell(format!("{from} lies"));
    }

    /// Two statements of one department under one order: one to some, the other to the others.
    fn two_statements(&mut self, from: usize, honest: &[usize]) {
        let id = cooperative::department(from, self.dice.below(2) as usize);
        let Some(store) = self.world.store(from) else { return };
        let held = capacity::all(store.db()).expect("a good store").iter().map(|bytes| SignedCapacity::trusted(bytes).expect("a record")).find(|held| held.record.id == id);
        let Some(held) = held else { return };
        let order = Order { epoch: held.record.order.epoch, seq: held.record.order.seq.saturating_add(1_000) };
        let author = self.world.author(from).clone();
        let both = [3_u16, 7].map(|free| {
            let record = CapacityRecord { order, free: vec![free; 5], ..held.record.clone() };
            record.sign(&author.network, &author.key).expect("within the rules").bytes().to_vec()
        });
        for (at, to) in honest.iter().enumerate() {
            self.world.announce_as(from, *to, &Announcement::Record(Record { set: Set::Capacity, bytes: both[at % 2].clone() }));
        }
        // One of them hears both at once, whatever the network does; from there the proof must go to all.
        let witness = *self.dice.pick(honest);
        if self.world.allows(witness, from) && !self.sick.contains_key(&witness) {
            for bytes in both {
                let told = Announcement::Record(Record { set: Set::Capacity, bytes }).to_bytes();
                self.world.on_gossip(witness, from, told.expect("it is small"));
            }
            self.world.take_turn(witness);
            let proved = self.world.is_up(witness) && proved(&self.world, witness).contains(&id);
            self.world.counts.proofs += u64::from(proved);
            assert!(proved || !self.world.is_up(witness), "{witness} heard two statements of {id} under one order and keeps no proof");
            // Its machine may have lost power at that very moment; then nobody heard both.
            if proved {
                let lives = self.world.restores(witness);
                self.world.liars.two_tongued.push(TwoTongued { id, witness: (witness, lives), told_on: false });
            }
        }
    }

    /// A second message under a number that the other has acknowledged already.
    fn two_messages(&mut self, from: usize) {
        let author = self.world.author(from).clone();
        for c in conversations(&self.world, from) {
            let to = member_of(&c.peer);
            let last = messages(&self.world, from, c.id).into_iter().filter(|message| message.side == c.side && message.receipt.is_some()).max_by_key(|message| message.seq);
            let Some(last) = last.filter(|_| !self.suspects.contains(&to) && self.world.is_up(to)) else { continue };
            let first = SignedHeader::trusted(&last.header).expect("a header").header;
            let taken = conversation::message(self.world.store(to).expect("it runs").db(), c.id, last.side, last.seq).expect("a good store");
            if taken.is_none_or(|taken| taken.header != last.header) {
                continue;
            }
            let (salt, body) = ([self.dice.below(256) as u8; 16], b"something else".to_vec());
            // Sometimes as if it had been set back meanwhile: then it is no lie that could be proven, and still not taken in.
            let epoch = first.epoch.wrapping_add(u32::from(self.dice.chance(300)));
            let other = verbund_protocol::conversation::Header { body: body_hash(&salt, &body), epoch, ..first }.sign(&author.network, &author.key);
            let batch = Batch { items: vec![Item { header: other.bytes, salt, body }] };
            let token = self.world.say_as(from, to, Protocol::Message, batch.write());
            self.world.liars.forks.insert(token, (to, c.id));
            return;
        }
    }

    /// The last of what might be said in a conversation, without what comes before it.
    fn skip_numbers(&mut self, from: usize) {
        let author = self.world.author(from).clone();
        let Some(c) = conversations(&self.world, from).into_iter().find(|c| !self.suspects.contains(&member_of(&c.peer)) && c.ended_at.is_none()) else { return };
        let all = messages(&self.world, from, c.id);
        let Some(last) = all.iter().filter(|message| message.side == c.side).max_by_key(|message| message.seq) else { return };
        let first = SignedHeader::trusted(&last.header).expect("a header").header;
        let (salt, body) = ([self.dice.below(256) as u8; 16], b"out of turn".to_vec());
        let seq = last.seq + 2 + self.dice.below(3);
        let header = verbund_protocol::conversation::Header { seq, previous: Some(last.digest), body: body_hash(&salt, &body), ..first };
        let signed = header.sign(&author.network, &author.key);
        self.world.say_as(from, member_of(&c.peer), Protocol::Message, Batch { items: vec![Item { header: signed.bytes, salt, body }] }.write());
    }

    /// The next message of a conversation, as an answer to one that the other never wrote.
    fn answer_another(&mut self, from: usize) {
        let author = self.world.author(from).clone();
        for c in conversations(&self.world, from).into_iter().filter(|c| !self.suspects.contains(&member_of(&c.peer)) && c.ended_at.is_none()) {
            let all = messages(&self.world, from, c.id);
            let own = all.iter().filter(|message| message.side == c.side).max_by_key(|message| message.seq);
            let (Some(own), true) = (own, all.iter().any(|message| message.side != c.side)) else { continue };
            let last = SignedHeader::trusted(&own.header).expect("a header");
            let (salt, body) = ([self.dice.below(256) as u8; 16], b"an answer to nothing".to_vec());
            // Where it has seen something, a number it may name; but never what stands there.
            let seen = Some(Head { seq: last.header.seen.map_or(0, |head| head.seq), digest: Digest([self.dice.below(256) as u8; 32]) });
            let header = Header { seq: own.seq + 1, previous: Some(last.digest), seen, body: body_hash(&salt, &body), message: 60_001, ..last.header };
            let signed = header.sign(&author.network, &author.key);
            self.world.say_as(from, member_of(&c.peer), Protocol::Message, Batch { items: vec![Item { header: signed.bytes, salt, body }] }.write());
            return;
        }
    }

    /// What was heard or said before, once more, to somebody.
    fn replay(&mut self, from: usize, to: usize) {
        if !self.world.liars.heard.is_empty() {
            let body = self.dice.pick(&self.world.liars.heard.clone()).clone();
            self.world.say_as(from, to, Protocol::Message, body);
        }
    }

    /// Somebody else's record, changed, or signed by the liar.
    fn forge(&mut self, from: usize, to: usize) {
        let Some(store) = self.world.store(from) else { return };
        let all = capacity::all(store.db()).expect("a good store");
        if all.is_empty() {
            return;
        }
        let mut bytes = self.dice.pick(&all).clone();
        let record = SignedCapacity::trusted(&bytes).expect("a record").record;
        if self.dice.chance(500) {
            let at = self.dice.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << self.dice.below(8);
        } else {
            let author = self.world.author(from).clone();
            let order = Order { epoch: record.order.epoch.saturating_add(1), seq: 1 };
            bytes = CapacityRecord { order, ..record }.sign(&author.network, &author.key).expect("within the rules").bytes().to_vec();
        }
        self.world.announce_as(from, to, &Announcement::Record(Record { set: Set::Capacity, bytes }));
    }

    /// Much of everything at once.
    fn flood(&mut self, from: usize, to: usize) {
        for _ in 0..20 {
            let mut noise = vec![0; 300];
            noise.iter_mut().for_each(|byte| *byte = self.dice.below(256) as u8);
            let item = Item { header: noise.clone(), salt: [0; 16], body: noise.clone() };
            self.world.say_as(from, to, Protocol::Message, Batch { items: vec![item; 1 + self.dice.below(MAX_BATCH_MESSAGES as u64) as usize] }.write());
            self.world.say_as(from, to, Protocol::Sync, noise.clone());
            self.world.announce_as(from, to, &Announcement::Record(Record { set: Set::Addresses, bytes: noise }));
        }
    }

    /// Nothing at all, a piece of something, or more than is allowed.
    fn wrong_size(&mut self, from: usize, to: usize) {
        let whole = self.world.liars.heard.first().cloned().unwrap_or_else(|| vec![0xa1; 40]);
        let cut = self.dice.below(whole.len() as u64 + 1) as usize;
        let protocols = [Protocol::Sync, Protocol::Message, Protocol::Query, Protocol::Document];
        let protocol = *self.dice.pick(&protocols);
        self.world.say_as(from, to, protocol, whole[..cut].to_vec());
        let most = if self.dice.chance(50) { MAX_BATCH as u64 + 1 } else { self.dice.below(5_000) };
        self.world.say_as(from, to, protocol, vec![0x9f; most as usize]);
    }

    /// The liar is everywhere, or where somebody else is; or it says where somebody else is.
    fn poison_addresses(&mut self, from: usize, to: usize) {
        let author = self.world.author(from).clone();
        let of = if self.dice.chance(700) { author.member.clone() } else { self.world.author(to).member.clone() };
        let many = self.dice.below(MAX_ADDRESSES as u64 + 3);
        let made_at = self.world.clock(from);
        let record = AddressRecord {
            member: of,
            node: author.node.clone(),
            order: Order { epoch: u32::MAX - 1, seq: self.dice.bits() },
            addresses: (0..many).map(|_| format!("/dns4/node{to}.sim/tcp/{}", self.dice.below(70_000))).collect(),
            made_at,
            protocol_min: 1,
            protocol_max: 9,
            audit_len: self.dice.bits(),
            audit_head: Digest([7; 32]),
        };
        let bytes = record.sign(&author.network, &author.key);
        self.world.announce_as(from, to, &Announcement::Record(Record { set: Set::Addresses, bytes }));
    }

    /// A document that is over, or one that the board did not sign.
    fn old_document(&mut self, from: usize, to: usize) {
        let size = self.plan.size;
        let old = World::signed(&cooperative::document(size, 1, None));
        let own = membership::documents(self.world.store(from).expect("it runs").db()).expect("a good store").pop().unwrap_or_else(|| old.clone());
        let mut forged = World::signed(&cooperative::document(size, 3, Some(to)));
        let last = forged.len() - 1;
        forged[last] ^= 1;
        let bytes = self.dice.pick(&[old, own, forged]).clone();
        self.world.announce_as(from, to, &Announcement::Document(bytes));
    }

    /// A message that is properly made, in a conversation of its own, of a kind that nobody knows: what a later version might send.
    fn foreign_message(&mut self, from: usize, to: usize) {
        let (author, other) = (self.world.author(from).clone(), self.world.author(to).clone());
        let mut id = [0; 16];
        id.iter_mut().for_each(|byte| *byte = self.dice.below(256) as u8);
        let (salt, body) = ([1; 16], cbor::write(&7_u8));
        let party = |at: usize, member: &verbund_protocol::id::MemberId| verbund_protocol::conversation::Party { member: member.clone(), facility: cooperative::ik(at) };
        let header = verbund_protocol::conversation::Header {
            conversation: ConversationId(id),
            author: party(from, &author.member),
            recipient: party(to, &other.member),
            seq: 0,
            previous: None,
            seen: None,
            message: 60_000,
            body: body_hash(&salt, &body),
            made_at: self.world.clock(from),
            epoch: 1,
        };
        let signed = header.sign(&author.network, &author.key);
        self.world.say_as(from, to, Protocol::Message, Batch { items: vec![Item { header: signed.bytes, salt, body }] }.write());
    }
}

/// Returns the departments of which a node holds proof that their writer contradicted itself.
fn proved(world: &World, at: usize) -> Vec<DepartmentId> {
    let proofs = world.store(at).map_or_else(Vec::new, |store| capacity::proofs(store.db()).expect("a good store"));
    proofs.iter().map(|(bytes, _)| EquivocationProof::trusted(bytes).expect("a proof").id).collect()
}

/// Notes which proofs have been told on.
pub(super) fn follow_proofs(play: &mut Play) {
    for which in 0..play.world.liars.two_tongued.len() {
        let TwoTongued { id, witness: (witness, _), told_on } = &play.world.liars.two_tongued[which];
        if !told_on {
            let known = play.honest().any(|at| at != *witness && Some(at) != play.removed && !play.set_back.contains(&at) && proved(&play.world, at).contains(id));
            play.world.liars.two_tongued[which].told_on = known;
        }
    }
}

/// Returns which proof is not where it must be, if one is: of public statements with everybody, of messages with whom they were sent
/// to. Exempt is a proof that was nowhere but with a witness set back to a backup before it had told anybody, or removed; and once the liar
/// is removed, its statements are nobody's business any more, so that only who had the proof then keeps it.
pub(super) fn proof_missing(play: &Play) -> Option<String> {
    let lives = |at: usize| play.world.restores(at);
    for TwoTongued { id, witness: (witness, then), told_on } in &play.world.liars.two_tongued {
        let witness_kept = lives(*witness) == *then && Some(*witness) != play.removed;
        if play.removed == Some(cooperative::of_ik(&id.facility)) || !(witness_kept || *told_on) {
            continue;
        }
        for at in play.honest().filter(|at| Some(*at) != play.removed) {
            if !proved(&play.world, at).contains(id) {
                return Some(format!("{at} holds no proof that two statements of {id} were made, which {witness} heard"));
            }
        }
    }
    for (at, id, then) in play.world.liars.forked.iter().filter(|(at, _, then)| Some(*at) != play.removed && lives(*at) == *then) {
        let db = play.world.store(*at).expect("a healed node").db();
        let kept = !conversation::contradictions(db, *id).expect("a good store").is_empty();
        if !kept {
            return Some(format!("{at} holds no proof of two messages under one number in {id}, though it said so in life {then}"));
        }
    }
    None
}

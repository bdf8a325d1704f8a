#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, convert::Infallible};

use proptest::prelude::*;

use super::*;
use crate::{address::Order, id::Digest, limits::*};

/// A made-up record: a name, an order and a byte of content.
fn record(name: u16, seq: u64, content: u8) -> Vec<u8> {
    crate::cbor::write(&(name, seq, content))
}

/// A replica of made-up records that keeps the rules of the real ones: higher order counts, of equal orders the lower hash.
#[derive(Clone)]
struct Node {
    document: u64,
    /// Versions that exist and must be taken one by one, like those that change keys.
    steps: Vec<u64>,
    records: BTreeMap<(Set, Vec<u8>), Vec<u8>>,
    indexes: Vec<Index>,
    taken: usize,
    refuses: Option<u16>,
}

impl Node {
    fn new(document: u64) -> Self {
        let indexes = Set::ALL.into_iter().map(Index::new).collect();
        Self { document, steps: vec![3, 5, 9], records: BTreeMap::new(), indexes, taken: 0, refuses: None }
    }
    fn put(&mut self, set: Set, bytes: &[u8]) -> bool {
        let (name, seq, content): (u16, u64, u8) = crate::cbor::read(bytes, 100).unwrap();
        let (key, seq) = match set {
            Set::Suspensions => (bytes.to_vec(), 0),
            Set::Addresses | Set::Capacity | Set::Proofs => (name.to_be_bytes().to_vec(), seq),
        };
        let stamp = Stamp::new(Order { epoch: 1, seq }, &Digest::of(&[content]));
        let rank = |stamp: Stamp| (stamp.order, std::cmp::Reverse(stamp.digest));
        let index = &mut self.indexes[set as usize];
        if index.get(&key).is_some_and(|held| rank(held) >= rank(stamp)) {
            return false;
        }
        index.put(&key, stamp);
        self.records.insert((set, key), bytes.to_vec());
        true
    }
}

impl Replica for Node {
    type Error = Infallible;
    fn holding(&self) -> Holding {
        Holding { document: self.document, digest: Digest::of(&self.document.to_be_bytes()) }
    }
    fn document_after(&self, version: u64) -> Option<Vec<u8>> {
        let next = self.steps.iter().copied().find(|step| *step > version && *step <= self.document);
        next.or((self.document > version).then_some(self.document)).map(|version| version.to_be_bytes().to_vec())
    }
    fn index(&self, set: Set) -> &Index {
        &self.indexes[set as usize]
    }
    fn record(&self, set: Set, key: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.records.get(&(set, key.to_vec())).cloned())
    }
    fn take_document(&mut self, bytes: &[u8]) -> Result<Taken, Infallible> {
        let version = u64::from_be_bytes(bytes.try_into().unwrap());
        let skipped = self.steps.iter().any(|step| *step > self.document && *step < version);
        if skipped {
            return Ok(Taken::Refused("a version between is needed first".into()));
        }
        let news = version > self.document;
        self.document = self.document.max(version);
        Ok(if news { Taken::News } else { Taken::Known })
    }
    fn take(&mut self, set: Set, bytes: &[u8]) -> Result<Taken, Infallible> {
        self.taken += 1;
        let (name, ..): (u16, u64, u8) = crate::cbor::read(bytes, 100).unwrap();
        if self.refuses == Some(name) {
            return Ok(Taken::Refused("not this one".into()));
        }
        Ok(if self.put(set, bytes) { Taken::News } else { Taken::Known })
    }
}

/// One round between two nodes, over the wire's bytes. Returns its number of requests, or nothing if `lose` lost a message.
fn round(asking: &mut Node, asked: &mut Node, scope: Scope, mut lose: impl FnMut() -> bool) -> (usize, Session) {
    let (mut session, mut request) = Session::open(asking, scope);
    let mut steps = 1;
    loop {
        if lose() {
            return (steps, session);
        }
        let request_bytes = request.to_bytes();
        assert!(request_bytes.len() <= MAX_SYNC);
        let (response, _) = respond(asked, &Request::read(&request_bytes).unwrap(), scope).unwrap();
        let response_bytes = response.to_bytes();
        assert!(response_bytes.len() <= MAX_SYNC);
        if lose() {
            return (steps, session);
        }
        match session.on_response(asking, &Response::read(&response_bytes).unwrap()).unwrap() {
            Some(next) => request = next,
            None => return (steps, session),
        }
        steps += 1;
    }
}
fn same(a: &Node, b: &Node) -> bool {
    a.records == b.records && a.document == b.document && Set::ALL.iter().all(|set| a.index(*set).sums() == b.index(*set).sums())
}

#[test]
fn an_index_says_whether_it_holds_anything() {
    let mut node = Node::new(1);
    assert!(node.index(Set::Addresses).is_empty());
    assert!(node.put(Set::Addresses, &record(1, 1, 0)));
    assert!(!node.index(Set::Addresses).is_empty());
}

#[test]
fn nothing_to_tell_takes_one_request() {
    let (mut a, mut b) = (Node::new(1), Node::new(1));
    for name in 0..500 {
        a.put(Set::Capacity, &record(name, 1, 0));
        b.put(Set::Capacity, &record(name, 1, 0));
    }
    assert_eq!(round(&mut a, &mut b, Scope::All, || false).0, 1);
    assert_eq!(a.taken + b.taken, 0);
}

#[test]
fn a_node_that_was_away_is_right_after_one_round() {
    let (mut away, mut there) = (Node::new(2), Node::new(11));
    for name in 0..5_000 {
        away.put(Set::Capacity, &record(name, 1, 0));
        there.put(Set::Capacity, &record(name, if name % 10 == 0 { 1 } else { 2 }, 0));
    }
    for name in 0..200 {
        away.put(Set::Addresses, &record(name, 7, 0));
        there.put(Set::Addresses, &record(name, 8, 0));
    }
    away.put(Set::Capacity, &record(9_000, 5, 0)); // its own, stated while it was cut off
    there.put(Set::Suspensions, &record(1, 0, 1));
    there.put(Set::Proofs, &record(1, 1, 1));
    let (steps, session) = round(&mut away, &mut there, Scope::All, || false);
    assert!(same(&away, &there));
    assert_eq!(away.document, 11, "caught up over versions 3, 5 and 9");
    assert!(steps <= 12, "{steps} requests");
    assert_eq!((session.tally.news, session.tally.given, session.tally.refused), (4_500 + 200 + 2 + 4, 1, 0));
    // And the other way round: who is ahead may be the one that asks.
    let (mut ahead, mut behind) = (there.clone(), Node::new(1));
    round(&mut ahead, &mut behind, Scope::All, || false);
    assert!(same(&ahead, &behind));
}

#[test]
fn documents_only_means_documents_only() {
    let (mut a, mut b) = (Node::new(1), Node::new(4));
    a.put(Set::Suspensions, &record(1, 0, 1));
    b.put(Set::Suspensions, &record(2, 0, 2));
    a.put(Set::Capacity, &record(1, 1, 1));
    b.put(Set::Capacity, &record(2, 1, 2));
    round(&mut a, &mut b, Scope::Documents, || false);
    assert_eq!((a.document, a.index(Set::Suspensions).len(), b.index(Set::Suspensions).len()), (4, 2, 2));
    assert_eq!((a.index(Set::Capacity).len(), b.index(Set::Capacity).len()), (1, 1));
    // A peer that asks and hands over more than it may is not heard.
    let greedy = Request {
        holding: a.holding(),
        document: None,
        sums: vec![Sum { set: Set::Capacity, buckets: vec![1; Set::Capacity.buckets()] }],
        push: vec![Item { set: Set::Capacity, bytes: record(7, 1, 1) }],
        pull: vec![Want { set: Set::Capacity, key: 2_u16.to_be_bytes().to_vec() }],
    };
    let (response, tally) = respond(&mut b, &greedy, Scope::Documents).unwrap();
    assert_eq!((response.differing.len(), response.items.len()), (0, 0));
    assert_eq!((tally.news, b.index(Set::Capacity).len()), (0, 1));
}

#[test]
fn what_one_side_refuses_does_not_go_round_in_circles() {
    let (mut a, mut b) = (Node::new(1), Node::new(1));
    a.refuses = Some(1);
    b.put(Set::Capacity, &record(1, 1, 1));
    b.put(Set::Capacity, &record(2, 1, 1));
    let (steps, session) = round(&mut a, &mut b, Scope::All, || false);
    assert_eq!((session.tally.news, session.tally.refused, steps), (1, 1, 3));
    assert_eq!(session.tally.first_refusal.as_deref(), Some("not this one"));
}

#[test]
fn a_peer_that_promises_and_does_not_deliver_ends_the_round() {
    let mut a = Node::new(1);
    let (mut session, _) = Session::open(&a, Scope::All);
    let head = |name: u16| Head { key: name.to_be_bytes().to_vec(), stamp: Stamp::new(Order { epoch: 1, seq: 1 }, &Digest::of(b"x")) };
    let mut response = Response { holding: Node::new(1).holding(), document: None, differing: vec![], items: vec![], dealt: 0, refused: None };
    response.differing = vec![Bucket { set: Set::Capacity, bucket: 60_000, heads: vec![head(1)] }];
    let request = session.on_response(&mut a, &response).unwrap().unwrap();
    assert_eq!(request.pull.len(), 1);
    response.differing.clear();
    assert_eq!(session.on_response(&mut a, &response).unwrap(), None);
    // One that always names new things is stopped by the number of steps.
    let (mut session, _) = Session::open(&a, Scope::All);
    let steps = (0..).take_while(|name| {
        response.differing = vec![Bucket { set: Set::Capacity, bucket: 0, heads: vec![head(*name)] }];
        response.dealt = u32::MAX;
        session.on_response(&mut a, &response).unwrap().is_some()
    });
    assert_eq!(steps.count(), MAX_SYNC_STEPS - 1);
}

#[test]
fn bounds_are_checked_before_anything_is_done() {
    let node = Node::new(1);
    let long = vec![0; MAX_SYNC_KEY + 1];
    let (_, request) = Session::open(&node, Scope::All);
    let bad = Request { pull: vec![Want { set: Set::Capacity, key: long }], ..request.clone() };
    assert!(Request::read(&bad.to_bytes()).is_err());
    let large = Request { document: Some(vec![0; MAX_SYNC]), ..request };
    assert!(matches!(Request::read(&large.to_bytes()), Err(crate::cbor::Malformed::TooLarge { .. })));
}

#[test]
fn large_sets_travel_in_bounded_messages() {
    let (mut a, mut b) = (Node::new(1), Node::new(1));
    for name in 0..60_000 {
        b.put(Set::Capacity, &record(name, 1, 0));
    }
    round(&mut a, &mut b, Scope::All, || false);
    assert!(same(&a, &b));
}

#[derive(Clone, Debug)]
enum Happens {
    Write { node: usize, set: Set, name: u16, seq: u64, content: u8 },
    Meet { asking: usize, asked: usize, lost_at: usize },
    Document { node: usize, version: u64 },
}
fn happens() -> impl Strategy<Value = Happens> {
    let set = prop_oneof![Just(Set::Suspensions), Just(Set::Addresses), Just(Set::Capacity)];
    prop_oneof![
        4 => (0..5_usize, set, 0..20_u16, 1..6_u64, 0..3_u8).prop_map(|(node, set, name, seq, content)| Happens::Write { node, set, name, seq, content }),
        3 => (0..5_usize, 0..5_usize, 0..12_usize).prop_map(|(asking, asked, lost_at)| Happens::Meet { asking, asked, lost_at }),
        1 => (0..5_usize, 1..12_u64).prop_map(|(node, version)| Happens::Document { node, version }),
    ]
}
fn two(nodes: &mut [Node], a: usize, b: usize) -> (&mut Node, &mut Node) {
    let (low, high) = nodes.split_at_mut(a.max(b));
    if a < b { (&mut low[a], &mut high[0]) } else { (&mut high[0], &mut low[b]) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever was written where, and however many rounds broke off in the middle: once every node has met its neighbour
    /// twice, all hold the same.
    #[test]
    fn all_replicas_converge(story in prop::collection::vec(happens(), 0..80)) {
        let mut nodes = vec![Node::new(1); 5];
        for event in story {
            match event {
                Happens::Write { node, set, name, seq, content } => drop(nodes[node].put(set, &record(name, seq, content))),
                Happens::Document { node, version } => nodes[node].document = nodes[node].document.max(version),
                Happens::Meet { asking, asked, lost_at } if asking != asked => {
                    let mut messages = 0;
                    let (a, b) = two(&mut nodes, asking, asked);
                    round(a, b, Scope::All, || { messages += 1; messages > lost_at });
                }
                Happens::Meet { .. } => {}
            }
        }
        for at in [0, 1, 2, 3, 2, 1, 0] {
            let (a, b) = two(&mut nodes, at, at + 1);
            round(a, b, Scope::All, || false);
        }
        for pair in nodes.windows(2) {
            prop_assert!(same(&pair[0], &pair[1]));
        }
    }
}

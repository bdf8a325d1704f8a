//! What a recipient would not accept, or says it would not.

use verbund_protocol::{
    conversation::{Outcome, Reply, SignedHeader, frame::Replies},
    membership::Membership,
};

use super::*;
use crate::workflow::bench::document;

impl Pair {
    /// What waits at `b` is sent to `a`, which takes nothing in and signs that it would not accept the content.
    fn a_accepts_nothing(&mut self) {
        let to: verbund_protocol::id::MemberId = "a".parse().unwrap();
        let sent = self.b.follow(Actor::Node, |work| dispatch::due(work, &to, &dispatch::UnderWay::default())).unwrap().0.unwrap();
        let batch = verbund_protocol::conversation::Batch::read(&sent.body).unwrap();
        let receipt = |item: &verbund_protocol::conversation::Item| {
            let header = SignedHeader::trusted(&item.header).unwrap();
            Reply::Receipt(Receipt::of(&header, Outcome::Refused(Refusal::Content), self.a.now).sign(&self.a.me.network, &self.a.me.key))
        };
        let answer = Replies { replies: batch.items.iter().map(receipt).collect() }.write();
        self.b.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
    }
}

#[test]
fn no_receipt_gives_a_place_back_that_its_owner_took_back() {
    let mut pair = Pair::new(1);
    let ids = pair.inquire(&["2300", "2800"]);
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, ids[0], new_offer(8))).unwrap();
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| cancel(work, ids[0], Cancel::NO_REFERRAL)).unwrap();
    pair.a_accepts_nothing();
    let c = stored::find(pair.b.store.db(), ids[0]).unwrap().unwrap();
    assert_eq!((c.log.state().step, c.trouble.as_deref()), (Step::Cancelled, Some("content")), "it stays cancelled, and a person sees that the other clinic does not know");
    assert_eq!(pair.left(8), 1);
}

#[test]
fn open_conversations_are_counted_as_they_come_and_end() {
    fn counted(bench: &crate::workflow::bench::Bench, peer: &str) -> (u64, u64) {
        let sql = "SELECT count(*) FROM conversation WHERE peer = ?1 AND ended_at IS NULL";
        let rows: i64 = bench.store.db().query_row(sql, [peer], |row| row.get(0)).unwrap();
        (stored::open_with(bench.store.db(), &peer.parse().unwrap()).unwrap(), rows.unsigned_abs())
    }
    let mut pair = Pair::new(1);
    assert_eq!((counted(&pair.a, "b"), counted(&pair.b, "a")), ((0, 0), (0, 0)));
    let ids = pair.inquire(&["2300", "2800"]);
    pair.deliver();
    assert_eq!((counted(&pair.a, "b"), counted(&pair.b, "a")), ((2, 2), (2, 2)));
    pair.b.run(ADMISSIONS, |work| offer::make(work, ids[0], new_offer(8))).unwrap();
    pair.b.run(ADMISSIONS, |work| offer::decline(work, ids[1], "no-place".parse().unwrap())).unwrap();
    pair.deliver();
    assert_eq!((counted(&pair.a, "b"), counted(&pair.b, "a")), ((1, 1), (1, 1)), "another message changes nothing, the end counts once");
}

#[test]
fn no_receipt_moves_a_held_place() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(8))).unwrap();
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(20))).unwrap();
    pair.a_accepts_nothing();
    let c = stored::find(pair.b.store.db(), id).unwrap().unwrap();
    let held = hold::of(pair.b.store.db(), id).unwrap().unwrap();
    assert_eq!((c.log.state().date, held.hold.from), (Some(day(20)), day(20)), "the offer that stands is the place that is held");
}

#[test]
fn an_inquiry_that_was_refused_is_over_at_both_ends_and_can_be_made_again() {
    let mut pair = Pair::new(1);
    // The facility has left `b`, which `a` does not know yet.
    let known = std::mem::replace(&mut pair.b.membership, Membership::new(document(2, &[("a", 11), ("b", 13)])).unwrap());
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    for bench in [&pair.a, &pair.b] {
        let c = stored::find(bench.store.db(), id).unwrap().unwrap();
        assert_eq!((c.log.state().step, c.ended_at, c.due_at), (Step::New, Some(bench.now), None));
    }
    assert_eq!(stored::find(pair.a.store.db(), id).unwrap().unwrap().trouble.as_deref(), Some("not-addressed"));
    assert_eq!(stored::open_with(pair.b.store.db(), &"a".parse().unwrap()).unwrap(), 0);
    pair.b.membership = known;
    let again = pair.inquire(&["2300"])[0];
    pair.deliver();
    assert_eq!(pair.step(again), (Step::Requested, Step::Requested));
}

//! A clinic that hangs: connected, but silent.

use verbund_tests::town::Town;

/// The chosen clinic hangs between choice and confirmation. The asker says "chosen" and that the choice is not delivered, goes on
/// with other clinics, and never says "confirmed" before the owner did.
#[test]
fn a_place_is_not_confirmed_before_its_owner_says_so() {
    let mut town = Town::start(4, 80);
    let (asker, owner, other) = (0, 2, 3);
    town.publish(owner, town.department(owner), 2).unwrap();
    town.publish(other, town.department(other), 2).unwrap();
    let discharge = town.discharge(asker);
    town.release(asker, discharge.patient, owner);
    let id = town.inquire(asker, discharge.case, &[owner])[0];
    town.await_step(owner, id, "requested");
    town.offer(owner, id, false);
    town.await_step(asker, id, "offered");

    town.node(owner).freeze().unwrap();
    town.choose(asker, id);
    // Meanwhile life goes on: a whole round trip with another clinic lies between choosing and looking.
    let second = town.discharge(asker);
    let elsewhere = town.inquire(asker, second.case, &[other])[0];
    town.await_step(other, elsewhere, "requested");
    town.offer(other, elsewhere, false);
    town.await_step(asker, elsewhere, "offered");
    let detail = town.show(asker, id).unwrap();
    assert_eq!((detail.summary.step.as_str(), detail.summary.status.as_str(), detail.summary.turn.as_deref()), ("chosen", "received", Some("them")));
    let choice = detail.messages.iter().find(|line| line.kind == "choice").unwrap();
    assert_eq!((choice.outcome.as_deref(), choice.receipted_at), (None, None), "not delivered yet");
    let command = verbund_node::control::referral::Command::Refer { id, referral: Box::default(), documents: vec![] };
    let early = town.ask::<serde_json::Value>(asker, &verbund_node::control::Command::Referral(Box::new(command)));
    assert!(early.is_err(), "no identified referral before the place is confirmed");

    town.node(owner).thaw().unwrap();
    town.await_step(owner, id, "chosen");
    town.await_drained(asker);
    let delivered = town.show(asker, id).unwrap();
    assert_eq!(delivered.summary.step, "chosen", "delivered is not confirmed");
    assert_eq!(delivered.messages.iter().find(|line| line.kind == "choice").unwrap().outcome.as_deref(), Some("stored"));
    town.confirm(owner, id);
    town.await_step(asker, id, "confirmed");
    town.agree(asker, owner, id);
}

//! kill -9 at the worst moments: whatever was acknowledged is there afterwards, once, at both sides.

use verbund_tests::{people::eventually, town::Town};

/// The asker dies right after its control socket has accepted inquiries, whether or not anything had left by then; once also
/// while the asked clinic was away, so that surely nothing had.
#[test]
fn inquiries_accepted_before_a_kill_arrive_once() {
    let mut town = Town::start(3, 60);
    let mut asked = Vec::new();
    for round in 0..4 {
        if round == 3 {
            town.kill(2);
        }
        let (case, to) = (town.discharge(0).case, [1, 2]);
        asked.extend(to.into_iter().zip(town.inquire(0, case, &to)));
        town.kill(0);
        town.restart(0);
    }
    town.restart(2);
    for owner in [1, 2] {
        let mine: Vec<_> = asked.iter().filter(|(to, _)| *to == owner).map(|(_, id)| *id).collect();
        mine.iter().for_each(|id| drop(town.await_step(owner, *id, "requested")));
        for id in &mine {
            let detail = town.agree(0, owner, *id);
            assert_eq!(detail.messages.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["inquiry"]);
        }
        let mut there: Vec<_> = town.conversations(owner).iter().map(|summary| summary.id).collect();
        let mut mine = mine;
        there.sort();
        mine.sort();
        assert_eq!(there, mine, "the asked clinic has these conversations and no others");
    }
    assert_eq!(town.conversations(0).len(), asked.len());
}

/// The owner dies between its offer and the patient's choice: the hold is still there, and the choice is confirmed.
#[test]
fn an_owner_killed_between_offer_and_choice_keeps_its_word() {
    let mut town = Town::start(3, 60);
    let owner = 2;
    town.publish(owner, town.department(owner), 1).unwrap();
    let discharge = town.discharge(0);
    town.release(0, discharge.patient, owner);
    let id = town.inquire(0, discharge.case, &[owner])[0];
    town.await_step(owner, id, "requested");
    town.offer(owner, id, true);
    town.await_step(0, id, "offered");
    town.kill(owner);
    let chosen = town.choose(0, id);
    assert_eq!(chosen.summary.step, "chosen");
    assert_eq!(chosen.messages.iter().find(|line| line.kind == "choice").unwrap().outcome, None, "not delivered yet");
    town.restart(owner);
    town.await_step(0, id, "confirmed");
    let detail = town.agree(0, owner, id);
    assert_eq!(kinds(&detail), ["inquiry", "offer", "choice", "confirm"]);
    // The one place was promised once: it is not offered again.
    let second = town.discharge(0);
    let other = town.inquire(0, second.case, &[owner])[0];
    town.await_step(owner, other, "requested");
    let today = town.today(owner);
    let offer = verbund_node::workflow::offer::NewOffer {
        department: None,
        date: today.plus(10),
        stay_days: 14,
        hold_hours: 48,
        room: "double".parse().unwrap(),
        therapies: vec![],
        auto_confirm: false,
    };
    let command = verbund_node::control::referral::Command::Offer { id: other, offer };
    let refused = town.ask::<serde_json::Value>(owner, &verbund_node::control::Command::Referral(Box::new(command))).unwrap_err();
    assert!(matches!(&refused, verbund_node::control::client::ClientError::Refused(refusal) if refusal.code == "full"), "{refused}");
}

/// Both die in the middle of a referral with documents, twice: messages and documents arrive complete and once.
#[test]
fn both_killed_in_the_middle_of_a_referral_finish_it() {
    let mut town = Town::start(3, 60);
    let owner = 2;
    town.publish(owner, town.department(owner), 5).unwrap();
    let discharge = town.discharge(0);
    town.release(0, discharge.patient, owner);
    let contents: Vec<Vec<u8>> = (0..3_u8).map(|nth| pdf(nth, 6 << 20)).collect();
    let documents = contents.iter().map(|bytes| town.add_document(0, discharge.patient, bytes)).collect();
    let id = town.inquire(0, discharge.case, &[owner])[0];
    town.await_step(owner, id, "requested");
    town.offer(owner, id, true);
    town.await_step(0, id, "offered");
    town.choose(0, id);
    town.await_step(0, id, "confirmed");
    town.refer(0, id, documents);
    town.kill(0);
    town.kill(owner);
    town.restart(owner);
    town.restart(0);
    // A second time once it is known at the owner, while the documents are on their way (or just complete).
    town.await_step(owner, id, "referred");
    eventually("the documents are announced", || if town.documents(owner, id).len() == 3 { Ok(()) } else { Err("not all".into()) });
    town.kill(owner);
    town.kill(0);
    town.restart(0);
    town.restart(owner);
    let there = town.await_documents(owner, id, 3);
    let mut arrived: Vec<Vec<u8>> = there.iter().map(|document| town.export(owner, document.id)).collect();
    arrived.sort();
    let mut sent = contents;
    sent.sort();
    assert!(arrived == sent, "the documents are what was sent");
    town.accept(owner, id);
    town.await_step(0, id, "accepted");
    let detail = town.agree(0, owner, id);
    assert_eq!(kinds(&detail), ["inquiry", "offer", "choice", "confirm", "referral", "handoff", "accept"]);
    assert_eq!(town.conversations(owner).len(), 1);
}

fn kinds(detail: &verbund_node::workflow::overview::Detail) -> Vec<&str> {
    detail.messages.iter().map(|line| line.kind.as_str()).collect()
}

/// A file that passes for a PDF, of `size` bytes that repeat nothing.
fn pdf(nth: u8, size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut state = u64::from(nth) + 1;
    while bytes.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&(state >> 16).to_le_bytes()[..6]);
    }
    bytes
}

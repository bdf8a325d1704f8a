//! One past the bounds of conversations.

use verbund_protocol::{
    conversation::{Reply, frame::Replies},
    evidence::{self, Bundle, EvidenceError},
    limits::{MAX_EVIDENCE_MESSAGES, MAX_HOLD, MAX_MESSAGES, MAX_OPEN_CONVERSATIONS, MAX_RECIPIENTS},
};

use super::*;
use crate::workflow::conversation::blank;

/// With as many open conversations with one member as there may be, a new one waits and the running ones go on.
#[test]
fn a_new_conversation_is_busy_while_there_are_too_many() {
    let mut pair = Pair::new(1);
    let running = pair.inquire(&["2300"])[0];
    pair.deliver();
    let others = MAX_OPEN_CONVERSATIONS - 1;
    pair.b
        .follow(Actor::Node, |work| {
            (0..others).try_for_each(|nth| {
                let mut id = [0; 16];
                id[..8].copy_from_slice(&nth.to_be_bytes());
                stored::save(work.db, &blank(ConversationId(id), Side::Owner, ik(12), "a".parse().unwrap(), ik(11), work.now)).map_err(Into::into)
            })
        })
        .unwrap();
    let new = pair.inquire(&["2800"])[0];
    let owner = pair.b.me.member.clone();
    let sent = pair.a.follow(Actor::Node, |work| dispatch::due(work, &owner, &dispatch::UnderWay::default())).unwrap().0.unwrap();
    let answer = pair.b.follow(Actor::Node, |work| inbound::receive(work, &"a".parse().unwrap(), &sent.body, &Checked::default())).unwrap().0;
    assert_eq!(Replies::read(&answer).unwrap().replies, [Reply::Busy]);
    assert_eq!(pair.step(new).1, Step::New);
    // One ends, and there is room.
    pair.b.run(ADMISSIONS, |work| offer::decline(work, running, verbund_protocol::catalogue::Decline::new(1))).unwrap();
    let answer = pair.b.follow(Actor::Node, |work| inbound::receive(work, &"a".parse().unwrap(), &sent.body, &Checked::default())).unwrap().0;
    assert!(matches!(Replies::read(&answer).unwrap().replies[..], [Reply::Receipt(_)]));
    assert_eq!(pair.step(new).1, Step::Requested);
}

/// A chain that is as long as it may be takes nothing more than its end; the last numbers are kept for that.
#[test]
fn a_conversation_that_is_too_long_can_still_be_ended() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    let mut refused = None;
    for nth in 0..MAX_MESSAGES {
        // The same twice would be the same form sent twice.
        let question = ["stairs", "weight"][nth as usize % 2];
        let asked = pair.b.run(ADMISSIONS, |work| offer::ask(work, id, vec![question.parse().unwrap()]));
        if let Err(error) = asked {
            refused = Some(error);
            break;
        }
    }
    assert_eq!(refused.unwrap().code(), "too-long");
    pair.b.run(ADMISSIONS, |work| cancel(work, id, Cancel::new(1))).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Cancelled, Step::Cancelled));
}

/// A case asks so many clinics and no more, also bit by bit; nothing is sent when it is one too many, and one withdrawn makes room.
#[test]
fn a_case_asks_so_many_clinics_and_no_more() {
    let mut pair = Pair::new(1);
    let case = pair.case;
    let target = |nth: usize| Target { facility: ik(12), department: format!("{}", 2300 + nth).parse().unwrap() };
    let mut ask = |range: std::ops::Range<usize>| pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &range.clone().map(target).collect::<Vec<_>>(), &profile()));
    assert_eq!(ask(0..MAX_RECIPIENTS + 1).unwrap_err().code(), "invalid");
    assert_eq!(ask(0..0).unwrap_err().code(), "invalid");
    let asked = ask(0..MAX_RECIPIENTS).unwrap();
    assert_eq!(asked.len(), MAX_RECIPIENTS);
    assert_eq!(ask(MAX_RECIPIENTS..MAX_RECIPIENTS + 1).unwrap_err().code(), "invalid");
    pair.a.run(SOCIAL, |work| withdraw(work, asked[0], Withdraw::new(1))).unwrap();
    pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &[target(MAX_RECIPIENTS)], &profile())).unwrap();
}

/// A day of discharge that can only be a slip is not taken, nor a member that is none.
#[test]
fn slips_are_named() {
    let mut pair = Pair::new(1);
    let (patient, case) = (pair.patient, pair.case);
    let mut open = |discharge| pair.a.run(SOCIAL, |work| inquiry::open_case(work, &NewCase { patient, variant: Variant::Rehab, discharge, exception: None }));
    let today = NOW.day().0;
    for slip in [Day(today - 400), Day(today + 400), Day(0), Day(u32::MAX)] {
        assert_eq!(open(Some(slip)).unwrap_err().code(), "invalid", "{slip:?}");
    }
    assert!(open(Some(day(30))).is_ok() && open(None).is_ok());
    assert_eq!(pair.a.run(SOCIAL, |work| inquiry::set_discharge(work, case, Some(Day(today + 4_000)), None)).unwrap_err().code(), "invalid");
    let again = |pair: &mut Pair, member: &str| pair.a.run(SOCIAL, |work| dispatch::try_again(work, &member.parse().unwrap()));
    assert_eq!(again(&mut pair, "nobody").unwrap_err().code(), "not-found");
    again(&mut pair, "b").unwrap();
}

#[test]
fn a_place_is_not_held_for_longer_than_it_may() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    let hours = u16::try_from(MAX_HOLD.as_secs() / 3600).unwrap();
    let mut offer = |hold_hours| pair.b.run(ADMISSIONS, |work| offer::make(work, id, NewOffer { hold_hours, ..new_offer(8) }));
    assert_eq!(offer(hours + 1).unwrap_err().code(), "invalid");
    assert_eq!(offer(0).unwrap_err().code(), "invalid");
    offer(hours).unwrap();
}

#[test]
fn a_bundle_of_evidence_has_its_number_of_messages() {
    let pair = Pair::new(1);
    let message = evidence::Message { header: vec![0].into(), receipt: None, body: None };
    let judged = |count: usize| {
        let conversation = evidence::Conversation { id: ConversationId([1; 16]), messages: vec![message.clone(); count], contradictions: vec![] };
        let bundle = Bundle {
            network: pair.a.me.network.clone(),
            made_by: "a".parse().unwrap(),
            made_at: NOW,
            conversations: vec![conversation],
            documents: vec![],
            recorded: None,
            ending: None,
        };
        evidence::verify(&bundle.sign(&pair.a.me.key), pair.b.membership.held())
    };
    assert!(!judged(MAX_EVIDENCE_MESSAGES).unwrap().holds(), "read, and found worthless");
    assert_eq!(judged(MAX_EVIDENCE_MESSAGES + 1).unwrap_err(), EvidenceError::TooMany);
}

//! Side steps: what leads off the straight way of a referral, and what becomes of its documents.

use std::time::Duration;

use verbund_node::{
    domain::{
        consent::{Kind, Recipient},
        rule::{Condition, Field, Rule},
    },
    store::{blob::Added, document::Filter as Documents},
    workflow::{
        Work, WorkError, consent, dispatch, document, evidence, inbox,
        inquiry::{self, Target},
        offer, overview, patient, referral,
        rule::{self, State},
    },
};
use verbund_protocol::{
    document::{key::DocumentKey, segment},
    id::{ConversationId, DocumentRoot, LocalId},
    inquiry::{Answers, Inquiry},
};

use super::{
    clinic::{Story, decision, ik},
    referral::{ASKER, OWNER, add_document, confirmed, day, free_places, inquire, offer_for, offered, patient_and_case, profile},
};

fn begun(story: &mut Story) -> (LocalId, LocalId) {
    free_places(story);
    patient_and_case(story)
}

/// What the two can say to each other before somebody is chosen, and after.
pub fn side_steps(story: &mut Story) {
    let (patient, case) = story.known(begun);
    let declined = story.known(|story| inquire(story, case));
    story.step("a question", OWNER, move |work| offer::ask(work, declined, vec!["weight".parse().unwrap()]));
    story.deliver(OWNER);
    let answers = Answers { answers: vec![("weight".parse().unwrap(), "weight-under-100".parse().unwrap())], rare_reason: None };
    story.step("the answer", ASKER, move |work| inquiry::answer(work, declined, answers.clone()));
    story.deliver(ASKER);
    story.step("a decline", OWNER, move |work| offer::decline(work, declined, "no-place".parse().unwrap()));
    story.deliver(OWNER);
    let taken_back = story.known(|story| offered(story, case));
    story.step("an offer is taken back", OWNER, move |work| offer::take_back(work, taken_back, "mistake".parse().unwrap()));
    story.deliver(OWNER);
    assert_eq!(story.steps_of(taken_back), ["requested", "requested"]);
    story.step("the inquiry is withdrawn", ASKER, move |work| referral::withdraw(work, taken_back, "mistake".parse().unwrap()));
    story.deliver(ASKER);
    let gone = story.known(|story| offered(story, case));
    story.known(|story| {
        story.step("the choice", ASKER, move |work| referral::choose(work, gone));
        story.deliver(ASKER);
    });
    story.step("the place is gone", OWNER, move |work| offer::gone(work, gone, "place-lost".parse().unwrap()));
    story.deliver(OWNER);
    assert_eq!(story.steps_of(gone), ["gone", "gone"]);
    story.step("somebody has called", ASKER, move |work| referral::settle_trouble(work, gone));
    looks(story, case, gone);

    let id = story.known(|story| confirmed(story, case));
    story.step("the referral alone", ASKER, move |work| referral::send(work, id, referral::NewReferral::default(), &[]));
    story.deliver(ASKER);
    let letter = story.known(|story| add_document(story, patient));
    story.step("a document follows", ASKER, move |work| referral::hand_over(work, id, &[letter]));
    story.deliver(ASKER);
    story.step("acceptance", OWNER, move |work| referral::accept(work, id, None, None).map(drop));
    story.deliver(OWNER);
    story.step("the payer's decision", ASKER, move |work| referral::payer_decided(work, id, "approved".parse().unwrap(), day(0)));
    story.deliver(ASKER);
    story.step("consent to the report", OWNER, move |work| referral::report_consented(work, id, "Akte".into()));
    story.step("the patient did not come", OWNER, move |work| referral::did_not_come(work, id, "readmitted".parse().unwrap()));
    story.deliver(OWNER);
    assert_eq!(story.steps_of(id), ["did-not-come", "did-not-come"]);
    story.step("the case's day of discharge moves", ASKER, move |work| inquiry::set_discharge(work, case, Some(day(9)), None));
    story.step("it is tried again", ASKER, |work| dispatch::try_again(work, &"b".parse().unwrap()));
}

/// What is only looked at: each look is in the audit before anybody sees anything.
fn looks(story: &mut Story, case: LocalId, id: ConversationId) {
    story.step("the case is looked at", ASKER, move |work| overview::cases(work, None).map(|cases| cases.len()));
    story.step("a conversation is looked at", ASKER, move |work| overview::show(work, id).map(drop));
    story.step("the inbox is looked at", OWNER, |work| inbox::list(work, true).map(|listed| listed.rows.len()));
    story.step("an inquiry is looked at", OWNER, move |work| inbox::show(work, id).map(drop));
    story.step("evidence of a conversation", ASKER, move |work| evidence::export(work, Some(id), None, true).map(|bundle| bundle.len()));
    story.step("evidence of a case", ASKER, move |work| evidence::export(work, None, Some(case), false).map(|bundle| bundle.len()));
}

/// Admissions' own rules: written, tried, switched on; they decline, and a person takes that back.
pub fn rules(story: &mut Story) {
    let (_, case) = story.known(begun);
    let about = |any: Vec<u16>| Rule { name: "Niemand im Rollstuhl".into(), conditions: vec![Condition { field: Field::Mobility, any }], reason: "care-need".parse().unwrap() };
    let new = about(vec![4, 5]);
    let rule = story.step("a rule is written", OWNER, move |work| rule::add(work, new.clone()));
    let changed = about(vec![4]);
    story.step("a rule is changed", OWNER, move |work| rule::change(work, rule, changed.clone()));
    story.step("a rule is tried", OWNER, move |work| rule::show(work, rule).map(|(_, trial)| trial.tried));
    story.step("a rule is switched on", OWNER, move |work| rule::switch(work, rule, 2, State::On));
    let ask = |story: &mut Story| {
        let wheelchair = move |work: &mut Work<'_>| -> Result<ConversationId, WorkError> {
            let target = Target { facility: ik(12), department: "2300".parse().unwrap() };
            let mut inquiry: Inquiry = profile(work.now);
            inquiry.function.mobility = Some("wheelchair".parse().unwrap());
            Ok(inquiry::send(work, case, &ik(11), std::slice::from_ref(&target), &inquiry)?[0])
        };
        let id = story.step("an inquiry that a rule is about", ASKER, wheelchair);
        // A rule's decline is in the transaction of the arrival.
        story.deliver_anew("under a rule", ASKER);
        id
    };
    let first = ask(story);
    assert_eq!(story.steps_of(first), ["declined", "declined"]);
    story.step("what rules declined is looked at", OWNER, |work| rule::recent(work).map(|rows| rows.len()));
    story.step("a decline by a rule is taken back", OWNER, move |work| rule::reopen(work, first));
    story.deliver(OWNER);
    let again = ask(story);
    assert_eq!(story.steps_of(again), ["requested", "requested"]);
    story.step("a rule is switched off", OWNER, move |work| rule::switch(work, rule, 2, State::Off));
    story.step("a rule is removed", OWNER, move |work| rule::switch(work, rule, 2, State::Removed));
}

/// Documents: entered, looked at, released, handed over alone, fetched or not, taken back, erased.
pub fn documents(story: &mut Story) {
    let (patient, case) = story.known(begun);
    let [first, second, third, fourth] = [11, 12, 13, 14].map(|root| another(story, patient, root));
    let recipient = Some(Recipient { member: "b".parse().unwrap(), facility: ik(12) });
    story.step("consent to a handoff", ASKER, move |work| consent::record(work, patient, decision(Kind::DocumentHandoff, recipient.clone())).map(|consent| consent.id));
    let id = story.step("documents are handed over alone", ASKER, move |work| referral::hand_over_alone(work, patient, ik(11), ik(12), &[first, second, third, fourth]));
    story.deliver(ASKER);
    let all = Documents { conversation: Some(id), all: true, ..Documents::default() };
    let received = story.look(OWNER, move |work| document::list(work, &all, 9));
    let at_owner = |root: u8| received.iter().find(|document| document.root == DocumentRoot([root; 32])).unwrap().id;
    let [lost, late, whole, withheld] = [11, 12, 13, 14].map(at_owner);
    story.step("a document comes later", OWNER, move |work| document::postpone(work, late, 1, work.now.plus(Duration::from_secs(60)), "unreachable"));
    story.step("a person has it tried now", OWNER, move |work| document::fetch_again(work, late));
    story.step("a document does not come", OWNER, move |work| document::give_up(work, lost, "damaged", false));
    story.step("what is not permitted any more is given up", OWNER, move |work| document::give_up(work, withheld, "taken back", true));
    let given = story.look(ASKER, move |work| document::show(work, third)).given[0].id;
    story.step("a document is fetched to its end", ASKER, move |work| document::fetched(work, &[given]));
    story.step("a document is there", OWNER, move |work| document::arrived(work, whole));
    let known = story.step("who it is about is entered", OWNER, move |work| {
        let person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03"})).unwrap();
        patient::add(work, &person).map(|patient| patient.id)
    });
    story.step("a document is filed", OWNER, move |work| document::assign(work, whole, known));
    story.step("documents are listed", OWNER, move |work| document::list(work, &Documents { patient: Some(known), ..Documents::default() }, 9).map(|found| found.len()));
    story.step("a document is shown", OWNER, move |work| document::show(work, whole).map(drop));
    story.step("a document is read", OWNER, move |work| document::open(work, whole).map(drop));
    story.step("a document is released to the patient", ASKER, move |work| document::release(work, first));
    story.step("the release is taken back", ASKER, move |work| document::take_back(work, first));
    story.step("permissions for a document are taken back", ASKER, move |work| document::withdraw(work, first));
    let ground = story.look(ASKER, move |work| consent::list(work, patient)).into_iter().rfind(|consent| consent.decision.kind == Kind::DocumentHandoff).unwrap().id;
    story.step("consent to the handoff is taken back", ASKER, move |work| consent::revoke(work, ground).map(drop));
    story.deliver_anew("that ends a handoff", ASKER);
    story.step("a document is erased", ASKER, move |work| document::erase(work, third));
    let refused = story.known(|story| confirmed(story, case));
    story.step("a referral with a document", ASKER, move |work| referral::send(work, refused, referral::NewReferral::default(), &[second]));
    story.deliver_anew("with a document", ASKER);
    story.step("a referral is declined with its document", OWNER, move |work| referral::refuse(work, refused, "no-place".parse().unwrap()));
    story.deliver_anew("and its erasure", OWNER);
}

fn another(story: &mut Story, patient: LocalId, root: u8) -> LocalId {
    story.step("a further document", ASKER, move |work| {
        let new = document::NewDocument { patient, kind: "AD010115".parse().unwrap(), title: format!("Befund {root}"), replaces: None };
        let added = Added { root: DocumentRoot([root; 32]), cipher_size: segment::cipher_size(9_000), plain_size: 9_000, media_type: "application/pdf" };
        document::add(work, &new, &added, &DocumentKey::new([root; 32])).map(|document| document.id)
    })
}

/// Several inputs in one turn, as a working day brings them: done, refused, looked at, in one transaction.
pub fn turns(story: &mut Story) {
    use super::clinic::Given;
    let (patient, case) = story.known(begun);
    let id = story.known(|story| inquire(story, case));
    let offer = move |work: &mut Work<'_>| offer::make(work, id, offer_for(work.now.day().plus(8)));
    let told = story.turn(
        "a turn with work, refusals and looks",
        OWNER,
        &[
            Given::Tick,
            Given::work(move |work| offer::ask(work, id, vec!["weight".parse().unwrap()])),
            Given::look(|work| inbox::list(work, false).map(drop)),
            // Nobody here asks; the refusal undoes what it has written, and nothing else.
            Given::work(move |work| {
                offer::make(work, id, offer_for(work.now.day().plus(9)))?;
                Err(WorkError::NotFound("patience"))
            }),
            Given::work(offer),
            Given::look(move |work| inbox::show(work, id).map(drop)),
            Given::look(|_| Err(WorkError::NotFound("patience"))),
            Given::work(|work| {
                let person = serde_json::from_value(serde_json::json!({"family": "Zweite", "given": "Zita", "birth_date": "1949-01-02"})).unwrap();
                patient::add(work, &person).map(drop)
            }),
        ],
    );
    assert_eq!(told, ["done", "done", "not-found", "done", "done", "not-found", "done"]);
    story.deliver(OWNER);
    assert_eq!(story.steps_of(id), ["offered", "offered"]);
    let looks: Vec<Given> = (0..20).map(|_| Given::look(move |work| patient::show(work, patient).map(drop))).collect();
    assert_eq!(story.turn("a turn of many looks", ASKER, &looks), ["done"; 20]);
    let choice = [Given::work(move |work| referral::choose(work, id)), Given::Tick, Given::work(move |work| consent::list(work, patient).map(drop))];
    assert_eq!(story.turn("a turn with a choice", ASKER, &choice), ["done", "done"]);
    story.deliver(ASKER);
    assert_eq!(story.steps_of(id), ["chosen", "chosen"]);
}

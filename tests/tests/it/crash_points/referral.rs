//! What clinics say to each other about a patient, step by step, with what rests on it.

use std::time::Duration;

use verbund_node::{
    domain::{
        capacity::Stated,
        consent::{Kind, Recipient},
        patient::Person,
    },
    store::{blob::Added, document::Filter as Documents},
    workflow::{
        capacity, clock, consent, dispatch, document,
        inquiry::{self, NewCase, Target},
        offer::{self, NewOffer},
        patient, referral, replication,
    },
};
use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::{Cancel, ReportMissing, Withdraw},
    document::{key::DocumentKey, segment},
    id::{ConversationId, DocumentRoot, LocalId},
    inquiry::{Inquiry, Variant},
    limits::{BODY_KEPT, SUSPENSION_AGAIN},
    time::{Day, Timestamp},
};

use super::clinic::{NOW, Story, decision, document, ik, suspension};

pub const ASKER: usize = 0;
pub const OWNER: usize = 1;

pub fn day(offset: u32) -> Day {
    NOW.day().plus(offset)
}

pub fn profile(now: Timestamp) -> Inquiry {
    serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": null, "barthel": null, "mobility": null, "weight_bearing": null, "travel": null}, "earliest": now.day().plus(7), "flexible_days": 3,
        "setting": "inpatient", "region": null, "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null, "language": null,
        "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": now.day().plus(2).start(), "rare_reason": null
    }))
    .unwrap()
}

pub fn offer_for(date: Day) -> NewOffer {
    NewOffer { department: None, date, stay_days: 21, hold_hours: 24, room: "double".parse().unwrap(), therapies: vec![], auto_confirm: false }
}

/// A new patient at the asker, with what she allows; returns patient and case.
pub fn patient_and_case(story: &mut Story) -> (LocalId, LocalId) {
    let person: Person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03"})).unwrap();
    let patient = story.step("a patient is entered", ASKER, move |work| patient::add(work, &person).map(|patient| patient.id));
    story.step("consent to discharge management", ASKER, move |work| consent::record(work, patient, decision(Kind::DischargeManagement, None)).map(|consent| consent.id));
    let recipient = Recipient { member: "b".parse().unwrap(), facility: ik(12) };
    story.step("release to the owner", ASKER, move |work| consent::record(work, patient, decision(Kind::IdentifiedRelease, Some(recipient.clone()))).map(|consent| consent.id));
    let new = NewCase { patient, variant: Variant::Rehab, discharge: Some(day(6)), exception: None };
    let case = story.step("a case is opened", ASKER, move |work| inquiry::open_case(work, &new));
    (patient, case)
}

pub fn free_places(story: &mut Story) {
    story.step("free places are stated", OWNER, |work| {
        let id = DepartmentId { facility: ik(12), department: "2300".parse().unwrap() };
        capacity::state(work, vec![Stated { name: "Reha".into(), beds: 40, first_day: day(0), free: vec![2; 28], ..Stated::new(id) }])
    });
}

pub fn inquire(story: &mut Story, case: LocalId) -> ConversationId {
    let target = Target { facility: ik(12), department: "2300".parse().unwrap() };
    let asked = story.step("an inquiry", ASKER, move |work| inquiry::send(work, case, &ik(11), std::slice::from_ref(&target), &profile(work.now)));
    story.deliver(ASKER);
    asked[0]
}

pub fn offered(story: &mut Story, case: LocalId) -> ConversationId {
    let id = inquire(story, case);
    story.step("an offer", OWNER, move |work| offer::make(work, id, offer_for(work.now.day().plus(8))));
    story.deliver(OWNER);
    id
}

pub fn confirmed(story: &mut Story, case: LocalId) -> ConversationId {
    let id = offered(story, case);
    story.step("the choice", ASKER, move |work| referral::choose(work, id));
    story.deliver(ASKER);
    story.step("the confirmation", OWNER, move |work| offer::confirm(work, id));
    story.deliver(OWNER);
    id
}

pub fn add_document(story: &mut Story, patient: LocalId) -> LocalId {
    story.step("a document is entered", ASKER, move |work| {
        let new = document::NewDocument { patient, kind: "AD010115".parse().unwrap(), title: "Entlassungsbericht".into(), replaces: None };
        let added = Added { root: DocumentRoot([7; 32]), cipher_size: segment::cipher_size(5_000), plain_size: 5_000, media_type: "application/pdf" };
        document::add(work, &new, &added, &DocumentKey::new([7; 32])).map(|document| document.id)
    })
}

pub fn the_whole_way_of_a_referral(story: &mut Story) {
    free_places(story);
    let (patient, case) = patient_and_case(story);
    let letter = add_document(story, patient);
    let id = confirmed(story, case);
    story.step("the referral with a document", ASKER, move |work| referral::send(work, id, referral::NewReferral::default(), &[letter]));
    story.deliver(ASKER);
    let received = story.look(OWNER, move |work| document::list(work, &Documents { conversation: Some(id), all: true, ..Documents::default() }, 9))[0].id;
    story.step("the document has arrived", OWNER, move |work| document::arrived(work, received));
    story.step("the referral is read", OWNER, move |work| referral::open(work, id).map(drop));
    story.deliver(OWNER);
    story.step("the patient is taken", OWNER, move |work| referral::accept(work, id, None, None).map(drop));
    story.deliver(OWNER);
    story.step("another day", OWNER, move |work| referral::change_date(work, id, day(9), "place".parse().unwrap(), None));
    story.deliver(OWNER);
    story.step("the patient has arrived", OWNER, move |work| referral::arrived(work, id, day(9)));
    story.deliver(OWNER);
    story.step("the day of the arrival is corrected", OWNER, move |work| referral::arrived(work, id, day(8)));
    story.deliver(OWNER);
    story.step("the report", OWNER, move |work| referral::report(work, id, &[], Some(day(30)), Some(ReportMissing::OVERDUE)));
    story.deliver(OWNER);
    story.step("it is filed", ASKER, move |work| referral::filed(work, id));
    story.deliver(ASKER);
    assert_eq!(story.steps_of(id), ["completed", "completed"]);
    story.step("everything known of the patient is erased", ASKER, move |work| patient::erase(work, patient).map(drop));
}

pub fn the_other_ends_and_what_time_brings(story: &mut Story) {
    let (patient, case, refused) = story.known(|story| {
        free_places(story);
        let (patient, case) = patient_and_case(story);
        (patient, case, confirmed(story, case))
    });
    story.step("the referral", ASKER, move |work| referral::send(work, refused, referral::NewReferral::default(), &[]));
    story.deliver(ASKER);
    story.step("declined after reading, and erased", OWNER, move |work| referral::refuse(work, refused, "no-place".parse().unwrap()));
    story.deliver(OWNER);
    let cancelled = offered(story, case);
    story.step("the owner cancels", OWNER, move |work| referral::cancel(work, cancelled, Cancel::NO_REFERRAL));
    story.deliver(OWNER);
    let withdrawn = offered(story, case);
    story.step("the asker withdraws", ASKER, move |work| referral::withdraw(work, withdrawn, Withdraw::CHOSE_OTHER));
    story.deliver(ASKER);
    let silent = offered(story, case);
    story.pass(Duration::from_secs(25 * 3600));
    story.step("the hold ends by the owner's clock", OWNER, clock::tick);
    story.deliver(OWNER);
    story.pass(Duration::from_secs(2 * 86_400));
    story.step("nobody answered in time", ASKER, clock::tick);
    story.deliver(ASKER);
    assert_eq!(story.steps_of(silent), ["withdrawn", "withdrawn"]);
    story.pass(BODY_KEPT);
    story.step("what was learned is erased", OWNER, clock::tick);
    story.deliver(OWNER);
    let asked = inquire(story, case);
    let ground = story.look(ASKER, move |work| consent::list(work, patient))[0].id;
    story.step("consent is taken back", ASKER, move |work| consent::revoke(work, ground).map(drop));
    story.deliver(ASKER);
    assert_eq!(story.steps_of(asked), ["withdrawn", "withdrawn"]);
}

pub fn what_the_board_decides(story: &mut Story) {
    story.known(|story| {
        free_places(story);
        let (_, case) = patient_and_case(story);
        offered(story, case);
    });
    story.step("an address is announced", ASKER, |work| replication::renew_address(work, &["/dns4/a.example/tcp/443".into()]));
    let bytes = suspension("b", NOW);
    story.repeat("a suspension", ASKER, move |work| replication::take_suspension(work, &bytes).map(drop));
    story.step("the owner cannot be reached", ASKER, |work| dispatch::on_failure(work, &"b".parse().unwrap(), "unreachable"));
    story.step("the owner can be reached again", ASKER, |work| dispatch::on_reachable(work, &"b".parse().unwrap()));
    let other = document(1, &[("a", 11)]);
    story.step("the document given at joining contradicts the held one", ASKER, move |work| replication::look_at_given(work, &other));
    let before = story.image(ASKER);
    let next = document(2, &[("a", 11)]);
    story.step("the board removes the owner", ASKER, move |work| replication::take_document(work, &next).map(drop));
    story.put_back(ASKER, before);
    story.pass(SUSPENSION_AGAIN + Duration::from_secs(4 * 86_400));
    story.step("a suspension long past is forgotten", ASKER, replication::forget_past_suspensions);
}

//! Crash points: each transaction of a referral's way, of the membership, of retention and of opening a new database is cut off at every write,
//! truncation and sync: the process is killed there, or the machine loses its power and what was not synced with it. The store opens again,
//! is whole, and holds what was there before or what there is after, nothing between; what was acknowledged is there; and the same input
//! given again has its effect once.

mod clinic;

use std::time::Duration;

use clinic::{NOW, Story, decision, document, ik, suspension};
use verbund_node::{
    domain::{
        capacity::Stated,
        consent::{Kind, Recipient},
        patient::Person,
    },
    store::{DatabaseKey, Store, blob::Added, document::Filter as Documents},
    workflow::{
        capacity, clock, consent, dispatch, document as documents,
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
use verbund_tests::disk::Disk;

const ASKER: usize = 0;
const OWNER: usize = 1;

fn day(offset: u32) -> Day {
    NOW.day().plus(offset)
}

fn profile(now: Timestamp) -> Inquiry {
    serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": null, "barthel": null, "mobility": null, "weight_bearing": null, "travel": null}, "earliest": now.day().plus(7), "flexible_days": 3,
        "setting": "inpatient", "region": null, "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null, "language": null,
        "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": now.day().plus(2).start(), "rare_reason": null
    }))
    .unwrap()
}

fn offer_for(date: Day) -> NewOffer {
    NewOffer { department: None, date, stay_days: 21, hold_hours: 24, room: "double".parse().unwrap(), therapies: vec![], auto_confirm: false }
}

/// A new patient at the asker, with what she allows; returns patient and case.
fn patient_and_case(story: &mut Story) -> (LocalId, LocalId) {
    let person: Person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03"})).unwrap();
    let patient = story.step("a patient is entered", ASKER, move |work| patient::add(work, &person).map(|patient| patient.id));
    story.step("consent to discharge management", ASKER, move |work| consent::record(work, patient, decision(Kind::DischargeManagement, None)).map(|consent| consent.id));
    let recipient = Recipient { member: "b".parse().unwrap(), facility: ik(12) };
    story.step("release to the owner", ASKER, move |work| consent::record(work, patient, decision(Kind::IdentifiedRelease, Some(recipient.clone()))).map(|consent| consent.id));
    let new = NewCase { patient, variant: Variant::Rehab, discharge: Some(day(6)), exception: None };
    let case = story.step("a case is opened", ASKER, move |work| inquiry::open_case(work, &new));
    (patient, case)
}

fn free_places(story: &mut Story) {
    story.step("free places are stated", OWNER, |work| {
        let id = DepartmentId { facility: ik(12), department: "2300".parse().unwrap() };
        capacity::state(work, vec![Stated { name: "Reha".into(), beds: 40, first_day: day(0), free: vec![2; 28], ..Stated::new(id) }])
    });
}

fn inquire(story: &mut Story, case: LocalId) -> ConversationId {
    let target = Target { facility: ik(12), department: "2300".parse().unwrap() };
    let asked = story.step("an inquiry", ASKER, move |work| inquiry::send(work, case, &ik(11), std::slice::from_ref(&target), &profile(work.now)));
    story.deliver(ASKER);
    asked[0]
}

fn offered(story: &mut Story, case: LocalId) -> ConversationId {
    let id = inquire(story, case);
    story.step("an offer", OWNER, move |work| offer::make(work, id, offer_for(work.now.day().plus(8))));
    story.deliver(OWNER);
    id
}

fn confirmed(story: &mut Story, case: LocalId) -> ConversationId {
    let id = offered(story, case);
    story.step("the choice", ASKER, move |work| referral::choose(work, id));
    story.deliver(ASKER);
    story.step("the confirmation", OWNER, move |work| offer::confirm(work, id));
    story.deliver(OWNER);
    id
}

fn add_document(story: &mut Story, patient: LocalId) -> LocalId {
    story.step("a document is entered", ASKER, move |work| {
        let new = documents::NewDocument { patient, kind: "AD010115".parse().unwrap(), title: "Entlassungsbericht".into(), replaces: None };
        let added = Added { root: DocumentRoot([7; 32]), cipher_size: segment::cipher_size(5_000), plain_size: 5_000, media_type: "application/pdf" };
        documents::add(work, &new, &added, &DocumentKey::new([7; 32])).map(|document| document.id)
    })
}

#[test]
fn the_whole_way_of_a_referral() {
    let mut story = Story::begin();
    free_places(&mut story);
    let (patient, case) = patient_and_case(&mut story);
    let letter = add_document(&mut story, patient);
    let id = confirmed(&mut story, case);
    story.step("the referral with a document", ASKER, move |work| referral::send(work, id, referral::NewReferral::default(), &[letter]));
    story.deliver(ASKER);
    let received = story.look(OWNER, move |work| documents::list(work, &Documents { conversation: Some(id), all: true, ..Documents::default() }, 9))[0].id;
    story.step("the document has arrived", OWNER, move |work| documents::arrived(work, received));
    story.step("the referral is read", OWNER, move |work| referral::open(work, id).map(drop));
    story.deliver(OWNER);
    story.step("the patient is taken", OWNER, move |work| referral::accept(work, id, None, None).map(drop));
    story.deliver(OWNER);
    story.step("another day", OWNER, move |work| referral::change_date(work, id, day(9), "place".parse().unwrap(), None));
    story.deliver(OWNER);
    story.step("the patient has arrived", OWNER, move |work| referral::arrived(work, id, day(9)));
    story.deliver(OWNER);
    story.step("the report", OWNER, move |work| referral::report(work, id, &[], Some(day(30)), Some(ReportMissing::OVERDUE)));
    story.deliver(OWNER);
    story.step("it is filed", ASKER, move |work| referral::filed(work, id));
    story.deliver(ASKER);
    assert_eq!(story.steps_of(id), ["completed", "completed"]);
    story.step("everything known of the patient is erased", ASKER, move |work| patient::erase(work, patient).map(drop));
    println!("{}", story.tally());
    assert!(story.tally().points > 1_000, "{}", story.tally());
}

#[test]
fn the_other_ends_and_what_time_brings() {
    let mut story = Story::begin();
    free_places(&mut story);
    let (patient, case) = patient_and_case(&mut story);
    let refused = confirmed(&mut story, case);
    story.step("the referral", ASKER, move |work| referral::send(work, refused, referral::NewReferral::default(), &[]));
    story.deliver(ASKER);
    story.step("declined after reading, and erased", OWNER, move |work| referral::refuse(work, refused, "no-place".parse().unwrap()));
    story.deliver(OWNER);
    let cancelled = offered(&mut story, case);
    story.step("the owner cancels", OWNER, move |work| referral::cancel(work, cancelled, Cancel::NO_REFERRAL));
    story.deliver(OWNER);
    let withdrawn = offered(&mut story, case);
    story.step("the asker withdraws", ASKER, move |work| referral::withdraw(work, withdrawn, Withdraw::CHOSE_OTHER));
    story.deliver(ASKER);
    let silent = offered(&mut story, case);
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
    let asked = inquire(&mut story, case);
    let ground = story.look(ASKER, move |work| consent::list(work, patient))[0].id;
    story.step("consent is taken back", ASKER, move |work| consent::revoke(work, ground).map(drop));
    story.deliver(ASKER);
    assert_eq!(story.steps_of(asked), ["withdrawn", "withdrawn"]);
    println!("{}", story.tally());
}

#[test]
fn what_the_board_decides() {
    let mut story = Story::begin();
    free_places(&mut story);
    let (_, case) = patient_and_case(&mut story);
    offered(&mut story, case);
    story.step("an address is announced", ASKER, |work| replication::renew_address(work, &["/dns4/a.example/tcp/443".into()]));
    let bytes = suspension("b", NOW);
    story.repeat("a suspension", ASKER, move |work| replication::take_suspension(work, &bytes).map(drop));
    story.step("the owner cannot be reached", ASKER, |work| dispatch::on_failure(work, &"b".parse().unwrap(), "unreachable"));
    let before = story.image(ASKER);
    let next = document(2, &[("a", 11)]);
    story.step("the board removes the owner", ASKER, move |work| replication::take_document(work, &next).map(drop));
    story.put_back(ASKER, before);
    story.pass(SUSPENSION_AGAIN + Duration::from_secs(4 * 86_400));
    story.step("a suspension long past is forgotten", ASKER, replication::forget_past_suspensions);
    println!("{}", story.tally());
}

/// A new database: migrations are done whole or not at all, with and without a key.
#[test]
fn a_new_database() {
    for key in [None, Some(DatabaseKey::generate().unwrap())] {
        let clean = Disk::new(1);
        drop(clean.store(key.as_ref()).unwrap());
        let tables = |store: &Store| clinic::dump(store.db());
        let wanted = tables(&clean.store(key.as_ref()).unwrap());
        let mut points = 0;
        for stop in 0..clean.operations() {
            for power in [false, true] {
                let disk = Disk::new(stop);
                disk.stop_after(stop);
                drop(disk.store(key.as_ref()));
                if power {
                    disk.power_cut();
                } else {
                    disk.kill();
                }
                let store = disk.store(key.as_ref()).unwrap_or_else(|error| panic!("stopped after {stop} operations, power cut: {power}: {error}"));
                assert_eq!(tables(&store), wanted);
                points += 1;
            }
        }
        assert!(points > 20, "{points}");
    }
}

/// A new key: every page changes in one transaction, so that the old key or the new one opens everything. The old one is tried first, as the
/// node does, since only it reads the journal of a change that was cut off.
#[test]
fn a_new_database_key() {
    let (old, new) = (DatabaseKey::from_bytes([0x11; 32]), DatabaseKey::from_bytes([0x22; 32]));
    let first = Disk::new(1);
    let wanted = clinic::dump(first.store(Some(&old)).unwrap().db());
    let image = first.image();
    // Whether SQLCipher says that it is done means nothing; that is why the node looks which key opens the file.
    let change = |disk: &Disk| {
        let sql = format!("PRAGMA journal_mode = DELETE; PRAGMA rekey = \"x'{}'\"", "22".repeat(32));
        disk.store(Some(&old)).map(|store| drop(store.db().execute_batch(&sql)))
    };
    let clean = Disk::of(&image, 1);
    change(&clean).unwrap();
    let mut opened_by = [0, 0];
    for stop in 0..=clean.operations() {
        let disk = Disk::of(&image, stop);
        disk.stop_after(stop);
        drop(change(&disk));
        if stop % 4 == 0 {
            disk.kill();
        } else {
            disk.power_cut();
        }
        let found = [&old, &new].into_iter().enumerate().find_map(|(which, key)| Some((which, disk.store(Some(key)).ok()?)));
        let (which, store) = found.unwrap_or_else(|| panic!("neither key opens the database after {stop} operations"));
        // The check of the pages' codes reads the file alone; what a cut-off checkpoint has torn there is still whole in the log.
        store.checkpoint().unwrap();
        assert_eq!(verbund_node::store::integrity::pages(store.db()).unwrap(), Vec::<String>::new(), "after {stop} operations");
        assert_eq!(clinic::dump(store.db()), wanted);
        opened_by[which] += 1;
    }
    assert!(opened_by[0] > 10 && opened_by[1] > 0, "{opened_by:?}");
}

//! What a node says about itself and keeps of others: free places, addresses, proofs of contradictions, rounds of synchronisation; and what it
//! gets back after a restore.

use std::time::Duration;

use verbund_node::{
    domain::capacity::Stated,
    store::{backup::Manifest, meta},
    workflow::{
        audit,
        capacity::{self, Change},
        clock, recovery, referral, replication, safekeeping,
    },
};
use verbund_protocol::{
    address::Order,
    capacity::DepartmentId,
    catalogue::Withdraw,
    id::{Digest, LocalId},
    sync::{Announcement, Item, Set},
};

use super::{
    clinic::{Given, Story, auth, document, ik, key},
    referral::{ASKER, OWNER, confirmed, day, free_places, inquire, offered, patient_and_case},
};

fn department(name: &str) -> DepartmentId {
    DepartmentId { facility: ik(12), department: name.parse().unwrap() }
}

/// An announcement of the owner's, under a number of its own choice.
fn stated(number: u64, free: u16) -> Vec<u8> {
    let stated = Stated { beds: 40, first_day: day(0), free: vec![free; 7], ..Stated::new(department("2800")) };
    let record = stated.record(Order { epoch: 0, seq: number }, super::clinic::NOW, stated.free.clone());
    let bytes = record.sign(&"test".parse().unwrap(), &key(12)).unwrap().bytes().to_vec();
    Announcement::Record(Item { set: Set::Capacity, bytes }).to_bytes().unwrap()
}

/// One round: `from` asks the other until both hold the same. Each half of a step is a transaction.
fn round(story: &mut Story, from: usize) {
    let (own, peer) = (auth(from), auth(1 - from));
    let (mut session, mut question) = story.step("a round begins", from, move |work| replication::open(work, &peer));
    for number in 0..10 {
        let asked = question.clone();
        let answer = story.step(&format!("question {number} of a round"), 1 - from, move |work| replication::respond(work, &own, &asked));
        let held = session.clone();
        let (next, further) = story.step(&format!("answer {number} of a round"), from, move |work| {
            let mut session = held.clone();
            replication::on_response(work, &mut session, &peer, &answer).map(|further| (session, further))
        });
        session = next;
        match further {
            Some(further) => question = further,
            None => return,
        }
    }
    panic!("the round does not end");
}

/// Free places and addresses: stated, changed, told in rounds and by gossip; and lies about them.
pub fn what_is_told(story: &mut Story) {
    story.known(free_places);
    let free = Change { free: Some(vec![3; 14]), ..serde_json::from_value(serde_json::json!({"id": department("2300")})).unwrap() };
    story.step("free places are changed", OWNER, move |work| capacity::change(work, free.clone()));
    let new = Stated { name: "Innere".into(), beds: 20, ..Stated::new(department("0100")) };
    story.step("a department is added", OWNER, move |work| capacity::add(work, new.clone()));
    story.pass(Duration::from_secs(3_600));
    story.step("it is all still right", OWNER, |work| capacity::renew(work, &[]));
    for hour in 0..4 {
        story.pass(Duration::from_secs(3_600));
        story.step("an address is told", OWNER, |work| replication::renew_address(work, &["/dns4/b.example/tcp/443".into()]));
        if hour == 0 {
            round(story, ASKER);
        } else {
            story.known(|story| round(story, ASKER));
        }
    }
    let [first, other] = [stated(90, 1), stated(90, 2)];
    let told = first.clone();
    story.repeat("an announcement", ASKER, move |work| replication::on_gossip(work, &told).map(drop));
    let told = other.clone();
    story.repeat("its contradiction", ASKER, move |work| replication::on_gossip(work, &told).map(drop));
    assert_eq!(story.look(ASKER, |work| capacity::proofs(work)).len(), 1);
    round(story, OWNER);
    assert_eq!(story.look(OWNER, |work| capacity::proofs(work)).len(), 1, "whoever contradicted itself hears of it, too");
    for (name, members) in [("a network document by gossip", &[("a", 11), ("b", 12), ("c", 13)][..]), ("another one of the same version", &[("a", 11), ("b", 12)][..])] {
        let told = Announcement::Document(document(2, members)).to_bytes().unwrap();
        story.repeat(name, ASKER, move |work| replication::on_gossip(work, &told).map(drop));
    }
    // What is told at once, together with the node's own work.
    story.turn("a turn of announcements", ASKER, &[Given::Gossip(stated(91, 4)), Given::Tick, Given::Gossip(stated(92, 5)), Given::Gossip(b"noise".to_vec())]);
    story.pass(Duration::from_secs(9 * 86_400));
    story.step("old heads are thinned", ASKER, clock::tick);
    safe(story);
}

/// A node's start and end, each of which is noted in the store.
pub fn starts_and_stops(story: &mut Story) {
    let network = "test".parse().unwrap();
    story.on_store("a data directory is bound to its node", ASKER, move |store, _| store.write(|db| meta::bind(db, &network, &"a".parse().unwrap(), &"1".parse().unwrap())));
    story.on_store("a start is noted", ASKER, |store, now| store.write(|db| meta::started(db, "0.1.0", now)).map(drop));
    story.on_store("the clock is right", ASKER, |store, now| store.write(|db| meta::clock_is_good(db, now)));
    assert!(story.turn("a first turn", ASKER, &[Given::Tick]).is_empty());
    story.on_store("a clean stop", ASKER, |store, now| store.write(|db| meta::stopped(db, now)).and_then(|()| store.checkpoint()));
}

/// What is noted of looks at the audit and of safekeeping.
fn safe(story: &mut Story) {
    story.step("the audit is read", ASKER, |work| audit::begin_list(work, audit::Filter::default()).map(drop));
    story.step("the audit is verified", ASKER, audit::begin_verify);
    story.step("all is checked", ASKER, |work| safekeeping::begin_check(work));
    let made = Manifest {
        network: "test".parse().unwrap(),
        member: "a".parse().unwrap(),
        node: "1".parse().unwrap(),
        made_at: story.now(),
        schema: 1,
        epoch: 0,
        audit_len: 9,
        audit_head: Digest([1; 32]),
        key_id: LocalId([1; 8]),
        database: Digest([2; 32]),
        database_size: 4_096,
        documents: vec![],
        missing: vec![],
    };
    story.step("a backup was made", ASKER, move |work| safekeeping::backup_made(work, &made));
}

/// A restore loses what came after the backup; the other clinic gives back what it holds, or a person goes on without.
pub fn a_restore(story: &mut Story) {
    let (_, case) = story.known(|story| {
        free_places(story);
        patient_and_case(story)
    });
    let [backup, asked] = [OWNER, ASKER].map(|at| story.image(at));
    let id = story.known(|story| confirmed(story, case));
    story.restore(OWNER, backup);
    story.recover(OWNER);
    assert_eq!(story.steps_of(id), ["confirmed", "confirmed"]);
    assert!(story.look(OWNER, |work| recovery::progress(work)).since.is_none());
    story.step("what was published counts on", OWNER, |work| replication::renew_address(work, &[]));
    story.step("a person has looked at it", OWNER, move |work| referral::settle_trouble(work, id));
    story.known(|story| {
        story.step("the asker withdraws", ASKER, move |work| referral::withdraw(work, id, Withdraw::CHOSE_OTHER));
        story.deliver(ASKER);
    });

    // The asker, too; and it does not wait for the other's answer.
    story.restore(ASKER, asked);
    story.step("a person goes on without an answer", ASKER, |work| recovery::release(work, &"b".parse().unwrap()));
    assert!(story.look(ASKER, |work| recovery::progress(work)).since.is_none());
}

/// A node that was set back without a word says another thing under a number it has used: the other side keeps the proof.
pub fn a_node_set_back(story: &mut Story) {
    let (_, case) = story.known(|story| {
        free_places(story);
        patient_and_case(story)
    });
    let id = story.known(|story| offered(story, case));
    let before = story.image(ASKER);
    story.known(|story| {
        story.step("the choice", ASKER, move |work| referral::choose(work, id));
        story.deliver(ASKER);
        story.put_back(ASKER, before);
        story.step("the asker withdraws", ASKER, move |work| referral::withdraw(work, id, Withdraw::CHOSE_OTHER));
    });
    story.deliver_anew("under a number that was used", ASKER);
    assert!(!story.evidence(OWNER, id).is_empty(), "the proof is kept");

    // What waits is sent again where the other side has lost it.
    let before = story.image(OWNER);
    let lost = story.known(|story| {
        let lost = inquire(story, case);
        story.put_back(OWNER, before);
        lost
    });
    story.step("the asker asks what became of it", ASKER, move |work| referral::withdraw(work, lost, Withdraw::CHOSE_OTHER));
    story.deliver_anew("with a gap before it", ASKER);
    // What is missing there is sent after a short while.
    story.pass(Duration::from_secs(5));
    story.deliver_anew("that were lost there", ASKER);
    assert_eq!(story.steps_of(lost), ["withdrawn", "withdrawn"]);
}

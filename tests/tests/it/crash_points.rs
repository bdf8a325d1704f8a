//! Crash points: each transaction of a clinic is cut off at every write, truncation and sync: the process is killed there, or the machine loses
//! its power and what was not synced with it. The store opens again, is whole, and holds what was there before or what there is after, nothing
//! between; what was acknowledged is there; the same input given again has its effect once; and a node starts on it and goes on.
//!
//! What is done stands in *stories*, each step of which is a transaction. [`complete`] looks whether a function that writes, or an
//! action of the audit, is in none of them. So a new transaction needs one line here: a step of the story in which it belongs.

mod choices;
mod clinic;
mod complete;
mod house;
mod paper;
mod post;
mod records;
mod referral;
mod sides;

use clinic::Story;
use verbund_node::store::{DatabaseKey, Store};
use verbund_tests::disk::Disk;

/// A story, step by step.
type Told = fn(&mut Story);

/// At each of how many points the later stories are cut off where there is no time for all: with `scripts/test --large` it is each.
const SOME: u64 = 6;

/// Every story: its name, at each of how many points it is cut off, and its least number of points, so that one that loses steps is noticed.
const STORIES: &[(&str, Told, u64, u64)] = &[
    ("the whole way of a referral", referral::the_whole_way_of_a_referral, 1, 1_000),
    ("the other ends", referral::the_other_ends_and_what_time_brings, 1, 100),
    ("what the board decides", referral::what_the_board_decides, 1, 40),
    ("side steps", sides::side_steps, SOME, 20),
    ("rules", sides::rules, SOME, 20),
    ("documents", sides::documents, SOME, 20),
    ("several inputs at once", sides::turns, SOME, 10),
    ("what is told", records::what_is_told, SOME, 20),
    ("a restore", records::a_restore, SOME, 10),
    ("starts and stops", records::starts_and_stops, SOME, 10),
    ("a node set back", records::a_node_set_back, SOME, 10),
    ("accounts", house::accounts, SOME, 20),
    ("teams", house::teams, SOME, 20),
    ("patients at their pages", house::patients, SOME, 20),
    ("choices at the pages", choices::choices, SOME, 20),
    ("cases at the desk", paper::cases, SOME, 20),
    ("clinics without a node", paper::phones, SOME, 20),
    ("purposes", paper::purposes, SOME, 20),
    ("mails", post::mails, SOME, 20),
];

fn cut_off(name: &str) {
    let (_, tell, every, points) = STORIES.iter().find(|(told, ..)| *told == name).expect("the story is in the list");
    let mut story = Story::begin(*every);
    tell(&mut story);
    println!("{name}: {}", story.tally());
    assert!(story.tally().points > *points, "{}", story.tally());
}

#[test]
fn what_clinics_say() {
    ["the whole way of a referral", "the other ends", "side steps", "rules"].into_iter().for_each(cut_off);
}

#[test]
fn what_the_board_decides_and_nodes_tell() {
    ["what the board decides", "what is told", "a restore", "starts and stops", "a node set back", "documents", "several inputs at once"].into_iter().for_each(cut_off);
}

#[test]
fn the_web_house() {
    ["accounts", "teams", "patients at their pages", "mails"].into_iter().for_each(cut_off);
}

#[test]
fn the_social_service() {
    ["choices at the pages", "cases at the desk", "clinics without a node", "purposes"].into_iter().for_each(cut_off);
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

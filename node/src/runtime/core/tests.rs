//! A full disk in the middle of work: the turn is refused as a whole, everybody is told why, and nothing acknowledged is lost.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc;

use super::*;
use crate::{
    domain::{actor::Role, patient::Search},
    store::{DatabaseKey, patient},
    workflow::{
        Job, WorkError,
        bench::{Bench, NOW, person},
        patient as chapter,
    },
};

type Told = mpsc::Receiver<Result<usize, WorkError>>;

fn entry(number: usize) -> crate::domain::patient::Person {
    let long = "x".repeat(100);
    serde_json::from_value(serde_json::json!({"family": format!("{long}{number}"), "given": long, "birth_date": "1951-04-03", "case_number": number.to_string()})).unwrap()
}

/// Returns a job that enters a patient and tells its number.
fn job(number: usize) -> (Input, Told) {
    let (tell, told) = mpsc::channel();
    let work = move |work: &mut crate::workflow::Work<'_>| chapter::add(work, &entry(number)).map(|_| number);
    (Input::Job(Job::new(person(Role::Ward), work, move |result| tell.send(result).unwrap())), told)
}

/// Gives the core one turn with these jobs and returns what each was told.
fn turn(core: &mut Core, numbers: std::ops::Range<usize>) -> Vec<Result<usize, WorkError>> {
    let (inputs, told): (Vec<Input>, Vec<Told>) = numbers.map(job).unzip();
    for output in core.turn(NOW, inputs).unwrap() {
        if let Output::Finish(finish, result) = output {
            finish(result);
        }
    }
    told.into_iter().map(|told| told.recv().expect("everybody is told")).collect()
}

fn entered(core: &Core) -> Vec<usize> {
    let all = patient::search(core.store().db(), &Search::default(), 10_000).unwrap();
    let mut numbers: Vec<usize> = all.iter().map(|patient| patient.person.case_number.as_ref().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

fn room(core: &Core, pages: Option<i64>) {
    let sql = pages.map_or_else(|| "PRAGMA max_page_count = 1000000".to_owned(), |pages| format!("PRAGMA max_page_count = {pages}"));
    core.store().db().query_row(&sql, [], |_| Ok(())).unwrap();
}

#[test]
fn a_full_disk_refuses_the_turn_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let Bench { me, membership, entropy, .. } = Bench::new();
    let store = Store::open(dir.path(), &DatabaseKey::from_bytes([1; 32])).unwrap();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    assert!(turn(&mut core, 0..3).iter().all(Result::is_ok));
    let pages: i64 = core.store().db().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    room(&core, Some(pages + 3));

    let told = turn(&mut core, 3..200);
    assert!(told.iter().all(|told| matches!(told, Err(WorkError::Store(StoreError::Full | StoreError::RolledBack)))), "no answer before the disk has it");
    assert!(matches!(told[0], Err(WorkError::Store(StoreError::Full))), "also those whose own work fitted are told why");
    assert_eq!(entered(&core), [0, 1, 2]);

    // Small work that still fits goes on; with room again, everything does.
    room(&core, None);
    assert!(turn(&mut core, 3..200).iter().all(Result::is_ok));
    assert_eq!(entered(&core), (0..200).collect::<Vec<_>>());
    assert_eq!(crate::store::audit::verify(core.store().db()).unwrap().fault, None);
}

/// A sync that fails while a piece of work is under way stops the node as one at the commit does, also if another failure of the
/// same turn was seen first: what the disk holds is only known after a restart.
#[test]
fn a_disk_that_does_not_confirm_stops_the_node_in_the_middle_of_a_turn_too() {
    let failing = |code: i32| {
        let fail = move |_: &mut crate::workflow::Work<'_>| -> Result<(), WorkError> {
            Err(StoreError::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)).into())
        };
        Input::Job(Job::new(person(Role::Ward), fail, |_| {}))
    };
    let turn = |inputs: Vec<Input>| {
        let Bench { me, membership, entropy, store, .. } = Bench::new();
        let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
        Core::start(store, me, membership, Box::new(entropy), settings).unwrap().turn(NOW, inputs)
    };
    let (fsync, read, full) = (rusqlite::ffi::SQLITE_IOERR_FSYNC, rusqlite::ffi::SQLITE_IOERR_READ, rusqlite::ffi::SQLITE_FULL);
    for inputs in [vec![failing(fsync)], vec![job(1).0, failing(full), failing(fsync), job(2).0], vec![failing(fsync), failing(read)]] {
        let Err(Fatal(error)) = turn(inputs) else { panic!("the node goes on") };
        assert!(matches!(error, StoreError::Fsync(_)), "{error}");
    }
    assert!(turn(vec![failing(full), failing(read)]).is_ok(), "what a later turn can make good stops nobody");
}

#[test]
fn one_refused_job_undoes_only_itself() {
    let Bench { me, membership, entropy, store, .. } = Bench::new();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let (first, second) = (job(1), job(1));
    let third = job(2);
    for output in core.turn(NOW, vec![first.0, second.0, third.0]).unwrap() {
        if let Output::Finish(finish, result) = output {
            finish(result);
        }
    }
    assert!(first.1.recv().unwrap().is_ok() && third.1.recv().unwrap().is_ok());
    assert!(matches!(second.1.recv().unwrap(), Err(WorkError::State { code: "exists", .. })));
    assert_eq!(entered(&core), [1, 2]);
}

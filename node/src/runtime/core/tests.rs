//! A full disk in the middle of work: the turn is refused as a whole, everybody is told why, and nothing acknowledged is lost.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc;

use verbund_protocol::capacity::DepartmentId;

use super::*;
use crate::{
    domain::{actor::Role, capacity::Stated, patient::Search},
    store::{DatabaseKey, audit, patient},
    workflow::{
        Job, WorkError,
        bench::{Bench, NOW, document, ik, person},
        capacity, patient as chapter, replication,
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
    finished(core, inputs, told)
}

fn finished(core: &mut Core, inputs: Vec<Input>, told: Vec<Told>) -> Vec<Result<usize, WorkError>> {
    for output in core.turn(NOW, inputs).unwrap() {
        if let Output::Finish(finish, result) = output {
            finish(result);
        }
    }
    told.into_iter().map(|told| told.recv().expect("everybody is told")).collect()
}

/// Returns a job that takes the network document of this version, states a free place and then fails, or not.
fn taking(version: u64, good: bool) -> (Input, Told) {
    let (tell, told) = mpsc::channel();
    let work = move |work: &mut crate::workflow::Work<'_>| {
        replication::take_document(work, document(version, &[("a", 11), ("b", 12)]).bytes())?;
        let id = DepartmentId { facility: ik(11), department: "2300".parse().unwrap() };
        capacity::state(work, vec![Stated { beds: 9, first_day: NOW.day(), free: vec![1; 7], ..Stated::new(id) }])?;
        if good { Ok(0) } else { Err(WorkError::NotFound("patience")) }
    };
    (Input::Job(Job::new(person(Role::Capacity), work, move |result| tell.send(result).unwrap())), told)
}

/// Returns the version of the network document that memory and store hold.
fn held(core: &Core) -> (u64, u64) {
    let stored = replication::reload(core.store().db(), &core.membership().held().document.network).unwrap().0;
    (core.membership().held().document.version, stored.held().document.version)
}

/// Returns how many departments memory knows.
fn departments(core: &mut Core) -> usize {
    let (tell, told) = mpsc::channel();
    let count = |work: &mut crate::workflow::Work<'_>| Ok(work.public.board.iter().count());
    finished(core, vec![Input::Job(Job::new(person(Role::It), count, move |result| tell.send(result).unwrap()))], vec![told]).remove(0).unwrap()
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

    // Something that memory takes in as well is lost with the rest.
    let (mut lost, told) = (3..200).map(job).unzip::<_, _, Vec<_>, Vec<_>>();
    let (taking, taken) = taking(2, true);
    lost.insert(0, taking);
    let told: Vec<_> = finished(&mut core, lost, told);
    assert!(taken.recv().unwrap().is_err());
    assert_eq!(held(&core), (1, 1));
    assert!(told.iter().all(|told| matches!(told, Err(WorkError::Store(StoreError::Full | StoreError::RolledBack)))), "no answer before the disk has it");
    assert!(matches!(told[0], Err(WorkError::Store(StoreError::Full))), "also those whose own work fitted are told why");
    assert_eq!(entered(&core), [0, 1, 2]);

    // Small work that still fits goes on; with room again, everything does.
    room(&core, None);
    assert!(turn(&mut core, 3..200).iter().all(Result::is_ok));
    assert_eq!(entered(&core), (0..200).collect::<Vec<_>>());
    assert_eq!(crate::store::audit::verify(core.store().db()).unwrap().fault, None);
}

#[test]
fn a_board_that_contradicts_itself_is_kept_as_proof_also_of_what_was_given_at_joining() {
    let dir = tempfile::tempdir().unwrap();
    let start = |given: Membership| {
        let Bench { me, entropy, .. } = Bench::new();
        let store = Store::open(dir.path(), &DatabaseKey::from_bytes([1; 32])).unwrap();
        let mut core = Core::start(store, me, given, Box::new(entropy), Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() }).unwrap();
        (0..2).for_each(|_| drop(core.turn(NOW, vec![Input::Tick]).unwrap()));
        core
    };
    drop(start(Bench::new().membership));
    let other = document(1, &[("a", 11)]);
    for _ in 0..2 {
        let core = start(Membership::trusted(other.clone()));
        assert_eq!(core.membership().held().document.members.len(), 2, "the held one stays");
        let kept = crate::store::membership::contradictions(core.store().db()).unwrap();
        assert_eq!((kept.len(), kept[0].digest), (1, other.digest()));
        let told = audit::list(core.store().db(), &audit::Filter { action: Some("document.contradiction".into()), ..audit::Filter::default() }, 9).unwrap();
        assert_eq!(told.len(), 1, "told once");
    }
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

#[test]
fn memory_forgets_what_a_refused_job_had_changed() {
    let Bench { me, membership, entropy, store, .. } = Bench::new();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let (before, (refused, told), after) = (job(1), taking(2, false), job(2));
    let told = finished(&mut core, vec![before.0, refused, after.0], vec![before.1, told, after.1]);
    assert!(matches!(told[..], [Ok(1), Err(WorkError::NotFound(_)), Ok(2)]), "{told:?}");
    assert_eq!((held(&core), departments(&mut core), entered(&core)), ((1, 1), 0, vec![1, 2]));
    let (good, told) = taking(2, true);
    assert!(finished(&mut core, vec![good], vec![told])[0].is_ok());
    assert_eq!((held(&core), departments(&mut core)), ((2, 2), 1));
}

/// A round that is answered by a peer with no connection (any more) is not begun again at once, which would go round for ever.
#[test]
fn a_peer_that_is_gone_is_not_synchronised_with_again_and_again() {
    use verbund_protocol::sync::{Holding, Response};
    let Bench { me, membership, entropy, store, .. } = Bench::new();
    let (edition, peer) = (membership.edition(), membership.held().document.members[1].nodes[0].auth);
    let holding = Holding { document: membership.held().document.version, digest: membership.held().digest() };
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let asked = |outputs: &[Output]| outputs.iter().find_map(|output| if let Output::Request { token, .. } = output { Some(*token) } else { None });
    let token = asked(&core.turn(NOW, vec![Input::Up { peer, clock_offset_ms: 0, edition }]).unwrap()).unwrap();
    core.turn(NOW, vec![Input::Down(peer)]).unwrap();
    let nothing = Response { holding, document: None, differing: vec![], items: vec![], dealt: 0, refused: None }.to_bytes();
    let outputs = core.turn(NOW, vec![Input::Response { token, result: Ok(nothing), checked: Checked::default() }]).unwrap();
    assert_eq!(asked(&outputs), None);
}

#[test]
fn who_was_to_be_asked_in_a_turn_that_was_undone_is_asked_again() {
    let dir = tempfile::tempdir().unwrap();
    let Bench { me, membership, entropy, .. } = Bench::new();
    let store = Store::open(dir.path(), &DatabaseKey::from_bytes([1; 32])).unwrap();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let (peer, edition) = (crate::workflow::bench::key(112).public(), core.membership().edition());
    let pages: i64 = core.store().db().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    room(&core, Some(pages));
    // The first round on a connection begins in a turn whose other work finds the disk full.
    let up = Input::Up { peer, clock_offset_ms: 0, edition };
    let outputs = core.turn(NOW, std::iter::once(up).chain((0..200).map(|number| job(number).0)).collect()).unwrap();
    assert!(!outputs.iter().any(|output| matches!(output, Output::Request { .. })), "nothing of it was kept");
    room(&core, None);
    let outputs = core.turn(NOW, vec![Input::Tick]).unwrap();
    assert!(outputs.iter().any(|output| matches!(output, Output::Request { to, .. } if *to == peer)), "the round begins anew");
}

/// A question about what is committed is answered before the turn's work, wherever it stands among the inputs and whatever becomes of them.
#[test]
fn a_glance_sees_what_is_committed_and_nothing_of_its_turn() {
    let Bench { me, membership, entropy, store, .. } = Bench::new();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let glance = || {
        let (tell, told) = mpsc::channel();
        let look = move |db: &crate::store::Db| tell.send(patient::search(db, &Search::default(), 10).unwrap().len()).unwrap();
        (Input::Job(Job { actor: crate::domain::actor::Actor::Node, task: Task::Glance(Box::new(look)) }), told)
    };
    assert!(turn(&mut core, 0..2).iter().all(Result::is_ok));
    let ((entering, entered), (looking, seen)) = (job(2), glance());
    let outputs = core.turn(NOW, vec![entering, looking]).unwrap();
    assert_eq!((seen.try_recv(), entered.try_recv().is_err()), (Ok(2), true), "answered before anything of its turn is told");
    outputs.into_iter().for_each(|output| {
        if let Output::Finish(finish, result) = output {
            finish(result)
        }
    });
    assert!(entered.recv().unwrap().is_ok());
    let (looking, seen) = glance();
    assert!(core.turn(NOW, vec![looking]).unwrap().is_empty(), "a glance alone is no turn");
    assert_eq!(seen.try_recv(), Ok(3));
}

#[test]
fn a_node_that_comes_back_by_another_clock_promises_nothing_until_a_peer_agrees() {
    let start = |store: Store| {
        let Bench { me, membership, entropy, .. } = Bench::new();
        Core::start(store, me, membership, Box::new(entropy), Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() }).unwrap()
    };
    let promises = |core: &mut Core, now: Timestamp| {
        let (tell, told) = mpsc::channel();
        let ask = Input::Job(Job::new(person(Role::It), |work| Ok(work.may_promise().is_ok()), move |result: Result<bool, WorkError>| tell.send(result.unwrap()).unwrap()));
        for output in core.turn(now, vec![ask]).unwrap() {
            if let Output::Finish(finish, result) = output {
                finish(result);
            }
        }
        told.recv().unwrap()
    };
    let second = std::time::Duration::from_secs(1);
    let mut core = start(Bench::new().store);
    assert!(promises(&mut core, NOW), "a new node");
    core.turn(NOW.plus(second), vec![Input::Tick]).unwrap();
    let mut core = start(core.into_store());
    assert!(promises(&mut core, NOW.plus(second * 60)), "it was killed and started again");
    // A day later, or with a clock a day ahead: nobody there can tell.
    let later = NOW.plus(second * 86_400);
    let mut core = start(core.into_store());
    assert!(!promises(&mut core, later));
    core.turn(later, vec![Input::Tick]).unwrap();
    assert!(!promises(&mut core, later.plus(second)), "its own word is none");
    let mut core = start(core.into_store());
    assert!(!promises(&mut core, later.plus(second)), "nor is it after the next start");
    let (peer, edition) = (crate::workflow::bench::key(12).public(), core.membership().edition());
    core.turn(later.plus(second), vec![Input::Up { peer, clock_offset_ms: 5, edition }]).unwrap();
    assert!(promises(&mut core, later.plus(second)));
}

/// Returns a job that looks at a patient and tells how many there are.
fn looking(name: &str, good: bool) -> (Input, Told) {
    let (tell, told) = mpsc::channel();
    let name = name.to_owned();
    let look = move |work: &mut crate::workflow::Work<'_>| {
        work.audit(&name, None, "test", "")?;
        let found = patient::search(work.db, &Search::default(), 10)?.len();
        if good { Ok(found) } else { Err(WorkError::NotFound("it")) }
    };
    (Input::Job(Job::new(person(Role::Ward), look, move |result| tell.send(result).unwrap()).that_only_looks()), told)
}

#[test]
fn who_looks_is_in_the_audit_with_the_turn_or_was_told_nothing() {
    let Bench { me, membership, entropy, store, .. } = Bench::new();
    let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
    let mut core = Core::start(store, me, membership, Box::new(entropy), settings).unwrap();
    let audited = |core: &Core| -> Vec<String> {
        let lines = crate::store::audit::list(core.store().db(), &crate::store::audit::Filter::default(), 10).unwrap();
        assert_eq!(crate::store::audit::verify(core.store().db()).unwrap().fault, None);
        lines.into_iter().map(|line| line.action).collect()
    };
    let edition = core.edition();
    core.turn(NOW, vec![]).unwrap();
    let before = edition.get();
    let (inputs, told) = [looking("first", true), looking("second", false), looking("third", true)].into_iter().unzip();
    let told = finished(&mut core, inputs, told);
    assert!(matches!(told[..], [Ok(0), Err(WorkError::NotFound(_)), Ok(0)]), "{told:?}");
    assert_eq!((audited(&core), edition.get()), (vec!["third".into(), "first".into()], before), "a look changes nothing");
    let (inputs, told) = [looking("fourth", true), job(1), looking("fifth", true)].into_iter().unzip();
    assert!(matches!(finished(&mut core, inputs, told)[..], [Ok(0), Ok(1), Ok(1)]));
    assert_eq!(audited(&core)[..3], ["fifth", "fourth", "patient.add"]);
    assert_ne!(edition.get(), before);
    // What the audit cannot say has not happened.
    let pages: i64 = core.store().db().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    room(&core, Some(pages));
    let (inputs, told) = (0..300).map(|_| looking("sixth", true)).unzip();
    assert!(finished(&mut core, inputs, told).iter().all(|told| matches!(told, Err(WorkError::Store(StoreError::Full | StoreError::RolledBack)))));
    assert_eq!(audited(&core)[0], "fifth");
}

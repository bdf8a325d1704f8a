#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;
use crate::{
    domain::{
        account::{LATE_FOR, SESSION_FOR, Session, Site, Stage},
        patient::tests::anna,
    },
    store::{
        Store,
        account::draft::{Draft, MAX_DRAFTS, Whose},
        patient,
    },
};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
const ANNA: LocalId = LocalId([1; 8]);

fn account(id: u8, kind: Kind) -> Account {
    Account {
        id: LocalId([id; 8]),
        kind,
        login: None,
        name: "Anna Huber".into(),
        patient: (kind != Kind::Staff).then_some(ANNA),
        roles: if kind == Kind::Staff { vec![Role::Ward, Role::It] } else { vec![] },
        state: State::Open,
        language: None,
        made_at: NOW,
    }
}

fn store() -> Store {
    let store = Store::in_memory().unwrap();
    patient::add(store.db(), ANNA, &anna(), "ben", NOW).unwrap();
    add(store.db(), &account(2, Kind::Patient), "ben").unwrap();
    store
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

#[test]
fn an_account_reads_back_and_a_patient_has_one() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    assert!(find(db, mine).unwrap().unwrap() == account(2, Kind::Patient));
    assert!(matches!(add(db, &account(3, Kind::Patient), "ben"), Err(StoreError::Conflict(_))));
    add(db, &account(4, Kind::Proxy), "ben").unwrap();
    add(db, &account(5, Kind::Staff), "ben").unwrap();
    assert_eq!(of_patient(db, ANNA).unwrap().iter().map(|a| a.kind).collect::<Vec<_>>(), [Kind::Patient, Kind::Proxy]);
    assert_eq!(staff(db).unwrap()[0].roles, [Role::Ward, Role::It]);
    set_password(db, mine, &login("erna"), "$argon2id$…").unwrap();
    assert_eq!(by_login(db, &login("ERNA")).unwrap().unwrap().id, mine);
    assert!(matches!(set_password(db, LocalId([4; 8]), &login("erna"), "x"), Err(StoreError::Conflict(_))));
}

#[test]
fn every_second_factor_works_once() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    set_totp(db, mine, b"secret", 100).unwrap();
    assert_eq!([100, 99, 101, 101].map(|step| use_totp(db, mine, step).unwrap()), [false, false, true, false]);
    set_codes(db, mine, &[[7; 32], [8; 32]]).unwrap();
    assert!(use_code(db, mine, &[7; 32], NOW).unwrap() && !use_code(db, mine, &[7; 32], NOW).unwrap() && !use_code(db, mine, &[9; 32], NOW).unwrap());
    assert_eq!(codes_left(db, mine).unwrap(), Some(1));
    revoke_all(db, mine).unwrap();
    assert_eq!(codes_left(db, mine).unwrap(), None);
    assert!(secrets(db, mine).unwrap().totp.is_none() && !use_code(db, mine, &[8; 32], NOW).unwrap());
}

#[test]
fn a_token_that_changed_works_a_moment_longer() {
    let store = store();
    let db = store.db();
    let opened = Session {
        id: [1; 32],
        account: LocalId([2; 8]),
        site: Site::Patient,
        stage: Stage::Open,
        csrf: [3; 16],
        device: "Firefox, Linux".into(),
        opened_at: NOW,
        seen_at: NOW,
        changed_at: NOW,
        proved_at: NOW,
    };
    session::add(db, &opened).unwrap();
    assert_eq!(session::find(db, &[1; 32], NOW).unwrap().unwrap(), opened);
    let later = NOW.plus(std::time::Duration::from_secs(1_000));
    assert!(session::change_token(db, &[1; 32], &[9; 32], later).unwrap());
    let at = |secs| later.plus(std::time::Duration::from_secs(secs));
    assert!(session::find(db, &[1; 32], at(59)).unwrap().is_some() && session::find(db, &[1; 32], at(60)).unwrap().is_none());
    assert!(session::find(db, &[9; 32], at(60)).unwrap().is_some());
    assert_eq!(session::sweep(db, later.plus(crate::domain::account::SESSION_FOR)).unwrap(), 0);
    assert_eq!(session::sweep(db, later.plus(crate::domain::account::SESSION_FOR).plus(std::time::Duration::from_millis(1))).unwrap(), 1);
}

/// A session of the second account, told by one byte.
fn session_of(byte: u8, at: Timestamp) -> Session {
    Session {
        id: [byte; 32],
        account: LocalId([2; 8]),
        site: Site::Patient,
        stage: Stage::Open,
        csrf: [byte; 16],
        device: String::new(),
        opened_at: at,
        seen_at: at,
        changed_at: at,
        proved_at: at,
    }
}

#[test]
fn a_session_unseen_for_a_night_is_known_for_three_days() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    session::add(db, &session_of(1, NOW)).unwrap();
    session::add(db, &Session { stage: Stage::Second, ..session_of(2, NOW) }).unwrap();
    let morning = NOW.plus(SESSION_FOR).plus(Duration::from_secs(3_600));
    former::retire(db, morning).unwrap();
    assert_eq!(session::sweep(db, morning).unwrap(), 2);
    let owner = |byte: u8, site, at| former::owner(db, &[byte; 32], site, at).unwrap();
    assert_eq!(owner(1, Site::Patient, morning), Some(mine));
    assert_eq!((owner(1, Site::Staff, morning), owner(2, Site::Patient, morning), owner(3, Site::Patient, morning)), (None, None, None));
    let gave = |account, byte: u8, site, at| former::gave(db, account, &[byte; 16], site, at).unwrap();
    assert!(gave(mine, 1, Site::Patient, morning));
    assert!(!gave(LocalId([1; 8]), 1, Site::Patient, morning) && !gave(mine, 1, Site::Staff, morning) && !gave(mine, 2, Site::Patient, morning), "of nobody else, nowhere else");
    let last = NOW.plus(LATE_FOR);
    let after = last.plus(Duration::from_millis(1));
    assert_eq!((owner(1, Site::Patient, last), owner(1, Site::Patient, after)), (Some(mine), None));
    assert!(gave(mine, 1, Site::Patient, last) && !gave(mine, 1, Site::Patient, after));
    assert_eq!((former::sweep(db, last).unwrap(), former::sweep(db, after).unwrap()), (0, 1));
}

#[test]
fn of_a_session_that_was_signed_out_only_its_forms_are_known() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    let known = |byte: u8| (former::owner(db, &[byte; 32], Site::Patient, NOW).unwrap().is_some(), former::gave(db, mine, &[byte; 16], Site::Patient, NOW).unwrap());
    session::add(db, &session_of(1, NOW)).unwrap();
    assert_eq!(known(1), (false, true), "while it stands, too");
    former::sign_out(db, mine, &[1; 32], NOW).unwrap();
    session::end(db, mine, &[1; 32]).unwrap();
    assert_eq!(known(1), (false, true));
    // Whoever signs out everywhere else leaves no cookie that counts for anything.
    session::add(db, &session_of(2, NOW.minus(SESSION_FOR).minus(Duration::from_secs(1)))).unwrap();
    former::retire(db, NOW).unwrap();
    session::sweep(db, NOW).unwrap();
    [3, 4].iter().for_each(|byte| session::add(db, &session_of(*byte, NOW)).unwrap());
    assert_eq!(known(2), (true, true));
    former::sign_out_others(db, mine, &[4; 32], NOW).unwrap();
    session::end_others(db, mine, &[4; 32]).unwrap();
    assert_eq!([2, 3, 4].map(known), [(false, true); 3]);
    // Whoever lost everything leaves nothing.
    revoke_all(db, mine).unwrap();
    assert_eq!([1, 2, 3, 4].map(known), [(false, false); 4]);
}

#[test]
fn of_too_many_former_sessions_the_oldest_go() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    for byte in 0..=former::MAX_FORMER as u8 {
        let at = NOW.plus(Duration::from_secs(byte.into()));
        session::add(db, &session_of(byte, at)).unwrap();
        former::sign_out(db, mine, &[byte; 32], at).unwrap();
        session::end(db, mine, &[byte; 32]).unwrap();
    }
    let known = |byte: u8| former::gave(db, mine, &[byte; 16], Site::Patient, NOW).unwrap();
    assert!(!known(0) && known(1) && known(former::MAX_FORMER as u8));
}

#[test]
fn an_account_goes_with_its_patient() {
    let store = store();
    invitation::add(store.db(), &[5; 32], LocalId([2; 8]), "ben", NOW, NOW).unwrap();
    assert!(patient::erase(store.db(), ANNA).unwrap());
    assert!(find(store.db(), LocalId([2; 8])).unwrap().is_none() && invitation::find(store.db(), &[5; 32]).unwrap().is_none());
}

fn draft(form: &str, page: &str, text: &str) -> Draft {
    Draft { form: form.into(), page: page.into(), fields: vec![("text".into(), text.into())] }
}

#[test]
fn two_late_forms_of_one_page_are_both_kept() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    let keep = |form: &str, page: &str, text: &str, at: u64| draft::keep(db, Whose::Account(mine), &draft(form, page, text), Timestamp(at)).unwrap();
    keep("/cases/1/note", "/cases/1", "first", 1);
    keep("/cases/1/end", "/cases/1", "second", 2);
    keep("/messages/2", "/messages/2", "third", 3);
    let texts = |path: &str| draft::find(db, Whose::Account(mine), path).unwrap().into_iter().map(|draft| draft.fields[0].1.clone()).collect::<Vec<_>>();
    assert_eq!(texts("/cases/1"), ["second", "first"]);
    assert_eq!((texts("/cases/1/note"), texts("/messages/2"), texts("/cases/2")), (vec!["first".into()], vec!["third".into()], vec![]));
    keep("/cases/1/note", "/cases/1", "again", 4);
    assert_eq!(texts("/cases/1"), ["again", "second"]);
    draft::forget(db, Whose::Account(mine), "/cases/1/note").unwrap();
    assert_eq!(texts("/cases/1"), ["second"]);
}

#[test]
fn of_too_many_late_forms_the_oldest_goes() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    for at in 0..=MAX_DRAFTS {
        draft::keep(db, Whose::Account(mine), &draft(&format!("/messages/{at}"), "/messages", "x"), Timestamp(at as u64)).unwrap();
    }
    let kept = draft::find(db, Whose::Account(mine), "/messages").unwrap();
    assert_eq!((kept.len(), &*kept[0].form, &*kept[MAX_DRAFTS - 1].form), (MAX_DRAFTS, "/messages/12", "/messages/1"));
    // What has just come stays, whatever its clock says.
    draft::keep(db, Whose::Account(mine), &draft("/a", "/a", "x"), Timestamp(0)).unwrap();
    assert_eq!((draft::find(db, Whose::Account(mine), "/a").unwrap().len(), draft::find(db, Whose::Account(mine), "/messages").unwrap().len()), (1, MAX_DRAFTS - 1));
}

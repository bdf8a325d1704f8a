#![allow(clippy::unwrap_used)]
use super::*;
use crate::{
    domain::{
        account::{Session, Site, Stage},
        patient::tests::anna,
    },
    store::{
        Store,
        account::draft::{Draft, MAX_DRAFTS},
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
    let keep = |form: &str, page: &str, text: &str, at: u64| draft::keep(db, mine, &draft(form, page, text), Timestamp(at)).unwrap();
    keep("/cases/1/note", "/cases/1", "first", 1);
    keep("/cases/1/end", "/cases/1", "second", 2);
    keep("/messages/2", "/messages/2", "third", 3);
    let texts = |path: &str| draft::find(db, mine, path).unwrap().into_iter().map(|draft| draft.fields[0].1.clone()).collect::<Vec<_>>();
    assert_eq!(texts("/cases/1"), ["second", "first"]);
    assert_eq!((texts("/cases/1/note"), texts("/messages/2"), texts("/cases/2")), (vec!["first".into()], vec!["third".into()], vec![]));
    keep("/cases/1/note", "/cases/1", "again", 4);
    assert_eq!(texts("/cases/1"), ["again", "second"]);
    draft::forget(db, mine, "/cases/1/note").unwrap();
    assert_eq!(texts("/cases/1"), ["second"]);
}

#[test]
fn of_too_many_late_forms_the_oldest_goes() {
    let store = store();
    let (db, mine) = (store.db(), LocalId([2; 8]));
    for at in 0..=MAX_DRAFTS {
        draft::keep(db, mine, &draft(&format!("/messages/{at}"), "/messages", "x"), Timestamp(at as u64)).unwrap();
    }
    let kept = draft::find(db, mine, "/messages").unwrap();
    assert_eq!((kept.len(), &*kept[0].form, &*kept[MAX_DRAFTS - 1].form), (MAX_DRAFTS, "/messages/12", "/messages/1"));
    // What has just come stays, whatever its clock says.
    draft::keep(db, mine, &draft("/a", "/a", "x"), Timestamp(0)).unwrap();
    assert_eq!((draft::find(db, mine, "/a").unwrap().len(), draft::find(db, mine, "/messages").unwrap().len()), (1, MAX_DRAFTS - 1));
}

#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;
use crate::{
    domain::{
        account::{Account, State},
        actor::Actor,
        patient::tests::anna,
        proxy::{Mandate, Scope},
        team::Team,
        thread::MAX_A_DAY,
    },
    store::{audit, proxy},
    workflow::{
        bench::{Bench, person},
        journey::{self, Addressed},
        team,
    },
};

const PATIENT: LocalId = LocalId([1; 8]);
const OLGA: LocalId = LocalId([11; 8]);
const SVEN: LocalId = LocalId([12; 8]);
const TINA: LocalId = LocalId([13; 8]);
const WANDA: LocalId = LocalId([14; 8]);
const HOUR: Duration = Duration::from_secs(3_600);
const SECRET: &str = "Ich habe Zwetschgen im Bauch";

struct Ward {
    bench: Bench,
    erna: Actor,
    team: LocalId,
}

fn account(id: LocalId, kind: Kind, name: &str, roles: &[Role]) -> Account {
    let patient = (kind != Kind::Staff).then_some(PATIENT);
    Account { id, kind, login: None, name: name.into(), patient, roles: roles.to_vec(), state: State::Open, language: None, made_at: Timestamp(0) }
}

impl Ward {
    /// A patient, and a team of three of which Olga is the owner and Sven the substitute; Wanda of the ward belongs to none.
    fn new() -> Self {
        let mut bench = Bench::new();
        let db = bench.store.db();
        patients::add(db, PATIENT, &anna(), "x", bench.now).unwrap();
        let erna = account(LocalId([2; 8]), Kind::Patient, "Erna", &[]);
        for (id, name, role) in [(OLGA, "Olga", Role::SocialService), (SVEN, "Sven", Role::SocialService), (TINA, "Tina", Role::SocialService), (WANDA, "Wanda", Role::Ward)] {
            crate::store::account::add(db, &account(id, Kind::Staff, name, &[role]), "x").unwrap();
        }
        crate::store::account::add(db, &erna, "x").unwrap();
        let first = bench.run(Role::It, team::list).unwrap().teams.remove(0).team;
        let about = Team { owner: Some(OLGA), substitute: Some(SVEN), hours: 24, weekends: true, ..first };
        let team = bench.run(Role::It, move |work| team::keep(work, Some(about.id), about.clone())).unwrap();
        Self { bench, erna: Actor::of(&erna), team }
    }

    fn staff<T>(&mut self, who: LocalId, piece: impl FnOnce(&mut Work<'_>, LocalId) -> Result<T, WorkError>) -> Result<T, WorkError> {
        let account = account::find(self.bench.store.db(), who).unwrap().unwrap();
        self.bench.follow(Actor::of(&account), |work| piece(work, who)).map(|(out, _)| out)
    }

    fn patient<T>(&mut self, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> Result<T, WorkError> {
        self.bench.follow(self.erna.clone(), piece).map(|(out, _)| out)
    }

    fn ask(&mut self) -> LocalId {
        let team = self.team;
        self.patient(move |work| journey::write(work, Addressed::Team(team), SECRET)).unwrap()
    }

    /// For whom something waits, by who looks: Olga, Sven, Tina.
    fn waits(&mut self) -> [usize; 3] {
        [OLGA, SVEN, TINA].map(|who| self.staff(who, inbox).unwrap().mine.len())
    }

    fn later(&mut self, hours: u32) {
        self.bench.now = self.bench.now.plus(HOUR * hours);
    }
}

#[test]
fn what_nobody_answers_becomes_the_substitutes_then_everybodys() {
    let mut ward = Ward::new();
    let id = ward.ask();
    assert_eq!(ward.waits(), [1, 0, 0]);
    assert_eq!(ward.staff(SVEN, inbox).unwrap().others.len(), 1, "the team sees it, and whose turn it is");
    ward.later(23);
    assert_eq!(ward.waits(), [1, 0, 0]);
    assert_eq!(ward.staff(OLGA, |work, me| count(work, me)).unwrap(), Some(Count { mine: 1, late: 0 }));
    ward.later(1);
    assert_eq!(ward.waits(), [1, 1, 0]);
    assert_eq!(ward.staff(SVEN, |work, me| count(work, me)).unwrap(), Some(Count { mine: 1, late: 1 }));
    assert_eq!(ward.bench.run(Role::It, |work| sight(work)).unwrap(), Sight { late: 1, anybody: true });
    ward.later(24);
    assert_eq!(ward.waits(), [1, 1, 1]);
    let seen = ward.staff(TINA, |work, me| show(work, me, id)).unwrap();
    ward.staff(TINA, |work, me| answer(work, me, id, seen.row.thread.last, "Bitte kommen Sie.")).unwrap();
    assert_eq!(ward.waits(), [0, 0, 0]);
    assert_eq!(ward.bench.run(Role::It, |work| sight(work)).unwrap().late, 0);
    assert_eq!(ward.staff(TINA, |work, me| show(work, me, id)).unwrap().row.taken_by.as_deref(), Some("Tina"), "who answers takes it");
}

#[test]
fn whoever_is_away_has_a_substitute() {
    let mut ward = Ward::new();
    ward.ask();
    let today = ward.bench.now.day();
    ward.staff(OLGA, |work, me| set_absence(work, me, Some(today.plus(1)))).unwrap();
    assert_eq!(ward.waits(), [0, 1, 0]);
    ward.staff(SVEN, |work, me| set_absence(work, me, Some(today))).unwrap();
    assert_eq!(ward.waits(), [1, 1, 1], "nobody is left: everybody's");
    ward.staff(SVEN, |work, me| set_absence(work, me, None)).unwrap();
    ward.staff(OLGA, |work, me| set_absence(work, me, None)).unwrap();
    assert_eq!(ward.waits(), [1, 0, 0]);
    for wrong in [today.minus(1), today.plus(367)] {
        assert!(matches!(ward.staff(OLGA, |work, me| set_absence(work, me, Some(wrong))), Err(WorkError::Invalid { .. })));
    }
}

#[test]
fn a_thread_is_there_for_its_team_only() {
    let mut ward = Ward::new();
    let id = ward.ask();
    assert!(matches!(ward.staff(WANDA, |work, me| show(work, me, id)), Err(WorkError::NotFound("thread"))));
    for act in [take, |work: &mut Work<'_>, me, id| answer(work, me, id, 1, "x"), |work: &mut Work<'_>, me, id| close(work, me, id, 1, "x")] {
        assert!(matches!(ward.staff(WANDA, |work, me| act(work, me, id)), Err(WorkError::NotFound("thread"))));
    }
    assert!(!ward.staff(WANDA, inbox).unwrap().belongs && ward.staff(WANDA, |work, me| count(work, me)).unwrap().is_none());
    // Somebody else's account opens nothing, nor does a role that sees no patients.
    assert!(matches!(ward.bench.run(Role::SocialService, |work| show(work, OLGA, id)), Err(WorkError::NotFound("account"))));
    let it = Actor::Person { name: "Olga".into(), roles: vec![Role::It] };
    assert!(matches!(ward.bench.follow(it, |work| inbox(work, OLGA)), Err(WorkError::Forbidden(_))));
    assert!(matches!(ward.bench.follow(person(Role::It), journey::letters), Err(WorkError::NotFound(_))));
    // Another patient's thread is not there either.
    let other = Actor::Visitor { name: "patient 9".into(), account: LocalId([9; 8]), patient: LocalId([8; 8]), in_person: true };
    assert!(matches!(ward.bench.follow(other.clone(), move |work| journey::letter(work, id)), Err(WorkError::NotFound("thread"))));
    assert!(matches!(ward.bench.follow(other, move |work| journey::write(work, Addressed::Thread(id), "x")), Err(WorkError::NotFound("thread"))));
}

#[test]
fn an_answer_is_new_until_it_is_read_and_what_comes_between_is_read_first() {
    let mut ward = Ward::new();
    let id = ward.ask();
    let seen = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap().row.thread.last;
    ward.patient(move |work| journey::write(work, Addressed::Thread(id), "Und noch etwas.")).unwrap();
    assert!(matches!(ward.staff(OLGA, |work, me| answer(work, me, id, seen, "Ja.")), Err(WorkError::State { code: "changed", .. })));
    let seen = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap().row.thread.last;
    ward.staff(OLGA, |work, me| answer(work, me, id, seen, "Ja.")).unwrap();
    assert_eq!(ward.patient(journey::today).unwrap().unread, 1);
    assert!(ward.patient(move |work| journey::letter(work, id)).unwrap().0.unseen);
    assert_eq!(ward.patient(journey::today).unwrap().unread, 0);
    let closed = ward.staff(OLGA, |work, me| close(work, me, id, seen + 1, "Telefoniert."));
    assert!(matches!(closed, Err(WorkError::State { code: "answered", .. })), "nothing waits");
}

#[test]
fn handing_on_keeps_the_promise_and_the_history() {
    let mut ward = Ward::new();
    let slow = Team { id: LocalId([0; 8]), german: "Station".into(), english: "Ward".into(), role: Some(Role::Ward), hours: 72, ..crate::domain::team::tests::team() };
    let slow = Team { owner: Some(WANDA), substitute: None, ..slow };
    let slow = ward.bench.run(Role::It, move |work| team::keep(work, None, slow.clone())).unwrap();
    let id = ward.ask();
    let promised = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap().row.thread.waiting.unwrap();
    ward.later(1);
    ward.staff(OLGA, |work, me| hand(work, me, id, To::Person(TINA))).unwrap();
    assert_eq!(ward.waits(), [0, 0, 1]);
    assert!(matches!(ward.staff(TINA, |work, me| hand(work, me, id, To::Person(WANDA))), Err(WorkError::Invalid { .. })), "she is not of this team");
    ward.staff(TINA, |work, me| hand(work, me, id, To::Team(slow))).unwrap();
    assert!(matches!(ward.staff(OLGA, |work, me| show(work, me, id)), Err(WorkError::NotFound("thread"))), "it is another team's now");
    let shown = ward.staff(WANDA, |work, me| show(work, me, id)).unwrap();
    assert_eq!(shown.row.thread.waiting, Some(promised), "nobody's answer comes later for it");
    assert_eq!(shown.row.turn, ["Wanda"]);
    assert_eq!(shown.said.iter().map(|said| said.entry.what).collect::<Vec<_>>(), [What::Asked, What::Handed, What::Handed]);
    ward.staff(WANDA, |work, me| take(work, me, id)).unwrap();
    ward.staff(WANDA, |work, me| take(work, me, id)).unwrap();
    let seen = ward.staff(WANDA, |work, me| show(work, me, id)).unwrap();
    assert_eq!(seen.said.len(), 4, "a repeat is no entry");
    ward.staff(WANDA, |work, me| close(work, me, id, seen.row.thread.last, "Wir haben telefoniert.")).unwrap();
    let (line, said) = ward.patient(move |work| journey::letter(work, id)).unwrap();
    assert!(line.stage.is_none() && line.unseen);
    assert_eq!(said.last().unwrap().entry.text, "Wir haben telefoniert.");
}

#[test]
fn whoever_may_only_look_reads_and_writes_nothing() {
    let mut ward = Ward::new();
    let id = ward.ask();
    let db = ward.bench.store.db();
    for (nth, scope) in [(21, Scope::Look), (22, Scope::Arrange)] {
        let proxy_account = account(LocalId([nth; 8]), Kind::Proxy, "Anna Beispiel für Erna", &[]);
        account::add(db, &proxy_account, "x").unwrap();
        let mandate = Mandate { name: "Anna Beispiel".into(), scope, power: None, until: None };
        proxy::add(db, proxy_account.id, PATIENT, &mandate, None, "x", ward.bench.now).unwrap();
    }
    let proxy = |nth: u8| Actor::of(&account(LocalId([nth; 8]), Kind::Proxy, "Anna Beispiel für Erna", &[]));
    assert_eq!(ward.bench.follow(proxy(21), move |work| journey::letter(work, id)).unwrap().0.1.len(), 1);
    assert!(matches!(ward.bench.follow(proxy(21), move |work| journey::write(work, Addressed::Thread(id), "x")), Err(WorkError::NotFound(_))));
    ward.bench.follow(proxy(22), move |work| journey::write(work, Addressed::Thread(id), "Ich rufe auch an.")).unwrap();
    let said = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap().said;
    assert_eq!(said.iter().map(|said| said.by.clone()).collect::<Vec<_>>(), [By::Patient, By::Proxy("Anna Beispiel für Erna".into())]);
}

#[test]
fn what_is_written_has_limits_and_is_in_no_audit() {
    let mut ward = Ward::new();
    let id = ward.ask();
    for text in ["", " \n", &"x".repeat(MAX_TEXT + 1)] {
        let text = text.to_owned();
        assert!(matches!(ward.patient(move |work| journey::write(work, Addressed::Thread(id), &text)), Err(WorkError::Invalid { .. })));
    }
    for nth in 1..MAX_A_DAY {
        ward.patient(move |work| journey::write(work, Addressed::Thread(id), &format!("{SECRET} {nth}"))).unwrap();
    }
    assert!(matches!(ward.patient(move |work| journey::write(work, Addressed::Thread(id), SECRET)), Err(WorkError::State { code: "too-many", .. })));
    ward.later(24);
    ward.patient(move |work| journey::write(work, Addressed::Thread(id), SECRET)).unwrap();
    ward.staff(OLGA, |work, me| show(work, me, id)).unwrap();
    let lines = audit::list(ward.bench.store.db(), &audit::Filter::default(), 100).unwrap();
    assert!(lines.iter().all(|line| !format!("{line:?}").contains("Zwetschgen")));
    let read = &lines[0];
    assert_eq!((read.actor.as_str(), read.action.as_str(), read.subject, read.purpose.as_str()), ("Olga", "thread.read", Some(PATIENT), "message"));
}

#[test]
fn where_a_team_has_nobody_the_next_one_reads() {
    let mut ward = Ward::new();
    let id = ward.ask();
    for who in [OLGA, SVEN, TINA] {
        account::set_state(ward.bench.store.db(), who, State::Locked).unwrap();
    }
    assert!(ward.patient(journey::letters).unwrap().teams.is_empty());
    assert!(!ward.bench.run(Role::It, |work| sight(work)).unwrap().anybody);
    assert!(matches!(ward.patient(move |work| journey::write(work, Addressed::Thread(id), "x")), Err(WorkError::State { code: "no-team", .. })));
    let wards = Team { id: LocalId([0; 8]), german: "Station".into(), english: "Ward".into(), owner: None, substitute: None, ..crate::domain::team::tests::team() };
    let wards = ward.bench.run(Role::It, move |work| team::keep(work, None, wards.clone())).unwrap();
    ward.patient(move |work| journey::write(work, Addressed::Thread(id), "Ist jemand da?")).unwrap();
    let shown = ward.staff(WANDA, |work, me| show(work, me, id)).unwrap();
    assert_eq!((shown.row.thread.team, shown.said.len()), (wards, 2));
}

#[test]
fn what_was_settled_long_ago_is_a_look_at_its_patient() {
    let mut ward = Ward::new();
    let id = ward.ask();
    ward.later(24 * 40);
    ward.staff(OLGA, |work, me| show(work, me, id)).unwrap();
    let seen = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap().row.thread.last;
    ward.staff(OLGA, |work, me| answer(work, me, id, seen, "Verzeihung, erst jetzt.")).unwrap();
    ward.staff(OLGA, |work, me| show(work, me, id)).unwrap();
    ward.later(24 * 40);
    assert!(matches!(ward.staff(OLGA, |work, me| show(work, me, id)), Err(WorkError::Purpose(PATIENT))));
    assert!(matches!(ward.staff(OLGA, |work, me| answer(work, me, id, seen + 1, "x")), Err(WorkError::Purpose(PATIENT))));
}

#[test]
fn the_team_may_write_first_to_somebody_who_can_read_it() {
    let mut ward = Ward::new();
    let team = ward.team;
    let id = ward.staff(OLGA, |work, me| begin(work, me, PATIENT, team, "Ihre Unterlagen sind da.")).unwrap();
    assert_eq!(ward.patient(journey::today).unwrap().unread, 1);
    assert_eq!(ward.waits(), [0, 0, 0]);
    ward.patient(move |work| journey::write(work, Addressed::Thread(id), "Danke, wo?")).unwrap();
    assert_eq!(ward.waits(), [1, 0, 0]);
    assert!(matches!(ward.staff(WANDA, |work, me| begin(work, me, PATIENT, team, "x")), Err(WorkError::NotFound("team"))));
    account::set_state(ward.bench.store.db(), LocalId([2; 8]), State::Locked).unwrap();
    assert!(matches!(ward.staff(OLGA, |work, me| begin(work, me, PATIENT, team, "x")), Err(WorkError::State { code: "no-account", .. })));
}

#[test]
fn it_keeps_teams_of_those_who_may_read() {
    let mut ward = Ward::new();
    let base = || crate::domain::team::tests::team();
    let keep = |ward: &mut Ward, id, team: Team| ward.bench.run(Role::It, move |work| team::keep(work, id, team.clone()));
    let team = Team { owner: None, substitute: None, first: true, ..base() };
    let made = keep(&mut ward, None, team.clone()).unwrap();
    let first = |ward: &mut Ward| ward.bench.run(Role::It, team::list).unwrap().teams.iter().filter(|held| held.team.first).map(|held| held.team.id).collect::<Vec<_>>();
    assert_eq!(first(&mut ward), [made], "there is one first team");
    assert!(matches!(keep(&mut ward, None, Team { owner: Some(OLGA), substitute: None, ..base() }), Err(WorkError::Invalid { .. })), "she is not of the ward");
    keep(&mut ward, None, Team { owner: Some(OLGA), substitute: None, named: vec![OLGA], ..base() }).unwrap();
    assert!(matches!(keep(&mut ward, Some(LocalId([99; 8])), team.clone()), Err(WorkError::NotFound("team"))));
    assert!(matches!(ward.bench.run(Role::Ward, move |work| team::keep(work, None, team.clone())), Err(WorkError::Forbidden(_))));
    assert!(matches!(ward.bench.run(Role::It, move |work| team::end(work, made)), Err(WorkError::State { code: "first", .. })));
    let social = ward.team;
    ward.bench.run(Role::It, move |work| team::end(work, social)).unwrap();
    assert!(!ward.patient(journey::letters).unwrap().teams.iter().any(|team| team.id == social));
    assert!(matches!(ward.patient(move |work| journey::write(work, Addressed::Team(social), "x")), Err(WorkError::State { code: "no-team", .. })));
}

#[test]
fn who_reads_the_inbox_is_told_to_those_whose_names_stand_there() {
    let mut ward = Ward::new();
    let id = ward.ask();
    let listed = |ward: &Ward| ward.bench.lines(PATIENT).iter().filter(|line| line.action == "thread.list").map(|line| line.actor.clone()).collect::<Vec<_>>();
    for who in [OLGA, OLGA, WANDA, SVEN, OLGA] {
        ward.staff(who, inbox).unwrap();
    }
    assert_eq!(listed(&ward), ["Sven", "Olga"], "Wanda sees no name");
    let seen = ward.staff(OLGA, |work, me| show(work, me, id)).unwrap();
    ward.staff(OLGA, |work, me| answer(work, me, id, seen.row.thread.last, "Bitte kommen Sie.")).unwrap();
    assert_eq!(ward.staff(OLGA, inbox).unwrap().settled.len(), 1);
    // Long after her treatment the name stands in no list any more.
    ward.later(24 * 31);
    assert!(ward.staff(OLGA, inbox).unwrap().settled.is_empty());
    assert_eq!(listed(&ward).len(), 2);
}

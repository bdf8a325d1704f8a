#![allow(clippy::unwrap_used)]
use super::{invite::Knows, *};
use crate::{
    domain::{
        account::{Code, INVITATION_FOR, Kind, Login, State, factor},
        actor::{Actor, Role},
        patient::{Person, tests::anna},
        proxy::{Mandate, Scope},
    },
    workflow::{bench::Bench, caseload, inquiry::NewCase, patient},
};

const HASH: &str = "a hash";

fn from(site: Site) -> From {
    From { site, device: "Firefox, Linux".into(), browser: [0; 16], network: "10.0.0".into() }
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

fn birth(text: &str) -> Knows {
    Knows::Birth(text.parse().unwrap())
}

/// A patient with a code on paper.
fn invited(bench: &mut Bench) -> (LocalId, Code) {
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    let invited = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap();
    (id, invited.code)
}

fn right<T: std::fmt::Debug>(tried: Tried<T>) -> T {
    match tried {
        Tried::Right(right) => right,
        other => panic!("{other:?}"),
    }
}

fn visiting(bench: &mut Bench, token: &Token) -> Visit {
    let now = bench.now;
    visit(bench.store.db(), token, Site::Patient, now).unwrap().expect("the session stands")
}

/// From the code to an open account with password and printed list.
fn opened(bench: &mut Bench, code: &Code) -> (Visit, Vec<Code>) {
    let token = right(bench.run(Role::It, |work| invite::redeem(work, code, &birth("1951-04-03"), &from(Site::Patient))).unwrap());
    let setting_up = visiting(bench, &token);
    bench.run(Role::It, |work| setup::password(work, &setting_up, &login("anna"), HASH)).unwrap();
    assert!(bench.run(Role::It, |work| setup::finish(work, &setting_up, &from(Site::Patient))).unwrap().is_none(), "a password alone is not enough");
    let codes = bench.run(Role::It, |work| setup::codes(work, &setting_up)).unwrap();
    let token = bench.run(Role::It, |work| setup::finish(work, &setting_up, &from(Site::Patient))).unwrap().unwrap();
    (visiting(bench, &token), codes)
}

#[test]
fn a_code_opens_an_account_once() {
    let mut bench = Bench::new();
    let (id, code) = invited(&mut bench);
    let (visit, codes) = opened(&mut bench, &code);
    assert!(visit.account.state == State::Open && visit.session.stage == Stage::Open && visit.account.patient == Some(id) && codes.len() == 12);
    let again = bench.run(Role::It, |work| invite::redeem(work, &code, &birth("1951-04-03"), &from(Site::Patient))).unwrap();
    assert_eq!(again, Tried::Wrong);
    let twice = bench.run(Role::Ward, |work| invite::patient(work, id)).map(|_| ()).unwrap_err();
    assert_eq!(twice.code(), "account-open");
}

#[test]
fn five_wrong_birth_dates_end_a_code_and_staff_see_it() {
    let mut bench = Bench::new();
    let (id, code) = invited(&mut bench);
    let try_it = |bench: &mut Bench, date: &str| bench.run(Role::It, |work| invite::redeem(work, &code, &birth(date), &from(Site::Patient))).unwrap();
    for _ in 0..4 {
        assert_eq!(try_it(&mut bench, "1951-04-04"), Tried::Wrong);
    }
    assert_eq!(bench.run(Role::Ward, invite::blocked).unwrap(), []);
    assert_eq!(try_it(&mut bench, "1951-04-04"), Tried::Wrong);
    assert_eq!(try_it(&mut bench, "1951-04-03"), Tried::Wrong, "the right date comes too late");
    assert_eq!(bench.run(Role::Ward, invite::blocked).unwrap().iter().map(|b| b.patient).collect::<Vec<_>>(), [id]);
    bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap();
    assert_eq!(bench.run(Role::Ward, invite::blocked).unwrap(), [], "a new letter is out");
}

#[test]
fn a_code_ends_after_a_fortnight_or_with_the_next_one_and_serves_one_site() {
    let mut bench = Bench::new();
    let (id, code) = invited(&mut bench);
    let other_site = bench.run(Role::It, |work| invite::redeem(work, &code, &birth("1951-04-03"), &from(Site::Staff))).unwrap();
    assert_eq!(other_site, Tried::Wrong);
    let next = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap().code;
    let replaced = bench.run(Role::It, |work| invite::redeem(work, &code, &birth("1951-04-03"), &from(Site::Patient))).unwrap();
    assert_eq!(replaced, Tried::Wrong);
    bench.now = bench.now.plus(INVITATION_FOR);
    let too_late = bench.run(Role::It, |work| invite::redeem(work, &next, &birth("1951-04-03"), &from(Site::Patient))).unwrap();
    assert_eq!(too_late, Tried::Wrong);
}

#[test]
fn password_and_list_sign_in_and_each_code_works_once() {
    let mut bench = Bench::new();
    let (_, code) = invited(&mut bench);
    let (_, codes) = opened(&mut bench, &code);
    let compare = right(bench.run(Role::It, |work| sign_in::begin(work, &login("anna"), &from(Site::Patient))).map(forget_debug).unwrap());
    assert_eq!(compare.0.hash.as_deref(), Some(HASH));
    let step = |bench: &mut Bench| {
        let token = right(bench.run(Role::It, |work| sign_in::password_right(work, &compare.0, &login("anna"), &from(Site::Patient), None)).unwrap());
        visiting(bench, &token)
    };
    let half = step(&mut bench);
    assert_eq!(half.session.stage, Stage::Second);
    assert_eq!(bench.run(Role::It, |work| sign_in::second(work, &half, "000000", &from(Site::Patient))).unwrap(), Tried::Wrong);
    let token = right(bench.run(Role::It, |work| sign_in::second(work, &half, &codes[3].to_string(), &from(Site::Patient))).unwrap());
    assert_eq!(visiting(&mut bench, &token).session.stage, Stage::Open);
    let half = step(&mut bench);
    assert_eq!(bench.run(Role::It, |work| sign_in::second(work, &half, &codes[3].to_string(), &from(Site::Patient))).unwrap(), Tried::Wrong);
    let secret = [9; factor::TOTP_SECRET];
    let now = bench.now;
    let shown = factor::totp_code(&secret, now).unwrap();
    let full = visiting(&mut bench, &token);
    assert!(bench.run(Role::It, |work| setup::totp(work, &full, &secret, &shown)).unwrap());
    assert_eq!(bench.run(Role::It, |work| sign_in::second(work, &half, &shown, &from(Site::Patient))).unwrap(), Tried::Wrong, "shown once already");
    bench.now = bench.now.plus(Duration::from_secs(30));
    let next = factor::totp_code(&secret, bench.now).unwrap();
    right(bench.run(Role::It, |work| sign_in::second(work, &half, &next, &from(Site::Patient))).unwrap());
}

/// `Compare` shows itself to nobody.
struct Hidden(sign_in::Compare);
impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}
fn forget_debug(tried: Tried<sign_in::Compare>) -> Tried<Hidden> {
    match tried {
        Tried::Right(compare) => Tried::Right(Hidden(compare)),
        Tried::Wrong => Tried::Wrong,
        Tried::Wait(wait) => Tried::Wait(wait),
    }
}

#[test]
fn guessing_slows_down_but_not_on_the_owners_own_device() {
    let mut bench = Bench::new();
    let (_, code) = invited(&mut bench);
    opened(&mut bench, &code);
    let begin = |bench: &mut Bench, from: &From| bench.run(Role::It, |work| sign_in::begin(work, &login("anna"), from)).map(forget_debug).unwrap();
    // Where the account was opened it is known; strangers come from other browsers.
    let own = from(Site::Patient);
    let elsewhere = || From { browser: [9; 16], ..from(Site::Patient) };
    for _ in 0..5 {
        right(begin(&mut bench, &elsewhere()));
    }
    assert!(matches!(begin(&mut bench, &elsewhere()), Tried::Wait(wait) if wait == Duration::from_secs(5)));
    right(begin(&mut bench, &own));
    let claimed = From { browser: [7; 16], ..elsewhere() };
    assert!(matches!(begin(&mut bench, &claimed), Tried::Wait(_)), "a browser that only says it is known is not");
    bench.now = bench.now.plus(Duration::from_secs(5));
    right(begin(&mut bench, &elsewhere()));
    assert!(matches!(begin(&mut bench, &elsewhere()), Tried::Wait(wait) if wait == Duration::from_secs(10)));
    let unknown = bench.run(Role::It, |work| sign_in::begin(work, &login("nobody"), &from(Site::Patient))).map(forget_debug).unwrap();
    assert!(right(unknown).0.hash.is_none(), "who is not there looks the same from outside");
}

#[test]
fn who_lost_everything_starts_over_with_a_card() {
    let mut bench = Bench::new();
    let (id, code) = invited(&mut bench);
    let (visit, codes) = opened(&mut bench, &code);
    let unseen = bench.run(Role::Ward, |work| invite::start_over(work, id, false)).map(|_| ()).unwrap_err();
    assert_eq!(unseen.code(), "invalid");
    let fresh = bench.run(Role::Ward, |work| invite::start_over(work, id, true)).unwrap().code;
    assert!(super::visit(bench.store.db(), &Token([0; 32]), Site::Patient, bench.now).unwrap().is_none());
    assert!(session::of_account(bench.store.db(), visit.account.id).unwrap().is_empty(), "all sessions ended");
    assert_eq!(account::codes_left(bench.store.db(), visit.account.id).unwrap(), None);
    drop(codes);
    let (again, _) = opened(&mut bench, &fresh);
    assert_eq!(again.account.id, visit.account.id);
}

#[test]
fn staff_are_made_by_it_and_locked_at_once() {
    let mut bench = Bench::new();
    let add = |bench: &mut Bench, role: Role| bench.run(role, |work| staff::add(work, &login("ben"), "Ben Beispiel", &[Role::Ward]));
    assert!(matches!(add(&mut bench, Role::Ward).map(|_| ()), Err(WorkError::Forbidden(_))));
    let code = add(&mut bench, Role::It).unwrap().code;
    let another = bench.run(Role::It, |work| staff::add(work, &login("ben"), "Bea Beispiel", &[Role::Ward]));
    assert_eq!(another.map(|_| ()).unwrap_err().code(), "login-taken");
    let wrong = bench.run(Role::It, |work| invite::redeem(work, &code, &Knows::Login(login("eva")), &from(Site::Staff))).unwrap();
    assert_eq!(wrong, Tried::Wrong);
    let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &Knows::Login(login("ben")), &from(Site::Staff))).unwrap());
    let now = bench.now;
    let visit = super::visit(bench.store.db(), &token, Site::Staff, now).unwrap().unwrap();
    assert_eq!((visit.account.kind, visit.account.roles.clone()), (Kind::Staff, vec![Role::Ward]));
    bench.run(Role::It, |work| staff::lock(work, visit.account.id, true)).unwrap();
    assert!(super::visit(bench.store.db(), &token, Site::Staff, now).unwrap().is_none());
}

#[test]
fn a_session_in_use_changes_its_token() {
    let mut bench = Bench::new();
    let (_, code) = invited(&mut bench);
    let (mut held, _) = opened(&mut bench, &code);
    assert!(bench.run(Role::It, |work| keep(work, &held.session)).unwrap().is_none());
    bench.now = bench.now.plus(Duration::from_secs(15 * 60));
    let token = bench.run(Role::It, |work| keep(work, &held.session)).unwrap().expect("an old token changes");
    held = visiting(&mut bench, &token);
    assert!(bench.run(Role::It, |work| setup::codes(work, &held)).map(|_| ()).unwrap_err().code() == "prove-again", "the proof is old by now");
    bench.run(Role::It, |work| sign_out(work, &held.account, &held.session.id)).unwrap();
    assert!(super::visit(bench.store.db(), &token, Site::Patient, bench.now).unwrap().is_none());
}

/// Whoever finds a browser in which somebody signed in a while ago gets nothing by saying that setting up is done.
#[test]
fn adding_a_way_proves_nothing_and_makes_no_session_younger() {
    let mut bench = Bench::new();
    let (_, code) = invited(&mut bench);
    let (held, _) = opened(&mut bench, &code);
    bench.now = bench.now.plus(Duration::from_secs(60));
    let token = bench.run(Role::It, |work| setup::finish(work, &held, &from(Site::Patient))).unwrap().expect("it is complete");
    let kept = visiting(&mut bench, &token);
    assert_ne!(kept.session.id, held.session.id, "the token is a new one");
    assert_eq!((kept.session.opened_at, kept.session.proved_at), (held.session.opened_at, held.session.proved_at));
    assert_eq!(session::of_account(bench.store.db(), held.account.id).unwrap().len(), 1);
    bench.now = bench.now.plus(crate::domain::account::PROOF_FOR);
    let late = bench.run(Role::It, |work| setup::finish(work, &kept, &from(Site::Patient))).unwrap_err();
    assert_eq!(late.code(), "prove-again");
    assert!(!visiting(&mut bench, &token).session.is_fresh(bench.now));
}

/// Whoever proves once more who they are has one session there as before, and other browsers keep theirs.
#[test]
fn a_new_proof_takes_the_place_of_the_browsers_former_session() {
    let mut bench = Bench::new();
    let (_, code) = invited(&mut bench);
    let (held, codes) = opened(&mut bench, &code);
    let begin = |bench: &mut Bench| right(bench.run(Role::It, |work| sign_in::begin(work, &login("anna"), &from(Site::Patient))).map(forget_debug).unwrap()).0;
    let sessions = |bench: &Bench| session::of_account(bench.store.db(), held.account.id).unwrap().len();
    let prove = |bench: &mut Bench, held: Option<&Visit>, nth: usize| {
        let compare = begin(bench);
        let token = right(bench.run(Role::It, |work| sign_in::password_right(work, &compare, &login("anna"), &from(Site::Patient), held)).unwrap());
        let half = visiting(bench, &token);
        let token = right(bench.run(Role::It, |work| sign_in::second(work, &half, &codes[nth].to_string(), &from(Site::Patient))).unwrap());
        visiting(bench, &token)
    };
    let elsewhere = prove(&mut bench, None, 0);
    assert_eq!(sessions(&bench), 2, "another browser");
    let again = prove(&mut bench, Some(&held), 1);
    assert_eq!(sessions(&bench), 2);
    assert!(former::gave(bench.store.db(), held.account.id, &held.session.csrf, Site::Patient, bench.now).unwrap(), "a form that lay open is still known");
    // A token that changes between the two steps is no way out.
    let changed = session::change_token(bench.store.db(), &again.session.id, &[8; 32], bench.now).unwrap();
    assert!(changed);
    let last = prove(&mut bench, Some(&again), 2);
    assert_eq!(sessions(&bench), 2);
    let passkey = passkey::Passkey { id: vec![5; 16], account: held.account.id, credential: "{}".into(), label: "Handy".into(), made_at: bench.now, used_at: None };
    passkey::add(bench.store.db(), &passkey).unwrap();
    right(bench.run(Role::It, |work| sign_in::passkey_right(work, &[5; 16], "{}", &from(Site::Patient), Some(&last))).unwrap());
    assert_eq!(sessions(&bench), 2);
    assert!(session::find(bench.store.db(), &elsewhere.session.id, bench.now).unwrap().is_some());
}

/// A letter that somebody else holds is worth nothing once there is a new one, not even for whoever has begun with it.
#[test]
fn a_new_code_ends_what_was_begun_with_the_one_before() {
    let mut bench = Bench::new();
    let (id, code) = invited(&mut bench);
    let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &birth("1951-04-03"), &from(Site::Patient))).unwrap());
    let begun = visiting(&mut bench, &token);
    assert_eq!(begun.session.stage, Stage::Setup);
    let fresh = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap().code;
    let now = bench.now;
    assert!(super::visit(bench.store.db(), &token, Site::Patient, now).unwrap().is_none());
    let (visit, _) = opened(&mut bench, &fresh);
    assert!(visit.account.state == State::Open && visit.account.patient == Some(id));
}

/// A name that was entered wrongly is right everywhere once it is corrected: where the patient is greeted, and for whom her daughter acts.
#[test]
fn a_corrected_name_is_the_accounts_name() {
    let mut bench = Bench::new();
    let id = bench.run(Role::Ward, |work| patient::add(work, &Person { family: "Beispil".into(), ..anna() })).unwrap().id;
    let code = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap().code;
    let (visit, _) = opened(&mut bench, &code);
    let given = anna().given;
    assert_eq!(visit.account.name, format!("{given} Beispil"));
    let mandate = Mandate { name: "Ben Beispil".into(), scope: Scope::Look, power: None, until: None };
    let reads = format!("Ben Beispil für {given} Beispil");
    let proxy = bench.run(Role::Ward, |work| crate::workflow::proxy::add(work, id, &mandate, reads, None, "treatment")).unwrap().account;
    let mut changed = Person { family: "Beispiel".into(), ..anna() };
    bench.run(Role::Ward, |work| patient::change(work, id, &changed, None)).unwrap();
    let name = |bench: &Bench, id| account::find(bench.store.db(), id).unwrap().unwrap().name;
    assert_eq!(name(&bench, visit.account.id), format!("{given} Beispiel"));
    assert_eq!(name(&bench, proxy), format!("Ben Beispil für {given} Beispiel"));
    changed.phone = None;
    bench.run(Role::Ward, |work| patient::change(work, id, &changed, None)).unwrap();
    assert_eq!(name(&bench, visit.account.id), format!("{given} Beispiel"), "another change is none of the name's");
}

/// What people do stands under their names: nobody gets another's by an equal name, and nobody loses their own by a new one.
#[test]
fn a_name_belongs_to_one_of_staff_and_her_cases_follow_it() {
    let mut bench = Bench::new();
    let add = |bench: &mut Bench, user: &str, name: &str| bench.run(Role::It, |work| staff::add(work, &login(user), name, &[Role::SocialService])).map(|made| made.account);
    let maria = add(&mut bench, "maria", "Maria Müller").unwrap();
    let sven = add(&mut bench, "sven", "Sven Beispiel").unwrap();
    for name in ["Maria Müller", "maria MÜLLER", "Maria  Müller"] {
        assert_eq!(add(&mut bench, "other", name).unwrap_err().code(), "name-taken", "{name}");
    }
    let change = |bench: &mut Bench, id, name: &str| bench.run(Role::It, |work| staff::change(work, id, name, &[Role::SocialService]));
    assert_eq!(change(&mut bench, sven, "Maria Müller").unwrap_err().code(), "name-taken");
    bench.run(Role::It, |work| staff::lock(work, maria, true)).unwrap();
    assert_eq!(add(&mut bench, "other", "Maria Müller").unwrap_err().code(), "name-taken", "what she did still stands under it");
    bench.run(Role::It, |work| staff::lock(work, maria, false)).unwrap();

    let patient = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    let as_maria = |bench: &Bench| Actor::of(&account::find(bench.store.db(), maria).unwrap().unwrap());
    let mine = |bench: &mut Bench, who: Actor| {
        bench.run(Role::SocialService, |work| {
            work.actor = who;
            Ok(caseload::list(work, false)?.rows.into_iter().filter(|row| row.why.is_none()).count())
        })
    };
    let her = as_maria(&bench);
    bench
        .run(Role::SocialService, |work| {
            work.actor = her;
            caseload::open(work, &NewCase { patient, variant: verbund_protocol::inquiry::Variant::Rehab, discharge: None, exception: None })
        })
        .unwrap();
    change(&mut bench, maria, "Maria Huber").unwrap();
    let her = as_maria(&bench);
    assert_eq!((her.name(), mine(&mut bench, her.clone()).unwrap()), ("Maria Huber", 1));
    let other = add(&mut bench, "other", "Maria Müller").unwrap();
    let other = Actor::of(&account::find(bench.store.db(), other).unwrap().unwrap());
    assert_eq!(mine(&mut bench, other).unwrap(), 0, "who gets the name gets no cases");
    change(&mut bench, maria, "Maria Huber").unwrap();
    assert_eq!(mine(&mut bench, her).unwrap(), 1, "the same name is no new one");
}

/// A letter is no way to find out which user names there are: a few that are taken are said to be, then one waits.
#[test]
fn names_that_are_taken_are_not_asked_for_one_by_one() {
    let mut bench = Bench::new();
    let known = ["wanda", "ben", "eva"];
    for name in known {
        bench.run(Role::It, |work| staff::add(work, &login(name), name, &[Role::Ward])).unwrap();
    }
    let (_, code) = invited(&mut bench);
    let ask = |bench: &mut Bench, name: &str| {
        // Another browser, and the code typed once more, make no difference.
        let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &birth("1951-04-03"), &from(Site::Patient))).unwrap());
        let setting_up = visiting(bench, &token);
        bench.run(Role::It, |work| setup::password(work, &setting_up, &login(name), HASH)).unwrap()
    };
    for name in known.iter().cycle().take(5) {
        assert_eq!(ask(&mut bench, name), Tried::Wrong);
    }
    assert_eq!(ask(&mut bench, "wanda"), Tried::Wait(Duration::from_secs(5)));
    assert_eq!(ask(&mut bench, "anna"), Tried::Wait(Duration::from_secs(5)), "nothing is looked at meanwhile");
    bench.now = bench.now.plus(Duration::from_secs(5));
    assert_eq!(ask(&mut bench, "anna"), Tried::Right(()));
    assert_eq!(ask(&mut bench, "wanda"), Tried::Wrong, "with an own name the count begins anew");
}

/// Whoever guesses at the code of somebody who acts for a patient, or of staff, is heard of, too.
#[test]
fn codes_of_helpers_and_of_staff_end_where_somebody_sees_it() {
    let mut bench = Bench::new();
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    let mandate = Mandate { name: "Ben Beispiel".into(), scope: Scope::Look, power: None, until: None };
    let reads = "Ben Beispiel für Anna".to_owned();
    let helper = bench.run(Role::Ward, |work| crate::workflow::proxy::add(work, id, &mandate, reads.clone(), None, "treatment")).unwrap();
    let colleague = bench.run(Role::It, |work| staff::add(work, &login("sven"), "Sven", &[Role::Ward])).unwrap();
    let listed = |bench: &mut Bench| bench.run(Role::Ward, |work| crate::workflow::proxy::list(work, id)).unwrap().iter().map(|helper| helper.blocked).collect::<Vec<_>>();
    for _ in 0..5 {
        assert_eq!((bench.run(Role::Ward, invite::blocked).unwrap(), bench.run(Role::It, staff::blocked).unwrap(), listed(&mut bench)), (vec![], vec![], vec![false]));
        bench.run(Role::It, |work| invite::redeem(work, &helper.code, &birth("1951-04-04"), &from(Site::Patient))).unwrap();
        bench.run(Role::It, |work| invite::redeem(work, &colleague.code, &Knows::Login(login("eva")), &from(Site::Staff))).unwrap();
    }
    let blocked = bench.run(Role::Ward, invite::blocked).unwrap();
    assert_eq!(blocked.iter().map(|blocked| (blocked.patient, blocked.helper.clone())).collect::<Vec<_>>(), [(id, Some(reads))]);
    assert_eq!((bench.run(Role::It, staff::blocked).unwrap(), listed(&mut bench)), (vec![colleague.account], vec![true]));
    bench.run(Role::It, |work| staff::start_over(work, colleague.account)).unwrap();
    bench.run(Role::Ward, |work| crate::workflow::proxy::end(work, id, helper.account)).unwrap();
    assert_eq!((bench.run(Role::Ward, invite::blocked).unwrap(), bench.run(Role::It, staff::blocked).unwrap()), (vec![], vec![]));
}

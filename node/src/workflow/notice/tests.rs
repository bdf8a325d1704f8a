//! Who is told what by e-mail, and who is called.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::{
    calls,
    code::Asked,
    outbox::{self, Came},
    own, *,
};
use crate::{
    domain::{
        account::{Code, Login, Stage, Token},
        notice::{Address, Bounce, CODE_TRIES, CODES_AN_HOUR},
        patient::tests::anna,
    },
    workflow::{
        account::{
            self as accounts, From, Tried, Visit,
            invite::{self, Knows},
            setup, sign_in, staff,
        },
        bench::Bench,
        patient,
    },
};

fn from(site: Site) -> From {
    From { site, device: "Firefox, Linux".into(), browser: [0; 16], network: "10.0.0".into() }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn bench() -> Bench {
    let mut bench = Bench::new();
    (bench.terms.mail, bench.terms.mail_admissions) = (true, true);
    bench
}

fn visit(bench: &Bench, token: &Token, site: Site) -> Visit {
    accounts::visit(bench.store.db(), token, site, bench.now).unwrap().expect("the session stands")
}

fn right<T>(tried: Tried<T>) -> T {
    if let Tried::Right(right) = tried { right } else { panic!("it was not right") }
}

/// A patient who sets up her access and has chosen a password.
fn invited(bench: &mut Bench) -> (LocalId, Visit) {
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    let code: Code = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap().code;
    let knows = Knows::Birth("1951-04-03".parse().unwrap());
    let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &knows, &from(Site::Patient))).unwrap());
    let visit = visit(bench, &token, Site::Patient);
    bench.run(Role::It, |work| setup::password(work, &visit, &"anna".parse::<Login>().unwrap(), "a hash")).unwrap();
    (id, visit)
}

/// The code in the newest mail that waits.
fn mailed(bench: &Bench) -> String {
    outbox::due(bench.store.db(), bench.now).unwrap().0.into_iter().filter_map(|mail| mail.code).next_back().expect("a code waits")
}

/// A code that is not this one.
fn other(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// A patient whose second factor is a code by e-mail.
fn opened(bench: &mut Bench) -> (LocalId, Visit) {
    let (id, setting_up) = invited(bench);
    let asked = bench.run(Role::It, |work| own::want(work, &setting_up, &address("anna@b.de"))).unwrap();
    assert_eq!(asked, Asked::Sent("a…@b.de".into()));
    let code = mailed(bench);
    assert!(bench.run(Role::It, |work| own::prove(work, &setting_up, &code, true)).unwrap());
    let token = bench.run(Role::It, |work| setup::finish(work, &setting_up, &from(Site::Patient))).unwrap().expect("password and codes by e-mail are enough");
    send_all(bench);
    (id, visit(bench, &token, Site::Patient))
}

/// The mail server takes what waits. Returns to whom, in words.
fn send_all(bench: &mut Bench) -> Vec<Errand> {
    let mails = outbox::due(bench.store.db(), bench.now).unwrap().0;
    let results: Vec<_> = mails.iter().map(|mail| (mail.id, Came::Sent)).collect();
    bench.follow(Actor::Node, |work| outbox::settle(work, &results)).unwrap();
    mails.iter().map(|mail| mail.errand).collect()
}

fn news(bench: &mut Bench, id: LocalId, kind: Kind) {
    bench.follow(Actor::Node, |work| raise(work, id, kind)).unwrap();
}

fn to_call(bench: &mut Bench) -> usize {
    bench.run(Role::Ward, |work| calls::count(work)).unwrap()
}

#[test]
fn many_news_are_one_mail_until_she_looks() {
    let mut bench = bench();
    let (id, visit) = opened(&mut bench);
    let effects = bench.follow(Actor::Node, |work| raise(work, id, Kind::Offer)).unwrap().1;
    assert_eq!(effects, [Effect::Post]);
    news(&mut bench, id, Kind::Offer);
    assert_eq!(send_all(&mut bench), [Errand::Notice]);
    news(&mut bench, id, Kind::Place);
    assert!(send_all(&mut bench).is_empty() && to_call(&mut bench) == 0);
    let she = Actor::of(&visit.account);
    bench.follow(she.clone(), looked).unwrap();
    bench.follow(she.clone(), |work| raise(work, id, Kind::Place)).unwrap();
    assert!(send_all(&mut bench).is_empty(), "what she did herself");
    news(&mut bench, id, Kind::Place);
    bench.follow(she, looked).unwrap();
    assert!(send_all(&mut bench).is_empty(), "she was quicker than the mail");
    news(&mut bench, id, Kind::Place);
    assert_eq!(send_all(&mut bench), [Errand::Notice]);
}

#[test]
fn what_is_switched_off_is_not_told() {
    let mut bench = bench();
    let (id, visit) = opened(&mut bench);
    bench.run(Role::It, |work| own::hear(work, &visit, &[Kind::Place])).unwrap();
    news(&mut bench, id, Kind::Offer);
    assert!(send_all(&mut bench).is_empty() && to_call(&mut bench) == 0);
    news(&mut bench, id, Kind::Place);
    assert_eq!(send_all(&mut bench), [Errand::Notice]);
    bench.run(Role::It, |work| own::hear(work, &visit, &[])).unwrap();
    assert_eq!(to_call(&mut bench), 1, "all switched off: somebody calls");
}

#[test]
fn an_address_that_refuses_is_work_for_people() {
    let mut bench = bench();
    let (id, visit) = opened(&mut bench);
    news(&mut bench, id, Kind::Offer);
    let mail = outbox::due(bench.store.db(), bench.now).unwrap().0.remove(0);
    bench.follow(Actor::Node, |work| outbox::settle(work, &[(mail.id, Came::Later("nobody answers".into()))])).unwrap();
    assert!(send_all(&mut bench).is_empty() && to_call(&mut bench) == 0, "it is tried again later");
    bench.now = bench.now.plus(minutes(1));
    assert_eq!(send_all(&mut bench), [Errand::Notice]);
    let bounce = Bounce { id: mail.id, status: "5.1.1".into() };
    assert!(matches!(bench.run(Role::Ward, |work| outbox::bounced(work, &bounce)), Err(WorkError::Forbidden(_))));
    assert!(bench.run(Role::It, |work| outbox::bounced(work, &bounce)).unwrap());
    assert!(!bench.run(Role::It, |work| outbox::bounced(work, &Bounce { id: MailId([9; 16]), status: "5.1.1".into() })).unwrap());
    let (listed, _) = bench.run(Role::SocialService, calls::list).unwrap();
    assert!(matches!(listed[..], [calls::Call { about: calls::About::News { refused: true, .. }, .. }]), "{listed:?}");
    bench.run(Role::SocialService, |work| calls::done(work, id)).unwrap();
    let (listed, made) = bench.run(Role::SocialService, calls::list).unwrap();
    assert_eq!((listed.len(), made.len(), made[0].by.as_str()), (0, 1, "p-social-service"));
    news(&mut bench, id, Kind::Offer);
    assert!(send_all(&mut bench).is_empty(), "nothing more goes to an address that refuses");
    assert_eq!(to_call(&mut bench), 1);
    bench.run(Role::It, |work| own::want(work, &visit, &address("anna@c.de"))).unwrap();
    let code = mailed(&bench);
    bench.run(Role::It, |work| own::prove(work, &visit, &code, false)).unwrap();
    news(&mut bench, id, Kind::Offer);
    assert_eq!(send_all(&mut bench), [Errand::Code, Errand::Notice]);
}

#[test]
fn what_cannot_leave_for_days_is_given_up_and_people_call() {
    let mut bench = bench();
    let (id, _) = opened(&mut bench);
    news(&mut bench, id, Kind::Offer);
    bench.now = bench.now.plus(minutes(121));
    assert_eq!(to_call(&mut bench), 1, "it should have left by now");
    bench.now = bench.now.plus(GIVE_UP_AFTER);
    assert!(send_all(&mut bench).is_empty());
    assert!(outbox::waiting(bench.store.db()).unwrap().count == 0 && to_call(&mut bench) == 1);
    assert!(bench.audit(1)[0].contains("notice.given-up"), "{:?}", bench.audit(1));
}

#[test]
fn what_staff_typed_counts_only_once_she_has_proved_it() {
    let mut bench = bench();
    let (id, visit) = opened(&mut bench);
    bench.now = bench.now.plus(minutes(2));
    bench.run(Role::It, |work| own::want(work, &visit, &address("anna@c.de"))).unwrap();
    let code = mailed(&bench);
    bench.run(Role::Ward, |work| own::type_in(work, id, &address("mallory@d.de"))).unwrap();
    assert!(!bench.run(Role::It, |work| own::prove(work, &visit, &code, false)).unwrap(), "a code proves only the address it went to");
    let held = bench.run(Role::Ward, |work| own::of_patient(work, id)).unwrap().unwrap();
    assert_eq!((held.address, held.wanted, held.second), (Some(address("anna@b.de")), Some(address("mallory@d.de")), true));
    assert!(matches!(bench.run(Role::It, |work| own::type_in(work, id, &address("a@b.de"))), Err(WorkError::Forbidden(_))));
    assert!(matches!(bench.run(Role::It, |work| own::remove(work, &visit)), Err(WorkError::State { code: "last-way", .. })));
    bench.now = bench.now.plus(minutes(10));
    assert!(matches!(bench.run(Role::It, |work| own::want(work, &visit, &address("anna@c.de"))), Err(WorkError::State { code: "prove-again", .. })));
}

#[test]
fn a_code_by_mail_signs_in_once_and_not_by_guessing() {
    let mut bench = bench();
    let (_, open) = opened(&mut bench);
    let second = |bench: &mut Bench| {
        let compare = right(bench.run(Role::It, |work| sign_in::begin(work, &"anna".parse().unwrap(), &from(Site::Patient))).unwrap());
        let token = right(bench.run(Role::It, |work| sign_in::password_right(work, &compare, &"anna".parse().unwrap(), &from(Site::Patient), None)).unwrap());
        let visit = visit(bench, &token, Site::Patient);
        assert_eq!(visit.session.stage, Stage::Second);
        visit
    };
    let half = second(&mut bench);
    assert!(matches!(bench.run(Role::It, |work| sign_in::send_code(work, &open)), Err(WorkError::State { .. })), "only after the password");
    bench.run(Role::It, |work| sign_in::send_code(work, &half)).unwrap();
    assert!(matches!(bench.run(Role::It, |work| sign_in::send_code(work, &half)).unwrap(), Asked::Wait(_)));
    let code = mailed(&bench);
    let typed = |bench: &mut Bench, half: &Visit, code: &str| bench.run(Role::It, |work| sign_in::second(work, half, code, &from(Site::Patient))).unwrap();
    assert_eq!(typed(&mut bench, &half, other(&code)), Tried::Wrong);
    right(typed(&mut bench, &half, &code));
    let half = second(&mut bench);
    assert_eq!(typed(&mut bench, &half, &code), Tried::Wrong, "once");
    // Five wrong tries end a code, even for who waits between them.
    bench.now = bench.now.plus(minutes(2));
    bench.run(Role::It, |work| sign_in::send_code(work, &half)).unwrap();
    let code = mailed(&bench);
    let account = half.account.id;
    for _ in 0..CODE_TRIES {
        assert!(!bench.run(Role::It, |work| super::code::check(work, account, super::code::Purpose::SignIn, other(&code))).unwrap());
    }
    assert!(!bench.run(Role::It, |work| super::code::check(work, account, super::code::Purpose::SignIn, &code)).unwrap());
    // And ten minutes do.
    bench.now = bench.now.plus(minutes(2));
    bench.run(Role::It, |work| sign_in::send_code(work, &half)).unwrap();
    let code = mailed(&bench);
    bench.now = bench.now.plus(minutes(10));
    assert!(!bench.run(Role::It, |work| super::code::check(work, account, super::code::Purpose::SignIn, &code)).unwrap());
}

#[test]
fn nobody_is_sent_codes_without_end() {
    let mut bench = bench();
    let (_, visit) = invited(&mut bench);
    let mut sent = 0;
    for turn in 0..10 {
        let to = address(&format!("anna{turn}@b.de"));
        sent += u32::from(matches!(bench.run(Role::It, |work| own::want(work, &visit, &to)).unwrap(), Asked::Sent(_)));
        bench.now = bench.now.plus(minutes(1));
    }
    assert_eq!(sent, CODES_AN_HOUR);
    bench.terms.mail = false;
    assert!(matches!(bench.run(Role::It, |work| own::want(work, &visit, &address("a@b.de"))), Err(WorkError::NotFound(_))));
}

#[test]
fn admissions_are_told_when_nobody_is_signed_in() {
    let mut bench = bench();
    let came = |bench: &mut Bench| bench.follow(Actor::Node, inquiry_came).map(|_| send_all(bench)).unwrap();
    assert_eq!(came(&mut bench), [Errand::Inquiry]);
    assert!(came(&mut bench).is_empty(), "one mail until somebody looks");
    let staff = |bench: &mut Bench, login: &str, role| {
        let login: Login = login.parse().unwrap();
        let code = bench.run(Role::It, |work| staff::add(work, &login, login.as_str(), &[role])).unwrap().code;
        let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &Knows::Login(login.clone()), &from(Site::Staff))).unwrap());
        let setting_up = visit(bench, &token, Site::Staff);
        assert!(matches!(bench.run(Role::It, |work| own::want(work, &setting_up, &address("r@b.de"))), Err(WorkError::NotFound(_))), "staff sign in otherwise");
        bench.run(Role::It, |work| setup::password(work, &setting_up, &login, "a hash")).unwrap();
        bench.run(Role::It, |work| setup::codes(work, &setting_up)).unwrap();
        bench.run(Role::It, |work| setup::finish(work, &setting_up, &from(Site::Staff))).unwrap().unwrap();
    };
    staff(&mut bench, "wanda", Role::Ward);
    assert!(came(&mut bench).is_empty(), "somebody else has signed in, and nobody has looked");
    staff(&mut bench, "rolf", Role::Admissions);
    assert!(came(&mut bench).is_empty(), "he sees it on his page");
    bench.now = bench.now.plus(minutes(16));
    assert_eq!(came(&mut bench), [Errand::Inquiry], "his session has ended");
}

#[test]
fn her_own_address_that_refuses_is_work_also_while_her_daughter_is_reached() {
    let mut bench = bench();
    let (id, visit) = opened(&mut bench);
    let she = Actor::of(&visit.account);
    let mandate = crate::domain::proxy::Mandate { name: "Eva Huber".into(), scope: crate::domain::proxy::Scope::Arrange, power: None, until: None };
    let code = bench.follow(she, |work| crate::workflow::journey::invite_proxy(work, &mandate, "Eva Huber".into())).unwrap().0.code;
    let token = right(bench.run(Role::It, |work| invite::redeem(work, &code, &Knows::Birth("1951-04-03".parse().unwrap()), &from(Site::Patient))).unwrap());
    let setting_up = self::visit(&bench, &token, Site::Patient);
    bench.run(Role::It, |work| setup::password(work, &setting_up, &"eva".parse::<Login>().unwrap(), "a hash")).unwrap();
    bench.run(Role::It, |work| own::want(work, &setting_up, &address("eva@b.de"))).unwrap();
    let code = mailed(&bench);
    assert!(bench.run(Role::It, |work| own::prove(work, &setting_up, &code, true)).unwrap());
    bench.run(Role::It, |work| setup::finish(work, &setting_up, &from(Site::Patient))).unwrap().unwrap();
    send_all(&mut bench);

    news(&mut bench, id, Kind::Offer);
    let mails = outbox::due(bench.store.db(), bench.now).unwrap().0;
    let hers = mails.iter().find(|mail| mail.to.as_ref().is_some_and(|to| to.as_str() == "anna@b.de")).unwrap().id;
    assert_eq!((send_all(&mut bench).len(), to_call(&mut bench)), (2, 0));
    assert!(bench.run(Role::It, |work| outbox::bounced(work, &Bounce { id: hers, status: "5.1.1".into() })).unwrap());
    let list = |bench: &mut Bench| bench.run(Role::SocialService, calls::list).unwrap().0;
    let listed = list(&mut bench);
    assert!(matches!(listed[..], [calls::Call { patient, about: calls::About::Address { others: true, .. }, .. }] if patient == id), "{listed:?}");
    assert_eq!(to_call(&mut bench), 1);
    bench.run(Role::SocialService, |work| calls::done(work, id)).unwrap();
    assert!(list(&mut bench).is_empty() && bench.audit(2)[0].starts_with("p-social-service") && to_call(&mut bench) == 0, "{:?}", bench.audit(3));
    // Typing another address is as good as a call; one that fails later is new work.
    let again = |bench: &mut Bench| {
        let account = crate::store::account::of_patient(bench.store.db(), id).unwrap().into_iter().find(|account| account.kind == Whose::Patient).unwrap().id;
        mailbox::failed(bench.store.db(), account, "anna@b.de", "5.1.1", bench.now).unwrap();
        to_call(bench)
    };
    assert_eq!(again(&mut bench), 1);
    bench.run(Role::Ward, |work| own::type_in(work, id, &address("anna@c.de"))).unwrap();
    assert_eq!(to_call(&mut bench), 0);
    bench.terms.mail = false;
    assert_eq!(again(&mut bench), 0, "where no mails are sent, an address is nobody's work");
}

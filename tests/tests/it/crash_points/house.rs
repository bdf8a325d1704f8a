//! The web house: accounts and ways to sign in, sessions, who acts for a patient, teams and what patients write to them, the bedside.

use std::time::Duration;

use verbund_node::{
    domain::{
        account::{Code, Login, Site, Token, factor},
        actor::{Actor, Role},
        bedside::{End, Matter},
        patient::{Person, Search},
        proxy::{Mandate, Power, Scope},
        team::Team,
        wish::{About, Wish},
    },
    store,
    workflow::{
        Work, WorkError,
        account::{
            self, Draft, From, Tried, Visit, Whose,
            invite::{self, Knows},
            setup, sign_in, staff,
        },
        bedside, document,
        journey::{self, Addressed},
        patient, proxy, team, thread,
    },
};
use verbund_protocol::id::LocalId;

use super::{
    clinic::Story,
    referral::{ASKER, add_document, day},
};

pub fn from(site: Site) -> From {
    From { site, device: "Firefox, Linux".into(), browser: [7; 16], network: "10.0.0".into() }
}

pub fn login(text: &str) -> Login {
    text.parse().unwrap()
}

pub fn right<T>(tried: Tried<T>) -> T {
    if let Tried::Right(right) = tried { right } else { panic!("it was not right") }
}

/// Returns who comes with a token.
fn visiting(work: &Work<'_>, token: &Token, site: Site) -> Visit {
    account::arrive(work.db, token, site, "/", work.now).unwrap().expect("the session stands").visit
}

/// Returns a piece of work of whoever comes with a token to the patients' site.
fn visit<T>(token: &Token, act: impl Fn(&mut Work<'_>, &Visit) -> Result<T, WorkError>) -> impl Fn(&mut Work<'_>) -> Result<T, WorkError> {
    let token = *token;
    move |work| {
        let visit = visiting(work, &token, Site::Patient);
        work.actor = Actor::of(&visit.account);
        act(work, &visit)
    }
}

/// Returns a piece of work of whoever has this account.
pub fn as_account<T>(account: LocalId, act: impl Fn(&mut Work<'_>) -> Result<T, WorkError>) -> impl Fn(&mut Work<'_>) -> Result<T, WorkError> {
    move |work| {
        work.actor = Actor::of(&store::account::find(work.db, account)?.expect("the account is there"));
        act(work)
    }
}

/// A patient who has been entered.
pub fn entered(story: &mut Story) -> LocalId {
    let person: Person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03", "phone": "0821 1"})).unwrap();
    story.known(|story| story.step("a patient is entered", ASKER, move |work| patient::add(work, &person).map(|patient| patient.id)))
}

fn invited(story: &mut Story, patient: LocalId) -> (LocalId, Code) {
    story.step("a patient is invited", ASKER, move |work| invite::patient(work, patient).map(|invited| (invited.account, invited.code)))
}

fn redeemed(story: &mut Story, code: &Code) -> Token {
    let (code, knows) = (code.clone(), Knows::Birth("1951-04-03".parse().unwrap()));
    story.step("the code is typed", ASKER, move |work| Ok(right(invite::redeem(work, &code, &knows, &from(Site::Patient))?)))
}

/// An account that is open, with password and printed list; returns account, token and codes.
pub fn opened(story: &mut Story, patient: LocalId) -> (LocalId, Token, Vec<Code>) {
    let (account, code) = invited(story, patient);
    let token = redeemed(story, &code);
    story.step("a password is set", ASKER, visit(&token, |work, visit| setup::password(work, visit, &login("vera"), "a hash")));
    let codes = story.step("a list is printed", ASKER, visit(&token, setup::codes));
    let token = story.step("the account is open", ASKER, visit(&token, |work, visit| setup::finish(work, visit, &from(Site::Patient)).map(|token| token.expect("it is complete"))));
    (account, token, codes)
}

/// A patient's account: from the letter to losing everything.
pub fn accounts(story: &mut Story) {
    let patient = entered(story);
    let (_, first) = invited(story, patient);
    let typed = first.clone();
    story.step("a letter is printed", ASKER, move |work| invite::check(work, patient, &typed).map(drop));
    for number in 1..=5 {
        let (code, knows) = (first.clone(), Knows::Birth("1951-04-04".parse().unwrap()));
        let wrong = move |work: &mut Work<'_>| invite::redeem(work, &code, &knows, &from(Site::Patient)).map(|tried| assert_eq!(tried, Tried::Wrong));
        story.step(if number == 5 { "a code is blocked" } else { "a wrong birth date" }, ASKER, wrong);
    }
    story.step("who is blocked is looked at", ASKER, |work| invite::blocked_with_names(work).map(|blocked| blocked.len()));
    story.pass(Duration::from_secs(3_600));
    let (_, token, codes) = opened(story, patient);
    signed_in(story, &codes);
    let secret = [9; factor::TOTP_SECRET];
    story.step("an app is set up", ASKER, visit(&token, move |work, visit| setup::totp(work, visit, &secret, &factor::totp_code(&secret, work.now).unwrap())));
    story.step("a passkey is set up", ASKER, visit(&token, |work, visit| setup::passkey(work, visit, vec![5; 16], "{}".into(), "Handy".into())));
    story.step("a passkey signs in", ASKER, |work| sign_in::passkey_right(work, &[5; 16], "{\"counter\":1}", &from(Site::Patient), None).map(right));
    story.step("all other sessions are ended", ASKER, visit(&token, account::sign_out_elsewhere));
    story.step("a passkey is removed", ASKER, visit(&token, |work, visit| setup::remove_passkey(work, visit, |_| true)));
    story.step("the language is chosen", ASKER, visit(&token, |work, visit| account::set_language(work, &visit.account, "en")));
    let draft = Draft { form: "/wishes".into(), page: "/wishes".into(), fields: vec![("text".into(), "Berge".into())] };
    story.step("what was typed is kept", ASKER, visit(&token, |work, visit| account::keep_draft(work, Whose::Account(visit.account.id), &draft)));
    story.step("what was typed is forgotten", ASKER, visit(&token, |work, visit| account::forget_draft(work, Whose::Account(visit.account.id), "/wishes")));
    story.pass(Duration::from_secs(120));
    story.step("a session is in use", ASKER, visit(&token, |work, visit| account::keep(work, &visit.session)));
    story.pass(Duration::from_secs(16 * 60));
    let token = story.step("a session changes its token", ASKER, visit(&token, |work, visit| account::keep(work, &visit.session).map(|token| token.expect("it is old"))));
    story.step("signing out", ASKER, visit(&token, |work, visit| account::sign_out(work, &visit.account, &visit.session.id)));
    story.step("everything was lost", ASKER, move |work| invite::start_over(work, patient, true).map(|invited| invited.code));
    story.pass(Duration::from_secs(500 * 86_400));
    story.step("what is over is forgotten", ASKER, account::tidy);
}

fn signed_in(story: &mut Story, codes: &[Code]) {
    let half = story.step("the password is right", ASKER, |work| {
        let compare = right(sign_in::begin(work, &login("vera"), &from(Site::Patient))?);
        Ok(right(sign_in::password_right(work, &compare, &login("vera"), &from(Site::Patient), None)?))
    });
    let wrong = |work: &mut Work<'_>, visit: &Visit| sign_in::second(work, visit, "000000", &from(Site::Patient)).map(|tried| assert_eq!(tried, Tried::Wrong));
    story.step("a wrong code is counted", ASKER, visit(&half, wrong));
    let code = codes[3].to_string();
    story.step("a code of the list is used", ASKER, visit(&half, move |work, visit| sign_in::second(work, visit, &code, &from(Site::Patient)).map(right)));
}

/// A member of staff who can sign in.
fn colleague(story: &mut Story, name: &'static str) -> LocalId {
    let code = story.step("an account for staff", ASKER, move |work| staff::add(work, &login(name), name, &[Role::SocialService]).map(|invited| (invited.account, invited.code)));
    story.step("staff open their account", ASKER, move |work| {
        let token = right(invite::redeem(work, &code.1, &Knows::Login(login(name)), &from(Site::Staff))?);
        let visit = visiting(work, &token, Site::Staff);
        setup::password(work, &visit, &login(name), "a hash")?;
        setup::codes(work, &visit)?;
        setup::finish(work, &visit, &from(Site::Staff)).map(|token| assert!(token.is_some()))
    });
    code.0
}

/// Staff and their teams, and what patients write to them.
pub fn teams(story: &mut Story) {
    let [olga, sven] = ["olga", "sven"].map(|name| colleague(story, name));
    let first = story.look(ASKER, team::list).teams.remove(0).team;
    let kept = Team { owner: Some(olga), substitute: Some(sven), named: vec![olga, sven], ..first };
    let team = story.step("a team is set up", ASKER, move |work| team::keep(work, Some(kept.id), kept.clone()));
    let other = Team { id: LocalId([0; 8]), german: "Haus 2".into(), english: "House 2".into(), first: false, ..story.look(ASKER, team::list).teams.remove(0).team };
    let other = story.step("another team is set up", ASKER, move |work| team::keep(work, None, other.clone()));
    let patient = entered(story);
    let (vera, ..) = story.known(|story| opened(story, patient));
    let id = story.step("a patient writes", ASKER, as_account(vera, move |work| journey::write(work, Addressed::Team(team), "Wann geht es los?")));
    story.step("the inbox of a team", ASKER, as_account(olga, move |work| thread::inbox(work, olga).map(|inbox| inbox.mine.len())));
    story.step("a thread is read", ASKER, as_account(olga, move |work| thread::show(work, olga, id).map(drop)));
    story.step("a thread is taken", ASKER, as_account(olga, move |work| thread::take(work, olga, id)));
    story.step("a thread is handed on", ASKER, as_account(olga, move |work| thread::hand(work, olga, id, thread::To::Person(sven))));
    let last = |story: &mut Story| story.look(ASKER, as_account(sven, move |work| thread::show(work, sven, id))).row.thread.last;
    let seen = last(story);
    story.step("a thread is answered", ASKER, as_account(sven, move |work| thread::answer(work, sven, id, seen, "Am Montag.")));
    story.step("a patient's threads are listed", ASKER, as_account(vera, |work| journey::letters(work).map(drop)));
    story.step("a patient reads", ASKER, as_account(vera, move |work| journey::letter(work, id).map(drop)));
    story.step("a patient writes on", ASKER, as_account(vera, move |work| journey::write(work, Addressed::Thread(id), "Danke, und wo?")));
    let seen = last(story);
    story.step("a thread is closed", ASKER, as_account(sven, move |work| thread::close(work, sven, id, seen, "Am Telefon besprochen.")));
    story.step("a team writes first", ASKER, as_account(olga, move |work| thread::begin(work, olga, patient, team, "Bitte melden Sie sich.")));
    story.step("somebody is away", ASKER, as_account(olga, move |work| thread::set_absence(work, olga, Some(day(3)))));
    story.step("a team ends", ASKER, move |work| team::end(work, other));
    story.step("staff change their role", ASKER, move |work| staff::change(work, olga, "Olga Beispiel", &[Role::Ward]));
    story.step("staff are locked out", ASKER, move |work| staff::lock(work, olga, true));
    story.step("staff are let in again", ASKER, move |work| staff::lock(work, olga, false));
    story.step("staff start over", ASKER, move |work| staff::start_over(work, olga).map(|invited| invited.code));
}

/// Those who act for a patient, what is decided at the pages, and the tablet at the bedside.
pub fn patients(story: &mut Story) {
    let patient = entered(story);
    let (vera, ..) = story.known(|story| opened(story, patient));
    let decides = Mandate { name: "Anna Beispiel".into(), scope: Scope::Decide, power: Some(Power::Attorney), until: Some(day(90)) };
    let looks = Mandate { scope: Scope::Look, power: None, until: None, ..decides.clone() };
    let reads = || "Anna Beispiel für Vera Muster".to_owned();
    let helper = story.step("a patient invites somebody", ASKER, as_account(vera, move |work| journey::invite_proxy(work, &looks, reads()).map(|invited| invited.account)));
    story.step("a patient ends that", ASKER, as_account(vera, move |work| journey::end_proxy(work, helper)));
    let proof = story.known(|story| add_document(story, patient));
    let proxy = story.step("staff invite somebody on a proof", ASKER, move |work| {
        let seen = document::show(work, proof)?.document;
        proxy::invite(work, patient, &decides, reads(), &seen).map(|invited| invited.account)
    });
    story.step("who acts for a patient is listed", ASKER, move |work| proxy::list(work, patient).map(|helpers| helpers.len()));
    story.step("somebody agrees for a patient", ASKER, as_account(proxy, |work| journey::decide(work, true, "Anlage 1b".into()).map(|consent| consent.id)));
    story.step("staff end what somebody may do", ASKER, move |work| proxy::end(work, patient, proxy));
    story.step("a patient takes consent back", ASKER, as_account(vera, journey::withdraw_consent));
    story.step("a patient agrees again", ASKER, as_account(vera, |work| journey::decide(work, true, "Anlage 1b".into()).map(|consent| consent.id)));
    story.step("a patient refuses", ASKER, as_account(vera, |work| journey::decide(work, false, "Anlage 1b".into()).map(|consent| consent.id)));
    let wish = Wish { about: About::NearHome, what: String::new(), why: "Besuch".into() };
    story.step("wishes are stated", ASKER, as_account(vera, move |work| journey::state_wishes(work, std::slice::from_ref(&wish))));
    own_looks(story, patient, vera, proof);
    beside(story, patient);
    let changed: Person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03", "phone": "0821 2"})).unwrap();
    story.step("a patient's record is changed", ASKER, move |work| patient::change(work, patient, &changed, None).map(drop));
    story.step("everything known of a patient with an account is erased", ASKER, move |work| patient::erase(work, patient).map(drop));
}

fn own_looks(story: &mut Story, patient: LocalId, vera: LocalId, paper: LocalId) {
    story.step("the start page", ASKER, as_account(vera, |work| journey::today(work).map(drop)));
    story.step("the way so far", ASKER, as_account(vera, |work| journey::step_alone(work).map(drop)));
    story.step("what was shared", ASKER, as_account(vera, |work| journey::shared(work).map(drop)));
    story.step("who acts for her", ASKER, as_account(vera, |work| journey::proxies(work).map(drop)));
    story.step("how she stands to consent", ASKER, as_account(vera, |work| journey::agreement(work).map(drop)));
    story.step("her own wishes", ASKER, as_account(vera, |work| journey::own_wishes(work).map(drop)));
    story.step("her own papers", ASKER, as_account(vera, |work| journey::papers(work).map(drop)));
    story.known(|story| story.step("a document is released to the patient", ASKER, move |work| document::release(work, paper)));
    story.step("a paper of hers is read", ASKER, as_account(vera, move |work| journey::open_paper(work, paper).map(drop)));
    story.step("her offers", ASKER, as_account(vera, |work| journey::offers(work).map(drop)));
    story.step("her wishes, for staff", ASKER, move |work| journey::wishes(work, patient).map(drop));
    story.step("her way, for staff", ASKER, move |work| journey::followed(work, patient).map(drop));
    story.step("her record", ASKER, move |work| patient::show(work, patient).map(drop));
    story.step("her record as it was", ASKER, move |work| patient::versions(work, patient).map(drop));
    story.step("who is found by name", ASKER, |work| patient::find(work, &Search { name: Some("Mus".into()), ..Search::default() }).map(|found| found.len()));
}

fn beside(story: &mut Story, patient: LocalId) {
    let begin =
        |story: &mut Story, matter| story.step("a tablet is handed over", ASKER, move |work| bedside::begin(work, patient, matter, true).map(|begun| (begun.id, begun.code)));
    let (id, code) = begin(story, Matter::Consent);
    let token = story.step("a tablet is opened", ASKER, move |work| Ok(right(bedside::open(work, &code, &from(Site::Patient))?).0));
    let at_tablet = |token: Token, act: fn(&mut Work<'_>) -> Result<(), WorkError>| {
        move |work: &mut Work<'_>| {
            let at = bedside::of_tablet(work.db, &token, "/")?.expect("the tablet is known").bedside;
            work.actor = Actor::Bedside { name: at.name(), id: at.id, patient: at.patient, role: at.role };
            act(work)
        }
    };
    story.pass(Duration::from_secs(61));
    story.step("a tablet is touched", ASKER, move |work| bedside::touch(work, id));
    story.step("consent at the bedside", ASKER, at_tablet(token, |work| journey::decide(work, true, "Anlage 1b".into()).map(drop)));
    story.step("the tablet goes back", ASKER, at_tablet(token, |work| bedside::leave(work, End::Done)));
    let (id, _) = begin(story, Matter::Wishes);
    story.step("a tablet is looked for", ASKER, move |work| bedside::show(work, id).map(drop));
    story.step("staff end it", ASKER, move |work| bedside::end(work, id));
}

//! A browser that was left open: whoever sits before it may go on reading, but gives nobody rights and makes nobody a code without a new proof.

use verbund_node::{
    cli::demo::{
        browser::{Answer, Browser},
        portals::Login,
    },
    control::{
        Command,
        account::{Command as Account, Reply},
    },
    domain::{account::Site, actor::Role},
    store::account,
};
use verbund_protocol::id::LocalId;

use super::{
    House, code_in, next_code,
    papers::{form, send_to, stored},
    type_password,
};

const ONCE_MORE: &str = "Für diesen Schritt weisen Sie sich bitte noch einmal aus";

impl House {
    /// Has everybody's proof be half an hour old; they were there a few minutes ago.
    fn leave_open(&mut self, patients: &[LocalId]) {
        self.town.kill(self.at);
        self.age(6, |db| account::staff(db).unwrap().into_iter().chain(patients.iter().flat_map(|id| account::of_patient(db, *id).unwrap())).collect());
        self.town.restart(self.at);
    }

    fn of_staff(&mut self) -> Vec<(String, String, String)> {
        let reply: Reply = self.town.ask(self.at, &Command::Account(Account::List)).unwrap();
        let Reply::Accounts(accounts) = reply else { panic!("{reply:?}") };
        accounts.into_iter().map(|account| (account.id.to_string(), account.name, format!("{} {:?}", account.state, account.roles))).collect()
    }
}

/// Proves once more who somebody is, where a form led them.
fn prove(browser: &mut Browser, away: &Answer, login: &Login) -> Answer {
    let next = away.hidden("next").unwrap();
    let step = browser.submit(away, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", &next)]).unwrap();
    assert!(step.path.starts_with("/sign-in/second"), "{}", step.text());
    browser.submit(&step, "/sign-in/second", &[("code", &next_code(login)), ("next", &next)]).unwrap()
}

#[test]
fn a_browser_that_was_left_open_makes_no_new_proof_of_itself() {
    let mut house = House::new();
    let (id, mut erna, login) = house.visitor("erna");
    house.leave_open(&[id]);
    let page = erna.get("/access").unwrap();
    assert!(page.text().contains("Dafür weisen Sie sich bitte noch einmal aus"), "{}", page.text());
    for action in ["/setup/finish", "/setup/finish"] {
        let answer = erna.submit(&page, action, &[]).unwrap();
        assert!(answer.path == "/access" && answer.text().contains("Dafür weisen Sie sich bitte noch einmal aus"), "{}: {}", answer.path, answer.text());
    }
    assert_eq!(erna.get("/setup/password").unwrap().path, "/access");
    // Who proves it has one session as before.
    let away = erna.get("/sign-in?next=/access").unwrap();
    let access = prove(&mut erna, &away, &login);
    assert!(access.text().contains("href=\"/setup\""), "{}", access.text());
    assert_eq!(access.text().matches("zuletzt aktiv").count(), 1, "this browser stands there once: {}", access.text());
    let finished = erna.submit(&access, "/setup/finish", &[]).unwrap();
    assert_eq!(finished.path, "/");
    assert_eq!(erna.get("/access").unwrap().text().matches("zuletzt aktiv").count(), 1);
}

#[test]
fn accounts_of_staff_change_only_after_a_fresh_proof() {
    let mut house = House::new();
    let (mut ida, login) = house.staff("ida", &[Role::It]);
    house.staff("sven", &[Role::Ward]);
    house.leave_open(&[]);
    let before = house.of_staff();
    let sven = before.iter().find(|(_, name, _)| name == "sven Beispiel").unwrap().0.clone();
    let page = ida.get("/accounts").unwrap();
    let new = [("name", "Mona Beispiel"), ("login", "mona"), ("role", "it")];
    let (change, start_over, lock) = (format!("/accounts/{sven}/change"), format!("/accounts/{sven}/start-over"), format!("/accounts/{sven}/lock"));
    for (action, fields) in [(&*start_over, &[][..]), (&lock, &[("lock", "no")]), (&change, &[("name", "sven Beispiel"), ("role", "it")]), ("/accounts", &new)] {
        let away = ida.submit(&page, action, fields).unwrap();
        assert!(away.path == "/sign-in?next=/accounts" && away.text().contains(ONCE_MORE), "{action}: {} {}", away.path, away.text());
    }
    assert_eq!(house.of_staff(), before, "nothing was done");
    assert_eq!(ida.post("/accounts/0011223344556677/start-over", &[("form", &page.hidden("form").unwrap())]).unwrap().status, 404, "who is not there is no secret's keeper");
    // Twice too late: what was typed is still there.
    let away = ida.submit(&page, "/accounts", &new).unwrap();
    let back = prove(&mut ida, &away, &login);
    let text = back.text();
    assert!(back.path == "/accounts" && text.contains("value=\"Mona Beispiel\"") && text.contains("value=\"mona\"") && text.contains("noch nicht gesendet"), "{text}");
    assert!(ida.submit(&back, "/accounts", &new).unwrap().text().contains("Einrichtungs-Code für Mona Beispiel"));
    ida.submit(&back, &change, &[("name", "sven Beispiel"), ("role", "physician")]).unwrap();
    ida.submit(&back, &lock, &[("lock", "yes")]).unwrap();
    let after = house.of_staff();
    assert!(after.len() == before.len() + 1 && after.iter().any(|(id, _, state)| *id == sven && state == "locked [Physician]"), "{after:?}");
}

#[test]
fn whoever_locks_somebody_out_is_not_kept_waiting() {
    let mut house = House::new();
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    house.staff("sven", &[Role::Ward]);
    house.leave_open(&[]);
    let sven = house.of_staff().into_iter().find(|(_, name, _)| name == "sven Beispiel").unwrap().0;
    let page = ida.get("/accounts").unwrap();
    assert_eq!(ida.submit(&page, &format!("/accounts/{sven}/lock"), &[("lock", "yes")]).unwrap().path, "/accounts");
    assert!(house.of_staff().into_iter().any(|(id, _, state)| id == sven && state.starts_with("locked")));
}

#[test]
fn a_patient_starts_over_and_a_helper_is_invited_only_after_a_fresh_proof() {
    let mut house = House::new();
    let (id, ..) = house.visitor("erna");
    let (mut wanda, login) = house.staff("wanda", &[Role::Ward]);
    house.leave_open(&[]);
    let (path, proxies) = (format!("/patients/{id}"), format!("/patients/{id}/proxies"));
    let token = wanda.get(&proxies).unwrap().hidden("form").unwrap();
    let anna = [("form", token.as_str()), ("name", "Anna Beispiel"), ("scope", "look")];
    let away = send_to(&mut wanda, &proxies, &form(&anna, Some(("brief.pdf", b"%PDF-1.7\n%%EOF\n"))));
    assert!(away.path == format!("/sign-in?next={proxies}") && away.text().contains(ONCE_MORE), "{}: {}", away.path, away.text());
    assert_eq!(stored(&house), 0, "the file is chosen again");
    let page = wanda.get(&path).unwrap();
    let away = wanda.submit(&page, &format!("{path}/start-over"), &[("card", "seen")]).unwrap();
    assert!(away.path == format!("/sign-in?next={path}") && away.text().contains(ONCE_MORE), "{}", away.path);
    assert!(wanda.get(&path).unwrap().text().contains("Der Zugang ist eingerichtet."), "nothing was done");
    let back = prove(&mut wanda, &away, &login);
    assert!(back.path == path && back.text().contains("value=\"seen\" checked"), "{}", back.text());
    assert!(wanda.get(&proxies).unwrap().text().contains("value=\"Anna Beispiel\""));
    let made = wanda.submit(&back, &format!("{path}/start-over"), &[("card", "seen")]).unwrap();
    assert!(made.text().contains("Der Code wird nur jetzt gezeigt."), "{}", made.text());
}

/// Whoever signs out everywhere else is alone with the account from then on.
#[test]
fn another_browser_is_thrown_out() {
    let mut house = House::new();
    for site in [Site::Patient, Site::Staff] {
        let (mut here, login) = match site {
            Site::Patient => {
                let (_, browser, login) = house.visitor("erna");
                (browser, login)
            }
            Site::Staff => house.staff("wanda", &[Role::Ward]),
        };
        let mut there = house.browser(site);
        let step = type_password(&mut there, &login.user, &login.password);
        assert_eq!(there.submit(&step, "/sign-in/second", &[("code", &code_in(&login, 0))]).unwrap().path, "/");
        let page = here.get("/access").unwrap();
        assert_eq!(page.text().matches("zuletzt aktiv").count(), 2, "{}", page.text());
        let alone = here.submit(&page, "/access/sign-out-elsewhere", &[]).unwrap();
        assert!(alone.text().contains("Alle anderen Geräte sind abgemeldet.") && alone.text().matches("zuletzt aktiv").count() == 1, "{}", alone.text());
        assert!(there.get("/access").unwrap().path.starts_with("/sign-in"), "the other one is out");
        assert_eq!(here.get("/access").unwrap().path, "/access");
    }
}

//! Signing in at real nodes, and what must not help anybody else.

use std::process::Command as Program;

use verbund_node::{
    control::{Command, account::Command as Account},
    domain::{account::Site, actor::Role},
};

use super::{CANARY, House, code_in, next_code, type_password};

#[test]
fn password_and_app_sign_in_with_a_new_token_each_time() {
    let mut house = House::new();
    let (_, first, login) = house.visitor("erna");
    let mut again = house.browser(Site::Patient);
    let before = again.get("/sign-in").unwrap();
    assert!(before.header("set-cookie").unwrap().contains("HttpOnly") && before.header("set-cookie").unwrap().contains("Secure"));
    let step = type_password(&mut again, &login.user, &login.password);
    assert!(step.text().contains("action=\"/sign-in/second\""), "{}", step.text());
    let name = first.cookies.keys().find(|name| name.ends_with("patient-klinik-1")).unwrap().clone();
    let half = again.cookies[&name].clone();
    let wrong = again.submit(&step, "/sign-in/second", &[("code", "000000")]).unwrap();
    assert!(wrong.text().contains("role=\"alert\""));
    let home = again.submit(&step, "/sign-in/second", &[("code", &next_code(&login))]).unwrap();
    assert!(home.text().contains("/sign-out"), "{}", home.text());
    assert_ne!(half, again.cookies[&name], "a token from before opens nothing afterwards");
    let mut fixed = house.browser(Site::Patient);
    fixed.cookies.insert(name, half);
    assert!(fixed.get("/").unwrap().text().contains("action=\"/sign-in\""));
    let out = again.submit(&home, "/sign-out", &[]).unwrap();
    assert!(out.text().contains("action=\"/sign-in\"") && again.get("/access").unwrap().text().contains("action=\"/sign-in\""));
}

/// Whoever gets a login that was set up a moment ago, as the demo prints it, signs in with the code that the app shows just then.
#[test]
fn a_login_is_good_as_soon_as_it_is_known() {
    let mut house = House::new();
    let (_, _, login) = house.visitor("erna");
    let mut again = house.browser(Site::Patient);
    let step = type_password(&mut again, &login.user, &login.password);
    let home = again.submit(&step, "/sign-in/second", &[("code", &code_in(&login, 0))]).unwrap();
    assert!(home.path == "/" && home.text().contains("/sign-out"), "{}", home.text());
}

#[test]
fn who_is_not_there_looks_like_who_is_and_guessing_slows_down() {
    let mut house = House::new();
    let (_, _, login) = house.visitor("erna");
    let mut stranger = house.browser(Site::Patient);
    let strip = |text: String| text.split("name=\"form\"").map(|part| part.split_once('>').map_or(part, |(_, rest)| rest).to_owned()).collect::<String>();
    let alert = |text: &str| text.split("role=\"alert\"").nth(1).map(|rest| rest.split("</p>").next().unwrap_or_default().to_owned());
    let known = strip(type_password(&mut stranger, &login.user, "falsch falsch falsch").text());
    let unknown = strip(type_password(&mut stranger, "niemand", "falsch falsch falsch").text());
    assert!(alert(&known).is_some());
    assert_eq!(alert(&known), alert(&unknown));
    for _ in 0..4 {
        type_password(&mut stranger, &login.user, "falsch falsch falsch");
    }
    let slowed = type_password(&mut stranger, &login.user, &login.password).text();
    assert!(slowed.contains("Zu viele") || slowed.contains("zu viele Versuche"), "{slowed}");
    let staff_site = type_password(&mut house.browser(Site::Staff), &login.user, &login.password);
    assert!(staff_site.text().contains("role=\"alert\""), "a patient signs in at the patients' site only");
}

#[test]
fn a_code_on_paper_works_once_and_says_what_was_mistyped() {
    let mut house = House::new();
    let id = house.patient("Anna");
    let code = house.code(Account::Invite(id));
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let mut attempt = |code: &str, birth: &str| browser.submit(&page, "/invitation", &[("code", code), ("birth", birth)]).unwrap().text();
    assert!(attempt("ABC", "3.4.1951").contains("12 Zeichen"));
    assert!(attempt(&code.replacen(&code[..1], if code.starts_with('A') { "B" } else { "A" }, 1), "3.4.1951").contains("Ein Zeichen im Code ist falsch"));
    assert!(attempt(&code, "gestern").contains("Tag, Monat und Jahr"));
    assert!(attempt(&code, "4.4.1951").contains("passen nicht zusammen"));
    assert!(attempt(&code.to_lowercase().replace('-', " "), "03.04.1951").contains("/setup/password"));
}

#[test]
fn nobody_is_led_to_another_site() {
    let mut house = House::new();
    let (_, login) = house.staff("wanda", &[Role::Ward]);
    for next in ["//evil.example", "https://evil.example/", "/\\evil.example", "/sign-in?next=x", "javascript:alert(1)"] {
        let mut browser = house.browser(Site::Staff);
        let page = browser.get("/sign-in").unwrap();
        let token = page.hidden("form").unwrap();
        let answer = browser.post("/sign-in", &[("form", &token), ("login", &login.user), ("password", &login.password), ("next", next)]).unwrap();
        assert_eq!(answer.header("location"), Some("/sign-in/second"), "{next}");
    }
    let mut browser = house.browser(Site::Staff);
    let page = browser.get("/patients").unwrap();
    assert_eq!(page.hidden("next").as_deref(), Some("/patients"), "after signing in one goes on where one was");
}

#[test]
fn a_locked_account_is_out_with_the_next_click() {
    let mut house = House::new();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let account = match house.town.ask(0, &Command::Account(Account::List)).unwrap() {
        verbund_node::control::account::Reply::Accounts(accounts) => accounts[0].id,
        other => panic!("{other:?}"),
    };
    assert!(ward.get("/patients").unwrap().text().contains("role=\"search\""));
    let _: serde_json::Value = house.town.ask(0, &Command::Account(Account::Lock { account, locked: true })).unwrap();
    assert!(ward.get("/patients").unwrap().text().contains("action=\"/sign-in\""));
}

#[test]
fn a_session_outlives_a_killed_node() {
    let mut house = House::new();
    let (_, mut browser, _) = house.visitor("erna");
    house.town.kill(0);
    house.town.restart(0);
    assert!(browser.get("/").unwrap().text().contains("/sign-out"));
    assert!(!house.town.node(0).log().contains(CANARY));
}

/// A foreign client: curl speaks HTTP/2 with the pages and checks the certificate.
#[test]
fn curl_speaks_http_2() {
    let house = House::new();
    let url = format!("{}/sign-in", house.browser(Site::Patient).origin);
    let trusted = house.town.village.folder.join("web.crt");
    let output = Program::new("curl")
        .args(["--silent", "--show-error", "--http2", "--compressed", "--cacert"])
        .arg(trusted)
        .args(["--write-out", "\n%{http_version} %{http_code} %{size_download}", &url])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("Anmelden"), "{text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(text.lines().last().unwrap().starts_with("2 200 "), "{text}");
}

/// What was typed when the session ran out is there again after signing in: for its owner and nobody else.
#[test]
fn typed_text_survives_a_session_that_ran_out() {
    let mut house = House::new();
    let (mut ward, login) = house.staff("wanda", &[Role::Ward]);
    let (mut other, _) = house.staff("walter", &[Role::Ward]);
    let page = ward.get("/patients/new").unwrap();
    // Every session ran out: as if a quarter of an hour had passed.
    house.town.kill(0);
    house.age_sessions();
    house.town.restart(0);
    let away = ward.submit(&page, "/patients/new", &[("family", "Mustermann"), ("given", "Maria <b>"), ("birth", "3.4.")]).unwrap();
    assert!(away.text().contains("auf derselben Seite weiter"), "{}", away.text());
    assert_eq!(away.hidden("next").as_deref(), Some("/patients/new"));
    let step = ward.submit(&away, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", "/patients/new")]).unwrap();
    let back = ward.submit(&step, "/sign-in/second", &[("code", &next_code(&login)), ("next", "/patients/new")]).unwrap();
    assert!(back.text().contains("value=\"Mustermann\"") && back.text().contains("value=\"Maria &#60;b&#62;\"") && back.text().contains("value=\"3.4.\""), "{}", back.text());
    assert!(other.get("/patients/new").unwrap().text().contains("action=\"/sign-in\""), "another person is signed out, too");
    let done = ward.submit(&back, "/patients/new", &[("family", "Mustermann"), ("given", "Maria"), ("birth", "3.4.1951")]).unwrap();
    assert!(done.text().contains("Mustermann"));
    assert!(!ward.get("/patients/new").unwrap().text().contains("value=\"Mustermann\""), "once it is sent it is gone");
}

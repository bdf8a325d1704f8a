//! Those who act for a patient: as far as she says, under their own name, and no longer than she wishes.

use verbund_node::{
    cli::demo::{browser::Browser, portals},
    control::{Command, consent},
    domain::{
        account::Site,
        consent::{DecidedBy, Decision},
    },
    runtime::service::now,
};
use verbund_tests::chromium::Look;

use super::{FIRST, HERE, SECOND, Stay};
use crate::web::{
    CANARY, House,
    bedside::decisions,
    chromium::{at_both_widths, reads, sets_up, shown_code, window_at, with_code},
};

at_both_widths!(a_daughter_acts_and_is_ended_in_two_clicks);

impl Stay {
    /// Invites somebody as the form has it, and returns their browser, set up and signed in.
    pub(super) fn proxy(&mut self, login: &str, fields: &[(&str, &str)]) -> Browser {
        let page = self.browser.get("/proxies").unwrap();
        let invited = self.browser.submit(&page, "/proxies", fields).unwrap();
        let code = invited.element("class=\"code\"").unwrap();
        let code = code.split_whitespace().last().unwrap();
        let mut browser = self.house.browser(Site::Patient);
        let page = browser.get("/invitation").unwrap();
        let page = browser.submit(&page, "/invitation", &[("code", code), ("birth", "3.4.1951")]).unwrap();
        portals::set_up(&mut browser, &page, login, now()).unwrap();
        browser
    }
}

#[test]
fn a_daughter_without_the_right_to_decide_finds_nothing_to_decide() {
    let (mut stay, ids) = Stay::offered();
    let mut anna = stay.proxy("anna", &[("name", "Anna Beispiel"), ("scope", "arrange")]);
    let start = anna.get("/").unwrap().text();
    assert!(start.contains("Anna Beispiel für erna") && start.contains("2 Kliniken bieten") && !start.contains("href=\"/consent\""), "{start}");
    let form = anna.get("/wishes").unwrap().hidden("form").unwrap();
    for path in ["/consent".to_owned(), format!("/offers/{}/choose", ids[0]), format!("/offers/{}/withdraw", ids[0]), "/proxies".into()] {
        assert_eq!(anna.get(&path).unwrap().status, 404, "GET {path}");
    }
    for path in ["/consent".to_owned(), "/consent/withdraw".into(), format!("/offers/{}/choose", ids[0]), format!("/offers/{}/withdraw", ids[0])] {
        let answer = anna.post(&path, &[("form", &form), ("decision", "refuse"), ("offer", "00")]).unwrap();
        assert_eq!(answer.status, 404, "POST {path}");
    }
    let mine = [("form", form.as_str()), ("name", "Ben Beispiel"), ("scope", "look")];
    assert_eq!(anna.post("/proxies", &mine).unwrap().status, 404, "nobody passes the right on");
    let page = anna.get("/wishes").unwrap();
    anna.submit(&page, "/wishes", &[("about-1", "companion"), ("why-1", "Ich komme mit.")]).unwrap();
    assert!(stay.get("/wishes").contains("Aufgeschrieben hat: Anna Beispiel für erna"));
    assert!(stay.get("/").contains("So hat es Anna Beispiel für erna"));
    assert!(stay.get("/shared").contains("Anna Beispiel für erna"));
    assert_eq!(stay.decisions().len(), 1);
}

#[test]
fn whoever_may_only_look_changes_nothing() {
    let mut stay = Stay::new();
    let mut ben = stay.proxy("ben", &[("name", "Ben Beispiel"), ("scope", "look")]);
    let page = ben.get("/wishes").unwrap();
    assert!(!page.text().contains("<textarea"), "{}", page.text());
    let form = page.hidden("form").unwrap();
    assert_eq!(ben.post("/wishes", &[("form", &form), ("about-1", "other")]).unwrap().status, 404);
    assert!(stay.get("/wishes").contains("Sie haben noch keine Wünsche gespeichert."));
}

#[test]
fn whoever_may_decide_does_so_under_their_own_name_until_it_is_ended() {
    let (mut stay, ids) = Stay::offered();
    let page = stay.browser.get("/proxies").unwrap();
    let groundless = stay.browser.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "decide"), ("until", "31.12.2099")]).unwrap();
    assert!(groundless.text().contains("braucht eine Vollmacht") && groundless.text().contains("value=\"Anna Beispiel\""), "{}", groundless.text());
    let endless = stay.browser.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "decide"), ("power", "power-of-attorney")]).unwrap();
    assert!(endless.text().contains("einen Tag ein, der noch kommt"));
    let mut anna = stay.proxy("anna", &[("name", "Anna Beispiel"), ("scope", "decide"), ("power", "power-of-attorney"), ("until", "31.12.2099")]);
    let path = format!("/offers/{}/choose", ids[0]);
    let page = anna.get(&path).unwrap();
    let offer = page.hidden("offer").unwrap();
    assert!(anna.submit(&page, &path, &[("offer", &offer)]).unwrap().text().contains("Gewählt, noch nicht bestätigt"));
    let release = stay.decisions().pop().unwrap();
    let by = DecidedBy::Representative { name: "Anna Beispiel".into(), proof: "power-of-attorney until 2099-12-31".into() };
    assert!(release.decision.by == by && release.recorded_by.starts_with("proxy "), "{release:?}");
    assert!(stay.get("/").contains("So hat es Anna Beispiel für erna"));

    let page = stay.browser.get("/proxies").unwrap();
    let text = page.text();
    let at = text.find("/proxies/").unwrap();
    let end = text[at..].split('"').next().unwrap().to_owned();
    assert!(stay.browser.submit(&page, &end, &[]).unwrap().text().contains("Zurzeit handelt niemand für Sie."));
    assert!(anna.get("/").unwrap().path.starts_with("/sign-in"), "her session is over");
    let (_, mut other, _) = stay.house.visitor("frieda");
    let form = other.get("/").unwrap().hidden("form").unwrap();
    assert_eq!(other.post(&end, &[("form", &form)]).unwrap().status, 404, "another patient's");
}

/// Her tab was open when her mother agreed; an older node had let her agree once more. Whatever was asked on whichever consent ends with it.
#[test]
fn who_agrees_once_more_changes_nothing_and_taking_back_ends_all_that_was_asked() {
    let mut stay = Stay::new();
    let mut anna = stay.proxy("anna", &[("name", "Anna Beispiel"), ("scope", "decide"), ("power", "power-of-attorney"), ("until", "31.12.2099")]);
    let stale = anna.get("/consent").unwrap();
    stay.consent();
    let ids = stay.inquire();
    let again = anna.submit(&stale, "/consent", &[("decision", "give")]).unwrap();
    assert!(again.path == "/" && again.text().contains("Wir fragen gerade 2 Kliniken."), "{}: {}", again.path, again.text());
    assert_eq!(stay.decisions().len(), 1);
    let decision = Box::new(Decision { form: Some("Anlage 1b".into()), ..stay.decisions()[0].decision.clone() });
    let _: consent::Reply = stay.house.town.told(HERE, Command::Consent(consent::Command::Record { patient: stay.patient, decision }));
    assert_eq!(stay.decisions().len(), 2);
    let page = stay.browser.get("/consent").unwrap();
    let gone = stay.browser.submit(&page, "/consent/withdraw", &[]).unwrap();
    assert!(gone.text().contains("Sie haben Ihre Einwilligung zurückgenommen."), "{}", gone.text());
    for (at, id) in [FIRST, SECOND].into_iter().zip(ids) {
        stay.house.town.await_step(at, id, "withdrawn");
    }
    assert!(stay.decisions().iter().all(|consent| consent.revoked_at.is_some()));
}

#[test]
fn a_code_that_was_taken_back_opens_nothing() {
    let mut stay = Stay::new();
    let page = stay.browser.get("/proxies").unwrap();
    let invited = stay.browser.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "look")]).unwrap();
    let code = invited.element("class=\"code\"").unwrap();
    let page = stay.browser.get("/proxies").unwrap();
    let text = page.text();
    let end = text[text.find("/proxies/").unwrap()..].split('"').next().unwrap().to_owned();
    stay.browser.submit(&page, &end, &[]).unwrap();
    let mut browser = stay.house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let answer = browser.submit(&page, "/invitation", &[("code", code.split_whitespace().last().unwrap()), ("birth", "3.4.1951")]).unwrap();
    assert!(answer.text().contains("passen nicht zusammen"), "{}", answer.text());
}

/// The patient invites her daughter, who signs in with the code, decides and writes under her own name, and is out when the patient says so.
async fn a_daughter_acts_and_is_ended_in_two_clicks(look: Look) {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (erna, _) = house.invited(id, "erna");
    let by_anna = format!("Anna Beispiel für Erna {CANARY}");
    let window = window_at(&erna, look, "/").await;
    reads(&window, "Bitte lesen Sie, worum es geht").await;
    window.click("a[href='/proxies']").await;
    reads(&window, "Zurzeit handelt niemand für Sie.").await;
    window.fill("#name", "Anna Beispiel").await;
    window.click("input[name=scope][value=decide]").await;
    window.click("main form button.main").await;
    reads(&window, "Bitte geben Sie einen Tag ein, der noch kommt").await;
    reads(&window, "Wer entscheidet, braucht eine Vollmacht").await;
    window.fill("#until", "31.12.2099").await;
    window.click("main form button.main").await;
    reads(&window, "Wer entscheidet, braucht eine Vollmacht").await;
    window.click("#power option[value=power-of-attorney]").await;
    window.click("main form button.main").await;
    reads(&window, "Einladung für Anna Beispiel").await;
    let code = shown_code(&window).await;
    window.click("main a.button[href='/proxies']").await;
    reads(&window, "noch nicht angemeldet").await;

    let anna = with_code(&erna.origin, look, &code, ("#birth", "3.4.1951")).await;
    sets_up(&anna, Some("anna"), "drei blaue Boote im Hafen").await;
    reads(&anna, &by_anna).await;
    anna.click(".todo .main").await;
    reads(&anna, "Sie entscheiden frei").await;
    anna.click("button[value=give]").await;
    reads(&anna, "Was ist Ihnen bei der Reha wichtig?").await;
    anna.click(".todo .main").await;
    anna.click("#about-1 option[value=companion]").await;
    anna.fill("#why-1", "Ich komme mit.").await;
    anna.click("main button.main").await;
    reads(&anna, &format!("Aufgeschrieben hat: {by_anna}")).await;
    let given = decisions(&mut house, id).pop().unwrap();
    let by = DecidedBy::Representative { name: "Anna Beispiel".into(), proof: "power-of-attorney until 2099-12-31".into() };
    assert!(given.decision.given && given.decision.by == by && given.recorded_by.starts_with("proxy "), "{given:?}");

    window.go(&format!("{}/", erna.origin)).await;
    reads(&window, &format!("So hat es {by_anna} getan.")).await;
    // Two clicks from the start page.
    window.click("nav a[href='/proxies']").await;
    window.click("form[action$='/end'] button").await;
    reads(&window, "Zurzeit handelt niemand für Sie.").await;
    anna.click("header .clinic a").await;
    reads(&anna, "Anmelden").await;
    assert!(!anna.text().await.contains(CANARY));
    anna.fill("#login", "anna").await;
    anna.fill("#password", "drei blaue Boote im Hafen").await;
    anna.click("form[action='/sign-in'] button").await;
    reads(&anna, "Benutzername oder Passwort stimmt nicht.").await;
    let audit = house.town.verbund(0, &["audit", "list"]);
    assert!(String::from_utf8_lossy(&audit.stdout).contains("proxy.end"), "{}", String::from_utf8_lossy(&audit.stdout));
    window.close().await;
    anna.close().await;
}

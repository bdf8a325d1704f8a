//! Those who act for a patient: as far as she says, under their own name, and no longer than she wishes.

use verbund_node::{
    cli::demo::{browser::Browser, portals},
    domain::{account::Site, consent::DecidedBy},
    runtime::service::now,
};

use super::Stay;

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

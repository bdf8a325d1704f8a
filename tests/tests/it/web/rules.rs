//! Admissions' own rules and departments at their pages, over real clinics: clinic 0 asks, clinic 1 has the beds and the rules.

use verbund_node::{cli::demo::browser::Answer, domain::actor::Role};
use verbund_protocol::id::ConversationId;
use verbund_tests::{
    chromium::{Look, Window},
    people::Discharge,
    town::Town,
};

use super::{
    chromium::{at, at_both_widths, axe, bare_text, look_at, reads, unfold, window_at},
    *,
};

/// The place of the clinic with the rules in the town.
const REHAB: usize = 1;

/// A rule that fits what the tests' inquiries say: they all need the pension insurance.
const PAYER: &[(&str, &str)] = &[("name", "Kein Vertrag mit der Rente"), ("payer", "drv"), ("reason", "payer")];

struct Scene {
    house: House,
    rolf: Browser,
}

impl Scene {
    fn new() -> Self {
        let mut house = House { town: Town::start(2, 40), at: REHAB };
        let department = house.town.department(REHAB);
        house.town.publish(REHAB, department, 4).unwrap();
        let (rolf, _) = house.staff("rolf", &[Role::Admissions]);
        Self { house, rolf }
    }

    /// Asks for a place for somebody else.
    fn inquire(&mut self) -> (Discharge, ConversationId) {
        let discharge = self.house.town.discharge(0);
        let id = self.house.town.inquire(0, discharge.case, &[REHAB])[0];
        (discharge, id)
    }

    fn get(&mut self, path: &str) -> Answer {
        self.rolf.get(path).unwrap()
    }

    fn submit(&mut self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        assert!(page.text().contains(&format!("action=\"{action}\"")), "no form {action}: {}", page.text());
        self.rolf.submit(page, action, fields).unwrap()
    }

    /// Writes a rule and returns the page that shows what it would have done.
    fn write(&mut self, fields: &[(&str, &str)]) -> Answer {
        let form = self.get("/rules/new");
        self.submit(&form, "/rules/new", fields)
    }

    fn switch(&mut self, page: &Answer, state: &str) -> Answer {
        let version = page.hidden("version").unwrap();
        self.submit(page, &format!("{}/switch", page.path), &[("version", &version), ("state", state)])
    }
}

#[test]
fn a_rule_is_tried_switched_on_declines_and_is_taken_back() {
    let mut scene = Scene::new();
    assert!(scene.get("/rules").text().contains("Noch gibt es keine Regel"));
    let (_, before) = scene.inquire();
    scene.house.town.await_step(REHAB, before, "requested");

    let page = scene.write(PAYER);
    let text = page.text();
    assert!(page.path.starts_with("/rules/") && text.contains("Geprüft an der letzten Anfrage: 1 davon hätte sie abgesagt") && text.contains(&before.to_string()), "{text}");
    assert!(text.contains("Deutsche Rentenversicherung") && text.contains("Kostenträger nicht vertraglich gebunden") && text.contains(">aus<"), "{text}");
    let (_, off) = scene.inquire();
    scene.house.town.await_step(REHAB, off, "requested");
    let page = scene.switch(&page, "on");
    assert!(page.text().contains(">eingeschaltet<") && page.text().contains("von rolf Beispiel"), "{}", page.text());
    assert!(scene.get("/inquiries").text().contains("Eigene Regeln (1 eingeschaltet)"));
    assert_eq!(scene.house.town.show(REHAB, off).unwrap().summary.step, "requested", "what was here before is left alone");

    let (discharge, declined) = scene.inquire();
    let told = scene.house.town.await_step(0, declined, "declined");
    assert_eq!(told.reason, Some(9), "the asking clinic reads the reason of the rule");
    let inbox = scene.get("/inquiries").text();
    let own = inbox.split("Von Regeln abgesagt").nth(1).unwrap_or_else(|| panic!("{inbox}"));
    assert!(own.contains(&declined.to_string()) && own.contains("Kein Vertrag mit der Rente") && own.contains("wieder zu öffnen"), "{inbox}");
    let path = format!("/inquiries/{declined}");
    let page = scene.get(&path);
    assert!(page.text().contains("Die Regel „Kein Vertrag mit der Rente“ hat am") && page.text().contains("Eingeschaltet hatte sie rolf Beispiel"), "{}", page.text());

    let page = scene.submit(&page, &format!("{path}/reopen"), &[]);
    assert!(page.text().contains("Wieder geöffnet am") && !page.text().contains(&format!("{path}/reopen\"")), "{}", page.text());
    verbund_tests::people::eventually("the asking clinic knows that it may ask again", || {
        let shown = scene.house.town.show(0, declined).unwrap();
        if shown.reopened && shown.summary.step == "declined" { Ok(()) } else { Err(format!("{:?}", shown.summary)) }
    });
    let again = scene.house.town.inquire(0, discharge.case, &[REHAB])[0];
    scene.house.town.await_step(REHAB, again, "requested");
    // Somebody else's inquiry says the same: it is the same question to the rule, and a person answers it.
    let page = scene.get("/rules");
    assert!(page.text().contains("Hat 1 Anfrage abgesagt"), "{}", page.text());
    scene.house.town.await_drained(REHAB);

    // Off and removed.
    let link = page.text().split("href=\"/rules/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = scene.get(&format!("/rules/{link}"));
    let page = scene.switch(&page, "off");
    assert!(page.text().contains(">aus<"), "{}", page.text());
    let stale = page;
    let page = scene.switch(&stale, "removed");
    assert!(page.path == "/rules" && page.text().contains("Noch gibt es keine Regel"), "{}", page.text());
    assert_eq!(scene.get(&format!("/rules/{link}")).status, 404);
    assert!(scene.get(&path).text().contains("Kein Vertrag mit der Rente"), "what it declined can still be read");
}

#[test]
fn a_rule_that_is_not_honest_or_not_seen_is_not_taken() {
    let mut scene = Scene::new();
    for (fields, said) in [
        (&[("name", ""), ("payer", "drv"), ("reason", "payer")][..], "einen Namen"),
        (&[("name", "Regel"), ("reason", "payer")], "mindestens eine Angabe"),
        (&[("name", "Regel"), ("payer", "drv"), ("reason", "dialysis")], "folgt nicht aus der Regel"),
        (&[("name", "Regel"), ("payer", "drv"), ("reason", "no-place")], "folgt nicht aus der Regel"),
        (&[("name", "Regel"), ("payer", "drv"), ("reason", "")], "wählen Sie einen Grund"),
        (&[("name", "Regel"), ("payer", "geheim"), ("reason", "payer")], "nicht bekannt"),
    ] {
        let page = scene.write(fields);
        assert!(page.path == "/rules/new" && page.text().contains(said) && page.text().contains("role=\"alert\""), "{fields:?}: {}", page.text());
        let kept = fields[0].1.is_empty() || page.text().contains("value=\"Regel\"");
        assert!(kept, "what was typed is still there");
    }
    assert!(scene.get("/rules").text().contains("Noch gibt es keine Regel"), "nothing of that was kept");

    // Who looked at one version cannot switch on another.
    let seen = scene.write(PAYER);
    let path = seen.path.clone();
    let changed = scene.submit(&seen, &path, &[("name", "Andere Regel"), ("constraint", "dialysis"), ("reason", "dialysis")]);
    assert!(changed.text().contains("Andere Regel") && changed.text().contains(">aus<"), "{}", changed.text());
    let page = scene.switch(&seen, "on");
    assert!(page.text().contains("inzwischen geändert") && page.text().contains(">aus<"), "{}", page.text());
    let page = scene.switch(&changed, "on");
    assert!(page.text().contains(">eingeschaltet<"), "{}", page.text());
    // Nobody in the tests' inquiries needs dialysis, and nothing is said of it: nobody is declined.
    let (_, id) = scene.inquire();
    scene.house.town.await_step(REHAB, id, "requested");
    // A change switches it off.
    let page = scene.submit(&page, &path, PAYER);
    assert!(page.text().contains(">aus<") && page.text().contains("Geprüft an der letzten Anfrage: 1 davon hätte sie abgesagt"), "{}", page.text());
    // Somebody without the role finds no rules.
    let (mut wanda, _) = scene.house.staff("wanda", &[Role::Ward]);
    assert_eq!([wanda.get("/rules").unwrap().status, wanda.get(&path).unwrap().status], [403, 403]);
    for other in ["/rules/0011223344556677", "/rules/x"] {
        assert_eq!(scene.get(other).status, 404, "{other}");
    }
}

#[test]
fn no_text_of_the_rules_is_hard_coded() {
    let mut scene = Scene::new();
    let (_, id) = scene.inquire();
    scene.house.town.await_step(REHAB, id, "requested");
    let page = scene.write(PAYER);
    let path = page.path.clone();
    scene.switch(&page, "on");
    let (_, declined) = scene.inquire();
    scene.house.town.await_step(REHAB, declined, "declined");
    let data: Vec<String> = ["rolf", "Kein Vertrag", "Orthopädie", "Rehaklinik", "Uhr", "M16"].map(str::to_owned).into();
    for (language, marks) in [("qps", true), ("en", false)] {
        let page = scene.get("/");
        scene.rolf.submit(&page, "/language", &[("language", language), ("back", "/")]).unwrap();
        for path in ["/rules", "/rules/new", &path, "/inquiries", &format!("/inquiries/{declined}")] {
            let page = scene.get(path);
            let bare = if marks { bare_text(&page.text(), &data) } else { vec![] };
            assert!(page.status == 200 && bare.is_empty(), "{path} says {bare:?} in no catalogue");
            let german = ["Regel ", "Absage", "abgesagt", "Anfrage"].into_iter().find(|word| page.text().contains(word));
            assert!(language != "en" || german.is_none(), "{path} says {german:?} in English: {}", page.text());
        }
    }
}

/// A department is added on the board, gets free places, and is found by others.
#[test]
fn a_department_is_added_on_the_board() {
    let mut scene = Scene::new();
    let page = scene.get("/capacity");
    assert!(page.text().contains("href=\"/capacity/new\""), "{}", page.text());
    let form = scene.get("/capacity/new");
    let good = [("name", "Geriatrie"), ("key", "0200"), ("beds", "30"), ("indications", "geriatric"), ("settings", "inpatient"), ("payers", "gkv"), ("rooms", "double")];
    for (field, wrong, said) in
        [("key", "23", "vier Ziffern"), ("beds", "viele", "eine Zahl von 1 bis"), ("name", "", "einen kurzen Namen"), ("indications", "", "welche Krankheiten")]
    {
        let fields: Vec<(&str, &str)> =
            good.iter().map(|(name, value)| (*name, if *name == field { wrong } else { value })).filter(|(name, value)| *name != "indications" || !value.is_empty()).collect();
        let page = scene.submit(&form, "/capacity/new", &fields);
        assert!(page.path == "/capacity/new" && page.text().contains(said) && page.text().contains("role=\"alert\""), "{field}: {}", page.text());
    }
    let board = scene.submit(&form, "/capacity/new", &good);
    assert!(board.path == "/capacity" && board.text().contains("Geriatrie") && board.text().contains("30 Betten"), "{}", board.text());
    let again = scene.submit(&form, "/capacity/new", &good);
    assert!(again.text().contains("schon eine Abteilung gemeldet"), "{}", again.text());

    let facility = scene.house.town.department(REHAB).facility.to_string();
    let today = scene.house.town.today(REHAB);
    let day = format!("{facility}-0200-{today}");
    let saved = scene.rolf.submit(&board, "/capacity", &[("facility", &facility), ("department", "0200"), (&day, "3")]).unwrap();
    assert!(saved.path == "/capacity" && saved.text().contains("value=\"3\""), "{}", saved.text());
    verbund_tests::people::eventually("the other clinic finds it", || {
        let found = scene.house.town.verbund(0, &["search", "--indication", "geriatric"]);
        let told = String::from_utf8_lossy(&found.stdout).into_owned();
        if told.contains("Geriatrie") { Ok(()) } else { Err(told + &String::from_utf8_lossy(&found.stderr)) }
    });
    let (mut wanda, _) = scene.house.staff("wanda", &[Role::Ward]);
    assert_eq!(wanda.get("/capacity/new").unwrap().status, 403);
}

at_both_widths!(a_new_department_is_found_by_others);

/// A department is added in a browser, gets its first free places there, and others find it.
async fn a_new_department_is_found_by_others(look: Look) {
    let mut scene = Scene::new();
    let window = window_at(&scene.rolf, look, "/capacity").await;
    window.click("a[href='/capacity/new']").await;
    reads(&window, "Neue Abteilung").await;
    for (field, text) in [("#name", "Geriatrie"), ("#key", "0200"), ("#beds", "30")] {
        window.fill(field, text).await;
    }
    window.click("main form button.main").await;
    reads(&window, "Bitte kreuzen Sie an, welche Krankheiten die Abteilung behandelt.").await;
    for (list, choice) in [("indications", "geriatric"), ("settings", "inpatient"), ("payers", "gkv"), ("rooms", "double")] {
        let tick = format!("input[name={list}][value={choice}]");
        unfold_if_folded(&window, &tick).await;
        window.click(&tick).await;
    }
    window.click("main form button.main").await;
    reads(&window, "30 Betten").await;
    let (facility, today) = (scene.house.town.department(REHAB).facility, scene.house.town.today(REHAB));
    let field = format!("input[name='{facility}-0200-{today}']");
    window.fill(&field, "3").await;
    window.click(&format!("form:has({field}) button")).await;
    window.see(&format!("{field}[value='3']")).await;
    window.is_in_order().await;
    verbund_tests::people::eventually("the other clinic finds it", || {
        let found = scene.house.town.verbund(0, &["search", "--indication", "geriatric"]);
        let told = String::from_utf8_lossy(&found.stdout).into_owned();
        if told.contains("Geriatrie") { Ok(()) } else { Err(told + &String::from_utf8_lossy(&found.stderr)) }
    });
    window.close().await;
}

/// What was chosen before a fault lies open already.
async fn unfold_if_folded(window: &Window, field: &str) {
    if !window.see(field).await.is_displayed().await.unwrap() {
        unfold(window, field).await;
    }
}

/// A rule from the inbox to the reopened inquiry, in a browser.
async fn in_a_browser(look: Look) {
    let axe = axe();
    let mut scene = Scene::new();
    let (_, before) = scene.inquire();
    scene.house.town.await_step(REHAB, before, "requested");
    let (_, login) = scene.house.staff("rita", &[Role::Admissions]);
    let window = Window::open(look).await;
    window.go(&at(&scene.house, Site::Staff, "/inquiries")).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&login)).await;
    window.click("main button.main").await;
    window.read("Wartet auf Ihre Antwort").await;
    window.click("a[href='/rules']").await;
    window.read("Noch gibt es keine Regel").await;
    look_at(&window, &axe, "rules-none").await;
    window.click("a[href='/rules/new']").await;
    window.fill("#name", "Kein Vertrag mit der Rente").await;
    window.click("main form button.main").await;
    window.read("mindestens eine Angabe").await;
    window.click("details:nth-of-type(4) summary").await;
    look_at(&window, &axe, "rule-fault").await;
    window.click("input[name='payer'][value='drv']").await;
    window.click("#reason option[value='payer']").await;
    window.click("main form button.main").await;
    window.read("Geprüft an der letzten Anfrage: 1 davon hätte sie abgesagt").await;
    look_at(&window, &axe, "rule-tried").await;
    window.click("button[value='on']").await;
    window.read("Regel ausschalten").await;
    look_at(&window, &axe, "rule-on").await;
    window.click("a[href='/rules']").await;
    window.read("Hat noch nichts abgesagt").await;
    look_at(&window, &axe, "rules").await;
    let (_, declined) = scene.inquire();
    scene.house.town.await_step(REHAB, declined, "declined");
    window.go(&at(&scene.house, Site::Staff, "/inquiries")).await;
    window.read("Von Regeln abgesagt").await;
    look_at(&window, &axe, "inquiries-by-rule").await;
    window.click(&format!("a[href='/inquiries/{declined}']")).await;
    window.read("Bis ").await;
    look_at(&window, &axe, "inquiry-by-rule").await;
    window.click("form[action$='/reopen'] button").await;
    window.read("Wieder geöffnet am").await;
    look_at(&window, &axe, "inquiry-reopened").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_made_at_a_desk() {
    in_a_browser(Look::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_made_on_a_phone() {
    in_a_browser(Look { dark: true, ..Look::PHONE }).await;
}

//! After a "no": the next best are proposed and asked with one click; what the patient wishes moves places up.

use verbund_node::{
    control::{Command, referral},
    domain::wish::{About, Wish},
    store::{Store, key::KeyFile, wish},
};
use verbund_tests::chromium::{Look, Window};

use super::*;
use crate::web::{
    chromium::{at, axe, look_at},
    next_code,
};

impl Desk {
    /// Consent, plan, and an inquiry to one clinic.
    pub(super) fn ask_one(&mut self, at: usize) -> ConversationId {
        self.prepare();
        let target = self.target(at);
        let path = format!("/cases/{}/search", self.case);
        eventually("the clinic is found", || {
            let page = self.sonja.get(&path).unwrap().text();
            if page.contains(&target) { Ok(()) } else { Err(page) }
        });
        let sent = self.post("ask", &[("target", target.as_str())]).text();
        let ids = asked(&sent);
        assert_eq!(ids.len(), 1, "{sent}");
        self.house.town.await_step(at, ids[0], "requested");
        ids[0]
    }

    fn target(&self, at: usize) -> String {
        self.house.town.department(at).to_string()
    }

    fn decline(&mut self, at: usize, id: ConversationId) {
        let command = Command::Referral(Box::new(referral::Command::Decline { id, reason: "no-place".parse().unwrap() }));
        self.house.town.ask::<serde_json::Value>(at, &command).unwrap();
        self.house.town.await_step(0, id, "declined");
    }

    /// Asks a proposed clinic by its button.
    pub(super) fn one_click(&mut self, at: usize) -> Answer {
        let target = self.target(at);
        let page = self.hub();
        assert!(page.text().contains(&format!("value=\"{target}\"")), "clinic {at} is not proposed: {}", page.text());
        self.sonja.submit(&page, &format!("/cases/{}/again", self.case), &[("target", target.as_str())]).unwrap()
    }
}

#[test]
fn after_a_decline_the_next_best_is_asked_with_one_click() {
    let mut desk = Desk::new();
    let first = desk.ask_one(2);
    assert!(!desk.hub().text().contains("Die nächsten Vorschläge"), "nobody has said no");
    desk.decline(2, first);
    let hub = desk.hub().text();
    assert!(hub.contains("Die nächsten Vorschläge") && hub.contains("Jetzt anfragen") && hub.contains("genau die Angaben"), "{hub}");
    assert!(!hub.contains(&format!("value=\"{}\"", desk.target(2))), "who was asked is not proposed: {hub}");

    let page = desk.one_click(3).text();
    let ids = asked(&page);
    assert!(ids.len() == 2 && !page.contains("Die nächsten Vorschläge") | page.contains("keine weitere Klinik"), "{page}");
    let second = *ids.iter().find(|id| **id != first).unwrap();
    desk.house.town.await_step(3, second, "requested");
    let said = |desk: &mut Desk, at, id| desk.house.town.show(at, id).unwrap().inquiry.unwrap();
    let (before, now) = (said(&mut desk, 2, first), said(&mut desk, 3, second));
    assert_eq!(verbund_protocol::inquiry::Inquiry { answer_by: now.answer_by, department: now.department.clone(), ..before }, now, "both read the same");
}

#[test]
fn what_has_changed_since_is_looked_at_first() {
    let mut desk = Desk::new();
    let first = desk.ask_one(2);
    desk.decline(2, first);
    let stale = desk.hub();
    let today = desk.today();
    desk.post(
        "plan",
        &[PLAN, &[("earliest", today.as_str()), ("discharge", today.as_str()), ("operated", today.as_str()), ("single_room", "yes"), ("mobility", "rollator")]].concat(),
    );
    let hub = desk.hub().text();
    assert!(hub.contains("Prüfen und anfragen") && !hub.contains("Jetzt anfragen"), "{hub}");
    // Even a page that still says "ask now" sends nothing that nobody has looked at.
    let target = desk.target(3);
    let looked = desk.sonja.submit(&stale, &format!("/cases/{}/again", desk.case), &[("target", target.as_str())]).unwrap();
    let text = looked.text();
    assert!(text.contains("haben sich seit der letzten Anfrage geändert") && text.contains("Rollator") && text.contains("Das lesen die angefragten Kliniken"), "{text}");
    assert_eq!(desk.house.town.conversations(0).len(), 1, "nothing was sent");
    let sent = desk.sonja.submit(&looked, &format!("/cases/{}/ask", desk.case), &[("target", target.as_str())]).unwrap().text();
    assert_eq!(asked(&sent).len(), 2, "{sent}");
}

/// A rule of the other clinic declined, somebody there took it back: the clinic is proposed again, and the rule lets it pass.
#[test]
fn a_decline_that_was_taken_back_is_asked_again_with_one_click() {
    let mut desk = Desk::new();
    desk.house.at = 2;
    let (mut rolf, _) = desk.house.staff("rolf", &[Role::Admissions]);
    desk.house.at = 0;
    let form = rolf.get("/rules/new").unwrap();
    let page = rolf.submit(&form, "/rules/new", &[("name", "Kein Vertrag"), ("payer", "drv"), ("reason", "payer")]).unwrap();
    let version = page.hidden("version").unwrap();
    rolf.submit(&page, &format!("{}/switch", page.path), &[("version", &version), ("state", "on")]).unwrap();

    desk.prepare();
    let target = desk.target(2);
    eventually("the clinic is found", || {
        let page = desk.sonja.get(&format!("/cases/{}/search", desk.case)).unwrap().text();
        if page.contains(&target) { Ok(()) } else { Err(page) }
    });
    let first = asked(&desk.post("ask", &[("target", target.as_str())]).text())[0];
    desk.house.town.await_step(0, first, "declined");
    assert!(desk.hub().text().contains("Kostenträger nicht vertraglich gebunden"), "the reason is the rule's");
    let page = rolf.get(&format!("/inquiries/{first}")).unwrap();
    rolf.submit(&page, &format!("/inquiries/{first}/reopen"), &[]).unwrap();
    eventually("the case says so", || {
        let hub = desk.hub().text();
        if hub.contains("Absage zurückgenommen") { Ok(()) } else { Err(hub) }
    });
    let ids = asked(&desk.one_click(2).text());
    let again = *ids.iter().find(|id| **id != first).unwrap();
    desk.house.town.await_step(2, again, "requested");
    desk.house.town.offer(2, again, false);
    desk.house.town.await_step(0, again, "offered");
}

#[test]
fn what_the_patient_wishes_moves_places_up() {
    let mut desk = Desk::new();
    desk.prepare();
    let order = |desk: &mut Desk| -> Vec<String> {
        let page = desk.sonja.get(&format!("/cases/{}/search", desk.case)).unwrap().text();
        page.split("name=\"target\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    eventually("both clinics are found", || if order(&mut desk).len() == 2 { Ok(()) } else { Err("not yet".into()) });
    let last = order(&mut desk)[1].clone();
    let named = desk.house.town.village.clinics.iter().find(|clinic| last.starts_with(&clinic.plan.facility.ik.to_string())).unwrap().plan.facility.name.clone();
    // A favourite of the house does not push the patient's wish down.
    let first = order(&mut desk)[0].clone();
    let page = desk.sonja.get(&format!("/cases/{}/search", desk.case)).unwrap();
    desk.sonja.submit(&page, &format!("/cases/{}/favourite", desk.case), &[("favourite", first.as_str()), ("marked", "yes")]).unwrap();
    assert_eq!(order(&mut desk)[0], first);
    desk.house.town.kill(0);
    let folder = desk.house.town.village.clinics[0].folder.clone();
    let store = Store::unlock(&folder.join("data"), &KeyFile::new(&folder.join("identity/database.key"), &folder.join("data")).unwrap()).unwrap();
    let wished = Wish { about: About::Clinic, what: named.to_uppercase(), why: "Dort war ich schon".into() };
    wish::state(store.db(), desk.patient, &[wished], "patient", verbund_node::runtime::service::now()).unwrap();
    drop(store);
    desk.house.town.restart(0);
    eventually("the wish counts", || {
        let now = order(&mut desk);
        if now.len() == 2 && now[0] == last { Ok(()) } else { Err(format!("{now:?}")) }
    });
    let page = desk.sonja.get(&format!("/cases/{}/search", desk.case)).unwrap().text();
    assert!(page.contains("Wunsch der Patientin oder des Patienten (-1400)"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_best_are_seen_in_a_browser() {
    let axe = axe();
    let mut desk = Desk::new();
    let first = desk.ask_one(2);
    desk.decline(2, first);
    for (name, look) in [("sina", Look::DESKTOP), ("simon", Look::PHONE)] {
        let (_, login) = desk.house.staff(name, &[Role::SocialService]);
        let window = Window::open(look).await;
        window.go(&at(&desk.house, verbund_node::domain::account::Site::Staff, &format!("/cases/{}", desk.case))).await;
        window.fill("#login", &login.user).await;
        window.fill("#password", &login.password).await;
        window.click("form[action='/sign-in'] button").await;
        window.fill("#code", &next_code(&login)).await;
        window.click("main button.main").await;
        window.read("Die nächsten Vorschläge").await;
        look_at(&window, &axe, "case-next-best").await;
        if name == "simon" {
            window.click("form[action$='/again'] button").await;
            window.read("Im Augenblick meldet keine weitere Klinik").await;
        }
        window.close().await;
    }
    assert_eq!(desk.house.town.conversations(0).len(), 2);
}

/// The asking clinic wishes another day on its page, the owner of the bed answers on its own; then the owner sets one.
#[test]
fn either_side_changes_the_day_on_its_page() {
    let mut desk = Desk::new();
    let id = desk.ask_one(2);
    let path = format!("/asked/{id}");
    desk.house.town.offer(2, id, false);
    desk.house.town.await_step(0, id, "offered");
    let page = desk.sonja.get(&path).unwrap();
    desk.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")]).unwrap();
    desk.house.town.await_step(2, id, "chosen");
    desk.house.town.confirm(2, id);
    let agreed = desk.house.town.await_step(0, id, "confirmed").summary.date.unwrap();
    let german = |day| verbund_node::portal::date::calendar(day, verbund_node::portal::words::Language::German);
    desk.house.at = 2;
    let (mut rolf, _) = desk.house.staff("rolf", &[Role::Admissions]);
    desk.house.at = 0;

    let wished = agreed.plus(2);
    let page = desk.sonja.get(&path).unwrap();
    let said = desk.sonja.submit(&page, &format!("{path}/date"), &[("wished", &german(wished)), ("date_reason", "transport")]).unwrap().text();
    assert!(said.contains(&format!("Gewünscht ist der {}", german(wished))) && said.contains(&german(agreed)), "{said}");
    let inquiry = format!("/inquiries/{id}");
    eventually("the wish is there", || {
        let page = rolf.get(&inquiry).unwrap().text();
        if page.contains(&format!("wünscht als Aufnahmetag den {}", german(wished))) { Ok(()) } else { Err(page) }
    });
    let page = rolf.get(&inquiry).unwrap();
    rolf.submit(&page, &format!("{inquiry}/date"), &[("date-date", &german(wished)), ("date-reason", "agreed")]).unwrap();
    eventually("the wish is granted", || {
        let page = desk.sonja.get(&path).unwrap().text();
        if page.contains(&german(wished)) && !page.contains("Gewünscht ist der") { Ok(()) } else { Err(page) }
    });
    // The owner sets another day by itself.
    let set = agreed.plus(3);
    let page = rolf.get(&inquiry).unwrap();
    rolf.submit(&page, &format!("{inquiry}/date"), &[("date-date", &german(set)), ("date-reason", "place")]).unwrap();
    eventually("the day that was set", || {
        let page = desk.sonja.get(&path).unwrap().text();
        if page.contains(&german(set)) { Ok(()) } else { Err(page) }
    });
    assert_eq!(desk.house.town.show(0, id).unwrap().summary.date, desk.house.town.show(2, id).unwrap().summary.date);
}

/// Answers that few people share are sent only with a reason, counted together with what the inquiry says.
#[test]
fn rare_answers_ask_for_a_reason() {
    let mut desk = Desk::new();
    desk.post("consent", &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]);
    let today = desk.today();
    desk.post("plan", &[PLAN, &[("earliest", today.as_str()), ("constraint", "dialysis"), ("constraint", "weight-150")]].concat());
    let target = desk.target(2);
    let id = asked(&desk.post("ask", &[("target", target.as_str())]).text())[0];
    desk.house.town.await_step(2, id, "requested");
    let ask = referral::Command::Ask { id, questions: vec!["weight".parse().unwrap()] };
    desk.house.town.ask::<serde_json::Value>(2, &Command::Referral(Box::new(ask))).unwrap();
    desk.house.town.await_step(0, id, "asked");
    let path = format!("/asked/{id}");
    let page = desk.sonja.get(&path).unwrap();
    assert!(!page.text().contains("rare-reason"), "nothing rare was typed yet");
    let stopped = desk.sonja.submit(&page, &format!("{path}/answer"), &[("q-2", "weight-over-200")]).unwrap();
    assert!(stopped.text().contains("name=\"rare-reason\"") && stopped.text().contains("value=\"weight-over-200\" selected"), "{}", stopped.text());
    assert_eq!(desk.house.town.show(0, id).unwrap().summary.step, "asked", "nothing was sent");
    desk.sonja.submit(&stopped, &format!("{path}/answer"), &[("q-2", "weight-over-200"), ("rare-reason", "patient-agreed")]).unwrap();
    let told = desk.house.town.await_step(2, id, "requested").answers.unwrap();
    assert_eq!((told.answers.len(), told.rare_reason.map(|reason| reason.to_string())), (1, Some("patient-agreed".into())));
}

#[test]
fn a_case_is_given_to_nobody_whose_account_is_locked() {
    let mut desk = Desk::new();
    let (_, _) = desk.house.staff("sina", &[Role::SocialService]);
    assert!(desk.hub().text().contains("value=\"sina Beispiel\""));
    let (mut ida, _) = desk.house.staff("ida", &[Role::It]);
    let accounts = ida.get("/accounts").unwrap();
    let text = accounts.text();
    let row = text.split("sina Beispiel").nth(1).unwrap();
    let action = format!("/accounts/{}/lock", row.split("/accounts/").nth(1).unwrap().split('/').next().unwrap());
    ida.submit(&accounts, &action, &[("lock", "yes")]).unwrap();
    assert!(!desk.hub().text().contains("value=\"sina Beispiel\""));
    assert!(desk.post("give", &[("to", "sina Beispiel")]).text().contains("role=\"alert\""));
}

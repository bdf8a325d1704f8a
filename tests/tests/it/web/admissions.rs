//! Rehab admissions in the browser, over two real clinics: clinic 0 asks, clinic 1 has the beds.

use verbund_node::{
    cli::demo::browser::Answer,
    control::{capacity, document},
    domain::actor::Role,
    portal::{date, words::Language},
    workflow::{capacity::Shown, document::NewDocument},
};
use verbund_protocol::{capacity::DepartmentId, id::ConversationId, time::Day};
use verbund_tests::{
    chromium::{Look, Window},
    people::{Discharge, word},
    town::Town,
};

use super::{
    chromium::{at, axe, bare_text, look_at},
    *,
};

mod board;
mod chromium;
mod ended;
mod twice;

/// The place of admissions in the town: its clinic.
const REHAB: usize = 1;

/// Two clinics and a person who answers at the second.
struct Scene {
    house: House,
    browser: Browser,
    discharge: Discharge,
    id: ConversationId,
}

impl Scene {
    /// One inquiry has arrived; the asked department has so many places on each day.
    fn new(free: u16) -> Self {
        let mut house = House { town: Town::start(2, 40), at: REHAB };
        let department = house.town.department(REHAB);
        house.town.publish(REHAB, department, free).unwrap();
        let (browser, _) = house.staff("rolf", &[Role::Admissions]);
        let discharge = house.town.discharge(0);
        let id = house.town.inquire(0, discharge.case, &[REHAB])[0];
        house.town.await_step(REHAB, id, "requested");
        Self { house, browser, discharge, id }
    }

    fn page(&mut self) -> Answer {
        self.browser.get(&format!("/inquiries/{}", self.id)).unwrap()
    }

    /// Sends one of the page's forms and returns the page after it.
    fn act(&mut self, act: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page();
        let action = format!("/inquiries/{}/{act}", self.id);
        assert!(page.text().contains(&format!("action=\"{action}\"")), "the page has no form {act}: {}", page.text());
        self.browser.submit(&page, &action, fields).unwrap()
    }

    /// Sends the form of offering as it is filled in.
    fn offer(&mut self, changed: &[(&str, &str)]) -> Answer {
        let page = self.page().text();
        let prefilled = ["offer-date", "offer-stay"].map(|name| (name, value(&page, name)));
        let mut fields: Vec<(&str, &str)> = prefilled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend([("offer-hold", "48"), ("offer-room", "double")]);
        fields.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        fields.extend_from_slice(changed);
        self.act("offer", &fields)
    }

    /// The patient chose the offer that stands and the clinic confirmed; the referral with the name has arrived, with one document.
    fn referred(&mut self) {
        self.house.town.await_step(0, self.id, "offered");
        self.house.town.release(0, self.discharge.patient, REHAB);
        self.house.town.choose(0, self.id);
        self.house.town.await_step(REHAB, self.id, "chosen");
        let page = self.act("confirm", &[]);
        assert!(page.text().contains("Platz zugesagt, Überweisung steht aus"), "{}", page.text());
        self.house.town.await_step(0, self.id, "confirmed");
        let document = self.house.town.add_document(0, self.discharge.patient, PDF);
        self.house.town.refer(0, self.id, vec![document]);
        self.house.town.await_step(REHAB, self.id, "referred");
    }
}

/// A document that says so itself.
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n";

/// Returns what a field is filled in with.
fn value(page: &str, name: &str) -> String {
    let from = page.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name}: {page}"));
    let from = from + page[from..].find("value=\"").unwrap() + 7;
    page[from..from + page[from..].find('"').unwrap()].to_owned()
}

/// A day as people type it.
fn typed(day: Day) -> String {
    let iso = day.to_string();
    let parts: Vec<&str> = iso.split('-').collect();
    format!("{}.{}.{}", parts[2], parts[1], parts[0])
}

/// It was another day: entered once more, both sides have the right one and say that it was corrected.
fn corrects_the_arrival(scene: &mut Scene, page: &str, right: Day) {
    assert!(page.contains("Tag der Anreise berichtigen"), "{page}");
    let page = scene.act("arrived", &[("arrived-on", &typed(right))]).text();
    assert!(page.contains("Tag der Anreise berichtigt<") && page.contains("Angereist, in Behandlung"), "{page}");
    verbund_tests::people::eventually("the other clinic has the right day", || match scene.house.town.show(0, scene.id) {
        Ok(detail) if detail.summary.date == Some(right) => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn from_the_inbox_to_the_report_home() {
    let mut scene = Scene::new(4);
    let start = scene.browser.get("/").unwrap();
    assert!(start.text().contains("Anfragen (1 neue)"), "{}", start.text());
    let inbox = scene.browser.get("/inquiries").unwrap().text();
    assert!(inbox.contains("<title>(1) Anfragen"), "{inbox}");
    // Whatever page lies open: a new inquiry counts in its title, and whoever answers none sees no number.
    for path in ["/".to_owned(), "/capacity".into(), format!("/inquiries/{}", scene.id), "/rules".into(), "/access".into(), "/imprint".into()] {
        let page = scene.browser.get(&path).unwrap().text();
        assert!(page.contains("<title>(1) ") && page.contains(" data-counts=\"\""), "{path}: {page}");
    }
    let (mut wanda, _) = scene.house.staff("wanda", &[Role::Ward]);
    let other = wanda.get("/").unwrap().text();
    assert!(!other.contains("<title>(") && !other.contains("data-counts"), "{other}");
    let today = scene.house.town.today(REHAB);
    let day = |day: Day| verbund_node::portal::date::calendar(day, Language::German);
    let line = format!("Orthopädie · 70–79 Jahre · frühestens {}", day(today.plus(7)));
    assert!(inbox.contains(&line) && inbox.contains("Neue Anfrage") && inbox.contains("wartet seit"), "{inbox}");
    assert!(inbox.contains(&format!("href=\"/inquiries/{}\"", scene.id)));
    let page = scene.page().text();
    assert!(page.contains("M16") && page.contains(&format!("{}, auch bis zu 7 Tage später", day(today.plus(7)))), "{page}");
    assert!(page.contains("Uhr (48 Stunden)"), "{page}");

    let page = scene.act("ask", &[("ask-question", "stairs"), ("ask-question", "approval")]).text();
    assert!(page.contains("Rückfrage gestellt") && page.contains("noch keine Antwort"), "{page}");
    let page = scene.offer(&[]).text();
    assert!(page.contains("Platz angeboten und reserviert") && page.contains("Reserviert bis"), "{page}");
    let offered = scene.house.town.show(REHAB, scene.id).unwrap();
    assert_eq!(offered.summary.date, Some(today.plus(7)), "the earliest day asked for is filled in");
    scene.house.town.await_step(0, scene.id, "offered");

    scene.referred();
    let page = scene.page().text();
    assert!(!page.contains("Mustermann") && !page.contains("Befundbericht") && !page.contains("/accept\""), "a name is not shown before somebody opens the referral: {page}");
    let opened = scene.act("referral", &[]);
    // A moment is told by the calendar of the place, also around midnight.
    let consented = date::day(scene.house.town.status(REHAB).now, Language::German);
    assert!(opened.text().contains("Erika Mustermann") && opened.text().contains("Befundbericht") && opened.text().contains("weiblich"), "{}", opened.text());
    assert!(opened.text().contains(&format!("Einwilligung vom {consented} (Anlage 1b 2024-03)")), "{}", opened.text());
    assert_eq!(opened.path, format!("/inquiries/{}/referral", scene.id));
    scene.house.town.await_documents(REHAB, scene.id, 1);
    let page = scene.page().text();
    assert!(page.contains("geprüft und vollständig"), "{page}");

    let page = scene.act("accept", &[("accept-date", &typed(today.plus(8)))]).text();
    assert!(page.contains("Aufnahme vereinbart") && page.contains("Mustermann"), "{page}");
    assert_eq!(scene.house.town.await_step(0, scene.id, "accepted").summary.date, Some(today.plus(8)));
    let page = scene.act("date", &[("date-date", &typed(today.plus(9))), ("date-reason", "place")]).text();
    assert!(page.contains(&format!("<dd>{}</dd>", day(today.plus(9)))), "{page}");
    let page = scene.act("arrived", &[("arrived-on", &typed(today))]).text();
    assert!(page.contains("Angereist, in Behandlung"), "{page}");
    scene.house.town.await_step(0, scene.id, "admitted");
    corrects_the_arrival(&mut scene, &page, Day(today.0 - 1));

    let page = scene.act("report", &[]).text();
    assert!(page.contains("Kreuzen Sie ein Dokument an"), "{page}");
    let patient = scene.house.town.documents(REHAB, scene.id)[0].patient.unwrap();
    let report = scene.house.town.add_document(REHAB, patient, PDF).to_string();
    let page = scene.act("report", &[("report-document", &report)]).text();
    assert!(page.contains("Es ist nicht erfasst"), "no report leaves without the patient's consent: {page}");
    let page = scene.act("report", &[("report-document", &report), ("report-consent", "Papierakte, Fach 3"), ("report-discharged", &typed(today))]).text();
    assert!(page.contains(">Abgeschlossen<"), "{page}");
    scene.house.town.await_step(0, scene.id, "completed");
    scene.house.town.await_documents(0, scene.id, 1);
    let ended = scene.browser.get("/inquiries/ended").unwrap().text();
    assert!(ended.contains(&scene.id.to_string()), "{ended}");
    assert!(!scene.house.town.node(REHAB).log().contains("Mustermann"));
}

#[test]
fn who_does_not_answer_sees_no_inquiry_and_what_is_not_there_looks_the_same() {
    let mut scene = Scene::new(4);
    let path = format!("/inquiries/{}", scene.id);
    for (login, roles) in [("wanda", &[Role::Ward][..]), ("ida", &[Role::It]), ("sonja", &[Role::SocialService]), ("karl", &[Role::Capacity])] {
        let (mut browser, _) = scene.house.staff(login, roles);
        for path in ["/inquiries", &path] {
            assert_eq!(browser.get(path).unwrap().status, 403, "{login} {path}");
        }
        let form = browser.get("/").unwrap().hidden("form").unwrap();
        assert_eq!(browser.post(&format!("{path}/decline"), &[("form", &form), ("decline-reason", "no-place")]).unwrap().status, 403, "{login}");
        assert!(!browser.get("/").unwrap().text().contains("/inquiries"), "{login} has no door to it");
    }
    // Where this clinic asks itself, there is nothing to answer.
    let asked = {
        let discharge = scene.house.town.discharge(REHAB);
        let department = scene.house.town.department(0);
        scene.house.town.publish(0, department, 4).unwrap();
        scene.house.town.inquire(REHAB, discharge.case, &[0])[0].to_string()
    };
    for other in ["00112233445566778899aabbccddeeff", "0011223344556677", "x", &asked] {
        assert_eq!(scene.browser.get(&format!("/inquiries/{other}")).unwrap().status, 404, "{other}");
        assert_eq!(scene.browser.get(&format!("/inquiries/{other}/referral")).unwrap().status, 404, "{other}");
        let form = scene.browser.get("/").unwrap().hidden("form").unwrap();
        for act in ["offer", "confirm", "referral", "decline", "accept", "settle", "filed", "date"] {
            let fields = [
                ("form", form.as_str()),
                ("decline-reason", "no-place"),
                ("offer-date", "3.12.2036"),
                ("accept-date", "3.12.2036"),
                ("date-date", "3.12.2036"),
                ("date-reason", "place"),
                ("offer-stay", "21"),
                ("offer-hold", "48"),
                ("offer-room", "double"),
            ];
            assert_eq!(scene.browser.post(&format!("/inquiries/{other}/{act}"), &fields).unwrap().status, 404, "{other} {act}");
        }
    }
    assert_eq!(scene.house.town.show(REHAB, scene.id).unwrap().summary.step, "requested", "nothing of that changed anything");
}

#[test]
fn faults_say_what_to_do_and_keep_what_was_typed() {
    let mut scene = Scene::new(1);
    for (changed, said) in [
        (("offer-date", "bald"), "Bitte geben Sie einen Tag an"),
        (("offer-date", "3.4.2020"), "Dieser Tag ist schon vorbei"),
        (("offer-stay", "181"), "1 bis 180 Tage"),
        (("offer-room", "ballroom"), "Bitte wählen Sie etwas aus"),
        (("offer-hold", "200"), "Bitte prüfen Sie sie"),
    ] {
        let page = scene.offer(&[changed]).text();
        assert!(page.contains(said) && page.contains("role=\"alert\""), "{changed:?}: {page}");
        assert!(changed.0 == "offer-room" || changed.0 == "offer-hold" || value(&page, changed.0) == changed.1, "what was typed is still there");
    }
    let late = typed(scene.house.town.today(REHAB).plus(200));
    assert!(scene.offer(&[("offer-date", &late)]).text().contains("keine freien Plätze gemeldet"));
    assert!(scene.act("decline", &[]).text().contains("Bitte wählen Sie etwas aus"));
    assert!(scene.act("ask", &[]).text().contains("mindestens eine Frage"));

    // The last place goes to another inquiry.
    assert!(scene.offer(&[]).text().contains("Platz angeboten"));
    let other = scene.house.town.discharge(0);
    let second = scene.house.town.inquire(0, other.case, &[REHAB])[0];
    scene.house.town.await_step(REHAB, second, "requested");
    let first = std::mem::replace(&mut scene.id, second);
    let page = scene.offer(&[]).text();
    assert!(page.contains("An diesem Tag ist kein Platz mehr frei") && page.contains("aria-invalid"), "{page}");
    assert_eq!(scene.house.town.show(REHAB, second).unwrap().summary.step, "requested");

    // What was open in another window says that it is too late.
    let stale = scene.page();
    scene.house.town.withdraw(0, second);
    scene.house.town.await_step(REHAB, second, "withdrawn");
    let fields = [("decline-reason", "no-place")];
    let page = scene.browser.submit(&stale, &format!("/inquiries/{second}/decline"), &fields).unwrap().text();
    assert!(page.contains("Die Anfrage ist inzwischen beendet. Es wurde nichts gesendet.") && page.contains("zurückgezogen"), "{page}");
    let page = scene.browser.get("/inquiries").unwrap().text();
    assert!(page.contains(&first.to_string()) && !page.contains(&second.to_string()), "{page}");
}

#[test]
fn what_is_offered_can_be_changed_taken_back_and_declined() {
    let mut scene = Scene::new(2);
    let today = scene.house.town.today(REHAB);
    scene.offer(&[("offer-therapy", "physio"), ("offer-auto", "yes")]);
    let page = scene.page().text();
    assert!(page.contains("Angebot ändern") && page.contains("Physiotherapie"), "{page}");
    scene.offer(&[("offer-date", &typed(today.plus(12)))]);
    assert_eq!(scene.house.town.await_step(0, scene.id, "offered").summary.id, scene.id);
    assert_eq!(scene.house.town.show(REHAB, scene.id).unwrap().summary.date, Some(today.plus(12)));
    let page = scene.act("take-back", &[("take-back-reason", "mistake")]).text();
    assert!(page.contains("Neue Anfrage"), "{page}");
    let page = scene.act("decline", &[("decline-reason", "staff")]).text();
    assert!(page.contains("Abgesagt") && page.contains("Personalmangel"), "{page}");
    for act in ["offer", "decline", "cancel", "accept"] {
        assert!(!page.contains(&format!("/{act}\"")), "nothing is left to do but {act} is shown");
    }
    scene.house.town.await_step(0, scene.id, "declined");
}

#[test]
fn who_refuses_after_reading_has_nothing_left() {
    let mut scene = Scene::new(2);
    scene.offer(&[]);
    scene.referred();
    scene.act("referral", &[]);
    scene.house.town.await_documents(REHAB, scene.id, 1);
    let page = scene.act("refuse", &[]).text();
    assert!(page.contains("Bitte wählen Sie etwas aus") && page.contains("wird hier gelöscht"), "{page}");
    let page = scene.act("refuse", &[("refuse-reason", "findings")]).text();
    assert!(page.contains("alles gelöscht") && !page.contains("Befundbericht"), "{page}");
    let again = scene.browser.get(&format!("/inquiries/{}/referral", scene.id)).unwrap();
    assert!(!again.text().contains("Mustermann"), "{}", again.text());
    scene.house.town.await_step(0, scene.id, "refused");
}

#[test]
fn a_document_is_shown_and_can_do_nothing() {
    let mut scene = Scene::new(2);
    scene.offer(&[]);
    scene.referred();
    scene.act("referral", &[]);
    let received = scene.house.town.await_documents(REHAB, scene.id, 1)[0].id;
    let page = scene.page().text();
    assert!(page.contains(&format!("href=\"/documents/{received}\"")), "{page}");
    let shown = scene.browser.get(&format!("/documents/{received}")).unwrap();
    assert_eq!((shown.status, &shown.body[..]), (200, PDF));
    let header = |answer: &Answer, name: &str| answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(header(&shown, "content-type"), "application/pdf");
    assert_eq!(header(&shown, "content-disposition"), "inline; filename=\"dokument.pdf\"");
    assert_eq!(header(&shown, "x-content-type-options"), "nosniff");
    assert_eq!(header(&shown, "cache-control"), "no-store");
    let policies: Vec<&str> = shown.headers.iter().filter(|(name, _)| name == "content-security-policy").map(|(_, policy)| policy.as_str()).collect();
    assert!(policies.len() == 1 && policies[0].contains("default-src 'none'") && !policies[0].contains("script-src") && !policies[0].contains("nonce"), "{policies:?}");
    let reads = audited(&scene.house, "document.read");

    // A text could be taken for something else by a browser, so it is saved.
    let patient = scene.house.patient("Anna");
    let text = "Eine Notiz, kein Programm.\n".as_bytes();
    let new = NewDocument { patient, kind: word("AD010109"), title: "Notiz".into(), replaces: None };
    let add = document::Add { new, size: text.len() as u64, extension: Some("txt".into()), media_type: None };
    let mut client = scene.house.town.client(REHAB);
    client.send(&Command::Document(document::Command::Add(add))).unwrap();
    client.send_bytes(&mut &text[..], text.len() as u64).unwrap();
    let document::Reply::Added(added) = client.answer().unwrap() else { panic!("the document is added") };
    let saved = scene.browser.get(&format!("/documents/{}", added.id)).unwrap();
    assert!(header(&saved, "content-disposition") == "attachment; filename=\"dokument.txt\"" && saved.body == text);
    assert!(header(&saved, "content-security-policy").contains("sandbox"));

    for id in ["0011223344556677", "x"] {
        assert_eq!(scene.browser.get(&format!("/documents/{id}")).unwrap().status, 404, "{id}");
    }
    let (mut it, _) = scene.house.staff("ida", &[Role::It, Role::Capacity]);
    assert_eq!(it.get(&format!("/documents/{received}")).unwrap().status, 403);
    assert!(audited(&scene.house, "document.read") >= reads && reads > 0);
    scene.act("refuse", &[("refuse-reason", "findings")]);
    let gone = scene.browser.get(&format!("/documents/{received}")).unwrap();
    assert!(gone.status == 404 && gone.text().contains("Es wurde hier gelöscht"), "{}", gone.text());
}

/// How often something stands in the audit of the clinic.
fn audited(house: &House, action: &str) -> usize {
    let printed = house.town.verbund(REHAB, &["audit", "list", "--limit", "1000"]);
    String::from_utf8_lossy(&printed.stdout).matches(action).count()
}

/// What a clinic's own board says of a department.
fn board(house: &mut House, id: &DepartmentId) -> Shown {
    let reply: capacity::Reply = house.town.ask(REHAB, &Command::Capacity(capacity::Command::Show { facility: None, all: false })).unwrap();
    let capacity::Reply::Departments(shown) = reply else { panic!("{reply:?}") };
    shown.into_iter().find(|shown| shown.id == *id).unwrap()
}

#[test]
fn free_places_are_corrected_and_confirmed() {
    let mut scene = Scene::new(4);
    scene.offer(&[]);
    let (id, today) = (scene.house.town.department(REHAB), scene.house.town.today(REHAB));
    let (mut karl, _) = scene.house.staff("karl", &[Role::Capacity]);
    let start = karl.get("/").unwrap().text();
    assert!(start.contains("href=\"/capacity\"") && !start.contains("/inquiries"), "{start}");
    let name = |day: Day| format!("{}-{}-{day}", id.facility, id.department);
    let of = [("facility", id.facility.to_string()), ("department", id.department.to_string())];
    let send = |browser: &mut Browser, days: &[(String, &str)]| {
        let page = browser.get("/capacity").unwrap();
        let mut fields: Vec<(&str, &str)> = of.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.extend(days.iter().map(|(name, value)| (name.as_str(), *value)));
        browser.submit(&page, "/capacity", &fields).unwrap()
    };
    let page = karl.get("/capacity").unwrap().text();
    assert!(value(&page, &name(today)) == "4" && page.contains("1 gehalten") && page.contains(">Mo "), "{page}");
    let before = board(&mut scene.house, &id);

    let page = send(&mut karl, &[(name(today.plus(2)), "7"), (name(today.plus(3)), "viele"), (name(today.plus(4)), "201")]).text();
    assert!(page.contains("Möglich ist eine Zahl von 0 bis 200. Es wurde nichts gespeichert.") && page.contains("value=\"viele\"") && page.contains("aria-invalid"), "{page}");
    assert_eq!(board(&mut scene.house, &id).stated, before.stated);
    let page = send(&mut karl, &[(name(today.plus(2)), " 7 "), (name(today.plus(8)), "5")]).text();
    assert_eq!(value(&page, &name(today.plus(2))), "7");
    let after = board(&mut scene.house, &id);
    let mut stated = before.stated.clone().unwrap();
    (stated[2], stated[8]) = (7, 5);
    assert_eq!((after.first_day, after.stated), (today, Some(stated)), "days that were not sent stay as they were");
    assert_eq!(after.free[8], 4, "what is held is taken off");
    assert_eq!((after.beds, after.indications), (before.beds, before.indications));
    let days: Vec<(String, &str)> = (20..28).map(|at| (name(today.plus(at)), "")).collect();
    send(&mut karl, &days);
    assert_eq!(board(&mut scene.house, &id).free.len(), 20, "empty days at the end are not stated");

    let observed = board(&mut scene.house, &id).observed_at;
    let page = karl.get("/capacity").unwrap();
    let page = karl.submit(&page, "/capacity/renew", &[]).unwrap();
    assert!(page.path == "/capacity" && page.text().contains("Bestätigt am"));
    assert!(board(&mut scene.house, &id).observed_at > observed);

    let (other, form) = (scene.house.town.department(0), page.hidden("form").unwrap());
    let fields = [("form", form), ("facility", other.facility.to_string()), ("department", other.department.to_string())];
    let posted = karl.post("/capacity", &fields.each_ref().map(|(name, value)| (*name, value.as_str()))).unwrap();
    assert_eq!(posted.status, 404, "another clinic's places");
    let (mut ward, _) = scene.house.staff("wanda", &[Role::Ward, Role::SocialService]);
    assert_eq!(ward.get("/capacity").unwrap().status, 403);
}

#[test]
fn another_day_that_the_hospital_wishes_is_work_for_admissions() {
    let mut scene = Scene::new(3);
    scene.offer(&[]);
    scene.referred();
    scene.act("referral", &[]);
    let (agreed, wished) = (scene.house.town.today(REHAB).plus(7), scene.house.town.today(REHAB).plus(9));
    scene.act("accept", &[("accept-date", &typed(agreed))]);
    scene.house.town.await_step(0, scene.id, "accepted");
    scene.house.town.change_date(0, scene.id, wished);
    scene.house.town.await_drained(0);
    let says = format!("wünscht als Aufnahmetag den {}", verbund_node::portal::date::calendar(wished, Language::German));
    let inbox = scene.browser.get("/inquiries").unwrap().text();
    assert!(inbox.contains(&says) && inbox.contains("Wartet auf Ihre Antwort (1)"), "{inbox}");
    let page = scene.page().text();
    assert!(page.contains(&says) && value(&page, "date-date") == verbund_node::portal::date::calendar(wished, Language::German), "the wish is filled in: {page}");
    let too_late = typed(scene.house.town.today(REHAB).plus(22));
    let page = scene.act("date", &[("date-date", &too_late), ("date-reason", "agreed")]).text();
    assert!(page.contains("mehr als 14 Tage nach der Entlassung") && page.contains("id=\"date-exception-fault\""), "{page}");
    let page = scene.act("date", &[("date-date", &typed(wished)), ("date-reason", "agreed")]).text();
    assert!(!page.contains(&says) && page.contains("Aufnahme vereinbart"), "{page}");
    scene.house.town.await_drained(REHAB);
    assert_eq!(scene.house.town.show(0, scene.id).unwrap().summary.date, Some(wished));
    // What was agreed can still be called off, at any step, with a reason.
    let page = scene.act("cancel", &[("cancel-reason", "infection")]).text();
    assert!(page.contains("Von Ihrer Klinik abgesagt") && page.contains("Ausbruch einer Infektion"), "{page}");
}

#[test]
fn the_payers_decision_is_noted_and_papers_come_without_an_inquiry() {
    let mut scene = Scene::new(3);
    scene.offer(&[]);
    scene.referred();
    let today = scene.house.town.today(REHAB);
    let page = scene.act("payer", &[("payer-decision", "approved"), ("payer-decided", &typed(today.plus(1)))]).text();
    assert!(page.contains("Dieser Tag kommt erst noch"), "{page}");
    scene.act("payer", &[("payer-decision", "approved"), ("payer-decided", &typed(today))]);
    scene.house.town.await_drained(REHAB);
    assert_eq!(scene.house.town.show(0, scene.id).unwrap().payer.as_deref(), Some("approved"));

    // Another patient's papers, on a consent of their own.
    let other = scene.house.town.discharge(0);
    let document = scene.house.town.add_document(0, other.patient, PDF);
    let id = scene.house.town.hand_over(0, other.patient, REHAB, vec![document]);
    scene.house.town.await_step(REHAB, id, "handed");
    let inbox = scene.browser.get("/inquiries").unwrap().text();
    assert!(inbox.contains("Unterlagen ohne Anfrage") && inbox.contains("Unterlagen sind da"), "{inbox}");
    scene.id = id;
    let page = scene.page().text();
    assert!(!page.contains("Befundbericht") && !page.contains("/filed\""), "{page}");
    let page = scene.act("referral", &[]).text();
    assert!(page.contains("Mustermann") && page.contains("Befundbericht"), "{page}");
    let page = scene.act("filed", &[]).text();
    assert!(page.contains(">Abgeschlossen<") && !page.contains("/report\""), "{page}");
    scene.house.town.await_step(0, id, "completed");
}

/// Walks the pages in the pseudo-language, in which every text of the catalogues carries marks, and in English.
#[test]
fn no_text_of_admissions_is_hard_coded() {
    let mut scene = Scene::new(3);
    let id = scene.id;
    let data: Vec<String> = ["rolf", "Orthopädie", "Rehaklinik", "Mustermann", "Uhr", "M16", "Befundbericht", "Anlage"].map(str::to_owned).into();
    let look = |scene: &mut Scene, paths: &[String]| {
        for (language, marks) in [("qps", true), ("en", false), ("de", false)] {
            let page = scene.browser.get("/").unwrap();
            scene.browser.submit(&page, "/language", &[("language", language), ("back", "/")]).unwrap();
            for path in paths {
                let page = scene.browser.get(path).unwrap();
                let bare = if marks { bare_text(&page.text(), &data) } else { vec![] };
                assert!(page.status == 200 && bare.is_empty(), "{path} says {bare:?} in no catalogue");
                let german = ["Anfrage", "Aufnahmetag", "Überweisung", "Platz", "Grund"].into_iter().find(|word| page.text().contains(word));
                assert!(language != "en" || german.is_none(), "{path} says {german:?} in English: {}", page.text());
            }
        }
    };
    let path = format!("/inquiries/{id}");
    look(&mut scene, &["/".into(), "/inquiries".into(), path.clone(), format!("{path}/decline"), "/inquiries/ended".into(), "/capacity".into()]);
    scene.act("ask", &[("ask-question", "stairs")]);
    look(&mut scene, &["/inquiries".into(), path.clone()]);
    scene.offer(&[("offer-therapy", "physio")]);
    look(&mut scene, &["/inquiries".into(), path.clone(), "/capacity".into()]);
    scene.referred();
    look(&mut scene, &["/inquiries".into(), path.clone()]);
    scene.act("referral", &[]);
    look(&mut scene, &[path.clone(), format!("{path}/referral")]);
    let date = typed(scene.house.town.today(REHAB).plus(7));
    scene.act("accept", &[("accept-date", &date)]);
    look(&mut scene, &["/inquiries".into(), path.clone()]);
    scene.act("no-show", &[("no-show-reason", "readmitted")]);
    look(&mut scene, &["/inquiries/ended".into(), path]);
}

/// The session runs out while somebody writes: after signing in again the form is open, with what was typed.
#[test]
fn what_was_typed_survives_a_session_that_runs_out() {
    let mut scene = Scene::new(2);
    let (mut rita, login) = scene.house.staff("rita", &[Role::Admissions]);
    let path = format!("/inquiries/{}", scene.id);
    let page = rita.get(&path).unwrap();
    scene.house.town.kill(REHAB);
    scene.house.age_sessions();
    scene.house.town.restart(REHAB);
    let page = rita.submit(&page, &format!("{path}/offer"), &[("offer-date", "24.12.2031"), ("offer-stay", "33"), ("offer-hold", "72"), ("offer-room", "single")]).unwrap();
    assert!(page.text().contains("Nach dem Anmelden geht es auf derselben Seite weiter"), "{}", page.text());
    let next = page.hidden("next").unwrap();
    let page = rita.submit(&page, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", &next)]).unwrap();
    let page = rita.submit(&page, "/sign-in/second", &[("code", &next_code(&login)), ("next", &next)]).unwrap();
    assert_eq!(page.path, format!("{path}/offer"));
    assert_eq!(["offer-date", "offer-stay"].map(|name| value(&page.text(), name)), ["24.12.2031", "33"]);
    assert!(page.text().contains("value=\"72\" selected"), "{}", page.text());
}

/// From the start page to a held place: the inbox, the inquiry, and one press of the button; then what comes after it.
async fn offer_in_three_clicks(look: Look) {
    let axe = axe();
    let mut scene = Scene::new(4);
    let (_, login) = scene.house.staff("rita", &[Role::Admissions]);
    let window = Window::open(look).await;
    window.go(&at(&scene.house, Site::Staff, "/inquiries")).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&login)).await;
    window.click("main button.main").await;
    window.read("Wartet auf Ihre Antwort").await;
    assert!(window.client.title().await.unwrap().starts_with("(1) Anfragen"));
    look_at(&window, &axe, "inquiries").await;
    window.click(".rows a").await;
    window.read("Was die Anfrage sagt").await;
    window.click("#content summary").await;
    look_at(&window, &axe, "inquiry").await;
    window.fill("#offer-stay", "0").await;
    window.click("main button.main").await;
    window.read("1 bis 180 Tage").await;
    look_at(&window, &axe, "inquiry-fault").await;
    window.fill("#offer-stay", "21").await;
    window.click("main button.main").await;
    window.read("Platz angeboten und reserviert").await;
    look_at(&window, &axe, "inquiry-offered").await;
    window.go(&at(&scene.house, Site::Staff, "/capacity")).await;
    window.read("gehalten").await;
    look_at(&window, &axe, "capacity").await;
    window.fill(".weekday-3 input", "viele").await;
    window.click(".days + p + button").await;
    window.read("Es wurde nichts gespeichert").await;
    look_at(&window, &axe, "capacity-fault").await;

    scene.referred();
    window.go(&at(&scene.house, Site::Staff, &format!("/inquiries/{}", scene.id))).await;
    look_at(&window, &axe, "inquiry-referred").await;
    window.click("form[action$='/referral'] button").await;
    window.read("Erika Mustermann").await;
    scene.house.town.await_documents(REHAB, scene.id, 1);
    window.client.refresh().await.unwrap();
    look_at(&window, &axe, "referral").await;
    window.click("a.main").await;
    window.read("Aufnahme vereinbaren").await;
    look_at(&window, &axe, "inquiry-opened").await;
    window.click("main button.main").await;
    window.read("Angereist am").await;
    look_at(&window, &axe, "inquiry-accepted").await;
    window.go(&at(&scene.house, Site::Staff, "/inquiries")).await;
    window.read("Zugesagt und in Behandlung").await;
    look_at(&window, &axe, "inquiries-accepted").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_offered_in_three_clicks_at_a_desk() {
    offer_in_three_clicks(Look::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_offered_in_three_clicks_on_a_phone() {
    offer_in_three_clicks(Look { dark: true, ..Look::PHONE }).await;
}

//! Clinics without a node: asked by fax, answered by phone.

use verbund_node::domain::account::Site;
use verbund_tests::chromium::{Look, Window};

use super::*;
use crate::web::{
    chromium::{at, at_both_widths, axe, look_at},
    next_code,
};

mod placed;

at_both_widths!(a_clinic_without_a_node_in_a_browser);

const CLINIC: &[(&str, &str)] = &[("clinic", "Rehaklinik Seeblick"), ("fax", "0800 111")];

impl Desk {
    /// Asks a clinic by fax. Returns the entry's page and its address.
    pub(super) fn ask_by_fax(&mut self) -> (Answer, String) {
        let page = self.post("phone", CLINIC);
        let path = page.path.clone();
        assert!(page.status == 200 && path.contains("/phone/"), "{path}: {}", page.text());
        (page, path)
    }
}

impl Desk {
    /// Asks a clinic by fax, which offers a place from today on. Returns the entry's address.
    pub(super) fn offered_by_phone(&mut self) -> String {
        let (page, path) = self.ask_by_fax();
        let today = self.today();
        let fields = [("said", "offered"), ("from", today.as_str()), ("person", "Frau See"), ("day", ""), ("time", "")];
        let offered = self.sonja.submit(&page, &format!("{path}/answer"), &fields).unwrap();
        assert!(offered.text().contains("Dieses Angebot wählen"), "{}", offered.text());
        path
    }

    /// The patient of the case, signed in at her own pages.
    pub(super) fn erna(&mut self) -> Browser {
        self.house.invited(self.patient, "erna").0
    }
}

const ON_PAPER: &[(&str, &str)] = &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")];

/// What a foreign reader finds on a PDF of one page, and how far from the lower edge the last line ends, points.
fn printed(folder: &std::path::Path, pdf: &[u8]) -> (String, f32) {
    let file = folder.join("printed.pdf");
    std::fs::write(&file, pdf).unwrap();
    let read = |how: &str| {
        let done = std::process::Command::new("pdftotext").args(["-f", "1", how]).arg(&file).arg("-").output().expect("scripts/test installs poppler-utils");
        assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let (text, boxes) = (read("-layout"), read("-bbox"));
    assert_eq!(boxes.matches("<page ").count(), 1, "{boxes}");
    let ends = boxes.split("yMax=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f32>().unwrap());
    (text, 841.89 - ends.fold(0.0, f32::max))
}

#[test]
fn a_clinic_without_a_node_is_asked_by_fax_and_its_answer_is_typed_in() {
    let mut desk = Desk::new();
    desk.prepare();
    assert!(desk.hub().text().contains("Platz suchen und Kliniken anfragen"));
    let (page, path) = desk.ask_by_fax();
    let reference = path.rsplit('/').next().unwrap();
    let fax = desk.sonja.get(&format!("{path}/fax")).unwrap();
    assert_eq!(fax.header("content-type"), Some("application/pdf"));
    let (text, lowest) = printed(desk.house.town.folder(), &fax.body);
    assert!(lowest > 40.0, "everything is on the page: {text}");
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("fax.pdf"), &fax.body).unwrap();
    }
    for said in ["Rehaklinik Seeblick", "0800 111", reference, "M16", "79 Jahre", "Antwort bitte bis"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for kept in [CANARY, "Erna", "1951", "3.4."] {
        assert!(!text.contains(kept) && !fax.text().contains(kept), "{kept}: {text}");
    }
    let hub = desk.hub().text();
    assert!(hub.contains("Eine Klinik ist angefragt") && hub.contains("Antwort steht aus") && hub.contains("telefonisch"), "{hub}");

    let answer = format!("{path}/answer");
    let wrong = desk.sonja.submit(&page, &answer, &[("said", "offered"), ("from", "bald"), ("day", "1.1.2020"), ("time", "9:00"), ("person", "")]).unwrap().text();
    for said in ["wer in der Klinik geantwortet hat", "nicht in der Zukunft", "Er darf nicht vorbei sein", "value=\"bald\""] {
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
    let today = desk.today();
    let offered = desk.sonja.submit(&page, &answer, &[("said", "offered"), ("from", &today), ("person", "Frau See"), ("day", ""), ("time", "")]).unwrap().text();
    assert!(offered.contains("von Frau See; eingetragen von sonja Beispiel") && offered.contains("Platz ab"), "{offered}");
    assert!(desk.hub().text().contains("Ein Angebot liegt vor"));
    let declined = desk.sonja.submit(&page, &answer, &[("said", "declined"), ("why", "<Personal> fehlt"), ("person", "Herr Blick"), ("day", ""), ("time", "")]).unwrap().text();
    assert!(declined.contains("Absage: &#60;Personal&#62; fehlt") && declined.contains("von Frau See"), "what was said before stays: {declined}");
    let hub = desk.hub().text();
    assert!(hub.contains("Platz suchen und Kliniken anfragen") && hub.contains("von Herr Blick; eingetragen von sonja Beispiel"), "{hub}");
}

#[test]
fn without_consent_nobody_is_asked_by_fax() {
    let mut desk = Desk::new();
    desk.plan();
    let refused = desk.post("phone", CLINIC).text();
    assert!(refused.contains("fehlt die Einwilligung") && refused.contains("value=\"Rehaklinik Seeblick\""), "{refused}");
    assert!(!desk.hub().text().contains("/phone/"));
    desk.prepare();
    let empty = desk.post("phone", &[("clinic", " "), ("fax", "0800 111")]).text();
    assert!(empty.contains("Name und Faxnummer der Klinik"), "{empty}");
}

#[test]
fn an_entry_of_another_case_is_not_there() {
    let mut desk = Desk::new();
    desk.prepare();
    let (page, path) = desk.ask_by_fax();
    let entry = path.rsplit('/').next().unwrap().to_owned();
    let open = desk.sonja.get(&format!("/patients/{}", desk.patient)).unwrap();
    let other = desk.sonja.submit(&open, &format!("/patients/{}/case", desk.patient), &[("variant", "transfer")]).unwrap().path;
    assert!(other.starts_with("/cases/") && !other.contains(&desk.case), "{other}");
    for path in [format!("{other}/phone/{entry}"), format!("{other}/phone/{entry}/fax"), format!("/cases/{}/phone/0011223344556677", desk.case)] {
        assert_eq!(desk.sonja.get(&path).unwrap().status, 404, "{path}");
    }
    let said = desk.sonja.submit(&page, &format!("{other}/phone/{entry}/answer"), &[("said", "declined"), ("why", "x"), ("person", "x")]).unwrap();
    assert_eq!(said.status, 404);
    let (mut wanda, _) = desk.house.staff("wanda", &[Role::Ward]);
    assert_eq!(wanda.get(&path).unwrap().status, 403);
}

#[test]
fn a_place_offered_by_phone_is_chosen_on_paper_and_left_again() {
    let mut desk = Desk::new();
    let ids = desk.ask_both();
    let path = desk.offered_by_phone();
    let mut erna = desk.erna();
    let start = erna.get("/").unwrap().text();
    assert!(start.contains("Eine Klinik bietet Ihnen einen Platz an") && start.contains("hat am Telefon einen Platz angeboten"), "{start}");
    let offers = erna.get("/offers").unwrap().text();
    assert!(offers.contains("Rehaklinik Seeblick") && offers.contains("telefonisch") && offers.contains("Platz frei ab") && !offers.contains("0800 111"), "{offers}");

    let page = desk.sonja.get(&path).unwrap();
    let wrong = desk.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "representative")]).unwrap().text();
    assert!(wrong.contains("Name und Nachweis der Vertretung"), "{wrong}");
    let chosen = desk.sonja.submit(&page, &format!("{path}/choose"), ON_PAPER).unwrap().text();
    assert!(chosen.contains("telefonisch gewählt") && chosen.contains("eingetragen von sonja Beispiel"), "{chosen}");
    assert!(!chosen.contains("/choose\"") && !chosen.contains("/answer\""), "{chosen}");
    assert!(desk.hub().text().contains("Aufnahme vorbereiten (telefonisch zugesagt)"));
    for id in &ids {
        let told = desk.house.town.show(0, *id).unwrap();
        assert_eq!((told.summary.step.as_str(), told.reason), ("withdrawn", Some(10)), "the others are told that it went by another route");
    }
    let offers = erna.get("/offers").unwrap().text();
    assert!(offers.contains("Von Ihnen gewählt, ab"), "{offers}");
    assert!(erna.get("/").unwrap().text().contains("Die Klinik hat am Telefon zugesagt"));
    // The release names the clinic, and nothing can be sent on its ground.
    let listed = String::from_utf8(desk.house.town.verbund(0, &["consent", "list", &desk.patient.to_string(), "--json"]).stdout).unwrap();
    assert!(listed.contains("Rehaklinik Seeblick") && listed.contains("identified-release"), "{listed}");
    // A second choice is not taken.
    let second = desk.offered_by_phone();
    let page = desk.sonja.get(&second).unwrap();
    let refused = desk.sonja.submit(&page, &format!("{second}/choose"), ON_PAPER).unwrap().text();
    assert!(refused.contains("schon ein anderes Angebot gewählt"), "{refused}");

    let page = desk.sonja.get(&path).unwrap();
    let left = desk.sonja.submit(&page, &format!("{path}/leave"), &[]).unwrap().text();
    assert!(left.contains("Wahl zurückgenommen am") && left.contains("Dieses Angebot wählen"), "{left}");
    assert!(!desk.hub().text().contains("telefonisch zugesagt"));
    for at in 0..4 {
        assert!(!desk.house.town.node(at).log().contains(CANARY), "the log of clinic {at} names the patient");
    }
}

/// The patient takes her consent to discharge management back: the choice by phone rests on nothing any more.
#[test]
fn a_choice_by_phone_ends_with_the_consent() {
    let mut desk = Desk::new();
    desk.prepare();
    let path = desk.offered_by_phone();
    let page = desk.sonja.get(&path).unwrap();
    desk.sonja.submit(&page, &format!("{path}/choose"), ON_PAPER).unwrap();
    let mut erna = desk.erna();
    let page = erna.get("/consent").unwrap();
    let page = erna.submit(&page, "/consent/withdraw", &[]).unwrap();
    assert!(!page.text().contains("Von Ihnen gewählt"), "{}", page.text());
    assert!(!desk.hub().text().contains("telefonisch zugesagt"));
    assert!(!erna.get("/offers").unwrap().text().contains("Von Ihnen gewählt"));
    // Nobody chooses for her after that.
    let page = desk.sonja.get(&path).unwrap();
    let refused = desk.sonja.submit(&page, &format!("{path}/choose"), ON_PAPER).unwrap().text();
    assert!(refused.contains("fehlt die Einwilligung"), "{refused}");
}

#[test]
fn an_unanswered_fax_is_taken_back() {
    let mut desk = Desk::new();
    desk.prepare();
    let (page, path) = desk.ask_by_fax();
    assert!(desk.hub().text().contains("Eine Klinik ist angefragt"));
    let back = desk.sonja.submit(&page, &format!("{path}/withdraw"), &[]).unwrap().text();
    assert!(back.contains("Anfrage zurückgenommen am") && !back.contains("/answer\"") && !back.contains("/withdraw\""), "{back}");
    let hub = desk.hub().text();
    assert!(hub.contains("zurückgenommen") && hub.contains("Platz suchen und Kliniken anfragen"), "{hub}");
    // What is answered cannot be taken back, and what was taken back cannot be answered.
    let today = desk.today();
    let late = desk.sonja.submit(&page, &format!("{path}/answer"), &[("said", "offered"), ("from", &today), ("person", "Frau See"), ("day", ""), ("time", "")]).unwrap().text();
    assert!(late.contains("role=\"alert\"") && !late.contains("Dieses Angebot wählen"), "{late}");
    let answered = desk.offered_by_phone();
    let page = desk.sonja.get(&answered).unwrap();
    let refused = desk.sonja.submit(&page, &format!("{answered}/withdraw"), &[]).unwrap().text();
    assert!(refused.contains("role=\"alert\"") && refused.contains("Dieses Angebot wählen"), "{refused}");
}

#[test]
fn what_few_people_share_is_faxed_only_with_a_reason_or_left_out() {
    let mut desk = Desk::new();
    desk.post("consent", &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]);
    let today = desk.today();
    let rare: Vec<(&str, &str)> = PLAN.iter().filter(|(name, _)| *name != "icd").copied().chain([("icd", "g71"), ("earliest", today.as_str())]).collect();
    desk.post("plan", &rare);
    let stopped = desk.post("phone", CLINIC);
    assert!(stopped.text().contains("könnten die Person erkennbar machen") && stopped.text().contains("name=\"fax-rare\""), "{}", stopped.text());
    assert!(stopped.text().contains("value=\"Rehaklinik Seeblick\"") && !desk.hub().text().contains("/phone/"), "nothing was written, and nothing typed is lost");
    let printed_with = |desk: &mut Desk, how: &str| {
        let page = desk.post("phone", &[CLINIC, &[("fax-rare", how)]].concat());
        assert!(page.path.contains("/phone/"), "{}", page.text());
        let fax = desk.sonja.get(&format!("{}/fax", page.path)).unwrap();
        printed(desk.house.town.folder(), &fax.body).0
    };
    assert!(!printed_with(&mut desk, "leave-out").contains("G71"));
    assert!(printed_with(&mut desk, "needed-for-answer").contains("G71"));
}

impl Desk {
    /// What is said of a bundle by whoever verifies it.
    fn verified(&self, name: &str, bundle: &[u8]) -> String {
        let file = self.house.town.folder().join(name);
        std::fs::write(&file, bundle).unwrap();
        let done = self.house.town.verbund(0, &["evidence", "verify", &file.to_string_lossy()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }
}

#[test]
fn the_proof_of_a_search_is_read_and_downloaded() {
    let mut desk = Desk::new();
    let ids = desk.ask_both();
    let path = desk.offered_by_phone();
    let page = desk.sonja.get(&path).unwrap();
    desk.sonja.submit(&page, &format!("{path}/choose"), ON_PAPER).unwrap();
    for id in &ids {
        let owner = desk.owner(*id);
        desk.house.town.await_step(owner, *id, "withdrawn");
    }
    let address = format!("/cases/{}/evidence", desk.case);
    let page = desk.sonja.get(&address).unwrap();
    let text = page.text();
    for said in [
        "Von beiden Kliniken unterschrieben",
        "Von Mitarbeitenden aufgeschrieben",
        "die andere Klinik hat nichts davon unterschrieben",
        "Rehaklinik Seeblick",
        "Frau See",
        "Gewählt am",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let bundle = desk.sonja.submit(&page, &address, &[]).unwrap();
    assert!(bundle.header("content-disposition").unwrap().contains("attachment"), "it is a file");
    let told = desk.verified("headers.cose", &bundle.body);
    assert!(told.contains("RECORDED BY STAFF") && told.contains("Nobody there has signed any of this") && told.contains("Rehaklinik Seeblick"), "{told}");
    assert!(told.contains("offered") && told.contains("chosen") && told.contains("everything in it holds") && !told.contains("Frau See"), "{told}");
    assert!(ids.iter().all(|id| told.contains(&id.to_string())), "{told}");
    let whole = desk.sonja.submit(&page, &address, &[("bodies", "yes")]).unwrap();
    assert!(desk.verified("whole.cose", &whole.body).contains("Frau See"));
    let mut forged = bundle.body.clone();
    let at = forged.windows(8).position(|window| window == b"Seeblick").unwrap();
    forged[at] = b'X';
    let file = desk.house.town.folder().join("forged.cose");
    std::fs::write(&file, &forged).unwrap();
    assert!(!desk.house.town.verbund(0, &["evidence", "verify", &file.to_string_lossy()]).status.success(), "a changed record is noticed");
    // Whoever has nothing to do with the case gets no proof; another case's is not there.
    let (mut wanda, _) = desk.house.staff("wanda", &[verbund_node::domain::actor::Role::Ward]);
    assert_eq!(wanda.get(&address).unwrap().status, 403);
    assert_eq!(desk.sonja.get("/cases/0011223344556677/evidence").unwrap().status, 404);
    // "No place found" ends with the proof at hand.
    let ended = desk.post("end", &[("how", "no-place"), ("carer", "Dr. Beispiel"), ("carer-phone", "0821 400"), ("why", "Dr. Beispiel übernimmt")]).text();
    assert!(ended.contains("Dieser Fall ist abgeschlossen") && ended.contains(&format!("href=\"{address}\"")), "{ended}");
    let page = desk.sonja.get(&address).unwrap();
    let text = page.text();
    assert!(text.contains("Rehaklinik Seeblick") && text.contains("Wie der Fall endete") && text.contains("Dr. Beispiel"), "{text}");
    // How it ended is in the file, too, as this clinic's word; with whom only where content was asked for.
    let bundle = desk.sonja.submit(&page, &address, &[]).unwrap();
    let told = desk.verified("ended.cose", &bundle.body);
    assert!(told.contains("how the case ended") && told.contains("no place found at") && !told.contains("Dr. Beispiel") && !told.contains("sonja"), "{told}");
    let whole = desk.sonja.submit(&page, &address, &[("bodies", "yes")]).unwrap();
    let told = desk.verified("ended-whole.cose", &whole.body);
    assert!(told.contains("in the care of Dr. Beispiel, phone 0821 400") && told.contains("written by sonja"), "{told}");
}

/// Asking by fax, the answer, the choice and the proof in a browser, with axe on every page.
async fn a_clinic_without_a_node_in_a_browser(look: Look) {
    let axe = axe();
    let mut desk = Desk::new();
    desk.prepare();
    let today = desk.today();
    let (_, login) = desk.house.staff("sina", &[Role::SocialService]);
    let window = Window::open(look).await;
    window.go(&at(&desk.house, Site::Staff, &format!("/cases/{}", desk.case))).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&login)).await;
    window.click("main button.main").await;
    window.read("Kliniken ohne Anschluss").await;
    window.click("section[aria-labelledby='phones-title'] summary").await;
    window.fill("#clinic", "Rehaklinik Seeblick").await;
    window.fill("#fax", "0800 111").await;
    window.click("form[action$='/phone'] button").await;
    window.read("Antwort").await;
    look_at(&window, &axe, "phone-asked").await;
    window.fill("#person", "Frau See").await;
    window.fill("#from", "bald").await;
    window.click("form[action$='/answer'] button").await;
    window.read("Er darf nicht vorbei sein").await;
    look_at(&window, &axe, "phone-fault").await;
    window.fill("#from", &today).await;
    window.click("form[action$='/answer'] button").await;
    window.read("Dieses Angebot wählen").await;
    look_at(&window, &axe, "phone-offered").await;
    window.click("form[action$='/choose'] button").await;
    window.read("telefonisch gewählt").await;
    look_at(&window, &axe, "phone-chosen").await;
    window.fill("#arrival-person", "").await;
    window.fill("#arrival-day", "bald").await;
    window.fill("#arrival-person", "Frau See").await;
    window.click("form[action$='/arrival'] button").await;
    window.read("wer in der Klinik es gesagt hat.").await;
    look_at(&window, &axe, "phone-arrival-fault").await;
    window.click("#content > p:last-child a").await;
    window.read("Aufnahme vorbereiten").await;
    look_at(&window, &axe, "case-by-phone").await;
    window.click("a[href$='/evidence']").await;
    window.read("Von Mitarbeitenden aufgeschrieben").await;
    look_at(&window, &axe, "proof").await;
    window.close().await;
}

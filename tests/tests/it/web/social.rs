//! The social service at its pages: from a patient without a case to a referral, with the rehab clinics at their commands.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::actor::Role,
};
use verbund_protocol::id::ConversationId;
use verbund_tests::people::eventually;

use super::{CANARY, House, Login};

mod again;
mod chromium;
mod follow;
pub(super) mod late;
mod lost;
mod noted;
mod phone;
mod twice;

/// Where a page or an answer leads to.
fn leads_to(answer: &Answer) -> String {
    answer.header("location").unwrap_or_else(|| panic!("{} {}", answer.status, answer.text())).to_owned()
}

/// The names of conversations that a page leads to, in its order.
fn asked(page: &str) -> Vec<ConversationId> {
    page.split("href=\"/asked/").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

struct Desk {
    house: House,
    sonja: Browser,
    login: Login,
    case: String,
    patient: verbund_protocol::id::LocalId,
}

pub(super) const PLAN: &[(&str, &str)] = &[
    ("indication", "locomotor"),
    ("payer", "drv"),
    ("icd", "m16"),
    ("flexible", "10"),
    ("setting", "inpatient"),
    ("approval", "applied"),
    ("surgery", "hip-replacement"),
    ("side", "left"),
];

impl Desk {
    /// Two hospitals and two rehab clinics with free places; a patient and an open case.
    fn new() -> Self {
        Self::of(House::of(4))
    }

    /// The same in a town that runs already.
    fn of(mut house: House) -> Self {
        for at in [2, 3] {
            let id = house.town.department(at);
            house.town.publish(at, id, 3).unwrap();
        }
        let patient = house.patient("Erna");
        let (mut sonja, login) = house.staff("sonja", &[Role::SocialService]);
        let page = sonja.get(&format!("/patients/{patient}")).unwrap();
        let case = sonja.submit(&page, &format!("/patients/{patient}/case"), &[("variant", "rehab")]).unwrap();
        assert!(case.text().contains("Einwilligung in das Entlassmanagement einholen"), "{}", case.text());
        let case = case.text().split("/consent\"").next().unwrap().rsplit("/cases/").next().unwrap().to_owned();
        Self { house, sonja, login, case, patient }
    }

    fn hub(&mut self) -> Answer {
        self.sonja.get(&format!("/cases/{}", self.case)).unwrap()
    }

    fn post(&mut self, what: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.hub();
        self.sonja.submit(&page, &format!("/cases/{}/{what}", self.case), fields).unwrap()
    }

    fn today(&mut self) -> String {
        self.house.town.today(0).to_string()
    }

    /// Consent on paper and a plan with all that clinics need to know.
    fn prepare(&mut self) {
        self.post("consent", &[("form_name", "Anlage 1b 2024-03"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]);
        self.plan();
    }

    fn plan(&mut self) {
        let today = self.today();
        let days = [("earliest", today.as_str()), ("discharge", today.as_str()), ("operated", today.as_str())];
        self.post("plan", &[PLAN, &days].concat());
    }

    /// Consent, plan and inquiries to both rehab clinics. Returns the conversations.
    fn ask_both(&mut self) -> Vec<ConversationId> {
        self.prepare();
        let targets: Vec<String> = eventually("both clinics are found", || {
            let page = self.sonja.get(&format!("/cases/{}/search", self.case)).unwrap().text();
            let found: Vec<String> = page.split("name=\"target\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
            if found.len() == 2 { Ok(found) } else { Err(page) }
        });
        let fields: Vec<(&str, &str)> = targets.iter().map(|target| ("target", target.as_str())).collect();
        let preview = self.post("preview", &fields);
        let text = preview.text();
        assert!(text.contains("70–79") && text.contains("M16") && text.contains("Das lesen die angefragten Kliniken"), "{text}");
        // Beside it the page has random digits: the forms' own.
        let is_sent = text.split_once("<dl").unwrap().1.split_once("</dl>").unwrap().0;
        assert!(!is_sent.contains("1951") && !is_sent.contains(CANARY), "what is sent holds no birth date and no name: {is_sent}");
        let sent = self.sonja.submit(&preview, &format!("/cases/{}/ask", self.case), &fields).unwrap();
        let conversations = asked(&sent.text());
        assert_eq!(conversations.len(), 2, "{}", sent.text());
        conversations
    }

    /// Which clinic was asked in a conversation.
    fn owner(&mut self, id: ConversationId) -> usize {
        let peer = self.house.town.show(0, id).unwrap().summary.peer;
        (0..4).find(|at| self.house.town.village.clinics[*at].plan.member == peer).unwrap()
    }
}

#[test]
fn a_case_goes_from_consent_to_referral() {
    let mut desk = Desk::new();
    let ids = desk.ask_both();
    assert!(desk.hub().text().contains("2 Kliniken sind angefragt"));
    let owners: Vec<usize> = ids.iter().map(|id| desk.owner(*id)).collect();
    for (id, owner) in ids.iter().zip(&owners) {
        desk.house.town.await_step(*owner, *id, "requested");
        desk.house.town.offer(*owner, *id, false);
        desk.house.town.await_step(0, *id, "offered");
    }
    let hub = desk.hub().text();
    assert!(hub.contains("2 Angebote liegen vor") && hub.contains("hält einen Platz bis"), "{hub}");
    let (chosen, owner) = (ids[0], owners[0]);
    let path = format!("/asked/{chosen}");
    let page = desk.sonja.get(&path).unwrap();
    let wrong = desk.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "representative")]).unwrap();
    assert!(wrong.text().contains("Name und Nachweis der Vertretung"), "{}", wrong.text());
    let done = desk.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")]).unwrap();
    assert!(done.text().contains("gewählt, noch nicht bestätigt"), "{}", done.text());
    desk.house.town.await_step(owner, chosen, "chosen");
    desk.house.town.confirm(owner, chosen);
    desk.house.town.await_step(0, chosen, "confirmed");
    assert!(desk.hub().text().contains("Platz ist bestätigt: Überweisung senden"));
    let page = desk.sonja.get(&path).unwrap();
    let refer =
        desk.sonja.submit(&page, &format!("{path}/refer"), &[("diagnosis", "m16.1"), ("diagnosis-text", "Coxarthrose"), ("staff", "Sonja, 0800 0000"), ("note", "")]).unwrap();
    assert!(refer.text().contains("Überweisung ist dort"), "{}", refer.text());
    desk.house.town.await_step(owner, chosen, "referred");
    desk.house.town.accept(owner, chosen);
    desk.house.town.await_step(0, chosen, "accepted");
    let (hub, other) = (desk.hub().text(), desk.house.town.show(0, ids[1]).unwrap().summary.step);
    assert!(hub.contains("Aufnahme vorbereiten") && hub.contains("von uns zurückgezogen"), "{hub}");
    assert_eq!(other, "withdrawn");
    for at in 0..4 {
        assert!(!desk.house.town.node(at).log().contains(CANARY), "the log of clinic {at} names the patient");
    }
}

/// What clinics have stated is some hours old; asked at once they say whether it is still so, and who does not answer is told apart.
#[test]
fn the_best_hits_are_asked_at_once_whether_they_are_still_free() {
    let mut desk = Desk::new();
    desk.prepare();
    let path = format!("/cases/{}/search", desk.case);
    let page = eventually("both clinics are found", || {
        let page = desk.sonja.get(&path).unwrap();
        if page.text().matches("name=\"target\"").count() == 2 { Ok(page) } else { Err(page.text()) }
    });
    let (free, silent) = ("Auf Nachfrage bestätigt: frei", "Keine Antwort auf die Nachfrage");
    assert!(!page.text().contains("Nachfrage"), "nobody was asked: {}", page.text());
    let asked = desk.sonja.submit(&page, &path, &[]).unwrap().text();
    assert_eq!((asked.matches(free).count(), asked.matches(silent).count()), (2, 0), "{asked}");
    desk.house.town.kill(3);
    let asked = desk.sonja.submit(&page, &path, &[]).unwrap().text();
    assert_eq!((asked.matches(free).count(), asked.matches(silent).count()), (1, 1), "{asked}");
    assert_eq!(desk.house.town.conversations(0).len(), 0, "such a question is no inquiry and names nobody");
}

#[test]
fn what_is_typed_wrong_is_said_beside_the_field_and_nothing_is_lost() {
    let mut desk = Desk::new();
    let wrong = desk.post("plan", &[("indication", "locomotor"), ("payer", "gkv"), ("icd", "Hüfte"), ("earliest", "bald"), ("flexible", "100"), ("discharge", "31.2.2026")]).text();
    for said in ["Drei Zeichen, zum Beispiel M16", "value=\"Hüfte\"", "value=\"bald\"", "value=\"31.2.2026\"", "Zahl von 0 bis 60", "zum Beispiel 1.12.2026"] {
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
    assert!(wrong.contains("value=\"locomotor\" selected"));
    let empty = desk.post("note", &[("kind", "call"), ("text", " ")]).text();
    assert!(empty.contains("Eine Notiz hat 1 bis 4"), "{empty}");
    let noted = desk.post("note", &[("kind", "call"), ("text", "Tochter <b>ruft</b> zurück")]).text();
    assert!(noted.contains("Tochter &#60;b&#62;ruft&#60;/b&#62; zurück") && noted.contains("Anruf"), "{noted}");
    // Nobody is asked without consent, whatever is posted.
    let today = desk.today();
    desk.post("plan", &[PLAN, &[("earliest", today.as_str())]].concat());
    let target = desk.house.town.department(2).to_string();
    let refused = desk.post("ask", &[("target", target.as_str())]).text();
    assert!(refused.contains("Dafür fehlt die Einwilligung") && desk.house.town.conversations(0).is_empty(), "{refused}");
}

#[test]
fn what_few_people_share_is_sent_only_with_a_reason() {
    let mut desk = Desk::new();
    desk.post("consent", &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]);
    let today = desk.today();
    let rare = [("earliest", today.as_str()), ("constraint", "dialysis"), ("constraint", "tracheostomy"), ("constraint", "ventilation")];
    desk.post("plan", &[PLAN, &rare].concat());
    let target = desk.house.town.department(2).to_string();
    let preview = desk.post("preview", &[("target", target.as_str())]).text();
    assert!(preview.contains("Diese Angaben haben nur wenige Menschen"), "{preview}");
    let stopped = desk.post("ask", &[("target", target.as_str())]).text();
    assert!(stopped.contains("könnten die Person erkennbar machen") && desk.house.town.conversations(0).is_empty(), "{stopped}");
    let sent = desk.post("ask", &[("target", target.as_str()), ("rare-reason", "patient-agreed")]).text();
    assert_eq!((asked(&sent).len(), desk.house.town.conversations(0).len()), (1, 1), "{sent}");
}

#[test]
fn a_case_is_handed_on_and_ended_with_a_reason() {
    let mut desk = Desk::new();
    let (mut sina, _) = desk.house.staff("sina", &[Role::SocialService]);
    assert!(desk.sonja.get("/cases").unwrap().text().contains(CANARY));
    assert!(!sina.get("/cases").unwrap().text().contains(CANARY) && sina.get("/cases/all").unwrap().text().contains(CANARY));
    let given = desk.post("give", &[("to", "sina Beispiel")]).text();
    assert!(given.contains("Zuständig: sina Beispiel") && given.contains("sonja Beispiel seit"), "{given}");
    assert!(sina.get("/cases").unwrap().text().contains(CANARY));
    let nobody = desk.post("give", &[("to", "Niemand")]).text();
    assert!(nobody.contains("role=\"alert\""));
    assert!(desk.post("end", &[("how", "otherwise"), ("why", "")]).text().contains("role=\"alert\""));
    let ended = desk.post("end", &[("how", "otherwise"), ("why", "Frau Muster geht nach Hause")]).text();
    assert!(ended.contains("Dieser Fall ist abgeschlossen") && ended.contains("Frau Muster geht nach Hause") && ended.contains("von sonja Beispiel"), "{ended}");
    assert!(!sina.get("/cases/all").unwrap().text().contains(CANARY));
    let late = desk.post("plan", PLAN).text();
    assert!(late.contains("role=\"alert\""), "a closed case stays as it is");
    let again = desk.sonja.get(&format!("/patients/{}", desk.patient)).unwrap();
    let again = desk.sonja.submit(&again, &format!("/patients/{}/case", desk.patient), &[("variant", "rehab")]).unwrap();
    assert!(!again.text().contains(&format!("/cases/{}/consent", desk.case)), "another case is opened");
}

/// Where no place was found, the case ends at somebody with a name and a number, whom staff and patient read; nobody says any more that clinics are asked.
#[test]
fn no_place_found_ends_at_a_named_person() {
    let mut desk = Desk::new();
    desk.prepare();
    let mut erna = desk.erna();
    // Otherwise her next step is to say what matters to her.
    let wishes = erna.get("/wishes").unwrap();
    erna.submit(&wishes, "/wishes", &[("about-1", "near-home"), ("what-1", ""), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    let (page, path) = desk.ask_by_fax();
    desk.sonja.submit(&page, &format!("{path}/answer"), &[("said", "declined"), ("why", "Kein Personal"), ("person", "Herr Blick"), ("day", ""), ("time", "")]).unwrap();
    let before = erna.get("/").unwrap().text();
    assert!(before.contains("Wir suchen weiter") && before.contains("fragt weitere Kliniken"), "{before}");

    let why = ("why", "Alle haben abgesagt");
    let nobody = desk.post("end", &[("how", "no-place"), why]).text();
    assert!(nobody.contains("Bitte tragen Sie ein, wer sich jetzt kümmert") && nobody.contains("Alle haben abgesagt</textarea>"), "{nobody}");
    let unreachable = desk.post("end", &[("how", "no-place"), ("carer", "Dr. Beispiel, Hausärztin"), ("carer-phone", "ruft an"), why]).text();
    assert!(unreachable.contains("unter welcher Telefonnummer") && unreachable.contains("value=\"Dr. Beispiel, Hausärztin\""), "{unreachable}");
    assert!(erna.get("/").unwrap().text().contains("Wir suchen weiter"), "nothing has ended yet");

    let ended = desk.post("end", &[("how", "no-place"), ("carer", "Dr. Beispiel, Hausärztin"), ("carer-phone", "0821 400-12"), why]).text();
    assert!(ended.contains("Kein Platz gefunden. Beendet am") && ended.contains("Dr. Beispiel, Hausärztin, Telefon 0821 400-12"), "{ended}");
    assert!(ended.contains(&format!("/cases/{}/evidence", desk.case)) && ended.contains("Alle haben abgesagt"), "{ended}");
    let proof = desk.sonja.get(&format!("/cases/{}/evidence", desk.case)).unwrap().text();
    assert!(proof.contains("Kein Personal"), "the evidence stays: {proof}");
    let story = desk.sonja.get(&format!("/patients/{}", desk.patient)).unwrap().text();
    assert!(story.contains("Dr. Beispiel, Hausärztin, Telefon 0821 400-12") && story.contains("Der Sozialdienst hat den Fall beendet."), "{story}");

    let after = erna.get("/").unwrap().text();
    for said in [
        "Die Suche nach einer Reha ist beendet",
        "Um Sie kümmert sich jetzt: Dr. Beispiel, Hausärztin, Telefon 0821 400-12.",
        "Fragen beantwortet unser Haus: Telefon",
        "href=\"/offers\"",
    ] {
        assert!(after.contains(said), "{said}: {after}");
    }
    assert!(!after.contains("Wir suchen weiter") && !after.contains("fragt weitere Kliniken") && !after.contains("Alle haben abgesagt"), "{after}");
    let english = erna.submit(&erna.clone().get("/").unwrap(), "/language", &[("language", "en"), ("back", "/")]).unwrap().text();
    assert!(english.contains("The search for a rehabilitation has ended"), "{english}");
    // Another case begins anew.
    desk.sonja.submit(&desk.sonja.clone().get(&format!("/patients/{}", desk.patient)).unwrap(), &format!("/patients/{}/case", desk.patient), &[("variant", "rehab")]).unwrap();
    assert!(!erna.get("/").unwrap().text().contains("The search for a rehabilitation has ended"));
}

/// What the patient stated to wish is not asked again: the plan begins with it.
#[test]
fn the_plan_begins_with_what_the_patient_wishes() {
    let mut desk = Desk::new();
    let mut erna = desk.erna();
    let plan = format!("/cases/{}/plan", desk.case);
    let tick = |name: &str, chosen: &str| format!("name=\"wish\" value=\"{name}\"{chosen}>");
    let before = desk.sonja.get(&plan).unwrap().text();
    assert!(before.contains(&tick("companion", "")) && before.contains(&tick("single-room", "")), "{before}");
    let page = erna.get("/wishes").unwrap();
    erna.submit(&page, "/wishes", &[("about-1", "companion"), ("what-1", "mein Mann"), ("why-1", "Er hilft mir beim Anziehen.")]).unwrap();
    let after = desk.sonja.get(&plan).unwrap().text();
    assert!(after.contains(&tick("companion", " checked")) && after.contains(&tick("single-room", "")) && after.contains("mein Mann"), "{after}");
    // What staff have written stands.
    desk.prepare();
    assert!(desk.sonja.get(&plan).unwrap().text().contains(&tick("companion", "")));
}

/// The start page of the social service is its cases; and a case that nobody moves is not its owner's alone.
#[test]
fn a_case_that_waits_too_long_becomes_others_and_says_why() {
    let mut desk = Desk::new();
    let (mut sina, _) = desk.house.staff("sina", &[Role::SocialService]);
    let (mut tom, _) = desk.house.staff("tom", &[Role::SocialService]);
    let (mut ida, _) = desk.house.staff("ida", &[Role::It]);
    desk.prepare();
    let start = desk.sonja.get("/").unwrap().text();
    assert!(start.contains(CANARY) && start.contains("Platz suchen und Kliniken anfragen") && start.contains("Die Reha muss spätestens am"), "{start}");
    let lists = |sina: &mut Browser, tom: &mut Browser| [sina, tom].map(|browser| (browser.get("/cases").unwrap().text(), browser.get("/").unwrap().text()));
    assert!(lists(&mut sina, &mut tom).iter().all(|(list, start)| !list.contains(CANARY) && !start.contains(CANARY)));

    // Sina stands in for Sonja, who goes away.
    let teams = ida.get("/teams").unwrap();
    let id = |name: &str| teams.text().split(&format!("> {name}</label>")).next().unwrap().rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    let (sonja, stands_in) = (id("sonja Beispiel"), id("sina Beispiel"));
    let fields = [("german", "Sozialdienst Reha"), ("english", "Social service"), ("role", "social-service"), ("owner", &*sonja), ("substitute", &*stands_in), ("hours", "24")];
    let kept = ida.submit(&teams, "/teams", &fields).unwrap().text();
    assert!(kept.contains("Sozialdienst Reha") && !kept.contains("role=\"alert\""), "{kept}");
    let inbox = desk.sonja.get("/messages").unwrap();
    let until = desk.house.town.today(0).plus(7).to_string();
    let away = desk.sonja.submit(&inbox, "/absence", &[("until", &until)]).unwrap().text();
    assert!(away.contains("action=\"/absence\"") && away.contains("name=\"back\""), "{away}");
    let [(list, start), (others, _)] = lists(&mut sina, &mut tom);
    assert!(list.contains(CANARY) && list.contains("Vertretung: sonja Beispiel ist abwesend bis") && start.contains("ist abwesend bis"), "{list}");
    assert!(!others.contains(CANARY), "only the substitute's: {others}");
    desk.sonja.submit(&inbox, "/absence", &[("back", "yes")]).unwrap();
    assert!(!sina.get("/cases").unwrap().text().contains(CANARY));

    // The last day on which the AHB may begin has gone by, for longer than the team's time.
    let discharge = desk.house.town.today(0).minus(40).to_string();
    let today = desk.today();
    desk.post("plan", &[PLAN, &[("earliest", today.as_str()), ("discharge", discharge.as_str()), ("operated", discharge.as_str())]].concat());
    for (list, start) in lists(&mut sina, &mut tom) {
        assert!(list.contains(CANARY) && list.contains("Für alle: Die Frist ist vorbei") && list.contains("Zuständig ist sonja Beispiel"), "{list}");
        assert!(start.contains(CANARY) && start.contains("Frist vorbei: Die Reha hätte spätestens am"), "{start}");
    }
    let mine = desk.sonja.get("/").unwrap().text();
    assert!(mine.contains(CANARY) && !mine.contains("Für alle:"), "{mine}");
}

#[test]
fn other_people_do_not_find_the_case() {
    let mut desk = Desk::new();
    let ids = desk.ask_both();
    let (mut wanda, _) = desk.house.staff("wanda", &[Role::Ward]);
    for path in [format!("/cases/{}", desk.case), format!("/asked/{}", ids[0]), "/cases".to_owned()] {
        assert_eq!(wanda.get(&path).unwrap().status, 403, "{path}");
    }
    for path in ["/cases/0011223344556677", "/cases/x", "/asked/00112233445566778899aabbccddeeff", "/asked/x", "/cases/0011223344556677/plan", "/cases/0011223344556677/search"] {
        assert_eq!(desk.sonja.get(path).unwrap().status, 404, "{path}");
    }
    let page = desk.hub();
    let gone = desk.sonja.submit(&page, "/cases/0011223344556677/note", &[("text", "x")]).unwrap();
    assert_eq!(gone.status, 404);
    assert!(leads_to(&desk.house.browser(verbund_node::domain::account::Site::Staff).ask("GET", "/cases", &[], b"").unwrap()).starts_with("/sign-in"));
}

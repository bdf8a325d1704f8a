//! A clinic without a node that is chosen: who comes is faxed, and what the clinic says about the arrival is typed in.

use super::*;

impl Desk {
    /// Asks a clinic by fax, which offers a place, and enters the choice on paper. Returns the entry's address.
    fn chosen_by_phone(&mut self) -> String {
        let path = self.offered_by_phone();
        let page = self.sonja.get(&path).unwrap();
        let chosen = self.sonja.submit(&page, &format!("{path}/choose"), ON_PAPER).unwrap();
        assert!(chosen.text().contains("telefonisch gewählt"), "{}", chosen.text());
        path
    }

    /// Today as pages show it.
    fn shown_today(&mut self) -> String {
        let today = self.today();
        let parts: Vec<u32> = today.split('-').map(|part| part.parse().unwrap()).collect();
        format!("{}.{}.{}", parts[2], parts[1], parts[0])
    }

    /// Sends a form of an entry.
    fn fill(&mut self, path: &str, form: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.sonja.get(path).unwrap();
        self.sonja.submit(&page, &format!("{path}/{form}"), fields).unwrap()
    }

    /// What the proof of the case says to whoever verifies it.
    fn proof(&mut self, bodies: bool) -> String {
        let address = format!("/cases/{}/evidence", self.case);
        let page = self.sonja.get(&address).unwrap();
        let bundle = self.sonja.submit(&page, &address, if bodies { &[("bodies", "yes")] } else { &[] }).unwrap();
        self.verified("proof.cose", &bundle.body)
    }
}

#[test]
fn only_the_chosen_clinic_is_told_by_fax_who_comes() {
    let mut desk = Desk::new();
    desk.prepare();
    let path = desk.offered_by_phone();
    let today = desk.shown_today();
    let who: &[(&str, &str)] = &[("admission", &today), ("staff", "Sonja Beispiel, 0821 400"), ("papers", "Arztbrief, per Post")];
    // Nobody has chosen: the page has no such form, and a form sent all the same is refused.
    assert!(!desk.sonja.get(&path).unwrap().text().contains("/name\""));
    let early = desk.fill(&path, "name", who);
    assert!(early.text().contains("zuerst die Wahl mit der unterschriebenen Freigabe") && !early.body.starts_with(b"%PDF"), "{}", early.text());
    desk.fill(&path, "choose", ON_PAPER);

    let wrong = desk.fill(&path, "name", &[("admission", "1.1.2020"), ("staff", "Sonja"), ("papers", "Arztbrief, per Post")]).text();
    assert!(wrong.contains("heute oder später") && wrong.contains("value=\"1.1.2020\"") && wrong.contains("Arztbrief, per Post</textarea>"), "{wrong}");
    let fax = desk.fill(&path, "name", who);
    assert_eq!(fax.header("content-type"), Some("application/pdf"));
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("fax-named.pdf"), &fax.body).unwrap();
    }
    let (text, lowest) = printed(desk.house.town.folder(), &fax.body);
    for said in [CANARY, "3.4.1951", today.as_str(), "Sonja Beispiel, 0821 400", "Arztbrief, per Post", "Rehaklinik Seeblick", "0800 111", "Anlage 1b"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(lowest > 40.0, "{lowest}");

    let page = desk.sonja.get(&path).unwrap().text();
    assert!(page.contains("Fax mit Namen erstellt am") && page.contains("Unterlagen: Arztbrief, per Post"), "{page}");
    let mut erna = desk.erna();
    let start = erna.get("/").unwrap().text();
    assert!(start.contains("Wir haben Ihre Unterlagen an Rehaklinik Seeblick gefaxt"), "{start}");
    assert!(desk.sonja.get(&format!("/cases/{}/evidence", desk.case)).unwrap().text().contains("Fax mit Namen erstellt am"));
    let told = desk.proof(false);
    assert!(told.contains("told the name") && !told.contains("sonja") && !told.contains(CANARY), "{told}");
    let audit = desk.house.town.verbund(0, &["audit", "list", "--json"]);
    assert!(String::from_utf8(audit.stdout).unwrap().contains("disclosure"));

    // Who learned what: the question without her name, and the fax with it.
    let shared = erna.get("/shared").unwrap().text();
    for said in ["Rehaklinik Seeblick", "Anfrage ohne Ihren Namen", "Fax mit Ihrem Namen", "Es sollten noch folgen: Arztbrief, per Post", "erfahren wir nur am Telefon"] {
        assert!(shared.contains(said), "{said}: {shared}");
    }

    // Once she has left the clinic, it is told nothing more; what it was told stays in the story.
    desk.fill(&path, "leave", &[]);
    let late = desk.fill(&path, "name", who);
    assert!(!late.body.starts_with(b"%PDF") && late.text().contains("Fax mit Namen erstellt am"), "{}", late.text());
    let start = erna.get("/").unwrap().text();
    assert!(start.contains("Unterlagen an Rehaklinik Seeblick gefaxt") && start.contains("Sie haben die Wahl von Rehaklinik Seeblick zurückgenommen"), "{start}");
    for at in 0..4 {
        assert!(!desk.house.town.node(at).log().contains(CANARY), "the log of clinic {at} names the patient");
    }
}

#[test]
fn an_arrival_is_entered_with_the_person_who_said_so() {
    let mut desk = Desk::new();
    desk.prepare();
    let path = desk.chosen_by_phone();
    let today = desk.shown_today();
    for wrong in [[("came", "came"), ("arrival-day", "1.1.2099"), ("arrival-person", "Frau See")], [("came", "came"), ("arrival-day", today.as_str()), ("arrival-person", " ")]] {
        let page = desk.fill(&path, "arrival", &wrong).text();
        assert!(page.contains("wer in der Klinik es gesagt hat.") && page.contains("role=\"alert\""), "{page}");
    }
    assert!(desk.hub().text().contains("Aufnahme vorbereiten (telefonisch zugesagt)"), "nothing was written");
    let decided = desk.fill(&path, "payer", &[("decision", "approved"), ("payer-day", &today)]).text();
    assert!(decided.contains(&format!("Kostenträger am {today}: bewilligt; eingetragen am")), "{decided}");
    let there = desk.fill(&path, "arrival", &[("came", "came"), ("arrival-day", &today), ("arrival-person", "Herr Ufer")]).text();
    assert!(there.contains(&format!("Angekommen am {today}, sagt Herr Ufer; eingetragen am")), "{there}");
    assert!(!there.contains("/leave\"") && !there.contains("/name\"") && !there.contains("/arrival\""), "{there}");
    let hub = desk.hub().text();
    assert!(hub.contains("Angekommen: Fall abschließen") && hub.contains(&format!("angekommen am {today}")), "{hub}");
    let again = desk.fill(&path, "arrival", &[("came", "absent"), ("absent-why", "unknown"), ("arrival-day", &today), ("arrival-person", "Herr Ufer")]).text();
    assert!(again.contains("Die Person ist dort angekommen."), "{again}");
    let mut erna = desk.erna();
    let start = erna.get("/").unwrap().text();
    for said in ["Sie sind angekommen: Rehaklinik Seeblick", "Sie sind bei Rehaklinik Seeblick angekommen.", "Entscheidung der Kasse: bewilligt."] {
        assert!(start.contains(said), "{said}: {start}");
    }
    assert!(erna.get("/offers").unwrap().text().contains("Sie sind dort angekommen"));
    let ward = desk.sonja.get(&format!("/patients/{}", desk.patient)).unwrap().text();
    assert!(ward.contains(&format!("Angekommen am {today} (telefonisch gemeldet): Rehaklinik Seeblick")) && ward.contains("bewilligt (Rehaklinik Seeblick)"), "{ward}");
    let told = desk.proof(true);
    for said in ["RECORDED BY STAFF", "arrived", "payer decided", "approved", "Herr Ufer"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(!desk.proof(false).contains("Herr Ufer"), "who said it is a body");
    let ended = desk.post("end", &[("how", "placed"), ("why", "In der Klinik aufgenommen")]).text();
    assert!(ended.contains("Dieser Fall ist abgeschlossen"), "{ended}");
}

#[test]
fn who_did_not_come_is_sought_another_place() {
    let mut desk = Desk::new();
    desk.prepare();
    let path = desk.chosen_by_phone();
    let today = desk.shown_today();
    let absent = desk.fill(&path, "arrival", &[("came", "absent"), ("absent-why", "readmitted"), ("arrival-day", &today), ("arrival-person", "Frau See")]).text();
    assert!(absent.contains(&format!("Nicht angekommen am {today} (wieder im Krankenhaus), sagt Frau See")), "{absent}");
    assert!(!absent.contains("Dieses Angebot wählen") && absent.contains("/answer\""), "the place is gone, and the clinic may offer anew: {absent}");
    let hub = desk.hub().text();
    assert!(hub.contains("Platz suchen und Kliniken anfragen") && hub.contains("nicht angekommen"), "{hub}");
    let mut erna = desk.erna();
    let shared = erna.get("/shared").unwrap().text();
    assert!(shared.contains("Anfrage ohne Ihren Namen") && shared.contains("per Fax am") && !shared.contains("Fax mit Ihrem Namen"), "{shared}");
    let start = erna.get("/").unwrap().text();
    assert!(start.contains("Rehaklinik Seeblick meldet: Sie sind nicht angereist.") && !start.contains("Die Klinik hat am Telefon zugesagt"), "{start}");
    assert!(desk.proof(false).contains("did not come"));
    // Another clinic can be chosen now.
    let other = desk.chosen_by_phone();
    assert_ne!(other, path);
}

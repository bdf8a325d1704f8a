//! Clinics without a node: asked by fax, answered by phone.

use super::*;

const CLINIC: &[(&str, &str)] = &[("clinic", "Rehaklinik Seeblick"), ("fax", "0800 111")];

impl Desk {
    /// Asks a clinic by fax. Returns the entry's page and its address.
    fn ask_by_fax(&mut self) -> (Answer, String) {
        let page = self.post("phone", CLINIC);
        let path = page.path.clone();
        assert!(page.status == 200 && path.contains("/phone/"), "{path}: {}", page.text());
        (page, path)
    }
}

/// What stands on a PDF of uncompressed streams, line by line, and how far from the lower edge the last line ends.
fn printed(pdf: &[u8]) -> (String, f32) {
    let all: String = pdf.iter().map(|byte| char::from(*byte)).collect();
    assert!(all.contains("/Count 1") && !all.contains("/Filter"), "{all}");
    let (mut text, mut lowest) = (String::new(), f32::MAX);
    for line in all.lines() {
        if let Some(at) = line.strip_suffix(" Td") {
            lowest = lowest.min(at.rsplit(' ').next().unwrap().parse().unwrap());
        } else if let Some(shown) = line.strip_suffix(" Tj") {
            // Letters beyond ASCII make a line one of hexadecimal digits.
            match shown.strip_prefix('<') {
                Some(digits) => {
                    text.extend(digits.trim_end_matches('>').as_bytes().chunks(2).map(|two| char::from(u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())))
                }
                None => text.push_str(shown.trim_start_matches('(').trim_end_matches(')')),
            }
            text.push('\n');
        }
    }
    (text, lowest)
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
    let (text, lowest) = printed(&fax.body);
    assert!(lowest > 40.0, "everything is on the page: {text}");
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("fax.pdf"), &fax.body).unwrap();
    }
    for said in ["Rehaklinik Seeblick", "0800 111", reference, "M16", "70-79", "Antwort bitte bis"] {
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

//! What patients read of their documents: what a physician has released, and nothing else.

use verbund_node::{
    cli::demo::browser::Browser,
    control::{Command, referral},
    domain::actor::Role,
};
use verbund_protocol::{id::LocalId, time::Day};

use super::{FIRST, HERE, Stay};

pub(super) const LETTER: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
pub(super) const REPORT: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Pages >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

impl Stay {
    /// Presses a physician's button on the page of her documents, and returns the page after it.
    pub(super) fn press(&mut self, doctor: &mut Browser, document: LocalId, act: &str) -> String {
        let page = doctor.get(&format!("/patients/{}/documents", self.patient)).unwrap();
        let action = format!("/documents/{document}/{act}");
        assert!(page.text().contains(&format!("action=\"{action}\"")), "no button {act}: {}", page.text());
        doctor.submit(&page, &action, &[]).unwrap().text()
    }

    fn status(&mut self, document: LocalId) -> u16 {
        self.browser.get(&format!("/documents/{document}")).unwrap().status
    }

    /// She was in the rehabilitation clinic, and its report has come back.
    fn back_from_rehab(&mut self) -> LocalId {
        self.consent();
        let id = self.inquire()[0];
        self.offer(FIRST, id);
        self.choose(id);
        let town = &mut self.house.town;
        town.await_step(FIRST, id, "chosen");
        town.confirm(FIRST, id);
        town.await_step(HERE, id, "confirmed");
        let letter = town.add_document(HERE, self.patient, LETTER);
        town.refer(HERE, id, vec![letter]);
        town.await_step(FIRST, id, "referred");
        town.await_documents(FIRST, id, 1);
        town.accept(FIRST, id);
        let there = town.documents(FIRST, id)[0].patient.unwrap();
        let report = town.add_document(FIRST, there, REPORT);
        town.release(FIRST, there, HERE);
        let today = town.today(FIRST);
        let report = referral::Command::Report { id, discharged: Some(today), documents: vec![report], missing: None };
        let arrived = |on| referral::Command::Arrived { id, on };
        // At first with a wrong day.
        for said in [arrived(today), arrived(Day(today.0 - 1)), report] {
            let _: referral::Reply = town.told(FIRST, Command::Referral(Box::new(said)));
        }
        town.await_documents(HERE, id, 1)[0].id
    }
}

#[test]
fn she_reads_what_a_physician_released_and_only_as_long() {
    let mut stay = Stay::new();
    let patient = stay.patient;
    let id = stay.house.town.add_document(HERE, patient, LETTER);
    let (mut doctor, _) = stay.house.staff("petra", &[Role::Physician]);
    let (mut ward, _) = stay.house.staff("wanda", &[Role::Ward]);
    let (_, mut other, _) = stay.house.visitor("frieda");
    let mut ben = stay.proxy("ben", &[("name", "Ben Beispiel"), ("scope", "look")]);
    let path = format!("/documents/{id}");

    assert!(stay.get("/").contains("href=\"/documents\""));
    let none = "Zurzeit ist keine Unterlage für Sie freigegeben.";
    assert!(stay.get("/documents").contains(none));
    assert_eq!(stay.status(id), 404, "not released");
    let page = ward.get(&format!("/patients/{patient}/documents")).unwrap();
    assert!(page.text().contains("nicht freigegeben") && !page.text().contains("/release"), "{}", page.text());
    let form = page.hidden("form").unwrap();
    for act in ["release", "take-back"] {
        assert_eq!(ward.post(&format!("{path}/{act}"), &[("form", &form)]).unwrap().status, 403, "{act}");
    }
    assert_eq!(stay.status(id), 404, "a nurse releases nothing");

    assert!(stay.press(&mut doctor, id, "release").contains("für die Patientin oder den Patienten freigegeben am"));
    let list = stay.get("/documents");
    let name = stay.name(HERE);
    assert!(list.contains(&format!("href=\"{path}\"")) && list.contains("Befundbericht") && list.contains(&name), "{list}");
    let read = stay.browser.get(&path).unwrap();
    assert_eq!((read.status, read.header("content-type"), read.body.as_slice()), (200, Some("application/pdf"), LETTER));
    assert!(read.header("content-security-policy").unwrap().contains("default-src 'none'") && read.header("cache-control") == Some("no-store"));
    assert_eq!(ben.get(&path).unwrap().body, LETTER, "whoever may look reads it too");
    assert!(ben.get("/documents").unwrap().text().contains("Befundbericht"));
    assert!(stay.get("/shared").contains("Ben Beispiel"), "and she sees that");
    assert!(other.get("/documents").unwrap().text().contains(none));
    assert_eq!(other.get(&path).unwrap().status, 404, "another patient's");
    assert!(ward.get(&format!("/patients/{patient}/documents")).unwrap().text().contains("freigegeben am"));

    stay.press(&mut doctor, id, "take-back");
    assert!(stay.get("/documents").contains(none));
    assert_eq!((stay.status(id), ben.get(&path).unwrap().status), (404, 404), "taken back");
    stay.press(&mut doctor, id, "release");
    assert_eq!(stay.status(id), 200, "released once more");
    let log = stay.house.town.node(HERE).log();
    assert!(!log.contains("Befundbericht"));
}

#[test]
fn the_report_of_the_rehabilitation_is_hers_to_read_once_a_physician_has_seen_it() {
    let mut stay = Stay::new();
    let report = stay.back_from_rehab();
    assert_eq!(stay.status(report), 404, "it came, and no physician has released it");
    let story = stay.get("/");
    assert!(story.matches("angekommen.").count() == 1 && story.contains("hat den Tag Ihrer Ankunft berichtigt"), "{story}");
    let (mut doctor, _) = stay.house.staff("petra", &[Role::Physician]);
    assert_eq!(doctor.get(&format!("/documents/{report}")).unwrap().body, REPORT);
    stay.press(&mut doctor, report, "release");
    let (list, name) = (stay.get("/documents"), stay.name(FIRST));
    assert!(list.contains(&name) && list.matches("href=\"/documents/").count() == 1, "{list}");
    assert_eq!(stay.browser.get(&format!("/documents/{report}")).unwrap().body, REPORT);
}

/// Whoever chooses is told that documents can go along; what no physician has let her read is not named.
#[test]
fn the_page_of_a_choice_names_only_what_she_may_read() {
    let (mut stay, ids) = Stay::offered();
    let path = format!("/offers/{}/choose", ids[0]);
    assert!(stay.get(&path).contains("Zurzeit liegen hier keine"));
    let id = stay.house.town.add_document(HERE, stay.patient, LETTER);
    let page = stay.get(&path);
    assert!(!page.contains("Befundbericht") && page.contains("Eine Unterlage liegt hier, die Ihre Ärztin oder Ihr Arzt noch nicht für Sie freigegeben hat"), "{page}");
    let (mut doctor, _) = stay.house.staff("petra", &[Role::Physician]);
    stay.press(&mut doctor, id, "release");
    let page = stay.get(&path);
    assert!(page.contains("Bei uns liegen: Befundbericht") && !page.contains("noch nicht für Sie freigegeben"), "{page}");
    stay.press(&mut doctor, id, "take-back");
    assert!(!stay.get(&path).contains("Befundbericht"), "taken back");
}

//! What is entered about a patient in the browser: added in a minute, filled in and corrected later, and there where it is needed: at the
//! clinic that takes her, in her letter, in the distances.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    control::{Command, account::Command as Account, patient as asked},
    domain::{
        account::Site,
        actor::Role,
        patient::{Patient, Person},
    },
    store::patient as stored,
};
use verbund_protocol::id::LocalId;
use verbund_tests::chromium::{Look, Window};

use super::{
    CANARY, House,
    chromium::{at, axe, look_at},
    journey::sign_in,
    patient::{FIRST, HERE, SECOND, Stay},
};

/// Everything that can be entered.
const WHOLE: &[(&str, &str)] = &[
    ("family", CANARY),
    ("given", "Maria"),
    ("birth", "3.4.1951"),
    ("phone", "07309 870-0"),
    ("case_number", "2026-0815"),
    ("gender", "female"),
    ("street", "Günzburger Str. 41"),
    ("postal_code", "89264"),
    ("city", "Weißenhorn"),
    ("kvnr", "x110 411 675"),
    ("insurance", "GKV"),
    ("payer", "108310400"),
    ("contact_name", "Eva Muster"),
    ("contact_relation", "Tochter"),
    ("contact_phone", "0731 123"),
    ("representative_name", "Karl Muster"),
    ("representative_phone", "0731 456"),
    ("representative_basis", "proxy"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    WHOLE.iter().copied().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name)).chain(changes.iter().copied()).collect()
}

impl House {
    fn entry(&mut self, id: LocalId) -> Patient {
        let reply: asked::Reply = self.town.told(self.at, Command::Patient(asked::Command::Show(id)));
        let asked::Reply::Shown(patient) = reply else { panic!("{reply:?}") };
        *patient
    }
}

fn edit(browser: &mut Browser, id: LocalId, fields: &[(&str, &str)]) -> Answer {
    let path = format!("/patients/{id}/edit");
    let page = browser.get(&path).unwrap();
    let version = page.hidden("version").unwrap_or_else(|| panic!("{} {}", page.status, page.text()));
    browser.submit(&page, &path, &[fields, &[("version", version.as_str())]].concat()).unwrap()
}

fn expected() -> Person {
    serde_json::from_value(serde_json::json!({
        "family": CANARY, "given": "Maria", "birth_date": "1951-04-03", "gender": "female", "kvnr": "X110411675", "insurance": "GKV", "payer": "108310400",
        "case_number": "2026-0815", "phone": "07309 870-0", "address": { "street": "Günzburger Str. 41", "postal_code": "89264", "city": "Weißenhorn" },
        "contact": { "name": "Eva Muster", "phone": "0731 123", "relation": "Tochter" },
        "representative": { "name": "Karl Muster", "phone": "0731 456", "basis": "proxy" },
    }))
    .unwrap()
}

#[test]
fn a_whole_entry_is_made_in_the_browser_and_every_fault_keeps_what_was_typed() {
    let mut house = House::new();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let page = ward.get("/patients/new").unwrap();
    assert!(page.text().contains("<details><summary>"), "the further fields wait until they are wanted");
    let wrong = with(&[("kvnr", "X110411676"), ("payer", "10831040"), ("city", ""), ("birth", "31.2.1951"), ("representative_basis", ""), ("phone", "abends")]);
    let shown = ward.submit(&page, "/patients/new", &wrong).unwrap();
    let text = shown.text();
    for said in [
        "Die letzte Ziffer passt nicht",
        "Die Kennnummer hat neun Ziffern",
        "geben Sie den Ort an",
        "Tag, Monat und Jahr",
        "worauf die Vertretung beruht",
        "die Nummer mit Ziffern",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(text.matches("aria-invalid").count(), 6, "{text}");
    assert!(text.contains("<details open>"), "a fault is in sight");
    for kept in ["value=\"X110411676\"", "value=\"Günzburger Str. 41\"", "value=\"31.2.1951\"", "value=\"Eva Muster\"", "value=\"GKV\" selected", "value=\"abends\""] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let done = ward.submit(&shown, "/patients/new", WHOLE).unwrap();
    let text = done.text();
    for said in
        ["Günzburger Str. 41, 89264 Weißenhorn", "X110411675", "gesetzlich krankenversichert", "108310400", "Eva Muster (Tochter), 0731 123", "Karl Muster (Vorsorgevollmacht)"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("Für eine Überweisung fehlt noch"), "{text}");
    let id: LocalId = done.path.strip_prefix("/patients/").unwrap().parse().unwrap();
    assert!(house.entry(id).person == expected());
    let twice = ward.submit(&page, "/patients/new", &with(&[("case_number", "")])).unwrap().text();
    assert!(twice.contains("Diese Versichertennummer ist schon bei einer anderen Person eingetragen") && twice.contains("value=\"Maria\""), "{twice}");
    let twice = ward.submit(&page, "/patients/new", &with(&[("kvnr", "")])).unwrap().text();
    assert!(twice.contains("Diese Fallnummer ist schon bei einer anderen Person eingetragen"), "{twice}");
    assert!(!house.town.node(0).log().contains(CANARY));
}

#[test]
fn an_entry_is_changed_and_the_audit_names_the_fields_and_nothing_of_them() {
    let mut house = House::new();
    let id = house.patient("Maria");
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let (mut other, _) = house.staff("walter", &[Role::Physician]);
    let own = ward.get(&format!("/patients/{id}")).unwrap().text();
    assert!(
        own.contains("Für eine Überweisung fehlt noch: Anschrift, Versichertennummer, Versicherung, Ansprechperson.") && own.contains(&format!("href=\"/patients/{id}/edit\"")),
        "{own}"
    );
    // Two at once: the second reads of the first before anything is overwritten.
    let path = format!("/patients/{id}/edit");
    let early = other.get(&path).unwrap();
    assert_eq!(edit(&mut ward, id, WHOLE).path, format!("/patients/{id}"));
    assert!(house.entry(id).person == expected());
    let late = other.submit(&early, &path, &[("version", "1"), ("family", CANARY), ("given", "Marie"), ("birth", "3.4.1951")]).unwrap();
    let text = late.text();
    assert!(text.contains("Jemand anderes hat die Angaben geändert") && text.contains("value=\"Marie\""), "{text}");
    assert!(house.entry(id).person == expected(), "nothing is overwritten unseen");
    assert_eq!(late.hidden("version").as_deref(), Some("2"));
    // A fault does not hide that somebody else was faster.
    let wrong = other.submit(&early, &path, &with(&[("version", "1"), ("birth", "x")])).unwrap();
    let read = wrong.hidden("version").unwrap();
    let again = other.submit(&wrong, &path, &with(&[("version", read.as_str()), ("given", "Marie")])).unwrap();
    assert!(again.text().contains("Jemand anderes hat die Angaben geändert"), "{}", again.text());
    assert_eq!(other.submit(&late, &path, &with(&[("version", "2"), ("given", "Marie")])).unwrap().path, format!("/patients/{id}"));
    // The same again changes nothing, and a number of somebody else's is no change.
    edit(&mut ward, id, &with(&[("given", "Marie")]));
    assert_eq!(house.entry(id).version, 3);
    let second = house.patient("Anna");
    let taken = edit(&mut ward, second, &with(&[("case_number", "")])).text();
    assert!(taken.contains("Diese Versichertennummer ist schon bei einer anderen Person eingetragen"), "{taken}");

    let (mut paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    let page = paul.get("/audit").unwrap();
    let found = paul.submit(&page, "/audit", &[("action", "patient.change"), ("about", &id.to_string())]).unwrap().text();
    for said in ["version=2 fields=gender,kvnr,insurance,payer,case_number,address,phone,contact,representative", "version=3 fields=given"] {
        assert!(found.contains(said), "{said}: {found}");
    }
    for kept in ["Günzburger", "X110411675", "Marie", "Eva Muster", CANARY] {
        assert!(!found.contains(kept), "{kept}: {found}");
    }
    assert!(!house.town.node(0).log().contains(CANARY));
}

#[test]
fn whoever_may_not_see_a_patient_changes_nothing_of_her() {
    let mut house = House::new();
    let id = house.patient("Maria");
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let (mut it, _) = house.staff("ida", &[Role::It, Role::PrivacyOfficer, Role::Capacity]);
    let (path, form) = (format!("/patients/{id}/edit"), it.get("/").unwrap().hidden("form").unwrap());
    assert_eq!(it.get(&path).unwrap().status, 403);
    assert_eq!(it.post(&path, &[WHOLE, &[("form", form.as_str()), ("version", "1")]].concat()).unwrap().status, 403);
    let form = ward.get("/").unwrap().hidden("form").unwrap();
    for nobody in ["0011223344556677", "x"] {
        assert_eq!(ward.get(&format!("/patients/{nobody}/edit")).unwrap().status, 404, "{nobody}");
        assert_eq!(ward.post(&format!("/patients/{nobody}/edit"), &[WHOLE, &[("form", form.as_str()), ("version", "1")]].concat()).unwrap().status, 404, "{nobody}");
    }
    assert_eq!(house.browser(Site::Patient).get(&path).unwrap().status, 404, "the patients' site has no such page");
    // After her treatment a purpose must be stated, for changes as for looks.
    house.town.kill(0);
    house.open(|db| assert_eq!(db.execute("UPDATE patient SET changed_at = changed_at - 31 * 86400 * 1000", []).unwrap(), 1));
    house.town.restart(0);
    let asked = ward.get(&path).unwrap();
    assert_eq!(asked.path, format!("/patients/{id}/purpose?next={path}"));
    let asked = ward.post(&path, &[WHOLE, &[("form", form.as_str()), ("version", "1")]].concat()).unwrap();
    assert_eq!(asked.header("location"), Some(format!("/patients/{id}/purpose?next={path}").as_str()));
    house.town.kill(0);
    house.open(|db| assert_eq!(stored::find(db, id).unwrap().unwrap().version, 1));
}

/// What stands in a PDF, as `pdftotext` reads it.
fn read(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.pdf");
    std::fs::write(&file, pdf).unwrap();
    let done = std::process::Command::new("pdftotext").arg(&file).arg("-").output().expect("scripts/test installs poppler-utils");
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn what_is_entered_in_a_browser_reaches_the_letter_the_distances_and_the_clinic_that_takes_her() {
    let mut stay = Stay::new();
    let patient = stay.patient;
    stay.consent();
    let ids = stay.inquire();
    stay.offer(FIRST, ids[0]);
    stay.offer(SECOND, ids[1]);
    let from_house = "Entfernungen von diesem Krankenhaus aus";
    let before = stay.get("/offers");
    assert!(before.contains(from_house), "nobody has said where she lives: {before}");
    let (mut ward, _) = stay.house.staff("wanda", &[Role::Ward]);
    assert_eq!(edit(&mut ward, patient, WHOLE).path, format!("/patients/{patient}"));
    let after = stay.get("/offers");
    assert!(after.contains("Entfernungen von Ihrer Postleitzahl aus") && !after.contains(from_house), "{after}");
    // The letter, to a second patient at the same address.
    let page = ward.get("/patients/new").unwrap();
    let added = ward.submit(&page, "/patients/new", &with(&[("kvnr", ""), ("case_number", "")])).unwrap();
    let invited = ward.submit(&added, &format!("{}/invite", added.path), &[]).unwrap();
    let letter = ward.submit(&invited, &format!("{}/letter", added.path), &[("code", &invited.hidden("code").unwrap())]).unwrap();
    let text = read(&letter.body);
    assert!(text.contains("Günzburger Str. 41") && text.contains("89264 Weißenhorn"), "{text}");
    // The clinic she chooses.
    stay.choose(ids[0]);
    stay.house.town.await_step(FIRST, ids[0], "chosen");
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    stay.house.town.refer(HERE, ids[0], vec![]);
    stay.house.town.await_step(FIRST, ids[0], "referred");
    stay.house.at = FIRST;
    let (mut rolf, _) = stay.house.staff("rolf", &[Role::Admissions]);
    let page = rolf.get(&format!("/inquiries/{}", ids[0])).unwrap();
    let referral = rolf.submit(&page, &format!("/inquiries/{}/referral", ids[0]), &[]).unwrap().text();
    for said in
        ["Günzburger Str. 41, 89264 Weißenhorn", "X110411675", "07309 870-0", "weiblich", "108310400", "Karl Muster (Vorsorgevollmacht), 0731 456; Eva Muster (Tochter), 0731 123"]
    {
        assert!(referral.contains(said), "{said}: {referral}");
    }
    for at in [HERE, FIRST] {
        assert!(!stay.house.town.node(at).log().contains("Günzburger"), "clinic {at}");
    }
}

/// Filled in with a real browser: the short way first, then all the rest, with a fault that is announced.
async fn filled_in(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let (_, login) = house.staff("wanda", &[Role::Ward]);
    let window: Window = sign_in(&house, Site::Staff, &login, look).await;
    window.go(&at(&house, Site::Staff, "/patients/new")).await;
    look_at(&window, &axe, "entry-new").await;
    assert!(!window.see("#street").await.is_displayed().await.unwrap(), "a short entry shows five fields");
    for (name, text) in [("family", CANARY), ("given", "Maria"), ("birth", "3.4.1951")] {
        window.fill(&format!("#{name}"), text).await;
    }
    window.click("main button.main").await;
    window.read("Für eine Überweisung fehlt noch").await;
    look_at(&window, &axe, "entry-missing").await;
    window.click("a[href$='/edit']").await;
    window.fill("#street", "Günzburger Str. 41").await;
    window.fill("#postal_code", "89264").await;
    window.fill("#city", "Weißenhorn").await;
    window.fill("#kvnr", "X110411676").await;
    window.click("#insurance option[value=GKV]").await;
    window.click("main button.main").await;
    window.read("Die letzte Ziffer passt nicht").await;
    look_at(&window, &axe, "entry-fault").await;
    window.fill("#kvnr", "X110411675").await;
    for (name, text) in [("contact_name", "Eva Muster"), ("contact_relation", "Tochter"), ("contact_phone", "0731 123")] {
        window.fill(&format!("#{name}"), text).await;
    }
    look_at(&window, &axe, "entry-edit").await;
    window.click("main button.main").await;
    window.read("Günzburger Str. 41, 89264 Weißenhorn").await;
    assert!(!window.text().await.contains("Für eine Überweisung fehlt noch"));
    look_at(&window, &axe, "entry-known").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_at_a_desk() {
    filled_in(Look::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_on_a_phone_in_the_dark() {
    filled_in(Look { dark: true, ..Look::PHONE }).await;
}

/// Whoever corrects a birth date need not print a new letter.
#[test]
fn a_corrected_birth_date_is_the_one_that_the_invitation_asks_for() {
    let mut house = House::new();
    let id = house.patient("Maria");
    let code = house.code(Account::Invite(id));
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    edit(&mut ward, id, &with(&[("birth", "4.3.1951")]));
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let old = browser.submit(&page, "/invitation", &[("code", &code), ("birth", "3.4.1951")]).unwrap().text();
    assert!(old.contains("passen nicht zusammen"), "{old}");
    let new = browser.submit(&page, "/invitation", &[("code", &code), ("birth", "4.3.1951")]).unwrap().text();
    assert!(new.contains("/setup/password"), "{new}");
}

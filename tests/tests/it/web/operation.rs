//! The pages of IT and the privacy officer: how the node is, and the audit.

use verbund_node::{domain::actor::Role, runtime::service::now};
use verbund_tests::town::Town;

use super::{CANARY, House};

#[test]
fn it_sees_how_the_node_is_and_no_patient() {
    let mut house = House::of(2);
    house.patient("Erna");
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    house.town.kill(1);
    verbund_tests::people::eventually("the other node is seen to be gone", || {
        let page = ida.get("/status").unwrap().text();
        if page.contains("0 von 1 sind verbunden") { Ok(()) } else { Err(page) }
    });
    let page = ida.get("/status").unwrap().text();
    for said in ["Hier sollte jemand nachsehen", "Netzdokument, Fassung", "verbund doctor", "GiB frei", "<meter", "Es wartet nichts"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains(CANARY));
    assert!(ida.get("/").unwrap().text().contains("href=\"/status\"") && !ida.get("/").unwrap().text().contains("href=\"/audit\""));
}

/// A certificate for this machine that is good for so many days and a few hours.
fn certificate(folder: &std::path::Path, name: &str, days: i64) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    let in_hours = |hours: i64| rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(now().secs().saturating_add_signed(hours * 3_600));
    (params.not_before, params.not_after) = (in_hours(-30 * 24), in_hours(days * 24 + 3));
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    std::fs::write(folder.join(format!("{name}.crt")), params.self_signed(&key).unwrap().pem()).unwrap();
}

#[test]
fn it_sees_all_three_certificates_and_what_to_do_in_time() {
    let mut town = Town::found(1, 40);
    let folder = town.village.folder.clone();
    certificate(&folder, "patients", 20);
    let config = town.village.clinics[0].config();
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, after) = text.split_once("[web.patient]").unwrap();
    let after = after.replacen("../web.crt", "../patients.crt", 1).replacen("../web.key", "../patients.key", 1);
    std::fs::write(&config, format!("{before}[web.patient]{after}")).unwrap();
    town.launch(0);
    town.wait_ready(0);
    let mut house = House { town, at: 0 };
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    let mut row = |name: &str| {
        let page = ida.get("/status").unwrap().text();
        let row = page.split(&format!("<dt>{name}</dt>")).nth(1).and_then(|rest| rest.split("</dd>").next()).unwrap_or_else(|| panic!("{name}: {page}"));
        row.to_owned()
    };
    const PATIENTS: &str = "Zertifikat der Seiten für Patientinnen und Patienten";
    let soon = row(PATIENTS);
    assert!(soon.contains("noch 20 Tage gültig, bis") && soon.contains("value=\"20\"") && soon.contains("<meter") && soon.contains("Zu tun:"), "{soon}");
    let staff = row("Zertifikat der Seiten für Mitarbeitende");
    assert!(staff.contains("Tage gültig, bis") && staff.contains("<meter") && !staff.contains("Zu tun:"), "{staff}");
    let node = row("Zertifikate, mit denen dieser Knoten mit anderen Kliniken arbeitet");
    assert!(node.contains("Tage gültig, bis") && node.contains("<meter"), "{node}");
    // The files are looked at anew with every look at the page.
    certificate(&folder, "patients", 60);
    assert!(row(PATIENTS).contains("noch 60 Tage gültig"), "{}", row(PATIENTS));
    std::fs::write(folder.join("patients.crt"), "no certificate").unwrap();
    let broken = row(PATIENTS);
    assert!(broken.contains("kann nicht gelesen werden") && broken.contains("Zu tun:"), "{broken}");
}

#[test]
fn the_privacy_officer_searches_the_audit_and_finds_ids_only() {
    let mut house = House::new();
    let id = house.patient("Erna").to_string();
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    wanda.get(&format!("/patients/{id}")).unwrap();
    let (mut paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    let page = paul.get("/audit").unwrap();
    let found = paul.submit(&page, "/audit", &[("actor", "wanda Beispiel"), ("action", "patient."), ("about", &id)]).unwrap();
    assert_eq!(found.path, "/audit", "what is looked for stands in no address");
    let text = found.text();
    assert!(text.contains("<td>patient."), "{text}");
    assert!(text.contains(&format!("<td>{id}</td>")) && text.contains("treatment") && !text.contains(CANARY), "{text}");
    let none = paul.submit(&page, "/audit", &[("actor", "Niemand")]).unwrap().text();
    assert!(none.contains("Kein Eintrag passt"), "{none}");
    let wrong = paul.submit(&page, "/audit", &[("about", "Erna"), ("from", "gestern")]).unwrap().text();
    assert!(wrong.contains("Eine Kennung hat 16") && wrong.contains("zum Beispiel 1.12.2026") && wrong.contains("value=\"gestern\""), "{wrong}");
    let own = paul.submit(&page, "/audit", &[("action", "audit.list")]).unwrap().text();
    assert!(own.contains("supervision"), "the search itself is in the audit: {own}");
    assert_eq!(paul.get(&format!("/patients/{id}")).unwrap().status, 403);
}

#[test]
fn outside_a_treatment_staff_say_why_and_the_privacy_officer_sees_it() {
    let mut house = House::new();
    let id = house.patient("Erna").to_string();
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let own = format!("/patients/{id}");
    assert!(wanda.get(&own).unwrap().text().contains(CANARY), "she is in treatment");
    house.town.kill(0);
    house.open(|db| assert_eq!(db.execute("UPDATE patient SET changed_at = changed_at - 31 * 86400 * 1000", []).unwrap(), 1));
    house.town.restart(0);

    let asked = wanda.get(&format!("{own}/documents")).unwrap();
    assert_eq!(asked.path, format!("{own}/purpose?next={own}/documents"));
    assert!(asked.text().contains("zurzeit nicht in Behandlung") && !asked.text().contains(CANARY));
    let nothing = wanda.submit(&asked, &format!("{own}/purpose"), &[]).unwrap().text();
    assert!(nothing.contains("Bitte wählen Sie einen Grund") && !nothing.contains(CANARY));
    let wordless = wanda.submit(&asked, &format!("{own}/purpose"), &[("purpose", "other")]).unwrap().text();
    assert!(wordless.contains("in ein paar Worten"), "{wordless}");
    let seen = wanda.submit(&asked, &format!("{own}/purpose"), &[("purpose", "other"), ("words", "<b>Fundsache</b>"), ("next", &format!("{own}/documents"))]).unwrap();
    assert_eq!(seen.path, format!("{own}/documents"));
    assert!(seen.text().contains(CANARY));
    let elsewhere = wanda.submit(&asked, &format!("{own}/purpose"), &[("purpose", "billing"), ("next", "//example.org/")]).unwrap();
    assert_eq!(elsewhere.path, own, "nobody is led elsewhere");

    let (mut paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    assert!(paul.get("/").unwrap().text().contains("2 sind neu"));
    let list = paul.get("/purposes").unwrap();
    let text = list.text();
    assert!(text.contains("wanda Beispiel") && text.contains(&id) && text.contains("&#60;b&#62;Fundsache") && !text.contains(CANARY), "{text}");
    let tick = text.split("/purposes/").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
    let left = paul.submit(&list, &format!("/purposes/{tick}/seen"), &[]).unwrap().text();
    assert!(left.contains("Schon geprüft: einer") && left.contains("Geprüft von paul Beispiel"), "{left}");
    assert_eq!(paul.get("/").unwrap().text().matches("einer ist neu").count(), 1);
    let audit = paul.get("/audit").unwrap();
    let looks = paul.submit(&audit, "/audit", &[("actor", "wanda Beispiel"), ("action", "document.list")]).unwrap().text();
    assert!(looks.contains("<td>other</td>"), "the audit says what the look was for: {looks}");
}

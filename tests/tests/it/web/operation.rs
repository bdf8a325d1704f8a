//! The pages of IT and the privacy officer: how the node is, and the audit.

use verbund_node::domain::actor::Role;

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

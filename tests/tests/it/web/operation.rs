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

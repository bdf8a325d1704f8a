//! One page that tells a patient's story to those who treat her: read only, and only to them.

use verbund_node::domain::{account::Site, actor::Role};
use verbund_tests::chromium::Look;

use super::{
    chromium::{at, axe, look_at},
    journey::sign_in,
    patient::Stay,
};

const LETTER: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

#[test]
fn ward_and_physician_read_the_whole_story_and_change_nothing() {
    let mut stay = Stay::new();
    let patient = stay.patient;
    let (mut wanda, _) = stay.house.staff("wanda", &[Role::Ward]);
    let (mut rolf, _) = stay.house.staff("rolf", &[Role::Admissions]);
    let path = format!("/patients/{patient}");
    let before = wanda.get(&path).unwrap().text();
    assert!(before.contains("noch nichts angelegt") && before.contains("Noch nicht gefragt"), "{before}");

    let page = stay.browser.get("/consent").unwrap();
    stay.browser.submit(&page, "/consent", &[("decision", "give")]).unwrap();
    let page = stay.browser.get("/wishes").unwrap();
    stay.browser.submit(&page, "/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    let ids = stay.inquire();
    stay.offer(2, ids[0]);
    stay.house.town.add_document(0, patient, LETTER);
    let page = wanda.get(&path).unwrap();
    let text = page.text();
    let clinic = stay.house.town.village.clinics[2].plan.facility.name.clone();
    for word in [
        "Was als Nächstes kommt",
        "Gegeben am",
        "Meine Tochter wohnt dort.",
        "Einwilligung in das Entlassmanagement gegeben",
        "Wünsche aufgeschrieben",
        &format!("Anfrage: an {clinic}"),
        &format!(": von {clinic}"),
        "Gewählte Klinik",
        "Befundbericht",
        "nicht freigegeben",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for act in ["action=\"/cases", "action=\"/asked", "/release\"", &format!("action=\"{path}/case\"")] {
        assert!(!text.contains(act), "{act}: nothing is decided here");
    }
    let other = rolf.get(&path).unwrap().text();
    assert!(!other.contains("Was bis jetzt geschah") && !other.contains("Meine Tochter"), "admissions have no part in it: {other}");
    assert!(stay.get("/shared").contains("wanda Beispiel"), "she sees who looked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_at_a_desk() {
    let (mut stay, ids) = Stay::offered();
    let axe = axe();
    let patient = stay.patient;
    stay.house.town.add_document(0, patient, LETTER);
    let (_, petra) = stay.house.staff("petra", &[Role::Physician, Role::SocialService]);
    let window = sign_in(&stay.house, Site::Staff, &petra, Look::DESKTOP).await;
    window.go(&at(&stay.house, Site::Staff, &format!("/patients/{patient}"))).await;
    window.read("Was bis jetzt geschah").await;
    look_at(&window, &axe, "ward-story").await;
    window.click(&format!("a[href='/patients/{patient}/message']")).await;
    window.fill("#text", "Ihre Unterlagen sind da.").await;
    look_at(&window, &axe, "message-begin").await;
    window.click("main button.main").await;
    window.read("Sie haben das übernommen.").await;
    assert!(stay.get("/").contains("Nachrichten: eine neue Antwort"));
    window.go(&at(&stay.house, Site::Staff, &format!("/patients/{patient}"))).await;
    window.read("Ein Gespräch.").await;
    window.script("document.activeElement.blur()", vec![]).await;
    let page = stay.browser.get(&format!("/offers/{}/choose", ids[0])).unwrap();
    let offer = page.hidden("offer").unwrap();
    stay.browser.submit(&page, &format!("/offers/{}/choose", ids[0]), &[("offer", &offer)]).unwrap();
    window.read("gewählt").await;
    window.close().await;
}

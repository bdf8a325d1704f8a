//! One page that tells a patient's story to those who treat her, read only and only to them; and the documents that she sees once a physician has.

use verbund_node::domain::{account::Site, actor::Role};
use verbund_tests::chromium::Look;

use super::{
    House,
    chromium::{at, at_both_widths, axe, choose_file, look_at, reads, window_at},
    hostile::{ORDINARY, RED, red, sees},
    journey::sign_in,
    patient::Stay,
};

at_both_widths!(the_story_is_read, she_sees_what_a_physician_has_seen_first);

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

async fn the_story_is_read(look: Look) {
    let (mut stay, ids) = Stay::offered();
    let axe = axe();
    let patient = stay.patient;
    stay.house.town.add_document(0, patient, LETTER);
    let (_, petra) = stay.house.staff("petra", &[Role::Physician, Role::SocialService]);
    let window = sign_in(&stay.house, Site::Staff, &petra, look).await;
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

/// A nurse adds a document, a physician releases it and takes that back: the patient sees it in between and at no other time.
async fn she_sees_what_a_physician_has_seen_first(look: Look) {
    const TITLE: &str = "Entlassbrief der Station 3";
    const NONE: &str = "Zurzeit ist keine Unterlage für Sie freigegeben.";
    let mut house = House::new();
    let (patient, mut erna, _) = house.visitor("erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward]);
    let (petra, _) = house.staff("petra", &[Role::Physician]);
    let letter = red(ORDINARY);
    let wanda = window_at(&wanda, look, &format!("/patients/{patient}")).await;
    wanda.click(&format!("a[href='/patients/{patient}/documents']")).await;
    reads(&wanda, "Es sind noch keine Unterlagen da.").await;
    wanda.click("#kind option[value=ED110112]").await;
    wanda.fill("#title", TITLE).await;
    choose_file(&wanda, &house, "#file", "brief.exe", &letter).await;
    wanda.click("main form button.main").await;
    reads(&wanda, "Diese Datei wird nicht angenommen").await;
    choose_file(&wanda, &house, "#file", "brief.pdf", &letter).await;
    wanda.click("main form button.main").await;
    reads(&wanda, "nicht freigegeben").await;
    wanda.see("main:not(:has(form[action$='/release']))").await;
    let added = house.town.documents_of(0, Some(patient), None, false);
    assert_eq!((added.len(), added[0].title.as_deref(), added[0].added_by.as_str()), (1, Some(TITLE), "wanda Beispiel"));
    let path = format!("/documents/{}", added[0].id);

    let home = window_at(&erna, look, "/").await;
    home.click("a[href='/documents']").await;
    reads(&home, NONE).await;
    home.go(&format!("{}{path}", erna.origin)).await;
    reads(&home, "Diese Seite gibt es nicht").await;
    let petra = window_at(&petra, look, &format!("/patients/{patient}/documents")).await;
    reads(&petra, TITLE).await;
    petra.click("form[action$='/release'] button").await;
    reads(&petra, "für die Patientin oder den Patienten freigegeben am").await;
    home.go(&format!("{}/documents", erna.origin)).await;
    reads(&home, TITLE).await;
    home.click(&format!("a[href='{path}']")).await;
    wanda.go("about:blank").await;
    sees(&home, &wanda, RED, "the letter").await;
    assert_eq!(erna.get(&path).unwrap().body, letter);

    petra.click("form[action$='/take-back'] button").await;
    reads(&petra, "nicht freigegeben").await;
    home.go(&format!("{}/documents", erna.origin)).await;
    reads(&home, NONE).await;
    assert_eq!(erna.get(&path).unwrap().status, 404);
    for window in [wanda, petra, home] {
        window.close().await;
    }
}

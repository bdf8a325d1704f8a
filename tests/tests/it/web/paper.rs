//! Signed sheets, photographed, and those who act for a patient on a proof that staff have seen.

use verbund_node::{
    cli::demo::{browser::Browser, portals},
    domain::{account::Site, actor::Role},
    runtime::service::now,
};

use verbund_tests::chromium::Look;

use super::{
    CANARY, House,
    chromium::{at_both_widths, choose_file, reads, sets_up, shown_code, window_at, with_code},
    hostile::{ORDINARY, RED, red, sees},
    papers::{PDF, form, send_to, stored},
};

at_both_widths!(staff_invite_a_guardian_on_a_proof_and_end_it);

/// Opens a case and enters the consent that a patient signed on paper.
fn signed(house: &mut House, login: &str) -> (String, Browser) {
    let id = house.patient("Erna").to_string();
    let (mut social, _) = house.staff(login, &[Role::SocialService]);
    let page = social.get(&format!("/patients/{id}")).unwrap();
    let case = social.submit(&page, &format!("/patients/{id}/case"), &[("variant", "rehab")]).unwrap();
    let fields = [("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")];
    social.submit(&case, &format!("{}/consent", case.path), &fields).unwrap();
    (id, social)
}

#[test]
fn a_signed_sheet_is_photographed_once_and_shown() {
    let mut house = House::new();
    let (id, mut social) = signed(&mut house, "sina");
    let list = format!("/patients/{id}/consents");
    let page = social.get(&list).unwrap();
    let text = page.text();
    assert!(text.contains("Entlassmanagement") && text.contains("Das Blatt liegt: Akte") && text.contains("Eingetragen von sina Beispiel"), "{text}");
    let to = text.split("action=\"").find(|part| part.contains("/paper\"")).unwrap().split('"').next().unwrap().to_owned();
    let token = page.hidden("form").unwrap();
    let mine = [("form", token.as_str())];

    let none = send_to(&mut social, &to, &form(&mine, Some(("", b"")))).text();
    assert!(none.contains("Bitte wählen Sie eine Datei aus") && none.contains("role=\"alert\""), "{none}");
    let hostile = send_to(&mut social, &to, &form(&mine, Some(("blatt.pdf", b"<script>")))).text();
    assert!(hostile.contains("Diese Datei wird nicht angenommen"), "{hostile}");
    assert_eq!(send_to(&mut social, &to, &form(&[("form", "00")], Some(("blatt.pdf", PDF)))).status, 403);
    assert_eq!(stored(&house), 0);

    let shown = send_to(&mut social, &to, &form(&mine, Some(("blatt.pdf", PDF)))).text();
    assert!(shown.contains("Fotografiert von sina Beispiel") && !shown.contains("/paper\""), "{shown}");
    let again = send_to(&mut social, &to, &form(&mine, Some(("blatt.pdf", &[PDF, b"x"].concat())))).text();
    assert!(again.contains("Fotografiert von sina Beispiel"), "{again}");
    assert_eq!(stored(&house), 1, "a decision has one sheet");
    let link = shown.split("href=\"/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(social.get(&format!("/documents/{link}")).unwrap().body, PDF);
    assert!(social.get(&format!("/patients/{id}/documents")).unwrap().text().contains("Unterschriebenes Blatt: Anlage 1b"));

    let other = house.patient("Ida");
    let foreign = to.replace(&id, &other.to_string());
    assert_eq!(send_to(&mut social, &foreign, &form(&mine, Some(("blatt.pdf", PDF)))).status, 404, "another patient's decision");
}

#[test]
fn staff_invite_a_proxy_only_on_a_proof_that_is_kept() {
    let mut house = House::new();
    let (id, mut erna, _) = house.visitor("erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let path = format!("/patients/{id}/proxies");
    let token = wanda.get(&path).unwrap().hidden("form").unwrap();
    let anna = [("form", token.as_str()), ("name", "Anna Beispiel"), ("scope", "decide"), ("power", "court"), ("until", "31.12.2099")];
    let court = [&anna[..3], &[("power", "court-order"), ("until", "31.12.2099")]].concat();

    let faulty = send_to(&mut wanda, &path, &form(&anna[..3], Some(("b.pdf", PDF)))).text();
    assert!(faulty.contains("Bitte geben Sie einen Tag ein, der noch kommt") && faulty.contains("role=\"alert\"") && faulty.contains("value=\"Anna Beispiel\""), "{faulty}");
    let groundless = [&anna[..3], &anna[4..]].concat();
    assert!(send_to(&mut wanda, &path, &form(&groundless, Some(("b.pdf", PDF)))).text().contains("braucht eine Vollmacht"));
    let proofless = send_to(&mut wanda, &path, &form(&court, Some(("", b"")))).text();
    assert!(proofless.contains("Bitte fügen Sie den Nachweis hinzu"), "{proofless}");
    assert_eq!(stored(&house), 0, "nothing of what was refused is kept");

    let invited = send_to(&mut wanda, &path, &form(&court, Some(("b.pdf", PDF))));
    assert_eq!(stored(&house), 1);
    let code = invited.element("class=\"code\"").unwrap();
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let page = browser.submit(&page, "/invitation", &[("code", code.split_whitespace().last().unwrap()), ("birth", "3.4.1951")]).unwrap();
    portals::set_up(&mut browser, &page, "anna", now()).unwrap();
    let start = browser.get("/").unwrap().text();
    assert!(start.contains("Anna Beispiel für") && start.contains("href=\"/consent\""), "she may decide: {start}");

    let listed = wanda.get(&path).unwrap();
    let text = listed.text();
    assert!(text.contains("Hat sich schon angemeldet") && text.contains("Nachweis ansehen") && text.contains("ein Nachweis lag vor"), "{text}");
    let own = erna.get("/proxies").unwrap().text();
    assert!(own.contains("Anna Beispiel") && own.contains("Von der Klinik eingetragen") && !own.contains("/documents/"), "the patient sees it, too: {own}");
    let end = text.split("action=\"").find(|part| part.contains("/end\"")).unwrap().split('"').next().unwrap().to_owned();
    let left = wanda.submit(&listed, &end, &[]).unwrap().text();
    assert!(left.contains("Zurzeit handelt niemand"), "{left}");
    assert!(browser.get("/").unwrap().path.starts_with("/sign-in"), "her sessions are over");
}

/// A ward sees a court order, photographs it and prints the code; the guardian decides; the ward ends it.
async fn staff_invite_a_guardian_on_a_proof_and_end_it(look: Look) {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward]);
    let window = window_at(&wanda, look, &format!("/patients/{id}")).await;
    window.click(&format!("a[href='/patients/{id}/proxies']")).await;
    reads(&window, "Zurzeit handelt niemand für die Patientin oder den Patienten.").await;
    window.fill("#name", "Anna Beispiel").await;
    window.click("input[name=scope][value=decide]").await;
    window.click("#power option[value=court-order]").await;
    let order = red(ORDINARY);
    choose_file(&window, &house, "#file", "beschluss.pdf", &order).await;
    window.click("main form button.main").await;
    reads(&window, "Bitte geben Sie einen Tag ein, der noch kommt").await;
    window.fill("#until", "31.12.2099").await;
    choose_file(&window, &house, "#file", "beschluss.pdf", &order).await;
    window.click("main form button.main").await;
    reads(&window, "Geben Sie den Code nur der Person, deren Ausweis Sie gesehen haben.").await;
    let code = shown_code(&window).await;
    assert_eq!(stored(&house), 1, "what was refused was not kept");
    let origin = house.browser(Site::Patient).origin;
    let anna = with_code(&origin, look, &code, ("#birth", "3.4.1951")).await;
    sets_up(&anna, Some("anna"), "drei blaue Boote im Hafen").await;
    reads(&anna, &format!("Anna Beispiel für Erna {CANARY}")).await;
    anna.click(".todo .main").await;
    anna.click("button[value=give]").await;
    reads(&anna, "Was ist Ihnen bei der Reha wichtig?").await;

    window.click(&format!("a.button[href='/patients/{id}/proxies']")).await;
    reads(&window, "Hat sich schon angemeldet").await;
    window.click("main a[href^='/documents/']").await;
    let other = window_at(&wanda, look, "/imprint").await;
    other.go("about:blank").await;
    sees(&window, &other, RED, "the order").await;
    window.client.back().await.unwrap();
    window.click("form[action$='/end'] button").await;
    reads(&window, "Zurzeit handelt niemand für die Patientin oder den Patienten.").await;
    anna.click("header .clinic a").await;
    reads(&anna, "Anmelden").await;
    for window in [window, other, anna] {
        window.close().await;
    }
}

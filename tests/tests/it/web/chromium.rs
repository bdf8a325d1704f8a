//! The pages in a real browser: patients and staff, phone and desktop, with scripts and without.

use fantoccini::key::Key;
use serde_json::json;
use verbund_node::{
    cli::demo::browser::Browser,
    control::account::Command as Account,
    domain::{account::Site, actor::Role},
};
use verbund_tests::chromium::{Look, Window};

use super::{CANARY, House, messages::write, next_code};

/// Makes two tests of a story: at the width of a phone, and at a desk's.
macro_rules! at_both_widths {
    ($($story:ident),+) => {$(
        mod $story {
            use verbund_tests::chromium::Look;

            #[tokio::test(flavor = "multi_thread")]
            async fn on_a_phone() {
                super::$story(Look::PHONE).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn at_a_desk() {
                super::$story(Look::DESKTOP).await;
            }
        }
    )+};
}
pub(super) use at_both_widths;

at_both_widths!(staff_invite_a_patient_in_under_a_minute);

/// axe-core's source, which `scripts/test` fetches; every page is checked with it.
pub(super) fn axe() -> String {
    let place = std::env::var("VERBUND_AXE").unwrap_or_else(|_| panic!("VERBUND_AXE names axe.min.js: scripts/test sets it"));
    std::fs::read_to_string(&place).unwrap_or_else(|error| panic!("{place}: {error}"))
}

pub(super) fn at(house: &House, site: Site, path: &str) -> String {
    format!("{}{path}", house.browser(site).origin)
}

/// Opens a window that is signed in as a browser is.
pub(super) async fn window_of(browser: &Browser, look: Look) -> Window {
    let window = Window::open(look).await;
    window.go(&format!("{}/imprint", browser.origin)).await;
    for (name, value) in &browser.cookies {
        window.command("POST", "cookie", json!({ "cookie": { "name": name, "value": value, "path": "/", "secure": true } })).await;
    }
    window
}

/// Opens a window of somebody who is signed in, at one of their pages.
pub(super) async fn window_at(browser: &Browser, look: Look, path: &str) -> Window {
    let window = window_of(browser, look).await;
    window.go(&format!("{}{path}", browser.origin)).await;
    window
}

/// Waits until a page says something, and looks whether it is in order.
pub(super) async fn reads(window: &Window, words: &str) {
    window.read(words).await;
    window.is_in_order().await;
}

/// Unfolds what holds a form that lies folded until somebody wants it.
pub(super) async fn unfold(window: &Window, form: &str) {
    window.click(&format!("details:not([open]):has({form}) > summary")).await;
}

/// Opens a window where somebody types a code with what belongs to it: the patient's birth date, or their user name.
pub(super) async fn with_code(origin: &str, look: Look, code: &str, (field, text): (&str, &str)) -> Window {
    let window = Window::open(look).await;
    window.go(&format!("{origin}/invitation")).await;
    window.is_in_order().await;
    window.fill("#code", code).await;
    window.fill(field, text).await;
    window.click("main button.main").await;
    reads(&window, "Wie möchten Sie sich künftig anmelden?").await;
    window
}

/// Sets up a password and a printed list of codes. Staff, and whoever begins anew, have their user name already.
pub(super) async fn sets_up(window: &Window, login: Option<&str>, password: &str) {
    window.click("a[href='/setup/password']").await;
    reads(window, "Mindestens 10 Zeichen").await;
    if let Some(login) = login {
        window.fill("#login", login).await;
    }
    window.fill("#password", password).await;
    window.click("main button.main").await;
    reads(window, "Der zweite Code").await;
    window.click("form[action='/setup/list'] button").await;
    reads(window, "Ihre Liste mit Codes").await;
    window.click("form[action='/setup/finish'] button").await;
}

/// Returns the code that a page shows this once.
pub(super) async fn shown_code(window: &Window) -> String {
    let shown = window.see(".code").await.text().await.unwrap();
    shown.split_whitespace().last().unwrap().to_owned()
}

/// Chooses a file in a form, as from a desk's folder or a phone's camera.
pub(super) async fn choose_file(window: &Window, house: &House, field: &str, name: &str, bytes: &[u8]) {
    let file = house.town.place().join(name);
    std::fs::write(&file, bytes).unwrap();
    window.see(field).await.send_keys(file.to_str().unwrap()).await.unwrap();
}

/// Tabs on until the focus stands on what a selector finds, and presses a key there. The focus is seen wherever it stands.
pub(super) async fn press(window: &Window, selector: &str, key: char) {
    type_at(window, selector, &key.to_string()).await;
}

/// As [`press`], with several keys.
pub(super) async fn type_at(window: &Window, selector: &str, keys: &str) {
    window.see(selector).await;
    for _ in 0..80 {
        if !type_where_the_focus_is(window, &char::from(Key::Tab).to_string()).await {
            continue;
        }
        let there = "const at = document.activeElement;
            return [at.matches(arguments[0]), at === document.body || getComputedStyle(at).outlineStyle !== 'none']";
        let there = window.script(there, vec![selector.into()]).await;
        assert_eq!(there[1], true, "the focus cannot be seen on the way to {selector}");
        if there[0] == true && type_where_the_focus_is(window, keys).await {
            return;
        }
    }
    panic!("the keyboard never comes to {selector}: {}", window.text().await);
}

/// Types keys where the focus is. Returns whether they arrived: a page that comes only now, or is brought up to date, has put another element in
/// the place of the one that had the focus.
async fn type_where_the_focus_is(window: &Window, keys: &str) -> bool {
    match window.client.active_element().await.unwrap().send_keys(keys).await {
        Ok(()) => true,
        Err(error) if error.is_stale_element_reference() => false,
        Err(error) => panic!("typing where the focus is: {error}"),
    }
}

/// Whether pages go into a folder as pictures, to be looked at: `VERBUND_PICTURES`.
pub(super) async fn look_at(window: &Window, axe: &str, name: &str) {
    window.is_in_order().await;
    window.passes_axe(axe).await;
    picture(window, name).await;
}

/// Puts a picture of the page into that folder, if there is one.
pub(super) async fn picture(window: &Window, name: &str) {
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::create_dir_all(&folder).unwrap();
        let dark = if window.look.dark { "-dark" } else { "" };
        std::fs::write(format!("{folder}/{name}-{}{dark}.png", window.look.width), window.picture().await).unwrap();
    }
}

/// From the letter to the start page with nothing but a device that knows its owner, then out and in again.
async fn by_passkey(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let id = house.patient("Erna");
    let code = house.code(Account::Invite(id));
    let window = Window::open(look).await;
    window.with_passkeys().await;
    window.go(&at(&house, Site::Patient, &format!("/invitation#{code}"))).await;
    look_at(&window, &axe, "invitation").await;
    assert_eq!(window.client.current_url().await.unwrap().fragment(), None, "the code stays in no history");
    assert_eq!(window.see("#code").await.prop("value").await.unwrap().unwrap(), code);
    window.fill("#birth", "4.4.1951").await;
    window.click("main button.main").await;
    window.read("passen nicht zusammen").await;
    look_at(&window, &axe, "invitation-wrong").await;
    window.fill("#birth", "3.4.1951").await;
    window.click("main button.main").await;
    window.read("Wie möchten Sie sich künftig anmelden?").await;
    look_at(&window, &axe, "setup").await;
    window.click("[data-passkey] button").await;
    window.read("So melden Sie sich an").await;
    look_at(&window, &axe, "access").await;
    window.click("form[action='/access/remove-passkey'] button").await;
    window.read("Das ist Ihr letzter Weg").await;
    window.click(".clinic a").await;
    window.read("Was ist jetzt zu tun?").await;
    look_at(&window, &axe, "start").await;
    window.click("header form button").await;
    window.read("Mit Passkey anmelden").await;
    look_at(&window, &axe, "sign-in").await;
    window.click("[data-passkey] button").await;
    window.read("Was ist jetzt zu tun?").await;
    window.close().await;
    assert!(!house.town.node(0).log().contains(CANARY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_signs_in_by_passkey_on_a_phone() {
    by_passkey(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_signs_in_by_passkey_at_a_desk_in_the_dark() {
    by_passkey(Look { dark: true, ..Look::DESKTOP }).await;
}

/// The second way, on the narrowest screen, without any script of the page.
#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_scripts() {
    let mut house = House::new();
    let id = house.patient("Erna");
    let code = house.code(Account::Invite(id));
    let window = Window::open(Look { scripts: false, ..Look::NARROW }).await;
    window.go(&at(&house, Site::Patient, "/invitation")).await;
    window.fill("#code", &code).await;
    window.fill("#birth", "03.04.1951").await;
    window.click("main button.main").await;
    window.read("Dafür muss JavaScript eingeschaltet sein").await;
    assert!(!window.see("[data-passkey] button").await.is_displayed().await.unwrap(), "scripts do not run");
    window.click("a[href='/setup/password']").await;
    window.fill("#login", "erna").await;
    window.fill("#password", "Passwort2026").await;
    window.click("main button.main").await;
    window.read("zu leicht erraten").await;
    window.fill("#password", "drei blaue Boote").await;
    window.click("main button.main").await;
    window.click("form[action='/setup/list'] button").await;
    window.read("Ihre Liste mit Codes").await;
    let first = window.see(".codes li").await.text().await.unwrap();
    window.click("form[action='/setup/finish'] button").await;
    window.read("Was ist jetzt zu tun?").await;
    window.click("header form button").await;
    window.read("Sie sind abgemeldet.").await;
    // Whoever comes to this computer next sees nothing of her by the back button.
    for _ in 0..2 {
        window.client.back().await.unwrap();
        let shown = window.client.source().await.unwrap();
        assert!(!shown.contains("Was ist jetzt zu tun?") && !shown.contains(first.trim()), "{shown}");
    }
    window.go(&at(&house, Site::Patient, "/sign-in")).await;
    window.fill("#login", "erna").await;
    window.fill("#password", "drei blaue Boote").await;
    window.click("form[action='/sign-in'] button").await;
    window.read("Zweiter Schritt").await;
    window.fill("#code", first.trim()).await;
    window.click("main button.main").await;
    window.read("Was ist jetzt zu tun?").await;
    window.click("footer button[value=en]").await;
    window.read("What is there to do now?").await;
    window.close().await;
}

/// What changes while a page is on its way and cannot listen yet is shown as soon as it listens; what was typed and came back with a fault is
/// not replaced by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_before_a_page_listens_is_shown() {
    let mut house = House::new();
    let (_, mut erna, _) = house.visitor("erna");
    house.staff("sonja", &[Role::SocialService]);
    let window = window_of(&erna, Look::PHONE).await;
    let deaf = async |deaf: bool| {
        let urls = if deaf { json!(["*/live"]) } else { json!([]) };
        window.command("POST", "goog/cdp/execute", json!({ "cmd": "Network.enable", "params": {} })).await;
        window.command("POST", "goog/cdp/execute", json!({ "cmd": "Network.setBlockedURLs", "params": { "urls": urls } })).await;
    };
    deaf(true).await;
    window.go(&at(&house, Site::Patient, "/")).await;
    window.read("Bitte lesen Sie, worum es geht").await;
    let page = erna.get("/consent").unwrap();
    erna.submit(&page, "/consent", &[("decision", "give")]).unwrap();
    deaf(false).await;
    reads(&window, "Was ist Ihnen bei der Reha wichtig?").await;
    assert!(!window.text().await.contains("Bitte lesen Sie, worum es geht"));

    let long = "ä".repeat(2_001);
    window.go(&at(&house, Site::Patient, "/messages")).await;
    window.fill("#text", &long).await;
    window.click("main button.main").await;
    window.read("jetzt sind es 2001").await;
    window.script("document.activeElement.blur()", vec![]).await;
    write(&mut erna, "Darf meine Tochter mitkommen?");
    window.see("#news a").await;
    assert_eq!(window.see("#text").await.prop("value").await.unwrap().unwrap(), long);
    window.close().await;
}

/// Everything that a first visit loads, as it goes over the line: little, also where the network is a hospital's basement.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_is_small() {
    const MOST: u64 = 100_000;
    let house = House::new();
    for site in [Site::Patient, Site::Staff] {
        for path in ["/sign-in", "/invitation"] {
            // A browser of its own each time: nothing is kept from another visit.
            let window = Window::open(Look::PHONE).await;
            window.go(&at(&house, site, path)).await;
            window.see("main h1").await;
            let script = "return performance.getEntries().filter((entry) => ['navigation', 'resource'].includes(entry.entryType)).map((entry) => [entry.name, entry.transferSize])";
            let loaded: Vec<(String, u64)> = serde_json::from_value(window.script(script, vec![]).await).unwrap();
            for kind in [path, ".css", ".js"] {
                assert!(loaded.iter().any(|(name, size)| name.ends_with(kind) && *size > 0), "no {kind} was loaded: {loaded:?}");
            }
            let origin = house.browser(site).origin;
            assert!(loaded.iter().all(|(name, _)| name.starts_with(&origin)), "something came from elsewhere: {loaded:?}");
            let all: u64 = loaded.iter().map(|(_, size)| size).sum();
            assert!(all <= MOST, "{all} bytes: {loaded:?}");
            window.close().await;
        }
    }
}

/// From looking a patient up to the code on paper, and the pages of IT.
async fn staff_invite_a_patient_in_under_a_minute(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let (_, login) = house.staff("wanda", &[Role::Ward, Role::It]);
    let window = Window::open(look).await;
    window.go(&at(&house, Site::Staff, "/patients")).await;
    look_at(&window, &axe, "staff-sign-in").await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&login)).await;
    look_at(&window, &axe, "staff-second").await;
    window.click("main button.main").await;
    window.read("Neu aufnehmen").await;
    window.click("a[href='/patients/new']").await;
    window.fill("#family", CANARY).await;
    window.fill("#given", "Maria").await;
    window.fill("#birth", "3.4.1951").await;
    look_at(&window, &axe, "staff-patient-new").await;
    window.click("main button.main").await;
    window.read("Noch nicht eingeladen").await;
    look_at(&window, &axe, "staff-patient").await;
    window.click("main button.main").await;
    window.read("Gültig bis").await;
    look_at(&window, &axe, "staff-invited").await;
    window.go(&at(&house, Site::Staff, "/patients")).await;
    window.fill("#name", "zwetsch").await;
    window.click("form[role=search] button").await;
    window.read("Eine Person gefunden").await;
    assert!(!window.client.current_url().await.unwrap().as_str().contains("zwetsch"), "no search word in an address");
    look_at(&window, &axe, "staff-patients").await;
    window.go(&at(&house, Site::Staff, "/accounts")).await;
    window.read("Konten der Mitarbeitenden").await;
    look_at(&window, &axe, "staff-accounts").await;
    window.close().await;
    assert!(!house.town.node(0).log().contains(CANARY));
}

/// Whoever comes to the ward's computer after it was locked sees nothing by the back button, with scripts and without.
#[tokio::test(flavor = "multi_thread")]
async fn the_back_button_shows_nothing_of_a_locked_place() {
    let mut house = House::new();
    let id = house.patient("Erna");
    for (login, look) in [("wanda", Look::DESKTOP), ("walter", Look { scripts: false, ..Look::DESKTOP })] {
        let (ward, _) = house.staff(login, &[Role::Ward]);
        let window = window_at(&ward, look, &format!("/patients/{id}")).await;
        window.read(CANARY).await;
        window.click(&format!("a[href='/patients/{id}/edit']")).await;
        window.see("#family").await;
        window.click("form[action='/sign-out'] button").await;
        window.read("Sie sind abgemeldet.").await;
        for _ in 0..2 {
            window.client.back().await.unwrap();
            let shown = window.client.source().await.unwrap();
            assert!(!shown.contains(CANARY), "{login}: {shown}");
        }
        window.close().await;
    }
}

/// Whoever asks for more contrast gets black on white, or white on black, and nothing is lost by it.
#[tokio::test(flavor = "multi_thread")]
async fn pages_have_more_contrast_for_whoever_asks_for_it() {
    let (mut house, axe) = (House::new(), axe());
    let (_, erna, _) = house.visitor("erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward, Role::SocialService, Role::It]);
    let colours = "const { backgroundColor, color } = getComputedStyle(document.body); return [backgroundColor, color]";
    let (black, white) = ("rgb(0, 0, 0)", "rgb(255, 255, 255)");
    for dark in [false, true] {
        for (browser, paths) in
            [(&erna, &["/", "/consent", "/wishes", "/proxies", "/access", "/messages"][..]), (&wanda, &["/", "/patients", "/patients/new", "/cases", "/accounts", "/teams"])]
        {
            let window = window_of(browser, Look { dark, ..Look::PHONE }).await;
            window.more_contrast().await;
            for path in paths {
                window.go(&format!("{}{path}", browser.origin)).await;
                let wanted = if dark { json!([black, white]) } else { json!([white, black]) };
                assert_eq!(window.script(colours, vec![]).await, wanted, "{path}");
                look_at(&window, &axe, &format!("contrast-{}", path.trim_matches('/').replace('/', "-"))).await;
            }
            window.close().await;
        }
    }
}

/// Text that stands in a template or in code instead of in the catalogues shows in the pseudo-language as text without marks.
#[tokio::test(flavor = "multi_thread")]
async fn no_text_is_hard_coded() {
    let mut house = House::new();
    let (ward, login) = house.staff("wanda", &[Role::Ward, Role::It]);
    let id = house.patient("Erna");
    let (_, visitor, patient) = house.visitor("frieda");
    let code = house.code(Account::Invite(id));
    for (mut browser, data, paths) in [
        (house.browser(Site::Patient), vec![], vec!["/sign-in", "/invitation", "/imprint", "/nowhere"]),
        (
            visitor,
            vec![patient.user.clone(), "frieda".into()],
            vec!["/", "/consent", "/wishes", "/offers", "/documents", "/shared", "/proxies", "/access", "/setup", "/setup/password", "/setup/second", "/setup/app"],
        ),
        (house.browser(Site::Staff), vec![], vec!["/sign-in", "/invitation"]),
        (ward, vec![login.user.clone(), "wanda".into()], vec!["/", "/patients", "/patients/new", "/accounts", "/access"]),
    ] {
        let page = browser.get("/sign-in").unwrap();
        let page = if page.hidden("form").is_some() { page } else { browser.get("/").unwrap() };
        browser.submit(&page, "/language", &[("language", "qps"), ("back", "/")]).unwrap();
        for path in paths {
            let text = browser.get(path).unwrap().text();
            let bare = bare_text(&text, &data);
            assert!(bare.is_empty(), "{path} says {bare:?} in no catalogue");
        }
    }
    drop(code);
}

/// Returns the texts of a page that carry no marks of the pseudo-language and are no data: names, numbers, the clinic's own words.
pub(super) fn bare_text(html: &str, data: &[String]) -> Vec<String> {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut bare = Vec::new();
    let (mut marked, mut rest) = (0_i32, body);
    while let Some(at) = rest.find('>') {
        let text = &rest[at + 1..];
        let end = text.find('<').unwrap_or(text.len());
        let mut outside = String::new();
        for c in text[..end].chars() {
            match c {
                '⟦' => marked += 1,
                '⟧' => marked -= 1,
                other if marked == 0 => outside.push(other),
                _ => {}
            }
        }
        let known = ["Klinikum Musterstadt", "Deutsch", "Einfache Sprache", "English", CANARY, "Beispiel"];
        let is_data = known.iter().copied().chain(data.iter().map(String::as_str)).any(|word| outside.contains(word));
        let is_code = outside.split_whitespace().all(|word| word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
        if outside.chars().any(char::is_alphabetic) && !is_data && !is_code {
            bare.push(outside.trim().to_owned());
        }
        rest = &text[end..];
        if rest.is_empty() {
            break;
        }
    }
    bare
}

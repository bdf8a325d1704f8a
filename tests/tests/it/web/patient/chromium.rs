//! The patient's way in a real browser: on a phone, at a desk, and without scripts on the narrowest screen.

use fantoccini::{Locator, key::Key};
use verbund_node::{
    control::account::Command as Account,
    domain::{account::Site, actor::Role},
};
use verbund_protocol::id::ConversationId;
use verbund_tests::{
    chromium::{Look, Window},
    people::eventually,
};

use super::{
    FIRST, HERE, Stay,
    papers::{LETTER, REPORT},
};
use crate::web::{
    House,
    chromium::{at, axe, look_at, press, type_at},
    next_code,
};

/// Signs the patient in.
pub(super) async fn sign_in(stay: &Stay, window: &Window) {
    window.go(&at(&stay.house, Site::Patient, "/")).await;
    let offered = window.see("[data-passkey] button").await.is_displayed().await.unwrap();
    assert_eq!(offered, window.look.scripts, "what needs scripts is offered where they run");
    window.fill("#login", &stay.login.user).await;
    window.fill("#password", &stay.login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&stay.login)).await;
    window.click("main button.main").await;
    window.read("Was ist jetzt zu tun?").await;
}

/// Looks at a page if its look is what the run is about.
async fn see(window: &Window, axe: Option<&str>, name: &str) {
    if let Some(axe) = axe {
        look_at(window, axe, name).await;
    }
}

/// The comparison on paper: large type, and nothing that only a screen has.
async fn prints_large(stay: &Stay, window: &Window) {
    let media = |media: &str| serde_json::json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": media } });
    window.command("POST", "goog/cdp/execute", media("print")).await;
    let script = "const size = parseFloat(getComputedStyle(document.querySelector('.compare td')).fontSize);
        const seen = [...document.querySelectorAll('form, .button, footer')].filter(e => e.getBoundingClientRect().width).length;
        return [size >= 18, seen];";
    assert_eq!(window.script(script, vec![]).await, serde_json::json!([true, 0]));
    window.command("POST", "goog/cdp/execute", media("")).await;
    comparison_on_a4(stay, &window.on_paper().await);
}

/// What a foreign reader finds on the printed comparison: A4, every letter large, nothing beyond the edge, no offer torn in two.
fn comparison_on_a4(stay: &Stay, pdf: &[u8]) {
    assert!(pdf.starts_with(b"%PDF"));
    let file = stay.house.town.folder().join("comparison.pdf");
    std::fs::write(&file, pdf).unwrap();
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("comparison.pdf"), pdf).unwrap();
    }
    let read = |program: &str, how: &[&str], to: &[&str]| {
        let done = std::process::Command::new(program).args(how).arg(&file).args(to).output().expect("scripts/test installs poppler-utils");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let about = read("pdfinfo", &[], &[]);
    assert!(about.contains("(A4)"), "{about}");
    let numbers = |text: &str, name: &str| {
        let value = |rest: &str| rest.split('"').next().unwrap().parse::<f64>().unwrap();
        text.split(&format!(" {name}=\"")).skip(1).map(value).collect::<Vec<_>>()
    };
    let sizes = numbers(&read("pdftohtml", &["-xml", "-zoom", "1", "-i", "-stdout"], &[]), "size");
    assert!(!sizes.is_empty() && sizes.iter().all(|size| *size >= 14.0), "{sizes:?}");
    let boxes = read("pdftotext", &["-bbox"], &["-"]);
    for (name, least, most) in [("xMin", 30.0, 595.0), ("xMax", 30.0, 565.0), ("yMin", 20.0, 842.0), ("yMax", 20.0, 842.0)] {
        let beyond: Vec<f64> = numbers(&boxes, name).into_iter().filter(|at| !(least..=most).contains(at)).collect();
        assert!(beyond.is_empty(), "{name}: {beyond:?}");
    }
    let text = read("pdftotext", &[], &["-"]);
    assert!(text.contains("Ausdruck, Stand") && text.contains(&stay.name(HERE)), "whose page it is, and of when: {text}");
    // From the first to the last thing that is said of an offer, all is on one page.
    let of_offers = |page: &str| {
        let words: Vec<&str> = page.split_whitespace().collect();
        [words.iter().filter(|word| **word == "Entfernung").count(), words.windows(2).filter(|two| *two == ["Antwort", "vom"]).count()]
    };
    let pages: Vec<[usize; 2]> = text.split('\u{c}').map(of_offers).collect();
    assert!(pages.iter().all(|[first, last]| first == last) && pages.iter().map(|[first, _]| first).sum::<usize>() == 2, "{pages:?}: {text}");
    for clinic in [FIRST, super::SECOND] {
        assert!(text.replace('\n', " ").contains(&stay.name(clinic)), "{text}");
    }
}

/// From the consent to a clinic that takes her. `axe` is its source, where pages are checked with it.
async fn from_consent_to_a_place(look: Look, axe: Option<&str>) {
    let mut stay = Stay::new();
    let (house, first) = (at(&stay.house, Site::Patient, ""), stay.name(FIRST));
    let window = Window::open(look).await;
    sign_in(&stay, &window).await;
    see(&window, axe, "start-consent").await;
    window.click(".todo .main").await;
    window.read("Sie entscheiden frei").await;
    see(&window, axe, "consent").await;
    window.click("button[value=give]").await;
    window.read("Was ist Ihnen bei der Reha wichtig?").await;
    window.click(".todo .main").await;
    window.fill("#why-1", "Meine Tochter wohnt dort.").await;
    window.click("main button.main").await;
    window.read("Bitte wählen Sie aus, worum es geht.").await;
    see(&window, axe, "wishes-wrong").await;
    window.click("#about-1 option[value=near-home]").await;
    window.click("main button.main").await;
    window.read("Zuletzt gespeichert").await;
    see(&window, axe, "wishes").await;
    window.go(&house).await;
    window.read("Wir suchen passende Kliniken").await;
    let ids = stay.inquire();
    stay.offer(FIRST, ids[0]);
    window.go(&format!("{house}/offers")).await;
    see(&window, axe, "offers-one").await;
    stay.offer(super::SECOND, ids[1]);
    window.go(&house).await;
    window.read("2 Kliniken bieten Ihnen einen Platz an.").await;
    see(&window, axe, "start-choose").await;
    window.click(".todo .main").await;
    window.read(&first).await;
    see(&window, axe, "offers").await;
    if axe.is_some() {
        prints_large(&stay, &window).await;
    }
    window.click(&format!("a[href='/offers/{}/choose']", ids[0])).await;
    window.read("Wer erfährt was?").await;
    see(&window, axe, "choose").await;
    window.click("main button.main").await;
    window.read("Gewählt, noch nicht bestätigt").await;
    see(&window, axe, "start-chosen").await;
    stay.house.town.await_step(FIRST, ids[0], "chosen");
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    stay.house.town.refer(HERE, ids[0], vec![]);
    stay.house.town.await_step(FIRST, ids[0], "referred");
    stay.house.town.accept(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "accepted");
    window.go(&house).await;
    window.read("Die Klinik nimmt Sie auf").await;
    see(&window, axe, "start-accepted").await;
    window.go(&format!("{house}/shared")).await;
    window.read("Ihr Name und Ihre Befunde").await;
    see(&window, axe, "shared").await;
    window.go(&format!("{house}/proxies")).await;
    window.read("Zurzeit handelt niemand für Sie.").await;
    see(&window, axe, "proxies").await;
    window.go(&format!("{house}/consent")).await;
    window.read("Damit enden auch").await;
    see(&window, axe, "consent-given").await;
    window.go(&format!("{house}/offers/{}/withdraw", ids[0])).await;
    window.read("Die Klinik hat schon zugesagt.").await;
    see(&window, axe, "withdraw").await;
    window.click(".todo form button").await;
    stay.house.town.await_step(FIRST, ids[0], "withdrawn");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_consent_to_a_place_on_a_phone() {
    from_consent_to_a_place(Look::PHONE, Some(&axe())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_consent_to_a_place_at_a_desk_in_the_dark() {
    from_consent_to_a_place(Look { dark: true, ..Look::DESKTOP }, Some(&axe())).await;
}

/// Consent and choice need no script; the sign-in page says so where none runs.
#[tokio::test(flavor = "multi_thread")]
async fn from_consent_to_a_place_without_scripts() {
    from_consent_to_a_place(Look { scripts: false, ..Look::NARROW }, None).await;
}

/// She reads what choosing the first of two offers means.
pub(super) async fn about_to_choose(look: Look) -> (Stay, Vec<ConversationId>, Window) {
    let (stay, ids) = Stay::offered();
    let window = Window::open(look).await;
    sign_in(&stay, &window).await;
    window.go(&at(&stay.house, Site::Patient, &format!("/offers/{}/choose", ids[0]))).await;
    window.read("Wer erfährt was?").await;
    (stay, ids, window)
}

/// The held place ends while she reads what a choice means: the page says by itself that there is something new, changes nothing under her
/// hands, and leads to what became of the offer, where another button asks again. Without scripts the button that chooses says the same.
async fn a_place_ends_under_her_eyes(look: Look) {
    let (mut stay, ids, window) = about_to_choose(look).await;
    stay.hold_runs_out(FIRST, ids[0]);
    if look.scripts {
        window.read("Es gibt etwas Neues.").await;
        window.see("form[action$='/choose']").await;
        window.click("#news a").await;
    } else {
        window.click("main button.main").await;
    }
    window.read("inzwischen abgelaufen").await;
    assert!(window.client.find(Locator::Css("form[action$='/choose']")).await.is_err(), "nothing is left to choose");
    assert_eq!(stay.decisions().len(), 1, "nothing was decided but the consent");
    if look.scripts {
        look_at(&window, &axe(), "choose-ended").await;
    }
    window.click("form[action$='/again'] button").await;
    window.see("a[href='/']").await;
    let again = eventually("the clinic is asked again", || {
        let newer = stay.house.town.conversations(FIRST).into_iter().find(|c| c.id != ids[0] && c.step == "requested");
        newer.ok_or_else(|| "not yet".into())
    });
    stay.house.town.await_step(HERE, again.id, "requested");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_place_ends_while_the_choice_lies_open_on_a_phone() {
    a_place_ends_under_her_eyes(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_place_ends_while_the_choice_lies_open_without_scripts() {
    a_place_ends_under_her_eyes(Look { scripts: false, ..Look::DESKTOP }).await;
}

/// What a physician's page of her documents and her own look like.
#[tokio::test(flavor = "multi_thread")]
async fn her_documents_on_a_phone() {
    let (mut stay, axe) = (Stay::new(), axe());
    let (house, staff) = (at(&stay.house, Site::Patient, ""), at(&stay.house, Site::Staff, ""));
    let (patient, town) = (stay.patient, &mut stay.house.town);
    let ids = [LETTER, REPORT].map(|bytes| town.add_document(HERE, patient, bytes));
    let (mut doctor, login) = stay.house.staff("petra", &[Role::Physician]);
    let window = Window::open(Look::PHONE).await;
    sign_in(&stay, &window).await;
    window.go(&format!("{house}/documents")).await;
    window.read("keine Unterlage").await;
    look_at(&window, &axe, "documents-none").await;
    stay.press(&mut doctor, ids[0], "release");
    window.go(&house).await;
    window.click("a[href='/documents']").await;
    window.read("Befundbericht").await;
    look_at(&window, &axe, "documents").await;
    window.close().await;

    let window = Window::open(Look::DESKTOP).await;
    window.go(&format!("{staff}/patients/{patient}/documents")).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(&login)).await;
    window.click("main button.main").await;
    window.read("nicht freigegeben").await;
    look_at(&window, &axe, "papers").await;
    window.close().await;
}

/// Consent, choice and changing one's mind with nothing but a keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn consent_and_choice_by_keyboard_alone() {
    let mut stay = Stay::new();
    let (house, enter) = (at(&stay.house, Site::Patient, ""), Key::Enter.into());
    let window = Window::open(Look::DESKTOP).await;
    sign_in(&stay, &window).await;
    press(&window, ".todo .main", enter).await;
    window.read("Sie entscheiden frei").await;
    press(&window, "button[value=give]", enter).await;
    window.read("Was ist Ihnen bei der Reha wichtig?").await;
    let ids = stay.inquire();
    stay.offer(FIRST, ids[0]);
    window.go(&house).await;
    window.read("Eine Klinik bietet Ihnen einen Platz an.").await;
    press(&window, ".todo .main", enter).await;
    press(&window, "a[href$='/choose']", enter).await;
    window.read("Wer erfährt was?").await;
    press(&window, "main button.main", enter).await;
    window.read("Gewählt, noch nicht bestätigt").await;
    press(&window, ".todo form[action$='/withdraw'] button", enter).await;
    stay.house.town.await_step(FIRST, ids[0], "withdrawn");
    window.close().await;
}

/// Signing in, wishes and a message with nothing but a keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_wishes_and_messages_by_keyboard_alone() {
    let mut stay = Stay::new();
    stay.consent();
    stay.house.staff("sonja", &[Role::SocialService]);
    let (house, enter, down) = (at(&stay.house, Site::Patient, ""), Key::Enter.into(), char::from(Key::Down).to_string());
    let window = Window::open(Look::DESKTOP).await;
    window.go(&house).await;
    type_at(&window, "#login", &stay.login.user).await;
    type_at(&window, "#password", "falsch falsch falsch").await;
    press(&window, "form[action='/sign-in'] button", enter).await;
    window.see(".fault[role=alert]").await;
    type_at(&window, "#password", &stay.login.password).await;
    press(&window, "form[action='/sign-in'] button", enter).await;
    type_at(&window, "#code", &next_code(&stay.login)).await;
    press(&window, "main button.main", enter).await;
    window.read("Was ist Ihnen bei der Reha wichtig?").await;
    press(&window, ".todo .main", enter).await;
    type_at(&window, "#about-1", &down).await;
    type_at(&window, "#why-1", "Meine Tochter wohnt dort.").await;
    press(&window, "main button.main", enter).await;
    window.read("Zuletzt gespeichert").await;
    press(&window, ".clinic a", enter).await;
    press(&window, "a[href='/messages']", enter).await;
    type_at(&window, "#text", "Darf meine Tochter mitkommen?").await;
    press(&window, "form[action='/messages'] button", enter).await;
    window.read("Sie bekommen die Antwort bis").await;
    press(&window, "form[action='/sign-out'] button", enter).await;
    window.see("#login").await;
    window.close().await;
    assert!(stay.get("/wishes").contains("Meine Tochter wohnt dort.") && stay.get("/messages").contains("Darf meine Tochter mitkommen?"));
}

/// The letter's code, somebody who may look, a document and the end of a consent with nothing but a keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn invitation_proxies_documents_and_withdrawal_by_keyboard_alone() {
    let mut house = House::new();
    let enter = Key::Enter.into();
    let patient = house.patient("Erna");
    let letter = house.town.add_document(0, patient, LETTER);
    let (mut petra, _) = house.staff("petra", &[Role::Physician]);
    let page = petra.get(&format!("/patients/{patient}/documents")).unwrap();
    petra.submit(&page, &format!("/documents/{letter}/release"), &[]).unwrap();
    let code = house.code(Account::Invite(patient));
    let window = Window::open(Look::DESKTOP).await;
    window.go(&at(&house, Site::Patient, "/invitation")).await;
    type_at(&window, "#code", &code).await;
    type_at(&window, "#birth", "3.4.1951").await;
    press(&window, "main button.main", enter).await;
    window.read("Wie möchten Sie sich künftig anmelden?").await;
    press(&window, "a[href='/setup/password']", enter).await;
    type_at(&window, "#login", "erna").await;
    type_at(&window, "#password", "drei blaue Boote im Hafen").await;
    press(&window, "main button.main", enter).await;
    window.read("Der zweite Code").await;
    press(&window, "form[action='/setup/list'] button", enter).await;
    window.read("Ihre Liste mit Codes").await;
    press(&window, "form[action='/setup/finish'] button", enter).await;
    window.read("Bitte lesen Sie, worum es geht").await;

    press(&window, "nav a[href='/proxies']", enter).await;
    type_at(&window, "#name", "Anna Beispiel").await;
    press(&window, "input[name=scope][value=look]", ' ').await;
    press(&window, "main form button.main", enter).await;
    window.read("Einladung für Anna Beispiel").await;
    press(&window, "main a.button[href='/proxies']", enter).await;
    press(&window, "form[action$='/end'] button", enter).await;
    window.read("Zurzeit handelt niemand für Sie.").await;

    press(&window, ".clinic a", enter).await;
    press(&window, "a[href='/consent']", enter).await;
    press(&window, "button[value=give]", enter).await;
    press(&window, "nav a[href='/consent']", enter).await;
    press(&window, "form[action='/consent/withdraw'] button", enter).await;
    window.read("zurückgenommen").await;
    press(&window, ".clinic a", enter).await;
    press(&window, "a[href='/documents']", enter).await;
    press(&window, &format!("a[href='/documents/{letter}']"), enter).await;
    eventually("the letter is opened", || {
        let audit = house.town.verbund(0, &["audit", "list", "--limit", "1000"]);
        let told = String::from_utf8_lossy(&audit.stdout).into_owned();
        if told.contains("document.read") { Ok(()) } else { Err(told) }
    });
    window.close().await;
}

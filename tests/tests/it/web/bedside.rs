//! A tablet at the bedside: one patient, one matter, and nothing else.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    control::{Command, consent},
    domain::{account::Site, actor::Role, bedside::Matter, consent::Consent},
    portal::routes::ROUTES,
    store::{Store, key::KeyFile},
};
use verbund_protocol::id::LocalId;
use verbund_tests::chromium::{Look, Window};

use super::{
    House,
    chromium::{at, axe, look_at},
    journey::sign_in,
    patient::Stay,
};

/// A tablet, upright.
const TABLET: Look = Look { width: 820, height: 1_180, ..Look::DESKTOP };

/// Begins at a member of staff's page; returns the code's page.
fn begin(staff: &mut Browser, patient: LocalId, matter: &str) -> Answer {
    let path = format!("/patients/{patient}/bedside");
    let page = staff.get(&path).unwrap();
    let unseen = staff.submit(&page, &path, &[("matter", matter)]).unwrap();
    assert!(unseen.text().contains("Bitte prüfen Sie erst an Armband oder Ausweis"), "{}", unseen.text());
    staff.submit(&page, &path, &[("matter", matter), ("seen", "yes")]).unwrap()
}

pub(super) fn code(page: &Answer) -> String {
    page.element("class=\"code\"").unwrap()
}

/// Where staff see how it stands.
pub(super) fn stands(page: &Answer) -> String {
    let text = page.text();
    let at = text.find("href=\"/bedsides/").expect("a link") + 6;
    text[at..].split('"').next().unwrap().to_owned()
}

/// A tablet opened with a code.
pub(super) fn tablet(house: &House, code: &str) -> (Browser, Answer) {
    let mut tablet = house.browser(Site::Patient);
    let page = tablet.get("/bedside").unwrap();
    let opened = tablet.submit(&page, "/bedside", &[("code", code)]).unwrap();
    (tablet, opened)
}

pub(super) fn decisions(house: &mut House, patient: LocalId) -> Vec<Consent> {
    let reply: consent::Reply = house.town.told(0, Command::Consent(consent::Command::List(patient)));
    let consent::Reply::Decisions(all) = reply else { panic!("{reply:?}") };
    all
}

#[test]
fn she_consents_at_the_bedside_and_everything_says_so() {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let begun = begin(&mut wanda, id, "consent");
    let (code, stands) = (code(&begun), stands(&begun));
    assert!(wanda.get(&stands).unwrap().text().contains("Der Code wartet auf ein Tablet."));
    let (mut tablet, page) = tablet(&house, &code);
    assert_eq!(page.path, "/consent");
    let text = page.text();
    assert!(text.contains(&format!("Für: Erna {}", super::CANARY)) && text.contains("begleitet von Station"), "{text}");
    assert!(!text.contains("href=\"/access\"") && !text.contains("href=\"/\"") && !text.contains("/sign-out"), "no way out: {text}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(wanda.get(&stands).unwrap().text().contains("Das Tablet ist offen."));
    let (_, second) = self::tablet(&house, &code);
    assert!(second.text().contains("schon benutzt"), "one code, one tablet: {}", second.text());
    let done = tablet.submit(&page, "/consent", &[("decision", "give")]).unwrap();
    assert!(done.path == "/bedside/done" && done.text().contains("geben Sie das Tablet jetzt zurück") && !done.text().contains(super::CANARY), "{}", done.text());
    assert_eq!(tablet.get("/consent").unwrap().path, "/sign-in?next=/consent", "it is a stranger's again");
    let given = decisions(&mut house, id).remove(0);
    assert!(given.decision.given && given.recorded_by.starts_with("bedside "), "{given:?}");
    assert_eq!(given.decision.document.as_deref(), Some(format!("portal at the bedside with ward, {}", given.recorded_by).as_str()));
    assert!(wanda.get(&stands).unwrap().text().contains("Die Entscheidung ist gespeichert"));
    let story = wanda.get(&format!("/patients/{id}")).unwrap().text();
    assert!(story.contains("am Krankenbett, begleitet von: Station"), "{story}");
    let (mut paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    let page = paul.get("/audit").unwrap();
    let found = paul.submit(&page, "/audit", &[("action", "consent.record"), ("about", &id.to_string())]).unwrap().text();
    assert!(found.contains("bedside with ward") && !found.contains(super::CANARY), "{found}");
    assert!(!house.town.node(0).log().contains(&code) && !house.town.node(0).log().contains(super::CANARY));
}

#[test]
fn a_tablet_finds_no_other_page() {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    for matter in Matter::ALL {
        let code = code(&begin(&mut wanda, id, matter.word()));
        let (mut tablet, page) = tablet(&house, &code);
        assert_eq!(page.path, matter.page());
        let form = page.hidden("form").unwrap();
        assert_eq!(tablet.get("/").unwrap().path, matter.page(), "its start page is its matter");
        let mut own = 0;
        for route in ROUTES {
            let there = route.sites.contains(&Site::Patient) && route.beside().matters.contains(matter);
            if there
                || (route.path == "/" && route.method == "GET")
                || ROUTES.iter().any(|other| other.path == route.path && other.method == route.method && other.beside().matters.contains(matter))
            {
                own += usize::from(there);
                continue;
            }
            let path = route.path.replace("{id}", "0011223344556677").replace("{name}", "x").replace("{entry}", "0011223344556677");
            let answer = if route.method == "POST" { tablet.post(&path, &[("form", &form)]).unwrap() } else { tablet.ask("GET", &path, &[], b"").unwrap() };
            assert_eq!(answer.status, 404, "{} {path} on a tablet for {}", route.method, matter.word());
            assert!(!answer.text().contains(&id.to_string()), "{path}");
        }
        assert!(own > 8, "its own pages and those of everybody");
        assert_eq!(tablet.get(matter.page()).unwrap().status, 200, "it is open still");
        let forged = tablet.post("/bedside/end", &[("form", "00")]).unwrap();
        assert_eq!(forged.status, 403, "a form without its token");
        let back = tablet.submit(&page, "/bedside/end", &[]).unwrap();
        assert_eq!(back.path, "/bedside/done");
    }
    assert!(decisions(&mut house, id).is_empty());
}

#[test]
fn staff_end_it_and_time_does() {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let (mut rolf, _) = house.staff("rolf", &[Role::Admissions]);
    let begun = begin(&mut wanda, id, "wishes");
    let (mut tablet, page) = tablet(&house, &code(&begun));
    assert_eq!(rolf.get(&format!("/patients/{id}/bedside")).unwrap().status, 403, "admissions stand at no bedside");
    assert_eq!(wanda.get("/bedsides/0011223344556677").unwrap().status, 404);
    let seen = wanda.get(&stands(&begun)).unwrap();
    wanda.submit(&seen, &format!("{}/end", stands(&begun)), &[]).unwrap();
    let over = tablet.submit(&page, "/wishes", &[("about-1", "near-home"), ("why-1", "Zu spät.")]).unwrap();
    assert!(over.path == "/bedside" && over.text().contains("Hier ist es zu Ende"), "{}: {}", over.path, over.text());
    assert!(!over.text().contains(super::CANARY) && !over.text().contains("Zu spät."));

    let begun = begin(&mut wanda, id, "wishes");
    let (mut tablet, page) = self::tablet(&house, &code(&begun));
    house.town.stop(0);
    {
        let folder = &house.town.village.clinics[0].folder;
        let key = KeyFile::new(&folder.join("identity/database.key"), &folder.join("data")).unwrap();
        let store = Store::unlock(&folder.join("data"), &key).unwrap();
        let moved = store.db().execute("UPDATE bedside SET seen_at = seen_at - 16 * 60 * 1000 WHERE ended IS NULL", []).unwrap();
        assert_eq!(moved, 1);
    }
    house.town.restart(0);
    let idle = tablet.submit(&page, "/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    assert!(idle.path == "/bedside" && idle.text().contains("Das Tablet hat sich geschlossen"), "{}", idle.path);
    assert!(!idle.text().contains(super::CANARY) && !idle.text().contains("Meine Tochter"), "nobody knows who holds it now");
    let elsewhere = tablet.post("/consent", &[("form", &page.hidden("form").unwrap()), ("decision", "give")]).unwrap();
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, Some("/bedside")), "a form of another matter");
    assert!(wanda.get(&stands(&begun)).unwrap().text().contains("15 Minuten nicht berührt und ist geschlossen"));
    assert!(wanda.get(&format!("/patients/{id}")).unwrap().text().contains("Noch nicht gefragt"));

    // What she had typed stands there again: at the bedside of this patient alone, at its own page, and until it is sent.
    let other = house.patient("Emil");
    let (_, page) = self::tablet(&house, &code(&begin(&mut wanda, other, "wishes")));
    assert!(!page.text().contains("Meine Tochter wohnt dort."));
    let (mut tablet, page) = self::tablet(&house, &code(&begin(&mut wanda, id, "wishes")));
    assert!(page.text().contains("Meine Tochter wohnt dort.") && page.text().contains("value=\"near-home\" selected"), "{}", page.text());
    tablet.submit(&page, "/wishes", &[("about-1", "near-home"), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    let (_, again) = self::tablet(&house, &code(&begin(&mut wanda, id, "wishes")));
    assert_eq!(again.text().matches("Meine Tochter wohnt dort.").count(), 1, "her wish, and no draft beside it");
    assert!(wanda.get(&format!("/patients/{id}")).unwrap().text().contains("Meine Tochter wohnt dort."));
    house.town.kill(0);
    house.open(|db| {
        let kept: usize = db.query_row("SELECT count(*) FROM bedside_draft", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 0, "what was sent is forgotten, and a form of another matter was never kept");
    });
}

#[test]
fn she_chooses_at_the_bedside() {
    let (mut stay, ids) = Stay::offered();
    let patient = stay.patient;
    let (mut sonja, _) = stay.house.staff("sonja", &[Role::SocialService]);
    let begun = begin(&mut sonja, patient, "choice");
    let (mut tablet, page) = tablet(&stay.house, &code(&begun));
    assert_eq!(page.path, "/offers");
    let path = format!("/offers/{}/choose", ids[0]);
    let page = tablet.get(&path).unwrap();
    let offer = page.hidden("offer").unwrap();
    let done = tablet.submit(&page, &path, &[("offer", &offer)]).unwrap();
    assert_eq!(done.path, "/bedside/done", "{}", done.text());
    assert!(stay.get("/").contains("Gewählt, noch nicht bestätigt"));
    assert!(stay.get("/").contains("am Krankenbett, begleitet von: Sozialdienst"), "{}", stay.get("/"));
    assert!(!stay.get("/shared").contains("bedside"), "it was herself");
    let release = decisions(&mut stay.house, patient).pop().unwrap();
    assert!(release.decision.document.unwrap().contains("bedside with social-service"));
}

/// In a browser as wide as a tablet; the last without scripts.
async fn at_the_bedside(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let id = house.patient("Erna");
    let (_, wanda) = house.staff("wanda", &[Role::Ward]);
    let wanda = sign_in(&house, Site::Staff, &wanda, Look::DESKTOP).await;
    wanda.go(&at(&house, Site::Staff, &format!("/patients/{id}"))).await;
    wanda.click(&format!("a[href='/patients/{id}/bedside']")).await;
    look_at(&wanda, &axe, "bedside-new").await;
    wanda.click("input[value=wishes]").await;
    wanda.click("input[name=seen]").await;
    wanda.click("main button.main").await;
    wanda.read("Der Code gilt einmal").await;
    look_at(&wanda, &axe, "bedside-code").await;
    let code = wanda.see(".code").await.text().await.unwrap();
    wanda.click("main a.main").await;
    wanda.read("Der Code wartet auf ein Tablet.").await;
    wanda.script("document.activeElement.blur()", vec![]).await;
    let tablet = Window::open(look).await;
    if look.scripts {
        tablet.go(&at(&house, Site::Patient, &format!("/bedside#{code}"))).await;
        assert_eq!(tablet.client.current_url().await.unwrap().fragment(), None, "the code stays in no history");
        look_at(&tablet, &axe, "bedside").await;
    } else {
        tablet.go(&at(&house, Site::Patient, "/bedside")).await;
        tablet.fill("#code", &code).await;
    }
    tablet.click("main button.main").await;
    tablet.read("Am Krankenbett, begleitet von Station").await;
    if look.scripts {
        look_at(&tablet, &axe, "bedside-wishes").await;
        wanda.read("Das Tablet ist offen.").await;
    }
    tablet.click("#about-1 option[value=near-home]").await;
    tablet.fill("#why-1", "Meine Tochter wohnt dort.").await;
    tablet.click("main button.main").await;
    tablet.read("geben Sie das Tablet jetzt zurück").await;
    if look.scripts {
        look_at(&tablet, &axe, "bedside-done").await;
    } else {
        tablet.is_in_order().await;
    }
    wanda.read("Die Entscheidung ist gespeichert").await;
    wanda.go(&at(&house, Site::Staff, &format!("/patients/{id}"))).await;
    wanda.read("Meine Tochter wohnt dort.").await;
    look_at(&wanda, &axe, "bedside-story").await;
    // Whoever gets the tablet next sees nothing of it.
    for _ in 0..2 {
        tablet.client.back().await.unwrap();
        let shown = tablet.client.source().await.unwrap();
        assert!(!shown.contains("Am Krankenbett, begleitet") && !shown.contains("Meine Tochter wohnt dort."), "{shown}");
    }
    tablet.close().await;
    wanda.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_at_the_bedside_on_a_tablet() {
    at_the_bedside(TABLET).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wishes_at_the_bedside_without_scripts() {
    at_the_bedside(Look { scripts: false, ..TABLET }).await;
}

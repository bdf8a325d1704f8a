//! Messages between a patient and the clinic's teams: who reads them, who answers, and what happens when nobody does.

use verbund_node::{
    cli::demo::{browser::Browser, portals},
    domain::{account::Site, actor::Role, calendar, team::Waiting, thread::Thread},
    portal::{date, words::Language},
    runtime::service::now,
    store::{Store, key::KeyFile, team, thread},
};
use verbund_protocol::time::Timestamp;
use verbund_tests::chromium::{Look, Window};

use super::{
    House,
    chromium::{at_both_widths, axe, look_at, reads, window_at},
    journey::sign_in,
    next_code,
};

at_both_widths!(what_one_writes_appears_at_the_other, it_sets_up_a_team_and_a_patient_without_scripts_writes_to_it, a_message_is_handed_on_to_who_is_there);

/// Something that stands in no log, no address and no audit.
const TEXT: &str = "Zwetschgenknödel: darf ich die in der Reha essen?";
const ANSWER: &str = "Ja, gern. Bitte sagen Sie es am ersten Tag.";

/// The first thread a page links to.
fn first_thread(page: &str) -> String {
    let at = page.find("href=\"/messages/").expect("a thread") + 6;
    page[at..].split('"').next().unwrap().to_owned()
}

/// Somebody who acts for the patient, invited by her.
fn proxy(house: &House, patient: &mut Browser, login: &str, fields: &[(&str, &str)]) -> Browser {
    let page = patient.get("/proxies").unwrap();
    let invited = patient.submit(&page, "/proxies", fields).unwrap();
    let code = invited.element("class=\"code\"").unwrap();
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let page = browser.submit(&page, "/invitation", &[("code", code.split_whitespace().last().unwrap()), ("birth", "3.4.1951")]).unwrap();
    portals::set_up(&mut browser, &page, login, now()).unwrap();
    browser
}

/// Writes to the team that is offered first, and returns the thread's address.
pub(super) fn write(browser: &mut Browser, text: &str) -> String {
    let page = browser.get("/messages").unwrap();
    let to = page.text().split("name=\"to\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sent = browser.submit(&page, "/messages", &[("to", &to), ("text", text)]).unwrap();
    assert!(sent.path.starts_with("/messages/"), "{}: {}", sent.path, sent.text());
    sent.path
}

/// Has everything that waits at the stopped node have waited so many hours longer.
fn wait_longer(house: &House, hours: u64) {
    let folder = &house.town.village.clinics[house.at].folder;
    let key = KeyFile::new(&folder.join("identity/database.key"), &folder.join("data")).unwrap();
    let store = Store::unlock(&folder.join("data"), &key).unwrap();
    let back = |at: Timestamp| at.minus(std::time::Duration::from_secs(hours * 3_600));
    let mut moved = 0;
    for team in team::list(store.db()).unwrap() {
        for held in thread::waiting(store.db(), team.id, 100).unwrap() {
            let waiting = held.waiting.map(|waiting| Waiting { since: back(waiting.since), due: back(waiting.due), all_at: back(waiting.all_at) });
            thread::stand(store.db(), &Thread { waiting, ..held }).unwrap();
            moved += 1;
        }
    }
    assert!(moved > 0, "nothing waits");
}

#[test]
fn she_writes_and_the_social_service_answers() {
    let mut house = House::new();
    let (patient, mut erna, _) = house.visitor("erna");
    let none = erna.get("/messages").unwrap().text();
    assert!(none.contains("Zurzeit liest hier niemand Nachrichten") && none.contains("Im Notfall rufen Sie bitte 112 an"), "{none}");
    let (mut sonja, _) = house.staff("sonja", &[Role::SocialService]);
    let page = erna.get("/messages").unwrap();
    assert!(page.text().contains("Sozialdienst – Antwort bis"), "the clinic has set up nothing: {}", page.text());
    let to = page.text().split("name=\"to\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let empty = erna.submit(&page, "/messages", &[("to", &to), ("text", "  ")]).unwrap();
    assert!(empty.text().contains("Bitte schreiben Sie etwas."), "{}", empty.text());
    let long = erna.submit(&page, "/messages", &[("to", &to), ("text", &"ä".repeat(2_001))]).unwrap();
    assert!(long.text().contains("jetzt sind es 2001"), "{}", long.text());
    let thread = write(&mut erna, TEXT);
    let shown = erna.get(&thread).unwrap().text();
    assert!(shown.contains(TEXT) && shown.contains("Sie bekommen die Antwort bis") && shown.contains("Nicht für Notfälle"), "{shown}");

    assert!(sonja.get("/").unwrap().text().contains("Nachrichten: eine wartet auf Sie"));
    let inbox = sonja.get("/messages").unwrap().text();
    assert!(inbox.contains("Sie sind dran") && inbox.contains("Nicht für Notfälle") && first_thread(&inbox) == thread, "{inbox}");
    let page = sonja.get(&thread).unwrap();
    assert!(page.text().contains(TEXT) && page.text().contains("Antwort bis"), "{}", page.text());
    let seen = page.hidden("seen").unwrap();
    let answered = sonja.submit(&page, &thread, &[("seen", &seen), ("text", ANSWER)]).unwrap();
    assert!(answered.path == thread && answered.text().contains(ANSWER), "{}", answered.text());
    let again = sonja.submit(&page, &thread, &[("seen", &seen), ("text", "Noch einmal.")]).unwrap();
    assert!(again.text().contains("Inzwischen ist etwas dazugekommen") && again.text().contains(">Noch einmal.</textarea>"), "{}", again.text());
    assert!(sonja.get("/messages").unwrap().text().contains("Nichts wartet auf Sie."));

    assert!(erna.get("/").unwrap().text().contains("Nachrichten: eine neue Antwort"));
    let read = erna.get(&thread).unwrap().text();
    assert!(read.contains(ANSWER) && read.contains("sonja Beispiel") && !read.contains("Sie bekommen die Antwort bis"), "{read}");
    assert!(read.contains("Wenn Sie jetzt schreiben, bekommen Sie die Antwort bis "), "{read}");
    assert!(!erna.get("/").unwrap().text().contains("neue Antwort"), "it was read");
    assert!(erna.get("/shared").unwrap().text().contains("hat Nachrichten zwischen Ihnen und der Klinik gelesen"));

    let page = erna.get(&thread).unwrap();
    erna.submit(&page, &thread, &[("text", "Danke!")]).unwrap();
    let page = sonja.get(&thread).unwrap();
    let closed = sonja.submit(&page, &thread, &[("seen", &page.hidden("seen").unwrap()), ("act", "close"), ("reason", "Keine Frage mehr.")]).unwrap();
    assert!(closed.text().contains("Beantwortet"), "{}", closed.text());
    assert!(erna.get(&thread).unwrap().text().contains("Keine Frage mehr."), "she reads why");
    let log = house.town.node(0).log();
    assert!(!log.contains("Zwetschgenknödel") && !log.contains("ersten Tag"), "what is written is in no log");
    let (mut paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    let page = paul.get("/audit").unwrap();
    let found = paul.submit(&page, "/audit", &[("action", "thread."), ("about", &patient.to_string())]).unwrap().text();
    assert!(found.contains("<td>thread.read</td>") && found.contains("<td>thread.answered</td>") && !found.contains("Zwetschgen"), "{found}");
}

#[test]
fn a_thread_is_its_patients_and_its_teams_and_nobody_elses() {
    let mut house = House::new();
    let (_, mut erna, _) = house.visitor("erna");
    let (_, mut frieda, _) = house.visitor("frieda");
    house.staff("sonja", &[Role::SocialService]);
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let thread = write(&mut erna, TEXT);
    let mut ben = proxy(&house, &mut erna, "ben", &[("name", "Ben Beispiel"), ("scope", "look")]);
    let mut anna = proxy(&house, &mut erna, "anna", &[("name", "Anna Beispiel"), ("scope", "arrange")]);
    for (who, browser) in [("another patient", &mut frieda), ("a ward that is no team", &mut wanda)] {
        let form = browser.get("/").unwrap().hidden("form").unwrap();
        assert_eq!(browser.get(&thread).unwrap().status, 404, "{who}");
        assert_eq!(browser.post(&thread, &[("form", &form), ("text", "x"), ("seen", "1")]).unwrap().status, 404, "{who}");
        let absent = browser.get("/messages/0011223344556677").unwrap();
        assert_eq!((absent.status, absent.text().contains(TEXT)), (404, false), "{who}");
    }
    let form = wanda.get("/").unwrap().hidden("form").unwrap();
    for act in ["take", "hand"] {
        assert_eq!(wanda.post(&format!("{thread}/{act}"), &[("form", &form), ("to", "person 0011223344556677")]).unwrap().status, 404, "{act}");
    }
    assert!(wanda.get("/messages").unwrap().text().contains("Sie gehören zu keinem Team"));
    let page = ben.get(&thread).unwrap();
    assert!(page.text().contains(TEXT) && page.text().contains("aber nicht schreiben") && !page.text().contains("<textarea"), "{}", page.text());
    let form = page.hidden("form").unwrap();
    assert_eq!(ben.post(&thread, &[("form", &form), ("text", "Von Ben")]).unwrap().status, 404);
    assert_eq!(ben.post("/messages", &[("form", &form), ("text", "Von Ben"), ("to", "736f7a69616c0001")]).unwrap().status, 404);
    let page = anna.get(&thread).unwrap();
    anna.submit(&page, &thread, &[("text", "Ich frage auch.")]).unwrap();
    let read = erna.get(&thread).unwrap().text();
    assert!(read.contains("Anna Beispiel für erna") && read.contains("Ich frage auch.") && !read.contains("Von Ben"), "{read}");
}

#[test]
fn past_the_time_the_substitute_sees_it_and_it_counts_without_a_name() {
    let mut house = House::new();
    let (_, mut erna, _) = house.visitor("erna");
    let (mut olga, _) = house.staff("olga", &[Role::SocialService]);
    let (mut sven, _) = house.staff("sven", &[Role::SocialService]);
    let (mut tina, _) = house.staff("tina", &[Role::SocialService]);
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    let page = ida.get("/teams").unwrap();
    let text = page.text();
    let account = |name: &str| {
        let before = text.split(&format!(">{name} Beispiel</option>")).next().unwrap();
        before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned()
    };
    let (owner, substitute) = (account("olga"), account("sven"));
    let fields = |substitute: &'static str| [("german", "Sozialdienst"), ("english", "Social service"), ("role", "social-service"), ("hours", "24"), ("substitute", substitute)];
    let wrong = ida.submit(&page, "/teams/736f7a69616c0001", &fields("0011223344556677")).unwrap();
    assert!(wrong.text().contains("Die Vertretung braucht eine zuständige Person"), "{}", wrong.text());
    let mut kept: Vec<(&str, &str)> = fields("").to_vec();
    kept.retain(|(name, _)| *name != "substitute");
    kept.extend([("owner", owner.as_str()), ("substitute", substitute.as_str()), ("weekends", "yes")]);
    assert_eq!(ida.submit(&page, "/teams/736f7a69616c0001", &kept).unwrap().path, "/teams");
    let thread = write(&mut erna, TEXT);
    let mine = |browser: &mut Browser| {
        let page = browser.get("/messages").unwrap().text();
        let (mine, _) = page.split_once("id=\"mine\"").map(|(_, rest)| rest.split_once("</section>").unwrap()).unwrap();
        mine.contains(&thread)
    };
    assert_eq!([mine(&mut olga), mine(&mut sven), mine(&mut tina)], [true, false, false]);
    assert!(ida.get("/status").unwrap().text().contains("keine über der versprochenen Zeit"));
    let waited = |house: &mut House, hours: u64| {
        house.town.stop(0);
        wait_longer(house, hours);
        house.town.restart(0);
    };
    waited(&mut house, 25);
    assert_eq!([mine(&mut olga), mine(&mut sven), mine(&mut tina)], [true, true, false]);
    assert!(sven.get("/").unwrap().text().contains("davon 1 über der Zeit"));
    assert!(erna.get(&thread).unwrap().text().contains("und fehlt noch"), "she is told the truth");
    let status = ida.get("/status").unwrap().text();
    assert!(status.contains("eine ist über der versprochenen Zeit nicht beantwortet") && !status.contains(super::CANARY), "{status}");
    waited(&mut house, 24);
    assert_eq!([mine(&mut olga), mine(&mut sven), mine(&mut tina)], [true, true, true]);
    let page = tina.get(&thread).unwrap();
    tina.submit(&page, &format!("{thread}/take"), &[]).unwrap();
    assert!(olga.get(&thread).unwrap().text().contains("tina Beispiel kümmert sich darum."));
    let page = olga.get("/messages").unwrap();
    assert!(olga.submit(&page, "/absence", &[("until", "gestern")]).unwrap().text().contains("zum Beispiel 1.12.2026"));
    let away = olga.submit(&page, "/absence", &[("until", &calendar::day(now()).plus(3).to_string())]).unwrap();
    assert!(away.text().contains("Sie sind als abwesend eingetragen"), "{}", away.text());
    assert!(!ida.get("/teams").unwrap().text().contains(super::CANARY));
}

#[test]
fn what_was_typed_survives_the_session() {
    let mut house = House::new();
    let (_, mut erna, _) = house.visitor("erna");
    let (mut sonja, login) = house.staff("sonja", &[Role::SocialService]);
    let thread = write(&mut erna, TEXT);
    let page = sonja.get(&thread).unwrap();
    house.town.stop(0);
    house.age_sessions();
    house.town.restart(0);
    let away = sonja.submit(&page, &thread, &[("seen", &page.hidden("seen").unwrap()), ("text", ANSWER)]).unwrap();
    assert_eq!(away.hidden("next").as_deref(), Some(thread.as_str()));
    let step = sonja.submit(&away, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", &thread)]).unwrap();
    let back = sonja.submit(&step, "/sign-in/second", &[("code", &next_code(&login)), ("next", &thread)]).unwrap();
    assert!(back.path == thread && back.text().contains(&format!(">{ANSWER}</textarea>")) && back.text().contains("noch nicht gesendet"), "{}", back.text());
    assert!(!erna.get(&thread).unwrap().text().contains(ANSWER), "nothing was sent");
}

/// Nobody reloads a page.
async fn what_one_writes_appears_at_the_other(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let (_, _, erna) = house.visitor("erna");
    let (_, sonja) = house.staff("sonja", &[Role::SocialService]);
    house.staff("sven", &[Role::SocialService]);
    let erna = sign_in(&house, Site::Patient, &erna, look).await;
    let sonja = sign_in(&house, Site::Staff, &sonja, look).await;
    sonja.click("a[href='/messages']").await;
    sonja.read("Nichts wartet auf Sie.").await;
    // Whoever only reads sees news at once.
    sonja.script("document.activeElement.blur()", vec![]).await;
    erna.click("a[href='/messages']").await;
    look_at(&erna, &axe, "messages-none").await;
    erna.fill("#text", TEXT).await;
    erna.click("main button.main").await;
    erna.read("Sie bekommen die Antwort bis").await;
    look_at(&erna, &axe, "message-asked").await;
    erna.script("document.activeElement.blur()", vec![]).await;
    sonja.read("Antwort bis").await;
    look_at(&sonja, &axe, "messages-inbox").await;
    sonja.click("#mine + ul a").await;
    sonja.read(TEXT).await;
    sonja.fill("#text", ANSWER).await;
    sonja.click("main button.main").await;
    sonja.read("Beantwortet").await;
    look_at(&sonja, &axe, "message-answered").await;
    erna.read(ANSWER).await;
    look_at(&erna, &axe, "message-read").await;
    erna.fill("#text", "Danke schön.").await;
    erna.click("main button.main").await;
    sonja.read("Danke schön.").await;
    sonja.click("details summary").await;
    sonja.fill("#reason", "Ein Dank braucht keine Antwort.").await;
    sonja.click("details button").await;
    erna.read("Ein Dank braucht keine Antwort.").await;
    erna.click("main > p a").await;
    erna.read("Beantwortet").await;
    look_at(&erna, &axe, "messages").await;
    erna.close().await;
    sonja.close().await;
}

/// Whoever took a message hands it on; who is away is marked so where one chooses, and is back with one click.
async fn a_message_is_handed_on_to_who_is_there(look: Look) {
    let mut house = House::new();
    let (_, mut erna, _) = house.visitor("erna");
    let (sonja, _) = house.staff("sonja", &[Role::SocialService]);
    let (sven, _) = house.staff("sven", &[Role::SocialService]);
    let thread = write(&mut erna, TEXT);
    let back = calendar::day(now()).plus(3);
    let sven = window_at(&sven, look, "/messages").await;
    reads(&sven, "Sie sind dran").await;
    sven.fill("#until", "gestern").await;
    sven.click("form[action='/absence'] button").await;
    reads(&sven, "Bitte geben Sie einen Tag ein, der noch kommt").await;
    sven.fill("#until", &back.to_string()).await;
    sven.click("form[action='/absence'] button").await;
    let until = date::calendar(back, Language::German);
    reads(&sven, &format!("Sie sind als abwesend eingetragen bis {until}.")).await;

    let sonja = window_at(&sonja, look, &thread).await;
    sonja.click("form[action$='/take'] button").await;
    reads(&sonja, "Sie haben das übernommen.").await;
    let option = sonja.see("#to option[value^='person ']").await.prop("textContent").await.unwrap();
    assert_eq!(option.unwrap(), format!("sven Beispiel (abwesend bis {until})"));
    sven.click("form[action='/absence'] button[name=back]").await;
    reads(&sven, "Solange Sie abwesend sind").await;
    sonja.client.refresh().await.unwrap();
    sonja.click("form[action$='/hand'] button").await;
    reads(&sonja, "Bitte wählen Sie, an wen Sie weitergeben.").await;
    sonja.click("#to option[value^='person ']").await;
    sonja.click("form[action$='/hand'] button").await;
    reads(&sonja, "sven Beispiel kümmert sich jetzt darum.").await;
    sven.go(&format!("{}{thread}", house.browser(Site::Staff).origin)).await;
    reads(&sven, "Sie haben das übernommen.").await;
    sven.fill("#text", ANSWER).await;
    sven.click("main button.main").await;
    reads(&sven, "Beantwortet").await;
    let read = erna.get(&thread).unwrap().text();
    assert!(read.contains(ANSWER) && read.contains("sven Beispiel"), "{read}");
    sonja.close().await;
    sven.close().await;
}

/// IT sets up teams; the narrowest screen without scripts still writes.
async fn it_sets_up_a_team_and_a_patient_without_scripts_writes_to_it(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let (_, _, erna) = house.visitor("erna");
    house.staff("sonja", &[Role::SocialService]);
    house.staff("wanda", &[Role::Ward]);
    let (_, ida) = house.staff("ida", &[Role::It]);
    let ida = sign_in(&house, Site::Staff, &ida, look).await;
    ida.click("a[href='/teams']").await;
    look_at(&ida, &axe, "teams").await;
    ida.fill("#german-new", "Station 3").await;
    ida.fill("#english-new", "Ward 3").await;
    ida.click("#role-new option[value=ward]").await;
    ida.fill("#hours-new", "12").await;
    ida.click("form[action='/teams'] button.main").await;
    ida.read("Station 3").await;
    ida.close().await;
    let window: Window = sign_in(&house, Site::Patient, &erna, Look { scripts: false, ..Look::NARROW }).await;
    window.click("a[href='/messages']").await;
    window.read("Station 3 – Antwort bis").await;
    window.is_in_order().await;
    window.click("input[name=to]:not(:checked)").await;
    window.fill("#text", TEXT).await;
    window.click("main button.main").await;
    window.read("Nachrichten mit: Station 3").await;
    window.is_in_order().await;
    window.close().await;
}

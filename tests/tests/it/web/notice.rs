//! Notices and codes by e-mail, through a real mail server: what leaves, what it says, and what happens when it does not arrive.

use std::{
    fs::OpenOptions,
    io::Write as _,
    process::{Command, Stdio},
};

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    control::doctor::Finding,
    domain::{account::Site, actor::Role},
};
use verbund_tests::{
    people::eventually,
    post_office::PostOffice,
    town::{Town, programs},
};

use super::{
    CANARY, House,
    patient::{FIRST, HERE, SECOND, Stay},
    type_password,
};

mod chromium;

/// The patient's address; nothing of her name is in it.
const ADDRESS: &str = "post17@beispiel.test";
const ADMISSIONS: &str = "aufnahme@klinik.test";

/// Gives a clinic that does not run yet its mail server.
pub(super) fn equip(town: &Town, at: usize, section: &str) {
    let config = town.village.clinics[at].config();
    OpenOptions::new().append(true).open(config).unwrap().write_all(section.as_bytes()).unwrap();
}

pub(super) fn start(town: &mut Town) {
    (0..town.village.clinics.len()).for_each(|at| town.launch(at));
    (0..town.village.clinics.len()).for_each(|at| town.wait_ready(at));
}

/// One clinic with its mail server.
fn house(section: &str) -> House {
    let mut town = Town::found(1, 40);
    equip(&town, 0, section);
    start(&mut town);
    House { town, at: 0 }
}

/// A patient in her browser at a hospital with a mail server, among others.
fn stay(section: &str) -> Stay {
    let mut town = Town::found(4, 80);
    equip(&town, HERE, section);
    start(&mut town);
    Stay::of(House { town, at: HERE })
}

/// The code in a mail.
fn code(mail: &str) -> String {
    let after = mail.split_once("Ihr Code: ").unwrap_or_else(|| panic!("no code: {mail}")).1;
    after.chars().take_while(char::is_ascii_digit).collect()
}

/// Enters an address on one's own page and proves it by the code that comes.
fn prove(browser: &mut Browser, office: &PostOffice, address: &str) -> Answer {
    let page = browser.get("/mail").unwrap();
    let page = browser.submit(&page, "/mail/address", &[("address", address)]).unwrap();
    assert!(page.text().contains("Der Code ist unterwegs"), "{}", page.text());
    let mails = office.await_mails(address, 1);
    browser.submit(&page, "/mail/code", &[("code", &code(&mails[0]))]).unwrap()
}

/// What `verbund doctor` finds about e-mail.
fn examined(town: &Town, at: usize) -> Vec<Finding> {
    let output = town.verbund(at, &["--json", "doctor"]);
    let all: Vec<Finding> = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    all.into_iter().filter(|finding| finding.check.starts_with("e-mail")).collect()
}

fn names_nobody(stay: &Stay, mail: &str, more: &[String]) {
    let (mail, clinics) = (mail.to_lowercase(), &stay.house.town.village.clinics);
    let mut never: Vec<String> = ["erna", "reha", "orthop", "angebot", "offer", "platz", "place", "2300", "hüfte"].map(str::to_owned).to_vec();
    never.extend([CANARY.to_owned(), stay.patient.to_string()]);
    never.extend(clinics.iter().flat_map(|clinic| [clinic.plan.facility.name.clone(), clinic.plan.facility.ik.to_string()]));
    never.extend(more.iter().cloned());
    for word in never {
        assert!(!mail.contains(&word.to_lowercase()), "{word}: {mail}");
    }
}

#[test]
fn she_hears_that_there_is_something_new_and_nothing_else() {
    let office = PostOffice::open();
    let (mut stay, ids) = {
        let mut stay = stay(&office.section());
        assert!(prove(&mut stay.browser, &office, ADDRESS).text().contains(ADDRESS));
        stay.consent();
        let ids = stay.inquire();
        (stay, ids)
    };
    stay.offer(FIRST, ids[0]);
    let notice = office.await_mails(ADDRESS, 2).remove(1);
    let patients = stay.browser.origin.clone();
    assert!(notice.contains("Sie haben eine neue Nachricht Ihrer Klinik.") && notice.contains(&patients), "{notice}");
    assert!(notice.contains("Content-Transfer-Encoding: 7bit") && notice.contains("Message-ID: <verbund."), "it can be searched as it is: {notice}");
    names_nobody(&stay, &notice, &ids.iter().map(ToString::to_string).collect::<Vec<_>>());

    // More news before she has looked is no second mail; after her look it is.
    stay.offer(SECOND, ids[1]);
    stay.get("/");
    stay.choose(ids[0]);
    stay.house.town.await_step(FIRST, ids[0], "chosen");
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    office.await_mails(ADDRESS, 3);

    // Switched off: nothing is sent, and staff call.
    let page = stay.browser.get("/mail").unwrap();
    assert!(stay.browser.submit(&page, "/mail/kinds", &[]).unwrap().text().contains("Gespeichert"));
    stay.get("/");
    let day = stay.house.town.today(FIRST).plus(12);
    stay.house.town.change_date(FIRST, ids[0], day);
    let (mut sonja, _) = stay.house.staff("sonja", &[Role::SocialService]);
    let door = eventually("she is to be called", || {
        let page = sonja.get("/").unwrap().text();
        if page.contains("Bitte anrufen: eine Person") { Ok(page) } else { Err(page) }
    });
    assert!(door.contains("href=\"/calls\""));
    let list = sonja.get("/calls").unwrap();
    assert!(list.text().contains(CANARY) && list.text().contains("Keine Telefonnummer"), "{}", list.text());
    let called = sonja.submit(&list, &format!("/calls/{}", stay.patient), &[]).unwrap();
    assert!(called.path == "/calls" && called.text().contains("niemand angerufen") && called.text().contains("sonja Beispiel"), "{}", called.text());
    let page = stay.browser.get("/mail").unwrap();
    stay.browser.submit(&page, "/mail/kinds", &[("kind", "place")]).unwrap();
    stay.get("/");
    stay.house.town.change_date(FIRST, ids[0], day.plus(1));
    office.await_mails(ADDRESS, 4);
    let log = stay.house.town.node(HERE).log();
    assert!(!log.contains(ADDRESS) && !log.contains("post17") && !log.contains(CANARY), "{log}");
}

#[test]
fn a_mail_survives_the_node_and_waits_for_the_mail_server() {
    let mut office = PostOffice::open();
    let mut stay = stay(&office.section_implicit());
    prove(&mut stay.browser, &office, ADDRESS);
    stay.consent();
    let ids = stay.inquire();
    office.stop();
    stay.offer(FIRST, ids[0]);
    eventually("doctor says that a mail waits", || {
        let found = examined(&stay.house.town, HERE);
        let waits = found.iter().any(|finding| finding.check == "e-mail outbox" && finding.found.contains("1 waits"));
        if waits { Ok(()) } else { Err(format!("{found:?}")) }
    });
    let server = examined(&stay.house.town, HERE).into_iter().find(|finding| finding.check == "e-mail").unwrap();
    assert!(server.state == verbund_node::control::doctor::State::Fail && server.found.contains("no encrypted connection"), "{server:?}");
    stay.house.town.kill(HERE);
    office.start();
    stay.house.town.restart(HERE);
    let notice = office.await_mails(ADDRESS, 2).remove(1);
    assert!(notice.contains("Sie haben eine neue Nachricht"), "{notice}");
    eventually("nothing waits any more", || {
        let found = examined(&stay.house.town, HERE);
        if found.iter().all(|finding| finding.check == "e-mail" && finding.remedy.is_empty()) { Ok(()) } else { Err(format!("{found:?}")) }
    });
    assert_eq!(office.mails_to(ADDRESS).len(), 2);
}

#[test]
fn a_wrong_certificate_is_refused_and_tried_again() {
    let mut office = PostOffice::found();
    office.certify("others.pem");
    office.start();
    let mut house = house(&office.section());
    let (_, mut browser, _) = house.visitor("erna");
    let page = browser.get("/mail").unwrap();
    let page = browser.submit(&page, "/mail/address", &[("address", ADDRESS)]).unwrap();
    eventually("the wrong certificate is named", || {
        let found = examined(&house.town, 0);
        let named = |check: &str| found.iter().any(|finding| finding.check == check && finding.found.to_lowercase().contains("certificate"));
        if named("e-mail") && named("e-mail outbox") { Ok(()) } else { Err(format!("{found:?}")) }
    });
    assert!(office.mails().is_empty());
    office.stop();
    office.certify("roots.pem");
    office.start();
    let mails = office.await_mails(ADDRESS, 1);
    assert!(browser.submit(&page, "/mail/code", &[("code", &code(&mails[0]))]).unwrap().text().contains("Wann sollen wir Ihnen schreiben?"));
}

#[test]
fn an_address_that_does_not_work_is_work_for_staff() {
    let office = PostOffice::open();
    let mut stay = stay(&office.section());
    prove(&mut stay.browser, &office, ADDRESS);
    stay.consent();
    let ids = stay.inquire();
    office.forget("post17");
    stay.offer(FIRST, ids[0]);
    let (mut sonja, _) = stay.house.staff("sonja", &[Role::SocialService]);
    let list = eventually("she is to be called", || {
        let page = sonja.get("/calls").unwrap();
        if page.text().contains("Die E-Mail-Adresse nimmt nichts an") { Ok(page) } else { Err(page.text()) }
    });
    assert!(list.text().contains(CANARY));
    let own = sonja.get(&format!("/patients/{}", stay.patient)).unwrap();
    assert!(own.text().contains(&format!("An {ADDRESS} kommt nichts an (5.1.1)")), "{}", own.text());
    let typed = sonja.submit(&own, &format!("/patients/{}/mail", stay.patient), &[("address", "kein Postfach")]).unwrap();
    assert!(typed.text().contains("Das ist keine E-Mail-Adresse") && typed.text().contains("value=\"kein Postfach\""), "{}", typed.text());
    let typed = sonja.submit(&own, &format!("/patients/{}/mail", stay.patient), &[("address", "neu18@beispiel.test")]).unwrap();
    assert!(typed.text().contains("neu18@beispiel.test, noch nicht bestätigt"), "{}", typed.text());
    // She proves it herself, and then it is heard again.
    let page = stay.browser.get("/mail").unwrap();
    assert!(page.text().contains("Ihr Team hat die Adresse neu18@beispiel.test eingetragen"), "{}", page.text());
    let page = stay.browser.submit(&page, "/mail/address", &[("again", "yes")]).unwrap();
    let mails = office.await_mails("neu18@beispiel.test", 1);
    stay.browser.submit(&page, "/mail/code", &[("code", &code(&mails[0]))]).unwrap();
    stay.offer(SECOND, ids[1]);
    office.await_mails("neu18@beispiel.test", 2);

    // One that comes back later is handed in by the mail server.
    office.send_back("neu18");
    stay.get("/");
    stay.choose(ids[1]);
    stay.house.town.await_step(SECOND, ids[1], "chosen");
    stay.house.town.confirm(SECOND, ids[1]);
    let report = office.await_mails("verbund@klinik.test", 1).remove(0);
    assert!(report.contains("Action: failed"), "{report}");
    assert!(hand_in(&stay.house.town, "Subject: Urlaub\n\nIch bin nicht da.\n").contains("nothing to note"));
    assert!(hand_in(&stay.house.town, &report).contains("staff are told to call"));
    let list = sonja.get("/calls").unwrap().text();
    assert!(list.contains(CANARY) && list.contains("Die E-Mail-Adresse nimmt nichts an"), "{list}");
}

/// Hands a report in as the mail server's pipe does.
fn hand_in(town: &Town, report: &str) -> String {
    let config = town.village.clinics[HERE].config();
    let mut command = Command::new(programs().join("verbund"));
    let mut child = command.arg("--config").arg(config).args(["mail", "bounce"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(report.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_code_by_mail_is_a_second_step() {
    let office = PostOffice::open();
    let mut house = house(&office.section());
    let id = house.patient("Erna");
    let paper = house.code(verbund_node::control::account::Command::Invite(id));
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    browser.submit(&page, "/invitation", &[("code", &paper), ("birth", "3.4.1951")]).unwrap();
    let page = browser.get("/setup/password").unwrap();
    let password = "drei blaue Boote im Hafen";
    let page = browser.submit(&page, "/setup/password", &[("login", "erna"), ("password", password)]).unwrap();
    assert!(page.path == "/setup/second" && page.text().contains("href=\"/mail\""), "{}", page.text());
    let page = browser.get("/mail").unwrap();
    let page = browser.submit(&page, "/mail/address", &[("address", "erna")]).unwrap();
    assert!(page.text().contains("Das ist keine E-Mail-Adresse"), "{}", page.text());
    let page = browser.submit(&page, "/mail/address", &[("address", ADDRESS)]).unwrap();
    let wrong = browser.submit(&page, "/mail/code", &[("code", "12 34")]).unwrap();
    assert!(wrong.text().contains("Dieser Code stimmt nicht"), "{}", wrong.text());
    let first = code(&office.await_mails(ADDRESS, 1)[0]);
    let home = browser.submit(&wrong, "/mail/code", &[("code", &first)]).unwrap();
    assert!(home.path == "/" && home.text().contains("/sign-out"), "{}", home.text());
    assert!(browser.get("/access").unwrap().text().contains("Passwort mit Code per E-Mail an p…@beispiel.test"));

    let page = browser.get("/").unwrap();
    browser.submit(&page, "/sign-out", &[]).unwrap();
    let page = type_password(&mut browser, "erna", password);
    assert!(page.path == "/sign-in/second" && page.text().contains("Code per E-Mail schicken"), "{}", page.text());
    let page = browser.submit(&page, "/sign-in/second/mail", &[]).unwrap();
    assert!(page.text().contains("Wir haben einen Code an p…@beispiel.test geschickt"), "{}", page.text());
    let again = browser.submit(&page, "/sign-in/second/mail", &[]).unwrap();
    assert!(again.text().contains("Ein Code ist schon unterwegs"), "{}", again.text());
    let second = code(&office.await_mails(ADDRESS, 2)[1]);
    let old = browser.submit(&page, "/sign-in/second", &[("code", &first)]).unwrap();
    assert!(first == second || old.text().contains("Dieser Code stimmt nicht"), "{}", old.text());
    let home = browser.submit(&page, "/sign-in/second", &[("code", &second)]).unwrap();
    assert_eq!(home.path, "/");
    // Nobody is signed in by it twice, and without the password nobody is sent one.
    let mut other = house.browser(Site::Patient);
    let page = type_password(&mut other, "erna", password);
    assert!(other.submit(&page, "/sign-in/second", &[("code", &second)]).unwrap().text().contains("Dieser Code stimmt nicht"));
    let mut stranger = house.browser(Site::Patient);
    let page = stranger.get("/sign-in").unwrap();
    assert_eq!(stranger.submit(&page, "/sign-in/second/mail", &[]).unwrap().path, "/sign-in");
    assert_eq!(office.mails_to(ADDRESS).len(), 2);
}

/// Six digits are guessed in time by whoever may try often enough: a code has five tries, wherever they come from.
#[test]
fn a_code_by_mail_has_five_tries() {
    let office = PostOffice::open();
    let mut house = house(&office.section());
    let (_, mut erna, _) = house.visitor("erna");
    let page = erna.get("/mail").unwrap();
    let page = erna.submit(&page, "/mail/address", &[("address", ADDRESS)]).unwrap();
    let right = code(&office.await_mails(ADDRESS, 1)[0]);
    let wrong = |nth: u32| format!("{:06}", (right.parse::<u32>().unwrap() + nth) % 1_000_000);
    for nth in 1..=5 {
        let answer = erna.submit(&page, "/mail/code", &[("code", &wrong(nth))]).unwrap();
        assert!(answer.text().contains("Dieser Code stimmt nicht"), "{}", answer.text());
    }
    let late = erna.submit(&page, "/mail/code", &[("code", &right)]).unwrap();
    assert!(late.text().contains("Dieser Code stimmt nicht"), "the right one comes too late: {}", late.text());
    assert!(!erna.get("/access").unwrap().text().contains("beispiel.test"), "nothing was proved");
}

#[test]
fn admissions_hear_of_an_inquiry_when_nobody_is_signed_in() {
    const REHAB: usize = 1;
    let office = PostOffice::open();
    let mut town = Town::found(2, 80);
    equip(&town, REHAB, &office.section());
    start(&mut town);
    town.publish(REHAB, town.department(REHAB), 9).unwrap();
    let mut house = House { town, at: REHAB };
    let ask = |house: &mut House| {
        let case = house.town.discharge(0).case;
        let id = house.town.inquire(0, case, &[REHAB])[0];
        house.town.await_step(REHAB, id, "requested");
        id
    };
    let first = ask(&mut house);
    let mail = office.await_mails(ADMISSIONS, 1).remove(0);
    let staff = house.browser(Site::Staff).origin;
    assert!(mail.contains("Eine neue Anfrage wartet auf Ihre Antwort") && mail.contains(&staff), "{mail}");
    assert!(!mail.contains("Musterstadt") && !mail.contains(&first.to_string()) && !mail.contains("Mustermann"), "{mail}");
    let (mut rolf, _) = house.staff("rolf", &[Role::Admissions]);
    ask(&mut house);
    let page = rolf.get("/").unwrap();
    assert!(page.text().contains("/inquiries"));
    rolf.submit(&page, "/sign-out", &[]).unwrap();
    ask(&mut house);
    // Had the second one been told, this would be the third.
    office.await_mails(ADMISSIONS, 2);
    let log = house.town.node(REHAB).log();
    assert!(!log.contains(ADMISSIONS), "{log}");
}

#[test]
fn without_a_mail_server_people_are_called() {
    let mut house = house("");
    let (_, mut browser, _) = house.visitor("erna");
    assert!(browser.get("/mail").unwrap().text().contains("Diese Klinik verschickt keine E-Mails"));
    let page = browser.get("/").unwrap();
    assert_eq!(browser.submit(&page, "/mail/address", &[("address", ADDRESS)]).unwrap().status, 404);
    let found = examined(&house.town, 0);
    assert!(found.len() == 1 && found[0].remedy.contains("[mail]"), "{found:?}");
}

//! The pages of IT and the privacy officer: how the node is, accounts, the audit, looks that need a purpose; and a patient who lost all ways in.

use verbund_node::{
    domain::{
        account::{Site, State},
        actor::Role,
    },
    runtime::service::now,
};
use verbund_tests::{
    chromium::{Look, Window},
    town::Town,
};

use super::{
    Account, AccountReply, CANARY, Command, House,
    chromium::{at_both_widths, reads, sets_up, shown_code, unfold, window_at, with_code},
};

at_both_widths!(it_keeps_accounts_and_the_privacy_officer_reads_of_it, a_look_after_the_treatment_has_a_purpose, who_has_lost_everything_begins_anew);

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
fn how_fast_pages_are_is_told_by_those_that_people_look_at() {
    let mut house = House::new();
    let id = house.patient("Anna");
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    let before = house.town.status(0).page_us.count;
    let page = ward.get(&format!("/patients/{id}")).unwrap();
    let invited = ward.submit(&page, &format!("/patients/{id}/invite"), &[]).unwrap();
    assert_eq!(house.town.status(0).page_us.count, before + 2);
    // What takes long by nature says nothing, nor does what is the same for everybody.
    let code = invited.hidden("code").unwrap();
    assert!(ward.submit(&invited, &format!("/patients/{id}/letter"), &[("code", &code)]).unwrap().body.starts_with(b"%PDF"));
    assert_eq!(house.browser(Site::Staff).get("/sign-in").unwrap().status, 200);
    let style = page.text().split("href=\"/assets/").nth(1).and_then(|rest| rest.split('"').next()).map(|name| format!("/assets/{name}")).unwrap();
    assert_eq!(ward.get(&style).unwrap().status, 200);
    assert_eq!(house.town.status(0).page_us.count, before + 2);
    let page = ida.get("/status").unwrap().text();
    assert!(page.contains("von 100 Seiten waren zuletzt 99 nach höchstens") && page.contains(&format!("{} Seiten seit dem Start", before + 2)), "{page}");
}

/// A certificate for this machine that is good for so many days and a few hours.
fn certificate(folder: &std::path::Path, name: &str, days: i64) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    let in_hours = |hours: i64| rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(now().secs().saturating_add_signed(hours * 3_600));
    (params.not_before, params.not_after) = (in_hours(-30 * 24), in_hours(days * 24 + 3));
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    std::fs::write(folder.join(format!("{name}.crt")), params.self_signed(&key).unwrap().pem()).unwrap();
}

#[test]
fn it_sees_all_three_certificates_and_what_to_do_in_time() {
    let mut town = Town::found(1, 40);
    let folder = town.village.folder.clone();
    certificate(&folder, "patients", 20);
    let config = town.village.clinics[0].config();
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, after) = text.split_once("[web.patient]").unwrap();
    let after = after.replacen("../web.crt", "../patients.crt", 1).replacen("../web.key", "../patients.key", 1);
    std::fs::write(&config, format!("{before}[web.patient]{after}")).unwrap();
    town.launch(0);
    town.wait_ready(0);
    let mut house = House { town, at: 0 };
    let (mut ida, _) = house.staff("ida", &[Role::It]);
    let mut row = |name: &str| {
        let page = ida.get("/status").unwrap().text();
        let row = page.split(&format!("<dt>{name}</dt>")).nth(1).and_then(|rest| rest.split("</dd>").next()).unwrap_or_else(|| panic!("{name}: {page}"));
        row.to_owned()
    };
    const PATIENTS: &str = "Zertifikat der Seiten für Patientinnen und Patienten";
    let soon = row(PATIENTS);
    assert!(soon.contains("noch 20 Tage gültig, bis") && soon.contains("value=\"20\"") && soon.contains("<meter") && soon.contains("Zu tun:"), "{soon}");
    let staff = row("Zertifikat der Seiten für Mitarbeitende");
    assert!(staff.contains("Tage gültig, bis") && staff.contains("<meter") && !staff.contains("Zu tun:"), "{staff}");
    let node = row("Zertifikate, mit denen dieser Knoten mit anderen Kliniken arbeitet");
    assert!(node.contains("Tage gültig, bis") && node.contains("<meter"), "{node}");
    // The files are looked at anew with every look at the page.
    certificate(&folder, "patients", 60);
    assert!(row(PATIENTS).contains("noch 60 Tage gültig"), "{}", row(PATIENTS));
    std::fs::write(folder.join("patients.crt"), "no certificate").unwrap();
    let broken = row(PATIENTS);
    assert!(broken.contains("kann nicht gelesen werden") && broken.contains("Zu tun:"), "{broken}");
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

impl House {
    /// Accounts of staff, as the node says.
    fn accounts(&mut self) -> Vec<super::Held> {
        match self.town.ask(self.at, &Command::Account(Account::List)).unwrap() {
            AccountReply::Accounts(accounts) => accounts,
            other => panic!("{other:?}"),
        }
    }
}

/// IT makes an account, changes what its owner may do, and locks it; the privacy officer finds all of it in the audit, and no patient's name.
async fn it_keeps_accounts_and_the_privacy_officer_reads_of_it(look: Look) {
    let mut house = House::new();
    house.patient("Erna");
    let (ida, _) = house.staff("ida", &[Role::It]);
    let (paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    let window = window_at(&ida, look, "/").await;
    reads(&window, "Guten Tag, ida Beispiel").await;
    window.click("a[href='/accounts']").await;
    reads(&window, "Neues Konto").await;
    let new = "form[action='/accounts']";
    window.fill("#name", "Nora Beispiel").await;
    window.fill("#login", "nora").await;
    window.click(&format!("{new} input[value=ward]")).await;
    window.click(&format!("{new} button.main")).await;
    reads(&window, "Einrichtungs-Code für Nora Beispiel").await;
    let code = shown_code(&window).await;
    let nora = with_code(&ida.origin, look, &code, ("#login", "nora")).await;
    sets_up(&nora, None, "drei blaue Boote im Hafen").await;
    reads(&nora, "Guten Tag, Nora Beispiel").await;
    nora.see("a[href='/patients']").await;

    window.click("main a.button[href='/accounts']").await;
    reads(&window, "in Benutzung").await;
    let account = house.accounts().into_iter().find(|held| held.name == "Nora Beispiel").unwrap();
    assert_eq!((account.state, account.roles.as_slice()), (State::Open, &[Role::Ward][..]));
    let change = format!("form[action='/accounts/{}/change']", account.id);
    unfold(&window, &change).await;
    window.click(&format!("{change} input[value=ward]")).await;
    window.click(&format!("{change} input[value=capacity]")).await;
    window.click(&format!("{change} button")).await;
    reads(&window, "nora · in Benutzung · Bettenmeldung").await;
    unfold(&window, &change).await;
    window.see(&format!("{change} input[value=capacity][checked]")).await;
    nora.click("header .clinic a").await;
    nora.see("a[href='/capacity']").await;
    nora.is_in_order().await;
    assert!(!nora.text().await.contains("Patientinnen und Patienten"), "with the role goes its door");
    window.click(&format!("form[action='/accounts/{}/lock'] button", account.id)).await;
    reads(&window, "gesperrt").await;
    let locked = house.accounts().into_iter().find(|held| held.id == account.id).unwrap();
    assert_eq!((locked.state, locked.roles.as_slice()), (State::Locked, &[Role::Capacity][..]));
    nora.click("a[href='/capacity']").await;
    reads(&nora, "Benutzername").await;

    let search = window_at(&paul, look, "/").await;
    search.click("a[href='/audit']").await;
    reads(&search, "Auch diese Suche wird protokolliert.").await;
    search.fill("#actor", "Niemand").await;
    search.click("form[action='/audit'] button.main").await;
    reads(&search, "Kein Eintrag passt.").await;
    search.fill("#actor", "ida Beispiel").await;
    search.fill("#action", "account.").await;
    search.click("form[action='/audit'] button.main").await;
    for said in ["account.add", "account.change", "account.lock", &account.id.to_string()] {
        reads(&search, said).await;
    }
    assert!(!search.text().await.contains(CANARY) && !search.client.current_url().await.unwrap().as_str().contains("ida"));
    for window in [window, nora, search] {
        window.close().await;
    }
}

/// After a treatment a nurse sees nothing until she has said what for; the privacy officer reads it, and looks up in the audit what was seen.
async fn a_look_after_the_treatment_has_a_purpose(look: Look) {
    let mut house = House::new();
    let id = house.patient("Erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward]);
    let (paul, _) = house.staff("paul", &[Role::PrivacyOfficer]);
    house.town.kill(0);
    house.open(|db| assert_eq!(db.execute("UPDATE patient SET changed_at = changed_at - 31 * 86400 * 1000", []).unwrap(), 1));
    house.town.restart(0);
    let window = window_at(&wanda, look, &format!("/patients/{id}/documents")).await;
    reads(&window, "Diese Person ist hier zurzeit nicht in Behandlung.").await;
    assert!(!window.text().await.contains(CANARY));
    window.click("input[name=purpose][value=other]").await;
    window.click("main form button.main").await;
    reads(&window, "Bitte schreiben Sie in ein paar Worten, wofür").await;
    window.fill("#words", "Eine Fundsache: die Brille").await;
    window.click("main form button.main").await;
    reads(&window, "Es sind noch keine Unterlagen da.").await;
    reads(&window, CANARY).await;

    let list = window_at(&paul, look, "/").await;
    reads(&list, "Zugriffe außerhalb einer Behandlung: einer ist neu").await;
    list.click("a[href='/purposes']").await;
    reads(&list, "Eine Fundsache: die Brille").await;
    list.click("form[action$='/seen'] button").await;
    reads(&list, "Nichts Neues.").await;
    list.click("main details summary").await;
    reads(&list, "Geprüft von paul Beispiel").await;
    list.click("header .clinic a").await;
    list.click("a[href='/audit']").await;
    list.fill("#about", &id.to_string()).await;
    list.fill("#action", "document.list").await;
    list.click("form[action='/audit'] button.main").await;
    reads(&list, "document.list").await;
    let purpose = list.see("table.log tbody tr td:nth-child(5)").await.text().await.unwrap();
    assert_eq!(purpose, "other", "the audit says what the look was for");
    assert!(!list.text().await.contains(CANARY));
    window.close().await;
    list.close().await;
}

/// A patient has lost everything: staff see her card, all her ways in end at once, and a new letter opens a new one.
async fn who_has_lost_everything_begins_anew(look: Look) {
    let mut house = House::new();
    let (id, erna, login) = house.visitor("erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward]);
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Was ist jetzt zu tun?").await;
    let window = window_at(&wanda, look, &format!("/patients/{id}")).await;
    reads(&window, "Der Zugang ist eingerichtet.").await;
    unfold(&window, "form[action$='/start-over']").await;
    window.click("form[action$='/start-over'] button").await;
    reads(&window, "Bitte bestätigen Sie, dass Sie den Ausweis gesehen haben.").await;
    home.client.refresh().await.unwrap();
    reads(&home, "Was ist jetzt zu tun?").await;
    window.click("input[name=card]").await;
    window.click("form[action$='/start-over'] button").await;
    reads(&window, "Der Code wird nur jetzt gezeigt.").await;
    let code = shown_code(&window).await;
    // The letter opens beside the page, as a file to be printed.
    window.click("form[action$='/letter'] button").await;
    let printed = opened_beside(&window).await;
    assert_eq!(printed, format!("/patients/{id}/letter"));
    let audit = house.town.verbund(0, &["audit", "list", "--limit", "1000"]);
    let audit = String::from_utf8_lossy(&audit.stdout).into_owned();
    assert!(audit.contains("account.start-over") && audit.contains("account.letter"), "{audit}");

    home.click("a[href='/wishes']").await;
    reads(&home, "Mit Ihrem Ausweis bekommen Sie bei uns einen neuen Brief.").await;
    home.fill("#login", &login.user).await;
    home.fill("#password", &login.password).await;
    home.click("form[action='/sign-in'] button").await;
    reads(&home, "Benutzername oder Passwort stimmt nicht.").await;
    let anew = with_code(&erna.origin, look, &code, ("#birth", "3.4.1951")).await;
    sets_up(&anew, None, "vier grüne Boote im Hafen").await;
    reads(&anew, "Was ist jetzt zu tun?").await;
    window.click("main a.button").await;
    reads(&window, "Der Zugang ist eingerichtet.").await;
    for window in [home, window, anew] {
        window.close().await;
    }
}

/// Waits until there is a second tab, and returns the path of what it shows; the first is in front again afterwards.
async fn opened_beside(window: &Window) -> String {
    let first = window.client.window().await.unwrap();
    let begun = std::time::Instant::now();
    let second = loop {
        let beside = window.client.windows().await.unwrap().into_iter().find(|tab| *tab != first);
        if let Some(tab) = beside {
            break tab;
        }
        assert!(begun.elapsed() < verbund_tests::people::PATIENCE, "nothing opens beside the page");
    };
    window.client.switch_to_window(second).await.unwrap();
    let path = loop {
        let shown = window.script("return [document.contentType, location.pathname]", vec![]).await;
        if shown[0] == "application/pdf" {
            break shown[1].as_str().unwrap().to_owned();
        }
        assert!(begun.elapsed() < verbund_tests::people::PATIENCE, "no letter: {shown}");
    };
    window.client.close_window().await.unwrap();
    window.client.switch_to_window(first).await.unwrap();
    path
}

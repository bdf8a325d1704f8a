//! The way of an inquiry in real browsers, on both sides: the social service, a physician and the patient at clinic 0, admissions and whoever
//! states free places at clinic 1. Each story once on a phone and once at a desk.

use fantoccini::key::Key;

use super::*;
use crate::web::{
    chromium::{at_both_widths, choose_file, press, reads, type_at, unfold, window_at},
    hostile::{BLACK, ORDINARY, RED, png, red, sees},
};

at_both_widths!(the_report_comes_home, the_day_changes_and_she_does_not_come, a_signed_sheet_is_photographed, places_are_stated_by_keyboard);

impl Scene {
    /// The clinic has agreed to take the patient, on the day that is returned.
    pub(super) fn accepted(&mut self) -> Day {
        self.offer(&[]);
        self.referred();
        self.act("referral", &[]);
        self.house.town.await_documents(REHAB, self.id, 1);
        let day = self.house.town.today(REHAB).plus(7);
        self.act("accept", &[("accept-date", &typed(day))]);
        self.house.town.await_step(0, self.id, "accepted");
        day
    }

    /// Somebody of staff at the asking clinic.
    pub(super) fn asker(&mut self, login: &str, role: Role) -> Browser {
        self.house.at = 0;
        let (browser, _) = self.house.staff(login, &[role]);
        self.house.at = REHAB;
        browser
    }

    /// The patient, at the pages of the asking clinic.
    pub(super) fn erna(&mut self) -> Browser {
        self.house.at = 0;
        let (browser, _) = self.house.invited(self.discharge.patient, "erna");
        self.house.at = REHAB;
        browser
    }
}

fn german(day: Day) -> String {
    date::calendar(day, Language::German)
}

/// She arrives, and the report goes home with its document; she reads it on her page as soon as a physician has let her, and not before.
async fn the_report_comes_home(look: Look) {
    const TITLE: &str = "Bericht nach der Reha";
    let mut scene = Scene::new(4);
    let id = scene.id;
    scene.accepted();
    let (mut erna, mut petra) = (scene.erna(), scene.asker("petra", Role::Physician));
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Die Klinik nimmt Sie auf").await;
    let rolf = window_at(&scene.browser, look, "/inquiries").await;
    reads(&rolf, "Zugesagt und in Behandlung").await;
    rolf.click(&format!("a[href='/inquiries/{id}']")).await;
    reads(&rolf, "Angereist am").await;
    rolf.click("form[action$='/arrived'] button").await;
    reads(&rolf, "Angereist, in Behandlung").await;
    scene.house.town.await_step(0, id, "admitted");
    reads(&home, "Sie sind angekommen").await;

    rolf.click(".todo a[href$='/documents']").await;
    reads(&rolf, "Unterlage hinzufügen").await;
    rolf.fill("#title", TITLE).await;
    let report = red(ORDINARY);
    choose_file(&rolf, &scene.house, "#file", "bericht.pdf", &report).await;
    rolf.click("main form button.main").await;
    reads(&rolf, TITLE).await;
    rolf.go(&format!("{}/inquiries/{id}", scene.browser.origin)).await;
    reads(&rolf, "Dokumente des Berichts").await;
    rolf.click("form[action$='/report'] button").await;
    reads(&rolf, "Kreuzen Sie ein Dokument an").await;
    rolf.click("input[name=report-document]").await;
    rolf.fill("#report-consent", "Papierakte, Fach 3").await;
    rolf.fill("#report-discharged", &typed(scene.house.town.today(REHAB))).await;
    rolf.click("form[action$='/report'] button").await;
    rolf.see("main:not(:has(.todo))").await;
    reads(&rolf, "Abgeschlossen").await;
    reads(&rolf, "Weiteren Bericht senden").await;
    scene.house.town.await_step(0, id, "completed");
    let came = scene.house.town.await_documents(0, id, 1)[0].id;
    assert_eq!(scene.house.town.export(0, came), report);

    reads(&home, "Ihre Reha ist zu Ende").await;
    home.click("a[href='/documents']").await;
    reads(&home, "Zurzeit ist keine Unterlage für Sie freigegeben.").await;
    assert_eq!(erna.get(&format!("/documents/{came}")).unwrap().status, 404, "no physician has seen it");
    let page = petra.get(&format!("/patients/{}/documents", scene.discharge.patient)).unwrap();
    petra.submit(&page, &format!("/documents/{came}/release"), &[]).unwrap();
    home.client.refresh().await.unwrap();
    reads(&home, TITLE).await;
    home.click(&format!("a[href='/documents/{came}']")).await;
    rolf.go("about:blank").await;
    sees(&home, &rolf, RED, "the report").await;
    home.close().await;
    rolf.close().await;
}

/// The hospital wishes another day, the clinic grants it and later sets one of its own; in the end she does not come. Everybody reads it by
/// themselves.
async fn the_day_changes_and_she_does_not_come(look: Look) {
    let mut scene = Scene::new(4);
    let (id, agreed) = (scene.id, scene.accepted());
    let (wished, set) = (agreed.plus(2), agreed.plus(3));
    let (erna, sonja) = (scene.erna(), scene.asker("sonja", Role::SocialService));
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Die Klinik nimmt Sie auf").await;
    let rolf = window_at(&scene.browser, look, "/inquiries").await;
    reads(&rolf, "Zugesagt und in Behandlung").await;
    let sonja = window_at(&sonja, look, &format!("/asked/{id}")).await;
    reads(&sonja, &format!("Aufnahme am {}", german(agreed))).await;
    unfold(&sonja, "form[action$='/date']").await;
    sonja.fill("#wished", &typed(wished)).await;
    sonja.click("#date_reason option[value=transport]").await;
    sonja.click("form[action$='/date'] button").await;
    reads(&sonja, &format!("Gewünscht ist der {}", german(wished))).await;
    let says = format!("wünscht als Aufnahmetag den {}", german(wished));
    reads(&rolf, &says).await;
    assert_eq!(scene.house.town.show(0, id).unwrap().summary.date, Some(agreed), "a wish changes nothing yet");

    rolf.click(&format!("a[href='/inquiries/{id}']")).await;
    reads(&rolf, &says).await;
    rolf.click("#date-reason option[value=agreed]").await;
    rolf.click(".todo form[action$='/date'] button").await;
    reads(&rolf, "Angereist am").await;
    reads(&sonja, &format!("Aufnahme am {}", german(wished))).await;
    reads(&home, "hat den Tag der Aufnahme geändert").await;

    unfold(&rolf, "form[action$='/date']").await;
    rolf.fill("#date-date", &typed(set)).await;
    rolf.click("#date-reason option[value=place]").await;
    rolf.click("form[action$='/date'] button").await;
    reads(&sonja, &format!("Aufnahme am {}", german(set))).await;
    scene.house.town.await_drained(REHAB);
    let days = [0, REHAB].map(|at| scene.house.town.show(at, id).unwrap().summary.date);
    assert_eq!(days, [Some(set), Some(set)], "both sides have the same day");

    rolf.see("details:not([open]) form[action$='/date']").await;
    unfold(&rolf, "form[action$='/no-show']").await;
    rolf.click("#no-show-reason option[value=readmitted]").await;
    rolf.click("form[action$='/no-show'] button").await;
    rolf.see("main:not(:has(form))").await;
    reads(&rolf, "Grund: wieder im Krankenhaus").await;
    reads(&sonja, "nicht angekommen").await;
    reads(&home, "Sie sind nicht angereist").await;
    let told = scene.house.town.await_step(0, id, "did-not-come");
    assert_eq!(told.reason, Some(2), "readmitted to hospital");
    for window in [home, rolf, sonja] {
        window.close().await;
    }
}

/// She has no device and signs on paper: the social service enters her choice and photographs the sheet; the clinic confirms.
async fn a_signed_sheet_is_photographed(look: Look) {
    let mut scene = Scene::new(4);
    let (id, patient) = (scene.id, scene.discharge.patient);
    scene.offer(&[]);
    scene.house.town.await_step(0, id, "offered");
    let sonja = scene.asker("sonja", Role::SocialService);
    let rolf = window_at(&scene.browser, look, &format!("/inquiries/{id}")).await;
    reads(&rolf, "Platz angeboten und reserviert").await;
    let window = window_at(&sonja, look, &format!("/asked/{id}")).await;
    reads(&window, "hält einen Platz bis").await;
    unfold(&window, "form[action$='/choose']").await;
    window.fill("#form_name", "Anlage 1b 2024-03").await;
    window.fill("#kept", "Patientenakte").await;
    window.click("input[name=who][value=patient]").await;
    window.click("form[action$='/choose'] button").await;
    reads(&window, "gewählt, noch nicht bestätigt").await;
    scene.house.town.await_step(REHAB, id, "chosen");
    reads(&rolf, "Ihr Platz wurde gewählt").await;

    window.click("p.hello a").await;
    window.click("a[href$='/consents']").await;
    reads(&window, "Weitergabe mit Namen an").await;
    let sheet = png(600, 600);
    choose_file(&window, &scene.house, "form[action$='/paper'] input[type=file]", "blatt.png", &sheet).await;
    window.click("form[action$='/paper'] button").await;
    reads(&window, "Fotografiert von sonja Beispiel").await;
    window.see("main:not(:has(form))").await;
    let kept = scene.house.town.documents_of(0, Some(patient), None, false);
    assert_eq!(kept.iter().map(|kept| kept.title.as_deref()).collect::<Vec<_>>(), [Some("Unterschriebenes Blatt: Anlage 1b 2024-03")]);
    assert_eq!(scene.house.town.export(0, kept[0].id), sheet);

    rolf.click("form[action$='/confirm'] button").await;
    reads(&rolf, "Platz zugesagt, Überweisung steht aus").await;
    scene.house.town.await_step(0, id, "confirmed");
    window.click(&format!("a[href='/documents/{}']", kept[0].id)).await;
    rolf.go("about:blank").await;
    sees(&window, &rolf, BLACK, "the sheet").await;
    window.close().await;
    rolf.close().await;
}

/// The board of free places with nothing but a keyboard: what is wrong is where one goes on, what is right is stated, and one press a day
/// says that everything is still so.
async fn places_are_stated_by_keyboard(look: Look) {
    let mut scene = Scene::new(4);
    scene.offer(&[]);
    let (id, today, enter) = (scene.house.town.department(REHAB), scene.house.town.today(REHAB), Key::Enter.into());
    let (karl, _) = scene.house.staff("karl", &[Role::Capacity]);
    let window = window_at(&karl, look, "/").await;
    press(&window, "a[href='/capacity']", enter).await;
    reads(&window, "1 gehalten").await;
    let name = format!("input[name='{}-{}-{}']", id.facility, id.department, today.plus(2));
    let before = board(&mut scene.house, &id);
    type_at(&window, &name, "viele").await;
    press(&window, "form[action='/capacity'] button", enter).await;
    reads(&window, "Es wurde nichts gespeichert").await;
    assert_eq!(board(&mut scene.house, &id).stated, before.stated);
    // Whoever typed it stands at the field, and types over it.
    window.see(&format!("{name}:focus")).await;
    let all = format!("{}a{}9", char::from(Key::Control), char::from(Key::Null));
    window.client.active_element().await.unwrap().send_keys(&all).await.unwrap();
    press(&window, "form[action='/capacity'] button", enter).await;
    window.see(&format!("{name}[value='9']")).await;
    reads(&window, "Bestätigt am").await;
    let stated = board(&mut scene.house, &id);
    assert_eq!(stated.stated.as_ref().map(|days| days[2]), Some(9));

    // The page after it looks the same but for a minute: this one is marked, to know it from that one.
    window.script("document.documentElement.id = 'before'", vec![]).await;
    press(&window, "form[action='/capacity/renew'] button", enter).await;
    window.see("html:not(#before) .mark").await;
    reads(&window, "Bestätigt am").await;
    let renewed = board(&mut scene.house, &id);
    assert!(renewed.observed_at > stated.observed_at && renewed.stated == stated.stated, "{renewed:?}");
    window.close().await;
}

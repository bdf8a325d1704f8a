//! How inquiries end that end early, in real browsers on both sides: an offer is taken back and the inquiry declined, a person is refused after
//! her referral was read, what was agreed is cancelled. Each story once on a phone and once at a desk.

use super::*;
use crate::web::chromium::{at_both_widths, reads, unfold, window_at};

at_both_widths!(an_offer_is_taken_back_and_the_inquiry_declined, who_is_refused_after_reading_leaves_nothing, what_was_agreed_is_cancelled);

/// Sends a form that lies folded, with one reason from its list.
async fn for_a_reason(window: &Window, act: &str, reason: &str) {
    let form = format!("form[action$='/{act}']");
    unfold(window, &form).await;
    window.click(&format!("#{act}-reason option[value={reason}]")).await;
    window.click(&format!("{form} button")).await;
}

/// The held place becomes free again, and the inquiry stays open until it is declined; who asked reads both by themselves.
async fn an_offer_is_taken_back_and_the_inquiry_declined(look: Look) {
    let mut scene = Scene::new(1);
    let id = scene.id;
    let sonja = scene.asker("sonja", Role::SocialService);
    let sonja = window_at(&sonja, look, &format!("/asked/{id}")).await;
    reads(&sonja, "angefragt; die Antwort steht aus").await;
    let rolf = window_at(&scene.browser, look, &format!("/inquiries/{id}")).await;
    reads(&rolf, "Neue Anfrage").await;
    rolf.click("form[action$='/offer'] button").await;
    reads(&rolf, "Platz angeboten und reserviert").await;
    reads(&sonja, "hält einen Platz bis").await;
    let department = scene.house.town.department(REHAB);
    let held = |scene: &mut Scene| board(&mut scene.house, &department).free[7];
    assert_eq!(held(&mut scene), 0, "the only place is held");

    unfold(&rolf, "form[action$='/take-back']").await;
    rolf.click("form[action$='/take-back'] button").await;
    reads(&rolf, "Bitte wählen Sie etwas aus").await;
    assert_eq!(held(&mut scene), 0, "nothing was taken back");
    rolf.click("#take-back-reason option[value=mistake]").await;
    rolf.click("form[action$='/take-back'] button").await;
    reads(&rolf, "Neue Anfrage").await;
    reads(&sonja, "angefragt; die Antwort steht aus").await;
    assert_eq!(held(&mut scene), 1);

    for_a_reason(&rolf, "decline", "staff").await;
    rolf.see("main:not(:has(form))").await;
    reads(&rolf, "Grund: Personalmangel").await;
    reads(&sonja, "hat abgesagt").await;
    reads(&sonja, "Personalmangel").await;
    let told = scene.house.town.await_step(0, id, "declined");
    assert_eq!(told.reason, Some(12), "shortage of staff");
    rolf.close().await;
    sonja.close().await;
}

/// Nothing that came with the name is left at the clinic, also not where the page before is opened again; the patient reads that.
async fn who_is_refused_after_reading_leaves_nothing(look: Look) {
    let mut scene = Scene::new(2);
    let id = scene.id;
    scene.offer(&[]);
    scene.referred();
    let erna = scene.erna();
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Ihren Namen und Ihre Befunde geschickt").await;
    let rolf = window_at(&scene.browser, look, &format!("/inquiries/{id}")).await;
    reads(&rolf, "Überweisung mit Namen ist da").await;
    rolf.click("form[action$='/referral'] button").await;
    reads(&rolf, "Erika Mustermann").await;
    let read = rolf.client.current_url().await.unwrap();
    let paper = scene.house.town.await_documents(REHAB, id, 1)[0].id;
    rolf.click(&format!("a.main[href='/inquiries/{id}']")).await;
    unfold(&rolf, "form[action$='/refuse']").await;
    reads(&rolf, "wird hier gelöscht, auch die Unterlagen").await;
    rolf.click("#refuse-reason option[value=findings]").await;
    rolf.click("form[action$='/refuse'] button").await;
    reads(&rolf, "Nach dem Lesen abgelehnt, alles gelöscht").await;
    assert!(!rolf.text().await.contains("Mustermann"));
    rolf.go(read.as_str()).await;
    assert!(!rolf.text().await.contains("Mustermann"));
    rolf.go(&format!("{}/documents/{paper}", scene.browser.origin)).await;
    reads(&rolf, "Es wurde hier gelöscht").await;

    reads(&home, "Befunde sprechen dagegen. Ihre Daten wurden dort gelöscht.").await;
    let told = scene.house.town.await_step(0, id, "refused");
    assert_eq!(told.reason, Some(13), "findings speak against it");
    rolf.close().await;
    home.close().await;
}

/// A clinic that had agreed cannot take her after all: all others read why, and its place is free again.
async fn what_was_agreed_is_cancelled(look: Look) {
    let mut scene = Scene::new(1);
    let (id, day) = (scene.id, scene.accepted());
    let (erna, sonja) = (scene.erna(), scene.asker("sonja", Role::SocialService));
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Die Klinik nimmt Sie auf").await;
    let sonja = window_at(&sonja, look, &format!("/asked/{id}")).await;
    reads(&sonja, "nimmt auf").await;
    let rolf = window_at(&scene.browser, look, &format!("/inquiries/{id}")).await;
    reads(&rolf, "Aufnahme vereinbart").await;
    let (department, today) = (scene.house.town.department(REHAB), scene.house.town.today(REHAB));
    let free = |scene: &mut Scene| board(&mut scene.house, &department).free[usize::try_from(day.0 - today.0).unwrap()];
    assert_eq!(free(&mut scene), 0);
    for_a_reason(&rolf, "cancel", "infection").await;
    reads(&rolf, "Grund: Ausbruch einer Infektion").await;
    reads(&sonja, "von der Klinik abgesagt").await;
    reads(&home, "hat den Platz abgesagt: Ausbruch einer Infektion.").await;
    let told = scene.house.town.await_step(0, id, "cancelled");
    assert_eq!(told.reason, Some(4), "outbreak of an infection");
    assert_eq!(free(&mut scene), 1);
    for window in [home, sonja, rolf] {
        window.close().await;
    }
}

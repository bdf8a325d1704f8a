//! Forms of a session that is over, and what is left of it: its owner finds the text again, nobody else plants any, and nothing is done.

use verbund_node::{
    runtime::service::now,
    store::account::{former, session},
};

use super::*;
use crate::web::papers::{send_to, stored};

const NOTE: &[(&str, &str)] = &[("kind", "call"), ("text", "Tochter ruft zurück")];
const AGAIN: &str = "Bitte sehen Sie es durch und senden Sie es noch einmal";

/// Signs in, and is at the page that `next` names.
fn sign_in(browser: &mut Browser, login: &Login, next: &str) -> Answer {
    let page = browser.get(&format!("/sign-in?next={next}")).unwrap();
    let step = browser.submit(&page, "/sign-in", &[("login", &login.user), ("password", &login.password), ("next", next)]).unwrap();
    browser.submit(&step, "/sign-in/second", &[("code", &next_code(login)), ("next", next)]).unwrap()
}

/// Whether the note stands in its form again.
fn in_the_form(page: &Answer) -> bool {
    let text = page.text();
    let note = forms(&text).into_iter().find(|form| form.action.ends_with("/note")).unwrap();
    note.fields.iter().any(|field| field.value == "Tochter ruft zurück")
}

#[test]
fn a_form_of_an_earlier_session_comes_back_to_its_owner_alone() {
    let mut desk = Desk::new();
    let (case, note) = (format!("/cases/{}", desk.case), format!("/cases/{}/note", desk.case));
    let (mut sina, _) = desk.house.staff("sina", &[Role::SocialService]);
    let old = desk.hub();
    let token = old.hidden("form").unwrap();
    let papers = format!("/patients/{}/documents", desk.patient);
    let old_papers = desk.sonja.get(&papers).unwrap().hidden("form").unwrap();
    // Another tab: locked, and signed in again.
    desk.sonja.submit(&old, "/sign-out", &[]).unwrap();
    assert_eq!(sign_in(&mut desk.sonja, &desk.login, &case).path, case);

    // A colleague with the same form, somebody who guesses, another site: all as ever, and nothing is kept.
    let post = |browser: &mut Browser, token: &str| browser.post(&note, &[&[("form", token)], NOTE].concat()).unwrap().status;
    assert_eq!(post(&mut sina, &token), 403, "made for somebody else");
    assert_eq!([post(&mut desk.sonja, &"0".repeat(32)), post(&mut desk.sonja, ""), post(&mut desk.sonja, "x")], [403; 3], "made for nobody");
    let body = format!("form={token}&kind=call&text=Tochter");
    let kind = ("content-type", "application/x-www-form-urlencoded");
    assert_eq!(desk.sonja.ask("POST", &note, &[kind, ("origin", "https://elsewhere.example")], body.as_bytes()).unwrap().status, 403, "sent from another site");
    assert_eq!(desk.sonja.post("/sign-out", &[("form", &token)]).unwrap().status, 403, "a form of which nothing is kept");
    for browser in [&mut sina, &mut desk.sonja] {
        let page = browser.get(&case).unwrap();
        assert!(!in_the_form(&page) && !page.text().contains(AGAIN), "{}", page.text());
    }

    // Her own old form is not acted on; the text is back, and goes once it is sent.
    let back = desk.sonja.submit(&old, &note, NOTE).unwrap();
    assert!(back.path == case && in_the_form(&back) && back.text().contains(AGAIN), "{} {}", back.path, back.text());
    assert_eq!(back.text().matches("Tochter ruft zurück").count(), 1, "it is in the form and not among the notes: {}", back.text());
    let sent = desk.sonja.submit(&back, &note, NOTE).unwrap();
    assert!(sent.text().contains("Tochter ruft zurück") && !in_the_form(&sent) && !desk.hub().text().contains(AGAIN), "{}", sent.text());

    // A form with a file: the text is back, the file is not taken.
    let fields = [("form", old_papers.as_str()), ("kind", "ED110112"), ("title", "Entlassbrief")];
    let large: Vec<u8> = [PDF, &vec![b'x'; 3 << 20]].concat();
    let back = send_to(&mut desk.sonja, &papers, &with_file(&fields, Some(("brief.pdf", &large))));
    assert!(back.text().contains("value=\"Entlassbrief\"") && back.text().contains(AGAIN) && stored(&desk.house) == 0, "{}", back.text());
    assert_eq!(send_to(&mut sina, &papers, &with_file(&fields, Some(("brief.pdf", PDF)))).status, 403);
}

#[test]
fn a_form_that_is_sent_after_a_night_away_comes_back() {
    let mut desk = Desk::new();
    let (case, note) = (format!("/cases/{}", desk.case), format!("/cases/{}/note", desk.case));
    let old = desk.hub();
    desk.house.town.kill(0);
    desk.house.age(14 * 60, |db| account::staff(db).unwrap());
    // As the node does every few minutes: the session is gone.
    desk.house.open(|db| {
        former::retire(db, now()).unwrap();
        assert!(session::sweep(db, now()).unwrap() > 0);
    });
    desk.house.town.restart(0);
    let away = desk.sonja.submit(&old, &note, NOTE).unwrap();
    assert!(away.path.starts_with("/sign-in"), "{}", away.path);
    let back = sign_in(&mut desk.sonja, &desk.login, &case);
    assert!(back.path == case && in_the_form(&back) && back.text().contains(AGAIN), "{} {}", back.path, back.text());
}

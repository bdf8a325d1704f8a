//! Address, codes and the list of those to be called in a real browser: on a phone, and at a desk.

use verbund_node::{
    control::account::Command as Account,
    domain::{account::Site, actor::Role},
};
use verbund_tests::{
    chromium::{Look, Window},
    post_office::PostOffice,
};

use super::{ADDRESS, code, house};
use crate::web::{
    House, Login,
    chromium::{at, axe, look_at},
    next_code,
    papers::PDF,
};

/// Looks at a page where it can be checked: that takes scripts.
async fn see(window: &Window, name: &str) {
    if window.look.scripts {
        look_at(window, &axe(), name).await;
    }
}

async fn sets_up_with_codes_by_mail(look: Look) {
    let office = PostOffice::open();
    let mut house = house(&office.section());
    let id = house.patient("Erna");
    let paper = house.code(Account::Invite(id));
    let window = Window::open(look).await;
    window.go(&at(&house, Site::Patient, "/invitation")).await;
    window.fill("#code", &paper).await;
    window.fill("#birth", "3.4.1951").await;
    window.click("main button.main").await;
    window.click("a[href='/setup/password']").await;
    window.fill("#login", "erna").await;
    window.fill("#password", "drei blaue Boote im Hafen").await;
    window.click("main button.main").await;
    window.read("Per E-Mail").await;
    see(&window, "setup-second").await;
    window.click("a[href='/mail']").await;
    window.read("Ihre E-Mail-Adresse").await;
    see(&window, "setup-mail").await;
    window.fill("#address", ADDRESS).await;
    window.click("main button.main").await;
    window.read("Der Code ist unterwegs").await;
    see(&window, "setup-mail-code").await;
    window.fill("#code", "123").await;
    window.click("form[action='/mail/code'] button").await;
    window.read("Dieser Code stimmt nicht").await;
    see(&window, "setup-mail-wrong").await;
    window.fill("#code", &code(&office.await_mails(ADDRESS, 1)[0])).await;
    window.click("form[action='/mail/code'] button").await;
    window.read("Was ist jetzt zu tun?").await;
    window.click("nav a[href='/mail']").await;
    window.read("Wann sollen wir Ihnen schreiben?").await;
    see(&window, "mail").await;
    window.click("input[value=document]").await;
    window.click("form[action='/mail/kinds'] button").await;
    window.read("Gespeichert.").await;
    assert!(!window.see("input[value=document]").await.is_selected().await.unwrap());
    window.click("form[action='/sign-out'] button").await;
    window.fill("#login", "erna").await;
    window.fill("#password", "drei blaue Boote im Hafen").await;
    window.click("form[action='/sign-in'] button").await;
    window.read("Code per E-Mail schicken").await;
    see(&window, "second-mail").await;
    window.click("form[action='/sign-in/second/mail'] button").await;
    window.read("Wir haben einen Code an p…@beispiel.test geschickt").await;
    see(&window, "second-mail-sent").await;
    window.fill("#code", &code(&office.await_mails(ADDRESS, 2)[1])).await;
    window.click("main button.main").await;
    window.read("Was ist jetzt zu tun?").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn she_signs_in_with_a_code_by_mail_on_a_phone() {
    sets_up_with_codes_by_mail(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn she_signs_in_with_a_code_by_mail_without_scripts() {
    sets_up_with_codes_by_mail(Look { scripts: false, ..Look::NARROW }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_call_whom_no_mail_reaches() {
    let (axe, office) = (axe(), PostOffice::open());
    let mut house = house(&office.section());
    let (id, _, _) = house.visitor("erna");
    let document = house.town.add_document(0, id, PDF);
    let (mut petra, _) = house.staff("petra", &[Role::Physician]);
    let page = petra.get(&format!("/patients/{id}/documents")).unwrap();
    assert_eq!(petra.submit(&page, &format!("/documents/{document}/release"), &[]).unwrap().status, 200);
    let (_, wanda) = house.staff("wanda", &[Role::Ward]);
    let (_, walter) = house.staff("walter", &[Role::Ward]);
    let window = signed_in(&house, &wanda, Look::DESKTOP).await;
    window.read("Bitte anrufen: eine Person").await;
    look_at(&window, &axe, "staff-start").await;
    window.click("a[href='/calls']").await;
    window.read("Neues seit").await;
    look_at(&window, &axe, "calls").await;
    window.go(&at(&house, Site::Staff, &format!("/patients/{id}"))).await;
    window.fill("#address", ADDRESS).await;
    window.click(&format!("form[action='/patients/{id}/mail'] button")).await;
    window.read("noch nicht bestätigt").await;
    look_at(&window, &axe, "staff-patient-mail").await;
    window.close().await;
    let window = signed_in(&house, &walter, Look { dark: true, ..Look::PHONE }).await;
    window.click("a[href='/calls']").await;
    window.read("Neues seit").await;
    look_at(&window, &axe, "calls").await;
    window.click("form[action^='/calls/'] button").await;
    window.read("Angerufen und seitdem nicht angemeldet").await;
    look_at(&window, &axe, "calls-done").await;
    window.close().await;
}

async fn signed_in(house: &House, login: &Login, look: Look) -> Window {
    let window = Window::open(look).await;
    window.go(&at(house, Site::Staff, "/")).await;
    window.fill("#login", &login.user).await;
    window.fill("#password", &login.password).await;
    window.click("form[action='/sign-in'] button").await;
    window.fill("#code", &next_code(login)).await;
    window.click("main button.main").await;
    window
}

//! Notes and calls: when they were, what is wrong with them, and what that leaves alone.

use verbund_node::{
    portal::{date, words::Language},
    runtime::service::now,
};

use super::*;

#[test]
fn a_call_is_noted_with_the_time_it_was() {
    let mut desk = Desk::new();
    let noted = desk.post("note", &[("kind", "call"), ("text", "Tochter angerufen"), ("day", ""), ("time", "")]).text();
    assert!(noted.contains("Tochter angerufen") && !noted.contains("eingetragen"), "{noted}");
    let (today, time) = (date::day(now(), Language::German), date::time(now()));
    let noted = desk.post("note", &[("kind", "call"), ("text", "Kasse angerufen"), ("day", ""), ("time", &time)]).text();
    assert!(noted.contains(&format!("{today}, {time}\u{a0}Uhr, sonja Beispiel; eingetragen {today}")), "{noted}");
    for (day, time) in [("1.1.2020", "9:00"), ("31.12.2099", "9:00"), ("", "gleich"), (today.as_str(), "")] {
        let wrong = desk.post("note", &[("kind", "call"), ("text", "Nie gewesen"), ("day", day), ("time", time)]).text();
        for said in ["Bitte geben Sie Tag und Uhrzeit ein", "aria-describedby=\"day-fault day-hint\"", "Nie gewesen</textarea>", &format!("value=\"{time}\"")] {
            assert!(wrong.contains(said), "{day} {time}: {said}: {wrong}");
        }
    }
    assert!(!desk.hub().text().contains("Nie gewesen"));
}

/// What is wrong with one form of a page unfolds none of the others.
#[test]
fn a_wrong_note_leaves_the_form_of_the_consent_folded() {
    let mut desk = Desk::new();
    let (folded, open) = ("<details><summary>", "<details open><summary>");
    let form = |page: &str| page.split(" id=\"consent\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    let empty = desk.post("note", &[("kind", "call"), ("text", "")]).text();
    assert!(empty.contains("role=\"alert\"") && form(&empty).contains(folded), "{empty}");
    let missing = desk.post("consent", &[("form_name", ""), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]).text();
    assert!(missing.contains("role=\"alert\"") && form(&missing).contains(open), "{missing}");
}

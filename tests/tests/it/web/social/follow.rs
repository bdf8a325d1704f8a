//! Documents that are finished after the referral was sent: they follow it from the page of the asked clinic.

use super::*;
use crate::web::papers::PDF;

#[test]
fn a_document_follows_the_referral() {
    let mut desk = Desk::new();
    let id = desk.ask_one(2);
    desk.refer(2, id);
    let (path, to) = (format!("/asked/{id}"), format!("/asked/{id}/documents"));
    let page = desk.sonja.get(&path).unwrap().text();
    assert!(page.contains("Weitere Unterlagen nachreichen") && !page.contains(&to), "there is nothing to hand over: {page}");
    desk.house.town.accept(2, id);
    desk.house.town.await_step(0, id, "accepted");

    let letter = desk.house.town.add_document(0, desk.patient, PDF).to_string();
    let page = desk.sonja.get(&path).unwrap();
    assert!(page.text().contains(&format!("name=\"document\" value=\"{letter}\"")), "{}", page.text());
    let nothing = desk.sonja.submit(&page, &to, &[("follow", "yes")]).unwrap().text();
    assert!(nothing.contains("mindestens eine Unterlage") && nothing.contains("<details open><summary>Weitere Unterlagen"), "{nothing}");
    let sent = [("follow", "yes"), ("document", letter.as_str())];
    let given = desk.sonja.submit(&page, &to, &sent).unwrap().text();
    assert!(!given.contains("role=\"alert\"") && !given.contains(&format!("value=\"{letter}\"")), "{given}");
    assert_eq!(desk.house.town.await_documents(2, id, 1).len(), 1);
    // The same form once more hands nothing over twice.
    let again = desk.sonja.submit(&page, &to, &sent).unwrap();
    assert!(again.status == 200 && !again.text().contains("role=\"alert\""), "{}", again.text());
    assert_eq!(desk.house.town.show(0, id).unwrap().messages.iter().filter(|line| line.kind == "handoff").count(), 1);

    desk.house.at = 2;
    let (mut rolf, _) = desk.house.staff("rolf", &[Role::Admissions]);
    desk.house.at = 0;
    let inquiry = format!("/inquiries/{id}");
    let page = rolf.get(&inquiry).unwrap();
    rolf.submit(&page, &format!("{inquiry}/referral"), &[]).unwrap();
    let page = rolf.get(&inquiry).unwrap().text();
    assert!(page.contains("Befundbericht") && page.contains("/documents/"), "{page}");

    // What is another patient's does not go there, and a nurse hands nothing over here.
    let other = desk.house.patient("Frieda");
    let theirs = desk.house.town.add_document(0, other, b"%PDF-1.7\nEin anderes\n%%EOF\n").to_string();
    let page = desk.sonja.get(&path).unwrap();
    assert!(!page.text().contains(&theirs), "{}", page.text());
    let refused = desk.sonja.submit(&page, &to, &[("follow", "yes"), ("document", theirs.as_str())]).unwrap().text();
    assert!(refused.contains("role=\"alert\"") && desk.house.town.documents(2, id).len() == 1, "{refused}");
    let (mut wanda, _) = desk.house.staff("wanda", &[Role::Ward]);
    let form = wanda.get("/").unwrap().hidden("form").unwrap();
    assert_eq!(wanda.post(&to, &[("form", form.as_str()), ("document", letter.as_str())]).unwrap().status, 403);
}

//! Forms of a case sent twice, as by a second press on a slow evening: what they do is done once.

use super::*;

impl Desk {
    /// Sends a form twice from one page, and returns the page after the second time.
    fn twice(&mut self, from: &str, to: &str, fields: &[(&str, &str)]) -> String {
        let page = self.sonja.get(from).unwrap();
        let first = self.sonja.submit(&page, to, fields).unwrap();
        assert!(first.status == 200 && !first.text().contains("role=\"alert\""), "{to}: {}", first.text());
        let second = self.sonja.submit(&page, to, fields).unwrap();
        assert_eq!(second.status, 200, "{to}: {}", second.text());
        second.text()
    }

    /// How many messages of a kind a conversation has.
    fn said(&mut self, id: ConversationId, kind: &str) -> usize {
        self.house.town.show(0, id).unwrap().messages.iter().filter(|line| line.kind == kind).count()
    }
}

#[test]
fn a_form_of_a_case_that_is_sent_twice_counts_once() {
    let mut desk = Desk::new();
    let case = format!("/cases/{}", desk.case);
    let noted = desk.twice(&case, &format!("{case}/note"), &[("kind", "call"), ("text", "Tochter ruft zurück")]);
    assert_eq!(noted.matches("Tochter ruft zurück").count(), 1, "{noted}");
    let also = desk.post("note", &[("kind", "note"), ("text", "Tochter ruft zurück")]).text();
    assert_eq!(also.matches("Tochter ruft zurück").count(), 2, "a call is no note: {also}");

    let ids = desk.ask_both();
    let targets = [2, 3].map(|at| desk.house.town.department(at).to_string());
    let again = desk.post("ask", &[("target", targets[0].as_str()), ("target", targets[1].as_str())]).text();
    assert!(again.contains("role=\"alert\"") && desk.house.town.conversations(0).len() == 2, "who is being asked is not asked again: {again}");

    let (id, owner) = (ids[0], desk.owner(ids[0]));
    desk.house.town.await_step(owner, id, "requested");
    desk.house.town.offer(owner, id, false);
    desk.house.town.await_step(0, id, "offered");
    let asked = format!("/asked/{id}");
    let chosen = desk.twice(&asked, &format!("{asked}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")]);
    assert!(chosen.contains("gewählt, noch nicht bestätigt"), "{chosen}");
    assert_eq!(desk.said(id, "choice"), 1, "{:?}", desk.house.town.show(0, id).unwrap().messages);
    desk.house.town.await_step(owner, id, "chosen");
    desk.house.town.confirm(owner, id);
    desk.house.town.await_step(0, id, "confirmed");

    let (today, wished) = (desk.today(), desk.house.town.today(0).plus(12).to_string());
    desk.twice(&asked, &format!("{asked}/payer"), &[("decision", "approved"), ("on", &today)]);
    assert_eq!(desk.said(id, "payer-decision"), 1);
    desk.twice(&asked, &format!("{asked}/date"), &[("date_reason", "later-discharge"), ("wished", &wished)]);
    assert_eq!(desk.said(id, "date-change"), 1);
    // What has changed since is said again.
    desk.house.town.await_drained(0);
    let agreed = desk.house.town.today(owner).plus(11);
    desk.house.town.change_date(owner, id, agreed);
    desk.house.town.await_drained(owner);
    let page = desk.sonja.get(&asked).unwrap();
    desk.sonja.submit(&page, &format!("{asked}/date"), &[("date_reason", "later-discharge"), ("wished", &wished)]).unwrap();
    assert_eq!(desk.said(id, "date-change"), 3, "a wish that was not met can be said once more");
}

//! A place that is lost after it was agreed: somebody calls, and the next best are asked meanwhile.

use verbund_node::control::{Command, referral};

use super::*;

impl Desk {
    /// Has the clinic that was asked in a conversation say something.
    fn says(&mut self, at: usize, command: referral::Command) {
        self.house.town.ask::<serde_json::Value>(at, &Command::Referral(Box::new(command))).unwrap();
    }

    /// Brings an inquiry to a referral on the pages of the case.
    pub(super) fn refer(&mut self, at: usize, id: ConversationId) {
        let path = format!("/asked/{id}");
        self.house.town.await_step(at, id, "requested");
        self.house.town.offer(at, id, false);
        self.house.town.await_step(0, id, "offered");
        let page = self.sonja.get(&path).unwrap();
        self.sonja.submit(&page, &format!("{path}/choose"), &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient")]).unwrap();
        self.house.town.await_step(at, id, "chosen");
        self.house.town.confirm(at, id);
        self.house.town.await_step(0, id, "confirmed");
        assert!(self.hub().text().contains("Platz ist bestätigt: Überweisung senden"), "{}", self.hub().text());
        let page = self.sonja.get(&path).unwrap();
        self.sonja.submit(&page, &format!("{path}/refer"), &[("diagnosis", "m16.1"), ("diagnosis-text", ""), ("staff", ""), ("note", "")]).unwrap();
        self.house.town.await_step(at, id, "referred");
    }
}

#[test]
fn after_a_lost_place_the_next_best_is_asked_with_one_click() {
    let mut desk = Desk::new();
    let first = desk.ask_one(2);
    desk.refer(2, first);
    desk.says(2, referral::Command::Refuse { id: first, reason: "findings".parse().unwrap() });
    desk.house.town.await_step(0, first, "refused");
    let name = desk.house.town.village.clinics[2].plan.facility.name.clone();
    let (lost, proposed, search) = (format!("Der Platz bei {name} ist weggefallen"), "Die nächsten Vorschläge", format!("/cases/{}/search", desk.case));
    let hub = desk.hub().text();
    for said in [lost.as_str(), proposed, "Jetzt anfragen", "Platz suchen und Kliniken anfragen", search.as_str()] {
        assert!(hub.contains(said), "{said}: {hub}");
    }
    let list = desk.sonja.get("/cases").unwrap().text();
    assert!(list.contains("Platz suchen und Kliniken anfragen") && list.contains("Klinik anrufen"), "{list}");

    // The call does not hide what is next with another clinic.
    let page = desk.one_click(3).text();
    let second = *asked(&page).iter().find(|id| **id != first).unwrap();
    assert!(page.contains("Eine Klinik ist angefragt") && page.contains(&lost), "{page}");
    desk.refer(3, second);
    desk.house.town.accept(3, second);
    desk.house.town.await_step(0, second, "accepted");
    assert!(desk.hub().text().contains("Aufnahme vorbereiten"));
    desk.says(3, referral::Command::Cancel { id: second, reason: "infection".parse().unwrap() });
    desk.house.town.await_step(0, second, "cancelled");
    let hub = desk.hub().text();
    assert!(hub.contains(proposed) && hub.contains(&search) && hub.contains(&lost), "{hub}");

    for id in [first, second] {
        let path = format!("/asked/{id}");
        let page = desk.sonja.get(&path).unwrap();
        assert!(page.text().contains("ist weggefallen"), "{}", page.text());
        let settled = desk.sonja.submit(&page, &format!("{path}/settle"), &[]).unwrap();
        assert!(settled.status == 200 && !settled.text().contains("ist weggefallen") && !settled.text().contains("/settle\""), "{}", settled.text());
    }
    let (hub, list) = (desk.hub().text(), desk.sonja.get("/cases").unwrap().text());
    assert!(!hub.contains("ist weggefallen") && hub.contains(proposed), "{hub}");
    assert!(!list.contains("Klinik anrufen"), "{list}");
}

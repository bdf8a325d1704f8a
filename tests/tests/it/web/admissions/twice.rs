//! Forms of an inquiry sent twice: what they do is done once.

use super::*;

impl Scene {
    /// Sends a form twice from one page, and returns the page after the second time.
    fn twice(&mut self, act: &str, fields: &[(&str, &str)]) -> String {
        let (page, path) = (self.page(), format!("/inquiries/{}/{act}", self.id));
        let first = self.browser.submit(&page, &path, fields).unwrap();
        assert!(first.status == 200 && !first.text().contains("role=\"alert\""), "{act}: {}", first.text());
        let second = self.browser.submit(&page, &path, fields).unwrap();
        assert_eq!(second.status, 200, "{act}: {}", second.text());
        second.text()
    }

    fn said(&mut self, kind: &str) -> usize {
        self.house.town.show(REHAB, self.id).unwrap().messages.iter().filter(|line| line.kind == kind).count()
    }
}

#[test]
fn a_form_of_an_inquiry_that_is_sent_twice_counts_once() {
    let mut scene = Scene::new(1);
    let today = scene.house.town.today(REHAB);
    let day = typed(today.plus(7));
    let offer = [("offer-date", day.as_str()), ("offer-stay", "21"), ("offer-hold", "48"), ("offer-room", "double")];
    let page = scene.twice("offer", &offer);
    assert!(page.contains("Platz angeboten und reserviert") && scene.said("offer") == 1, "{page}");
    // Another one is another one, though only the time differs for which the place is held.
    scene.act("offer", &[&offer[..2], &[("offer-hold", "72"), ("offer-room", "double")]].concat());
    assert_eq!(scene.said("offer"), 2);

    scene.referred();
    scene.act("referral", &[]);
    let decided = typed(today);
    scene.twice("payer", &[("payer-decision", "approved"), ("payer-decided", &decided)]);
    assert_eq!(scene.said("payer-decision"), 1);
    scene.act("payer", &[("payer-decision", "refused"), ("payer-decided", &decided)]);
    assert_eq!(scene.said("payer-decision"), 2, "another decision is another one");
    let page = scene.twice("accept", &[("accept-date", &day)]);
    assert!(page.contains("Aufnahme vereinbart") && scene.said("accept") == 1, "{:?}", scene.house.town.show(REHAB, scene.id).unwrap().messages);
    let later = typed(today.plus(9));
    scene.twice("date", &[("date-date", &later), ("date-reason", "place")]);
    assert_eq!(scene.said("date-change"), 1);
}

impl Scene {
    /// Sends a form twice from one page: the second time nothing more is said.
    fn said_once(&mut self, act: &str, fields: &[(&str, &str)]) {
        let (page, path) = (self.page(), format!("/inquiries/{}/{act}", self.id));
        let first = self.browser.submit(&page, &path, fields).unwrap();
        assert!(first.status == 200 && !first.text().contains("role=\"alert\""), "{act}: {}", first.text());
        let once = if act == "refuse" { self.erased_too() } else { self.ours() };
        let second = self.browser.submit(&page, &path, fields).unwrap();
        assert_eq!(second.status, 200, "{act}: {}", second.text());
        let twice = self.ours();
        assert!(twice == once && !once.is_empty(), "{act}: {once:?}, then {twice:?}");
    }

    /// What this clinic has said.
    fn ours(&mut self) -> Vec<String> {
        let said = self.house.town.show(REHAB, self.id).unwrap().messages;
        said.into_iter().filter(|line| line.by == "us").map(|line| line.kind).collect()
    }

    /// As [`Self::ours`], once the node has said by itself that what was refused is erased.
    fn erased_too(&mut self) -> Vec<String> {
        verbund_tests::people::eventually("what was refused is erased", || {
            let said = self.ours();
            if said.iter().any(|kind| kind == "erased") { Ok(said) } else { Err(said.join(", ")) }
        })
    }

    /// Another patient is asked for.
    fn another(&mut self) {
        self.discharge = self.house.town.discharge(0);
        self.id = self.house.town.inquire(0, self.discharge.case, &[REHAB])[0];
        self.house.town.await_step(REHAB, self.id, "requested");
    }

    /// Another patient, for whom a place is offered, chosen and confirmed; the referral has come.
    fn another_referred(&mut self) {
        self.another();
        self.offer(&[]);
        self.referred();
    }
}

#[test]
fn whatever_is_one_message_is_said_once() {
    let mut scene = Scene::new(9);
    let today = typed(scene.house.town.today(REHAB));
    scene.said_once("ask", &[("ask-question", "stairs")]);
    scene.said_once("decline", &[("decline-reason", "no-place")]);
    scene.another();
    scene.offer(&[]);
    scene.said_once("take-back", &[("take-back-reason", "mistake")]);
    scene.another_referred();
    scene.said_once("cancel", &[("cancel-reason", "infection")]);
    scene.another();
    scene.offer(&[]);
    scene.house.town.await_step(0, scene.id, "offered");
    scene.house.town.release(0, scene.discharge.patient, REHAB);
    scene.house.town.choose(0, scene.id);
    scene.house.town.await_step(REHAB, scene.id, "chosen");
    scene.said_once("gone", &[("gone-reason", "mistake")]);
    scene.another_referred();
    scene.said_once("referral", &[]);
    scene.said_once("filed", &[]);
    scene.said_once("refuse", &[("refuse-reason", "findings")]);
    scene.another_referred();
    scene.act("referral", &[]);
    scene.act("accept", &[("accept-date", &today)]);
    scene.said_once("no-show", &[("no-show-reason", "readmitted")]);
    scene.another_referred();
    scene.act("referral", &[]);
    scene.act("accept", &[("accept-date", &today)]);
    scene.said_once("arrived", &[("arrived-on", &today)]);
}

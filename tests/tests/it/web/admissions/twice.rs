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

//! Holds that run out before anybody has chosen: by their owner's clock, in the last minutes, and while the owner is away. What time would do
//! to a hold is done in the stores of clinics that are stopped for it.

use std::time::Duration;

use verbund_node::{cli::demo::browser::Answer, runtime::service::now, store::conversation};
use verbund_protocol::{id::ConversationId, referral::MessageKind, time::Timestamp};
use verbund_tests::{chromium::Look, people::eventually};

use super::{FIRST, HERE, Stay, chromium::about_to_choose};

impl Stay {
    /// Has a hold end at another moment, as one clinic has it.
    pub fn hold_ends(&mut self, at: usize, id: ConversationId, until: Timestamp) {
        self.house.town.stop(at);
        self.house.at = at;
        self.house.open(|db| {
            let mut c = conversation::find(db, id).unwrap().unwrap();
            let offers = c.log.owner.iter_mut().filter_map(|entry| entry.event.as_mut()).filter(|event| event.kind == MessageKind::Offer);
            offers.for_each(|event| event.until = Some(until));
            c.end_at = c.end_at.map(|_| until);
            conversation::save(db, &c).unwrap();
        });
        self.house.at = HERE;
        self.house.town.restart(at);
    }

    /// Lets a hold run out by its owner's clock, which then says so.
    pub fn hold_runs_out(&mut self, at: usize, id: ConversationId) {
        self.hold_ends(at, id, now());
        self.house.town.await_step(HERE, id, "requested");
    }

    /// Opens the page of a choice, and returns it with what its button sends.
    fn about_to_choose(&mut self, id: ConversationId) -> (Answer, String) {
        let page = self.browser.get(&format!("/offers/{id}/choose")).unwrap();
        let offer = page.hidden("offer").unwrap();
        (page, offer)
    }

    /// Presses the button of a page that lay open too long, and the other that asks again; returns the new inquiry.
    fn chooses_too_late(&mut self, id: ConversationId, page: &Answer, offer: &str) {
        let path = format!("/offers/{id}/choose");
        let late = self.browser.submit(page, &path, &[("offer", offer)]).unwrap();
        assert!(late.text().contains("inzwischen abgelaufen") && late.text().contains("Noch einmal anfragen"), "{}", late.text());
        assert!(late.hidden("offer").is_none() && self.decisions().len() == 1, "nothing was decided, the release neither");
        assert!(self.get("/offers").contains("Das Angebot ist abgelaufen."));
        let again = self.browser.submit(&late, &format!("/offers/{id}/again"), &[]).unwrap();
        assert_eq!(again.path, "/offers", "{}", again.text());
        assert_eq!(self.house.town.show(HERE, id).unwrap().summary.step, "withdrawn", "what stood open is ended first");
    }

    /// The clinic is asked again, offers again, and is chosen.
    fn is_asked_again_and_chosen(&mut self, id: ConversationId) {
        let newest = eventually("the clinic is asked again", || {
            let all = self.house.town.conversations(FIRST);
            all.into_iter().find(|c| c.id != id && c.step == "requested").ok_or_else(|| "not yet".into())
        });
        self.house.town.await_step(FIRST, id, "withdrawn");
        self.offer(FIRST, newest.id);
        assert!(self.choose(newest.id).text().contains("Gewählt, noch nicht bestätigt"));
    }
}

#[test]
fn a_hold_that_runs_out_by_its_owners_clock_while_the_page_is_open_is_asked_for_again() {
    let (mut stay, ids) = Stay::offered();
    let (page, offer) = stay.about_to_choose(ids[0]);
    stay.hold_runs_out(FIRST, ids[0]);
    stay.chooses_too_late(ids[0], &page, &offer);
    stay.is_asked_again_and_chosen(ids[0]);
}

/// The offer stands at both ends, but too short for a choice to come in time.
#[test]
fn in_a_holds_last_minutes_nothing_is_chosen_and_the_open_inquiry_is_withdrawn_for_a_new_one() {
    let (mut stay, ids) = Stay::offered();
    let (page, offer) = stay.about_to_choose(ids[0]);
    stay.hold_ends(HERE, ids[0], now().plus(Duration::from_secs(4 * 60)));
    assert_eq!(stay.house.town.show(HERE, ids[0]).unwrap().summary.step, "offered");
    stay.chooses_too_late(ids[0], &page, &offer);
    stay.is_asked_again_and_chosen(ids[0]);
}

/// Whose clock ends the hold is away, so nobody says that it has ended: the page knows.
#[test]
fn a_hold_that_runs_out_while_its_owner_is_away_is_over_all_the_same() {
    let (mut stay, ids) = Stay::offered();
    let (page, offer) = stay.about_to_choose(ids[0]);
    stay.house.town.kill(FIRST);
    stay.hold_ends(HERE, ids[0], now());
    assert_eq!(stay.house.town.show(HERE, ids[0]).unwrap().summary.step, "offered", "nobody has said that it ended");
    stay.chooses_too_late(ids[0], &page, &offer);
    stay.house.town.restart(FIRST);
    stay.is_asked_again_and_chosen(ids[0]);
}

/// In her own browser: the page lay open until the hold's last minutes had begun.
async fn her_last_minutes(look: Look) {
    let (mut stay, ids, window) = about_to_choose(look).await;
    stay.hold_ends(HERE, ids[0], now().plus(Duration::from_secs(4 * 60)));
    window.click("main button.main").await;
    window.read("inzwischen abgelaufen").await;
    assert_eq!(stay.decisions().len(), 1, "nothing was decided but the consent");
    window.click("form[action$='/again'] button").await;
    window.see("a[href='/']").await;
    stay.is_asked_again_and_chosen(ids[0]);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_holds_last_minutes_the_button_says_so_on_a_phone() {
    her_last_minutes(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_holds_last_minutes_the_button_says_so_without_scripts() {
    her_last_minutes(Look { scripts: false, ..Look::DESKTOP }).await;
}

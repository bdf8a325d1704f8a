//! The end of a case that finds no place, in a real browser: once on a phone and once at a desk.

use verbund_node::control::{Command, referral};
use verbund_tests::chromium::Look;

use super::*;
use crate::web::chromium::{at_both_widths, reads, unfold, window_at};

at_both_widths!(a_case_is_handed_on_and_ends_at_a_named_person);

/// Sonja hands the case on with its history; Sina asks the last clinic there is, which has no place, and ends the case at somebody with a
/// name and a number, whom the patient reads by herself.
async fn a_case_is_handed_on_and_ends_at_a_named_person(look: Look) {
    const CARER: &str = "Dr. Beispiel, Hausärztin";
    let mut desk = Desk::new();
    desk.prepare();
    let mut erna = desk.erna();
    // Otherwise her next step is to say what matters to her.
    let wishes = erna.get("/wishes").unwrap();
    erna.submit(&wishes, "/wishes", &[("about-1", "near-home"), ("what-1", ""), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    let (sina, _) = desk.house.staff("sina", &[Role::SocialService]);
    let case = format!("/cases/{}", desk.case);
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Wir suchen passende Kliniken").await;
    let sina = window_at(&sina, look, "/").await;
    reads(&sina, "Hier ist kein offener Fall.").await;
    let sonja = window_at(&desk.sonja, look, &case).await;
    sonja.click("#kind option[value=call]").await;
    sonja.fill("#text", "Die Tochter ruft am Montag an.").await;
    sonja.click("form[action$='/note'] button").await;
    reads(&sonja, "Die Tochter ruft am Montag an.").await;
    sonja.click("#to option[value='sina Beispiel']").await;
    sonja.click("form.line[action$='/give'] button").await;
    reads(&sonja, "Zuständig: sina Beispiel").await;
    sonja.click("section[aria-labelledby=owner-title] summary").await;
    reads(&sonja, "sonja Beispiel seit").await;

    reads(&sina, CANARY).await;
    sina.click(&format!("a[href='{case}']")).await;
    reads(&sina, "Die Tochter ruft am Montag an.").await;
    unfold(&sina, "form[action$='/phone']").await;
    sina.fill("#clinic", "Rehaklinik Seeblick").await;
    sina.fill("#fax", "0800 111").await;
    sina.click("form[action$='/phone'] button").await;
    reads(&sina, "Was sagt die Klinik?").await;
    sina.fill("#person", "Herr Blick").await;
    sina.click("input[name=said][value=declined]").await;
    sina.fill("#why", "Kein Personal").await;
    sina.click("form[action$='/answer'] button").await;
    reads(&sina, "Absage: Kein Personal").await;
    reads(&home, "Bisher hatte keine Klinik Platz. Wir suchen weiter.").await;

    sina.click(&format!("main > p a[href='{case}']")).await;
    unfold(&sina, "form[action$='/end']").await;
    sina.click("input[name=how][value=no-place]").await;
    sina.fill("#why", "Alle haben abgesagt").await;
    sina.click("form[action$='/end'] button").await;
    reads(&sina, "Bitte tragen Sie ein, wer sich jetzt kümmert.").await;
    assert!(desk.closed().is_none(), "nothing has ended yet");
    sina.fill("#carer", CARER).await;
    sina.fill("#carer-phone", "0821 400-12").await;
    sina.click("form[action$='/end'] button").await;
    reads(&sina, "Kein Platz gefunden. Beendet am").await;
    reads(&sina, &format!("{CARER}, Telefon 0821 400-12")).await;
    assert!(desk.closed().is_some());
    sina.click("a[href$='/evidence']").await;
    reads(&sina, "Kein Personal").await;
    reads(&home, "Die Suche nach einer Reha ist beendet").await;
    reads(&home, &format!("Um Sie kümmert sich jetzt: {CARER}, Telefon 0821 400-12.")).await;
    assert!(!home.text().await.contains("Alle haben abgesagt"), "what staff noted is theirs");
    for window in [home, sina, sonja] {
        window.close().await;
    }
}

impl Desk {
    /// When the case was closed, as the node says.
    fn closed(&mut self) -> Option<verbund_protocol::time::Timestamp> {
        let reply: referral::Reply = self.house.town.told(0, Command::Referral(Box::new(referral::Command::Cases { patient: Some(self.patient) })));
        let referral::Reply::Cases(cases) = reply else { panic!("{reply:?}") };
        cases.iter().find(|case| case.id.to_string() == self.case).unwrap().closed_at
    }
}

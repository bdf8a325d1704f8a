//! Days that go wrong, in real browsers at both widths: the chosen clinic is away, and somebody looks for what only others decide.

use verbund_tests::chromium::Look;

use super::{FIRST, HERE, Stay, chromium::about_to_choose};
use crate::web::chromium::{at_both_widths, axe, look_at, reads, window_at};

at_both_widths!(the_chosen_clinic_is_away_between_choice_and_confirmation, who_may_not_decide_finds_no_decision);

/// The page tells the truth until the clinic is back, without being asked again.
async fn the_chosen_clinic_is_away_between_choice_and_confirmation(look: Look) {
    let (mut stay, ids, window) = about_to_choose(look).await;
    stay.house.town.kill(FIRST);
    window.click("main button.main").await;
    reads(&window, "Gewählt, noch nicht bestätigt").await;
    reads(&window, "Die Klinik ist gerade nicht erreichbar; wir versuchen es weiter.").await;
    look_at(&window, &axe(), "start-away").await;
    stay.house.town.restart(FIRST);
    stay.house.town.await_step(FIRST, ids[0], "chosen");
    reads(&window, "Die Klinik muss den Platz noch bestätigen.").await;
    assert!(!window.text().await.contains("gerade nicht erreichbar"), "it is back");
    stay.house.town.confirm(FIRST, ids[0]);
    stay.house.town.await_step(HERE, ids[0], "confirmed");
    reads(&window, "Ihr Platz ist bestätigt").await;
    window.close().await;
}

/// A daughter who may arrange, and not decide.
async fn who_may_not_decide_finds_no_decision(look: Look) {
    let (mut stay, ids) = Stay::offered();
    let anna = stay.proxy("anna", &[("name", "Anna Beispiel"), ("scope", "arrange")]);
    let window = window_at(&anna, look, "/").await;
    reads(&window, "2 Kliniken bieten").await;
    assert!(!window.client.source().await.unwrap().contains("href=\"/consent\""), "no way leads there");
    for path in ["/consent".to_owned(), format!("/offers/{}/choose", ids[0]), format!("/offers/{}/withdraw", ids[0])] {
        window.go(&format!("{}{path}", anna.origin)).await;
        reads(&window, "Diese Seite gibt es nicht").await;
    }
    look_at(&window, &axe(), "lost").await;
    assert_eq!(stay.decisions().len(), 1);
    window.close().await;
}

//! A consent taken back while a document is under way: nothing more of it is fetched, and both sides' pages say so.

use verbund_node::{domain::actor::Role, store::document::State};
use verbund_protocol::id::ConversationId;
use verbund_tests::people::eventually;

use super::{FIRST, HERE, Stay};

/// Large enough to be seen in the middle of its way.
const LARGE: usize = 384 << 20;

/// A patient who has chosen, and whose place is confirmed.
fn confirmed() -> (Stay, ConversationId) {
    let mut stay = Stay::new();
    stay.consent();
    let id = stay.inquire()[0];
    stay.offer(FIRST, id);
    stay.choose(id);
    let town = &mut stay.house.town;
    town.await_step(FIRST, id, "chosen");
    town.confirm(FIRST, id);
    town.await_step(HERE, id, "confirmed");
    (stay, id)
}

#[test]
fn when_a_document_was_fetched_stands_on_her_page() {
    let (mut stay, id) = confirmed();
    let town = &mut stay.house.town;
    let document = town.add_document(HERE, stay.patient, b"%PDF-1.7\n%%EOF\n");
    town.kill(FIRST);
    town.refer(HERE, id, vec![document]);
    let page = stay.get("/shared");
    assert!(page.contains("noch nicht vollständig abgeholt") && !page.contains("abgeholt am "), "{page}");
    stay.house.town.restart(FIRST);
    stay.house.town.await_documents(FIRST, id, 1);
    let page = stay.get("/shared");
    assert!(page.contains("abgeholt am ") && page.contains("Ob dort jemand sie geöffnet hat, erfahren wir nicht.") && !page.contains("noch nicht vollständig"), "{page}");
}

#[test]
fn a_consent_taken_back_stops_a_document_on_its_way_and_the_pages_say_so() {
    let (mut stay, id) = confirmed();
    let town = &mut stay.house.town;
    let film = [b"%PDF-1.7\n".to_vec(), vec![b'x'; LARGE]].concat();
    let document = town.add_document(HERE, stay.patient, &film);
    let page = stay.browser.get("/consent").unwrap();
    stay.house.town.refer(HERE, id, vec![document]);
    eventually("the document is under way", || {
        let arriving = stay.house.town.documents(FIRST, id);
        assert!(arriving.iter().all(|shown| shown.state == State::Arriving), "it was over before it could be seen in its middle");
        if arriving.iter().any(|shown| shown.progress.as_ref().is_some_and(|progress| progress.here > 0)) { Ok(()) } else { Err(format!("{arriving:?}")) }
    });
    let gone = stay.browser.submit(&page, "/consent/withdraw", &[]).unwrap();
    assert!(gone.path == "/" && gone.text().contains("Sie haben Ihre Einwilligung zurückgenommen."), "{}", gone.text());

    eventually("the clinic has nothing of it any more", || {
        let shown = stay.house.town.documents(FIRST, id);
        if shown.iter().all(|shown| shown.state == State::Withdrawn && shown.title.is_none()) && !shown.is_empty() { Ok(()) } else { Err(format!("{shown:?}")) }
    });
    stay.house.town.await_step(FIRST, id, "withdrawn");
    let name = stay.name(FIRST);
    // That it was erased the clinic says when it is, at the end of the time for which what was said is kept.
    eventually("her page says what became of it", || {
        let page = stay.get("/shared");
        let said = [&*name, "darf nicht mehr abgeholt werden seit", "nicht vollständig abgeholt"];
        if said.iter().all(|said| page.contains(said)) { Ok(()) } else { Err(page) }
    });
    stay.house.at = FIRST;
    let (mut rolf, _) = stay.house.staff("rolf", &[Role::Admissions]);
    let page = rolf.get(&format!("/inquiries/{id}")).unwrap().text();
    assert!(page.contains("zurückgezogen") && !page.contains(super::super::CANARY) && !page.contains("Befundbericht"), "{page}");
}

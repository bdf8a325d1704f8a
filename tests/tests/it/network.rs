//! Real nodes on a network that is no loopback: address translation, loss, delay, small packets, strangers. In network namespaces of the
//! test's own; where these are forbidden the tests fail and say what to do (`scripts/test --without-netns` leaves them out).

mod stalled;
mod strangers;
mod translation;

use verbund_protocol::id::ConversationId;
use verbund_tests::{network::Weather, people::eventually, town::Town};

/// Nothing but the machine's own loopback is used.
const QUIET: Weather = Weather { delay_ms: 0, loss: 0.0, mtu: 1_500, port: 443, seed: 1 };

/// The bytes of a small PDF.
fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((0..size).map(|at| (at * at % 251) as u8));
    bytes
}

/// Waits until a clinic finds a place that another has free.
fn finds(town: &mut Town, at: usize, owner: usize) {
    let wanted = town.department(owner);
    eventually(&format!("clinic {at} finds the place of clinic {owner}"), || {
        let found = town.search(at).found;
        if found.hits.iter().any(|hit| hit.id == wanted) { Ok(()) } else { Err(format!("{} of {} places", found.matching, found.departments)) }
    });
}

/// The whole way of a patient with a document, from search to acceptance; both sides tell the same in the end.
fn refer(town: &mut Town, asker: usize, owner: usize, document: &[u8]) -> ConversationId {
    finds(town, asker, owner);
    let discharge = town.discharge(asker);
    town.release(asker, discharge.patient, owner);
    let added = town.add_document(asker, discharge.patient, document);
    let id = town.inquire(asker, discharge.case, &[owner])[0];
    town.await_step(owner, id, "requested");
    town.offer(owner, id, false);
    town.await_step(asker, id, "offered");
    town.choose(asker, id);
    town.await_step(owner, id, "chosen");
    town.confirm(owner, id);
    town.await_step(asker, id, "confirmed");
    town.refer(asker, id, vec![added]);
    town.await_step(owner, id, "referred");
    let came = town.await_documents(owner, id, 1);
    assert_eq!(town.export(owner, came[0].id), document);
    town.accept(owner, id);
    town.await_step(asker, id, "accepted");
    town.agree(asker, owner, id);
    id
}

//! A clinic that stops reading in the middle of what it asked for.

use verbund_node::store::document::State;
use verbund_tests::{
    network::{Internet, Site},
    people::eventually,
    town::Town,
};

use super::{QUIET, finds, pdf, refer};

const SENDER: usize = 0;
const REHA: usize = 2;
const STALLED: usize = 3;
/// Large enough to be seen in its middle.
const DOCUMENT: usize = 256 << 20;
/// Most memory that the sender may have taken more for it, MiB: the ranges under way, and what moving any document takes.
const MORE_MEMORY: f64 = 96.0;

#[test]
fn a_clinic_that_stops_reading_holds_up_nobody_else() {
    let internet = Internet::open(&[Site::open("island", "198.51.100.9")], QUIET);
    let mut town = Town::found(4, 80);
    (0..4).for_each(|at| town.run_inside(at, &internet.inside("island")));
    (0..4).for_each(|at| town.launch(at));
    (0..4).for_each(|at| town.wait_ready(at));
    for owner in [REHA, STALLED] {
        town.publish(owner, town.department(owner), 4).unwrap();
        finds(&mut town, SENDER, owner);
    }
    let discharge = town.discharge(SENDER);
    town.release(SENDER, discharge.patient, STALLED);
    let large = [&pdf(0)[..], &vec![0; DOCUMENT]].concat();
    let document = town.add_document(SENDER, discharge.patient, &large);
    let id = town.inquire(SENDER, discharge.case, &[STALLED])[0];
    town.await_step(STALLED, id, "requested");
    town.offer(STALLED, id, true);
    town.await_step(SENDER, id, "offered");
    town.choose(SENDER, id);
    town.await_step(SENDER, id, "confirmed");
    let memory = town.node(SENDER).resident_mib().unwrap();
    town.refer(SENDER, id, vec![document]);
    eventually("the document is on its way", || {
        let documents = town.documents(STALLED, id);
        assert!(documents.iter().all(|shown| shown.state != State::Held), "it was over before it could be seen in its middle");
        let here = documents.first().and_then(|shown| shown.progress.as_ref()).map_or(0, |progress| progress.here);
        if here > 0 { Ok(()) } else { Err(format!("{documents:?}")) }
    });
    town.node(STALLED).freeze().unwrap();

    refer(&mut town, SENDER, REHA, &pdf(200_000));
    refer(&mut town, 1, REHA, &pdf(1_000));
    let more = town.node(SENDER).resident_mib().unwrap() - memory;
    eprintln!("{more:.1} MiB more");
    assert!(more < MORE_MEMORY, "the sender took {more} MiB more");

    town.node(STALLED).thaw().unwrap();
    let came = town.await_documents(STALLED, id, 1);
    assert_eq!(came[0].size, Some(large.len() as u64));
}

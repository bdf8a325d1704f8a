//! Ten thousand strangers a second at a clinic's door, a tenth of whom begin TLS: members go on working.

use verbund_tests::{
    network::{Internet, Site},
    town::Town,
};

use super::{QUIET, finds, pdf, refer};

const PER_SECOND: u32 = 10_000;
const CALLS: u32 = 50_000;
const REHA: usize = 2;
/// Most memory that the clinic may have taken more for them, MiB.
const MORE_MEMORY: f64 = 64.0;
/// Most that its log may have grown for them, bytes.
const MORE_LOG: usize = 256 << 10;

#[test]
fn members_go_on_working_while_strangers_call() {
    let internet = Internet::open(&[Site::open("island", "198.51.100.9")], QUIET);
    let mut town = Town::found(4, 80);
    (0..4).for_each(|at| town.run_inside(at, &internet.inside("island")));
    (0..4).for_each(|at| town.launch(at));
    (0..4).for_each(|at| town.wait_ready(at));
    town.publish(REHA, town.department(REHA), 8).unwrap();
    (0..REHA).for_each(|at| finds(&mut town, at, REHA));
    let (memory, log) = (town.node(REHA).resident_mib().unwrap(), town.node(REHA).log().len());

    let strangers = internet.strangers("island", town.village.clinics[REHA].port, PER_SECOND, CALLS);
    refer(&mut town, 0, REHA, &pdf(200_000));
    // Also one that was away: if it is not let in among so many, the clinic itself calls it.
    town.kill(1);
    town.restart(1);
    refer(&mut town, 1, REHA, &pdf(1_000));
    let called = strangers.stop();
    assert!(called.made >= u64::from(CALLS), "{called:?}");
    assert!(called.began_tls * 10 >= called.made, "a tenth of them begin TLS: {called:?}");

    let more = town.node(REHA).resident_mib().unwrap() - memory;
    assert!(more < MORE_MEMORY, "the clinic took {more} MiB more");
    let written = town.node(REHA).log().len() - log;
    eprintln!("{called:?}, {:.0} a second; {more:.1} MiB more, {written} bytes of log", called.made as f64 / called.seconds);
    assert!(written < MORE_LOG, "the clinic wrote {written} bytes about strangers");
}

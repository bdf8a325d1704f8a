//! Two hospitals behind address translation reach a third over port 443, on a bad line.

use verbund_tests::{
    network::{Internet, Site, Weather},
    town::Town,
};

use super::{pdf, refer};

/// A long and bad way: 150 ms there and back, every twentieth packet lost, packets as small as IPv6 allows.
const BAD_LINE: Weather = Weather { delay_ms: 75, loss: 0.05, mtu: 1_280, port: 443, seed: 6 };
/// Both hospitals have the same address inside, as it happens.
const SITES: [Site; 3] = [Site::behind("north", "10.0.0.2", "203.0.113.1"), Site::behind("south", "10.0.0.2", "203.0.113.2"), Site::open("reha", "198.51.100.3")];
const REHA: usize = 2;

#[test]
fn hospitals_behind_address_translation_refer_over_port_443_on_a_bad_line() {
    let mut internet = Internet::open(&SITES, BAD_LINE);
    // The fourth clinic never starts: with four, the third is one for rehabilitation.
    let mut town = Town::found(4, 80);
    town.bootstrap(vec!["/ip4/198.51.100.3/tcp/443".into()]);
    for (at, site) in ["north", "south", "reha"].into_iter().enumerate() {
        town.listen(at, "/ip4/0.0.0.0/tcp/443");
        town.run_inside(at, &internet.inside(site));
    }
    // Nobody can call the hospitals, and they say so by announcing nothing.
    (0..REHA).for_each(|at| town.announce(at, &[]));
    town.announce(REHA, &["/ip4/198.51.100.3/tcp/443"]);
    (0..=REHA).for_each(|at| town.launch(at));
    (0..=REHA).for_each(|at| town.wait_ready(at));
    town.publish(REHA, town.department(REHA), 4).unwrap();
    for hospital in 0..REHA {
        refer(&mut town, hospital, REHA, &pdf(40_000));
    }
    let counts = internet.counts();
    assert!(counts.translated >= 2 && counts.lost > 0, "{counts:?}");
    assert_eq!((counts.refused, counts.unsolicited, counts.too_long, counts.other), (0, 0, 0, 0), "nothing but what the firewalls let through was tried: {counts:?}");
}

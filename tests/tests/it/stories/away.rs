//! Coming back, and coming in: what a node knows soon after it starts.

use verbund_node::control::{Command, capacity};
use verbund_protocol::{capacity::DepartmentId, id::DepartmentKey};
use verbund_tests::{people::eventually, town::Town};

/// A node that was away while others stated and restated much has the same picture as the others soon after it starts.
#[test]
fn a_node_that_was_away_has_the_whole_picture_again() {
    let mut town = Town::start(3, 60);
    let away = 2;
    town.publish(0, town.department(0), 9).unwrap();
    eventually("the first record is everywhere", || if town.search(away).found.departments == 1 { Ok(()) } else { Err("not yet".into()) });
    town.kill(away);
    for free in [1, 2, 3] {
        for at in [0, 1] {
            for nth in 0..40 {
                let department: DepartmentKey = format!("{}", 2300 + nth).parse().unwrap();
                let id = DepartmentId { facility: town.department(at).facility, department };
                town.publish(at, id, free + nth % 3).unwrap();
            }
        }
    }
    eventually("those who stayed agree", || if picture(&mut town, 0) == picture(&mut town, 1) { Ok(()) } else { Err("they differ".into()) });
    let right = picture(&mut town, 0);
    assert_eq!(right.len(), 80);
    town.restart(away);
    eventually("the one that was away agrees", || match picture(&mut town, away) {
        found if found == right => Ok(()),
        found => Err(format!("{} of {} departments", found.len(), right.len())),
    });
    // What it shows can be asked for: the search finds them all.
    assert_eq!(town.search(away).found.matching, 80);
}

/// What a node holds of everybody's capacity, as far as it must be the same everywhere.
fn picture(town: &mut Town, at: usize) -> Vec<(DepartmentId, Vec<u16>, verbund_protocol::time::Timestamp)> {
    let reply: capacity::Reply = town.told(at, Command::Capacity(capacity::Command::Show { facility: None, all: true }));
    let capacity::Reply::Departments(all) = reply else { panic!("another reply: {reply:?}") };
    let mut all: Vec<_> = all.into_iter().map(|shown| (shown.id, shown.free, shown.observed_at)).collect();
    all.sort();
    all
}

/// One reachable member is enough, whichever, and its address may be a DNS name: everybody finds everybody.
#[test]
fn any_one_member_is_enough_to_join() {
    let mut town = Town::found(4, 80);
    let last = 3;
    let name = format!("/dns4/localhost/tcp/{}", town.village.clinics[last].port);
    town.announce(last, &[&name]);
    town.bootstrap(vec![name.clone()]);
    (0..4).for_each(|at| town.launch(at));
    (0..4).for_each(|at| town.wait_ready(at));
    for at in 0..4 {
        eventually(&format!("clinic {at} knows all addresses"), || {
            let status = town.status(at);
            if status.addresses_known == 3 && status.document_version == 2 { Ok(()) } else { Err(format!("{status:?}")) }
        });
    }
    // Two that no bootstrap address led to talk with each other.
    town.publish(1, town.department(1), 2).unwrap();
    let discharge = town.discharge(0);
    let id = town.inquire(0, discharge.case, &[1])[0];
    town.await_step(1, id, "requested");
    town.agree(0, 1, id);
    // And the name itself was dialled.
    let peers = town.peers(0);
    assert_eq!(peers.len(), 3, "{peers:?}");
}

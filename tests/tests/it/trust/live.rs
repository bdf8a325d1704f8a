//! Real nodes among themselves: removal and suspension on open connections, and a node whose certificate expired.

use std::time::Duration;

use verbund_node::{
    control::{Command, membership},
    workflow::desk::PeerSight,
};
use verbund_protocol::{hello::View, membership::SuspensionReason, sign::PublicKey};
use verbund_tests::town::Town;

use super::{
    gate::{certificate, take},
    impostor::Impostor,
    *,
};

/// Waits until clinic `at` sees the holder of `key` as `words` say.
fn sees(town: &mut Town, at: usize, key: PublicKey, words: &str) -> PeerSight {
    let what = format!("clinic {at} sees the peer as {words:?}");
    eventually(&what, || town.peers(at).into_iter().find(|peer| peer.key == key && peer.gate.contains(words)))
}

fn meet(town: &mut Town, pairs: &[(usize, usize)]) {
    for (at, other) in pairs {
        let key = key(town, *other, Purpose::Auth).public();
        let what = format!("clinic {at} is connected with clinic {other}");
        eventually(&what, || town.peers(*at).into_iter().find(|peer| peer.key == key && peer.up && peer.gate.contains("may do everything")));
    }
}

fn document_version(town: &mut Town, at: usize) -> u64 {
    town.status(at).document_version
}

#[test]
fn removal_takes_effect_on_open_connections_everywhere() {
    let mut town = Town::start(3, 30);
    meet(&mut town, &[(0, 1), (0, 2), (1, 2)]);
    let (gone, gone_key) = (town.village.clinics[2].plan.member.clone(), key(&town, 2, Purpose::Auth).public());
    let from = LogFrom::end(&mut town, 2);
    town.village.authority.remove(&gone, now()).unwrap();
    let document = town.village.publish().unwrap();
    assert!(take(&mut town, 0, &fs::read(document).unwrap()).unwrap().news);

    sees(&mut town, 0, gone_key, "was removed from the member list after version 1");
    // The other learns it by itself.
    sees(&mut town, 1, gone_key, "was removed from the member list after version 1");
    assert_eq!(document_version(&mut town, 1), 2);
    // And the removed one is told, and told why: it may still synchronise the document that says so.
    eventually("the removed clinic holds the document that removed it", || (document_version(&mut town, 2) == 2).then_some(()));
    from.expect(&mut town, 2, &["a newer network document is held"]);
    let status = town.status(2);
    assert!(status.standing.starts_with("REMOVED from the member list after version 1"), "{}", status.standing);
}

#[test]
fn a_node_that_was_away_learns_of_a_removal_before_anything_else() {
    let mut town = Town::start(3, 30);
    meet(&mut town, &[(0, 1), (0, 2), (1, 2)]);
    town.kill(1);
    let (gone, gone_key) = (town.village.clinics[2].plan.member.clone(), key(&town, 2, Purpose::Auth).public());
    town.village.authority.remove(&gone, now()).unwrap();
    let document = town.village.publish().unwrap();
    take(&mut town, 0, &fs::read(document).unwrap()).unwrap();
    town.restart(1);
    sees(&mut town, 1, gone_key, "was removed from the member list");
    // It also stands in its store: killed and started alone, it still knows.
    town.kill(0);
    town.kill(1);
    town.restart(1);
    assert_eq!(document_version(&mut town, 1), 2);
}

#[test]
fn who_left_long_ago_is_shown_as_removed_also_after_a_restart() {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    let believes = published(&town);
    let gone = town.village.clinics[1].plan.member.clone();
    town.village.authority.remove(&gone, now()).unwrap();
    for _ in 0..4 {
        let document = town.village.publish().unwrap();
        assert!(take(&mut town, 0, &fs::read(document).unwrap()).unwrap().news);
        town.village.authority.renew(now()).unwrap();
    }
    town.kill(0);
    town.restart(0);
    let reply: membership::Reply = town.ask(0, &Command::Membership(membership::Command::List)).unwrap();
    let membership::Reply::Members(list) = reply else { panic!("another reply: {reply:?}") };
    let former: Vec<_> = list.former.into_iter().map(|former| (former.id, former.last_version)).collect();
    assert_eq!(former, [(gone.clone(), 1)]);
    let shown = String::from_utf8(town.verbund(0, &["membership", "list"]).stdout).unwrap();
    assert!(shown.lines().any(|line| line.starts_with(gone.as_str()) && line.ends_with("removed after version 1")), "{shown}");
    let met = Impostor::start(key(&town, 1, Purpose::Auth), certificate(&town, 1), believes, Duration::ZERO).dial(town.village.clinics[0].port).unwrap();
    assert_eq!(met.greeting.sees_us_as, View::Removed);
}

#[test]
fn a_suspension_cuts_off_at_once_and_ends_early_by_the_board() {
    let mut town = Town::start(2, 20);
    meet(&mut town, &[(0, 1), (1, 0)]);
    let (member, cut_key) = (town.village.clinics[1].plan.member.clone(), key(&town, 1, Purpose::Auth).public());
    let own_log = LogFrom::end(&mut town, 1);
    let officer = town.village.board[2].clone();
    let cut_off = town.village.authority.suspend(&member, SuspensionReason::Malfunction, Duration::from_secs(3600), &officer, now()).unwrap();
    take(&mut town, 0, &cut_off.bytes).unwrap();
    sees(&mut town, 0, cut_key, "(malfunction) and may only synchronise");
    own_log.expect(&mut town, 1, &["peer is up", "seen=is suspended"]);
    let standing = |town: &mut Town| town.status(1).standing;
    eventually("the suspended clinic's people are told", || standing(&mut town).contains("(malfunction): own patients are served on").then_some(()));

    let mut end = town.village.authority.reinstatement(&member, now()).unwrap();
    end.add_signature(&town.village.network, Kind::Suspension, &town.village.board[0]);
    let alone = take(&mut town, 0, &end.to_bytes()).unwrap_err().to_string();
    assert!(alone.contains("1 valid signatures of the current board, 2 needed"), "{alone}");
    end.add_signature(&town.village.network, Kind::Suspension, &town.village.board[1]);
    assert!(take(&mut town, 0, &end.to_bytes()).unwrap().news);
    sees(&mut town, 0, cut_key, "may do everything");
    eventually("the suspended clinic's people are told the end", || (standing(&mut town) == "member").then_some(()));
    meet(&mut town, &[(0, 1), (1, 0)]);
}

#[test]
fn a_node_with_an_expired_certificate_runs_and_says_why_nobody_talks_to_it() {
    let mut town = Town::found(2, 20);
    fs::write(identity_file(&town, 1, "auth.pem"), wrong_certificate(&town, 1, expired)).unwrap();
    (0..2).for_each(|at| town.launch(at));
    (0..2).for_each(|at| town.wait_ready(at));
    let all = LogFrom(0);
    all.expect(&mut town, 1, &["WARN", "peers will refuse this node until it has a valid certificate", "expired at"]);
    all.expect(&mut town, 0, &["connection refused", "the certificate expired at"]);
    all.expect(&mut town, 1, &["connection refused", "the peer refuses this node", "not valid at the peer's time"]);
    // Its own clinic works on.
    assert_eq!(document_version(&mut town, 1), 1);
}

#[test]
fn a_node_that_was_away_follows_every_change_of_the_board() {
    let mut town = Town::start(2, 20);
    meet(&mut town, &[(0, 1)]);
    town.kill(1);
    let mut board = town.village.board.clone();
    for _ in 0..3 {
        let next: Vec<SecretKey> = (0..3).map(|_| verbund_certs::new_key()).collect();
        let authority = &mut town.village.authority;
        authority.rotate_board(next.iter().map(SecretKey::public).collect(), 2, now()).unwrap();
        board.iter().take(2).chain(next.iter().take(2)).for_each(|key| authority.sign_draft(key).unwrap());
        let document = authority.publish().unwrap();
        assert!(take(&mut town, 0, document.bytes()).unwrap().news);
        board = next;
    }
    // The last one alone is nothing that a node with the first board could judge.
    town.launch(1);
    town.wait_ready(1);
    eventually("the node that was away holds the last document", || (document_version(&mut town, 1) == 4).then_some(()));
    meet(&mut town, &[(0, 1), (1, 0)]);
}

#[test]
fn a_document_ages_in_grades_and_never_stops_a_clinic_at_once() {
    const DAY: Duration = Duration::from_secs(86_400);
    let mut town = Town::found(2, 20);
    let grades = [
        (DAY * 300, DAY * 365, "ends in 6"),
        (DAY * 366, DAY * 365, "has ended; full work for 59 more days"),
        (DAY * 426, DAY * 365, "has ended; only running conversations go on, for 59 more days"),
        (DAY * 500, DAY * 365, "ended too long ago"),
    ];
    for (age, validity, words) in grades {
        town.village.authority.renew_for(now().minus(age), validity).unwrap();
        let document = town.village.publish().unwrap();
        for at in 0..2 {
            fs::copy(&document, identity_file(&town, at, "network.cbor")).unwrap();
        }
        town.launch(0);
        town.wait_ready(0);
        let status = town.status(0);
        assert!(status.document_state.contains(words), "{words:?} in {:?}", status.document_state);
        town.kill(0);
    }
    // Both are past the last grade now: they meet to synchronise, and that is all.
    (0..2).for_each(|at| town.launch(at));
    (0..2).for_each(|at| town.wait_ready(at));
    let (first, second) = (key(&town, 0, Purpose::Auth).public(), key(&town, 1, Purpose::Auth).public());
    sees(&mut town, 0, second, "may only synchronise, since this node's own network document is too old");
    sees(&mut town, 1, first, "may only synchronise, since this node's own network document is too old");
    // A new document that one of them is given makes both whole again.
    town.village.authority.renew(now()).unwrap();
    let document = town.village.publish().unwrap();
    take(&mut town, 0, &fs::read(document).unwrap()).unwrap();
    meet(&mut town, &[(0, 1), (1, 0)]);
}

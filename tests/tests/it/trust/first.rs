//! What a peer knows of the membership and this node does not comes before anything else that passes between the two.

use std::time::Duration;

use verbund_node::mesh::RequestError;
use verbund_protocol::{
    membership::{Membership, SuspensionReason},
    sign::PublicKey,
    sync::{Item, Set},
    wire::Protocol,
};
use verbund_tests::town::Town;

use super::{gate::certificate, impostor::Impostor, *};

const BUSY: Result<Vec<u8>, RequestError> = Err(RequestError::Busy { by_peer: true });

/// A running node, and a member that has dialled it and knows `membership`.
fn met(town: &mut Town, membership: Membership) -> (Impostor, PublicKey) {
    town.launch(0);
    town.wait_ready(0);
    let member = Impostor::knowing(key(town, 1, Purpose::Auth), certificate(town, 1), membership, Duration::ZERO);
    let met = member.dial(town.village.clinics[0].port).unwrap();
    // The member's own rule is kept: it has nothing to learn.
    member.settle(met.peer, met.greeting.edition);
    (member, met.peer)
}

/// Waits until the node answers the member. What it answers is a refusal of the range, since none was asked for.
fn answered(member: &Impostor, peer: PublicKey) {
    eventually("the node answers the member", || member.ask(peer, Protocol::Document, vec![0]).ok());
}

/// The published document, and a suspension of clinic 2 that nobody else knows.
fn cut_off(town: &mut Town) -> (Membership, Vec<u8>) {
    let (gone, officer) = (town.village.clinics[2].plan.member.clone(), town.village.board[0].clone());
    let mut membership = Membership::trusted(published(town));
    let suspension = town.village.authority.suspend(&gone, SuspensionReason::Breach, Duration::from_secs(3600), &officer, now()).unwrap();
    assert!(membership.suspend(&suspension.bytes, now()).unwrap());
    (membership, suspension.bytes)
}

#[test]
fn a_suspension_that_one_side_knows_bars_the_first_application_message() {
    let mut town = Town::found(3, 30);
    let (membership, suspension) = cut_off(&mut town);
    let (member, peer) = met(&mut town, membership);
    for protocol in [Protocol::Message, Protocol::Query, Protocol::Document] {
        assert_eq!(member.ask(peer, protocol, vec![0]), BUSY, "{protocol}");
    }
    let log = LogFrom::end(&mut town, 0);
    assert_eq!(member.hand_over(peer, None, vec![Item { set: Set::Suspensions, bytes: suspension }]).refused, None);
    log.expect(&mut town, 0, &["membership changed"]);
    answered(&member, peer);
}

#[test]
fn a_removal_that_one_side_knows_bars_the_first_application_message() {
    let mut town = Town::found(3, 30);
    let gone = town.village.clinics[2].plan.member.clone();
    town.village.authority.remove(&gone, now()).unwrap();
    town.village.publish().unwrap();
    let newer = published(&town);
    let (member, peer) = met(&mut town, Membership::trusted(newer.clone()));
    for protocol in [Protocol::Message, Protocol::Query, Protocol::Document] {
        assert_eq!(member.ask(peer, protocol, vec![0]), BUSY, "{protocol}");
    }
    assert_eq!(member.hand_over(peer, Some(newer.bytes().to_vec()), vec![]).refused, None);
    answered(&member, peer);
}

#[test]
fn a_member_that_claims_to_know_more_is_served_after_one_round_that_brought_nothing() {
    let mut town = Town::found(3, 30);
    let (membership, _) = cut_off(&mut town);
    let (mut member, peer) = met(&mut town, membership);
    assert_eq!(member.ask(peer, Protocol::Document, vec![0]), BUSY);
    member.answer_sync_with_nothing();
    answered(&member, peer);
}

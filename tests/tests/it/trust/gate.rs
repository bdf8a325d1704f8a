//! Peers that speak the node's own protocol with papers that are not in order.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use verbund_certs::{new_key, testing};
use verbund_node::{control::Command, control::membership, mesh::Refusal};
use verbund_protocol::{
    hello::View,
    membership::{NetworkDocument, Suspension, SuspensionReason},
    wire::Protocol,
};
use verbund_tests::town::Town;

use super::{impostor::Impostor, *};

pub fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

/// Returns clinic `at`'s own auth certificate.
pub fn certificate(town: &Town, at: usize) -> Vec<u8> {
    der(&fs::read_to_string(identity_file(town, at, "auth.pem")).unwrap())
}

/// A document that only its maker believes: the published one with further authorities.
fn believed(town: &Town, authorities: &[Vec<u8>]) -> SignedDocument {
    let own_board = new_key();
    let mut document = NetworkDocument { board: vec![own_board.public()], threshold: 1, ..published(town).document };
    document.authorities.extend_from_slice(authorities);
    signed(&document, &[&own_board])
}

fn first_node(clinics: usize) -> Town {
    let mut town = Town::found(clinics, 20);
    town.launch(0);
    town.wait_ready(0);
    town
}

/// Starts an impostor with clinic 1's key and this certificate, lets it dial, and checks what both sides say.
fn refused_in_tls(town: &mut Town, certificate: Vec<u8>, believes: SignedDocument, log: &str, dialler: &str) {
    let from = LogFrom::end(town, 0);
    let impostor = Impostor::start(key(town, 1, Purpose::Auth), certificate, believes, Duration::ZERO);
    let told = impostor.dial(town.village.clinics[0].port).unwrap_err().to_string();
    assert!(told.contains(dialler), "{dialler} in {told}");
    from.expect(town, 0, &["connection refused", log]);
}

#[test]
fn certificates_out_of_order_are_refused_and_the_dialler_hears_why() {
    let mut town = first_node(2);
    let own = der(&testing::self_signed(&name(&town, 1), "Selbst", &key(&town, 1, Purpose::Auth), Profile::of(Purpose::Auth, now())));
    let believes = believed(&town, std::slice::from_ref(&own));
    refused_in_tls(&mut town, own, believes, "self-signed", "unknown_ca");

    let other = Town::found(1, 1);
    let request = testing::request(&name(&town, 1), "Fremd", Purpose::Auth, &key(&town, 1, Purpose::Auth));
    let foreign = other.village.authority.issue_wrong(&request, Profile::of(Purpose::Auth, now())).unwrap();
    let believes = believed(&town, &[other.village.authority.certificate().to_vec()]);
    refused_in_tls(&mut town, der(&foreign), believes, "signature on the certificate does not match", "decrypt_error");

    let (late, early) = (der(&wrong_certificate(&town, 1, expired)), der(&wrong_certificate(&town, 1, not_yet_valid)));
    let believes = published(&town);
    refused_in_tls(&mut town, late, believes.clone(), "the certificate expired at", "not valid at the peer's time");
    refused_in_tls(&mut town, early, believes, "is not valid before", "not valid at the peer's time");
}

#[test]
fn a_dialler_refuses_a_listener_of_another_network() {
    let town = first_node(2);
    let other = Town::found(2, 1);
    let stranger = Impostor::start(key(&other, 1, Purpose::Auth), certificate(&other, 1), published(&other), Duration::ZERO);
    let told = stranger.dial(town.village.clinics[0].port).unwrap_err();
    let verbund_node::mesh::ProbeError::Refused(Refusal::Certificate(reason)) = told else { panic!("{told}") };
    assert!(reason.to_string().contains("signature") || reason.to_string().contains("not issued by an authority"), "{reason}");
}

/// A guest is let in to synchronise, is told how it is seen, and can ask nothing else.
fn met_as(town: &mut Town, impostor: &Impostor, view: View, log: &str) {
    let from = LogFrom::end(town, 0);
    let met = impostor.dial(town.village.clinics[0].port).unwrap();
    assert_eq!(met.greeting.sees_us_as, view, "{}", met.greeting.sees_us_as);
    from.expect(town, 0, &["peer is up", log]);
    for protocol in [Protocol::Message, Protocol::Query, Protocol::Document] {
        let refused = impostor.ask(met.peer, protocol, b"anything".to_vec());
        assert!(refused.is_err(), "{protocol}: {refused:?}");
    }
}

#[test]
fn a_valid_chain_alone_makes_no_member() {
    let mut town = Town::found(2, 20);
    let everyone = published(&town);
    let gone = town.village.clinics[1].plan.member.clone();
    town.village.authority.remove(&gone, now()).unwrap();
    let without = town.village.publish().unwrap();
    fs::copy(without, identity_file(&town, 0, "network.cbor")).unwrap();
    town.launch(0);
    town.wait_ready(0);
    let impostor = Impostor::start(key(&town, 1, Purpose::Auth), certificate(&town, 1), everyone, Duration::ZERO);
    met_as(&mut town, &impostor, View::Unlisted, "is in no member list held here");
}

#[test]
fn a_clock_off_by_more_than_two_minutes_may_only_synchronise() {
    let mut town = first_node(3);
    let off = |town: &Town, at: usize, seconds: u64| Impostor::start(key(town, at, Purpose::Auth), certificate(town, at), published(town), Duration::from_secs(seconds));
    let wrong = off(&town, 1, 150);
    met_as(&mut town, &wrong, View::Clock, "may only synchronise; check both clocks");
    let tolerable = off(&town, 2, 60);
    assert_eq!(tolerable.dial(town.village.clinics[0].port).unwrap().greeting.sees_us_as, View::Member);
}

#[test]
fn a_suspended_member_may_only_synchronise() {
    let mut town = first_node(2);
    let member = town.village.clinics[1].plan.member.clone();
    let officer = town.village.board[0].clone();
    let cut_off = town.village.authority.suspend(&member, SuspensionReason::KeyCompromise, Duration::from_secs(3600), &officer, now()).unwrap();
    let taken = take(&mut town, 0, &cut_off.bytes).unwrap();
    assert!(taken.news && taken.what == "suspension");
    let impostor = Impostor::start(key(&town, 1, Purpose::Auth), certificate(&town, 1), published(&town), Duration::ZERO);
    met_as(&mut town, &impostor, View::Suspended, "(key-compromise) and may only synchronise");
}

#[test]
fn a_suspension_beyond_an_officers_limits_is_passed_on_without_effect() {
    let mut town = first_node(5);
    let officer = town.village.board[0].clone();
    let members: Vec<_> = town.village.clinics.iter().skip(1).map(|clinic| clinic.plan.member.clone()).collect();
    // Signed past the office's own check, as an officer with bad intent would.
    let mut results = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let from = now().minus(Duration::from_secs(60 - at as u64));
        let until = from.plus(Duration::from_secs(3600));
        let content = Suspension { network: town.village.network.clone(), member: member.clone(), from, until, reason: SuspensionReason::Breach, ends: None };
        let mut signed = MultiSigned::new(cbor::write(&content));
        signed.add_signature(&content.network, Kind::Suspension, &officer);
        results.push(take(&mut town, 0, &signed.to_bytes()).unwrap().without_effect);
    }
    assert_eq!(results[..3], [None, None, None]);
    assert!(results[3].as_ref().is_some_and(|why| why.contains("already had 3 members suspended")), "{:?}", results[3]);
    let reply = town.ask(0, &Command::Membership(membership::Command::List)).unwrap();
    let membership::Reply::Members(list) = reply else { panic!("another reply: {reply:?}") };
    assert_eq!(list.members.iter().filter(|member| member.suspended.is_some()).count(), 3);
}

#[test]
fn a_second_document_of_one_version_is_refused_and_kept_as_proof() {
    let mut town = first_node(2);
    let mut other = published(&town).document;
    other.members.pop();
    let other = signed(&other, &town.village.board.iter().collect::<Vec<_>>());
    for _ in 0..2 {
        let refused = take(&mut town, 0, other.bytes()).unwrap_err().to_string();
        assert!(refused.contains("two different documents carry version 1") && refused.contains("kept as proof"), "{refused}");
    }
    assert_eq!(town.status(0).document_version, 1);
    // What was refused has not undone that it is known.
    let audit = String::from_utf8(town.verbund(0, &["audit", "list"]).stdout).unwrap();
    assert_eq!(audit.matches("document.contradiction").count(), 1, "{audit}");
}

/// `verbund membership take` at clinic `at`.
pub fn take(town: &mut Town, at: usize, bytes: &[u8]) -> Result<membership::Taken, verbund_node::control::client::ClientError> {
    let mut client = town.client(at);
    client.send(&Command::Membership(membership::Command::Take(bytes.len() as u64)))?;
    client.send_bytes(&mut &bytes[..], bytes.len() as u64)?;
    client.answer().map(|reply| match reply {
        membership::Reply::Taken(taken) => taken,
        other => panic!("another reply: {other:?}"),
    })
}

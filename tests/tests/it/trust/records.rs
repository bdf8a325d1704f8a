//! Documents and records that do not hold are refused, whoever brings them; the reason is at both ends.

use std::time::Duration;

use verbund_protocol::{
    address::{AddressRecord, Order},
    id::Digest,
    membership::NetworkDocument,
    sync::{Item, Set},
};
use verbund_tests::town::Town;

use super::{
    gate::{certificate, take},
    impostor::Impostor,
    *,
};

/// A running node, and a member that is not what it should be.
fn scene() -> (Town, Impostor) {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    let member = Impostor::start(key(&town, 1, Purpose::Auth), certificate(&town, 1), published(&town), Duration::ZERO);
    (town, member)
}

/// Lets a document be refused over the mesh and from a person, and checks that all three places say why.
fn document_refused(town: &mut Town, from: &Impostor, bytes: &[u8], why: &str) {
    let log = LogFrom::end(town, 0);
    let peer = from.dial(town.village.clinics[0].port).unwrap().peer;
    let answer = from.hand_over(peer, Some(bytes.to_vec()), vec![]);
    assert!(answer.refused.as_ref().is_some_and(|told| told.contains(why)), "{why} in {:?}", answer.refused);
    log.expect(town, 0, &["were not taken", why]);
    let told = take(town, 0, bytes).unwrap_err().to_string();
    assert!(told.contains(why), "{why} in {told}");
}

#[test]
fn a_document_with_too_few_signatures_is_refused() {
    let (mut town, member) = scene();
    let held = published(&town);
    let next = NetworkDocument { version: held.document.version + 1, members: vec![], ..held.document.clone() };
    let one = signed(&next, &[&town.village.board[0]]);
    document_refused(&mut town, &member, one.bytes(), "has 1 valid signatures of the current board, 2 are needed");
    // Two signatures of the same officer are one; a key that is not the board's is none.
    let stranger = verbund_certs::new_key();
    let two = signed(&next, &[&town.village.board[0], &town.village.board[0], &stranger]);
    document_refused(&mut town, &member, two.bytes(), "has 1 valid signatures");
}

#[test]
fn an_older_document_is_refused() {
    let (mut town, member) = scene();
    let older = published(&town);
    town.village.authority.renew(now()).unwrap();
    let newer = town.village.publish().unwrap();
    assert!(take(&mut town, 0, &fs::read(newer).unwrap()).unwrap().news);
    document_refused(&mut town, &member, older.bytes(), "is older than version 2 held here");
}

#[test]
fn two_documents_of_one_version_are_kept_as_proof_and_raise_an_alarm() {
    let (mut town, member) = scene();
    let held = published(&town).document;
    let other = NetworkDocument { bootstrap: vec![], ..held };
    let other = signed(&other, &[&town.village.board[1], &town.village.board[2]]);
    document_refused(&mut town, &member, other.bytes(), "two different documents carry version 1");
    LogFrom(0).expect(&mut town, 0, &["ERROR", "tell the cooperative"]);
}

#[test]
fn nothing_signed_with_the_auth_key_counts() {
    let (mut town, member) = scene();
    let log = LogFrom::end(&mut town, 0);
    let record = AddressRecord {
        member: name(&town, 1).member,
        node: name(&town, 1).node,
        order: Order { epoch: 0, seq: 1 },
        addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
        made_at: now(),
        protocol_min: 1,
        protocol_max: 1,
        audit_len: 0,
        audit_head: Digest::of(b""),
    };
    let peer = member.dial(town.village.clinics[0].port).unwrap().peer;
    let push = |purpose| Item { set: Set::Addresses, bytes: record.sign(&town.village.network, &key(&town, 1, purpose)) };
    let (by_auth, by_sign) = (push(Purpose::Auth), push(Purpose::Sign));
    let why = format!("signed by a key that is not {}'s", record.member);
    let answer = member.hand_over(peer, None, vec![by_auth]);
    assert!(answer.refused.as_ref().is_some_and(|told| told.contains(&why)), "{why} in {:?}", answer.refused);
    log.expect(&mut town, 0, &["were not taken", &why]);
    assert_eq!(member.hand_over(peer, None, vec![by_sign]).refused, None, "the very same record, signed with the sign key");
}

#[test]
fn a_running_node_says_so_when_a_file_is_something_else() {
    let (mut town, _member) = scene();
    for bytes in [b"nonsense".to_vec(), fs::read(town.village.authority.certificate_path()).unwrap(), vec![0; 3_000_000]] {
        let refused = take(&mut town, 0, &bytes).unwrap_err();
        assert!(matches!(refused, verbund_node::control::client::ClientError::Refused(_) | verbund_node::control::client::ClientError::Broken(_)), "{refused}");
    }
    let held = published(&town);
    assert!(take(&mut town, 0, held.bytes()).is_ok_and(|taken| !taken.news), "and goes on");
}

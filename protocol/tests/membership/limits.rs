//! Every bound on documents and suspensions, one past it.

use verbund_protocol::{
    cbor::Malformed,
    limits::*,
    membership::{DocumentError, Suspension, SuspensionReason},
    sign::SignatureError,
};

use super::*;

fn refused(change: impl FnOnce(&mut NetworkDocument)) -> String {
    let mut document = document(1, &[1], 1);
    change(&mut document);
    match SignedDocument::read(&network(), &signed_bytes(&document, &[1])) {
        Err(DocumentError::Content(rule)) => rule,
        other => panic!("taken: {other:?}"),
    }
}

#[test]
fn one_more_than_allowed_is_refused_by_name() {
    let board = |count: usize| (1..=u16::try_from(count).unwrap()).collect::<Vec<_>>();
    assert!(refused(|d| d.board = publics(&board(MAX_BOARD_KEYS + 1))).contains("board keys"));
    assert!(refused(|d| d.members = (0..=u16::try_from(MAX_MEMBERS).unwrap()).map(member).collect()).contains("members"));
    assert!(refused(|d| d.authorities = vec![vec![0]; MAX_AUTHORITIES + 1]).contains("authorities"));
    assert!(refused(|d| d.authorities = vec![vec![0; MAX_CERTIFICATE + 1]]).contains("authority certificate"));
    assert!(refused(|d| d.bootstrap = vec![String::new(); MAX_BOOTSTRAP + 1]).contains("bootstrap"));
    assert!(refused(|d| d.bootstrap = vec!["x".repeat(MAX_ADDRESS_TEXT + 1)]).contains("bootstrap"));
    assert!(refused(|d| d.catalogues = vec![(String::new(), 1); MAX_CATALOGUES + 1]).contains("code lists"));
    assert!(refused(|d| d.members[0].name = "x".repeat(MAX_NAME + 1)).contains("name"));
    let facility = |n: u32| Facility { ik: Ik::with_check_digit(30_000_000 + n), ..member(1).facilities[0].clone() };
    assert!(refused(|d| d.members[0].facilities = (0..=u32::try_from(MAX_FACILITIES).unwrap()).map(facility).collect()).contains("facilities"));
    let node = |n: u16| Node { id: n.to_string().parse().unwrap(), auth: key(5000 + 2 * n).public(), sign: key(5001 + 2 * n).public(), former_sign: vec![] };
    assert!(refused(|d| d.members[0].nodes = (0..=u16::try_from(MAX_NODES_PER_MEMBER).unwrap()).map(node).collect()).contains("nodes"));
    let former = (0..=u16::try_from(MAX_FORMER_SIGN_KEYS).unwrap()).map(|n| key(6000 + n).public()).collect();
    assert!(refused(|d| d.members[0].nodes[0].former_sign = former).contains("former sign keys"));
}

#[test]
fn contradictions_within_a_document_are_refused_by_name() {
    assert!(refused(|d| d.version = 0).contains("version"));
    assert!(refused(|d| d.valid_until = d.valid_from).contains("ends before it begins"));
    assert!(refused(|d| d.threshold = 2).contains("threshold"));
    assert!(refused(|d| d.threshold = 0).contains("threshold"));
    assert!(refused(|d| d.board = publics(&[1, 1])).contains("listed twice"));
    assert!(refused(|d| d.members.push(member(1))).contains("member is listed twice"));
    assert!(refused(|d| d.members.push(Member { id: member_id(2), nodes: vec![], ..member(1) })).contains("two members"));
    let thief = |d: &mut NetworkDocument| {
        let mut other = member(2);
        other.nodes[0].sign = d.members[0].nodes[0].auth;
        d.members.push(other);
    };
    assert!(refused(thief).contains("node key is listed twice"), "one key is never both auth and sign, nor two members'");
    assert!(refused(|d| d.members[0].facilities[0].latitude = 90_000_001).contains("on Earth"));
    assert!(refused(|d| d.members[0].name = "\u{1b}[2J".into()).contains("control characters"));
    assert!(refused(|d| d.members[0].facilities[0].place = " ".into()).contains("name or place"));
}

#[test]
fn too_many_signatures_and_too_long_objects_are_not_read() {
    let document = document(1, &[1], 1);
    let signers: Vec<u16> = (1..=u16::try_from(MAX_SIGNATURES).unwrap()).collect();
    assert!(SignedDocument::read(&network(), &signed_bytes(&document, &signers)).is_ok());
    let one_more: Vec<u16> = (1..=u16::try_from(MAX_SIGNATURES + 1).unwrap()).collect();
    assert!(matches!(SignedDocument::read(&network(), &signed_bytes(&document, &one_more)), Err(DocumentError::Signature(_))));
    assert!(matches!(SignedDocument::read(&network(), &vec![0; MAX_NETWORK_DOCUMENT + 1]), Err(DocumentError::Signature(SignatureError::Malformed(Malformed::TooLarge { .. })))));
    assert!(matches!(
        verbund_protocol::membership::SignedSuspension::read(&document, &vec![0; MAX_SUSPENSION + 1]),
        Err(verbund_protocol::membership::SuspensionError::Signature(SignatureError::Malformed(Malformed::TooLarge { .. })))
    ));
}

#[test]
fn the_largest_board_fits_in_a_suspension() {
    let board: Vec<u16> = (1..=u16::try_from(MAX_BOARD_KEYS).unwrap()).collect();
    let content = Suspension {
        network: "n".repeat(32).parse().unwrap(),
        member: "m".repeat(48).parse().unwrap(),
        from: start(),
        until: Timestamp(start().0 + 1),
        reason: SuspensionReason::Breach,
        ends: Some(verbund_protocol::id::Digest::of(b"")),
    };
    let mut signed = MultiSigned::new(cbor::write(&content));
    board.iter().for_each(|n| signed.add_signature(&content.network, Kind::Suspension, &key(*n)));
    assert!(signed.to_bytes().len() <= MAX_SUSPENSION, "{} bytes", signed.to_bytes().len());
}

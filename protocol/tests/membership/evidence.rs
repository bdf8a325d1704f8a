//! What a bundle of evidence proves, and to whom it does not: whoever signs must be listed, and a contradiction must be one.

use minicbor::bytes::ByteVec;
use verbund_protocol::{
    conversation::{Header, Party, SignedHeader, body_hash},
    evidence::{Bundle, Contradiction, Conversation, Message, Report, verify},
    id::ConversationId,
    referral::MessageKind,
    sign::SecretKey,
    time::Timestamp,
};

use super::{document, key, member, member_id, network, signed, start};

const ID: ConversationId = ConversationId([7; 16]);

/// The key with which a member's node signs.
fn signing(n: u16) -> SecretKey {
    key(1001 + 2 * n)
}

fn party(n: u16) -> Party {
    Party { member: member_id(n), facility: member(n).facilities[0].ik.clone() }
}

fn header(seq: u64, body: &[u8], epoch: u32, by: &SecretKey) -> SignedHeader {
    let header = Header {
        conversation: ID,
        author: party(1),
        recipient: party(2),
        seq,
        previous: None,
        seen: None,
        message: MessageKind::Inquiry.number(),
        body: body_hash(&[3; 16], body),
        made_at: Timestamp(start().0 + 1_000),
        epoch,
    };
    header.sign(&network(), by)
}

fn bytes(header: &SignedHeader) -> ByteVec {
    header.bytes.clone().into()
}

/// Verifies a bundle of member 1 with one message and one alleged contradiction.
fn judge(message: &SignedHeader, alleged: Option<(&SignedHeader, &SignedHeader)>, by: &SecretKey) -> Report {
    let contradictions = alleged.map(|(held, other)| Contradiction { held: bytes(held), other: bytes(other) }).into_iter().collect();
    let messages = vec![Message { header: bytes(message), receipt: None, body: None }];
    let bundle = Bundle {
        network: network(),
        made_by: member_id(1),
        made_at: start(),
        conversations: vec![Conversation { id: ID, messages, contradictions }],
        documents: vec![],
        recorded: None,
        ending: None,
    };
    verify(&bundle.sign(by), &signed(&document(3, &[1, 2, 3], 2), &[1, 2])).unwrap()
}

#[test]
fn a_bundle_and_its_messages_are_signed_by_who_is_listed_for_them() {
    let own = header(0, b"what was said", 1, &signing(1));
    let judged = judge(&own, None, &signing(1));
    assert!(judged.holds());
    assert_eq!((&judged.conversations[0].asker, &judged.conversations[0].owner), (&Some(party(1)), &Some(party(2))), "who asked, and who was asked");
    assert_eq!(judged.conversations[0].step, None, "where it stands, nobody can say without what was said");
    assert_eq!(judge(&own, None, &signing(2)).faults, ["the bundle is not signed by a key of member-1"], "another member's key");
    assert!(!judge(&own, None, &key(1_000)).holds(), "a key of nobody");
    // The key for connections signs no evidence.
    assert!(!judge(&own, None, &key(1_002)).holds());
    let forged = judge(&header(0, b"what was said", 1, &signing(2)), None, &signing(1));
    assert!(forged.faults.is_empty() && !forged.conversations[0].faults.is_empty() && forged.conversations[0].lines.is_empty(), "{forged:?}");
}

#[test]
fn a_contradiction_is_two_messages_of_one_author_under_one_number() {
    let own = header(0, b"what was said", 1, &signing(1));
    let proven = |held: &SignedHeader, other: &SignedHeader| {
        let report = judge(&own, Some((held, other)), &signing(1));
        (report.conversations[0].contradictions.len(), report.conversations[0].faults.len())
    };
    let other = header(0, b"something else", 1, &signing(1));
    assert_eq!(proven(&own, &other), (1, 0));
    assert_eq!(proven(&own, &own), (0, 1), "the same message twice is a repeat");
    assert_eq!(proven(&own, &header(1, b"something else", 1, &signing(1))), (0, 1), "another number");
    assert_eq!(proven(&own, &header(0, b"something else", 2, &signing(1))), (0, 1), "said after a restore");
    assert_eq!(proven(&own, &header(0, b"something else", 1, &signing(2))), (0, 0), "signed by somebody else, it proves nothing against the author");
}

//! Every reader of what crosses the wire or lies signed in a file. What is read must write and read back the same.

use verbund_protocol::{
    address::AddressRecord,
    capacity::{ConfirmationQuestion, DepartmentId, EquivocationProof, SignedCapacity, SignedConfirmation},
    catalogue::Catalogue,
    cbor,
    certificate::{AuthorityCertificate, MemberCertificate, Purpose, Request as CertificateRequest},
    conversation::{Batch, Erasure, Head, Header, Outcome, Party, Receipt, SignedHeader, body_hash, frame::Replies, recovery},
    document::{DocumentOffer, Grant, RangeAnswer, RangeRequest},
    evidence::{self, Bundle},
    hello::Hello,
    id::{ConversationId, Digest},
    membership::{Membership, SignedDocument, SignedSuspension},
    query::{Question, WitnessedHeads},
    referral::{Message, MessageKind},
    sign::{Kind, MultiSigned},
    sync::{Announcement, Request, Response},
    time::Day,
};

use super::{
    Run, Target,
    kit::{NOW, board_signed, document, ik, member_name, membership, network, sign_key, signed, signed_seeds, vector, went},
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "network-document", brief: 1_500, seeds: document_seeds, make: documents },
    Target { name: "suspension", brief: 1_500, seeds: suspension_seeds, make: suspensions },
    Target { name: "address", brief: 1_500, seeds: || signed_seeds(&vector("address-1")), make: addresses },
    Target { name: "capacity", brief: 1_500, seeds: capacity_seeds, make: capacities },
    Target { name: "confirmation", brief: 1_500, seeds: || signed_seeds(&vector("confirmation-1")), make: confirmations },
    Target { name: "query", brief: 20_000, seeds: || vec![vector("confirmation-question-1")], make: queries },
    Target { name: "sync", brief: 20_000, seeds: || ["sync-request-1", "sync-response-1", "announcement-1"].map(vector).to_vec(), make: syncs },
    Target { name: "hello", brief: 20_000, seeds: Vec::new, make: hellos },
    Target { name: "header", brief: 1_500, seeds: header_seeds, make: headers },
    Target { name: "receipt", brief: 1_500, seeds: receipt_seeds, make: receipts },
    Target { name: "erasure", brief: 1_500, seeds: || signed_seeds(&vector("erasure-1")), make: erasures },
    Target { name: "frame", brief: 10_000, seeds: || ["batch-1", "replies-1"].map(vector).to_vec(), make: frames },
    Target { name: "body", brief: 10_000, seeds: body_seeds, make: bodies },
    Target { name: "grant", brief: 1_500, seeds: || signed_seeds(&vector("grant-1")), make: grants },
    Target { name: "range", brief: 10_000, seeds: || ["range-request-1", "range-answer-1", "range-refusal-1", "document-offer-1"].map(vector).to_vec(), make: ranges },
    Target { name: "evidence", brief: 800, seeds: evidence_seeds, make: evidences },
    Target { name: "certificate", brief: 3_000, seeds: certificate_seeds, make: certificates },
];

/// Checks that what was read writes and reads back the same.
fn again<T: PartialEq + std::fmt::Debug, E: std::fmt::Display>(read: &Result<T, E>, write: impl Fn(&T) -> Vec<u8>, reread: impl Fn(&[u8]) -> Result<T, E>) -> String {
    if let Ok(value) = read {
        assert!(reread(&write(value)).is_ok_and(|back| back == *value), "{value:?} does not read back");
    }
    went(read)
}

fn document_seeds() -> Vec<Vec<u8>> {
    let golden = vector("network-document-1");
    let content = MultiSigned::read(&golden, 1 << 20).map(|signed| signed.payload().to_vec()).unwrap_or_default();
    vec![[&[0], &golden[..]].concat(), [&[1], &content[..]].concat(), [&[1], &cbor::write(&document().document)[..]].concat()]
}

fn documents() -> Run {
    Box::new(|input| {
        let bytes = match input.split_first() {
            Some((how, content)) if how % 2 == 1 => board_signed(Kind::NetworkDocument, content.to_vec()),
            Some((_, bytes)) => bytes.to_vec(),
            None => Vec::new(),
        };
        let read = SignedDocument::read(&network(), &bytes);
        let Ok(signed) = read else { return went(&read) };
        let first = Membership::new(signed.clone()).map(|held| held.edition().document);
        format!("{} {}", went(&first), went(&signed.accept_after(&document())))
    })
}

fn suspension_seeds() -> Vec<Vec<u8>> {
    let of = |name: &str| {
        let golden = vector(name);
        let content = MultiSigned::read(&golden, 1 << 20).map(|signed| signed.payload().to_vec()).unwrap_or_default();
        [[&[0], &golden[..]].concat(), [&[1], &content[..]].concat()]
    };
    [of("suspension-1"), of("suspension-end-1")].concat()
}

fn suspensions() -> Run {
    let mut held = membership();
    Box::new(move |input| {
        let bytes = match input.split_first() {
            Some((how, content)) if how % 2 == 1 => board_signed(Kind::Suspension, content.to_vec()),
            Some((_, bytes)) => bytes.to_vec(),
            None => Vec::new(),
        };
        let read = SignedSuspension::read(&held.held().document, &bytes);
        format!("{} {}", went(&read), went(&held.suspend(&bytes, NOW)))
    })
}

fn addresses() -> Run {
    let held = membership();
    Box::new(move |input| went(&AddressRecord::open(&network(), &held, &signed(Kind::Address, input))))
}

fn capacity_seeds() -> Vec<Vec<u8>> {
    [signed_seeds(&vector("capacity-1")), vec![[&[0], &vector("equivocation-1")[..]].concat()]].concat()
}

fn capacities() -> Run {
    let held = membership();
    Box::new(move |input| {
        let bytes = signed(Kind::Capacity, input);
        let opened = SignedCapacity::open(&network(), &held, &bytes);
        if let Ok(record) = &opened {
            assert!(SignedCapacity::trusted(&bytes).is_ok_and(|trusted| trusted == *record), "what was opened is not trusted");
            let _ = (record.record.age(NOW), record.record.free_on(NOW.day()), record.record.free_on(Day(u32::MAX)));
        }
        format!("{} {}", went(&opened), went(&EquivocationProof::open(&network(), &held, &bytes)))
    })
}

fn question() -> ConfirmationQuestion {
    ConfirmationQuestion { id: DepartmentId { facility: ik(0), department: "2300".parse().expect("a department") }, from: Day(20_775), days: 4 }
}

fn confirmations() -> Run {
    let held = membership();
    Box::new(move |input| {
        let opened = SignedConfirmation::open(&network(), &held, &question(), &signed(Kind::Confirmation, input));
        if let Ok(confirmation) = &opened {
            let _ = confirmation.confirmation.free_on(Day(u32::MAX));
        }
        went(&opened)
    })
}

fn queries() -> Run {
    Box::new(|input| {
        let question = again(&Question::read(input), Question::to_bytes, Question::read);
        let heads = again(&WitnessedHeads::read(input), WitnessedHeads::to_bytes, WitnessedHeads::read);
        format!("{question} {heads} {}", again(&ConfirmationQuestion::read(input), ConfirmationQuestion::to_bytes, ConfirmationQuestion::read))
    })
}

fn syncs() -> Run {
    Box::new(|input| {
        let request = again(&Request::read(input), Request::to_bytes, Request::read);
        let response = again(&Response::read(input), Response::to_bytes, Response::read);
        format!("{request} {response} {}", went(&Announcement::read(input)))
    })
}

fn hellos() -> Run {
    Box::new(|input| {
        let read = Hello::read(input);
        if let Ok(hello) = &read {
            let _ = (hello.edition(), hello.versions());
        }
        again(&read, Hello::write, Hello::read)
    })
}

fn header() -> Header {
    let party = |at: usize| Party { member: member_name(at).parse().expect("a member"), facility: ik(at) };
    Header {
        conversation: ConversationId([1; 16]),
        author: party(0),
        recipient: party(1),
        seq: 1,
        previous: Some(Digest([2; 32])),
        seen: Some(Head { seq: 3, digest: Digest([3; 32]) }),
        message: 4,
        body: body_hash(&[0; 16], b"body"),
        made_at: NOW,
        epoch: 1,
    }
}

fn header_seeds() -> Vec<Vec<u8>> {
    signed_seeds(&header().sign(&network(), &sign_key(0)).bytes)
}

fn headers() -> Run {
    let held = membership();
    Box::new(move |input| went(&SignedHeader::open(&network(), &held, &signed(Kind::Header, input))))
}

fn receipt_seeds() -> Vec<Vec<u8>> {
    let other = Header { author: header().recipient, recipient: header().author, ..header() };
    signed_seeds(&Receipt::of(&other.sign(&network(), &sign_key(1)), Outcome::Stored, NOW).sign(&network(), &sign_key(0)))
}

fn receipts() -> Run {
    let held = membership();
    let other = Header { author: header().recipient, recipient: header().author, ..header() }.sign(&network(), &sign_key(1));
    Box::new(move |input| {
        let opened = Receipt::open(&network(), &held, &signed(Kind::Receipt, input));
        opened.as_ref().map_or_else(ToString::to_string, |receipt| went(&receipt.matches(&other)))
    })
}

fn erasures() -> Run {
    Box::new(|input| went(&Erasure::open_by(&network(), &signed(Kind::Erasure, input), |_, _| true)))
}

fn frames() -> Run {
    Box::new(|input| {
        let batch = again(&Batch::read(input), Batch::write, Batch::read);
        let replies = again(&Replies::read(input), Replies::write, Replies::read);
        let recover = (recovery::Recover::is(input), again(&recovery::Recover::read(input), recovery::Recover::write, recovery::Recover::read));
        format!("{batch} {replies} {recover:?} {}", again(&recovery::Recovered::read(input), recovery::Recovered::write, recovery::Recovered::read))
    })
}

fn body_seeds() -> Vec<Vec<u8>> {
    // The first byte is the message's number.
    MessageKind::ALL.iter().map(|kind| [&[kind.number() as u8], &vector(&format!("body-{}-1", kind.word()))[..]].concat()).collect()
}

fn bodies() -> Run {
    Box::new(|input| {
        let Some((number, body)) = input.split_first() else { return "nothing".into() };
        let read = Message::read((*number).into(), body);
        let Ok(message) = &read else { return went(&read) };
        assert!(Message::read(message.kind().number(), &message.body()).is_ok_and(|back| back == *message), "{:?} does not read back", message.kind());
        let (bounded, checked, event) = (message.bounded(), message.check(Catalogue::shipped(), NOW), message.event());
        if let Message::Inquiry(inquiry) = message {
            let coarse = inquiry.clone().coarsened(Catalogue::shipped());
            let _ = (inquiry.codes(), inquiry.rare(Catalogue::shipped()), coarse.guard(Catalogue::shipped()));
        }
        format!("{:?} {} {} {}", message.kind(), went(&bounded), went(&checked), event.cites.is_some())
    })
}

fn grants() -> Run {
    let held = membership();
    Box::new(move |input| went(&Grant::open(&network(), &held, &signed(Kind::Grant, input))))
}

fn ranges() -> Run {
    let held = membership();
    Box::new(move |input| {
        let request = again(&RangeRequest::read(input), RangeRequest::to_bytes, RangeRequest::read);
        let offer = cbor::read::<DocumentOffer>(input, 8 << 10);
        let checked = offer.as_ref().map(|offer| (went(&offer.manifest.check()), went(&offer.open(&held)))).unwrap_or_default();
        format!("{request} {} {} {checked:?}", went(&RangeAnswer::read(input).and_then(|_| RangeAnswer::further(input))), went(&offer))
    })
}

fn evidence_seeds() -> Vec<Vec<u8>> {
    let message = evidence::Message { header: header().sign(&network(), &sign_key(0)).bytes.into(), receipt: None, body: None };
    let conversation = evidence::Conversation { id: ConversationId([1; 16]), messages: vec![message], contradictions: vec![] };
    let bundle = Bundle {
        network: network(),
        made_by: member_name(0).parse().expect("a member"),
        made_at: NOW,
        conversations: vec![conversation],
        documents: vec![document().bytes().to_vec().into()],
        ending: Some(evidence::Ending {
            at: NOW,
            outcome: evidence::Outcome::NoPlace,
            carer: Some("Dr. Beispiel".into()),
            phone: Some("0821 400".into()),
            recorded_by: Some("sonja".into()),
        }),
        recorded: Some(vec![evidence::Recorded {
            clinic: "Rehaklinik Seeblick".into(),
            asked_at: NOW,
            entries: vec![evidence::Entry {
                at: NOW,
                recorded_at: NOW,
                what: evidence::Noted::Declined,
                day: None,
                why: Some("Personal fehlt".into()),
                said_by: Some("Frau See".into()),
                recorded_by: Some("sonja".into()),
            }],
        }]),
    };
    signed_seeds(&bundle.sign(&sign_key(0)))
}

fn evidences() -> Run {
    let trusted = document();
    Box::new(move |input| {
        let report = evidence::verify(&signed(Kind::Manifest, input), &trusted);
        report.as_ref().map_or_else(ToString::to_string, |report| format!("{} {:?}", report.holds(), report.faults.first().map(ToString::to_string)))
    })
}

fn certificate_seeds() -> Vec<Vec<u8>> {
    ["authority-1", "certificate-auth-1", "certificate-sign-1", "request-auth-1", "request-sign-1"].map(vector).to_vec()
}

fn certificates() -> Run {
    let authority = vector("authority-1");
    Box::new(move |input| {
        let member = MemberCertificate::read(input);
        let verified = MemberCertificate::verify(input, &network(), Purpose::Auth, [authority.as_slice()], NOW);
        let (authority, request) = (AuthorityCertificate::read(input), CertificateRequest::read(input));
        [went(&member), went(&verified), went(&authority), went(&request)].join(" / ")
    })
}

//! Golden vectors of conversations: the bytes of every type as version 1 writes them. A change here breaks every node in the field.

#![allow(clippy::unwrap_used)]

#[path = "shared/golden.rs"]
mod golden;

use std::collections::BTreeMap;

use minicbor::data::Type;
use verbund_protocol::{
    cbor,
    conversation::{Batch, Erasure, Head, Header, Item, Outcome, Party, Receipt, Refusal, Reply, SignedHeader, body_hash, frame::Rejection, frame::Replies},
    document::{DocumentKey, DocumentOffer, Manifest},
    id::{ConversationId, Digest, DocumentRoot, NetworkId},
    inquiry::{Answers, Basis, Function, Inquiry, Operation, Questions, Sex, Variant},
    limits::MAX_BODY,
    referral::{self as r, Message, MessageKind, identified::Clinical, identified::Person, identified::Release},
    sign::SecretKey,
    time::Timestamp,
};

fn network() -> NetworkId {
    "test".parse().unwrap()
}
fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}
fn digest(seed: u8) -> Digest {
    Digest([seed; 32])
}
fn code<T: std::str::FromStr<Err: std::fmt::Debug>>(word: &str) -> T {
    word.parse().unwrap()
}

fn erasure() -> Vec<u8> {
    let erasure = Erasure {
        conversation: ConversationId([1; 16]),
        by: code("reha"),
        bodies: vec![digest(2), digest(3)],
        documents: vec![DocumentRoot([4; 32])],
        reason: code("declined-after-referral"),
        at: Timestamp(1_795_000_000_000),
    };
    erasure.sign(&network(), &key(2))
}

fn inquiry() -> Inquiry {
    Inquiry {
        variant: Variant::Transfer,
        basis: Basis::Necessity(code("specialty")),
        department: code("2856"),
        age: code("70"),
        sex: Some(Sex::Male),
        indication: code("acute"),
        icd: Some(code("I63")),
        operation: Some(Operation { class: code("brain"), side: code("left"), week: code("2026-11-23") }),
        function: Function {
            singer: Some(code("helped")),
            barthel: Some(code("35-60")),
            mobility: Some(code("bed")),
            weight_bearing: Some(code("none")),
            travel: Some(code("lying")),
        },
        earliest: code("2026-11-24"),
        flexible_days: 2,
        setting: code("acute"),
        region: Some(code("80")),
        single_room: true,
        companion: true,
        transport: Some(code("ambulance")),
        constraints: vec![code("oxygen"), code("wound")],
        diet: Some(code("diabetic")),
        language: Some(code("tr")),
        payer: code("gkv"),
        approval: code("not-needed"),
        urgency: Some(code("urgent")),
        answer_by: code("2026-11-23T12:00:00Z"),
        rare_reason: Some(code("few-suitable")),
    }
}

fn identified() -> r::Identified {
    r::Identified {
        person: Person {
            family: "Beispiel".into(),
            given: "Erika".into(),
            birth_date: code("1951-04-03"),
            gender: Some(code("female")),
            kvnr: Some(code("X110411675")),
            address: Some("Musterweg 1, 80331 München".into()),
            phone: Some("089 1".into()),
            contact: Some("Max Beispiel (son), 089 2".into()),
        },
        release: Release::Consent { proof: digest(9), version: "Anlage 1b 2024-03".into(), given_at: Timestamp(1) },
        diagnoses: vec![Clinical { code: "M16.1".into(), version: 2026, text: Some("Koxarthrose".into()) }],
        procedures: vec![Clinical { code: "5-820.00".into(), version: 2026, text: None }],
        payer: code("gkv"),
        payer_ik: Some(code("108310400")),
        payer_name: Some("Musterkasse".into()),
        discharge: Some(code("2026-11-29")),
        exception: Some(code("wound-healing")),
        staff: Some("Sozialdienst, 089 3".into()),
        note: Some("geht am Rollator".into()),
    }
}

fn offered_document() -> DocumentOffer {
    let manifest = Manifest {
        root: DocumentRoot([4; 32]),
        cipher_size: verbund_protocol::document::segment::cipher_size(10),
        plain_size: 10,
        segment: 65_536,
        kind: code("AD010115"),
        media_type: "application/pdf".into(),
        title: "Bericht".into(),
        created_at: Timestamp(1),
        replaces: None,
    };
    DocumentOffer { manifest, grant: vec![7; 20].into(), key: DocumentKey::new([8; 32]) }
}

/// One message of every type.
fn messages() -> Vec<Message> {
    let day = || code("2026-11-30");
    vec![
        Message::Inquiry(inquiry()),
        Message::Questions(Questions { questions: vec![code("weight"), code("stairs")] }),
        Message::Answers(Answers { answers: vec![(code("weight"), code("weight-over-200")), (code("stairs"), code("no"))], rare_reason: Some(code("patient-agreed")) }),
        Message::Offer(r::Offer {
            department: code("2300"),
            date: day(),
            stay_days: 21,
            held_until: Timestamp(1_795_000_000_000),
            room: code("single"),
            therapies: vec![code("physio")],
        }),
        Message::OfferEnded(r::OfferEnded { offer: digest(5), reason: code("expired") }),
        Message::Declined(r::Declined { reason: code("no-place") }),
        Message::Choice(r::Choice { offer: digest(5) }),
        Message::Confirmed(r::Confirmed { offer: digest(5) }),
        Message::Gone(r::Gone { offer: digest(5), reason: code("place-lost") }),
        Message::Referral(identified()),
        Message::Handoff(r::Handoff { documents: vec![offered_document()], about: Some(identified()) }),
        Message::Opened(r::Opened { subject: digest(6) }),
        Message::Filed(r::Filed { subject: digest(6) }),
        Message::Accepted(r::Accepted { date: day(), exception: Some(code("infection")) }),
        Message::Refused(r::Refused { reason: code("findings"), erasure: erasure() }),
        Message::DateChanged(r::DateChanged { date: day(), reason: code("condition"), exception: None }),
        Message::PayerDecided(r::PayerDecided { decision: code("approved"), on: day() }),
        Message::Arrived(r::Arrived { on: day() }),
        Message::DidNotCome(r::DidNotCome { reason: code("readmitted") }),
        Message::Report(r::Report { documents: vec![offered_document()], discharged: Some(day()), missing: None }),
        Message::Withdrawn(r::Withdrawn { reason: code("chose-other") }),
        Message::Cancelled(r::Cancelled { reason: code("infection") }),
        Message::Erased(r::Erased { erasure: erasure() }),
        Message::Reopened(r::Reopened {}),
    ]
}

fn header() -> SignedHeader {
    let body = messages()[3].body();
    let header = Header {
        conversation: ConversationId([1; 16]),
        author: Party { member: code("reha"), facility: code("260326822") },
        recipient: Party { member: code("akut"), facility: code("108310400") },
        seq: 1,
        previous: Some(digest(1)),
        seen: Some(Head { seq: 0, digest: digest(2) }),
        message: MessageKind::Offer.number(),
        body: body_hash(&[3; 16], &body),
        made_at: Timestamp(1_794_900_000_000),
        epoch: 1,
    };
    header.sign(&network(), &key(2))
}

fn vectors() -> BTreeMap<String, Vec<u8>> {
    let header = header();
    let receipt = |outcome| Receipt::of(&header, outcome, Timestamp(1_794_900_000_500)).sign(&network(), &key(1));
    let batch = Batch { items: vec![Item { header: header.bytes.clone(), salt: [3; 16], body: messages()[3].body() }] };
    let replies = Replies {
        replies: vec![
            Reply::Receipt(receipt(Outcome::Stored)),
            Reply::Gap { conversation: ConversationId([1; 16]), expected: 4 },
            Reply::Busy,
            Reply::Rejected(Rejection::Diverged),
        ],
    };
    let mut all = BTreeMap::from([
        ("header-1".to_owned(), header.bytes.clone()),
        ("receipt-stored-1".to_owned(), receipt(Outcome::Stored)),
        ("receipt-refused-1".to_owned(), receipt(Outcome::Refused(Refusal::OfferEnded))),
        ("erasure-1".to_owned(), erasure()),
        ("batch-1".to_owned(), batch.write()),
        ("replies-1".to_owned(), replies.write()),
    ]);
    all.extend(messages().into_iter().map(|message| (format!("body-{}-1", message.kind().word()), message.body())));
    all
}

#[test]
fn every_type_has_the_bytes_it_always_had() {
    assert_eq!(messages().iter().map(Message::kind).collect::<Vec<_>>(), MessageKind::ALL);
    for (name, bytes) in vectors() {
        golden::check(&name, &bytes);
    }
}

#[test]
fn every_message_reads_back() {
    for message in messages() {
        let body = message.body();
        assert_eq!(Message::read(message.kind().number(), &body), Ok(message.clone()));
        assert_eq!(message.bounded(), Ok(()));
        for cut in [0, body.len() / 2, body.len() - 1] {
            assert!(Message::read(message.kind().number(), &body[..cut]).is_err(), "{:?} cut at {cut}", message.kind());
        }
    }
    let opened = SignedHeader::open_by(&network(), &header().bytes, |signer, member| *signer == key(2).public() && member.as_str() == "reha").unwrap();
    assert_eq!(opened, header());
    assert!(SignedHeader::open_by(&"other".parse().unwrap(), &header().bytes, |_, _| true).is_err());
}

/// Version 2 will add a field: version 1 skips it.
#[test]
fn a_field_of_a_newer_version_is_skipped() {
    for message in messages() {
        let body = message.body();
        let mut decoder = minicbor::Decoder::new(&body);
        assert_eq!(decoder.datatype().unwrap(), Type::Map);
        let fields = decoder.map().unwrap().unwrap();
        let mut newer = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut newer);
        encoder.map(fields + 1).unwrap();
        newer.extend_from_slice(&body[decoder.position()..]);
        minicbor::Encoder::new(&mut newer).u16(999).unwrap().array(2).unwrap().str("new").unwrap().bool(true).unwrap();
        assert_eq!(cbor::check(&newer, MAX_BODY), Ok(()));
        assert_eq!(Message::read(message.kind().number(), &newer), Ok(message));
    }
}

/// A code of a newer list is kept as its number.
#[test]
fn a_code_of_a_newer_list_is_kept() {
    let body = cbor::write(&r::Declined { reason: verbund_protocol::catalogue::Decline::new(60_000) });
    let Ok(Message::Declined(read)) = Message::read(MessageKind::Declined.number(), &body) else { panic!("not read") };
    assert_eq!((read.reason.number(), read.reason.label().as_str()), (60_000, "unknown code 60000"));
}

#[test]
fn a_type_of_a_newer_version_is_refused_as_such() {
    assert_eq!(Message::read(77, &[0xa0]).unwrap_err().refusal(), Refusal::UnknownType);
    assert_eq!(Message::read(MessageKind::Choice.number(), &[0xa0]).unwrap_err().refusal(), Refusal::Unreadable);
}

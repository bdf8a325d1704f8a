//! One past each bound of what is signed or said: at the bound it is read (or refused for another reason), one past it is refused for
//! its size. Bounds of the network document, of synchronisation, of capacity and of documents have their tests beside their vectors.
#![allow(clippy::unwrap_used)]

#[path = "shared/members.rs"]
mod members;

use std::time::Duration;

use verbund_protocol::{
    address::{AddressError, AddressRecord, Order},
    capacity::{CapacityError, ConfirmationError, ConfirmationQuestion, DepartmentId, SignedCapacity, SignedConfirmation},
    catalogue::{self, Catalogue},
    cbor::Malformed,
    conversation::{Batch, Erasure, Item, Receipt, ReceiptError, SignedHeader, erasure::ErasureError, frame::Replies, header::HeaderError},
    document::{DocumentKey, DocumentOffer, Manifest, is_media_type, is_title, segment},
    id::{ConversationId, Digest, DocumentRoot, Ik},
    inquiry::{Answers, Questions},
    limits::*,
    membership::Membership,
    person::BirthDate,
    referral::{Handoff, Identified, InvalidReferral, Message, Offer, Report, identified::Clinical, identified::Person, identified::Release},
    sign::{self, Kind, SecretKey, SignatureError},
    time::{Day, Timestamp},
};

use members::network;

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn key() -> SecretKey {
    members::key(7)
}
fn ik() -> Ik {
    Ik::with_check_digit(10_831_040)
}
fn membership() -> Membership {
    members::membership(vec![members::member("klinik", ik(), 7)], NOW.plus(Duration::from_secs(86_400)))
}

/// One peer's requests of the largest kind fill what waits for an answer, and no more.
#[test]
fn what_waits_for_an_answer_is_as_much_as_one_peer_may_ask() {
    assert_eq!(MAX_UNANSWERED_BYTES, MAX_OPEN_REQUESTS * MAX_SYNC);
}

/// Bytes beyond the bound are refused for their number before anything of them is parsed; as many as allowed are looked at.
#[test]
fn nothing_signed_is_read_beyond_its_size() {
    let (network, membership) = (network(), membership());
    let question = ConfirmationQuestion { id: DepartmentId { facility: ik(), department: "2300".parse().unwrap() }, from: Day(20_000), days: 1 };
    let refusals: [(usize, &dyn Fn(&[u8]) -> Option<SignatureError>); 6] = [
        (MAX_ADDRESS_RECORD, &|bytes| match AddressRecord::open(&network, &membership, bytes) {
            Err(AddressError::Signature(error)) => Some(error),
            _ => None,
        }),
        (MAX_CAPACITY_RECORD, &|bytes| match SignedCapacity::open(&network, &membership, bytes) {
            Err(CapacityError::Signature(error)) => Some(error),
            _ => None,
        }),
        (MAX_CONFIRMATION, &|bytes| match SignedConfirmation::open(&network, &membership, &question, bytes) {
            Err(ConfirmationError::Signature(error)) => Some(error),
            _ => None,
        }),
        (MAX_HEADER, &|bytes| match SignedHeader::open(&network, &membership, bytes) {
            Err(HeaderError::Signature(error)) => Some(error),
            _ => None,
        }),
        (MAX_RECEIPT, &|bytes| match Receipt::open(&network, &membership, bytes) {
            Err(ReceiptError::Signature(error)) => Some(error),
            _ => None,
        }),
        (MAX_ERASURE, &|bytes| match Erasure::open_by(&network, bytes, |_, _| true) {
            Err(ErasureError::Signature(error)) => Some(error),
            _ => None,
        }),
    ];
    for (limit, refusal) in refusals {
        let [at, past] = [limit, limit + 1].map(|size| refusal(&vec![0; size]).unwrap());
        let too_large = |error: &SignatureError| matches!(error, SignatureError::Malformed(Malformed::TooLarge { .. }));
        assert!(!too_large(&at) && too_large(&past), "{limit}: {at}, {past}");
    }
    let past = ConfirmationQuestion::read(&vec![0; MAX_CONFIRMATION + 1]).unwrap_err();
    assert!(matches!(past, ConfirmationError::Malformed(Malformed::TooLarge { .. })), "{past}");
}

#[test]
fn requests_and_answers_of_the_message_protocol_have_their_size() {
    let batch = |body: usize| Batch { items: vec![Item { header: vec![], salt: [0; SALT_BYTES], body: vec![0; body] }] }.write();
    let frame = batch(MAX_BATCH).len() - MAX_BATCH;
    assert!(Batch::read(&batch(MAX_BATCH - frame)).is_ok());
    assert!(matches!(Batch::read(&batch(MAX_BATCH - frame + 1)), Err(Malformed::TooLarge { .. })));
    assert!(matches!(Replies::read(&vec![0; MAX_BATCH_REPLY + 1]), Err(Malformed::TooLarge { .. })));
    let salted = Batch { items: vec![Item { header: vec![], salt: [0; SALT_BYTES], body: vec![] }] }.write();
    let at = salted.windows(2).position(|two| two == [0x50, 0]).unwrap();
    let longer = [&salted[..at], &[0x51, 0], &salted[at + 1..]].concat();
    assert!(Batch::read(&longer).is_err(), "a salt has {SALT_BYTES} bytes");
    let body = |size| Message::read(4, &vec![0; size]).unwrap_err().to_string();
    assert_ne!(body(MAX_BODY), body(MAX_BODY + 1));
}

#[test]
fn an_erasure_names_so_many_and_no_more() {
    let erasure = |bodies: usize| {
        let reason = catalogue::Erasure::new(1);
        Erasure {
            conversation: ConversationId([1; 16]),
            by: "klinik".parse().unwrap(),
            bodies: vec![Digest([2; 32]); bodies],
            documents: vec![DocumentRoot([3; 32])],
            reason,
            at: NOW,
        }
        .sign(&network(), &key())
    };
    assert!(Erasure::open_by(&network(), &erasure(MAX_ERASED - 1), |_, _| true).is_ok());
    assert_eq!(Erasure::open_by(&network(), &erasure(MAX_ERASED), |_, _| true), Err(ErasureError::TooMany));
}

#[test]
fn an_address_record_holds_so_many_addresses_of_such_length() {
    let open = |addresses: Vec<String>| {
        let record = AddressRecord {
            member: "klinik".parse().unwrap(),
            node: "1".parse().unwrap(),
            order: Order { epoch: 1, seq: 1 },
            addresses,
            made_at: NOW,
            protocol_min: 1,
            protocol_max: 1,
            audit_len: 0,
            audit_head: Digest([0; 32]),
        };
        AddressRecord::open(&network(), &membership(), &record.sign(&network(), &key())).map(drop)
    };
    assert_eq!(open(vec!["x".repeat(MAX_ADDRESS_TEXT); MAX_ADDRESSES]), Ok(()));
    assert_eq!(open(vec!["x".into(); MAX_ADDRESSES + 1]), Err(AddressError::Addresses));
    assert_eq!(open(vec!["x".repeat(MAX_ADDRESS_TEXT + 1)]), Err(AddressError::Addresses));
}

#[test]
fn lists_of_codes_have_their_length_whatever_the_message() {
    let offer = |count| Message::Offer(Offer { therapies: vec!["physio".parse().unwrap(); count], ..offer() });
    let questions = |count| Message::Questions(Questions { questions: vec!["stairs".parse().unwrap(); count] });
    let answers = |count| Message::Answers(Answers { answers: vec![("stairs".parse().unwrap(), "yes".parse().unwrap()); count], rare_reason: None });
    let all: [&dyn Fn(usize) -> Message; 3] = [&offer, &questions, &answers];
    for message in all {
        assert!(message(MAX_CODES).bounded().is_ok());
        assert!(message(MAX_CODES + 1).bounded().is_err());
    }
}

fn offer() -> Offer {
    Offer { department: "2300".parse().unwrap(), date: NOW.day().plus(3), stay_days: 21, held_until: NOW.plus(MAX_HOLD), room: "double".parse().unwrap(), therapies: vec![] }
}

#[test]
fn an_offer_holds_a_place_for_so_long_and_a_stay_of_so_many_days() {
    let check = |offer: Offer| offer.check(Catalogue::shipped(), NOW);
    assert_eq!(check(offer()), Ok(()));
    assert_eq!(check(Offer { stay_days: MAX_STAY_DAYS, ..offer() }), Ok(()));
    assert!(check(Offer { held_until: NOW.plus(MAX_HOLD + Duration::from_millis(1)), ..offer() }).is_err());
    assert!(check(Offer { stay_days: MAX_STAY_DAYS + 1, ..offer() }).is_err());
}

fn identified() -> Identified {
    let person = Person {
        family: "Mustermann".into(),
        given: "Erika".into(),
        birth_date: "1951-04-03".parse::<BirthDate>().unwrap(),
        gender: None,
        kvnr: None,
        address: None,
        phone: None,
        contact: None,
    };
    Identified {
        person,
        release: Release::Consent { proof: Digest([1; 32]), version: "Anlage 1b".into(), given_at: NOW },
        diagnoses: vec![],
        procedures: vec![],
        payer: "drv".parse().unwrap(),
        payer_ik: None,
        payer_name: None,
        discharge: None,
        exception: None,
        staff: None,
        note: None,
    }
}

#[test]
fn an_identified_referral_has_its_bounds() {
    let note = |size| Identified { note: Some("x".repeat(size)), ..identified() }.check();
    assert_eq!(note(MAX_REFERRAL_TEXT), Ok(()));
    assert_eq!(note(MAX_REFERRAL_TEXT + 1), Err(InvalidReferral::TooLong { field: "note", limit: MAX_REFERRAL_TEXT }));
    let code = || Clinical { code: "M16.1".into(), version: 2026, text: None };
    let codes = |procedures| Identified { diagnoses: vec![code()], procedures: vec![code(); procedures], ..identified() }.check();
    assert_eq!(codes(MAX_REFERRAL_CODES - 1), Ok(()));
    assert_eq!(codes(MAX_REFERRAL_CODES), Err(InvalidReferral::TooMany));
}

#[test]
fn so_many_documents_in_a_message_with_titles_and_types_of_such_length() {
    let manifest = Manifest {
        root: DocumentRoot([0xd0; 32]),
        cipher_size: segment::cipher_size(1_000),
        plain_size: 1_000,
        segment: DOCUMENT_SEGMENT as u32,
        kind: "AD010115".parse().unwrap(),
        media_type: "application/pdf".into(),
        title: "Entlassungsbericht".into(),
        created_at: NOW,
        replaces: None,
    };
    let offers = |count| vec![DocumentOffer { manifest: manifest.clone(), grant: vec![0; 8].into(), key: DocumentKey::new([5; 32]) }; count];
    let handoff = |count| Handoff { documents: offers(count), about: None }.check();
    let report = |count| Report { documents: offers(count), discharged: None, missing: None }.check();
    assert_eq!((handoff(MAX_DOCUMENTS_PER_MESSAGE), report(MAX_DOCUMENTS_PER_MESSAGE)), (Ok(()), Ok(())));
    assert!(handoff(MAX_DOCUMENTS_PER_MESSAGE + 1).is_err() && report(MAX_DOCUMENTS_PER_MESSAGE + 1).is_err());
    assert!(is_title(&"x".repeat(MAX_DOCUMENT_TITLE)) && !is_title(&"x".repeat(MAX_DOCUMENT_TITLE + 1)));
    let media_type = |size: usize| is_media_type(&format!("a/{}", "b".repeat(size - 2)));
    assert!(media_type(MAX_MEDIA_TYPE) && !media_type(MAX_MEDIA_TYPE + 1));
}

/// What a whole list of the longest entries comes to fits the size that is allowed for it.
#[test]
fn the_bounds_fit_each_other() {
    const { assert!(MAX_ADDRESSES * (MAX_ADDRESS_TEXT + 4) < MAX_ADDRESS_RECORD) };
    const { assert!(MAX_ERASED * 34 < MAX_ERASURE) };
    const { assert!(MAX_BODY + MAX_HEADER + SALT_BYTES < MAX_BATCH) };
    const { assert!(MAX_BATCH_MESSAGES * (MAX_RECEIPT + 8) < MAX_BATCH_REPLY) };
    assert_eq!(MAX_RANGE_REQUEST / (MAX_GRANT + 64), MAX_DOCUMENTS_PER_MESSAGE, "all documents of a message can be asked for at once");
    const { assert!(DOCUMENT_RANGE < MAX_RANGE_ANSWER && SYNC_BUDGET + MAX_NETWORK_DOCUMENT < MAX_SYNC) };
    assert!(HEARTBEAT < IDLE_CONNECTION && DIAL_RETRY_MIN < DIAL_RETRY_MAX && RETRY_MIN < RETRY_MAX);
    let key = sign::sign(&network(), Kind::Header, vec![0; 320], &key());
    assert!(key.len() < MAX_HEADER);
}

//! Every bound of a referral's messages, one past it.

#![allow(clippy::unwrap_used)]

use verbund_protocol::{
    catalogue::{Catalogue, Constraint, Question, Therapy},
    conversation::{Erasure, erasure::ErasureError},
    id::{ConversationId, Digest},
    inquiry::Questions,
    limits::{MAX_CODES, MAX_ERASED, MAX_ERASURE, MAX_HOLD, MAX_REFERRAL_CODES, MAX_REFERRAL_TEXT, MAX_STAY_DAYS},
    referral::{Handoff, Identified, InvalidReferral, Message, Offer, Refused, Report, identified::Clinical, identified::Person, identified::Release},
    sign::SecretKey,
    time::Timestamp,
};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn offer() -> Offer {
    Offer { department: "2300".parse().unwrap(), date: NOW.day(), stay_days: MAX_STAY_DAYS, held_until: NOW.plus(MAX_HOLD), room: "double".parse().unwrap(), therapies: vec![] }
}

fn allowed(message: Message) -> bool {
    message.check(Catalogue::shipped(), NOW).is_ok()
}

#[test]
fn an_offers_bounds() {
    assert!(allowed(Message::Offer(offer())));
    assert!(!allowed(Message::Offer(Offer { stay_days: MAX_STAY_DAYS + 1, ..offer() })));
    assert!(!allowed(Message::Offer(Offer { stay_days: 0, ..offer() })));
    assert!(!allowed(Message::Offer(Offer { held_until: Timestamp(NOW.plus(MAX_HOLD).0 + 1), ..offer() })));
    assert!(!allowed(Message::Offer(Offer { held_until: NOW, ..offer() })));
    assert!(!allowed(Message::Offer(Offer { date: NOW.day().minus(1), ..offer() })));
    assert!(!allowed(Message::Offer(Offer { therapies: vec![Therapy::new(1); MAX_CODES + 1], ..offer() })));
    assert!(!allowed(Message::Offer(Offer { therapies: vec![Therapy::new(999)], ..offer() })));
}

#[test]
fn lists_of_codes_are_bounded_for_the_recipient_too() {
    let questions = |count| Message::Questions(Questions { questions: vec![Question::new(1); count] });
    assert!(questions(MAX_CODES).bounded().is_ok() && questions(MAX_CODES + 1).bounded().is_err());
    assert!(!allowed(questions(0)));
    // The recipient bounds what it cannot look up.
    assert_eq!(Constraint::new(60_000).label(), "unknown code 60000");
}

fn identified() -> Identified {
    Identified {
        person: Person {
            family: "Beispiel".into(),
            given: "Erika".into(),
            birth_date: "1951-04-03".parse().unwrap(),
            gender: None,
            kvnr: None,
            address: None,
            phone: None,
            contact: None,
        },
        release: Release::Consent { proof: Digest([1; 32]), version: "1b".into(), given_at: NOW },
        diagnoses: vec![],
        procedures: vec![],
        payer: "gkv".parse().unwrap(),
        payer_ik: None,
        payer_name: None,
        discharge: None,
        exception: None,
        staff: None,
        note: None,
    }
}

#[test]
fn a_person_is_not_written_into_logs() {
    let identified = identified();
    assert_eq!([format!("{:?}", identified.person), format!("{identified:?}")], ["Person(not shown)", "Identified(not shown)"]);
}

#[test]
fn an_identified_referrals_bounds() {
    assert_eq!(identified().check(), Ok(()));
    let noted = |length| Identified { note: Some("x".repeat(length)), ..identified() }.check();
    assert_eq!(noted(MAX_REFERRAL_TEXT), Ok(()));
    assert_eq!(noted(MAX_REFERRAL_TEXT + 1), Err(InvalidReferral::TooLong { field: "note", limit: MAX_REFERRAL_TEXT }));
    let nameless = Identified { person: Person { family: "  ".into(), ..identified().person }, ..identified() };
    assert_eq!(nameless.check(), Err(InvalidReferral::Missing("family name")));
    let code = Clinical { code: "M16.1".into(), version: 2026, text: None };
    let coded = |count| Identified { diagnoses: vec![code.clone(); count], ..identified() }.check();
    assert_eq!((coded(MAX_REFERRAL_CODES), coded(MAX_REFERRAL_CODES + 1)), (Ok(()), Err(InvalidReferral::TooMany)));
    let release = Release::Necessity { reason: "specialty".parse().unwrap(), physician: String::new() };
    assert_eq!(Identified { release, ..identified() }.check(), Err(InvalidReferral::Missing("physician")));
    // What is wrong is named, what was written is not.
    let shown = format!("{:?}", Message::Referral(Identified { note: Some("Sturzgefahr".into()), ..identified() }));
    assert!(!shown.contains("Erika") && !shown.contains("Sturz"), "{shown}");
}

#[test]
fn handoffs_reports_and_erasures() {
    assert!(Handoff { documents: vec![], about: None }.check().is_err());
    assert!(Report { documents: vec![], discharged: None, missing: None }.check().is_err());
    assert!(Report { documents: vec![], discharged: None, missing: Some("overdue".parse().unwrap()) }.check().is_ok());
    let refused = |length| Message::Refused(Refused { reason: "findings".parse().unwrap(), erasure: vec![0; length] }).bounded();
    assert!(refused(MAX_ERASURE).is_ok() && refused(MAX_ERASURE + 1).is_err() && refused(0).is_err());
    let network = "test".parse().unwrap();
    let erasure = |count| {
        let erasure = Erasure {
            conversation: ConversationId([1; 16]),
            by: "reha".parse().unwrap(),
            bodies: vec![Digest([2; 32]); count],
            documents: vec![],
            reason: "not-chosen".parse().unwrap(),
            at: NOW,
        };
        Erasure::open_by(&network, &erasure.sign(&network, &SecretKey::from_seed(&[1; 32])), |_, _| true).map(|_| ())
    };
    assert_eq!((erasure(MAX_ERASED), erasure(MAX_ERASED + 1)), (Ok(()), Err(ErasureError::TooMany)));
}

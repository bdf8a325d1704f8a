//! Which decisions may be recorded, and which one counts.
#![allow(clippy::unwrap_used)]

use super::*;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

pub(crate) fn rehab(number: u32) -> Recipient {
    Recipient { member: format!("reha-{number}").parse().unwrap(), facility: Ik::with_check_digit(26_032_680 + number) }
}

pub(crate) fn decision(kind: Kind) -> Decision {
    let by = if kind == Kind::TreatmentNecessity { DecidedBy::Physician { name: "Dr. Maier".into(), reason: "higher-care".into() } } else { DecidedBy::Patient };
    Decision {
        kind,
        given: true,
        recipient: kind.names_recipient().unwrap_or(false).then(|| rehab(1)),
        named: None,
        form: (kind != Kind::TreatmentNecessity).then(|| "Anlage 1b 2024-03".into()),
        by,
        how: How::Desk,
        document: None,
        at: NOW,
        until: None,
    }
}

fn consent(ordinal: u32, decision: Decision) -> Consent {
    let recorded_by = "ben".into();
    Consent { id: LocalId([ordinal as u8; 8]), patient: LocalId([0; 8]), ordinal, decision, recorded_at: NOW, recorded_by, revoked_at: None, revoked_by: None }
}

fn counts(decisions: &[Consent], kind: Kind, recipient: Option<&Recipient>, now: Timestamp) -> Option<u32> {
    in_force(decisions, kind, recipient, now).map(|consent| consent.ordinal)
}

#[test]
fn every_kind_can_be_recorded_and_each_rule_refuses() {
    for kind in Kind::ALL {
        assert_eq!(decision(kind).check(NOW), Ok(()), "{kind:?}");
        assert_eq!(kind.word().parse(), Ok(kind));
    }
    use Kind::*;
    let faults: [(Kind, &str, fn(&mut Decision)); 12] = [
        (IdentifiedRelease, "recipient", |d| d.recipient = None),
        (DischargeManagement, "recipient", |d| d.recipient = Some(rehab(1))),
        (DischargeManagement, "form", |d| d.form = None),
        (DischargeManagement, "by", |d| d.by = DecidedBy::Physician { name: "x".into(), reason: "y".into() }),
        (DischargeManagement, "by.proof", |d| d.by = DecidedBy::Representative { name: "Eva".into(), proof: " ".into() }),
        (TreatmentNecessity, "by", |d| d.by = DecidedBy::Patient),
        (TreatmentNecessity, "by.reason", |d| d.by = DecidedBy::Physician { name: "x".into(), reason: "because Anna".into() }),
        (TreatmentNecessity, "by.reason", |d| d.by = DecidedBy::Physician { name: "x".into(), reason: "no-such-code".into() }),
        (TreatmentNecessity, "given", |d| d.given = false),
        (DocumentHandoff, "document", |d| d.how = How::Paper),
        (DocumentHandoff, "at", |d| d.at = Timestamp(NOW.0 + 1)),
        (DocumentHandoff, "until", |d| d.until = Some(NOW)),
    ];
    for (kind, field, spoil) in faults {
        let mut spoiled = decision(kind);
        spoil(&mut spoiled);
        assert_eq!(spoiled.check(NOW).unwrap_err().field, field);
    }
}

#[test]
fn a_release_counts_for_whom_it_names() {
    let all = [consent(1, decision(Kind::DischargeManagement)), consent(2, decision(Kind::IdentifiedRelease))];
    assert_eq!(counts(&all, Kind::DischargeManagement, None, NOW), Some(1));
    assert_eq!(counts(&all, Kind::IdentifiedRelease, Some(&rehab(1)), NOW), Some(2));
    assert_eq!(counts(&all, Kind::IdentifiedRelease, Some(&rehab(2)), NOW), None);
    let other_house = Recipient { facility: rehab(2).facility, ..rehab(1) };
    assert_eq!(counts(&all, Kind::IdentifiedRelease, Some(&other_house), NOW), None);
    assert_eq!(counts(&all, Kind::IdentifiedRelease, None, NOW), None);
    assert_eq!(counts(&all, Kind::DocumentHandoff, Some(&rehab(1)), NOW), None);
}

#[test]
fn the_latest_decision_alone_counts() {
    let refusal = Decision { given: false, ..decision(Kind::DischargeManagement) };
    let given = consent(1, decision(Kind::DischargeManagement));
    let refused = [given.clone(), consent(2, refusal.clone())];
    assert_eq!(counts(&refused, Kind::DischargeManagement, None, NOW), None);
    let again = [consent(3, decision(Kind::DischargeManagement)), given.clone(), consent(2, refusal)];
    assert_eq!(counts(&again, Kind::DischargeManagement, None, NOW), Some(3));
    let taken_back = [given, Consent { revoked_at: Some(NOW), ..consent(2, decision(Kind::DischargeManagement)) }];
    assert_eq!(counts(&taken_back, Kind::DischargeManagement, None, NOW), None, "the older one does not come back to life");
}

#[test]
fn it_holds_from_its_beginning_to_its_end() {
    let until = Timestamp(NOW.0 + 10);
    let all = [consent(1, Decision { until: Some(until), ..decision(Kind::DischargeManagement) })];
    let at = |millis: u64| counts(&all, Kind::DischargeManagement, None, Timestamp(millis));
    assert_eq!([at(NOW.0 - 1), at(NOW.0), at(until.0 - 1), at(until.0)], [None, Some(1), Some(1), None]);
}

#[test]
fn a_necessity_stands_in_for_any_recipient_but_is_no_consent() {
    let all = [consent(1, decision(Kind::TreatmentNecessity))];
    assert_eq!(counts(&all, Kind::TreatmentNecessity, Some(&rehab(1)), NOW), Some(1));
    assert_eq!(counts(&all, Kind::TreatmentNecessity, None, NOW), Some(1));
    assert_eq!(counts(&all, Kind::IdentifiedRelease, Some(&rehab(1)), NOW), None);
    let named = [consent(1, Decision { recipient: Some(rehab(1)), ..decision(Kind::TreatmentNecessity) })];
    assert_eq!(counts(&named, Kind::TreatmentNecessity, Some(&rehab(2)), NOW), None);
}

#[test]
fn the_control_socket_carries_it_both_ways() {
    for kind in Kind::ALL {
        let consent = consent(1, decision(kind));
        let json = serde_json::to_string(&consent).unwrap();
        assert_eq!(serde_json::from_str::<Consent>(&json).unwrap(), consent);
    }
}

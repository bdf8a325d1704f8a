#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use verbund_protocol::{
    catalogue::{AgeBand, Ahb, Constraint, Payer, Setting, Surgery},
    inquiry::{Basis, Function, Operation, Variant},
};

use super::*;

/// An inquiry that says as little as it may.
fn bare() -> Inquiry {
    Inquiry {
        variant: Variant::Rehab,
        basis: Basis::Consent,
        department: "2300".parse().unwrap(),
        age: AgeBand::of(74),
        sex: None,
        indication: "locomotor".parse().unwrap(),
        icd: None,
        operation: None,
        function: Function { singer: None, barthel: None, mobility: None, weight_bearing: None, travel: None },
        earliest: "2026-11-30".parse().unwrap(),
        flexible_days: 3,
        setting: "inpatient".parse().unwrap(),
        region: None,
        single_room: false,
        companion: false,
        transport: None,
        constraints: vec![],
        diet: None,
        language: None,
        payer: "drv".parse().unwrap(),
        approval: "applied".parse().unwrap(),
        urgency: None,
        answer_by: "2026-11-24T12:00:00Z".parse().unwrap(),
        rare_reason: None,
    }
}

/// Takes back what an inquiry says in a field, where it may say nothing; returns whether that is so.
fn silence(inquiry: &mut Inquiry, field: Field) -> bool {
    match field {
        Field::Constraint => inquiry.constraints.clear(),
        Field::Operation => inquiry.operation = None,
        Field::Singer => inquiry.function.singer = None,
        Field::Barthel => inquiry.function.barthel = None,
        Field::Mobility => inquiry.function.mobility = None,
        Field::WeightBearing => inquiry.function.weight_bearing = None,
        Field::Language => inquiry.language = None,
        Field::Indication | Field::Payer | Field::Setting => return false,
    }
    true
}

/// Has an inquiry say a code in a field.
fn say(inquiry: &mut Inquiry, field: Field, code: u16) {
    match field {
        Field::Constraint => inquiry.constraints.push(Constraint::new(code)),
        Field::Operation => inquiry.operation = Some(Operation { class: Surgery::new(code), side: "left".parse().unwrap(), week: "2026-11-16".parse().unwrap() }),
        Field::Singer => inquiry.function.singer = Some(Singer::new(code)),
        Field::Barthel => inquiry.function.barthel = Some(Barthel::new(code)),
        Field::Mobility => inquiry.function.mobility = Some(Mobility::new(code)),
        Field::WeightBearing => inquiry.function.weight_bearing = Some(WeightBearing::new(code)),
        Field::Language => inquiry.language = Some(Language::new(code)),
        Field::Indication => inquiry.indication = Ahb::new(code),
        Field::Payer => inquiry.payer = Payer::new(code),
        Field::Setting => inquiry.setting = Setting::new(code),
    }
}

/// Codes are few, so that rules and inquiries meet often.
fn code() -> impl Strategy<Value = u16> {
    1_u16..5
}

fn field() -> impl Strategy<Value = Field> {
    prop::sample::select(Field::ALL)
}

fn inquiry() -> impl Strategy<Value = Inquiry> {
    prop::collection::vec((field(), code()), 0..12).prop_map(|said| {
        let mut inquiry = bare();
        said.into_iter().for_each(|(field, code)| say(&mut inquiry, field, code));
        inquiry
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let condition = (field(), prop::collection::vec(code(), 0..4)).prop_map(|(field, any)| Condition { field, any });
    (prop::collection::vec(condition, 0..4), code()).prop_map(|(conditions, reason)| Rule { name: "Regel".into(), conditions, reason: Decline::new(reason) })
}

proptest! {
    /// What is not said is never a reason: whichever field of the rule is left out, the rule no longer matches.
    #[test]
    fn a_rule_never_matches_on_missing_data(rule in rule(), inquiry in inquiry()) {
        for condition in &rule.conditions {
            let mut less = inquiry.clone();
            if silence(&mut less, condition.field) {
                prop_assert!(!rule.matches(&less), "{:?} is missing", condition.field);
            }
        }
        // And saying less in whatever field never turns "no" into "yes".
        for field in Field::ALL {
            let mut less = inquiry.clone();
            silence(&mut less, *field);
            prop_assert!(rule.matches(&inquiry) || !rule.matches(&less), "less in {field:?} is declined more");
        }
    }

    /// Every condition of a rule that matches can be shown in the inquiry; a rule without conditions matches nobody.
    #[test]
    fn a_match_rests_on_what_was_stated(rule in rule(), inquiry in inquiry()) {
        let shown = |condition: &Condition| condition.any.iter().any(|code| condition.field.stated(&inquiry).contains(code));
        prop_assert_eq!(rule.matches(&inquiry), !rule.conditions.is_empty() && rule.conditions.iter().all(shown));
    }

    /// Fields that a rule does not name change nothing.
    #[test]
    fn other_fields_change_nothing(rule in rule(), inquiry in inquiry(), field in field(), code in code()) {
        let mut other = inquiry.clone();
        say(&mut other, field, code);
        if rule.conditions.iter().all(|condition| condition.field != field) {
            prop_assert_eq!(rule.matches(&inquiry), rule.matches(&other));
        }
    }

    /// The reason follows from something that the inquiry states.
    #[test]
    fn the_reason_given_is_a_ground_stated(rule in rule(), inquiry in inquiry()) {
        if rule.check().is_ok() && rule.matches(&inquiry) {
            let grounds = Field::ALL.iter().flat_map(|field| field.stated(&inquiry).into_iter().map(move |code| (*field, code)));
            prop_assert!(grounds.into_iter().any(|(field, code)| is_ground(rule.reason, field, code)));
        }
    }
}

fn of(field: Field, codes: &[&str], reason: &str) -> Rule {
    let any = codes.iter().map(|key| Catalogue::shipped().find(field.list(), key).unwrap()).collect();
    Rule { name: "Keine Dialyse".into(), conditions: vec![Condition { field, any }], reason: reason.parse().unwrap() }
}

#[test]
fn a_rule_says_what_it_does() {
    let rule = of(Field::Constraint, &["dialysis"], "dialysis");
    assert_eq!(rule.check(), Ok(()));
    let mut inquiry = bare();
    assert!(!rule.matches(&inquiry));
    inquiry.constraints = vec!["oxygen".parse().unwrap(), "dialysis".parse().unwrap()];
    assert!(rule.matches(&inquiry));
}

#[test]
fn a_reason_must_follow_from_the_rule() {
    assert_eq!(of(Field::Constraint, &["dialysis"], "isolation").check(), Err(Fault::Reason));
    assert_eq!(of(Field::Constraint, &["dialysis", "isolation-contact"], "dialysis").check(), Err(Fault::Reason), "only one of both is meant by the reason");
    for other in ["no-place", "staff", "findings", "not-in-time"] {
        assert_eq!(of(Field::Constraint, &["dialysis"], other).check(), Err(Fault::Reason), "{other} is no rule's to say");
    }
    assert_eq!(of(Field::Setting, &["day"], "care-need").check(), Err(Fault::Reason));
    assert_eq!(of(Field::Payer, &["self"], "payer").check(), Ok(()));
    assert_eq!(of(Field::Payer, &[], "payer").check(), Err(Fault::Empty));
    assert_eq!(Rule { conditions: vec![], ..of(Field::Payer, &["self"], "payer") }.check(), Err(Fault::Empty));
    assert_eq!(Rule { name: " ".into(), ..of(Field::Payer, &["self"], "payer") }.check(), Err(Fault::Name));
    let mut unknown = of(Field::Payer, &["self"], "payer");
    unknown.conditions[0].any.push(4_711);
    assert_eq!(unknown.check(), Err(Fault::Code));
}

#[test]
fn every_ground_is_in_the_lists() {
    for (reason, field, codes) in GROUNDS {
        assert!(reason.parse::<Decline>().is_ok(), "{reason}");
        for code in *codes {
            assert!(Catalogue::shipped().find(field.list(), code).is_some(), "{field:?} {code}");
        }
    }
    assert_eq!(reasons().len(), 10);
}

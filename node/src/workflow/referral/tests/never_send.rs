//! The never-send list on the bytes of the wire: whatever the patient's record says, nothing of it is in any message before the
//! identified referral.

use proptest::prelude::*;
use verbund_protocol::{
    catalogue::{Catalogue, List},
    person::Kvnr,
};

use super::*;
use crate::domain::patient::{Address, Contact, Person};

/// Words that appear nowhere else, so that finding one in a message means that it was sent.
fn word() -> impl Strategy<Value = String> {
    "[A-Z][a-z]{7,14}"
}

fn kvnr() -> impl Strategy<Value = Kvnr> {
    ("[A-Z]", 0_u32..100_000_000).prop_map(|(letter, stem)| (0..10).find_map(|check| format!("{letter}{stem:08}{check}").parse().ok()).unwrap())
}

fn person() -> impl Strategy<Value = Person> {
    (word(), word(), (1900_u32..2020, 1_u32..13, 1_u32..29), kvnr(), "[0-9]{4}-[0-9]{6}", word(), word(), "0[0-9]{9}").prop_map(
        |(family, given, (year, month, day), kvnr, case_number, street, city, phone)| Person {
            family,
            given: given.clone(),
            birth_date: format!("{year}-{month:02}-{day:02}").parse().unwrap(),
            gender: None,
            kvnr: Some(kvnr),
            insurance: None,
            payer: None,
            case_number: Some(case_number),
            address: Some(Address { street: format!("{street}weg 7"), postal_code: "89264".into(), city }),
            phone: Some(phone.clone()),
            contact: Some(Contact { name: format!("{given} Kontakt"), phone, relation: "daughter".into() }),
            representative: None,
        },
    )
}

fn any_code(list: List) -> impl Strategy<Value = String> {
    let keys: Vec<String> = Catalogue::shipped().rows(list).filter(|row| !row.rare).map(|row| row.key.clone()).collect();
    prop::sample::select(keys)
}

fn any_profile() -> impl Strategy<Value = Inquiry> {
    let codes = (any_code(List::Ahb), any_code(List::Surgery), any_code(List::Constraint), any_code(List::Language), any_code(List::Payer));
    (codes, 3_u32..10, 0_u32..28, 0_u8..100).prop_map(|((indication, surgery, constraint, language, payer), decade, days, region)| {
        let mut value = serde_json::to_value(profile()).unwrap();
        value["age"] = format!("{}0", decade).into();
        value["indication"] = indication.into();
        value["operation"] = serde_json::json!({"class": surgery, "side": "left", "week": day(0)});
        value["constraints"] = serde_json::json!([constraint]);
        value["language"] = language.into();
        value["payer"] = payer.into();
        value["region"] = format!("{region:02}").into();
        value["earliest"] = serde_json::json!(day(days));
        serde_json::from_value(value).unwrap()
    })
}

/// Everything about the patient that must not be in a message, as the bytes it would have.
fn canaries(person: &Person, ids: &[LocalId]) -> Vec<Vec<u8>> {
    let address = person.address.as_ref().unwrap();
    let texts = [&person.family, &person.given, person.case_number.as_ref().unwrap(), &address.street, &address.postal_code, &address.city, person.phone.as_ref().unwrap()];
    let birth = person.birth_date.to_string();
    let compact = birth.replace('-', "");
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend([birth.into_bytes(), compact.into_bytes(), person.kvnr.as_ref().unwrap().as_str().as_bytes().to_vec()]);
    all.extend(ids.iter().map(|id| id.0.to_vec()));
    all
}

fn carry(from: &mut Bench, to: &mut Bench, wire: &mut Vec<u8>) -> bool {
    let (sender, recipient) = (from.me.member.clone(), to.me.member.clone());
    let Some(sent) = from.follow(Actor::Node, |work| dispatch::due(work, &recipient, &dispatch::UnderWay::default())).unwrap().0 else { return false };
    let answer = to.follow(Actor::Node, |work| inbound::receive(work, &sender, &sent.body, &Checked::default())).unwrap().0;
    wire.extend_from_slice(&sent.body);
    wire.extend_from_slice(&answer);
    from.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_that_names_the_patient_leaves_before_the_referral(person in person(), profile in any_profile(), question in any_code(List::Question), answer in any_code(List::Answer)) {
        let mut pair = Pair::new(3);
        let patient = pair.a.run(SOCIAL, |work| patient::add(work, &person)).unwrap().id;
        let consents = [decision(Kind::DischargeManagement), to_b(Kind::IdentifiedRelease)].map(|decision| pair.a.run(SOCIAL, |work| consent::record(work, patient, decision)).unwrap().id);
        let case = NewCase { patient, variant: Variant::Rehab, discharge: None, exception: None };
        let case = pair.a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
        let target = Target { facility: ik(12), department: "2300".parse().unwrap() };
        let id = pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &[target], &profile)).unwrap()[0];
        let mut wire = Vec::new();
        let mut all = |pair: &mut Pair| while carry(&mut pair.a, &mut pair.b, &mut wire) | carry(&mut pair.b, &mut pair.a, &mut wire) {};
        all(&mut pair);
        let question: verbund_protocol::catalogue::Question = question.parse().unwrap();
        pair.b.run(ADMISSIONS, |work| offer::ask(work, id, vec![question])).unwrap();
        all(&mut pair);
        let answers = Answers { answers: vec![(question, answer.parse().unwrap())], rare_reason: None };
        pair.a.run(SOCIAL, |work| inquiry::answer(work, id, answers)).unwrap();
        all(&mut pair);
        pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(8))).unwrap();
        all(&mut pair);
        pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
        all(&mut pair);
        pair.b.run(ADMISSIONS, |work| offer::confirm(work, id)).unwrap();
        all(&mut pair);
        let found = |wire: &[u8], canary: &[u8]| wire.windows(canary.len()).any(|window| window == canary);
        let canaries = canaries(&person, &[patient, case, consents[0], consents[1]]);
        for canary in &canaries {
            prop_assert!(!found(&wire, canary), "on the wire: {:?}", String::from_utf8_lossy(canary));
        }
        // The search itself works: in the referral, which comes only now, the name is found.
        pair.a.run(SOCIAL, |work| send(work, id, NewReferral::default(), &[])).unwrap();
        let mut after = Vec::new();
        while carry(&mut pair.a, &mut pair.b, &mut after) {}
        prop_assert!(found(&after, person.family.as_bytes()));
    }
}

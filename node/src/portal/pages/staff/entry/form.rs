//! The fields of a patient's entry: in which order they are asked, what stands in them, and what is known already.

use verbund_protocol::person::Gender;

use super::{Faults, Input};
use crate::{
    domain::patient::{Basis, Insurance, Person},
    portal::{codes::Choice, date, fields::Fields, words::Words},
};

/// Most characters of a field that a page shows again.
const MAX_SHOWN: usize = 200;
/// What is asked of everybody.
pub(super) const FIRST: [&str; 5] = ["family", "given", "birth", "phone", "case_number"];
/// What may follow later, in groups.
pub(super) const FURTHER: [(&str, &[&str]); 4] = [
    ("person", &["gender", "street", "postal_code", "city"]),
    ("insurance", &["kvnr", "insurance", "payer"]),
    ("contact", &["contact_name", "contact_relation", "contact_phone"]),
    ("representative", &["representative_name", "representative_phone", "representative_basis"]),
];
const GENDERS: [Gender; 4] = [Gender::Female, Gender::Male, Gender::Other, Gender::Unknown];

/// Returns a field as a page shows it.
pub(super) fn input(w: Words, name: &'static str, fields: &Fields, faults: &Faults) -> Input {
    let value = fields.shown(name, MAX_SHOWN);
    let choice = |word: &'static str, label: String| Choice::new(word, label, value == word);
    let choices = match name {
        "gender" => GENDERS.map(|gender| choice(gender.word(), w.entry_gender(gender.word()))).into(),
        "insurance" => Insurance::ALL.map(|kind| choice(kind.word(), w.entry_insurance(kind.word()))).into(),
        "representative_basis" => Basis::ALL.map(|basis| choice(basis.word(), w.entry_basis(basis.word()))).into(),
        _ => vec![],
    };
    Input {
        name,
        label: w.entry_label(name),
        hint: w.entry_hint(name),
        kind: if name.ends_with("phone") { "tel" } else { "text" },
        must: ["family", "given", "birth"].contains(&name),
        fault: faults.get(name).cloned(),
        choices,
        value,
    }
}

/// Returns the fields that make an entry when they are sent.
pub(super) fn typed(person: &Person) -> Fields {
    let mut pairs = vec![("family", person.family.clone()), ("given", person.given.clone()), ("birth", date::numeric(&person.birth_date))];
    pairs.extend(person.phone.clone().map(|phone| ("phone", phone)));
    pairs.extend(person.case_number.clone().map(|number| ("case_number", number)));
    pairs.extend(person.gender.map(|gender| ("gender", gender.word().to_owned())));
    pairs.extend(person.kvnr.as_ref().map(|kvnr| ("kvnr", kvnr.to_string())));
    pairs.extend(person.insurance.map(|kind| ("insurance", kind.word().to_owned())));
    pairs.extend(person.payer.as_ref().map(|payer| ("payer", payer.to_string())));
    if let Some(address) = &person.address {
        pairs.extend([("street", address.street.clone()), ("postal_code", address.postal_code.clone()), ("city", address.city.clone())]);
    }
    if let Some(contact) = &person.contact {
        pairs.extend([("contact_name", contact.name.clone()), ("contact_relation", contact.relation.clone()), ("contact_phone", contact.phone.clone())]);
    }
    if let Some(decides) = &person.representative {
        pairs.extend([("representative_name", decides.name.clone()), ("representative_phone", decides.phone.clone())]);
        pairs.push(("representative_basis", decides.basis.word().to_owned()));
    }
    Fields::of(pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
}

/// Returns what is known about a patient beside name and birth, for whoever looks at her page.
pub(in crate::portal::pages::staff) fn facts(w: Words, person: &Person) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, text: Option<String>| facts.extend(text.map(|text| (w.entry_fact(name), text)));
    add("gender", person.gender.map(|gender| w.entry_gender(gender.word())));
    add("address", person.address.as_ref().map(|address| format!("{}, {} {}", address.street, address.postal_code, address.city)));
    add("phone", person.phone.clone());
    add("case_number", person.case_number.clone());
    add("kvnr", person.kvnr.as_ref().map(ToString::to_string));
    add("insurance", person.insurance.map(|kind| w.entry_insurance(kind.word())));
    add("payer", person.payer.as_ref().map(ToString::to_string));
    add("contact", person.contact.as_ref().map(|contact| format!("{} ({}), {}", contact.name, contact.relation, contact.phone)));
    add("representative", person.representative.as_ref().map(|decides| format!("{} ({}), {}", decides.name, w.entry_basis(decides.basis.word()), decides.phone)));
    facts
}

/// Returns what a clinic that takes the patient will ask for and nobody has entered, in words; nothing if all is there.
pub(in crate::portal::pages::staff) fn missing(w: Words, person: &Person) -> Option<String> {
    let private = matches!(person.insurance, Some(Insurance::Pkv | Insurance::Ppv | Insurance::Bei | Insurance::Sel));
    let open = [
        ("address", person.address.is_none()),
        // Who is insured privately may have none.
        ("kvnr", person.kvnr.is_none() && !private),
        ("insurance", person.insurance.is_none()),
        ("contact", person.contact.is_none() && person.representative.is_none()),
    ];
    let names: Vec<String> = open.into_iter().filter(|(_, open)| *open).map(|(name, _)| w.entry_fact(name)).collect();
    (!names.is_empty()).then(|| w.entry_missing(names.join(", ")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{domain::patient::tests::anna, portal::words::Language};

    #[test]
    fn what_is_missing_is_named_and_nothing_else() {
        let w = Words { language: Language::German };
        assert_eq!(missing(w, &anna()), None);
        let mut person = anna();
        (person.kvnr, person.insurance, person.contact) = (None, Some(Insurance::Pkv), None);
        assert_eq!(missing(w, &person), None, "she has no such number, and her daughter decides for her");
        (person.insurance, person.address, person.representative) = (None, None, None);
        let said = missing(w, &person).unwrap();
        for name in ["Anschrift", "Versichertennummer", "Versicherung", "Ansprechperson"] {
            assert!(said.contains(name), "{name}: {said}");
        }
    }

    #[test]
    fn every_field_has_a_name_and_a_fault_in_every_language() {
        for language in Language::OFFERED {
            let w = Words { language };
            for name in FIRST.into_iter().chain(FURTHER.iter().flat_map(|(_, names)| names.iter().copied())) {
                assert!(w.entry_label(name) != w.entry_label("nothing") && w.entry_wrong(name) != w.entry_wrong("nothing"), "{name}: {language:?}");
            }
        }
    }
}

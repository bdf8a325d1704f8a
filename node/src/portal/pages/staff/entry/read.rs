//! What was typed about a patient, read: everything that is wrong at once, each at its field.

use verbund_protocol::{
    id::Ik,
    person::{BirthDate, Kvnr},
    time::Day,
};

use super::Faults;
use crate::{
    domain::patient::{Address, Basis, Contact, Person, Representative},
    portal::{date, fields::Fields, words::Words},
};

/// Returns the field of the form that a rule of the entry is about.
fn field(rule: &'static str) -> &'static str {
    match rule {
        "birth_date" => "birth",
        "contact.name" => "contact_name",
        "contact.relation" => "contact_relation",
        "contact.phone" => "contact_phone",
        "representative.name" => "representative_name",
        "representative.phone" => "representative_phone",
        same => same,
    }
}

/// Returns a choice from a list; what is none of its words is a fault.
fn chosen<T: std::str::FromStr>(w: Words, fields: &Fields, name: &'static str, faults: &mut Faults) -> Option<T> {
    let word = fields.given(name)?;
    let read = word.parse().ok();
    if read.is_none() {
        faults.insert(name, w.entry_wrong(name));
    }
    read
}

/// Reads a number as people copy it from a card: with spaces, and small letters.
fn number<T: std::str::FromStr>(fields: &Fields, name: &str) -> Option<Result<T, T::Err>> {
    let text = fields.given(name)?;
    Some(text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase().parse())
}

fn card(w: Words, fields: &Fields, faults: &mut Faults) -> (Option<Kvnr>, Option<Ik>) {
    use verbund_protocol::{id::InvalidId, person::InvalidPerson};
    let kvnr = number::<Kvnr>(fields, "kvnr").and_then(|read| {
        read.map_err(|error| {
            let digit = error == InvalidPerson::KvnrCheckDigit;
            faults.insert("kvnr", if digit { w.entry_kvnr_digit().into_owned() } else { w.entry_wrong("kvnr") })
        })
        .ok()
    });
    let payer = number::<Ik>(fields, "payer").and_then(|read| {
        read.map_err(|error| {
            let digit = matches!(error, InvalidId::IkCheckDigit { .. });
            faults.insert("payer", if digit { w.entry_payer_digit().into_owned() } else { w.entry_wrong("payer") })
        })
        .ok()
    });
    (kvnr, payer)
}

/// Returns the text of some fields if anything was typed in one of them: then all of them count.
fn together<const N: usize>(fields: &Fields, names: [&str; N]) -> Option<[String; N]> {
    let texts = names.map(|name| fields.get(name).to_owned());
    texts.iter().any(|text| !text.is_empty()).then_some(texts)
}

/// Reads the form.
///
/// # Errors
/// Everything that is wrong, by the field's name.
pub(super) fn person(w: Words, fields: &Fields, today: Day) -> Result<Person, Faults> {
    let mut faults = Faults::new();
    let typed = date::typed(fields.get("birth"));
    if typed.is_none() {
        faults.insert("birth", w.entry_wrong("birth"));
    }
    // Without a birth date no entry is made: any other lets the rest be looked at.
    let Some(birth_date) = typed.or_else(|| today.to_string().parse::<BirthDate>().ok()) else { return Err(faults) };
    let (kvnr, payer) = card(w, fields, &mut faults);
    let basis = chosen(w, fields, "representative_basis", &mut faults);
    let who_decides = together(fields, ["representative_name", "representative_phone", "representative_basis"]);
    if who_decides.is_some() && basis.is_none() {
        faults.insert("representative_basis", w.entry_wrong("representative_basis"));
    }
    let person = Person {
        family: fields.get("family").to_owned(),
        given: fields.get("given").to_owned(),
        birth_date,
        gender: chosen(w, fields, "gender", &mut faults),
        kvnr,
        insurance: chosen(w, fields, "insurance", &mut faults),
        payer,
        case_number: fields.given("case_number"),
        address: together(fields, ["street", "postal_code", "city"]).map(|[street, postal_code, city]| Address { street, postal_code, city }),
        phone: fields.given("phone"),
        contact: together(fields, ["contact_name", "contact_relation", "contact_phone"]).map(|[name, relation, phone]| Contact { name, relation, phone }),
        // A basis that is missing is a fault already; any one lets the rest be looked at.
        representative: who_decides.map(|[name, phone, _]| Representative { name, phone, basis: basis.unwrap_or(Basis::Proxy) }),
    };
    for fault in person.faults(today) {
        let name = field(fault.field);
        faults.entry(name).or_insert_with(|| w.entry_wrong(name));
    }
    if faults.is_empty() { Ok(person) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::patient::tests::anna,
        portal::{pages::staff::entry::form, words::Language},
    };

    const W: Words = Words { language: Language::German };

    fn today() -> Day {
        "2026-11-23".parse().unwrap()
    }

    fn with(changes: &[(&str, &str)]) -> Fields {
        let mut pairs = form::typed(&anna()).without_token();
        pairs.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        pairs.extend(changes.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        Fields::of(pairs)
    }

    /// Whatever an entry says stands in the form and is read from it again: to look and save changes nothing.
    #[test]
    fn what_the_form_shows_is_what_it_reads() {
        assert!(person(W, &with(&[]), today()).unwrap() == anna());
        let short: Person = serde_json::from_str(r#"{"family": "Ö", "given": "Ü", "birth_date": "2026-11-23"}"#).unwrap();
        assert!(person(W, &form::typed(&short), today()).unwrap() == short);
    }

    #[test]
    fn numbers_are_read_as_they_stand_on_the_card() {
        let read = person(W, &with(&[("kvnr", " x110 411 675 "), ("payer", "108 310 400")]), today()).unwrap();
        assert!(read == anna());
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_at_its_field() {
        let wrong = [
            ("family", ""),
            ("birth", "3.4."),
            ("kvnr", "X110411676"),
            ("payer", "108310401"),
            ("gender", "x"),
            ("insurance", "AOK"),
            ("street", ""),
            ("contact_phone", ""),
            ("representative_basis", ""),
            ("phone", "abends"),
        ];
        let faults = person(W, &with(&wrong), today()).unwrap_err();
        let mut names = wrong.map(|(name, _)| name);
        names.sort_unstable();
        assert_eq!(faults.keys().copied().collect::<Vec<_>>(), names);
        assert!(faults["kvnr"].contains("letzte Ziffer") && faults["payer"].contains("letzte Ziffer"), "{faults:?}");
        let shape = person(W, &with(&[("kvnr", "12"), ("payer", "12")]), today()).unwrap_err();
        assert!(shape["kvnr"].contains("neun Ziffern") && shape["payer"].contains("neun Ziffern"), "{shape:?}");
        assert_eq!(person(W, &with(&[("birth", "24.11.2026")]), today()).unwrap_err().len(), 1, "nobody is born tomorrow");
    }
}

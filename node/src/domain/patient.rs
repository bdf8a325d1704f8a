//! A patient as this clinic knows them, and the rules an entry must pass.

use std::fmt;

use verbund_protocol::{
    id::{Ik, LocalId},
    person::{BirthDate, Gender, Kvnr},
    referral::identified,
    time::{Day, Timestamp},
};

/// Longest text in a field, characters.
const MAX_TEXT: usize = 120;
/// Longest phone number, characters.
const MAX_PHONE: usize = 32;
/// Longest texts that a referral puts on one line, beside a number and marks, bytes.
const MAX_LINE: usize = identified::MAX_LINE - 80;

/// How somebody is insured, with the words of `http://fhir.de/CodeSystem/versicherungsart-de-basis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Insurance {
    /// Statutory health insurance.
    Gkv,
    /// Private health insurance.
    Pkv,
    /// Statutory accident insurance.
    Bg,
    /// Self-payer.
    Sel,
    /// Social welfare.
    Soz,
    /// Statutory care insurance.
    Gpv,
    /// Private care insurance.
    Ppv,
    /// State allowance for civil servants (Beihilfe).
    Bei,
}

impl Insurance {
    /// All of them, the usual ones first.
    pub const ALL: [Self; 8] = [Self::Gkv, Self::Pkv, Self::Bei, Self::Bg, Self::Sel, Self::Soz, Self::Gpv, Self::Ppv];

    /// Returns the word used in files and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gkv => "GKV",
            Self::Pkv => "PKV",
            Self::Bg => "BG",
            Self::Sel => "SEL",
            Self::Soz => "SOZ",
            Self::Gpv => "GPV",
            Self::Ppv => "PPV",
            Self::Bei => "BEI",
        }
    }
}

impl std::str::FromStr for Insurance {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(text));
        known.ok_or(Fault { field: "insurance", rule: "one of GKV, PKV, BG, SEL, SOZ, GPV, PPV, BEI" })
    }
}

/// Where somebody lives.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Five digits (German postal code), or a foreign one.
    pub postal_code: String,
    /// Town.
    pub city: String,
}

/// Whom to call.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Phone number.
    pub phone: String,
    /// How related: `daughter`, `neighbour`.
    pub relation: String,
}

/// What lets somebody decide for the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Appointed by a court (rechtliche Betreuung, §1814 BGB) for health matters.
    Court,
    /// Health-care proxy signed by the patient (Vorsorgevollmacht, §1820 BGB).
    Proxy,
    /// Parent or guardian of a minor.
    Parent,
    /// Spouse in an emergency (§1358 BGB, at most six months).
    Spouse,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Proxy, Self::Court, Self::Spouse, Self::Parent];

    /// Returns the word used in files and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Court => "court",
            Self::Proxy => "proxy",
            Self::Parent => "parent",
            Self::Spouse => "spouse",
        }
    }

    /// Returns what a referral calls it.
    pub const fn german(self) -> &'static str {
        match self {
            Self::Court => "rechtliche Betreuung",
            Self::Proxy => "Vorsorgevollmacht",
            Self::Parent => "Sorgerecht",
            Self::Spouse => "Notvertretung durch Ehegatten",
        }
    }
}

impl std::str::FromStr for Basis {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let known = Self::ALL.into_iter().find(|basis| basis.word() == text);
        known.ok_or(Fault { field: "representative.basis", rule: "one of court, proxy, parent, spouse" })
    }
}

/// Who decides for the patient.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    /// Name.
    pub name: String,
    /// Phone number.
    pub phone: String,
    /// By what right.
    pub basis: Basis,
}

/// What is entered about a patient.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Family name.
    pub family: String,
    /// Given names.
    pub given: String,
    /// Day of birth.
    pub birth_date: BirthDate,
    /// Administrative gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Number of the health insurance card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kvnr: Option<Kvnr>,
    /// How insured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Insurance>,
    /// Who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<Ik>,
    /// The hospital's own number of the stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_number: Option<String>,
    /// Where the patient lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Who decides for the patient, if somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<Representative>,
}

/// What a patient is looked for by; what is absent does not restrict.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// Beginnings of names, in any order and case: `hub an`.
    pub name: Option<String>,
    /// Day of birth.
    pub birth_date: Option<BirthDate>,
    /// Number of the insurance card.
    pub kvnr: Option<Kvnr>,
    /// The hospital's number of the stay.
    pub case_number: Option<String>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Search(..)")
    }
}

/// A patient's entry in this clinic's records.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Patient {
    /// Random name of the patient within this clinic.
    pub id: LocalId,
    /// Counts the entry's changes from 1.
    pub version: u32,
    /// What is entered.
    #[serde(flatten)]
    pub person: Person,
    /// When this version was entered.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
}

/// A field breaks a rule. The field's content is never repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Fault {
    /// Which field.
    pub field: &'static str,
    /// What it must be.
    pub rule: &'static str,
}

impl Person {
    /// Checks an entry made by hand on `today`. (The KVNR's check digit is part of its type.)
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self, today: Day) -> Result<(), Fault> {
        self.faults(today).into_iter().next().map_or(Ok(()), Err)
    }

    /// Returns everything that is wrong with an entry made by hand on `today`, in the order of its fields.
    pub fn faults(&self, today: Day) -> Vec<Fault> {
        let mut all = vec![name("family", &self.family), name("given", &self.given)];
        all.push(rule(self.birth_date.to_string() <= today.to_string(), "birth_date", "not in the future"));
        if let Some(number) = &self.case_number {
            let fits = (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b"-/.".contains(&b));
            all.push(rule(fits, "case_number", "1 to 32 letters, digits, '-', '/' or '.'"));
        }
        if let Some(Address { street, postal_code, city }) = &self.address {
            all.extend([name("street", street), name("city", city)]);
            let fits = (3..=10).contains(&postal_code.len()) && postal_code.bytes().all(|b| b.is_ascii_alphanumeric() || b" -".contains(&b));
            all.push(rule(fits, "postal_code", "a postal code such as 89264"));
            all.push(rule(street.len() + city.len() <= MAX_LINE, "street", "with the town at most 320 bytes, since a referral carries both on one line"));
        }
        all.extend(self.phone.as_deref().map(|number| phone("phone", number)));
        if let Some(contact) = &self.contact {
            all.extend([name("contact.name", &contact.name), name("contact.relation", &contact.relation), phone("contact.phone", &contact.phone)]);
            all.push(rule(
                contact.name.len() + contact.relation.len() <= MAX_LINE,
                "contact.name",
                "with the relation at most 320 bytes, since a referral carries both on one line",
            ));
        }
        if let Some(representative) = &self.representative {
            all.extend([name("representative.name", &representative.name), phone("representative.phone", &representative.phone)]);
            all.push(rule(representative.name.len() <= MAX_LINE, "representative.name", "at most 320 bytes, since a referral carries it on one line"));
        }
        all.into_iter().filter_map(Result::err).collect()
    }

    /// Returns which fields of an entry differ from those of a former one, by name: what the audit may say of a change.
    pub fn differing(&self, former: &Self) -> Vec<&'static str> {
        let differs = [
            ("family", self.family != former.family),
            ("given", self.given != former.given),
            ("birth_date", self.birth_date != former.birth_date),
            ("gender", self.gender != former.gender),
            ("kvnr", self.kvnr != former.kvnr),
            ("insurance", self.insurance != former.insurance),
            ("payer", self.payer != former.payer),
            ("case_number", self.case_number != former.case_number),
            ("address", self.address != former.address),
            ("phone", self.phone != former.phone),
            ("contact", self.contact != former.contact),
            ("representative", self.representative != former.representative),
        ];
        differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
    }

    /// Returns how the person is shown in a list: `Huber, Anna`.
    pub fn full_name(&self) -> String {
        format!("{}, {}", self.family, self.given)
    }
}

fn rule(holds: bool, field: &'static str, rule: &'static str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault { field, rule }) }
}

fn name(field: &'static str, text: &str) -> Result<(), Fault> {
    let fits = !text.trim().is_empty() && text.trim() == text && text.chars().count() <= MAX_TEXT && !text.chars().any(char::is_control);
    rule(fits, field, "1 to 120 characters on one line, without spaces at either end")
}

fn phone(field: &'static str, text: &str) -> Result<(), Fault> {
    let fits = text.bytes().filter(u8::is_ascii_digit).count() >= 3 && text.len() <= MAX_PHONE && text.bytes().all(|b| b.is_ascii_digit() || b"+-/() ".contains(&b));
    rule(fits, field, "a phone number: digits, spaces and + - / ( )")
}

/// None of these shows itself to `Debug`, so that none reaches a log.
macro_rules! hidden {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
hidden!(Address Contact Representative Person);

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub(crate) fn anna() -> Person {
        serde_json::from_str(
            r#"{"family": "Huber", "given": "Anna", "birth_date": "1951-04-03", "gender": "female", "kvnr": "X110411675", "insurance": "GKV",
                "payer": "108310400", "case_number": "2026-004711", "phone": "+49 7309 870-0",
                "address": {"street": "Günzburger Str. 41", "postal_code": "89264", "city": "Weißenhorn"},
                "contact": {"name": "Eva Huber", "phone": "0731 123", "relation": "daughter"},
                "representative": {"name": "Eva Huber", "phone": "0731 123", "basis": "proxy"}}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_whole_entry_passes_and_a_short_one_too() {
        let today = "2026-11-23".parse().unwrap();
        assert_eq!(anna().check(today), Ok(()));
        let short: Person = serde_json::from_str(r#"{"family": "Ö", "given": "Ü", "birth_date": "2026-11-23"}"#).unwrap();
        assert_eq!(short.check(today), Ok(()));
    }

    #[test]
    fn each_rule_names_its_field_and_not_its_content() {
        let today = "2026-11-23".parse().unwrap();
        let faults: [(&str, fn(&mut Person)); 8] = [
            ("family", |p| p.family = "  ".into()),
            ("given", |p| p.given = "a\nb".into()),
            ("birth_date", |p| p.birth_date = "2026-11-24".parse().unwrap()),
            ("case_number", |p| p.case_number = Some("47 11".into())),
            ("postal_code", |p| p.address.as_mut().unwrap().postal_code = "89264 Weißenhorn".into()),
            ("phone", |p| p.phone = Some("call me".into())),
            ("contact.phone", |p| p.contact.as_mut().unwrap().phone = String::new()),
            ("representative.name", |p| p.representative.as_mut().unwrap().name = "x".repeat(121)),
        ];
        for (field, spoil) in faults {
            let mut person = anna();
            spoil(&mut person);
            assert_eq!(person.check(today).unwrap_err().field, field);
        }
        let mut person = anna();
        (person.family, person.phone) = (String::new(), Some("?".into()));
        assert_eq!(person.faults(today).iter().map(|fault| fault.field).collect::<Vec<_>>(), ["family", "phone"], "all at once");
        let wrong = serde_json::from_str::<Person>(r#"{"family": "Huber", "given": "Anna", "birth_date": "1951-04-03", "kvnr": "G995030567"}"#).unwrap_err().to_string();
        assert!(wrong.contains("check digit") && !wrong.contains("G995030567"), "{wrong}");
    }

    /// The longest entry that passes fits the lines of a referral, which are counted in bytes.
    #[test]
    fn whatever_passes_fits_a_referral() {
        let today = "2026-11-23".parse().unwrap();
        let mut person = anna();
        let address = person.address.as_mut().unwrap();
        (address.street, address.city) = ("ß".repeat(120), "n".repeat(80));
        assert_eq!(person.check(today), Ok(()));
        person.address.as_mut().unwrap().city = "ü".repeat(120);
        assert_eq!(person.check(today).unwrap_err().field, "street");
        person = anna();
        let contact = person.contact.as_mut().unwrap();
        (contact.name, contact.relation) = ("ß".repeat(120), "ü".repeat(120));
        assert_eq!(person.check(today).unwrap_err().field, "contact.name");
        person = anna();
        person.representative.as_mut().unwrap().name = "語".repeat(120);
        assert_eq!(person.check(today).unwrap_err().field, "representative.name");
    }

    #[test]
    fn words_are_those_of_files() {
        for kind in Insurance::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
            assert_eq!(kind.word().to_lowercase().parse(), Ok(kind));
        }
        for basis in Basis::ALL {
            assert_eq!(serde_json::to_value(basis).unwrap(), basis.word());
            assert_eq!(basis.word().parse(), Ok(basis));
        }
        assert!("AOK".parse::<Insurance>().is_err());
    }

    #[test]
    fn a_change_is_told_by_the_names_of_its_fields() {
        let mut person = anna();
        assert!(person.differing(&anna()).is_empty());
        (person.address, person.kvnr, person.given) = (None, None, "Änne".into());
        assert_eq!(person.differing(&anna()), ["given", "kvnr", "address"]);
    }

    #[test]
    fn the_control_socket_carries_it_both_ways() {
        let patient = Patient { id: LocalId([1; 8]), version: 1, person: anna(), changed_at: Timestamp(0), changed_by: "x".into() };
        let json = serde_json::to_string(&patient).unwrap();
        assert!(serde_json::from_str::<Patient>(&json).unwrap() == patient);
        assert!(serde_json::from_str::<Person>(r#"{"family": "A", "given": "B", "birth_date": "1951-04-03", "birthdate": ""}"#).is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?}", Patient { id: LocalId([1; 8]), version: 1, person: anna(), changed_at: Timestamp(0), changed_by: "x".into() });
        assert!(!shown.contains("Huber") && !shown.contains("X1104"), "{shown}");
    }
}

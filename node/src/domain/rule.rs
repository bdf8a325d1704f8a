//! Admissions' own rules: which inquiries a clinic cannot meet in any case, by what they say.
//!
//! A rule looks at coded fields only, and only at what an inquiry states: a field that is left out matches nothing. So no patient is
//! declined for what nobody has said. There is no "not" and no "unless", which would turn silence into a reason; nor is there a
//! field for age or sex, for which the list of reasons has no honest word. The reason that the asking clinic reads must follow from a
//! condition of the rule ([`Rule::check`]).

use verbund_protocol::{
    catalogue::{Barthel, Catalogue, Decline, Language, List, Mobility, Singer, WeightBearing},
    inquiry::Inquiry,
};

/// Longest name of a rule, characters.
pub const MAX_NAME: usize = 80;
/// Most rules of a clinic.
pub const MAX_RULES: usize = 50;

/// Defines the fields that a rule may look at: word, list, and what an inquiry states in it.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $word:literal $list:ident, |$inquiry:ident| $stated:expr;)*) => {
        /// A coded field of an inquiry that a rule may look at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Field { $($(#[$doc])* $name),* }

        impl Field {
            /// Every field, in the order of a form.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Returns the word used in forms and store.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
            /// Returns the list of its codes.
            pub const fn list(self) -> List {
                match self { $(Self::$name => List::$list),* }
            }
            /// Returns the codes that an inquiry states in it; none where it says nothing.
            pub fn stated(self, inquiry: &Inquiry) -> Vec<u16> {
                match self { $(Self::$name => { let $inquiry = inquiry; $stated })* }
            }
        }
    };
}

fields! {
    /// What the patient needs.
    Constraint "constraint" Constraint, |i| i.constraints.iter().map(|code| code.number()).collect();
    /// The indication group.
    Indication "indication" Ahb, |i| vec![i.indication.number()];
    /// The class of the operation.
    Operation "operation" Surgery, |i| i.operation.iter().map(|operation| operation.class.number()).collect();
    /// The kind of payer.
    Payer "payer" Payer, |i| vec![i.payer.number()];
    /// Inpatient, day care, acute.
    Setting "setting" Setting, |i| vec![i.setting.number()];
    /// Independence by SINGER.
    Singer "singer" Singer, |i| i.function.singer.map(Singer::number).into_iter().collect();
    /// Independence by Barthel.
    Barthel "barthel" Barthel, |i| i.function.barthel.map(Barthel::number).into_iter().collect();
    /// The walking aid.
    Mobility "mobility" Mobility, |i| i.function.mobility.map(Mobility::number).into_iter().collect();
    /// How much weight a leg may bear.
    WeightBearing "weight-bearing" WeightBearing, |i| i.function.weight_bearing.map(WeightBearing::number).into_iter().collect();
    /// The language, if not German.
    Language "language" Language, |i| i.language.map(Language::number).into_iter().collect();
}

/// A condition: the inquiry states one of these codes in this field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Condition {
    /// Where.
    pub field: Field,
    /// The codes, by number.
    pub any: Vec<u16>,
}

impl Condition {
    /// Returns whether an inquiry states it.
    pub fn holds(&self, inquiry: &Inquiry) -> bool {
        self.field.stated(inquiry).iter().any(|code| self.any.contains(code))
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// What must all be stated.
    pub conditions: Vec<Condition>,
    /// What the asking clinic is told.
    pub reason: Decline,
}

/// A rule cannot be kept like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It has no name, or one that is too long.
    #[error("a rule has a name of 1 to {MAX_NAME} characters")]
    Name,
    /// It would match every inquiry, or none.
    #[error("a rule needs at least one code, and every condition one")]
    Empty,
    /// A code is not in its field's list.
    #[error("a code is not in its list")]
    Code,
    /// The reason does not follow from what the rule looks at.
    #[error("the reason does not follow from any condition")]
    Reason,
}

impl Rule {
    /// Returns whether an inquiry states everything that the rule asks for. What is missing in the inquiry never counts.
    pub fn matches(&self, inquiry: &Inquiry) -> bool {
        !self.conditions.is_empty() && self.conditions.iter().all(|condition| condition.holds(inquiry))
    }

    /// Checks name and codes, and that the reason is honest: some condition alone is a ground for it, whichever of its codes was stated.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn check(&self) -> Result<(), Fault> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(Fault::Name);
        }
        if self.conditions.is_empty() || self.conditions.iter().any(|condition| condition.any.is_empty()) {
            return Err(Fault::Empty);
        }
        let catalogue = Catalogue::shipped();
        let known = |condition: &Condition| condition.any.iter().all(|code| catalogue.entry(condition.field.list(), *code).is_some());
        if !self.conditions.iter().all(known) {
            return Err(Fault::Code);
        }
        let ground = |condition: &Condition| condition.any.iter().all(|code| is_ground(self.reason, condition.field, *code));
        if self.conditions.iter().any(ground) { Ok(()) } else { Err(Fault::Reason) }
    }
}

/// Which statement is a ground for which reason: reason, field, and the codes (none named: any).
const GROUNDS: &[(&str, Field, &[&str])] = &[
    ("indication", Field::Indication, &[]),
    ("indication", Field::Operation, &[]),
    ("isolation", Field::Constraint, &["isolation-contact", "isolation-droplet", "isolation-airborne"]),
    ("care-need", Field::Constraint, &["oxygen", "tracheostomy", "dementia", "wound", "tube-feeding", "stoma", "central-line"]),
    ("care-need", Field::Singer, &["dependent", "helped"]),
    ("care-need", Field::Barthel, &["0-30", "35-60", "65-80"]),
    ("care-need", Field::Mobility, &["wheelchair", "bed"]),
    ("weight", Field::Constraint, &["weight-150"]),
    ("dialysis", Field::Constraint, &["dialysis"]),
    ("ventilation", Field::Constraint, &["ventilation", "tracheostomy"]),
    ("closed-unit", Field::Constraint, &["closed-unit", "dementia"]),
    ("payer", Field::Payer, &[]),
    ("not-capable", Field::Singer, &["dependent"]),
    ("not-capable", Field::Barthel, &["0-30"]),
    ("not-capable", Field::Mobility, &["bed"]),
    ("not-capable", Field::WeightBearing, &["partial", "none"]),
    ("language", Field::Language, &[]),
    ("language", Field::Constraint, &["interpreter"]),
];

fn is_ground(reason: Decline, field: Field, code: u16) -> bool {
    let (reason, key) = (reason.to_string(), Catalogue::shipped().key(field.list(), code));
    GROUNDS.iter().any(|(of, at, codes)| *of == reason && *at == field && (codes.is_empty() || codes.contains(&key.as_ref())))
}

/// Returns the reasons that a rule can give.
pub fn reasons() -> Vec<Decline> {
    let mut reasons: Vec<Decline> = GROUNDS.iter().filter_map(|(reason, ..)| reason.parse().ok()).collect();
    reasons.dedup();
    reasons.sort();
    reasons.dedup();
    reasons
}

#[cfg(test)]
mod tests;

//! What a patient wishes of the rehabilitation (Wunsch- und Wahlrecht, §8 SGB IX), kept as the patient's own statement.

use verbund_protocol::time::Timestamp;

use super::patient::Fault;

/// Most wishes of one patient.
pub const MAX_WISHES: usize = 5;
/// Longest name of what is wished for, characters.
pub const MAX_WHAT: usize = 120;
/// Longest reason, characters.
pub const MAX_WHY: usize = 600;

/// What a wish is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Near home or the family.
    NearHome,
    /// A certain clinic.
    Clinic,
    /// A room of one's own.
    SingleRoom,
    /// Somebody who comes along.
    Companion,
    /// A certain therapy.
    Therapy,
    /// A language.
    Language,
    /// Faith, food.
    Belief,
    /// Something else.
    Other,
}

impl About {
    /// All, in the order in which a form lists them.
    pub const ALL: [Self; 8] = [Self::NearHome, Self::Clinic, Self::SingleRoom, Self::Companion, Self::Therapy, Self::Language, Self::Belief, Self::Other];

    /// Returns the word used in forms and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NearHome => "near-home",
            Self::Clinic => "clinic",
            Self::SingleRoom => "single-room",
            Self::Companion => "companion",
            Self::Therapy => "therapy",
            Self::Language => "language",
            Self::Belief => "belief",
            Self::Other => "other",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.word() == word)
    }
}

/// One wish, in the patient's own words.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// What about.
    pub about: About,
    /// What exactly: the clinic, the therapy, the language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Fewest letters by which a clinic is recognized in a longer name.
const RECOGNIZED: usize = 5;

impl Wish {
    /// Returns whether it is a wish for the clinic of this name: the same letters and digits, or one within the other.
    pub fn names(&self, clinic: &str) -> bool {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let (wished, clinic) = (letters(&self.what), letters(clinic));
        let within = |short: &str, long: &str| short.chars().count() >= RECOGNIZED && long.contains(short);
        self.about == About::Clinic && !wished.is_empty() && (wished == clinic || within(&wished, &clinic) || within(&clinic, &wished))
    }
}

impl std::fmt::Debug for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wish({})", self.about.word())
    }
}

/// A patient's wishes as they were stated at one time. A later statement takes its place; the earlier stays readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Counts from 1.
    pub version: u32,
    /// The wishes, the most important first. None: the patient has no particular wish, and said so.
    pub list: Vec<Wish>,
    /// When they were stated.
    pub stated_at: Timestamp,
    /// By whom.
    pub stated_by: String,
}

/// Checks what is to be stated.
///
/// # Errors
/// The first [`Fault`].
pub fn check(list: &[Wish]) -> Result<(), Fault> {
    let rule = |holds: bool, field, rule| if holds { Ok(()) } else { Err(Fault { field, rule }) };
    rule(list.len() <= MAX_WISHES, "wishes", "at most five")?;
    for wish in list {
        rule(wish.what.chars().count() <= MAX_WHAT && !wish.what.chars().any(char::is_control), "what", "at most 120 characters on one line")?;
        rule(wish.why.chars().count() <= MAX_WHY, "why", "at most 600 characters")?;
        rule(wish.about != About::Clinic || !wish.what.trim().is_empty(), "what", "missing; name the clinic")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clinic_is_recognized_by_its_letters() {
        let wish = |about, what: &str| Wish { about, what: what.into(), why: String::new() };
        for what in ["Rehaklinik Bergblick", "bergblick", "die Rehaklinik  Bergblick in Bad Aibling", "Reha-Klinik Bergblick"] {
            assert!(wish(About::Clinic, what).names("Rehaklinik Bergblick"), "{what}");
        }
        for what in ["", "Berg", "Seeblick", "Rehaklinik Bergblicke 2 Nord"] {
            assert!(!wish(About::Clinic, what).names("Rehaklinik Bergblick Süd"), "{what}");
        }
        assert!(!wish(About::NearHome, "Rehaklinik Bergblick").names("Rehaklinik Bergblick"));
    }

    #[test]
    fn a_wish_has_bounds_and_a_clinic_has_a_name() {
        let wish = |about, what: &str, why: &str| Wish { about, what: what.into(), why: why.into() };
        let fault = |list: &[Wish]| check(list).err().map(|fault| fault.field);
        assert_eq!(fault(&[]), None);
        assert_eq!(fault(&[wish(About::NearHome, "", "Meine Tochter wohnt dort.\nSie kommt täglich."), wish(About::Clinic, "Musterklinik", "")]), None);
        assert_eq!(fault(&[wish(About::Clinic, " ", "schön")]), Some("what"));
        assert_eq!(fault(&[wish(About::Other, &"x".repeat(MAX_WHAT + 1), "")]), Some("what"));
        assert_eq!(fault(&[wish(About::Other, "", &"x".repeat(MAX_WHY + 1))]), Some("why"));
        assert_eq!(fault(&vec![wish(About::Other, "", ""); 6]), Some("wishes"));
        assert!(About::ALL.iter().all(|about| About::named(about.word()) == Some(*about)));
    }
}

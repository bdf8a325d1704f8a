//! Why somebody looks at a patient who is not in treatment here (any more): whoever treats needs no reason beyond that, everybody else
//! states one (Art. 5(1)(b) GDPR; the German data protection authorities' guidance on hospital information systems, OH KIS, wants access
//! after the end of a treatment to be the exception, with its reason recorded).

use std::time::Duration;

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::patient::Fault;

/// For how long a stated purpose lets its author look. Ours: long enough for one matter, too short to become a habit.
pub const STATED_FOR: Duration = Duration::from_secs(3_600);
/// Longest explanation, characters.
pub const MAX_WORDS: usize = 400;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The patient, or who acts for her, asks something.
    Question,
    /// Somebody who treats the patient now asks something.
    Treating,
    /// The patient comes back: the next stay is being prepared.
    Return,
    /// Billing, or a payer asks.
    Billing,
    /// A complaint or a legal claim.
    Complaint,
    /// Quality assurance that the law or the clinic demands.
    Quality,
    /// Something else; needs words.
    Other,
}

impl Purpose {
    /// All, as people are shown them.
    pub const ALL: [Self; 7] = [Self::Question, Self::Treating, Self::Return, Self::Billing, Self::Complaint, Self::Quality, Self::Other];

    /// Returns the word used in forms, the store and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Treating => "treating",
            Self::Return => "return",
            Self::Billing => "billing",
            Self::Complaint => "complaint",
            Self::Quality => "quality",
            Self::Other => "other",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.word() == word)
    }

    /// Checks what somebody wrote beside it.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(self, words: &str) -> Result<(), Fault> {
        let length = words.trim().chars().count();
        if length > MAX_WORDS {
            return Err(Fault { field: "words", rule: "at most 400 characters" });
        }
        if self == Self::Other && length < 3 {
            return Err(Fault { field: "words", rule: "say what for, in a few words" });
        }
        Ok(())
    }
}

/// A purpose that somebody stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Its random name.
    pub id: LocalId,
    /// Whom it was about.
    pub patient: LocalId,
    /// Who stated it.
    pub by: String,
    /// In which roles, as words joined by commas.
    pub roles: String,
    /// What for.
    pub purpose: Purpose,
    /// What was written beside it.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// When and by whom it was looked at on the privacy officer's list.
    pub seen: Option<(Timestamp, String)>,
}

/// What is known of a patient's treatment here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// Whether something is open: a case, or something with another clinic.
    pub open: bool,
    /// When something last happened: the entry was made, or changed without a stated purpose other than a return; a case or a conversation ended.
    /// Not looked for while something is open.
    pub last: Option<Timestamp>,
}

impl Traces {
    /// Returns whether the patient is in treatment: something is open, or the last thing happened less than `after` ago.
    pub fn in_treatment(&self, after: Duration, now: Timestamp) -> bool {
        self.open || self.last.is_some_and(|last| now < last.plus(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn treatment_lasts_while_something_is_open_and_a_while_after() {
        let (day, at) = (Duration::from_secs(86_400), Timestamp::from_secs(1_000_000));
        let traces = |open, last| Traces { open, last };
        assert!(traces(true, None).in_treatment(Duration::ZERO, at));
        assert!(!traces(false, None).in_treatment(day, at));
        assert!(traces(false, Some(at)).in_treatment(day, at.plus(day - Duration::from_millis(1))));
        assert!(!traces(false, Some(at)).in_treatment(day, at.plus(day)));
        assert!(!traces(false, Some(at)).in_treatment(Duration::ZERO, at));
    }

    #[test]
    fn something_else_needs_words_and_none_may_be_endless() {
        assert!(Purpose::Other.check("  ").is_err() && Purpose::Other.check("Forschung").is_ok());
        assert!(Purpose::Billing.check("").is_ok());
        assert!(Purpose::Billing.check(&"ä".repeat(MAX_WORDS)).is_ok() && Purpose::Billing.check(&"ä".repeat(MAX_WORDS + 1)).is_err());
        assert!(Purpose::ALL.into_iter().all(|purpose| Purpose::named(purpose.word()) == Some(purpose)));
    }
}

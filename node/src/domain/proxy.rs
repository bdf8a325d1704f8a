//! Who acts for a patient, how far, and on what ground.

use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::patient::Fault;

/// Most people who act for one patient at a time.
pub const MAX_PROXIES: usize = 5;
/// Longest name, characters.
pub const MAX_NAME: usize = 80;

/// How far somebody may act. Each contains those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// See what the patient sees.
    Look,
    /// State wishes and ask again, too.
    Arrange,
    /// Consent and choose, too: only on a power of attorney or by order of a court, and until a day.
    Decide,
}

impl Scope {
    /// All, the least first.
    pub const ALL: [Self; 3] = [Self::Look, Self::Arrange, Self::Decide];

    /// Returns the word used in forms and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Arrange => "arrange",
            Self::Decide => "decide",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// What the right to decide rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// A power of attorney for health matters (Vorsorgevollmacht).
    Attorney,
    /// An order of the court of care (Betreuung).
    Court,
    /// A power for this matter alone.
    Single,
}

impl Power {
    /// All.
    pub const ALL: [Self; 3] = [Self::Attorney, Self::Court, Self::Single];

    /// Returns the word used in forms, the store, and as proof in a decision.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attorney => "power-of-attorney",
            Self::Court => "court-order",
            Self::Single => "single-power",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|power| power.word() == word)
    }
}

/// What somebody may do for a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// The person's name.
    pub name: String,
    /// How far.
    pub scope: Scope,
    /// On what ground they may decide.
    pub power: Option<Power>,
    /// The last day on which they may decide.
    pub until: Option<Day>,
}

impl Mandate {
    /// Returns every rule that is broken by what is to be given on `today`.
    pub fn faults(&self, today: Day) -> impl Iterator<Item = Fault> + use<> {
        let length = self.name.trim().chars().count();
        let decides = self.scope == Scope::Decide;
        let rules = [
            (length > 0 && length <= MAX_NAME && !self.name.chars().any(char::is_control), "name", "1 to 80 characters on one line"),
            (decides == self.power.is_some(), "power", "deciding rests on a power of attorney or an order of a court, and nothing else does"),
            (decides == self.until.is_some(), "until", "the right to decide has a last day, and nothing else has"),
            (self.until.is_none_or(|until| until >= today), "until", "not in the past"),
        ];
        rules.into_iter().filter(|(holds, ..)| !holds).map(|(_, field, rule)| Fault { field, rule })
    }

    /// Checks what is to be given on `today`.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self, today: Day) -> Result<(), Fault> {
        self.faults(today).next().map_or(Ok(()), Err)
    }

    /// Returns how far the mandate reaches on `today`: what had a last day is over after it, and the rest goes on.
    pub fn reaches(&self, today: Day) -> Scope {
        if self.scope == Scope::Decide && self.until.is_none_or(|until| until < today) { Scope::Arrange } else { self.scope }
    }
}

/// Somebody who acts for a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The account.
    pub account: LocalId,
    /// For whom.
    pub patient: LocalId,
    /// What they may do.
    pub mandate: Mandate,
    /// Since when.
    pub given_at: Timestamp,
    /// The document that proves it, for those whom staff invited; nothing for those whom the patient did.
    pub proof: Option<LocalId>,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciding_needs_a_ground_and_a_last_day() {
        let today = Day(20_000);
        let mandate = |scope, power, until| Mandate { name: "Anna Beispiel".into(), scope, power, until };
        let fault = |mandate: Mandate| mandate.check(today).err().map(|fault| fault.field);
        assert_eq!(fault(mandate(Scope::Look, None, None)), None);
        assert_eq!(fault(mandate(Scope::Decide, Some(Power::Attorney), Some(today))), None);
        assert_eq!(fault(mandate(Scope::Decide, None, Some(today))), Some("power"));
        assert_eq!(fault(mandate(Scope::Decide, Some(Power::Court), None)), Some("until"));
        assert_eq!(fault(mandate(Scope::Decide, Some(Power::Court), Some(Day(19_999)))), Some("until"));
        assert_eq!(fault(mandate(Scope::Arrange, Some(Power::Court), None)), Some("power"));
        assert_eq!(fault(Mandate { name: " ".into(), ..mandate(Scope::Look, None, None) }), Some("name"));
    }

    #[test]
    fn after_the_last_day_nothing_is_decided_any_more() {
        let mandate = Mandate { name: "Anna".into(), scope: Scope::Decide, power: Some(Power::Court), until: Some(Day(5)) };
        assert_eq!((mandate.reaches(Day(5)), mandate.reaches(Day(6))), (Scope::Decide, Scope::Arrange));
        assert_eq!(Mandate { scope: Scope::Look, until: None, ..mandate }.reaches(Day(9)), Scope::Look);
    }
}

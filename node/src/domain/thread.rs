//! What a patient and a team of the clinic write to each other.

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{account::UnknownWord, patient::Fault, team::Waiting};

/// Longest message, characters.
pub const MAX_TEXT: usize = 2_000;
/// Longest reason for closing without an answer, characters.
pub const MAX_REASON: usize = 300;
/// Most messages of one patient, and whoever acts for the patient, in a day.
pub const MAX_A_DAY: usize = 20;

/// What a patient and a team write to each other about one matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its random id.
    pub id: LocalId,
    /// The patient.
    pub patient: LocalId,
    /// The team.
    pub team: LocalId,
    /// Who in the team took it.
    pub taken_by: Option<LocalId>,
    /// What nobody has answered yet.
    pub waiting: Option<Waiting>,
    /// The place of its last entry: later ones have higher places.
    pub last: i64,
    /// When that was made.
    pub changed_at: Timestamp,
}

/// What an entry of a thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The patient, or somebody for the patient, wrote.
    Asked,
    /// The team wrote.
    Answered,
    /// Somebody of the team took it.
    Taken,
    /// It went to another team or person.
    Handed,
    /// The team closed it without an answer; the text says why.
    Closed,
}

impl What {
    /// Returns the word used in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Taken => "taken",
            Self::Handed => "handed",
            Self::Closed => "closed",
        }
    }
}

impl std::str::FromStr for What {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Asked, Self::Answered, Self::Taken, Self::Handed, Self::Closed].into_iter().find(|what| what.word() == text).ok_or(UnknownWord)
    }
}

/// One entry of a thread. Its text is in no `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Orders entries; higher is later.
    pub place: i64,
    /// When it was made.
    pub at: Timestamp,
    /// What it is.
    pub what: What,
    /// What was written.
    pub text: String,
    /// By whom, as in the audit.
    pub made_by: String,
    /// The team it went to.
    pub team: Option<LocalId>,
    /// The person it went to.
    pub person: Option<LocalId>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({} {})", self.place, self.what.word())
    }
}

/// Returns what somebody wrote as it is kept: without spaces at either end, lines ended as everywhere.
///
/// # Errors
/// A [`Fault`] if nothing was written, or more than `most` characters.
pub fn written(text: &str, most: usize) -> Result<String, Fault> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault { field: "text", rule: "missing" });
    }
    if text.chars().count() > most {
        return Err(Fault { field: "text", rule: "too long" });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_has_bounds() {
        assert_eq!(written(" Guten Tag,\r\nwann?\r\n", MAX_TEXT).unwrap(), "Guten Tag,\nwann?");
        assert_eq!(written(" \r\n", MAX_TEXT).unwrap_err().rule, "missing");
        assert_eq!(written(&"ä".repeat(MAX_REASON), MAX_REASON).unwrap().chars().count(), MAX_REASON);
        assert_eq!(written(&"ä".repeat(MAX_REASON + 1), MAX_REASON).unwrap_err().rule, "too long");
    }

    #[test]
    fn words_read_back_and_texts_stay_unseen() {
        for what in [What::Asked, What::Answered, What::Taken, What::Handed, What::Closed] {
            assert_eq!(what.word().parse::<What>().unwrap(), what);
        }
        let entry = Entry { place: 1, at: Timestamp(0), what: What::Asked, text: "Schmerzen".into(), made_by: "patient 1".into(), team: None, person: None };
        assert!(!format!("{entry:?}").contains("Schmerzen"));
    }
}

//! A clinic without a node: asked by fax, and what somebody there said on the phone, as staff wrote it down.

use verbund_protocol::{
    id::LocalId,
    inquiry::Inquiry,
    time::{Day, Timestamp},
};

/// A clinic that was asked by fax. What people wrote is in no `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// Random name; the fax shows it in place of the patient's.
    pub id: LocalId,
    /// The case.
    pub case: LocalId,
    /// The clinic's name.
    pub clinic: String,
    /// Its fax number.
    pub number: String,
    /// What the fax says. It has no department.
    pub inquiry: Inquiry,
    /// When it was written.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// What was said since, oldest first.
    pub answers: Vec<Answer>,
    /// What this side did since, oldest first.
    pub steps: Vec<Step>,
}

/// What this side did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The question was taken back.
    Withdrawn,
    /// The patient chose the place, and the clinic was told by phone.
    Chosen,
    /// The patient left the clinic that was chosen.
    Left,
}

impl Done {
    /// Returns the word used in the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Chosen => "chosen",
            Self::Left => "left",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Withdrawn, Self::Chosen, Self::Left].into_iter().find(|done| done.word() == word)
    }
}

/// A step of this side.
#[derive(Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub done: Done,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// For a choice: the release that names the clinic, and whether it still stands.
    pub release: Option<(LocalId, bool)>,
}

/// What was said on the phone.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// What.
    pub said: Said,
    /// When.
    pub answered_at: Timestamp,
    /// By whom at the other clinic.
    pub answered_by: String,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
}

/// An answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Said {
    /// There is a place from that day on.
    Offered(Day),
    /// There is none, for this reason.
    Declined(String),
}

impl Phone {
    /// Returns whether nobody has answered yet, and an answer is still wanted.
    pub fn is_open(&self) -> bool {
        self.answers.is_empty() && !self.is_withdrawn()
    }
    /// Returns whether the question was taken back.
    pub fn is_withdrawn(&self) -> bool {
        self.steps.iter().any(|step| step.done == Done::Withdrawn)
    }
    /// Returns since when the place is chosen, if it is and the release stands.
    pub fn chosen(&self) -> Option<&Step> {
        let stands = |step: &&Step| step.release.is_some_and(|(_, stands)| stands);
        self.steps.iter().rfind(|step| step.done != Done::Withdrawn).filter(|step| step.done == Done::Chosen).filter(stands)
    }
    /// Returns the day of the place that was offered last and not declined since.
    pub fn offer(&self) -> Option<Day> {
        if self.is_withdrawn() {
            return None;
        }
        match self.answers.last()?.said {
            Said::Offered(day) => Some(day),
            Said::Declined(_) => None,
        }
    }
}

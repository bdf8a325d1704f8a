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
    /// Returns whether nobody has answered yet.
    pub fn is_open(&self) -> bool {
        self.answers.is_empty()
    }
    /// Returns the day of the place that was offered last and not declined since.
    pub fn offer(&self) -> Option<Day> {
        match self.answers.last()?.said {
            Said::Offered(day) => Some(day),
            Said::Declined(_) => None,
        }
    }
}

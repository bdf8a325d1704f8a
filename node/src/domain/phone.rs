//! A clinic without a node: asked by fax, and what somebody there said on the phone, as staff wrote it down.

use verbund_protocol::{
    catalogue::{NoShow, PayerDecision},
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
    /// What came of choosing it, oldest first.
    pub events: Vec<Event>,
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

/// What came of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// The clinic was told by fax who comes on that day.
    Named(Day),
    /// The payer decided on that day.
    Payer(PayerDecision, Day),
    /// The patient arrived on that day.
    Arrived(Day),
    /// The patient did not come on that day.
    Absent(NoShow, Day),
}

/// Something that came of a choice, as staff wrote it down.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub came: Came,
    /// The release on which the choice rests.
    pub release: LocalId,
    /// Who at the clinic said that the patient arrived or did not come.
    pub said_by: Option<String>,
    /// Which documents follow a fax with the name, and how.
    pub papers: Option<String>,
    /// When it was written down.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
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
    /// Returns since when the place is chosen, if it is, the release stands, and the patient did not stay away.
    pub fn chosen(&self) -> Option<&Step> {
        let stands = |step: &&Step| step.release.is_some_and(|(id, stands)| stands && self.absent(id).is_none());
        self.steps.iter().rfind(|step| step.done != Done::Withdrawn).filter(|step| step.done == Done::Chosen).filter(stands)
    }
    /// Returns what came of the present choice, oldest first.
    pub fn course(&self) -> impl Iterator<Item = &Event> {
        let release = self.chosen().and_then(|step| step.release).map(|(id, _)| id);
        self.events.iter().filter(move |event| Some(event.release) == release)
    }
    /// Returns on which day the patient arrived there.
    pub fn arrived(&self) -> Option<Day> {
        self.course().find_map(|event| if let Came::Arrived(day) = event.came { Some(day) } else { None })
    }
    /// Returns when it was written down that the patient who had chosen by that release did not come.
    fn absent(&self, release: LocalId) -> Option<Timestamp> {
        self.events.iter().find(|event| event.release == release && matches!(event.came, Came::Absent(..))).map(|event| event.at)
    }
    /// Returns whether the patient did not come, and the clinic has not offered a place since.
    pub fn missed(&self) -> bool {
        let told = self.answers.last().map(|answer| answer.recorded_at);
        self.events.iter().rfind(|event| matches!(event.came, Came::Absent(..))).is_some_and(|event| Some(event.at) >= told)
    }
    /// Returns the day of the place that was offered last, not declined since and not missed.
    pub fn offer(&self) -> Option<Day> {
        if self.is_withdrawn() || self.missed() {
            return None;
        }
        match self.answers.last()?.said {
            Said::Offered(day) => Some(day),
            Said::Declined(_) => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A clinic that was asked, with what was said and done since.
    pub(crate) fn phone(answers: Vec<Answer>, steps: Vec<Step>, events: Vec<Event>) -> Phone {
        let inquiry = serde_json::from_value(serde_json::json!({
            "variant": "rehab", "basis": "consent", "department": "0000", "function": {}, "single_room": false, "companion": false, "constraints": [], "age": "70-79", "indication": "heart", "earliest": "2026-12-01",
            "flexible_days": 0, "setting": "inpatient", "payer": "gkv", "approval": "none", "answer_by": Timestamp(60_000),
        }));
        let (id, at) = (LocalId([1; 8]), Timestamp(0));
        Phone {
            id,
            case: id,
            clinic: "Rehaklinik Seeblick".into(),
            number: "0800 111".into(),
            inquiry: inquiry.unwrap(),
            asked_at: at,
            asked_by: String::new(),
            answers,
            steps,
            events,
        }
    }

    fn offered(at: u64) -> Answer {
        Answer { said: Said::Offered(Day(9)), answered_at: Timestamp(at), answered_by: "Frau See".into(), recorded_at: Timestamp(at), recorded_by: "sonja".into() }
    }

    fn chosen(at: u64, release: u8, stands: bool) -> Step {
        Step { done: Done::Chosen, at: Timestamp(at), by: "sonja".into(), release: Some((LocalId([release; 8]), stands)) }
    }

    fn event(at: u64, release: u8, came: Came) -> Event {
        Event { came, release: LocalId([release; 8]), said_by: None, papers: None, at: Timestamp(at), by: "sonja".into() }
    }

    #[test]
    fn a_choice_holds_until_the_patient_stays_away() {
        let entry = phone(vec![offered(1)], vec![chosen(2, 1, true)], vec![event(3, 1, Came::Named(Day(9)))]);
        assert!(entry.chosen().is_some() && entry.course().count() == 1 && entry.arrived().is_none() && entry.offer() == Some(Day(9)));
        let there = phone(vec![offered(1)], vec![chosen(2, 1, true)], vec![event(3, 1, Came::Arrived(Day(9)))]);
        assert!(there.chosen().is_some() && there.arrived() == Some(Day(9)) && !there.missed());
        let absent = event(3, 1, Came::Absent(NoShow::UNKNOWN, Day(9)));
        let missed = phone(vec![offered(1)], vec![chosen(2, 1, true)], vec![absent.clone()]);
        assert!(missed.chosen().is_none() && missed.missed() && missed.offer().is_none() && missed.course().count() == 0);
        let again = phone(vec![offered(1), offered(4)], vec![chosen(2, 1, true)], vec![absent.clone()]);
        assert!(again.chosen().is_none() && again.offer() == Some(Day(9)), "the clinic offers anew");
        let anew = phone(vec![offered(1), offered(4)], vec![chosen(2, 1, true), chosen(5, 2, true)], vec![absent]);
        assert!(anew.chosen().is_some(), "and is chosen anew, on another release");
    }

    #[test]
    fn what_came_of_an_earlier_choice_is_not_of_this_one() {
        let steps = vec![chosen(2, 1, false), Step { done: Done::Left, release: None, ..chosen(3, 1, false) }, chosen(4, 2, true)];
        let entry = phone(vec![offered(1)], steps, vec![event(2, 1, Came::Arrived(Day(9)))]);
        assert!(entry.chosen().is_some() && entry.arrived().is_none());
        let ended = phone(vec![offered(1)], vec![chosen(2, 1, false)], vec![event(2, 1, Came::Arrived(Day(9)))]);
        assert!(ended.chosen().is_none() && ended.arrived().is_none(), "the release was taken back");
    }
}

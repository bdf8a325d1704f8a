//! Clinics without a node, as the patient sees them: who was asked by fax, and who offered a place on the phone.

use verbund_protocol::time::{Day, Timestamp};

use crate::domain::phone::{Came, Done, Phone, Said};

/// A clinic without a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByPhone {
    /// Its name, as staff wrote it.
    pub clinic: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// From which day on it offers a place that can still be chosen, or is chosen.
    pub offer: Option<Day>,
    /// Whether it said no last.
    pub declined: bool,
    /// When it said that.
    pub told_at: Option<Timestamp>,
    /// Since when its place is chosen.
    pub chosen_at: Option<Timestamp>,
    /// Whether it was not asked any more before it answered.
    pub withdrawn: bool,
    /// What the patient decided about its place, oldest first.
    pub steps: Vec<(Timestamp, Done)>,
    /// What came of choosing it, oldest first.
    pub came: Vec<(Timestamp, Came)>,
    /// Whether the patient is there.
    pub arrived: bool,
}

/// Returns the clinics without a node that were asked, as the patient sees them today.
pub(super) fn by_phone(phones: &[Phone], today: Day) -> Vec<ByPhone> {
    let one = |phone: &Phone| ByPhone {
        asked_at: phone.asked_at,
        offer: phone.offer().filter(|day| *day >= today || phone.chosen().is_some()),
        declined: phone.answers.last().is_some_and(|answer| matches!(answer.said, Said::Declined(_))),
        told_at: phone.answers.last().map(|answer| answer.answered_at),
        chosen_at: phone.chosen().map(|step| step.at),
        withdrawn: phone.is_withdrawn(),
        steps: phone.steps.iter().map(|step| (step.at, step.done)).collect(),
        came: phone.events.iter().map(|event| (event.at, event.came)).collect(),
        arrived: phone.arrived().is_some(),
        clinic: phone.clinic.clone(),
    };
    phones.iter().map(one).collect()
}

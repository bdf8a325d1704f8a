//! What a patient is to do now: one step, which follows from the state of the case alone.

use verbund_protocol::{
    id::ConversationId,
    referral::Step,
    time::{Day, Timestamp},
};

use super::{ByPhone, Consented};
use crate::domain::end::Carer;

/// Everything the next step follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// What was decided about discharge management.
    pub consent: Consented,
    /// Whether wishes were stated.
    pub wishes: bool,
    /// The inquiries of the case, oldest first.
    pub asked: Vec<Seen>,
    /// The clinics without a node that were asked.
    pub phones: Vec<ByPhone>,
    /// The end of the case, if it is over and nothing was decided since.
    pub ended: Option<Ended>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Whether no clinic had a place.
    pub no_place: bool,
    /// Who takes care now.
    pub carer: Option<Carer>,
}

/// An inquiry, as far as the next step depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The conversation.
    pub id: ConversationId,
    /// The clinic's name.
    pub clinic: String,
    /// Where it stands.
    pub step: Step,
    /// Until when an offer can be chosen that can be chosen now.
    pub choosable_until: Option<Timestamp>,
    /// Day of admission, as far as agreed.
    pub date: Option<Day>,
    /// Whether our last word has not reached the clinic because it cannot be reached.
    pub unreachable: bool,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nobody has decided yet: read the information and decide.
    Consent,
    /// The patient does not want help with what comes after: nothing is to be done.
    Refused,
    /// The consent was taken back: nothing is asked any more.
    TakenBack,
    /// Say what matters.
    Wishes,
    /// The social service looks for clinics.
    Searching,
    /// Clinics are being asked.
    Waiting {
        /// How many have not answered.
        clinics: usize,
    },
    /// All asked so far have said no, or their offers have ended: the social service goes on.
    SearchingOn,
    /// Look at offers and choose.
    Choose {
        /// How many there are.
        offers: usize,
        /// Until when all of them stand.
        until: Timestamp,
        /// How many clinics have not answered yet.
        waiting: usize,
    },
    /// Clinics offered a place on the phone, and no other does: look, and tell the social service.
    ChooseByPhone {
        /// How many there are.
        offers: usize,
    },
    /// A place that was offered on the phone is chosen.
    ByPhone {
        /// The clinic.
        clinic: String,
        /// From which day on.
        on: Option<Day>,
    },
    /// Chosen; the clinic has not confirmed yet.
    Chosen {
        /// The conversation.
        id: ConversationId,
        /// The clinic.
        clinic: String,
        /// Whether it cannot be reached just now.
        unreachable: bool,
    },
    /// The place is confirmed; the papers follow.
    Confirmed {
        /// The conversation.
        id: ConversationId,
        /// The clinic.
        clinic: String,
        /// Day of admission.
        on: Option<Day>,
    },
    /// The papers are there; the clinic looks at them.
    Referred {
        /// The conversation.
        id: ConversationId,
        /// The clinic.
        clinic: String,
        /// Day of admission.
        on: Option<Day>,
    },
    /// The clinic takes the patient.
    Accepted {
        /// The conversation.
        id: ConversationId,
        /// The clinic.
        clinic: String,
        /// Day of admission.
        on: Option<Day>,
    },
    /// There.
    Arrived {
        /// The clinic.
        clinic: String,
    },
    /// Back, with the report.
    Done {
        /// The clinic.
        clinic: String,
    },
    /// The social service has ended the search: nobody is asked any more.
    Ended(Ended),
}

/// Returns what is to be done.
pub fn next(situation: &Situation) -> Next {
    let Situation { consent, wishes, asked, phones, ended } = situation;
    // The furthest of them decides: after a choice that fell through, another may have gone on.
    let furthest = asked.iter().filter_map(agreed).max_by_key(|(rank, _)| *rank);
    if let Some((_, next)) = furthest {
        return next;
    }
    if let Some(chosen) = phones.iter().find(|phone| phone.chosen_at.is_some()) {
        let clinic = chosen.clinic.clone();
        return if chosen.arrived { Next::Arrived { clinic } } else { Next::ByPhone { clinic, on: chosen.offer } };
    }
    if let Some(ended) = ended {
        return Next::Ended(ended.clone());
    }
    match consent {
        Consented::Open => return Next::Consent,
        Consented::Refused => return Next::Refused,
        Consented::TakenBack => return Next::TakenBack,
        Consented::Given => {}
    }
    let ends = asked.iter().filter_map(|seen| seen.choosable_until);
    let unanswered = phones.iter().filter(|phone| phone.told_at.is_none() && !phone.withdrawn).count();
    let waiting = asked.iter().filter(|seen| matches!(seen.step, Step::Requested | Step::Asked)).count() + unanswered;
    let told = phones.iter().filter(|phone| phone.offer.is_some()).count();
    match ends.clone().min() {
        Some(until) => Next::Choose { offers: ends.count() + told, until, waiting },
        None if told > 0 => Next::ChooseByPhone { offers: told },
        None if waiting > 0 => Next::Waiting { clinics: waiting },
        None if !wishes => Next::Wishes,
        None if asked.is_empty() && phones.is_empty() => Next::Searching,
        None => Next::SearchingOn,
    }
}

/// Returns how far an inquiry has come that the patient chose, and what follows from it.
fn agreed(seen: &Seen) -> Option<(u8, Next)> {
    let (id, clinic, on) = (seen.id, seen.clinic.clone(), seen.date);
    Some(match seen.step {
        Step::Chosen => (1, Next::Chosen { id, clinic, unreachable: seen.unreachable }),
        Step::Confirmed => (2, Next::Confirmed { id, clinic, on }),
        Step::Referred => (3, Next::Referred { id, clinic, on }),
        Step::Accepted => (5, Next::Accepted { id, clinic, on }),
        Step::Admitted => (6, Next::Arrived { clinic }),
        Step::Completed => (4, Next::Done { clinic }),
        Step::New
        | Step::Requested
        | Step::Asked
        | Step::Offered
        | Step::Handed
        | Step::Declined
        | Step::Gone
        | Step::Refused
        | Step::Withdrawn
        | Step::Cancelled
        | Step::NoShow => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: ConversationId = ConversationId([7; 16]);
    const LATER: Timestamp = Timestamp::from_secs(90_000);

    fn seen(step: Step) -> Seen {
        let choosable_until = (step == Step::Offered).then_some(LATER);
        Seen { id: ID, clinic: "Reha".into(), step, choosable_until, date: Some(Day(20_000)), unreachable: false }
    }

    fn with(steps: &[Step]) -> Next {
        next(&Situation { consent: Consented::Given, wishes: true, asked: steps.iter().map(|step| seen(*step)).collect(), phones: vec![], ended: None })
    }

    #[test]
    fn before_anybody_is_asked_the_patient_decides_and_says_what_matters() {
        let state = |consent, wishes| next(&Situation { consent, wishes, asked: vec![], phones: vec![], ended: None });
        assert_eq!(state(Consented::Open, false), Next::Consent);
        assert_eq!(state(Consented::Open, true), Next::Consent);
        assert_eq!(state(Consented::Refused, true), Next::Refused);
        assert_eq!(state(Consented::TakenBack, false), Next::TakenBack);
        assert_eq!(state(Consented::Given, false), Next::Wishes);
        assert_eq!(state(Consented::Given, true), Next::Searching);
    }

    #[test]
    fn while_clinics_are_asked_there_is_nothing_to_do() {
        assert_eq!(with(&[Step::Requested, Step::Asked, Step::Declined]), Next::Waiting { clinics: 2 });
        let without_wishes = Situation { consent: Consented::Given, wishes: false, asked: vec![seen(Step::Requested)], phones: vec![], ended: None };
        assert_eq!(next(&without_wishes), Next::Waiting { clinics: 1 });
    }

    #[test]
    fn a_place_offered_on_the_phone_counts_and_once_chosen_it_decides() {
        let told = |offer, chosen| ByPhone {
            clinic: "Seeblick".into(),
            asked_at: Timestamp(0),
            offer,
            declined: offer.is_none(),
            told_at: Some(Timestamp(1)),
            chosen_at: chosen,
            withdrawn: false,
            steps: vec![],
            came: vec![],
            arrived: false,
        };
        let state = |asked, phone| next(&Situation { consent: Consented::Given, wishes: true, asked, phones: vec![phone], ended: None });
        let day = Some(Day(20_000));
        assert_eq!(state(vec![], told(day, None)), Next::ChooseByPhone { offers: 1 });
        assert_eq!(state(vec![seen(Step::Offered)], told(day, None)), Next::Choose { offers: 2, until: LATER, waiting: 0 });
        assert_eq!(state(vec![], told(None, None)), Next::SearchingOn);
        assert_eq!(state(vec![], ByPhone { told_at: None, declined: false, ..told(None, None) }), Next::Waiting { clinics: 1 });
        assert_eq!(state(vec![seen(Step::Requested)], told(day, Some(Timestamp(2)))), Next::ByPhone { clinic: "Seeblick".into(), on: day });
        let there = ByPhone { arrived: true, ..told(day, Some(Timestamp(2))) };
        assert_eq!(state(vec![], there), Next::Arrived { clinic: "Seeblick".into() });
    }

    #[test]
    fn offers_are_chosen_while_they_stand() {
        assert_eq!(with(&[Step::Offered, Step::Offered, Step::Requested]), Next::Choose { offers: 2, until: LATER, waiting: 1 });
        let sooner = Seen { choosable_until: Some(Timestamp(5)), ..seen(Step::Offered) };
        let both = Situation { consent: Consented::Given, wishes: true, asked: vec![seen(Step::Offered), sooner], phones: vec![], ended: None };
        assert_eq!(next(&both), Next::Choose { offers: 2, until: Timestamp(5), waiting: 0 });
        let ended = Seen { choosable_until: None, ..seen(Step::Offered) };
        assert_eq!(next(&Situation { consent: Consented::Given, wishes: true, asked: vec![ended], phones: vec![], ended: None }), Next::SearchingOn);
    }

    #[test]
    fn when_all_have_said_no_the_search_goes_on() {
        for step in [Step::Declined, Step::Gone, Step::Refused, Step::Withdrawn, Step::Cancelled, Step::NoShow, Step::New, Step::Handed] {
            assert_eq!(with(&[step]), Next::SearchingOn, "{step}");
        }
    }

    #[test]
    fn after_the_choice_every_step_is_told() {
        let (clinic, on) = ("Reha".to_owned(), Some(Day(20_000)));
        assert_eq!(with(&[Step::Offered, Step::Chosen]), Next::Chosen { id: ID, clinic: clinic.clone(), unreachable: false });
        let lost = Seen { unreachable: true, ..seen(Step::Chosen) };
        let state = Situation { consent: Consented::Given, wishes: true, asked: vec![lost], phones: vec![], ended: None };
        assert_eq!(next(&state), Next::Chosen { id: ID, clinic: clinic.clone(), unreachable: true });
        assert_eq!(with(&[Step::Confirmed, Step::Withdrawn]), Next::Confirmed { id: ID, clinic: clinic.clone(), on });
        assert_eq!(with(&[Step::Referred]), Next::Referred { id: ID, clinic: clinic.clone(), on });
        assert_eq!(with(&[Step::Accepted]), Next::Accepted { id: ID, clinic: clinic.clone(), on });
        assert_eq!(with(&[Step::Admitted]), Next::Arrived { clinic: clinic.clone() });
        assert_eq!(with(&[Step::Completed]), Next::Done { clinic });
    }

    #[test]
    fn what_is_agreed_counts_more_than_a_consent_taken_back_since() {
        let state = Situation { consent: Consented::TakenBack, wishes: false, asked: vec![seen(Step::Admitted)], phones: vec![], ended: None };
        assert_eq!(next(&state), Next::Arrived { clinic: "Reha".into() });
    }

    #[test]
    fn after_the_end_nobody_is_said_to_be_looking_any_more() {
        let ended = Ended { at: LATER, no_place: true, carer: Carer::new("Dr. Beispiel", "0821 400").ok() };
        let state = |consent, asked| next(&Situation { consent, wishes: true, asked, phones: vec![], ended: Some(ended.clone()) });
        for consent in [Consented::Open, Consented::Given, Consented::Refused, Consented::TakenBack] {
            assert_eq!(state(consent, vec![]), Next::Ended(ended.clone()));
            assert_eq!(state(consent, vec![seen(Step::Declined), seen(Step::Withdrawn)]), Next::Ended(ended.clone()));
        }
        // Who is there, or back, is told of that.
        assert_eq!(state(Consented::Given, vec![seen(Step::Completed)]), Next::Done { clinic: "Reha".into() });
    }
}

//! The one next step, as every page of a patient shows it.

use verbund_protocol::{id::ConversationId, time::Day};

use super::spoken;
use crate::{domain::proxy::Scope, portal::page::Page, workflow::journey::Next};

/// The next step in words.
pub struct Step {
    /// What it is.
    pub title: String,
    /// What is to be known about it.
    pub text: Vec<String>,
    /// A date or rule to bear in mind with it.
    pub note: Option<String>,
    /// Where it is done, and what its button says.
    pub action: Option<(String, String)>,
    /// The chosen clinic that can be left at once, by one button, as long as it has not accepted.
    pub leave: Option<ConversationId>,
}

impl Step {
    /// Returns the step in words. Its button is there for whoever may go so far, and not on the page to which it would lead.
    pub fn of(p: &Page, next: &Next, reach: Scope) -> Self {
        let mut step = in_words(p, next);
        let may = |path: &str| reach == Scope::Decide || matches!(path, "/offers" | "/wishes");
        step.action = step.action.filter(|(path, _)| may(path) && *path != p.path());
        step.leave = step.leave.filter(|_| reach == Scope::Decide);
        step
    }

    /// Returns the step for a page that is about something else; none at a tablet at the bedside, which is for one matter only.
    pub fn on(p: &Page, todo: Option<(Next, Scope)>) -> Option<Self> {
        todo.filter(|_| p.bedside.is_none()).map(|(next, reach)| Self::of(p, &next, reach))
    }

    /// Returns whether the button leads on; the others lead back.
    pub fn leads_on(&self) -> bool {
        self.action.as_ref().is_some_and(|(path, _)| !path.ends_with("/withdraw"))
    }
}

fn in_words(p: &Page, next: &Next) -> Step {
    let w = p.w;
    let of = |title: String, text: Vec<String>, action: Option<(String, String)>| Step { title, text, note: None, action, leave: None };
    let chosen = |id: &ConversationId, title: String, text: Vec<String>| Step { leave: Some(*id), ..of(title, text, None) };
    let go = |path: &str, label: std::borrow::Cow<'static, str>| Some((path.to_owned(), label.into_owned()));
    let see = |id: &ConversationId| Some((format!("/offers/{id}/withdraw"), w.journey_change_mind().into_owned()));
    let when = |on: &Option<Day>| on.map_or_else(|| w.journey_day_open().into_owned(), |day| w.journey_day(spoken(w, day)));
    match next {
        Next::Consent => of(w.journey_consent_title().into(), vec![w.journey_consent_text().into()], go("/consent", w.journey_consent_button())),
        Next::Refused => of(w.journey_refused_title().into(), vec![w.journey_refused_text().into()], go("/consent", w.journey_consent_again())),
        Next::TakenBack => of(w.journey_taken_back_title().into(), vec![w.journey_taken_back_text().into()], go("/consent", w.journey_consent_again())),
        Next::Wishes => of(w.journey_wishes_title().into(), vec![w.journey_wishes_text().into()], go("/wishes", w.journey_wishes_button())),
        Next::Searching => of(w.journey_searching_title().into(), vec![w.journey_searching_text().into()], None),
        Next::Waiting { clinics } => of(w.journey_waiting_title(*clinics), vec![w.journey_waiting_text().into()], None),
        Next::SearchingOn => of(w.journey_searching_on_title().into(), vec![w.journey_searching_on_text().into()], None),
        Next::Choose { offers, until, waiting } => {
            let mut text = vec![w.journey_choose_text(p.moment(*until))];
            text.extend((*waiting > 0).then(|| w.journey_choose_waiting(*waiting)));
            of(w.journey_choose_title(*offers), text, go("/offers", w.journey_choose_button()))
        }
        Next::ChooseByPhone { offers } => of(w.journey_choose_title(*offers), vec![w.choice_phone_what().into()], go("/offers", w.choice_phone_look())),
        Next::ByPhone { clinic, on } => of(w.journey_confirmed_title(clinic.clone()), vec![when(on), w.choice_phone_chosen_text().into()], None),
        Next::Chosen { id, clinic, unreachable } => {
            let text = if *unreachable { w.journey_chosen_unreachable() } else { w.journey_chosen_text() };
            chosen(id, w.journey_chosen_title(clinic.clone()), vec![text.into()])
        }
        Next::Confirmed { id, clinic, on } => chosen(id, w.journey_confirmed_title(clinic.clone()), vec![when(on), w.journey_confirmed_text().into()]),
        Next::Referred { id, clinic, on } => chosen(id, w.journey_referred_title(clinic.clone()), vec![when(on), w.journey_referred_text().into()]),
        Next::Accepted { id, clinic, on } => of(w.journey_accepted_title(clinic.clone()), vec![when(on), w.journey_accepted_text().into()], see(id)),
        Next::Arrived { clinic } => of(w.journey_arrived_title(clinic.clone()), vec![w.journey_arrived_text().into()], None),
        Next::Done { clinic } => of(w.journey_done_title(clinic.clone()), vec![w.journey_done_text().into()], None),
        Next::Ended(end) => {
            let what = if end.no_place { w.journey_ended_no_place(p.day(end.at)) } else { w.journey_ended_text(p.day(end.at)) };
            let carer = end.carer.as_ref().map(|carer| w.journey_ended_carer(carer.name(), carer.phone()));
            let help = w.journey_ended_help(p.clinic.hours.clone(), p.clinic.phone.clone());
            of(w.journey_ended_title().into(), std::iter::once(what).chain(carer).chain([help]).collect(), go("/offers", w.journey_ended_see()))
        }
    }
}

//! A patient's start page: the one next step, the dates that count, and the story so far.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use verbund_protocol::{
    catalogue::List,
    referral::{MessageKind, Side},
};

use super::{spoken, step::Step};
use crate::{
    domain::proxy::Scope,
    portal::{
        Portal, codes, date,
        guard::Context,
        page::{Page, PageError, render},
        pages::staff::accounts::role_name,
        words::Words,
    },
    workflow::{
        Work,
        journey::{self, Line, Next, Today, What},
        notice,
    },
};

#[derive(Template)]
#[template(path = "patient/start.html")]
struct StartPage {
    p: Page,
    name: String,
    step: Step,
    /// When, and what.
    story: Vec<(String, String)>,
    asked: bool,
    /// Answers of a team that were not read yet.
    answers: Option<String>,
    in_person: bool,
    decides: bool,
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let (actor, name) = (context.actor(), context.visit()?.account.name.clone());
    let looks = !context.by_itself;
    let seen = move |work: &mut Work<'_>| {
        let seen = (journey::today(work)?, journey::reach(work)?);
        // A page that lies open is not somebody who looks.
        if looks { notice::looked(work).map(|()| seen) } else { Ok(seen) }
    };
    let (today, reach) = portal.desk.ask(&actor, seen).await?;
    let (p, w) = (Page::new(&portal, &context), context.words);
    let story = today.story.iter().filter_map(|line| Some((p.moment(line.at), by_whom(w, line, told(w, line)?)))).collect();
    let in_person = matches!(actor, crate::domain::actor::Actor::Visitor { in_person: true, .. });
    let decides = reach == Scope::Decide;
    Ok(render(&StartPage {
        step: Step { note: span(w, &today), ..Step::of(&p, &today.next, reach) },
        decides,
        name,
        story,
        asked: today.asked,
        answers: (today.unread > 0).then(|| w.message_door_new(today.unread)),
        in_person,
        p,
    }))
}

fn by_whom(w: Words, line: &Line, text: String) -> String {
    if let Some(role) = line.with {
        return w.bedside_story(role_name(w, role), text);
    }
    match &line.by {
        Some(who) => w.journey_story_by(text, who.clone()),
        None => text,
    }
}

/// The 14 days, as long as no day of admission is agreed or past.
fn span(w: Words, today: &Today) -> Option<String> {
    let span = today.span?;
    let day = |day| spoken(w, day);
    Some(match span.exception {
        _ if matches!(today.next, Next::Arrived { .. } | Next::Done { .. } | Next::Refused | Next::TakenBack | Next::Ended(_)) => return None,
        Some(code) => w.journey_span_excused(day(span.discharge), codes::label(List::AhbException, code.number(), w.language)),
        None => w.journey_span(day(span.discharge), day(span.last)),
    })
}

/// Returns a line of the story; nothing for what means nothing to a patient.
fn told(w: Words, line: &Line) -> Option<String> {
    use MessageKind as M;
    let clinic = line.clinic.clone();
    let day = line.day.map(|day| date::calendar(day, w.language)).unwrap_or_default();
    let code = |list: List| line.code.map(|code| codes::label(list, code, w.language)).unwrap_or_default();
    Some(match line.what {
        What::Agreed => w.journey_story_agreed().into(),
        What::Refused => w.journey_story_refused().into(),
        What::TookBack => w.journey_story_took_back().into(),
        What::Wished => w.journey_story_wished().into(),
        What::FaxSent => w.choice_phone_story_asked(clinic),
        What::PhoneOffered => w.choice_phone_story_offered(clinic),
        What::PhoneDeclined => w.choice_phone_story_declined(clinic),
        What::PhoneChosen => w.choice_phone_story_chosen(clinic),
        What::PhoneLeft => w.choice_phone_story_left(clinic),
        What::PhoneNamed => w.choice_phone_story_named(clinic, day),
        What::PhonePayer => w.journey_story_payer(code(List::PayerDecision)),
        What::PhoneArrived => w.journey_story_arrived(clinic),
        What::PhoneAbsent => w.journey_story_did_not_come(clinic),
        What::Ended => w.journey_story_ended().into(),
        What::ArrivalCorrected => w.journey_story_arrival_corrected(clinic, day),
        What::Said(kind, side) => match (kind, side) {
            (M::Inquiry, _) => w.journey_story_inquiry(clinic),
            (M::Questions, _) => w.journey_story_questions(clinic),
            (M::Answers, _) => w.journey_story_answers(clinic),
            (M::Offer, _) => w.journey_story_offer(clinic, day),
            (M::OfferEnded, _) => w.journey_story_offer_ended(clinic),
            (M::Reopened, _) => w.rule_story_reopened(clinic),
            (M::Declined, _) => w.journey_story_declined(clinic, code(List::Decline)),
            (M::Choice, _) => w.journey_story_choice(clinic),
            (M::Confirmed, _) => w.journey_story_confirmed(clinic),
            (M::Gone, _) => w.journey_story_gone(clinic),
            (M::Referral, _) => w.journey_story_referral(clinic),
            (M::Handoff, _) => w.journey_story_handoff(clinic),
            (M::Opened, Side::Owner) => w.journey_story_opened(clinic),
            (M::Accepted, _) => w.journey_story_accepted(clinic, day),
            (M::Refused, _) => w.journey_story_not_taken(clinic, code(List::Decline)),
            (M::DateChanged, Side::Owner) => w.journey_story_date(clinic, day),
            (M::DateChanged, Side::Asker) => w.journey_story_date_wished(clinic, day),
            (M::PayerDecided, _) => w.journey_story_payer(code(List::PayerDecision)),
            (M::Arrived, _) => w.journey_story_arrived(clinic),
            (M::DidNotCome, _) => w.journey_story_did_not_come(clinic),
            (M::Report, _) => w.journey_story_report(clinic),
            (M::Withdrawn, _) => w.journey_story_withdrawn(clinic, code(List::Withdraw)),
            (M::Cancelled, _) => w.journey_story_cancelled(clinic, code(List::Cancel)),
            _ => return None,
        },
    })
}

//! What steps, tasks and refusals are called on the social service's pages.

use verbund_protocol::{
    catalogue::List,
    referral::Step,
    time::{Day, Timestamp},
};

use crate::{
    domain::calendar,
    portal::{
        codes, date,
        page::PageError,
        words::{Language, Words},
    },
    workflow::{
        WorkError,
        caseload::{Conversation, Next},
    },
};

/// Returns what is next, in words.
pub fn next(w: Words, next: Next) -> String {
    match next {
        Next::Call(_) => w.case_next_call_short().into_owned(),
        Next::Consent => w.case_next_consent().into_owned(),
        Next::Refused => w.case_next_refused().into_owned(),
        Next::Plan => w.case_next_plan().into_owned(),
        Next::Ask => w.case_next_ask().into_owned(),
        Next::Answer(_) => w.case_next_answer().into_owned(),
        Next::Choose(count) => w.case_next_choose(count),
        Next::Wait(count) => w.case_next_wait(count),
        Next::Unconfirmed(_) => w.case_next_unconfirmed().into_owned(),
        Next::Refer(_) => w.case_next_refer().into_owned(),
        Next::Unaccepted(_) => w.case_next_unaccepted().into_owned(),
        Next::Travel(_) => w.case_next_travel().into_owned(),
        Next::Report(_) => w.case_next_report().into_owned(),
        Next::ByPhone(_) => w.phone_next_chosen().into_owned(),
        Next::ThereByPhone(_) => w.phone_next_there().into_owned(),
        Next::Done => w.case_next_done().into_owned(),
    }
}

/// Returns whom to call and why, in words.
pub fn call(w: Words, trouble: &str, clinic: String) -> String {
    match trouble {
        "place-lost" => w.case_call_lost(clinic),
        _ => w.case_next_call(clinic),
    }
}

/// Returns by when something is due, in words, and whether that is past.
pub fn due(w: Words, due: Option<Timestamp>, now: Timestamp) -> Option<(String, bool)> {
    let at = due?;
    // A whole day is due as a day.
    let when = if at == calendar::start(calendar::day(at)) { date::calendar(calendar::day(at), w.language) } else { date::moment(at, w.language) };
    Some(if at < now { (w.case_overdue(when), true) } else { (w.case_due(when), false) })
}

/// Returns by which day an AHB has to begin, in words, and whether that is past.
pub fn begin_by(w: Words, last: Option<Day>, now: Timestamp) -> Option<(String, bool)> {
    let (last, today) = (last?, calendar::day(now));
    let text = date::calendar(last, w.language);
    Some(if last < today { (w.case_begin_late(text), true) } else { (w.case_begin_by(text), false) })
}

/// Returns how an asked clinic stands, in words, and whether that is good news.
pub fn state(w: Words, c: &Conversation) -> (String, bool) {
    let state = c.log.state();
    step(w, state.step, state.offer.map(|offer| offer.held_until))
}

/// Returns what a step of a conversation is called at the asking clinic, and whether it is good news.
pub fn step(w: Words, step: Step, held_until: Option<Timestamp>) -> (String, bool) {
    let text = match step {
        Step::New => w.asked_state_new(),
        Step::Requested => w.asked_state_requested(),
        Step::Asked => w.asked_state_asked(),
        Step::Offered => match held_until {
            Some(until) => w.asked_state_offered_until(date::moment(until, w.language)).into(),
            None => w.asked_state_offered(),
        },
        Step::Chosen => w.asked_state_chosen(),
        Step::Confirmed => w.asked_state_confirmed(),
        Step::Referred => w.asked_state_referred(),
        Step::Accepted => w.asked_state_accepted(),
        Step::Admitted => w.asked_state_admitted(),
        Step::Handed => w.asked_state_handed(),
        Step::Completed => w.asked_state_completed(),
        Step::Declined => w.asked_state_declined(),
        Step::Gone => w.asked_state_gone(),
        Step::Refused => w.asked_state_refused(),
        Step::Withdrawn => w.asked_state_withdrawn(),
        Step::Cancelled => w.asked_state_cancelled(),
        Step::NoShow => w.asked_state_no_show(),
    };
    (text.into_owned(), matches!(step, Step::Offered | Step::Confirmed | Step::Accepted | Step::Admitted | Step::Completed))
}

/// Returns why a conversation ended, in words.
pub fn reason(step: Step, code: Option<u16>, language: Language) -> Option<String> {
    let list = match step {
        Step::Declined | Step::Refused => List::Decline,
        Step::Gone => List::OfferEnd,
        Step::Withdrawn => List::Withdraw,
        Step::Cancelled => List::Cancel,
        Step::NoShow => List::NoShow,
        Step::Completed => List::ReportMissing,
        _ => return None,
    };
    code.map(|number| codes::label(list, number, language))
}

/// Returns what a message is called, by its word. One of a newer version keeps that word.
pub fn message(w: Words, kind: &str) -> String {
    let known = match kind {
        "inquiry" => w.said_inquiry(),
        "question" => w.said_question(),
        "answer" => w.said_answer(),
        "offer" => w.said_offer(),
        "offer-ended" => w.said_offer_ended(),
        "decline" => w.said_decline(),
        "choice" => w.said_choice(),
        "confirm" => w.said_confirm(),
        "gone" => w.said_gone(),
        "referral" => w.said_referral(),
        "handoff" => w.said_handoff(),
        "opened" => w.said_opened(),
        "filed" => w.said_filed(),
        "accept" => w.said_accept(),
        "refuse" => w.said_refuse(),
        "date-change" => w.said_date_change(),
        "payer-decision" => w.said_payer_decision(),
        "arrived" => w.said_arrived(),
        "did-not-come" => w.said_did_not_come(),
        "report" => w.said_report(),
        "withdraw" => w.said_withdraw(),
        "cancel" => w.said_cancel(),
        "erased" => w.said_erased(),
        "reopened" => w.rule_reopened(),
        other => return other.to_owned(),
    };
    known.into_owned()
}

/// Returns what a refusal means for whoever sits before the page.
///
/// # Errors
/// What is no refusal of a rule but a page that is not there, or a store that failed.
pub fn fault(w: Words, error: WorkError) -> Result<String, PageError> {
    let text = match &error {
        WorkError::NotFound(_) | WorkError::Forbidden(_) | WorkError::Purpose(_) | WorkError::Store(_) => return Err(error.into()),
        WorkError::Unavailable { .. } => w.asked_fault_now(),
        WorkError::Invalid { .. } => w.field_error(),
        WorkError::State { code, .. } => match *code {
            "too-late" => w.asked_fault_too_late(),
            "chosen" => w.asked_fault_chosen(),
            "ahb-late" => w.asked_fault_late(),
            "consent-missing" | "no-consent" => w.asked_fault_consent(),
            "rare" => w.asked_fault_rare(),
            "many" => w.phone_many(),
            "asked" => w.asked_fault_twice(),
            "open-inquiries" => w.case_end_open_inquiries(),
            "plan" => w.plan_needed(),
            "no-offer" => w.phone_fault_no_offer(),
            "not-chosen" => w.phone_fault_not_chosen(),
            "arrived" => w.phone_fault_arrived(),
            _ => w.asked_fault_other(),
        },
    };
    Ok(text.into_owned())
}

//! Messages of patients: the inbox of the reader's teams, and one thread with what can be done about it.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    domain::{
        team::Stage,
        thread::{MAX_REASON, MAX_TEXT},
    },
    portal::{
        Portal,
        codes::Choice,
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{
            patient::messages::{Talk, talk, team_name, text_fault},
            sign_in::id,
        },
    },
    workflow::{
        WorkError, patient,
        thread::{self, By, Row, Shown, To},
    },
};

/// A word about a thread, and whether it is a bad one.
type Mark = (String, bool);

/// A thread in the inbox, in words.
struct Line {
    id: String,
    patient: String,
    team: String,
    about: String,
    marks: Vec<Mark>,
}

#[derive(Template)]
#[template(path = "staff/messages.html")]
struct InboxPage {
    p: Page,
    belongs: bool,
    mine: Vec<Line>,
    others: Vec<Line>,
    settled: Vec<Line>,
    away: Option<String>,
    until: String,
    until_fault: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/message.html")]
struct ThreadPage {
    p: Page,
    id: String,
    patient: String,
    name: String,
    team: String,
    marks: Vec<Mark>,
    talk: Vec<Talk>,
    seen: String,
    mine: bool,
    waits: bool,
    hands: Vec<Choice>,
    text: String,
    text_fault: Option<String>,
    reason: String,
    reason_fault: Option<String>,
    fault: Option<String>,
}

/// Returns who acts, by account: teams are made of accounts.
fn me(context: &Context) -> Result<LocalId, PageError> {
    Ok(context.visit()?.account.id)
}

fn marks(p: &Page, row: &Row) -> Vec<Mark> {
    let w = p.w;
    let Some(waiting) = row.thread.waiting else { return vec![(w.message_answered().into(), false)] };
    let due = p.until(waiting.due);
    let late = row.stage > Some(Stage::Promised);
    let mut marks = vec![(if late { w.message_inbox_due_late(due) } else { w.message_inbox_due(due) }, late)];
    marks.push((if row.turn.is_empty() { w.message_inbox_everybody().into() } else { w.message_inbox_turn(row.turn.join(", ")) }, false));
    marks
}

fn line(p: &Page, row: &Row) -> Line {
    let w = p.w;
    let when = match row.thread.waiting {
        Some(waiting) => w.message_inbox_since(p.moment(waiting.since)),
        None => w.message_inbox_changed(p.moment(row.thread.changed_at)),
    };
    let taken = row.taken_by.clone().map(|who| w.message_inbox_taken(who));
    let about = std::iter::once(when).chain(taken).collect::<Vec<_>>().join(" · ");
    Line { id: row.thread.id.to_string(), patient: row.patient.clone(), team: team_name(w, &row.team), about, marks: marks(p, row) }
}

async fn inbox_page(portal: &Portal, context: &Context, until: &str, until_fault: Option<String>) -> Result<Response, PageError> {
    let me = me(context)?;
    let inbox = portal.desk.ask(&context.actor(), move |work| thread::inbox(work, me)).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let lines = |rows: &[Row]| rows.iter().map(|row| line(&p, row)).collect();
    Ok(render(&InboxPage {
        belongs: inbox.belongs,
        mine: lines(&inbox.mine),
        others: lines(&inbox.others),
        settled: lines(&inbox.settled),
        away: inbox.away_until.map(|day| w.message_absence_now(date::calendar(day, w.language))),
        until: until.chars().take(20).collect(),
        until_fault,
        p,
    }))
}

/// The inbox.
///
/// # Errors
/// [`PageError`].
pub async fn inbox(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    inbox_page(&portal, &context, context.draft.get("until"), None).await
}

/// Notes an absence, or its end.
///
/// # Errors
/// [`PageError`].
pub async fn absence(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (me, back, typed) = (me(&context)?, fields.get("back") == "yes", fields.get("until").to_owned());
    let until = date::typed_day(&typed).filter(|_| !back);
    let wrong = context.words.message_absence_wrong();
    if until.is_none() && !back {
        return inbox_page(&portal, &context, &typed, Some(wrong.into())).await;
    }
    match portal.desk.ask(&context.actor(), move |work| thread::set_absence(work, me, until)).await {
        Ok(()) => Ok(Redirect::to("/messages").into_response()),
        Err(WorkError::Invalid { .. }) => inbox_page(&portal, &context, &typed, Some(wrong.into())).await,
        Err(error) => Err(error.into()),
    }
}

/// What was wrong with a form.
#[derive(Default)]
struct Faults {
    text: Option<String>,
    reason: Option<String>,
    whole: Option<String>,
}

/// Returns what a thread can be handed to: words of the form, and what people read.
fn hands(p: &Page, shown: &Shown) -> Vec<Choice> {
    let w = p.w;
    let people = shown.colleagues.iter().map(|member| {
        let label = match member.away_until {
            Some(until) => w.message_hand_away(date::calendar(until, w.language), member.name.clone()),
            None => w.message_hand_person(member.name.clone()),
        };
        Choice::new(format!("person {}", member.id), label, false)
    });
    let teams = shown.teams.iter().map(|(id, name)| Choice::new(format!("team {id}"), w.message_hand_team(team_name(w, name)), false));
    people.chain(teams).collect()
}

async fn thread_page(portal: &Portal, context: &Context, path: &str, fields: &Fields, faults: Faults) -> Result<Response, PageError> {
    let (me, id) = (me(context)?, id(path)?);
    let shown = portal.desk.ask(&context.actor(), move |work| thread::show(work, me, id)).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let patient = w.message_patient(shown.row.patient.clone());
    Ok(render(&ThreadPage {
        id: id.to_string(),
        patient: shown.row.thread.patient.to_string(),
        name: shown.row.patient.clone(),
        team: team_name(w, &shown.row.team),
        marks: marks(&p, &shown.row),
        talk: shown.said.iter().map(|said| talk(&p, said, &patient, |by| matches!(by, By::Staff(_)))).collect(),
        seen: shown.row.thread.last.to_string(),
        mine: shown.mine,
        waits: shown.row.thread.waiting.is_some(),
        hands: hands(&p, &shown),
        text: fields.shown("text", 2 * MAX_TEXT),
        text_fault: faults.text,
        reason: fields.shown("reason", 2 * MAX_REASON),
        reason_fault: faults.reason,
        fault: faults.whole,
        p,
    }))
}

/// One thread.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>) -> Result<Response, PageError> {
    thread_page(&portal, &context, &path, &context.draft, Faults::default()).await
}

/// Answers, or closes without an answer.
///
/// # Errors
/// [`PageError`].
pub async fn answer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let (me, thread, seen, close) = (me(&context)?, id(&path)?, fields.get("seen").parse().unwrap_or_default(), fields.get("act") == "close");
    let text = fields.raw(if close { "reason" } else { "text" }).to_owned();
    let faults = if close {
        let count = text.trim().chars().count();
        let reason = if count == 0 { Some(w.message_empty().into()) } else { (count > MAX_REASON).then(|| w.message_close_long(count)) };
        Faults { reason, ..Faults::default() }
    } else {
        Faults { text: text_fault(w, &text), ..Faults::default() }
    };
    if faults.text.is_some() || faults.reason.is_some() {
        return thread_page(&portal, &context, &path, &fields, faults).await;
    }
    let done =
        portal.desk.ask(&context.actor(), move |work| if close { thread::close(work, me, thread, seen, &text) } else { thread::answer(work, me, thread, seen, &text) }).await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/messages/{thread}")).into_response()),
        Err(WorkError::State { code: "changed" | "answered", .. }) => {
            thread_page(&portal, &context, &path, &fields, Faults { whole: Some(w.message_changed().into()), ..Faults::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes a thread.
///
/// # Errors
/// [`PageError`].
pub async fn take(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, _: Fields) -> Result<Response, PageError> {
    let (me, thread) = (me(&context)?, id(&path)?);
    portal.desk.ask(&context.actor(), move |work| thread::take(work, me, thread)).await?;
    Ok(Redirect::to(&format!("/messages/{thread}")).into_response())
}

/// Hands a thread on. Whoever gave it to another team is led back to the inbox.
///
/// # Errors
/// [`PageError`].
pub async fn hand(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (me, thread) = (me(&context)?, id(&path)?);
    let to = match fields.get("to").split_once(' ') {
        Some(("team", team)) => To::Team(id(team)?),
        Some(("person", person)) => To::Person(id(person)?),
        _ => {
            let whole = Some(context.words.message_hand_missing().into());
            return thread_page(&portal, &context, &path, &Fields::default(), Faults { whole, ..Faults::default() }).await;
        }
    };
    portal.desk.ask(&context.actor(), move |work| thread::hand(work, me, thread, to)).await?;
    let back = if matches!(to, To::Team(_)) { "/messages".to_owned() } else { format!("/messages/{thread}") };
    Ok(Redirect::to(&back).into_response())
}

#[derive(Template)]
#[template(path = "staff/message_new.html")]
struct BeginPage {
    p: Page,
    id: String,
    name: String,
    teams: Vec<Choice>,
    text: String,
    text_fault: Option<String>,
    fault: Option<String>,
}

async fn begin_page(portal: &Portal, context: &Context, path: &str, fields: &Fields, check: bool, fault: Option<String>) -> Result<Response, PageError> {
    let (me, patient) = (me(context)?, id(path)?);
    let seen = move |work: &mut crate::workflow::Work<'_>| Ok((patient::show(work, patient)?, thread::of_patient(work, me, patient)?.teams));
    let (patient, teams) = portal.desk.ask(&context.actor(), seen).await?;
    if teams.is_empty() {
        return Err(PageError::NotFound);
    }
    let (p, w) = (Page::new(portal, context), context.words);
    let text = fields.shown("text", 2 * MAX_TEXT);
    let chosen = fields.get("team").to_owned();
    let choice =
        |(nth, (id, name)): (usize, &(LocalId, thread::Name))| Choice::new(id.to_string(), team_name(w, name), if chosen.is_empty() { nth == 0 } else { id.to_string() == chosen });
    Ok(render(&BeginPage {
        id: patient.id.to_string(),
        name: patient.person.full_name(),
        teams: teams.iter().enumerate().map(choice).collect(),
        text_fault: if check { text_fault(w, &text) } else { None },
        text,
        fault,
        p,
    }))
}

/// The page to write to a patient first.
///
/// # Errors
/// [`PageError`].
pub async fn show_begin(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>) -> Result<Response, PageError> {
    begin_page(&portal, &context, &path, &context.draft, false, None).await
}

/// Writes to a patient first.
///
/// # Errors
/// [`PageError`].
pub async fn begin(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (me, patient, text) = (me(&context)?, id(&path)?, fields.raw("text").to_owned());
    if text_fault(context.words, &text).is_some() {
        return begin_page(&portal, &context, &path, &fields, true, None).await;
    }
    let team = id(fields.get("team"))?;
    match portal.desk.ask(&context.actor(), move |work| thread::begin(work, me, patient, team, &text)).await {
        Ok(thread) => Ok(Redirect::to(&format!("/messages/{thread}")).into_response()),
        Err(WorkError::State { code: "no-account", .. }) => begin_page(&portal, &context, &path, &fields, false, Some(context.words.message_begin_no_account().into())).await,
        Err(error) => Err(error.into()),
    }
}

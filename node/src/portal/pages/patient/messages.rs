//! Messages to the clinic's teams: written and read by the patient, and by whoever may arrange for the patient.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::step::Step;
use crate::{
    domain::{
        proxy::Scope,
        team::Stage,
        thread::{MAX_TEXT, What, written},
    },
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::{Language, Words},
    },
    workflow::{
        Work, WorkError,
        journey::{self, Addressed, Letter},
        thread::{By, Name, Said},
    },
};

/// How much of a message its line in the list shows, characters.
const BEGINNING: usize = 90;

/// A thread in the list.
struct Row {
    id: String,
    team: String,
    at: String,
    beginning: String,
    mark: String,
    late: bool,
    good: bool,
}

/// An entry of a thread.
pub struct Talk {
    /// How it stands on the page: `own`, `other` or `event`.
    pub side: &'static str,
    /// Who and when.
    pub head: String,
    /// What it says beside what was typed.
    pub said: String,
    /// What was typed.
    pub text: String,
}

#[derive(Template)]
#[template(path = "patient/messages.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    teams: Vec<Choice>,
    writes: bool,
    nobody: Option<String>,
    text: String,
    text_fault: Option<String>,
    fault: Option<String>,
    drafted: bool,
    step: Option<Step>,
}

#[derive(Template)]
#[template(path = "patient/message.html")]
struct ThreadPage {
    p: Page,
    id: String,
    title: String,
    talk: Vec<Talk>,
    stands: Option<String>,
    late: bool,
    /// By when whatever is written now is answered, where nothing waits.
    next: Option<String>,
    writes: bool,
    text: String,
    text_fault: Option<String>,
    fault: Option<String>,
    drafted: bool,
    step: Option<Step>,
}

/// Returns a team's name in the reader's language.
pub fn team_name(w: Words, name: &Name) -> String {
    if w.language == Language::English { name.english.clone() } else { name.german.clone() }
}

/// Returns what is wrong with a text, in words.
pub fn text_fault(w: Words, text: &str) -> Option<String> {
    match written(text, MAX_TEXT) {
        Ok(_) => None,
        Err(fault) if fault.rule == "missing" => Some(w.message_empty().into()),
        Err(_) => Some(w.message_long(text.chars().count())),
    }
}

fn row(p: &Page, line: &Letter) -> Row {
    let w = p.w;
    let (mark, late, good) = match line.stage {
        Some(Stage::Promised) => (w.message_waiting(), false, false),
        Some(Stage::Late | Stage::Everybodys) => (w.message_waiting(), true, false),
        None if line.unseen => (w.message_unseen(), false, true),
        None => (w.message_answered(), false, false),
    };
    let text = line.said.as_ref().map(|said| said.entry.text.as_str()).unwrap_or_default();
    let mut beginning: String = text.chars().take(BEGINNING).collect();
    if beginning.len() < text.len() {
        beginning.push('…');
    }
    Row { id: line.thread.id.to_string(), team: team_name(w, &line.team), at: p.moment(line.thread.changed_at), beginning, mark: mark.into(), late, good }
}

/// Returns an entry as a page shows it. `patient` is how the patient is called there, `own` whether it is the reader's side's.
pub fn talk(p: &Page, said: &Said, patient: &str, own: impl Fn(&By) -> bool) -> Talk {
    let w = p.w;
    let who = match &said.by {
        By::Patient => patient.to_owned(),
        By::Proxy(name) | By::Staff(name) => name.clone(),
    };
    let head = w.message_said(p.moment(said.entry.at), who.clone());
    let side = if own(&said.by) { "own" } else { "other" };
    let (side, line, text) = match said.entry.what {
        What::Asked | What::Answered => (side, String::new(), said.entry.text.clone()),
        What::Closed => (side, w.message_closed().into_owned(), said.entry.text.clone()),
        What::Taken => ("event", w.message_taken(who), String::new()),
        What::Handed => {
            let to = said.team.as_ref().map(|team| w.message_handed_team(team_name(w, team)));
            let person = said.person.clone().map(|person| w.message_handed_person(person));
            ("event", to.or(person).unwrap_or_default(), String::new())
        }
    };
    Talk { side, head, said: line, text }
}

async fn list_page(portal: &Portal, context: &Context, fields: &Fields, check: bool, fault: Option<String>) -> Result<Response, PageError> {
    let seen = |work: &mut Work<'_>| Ok((journey::letters(work)?, journey::reach(work)?, journey::now_to_do(work)?));
    let (letters, reach, todo) = portal.desk.look(context.actor(), seen).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let chosen = fields.get("to").to_owned();
    let known = letters.teams.iter().any(|team| team.id.to_string() == chosen);
    let teams = letters.teams.iter().enumerate().map(|(nth, team)| {
        let word = team.id.to_string();
        let label = w.message_to_due(p.until(team.due), team_name(w, &team.name));
        Choice::new(word.clone(), label, if known { word == chosen } else { nth == 0 })
    });
    let teams: Vec<Choice> = teams.collect();
    let text = fields.shown("text", 2 * MAX_TEXT);
    Ok(render(&ListPage {
        rows: letters.lines.iter().map(|line| row(&p, line)).collect(),
        nobody: letters.teams.is_empty().then(|| w.message_nobody(p.clinic.phone.clone())),
        teams,
        writes: reach >= Scope::Arrange,
        text_fault: if check { text_fault(w, &text) } else { None },
        text,
        fault,
        drafted: !context.draft.is_empty(),
        step: Step::on(&p, todo),
        p,
    }))
}

/// The threads, and a new message.
///
/// # Errors
/// [`PageError`].
pub async fn list(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    list_page(&portal, &context, &context.draft, false, None).await
}

async fn thread_page(portal: &Portal, context: &Context, text: &str, fields: &Fields, check: bool, fault: Option<String>) -> Result<Response, PageError> {
    let thread = id(text)?;
    let seen = move |work: &mut Work<'_>| Ok((journey::letter(work, thread)?, journey::reach(work)?, journey::now_to_do(work)?));
    let ((line, said), reach, todo) = portal.desk.ask(&context.actor(), seen).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let due = line.thread.waiting.map(|waiting| p.until(waiting.due)).unwrap_or_default();
    let text = fields.shown("text", 2 * MAX_TEXT);
    let late = line.stage > Some(Stage::Promised);
    let next = || line.promised.map_or_else(|| w.message_nobody(p.clinic.phone.clone()), |due| w.message_promise_next(p.until(due)));
    let writes = reach >= Scope::Arrange;
    Ok(render(&ThreadPage {
        id: thread.to_string(),
        title: w.message_with(team_name(w, &line.team)),
        talk: said.iter().map(|said| talk(&p, said, &w.message_you(), |by| !matches!(by, By::Staff(_)))).collect(),
        stands: line.stage.map(|_| if late { w.message_late(due, p.clinic.phone.clone()) } else { w.message_promise(due) }),
        late,
        next: (writes && line.stage.is_none()).then(next),
        writes,
        text_fault: if check { text_fault(w, &text) } else { None },
        text,
        fault,
        drafted: !context.draft.is_empty(),
        step: Step::on(&p, todo),
        p,
    }))
}

/// One thread.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    thread_page(&portal, &context, &text, &context.draft, false, None).await
}

/// Returns what stands in the way of sending, in words; an error for what is no word to a reader.
fn refused(w: Words, phone: &str, error: WorkError) -> Result<String, PageError> {
    match error {
        WorkError::State { code: "too-many", .. } => Ok(w.message_too_many().into()),
        WorkError::State { code: "no-team", .. } => Ok(w.message_nobody(phone.to_owned())),
        other => Err(other.into()),
    }
}

/// Writes to a team.
///
/// # Errors
/// [`PageError`].
pub async fn write(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let text = fields.raw("text").to_owned();
    if text_fault(context.words, &text).is_some() {
        return list_page(&portal, &context, &fields, true, None).await;
    }
    let team = id(fields.get("to"))?;
    match portal.desk.ask(&context.actor(), move |work| journey::write(work, Addressed::Team(team), &text)).await {
        Ok(thread) => Ok(Redirect::to(&format!("/messages/{thread}")).into_response()),
        Err(error) => {
            let fault = refused(context.words, &portal.clinic.phone, error)?;
            list_page(&portal, &context, &fields, false, Some(fault)).await
        }
    }
}

/// Writes on in a thread.
///
/// # Errors
/// [`PageError`].
pub async fn write_on(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (thread, text) = (id(&path)?, fields.raw("text").to_owned());
    if text_fault(context.words, &text).is_some() {
        return thread_page(&portal, &context, &path, &fields, true, None).await;
    }
    match portal.desk.ask(&context.actor(), move |work| journey::write(work, Addressed::Thread(thread), &text)).await {
        Ok(thread) => Ok(Redirect::to(&format!("/messages/{thread}")).into_response()),
        Err(error) => {
            let fault = refused(context.words, &portal.clinic.phone, error)?;
            thread_page(&portal, &context, &path, &fields, false, Some(fault)).await
        }
    }
}

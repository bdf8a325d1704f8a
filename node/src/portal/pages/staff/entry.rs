//! A patient's entry: made in under a minute with what the wristband says, filled in when the card and the relatives are there, and
//! corrected. What a clinic learns of its patient in a referral stands here.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    domain::calendar,
    domain::patient::{Patient, Person},
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::Words,
    },
    workflow::{
        Work, WorkError,
        patient::{self, Sole},
    },
};

mod form;
mod read;

pub(super) use form::{facts, missing};

/// What is wrong, by field.
type Faults = BTreeMap<&'static str, String>;

/// One field.
struct Input {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    /// What the keyboard of a phone is to show.
    kind: &'static str,
    /// What there is to choose from; empty where it is typed.
    choices: Vec<Choice>,
    must: bool,
    fault: Option<String>,
}

/// Fields that belong together.
struct Group {
    title: String,
    inputs: Vec<Input>,
}

#[derive(Template)]
#[template(path = "staff/entry.html")]
struct EntryPage {
    p: Page,
    title: String,
    /// Whose entry it is, and which version was read; nothing for a new one.
    of: Option<(String, u32)>,
    path: String,
    back: String,
    fault: Option<String>,
    first: Vec<Input>,
    further: Vec<Group>,
    /// Whether the further fields are in sight.
    open: bool,
}

/// What else is to be said on the page.
#[derive(Default)]
struct Said {
    faults: Faults,
    general: Option<String>,
}

fn page(portal: &Portal, context: &Context, of: Option<&Patient>, fields: &Fields, said: Said) -> Response {
    let (p, w) = (Page::new(portal, context), context.words);
    let path = of.map_or_else(|| "/patients/new".to_owned(), |patient| format!("/patients/{}/edit", patient.id));
    let Said { faults, general } = said;
    let fault = general.or_else(|| (!faults.is_empty()).then(|| w.errors_title().into_owned()));
    let first = form::FIRST.map(|name| form::input(w, name, fields, &faults)).into();
    let further = form::FURTHER.map(|(title, names)| Group { title: w.entry_group(title), inputs: names.iter().map(|name| form::input(w, name, fields, &faults)).collect() });
    let filled = form::FURTHER.iter().flat_map(|(_, names)| *names).any(|name| !fields.get(name).is_empty() || faults.contains_key(name));
    render(&EntryPage {
        p,
        title: if of.is_some() { w.entry_title() } else { w.patient_new_title() }.into_owned(),
        of: of.map(|patient| (patient.person.full_name(), patient.version)),
        back: of.map_or_else(|| "/patients".to_owned(), |patient| format!("/patients/{}", patient.id)),
        path,
        fault,
        first,
        further: further.into(),
        open: of.is_some() || filled,
    })
}

/// The page to enter somebody.
pub async fn show_new(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    page(&portal, &context, None, &context.draft, Said::default())
}

/// Returns what is wrong because it belongs to somebody else.
fn sole(w: Words, sole: Sole) -> Said {
    let (name, text) = match sole {
        Sole::Kvnr => ("kvnr", w.entry_kvnr_taken()),
        Sole::CaseNumber => ("case_number", w.entry_case_taken()),
    };
    Said { faults: [(name, text.into_owned())].into(), general: None }
}

/// Enters somebody.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (w, actor) = (context.words, context.actor());
    let person = match read::person(w, &fields, calendar::day(context.now)) {
        Ok(person) => person,
        Err(faults) => return Ok(page(&portal, &context, None, &fields, Said { faults, general: None })),
    };
    let added = portal.desk.ask(&actor, move |work| match (patient::entered(work, &person)?, patient::taken(work, &person, None)?) {
        (Some(entered), _) => Ok(Ok(entered)),
        (None, Some((what, _))) => Ok(Err(what)),
        (None, None) => patient::add(work, &person).map(Ok),
    });
    match added.await? {
        Ok(added) => Ok(Redirect::to(&format!("/patients/{}", added.id)).into_response()),
        Err(what) => Ok(page(&portal, &context, None, &fields, sole(w, what))),
    }
}

/// The page to change an entry.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    let patient = portal.desk.ask(&context.actor(), move |work| patient::show(work, id)).await?;
    let said = |fields: &Fields| if read_version(fields) == Some(patient.version) { Said::default() } else { changed(context.words) };
    Ok(match &context.draft {
        draft if draft.is_empty() => page(&portal, &context, Some(&patient), &form::typed(&patient.person), Said::default()),
        draft => page(&portal, &context, Some(&patient), draft, said(draft)),
    })
}

/// What came of a change.
enum Outcome {
    Done,
    Taken(Sole),
    /// Somebody else was faster.
    Changed(Box<Patient>),
}

/// Returns the version of the entry that was read before the form was filled in.
fn read_version(fields: &Fields) -> Option<u32> {
    fields.get("version").parse().ok()
}

fn changed(w: Words) -> Said {
    Said { faults: Faults::new(), general: Some(w.entry_changed().into_owned()) }
}

fn enter(work: &mut Work<'_>, id: LocalId, person: &Person, seen: Option<u32>) -> Result<Outcome, WorkError> {
    if let Some((what, _)) = patient::taken(work, person, Some(id))? {
        patient::show(work, id)?; // whoever may not see the patient learns nothing
        return Ok(Outcome::Taken(what));
    }
    match patient::change(work, id, person, Some(seen.unwrap_or_default())) {
        Ok(_) => Ok(Outcome::Done),
        Err(WorkError::State { code: patient::CHANGED, .. }) => patient::show(work, id).map(|patient| Outcome::Changed(Box::new(patient))),
        Err(error) => Err(error),
    }
}

/// Changes the entry.
///
/// # Errors
/// [`PageError`].
pub async fn change(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, w, actor, seen) = (id(&text)?, context.words, context.actor(), read_version(&fields));
    let said = match read::person(w, &fields, calendar::day(context.now)) {
        Err(faults) => Said { faults, general: None },
        Ok(person) => match portal.desk.ask(&actor, move |work| enter(work, id, &person, seen)).await? {
            Outcome::Done => return Ok(Redirect::to(&format!("/patients/{id}")).into_response()),
            Outcome::Taken(what) => sole(w, what),
            Outcome::Changed(patient) => return Ok(page(&portal, &context, Some(&patient), &fields, changed(w))),
        },
    };
    let patient = portal.desk.ask(&actor, move |work| patient::show(work, id)).await?;
    // What was read stays what was read: a fault elsewhere must not hide that somebody else changed the entry meanwhile.
    let read = Patient { version: seen.unwrap_or_default(), ..patient };
    Ok(page(&portal, &context, Some(&read), &fields, said))
}

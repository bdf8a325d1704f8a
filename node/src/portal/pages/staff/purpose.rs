//! Why staff look at patients who are not in treatment here: stated by them before they look, and seen by the privacy officer.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::{self, Context},
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::Words,
    },
    workflow::{
        WorkError,
        purpose::{self, MAX_WORDS, Purpose, STATED_FOR, Stated},
    },
};

/// Where to go on afterwards.
#[derive(Default, serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "staff/purpose.html")]
struct PurposePage {
    p: Page,
    id: String,
    next: String,
    purposes: Vec<Choice>,
    words: String,
    minutes: u64,
    purpose_fault: Option<String>,
    words_fault: Option<String>,
}

fn label(w: Words, purpose: Purpose) -> String {
    match purpose {
        Purpose::Question => w.purpose_question(),
        Purpose::Treating => w.purpose_treating(),
        Purpose::Return => w.purpose_return(),
        Purpose::Billing => w.purpose_billing(),
        Purpose::Complaint => w.purpose_complaint(),
        Purpose::Quality => w.purpose_quality(),
        Purpose::Other => w.purpose_other(),
    }
    .into_owned()
}

/// What the page shows; `next` is a page of this patient or the patient's own.
fn blank(portal: &Portal, context: &Context, id: LocalId, next: &str, typed: &Fields) -> PurposePage {
    let w = context.words;
    let chosen = typed.get("purpose");
    PurposePage {
        p: Page::new(portal, context),
        next: if guard::is_own_path(next) { next.to_owned() } else { format!("/patients/{id}") },
        id: id.to_string(),
        purposes: Purpose::ALL.map(|one| Choice::new(one.word(), label(w, one), one.word() == chosen)).into(),
        words: typed.shown("words", 2 * MAX_WORDS),
        minutes: STATED_FOR.as_secs() / 60,
        purpose_fault: None,
        words_fault: None,
    }
}

/// Asks for the purpose. Nothing of the patient is on the page.
///
/// # Errors
/// [`PageError`].
pub async fn show(
    State(portal): State<Portal>,
    Extension(context): Extension<Context>,
    Path(text): Path<String>,
    next: Result<Query<Next>, QueryRejection>,
) -> Result<Response, PageError> {
    let next = next.map(|Query(next)| next.next).ok().filter(|next| !next.is_empty()).unwrap_or_else(|| context.draft.get("next").to_owned());
    Ok(render(&blank(&portal, &context, id(&text)?, &next, &context.draft)))
}

/// Takes the purpose down and leads on.
///
/// # Errors
/// [`PageError`].
pub async fn state(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, w) = (id(&text)?, context.words);
    let mut page = blank(&portal, &context, id, fields.get("next"), &fields);
    let Some(stated) = Purpose::named(fields.get("purpose")) else {
        page.purpose_fault = Some(w.purpose_missing().into_owned());
        return Ok(render(&page));
    };
    let words = fields.get("words").to_owned();
    match portal.desk.ask(&context.actor(), move |work| purpose::state(work, id, stated, &words)).await {
        Err(WorkError::Invalid { .. }) => page.words_fault = Some(w.purpose_words_wrong(MAX_WORDS)),
        other => return Ok(other.map(|()| Redirect::to(&page.next).into_response())?),
    }
    Ok(render(&page))
}

/// A stated purpose in words.
struct Row {
    id: String,
    when: String,
    who: String,
    about: String,
    purpose: String,
    words: String,
    seen: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/purposes.html")]
struct PurposesPage {
    p: Page,
    open: Vec<Row>,
    seen: Vec<Row>,
}

/// The privacy officer's list. It names patients by random ids only, as the audit does.
///
/// # Errors
/// [`PageError`].
pub async fn list(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let (open, seen) = portal.desk.ask(&context.actor(), purpose::list).await?;
    let (p, w) = (Page::new(&portal, &context), context.words);
    let row = |stated: &Stated| Row {
        id: stated.id.to_string(),
        when: p.moment(stated.at),
        who: stated.by.clone(),
        about: stated.patient.to_string(),
        purpose: label(w, stated.purpose),
        words: stated.words.clone(),
        seen: stated.seen.as_ref().map(|(at, by)| w.purpose_seen(by.clone(), p.moment(*at))),
    };
    Ok(render(&PurposesPage { open: open.iter().map(row).collect(), seen: seen.iter().map(row).collect(), p }))
}

/// Ticks one off.
///
/// # Errors
/// [`PageError`].
pub async fn see(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    portal.desk.ask(&context.actor(), move |work| purpose::see(work, id)).await?;
    Ok(Redirect::to("/purposes").into_response())
}

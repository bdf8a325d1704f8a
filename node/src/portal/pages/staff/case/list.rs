//! The list of cases: what is due first stands first.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::inquiry::Variant;

use super::words;
use crate::{
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::Words,
    },
    workflow::{
        caseload::{self, Listed, Next, Row, Why},
        inquiry::NewCase,
    },
};

/// A case in the list, as the page shows it.
pub struct Line {
    /// Its name in addresses.
    pub id: String,
    /// The patient.
    pub name: String,
    /// Born when.
    pub born: String,
    /// What is next.
    pub next: String,
    /// By when, and whether that is past.
    pub due: Option<(String, bool)>,
    /// Whether a clinic has to be called besides.
    pub call: bool,
    /// By which day an AHB has to begin, and whether that is past.
    pub begin_by: Option<(String, bool)>,
    /// Who looks after it.
    pub owner: String,
    /// Why it stands in the list of somebody else.
    pub why: Option<String>,
}

impl Line {
    /// Returns the line of a case.
    pub fn of(row: &Row, w: Words, context: &Context) -> Self {
        let why = |why| match why {
            Why::Away(until) => w.case_why_away(row.owner.clone(), date::calendar(until, w.language)),
            Why::Gone => w.case_why_gone(row.owner.clone()),
            Why::Late => w.case_why_late(row.owner.clone()),
            Why::Everybodys => w.case_why_everybodys(row.owner.clone()),
        };
        Self {
            begin_by: words::begin_by(w, row.begin_by, context.now),
            why: row.why.map(why),
            id: row.case.id.to_string(),
            name: row.patient.person.full_name(),
            born: w.case_born(date::birth(&row.patient.person.birth_date, w.language)),
            next: words::next(w, row.next),
            call: !row.calls.is_empty() && !matches!(row.next, Next::Call(_)),
            due: words::due(w, row.due, context.now),
            owner: w.case_owner(row.owner.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "staff/case/list.html")]
struct ListPage {
    p: Page,
    everybody: bool,
    rows: Vec<Line>,
    more: Option<String>,
}

/// Says that there are more cases than the list has.
pub fn more(listed: &Listed, w: Words) -> Option<String> {
    listed.more.then(|| w.case_list_more(listed.rows.len()))
}

async fn page(portal: &Portal, context: &Context, everybody: bool) -> Result<Response, PageError> {
    let listed = portal.desk.look(context.actor(), move |work| caseload::list(work, everybody)).await?;
    let rows = listed.rows.iter().map(|row| Line::of(row, context.words, context)).collect();
    Ok(render(&ListPage { p: Page::new(portal, context), everybody, rows, more: more(&listed, context.words) }))
}

/// One's own cases.
///
/// # Errors
/// [`PageError`].
pub async fn mine(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, false).await
}

/// All open cases.
///
/// # Errors
/// [`PageError`].
pub async fn all(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, true).await
}

/// Opens a case for a patient, or goes to the one that is open.
///
/// # Errors
/// [`PageError`].
pub async fn open(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let variant = if fields.get("variant") == "transfer" { Variant::Transfer } else { Variant::Rehab };
    let new = NewCase { patient: id(&text)?, variant, discharge: None, exception: None };
    let case = portal.desk.ask(&context.actor(), move |work| caseload::open(work, &new)).await?;
    Ok(Redirect::to(&format!("/cases/{case}")).into_response())
}

//! What the patient may read: the documents that a physician has released.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

use super::step::Step;
use crate::{
    portal::{
        Portal, codes,
        guard::Context,
        page::{Page, PageError, render},
        pages::{documents::send, sign_in::id},
    },
    workflow::journey::{self, Paper},
};

/// A document in the list.
struct Line {
    id: String,
    title: String,
    about: String,
}

#[derive(Template)]
#[template(path = "patient/documents.html")]
struct DocumentsPage {
    p: Page,
    lines: Vec<Line>,
    /// Whether the one that was asked for cannot be shown.
    damaged: bool,
    step: Option<Step>,
}

fn line(p: &Page, context: &Context, paper: Paper) -> Line {
    let from = paper.from.unwrap_or_else(|| p.clinic.name.clone());
    let about = p.w.documents_about(from, codes::kind(&paper.kind, context.words), p.day(paper.made_at));
    Line { id: paper.id.to_string(), title: paper.title, about }
}

async fn page(portal: &Portal, context: &Context, damaged: bool) -> Result<Response, PageError> {
    let (papers, todo) = portal.desk.look(context.actor(), |work| Ok((journey::papers(work)?, journey::now_to_do(work)?))).await?;
    let p = Page::new(portal, context);
    let lines = papers.into_iter().map(|paper| line(&p, context, paper)).collect();
    Ok(render(&DocumentsPage { lines, damaged, step: Step::on(&p, todo), p }))
}

/// The list.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, false).await
}

/// One document.
///
/// # Errors
/// [`PageError`].
pub async fn read(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    let (document, key) = portal.desk.ask(&context.actor(), move |work| journey::open_paper(work, id)).await?;
    match send(&portal, document, key).await? {
        Some(sent) => Ok(sent),
        None => Ok((StatusCode::NOT_FOUND, page(&portal, &context, true).await?).into_response()),
    }
}

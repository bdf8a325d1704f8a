//! Documents, shown to whoever treats the patient, and released for the patient by physicians.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{documents::send, sign_in::id},
    },
    workflow::{WorkError, document},
};

#[derive(Template)]
#[template(path = "staff/admissions/document.html")]
struct MissingPage {
    p: Page,
    text: String,
}

fn missing(portal: &Portal, context: &Context, code: &'static str) -> Response {
    let page = MissingPage { p: Page::new(portal, context), text: context.words.admissions_paper_missing(code) };
    (StatusCode::NOT_FOUND, render(&page)).into_response()
}

/// Shows a document, or says why it cannot be shown. That it was read is in the audit before its first byte leaves.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    match portal.desk.ask(&context.actor(), move |work| document::open(work, id)).await {
        Ok((document, key)) => Ok(send(&portal, document, key).await?.unwrap_or_else(|| missing(&portal, &context, "damaged"))),
        Err(WorkError::State { code, .. }) => Ok(missing(&portal, &context, code)),
        Err(error) => Err(error.into()),
    }
}

/// Leads back to the list after a release or its end, or says why there was none.
fn released(portal: &Portal, context: &Context, result: Result<LocalId, WorkError>) -> Result<Response, PageError> {
    match result {
        Ok(patient) => Ok(Redirect::to(&format!("/patients/{patient}/documents")).into_response()),
        Err(WorkError::State { code, .. }) => Ok(missing(portal, context, code)),
        Err(error) => Err(error.into()),
    }
}

/// Lets the patient read a document.
///
/// # Errors
/// [`PageError`].
pub async fn release(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let result = portal.desk.ask(&context.actor(), move |work| document::release(work, id)).await;
    released(&portal, &context, result)
}

/// Takes that back.
///
/// # Errors
/// [`PageError`].
pub async fn take_back(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let result = portal.desk.ask(&context.actor(), move |work| document::take_back(work, id)).await;
    released(&portal, &context, result)
}

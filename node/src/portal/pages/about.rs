//! Legal notice, privacy notice, accessibility statement, and pages that are not there.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Response},
};

use crate::portal::{
    Portal,
    guard::Context,
    page::{Page, PageError, render},
};

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    p: Page,
    title: String,
    paragraphs: Vec<String>,
}

fn show(portal: &Portal, context: &Context, title: String, which: usize) -> Response {
    render(&AboutPage { p: Page::new(portal, context), title, paragraphs: portal.clinic.about[which].clone() })
}

/// The legal notice.
pub async fn imprint(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    show(&portal, &context, context.words.imprint().into_owned(), 0)
}

/// The privacy notice.
pub async fn privacy(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    show(&portal, &context, context.words.privacy().into_owned(), 1)
}

/// The accessibility statement.
pub async fn accessibility(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    show(&portal, &context, context.words.accessibility().into_owned(), 2)
}

/// No such page.
pub async fn lost() -> Response {
    PageError::NotFound.into_response()
}

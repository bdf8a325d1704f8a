//! "Bitte anrufen": whom no e-mail reaches.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
    },
    workflow::notice::calls::{self, About},
};

/// Somebody to call.
struct Row {
    id: String,
    name: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "staff/calls.html")]
struct CallsPage {
    p: Page,
    calls: Vec<Row>,
    made: Vec<String>,
}

/// The list.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let (found, made) = portal.desk.ask(&context.actor(), calls::list).await?;
    let (p, w) = (Page::new(&portal, &context), context.words);
    let row = |call: calls::Call| {
        let mut lines = vec![call.phone.map_or_else(|| w.calls_no_phone().into_owned(), |phone| w.calls_phone(phone))];
        match call.about {
            About::News { since, refused } => {
                lines.push(w.calls_since(p.moment(since)));
                lines.extend(refused.then(|| w.calls_refused().into_owned()));
            }
            About::Address { since, others } => {
                lines.push(w.calls_address(p.moment(since)));
                lines.extend(others.then(|| w.calls_address_others().into_owned()));
            }
        }
        Row { id: call.patient.to_string(), name: call.name, lines }
    };
    let calls = found.into_iter().map(row).collect();
    let made = made.into_iter().map(|made| w.calls_made_by(made.name, p.moment(made.at), made.by)).collect();
    Ok(render(&CallsPage { calls, made, p }))
}

/// Notes that somebody called.
///
/// # Errors
/// [`PageError`].
pub async fn done(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    portal.desk.ask(&context.actor(), move |work| calls::done(work, id)).await?;
    Ok(Redirect::to("/calls").into_response())
}

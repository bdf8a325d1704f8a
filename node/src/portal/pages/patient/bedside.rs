//! A tablet at the bedside: opened with a code, and given back.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    domain::{account::Code, actor::Actor},
    portal::{
        Portal,
        fields::Fields,
        guard::{self, Context, Over},
        page::{Page, PageError, render, with_cookies},
    },
    workflow::{
        account::Tried,
        bedside::{self, End},
    },
};

#[derive(Template)]
#[template(path = "patient/bedside.html")]
struct OpenPage {
    p: Page,
    code: String,
    over: Option<String>,
    fault: Option<String>,
}

fn page(portal: &Portal, context: &Context, code: &str, fault: Option<String>) -> Response {
    let over = context.bedside_over.map(|over| match over {
        Over::Ended => context.words.bedside_over().into(),
        Over::Idle { .. } => context.words.bedside_over_idle().into(),
    });
    render(&OpenPage { p: Page::new(portal, context), code: code.chars().take(40).collect(), over, fault })
}

/// The page that asks for the code; a tablet that is open is led on.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    match &context.bedside {
        Some(at) => Ok(Redirect::to(at.bedside.matter.page()).into_response()),
        None => Ok(page(&portal, &context, "", None)),
    }
}

/// Opens the tablet.
///
/// # Errors
/// [`PageError`].
pub async fn open(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let typed = fields.get("code").to_owned();
    let Ok(code) = typed.parse::<Code>() else { return Ok(page(&portal, &context, &typed, Some(w.bedside_wrong().into()))) };
    let from = context.from.clone();
    match portal.desk.ask(&Actor::Node, move |work| bedside::open(work, &code, &from)).await? {
        // Whoever was signed in on this device is so no more.
        Tried::Right((token, matter)) => {
            let cookies = [guard::bedside_cookie(&portal, Some(&token)), guard::forget_cookie(&portal)];
            Ok(with_cookies(Redirect::to(matter.page()).into_response(), cookies))
        }
        Tried::Wrong => Ok(page(&portal, &context, &typed, Some(w.bedside_wrong().into()))),
        Tried::Wait(wait) => Ok(page(&portal, &context, &typed, Some(w.sign_in_wait(wait.as_secs() + 1)))),
    }
}

/// Gives the tablet back before anything was decided.
///
/// # Errors
/// [`PageError`].
pub async fn give_back(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    if context.bedside.is_some() {
        portal.desk.ask(&context.actor(), |work| bedside::leave(work, End::Returned)).await?;
    }
    Ok(guard::tablet_returned(&portal))
}

#[derive(Template)]
#[template(path = "patient/bedside_done.html")]
struct DonePage {
    p: Page,
}

/// What stands on the tablet when it is over: nothing about anybody.
pub async fn done(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    render(&DonePage { p: Page::new(&portal, &context) })
}

//! One's own access: ways to sign in, and where one is signed in.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::{self, Context},
        page::{Page, PageError, render},
        pages::patient::step::Step,
        words::Words,
    },
    workflow::{
        WorkError,
        account::{self, setup},
        journey,
    },
};

/// One of somebody's passkeys.
struct PasskeyRow {
    id: String,
    text: String,
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    p: Page,
    login: Option<String>,
    passkeys: Vec<PasskeyRow>,
    app: bool,
    left: Option<u32>,
    /// Where codes by e-mail go.
    mail: Option<String>,
    /// Text, and whether it is this one.
    sessions: Vec<(String, bool)>,
    /// Whether ways may be changed now.
    fresh: bool,
    /// What was just done or could not be.
    note: Option<String>,
    /// A patient's next step.
    step: Option<Step>,
}

/// Returns a device in words: where somebody signed in, or made a passkey.
fn device(w: Words, known: &str) -> String {
    if known.is_empty() { w.account_device_unknown().into_owned() } else { known.to_owned() }
}

async fn page(portal: &Portal, context: &Context, note: Option<String>) -> Result<Response, PageError> {
    let (visit, w) = (context.visit()?.clone(), context.words);
    let id = visit.account.id;
    let (ways, todo) = portal.desk.ask(&context.actor(), move |work| Ok((account::ways(work.db, id)?, journey::step_alone(work)?))).await?;
    let p = Page::new(portal, context);
    let passkeys =
        ways.passkeys.iter().map(|passkey| PasskeyRow { id: guard::hex(&passkey.id), text: w.account_passkey(p.day(passkey.made_at), device(w, &passkey.label)) }).collect();
    let now = context.now;
    let stands = ways.sessions.iter().filter(|session| session.stands(now));
    let sessions = stands.map(|session| (w.account_session(device(w, &session.device), p.moment(session.seen_at)), session.id == visit.session.id)).collect();
    let login = visit.account.login.clone();
    let page = AccessPage {
        step: Step::on(&p, todo),
        p,
        login,
        passkeys,
        app: ways.password && ways.app,
        left: ways.codes_left.filter(|_| ways.password),
        mail: ways.mail.filter(|_| ways.password),
        sessions,
        fresh: visit.session.is_fresh(now),
        note,
    };
    Ok(render(&page))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, None).await
}

/// Signs out all other devices.
///
/// # Errors
/// [`PageError`].
pub async fn sign_out_elsewhere(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    portal.desk.ask(&context.actor(), move |work| account::sign_out_elsewhere(work, &visit)).await?;
    page(&portal, &context, Some(context.words.account_sessions_ended().into_owned())).await
}

/// Removes a passkey.
///
/// # Errors
/// [`PageError`].
pub async fn remove_passkey(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    let digits = fields.get("passkey").to_owned();
    match portal.desk.ask(&context.actor(), move |work| setup::remove_passkey(work, &visit, |id| guard::hex(id) == digits)).await {
        Err(WorkError::State { code: "last-way", .. }) => page(&portal, &context, Some(context.words.account_last_way().into_owned())).await,
        // The page says that a new proof is needed.
        Ok(()) | Err(WorkError::State { code: "prove-again", .. }) => Ok(Redirect::to("/access").into_response()),
        Err(error) => Err(error.into()),
    }
}

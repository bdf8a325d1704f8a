//! Setting up ways to sign in.

use askama::Template;
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use webauthn_rs::prelude::RegisterPublicKeyCredential;

use super::sign_in::{Answered, Begun, GoOn, refused, seconds};
use crate::{
    domain::{
        account::{Login, PasswordFault, Site, Stage, Token, check_password, factor},
        actor::Actor,
        entropy::{Entropy, System},
    },
    portal::{
        Portal,
        fields::{Fields, Message},
        guard::{self, Context},
        page::{Page, PageError, render, with_cookies},
        qr::Modules,
    },
    workflow::{
        WorkError,
        account::{self, Tried, Visit, setup},
        notice::own,
    },
};

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    p: Page,
    name: String,
}

/// The page with the ways to choose from. Whoever is signed in proves once more who they are first.
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let visit = context.visit()?;
    if stale(&context, visit) {
        return Ok(prove());
    }
    Ok(render(&SetupPage { p: Page::new(&portal, &context), name: visit.account.name.clone() }))
}

fn stale(context: &Context, visit: &Visit) -> bool {
    visit.session.stage == Stage::Open && !visit.session.is_fresh(context.now)
}

fn prove() -> Response {
    Redirect::to("/access").into_response()
}

/// Begins to make a passkey.
///
/// # Errors
/// [`PageError`].
pub async fn passkey_begin(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Message<serde_json::Value>) -> Result<Response, PageError> {
    let visit = context.visit()?;
    let (id, name) = (visit.account.id, visit.account.name.clone());
    let known = portal.desk.read(move |db| Ok(account::ways(db, id)?.passkeys.into_iter().map(|passkey| passkey.id).collect())).await?;
    let (token, challenge) = portal.passkeys.begin_registration(id, &name, known).map_err(refused)?;
    Ok(Json(Begun { ceremony: guard::hex(&token.0), challenge }).into_response())
}

/// Keeps a passkey.
///
/// # Errors
/// [`PageError`].
pub async fn passkey_finish(
    State(portal): State<Portal>,
    Extension(context): Extension<Context>,
    message: Message<Answered<RegisterPublicKeyCredential>>,
) -> Result<Response, PageError> {
    let Message(Answered { ceremony, answer, .. }) = message;
    let (visit, token) = (context.visit()?.clone(), guard::unhex(&ceremony).map(Token).ok_or(PageError::Form)?);
    let (id, credential) = portal.passkeys.finish_registration(&token, visit.account.id, &answer).map_err(refused)?;
    let (device, from) = (context.from.device.clone(), context.from.clone());
    let token = portal
        .desk
        .ask(&Actor::of(&visit.account), move |work| {
            setup::passkey(work, &visit, id, credential, device)?;
            setup::finish(work, &visit, &from)
        })
        .await?
        .ok_or(PageError::Form)?;
    Ok(with_cookies(Json(GoOn { to: "/access".into() }).into_response(), guard::signed_in_cookies(&portal, &token, &context.from)))
}

#[derive(Template)]
#[template(path = "setup_password.html")]
struct PasswordPage {
    p: Page,
    login: String,
    /// Whether the user name is given and stays.
    fixed: bool,
    login_fault: Option<String>,
    password_fault: Option<String>,
}

/// The page for user name and password.
pub async fn show_password(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let visit = context.visit()?;
    if stale(&context, visit) {
        return Ok(prove());
    }
    let login = visit.account.login.clone();
    Ok(render(&PasswordPage { p: Page::new(&portal, &context), fixed: login.is_some(), login: login.unwrap_or_default(), login_fault: None, password_fault: None }))
}

/// Sets user name and password.
///
/// # Errors
/// [`PageError`].
pub async fn password(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (w, visit) = (context.words, context.visit()?.clone());
    let given = visit.account.login.clone();
    let (fixed, text) = (given.is_some(), given.unwrap_or_else(|| fields.get("login").to_owned()));
    let again = |login_fault: Option<String>, password_fault: Option<String>| {
        Ok(render(&PasswordPage { p: Page::new(&portal, &context), login: text.chars().take(100).collect(), fixed, login_fault, password_fault }))
    };
    let Ok(login) = text.parse::<Login>() else { return again(Some(w.setup_login_wrong().into_owned()), None) };
    let password = fields.raw("password").to_owned();
    if let Err(fault) = check_password(&password, &login) {
        let text = match fault {
            PasswordFault::Short => w.setup_password_short(),
            PasswordFault::Long => w.setup_password_long(),
            PasswordFault::Common => w.setup_password_common(),
        };
        return again(None, Some(text.into_owned()));
    }
    let salt = (&mut System as &mut dyn Entropy).bytes();
    let Ok(hash) = portal.pool.compute(&context, move || factor::hash_password(&password, &salt)).await? else { return Err(PageError::Unavailable) };
    match portal.desk.ask(&Actor::of(&visit.account), move |work| setup::password(work, &visit, &login, &hash)).await {
        Ok(Tried::Right(())) => Ok(Redirect::to("/setup/second").into_response()),
        Ok(Tried::Wrong) => again(Some(w.setup_login_taken().into_owned()), None),
        Ok(Tried::Wait(wait)) => again(Some(w.setup_login_wait(seconds(wait))), None),
        Err(WorkError::State { code: "prove-again", .. }) => Ok(prove()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "setup_second.html")]
struct SecondPage {
    p: Page,
    /// Whether codes can come by e-mail.
    by_mail: bool,
}

/// The page that asks where the second code is to come from.
///
/// # Errors
/// [`PageError`].
pub async fn show_second(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    // Staff sign in otherwise.
    let by_mail = portal.site == Site::Patient && portal.desk.ask(&context.actor(), |work| Ok(own::is_offered(work))).await?;
    Ok(render(&SecondPage { p: Page::new(&portal, &context), by_mail }))
}

#[derive(Template)]
#[template(path = "setup_app.html")]
struct AppPage {
    p: Page,
    secret: String,
    /// The secret as the form carries it.
    carried: String,
    view: String,
    path: String,
    fault: Option<String>,
}

fn app_page(portal: &Portal, context: &Context, secret: &[u8], fault: Option<String>) -> Result<Response, PageError> {
    let account = &context.visit()?.account;
    let shown = account.login.clone().unwrap_or_else(|| account.name.clone());
    let address = factor::totp_address(secret, &portal.clinic.name, &shown).ok_or(PageError::Unavailable)?;
    let modules = Modules::of(&address).ok_or(PageError::Unavailable)?;
    let page = AppPage { p: Page::new(portal, context), secret: factor::totp_text(secret), carried: guard::hex(secret), view: modules.view(), path: modules.path(), fault };
    Ok(render(&page))
}

/// The page with a new secret for an authenticator app. It is kept nowhere until the app has shown a right code.
///
/// # Errors
/// [`PageError`].
pub async fn show_app(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    app_page(&portal, &context, &factor::totp_secret(&mut System), None)
}

/// Takes the app's first code.
///
/// # Errors
/// [`PageError`].
pub async fn app(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let secret: [u8; factor::TOTP_SECRET] = guard::unhex(fields.raw("secret")).ok_or(PageError::Form)?;
    let (visit, code, from) = (context.visit()?.clone(), fields.get("code").to_owned(), context.from.clone());
    let done = portal
        .desk
        .ask(&Actor::of(&visit.account), move |work| if setup::totp(work, &visit, &secret, &code)? { setup::finish(work, &visit, &from).map(Some) } else { Ok(None) })
        .await?;
    match done {
        Some(token) => Ok(finished(&portal, &context, token)),
        None => app_page(&portal, &context, &secret, Some(context.words.setup_app_wrong().into_owned())),
    }
}

#[derive(Template)]
#[template(path = "setup_list.html")]
struct ListPage {
    p: Page,
    codes: Vec<String>,
}

/// Makes a printed list and shows it, once.
///
/// # Errors
/// [`PageError`].
pub async fn list(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    let codes = portal.desk.ask(&Actor::of(&visit.account), move |work| setup::codes(work, &visit)).await?;
    Ok(render(&ListPage { p: Page::new(&portal, &context), codes: codes.iter().map(ToString::to_string).collect() }))
}

/// Ends setting up, if a complete way to sign in is there.
///
/// # Errors
/// [`PageError`].
pub async fn finish(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    let (visit, from) = (context.visit()?.clone(), context.from.clone());
    match portal.desk.ask(&Actor::of(&visit.account), move |work| setup::finish(work, &visit, &from)).await {
        Ok(token) => Ok(finished(&portal, &context, token)),
        Err(WorkError::State { code: "prove-again", .. }) => Ok(prove()),
        Err(error) => Err(error.into()),
    }
}

fn finished(portal: &Portal, context: &Context, token: Option<Token>) -> Response {
    match token {
        Some(token) => with_cookies(Redirect::to("/").into_response(), guard::signed_in_cookies(portal, &token, &context.from)),
        None => Redirect::to("/setup").into_response(),
    }
}

//! Signing in and out.

use std::time::Duration;

use askama::Template;
use axum::{
    Extension, Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;
use webauthn_rs::prelude::PublicKeyCredential;

use super::notices::waits;
use crate::{
    domain::{
        account::{Login, Stage, Token, factor},
        actor::Actor,
    },
    portal::{
        Portal,
        fields::{Fields, Message},
        guard::{self, Context},
        page::{Page, PageError, render, with_cookies},
    },
    workflow::{
        WorkError,
        account::{self, Tried, sign_in},
        notice::code::Asked,
    },
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    p: Page,
    /// What was wrong, in words.
    fault: Option<String>,
    login: String,
    /// Where to go on afterwards.
    next: String,
    timed_out: bool,
    /// Whether the reader is signed in and is to prove it once more.
    once_more: bool,
    /// Whether the reader has just signed out.
    signed_out: bool,
}

/// Where to go on after signing in, and what led here.
#[derive(Default, serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
    /// Stands there after signing out.
    out: Option<String>,
}

impl Next {
    fn path(&self) -> String {
        if guard::is_own_path(&self.next) { self.next.clone() } else { String::new() }
    }
}

/// The page to sign in.
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, next: Result<Query<Next>, QueryRejection>) -> Response {
    let Query(asked) = next.unwrap_or_default();
    let next = asked.path();
    if context.visit.as_ref().is_some_and(|visit| visit.session.stage == Stage::Open && visit.session.is_fresh(context.now)) {
        return Redirect::to(if next.is_empty() { "/" } else { &next }).into_response();
    }
    let once_more = context.visit.as_ref().is_some_and(|visit| visit.session.stage == Stage::Open);
    let timed_out = !next.is_empty() && !once_more;
    let signed_out = asked.out.is_some() && context.visit.is_none();
    render(&SignInPage { p: Page::new(&portal, &context), fault: None, login: String::new(), next, timed_out, once_more, signed_out })
}

/// User name and password.
///
/// # Errors
/// [`PageError`].
pub async fn password(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let next = Next { next: fields.get("next").to_owned(), out: None }.path();
    let again = |fault: String| {
        let (p, login) = (Page::new(&portal, &context), fields.get("login").to_owned());
        Ok(render(&SignInPage { p, fault: Some(fault), login, next: next.clone(), timed_out: false, once_more: false, signed_out: false }))
    };
    let wrong = || context.words.sign_in_wrong().into_owned();
    // A user name that cannot exist is as wrong as one that does not, and takes as long.
    let login: Login = fields.get("login").parse().unwrap_or_else(|_| "unknown".parse().expect("a user name"));
    let (asked, from) = (login.clone(), context.from.clone());
    let compare = match portal.desk.ask(&Actor::Node, move |work| sign_in::begin(work, &asked, &from)).await? {
        Tried::Right(compare) => compare,
        Tried::Wait(wait) => return again(context.words.sign_in_wait(seconds(wait))),
        Tried::Wrong => return again(wrong()),
    };
    let (typed, hash) = (fields.raw("password").to_owned(), compare.hash.clone());
    if !portal.pool.compute(&context, move || factor::verify_password(&typed, hash.as_deref())).await? {
        return again(wrong());
    }
    let (from, held) = (context.from.clone(), context.visit.clone());
    match portal.desk.ask(&Actor::Node, move |work| sign_in::password_right(work, &compare, &login, &from, held.as_ref())).await? {
        Tried::Right(token) => {
            let to = if next.is_empty() { "/sign-in/second".to_owned() } else { format!("/sign-in/second?next={next}") };
            Ok(with_cookies(Redirect::to(&to).into_response(), [guard::session_cookie(&portal, &token)]))
        }
        _ => again(wrong()),
    }
}

#[derive(Template)]
#[template(path = "second.html")]
struct SecondPage {
    p: Page,
    fault: Option<String>,
    next: String,
    /// Whether a code can be sent by e-mail.
    by_mail: bool,
    /// Where the code comes from.
    hint: String,
    /// What was just done.
    note: Option<String>,
}

async fn second_page(portal: &Portal, context: &Context, next: String, fault: Option<String>, note: Option<String>) -> Result<Response, PageError> {
    let id = context.visit()?.account.id;
    let by_mail = portal.desk.read(move |db| Ok(account::ways(db, id)?.mail.is_some())).await?;
    let hint = if by_mail { context.words.second_mail_hint() } else { context.words.second_what() }.into_owned();
    Ok(render(&SecondPage { p: Page::new(portal, context), fault, next, by_mail, hint, note }))
}

/// The page for the second factor.
///
/// # Errors
/// [`PageError`].
pub async fn show_second(State(portal): State<Portal>, Extension(context): Extension<Context>, next: Result<Query<Next>, QueryRejection>) -> Result<Response, PageError> {
    let next = next.map(|Query(next)| next.path()).unwrap_or_default();
    second_page(&portal, &context, next, None, None).await
}

/// Sends a code by e-mail.
///
/// # Errors
/// [`PageError`].
pub async fn second_mail(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (w, visit) = (context.words, context.visit()?.clone());
    let next = Next { next: fields.get("next").to_owned(), out: None }.path();
    let note = match portal.desk.ask(&Actor::of(&visit.account), move |work| sign_in::send_code(work, &visit)).await? {
        Asked::Sent(address) => w.second_mail_sent(address),
        Asked::Wait(wait) => waits(w, wait),
    };
    second_page(&portal, &context, next, None, Some(note)).await
}

/// The second factor.
///
/// # Errors
/// [`PageError`].
pub async fn second(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (visit, from, typed) = (context.visit()?.clone(), context.from.clone(), fields.get("code").to_owned());
    let next = Next { next: fields.get("next").to_owned(), out: None }.path();
    let fault = match portal.desk.ask(&Actor::of(&visit.account), move |work| sign_in::second(work, &visit, &typed, &from)).await? {
        Tried::Right(token) => {
            let to = if next.is_empty() { "/" } else { &next };
            return Ok(with_cookies(Redirect::to(to).into_response(), guard::signed_in_cookies(&portal, &token, &context.from)));
        }
        Tried::Wrong => context.words.second_wrong().into_owned(),
        Tried::Wait(wait) => context.words.second_wait(seconds(wait)),
    };
    second_page(&portal, &context, next, Some(fault), None).await
}

/// What a script gets to begin with.
#[derive(serde::Serialize)]
pub(super) struct Begun<T> {
    pub ceremony: String,
    pub challenge: T,
}

/// What a script sends to end with.
#[derive(serde::Deserialize)]
pub struct Answered<T> {
    pub(super) ceremony: String,
    pub(super) answer: T,
    #[serde(default)]
    next: String,
}

/// Where a script goes on.
#[derive(serde::Serialize)]
pub(super) struct GoOn {
    pub to: String,
}

/// Begins with a passkey.
///
/// # Errors
/// [`PageError`].
pub async fn passkey_begin(State(portal): State<Portal>, _: Message<serde_json::Value>) -> Result<Response, PageError> {
    let (token, challenge) = portal.passkeys.begin_sign_in().map_err(refused)?;
    Ok(Json(Begun { ceremony: guard::hex(&token.0), challenge }).into_response())
}

/// Ends with a passkey.
///
/// # Errors
/// [`PageError`].
pub async fn passkey_finish(State(portal): State<Portal>, Extension(context): Extension<Context>, message: Message<Answered<PublicKeyCredential>>) -> Result<Response, PageError> {
    let Message(Answered { ceremony, answer, next }) = message;
    let token = guard::unhex(&ceremony).map(Token).ok_or(PageError::Form)?;
    let id: Vec<u8> = answer.get_credential_id().to_vec();
    let asked = id.clone();
    let known = portal.desk.ask(&Actor::Node, move |work| sign_in::passkey(work, &asked)).await?.ok_or(PageError::Form)?;
    let credential = portal.passkeys.finish_sign_in(&token, &answer, &known.credential).map_err(refused)?;
    let (from, held) = (context.from.clone(), context.visit.clone());
    match portal.desk.ask(&Actor::Node, move |work| sign_in::passkey_right(work, &id, &credential, &from, held.as_ref())).await? {
        Tried::Right(token) => {
            let next = Next { next, out: None }.path();
            let to = if next.is_empty() { "/".to_owned() } else { next };
            Ok(with_cookies(Json(GoOn { to }).into_response(), guard::signed_in_cookies(&portal, &token, &context.from)))
        }
        _ => Err(PageError::Form),
    }
}

/// Signs out.
///
/// # Errors
/// [`PageError`].
pub async fn sign_out(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    match portal.desk.ask(&context.actor(), move |work| account::sign_out(work, &visit.account, &visit.session.id)).await {
        Ok(()) | Err(WorkError::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut response = with_cookies(Redirect::to("/sign-in?out").into_response(), [guard::forget_cookie(&portal)]);
    // Nothing of this visit stays on a shared computer.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    Ok(response)
}

/// A picture of nothing, with which the browser forgets what it holds. It stands on the page after a visit, because there the page before is
/// one that the back button would show again; sooner that page is not held yet, and without scripts nothing else takes it away.
///
/// # Errors
/// None.
pub async fn forget() -> Result<Response, PageError> {
    const NOTHING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")), (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))];
    Ok((headers, NOTHING).into_response())
}

pub(super) fn refused(error: crate::portal::passkeys::PasskeyError) -> PageError {
    tracing::info!(%error, "a passkey was refused");
    PageError::Form
}

pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// Reads the id in a path; a wrong one is as absent as an unknown one.
pub(super) fn id(text: &str) -> Result<LocalId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

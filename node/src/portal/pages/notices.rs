//! One's own e-mail address at the patients' site: typed, proved by a code, what is told there, and codes as the second step of signing in.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    domain::{
        account::Stage,
        notice::{Address, Kind},
    },
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::{self, Context},
        page::{Page, PageError, render, with_cookies},
        pages::patient::step::Step,
        words::Words,
    },
    workflow::{
        Work, WorkError,
        account::{self, setup},
        journey,
        notice::{
            code::Asked,
            own::{self, Mailbox},
        },
    },
};

/// Most characters of an address that a page shows again.
const MAX_SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    p: Page,
    /// Whether this clinic sends any.
    offered: bool,
    /// Whether this is a step of setting up, not one's own page.
    setting_up: bool,
    /// The proved address.
    address: Option<String>,
    /// Whether nothing arrives there.
    failed: bool,
    /// Whether codes by e-mail are the second step, and whether they could be.
    second: bool,
    may_second: bool,
    /// The address that is to be proved.
    wanted: Option<String>,
    /// Whether staff typed it, so that no code was sent yet.
    by_staff: bool,
    kinds: Vec<Choice>,
    /// Whether the address may be changed now.
    fresh: bool,
    typed: String,
    address_fault: Option<String>,
    code_fault: Option<String>,
    note: Option<String>,
    step: Option<Step>,
}

/// What a page says beside what is kept.
#[derive(Default)]
struct Said {
    typed: String,
    address_fault: Option<String>,
    code_fault: Option<String>,
    note: Option<String>,
}

fn label(w: Words, kind: Kind) -> String {
    match kind {
        Kind::Message => w.mail_kind_message(),
        Kind::Offer => w.mail_kind_offer(),
        Kind::Place => w.mail_kind_place(),
        Kind::Document => w.mail_kind_document(),
    }
    .into_owned()
}

async fn page(portal: &Portal, context: &Context, said: Said) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    let (id, setting_up) = (visit.account.id, visit.session.stage == Stage::Setup);
    let own = format!("{} {id}", visit.account.kind);
    let seen = move |work: &mut Work<'_>| Ok((own::is_offered(work), own::mailbox(work.db, id)?, account::ways(work.db, id)?.password, journey::step_alone(work)?));
    let (offered, mailbox, password, todo) = portal.desk.ask(&context.actor(), seen).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let Mailbox { address, second, silent, failed, wanted, wanted_by } = mailbox;
    let kinds = Kind::ALL.into_iter().map(|kind| Choice::new(kind.word(), label(w, kind), !silent.has(kind))).collect();
    let text = |address: Address| address.as_str().to_owned();
    Ok(render(&MailPage {
        step: Step::on(&p, todo.filter(|_| !setting_up)),
        p,
        offered,
        setting_up,
        failed: failed.is_some(),
        second,
        may_second: password && address.is_some() && !second && !setting_up,
        by_staff: wanted_by.is_some_and(|by| by != own && by != "web"),
        address: address.map(text),
        wanted: wanted.map(text),
        kinds,
        fresh: setting_up || visit.session.is_fresh(context.now),
        typed: said.typed,
        address_fault: said.address_fault,
        code_fault: said.code_fault,
        note: said.note,
    }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, Said { typed: context.draft.shown("address", MAX_SHOWN), ..Said::default() }).await
}

/// Leads to a new proof of who is here if the last is too old for what was asked.
fn refused(error: WorkError) -> Result<Response, PageError> {
    match error {
        WorkError::State { code: "prove-again", .. } => Ok(Redirect::to("/sign-in?next=/mail").into_response()),
        other => Err(other.into()),
    }
}

/// Takes an address and sends a code there; without one, sends another code to the address that was typed before.
///
/// # Errors
/// [`PageError`].
pub async fn address(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (w, visit) = (context.words, context.visit()?.clone());
    let again = fields.get("again") == "yes";
    let typed = fields.shown("address", MAX_SHOWN);
    let address = match typed.parse::<Address>() {
        Ok(address) => Some(address),
        Err(_) if again => None,
        Err(_) => return page(&portal, &context, Said { typed, address_fault: Some(w.mail_address_wrong().into_owned()), ..Said::default() }).await,
    };
    let asked = move |work: &mut Work<'_>| match &address {
        Some(address) => own::want(work, &visit, address),
        None => own::send_again(work, &visit),
    };
    match portal.desk.ask(&own_actor(&context)?, asked).await {
        Ok(Asked::Sent(_)) => page(&portal, &context, Said { note: Some(w.mail_code_sent().into_owned()), ..Said::default() }).await,
        Ok(Asked::Wait(wait)) => page(&portal, &context, Said { note: Some(waits(w, wait)), ..Said::default() }).await,
        Err(error) => refused(error),
    }
}

/// While setting up nobody acts yet; what is typed is the account's own all the same.
fn own_actor(context: &Context) -> Result<crate::domain::actor::Actor, PageError> {
    Ok(crate::domain::actor::Actor::of(&context.visit()?.account))
}

/// Says that a code is on its way already, or that there were too many.
pub(super) fn waits(w: Words, wait: std::time::Duration) -> String {
    let seconds = wait.as_secs().max(1);
    if seconds <= 60 { w.second_mail_wait(seconds) } else { w.second_mail_too_many().into_owned() }
}

/// Takes the code. While setting up, codes by e-mail become the second step, and the account is open.
///
/// # Errors
/// [`PageError`].
pub async fn code(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (visit, from, typed) = (context.visit()?.clone(), context.from.clone(), fields.get("code").to_owned());
    let setting_up = visit.session.stage == Stage::Setup;
    let proved = move |work: &mut Work<'_>| {
        let right = own::prove(work, &visit, &typed, setting_up)?;
        let token = if right && setting_up { setup::finish(work, &visit, &from)? } else { None };
        Ok((right, token))
    };
    match portal.desk.ask(&own_actor(&context)?, proved).await {
        Ok((false, _)) => page(&portal, &context, Said { code_fault: Some(context.words.mail_code_wrong().into_owned()), ..Said::default() }).await,
        Ok((true, Some(token))) => Ok(with_cookies(Redirect::to("/").into_response(), guard::signed_in_cookies(&portal, &token, &context.from))),
        // Without a password the address alone opens nothing.
        Ok((true, None)) => Ok(Redirect::to(if setting_up { "/setup" } else { "/mail" }).into_response()),
        Err(error) => refused(error),
    }
}

/// Keeps what is to be told.
///
/// # Errors
/// [`PageError`].
pub async fn kinds(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    let kinds: Vec<Kind> = fields.all("kind").filter_map(Kind::named).collect();
    portal.desk.ask(&context.actor(), move |work| own::hear(work, &visit, &kinds)).await?;
    page(&portal, &context, Said { note: Some(context.words.mail_kinds_saved().into_owned()), ..Said::default() }).await
}

/// Makes codes by e-mail the second step of signing in, or no longer.
///
/// # Errors
/// [`PageError`].
pub async fn second(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (visit, second) = (context.visit()?.clone(), fields.get("second") == "yes");
    let done = portal.desk.ask(&context.actor(), move |work| own::set_second(work, &visit, second)).await;
    changed(&portal, &context, done).await
}

/// Forgets the address.
///
/// # Errors
/// [`PageError`].
pub async fn remove(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    let visit = context.visit()?.clone();
    let done = portal.desk.ask(&context.actor(), move |work| own::remove(work, &visit)).await;
    changed(&portal, &context, done).await
}

async fn changed(portal: &Portal, context: &Context, done: Result<(), WorkError>) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to("/mail").into_response()),
        Err(WorkError::State { code: "last-way", .. }) => page(portal, context, Said { note: Some(context.words.mail_last_way().into_owned()), ..Said::default() }).await,
        Err(error) => refused(error),
    }
}

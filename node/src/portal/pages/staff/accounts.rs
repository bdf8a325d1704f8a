//! Accounts of staff, kept by IT. No patient appears here.

use std::borrow::Cow;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    domain::{
        account::{Account, Login, State as AccountState},
        actor::Role,
    },
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{proof::prove_first, sign_in::id},
        words::Words,
    },
    workflow::{
        WorkError,
        account::{invite::Invited, staff},
    },
};

/// A role to tick: word, name, whether it is held.
type RoleBox = (&'static str, String, bool);

/// One account.
struct Row {
    id: String,
    name: String,
    /// The name in its field.
    shown: String,
    /// What is wrong with it.
    fault: Option<String>,
    /// User name, state and roles, in words.
    about: String,
    /// Whether it lies open: something typed stands in it again.
    open: bool,
    locked: bool,
    roles: Vec<RoleBox>,
}

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct AccountsPage {
    p: Page,
    rows: Vec<Row>,
    name: String,
    login: String,
    roles: Vec<RoleBox>,
    name_fault: Option<String>,
    login_fault: Option<String>,
}

/// Returns what a role is called.
pub fn role_name(w: Words, role: Role) -> String {
    match role {
        Role::Ward => w.role_ward(),
        Role::Physician => w.role_physician(),
        Role::SocialService => w.role_social_service(),
        Role::Admissions => w.role_admissions(),
        Role::Capacity => w.role_capacity(),
        Role::It => w.role_it(),
        Role::PrivacyOfficer => w.role_privacy_officer(),
    }
    .into_owned()
}

fn boxes(w: Words, held: &[Role]) -> Vec<RoleBox> {
    Role::ALL.into_iter().map(|role| (role.word(), role_name(w, role), held.contains(&role))).collect()
}

fn row(w: Words, account: Account, blocked: bool, late: Option<&Fields>, fault: Option<String>) -> Row {
    let state = match account.state {
        AccountState::Invited if blocked => w.accounts_state_blocked(),
        AccountState::Invited => w.accounts_state_invited(),
        AccountState::Open => w.accounts_state_open(),
        AccountState::Locked => w.accounts_state_locked(),
    };
    let held: Vec<String> = account.roles.iter().map(|role| role_name(w, *role)).collect();
    let about = [account.login.unwrap_or_default(), state.into_owned(), held.join(", ")];
    Row {
        id: account.id.to_string(),
        about: about.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        open: late.is_some(),
        fault,
        roles: boxes(w, &late.map_or(account.roles, chosen)),
        shown: late.map_or_else(|| account.name.clone(), |late| late.shown("name", 200)),
        name: account.name,
        locked: account.state == AccountState::Locked,
    }
}

/// What was wrong, by form and field.
#[derive(Default)]
struct Faults {
    name: Option<String>,
    login: Option<String>,
    /// In the name of an account, with what was typed there.
    changed: Option<(LocalId, Fields, String)>,
}

async fn page(portal: &Portal, context: &Context, fields: &Fields, faults: Faults) -> Result<Response, PageError> {
    let (p, w) = (Page::new(portal, context), context.words);
    let (accounts, blocked) = portal.desk.ask(&context.actor(), |work| Ok((staff::list(work)?, staff::blocked(work)?))).await?;
    let text = |name: &str| fields.shown(name, 200);
    Ok(render(&AccountsPage {
        p,
        rows: accounts
            .into_iter()
            .map(|account| {
                let wrong = faults.changed.as_ref().filter(|(id, ..)| *id == account.id);
                let late = wrong.map(|(_, fields, _)| fields).or_else(|| context.draft_of(&format!("/accounts/{}/change", account.id)));
                let blocked = blocked.contains(&account.id);
                row(w, account, blocked, late, wrong.map(|(.., fault)| fault.clone()))
            })
            .collect(),
        name: text("name"),
        login: text("login"),
        roles: boxes(w, &chosen(fields)),
        name_fault: faults.name,
        login_fault: faults.login,
    }))
}

fn chosen(fields: &Fields) -> Vec<Role> {
    let ticked: Vec<Role> = fields.all("role").filter_map(|word| word.parse().ok()).collect();
    Role::ALL.into_iter().filter(|role| ticked.contains(role)).collect()
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let late = context.draft_of("/accounts").cloned().unwrap_or_default();
    page(&portal, &context, &late, Faults::default()).await
}

#[derive(Template)]
#[template(path = "staff/account_code.html")]
struct CodePage {
    p: Page,
    title: String,
    code: String,
    until: String,
}

fn code(portal: &Portal, context: &Context, name: String, made: &Invited) -> Response {
    let (p, w) = (Page::new(portal, context), context.words);
    render(&CodePage { title: w.accounts_code_title(name), code: made.code.to_string(), until: w.invited_until(p.day(made.ends_at)), p })
}

/// Adds an account.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let login_fault = |text: Cow<'static, str>| Faults { login: Some(text.into_owned()), ..Faults::default() };
    let name_fault = |text: Cow<'static, str>| Faults { name: Some(text.into_owned()), ..Faults::default() };
    let Ok(login) = fields.get("login").parse::<Login>() else { return page(&portal, &context, &fields, login_fault(w.setup_login_wrong())).await };
    let (name, roles) = (fields.get("name").to_owned(), chosen(&fields));
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let faults = match portal.desk.ask(&context.actor(), move |work| staff::add(work, &login, &name, &roles)).await {
        Ok(made) => return Ok(code(&portal, &context, fields.get("name").to_owned(), &made)),
        Err(WorkError::State { code: "login-taken", .. }) => login_fault(w.setup_login_taken()),
        Err(WorkError::State { code: "name-taken", .. }) => name_fault(w.accounts_name_taken()),
        Err(WorkError::Invalid { .. }) => name_fault(w.accounts_name_wrong()),
        Err(error) => return Err(error.into()),
    };
    page(&portal, &context, &fields, faults).await
}

/// Changes name and roles.
///
/// # Errors
/// [`PageError`].
pub async fn change(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, name, roles) = (id(&text)?, fields.get("name").to_owned(), chosen(&fields));
    portal.desk.ask(&context.actor(), move |work| staff::name(work, id)).await?;
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let fault = match portal.desk.ask(&context.actor(), move |work| staff::change(work, id, &name, &roles)).await {
        Ok(()) => return Ok(Redirect::to("/accounts").into_response()),
        Err(WorkError::State { code: "name-taken", .. }) => context.words.accounts_name_taken(),
        Err(WorkError::Invalid { .. }) => context.words.accounts_name_wrong(),
        Err(error) => return Err(error.into()),
    };
    page(&portal, &context, &Fields::default(), Faults { changed: Some((id, fields, fault.into_owned())), ..Faults::default() }).await
}

/// Locks or unlocks. Whoever locks somebody out is never kept waiting.
///
/// # Errors
/// [`PageError`].
pub async fn lock(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, locked) = (id(&text)?, fields.get("lock") == "yes");
    portal.desk.ask(&context.actor(), move |work| staff::name(work, id)).await?;
    if !locked && let Some(elsewhere) = prove_first(&portal, &context, &Fields::default()).await? {
        return Ok(elsewhere);
    }
    portal.desk.ask(&context.actor(), move |work| staff::lock(work, id, locked)).await?;
    Ok(Redirect::to("/accounts").into_response())
}

/// Makes a new set-up code.
///
/// # Errors
/// [`PageError`].
pub async fn start_over(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let name = portal.desk.ask(&context.actor(), move |work| staff::name(work, id)).await?;
    if let Some(elsewhere) = prove_first(&portal, &context, &Fields::default()).await? {
        return Ok(elsewhere);
    }
    let made = portal.desk.ask(&context.actor(), move |work| staff::start_over(work, id)).await?;
    Ok(code(&portal, &context, name, &made))
}

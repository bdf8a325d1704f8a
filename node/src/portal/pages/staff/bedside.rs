//! Beginning at the bedside: the matter, the proof of who the patient is, the code for the tablet, and what becomes of it.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    domain::bedside::Matter,
    portal::{
        Portal,
        codes::Choice,
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        qr::Modules,
        words::Words,
    },
    workflow::{
        bedside::{self, Begun, End, Standing},
        patient,
    },
};

#[derive(Template)]
#[template(path = "staff/bedside_new.html")]
struct NewPage {
    p: Page,
    id: String,
    name: String,
    born: String,
    matters: Vec<Choice>,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/bedside_code.html")]
struct CodePage {
    p: Page,
    id: String,
    name: String,
    matter: String,
    code: String,
    until: String,
    address: String,
    view: String,
    path: String,
}

#[derive(Template)]
#[template(path = "staff/bedside.html")]
struct StandsPage {
    p: Page,
    id: String,
    patient: String,
    name: String,
    matter: String,
    stands: String,
    good: bool,
    open: bool,
}

fn matter(w: Words, matter: Matter) -> String {
    match matter {
        Matter::Consent => w.bedside_consent(),
        Matter::Wishes => w.bedside_wishes(),
        Matter::Choice => w.bedside_choice(),
    }
    .into_owned()
}

async fn new_page(portal: &Portal, context: &Context, path: &str, fields: &Fields, fault: Option<String>) -> Result<Response, PageError> {
    if portal.patients.is_empty() {
        return Err(PageError::NotFound);
    }
    let patient = id(path)?;
    let patient = portal.desk.ask(&context.actor(), move |work| patient::show(work, patient)).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let chosen = fields.get("matter").to_owned();
    let is = |kind: Matter| if chosen.is_empty() { kind == Matter::Consent } else { kind.word() == chosen };
    Ok(render(&NewPage {
        id: patient.id.to_string(),
        name: patient.person.full_name(),
        born: w.patients_born(date::birth(&patient.person.birth_date, w.language)),
        matters: Matter::ALL.iter().map(|kind| Choice::new(kind.word(), matter(w, *kind), is(*kind))).collect(),
        fault,
        p,
    }))
}

/// The form.
///
/// # Errors
/// [`PageError`].
pub async fn show_new(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>) -> Result<Response, PageError> {
    new_page(&portal, &context, &path, &context.draft, None).await
}

/// Begins, and shows the code once.
///
/// # Errors
/// [`PageError`].
pub async fn begin(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (patient, w) = (id(&path)?, context.words);
    let Ok(kind) = fields.get("matter").parse::<Matter>() else { return new_page(&portal, &context, &path, &fields, Some(w.bedside_matter_missing().into())).await };
    if fields.get("seen") != "yes" {
        return new_page(&portal, &context, &path, &fields, Some(w.bedside_seen_missing().into())).await;
    }
    if portal.patients.is_empty() {
        return Err(PageError::NotFound);
    }
    let made = portal.desk.ask(&context.actor(), move |work| Ok((bedside::begin(work, patient, kind, true)?, patient::existing(work, patient)?))).await?;
    let (Begun { id, code, ends_at }, patient) = made;
    let address = format!("{}/bedside", portal.patients);
    let modules = Modules::of(&format!("{address}#{code}")).ok_or(PageError::Unavailable)?;
    Ok(render(&CodePage {
        id: id.to_string(),
        name: patient.person.full_name(),
        matter: matter(w, kind),
        code: code.to_string(),
        until: w.bedside_until(date::time(ends_at)),
        address,
        view: modules.view(),
        path: modules.path(),
        p: Page::new(&portal, &context),
    }))
}

fn stands(w: Words, standing: Standing) -> String {
    match standing {
        Standing::Waiting => w.bedside_waiting(),
        Standing::Expired => w.bedside_expired(),
        Standing::Open => w.bedside_open(),
        Standing::Idle => w.bedside_idle(),
        Standing::Ended(End::Done) => w.bedside_ended_done(),
        Standing::Ended(End::Returned) => w.bedside_ended_returned(),
        Standing::Ended(End::Staff) => w.bedside_ended_staff(),
        Standing::Ended(End::Replaced) => w.bedside_ended_replaced(),
    }
    .into_owned()
}

/// How one stands.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>) -> Result<Response, PageError> {
    let bedside = id(&path)?;
    let (held, patient) = portal.desk.ask(&context.actor(), move |work| bedside::show(work, bedside)).await?;
    let standing = held.standing(context.now);
    Ok(render(&StandsPage {
        id: bedside.to_string(),
        patient: held.patient.to_string(),
        name: patient.person.full_name(),
        matter: matter(context.words, held.matter),
        stands: stands(context.words, standing),
        good: matches!(standing, Standing::Ended(End::Done)),
        open: matches!(standing, Standing::Waiting | Standing::Open | Standing::Idle),
        p: Page::new(&portal, &context),
    }))
}

/// Ends one.
///
/// # Errors
/// [`PageError`].
pub async fn end(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<String>, _: Fields) -> Result<Response, PageError> {
    let bedside = id(&path)?;
    portal.desk.ask(&context.actor(), move |work| bedside::end(work, bedside)).await?;
    Ok(Redirect::to(&format!("/bedsides/{bedside}")).into_response())
}

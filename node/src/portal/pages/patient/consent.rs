//! Discharge management: what it is, and the patient's decision.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use super::{prove_first, version};
use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::journey::{self, Agreement, Consented},
};

/// The forms of the framework contract on discharge management whose content the page gives.
const FORM: &str = "Rahmenvertrag Entlassmanagement Anlage 1a/1b";

#[derive(Template)]
#[template(path = "patient/consent.html")]
struct ConsentPage {
    p: Page,
    /// What is shown before the decision: heading and paragraphs.
    parts: Vec<(String, Vec<String>)>,
    /// Where it stands, in words.
    stands: String,
    given: bool,
    /// What ends when it is taken back.
    ends: String,
    /// What was decided before the session grew too old.
    drafted: Option<String>,
    fault: Option<String>,
}

/// The information, as it is shown and as the decision cites it.
fn information(w: Words) -> Vec<(String, Vec<String>)> {
    let part = |title: std::borrow::Cow<'static, str>, text: &[std::borrow::Cow<'static, str>]| (title.into_owned(), text.iter().map(|text| text.clone().into_owned()).collect());
    vec![
        part(w.consent_what_title(), &[w.consent_what(), w.consent_what_law()]),
        part(w.consent_shared_title(), &[w.consent_shared_first(), w.consent_shared_second(), w.consent_shared_third()]),
        part(w.consent_free_title(), &[w.consent_free(), w.consent_free_withdraw(), w.consent_free_stay()]),
    ]
}

fn form(w: Words) -> String {
    let text: Vec<String> = information(w).into_iter().flat_map(|(title, text)| std::iter::once(title).chain(text)).chain([w.consent_statement().into_owned()]).collect();
    version(FORM, w, &text)
}

async fn page(portal: &Portal, context: &Context, fault: Option<String>) -> Result<Response, PageError> {
    let agreement = portal.desk.look(context.actor(), journey::agreement).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let given = agreement.stands == Consented::Given;
    let drafted = context.draft.given("decision");
    Ok(render(&ConsentPage { parts: information(w), stands: stands(&p, &agreement), given, ends: ends(w, &agreement), drafted, fault, p }))
}

fn stands(p: &Page, agreement: &Agreement) -> String {
    let w = p.w;
    let Some(last) = &agreement.last else { return w.consent_stands_open().into() };
    let stands = match agreement.stands {
        Consented::Open => w.consent_stands_open().into(),
        Consented::Given => w.consent_stands_given(p.moment(last.decision.at)),
        Consented::Refused => w.consent_stands_refused(p.moment(last.decision.at)),
        Consented::TakenBack => w.consent_stands_taken_back(p.moment(last.revoked_at.or(last.decision.until).unwrap_or(last.decision.at))),
    };
    match &agreement.by {
        Some(who) => format!("{stands} {}", w.consent_by(who.clone())),
        None => stands,
    }
}

fn ends(w: Words, agreement: &Agreement) -> String {
    if agreement.open.is_empty() {
        return w.consent_ends_nothing().into();
    }
    w.consent_ends(agreement.open.iter().map(|clinic| clinic.name.as_str()).collect::<Vec<_>>().join(", "))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, None).await
}

/// Agrees or refuses.
///
/// # Errors
/// [`PageError`].
pub async fn decide(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let given = match fields.get("decision") {
        "give" => true,
        "refuse" => false,
        _ => return page(&portal, &context, Some(context.words.consent_missing().into())).await,
    };
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let form = form(context.words);
    portal.desk.ask(&context.actor(), move |work| journey::decide(work, given, form)).await?;
    Ok(Redirect::to("/").into_response())
}

/// Takes the consent back.
///
/// # Errors
/// [`PageError`].
pub async fn withdraw(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    // As easy as giving, and never kept waiting: no further proof is asked for.
    portal.desk.ask(&context.actor(), journey::withdraw_consent).await?;
    Ok(Redirect::to("/").into_response())
}

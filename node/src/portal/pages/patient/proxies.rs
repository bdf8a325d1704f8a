//! Those who act for the patient: invited and ended by the patient.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{prove_first, step::Step};
use crate::{
    domain::calendar,
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        letter,
        page::{Page, PageError, render},
        pages::{
            mandate::{Faults, Form, Row, typed},
            sign_in::id,
        },
        qr::Modules,
    },
    workflow::{WorkError, journey},
};

#[derive(Template)]
#[template(path = "patient/proxies.html")]
struct ProxiesPage {
    p: Page,
    rows: Vec<Row>,
    form: Form,
    faults: Faults,
    drafted: bool,
    step: Option<Step>,
}

async fn page(portal: &Portal, context: &Context, fields: &Fields, faults: Faults) -> Result<Response, PageError> {
    let (helpers, todo) = portal.desk.look(context.actor(), |work| Ok((journey::proxies(work)?, journey::now_to_do(work)?))).await?;
    let p = Page::new(portal, context);
    let rows = helpers.iter().map(|helper| Row::of(&p, helper)).collect();
    Ok(render(&ProxiesPage { rows, form: Form::of(&p, fields), faults, drafted: !context.draft.is_empty(), step: Step::on(&p, todo), p }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, &context.draft, Faults::default()).await
}

#[derive(Template)]
#[template(path = "patient/proxy_invited.html")]
struct InvitedPage {
    p: Page,
    title: String,
    code: String,
    until: String,
    address: String,
    view: String,
    path: String,
}

/// Invites somebody, and shows the code.
///
/// # Errors
/// [`PageError`].
pub async fn invite(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let mandate = match typed(w, &fields, calendar::day(context.now)) {
        Ok(mandate) => mandate,
        Err(faults) => return page(&portal, &context, &fields, faults).await,
    };
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let (name, own) = (mandate.name.clone(), context.visit()?.account.name.clone());
    let reads = w.proxy_reads(name.clone(), own);
    let invited = match portal.desk.ask(&context.actor(), move |work| journey::invite_proxy(work, &mandate, reads)).await {
        Err(WorkError::State { code: "too-many", .. }) => return page(&portal, &context, &fields, Faults::whole(w.proxy_too_many())).await,
        Err(WorkError::State { code: "invited-already", .. }) => return page(&portal, &context, &fields, Faults::whole(w.proxy_again(name))).await,
        other => other?,
    };
    let p = Page::new(&portal, &context);
    let code = invited.code.to_string();
    let modules = Modules::of(&letter::scanned(&portal.origin, &code)).ok_or(PageError::Unavailable)?;
    let (title, until) = (w.proxy_invited_title(name), w.invited_until(p.day(invited.ends_at)));
    Ok(render(&InvitedPage { title, code, until, address: format!("{}/invitation", portal.origin), view: modules.view(), path: modules.path(), p }))
}

/// Ends what somebody may do.
///
/// # Errors
/// [`PageError`].
pub async fn end(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let account = id(&text)?;
    portal.desk.ask(&context.actor(), move |work| journey::end_proxy(work, account)).await?;
    Ok(Redirect::to("/proxies").into_response())
}

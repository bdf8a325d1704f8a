//! Those who act for the patient: invited and ended by the patient.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{prove_first, spoken};
use crate::{
    domain::proxy::{MAX_NAME, Mandate, Power, Scope},
    portal::{
        Portal,
        codes::Choice,
        date,
        fields::Fields,
        guard::Context,
        letter,
        page::{Page, PageError, render},
        pages::sign_in::id,
        qr::Modules,
        words::Words,
    },
    workflow::{
        WorkError,
        journey::{self, Helper},
    },
};

/// Somebody who acts for the patient, in words.
struct Row {
    id: String,
    name: String,
    lines: Vec<String>,
}

/// What was wrong with a form, by field.
#[derive(Default)]
struct Faults {
    name: Option<String>,
    scope: Option<String>,
    power: Option<String>,
    until: Option<String>,
    whole: Option<String>,
}

#[derive(Template)]
#[template(path = "patient/proxies.html")]
struct ProxiesPage {
    p: Page,
    rows: Vec<Row>,
    name: String,
    scopes: Vec<Choice>,
    powers: Vec<Choice>,
    until: String,
    faults: Faults,
    drafted: bool,
}

fn scope(w: Words, scope: Scope) -> String {
    match scope {
        Scope::Look => w.proxy_look(),
        Scope::Arrange => w.proxy_arrange(),
        Scope::Decide => w.proxy_decide(),
    }
    .into_owned()
}

fn power(w: Words, power: Power) -> String {
    match power {
        Power::Attorney => w.proxy_attorney(),
        Power::Court => w.proxy_court(),
        Power::Single => w.proxy_single(),
    }
    .into_owned()
}

fn row(p: &Page, helper: &Helper) -> Row {
    let (w, mandate) = (p.w, &helper.proxy.mandate);
    let mut lines = vec![scope(w, mandate.scope)];
    if let (Some(ground), Some(until)) = (mandate.power, mandate.until) {
        lines.push(w.proxy_ground(power(w, ground), spoken(w, until)));
    }
    lines.push(if helper.open { w.proxy_open().into() } else { w.proxy_invited(p.day(helper.proxy.given_at)) });
    Row { id: helper.proxy.account.to_string(), name: mandate.name.clone(), lines }
}

async fn page(portal: &Portal, context: &Context, fields: &Fields, faults: Faults) -> Result<Response, PageError> {
    let helpers = portal.desk.ask(&context.actor(), journey::proxies).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let chosen = fields.get("scope");
    let ground = fields.get("power");
    Ok(render(&ProxiesPage {
        rows: helpers.iter().map(|helper| row(&p, helper)).collect(),
        name: fields.shown("name", 2 * MAX_NAME),
        scopes: Scope::ALL.map(|kind| Choice::new(kind.word(), scope(w, kind), kind.word() == chosen)).into(),
        powers: Power::ALL.map(|kind| Choice::new(kind.word(), power(w, kind), kind.word() == ground)).into(),
        until: fields.shown("until", 20),
        faults,
        drafted: !context.draft.is_empty(),
        p,
    }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, &context.draft, Faults::default()).await
}

/// Reads what the patient typed.
fn typed(w: Words, fields: &Fields) -> Result<Mandate, Faults> {
    let Some(scope) = Scope::named(fields.get("scope")) else {
        return Err(Faults { scope: Some(w.proxy_scope_missing().into()), ..Faults::default() });
    };
    let decides = scope == Scope::Decide;
    let until = date::typed_day(fields.get("until"));
    if decides && until.is_none() {
        return Err(Faults { until: Some(w.proxy_until_wrong().into()), ..Faults::default() });
    }
    Ok(Mandate { name: fields.get("name").to_owned(), scope, power: Power::named(fields.get("power")).filter(|_| decides), until: until.filter(|_| decides) })
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
    let mandate = match typed(w, &fields) {
        Ok(mandate) => mandate,
        Err(faults) => return page(&portal, &context, &fields, faults).await,
    };
    if let Err(fault) = mandate.check(context.now.day()) {
        let faults = match fault.field {
            "name" => Faults { name: Some(w.proxy_name_missing().into()), ..Faults::default() },
            "power" => Faults { power: Some(w.proxy_power_missing().into()), ..Faults::default() },
            _ => Faults { until: Some(w.proxy_until_wrong().into()), ..Faults::default() },
        };
        return page(&portal, &context, &fields, faults).await;
    }
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let (name, own) = (mandate.name.clone(), context.visit()?.account.name.clone());
    let reads = w.proxy_reads(name.clone(), own);
    let invited = match portal.desk.ask(&context.actor(), move |work| journey::invite_proxy(work, &mandate, reads)).await {
        Err(WorkError::State { code: "too-many", .. }) => return page(&portal, &context, &fields, Faults { whole: Some(w.proxy_too_many().into()), ..Faults::default() }).await,
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

//! Forms of a session that is over, or of a tablet at the bedside that closed by itself, or for which a purpose is missing. None of them is
//! acted on; what was typed comes back to whoever typed it.

use axum::{
    extract::Request,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{Beside, Context, Over, cookie, unhex};
use crate::{
    domain::{
        account::{Stage, Token},
        actor::Actor,
    },
    portal::{
        Portal,
        fields::Fields,
        routes::{Form, MAX_FORM},
        upload,
    },
    workflow::account::{self, Draft, Whose},
};

/// A form that was refused for what it carries.
pub(super) struct Refused {
    /// What it carries.
    pub(super) token: String,
    /// What was typed.
    pub(super) typed: Vec<(String, String)>,
}

/// Keeps what was typed in a form that came after its session had run out, for the page that shows it again. Nothing if it is not known whose
/// session it was.
pub(super) async fn keep_typed(portal: &Portal, context: &Context, beside: Beside, back: &str, request: Request) {
    let headers = request.headers();
    let Some(whose) = whose_was(portal, context, beside, headers).await else { return };
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_owned()).unwrap_or_default();
    let fields = if kind.starts_with(b"application/x-www-form-urlencoded") {
        let Ok(body) = axum::body::to_bytes(request.into_body(), MAX_FORM).await else { return };
        Fields::read(&body).without_token()
    } else {
        // Files are not kept: only what was typed beside them.
        upload::typed(request).await
    };
    keep(portal, context, whose, back, fields).await;
}

/// Returns whose a form is that came too late: of the patient at whose bedside a tablet closed by itself, if the form is one of its matter; or of
/// the account whose session ran out.
async fn whose_was(portal: &Portal, context: &Context, beside: Beside, headers: &HeaderMap) -> Option<Whose> {
    match context.bedside_over {
        Some(Over::Idle { patient, matter }) => return beside.matters.contains(&matter).then_some(Whose::AtBedside(patient)),
        Some(Over::Ended) => return None,
        None => {}
    }
    let token = cookie(headers, &portal.cookie, "").and_then(unhex).map(Token)?;
    let (site, now) = (portal.site, context.now);
    portal.desk.read(move |db| account::who_was(db, &token, site, now)).await.ok()?.map(Whose::Account)
}

/// Leads whoever is signed in back to the page of a form that was refused, if it was made for them in an earlier session: nothing is done with
/// it, but what they typed stands there again. A form that was made for somebody else, or by nobody here, stays refused.
pub(super) async fn again(portal: &Portal, context: &Context, form: Form) -> Option<Response> {
    let refused = context.refused.get()?;
    let back = context.back.as_deref().filter(|_| matches!(form, Form::Typed(_)))?;
    let visit = context.visit.as_ref().filter(|visit| visit.session.stage == Stage::Open)?;
    let (account, csrf, site, now) = (visit.account.id, unhex(&refused.token)?, portal.site, context.now);
    let ours = portal.desk.read(move |db| account::made_for(db, account, &csrf, site, now)).await.unwrap_or(false);
    if !ours || !keep(portal, context, Whose::Account(account), back, refused.typed.clone()).await {
        return None;
    }
    Some(Redirect::to(back).into_response())
}

/// Keeps what was typed in a form about somebody for whose data a purpose must be stated first: it stands at the form's page again, to which
/// stating the purpose leads.
pub(super) async fn keep_until_purpose(portal: &Portal, context: &Context) {
    let (Some(typed), Some(back), Some(visit)) = (context.typed.get(), context.back.as_deref(), context.visit.as_ref()) else { return };
    keep(portal, context, Whose::Account(visit.account.id), back, typed.clone()).await;
}

/// Returns whether it is kept.
async fn keep(portal: &Portal, context: &Context, whose: Whose, back: &str, fields: Vec<(String, String)>) -> bool {
    let draft = Draft { form: context.path.clone(), page: back.to_owned(), fields };
    let kept = portal.desk.ask(&Actor::Node, move |work| account::keep_draft(work, whose, &draft)).await;
    if let Err(error) = &kept {
        tracing::warn!(%error, "what was typed could not be kept");
    }
    kept.is_ok()
}

//! Steps for which it is not enough to be signed in: whoever sits before a browser that was left open is somebody else.

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::{
    domain::actor::Actor,
    portal::{Portal, fields::Fields, guard::Context, page::PageError},
    workflow::account::{self, Draft, Whose},
};

/// Marks an answer to a form that was not acted on: what was typed in it stays kept.
#[derive(Clone, Copy)]
pub(in crate::portal) struct Unsent;

/// Leads to a new proof of who is here if the last is too old for what is asked, and keeps what was typed.
pub(super) async fn prove_first(portal: &Portal, context: &Context, fields: &Fields) -> Result<Option<Response>, PageError> {
    // Whoever stands beside the patient has made sure who she is.
    if context.bedside.is_some() {
        return Ok(None);
    }
    let visit = context.visit()?;
    if visit.session.is_fresh(context.now) {
        return Ok(None);
    }
    let back = context.back.clone().unwrap_or_else(|| "/".to_owned());
    let (whose, draft) = (Whose::Account(visit.account.id), Draft { form: context.path.clone(), page: back.clone(), fields: fields.clone().without_token() });
    if !draft.fields.is_empty() {
        portal.desk.ask(&Actor::Node, move |work| account::keep_draft(work, whose, &draft)).await?;
    }
    let mut response = Redirect::to(&format!("/sign-in?next={back}")).into_response();
    response.extensions_mut().insert(Unsent);
    Ok(Some(response))
}

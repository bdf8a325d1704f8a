//! The patients' pages.

pub mod bedside;
pub mod consent;
pub mod documents;
mod map;
pub mod messages;
pub mod offers;
pub mod proxies;
pub mod shared;
pub mod start;
pub mod step;
pub mod wishes;

use axum::response::{IntoResponse as _, Redirect, Response};
use verbund_protocol::{id::Digest, time::Day};

use super::super::{
    Portal, date,
    fields::Fields,
    guard::Context,
    page::PageError,
    words::{Language, Words},
};
use crate::{
    domain::actor::Actor,
    workflow::account::{self, Draft},
};

/// Leads to a new proof of who is here if the last is too old for what is asked, and keeps what was typed.
async fn prove_first(portal: &Portal, context: &Context, fields: &Fields) -> Result<Option<Response>, PageError> {
    // Whoever stands beside the patient has made sure who she is.
    if context.bedside.is_some() {
        return Ok(None);
    }
    let visit = context.visit()?;
    if visit.session.is_fresh(context.now) {
        return Ok(None);
    }
    let back = context.back.clone().unwrap_or_else(|| "/".to_owned());
    let (account, draft) = (visit.account.id, Draft { form: context.path.clone(), page: back.clone(), fields: fields.clone().without_token() });
    portal.desk.ask(&Actor::Node, move |work| account::keep_draft(work, account, &draft)).await?;
    Ok(Some(Redirect::to(&format!("/sign-in?next={back}")).into_response()))
}

/// Returns a day with its weekday and month in words.
pub(in crate::portal::pages) fn spoken(w: Words, day: Day) -> String {
    date::parts(day).map_or_else(|| day.to_string(), |(weekday, day, month, year)| w.journey_date(day, month, weekday, year.to_string()))
}

/// Returns what a decision cites as the text it was taken on: its name, the language, and the beginning of the text's digest, so that it
/// can be told later which text it was.
fn version(name: &str, w: Words, text: &[String]) -> String {
    let digest = Digest::of(text.join("\n").as_bytes()).to_string();
    let language = if w.language == Language::Pseudo { Language::German } else { w.language };
    format!("{name} {} {}", language.word(), &digest[..12])
}

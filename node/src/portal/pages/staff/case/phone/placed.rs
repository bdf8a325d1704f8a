//! What is done once a clinic without a node is chosen: the fax that says who comes, the payer's decision, and whether the patient came.

use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::{List, NoShow, PayerDecision},
    id::LocalId,
};

use super::{ids, page, words};
use crate::{
    domain::calendar,
    domain::phone::{Came, Phone},
    portal::{
        Portal,
        codes::{self, Choice},
        date,
        fax::named::{self, NamedFax},
        fields::Fields,
        guard::Context,
        page::PageError,
    },
    workflow::{
        Work, WorkError,
        caseload::phone::{
            self, MAX_NAME,
            placed::{self, Arrival, MAX_PAPERS, Naming},
        },
    },
};

/// The forms of a place that is chosen.
pub struct Placed {
    /// Whether the patient has not arrived yet.
    pub open: bool,
    /// Whether the clinic was not told yet who comes.
    pub first: bool,
    /// The day of admission.
    pub admission: String,
    /// Whom to call here.
    pub staff: String,
    /// Documents that follow.
    pub papers: String,
    /// Whether the patient came.
    pub came: Vec<Choice>,
    /// Why not.
    pub reasons: Vec<Choice>,
    /// On which day.
    pub on: String,
    /// Who said so.
    pub person: String,
    /// What the payer may decide.
    pub decisions: Vec<Choice>,
    /// On which day.
    pub decided: String,
    /// Whether that was begun.
    pub deciding: bool,
}

impl Placed {
    /// Returns the forms, with what was typed.
    pub(super) fn of(portal: &Portal, context: &Context, phone: &Phone, typed: &Fields) -> Self {
        let (w, today) = (context.words, calendar::day(context.now));
        let calendar = |day| date::calendar(day, w.language);
        let given = |name: &str, otherwise: String| if typed.given(name).is_some() { typed.shown(name, MAX_NAME) } else { otherwise };
        let chosen = |list, name: &str| codes::number(list, typed.get(name));
        let absent = typed.get("came") == "absent";
        Self {
            open: phone.arrived().is_none(),
            first: !phone.course().any(|event| matches!(event.came, Came::Named(_))),
            admission: given("admission", phone.offer().map_or_else(String::new, |day| calendar(day.max(today)))),
            staff: given("staff", format!("{}, {}", context.actor().name(), portal.clinic.phone)),
            papers: typed.shown("papers", MAX_PAPERS),
            came: vec![Choice::new("came", w.phone_arrival_yes(), !absent), Choice::new("absent", w.phone_arrival_no(), absent)],
            reasons: codes::choices(List::NoShow, chosen(List::NoShow, "absent-why").as_slice(), today, w.language),
            on: given("arrival-day", calendar(today)),
            person: typed.shown("arrival-person", MAX_NAME),
            decisions: codes::choices(List::PayerDecision, chosen(List::PayerDecision, "decision").as_slice(), today, w.language),
            decided: given("payer-day", calendar(today)),
            deciding: typed.given("payer-day").is_some(),
        }
    }
}

/// Shows the entry again, with what was typed and why it was refused.
async fn refused(portal: &Portal, context: &Context, at: (LocalId, LocalId), fields: &Fields, fault: String) -> Result<Response, PageError> {
    let (case, entry) = at;
    let phone = portal.desk.ask(&context.actor(), move |work| phone::show(work, case, entry)).await?;
    Ok(page(portal, context, &phone, fields, super::Faults::default(), Some(fault)))
}

/// Returns why something was refused; `wrong` for what was typed wrongly.
fn why(context: &Context, error: WorkError, wrong: String) -> Result<String, PageError> {
    match error {
        WorkError::Invalid { .. } | WorkError::State { code: "day", .. } => Ok(wrong),
        error => words::fault(context.words, error),
    }
}

/// Does `work` and shows the entry as it then is.
async fn act(
    portal: &Portal,
    context: &Context,
    at: (LocalId, LocalId),
    fields: &Fields,
    wrong: String,
    work: impl FnOnce(&mut Work<'_>) -> Result<(), WorkError> + Send + 'static,
) -> Result<Response, PageError> {
    match portal.desk.ask(&context.actor(), work).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{}/phone/{}", at.0, at.1)).into_response()),
        Err(error) => refused(portal, context, at, fields, why(context, error, wrong)?).await,
    }
}

/// Writes the fax that says who comes.
///
/// # Errors
/// [`PageError`].
pub async fn name(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    let ((case, entry), w) = (ids(&path)?, context.words);
    let wrong = || w.phone_name_wrong(MAX_PAPERS);
    let Some(admission) = date::typed_day(fields.get("admission")) else { return refused(&portal, &context, (case, entry), &fields, wrong()).await };
    let naming = Naming { admission, staff: fields.get("staff").to_owned(), papers: fields.get("papers").to_owned() };
    match portal.desk.ask(&context.actor(), move |work| placed::name(work, case, entry, naming)).await {
        Ok(named) => {
            let (clinic, today) = (portal.clinic.clone(), context.now);
            let pdf = portal.pool.compute(&context, move || named::write(&NamedFax { w, clinic: &clinic, named: &named, today })).await?;
            Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, "inline; filename=\"fax.pdf\"")], pdf).into_response())
        }
        Err(error) => refused(&portal, &context, (case, entry), &fields, why(&context, error, wrong())?).await,
    }
}

/// Writes down whether the patient came.
///
/// # Errors
/// [`PageError`].
pub async fn arrival(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    let (case, entry) = ids(&path)?;
    let wrong = context.words.phone_arrival_wrong().into_owned();
    let arrival = match fields.get("came") {
        "absent" => fields.get("absent-why").parse::<NoShow>().ok().map(Arrival::Absent),
        _ => Some(Arrival::Came),
    };
    let (Some(on), Some(arrival)) = (date::typed_day(fields.get("arrival-day")), arrival) else { return refused(&portal, &context, (case, entry), &fields, wrong).await };
    let person = fields.get("arrival-person").to_owned();
    act(&portal, &context, (case, entry), &fields, wrong, move |work| placed::arrival(work, case, entry, arrival, on, &person)).await
}

/// Writes down what the payer decided.
///
/// # Errors
/// [`PageError`].
pub async fn payer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    let ((case, entry), decision) = (ids(&path)?, fields.get("decision").parse::<PayerDecision>().map_err(|_| PageError::NotFound)?);
    let wrong = context.words.phone_payer_wrong().into_owned();
    let Some(on) = date::typed_day(fields.get("payer-day")) else { return refused(&portal, &context, (case, entry), &fields, wrong).await };
    act(&portal, &context, (case, entry), &fields, wrong, move |work| placed::payer(work, case, entry, decision, on)).await
}

//! Looking patients up. What was looked for travels in forms, never in an address.

use askama::Template;
use axum::{Extension, extract::State, response::Response};

use crate::{
    domain::patient::Search,
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::patient,
};

/// Most characters of a field that a page shows again.
const MAX_SHOWN: usize = 200;

/// One found patient.
struct Found {
    id: String,
    name: String,
    born: String,
    /// That a purpose must be stated first.
    former: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/patients.html")]
struct PatientsPage {
    p: Page,
    name: String,
    birth: String,
    case_number: String,
    birth_fault: Option<String>,
    /// Nothing before the first search.
    found: Option<Vec<Found>>,
}

/// The page to search.
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    let (p, typed) = (Page::new(&portal, &context), |name: &str| context.draft.shown(name, MAX_SHOWN));
    render(&PatientsPage { p, name: typed("name"), birth: typed("birth"), case_number: typed("case_number"), birth_fault: None, found: None })
}

/// Searches.
///
/// # Errors
/// [`PageError`].
pub async fn search(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let (p, w) = (Page::new(&portal, &context), context.words);
    let (name, birth, case_number) = (fields.get("name").to_owned(), fields.get("birth").to_owned(), fields.get("case_number").to_owned());
    let birth_date = date::typed(&birth);
    let birth_fault = (!birth.is_empty() && birth_date.is_none()).then(|| w.invitation_birth_wrong().into_owned());
    let asks = fields.given("name").is_some() || birth_date.is_some() || fields.given("case_number").is_some();
    let found = if birth_fault.is_none() && asks {
        let search = Search { name: fields.given("name"), birth_date, kvnr: None, case_number: fields.given("case_number") };
        let found = portal.desk.ask(&context.actor(), move |work| patient::find(work, &search)).await?;
        Some(found.iter().map(|found| row(found, w)).collect())
    } else {
        None
    };
    Ok(render(&PatientsPage { p, name, birth, case_number, birth_fault, found }))
}

fn row(found: &patient::Found, w: Words) -> Found {
    let born = found.entry.as_ref().map_or_else(|| w.patients_born_in(found.born.clone()), |entry| w.patients_born(date::birth(&entry.person.birth_date, w.language)));
    Found { id: found.id.to_string(), name: found.name.clone(), born, former: found.entry.is_none().then(|| w.patients_former().into_owned()) }
}

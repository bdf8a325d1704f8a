//! A new department on the board of free places: what it is called, what it treats and what it can meet.

use std::str::FromStr;

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::List,
    id::{DepartmentKey, Ik},
    limits::MAX_DEPARTMENT_NAME,
};

use crate::{
    domain::{calendar, capacity::Stated},
    portal::{
        Portal,
        codes::{self, Choice},
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
    },
    workflow::{WorkError, capacity},
};

/// Most beds of a department: more is a slip.
const MAX_BEDS: u16 = 2_000;
/// What a department says of itself, by the field's name, in the order of the form.
const LISTS: [(&str, List); 6] =
    [("indications", List::Ahb), ("settings", List::Setting), ("constraints", List::Constraint), ("payers", List::Payer), ("rooms", List::Room), ("languages", List::Language)];

/// Codes to tick.
struct Group {
    name: &'static str,
    title: String,
    open: bool,
    choices: Vec<Choice>,
}

/// What is wrong.
#[derive(Default)]
struct Faults {
    key: Option<String>,
    name: Option<String>,
    beds: Option<String>,
    general: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/admissions/department.html")]
struct DepartmentPage {
    p: Page,
    /// To choose from, if there are several.
    facilities: Vec<Choice>,
    key: String,
    name: String,
    beds: String,
    groups: Vec<Group>,
    faults: Faults,
}

fn page(portal: &Portal, context: &Context, own: &[(Ik, String)], fields: &Fields, faults: Faults) -> Response {
    let w = context.words;
    let group = |(name, list): (&'static str, List)| {
        let chosen: Vec<u16> = fields.all(name).filter_map(|word| codes::number(list, word)).collect();
        Group {
            name,
            title: w.department_list(name),
            open: name == "indications" || !chosen.is_empty(),
            choices: codes::choices(list, &chosen, calendar::day(context.now), w.language),
        }
    };
    let facilities = own.iter().map(|(ik, name)| Choice::new(ik.to_string(), name.clone(), fields.get("facility") == ik.to_string()));
    render(&DepartmentPage {
        p: Page::new(portal, context),
        facilities: if own.len() > 1 { facilities.collect() } else { vec![] },
        key: fields.shown("key", 12),
        name: fields.shown("name", MAX_DEPARTMENT_NAME),
        beds: fields.shown("beds", 12),
        groups: LISTS.into_iter().map(group).collect(),
        faults,
    })
}

/// The form.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let own = portal.desk.ask(&context.actor(), |work| capacity::facilities(work)).await?;
    Ok(page(&portal, &context, &own, &context.draft, Faults::default()))
}

/// Returns the codes ticked in one field; those that are none are left out.
fn ticked<T: FromStr>(fields: &Fields, name: &str) -> Vec<T> {
    fields.all(name).filter_map(|word| word.parse().ok()).collect()
}

fn read(context: &Context, own: &[(Ik, String)], fields: &Fields) -> Result<Stated, Faults> {
    let w = context.words;
    let mut faults = Faults::default();
    let facility = own.iter().find(|(ik, _)| ik.to_string() == fields.get("facility")).or(own.first()).map(|(ik, _)| ik.clone());
    let key: Option<DepartmentKey> = fields.get("key").parse().ok();
    if key.is_none() {
        faults.key = Some(w.department_key_wrong().into_owned());
    }
    let name = fields.get("name").to_owned();
    if name.is_empty() || name.len() > MAX_DEPARTMENT_NAME {
        faults.name = Some(w.department_name_wrong().into_owned());
    }
    let beds = fields.get("beds").parse::<u16>().ok().filter(|beds| (1..=MAX_BEDS).contains(beds));
    if beds.is_none() {
        faults.beds = Some(w.department_beds_wrong(MAX_BEDS));
    }
    if fields.all("indications").next().is_none() {
        faults.general = Some(w.department_indications_wrong().into_owned());
    }
    match (facility, key, beds) {
        (Some(facility), Some(department), Some(beds)) if faults.name.is_none() && faults.general.is_none() => Ok(Stated {
            name,
            beds,
            indications: ticked(fields, "indications"),
            settings: ticked(fields, "settings"),
            constraints: ticked(fields, "constraints"),
            payers: ticked(fields, "payers"),
            rooms: ticked(fields, "rooms"),
            languages: ticked(fields, "languages"),
            ..Stated::new(DepartmentId { facility, department })
        }),
        _ => Err(faults),
    }
}

/// Adds the department.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let own = portal.desk.ask(&context.actor(), |work| capacity::facilities(work)).await?;
    let new = match read(&context, &own, &fields) {
        Ok(new) => new,
        Err(faults) => return Ok(page(&portal, &context, &own, &fields, faults)),
    };
    match portal.desk.ask(&context.actor(), move |work| capacity::add(work, new)).await {
        Ok(()) => Ok(Redirect::to("/capacity").into_response()),
        Err(WorkError::State { .. }) => Ok(page(&portal, &context, &own, &fields, Faults { key: Some(w.department_exists().into_owned()), ..Faults::default() })),
        Err(WorkError::Invalid { .. }) => Ok(page(&portal, &context, &own, &fields, Faults { name: Some(w.department_name_wrong().into_owned()), ..Faults::default() })),
        Err(error) => Err(error.into()),
    }
}

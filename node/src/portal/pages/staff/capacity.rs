//! Free places, by department and day: what admissions say each morning, and correct in between.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{capacity::DepartmentId, time::Day};

use crate::{
    domain::calendar,
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
    },
    workflow::{
        WorkError,
        capacity::{self, Change, Shown},
    },
};

/// Days shown: four weeks.
const DAYS: u32 = 28;
/// Longest number that a form shows again.
const MAX_SHOWN: usize = 12;

/// One day of a department.
struct Place {
    name: String,
    label: String,
    /// 1 is Monday.
    weekday: u32,
    value: String,
    held: Option<String>,
    fault: Option<String>,
}

/// One department.
struct Department {
    key: String,
    facility: String,
    title: String,
    clinic: String,
    beds: String,
    state: String,
    /// Whether nobody has said for long that it is right.
    old: bool,
    until: String,
    fault: Option<String>,
    places: Vec<Place>,
}

#[derive(Template)]
#[template(path = "staff/admissions/capacity.html")]
struct CapacityPage {
    p: Page,
    departments: Vec<Department>,
}

/// What was in the way of saving one department.
struct Refused<'a> {
    id: DepartmentId,
    fields: &'a Fields,
    days: Vec<Day>,
    general: Option<String>,
}

async fn page(portal: &Portal, context: &Context, refused: Option<Refused<'_>>) -> Result<Response, PageError> {
    let shown = portal.desk.look(context.actor(), |work| capacity::show(work, None, false)).await?;
    let departments = shown.iter().map(|shown| department(context, shown, refused.as_ref().filter(|refused| refused.id == shown.id))).collect();
    Ok(render(&CapacityPage { p: Page::new(portal, context), departments }))
}

/// The board.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let draft = context.draft.clone();
    let refused = named(&draft).map(|id| Refused { id, fields: &draft, days: vec![], general: None });
    page(&portal, &context, refused).await
}

fn department(context: &Context, shown: &Shown, refused: Option<&Refused<'_>>) -> Department {
    let (w, today) = (context.words, calendar::day(context.now));
    let stated = shown.stated.as_deref().unwrap_or(&shown.free);
    let on = |places: &[u16], day: Day| usize::try_from(day.days_since(shown.first_day)).ok().and_then(|at| places.get(at)).copied();
    let place = |day: Day| {
        let name = field(&shown.id, day);
        let held = on(stated, day).unwrap_or(0).saturating_sub(on(&shown.free, day).unwrap_or(0));
        let value = on(stated, day).map_or_else(String::new, |free| free.to_string());
        Place {
            label: w.capacity_day(short(day), weekday(day)),
            weekday: weekday(day),
            value: refused.filter(|refused| refused.fields.all(&name).next().is_some()).map_or(value, |refused| refused.fields.shown(&name, MAX_SHOWN)),
            held: (held > 0).then(|| w.capacity_held(held)),
            fault: refused.filter(|refused| refused.days.contains(&day)).map(|_| w.capacity_wrong(shown.beds)),
            name,
        }
    };
    let last = shown.first_day.plus(u32::try_from(stated.len()).unwrap_or(0)).minus(1);
    let wrong_days = refused.filter(|refused| !refused.days.is_empty()).map(|refused| {
        let days = refused.days.iter().map(|day| w.capacity_day(short(*day), weekday(*day))).collect::<Vec<_>>().join(", ");
        w.capacity_wrong_days(shown.beds, days)
    });
    Department {
        key: shown.id.department.to_string(),
        facility: shown.id.facility.to_string(),
        title: if shown.department.is_empty() { shown.id.department.to_string() } else { shown.department.clone() },
        clinic: shown.facility.clone(),
        beds: w.capacity_beds(shown.beds),
        state: w.capacity_state(shown.age.clone(), date::moment(shown.observed_at, w.language)),
        old: shown.age != "fresh",
        until: if last < today || stated.is_empty() { w.capacity_until_none().into_owned() } else { w.capacity_until(date::calendar(last, w.language)) },
        fault: wrong_days.or_else(|| refused.and_then(|refused| refused.general.clone())),
        places: (0..DAYS).map(|at| place(today.plus(at))).collect(),
    }
}

/// The name of a day's field, which no other department has.
fn field(id: &DepartmentId, day: Day) -> String {
    format!("{}-{}-{day}", id.facility, id.department)
}

/// 1970-01-01 was a Thursday.
const fn weekday(day: Day) -> u32 {
    (day.0 + 3) % 7 + 1
}

/// Day and month, as a calendar's box has them.
fn short(day: Day) -> String {
    let iso = day.to_string();
    let part = |from: usize| iso.get(from..from + 2).unwrap_or_default().trim_start_matches('0').to_owned();
    format!("{}.{}.", part(8), part(5))
}

/// Returns which department a form is about.
fn named(fields: &Fields) -> Option<DepartmentId> {
    Some(DepartmentId { facility: fields.get("facility").parse().ok()?, department: fields.get("department").parse().ok()? })
}

/// Saves one department.
///
/// # Errors
/// [`PageError`].
pub async fn save(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let id = named(&fields).ok_or(PageError::NotFound)?;
    let shown = portal.desk.look(context.actor(), |work| capacity::show(work, None, false)).await?;
    let shown = shown.into_iter().find(|shown| shown.id == id).ok_or(PageError::NotFound)?;
    let today = calendar::day(context.now);
    let free = match read(&shown, &fields, today) {
        Ok(free) => free,
        Err(days) => return page(&portal, &context, Some(Refused { id, fields: &fields, days, general: None })).await,
    };
    let change = Change {
        id: id.clone(),
        name: None,
        beds: None,
        first_day: Some(today),
        free: Some(free),
        settings: None,
        indications: None,
        constraints: None,
        payers: None,
        rooms: None,
        languages: None,
        valid_hours: None,
    };
    match portal.desk.ask(&context.actor(), |work| capacity::change(work, change)).await {
        Ok(_) => Ok(Redirect::to("/capacity").into_response()),
        Err(WorkError::Invalid { .. }) => {
            let general = Some(context.words.capacity_refused().into_owned());
            page(&portal, &context, Some(Refused { id, fields: &fields, days: vec![], general })).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads the days of a form: those that it lacks stay as they are, empty ones at the end are no longer stated.
///
/// # Errors
/// The days that hold no number, or more than there are beds.
fn read(shown: &Shown, fields: &Fields, today: Day) -> Result<Vec<u16>, Vec<Day>> {
    let stated = shown.stated.as_deref().unwrap_or_default();
    let before = |day: Day| usize::try_from(day.days_since(shown.first_day)).ok().and_then(|at| stated.get(at)).copied();
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for day in (0..DAYS).map(|at| today.plus(at)) {
        let name = field(&shown.id, day);
        let Some(text) = fields.all(&name).next().map(str::trim) else {
            read.push(before(day));
            continue;
        };
        match text.parse::<u16>() {
            Ok(free) if free <= shown.beds => read.push(Some(free)),
            Err(_) if text.is_empty() => read.push(None),
            _ => wrong.push(day),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    if read.last().is_some_and(Option::is_some) {
        let later = (DAYS..).map(|at| before(today.plus(at))).take_while(Option::is_some);
        read.extend(later);
    }
    while read.last().is_some_and(Option::is_none) {
        read.pop();
    }
    Ok(read.into_iter().map(|free| free.unwrap_or(0)).collect())
}

/// Says that all of it is still right.
///
/// # Errors
/// [`PageError`].
pub async fn renew(State(portal): State<Portal>, Extension(context): Extension<Context>, _: Fields) -> Result<Response, PageError> {
    portal.desk.ask(&context.actor(), |work| capacity::renew(work, &[])).await?;
    Ok(Redirect::to("/capacity").into_response())
}

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
    /// What is stated now: what somebody changes it from.
    seen: String,
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
        let seen = text(on(stated, day));
        let told = refused.map_or(Told::Nothing, |refused| told(refused.fields, &name, &seen));
        let by_both = || if seen.is_empty() { w.capacity_changed_none().into_owned() } else { w.capacity_changed(seen.clone()) };
        Place {
            label: w.capacity_day(short(day), weekday(day)),
            weekday: weekday(day),
            // What nobody typed over is shown as it stands now.
            value: refused.filter(|_| told != Told::Nothing).map_or_else(|| seen.clone(), |refused| refused.fields.shown(&name, MAX_SHOWN)),
            held: (held > 0).then(|| w.capacity_held(held)),
            fault: match told {
                _ if refused.is_some_and(|refused| refused.days.contains(&day)) => Some(w.capacity_wrong(shown.beds)),
                Told::Both => Some(by_both()),
                Told::Nothing | Told::New(_) => None,
            },
            name,
            seen,
        }
    };
    let last = shown.first_day.plus(u32::try_from(stated.len()).unwrap_or(0)).minus(1);
    let wrong_days = refused.filter(|refused| !refused.days.is_empty()).map(|refused| {
        let days = refused.days.iter().map(|day| w.capacity_day(short(*day), weekday(*day))).collect::<Vec<_>>().join(", ");
        w.capacity_wrong_days(shown.beds, days)
    });
    let by_both = refused.and_then(|refused| {
        let both = (0..DAYS).map(|at| today.plus(at)).filter(|day| told(refused.fields, &field(&shown.id, *day), &text(on(stated, *day))) == Told::Both);
        let days = both.map(|day| w.capacity_day(short(day), weekday(day))).collect::<Vec<_>>().join(", ");
        (!days.is_empty()).then(|| w.capacity_changed_days(days))
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
        fault: wrong_days.or(by_both).or_else(|| refused.and_then(|refused| refused.general.clone())),
        places: (0..DAYS).map(|at| place(today.plus(at))).collect(),
    }
}

/// The name of a day's field, which no other department has.
fn field(id: &DepartmentId, day: Day) -> String {
    format!("{}-{}-{day}", id.facility, id.department)
}

/// A day's number as its field has it.
fn text(stated: Option<u16>) -> String {
    stated.map_or_else(String::new, |free| free.to_string())
}

/// What somebody typed for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told<'a> {
    /// Nothing new.
    Nothing,
    /// Another number.
    New(&'a str),
    /// Another number, while somebody else changed it too.
    Both,
}

/// Returns what somebody typed for the day of a field where `now` is stated. The form says what its reader saw.
fn told<'a>(fields: &'a Fields, name: &str, now: &str) -> Told<'a> {
    let Some(typed) = fields.all(name).next().map(str::trim) else { return Told::Nothing };
    let before = format!("{name}-seen");
    match fields.all(&before).next() {
        Some(seen) if typed == seen => Told::Nothing,
        _ if typed == now => Told::Nothing,
        Some(seen) if seen != now => Told::Both,
        _ => Told::New(typed),
    }
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
    let (today, typed, of, actor) = (calendar::day(context.now), fields.clone(), id.clone(), context.actor());
    // What stands is read and changed in one piece of work: nobody else can save in between.
    let saved = portal.desk.ask(&actor, move |work| {
        let shown = capacity::show(work, None, false)?.into_iter().find(|shown| shown.id == of).ok_or(WorkError::NotFound("department"))?;
        match read(&shown, &typed, today) {
            Ok(free) => capacity::change(work, change(of, today, free)).map(|_| Ok(())),
            Err(days) => Ok(Err(days)),
        }
    });
    match saved.await {
        Ok(Ok(())) => Ok(Redirect::to("/capacity").into_response()),
        Ok(Err(days)) => page(&portal, &context, Some(Refused { id, fields: &fields, days, general: None })).await,
        Err(WorkError::Invalid { .. }) => {
            let general = Some(context.words.capacity_refused().into_owned());
            page(&portal, &context, Some(Refused { id, fields: &fields, days: vec![], general })).await
        }
        Err(error) => Err(error.into()),
    }
}

fn change(id: DepartmentId, today: Day, free: Vec<u16>) -> Change {
    Change {
        id,
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
    }
}

/// Reads the days of a form: those that it lacks or that nobody typed over stay as they are, empty ones at the end are no longer stated.
///
/// # Errors
/// The days that hold no number, or more than there are beds; none of them if what is in the way is that somebody else changed a day too.
fn read(shown: &Shown, fields: &Fields, today: Day) -> Result<Vec<u16>, Vec<Day>> {
    let stated = shown.stated.as_deref().unwrap_or(&shown.free);
    let before = |day: Day| usize::try_from(day.days_since(shown.first_day)).ok().and_then(|at| stated.get(at)).copied();
    let (mut read, mut wrong, mut both) = (Vec::new(), Vec::new(), false);
    for day in (0..DAYS).map(|at| today.plus(at)) {
        let typed = match told(fields, &field(&shown.id, day), &text(before(day))) {
            Told::Nothing => {
                read.push(before(day));
                continue;
            }
            Told::Both => {
                both = true;
                continue;
            }
            Told::New(typed) => typed,
        };
        match typed.parse::<u16>() {
            Ok(free) if free <= shown.beds => read.push(Some(free)),
            Err(_) if typed.is_empty() => read.push(None),
            _ => wrong.push(day),
        }
    }
    if both || !wrong.is_empty() {
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

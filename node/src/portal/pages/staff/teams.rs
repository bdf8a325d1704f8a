//! Teams that patients write to, kept by IT. No patient appears here.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use super::accounts::role_name;
use crate::{
    domain::{account::Account, actor::Role, team::Team},
    portal::{
        Portal,
        codes::Choice,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::{Language, Words},
    },
    workflow::{
        WorkError,
        team::{self, Staffed},
    },
};

/// A team's form.
struct Form {
    id: String,
    title: String,
    state: String,
    german: String,
    english: String,
    hours: String,
    roles: Vec<Choice>,
    owners: Vec<Choice>,
    substitutes: Vec<Choice>,
    named: Vec<Choice>,
    weekends: bool,
    first: bool,
    /// Whether it is to become the first.
    wants_first: bool,
    may_end: bool,
    open: bool,
}

#[derive(Template)]
#[template(path = "staff/teams.html")]
struct TeamsPage {
    p: Page,
    forms: Vec<Form>,
    new: Form,
    fault: Option<String>,
}

/// What a form was given: which team, or a new one, and its fields.
struct Typed<'a> {
    team: Option<LocalId>,
    fields: Option<&'a Fields>,
    fault: String,
}

fn choose<'a>(staff: impl Iterator<Item = (LocalId, &'a str)>, chosen: &[LocalId]) -> Vec<Choice> {
    staff.map(|(id, name)| Choice::new(id.to_string(), name, chosen.contains(&id))).collect()
}

fn roles(w: Words, chosen: Option<Role>) -> Vec<Choice> {
    Role::CARE.iter().map(|role| Choice::new(role.word(), role_name(w, *role), Some(*role) == chosen)).collect()
}

fn form(w: Words, staff: &[Account], held: Option<&Staffed>, typed: Option<&Fields>) -> Form {
    let (team, all) = (typed.map(read).or_else(|| held.map(|held| held.team.clone())), || staff.iter().map(|account| (account.id, account.name.as_str())));
    let is = |pick: fn(&Team) -> Option<LocalId>| team.as_ref().and_then(pick).into_iter().collect::<Vec<_>>();
    let (owner, substitute) = (is(|team| team.owner), is(|team| team.substitute));
    let first = held.is_some_and(|held| held.team.first);
    let ended = held.is_some_and(|held| held.team.ended_at.is_some());
    let count = w.team_count(held.map(|held| held.members.len()).unwrap_or_default());
    let state = [Some(count), first.then(|| w.team_first_mark().into()), ended.then(|| w.team_ended().into())].into_iter().flatten().collect::<Vec<String>>().join(" · ");
    Form {
        id: held.map_or_else(|| "new".into(), |held| held.team.id.to_string()),
        title: held.map(|held| if w.language == Language::English { held.team.english.clone() } else { held.team.german.clone() }).unwrap_or_default(),
        state,
        hours: typed.map(|typed| typed.shown("hours", 10)).or_else(|| held.map(|held| held.team.hours.to_string())).unwrap_or_else(|| "24".into()),
        roles: roles(w, team.as_ref().and_then(|team| team.role)),
        owners: choose(all(), &owner),
        substitutes: choose(all(), &substitute),
        named: choose(all(), team.as_ref().map(|team| team.named.as_slice()).unwrap_or_default()),
        weekends: team.as_ref().is_some_and(|team| team.weekends),
        wants_first: team.as_ref().is_some_and(|team| team.first),
        german: team.as_ref().map(|team| team.german.chars().take(120).collect()).unwrap_or_default(),
        english: team.as_ref().map(|team| team.english.chars().take(120).collect()).unwrap_or_default(),
        first,
        may_end: held.is_some() && !first && !ended,
        open: typed.is_some(),
    }
}

/// Reads a form. What is wrong with it is found when it is kept; hours that are no number are none.
fn read(fields: &Fields) -> Team {
    let account = |name: &str| fields.get(name).parse().ok();
    Team {
        id: LocalId([0; 8]),
        german: fields.get("german").to_owned(),
        english: fields.get("english").to_owned(),
        role: fields.get("role").parse().ok(),
        named: fields.all("named").filter_map(|text| text.parse().ok()).collect(),
        owner: account("owner"),
        substitute: account("substitute"),
        hours: fields.get("hours").parse().unwrap_or_default(),
        weekends: fields.get("weekends") == "yes",
        first: fields.get("first") == "yes",
        ended_at: None,
    }
}

async fn page(portal: &Portal, context: &Context, typed: Option<Typed<'_>>) -> Result<Response, PageError> {
    let teams = portal.desk.ask(&context.actor(), team::list).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let late = |id: Option<LocalId>| context.draft_of(&id.map_or_else(|| "/teams".to_owned(), |id| format!("/teams/{id}")));
    let given = |id: Option<LocalId>| typed.as_ref().filter(|typed| typed.team == id).and_then(|typed| typed.fields).or_else(|| late(id));
    Ok(render(&TeamsPage {
        forms: teams.teams.iter().map(|held| form(w, &teams.staff, Some(held), given(Some(held.team.id)))).collect(),
        new: form(w, &teams.staff, None, given(None)),
        fault: typed.as_ref().map(|typed| typed.fault.clone()),
        p,
    }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    page(&portal, &context, None).await
}

async fn keep(portal: &Portal, context: &Context, id: Option<LocalId>, fields: &Fields) -> Result<Response, PageError> {
    let (w, team) = (context.words, read(fields));
    let fault = match team.check() {
        Ok(()) => {
            let kept = team.clone();
            match portal.desk.ask(&context.actor(), move |work| team::keep(work, id, kept)).await {
                Ok(_) => return Ok(Redirect::to("/teams").into_response()),
                Err(WorkError::State { code: "too-many", .. }) => w.team_fault_many(),
                Err(WorkError::Invalid { .. }) => w.team_fault_belongs(),
                Err(error) => return Err(error.into()),
            }
        }
        Err(fault) => match fault.field {
            "german" | "english" => w.team_fault_name(),
            "hours" => w.team_fault_hours(),
            "substitute" => w.team_fault_substitute(),
            _ => w.team_fault_belongs(),
        },
    };
    page(portal, context, Some(Typed { team: id, fields: Some(fields), fault: fault.into() })).await
}

/// Adds a team.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    keep(&portal, &context, None, &fields).await
}

/// Changes a team.
///
/// # Errors
/// [`PageError`].
pub async fn change(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    keep(&portal, &context, Some(id(&text)?), &fields).await
}

/// Ends a team.
///
/// # Errors
/// [`PageError`].
pub async fn end(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let team = id(&text)?;
    match portal.desk.ask(&context.actor(), move |work| team::end(work, team)).await {
        Ok(()) => Ok(Redirect::to("/teams").into_response()),
        Err(WorkError::State { code: "first", .. }) => {
            let fault = context.words.team_fault_first().into();
            page(&portal, &context, Some(Typed { team: Some(team), fields: None, fault })).await
        }
        Err(error) => Err(error.into()),
    }
}

//! The start page of staff, and the language.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    domain::{account::Stage, actor::Role},
    portal::{
        Portal,
        fields::Fields,
        guard::{self, Context},
        page::{Page, PageError, render, with_cookies},
        pages::staff::case::list::{Line, more},
        words::Language,
    },
    workflow::{
        account::{self, invite},
        capacity, caseload,
        conversation::{ANSWERING, ASKING},
        inbox,
        notice::calls,
        purpose, thread,
    },
};

#[derive(Template)]
#[template(path = "staff/start.html")]
struct StaffPage {
    p: Page,
    name: String,
    cares: bool,
    /// The reader's cases, for the social service: what is due first stands first.
    cases: Option<Vec<Line>>,
    /// That there are more of them.
    more: Option<String>,
    it: bool,
    operates: bool,
    /// The door to the purposes that staff stated, with how many are new.
    purposes: Option<String>,
    supervises: bool,
    none: bool,
    /// The door to the inquiries, with how many are new.
    inquiries: Option<String>,
    states_places: bool,
    /// The door to patients' messages, with how many wait, and how many of them too long.
    messages: Option<(String, Option<String>)>,
    /// The door to the list of those to be called, with how many they are.
    calls: Option<String>,
    /// Whose code no longer works: page and name.
    blocked: Vec<(String, String)>,
}

/// The start page of staff.
///
/// # Errors
/// [`PageError`].
pub async fn staff(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let account = context.visit()?.account.clone();
    let holds = |roles: &[Role]| account.roles.iter().any(|role| roles.contains(role));
    let cares = holds(Role::CARE);
    let blocked = if cares { portal.desk.ask(&context.actor(), invite::blocked_with_names).await? } else { vec![] };
    let blocked = blocked.into_iter().map(|(found, name)| match found.helper {
        Some(helper) => (format!("/patients/{}/proxies", found.patient), context.words.staff_blocked_helper(helper)),
        None => (format!("/patients/{}", found.patient), name),
    });
    let inquiries = if holds(ANSWERING) { Some(portal.desk.ask(&context.actor(), |work| inbox::unanswered(work)).await?) } else { None };
    let purposes = if holds(&[Role::PrivacyOfficer]) { Some(portal.desk.ask(&context.actor(), |work| purpose::waiting(work)).await?) } else { None };
    let me = account.id;
    let waiting = if cares { portal.desk.ask(&context.actor(), move |work| thread::count(work, me)).await? } else { None };
    let messages = waiting.map(|count| (context.words.message_inbox_door(count.mine), (count.late > 0).then(|| context.words.message_inbox_late(count.late))));
    let cases = if holds(ASKING) { Some(portal.desk.look(context.actor(), |work| caseload::list(work, false)).await?) } else { None };
    let more = cases.as_ref().and_then(|listed| more(listed, context.words));
    let cases = cases.map(|listed| listed.rows.iter().map(|row| Line::of(row, context.words, &context)).collect());
    let calls = if cares { Some(portal.desk.ask(&context.actor(), |work| calls::count(work)).await?) } else { None };
    Ok(render(&StaffPage {
        purposes: purposes.map(|waiting| context.words.purpose_door(waiting)),
        p: Page::new(&portal, &context),
        messages,
        name: account.name.clone(),
        cares,
        inquiries: inquiries.map(|new| context.words.admissions_door(new)),
        cases,
        more,
        it: holds(&[Role::It]),
        operates: holds(&[Role::It, Role::PrivacyOfficer]),
        supervises: holds(&[Role::PrivacyOfficer]),
        none: account.roles.is_empty(),
        states_places: holds(capacity::STATING),
        calls: calls.map(|count| context.words.calls_door(count)),
        blocked: blocked.collect(),
    }))
}

/// Changes the language, for whoever is signed in or for this browser.
///
/// # Errors
/// [`PageError`].
pub async fn language(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let chosen = Language::of(fields.get("language")).filter(|language| offered(*language)).ok_or(PageError::NotFound)?;
    if let Some(visit) = context.visit.clone().filter(|visit| visit.session.stage == Stage::Open) {
        portal.desk.ask(&context.actor(), move |work| account::set_language(work, &visit.account, chosen.word())).await?;
    }
    let back = fields.get("back");
    let own = guard::is_own_path(back) || back.starts_with("/sign-in") && back.bytes().all(|b| b.is_ascii_lowercase() || b"/-".contains(&b));
    let setup = back.starts_with("/setup") && back.bytes().all(|b| b.is_ascii_lowercase() || b"/-".contains(&b));
    let to = if own || setup { back } else { "/" };
    Ok(with_cookies(Redirect::to(to).into_response(), [guard::language_cookie(&portal, chosen)]))
}

/// The pseudo-language exists where the demo does: not in a hospital's build.
fn offered(language: Language) -> bool {
    Language::OFFERED.contains(&language) || (language == Language::Pseudo && cfg!(feature = "demo"))
}

//! Admissions' own rules: all of them, and the page of each, which shows what it would have done before it is switched on.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{catalogue::List, id::LocalId};

use super::label;
use crate::{
    domain::calendar,
    domain::rule::{Condition, Field, MAX_NAME, Rule, reasons},
    portal::{
        Portal,
        codes::{self, Choice},
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        profile,
        words::Words,
    },
    workflow::{
        WorkError,
        rule::{self, Held, State as Standing, Trial},
    },
};

/// Returns the door to the rules, with how many are on.
pub(super) fn door(rules: &[Held], w: Words) -> String {
    let on = rules.iter().filter(|held| held.state == Standing::On).count();
    let door = w.rule_door().into_owned();
    if on == 0 { door } else { format!("{door} ({on} {})", w.rule_on()) }
}

/// A rule in words.
struct Shown {
    id: String,
    name: String,
    on: bool,
    state: String,
    /// Field, and what of it.
    says: Vec<(String, String)>,
    reason: String,
    switched: Option<String>,
    written: String,
    declined: String,
}

impl Shown {
    fn of(held: &Held, w: Words) -> Self {
        let on = held.state == Standing::On;
        let moment = |at| date::moment(at, w.language);
        Self {
            id: held.id.to_string(),
            name: held.rule.name.clone(),
            on,
            state: if on { w.rule_on() } else { w.rule_off() }.into_owned(),
            says: held.rule.conditions.iter().map(|condition| says(condition, w)).collect(),
            reason: w.rule_reason_told(label(List::Decline, held.rule.reason.number(), w)),
            switched: held.switched.as_ref().filter(|_| on).map(|(at, by)| w.rule_switched(by.clone(), moment(*at))),
            written: w.rule_written(held.made_by.clone(), moment(held.made_at)),
            declined: w.rule_declined(held.declined),
        }
    }
}

fn says(condition: &Condition, w: Words) -> (String, String) {
    let labels = condition.any.iter().map(|code| label(condition.field.list(), *code, w));
    let any = labels.reduce(|first, second| w.rule_or(first, second)).unwrap_or_default();
    (w.rule_field(condition.field.word()), any)
}

#[derive(Template)]
#[template(path = "staff/admissions/rules.html")]
struct RulesPage {
    p: Page,
    rules: Vec<Shown>,
}

/// All rules.
///
/// # Errors
/// [`PageError`].
pub async fn list(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let rules = portal.desk.ask(&context.actor(), |work| rule::list(work)).await?;
    Ok(render(&RulesPage { p: Page::new(&portal, &context), rules: rules.iter().map(|held| Shown::of(held, context.words)).collect() }))
}

/// A field of the form, with its codes to tick.
struct Group {
    name: &'static str,
    title: String,
    chosen: Option<String>,
    choices: Vec<Choice>,
}

/// What is typed into the form of a rule.
struct Form {
    name: String,
    reasons: Vec<Choice>,
    groups: Vec<Group>,
    name_fault: Option<String>,
    reason_fault: Option<String>,
    fault: Option<String>,
    open: bool,
}

impl Form {
    /// Returns the form as `fields` has it, or else as `held` stands.
    fn new(context: &Context, held: Option<&Rule>, fields: &Fields, fault: Option<&'static str>) -> Self {
        let (w, typed) = (context.words, !fields.is_empty());
        let chosen = |field: Field| -> Vec<u16> {
            if typed {
                return fields.all(field.word()).filter_map(|word| codes::number(field.list(), word)).collect();
            }
            held.iter().flat_map(|rule| &rule.conditions).filter(|condition| condition.field == field).flat_map(|condition| condition.any.clone()).collect()
        };
        let group = |field: Field| {
            let chosen = chosen(field);
            let choices = codes::choices(field.list(), &chosen, calendar::day(context.now), w.language);
            let count = choices.iter().filter(|choice| choice.chosen).count();
            Group { name: field.word(), title: w.rule_field(field.word()), chosen: (count > 0).then(|| w.rule_chosen(count)), choices }
        };
        let reason = if typed { fields.get("reason").to_owned() } else { held.map(|rule| rule.reason.to_string()).unwrap_or_default() };
        let option = |code: verbund_protocol::catalogue::Decline| Choice::new(code.to_string(), label(List::Decline, code.number(), w), code.to_string() == reason);
        let text = |code: &'static str| w.rule_fault(code, MAX_NAME);
        let at = |wanted: &str| fault.filter(|code| *code == wanted).map(text);
        Self {
            name: if typed { fields.shown("name", MAX_NAME + 1) } else { held.map(|rule| rule.name.clone()).unwrap_or_default() },
            reasons: reasons().into_iter().map(option).collect(),
            groups: Field::ALL.iter().map(|field| group(*field)).collect(),
            name_fault: at("rule-name"),
            reason_fault: at("rule-reason").or_else(|| at("rule-no-reason")),
            fault: fault.filter(|code| !["rule-name", "rule-reason", "rule-no-reason"].contains(code)).map(text),
            open: typed,
        }
    }
}

/// Returns the rule that was typed, or the code of what is wrong.
fn typed(fields: &Fields) -> Result<Rule, &'static str> {
    let mut conditions = Vec::new();
    for field in Field::ALL {
        let any: Option<Vec<u16>> = fields.all(field.word()).map(|word| codes::number(field.list(), word)).collect();
        let any = any.ok_or("rule-code")?;
        if !any.is_empty() {
            conditions.push(Condition { field: *field, any });
        }
    }
    let reason = fields.get("reason").parse().map_err(|_| if conditions.is_empty() { "rule-empty" } else { "rule-no-reason" })?;
    Ok(Rule { name: fields.get("name").to_owned(), conditions, reason })
}

#[derive(Template)]
#[template(path = "staff/admissions/rule_new.html")]
struct NewPage {
    p: Page,
    form: Form,
}

fn new_page(portal: &Portal, context: &Context, fields: &Fields, fault: Option<&'static str>) -> Response {
    render(&NewPage { p: Page::new(portal, context), form: Form::new(context, None, fields, fault) })
}

/// The form for a new rule.
///
/// # Errors
/// [`PageError`].
pub async fn show_new(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    Ok(new_page(&portal, &context, &context.draft, None))
}

/// Adds a rule, which is off, and leads to what it would have done.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let new = match typed(&fields) {
        Ok(new) => new,
        Err(code) => return Ok(new_page(&portal, &context, &fields, Some(code))),
    };
    match portal.desk.ask(&context.actor(), move |work| rule::add(work, new)).await {
        Ok(id) => Ok(Redirect::to(&format!("/rules/{id}")).into_response()),
        Err(WorkError::State { code, .. }) => Ok(new_page(&portal, &context, &fields, Some(code))),
        Err(error) => Err(error.into()),
    }
}

/// An inquiry that the rule would have declined.
struct Hit {
    id: String,
    title: String,
    from: String,
    state: String,
}

#[derive(Template)]
#[template(path = "staff/admissions/rule.html")]
struct RulePage {
    p: Page,
    rule: Shown,
    version: u32,
    trial: String,
    erased: Option<String>,
    hits: Vec<Hit>,
    form: Form,
    fault: Option<String>,
}

async fn page(portal: &Portal, context: &Context, id: LocalId, fields: &Fields, fault: Option<&'static str>) -> Result<Response, PageError> {
    let (held, trial): (Held, Trial) = portal.desk.ask(&context.actor(), move |work| rule::show(work, id)).await?;
    let w = context.words;
    let hit = |hit: &rule::Hit| Hit {
        id: hit.id.to_string(),
        title: profile::title(&hit.inquiry, w.language),
        from: w.rule_trial_line(hit.clinic.clone(), date::moment(hit.came_at, w.language)),
        state: w.admissions_step(hit.step.word()),
    };
    let of_form = fault.filter(|_| !fields.is_empty());
    Ok(render(&RulePage {
        p: Page::new(portal, context),
        version: held.version,
        trial: w.rule_trial(trial.hits.len(), trial.tried),
        erased: (trial.erased > 0).then(|| w.rule_trial_erased(trial.erased)),
        hits: trial.hits.iter().map(hit).collect(),
        form: Form::new(context, Some(&held.rule), fields, of_form),
        fault: fault.filter(|_| fields.is_empty()).map(|code| w.rule_fault(code, MAX_NAME)),
        rule: Shown::of(&held, w),
    }))
}

/// A rule, and what it would have done with the last inquiries.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, &context.draft, None).await
}

/// Changes a rule.
///
/// # Errors
/// [`PageError`].
pub async fn change(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let new = match typed(&fields) {
        Ok(new) => new,
        Err(code) => return page(&portal, &context, id, &fields, Some(code)).await,
    };
    match portal.desk.ask(&context.actor(), move |work| rule::change(work, id, new)).await {
        Ok(()) => Ok(Redirect::to(&format!("/rules/{id}")).into_response()),
        Err(WorkError::State { code, .. }) => page(&portal, &context, id, &fields, Some(code)).await,
        Err(error) => Err(error.into()),
    }
}

/// Switches a rule on or off, or removes it.
///
/// # Errors
/// [`PageError`].
pub async fn switch(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let standing = [Standing::On, Standing::Off, Standing::Removed].into_iter().find(|standing| standing.word() == fields.get("state"));
    let (standing, version) = standing.zip(fields.get("version").parse().ok()).ok_or(PageError::NotFound)?;
    match portal.desk.ask(&context.actor(), move |work| rule::switch(work, id, version, standing)).await {
        Ok(()) if standing == Standing::Removed => Ok(Redirect::to("/rules").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/rules/{id}")).into_response()),
        Err(WorkError::State { code, .. }) => page(&portal, &context, id, &Fields::default(), Some(code)).await,
        Err(error) => Err(error.into()),
    }
}

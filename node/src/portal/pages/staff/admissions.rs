//! Rehab admissions: what other clinics ask for, and everything that is done about it, from the first answer to the report home.
//!
//! - here: the inbox and the page of one inquiry, with the forms that its state allows;
//! - `forms` makes these forms, `acts` takes what they send, `faults` says what stands in the way;
//! - `said` puts offer, questions, documents and history into words; `identified` is the page of the referral with the patient's name.

mod acts;
mod faults;
mod forms;
mod identified;
pub mod rules;
mod said;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use verbund_protocol::{catalogue::List, id::ConversationId, referral::Step, time::Timestamp};

pub use acts::{Call, accept, arrived, ask, cancel, change_date, confirm, decline, filed, gone, no_show, offer, payer, refuse, reopen, report, settle, take_back};
pub use identified::{open, show as show_referral};

use self::{
    forms::{Act, Field, Form, Typed},
    said::{Paper, Said},
};
use crate::{
    portal::{
        Portal, codes, date,
        guard::Context,
        page::{Page, PageError, render},
        profile,
        words::Words,
    },
    workflow::{
        inbox::{self, Row, Sheet},
        rule,
    },
};

/// A line of the inbox, in words.
struct Line {
    id: String,
    title: String,
    clinic: String,
    what: String,
    state: String,
    /// How long it waits, and until when an answer is useful.
    waits: String,
    until: String,
    late: bool,
    trouble: bool,
    /// The day that the other clinic wishes instead.
    wished: Option<String>,
}

impl Line {
    /// Returns the line of what a rule declined: by which, and until when that can be taken back.
    fn by_rule(context: &Context, declined: &rule::Row) -> Self {
        let w = context.words;
        let reason = declined.reason.map(|code| label(List::Decline, code.number(), w)).unwrap_or_default();
        let until = if declined.by.reopened.is_some() { w.rule_line_reopened().into_owned() } else { w.rule_line_until(date::moment(declined.until, w.language)) };
        Self { waits: w.rule_line(reason, declined.by.name.clone()), until, ..line(context, &declined.row) }
    }
}

/// Lines that have something in common.
struct Group {
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "staff/admissions/inbox.html")]
struct InboxPage {
    p: Page,
    title: String,
    groups: Vec<Group>,
    /// Whether these are the ones that are over.
    over: bool,
    /// That there are more.
    more: Option<String>,
    /// How the rules stand: how many are on.
    rules: String,
}

/// The inbox.
///
/// # Errors
/// [`PageError`].
pub async fn inbox(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let (listed, declined, rules) = portal.desk.look(context.actor(), |work| Ok((inbox::list(work, false)?, rule::recent(work)?, rule::list(work)?))).await?;
    let w = context.words;
    let mut groups: Vec<Group> = ["ours", "agreed", "theirs"].map(|word| Group { title: w.admissions_group(word), lines: vec![] }).into();
    for row in &listed.rows {
        let group = match row.step {
            _ if row.wants_answer() => 0,
            Step::Accepted | Step::Admitted => 1,
            _ => 2,
        };
        groups[group].lines.push(line(&context, row));
    }
    groups.push(Group { title: w.rule_group().into_owned(), lines: declined.iter().map(|declined| Line::by_rule(&context, declined)).collect() });
    groups.retain(|group| !group.lines.is_empty());
    let more = listed.more.then(|| w.admissions_list_more(listed.rows.len()));
    Ok(render(&InboxPage { p: Page::new(&portal, &context), title: w.admissions_title().into_owned(), groups, over: false, more, rules: rules::door(&rules, w) }))
}

/// What is over.
///
/// # Errors
/// [`PageError`].
pub async fn ended(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let listed = portal.desk.look(context.actor(), |work| inbox::list(work, true)).await?;
    let w = context.words;
    let title = w.admissions_ended_title().into_owned();
    let lines: Vec<Line> = listed.rows.iter().map(|row| line(&context, row)).collect();
    let groups = if lines.is_empty() { vec![] } else { vec![Group { title: w.admissions_group("over"), lines }] };
    let more = listed.more.then(|| w.admissions_ended_more(listed.rows.len()));
    Ok(render(&InboxPage { p: Page::new(&portal, &context), title, groups, over: true, more, rules: String::new() }))
}

fn line(context: &Context, row: &Row) -> Line {
    let (w, language) = (context.words, context.words.language);
    let day = |day| date::calendar(day, language);
    let title = match (&row.patient, &row.inquiry) {
        (Some(name), _) => name.clone(),
        (None, Some(inquiry)) => profile::title(inquiry, language),
        (None, None) => w.admissions_papers_only().into_owned(),
    };
    let what = match (&row.inquiry, row.date) {
        (_, Some(date)) if !matches!(row.step, Step::Requested | Step::Asked) => w.admissions_line_agreed(day(date), row.department.clone()),
        (Some(inquiry), _) => w.admissions_line(profile::age(inquiry.age, w), row.department.clone(), day(inquiry.earliest)),
        (None, _) => String::new(),
    };
    let over = row.step.ended();
    let late = !over && row.due_at.is_some_and(|due| due < context.now);
    Line {
        id: row.id.to_string(),
        title,
        clinic: row.clinic.clone(),
        what,
        state: w.admissions_step(row.step.word()),
        waits: if over { date::day(row.changed_at, language) } else { w.admissions_waits(span(w, row.since, context.now)) },
        until: row.due_at.filter(|_| !over).map_or_else(String::new, |due| until(w, due, late)),
        late,
        trouble: row.trouble.is_some(),
        wished: row.wished.map(|wished| w.admissions_wished(day(wished))),
    }
}

fn until(w: Words, due: Timestamp, late: bool) -> String {
    let moment = date::moment(due, w.language);
    if late { w.admissions_late(moment) } else { w.admissions_until(moment) }
}

/// Returns how long ago something was, as people say it.
fn span(w: Words, since: Timestamp, now: Timestamp) -> String {
    match now.since(since).as_secs() / 60 {
        minutes @ 0..120 => w.admissions_minutes(minutes.max(1)),
        minutes @ 120..2_880 => w.admissions_hours(minutes / 60),
        minutes => w.admissions_span_days(minutes / 1_440),
    }
}

#[derive(Template)]
#[template(path = "staff/admissions/inquiry.html")]
struct InquiryPage {
    p: Page,
    id: String,
    title: String,
    clinic: String,
    state: String,
    /// Why it ended.
    reason: Option<String>,
    /// By which rule, and whether that can be taken back.
    by_rule: Vec<String>,
    waits: String,
    until: Option<String>,
    late: bool,
    trouble: Option<String>,
    wished: Option<String>,
    /// What was in the way of what somebody just tried.
    fault: Option<String>,
    /// The one next step.
    main: Option<Form>,
    forms: Vec<Form>,
    /// The patient here, once accepted: id and name.
    patient: Option<(String, String)>,
    /// Whether somebody has opened the referral, which can then be read again.
    readable: bool,
    facts: Vec<(String, String)>,
    questions: Vec<(String, String)>,
    offer: Vec<(String, String)>,
    erased: Option<String>,
    papers: Vec<Paper>,
    history: Vec<Said>,
}

/// Shows an inquiry; `typed` is what somebody was about to do.
async fn page(portal: &Portal, context: &Context, id: ConversationId, typed: &Typed<'_>) -> Result<Response, PageError> {
    let sheet = portal.desk.look(context.actor(), move |work| inbox::show(work, id)).await?;
    Ok(render(&inquiry_page(portal, context, &sheet, typed)))
}

fn inquiry_page(portal: &Portal, context: &Context, sheet: &Sheet, typed: &Typed<'_>) -> InquiryPage {
    let (w, language) = (context.words, context.words.language);
    let detail = &sheet.detail;
    let (main, forms) = forms::all(context, sheet, typed);
    let shown = main.iter().chain(&forms).any(|form| form.fault.is_some() || form.fields.iter().any(Field::has_fault));
    let over = sheet.step.ended();
    let late = !over && detail.summary.due_at.is_some_and(|due| due < context.now);
    InquiryPage {
        id: detail.summary.id.to_string(),
        title: detail.inquiry.as_ref().map_or_else(|| w.admissions_papers_only().into_owned(), |inquiry| profile::title(inquiry, language)),
        clinic: sheet.clinic.clone(),
        state: w.admissions_step(sheet.step.word()),
        reason: said::reason(sheet, language).map(|reason| w.admissions_reason(reason)),
        by_rule: by_rule(sheet, w),
        waits: if over { String::new() } else { w.admissions_waits(span(w, sheet.since, context.now)) },
        until: detail.summary.due_at.filter(|_| !over).map(|due| until(w, due, late)),
        late,
        trouble: detail.summary.trouble.as_ref().map(|code| w.admissions_trouble(code.clone())),
        wished: detail.wished.map(|day| w.admissions_wished(date::calendar(day, language))),
        // Beside the form where there still is one.
        fault: typed.fault.as_ref().filter(|_| !shown).map(|(_, text)| text.clone()),
        main,
        forms,
        patient: sheet.patient.as_ref().map(|(id, name)| (id.to_string(), name.clone())),
        readable: sheet.readable && sheet.opened,
        facts: detail.inquiry.as_ref().map_or_else(Vec::new, |inquiry| profile::facts(w, inquiry, Some(said::department(sheet, inquiry.department.as_str())))),
        questions: said::questions(detail, w),
        offer: detail.offer.as_ref().filter(|_| sheet.step.holds()).map_or_else(Vec::new, |offer| said::offer(offer, sheet, w)),
        erased: detail.erased_at.map(|at| w.admissions_erased(date::moment(at, language))),
        // Their titles can name the patient.
        papers: if sheet.opened { said::papers(&sheet.received, w) } else { vec![] },
        history: said::history(detail, w),
        p: Page::new(portal, context),
    }
}

/// Returns by which rule an inquiry was declined, in sentences; none if a person did it.
fn by_rule(sheet: &Sheet, w: Words) -> Vec<String> {
    let Some((by, until)) = &sheet.by_rule else { return vec![] };
    let moment = |at| date::moment(at, w.language);
    let reopened = by.reopened.as_ref().map(|(at, who)| w.rule_by_reopened(who.clone(), moment(*at)));
    [Some(w.rule_by(by.on_by.clone(), moment(by.declined_at), by.name.clone())), until.map(|until| w.rule_by_until(moment(until))), reopened].into_iter().flatten().collect()
}

/// One inquiry.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, &Typed { act: None, fields: &context.draft, fault: None }).await
}

/// The same with one of its forms open, and in it what was typed before the session ran out.
///
/// # Errors
/// [`PageError`].
pub async fn show_act(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let act = Act::at(&context.path).ok_or(PageError::NotFound)?;
    page(&portal, &context, id(&text)?, &Typed { act: Some(act), fields: &context.draft, fault: None }).await
}

/// Reads the id in a path; a wrong one is as absent as an unknown one.
fn id(text: &str) -> Result<ConversationId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// Returns what a code means.
fn label(list: List, number: u16, w: Words) -> String {
    codes::label(list, number, w.language)
}

//! A clinic without a node: its fax, and the answer on the phone, typed in.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::List,
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{hub, words};
use crate::{
    domain::calendar,
    domain::phone::{Answer, Came, Done, Event, Phone, Said, Step},
    portal::{
        Portal,
        codes::{self, Choice},
        date,
        fax::{self, Fax},
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        profile,
        words::Words,
    },
    workflow::{
        Work, WorkError,
        caseload::{
            MAX_NOTE,
            phone::{self, MAX_NAME, Rare},
        },
    },
};

pub mod placed;

/// The form by which patients release what a clinic without a node is told, as hospitals name it.
const RELEASE_FORM: &str = "Anlage 1b, Weitergabe an die gewählte Einrichtung";
/// What the form of a fax sends for "without these fields".
const LEAVE_OUT: &str = "leave-out";

/// An entry in the list of a case.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) clinic: String,
    pub(super) state: String,
    pub(super) good: bool,
    pub(super) told: Option<String>,
}

impl Line {
    pub(super) fn of(phone: &Phone, w: Words) -> Self {
        let last = phone.answers.last();
        let state = match last {
            _ if let Some(day) = phone.arrived() => w.phone_there(date::calendar(day, w.language)),
            _ if phone.chosen().is_some() => w.phone_chosen().into_owned(),
            _ if phone.missed() => w.asked_state_no_show().into_owned(),
            _ if phone.is_withdrawn() => w.phone_withdrawn().into_owned(),
            None => w.phone_open().into_owned(),
            Some(answer) => said(w, &answer.said),
        };
        Self { id: phone.id.to_string(), clinic: phone.clinic.clone(), state, good: phone.offer().is_some(), told: last.map(|answer| told(w, answer)) }
    }
}

fn said(w: Words, said: &Said) -> String {
    match said {
        Said::Offered(day) => w.phone_offered(date::calendar(*day, w.language)),
        Said::Declined(why) => w.phone_declined(why.clone()),
    }
}

/// Returns everything noted of a clinic, with its time, oldest first.
pub(super) fn told_lines(p: &Page, phone: &Phone) -> Vec<(String, String)> {
    let w = p.w;
    let answers = phone.answers.iter().map(|answer| (answer.recorded_at, format!("{} ({})", said(w, &answer.said), told(w, answer))));
    let mut lines: Vec<(Timestamp, String)> = answers.chain(course(w, phone)).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, text)| (p.moment(at), text)).collect()
}

/// Returns what this side did and what came of it, in words, oldest first.
fn course(w: Words, phone: &Phone) -> Vec<(Timestamp, String)> {
    let steps = phone.steps.iter().map(|step| (step.at, done(w, step)));
    let mut lines: Vec<(Timestamp, String)> = steps.chain(phone.events.iter().map(|event| (event.at, came(w, event)))).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines
}

/// Who said it when, and who wrote it down when.
fn told(w: Words, answer: &Answer) -> String {
    let moment = |at| date::moment(at, w.language);
    w.phone_told(moment(answer.answered_at), answer.answered_by.clone(), moment(answer.recorded_at), answer.recorded_by.clone())
}

/// What is wrong with the fields of an answer.
#[derive(Default)]
struct Faults {
    person: Option<String>,
    when: Option<String>,
    from: Option<String>,
    why: Option<String>,
}

impl Faults {
    fn any(&self) -> bool {
        [&self.person, &self.when, &self.from, &self.why].into_iter().any(Option::is_some)
    }
}

/// An answer as it was typed.
struct Typed {
    said: Said,
    by: String,
    at: Timestamp,
}

fn read(fields: &Fields, w: Words, phone: &Phone, now: Timestamp) -> Result<Typed, Faults> {
    let mut faults = Faults::default();
    let by = fields.get("person").to_owned();
    if by.is_empty() || by.chars().count() > MAX_NAME {
        faults.person = Some(w.phone_person_wrong().into_owned());
    }
    let at = if fields.get("day").is_empty() && fields.get("time").is_empty() { Some(now) } else { date::typed_moment(fields.get("day"), fields.get("time")) };
    let at = at.filter(|at| phone::plausible(phone, *at, now));
    if at.is_none() {
        faults.when = Some(w.phone_when_wrong(date::moment(phone.asked_at, w.language)));
    }
    let said = if fields.get("said") == "declined" {
        let why = fields.get("why").to_owned();
        if why.is_empty() || why.chars().count() > MAX_NOTE {
            faults.why = Some(w.phone_why_wrong(MAX_NOTE));
        }
        Said::Declined(why)
    } else {
        let day = date::typed_day(fields.get("from")).filter(|day| *day >= calendar::day(now));
        if day.is_none() {
            faults.from = Some(w.phone_from_wrong().into_owned());
        }
        Said::Offered(day.unwrap_or(Day(0)))
    };
    match at {
        Some(at) if !faults.any() => Ok(Typed { said, by, at }),
        _ => Err(faults),
    }
}

#[derive(Template)]
#[template(path = "staff/case/phone.html")]
struct PhonePage {
    p: Page,
    case: String,
    id: String,
    clinic: String,
    asked: String,
    reference: String,
    answers: Vec<(String, String)>,
    facts: Vec<(String, String)>,
    said: Vec<Choice>,
    person: String,
    day: String,
    time: String,
    from: String,
    why: String,
    /// What this side did.
    done: Vec<String>,
    may_answer: bool,
    may_withdraw: bool,
    may_choose: bool,
    may_leave: bool,
    /// What can be done once the place is chosen.
    placed: Option<placed::Placed>,
    who: Vec<Choice>,
    form: String,
    kept: String,
    representative: String,
    proof: String,
    faults: Faults,
    fault: Option<String>,
}

/// Returns what this side did, in words.
fn done(w: Words, step: &Step) -> String {
    let at = date::moment(step.at, w.language);
    match step.done {
        Done::Withdrawn => w.phone_done_withdrawn(at, step.by.clone()),
        Done::Chosen => w.phone_done_chosen(at, step.by.clone()),
        Done::Left => w.phone_done_left(at, step.by.clone()),
    }
}

/// Returns what came of a choice, in words.
fn came(w: Words, event: &Event) -> String {
    let (at, by, calendar) = (date::moment(event.at, w.language), event.by.clone(), |day| date::calendar(day, w.language));
    let person = event.said_by.clone().unwrap_or_default();
    match event.came {
        Came::Named(day) => {
            let papers = event.papers.clone().map(|papers| w.phone_came_papers(papers));
            std::iter::once(w.phone_came_named(at, by, calendar(day))).chain(papers).collect::<Vec<_>>().join(" ")
        }
        Came::Payer(decision, day) => w.phone_came_payer(at, by, calendar(day), codes::label(List::PayerDecision, decision.number(), w.language)),
        Came::Arrived(day) => w.phone_came_arrived(at, by, calendar(day), person),
        Came::Absent(reason, day) => w.phone_came_absent(at, by, calendar(day), person, codes::label(List::NoShow, reason.number(), w.language)),
    }
}

fn page(portal: &Portal, context: &Context, phone: &Phone, typed: &Fields, faults: Faults, fault: Option<String>) -> Response {
    let (p, w) = (Page::new(portal, context), context.words);
    // Whoever empties the field says so; a draft of another form of this page does not.
    let typed_or = |name, otherwise: String| if typed.all(name).next().is_none() { otherwise } else { typed.shown(name, MAX_NAME) };
    let declined = typed.get("said") == "declined";
    let representative = typed.get("who") == "representative";
    let (chosen, open) = (phone.chosen().is_some(), phone.is_open());
    render(&PhonePage {
        done: course(w, phone).into_iter().map(|(_, text)| text).collect(),
        placed: chosen.then(|| placed::Placed::of(portal, context, phone, typed)),
        may_answer: !phone.is_withdrawn() && !chosen,
        may_withdraw: open,
        may_choose: !chosen && phone.offer().is_some_and(|day| day >= calendar::day(context.now)),
        may_leave: chosen && phone.arrived().is_none(),
        who: vec![Choice::new("patient", w.case_consent_patient(), !representative), Choice::new("representative", w.case_consent_representative(), representative)],
        form: typed.given("form_name").unwrap_or_else(|| RELEASE_FORM.to_owned()),
        kept: typed.given("kept").unwrap_or_else(|| w.case_consent_kept_default().into_owned()),
        representative: typed.shown("representative", MAX_NAME),
        proof: typed.shown("proof", MAX_NAME),
        case: phone.case.to_string(),
        id: phone.id.to_string(),
        clinic: phone.clinic.clone(),
        asked: w.phone_asked(phone.asked_by.clone(), phone.number.clone(), p.moment(phone.asked_at)),
        reference: w.fax_reference(phone.id.to_string()),
        answers: phone.answers.iter().rev().map(|answer| (said(w, &answer.said), told(w, answer))).collect(),
        facts: profile::facts(w, &phone.inquiry, None),
        said: vec![Choice::new("offered", w.phone_said_offered(), !declined), Choice::new("declined", w.phone_said_declined(), declined)],
        person: typed.shown("person", MAX_NAME),
        day: typed_or("day", date::day(context.now, crate::portal::words::Language::German)),
        time: typed_or("time", date::time(context.now)),
        from: typed.shown("from", MAX_NAME),
        why: typed.shown("why", MAX_NOTE),
        faults,
        fault,
        p,
    })
}

fn ids((case, entry): &(String, String)) -> Result<(LocalId, LocalId), PageError> {
    Ok((id(case)?, id(entry)?))
}

/// An entry.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>) -> Result<Response, PageError> {
    let (case, entry) = ids(&path)?;
    let phone = portal.desk.look(context.actor(), move |work| phone::show(work, case, entry)).await?;
    Ok(page(&portal, &context, &phone, &context.draft, Faults::default(), None))
}

/// Writes down that a clinic is asked by fax.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (case, clinic, number) = (id(&text)?, fields.get("clinic").to_owned(), fields.get("fax").to_owned());
    let rare = match (fields.get("fax-rare"), fields.get("fax-rare").parse()) {
        (LEAVE_OUT, _) => Rare::LeaveOut,
        (_, Ok(reason)) => Rare::Because(reason),
        (_, Err(_)) => Rare::Ask,
    };
    match portal.desk.ask(&context.actor(), move |work| phone::add(work, case, &clinic, &number, rare)).await {
        Ok(entry) => Ok(Redirect::to(&format!("/cases/{case}/phone/{entry}")).into_response()),
        Err(error) => {
            let fault = match error {
                WorkError::Invalid { .. } => context.words.phone_add_wrong(MAX_NAME),
                WorkError::State { code: "rare", .. } => {
                    let fault = Some(context.words.phone_rare_fault().into_owned());
                    return hub::shown_with(&portal, &context, case, &fields, fault, hub::Beside { fax_rare: rare_choices(&context), ..hub::Beside::default() }).await;
                }
                error => words::fault(context.words, error)?,
            };
            hub::shown(&portal, &context, case, &fields, Some(fault)).await
        }
    }
}

/// Returns what can be done about fields that few people share: leave them out, or the reasons for which they are sent.
fn rare_choices(context: &Context) -> Vec<Choice> {
    let w = context.words;
    let reasons = codes::choices(List::RareReason, &[], calendar::day(context.now), w.language);
    std::iter::once(Choice::new(LEAVE_OUT, w.phone_rare_leave_out(), false)).chain(reasons).collect()
}

/// The fax, for the machine or the printer.
///
/// # Errors
/// [`PageError`].
pub async fn fax(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>) -> Result<Response, PageError> {
    let ((case, entry), w) = (ids(&path)?, context.words);
    let phone = match portal.desk.ask(&context.actor(), move |work| phone::fax(work, case, entry)).await {
        Ok(phone) => phone,
        Err(error) => {
            let fault = words::fault(w, error)?;
            return hub::shown(&portal, &context, case, &Fields::default(), Some(fault)).await;
        }
    };
    let (facts, clinic, today) = (profile::facts(w, &phone.inquiry, None), portal.clinic.clone(), context.now);
    let pdf = portal.pool.compute(&context, move || fax::write(&Fax { w, clinic: &clinic, phone: &phone, facts: &facts, today })).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, "inline; filename=\"fax.pdf\"")], pdf).into_response())
}

/// Writes down what was said on the phone.
///
/// # Errors
/// [`PageError`].
pub async fn answer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    let (case, entry) = ids(&path)?;
    let asked = portal.desk.look(context.actor(), move |work| phone::show(work, case, entry)).await?;
    let typed = match read(&fields, context.words, &asked, context.now) {
        Ok(typed) => typed,
        Err(faults) => return Ok(page(&portal, &context, &asked, &fields, faults, None)),
    };
    match portal.desk.ask(&context.actor(), move |work| phone::answer(work, case, entry, typed.said, &typed.by, typed.at)).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{case}/phone/{entry}")).into_response()),
        Err(error) => Ok(page(&portal, &context, &asked, &fields, Faults::default(), Some(words::fault(context.words, error)?))),
    }
}

/// Does `work` and shows the entry again: as it then is, or with what was typed and why it was refused.
async fn act(
    portal: &Portal,
    context: &Context,
    path: &(String, String),
    fields: &Fields,
    work: impl FnOnce(&mut Work<'_>, LocalId, LocalId) -> Result<(), WorkError> + Send + 'static,
) -> Result<Response, PageError> {
    let (case, entry) = ids(path)?;
    match portal.desk.ask(&context.actor(), move |w| work(w, case, entry)).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{case}/phone/{entry}")).into_response()),
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            let phone = portal.desk.look(context.actor(), move |work| phone::show(work, case, entry)).await?;
            Ok(page(portal, context, &phone, fields, Faults::default(), Some(fault)))
        }
    }
}

/// Takes a question back that nobody has answered.
///
/// # Errors
/// [`PageError`].
pub async fn withdraw(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    act(&portal, &context, &path, &fields, phone::withdraw).await
}

/// Enters that the patient chose the place on paper.
///
/// # Errors
/// [`PageError`].
pub async fn choose(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    match hub::paper(&fields, context.words) {
        Ok(paper) => act(&portal, &context, &path, &fields, move |work, case, entry| phone::choose(work, case, entry, paper)).await,
        Err(fault) => {
            let (case, entry) = ids(&path)?;
            let phone = portal.desk.look(context.actor(), move |work| phone::show(work, case, entry)).await?;
            Ok(page(&portal, &context, &phone, &fields, Faults::default(), Some(fault)))
        }
    }
}

/// Enters that the patient left the clinic again.
///
/// # Errors
/// [`PageError`].
pub async fn leave(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(path): Path<(String, String)>, fields: Fields) -> Result<Response, PageError> {
    act(&portal, &context, &path, &fields, phone::leave).await
}

//! The page of a case: what is next, consent, plan, the clinics asked, notes, who looks after it.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{
    again::{self, Proposed},
    end,
    phone::Line,
    words,
};
use crate::{
    domain::consent::DecidedBy,
    portal::{
        Portal,
        codes::Choice,
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{patient::wishes::in_words, sign_in::id},
        words::{Language, Words},
    },
    workflow::{
        Work, WorkError,
        caseload::{self, Asked, Consented, MAX_NOTE, Next, Note, NoteKind, Overview, Paper, phone::MAX_NAME},
    },
};

/// The form that §39(1a) SGB V and the Rahmenvertrag Entlassmanagement ask for, as hospitals name it.
const CONSENT_FORM: &str = "Anlage 1b";

/// A clinic that was asked, as the page shows it.
struct Clinic {
    id: String,
    name: String,
    place: String,
    state: String,
    good: bool,
    reason: Option<String>,
    date: Option<String>,
    trouble: bool,
    /// It has taken its decline back.
    reopened: bool,
}

impl Clinic {
    fn of(asked: &Asked, w: Words) -> Self {
        let c = &asked.conversation;
        let now = c.log.state();
        let (state, good) = words::state(w, c);
        Self {
            id: c.id.to_string(),
            name: asked.clinic.name.clone(),
            place: asked.clinic.place.clone(),
            state,
            good,
            reason: words::reason(now.step, now.reason, w.language).map(|reason| w.asked_reason(reason)),
            date: now.date.map(|day| date::calendar(day, w.language)),
            trouble: c.trouble.is_some(),
            reopened: now.reopened,
        }
    }
}

#[derive(Template)]
#[template(path = "staff/case/hub.html")]
struct HubPage {
    p: Page,
    id: String,
    patient: String,
    name: String,
    born: String,
    closed: bool,
    next: String,
    due: Option<(String, bool)>,
    /// Whom to call besides: the conversation, and why.
    calls: Vec<(String, String)>,
    /// Where the next step is taken.
    to: Option<String>,
    discharge: String,
    begin_by: Option<(String, bool)>,
    consent: String,
    /// Whether a decision can still be entered.
    may_decide: bool,
    /// Whether that was begun.
    deciding: bool,
    who: Vec<Choice>,
    form: String,
    kept: String,
    representative: String,
    proof: String,
    plan: String,
    /// Whether clinics can be asked.
    may_ask: bool,
    clinics: Vec<Clinic>,
    /// The next best, once somebody has no place.
    proposed: Option<Proposed>,
    /// What the patient wishes, the most important first, and when it was stated.
    wishes: Vec<String>,
    stated: Option<String>,
    /// Clinics without a node.
    phones: Vec<Line>,
    clinic: String,
    fax: String,
    fax_rare: Vec<Choice>,
    /// A place that was offered by phone is chosen.
    placed: bool,
    notes: Vec<(String, String, String)>,
    note_kinds: Vec<Choice>,
    note: String,
    /// When it was, as typed; nothing for now.
    note_day: String,
    note_time: String,
    note_when: Option<String>,
    owner: String,
    mine: bool,
    colleagues: Vec<Choice>,
    history: Vec<String>,
    end: end::Form,
    /// How it ended, and who takes care since then.
    ended: Vec<String>,
    fault: Option<String>,
}

fn to(id: &str, next: Next) -> Option<String> {
    Some(match next {
        Next::Consent => "#consent".to_owned(),
        Next::Plan => format!("/cases/{id}/plan"),
        Next::Ask => format!("/cases/{id}/search"),
        Next::Answer(c) | Next::Refer(c) | Next::Call(c) | Next::Unconfirmed(c) | Next::Unaccepted(c) | Next::Travel(c) | Next::Report(c) => format!("/asked/{c}"),
        Next::ByPhone(entry) => format!("/cases/{id}/phone/{entry}"),
        Next::ThereByPhone(_) => "#end".to_owned(),
        Next::Choose(_) | Next::Wait(_) => "#asked".to_owned(),
        Next::Refused | Next::Done => return None,
    })
}

/// Whom to call, beyond the next step itself.
fn calls(w: Words, o: &Overview) -> Vec<(String, String)> {
    let waits = |asked: &&Asked| o.row.calls.contains(&asked.conversation.id) && o.row.next != Next::Call(asked.conversation.id);
    let call = |asked: &Asked| Some((asked.conversation.id.to_string(), words::call(w, asked.conversation.trouble.as_deref()?, asked.clinic.name.clone())));
    o.asked.iter().filter(waits).filter_map(call).collect()
}

/// When a note's matter was and who wrote it down; and when, if that was later.
fn noted(p: &Page, note: &Note) -> String {
    let head = format!("{}, {}", p.moment(note.at), note.made_by);
    if note.at == note.recorded_at { head } else { format!("{head}; {}", p.w.case_note_recorded(p.moment(note.recorded_at))) }
}

/// What the page shows besides the case itself.
struct Shown<'a> {
    proposed: Option<Proposed>,
    /// What somebody typed.
    typed: &'a Fields,
    /// Why it was refused.
    fault: Option<String>,
    beside: Beside,
}

/// What stands beside a form that was refused.
#[derive(Default)]
pub(super) struct Beside {
    /// What can be done about fields of a fax that few people share.
    pub(super) fax_rare: Vec<Choice>,
    /// What is wrong with the time of a note.
    pub(super) when: Option<String>,
}

fn page(portal: &Portal, context: &Context, o: &Overview, shown: Shown<'_>) -> Response {
    let Shown { proposed, typed, fault, beside: Beside { fax_rare, when } } = shown;
    let (p, w, row) = (Page::new(portal, context), context.words, &o.row);
    let (day, id) = (|at| p.day(at), row.case.id.to_string());
    let consent = match o.consented {
        Consented::Open => w.case_consent_open().into_owned(),
        Consented::Given(at) => w.case_consent_given(day(at)),
        Consented::Refused(at) => w.case_consent_refused(day(at)),
        Consented::Revoked(at) => w.case_consent_revoked(day(at)),
    };
    let actor = context.actor();
    let kind = |kind: NoteKind| if kind == NoteKind::Call { w.case_note_call() } else { w.case_note_note() };
    let call = typed.get("kind") == "call";
    let page = HubPage {
        patient: row.patient.id.to_string(),
        name: row.patient.person.full_name(),
        born: w.case_born(date::birth(&row.patient.person.birth_date, w.language)),
        closed: row.case.closed_at.is_some(),
        next: words::next(w, row.next),
        due: words::due(w, row.due, context.now),
        calls: calls(w, o),
        to: to(&id, row.next),
        discharge: row.case.discharge.map_or_else(|| w.case_discharge_open().into_owned(), |day| w.case_discharge(date::calendar(day, w.language))),
        begin_by: words::begin_by(w, row.begin_by, context.now),
        consent,
        deciding: typed.all("form_name").next().is_some(),
        may_decide: row.case.closed_at.is_none() && !matches!(o.consented, Consented::Given(_)),
        who: vec![
            Choice::new("patient", w.case_consent_patient(), typed.get("who") != "representative"),
            Choice::new("representative", w.case_consent_representative(), typed.get("who") == "representative"),
        ],
        form: typed.given("form_name").unwrap_or_else(|| CONSENT_FORM.to_owned()),
        kept: typed.given("kept").unwrap_or_else(|| w.case_consent_kept_default().into_owned()),
        representative: typed.shown("representative", 120),
        proof: typed.shown("proof", 120),
        plan: o.written.as_ref().map_or_else(|| w.case_plan_open().into_owned(), |(at, by)| w.case_plan_by(by.clone(), p.moment(*at))),
        may_ask: row.may_ask,
        wishes: o.wishes.iter().flat_map(|stated| &stated.list).map(|wish| in_words(w, wish)).collect(),
        stated: o.wishes.as_ref().map(|stated| w.case_wishes_stated(p.moment(stated.stated_at))),
        proposed,
        clinics: o.asked.iter().map(|asked| Clinic::of(asked, w)).collect(),
        phones: o.phones.iter().map(|phone| Line::of(phone, w)).collect(),
        clinic: typed.shown("clinic", MAX_NAME),
        fax: typed.shown("fax", MAX_NAME),
        fax_rare,
        placed: matches!(row.next, Next::ByPhone(_) | Next::ThereByPhone(_)),
        notes: o.notes.iter().map(|note| (noted(&p, note), kind(note.kind).into_owned(), note.text.clone())).collect(),
        note_kinds: vec![Choice::new("note", w.case_note_note(), !call), Choice::new("call", w.case_note_call(), call)],
        note: typed.shown("text", MAX_NOTE),
        note_day: typed.shown("day", MAX_NAME),
        note_time: typed.shown("time", MAX_NAME),
        note_when: when,
        owner: w.case_owner(row.owner.clone()),
        mine: row.owner == actor.name(),
        colleagues: o.colleagues.iter().filter(|name| **name != row.owner).map(|name| Choice::new(name.clone(), name.clone(), false)).collect(),
        history: o.owners.iter().map(|owner| w.case_history_line(owner.owner.clone(), p.moment(owner.since))).collect(),
        end: end::Form::of(w, typed),
        ended: o.end.as_ref().map(|end| end::told(&p, end)).unwrap_or_default(),
        fault,
        id,
        p,
    };
    render(&page)
}

pub(super) async fn shown(portal: &Portal, context: &Context, id: LocalId, typed: &Fields, fault: Option<String>) -> Result<Response, PageError> {
    shown_with(portal, context, id, typed, fault, Beside::default()).await
}

/// The same with what stands beside the form that was refused.
pub(super) async fn shown_with(portal: &Portal, context: &Context, id: LocalId, typed: &Fields, fault: Option<String>, beside: Beside) -> Result<Response, PageError> {
    let overview = portal.desk.look(context.actor(), move |work| caseload::show(work, id)).await?;
    let proposed = again::propose(portal, context, &overview).await?;
    Ok(page(portal, context, &overview, Shown { proposed, typed, fault, beside }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    shown(&portal, &context, id(&text)?, &context.draft, None).await
}

/// Does `work` and shows the case again: as it then is, or with what was typed and why it was refused.
pub(super) async fn act(
    portal: &Portal,
    context: &Context,
    id: LocalId,
    fields: &Fields,
    work: impl FnOnce(&mut Work<'_>) -> Result<(), WorkError> + Send + 'static,
) -> Result<Response, PageError> {
    match portal.desk.ask(&context.actor(), work).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            shown(portal, context, id, fields, Some(fault)).await
        }
    }
}

/// Returns the signed paper that a form tells of, or what is missing.
pub(super) fn paper(fields: &Fields, w: Words) -> Result<Paper, String> {
    let (Some(form), Some(kept)) = (fields.given("form_name"), fields.given("kept")) else { return Err(w.case_consent_missing_form().into_owned()) };
    let by = if fields.get("who") == "representative" {
        let (Some(name), Some(proof)) = (fields.given("representative"), fields.given("proof")) else { return Err(w.case_consent_missing_name().into_owned()) };
        DecidedBy::Representative { name, proof }
    } else {
        DecidedBy::Patient
    };
    Ok(Paper { form, by, kept })
}

/// Enters the decision that stands on the signed paper.
///
/// # Errors
/// [`PageError`].
pub async fn consent(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, given) = (id(&text)?, fields.get("decision") == "given");
    match paper(&fields, context.words) {
        Ok(paper) => act(&portal, &context, id, &fields, move |work| caseload::decided_on_paper(work, id, given, paper)).await,
        Err(fault) => shown(&portal, &context, id, &fields, Some(fault)).await,
    }
}

/// Adds a note or a call.
///
/// # Errors
/// [`PageError`].
pub async fn note(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, kind, note) = (id(&text)?, if fields.get("kind") == "call" { NoteKind::Call } else { NoteKind::Note }, fields.get("text").to_owned());
    if note.is_empty() || note.chars().count() > MAX_NOTE {
        return shown(&portal, &context, id, &fields, Some(context.words.case_note_wrong(MAX_NOTE))).await;
    }
    let at = match when(&fields, context.now) {
        Some(at) => at,
        None => return note_when_wrong(&portal, &context, id, &fields).await,
    };
    match portal.desk.ask(&context.actor(), move |work| caseload::note(work, id, kind, &note, at)).await {
        Ok(()) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(WorkError::State { code: "when", .. }) => note_when_wrong(&portal, &context, id, &fields).await,
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            shown(&portal, &context, id, &fields, Some(fault)).await
        }
    }
}

/// Returns when a note says that it was: a time alone is one of today, and nothing is now. Nothing if it cannot be read.
fn when(fields: &Fields, now: Timestamp) -> Option<Option<Timestamp>> {
    match (fields.given("day"), fields.given("time")) {
        (None, None) => Some(None),
        (day, time) => date::typed_moment(&day.unwrap_or_else(|| date::day(now, Language::German)), &time?).map(Some),
    }
}

async fn note_when_wrong(portal: &Portal, context: &Context, id: LocalId, fields: &Fields) -> Result<Response, PageError> {
    let beside = Beside { when: Some(context.words.case_note_when_wrong().into_owned()), ..Beside::default() };
    shown_with(portal, context, id, fields, None, beside).await
}

/// Hands the case on, or takes it over.
///
/// # Errors
/// [`PageError`].
pub async fn give(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    let to = fields.given("to").unwrap_or_else(|| context.actor().name().to_owned());
    act(&portal, &context, id, &fields, move |work| caseload::give(work, id, &to)).await
}

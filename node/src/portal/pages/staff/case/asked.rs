//! One asked clinic: what it was told, asks, offers and confirmed, and what can be done now.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::{Answer, Catalogue, List, PayerDecision, Question, Withdraw},
    id::{ConversationId, LocalId},
    inquiry::{Answers, InquiryError},
    referral::{Offer, Step, identified::Clinical},
};

use super::{hub::paper, words};
use crate::{
    domain::calendar,
    portal::{
        Portal,
        codes::{self, Choice},
        date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::{sign_in::id, staff::entry},
        profile,
        words::Words,
    },
    workflow::{
        Work, WorkError,
        caseload::{self, Conversed},
        document as documents, inquiry,
        overview::Line,
        referral::{self, NewReferral},
    },
};

/// The form by which patients release an identified referral, as hospitals name it.
const RELEASE_FORM: &str = "Anlage 1b, Weitergabe an die gewählte Einrichtung";
/// Longest text in a referral's fields, characters.
const MAX_TEXT: usize = 400;

/// A question of the clinic, with what may be answered.
struct Asked {
    name: String,
    label: String,
    choices: Vec<Choice>,
    given: Option<String>,
}

struct Offered {
    date: String,
    stay: String,
    room: String,
    therapies: String,
    until: String,
}

/// Which of the folded forms somebody has begun.
struct Begun {
    choose: bool,
    payer: bool,
    date: bool,
    withdraw: bool,
    follow: bool,
}

impl Begun {
    /// Returns which form was sent: by a field that it alone has, empty or not, or that was filled in.
    fn of(typed: &Fields) -> Self {
        let (sent, filled) = (|name| typed.all(name).next().is_some(), |name| typed.given(name).is_some());
        Self { choose: sent("form_name"), payer: filled("on"), date: filled("wished"), withdraw: filled("withdraw_reason"), follow: sent("follow") }
    }
}

#[derive(Template)]
#[template(path = "staff/case/asked.html")]
struct AskedPage {
    p: Page,
    id: String,
    case: String,
    name: String,
    title: String,
    place: String,
    state: String,
    good: bool,
    reason: Option<String>,
    /// Whom to call, and why.
    call: Option<String>,
    date: Option<String>,
    offer: Option<Offered>,
    questions: Vec<Asked>,
    /// What of the typed answers few people share, and the reasons for which it may be sent all the same.
    rare: Option<String>,
    rare_reasons: Vec<Choice>,
    may_answer: bool,
    may_choose: bool,
    may_refer: bool,
    may_withdraw: bool,
    may_date: bool,
    payer: Option<String>,
    may_payer: bool,
    who: Vec<Choice>,
    form: String,
    kept: String,
    representative: String,
    proof: String,
    diagnosis: String,
    diagnosis_text: String,
    staff: String,
    note: String,
    documents: Vec<Choice>,
    /// Whether documents can follow the referral, and which.
    may_follow: bool,
    following: Vec<Choice>,
    withdrawals: Vec<Choice>,
    decisions: Vec<Choice>,
    on: String,
    wished: String,
    /// Which of the folded forms were begun.
    begun: Begun,
    /// The day that was wished and not answered yet.
    waiting: Option<String>,
    date_reasons: Vec<Choice>,
    facts: Vec<(String, String)>,
    history: Vec<(String, String)>,
    fault: Option<String>,
    patient: String,
    /// What the clinic will ask for and nobody has entered.
    missing: Option<String>,
}

fn conversation(text: &str) -> Result<ConversationId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

fn questions(w: Words, context: &Context, c: &Conversed, typed: &Fields) -> Vec<Asked> {
    let asked = c.detail.questions.as_ref().map(|questions| questions.questions.clone()).unwrap_or_default();
    let given = |question: Question| c.detail.answers.as_ref().and_then(|answers| answers.answers.iter().find(|(about, _)| *about == question)).map(|(_, answer)| *answer);
    let row = |question: Question| {
        let name = format!("q-{}", question.number());
        let typed: Option<Answer> = typed.get(&name).parse().ok();
        let given = given(question);
        let chosen = typed.or(given).map(|answer| answer.number());
        Asked {
            label: codes::label(List::Question, question.number(), w.language),
            choices: answers(question, chosen.as_slice(), context),
            given: given.map(|answer| codes::label(List::Answer, answer.number(), w.language)),
            name,
        }
    };
    asked.into_iter().map(row).collect()
}

/// Returns the answers that were typed to the questions asked.
fn typed_answers(c: &Conversed, typed: &Fields) -> Vec<(Question, Answer)> {
    let asked = c.detail.questions.as_ref().map(|questions| &questions.questions[..]).unwrap_or_default();
    asked.iter().filter_map(|question| Some((*question, typed.get(&format!("q-{}", question.number())).parse().ok()?))).collect()
}

/// Returns what few people share of the inquiry and the answers typed, if that could point to one person.
fn rare(w: Words, c: &Conversed, typed: &Fields) -> Option<String> {
    let (inquiry, answers) = (c.detail.inquiry.as_ref()?, Answers { answers: typed_answers(c, typed), rare_reason: None });
    match answers.guard(inquiry, Catalogue::shipped()) {
        Err(InquiryError::Rare(flags)) => Some(w.ask_rare(profile::rare(w, &flags))),
        _ => None,
    }
}

/// Returns what may be answered to a question: yes and no, and the answers made for it.
fn answers(question: Question, chosen: &[u16], context: &Context) -> Vec<Choice> {
    let of_its_own = match question.to_string().as_str() {
        "weight" => "weight-",
        "weight-bearing" => "bearing-",
        "date-later" | "date-earlier" => "within-",
        "dialysis-days" => "dialysis",
        _ => "",
    };
    let all = codes::choices(List::Answer, chosen, calendar::day(context.now), context.words.language);
    let own = |word: &str| match of_its_own {
        "dialysis" => ["thrice-weekly", "daily"].contains(&word),
        "" => false,
        start => word.starts_with(start),
    };
    all.into_iter().filter(|choice| ["yes", "no", "partly", "unknown"].contains(&choice.word.as_str()) || own(&choice.word)).collect()
}

/// Returns what people call a document.
fn title(paper: &documents::Document) -> String {
    paper.manifest.as_ref().map(|manifest| manifest.title.clone()).unwrap_or_default()
}

pub(super) fn history(p: &Page, lines: &[Line]) -> Vec<(String, String)> {
    let w = p.w;
    let line = |(nth, line): (usize, &Line)| {
        let by = if line.by == "us" { w.asked_by_us() } else { w.asked_by_them() };
        let receipt = match (&line.outcome, line.receipted_at) {
            _ if line.by != "us" => String::new(),
            (Some(outcome), Some(at)) if outcome == "stored" => w.asked_delivered(p.moment(at)),
            (Some(code), _) => w.asked_refused_receipt(code.clone()),
            (None, _) => w.asked_waiting().into_owned(),
        };
        let what = if line.corrects(&lines[..nth]) { w.said_arrival_corrected().into_owned() } else { super::words::message(w, &line.kind) };
        let text = if receipt.is_empty() { format!("{by}: {what}") } else { format!("{by}: {what} ({receipt})") };
        (p.moment(line.stored_at), text)
    };
    lines.iter().enumerate().map(line).collect()
}

fn offered(w: Words, p: &Page, offer: &Offer) -> Offered {
    Offered {
        date: date::calendar(offer.date, w.language),
        stay: w.asked_offer_days(offer.stay_days),
        room: codes::label(List::Room, offer.room.number(), w.language),
        therapies: offer.therapies.iter().map(|therapy| codes::label(List::Therapy, therapy.number(), w.language)).collect::<Vec<_>>().join(", "),
        until: p.moment(offer.held_until),
    }
}

async fn page(portal: &Portal, context: &Context, id: ConversationId, typed: &Fields, fault: Option<String>) -> Result<Response, PageError> {
    let (c, papers) = portal
        .desk
        .ask(&context.actor(), move |work| {
            let c = caseload::inquiry(work, id)?;
            let filter = documents::Filter { patient: Some(c.patient.id), ..documents::Filter::default() };
            let papers = documents::list(work, &filter, 100)?;
            Ok((c, papers))
        })
        .await?;
    let (p, w, today) = (Page::new(portal, context), context.words, calendar::day(context.now));
    let (detail, summary) = (&c.detail, &c.detail.summary);
    let step = Step::named(&summary.step).ok_or(PageError::Unavailable)?;
    let (state, good) = words::step(w, step, detail.offer.as_ref().map(|offer| offer.held_until));
    let picked: Vec<&str> = typed.all("document").collect();
    let choice = |paper: &documents::Document| Choice::new(paper.id.to_string(), title(paper), picked.contains(&paper.id.to_string().as_str()));
    let (text, rare) = (|name: &str| typed.shown(name, MAX_TEXT), rare(w, &c, typed));
    let representative = typed.get("who") == "representative";
    let chosen = |list, name: &str| codes::choices(list, codes::number(list, typed.get(name)).as_slice(), today, w.language);
    let icd = detail.inquiry.as_ref().and_then(|inquiry| inquiry.icd).map(|icd| icd.to_string()).unwrap_or_default();
    Ok(render(&AskedPage {
        id: id.to_string(),
        case: c.case.to_string(),
        name: c.patient.person.full_name(),
        title: w.asked_title(c.clinic.name.clone()),
        place: c.clinic.place.clone(),
        state,
        good,
        reason: words::reason(step, detail.reason, w.language).map(|reason| w.asked_reason(reason)),
        call: summary.trouble.as_ref().map(|trouble| words::call(w, trouble, c.clinic.name.clone())),
        date: summary.date.map(|day| date::calendar(day, w.language)),
        offer: detail.offer.as_ref().map(|offer| offered(w, &p, offer)),
        questions: questions(w, context, &c, typed),
        rare_reasons: if rare.is_some() { chosen(List::RareReason, "rare-reason") } else { vec![] },
        rare,
        may_answer: step == Step::Asked,
        may_choose: step == Step::Offered,
        may_refer: step == Step::Confirmed,
        may_withdraw: step.turn().is_some() && step != Step::New,
        may_date: matches!(step, Step::Confirmed | Step::Referred | Step::Accepted),
        payer: detail.payer.as_deref().and_then(|word| codes::number(List::PayerDecision, word)).map(|number| codes::label(List::PayerDecision, number, w.language)),
        may_payer: matches!(step, Step::Confirmed | Step::Referred | Step::Accepted),
        who: vec![Choice::new("patient", w.case_consent_patient(), !representative), Choice::new("representative", w.case_consent_representative(), representative)],
        form: typed.given("form_name").unwrap_or_else(|| RELEASE_FORM.to_owned()),
        kept: typed.given("kept").unwrap_or_else(|| w.case_consent_kept_default().into_owned()),
        representative: text("representative"),
        proof: text("proof"),
        diagnosis: typed.given("diagnosis").unwrap_or(icd),
        diagnosis_text: text("diagnosis-text"),
        staff: typed.given("staff").unwrap_or_else(|| format!("{}, {}", context.actor().name(), portal.clinic.phone)),
        note: text("note"),
        documents: papers.iter().map(choice).collect(),
        may_follow: matches!(step, Step::Referred | Step::Accepted | Step::Admitted),
        following: c.following.iter().map(choice).collect(),
        withdrawals: chosen(List::Withdraw, "withdraw_reason"),
        decisions: chosen(List::PayerDecision, "decision"),
        on: if typed.given("on").is_some() { text("on") } else { date::calendar(today, w.language) },
        begun: Begun::of(typed),
        wished: typed.shown("wished", 32),
        waiting: detail.wished.map(|day| w.asked_date_waiting(date::calendar(day, w.language))),
        date_reasons: chosen(List::DateChange, "date_reason"),
        facts: detail.inquiry.as_ref().map(|inquiry| profile::facts(w, inquiry, None)).unwrap_or_default(),
        history: history(&p, &detail.messages),
        fault,
        patient: c.patient.id.to_string(),
        missing: entry::missing(w, &c.patient.person),
        p,
    }))
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, conversation(&text)?, &context.draft, None).await
}

/// Does `work` and shows the clinic again: as it then is, or with what was typed and why it was refused.
async fn act(
    portal: &Portal,
    context: &Context,
    id: ConversationId,
    fields: &Fields,
    work: impl FnOnce(&mut Work<'_>) -> Result<(), WorkError> + Send + 'static,
) -> Result<Response, PageError> {
    match portal.desk.ask(&context.actor(), move |w| caseload::is_ours(w, id).and_then(|()| work(w))).await {
        Ok(()) => Ok(Redirect::to(&format!("/asked/{id}")).into_response()),
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            page(portal, context, id, fields, Some(fault)).await
        }
    }
}

/// Answers the clinic's questions.
///
/// # Errors
/// [`PageError`].
pub async fn answer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = conversation(&text)?;
    let c = portal.desk.ask(&context.actor(), move |work| caseload::inquiry(work, id)).await?;
    let (answers, rare_reason) = (typed_answers(&c, &fields), fields.get("rare-reason").parse().ok());
    if answers.is_empty() {
        return page(&portal, &context, id, &fields, Some(context.words.asked_answer_missing().into_owned())).await;
    }
    act(&portal, &context, id, &fields, move |work| inquiry::answer(work, id, Answers { answers, rare_reason })).await
}

/// Enters that the patient chose this offer on paper.
///
/// # Errors
/// [`PageError`].
pub async fn choose(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = conversation(&text)?;
    match paper(&fields, context.words) {
        Ok(paper) => act(&portal, &context, id, &fields, move |work| caseload::chosen_on_paper(work, id, paper)).await,
        Err(fault) => page(&portal, &context, id, &fields, Some(fault)).await,
    }
}

/// Sends the identified referral.
///
/// # Errors
/// [`PageError`].
pub async fn refer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let identified = conversation(&text)?;
    let Some(code) = fields.given("diagnosis") else {
        return page(&portal, &context, identified, &fields, Some(context.words.asked_refer_wrong().into_owned())).await;
    };
    let year = calendar::day(context.now).to_string().get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    let new = NewReferral {
        diagnoses: vec![Clinical { code: code.to_ascii_uppercase(), version: year, text: fields.given("diagnosis-text") }],
        staff: fields.given("staff"),
        note: fields.given("note"),
        ..NewReferral::default()
    };
    let papers: Vec<LocalId> = fields.all("document").map(id).collect::<Result<_, _>>()?;
    match portal.desk.ask(&context.actor(), move |work| referral::send(work, identified, new, &papers)).await {
        Ok(()) => Ok(Redirect::to(&format!("/asked/{identified}")).into_response()),
        Err(WorkError::Invalid { .. }) => page(&portal, &context, identified, &fields, Some(context.words.asked_refer_wrong().into_owned())).await,
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            page(&portal, &context, identified, &fields, Some(fault)).await
        }
    }
}

/// Hands further documents to the clinic that has the referral.
///
/// # Errors
/// [`PageError`].
pub async fn follow(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let conversation = conversation(&text)?;
    let papers: Vec<LocalId> = fields.all("document").map(id).collect::<Result<_, _>>()?;
    if papers.is_empty() {
        portal.desk.ask(&context.actor(), move |work| caseload::is_ours(work, conversation)).await?;
        return page(&portal, &context, conversation, &fields, Some(context.words.asked_follow_wrong().into_owned())).await;
    }
    act(&portal, &context, conversation, &fields, move |work| referral::hand_over(work, conversation, &papers)).await
}

/// Somebody has called the clinic: nothing waits for that any more.
///
/// # Errors
/// [`PageError`].
pub async fn settle(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let id = conversation(&text)?;
    act(&portal, &context, id, &fields, move |work| referral::settle_trouble(work, id)).await
}

/// Withdraws.
///
/// # Errors
/// [`PageError`].
pub async fn withdraw(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, reason) = (conversation(&text)?, fields.get("withdraw_reason").parse::<Withdraw>().map_err(|_| PageError::NotFound)?);
    act(&portal, &context, id, &fields, move |work| referral::withdraw(work, id, reason)).await
}

/// Records what the payer decided, and tells the clinic.
///
/// # Errors
/// [`PageError`].
pub async fn payer(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, decision) = (conversation(&text)?, fields.get("decision").parse::<PayerDecision>().map_err(|_| PageError::NotFound)?);
    let Some(on) = date::typed_day(fields.get("on")) else {
        return page(&portal, &context, id, &fields, Some(context.words.plan_day_wrong().into_owned())).await;
    };
    act(&portal, &context, id, &fields, move |work| referral::payer_decided(work, id, decision, on)).await
}

/// Tells the clinic that another day is wished.
///
/// # Errors
/// [`PageError`].
pub async fn change_date(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, reason) = (conversation(&text)?, fields.get("date_reason").parse().map_err(|_| PageError::NotFound)?);
    let Some(day) = date::typed_day(fields.get("wished")) else {
        return page(&portal, &context, id, &fields, Some(context.words.plan_day_wrong().into_owned())).await;
    };
    act(&portal, &context, id, &fields, move |work| referral::change_date(work, id, day, reason, None)).await
}

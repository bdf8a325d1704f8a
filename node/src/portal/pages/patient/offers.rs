//! Offers side by side; choosing one, changing one's mind, asking again.

use std::borrow::Cow;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{catalogue::List, id::ConversationId};

use super::{
    map::{self, Map},
    prove_first, spoken,
    step::Step,
    version,
};
use crate::{
    domain::proxy::Scope,
    portal::{
        Portal, codes, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::{
        Work, WorkError,
        journey::{self, Answer, Asked, ByPhone, Deal, Offers},
    },
};

/// The name under which a choice is consented to.
const FORM: &str = "Freigabe an die gewählte Klinik";

/// Text that is often one of the catalogues'.
type Text = Cow<'static, str>;

/// A clinic in words.
struct Card<'a> {
    id: String,
    clinic: &'a str,
    place: &'a str,
    /// Where it lies, for map programs.
    geo: Option<String>,
    department: Option<&'a str>,
    distance: Text,
    date: Text,
    room: Text,
    therapies: Text,
    until: Text,
    answered: Text,
    asked: Text,
    /// Where it stands.
    stands: Text,
    late: bool,
    again: bool,
    /// Whether the clinic has accepted, so that leaving it has consequences to be read first.
    accepted: bool,
}

fn card<'a>(p: &Page, asked: &'a Asked) -> Card<'a> {
    let w = p.w;
    let unknown = || w.choice_list_unknown();
    let meaning = |list, number| codes::meaning(list, number, w.language);
    let offer = asked.offer.as_ref();
    let therapies = offer.map(|offer| offer.therapies.iter().map(|therapy| meaning(List::Therapy, therapy.number())).collect::<Vec<_>>().join(", "));
    Card {
        id: asked.id.to_string(),
        clinic: &asked.clinic.name,
        place: &asked.clinic.place,
        geo: asked.clinic.at.map(|at| format!("geo:{at}")),
        department: asked.department.as_deref(),
        distance: asked.km.map_or_else(unknown, |km| w.choice_list_km(km).into()),
        date: asked.date.map_or_else(unknown, |day| date::calendar(day, w.language).into()),
        room: offer.map_or_else(unknown, |offer| meaning(List::Room, offer.room.number())),
        therapies: therapies.filter(|text| !text.is_empty()).map_or_else(unknown, Text::from),
        until: offer.map_or_else(unknown, |offer| p.moment(offer.held_until).into()),
        answered: asked.answered_at.map_or_else(unknown, |at| p.moment(at).into()),
        asked: w.choice_list_asked(p.moment(asked.asked_at)).into(),
        stands: stands(w, asked),
        late: asked.late,
        again: asked.again,
        accepted: asked.answer == Answer::Accepted,
    }
}

fn stands(w: Words, asked: &Asked) -> Text {
    match asked.answer {
        Answer::Declined(Some(code)) => w.choice_list_declined(codes::meaning(List::Decline, code, w.language)).into(),
        Answer::Declined(None) => w.choice_list_declined_plain(),
        Answer::Waiting | Answer::Offer => Text::default(),
        Answer::Question => w.choice_list_question(),
        Answer::Ended => w.choice_list_ended(),
        Answer::Gone => w.choice_list_gone(),
        Answer::Chosen if asked.unreachable => w.journey_chosen_unreachable(),
        Answer::Chosen => w.choice_list_not_confirmed(),
        Answer::Confirmed => w.choice_list_confirmed(),
        Answer::Accepted => w.choice_list_accepted(),
        Answer::Withdrawn => w.choice_list_withdrawn(),
        Answer::Cancelled => w.choice_list_cancelled(),
    }
}

#[derive(Template)]
#[template(path = "patient/offers.html")]
struct OffersPage<'a> {
    p: Page,
    none: bool,
    chosen: Vec<Card<'a>>,
    offers: Vec<Card<'a>>,
    open: Vec<Card<'a>>,
    over: Vec<Card<'a>>,
    /// Clinics that said something on the phone: name, what, when it said so, and whether it is an offer.
    phones: Vec<(String, String, String, bool)>,
    span: Option<String>,
    from_home: bool,
    map: Option<Map>,
    decides: bool,
    arranges: bool,
    fault: Option<String>,
    /// What is to be done, where the page itself is not it.
    step: Option<Step>,
}

async fn list(portal: &Portal, context: &Context, fault: Option<String>) -> Result<Response, PageError> {
    let seen = |work: &mut Work<'_>| {
        let found = journey::offers(work)?;
        // Where there is something to choose or chosen, the page itself is the next step.
        let is_step = found.asked.iter().any(|asked| matches!(asked.answer, Answer::Offer | Answer::Chosen | Answer::Confirmed | Answer::Accepted));
        let todo = if is_step { None } else { journey::now_to_do(work)? };
        Ok((found, journey::reach(work)?, todo))
    };
    let (mut found, reach, todo) = portal.desk.look(context.actor(), seen).await?;
    found.measure();
    let (p, w) = (Page::new(portal, context), context.words);
    let of = |wanted: fn(Answer) -> bool| found.asked.iter().filter(|asked| wanted(asked.answer)).map(|asked| card(&p, asked)).collect::<Vec<_>>();
    let span = found.span.filter(|span| span.exception.is_none()).map(|span| w.journey_span(spoken(w, span.discharge), spoken(w, span.last)));
    Ok(render(&OffersPage {
        step: Step::on(&p, todo),
        none: found.asked.is_empty() && found.phones.is_empty(),
        phones: found.phones.iter().map(|phone| by_phone(&p, phone)).collect(),
        chosen: of(|answer| matches!(answer, Answer::Chosen | Answer::Confirmed | Answer::Accepted)),
        offers: of(|answer| answer == Answer::Offer),
        open: of(|answer| matches!(answer, Answer::Waiting | Answer::Question)),
        over: of(|answer| matches!(answer, Answer::Ended | Answer::Declined(_) | Answer::Gone | Answer::Withdrawn | Answer::Cancelled)),
        span,
        from_home: found.from_home,
        map: drawn(w, &found),
        decides: reach == Scope::Decide,
        arranges: reach >= Scope::Arrange,
        fault,
        p,
    }))
}

/// Returns a clinic without a node in words: name, what it says, since when, and whether it is an offer.
fn by_phone(p: &Page, phone: &ByPhone) -> (String, String, String, bool) {
    let w = p.w;
    let what = match phone.offer {
        _ if phone.arrived => w.choice_phone_arrived().into_owned(),
        Some(day) if phone.chosen_at.is_some() => w.choice_phone_chosen(date::calendar(day, w.language)),
        Some(day) => w.choice_phone_offer(date::calendar(day, w.language)),
        None if phone.withdrawn => w.choice_list_withdrawn().into_owned(),
        None if phone.declined => w.choice_list_declined_plain().into_owned(),
        None if phone.told_at.is_some() => w.choice_list_ended().into_owned(),
        None => w.choice_phone_waiting().into_owned(),
    };
    let when = phone.told_at.map_or_else(|| w.choice_list_asked(p.moment(phone.asked_at)), |at| w.choice_phone_told(p.moment(at)));
    (phone.clinic.clone(), what, when, phone.offer.is_some())
}

/// Draws the clinics that may still matter.
fn drawn(w: Words, offers: &Offers) -> Option<Map> {
    let matters = |asked: &&Asked| matches!(asked.answer, Answer::Waiting | Answer::Question | Answer::Offer | Answer::Chosen | Answer::Confirmed | Answer::Accepted);
    let places = offers.asked.iter().filter(matters).filter_map(|asked| Some((asked.clinic.name.clone(), asked.clinic.at?))).collect();
    let home = if offers.from_home { w.choice_list_map_home() } else { w.choice_list_map_house() };
    map::draw(places, offers.origin.map(|at| (home.into_owned(), at)))
}

/// The list.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    list(&portal, &context, None).await
}

fn id(text: &str) -> Result<ConversationId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

#[derive(Template)]
#[template(path = "patient/choose.html")]
struct ChoosePage<'a> {
    p: Page,
    card: Card<'a>,
    /// What the offer is cited by, if it can be chosen.
    offer: Option<String>,
    terms: Vec<String>,
    documents: String,
    others: String,
    statement: String,
    fault: Option<String>,
    drafted: bool,
    again: bool,
}

/// What a choice consents to, as it is shown and cited.
fn terms(w: Words, clinic: &str) -> Vec<String> {
    vec![w.choice_who_person().into(), w.choice_who_medical().into(), w.choice_statement(clinic.to_owned())]
}

async fn choose_page(portal: &Portal, context: &Context, id: ConversationId, changed: bool) -> Result<Response, PageError> {
    let deal = portal.desk.look(context.actor(), move |work| journey::to_choose(work, id)).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    if matches!(deal.asked.answer, Answer::Chosen | Answer::Confirmed | Answer::Accepted) {
        return Ok(Redirect::to("/").into_response());
    }
    let stands = deal.asked.answer == Answer::Offer && deal.chosen.is_none() && !deal.asked.late;
    let fault = obstacle(w, &deal).or_else(|| changed.then(|| w.choice_changed().into_owned()));
    let clinic = deal.asked.clinic.name.clone();
    let mut terms = terms(w, &clinic);
    let statement = terms.pop().unwrap_or_default();
    Ok(render(&ChoosePage {
        card: card(&p, &deal.asked),
        offer: deal.asked.digest.filter(|_| stands).map(|digest| digest.to_string()),
        terms,
        documents: documents(w, &deal),
        others: if deal.others.is_empty() { w.choice_others_none().into() } else { w.choice_others(deal.others.join(", ")) },
        statement,
        fault,
        drafted: !context.draft.is_empty(),
        again: deal.asked.again,
        p,
    }))
}

/// Says which documents there are: by title what the patient may read, by number the others.
fn documents(w: Words, deal: &Deal) -> String {
    let unseen = w.choice_who_documents_unseen(deal.unseen);
    match (deal.documents.is_empty(), deal.unseen) {
        (true, 0) => w.choice_who_documents_none().into(),
        (true, _) => unseen,
        (false, 0) => w.choice_who_documents(deal.documents.join(", ")),
        (false, _) => format!("{} {unseen}", w.choice_who_documents(deal.documents.join(", "))),
    }
}

/// Says why an offer cannot be chosen, if so.
fn obstacle(w: Words, deal: &Deal) -> Option<String> {
    if let Some(clinic) = &deal.chosen {
        return Some(w.choice_other_chosen(clinic.clone()));
    }
    Some(
        match deal.asked.answer {
            Answer::Offer if deal.asked.late => w.choice_late(),
            Answer::Offer => return None,
            Answer::Ended => w.choice_ended(),
            Answer::Gone => w.choice_gone(),
            _ => w.choice_not_open(),
        }
        .into_owned(),
    )
}

/// The page that says what a choice means.
///
/// # Errors
/// [`PageError`].
pub async fn show_choose(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    choose_page(&portal, &context, id(&text)?, false).await
}

/// Chooses, and consents to what follows.
///
/// # Errors
/// [`PageError`].
pub async fn choose(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, shown, w) = (id(&text)?, fields.get("offer").to_owned(), context.words);
    if let Some(elsewhere) = prove_first(&portal, &context, &fields).await? {
        return Ok(elsewhere);
    }
    let actor = context.actor();
    let chosen = portal.desk.ask(&actor, move |work| {
        let deal = journey::to_choose(work, id)?;
        let form = version(FORM, w, &terms(w, &deal.asked.clinic.name));
        journey::choose(work, id, &shown, form)
    });
    match chosen.await {
        Ok(()) => Ok(Redirect::to("/").into_response()),
        // The page says what has become of the offer meanwhile.
        Err(WorkError::State { code, .. }) => choose_page(&portal, &context, id, code == "changed").await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "patient/withdraw.html")]
struct WithdrawPage<'a> {
    p: Page,
    card: Card<'a>,
    span: Option<String>,
}

/// The page that says what leaving the chosen clinic means.
///
/// # Errors
/// [`PageError`].
pub async fn show_withdraw(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    withdraw_page(&portal, &context, id(&text)?).await
}

async fn withdraw_page(portal: &Portal, context: &Context, id: ConversationId) -> Result<Response, PageError> {
    let deal = portal.desk.look(context.actor(), move |work| journey::to_withdraw(work, id)).await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let span = deal.span.filter(|span| span.exception.is_none()).map(|span| w.choice_withdraw_span(spoken(w, span.last)));
    Ok(render(&WithdrawPage { card: card(&p, &deal.asked), span, p }))
}

/// Leaves the chosen clinic. One that has accepted is left from the page that says what follows, nowhere else: a button of before is no such word.
///
/// # Errors
/// [`PageError`].
pub async fn withdraw(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, accepted) = (id(&text)?, fields.get("accepted") == "yes");
    match portal.desk.ask(&context.actor(), move |work| journey::withdraw(work, id, accepted)).await {
        Err(WorkError::State { code: "accepted", .. }) => withdraw_page(&portal, &context, id).await,
        // It is over already: the start page says so.
        Ok(()) | Err(WorkError::State { .. }) => Ok(Redirect::to("/").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// Asks a clinic again whose offer ended.
///
/// # Errors
/// [`PageError`].
pub async fn again(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    let id = id(&text)?;
    match portal.desk.ask(&context.actor(), move |work| journey::ask_again(work, id)).await {
        Ok(()) => Ok(Redirect::to("/offers").into_response()),
        Err(WorkError::State { .. } | WorkError::Invalid { .. } | WorkError::Unavailable { .. }) => list(&portal, &context, Some(context.words.choice_again_failed().into())).await,
        Err(error) => Err(error.into()),
    }
}

//! Searching a place for a case, and asking clinics: hits with reasons, a look at what is sent, and the sending.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use futures::future::join_all;
use verbund_protocol::{
    catalogue::{List, RareReason},
    id::LocalId,
    inquiry::Inquiry,
    limits::MAX_RECIPIENTS,
    place,
    query::Question,
    search::{Found, Hit, Query, Reason, Why, Wishes},
    time::Day,
};

use super::words;
use crate::{
    domain::{calendar, wish::About},
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
        caseload::{self, Overview},
        clinic,
        inquiry::Target,
        search::{self, Live, LiveState, Wanted},
    },
};

/// Most hits on a page.
const MAX_HITS: usize = 30;
/// How near "near home" is, kilometres as the crow flies.
const NEAR_KM: u16 = 50;
/// Most clinics asked live at once.
const MAX_LIVE: usize = 8;

/// A hit as the page shows it.
pub(super) struct Line {
    pub(super) target: String,
    pub(super) clinic: String,
    pub(super) place: String,
    pub(super) department: String,
    pub(super) from: String,
    pub(super) free: String,
    pub(super) km: Option<String>,
    pub(super) age: String,
    pub(super) stale: bool,
    pub(super) contradicted: bool,
    pub(super) asked: bool,
    /// It was ticked when the session ran out.
    pub(super) picked: bool,
    pub(super) favourite: bool,
    /// The patient named this clinic.
    pub(super) wished: bool,
    pub(super) why: Vec<String>,
    pub(super) live: Option<(String, bool)>,
    pub(super) select: String,
}

impl Line {
    /// What the patient named comes first, then favourites; otherwise the order stands.
    const fn rank(&self) -> (bool, bool) {
        (!self.wished, !self.favourite)
    }
}

#[derive(Template)]
#[template(path = "staff/case/find.html")]
struct FindPage {
    p: Page,
    id: String,
    name: String,
    matching: String,
    departments: String,
    lines: Vec<Line>,
    excluded: Vec<String>,
    fault: Option<String>,
}

/// What a search for a case came to.
struct Searched {
    found: Found,
    favourites: Vec<(String, String)>,
    live: Vec<Live>,
}

async fn run(portal: &Portal, context: &Context, o: &Overview, ask: bool) -> Result<Searched, PageError> {
    let (plan, today) = (o.plan.clone(), calendar::day(context.now));
    let from = plan.earliest.unwrap_or(today).max(today);
    let until = from.plus(u32::from(plan.flexible_days));
    let query =
        Query { indication: plan.indication, setting: plan.setting, constraints: plan.constraints.clone(), payer: plan.payer, limit: MAX_HITS, ..Query::between(from, until) };
    let query = Query { wishes: Wishes { facilities: o.named.clone(), near: None }, ..query };
    let home = o.row.patient.person.address.as_ref().map(|address| address.postal_code.clone());
    let near = near(o, home.as_deref());
    let wanted = |from_place, near_place| Wanted { query: query.clone(), from_place, near_place };
    // A postal code that the table does not know leaves the search without distances, and without the wish to be near.
    let located = wanted(home.clone(), near).locate().or_else(|_| wanted(home, None).locate()).or_else(|_| wanted(None, None).locate())?;
    let (found, favourites) = portal
        .desk
        .ask(&context.actor(), move |work| {
            let favourites = plan.indication.map(|indication| caseload::favourites(work, indication)).transpose()?.unwrap_or_default();
            Ok((search::find(work, located)?.found, favourites))
        })
        .await?;
    let live = if ask { live(portal, context, &found, until).await? } else { vec![] };
    Ok(Searched { found, favourites, live })
}

/// Returns where the patient wishes to be near to: the place named with the wish if the table knows it, else home.
fn near(o: &Overview, home: Option<&str>) -> Option<(String, u16)> {
    let wish = o.wishes.iter().flat_map(|stated| &stated.list).find(|wish| wish.about == About::NearHome)?;
    let named = Some(wish.what.trim()).filter(|what| !what.is_empty() && place::find(what).is_ok());
    named.or(home).map(|place| (place.to_owned(), NEAR_KM))
}

async fn live(portal: &Portal, context: &Context, found: &Found, until: Day) -> Result<Vec<Live>, PageError> {
    let asked = found.hits.iter().take(MAX_LIVE).map(|hit| async move {
        let question = search::question(hit, until);
        let answer = portal.desk.outside().query(hit.member.clone(), Question::Capacity(question.clone()).to_bytes()).await;
        (question, answer)
    });
    let answers = join_all(asked).await;
    Ok(portal.desk.ask(&context.actor(), move |work| Ok(answers.into_iter().map(|(question, answer)| search::judge(work, &question, answer)).collect())).await?)
}

fn why(w: Words, why: Why) -> String {
    match why {
        Why::Wait(days) => w.find_why_wait(days),
        Why::Distance(km) => w.find_why_distance(km),
        Why::Stale(hours) => w.find_why_stale(hours),
        Why::Named => w.find_why_named().into_owned(),
        Why::Near(km) => w.find_why_near(km),
    }
}

fn excluded(w: Words, reason: Reason) -> String {
    match reason {
        Reason::Own => w.find_excluded_own().into_owned(),
        Reason::NotServing => w.find_excluded_not_serving().into_owned(),
        Reason::Expired => w.find_excluded_expired().into_owned(),
        Reason::Indication => w.find_excluded_indication().into_owned(),
        Reason::Department => w.find_excluded_department().into_owned(),
        Reason::Setting(code) => codes::label(List::Setting, code.number(), w.language),
        Reason::Constraint(code) => codes::label(List::Constraint, code.number(), w.language),
        Reason::Payer(code) => codes::label(List::Payer, code.number(), w.language),
        Reason::Room(code) => codes::label(List::Room, code.number(), w.language),
        Reason::Language(code) => codes::label(List::Language, code.number(), w.language),
        Reason::Full => w.find_excluded_full().into_owned(),
        Reason::TooFar => w.find_excluded_far().into_owned(),
    }
}

fn line(w: Words, o: &Overview, searched: &Searched, hit: &Hit) -> Line {
    let (facility, department) = (hit.id.facility.to_string(), hit.id.department.to_string());
    let hours = hit.age_s / 3_600;
    let asked = o.asked.iter().any(|asked| {
        let c = &asked.conversation;
        c.ended_at.is_none() && c.peer_facility == hit.id.facility && c.department.as_ref() == Some(&hit.id.department)
    });
    let live = searched.live.iter().find(|live| live.id == hit.id).map(|live| match live.state {
        LiveState::Free => (w.find_confirmed_free().into_owned(), true),
        LiveState::Later => (w.find_confirmed_later().into_owned(), false),
        LiveState::Gone => (w.find_confirmed_gone().into_owned(), false),
        LiveState::NoAnswer => (w.find_confirmed_no_answer().into_owned(), false),
    });
    Line {
        target: format!("{facility}/{department}"),
        clinic: hit.facility.clone(),
        place: hit.place.clone(),
        department: hit.department.clone(),
        from: w.find_from(date::calendar(hit.earliest, w.language)),
        free: w.find_free(hit.beds, hit.free),
        km: hit.km.map(|km| w.find_km(km.round() as u32)),
        age: if hit.stale {
            w.find_stale(hours)
        } else if hours == 0 {
            w.find_age_now().into_owned()
        } else {
            w.find_age(hours)
        },
        stale: hit.stale,
        contradicted: hit.contradicted,
        asked,
        picked: false,
        favourite: searched.favourites.contains(&(facility, department)),
        wished: hit.why.iter().any(|(why, _)| *why == Why::Named),
        why: hit.why.iter().map(|(reason, points)| format!("{} ({points:+})", why(w, *reason))).collect(),
        live,
        select: w.find_select(format!("{}, {}", hit.facility, hit.department)),
    }
}

/// Returns the best hits for a case, at most `count`, without what was asked in it before: what the patient named first, then favourites.
pub(super) async fn best(portal: &Portal, context: &Context, o: &Overview, count: usize) -> Result<Vec<Line>, PageError> {
    let searched = run(portal, context, o, false).await?;
    let asked = |hit: &&Hit| o.onward.asked.iter().any(|target| target.facility == hit.id.facility && target.department == hit.id.department);
    let mut lines: Vec<Line> = searched.found.hits.iter().filter(|hit| !asked(hit)).map(|hit| line(context.words, o, &searched, hit)).collect();
    lines.sort_by_key(Line::rank);
    lines.truncate(count);
    Ok(lines)
}

async fn page(portal: &Portal, context: &Context, id: LocalId, ask: bool, fault: Option<String>) -> Result<Response, PageError> {
    let w = context.words;
    let o = portal.desk.look(context.actor(), move |work| caseload::show(work, id)).await?;
    let searched = run(portal, context, &o, ask).await?;
    let mut lines: Vec<Line> = searched.found.hits.iter().map(|hit| line(w, &o, &searched, hit)).collect();
    for line in &mut lines {
        line.picked = !line.asked && context.draft.all("target").any(|target| target == line.target);
    }
    lines.sort_by_key(Line::rank);
    Ok(render(&FindPage {
        p: Page::new(portal, context),
        id: id.to_string(),
        name: o.row.patient.person.full_name(),
        matching: w.find_matching(searched.found.matching),
        departments: w.find_departments(searched.found.departments),
        lines,
        excluded: searched.found.excluded.iter().map(|out| w.find_excluded_line(out.places, excluded(w, out.reason))).collect(),
        fault,
    }))
}

/// The hits.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, false, None).await
}

/// The hits, after the best clinics were asked whether what they state is still so.
///
/// # Errors
/// [`PageError`].
pub async fn confirm(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, _: Fields) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, true, None).await
}

/// Reads `IK/DEPARTMENT`.
pub(super) fn target(text: &str) -> Option<Target> {
    let (facility, department) = text.split_once('/')?;
    Some(Target { facility: facility.parse().ok()?, department: department.parse().ok()? })
}

fn targets(fields: &Fields) -> Vec<Target> {
    fields.all("target").filter_map(target).collect()
}

/// Remembers a department as a favourite for the indication of the case, or forgets it.
///
/// # Errors
/// [`PageError`].
pub async fn favourite(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, marked) = (id(&text)?, fields.get("marked") == "yes");
    let target = target(fields.get("favourite")).ok_or(PageError::NotFound)?;
    portal
        .desk
        .ask(&context.actor(), move |work| {
            let indication = caseload::show(work, id)?.plan.indication.ok_or(WorkError::NotFound("indication"))?;
            caseload::mark_favourite(work, indication, &target, marked)
        })
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}/search")).into_response())
}

#[derive(Template)]
#[template(path = "staff/case/ask.html")]
struct AskPage {
    p: Page,
    id: String,
    name: String,
    clinics: Vec<(String, String)>,
    facts: Vec<(String, String)>,
    rare: Option<String>,
    reasons: Vec<Choice>,
    own: Vec<Choice>,
    send: String,
    fault: Option<String>,
}

pub(super) async fn preview_page(portal: &Portal, context: &Context, id: LocalId, targets: Vec<Target>, fields: &Fields, fault: Option<String>) -> Result<Response, PageError> {
    let w = context.words;
    if targets.is_empty() || targets.len() > MAX_RECIPIENTS {
        return page(portal, context, id, false, Some(w.find_pick().into_owned())).await;
    }
    let reason: Option<RareReason> = fields.get("rare-reason").parse().ok();
    let targets = Arc::new(targets);
    let asked = Arc::clone(&targets);
    let shown = portal
        .desk
        .ask(&context.actor(), move |work| {
            let o = caseload::show(work, id)?;
            let preview = caseload::preview(work, id, asked[0].department.clone(), reason)?;
            let clinics = asked.iter().map(|target| (format!("{}/{}", target.facility, target.department), clinic::of(work, &target.facility).line())).collect::<Vec<_>>();
            Ok((o, preview, clinics, caseload::own_facilities(work)))
        })
        .await;
    let (o, preview, clinics, own) = match shown {
        Ok(shown) => shown,
        Err(error) => return page(portal, context, id, false, Some(words::fault(w, error)?)).await,
    };
    let inquiry: &Inquiry = &preview.inquiry;
    let guarded = preview.coarsened.is_some();
    Ok(render(&AskPage {
        p: Page::new(portal, context),
        id: id.to_string(),
        name: o.row.patient.person.full_name(),
        send: w.ask_send(clinics.len()),
        clinics,
        facts: profile::facts(w, inquiry, None),
        rare: (guarded || reason.is_some()).then(|| w.ask_rare(profile::rare(w, &preview.rare))),
        reasons: codes::choices(List::RareReason, reason.map(|code| code.number()).as_slice(), calendar::day(context.now), w.language),
        own: if own.len() > 1 { own.into_iter().map(|(ik, name)| Choice::new(ik.to_string(), name, false)).collect() } else { vec![] },
        fault,
    }))
}

/// Shows exactly what the chosen clinics would read.
///
/// # Errors
/// [`PageError`].
pub async fn preview(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    preview_page(&portal, &context, id(&text)?, targets(&fields), &fields, None).await
}

/// Asks the chosen clinics.
///
/// # Errors
/// [`PageError`].
pub async fn ask(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, targets, reason) = (id(&text)?, targets(&fields), fields.get("rare-reason").parse::<RareReason>().ok());
    let (sent, wanted) = (targets.clone(), fields.get("own").to_owned());
    let done = portal
        .desk
        .ask(&context.actor(), move |work| {
            let own = caseload::own_facilities(work);
            let (own, _) = own.iter().find(|(ik, _)| ik.to_string() == wanted).or(own.first()).ok_or(WorkError::NotFound("facility"))?;
            caseload::ask(work, id, own, &sent, reason)
        })
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(WorkError::Invalid { .. }) => preview_page(&portal, &context, id, targets, &fields, Some(context.words.asked_fault_many().into_owned())).await,
        Err(error) => {
            let fault = words::fault(context.words, error)?;
            preview_page(&portal, &context, id, targets, &fields, Some(fault)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_facility_and_a_department() {
        assert!(target("260326822/2300").is_some());
        for text in ["", "260326822", "2300/260326822", "260326822/", "260326823/2300"] {
            assert!(target(text).is_none(), "{text}");
        }
    }
}

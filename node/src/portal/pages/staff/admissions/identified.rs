//! The referral with the patient's name. Opening it is a step of its own, which the asking clinic is told; every later look is in the audit.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    catalogue::List,
    id::ConversationId,
    referral::{
        Identified, Message,
        identified::{Clinical, Release},
    },
};

use super::{
    acts::Call,
    faults,
    forms::{Act, Typed},
    id, label, page,
    said::{self, Paper},
};
use crate::{
    portal::{
        Portal, date,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::{
        inbox::{self, Sheet},
        referral,
    },
};

#[derive(Template)]
#[template(path = "staff/admissions/referral.html")]
struct ReferralPage {
    p: Page,
    id: String,
    title: String,
    clinic: String,
    facts: Vec<(String, String)>,
    note: Option<String>,
    papers: Vec<Paper>,
}

/// Opens the referral.
///
/// # Errors
/// [`PageError`].
pub async fn open(call: Call) -> Result<Response, PageError> {
    let id = call.id;
    match call.portal.desk.ask(&call.context.actor(), move |work| inbox::is_ours(work, id).and_then(|()| Ok((referral::open(work, id)?, inbox::show(work, id)?)))).await {
        Ok((_, sheet)) if sheet.opened => Ok(Redirect::to(&format!("/inquiries/{id}/referral")).into_response()),
        // The asking clinic cannot be told, which keeps nobody from reading.
        Ok((message, sheet)) => Ok(read(&call.portal, &call.context, id, &message, &sheet)),
        Err(error) => {
            let fault = faults::of(error, call.context.words)?;
            page(&call.portal, &call.context, id, &Typed { act: Some(Act::Open), fields: &Fields::default(), fault: Some(fault) }).await
        }
    }
}

/// Shows the referral to whoever looks at it again.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    let actor = context.actor();
    let found = portal.desk.ask(&actor, move |work| {
        let sheet = inbox::show(work, id)?;
        let message = if sheet.opened && sheet.readable { Some(referral::open(work, id)?) } else { None };
        Ok((message, sheet))
    });
    match found.await? {
        (Some(message), sheet) => Ok(read(&portal, &context, id, &message, &sheet)),
        (None, _) => Ok(Redirect::to(&format!("/inquiries/{id}")).into_response()),
    }
}

fn read(portal: &Portal, context: &Context, id: ConversationId, message: &Message, sheet: &Sheet) -> Response {
    let w = context.words;
    let about = match message {
        Message::Referral(referral) => Some(referral),
        Message::Handoff(handoff) => handoff.about.as_ref(),
        _ => None,
    };
    render(&ReferralPage {
        p: Page::new(portal, context),
        id: id.to_string(),
        title: about.map_or_else(|| w.admissions_papers_only().into_owned(), |about| format!("{} {}", about.person.given, about.person.family)),
        clinic: sheet.clinic.clone(),
        facts: about.map_or_else(Vec::new, |about| facts(about, w)),
        note: about.and_then(|about| about.note.clone()),
        papers: said::papers(&sheet.received, w),
    })
}

fn facts(about: &Identified, w: Words) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| facts.extend(value.filter(|value| !value.is_empty()).map(|value| (w.admissions_field(name), value)));
    let person = &about.person;
    add("born", Some(date::birth(&person.birth_date, w.language)));
    add("gender", person.gender.map(|gender| w.admissions_sex(gender.word())));
    add("kvnr", person.kvnr.as_ref().map(ToString::to_string));
    add("address", person.address.clone());
    add("phone", person.phone.clone());
    add("contact", person.contact.clone());
    add("diagnoses", Some(clinical(&about.diagnoses)));
    add("procedures", Some(clinical(&about.procedures)));
    let payer = [Some(label(List::Payer, about.payer.number(), w)), about.payer_name.clone(), about.payer_ik.as_ref().map(ToString::to_string)];
    add("payer", Some(payer.into_iter().flatten().collect::<Vec<_>>().join(", ")));
    add("discharge", about.discharge.map(|day| date::calendar(day, w.language)));
    add("exception", about.exception.map(|code| label(List::AhbException, code.number(), w)));
    add(
        "release",
        Some(match &about.release {
            Release::Consent { version, given_at, .. } => w.admissions_release_consent(date::day(*given_at, w.language), version.clone()),
            Release::Necessity { reason, physician } => w.admissions_release_necessity(physician.clone(), label(List::Necessity, reason.number(), w)),
        }),
    );
    add("staff", about.staff.clone());
    facts
}

fn clinical(codes: &[Clinical]) -> String {
    let one = |code: &Clinical| code.text.as_ref().map_or_else(|| code.code.clone(), |text| format!("{} {text}", code.code));
    codes.iter().map(one).collect::<Vec<_>>().join("; ")
}

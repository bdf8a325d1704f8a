//! What a patient has allowed and refused, and the photographs of what was signed on paper.

use askama::Template;
use axum::{
    Extension,
    extract::{Multipart, Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    domain::consent::{DecidedBy, How, Kind},
    portal::{
        Portal,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        upload::{self, File},
        words::Words,
    },
    workflow::{
        Work, WorkError,
        document::NewDocument,
        paper::{self, Entry},
        patient,
    },
};

/// A decision in words.
struct Row {
    id: String,
    title: String,
    verdict: String,
    good: bool,
    lines: Vec<String>,
    /// Whether the signed sheet is still to be photographed.
    wanted: bool,
    document: Option<String>,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/consents.html")]
struct ConsentsPage {
    p: Page,
    id: String,
    name: String,
    rows: Vec<Row>,
}

fn matter(w: Words, entry: &Entry) -> String {
    let clinic = entry.clinic.as_ref().map(|clinic| clinic.name.clone()).unwrap_or_default();
    match entry.consent.decision.kind {
        Kind::DischargeManagement => w.consents_discharge().into_owned(),
        Kind::IdentifiedRelease => w.consents_release(clinic),
        Kind::DocumentHandoff => w.consents_handoff(clinic),
        Kind::TreatmentNecessity => w.consents_necessity().into_owned(),
    }
}

fn row(p: &Page, entry: &Entry, fault: Option<String>) -> Row {
    let (w, consent) = (p.w, &entry.consent);
    let decision = &consent.decision;
    let verdict = match (&consent.revoked_at, decision.given) {
        (Some(at), _) => w.consents_taken_back(p.moment(*at)),
        (None, true) => w.consents_given(p.moment(decision.at)),
        (None, false) => w.consents_refused(p.moment(decision.at)),
    };
    let by = match &decision.by {
        DecidedBy::Patient => w.consents_by_patient().into_owned(),
        DecidedBy::Representative { name, proof } => w.consents_by_representative(name.clone(), proof.clone()),
        DecidedBy::Physician { name, .. } => w.consents_by_physician(name.clone()),
    };
    let how = match decision.how {
        How::Paper => w.consents_on_paper(decision.document.clone().unwrap_or_default()),
        How::Electronic => w.consents_electronic().into_owned(),
        How::Desk => w.consents_at_desk().into_owned(),
    };
    let mut lines = vec![by, how];
    lines.extend(decision.form.clone().map(|form| w.consents_form(form)));
    // Whoever has an account has written it down herself; the audit has more.
    let staff = decision.how != How::Electronic;
    lines.extend(staff.then(|| w.consents_recorded(p.moment(consent.recorded_at), consent.recorded_by.clone())));
    lines.extend(entry.photograph.as_ref().map(|photograph| w.consents_photographed(p.moment(photograph.at), photograph.by.clone())));
    Row {
        id: consent.id.to_string(),
        title: matter(w, entry),
        verdict,
        good: decision.given && consent.revoked_at.is_none(),
        lines,
        wanted: entry.wants_photograph(),
        document: entry.photograph.as_ref().map(|photograph| photograph.document.to_string()),
        fault,
    }
}

async fn page(portal: &Portal, context: &Context, id: LocalId, fault: Option<(LocalId, String)>) -> Result<Response, PageError> {
    let seen = move |work: &mut Work<'_>| Ok((patient::show(work, id)?, paper::entries(work, id)?));
    let (patient, entries) = portal.desk.ask(&context.actor(), seen).await?;
    let p = Page::new(portal, context);
    let at = |entry: &Entry| fault.as_ref().filter(|(id, _)| *id == entry.consent.id).map(|(_, text)| text.clone());
    Ok(render(&ConsentsPage { rows: entries.iter().map(|entry| row(&p, entry, at(entry))).collect(), id: id.to_string(), name: patient.person.full_name(), p }))
}

/// The list.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, None).await
}

/// Takes the photograph of a signed sheet in.
///
/// # Errors
/// [`PageError`].
pub async fn photograph(
    State(portal): State<Portal>,
    Extension(context): Extension<Context>,
    Path((patient, consent)): Path<(String, String)>,
    form: Multipart,
) -> Result<Response, PageError> {
    let (patient, consent, w) = (id(&patient)?, id(&consent)?, context.words);
    let signed = match portal.desk.ask(&context.actor(), move |work| paper::open(work, patient, consent)).await {
        // Somebody else was quicker.
        Err(WorkError::State { code: "photographed", .. }) => return page(&portal, &context, patient, None).await,
        Err(error @ WorkError::Purpose(_)) => {
            upload::note_typed(&context, form).await;
            return Err(error.into());
        }
        other => other?,
    };
    let kind = paper::document_kind(signed.decision.kind)?;
    let new = NewDocument { patient, kind, title: upload::title(&w.consents_document(signed.decision.form.clone().unwrap_or_default())), replaces: None };
    let fault = match upload::read(&portal, &context, form, |_| Ok(new)).await?.file {
        File::None => w.papers_no_file().into_owned(),
        File::Refused(why) => why,
        File::Taken(taken) => match upload::keep(&portal, &context, *taken, move |work, document| paper::photographed(work, patient, consent, document)).await? {
            Ok(()) => return Ok(Redirect::to(&format!("/patients/{patient}/consents")).into_response()),
            Err(why) => why,
        },
    };
    page(&portal, &context, patient, Some((consent, fault))).await
}

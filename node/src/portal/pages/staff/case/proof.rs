//! The proof of a search: readable on the page, and as the signed file that anybody can check.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use verbund_protocol::id::LocalId;

use super::{asked, end, phone, words};
use crate::{
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
    },
    workflow::{WorkError, caseload, evidence},
};

/// A clinic and what was said, with the times.
struct Clinic {
    name: String,
    state: String,
    lines: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "staff/case/proof.html")]
struct ProofPage {
    p: Page,
    id: String,
    name: String,
    signed: Vec<Clinic>,
    recorded: Vec<Clinic>,
    ended: Vec<String>,
    fault: Option<String>,
}

async fn page(portal: &Portal, context: &Context, id: LocalId, fault: Option<String>) -> Result<Response, PageError> {
    let (o, all) = portal
        .desk
        .ask(&context.actor(), move |work| {
            let o = caseload::show(work, id)?;
            let all = o.asked.iter().map(|asked| caseload::inquiry(work, asked.conversation.id)).collect::<Result<Vec<_>, _>>()?;
            Ok((o, all))
        })
        .await?;
    let (p, w) = (Page::new(portal, context), context.words);
    let signed = o.asked.iter().zip(&all).map(|(asked_clinic, conversed)| Clinic {
        name: asked_clinic.clinic.line(),
        state: words::state(w, &asked_clinic.conversation).0,
        lines: asked::history(&p, &conversed.detail.messages),
    });
    let recorded = o.phones.iter().map(|entry| Clinic {
        name: entry.clinic.clone(),
        state: phone::Line::of(entry, w).state,
        lines: std::iter::once((p.moment(entry.asked_at), w.proof_asked(p.moment(entry.asked_at)))).chain(phone::told_lines(&p, entry)).collect(),
    });
    let ended = o.end.as_ref().map(|ended| end::told(&p, ended)).unwrap_or_default();
    Ok(render(&ProofPage { id: id.to_string(), name: o.row.patient.person.full_name(), signed: signed.collect(), recorded: recorded.collect(), ended, fault, p }))
}

/// The readable proof.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, None).await
}

/// The signed file.
///
/// # Errors
/// [`PageError`].
pub async fn download(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, fields: Fields) -> Result<Response, PageError> {
    let (id, bodies) = (id(&text)?, fields.get("bodies") == "yes");
    match portal.desk.ask(&context.actor(), move |work| evidence::export(work, None, Some(id), bodies)).await {
        Ok(bundle) => {
            let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, "attachment; filename=\"evidence.cose\"")];
            Ok((headers, bundle).into_response())
        }
        Err(WorkError::Invalid { .. }) => page(&portal, &context, id, Some(context.words.proof_many().into_owned())).await,
        Err(error) => Err(error.into()),
    }
}

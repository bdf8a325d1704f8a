//! Those who act for a patient, for staff: invited with a proof that was seen and is kept.

use askama::Template;
use axum::{
    Extension,
    extract::{Multipart, Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::id::LocalId;

use crate::{
    domain::{calendar, proxy::MAX_PROXIES},
    portal::{
        Portal,
        fields::Fields,
        guard::Context,
        letter,
        page::{Page, PageError, render},
        pages::{
            mandate::{Faults, Form, Row, typed},
            proof::prove_first,
            sign_in::id,
        },
        qr::Modules,
        upload::{self, File},
    },
    workflow::{Work, WorkError, account::invite::Invited, document::NewDocument, patient, proxy},
};

/// The type of the document that proves it (KDL: power of attorney).
const PROOF: &str = "AM160103";

#[derive(Template)]
#[template(path = "staff/proxies.html")]
struct ProxiesPage {
    p: Page,
    id: String,
    name: String,
    rows: Vec<Row>,
    form: Form,
    faults: Faults,
    file_fault: Option<String>,
    /// Whether patients have a site, on which a code would work.
    may_invite: bool,
}

async fn page(portal: &Portal, context: &Context, id: LocalId, fields: &Fields, faults: Faults, file_fault: Option<String>) -> Result<Response, PageError> {
    let seen = move |work: &mut Work<'_>| Ok((patient::show(work, id)?, proxy::list(work, id)?));
    let (patient, helpers) = portal.desk.ask(&context.actor(), seen).await?;
    let p = Page::new(portal, context);
    Ok(render(&ProxiesPage {
        id: id.to_string(),
        name: patient.person.full_name(),
        rows: helpers.iter().map(|helper| Row::of(&p, helper)).collect(),
        form: Form::of(&p, fields),
        faults,
        file_fault,
        may_invite: !portal.patients.is_empty(),
        p,
    }))
}

/// The list, with the form to invite somebody.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, &context.draft, Faults::default(), None).await
}

#[derive(Template)]
#[template(path = "staff/proxy_invited.html")]
struct InvitedPage {
    p: Page,
    id: String,
    title: String,
    code: String,
    until: String,
    address: String,
    view: String,
    path: String,
}

fn invited(portal: &Portal, context: &Context, id: LocalId, name: String, invited: &Invited) -> Result<Response, PageError> {
    let (p, w, code) = (Page::new(portal, context), context.words, invited.code.to_string());
    let modules = Modules::of(&letter::scanned(&portal.patients, &code)).ok_or(PageError::Unavailable)?;
    let (title, until, address) = (w.proxy_invited_title(name), w.invited_until(p.day(invited.ends_at)), format!("{}/invitation", portal.patients));
    Ok(render(&InvitedPage { id: id.to_string(), title, code, until, address, view: modules.view(), path: modules.path(), p }))
}

/// Invites somebody whose proof was seen, and shows the code.
///
/// # Errors
/// [`PageError`].
pub async fn invite(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, form: Multipart) -> Result<Response, PageError> {
    let (id, w, today) = (id(&text)?, context.words, calendar::day(context.now));
    if portal.patients.is_empty() {
        return Err(PageError::NotFound);
    }
    let kind = PROOF.parse().map_err(|_| PageError::Unavailable)?;
    let seen = move |work: &mut Work<'_>| Ok((patient::show(work, id)?, proxy::list(work, id)?));
    let (patient, acting) = match portal.desk.ask(&context.actor(), seen).await {
        Err(error @ WorkError::Purpose(_)) => {
            upload::note_typed(&context, form).await;
            return Err(error.into());
        }
        seen => seen?,
    };
    let fresh = context.visit()?.session.is_fresh(context.now);
    let describe = |fields: &Fields| {
        let mandate = typed(w, fields, today).map_err(|faults| faults.first().unwrap_or_default())?;
        if !fresh {
            return Err(String::new());
        }
        if acting.iter().any(|helper| helper.proxy.mandate == mandate) {
            return Err(w.proxy_again(mandate.name));
        }
        if acting.len() >= MAX_PROXIES {
            return Err(w.proxy_many_for_patient().into_owned());
        }
        Ok(NewDocument { patient: id, kind, title: upload::title(&w.proxy_proof_document(fields.shown("name", 80))), replaces: None })
    };
    let upload = upload::read(&portal, &context, form, describe).await?;
    let mandate = match typed(w, &upload.fields, today) {
        Ok(mandate) => mandate,
        Err(faults) => {
            let missing = matches!(upload.file, File::None).then(|| w.proxy_proof_missing().into_owned());
            return page(&portal, &context, id, &upload.fields, faults, missing).await;
        }
    };
    if let Some(elsewhere) = prove_first(&portal, &context, &upload.fields).await? {
        return Ok(elsewhere);
    }
    let taken = match upload.file {
        File::None => return page(&portal, &context, id, &upload.fields, Faults::default(), Some(w.proxy_proof_missing().into_owned())).await,
        File::Refused(why) => return page(&portal, &context, id, &upload.fields, Faults::default(), Some(why)).await,
        File::Taken(taken) => taken,
    };
    let name = mandate.name.clone();
    let reads = w.proxy_reads(name.clone(), format!("{} {}", patient.person.given, patient.person.family));
    let kept = upload::keep(&portal, &context, *taken, move |work, proof| proxy::invite(work, id, &mandate, reads, proof));
    match kept.await? {
        Ok(made) => invited(&portal, &context, id, name, &made),
        Err(why) => page(&portal, &context, id, &upload.fields, Faults::default(), Some(why)).await,
    }
}

/// Ends what somebody may do.
///
/// # Errors
/// [`PageError`].
pub async fn end(State(portal): State<Portal>, Extension(context): Extension<Context>, Path((patient, proxy)): Path<(String, String)>, _: Fields) -> Result<Response, PageError> {
    let (patient, account) = (id(&patient)?, id(&proxy)?);
    portal.desk.ask(&context.actor(), move |work| proxy::end(work, patient, account)).await?;
    Ok(Redirect::to(&format!("/patients/{patient}/proxies")).into_response())
}

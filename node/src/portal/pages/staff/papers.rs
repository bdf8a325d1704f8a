//! The documents of a patient: what is there, and adding one.

use askama::Template;
use axum::{
    Extension,
    extract::{Multipart, Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{
    document::kdl,
    id::{KdlCode, LocalId},
    time::Timestamp,
};

use crate::{
    domain::calendar,
    portal::{
        Portal,
        codes::{self, Choice},
        fields::Fields,
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        upload::{self, File},
        words::Words,
    },
    workflow::{
        document::{self, Document, Filter, NewDocument, State as Stands},
        patient,
    },
};

/// Most documents on a page.
const MOST: usize = 200;

/// A document in the list.
struct Line {
    id: String,
    title: String,
    kind: String,
    added: String,
    state: Option<String>,
    /// Whether the patient may read it, in words; nothing for what is not here.
    release: Option<String>,
    /// What a physician does about that: where, and what the button says.
    act: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "staff/papers.html")]
struct PapersPage {
    p: Page,
    id: String,
    name: String,
    lines: Vec<Line>,
    kinds: Vec<Choice>,
    title: String,
    fault: Option<String>,
}

fn line(p: &Page, context: &Context, document: &Document, released_at: Option<Timestamp>) -> Line {
    let manifest = document.manifest.as_ref();
    let state = match document.state {
        Stands::Held => None,
        Stands::Failed => Some(p.w.papers_failed().into_owned()),
        _ => Some(p.w.papers_coming().into_owned()),
    };
    let here = document.state == Stands::Held;
    let release = here.then(|| released_at.map_or_else(|| p.w.papers_not_released().into_owned(), |at| p.w.papers_released(p.moment(at))));
    let act = if released_at.is_some() { ("take-back", p.w.papers_take_back()) } else { ("release", p.w.papers_release()) };
    Line {
        release,
        act: (here && context.actor().has_any(document::RELEASING)).then(|| (act.0, act.1.into_owned())),
        id: document.id.to_string(),
        title: manifest.map(|manifest| manifest.title.clone()).unwrap_or_default(),
        kind: manifest.map(|manifest| codes::kind(&manifest.kind, context.words)).unwrap_or_default(),
        added: p.w.papers_added(document.added_by.clone(), p.moment(document.added_at)),
        state,
    }
}

async fn page(portal: &Portal, context: &Context, id: LocalId, typed: &Fields, fault: Option<String>) -> Result<Response, PageError> {
    let seen = move |work: &mut crate::workflow::Work<'_>| {
        let patient = patient::show(work, id)?;
        let documents = document::list(work, &Filter { patient: Some(id), ..Filter::default() }, MOST)?;
        let released = document::released_at(work, &documents)?;
        Ok((patient, documents, released))
    };
    let (patient, documents, released) = portal.desk.ask(&context.actor(), seen).await?;
    let p = Page::new(portal, context);
    let today = calendar::day(context.now);
    let in_use = kdl::entries().iter().filter(|entry| entry.valid_from <= today);
    let page = PapersPage {
        id: id.to_string(),
        name: patient.person.full_name(),
        lines: documents.iter().map(|document| line(&p, context, document, released.get(&document.id).copied())).collect(),
        kinds: in_use.map(|entry| Choice::new(entry.code.to_string(), codes::kind(&entry.code, context.words), typed.get("kind") == entry.code.as_str())).collect(),
        title: typed.shown("title", 160),
        fault,
        p,
    };
    Ok(render(&page))
}

/// The list, with the form to add one.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    page(&portal, &context, id(&text)?, &context.draft, None).await
}

/// Reads what a form says about a document of `patient`.
fn described(patient: LocalId, fields: &Fields, w: Words) -> Result<NewDocument, String> {
    let kind = fields.get("kind").parse::<KdlCode>().map_err(|_| w.papers_kind_wrong().into_owned())?;
    Ok(NewDocument { patient, kind, title: fields.get("title").to_owned(), replaces: None })
}

/// Takes a document in.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, form: Multipart) -> Result<Response, PageError> {
    let (id, w) = (id(&text)?, context.words);
    let upload = upload::read(&portal, &context, form, |fields| described(id, fields, w)).await?;
    let fault = match upload.file {
        File::None => w.papers_no_file().into_owned(),
        File::Refused(why) => why,
        File::Taken(taken) => match upload::keep(&portal, &context, *taken, |_, _| Ok(())).await? {
            Ok(()) => return Ok(Redirect::to(&format!("/patients/{id}/documents")).into_response()),
            Err(why) => why,
        },
    };
    page(&portal, &context, id, &upload.fields, Some(fault)).await
}

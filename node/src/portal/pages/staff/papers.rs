//! The documents of a patient: what is there, and adding one. Its bytes are encrypted as they come; nothing of it lies on disk in clear.

use std::io::{self, Read};

use askama::Template;
use axum::{
    Extension,
    body::Bytes,
    extract::{Multipart, Path, State, multipart::Field},
    response::{IntoResponse as _, Redirect, Response},
};
use tokio::sync::mpsc;
use verbund_protocol::{
    document::{DocumentKey, kdl},
    id::{KdlCode, LocalId},
    time::Timestamp,
};

use crate::{
    portal::{
        Portal,
        codes::{self, Choice},
        fields::{Fields, TOKEN, same},
        guard::Context,
        page::{Page, PageError, render},
        pages::sign_in::id,
        words::Words,
    },
    workflow::{
        WorkError,
        document::{self, Added, BlobError, Document, Filter, Named, NewDocument, State as Stands},
        patient,
    },
};

/// Most documents on a page.
const MOST: usize = 200;
/// Chunks on their way to the disk at most.
const CHUNKS: usize = 8;
/// Longest text field of the form, bytes.
const MAX_FIELD: usize = 1_000;

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
    let today = context.now.day();
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

/// What a form with a file said before the file came.
#[derive(Default)]
struct Said {
    token: String,
    kind: String,
    title: String,
}

/// Takes a document in.
///
/// # Errors
/// [`PageError`].
pub async fn add(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>, mut form: Multipart) -> Result<Response, PageError> {
    let (id, w, mut said) = (id(&text)?, context.words, Said::default());
    let fault = loop {
        let Ok(field) = form.next_field().await else { return Err(PageError::TooLarge) };
        let Some(field) = field else { break w.papers_no_file().into_owned() };
        match field.name().unwrap_or_default() {
            TOKEN => said.token = short(field).await?,
            "kind" => said.kind = short(field).await?,
            "title" => said.title = short(field).await?,
            // The file comes last: who may send it, and what it is called, is known by then.
            "file" if !same(&said.token, &context.csrf) => return Err(PageError::Form),
            "file" => match take(&portal, &context, id, &said, field).await? {
                Ok(()) => return Ok(Redirect::to(&format!("/patients/{id}/documents")).into_response()),
                Err(fault) => break fault,
            },
            _ => {}
        }
    };
    let typed = Fields::of(vec![("kind".into(), said.kind), ("title".into(), said.title)]);
    page(&portal, &context, id, &typed, Some(fault)).await
}

async fn short(mut field: Field<'_>) -> Result<String, PageError> {
    let mut text = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| PageError::TooLarge)? {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_FIELD {
            return Err(PageError::TooLarge);
        }
    }
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}

/// Takes the file in, or says why not.
async fn take(portal: &Portal, context: &Context, patient: LocalId, said: &Said, field: Field<'_>) -> Result<Result<(), String>, PageError> {
    let w = context.words;
    let Ok(kind) = said.kind.parse::<KdlCode>() else { return Ok(Err(w.papers_kind_wrong().into_owned())) };
    let new = NewDocument { patient, kind, title: said.title.clone(), replaces: None };
    // Whatever can be refused is refused before the first byte is taken; the size is looked at again once it is known.
    let checked = new.clone();
    let most = match portal.desk.ask(&context.actor(), move |work| document::check(work, &checked, 1).map(|()| work.terms.max_document)).await {
        Ok(most) => most,
        Err(WorkError::Invalid { .. }) => return Ok(Err(w.papers_title_wrong().into_owned())),
        Err(error) => return Err(error.into()),
    };
    match receive(portal, field, most).await {
        Ok((added, key)) => keep(portal, context, new, added, key).await,
        Err(error) => {
            document::stop_if_unconfirmed(&portal.desk, &error).await;
            Ok(Err(refusal(w, &error)))
        }
    }
}

async fn keep(portal: &Portal, context: &Context, new: NewDocument, added: Added, key: DocumentKey) -> Result<Result<(), String>, PageError> {
    let (root, size) = (added.root, added.plain_size);
    match portal.desk.ask(&context.actor(), move |work| document::add(work, &new, &added, &key).map(drop)).await {
        Ok(()) => Ok(Ok(())),
        Err(error) => {
            let files = portal.desk.outside().files();
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || files.blobs().remove(&root)).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "a file that was refused could not be removed; it goes at the next start");
            }
            if let WorkError::Invalid { .. } = error { Ok(Err(context.words.papers_too_large(size >> 20))) } else { Err(error.into()) }
        }
    }
}

/// Encrypts what comes, on a thread that may wait for the disk: no more of it than shows that there is too much.
async fn receive(portal: &Portal, mut field: Field<'_>, most: u64) -> Result<(Added, DocumentKey), BlobError> {
    let extension = field.file_name().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    let (send, chunks) = mpsc::channel(CHUNKS);
    let files = portal.desk.outside().files();
    let taker = tokio::task::spawn_blocking(move || {
        let named = Named { extension: extension.as_deref(), media_type: None };
        files.take_in(Incoming { chunks, at_hand: Bytes::new() }.take(most + 1), &named)
    });
    loop {
        let chunk = match field.chunk().await {
            Ok(Some(chunk)) => Ok(chunk),
            Ok(None) => break,
            Err(_) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        };
        let last = chunk.is_err();
        // A taker that has refused the file waits for no more of it; the rest is read and forgotten, so that the browser hears the answer.
        let _ = send.send(chunk).await;
        if last {
            break;
        }
    }
    drop(send);
    taker.await.unwrap_or(Err(BlobError::Incomplete))
}

/// What comes over the network, for a reader that may wait.
struct Incoming {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    at_hand: Bytes,
}

impl Read for Incoming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at_hand.is_empty() {
            let Some(next) = self.chunks.blocking_recv() else { return Ok(0) };
            self.at_hand = next?;
        }
        let count = out.len().min(self.at_hand.len());
        out[..count].copy_from_slice(&self.at_hand.split_to(count));
        Ok(count)
    }
}

fn refusal(w: Words, error: &BlobError) -> String {
    match error {
        BlobError::Sniff(_) => w.papers_not_allowed().into_owned(),
        BlobError::TooLarge => w.papers_too_large(0),
        BlobError::Length { .. } | BlobError::Incomplete => w.papers_cut_off().into_owned(),
        BlobError::Full => w.papers_full().into_owned(),
        _ => {
            tracing::error!(error = error as &dyn std::error::Error, "a document could not be taken in");
            w.papers_cut_off().into_owned()
        }
    }
}

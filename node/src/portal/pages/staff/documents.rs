//! Documents, shown to whoever treats the patient: decrypted on the way, kept nowhere.

use std::io::Read;

use askama::Template;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use tokio::sync::mpsc;

use crate::{
    portal::{
        Portal,
        guard::{Context, OwnPolicy},
        page::{Page, PageError, render},
        pages::sign_in::id,
    },
    workflow::{WorkError, document},
};

/// Bytes handed over at once.
const CHUNK: usize = 64 << 10;
/// Chunks on their way at most.
const CHUNKS: usize = 4;
/// A document may neither run nor fetch anything, whatever is in it.
const POLICY: OwnPolicy = OwnPolicy("default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
/// What browsers show by themselves, with the file name's extension. Everything else is saved.
const SHOWN: &[(&str, &str)] = &[("application/pdf", "pdf"), ("image/png", "png"), ("image/jpeg", "jpg")];
/// Extensions of the other types that are taken in.
const SAVED: &[(&str, &str)] =
    &[("application/dicom", "dcm"), ("image/tiff", "tif"), ("video/mp4", "mp4"), ("application/xml", "xml"), ("application/json", "json"), ("text/plain", "txt")];

#[derive(Template)]
#[template(path = "staff/admissions/document.html")]
struct MissingPage {
    p: Page,
    text: String,
}

/// Shows a document, or says why it cannot be shown. That it was read is in the audit before its first byte leaves.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>, Path(text): Path<String>) -> Result<Response, PageError> {
    let id = id(&text)?;
    let missing = |code: &'static str| {
        let page = MissingPage { p: Page::new(&portal, &context), text: context.words.admissions_paper_missing(code) };
        Ok((StatusCode::NOT_FOUND, render(&page)).into_response())
    };
    let (document, key) = match portal.desk.ask(&context.actor(), move |work| document::open(work, id)).await {
        Ok(opened) => opened,
        Err(WorkError::State { code, .. }) => return missing(code),
        Err(error) => return Err(error.into()),
    };
    let manifest = document.manifest.clone().ok_or(PageError::NotFound)?;
    let files = portal.desk.outside().files();
    let plain = match portal.desk.wait(move || Ok(files.read(document.root, document.cipher_size, &key))).await? {
        Ok(plain) => plain,
        Err(error) => {
            tracing::error!(document = %id, error = &error as &dyn std::error::Error, "a document cannot be read");
            return missing("damaged");
        }
    };
    let known = |list: &[(&str, &'static str)]| list.iter().find(|(media_type, _)| *media_type == manifest.media_type).map(|(_, extension)| *extension);
    let (how, extension) = known(SHOWN).map_or_else(|| ("attachment", known(SAVED).unwrap_or("bin")), |extension| ("inline", extension));
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, manifest.media_type.clone()),
        (header::CONTENT_LENGTH, manifest.plain_size.to_string()),
        // Titles often hold a name, and a saved file's name is seen by others.
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"dokument.{extension}\"")),
    ];
    let mut response = (headers, pour(plain)).into_response();
    response.extensions_mut().insert(POLICY);
    Ok(response)
}

/// Returns what `source` gives, read on a thread for blocking work while it is sent. An error of `source` breaks the connection off, so that
/// nobody takes a part for the whole.
fn pour(mut source: impl Read + Send + 'static) -> Body {
    let (full, filled) = mpsc::channel(CHUNKS);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut buffer = vec![0; CHUNK];
            let result = source.read(&mut buffer).map(|count| {
                buffer.truncate(count);
                Bytes::from(buffer)
            });
            let last = !matches!(&result, Ok(bytes) if !bytes.is_empty());
            if matches!(&result, Ok(bytes) if bytes.is_empty()) || full.blocking_send(result).is_err() || last {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(filled, |mut filled| async move { filled.recv().await.map(|chunk| (chunk, filled)) }))
}

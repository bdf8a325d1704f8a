//! Sends a document to whoever may read it: decrypted on the way, kept nowhere.

use std::io::Read;

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, header},
    response::{IntoResponse as _, Response},
};
use futures::stream;
use tokio::sync::mpsc;
use verbund_protocol::document::DocumentKey;

use crate::{
    portal::{Portal, guard::OwnPolicy, page::PageError},
    workflow::document::Document,
};

/// Bytes handed over at once.
const CHUNK: usize = 64 << 10;
/// Chunks on their way at most.
const CHUNKS: usize = 4;
/// A document may neither run nor fetch anything, whatever is in it.
const POLICY: OwnPolicy = OwnPolicy("default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
/// A PDF is shown by the browser's own viewer, which Safari does not start in a sandbox: it would show an empty window. Scripts in a PDF run in
/// that viewer and know nothing of the site it came from; with `nosniff` no browser takes it for a page. Some viewers style themselves.
const PDF_POLICY: OwnPolicy = OwnPolicy("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
/// The type that [`PDF_POLICY`] is for.
const PDF: &str = "application/pdf";
/// What browsers show by themselves, with the file name's extension. Everything else is saved.
const SHOWN: &[(&str, &str)] = &[(PDF, "pdf"), ("image/png", "png"), ("image/jpeg", "jpg")];
/// Extensions of the other types that are taken in.
const SAVED: &[(&str, &str)] =
    &[("application/dicom", "dcm"), ("image/tiff", "tif"), ("video/mp4", "mp4"), ("application/xml", "xml"), ("application/json", "json"), ("text/plain", "txt")];

/// Returns an answer with the bytes of an opened document; nothing if its file is damaged or missing.
///
/// # Errors
/// [`PageError`].
pub async fn send(portal: &Portal, document: Document, key: DocumentKey) -> Result<Option<Response>, PageError> {
    let (id, files) = (document.id, portal.desk.outside().files());
    let manifest = document.manifest.ok_or(PageError::NotFound)?;
    let plain = match portal.desk.wait(move || Ok(files.read(document.root, document.cipher_size, &key))).await? {
        Ok(plain) => plain,
        Err(error) => {
            tracing::error!(document = %id, error = &error as &dyn std::error::Error, "a document cannot be read");
            return Ok(None);
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
    response.extensions_mut().insert(if manifest.media_type == PDF { PDF_POLICY } else { POLICY });
    Ok(Some(response))
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

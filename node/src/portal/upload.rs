//! Forms with a file. Its bytes are encrypted as they come; nothing of it lies on disk in clear.

use std::{
    io::{self, Read},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, multipart::Field},
};
use tokio::sync::mpsc;
use verbund_protocol::{document::DocumentKey, limits::MAX_DOCUMENT_TITLE};

use super::{
    Portal,
    fields::{Fields, TOKEN, same},
    guard::Context,
    page::PageError,
    words::Words,
};
use crate::workflow::{
    Work, WorkError,
    document::{self, Added, BlobError, Document, Named, NewDocument, SniffError},
};

/// The name of the file's field; it is the form's last.
pub const FILE: &str = "file";
/// Chunks on their way to the disk at most.
const CHUNKS: usize = 8;
/// Longest text field of the form, bytes.
const MAX_FIELD: usize = 2_000;
/// How much is read of a file that is not taken, or of a form that comes too late, file and all, bytes.
const LATE: usize = 64 << 20;
/// How long a file may pause on its way: whoever has lost the network frees the place.
const SILENT_FOR: Duration = Duration::from_secs(60);
/// Most text fields of the form.
const MAX_FIELDS: usize = 32;

/// What a form with a file brought.
pub struct Upload {
    /// What was typed, without the form's token.
    pub fields: Fields,
    /// The file.
    pub file: File,
}

/// The file of a form.
pub enum File {
    /// None was chosen.
    None,
    /// It cannot be taken, or what was typed is wrong: why, in words. Nothing was kept.
    Refused(String),
    /// It is on disk, encrypted; [`keep`] puts it on record.
    Taken(Box<Taken>),
}

/// A file on disk that is not on record yet.
pub struct Taken {
    new: NewDocument,
    added: Added,
    key: DocumentKey,
}

/// Returns a text cut to what a document's title may have.
pub fn title(text: &str) -> String {
    let mut end = text.len().min(MAX_DOCUMENT_TITLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim().to_owned()
}

/// Reads a form. `describe` says what the file is from what was typed, or what is wrong with that: it is asked before the first byte of the
/// file is taken.
///
/// # Errors
/// [`PageError::Form`] if the form is not from here, [`PageError::TooLarge`] for more text than forms have.
pub async fn read(portal: &Portal, context: &Context, mut form: Multipart, describe: impl FnOnce(&Fields) -> Result<NewDocument, String>) -> Result<Upload, PageError> {
    let (mut token, mut typed) = (String::new(), Vec::new());
    let file = loop {
        let Ok(field) = form.next_field().await else { return Err(PageError::TooLarge) };
        let Some(mut field) = field else { break None };
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            TOKEN => token = short(&mut field).await?,
            // The file comes last: who may send it, and what it is, is known by then.
            FILE => break Some(field),
            _ if typed.len() >= MAX_FIELDS => return Err(PageError::TooLarge),
            _ => typed.push((name, short(&mut field).await?)),
        }
    };
    if !same(&token, &context.csrf) {
        if let Some(field) = file {
            pass_over(field, LATE).await;
        }
        context.refuse(token, typed);
        return Err(PageError::Form);
    }
    context.note_typed(|| typed.clone());
    let fields = Fields::of(typed);
    let file = match (describe(&fields), file) {
        (_, Some(field)) if field.file_name().is_none_or(str::is_empty) => File::None,
        (_, None) => File::None,
        (Ok(new), Some(field)) => take(portal, context, new, field).await?,
        (Err(why), Some(field)) => {
            pass_over(field, LATE).await;
            File::Refused(why)
        }
    };
    Ok(Upload { fields, file })
}

/// Reads what was typed in a form that comes too late to be taken, and nothing of its file: that has to be chosen again.
pub(super) async fn typed(mut request: Request) -> Vec<(String, String)> {
    DefaultBodyLimit::max(LATE).apply(&mut request);
    let Ok(form) = Multipart::from_request(request, &()).await else { return vec![] };
    texts(form).await.1
}

/// Notes what was typed in a form that cannot be taken before a purpose is stated, and nothing of its file.
pub async fn note_typed(context: &Context, form: Multipart) {
    let (token, typed) = texts(form).await;
    if same(&token, &context.csrf) {
        context.note_typed(|| typed);
    }
}

/// Returns a form's token and what was typed in it.
async fn texts(mut form: Multipart) -> (String, Vec<(String, String)>) {
    let (mut token, mut typed) = (String::new(), Vec::new());
    while let Ok(Some(mut field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        if name == FILE || typed.len() >= MAX_FIELDS {
            pass_over(field, LATE).await;
            continue;
        }
        match short(&mut field).await {
            Ok(text) if name == TOKEN => token = text,
            Ok(text) => typed.push((name, text)),
            Err(_) => break,
        }
    }
    (token, typed)
}

/// Reads what is left of a field, up to so many bytes: the browser hears the answer once it has said everything.
async fn pass_over(mut field: Field<'_>, most: usize) {
    let mut passed = 0;
    while passed < most
        && let Ok(Some(chunk)) = unless_silent(SILENT_FOR, field.chunk()).await
    {
        passed += chunk.len();
    }
}

async fn short(field: &mut Field<'_>) -> Result<String, PageError> {
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
async fn take(portal: &Portal, context: &Context, new: NewDocument, field: Field<'_>) -> Result<File, PageError> {
    let w = context.words;
    // Whatever can be refused is refused before the first byte is taken; the size is looked at again once it is known.
    let checked = new.clone();
    let most = match portal.desk.ask(&context.actor(), move |work| document::check(work, &checked, 1).map(|()| work.terms.max_document)).await {
        Ok(most) => most,
        Err(WorkError::Invalid { .. }) => return Ok(File::Refused(w.papers_title_wrong().into_owned())),
        Err(error) => {
            pass_over(field, LATE).await;
            return Err(error.into());
        }
    };
    let _place = portal.pool.take_in(context).await?;
    Ok(match receive(portal, field, most).await {
        Ok((added, key)) => File::Taken(Box::new(Taken { new, added, key })),
        Err(error) => {
            document::stop_if_unconfirmed(&portal.desk, &error).await;
            File::Refused(refusal(w, &error))
        }
    })
}

/// Puts a file on record, together with what `follows` from it, in one transaction. The inner error is for whoever sits before the page;
/// then the file is gone again.
///
/// # Errors
/// [`PageError`]; then the file is gone again, too.
pub async fn keep<T: Send + 'static>(
    portal: &Portal,
    context: &Context,
    taken: Taken,
    follows: impl FnOnce(&mut Work<'_>, &Document) -> Result<T, WorkError> + Send + 'static,
) -> Result<Result<T, String>, PageError> {
    let Taken { new, added, key } = taken;
    let (root, size) = (added.root, added.plain_size);
    let actor = context.actor();
    let kept = portal.desk.ask(&actor, move |work| {
        let document = document::add(work, &new, &added, &key)?;
        follows(work, &document)
    });
    match kept.await {
        Ok(done) => Ok(Ok(done)),
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
    while let Some(chunk) = unless_silent(SILENT_FOR, field.chunk()).await.transpose() {
        let last = chunk.is_err();
        // A taker that has refused the file waits for no more of it.
        if send.send(chunk).await.is_err() {
            pass_over(field, LATE).await;
            break;
        }
        if last {
            break;
        }
    }
    drop(send);
    taker.await.unwrap_or(Err(BlobError::Incomplete))
}

/// Returns what comes next; an error if the connection broke off or is silent for so long.
async fn unless_silent<T, E>(silent_for: Duration, next: impl Future<Output = Result<Option<T>, E>>) -> io::Result<Option<T>> {
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    tokio::time::timeout(silent_for, next).await.map_err(|_| cut_off())?.map_err(|_| cut_off())
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
        BlobError::Sniff(SniffError::Pixels { .. }) => w.papers_too_many_pixels().into_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever sends without an end what is not taken is not listened to without an end.
    #[tokio::test]
    async fn what_is_not_taken_is_read_so_far_and_no_further() {
        let head = Bytes::from_static(b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n");
        let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = sent.clone();
        // One piece after the other, as from a network.
        let rest = futures::stream::unfold(count, |count| async move {
            tokio::task::yield_now().await;
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Some((Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'x'; 4_096])), count))
        });
        let body = axum::body::Body::from_stream(futures::StreamExt::chain(futures::stream::iter([Ok(head)]), rest));
        let mut request = Request::builder().header("content-type", "multipart/form-data; boundary=b").body(body).unwrap();
        DefaultBodyLimit::disable().apply(&mut request);
        let mut form = Multipart::from_request(request, &()).await.unwrap();
        pass_over(form.next_field().await.unwrap().unwrap(), 1 << 20).await;
        let sent = sent.load(std::sync::atomic::Ordering::Relaxed);
        assert!((256..512).contains(&sent), "{sent} pieces of 4 KiB");
    }

    #[tokio::test]
    async fn a_file_that_comes_no_further_is_cut_off() {
        let comes = |chunk: Result<Option<u8>, ()>| unless_silent(SILENT_FOR, std::future::ready(chunk));
        assert_eq!((comes(Ok(Some(7))).await.ok(), comes(Ok(None)).await.ok()), (Some(Some(7)), Some(None)));
        let cut_off = |chunk: io::Result<Option<u8>>| chunk.is_err_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
        assert!(cut_off(comes(Err(())).await));
        assert!(cut_off(unless_silent(Duration::ZERO, std::future::pending::<Result<_, ()>>()).await));
    }
}

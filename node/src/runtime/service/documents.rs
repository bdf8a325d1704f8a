//! The documents folder at start-up.

use std::{path::Path, sync::Arc};

use tracing::{info, warn};

use super::ServiceError;
use crate::{
    store::{Store, blob::BlobStore, document},
    workflow::document::Files,
};

/// Opens the folder below `data` and removes from it what a crash left behind: unfinished additions and files of documents
/// that were never recorded or are erased. Nothing else uses the folder yet.
pub(super) fn open(data: &Path, store: &Store) -> Result<Arc<Files>, ServiceError> {
    let blobs = BlobStore::open(data)?;
    let removed = blobs.sweep(&document::roots(store.db())?)?;
    if removed > 0 {
        info!(removed, "leftover document files removed");
    }
    for lost in document::held(store.db())?.into_iter().filter(|document| !blobs.holds(&document.root)) {
        warn!(document = %lost.id, "the file of a document is missing: restore it from a backup, or erase the document");
    }
    Ok(Arc::new(Files::new(blobs)))
}

//! Which documents are held, who may fetch them, and which are on their way here. The files themselves: [`super::blob`].

mod grant;
mod release;
#[cfg(test)]
mod tests;
mod transfer;

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    cbor,
    document::{DocumentKey, Manifest},
    id::{ConversationId, DocumentRoot, LocalId, MemberId},
    time::Timestamp,
};

pub use grant::{Fetched, Given, fetched, give, given, is_live, is_unfetched, revoke_conversation, revoke_document, revoke_one};
pub use release::{release, released, released_at, take_back};
pub use transfer::{Waiting, arrived, await_document, end, postpone, retry, waiting, waiting_for};

use super::{Db, StoreError, column, millis, moment, select::Select};

/// Largest stored manifest, bytes: bounds the reader, far above what one can have.
const MAX_MANIFEST: usize = 4 << 10;

/// How a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Complete, here, and readable.
    Held,
    /// Offered to us and not complete yet.
    Arriving,
    /// Offered to us, and it cannot be fetched any more.
    Failed,
    /// Its sender took the permission back before it was complete; what had arrived is erased.
    Withdrawn,
    /// Erased here: key gone, file removed.
    Erased,
}

impl State {
    const ALL: [Self; 5] = [Self::Held, Self::Arriving, Self::Failed, Self::Withdrawn, Self::Erased];

    /// Returns the word used in the store and shown to people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Arriving => "arriving",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
            Self::Erased => "erased",
        }
    }
}

/// What the store knows of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its local name.
    pub id: LocalId,
    /// Its name on the wire and on disk.
    pub root: DocumentRoot,
    /// Bytes of ciphertext.
    pub cipher_size: u64,
    /// Whom it is about, once that is known here.
    pub patient: Option<LocalId>,
    /// The member it came from; nothing if it was added here.
    pub source: Option<MemberId>,
    /// The conversation it came in.
    pub conversation: Option<ConversationId>,
    /// How it stands.
    pub state: State,
    /// Who added it, or `node`.
    pub added_by: String,
    /// When it was added or offered.
    pub added_at: Timestamp,
    /// What it is; nothing once it is erased.
    pub manifest: Option<Manifest>,
}

const SELECT: &str = "SELECT document.*, document_secret.manifest FROM document LEFT JOIN document_secret ON document_secret.document = document.id";

fn row(row: &Row<'_>) -> rusqlite::Result<Document> {
    let manifest: Option<Vec<u8>> = row.get("manifest")?;
    let manifest = manifest.map(|bytes| cbor::read(&bytes, MAX_MANIFEST)).transpose();
    let conversation: Option<[u8; 16]> = row.get("conversation")?;
    let patient: Option<[u8; 8]> = row.get("patient")?;
    let state: String = row.get("state")?;
    Ok(Document {
        id: LocalId(row.get("id")?),
        root: DocumentRoot(row.get("root")?),
        cipher_size: row.get::<_, i64>("cipher_size")?.unsigned_abs(),
        patient: patient.map(LocalId),
        source: column::parsed_opt(row, "source")?,
        conversation: conversation.map(ConversationId),
        // The schema allows no other word.
        state: State::ALL.into_iter().find(|known| known.word() == state).unwrap_or(State::Failed),
        added_by: row.get("added_by")?,
        added_at: moment(row, "added_at")?,
        manifest: manifest.map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(error)))?,
    })
}

/// Records a document with its secret. A root that is already known here is a [`StoreError::Conflict`].
///
/// # Errors
/// The store's.
pub fn add(db: &Db, document: &Document, manifest: &Manifest, key: &DocumentKey) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO document (id, root, cipher_size, patient, source, conversation, state, added_by, added_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?
    .execute(params![
        document.id.0,
        document.root.0,
        document.cipher_size as i64,
        document.patient.map(|id| id.0),
        document.source.as_ref().map(MemberId::as_str),
        document.conversation.map(|id| id.0),
        document.state.word(),
        document.added_by,
        millis(document.added_at),
    ])?;
    put_secret(db, document.id, manifest, key)
}

fn put_secret(db: &Db, id: LocalId, manifest: &Manifest, key: &DocumentKey) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO document_secret (document, manifest, key) VALUES (?1, ?2, ?3)")?.execute(params![id.0, cbor::write(manifest), key.as_bytes()])?;
    Ok(())
}

/// Begins anew with a document that had failed, was withdrawn or erased, because it was offered once more.
///
/// # Errors
/// The store's.
pub fn revive(db: &Db, id: LocalId, offered: &Document, manifest: &Manifest, key: &DocumentKey) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM document_secret WHERE document = ?1")?.execute([id.0])?;
    db.prepare_cached("UPDATE document SET state = 'arriving', source = ?2, conversation = ?3, patient = coalesce(?4, patient), changed_at = ?5 WHERE id = ?1")?
        .execute(params![id.0, offered.source.as_ref().map(MemberId::as_str), offered.conversation.map(|id| id.0), offered.patient.map(|id| id.0), millis(offered.added_at)])?;
    put_secret(db, id, manifest, key)
}

/// Returns a document by its local name.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Document>, StoreError> {
    Ok(db.prepare_cached(&format!("{SELECT} WHERE document.id = ?1"))?.query_row([id.0], row).optional()?)
}

/// Returns a document by its root.
///
/// # Errors
/// The store's.
pub fn find_root(db: &Db, root: &DocumentRoot) -> Result<Option<Document>, StoreError> {
    Ok(db.prepare_cached(&format!("{SELECT} WHERE document.root = ?1"))?.query_row([root.0], row).optional()?)
}

/// Which documents to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this patient.
    pub patient: Option<LocalId>,
    /// That came in this conversation.
    pub conversation: Option<ConversationId>,
    /// Also erased, withdrawn and failed ones.
    pub all: bool,
}

/// Returns the newest `limit` documents that fit, newest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, filter: &Filter, limit: usize) -> Result<Vec<Document>, StoreError> {
    let (patient, conversation, limit) = (filter.patient.map(|id| id.0), filter.conversation.map(|id| id.0), limit as i64);
    let mut select = Select::new(SELECT);
    select.only_if("document.patient = ?", &patient);
    select.only_if("document.conversation = ?", &conversation);
    if !filter.all {
        select.only("document.state IN ('held', 'arriving')");
    }
    let (sql, bound) = select.limited(" ORDER BY document.added_at DESC, document.id", &limit);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(&bound[..], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns all documents that are complete and here.
///
/// # Errors
/// The store's.
pub fn held(db: &Db) -> Result<Vec<Document>, StoreError> {
    let mut statement = db.prepare(&format!("{SELECT} WHERE document.state = 'held' ORDER BY document.id"))?;
    let rows = statement.query_map([], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the key of a document, unless it is erased.
///
/// # Errors
/// The store's.
pub fn key(db: &Db, id: LocalId) -> Result<Option<DocumentKey>, StoreError> {
    let found: Option<[u8; 32]> = db.prepare_cached("SELECT key FROM document_secret WHERE document = ?1")?.query_row([id.0], |row| row.get(0)).optional()?;
    Ok(found.map(DocumentKey::new))
}

/// Says whom a document is about.
///
/// # Errors
/// The store's; [`StoreError::NotFound`].
pub fn assign(db: &Db, id: LocalId, patient: LocalId) -> Result<(), StoreError> {
    let changed = db.prepare_cached("UPDATE document SET patient = ?2 WHERE id = ?1")?.execute(params![id.0, patient.0])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("document")) }
}

/// Ends a document for good: its secret is deleted, and with it whatever could be read. The file is removed after the commit.
///
/// # Errors
/// The store's; [`StoreError::NotFound`].
pub fn erase(db: &Db, id: LocalId, end: State, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM document_secret WHERE document = ?1")?.execute([id.0])?;
    db.prepare_cached("DELETE FROM document_transfer WHERE document = ?1")?.execute([id.0])?;
    let changed = db.prepare_cached("UPDATE document SET state = ?2, changed_at = ?3 WHERE id = ?1")?.execute(params![id.0, end.word(), millis(now)])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("document")) }
}

/// Returns the documents whose file must be complete: root and size of the ciphertext, by root.
///
/// # Errors
/// The store's.
pub fn files(db: &Db) -> Result<Vec<(DocumentRoot, u64)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT root, cipher_size FROM document WHERE state = 'held' ORDER BY root")?;
    let rows = statement.query_map([], |row| Ok((DocumentRoot(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the roots whose files belong here: of documents held and arriving. All other files may be swept.
///
/// # Errors
/// The store's.
pub fn roots(db: &Db) -> Result<std::collections::HashSet<DocumentRoot>, StoreError> {
    let mut statement = db.prepare("SELECT root FROM document WHERE state IN ('held', 'arriving')")?;
    let rows = statement.query_map([], |row| row.get(0).map(DocumentRoot))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

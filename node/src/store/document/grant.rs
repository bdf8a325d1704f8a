//! Permissions given to others.

use rusqlite::{OptionalExtension as _, params};
use verbund_protocol::{
    document::Grant,
    id::{ConversationId, GrantId, LocalId, MemberId},
    time::Timestamp,
};

use crate::store::{Db, StoreError, column, millis, moment, moment_opt};

/// A permission as it was given.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Given {
    /// Its name.
    pub id: GrantId,
    /// The document.
    pub document: LocalId,
    /// The conversation it was given in.
    pub conversation: ConversationId,
    /// Who may fetch.
    pub recipient: MemberId,
    /// The consent or necessity it rests on.
    pub consent: Option<LocalId>,
    /// When it was given.
    pub made_at: Timestamp,
    /// From when it no longer counts.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Why, as a code.
    pub revoked_why: Option<String>,
    /// Whether it was made use of.
    pub fetched: Fetched,
}

/// Whether a recipient has fetched what it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fetched {
    /// The permission is older than this was watched.
    Unknown,
    /// Not to the end.
    NotYet,
    /// The end was given out, for the first time then.
    At(Timestamp),
}

impl Fetched {
    fn of(column: Option<Timestamp>) -> Self {
        match column {
            None => Self::Unknown,
            Some(Timestamp(0)) => Self::NotYet,
            Some(at) => Self::At(at),
        }
    }
}

/// Records a grant with its exact signed bytes.
///
/// # Errors
/// The store's.
pub fn give(db: &Db, grant: &Grant, document: LocalId, consent: Option<LocalId>, signed: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO document_grant (id, document, conversation, recipient, consent, signed, made_at, expires_at, fetched_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
    )?
    .execute(params![grant.id.0, document.0, grant.conversation.0, grant.to.as_str(), consent.map(|id| id.0), signed, millis(grant.made_at), millis(grant.expires_at)])?;
    Ok(())
}

/// Returns the grants given for a document, newest first.
///
/// # Errors
/// The store's.
pub fn given(db: &Db, document: LocalId) -> Result<Vec<Given>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM document_grant WHERE document = ?1 ORDER BY made_at DESC, id")?;
    let rows = statement.query_map([document.0], |row| {
        let consent: Option<[u8; 8]> = row.get("consent")?;
        Ok(Given {
            id: GrantId(row.get("id")?),
            document: LocalId(row.get("document")?),
            conversation: ConversationId(row.get("conversation")?),
            recipient: column::parsed(row, "recipient")?,
            consent: consent.map(LocalId),
            made_at: moment(row, "made_at")?,
            expires_at: moment(row, "expires_at")?,
            revoked_at: moment_opt(row, "revoked_at")?,
            revoked_why: row.get("revoked_why")?,
            fetched: Fetched::of(moment_opt(row, "fetched_at")?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns whether this node gave exactly this grant and has not taken it back, and still holds the document. One indexed
/// read, so it is asked at every range. A grant that this store never saw (it was restored from an older backup) is not live.
///
/// # Errors
/// The store's.
pub fn is_live(db: &Db, id: &GrantId, signed: &[u8]) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM document_grant JOIN document ON document.id = document_grant.document
               WHERE document_grant.id = ?1 AND document_grant.signed = ?2 AND revoked_at IS NULL AND document.state = 'held'";
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, signed], |_| Ok(())).optional()?.is_some())
}

/// Returns whether nobody has noted yet that what a grant allows was fetched to its end.
///
/// # Errors
/// The store's.
pub fn is_unfetched(db: &Db, id: &GrantId) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM document_grant WHERE id = ?1 AND coalesce(fetched_at, 0) = 0")?.exists([id.0])?)
}

/// Notes that what a grant allows was fetched to its end. Returns the document the first time.
///
/// # Errors
/// The store's.
pub fn fetched(db: &Db, id: GrantId, now: Timestamp) -> Result<Option<LocalId>, StoreError> {
    let sql = "UPDATE document_grant SET fetched_at = ?2 WHERE id = ?1 AND coalesce(fetched_at, 0) = 0 RETURNING document";
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, millis(now)], |row| row.get(0).map(LocalId)).optional()?)
}

/// Takes back every grant of a conversation. Returns the documents whose grants ended.
///
/// # Errors
/// The store's.
pub fn revoke_conversation(db: &Db, conversation: ConversationId, why: &str, now: Timestamp) -> Result<Vec<LocalId>, StoreError> {
    revoke(db, "conversation", &conversation.0, why, now)
}

/// Takes back one grant, because what it rests on ended. Returns the document if it was still in force.
///
/// # Errors
/// The store's.
pub fn revoke_one(db: &Db, grant: GrantId, why: &str, now: Timestamp) -> Result<Vec<LocalId>, StoreError> {
    revoke(db, "id", &grant.0, why, now)
}

/// Takes back every grant for a document. Returns the document if any ended.
///
/// # Errors
/// The store's.
pub fn revoke_document(db: &Db, document: LocalId, why: &str, now: Timestamp) -> Result<Vec<LocalId>, StoreError> {
    revoke(db, "document", &document.0, why, now)
}

fn revoke(db: &Db, column: &'static str, value: &[u8], why: &str, now: Timestamp) -> Result<Vec<LocalId>, StoreError> {
    let sql = format!("UPDATE document_grant SET revoked_at = ?2, revoked_why = ?3 WHERE {column} = ?1 AND revoked_at IS NULL RETURNING document");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params![value, millis(now), why], |row| row.get(0).map(LocalId))?;
    let mut ended: Vec<LocalId> = rows.collect::<Result<_, _>>()?;
    ended.sort_unstable();
    ended.dedup();
    Ok(ended)
}

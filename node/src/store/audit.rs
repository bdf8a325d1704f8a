//! The audit: who did what, when and why. Append-only, hash-chained, written in the same transaction as what it tells of.
//!
//! `hash = SHA-256(hash before, entry)`, where `entry` is the exact CBOR kept beside it; before the first stands [`Head::EMPTY`]. So
//! nobody can change, drop or insert an entry without changing every hash after it, and peers keep our heads ([`witness`]), so
//! neither can the whole chain be rewritten or cut by whoever owns the disk.
//!
//! Entries name a patient only by the random id of the patient's row. When the row is erased the audit stays and names nobody.

use minicbor::{Decode, Encode};
use rusqlite::{OptionalExtension as _, params};
use sha2::Digest as _;
use verbund_protocol::{
    cbor,
    id::{Digest, LocalId},
    time::Timestamp,
};

use super::{Db, StoreError, millis};

pub mod witness;

/// Longest text in any field of an entry, in characters; the rest is cut. Far above what any code needs.
const MAX_TEXT: usize = 512;
/// Largest entry as CBOR, bytes.
const MAX_ENTRY: usize = 8 << 10;
/// How many entries are entered at once into the index of who they are about; those after the last full number of them are not in it yet. The
/// migration 0025 brings stores to the same number.
const ENTERED_AT_ONCE: u64 = 4096;

/// What is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When it happened, by the node's clock.
    pub at: Timestamp,
    /// Who: the name of a member of staff, or `node`.
    pub actor: &'a str,
    /// The actor's roles, joined by commas.
    pub roles: &'a str,
    /// What, as a code: `patient.read`, `referral.send`.
    pub action: &'a str,
    /// Which patient (or other local thing), by its random id. Never a name.
    pub subject: Option<LocalId>,
    /// Why, as a code: `discharge`, `operation`.
    pub purpose: &'a str,
    /// Codes and random ids that belong to it, separated by spaces. Never free text about a patient.
    pub detail: &'a str,
}

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Line {
    /// Counts from 1 without gaps.
    #[n(0)]
    pub seq: u64,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// Who.
    #[n(2)]
    pub actor: String,
    /// In which roles.
    #[n(3)]
    pub roles: String,
    /// What.
    #[n(4)]
    pub action: String,
    /// About whom, as a random id.
    #[n(5)]
    pub subject: Option<LocalId>,
    /// Why.
    #[n(6)]
    pub purpose: String,
    /// Codes that belong to it.
    #[n(7)]
    pub detail: String,
}

impl Line {
    /// Returns the line of an entry, which has no number yet.
    pub fn of(entry: &Entry<'_>) -> Self {
        let text = |text: &str| text.char_indices().nth(MAX_TEXT).map_or(text, |(end, _)| &text[..end]).to_owned();
        Self {
            seq: 0,
            at: entry.at,
            actor: text(entry.actor),
            roles: text(entry.roles),
            action: text(entry.action),
            subject: entry.subject,
            purpose: text(entry.purpose),
            detail: text(entry.detail),
        }
    }
}

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// How many entries there are.
    pub len: u64,
    /// Hash over all of them.
    pub hash: Digest,
}

impl Head {
    /// The head of a chain without entries.
    pub const EMPTY: Self = Self { len: 0, hash: Digest([0; 32]) };

    fn after(self, entry: &[u8]) -> Digest {
        Digest(sha2::Sha256::new().chain_update(self.hash.0).chain_update(entry).finalize().into())
    }
}

/// Adds `entry` to the chain, in the caller's transaction.
///
/// # Errors
/// The store's.
pub fn append(db: &Db, entry: &Entry<'_>) -> Result<(), StoreError> {
    append_all(db, std::iter::once(Line::of(entry)))
}

/// Adds these lines to the chain, in the caller's transaction. It numbers them.
///
/// # Errors
/// The store's.
pub fn append_all(db: &Db, lines: impl IntoIterator<Item = Line>) -> Result<(), StoreError> {
    let mut head = head(db)?;
    let mut insert = db.prepare_cached("INSERT INTO audit (seq, at, actor, action, subject, entry, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for line in lines {
        let line = Line { seq: head.len + 1, ..line };
        let bytes = cbor::write(&line);
        head = Head { len: line.seq, hash: head.after(&bytes) };
        insert.execute(params![line.seq, millis(line.at), line.actor, line.action, line.subject.map(|id| id.0), bytes, head.hash.0])?;
        if line.seq == entered(line.seq) {
            let sql = "INSERT INTO audit_about SELECT subject, seq FROM audit WHERE seq > ?1 AND subject IS NOT NULL ORDER BY subject, seq";
            db.prepare_cached(sql)?.execute([line.seq - ENTERED_AT_ONCE])?;
        }
    }
    Ok(())
}

/// Returns up to which entry the index reaches when there are `len`.
const fn entered(len: u64) -> u64 {
    len - len % ENTERED_AT_ONCE
}

/// Returns the end of the chain.
///
/// # Errors
/// The store's.
pub fn head(db: &Db) -> Result<Head, StoreError> {
    let mut statement = db.prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?;
    let head = statement.query_row([], |row| Ok(Head { len: row.get(0)?, hash: Digest(row.get(1)?) })).optional()?;
    Ok(head.unwrap_or(Head::EMPTY))
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// The end of what holds, from the beginning.
    pub good: Head,
    /// The first fault, if any. Nothing after it can be trusted.
    pub fault: Option<Fault>,
}

/// The first place where the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// The entry's number.
    pub seq: u64,
    /// What is wrong with it.
    pub what: FaultKind,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// It is not there, though later ones are.
    Missing,
    /// It does not give the hash kept beside it.
    Changed,
    /// It cannot be read.
    Unreadable,
    /// The columns searched by say something else than the entry.
    Columns,
}

/// Recomputes the whole chain.
///
/// # Errors
/// The store's; a broken chain is no error but a [`Report`].
pub fn verify(db: &Db) -> Result<Report, StoreError> {
    let mut statement = db.prepare("SELECT seq, at, actor, action, subject, entry, hash FROM audit ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut head = Head::EMPTY;
    while let Some(row) = rows.next()? {
        let expected = head.len + 1;
        if let Some(what) = fault(row, head)? {
            return Ok(Report { good: head, fault: Some(Fault { seq: expected, what }) });
        }
        head = Head { len: expected, hash: Digest(row.get("hash")?) };
    }
    let sql = "SELECT min(seq) FROM audit WHERE seq <= ?1 AND subject IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_about AS about WHERE about.subject = audit.subject AND about.seq = audit.seq)";
    let hidden: Option<u64> = db.query_row(sql, [entered(head.len)], |row| row.get(0))?;
    Ok(Report { good: head, fault: hidden.map(|seq| Fault { seq, what: FaultKind::Columns }) })
}

fn fault(row: &rusqlite::Row<'_>, head: Head) -> Result<Option<FaultKind>, StoreError> {
    let entry: Vec<u8> = row.get("entry")?;
    if row.get::<_, u64>("seq")? != head.len + 1 {
        return Ok(Some(FaultKind::Missing));
    }
    if head.after(&entry).0 != row.get::<_, [u8; 32]>("hash")? {
        return Ok(Some(FaultKind::Changed));
    }
    let Ok(line) = cbor::read::<Line>(&entry, MAX_ENTRY) else { return Ok(Some(FaultKind::Unreadable)) };
    let columns = line.seq == head.len + 1
        && millis(line.at) == row.get::<_, i64>("at")?
        && line.actor == row.get::<_, String>("actor")?
        && line.action == row.get::<_, String>("action")?
        && line.subject.map(|id| id.0) == row.get::<_, Option<[u8; 8]>>("subject")?;
    Ok((!columns).then_some(FaultKind::Columns))
}

/// Which entries are asked for; what is absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    /// About this subject.
    pub subject: Option<LocalId>,
    /// By this actor.
    pub actor: Option<String>,
    /// Actions that begin so: `patient.`, `referral.send`.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only entries before this number, to page on.
    pub before: Option<u64>,
}

/// The numbers of the entries about subject 1, where the index reaches up to number 2.
const ABOUT: &str = "SELECT seq FROM audit_about WHERE subject = ?1 UNION ALL SELECT seq FROM audit WHERE seq > ?2 AND subject = ?1";

/// Returns the statement that lists entries: through the index where they are about somebody.
fn listing(about_somebody: bool) -> String {
    let source = if about_somebody { "about CROSS JOIN audit USING (seq)" } else { "audit" };
    format!(
        "WITH about (seq) AS ({ABOUT}) SELECT entry FROM {source}
         WHERE (?1 IS NULL OR audit.subject = ?1) AND (?3 IS NULL OR actor = ?3) AND (?4 IS NULL OR substr(action, 1, length(?4)) = ?4)
           AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6) AND (?7 IS NULL OR seq < ?7)
         ORDER BY seq DESC LIMIT ?8"
    )
}

/// Returns at most `limit` entries that pass `filter`, newest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, filter: &Filter, limit: usize) -> Result<Vec<Line>, StoreError> {
    let Filter { subject, actor, action, from, until, before } = filter;
    let mut statement = db.prepare_cached(&listing(subject.is_some()))?;
    let bound = params![subject.map(|id| id.0), entered(head(db)?.len), actor, action, from.map(millis), until.map(millis), before, limit as i64];
    let mut lines = Vec::new();
    let mut rows = statement.query(bound)?;
    while let Some(row) = rows.next()? {
        let entry = row.get_ref(0)?.as_blob().map_err(|_| StoreError::unreadable("audit entry"))?;
        lines.push(cbor::read(entry, MAX_ENTRY).map_err(|_| StoreError::unreadable("audit entry"))?);
    }
    Ok(lines)
}

/// Returns how many entries are about `subject`.
///
/// # Errors
/// The store's.
pub fn count(db: &Db, subject: LocalId) -> Result<usize, StoreError> {
    let sql = format!("SELECT count(*) FROM ({ABOUT})");
    Ok(db.prepare_cached(&sql)?.query_row(params![subject.0, entered(head(db)?.len)], |row| row.get(0))?)
}

#[cfg(test)]
mod tests;

//! The audit: who did what, when and why. Append-only, hash-chained, written in the same transaction as what it tells of.
//!
//! `hash = SHA-256(hash before, entry)`, where `entry` is the exact CBOR kept beside it; before the first stands [`Head::EMPTY`]. So
//! nobody can change, drop or insert an entry without changing every hash after it, and peers keep our heads ([`witness`]), so
//! neither can the whole chain be rewritten or cut by whoever owns the disk.
//!
//! Entries name a patient only by the random id of the patient's row. When the row is erased the audit stays and names nobody.

use minicbor::{Decode, Encode};
use rusqlite::{OptionalExtension as _, params, params_from_iter, types::Value};
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
/// Milliseconds.
const HOUR: i64 = 3_600_000;

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

    /// Returns about whom somebody else did something here: what a patient does in person, and what the node does by itself, is no look of
    /// anybody's.
    fn looks_at(&self) -> Option<LocalId> {
        let nobody = matches!(self.roles.as_str(), "patient" | "node") || self.roles.starts_with("bedside with ");
        self.subject.filter(|_| !nobody)
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

/// Adds `entry` to the chain, in the caller's transaction. Returns how many rows it wrote.
///
/// # Errors
/// The store's.
pub fn append(db: &Db, entry: &Entry<'_>) -> Result<u64, StoreError> {
    append_all(db, std::iter::once(Line::of(entry)))
}

/// Adds these lines to the chain, in the caller's transaction. It numbers them. Returns how many rows it wrote, those of the indexes among them.
///
/// # Errors
/// The store's.
pub fn append_all(db: &Db, lines: impl IntoIterator<Item = Line>) -> Result<u64, StoreError> {
    let (mut head, before) = (head(db)?, db.total_changes());
    let mut insert = db.prepare_cached("INSERT INTO audit (seq, at, actor, action, subject, entry, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for line in lines {
        let line = Line { seq: head.len + 1, ..line };
        let bytes = cbor::write(&line);
        head = Head { len: line.seq, hash: head.after(&bytes) };
        insert.execute(params![line.seq, millis(line.at), line.actor, line.action, line.subject.map(|id| id.0), bytes, head.hash.0])?;
        if let Some(subject) = line.looks_at() {
            let sql = "INSERT INTO audit_look (subject, hour, actor, action, seq) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
            db.prepare_cached(sql)?.execute(params![subject.0, hour(line.at), line.actor, line.action, line.seq])?;
        }
        if line.seq == entered(line.seq) {
            let sql = "INSERT INTO audit_about SELECT subject, seq FROM audit WHERE seq > ?1 AND subject IS NOT NULL ORDER BY subject, seq";
            db.prepare_cached(sql)?.execute([line.seq - ENTERED_AT_ONCE])?;
        }
    }
    Ok(db.total_changes() - before)
}

/// Returns in which hour since 1970 something happened.
fn hour(at: Timestamp) -> i64 {
    millis(at) / HOUR
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
        let fault = match checked(row, head)? {
            Ok(line) => (!is_entered_as_look(db, &line)?).then_some(FaultKind::Columns),
            Err(what) => Some(what),
        };
        if let Some(what) = fault {
            return Ok(Report { good: head, fault: Some(Fault { seq: expected, what }) });
        }
        head = Head { len: expected, hash: Digest(row.get("hash")?) };
    }
    let sql = "SELECT min(seq) FROM audit WHERE seq <= ?1 AND subject IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_about AS about WHERE about.subject = audit.subject AND about.seq = audit.seq)";
    let hidden: Option<u64> = db.query_row(sql, [entered(head.len)], |row| row.get(0))?;
    let sql = "SELECT min(seq) FROM audit_look AS look WHERE NOT EXISTS (SELECT 1 FROM audit WHERE audit.seq = look.seq AND audit.subject = look.subject AND audit.actor = look.actor AND audit.action = look.action AND audit.at / ?1 = look.hour)";
    let invented: Option<u64> = db.query_row(sql, [HOUR], |row| row.get(0))?;
    Ok(Report { good: head, fault: hidden.or(invented).map(|seq| Fault { seq, what: FaultKind::Columns }) })
}

/// Returns whether an entry that is a look at somebody's data is found as one: it, or one of the same hour, actor and action before it.
fn is_entered_as_look(db: &Db, line: &Line) -> Result<bool, StoreError> {
    let Some(subject) = line.looks_at() else { return Ok(true) };
    let mut statement = db.prepare_cached("SELECT 1 FROM audit_look WHERE subject = ?1 AND hour = ?2 AND actor = ?3 AND action = ?4 AND seq <= ?5")?;
    Ok(statement.exists(params![subject.0, hour(line.at), line.actor, line.action, line.seq])?)
}

/// Returns the entry in this row, which follows `head`, or what is wrong with it.
fn checked(row: &rusqlite::Row<'_>, head: Head) -> Result<Result<Line, FaultKind>, StoreError> {
    let entry: Vec<u8> = row.get("entry")?;
    if row.get::<_, u64>("seq")? != head.len + 1 {
        return Ok(Err(FaultKind::Missing));
    }
    if head.after(&entry).0 != row.get::<_, [u8; 32]>("hash")? {
        return Ok(Err(FaultKind::Changed));
    }
    let Ok(line) = cbor::read::<Line>(&entry, MAX_ENTRY) else { return Ok(Err(FaultKind::Unreadable)) };
    let columns = line.seq == head.len + 1
        && millis(line.at) == row.get::<_, i64>("at")?
        && line.actor == row.get::<_, String>("actor")?
        && line.action == row.get::<_, String>("action")?
        && line.subject.map(|id| id.0) == row.get::<_, Option<[u8; 8]>>("subject")?;
    Ok(if columns { Ok(line) } else { Err(FaultKind::Columns) })
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

/// Returns the statement that numbers those of them before number 3, newest first.
fn newest_about() -> String {
    format!("SELECT seq FROM ({ABOUT}) WHERE ?3 IS NULL OR seq < ?3 ORDER BY seq DESC")
}

/// Returns the statement that lists at most `limit` entries that pass, newest first, or the one entry of a number if it passes; and what it is
/// given.
fn listing(filter: &Filter, one: Option<u64>, limit: usize) -> (String, Vec<Value>) {
    let Filter { actor, action, from, until, before, .. } = filter;
    let number = |value: u64| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
    let conditions = [
        ("seq = ", one.map(number)),
        ("seq < ", before.map(number)),
        ("actor = ", actor.clone().map(Value::Text)),
        ("at >= ", from.map(|at| Value::Integer(millis(at)))),
        ("at < ", until.map(|at| Value::Integer(millis(at)))),
    ];
    let mut given: Vec<Value> = Vec::new();
    let mut asked = String::from("1");
    for (condition, value) in conditions {
        if let Some(value) = value {
            given.push(value);
            asked.push_str(&format!(" AND {condition}?{}", given.len()));
        }
    }
    if let Some(action) = action {
        given.push(Value::Text(action.clone()));
        asked.push_str(&format!(" AND substr(action, 1, length(?{0})) = ?{0}", given.len()));
    }
    given.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    // From the newest on, until there are enough; but where few may pass, not beyond the first day that is asked for.
    let few = until.is_some() || actor.is_some() || action.is_some();
    let by = if from.is_some() && few && one.is_none() { "INDEXED BY audit_at" } else { "NOT INDEXED" };
    (format!("SELECT entry FROM audit {by} WHERE {asked} ORDER BY seq DESC LIMIT ?{}", given.len()), given)
}

/// Returns at most `limit` entries that pass `filter`, newest first. Those about somebody are read one by one, and none that is not needed.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, filter: &Filter, limit: usize) -> Result<Vec<Line>, StoreError> {
    let Some(subject) = filter.subject else {
        let (sql, given) = listing(filter, None, limit);
        return db.prepare(&sql)?.query_and_then(params_from_iter(given), decoded)?.collect();
    };
    let mut about = db.prepare_cached(&newest_about())?;
    let mut seqs = about.query(params![subject.0, entered(head(db)?.len), filter.before])?;
    let mut lines = Vec::new();
    while lines.len() < limit
        && let Some(row) = seqs.next()?
    {
        let (sql, given) = listing(filter, Some(row.get(0)?), 1);
        lines.extend(db.prepare_cached(&sql)?.query_and_then(params_from_iter(given), decoded)?.next().transpose()?);
    }
    Ok(lines)
}

fn decoded(row: &rusqlite::Row<'_>) -> Result<Line, StoreError> {
    let entry = row.get_ref(0)?.as_blob().map_err(|_| StoreError::unreadable("audit entry"))?;
    cbor::read(entry, MAX_ENTRY).map_err(|_| StoreError::unreadable("audit entry"))
}

/// What one actor did with somebody's data within one hour, by the first entry of one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When the hour began.
    pub hour: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// The number of the hour's first such entry.
    pub seq: u64,
}

/// Returns at most `limit` looks at the data of `subject`, the newest hour first: those of others, not what `subject` did in person, nor what the node
/// did by itself.
///
/// # Errors
/// The store's.
pub fn looks(db: &Db, subject: LocalId, limit: usize) -> Result<Vec<Look>, StoreError> {
    let mut statement = db.prepare_cached(LOOKS)?;
    let look = |row: &rusqlite::Row<'_>| {
        let hour = u64::try_from(row.get::<_, i64>(0)? * HOUR).unwrap_or(0);
        Ok(Look { hour: Timestamp(hour), actor: row.get(1)?, action: row.get(2)?, seq: row.get(3)? })
    };
    Ok(statement.query_map(params![subject.0, limit as i64], look)?.collect::<Result<_, _>>()?)
}

const LOOKS: &str = "SELECT hour, actor, action, seq FROM audit_look WHERE subject = ?1 ORDER BY hour DESC, actor DESC, action DESC LIMIT ?2";

/// Returns the entry of this number.
///
/// # Errors
/// The store's; [`StoreError::NotFound`] if there is none.
pub fn line(db: &Db, seq: u64) -> Result<Line, StoreError> {
    let mut statement = db.prepare_cached("SELECT entry FROM audit WHERE seq = ?1")?;
    let mut rows = statement.query([seq])?;
    decoded(rows.next()?.ok_or(StoreError::NotFound("audit entry"))?)
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

//! For this crate's tests: no question reads through a table that grows with the years. Every store in memory watches which statements it runs, and
//! fails the test at its end if SQLite plans to read one of those tables whole. So whatever a test runs is a test of this, too.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};

use super::migrations;

/// Tables whose rows are as many as the clinic has had patients, referrals, documents, letters or looks.
const GROWING: &[&str] = &[
    "account",
    "admission_rule_decline",
    "audit",
    "audit_about",
    "audit_look",
    "bedside",
    "body",
    "case_end",
    "case_note",
    "case_owner",
    "case_phone",
    "case_phone_answer",
    "case_phone_event",
    "case_phone_step",
    "case_plan",
    "consent",
    "consent_use",
    "contradiction",
    "conversation",
    "discharge_case",
    "document",
    "document_grant",
    "document_release",
    "document_secret",
    "hold",
    "invitation",
    "known_device",
    "mailbox",
    "message",
    "news",
    "one_time_code",
    "paper",
    "passkey",
    "patient",
    "patient_version",
    "post",
    "proxy",
    "purpose",
    "thread",
    "thread_entry",
    "thread_seen",
    "wish_list",
];

/// Beginnings of statements that read through one of them on purpose, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "ends with the first"),
    ("SELECT seq, at, actor, action, subject, entry, hash FROM audit", "a verification reads every entry, on a reader"),
    ("SELECT entry FROM audit NOT INDEXED", "a search in the audit ends where enough is found; on a reader"),
    ("SELECT root FROM document WHERE state IN ('held', 'arriving')", "once at a start: files that belong to none of them are removed"),
    ("SELECT count(*) FROM document_release", "a test counts"),
    ("INSERT INTO consent (", "SQLite looks for rows that refer to this one only where some were written before it"),
    ("INSERT INTO team (", "the same"),
];

/// Indexes that are read through: one of names alone, and those in whose order something is listed until there is enough.
const IN_ORDER: [&str; 4] = ["patient_names", "document_added", "purpose_seen", "conversation_came"];

/// Indexes of some rows only, of which there are more and more all the same.
const GROWING_PARTS: &[&str] = &[
    "account_patient",
    "account_of_patient",
    "conversation_case",
    "conversation_ended",
    "conversation_patient",
    "document_conversation",
    "document_patient",
    "document_release_in_force",
    "invitation_ended",
    "news_called",
    "patient_case",
    "patient_kvnr",
];

/// Statements that were found good.
static JUDGED: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// The statements that a connection has run.
#[derive(Debug)]
pub(super) struct Watched(Arc<Mutex<BTreeSet<String>>>);

/// Watches a connection.
pub(super) fn watch(conn: &mut Connection) -> Watched {
    let ran = Arc::<Mutex<BTreeSet<String>>>::default();
    let noted = ran.clone();
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Profile(statement, _) = event {
            let (sql, mut noted) = (statement.sql(), noted.lock().unwrap_or_else(PoisonError::into_inner));
            if !noted.contains(&*sql) {
                noted.insert(sql.into_owned());
            }
        }
    };
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(note)).expect("a connection can be traced");
    Watched(ran)
}

impl Drop for Watched {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let ran = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut judged = JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = ran.into_iter().filter(|sql| !judged.contains(sql) && !is_allowed(sql.trim_start())).collect();
        if new.is_empty() {
            return;
        }
        let bare = Connection::open_in_memory().expect("memory");
        migrations::run(&bare).expect("a schema");
        for sql in new {
            if let Some(step) = reads_through(&bare, &sql) {
                drop(judged);
                panic!("a question reads through a table that grows ({step}); it needs an index, or a reason in {}: {sql}", file!());
            }
            judged.insert(sql);
        }
    }
}

/// Returns whether a statement may read through what it likes: for a reason given above, or as something a test does to the store by hand, or a
/// migration: it changes something and is given nothing.
fn is_allowed(sql: &str) -> bool {
    let by_hand = ["INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb)) && !sql.contains('?');
    by_hand || ALLOWED.iter().any(|(start, _)| sql.starts_with(start))
}

/// Returns the step of a statement's plan that reads through a growing table, if one does: not where it goes through an index of few of its rows
/// only. Statements about tables that are not there any more, or only for a moment, read through nothing that grows.
fn reads_through(bare: &Connection, sql: &str) -> Option<String> {
    let partial = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'";
    let partial: Vec<String> = bare.prepare(partial).and_then(|mut names| names.query_map([], |row| row.get(0))?.collect()).expect("a schema");
    let mut plan = bare.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).ok()?;
    let steps: Vec<String> = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().ok()?;
    steps.into_iter().find(|step| {
        let Some(rest) = step.strip_prefix("SCAN ") else { return false };
        let named = rest.split(' ').next().unwrap_or_default();
        let small = partial.iter().map(String::as_str).filter(|index| !GROWING_PARTS.contains(index));
        let good = small.chain(IN_ORDER).any(|index| rest.ends_with(&format!("INDEX {index}")));
        !good && GROWING.iter().any(|table| named == *table || is_called(sql, table, named))
    })
}

/// Returns whether a statement calls `table` so: `FROM table AS name`, `JOIN table name`.
fn is_called(sql: &str, table: &str, name: &str) -> bool {
    let words: Vec<&str> = sql.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    words.windows(3).any(|w| w[0] == table && (w[1] == name || (w[1].eq_ignore_ascii_case("as") && w[2] == name)))
}

mod tests {
    use crate::store::Store;

    #[test]
    #[should_panic(expected = "SCAN e)")]
    fn a_question_that_reads_through_a_growing_table_is_found() {
        let store = Store::in_memory().expect("memory");
        store.db().query_row("SELECT count(*) FROM thread_entry AS e WHERE e.text = 'b'", [], |row| row.get::<_, u64>(0)).expect("a number");
    }
}

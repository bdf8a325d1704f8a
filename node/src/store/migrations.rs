//! The schema's history. Append only: a released file never changes, and a file written by a newer program is refused untouched.

use super::{Db, StoreError};

/// One file per step, in order. Add at the end.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_replication.sql"),
    include_str!("migrations/0003_conversation.sql"),
    include_str!("migrations/0004_document.sql"),
    include_str!("migrations/0005_indexes.sql"),
    include_str!("migrations/0006_open.sql"),
    include_str!("migrations/0007_clustering.sql"),
    include_str!("migrations/0008_account.sql"),
    include_str!("migrations/0009_known_device.sql"),
    include_str!("migrations/0010_journey.sql"),
    include_str!("migrations/0011_caseload.sql"),
    include_str!("migrations/0012_proxy.sql"),
    include_str!("migrations/0013_release.sql"),
    include_str!("migrations/0014_case_phone.sql"),
    include_str!("migrations/0015_purpose.sql"),
    include_str!("migrations/0016_notice.sql"),
    include_str!("migrations/0017_paper.sql"),
    include_str!("migrations/0018_rule.sql"),
    include_str!("migrations/0019_thread.sql"),
    include_str!("migrations/0020_phone_step.sql"),
    include_str!("migrations/0021_bedside.sql"),
    include_str!("migrations/0022_phone_event.sql"),
    include_str!("migrations/0023_audit_about.sql"),
    include_str!("migrations/0024_clock.sql"),
    include_str!("migrations/0025_audit_about.sql"),
    include_str!("migrations/0026_draft_end.sql"),
    include_str!("migrations/0027_former_session.sql"),
    include_str!("migrations/0028_news.sql"),
    include_str!("migrations/0029_fetched.sql"),
    include_str!("migrations/0030_mailbox_known.sql"),
    include_str!("migrations/0031_note_recorded.sql"),
    include_str!("migrations/0032_bedside_draft.sql"),
    include_str!("migrations/0033_audit_look.sql"),
    include_str!("migrations/0034_years.sql"),
];

/// The schema this program writes, and the highest it can read.
pub const KNOWN_SCHEMA: u32 = MIGRATIONS.len() as u32;

/// Returns the schema of the open file; 0 for an empty one.
///
/// # Errors
/// The file cannot be read.
pub fn schema_version(db: &Db) -> Result<u32, StoreError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Fails if the file is newer than this program. Reads only.
pub(super) fn check(db: &Db) -> Result<u32, StoreError> {
    let found = schema_version(db)?;
    if found > KNOWN_SCHEMA { Err(StoreError::TooNew { found, known: KNOWN_SCHEMA }) } else { Ok(found) }
}

/// Brings the file to [`KNOWN_SCHEMA`] in one transaction: all of it or nothing.
pub(super) fn run(db: &Db) -> Result<(), StoreError> {
    apply(db, MIGRATIONS)
}

pub(super) fn apply(db: &Db, migrations: &[&str]) -> Result<(), StoreError> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if schema_version(db)? == known {
        return Ok(());
    }
    // A table that others refer to can only be rebuilt while nobody looks; what refers to what is checked before the commit.
    db.pragma_update(None, "foreign_keys", false)?;
    let applied = steps(db, migrations, known);
    db.pragma_update(None, "foreign_keys", true)?;
    applied
}

fn steps(db: &Db, migrations: &[&str], known: u32) -> Result<(), StoreError> {
    let tx = rusqlite::Transaction::new_unchecked(db, rusqlite::TransactionBehavior::Immediate)?;
    let found = schema_version(&tx)?;
    let pending = migrations.get(found as usize..).ok_or(StoreError::TooNew { found, known })?;
    for sql in pending {
        tx.execute_batch(sql)?;
    }
    if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(StoreError::Corrupt("rows that refer to rows that are not there".into()));
    }
    tx.pragma_update(None, "user_version", known)?;
    Ok(tx.commit()?)
}

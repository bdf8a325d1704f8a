//! Is everything still what was written? Pages by their authentication codes, tables, references, the audit chain, document files.

use verbund_protocol::id::DocumentRoot;

use super::{
    Db, StoreError, audit,
    blob::{BlobError, BlobStore},
    document,
};

/// Most faults of one sort that are listed; where there are more, the file is beyond doubt damaged.
const LISTED: usize = 100;

/// What an integrity check found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Integrity {
    /// Faults of pages, tables and references, in SQLite's words. They name pages and tables, never content.
    pub database: Vec<String>,
    /// The audit chain.
    pub audit: audit::Report,
    /// How many document files are as they were written.
    pub documents_good: u64,
    /// Documents whose file is not there.
    pub documents_missing: Vec<DocumentRoot>,
    /// Documents whose file is not what was written.
    pub documents_damaged: Vec<DocumentRoot>,
}

impl Integrity {
    /// Returns whether nothing at all was found.
    pub fn is_good(&self) -> bool {
        self.database.is_empty() && self.audit.fault.is_none() && self.documents_missing.is_empty() && self.documents_damaged.is_empty()
    }
}

/// Checks everything. Reads every page and every file, so it takes
/// as long as the disk needs for that; run it on a reader.
///
/// # Errors
/// The store's, if the check itself could not run.
pub fn check(db: &Db, blobs: &BlobStore) -> Result<Integrity, StoreError> {
    let mut found = Integrity { database: pages(db)?, audit: audit::verify(db)?, documents_good: 0, documents_missing: Vec::new(), documents_damaged: Vec::new() };
    for (root, size) in document::files(db)? {
        match verify(blobs, root, size) {
            Ok(()) => found.documents_good += 1,
            Err(BlobError::Missing) => found.documents_missing.push(root),
            Err(_) => found.documents_damaged.push(root),
        }
    }
    Ok(found)
}

/// Verifies one document file against its root.
pub(super) fn verify(blobs: &BlobStore, root: DocumentRoot, size: u64) -> Result<(), BlobError> {
    if !blobs.holds(&root) {
        return Err(BlobError::Missing);
    }
    blobs.blob(root, size)?.verify()
}

/// Returns the faults of pages, tables and references; none is good.
///
/// # Errors
/// The store's, if the check itself could not run.
pub fn pages(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    // Answers nothing on a database in memory, which has no authentication codes.
    texts(db, "PRAGMA cipher_integrity_check", &mut faults)?;
    texts(db, &format!("PRAGMA integrity_check({LISTED})"), &mut faults)?;
    faults.retain(|fault| fault != "ok");
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        faults.push(format!("a row of {} refers to a row of {} that is not there", row.get::<_, String>(0)?, row.get::<_, String>(2)?));
    }
    faults.truncate(LISTED);
    Ok(faults)
}

fn texts(db: &Db, sql: &str, into: &mut Vec<String>) -> Result<(), StoreError> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) => into.push(row.get(0)?),
            Ok(None) => return Ok(()),
            // A page that cannot even be decrypted ends the check; that is its finding.
            Err(error) => match StoreError::from(error) {
                StoreError::Damaged(fault) => {
                    into.push(fault.to_string());
                    return Ok(());
                }
                other => return Err(other),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs::OpenOptions, os::unix::fs::FileExt as _};

    use super::*;
    use crate::store::{DATABASE_FILE, DatabaseKey, Store};

    #[test]
    fn a_good_store_is_good() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &DatabaseKey::from_bytes([1; 32])).unwrap();
        let found = check(store.db(), &BlobStore::open(dir.path()).unwrap()).unwrap();
        assert!(found.is_good(), "{found:?}");
        assert_eq!(pages(Store::in_memory().unwrap().db()).unwrap(), [""; 0]);
    }

    #[test]
    fn one_flipped_bit_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &DatabaseKey::from_bytes([1; 32])).unwrap();
        store.checkpoint().unwrap();
        let file = OpenOptions::new().read(true).write(true).open(dir.path().join(DATABASE_FILE)).unwrap();
        let at = file.metadata().unwrap().len() - 2000;
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
        let found = check(store.db(), &BlobStore::open(dir.path()).unwrap()).unwrap();
        assert!(!found.database.is_empty() && !found.is_good());
    }

    #[test]
    fn a_page_that_does_not_read_back_stops_the_node() {
        let (dir, key) = (tempfile::tempdir().unwrap(), DatabaseKey::from_bytes([1; 32]));
        Store::open(dir.path(), &key).unwrap().checkpoint().unwrap();
        let store = Store::open(dir.path(), &key).unwrap();
        let file = OpenOptions::new().read(true).write(true).open(dir.path().join(DATABASE_FILE)).unwrap();
        for page in 20..file.metadata().unwrap().len() / 4096 {
            let mut byte = [0];
            file.read_exact_at(&mut byte, page * 4096 + 100).unwrap();
            file.write_all_at(&[byte[0] ^ 1], page * 4096 + 100).unwrap();
        }
        let mut tables = Vec::new();
        texts(store.db(), "SELECT name FROM sqlite_schema WHERE type = 'table'", &mut tables).unwrap();
        let errors: Vec<StoreError> =
            tables.iter().filter_map(|table| store.db().query_row(&format!("SELECT count(*) FROM {table}"), [], |_| Ok(())).err()).map(StoreError::from).collect();
        assert!(errors.len() > 5 && errors.iter().all(|error| error.is_fatal() && error.ends_batch()), "{errors:?}");
    }

    #[test]
    fn a_dangling_reference_is_found() {
        let store = Store::in_memory().unwrap();
        let orphan = "PRAGMA foreign_keys = OFF; INSERT INTO patient_version (patient, version, entry, changed_at, changed_by) VALUES (x'0909090909090909', 1, '', 0, '')";
        store.db().execute_batch(orphan).unwrap();
        assert_eq!(pages(store.db()).unwrap(), ["a row of patient_version refers to a row of patient that is not there"]);
    }
}

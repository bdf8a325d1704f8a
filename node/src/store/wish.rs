//! Wishes of patients: one statement a version.

use rusqlite::{Row, params};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{Db, StoreError, column, millis, moment};
use crate::domain::wish::{Wish, Wishes};

/// Keeps what a patient stated, as the next version. Returns its number.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient.
pub fn state(db: &Db, patient: LocalId, list: &[Wish], by: &str, now: Timestamp) -> Result<u32, StoreError> {
    let entry = serde_json::to_string(list).map_err(|_| StoreError::unreadable("wishes"))?;
    let sql = "INSERT INTO wish_list (patient, version, entry, stated_at, stated_by)
               SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4 FROM wish_list WHERE patient = ?1 RETURNING version";
    Ok(db.query_row(sql, params![patient.0, entry, millis(now), by], |row| row.get(0))?)
}

/// Returns everything a patient stated, newest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, patient: LocalId) -> Result<Vec<Wishes>, StoreError> {
    let mut statement = db.prepare_cached("SELECT version, entry, stated_at, stated_by FROM wish_list WHERE patient = ?1 ORDER BY version DESC")?;
    let rows = statement.query_map([patient.0], row_to_wishes)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row_to_wishes(row: &Row<'_>) -> rusqlite::Result<Wishes> {
    Ok(Wishes { version: row.get("version")?, list: column::json(row, "entry")?, stated_at: moment(row, "stated_at")?, stated_by: row.get("stated_by")? })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{consent::tests::NOW, patient::tests::anna, wish::About},
        store::{Store, patient},
    };

    #[test]
    fn a_later_statement_leaves_the_earlier_as_it_was() {
        let (store, anna_id) = (Store::in_memory().unwrap(), LocalId([1; 8]));
        patient::add(store.db(), anna_id, &anna(), "ben", NOW).unwrap();
        let wish = |why: &str| Wish { about: About::NearHome, what: String::new(), why: why.into() };
        assert_eq!(state(store.db(), anna_id, &[wish("erst")], "patient 1", NOW).unwrap(), 1);
        assert_eq!(state(store.db(), anna_id, &[wish("dann"), wish("auch")], "patient 1", NOW).unwrap(), 2);
        let all = list(store.db(), anna_id).unwrap();
        assert_eq!(all.iter().map(|wishes| (wishes.version, wishes.list.len(), wishes.list[0].why.as_str())).collect::<Vec<_>>(), [(2, 2, "dann"), (1, 1, "erst")]);
        assert!(store.db().execute("UPDATE wish_list SET entry = '[]'", []).is_err());
        assert!(matches!(state(store.db(), LocalId([9; 8]), &[], "x", NOW), Err(StoreError::Conflict(_))));
        patient::erase(store.db(), anna_id).unwrap();
        assert!(list(store.db(), anna_id).unwrap().is_empty());
    }
}

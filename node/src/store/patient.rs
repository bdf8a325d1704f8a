//! Patients of this clinic: entries, what they said before, and erasure.

use rusqlite::{OptionalExtension as _, Row, params, params_from_iter, types::Value};
use verbund_protocol::{id::LocalId, person::Kvnr, time::Timestamp};

use super::{Db, StoreError, millis, moment};
use crate::domain::patient::{Patient, Person, Search};

/// Adds a patient under a fresh random `id`.
///
/// # Errors
/// [`StoreError::Conflict`] if another entry has this KVNR or case number.
pub fn add(db: &Db, id: LocalId, person: &Person, by: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO patient (id, version, entry, names, birth_date, kvnr, case_number, changed_at, changed_by) VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let bound = params![id.0, json(person)?, names(person), person.birth_date.to_string(), kvnr(person), person.case_number, millis(now), by];
    db.execute(sql, bound)?;
    Ok(())
}

/// Replaces a patient's entry; the former one is kept as a version. Returns the new version's number.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Conflict`] as with [`add`].
pub fn change(db: &Db, id: LocalId, person: &Person, by: &str, now: Timestamp) -> Result<u32, StoreError> {
    db.execute(
        "INSERT INTO patient_version (patient, version, entry, changed_at, changed_by) SELECT id, version, entry, changed_at, changed_by FROM patient WHERE id = ?1",
        [id.0],
    )?;
    let sql = "UPDATE patient SET version = version + 1, entry = ?2, names = ?3, birth_date = ?4, kvnr = ?5, case_number = ?6, changed_at = ?7, changed_by = ?8
               WHERE id = ?1 RETURNING version";
    let bound = params![id.0, json(person)?, names(person), person.birth_date.to_string(), kvnr(person), person.case_number, millis(now), by];
    db.query_row(sql, bound, |row| row.get(0)).optional()?.ok_or(StoreError::NotFound("patient"))
}

/// Returns a patient.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Patient>, StoreError> {
    one(db, "id = ?1", params![id.0])
}

/// Returns the patient with this KVNR.
///
/// # Errors
/// The store's.
pub fn by_kvnr(db: &Db, kvnr: &Kvnr) -> Result<Option<Patient>, StoreError> {
    one(db, "kvnr = ?1", params![kvnr.as_str()])
}

/// Returns the patient whose stay has this case number.
///
/// # Errors
/// The store's.
pub fn by_case_number(db: &Db, number: &str) -> Result<Option<Patient>, StoreError> {
    one(db, "case_number = ?1", params![number])
}

/// Returns at most `limit` patients that `search` fits, by name.
///
/// # Errors
/// The store's.
pub fn search(db: &Db, search: &Search, limit: usize) -> Result<Vec<Patient>, StoreError> {
    let (sql, given) = searching(search, limit);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(given), patient)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the statement of a search, and what it is given. Who fits is found by indexes alone, and only their entries are read.
fn searching(search: &Search, limit: usize) -> (String, Vec<Value>) {
    // Up to three beginnings of words; further ones would hardly narrow it down more.
    let words = search.name.as_deref().unwrap_or_default().to_lowercase();
    let mut given: Vec<Value> = words.split_whitespace().take(3).map(|word| Value::Text(format!(" {word}"))).collect();
    let mut asked: Vec<String> = (1..=given.len()).map(|nth| format!("instr(names, ?{nth}) > 0")).collect();
    let exact = [
        ("birth_date", search.birth_date.map(|day| day.to_string())),
        ("kvnr", search.kvnr.as_ref().map(|kvnr| kvnr.as_str().to_owned())),
        ("case_number", search.case_number.clone()),
    ];
    for (column, value) in exact {
        if let Some(value) = value {
            given.push(Value::Text(value));
            asked.push(format!("{column} = ?{}", given.len()));
        }
    }
    given.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    let asked = if asked.is_empty() { "1".to_owned() } else { asked.join(" AND ") };
    let sql = format!(
        "SELECT patient.* FROM (SELECT id FROM patient WHERE {asked} ORDER BY names, birth_date, id LIMIT ?{}) AS found CROSS JOIN patient USING (id)
         ORDER BY patient.names, patient.birth_date, patient.id",
        given.len()
    );
    (sql, given)
}

/// Returns what the entry said before, newest first; not the present one.
///
/// # Errors
/// The store's.
pub fn versions(db: &Db, id: LocalId) -> Result<Vec<Patient>, StoreError> {
    let mut statement = db.prepare_cached("SELECT patient AS id, version, entry, changed_at, changed_by FROM patient_version WHERE patient = ?1 ORDER BY version DESC")?;
    let rows = statement.query_map([id.0], patient)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Erases a patient with all versions and consents. The audit keeps its entries, which then name nobody. Returns whether there was one.
///
/// # Errors
/// [`StoreError::Conflict`] if something that must stay still refers to the patient.
pub fn erase(db: &Db, id: LocalId) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM patient WHERE id = ?1", [id.0])? > 0)
}

fn one(db: &Db, condition: &str, bound: &[&dyn rusqlite::ToSql]) -> Result<Option<Patient>, StoreError> {
    Ok(db.prepare_cached(&format!("SELECT * FROM patient WHERE {condition}"))?.query_row(bound, patient).optional()?)
}

fn patient(row: &Row<'_>) -> rusqlite::Result<Patient> {
    Ok(Patient {
        id: LocalId(row.get("id")?),
        version: row.get("version")?,
        person: super::column::json(row, "entry")?,
        changed_at: moment(row, "changed_at")?,
        changed_by: row.get("changed_by")?,
    })
}

fn json(person: &Person) -> Result<String, StoreError> {
    serde_json::to_string(person).map_err(|_| StoreError::unreadable("patient"))
}

fn kvnr(person: &Person) -> Option<&str> {
    person.kvnr.as_ref().map(Kvnr::as_str)
}

fn names(person: &Person) -> String {
    // Hyphenated names are found by either part.
    let words = format!("{} {}", person.family, person.given).to_lowercase().replace('-', " ");
    words.split_whitespace().map(|word| format!(" {word}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{domain::patient::tests::anna, store::Store};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);
    const ID: LocalId = LocalId([1; 8]);

    fn other() -> Person {
        serde_json::from_str(r#"{"family": "Müller-Lüdenscheidt", "given": "Änne Eva", "birth_date": "1944-12-01", "case_number": "2"}"#).unwrap()
    }

    fn two() -> Store {
        let store = Store::in_memory().unwrap();
        add(store.db(), ID, &anna(), "ben", NOW).unwrap();
        add(store.db(), LocalId([2; 8]), &other(), "ben", NOW).unwrap();
        store
    }

    #[test]
    fn an_entry_reads_back_whole() {
        let store = two();
        let found = find(store.db(), ID).unwrap().unwrap();
        assert!(found.person == anna() && found.version == 1 && found.changed_by == "ben" && found.changed_at == NOW);
        assert_eq!(by_kvnr(store.db(), &"X110411675".parse().unwrap()).unwrap().unwrap().id, ID);
        assert_eq!(by_case_number(store.db(), "2").unwrap().unwrap().id, LocalId([2; 8]));
        assert!(find(store.db(), LocalId([9; 8])).unwrap().is_none());
    }

    #[test]
    fn people_are_found_by_beginnings_of_names() {
        let store = two();
        let found = |name: &str| search(store.db(), &Search { name: Some(name.into()), ..Search::default() }, 10).unwrap().len();
        assert_eq!([found("hub"), found("an HUBER"), found("lüden än"), found("MÜLLER"), found("uber"), found("%"), found("")], [1, 1, 1, 1, 0, 0, 2]);
        let born = Search { birth_date: Some("1944-12-01".parse().unwrap()), ..Search::default() };
        assert_eq!(search(store.db(), &born, 10).unwrap().len(), 1);
        assert_eq!(search(store.db(), &Search::default(), 1).unwrap().len(), 1);
        let all = Search { name: Some("an huber".into()), birth_date: Some(anna().birth_date), kvnr: anna().kvnr, case_number: anna().case_number };
        assert_eq!(search(store.db(), &all, 10).unwrap().iter().map(|found| found.id).collect::<Vec<_>>(), [ID]);
        assert!(search(store.db(), &Search { case_number: Some("2".into()), ..all }, 10).unwrap().is_empty());
    }

    /// A clinic has tens of thousands of patients, and the search runs where everything is written.
    #[test]
    fn searching_by_name_reads_no_other_entry() {
        let store = two();
        let (sql, _) = searching(&Search { name: Some("an hub".into()), ..Search::default() }, 10);
        let mut statement = store.db().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        assert!(
            plan.iter().any(|step| step.starts_with("SCAN patient USING COVERING INDEX patient_names")) && plan.iter().filter(|step| step.starts_with("SCAN patient")).count() == 1,
            "{plan:?}"
        );
    }

    #[test]
    fn changes_keep_what_was_said_before() {
        let store = two();
        let mut person = anna();
        person.phone = Some("0731 999".into());
        assert_eq!(change(store.db(), ID, &person, "eva", Timestamp(NOW.0 + 1)).unwrap(), 2);
        assert!(find(store.db(), ID).unwrap().unwrap().person == person);
        let before = versions(store.db(), ID).unwrap();
        assert!(before.len() == 1 && before[0].version == 1 && before[0].person == anna() && before[0].changed_by == "ben");
        assert!(matches!(change(store.db(), LocalId([9; 8]), &person, "eva", NOW), Err(StoreError::NotFound("patient"))));
    }

    #[test]
    fn one_entry_per_kvnr_and_case() {
        let store = two();
        assert!(matches!(add(store.db(), LocalId([3; 8]), &anna(), "ben", NOW), Err(StoreError::Conflict(_))));
        let mut person = other();
        person.case_number = anna().case_number;
        assert!(matches!(change(store.db(), LocalId([2; 8]), &person, "ben", NOW), Err(StoreError::Conflict(_))));
    }

    #[test]
    fn erasure_leaves_nothing_but_the_audit() {
        let store = two();
        change(store.db(), ID, &anna(), "eva", NOW).unwrap();
        assert!(erase(store.db(), ID).unwrap());
        assert!(!erase(store.db(), ID).unwrap());
        assert!(find(store.db(), ID).unwrap().is_none() && versions(store.db(), ID).unwrap().is_empty());
    }
}

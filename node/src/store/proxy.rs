//! Those who act for patients.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{Db, StoreError, millis, moment, moment_opt};
use crate::domain::proxy::{Mandate, Power, Proxy, Scope};

const SELECT: &str = "SELECT account, patient, name, scope, power, until, given_at, ended_at, proof FROM proxy";

/// Keeps what somebody may do for a patient under a fresh account; `proof` is the document that shows it.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such account or patient.
pub fn add(db: &Db, account: LocalId, patient: LocalId, mandate: &Mandate, proof: Option<LocalId>, by: &str, now: Timestamp) -> Result<(), StoreError> {
    let Mandate { name, scope, power, until } = mandate;
    let sql = "INSERT INTO proxy (account, patient, name, scope, power, until, given_at, given_by, proof) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    db.execute(sql, params![account.0, patient.0, name, scope.word(), power.map(Power::word), until.map(|day| day.0), millis(now), by, proof.map(|id| id.0)])?;
    Ok(())
}

/// Returns what an account may do for whom.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, account: LocalId) -> Result<Option<Proxy>, StoreError> {
    Ok(db.prepare_cached(&format!("{SELECT} WHERE account = ?1"))?.query_row([account.0], row_to_proxy).optional()?)
}

/// Returns who acts or acted for a patient, newest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, patient: LocalId) -> Result<Vec<Proxy>, StoreError> {
    let mut statement = db.prepare_cached(&format!("{SELECT} WHERE patient = ?1 ORDER BY given_at DESC, account"))?;
    let rows = statement.query_map([patient.0], row_to_proxy)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that somebody no longer acts. A repeat changes nothing.
///
/// # Errors
/// The store's.
pub fn end(db: &Db, account: LocalId, by: &str, now: Timestamp) -> Result<(), StoreError> {
    db.execute("UPDATE proxy SET ended_at = ?2, ended_by = ?3 WHERE account = ?1 AND ended_at IS NULL", params![account.0, millis(now), by])?;
    Ok(())
}

fn row_to_proxy(row: &Row<'_>) -> rusqlite::Result<Proxy> {
    let scope: String = row.get("scope")?;
    let power: Option<String> = row.get("power")?;
    Ok(Proxy {
        account: LocalId(row.get("account")?),
        patient: LocalId(row.get("patient")?),
        mandate: Mandate {
            name: row.get("name")?,
            // A word of a newer version lets nobody do more than look.
            scope: Scope::named(&scope).unwrap_or(Scope::Look),
            power: power.as_deref().and_then(Power::named),
            until: row.get::<_, Option<u32>>("until")?.map(Day),
        },
        given_at: moment(row, "given_at")?,
        proof: row.get::<_, Option<[u8; 8]>>("proof")?.map(LocalId),
        ended_at: moment_opt(row, "ended_at")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{
            account::{Account, Kind, State},
            consent::tests::NOW,
            patient::tests::anna,
        },
        store::{Store, account, patient},
    };

    #[test]
    fn a_mandate_reads_back_and_ends_once() {
        let (store, of, id) = (Store::in_memory().unwrap(), LocalId([1; 8]), LocalId([2; 8]));
        patient::add(store.db(), of, &anna(), "ben", NOW).unwrap();
        let held =
            Account { id, kind: Kind::Proxy, login: None, name: "Eva für Anna".into(), patient: Some(of), roles: vec![], state: State::Invited, language: None, made_at: NOW };
        account::add(store.db(), &held, "patient 1").unwrap();
        let mandate = Mandate { name: "Eva".into(), scope: Scope::Decide, power: Some(Power::Court), until: Some(Day(21_000)) };
        add(store.db(), id, of, &mandate, None, "patient 1", NOW).unwrap();
        assert_eq!(find(store.db(), id).unwrap().unwrap().mandate, mandate);
        end(store.db(), id, "patient 1", NOW).unwrap();
        end(store.db(), id, "patient 1", Timestamp(NOW.0 + 9)).unwrap();
        assert_eq!(list(store.db(), of).unwrap()[0].ended_at, Some(NOW));
        let groundless = Mandate { power: None, ..mandate };
        assert!(add(store.db(), LocalId([3; 8]), of, &groundless, None, "patient 1", NOW).is_err());
        patient::erase(store.db(), of).unwrap();
        assert!(find(store.db(), id).unwrap().is_none());
    }
}

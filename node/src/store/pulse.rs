//! Whether anything has changed that an open page would show: cheap enough to be asked every second for every reader.

use rusqlite::params;
use verbund_protocol::id::LocalId;

use super::{Db, StoreError};

/// Returns a number that is another one after each message that this node wrote or took in, each
/// decision of a patient, each statement of wishes, each message between a patient and a team, each document that comes, goes or is released, what
/// becomes of a tablet at the bedside, each case that is handed on or closed, what is typed in of a clinic without a node, and each clinic that
/// cannot be reached or is back.
///
/// # Errors
/// The store's.
pub fn of_clinic(db: &Db) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce((SELECT max(place) FROM message), 0) + coalesce((SELECT max(place) FROM thread_entry), 0)
        + coalesce((SELECT max(stated_at) FROM wish_list), 0) + coalesce((SELECT max(changed_at) FROM document), 0) + coalesce((SELECT max(id) FROM document_release), 0)
        + (SELECT value FROM pulse)";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Returns the same for what concerns one patient; whoever acts for her may have written down wishes, too.
///
/// # Errors
/// The store's.
pub fn of_patient(db: &Db, patient: LocalId) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce((SELECT sum(changed_at) FROM conversation WHERE patient = ?1), 0)
        + (SELECT count(*) + count(revoked_at) FROM consent WHERE patient = ?1)
        + (SELECT coalesce(sum(last), 0) FROM thread WHERE patient = ?1)
        + (SELECT count(*) FROM wish_list WHERE patient = ?1)
        + (SELECT count(*) + count(withdrawn_at) FROM document_release JOIN document ON document.id = document_release.document WHERE patient = ?1)
        + (SELECT count(*) + count(closed_at) FROM discharge_case WHERE patient = ?1)
        + (SELECT count(*) FROM conversation WHERE patient = ?1 AND ended_at IS NULL AND peer IN (SELECT member FROM delivery))
        + (SELECT count(*) + coalesce(sum((SELECT count(*) FROM case_phone_answer WHERE entry = asked.id) + (SELECT count(*) FROM case_phone_step WHERE entry = asked.id)
                + (SELECT count(*) FROM case_phone_event WHERE entry = asked.id)), 0)
           FROM discharge_case JOIN case_phone AS asked ON asked.discharge_case = discharge_case.id WHERE patient = ?1)";
    Ok(db.prepare_cached(sql)?.query_row(params![patient.0], |row| row.get(0))?)
}

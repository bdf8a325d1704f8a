//! Decisions about patients, kept as they were taken down, and what rests on each.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    id::{ConversationId, Digest, GrantId, LocalId},
    time::Timestamp,
};

use super::{Db, StoreError, column, millis, moment, moment_opt};
use crate::domain::consent::{self, Consent, Decision, Kind, Recipient, Use};

/// Records a decision about `patient` under a fresh random `id`. Returns its place in the order of decisions.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such patient.
pub fn record(db: &Db, id: LocalId, patient: LocalId, decision: &Decision, by: &str, now: Timestamp) -> Result<u32, StoreError> {
    let entry = serde_json::to_string(decision).map_err(|_| StoreError::unreadable("consent"))?;
    let sql = "INSERT INTO consent (id, patient, ordinal, entry, recorded_at, recorded_by)
               SELECT ?1, ?2, coalesce(max(ordinal), 0) + 1, ?3, ?4, ?5 FROM consent WHERE patient = ?2 RETURNING ordinal";
    Ok(db.query_row(sql, params![id.0, patient.0, entry, millis(now), by], |row| row.get(0))?)
}

/// Returns a decision.
///
/// # Errors
/// The store's.
pub fn find(db: &Db, id: LocalId) -> Result<Option<Consent>, StoreError> {
    Ok(db.prepare_cached("SELECT * FROM consent WHERE id = ?1")?.query_row([id.0], row_to_consent).optional()?)
}

/// Returns all decisions about a patient, oldest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db, patient: LocalId) -> Result<Vec<Consent>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM consent WHERE patient = ?1 ORDER BY ordinal")?;
    let rows = statement.query_map([patient.0], row_to_consent)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the decision that allows `kind` (for `recipient`) at `now`, if one does; the rule is [`consent::in_force`].
///
/// # Errors
/// The store's.
pub fn in_force(db: &Db, patient: LocalId, kind: Kind, recipient: Option<&Recipient>, now: Timestamp) -> Result<Option<Consent>, StoreError> {
    let decisions = list(db, patient)?;
    Ok(consent::in_force(&decisions, kind, recipient, now).cloned())
}

/// Notes that `what` rests on the consent `id` and ends with it. A repeat changes nothing.
///
/// # Errors
/// [`StoreError::Conflict`] if there is no such consent.
pub fn rests_on(db: &Db, id: LocalId, what: Use, now: Timestamp) -> Result<(), StoreError> {
    let (word, bytes): (&str, &[u8]) = match &what {
        Use::Conversation(id) => ("conversation", id.as_bytes()),
        Use::Grant(id) => ("grant", id.as_bytes()),
    };
    db.prepare_cached("INSERT INTO consent_use (consent, what, id, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?.execute(params![id.0, word, bytes, millis(now)])?;
    Ok(())
}

/// Returns what rests on a consent.
///
/// # Errors
/// The store's.
pub fn uses(db: &Db, id: LocalId) -> Result<Vec<Use>, StoreError> {
    let mut statement = db.prepare_cached("SELECT what, id FROM consent_use WHERE consent = ?1 ORDER BY what, id")?;
    let mut rows = statement.query([id.0])?;
    let mut uses = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::unreadable("consent use"))?;
        let known = match row.get_ref(0)?.as_str() {
            Ok("conversation") => ConversationId::from_slice(bytes).map(Use::Conversation),
            Ok("grant") => GrantId::from_slice(bytes).map(Use::Grant),
            _ => None,
        };
        uses.push(known.ok_or_else(|| StoreError::unreadable("consent use"))?);
    }
    Ok(uses)
}

/// What a revocation ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The decisions that are no longer in force, the one taken back among them.
    pub consents: Vec<Consent>,
    /// What rested on them, for the workflow to end.
    pub uses: Vec<Use>,
}

/// Takes a consent back and returns what ends with it. Taking back discharge management takes every other consent to it with it, on which
/// something may rest that was begun before the last one, and every release to a recipient, which was given within it; documents handed
/// over outside a referral stand on their own. A repeat returns the same, and leaves alone what was decided since.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn revoke(db: &Db, id: LocalId, by: &str, now: Timestamp) -> Result<Revoked, StoreError> {
    let consent = find(db, id)?.ok_or(StoreError::NotFound("consent"))?;
    let kinds: &[Kind] = if consent.decision.kind == Kind::DischargeManagement { &[Kind::DischargeManagement, Kind::IdentifiedRelease] } else { &[] };
    let then = |other: &Consent| consent.revoked_at.is_none_or(|ended| other.revoked_at.is_some_and(|at| at <= ended));
    let within = |other: &Consent| other.decision.given && kinds.contains(&other.decision.kind) && then(other);
    let (mut consents, mut ending) = (Vec::new(), Vec::new());
    for other in list(db, consent.patient)?.into_iter().filter(|other| other.id == id || within(other)) {
        db.execute("UPDATE consent SET revoked_at = ?2, revoked_by = ?3 WHERE id = ?1 AND revoked_at IS NULL", params![other.id.0, millis(now), by])?;
        consents.extend(find(db, other.id)?);
        ending.extend(uses(db, other.id)?);
    }
    ending.sort_unstable();
    ending.dedup();
    Ok(Revoked { consents, uses: ending })
}

/// Returns what a message cites instead of the consent itself: SHA-256 over its random id and the exact text of the decision as it is
/// stored. It says nothing about the decision, and whoever is shown the record later can check that it is the one cited.
///
/// # Errors
/// [`StoreError::NotFound`].
pub fn proof(db: &Db, id: LocalId) -> Result<Digest, StoreError> {
    let entry: Option<String> = db.query_row("SELECT entry FROM consent WHERE id = ?1", [id.0], |row| row.get(0)).optional()?;
    Ok(Digest::of(&[&id.0, entry.ok_or(StoreError::NotFound("consent"))?.as_bytes()].concat()))
}

fn row_to_consent(row: &Row<'_>) -> rusqlite::Result<Consent> {
    Ok(Consent {
        id: LocalId(row.get("id")?),
        patient: LocalId(row.get("patient")?),
        ordinal: row.get("ordinal")?,
        decision: column::json(row, "entry")?,
        recorded_at: moment(row, "recorded_at")?,
        recorded_by: row.get("recorded_by")?,
        revoked_at: moment_opt(row, "revoked_at")?,
        revoked_by: row.get("revoked_by")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::{
            consent::tests::{NOW, decision, rehab},
            patient::tests::anna,
        },
        store::{Store, patient},
    };

    const PATIENT: LocalId = LocalId([1; 8]);

    fn id(number: u8) -> LocalId {
        LocalId([number; 8])
    }

    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        patient::add(store.db(), PATIENT, &anna(), "ben", NOW).unwrap();
        for (number, kind) in [Kind::DischargeManagement, Kind::IdentifiedRelease, Kind::DocumentHandoff].into_iter().enumerate() {
            assert_eq!(record(store.db(), id(10 + number as u8), PATIENT, &decision(kind), "ben", NOW).unwrap(), number as u32 + 1);
        }
        store
    }

    #[test]
    fn a_decision_reads_back_and_counts() {
        let store = store();
        let found = in_force(store.db(), PATIENT, Kind::IdentifiedRelease, Some(&rehab(1)), NOW).unwrap().unwrap();
        assert_eq!((found.id, found.ordinal, found.decision), (id(11), 2, decision(Kind::IdentifiedRelease)));
        assert_eq!(list(store.db(), PATIENT).unwrap().len(), 3);
        assert!(matches!(record(store.db(), id(20), id(99), &decision(Kind::DischargeManagement), "ben", NOW), Err(StoreError::Conflict(_))));
    }

    #[test]
    fn nothing_of_a_decision_can_be_rewritten() {
        let store = store();
        assert!(store.db().execute("UPDATE consent SET entry = '{}'", []).is_err());
        assert!(store.db().execute("UPDATE consent SET recorded_by = 'x'", []).is_err());
        revoke(store.db(), id(12), "eva", NOW).unwrap();
        assert!(store.db().execute("UPDATE consent SET revoked_at = NULL", []).is_err());
    }

    #[test]
    fn revoking_says_what_ends() {
        let store = store();
        let (inquiry, referral, grant) = (Use::Conversation(ConversationId([1; 16])), Use::Conversation(ConversationId([2; 16])), Use::Grant(GrantId([3; 16])));
        for (consent, what) in [(10, inquiry), (10, inquiry), (11, referral), (11, inquiry), (12, grant)] {
            rests_on(store.db(), id(consent), what, NOW).unwrap();
        }
        let revoked = |number: u8, by: &str, at: Timestamp| {
            let ended = revoke(store.db(), id(number), by, at).unwrap();
            assert!(ended.consents.iter().all(|consent| consent.revoked_at.is_some()));
            (ended.consents.iter().map(|consent| consent.id).collect::<Vec<_>>(), ended.uses)
        };
        assert_eq!(revoked(12, "eva", NOW), (vec![id(12)], vec![grant]));
        assert_eq!(in_force(store.db(), PATIENT, Kind::DocumentHandoff, Some(&rehab(1)), NOW).unwrap(), None);
        assert!(in_force(store.db(), PATIENT, Kind::IdentifiedRelease, Some(&rehab(1)), NOW).unwrap().is_some());
        // Discharge management is the ground the releases were given on.
        let later = Timestamp(NOW.0 + 5);
        assert_eq!(revoked(10, "eva", later), (vec![id(10), id(11)], vec![inquiry, referral]));
        assert_eq!(in_force(store.db(), PATIENT, Kind::IdentifiedRelease, Some(&rehab(1)), later).unwrap(), None);
        assert_eq!(revoked(10, "ben", Timestamp(NOW.0 + 9)), (vec![id(10), id(11)], vec![inquiry, referral]), "a repeat says the same");
        let first = find(store.db(), id(10)).unwrap().unwrap();
        assert_eq!((first.revoked_at, first.revoked_by.as_deref()), (Some(later), Some("eva")));
        assert!(matches!(revoke(store.db(), id(99), "eva", NOW), Err(StoreError::NotFound("consent"))));
    }

    /// As nodes may have it that let a consent be given while one was in force.
    #[test]
    fn of_two_consents_both_end_and_a_repeat_ends_nothing_newer() {
        let store = store();
        let later = |seconds: u64| Timestamp(NOW.0 + seconds * 1_000);
        record(store.db(), id(20), PATIENT, &decision(Kind::DischargeManagement), "ben", later(1)).unwrap();
        let (first, second) = (Use::Conversation(ConversationId([1; 16])), Use::Conversation(ConversationId([2; 16])));
        for (consent, what) in [(10, first), (20, second)] {
            rests_on(store.db(), id(consent), what, NOW).unwrap();
        }
        let revoked = |number: u8, at: Timestamp| {
            let ended = revoke(store.db(), id(number), "eva", at).unwrap();
            (ended.consents.iter().map(|consent| consent.id).collect::<Vec<_>>(), ended.uses)
        };
        let all = (vec![id(10), id(11), id(20)], vec![first, second]);
        assert_eq!(revoked(20, later(2)), all);
        for (number, kind) in [(30, Kind::DischargeManagement), (31, Kind::IdentifiedRelease)] {
            record(store.db(), id(number), PATIENT, &decision(kind), "ben", later(3)).unwrap();
        }
        assert_eq!((revoked(20, later(4)), revoked(10, later(4))), (all.clone(), all));
        for (kind, recipient) in [(Kind::DischargeManagement, None), (Kind::IdentifiedRelease, Some(rehab(1)))] {
            assert!(in_force(store.db(), PATIENT, kind, recipient.as_ref(), later(4)).unwrap().is_some(), "{kind:?}");
        }
    }

    #[test]
    fn a_proof_is_the_consents_own_and_survives_revocation() {
        let store = store();
        let before = proof(store.db(), id(11)).unwrap();
        assert_ne!(before, proof(store.db(), id(10)).unwrap());
        revoke(store.db(), id(11), "eva", NOW).unwrap();
        assert_eq!(proof(store.db(), id(11)).unwrap(), before);
        assert!(matches!(proof(store.db(), id(99)), Err(StoreError::NotFound("consent"))));
    }

    #[test]
    fn erasing_a_patient_erases_the_decisions() {
        let store = store();
        rests_on(store.db(), id(10), Use::Grant(GrantId([3; 16])), NOW).unwrap();
        patient::erase(store.db(), PATIENT).unwrap();
        assert!(find(store.db(), id(10)).unwrap().is_none() && uses(store.db(), id(10)).unwrap().is_empty());
    }
}

#![allow(clippy::unwrap_used)]

use verbund_protocol::{
    document::{Grant, segment},
    id::{Digest, GrantId},
};

use super::*;
use crate::store::Store;

const NOW: Timestamp = Timestamp::from_secs(1_000);

fn manifest(root: u8) -> Manifest {
    Manifest {
        root: DocumentRoot([root; 32]),
        cipher_size: segment::cipher_size(1_000),
        plain_size: 1_000,
        segment: 65_536,
        kind: "AD010115".parse().unwrap(),
        media_type: "application/pdf".into(),
        title: "Entlassungsbericht".into(),
        created_at: NOW,
        replaces: None,
    }
}

fn document(id: u8, state: State) -> Document {
    Document {
        id: LocalId([id; 8]),
        root: DocumentRoot([id; 32]),
        cipher_size: manifest(id).cipher_size,
        patient: None,
        source: (state == State::Arriving).then(|| "kh-akut".parse().unwrap()),
        conversation: (state == State::Arriving).then_some(ConversationId([7; 16])),
        state,
        added_by: "node".into(),
        added_at: NOW,
        manifest: Some(manifest(id)),
    }
}

fn grant(id: u8, document: u8) -> Grant {
    Grant {
        id: GrantId([id; 16]),
        root: DocumentRoot([document; 32]),
        size: manifest(document).cipher_size,
        conversation: ConversationId([id; 16]),
        consent: Digest([0; 32]),
        from: "kh-akut".parse().unwrap(),
        to: "reha".parse().unwrap(),
        made_at: NOW,
        expires_at: Timestamp::from_secs(9_000),
    }
}

fn with(documents: &[(u8, State)], check: impl FnOnce(&Db) -> Result<(), StoreError>) {
    let store = Store::in_memory().unwrap();
    store
        .write(|db| {
            for (id, state) in documents {
                add(db, &document(*id, *state), &manifest(*id), &DocumentKey::new([*id; 32]))?;
            }
            check(db)
        })
        .unwrap();
}

#[test]
fn a_document_comes_back_as_it_was_added() {
    with(&[(1, State::Held), (2, State::Arriving)], |db| {
        assert_eq!(find(db, LocalId([1; 8]))?, Some(document(1, State::Held)));
        assert_eq!(find_root(db, &DocumentRoot([2; 32]))?, Some(document(2, State::Arriving)));
        assert_eq!(key(db, LocalId([1; 8]))?, Some(DocumentKey::new([1; 32])));
        let came = Filter { conversation: Some(ConversationId([7; 16])), ..Filter::default() };
        assert_eq!(list(db, &came, 10)?, vec![document(2, State::Arriving)]);
        assert_eq!(list(db, &Filter::default(), 1)?.len(), 1);
        assert!(matches!(add(db, &document(1, State::Held), &manifest(1), &DocumentKey::new([1; 32])), Err(StoreError::Conflict(_))));
        Ok(())
    });
}

#[test]
fn erasing_leaves_a_row_that_says_nothing() {
    with(&[(1, State::Held)], |db| {
        erase(db, LocalId([1; 8]), State::Erased, NOW)?;
        let left = find(db, LocalId([1; 8]))?.unwrap();
        assert_eq!((left.state, left.manifest), (State::Erased, None));
        assert_eq!(key(db, LocalId([1; 8]))?, None);
        assert!(roots(db)?.is_empty());
        assert!(list(db, &Filter::default(), 10)?.is_empty());
        assert_eq!(list(db, &Filter { all: true, ..Filter::default() }, 10)?.len(), 1);
        assert!(matches!(erase(db, LocalId([9; 8]), State::Erased, NOW), Err(StoreError::NotFound(_))));
        Ok(())
    });
}

#[test]
fn a_grant_lives_until_anything_it_rests_on_ends() {
    with(&[(1, State::Held), (2, State::Held)], |db| {
        let consent = Some(LocalId([5; 8]));
        for (id, document) in [(1, 1), (2, 2), (3, 1)] {
            give(db, &grant(id, document), LocalId([document; 8]), consent.filter(|_| id != 3), &[id])?;
        }
        let live = |id: u8| is_live(db, &GrantId([id; 16]), &[id]);
        assert!(live(1)? && live(2)? && live(3)?);
        assert!(!is_live(db, &GrantId([1; 16]), b"other bytes")?, "only what was really given");
        assert!(!live(9)?, "never given");
        assert_eq!(revoke_conversation(db, ConversationId([3; 16]), "cancelled", NOW)?, vec![LocalId([1; 8])]);
        assert!(live(1)? && !live(3)?);
        assert_eq!(revoke_one(db, GrantId([1; 16]), "consent-revoked", NOW)?, vec![LocalId([1; 8])]);
        assert_eq!(revoke_document(db, LocalId([2; 8]), "erased", NOW)?, vec![LocalId([2; 8])]);
        assert!(!live(1)? && !live(2)?);
        assert_eq!(revoke_document(db, LocalId([1; 8]), "again", NOW)?, vec![], "a grant ends once");
        let told = given(db, LocalId([1; 8]))?;
        assert_eq!(told.iter().map(|grant| grant.revoked_why.as_deref()).collect::<Vec<_>>(), vec![Some("consent-revoked"), Some("cancelled")]);
        Ok(())
    });
}

#[test]
fn that_a_document_was_fetched_is_noted_once_and_of_before_nothing_is_said() {
    with(&[(1, State::Held)], |db| {
        give(db, &grant(1, 1), LocalId([1; 8]), None, &[1])?;
        let (id, told) = (GrantId([1; 16]), || given(db, LocalId([1; 8])).map(|all| all[0].fetched));
        assert_eq!((told()?, is_unfetched(db, &id)?, is_unfetched(db, &GrantId([2; 16]))?), (Fetched::NotYet, true, false));
        db.execute("UPDATE document_grant SET fetched_at = NULL", [])?;
        assert_eq!((told()?, is_unfetched(db, &id)?), (Fetched::Unknown, true));
        assert_eq!(fetched(db, id, NOW)?, Some(LocalId([1; 8])));
        assert_eq!((fetched(db, id, Timestamp(NOW.0 + 1))?, told()?, is_unfetched(db, &id)?), (None, Fetched::At(NOW), false));
        Ok(())
    });
}

#[test]
fn an_erased_document_is_served_to_nobody() {
    with(&[(1, State::Held)], |db| {
        give(db, &grant(1, 1), LocalId([1; 8]), None, &[1])?;
        erase(db, LocalId([1; 8]), State::Erased, NOW)?;
        assert!(!is_live(db, &GrantId([1; 16]), &[1])?);
        Ok(())
    });
}

#[test]
fn a_transfer_waits_fails_is_retried_and_arrives() {
    with(&[(1, State::Arriving), (2, State::Arriving)], |db| {
        let source: MemberId = "kh-akut".parse().unwrap();
        let (one, two) = (LocalId([1; 8]), LocalId([2; 8]));
        await_document(db, one, &source, b"grant", Timestamp::from_secs(9_000), NOW)?;
        await_document(db, two, &source, b"grant", Timestamp::from_secs(9_000), NOW)?;
        postpone(db, one, 3, Timestamp::from_secs(2_000), "unreachable")?;
        let order: Vec<_> = waiting(db, 10)?.into_iter().map(|w| (w.document, w.attempts)).collect();
        assert_eq!(order, vec![(two, 0), (one, 3)]);
        let postponed = waiting_for(db, one)?.unwrap();
        let due = [1_699, 1_700, 1_999, 2_000].map(|now| postponed.is_due(Timestamp::from_secs(now)));
        assert_eq!(due, [true, false, false, true], "no wait is so long: the clock that set it has been put back");
        assert!(end(db, one, "expired", NOW)?);
        assert!(!end(db, one, "expired", NOW)?, "a repeat changes nothing");
        assert_eq!(waiting(db, 10)?.len(), 1);
        assert_eq!(waiting_for(db, one)?.and_then(|w| w.trouble), Some("expired".into()));
        assert!(retry(db, one, NOW)?);
        assert!(arrived(db, one, NOW)? && !arrived(db, one, NOW)?);
        assert_eq!(waiting_for(db, one)?, None);
        assert!(!retry(db, one, NOW)?, "what is here is not fetched again");
        erase(db, two, State::Withdrawn, NOW)?;
        assert!(!arrived(db, two, NOW)?, "what was withdrawn meanwhile does not come back");
        Ok(())
    });
}

#[test]
fn what_failed_can_be_offered_again() {
    with(&[(1, State::Arriving)], |db| {
        let id = LocalId([1; 8]);
        erase(db, id, State::Withdrawn, NOW)?;
        revive(db, id, &document(1, State::Arriving), &manifest(1), &DocumentKey::new([9; 32]))?;
        assert_eq!(find(db, id)?.map(|d| d.state), Some(State::Arriving));
        assert_eq!(key(db, id)?, Some(DocumentKey::new([9; 32])));
        Ok(())
    });
}

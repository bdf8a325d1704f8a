//! Tampering by whoever owns the disk and the key is found, wherever it is tried.
#![allow(clippy::unwrap_used)]

use super::{
    witness::{Seen, Verdict, compare, kept, prune, record},
    *,
};
use crate::store::{Store, meta, migrations};

const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

fn entry(action: &'static str, subject: Option<LocalId>) -> Entry<'static> {
    Entry { at: NOW, actor: "Anna Huber", roles: "social-service", action, subject, purpose: "discharge", detail: "fields=3" }
}

fn five() -> Store {
    let store = Store::in_memory().unwrap();
    for action in ["patient.add", "patient.read", "inquiry.send", "patient.read", "audit.list"] {
        append(store.db(), &entry(action, Some(LocalId([1; 8])))).unwrap();
    }
    store
}

fn tamper(store: &Store, sql: &str) {
    store.db().execute_batch("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;").unwrap();
    store.db().execute_batch(sql).unwrap();
}

/// Returns how many entries hold, and the first fault.
fn verified(store: &Store) -> (u64, Option<Fault>) {
    let report = verify(store.db()).unwrap();
    (report.good.len, report.fault)
}

fn seen(store: &Store) -> Seen {
    let head = head(store.db()).unwrap();
    Seen { epoch: meta::epoch(store.db()).unwrap(), len: head.len, head: head.hash, seen_at: NOW }
}

#[test]
fn the_chain_grows_and_holds() {
    let store = five();
    assert_eq!(verified(&store), (5, None));
    assert_eq!(verify(store.db()).unwrap().good, head(store.db()).unwrap());
    assert_eq!(head(Store::in_memory().unwrap().db()).unwrap(), Head::EMPTY);
}

#[test]
fn entries_cannot_be_changed_or_removed() {
    let store = five();
    for sql in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit WHERE seq = 5"] {
        let refused = store.db().execute_batch(sql).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[test]
fn tampering_is_found_at_its_first_place() {
    let cases = [
        ("UPDATE audit SET entry = (SELECT entry FROM audit WHERE seq = 2) WHERE seq = 3", 3, FaultKind::Changed),
        ("UPDATE audit SET hash = randomblob(32) WHERE seq = 2", 2, FaultKind::Changed),
        ("DELETE FROM audit WHERE seq = 3", 3, FaultKind::Missing),
        ("DELETE FROM audit WHERE seq = 1", 1, FaultKind::Missing),
        ("UPDATE audit SET actor = 'somebody else' WHERE seq = 4", 4, FaultKind::Columns),
        ("UPDATE audit SET subject = NULL WHERE seq = 4", 4, FaultKind::Columns),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", 1, FaultKind::Columns),
    ];
    for (sql, seq, what) in cases {
        let store = five();
        tamper(&store, sql);
        assert_eq!(verified(&store), (seq - 1, Some(Fault { seq, what })), "{sql}");
    }
    // A removed entry whose successors move up does not fit its place either.
    let store = five();
    tamper(&store, "DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;");
    assert_eq!(verify(store.db()).unwrap().fault, Some(Fault { seq: 3, what: FaultKind::Changed }));
}

#[test]
fn peers_know_when_the_whole_chain_is_rewritten_or_cut() {
    let store = five();
    let before = seen(&store);
    append(store.db(), &entry("patient.read", None)).unwrap();
    let after = seen(&store);
    assert_eq!(compare(store.db(), &before).unwrap(), Verdict::Holds);
    assert_eq!(compare(store.db(), &after).unwrap(), Verdict::Holds);
    tamper(&store, "DELETE FROM audit WHERE seq = 6");
    assert_eq!(verify(store.db()).unwrap().fault, None, "alone, the node cannot see a cut");
    assert_eq!(compare(store.db(), &after).unwrap(), Verdict::CutOff);
    // Rewritten with correct hashes by whoever owns the disk: again only a peer can tell.
    store.db().execute_batch("DELETE FROM audit; DELETE FROM audit_look").unwrap();
    for _ in 0..6 {
        append(store.db(), &entry("nothing.happened", None)).unwrap();
    }
    assert_eq!(verify(store.db()).unwrap().fault, None);
    assert_eq!(compare(store.db(), &before).unwrap(), Verdict::Rewritten);
    assert_eq!(compare(store.db(), &after).unwrap(), Verdict::Rewritten);
}

#[test]
fn an_honest_restore_is_told_from_a_cut() {
    let store = five();
    let backed_up = seen(&store);
    append(store.db(), &entry("patient.read", None)).unwrap();
    let lost = seen(&store);
    // What the restored backup holds: the chain as it was, the epoch raised.
    tamper(&store, "DELETE FROM audit WHERE seq = 6");
    meta::begin_recovery(store.db(), 5, NOW).unwrap();
    append(store.db(), &entry("restore", None)).unwrap();
    assert_eq!(compare(store.db(), &backed_up).unwrap(), Verdict::Holds);
    assert_eq!(compare(store.db(), &lost).unwrap(), Verdict::LostInRestore);
    assert_eq!(compare(store.db(), &seen(&store)).unwrap(), Verdict::Holds);
    let forged = Seen { len: 3, ..lost };
    assert_eq!(compare(store.db(), &forged).unwrap(), Verdict::Rewritten, "what the backup held must still hold");
}

#[test]
fn a_witness_keeps_both_of_two_heads_and_thins_the_old() {
    let store = Store::in_memory().unwrap();
    let (member, node) = ("kh-b".parse().unwrap(), "1".parse().unwrap());
    let at = |hours: u64, len, byte| Seen { epoch: 1, len, head: Digest([byte; 32]), seen_at: Timestamp::from_secs(NOW.day().start().secs() + hours * 3600) };
    for seen in [at(0, 1, 1), at(1, 2, 2), at(2, 2, 9), at(3, 3, 3), at(24, 4, 4), at(24 * 9, 5, 5), at(24 * 9 + 1, 6, 6)] {
        record(store.db(), &member, &node, &seen).unwrap();
        record(store.db(), &member, &node, &seen).unwrap();
    }
    assert_eq!(kept(store.db(), &member, &node, 100).unwrap().len(), 7);
    assert_eq!(prune(store.db(), at(24 * 10, 0, 0).seen_at).unwrap(), 1);
    let left: Vec<_> = kept(store.db(), &member, &node, 100).unwrap().iter().map(|seen| (seen.len, seen.head.0[0])).collect();
    assert_eq!(left, [(6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (2, 9)]);
}

#[test]
fn lists_are_filtered_and_paged() {
    let store = five();
    append(store.db(), &Entry { actor: "Ben Maier", at: Timestamp(NOW.0 + 5), ..entry("patient.read", Some(LocalId([2; 8]))) }).unwrap();
    let seqs = |filter: Filter| list(store.db(), &filter, 10).unwrap().iter().map(|line| line.seq).collect::<Vec<_>>();
    assert_eq!(seqs(Filter::default()), [6, 5, 4, 3, 2, 1]);
    assert_eq!(seqs(Filter { action: Some("patient.".into()), before: Some(6), ..Filter::default() }), [4, 2, 1]);
    assert_eq!(seqs(Filter { subject: Some(LocalId([2; 8])), ..Filter::default() }), [6]);
    assert_eq!(seqs(Filter { actor: Some("Anna Huber".into()), until: Some(NOW), ..Filter::default() }), [0; 0]);
    assert_eq!(seqs(Filter { from: Some(Timestamp(NOW.0 + 1)), ..Filter::default() }), [6]);
    assert_eq!(seqs(Filter { from: Some(NOW), until: Some(Timestamp(NOW.0 + 1)), action: Some("patient.read".into()), ..Filter::default() }), [4, 2]);
    let all = Filter {
        subject: Some(LocalId([1; 8])),
        actor: Some("Anna Huber".into()),
        action: Some("patient.".into()),
        from: Some(NOW),
        until: Some(Timestamp(NOW.0 + 1)),
        before: Some(4),
    };
    assert_eq!(seqs(all), [2, 1]);
    assert_eq!(list(store.db(), &Filter::default(), 2).unwrap().len(), 2);
}

#[test]
fn what_is_rolled_back_was_never_recorded() {
    let store = five();
    let refused: Result<(), StoreError> = store.write(|db| {
        append(db, &entry("patient.read", None))?;
        Err(StoreError::NotFound("patient"))
    });
    assert!(refused.is_err());
    assert_eq!(head(store.db()).unwrap().len, 5);
    append(store.db(), &entry("patient.read", None)).unwrap();
    assert_eq!(verified(&store), (6, None));
}

#[test]
fn entries_about_somebody_are_found_wherever_the_index_ends() {
    let store = Store::in_memory().unwrap();
    let whom = |nth: u64| (!nth.is_multiple_of(7)).then_some(LocalId([(nth % 5) as u8; 8]));
    let mut said = Vec::new();
    for nth in 0..ENTERED_AT_ONCE * 2 + 300 {
        append(store.db(), &entry("patient.read", whom(nth))).unwrap();
        said.push(whom(nth));
        if !nth.is_multiple_of(401) && nth % ENTERED_AT_ONCE != ENTERED_AT_ONCE - 1 {
            continue;
        }
        for subject in (0..6).map(|id| LocalId([id; 8])) {
            let mut wanted: Vec<u64> = (1..).zip(&said).filter(|(_, whom)| **whom == Some(subject)).map(|(seq, _)| seq).collect();
            wanted.reverse();
            let filter = Filter { subject: Some(subject), ..Filter::default() };
            let found: Vec<u64> = list(store.db(), &filter, usize::MAX >> 1).unwrap().iter().map(|line| line.seq).collect();
            assert_eq!(found, wanted, "{subject} among {} entries", said.len());
            assert_eq!(count(store.db(), subject).unwrap(), wanted.len());
            let newest = list(store.db(), &Filter { before: Some(nth / 2), ..filter }, 2).unwrap();
            assert_eq!(newest.iter().map(|line| line.seq).collect::<Vec<_>>(), wanted.into_iter().filter(|seq| *seq < nth / 2).take(2).collect::<Vec<_>>());
        }
    }
    assert_eq!(verified(&store), (ENTERED_AT_ONCE * 2 + 300, None));
    store.db().execute("DELETE FROM audit_about WHERE subject = ?1 AND seq >= 1000", [[3_u8; 8]]).unwrap();
    let hidden = verified(&store).1.unwrap();
    assert!(hidden.what == FaultKind::Columns && (1000..1040).contains(&hidden.seq), "{hidden:?}");
}

/// Returns the looks at the data of `subject`: in which hour after [`NOW`], who, what, by which entry.
fn looked(db: &Db, subject: u8) -> Vec<(i64, String, String, u64)> {
    let found = looks(db, LocalId([subject; 8]), 100).unwrap();
    found.into_iter().map(|look| (hour(look.hour) - hour(NOW), look.actor, look.action, look.seq)).collect()
}

/// Adds entries about subjects 1 and 2, by others and by themselves, over some hours.
fn hours() -> Store {
    let store = Store::in_memory().unwrap();
    let own = |entry| Entry { actor: "patient 0101010101010101", roles: "patient", ..entry };
    let (one, two) = (Some(LocalId([1; 8])), Some(LocalId([2; 8])));
    let at = |hours: u64, minutes: u64, entry| Entry { at: Timestamp((NOW.0 / HOUR as u64 + hours) * HOUR as u64 + minutes * 60_000), ..entry };
    let said = [
        at(0, 0, entry("patient.read", one)),
        at(0, 59, entry("patient.read", one)),
        at(0, 59, entry("case.show", one)),
        at(0, 59, Entry { actor: "Ben Maier", ..entry("patient.read", one) }),
        at(1, 0, entry("patient.read", one)),
        at(1, 0, own(entry("journey.shared", one))),
        at(1, 1, Entry { actor: "node", roles: "node", ..entry("offer.end", one) }),
        at(1, 1, Entry { actor: "bedside 0202020202020202", roles: "bedside with ward", ..entry("journey.choose", one) }),
        at(1, 2, Entry { actor: "proxy 0303030303030303", roles: "proxy", ..entry("journey.shared", one) }),
        at(1, 3, entry("patient.read", two)),
        // A clock that was put back.
        at(0, 30, entry("patient.read", two)),
        at(0, 10, entry("patient.read", two)),
        at(2, 0, entry("audit.list", None)),
    ];
    said.iter().for_each(|entry| assert!(append(store.db(), entry).unwrap() > 0));
    store
}

#[test]
fn of_each_hour_the_first_look_of_a_person_is_found_and_none_of_the_patients_own() {
    let store = hours();
    let look = |hour, actor: &str, action: &str, seq| (hour, actor.to_owned(), action.to_owned(), seq);
    let wanted = [
        look(1, "proxy 0303030303030303", "journey.shared", 9),
        look(1, "Anna Huber", "patient.read", 5),
        look(0, "Ben Maier", "patient.read", 4),
        look(0, "Anna Huber", "patient.read", 1),
        look(0, "Anna Huber", "case.show", 3),
    ];
    assert_eq!(looked(store.db(), 1), wanted);
    assert_eq!(looked(store.db(), 2), [look(1, "Anna Huber", "patient.read", 10), look(0, "Anna Huber", "patient.read", 11)]);
    assert_eq!(looks(store.db(), LocalId([1; 8]), 2).unwrap().len(), 2);
    assert_eq!(line(store.db(), 4).unwrap().actor, "Ben Maier");
    assert!(matches!(line(store.db(), 14), Err(StoreError::NotFound(_))));
    assert_eq!(verified(&store), (13, None));
}

#[test]
fn a_look_that_is_hidden_or_invented_is_found() {
    let columns = |seq| Some(Fault { seq, what: FaultKind::Columns });
    for (sql, good, fault) in [
        ("DELETE FROM audit_look WHERE actor = 'Ben Maier'", 3, columns(4)),
        ("UPDATE audit_look SET hour = hour + 5 WHERE seq = 1", 0, columns(1)),
        ("UPDATE audit_look SET seq = 2 WHERE seq = 1", 0, columns(1)),
        ("UPDATE audit_look SET actor = 'nobody' WHERE seq = 9", 8, columns(9)),
        ("INSERT INTO audit_look SELECT subject, hour, 'Ben Maier', action, 5 FROM audit_look WHERE seq = 5", 13, columns(5)),
        ("INSERT INTO audit_look SELECT subject, hour + 1, actor, action, 14 FROM audit_look WHERE seq = 5", 13, columns(14)),
    ] {
        let store = hours();
        assert_eq!(store.db().execute(sql, []).unwrap(), 1, "{sql}");
        assert_eq!(verified(&store), (good, fault), "{sql}");
    }
}

/// What a store wrote before it entered looks is found as if it had.
#[test]
fn looks_of_an_older_store_are_found() {
    let store = hours();
    let (before, db) = ([looked(store.db(), 1), looked(store.db(), 2)], store.db());
    db.execute_batch("DROP TABLE audit_look").unwrap();
    db.execute_batch(migrations::MIGRATIONS[32]).unwrap();
    assert_eq!([looked(db, 1), looked(db, 2)], before);
    assert_eq!(verified(&store), (13, None));
}

/// A store that entered its audit 1,024 entries at a time goes on with 4,096: what stood in the index of a part that is not full stands there once
/// when it is.
#[test]
fn an_audit_entered_in_smaller_parts_is_listed_the_same() {
    let db = Db::open_in_memory().unwrap();
    migrations::apply(&db, &migrations::MIGRATIONS[..22]).unwrap();
    // The patient's own, which need no table that came later.
    let own = |seq: u64| Entry { actor: "patient 0101010101010101", roles: "patient", ..entry("patient.read", Some(LocalId([(seq % 3) as u8; 8]))) };
    let add = |from: u64, to: u64| (from..=to).for_each(|seq| assert!(append(&db, &own(seq)).unwrap() > 0));
    let entered = || db.query_row("SELECT count(*) FROM audit_about", [], |row| row.get::<_, u64>(0)).unwrap();
    add(1, 3_500);
    migrations::apply(&db, &migrations::MIGRATIONS[..24]).unwrap();
    assert_eq!(entered(), 3_072);
    migrations::run(&db).unwrap();
    for (reach, wanted) in [(3_500, 0), (ENTERED_AT_ONCE - 1, 0), (ENTERED_AT_ONCE + 7, ENTERED_AT_ONCE)] {
        add(head(&db).unwrap().len + 1, reach);
        assert_eq!(entered(), wanted);
        let filter = Filter { subject: Some(LocalId([1; 8])), ..Filter::default() };
        let found: Vec<u64> = list(&db, &filter, usize::MAX >> 1).unwrap().iter().map(|line| line.seq).collect();
        assert_eq!(found, (1..=reach).rev().filter(|seq| seq % 3 == 1).collect::<Vec<_>>());
        assert_eq!(verify(&db).unwrap().fault, None);
    }
}

/// A patient's page asks for the looks at her data: that must not read the whole audit, of which there are millions of entries in time.
#[test]
fn asking_about_somebody_reads_no_more_than_it_must() {
    let store = Store::in_memory().unwrap();
    let cases = [
        (format!("SELECT count(*) FROM ({ABOUT})"), "audit_about"),
        (newest_about(), "audit_about"),
        (listing(&Filter { from: Some(NOW), until: Some(NOW), ..Filter::default() }, None, 9).0, "audit"),
        (listing(&Filter::default(), Some(7), 1).0, "audit"),
        (LOOKS.into(), "audit_look"),
    ];
    for (sql, table) in cases {
        let mut statement = store.db().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let plan: Vec<String> = statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect();
        assert!(plan.iter().any(|step| step.starts_with(&format!("SEARCH {table} USING"))) && plan.iter().all(|step| !step.starts_with("SCAN audit")), "{plan:?}");
    }
    let mut statement = store.db().prepare(&format!("EXPLAIN QUERY PLAN {LOOKS}")).unwrap();
    let sorts = statement.raw_query().mapped(|row| row.get::<_, String>(3)).any(|step| step.unwrap().contains("TEMP B-TREE"));
    assert!(!sorts, "the newest looks are read first, and no others");
}

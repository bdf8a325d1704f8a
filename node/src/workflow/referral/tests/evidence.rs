//! What an exported bundle proves to somebody who has nothing else but a network document.

use verbund_protocol::{
    evidence::{self as rules, Bundle, Report},
    sign::{self, Kind as Signed},
};

use super::*;
use crate::workflow::evidence;

fn verify(pair: &Pair, bundle: &[u8]) -> Report {
    rules::verify(bundle, pair.b.membership.held()).unwrap()
}

/// Opens the bundle, changes it, and signs it anew with the exporter's key: what a dishonest exporter could do.
fn forged(pair: &Pair, bundle: &[u8], change: impl FnOnce(&mut Bundle)) -> Report {
    let opened = sign::open(&pair.a.me.network, Signed::Manifest, bundle, verbund_protocol::limits::MAX_EVIDENCE).unwrap();
    let mut content: Bundle = verbund_protocol::cbor::read(&opened.payload, verbund_protocol::limits::MAX_EVIDENCE).unwrap();
    change(&mut content);
    verify(pair, &content.sign(&pair.a.me.key))
}

fn refused_story() -> (Pair, ConversationId) {
    let mut pair = Pair::new(1);
    let id = pair.referred();
    pair.b.run(ADMISSIONS, |work| refuse(work, id, "findings".parse().unwrap())).unwrap();
    pair.deliver();
    (pair, id)
}

#[test]
fn both_ends_prove_the_same_story() {
    let (mut pair, id) = refused_story();
    let asker = pair.a.run(SOCIAL, |work| evidence::export(work, Some(id), None, true)).unwrap();
    let report = verify(&pair, &asker);
    assert!(report.holds(), "{report:?}");
    assert_eq!(report.conversations[0].step, Some(Step::Refused));
    let kinds: Vec<&str> = report.conversations[0].lines.iter().map(|line| line.kind.as_str()).collect();
    assert_eq!(kinds.len(), 6);
    assert!(report.conversations[0].lines.iter().all(|line| line.receipt.is_some()), "everything was received, provably");
    // The owner has erased what it had read; the chain still verifies, and no body of the asker's is in it.
    let owner = pair.b.run(ADMISSIONS, |work| evidence::export(work, Some(id), None, true)).unwrap();
    let report = verify(&pair, &owner);
    assert!(report.holds(), "{report:?}");
    assert_eq!(report.conversations[0].step, None);
    assert!(report.conversations[0].lines.iter().filter(|line| line.side == Side::Asker).all(|line| !line.body));
}

#[test]
fn without_bodies_nothing_of_the_patient_is_in_the_file() {
    let (mut pair, id) = refused_story();
    let whole = pair.a.run(SOCIAL, |work| evidence::export(work, Some(id), None, true)).unwrap();
    let headers = pair.a.run(SOCIAL, |work| evidence::export(work, Some(id), None, false)).unwrap();
    let names = |bytes: &[u8]| bytes.windows(5).any(|window| window == b"Huber");
    assert!(names(&whole) && !names(&headers));
    assert!(verify(&pair, &headers).holds());
}

#[test]
fn whatever_is_changed_is_noticed() {
    let (mut pair, id) = refused_story();
    let case = pair.case;
    let bundle = pair.a.run(SOCIAL, |work| evidence::export(work, None, Some(case), true)).unwrap();
    let fault = |report: Report, part: &str| {
        let all = report.conversations.iter().flat_map(|c| &c.faults).chain(&report.faults).cloned().collect::<Vec<_>>().join("; ");
        assert!(!report.holds() && all.contains(part), "{part}: {all}");
    };
    fault(forged(&pair, &bundle, |b| drop(b.conversations[0].messages.remove(1))), "is missing or there twice");
    fault(forged(&pair, &bundle, |b| b.conversations[0].messages[0].body.as_mut().unwrap().body[3] ^= 1), "not the one that was signed");
    fault(forged(&pair, &bundle, |b| b.conversations[0].messages[0].header[60] ^= 1), "header");
    fault(
        forged(&pair, &bundle, |b| {
            let other = b.conversations[0].messages[1].receipt.clone();
            b.conversations[0].messages[0].receipt = other;
        }),
        "another message",
    );
    fault(forged(&pair, &bundle, |b| b.made_by = "b".parse().unwrap()), "not signed by a key of b");
    let pairs = |b: &mut Bundle| {
        let header = b.conversations[0].messages[0].header.clone();
        b.conversations[0].contradictions.push(rules::Contradiction { held: header.clone(), other: header });
    };
    fault(forged(&pair, &bundle, pairs), "is none");
    let mut broken = bundle.clone();
    *broken.last_mut().unwrap() ^= 1;
    assert!(rules::verify(&broken, pair.b.membership.held()).is_err());
    assert!(pair.a.run(SOCIAL, |work| evidence::export(work, Some(id), Some(case), true)).is_err());
}

#[test]
fn a_lie_is_proven_to_a_stranger() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    lie(&mut pair, id);
    let bundle = pair.b.run(ADMISSIONS, |work| evidence::export(work, Some(id), None, false)).unwrap();
    let report = verify(&pair, &bundle);
    assert!(report.holds());
    assert_eq!(report.conversations[0].contradictions, ["a wrote two messages under number 0"]);
}

#[test]
fn what_a_clinic_said_is_proven_long_after_it_has_left() {
    use crate::workflow::{bench::document, replication};
    let (mut pair, id) = refused_story();
    let take = |bench: &mut Bench, version, members: &[(&str, u8)]| {
        let bytes = document(version, members).bytes().to_vec();
        assert_eq!(bench.run(Role::It, |work| replication::take_document(work, &bytes)).unwrap(), replication::Brought::News);
    };
    take(&mut pair.a, 2, &[("a", 11), ("b", 12), ("c", 13)]);
    (3..9).for_each(|version| take(&mut pair.a, version, &[("a", 11), ("c", 13)]));
    let bundle = pair.a.run(SOCIAL, |work| evidence::export(work, Some(id), None, true)).unwrap();
    let report = rules::verify(&bundle, &document(9, &[("a", 11)])).unwrap();
    assert!(report.holds(), "{report:?}");
    assert!(report.conversations[0].lines.iter().all(|line| line.receipt.is_some()));
}

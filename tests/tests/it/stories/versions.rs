//! Version N beside N-1: nodes of the next protocol version (`verbund-raised`, built by `scripts/test`) in a cooperative with nodes of
//! this one. What the next version adds is carried on unread or refused with a code, and everything else goes on.

use verbund_node::{
    control::{Command, referral},
    workflow::overview::{Detail, Line},
};
use verbund_protocol::id::{ConversationId, Digest};
use verbund_tests::{people::eventually, town::Town};

const NEW: usize = 0;
const NEW_TOO: usize = 1;
const OLD: usize = 2;

fn cooperative() -> Town {
    let mut town = Town::found(4, 80);
    town.raise(NEW);
    town.raise(NEW_TOO);
    // Everybody joins by the old node, so that the new ones can come and go.
    let address = format!("/ip4/127.0.0.1/tcp/{}", town.village.clinics[OLD].port);
    town.bootstrap(vec![address]);
    town
}

fn start(town: &mut Town, all: &[usize]) {
    all.iter().for_each(|at| town.launch(*at));
    all.iter().for_each(|at| town.wait_ready(*at));
}

/// Returns which version a node speaks with another one, once they are connected.
fn spoken(town: &mut Town, at: usize, with: usize) -> u16 {
    let member = town.village.clinics[with].plan.member.clone();
    eventually("they are connected", || {
        let peers = town.peers(at);
        let version = peers.iter().find(|peer| peer.member.as_ref() == Some(&member)).and_then(|peer| peer.version);
        version.ok_or_else(|| format!("{peers:?}"))
    })
}

/// A record with a field that this version does not know is searchable here, and is passed on byte for byte: a node of the new
/// version that only an old one told about it finds its signature valid and reads the new field.
#[test]
fn a_record_of_the_next_version_is_searchable_and_passed_on_whole() {
    let mut town = cooperative();
    start(&mut town, &[NEW, OLD]);
    assert_eq!((spoken(&mut town, NEW, OLD), spoken(&mut town, OLD, NEW)), (1, 1), "the best common version");
    let id = town.department(NEW);
    town.publish(NEW, id.clone(), 7).unwrap();
    let hit = eventually("the old node finds the new one's places", || town.search(OLD).found.hits.into_iter().next().ok_or("nothing found".into()));
    assert_eq!((hit.id, hit.free), (id, 7));
    // Its writer goes away, and the old node reads its copy back from disk before it passes it on.
    assert_eq!(town.stop(NEW).code(), Some(0));
    town.kill(OLD);
    start(&mut town, &[OLD, NEW_TOO]);
    eventually("the other new node has it from the old one", || {
        let shown = town.verbund(NEW_TOO, &["capacity", "show", "--all", "--json"]);
        let said = String::from_utf8_lossy(&shown.stdout).into_owned();
        if said.contains("\"waiting\": 3") || said.contains("\"waiting\":3") { Ok(()) } else { Err(said) }
    });
}

/// A message type that this version does not know is refused with its code; the conversation goes on to its end. Between two
/// new nodes it counts.
#[test]
fn a_message_type_of_the_next_version_is_refused_and_the_conversation_goes_on() {
    let mut town = cooperative();
    start(&mut town, &[NEW, NEW_TOO, OLD]);
    for (owner, outcome) in [(OLD, "unknown-type"), (NEW_TOO, "stored")] {
        let id = confirmed(&mut town, owner);
        let on = (town.today(NEW).plus(10)).to_string();
        let said = town.verbund(NEW, &["referral", "transport-booked", &id.to_string(), "--on", &on]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let refused = outcome != "stored";
        let line = eventually("the message has its receipt", || last(&mut town, NEW, id).filter(|line| line.outcome.is_some()).ok_or("not yet".into()));
        assert_eq!((line.kind.as_str(), line.outcome.as_deref()), ("transport-booked", Some(outcome)));
        assert_eq!(town.show(NEW, id).unwrap().summary.trouble.as_deref(), refused.then_some("unknown-type"), "a person is told");
        // The chain goes on behind it, in both directions.
        town.refer(NEW, id, vec![]);
        town.await_step(owner, id, "referred");
        town.accept(owner, id);
        town.await_step(NEW, id, "accepted");
        if refused {
            let _: referral::Reply = town.told(NEW, Command::Referral(Box::new(referral::Command::Settle(id))));
        }
        [NEW, owner].into_iter().for_each(|at| town.await_drained(at));
        let (asked, owned) = (town.show(NEW, id).unwrap(), town.show(owner, id).unwrap());
        assert_eq!(digests(&asked), digests(&owned));
        assert_eq!((asked.summary.step.as_str(), asked.summary.date), (owned.summary.step.as_str(), owned.summary.date));
    }
}

/// Has the new node ask `owner`, up to the confirmed place.
fn confirmed(town: &mut Town, owner: usize) -> ConversationId {
    town.publish(owner, town.department(owner), 3).unwrap();
    let discharge = town.discharge(NEW);
    town.release(NEW, discharge.patient, owner);
    let id = town.inquire(NEW, discharge.case, &[owner])[0];
    town.await_step(owner, id, "requested");
    town.offer(owner, id, true);
    town.await_step(NEW, id, "offered");
    town.choose(NEW, id);
    town.await_step(NEW, id, "confirmed");
    id
}

fn last(town: &mut Town, at: usize, id: ConversationId) -> Option<Line> {
    town.show(at, id).ok()?.messages.into_iter().find(|line| line.kind == "transport-booked")
}

/// What both sides must tell alike of every message, whether they can read it or not.
fn digests(detail: &Detail) -> Vec<(Digest, Option<String>)> {
    let mut all: Vec<_> = detail.messages.iter().map(|line| (line.digest, line.outcome.clone())).collect();
    all.sort();
    all
}

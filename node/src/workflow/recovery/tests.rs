//! A clinic loses what happened after its backup, and gets back what the other clinics know of it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::Withdraw,
    conversation::Header,
    id::LocalId,
    inquiry::{Inquiry, Variant},
    membership::Membership,
    referral::Step,
    sign::Checked,
};

use super::*;
use crate::{
    domain::{
        actor::Actor,
        capacity::Stated,
        consent::{Decision, Kind, Recipient, tests::decision},
        patient::tests::anna,
    },
    store::Store,
    workflow::{
        bench::{Bench, NOW, document, ik},
        consent, inbound,
        inquiry::{self, NewCase, Target},
        offer::{self, NewOffer},
        patient,
    },
};

const SOCIAL: Role = Role::SocialService;

struct Pair {
    a: Bench,
    b: Bench,
    patient: LocalId,
    case: LocalId,
}

impl Pair {
    fn new() -> Self {
        let (mut a, mut b) = (Bench::new(), Bench::of("b", 12));
        let patient = a.run(SOCIAL, |work| patient::add(work, &anna())).unwrap().id;
        let release = Decision { recipient: Some(Recipient { member: "b".parse().unwrap(), facility: ik(12) }), ..decision(Kind::IdentifiedRelease) };
        for decision in [decision(Kind::DischargeManagement), release] {
            a.run(SOCIAL, |work| consent::record(work, patient, decision)).unwrap();
        }
        let case = NewCase { patient, variant: Variant::Rehab, discharge: Some(NOW.day().plus(6)), exception: None };
        let case = a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
        let id = DepartmentId { facility: ik(12), department: "2300".parse().unwrap() };
        let stated = Stated { name: "Reha".into(), beds: 40, first_day: NOW.day(), free: vec![2; 28], ..Stated::new(id) };
        b.run(Role::Capacity, |work| capacity::state(work, vec![stated])).unwrap();
        Self { a, b, patient, case }
    }

    fn inquire(&mut self) -> ConversationId {
        let (case, target) = (self.case, Target { facility: ik(12), department: "2300".parse().unwrap() });
        self.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &[target], &profile())).unwrap()[0]
    }

    fn offer(&mut self, id: ConversationId) {
        self.b.run(Role::Admissions, |work| offer::make(work, id, new_offer())).unwrap();
    }

    fn choose(&mut self, id: ConversationId) {
        self.a.run(SOCIAL, |work| referral::choose(work, id)).unwrap();
    }

    fn confirm(&mut self, id: ConversationId) {
        self.b.run(Role::Admissions, |work| offer::confirm(work, id)).unwrap();
    }

    fn deliver(&mut self) {
        while post(&mut self.a, &mut self.b) | post(&mut self.b, &mut self.a) {}
    }

    /// Lets time pass, so that no failed attempt still makes a member wait.
    fn wait(&mut self) {
        for bench in [&mut self.a, &mut self.b] {
            bench.now = bench.now.plus(Duration::from_secs(3_600));
        }
    }

    fn steps(&self, id: ConversationId) -> [Step; 2] {
        [&self.a, &self.b].map(|bench| of(bench, id).log.state().step)
    }
}

fn of(bench: &Bench, id: ConversationId) -> Conversation {
    conversation::find(bench.store.db(), id).unwrap().unwrap()
}

fn new_offer() -> NewOffer {
    let new =
        serde_json::json!({"department": null, "date": NOW.day().plus(8), "stay_days": 21, "hold_hours": 48, "room": "double", "therapies": ["physio"], "auto_confirm": false});
    serde_json::from_value(new).unwrap()
}

fn profile() -> Inquiry {
    let mut inquiry: Inquiry = serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": "supervised", "barthel": null, "mobility": "crutches", "weight_bearing": null, "travel": null}, "earliest": NOW.day().plus(7),
        "flexible_days": 3, "setting": "inpatient", "region": "80", "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null,
        "language": null, "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": NOW.plus(Duration::from_secs(86_400)), "rare_reason": null
    }))
    .unwrap();
    inquiry.answer_by.0 = inquiry.answer_by.0 / 60_000 * 60_000;
    inquiry
}

/// Carries one request and its answer, if there is one to carry.
fn post(from: &mut Bench, to: &mut Bench) -> bool {
    let (sender, recipient) = (from.me.member.clone(), to.me.member.clone());
    let Some(sent) = from.follow(Actor::Node, |work| dispatch::due(work, &recipient, &dispatch::UnderWay::default())).unwrap().0 else { return false };
    let answer = to.follow(Actor::Node, |work| inbound::receive(work, &sender, &sent.body, &Checked::default())).unwrap().0;
    from.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
    true
}

/// Puts `bench` back to what `backup` held.
fn restore(bench: &mut Bench, backup: Store) {
    let len = store::audit::head(backup.db()).unwrap().len;
    let now = bench.now;
    backup.write(|db| meta::begin_recovery(db, len, now)).unwrap();
    bench.store = backup;
}

fn recovering(bench: &Bench) -> bool {
    meta::recovering_since(bench.store.db()).unwrap().is_some()
}

#[test]
fn the_asker_gets_back_its_own_words_and_the_answers() {
    let mut pair = Pair::new();
    let id = pair.inquire();
    pair.deliver();
    pair.offer(id);
    pair.deliver();
    let backup = pair.a.store.copy().unwrap();
    pair.choose(id);
    pair.deliver();
    pair.confirm(id);
    pair.deliver();
    let before = of(&pair.a, id);
    assert_eq!(pair.steps(id), [Step::Confirmed, Step::Confirmed]);

    restore(&mut pair.a, backup);
    assert_eq!(of(&pair.a, id).log.state().step, Step::Offered);
    let refused = pair.a.run(SOCIAL, |work| referral::withdraw(work, id, Withdraw::new(1))).unwrap_err();
    assert_eq!(refused.code(), "unavailable", "it would sign a number a second time");
    assert!(post(&mut pair.a, &mut pair.b));
    assert!(!recovering(&pair.a));
    let after = of(&pair.a, id);
    assert_eq!((after.own, after.theirs, after.log, after.trouble.as_deref()), (before.own, before.theirs, before.log, Some("restored")));
    let messages = conversation::messages(pair.a.store.db(), id).unwrap();
    assert!(messages.iter().all(|message| message.receipt.is_some()), "the receipts of then are back");
    assert_eq!(case::find(pair.a.store.db(), pair.case).unwrap().unwrap().chosen, Some(id));

    // What is said from now on fits the chain the other side holds: nobody is taken for a liar.
    pair.a.run(SOCIAL, |work| referral::withdraw(work, id, Withdraw::new(1))).unwrap();
    pair.deliver();
    assert_eq!(pair.steps(id), [Step::Withdrawn, Step::Withdrawn]);
    assert!(conversation::contradictions(pair.b.store.db(), id).unwrap().is_empty());
    assert_eq!(store::audit::verify(pair.a.store.db()).unwrap().fault, None);
}

#[test]
fn a_conversation_begun_after_the_backup_comes_back_for_a_person_to_assign() {
    let mut pair = Pair::new();
    let backup = pair.a.store.copy().unwrap();
    let id = pair.inquire();
    pair.deliver();
    pair.offer(id);
    pair.deliver();
    restore(&mut pair.a, backup);
    pair.deliver();
    let c = of(&pair.a, id);
    assert_eq!((c.side, c.case, c.trouble.as_deref(), pair.steps(id)), (Side::Asker, None, Some("restored"), [Step::Offered; 2]));
    assert!(store::patient::find(pair.a.store.db(), pair.patient).unwrap().is_some());
}

#[test]
fn the_owner_keeps_the_promise_its_backup_does_not_know() {
    let mut pair = Pair::new();
    let id = pair.inquire();
    pair.deliver();
    let backup = pair.b.store.copy().unwrap();
    pair.offer(id);
    pair.deliver();
    let held = hold::of(pair.b.store.db(), id).unwrap().unwrap();
    pair.choose(id);
    restore(&mut pair.b, backup);
    assert_eq!(hold::of(pair.b.store.db(), id).unwrap(), None);
    // The choice arrives before the node knows again what it offered: it waits, and nothing contradicts anything.
    pair.deliver();
    pair.wait();
    pair.deliver();
    assert!(!recovering(&pair.b));
    assert_eq!(hold::of(pair.b.store.db(), id).unwrap(), Some(held));
    assert_eq!(of(&pair.a, id).trouble, None);
    pair.confirm(id);
    pair.deliver();
    assert_eq!(pair.steps(id), [Step::Confirmed; 2]);
    assert!(conversation::contradictions(pair.a.store.db(), id).unwrap().is_empty());
}

#[test]
fn no_place_is_promised_while_somebody_may_hold_a_promise_of_it() {
    let mut pair = Pair::new();
    let id = pair.inquire();
    pair.deliver();
    pair.b.membership = Membership::new(document(2, &[("a", 11), ("b", 12), ("c", 13)])).unwrap();
    let backup = pair.b.store.copy().unwrap();
    restore(&mut pair.b, backup);
    assert!(post(&mut pair.b, &mut pair.a));
    // The asker has answered; the third clinic has not, and it may have been promised the place.
    let offer = |bench: &mut Bench| bench.run(Role::Admissions, |work| offer::make(work, id, new_offer()));
    let refused = offer(&mut pair.b).unwrap_err();
    assert!(recovering(&pair.b) && refused.code() == "unavailable" && refused.to_string().contains(" c,"), "{refused}");
    assert_eq!(hold::of(pair.b.store.db(), id).unwrap(), None);
    pair.b.run(Role::It, |work| release(work, &"c".parse().unwrap())).unwrap();
    offer(&mut pair.b).unwrap();
    assert!(hold::of(pair.b.store.db(), id).unwrap().is_some());
}

#[test]
fn a_wait_set_by_a_clock_that_was_ahead_keeps_no_question_back() {
    let mut pair = Pair::new();
    pair.inquire();
    let b = pair.b.me.member.clone();
    outbox::failed(pair.a.store.db(), &b, "refused", NOW.plus(Duration::from_secs(14 * 86_400))).unwrap();
    let backup = pair.a.store.copy().unwrap();
    restore(&mut pair.a, backup);
    let due = |bench: &mut Bench| bench.follow(Actor::Node, |work| members_due(work)).unwrap().0;
    assert_eq!(due(&mut pair.a), std::slice::from_ref(&b));
    outbox::went_well(pair.a.store.db(), &b).unwrap();
    outbox::failed(pair.a.store.db(), &b, "refused", NOW).unwrap();
    assert!(due(&mut pair.a).is_empty(), "a wait of today is kept");
}

#[test]
fn a_member_that_does_not_answer_is_released_by_name() {
    let mut pair = Pair::new();
    let id = pair.inquire();
    pair.deliver();
    let backup = pair.a.store.copy().unwrap();
    restore(&mut pair.a, backup);
    let b = pair.b.me.member.clone();
    let nothing = |bench: &mut Bench| bench.follow(Actor::Node, |work| take(work, &"b".parse().unwrap(), &Recovered { conversations: vec![], more: true }.write())).unwrap();
    nothing(&mut pair.a);
    let progress = pair.a.run(Role::It, |work| progress(work)).unwrap();
    assert_eq!(progress.outstanding, [(b.clone(), Some("gives back nothing usable".to_owned()))]);
    assert!(matches!(pair.a.run(Role::Ward, |work| release(work, &b)), Err(WorkError::Forbidden(_))));
    assert!(matches!(pair.a.run(Role::It, |work| release(work, &"nobody".parse().unwrap())), Err(WorkError::NotFound("member"))));
    pair.a.run(Role::It, |work| release(work, &b)).unwrap();
    assert!(!recovering(&pair.a));
    assert_eq!(pair.a.audit(2), ["p-it recovery.complete -", "p-it recovery.release - b"]);
    assert_eq!(pair.a.run(Role::It, |work| release(work, &b)).unwrap_err().code(), "not-recovering");
    pair.a.run(SOCIAL, |work| referral::withdraw(work, id, Withdraw::new(1))).unwrap();
}

#[test]
fn nothing_is_believed_because_a_peer_says_it() {
    let mut pair = Pair::new();
    let id = pair.inquire();
    pair.deliver();
    let backup = pair.a.store.copy().unwrap();
    pair.offer(id);
    pair.deliver();
    let stored = conversation::messages(pair.b.store.db(), id).unwrap().into_iter().find(|message| message.side == Side::Owner).unwrap();
    let (salt, body) = conversation::body(pair.b.store.db(), id, Side::Owner, stored.seq).unwrap().unwrap();
    let signed = SignedHeader::trusted(&stored.header).unwrap();
    restore(&mut pair.a, backup);
    let ours = Header { author: signed.header.recipient.clone(), recipient: signed.header.author.clone(), seq: 1, ..signed.header.clone() };
    let forged = ours.sign(&pair.b.me.network, &pair.b.me.key);
    let content = |body: Vec<u8>| Some(Content { salt, body });
    let lies = [
        Held { header: forged.bytes, content: content(body.clone()), receipt: None },
        Held { header: stored.header.clone(), content: content([body.clone(), vec![0]].concat()), receipt: None },
        Held { header: vec![1, 2, 3], content: None, receipt: None },
    ];
    let answer =
        |messages: Vec<Held>, id: ConversationId| Recovered { conversations: vec![HeldConversation { conversation: id, side: Side::Asker, messages }], more: true }.write();
    let before = of(&pair.a, id);
    let b: MemberId = "b".parse().unwrap();
    pair.a.follow(Actor::Node, |work| take(work, &b, &answer(lies.to_vec(), id))).unwrap();
    let elsewhere = Held { header: stored.header.clone(), content: content(body), receipt: None };
    pair.a.follow(Actor::Node, |work| take(work, &b, &answer(vec![elsewhere], ConversationId([9; 16])))).unwrap();
    assert_eq!(of(&pair.a, id), before);
    assert!(recovering(&pair.a));
}

#[test]
fn only_a_member_is_answered_and_only_about_its_own() {
    let mut pair = Pair::new();
    pair.inquire();
    pair.deliver();
    let ask = Recover::default().write();
    let stranger = "c".parse().unwrap();
    assert!(matches!(pair.b.follow(Actor::Node, |work| inbound::receive(work, &stranger, &ask, &Checked::default())), Err(WorkError::Forbidden(_))));
    let empty = pair.b.follow(Actor::Node, |work| give(work, &stranger, &ask)).unwrap().0;
    assert_eq!(Recovered::read(&empty), Ok(Recovered::default()));
    let all = pair.b.follow(Actor::Node, |work| give(work, &"a".parse().unwrap(), &ask)).unwrap().0;
    assert_eq!(Recovered::read(&all).unwrap().conversations.len(), 1);
}

//! Two clinics at two benches, with a network between them that loses, repeats and cuts.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{
    capacity::DepartmentId,
    conversation::{Batch, Receipt, Refusal, Reply, frame::Replies},
    id::{ConversationId, LocalId},
    inquiry::{Answers, Basis, Inquiry, Questions, Variant},
    limits::{BODY_KEPT, UNDELIVERABLE_AFTER},
    referral::{Message, MessageKind, Side, Step},
    sign::Checked,
    time::Day,
};

use super::*;
use crate::{
    domain::{
        actor::Actor,
        capacity::Stated,
        consent::{Decision, tests::decision},
        patient::tests::anna,
    },
    store::conversation::Due,
    workflow::{
        bench::{Bench, NOW, ik},
        capacity, clock, consent, dispatch, inbound,
        inquiry::{self, NewCase, Target},
        offer::{self, NewOffer},
        patient,
    },
};

mod beside;
mod evidence;
mod limits;
mod lost;
mod never_send;
mod refusals;
mod rules;
mod stubborn;

const SOCIAL: Role = Role::SocialService;
const ADMISSIONS: Role = Role::Admissions;

/// The asking clinic `a` and the bed's owner `b`.
struct Pair {
    a: Bench,
    b: Bench,
    patient: LocalId,
    case: LocalId,
}

fn day(offset: u32) -> Day {
    NOW.day().plus(offset)
}

fn profile() -> Inquiry {
    serde_json::from_value(serde_json::json!({
        "variant": "rehab", "basis": "consent", "department": "2300", "age": "70-79", "sex": null, "indication": "locomotor", "icd": "M16", "operation": null,
        "function": {"singer": "supervised", "barthel": null, "mobility": "crutches", "weight_bearing": null, "travel": null}, "earliest": day(7), "flexible_days": 3,
        "setting": "inpatient", "region": "80", "single_room": false, "companion": false, "transport": null, "constraints": [], "diet": null, "language": null,
        "payer": "gkv", "approval": "applied", "urgency": null, "answer_by": NOW.plus(Duration::from_secs(86_400)), "rare_reason": null
    }))
    .map(|inquiry: Inquiry| Inquiry { answer_by: verbund_protocol::time::Timestamp(inquiry.answer_by.0 / 60_000 * 60_000), ..inquiry })
    .unwrap()
}

fn to_b(kind: Kind) -> Decision {
    let recipient = Recipient { member: "b".parse().unwrap(), facility: ik(12) };
    Decision { recipient: Some(recipient), ..decision(kind) }
}

fn new_offer(date: u32) -> NewOffer {
    NewOffer { department: None, date: day(date), stay_days: 21, hold_hours: 48, room: "double".parse().unwrap(), therapies: vec!["physio".parse().unwrap()], auto_confirm: false }
}

impl Pair {
    /// Both clinics; the patient has agreed to discharge management; `b` has stated `free` places a day.
    fn new(free: u16) -> Self {
        let (mut a, mut b) = (Bench::new(), Bench::of("b", 12));
        let patient = a.run(SOCIAL, |work| patient::add(work, &anna())).unwrap().id;
        a.run(SOCIAL, |work| consent::record(work, patient, decision(Kind::DischargeManagement))).unwrap();
        let case = NewCase { patient, variant: Variant::Rehab, discharge: Some(day(6)), exception: None };
        let case = a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
        let departments = ["2300", "2800"].map(|department| DepartmentId { facility: ik(12), department: department.parse().unwrap() });
        let stated = departments.map(|id| Stated { name: "Reha".into(), beds: 40, first_day: day(0), free: vec![free; 28], ..Stated::new(id) });
        b.run(Role::Capacity, |work| capacity::state(work, stated.to_vec())).unwrap();
        Self { a, b, patient, case }
    }

    fn inquire(&mut self, departments: &[&str]) -> Vec<ConversationId> {
        let targets: Vec<Target> = departments.iter().map(|department| Target { facility: ik(12), department: department.parse().unwrap() }).collect();
        let case = self.case;
        self.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &targets, &profile())).unwrap()
    }

    /// Carries everything both ways until nothing waits.
    fn deliver(&mut self) {
        while post(&mut self.a, &mut self.b, true) | post(&mut self.b, &mut self.a, true) {}
    }

    fn step(&self, id: ConversationId) -> (Step, Step) {
        let at = |bench: &Bench| stored::find(bench.store.db(), id).unwrap().map_or(Step::New, |c| c.log.state().step);
        (at(&self.a), at(&self.b))
    }

    fn pass(&mut self, span: Duration) {
        self.a.now = self.a.now.plus(span);
        self.b.now = self.b.now.plus(span);
        for bench in [&mut self.a, &mut self.b] {
            bench.follow(Actor::Node, clock::tick).unwrap();
        }
    }

    fn release(&mut self) -> Consent {
        let patient = self.patient;
        self.a.run(SOCIAL, |work| consent::record(work, patient, to_b(Kind::IdentifiedRelease))).unwrap()
    }

    /// Brings a conversation up to a confirmed place.
    fn confirmed(&mut self) -> ConversationId {
        let id = self.inquire(&["2300"])[0];
        self.deliver();
        self.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(8))).unwrap();
        self.deliver();
        self.release();
        self.a.run(SOCIAL, |work| choose(work, id)).unwrap();
        self.deliver();
        self.b.run(ADMISSIONS, |work| offer::confirm(work, id)).unwrap();
        self.deliver();
        id
    }

    fn referred(&mut self) -> ConversationId {
        let id = self.confirmed();
        self.a.run(SOCIAL, |work| send(work, id, NewReferral { note: Some("geht mit Rollator".into()), ..NewReferral::default() }, &[])).unwrap();
        self.deliver();
        id
    }

    fn left(&self, offset: usize) -> u16 {
        let id = DepartmentId { facility: ik(12), department: "2300".parse().unwrap() };
        self.b.public.board.get(&id).unwrap().record.record.free[offset]
    }
}

/// One request from `from` to `to`; returns whether there was anything to send. Without `answered` the answer is lost.
fn post(from: &mut Bench, to: &mut Bench, answered: bool) -> bool {
    let (sender, recipient) = (from.me.member.clone(), to.me.member.clone());
    let Some(sent) = from.follow(Actor::Node, |work| dispatch::due(work, &recipient, &dispatch::UnderWay::default())).unwrap().0 else { return false };
    let answer = to.follow(Actor::Node, |work| inbound::receive(work, &sender, &sent.body, &Checked::default())).unwrap().0;
    if answered {
        from.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
    } else {
        from.follow(Actor::Node, |work| dispatch::on_failure(work, &recipient, "lost")).unwrap();
    }
    true
}

#[test]
fn the_whole_story_from_inquiry_to_report() {
    let mut pair = Pair::new(2);
    let ids = pair.inquire(&["2300", "2800"]);
    pair.deliver();
    let id = ids[0];
    assert_eq!(pair.step(id), (Step::Requested, Step::Requested));
    pair.b.run(ADMISSIONS, |work| offer::ask(work, id, vec!["weight".parse().unwrap()])).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Asked, Step::Asked));
    let answers = Answers { answers: vec![("weight".parse().unwrap(), "weight-under-100".parse().unwrap())], rare_reason: None };
    pair.a.run(SOCIAL, |work| inquiry::answer(work, id, answers)).unwrap();
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(8))).unwrap();
    assert_eq!((pair.left(7), pair.left(8), pair.left(27)), (2, 1, 1), "the held place is not shown as free");
    pair.deliver();
    let refused = pair.a.run(SOCIAL, |work| choose(work, id)).unwrap_err();
    assert_eq!(refused.code(), "consent-missing", "no choice without a release that names the clinic");
    pair.release();
    pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
    assert_eq!(pair.step(id), (Step::Chosen, Step::Offered), "chosen, not yet confirmed");
    pair.deliver();
    let early = pair.a.run(SOCIAL, |work| send(work, id, NewReferral::default(), &[])).unwrap_err();
    assert_eq!(early.code(), "out-of-turn", "nobody is named before the place is confirmed");
    pair.b.run(ADMISSIONS, |work| offer::confirm(work, id)).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Confirmed, Step::Confirmed));
    assert_eq!(pair.step(ids[1]), (Step::Withdrawn, Step::Withdrawn), "the others are withdrawn once one is confirmed");
    pair.a.run(SOCIAL, |work| send(work, id, NewReferral::default(), &[])).unwrap();
    pair.deliver();
    let Message::Referral(read) = pair.b.run(ADMISSIONS, |work| open(work, id)).unwrap() else { panic!("no referral") };
    assert_eq!(read.person.family, "Huber");
    let here = pair.b.run(ADMISSIONS, |work| accept(work, id, None, None)).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Accepted, Step::Accepted));
    assert_eq!(pair.b.run(ADMISSIONS, |work| patient::existing(work, here)).unwrap().person.full_name(), "Huber, Anna");
    pair.b.run(ADMISSIONS, |work| change_date(work, id, day(9), "place".parse().unwrap(), None)).unwrap();
    assert_eq!((pair.left(8), pair.left(9)), (2, 1), "the hold has moved");
    pair.a.run(SOCIAL, |work| payer_decided(work, id, "approved".parse().unwrap(), day(1))).unwrap();
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| arrived(work, id, day(9))).unwrap();
    pair.deliver();
    // The day was entered wrongly: both clinics hold the right one, once.
    assert_eq!(pair.b.run(ADMISSIONS, |work| arrived(work, id, day(9))).unwrap_err().code(), "repeat");
    pair.b.run(ADMISSIONS, |work| arrived(work, id, day(8))).unwrap();
    assert!(pair.b.audit(2).iter().any(|line| line.contains("arrival.correct") && line.ends_with(&format!("{} {}", day(9), day(8)))), "{:?}", pair.b.audit(2));
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Admitted, Step::Admitted));
    let dates = [&pair.a, &pair.b].map(|bench| stored::find(bench.store.db(), id).unwrap().unwrap().log.state().date);
    assert_eq!(dates, [Some(day(8)); 2]);
    pair.b.run(ADMISSIONS, |work| report(work, id, &[], None, Some("by-other-route".parse().unwrap()))).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Completed, Step::Completed));
    assert_eq!(pair.b.run(ADMISSIONS, |work| arrived(work, id, day(9))).unwrap_err().code(), "ended", "after the report it stays");
    let case = pair.a.run(SOCIAL, |work| find_case(work, pair.case)).unwrap();
    assert!(case.closed_at.is_some());
    let states = [&pair.a, &pair.b].map(|bench| stored::find(bench.store.db(), id).unwrap().unwrap().log.state());
    assert_eq!(states[0], states[1]);
}

#[test]
fn a_lost_answer_changes_nothing_and_the_receipt_is_the_same() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    assert!(post(&mut pair.a, &mut pair.b, false));
    let receipt = |bench: &Bench| stored::message(bench.store.db(), id, Side::Asker, 0).unwrap().unwrap().receipt;
    let first = receipt(&pair.b);
    assert!(receipt(&pair.a).is_none(), "not delivered as far as the sender can prove");
    pair.pass(Duration::from_secs(2));
    pair.deliver();
    assert_eq!((receipt(&pair.a), receipt(&pair.b)), (first.clone(), first));
    assert_eq!(stored::messages(pair.b.store.db(), id).unwrap().len(), 1);
}

#[test]
fn the_last_place_is_held_once() {
    let mut pair = Pair::new(1);
    let first = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, first, new_offer(8))).unwrap();
    let patient = pair.patient;
    let case = NewCase { patient, variant: Variant::Rehab, discharge: None, exception: None };
    pair.case = pair.a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
    let second = pair.inquire(&["2300"])[0];
    pair.deliver();
    let full = pair.b.run(ADMISSIONS, |work| offer::make(work, second, new_offer(10))).unwrap_err();
    assert_eq!(full.code(), "full");
    assert_eq!(pair.left(10), 0);
    pair.b.run(ADMISSIONS, |work| offer::take_back(work, first, "place-lost".parse().unwrap())).unwrap();
    assert_eq!(pair.left(10), 1);
    pair.b.run(ADMISSIONS, |work| offer::make(work, second, new_offer(10))).unwrap();
}

#[test]
fn a_hold_ends_by_its_owners_clock_and_a_late_choice_is_refused_at_both_ends() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, NewOffer { hold_hours: 1, ..new_offer(8) })).unwrap();
    pair.deliver();
    pair.release();
    pair.a.now = pair.a.now.plus(Duration::from_secs(3_600 - 301));
    pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
    // The choice is under way when the owner's clock ends the hold.
    pair.b.now = pair.b.now.plus(Duration::from_secs(3_600));
    pair.b.follow(Actor::Node, clock::tick).unwrap();
    assert_eq!(pair.step(id), (Step::Chosen, Step::Requested));
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Requested, Step::Requested));
    let choice = stored::message(pair.a.store.db(), id, Side::Asker, 1).unwrap().unwrap();
    assert_eq!(choice.outcome.as_deref(), Some(Refusal::OfferEnded.word()));
    assert_eq!(pair.left(8), 1, "the place is free again");
    let c = stored::find(pair.a.store.db(), id).unwrap().unwrap();
    assert_eq!(c.trouble.as_deref(), Some("offer-ended"), "a person sees that the choice came to nothing");
    let late = pair.a.run(SOCIAL, |work| choose(work, id)).unwrap_err();
    assert_eq!(late.code(), "no-offer");
}

#[test]
fn the_asker_does_not_choose_in_the_last_five_minutes() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, NewOffer { hold_hours: 1, ..new_offer(8) })).unwrap();
    pair.deliver();
    pair.release();
    pair.a.now = pair.a.now.plus(Duration::from_secs(3_600 - 300));
    assert_eq!(pair.a.run(SOCIAL, |work| choose(work, id)).unwrap_err().code(), "too-late");
}

#[test]
fn a_clinic_that_declines_after_reading_erases_and_signs() {
    let mut pair = Pair::new(1);
    let id = pair.referred();
    pair.b.run(ADMISSIONS, |work| refuse(work, id, "findings".parse().unwrap())).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Refused, Step::Refused));
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_none() && stored::body(pair.b.store.db(), id, Side::Asker, 2).unwrap().is_none());
    let Some(Message::Refused(refused)) = pair.a.run(SOCIAL, |work| conversation::last(work, &load(work, id)?, Side::Owner, MessageKind::Refused)).unwrap() else {
        panic!("no body")
    };
    let key = pair.b.me.key.public();
    let erasure = verbund_protocol::conversation::Erasure::open_by(&pair.a.me.network, &refused.erasure, |signer, _| *signer == key).unwrap();
    assert_eq!(erasure.bodies.len(), 3, "inquiry, choice and referral");
    assert_eq!(pair.left(8), 1);
    assert_eq!(pair.a.run(SOCIAL, |work| find_case(work, pair.case)).unwrap().chosen, None, "the patient may choose again");
}

#[test]
fn revoking_the_consent_withdraws_everything() {
    let mut pair = Pair::new(2);
    let id = pair.referred();
    let patient = pair.patient;
    let given = pair.a.run(SOCIAL, |work| consent::list(work, patient)).unwrap();
    let discharge = given.iter().find(|consent| consent.decision.kind == Kind::DischargeManagement).unwrap().id;
    pair.a.run(SOCIAL, |work| consent::revoke(work, discharge)).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Withdrawn, Step::Withdrawn));
    let refused = pair.a.run(SOCIAL, |work| inquiry::send(work, pair.case, &ik(11), &[Target { facility: ik(12), department: "2800".parse().unwrap() }], &profile()));
    assert_eq!(refused.unwrap_err().code(), "consent-missing");
}

#[test]
fn a_clinic_not_chosen_forgets_after_fourteen_days_and_says_so() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::decline(work, id, "no-place".parse().unwrap())).unwrap();
    pair.deliver();
    pair.pass(BODY_KEPT - Duration::from_secs(1));
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_some());
    pair.pass(Duration::from_secs(1));
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_none());
    pair.deliver();
    let c = stored::find(pair.a.store.db(), id).unwrap().unwrap();
    assert!(c.log.state().erased);
    assert_eq!(c.log.state().step, Step::Declined);
}

#[test]
fn silence_has_an_end_that_a_person_sees() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    // The other clinic is not reachable for three days; then nothing is tried any more.
    let member = pair.b.me.member.clone();
    pair.a.follow(Actor::Node, |work| dispatch::on_failure(work, &member, "unreachable")).unwrap();
    pair.a.now = pair.a.now.plus(UNDELIVERABLE_AFTER);
    pair.a.follow(Actor::Node, |work| dispatch::on_failure(work, &member, "unreachable")).unwrap();
    let trouble = |pair: &Pair| stored::find(pair.a.store.db(), id).unwrap().unwrap().trouble;
    assert_eq!(trouble(&pair).as_deref(), Some("undeliverable"));
    assert!(pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, &dispatch::UnderWay::default())).unwrap().0.is_none());
    // A person has it tried again; the clinic is back.
    pair.a.run(SOCIAL, |work| dispatch::try_again(work, &member)).unwrap();
    pair.b.now = pair.a.now;
    pair.deliver();
    assert_eq!((trouble(&pair), pair.step(id)), (None, (Step::Requested, Step::Requested)));
    // The inquiry's own time is over: the asker's clock withdraws it.
    pair.pass(Duration::from_secs(1));
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Withdrawn, Step::Withdrawn));
    assert!(stored::due(pair.a.store.db(), Due::End, pair.a.now, 9).unwrap().is_empty());
}

/// `a` sends what is due, and `b` answers every message with busy.
fn busy(pair: &mut Pair) {
    let member = pair.b.me.member.clone();
    let sent = pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, &dispatch::UnderWay::default())).unwrap().0.expect("something is due");
    let count = Batch::read(&sent.body).unwrap().items.len();
    let answer = Replies { replies: vec![Reply::Busy; count] }.write();
    pair.a.follow(Actor::Node, |work| dispatch::on_response(work, &sent, &answer, &Checked::default())).unwrap();
}

#[test]
fn a_clinic_that_is_always_busy_has_an_end_that_a_person_sees() {
    let mut pair = Pair::new(2);
    let trouble = |pair: &Pair, id| stored::find(pair.a.store.db(), id).unwrap().unwrap().trouble;
    let old = pair.inquire(&["2300"])[0];
    busy(&mut pair);
    pair.a.now = pair.a.now.plus(UNDELIVERABLE_AFTER).minus(Duration::from_secs(1));
    busy(&mut pair);
    assert_eq!(trouble(&pair, old), None, "a second too early");
    let case = pair.case;
    let target = Target { facility: ik(12), department: "2800".parse().unwrap() };
    let inquiry = Inquiry { answer_by: pair.a.now.day().plus(2).start(), ..profile() };
    let young = pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &[target], &inquiry)).unwrap()[0];
    pair.a.now = pair.a.now.plus(Duration::from_secs(3));
    busy(&mut pair);
    assert_eq!(trouble(&pair, old).as_deref(), Some("undeliverable"));
    assert_eq!(trouble(&pair, young), None, "what waits for less than three days goes on being tried");
    pair.b.now = pair.a.now.plus(Duration::from_secs(3));
    pair.a.now = pair.b.now;
    pair.deliver();
    assert_eq!((pair.step(young).1, pair.step(old).1), (Step::Requested, Step::New));
}

/// The asker's node lies: another message under number 0, validly signed. Returns both headers.
fn lie(pair: &mut Pair, id: ConversationId) -> (Vec<u8>, Vec<u8>) {
    let stored_first = stored::message(pair.a.store.db(), id, Side::Asker, 0).unwrap().unwrap();
    let first = verbund_protocol::conversation::SignedHeader::trusted(&stored_first.header).unwrap();
    let (salt, body) = ([7; 16], Message::Inquiry(Inquiry { single_room: true, ..profile() }).body());
    let other = verbund_protocol::conversation::Header { body: verbund_protocol::conversation::body_hash(&salt, &body), ..first.header }.sign(&pair.a.me.network, &pair.a.me.key);
    let batch = verbund_protocol::conversation::Batch { items: vec![verbund_protocol::conversation::Item { header: other.bytes.clone(), salt, body }] }.write();
    let sender = pair.a.me.member.clone();
    pair.b.follow(Actor::Node, |work| inbound::receive(work, &sender, &batch, &Checked::default())).unwrap();
    (first.bytes, other.bytes)
}

#[test]
fn two_messages_under_one_number_are_kept_as_proof() {
    let mut pair = Pair::new(2);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    let (first, other) = lie(&mut pair, id);
    assert_eq!(stored::contradictions(pair.b.store.db(), id).unwrap(), [(first, other)]);
    assert_eq!(stored::find(pair.b.store.db(), id).unwrap().unwrap().trouble.as_deref(), Some("contradiction"));
}

#[test]
fn a_removed_member_frees_the_place_and_a_person_is_told() {
    let mut pair = Pair::new(1);
    let id = pair.referred();
    assert_eq!(pair.left(8), 0);
    pair.b.membership.advance(crate::workflow::bench::document(2, &[("b", 12)])).unwrap();
    pair.b.follow(Actor::Node, dispatch::members_left).unwrap();
    assert_eq!(pair.left(8), 1);
    let c = stored::find(pair.b.store.db(), id).unwrap().unwrap();
    assert_eq!((c.trouble.as_deref(), c.ended_at, c.end_at), (Some("member-removed"), Some(pair.b.now), None));
    assert_eq!(pair.b.run(ADMISSIONS, |work| cancel(work, id, "mistake".parse().unwrap())).unwrap_err().code(), "undeliverable");
    pair.b.now = pair.b.now.plus(BODY_KEPT);
    pair.b.follow(Actor::Node, clock::tick).unwrap();
    assert!(stored::body(pair.b.store.db(), id, Side::Asker, 0).unwrap().is_none(), "erased although nobody can be told");
}

#[test]
fn a_message_that_will_never_be_taken_in_is_not_sent_for_ever() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    // The asker's store has lost the body on the way: what it sends is not what was signed.
    pair.a.run(SOCIAL, |work| withdraw(work, id, "mistake".parse().unwrap())).unwrap();
    stored::erase_bodies(pair.a.store.db(), id, Side::Asker).unwrap();
    pair.deliver();
    let member = pair.b.me.member.clone();
    assert!(pair.a.follow(Actor::Node, |work| dispatch::due(work, &member, &dispatch::UnderWay::default())).unwrap().0.is_none());
    assert_eq!(stored::find(pair.a.store.db(), id).unwrap().unwrap().trouble.as_deref(), Some("rejected"));
}

#[test]
fn a_transfer_may_rest_on_a_physicians_necessity() {
    let mut pair = Pair::new(1);
    let patient = pair.patient;
    let case = NewCase { patient, variant: Variant::Transfer, discharge: None, exception: None };
    pair.case = pair.a.run(SOCIAL, |work| inquiry::open_case(work, &case)).unwrap();
    let profile = Inquiry { variant: Variant::Transfer, basis: Basis::Necessity("specialty".parse().unwrap()), indication: "acute".parse().unwrap(), ..profile() };
    let target = [Target { facility: ik(12), department: "2300".parse().unwrap() }];
    let case = pair.case;
    let refused = pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &target, &profile)).unwrap_err();
    assert_eq!(refused.code(), "consent-missing");
    pair.a.run(Role::Physician, |work| consent::record(work, patient, decision(Kind::TreatmentNecessity))).unwrap();
    let id = pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), &target, &profile)).unwrap()[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, NewOffer { auto_confirm: true, ..new_offer(1) })).unwrap();
    pair.deliver();
    pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
    pair.deliver();
    assert_eq!(pair.step(id), (Step::Confirmed, Step::Confirmed), "confirmed at once");
    pair.a.run(SOCIAL, |work| send(work, id, NewReferral::default(), &[])).unwrap();
    pair.deliver();
    let Message::Referral(referral) = pair.b.run(ADMISSIONS, |work| open(work, id)).unwrap() else { panic!("no referral") };
    assert!(matches!(referral.release, verbund_protocol::referral::identified::Release::Necessity { physician, .. } if physician == "Dr. Maier"));
}

#[test]
fn a_case_asks_eight_clinics_at_most() {
    let mut pair = Pair::new(1);
    let departments: Vec<String> = (0..9).map(|n| format!("23{n:02}")).collect();
    let targets: Vec<Target> = departments.iter().map(|d| Target { facility: ik(12), department: d.parse().unwrap() }).collect();
    let case = pair.case;
    let mut send = |targets: &[Target]| pair.a.run(SOCIAL, |work| inquiry::send(work, case, &ik(11), targets, &profile()));
    assert_eq!(send(&targets).unwrap_err().code(), "invalid");
    assert_eq!(send(&targets[..8]).unwrap().len(), 8);
    assert_eq!(send(&targets[8..]).unwrap_err().code(), "invalid");
}

#[test]
fn an_ahb_after_fourteen_days_needs_a_documented_reason() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    pair.b.run(ADMISSIONS, |work| offer::make(work, id, new_offer(21))).unwrap();
    pair.deliver();
    pair.release();
    assert_eq!(pair.a.run(SOCIAL, |work| choose(work, id)).unwrap_err().code(), "ahb-late");
    let case = pair.case;
    pair.a.run(SOCIAL, |work| inquiry::set_discharge(work, case, None, Some("radiotherapy".parse().unwrap()))).unwrap();
    pair.a.run(SOCIAL, |work| choose(work, id)).unwrap();
}

#[test]
fn receipts_prove_delivery_to_anyone() {
    let mut pair = Pair::new(1);
    let id = pair.inquire(&["2300"])[0];
    pair.deliver();
    let message = stored::message(pair.a.store.db(), id, Side::Asker, 0).unwrap().unwrap();
    let receipt = Receipt::open(&pair.a.me.network, &pair.a.membership, &message.receipt.unwrap()).unwrap();
    let header = verbund_protocol::conversation::SignedHeader::open(&pair.a.me.network, &pair.a.membership, &message.header).unwrap();
    assert_eq!(receipt.matches(&header), Ok(()));
    // Nothing in the messages before the choice can be text about a person: the questions' body is numbers too.
    assert!(Message::Questions(Questions { questions: vec!["weight".parse().unwrap()] }).body().len() < 16);
    assert_eq!(profile().basis, Basis::Consent);
}

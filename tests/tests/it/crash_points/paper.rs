//! The social service's own desk: its cases, plans and notes, clinics without a node, papers, and what is looked at for a stated purpose.

use std::time::Duration;

use verbund_node::{
    domain::{
        actor::{Actor, Role},
        consent::{DecidedBy, Kind},
        end::{Carer, How},
        phone::Said,
        plan::Plan,
        purpose::Purpose,
    },
    store::caseload::NoteKind,
    workflow::{
        caseload::{
            self, Paper,
            phone::{
                self, Rare,
                placed::{self, Arrival, Naming},
            },
        },
        consent, document,
        inquiry::{NewCase, Target},
        offer, paper, patient, purpose, referral,
    },
};
use verbund_protocol::{catalogue::Withdraw, id::LocalId, inquiry::Variant};

use super::{
    clinic::{Story, ik, person},
    house::entered,
    referral::{ASKER, OWNER, add_document, day, free_places, offer_for},
};

fn signed() -> Paper {
    Paper { form: "Anlage 1b 2024-03".into(), by: DecidedBy::Patient, kept: "Akte".into() }
}

fn target() -> Target {
    Target { facility: ik(12), department: "2300".parse().unwrap() }
}

/// A case with a plan, to which the patient has agreed on paper.
fn case(story: &mut Story) -> (LocalId, LocalId) {
    let patient = entered(story);
    let new = NewCase { patient, variant: Variant::Rehab, discharge: None, exception: None };
    let case = story.step("a case is opened and taken over", ASKER, move |work| caseload::open(work, &new));
    story.step("consent on paper", ASKER, move |work| caseload::decided_on_paper(work, case, true, signed()));
    let plan = Plan { indication: "heart".parse().ok(), earliest: Some(day(5)), payer: "gkv".parse().ok(), ..Plan::default() };
    story.step("a plan is written", ASKER, move |work| caseload::write_plan(work, case, &plan, Some(day(4)), None));
    (patient, case)
}

/// A case at the desk: plan, notes, clinics asked from it, the choice on paper, its end.
pub fn cases(story: &mut Story) {
    story.known(free_places);
    let (patient, case) = case(story);
    story.step("a note", ASKER, move |work| caseload::note(work, case, NoteKind::Call, "Tochter angerufen", None));
    story.step("a case is taken over", ASKER, move |work| {
        work.actor = Actor::Person { name: "Tina Beispiel".into(), roles: vec![Role::SocialService] };
        caseload::give(work, case, "Tina Beispiel")
    });
    story.step("a favourite", ASKER, |work| caseload::mark_favourite(work, "heart".parse().unwrap(), &target(), true));
    story.step("the list of cases", ASKER, |work| caseload::list(work, true).map(|listed| listed.rows.len()));
    story.step("a case is read", ASKER, move |work| caseload::show(work, case).map(drop));
    let first = story.step("clinics are asked from the plan", ASKER, move |work| caseload::ask(work, case, &ik(11), &[target()], None))[0];
    story.deliver(ASKER);
    story.step("an inquiry of the case is read", ASKER, move |work| caseload::inquiry(work, first).map(drop));
    story.known(|story| {
        story.step("a decline", OWNER, move |work| offer::decline(work, first, "no-place".parse().unwrap()));
        story.deliver(OWNER);
    });
    let id = story.step("one more clinic is asked", ASKER, move |work| caseload::ask_on(work, case, &target()));
    story.known(|story| {
        story.deliver(ASKER);
        story.step("an offer", OWNER, move |work| offer::make(work, id, offer_for(day(8))));
        story.deliver(OWNER);
    });
    story.step("the choice on paper", ASKER, move |work| caseload::chosen_on_paper(work, id, signed()));
    story.deliver(ASKER);
    story.step("decisions on paper are listed", ASKER, move |work| paper::entries(work, patient).map(|entries| entries.len()));
    let consent = story.look(ASKER, move |work| consent::list(work, patient))[0].id;
    let photograph = story.known(|story| add_document(story, patient));
    story.step("a paper is photographed", ASKER, move |work| {
        let photograph = document::show(work, photograph)?.document;
        paper::photographed(work, patient, consent, &photograph)
    });
    story.known(|story| {
        story.step("the asker withdraws", ASKER, move |work| referral::withdraw(work, id, Withdraw::CHOSE_OTHER));
        story.deliver(ASKER);
    });
    let carer = Carer::new("Hausarzt Dr. Muster", "0821 3").unwrap();
    story.step("a case ends without a place", ASKER, move |work| caseload::end(work, case, How::NoPlace(carer.clone()), "kein Platz in Bayern"));
}

/// Clinics without a node: asked by fax, answering on the phone, chosen on paper, and whether the patient came.
pub fn phones(story: &mut Story) {
    story.known(free_places);
    let (_, case) = story.known(case);
    let asked = story.known(|story| {
        let asked = story.step("clinics are asked from the plan", ASKER, move |work| caseload::ask(work, case, &ik(11), &[target()], None))[0];
        story.deliver(ASKER);
        asked
    });
    let ask = |story: &mut Story, name: &'static str| story.step("a clinic is asked by fax", ASKER, move |work| phone::add(work, case, name, "0800 111", Rare::Ask));
    let [withdrawn, left, chosen] = ["Klinik Eins", "Klinik Zwei", "Klinik Drei"].map(|name| ask(story, name));
    story.step("an entry is read", ASKER, move |work| phone::show(work, case, left).map(drop));
    story.step("the fax is printed", ASKER, move |work| phone::fax(work, case, left).map(drop));
    story.step("a question by fax is taken back", ASKER, move |work| phone::withdraw(work, case, withdrawn));
    for entry in [left, chosen] {
        story.step("an answer on the phone", ASKER, move |work| phone::answer(work, case, entry, Said::Offered(day(6)), "Frau See", work.now));
    }
    story.step("a place by phone is chosen", ASKER, move |work| phone::choose(work, case, left, signed()));
    story.deliver(ASKER);
    assert_eq!(story.steps_of(asked), ["withdrawn", "withdrawn"], "the others are told no");
    story.step("the patient leaves it", ASKER, move |work| phone::leave(work, case, left));
    story.step("another place by phone is chosen", ASKER, move |work| phone::choose(work, case, chosen, signed()));
    let naming = Naming { admission: day(6), staff: "Sonja, 0821 1".into(), papers: "Arztbrief per Post".into() };
    story.step("the fax with the name", ASKER, move |work| placed::name(work, case, chosen, naming.clone()).map(drop));
    story.step("the payer's decision by phone", ASKER, move |work| placed::payer(work, case, chosen, "approved".parse().unwrap(), day(0)));
    story.step("the patient has arrived there", ASKER, move |work| placed::arrival(work, case, chosen, Arrival::Came, day(0), "Frau See"));
    story.step("evidence with clinics by phone", ASKER, move |work| verbund_node::workflow::evidence::export(work, None, Some(case), true).map(|bundle| bundle.len()));
}

/// Looks at somebody who is not in treatment any more.
pub fn purposes(story: &mut Story) {
    let patient = entered(story);
    story.pass(Duration::from_secs(60 * 86_400));
    story.step("a purpose is stated", ASKER, move |work| purpose::state(work, patient, Purpose::Complaint, "Anfrage der Kasse"));
    story.step("a former patient is looked at", ASKER, move |work| patient::show(work, patient).map(drop));
    let stated = story.step("what was stated is looked at", ASKER, |work| purpose::list(work).map(|(open, _)| open[0].id));
    story.step("what was stated is ticked off", ASKER, move |work| {
        let Actor::Person { name, .. } = person() else { unreachable!("a person") };
        work.actor = Actor::Person { name, roles: vec![Role::PrivacyOfficer] };
        purpose::see(work, stated)
    });
    let release = story.known(|story| {
        let release = super::clinic::decision(Kind::DischargeManagement, None);
        story.step("consent to discharge management", ASKER, move |work| consent::record(work, patient, release.clone()).map(|consent| consent.id))
    });
    story.step("consents are listed", ASKER, move |work| consent::list(work, patient).map(|all| all.len()));
    story.step("a consent on which nothing rests is taken back", ASKER, move |work| consent::revoke(work, release).map(drop));
}

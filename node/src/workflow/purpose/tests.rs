//! Who is seen for a stated purpose only, and by whom.
#![allow(clippy::unwrap_used)]
use std::time::Duration;

use verbund_protocol::{
    document::{DocumentKey, segment},
    id::DocumentRoot,
    inquiry::Variant,
};

use super::*;
use crate::{
    domain::{
        consent::{self as decisions, DecidedBy, Decision, tests::decision},
        patient::{Person, Search, tests::anna},
        phone::Said,
        plan::Plan,
    },
    workflow::{
        account::invite,
        bench::{Bench, NOW},
        caseload::{
            self, NoteKind, Paper,
            phone::{self, Rare},
        },
        consent,
        document::{self, Added, Filter, NewDocument},
        evidence,
        inquiry::{self, NewCase},
        journey, notice, overview, paper, proxy,
    },
};

/// A patient entered so long ago that nobody treats her.
fn former(bench: &mut Bench) -> LocalId {
    let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
    bench.now = bench.now.plus(Duration::from_secs(31 * 86_400));
    id
}

#[test]
fn a_former_patient_is_seen_only_for_a_stated_purpose_and_for_an_hour() {
    let mut bench = Bench::new();
    let id = former(&mut bench);
    let show = |bench: &mut Bench, role| bench.run(role, |work| patient::show(work, id)).map(drop).map_err(|error| error.code());
    assert_eq!(show(&mut bench, Role::Ward), Err("purpose"));
    bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, "")).unwrap();
    assert_eq!(show(&mut bench, Role::Ward), Ok(()));
    assert_eq!(bench.audit(2), [format!("p-ward patient.show {id}"), format!("p-ward purpose.state {id} {}", bench.run(Role::PrivacyOfficer, list).unwrap().0[0].id)]);
    assert_eq!(show(&mut bench, Role::Physician), Err("purpose"), "what one stated counts for nobody else");
    bench.now = bench.now.plus(STATED_FOR);
    assert_eq!(show(&mut bench, Role::Ward), Err("purpose"), "an hour is over");
}

#[test]
fn who_is_in_treatment_again_is_seen_without_more_ado() {
    let mut bench = Bench::new();
    let id = former(&mut bench);
    let new = NewCase { patient: id, variant: verbund_protocol::inquiry::Variant::Rehab, discharge: None, exception: None };
    assert_eq!(bench.run(Role::SocialService, |work| inquiry::open_case(work, &new)).unwrap_err().code(), "purpose");
    bench.run(Role::SocialService, |work| state(work, id, Purpose::Return, "")).unwrap();
    bench.run(Role::SocialService, |work| inquiry::open_case(work, &new)).unwrap();
    assert!(bench.run(Role::Ward, |work| patient::show(work, id)).is_ok());
}

#[test]
fn the_privacy_officer_alone_sees_the_list_and_ticks_it_off() {
    let mut bench = Bench::new();
    let id = former(&mut bench);
    assert_eq!(bench.run(Role::Ward, |work| state(work, id, Purpose::Other, "")).unwrap_err().code(), "invalid");
    assert_eq!(bench.run(Role::It, |work| state(work, id, Purpose::Quality, "")).unwrap_err().code(), "forbidden");
    bench.run(Role::Ward, |work| state(work, id, Purpose::Other, " Rückfrage ")).unwrap();
    assert_eq!(bench.run(Role::Ward, list).unwrap_err().code(), "forbidden");
    let (open, seen) = bench.run(Role::PrivacyOfficer, list).unwrap();
    assert_eq!((open.len(), open[0].words.as_str(), open[0].by.as_str(), seen.len()), (1, "Rückfrage", "p-ward", 0));
    for _ in 0..2 {
        bench.run(Role::PrivacyOfficer, |work| see(work, open[0].id)).unwrap();
    }
    assert_eq!(bench.run(Role::PrivacyOfficer, |work| waiting(work)).unwrap(), 0);
    let (open, seen) = bench.run(Role::PrivacyOfficer, list).unwrap();
    assert_eq!((open.len(), seen[0].seen.as_ref().unwrap().1.as_str()), (0, "p-privacy-officer"));
}

/// A patient who was here, with something of everything that staff can reach; nothing of it is open any more.
struct Former {
    bench: Bench,
    id: LocalId,
    case: LocalId,
    entry: LocalId,
    document: LocalId,
    other: LocalId,
    consent: LocalId,
    signed: LocalId,
    code: crate::domain::account::Code,
}

const SOCIAL: Role = Role::SocialService;

fn new(patient: LocalId) -> NewDocument {
    NewDocument { patient, kind: "AD010115".parse().unwrap(), title: "Entlassungsbericht".into(), replaces: None }
}

fn added(seed: u8) -> (Added, DocumentKey) {
    let added = Added { root: DocumentRoot([seed; 32]), cipher_size: segment::cipher_size(9_000), plain_size: 9_000, media_type: "application/pdf" };
    (added, DocumentKey::new([seed; 32]))
}

impl Former {
    fn new() -> Self {
        let mut bench = Bench::new();
        bench.terms.mail = true;
        let id = bench.run(Role::Ward, |work| patient::add(work, &anna())).unwrap().id;
        let consent = bench.run(SOCIAL, |work| consent::record(work, id, decision(decisions::Kind::DischargeManagement))).unwrap().id;
        let paper = Decision { how: decisions::How::Paper, document: Some("Akte".into()), ..decision(decisions::Kind::IdentifiedRelease) };
        let signed = bench.run(SOCIAL, |work| consent::record(work, id, paper)).unwrap().id;
        let new_case = NewCase { patient: id, variant: Variant::Rehab, discharge: None, exception: None };
        let case = bench.run(SOCIAL, |work| caseload::open(work, &new_case)).unwrap();
        let plan = Plan { indication: "heart".parse().ok(), earliest: Some(NOW.day()), payer: "gkv".parse().ok(), ..Plan::default() };
        bench.run(SOCIAL, |work| caseload::write_plan(work, case, &plan, None, None)).unwrap();
        let entry = bench.run(SOCIAL, |work| phone::add(work, case, "Rehaklinik Seeblick", "0800 111", Rare::Ask)).unwrap();
        let mut file = |seed| {
            let (added, key) = added(seed);
            bench.run(Role::Ward, |work| document::add(work, &new(id), &added, &key)).unwrap().id
        };
        let (document, other) = (file(1), file(2));
        bench.now = bench.now.plus(Duration::from_secs(3_600));
        let end = crate::domain::end::How::Otherwise(None);
        bench.run(SOCIAL, |work| caseload::end(work, case, end, "Zu Hause versorgt")).unwrap();
        // The letter is made just before the last day, so that its code still works after it.
        bench.now = bench.now.plus(Duration::from_secs(29 * 86_400));
        let code = bench.run(Role::Ward, |work| invite::patient(work, id)).unwrap().code;
        bench.now = bench.now.plus(Duration::from_secs(2 * 86_400));
        Self { bench, id, case, entry, document, other, consent, signed, code }
    }

    /// What the piece of work ends with.
    fn code<T>(&mut self, role: Role, piece: impl FnOnce(&mut Work<'_>) -> Result<T, WorkError>) -> &'static str {
        self.bench.run(role, piece).err().map_or("done", |error| error.code())
    }

    /// Everything that shows or changes something of her, and what it ends with.
    fn all(&mut self) -> Vec<(&'static str, &'static str)> {
        let Self { id, case, entry, document, other, consent, signed, .. } = *self;
        let code = self.code.clone();
        let of = Filter { patient: Some(id), ..Filter::default() };
        let address = "anna@b.de".parse().unwrap();
        let (file, key) = added(3);
        let again = Paper { form: "Anlage 1b".into(), by: DecidedBy::Patient, kept: "Akte".into() };
        let release = again.clone();
        let ward = [
            ("patient::change", self.code(Role::Ward, |work| patient::change(work, id, &anna(), None))),
            ("patient::versions", self.code(Role::Ward, |work| patient::versions(work, id))),
            ("patient::show", self.code(Role::Ward, |work| patient::show(work, id))),
            ("consent::list", self.code(Role::Ward, |work| consent::list(work, id))),
            ("consent::record", self.code(Role::Ward, |work| consent::record(work, id, decision(decisions::Kind::DocumentHandoff)))),
            ("consent::revoke", self.code(Role::Ward, |work| consent::revoke(work, consent))),
            ("paper::open", self.code(Role::Ward, |work| paper::open(work, id, signed))),
            ("document::list", self.code(Role::Ward, |work| document::list(work, &of, 9))),
            ("document::check", self.code(Role::Ward, |work| document::check(work, &new(id), 9))),
            ("document::add", self.code(Role::Ward, |work| document::add(work, &new(id), &file, &key))),
            ("document::open", self.code(Role::Ward, |work| document::open(work, document).map(drop))),
            ("document::show", self.code(Role::Ward, |work| document::show(work, document))),
            ("document::assign", self.code(Role::Ward, |work| document::assign(work, document, id))),
            ("document::withdraw", self.code(Role::Ward, |work| document::withdraw(work, document))),
            ("document::release", self.code(Role::Physician, |work| document::release(work, document))),
            ("document::take_back", self.code(Role::Physician, |work| document::take_back(work, document))),
            ("document::erase", self.code(Role::Ward, |work| document::erase(work, other))),
            ("invite::standing", self.code(Role::Ward, |work| invite::standing(work, id))),
            ("invite::check", self.code(Role::Ward, |work| invite::check(work, id, &code))),
            ("invite::patient", self.code(Role::Ward, |work| invite::patient(work, id))),
            ("invite::start_over", self.code(Role::Ward, |work| invite::start_over(work, id, true))),
            ("own::of_patient", self.code(Role::Ward, |work| notice::own::of_patient(work, id))),
            ("own::type_in", self.code(Role::Ward, |work| notice::own::type_in(work, id, &address))),
            ("proxy::list", self.code(Role::Ward, |work| proxy::list(work, id))),
        ];
        let social = [
            ("overview::cases", self.code(SOCIAL, |work| overview::cases(work, Some(id)))),
            ("overview::list", self.code(SOCIAL, |work| overview::list(work, None, Some(case), true))),
            ("journey::followed", self.code(SOCIAL, |work| journey::followed(work, id))),
            ("journey::wishes", self.code(SOCIAL, |work| journey::wishes(work, id))),
            ("caseload::show", self.code(SOCIAL, |work| caseload::show(work, case))),
            ("caseload::note", self.code(SOCIAL, |work| caseload::note(work, case, NoteKind::Call, "Rückruf", None))),
            ("caseload::preview", self.code(SOCIAL, |work| caseload::preview(work, case, "2300".parse().unwrap(), None))),
            ("phone::show", self.code(SOCIAL, |work| phone::show(work, case, entry))),
            ("phone::fax", self.code(SOCIAL, |work| phone::fax(work, case, entry))),
            ("phone::answer", self.code(SOCIAL, |work| phone::answer(work, case, entry, Said::Declined("voll".into()), "Frau See", work.now))),
            ("inquiry::set_discharge", self.code(SOCIAL, |work| inquiry::set_discharge(work, case, None, None))),
            ("evidence::export", self.code(SOCIAL, |work| evidence::export(work, None, Some(case), true))),
            // What needs an open case is no longer there for anybody.
            ("caseload::give", self.code(SOCIAL, |work| caseload::give(work, case, "p-social-service"))),
            ("caseload::decided_on_paper", self.code(SOCIAL, |work| caseload::decided_on_paper(work, case, true, again))),
            ("phone::choose", self.code(SOCIAL, |work| phone::choose(work, case, entry, release))),
        ];
        ward.into_iter().chain(social).collect()
    }
}

#[test]
fn nothing_of_a_former_patient_is_open_to_staff() {
    let mut former = Former::new();
    let id = former.id;
    for (what, code) in former.all() {
        let closed = ["caseload::give", "caseload::decided_on_paper", "phone::choose"].contains(&what) && code == "closed";
        assert!(code == "purpose" || closed, "{what}: {code}");
    }
    assert!(former.bench.run(Role::PrivacyOfficer, |work| evidence::export(work, None, Some(former.case), false)).is_ok(), "who supervises treats nobody");
    // For a stated purpose all of it is there, and the audit says which.
    for role in [Role::Ward, Role::Physician, SOCIAL] {
        former.bench.run(role, |work| state(work, id, Purpose::Complaint, "")).unwrap();
    }
    for (what, code) in former.all() {
        assert!(code != "purpose", "{what}");
    }
    let lines = former.bench.lines(id);
    for action in ["account.invite", "account.start-over", "account.letter", "account.type-mail", "document.add", "document.release", "document.assign"] {
        let line = lines.iter().find(|line| line.action == action).unwrap_or_else(|| panic!("{action}"));
        assert_eq!(line.purpose, "complaint", "{action}");
    }
}

#[test]
fn a_former_patient_has_no_name_in_lists_and_is_found_as_such() {
    let mut former = Former::new();
    let Former { id, .. } = former;
    let anna = anna();
    let search = Search { name: Some(anna.family.clone()), ..Search::default() };
    let found = |bench: &mut Bench| bench.run(Role::Ward, |work| patient::find(work, &search)).unwrap().remove(0);
    let one = found(&mut former.bench);
    assert_eq!((one.id, one.name.as_str(), one.born.as_str(), one.entry.is_none()), (id, anna.full_name().as_str(), "1951", true));
    assert_eq!(former.bench.lines(id)[0].purpose, "search");
    let all = Filter::default();
    assert!(former.bench.run(Role::Ward, |work| document::list(work, &all, 9)).unwrap().is_empty());
    former.bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, "")).unwrap();
    assert_eq!(found(&mut former.bench).entry.map(|entry| entry.id), Some(id));
    assert_eq!(former.bench.lines(id)[0].purpose, "billing");
    assert_eq!(former.bench.run(Role::Ward, |work| document::list(work, &all, 9)).unwrap().len(), 2);
    assert_eq!(former.bench.lines(id)[0].action, "document.list");
}

#[test]
fn a_change_for_a_bill_makes_nobody_a_patient_again() {
    let mut bench = Bench::new();
    let id = former(&mut bench);
    let moved = Person { phone: Some("0821 999".into()), ..anna() };
    bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, "")).unwrap();
    bench.run(Role::Ward, |work| patient::change(work, id, &moved, None)).unwrap();
    assert_eq!(bench.run(Role::Physician, |work| patient::show(work, id)).unwrap_err().code(), "purpose");
    bench.now = bench.now.plus(STATED_FOR);
    assert_eq!(bench.run(Role::Ward, |work| patient::show(work, id)).unwrap_err().code(), "purpose");
    // Who comes back is a patient from the entry on that prepares it.
    bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, "")).unwrap();
    bench.run(Role::Ward, |work| state(work, id, Purpose::Return, "")).unwrap();
    bench.run(Role::Ward, |work| patient::change(work, id, &Person { case_number: Some("F-2".into()), ..moved.clone() }, None)).unwrap();
    assert!(bench.run(Role::Physician, |work| patient::show(work, id)).is_ok());
    // Who is in treatment stays so for a while after a change.
    let other = bench.run(Role::Ward, |work| patient::add(work, &Person { kvnr: None, case_number: None, ..anna() })).unwrap().id;
    bench.now = bench.now.plus(Duration::from_secs(29 * 86_400));
    bench.run(Role::Ward, |work| patient::change(work, other, &Person { kvnr: None, case_number: None, ..moved }, None)).unwrap();
    bench.now = bench.now.plus(Duration::from_secs(29 * 86_400));
    assert!(bench.run(Role::Physician, |work| patient::show(work, other)).is_ok());
}

#[test]
fn a_purpose_that_is_sent_twice_is_stated_once() {
    let mut bench = Bench::new();
    let id = former(&mut bench);
    for _ in 0..2 {
        bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, " Rechnung ")).unwrap();
    }
    bench.run(Role::Ward, |work| state(work, id, Purpose::Billing, "Mahnung")).unwrap();
    assert_eq!(bench.run(Role::PrivacyOfficer, |work| waiting(work)).unwrap(), 2);
}

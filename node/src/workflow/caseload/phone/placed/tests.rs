//! The release that names the clinic decides what it is told.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use verbund_protocol::{inquiry::Variant, time::Timestamp};

use super::*;
use crate::{
    domain::{
        actor::Role,
        consent::{DecidedBy, tests::decision},
        patient::tests::anna,
        phone::Said,
        plan::Plan,
    },
    workflow::{
        bench::{Bench, NOW},
        caseload::{
            self, Paper,
            phone::{self as entries, Rare},
        },
        inquiry::NewCase,
        patient as patients,
    },
};

const SOCIAL: Role = Role::SocialService;

struct Desk {
    bench: Bench,
    patient: LocalId,
    case: LocalId,
    entry: LocalId,
}

impl Desk {
    /// A clinic that was asked by fax and offers a place from today on.
    fn new() -> Self {
        let mut bench = Bench::new();
        let patient = bench.run(Role::Ward, |work| patients::add(work, &anna())).unwrap().id;
        bench.run(SOCIAL, |work| consent::record(work, patient, decision(Kind::DischargeManagement))).unwrap();
        let new = NewCase { patient, variant: Variant::Rehab, discharge: None, exception: None };
        let case = bench.run(SOCIAL, |work| caseload::open(work, &new)).unwrap();
        let plan = Plan { indication: "heart".parse().ok(), earliest: Some(NOW.day()), payer: "gkv".parse().ok(), ..Plan::default() };
        bench.run(SOCIAL, |work| caseload::write_plan(work, case, &plan, None, None)).unwrap();
        let entry = bench.run(SOCIAL, |work| entries::add(work, case, "Rehaklinik Seeblick", "0800 111", Rare::Ask)).unwrap();
        let mut desk = Self { bench, patient, case, entry };
        desk.offered();
        desk
    }

    fn offered(&mut self) {
        let (case, entry) = (self.case, self.entry);
        self.bench.run(SOCIAL, |work| entries::answer(work, case, entry, Said::Offered(work.now.day()), "Frau See", work.now)).unwrap();
    }

    fn choose(&mut self) {
        let (case, entry) = (self.case, self.entry);
        let paper = Paper { form: "Anlage 1b".into(), by: DecidedBy::Patient, kept: "Akte".into() };
        self.bench.run(SOCIAL, |work| entries::choose(work, case, entry, paper)).unwrap();
    }

    fn name(&mut self) -> Result<Named, WorkError> {
        let (case, entry) = (self.case, self.entry);
        let naming = Naming { admission: self.bench.now.day(), staff: "Sonja, 0821 1".into(), papers: " Arztbrief per Post ".into() };
        self.bench.run(SOCIAL, |work| name(work, case, entry, naming))
    }

    fn arrival(&mut self, what: Arrival, on: Day) -> Result<(), WorkError> {
        let (case, entry) = (self.case, self.entry);
        self.bench.run(SOCIAL, |work| arrival(work, case, entry, what, on, "Frau See"))
    }

    fn payer(&mut self, on: Day) -> Result<(), WorkError> {
        let (case, entry) = (self.case, self.entry);
        self.bench.run(SOCIAL, |work| payer(work, case, entry, "approved".parse().unwrap(), on))
    }

    fn entry(&mut self) -> Phone {
        let (case, entry) = (self.case, self.entry);
        self.bench.run(SOCIAL, |work| entries::show(work, case, entry)).unwrap()
    }

    /// Takes back whatever release of a clinic stands.
    fn revoke(&mut self, kind: Kind) {
        let patient = self.patient;
        let all = self.bench.run(SOCIAL, |work| consent::list(work, patient)).unwrap();
        let id = all.iter().rfind(|consent| consent.decision.kind == kind).unwrap().id;
        self.bench.run(SOCIAL, |work| consent::revoke(work, id)).unwrap();
    }
}

fn code<T>(result: Result<T, WorkError>) -> String {
    result.err().map_or_else(|| "done".into(), |error| error.code().to_owned())
}

#[test]
fn the_name_is_told_only_while_the_choice_with_its_release_stands() {
    let mut desk = Desk::new();
    assert_eq!(code(desk.name()), "not-chosen");
    assert_eq!(code(desk.payer(NOW.day())), "not-chosen");
    assert_eq!(code(desk.arrival(Arrival::Came, NOW.day())), "not-chosen");
    desk.choose();
    let named = desk.name().unwrap();
    assert_eq!((named.person.full_name(), named.naming.papers.as_str(), named.form.as_str()), (anna().full_name(), "Arztbrief per Post", "Anlage 1b"));
    assert!(desk.bench.audit(1)[0].contains(" disclosure ") && desk.bench.audit(1)[0].ends_with(" fax"), "{:?}", desk.bench.audit(1));
    let entry = desk.entry();
    assert_eq!(entry.events[0].came, Came::Named(NOW.day()));
    assert_eq!(entry.events[0].papers.as_deref(), Some("Arztbrief per Post"));
    desk.revoke(Kind::IdentifiedRelease);
    assert_eq!(code(desk.name()), "not-chosen");
    assert_eq!(desk.entry().events.len(), 1, "what was told stays on record");
    // Chosen again, on a new release; then the consent to everything is taken back.
    desk.choose();
    assert_eq!(code(desk.name()), "done");
    desk.revoke(Kind::DischargeManagement);
    assert_eq!(code(desk.name()), "consent-missing");
}

#[test]
fn a_release_names_one_clinic_and_ends() {
    let mut desk = Desk::new();
    desk.choose();
    let patient = desk.patient;
    let release = desk.bench.run(SOCIAL, |work| consent::list(work, patient)).unwrap().pop().unwrap();
    assert!(release.releases_to("Rehaklinik Seeblick", NOW) && !release.releases_to("Rehaklinik Seeblick 2", NOW));
    assert!(!release.releases_to("Rehaklinik Seeblick", Timestamp(0)), "not before it was given");
    let ended = crate::domain::consent::Consent { revoked_at: Some(NOW), ..release.clone() };
    assert!(!ended.releases_to("Rehaklinik Seeblick", NOW));
    let mut until = release.clone();
    until.decision.until = Some(NOW.plus(Duration::from_secs(1)));
    assert!(until.releases_to("Rehaklinik Seeblick", NOW) && !until.releases_to("Rehaklinik Seeblick", NOW.plus(Duration::from_secs(1))));
    until.decision.given = false;
    assert!(!until.releases_to("Rehaklinik Seeblick", NOW));
}

#[test]
fn days_are_days_that_can_be_meant() {
    let mut desk = Desk::new();
    desk.choose();
    let (yesterday, tomorrow) = (Day(NOW.day().0 - 1), Day(NOW.day().0 + 1));
    assert_eq!(code(desk.payer(tomorrow)), "day");
    assert_eq!(code(desk.payer(yesterday)), "done", "the payer may have decided before");
    assert_eq!(code(desk.arrival(Arrival::Came, tomorrow)), "day");
    assert_eq!(code(desk.arrival(Arrival::Came, yesterday)), "day");
    assert_eq!(code(desk.arrival(Arrival::Came, NOW.day())), "done");
    assert_eq!(code(desk.arrival(Arrival::Absent(NoShow::UNKNOWN), NOW.day())), "arrived");
    assert_eq!(code(desk.name()), "arrived");
    let entry = desk.entry();
    assert_eq!((entry.arrived(), entry.events[1].said_by.as_deref()), (Some(NOW.day()), Some("Frau See")));
}

#[test]
fn who_stayed_away_can_choose_again() {
    let mut desk = Desk::new();
    desk.choose();
    desk.arrival(Arrival::Absent(NoShow::UNKNOWN), NOW.day()).unwrap();
    let entry = desk.entry();
    assert!(entry.chosen().is_none() && entry.offer().is_none() && entry.missed());
    assert_eq!(code(desk.name()), "not-chosen");
    desk.bench.now = NOW.plus(Duration::from_secs(60));
    desk.offered();
    desk.choose();
    assert!(desk.name().is_ok() && !desk.entry().missed());
}

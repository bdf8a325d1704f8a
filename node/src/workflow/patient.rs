//! Patients of this clinic: entered, changed, looked at, erased. Every look at a patient is in the audit under the patient's random id,
//! so that the patient can be shown who saw what.

use verbund_protocol::{id::LocalId, person::Kvnr};

use super::{SENT_TWICE, Work, WorkError, account::invite, document, purpose};
use crate::{
    domain::{
        actor::Role,
        calendar,
        patient::{Fault, Patient, Person, Search},
    },
    store::{
        audit, case, consent,
        conversation::{self, Filter},
        patient,
    },
};

/// Most patients one search shows; each is an entry in the audit.
pub const MAX_FOUND: usize = 50;
/// What the audit says of a former patient who was among those found.
const SEARCH: &str = "search";
/// The code of a refusal: the entry is another than the one that was read.
pub const CHANGED: &str = "changed";

impl From<Fault> for WorkError {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault.to_string(), format!("correct {}", fault.field))
    }
}

/// Enters a patient.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::State`] if the KVNR or case number belongs to an entry already.
pub fn add(work: &mut Work<'_>, person: &Person) -> Result<Patient, WorkError> {
    work.require(Role::CARE)?;
    person.check(calendar::day(work.now))?;
    unique(work, person, None)?;
    let id = work.entropy.local_id();
    patient::add(work.db, id, person, work.actor.name(), work.now)?;
    work.audit("patient.add", Some(id), "treatment", "")?;
    existing(work, id)
}

/// Returns the patient whom the same person has just entered with the very same words: then a form was sent twice, and one entry is enough. Not
/// everybody has a number that belongs to nobody else.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn entered(work: &Work<'_>, person: &Person) -> Result<Option<Patient>, WorkError> {
    work.require(Role::CARE)?;
    let born = Search { birth_date: Some(person.birth_date), ..Search::default() };
    let same = |entry: &Patient| entry.version == 1 && entry.changed_by == work.actor.name() && work.now.since(entry.changed_at) < SENT_TWICE && entry.person == *person;
    Ok(patient::search(work.db, &born, usize::MAX >> 1)?.into_iter().find(same))
}

/// Replaces a patient's entry; what it said before stays as a version. The audit names the fields that changed and not what they say.
/// What is the same already is not entered again. With `seen`, the entry must still be the version that whoever changes it has read.
///
/// # Errors
/// As [`add`], and [`WorkError::NotFound`], [`WorkError::Purpose`]; [`WorkError::State`] with the code [`CHANGED`] if `seen` is not the present version.
pub fn change(work: &mut Work<'_>, id: LocalId, person: &Person, seen: Option<u32>) -> Result<Patient, WorkError> {
    work.require(Role::CARE)?;
    person.check(calendar::day(work.now))?;
    let former = existing(work, id)?;
    let why = purpose::of_look(work, id)?;
    let fields = person.differing(&former.person).join(",");
    if fields.is_empty() {
        work.audit("patient.show", Some(id), why, "")?;
        return Ok(former);
    }
    if seen.is_some_and(|seen| seen != former.version) {
        return Err(WorkError::state(CHANGED, "somebody else has changed the entry meanwhile", "read it again, then change it"));
    }
    unique(work, person, Some(id))?;
    let version = patient::change(work.db, id, person, work.actor.name(), work.now)?;
    invite::renamed(work, id, &former.person, person)?;
    work.audit("patient.change", Some(id), why, &format!("version={version} fields={fields}"))?;
    existing(work, id)
}

/// Returns a patient's entry.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn show(work: &mut Work<'_>, id: LocalId) -> Result<Patient, WorkError> {
    work.require(Role::CARE)?;
    let patient = existing(work, id)?;
    work.audit("patient.show", Some(id), purpose::of_look(work, id)?, "")?;
    Ok(patient)
}

/// Returns what the entry said before, newest first.
///
/// # Errors
/// As [`show`].
pub fn versions(work: &mut Work<'_>, id: LocalId) -> Result<Vec<Patient>, WorkError> {
    work.require(Role::CARE)?;
    existing(work, id)?;
    work.audit("patient.versions", Some(id), purpose::of_look(work, id)?, "")?;
    Ok(patient::versions(work.db, id)?)
}

/// Somebody who was found by a search. No name is in any `Debug` output.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Who.
    pub id: LocalId,
    /// Family name, given name.
    pub name: String,
    /// The year of birth.
    pub born: String,
    /// The entry; nothing for a former patient until a purpose is stated: name and year are enough to recognise her.
    pub entry: Option<Patient>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Returns the patients that `search` fits, at most [`MAX_FOUND`], by name. A former patient is found, since nobody could state a purpose
/// otherwise; the audit says that it was a search and no treatment.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn find(work: &mut Work<'_>, search: &Search) -> Result<Vec<Found>, WorkError> {
    work.require(Role::CARE)?;
    let mut found = Vec::new();
    for patient in patient::search(work.db, search, MAX_FOUND)? {
        let why = match purpose::of_look(work, patient.id) {
            Err(WorkError::Purpose(_)) => None,
            other => Some(other?),
        };
        work.audit("patient.list", Some(patient.id), why.unwrap_or(SEARCH), "")?;
        let born = patient.person.birth_date.to_string().chars().take(4).collect();
        found.push(Found { id: patient.id, name: patient.person.full_name(), born, entry: why.is_some().then_some(patient) });
    }
    Ok(found)
}

/// What an erasure removed, and what stays and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Erased {
    /// Recorded decisions that went with the entry.
    pub consents: usize,
    /// Former versions of the entry that went with it.
    pub versions: usize,
    /// Documents about the patient that were erased here; permissions to fetch them ended.
    pub documents: usize,
    /// Cases that stay without a name, because their conversations are evidence against other clinics; the bodies of the
    /// conversations are erased by their own term.
    pub cases_kept: usize,
    /// Entries of the audit that stay under a random id that from now on names nobody.
    pub audit_kept: usize,
}

/// Erases a patient for good: entry, versions, decisions and documents. The link from the random id to the person is gone with the entry.
///
/// # Errors
/// [`WorkError::State`] while something is open with other clinics; [`WorkError::Forbidden`] without the
/// role of the privacy officer.
pub fn erase(work: &mut Work<'_>, id: LocalId) -> Result<Erased, WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    existing(work, id)?;
    let cases = case::list(work.db, Some(id), usize::MAX >> 1)?;
    for case in &cases {
        let open = Filter { case: Some(case.id), ..Filter::default() };
        if !conversation::list(work.db, &open, 1)?.is_empty() {
            return Err(WorkError::state(
                "open-conversation",
                "something is still open with other clinics about this patient",
                "withdraw or finish it first, see `verbund referral list`",
            ));
        }
    }
    let erased = Erased {
        consents: consent::list(work.db, id)?.len(),
        versions: patient::versions(work.db, id)?.len(),
        documents: document::erase_of(work, id)?,
        cases_kept: cases.len(),
        audit_kept: audit::count(work.db, id)? + 1, // and the entry of this erasure
    };
    patient::erase(work.db, id)?;
    work.audit("patient.erase", Some(id), "erasure", &format!("consents={} versions={}", erased.consents, erased.versions))?;
    Ok(erased)
}

/// Returns the patient, for other chapters. Whoever shows anything of it to a person says so in the audit.
///
/// # Errors
/// [`WorkError::NotFound`].
pub fn existing(work: &Work<'_>, id: LocalId) -> Result<Patient, WorkError> {
    patient::find(work.db, id)?.ok_or(WorkError::NotFound("patient"))
}

/// What of an entry may belong to one patient only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sole {
    /// The number of the insurance card.
    Kvnr,
    /// The hospital's number of the stay.
    CaseNumber,
}

/// Returns what of `person` is entered for another patient than `but` already, and for whom.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn taken(work: &Work<'_>, person: &Person, but: Option<LocalId>) -> Result<Option<(Sole, LocalId)>, WorkError> {
    work.require(Role::CARE)?;
    let by_kvnr = person.kvnr.as_ref().map(|kvnr: &Kvnr| patient::by_kvnr(work.db, kvnr)).transpose()?.flatten();
    let by_case = person.case_number.as_deref().map(|number| patient::by_case_number(work.db, number)).transpose()?.flatten();
    let mut found = [(by_kvnr, Sole::Kvnr), (by_case, Sole::CaseNumber)].into_iter();
    Ok(found.find_map(|(other, what)| other.filter(|other| Some(other.id) != but).map(|other| (what, other.id))))
}

fn unique(work: &Work<'_>, person: &Person, but: Option<LocalId>) -> Result<(), WorkError> {
    let Some((sole, other)) = taken(work, person, but)? else { return Ok(()) };
    let what = match sole {
        Sole::Kvnr => "KVNR",
        Sole::CaseNumber => "case number",
    };
    Err(WorkError::state("exists", format!("an entry with this {what} is there already: {other}"), format!("use it, or correct the {what}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{domain::patient::tests::anna, workflow::bench::Bench};

    /// Anna with another card and address.
    fn moved() -> Person {
        let mut person = anna();
        person.kvnr = Some("T024791905".parse().unwrap());
        person.address.as_mut().unwrap().street = "Hauptstr. 1".into();
        person
    }

    #[test]
    fn every_look_is_in_the_audit() {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| add(work, &anna())).unwrap().id;
        bench.run(Role::SocialService, |work| show(work, id)).unwrap();
        bench.run(Role::Physician, |work| find(work, &Search::default())).unwrap();
        bench.run(Role::Ward, |work| change(work, id, &moved(), None)).unwrap();
        bench.run(Role::Ward, |work| versions(work, id)).unwrap();
        let line = |actor: &str, action: &str, detail: &str| format!("{actor} {action} {id} {detail}").trim_end().to_owned();
        let expected = [
            line("p-ward", "patient.versions", ""),
            line("p-ward", "patient.change", "version=2 fields=kvnr,address"),
            line("p-physician", "patient.list", ""),
            line("p-social-service", "patient.show", ""),
            line("p-ward", "patient.add", ""),
        ];
        assert_eq!(bench.audit(10), expected);
    }

    #[test]
    fn who_does_not_treat_patients_sees_none() {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| add(work, &anna())).unwrap().id;
        for role in [Role::It, Role::Capacity, Role::PrivacyOfficer] {
            assert!(matches!(bench.run(role, |work| show(work, id)), Err(WorkError::Forbidden(_))));
            assert!(matches!(bench.run(role, |work| find(work, &Search::default())), Err(WorkError::Forbidden(_))));
            assert!(matches!(bench.run(role, |work| add(work, &anna())), Err(WorkError::Forbidden(_))));
        }
        assert_eq!(bench.audit(10).len(), 1, "what was refused was not done");
    }

    #[test]
    fn nobody_is_entered_twice_or_wrongly() {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| add(work, &anna())).unwrap().id;
        let twice = bench.run(Role::Ward, |work| add(work, &anna())).unwrap_err();
        assert_eq!((twice.code(), twice.to_string()), ("exists", format!("an entry with this KVNR is there already: {id}")));
        let mut wrong = anna();
        wrong.family = String::new();
        assert_eq!(bench.run(Role::Ward, |work| change(work, id, &wrong, None)).unwrap_err().code(), "invalid");
        assert!(matches!(bench.run(Role::Ward, |work| change(work, LocalId([9; 8]), &anna(), None)), Err(WorkError::NotFound("patient"))));
    }

    /// Two at once: the second reads what the first wrote before it is overwritten, and what is the same already is no change.
    #[test]
    fn nobody_overwrites_what_they_have_not_read() {
        let mut bench = Bench::new();
        let read = bench.run(Role::Ward, |work| add(work, &anna())).unwrap();
        let first = bench.run(Role::Ward, |work| change(work, read.id, &moved(), Some(read.version))).unwrap();
        assert_eq!(first.version, 2);
        let mut other = anna();
        other.phone = None;
        assert_eq!(bench.run(Role::Ward, |work| change(work, read.id, &other, Some(read.version))).unwrap_err().code(), CHANGED);
        let again = bench.run(Role::Ward, |work| change(work, read.id, &moved(), Some(read.version))).unwrap();
        assert!(again == first, "sent twice");
        assert_eq!(bench.run(Role::Ward, |work| change(work, read.id, &other, Some(2))).unwrap().version, 3);
    }

    #[test]
    fn what_belongs_to_one_patient_only_is_named() {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| add(work, &anna())).unwrap().id;
        assert_eq!(bench.run(Role::Ward, |work| taken(work, &anna(), None)).unwrap(), Some((Sole::Kvnr, id)));
        assert_eq!(bench.run(Role::Ward, |work| taken(work, &anna(), Some(id))).unwrap(), None);
        assert_eq!(bench.run(Role::Ward, |work| taken(work, &moved(), None)).unwrap(), Some((Sole::CaseNumber, id)));
        assert!(matches!(bench.run(Role::It, |work| taken(work, &anna(), None)), Err(WorkError::Forbidden(_))));
    }

    #[test]
    fn erasure_says_what_stays_and_the_audit_holds() {
        let mut bench = Bench::new();
        let id = bench.run(Role::Ward, |work| add(work, &anna())).unwrap().id;
        bench.run(Role::Ward, |work| change(work, id, &moved(), None)).unwrap();
        assert!(matches!(bench.run(Role::Ward, |work| erase(work, id)), Err(WorkError::Forbidden(_))));
        let erased = bench.run(Role::PrivacyOfficer, |work| erase(work, id)).unwrap();
        assert_eq!(erased, Erased { consents: 0, versions: 1, documents: 0, cases_kept: 0, audit_kept: 3 });
        assert!(matches!(bench.run(Role::Ward, |work| show(work, id)), Err(WorkError::NotFound("patient"))));
        assert_eq!(audit::verify(bench.store.db()).unwrap().fault, None);
        assert_eq!(audit::count(bench.store.db(), id).unwrap(), 3);
    }
}

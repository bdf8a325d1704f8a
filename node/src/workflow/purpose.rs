//! Who may look at a patient: whoever treats her, and others for a purpose that they state and the privacy officer sees.

use verbund_protocol::id::LocalId;

pub use crate::domain::purpose::{MAX_WORDS, Purpose, STATED_FOR, Stated};

use super::{Work, WorkError, patient};
use crate::{
    domain::actor::{Actor, Role},
    store::purpose as stored,
};

/// Most rows of the privacy officer's list.
pub const MAX_ROWS: usize = 200;
/// What the audit says of a look at somebody in treatment.
const TREATMENT: &str = "treatment";

/// Returns what the audit is to say of a look of staff at a patient: `treatment`, or the purpose that was stated.
///
/// # Errors
/// [`WorkError::Purpose`] if the patient is not in treatment here and none was stated within [`STATED_FOR`].
pub fn of_look(work: &Work<'_>, patient: LocalId) -> Result<&'static str, WorkError> {
    if !matches!(work.actor, Actor::Person { .. }) || stored::traces(work.db, patient)?.in_treatment(work.terms.after_treatment, work.now) {
        return Ok(TREATMENT);
    }
    let stated = stored::latest(work.db, patient, work.actor.name(), work.now.minus(STATED_FOR))?;
    stated.map(|stated| stated.purpose.word()).ok_or(WorkError::Purpose(patient))
}

/// Checks that staff may look at a patient, where the audit says what the look was for by itself. Nobody is anybody's business.
///
/// # Errors
/// As [`of_look`].
pub fn require(work: &Work<'_>, patient: Option<LocalId>) -> Result<(), WorkError> {
    patient.map_or(Ok(()), |patient| of_look(work, patient).map(drop))
}

/// States a purpose: for [`STATED_FOR`] its author may look at the patient.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::NotFound`], [`WorkError::Forbidden`].
pub fn state(work: &mut Work<'_>, id: LocalId, purpose: Purpose, words: &str) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    patient::existing(work, id)?;
    purpose.check(words)?;
    let stated = Stated {
        id: work.entropy.local_id(),
        patient: id,
        by: work.actor.name().to_owned(),
        roles: work.actor.role_words(),
        purpose,
        words: words.trim().to_owned(),
        at: work.now,
        seen: None,
    };
    stored::add(work.db, &stated)?;
    work.audit("purpose.state", Some(id), purpose.word(), &stated.id.to_string())
}

/// Returns what was stated, newest first: what nobody has looked at, and the last of what somebody has.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role of the privacy officer.
pub fn list(work: &mut Work<'_>) -> Result<(Vec<Stated>, Vec<Stated>), WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    work.audit("purpose.list", None, "supervision", "")?;
    Ok((stored::list(work.db, false, MAX_ROWS)?, stored::list(work.db, true, MAX_ROWS)?))
}

/// Returns how many wait for the privacy officer.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn waiting(work: &Work<'_>) -> Result<usize, WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    Ok(stored::unseen(work.db)?)
}

/// Notes that the privacy officer has looked at one. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn see(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(&[Role::PrivacyOfficer])?;
    if stored::see(work.db, id, work.actor.name(), work.now)? {
        work.audit("purpose.see", None, "supervision", &id.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::*;
    use crate::{
        domain::patient::tests::anna,
        workflow::{
            bench::Bench,
            inquiry::{self, NewCase},
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

    #[test]
    fn nothing_of_a_former_patient_is_open_to_staff() {
        let mut bench = Bench::new();
        let id = former(&mut bench);
        let refused = |result: Result<(), WorkError>| assert_eq!(result.unwrap_err().code(), "purpose");
        refused(bench.run(Role::Ward, |work| patient::change(work, id, &anna(), None)).map(drop));
        refused(bench.run(Role::Ward, |work| patient::versions(work, id)).map(drop));
        refused(bench.run(Role::Ward, |work| crate::workflow::consent::list(work, id)).map(drop));
        let of = crate::workflow::document::Filter { patient: Some(id), ..Default::default() };
        refused(bench.run(Role::Ward, |work| crate::workflow::document::list(work, &of, 9)).map(drop));
        refused(bench.run(Role::Ward, |work| crate::workflow::overview::cases(work, Some(id))).map(drop));
    }
}

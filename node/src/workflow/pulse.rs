//! Tells open pages that something has changed, and nothing of what.

use super::{WorkError, inbox};
use crate::{
    domain::actor::{Actor, Role},
    store::{Db, pulse},
};

/// Returns a number that is another one whenever something has changed that `actor` may see. It says nothing else.
///
/// # Errors
/// The store's.
pub fn of(db: &Db, actor: &Actor) -> Result<i64, WorkError> {
    Ok(match actor {
        Actor::Visitor { patient, .. } | Actor::Bedside { patient, .. } => pulse::of_patient(db, *patient)?,
        Actor::Person { .. } if actor.has_any(Role::CARE) => pulse::of_clinic(db)?,
        Actor::Person { .. } | Actor::Node => 0,
    })
}

/// Returns how many inquiries nobody has answered yet, if `actor` answers them.
///
/// # Errors
/// The store's.
pub fn waiting(db: &Db, actor: &Actor) -> Result<Option<usize>, WorkError> {
    match actor {
        Actor::Person { roles, .. } => inbox::waiting_for(db, roles),
        Actor::Visitor { .. } | Actor::Bedside { .. } | Actor::Node => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use verbund_protocol::{
        document::DocumentKey,
        id::{DocumentRoot, LocalId},
    };

    use super::*;
    use crate::{
        domain::{
            patient::{Person, tests::anna},
            wish::{About, Wish},
        },
        workflow::{
            bench::{Bench, person},
            document::{self, Added, NewDocument},
            journey, patient,
        },
    };

    /// Whether the pages of the social service, of the patient and of another patient have news since this was asked last.
    struct Open {
        readers: [Actor; 3],
        heard: [i64; 3],
    }

    impl Open {
        fn hears(&mut self, bench: &mut Bench) -> [bool; 3] {
            bench.now = bench.now.plus(Duration::from_secs(1));
            let now = self.readers.each_ref().map(|reader| of(bench.store.db(), reader).unwrap());
            let before = std::mem::replace(&mut self.heard, now);
            std::array::from_fn(|nth| now[nth] != before[nth])
        }
    }

    #[test]
    fn pages_hear_of_wishes_and_documents_where_they_concern_them() {
        let mut bench = Bench::new();
        let [she, other] = [anna().kvnr, None].map(|kvnr| bench.run(Role::Ward, |work| patient::add(work, &Person { kvnr, case_number: None, ..anna() })).unwrap().id);
        let visitor = |patient| Actor::Visitor { name: "v".into(), account: LocalId([3; 8]), patient, in_person: true };
        let mut open = Open { readers: [person(Role::SocialService), visitor(she), visitor(other)], heard: [0; 3] };
        open.hears(&mut bench);
        assert_eq!(open.hears(&mut bench), [false; 3]);
        let wish = Wish { about: About::NearHome, what: String::new(), why: "Meine Tochter".into() };
        bench.follow(visitor(she), |work| journey::state_wishes(work, &[wish])).unwrap();
        assert_eq!(open.hears(&mut bench), [true, true, false]);
        let new = NewDocument { patient: she, kind: "AD010115".parse().unwrap(), title: "Entlassungsbericht".into(), replaces: None };
        let added = Added { root: DocumentRoot([1; 32]), cipher_size: 100, plain_size: 60, media_type: "application/pdf" };
        let document = bench.run(Role::Ward, |work| document::add(work, &new, &added, &DocumentKey::new([1; 32]))).unwrap().id;
        assert_eq!(open.hears(&mut bench), [true, false, false], "she sees it once a physician has");
        bench.run(Role::Physician, |work| document::release(work, document)).unwrap();
        assert_eq!(open.hears(&mut bench), [true, true, false]);
        bench.run(Role::Physician, |work| document::take_back(work, document)).unwrap();
        assert!(open.hears(&mut bench)[1]);
        assert_eq!(open.hears(&mut bench), [false; 3]);
    }
}

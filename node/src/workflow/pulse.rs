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

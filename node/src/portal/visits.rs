//! Who came lately, so that the store is not asked again for every page: remembered for as long as nothing has changed in it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use verbund_protocol::time::Timestamp;

use crate::{
    domain::account::{Site, Token},
    workflow::account::{Arrival, Visit},
};

/// Most visits remembered.
const MAX_VISITS: usize = 1024;

/// The visits of one edition of the store, by the hash of their token, each with how many inquiries wait for whoever answers them.
#[derive(Default)]
pub struct Visits(Mutex<(u64, HashMap<[u8; 32], (Visit, Option<usize>)>)>);

impl Visits {
    /// Returns whose token this is, if that is known and the store is at this edition still.
    pub fn find(&self, edition: u64, token: &Token, site: Site, now: Timestamp) -> Option<Arrival> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let visit = if held.0 == edition { held.1.get(&token.hash()) } else { None };
        let (visit, waiting) = visit.filter(|(visit, _)| visit.session.site == site && visit.session.stands(now))?;
        Some(Arrival { visit: visit.clone(), typed: vec![], drafted: false, waiting: *waiting })
    }

    /// Remembers who came, as the store had it at this edition. Whoever has typed something that is to come back is not remembered, nor whoever
    /// came with a token that is being replaced.
    pub fn keep(&self, edition: u64, token: &Token, arrival: &Arrival) {
        if arrival.drafted || arrival.visit.session.id != token.hash() {
            return;
        }
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0 > edition {
            return;
        }
        if held.0 < edition || held.1.len() >= MAX_VISITS {
            *held = (edition, HashMap::new());
        }
        held.1.insert(token.hash(), (arrival.visit.clone(), arrival.waiting));
    }
}

//! Held places: how many are left on a day, and whether one more can be held. Only the owner of the bed asks this, inside the
//! one transaction that also writes the hold, so a place cannot be promised twice.

use minicbor::{Decode, Encode};

use crate::{
    planted::{Bug, planted},
    time::Day,
};

/// A place held for one patient: every day from the admission on, `days` long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(map)]
pub struct Hold {
    /// Day of admission.
    #[n(0)]
    pub from: Day,
    /// Length of the stay, at least 1.
    #[n(1)]
    pub days: u16,
}

impl Hold {
    /// Returns whether the place is taken on `day`.
    pub fn covers(self, day: Day) -> bool {
        self.from <= day && day < self.from.plus(u32::from(self.days.max(1)))
    }
}

/// What a department has stated to be free, and what is held of it.
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a> {
    /// The day of the first number of `stated`.
    pub first_day: Day,
    /// Free places by day, before holds.
    pub stated: &'a [u16],
    /// The holds in force.
    pub holds: &'a [Hold],
}

/// A place cannot be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// Nothing has been stated for the admission day.
    #[error("no free places are stated for {0}; publish capacity for that day first")]
    NotStated(Day),
    /// Every stated place of that day is held or given away.
    #[error("no place is left on {0}")]
    Full(Day),
}

impl Ledger<'_> {
    fn days(&self) -> impl Iterator<Item = (Day, u16)> + '_ {
        (0_u32..).zip(self.stated).map(|(offset, stated)| (self.first_day.plus(offset), *stated))
    }

    /// Returns the places left on each stated day: what may be shown as free. Never below zero, also when staff state fewer
    /// places than are held.
    pub fn left(&self) -> Vec<u16> {
        let held = |day| self.holds.iter().filter(|hold| hold.covers(day)).count();
        self.days().map(|(day, stated)| stated.saturating_sub(u16::try_from(held(day)).unwrap_or(u16::MAX))).collect()
    }

    /// Checks that one more place can be held. The admission day must be stated; days of the stay behind the stated horizon
    /// are open.
    ///
    /// # Errors
    /// [`HoldError`] names the first day that has none left.
    pub fn room_for(&self, hold: Hold) -> Result<(), HoldError> {
        if !self.days().any(|(day, _)| day == hold.from) {
            return Err(HoldError::NotStated(hold.from));
        }
        let full = self.days().zip(self.left()).find(|((day, _), left)| hold.covers(*day) && *left == 0);
        let full = full.filter(|_| !planted(Bug::HoldOneTooMany));
        full.map_or(Ok(()), |((day, _), _)| Err(HoldError::Full(day)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const FIRST: Day = Day(20_000);

    fn hold(from: u32, days: u16) -> Hold {
        Hold { from: FIRST.plus(from), days }
    }

    #[test]
    fn a_hold_takes_every_day_of_the_stay() {
        let holds = [hold(1, 2)];
        let ledger = Ledger { first_day: FIRST, stated: &[2, 1, 1, 1], holds: &holds };
        assert_eq!(ledger.left(), [2, 0, 0, 1]);
        assert_eq!(ledger.room_for(hold(0, 1)), Ok(()));
        assert_eq!(ledger.room_for(hold(0, 2)), Err(HoldError::Full(FIRST.plus(1))));
        assert_eq!(ledger.room_for(hold(3, 40)), Ok(()), "the stay may outlast what is stated");
        assert_eq!(ledger.room_for(hold(4, 1)), Err(HoldError::NotStated(FIRST.plus(4))));
    }

    #[test]
    fn fewer_stated_than_held_shows_none() {
        let holds = [hold(0, 3), hold(0, 3)];
        assert_eq!(Ledger { first_day: FIRST, stated: &[1, 0, 5], holds: &holds }.left(), [0, 0, 3]);
    }

    proptest! {
        /// Whatever is asked for, what is held never exceeds what was stated.
        #[test]
        fn no_place_is_held_twice(stated in prop::collection::vec(0_u16..4, 1..20), asked in prop::collection::vec((0_u32..25, 0_u16..30), 0..40)) {
            let mut holds = Vec::new();
            for (from, days) in asked {
                let ledger = Ledger { first_day: FIRST, stated: &stated, holds: &holds };
                if ledger.room_for(hold(from, days)).is_ok() {
                    holds.push(hold(from, days));
                }
            }
            for (offset, stated) in stated.iter().enumerate() {
                let day = FIRST.plus(offset as u32);
                prop_assert!(holds.iter().filter(|hold| hold.covers(day)).count() <= usize::from(*stated));
            }
        }
    }
}

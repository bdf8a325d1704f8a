//! What is not kept for ever, once a day. What ends by a date of its own (bodies of conversations, holds, grants) ends by [`super::clock`].

use super::{Work, WorkError};
use crate::store::{audit::witness, meta};

/// The store's name for the day of the last run.
const PURPOSE: &str = "retention";

/// Runs the day's retention if it has not run on this day. Returns whether it ran. (The core empties the store's log once a day, too, so
/// that what was erased is gone from the disk.)
///
/// # Errors
/// The store's.
pub fn daily(work: &mut Work<'_>) -> Result<bool, WorkError> {
    if !meta::first_today(work.db, PURPOSE, work.now)? {
        return Ok(false);
    }
    let heads = witness::prune(work.db, work.now)?;
    if heads > 0 {
        work.audit("retention", None, "operation", &format!("witnessed-heads={heads}"))?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use verbund_protocol::{id::Digest, query::WitnessedHead};

    use super::*;
    use crate::{
        domain::actor::Actor,
        workflow::bench::{Bench, other},
    };

    #[test]
    fn old_heads_are_thinned_once_a_day() {
        let mut bench = Bench::new();
        for hour in 0..4 {
            let seen_at = bench.now.day().start().plus(Duration::from_secs(hour * 3600));
            let seen = WitnessedHead { epoch: 1, len: hour, head: Digest([hour as u8; 32]), seen_at };
            witness::record(bench.store.db(), &other(), &"1".parse().unwrap(), &seen).unwrap();
        }
        let day = |bench: &mut Bench| bench.follow(Actor::Node, daily).unwrap().0;
        assert!(day(&mut bench) && !day(&mut bench), "once a day");
        assert!(bench.audit(1).is_empty(), "nothing was old enough");
        bench.now = bench.now.plus(Duration::from_secs(8 * 86_400));
        assert!(day(&mut bench) && !day(&mut bench));
        assert_eq!(bench.audit(1), ["node retention - witnessed-heads=3"]);
    }
}

//! Token buckets: how often something may happen, with bursts. Time is an argument.

use std::time::Duration;

use verbund_protocol::{limits::Quota, wire::Protocol};

/// Tokens are counted in millionths, so that a slow rate and a short wait lose nothing to rounding.
const MICRO: u64 = 1_000_000;

/// A bucket that fills at a steady rate and may be emptied at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    capacity: u64,
    per_second: u64,
    level: u64,
    at: Duration,
}

impl TokenBucket {
    /// Returns a full bucket. `now` counts from any fixed moment.
    pub fn new(quota: Quota, now: Duration) -> Self {
        let capacity = u64::from(quota.burst) * MICRO;
        Self { capacity, per_second: u64::from(quota.per_second), level: capacity, at: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long until there is one; nothing was taken.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.fill(now);
        match self.level.checked_sub(MICRO) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None if self.per_second == 0 => Err(Duration::MAX),
            None => Err(Duration::from_micros((MICRO - self.level).div_ceil(self.per_second))),
        }
    }

    /// A clock that goes back fills nothing and takes nothing away.
    fn fill(&mut self, now: Duration) {
        let passed = u64::try_from(now.saturating_sub(self.at).as_micros()).unwrap_or(u64::MAX);
        self.level = self.level.saturating_add(passed.saturating_mul(self.per_second)).min(self.capacity);
        self.at = self.at.max(now);
    }
}

/// The buckets of one peer in one direction: one for each protocol.
#[derive(Clone, Debug)]
pub(super) struct Buckets([TokenBucket; Protocol::ALL.len()]);

impl Buckets {
    pub fn new(quota: impl Fn(Protocol) -> Quota, now: Duration) -> Self {
        Self(Protocol::ALL.map(|protocol| TokenBucket::new(quota(protocol), now)))
    }

    pub fn take(&mut self, protocol: Protocol, now: Duration) -> Result<(), Duration> {
        self.0[protocol as usize].take(now)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const QUOTA: Quota = Quota { per_second: 2, burst: 3 };

    #[test]
    fn a_burst_then_the_steady_rate() {
        let mut bucket = TokenBucket::new(QUOTA, Duration::ZERO);
        for _ in 0..3 {
            bucket.take(Duration::ZERO).unwrap();
        }
        let wait = bucket.take(Duration::ZERO).unwrap_err();
        assert_eq!(wait, Duration::from_millis(500));
        assert!(bucket.take(wait - Duration::from_micros(1)).is_err(), "one microsecond early");
        bucket.take(wait).unwrap();
    }

    #[test]
    fn a_pause_fills_no_more_than_the_burst_and_a_clock_going_back_nothing() {
        let mut bucket = TokenBucket::new(QUOTA, Duration::from_secs(100));
        let later = Duration::from_secs(1_000_000);
        assert_eq!((0..9).filter(|_| bucket.take(later).is_ok()).count(), 3);
        assert!(bucket.take(Duration::from_secs(50)).is_err());
        assert!(bucket.take(later).is_err(), "going back and forth gained nothing");
    }

    /// Of every quota: as many at once as the burst and not one more, and as many a second later as are allowed in a second.
    #[test]
    fn each_quota_is_kept() {
        use verbund_protocol::limits::{DOCUMENT_QUOTA, GOSSIP_QUOTA, MESSAGE_QUOTA, QUERY_QUOTA, SYNC_QUOTA};
        for quota in [SYNC_QUOTA, MESSAGE_QUOTA, DOCUMENT_QUOTA, QUERY_QUOTA, GOSSIP_QUOTA] {
            let mut bucket = TokenBucket::new(quota, Duration::ZERO);
            let mut taken_at = |now| (0..=2 * quota.burst).take_while(|_| bucket.take(now).is_ok()).count();
            assert_eq!(taken_at(Duration::ZERO), quota.burst as usize, "{quota:?}");
            assert_eq!(taken_at(Duration::from_secs(1)), quota.per_second as usize, "{quota:?}");
        }
    }

    #[test]
    fn protocols_do_not_share_a_bucket() {
        let mut buckets = Buckets::new(|_| Quota { per_second: 1, burst: 1 }, Duration::ZERO);
        buckets.take(Protocol::Document, Duration::ZERO).unwrap();
        assert!(buckets.take(Protocol::Document, Duration::ZERO).is_err());
        buckets.take(Protocol::Message, Duration::ZERO).unwrap();
    }

    proptest! {
        /// Whatever the times, never more than burst plus rate times the time passed.
        #[test]
        fn never_more_than_promised(steps in proptest::collection::vec(0_u64..400, 1..200)) {
            let mut bucket = TokenBucket::new(QUOTA, Duration::ZERO);
            let (mut now, mut taken) = (Duration::ZERO, 0_u128);
            for step in steps {
                now += Duration::from_millis(step);
                taken += u128::from(bucket.take(now).is_ok());
                prop_assert!(taken * 1_000 <= 3_000 + 2 * now.as_millis());
            }
        }
    }
}

//! When to dial again after a failure. Time and chance are arguments.

use std::time::Duration;

/// Waits that double with each failure, each shortened by up to half at random so that nodes do not dial in step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Backoff {
    failures: u32,
    until: Duration,
}

/// Shortest and longest wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    pub min: Duration,
    pub max: Duration,
}

impl Backoff {
    /// Notes a failure at `now`. `chance` is any random number.
    pub fn failed(&mut self, waits: Waits, now: Duration, chance: u64) {
        let full = waits.min.saturating_mul(1 << self.failures.min(20)).min(waits.max);
        self.failures = self.failures.saturating_add(1);
        let half = u64::try_from(full.as_micros() / 2).unwrap_or(u64::MAX).max(1);
        self.until = now + full - Duration::from_micros(chance % half);
    }

    /// Asks not to dial before `until`, although nothing failed.
    pub fn rest(&mut self, until: Duration) {
        self.until = self.until.max(until);
    }

    /// Forgets all failures.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// Returns how long to wait at `now`; zero if a dial makes sense.
    pub fn wait(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// Returns whether dialling failed again and again, so that another peer is a better choice for a standing link.
    pub fn is_unreachable(&self) -> bool {
        self.failures >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Waits = Waits { min: Duration::from_secs(1), max: Duration::from_secs(60) };

    #[test]
    fn waits_double_up_to_the_longest_and_end_with_success() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.wait(Duration::ZERO), Duration::ZERO);
        let waits: Vec<u64> = (0..8)
            .map(|_| {
                backoff.failed(WAITS, Duration::ZERO, 0);
                backoff.wait(Duration::ZERO).as_secs()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(backoff.is_unreachable());
        backoff.succeeded();
        assert_eq!((backoff.wait(Duration::ZERO), backoff.is_unreachable()), (Duration::ZERO, false));
    }

    #[test]
    fn chance_shortens_by_less_than_half() {
        for chance in [1, 7, 499_999, 500_000, u64::MAX] {
            let mut backoff = Backoff::default();
            backoff.failed(WAITS, Duration::from_secs(5), chance);
            let wait = backoff.wait(Duration::from_secs(5));
            assert!(wait > Duration::from_millis(499) && wait <= Duration::from_secs(1), "{wait:?}");
        }
    }
}

//! How long things took lately, for those who look after the node: figures in memory, about nobody.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Deliveries that the figures are taken from; a thousand are enough for a hundredth.
const DELIVERIES: usize = 1_000;
/// Pages that the figures are taken from: some minutes of a busy clinic.
const PAGES: usize = 10_000;

/// How long something took lately, microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Times {
    /// How often it happened since the start.
    pub count: u64,
    /// The latest.
    pub last: Option<u64>,
    /// The median of the latest.
    pub p50: Option<u64>,
    /// What 99 of a hundred of the latest did not exceed.
    pub p99: Option<u64>,
}

/// What the node watches. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Took {
    /// Deliveries to other clinics, each of what waited for one member: from the commit that holds it to the commit of its signed receipts.
    pub deliveries: Recent,
    /// Pages and forms of people who are signed in: from the head of the request until its answer is composed. Without those that hash
    /// passwords, write a PDF or take a file in.
    pub pages: Recent,
}

impl Default for Took {
    fn default() -> Self {
        Self { deliveries: Recent::latest(DELIVERIES), pages: Recent::latest(PAGES) }
    }
}

/// The latest of something. Cheap to clone: all clones are the same.
#[derive(Clone, Debug)]
pub struct Recent(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    most: usize,
    count: u64,
    /// Microseconds, the latest last.
    took: VecDeque<u32>,
}

impl Recent {
    /// Returns a watch of the latest so many.
    pub fn latest(most: usize) -> Self {
        Self(Arc::new(Mutex::new(Kept { most, count: 0, took: VecDeque::new() })))
    }

    /// Notes one more. What took longer than an hour counts as about an hour.
    pub fn note(&self, took: Duration) {
        let mut kept = self.lock();
        kept.count += 1;
        if kept.took.len() >= kept.most {
            kept.took.pop_front();
        }
        kept.took.push_back(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Returns the figures.
    pub fn times(&self) -> Times {
        let (count, mut took) = {
            let kept = self.lock();
            (kept.count, Vec::from_iter(kept.took.iter().copied().map(u64::from)))
        };
        let last = took.last().copied();
        took.sort_unstable();
        let rank = |percent: usize| took.get((took.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Times { count, last, p50: rank(50), p99: rank(99) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Nothing panics while the lock is held, and the figures would be whole even then.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_are_remembered() {
        let recent = Recent::latest(1_000);
        assert_eq!(recent.times(), Times::default());
        (0..1_010).for_each(|micros| recent.note(Duration::from_micros(micros)));
        assert_eq!(recent.times(), Times { count: 1_010, last: Some(1_009), p50: Some(509), p99: Some(999) });
        recent.note(Duration::from_secs(86_400));
        assert_eq!(recent.times().last, Some(u32::MAX.into()));
    }
}

//! How long deliveries take: from the commit that holds a message until the commit that holds its signed receipt.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use verbund_protocol::wire::Protocol;

use crate::{runtime::core::Output, workflow::desk::DeliveryTimes};

/// Deliveries that the figures are taken from; a thousand are enough for a hundredth.
const REMEMBERED: usize = 1_000;

/// The latest deliveries, written by the core's thread and read by doors. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Deliveries(Arc<Mutex<Recent>>);

#[derive(Debug, Default)]
struct Recent {
    count: u64,
    /// The latest last.
    took: VecDeque<Duration>,
}

impl Deliveries {
    /// Returns the figures.
    pub fn times(&self) -> DeliveryTimes {
        let (count, took) = {
            let recent = self.lock();
            (recent.count, recent.took.clone())
        };
        let last = took.back().copied();
        let mut sorted: Vec<Duration> = took.into();
        sorted.sort_unstable();
        let rank = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        let micros = |span: Option<Duration>| span.map(|span| u64::try_from(span.as_micros()).unwrap_or(u64::MAX));
        DeliveryTimes { count, last: micros(last), p50: micros(rank(50)), p99: micros(rank(99)) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recent> {
        // Nothing panics while the lock is held, and the figures would be whole even then.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, took: Duration) {
        let mut recent = self.lock();
        recent.count += 1;
        if recent.took.len() >= REMEMBERED {
            recent.took.pop_front();
        }
        recent.took.push_back(took);
    }
}

/// Watches the turns: what left with one, and which receipts came with a later one.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    /// Batches of messages under way.
    begun: HashMap<u64, Instant>,
    deliveries: Deliveries,
}

impl Stopwatch {
    pub(super) fn new(deliveries: Deliveries) -> Self {
        Self { begun: HashMap::new(), deliveries }
    }

    /// Notes that a turn is committed which took in the answers to `answered` and sends `outputs`.
    pub(super) fn turned(&mut self, answered: &[u64], outputs: &[Output]) {
        let now = Instant::now();
        for begun in answered.iter().filter_map(|token| self.begun.remove(token)) {
            self.deliveries.note(now - begun);
        }
        for output in outputs {
            if let Output::Request { token, protocol: Protocol::Message, .. } = output {
                self.begun.insert(*token, now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verbund_protocol::sign::SecretKey;

    fn sends(token: u64) -> Output {
        Output::Request { token, to: SecretKey::from_seed(&[1; 32]).public(), protocol: Protocol::Message, body: vec![] }
    }

    #[test]
    fn a_delivery_counts_once_its_answer_is_kept_and_only_then() {
        let deliveries = Deliveries::default();
        let mut watch = Stopwatch::new(deliveries.clone());
        watch.turned(&[], &[sends(1), sends(2)]);
        assert_eq!(deliveries.times(), DeliveryTimes::default());
        watch.turned(&[2, 7], &[]);
        let times = deliveries.times();
        assert_eq!((times.count, times.last, times.p50), (1, times.p99, times.p99));
        assert!(times.last.is_some());
        watch.turned(&[2, 1], &[]);
        assert_eq!(deliveries.times().count, 2, "an answer that comes twice is one");
    }

    #[test]
    fn only_the_latest_are_remembered() {
        let deliveries = Deliveries::default();
        (0..REMEMBERED as u64 + 10).for_each(|micros| deliveries.note(Duration::from_micros(micros)));
        assert_eq!(deliveries.times(), DeliveryTimes { count: 1_010, last: Some(1_009), p50: Some(509), p99: Some(999) });
    }
}

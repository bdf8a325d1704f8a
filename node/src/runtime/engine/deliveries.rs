//! How long deliveries take: from the commit that holds a message until the commit that holds its signed receipt.

use std::{collections::HashMap, time::Instant};

use verbund_protocol::wire::Protocol;

use crate::{runtime::core::Output, workflow::took::Recent};

/// Watches the turns: what left with one, and which receipts came with a later one.
#[derive(Debug)]
pub(super) struct Stopwatch {
    /// Batches of messages under way.
    begun: HashMap<u64, Instant>,
    deliveries: Recent,
}

impl Stopwatch {
    pub(super) fn new(deliveries: Recent) -> Self {
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
    use crate::workflow::took::{Times, Took};
    use verbund_protocol::sign::SecretKey;

    fn sends(token: u64) -> Output {
        Output::Request { token, to: SecretKey::from_seed(&[1; 32]).public(), protocol: Protocol::Message, body: vec![] }
    }

    #[test]
    fn a_delivery_counts_once_its_answer_is_kept_and_only_then() {
        let deliveries = Took::default().deliveries;
        let mut watch = Stopwatch::new(deliveries.clone());
        watch.turned(&[], &[sends(1), sends(2)]);
        assert_eq!(deliveries.times(), Times::default());
        watch.turned(&[2, 7], &[]);
        let times = deliveries.times();
        assert_eq!((times.count, times.last, times.p50), (1, times.p99, times.p99));
        assert!(times.last.is_some());
        watch.turned(&[2, 1], &[]);
        assert_eq!(deliveries.times().count, 2, "an answer that comes twice is one");
    }
}

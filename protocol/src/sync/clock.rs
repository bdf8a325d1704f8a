//! Whether this node's clock can be trusted, by what the peers' clocks say.

use crate::limits::MAX_CLOCK_SKEW;

/// What the peers' clocks say about this node's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockVerdict {
    /// No peer to compare with.
    Alone,
    /// Within bounds of the peers' median.
    Agrees {
        /// Milliseconds that the median is ahead of this clock.
        ahead_ms: i64,
    },
    /// Out of bounds: this node neither makes nor ends promises (DESIGN section 8).
    Apart {
        /// Milliseconds that the median is ahead of this clock.
        ahead_ms: i64,
    },
}

/// Returns whether this clock agrees with the peers' median. Each offset is a peer's clock minus this node's, in
/// milliseconds, one for each peer.
///
/// Of an even number of peers the middle one nearer to this clock counts, so that of two peers one alone cannot stop a
/// node. A single peer can: which of two clocks is wrong cannot be told, and stopping is the safe side.
pub fn clock_agreement(offsets_ms: &[i64]) -> ClockVerdict {
    let mut sorted = offsets_ms.to_vec();
    sorted.sort_unstable();
    let (Some(low), Some(high)) = (sorted.get(sorted.len().saturating_sub(1) / 2), sorted.get(sorted.len() / 2)) else {
        return ClockVerdict::Alone;
    };
    let median = if low.unsigned_abs() <= high.unsigned_abs() { *low } else { *high };
    let limit = u64::try_from(MAX_CLOCK_SKEW.as_millis()).unwrap_or(u64::MAX);
    if median.unsigned_abs() > limit { ClockVerdict::Apart { ahead_ms: median } } else { ClockVerdict::Agrees { ahead_ms: median } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_decides() {
        assert_eq!(clock_agreement(&[]), ClockVerdict::Alone);
        assert_eq!(clock_agreement(&[120_000]), ClockVerdict::Agrees { ahead_ms: 120_000 });
        assert_eq!(clock_agreement(&[-120_001]), ClockVerdict::Apart { ahead_ms: -120_001 });
        assert_eq!(clock_agreement(&[10, 900_000]), ClockVerdict::Agrees { ahead_ms: 10 }, "one of two cannot stop a node");
        assert_eq!(clock_agreement(&[900_000, 0, 900_000]), ClockVerdict::Apart { ahead_ms: 900_000 });
        assert_eq!(clock_agreement(&[i64::MIN, 5, i64::MAX]), ClockVerdict::Agrees { ahead_ms: 5 }, "liars at both ends");
        assert_eq!(clock_agreement(&[-300_000, -200_000, 200_000, 300_000]), ClockVerdict::Apart { ahead_ms: -200_000 });
    }
}

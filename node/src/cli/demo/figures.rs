//! What the demo measures.

use std::time::Duration;

/// A distribution, by its median and its worst in a hundred.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Spread {
    /// The median.
    pub p50: f64,
    /// The value that 99 of 100 do not exceed (nearest rank).
    pub p99: f64,
}

impl Spread {
    /// Returns the spread of `samples`; zero if there are none.
    pub fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |share: f64| sorted.get(((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or(0.0);
        Self { p50: round(rank(0.5)), p99: round(rank(0.99)) }
    }
}

/// Resident memory of all nodes, MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Memory {
    /// The median node.
    pub median: f64,
    /// The largest node.
    pub max: f64,
}

impl Memory {
    /// Returns the memory figures of `samples`, MiB a node.
    pub fn of(samples: &[f64]) -> Self {
        Self { median: Spread::of(samples).p50, max: round(samples.iter().copied().fold(0.0, f64::max)) }
    }
}

/// All figures; the last line of `demo --json`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Figures {
    /// Clinics.
    pub clinics: usize,
    /// Beds of all of them.
    pub beds: u32,
    /// From the start of the first process until every node knows the address of every other.
    pub mesh_ready_ms: f64,
    /// From a publication's commit at one node until it is searchable at every node.
    pub capacity_visible_ms: Spread,
    /// One search at one node, in the core.
    pub search_us: Spread,
    /// From the commit at the sender to the receiver's signed durable receipt back at the sender.
    pub referral_receipt_ms: Spread,
    /// Handoff of the large document, disk to disk, verified.
    pub document_mib_per_s: f64,
    /// Resident memory of the nodes after the story.
    pub rss_mib: Memory,
    /// Mean share of one core that one node uses over ten quiet seconds, percent.
    pub idle_cpu_percent: f64,
    /// Messages one store has sent and the other does not have.
    pub lost: usize,
    /// Messages that had an effect twice.
    pub duplicated: usize,
    /// Whether the exported evidence of both sides verified offline.
    pub evidence_verified: bool,
}

/// Returns milliseconds, rounded to two places.
pub fn millis(span: Duration) -> f64 {
    round(span.as_secs_f64() * 1e3)
}

/// Returns `value` rounded to two places.
pub fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_by_nearest_rank() {
        let samples: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(Spread::of(&samples), Spread { p50: 100.0, p99: 198.0 });
        assert_eq!(Spread::of(&[3.0]), Spread { p50: 3.0, p99: 3.0 });
        assert_eq!(Spread::of(&[]), Spread::default());
        assert_eq!(Memory::of(&[1.0, 9.0, 2.0]), Memory { median: 2.0, max: 9.0 });
    }
}

//! The table and its JSON.

use std::fmt;

use serde_json::Value;

use super::Machine;

/// What was measured of one thing.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Row {
    /// Its name for `--only`.
    pub name: &'static str,
    /// What was measured.
    pub what: String,
    /// Against what.
    pub against: String,
    /// What it should be.
    pub aim: String,
    /// What it is, in words with units.
    pub measured: String,
    /// Product through floor, where there is a floor.
    pub ratio: Option<f64>,
    /// Whether the aim is reached.
    pub reached: bool,
    /// All figures, with units in their names.
    pub figures: Value,
}

/// Everything measured in one run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Whether sizes were small, so that only the working counts.
    pub quick: bool,
    /// The rows.
    pub rows: Vec<Row>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        if self.quick {
            writeln!(f, "A smoke run: small sizes show that every row works; its figures mean nothing.")?;
        }
        writeln!(f)?;
        writeln!(f, "| what | against | aim | measured | |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        for row in &self.rows {
            let verdict = if self.quick {
                "-"
            } else if row.reached {
                "yes"
            } else {
                "NO"
            };
            writeln!(f, "| {} | {} | {} | {} | {verdict} |", row.what, row.against, row.aim, row.measured)?;
        }
        Ok(())
    }
}

/// Several measurements of one thing.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub(crate) struct Runs {
    /// The smallest.
    pub min: f64,
    /// The middle one; of an even number the smaller of the two in the middle.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Runs {
    /// Returns the spread of `samples`; zeros if there are none.
    pub(crate) fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
        Self { min: at(0), median: at(sorted.len().saturating_sub(1) / 2), max: at(sorted.len().saturating_sub(1)) }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.median >= 100.0 { 0 } else { 2 };
        write!(f, "{:.digits$} ({:.digits$}–{:.digits$})", self.median, self.min, self.max)
    }
}

/// Returns the value that `percent` of a hundred samples do not exceed (nearest rank); zero if there are none.
pub(crate) fn percentile(samples: &[f64], percent: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_by_rank() {
        assert_eq!(Runs::of(&[3.0, 1.0, 2.0]), Runs { min: 1.0, median: 2.0, max: 3.0 });
        assert_eq!(Runs::of(&[]), Runs { min: 0.0, median: 0.0, max: 0.0 });
        let samples: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((percentile(&samples, 50.0), percentile(&samples, 99.0), percentile(&[], 99.0)), (100.0, 198.0, 0.0));
    }
}

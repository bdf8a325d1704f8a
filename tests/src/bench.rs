//! `scripts/bench`: what the node costs, as ratios to floors that are timed in the same run on the same machine.
//!
//! Product figures come from real `verbund` processes over the real mesh. A floor is the least that the same work needs: the same bytes,
//! the same signatures, the same syncs of the same disk, on as many threads, without a product around it.

mod alone;
mod bare;
mod caller;
mod documents;
mod fleet;
mod floor;
mod growth;
mod machine;
mod memory;
mod messages;
mod report;
mod scene;
mod search;
mod starting;
mod web;

use std::path::PathBuf;

use anyhow::{Context as _, bail};

pub use alone::run as run_bare_node;
pub use machine::Machine;
pub use report::{Report, Row};

/// Which rows there are, in the order of the table.
pub const ROWS: [&str; 15] =
    ["document", "iroh", "small-documents", "messages", "lone-message", "visible", "search", "idle", "start", "directory", "web", "page", "web-memory", "growth", "memory"];
/// The rows that run only when they are named, or in a smoke run: they take as long as they are given.
const ON_DEMAND: [&str; 2] = ["web-memory", "memory"];

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Small sizes: shows that every row works, not how fast.
    pub quick: bool,
    /// Only these rows; all usual ones if there are none.
    pub only: Vec<String>,
    /// Times each pair of product and floor is measured.
    pub runs: usize,
    /// Length of each row about memory, minutes.
    pub minutes: u64,
    /// How many pages a second each of those looks at whose node's memory is watched: what a look leaves behind shows so many times as soon.
    pub haste: u32,
    /// The program that fetches by `iroh-blobs`, if it was built.
    pub iroh: Option<PathBuf>,
    /// Where drawings go.
    pub drawings: PathBuf,
}

impl Plan {
    /// Returns whether a row is wanted.
    pub fn wants(&self, row: &str) -> bool {
        let usual = (!ON_DEMAND.contains(&row) || self.quick) && (row != "iroh" || self.iroh.is_some());
        if self.only.is_empty() { usual } else { self.only.iter().any(|name| name == row) }
    }
    /// Returns `full`, or `quick` in a smoke run.
    pub fn size<T>(&self, quick: T, full: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// Measures what `plan` wants, telling progress on standard error.
///
/// # Errors
/// Says which row could not be measured; an aim that is missed is no error.
pub fn run(plan: &Plan) -> anyhow::Result<Report> {
    if let Some(unknown) = plan.only.iter().find(|name| !ROWS.contains(&name.as_str())) {
        bail!("there is no row {unknown}; the rows are {}", ROWS.join(", "));
    }
    let mut rows = Vec::new();
    let groups: [(&[&str], fn(&Plan) -> anyhow::Result<Vec<Row>>); 8] = [
        (&["document", "iroh", "small-documents"], documents::measure),
        (&["messages", "lone-message"], messages::measure),
        (&["search"], search::measure),
        (&["directory", "visible", "idle"], fleet::measure),
        (&["start"], starting::measure),
        (&["web", "page", "web-memory"], web::measure),
        (&["growth"], growth::measure),
        (&["memory"], memory::measure),
    ];
    for (names, measure) in groups {
        if names.iter().any(|name| plan.wants(name)) {
            rows.extend(measure(plan).with_context(|| format!("measuring {}", names.join(", ")))?);
        }
    }
    rows.retain(|row| plan.wants(row.name));
    rows.sort_by_key(|row| ROWS.iter().position(|name| *name == row.name));
    Ok(Report { machine: Machine::here(), quick: plan.quick, rows })
}

/// Tells how far the bench has come, on standard error.
pub(crate) fn tell(what: &str) {
    eprintln!("bench: {what}");
}

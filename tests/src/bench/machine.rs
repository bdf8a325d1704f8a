//! What the figures were measured on.

use std::{fmt, fs};

/// The machine and the command.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Processors this program may use.
    pub cores: usize,
    /// Memory, GiB.
    pub memory_gib: f64,
    /// The kernel.
    pub kernel: String,
    /// Load over the last minute when the run ended: what else ran takes from every figure.
    pub load: String,
    /// How the programs were built.
    pub build: &'static str,
    /// The command that was given.
    pub command: String,
}

impl Machine {
    /// Returns this machine.
    pub fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_once(':')).map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
        };
        let memory: f64 = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0.0);
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: cores(),
            memory_gib: (memory / 1024.0 / 1024.0 * 10.0).round() / 10.0,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg").split_whitespace().next().unwrap_or("unknown").to_owned(),
            build: if cfg!(debug_assertions) { "dev" } else { "release" },
            command: std::env::args().skip(1).fold("scripts/bench".to_owned(), |line, word| format!("{line} {word}")),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, memory_gib, kernel, load, build, command } = self;
        writeln!(f, "{command}")?;
        write!(f, "{processor}, {cores} cores, {memory_gib} GiB, Linux {kernel}, {build} build, load {load} at the end; all nodes on this one machine")
    }
}

/// Returns how many processors this program may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

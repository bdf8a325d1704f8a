//! `verbund run`.

use std::io::Write;

use anyhow::{Context as _, ensure};
use nix::{sys::signal::Signal, unistd::getppid};

use super::Terminal;
use crate::{
    domain::config::{Config, LogFormat},
    runtime::service,
};

/// Run the node until it is told to stop
#[derive(Debug, clap::Args)]
pub struct Run {}

impl Run {
    /// Runs the node. Logs go to standard output.
    ///
    /// # Errors
    /// If it cannot start, or must stop because the disk can no longer be trusted.
    pub fn run<W: Write>(self, terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        end_with_parent()?;
        let config = terminal.load()?;
        log_to_stdout(&config)?;
        Ok(service::run(config)?)
    }
}

/// Names, to a node that `verbund demo` or a test starts, the process that it must not outlive.
pub const PARENT: &str = "VERBUND_PARENT";

/// Has the kernel tell this process to stop when the one named by [`PARENT`] ends, however that ends: a demo that is killed leaves no clinics behind.
fn end_with_parent() -> anyhow::Result<()> {
    let Ok(parent) = std::env::var(PARENT) else { return Ok(()) };
    nix::sys::prctl::set_pdeathsig(Signal::SIGTERM).context("cannot ask to be told of the parent's end")?;
    // It may have ended before the kernel was asked.
    ensure!(getppid().to_string() == parent, "the process {parent} that started this node has ended");
    Ok(())
}

fn log_to_stdout(config: &Config) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.level)
        .map_err(|error| anyhow::anyhow!("configuration: log.level: {error}; write info, or directives such as info,verbund_node::mesh=debug"))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_target(true);
    match config.log.format {
        LogFormat::Text => logs.with_ansi(false).init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
    Ok(())
}

//! `verbund run`.

use std::io::Write;

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
        let config = terminal.load()?;
        log_to_stdout(&config)?;
        Ok(service::run(config)?)
    }
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

//! The binary `verbund-authority`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    verbund_certs::cli::Cli::parse().run()
}

//! The binary `verbund`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    verbund_node::cli::Cli::parse().run()
}

//! The binary `verbund`.

use std::process::ExitCode;

use clap::Parser as _;

/// A node runs for months and serves many short requests from several threads: on those the system's allocator spends a fifth of the time,
/// and it keeps what was freed after a large document. How this one is set up stands in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    verbund_node::cli::Cli::parse().run()
}

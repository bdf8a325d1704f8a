//! The cooperative's offline membership tool.

fn main() {}

//! Many nodes in one process on a virtual clock and network, replayable from a seed.
//!
//! Each node is the real core over a real SQLite store in memory. The network delays, loses, repeats and reorders what
//! the cores say; nodes crash between turns and start again from their store. Nothing here waits for real time.

mod counts;
mod links;
mod network;
mod random;
mod world;

pub use counts::{Counts, Said};
pub use network::Faults;
pub use random::Random;
pub use world::{World, staff};

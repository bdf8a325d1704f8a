//! Many nodes in one process on a virtual clock and network, replayable from a seed.
//!
//! Each node is the real core over the real store on a [disk](crate::disk) of its own. The network delays, loses, repeats and
//! reorders what the cores say; machines lose power, disks fail, clocks jump, backups are restored. Staff act, things break, and
//! the promises are asked for after every step. Nothing here waits for real time.
//!
//! Start reading at [`run()`]: it plays one seed. [`Plan`] says how large and how long.

mod carrier;
pub mod cooperative;
mod counts;
mod liars;
mod links;
mod mishap;
mod naming;
mod network;
mod node;
mod play;
mod promises;
mod random;
mod run;
mod scenes;
mod settled;
mod staff;
mod trace;
mod world;

pub use counts::{Counts, Said};
pub use network::Faults;
pub use play::Play;
pub use random::Random;
pub use run::{Busy, Plan, REGRESSIONS, Run, Scale, run};
pub use staff::Staff;
pub use world::{World, staff};

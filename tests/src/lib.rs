//! Whole nodes seen from outside: a simulator over the real core and store, transcripts, and real processes.

pub mod bench;
pub mod chromium;
pub mod disk;
pub mod fuzz;
pub mod kills;
pub mod network;
pub mod people;
pub mod post_office;
pub mod simulator;
pub mod town;
pub mod transcript;

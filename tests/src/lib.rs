//! Whole nodes seen from outside: a simulator over the real core and store, and real processes.

pub mod simulator;

//! Wiring: the only part that knows all others. `core` decides, `engine` gives it turns.

pub mod core;
pub mod engine;

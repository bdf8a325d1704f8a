//! Wiring: the only part that knows all others. `core` decides, `engine` gives it turns, `service` brings both to the world.

pub mod core;
pub mod engine;
pub mod service;
pub mod transfer;

//! The one integration-test binary; its modules are the stories.

#![allow(clippy::unwrap_used, missing_docs)]

mod crash_points;
mod documents;
mod fuzz;
mod kills;
mod network;
mod simulator;
mod stories;
mod transcripts;
mod trust;
mod web;

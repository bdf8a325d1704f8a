//! The handlers: each takes what the browser sent, asks the workflow and renders.

pub mod about;
pub mod access;
pub mod assets;
mod documents;
pub mod invitation;
pub mod live;
mod mandate;
pub mod notices;
pub mod patient;
pub(in crate::portal) mod proof;
pub mod setup;
pub mod sign_in;
pub mod staff;
pub mod start;

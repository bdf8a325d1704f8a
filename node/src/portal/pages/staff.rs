//! The staff's pages.

pub mod accounts;
pub mod patient;
pub mod patients;

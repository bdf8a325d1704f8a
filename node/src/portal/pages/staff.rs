//! The staff's pages.

pub mod accounts;
pub mod admissions;
pub mod patient;
pub mod patients;

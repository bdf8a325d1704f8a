//! The staff's pages.

pub mod accounts;
pub mod admissions;
pub mod audit;
pub mod bedside;
pub mod calls;
pub mod capacity;
pub mod case;
pub mod consents;
pub mod department;
pub mod documents;
pub mod entry;
pub mod messages;
pub mod papers;
pub mod patient;
pub mod patients;
pub mod proxies;
pub mod purpose;
pub mod status;
mod story;
pub mod teams;

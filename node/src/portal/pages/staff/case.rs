//! The social service's pages: cases, plan, search, and each asked clinic.

pub mod again;
pub mod asked;
pub mod end;
pub mod find;
pub mod hub;
pub mod list;
pub mod phone;
pub mod plan;
pub mod proof;
pub(super) mod words;

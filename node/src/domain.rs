//! Local rules that no other clinic needs to agree with: configuration, people, identity.

pub mod account;
pub mod actor;
pub mod bedside;
pub mod calendar;
pub mod capacity;
pub mod config;
pub mod consent;
pub mod end;
pub mod entropy;
pub mod holiday;
pub mod identity;
pub mod notice;
pub mod patient;
pub mod phone;
pub mod plan;
pub mod proxy;
pub mod purpose;
pub mod rule;
pub mod team;
pub mod thread;
pub mod wish;

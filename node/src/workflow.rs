//! The story: what clinics do, one file a chapter. Owns the write transactions' content; never commits.

pub mod account;
pub mod audit;
pub mod bedside;
#[cfg(test)]
pub(crate) mod bench;
pub mod capacity;
pub mod caseload;
pub mod clinic;
pub mod clock;
pub mod consent;
pub mod conversation;
pub mod desk;
pub mod dispatch;
pub mod document;
pub mod error;
pub mod evidence;
pub mod health;
pub mod inbound;
pub mod inbox;
pub mod inquiry;
pub mod journey;
pub mod notice;
pub mod offer;
pub mod overview;
pub mod paper;
pub mod patient;
pub mod proxy;
pub mod pulse;
pub mod purpose;
pub mod recall;
pub mod recovery;
pub mod referral;
pub mod replication;
pub mod retention;
pub mod rule;
pub mod safekeeping;
pub mod search;
pub mod team;
pub mod thread;
pub mod took;
pub mod work;

/// For how long the same again from the same person counts as a form that was sent twice.
const SENT_TWICE: std::time::Duration = std::time::Duration::from_secs(600);

pub use desk::{Desk, Job};
pub use error::WorkError;
pub use replication::Public;
pub use work::{Author, Effect, Memory, Work};

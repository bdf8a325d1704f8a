//! What the clinics of a Verbund agree on.
//!
//! Everything here is pure: no input or output, no clock, no randomness, no `async`, no logging; those are arguments.
//! Two nodes that run the same version of this crate and see the same bytes come to the same decision.
//!
//! Read in this order: [`id`] and [`time`] (names of things and moments), [`sign`] (what a signed thing is),
//! [`membership`] (who belongs), then the three kinds of data that ever leave a clinic.

#[cfg(test)]
extern crate self as verbund_protocol; // what unit tests share with the tests beside them speaks of it by its name

pub mod address;
pub mod capacity;
pub mod catalogue;
pub mod cbor;
pub mod certificate;
pub mod conversation;
pub mod document;
pub mod evidence;
pub mod hello;
pub mod holds;
pub mod id;
pub mod inquiry;
pub mod later;
pub mod limits;
pub mod membership;
pub mod person;
pub mod place;
pub mod planted;
pub mod query;
pub mod referral;
pub mod remembered;
pub mod search;
pub mod sign;
pub mod sync;
pub mod time;
pub mod wire;

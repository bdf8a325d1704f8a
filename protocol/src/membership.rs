//! Who belongs: the network document, signed by the board, and suspensions.
//!
//! Who is not in the member list is not a member, so a stolen issuing key admits nobody. A document that changes board
//! keys or threshold needs the old *and* the new threshold; nodes keep every such version and catch up one by one.

pub mod document;
pub mod facility;
pub mod suspension;
pub mod suspensions;
pub mod view;

pub use document::{DocumentError, Facility, FacilityKind, Member, NetworkDocument, Node, Role, SignedDocument};
pub use suspension::{SignedSuspension, Suspension, SuspensionError, SuspensionReason};
pub use suspensions::Suspensions;
pub use view::{Edition, Freshness, Membership, Standing};

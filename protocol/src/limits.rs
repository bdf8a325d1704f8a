//! Every bound of the protocol, in one place. A bound that is not here does not exist.
//!
//! Each is enforced where its doc says and has a test that goes one past it.

use std::time::Duration;

/// Deepest nesting of CBOR anywhere on the wire ([`crate::cbor::check`]).
pub const MAX_DEPTH: usize = 16;

/// Largest network document with signatures, bytes. 110 members need about 30 KiB; 1,000 members 300 KiB.
pub const MAX_NETWORK_DOCUMENT: usize = 2 << 20;
/// Most members in one network document.
pub const MAX_MEMBERS: usize = 2_000;
/// Most facilities of one member.
pub const MAX_FACILITIES: usize = 64;
/// Most nodes of one member.
pub const MAX_NODES_PER_MEMBER: usize = 8;
/// Most board keys.
pub const MAX_BOARD_KEYS: usize = 16;
/// Largest suspension object with signatures, bytes.
pub const MAX_SUSPENSION: usize = 4 << 10;
/// Most suspension objects a node keeps; the oldest ended ones go first.
pub const MAX_SUSPENSIONS: usize = 1_024;
/// Longest suspension that one officer alone may set.
pub const SUSPENSION_SPAN: Duration = Duration::from_secs(72 * 3600);
/// Most members one officer may have suspended at once.
pub const SUSPENSIONS_PER_OFFICER: usize = 3;
/// How long an officer waits before suspending the same member again.
pub const SUSPENSION_AGAIN: Duration = Duration::from_secs(30 * 86_400);

/// Days before its end from which the network document's age is warned about.
pub const DOCUMENT_WARN_DAYS: u64 = 90;
/// Days after its end during which a document still allows full work.
pub const DOCUMENT_GRACE_DAYS: u64 = 60;
/// Days after the grace during which running conversations continue and nothing new starts.
pub const DOCUMENT_RUNOUT_DAYS: u64 = 60;

/// Largest signed address record, bytes.
pub const MAX_ADDRESS_RECORD: usize = 4 << 10;
/// Most addresses a node may announce.
pub const MAX_ADDRESSES: usize = 8;
/// Longest address as text, bytes.
pub const MAX_ADDRESS_TEXT: usize = 256;

/// Largest difference between a node's clock and its peers' median before it stops making and ending promises.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(120);

//! A referral from the first inquiry to the report back: one table of steps for both sides.
//!
//! Two clinics write two chains. What a conversation *is* follows from both: [`Log::state`] puts the messages into one order
//! and steps through [`table::transition`]. The order is the owner's: a message of the bed's owner stands behind the asker's
//! messages it says it saw and before all others. So the owner, who alone promises the bed, decides every race by
//! the order in which it takes messages in, the asker finds the same order from the signed headers, and both come to the
//! same state whatever the network did in between. Until the owner's answer is there, the asker's own last messages are a
//! hope: every screen says "chosen, not yet confirmed".
//!
//! Read in this order: [`step`] (where it can stand), [`message`] (what can be said), [`table`], [`log`], [`clock`].

pub mod bodies;
pub mod clock;
pub mod identified;
pub mod log;
pub mod message;
pub mod step;
pub mod table;

pub use bodies::*;
pub use clock::{Ahb, Deadline, ahb};
pub use identified::{Identified, InvalidReferral};
pub use log::{Entry, Log};
pub use message::{Message, MessageKind};
pub use step::{Side, Step, TaskStatus};
pub use table::{Event, Outcome, State, transition};

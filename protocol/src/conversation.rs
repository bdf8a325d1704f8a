//! A conversation: two single-writer hash chains, one of each member, and a signed receipt for every message.
//!
//! What is signed and chained is a [`Header`]; the body travels beside it and the header holds only its salted hash. So a
//! body can be erased, at either end, while chain, receipts and evidence still verify. Read in this order: [`header`],
//! [`chain`] (is this the next message, a repeat, a gap, or a lie), [`receipt`], [`frame`] (what the wire carries).

pub mod chain;
pub mod erasure;
pub mod frame;
pub mod header;
pub mod receipt;
pub mod recovery;

pub use chain::{Chain, Verdict};
pub use erasure::Erasure;
pub use frame::{Batch, Item, Reply};
pub use header::{Head, Header, HeaderError, Party, Salt, SignedHeader, body_hash};
pub use receipt::{Outcome, Receipt, ReceiptError, Refusal};

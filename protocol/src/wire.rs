//! The four protocols between two nodes, and which versions of them are spoken.
//!
//! Each is a request with one answer, bytes both ways. `/verbund/<word>/<version>` is its libp2p name; a node offers its
//! own version and the one before, and the best common one is taken.

use std::fmt;

/// The protocol version this build speaks.
pub const VERSION: u16 = 1;
/// The lowest protocol version this build still understands.
pub const VERSION_MIN: u16 = if VERSION > 1 { VERSION - 1 } else { 1 };

/// A protocol between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Public records: network document, suspensions, addresses, capacity. All that a peer outside the member list may use.
    Sync,
    /// Signed messages of conversations, with receipts.
    Message,
    /// Ranges of documents.
    Document,
    /// Live questions about capacity.
    Query,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 4] = [Self::Sync, Self::Message, Self::Document, Self::Query];

    /// Returns the word in the protocol's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Message => "message",
            Self::Document => "document",
            Self::Query => "query",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

//! Where a conversation can stand, and what that is called in FHIR.

use minicbor::{Decode, Encode};

/// The two sides of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum Side {
    /// Asks for a place: the clinic that wants to discharge.
    #[n(0)]
    Asker,
    /// Owns the bed: the clinic that was asked.
    #[n(1)]
    Owner,
}

impl Side {
    /// Returns the other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Asker => Self::Owner,
            Self::Owner => Self::Asker,
        }
    }
    /// Returns the word for people and interfaces.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asker => "asker",
            Self::Owner => "owner",
        }
    }
}

/// FHIR R4 `Task.status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskStatus {
    /// Not yet sent.
    Draft,
    /// Asked for.
    Requested,
    /// The recipient is looking at it.
    Received,
    /// Agreed to.
    Accepted,
    /// Declined.
    Rejected,
    /// May begin.
    Ready,
    /// Ended by either side.
    Cancelled,
    /// Going on.
    InProgress,
    /// Waits for an answer.
    OnHold,
    /// Could not be done.
    Failed,
    /// Done.
    Completed,
}

impl TaskStatus {
    /// Returns FHIR's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Requested => "requested",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Ready => "ready",
            Self::Cancelled => "cancelled",
            Self::InProgress => "in-progress",
            Self::OnHold => "on-hold",
            Self::Failed => "failed",
            Self::Completed => "completed",
        }
    }
}

/// Defines the steps and, in the same table, their number, status, `businessStatus` and whose turn it is.
macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:ident, $word:literal, $turn:expr;)*) => {
        /// The step of a conversation, FHIR's `Task.businessStatus`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[cbor(index_only)]
        pub enum Step { $($(#[$doc])* #[n($number)] $name),* }

        impl Step {
            /// Every step.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Returns FHIR's `Task.status` of this step.
            pub const fn status(self) -> TaskStatus {
                match self { $(Self::$name => TaskStatus::$status),* }
            }
            /// Returns the word for people and interfaces.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
            /// Returns whose turn it is; nobody's once it is over.
            pub const fn turn(self) -> Option<Side> {
                match self { $(Self::$name => $turn),* }
            }
            /// Returns the step with this word.
            pub fn named(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

const ASKER: Option<Side> = Some(Side::Asker);
const OWNER: Option<Side> = Some(Side::Owner);

steps! {
    /// Nothing has been said.
    #[default]
    New = 0, Draft, "new", ASKER;
    /// An inquiry is out.
    Requested = 1, Requested, "requested", OWNER;
    /// The owner asked something.
    Asked = 2, OnHold, "asked", ASKER;
    /// The owner holds a place.
    Offered = 3, Received, "offered", ASKER;
    /// The patient chose; not yet confirmed.
    Chosen = 4, Received, "chosen", OWNER;
    /// The owner confirmed the place.
    Confirmed = 5, Accepted, "confirmed", ASKER;
    /// The identified referral is out.
    Referred = 6, Accepted, "referred", OWNER;
    /// The owner takes the patient.
    Accepted = 7, Ready, "accepted", OWNER;
    /// The patient has arrived.
    Admitted = 8, InProgress, "admitted", OWNER;
    /// Documents were handed over outside a referral.
    Handed = 9, InProgress, "handed", OWNER;
    /// The report came back, or the documents were filed.
    Completed = 20, Completed, "completed", None;
    /// The owner declined the inquiry.
    Declined = 21, Rejected, "declined", None;
    /// The chosen place was gone.
    Gone = 22, Rejected, "gone", None;
    /// The owner declined after reading the referral.
    Refused = 23, Rejected, "refused", None;
    /// The asker withdrew.
    Withdrawn = 24, Cancelled, "withdrawn", None;
    /// The owner cancelled.
    Cancelled = 25, Cancelled, "cancelled", None;
    /// The patient did not come.
    NoShow = 26, Failed, "did-not-come", None;
}

impl Step {
    /// Returns whether the conversation is over.
    pub const fn ended(self) -> bool {
        self.turn().is_none()
    }
    /// Returns whether a place is held for the patient at this step.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Offered | Self::Chosen | Self::Confirmed | Self::Referred | Self::Accepted | Self::Admitted)
    }
    /// Returns whether the owner knows who the patient is.
    pub const fn identified(self) -> bool {
        matches!(self, Self::Referred | Self::Accepted | Self::Admitted | Self::Handed | Self::Completed)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

//! What can be said in a conversation: every message type with its number and body.

use super::{Event, bodies::*, identified::Identified};
use crate::{
    catalogue::Catalogue,
    cbor::{self, Malformed},
    conversation::Refusal,
    inquiry::{Answers, Inquiry, Questions},
    limits::MAX_BODY,
    time::Timestamp,
};

/// Defines message types once: number on the wire, name, body, and the word for people; `if` names the feature that has it.
macro_rules! messages {
    ($($(#[$doc:meta])* $number:literal $name:ident($body:ty) $word:literal $(if $feature:literal)?;)*) => {
        /// The type of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
        #[cbor(index_only)]
        pub enum MessageKind { $($(#[cfg(feature = $feature)])? $(#[$doc])* #[n($number)] $name),* }

        impl MessageKind {
            /// Every type.
            pub const ALL: &'static [Self] = &[$($(#[cfg(feature = $feature)])? Self::$name),*];
            /// Returns the number in headers.
            pub const fn number(self) -> u16 {
                match self { $($(#[cfg(feature = $feature)])? Self::$name => $number),* }
            }
            /// Returns the type with this number, if this version knows it.
            pub const fn numbered(number: u16) -> Option<Self> {
                match number { $($(#[cfg(feature = $feature)])? $number => Some(Self::$name),)* _ => None }
            }
            /// Returns the word for people and interfaces.
            pub const fn word(self) -> &'static str {
                match self { $($(#[cfg(feature = $feature)])? Self::$name => $word),* }
            }
        }

        /// A message with its body.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Message { $($(#[cfg(feature = $feature)])? $(#[$doc])* $name($body)),* }

        impl Message {
            /// Returns its type.
            pub const fn kind(&self) -> MessageKind {
                match self { $($(#[cfg(feature = $feature)])? Self::$name(_) => MessageKind::$name),* }
            }
            /// Returns the body's bytes.
            pub fn body(&self) -> Vec<u8> {
                match self { $($(#[cfg(feature = $feature)])? Self::$name(body) => cbor::write(body)),* }
            }
            /// Reads a body of the type numbered `number`.
            ///
            /// # Errors
            /// [`Unreadable`]: a type this version does not know, or bytes that are not its body.
            pub fn read(number: u16, body: &[u8]) -> Result<Self, Unreadable> {
                match MessageKind::numbered(number) {
                    $($(#[cfg(feature = $feature)])? Some(MessageKind::$name) => Ok(Self::$name(cbor::read(body, MAX_BODY)?)),)*
                    None => Err(Unreadable::Type(number)),
                }
            }
        }
    };
}

messages! {
    /// The pseudonymous profile.
    1 Inquiry(Inquiry) "inquiry";
    /// Coded questions of the owner.
    2 Questions(Questions) "question";
    /// Coded answers.
    3 Answers(Answers) "answer";
    /// A place, held.
    4 Offer(Offer) "offer";
    /// The offer ended.
    5 OfferEnded(OfferEnded) "offer-ended";
    /// No place for this patient.
    6 Declined(Declined) "decline";
    /// The patient chose.
    7 Choice(Choice) "choice";
    /// The chosen place is confirmed.
    8 Confirmed(Confirmed) "confirm";
    /// The chosen place is gone.
    9 Gone(Gone) "gone";
    /// The identified referral.
    10 Referral(Identified) "referral";
    /// Documents.
    11 Handoff(Handoff) "handoff";
    /// Someone opened it.
    12 Opened(Opened) "opened";
    /// It is in the record.
    13 Filed(Filed) "filed";
    /// The owner takes the patient.
    14 Accepted(Accepted) "accept";
    /// The owner declines after reading, and has erased.
    15 Refused(Refused) "refuse";
    /// Another day of admission.
    16 DateChanged(DateChanged) "date-change";
    /// What the payer decided.
    17 PayerDecided(PayerDecided) "payer-decision";
    /// The patient is here.
    18 Arrived(Arrived) "arrived";
    /// The patient did not come.
    19 DidNotCome(DidNotCome) "did-not-come";
    /// The discharge report.
    20 Report(Report) "report";
    /// The asker withdraws.
    21 Withdrawn(Withdrawn) "withdraw";
    /// The owner cancels.
    22 Cancelled(Cancelled) "cancel";
    /// The owner has erased what it had.
    23 Erased(Erased) "erased";
    /// The patient's transport is booked: only the tests' raised version knows it.
    24 TransportBooked(TransportBooked) "transport-booked" if "raised-version";
    /// The owner takes its decline back: the asker may ask again, in a conversation of its own.
    25 Reopened(Reopened) "reopened";
}

impl MessageKind {
    /// Returns whether the owner of a bed says by it that the place is held, for which day, or that it no longer is. Later versions may add
    /// types, but none of these: a node that does not know a type cannot follow where the place goes.
    pub const fn promises(self) -> bool {
        use MessageKind as M;
        matches!(self, M::Offer | M::OfferEnded | M::Declined | M::Confirmed | M::Gone | M::Accepted | M::Refused | M::DateChanged | M::Arrived | M::DidNotCome | M::Cancelled)
    }
}

/// A message has its place in the chain but cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// From a newer version.
    #[error("message type {0} is not known to this version")]
    Type(u16),
    /// Not the body of its type.
    #[error("body: {0}")]
    Body(#[from] Malformed),
}

impl Unreadable {
    /// Returns the code for the receipt.
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Type(_) => Refusal::UnknownType,
            Self::Body(_) => Refusal::Unreadable,
        }
    }
}

impl Message {
    /// Checks the content's rules as of `now`: bounds and code lists. The sender asks it with its own clock before sending; the
    /// recipient asks only [`Message::bounded`], since its lists may be older.
    ///
    /// # Errors
    /// [`InvalidBody`] names the rule, never the content.
    pub fn check(&self, catalogue: &Catalogue, now: Timestamp) -> Result<(), InvalidBody> {
        self.bounded()?;
        let text = |error: crate::inquiry::InquiryError| InvalidBody(error.to_string());
        match self {
            Self::Inquiry(body) => body.check(catalogue, now).and_then(|()| body.guard(catalogue)).map_err(text),
            Self::Questions(body) => body.check(catalogue, now.day()).map_err(text),
            Self::Answers(body) => body.check(catalogue, now.day()).map_err(text),
            Self::Offer(body) => body.check(catalogue, now),
            _ => Ok(()),
        }
    }

    /// Checks the bounds that hold whatever version of the code lists either side has.
    ///
    /// # Errors
    /// [`InvalidBody`].
    pub fn bounded(&self) -> Result<(), InvalidBody> {
        let codes = |count: usize| if count <= crate::limits::MAX_CODES { Ok(()) } else { Err(InvalidBody(crate::inquiry::InquiryError::TooMany.to_string())) };
        match self {
            Self::Inquiry(body) => codes(body.constraints.len()),
            Self::Questions(body) => codes(body.questions.len()),
            Self::Answers(body) => codes(body.answers.len()),
            Self::Offer(body) => codes(body.therapies.len()),
            Self::Referral(body) => body.check().map_err(|error| InvalidBody(error.to_string())),
            Self::Handoff(body) => body.check(),
            Self::Report(body) => body.check(),
            Self::Refused(body) => check_erasure(&body.erasure),
            Self::Erased(body) => check_erasure(&body.erasure),
            Self::OfferEnded(_) | Self::Declined(_) | Self::Choice(_) | Self::Confirmed(_) | Self::Gone(_) | Self::Opened(_) | Self::Filed(_) | Self::Accepted(_) => Ok(()),
            #[cfg(feature = "raised-version")]
            Self::TransportBooked(_) => Ok(()),
            Self::DateChanged(_) | Self::PayerDecided(_) | Self::Arrived(_) | Self::DidNotCome(_) | Self::Withdrawn(_) | Self::Cancelled(_) | Self::Reopened(_) => Ok(()),
        }
    }

    /// Returns what the table of steps needs to know of this message: no patient data, so it stays when the body is erased.
    pub fn event(&self) -> Event {
        let mut event = Event::new(self.kind());
        match self {
            Self::Inquiry(body) => event.until = Some(body.answer_by),
            Self::Offer(body) => {
                event.day = Some(body.date);
                event.days = Some(body.stay_days);
                event.until = Some(body.held_until);
            }
            Self::OfferEnded(body) => (event.cites, event.code) = (Some(body.offer), Some(body.reason.number())),
            Self::Choice(body) => event.cites = Some(body.offer),
            Self::Confirmed(body) => event.cites = Some(body.offer),
            Self::Gone(body) => (event.cites, event.code) = (Some(body.offer), Some(body.reason.number())),
            Self::Opened(body) => event.cites = Some(body.subject),
            Self::Filed(body) => event.cites = Some(body.subject),
            Self::Accepted(body) => event.day = Some(body.date),
            Self::DateChanged(body) => (event.day, event.code) = (Some(body.date), Some(body.reason.number())),
            Self::PayerDecided(body) => event.code = Some(body.decision.number()),
            Self::Arrived(body) => event.day = Some(body.on),
            Self::Declined(body) => event.code = Some(body.reason.number()),
            Self::Refused(body) => event.code = Some(body.reason.number()),
            Self::DidNotCome(body) => event.code = Some(body.reason.number()),
            Self::Report(body) => event.code = body.missing.map(|reason| reason.number()),
            Self::Withdrawn(body) => event.code = Some(body.reason.number()),
            Self::Cancelled(body) => event.code = Some(body.reason.number()),
            #[cfg(feature = "raised-version")]
            Self::TransportBooked(body) => event.day = Some(body.on),
            Self::Questions(_) | Self::Answers(_) | Self::Referral(_) | Self::Handoff(_) | Self::Erased(_) | Self::Reopened(_) => {}
        }
        event
    }
}

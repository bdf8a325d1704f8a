//! What the messages of a referral say, besides the inquiry and the identified referral.
//!
//! Before the choice every field is a code, a day or a time. Documents are handed over as
//! [`DocumentOffer`]s, which stand only in the erasable body.

use minicbor::{Decode, Encode};

use crate::{
    catalogue::{AhbException, Cancel, Catalogue, DateChange, Decline, List, NoShow, OfferEnd, PayerDecision, ReportMissing, Room, Therapy, Withdraw},
    document::DocumentOffer,
    id::{DepartmentKey, Digest},
    limits::{MAX_CODES, MAX_DOCUMENTS_PER_MESSAGE, MAX_ERASURE, MAX_HOLD, MAX_STAY_DAYS},
    time::{Day, Timestamp},
};

/// A body breaks a rule on content, and which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidBody(pub String);

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Result<(), InvalidBody> {
    if holds { Ok(()) } else { Err(InvalidBody(why())) }
}

/// A place, held until a time.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Offer {
    /// The department that has the place; need not be the one asked.
    #[n(0)]
    pub department: DepartmentKey,
    /// Day of admission.
    #[n(1)]
    pub date: Day,
    /// How many days the place is held for from then on.
    #[n(2)]
    pub stay_days: u16,
    /// When the hold ends, by the owner's clock alone.
    #[n(3)]
    pub held_until: Timestamp,
    /// Kind of room.
    #[n(4)]
    pub room: Room,
    /// Therapies offered.
    #[n(5)]
    pub therapies: Vec<Therapy>,
}

impl Offer {
    /// Checks bounds and codes as of `made_at`.
    ///
    /// # Errors
    /// [`InvalidBody`].
    pub fn check(&self, catalogue: &Catalogue, made_at: Timestamp) -> Result<(), InvalidBody> {
        ensure((1..=MAX_STAY_DAYS).contains(&self.stay_days), || format!("a stay lasts 1 to {MAX_STAY_DAYS} days"))?;
        ensure(self.held_until > made_at && self.held_until.since(made_at) <= MAX_HOLD, || {
            format!("a place is held for at most {} hours, from now on", MAX_HOLD.as_secs() / 3600)
        })?;
        ensure(self.date >= made_at.day(), || "the admission is not in the past".into())?;
        ensure(self.therapies.len() <= MAX_CODES, || format!("at most {MAX_CODES} therapies"))?;
        let code = |list, number| catalogue.check(list, number, made_at.day()).map_err(|error| InvalidBody(error.to_string()));
        code(List::Room, self.room.number())?;
        self.therapies.iter().try_for_each(|therapy| code(List::Therapy, therapy.number()))
    }
}

/// Defines bodies that cite an offer's header, or only give a reason.
macro_rules! short_bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $n:literal $field:ident: $type:ty),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cbor(map)]
        pub struct $name { $($(#[$field_doc])* #[n($n)] pub $field: $type),* }
    )* };
}

short_bodies! {
    /// The owner takes an offer back, or its hold has run out.
    OfferEnded {
        /// Digest of the offer's header.
        0 offer: Digest,
        /// Why.
        1 reason: OfferEnd,
    }
    /// The owner has no place for this patient.
    Declined {
        /// Why.
        0 reason: Decline,
    }
    /// The patient chose this offer; still without a name.
    Choice {
        /// Digest of the offer's header.
        0 offer: Digest,
    }
    /// The owner confirms the chosen place.
    Confirmed {
        /// Digest of the offer's header.
        0 offer: Digest,
    }
    /// The chosen place is gone.
    Gone {
        /// Digest of the offer's header.
        0 offer: Digest,
        /// Why.
        1 reason: OfferEnd,
    }
    /// Someone has opened a message or its documents.
    Opened {
        /// Digest of the header of what was opened.
        0 subject: Digest,
    }
    /// It is in the patient's record now.
    Filed {
        /// Digest of the header of what was filed.
        0 subject: Digest,
    }
    /// The owner takes the patient on this day.
    Accepted {
        /// Day of admission.
        0 date: Day,
        /// Why it is later than the AHB period allows.
        1 exception: Option<AhbException>,
    }
    /// Another day of admission: set by the owner, wished by the asker.
    DateChanged {
        /// The day.
        0 date: Day,
        /// Why.
        1 reason: DateChange,
        /// Why it is later than the AHB period allows.
        2 exception: Option<AhbException>,
    }
    /// What the payer decided, told by whoever heard it.
    PayerDecided {
        /// What.
        0 decision: PayerDecision,
        /// On which day.
        1 on: Day,
    }
    /// The patient is here.
    Arrived {
        /// On which day.
        0 on: Day,
    }
    /// The patient did not come.
    DidNotCome {
        /// Why, as far as known.
        0 reason: NoShow,
    }
    /// The asker withdraws, at whatever step.
    Withdrawn {
        /// Why.
        0 reason: Withdraw,
    }
    /// The owner cancels, at whatever step.
    Cancelled {
        /// Why.
        0 reason: Cancel,
    }
    /// The owner takes its decline back: the asker may ask again. It promises nothing.
    Reopened {}
}

/// Documents for the chosen clinic.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Handoff {
    /// The documents.
    #[n(0)]
    pub documents: Vec<DocumentOffer>,
    /// Whom they are about, when they travel outside a referral.
    #[n(1)]
    pub about: Option<super::Identified>,
}

/// The discharge report travels home.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Report {
    /// The report and what goes with it.
    #[n(0)]
    pub documents: Vec<DocumentOffer>,
    /// Day of discharge from the rehabilitation.
    #[n(1)]
    pub discharged: Option<Day>,
    /// Why there is none.
    #[n(2)]
    pub missing: Option<ReportMissing>,
}

/// The owner declines after reading the referral, and states that it has erased it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refused {
    /// Why.
    #[n(0)]
    pub reason: Decline,
    /// The signed [`crate::conversation::Erasure`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub erasure: Vec<u8>,
}

/// The owner states after the end that it has erased what it had received.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    /// The signed [`crate::conversation::Erasure`].
    #[cbor(n(0), with = "minicbor::bytes")]
    pub erasure: Vec<u8>,
}

fn documents(list: &[DocumentOffer]) -> Result<(), InvalidBody> {
    ensure(list.len() <= MAX_DOCUMENTS_PER_MESSAGE, || format!("at most {MAX_DOCUMENTS_PER_MESSAGE} documents in one message"))?;
    list.iter().try_for_each(|offer| offer.manifest.check().map_err(|error| InvalidBody(error.to_string())))
}

/// The patient's transport is booked: only the tests' raised version says it.
#[cfg(feature = "raised-version")]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TransportBooked {
    /// For which day.
    #[n(0)]
    pub on: Day,
}

impl Handoff {
    /// Checks bounds.
    ///
    /// # Errors
    /// [`InvalidBody`].
    pub fn check(&self) -> Result<(), InvalidBody> {
        ensure(!self.documents.is_empty(), || "a handoff needs at least one document".into())?;
        documents(&self.documents)?;
        self.about.as_ref().map_or(Ok(()), |about| about.check().map_err(|error| InvalidBody(error.to_string())))
    }
}

impl Report {
    /// Checks bounds, and that there is a report or a reason why not.
    ///
    /// # Errors
    /// [`InvalidBody`].
    pub fn check(&self) -> Result<(), InvalidBody> {
        ensure(self.documents.is_empty() == self.missing.is_some(), || "a report has documents, or the reason why there are none".into())?;
        documents(&self.documents)
    }
}

/// Checks the size of an attached erasure statement.
///
/// # Errors
/// [`InvalidBody`].
pub fn check_erasure(erasure: &[u8]) -> Result<(), InvalidBody> {
    ensure(!erasure.is_empty() && erasure.len() <= MAX_ERASURE, || format!("a signed erasure has 1 to {MAX_ERASURE} bytes"))
}

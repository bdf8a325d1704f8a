//! The discharge case, from the inquiry to the report back: commands of both sides.

use verbund_protocol::{
    catalogue::{AhbException, Cancel, DateChange, Decline, NoShow, OfferEnd, PayerDecision, Question, ReportMissing, Withdraw},
    document::DocumentOffer,
    id::{ConversationId, Ik, LocalId, MemberId},
    inquiry::{Answers, Inquiry},
    referral::{Message, Side},
    time::Day,
};

use super::Call;
use crate::{
    domain::actor::Role,
    workflow::{
        Work, WorkError, dispatch,
        inquiry::{self, NewCase, Preview, Target},
        offer::{self, NewOffer},
        overview::{self, Case, Detail, Queue, Summary},
        referral::{self, NewReferral},
    },
};

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Open a discharge case.
    OpenCase(NewCase),
    /// Note the day of discharge and the reason for a late AHB.
    SetDischarge {
        /// The case.
        case: LocalId,
        /// Day of discharge.
        discharge: Option<Day>,
        /// Why the AHB may begin later than 14 days after it.
        exception: Option<AhbException>,
    },
    /// List cases.
    Cases {
        /// Of this patient only.
        patient: Option<LocalId>,
    },
    /// Show what asked clinics would read.
    Preview(Box<Inquiry>),
    /// Ask clinics.
    Inquire {
        /// The case.
        case: LocalId,
        /// The facility that asks.
        from: Ik,
        /// Whom to ask.
        to: Vec<Target>,
        /// The pseudonymous profile.
        inquiry: Box<Inquiry>,
    },
    /// Answer questions.
    Answer {
        /// The conversation.
        id: ConversationId,
        /// The answers.
        answers: Answers,
    },
    /// Ask the asking clinic.
    Ask {
        /// The conversation.
        id: ConversationId,
        /// The questions.
        questions: Vec<Question>,
    },
    /// Offer a place and hold it.
    Offer {
        /// The conversation.
        id: ConversationId,
        /// The offer.
        offer: NewOffer,
    },
    /// Decline an inquiry.
    Decline {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: Decline,
    },
    /// Take an offer back.
    TakeBack {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: OfferEnd,
    },
    /// Confirm a chosen place.
    Confirm(ConversationId),
    /// Say that a chosen place is gone.
    Gone {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: OfferEnd,
    },
    /// Choose an offer for the patient.
    Choose(ConversationId),
    /// Send the identified referral with documents.
    Refer {
        /// The conversation.
        id: ConversationId,
        /// What is added to the records.
        referral: Box<NewReferral>,
        /// Documents to hand over.
        documents: Vec<LocalId>,
    },
    /// Hand further documents to the clinic that has the referral.
    HandOver {
        /// The conversation.
        id: ConversationId,
        /// The documents.
        documents: Vec<LocalId>,
    },
    /// Hand documents to a clinic outside a referral, on a consent of its own.
    HandOverAlone {
        /// The patient.
        patient: LocalId,
        /// The facility that hands over.
        from: Ik,
        /// The facility that receives.
        to: Ik,
        /// The documents.
        documents: Vec<LocalId>,
    },
    /// Send again what was given up for a member.
    TryAgain(MemberId),
    /// Read the identified referral, or at the asking clinic the report.
    Open(ConversationId),
    /// Note that it is in the patient's record.
    Filed(ConversationId),
    /// Take the patient.
    Accept {
        /// The conversation.
        id: ConversationId,
        /// Day of admission, if another than agreed.
        date: Option<Day>,
        /// Why the AHB begins late.
        exception: Option<AhbException>,
    },
    /// Decline after reading; everything is erased.
    Refuse {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: Decline,
    },
    /// Change the day of admission.
    ChangeDate {
        /// The conversation.
        id: ConversationId,
        /// The new day.
        date: Day,
        /// Why.
        reason: DateChange,
        /// Why the AHB begins late.
        exception: Option<AhbException>,
    },
    /// Record the payer's decision.
    Payer {
        /// The conversation.
        id: ConversationId,
        /// The decision.
        decision: PayerDecision,
        /// When it was made.
        on: Day,
    },
    /// The patient has arrived.
    Arrived {
        /// The conversation.
        id: ConversationId,
        /// When.
        on: Day,
    },
    /// The patient's transport is booked.
    #[cfg(feature = "raised-version")]
    TransportBooked {
        /// The conversation.
        id: ConversationId,
        /// For which day.
        on: Day,
    },
    /// The patient did not come.
    NoShow {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: NoShow,
    },
    /// Send the report home.
    Report {
        /// The conversation.
        id: ConversationId,
        /// Day of discharge from the rehab.
        discharged: Option<Day>,
        /// Documents of the report.
        documents: Vec<LocalId>,
        /// Why there is none.
        missing: Option<ReportMissing>,
    },
    /// Withdraw as the asking clinic.
    Withdraw {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: Withdraw,
    },
    /// Cancel as the owner of the bed.
    Cancel {
        /// The conversation.
        id: ConversationId,
        /// Why.
        reason: Cancel,
    },
    /// List conversations.
    List {
        /// Only those in which this clinic is this side: `asker` or `owner`.
        side: Option<String>,
        /// Only those of a case.
        case: Option<LocalId>,
        /// Also those that are over.
        all: bool,
    },
    /// Show one conversation.
    Show(ConversationId),
    /// Note that a person has settled what was in trouble.
    Settle(ConversationId),
    /// Show what waits in the outbox.
    Queues,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The new case.
    Case {
        /// Its random name.
        case: LocalId,
    },
    /// Cases.
    Cases(Vec<Case>),
    /// What would be read.
    Preview(Box<Preview>),
    /// The new conversations, in the order of the targets.
    Inquired {
        /// Their names.
        conversations: Vec<ConversationId>,
    },
    /// One conversation.
    Detail(Box<Detail>),
    /// The step is taken and durable. How the conversation stands now is asked for with [`Command::Show`], which is in the audit as
    /// reading.
    Taken(ConversationId),
    /// The patient's local name at the accepting clinic.
    Accepted {
        /// The patient.
        patient: LocalId,
    },
    /// Conversations.
    List(Vec<Summary>),
    /// Queues.
    Queues(Vec<Queue>),
    /// The content of an identified message.
    Content(serde_json::Value),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`] says what stands in the way.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        call.desk.ask(&call.actor, move |work| self.work(work)).await
    }

    fn work(self, work: &mut Work<'_>) -> Result<Reply, WorkError> {
        Ok(match self {
            Self::OpenCase(new) => Reply::Case { case: inquiry::open_case(work, &new)? },
            Self::SetDischarge { case, discharge, exception } => {
                inquiry::set_discharge(work, case, discharge, exception)?;
                Reply::Case { case }
            }
            Self::Cases { patient } => Reply::Cases(overview::cases(work, patient)?),
            Self::Preview(profile) => Reply::Preview(Box::new(inquiry::preview(work, *profile)?)),
            Self::Inquire { case, from, to, inquiry } => Reply::Inquired { conversations: inquiry::send(work, case, &from, &to, &inquiry)? },
            Self::List { side, case, all } => Reply::List(overview::list(work, side_named(side.as_deref())?, case, all)?),
            Self::Queues => Reply::Queues(overview::queues(work)?),
            Self::Open(id) => Reply::Content(content(&referral::open(work, id)?)?),
            Self::Accept { id, date, exception } => Reply::Accepted { patient: referral::accept(work, id, date, exception)? },
            Self::HandOverAlone { patient, from, to, documents } => Reply::Taken(referral::hand_over_alone(work, patient, from, to, &documents)?),
            Self::TryAgain(member) => {
                work.require(ASKING_OR_ANSWERING)?;
                dispatch::try_again(work, &member)?;
                Reply::Queues(overview::queues(work)?)
            }
            Self::Show(id) => Reply::Detail(Box::new(overview::show(work, id)?)),
            step => Reply::Taken(step.step(work)?),
        })
    }

    /// Commands that take one step in one conversation; returns which.
    fn step(self, work: &mut Work<'_>) -> Result<ConversationId, WorkError> {
        Ok(match self {
            Self::Answer { id, answers } => inquiry::answer(work, id, answers).map(|()| id)?,
            Self::Ask { id, questions } => offer::ask(work, id, questions).map(|()| id)?,
            Self::Offer { id, offer } => offer::make(work, id, offer).map(|()| id)?,
            Self::Decline { id, reason } => offer::decline(work, id, reason).map(|()| id)?,
            Self::TakeBack { id, reason } => offer::take_back(work, id, reason).map(|()| id)?,
            Self::Confirm(id) => offer::confirm(work, id).map(|()| id)?,
            Self::Gone { id, reason } => offer::gone(work, id, reason).map(|()| id)?,
            Self::Choose(id) => referral::choose(work, id).map(|()| id)?,
            Self::Refer { id, referral, documents } => referral::send(work, id, *referral, &documents).map(|()| id)?,
            Self::HandOver { id, documents } => referral::hand_over(work, id, &documents).map(|()| id)?,
            Self::Filed(id) => referral::filed(work, id).map(|()| id)?,
            Self::Refuse { id, reason } => referral::refuse(work, id, reason).map(|()| id)?,
            Self::ChangeDate { id, date, reason, exception } => referral::change_date(work, id, date, reason, exception).map(|()| id)?,
            Self::Payer { id, decision, on } => referral::payer_decided(work, id, decision, on).map(|()| id)?,
            Self::Arrived { id, on } => referral::arrived(work, id, on).map(|()| id)?,
            #[cfg(feature = "raised-version")]
            Self::TransportBooked { id, on } => referral::transport_booked(work, id, on).map(|()| id)?,
            Self::NoShow { id, reason } => referral::did_not_come(work, id, reason).map(|()| id)?,
            Self::Report { id, discharged, documents, missing } => referral::report(work, id, &documents, discharged, missing).map(|()| id)?,
            Self::Withdraw { id, reason } => referral::withdraw(work, id, reason).map(|()| id)?,
            Self::Cancel { id, reason } => referral::cancel(work, id, reason).map(|()| id)?,
            Self::Settle(id) => referral::settle_trouble(work, id).map(|()| id)?,
            Self::OpenCase(_)
            | Self::SetDischarge { .. }
            | Self::Cases { .. }
            | Self::Preview(_)
            | Self::Inquire { .. }
            | Self::List { .. }
            | Self::Queues
            | Self::Open(_)
            | Self::Accept { .. }
            | Self::HandOverAlone { .. }
            | Self::TryAgain(_)
            | Self::Show(_) => return Err(WorkError::invalid("not a step in a conversation", "report this as a fault of the software")),
        })
    }
}

/// Roles that may have a delivery tried again.
const ASKING_OR_ANSWERING: &[Role] = &[Role::SocialService, Role::Physician, Role::Admissions, Role::It];

fn side_named(word: Option<&str>) -> Result<Option<Side>, WorkError> {
    match word {
        None => Ok(None),
        Some("asker") => Ok(Some(Side::Asker)),
        Some("owner") => Ok(Some(Side::Owner)),
        Some(_) => Err(WorkError::invalid("there is no such side", "asker or owner")),
    }
}

/// Returns the content of an identified message for the person who opened it.
fn content(message: &Message) -> Result<serde_json::Value, WorkError> {
    let unwritable = |error: serde_json::Error| WorkError::unavailable(format!("the content cannot be shown: {error}"), "report this as a fault of the software");
    match message {
        Message::Referral(referral) => serde_json::to_value(referral).map_err(unwritable),
        Message::Handoff(handoff) => Ok(documents(&handoff.documents)),
        Message::Report(report) => Ok(documents(&report.documents)),
        other => Err(WorkError::invalid(format!("{} holds nothing to read", other.kind().word()), "look at the conversation with `verbund referral show`")),
    }
}

/// Returns what documents are, without their keys.
fn documents(offers: &[DocumentOffer]) -> serde_json::Value {
    let one = |offer: &DocumentOffer| {
        let manifest = &offer.manifest;
        serde_json::json!({ "root": manifest.root, "kind": manifest.kind, "title": manifest.title, "media_type": manifest.media_type, "bytes": manifest.plain_size })
    };
    serde_json::json!({ "documents": offers.iter().map(one).collect::<Vec<_>>() })
}

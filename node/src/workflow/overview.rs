//! What people look at: lists and single conversations, read from the store with an audit entry each.

use verbund_protocol::{
    conversation::SignedHeader,
    id::{ConversationId, DepartmentKey, Digest, Ik, LocalId, MemberId},
    inquiry::{Answers, Inquiry, Questions},
    referral::{Message, MessageKind, Offer, Side},
    time::{Day, Timestamp},
};

pub use crate::store::case::Case;

use super::{
    Work, WorkError,
    conversation::{last, load, note},
    purpose,
};
use crate::{
    domain::actor::Role,
    store::{
        case,
        conversation::{self as stored, Conversation, Filter, Stored},
        outbox,
    },
};

/// Most rows of a list.
const MAX_ROWS: usize = 500;

/// A conversation in a list.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// The conversation.
    pub id: ConversationId,
    /// Which side this clinic is: `asker` or `owner`.
    pub side: String,
    /// The case it belongs to, at the asking clinic.
    pub case: Option<LocalId>,
    /// The other member.
    pub peer: MemberId,
    /// Its facility.
    pub facility: Ik,
    /// The department asked or offering.
    pub department: Option<DepartmentKey>,
    /// Where it stands: FHIR's `Task.businessStatus`.
    pub step: String,
    /// FHIR's `Task.status`.
    pub status: String,
    /// Whose turn it is: `us`, `them`, or nothing once it is over.
    pub turn: Option<String>,
    /// Day of admission, as far as agreed.
    pub date: Option<Day>,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When whoever's turn it is should have acted.
    pub due_at: Option<Timestamp>,
    /// Why a person must call, if so.
    pub trouble: Option<String>,
}

/// One message of a conversation, without its content.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// Who wrote it: `us` or `them`.
    pub by: String,
    /// Its number in its author's chain.
    pub seq: u64,
    /// What it is.
    pub kind: String,
    /// Digest of its signed header.
    pub digest: Digest,
    /// When it was written, by its author's clock.
    pub made_at: Timestamp,
    /// When it was stored here.
    pub stored_at: Timestamp,
    /// When its receipt was stored here.
    pub receipted_at: Option<Timestamp>,
    /// `stored`, or why it was refused; nothing while no receipt is there: not delivered yet.
    pub outcome: Option<String>,
}

impl Line {
    /// Returns whether it corrects the day of an arrival: whoever has arrived does so no second time. `before` is what was said before it.
    pub fn corrects(&self, before: &[Self]) -> bool {
        self.kind == MessageKind::Arrived.word() && before.iter().any(|other| other.kind == self.kind)
    }
}

/// A conversation with all that may be shown of it outside the identified part.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Detail {
    /// The same as in lists.
    #[serde(flatten)]
    pub summary: Summary,
    /// The inquiry, as long as it is not erased.
    pub inquiry: Option<Inquiry>,
    /// The last questions asked.
    pub questions: Option<Questions>,
    /// The last answers given.
    pub answers: Option<Answers>,
    /// The offer last made.
    pub offer: Option<Offer>,
    /// A day the asking clinic wishes instead.
    pub wished: Option<Day>,
    /// The payer's decision.
    pub payer: Option<String>,
    /// Both chains in the order they were stored.
    pub messages: Vec<Line>,
    /// Reason code of the end, in the list of the message that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<u16>,
    /// Whether the owner has taken its decline back, so that the asker may ask again.
    #[serde(default)]
    pub reopened: bool,
    /// When the bodies were erased.
    pub erased_at: Option<Timestamp>,
}

/// Returns the conversations that fit, newest change first.
///
/// # Errors
/// [`WorkError::Forbidden`], [`WorkError::Purpose`]; the store's.
pub fn list(work: &Work<'_>, side: Option<Side>, case: Option<LocalId>, ended: bool) -> Result<Vec<Summary>, WorkError> {
    work.require(Role::CARE)?;
    let patient = case.map(|case| case::find(work.db, case)).transpose()?.flatten().and_then(|case| case.patient);
    purpose::require(work, patient)?;
    let filter = Filter { side, case, ended, ..Filter::default() };
    Ok(stored::list(work.db, &filter, MAX_ROWS)?.iter().map(summary).collect())
}

/// Returns one conversation and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`]; the store's.
pub fn show(work: &mut Work<'_>, id: ConversationId) -> Result<Detail, WorkError> {
    work.require(Role::CARE)?;
    let c = load(work, id)?;
    purpose::require(work, c.patient)?;
    note(work, "conversation.read", &c, "")?;
    let owner = |kind| last(work, &c, Side::Owner, kind);
    let asker = |kind| last(work, &c, Side::Asker, kind);
    let inquiry = asker(MessageKind::Inquiry)?.and_then(|m| if let Message::Inquiry(inquiry) = m { Some(inquiry) } else { None });
    let questions = owner(MessageKind::Questions)?.and_then(|m| if let Message::Questions(questions) = m { Some(questions) } else { None });
    let answers = asker(MessageKind::Answers)?.and_then(|m| if let Message::Answers(answers) = m { Some(answers) } else { None });
    let offer = owner(MessageKind::Offer)?.and_then(|m| if let Message::Offer(offer) = m { Some(offer) } else { None });
    let mut messages = stored::messages(work.db, id)?.into_iter().map(|m| line(&c, m)).collect::<Result<Vec<_>, _>>()?;
    messages.sort_by_key(|line| (line.stored_at, line.seq));
    let state = c.log.state();
    let payer = state.payer.map(|decision| decision.to_string());
    Ok(Detail {
        summary: summary(&c),
        inquiry,
        questions,
        answers,
        offer,
        wished: state.wished,
        payer,
        messages,
        reason: state.reason,
        reopened: state.reopened,
        erased_at: c.erased_at,
    })
}

fn summary(c: &Conversation) -> Summary {
    let state = c.log.state();
    let turn = state.step.turn().map(|turn| if turn == c.side { "us" } else { "them" }.to_owned());
    Summary {
        id: c.id,
        side: c.side.word().into(),
        case: c.case,
        peer: c.peer.clone(),
        facility: c.peer_facility.clone(),
        department: c.department.clone(),
        step: state.step.word().into(),
        status: state.step.status().word().into(),
        turn,
        date: state.date,
        changed_at: c.changed_at,
        due_at: c.due_at,
        trouble: c.trouble.clone(),
    }
}

fn line(c: &Conversation, m: Stored) -> Result<Line, WorkError> {
    let made_at = SignedHeader::trusted(&m.header).map(|header| header.header.made_at);
    let made_at = made_at.map_err(|_| crate::store::StoreError::unreadable("message header"))?;
    let kind = MessageKind::numbered(m.kind).map_or_else(|| format!("message type {}", m.kind), |kind| kind.word().to_owned());
    let by = if m.side == c.side { "us" } else { "them" }.to_owned();
    Ok(Line { by, seq: m.seq, kind, digest: m.digest, made_at, stored_at: m.stored_at, receipted_at: m.receipted_at, outcome: m.outcome })
}

/// Returns the discharge cases, newest first.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn cases(work: &mut Work<'_>, patient: Option<LocalId>) -> Result<Vec<Case>, WorkError> {
    work.require(Role::CARE)?;
    purpose::require(work, patient)?;
    work.audit("case.list", patient, "discharge", "")?;
    Ok(case::list(work.db, patient, MAX_ROWS)?)
}

/// How many messages wait for a member's receipt.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Queue {
    /// The member.
    pub member: MemberId,
    /// Messages waiting.
    pub waiting: u64,
    /// Since when sending fails, if it does.
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed.
    pub cause: Option<String>,
}

/// Returns the queues of the outbox. Holds no patient data, so IT may look.
///
/// # Errors
/// The store's.
pub fn queues(work: &Work<'_>) -> Result<Vec<Queue>, WorkError> {
    let mut queues = Vec::new();
    for (member, waiting) in outbox::depth(work.db)? {
        let failing = outbox::failing(work.db, &member)?;
        queues.push(Queue { member, waiting, failing_since: failing.as_ref().map(|f| f.since), cause: failing.map(|f| f.cause) });
    }
    Ok(queues)
}

//! What admissions look at: the conversations in which this clinic owns the bed, with all that may be shown of them, and what can be said now.

use verbund_protocol::{
    capacity::DepartmentId,
    catalogue::Room,
    id::{ConversationId, DepartmentKey, LocalId},
    inquiry::Inquiry,
    referral::{
        Message, MessageKind, Side, Step,
        table::{RULES, Who},
    },
    time::{Day, Timestamp},
};

use super::{
    Work, WorkError, clinic,
    conversation::{ANSWERING, last, load_as},
    document::{Document, Waiting},
    overview::{self, Detail},
    purpose,
    rule::{self, ByRule},
};
use crate::{
    domain::{actor::Role, capacity::Stated},
    store::{
        Db,
        capacity::{self, StatedRow},
        conversation::{self as stored, Conversation},
        document as documents, patient,
    },
};

/// Most rows of what is over: the newest.
const MAX_OVER: usize = 200;
/// Most rows of what is open: more than a clinic has beds.
const MAX_OPEN: usize = 600;
/// More documents than one patient ever has.
const MAX_DOCUMENTS: usize = 500;

/// A conversation in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub id: ConversationId,
    /// Where it stands.
    pub step: Step,
    /// The asking clinic, as the network document names it.
    pub clinic: String,
    /// The inquiry, as long as it is not erased; documents may come without one.
    pub inquiry: Option<Inquiry>,
    /// The department, as this clinic calls it.
    pub department: String,
    /// The patient, once accepted.
    pub patient: Option<String>,
    /// Day of admission, as far as agreed.
    pub date: Option<Day>,
    /// A day that the asking clinic wishes instead.
    pub wished: Option<Day>,
    /// Since when it stands there.
    pub since: Timestamp,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// When whoever's turn it is should have acted.
    pub due_at: Option<Timestamp>,
    /// Why a person must call, if so.
    pub trouble: Option<String>,
}

impl Row {
    /// Returns whether it waits for a word of this clinic.
    pub fn wants_answer(&self) -> bool {
        !self.step.ended() && self.is_open_question()
    }
    fn is_open_question(&self) -> bool {
        matches!(self.step, Step::Requested | Step::Chosen | Step::Referred | Step::Handed) || self.wished.is_some() || self.trouble.is_some()
    }
}

/// A list of conversations.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The conversations.
    pub rows: Vec<Row>,
    /// Whether there are more than a page has.
    pub more: bool,
}

/// A document with what stands in the way of its arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The document.
    pub document: Document,
    /// What it waits for.
    pub waiting: Option<Waiting>,
}

/// One conversation with everything admissions may see.
#[derive(Clone)]
pub struct Sheet {
    /// The conversation.
    pub detail: Detail,
    /// Where it stands.
    pub step: Step,
    /// Since when it stands there.
    pub since: Timestamp,
    /// The asking clinic.
    pub clinic: String,
    /// Departments of the asked facility: key, name, kinds of rooms.
    pub departments: Vec<(DepartmentKey, String, Vec<Room>)>,
    /// What this clinic may say now.
    pub may_say: Vec<MessageKind>,
    /// Reason code of the end, in the list of what ended it.
    pub reason: Option<u16>,
    /// Whether somebody here has opened the identified referral.
    pub opened: bool,
    /// Whether it is in the patient's record.
    pub filed: bool,
    /// The patient here, once accepted, with the name.
    pub patient: Option<(LocalId, String)>,
    /// Whether an identified message can be read.
    pub readable: bool,
    /// By which rule it was declined, and until when that can be taken back, if it still can.
    pub by_rule: Option<(ByRule, Option<Timestamp>)>,
    /// Documents that came.
    pub received: Vec<Paper>,
    /// Complete documents of this clinic about the patient: what a report can consist of.
    pub own: Vec<Document>,
}

/// Returns the open conversations, those that wait for this clinic first; or those that are over, newest first. The look is in the audit,
/// and so is every patient who is named.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn list(work: &mut Work<'_>, over: bool) -> Result<Listed, WorkError> {
    listed(work, over, if over { MAX_OVER } else { MAX_OPEN })
}

/// The same with at most `most` rows. What waits for this clinic is never left out for what is agreed.
pub(super) fn listed(work: &mut Work<'_>, over: bool, most: usize) -> Result<Listed, WorkError> {
    work.require(ANSWERING)?;
    work.audit("inquiry.list", None, "discharge", "")?;
    let found = stored::owned(work.db, over, most.saturating_add(1))?;
    let stated = capacity::all_stated(work.db, None)?;
    let mut rows = Vec::with_capacity(found.len());
    for c in found.iter().take(most) {
        rows.push(row(work, c, &stated)?);
    }
    if !over {
        rows.sort_by_key(|row| (!row.wants_answer(), row.due_at, row.id));
    }
    Ok(Listed { rows, more: found.len() > most })
}

/// Returns how many inquiries nobody has answered yet.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn unanswered(work: &Work<'_>) -> Result<usize, WorkError> {
    work.require(ANSWERING)?;
    Ok(stored::unanswered(work.db)?)
}

/// Returns the same for whoever has one of these roles; nothing for all others. Reads only.
///
/// # Errors
/// The store's.
pub fn waiting_for(db: &Db, roles: &[Role]) -> Result<Option<usize>, WorkError> {
    let answers = roles.iter().any(|role| ANSWERING.contains(role));
    Ok(if answers { Some(stored::unanswered(db)?) } else { None })
}

/// Returns the line of one conversation.
///
/// # Errors
/// The store's.
pub(super) fn one(work: &Work<'_>, c: &Conversation) -> Result<Row, WorkError> {
    row(work, c, &capacity::all_stated(work.db, Some(&c.own_facility))?)
}

fn row(work: &Work<'_>, c: &Conversation, stated: &[StatedRow]) -> Result<Row, WorkError> {
    let state = c.log.state();
    let named = c.patient.map(|id| named(work, id)).transpose()?.flatten();
    let asked = |id: &DepartmentId| id.facility == c.own_facility && c.department.as_ref() == Some(&id.department);
    let department = stated.iter().find(|row| asked(&row.stated.id)).map(|row| name(&row.stated));
    Ok(Row {
        id: c.id,
        step: state.step,
        clinic: clinic::of(work, &c.peer_facility).name,
        inquiry: inquiry(work, c)?,
        department: department.unwrap_or_default(),
        patient: named,
        date: state.date,
        wished: state.wished,
        since: state.since,
        changed_at: c.changed_at,
        due_at: c.due_at,
        trouble: c.trouble.clone(),
    })
}

/// Returns a patient's name for a list, and notes that it was seen; a former patient has none there until somebody states what for.
fn named(work: &Work<'_>, id: LocalId) -> Result<Option<String>, WorkError> {
    let why = match purpose::of_look(work, id) {
        Err(WorkError::Purpose(_)) => return Ok(None),
        other => other?,
    };
    let Some(patient) = patient::find(work.db, id)? else { return Ok(None) };
    work.audit("patient.list", Some(id), why, "")?;
    Ok(Some(patient.person.full_name()))
}

fn inquiry(work: &Work<'_>, c: &Conversation) -> Result<Option<Inquiry>, WorkError> {
    Ok(last(work, c, Side::Asker, MessageKind::Inquiry)?.and_then(|message| if let Message::Inquiry(inquiry) = message { Some(inquiry) } else { None }))
}

fn departments(work: &Work<'_>, c: &Conversation) -> Result<Vec<(DepartmentKey, String, Vec<Room>)>, WorkError> {
    let rows = capacity::all_stated(work.db, Some(&c.own_facility))?.into_iter().map(|row| row.stated);
    Ok(rows.map(|stated| (stated.id.department.clone(), name(&stated), stated.rooms)).collect())
}

fn name(stated: &Stated) -> String {
    if stated.name.is_empty() { stated.id.department.to_string() } else { stated.name.clone() }
}

/// Returns one conversation, and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`] also where this clinic is the one that asked; [`WorkError::Forbidden`]; the store's.
pub fn show(work: &mut Work<'_>, id: ConversationId) -> Result<Sheet, WorkError> {
    work.require(ANSWERING)?;
    let c = load_as(work, id, Side::Owner)?;
    let detail = overview::show(work, id)?;
    let state = c.log.state();
    let patient = c.patient.map(|id| patient::find(work.db, id)).transpose()?.flatten();
    let own = documents::Filter { patient: c.patient, ..documents::Filter::default() };
    let own = if c.patient.is_some() { documents::list(work.db, &own, MAX_DOCUMENTS)? } else { vec![] };
    let came = documents::Filter { conversation: Some(id), all: true, ..documents::Filter::default() };
    let mut received = Vec::new();
    for document in documents::list(work.db, &came, MAX_DOCUMENTS)?.into_iter().filter(|document| document.source.is_some()) {
        received.push(Paper { waiting: documents::waiting_for(work.db, document.id)?, document });
    }
    let mut readable = false;
    for kind in [MessageKind::Referral, MessageKind::Handoff] {
        readable |= stored::last_body(work.db, id, Side::Asker, kind.number())?.is_some();
    }
    Ok(Sheet {
        step: state.step,
        since: state.since,
        clinic: clinic::of(work, &c.peer_facility).name,
        departments: departments(work, &c)?,
        may_say: may_say(state.step),
        reason: state.reason,
        opened: state.opened,
        filed: state.filed,
        patient: patient.map(|patient| (patient.id, patient.person.full_name())),
        readable,
        by_rule: rule::of(work, &c)?,
        received,
        own: own.into_iter().filter(|document| document.source.is_none() && document.state == documents::State::Held).collect(),
        detail,
    })
}

/// Checks that this clinic owns the bed, for steps that either side may take.
///
/// # Errors
/// [`WorkError::NotFound`] where it is the one that asked; [`WorkError::Forbidden`].
pub fn is_ours(work: &Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    load_as(work, id, Side::Owner).map(drop)
}

/// What the owner of the bed may say at a step, by the table of steps.
fn may_say(step: Step) -> Vec<MessageKind> {
    let rules = RULES.iter().filter(|rule| matches!(rule.by, Who::Owner | Who::Either) && rule.from.contains(&step));
    rules.map(|rule| rule.kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_said_follows_the_table() {
        use MessageKind as M;
        assert_eq!(may_say(Step::Requested), [M::Questions, M::Offer, M::Declined, M::Cancelled]);
        assert_eq!(may_say(Step::Chosen), [M::Confirmed, M::Gone, M::PayerDecided, M::Cancelled]);
        assert!(may_say(Step::Withdrawn).iter().all(|kind| *kind == M::Erased));
        assert!(!may_say(Step::Accepted).contains(&M::Referral), "only the asking clinic says it");
    }
}

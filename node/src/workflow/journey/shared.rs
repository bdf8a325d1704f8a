//! What other clinics received and opened, and who looked at the patient's data here.

use std::collections::{HashMap, hash_map::Entry};

use verbund_protocol::{
    conversation::SignedHeader,
    id::{Digest, LocalId},
    referral::{MessageKind, Side},
    time::Timestamp,
};

use super::{MAX_ROWS, PURPOSE, Scope, acted, allowed, clinic};
use crate::{
    domain::calendar,
    domain::phone::{Came, Event, Phone},
    store::{
        StoreError, audit, case,
        caseload::phone,
        conversation::{self as stored, Conversation, Filter, Stored},
        document::{self, Fetched},
    },
    workflow::{Work, WorkError},
};

/// Most looks that are shown, newest first.
const MAX_LOOKS: usize = 400;
/// Most hours' looks that are read for them: some of the same day come to one.
const MAX_HOURS: usize = 4_000;

/// Everything that was shared.
#[derive(Clone, Debug)]
pub struct Shared {
    /// Each clinic, in the order in which it was asked.
    pub with: Vec<With>,
    /// Who looked here, newest first.
    pub looks: Vec<Glance>,
}

/// What one clinic received.
#[derive(Clone, Debug)]
pub struct With {
    /// Its name.
    pub clinic: String,
    /// Whether it has no node: it is told by fax, and nothing comes back that proves it.
    pub by_fax: bool,
    /// What, oldest first.
    pub parts: Vec<Part>,
    /// When it stated that it erased what it had.
    pub erased_at: Option<Timestamp>,
}

/// One thing it received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether it says who the patient is.
    pub named: bool,
    /// The document's title, if it is one.
    pub document: Option<String>,
    /// Which documents were to follow a fax with the name, and how.
    pub papers: Option<String>,
    /// When it was sent, or allowed to be fetched.
    pub sent_at: Timestamp,
    /// When the clinic confirmed that it has it.
    pub received_at: Option<Timestamp>,
    /// When somebody there opened it.
    pub opened_at: Option<Timestamp>,
    /// When it was put into the record there.
    pub filed_at: Option<Timestamp>,
    /// When the permission to fetch it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether a document was fetched.
    pub fetched: Fetched,
}

/// One person's looks of one kind on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The first of them.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// In which roles, as words.
    pub roles: String,
    /// What was done.
    pub deed: Deed,
}

/// What somebody did with a patient's data, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Looked at the record.
    Looked,
    /// Changed it.
    Changed,
    /// Took down or took back a decision.
    Consent,
    /// Dealt with other clinics.
    Arranged,
    /// Dealt with documents.
    Documents,
    /// Read or wrote messages with a team.
    Messages,
    /// Dealt with the access to these pages.
    Access,
}

/// Returns what was shared with whom, and who looked.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn shared(work: &mut Work<'_>) -> Result<Shared, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("journey.shared", Some(patient), PURPOSE, "")?;
    let filter = Filter { side: Some(Side::Asker), patient: Some(patient), ended: true, ..Filter::default() };
    let mut conversations = stored::list(work.db, &filter, MAX_ROWS)?;
    conversations.sort_by_key(|c| (c.opened_at, c.id));
    let mut told = conversations.iter().map(|c| Ok((c.opened_at, with(work, patient, c)?))).collect::<Result<Vec<_>, WorkError>>()?;
    for case in case::list(work.db, Some(patient), MAX_ROWS)? {
        told.extend(phone::list(work.db, case.id)?.into_iter().map(|phone| (phone.asked_at, faxed(phone))));
    }
    told.sort_by_key(|(asked_at, _)| *asked_at);
    Ok(Shared { with: told.into_iter().map(|(_, with)| with).collect(), looks: looks(work, patient)? })
}

/// Returns what a clinic without a node was told: the inquiry without a name, and every fax with it.
fn faxed(phone: Phone) -> With {
    let part =
        |named, sent_at, papers| Part { named, document: None, papers, sent_at, received_at: None, opened_at: None, filed_at: None, ended_at: None, fetched: Fetched::Unknown };
    let named = |event: &Event| matches!(event.came, Came::Named(_)).then(|| part(true, event.at, event.papers.clone()));
    let parts = std::iter::once(part(false, phone.asked_at, None)).chain(phone.events.iter().filter_map(named)).collect();
    With { clinic: phone.clinic, by_fax: true, parts, erased_at: None }
}

fn with(work: &Work<'_>, patient: LocalId, c: &Conversation) -> Result<With, WorkError> {
    let messages = stored::messages(work.db, c.id)?;
    let said = |kind: MessageKind, subject: Option<Digest>| {
        let chain = c.log.chain(Side::Owner).iter();
        chain.filter(|entry| entry.event.as_ref().is_some_and(|event| event.kind == kind && (subject.is_none() || event.cites == subject))).map(|entry| entry.made_at).min()
    };
    let mut parts = Vec::new();
    for message in messages.iter().filter(|message| message.side == Side::Asker) {
        let named = match MessageKind::numbered(message.kind) {
            Some(MessageKind::Inquiry) => false,
            Some(MessageKind::Referral) => true,
            _ => continue,
        };
        let subject = Some(message.digest);
        parts.push(Part {
            named,
            document: None,
            papers: None,
            sent_at: made_at(message)?,
            received_at: message.receipted_at.filter(|_| message.outcome.as_deref() == Some("stored")),
            opened_at: said(MessageKind::Opened, subject),
            filed_at: said(MessageKind::Filed, subject),
            ended_at: None,
            fetched: Fetched::Unknown,
        });
    }
    parts.extend(documents(work, patient, c)?);
    parts.sort_by_key(|part| part.sent_at);
    let erased_at = said(MessageKind::Erased, None).or_else(|| said(MessageKind::Refused, None));
    Ok(With { clinic: clinic(work, &c.peer_facility).name, by_fax: false, parts, erased_at })
}

fn made_at(message: &Stored) -> Result<Timestamp, WorkError> {
    SignedHeader::trusted(&message.header).map(|header| header.header.made_at).map_err(|_| StoreError::unreadable("message header").into())
}

/// The documents that the clinic of `c` was allowed to fetch.
fn documents(work: &Work<'_>, patient: LocalId, c: &Conversation) -> Result<Vec<Part>, WorkError> {
    let mut parts = Vec::new();
    for document in document::list(work.db, &document::Filter { patient: Some(patient), all: true, ..document::Filter::default() }, MAX_ROWS)? {
        for given in document::given(work.db, document.id)?.into_iter().filter(|given| given.conversation == c.id) {
            let title = document.manifest.as_ref().map(|manifest| manifest.title.clone()).unwrap_or_default();
            let past = Some(given.expires_at).filter(|at| *at <= work.now);
            parts.push(Part {
                named: true,
                document: Some(title),
                papers: None,
                sent_at: given.made_at,
                received_at: None,
                opened_at: None,
                filed_at: None,
                ended_at: given.revoked_at.or(past),
                fetched: given.fetched,
            });
        }
    }
    Ok(parts)
}

/// Returns who looked: staff and whoever acts for the patient, one entry a person, kind and day. What the patient does in person, and what the node
/// does by itself, is no look of anybody's.
fn looks(work: &Work<'_>, patient: LocalId) -> Result<Vec<Glance>, WorkError> {
    let (mut first, mut found) = (Vec::<(u64, Deed)>::new(), HashMap::new());
    for look in audit::looks(work.db, patient, MAX_HOURS)? {
        let Some(deed) = deed(&look.action) else { continue };
        match found.entry((calendar::day(look.hour), look.actor, deed)) {
            Entry::Occupied(place) => {
                let earlier: &mut (u64, Deed) = &mut first[*place.get()];
                earlier.0 = earlier.0.min(look.seq);
            }
            Entry::Vacant(_) if first.len() == MAX_LOOKS => break,
            Entry::Vacant(place) => {
                place.insert(first.len());
                first.push((look.seq, deed));
            }
        }
    }
    first.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
    let glance = |(seq, deed)| {
        let line = audit::line(work.db, seq)?;
        Ok(Glance { at: line.at, who: acted(work, &line.actor)?.unwrap_or(line.actor), roles: line.roles, deed })
    };
    first.into_iter().map(glance).collect()
}

/// Returns what an action of the audit comes to; nothing for those that touch no data about the patient.
fn deed(action: &str) -> Option<Deed> {
    Some(match action {
        "patient.add" | "patient.change" => Deed::Changed,
        "consent.record" | "consent.revoke" => Deed::Consent,
        // Her name among others'.
        "case.list" | "thread.list" => Deed::Looked,
        _ => match action.split('.').next()? {
            "patient" | "consent" | "wish" | "journey" | "offer" => Deed::Looked,
            "document" => Deed::Documents,
            "thread" => Deed::Messages,
            "account" | "proxy" => Deed::Access,
            _ => Deed::Arranged,
        },
    })
}

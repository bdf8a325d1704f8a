//! The social service's work on its cases: whose they are, what is next, the plan, notes and calls, and the ends.

use verbund_protocol::{
    catalogue::{Ahb as Indication, AhbException, Catalogue, RareReason},
    id::{ConversationId, DepartmentKey, Ik, LocalId},
    inquiry::Inquiry,
    limits::AHB_DAYS,
    referral::{MessageKind, Side, Step},
    time::{Day, Timestamp},
};

use super::{
    SENT_TWICE, Work, WorkError,
    clinic::{self, Clinic},
    conversation::{ASKING, load_as},
    document::{self, Document},
    inquiry::{self, NewCase, Preview, Target},
    overview, purpose,
};
use crate::{
    domain::{
        account::State as AccountState,
        actor::Role,
        calendar,
        consent::{self as decisions, DecidedBy, Decision, Kind, Recipient},
        end::{End, How},
        patient::Patient,
        phone::Phone,
        plan::Plan,
        wish::Wishes,
    },
    store::{
        account,
        case::{self, Case},
        caseload, consent,
        conversation::{self, Filter},
        document as documents, patient, wish,
    },
};

mod again;
pub mod next;
pub mod phone;
mod reach;

pub use again::{Onward, ask_on};
pub use next::{Ahead, Consented, Next};
pub use reach::Why;

use reach::Service;

pub use crate::store::{
    caseload::{Note, NoteKind, Owner},
    conversation::Conversation,
};

/// Most open cases on a page.
const MAX_OPEN: usize = 500;
/// Most of the others' open cases that are looked at for whether somebody has to stand in, the oldest first: each look costs some dozen reads.
const MAX_OTHERS: usize = 300;
/// Most cases of one patient, and conversations of one case.
const MAX_CASES: usize = 300;
/// Most notes on a page.
const MAX_NOTES: usize = 200;
/// Most documents that are offered to be handed over.
const MAX_DOCUMENTS: usize = 100;
/// Longest note, characters.
pub const MAX_NOTE: usize = 4_000;
/// For how long an answer to an inquiry is useful.
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// A case in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case.
    pub case: Case,
    /// The patient.
    pub patient: Patient,
    /// Who looks after it.
    pub owner: String,
    /// What is next.
    pub next: Next,
    /// By when.
    pub due: Option<Timestamp>,
    /// Conversations about which somebody has to call.
    pub calls: Vec<ConversationId>,
    /// Whether clinics can be asked now.
    pub may_ask: bool,
    /// The last day on which an AHB may begin.
    pub begin_by: Option<Day>,
    /// Why it stands in the list of somebody else than its owner.
    pub why: Option<Why>,
}

/// Everything on a case's page.
#[derive(Clone)]
pub struct Overview {
    /// What stands in the list.
    pub row: Row,
    /// How the patient stands to it.
    pub consented: Consented,
    /// The plan, or what is known of it.
    pub plan: Plan,
    /// Who wrote it and when; nobody yet.
    pub written: Option<(Timestamp, String)>,
    /// What the patient stated to wish, last.
    pub wishes: Option<Wishes>,
    /// Facilities that the patient named among the wishes.
    pub named: Vec<Ik>,
    /// How to ask on where a clinic has no place.
    pub onward: Onward,
    /// The clinics asked.
    pub asked: Vec<Asked>,
    /// The clinics without a node that were asked.
    pub phones: Vec<Phone>,
    /// Everybody who has looked after it, latest first.
    pub owners: Vec<Owner>,
    /// Notes and calls, latest first.
    pub notes: Vec<Note>,
    /// Who could look after it.
    pub colleagues: Vec<String>,
    /// How it ended, if the social service ended it.
    pub end: Option<End>,
}

/// A clinic that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The conversation.
    pub conversation: Conversation,
    /// The clinic.
    pub clinic: Clinic,
    /// The offer that stands.
    pub offer: Option<verbund_protocol::referral::Offer>,
}

/// Returns the last day on which the AHB of a case may begin; nothing without a day of discharge, for a transfer, or with a documented exception.
pub fn begin_by(case: &Case) -> Option<Day> {
    let rehab = case.variant == verbund_protocol::inquiry::Variant::Rehab && case.exception.is_none();
    case.discharge.filter(|_| rehab).map(|day| day.plus(AHB_DAYS))
}

/// A list of cases.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The cases, in the order in which they are to be looked at.
    pub rows: Vec<Row>,
    /// Whether there are more than a page has.
    pub more: bool,
}

/// Returns the open cases: one's own and those that have become one's own for now, or everybody's. Where somebody has to call comes first,
/// then what must happen first.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn list(work: &mut Work<'_>, everybody: bool) -> Result<Listed, WorkError> {
    listed(work, everybody, MAX_OPEN)
}

/// The same with at most `most` of one's own and `most` others, or of all.
fn listed(work: &mut Work<'_>, everybody: bool, most: usize) -> Result<Listed, WorkError> {
    work.require(ASKING)?;
    work.audit("case.list", None, "discharge", "")?;
    let (mut rows, service) = (Vec::new(), Service::of(work)?);
    let asked = most.saturating_add(1);
    let mut own = if everybody { case::list(work.db, None, asked)? } else { case::open_of(work.db, work.actor.name(), true, asked)? };
    // Of the others' cases some may have become one's own.
    let most_others = most.min(MAX_OTHERS);
    let mut others = if everybody { vec![] } else { case::open_of(work.db, work.actor.name(), false, most_others + 1)? };
    let more = own.len() > most || others.len() > most_others;
    own.truncate(most);
    others.truncate(most_others);
    for (case, is_own) in own.into_iter().map(|case| (case, true)).chain(others.into_iter().map(|case| (case, false))) {
        let Some(mut row) = row(work, case)? else { continue };
        row.why = service.why(&row, work.actor.name(), work.now);
        rows.extend(Some(row).filter(|row| is_own || row.why.is_some()));
    }
    work.audit_listed("case.list", rows.iter().map(|row| row.patient.id), "discharge")?;
    rows.sort_by_key(reach::order);
    Ok(Listed { rows, more })
}

pub(super) fn row(work: &Work<'_>, case: Case) -> Result<Option<Row>, WorkError> {
    let Some(patient) = case.patient.map(|id| patient::find(work.db, id)).transpose()?.flatten() else { return Ok(None) };
    let consented = Consented::of(&consent::list(work.db, patient.id)?, work.now);
    let plan = caseload::plan(work.db, case.id)?.map(|version| version.plan).unwrap_or_else(|| Plan::known(&patient.person, case.variant, case.discharge));
    let Ahead { next, due, calls, may_ask } = next::next(&case, consented, &plan, &conversations(work, case.id)?, &caseload::phone::list(work.db, case.id)?, work.now);
    let owner = caseload::owners(work.db, case.id)?.into_iter().next().map_or_else(|| case.opened_by.clone(), |owner| owner.owner);
    Ok(Some(Row { begin_by: begin_by(&case), case, patient, owner, next, due, calls, may_ask, why: None }))
}

fn conversations(work: &Work<'_>, case: LocalId) -> Result<Vec<Conversation>, WorkError> {
    Ok(conversation::list(work.db, &Filter { case: Some(case), ended: true, ..Filter::default() }, MAX_CASES)?)
}

/// Returns everything on a case's page, and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`]; the store's.
pub fn show(work: &mut Work<'_>, id: LocalId) -> Result<Overview, WorkError> {
    work.require(ASKING)?;
    let case = inquiry::find_case(work, id)?;
    purpose::require(work, case.patient)?;
    work.audit("case.read", case.patient, "discharge", &id.to_string())?;
    let row = row(work, case)?.ok_or(WorkError::NotFound("case"))?;
    let written = caseload::plan(work.db, id)?;
    let wishes = wish::list(work.db, row.patient.id)?.into_iter().next();
    let known = || Plan::known(&row.patient.person, row.case.variant, row.case.discharge).wished(wishes.as_ref());
    let plan = written.clone().map_or_else(known, |version| version.plan);
    let asked = conversations(work, id)?.into_iter().filter(|c| c.side == Side::Asker).map(|c| asked(work, c)).collect::<Result<_, _>>()?;
    Ok(Overview {
        named: named(work, wishes.as_ref()),
        onward: again::onward(work, id)?,
        consented: Consented::of(&consent::list(work.db, row.patient.id)?, work.now),
        plan,
        written: written.map(|version| (version.made_at, version.made_by)),
        asked,
        phones: caseload::phone::list(work.db, id)?,
        owners: caseload::owners(work.db, id)?,
        wishes,
        notes: caseload::notes(work.db, id, MAX_NOTES)?,
        colleagues: colleagues(work)?,
        end: case::ended(work.db, id)?,
        row,
    })
}

/// Returns the facilities that a patient named among the wishes, as the network document calls them.
fn named(work: &Work<'_>, wishes: Option<&Wishes>) -> Vec<Ik> {
    let document = &work.membership.held().document;
    let facilities = document.members.iter().flat_map(|member| &member.facilities);
    let wished = |name: &str| wishes.is_some_and(|wishes| wishes.list.iter().any(|wish| wish.names(name)));
    facilities.filter(|facility| wished(&facility.name)).map(|facility| facility.ik.clone()).collect()
}

pub(super) fn asked(work: &Work<'_>, conversation: Conversation) -> Result<Asked, WorkError> {
    let stands = conversation.log.state().offer.is_some();
    let offer = match super::conversation::last(work, &conversation, Side::Owner, MessageKind::Offer)? {
        Some(verbund_protocol::referral::Message::Offer(offer)) if stands => Some(offer),
        _ => None,
    };
    Ok(Asked { clinic: clinic::of(work, &conversation.peer_facility), conversation, offer })
}

/// Returns the facilities that this member speaks for, with their names.
pub fn own_facilities(work: &Work<'_>) -> Vec<(Ik, String)> {
    let own = work.membership.member(&work.me.member);
    own.map(|member| member.facilities.iter().map(|facility| (facility.ik.clone(), facility.name.clone())).collect()).unwrap_or_default()
}

fn colleagues(work: &Work<'_>) -> Result<Vec<String>, WorkError> {
    let mut names: Vec<String> = account::staff(work.db)?
        .into_iter()
        .filter(|account| account.state != AccountState::Locked && account.roles.contains(&Role::SocialService))
        .map(|account| account.name)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Opens a case and takes it over. Somebody who has an open one of that kind keeps it: its name is returned.
///
/// # Errors
/// As [`inquiry::open_case`].
pub fn open(work: &mut Work<'_>, new: &NewCase) -> Result<LocalId, WorkError> {
    work.require(ASKING)?;
    let held = case::list(work.db, Some(new.patient), MAX_CASES)?.into_iter().find(|case| case.closed_at.is_none() && case.variant == new.variant);
    if let Some(held) = held {
        return Ok(held.id);
    }
    let id = inquiry::open_case(work, new)?;
    caseload::give(work.db, id, work.actor.name(), work.now, work.actor.name())?;
    Ok(id)
}

/// Gives a case to a colleague, or takes it over.
///
/// # Errors
/// [`WorkError::Invalid`] if nobody of that name is in the social service.
pub fn give(work: &mut Work<'_>, id: LocalId, to: &str) -> Result<(), WorkError> {
    let case = open_case(work, id)?;
    if to != work.actor.name() && !colleagues(work)?.iter().any(|name| name == to) {
        return Err(WorkError::invalid("nobody of that name is in the social service", "choose from the list"));
    }
    if caseload::owners(work.db, id)?.first().is_some_and(|owner| owner.owner == to) {
        return Ok(()); // sent twice, or somebody else was quicker
    }
    caseload::give(work.db, id, to, work.now, work.actor.name())?;
    work.audit("case.give", case.patient, "discharge", &id.to_string())
}

fn open_case(work: &mut Work<'_>, id: LocalId) -> Result<Case, WorkError> {
    work.require(ASKING)?;
    let case = inquiry::find_case(work, id)?;
    if case.closed_at.is_some() { Err(WorkError::state("closed", "the case is closed", "open a new case")) } else { Ok(case) }
}

/// Writes the next version of the plan, with the day of discharge and the reason for a late begin. The same again within ten minutes is a form
/// that was sent twice, and no version.
///
/// # Errors
/// [`WorkError::Invalid`] for a day that cannot be meant.
pub fn write_plan(work: &mut Work<'_>, id: LocalId, plan: &Plan, discharge: Option<Day>, exception: Option<AhbException>) -> Result<(), WorkError> {
    let case = open_case(work, id)?;
    if discharge != case.discharge || exception != case.exception {
        inquiry::set_discharge(work, id, discharge, exception)?;
    }
    let last = caseload::plan(work.db, id)?;
    if last.is_some_and(|last| last.plan == *plan && last.made_by == work.actor.name() && work.now.since(last.made_at) < SENT_TWICE) {
        return Ok(());
    }
    caseload::write_plan(work.db, id, plan, work.now, work.actor.name())?;
    work.audit("case.plan", case.patient, "discharge", &id.to_string())
}

/// Returns whether something about a case can have been at that moment: once the case was open, and not later than now.
pub fn plausible(case: &Case, at: Timestamp, now: Timestamp) -> bool {
    phone::between(case.opened_at, at, now)
}

/// Adds a note or a call of that moment; of now without one. The same again within ten minutes is a form that was sent twice, and is not noted
/// twice.
///
/// # Errors
/// [`WorkError::Invalid`] if it is empty or too long; [`WorkError::State`] `when` for a moment before the case or after now;
/// [`WorkError::Purpose`].
pub fn note(work: &mut Work<'_>, id: LocalId, kind: NoteKind, text: &str, at: Option<Timestamp>) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let case = inquiry::find_case(work, id)?;
    purpose::require(work, case.patient)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_NOTE {
        return Err(WorkError::invalid(format!("a note has 1 to {MAX_NOTE} characters"), "shorten it, or write two"));
    }
    if at.is_some_and(|at| !plausible(&case, at, work.now)) {
        return Err(WorkError::state("when", "it was before the case, or is still to come", "correct the time"));
    }
    let note = Note { at: at.unwrap_or(work.now), recorded_at: work.now, kind, text: text.to_owned(), made_by: work.actor.name().to_owned() };
    let twice = |last: &Note| {
        let then = at.unwrap_or(last.recorded_at);
        work.now.since(last.recorded_at) < SENT_TWICE && last.at == then && Note { at: note.at, recorded_at: note.recorded_at, ..last.clone() } == note
    };
    if caseload::last_note(work.db, id)?.as_ref().is_some_and(twice) {
        return Ok(());
    }
    caseload::add_note(work.db, id, &note)?;
    work.audit("case.note", case.patient, "discharge", &id.to_string())
}

/// A signed paper.
#[derive(Clone)]
pub struct Paper {
    /// The form and its version.
    pub form: String,
    /// Who signed.
    pub by: DecidedBy,
    /// Where it is kept.
    pub kept: String,
}

impl Paper {
    fn decision(self, kind: Kind, given: bool, recipient: Option<Recipient>, now: Timestamp) -> Decision {
        Decision { kind, given, recipient, named: None, form: Some(self.form), by: self.by, how: decisions::How::Paper, document: Some(self.kept), at: now, until: None }
    }
}

/// Records the patient's decision about discharge management as it stands on the signed paper. Agreeing to what is agreed already, at a
/// screen or on another paper, changes nothing; refusing ends what an earlier consent had begun. The same again within ten minutes is a form that
/// was sent twice, and one decision.
///
/// # Errors
/// As [`super::consent::record`].
pub fn decided_on_paper(work: &mut Work<'_>, id: LocalId, given: bool, paper: Paper) -> Result<(), WorkError> {
    let case = open_case(work, id)?;
    let patient = case.patient.ok_or(WorkError::NotFound("patient"))?;
    let decision = paper.decision(Kind::DischargeManagement, given, None, work.now);
    super::consent::agree(work, patient, decision).map(drop)
}

/// Returns what the clinics would read, as the plan has it. `department` stands for all; each reads its own.
///
/// # Errors
/// [`WorkError::State`] `plan` while something is missing; [`WorkError::Purpose`].
pub fn preview(work: &Work<'_>, id: LocalId, department: DepartmentKey, rare_reason: Option<RareReason>) -> Result<Preview, WorkError> {
    work.require(ASKING)?;
    purpose::require(work, inquiry::find_case(work, id)?.patient)?;
    let inquiry = written(work, id, department, rare_reason)?;
    inquiry::preview(work, inquiry)
}

fn written(work: &Work<'_>, id: LocalId, department: DepartmentKey, rare_reason: Option<RareReason>) -> Result<Inquiry, WorkError> {
    let case = inquiry::find_case(work, id)?;
    let patient = case.patient.map(|id| patient::find(work.db, id)).transpose()?.flatten().ok_or(WorkError::NotFound("patient"))?;
    let plan = caseload::plan(work.db, id)?.map(|version| version.plan).unwrap_or_else(|| Plan::known(&patient.person, case.variant, case.discharge));
    let minutes = work.now.plus(ANSWER_WITHIN).0 / 60_000;
    plan.inquiry(&patient.person, case.variant, department, Timestamp(minutes * 60_000), rare_reason, calendar::day(work.now))
        .ok_or_else(|| WorkError::state("plan", "the plan lacks indication, earliest day or payer", "fill in the plan"))
}

/// Asks clinics with what the plan says. `own` is the facility that asks.
///
/// # Errors
/// As [`inquiry::send`]; [`WorkError::State`] `plan` while something is missing, `rare` if the fields could point to one person.
pub fn ask(work: &mut Work<'_>, id: LocalId, own: &Ik, targets: &[Target], rare_reason: Option<RareReason>) -> Result<Vec<ConversationId>, WorkError> {
    let first = targets.first().ok_or_else(|| WorkError::invalid("no clinic is chosen", "choose at least one"))?;
    let inquiry = written(work, id, first.department.clone(), rare_reason)?;
    inquiry.guard(Catalogue::shipped()).map_err(|error| WorkError::state("rare", error.to_string(), "leave something out of the plan, or confirm with a reason"))?;
    inquiry::send(work, id, own, targets, &inquiry)
}

/// Records that the patient chose an offer on paper: the signed release that names the clinic, and the choice.
///
/// # Errors
/// As [`super::referral::choose`].
pub fn chosen_on_paper(work: &mut Work<'_>, id: ConversationId, paper: Paper) -> Result<(), WorkError> {
    work.require(ASKING)?;
    let c = load_as(work, id, Side::Asker)?;
    let patient = c.patient.ok_or(WorkError::NotFound("patient"))?;
    let recipient = Some(Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() });
    let decision = paper.decision(Kind::IdentifiedRelease, true, recipient, work.now);
    super::consent::record(work, patient, decision)?;
    super::referral::choose(work, id)
}

/// Ends a case: without a place, or after somebody has arrived at a clinic without a node. The reason is kept as a note under the name of who
/// decided it, and who takes care of the patient then.
///
/// # Errors
/// [`WorkError::State`] `open-inquiries` while a clinic is still being asked.
pub fn end(work: &mut Work<'_>, id: LocalId, how: How, why: &str) -> Result<(), WorkError> {
    let case = open_case(work, id)?;
    let open = Filter { case: Some(id), side: Some(Side::Asker), ..Filter::default() };
    if !conversation::list(work.db, &open, 1)?.is_empty() {
        return Err(WorkError::state("open-inquiries", "clinics are still being asked", "withdraw those inquiries first"));
    }
    note(work, id, NoteKind::Note, why, None)?;
    case::end(work.db, id, &End { how, at: work.now, by: work.actor.name().to_owned() })?;
    work.audit("case.end", case.patient, "discharge", &id.to_string())
}

/// Marks a department as a favourite for an indication group, or no longer.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn mark_favourite(work: &mut Work<'_>, indication: Indication, target: &Target, marked: bool) -> Result<(), WorkError> {
    work.require(ASKING)?;
    Ok(caseload::mark_favourite(work.db, indication, &target.facility, &target.department, marked)?)
}

/// Returns the favourites for an indication group.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn favourites(work: &Work<'_>, indication: Indication) -> Result<Vec<(String, String)>, WorkError> {
    work.require(ASKING)?;
    Ok(caseload::favourites(work.db, indication)?)
}

/// Checks that this clinic is the one that asked, for steps that either side may take.
///
/// # Errors
/// [`WorkError::NotFound`] where it owns the bed; [`WorkError::Forbidden`].
pub fn is_ours(work: &Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(ASKING)?;
    load_as(work, id, Side::Asker).map(drop)
}

/// An inquiry with what belongs to it.
#[derive(Clone)]
pub struct Conversed {
    /// What may be shown of it.
    pub detail: overview::Detail,
    /// The case.
    pub case: LocalId,
    /// The patient.
    pub patient: Patient,
    /// The clinic.
    pub clinic: Clinic,
    /// Documents that can still follow the referral, the newest first.
    pub following: Vec<Document>,
}

/// Returns one inquiry of a case, and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`] also for one in which this clinic owns the bed.
pub fn inquiry(work: &mut Work<'_>, id: ConversationId) -> Result<Conversed, WorkError> {
    work.require(ASKING)?;
    let c = load_as(work, id, Side::Asker)?;
    let (case, patient) = (c.case.ok_or(WorkError::NotFound("case"))?, c.patient.ok_or(WorkError::NotFound("patient"))?);
    let patient = patient::find(work.db, patient)?.ok_or(WorkError::NotFound("patient"))?;
    let following = following(work, &c, patient.id)?;
    Ok(Conversed { detail: overview::show(work, id)?, case, patient, clinic: clinic::of(work, &c.peer_facility), following })
}

/// Returns the patient's documents that a clinic with the referral has not been handed yet.
fn following(work: &Work<'_>, c: &Conversation, patient: LocalId) -> Result<Vec<Document>, WorkError> {
    if !matches!(c.log.state().step, Step::Referred | Step::Accepted | Step::Admitted) {
        return Ok(vec![]);
    }
    let filter = documents::Filter { patient: Some(patient), ..documents::Filter::default() };
    let mut found = Vec::new();
    for document in documents::list(work.db, &filter, MAX_DOCUMENTS)? {
        let came_from_there = document.conversation == Some(c.id);
        if document.state == documents::State::Held && !came_from_there && !document::is_given(work, document.id, c.id)? {
            found.push(document);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use verbund_protocol::inquiry::Variant;

    use super::*;
    use crate::{
        domain::patient::tests::anna,
        workflow::bench::{Bench, NOW},
    };

    /// Cases of one person and of the whole house, one a minute; returns them, one's own and the others'.
    fn cases(bench: &mut Bench) -> (LocalId, Vec<LocalId>) {
        let patient = bench.run(Role::SocialService, |work| crate::workflow::patient::add(work, &anna())).unwrap().id;
        let new = NewCase { patient, variant: Variant::Rehab, discharge: None, exception: None };
        let own = bench.run(Role::SocialService, |work| open(work, &new)).unwrap();
        let mut others = Vec::new();
        for _ in 0..3 {
            bench.now = bench.now.plus(Duration::from_secs(60));
            others.push(bench.run(Role::Physician, |work| inquiry::open_case(work, &new)).unwrap());
        }
        (own, others)
    }

    #[test]
    fn ones_own_case_is_in_the_list_however_many_others_there_are() {
        let mut bench = Bench::new();
        let (own, others) = cases(&mut bench);
        let mut ids = |everybody, most| {
            let listed = bench.run(Role::SocialService, |work| listed(work, everybody, most)).unwrap();
            (listed.rows.iter().map(|row| row.case.id).collect::<Vec<_>>(), listed.more)
        };
        assert_eq!(ids(false, 1), (vec![own], true), "some of the others' were not looked at");
        assert_eq!(ids(false, 3), (vec![own], false));
        assert_eq!(ids(true, 4), ([&[own][..], &others].concat(), false));
        assert_eq!(ids(true, 3), (others, true), "the page says that there are more");
        // What is given to somebody is theirs alone.
        bench.run(Role::Physician, |work| give(work, own, "p-physician")).unwrap();
        let mut mine = |role| bench.run(role, |work| listed(work, false, 9)).unwrap().rows.iter().map(|row| row.case.id).collect::<Vec<_>>();
        assert_eq!((mine(Role::SocialService), mine(Role::Physician).len()), (vec![], 4));
    }

    #[test]
    fn a_call_stands_at_the_time_it_was() {
        let mut bench = Bench::new();
        let (case, _) = cases(&mut bench);
        let opened = NOW;
        let hours = |hours: u64| NOW.plus(Duration::from_secs(hours * 3_600));
        let mut noted = |now, text: &str, at| {
            bench.now = now;
            let done = bench.run(Role::SocialService, |work| note(work, case, NoteKind::Call, text, at));
            let notes = bench.run(Role::SocialService, |work| show(work, case)).unwrap().notes;
            (done.map_err(|error| error.code().to_owned()), notes.into_iter().map(|note| (note.text, note.at, note.recorded_at)).collect::<Vec<_>>())
        };
        let second = ("angerufen".to_owned(), hours(4), hours(4));
        assert_eq!(noted(hours(4), "angerufen", None), (Ok(()), vec![second.clone()]));
        let first = ("vorher".to_owned(), hours(1), hours(6));
        let both = vec![second, first];
        assert_eq!(noted(hours(6), "vorher", Some(hours(1))), (Ok(()), both.clone()));
        assert_eq!(noted(hours(6), "vorher", Some(hours(1))), (Ok(()), both.clone()), "a form that was sent twice");
        for wrong in [hours(7), opened.minus(Duration::from_secs(300))] {
            assert_eq!(noted(hours(6), "nie", Some(wrong)), (Err("when".into()), both.clone()));
        }
        assert_eq!(noted(hours(6), "vorher", Some(hours(2))).1.len(), 3, "another call");
    }
}

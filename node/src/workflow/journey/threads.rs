//! Messages to the clinic's teams, as the patient, and whoever acts for the patient, writes and reads them.

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{MAX_ROWS, PURPOSE, Scope, allowed};
use crate::{
    domain::{
        actor::Actor,
        team::Stage,
        thread::{MAX_A_DAY, MAX_TEXT, Thread, What, written},
    },
    store::thread::{self as stored, New},
    workflow::{
        SENT_TWICE, Work, WorkError,
        team::{Staffed, staffed},
        thread::{Name, Said, said},
    },
};

/// A day, for the limit of messages.
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// A team that can be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The team.
    pub id: LocalId,
    /// What it is called.
    pub name: Name,
    /// By when it would answer a message of this moment.
    pub due: Timestamp,
}

/// A thread in the patient's list.
#[derive(Clone, Debug)]
pub struct Line {
    /// The thread.
    pub thread: Thread,
    /// The team.
    pub team: Name,
    /// How pressing what waits is.
    pub stage: Option<Stage>,
    /// Whether the reader has not read the last answer.
    pub unseen: bool,
    /// The last that was written.
    pub said: Option<Said>,
    /// By when the team would answer what is written on at this moment; nothing while nobody reads there.
    pub promised: Option<Timestamp>,
}

/// Everything on the page of messages.
#[derive(Clone, Debug)]
pub struct Letters {
    /// The threads, the one that changed last first.
    pub lines: Vec<Line>,
    /// Who can be written to, the one that is meant unless another is chosen first.
    pub teams: Vec<Addressee>,
}

/// To whom a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressed {
    /// To a team, about something new.
    Team(LocalId),
    /// To whoever is in a thread.
    Thread(LocalId),
}

/// Returns the threads and who can be written to.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn letters(work: &mut Work<'_>) -> Result<Letters, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("thread.list", Some(patient), PURPOSE, "")?;
    let (teams, unseen) = (staffed(work)?, unseen(work, patient)?);
    let mut lines = Vec::new();
    for thread in stored::of_patient(work.db, patient, MAX_ROWS)? {
        lines.push(line(work, &teams, &unseen, thread)?);
    }
    let addressee = |held: &Staffed| Addressee { id: held.team.id, name: Name::of(held), due: held.team.promise(work.now, work.terms.holidays).due };
    Ok(Letters { lines, teams: teams.iter().filter(|held| held.takes_messages()).map(addressee).collect() })
}

fn line(work: &Work<'_>, teams: &[Staffed], unseen: &[LocalId], thread: Thread) -> Result<Line, WorkError> {
    let held = teams.iter().find(|held| held.team.id == thread.team).ok_or(WorkError::NotFound("team"))?;
    let last = said(work, thread.id)?.into_iter().rev().find(|said| !said.entry.text.is_empty());
    let promised = held.takes_messages().then(|| held.team.promise(work.now, work.terms.holidays).due);
    Ok(Line { team: Name::of(held), promised, stage: thread.waiting.map(|waiting| waiting.stage(work.now)), unseen: unseen.contains(&thread.id), said: last, thread })
}

/// Returns one thread whole, and notes that the visitor has read it.
///
/// # Errors
/// [`WorkError::NotFound`] for another patient's, as for one that is not there.
pub fn letter(work: &mut Work<'_>, id: LocalId) -> Result<(Line, Vec<Said>), WorkError> {
    let patient = allowed(work, Scope::Look)?;
    let thread = mine(work, patient, id)?;
    work.audit("thread.read", Some(patient), PURPOSE, &format!("thread={id}"))?;
    let unseen = unseen(work, patient)?;
    if let Actor::Visitor { account, .. } = work.actor
        && unseen.contains(&id)
    {
        stored::see(work.db, id, account, thread.last)?;
    }
    let line = line(work, &staffed(work)?, &unseen, thread)?;
    Ok((line, said(work, id)?))
}

/// Returns the threads in which the team has said something that the visitor has not read.
pub(super) fn unseen(work: &Work<'_>, patient: LocalId) -> Result<Vec<LocalId>, WorkError> {
    match work.actor {
        Actor::Visitor { account, .. } => Ok(stored::unseen(work.db, patient, account)?),
        Actor::Person { .. } | Actor::Bedside { .. } | Actor::Node => Ok(Vec::new()),
    }
}

fn mine(work: &Work<'_>, patient: LocalId, id: LocalId) -> Result<Thread, WorkError> {
    stored::find(work.db, id)?.filter(|thread| thread.patient == patient).ok_or(WorkError::NotFound("thread"))
}

/// Returns the thread whose last entry says just this, by the same person and a moment ago: a form that was sent twice.
fn just_written(work: &Work<'_>, patient: LocalId, to: &Addressed, text: &str) -> Result<Option<LocalId>, WorkError> {
    let meant = |thread: &Thread| match to {
        Addressed::Team(team) => thread.team == *team,
        Addressed::Thread(id) => thread.id == *id,
    };
    for thread in stored::of_patient(work.db, patient, MAX_ROWS)?.into_iter().filter(|thread| meant(thread) && work.now.since(thread.changed_at) < SENT_TWICE) {
        let last = stored::entries(work.db, thread.id, 1)?.pop();
        if last.is_some_and(|last| last.what == What::Asked && last.text == text && last.made_by == work.actor.name()) {
            return Ok(Some(thread.id));
        }
    }
    Ok(None)
}

/// Writes to a team, or on in a thread. What waits keeps the time that was promised first. A thread whose team takes nothing new goes to
/// the first team that does. What was just written is not written twice. Returns the thread.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not arrange, and for another patient's thread; [`WorkError::Invalid`] for a text that is empty or
/// too long; [`WorkError::State`] `too-many` in a day, `no-team` where nobody reads messages.
pub fn write(work: &mut Work<'_>, to: Addressed, text: &str) -> Result<LocalId, WorkError> {
    let patient = allowed(work, Scope::Arrange)?;
    let text = written(text, MAX_TEXT)?;
    if let Some(thread) = just_written(work, patient, &to, &text)? {
        return Ok(thread);
    }
    if stored::asked_since(work.db, patient, work.now.minus(DAY))? >= MAX_A_DAY {
        return Err(WorkError::state("too-many", format!("at most {MAX_A_DAY} messages a day"), "call the clinic"));
    }
    let teams: Vec<Staffed> = staffed(work)?.into_iter().filter(Staffed::takes_messages).collect();
    let nobody = || WorkError::state("no-team", "nobody reads messages now", "call the clinic");
    let mut thread = match to {
        Addressed::Thread(id) => mine(work, patient, id)?,
        Addressed::Team(team) => {
            let team = teams.iter().find(|held| held.team.id == team).ok_or_else(nobody)?.team.id;
            let id = work.entropy.local_id();
            stored::begin(work.db, id, patient, team, work.now)?;
            Thread { id, patient, team, taken_by: None, waiting: None, last: 0, changed_at: work.now }
        }
    };
    let team = match teams.iter().find(|held| held.team.id == thread.team) {
        Some(held) => held,
        None => {
            let held = teams.first().ok_or_else(nobody)?;
            (thread.team, thread.taken_by) = (held.team.id, None);
            held
        }
    };
    thread.waiting = Some(thread.waiting.unwrap_or_else(|| team.team.promise(work.now, work.terms.holidays)));
    stored::add(work.db, thread.id, &New { what: What::Asked, text: &text, made_by: work.actor.name(), team: None, person: None }, work.now)?;
    stored::stand(work.db, &thread)?;
    work.audit("thread.asked", Some(patient), PURPOSE, &format!("thread={}", thread.id))?;
    Ok(thread.id)
}

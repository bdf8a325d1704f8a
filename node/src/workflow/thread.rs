//! Messages of patients, as the clinic's teams read and answer them: one inbox a team, with an owner, a substitute and a promised time.
//!
//! Whoever belongs to a thread's team may read it; to all others it is not there. Every look and every act is in the audit without a word
//! of what was written.

use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{
    SENT_TWICE, Work, WorkError,
    journey::acted,
    notice, patient, purpose,
    team::{Member, Staffed, staffed},
};
use crate::{
    domain::{
        account::Kind,
        actor::Role,
        calendar,
        team::{Stage, Turn},
        thread::{Entry, MAX_REASON, MAX_TEXT, Thread, What, written},
    },
    store::{
        account, patient as patients, team as teams,
        thread::{self as stored, New},
    },
};

#[cfg(test)]
mod tests;

/// Why patients' data are looked at here.
const PURPOSE: &str = "message";
/// Most threads of one team on a page.
const MAX_ROWS: usize = 200;
/// Most threads of one team in which nothing waits.
const MAX_SETTLED: usize = 20;
/// Most entries of one thread on a page.
pub(super) const MAX_ENTRIES: usize = 400;

/// A team's name in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// In German.
    pub german: String,
    /// In English.
    pub english: String,
}

impl Name {
    pub(super) fn of(staffed: &Staffed) -> Self {
        Self { german: staffed.team.german.clone(), english: staffed.team.english.clone() }
    }
}

/// Who made an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The patient in person.
    Patient,
    /// Somebody for the patient, as others read it.
    Proxy(String),
    /// Somebody of the clinic.
    Staff(String),
}

/// An entry in words for people.
#[derive(Clone, Debug)]
pub struct Said {
    /// The entry.
    pub entry: Entry,
    /// Who made it.
    pub by: By,
    /// The team it went to.
    pub team: Option<Name>,
    /// The person it went to.
    pub person: Option<String>,
}

/// A thread in the inbox.
#[derive(Clone, Debug)]
pub struct Row {
    /// The thread.
    pub thread: Thread,
    /// The patient's name.
    pub patient: String,
    /// The team.
    pub team: Name,
    /// Who took it.
    pub taken_by: Option<String>,
    /// How pressing it is; nothing if it waits for nobody.
    pub stage: Option<Stage>,
    /// Whose turn it is, by name; nobody: everybody's in the team.
    pub turn: Vec<String>,
}

/// An inbox: that of all teams of one person.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// What waits for this person, what is due first first.
    pub mine: Vec<Row>,
    /// What waits for others of the same teams.
    pub others: Vec<Row>,
    /// What changed last among what waits for nobody.
    pub settled: Vec<Row>,
    /// Until when this person is away.
    pub away_until: Option<Day>,
    /// Whether this person belongs to any team.
    pub belongs: bool,
}

/// A thread's page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What stands in the list.
    pub row: Row,
    /// The entries, oldest first.
    pub said: Vec<Said>,
    /// Whether the reader took it.
    pub mine: bool,
    /// Colleagues of the team it could go to.
    pub colleagues: Vec<Member>,
    /// Other teams it could go to.
    pub teams: Vec<(LocalId, Name)>,
}

/// Where a thread is handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To another team.
    Team(LocalId),
    /// To somebody of the same team.
    Person(LocalId),
}

/// How many messages wait, for start pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// For this person.
    pub mine: usize,
    /// Those of them whose time has gone by.
    pub late: usize,
}

/// Checks that `me` is who acts, and somebody who may see patients.
fn reader(work: &Work<'_>, me: LocalId) -> Result<(), WorkError> {
    work.require(Role::CARE)?;
    let account = account::find(work.db, me)?.filter(|account| account.kind == Kind::Staff && account.name == work.actor.name());
    account.map(drop).ok_or(WorkError::NotFound("account"))
}

/// Returns a thread with its team, if `me` belongs to that.
fn theirs(work: &Work<'_>, me: LocalId, id: LocalId) -> Result<(Thread, Staffed), WorkError> {
    reader(work, me)?;
    let thread = stored::find(work.db, id)?.ok_or(WorkError::NotFound("thread"))?;
    let team = staffed(work)?.into_iter().find(|held| held.team.id == thread.team && held.has(me)).ok_or(WorkError::NotFound("thread"))?;
    purpose(work, &thread)?;
    Ok((thread, team))
}

/// Returns what a thread is looked at for: what waits, or was written lately, is work in hand; anything older is a look at its patient.
fn purpose(work: &Work<'_>, thread: &Thread) -> Result<&'static str, WorkError> {
    if thread.waiting.is_some() || work.now.since(thread.changed_at) < work.terms.after_treatment { Ok(PURPOSE) } else { purpose::of_look(work, thread.patient) }
}

fn row(work: &Work<'_>, team: &Staffed, thread: Thread) -> Result<Row, WorkError> {
    let name = |id: LocalId| account::find(work.db, id).map(|found| found.map(|account| account.name));
    let patient = patients::find(work.db, thread.patient)?.map(|patient| patient.person.full_name()).unwrap_or_default();
    let turn = match team.turn(&thread, work.now) {
        Some(Turn::Of(these)) => these.into_iter().filter_map(|id| name(id).transpose()).collect::<Result<_, _>>()?,
        Some(Turn::Everybodys) | None => Vec::new(),
    };
    let taken_by = thread.taken_by.map(name).transpose()?.flatten();
    Ok(Row { patient, team: Name::of(team), taken_by, stage: thread.waiting.map(|waiting| waiting.stage(work.now)), turn, thread })
}

/// Returns what waits in the teams of `me`, and what was settled last.
///
/// # Errors
/// [`WorkError::Forbidden`] for whoever sees no patients.
pub fn inbox(work: &mut Work<'_>, me: LocalId) -> Result<Inbox, WorkError> {
    reader(work, me)?;
    work.audit("thread.list", None, PURPOSE, "")?;
    let mut inbox = Inbox { away_until: teams::absences(work.db, work.now)?.into_iter().find(|(who, _)| *who == me).map(|(_, until)| until), ..Inbox::default() };
    for team in staffed(work)?.into_iter().filter(|team| team.has(me)) {
        inbox.belongs = true;
        for thread in stored::waiting(work.db, team.team.id, MAX_ROWS)? {
            let turn = team.turn(&thread, work.now);
            let row = row(work, &team, thread)?;
            if turn.is_some_and(|turn| turn.is(me)) { inbox.mine.push(row) } else { inbox.others.push(row) }
        }
        for thread in stored::settled(work.db, team.team.id, MAX_SETTLED)? {
            // What is older than the treatment is found at its patient's page, for a stated purpose.
            if !matches!(purpose(work, &thread), Err(WorkError::Purpose(_))) {
                inbox.settled.push(row(work, &team, thread)?);
            }
        }
    }
    let all = [&inbox.mine, &inbox.others, &inbox.settled].into_iter().flatten();
    work.audit_listed("thread.list", all.map(|row| row.thread.patient), PURPOSE)?;
    let due = |row: &Row| row.thread.waiting.map(|waiting| waiting.due);
    inbox.mine.sort_by_key(due);
    inbox.others.sort_by_key(due);
    inbox.settled.sort_by_key(|row| std::cmp::Reverse(row.thread.changed_at));
    Ok(inbox)
}

/// Returns how many messages wait for `me`; nothing for whoever belongs to no team.
///
/// # Errors
/// As [`inbox`].
pub fn count(work: &Work<'_>, me: LocalId) -> Result<Option<Count>, WorkError> {
    reader(work, me)?;
    let mut count = None;
    for team in staffed(work)?.into_iter().filter(|team| team.has(me)) {
        let sum: &mut Count = count.get_or_insert_default();
        for thread in stored::waiting(work.db, team.team.id, MAX_ROWS)? {
            if team.turn(&thread, work.now).is_some_and(|turn| turn.is(me)) {
                sum.mine += 1;
                sum.late += usize::from(thread.waiting.is_some_and(|waiting| waiting.stage(work.now) > Stage::Promised));
            }
        }
    }
    Ok(count)
}

/// Returns a thread, and notes that it was read.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not of its team, as for one that is not there.
pub fn show(work: &mut Work<'_>, me: LocalId, id: LocalId) -> Result<Shown, WorkError> {
    let (thread, team) = theirs(work, me, id)?;
    work.audit("thread.read", Some(thread.patient), purpose(work, &thread)?, &format!("thread={id}"))?;
    let others = staffed(work)?.into_iter().filter(|other| other.takes_messages() && other.team.id != team.team.id);
    Ok(Shown {
        mine: thread.taken_by == Some(me),
        said: said(work, id)?,
        teams: others.map(|other| (other.team.id, Name::of(&other))).collect(),
        colleagues: team.members.iter().filter(|member| Some(member.id) != thread.taken_by && member.id != me).cloned().collect(),
        row: row(work, &team, thread)?,
    })
}

/// Returns the entries of a thread, in words for people.
pub(super) fn said(work: &Work<'_>, thread: LocalId) -> Result<Vec<Said>, WorkError> {
    let teams = staffed(work)?;
    let mut said = Vec::new();
    for entry in stored::entries(work.db, thread, MAX_ENTRIES)? {
        let by = match acted(work, &entry.made_by)? {
            Some(proxy) => By::Proxy(proxy),
            None if entry.made_by.starts_with("patient ") && entry.what == What::Asked => By::Patient,
            None => By::Staff(entry.made_by.clone()),
        };
        let team = teams.iter().find(|held| Some(held.team.id) == entry.team).map(Name::of);
        let person = entry.person.map(|id| account::find(work.db, id)).transpose()?.flatten().map(|account| account.name);
        said.push(Said { by, team, person, entry });
    }
    Ok(said)
}

fn note(work: &mut Work<'_>, thread: &Thread, what: What, text: &str, to: Option<To>) -> Result<(), WorkError> {
    let team = if let Some(To::Team(id)) = to { Some(id) } else { None };
    let person = if let Some(To::Person(id)) = to { Some(id) } else { None };
    stored::add(work.db, thread.id, &New { what, text, made_by: work.actor.name(), team, person }, work.now)?;
    stored::stand(work.db, thread)?;
    if matches!(what, What::Answered | What::Closed) {
        notice::raise(work, thread.patient, notice::Kind::Message)?;
    }
    work.audit(&format!("thread.{}", what.word()), Some(thread.patient), PURPOSE, &format!("thread={}", thread.id))
}

/// Checks that nothing has come since the reader saw the page.
fn unchanged(thread: &Thread, seen: i64) -> Result<(), WorkError> {
    if thread.last == seen { Ok(()) } else { Err(WorkError::state("changed", "something new has come meanwhile", "read it first")) }
}

/// Answers what waits, or adds to it. Whoever answers what nobody took takes it. `seen` is the last place on the page that was answered.
///
/// # Errors
/// As [`show`]; [`WorkError::State`] `changed` if something has come since; [`WorkError::Invalid`] for a text that is empty or too long.
pub fn answer(work: &mut Work<'_>, me: LocalId, id: LocalId, seen: i64, text: &str) -> Result<(), WorkError> {
    let (thread, _) = theirs(work, me, id)?;
    let text = written(text, MAX_TEXT)?;
    unchanged(&thread, seen)?;
    note(work, &Thread { taken_by: thread.taken_by.or(Some(me)), waiting: None, ..thread }, What::Answered, &text, None)
}

/// Closes what waits without an answer; the patient reads why.
///
/// # Errors
/// As [`answer`]; [`WorkError::State`] `answered` if nothing waits.
pub fn close(work: &mut Work<'_>, me: LocalId, id: LocalId, seen: i64, why: &str) -> Result<(), WorkError> {
    let (thread, _) = theirs(work, me, id)?;
    let why = written(why, MAX_REASON)?;
    unchanged(&thread, seen)?;
    if thread.waiting.is_none() {
        return Err(WorkError::state("answered", "nothing waits for an answer", "there is nothing to do"));
    }
    note(work, &Thread { waiting: None, ..thread }, What::Closed, &why, None)
}

/// Takes a thread. A repeat changes nothing.
///
/// # Errors
/// As [`show`].
pub fn take(work: &mut Work<'_>, me: LocalId, id: LocalId) -> Result<(), WorkError> {
    let (thread, _) = theirs(work, me, id)?;
    if thread.taken_by == Some(me) {
        return Ok(());
    }
    note(work, &Thread { taken_by: Some(me), ..thread }, What::Taken, "", None)
}

/// Hands a thread to a colleague or another team. What was promised stays promised. A repeat changes nothing.
///
/// # Errors
/// As [`show`]; [`WorkError::Invalid`] for somebody or a team that takes no messages.
pub fn hand(work: &mut Work<'_>, me: LocalId, id: LocalId, to: To) -> Result<(), WorkError> {
    let (mut thread, team) = theirs(work, me, id)?;
    let wrong = || WorkError::invalid("nobody there takes messages", "choose from the list");
    match to {
        To::Person(who) if thread.taken_by == Some(who) => return Ok(()),
        To::Team(other) if thread.team == other && thread.taken_by.is_none() => return Ok(()),
        To::Person(who) if team.has(who) => thread.taken_by = Some(who),
        To::Team(other) => {
            let other = staffed(work)?.into_iter().find(|held| held.team.id == other && held.takes_messages()).ok_or_else(wrong)?;
            thread.waiting = thread.waiting.map(|waiting| waiting.no_later(other.team.promise(work.now, work.terms.holidays)));
            (thread.team, thread.taken_by) = (other.team.id, None);
        }
        To::Person(_) => return Err(wrong()),
    }
    note(work, &thread, What::Handed, "", Some(to))
}

/// Notes until when `me` is away: what waits for them goes to their substitute until then. Nothing: they are back.
///
/// # Errors
/// [`WorkError::Invalid`] for a day that is over or more than a year away.
pub fn set_absence(work: &mut Work<'_>, me: LocalId, until: Option<Day>) -> Result<(), WorkError> {
    reader(work, me)?;
    let today = calendar::day(work.now);
    if until.is_some_and(|until| until < today || until > today.plus(366)) {
        return Err(WorkError::invalid("the day is over or too far away", "correct until"));
    }
    teams::set_absence(work.db, me, until)?;
    work.audit("account.absence", None, "account", &until.map_or_else(|| "until=-".into(), |until| format!("until={until}")))
}

/// Begins a thread with a patient who can sign in: the team writes first. Returns its id.
///
/// # Errors
/// [`WorkError::NotFound`] for a patient who is not there, or a team `me` does not belong to; [`WorkError::State`] `no-account` if the patient
/// cannot sign in; [`WorkError::Invalid`] for the text.
pub fn begin(work: &mut Work<'_>, me: LocalId, patient: LocalId, team: LocalId, text: &str) -> Result<LocalId, WorkError> {
    reader(work, me)?;
    patient::existing(work, patient)?;
    purpose::require(work, Some(patient))?;
    let text = written(text, MAX_TEXT)?;
    staffed(work)?.into_iter().find(|held| held.team.id == team && held.team.ended_at.is_none() && held.has(me)).ok_or(WorkError::NotFound("team"))?;
    if !reachable(work, patient)? {
        return Err(WorkError::state("no-account", "the patient has no access to the pages yet", "invite the patient first, or call"));
    }
    // A form that was sent twice begins one thread.
    for held in stored::of_patient(work.db, patient, 1)?.into_iter().filter(|held| held.team == team && work.now.since(held.changed_at) < SENT_TWICE) {
        let entries = stored::entries(work.db, held.id, 2)?;
        if matches!(&entries[..], [only] if only.what == What::Answered && only.text == text && only.made_by == work.actor.name()) {
            return Ok(held.id);
        }
    }
    let id = work.entropy.local_id();
    stored::begin(work.db, id, patient, team, work.now)?;
    let thread = Thread { id, patient, team, taken_by: Some(me), waiting: None, last: 0, changed_at: work.now };
    note(work, &thread, What::Answered, &text, None)?;
    Ok(id)
}

/// Returns whether anybody would read what is written to a patient.
pub(super) fn reachable(work: &Work<'_>, patient: LocalId) -> Result<bool, WorkError> {
    Ok(account::of_patient(work.db, patient)?.iter().any(|account| account.state == crate::domain::account::State::Open))
}

/// How patients' messages are at a glance, for IT: no patient is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Messages whose promised time has gone by.
    pub late: u64,
    /// Whether there is a team that patients can write to.
    pub anybody: bool,
}

/// Returns how patients' messages are.
pub(super) fn sight(work: &Work<'_>) -> Result<Sight, WorkError> {
    Ok(Sight { late: stored::late(work.db, work.now)?, anybody: staffed(work)?.iter().any(Staffed::takes_messages) })
}

/// What a patient's page at the clinic says of the messages: how many threads, and since when one waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// Threads.
    pub threads: usize,
    /// Since when the oldest unanswered message waits.
    pub waiting_since: Option<Timestamp>,
}

/// Returns what there is of a patient's messages, without a word of them.
pub(super) fn glance(work: &Work<'_>, patient: LocalId) -> Result<Glance, WorkError> {
    let threads = stored::of_patient(work.db, patient, MAX_ROWS)?;
    Ok(Glance { threads: threads.len(), waiting_since: threads.iter().filter_map(|thread| thread.waiting).map(|waiting| waiting.since).min() })
}

/// What a member of staff can do about one patient's messages.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// The threads of this person's teams, the one that changed last first.
    pub threads: Vec<Row>,
    /// The teams in whose name this person may write.
    pub teams: Vec<(LocalId, Name)>,
}

/// Returns a patient's threads that `me` may read, and in whose name `me` may write.
///
/// # Errors
/// [`WorkError::Forbidden`] for whoever sees no patients; [`WorkError::Purpose`].
pub fn of_patient(work: &mut Work<'_>, me: LocalId, patient: LocalId) -> Result<Own, WorkError> {
    reader(work, me)?;
    purpose::require(work, Some(patient))?;
    let mine: Vec<Staffed> = staffed(work)?.into_iter().filter(|team| team.has(me)).collect();
    let mut own = Own { teams: mine.iter().filter(|team| team.team.ended_at.is_none()).map(|team| (team.team.id, Name::of(team))).collect(), ..Own::default() };
    for thread in stored::of_patient(work.db, patient, MAX_ROWS)? {
        if let Some(team) = mine.iter().find(|team| team.team.id == thread.team) {
            own.threads.push(row(work, team, thread)?);
        }
    }
    Ok(own)
}

//! Admissions' own rules: tried on what came before, switched on by a person, and taken back by a person.
//!
//! A rule declines in the transaction that takes the inquiry in, so the asking clinic has its answer at once and can ask the next.
//! A signed decline is an end, and nothing leads out of an end: whoever *reopens* within [`REOPEN_WITHIN`] says so to the asking clinic
//! ([`Reopened`]), which asks again with one click; what it then asks no rule declines a second time.

use std::time::Duration;

use verbund_protocol::{
    catalogue::Decline,
    id::{ConversationId, LocalId},
    inquiry::Inquiry,
    referral::{Declined, Message, MessageKind, Reopened, Side, Step},
    time::Timestamp,
};

pub use crate::store::rule::{Declined as ByRule, Held, State};
use crate::{
    domain::{
        calendar,
        plan::asks_the_same,
        rule::{Fault, MAX_RULES, Rule},
    },
    store::{conversation as stored, conversation::Conversation, rule},
};

use super::{
    SENT_TWICE, Work, WorkError, clinic,
    conversation::{ANSWERING, last, load_as, note, say},
    inbox,
};

/// How long what a rule declined can be reopened.
pub const REOPEN_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// How long after a decline an inquiry that was reopened may be asked again without meeting the rules. Bodies are kept that long, too.
const ASKED_AGAIN_WITHIN: Duration = verbund_protocol::limits::BODY_KEPT;
/// On how many inquiries a rule is tried.
pub const TRIED_ON: usize = 100;
/// Most declines on a page.
const MAX_ROWS: usize = 200;

/// An inquiry that a rule would have declined.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The conversation.
    pub id: ConversationId,
    /// When it came.
    pub came_at: Timestamp,
    /// The asking clinic.
    pub clinic: String,
    /// What it said.
    pub inquiry: Inquiry,
    /// Where it stands.
    pub step: Step,
}

/// What a rule would have done with the last inquiries.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// On how many it was tried.
    pub tried: usize,
    /// How many of the last could not be looked at any more, because their content was erased.
    pub erased: usize,
    /// What it would have declined, latest first.
    pub hits: Vec<Hit>,
}

/// Returns the rules, oldest first.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn list(work: &Work<'_>) -> Result<Vec<Held>, WorkError> {
    work.require(ANSWERING)?;
    Ok(rule::list(work.db)?)
}

/// Returns one rule, and what it would have done with the last inquiries. The look is in the audit.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`]; the store's.
pub fn show(work: &mut Work<'_>, id: LocalId) -> Result<(Held, Trial), WorkError> {
    let held = find(work, id)?;
    let trial = tried(work, &held.rule)?;
    work.audit("rule.try", None, "discharge", &format!("{id}/{} tried={} hits={}", held.version, trial.tried, trial.hits.len()))?;
    Ok((held, trial))
}

fn find(work: &Work<'_>, id: LocalId) -> Result<Held, WorkError> {
    list(work)?.into_iter().find(|held| held.id == id).ok_or(WorkError::NotFound("rule"))
}

fn tried(work: &Work<'_>, rule: &Rule) -> Result<Trial, WorkError> {
    let mut trial = Trial::default();
    for id in rule::last_inquiries(work.db, TRIED_ON)? {
        let Some(c) = stored::find(work.db, id)? else { continue };
        let Some(inquiry) = inquiry(work, &c)? else {
            trial.erased += 1;
            continue;
        };
        trial.tried += 1;
        if rule.matches(&inquiry) {
            trial.hits.push(Hit { id, came_at: c.opened_at, clinic: clinic::of(work, &c.peer_facility).name, step: c.log.state().step, inquiry });
        }
    }
    Ok(trial)
}

fn inquiry(work: &Work<'_>, c: &Conversation) -> Result<Option<Inquiry>, WorkError> {
    Ok(last(work, c, Side::Asker, MessageKind::Inquiry)?.and_then(|message| if let Message::Inquiry(inquiry) = message { Some(inquiry) } else { None }))
}

/// Returns the code of what is wrong with a rule.
const fn code(fault: Fault) -> &'static str {
    match fault {
        Fault::Name => "rule-name",
        Fault::Empty => "rule-empty",
        Fault::Code => "rule-code",
        Fault::Reason => "rule-reason",
    }
}

fn checked(rule: Rule) -> Result<Rule, WorkError> {
    rule.check().map_err(|fault| WorkError::state(code(fault), fault.to_string(), "correct the rule"))?;
    Ok(Rule { name: rule.name.trim().to_owned(), ..rule })
}

/// Writes a new rule, which is off. Returns its random name. The same again within ten minutes is a form that was sent twice, and one rule.
///
/// # Errors
/// [`WorkError::State`] `rule-name`, `rule-empty`, `rule-code`, `rule-reason`, `rule-many`.
pub fn add(work: &mut Work<'_>, new: Rule) -> Result<LocalId, WorkError> {
    work.require(ANSWERING)?;
    let new = checked(new)?;
    let held = rule::list(work.db)?;
    let same = |held: &&Held| held.version == 1 && held.rule == new && held.made_by == work.actor.name() && work.now.since(held.made_at) < SENT_TWICE;
    if let Some(before) = held.iter().find(same) {
        return Ok(before.id);
    }
    if held.len() >= MAX_RULES {
        return Err(WorkError::state("rule-many", format!("there are {MAX_RULES} rules"), "remove one first"));
    }
    let id = work.entropy.local_id();
    rule::add(work.db, id, &new, work.now, work.actor.name())?;
    work.audit("rule.add", None, "discharge", &id.to_string())?;
    Ok(id)
}

/// Changes a rule. It is off afterwards, until somebody has seen what it would do.
///
/// # Errors
/// As [`add`]; [`WorkError::NotFound`].
pub fn change(work: &mut Work<'_>, id: LocalId, new: Rule) -> Result<(), WorkError> {
    let held = find(work, id)?;
    let new = checked(new)?;
    if new == held.rule {
        return Ok(());
    }
    let version = rule::add(work.db, id, &new, work.now, work.actor.name())?;
    work.audit("rule.change", None, "discharge", &format!("{id}/{version}"))
}

/// Switches a rule on, off, or removes it. `version` is the one that the person saw.
///
/// # Errors
/// [`WorkError::NotFound`]; [`WorkError::State`] `rule-changed` if it is another one by now.
pub fn switch(work: &mut Work<'_>, id: LocalId, version: u32, state: State) -> Result<(), WorkError> {
    let held = find(work, id)?;
    if held.version != version {
        return Err(WorkError::state("rule-changed", "somebody has changed the rule meanwhile", "look at it again"));
    }
    if held.state == state {
        return Ok(());
    }
    rule::switch(work.db, id, version, state, work.now, work.actor.name())?;
    work.audit(&format!("rule.{}", state.word()), None, "discharge", &format!("{id}/{version}"))
}

/// Declines an inquiry that has just come if a rule that is on says so: the oldest that does. What cannot be said now waits for a person.
///
/// # Errors
/// The store's.
pub fn apply(work: &mut Work<'_>, c: &mut Conversation, inquiry: &Inquiry) -> Result<(), WorkError> {
    let on = rule::list(work.db)?.into_iter().find(|held| held.state == State::On && held.rule.matches(inquiry));
    let Some((held, (_, on_by))) = on.and_then(|held| held.switched.clone().map(|switched| (held, switched))) else { return Ok(()) };
    if was_reopened(work, c, inquiry)? {
        return note(work, "rule.pass", c, &format!("rule={}/{}", held.id, held.version));
    }
    let mut ended = c.clone();
    match say(work, &mut ended, &Message::Declined(Declined { reason: held.rule.reason })) {
        Ok(_) => *c = ended,
        Err(WorkError::Store(error)) => return Err(error.into()),
        Err(_) => return Ok(()),
    }
    rule::declined(work.db, c.id, &held, &on_by, work.now)?;
    note(work, "rule.decline", c, &format!("rule={}/{} on-by={on_by}", held.id, held.version))
}

/// Returns whether this is what a rule declined before and a person reopened: the same clinic, and the same but for what moves with the
/// calendar: a day may have begun since.
fn was_reopened(work: &Work<'_>, c: &Conversation, asked: &Inquiry) -> Result<bool, WorkError> {
    for id in rule::reopened_with(work.db, &c.peer, work.now.minus(ASKED_AGAIN_WITHIN))? {
        let Some(before) = stored::find(work.db, id)?.filter(|before| before.peer_facility == c.peer_facility) else { continue };
        let said = inquiry(work, &before)?;
        if said.is_some_and(|said| asks_the_same(&Inquiry { rare_reason: asked.rare_reason, ..said }, asked, calendar::day(work.now))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a rule declined, for the inbox.
#[derive(Clone)]
pub struct Row {
    /// The inquiry.
    pub row: inbox::Row,
    /// By which rule, and when.
    pub by: ByRule,
    /// The reason the asking clinic was given.
    pub reason: Option<Decline>,
    /// Until when it can be reopened.
    pub until: Timestamp,
}

/// Returns what rules have declined and can be reopened, latest first, with what was reopened in that time.
///
/// # Errors
/// [`WorkError::Forbidden`]; the store's.
pub fn recent(work: &mut Work<'_>) -> Result<Vec<Row>, WorkError> {
    work.require(ANSWERING)?;
    let mut rows = Vec::new();
    for by in rule::since(work.db, work.now.minus(REOPEN_WITHIN), MAX_ROWS)? {
        let Some(c) = stored::find(work.db, by.conversation)? else { continue };
        let until = by.declined_at.plus(REOPEN_WITHIN);
        rows.push(Row { reason: c.log.state().reason.map(Decline::new), row: inbox::one(work, &c)?, until, by });
    }
    Ok(rows)
}

/// Returns by which rule an inquiry was declined, and until when it can be reopened, if it still can.
///
/// # Errors
/// The store's.
pub fn of(work: &Work<'_>, c: &Conversation) -> Result<Option<(ByRule, Option<Timestamp>)>, WorkError> {
    let Some(by) = rule::decline(work.db, c.id)? else { return Ok(None) };
    let until = by.declined_at.plus(REOPEN_WITHIN);
    let open = by.reopened.is_none() && until > work.now && c.log.state().step == Step::Declined;
    Ok(Some((by, open.then_some(until))))
}

/// Takes back what a rule declined: the asking clinic is told that it may ask again.
///
/// # Errors
/// [`WorkError::NotFound`] if no rule declined it; [`WorkError::State`] `reopen-late`, and everything else that stands in the way.
pub fn reopen(work: &mut Work<'_>, id: ConversationId) -> Result<(), WorkError> {
    work.require(ANSWERING)?;
    let mut c = load_as(work, id, Side::Owner)?;
    match of(work, &c)? {
        None => return Err(WorkError::NotFound("rule")),
        Some((_, None)) => return Err(WorkError::state("reopen-late", "it was reopened before, or the 24 hours are over", "call the clinic")),
        Some((_, Some(_))) => {}
    }
    say(work, &mut c, &Message::Reopened(Reopened {}))?;
    rule::reopen(work.db, id, work.now, work.actor.name())?;
    note(work, "rule.reopen", &c, "")
}

//! The start page: what is to be done, the dates that count, and the story so far.

use std::sync::Arc;

use verbund_protocol::{
    catalogue::AhbException,
    id::LocalId,
    limits::AHB_DAYS,
    referral::{MessageKind, Outcome, Side, Step, clock},
    time::{Day, Timestamp},
};

use super::{
    ByPhone, Ended, MAX_ROWS, Next, PURPOSE, Scope, Seen, Situation, acted, allowed, clinic, decide,
    known::{Known, Talk, known},
    next,
    phone::by_phone,
    threads,
};
use crate::{
    domain::{
        actor::Role,
        calendar,
        consent::Kind,
        end::{End, How},
        phone::{Came, Done},
    },
    store::{case::Case, consent, conversation::Conversation, wish},
    workflow::{Work, WorkError, bedside},
};

/// Everything on the start page.
#[derive(Clone, Debug, PartialEq)]
pub struct Today {
    /// What is to be done now.
    pub next: Next,
    /// The days between which an AHB begins, where they count.
    pub span: Option<Span>,
    /// What happened, oldest first.
    pub story: Vec<Line>,
    /// Whether anything is being arranged, or was.
    pub arranged: bool,
    /// Whether there are inquiries to look at.
    pub asked: bool,
    /// In how many threads with a team the visitor has not read the last answer.
    pub unread: usize,
}

/// The 14 days of §40(6) SGB V.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Day of discharge, planned or done.
    pub discharge: Day,
    /// The last day on which the AHB should begin.
    pub last: Day,
    /// Why it may begin later.
    pub exception: Option<AhbException>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// With which clinic.
    pub clinic: String,
    /// The day it is about.
    pub day: Option<Day>,
    /// The code it gives, in the list of its message.
    pub code: Option<u16>,
    /// Who did it for the patient, if somebody did.
    pub by: Option<String>,
    /// As what somebody stood beside the patient, if she decided at the bedside.
    pub with: Option<Role>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The patient agreed to discharge management.
    Agreed,
    /// The patient refused it.
    Refused,
    /// The patient took the consent back.
    TookBack,
    /// The patient stated wishes.
    Wished,
    /// A clinic without a node was asked by fax.
    FaxSent,
    /// It offered a place on the phone.
    PhoneOffered,
    /// It declined on the phone.
    PhoneDeclined,
    /// The patient chose its place.
    PhoneChosen,
    /// The patient left it again.
    PhoneLeft,
    /// It was told by fax who comes on that day.
    PhoneNamed,
    /// The payer decided.
    PhonePayer,
    /// The patient arrived there.
    PhoneArrived,
    /// The patient did not come.
    PhoneAbsent,
    /// The social service ended the search.
    Ended,
    /// The other clinic corrected the day on which the patient arrived.
    ArrivalCorrected,
    /// This clinic or the other said this.
    Said(MessageKind, Side),
}

/// Returns the start page's content.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever may not look.
pub fn today(work: &mut Work<'_>) -> Result<Today, WorkError> {
    let patient = allowed(work, Scope::Look)?;
    work.audit("journey.show", Some(patient), PURPOSE, "")?;
    let Arranging { known, situation } = arranging(work, patient)?;
    let mut story = decided(work, patient)?;
    story.extend(situation.phones.iter().flat_map(told));
    story.extend(ended(&known));
    let asked_anybody = !known.talks.is_empty() || !situation.phones.is_empty();
    for talk in &known.talks {
        story.extend(said(work, &talk.c)?);
    }
    let story = newest(story);
    let unread = threads::unseen(work, patient)?.len();
    Ok(Today { next: next(&situation), span: known.case.as_ref().and_then(span), story, arranged: known.case.is_some(), asked: asked_anybody, unread })
}

/// Returns the newest lines, oldest first.
fn newest(mut story: Vec<Line>) -> Vec<Line> {
    story.sort_by_key(|line| line.at);
    story.drain(..story.len().saturating_sub(MAX_ROWS));
    story
}

/// Returns what is to be done now and how far the visitor may go, for every other page of theirs; nothing for whoever acts for nobody any
/// more. The look at the page itself is what the audit tells of.
///
/// # Errors
/// The store's.
pub fn now_to_do(work: &Work<'_>) -> Result<Option<(Next, Scope)>, WorkError> {
    let (patient, reach) = match allowed(work, Scope::Look) {
        Ok(patient) => (patient, super::reach(work)?),
        Err(WorkError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some((next(&arranging(work, patient)?.situation), reach)))
}

/// Returns what [`now_to_do`] does, for a page that shows nothing else about the patient: there it is a look of its own.
///
/// # Errors
/// The store's.
pub fn step_alone(work: &mut Work<'_>) -> Result<Option<(Next, Scope)>, WorkError> {
    let step = now_to_do(work)?;
    if step.is_some() {
        work.audit("journey.show", work.actor.patient(), PURPOSE, "")?;
    }
    Ok(step)
}

/// What is being arranged for a patient.
struct Arranging {
    known: Arc<Known>,
    situation: Situation,
}

fn arranging(work: &Work<'_>, patient: LocalId) -> Result<Arranging, WorkError> {
    let known = known(work, patient)?;
    let (consent, last) = decide::stands(work, patient)?;
    // Whoever agrees anew after an end begins anew.
    let since = last.filter(|consent| consent.decision.given).map(|consent| consent.decision.at);
    let ended = known.case.as_ref().and_then(|case| case.closed_at).filter(|at| since.is_none_or(|since| since <= *at)).map(|at| Ended {
        at,
        no_place: matches!(&known.end, Some(End { how: How::NoPlace(_), .. })),
        carer: known.end.as_ref().and_then(End::carer).cloned(),
    });
    let asked = known.talks.iter().map(|talk| seen(work, talk)).collect();
    let phones = by_phone(&known.phones, calendar::day(work.now));
    Ok(Arranging { situation: Situation { consent, wishes: known.wishes, asked, phones, ended }, known })
}

/// Returns the days in which the AHB of a case begins.
pub(super) fn span(case: &Case) -> Option<Span> {
    let discharge = case.discharge?;
    Some(Span { discharge, last: discharge.plus(AHB_DAYS), exception: case.exception })
}

fn seen(work: &Work<'_>, talk: &Talk) -> Seen {
    let c = &talk.c;
    let state = c.log.state();
    let choosable_until = state.offer.filter(|_| clock::choosable(&state, work.now)).map(|offer| offer.held_until);
    // Before its withdrawal is settled everywhere a conversation may have ended here alone.
    let step = if c.ended_at.is_some() && !state.step.ended() { Step::Withdrawn } else { state.step };
    Seen { id: c.id, clinic: clinic(work, &c.peer_facility).name, step, choosable_until, date: state.date, unreachable: talk.unreachable }
}

pub(super) fn decided(work: &Work<'_>, patient: LocalId) -> Result<Vec<Line>, WorkError> {
    // `by` is what the records keep.
    let line = |at, what, by: &str| -> Result<Line, WorkError> {
        Ok(Line { at, what, clinic: String::new(), day: None, code: None, by: acted(work, by)?, with: bedside::beside(work, by)? })
    };
    let mut lines = Vec::new();
    for consent in consent::list(work.db, patient)?.iter().filter(|consent| consent.decision.kind == Kind::DischargeManagement) {
        lines.push(line(consent.decision.at, if consent.decision.given { What::Agreed } else { What::Refused }, &consent.recorded_by)?);
        if let Some(at) = consent.revoked_at {
            lines.push(line(at, What::TookBack, consent.revoked_by.as_deref().unwrap_or_default())?);
        }
    }
    for wishes in wish::list(work.db, patient)? {
        lines.push(line(wishes.stated_at, What::Wished, &wishes.stated_by)?);
    }
    Ok(lines)
}

/// Returns that the social service ended the search, if it did.
pub(super) fn ended(known: &Known) -> Option<Line> {
    let end = known.end.as_ref()?;
    Some(Line { at: end.at, what: What::Ended, clinic: String::new(), day: None, code: None, by: None, with: None })
}

/// Returns what came of a clinic without a node.
pub(super) fn told(phone: &ByPhone) -> Vec<Line> {
    let line = |at, what, day| Line { at, what, clinic: phone.clinic.clone(), day, code: None, by: None, with: None };
    let coded = |at, what, day, code| Line { code, ..line(at, what, Some(day)) };
    let mut lines = vec![line(phone.asked_at, What::FaxSent, None)];
    let said = if phone.declined { What::PhoneDeclined } else { What::PhoneOffered };
    lines.extend(phone.told_at.map(|at| line(at, said, phone.offer)));
    lines.extend(phone.steps.iter().filter_map(|(at, done)| match done {
        Done::Chosen => Some(line(*at, What::PhoneChosen, None)),
        Done::Left => Some(line(*at, What::PhoneLeft, None)),
        Done::Withdrawn => None,
    }));
    lines.extend(phone.came.iter().map(|(at, came)| match came {
        Came::Named(day) => coded(*at, What::PhoneNamed, *day, None),
        Came::Payer(decision, day) => coded(*at, What::PhonePayer, *day, Some(decision.number())),
        Came::Arrived(day) => coded(*at, What::PhoneArrived, *day, None),
        Came::Absent(reason, day) => coded(*at, What::PhoneAbsent, *day, Some(reason.number())),
    }));
    lines
}

/// Returns what both sides said that counts.
pub(super) fn said(work: &Work<'_>, c: &Conversation) -> Result<Vec<Line>, WorkError> {
    let name = clinic(work, &c.peer_facility).name;
    let release = c.release.map(|id| consent::find(work.db, id)).transpose()?.flatten();
    let recorded_by = release.map(|consent| consent.recorded_by).unwrap_or_default();
    let (chooser, beside) = (acted(work, &recorded_by)?, bedside::beside(work, &recorded_by)?);
    let (mut lines, mut arrived) = (Vec::new(), false);
    for side in [Side::Asker, Side::Owner] {
        for (seq, entry) in (0_u64..).zip(c.log.chain(side)) {
            let Some(event) = entry.event.as_ref().filter(|_| matches!(c.log.outcome(side, seq), Some(Outcome::Next(_)))) else { continue };
            let choice = event.kind == MessageKind::Choice;
            let (by, with) = (chooser.clone().filter(|_| choice), beside.filter(|_| choice));
            // Whoever has arrived does so no second time.
            let corrected = event.kind == MessageKind::Arrived && std::mem::replace(&mut arrived, true);
            let what = if corrected { What::ArrivalCorrected } else { What::Said(event.kind, side) };
            lines.push(Line { at: entry.made_at, what, clinic: name.clone(), day: event.day, code: event.code, by, with });
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_story_the_newest_lines_are_kept() {
        let line = |at| Line { at: Timestamp(at), what: What::Wished, clinic: String::new(), day: None, code: None, by: None, with: None };
        let most = MAX_ROWS as u64;
        let kept = newest((0..most + 3).rev().map(line).collect());
        assert_eq!((kept.len(), kept[0].at, kept[kept.len() - 1].at), (MAX_ROWS, Timestamp(3), Timestamp(most + 2)));
    }
}

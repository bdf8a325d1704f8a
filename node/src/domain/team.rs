//! Teams that patients write to, by when they promise to answer, and whose turn it is.

use std::time::Duration;

use jiff::ToSpan as _;
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{actor::Role, calendar, holiday::Holidays, patient::Fault};

/// Longest name of a team, characters.
pub const MAX_NAME: usize = 60;
/// Most hours within which an answer may be promised: ten days.
pub const MAX_HOURS: u32 = 240;
/// Most teams of a clinic.
pub const MAX_TEAMS: usize = 40;
/// Most people named in one team.
pub const MAX_NAMED: usize = 200;

/// A team, as IT sets it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its random id.
    pub id: LocalId,
    /// Its name in German.
    pub german: String,
    /// Its name in English.
    pub english: String,
    /// Everybody with this role belongs to it.
    pub role: Option<Role>,
    /// Who belongs to it, too.
    pub named: Vec<LocalId>,
    /// Whose the messages are at first; everybody's if nobody's.
    pub owner: Option<LocalId>,
    /// Who stands in for the owner.
    pub substitute: Option<LocalId>,
    /// Hours within which an answer is promised.
    pub hours: u32,
    /// Whether hours on Saturdays, Sundays and public holidays count.
    pub weekends: bool,
    /// Whether patients write to it unless they choose another.
    pub first: bool,
    /// Since when it takes nothing new.
    pub ended_at: Option<Timestamp>,
}

impl Team {
    /// Checks what is to be kept.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self) -> Result<(), Fault> {
        let rule = |holds: bool, field, rule| if holds { Ok(()) } else { Err(Fault { field, rule }) };
        let name = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
        rule(name(&self.german), "german", "1 to 60 characters on one line")?;
        rule(name(&self.english), "english", "1 to 60 characters on one line")?;
        rule((1..=MAX_HOURS).contains(&self.hours), "hours", "1 to 240")?;
        rule(self.named.len() <= MAX_NAMED, "named", "at most 200")?;
        rule(self.role.is_none_or(|role| Role::CARE.contains(&role)), "role", "one that may see patients' data")?;
        rule(self.substitute.is_none() || (self.owner.is_some() && self.owner != self.substitute), "substitute", "somebody else than the owner, where there is one")
    }

    /// Returns what is promised for a message that comes at `now`: by when it is answered, and from when on it is everybody's.
    pub fn promise(&self, now: Timestamp, holidays: Holidays) -> Waiting {
        let off = (!self.weekends).then_some(holidays);
        let due = after(now, self.hours, off);
        Waiting { since: now, due, all_at: after(due, self.hours, off) }
    }

    /// Returns when something that is `due` becomes everybody's: once the team's time has gone by again. Hours count as for [`Self::promise`].
    pub fn overdue(&self, due: Timestamp, holidays: Holidays) -> Waiting {
        let off = (!self.weekends).then_some(holidays);
        Waiting { since: due, due, all_at: after(due, self.hours, off) }
    }
}

/// Returns the moment so many hours later. Hours of weekends and of the holidays that are `off` do not count; all count without. Days begin
/// at midnight in Germany.
fn after(from: Timestamp, hours: u32, off: Option<Holidays>) -> Timestamp {
    let mut left = Duration::from_secs(u64::from(hours) * 3_600);
    let mut at = from;
    while !left.is_zero() {
        let local = calendar::local(at);
        let next = local.checked_add(1.day()).and_then(|next| next.start_of_day()).ok().and_then(|next| u64::try_from(next.timestamp().as_millisecond()).ok());
        // At the end of all time nothing is skipped.
        let Some(midnight) = next.map(Timestamp).filter(|midnight| *midnight > at) else { return at.plus(left) };
        if off.is_none_or(|holidays| holidays.leave_for_work(local.date())) {
            let today = midnight.since(at).min(left);
            if today == left {
                return at.plus(left);
            }
            left -= today;
        }
        at = midnight;
    }
    at
}

/// A message that nobody has answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Since when.
    pub since: Timestamp,
    /// By when an answer was promised.
    pub due: Timestamp,
    /// From when on it is everybody's in the team.
    pub all_at: Timestamp,
}

impl Waiting {
    /// Returns what holds when another team takes over what waits: a promise is never moved back.
    pub fn no_later(self, other: Self) -> Self {
        Self { since: self.since, due: self.due.min(other.due), all_at: self.all_at.min(other.all_at) }
    }
    /// Returns how pressing it is.
    pub fn stage(&self, now: Timestamp) -> Stage {
        if now >= self.all_at {
            Stage::Everybodys
        } else if now >= self.due {
            Stage::Late
        } else {
            Stage::Promised
        }
    }
}

/// How pressing what waits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The promised time has not come.
    Promised,
    /// It has gone by: the substitute's, too.
    Late,
    /// It has gone by twice: everybody's.
    Everybodys,
}

/// Whose turn it is to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// These people's, whoever took it first.
    Of(Vec<LocalId>),
    /// Everybody's in the team.
    Everybodys,
}

impl Turn {
    /// Returns whether it is somebody's, who belongs to the team.
    pub fn is(&self, who: LocalId) -> bool {
        match self {
            Self::Of(these) => these.contains(&who),
            Self::Everybodys => true,
        }
    }
}

/// Returns whose turn it is to answer what waits in `team`. `taken_by` took it; `there` says who belongs to the team and is not away.
///
/// The owner answers until the promised time, the substitute for an owner who is away, both once the time has gone by, everybody once it has
/// gone by twice; and everybody whenever none of those is there.
pub fn turn(team: &Team, taken_by: Option<LocalId>, stage: Stage, there: impl Fn(LocalId) -> bool) -> Turn {
    let first = taken_by.or(team.owner);
    let substitute = team.substitute.filter(|id| Some(*id) != first && there(*id));
    let first = first.filter(|id| there(*id));
    match (stage, first, substitute) {
        (Stage::Promised, Some(first), _) => Turn::Of(vec![first]),
        (Stage::Promised, None, Some(substitute)) => Turn::Of(vec![substitute]),
        (Stage::Late, first, Some(substitute)) => Turn::Of(first.into_iter().chain([substitute]).collect()),
        (Stage::Promised, None, None) | (Stage::Late, _, None) | (Stage::Everybodys, ..) => Turn::Everybodys,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const OLGA: LocalId = LocalId([1; 8]);
    const SVEN: LocalId = LocalId([2; 8]);
    const TINA: LocalId = LocalId([3; 8]);

    pub(crate) fn team() -> Team {
        Team {
            id: LocalId([7; 8]),
            german: "Station 3".into(),
            english: "Ward 3".into(),
            role: Some(Role::Ward),
            named: vec![],
            owner: Some(OLGA),
            substitute: Some(SVEN),
            hours: 24,
            weekends: false,
            first: false,
            ended_at: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        calendar::moment(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn hours_of_weekends_count_only_where_somebody_works() {
        let due = |from: &str, hours: u32, weekends: bool| after(at(from), hours, (!weekends).then(Holidays::default));
        assert_eq!(due("2026-11-23T14:30", 24, false), at("2026-11-24T14:30"), "Monday");
        assert_eq!(due("2026-11-27T14:30", 24, false), at("2026-11-30T14:30"), "Friday");
        assert_eq!(due("2026-11-27T14:30", 24, true), at("2026-11-28T14:30"));
        assert_eq!(due("2026-11-28T09:00", 4, false), at("2026-11-30T04:00"), "Saturday: counting begins on Monday");
        assert_eq!(due("2026-11-29T23:59", 48, false), at("2026-12-02T00:00"));
        assert_eq!(due("2026-11-26T00:00", 48, false), at("2026-11-28T00:00"), "the end of Friday");
        assert_eq!(due("2026-12-24T14:30", 24, false), at("2026-12-28T14:30"), "over Christmas and the weekend after it");
        assert_eq!(due("2026-12-24T14:30", 24, true), at("2026-12-25T14:30"));
        assert_eq!(due("2026-04-02T14:30", 24, false), at("2026-04-07T14:30"), "Maundy Thursday: over Easter");
        assert_eq!(due("2026-06-04T09:00", 2, false), at("2026-06-05T02:00"), "Corpus Christi: counting begins on Friday");
        // The night to Sunday, 25 October 2026, has an hour more.
        assert_eq!(due("2026-10-24T12:00", 24, true), at("2026-10-25T11:00"));
    }

    #[test]
    fn a_promise_is_kept_by_whoever_takes_over() {
        let slow = Team { hours: 48, ..team() };
        let promise = |team: &Team, from: &str| team.promise(at(from), Holidays::default());
        let first = promise(&team(), "2026-11-23T10:00");
        assert_eq!((first.due, first.all_at), (at("2026-11-24T10:00"), at("2026-11-25T10:00")));
        assert_eq!(first.no_later(promise(&slow, "2026-11-23T12:00")), first);
        let quick = promise(&Team { hours: 2, ..team() }, "2026-11-23T12:00");
        assert_eq!((first.no_later(quick).since, first.no_later(quick).due), (at("2026-11-23T10:00"), at("2026-11-23T14:00")));
    }

    #[test]
    fn what_waits_becomes_more_peoples_as_time_goes_by() {
        let waiting = team().promise(at("2026-11-23T10:00"), Holidays::default());
        let stages = ["2026-11-24T09:59", "2026-11-24T10:00", "2026-11-25T09:59", "2026-11-25T10:00"].map(|text| waiting.stage(at(text)));
        assert_eq!(stages, [Stage::Promised, Stage::Late, Stage::Late, Stage::Everybodys]);
        let turns = |taken_by, away: &[LocalId]| [Stage::Promised, Stage::Late, Stage::Everybodys].map(|stage| turn(&team(), taken_by, stage, |id| !away.contains(&id)));
        let of = |these: &[LocalId]| Turn::Of(these.to_vec());
        assert_eq!(turns(None, &[]), [of(&[OLGA]), of(&[OLGA, SVEN]), Turn::Everybodys]);
        assert_eq!(turns(Some(TINA), &[]), [of(&[TINA]), of(&[TINA, SVEN]), Turn::Everybodys]);
        assert_eq!(turns(None, &[OLGA]), [of(&[SVEN]), of(&[SVEN]), Turn::Everybodys]);
        assert_eq!(turns(Some(TINA), &[TINA]), [of(&[SVEN]), of(&[SVEN]), Turn::Everybodys]);
        assert_eq!(turns(Some(SVEN), &[]), [of(&[SVEN]), Turn::Everybodys, Turn::Everybodys], "there is no other substitute");
        assert_eq!(turns(None, &[OLGA, SVEN]), [Turn::Everybodys, Turn::Everybodys, Turn::Everybodys]);
        let nobodys = Team { owner: None, substitute: None, ..team() };
        assert_eq!(turn(&nobodys, None, Stage::Promised, |_| true), Turn::Everybodys);
        assert!(Turn::Everybodys.is(TINA) && of(&[OLGA]).is(OLGA) && !of(&[OLGA]).is(TINA));
    }

    #[test]
    fn a_team_has_names_and_bounds() {
        let fault = |team: Team| team.check().err().map(|fault| fault.field);
        assert_eq!(fault(team()), None);
        assert_eq!(fault(Team { german: " ".into(), ..team() }), Some("german"));
        assert_eq!(fault(Team { english: "x".repeat(MAX_NAME + 1), ..team() }), Some("english"));
        assert_eq!(fault(Team { hours: 0, ..team() }), Some("hours"));
        assert_eq!(fault(Team { hours: MAX_HOURS + 1, ..team() }), Some("hours"));
        assert_eq!(fault(Team { role: Some(Role::It), ..team() }), Some("role"), "who sees no patient reads no message");
        assert_eq!(fault(Team { substitute: Some(OLGA), ..team() }), Some("substitute"));
        assert_eq!(fault(Team { owner: None, ..team() }), Some("substitute"));
        assert_eq!(fault(Team { named: vec![OLGA; MAX_NAMED + 1], ..team() }), Some("named"));
    }
}

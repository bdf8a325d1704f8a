//! Teams that patients write to: set up by IT, who sees names of staff and of no patient.

use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{Work, WorkError};
use crate::{
    domain::{
        account::{Account, State},
        actor::Role,
        team::{MAX_TEAMS, Team, Turn, turn},
        thread::Thread,
    },
    store::{account, team as stored},
};

/// Somebody in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub id: LocalId,
    /// The name.
    pub name: String,
    /// The last day on which they are away.
    pub away_until: Option<Day>,
}

/// A team with those who belong to it and can sign in.
#[derive(Clone, Debug)]
pub struct Staffed {
    /// The team.
    pub team: Team,
    /// Who belongs to it, by name.
    pub members: Vec<Member>,
}

impl Staffed {
    /// Returns whether somebody belongs to it.
    pub fn has(&self, who: LocalId) -> bool {
        self.members.iter().any(|member| member.id == who)
    }
    /// Returns whether patients may write to it.
    pub fn takes_messages(&self) -> bool {
        self.team.ended_at.is_none() && !self.members.is_empty()
    }
    /// Returns whose turn it is in a thread of this team; nobody's if nothing waits.
    pub(super) fn turn(&self, thread: &Thread, now: Timestamp) -> Option<Turn> {
        let stage = thread.waiting?.stage(now);
        let there = |who: LocalId| self.members.iter().any(|member| member.id == who && member.away_until.is_none());
        Some(turn(&self.team, thread.taken_by, stage, there))
    }
}

/// What teams look like to IT.
#[derive(Clone, Debug)]
pub struct Teams {
    /// All teams, those that ended last.
    pub teams: Vec<Staffed>,
    /// Who may belong to one.
    pub staff: Vec<Account>,
}

/// Whoever may read what patients write: in use, and with a role that may see patients.
fn may_belong(account: &Account) -> bool {
    account.state == State::Open && account.roles.iter().any(|role| Role::CARE.contains(role))
}

/// Returns all teams with those who belong to them, the first first.
pub(super) fn staffed(work: &Work<'_>) -> Result<Vec<Staffed>, WorkError> {
    let away = stored::absences(work.db, work.now)?;
    let staff: Vec<Account> = account::staff(work.db)?.into_iter().filter(may_belong).collect();
    let teams = stored::list(work.db)?.into_iter().map(|team| {
        let belongs = |account: &&Account| team.role.is_some_and(|role| account.roles.contains(&role)) || team.named.contains(&account.id);
        let away_until = |id| away.iter().find(|(who, _)| *who == id).map(|(_, until)| *until);
        let members = staff.iter().filter(belongs).map(|account| Member { id: account.id, name: account.name.clone(), away_until: away_until(account.id) }).collect();
        Staffed { team, members }
    });
    Ok(teams.collect())
}

/// Returns who is away, each with the last day of it.
pub(super) fn away(work: &Work<'_>) -> Result<Vec<(LocalId, Day)>, WorkError> {
    Ok(stored::absences(work.db, work.now)?)
}

/// Returns the teams, for IT.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn list(work: &mut Work<'_>) -> Result<Teams, WorkError> {
    work.require(&[Role::It])?;
    Ok(Teams { teams: staffed(work)?, staff: account::staff(work.db)?.into_iter().filter(may_belong).collect() })
}

/// Keeps a team, new without an id or changed. Returns its id. A new one that is the very same as another is a form that was sent
/// twice. The first team stays the first until another becomes it.
///
/// # Errors
/// [`WorkError::Invalid`] names the field; [`WorkError::NotFound`], [`WorkError::Forbidden`]; [`WorkError::State`] `too-many`.
pub fn keep(work: &mut Work<'_>, id: Option<LocalId>, mut team: Team) -> Result<LocalId, WorkError> {
    work.require(&[Role::It])?;
    team.check()?;
    let all = staffed(work)?;
    let before = id.map(|id| all.iter().find(|held| held.team.id == id).ok_or(WorkError::NotFound("team"))).transpose()?;
    if before.is_none() && all.len() >= MAX_TEAMS {
        return Err(WorkError::state("too-many", format!("a clinic has at most {MAX_TEAMS} teams"), "change one that is there"));
    }
    let staff: Vec<LocalId> = account::staff(work.db)?.into_iter().filter(may_belong).map(|account| account.id).collect();
    team.named.retain(|who| staff.contains(who));
    for hand in [team.owner, team.substitute].into_iter().flatten() {
        let role = team.role.is_some_and(|role| account::find(work.db, hand).ok().flatten().is_some_and(|account| account.roles.contains(&role)));
        if !staff.contains(&hand) || !(role || team.named.contains(&hand)) {
            return Err(WorkError::invalid("the owner and the substitute belong to the team", "correct owner"));
        }
    }
    team.named.sort();
    let same = |held: &&Staffed| {
        let mut there = held.team.clone();
        there.named.sort();
        there == Team { id: there.id, ended_at: None, ..team.clone() }
    };
    if let Some(held) = all.iter().find(same).filter(|_| before.is_none()) {
        return Ok(held.team.id);
    }
    team.id = before.map_or_else(|| work.entropy.local_id(), |held| held.team.id);
    team.ended_at = None;
    team.first |= before.is_some_and(|held| held.team.first);
    if team.first {
        stored::no_first(work.db)?;
    }
    stored::keep(work.db, &team)?;
    work.audit("team.keep", None, "account", &format!("team={} hours={}", team.id, team.hours))?;
    Ok(team.id)
}

/// Ends a team: it takes nothing new, and what waits stays with it until it is answered. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::State`] `first` for the one that patients write to unless they choose another; [`WorkError::NotFound`],
/// [`WorkError::Forbidden`].
pub fn end(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    work.require(&[Role::It])?;
    let team = stored::list(work.db)?.into_iter().find(|team| team.id == id).ok_or(WorkError::NotFound("team"))?;
    if team.first {
        return Err(WorkError::state("first", "patients write to this team unless they choose another", "make another team the first"));
    }
    if team.ended_at.is_none() {
        stored::keep(work.db, &Team { ended_at: Some(work.now), ..team })?;
        work.audit("team.end", None, "account", &format!("team={id}"))?;
    }
    Ok(())
}

//! Teams that patients write to, who belongs to them, and who is away.

use rusqlite::{Row, params};
use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{Db, StoreError, column, millis};
use crate::domain::{actor::Role, calendar, team::Team};

/// Keeps a team, new or changed.
///
/// # Errors
/// [`StoreError::Conflict`] if somebody named is not there, or another team is the first.
pub fn keep(db: &Db, team: &Team) -> Result<(), StoreError> {
    let sql = "INSERT INTO team (id, german, english, role, owner, substitute, hours, weekends, first, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
               ON CONFLICT (id) DO UPDATE SET german = ?2, english = ?3, role = ?4, owner = ?5, substitute = ?6, hours = ?7, weekends = ?8, first = ?9, ended_at = ?10";
    db.prepare_cached(sql)?.execute(params![
        team.id.0,
        team.german,
        team.english,
        team.role.map(Role::word),
        team.owner.map(|id| id.0),
        team.substitute.map(|id| id.0),
        team.hours,
        team.weekends,
        team.first,
        team.ended_at.map(millis)
    ])?;
    db.prepare_cached("DELETE FROM team_member WHERE team = ?1")?.execute([team.id.0])?;
    for account in &team.named {
        db.prepare_cached("INSERT OR IGNORE INTO team_member (team, account) VALUES (?1, ?2)")?.execute(params![team.id.0, account.0])?;
    }
    Ok(())
}

/// Has no team be the first any more.
///
/// # Errors
/// The store's.
pub fn no_first(db: &Db) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE team SET first = 0 WHERE first = 1")?.execute([])?;
    Ok(())
}

/// Returns all teams, the first first, those that ended last.
///
/// # Errors
/// The store's.
pub fn list(db: &Db) -> Result<Vec<Team>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM team ORDER BY ended_at IS NOT NULL, first DESC, german, id")?;
    let mut teams = statement.query_map([], row)?.collect::<Result<Vec<_>, _>>()?;
    for team in &mut teams {
        let mut named = db.prepare_cached("SELECT account FROM team_member WHERE team = ?1 ORDER BY account")?;
        team.named = named.query_map([team.id.0], |row| Ok(LocalId(row.get(0)?)))?.collect::<Result<_, _>>()?;
    }
    Ok(teams)
}

fn row(row: &Row<'_>) -> rusqlite::Result<Team> {
    let role: Option<String> = row.get("role")?;
    Ok(Team {
        id: LocalId(row.get("id")?),
        german: row.get("german")?,
        english: row.get("english")?,
        // A role that only a later program knows gives nobody the right to read.
        role: role.and_then(|word| word.parse().ok()),
        named: Vec::new(),
        owner: row.get::<_, Option<[u8; 8]>>("owner")?.map(LocalId),
        substitute: row.get::<_, Option<[u8; 8]>>("substitute")?.map(LocalId),
        hours: row.get("hours")?,
        weekends: row.get("weekends")?,
        first: row.get("first")?,
        ended_at: column::moment_opt(row, "ended_at")?,
    })
}

/// Notes until when somebody is away; nothing: they are there.
///
/// # Errors
/// The store's.
pub fn set_absence(db: &Db, account: LocalId, until: Option<Day>) -> Result<(), StoreError> {
    match until {
        Some(until) => {
            db.prepare_cached("INSERT INTO absence (account, until) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET until = ?2")?.execute(params![account.0, until.0])?
        }
        None => db.prepare_cached("DELETE FROM absence WHERE account = ?1")?.execute([account.0])?,
    };
    Ok(())
}

/// Returns who is away at `now`, and the last day of it.
///
/// # Errors
/// The store's.
pub fn absences(db: &Db, now: Timestamp) -> Result<Vec<(LocalId, Day)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT account, until FROM absence WHERE until >= ?1")?;
    let rows = statement.query_map([calendar::day(now).0], |row| Ok((LocalId(row.get(0)?), Day(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

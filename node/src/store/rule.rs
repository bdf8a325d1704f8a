//! Admissions' own rules: their versions, who switched them on and off, and what they declined.

use rusqlite::{OptionalExtension as _, Row, params};
use verbund_protocol::{
    catalogue::Decline,
    id::{ConversationId, LocalId, MemberId},
    time::Timestamp,
};

use super::{Db, StoreError, column, millis, moment, moment_opt};
use crate::domain::rule::Rule;

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It declines.
    On,
    /// It does nothing.
    Off,
    /// It is kept only for what it declined.
    Removed,
}

impl State {
    /// Returns the word used in the store and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Removed => "removed",
        }
    }
}

/// A rule as it is kept: its latest version, and how it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Random name.
    pub id: LocalId,
    /// From 1.
    pub version: u32,
    /// What it says.
    pub rule: Rule,
    /// When this version was written.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
    /// How it stands. A version that was never switched is off.
    pub state: State,
    /// When it was last switched, and by whom.
    pub switched: Option<(Timestamp, String)>,
    /// How many inquiries it has declined, in all versions.
    pub declined: u64,
}

/// A decline by a rule.
#[derive(Clone, PartialEq, Eq)]
pub struct Declined {
    /// The conversation.
    pub conversation: ConversationId,
    /// The rule.
    pub rule: LocalId,
    /// Its version.
    pub version: u32,
    /// What that version was called.
    pub name: String,
    /// Who had switched it on.
    pub on_by: String,
    /// When it declined.
    pub declined_at: Timestamp,
    /// When and by whom the inquiry was reopened.
    pub reopened: Option<(Timestamp, String)>,
}

/// Adds a version of a rule and returns its number. It is off until it is switched on.
///
/// # Errors
/// The store's.
pub fn add(db: &Db, id: LocalId, rule: &Rule, now: Timestamp, by: &str) -> Result<u32, StoreError> {
    let conditions = serde_json::to_string(&rule.conditions).map_err(|_| StoreError::unreadable("rule"))?;
    let sql = "INSERT INTO admission_rule (id, version, name, conditions, reason, made_at, made_by)
        SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM admission_rule WHERE id = ?1 RETURNING version";
    Ok(db.prepare_cached(sql)?.query_row(params![id.0, rule.name, conditions, rule.reason.number(), millis(now), by], |row| row.get(0))?)
}

/// Notes how a version of a rule stands from now on.
///
/// # Errors
/// The store's.
pub fn switch(db: &Db, id: LocalId, version: u32, state: State, now: Timestamp, by: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO admission_rule_switch (rule, number, version, state, at, by)
        SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM admission_rule_switch WHERE rule = ?1";
    db.prepare_cached(sql)?.execute(params![id.0, version, state.word(), millis(now), by])?;
    Ok(())
}

/// Returns the rules that were not removed, oldest first.
///
/// # Errors
/// The store's.
pub fn list(db: &Db) -> Result<Vec<Held>, StoreError> {
    let sql = "SELECT r.*, s.state, s.version AS switched_version, s.at AS switched_at, s.by AS switched_by,
            (SELECT count(*) FROM admission_rule_decline d WHERE d.rule = r.id) AS declined,
            (SELECT min(made_at) FROM admission_rule f WHERE f.id = r.id) AS born
        FROM admission_rule r
        LEFT JOIN admission_rule_switch s ON s.rule = r.id AND s.number = (SELECT max(number) FROM admission_rule_switch WHERE rule = r.id)
        WHERE r.version = (SELECT max(version) FROM admission_rule WHERE id = r.id) AND (s.state IS NULL OR s.state <> 'removed')
        ORDER BY born, r.id";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([], row_to_held)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row_to_held(row: &Row<'_>) -> rusqlite::Result<Held> {
    let version = row.get("version")?;
    // A switch was for the version of its day only.
    let same = row.get::<_, Option<u32>>("switched_version")? == Some(version);
    let on = same && row.get::<_, Option<String>>("state")?.as_deref() == Some("on");
    let switched_by: Option<String> = row.get("switched_by")?;
    Ok(Held {
        id: LocalId(row.get("id")?),
        version,
        rule: Rule { name: row.get("name")?, conditions: column::json(row, "conditions")?, reason: Decline::new(row.get("reason")?) },
        made_at: moment(row, "made_at")?,
        made_by: row.get("made_by")?,
        state: if on { State::On } else { State::Off },
        switched: moment_opt(row, "switched_at")?.zip(switched_by).filter(|_| same),
        declined: row.get::<_, i64>("declined")?.unsigned_abs(),
    })
}

/// Notes that a rule declined an inquiry.
///
/// # Errors
/// The store's.
pub fn declined(db: &Db, conversation: ConversationId, held: &Held, on_by: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO admission_rule_decline (conversation, rule, version, on_by, declined_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute(params![conversation.0, held.id.0, held.version, on_by, millis(now)])?;
    Ok(())
}

macro_rules! select {
    () => {
        "SELECT d.*, r.name FROM admission_rule_decline d JOIN admission_rule r ON r.id = d.rule AND r.version = d.version"
    };
}

/// Returns the decline by a rule in a conversation, if there is one.
///
/// # Errors
/// The store's.
pub fn decline(db: &Db, conversation: ConversationId) -> Result<Option<Declined>, StoreError> {
    Ok(db.prepare_cached(concat!(select!(), " WHERE d.conversation = ?1"))?.query_row([conversation.0], row_to_declined).optional()?)
}

/// Returns what rules declined since a moment, latest first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn since(db: &Db, since: Timestamp, limit: usize) -> Result<Vec<Declined>, StoreError> {
    let mut statement = db.prepare_cached(concat!(select!(), " WHERE d.declined_at >= ?1 ORDER BY d.declined_at DESC, d.conversation LIMIT ?2"))?;
    let rows = statement.query_map(params![millis(since), limit as i64], row_to_declined)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn row_to_declined(row: &Row<'_>) -> rusqlite::Result<Declined> {
    let reopened_by: Option<String> = row.get("reopened_by")?;
    Ok(Declined {
        conversation: ConversationId(row.get("conversation")?),
        rule: LocalId(row.get("rule")?),
        version: row.get("version")?,
        name: row.get("name")?,
        on_by: row.get("on_by")?,
        declined_at: moment(row, "declined_at")?,
        reopened: moment_opt(row, "reopened_at")?.zip(reopened_by),
    })
}

/// Notes that a person reopened what a rule had declined.
///
/// # Errors
/// [`StoreError::Conflict`] if it was reopened before; the store's.
pub fn reopen(db: &Db, conversation: ConversationId, now: Timestamp, by: &str) -> Result<(), StoreError> {
    let sql = "UPDATE admission_rule_decline SET reopened_at = ?2, reopened_by = ?3 WHERE conversation = ?1";
    db.prepare_cached(sql)?.execute(params![conversation.0, millis(now), by])?;
    Ok(())
}

/// Returns the conversations with a clinic whose declines by rules were reopened since a moment.
///
/// # Errors
/// The store's.
pub fn reopened_with(db: &Db, peer: &MemberId, since: Timestamp) -> Result<Vec<ConversationId>, StoreError> {
    let sql = "SELECT d.conversation FROM admission_rule_decline d INDEXED BY admission_rule_decline_time CROSS JOIN conversation c ON c.id = d.conversation
        WHERE d.declined_at >= ?2 AND d.reopened_at IS NOT NULL AND c.peer = ?1 ORDER BY d.conversation";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![peer.as_str(), millis(since)], |row| Ok(ConversationId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the conversations in which an inquiry came last, latest first, at most `limit`.
///
/// # Errors
/// The store's.
pub fn last_inquiries(db: &Db, limit: usize) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = db.prepare_cached("SELECT id FROM conversation WHERE side = 'owner' AND department IS NOT NULL ORDER BY opened_at DESC, id LIMIT ?1")?;
    let rows = statement.query_map([limit as i64], |row| Ok(ConversationId(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        domain::rule::{Condition, Field},
        store::Store,
    };

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn dialysis() -> Rule {
        Rule { name: "Keine Dialyse".into(), conditions: vec![Condition { field: Field::Constraint, any: vec![4] }], reason: Decline::new(6) }
    }

    #[test]
    fn a_switch_is_for_the_version_of_its_day() {
        let store = Store::in_memory().unwrap();
        let (db, id) = (store.db(), LocalId([7; 8]));
        assert_eq!(add(db, id, &dialysis(), NOW, "Ina").unwrap(), 1);
        assert_eq!(list(db).unwrap()[0].state, State::Off, "off at first");
        switch(db, id, 1, State::On, NOW, "Ina").unwrap();
        let held = &list(db).unwrap()[0];
        assert!(held.state == State::On && held.switched == Some((NOW, "Ina".into())) && held.rule == dialysis());
        assert_eq!(add(db, id, &Rule { name: "Anders".into(), ..dialysis() }, NOW, "Rolf").unwrap(), 2);
        let held = &list(db).unwrap()[0];
        assert!((held.version, held.state) == (2, State::Off) && held.switched.is_none(), "another version is off again");
        switch(db, id, 2, State::Removed, NOW, "Rolf").unwrap();
        assert!(list(db).unwrap().is_empty());
        assert!(switch(db, id, 3, State::On, NOW, "Rolf").is_err(), "there is no such version");
        assert!(db.execute("UPDATE admission_rule SET name = 'x'", []).is_err());
    }
}

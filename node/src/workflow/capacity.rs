//! Free places of this clinic: stated by staff, published less what is held, and confirmed live to whoever asks.

use std::collections::BTreeMap;

use verbund_protocol::{
    capacity::{Age, CapacityRecord, Confirmation, ConfirmationQuestion, DepartmentId, SignedConfirmation},
    catalogue::{Ahb, Catalogue, Constraint, Language, List, Payer, Room, Setting},
    holds::Ledger,
    id::Ik,
    limits::MAX_DEPARTMENTS,
    query::{Question, WitnessedHead, WitnessedHeads},
    sign::PublicKey,
    time::{Day, Timestamp},
};

use super::{Work, WorkError, replication};
use crate::{
    domain::{actor::Role, calendar, capacity::Stated},
    store::{self, audit::witness, capacity::StatedRow, hold},
};

/// Roles that state free places.
pub const STATING: &[Role] = &[Role::Capacity, Role::Admissions];

/// A change to what is stated about a department; what is absent stays as it was stated before.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Which department.
    pub id: DepartmentId,
    /// Its short name.
    pub name: Option<String>,
    /// All its beds.
    pub beds: Option<u16>,
    /// The day that the first of `free` is for; today if absent.
    pub first_day: Option<Day>,
    /// Places free on each day, held ones included.
    pub free: Option<Vec<u16>>,
    /// Inpatient, day care, acute.
    pub settings: Option<Vec<Setting>>,
    /// Indication groups treated.
    pub indications: Option<Vec<Ahb>>,
    /// Needs that can be met.
    pub constraints: Option<Vec<Constraint>>,
    /// Payers with whom there is a contract.
    pub payers: Option<Vec<Payer>>,
    /// Kinds of rooms.
    pub rooms: Option<Vec<Room>>,
    /// Languages spoken besides German.
    pub languages: Option<Vec<Language>>,
    /// For how many hours the statement counts.
    pub valid_hours: Option<u16>,
}

impl Change {
    fn apply(self, mut stated: Stated, today: Day) -> Stated {
        if let Some(free) = self.free {
            stated.free = free;
            stated.first_day = self.first_day.unwrap_or(today);
        }
        stated.name = self.name.unwrap_or(stated.name);
        stated.beds = self.beds.unwrap_or(stated.beds);
        stated.settings = self.settings.unwrap_or(stated.settings);
        stated.indications = self.indications.unwrap_or(stated.indications);
        stated.constraints = self.constraints.unwrap_or(stated.constraints);
        stated.payers = self.payers.unwrap_or(stated.payers);
        stated.rooms = self.rooms.unwrap_or(stated.rooms);
        stated.languages = self.languages.unwrap_or(stated.languages);
        stated.valid_hours = self.valid_hours.unwrap_or(stated.valid_hours);
        stated
    }
}

/// Changes what is stated about one department and publishes it.
///
/// # Errors
/// As [`state`].
pub fn change(work: &mut Work<'_>, change: Change) -> Result<Vec<DepartmentId>, WorkError> {
    let before = store::capacity::stated(work.db, &change.id)?.map_or_else(|| Stated::new(change.id.clone()), |row| row.stated);
    let today = calendar::day(work.now);
    state(work, vec![change.apply(before, today)])
}

/// Adds a department that states no free place yet, and publishes what it can do.
///
/// # Errors
/// [`WorkError::State`] `exists` if something is stated about it already; as [`state`].
pub fn add(work: &mut Work<'_>, new: Stated) -> Result<(), WorkError> {
    work.require(STATING)?;
    if store::capacity::stated(work.db, &new.id)?.is_some() {
        return Err(WorkError::state("exists", "something is stated about this department already", "change it on the board"));
    }
    state(work, vec![Stated { first_day: calendar::day(work.now), free: vec![], ..new }]).map(drop)
}

/// Returns the facilities of this clinic, with their names.
///
/// # Errors
/// [`WorkError::Forbidden`].
pub fn facilities(work: &Work<'_>) -> Result<Vec<(Ik, String)>, WorkError> {
    work.require(STATING)?;
    Ok(super::caseload::own_facilities(work))
}

/// States free places of departments and publishes them: all of them, or none if one breaks a rule.
///
/// # Errors
/// [`WorkError::Forbidden`] without the role; [`WorkError::Invalid`] names every department and rule that is broken.
pub fn state(work: &mut Work<'_>, all: Vec<Stated>) -> Result<Vec<DepartmentId>, WorkError> {
    work.require(STATING)?;
    let faults: Vec<String> = all.iter().filter_map(|stated| fault(work, stated).map(|why| format!("{}: {why}", stated.id))).collect();
    if !faults.is_empty() {
        return Err(WorkError::invalid(faults.join("\n"), "correct these and state all of them again; nothing was changed"));
    }
    let mut stated_ids = Vec::with_capacity(all.len());
    for stated in all {
        store::capacity::put_stated(work.db, &stated, work.now, work.actor.name())?;
        note(work, "capacity.state", &stated.id.to_string())?;
        republish(work, &stated.id)?;
        stated_ids.push(stated.id);
    }
    let facilities: std::collections::BTreeSet<&Ik> = stated_ids.iter().map(|id| &id.facility).collect();
    for facility in facilities {
        if store::capacity::all_stated(work.db, Some(facility))?.len() > MAX_DEPARTMENTS {
            return Err(WorkError::invalid(format!("facility {facility} would state more than {MAX_DEPARTMENTS} departments"), "state fewer departments; nothing was changed"));
        }
    }
    Ok(stated_ids)
}

/// Returns what is wrong with a statement, if anything.
fn fault(work: &Work<'_>, stated: &Stated) -> Option<String> {
    let own = work.membership.member(&work.me.member);
    if !own.is_some_and(|member| member.speaks_for(&stated.id.facility)) {
        return Some("not a facility of this clinic in the network document".into());
    }
    let today = calendar::day(work.now);
    let record = stated.record(Default::default(), work.now, stated.free.clone());
    if let Err(error) = record.check() {
        return Some(error.to_string());
    }
    let codes = |list: List, numbers: Vec<u16>| numbers.into_iter().find_map(|number| Catalogue::shipped().check(list, number, today).err());
    let unknown = codes(List::Ahb, stated.indications.iter().map(|code| code.number()).collect())
        .or_else(|| codes(List::Constraint, stated.constraints.iter().map(|code| code.number()).collect()))
        .or_else(|| codes(List::Payer, stated.payers.iter().map(|code| code.number()).collect()))
        .or_else(|| codes(List::Room, stated.rooms.iter().map(|code| code.number()).collect()))
        .or_else(|| codes(List::Setting, stated.settings.iter().map(|code| code.number()).collect()))
        .or_else(|| codes(List::Language, stated.languages.iter().map(|code| code.number()).collect()));
    unknown.map(|error| error.to_string())
}

/// Says that what is stated is still right, without changing it: of the departments given, or of all.
///
/// # Errors
/// [`WorkError::NotFound`] if nothing is stated about one of them.
pub fn renew(work: &mut Work<'_>, ids: &[DepartmentId]) -> Result<Vec<DepartmentId>, WorkError> {
    work.require(STATING)?;
    let rows = if ids.is_empty() {
        store::capacity::all_stated(work.db, None)?
    } else {
        ids.iter().map(|id| store::capacity::stated(work.db, id)?.ok_or(WorkError::NotFound("statement about this department"))).collect::<Result<_, WorkError>>()?
    };
    for row in &rows {
        store::capacity::put_stated(work.db, &row.stated, work.now, work.actor.name())?;
        note(work, "capacity.renew", &row.stated.id.to_string())?;
        republish(work, &row.stated.id)?;
    }
    Ok(rows.into_iter().map(|row| row.stated.id).collect())
}

/// Publishes a department's statement less what is held now, if that differs from what is published. Called whenever
/// statement or holds change, in the same transaction.
///
/// # Errors
/// The store's.
pub fn republish(work: &mut Work<'_>, id: &DepartmentId) -> Result<(), WorkError> {
    let Some(row) = store::capacity::stated(work.db, id)? else { return Ok(()) };
    let record = row.stated.record(Default::default(), row.observed_at, left(work, &row)?);
    let epoch = store::meta::epoch(work.db)?;
    let published = work.public.board.get(id).map(|held| &held.record);
    let same = |held: &CapacityRecord| held.order.epoch == epoch && CapacityRecord { order: held.order, ..record.clone() } == *held;
    if published.is_some_and(|held| held.signer == work.me.key.public() && same(&held.record)) {
        return Ok(());
    }
    let order = store::meta::next_order(work.db, "capacity")?;
    let signed = CapacityRecord { order, ..record }.sign(&work.me.network, &work.me.key).map_err(|error| WorkError::invalid(error.to_string(), "correct what is stated"))?;
    let bytes = signed.bytes().to_vec();
    replication::keep_capacity(work, signed)?;
    replication::announce_capacity(work, &bytes);
    Ok(())
}

/// Publishes again what was published in an epoch before the present one: a node that was set back counts on from there.
///
/// # Errors
/// The store's.
pub fn restate(work: &mut Work<'_>) -> Result<(), WorkError> {
    let epoch = store::meta::epoch(work.db)?;
    for row in store::capacity::all_stated(work.db, None)? {
        let older = work.public.board.get(&row.stated.id).is_none_or(|held| held.record.record.order.epoch < epoch);
        let record = row.stated.record(Default::default(), row.observed_at, Vec::new());
        if older && record.valid_until > work.now {
            republish(work, &row.stated.id)?;
        }
    }
    Ok(())
}

/// Places left on each stated day.
fn left(work: &Work<'_>, row: &StatedRow) -> Result<Vec<u16>, WorkError> {
    let DepartmentId { facility, department } = &row.stated.id;
    let holds = hold::active(work.db, facility, department, row.observed_at, None)?;
    Ok(Ledger { first_day: row.stated.first_day, stated: &row.stated.free, holds: &holds }.left())
}

/// Answers a peer's live question: free places of a department, signed; or which heads of its audit chain are kept here.
///
/// # Errors
/// [`WorkError::Invalid`] if it is no such question or about a facility of somebody else; [`WorkError::Forbidden`] if the
/// peer is not in the member list.
pub fn confirm(work: &mut Work<'_>, peer: &PublicKey, body: &[u8]) -> Result<Vec<u8>, WorkError> {
    let question = Question::read(body).map_err(|error| WorkError::invalid(format!("the question is not understood: {error}"), "compare the versions of both nodes"))?;
    match question {
        Question::Capacity(question) => {
            // Read again under its own bounds.
            let question = ConfirmationQuestion::read(&question.to_bytes()).map_err(|error| WorkError::invalid(error.to_string(), "ask for fewer days"))?;
            confirm_capacity(work, question)
        }
        Question::AuditHeads { node } => {
            let member = work.membership.node_by_auth(peer).map(|(member, _)| member.id.clone()).ok_or_else(|| WorkError::Forbidden("member".into()))?;
            let kept = witness::kept(work.db, &member, &node, verbund_protocol::limits::MAX_WITNESSED_HEADS)?;
            let heads = kept.into_iter().map(|seen| WitnessedHead { epoch: seen.epoch, len: seen.len, head: seen.head, seen_at: seen.seen_at }).collect();
            Ok(WitnessedHeads { heads }.to_bytes())
        }
    }
}

fn confirm_capacity(work: &Work<'_>, question: ConfirmationQuestion) -> Result<Vec<u8>, WorkError> {
    let own = work.membership.member(&work.me.member);
    if !own.is_some_and(|member| member.speaks_for(&question.id.facility)) {
        return Err(WorkError::invalid(format!("facility {} is not this clinic's", question.id.facility), "ask the member that speaks for it"));
    }
    let row = store::capacity::stated(work.db, &question.id)?;
    let answer = match &row {
        Some(row) => {
            let left = CapacityRecord { free: left(work, row)?, ..row.stated.record(Default::default(), row.observed_at, Vec::new()) };
            let free = (0..u32::from(question.days)).map(|day| left.free_on(question.from.plus(day))).collect();
            let order = work.public.board.get(&question.id).map(|held| held.record.record.order);
            Confirmation { question, answered_at: work.now, observed_at: Some(row.observed_at), order, free }
        }
        None => Confirmation { question, answered_at: work.now, observed_at: None, order: None, free: Vec::new() },
    };
    Ok(answer.sign(&work.me.network, &work.me.key).bytes().to_vec())
}

/// Verifies a peer's answer to `question`.
///
/// # Errors
/// [`WorkError::Unavailable`] if it does not hold.
pub fn verify(work: &Work<'_>, question: &ConfirmationQuestion, bytes: &[u8]) -> Result<Confirmation, WorkError> {
    let opened = SignedConfirmation::open(&work.me.network, &work.membership, question, bytes);
    opened.map(|signed| signed.confirmation).map_err(|error| WorkError::unavailable(error.to_string(), "ask the clinic by telephone and tell it"))
}

/// A department as this node's board has it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    /// Facility and department.
    pub id: DepartmentId,
    /// The facility's name.
    pub facility: String,
    /// The department's short name.
    pub department: String,
    /// Whether it is this clinic's own.
    pub own: bool,
    /// All beds.
    pub beds: u16,
    /// The day that the first of `free` is for.
    pub first_day: Day,
    /// Places left on each day: what is published.
    pub free: Vec<u16>,
    /// Places that staff stated, for own departments.
    pub stated: Option<Vec<u16>>,
    /// Indication groups treated.
    pub indications: Vec<Ahb>,
    /// When somebody last said that it is right.
    pub observed_at: Timestamp,
    /// Seconds since then.
    pub age_s: u64,
    /// `fresh`, `stale` (shown grey) or `expired` (not found by searches).
    pub age: String,
    /// From when it counts as expired.
    pub valid_until: Timestamp,
    /// Whether its writer was caught saying two different things.
    pub contradicted: bool,
    /// Patients waiting for a place.
    #[cfg(feature = "raised-version")]
    pub waiting: Option<u16>,
    /// When the record was kept here, by this node's clock.
    pub kept_at: Timestamp,
}

/// Returns what is held of own departments, of one facility, or of all.
///
/// # Errors
/// The store's.
pub fn show(work: &Work<'_>, facility: Option<&Ik>, all: bool) -> Result<Vec<Shown>, WorkError> {
    let stated: BTreeMap<DepartmentId, Stated> = store::capacity::all_stated(work.db, None)?.into_iter().map(|row| (row.stated.id.clone(), row.stated)).collect();
    let board = &work.public.board;
    let wanted = |id: &DepartmentId| match facility {
        Some(facility) => &id.facility == facility,
        None => all || board.member_of(&id.facility) == Some(&work.me.member),
    };
    let mut shown = Vec::new();
    for held in board.iter().filter(|held| wanted(&held.record.record.id)) {
        let record = &held.record.record;
        let age = match record.age(work.now) {
            Age::Fresh(_) => "fresh",
            Age::Stale(_) => "stale",
            Age::Expired => "expired",
        };
        shown.push(Shown {
            id: record.id.clone(),
            facility: board.facility(&record.id.facility).map_or_else(String::new, |(name, _)| name.to_owned()),
            department: record.name.clone(),
            own: board.member_of(&record.id.facility) == Some(&work.me.member),
            beds: record.beds,
            first_day: record.first_day,
            free: record.free.clone(),
            stated: stated.get(&record.id).map(|stated| stated.free.clone()),
            indications: record.indications.clone(),
            observed_at: record.observed_at,
            age_s: work.now.since(record.observed_at).as_secs(),
            age: age.into(),
            valid_until: record.valid_until,
            contradicted: held.proof.is_some(),
            #[cfg(feature = "raised-version")]
            waiting: record.waiting,
            kept_at: store::capacity::kept_at(work.db, &record.id)?.unwrap_or(record.observed_at),
        });
    }
    Ok(shown)
}

/// A contradiction that was kept as proof.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProofShown {
    /// Which department's writer contradicted itself.
    pub id: DepartmentId,
    /// The member that speaks for the facility.
    pub member: Option<verbund_protocol::id::MemberId>,
    /// The order that both statements carry.
    pub order: verbund_protocol::address::Order,
    /// Hashes of the two statements.
    pub digests: [verbund_protocol::id::Digest; 2],
    /// When it was first seen here.
    pub seen_at: Timestamp,
}

/// Returns all contradictions kept.
///
/// # Errors
/// The store's.
pub fn proofs(work: &Work<'_>) -> Result<Vec<ProofShown>, WorkError> {
    let mut shown = Vec::new();
    for (bytes, seen_at) in store::capacity::proofs(work.db)? {
        let proof = verbund_protocol::capacity::EquivocationProof::trusted(&bytes).map_err(|_| store::StoreError::unreadable("equivocation proof"))?;
        shown.push(ProofShown { member: work.public.board.member_of(&proof.id.facility).cloned(), order: proof.order, digests: proof.digests, seen_at, id: proof.id });
    }
    Ok(shown)
}

fn note(work: &Work<'_>, action: &str, detail: &str) -> Result<(), WorkError> {
    work.audit(action, None, "operation", detail)
}

#[cfg(test)]
mod tests;

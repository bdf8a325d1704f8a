//! Finding a free place: a read of this node's own copies, then, on demand, a live confirmation by the best few.

use verbund_protocol::{
    capacity::{Confirmation, ConfirmationQuestion, DepartmentId},
    id::MemberId,
    limits::MAX_HORIZON_DAYS,
    place::{self, Place},
    search::{Barred, Found, Hit, Query},
    time::Day,
};

use super::{Work, WorkError, capacity};
use crate::domain::actor::Role;

/// A search as people ask for it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What is looked for; origin and near are filled in from the words below.
    pub query: Query,
    /// From where distances count: a place name, postal code or `latitude,longitude`.
    pub from_place: Option<String>,
    /// Where the patient wishes to be near to, and within how many kilometres.
    pub near_place: Option<(String, u16)>,
}

/// What a search found, and how the places in it were understood.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// Hits and reasons.
    #[serde(flatten)]
    pub found: Found,
    /// The origin as it was understood, for example `Rosenheim, BY`.
    pub origin: Option<String>,
    /// Where the patient wishes to be near to, as it was understood.
    pub near: Option<String>,
    /// How long the search itself took, microseconds.
    pub took_us: u64,
    /// Live answers, in the order of the hits asked about.
    pub confirmed: Vec<Live>,
}

/// What a clinic answered live.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Live {
    /// Facility and department asked about.
    pub id: DepartmentId,
    /// The outcome.
    pub state: LiveState,
    /// What it says in words.
    pub detail: String,
}

/// The outcome of a live question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiveState {
    /// A place is free as shown.
    Free,
    /// A place is free, but on a later day of the span.
    Later,
    /// No place is free any more.
    Gone,
    /// No answer; what is shown is the clinic's last statement.
    NoAnswer,
}

/// A search whose places are found on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    query: Query,
    origin: Option<String>,
    near: Option<String>,
}

impl Wanted {
    /// Finds the places named. This reads the table of places, so it is done before the single writer is asked.
    ///
    /// # Errors
    /// [`WorkError::Invalid`] if a place is unknown or ambiguous (it lists the candidates) or the days make no sense.
    pub fn locate(self) -> Result<Located, WorkError> {
        let Self { mut query, from_place, near_place } = self;
        if query.until < query.from {
            return Err(WorkError::invalid("the last day is before the first", "give a later last day"));
        }
        let origin = from_place.as_deref().map(located).transpose()?;
        query.origin = origin.as_ref().map(|place| place.at).or(query.origin);
        if query.max_km.is_some() && query.origin.is_none() {
            return Err(WorkError::invalid("a greatest distance needs a place to measure from", "add the place, for example --place Rosenheim"));
        }
        let near = near_place.as_ref().map(|(place, _)| located(place)).transpose()?;
        if let (Some(place), Some((_, km))) = (&near, &near_place) {
            query.wishes.near = Some((place.at, *km));
        }
        Ok(Located { query, origin: origin.map(|place| place.name), near: near.map(|place| place.name) })
    }
}

/// Searches.
///
/// # Errors
/// [`WorkError::Forbidden`] for somebody without any role.
pub fn find(work: &Work<'_>, wanted: Located) -> Result<Outcome, WorkError> {
    work.require(&Role::ALL)?;
    let Located { query, origin, near } = wanted;
    let start = std::time::Instant::now();
    let found = work.public.board.search(&query, work.now, &barred(work));
    let took_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(Outcome { found, origin, near, took_us, confirmed: Vec::new() })
}

fn located(word: &str) -> Result<Place, WorkError> {
    place::find(word).map_err(|error| WorkError::invalid(error.to_string(), "name the place exactly"))
}

/// What is shown can be asked for, so whoever cannot be asked is not shown.
fn barred(work: &Work<'_>) -> Vec<(MemberId, Barred)> {
    let others = work.membership.not_conversing(work.now).into_iter().filter(|member| member != &work.me.member);
    others.map(|member| (member, Barred::NotServing)).chain([(work.me.member.clone(), Barred::Own)]).collect()
}

/// Returns the live question about a hit: its department, from its earliest day to the end of the span.
pub fn question(hit: &Hit, until: Day) -> ConfirmationQuestion {
    let days = until.days_since(hit.earliest).clamp(0, MAX_HORIZON_DAYS as i64 - 1) + 1;
    ConfirmationQuestion { id: hit.id.clone(), from: hit.earliest, days: days as u16 }
}

/// Judges a peer's answer, or that there was none.
pub fn judge(work: &Work<'_>, question: &ConfirmationQuestion, answer: Result<Vec<u8>, String>) -> Live {
    let (state, detail) = match answer.and_then(|bytes| capacity::verify(work, question, &bytes).map_err(|error| error.to_string())) {
        Ok(confirmation) => said(&confirmation),
        Err(why) => (LiveState::NoAnswer, why),
    };
    Live { id: question.id.clone(), state, detail }
}

fn said(confirmation: &Confirmation) -> (LiveState, String) {
    let from = confirmation.question.from;
    let first = (0..u32::from(confirmation.question.days)).map(|day| from.plus(day)).find(|day| confirmation.free_on(*day) > 0);
    match (first, confirmation.observed_at) {
        (_, None) => (LiveState::Gone, "the department states no free places any more".into()),
        (Some(day), _) if day == from => (LiveState::Free, format!("{} free on {day}", confirmation.free_on(day))),
        (Some(day), _) => (LiveState::Later, format!("none on {from}, {} free on {day}", confirmation.free_on(day))),
        (None, _) => (LiveState::Gone, format!("no place from {from} on")),
    }
}

//! The scan: every row once, cheap tests first; whole records are looked at only for the few that are shown.

use super::{
    Barred, Board, Exclusion, Found, Hit, Query, Reason, Why,
    board::Row,
    mask::{self, Bits},
    points,
};
use crate::{
    capacity::{Age, age},
    id::MemberId,
    place::{chord_squared, chord_squared_of, km_between},
    time::{Day, Timestamp},
};

/// A search made ready: everything worked out that does not depend on the row.
struct Scan<'a> {
    board: &'a Board,
    query: &'a Query,
    now: Timestamp,
    barred: Vec<Option<Barred>>,
    indication: Bits,
    traits: Bits,
    /// What is needed: bit, and the reason that a lack of it is.
    needs: Vec<(u128, Reason)>,
    origin: Option<[f64; 3]>,
    /// The greatest distance, as the square of a chord.
    farthest: Option<f64>,
    near: Option<([f64; 3], f64)>,
    /// Sites that the patient named.
    named: Vec<usize>,
    counts: Vec<Count>,
}

/// How often a reason applied, and how often nothing else did.
#[derive(Clone, Copy, Default)]
struct Count {
    places: u32,
    alone: u32,
}

/// Reasons are counted by their place in a short list, one bit for each: these, then the query's needs.
const FIXED: [Reason; 7] = [Reason::Own, Reason::NotServing, Reason::Expired, Reason::Indication, Reason::Department, Reason::Full, Reason::TooFar];
const OWN: u64 = 1;
const NOT_SERVING: u64 = 1 << 1;
const EXPIRED: u64 = 1 << 2;
const INDICATION: u64 = 1 << 3;
const DEPARTMENT: u64 = 1 << 4;
const FULL: u64 = 1 << 5;
const TOO_FAR: u64 = 1 << 6;

/// A row that meets the hard constraints.
#[derive(Clone, Copy)]
struct Candidate {
    points: i32,
    row: u32,
    day: u32,
    km: f64,
}

impl Board {
    /// Searches. `barred` says of a member whether none of its departments can be asked.
    pub fn search(&self, query: &Query, now: Timestamp, barred: impl Fn(&MemberId) -> Option<Barred>) -> Found {
        let (indication, traits) = mask::needed(query);
        let mut scan = Scan {
            board: self,
            query,
            now,
            barred: self.members.iter().map(barred).collect(),
            indication,
            traits,
            needs: mask::needs(query).take(64 - FIXED.len()).collect(),
            origin: query.origin.map(|at| at.unit()),
            farthest: query.max_km.filter(|_| query.origin.is_some()).map(|km| chord_squared_of(km.into())),
            near: query.wishes.near.map(|(at, km)| (at.unit(), f64::from(km))),
            named: self.sites.iter().enumerate().filter(|(_, site)| query.wishes.facilities.contains(&site.ik)).map(|(at, _)| at).collect(),
            counts: vec![Count::default(); 64],
        };
        let mut candidates: Vec<Candidate> = Vec::with_capacity(256);
        for (at, row) in (0..).zip(&self.rows) {
            candidates.extend(scan.examine(at, row));
        }
        let matching = candidates.len() as u32;
        let order = |c: &Candidate| (c.points, c.row);
        if candidates.len() > query.limit && query.limit > 0 {
            candidates.select_nth_unstable_by_key(query.limit - 1, order);
        }
        candidates.truncate(query.limit);
        let mut hits: Vec<Hit> = candidates.iter().filter_map(|candidate| scan.hit(candidate)).collect();
        // Equal points: by name, so that every node shows the same order.
        hits.sort_by(|a, b| a.points.cmp(&b.points).then_with(|| a.id.cmp(&b.id)));
        Found { hits, matching, departments: self.rows.len() as u32, excluded: scan.exclusions() }
    }
}

impl Scan<'_> {
    fn examine(&mut self, at: u32, row: &Row) -> Option<Candidate> {
        let candidate = self.judge(at, row);
        match candidate {
            Ok(candidate) => Some(candidate),
            Err(mut reasons) => {
                let alone = u32::from(reasons.is_power_of_two());
                while reasons != 0 {
                    let count = &mut self.counts[reasons.trailing_zeros() as usize];
                    count.places += 1;
                    count.alone += alone;
                    reasons &= reasons - 1;
                }
                None
            }
        }
    }

    /// Returns the candidate, or the reasons that keep it out.
    fn judge(&self, at: u32, row: &Row) -> Result<Candidate, u64> {
        self.treats(at, row)?;
        let site = self.usable(row)?;
        self.department(at)?;
        let mut reasons = self.lacks(at, row);
        let day = first_free(row, self.query);
        if day.is_none() {
            reasons |= FULL;
        }
        let unit = &self.board.units[site];
        if let (Some(origin), Some(farthest)) = (&self.origin, self.farthest)
            && chord_squared(origin, unit) > farthest
        {
            reasons |= TOO_FAR;
        }
        match day {
            Some(day) if reasons == 0 => {
                let km = self.origin.map_or(0.0, |origin| km_between(&origin, unit));
                Ok(Candidate { points: self.points(row, site, day, km), row: at, day, km })
            }
            _ => Err(reasons),
        }
    }

    /// Looks at the indication first: it leaves most places out, and they count under nothing else.
    fn treats(&self, at: u32, row: &Row) -> Result<(), u64> {
        if self.indication.bits & !row.indications != 0 {
            return Err(INDICATION);
        }
        let folded = self.indication.folded || row.folded();
        let exact = || self.query.indication.is_none_or(|code| self.board.held[at as usize].record.record.indications.contains(&code));
        if folded && !exact() { Err(INDICATION) } else { Ok(()) }
    }

    /// Returns the site, or why it cannot be asked at all.
    fn usable(&self, row: &Row) -> Result<usize, u64> {
        let site = row.site().ok_or(NOT_SERVING)?;
        match self.barred[self.board.site_members[site] as usize] {
            Some(Barred::Own) => Err(OWN),
            Some(Barred::NotServing) => Err(NOT_SERVING),
            None if row.valid_until <= self.now => Err(EXPIRED),
            None => Ok(site),
        }
    }

    fn department(&self, at: u32) -> Result<(), u64> {
        let Some(wanted) = &self.query.department else { return Ok(()) };
        let department = &self.board.held[at as usize].record.record.id.department;
        if department.as_str().get(..4) == wanted.as_str().get(..4) { Ok(()) } else { Err(DEPARTMENT) }
    }

    /// Returns the needs that the department does not meet.
    fn lacks(&self, at: u32, row: &Row) -> u64 {
        let missing = self.traits.bits & !row.traits;
        let folded = self.traits.folded || row.folded();
        if missing == 0 && !folded {
            return 0;
        }
        let record = &self.board.held[at as usize].record.record;
        let lacks = |bit: u128, reason: Reason| if folded { !mask::has(record, reason) } else { missing & bit != 0 };
        let needs = self.needs.iter().enumerate().filter(|(_, (bit, reason))| lacks(*bit, *reason));
        needs.fold(0, |reasons, (slot, _)| reasons | 1 << (FIXED.len() + slot))
    }

    fn points(&self, row: &Row, site: usize, day: u32, km: f64) -> i32 {
        let mut sum = day.saturating_sub(self.query.from.0) as i32 * points::PER_DAY + distance_points(km);
        if !matches!(age(row.observed_at, row.valid_until, self.now), Age::Fresh(_)) {
            sum += points::STALE;
        }
        if self.named.contains(&site) {
            sum += points::NAMED;
        }
        if self.near(site).is_some() {
            sum += points::NEAR;
        }
        sum
    }

    fn near(&self, site: usize) -> Option<f64> {
        let (at, max) = self.near.as_ref()?;
        Some(km_between(at, &self.board.units[site])).filter(|km| km <= max)
    }

    fn hit(&self, candidate: &Candidate) -> Option<Hit> {
        let row = &self.board.rows[candidate.row as usize];
        let held = &self.board.held[candidate.row as usize];
        let record = &held.record.record;
        let site_at = row.site()?;
        let site = &self.board.sites[site_at];
        let km = candidate.km;
        let age = self.now.since(record.observed_at).as_secs();
        let stale = !matches!(record.age(self.now), Age::Fresh(_));
        let wait = candidate.day.saturating_sub(self.query.from.0);
        let mut why = vec![(Why::Wait(wait), wait as i32 * points::PER_DAY)];
        why.extend(self.origin.map(|_| (Why::Distance(km.round() as u32), distance_points(km))));
        why.extend(stale.then_some((Why::Stale(age / 3600), points::STALE)));
        why.extend(self.named.contains(&site_at).then_some((Why::Named, points::NAMED)));
        why.extend(self.near(site_at).map(|km| (Why::Near(km.round() as u32), points::NEAR)));
        Some(Hit {
            id: record.id.clone(),
            member: self.board.members[self.board.site_members[site_at] as usize].clone(),
            facility: site.name.clone(),
            place: site.place.clone(),
            department: record.name.clone(),
            earliest: Day(candidate.day),
            free: record.free_on(Day(candidate.day)),
            beds: record.beds,
            km: self.origin.map(|_| km),
            observed_at: record.observed_at,
            age_s: age,
            stale,
            contradicted: held.proof.is_some(),
            order: record.order,
            points: candidate.points,
            why,
        })
    }

    fn exclusions(self) -> Vec<Exclusion> {
        let reasons = FIXED.into_iter().chain(self.needs.iter().map(|(_, reason)| *reason));
        let counted = reasons.zip(&self.counts).filter(|(_, count)| count.places > 0);
        let mut excluded: Vec<_> = counted.map(|(reason, count)| Exclusion { reason, places: count.places, alone: count.alone }).collect();
        excluded.sort_by_key(|exclusion| (std::cmp::Reverse(exclusion.places), exclusion.reason));
        excluded
    }
}

fn distance_points(km: f64) -> i32 {
    points::PER_KM * km.round() as i32
}

/// Returns the first day of the query's span on which a place is free.
fn first_free(row: &Row, query: &Query) -> Option<u32> {
    let skip = query.from.0.saturating_sub(row.first_day);
    if skip >= 64 {
        return None;
    }
    let days = row.free_days >> skip;
    let first = row.first_day.saturating_add(skip).saturating_add(days.trailing_zeros());
    (days != 0 && first <= query.until.0).then_some(first)
}

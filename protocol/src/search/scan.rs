//! The scan: sixty-four departments at a time against every need at once; numbers are looked at only where bits leave a department
//! in, and whole records only for the few that are shown.

use super::{
    Barred, Board, Exclusion, Found, Hit, Query, Reason, Why,
    columns::{Columns, WORD, kind},
    mask::{self, Need},
    points,
};
use crate::{
    capacity::{Age, age},
    id::MemberId,
    place::{chord_squared, chord_squared_of, km_at_least, km_between},
    time::{Day, Timestamp},
};

/// A search made ready: everything worked out that does not depend on the row.
struct Scan<'a> {
    board: &'a Board,
    columns: &'a Columns,
    query: &'a Query,
    now: Timestamp,
    indication: Option<Need>,
    needs: Vec<Need>,
    department: Option<[u8; 4]>,
    /// Rows that cannot be asked at all, each as bits by word; empty if there are none.
    own: Vec<u64>,
    not_serving: Vec<u64>,
    /// Rows of facilities that the patient named.
    named: Vec<u64>,
    origin: Option<[f64; 3]>,
    /// The greatest distance, as the square of a chord.
    farthest: Option<([f64; 3], f64)>,
    near: Option<([f64; 3], f64)>,
    span: Span,
    counts: Counts,
    best: Best,
}

/// How often a reason applied, and how often nothing else did.
#[derive(Clone, Copy, Default)]
struct Count {
    places: u32,
    alone: u32,
}

/// Counts by place: the reasons of [`FIXED`], then the query's needs.
struct Counts(Vec<Count>);

const FIXED: [Reason; 7] = [Reason::Own, Reason::NotServing, Reason::Expired, Reason::Indication, Reason::Department, Reason::Full, Reason::TooFar];
const OWN: usize = 0;
const NOT_SERVING: usize = 1;
const EXPIRED: usize = 2;
const INDICATION: usize = 3;
const DEPARTMENT: usize = 4;
const FULL: usize = 5;
const TOO_FAR: usize = 6;
/// Most needs of one query that are told apart; a query has fewer.
const MAX_NEEDS: usize = 64 - FIXED.len();

impl Counts {
    /// Counts rows to which only this reason applies, and returns those that are left.
    fn leave_out(&mut self, reason: usize, rows: u64, out: u64) -> u64 {
        let places = (rows & out).count_ones();
        self.0[reason].places += places;
        self.0[reason].alone += places;
        rows & !out
    }
}

/// A row that meets the hard constraints.
#[derive(Clone, Copy)]
struct Candidate {
    points: i32,
    row: u32,
    day: u32,
    km: f64,
}

impl Board {
    /// Searches. `barred` names the members of which no department can be asked.
    pub fn search(&self, query: &Query, now: Timestamp, barred: &[(MemberId, Barred)]) -> Found {
        let mut scan = Scan::new(self, query, now, barred);
        let mut matching = 0;
        for word in 0..scan.columns.words() {
            matching += scan.examine(word);
        }
        let Scan { best, counts, needs, .. } = &mut scan;
        let (candidates, excluded) = (best.take(), exclusions(counts, needs));
        let mut hits: Vec<Hit> = candidates.iter().map(|candidate| scan.hit(candidate)).collect();
        // Equal points: by name, so that every node shows the same order.
        hits.sort_by(|a, b| a.points.cmp(&b.points).then_with(|| a.id.cmp(&b.id)));
        Found { hits, matching, departments: self.columns.len() as u32, excluded }
    }
}

impl<'a> Scan<'a> {
    fn new(board: &'a Board, query: &'a Query, now: Timestamp, barred: &[(MemberId, Barred)]) -> Self {
        let all_of = |why: Barred| barred.iter().filter(move |(_, reason)| *reason == why).flat_map(|(member, _)| board.rows_of_member(member));
        let needs: Vec<Need> = mask::needs(query).take(MAX_NEEDS).collect();
        Self {
            board,
            columns: &board.columns,
            query,
            now,
            indication: mask::indication(query),
            department: query.department.as_ref().map(|key| kind(key.as_str())),
            own: board.as_bits(all_of(Barred::Own)),
            not_serving: board.as_bits(all_of(Barred::NotServing)),
            named: board.as_bits(query.wishes.facilities.iter().flat_map(|ik| board.rows_of_facility(ik))),
            origin: query.origin.map(|at| at.unit()),
            farthest: query.origin.zip(query.max_km).map(|(origin, km)| (origin.unit(), chord_squared_of(km.into()))),
            near: query.wishes.near.map(|(at, km)| (at.unit(), f64::from(km))),
            span: Span { from: query.from.0, until: query.until.0, first_day: 0, mask: 0 },
            counts: Counts(vec![Count::default(); FIXED.len() + needs.len()]),
            best: Best { limit: query.limit, found: Vec::with_capacity(4 * query.limit.min(64)), bound: i32::MAX },
            needs,
        }
    }

    /// Looks at the rows of one word and returns how many meet every constraint.
    fn examine(&mut self, word: usize) -> u32 {
        let rows = self.eligible(word);
        if rows == 0 {
            return 0;
        }
        let mut lacks = [0; MAX_NEEDS];
        // Which rows have any reason against them, and which have more than one.
        let (mut any, mut more) = (0, 0);
        let mut note = |out: u64| {
            more |= any & out;
            any |= out;
        };
        for (at, need) in self.needs.iter().enumerate() {
            lacks[at] = self.lacking(need, word, rows);
            note(lacks[at]);
        }
        let (full, far) = (self.full(word, rows), self.too_far(word, rows));
        note(full);
        note(far);
        let reasons = [(FULL, full), (TOO_FAR, far)].into_iter().chain(lacks[..self.needs.len()].iter().enumerate().map(|(at, out)| (FIXED.len() + at, *out)));
        for (reason, out) in reasons {
            self.counts.0[reason].places += out.count_ones();
            self.counts.0[reason].alone += (out & !more).count_ones();
        }
        let meeting = rows & !any;
        each(meeting, |bit| self.consider(word * WORD + bit));
        meeting.count_ones()
    }

    /// Returns the rows that are no question of more or less: they treat this and can be asked. The others count under one reason only, the
    /// indication first, which leaves most out.
    fn eligible(&mut self, word: usize) -> u64 {
        let bits = |set: &[u64]| set.get(word).copied().unwrap_or(0);
        let mut rows = self.columns.rows(word);
        if let Some(need) = self.indication {
            rows = self.counts.leave_out(INDICATION, rows, self.lacking(&need, word, rows));
        }
        rows = self.counts.leave_out(NOT_SERVING, rows, self.columns.unplaced(word) | bits(&self.not_serving));
        rows = self.counts.leave_out(OWN, rows, bits(&self.own));
        if self.columns.ends(word) <= self.now {
            let ended = where_holds(rows, |bit| self.columns.valid_until[word * WORD + bit] <= self.now);
            rows = self.counts.leave_out(EXPIRED, rows, ended);
        }
        if let Some(wanted) = self.department {
            let other = where_holds(rows, |bit| self.columns.department[word * WORD + bit] != wanted);
            rows = self.counts.leave_out(DEPARTMENT, rows, other);
        }
        rows
    }

    /// Returns the rows of `rows` that do not meet a need.
    fn lacking(&self, need: &Need, word: usize, rows: u64) -> u64 {
        let having = self.columns.having(need.bit, word);
        let doubtful = rows & having & if need.folded { u64::MAX } else { self.columns.folded(word) };
        let record = |bit: usize| &self.board.held[word * WORD + bit].record.record;
        let not_really = if doubtful == 0 { 0 } else { where_holds(doubtful, |bit| !need.met_by(record(bit), self.query)) };
        rows & !having | not_really
    }

    /// Returns the rows of `rows` without a free place in the span.
    fn full(&mut self, word: usize, rows: u64) -> u64 {
        let (columns, span) = (self.columns, &mut self.span);
        where_holds(rows, |bit| columns.free_days[word * WORD + bit] & span.days_from(columns.first_day[word * WORD + bit]) == 0)
    }

    fn too_far(&self, word: usize, rows: u64) -> u64 {
        let Some((origin, farthest)) = &self.farthest else { return 0 };
        where_holds(rows, |bit| chord_squared(origin, &self.columns.unit[word * WORD + bit]) > *farthest)
    }

    /// Works out the points of a row that meets the constraints, as far as it takes to see whether it may be shown.
    fn consider(&mut self, row: usize) {
        let columns = self.columns;
        let day = columns.first_day[row].saturating_add((columns.free_days[row] & self.span.days_from(columns.first_day[row])).trailing_zeros());
        let mut sum = day.saturating_sub(self.query.from.0) as i32 * points::PER_DAY;
        if !matches!(age(columns.observed_at[row], columns.valid_until[row], self.now), Age::Fresh(_)) {
            sum += points::STALE;
        }
        if self.is_named(row) {
            sum += points::NAMED;
        }
        if self.near(row).is_some() {
            sum += points::NEAR;
        }
        let mut km = 0.0;
        if let Some(origin) = &self.origin {
            let unit = &columns.unit[row];
            if sum + distance_points(km_at_least(origin, unit)) >= self.best.bound {
                return;
            }
            km = km_between(origin, unit);
            sum += distance_points(km);
        }
        self.best.offer(Candidate { points: sum, row: row as u32, day, km });
    }

    fn is_named(&self, row: usize) -> bool {
        self.named.get(row / WORD).is_some_and(|bits| bits >> (row % WORD) & 1 == 1)
    }

    fn near(&self, row: usize) -> Option<f64> {
        let (at, max) = self.near.as_ref()?;
        Some(km_between(at, &self.columns.unit[row])).filter(|km| km <= max)
    }

    fn hit(&self, candidate: &Candidate) -> Hit {
        let (board, row, km) = (self.board, candidate.row as usize, candidate.km);
        let held = &board.held[row];
        let record = &held.record.record;
        let site = &board.sites[self.columns.site[row] as usize];
        let age = self.now.since(record.observed_at).as_secs();
        let stale = !matches!(record.age(self.now), Age::Fresh(_));
        let wait = candidate.day.saturating_sub(self.query.from.0);
        let mut why = Vec::with_capacity(5);
        why.push((Why::Wait(wait), wait as i32 * points::PER_DAY));
        why.extend(self.origin.map(|_| (Why::Distance(km.round() as u32), distance_points(km))));
        why.extend(stale.then_some((Why::Stale(age / 3600), points::STALE)));
        why.extend(self.is_named(row).then_some((Why::Named, points::NAMED)));
        why.extend(self.near(row).map(|km| (Why::Near(km.round() as u32), points::NEAR)));
        Hit {
            id: record.id.clone(),
            member: board.members[site.member as usize].clone(),
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
        }
    }
}

/// The wished days, as bits behind a record's first day. Neighbours mostly state the same first day, so the last answer is kept.
struct Span {
    from: u32,
    until: u32,
    first_day: u32,
    mask: u64,
}

impl Span {
    fn days_from(&mut self, first_day: u32) -> u64 {
        if first_day != self.first_day || self.mask == 0 {
            let skip = self.from.saturating_sub(first_day);
            let last = self.until.checked_sub(first_day);
            // Bits `skip` to `last`, both within the word.
            let up_to = last.map_or(0, |last| u64::MAX >> 63_u32.saturating_sub(last));
            let from = 1_u64.checked_shl(skip).map_or(0, |first| u64::MAX << first.trailing_zeros());
            (self.first_day, self.mask) = (first_day, up_to & from);
        }
        self.mask
    }
}

/// The best candidates so far. What cannot be among them any more need not be worked out.
struct Best {
    limit: usize,
    found: Vec<Candidate>,
    /// Whoever has as many points comes too late: rows come in order, and the first counts.
    bound: i32,
}

impl Best {
    fn offer(&mut self, candidate: Candidate) {
        if candidate.points >= self.bound || self.limit == 0 {
            return;
        }
        self.found.push(candidate);
        if self.found.len() >= 4 * self.limit {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.found.len() > self.limit && self.limit > 0 {
            let (_, last, _) = self.found.select_nth_unstable_by_key(self.limit - 1, |c| (c.points, c.row));
            self.bound = last.points;
            self.found.truncate(self.limit);
        }
    }

    fn take(&mut self) -> Vec<Candidate> {
        self.cut();
        std::mem::take(&mut self.found)
    }
}

/// Calls `act` for each bit that is set, the lowest first.
fn each(mut bits: u64, mut act: impl FnMut(usize)) {
    while bits != 0 {
        act(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// Returns those of `bits` for which `holds`.
fn where_holds(bits: u64, mut holds: impl FnMut(usize) -> bool) -> u64 {
    let mut found = 0;
    each(bits, |bit| found |= u64::from(holds(bit)) << bit);
    found
}

fn exclusions(counts: &Counts, needs: &[Need]) -> Vec<Exclusion> {
    let reasons = FIXED.into_iter().chain(needs.iter().map(|need| need.reason));
    let counted = reasons.zip(&counts.0).filter(|(_, count)| count.places > 0);
    let mut excluded: Vec<_> = counted.map(|(reason, count)| Exclusion { reason, places: count.places, alone: count.alone }).collect();
    excluded.sort_by_key(|exclusion| (std::cmp::Reverse(exclusion.places), exclusion.reason));
    excluded
}

fn distance_points(km: f64) -> i32 {
    points::PER_KM * km.round() as i32
}

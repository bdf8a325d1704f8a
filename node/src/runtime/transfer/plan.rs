//! Which range to ask for next, and what follows from an answer. No input or output: the moment is an argument.

use std::{collections::BTreeSet, time::Duration};

use verbund_protocol::{
    document::Refusal,
    limits::{RANGES_IN_FLIGHT, RETRY_MAX, RETRY_MIN},
    time::Timestamp,
};

/// Ranges that did not belong to the document before the attempt ends: one may be a fault of the line, more are not.
const MAX_UNVERIFIED: u32 = 3;
/// Pause after `busy` when the peer does not say how long.
const BUSY_PAUSE: Duration = Duration::from_millis(250);

/// What became of one range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Verified and kept.
    Kept,
    /// Not part of the document; nothing was kept.
    Unverified,
    /// Come again later.
    Busy(Option<Duration>),
    /// The peer, or its answer, could not be had.
    Unreachable,
    /// Not given.
    Refused(Refusal),
    /// Our own disk is full.
    Full,
    /// Our own disk fails.
    Disk,
}

/// How an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All ranges are here.
    Complete,
    /// The sender took its permission back: what has arrived goes.
    TakenBack,
    /// It will never come with this grant.
    Never(&'static str),
    /// To be tried again.
    Later(&'static str),
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask for this range, by number.
    Ask(usize),
    /// Nothing until an answer comes.
    Listen,
    /// Nothing until this moment (or an answer).
    Pause(Timestamp),
    /// The attempt is over.
    End(End),
}

/// One attempt to fetch a document from one node.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    missing: BTreeSet<usize>,
    flying: BTreeSet<usize>,
    /// How many ranges may be in flight now: halved by `busy`, grown again by success.
    window: usize,
    paused_until: Timestamp,
    unverified: u32,
    kept: usize,
    end: Option<End>,
}

impl Plan {
    /// Returns the plan to fetch what `have` says is not there.
    pub(super) fn new(have: &[bool]) -> Self {
        let missing = have.iter().enumerate().filter(|(_, there)| !**there).map(|(number, _)| number).collect();
        Self { missing, flying: BTreeSet::new(), window: RANGES_IN_FLIGHT, paused_until: Timestamp(0), unverified: 0, kept: 0, end: None }
    }

    /// Returns how many ranges this attempt has brought.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// Returns what to do at `now`. A range that it says to ask for counts as in flight from then on.
    pub(super) fn next(&mut self, now: Timestamp) -> Next {
        match self.end {
            Some(End::TakenBack) => return Next::End(End::TakenBack),
            // What is already on its way may still be kept, so that nothing is fetched twice.
            Some(end) => return if self.flying.is_empty() { Next::End(end) } else { Next::Listen },
            None => {}
        }
        if self.missing.is_empty() && self.flying.is_empty() {
            return Next::End(End::Complete);
        }
        if self.flying.len() >= self.window || self.missing.is_empty() {
            return Next::Listen;
        }
        if now < self.paused_until {
            return Next::Pause(self.paused_until);
        }
        match self.missing.pop_first() {
            Some(number) => {
                self.flying.insert(number);
                Next::Ask(number)
            }
            None => Next::Listen,
        }
    }

    /// Takes in what became of range `number`. One that was not asked for changes nothing.
    pub(super) fn take(&mut self, number: usize, outcome: Outcome, now: Timestamp) {
        if !self.flying.remove(&number) {
            return;
        }
        if outcome == Outcome::Kept {
            self.kept += 1;
            self.window = (self.window + 1).min(RANGES_IN_FLIGHT);
            return;
        }
        self.missing.insert(number);
        match outcome {
            Outcome::Kept => {}
            Outcome::Busy(pause) => {
                self.window = (self.window / 2).max(1);
                self.paused_until = now.plus(pause.unwrap_or(BUSY_PAUSE).min(RETRY_MAX));
            }
            Outcome::Unverified => {
                self.unverified += 1;
                if self.unverified >= MAX_UNVERIFIED {
                    self.stop(End::Later("damaged-at-sender"));
                }
            }
            Outcome::Unreachable => self.stop(End::Later("unreachable")),
            Outcome::Full => self.stop(End::Later("disk-full")),
            Outcome::Disk => self.stop(End::Later("disk")),
            Outcome::Refused(why) => self.stop(refused(why)),
        }
    }

    /// The first reason counts, except that a permission taken back counts more than any other.
    fn stop(&mut self, end: End) {
        if self.end.is_none() || end == End::TakenBack {
            self.end = Some(end);
        }
    }
}

fn refused(why: Refusal) -> End {
    match why {
        Refusal::Revoked => End::TakenBack,
        Refusal::Busy => End::Later("busy"),
        Refusal::NotMember => End::Later("not-member"),
        Refusal::Gone => End::Never("gone"),
        Refusal::Expired => End::Never("expired"),
        Refusal::Invalid => End::Never("grant-invalid"),
        Refusal::NotYours | Refusal::OtherDocument | Refusal::Range => End::Never("grant-mismatch"),
        Refusal::Other(_) => End::Never("refused"),
    }
}

/// Returns how long to wait after `attempts` attempts in a row that brought nothing.
pub(super) fn pause(attempts: u32) -> Duration {
    RETRY_MIN.saturating_mul(1 << attempts.min(20)).min(RETRY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(100);

    fn plan(ranges: usize) -> Plan {
        Plan::new(&vec![false; ranges])
    }

    fn ask_all(plan: &mut Plan, now: Timestamp) -> Vec<usize> {
        std::iter::from_fn(|| if let Next::Ask(number) = plan.next(now) { Some(number) } else { None }).collect()
    }

    #[test]
    fn at_most_eight_are_in_flight_and_each_is_asked_once() {
        let mut plan = Plan::new(&[true, false, false, true, false, false, false, false, false, false, false, false]);
        assert_eq!(ask_all(&mut plan, NOW), vec![1, 2, 4, 5, 6, 7, 8, 9]);
        assert_eq!(plan.next(NOW), Next::Listen);
        plan.take(4, Outcome::Kept, NOW);
        plan.take(4, Outcome::Kept, NOW);
        assert_eq!(ask_all(&mut plan, NOW), vec![10]);
        for number in [1, 2, 5, 6, 7, 8, 9, 10] {
            plan.take(number, Outcome::Kept, NOW);
        }
        assert_eq!(ask_all(&mut plan, NOW), vec![11]);
        plan.take(11, Outcome::Kept, NOW);
        assert_eq!(plan.next(NOW), Next::End(End::Complete));
        assert_eq!(plan.kept(), 10);
    }

    #[test]
    fn nothing_missing_is_complete_at_once() {
        assert_eq!(Plan::new(&[true, true]).next(NOW), Next::End(End::Complete));
    }

    #[test]
    fn busy_halves_the_pace_and_success_restores_it() {
        let mut plan = plan(100);
        assert_eq!(ask_all(&mut plan, NOW).len(), 8);
        plan.take(0, Outcome::Busy(Some(Duration::from_secs(2))), NOW);
        for number in 1..8 {
            plan.take(number, Outcome::Busy(None), NOW);
        }
        let later = NOW.plus(BUSY_PAUSE);
        assert_eq!(plan.next(NOW), Next::Pause(later));
        assert_eq!(ask_all(&mut plan, later), vec![0], "one at a time after so much busy");
        plan.take(0, Outcome::Kept, later);
        assert_eq!(ask_all(&mut plan, later).len(), 2);
    }

    #[test]
    fn withdrawal_counts_more_than_a_lost_line() {
        let mut plan = plan(4);
        ask_all(&mut plan, NOW);
        plan.take(0, Outcome::Unreachable, NOW);
        assert_eq!(plan.next(NOW), Next::Listen, "what is on its way is still taken");
        plan.take(1, Outcome::Refused(Refusal::Revoked), NOW);
        plan.take(2, Outcome::Unreachable, NOW);
        assert_eq!(plan.next(NOW), Next::End(End::TakenBack));
    }

    #[test]
    fn after_a_fault_nothing_more_is_asked_and_what_comes_is_kept() {
        let mut plan = plan(20);
        ask_all(&mut plan, NOW);
        plan.take(0, Outcome::Unreachable, NOW);
        for number in 1..8 {
            assert_eq!(plan.next(NOW), Next::Listen);
            plan.take(number, Outcome::Kept, NOW);
        }
        assert_eq!((plan.next(NOW), plan.kept()), (Next::End(End::Later("unreachable")), 7));
    }

    #[test]
    fn wrong_data_is_asked_for_again_but_not_for_ever() {
        let mut plan = plan(1);
        for _ in 1..MAX_UNVERIFIED {
            assert_eq!(plan.next(NOW), Next::Ask(0));
            plan.take(0, Outcome::Unverified, NOW);
        }
        assert_eq!(plan.next(NOW), Next::Ask(0));
        plan.take(0, Outcome::Unverified, NOW);
        assert_eq!(plan.next(NOW), Next::End(End::Later("damaged-at-sender")));
    }

    #[test]
    fn pauses_grow_to_a_bound() {
        assert_eq!(pause(0), RETRY_MIN);
        assert_eq!(pause(3), RETRY_MIN * 8);
        assert_eq!(pause(u32::MAX), RETRY_MAX);
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![4 => Just(Outcome::Kept), 1 => Just(Outcome::Unverified), 1 => Just(Outcome::Busy(None)), 1 => Just(Outcome::Unreachable), 1 => (0..12_u16).prop_map(|code| Outcome::Refused(Refusal::from_code(code)))]
    }

    proptest! {
        /// Whatever is answered, in whatever order: no range is in flight twice, none is lost, and the plan ends.
        #[test]
        fn every_range_is_accounted_for(have in prop::collection::vec(any::<bool>(), 0..40), answers in prop::collection::vec((any::<usize>(), outcome()), 0..300)) {
            let mut plan = Plan::new(&have);
            let mut now = NOW;
            let mut flying: Vec<usize> = Vec::new();
            let mut here = have.clone();
            for (which, outcome) in answers.into_iter().chain(std::iter::repeat_n((0, Outcome::Kept), 100)) {
                loop {
                    match plan.next(now) {
                        Next::Ask(number) => {
                            prop_assert!(!here[number] && !flying.contains(&number));
                            flying.push(number);
                            prop_assert!(flying.len() <= RANGES_IN_FLIGHT);
                        }
                        Next::Pause(until) => { prop_assert!(until > now); now = until; }
                        Next::Listen => break,
                        Next::End(End::Complete) => { prop_assert!(here.iter().all(|there| *there)); return Ok(()); }
                        Next::End(_) => return Ok(()),
                    }
                }
                let number = flying.swap_remove(which % flying.len());
                if outcome == Outcome::Kept { here[number] = true; }
                plan.take(number, outcome, now);
            }
            prop_assert!(matches!(plan.next(now), Next::End(_)), "did not end");
        }
    }
}

//! Deadlines: whose turn, when to remind, when it is overdue, and how it ends if nobody acts.
//!
//! Moments are compared with the clock of the side that acts. A hold ends by its owner's clock alone, so only the owner
//! ends an offer; the asker merely stops showing it [`HOLD_MARGIN`] earlier.

use std::time::Duration;

use super::{
    bodies::{Cancelled, DidNotCome, Gone, OfferEnded, Report, Withdrawn},
    message::Message,
    step::{Side, Step},
    table::State,
};
use crate::{
    catalogue::{AhbException, Cancel, NoShow, OfferEnd, ReportMissing, Withdraw},
    limits::{AHB_DAYS, HOLD_MARGIN},
    time::{Day, Timestamp},
};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Whose turn it is.
    pub turn: Side,
    /// When that side's staff are reminded.
    pub remind: Timestamp,
    /// When it is overdue, and shown so at both ends.
    pub due: Timestamp,
    /// When it ends by itself.
    pub end: Timestamp,
    /// Whose clock ends it.
    pub ends_by: Side,
    /// What that side says then.
    pub last_word: Message,
}

/// Returns what a state waits for; nothing once it is over or before it began.
pub fn deadline(state: &State) -> Option<Deadline> {
    let turn = state.step.turn()?;
    let since = state.since;
    let from = |due: Timestamp, end: Timestamp, ends_by, last_word| {
        let due = due.max(since);
        let end = end.max(due);
        let remind = Timestamp(since.0 + due.since(since).as_millis() as u64 / 2);
        Some(Deadline { turn, remind, due, end, ends_by, last_word })
    };
    let withdraw = || Message::Withdrawn(Withdrawn { reason: Withdraw::NO_ANSWER });
    let admission = state.date.map_or(since, Day::start);
    match state.step {
        Step::New => None,
        Step::Requested | Step::Asked => from(state.answer_by, state.answer_by, Side::Asker, withdraw()),
        Step::Offered => {
            let offer = state.offer?;
            from(offer.held_until, offer.held_until, Side::Owner, Message::OfferEnded(OfferEnded { offer: offer.digest, reason: OfferEnd::EXPIRED }))
        }
        Step::Chosen => {
            let gone = Message::Gone(Gone { offer: state.offer?.digest, reason: OfferEnd::NOT_CONFIRMED });
            from(since.plus(4 * HOUR), since.plus(24 * HOUR), Side::Owner, gone)
        }
        Step::Confirmed => from(since.plus(24 * HOUR), since.plus(72 * HOUR), Side::Owner, Message::Cancelled(Cancelled { reason: Cancel::NO_REFERRAL })),
        Step::Referred => from(since.plus(24 * HOUR), since.plus(7 * DAY), Side::Asker, withdraw()),
        Step::Accepted => from(admission.plus(2 * DAY), admission.plus(14 * DAY), Side::Owner, Message::DidNotCome(DidNotCome { reason: NoShow::UNKNOWN })),
        Step::Admitted => {
            let stay = DAY * u32::from(state.offer.map_or(21, |offer| offer.stay_days));
            let missing = Message::Report(Report { documents: vec![], discharged: None, missing: Some(ReportMissing::OVERDUE) });
            from(admission.plus(stay + 14 * DAY), admission.plus(stay + 180 * DAY), Side::Owner, missing)
        }
        Step::Handed => from(since.plus(2 * DAY), since.plus(30 * DAY), Side::Asker, withdraw()),
        Step::Completed | Step::Declined | Step::Gone | Step::Refused | Step::Withdrawn | Step::Cancelled | Step::NoShow => None,
    }
}

/// Returns whether the asker may still choose the offer that stands.
pub fn choosable(state: &State, now: Timestamp) -> bool {
    state.step == Step::Offered && state.offer.is_some_and(|offer| now.plus(HOLD_MARGIN) < offer.held_until)
}

/// How an admission day stands to the 14 days of §40(6) SGB V.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahb {
    /// Within the period; so many days remain after it.
    InTime(u32),
    /// Later, for a documented reason.
    Excused(AhbException),
    /// Later by so many days, without a reason: may not be agreed like this.
    Late(u32),
}

/// Returns how an admission stands to the AHB period.
pub fn ahb(discharge: Day, admission: Day, exception: Option<AhbException>) -> Ahb {
    let last = discharge.plus(AHB_DAYS);
    match (admission.0.checked_sub(last.0), exception) {
        (None | Some(0), _) => Ahb::InTime(last.0 - admission.0),
        (Some(_), Some(exception)) => Ahb::Excused(exception),
        (Some(days), None) => Ahb::Late(days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::Digest, referral::table::Standing};

    #[test]
    fn every_open_step_has_a_turn_a_deadline_and_an_end() {
        let offer = Some(Standing { digest: Digest([1; 32]), held_until: Timestamp::from_secs(90_000), stay_days: 21 });
        for step in Step::ALL.iter().copied().filter(|step| *step != Step::New) {
            let state = State { step, since: Timestamp::from_secs(1_000), answer_by: Timestamp::from_secs(50_000), offer, date: Some(Day(2)), ..State::default() };
            match deadline(&state) {
                None => assert!(step.ended(), "{step} waits for nothing"),
                Some(d) => {
                    assert!(d.remind <= d.due && d.due <= d.end && state.since <= d.remind, "{step}: {d:?}");
                    // What ends it is really allowed there, and leads on.
                    let event = d.last_word.event();
                    let place = crate::referral::table::Place { seq: 9, digest: Digest([2; 32]), seen: Some(9), made_at: d.end };
                    let crate::referral::Outcome::Next(next) = crate::referral::transition(&state, d.ends_by, &event, &place) else { panic!("{step} cannot end by {event:?}") };
                    assert_ne!(next.step, step);
                }
            }
        }
    }

    #[test]
    fn the_asker_stops_offering_before_the_hold_ends() {
        let held_until = Timestamp::from_secs(10_000);
        let state = State { step: Step::Offered, offer: Some(Standing { digest: Digest([1; 32]), held_until, stay_days: 21 }), ..State::default() };
        assert!(choosable(&state, held_until.minus(HOLD_MARGIN + Duration::from_secs(1))));
        assert!(!choosable(&state, held_until.minus(HOLD_MARGIN)));
    }

    #[test]
    fn an_ahb_begins_within_fourteen_days_or_for_a_reason() {
        let discharge = Day(20_000);
        let exception = AhbException::new(1);
        assert_eq!(ahb(discharge, discharge.plus(AHB_DAYS), None), Ahb::InTime(0));
        assert_eq!(ahb(discharge, discharge, None), Ahb::InTime(14));
        assert_eq!(ahb(discharge, discharge.plus(AHB_DAYS + 1), None), Ahb::Late(1));
        assert_eq!(ahb(discharge, discharge.plus(40), Some(exception)), Ahb::Excused(exception));
    }
}

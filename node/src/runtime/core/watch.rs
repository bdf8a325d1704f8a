//! Whether this node's clock may be trusted to make and end promises (DESIGN section 8).

use std::time::Duration;

use verbund_protocol::{limits::MAX_CLOCK_SKEW, sync::ClockVerdict, time::Timestamp};

/// How often it is written down that the clock is right, at most.
const NOTED_EVERY: Duration = Duration::from_secs(60);
/// How long a person's word that the clock is right counts against the peers' clocks.
const CONFIRMED_FOR: Duration = Duration::from_secs(24 * 3600);

/// Watches the clock: its jumps, the peers' opinion, a person's word.
#[derive(Debug, Default)]
pub(super) struct Watch {
    last_tick: Option<Timestamp>,
    /// Whether there was a tick since the start.
    ticked: bool,
    /// When it was last written down that the clock is right.
    noted: Option<Timestamp>,
    /// The clock has jumped and no peer has agreed with it since.
    jumped: bool,
    confirmed_until: Timestamp,
}

impl Watch {
    /// Begins to watch a clock that was right at `good_at`, before the node went down, as far as is known. One that shows something else now
    /// may have jumped meanwhile, as it does where a machine's battery is empty: that the node was down for so long, it cannot tell.
    pub fn resume(good_at: Option<Timestamp>) -> Self {
        Self { last_tick: good_at, noted: good_at, ..Self::default() }
    }
    /// Returns whether nobody has looked at the clock since the start.
    pub fn is_new(&self) -> bool {
        !self.ticked
    }
    /// Returns whether it is time to write down that the clock is right.
    pub fn is_to_be_noted(&mut self, now: Timestamp) -> bool {
        let due = self.noted.is_none_or(|noted| now.since(noted).max(noted.since(now)) >= NOTED_EVERY);
        if due {
            self.noted = Some(now);
        }
        due
    }
    /// Notes a tick, one of which comes every second. Returns whether the clock has jumped since the last: then what the
    /// peers said of it before says nothing any more.
    pub fn tick(&mut self, now: Timestamp) -> bool {
        self.ticked = true;
        let jumped = self.last_tick.replace(now).is_some_and(|last| now.since(last).max(last.since(now)) > MAX_CLOCK_SKEW);
        self.jumped |= jumped;
        jumped
    }
    /// Notes that a person has looked at the clock and answers for it.
    pub fn confirm(&mut self, now: Timestamp) {
        self.jumped = false;
        self.confirmed_until = now.plus(CONFIRMED_FOR);
    }
    /// Returns whether promises may be made and ended, given what the peers' clocks say.
    pub fn agrees(&mut self, verdict: ClockVerdict, now: Timestamp) -> bool {
        if now < self.confirmed_until {
            return true;
        }
        match verdict {
            ClockVerdict::Agrees { .. } => {
                self.jumped = false;
                true
            }
            ClockVerdict::Alone => !self.jumped,
            ClockVerdict::Apart { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGREES: ClockVerdict = ClockVerdict::Agrees { ahead_ms: 0 };
    const APART: ClockVerdict = ClockVerdict::Apart { ahead_ms: 200_000 };

    #[test]
    fn a_node_that_comes_back_by_another_clock_waits_for_its_peers() {
        let (down, never) = (Timestamp::from_secs(10_000), None);
        let back = |good_at: Option<Timestamp>, now: Timestamp| {
            let mut watch = Watch::resume(good_at);
            watch.tick(now);
            (watch.agrees(ClockVerdict::Alone, now), watch.agrees(AGREES, now), watch.agrees(ClockVerdict::Alone, now))
        };
        let soon = down.plus(MAX_CLOCK_SKEW);
        assert_eq!(back(Some(down), soon), (true, true, true));
        assert_eq!(back(Some(down), soon.plus(Duration::from_secs(1))), (false, true, true));
        assert_eq!(back(Some(down), down.minus(MAX_CLOCK_SKEW * 2)), (false, true, true));
        assert_eq!(back(never, soon), (true, true, true), "who has promised nothing yet need not wait");
        let mut watch = Watch::resume(Some(down));
        assert!(watch.is_new() && !watch.is_to_be_noted(down.plus(NOTED_EVERY - Duration::from_secs(1))) && watch.is_to_be_noted(down.plus(NOTED_EVERY)));
        watch.tick(soon);
        assert!(!watch.is_new() && !watch.is_to_be_noted(soon.minus(Duration::from_secs(60))));
    }

    #[test]
    fn a_jump_stops_promises_until_a_peer_agrees_or_a_person_confirms() {
        let (mut watch, start) = (Watch::default(), Timestamp::from_secs(10_000));
        assert!(!watch.tick(start) && watch.agrees(ClockVerdict::Alone, start));
        let within = start.plus(MAX_CLOCK_SKEW);
        assert!(!watch.tick(within), "the bound itself is no jump");
        let back = within.minus(MAX_CLOCK_SKEW + Duration::from_secs(1));
        assert!(watch.tick(back), "backwards counts too");
        assert!(!watch.agrees(ClockVerdict::Alone, back));
        assert!(watch.agrees(AGREES, back) && watch.agrees(ClockVerdict::Alone, back));
        assert!(!watch.agrees(APART, back));
        watch.confirm(back);
        assert!(watch.agrees(APART, back));
        assert!(!watch.agrees(APART, back.plus(CONFIRMED_FOR)), "a person's word holds for a day");
    }
}

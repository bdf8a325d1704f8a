//! Situations that chance brings too seldom, brought about on purpose: drawn by the seed like everything else, and nothing in them
//! that people, clocks, boards and officers do not really do.

use std::time::Duration;

use verbund_node::{
    store::conversation::Conversation,
    workflow::{referral, replication},
};
use verbund_protocol::{
    catalogue::{Cancel, Withdraw},
    referral::Side,
};

use super::{
    World,
    cooperative::{self, member_of},
    play::Play,
};

/// The farthest a clock jumps past the end of a promise.
const JUMP: Duration = Duration::from_secs(24 * 3600);

impl Play {
    /// Perhaps one of the situations arises.
    pub fn scene(&mut self) {
        if !self.dice.chance(self.plan.scenes) {
            return;
        }
        match self.dice.below(6) {
            0 => self.renew_the_document(),
            1 | 2 => self.bring_an_old_document(),
            3 => self.put_a_clock_past_a_promise(),
            4 => self.put_a_clock_past_what_is_kept(),
            _ => self.cut_off_in_mid_sentence(),
        }
    }

    /// Returns the next network document the board signs.
    pub(super) fn next_document(&mut self, without: Option<usize>) -> Vec<u8> {
        let bytes = World::signed(&cooperative::document(self.plan.size, self.documents_signed.len() as u64 + 1, without));
        self.documents_signed.push(bytes.clone());
        bytes
    }

    /// Returns an honest member that runs and whose clock is right.
    fn witness(&mut self) -> Option<usize> {
        let all: Vec<usize> = self.honest().filter(|at| self.world.is_up(*at) && Some(*at) != self.removed && Some(*at) != self.wild).collect();
        (!all.is_empty()).then(|| *self.dice.pick(&all))
    }

    /// The board signs the next document; nothing else has changed.
    fn renew_the_document(&mut self) {
        let Some(at) = self.witness() else { return };
        let bytes = self.next_document(self.removed);
        self.person(at, "take the next document", move |work| replication::take_document(work, &bytes));
    }

    /// Somebody finds an old document and gives it to a node.
    fn bring_an_old_document(&mut self) {
        if let Some(at) = self.witness() {
            let old = self.dice.pick(&self.documents_signed.clone()).clone();
            self.person(at, "bring an old document", move |work| replication::take_document(work, &old));
        }
    }

    /// Returns everything that honest members who run have open with each other.
    fn open_between_honest(&self) -> Vec<(usize, Conversation)> {
        let fit = |at: usize| !self.suspects.contains(&at) && Some(at) != self.removed && self.world.is_up(at);
        let busy = self.plan.busy.members(self.plan.size).into_iter().filter(|at| fit(*at));
        busy.flat_map(|at| self.conversations(at, false).into_iter().map(move |c| (at, c))).filter(|(_, c)| fit(member_of(&c.peer))).collect()
    }

    /// The clock of a clinic jumps past the end of a promise that it would end.
    fn put_a_clock_past_a_promise(&mut self) {
        if self.wild.is_some() {
            return self.right_the_wild_clock();
        }
        let now = self.world.now;
        let mut near = self.open_between_honest();
        near.retain(|(_, c)| c.end_at.is_some_and(|end| end > now && end.since(now) < JUMP));
        if near.is_empty() {
            return;
        }
        let (at, c) = self.dice.pick(&near).clone();
        let left = c.end_at.map_or(Duration::ZERO, |end| end.since(now));
        let past = self.dice.below(3_600_000) as i64;
        self.put_wild(at, left.as_millis() as i64 + past);
    }

    /// The clock of a clinic jumps past the time for which it keeps what it learned of a patient who went elsewhere.
    fn put_a_clock_past_what_is_kept(&mut self) {
        if self.wild.is_some() {
            return self.right_the_wild_clock();
        }
        let (now, size) = (self.world.now, self.plan.size);
        let owners = self.plan.busy.members(size).into_iter().filter(|at| !self.suspects.contains(at) && self.world.is_up(*at));
        let kept: Vec<_> = owners.flat_map(|at| self.conversations(at, true).into_iter().filter_map(move |c| Some((at, c.erase_at?)))).collect();
        if kept.is_empty() {
            return;
        }
        let (at, erase_at) = *self.dice.pick(&kept);
        let past = self.dice.below(3_600_000) as i64;
        self.put_wild(at, erase_at.since(now).as_millis() as i64 + past);
    }

    /// A member is suspended or removed while it has something to say to another, which learns of it first and whose gate learns late.
    fn cut_off_in_mid_sentence(&mut self) {
        let all = self.open_between_honest();
        if all.is_empty() || self.wild.is_some() {
            return;
        }
        let (at, c) = self.dice.pick(&all).clone();
        let witness = member_of(&c.peer);
        self.world.faults.late_gate = true;
        if self.suspended.is_none() && self.dice.chance(700) {
            self.suspend(at, witness);
        } else if self.removed.is_none() {
            self.remove(at, witness);
        }
        let id = c.id;
        match c.side {
            Side::Asker => drop(self.person(at, "withdraw", move |work| referral::withdraw(work, id, Withdraw::new(3)))),
            Side::Owner => drop(self.person(at, "cancel", move |work| referral::cancel(work, id, Cancel::new(5)))),
        }
    }
}

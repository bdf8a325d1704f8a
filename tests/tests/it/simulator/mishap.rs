//! What goes wrong, drawn by seed: the network, the machines, the clocks, and members that are cut off.

use std::time::Duration;

use verbund_node::workflow::replication;
use verbund_tests::simulator::{Faults, World};

use super::{
    cooperative::{self, MEMBERS},
    play::Play,
};

/// How far a good clock may be off, milliseconds: of two such, no more than the 120 s that count as agreement.
const GOOD_CLOCK_MS: i64 = 45_000;

impl Play {
    fn node(&mut self) -> usize {
        self.dice.below(MEMBERS as u64) as usize
    }

    /// Perhaps something breaks, or is mended.
    pub fn mishap(&mut self) {
        if !self.dice.chance(150) {
            return;
        }
        let (a, b) = (self.node(), self.node());
        match self.dice.below(13) {
            0 => self.weather(Faults::bad_day(), "a bad day"),
            1 | 2 => self.weather(Faults::none(), "a fair day"),
            3 if a != b => {
                self.world.faults.part(a, b);
                self.tell(format!("cut {a} - {b}"));
            }
            4 if a != b => {
                self.world.faults.cut.insert((a, b));
                self.tell(format!("cut {a} -> {b}"));
            }
            5 | 6 => {
                self.world.faults.cut.clear();
                self.tell("all cuts mended".into());
            }
            7 if self.world.is_up(a) => {
                self.world.crash(a);
                self.tell(format!("crash {a}"));
            }
            8 if self.dice.chance(250) => {
                (0..MEMBERS).filter(|at| self.world.is_up(*at)).collect::<Vec<_>>().into_iter().for_each(|at| self.world.crash(at));
                self.tell("power cut everywhere".into());
            }
            8 | 9 => self.restart(),
            10 => {
                let offset = self.dice.below(2 * GOOD_CLOCK_MS as u64) as i64 - GOOD_CLOCK_MS;
                if self.wild != Some(a) {
                    self.world.set_clock(a, offset);
                    self.tell(format!("clock of {a} now {offset} ms off"));
                }
            }
            11 => self.wild_clock(a),
            12 => self.cut_off(a),
            _ => {}
        }
    }

    fn weather(&mut self, faults: Faults, what: &str) {
        let cut = std::mem::take(&mut self.world.faults.cut);
        let late_gate = self.world.faults.late_gate;
        self.world.faults = Faults { cut, late_gate, ..faults };
        self.tell(what.into());
    }

    /// Starts everything that is down.
    pub fn restart(&mut self) {
        for at in 0..self.world.len() {
            if !self.world.is_up(at) {
                self.world.start(at);
                self.tell(format!("start {at}"));
            }
        }
    }

    /// A clock goes wrong by hours, or right again.
    fn wild_clock(&mut self, at: usize) {
        if let Some(wild) = self.wild.take() {
            self.world.set_clock(wild, 0);
            return self.tell(format!("clock of {wild} right again"));
        }
        let hours = 3 + self.dice.below(6) as i64;
        let offset = hours * 3_600_000 * if self.dice.chance(500) { 1 } else { -1 };
        self.world.set_clock(at, offset);
        self.wild = Some(at);
        self.tell(format!("clock of {at} wrong by {offset} ms"));
    }

    /// The board removes a member, or an officer suspends one for minutes; a node that runs hears it first.
    fn cut_off(&mut self, at: usize) {
        let witness = (at + 1) % MEMBERS;
        if !self.world.is_up(witness) || self.wild.is_some() {
            return;
        }
        if self.suspended.is_none() && self.dice.chance(500) {
            let (from, until) = (self.world.now.minus(Duration::from_secs(120)), self.world.now.plus(Duration::from_secs(240)));
            let bytes = cooperative::suspension(at, from, until);
            self.suspended = Some((at, from, until));
            self.person(witness, "take a suspension", move |work| replication::take_suspension(work, &bytes));
        } else if self.removed.is_none() && self.dice.chance(500) {
            let bytes = World::signed(&cooperative::document(2, Some(at)));
            if self.person(witness, "take a document that removes a member", move |work| replication::take_document(work, &bytes)).is_some() {
                self.removed = Some(at);
                self.tell(format!("{at} is removed"));
            }
        }
    }

    /// Everything is mended.
    pub fn heal(&mut self) {
        self.world.heal();
        (0..MEMBERS).for_each(|at| self.world.set_clock(at, 0));
        self.wild = None;
        self.tell("healed".into());
    }
}

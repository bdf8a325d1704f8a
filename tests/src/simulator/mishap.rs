//! What goes wrong, drawn by seed: the network, the machines and their disks, the clocks, and members that are cut off.

use std::time::Duration;

use verbund_node::workflow::{recovery, replication};

use super::{
    Faults,
    cooperative::{self, Size},
    node::End,
    play::Play,
};

/// How far a good clock may be off, milliseconds: of two such, no more than the 120 s that count as agreement.
const GOOD_CLOCK_MS: i64 = 45_000;
/// The farthest a clock jumps, hours.
const JUMP_HOURS: u64 = 24;
/// How likely a node that is down is started before the next step, per mille.
const RESTARTED: u64 = 100;
/// How long a disk is full, or a node falls over again and again, seconds at most.
const SICK_FOR: u64 = 300;

impl Play {
    fn size(&self) -> Size {
        self.plan.size
    }

    /// Perhaps something breaks, or is mended.
    pub fn mishap(&mut self) {
        self.recover_the_sick();
        if !self.dice.chance(self.plan.mishaps) {
            return;
        }
        let (a, b) = (self.member(), self.member());
        match self.dice.below(26) {
            0 => self.weather(Faults::bad_day(), "a bad day"),
            1 | 2 => self.weather(Faults::none(), "a fair day"),
            3 if a != b => {
                self.world.faults.part(a, b);
                self.world.counts.cuts += 1;
                self.tell(format!("cut {a} - {b}"));
            }
            4 if a != b => {
                self.world.faults.cut.insert((a, b));
                self.world.counts.one_way_cuts += 1;
                self.tell(format!("cut {a} -> {b}"));
            }
            5 => self.partition(),
            6 | 7 => {
                self.world.faults.cut.clear();
                self.world.faults.flapping.clear();
                self.tell("all cuts mended".into());
            }
            8 if a != b => {
                self.world.faults.flapping.insert((a.min(b), a.max(b)));
                self.tell(format!("{a} - {b} flaps"));
            }
            9 | 10 if self.world.is_up(a) => {
                let end = if self.dice.chance(500) { End::Killed } else { End::PowerCut };
                self.world.crash(a, end);
                self.tell(format!("{a}: {end:?}"));
            }
            11 if self.dice.chance(150) => self.power_cut_everywhere(),
            11..=13 => self.restart(),
            14 => self.clock_off(a),
            15 => self.wild_clock(a),
            16 => self.cut_off(a),
            17 => self.stop_disk_in_a_turn(a),
            18 => self.disk_full(a),
            19 => self.syncs_fail(a),
            20 => self.rot(a),
            21 => self.crash_loop(a),
            // A backup is made of what reads back, or not at all.
            22 if !self.world.rotten.contains(&a) => {
                self.world.back_up(a);
                self.tell(format!("backup of {a}"));
            }
            23 => self.set_back(a),
            24 => self.clone_or_stop_the_clone(a),
            25 => {
                self.world.faults.newer.insert(a);
                self.tell(format!("{a} speaks a later version"));
            }
            _ => {}
        }
    }

    fn weather(&mut self, faults: Faults, what: &str) {
        let old = std::mem::replace(&mut self.world.faults, Faults::none());
        self.world.faults = Faults { loss: faults.loss, repeat: faults.repeat, late: faults.late, delay_ms: faults.delay_ms, crash: faults.crash, ..old };
        self.tell(what.into());
    }

    /// Starts everything that is down and can start; what cannot is set back to its backup.
    pub fn restart(&mut self) {
        self.members_down().into_iter().for_each(|at| self.start(at));
    }

    /// Starts some of what is down, as the service manager does by and by.
    pub fn restart_some(&mut self) {
        for at in self.members_down() {
            if self.dice.chance(RESTARTED) {
                self.start(at);
            }
        }
    }

    fn start(&mut self, at: usize) {
        if self.world.rotten.contains(&at) {
            self.look_over(at);
        }
        if self.world.is_up(at) {
            return; // its backup has been put in place
        }
        if self.world.start(at) {
            self.tell(format!("start {at}"));
        } else {
            self.world.counts.damaged += 1;
            self.tell(format!("{at} is damaged"));
            self.restore(at);
        }
    }

    fn members_down(&self) -> Vec<usize> {
        (0..self.size().members()).filter(|at| !self.world.is_up(*at)).collect()
    }

    /// A group can talk among itself and not with the others.
    fn partition(&mut self) {
        let members = self.size().members();
        let apart: Vec<bool> = (0..members).map(|_| self.dice.chance(300)).collect();
        for a in 0..members {
            for b in (0..members).filter(|b| apart[a] != apart[*b]) {
                self.world.faults.cut.insert((a, b));
            }
        }
        self.world.counts.partitions += 1;
        self.tell(format!("{} of {members} are apart", apart.iter().filter(|apart| **apart).count()));
    }

    fn power_cut_everywhere(&mut self) {
        for at in 0..self.size().members() {
            if self.world.is_up(at) {
                self.world.crash(at, End::PowerCut);
            }
        }
        self.tell("power cut everywhere".into());
    }

    fn clock_off(&mut self, at: usize) {
        let offset = self.dice.below(2 * GOOD_CLOCK_MS as u64) as i64 - GOOD_CLOCK_MS;
        if self.wild != Some(at) {
            self.world.set_clock(at, offset);
            self.world.counts.clocks_off += 1;
            self.tell(format!("clock of {at} now {offset} ms off"));
        }
    }

    /// A clock goes wrong by hours, up to a day, or right again.
    fn wild_clock(&mut self, at: usize) {
        if self.wild.is_some() {
            return self.right_the_wild_clock();
        }
        if self.suspects.contains(&at) {
            return;
        }
        let hours = 1 + self.dice.below(JUMP_HOURS) as i64;
        let offset = hours * 3_600_000 * if self.dice.chance(500) { 1 } else { -1 };
        self.put_wild(at, offset);
    }

    pub(super) fn put_wild(&mut self, at: usize, offset_ms: i64) {
        self.world.set_clock(at, offset_ms);
        self.world.counts.clock_jumps += 1;
        self.wild = Some(at);
        self.tell(format!("clock of {at} wrong by {} min", offset_ms / 60_000));
    }

    pub(super) fn right_the_wild_clock(&mut self) {
        if let Some(wild) = self.wild.take() {
            self.world.set_clock(wild, 0);
            self.righted_at = self.world.now;
            self.tell(format!("clock of {wild} right again"));
        }
    }

    /// The board removes a member, or an officer suspends one for minutes; a node that runs hears it first.
    fn cut_off(&mut self, at: usize) {
        let witness = (at + 1) % self.size().members();
        if !self.world.is_up(witness) || self.wild.is_some() || self.suspects.contains(&witness) {
            return;
        }
        if self.suspended.is_none() && self.dice.chance(500) {
            self.suspend(at, witness);
        } else if self.removed.is_none() && self.dice.chance(300) {
            self.remove(at, witness);
        }
    }

    pub(super) fn suspend(&mut self, at: usize, witness: usize) {
        let (from, until) = (self.world.now.minus(Duration::from_secs(120)), self.world.now.plus(Duration::from_secs(240)));
        let bytes = cooperative::suspension(at, from, until);
        self.suspended = Some((at, from, until));
        self.world.counts.suspensions += 1;
        self.person(witness, "take a suspension", move |work| replication::take_suspension(work, &bytes));
    }

    pub(super) fn remove(&mut self, at: usize, witness: usize) {
        let bytes = self.next_document(Some(at));
        self.person(witness, "take a document that removes a member", move |work| replication::take_document(work, &bytes));
        // Whether or not the witness came to say so: it is signed, and the next document will say the same.
        (self.removed, self.removed_by) = (Some(at), self.documents_signed.len() as u64);
        self.world.counts.removals += 1;
        self.tell(format!("{at} is removed"));
    }

    /// The power goes in the middle of one of the next turns that write.
    fn stop_disk_in_a_turn(&mut self, at: usize) {
        let after = self.dice.below(12);
        self.world.disk(at).stop_after(after);
        self.tell(format!("{at} loses power after {after} more writes"));
    }

    fn disk_full(&mut self, at: usize) {
        if self.world.is_up(at) {
            self.world.disk(at).limit(Some(self.dice.below(64 << 10)));
            self.fall_sick(at, "its disk is full");
        }
    }

    fn syncs_fail(&mut self, at: usize) {
        if self.world.is_up(at) {
            self.world.disk(at).fail_syncs(true);
            self.fall_sick(at, "its disk does not confirm writes");
        }
    }

    fn fall_sick(&mut self, at: usize, what: &str) {
        let until = self.world.now.plus(Duration::from_secs(10 + self.dice.below(SICK_FOR)));
        self.sick.insert(at, until);
        self.tell(format!("{at}: {what}"));
    }

    fn recover_the_sick(&mut self) {
        let now = self.world.now;
        for at in self.sick.iter().filter(|(_, until)| **until <= now).map(|(at, _)| *at).collect::<Vec<_>>() {
            self.make_well(at);
        }
    }

    fn make_well(&mut self, at: usize) {
        self.sick.remove(&at);
        self.world.faults.crash_loop.remove(&at);
        if self.world.rotten.contains(&at) {
            self.look_over(at);
        }
        let disk = self.world.disk(at);
        disk.fail_syncs(false);
        disk.limit(None);
        self.tell(format!("{at} is well again"));
    }

    /// Bits flip; only stores with a key notice, and the node is then set back to its backup. Now and then it works on for a while.
    fn rot(&mut self, at: usize) {
        if self.plan.encrypted {
            let bits = 1 + self.dice.below(4);
            self.world.rot(at, bits);
            self.tell(format!("{bits} bits flip at {at}"));
            if self.world.is_up(at) && self.dice.chance(500) {
                self.fall_sick(at, "works on with them");
            } else {
                self.look_over(at);
            }
        }
    }

    /// Whoever starts a node has its disk checked first, as `verbund integrity` does.
    fn look_over(&mut self, at: usize) {
        if self.world.look_over(at) {
            self.world.counts.damaged += 1;
            self.restore(at);
        }
    }

    fn crash_loop(&mut self, at: usize) {
        self.world.faults.crash_loop.insert(at);
        self.world.counts.crash_loops += 1;
        self.fall_sick(at, "falls over again and again");
    }

    fn set_back(&mut self, at: usize) {
        if self.dice.chance(300) && !self.suspects.contains(&at) {
            self.restore(at);
        }
    }

    /// Puts the last backup of a member in place, and starts it.
    fn restore(&mut self, at: usize) {
        if self.world.restore(at) {
            self.set_back.insert(at);
            self.sick.remove(&at);
            self.world.start(at);
            self.tell(format!("{at} is set back to its backup"));
        }
    }

    /// Somebody starts a copy of a node beside it; later it is stopped for good.
    fn clone_or_stop_the_clone(&mut self, at: usize) {
        match self.clone {
            Some((copy, _)) if self.world.is_up(copy) => {
                self.world.retire(copy);
                self.tell("the clone is stopped".into());
            }
            Some(_) => {}
            None if self.world.is_up(at) && !self.world.rotten.contains(&at) && self.plan.clones && self.dice.chance(500) => {
                self.suspects.insert(at);
                let copy = self.world.clone_node(at);
                self.clone = Some((copy, at));
                self.tell(format!("{copy} is a clone of {at}"));
            }
            None => {}
        }
    }

    /// Returns whether a node is a suspect's: the member's own, or its clone, which has a number of its own.
    pub(super) fn is_suspect(&self, node: usize) -> bool {
        let member = self.clone.filter(|(copy, _)| *copy == node).map_or(node, |(_, of)| of);
        self.suspects.contains(&member)
    }

    /// People go on without the word of members that lie or were cloned.
    fn release(&mut self) {
        for at in self.honest().collect::<Vec<_>>() {
            for member in self.suspects.clone() {
                let member = self.world.author(member).member.clone();
                drop(self.world.ask(at, move |work| recovery::release(work, &member)));
            }
        }
    }

    /// Everything is mended.
    pub fn heal(&mut self) {
        for at in self.sick.keys().copied().collect::<Vec<_>>() {
            self.make_well(at);
        }
        if let Some((copy, _)) = self.clone {
            self.world.retire(copy);
        }
        for at in 0..self.size().members() {
            self.world.set_clock(at, 0);
            self.world.disk(at).power_on();
        }
        self.wild = None;
        self.righted_at = self.world.now;
        self.world.heal();
        self.restart();
        self.release();
        self.tell("healed".into());
    }
}

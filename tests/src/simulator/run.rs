//! One seed, played from beginning to end.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Counts, Random,
    cooperative::Size,
    liars,
    play::Play,
    promises::{self, Memory},
    settled,
    staff::Staff,
};

/// Seeds that once broke a promise, and what each found. A seed means another play whenever plays change; the first ones were found when
/// staff still acted at random, and are replayed so.
pub const REGRESSIONS: &[(u64, Scale, Staff)] = &[
    (2, Scale::Short, Staff::Aimless),      // a clock put back by hours: what waited for its next attempt waited as long
    (15, Scale::Short, Staff::Aimless),     // an offer replaced while its choice was under way kept the case
    (9, Scale::Short, Staff::Aimless),      // a full disk in the turn that asked a member: that member was never asked again
    (20, Scale::Short, Staff::Aimless),     // a refused offer left its record of free places in memory: one order was signed twice
    (36, Scale::Short, Staff::Aimless),     // a delivery refused for a while was not tried again for a quarter of an hour
    (65, Scale::Short, Staff::Aimless),     // as 20
    (157, Scale::Short, Staff::Aimless),    // a full disk while a member's removal was taken: its free places stayed, and the gate was not told
    (43, Scale::Short, Staff::Purposeful),  // a referral that a clone of its recipient took in: the simulator asked the clone, which had not confirmed
    (5006, Scale::Full, Staff::Purposeful), // the simulator wanted promises ended four seconds after a clock had been put right
    (5018, Scale::Full, Staff::Purposeful), // a group cut off kept to itself when healed: the simulator's links did not follow the mesh's ring
    (5032, Scale::Full, Staff::Purposeful), // the simulator asked a store from whose disk the power had just gone
    (8202, Scale::Full, Staff::Purposeful), // a node that started by a clock a day ahead, and reached nobody, ended an inquiry by it
    (7, Scale::Short, Staff::Purposeful),   // a restored node whose clock had been two weeks ahead asked nobody what it had lost: it waited two weeks
    (25, Scale::Short, Staff::Purposeful),  // as 7
];

/// A night: longer than an offer stands.
const NIGHT: Duration = Duration::from_secs(140 * 60);
/// The longest that promises go without a look.
const LOOK_EVERY: Duration = Duration::from_secs(120);
/// How long a network may need to settle once everything is mended.
const SETTLED_AFTER: Duration = Duration::from_secs(10 * 60);

/// Which of the two sizes of play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As a short play, but over after its beginning: many of them cost little.
    Brief,
    /// A few clinics for some minutes.
    Short,
    /// The whole cooperative for hours.
    Full,
}

/// The clinics whose staff are busy: the first few of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Busy {
    acute: usize,
    rehab: usize,
}

impl Busy {
    /// Returns the members.
    pub fn members(self, size: Size) -> Vec<usize> {
        (0..self.acute).chain(size.acute..size.acute + self.rehab).collect()
    }
}

/// How large and how long a play is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Which kind of play this is.
    pub scale: Scale,
    /// How many members.
    pub size: Size,
    /// Whose staff are busy.
    pub busy: Busy,
    /// How they work.
    pub staff: Staff,
    /// Most cases that one hospital pursues at one time.
    pub cases: usize,
    /// How many free places there are, in units of one or two a department and day.
    pub places: u16,
    /// Steps of people and mishaps.
    pub steps: u64,
    /// The longest pause between two steps, milliseconds.
    pub pause_ms: u64,
    /// How often a pause is long, per mille, and the longest such, milliseconds.
    pub rest: (u64, u64),
    /// How often a step brings a mishap, per mille.
    pub mishaps: u64,
    /// How often a step brings a situation about on purpose, per mille.
    pub scenes: u64,
    /// Whether there is a night in the middle, longer than any offer stands.
    pub night: bool,
    /// Whether stores have a key, so that flipped bits are noticed.
    pub encrypted: bool,
    /// Whether a node may be cloned.
    pub clones: bool,
    /// How many members lie: at most a third.
    pub liars: usize,
    /// Whether a failure keeps its last steps to itself.
    pub quiet: bool,
    /// Whether a failure tells all steps, not only the last.
    pub tells_all: bool,
}

impl Plan {
    /// Returns the plan that belongs to a seed.
    pub fn of(seed: u64, scale: Scale, staff: Staff) -> Self {
        let mut dice = Random::new(seed ^ 0x91a7);
        let (encrypted, clones, lie) = (dice.chance(200), dice.chance(250), dice.chance(350));
        let (size, busy, places) = match scale {
            Scale::Brief | Scale::Short => {
                let size = Size { acute: 2 + (seed % 2) as usize, rehab: 3 + (seed % 3) as usize };
                (size, Busy { acute: size.acute, rehab: size.rehab }, 1)
            }
            Scale::Full if staff == Staff::Aimless => (Size::FULL, Busy { acute: 5, rehab: 7 }, 1),
            Scale::Full => (Size::FULL, Busy { acute: 8, rehab: 12 }, 4),
        };
        let (steps, pause_ms, rest, mishaps) = match scale {
            Scale::Brief => (16, 5_000, (30, 600_000), 250),
            Scale::Short => (60, 5_000, (30, 600_000), 200),
            Scale::Full => (150, 6_000, (250, 900_000), 350),
        };
        let liars = if lie { 1 + dice.below(size.members() as u64 / 3) as usize } else { 0 };
        let purposeful = staff == Staff::Purposeful;
        let cases = if purposeful && scale != Scale::Full { 2 } else { 4 };
        let (scenes, night) = (if purposeful { 50 } else { 0 }, purposeful && scale == Scale::Short && dice.chance(100));
        Self { scale, size, busy, staff, cases, places, steps, pause_ms, rest, mishaps, scenes, night, encrypted, clones, liars, quiet: false, tells_all: false }
    }

    /// Returns the flags of `scripts/soak` that ask for this kind of play.
    pub fn flags(&self) -> &'static str {
        match (self.scale, self.staff) {
            (Scale::Brief, Staff::Purposeful) => "--brief",
            (Scale::Brief, Staff::Aimless) => "--brief --aimless",
            (Scale::Short, Staff::Purposeful) => "--short",
            (Scale::Full, Staff::Purposeful) => "--full",
            (Scale::Short, Staff::Aimless) => "--short --aimless",
            (Scale::Full, Staff::Aimless) => "--full --aimless",
        }
    }
}

/// What one run came to.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// A hash over everything that happened.
    pub trace: String,
    /// How often each thing happened.
    pub counts: Counts,
    /// How often each action of people went through, and how often it was refused.
    pub done: BTreeMap<&'static str, (u64, u64)>,
    /// Batches with a name in them.
    pub named: u64,
    /// Conversations that went to their good end.
    pub completed: u64,
    /// How long the network took to settle.
    pub settled_after: Duration,
}

impl Run {
    /// Adds another run's.
    pub fn add(&mut self, other: &Self) {
        self.counts.add(other.counts);
        for (what, (ok, refused)) in &other.done {
            let tally = self.done.entry(what).or_default();
            (tally.0, tally.1) = (tally.0 + ok, tally.1 + refused);
        }
        (self.named, self.completed) = (self.named + other.named, self.completed + other.completed);
        self.settled_after = self.settled_after.max(other.settled_after);
    }
}

/// Plays a seed and returns what it came to.
///
/// # Panics
/// If a promise is broken; the message says which, and standard error the last of what happened.
pub fn run(seed: u64, plan: Plan) -> Run {
    verbund_protocol::remembered::begin();
    let (mut play, mut memory) = (Play::new(seed, plan), Memory::default());
    play.world.faults.late_gate = play.dice.chance(300);
    play.world.faults.gather_ms = if play.dice.chance(500) { 200 } else { 0 };
    for step in 0..plan.steps {
        play.mishap();
        if plan.staff == Staff::Purposeful {
            play.restart_some();
            play.scene();
            play.carry_on();
        }
        for _ in 0..=play.dice.below(3) {
            play.act();
        }
        if play.dice.chance(400) {
            play.lie();
        }
        let most = if play.dice.chance(plan.rest.0) { plan.rest.1 } else { plan.pause_ms };
        let pause = play.dice.below(most);
        pass(&mut play, &mut memory, if plan.night && step == plan.steps * 2 / 3 { NIGHT } else { Duration::from_millis(pause) });
        liars::follow_proofs(&mut play);
        if plan.scale != Scale::Full || step % 16 == 15 {
            promises::hold_on_the_whole(&play);
        }
    }
    play.heal();
    let settled_after = settle(&mut play, &mut memory);
    promises::hold_on_the_whole(&play);
    settled::records_are_their_authors(&play);
    settled::logs_are_what_the_messages_say(&play);
    settled::evidence_verifies_offline(&mut play);
    let completed = settled::completed(&play);
    play.world.count_disks();
    play.world.note_stores();
    Run { trace: play.world.trace(), counts: play.world.counts, done: std::mem::take(&mut play.done), named: memory.named, completed, settled_after }
}

/// Lets time pass, with a look at all promises in between and at the end: what is broken and mended within a long rest is seen, too.
fn pass(play: &mut Play, memory: &mut Memory, pause: Duration) {
    let mut left = pause;
    loop {
        let piece = left.min(LOOK_EVERY);
        play.world.run(piece);
        promises::hold_now(play, memory);
        left -= piece;
        if left.is_zero() {
            return;
        }
    }
}

/// Lets time pass until all is as it must be in the end. Returns how long that took.
fn settle(play: &mut Play, memory: &mut Memory) -> Duration {
    let mut after = Duration::ZERO;
    loop {
        play.world.run(Duration::from_secs(30));
        after += Duration::from_secs(30);
        promises::hold_now(play, memory);
        match settled::unsettled(play) {
            None => return after,
            Some(why) if after >= SETTLED_AFTER => panic!("not settled within {after:?}: {why}"),
            Some(_) => {}
        }
    }
}

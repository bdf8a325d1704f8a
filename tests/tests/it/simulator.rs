//! A cooperative of five clinics on a virtual clock and network: staff act, things break, and the promises are asked for
//! after every step. Every run follows from its seed.
//!
//! `VERBUND_SEEDS=500` runs that many seeds, `VERBUND_SEED=17` that one alone.

mod cooperative;
mod mishap;
mod play;
mod promises;

use std::{collections::BTreeMap, time::Duration};

use verbund_tests::simulator::Counts;

use self::{play::Play, promises::Memory};

/// Seeds that once broke a promise, and what each found.
const REGRESSIONS: &[u64] = &[
    2, // a clock put back by hours: what waited for its next attempt waited as long
];

/// Seeds of the normal run besides these.
const SEEDS: u64 = 6;
/// Steps of one run.
const STEPS: u64 = 150;
/// How long a network may need to settle once everything is mended: the longest pause between attempts, and some.
const SETTLED_AFTER: Duration = Duration::from_secs(20 * 60);

/// What one run came to.
struct Run {
    trace: String,
    counts: Counts,
    done: BTreeMap<&'static str, (u64, u64)>,
    named: u64,
    completed: u64,
    settled_after: Duration,
}

fn run(seed: u64) -> Run {
    let (mut play, mut memory) = (Play::new(seed), Memory::default());
    play.world.faults.late_gate = play.dice.chance(300);
    for step in 0..STEPS {
        play.mishap();
        for _ in 0..=play.dice.below(3) {
            play.act();
        }
        let pause = play.dice.below(5_000);
        play.world.run(Duration::from_millis(pause));
        promises::hold_now(&mut play, &mut memory);
        if step % 16 == 15 {
            promises::hold_on_the_whole(&play);
        }
    }
    play.heal();
    let mut settled_after = Duration::ZERO;
    loop {
        play.world.run(Duration::from_secs(30));
        settled_after += Duration::from_secs(30);
        promises::hold_now(&mut play, &mut memory);
        match promises::unsettled(&mut play) {
            None => break,
            Some(why) if settled_after > SETTLED_AFTER => panic!("not settled: {why}"),
            Some(_) => {}
        }
    }
    promises::hold_on_the_whole(&play);
    promises::logs_are_what_the_messages_say(&play);
    let completed = promises::completed(&play);
    Run { trace: play.world.trace(), counts: play.world.counts, done: std::mem::take(&mut play.done), named: memory.named, completed, settled_after }
}

fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")));
    match number("VERBUND_SEED") {
        Some(seed) => vec![seed],
        None => REGRESSIONS.iter().copied().chain(1..=number("VERBUND_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

#[test]
fn promises_hold_whatever_breaks_and_every_seed_replays() {
    let (mut total, mut done, mut named, mut completed, mut slowest) = (Counts::default(), BTreeMap::<_, (u64, u64)>::new(), 0, 0, Duration::ZERO);
    for seed in seeds() {
        let first = run(seed);
        let again = run(seed);
        assert_eq!(first.trace, again.trace, "seed {seed} does not replay");
        total.add(first.counts);
        for (what, (ok, refused)) in first.done {
            let tally = done.entry(what).or_default();
            (tally.0, tally.1) = (tally.0 + ok, tally.1 + refused);
        }
        (named, completed, slowest) = (named + first.named, completed + first.completed, slowest.max(first.settled_after));
    }
    eprintln!("{total:?}\nactions (done, refused): {done:?}\nnamed {named}, completed {completed}, settled within {slowest:?}");
    if seeds().len() >= 24 {
        // A simulator in which nothing happens would find nothing.
        assert!(total.lost > 0 && total.repeated > 0 && total.crashes > 0 && total.crashes_after_commit > 0 && total.gated > 0, "{total:?}");
        assert!(named > 0 && completed > 0, "no story went to its end");
        for (what, (ok, _)) in &done {
            assert!(*ok > 0, "{what} never went through");
        }
    }
}

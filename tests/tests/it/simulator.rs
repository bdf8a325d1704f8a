//! A few hundred short seeds of the simulator: small cooperatives on a virtual clock and network, with everything that breaks.
//! `scripts/soak` plays the cooperative at full size.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use verbund_tests::simulator::{Plan, REGRESSIONS, Run, Scale, run};

/// Seeds of the normal run besides those that once found something.
const SEEDS: u64 = 200;

#[test]
fn promises_hold_whatever_breaks_and_every_seed_replays() {
    let short = REGRESSIONS.iter().filter(|(_, scale)| *scale == Scale::Short).map(|(seed, _)| *seed);
    let (seeds, next, sum): (Vec<u64>, _, _) = (short.chain(1..=SEEDS).collect(), AtomicUsize::new(0), Mutex::new(Run::default()));
    let work = || {
        while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let plan = Plan::of(seed, Scale::Short);
            let (first, again) = (run(seed, plan), run(seed, plan));
            assert_eq!(first.trace, again.trace, "seed {seed} does not replay");
            sum.lock().unwrap().add(&first);
        }
    };
    thread::scope(|scope| (0..thread::available_parallelism().map_or(1, usize::from)).for_each(|_| drop(scope.spawn(work))));
    let sum = sum.into_inner().unwrap();
    eprintln!("{} seeds: {sum:#?}", seeds.len());
    // A simulator in which something never happens says nothing about it. What only every hundredth seed brings is left to the soak.
    const RARE: [&str; 3] = ["nodes cloned", "members removed", "lies proved at once"];
    let never: Vec<_> = sum.counts.listed().into_iter().filter(|(what, count)| *count == 0 && !RARE.contains(what)).map(|(what, _)| what).collect();
    assert!(never.is_empty(), "these never happened: {never:?}");
    assert!(sum.named > 0 && sum.completed > 0, "no story went to its end");
}

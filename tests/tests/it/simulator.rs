//! Some short seeds of the simulator: small cooperatives on a virtual clock and network, with everything that breaks.
//! `scripts/soak` plays the cooperative at full size.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use verbund_tests::simulator::{Plan, REGRESSIONS, Run, Scale, Staff, run};

/// Seeds of the normal run besides those that once found something: as many are played to their end, and after them so many more for
/// their beginning alone.
const SEEDS: u64 = 60;
const BRIEF: u64 = 240;

#[test]
fn promises_hold_whatever_breaks_and_every_seed_replays() {
    let short = REGRESSIONS.iter().filter(|(_, scale, _)| *scale == Scale::Short).map(|(seed, scale, staff)| (*seed, *scale, *staff));
    let new = (1..=SEEDS + BRIEF).map(|seed| (seed, if seed > SEEDS { Scale::Brief } else { Scale::Short }, Staff::Purposeful));
    let seeds: Vec<(u64, Scale, Staff)> = short.chain(new).collect();
    let (next, sum) = (AtomicUsize::new(0), Mutex::new(Run::default()));
    let work = || {
        while let Some(&(seed, scale, staff)) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            let plan = Plan::of(seed, scale, staff);
            let (first, again) = (run(seed, plan), run(seed, plan));
            assert_eq!(first.trace, again.trace, "seed {seed} does not replay");
            sum.lock().unwrap().add(&first);
        }
    };
    thread::scope(|scope| (0..thread::available_parallelism().map_or(1, usize::from)).for_each(|_| drop(scope.spawn(work))));
    let sum = sum.into_inner().unwrap();
    eprintln!("{} seeds: {sum:#?}", seeds.len());
    // A simulator in which something never happens says nothing about it.
    let never: Vec<_> = sum.counts.listed().into_iter().filter(|(_, count)| *count == 0).map(|(what, _)| what).collect();
    assert!(never.is_empty(), "these never happened: {never:?}");
    let never: Vec<_> = sum.done.iter().filter(|(_, (done, _))| *done == 0).map(|(what, _)| what).collect();
    assert!(never.is_empty(), "nobody ever managed to: {never:?}");
    assert!(sum.named > 0 && sum.completed > seeds.len() as u64, "too few stories went to their end: {}", sum.completed);
}
